//! The report as SARIF 2.1.0, which code hosts and editors show beside the files.
//!
//! Source of all names: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>.

use super::json::escape_hidden;
use super::wording::{headline, hidden_identity, hiding, identity, occurrence, product, standing};
use crate::bundle::{Input, Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, Hidden, Known, State, Unresolved};
use crate::finding::{Evidence, Level};
use crate::signature::Severity;
use serde_json::{Value, json};

/// The rule of errors that no signature claims.
const UNKNOWN: &str = "unexplained-error";

/// Renders a SARIF log with one run: a rule for each known problem found, a result for each diagnosis and each unexplained
/// error, a suppressed one for each that an overlay hides, and a notification for each part that was not examined.
pub fn sarif(diagnosis: &Diagnosis) -> String {
    let mut rules: Vec<Value> = diagnosis.known.iter().map(rule).collect();
    rules.push(json!({
        "id": UNKNOWN,
        "shortDescription": {"text": "An error that no signature explains"},
        "defaultConfiguration": {"level": "error"},
    }));
    let known = diagnosis.known.iter().enumerate().map(|(index, it)| known_result(index, it));
    let unknown = diagnosis.unresolved.iter().map(|it| unknown_result(rules.len() - 1, it));
    let results: Vec<Value> = known.chain(unknown).chain(diagnosis.hidden.iter().map(hidden_result)).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "tierline",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": diagnosis.problems.iter().map(notification).collect::<Vec<_>>(),
            }],
            "artifacts": diagnosis.inputs.iter().map(artifact).collect::<Vec<_>>(),
            "results": results,
            "columnKind": "unicodeCodePoints",
        }],
    });
    let pretty = serde_json::to_string_pretty(&log).expect("a tree of values has string keys");
    escape_hidden(&pretty) + "\n"
}

/// A known problem of one variant is a rule of its own: cause and steps are those of the variant.
fn rule(known: &Known) -> Value {
    let signature = &known.signature;
    let steps: Vec<String> = signature
        .advice
        .fixes
        .iter()
        .map(|fix| {
            let head = format!("{} ({}):", fix.level.name(), fix.audience.name());
            let steps = fix.steps.iter().enumerate().map(|(index, step)| format!("{}. {step}", index + 1));
            std::iter::once(head).chain(steps).collect::<Vec<_>>().join("\n")
        })
        .collect();
    let mut rule = json!({
        "id": identity(known),
        "shortDescription": {"text": signature.title},
        "fullDescription": {"text": signature.advice.cause},
        "help": {"text": steps.join("\n\n")},
        "defaultConfiguration": {"level": of_severity(signature.severity)},
        "properties": {
            "product": product(signature),
            "severity": signature.severity.name(),
            "support_level": signature.level.name(),
            "side": signature.side.name(),
        },
    });
    // A validator refuses what is not absolute.
    let web = |it: &&str| it.starts_with("https://") || it.starts_with("http://");
    if let Some(url) = signature.advice.references.iter().map(|it| it.url.as_str()).find(web) {
        rule["helpUri"] = url.into();
    }
    rule
}

fn known_result(index: usize, known: &Known) -> Value {
    let (kind, level) = match known.state {
        State::Match => ("fail", of_severity(known.signature.severity)),
        State::Old => ("informational", "none"),
        State::Inconclusive => ("open", "none"),
    };
    let mut text = format!("{}; seen {}.", known.signature.title, occurrence(&known.group));
    text.extend(standing(known).map(|it| format!(" {it}.")));
    json!({
        "ruleId": identity(known),
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": {"text": text},
        "locations": known.group.evidence.iter().take(1).map(location).collect::<Vec<_>>(),
        "relatedLocations": known.group.evidence.iter().skip(1).map(location).collect::<Vec<_>>(),
        "occurrenceCount": known.group.count.clamp(1, i64::MAX as u64),
        "properties": {"confidence": known.confidence},
    })
}

/// A result that counts for nobody: its rule is not described, since nothing is known of it here but its title.
fn hidden_result(it: &Hidden) -> Value {
    json!({
        "ruleId": hidden_identity(it),
        "kind": "fail",
        "level": "note",
        "message": {"text": format!("{}. {}", it.title, hiding(it))},
        "occurrenceCount": it.count.clamp(1, i64::MAX as u64),
        "suppressions": [{"kind": "external", "status": "accepted", "justification": it.reason}],
    })
}

