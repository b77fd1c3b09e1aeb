//! Conditions put together as all formats need it.

use crate::signature::Condition;

/// Joins what must all hold: parts of an `all` in an `all` are parts of the outer one, and what must not be there comes last.
pub(super) fn all(parts: Vec<Condition>) -> Condition {
    let mut flat: Vec<Condition> = Vec::new();
    for part in parts {
        match part {
            Condition::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    flat.sort_by_key(|part| matches!(part, Condition::None(_)));
    if flat.iter().all(|part| matches!(part, Condition::None(_))) {
        let inner = flat.into_iter().flat_map(|part| match part {
            Condition::None(inner) => inner,
            other => vec![other],
        });
        return Condition::None(inner.collect());
    }
    if flat.len() == 1 { flat.remove(0) } else { Condition::All(flat) }
}

/// A condition in one line, for the tests of the formats: `all(a=1|2 ~text none(/regex/))`.
#[cfg(test)]
pub(super) fn shown(condition: &Condition) -> String {
    use crate::signature::{FieldTest, FieldValue};
    let list = |parts: &[Condition]| parts.iter().map(shown).collect::<Vec<_>>().join(" ");
    match condition {
        Condition::Any(parts) => format!("any({})", list(parts)),
        Condition::All(parts) => format!("all({})", list(parts)),
        Condition::None(parts) => format!("none({})", list(parts)),
        Condition::Text { text, .. } => text.clone(),
        Condition::Regex(pattern) => format!("/{pattern}/"),
        Condition::Fields(tests) => {
            let value = |value: &FieldValue| match value {
                FieldValue::Is(text) => text.clone(),
                FieldValue::Like(condition) => format!("~{}", shown(condition)),
            };
            let test = |test: &FieldTest| {
                format!("{}={}", test.name, test.values.iter().map(value).collect::<Vec<_>>().join("|"))
            };
            tests.iter().map(test).collect::<Vec<_>>().join(",")
        }
    }
}
