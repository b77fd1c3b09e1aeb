//! The contract `tierline.report/1`: scripts and ticket systems read it. Fields may be added, none renamed or removed.

mod timeline;

use super::neutral::is_hidden;
use crate::bundle::{Input, Problem};
use crate::diagnosis::{Diagnosis, FoundFact, Known, Unresolved};
use crate::finding::{Evidence, Level, Sightings, Time};
use serde::Serialize;
use std::collections::BTreeMap;
use timeline::JsonTimeline;

/// Renders the report of schema `tierline.report/1`, pretty-printed with a final newline.
///
/// Log text is complete, but its hidden characters are written as `\u....`, so that the file may be shown on a terminal.
pub fn json(diagnosis: &Diagnosis) -> String {
    let report = Report::from(diagnosis);
    let pretty =
        serde_json::to_string_pretty(&report).expect("no map with other keys than strings, no failing Serialize");
    escape_hidden(&pretty) + "\n"
}

/// serde escapes what JSON demands (C0); this does it for the rest. Such characters only occur inside strings.
pub(super) fn escape_hidden(pretty: &str) -> String {
    let mut out = String::with_capacity(pretty.len());
    // Nearly all of it is plain.
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    let mut rest = pretty;
    while !rest.is_empty() {
        let length = rest.bytes().position(|byte| !is_plain(&byte)).unwrap_or(rest.len());
        let (plain, behind) = rest.split_at(length);
        out.push_str(plain);
        let Some(c) = behind.chars().next() else { break };
        rest = &behind[c.len_utf8()..];
        if c != '\n' && is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    tool: JsonTool<'a>,
    inputs: Vec<JsonInput<'a>>,
    facts: Vec<JsonFact<'a>>,
    coverage: JsonCoverage,
    diagnoses: Vec<JsonDiagnosis<'a>>,
    unresolved: Vec<JsonUnresolved<'a>>,
    timeline: JsonTimeline<'a>,
    problems: Vec<JsonProblem<'a>>,
}

#[derive(Serialize)]
struct JsonTool<'a> {
    version: &'static str,
    signatures: usize,
    catalogues: Vec<JsonCatalogue<'a>>,
}

#[derive(Serialize)]
struct JsonCatalogue<'a> {
    name: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct JsonInput<'a> {
    path: String,
    kind: &'static str,
    bytes: u64,
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonFact<'a> {
    name: &'a str,
    value: &'a str,
    /// Of the first sighting.
    file: &'a str,
    /// 0 if the path itself states it.
    line: u64,
    kind: &'static str,
    /// Of which product; `null` if the logs of several state it.
    product: Option<&'a str>,
    /// The computer it is stated of, if the file says so.
    host: Option<&'a str>,
    count: u64,
    first_time: Option<String>,
    last_time: Option<String>,
    /// When the value replaced another one.
    changed: Option<String>,
    /// All values by first sighting, if there were several and one counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<JsonFactValue<'a>>,
}

#[derive(Serialize)]
struct JsonFactValue<'a> {
    value: &'a str,
    file: &'a str,
    line: u64,
    count: u64,
    first_time: Option<String>,
    last_time: Option<String>,
}

#[derive(Serialize)]
struct JsonCoverage {
    files_seen: u64,
    files_examined: u64,
    bytes_seen: u64,
    bytes_examined: u64,
    records: u64,
    lines: u64,
    first_time: Option<String>,
    last_time: Option<String>,
    /// Records whose year or date the log leaves out.
    assumed_times: u64,
    /// The time that was asked for, or `null` for all.
    window: Option<JsonWindow>,
    /// Records by the level that the log gives them; those without are not counted.
    levels: BTreeMap<&'static str, u64>,
    /// Records of errors that no signature claims and that found no room in `unresolved`.
    unresolved_overflow: u64,
    /// `unresolved` is empty because the user asked for it.
    unresolved_omitted: bool,
}

