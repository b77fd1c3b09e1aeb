//! Conditions as terms of CRE.
//!
//! A term is a text, a regex or a `jq` expression that is searched in one record; several terms are several records. So what
//! must stand together in one record can be said only of fields, in one expression.

use crate::signature::{Anchor, Bond, Condition, Correlation, FieldTest, FieldValue, Order, Part, Span, Unless};
use crate::workshop::import::write::scalar;

/// Returns the lines of `rule:`, indented by so many blanks, and what of the correlation they do not say.
pub(super) fn rule(
    condition: &Condition,
    correlation: Option<&Correlation>,
    source: &str,
) -> Result<(Vec<String>, Vec<String>), String> {
    let mut lines = Vec::new();
    let mut notes = Vec::new();
    let ordered = correlation.is_some_and(|it| it.order == Order::Sequence);
    let (kind, list) = if ordered { ("sequence", "order") } else { ("set", "match") };
    lines.push(format!("      {kind}:"));
    if let Some(correlation) = correlation {
        if !correlation.absent.is_empty() {
            return Err("`absent`: that something does not follow cannot be said".into());
        }
        let several = correlation.parts.len() > 1 || correlation.parts.iter().any(|part| part.count > 1);
        match correlation.within {
            Some(within) => lines.push(format!("        window: {}", duration(within))),
            // It has to have one; a day is as good as none.
            None if several => {
                notes.push("without `within` there is no limit, the rule has a window of a day".to_owned());
                lines.push("        window: 24h".into());
            }
            None => {}
        }
        for bond in &correlation.same {
            match bond {
                Bond::Host => lines.push("        correlations: [hostname]".into()),
                other => return Err(format!("`same: {}`: only hosts can be compared", other.name())),
            }
        }
        if correlation.place.name() != "file" {
            notes.push(format!("`in: {}`: the rule looks at one source", correlation.place.name()));
        }
    }
    lines.push("        event:".into());
    lines.push(format!("          source: {source}"));
    lines.push(format!("        {list}:"));
    match correlation {
        None => lines.extend(item(&term(condition)?)),
        Some(correlation) => {
            for part in &correlation.parts {
                if !part.wanted.files.is_empty() {
                    notes.push("`files` of a part: the rule looks at one source".into());
                }
                lines.extend(item(&term(&part.wanted.condition)?));
                if part.count > 1 {
                    lines.push(format!("            count: {}", part.count));
                }
            }
            if !correlation.unless.is_empty() {
                lines.push("        negate:".into());
            }
            for unless in &correlation.unless {
                lines.extend(item(&term(&unless.wanted.condition)?));
                lines.extend(window(unless, &correlation.parts)?);
            }
        }
    }
    Ok((lines, notes))
}

/// A term: the name of its kind and its text.
fn term(condition: &Condition) -> Result<(&'static str, String), String> {
    match condition {
        Condition::Text { text, nocase: false } => Ok(("value", text.clone())),
        Condition::Text { .. } | Condition::Regex(_) => Ok(("regex", pattern(condition)?)),
        Condition::Any(branches) if branches.iter().all(is_pattern) => {
            let branches = branches.iter().map(pattern).collect::<Result<Vec<_>, _>>()?;
            Ok(("regex", branches.iter().map(|it| format!("(?:{it})")).collect::<Vec<_>>().join("|")))
        }
        Condition::All(_) if !has_fields(condition) => {
            Err("`all`: several texts in one record cannot be said, terms are about several records".into())
        }
        Condition::None(_) => Err("`none` alone".into()),
        condition => Ok(("jq", jq(condition)?)),
    }
}

fn is_pattern(condition: &Condition) -> bool {
    matches!(condition, Condition::Text { .. } | Condition::Regex(_))
}

fn has_fields(condition: &Condition) -> bool {
    match condition {
        Condition::Fields(_) => true,
        Condition::Any(parts) | Condition::All(parts) | Condition::None(parts) => parts.iter().any(has_fields),
        Condition::Text { .. } | Condition::Regex(_) => false,
    }
}

