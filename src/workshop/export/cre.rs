//! A signature as a CRE rule.

use super::terms;
use crate::signature::{Example, Severity, Signature};
use crate::workshop::import::write::scalar;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A rule and what lies beside it.
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) yaml: String,
    /// `test.log`.
    pub(super) fires: Option<String>,
    /// `test-fp.log`.
    pub(super) silent: Option<String>,
    pub(super) notes: Vec<String>,
}

/// Makes a rule, or says why it cannot be one.
pub(super) fn rule(signature: &Signature) -> Result<Rule, String> {
    let source = format!("cre.log.{}", signature.id.split('/').nth(1).unwrap_or("unknown"));
    let (condition, mut notes) = terms::rule(&signature.condition, signature.correlation.as_ref(), &source)?;
    let id = id_of(&signature.id, &mut notes);
    let mut out = String::from("rules:\n  - cre:\n");
    let mut line = |name: &str, value: &str| _ = writeln!(out, "      {name}: {value}");
    line("id", &id);
    line("severity", severity(signature.severity));
    line("title", &scalar(&signature.title, 4));
    line("category", &format!("{}-problem", signature.side.name()));
    line("author", "tierline");
    line("description", &scalar(&signature.title, 4));
    line("cause", &scalar(&signature.advice.cause, 4));
    let impact = signature.advice.impact.as_deref().unwrap_or("Not described.");
    line("impact", &scalar(impact, 4));
    let steps = signature.advice.fixes.iter().flat_map(|fix| &fix.steps);
    let steps: Vec<String> = steps.map(|step| format!("- {}", step.replace('\n', "\n  "))).collect();
    let steps = if steps.is_empty() { "Not described.".to_owned() } else { steps.join("\n") };
    line("mitigation", &scalar(&steps, 4));
    if !signature.advice.references.is_empty() {
        line("references", "");
        signature.advice.references.iter().for_each(|it| _ = writeln!(out, "        - {}", scalar(&it.url, 5)));
    }
    let _ = writeln!(out, "      applications:\n        - name: {}", scalar(&signature.product, 5));
    let _ = writeln!(
        out,
        "    metadata:\n      kind: prequel\n      id: {}\n      gen: 1\n    rule:",
        base58(&signature.id)
    );
    condition.iter().for_each(|line| _ = writeln!(out, "{line}"));
    notes.extend(not_kept(signature));
    let mut log = |examples: &[Example], name: &str| {
        let (first, rest) = examples.split_first()?;
        if !rest.is_empty() || first.files.len() > 1 {
            notes.push(format!("of the examples one is kept as {name}"));
        }
        first.texts().next().map(str::to_owned)
    };
    let fires = log(&signature.examples.matching, "test.log");
    let silent = log(&signature.examples.not_matching, "test-fp.log");
    Ok(Rule { id, yaml: out, fires, silent, notes })
}

/// An imported rule gets its id back.
fn id_of(id: &str, notes: &mut Vec<String>) -> String {
    let name = id.rsplit('/').next().unwrap_or(id);
    let mut words = name.split('-');
    let is_number =
        |word: Option<&str>| word.is_some_and(|it| it.len() == 4 && it.bytes().all(|byte| byte.is_ascii_digit()));
    let is_cre = matches!(words.next(), Some("cre" | "prequel"))
        && is_number(words.next())
        && is_number(words.next())
        && words.next().is_none();
    if is_cre {
        return name.to_uppercase();
    }
    notes.push("its id has not the form `CRE-2024-0001`, which the schema of CRE wants".to_owned());
    id.replace('/', "-").to_uppercase()
}

/// CRE counts from the worst.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "0",
        Severity::High => "1",
        Severity::Medium => "2",
        Severity::Low => "3",
        Severity::Info => "4",
    }
}

/// What the format has no place for.
fn not_kept(signature: &Signature) -> Vec<String> {
    let mut notes = vec![format!("`level: {}` has no place", signature.level.name())];
    let mut lost = |is_there: bool, what: &str| {
        if is_there {
            notes.push(format!("`{what}` has no place"));
        }
    };
    lost(signature.component.is_some(), "component");
    lost(!(signature.scope.files.is_empty() && signature.scope.not_files.is_empty()), "scope");
    lost(!signature.suppresses.is_empty(), "suppresses");
    lost(!signature.caused_by.is_empty(), "caused_by");
    lost(signature.advice.escalate.is_some(), "escalate");
    lost(
        signature.advice.fixes.iter().any(|fix| fix.verify.is_some() || fix.risk.is_some()),
        "risk and verify of fixes",
    );
    let texts = [Some(&signature.title), Some(&signature.advice.cause), signature.advice.impact.as_ref()];
    let captures = signature.condition.captures();
    let shows = |name: &String| texts.iter().flatten().any(|text| text.contains(&format!("{{{name}}}")));
    lost(captures.iter().any(shows), "values of captures in texts");
    notes
}

/// The number of a rule: the same for the same id.
fn base58(id: &str) -> String {
    const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let digest = Sha256::digest(id.as_bytes());
    let digits = digest.iter().take(22).map(|byte| char::from(DIGITS[usize::from(*byte) % DIGITS.len()]));
    digits.collect()
}