fn unknown_result(rule: usize, unresolved: &Unresolved) -> Value {
    let (finding, group) = (&unresolved.finding, &unresolved.finding.group);
    json!({
        "ruleId": UNKNOWN,
        "ruleIndex": rule,
        "kind": "fail",
        "level": match finding.level {
            Level::Fatal | Level::Error => "error",
            Level::Warn => "warning",
            Level::Info | Level::Debug | Level::Trace => "note",
        },
        "message": {"text": format!("{}; seen {}.", headline(finding), occurrence(group))},
        "locations": group.evidence.iter().take(1).map(location).collect::<Vec<_>>(),
        "relatedLocations": group.evidence.iter().skip(1).map(location).collect::<Vec<_>>(),
        "occurrenceCount": group.count.clamp(1, i64::MAX as u64),
        "partialFingerprints": {"template/v1": unresolved.id},
        "rank": unresolved.score * 100.0,
        "properties": {"reasons": unresolved.reasons, "codes": finding.codes},
    })
}

fn notification(problem: &Problem) -> Value {
    json!({
        "descriptor": {"id": problem.kind.name()},
        "level": if problem.kind == ProblemKind::Skipped { "note" } else { "error" },
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(&problem.file)}}}],
    })
}

fn artifact(input: &Input) -> Value {
    let mut artifact = json!({
        "location": {"uri": uri(&input.path.to_string_lossy())},
        "length": input.bytes.min(i64::MAX as u64),
    });
    if let Some(sha256) = &input.sha256 {
        artifact["hashes"] = json!({"sha-256": sha256});
    }
    artifact
}

fn location(evidence: &Evidence) -> Value {
    let mut place = json!({"artifactLocation": {"uri": uri(&evidence.file)}});
    if evidence.line > 0 {
        let lines = evidence.text.trim_end().split('\n').count() as u64;
        place["region"] = json!({
            "startLine": evidence.line,
            "endLine": evidence.line.saturating_add(lines - 1),
            "snippet": {"text": evidence.text},
        });
    }
    json!({"physicalLocation": place})
}

fn of_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A path as a relative URI reference (RFC 3986): what could mean anything but itself is written as `%xx`, also a colon,
/// which would make a scheme of what stands before it.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    // Two slashes at the beginning would be followed by a host.
    if path.starts_with("//") {
        uri.push_str("/.");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => uri.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';'
            | b'=' | b'@' => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
    use crate::report::hostile;
    use crate::report::neutral::is_hidden;
    use proptest::prelude::*;

    #[test]
    fn a_whole_log() {
        let seen = || group(14, vec![evidence("case.zip!/my log.txt", 12, "went wrong on srv01\n  at x")]);
        let odd = unknown(Level::Warn, "odd <n>", group(1, vec![evidence("case.zip!/a.log", 40, "12:01 odd 7")]));
        let mut diagnosis = diagnosis(
            vec![
                (signature("acme/rocket/crash", Severity::High), seen()),
                (signature("acme/rocket/old", Severity::Low), seen()),
            ],
            vec![odd],
        );
        diagnosis.known[1].state = State::Old;
        diagnosis.inputs[0].sha256 = Some("00ff".into());
        let kind = ProblemKind::Encrypted;
        diagnosis.problems.push(Problem { file: "b".into(), kind, message: "needs a password".into() });
        insta::assert_snapshot!(sarif(&diagnosis));
    }

    #[test]
    fn a_path_is_a_relative_reference_to_itself() {
        for (path, expected) in [
            ("case.zip!/a b.log", "case.zip!/a%20b.log"),
            (r"C:\logs\a.log", "C%3A%5Clogs%5Ca.log"),
            ("//host/share", "/.//host/share"),
            ("https://evil/?q#f", "https%3A//evil/%3Fq%23f"),
            ("é", "%C3%A9"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_log(log in any::<String>(), path in any::<String>()) {
            let sarif = sarif(&hostile(&log, &path));
            prop_assert!(!sarif.chars().any(|c| c != '\n' && is_hidden(c)));
            let value: Value = serde_json::from_str(&sarif).unwrap();
            let results = value["runs"][0]["results"].as_array().unwrap();
            prop_assert_eq!(results.len(), 2);
            for result in results {
                let rule = &value["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
                prop_assert_eq!(&rule["id"], &result["ruleId"]);
            }
        }
    }
}