#[derive(Serialize)]
struct JsonWindow {
    /// Inclusive.
    since: Option<String>,
    /// Exclusive.
    until: Option<String>,
    /// Records that were not looked at because they are outside; they are not among `records`.
    records_outside: u64,
    /// Files without any time, which were examined as a whole.
    untimed_files: u64,
}

#[derive(Serialize)]
struct JsonDiagnosis<'a> {
    signature: &'a str,
    /// The row of the signature's variants, by its key; left out if it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'a str>,
    state: &'static str,
    reason: Option<&'a str>,
    title: &'a str,
    vendor: &'a str,
    product: &'a str,
    component: Option<&'a str>,
    level: &'static str,
    side: &'static str,
    severity: &'static str,
    confidence: f64,
    cause: &'a str,
    impact: Option<&'a str>,
    fixes: Vec<JsonFix<'a>>,
    references: Vec<JsonReference<'a>>,
    escalate: Option<JsonEscalate<'a>>,
    count: u64,
    first_time: Option<String>,
    last_time: Option<String>,
    captures: &'a BTreeMap<String, String>,
    caused_by: Option<&'a str>,
    suppressed: Vec<JsonSuppressed<'a>>,
    files: Vec<&'a str>,
    evidence: Vec<JsonEvidence<'a>>,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    level: &'static str,
    audience: &'static str,
    steps: &'a [String],
    risk: Option<&'a str>,
    verify: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonReference<'a> {
    kind: &'a str,
    id: Option<&'a str>,
    url: &'a str,
}

#[derive(Serialize)]
struct JsonEscalate<'a> {
    when: Option<&'a str>,
    needs_files: &'a [String],
    needs_facts: &'a [String],
}

#[derive(Serialize)]
struct JsonSuppressed<'a> {
    signature: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct JsonUnresolved<'a> {
    id: &'a str,
    template: &'a str,
    level: &'static str,
    score: f64,
    reasons: &'a [String],
    codes: &'a [String],
    count: u64,
    first_time: Option<String>,
    last_time: Option<String>,
    files: Vec<&'a str>,
    evidence: Vec<JsonEvidence<'a>>,
}

#[derive(Serialize)]
struct JsonEvidence<'a> {
    file: &'a str,
    line: u64,
    offset: u64,
    time: Option<String>,
    text: &'a str,
    before: &'a [String],
    after: &'a [String],
}

#[derive(Serialize)]
struct JsonProblem<'a> {
    file: &'a str,
    kind: &'static str,
    message: &'a str,
}

impl<'a> From<&'a Diagnosis> for Report<'a> {
    fn from(diagnosis: &'a Diagnosis) -> Self {
        let catalogues = diagnosis.catalogues.iter();
        Report {
            schema: "tierline.report/1",
            tool: JsonTool {
                version: env!("CARGO_PKG_VERSION"),
                signatures: diagnosis.signatures,
                catalogues: catalogues.map(|it| JsonCatalogue { name: &it.name, sha256: &it.sha256 }).collect(),
            },
            inputs: diagnosis.inputs.iter().map(JsonInput::from).collect(),
            facts: diagnosis.facts.iter().map(JsonFact::from).collect(),
            coverage: JsonCoverage::from(diagnosis),
            diagnoses: diagnosis.known.iter().map(JsonDiagnosis::from).collect(),
            unresolved: diagnosis.unresolved.iter().map(JsonUnresolved::from).collect(),
            timeline: JsonTimeline::from(&diagnosis.chronology),
            problems: diagnosis.problems.iter().map(JsonProblem::from).collect(),
        }
    }
}

impl<'a> From<&'a Input> for JsonInput<'a> {
    fn from(input: &'a Input) -> Self {
        JsonInput {
            path: input.path.to_string_lossy().into_owned(),
            kind: input.kind,
            bytes: input.bytes,
            sha256: input.sha256.as_deref(),
        }
    }
}

