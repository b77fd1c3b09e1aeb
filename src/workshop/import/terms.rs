//! `set` and `sequence` of a CRE rule as what records must contain.
//!
//! The meaning is that of the open engine of preq. Terms are searched in the whole record. The window of a negative term
//! begins at the record of its anchor, moved by `slide`, and is as long as `window` and, unless it is `absolute`, the match.

use super::draft::{Matching, Part, Several, Span, Unless};
use super::{Note, jq, note, re2};
use crate::signature::yaml::{Mistake, Node, Value};
use crate::signature::{Condition, FieldTest, FieldValue};
use std::collections::BTreeSet;

/// Nested terms refer to each other no deeper than this.
const DEPTH: u32 = 8;

/// The greatest count of a part that a signature can state.
const MOST: u64 = 4096;

/// What stands beside a term.
const TERM_FIELDS: &[&str] =
    &["field", "value", "jq", "regex", "count", "set", "sequence", "window", "slide", "anchor", "absolute"];

/// Reads the `rule:` of a rule; `terms` are the named ones of its file.
pub(super) struct Terms<'n, 'a> {
    pub(super) terms: Option<&'n Node<'a>>,
    pub(super) notes: &'n mut Vec<Note>,
    /// What the events are of, for comments.
    pub(super) sources: &'n mut BTreeSet<String>,
}

/// Parts as they are gathered from nested terms.
#[derive(Default)]
struct Gathering {
    parts: Vec<Part>,
    unless: Vec<Unless>,
    same: Vec<String>,
    sources: BTreeSet<String>,
}