fn pattern(condition: &Condition) -> Result<String, String> {
    match condition {
        Condition::Text { text, nocase } => {
            let escaped = regex_syntax::escape(text);
            Ok(if *nocase { format!("(?i){escaped}") } else { escaped })
        }
        Condition::Regex(pattern) => Ok(of_go(pattern)),
        _ => Err("a pattern of something else than texts".into()),
    }
}

/// There a record is one line, so that what makes it one here is left out; line borders have to be asked for.
fn of_go(pattern: &str) -> String {
    for flags in ["(?s-m)", "(?-m)", "(?s)"] {
        if let Some(rest) = pattern.strip_prefix(flags) {
            return rest.to_owned();
        }
    }
    let has_borders = pattern.contains(['^', '$']);
    if has_borders { format!("(?m){pattern}") } else { pattern.to_owned() }
}

/// A condition on fields as an expression that is true of the record.
fn jq(condition: &Condition) -> Result<String, String> {
    let list = |parts: &[Condition], word: &str| -> Result<String, String> {
        let parts = parts.iter().map(jq).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", parts.join(word)))
    };
    match condition {
        Condition::Fields(tests) => {
            let tests = tests.iter().map(jq_test).collect::<Result<Vec<_>, _>>()?;
            Ok(tests.join(" and "))
        }
        Condition::All(parts) => list(parts, " and "),
        Condition::Any(parts) => list(parts, " or "),
        Condition::None(parts) => Ok(format!("({} | not)", list(parts, " or ")?)),
        Condition::Text { .. } | Condition::Regex(_) => Err("texts and fields in one record".into()),
    }
}

fn jq_test(test: &FieldTest) -> Result<String, String> {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let path: String = test
        .name
        .split('.')
        .map(|part| if is_name(part) { format!(".{part}") } else { format!(".{}", quoted(part)) })
        .collect();
    let values = test.values.iter().map(|value| match value {
        // Numbers are text here, so both are asked for.
        FieldValue::Is(text) if text.parse::<f64>().is_ok() => {
            Ok(format!("({path} == {text} or {path} == {})", quoted(text)))
        }
        FieldValue::Is(text) => Ok(format!("{path} == {}", quoted(text))),
        FieldValue::Like(Condition::Text { text, nocase: false }) => {
            Ok(format!("({path} | contains({}))", quoted(text)))
        }
        FieldValue::Like(condition) => Ok(format!("({path} | test({}))", quoted(&pattern(condition)?))),
    });
    let values = values.collect::<Result<Vec<String>, String>>()?;
    Ok(if values.len() == 1 { values.concat() } else { format!("({})", values.join(" or ")) })
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn item((kind, text): &(&str, String)) -> Vec<String> {
    format!("          - {kind}: {}", scalar(text, 7)).lines().map(str::to_owned).collect()
}

/// The window of a negative term begins at its anchor; unless it is absolute, it is longer by the length of the match.
fn window(unless: &Unless, parts: &[Part]) -> Result<Vec<String>, String> {
    let anchor = match unless.anchor {
        Anchor::Whole | Anchor::First => 0,
        Anchor::Last => place_of(parts, parts.len().saturating_sub(1)),
        Anchor::Part(index) => place_of(parts, index),
    };
    let length = unless.to.0.checked_sub(unless.from.0).ok_or("a window that is too long")?;
    let mut lines = Vec::new();
    let mut line = |line: String| lines.push(format!("            {line}"));
    if anchor > 0 {
        line(format!("anchor: {anchor}"));
    }
    if unless.from.0 != 0 {
        line(format!("slide: {}", duration(unless.from)));
    }
    if length != 0 {
        line(format!("window: {}", duration(Span(length))));
    }
    if unless.anchor != Anchor::Whole {
        line("absolute: true".into());
    }
    Ok(lines)
}

/// There a part with a count is so many terms; its place is that of the record that completes it.
fn place_of(parts: &[Part], index: usize) -> u64 {
    let counts = parts.iter().take(index.saturating_add(1)).map(|part| u64::from(part.count));
    counts.sum::<u64>().saturating_sub(1)
}

/// A length of time as Go writes it, which knows no days.
fn duration(span: Span) -> String {
    let text = span.to_string();
    match text.strip_suffix('d').and_then(|days| days.parse::<i64>().ok()) {
        Some(days) => format!("{}h", days.saturating_mul(24)),
        None => text,
    }
}