impl<'a> From<&'a FoundFact> for JsonFact<'a> {
    fn from(fact: &'a FoundFact) -> Self {
        let Sightings { count, first, last } = &fact.sightings;
        let of_value = |(value, seen): &'a (String, Sightings)| JsonFactValue {
            value,
            file: &seen.first.file,
            line: seen.first.line,
            count: seen.count,
            first_time: time(seen.first.time),
            last_time: time(seen.last.time),
        };
        JsonFact {
            name: &fact.name,
            value: &fact.value,
            file: &first.file,
            line: first.line,
            kind: fact.kind.name(),
            product: fact.product.as_deref(),
            host: fact.host.as_deref(),
            count: *count,
            first_time: time(first.time),
            last_time: time(last.time),
            changed: time(fact.changed()),
            history: fact.history.iter().map(of_value).collect(),
        }
    }
}

impl From<&Diagnosis> for JsonCoverage {
    fn from(diagnosis: &Diagnosis) -> Self {
        let (coverage, counts) = (&diagnosis.coverage, &diagnosis.coverage.counts);
        let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
        JsonCoverage {
            files_seen: diagnosis.seen.0,
            files_examined: coverage.files,
            bytes_seen: diagnosis.seen.1,
            bytes_examined: coverage.bytes,
            records: counts.records,
            lines: counts.lines,
            first_time: time(counts.first_time),
            last_time: time(counts.last_time),
            assumed_times: counts.assumed_times,
            window: diagnosis.period.map(|period| JsonWindow {
                since: time(period.since),
                until: time(period.until),
                records_outside: counts.outside,
                untimed_files: coverage.untimed_files,
            }),
            levels: levels.into_iter().zip(counts.levels).map(|(level, count)| (level.name(), count)).collect(),
            unresolved_overflow: diagnosis.unresolved_overflow,
            unresolved_omitted: diagnosis.unresolved_omitted,
        }
    }
}

impl<'a> From<&'a Known> for JsonDiagnosis<'a> {
    fn from(known: &'a Known) -> Self {
        let (signature, group) = (&*known.signature, &known.group);
        let fixes = signature.fixes.iter().map(|fix| JsonFix {
            level: fix.level.name(),
            audience: fix.audience.name(),
            steps: &fix.steps,
            risk: fix.risk.as_deref(),
            verify: fix.verify.as_deref(),
        });
        let references = signature.references.iter();
        JsonDiagnosis {
            signature: &signature.id,
            variant: known.variant.as_deref(),
            state: known.state.name(),
            reason: known.reason.as_deref(),
            title: &signature.title,
            vendor: &signature.vendor,
            product: &signature.product,
            component: signature.component.as_deref(),
            level: signature.level.name(),
            side: signature.side.name(),
            severity: signature.severity.name(),
            confidence: known.confidence,
            cause: &signature.cause,
            impact: signature.impact.as_deref(),
            fixes: fixes.collect(),
            references: references
                .map(|it| JsonReference { kind: &it.kind, id: it.id.as_deref(), url: &it.url })
                .collect(),
            escalate: signature.escalate.as_ref().map(|it| JsonEscalate {
                when: it.when.as_deref(),
                needs_files: &it.needs_files,
                needs_facts: &it.needs_facts,
            }),
            count: group.count,
            first_time: time(group.first_time),
            last_time: time(group.last_time),
            captures: &group.captures,
            caused_by: known.caused_by.as_deref(),
            suppressed: known
                .suppressed
                .iter()
                .map(|it| JsonSuppressed { signature: &it.signature, count: it.count })
                .collect(),
            files: group.files.iter().map(|it| &**it).collect(),
            evidence: group.evidence.iter().map(JsonEvidence::from).collect(),
        }
    }
}

impl<'a> From<&'a Unresolved> for JsonUnresolved<'a> {
    fn from(unresolved: &'a Unresolved) -> Self {
        let (finding, group) = (&unresolved.finding, &unresolved.finding.group);
        JsonUnresolved {
            id: &unresolved.id,
            template: &finding.template,
            level: finding.level.name(),
            score: unresolved.score,
            reasons: &unresolved.reasons,
            codes: &finding.codes,
            count: group.count,
            first_time: time(group.first_time),
            last_time: time(group.last_time),
            files: group.files.iter().map(|it| &**it).collect(),
            evidence: group.evidence.iter().map(JsonEvidence::from).collect(),
        }
    }
}