impl<'a> Terms<'_, 'a> {
    /// Returns what the records must contain.
    pub(super) fn rule(&mut self, rule: &Node<'a>) -> Result<Matching, Mistake> {
        self.unknown(rule, &["set", "sequence"], "rule");
        // The engine takes the sequence if there are both.
        let (node, ordered) = match (rule.get("sequence"), rule.get("set")) {
            (Some(sequence), set) => {
                if set.is_some() {
                    let detail = "the rule has a `set` beside its `sequence`, which its engine does not look at";
                    self.notes.push(note("a second condition", detail));
                }
                (sequence, true)
            }
            (None, Some(set)) => (set, false),
            (None, None) => {
                let hint = "a rule has a `set:` or a `sequence:`";
                return Err(Mistake::new(rule.place, "the rule has no condition").hint(hint));
            }
        };
        let mut gathering = Gathering::default();
        let within = self.group(node, ordered, &mut gathering, 0)?;
        Ok(self.matching(gathering, ordered, within))
    }

    /// Adds the terms of a set or sequence and returns its window.
    fn group(
        &mut self,
        node: &Node<'a>,
        ordered: bool,
        to: &mut Gathering,
        depth: u32,
    ) -> Result<Option<Span>, Mistake> {
        let (list, kind) = if ordered { ("order", "sequence") } else { ("match", "set") };
        if depth > DEPTH {
            return Err(Mistake::new(node.place, "terms are nested too deeply"));
        }
        self.unknown(node, &["window", "correlations", "event", "origin", list, "negate"], kind);
        let within = match node.get("window") {
            Some(window) => Some(self.span(window)?),
            None => None,
        };
        if let Some(source) = node.get("event").and_then(|event| event.get("source")).and_then(Node::text) {
            to.sources.insert(source.to_owned());
        }
        for name in node.get("correlations").map(Node::items).unwrap_or_default().iter().filter_map(Node::text) {
            to.same.push(name.to_owned());
        }
        let first = to.parts.len();
        let items = node.get(list).map(Node::items).unwrap_or_default();
        if items.is_empty() {
            let hint = format!("a {kind} has a list `{list}:` of terms");
            return Err(Mistake::new(node.place, format!("the {kind} has no positive term")).hint(hint));
        }
        for item in items {
            self.positive(item, ordered, to, depth)?;
        }
        for item in node.get("negate").map(Node::items).unwrap_or_default() {
            self.negative(item, first, to, within)?;
        }
        Ok(within)
    }

    fn positive(&mut self, item: &Node<'a>, ordered: bool, to: &mut Gathering, depth: u32) -> Result<(), Mistake> {
        // Cloned, since the node may be one of the file's terms.
        let inner = self.resolved(item).and_then(|term| {
            let sequence = term.get("sequence");
            Some((sequence.or(term.get("set"))?.clone(), sequence.is_some()))
        });
        if let Some((inner, is_sequence)) = inner {
            let before = to.parts.len();
            self.group(&inner, is_sequence, to, depth + 1)?;
            if to.parts.len() - before > 1 && (is_sequence != ordered || inner.get("window").is_some()) {
                let detail =
                    "a group of terms in a term is part of the list around it: its own order and window are not kept";
                self.notes.push(note("nested groups", detail));
            }
            return Ok(());
        }
        let (condition, count) = self.term(item)?;
        to.parts.push(Part { condition, count });
        Ok(())
    }

    fn negative(
        &mut self,
        item: &Node<'a>,
        first: usize,
        to: &mut Gathering,
        within: Option<Span>,
    ) -> Result<(), Mistake> {
        let resolved = self.resolved(item);
        if resolved.is_some_and(|term| term.get("set").is_some() || term.get("sequence").is_some()) {
            let detail = "a group of terms below `negate` is left out: what must not be there is one record here";
            self.notes.push(note("negative groups", detail));
            return Ok(());
        }
        let (condition, count) = self.term(item)?;
        if count > 1 {
            let detail = format!("a negative term has the count {count}: here one record is enough");
            self.notes.push(note("negative counts", detail));
        }
        let span = |this: &mut Self, name: &str| match item.get(name) {
            Some(node) => this.span(node),
            None => Ok(Span(0)),
        };
        let (slide, window) = (span(self, "slide")?, span(self, "window")?);
        let anchor = match item.get("anchor").and_then(Node::text) {
            Some(text) => text.parse::<usize>().map_err(|_| {
                Mistake::new(item.place, format!("`{text}` is not the number of a term")).hint("`anchor` counts from 0")
            })?,
            None => 0,
        };
        let absolute = item.get("absolute").and_then(Node::text) == Some("true");
        let parts = to.parts.len() - first;
        let position = self.part_of_anchor(&to.parts[first..], anchor);
        let Some(position) = position else {
            let message = format!("the anchor {anchor} of a negative term names no term of {parts}");
            return Err(Mistake::new(item.place, message).hint("`anchor` counts the positive terms from 0"));
        };
        let before: u64 = to.parts[first..first + position].iter().map(|part| part.count).sum();
        let count = to.parts.get(first + position).map_or(1, |part| part.count);
        if anchor > 0 && anchor as u64 + 1 < before + count {
            let detail = format!(
                "the anchor {anchor} is one of {count} records of a term; here it is the one that completes them"
            );
            self.notes.push(note("negative windows", detail));
        }
        let end = Span(slide.0.saturating_add(window.0));
        let whole = Span(end.0.max(slide.0));
        // From the first record to the last, moved and lengthened, is the whole match with offsets.
        let (anchor, from, to_end) = match (absolute, anchor) {
            (false, 0) => (None, slide, Span(end.0)),
            (true, _) => (Some(first + position), slide, whole),
            (false, _) => {
                let longest = within.map_or("the match".to_owned(), |within| format!("the match, at most {within}"));
                let detail = format!(
                    "the window of a negative term ends {end} after its anchor; in the original it is longer by the length of {longest}"
                );
                self.notes.push(note("negative windows", detail));
                (Some(first + position), slide, whole)
            }
        };
        if anchor.is_none() && to_end.0 < from.0 {
            // Shorter than nothing: the engine takes it as the moment of the anchor.
            to.unless.push(Unless { condition, anchor: Some(first), from, to: from });
            return Ok(());
        }
        to.unless.push(Unless { condition, anchor, from, to: to_end });
        Ok(())
    }

    /// The engine writes a term with a count so many times, and counts anchors in that list.
    fn part_of_anchor(&self, parts: &[Part], anchor: usize) -> Option<usize> {
        let mut before = 0;
        for (index, part) in parts.iter().enumerate() {
            before += usize::try_from(part.count).unwrap_or(usize::MAX);
            if anchor < before {
                return Some(index);
            }
        }
        None
    }

    /// The named term that an item stands for, or itself.
    fn resolved<'x>(&'x self, item: &'x Node<'a>) -> Option<&'x Node<'a>> {
        let name = item.text().or_else(|| item.get("value").and_then(Node::text));
        name.and_then(|name| self.terms?.get(name)).or(Some(item))
    }

    fn term(&mut self, item: &Node<'a>) -> Result<(Condition, u64), Mistake> {
        let node = self.resolved(item).unwrap_or(item).clone();
        self.unknown(&node, TERM_FIELDS, "a term");
        let count = match item.get("count").or_else(|| node.get("count")) {
            None => 1,
            Some(node) => match node.text().and_then(|text| text.parse::<u64>().ok()) {
                Some(count @ 0..=MOST) => count.max(1),
                Some(count) => {
                    let detail = format!("the count {count} is written as {MOST}, the greatest that is counted");
                    self.notes.push(note("great counts", detail));
                    MOST
                }
                None => return Err(Mistake::new(node.place, "`count` is not a number").hint("write `count: 3`")),
            },
        };
        let field = node.get("field").and_then(Node::text).map(str::to_owned);
        let condition = self.condition(&node)?;
        Ok((self.in_field(condition, field), count))
    }

    fn condition(&mut self, node: &Node<'a>) -> Result<Condition, Mistake> {
        let text = |name: &str| node.get(name).and_then(Node::text);
        if let Some(text) = node.text().or_else(|| text("value")) {
            return self.literal(text, node);
        }
        if let Some(pattern) = text("regex") {
            let pattern = pattern.strip_suffix('\n').unwrap_or(pattern);
            if pattern.is_empty() {
                return Err(Mistake::new(node.place, "a term is empty").hint("write what the record contains"));
            }
            return Ok(Condition::Regex(re2::translated(pattern)));
        }
        if let Some(jq) = text("jq") {
            return match jq::condition(jq) {
                Ok((condition, notes)) => {
                    self.notes.extend(notes.into_iter().map(|detail| note("jq expressions said nearly", detail)));
                    Ok(condition)
                }
                Err(what) => {
                    let message = format!("the jq expression has no equal here: {what}");
                    Err(Mistake::new(node.place, message).hint(
                        "paths, comparisons with `==` and `!=`, `and`, `or`, `test` and the like can be imported",
                    ))
                }
            };
        }
        let names: Vec<&str> = match &node.value {
            Value::Map(fields) => fields.iter().map(|(key, _)| &*key.name).collect(),
            Value::Scalar { .. } | Value::List(_) => Vec::new(),
        };
        let message = format!("a term of a kind that is not known: `{}`", names.join("`, `"));
        Err(Mistake::new(node.place, message).hint("known are a text, `value`, `regex`, `jq`, `set` and `sequence`"))
    }

    /// A text may have several lines, which one literal here has not.
    fn literal(&mut self, text: &str, node: &Node<'a>) -> Result<Condition, Mistake> {
        let text = match text.strip_suffix('\n') {
            Some(text) => {
                self.notes.push(note("line ends", "the line end behind a text is left out"));
                text
            }
            None => text,
        };
        if text.is_empty() {
            return Err(Mistake::new(node.place, "a term is empty").hint("write what the record contains"));
        }
        if text.contains(['\n', '\r']) {
            let lines = text.lines().map(regex_syntax::escape).collect::<Vec<_>>();
            return Ok(Condition::Regex(lines.join(r"\r?\n")));
        }
        Ok(Condition::Text { text: text.to_owned(), nocase: false })
    }

    /// Fields that the engine knows are those of events of Kubernetes; it searches the whole record for others, and so do we.
    fn in_field(&mut self, condition: Condition, field: Option<String>) -> Condition {
        const OF_EVENTS: &[&str] = &["reason", "type", "reportingComponent", "involvedObject.kind"];
        match (field, condition) {
            (Some(field), Condition::Text { text, .. }) if OF_EVENTS.contains(&field.as_str()) => {
                Condition::Fields(vec![FieldTest { name: field, values: vec![FieldValue::Is(text)] }])
            }
            (Some(field), condition) => {
                let detail = format!("`field: {field}`: the whole record is searched, as the original's engine does");
                self.notes.push(note("fields of terms", detail));
                condition
            }
            (None, condition) => condition,
        }
    }

    fn matching(&mut self, gathered: Gathering, ordered: bool, within: Option<Span>) -> Matching {
        let Gathering { mut parts, unless, same, sources } = gathered;
        let several_sources = sources.len() > 1;
        self.sources.extend(sources);
        if parts.len() == 1 && unless.is_empty() && parts.first().is_some_and(|part| part.count == 1) {
            if let Some(part) = parts.pop() {
                return Matching::One(part.condition);
            }
        }
        // What lies between one record and itself has no length.
        let is_one = parts.len() == 1 && parts.first().is_some_and(|part| part.count == 1);
        let mut on_one_host = false;
        for name in same {
            let detail = match name.as_str() {
                "hostname" | "host" | "node" | "nodename" | "machine" => {
                    on_one_host = true;
                    if several_sources {
                        continue;
                    }
                    format!("`{name}`: the records stand in one file, which is taken for that of one host")
                }
                _ => format!("`{name}`: a signature correlates captures, host, file and component"),
            };
            self.notes.push(note("correlations", detail));
        }
        let place = match (several_sources, on_one_host) {
            (false, _) => None,
            (true, true) => Some("host"),
            (true, false) => Some("bundle"),
        };
        let within = within.filter(|within| !is_one && within.0 > 0);
        Matching::Several(Several { ordered, parts, within, same: Vec::new(), place, unless })
    }

    fn span(&mut self, node: &Node<'a>) -> Result<Span, Mistake> {
        let text = node.text().unwrap_or_default();
        Span::parse(text).ok_or_else(|| {
            Mistake::new(node.place, format!("`{text}` is not a length of time")).hint("write `30s`, `5m` or `1h`")
        })
    }

    /// Names the fields that no version of the format that we know has.
    fn unknown(&mut self, node: &Node<'a>, known: &[&str], what: &str) {
        let Value::Map(fields) = &node.value else { return };
        for (key, _) in fields.iter().filter(|(key, _)| !known.contains(&&*key.name)) {
            let detail =
                format!("line {}: the field `{}` of {what} is not one of the format", key.place.line, key.name);
            self.notes.push(note("unknown fields", detail));
        }
    }
}
