//! `match` of several records: the parts, what they have in common, and what must not stand beside them.

use super::super::fields::{Fields, Reader, listed};
use super::super::fragments::is_name;
use super::super::yaml::{Key, Mistake, Node, Value};
use super::super::{Absent, Anchor, Bond, Condition, Correlation, Order, Part, Span, Unless, Wanted, Where};
use super::condition::{condition, condition_beside};
use super::scope::globs;
use std::collections::BTreeSet;

/// The fields that make a condition one about several records.
pub(super) const FIELDS: &[&str] = &["within", "same", "in", "count", "unless", "absent"];

const PLACES: &[(&str, Where)] = &[("file", Where::File), ("host", Where::Host), ("bundle", Where::Bundle)];

const SPAN: &str = "write a number and a unit, e.g. `500ms`, `30s`, `10m`, `12h` or `2d`";

/// Reads `match`: what one record must contain, and what several must be to each other, if it says so.
pub(super) fn matching(
    reader: &mut Reader,
    yaml: Option<&str>,
    node: &Node<'_>,
) -> Option<(Condition, Option<Correlation>)> {
    let is_one = |(key, _): &(Key<'_>, Node<'_>)| key.name == "sequence" || FIELDS.contains(&&*key.name);
    match &node.value {
        Value::Map(fields) if fields.iter().any(is_one) => {
            let correlation = correlation(reader, yaml, node, fields)?;
            Some((correlation.of_any_part(), Some(correlation)))
        }
        _ => Some((condition(reader, yaml, node, false)?, None)),
    }
}

fn correlation(
    reader: &mut Reader,
    yaml: Option<&str>,
    node: &Node<'_>,
    entries: &[(Key<'_>, Node<'_>)],
) -> Option<Correlation> {
    let before = reader.mistakes.len();
    let several = entries.iter().find(|(key, _)| matches!(&*key.name, "sequence" | "all"));
    let (order, parts) = match several {
        Some((key, list)) => {
            let order = if key.name == "sequence" { Order::Sequence } else { Order::Any };
            let names = [&["sequence", "all"], FIELDS].concat();
            for (key, _) in entries {
                if !names.contains(&&*key.name) {
                    let message = format!("`{}` stands beside a list of parts", key.name);
                    let hint = "make it an item of the list (`- `), or remove it";
                    reader.mistake(Mistake::new(key.place, message).hint(hint));
                }
            }
            (order, parts(reader, yaml, &key.name, list))
        }
        None => (Order::One, one_part(reader, yaml, node, entries).into_iter().collect()),
    };
    let fields = Fields::of(node, entries, "a match");
    if let (Some(node), false) = (fields.get("count"), order == Order::One) {
        let hint = "put it beside the condition of the part that must be there so often";
        reader.mistake(Mistake::new(node.place, "`count` belongs to a part").hint(hint));
    }
    let names: Vec<Option<&str>> = parts.iter().map(|part| part.name.as_deref()).collect();
    let unless =
        items(reader, &fields, "unless").iter().filter_map(|item| unless(reader, yaml, item, &names)).collect();
    let absent =
        items(reader, &fields, "absent").iter().filter_map(|item| absent(reader, yaml, item, &names)).collect();
    let within = fields.get("within").and_then(|node| length(reader, node, "within"));
    let place = fields.get("in").and_then(|node| reader.one_of(node, "in", PLACES)).unwrap_or(Where::File);
    let mut correlation = Correlation { order, parts, within, same: Vec::new(), place, unless, absent };
    correlation.same = bonds(reader, &fields, &correlation);
    if reader.mistakes.len() > before || correlation.parts.is_empty() {
        return None;
    }
    senseless(reader, &fields, &correlation);
    Some(correlation)
}

fn items<'n, 'a>(reader: &mut Reader, fields: &Fields<'n, 'a>, name: &str) -> &'n [Node<'a>] {
    let Some(node) = fields.get(name) else { return &[] };
    let items = reader.list(node, name);
    if items.is_empty() && matches!(node.value, Value::List(_)) {
        reader.mistake(Mistake::new(node.place, format!("`{name}` is empty")).hint("write an item or remove it"));
    }
    items
}