impl<'a> From<&'a Evidence> for JsonEvidence<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        JsonEvidence {
            file: &evidence.file,
            line: evidence.line,
            offset: evidence.offset,
            time: time(evidence.time),
            text: &evidence.text,
            before: &evidence.before,
            after: &evidence.after,
        }
    }
}

impl<'a> From<&'a Problem> for JsonProblem<'a> {
    fn from(problem: &'a Problem) -> Self {
        JsonProblem { file: &problem.file, kind: problem.kind.name(), message: &problem.message }
    }
}

fn time(time: Option<Time>) -> Option<String> {
    time.map(|it| it.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
    use crate::report::hostile;
    use crate::signature::Severity;
    use proptest::prelude::*;
    use serde_json::Value;

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().map(|it| it.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// The fields of the contract; more may be there.
    #[track_caller]
    fn check(value: &Value, fields: &str) {
        let keys = keys(value);
        let missing: Vec<&str> = fields.split_whitespace().filter(|field| !keys.contains(field)).collect();
        assert!(missing.is_empty(), "missing {missing:?} in {keys:?}");
    }

    #[test]
    fn the_fields_of_the_contract_are_there() {
        let known = (signature("acme/rocket/crash", Severity::High), group(2, vec![evidence("a.log", 3, "boom")]));
        let odd = unknown(Level::Error, "odd", group(1, vec![evidence("a.log", 9, "odd")]));
        let mut diagnosis = diagnosis(vec![known], vec![odd]);
        let kind = crate::bundle::ProblemKind::Encrypted;
        diagnosis.problems.push(Problem { file: "b".into(), kind, message: "needs a password".into() });
        diagnosis.catalogues.push(crate::signature::CatalogueInfo { name: "builtin".into(), sha256: "00".into() });
        let report: Value = serde_json::from_str(&json(&diagnosis)).unwrap();
        check(&report, "schema tool inputs facts coverage diagnoses unresolved timeline problems");
        check(&report["tool"], "version signatures catalogues");
        check(&report["tool"]["catalogues"][0], "name sha256");
        check(&report["inputs"][0], "path kind bytes sha256");
        check(&report["coverage"], "files_seen files_examined bytes_seen bytes_examined records first_time last_time");
        let first = &report["diagnoses"][0];
        check(
            first,
            "signature state reason title vendor product component level side severity confidence cause impact fixes
             references count first_time last_time captures caused_by evidence",
        );
        check(&first["fixes"][0], "level audience steps risk verify");
        check(&first["references"][0], "kind id url");
        check(&first["evidence"][0], "file line offset time text before after");
        check(
            &report["unresolved"][0],
            "id template level score reasons codes count first_time last_time files evidence",
        );
        check(&report["problems"][0], "file kind message");
        check(&report["timeline"], "clock bucket_seconds buckets sources more_sources gaps clock_steps clock_offsets");
        assert_eq!(report["coverage"]["window"], Value::Null);
        assert_eq!(report["schema"], "tierline.report/1");
        assert_eq!(report["problems"][0]["kind"], "encrypted");
        assert_eq!(first["state"], "match");
        assert_eq!(first["title"], "acme/rocket/crash happened on srv01");
        assert_eq!((&first["reason"], &first["caused_by"]), (&Value::Null, &Value::Null));
        assert_eq!(report["inputs"][0]["sha256"], Value::Null);
    }

    proptest! {
        #[test]
        fn log_text_is_complete_and_hidden_characters_are_escaped(log in any::<String>(), path in any::<String>()) {
            let json = json(&hostile(&log, &path));
            prop_assert!(!json.chars().any(|c| c != '\n' && is_hidden(c)));
            let report: Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(report["unresolved"][0]["evidence"][0]["text"].as_str(), Some(&*log));
            prop_assert_eq!(report["problems"][0]["file"].as_str(), Some(&*path));
        }
    }
}
