//! A draft as YAML text, in the order and form in which authors write it.

use super::super::lint::TO_BE_WRITTEN;
use super::super::quoting::{escaped, is_odd};
use super::Answer;
use crate::signature::{Condition, FieldTest, FieldValue, Severity, Side, SupportLevel};
use std::fmt::Write;

/// What the file says.
pub(super) struct Parts<'a> {
    pub title: &'a str,
    pub side: Side,
    pub severity: Severity,
    pub glob: Option<&'a str>,
    pub condition: &'a Condition,
    pub positive: &'a str,
    pub negative: &'a str,
    pub answer: &'a Answer,
}

/// Writes the file.
pub(super) fn write(parts: &Parts<'_>) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    let answer = parts.answer;
    answer.remarks.iter().for_each(|it| line(&format!("# {it}")));
    line(&format!("title: {}", quoted(parts.title)));
    line("status: draft                        # `stable` when `tierline signatures check` has nothing more to say");
    let level = answer.level.map_or("L2", SupportLevel::name);
    line(&format!(
        "level: {level}                            # L1 settings, L2 needs the logs, L3 known defect of the product"
    ));
    line(&format!("side: {:<30} # guessed: client, network, server, storage or config", parts.side.name()));
    let severity = parts.severity.name();
    line(&format!("severity: {severity:<26} # guessed from the record: critical, high, medium, low or info"));
    if let Some(glob) = parts.glob {
        line("scope:");
        line(&format!("  files: [{}]", quoted(glob)));
    }
    line("match:");
    condition(parts.condition, 1, false, &mut out);
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line(&written("cause: ", &answer.cause, "                 # why it happens, one or two sentences"));
    line(&written("impact: ", &answer.impact, "                # what it means for the customer"));
    line("fixes:");
    line(&format!("  - level: {level}"));
    line("    audience: partner                # customer, partner or vendor");
    line("    steps:");
    answer.steps.iter().for_each(|it| line(&format!("      - {}", quoted(it))));
    if answer.steps.is_empty() {
        line(&format!("      - {TO_BE_WRITTEN}"));
    }
    line("    risk: none");
    line(&written("    verify: ", &answer.verify, "            # how to see that it worked"));
    if answer.references.is_empty() {
        line("references: []                       # [{ kind: kb, id: KB1, url: 'https://...' }], public pages only");
    } else {
        line("references:");
    }
    for it in &answer.references {
        let id = it.id.as_ref().map(|id| format!(" id: {},", quoted(id))).unwrap_or_default();
        line(&format!("  - {{ kind: {},{id} url: {} }}", quoted(&it.kind), quoted(&it.url)));
    }
    line("examples:");
    for (name, example) in [("match", parts.positive), ("no_match", parts.negative)] {
        line(&format!("  {name}:"));
        line(&format!("    - {}", block(example, 6)));
    }
    out
}

/// A field as it is known, or as it is to be written.
fn written(name: &str, text: &Option<String>, hint: &str) -> String {
    match text {
        Some(text) => format!("{name}{}", quoted(text)),
        None => format!("{name}{TO_BE_WRITTEN}{hint}"),
    }
}

/// Writes a condition as the fields of a mapping, or as an item of a list.
fn condition(it: &Condition, depth: usize, is_item: bool, out: &mut String) {
    let indent = format!("{}{}", "  ".repeat(depth), if is_item { "- " } else { "" });
    // Writing to a string cannot fail.
    let _ = match it {
        Condition::Text { text, .. } => writeln!(out, "{indent}text: {}", quoted(text)),
        Condition::Regex(pattern) => writeln!(out, "{indent}regex: {}", quoted(pattern)),
        Condition::Fields(tests) => {
            let tests: Vec<String> = tests.iter().map(field).collect();
            writeln!(out, "{indent}field: {{ {} }}", tests.join(", "))
        }
        Condition::All(parts) => {
            let _ = writeln!(out, "{indent}all:");
            parts.iter().for_each(|part| condition(part, depth + 1, true, out));
            Ok(())
        }
        // A draft has no other.
        _ => Ok(()),
    };
}

fn field(test: &FieldTest) -> String {
    let value = |value: &FieldValue| match value {
        FieldValue::Like(Condition::Text { text, .. }) => format!("{{ text: {} }}", quoted(text)),
        FieldValue::Like(Condition::Regex(pattern)) => format!("{{ regex: {} }}", quoted(pattern)),
        FieldValue::Is(text) => quoted(text),
        FieldValue::Like(_) => String::new(),
    };
    format!("{}: {}", quoted_if_needed(&test.name), test.values.iter().map(value).collect::<Vec<_>>().join(", "))
}

fn quoted_if_needed(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    if is_plain && name.starts_with(|c: char| c.is_ascii_alphabetic()) { name.to_owned() } else { quoted(name) }
}

/// Text in single quotes, or in double ones if it has characters that these cannot hold.
pub(super) fn quoted(text: &str) -> String {
    if text.chars().any(is_odd) {
        return escaped(text);
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// A log excerpt as a block, which shows it as it is; in quotes if a block could not hold it.
fn block(text: &str, indent: usize) -> String {
    let text = text.trim_end_matches('\n');
    let cannot_stay = |c: char| is_odd(c) && !matches!(c, '\n' | '\t');
    if text.is_empty() || text.chars().any(cannot_stay) || text.starts_with(['\n', '\t']) {
        return escaped(text);
    }
    let blank = " ".repeat(indent);
    // A first line that begins with blanks would be taken for a deeper indentation.
    let mark = if text.starts_with(' ') { "|2" } else { "|" };
    let lines = text.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{blank}{line}") });
    format!("{mark}\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load_str;
    use proptest::prelude::*;
    use std::path::Path;

    proptest! {
        #[test]
        fn any_text_comes_back(title in r"[^\s]\PC{0,20}[^\s]", text in any::<String>(), log in "(?s).{0,60}x") {
            let text = format!("x{}", text.replace(['\n', '\r'], " "));
            let condition = Condition::Text { text: text.clone(), nocase: false };
            let negative = "n";
            let yaml = write(&Parts {
                title: &title, side: Side::Server, severity: Severity::Low, glob: None, condition: &condition,
                positive: &log, negative,
                answer: &Answer { cause: Some(text.clone()), steps: vec![text.clone()], ..Answer::default() },
            });
            let it = load_str("a/b/c", Path::new("c.yaml"), &yaml);
            let it = it.map_err(|errors| TestCaseError::fail(format!("{errors:?}\n{yaml}")))?;
            prop_assert_eq!((&*it.advice.cause, &*it.advice.fixes[0].steps[0]), (text.trim(), text.trim()));
            prop_assert_eq!(it.title, title.trim());
            prop_assert_eq!(format!("{:?}", it.condition), format!("{condition:?}"));
            prop_assert_eq!(it.examples.matching[0].files[0].1.trim_end_matches('\n'), log.trim_end_matches('\n'));
        }
    }
}
