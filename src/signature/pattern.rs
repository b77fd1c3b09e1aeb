//! The dialect of regular expressions: what a pattern may be, and where exactly it is wrong.
//!
//! Patterns are those of `regex::bytes` (linear time), with `^` and `$` at line borders and `\r\n` taken as one line end.
//! Classes such as `\w` are ASCII, unless the pattern has a character beyond ASCII. `scan` compiles them the same way.

use super::yaml::{Mistake, Node, place_in};
use super::{Condition, FieldValue};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::collections::BTreeSet;

/// The greatest size of a compiled pattern, in bytes of the `regex` crate's own measure.
const SIZE_LIMIT: usize = 1 << 20;
/// How deep groups may be nested.
const NEST_LIMIT: u32 = 50;
/// Patterns whose automaton has fewer states than this stay below [`SIZE_LIMIT`] with certainty and need no trial.
const SURELY_SMALL: usize = 2_000;

impl Condition {
    /// Returns the names of the groups that can have a value when the condition holds.
    pub fn captures(&self) -> BTreeSet<String> {
        match self {
            Condition::Any(parts) | Condition::All(parts) => parts.iter().flat_map(Condition::captures).collect(),
            Condition::Regex(pattern) => match parse(pattern) {
                Ok((tree, _)) => names(&tree),
                Err(_) => BTreeSet::new(),
            },
            Condition::Fields(tests) => {
                let values = tests.iter().flat_map(|test| &test.values);
                values.flat_map(FieldValue::condition).flat_map(Condition::captures).collect()
            }
            Condition::None(_) | Condition::Text { .. } => BTreeSet::new(),
        }
    }
}

impl Condition {
    /// Whether a group of this name may ever have this value, in any case and with blanks around it. Says yes where that
    /// depends on what stands around the group.
    pub fn may_capture(&self, name: &str, value: &str) -> bool {
        match self {
            Condition::Any(parts) | Condition::All(parts) => parts.iter().any(|part| part.may_capture(name, value)),
            Condition::Regex(pattern) => parse(pattern).is_ok_and(|(tree, _)| may_be(&tree, name, value)),
            Condition::Fields(tests) => {
                let values = tests.iter().flat_map(|test| &test.values);
                values.filter_map(FieldValue::condition).any(|condition| condition.may_capture(name, value))
            }
            Condition::None(_) | Condition::Text { .. } => false,
        }
    }
}