/// Reads the list of `sequence` or `all`.
fn parts(reader: &mut Reader, yaml: Option<&str>, kind: &str, node: &Node<'_>) -> Vec<Part> {
    let items = reader.list(node, kind);
    if items.len() < 2 && matches!(node.value, Value::List(_)) {
        let hint = match kind {
            "sequence" => "add what comes before or after it; one part alone needs no `sequence`",
            _ => "add another part; one part alone needs no `all`",
        };
        reader.mistake(Mistake::new(node.place, format!("`{kind}` has fewer than two parts")).hint(hint));
    }
    let mut names = BTreeSet::new();
    let mut parts = Vec::new();
    for item in items {
        if let Some(key) = item.key("none") {
            let hint = "a part is a record that must be there; say below `unless:` or `absent:` what must not";
            reader.mistake(Mistake::new(key.place, "`none` is no part").hint(hint));
            continue;
        }
        let Some(condition) = condition_beside(reader, yaml, item, "a part", &["name", "files", "count"]) else {
            continue;
        };
        let Value::Map(entries) = &item.value else { continue };
        let fields = Fields::of(item, entries, "a part");
        let name = reader.optional(&fields, "name");
        if let (Some(name), Some(node)) = (&name, fields.get("name")) {
            if !is_name(name) || matches!(name.as_str(), "first" | "last") {
                let hint = "write a word such as `start`: a letter, then letters, digits, `-` or `_`";
                reader.mistake(Mistake::new(node.place, format!("`{name}` is not the name of a part")).hint(hint));
            } else if !names.insert(name.clone()) {
                let message = format!("a second part is called `{name}`");
                reader.mistake(Mistake::new(node.place, message).hint("give each part a name of its own"));
            }
        }
        let count = fields.get("count").map_or(Some(1), |node| count(reader, node));
        let files = globs(reader, &fields, "files");
        parts.push(Part { name, wanted: Wanted { condition, files }, count: count.unwrap_or(1) });
    }
    parts
}

/// Reads a match with one part, whose condition stands beside `count`, `unless` or `absent`.
fn one_part(reader: &mut Reader, yaml: Option<&str>, node: &Node<'_>, entries: &[(Key<'_>, Node<'_>)]) -> Option<Part> {
    let condition = condition_beside(reader, yaml, node, "a match", FIELDS)?;
    let fields = Fields::of(node, entries, "a match");
    let count = fields.get("count").map_or(Some(1), |node| count(reader, node));
    Some(Part { name: None, wanted: Wanted { condition, files: Vec::new() }, count: count? })
}

fn unless(reader: &mut Reader, yaml: Option<&str>, item: &Node<'_>, names: &[Option<&str>]) -> Option<Unless> {
    const WINDOW: &[&str] = &["files", "anchor", "from", "to", "after", "before"];
    let condition = condition_beside(reader, yaml, item, "an item of `unless`", WINDOW)?;
    let Value::Map(entries) = &item.value else { return None };
    let fields = Fields::of(item, entries, "an item of `unless`");
    let files = globs(reader, &fields, "files");
    let wanted = Wanted { condition, files };
    let short = [("after", Anchor::Last), ("before", Anchor::First)];
    let short: Vec<_> =
        short.into_iter().filter_map(|(name, anchor)| Some((name, anchor, fields.get(name)?))).collect();
    if let Some(&(name, anchor, node)) = short.first() {
        let others = ["anchor", "from", "to", "before"].into_iter().filter(|other| *other != name);
        if let Some((other, node)) = others.filter_map(|other| Some((other, fields.get(other)?))).next() {
            let hint = "write either `after:` or `before:`, or `anchor:` with `from:` and `to:`";
            reader.mistake(Mistake::new(node.place, format!("`{other}` stands beside `{name}`")).hint(hint));
            return None;
        }
        let length = length(reader, node, name)?;
        let (from, to) = if name == "after" { (Span(0), length) } else { (Span(-length.0), Span(0)) };
        return Some(Unless { wanted, anchor, from, to });
    }
    let anchor = fields.get("anchor").map_or(Some(Anchor::Whole), |node| anchor(reader, node, names));
    let offset = |reader: &mut Reader, name| fields.get(name).map_or(Some(Span(0)), |node| span(reader, node, name));
    let (from, to) = (offset(reader, "from")?, offset(reader, "to")?);
    if anchor != Some(Anchor::Whole)
        && from > to
        && let Some(node) = fields.get("from").or_else(|| fields.get("to"))
    {
        let message = format!("the window ends before it begins: from {from} to {to}");
        reader.mistake(Mistake::new(node.place, message).hint("what counts back is negative: `from: -30s`, `to: 0s`"));
    }
    Some(Unless { wanted, anchor: anchor?, from, to })
}

