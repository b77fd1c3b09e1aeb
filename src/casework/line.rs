//! Findings as JSON, between the process that reads bundles and the one that files them, and for programs.

use crate::store::{Finding, FindingStep};
use serde_json::{Value, json};

/// Writes a finding.
pub fn to_json(it: &Finding) -> Value {
    let step = |it: &FindingStep| json!({"number": it.number, "level": it.level, "audience": it.audience, "text": it.text, "verify": it.verify, "risk": it.risk});
    json!({
        "problem": it.problem, "known": it.is_known, "variant": it.variant, "title": it.title, "severity": it.severity,
        "level": it.level, "count": it.count, "first_time": it.first_time, "last_time": it.last_time, "codes": it.codes,
        "message": it.message, "place": it.place, "suppressed": it.suppressed, "steps": it.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

/// Reads one; `None` if it is none.
pub fn of_json(value: &Value) -> Option<Finding> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let list = |name: &str| value.get(name).and_then(Value::as_array);
    let step = |it: &Value| {
        let number = it.get("number").and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
        Some(FindingStep {
            number,
            level: text(it, "level")?,
            audience: text(it, "audience")?,
            text: text(it, "text")?,
            verify: text(it, "verify"),
            risk: text(it, "risk"),
        })
    };
    Some(Finding {
        problem: text(value, "problem")?,
        is_known: value.get("known")?.as_bool()?,
        variant: text(value, "variant"),
        title: text(value, "title")?,
        severity: text(value, "severity"),
        level: text(value, "level"),
        count: value.get("count")?.as_u64()?,
        first_time: text(value, "first_time"),
        last_time: text(value, "last_time"),
        codes: list("codes")?.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
        message: text(value, "message")?,
        place: text(value, "place")?,
        suppressed: text(value, "suppressed"),
        steps: list("steps")?.iter().map(step).collect::<Option<_>>()?,
    })
}