/// Whether a group of this name below the tree can have the value.
fn may_be(tree: &Hir, name: &str, value: &str) -> bool {
    match tree.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some(name) => {
            if !capture.sub.properties().look_set().is_empty() {
                return true;
            }
            let mut whole = regex::bytes::RegexBuilder::new(&format!(r"\A\s*(?:{})\s*\z", capture.sub));
            whole.case_insensitive(true).build().map_or(true, |whole| whole.is_match(value.as_bytes()))
        }
        HirKind::Capture(capture) => may_be(&capture.sub, name, value),
        HirKind::Repetition(repetition) => may_be(&repetition.sub, name, value),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(|part| may_be(part, name, value)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

impl FieldValue {
    /// Returns what is evaluated on the value; `None` if it is compared.
    pub fn condition(&self) -> Option<&Condition> {
        match self {
            FieldValue::Is(_) => None,
            FieldValue::Like(condition) => Some(condition),
        }
    }
}

fn names(tree: &Hir) -> BTreeSet<String> {
    match tree.kind() {
        HirKind::Capture(capture) => {
            let mut found = names(&capture.sub);
            found.extend(capture.name.as_deref().map(str::to_owned));
            found
        }
        HirKind::Repetition(repetition) => names(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().flat_map(names).collect(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => BTreeSet::new(),
    }
}

/// Returns the syntax tree and whether the pattern needs Unicode classes.
fn parse(pattern: &str) -> Result<(Hir, bool), Box<regex_syntax::Error>> {
    let parse = |unicode| {
        let mut builder = regex_syntax::ParserBuilder::new();
        builder.unicode(unicode).utf8(false).multi_line(true).crlf(true).nest_limit(NEST_LIMIT);
        builder.build().parse(pattern).map_err(Box::new)
    };
    match parse(false) {
        Ok(tree) => Ok((tree, false)),
        Err(_) => parse(true).map(|tree| (tree, true)),
    }
}

/// What is wrong with a pattern.
pub(super) struct Flaw {
    /// Where in the pattern, in bytes; `None` if it is all of it.
    pub(super) offset: Option<usize>,
    /// A lower-case fragment.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<&'static str>,
}

/// Says what is wrong with a pattern of a signature file, at its place there.
pub(super) fn check(yaml: &str, node: &Node<'_>, pattern: &str) -> Result<(), Mistake> {
    test(pattern).map_err(|flaw| {
        let place = flaw.offset.map_or(node.place, |offset| place_in(yaml, node, offset));
        let mistake = Mistake::new(place, flaw.message);
        match flaw.hint {
            Some(hint) => mistake.hint(hint),
            None => mistake,
        }
    })
}

/// Says what is wrong with a pattern.
pub(super) fn test(pattern: &str) -> Result<(), Flaw> {
    // Half of what people search for is plain text. Parsing it would be a tenth of the start with thousands of patterns.
    if pattern.len() < SURELY_SMALL && !pattern.contains(|c| r"\.+*?()|[]{}^$".contains(c)) {
        return Ok(());
    }
    let (tree, unicode) = parse(pattern).map_err(|err| {
        let (offset, message) = match &*err {
            regex_syntax::Error::Parse(err) => (err.span().start.offset, err.kind().to_string()),
            regex_syntax::Error::Translate(err) => (err.span().start.offset, err.kind().to_string()),
            _ => (0, err.to_string()),
        };
        let message = message.trim_end_matches('.');
        let hint = way_out(pattern, offset, message);
        Flaw { offset: Some(offset), message: format!("wrong regular expression: {message}"), hint }
    })?;
    let compiles = || {
        let mut builder = regex::bytes::RegexBuilder::new(pattern);
        builder.unicode(unicode).multi_line(true).crlf(true).size_limit(SIZE_LIMIT).build().is_ok()
    };
    if states(&tree) > SURELY_SMALL && !compiles() {
        let message = format!("the regular expression needs more than {SIZE_LIMIT} bytes");
        return Err(Flaw { offset: None, message, hint: Some("use smaller repetitions") });
    }
    Ok(())
}

fn way_out(pattern: &str, offset: usize, message: &str) -> Option<&'static str> {
    let rest = pattern.get(offset..).unwrap_or_default();
    if message.contains("look-around") || rest.starts_with("(?=") || rest.starts_with("(?!") {
        Some("patterns run in linear time, without look-around: say what must not stand there with `none:`")
    } else if message.contains("backreference") {
        Some("patterns run in linear time, without backreferences")
    } else if message.contains("escape") {
        Some("only characters with a meaning in regular expressions are escaped; `\\` itself is `\\\\`")
    } else if message.contains("repetition") {
        Some("write `\\*`, `\\+`, `\\?` or `\\{` for the character itself")
    } else if message.contains("unclosed") || message.contains("unopened") {
        Some("write `\\(`, `\\)` or `\\[` for the character itself")
    } else {
        None
    }
}

/// Estimates from above how many states the pattern's automaton has.
fn states(tree: &Hir) -> usize {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(_)) => 1,
        // A range of code points is at most about four UTF-8 sequences of at most four bytes.
        HirKind::Class(Class::Unicode(class)) => class.ranges().len().saturating_mul(16),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or_else(|| repetition.min.saturating_add(1)).max(1);
            states(&repetition.sub).saturating_add(1).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(1, |sum: usize, part| sum.saturating_add(states(part)))
        }
    }
}