fn absent(reader: &mut Reader, yaml: Option<&str>, item: &Node<'_>, names: &[Option<&str>]) -> Option<Absent> {
    let condition = condition_beside(reader, yaml, item, "an item of `absent`", &["files", "anchor", "within"])?;
    let Value::Map(entries) = &item.value else { return None };
    let fields = Fields::of(item, entries, "an item of `absent`");
    let files = globs(reader, &fields, "files");
    let anchor = fields.get("anchor").map_or(Some(Anchor::Last), |node| anchor(reader, node, names));
    let within = match fields.get("within") {
        Some(node) => length(reader, node, "within"),
        None => {
            let hint = "say by when it should have come, e.g. `within: 12h`: else no log could show that it never will";
            reader.mistake(Mistake::new(item.place, "`absent` without a time").hint(hint));
            None
        }
    };
    Some(Absent { wanted: Wanted { condition, files }, anchor: anchor?, within: within? })
}

/// Reads `first`, `last`, or the name or number of a part.
fn anchor(reader: &mut Reader, node: &Node<'_>, names: &[Option<&str>]) -> Option<Anchor> {
    let text = reader.text(node, "anchor")?;
    let part = names.iter().position(|name| *name == Some(text.as_str())).or_else(|| {
        text.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|index| *index < names.len())
    });
    match (&*text, part) {
        (_, Some(index)) => Some(Anchor::Part(index)),
        ("first", None) => Some(Anchor::First),
        ("last", None) => Some(Anchor::Last),
        _ => {
            let words: Vec<&str> = ["first", "last"].into_iter().chain(names.iter().flatten().copied()).collect();
            let hint = match names.len() {
                0 | 1 => format!("write {}", listed(&words, "or")),
                n => format!("write {}, or a number from 1 to {n}", listed(&words, "or")),
            };
            reader.mistake(Mistake::new(node.place, format!("there is no part `{text}`")).hint(hint));
            None
        }
    }
}

fn bonds(reader: &mut Reader, fields: &Fields<'_, '_>, correlation: &Correlation) -> Vec<Bond> {
    let mut bonds: Vec<Bond> = Vec::new();
    let captures: Vec<BTreeSet<String>> = correlation.wanted().map(|it| it.condition.captures()).collect();
    for node in items(reader, fields, "same") {
        let Some(name) = reader.text(node, "same") else { continue };
        let carriers = captures.iter().filter(|captures| captures.contains(&name)).count();
        let of_parts = captures.iter().take(correlation.parts.len()).filter(|it| it.contains(&name)).count();
        let bond = match &*name {
            // A capture of that name is what its author means.
            _ if carriers > 0 => Bond::Capture(name.clone()),
            "host" => Bond::Host,
            "file" => Bond::File,
            "component" => Bond::Component,
            _ => {
                let hint = format!(
                    "name a group `(?<{name}>...)` in the `regex` of each part that has it, or write `host`, `file` or `component`"
                );
                reader.mistake(Mistake::new(node.place, format!("no part has a capture `{name}`")).hint(hint));
                continue;
            }
        };
        let is_alone = matches!(bond, Bond::Capture(_)) && carriers == 1 && captures.len() > 1;
        let is_counted = correlation.parts.iter().zip(&captures).any(|(part, it)| part.count > 1 && it.contains(&name));
        if of_parts == 0 && matches!(bond, Bond::Capture(_)) {
            let hint = format!("name a group `(?<{name}>...)` in the `regex` of a part, too");
            let message = format!("only what must not be there has a capture `{name}`");
            reader.mistake(Mistake::new(node.place, message).hint(hint));
        } else if is_alone && !is_counted {
            let hint = format!("name a group `(?<{name}>...)` in the `regex` of another part, or remove it here");
            let message = format!("only one part has a capture `{name}`: there is nothing to compare it with");
            reader.mistake(Mistake::new(node.place, message).hint(hint));
        } else if bonds.contains(&bond) {
            reader.mistake(Mistake::new(node.place, format!("`{name}` stands here a second time")).hint("remove it"));
        } else {
            bonds.push(bond);
        }
    }
    bonds
}

