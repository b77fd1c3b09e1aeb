//! Sigma's rules about several events: `event_count`, `temporal`, `temporal_ordered`.

use super::super::draft::{Matching, Part, Several, Span};
use super::super::{Found, note};
use super::{Event, by_name, found};
use crate::signature::yaml::{Mistake, Node, Value};
use crate::signature::{Condition, FieldTest, FieldValue};
use crate::workshop::import::conditions::all;

/// The greatest count of a part that a signature can state.
const MOST: u64 = 4096;

/// The rules that a correlation refers to.
pub(super) fn names_of_rules(correlation: &Node<'_>) -> Vec<String> {
    let Some(rules) = correlation.get("rules") else { return Vec::new() };
    rules.text().into_iter().chain(rules.items().iter().filter_map(Node::text)).map(str::to_owned).collect()
}

/// Reads a correlation of the given rules.
pub(super) fn rule(root: &Node<'_>, events: &[Event]) -> Result<Found, Mistake> {
    let Some(correlation) = root.get("correlation") else {
        return Err(Mistake::new(root.place, "the rule has no `correlation`"));
    };
    let wrong = |message: String| Mistake::new(correlation.place, message);
    let text = |name: &str| correlation.get(name).and_then(Node::text);
    let known = by_name(events);
    let mut rules = Vec::new();
    for name in names_of_rules(correlation) {
        match known.get(name.as_str()) {
            Some(event) => rules.push(*event),
            None => return Err(wrong(format!("the rule `{name}` is not there, or could not be imported"))),
        }
    }
    let [first, ..] = rules.as_slice() else { return Err(wrong("`rules` names no rule".into())) };
    if correlation.get("aliases").is_some() {
        return Err(wrong("`aliases`: fields with different names cannot be compared".into()));
    }
    let within = text("timespan").or_else(|| text("timeframe")).and_then(Span::parse);
    let Some(within) = within else { return Err(wrong("`timespan` is not a length of time".into())) };
    let mut several = Several { within: Some(within), ..Several::default() };
    let kind = text("type").unwrap_or_default();
    match kind {
        "event_count" => {
            let count = count(correlation).map_err(wrong)?;
            let conditions: Vec<Condition> = rules.iter().map(|it| it.condition.clone()).collect();
            several.parts.push(Part { condition: super::condition::any(conditions).map_err(wrong)?, count });
        }
        "temporal" | "temporal_ordered" => {
            if rules.len() < 2 {
                return Err(wrong(format!("`{kind}` of one rule")));
            }
            several.ordered = kind == "temporal_ordered";
            several.parts.extend(rules.iter().map(|it| Part { condition: it.condition.clone(), count: 1 }));
        }
        other => return Err(wrong(format!("a correlation of type `{other}` has no equal here"))),
    }
    let mut notes = Vec::new();
    let groups: Vec<&str> = match correlation.get("group-by") {
        Some(node) => node.text().into_iter().chain(node.items().iter().filter_map(Node::text)).collect(),
        None => Vec::new(),
    };
    for field in groups {
        let name = first.source.field(field);
        let capture: String =
            field.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        if !capture.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(wrong(format!("`group-by: {field}` is no name of a field")));
        }
        for part in &mut several.parts {
            let value = FieldValue::Like(Condition::Regex(format!(r"(?s)\A(?<{capture}>.+)\z")));
            let test = Condition::Fields(vec![FieldTest { name: name.clone(), values: vec![value] }]);
            part.condition = all(vec![part.condition.clone(), test]);
        }
        several.same.push(capture);
    }
    several.place = Some("bundle");
    if text("generate") != Some("true") {
        let names = names_of_rules(correlation).join("`, `");
        notes.push(note("parts of correlations", format!("`{names}` alone is no problem, and is no signature")));
    }
    found(root, &first.source, Matching::Several(several), notes)
}

/// How many events there must be at least.
fn count(correlation: &Node<'_>) -> Result<u64, String> {
    let Some(Value::Map(fields)) = correlation.get("condition").map(|node| &node.value) else {
        return Err("`condition` is missing: how many events there must be".into());
    };
    let mut least = None;
    for (key, node) in fields {
        let number = node.text().and_then(|text| text.parse::<u64>().ok());
        let Some(number) = number else { return Err(format!("`{}` is not a number", key.name)) };
        least = match &*key.name {
            "gte" => Some(number),
            "gt" => Some(number.saturating_add(1)),
            other => return Err(format!("`{other}`: that there are at least so many can be said, nothing else")),
        };
    }
    match least {
        Some(count @ 2..=MOST) => Ok(count),
        Some(count) => Err(format!("a count of {count}: it must be from 2 to {MOST}")),
        None => Err("`condition` is empty".into()),
    }
}