/// Tells what says nothing, so that the author meant something else.
fn senseless(reader: &mut Reader, fields: &Fields<'_, '_>, correlation: &Correlation) {
    let records: u32 = correlation.parts.iter().map(|part| part.count).fold(0, u32::saturating_add);
    let beside = !correlation.unless.is_empty() || !correlation.absent.is_empty();
    let mut tell = |name: &str, message: &str, hint: &str| {
        if let Some(node) = fields.get(name) {
            reader.mistake(Mistake::new(node.place, message.to_owned()).hint(hint));
        }
    };
    if records == 1 {
        tell("within", "`within` has one record and nothing to measure", "add `count:`, or make it a `sequence:`");
        if !beside {
            tell("same", "`same` has one record and nothing to compare", "add `count:`, or make it a `sequence:`");
            tell("in", "`in` has one record and no others to look for", "add `count:`, or make it a `sequence:`");
            tell("count", "a condition that holds once is what `match` means anyway", "remove `count:`, or raise it");
        }
    }
}

/// Takes a span of time that may count back.
fn span(reader: &mut Reader, node: &Node<'_>, name: &str) -> Option<Span> {
    let text = reader.text(node, name)?;
    let span = Span::parse(&text);
    if span.is_none() {
        let hint = format!("{SPAN}; `-30s` counts back");
        reader.mistake(Mistake::new(node.place, format!("`{text}` is not a span of time")).hint(hint));
    }
    span
}

/// Takes a length of time.
pub(super) fn length(reader: &mut Reader, node: &Node<'_>, name: &str) -> Option<Span> {
    let text = reader.text(node, name)?;
    match Span::parse(&text) {
        Some(span) if span > Span(0) => return Some(span),
        Some(_) => {
            let message = format!("`{name}` must be longer than nothing");
            reader.mistake(Mistake::new(node.place, message).hint(SPAN));
        }
        None => {
            reader.mistake(Mistake::new(node.place, format!("`{text}` is not a length of time")).hint(SPAN));
        }
    }
    None
}

/// Takes `3` or `">=3"`.
fn count(reader: &mut Reader, node: &Node<'_>) -> Option<u32> {
    let text = reader.text(node, "count")?;
    let number = text.strip_prefix(">=").unwrap_or(&text).trim();
    match number.parse::<u32>() {
        Ok(number) if (1..=Correlation::MOST).contains(&number) => return Some(number),
        Ok(0) => {
            let hint = "what must not be there stands below `unless:` or `absent:`";
            reader.mistake(Mistake::new(node.place, "`count` must be at least 1").hint(hint));
        }
        Ok(_) => {
            let message = format!("`count` is more than {}", Correlation::MOST);
            reader.mistake(Mistake::new(node.place, message).hint("write a smaller number: it means at least so many"));
        }
        Err(_) => {
            let hint = "write a number or `\">=3\"`: both mean at least so many";
            reader.mistake(Mistake::new(node.place, format!("`{text}` is not a count")).hint(hint));
        }
    }
    None
}

#[cfg(test)]
mod tests;
