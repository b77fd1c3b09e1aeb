//! The contract `tierline.report/1`: scripts and ticket systems read it. Fields may be added, none renamed or removed.

mod saved;
mod timeline;

use super::neutral::is_hidden;
use crate::bundle::{Input, Problem};
use crate::diagnosis::{Diagnosis, FoundFact, Hidden, Known, Suppressed, Unresolved};
use crate::finding::{Evidence, Level, Sightings, Time};
use crate::signature::{CatalogueInfo, Escalate, Fix, Reference};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use timeline::JsonTimeline;

pub use saved::{SavedError, saved};

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

/// The schema that is written and read.
const SCHEMA: &str = "tierline.report/1";

/// Text of a diagnosis, or of a file that was read.
type Text<'a> = Cow<'a, str>;

const LEVELS: [Level; 6] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

#[derive(Deserialize, Serialize)]
pub(super) struct Report<'a> {
    pub(super) schema: Text<'a>,
    pub(super) tool: JsonTool<'a>,
    pub(super) inputs: Vec<JsonInput<'a>>,
    pub(super) facts: Vec<JsonFact<'a>>,
    pub(super) coverage: JsonCoverage<'a>,
    pub(super) diagnoses: Vec<JsonDiagnosis<'a>>,
    /// Known problems that an overlay hides; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) hidden: Vec<JsonHidden<'a>>,
    pub(super) unresolved: Vec<JsonUnresolved<'a>>,
    #[serde(default)]
    pub(super) timeline: JsonTimeline<'a>,
    pub(super) problems: Vec<JsonProblem<'a>>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonTool<'a> {
    version: Text<'a>,
    signatures: usize,
    catalogues: Vec<JsonCatalogue<'a>>,
}

#[derive(Deserialize, Serialize)]
struct JsonCatalogue<'a> {
    name: Text<'a>,
    sha256: Text<'a>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonInput<'a> {
    path: Text<'a>,
    kind: Text<'a>,
    bytes: u64,
    sha256: Option<Text<'a>>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonFact<'a> {
    name: Text<'a>,
    value: Text<'a>,
    /// Of the first sighting.
    file: Text<'a>,
    /// 0 if the path itself states it.
    line: u64,
    kind: Text<'a>,
    /// Of which product; `null` if the logs of several state it.
    product: Option<Text<'a>>,
    /// The computer it is stated of, if the file says so.
    host: Option<Text<'a>>,
    count: u64,
    #[serde(flatten)]
    times: JsonTimes,
    /// When the value replaced another one.
    changed: Option<String>,
    /// All values by first sighting, if there were several and one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    history: Vec<JsonFactValue<'a>>,
}

#[derive(Deserialize, Serialize)]
struct JsonFactValue<'a> {
    value: Text<'a>,
    file: Text<'a>,
    line: u64,
    count: u64,
    #[serde(flatten)]
    times: JsonTimes,
}

/// When something was first and last seen.
#[derive(Default, Deserialize, Serialize)]
struct JsonTimes {
    first_time: Option<String>,
    last_time: Option<String>,
    /// Which of the two the log does not state as a whole: year or date are assumed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    assumed: Vec<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonCoverage<'a> {
    files_seen: u64,
    files_examined: u64,
    bytes_seen: u64,
    bytes_examined: u64,
    records: u64,
    #[serde(default)]
    lines: u64,
    #[serde(flatten)]
    times: JsonTimes,
    /// Records whose year or date the log leaves out.
    #[serde(default)]
    assumed_times: u64,
    /// The time that was asked for, or `null` for all.
    window: Option<JsonWindow>,
    /// Records by the level that the log gives them; those without are not counted.
    #[serde(default)]
    levels: BTreeMap<Text<'a>, u64>,
    /// Records of errors that no signature claims and that found no room in `unresolved`.
    #[serde(default)]
    unresolved_overflow: u64,
    /// Kinds of such errors that are left out because the baseline has them too; `null` without a baseline.
    #[serde(default)]
    unresolved_in_baseline: Option<u64>,
    /// `unresolved` is empty because the user asked for it.
    #[serde(default)]
    unresolved_omitted: bool,
}

#[derive(Deserialize, Serialize)]
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

#[derive(Deserialize, Serialize)]
pub(super) struct JsonDiagnosis<'a> {
    signature: Text<'a>,
    /// The row of the signature's variants, by its key; left out if it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    variant: Option<Text<'a>>,
    state: Text<'a>,
    reason: Option<Text<'a>>,
    /// What else is to be known of it.
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    notes: Cow<'a, [String]>,
    title: Text<'a>,
    vendor: Text<'a>,
    product: Text<'a>,
    component: Option<Text<'a>>,
    level: Text<'a>,
    side: Text<'a>,
    severity: Text<'a>,
    confidence: f64,
    cause: Text<'a>,
    impact: Option<Text<'a>>,
    fixes: Vec<JsonFix<'a>>,
    references: Vec<JsonReference<'a>>,
    escalate: Option<JsonEscalate<'a>>,
    count: u64,
    #[serde(flatten)]
    times: JsonTimes,
    captures: Cow<'a, BTreeMap<String, String>>,
    caused_by: Option<Text<'a>>,
    #[serde(default)]
    suppressed: Vec<JsonSuppressed<'a>>,
    /// Whether only several records together are the problem.
    #[serde(default)]
    several_records: bool,
    /// Words of the record that the signature looks for.
    #[serde(default)]
    marks: Vec<Text<'a>>,
    #[serde(default)]
    files: Vec<Text<'a>>,
    evidence: Vec<JsonEvidence<'a>>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonHidden<'a> {
    signature: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    variant: Option<Text<'a>>,
    state: Text<'a>,
    title: Text<'a>,
    count: u64,
    #[serde(flatten)]
    times: JsonTimes,
    /// The file of the overlay.
    overlay: Text<'a>,
    reason: Text<'a>,
    /// The last day on which it is hidden.
    until: Option<Text<'a>>,
}

#[derive(Deserialize, Serialize)]
struct JsonFix<'a> {
    level: Text<'a>,
    audience: Text<'a>,
    steps: Cow<'a, [String]>,
    risk: Option<Text<'a>>,
    verify: Option<Text<'a>>,
}

#[derive(Deserialize, Serialize)]
struct JsonReference<'a> {
    kind: Text<'a>,
    id: Option<Text<'a>>,
    url: Text<'a>,
}

#[derive(Deserialize, Serialize)]
struct JsonEscalate<'a> {
    when: Option<Text<'a>>,
    needs_files: Cow<'a, [String]>,
    needs_facts: Cow<'a, [String]>,
}

#[derive(Deserialize, Serialize)]
struct JsonSuppressed<'a> {
    signature: Text<'a>,
    count: u64,
}

#[derive(Deserialize, Serialize)]
struct JsonObject<'a> {
    kind: Text<'a>,
    name: Text<'a>,
}

#[derive(Deserialize, Serialize)]
struct JsonRelated<'a> {
    signature: Text<'a>,
    title: Text<'a>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonUnresolved<'a> {
    id: Text<'a>,
    template: Text<'a>,
    level: Text<'a>,
    score: f64,
    reasons: Cow<'a, [String]>,
    /// Its records state their level themselves, as those of services do.
    #[serde(default)]
    leveled: bool,
    #[serde(default)]
    root: Option<Text<'a>>,
    #[serde(default)]
    objects: Vec<JsonObject<'a>>,
    #[serde(default)]
    related: Vec<JsonRelated<'a>>,
    codes: Cow<'a, [String]>,
    count: u64,
    #[serde(flatten)]
    times: JsonTimes,
    files: Vec<Text<'a>>,
    evidence: Vec<JsonEvidence<'a>>,
}

#[derive(Deserialize, Serialize)]
struct JsonEvidence<'a> {
    file: Text<'a>,
    line: u64,
    offset: u64,
    time: Option<String>,
    text: Text<'a>,
    before: Cow<'a, [String]>,
    after: Cow<'a, [String]>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonProblem<'a> {
    file: Text<'a>,
    kind: Text<'a>,
    message: Text<'a>,
}

impl<'a> From<&'a Diagnosis> for Report<'a> {
    fn from(diagnosis: &'a Diagnosis) -> Self {
        let catalogues = diagnosis.catalogues.iter();
        Report {
            schema: SCHEMA.into(),
            tool: JsonTool {
                version: env!("CARGO_PKG_VERSION").into(),
                signatures: diagnosis.signatures,
                catalogues: catalogues.map(JsonCatalogue::from).collect(),
            },
            inputs: diagnosis.inputs.iter().map(JsonInput::from).collect(),
            facts: diagnosis.facts.iter().map(JsonFact::from).collect(),
            coverage: JsonCoverage::from(diagnosis),
            diagnoses: diagnosis.known.iter().map(JsonDiagnosis::from).collect(),
            hidden: diagnosis.hidden.iter().map(JsonHidden::from).collect(),
            unresolved: diagnosis.unresolved.iter().map(JsonUnresolved::from).collect(),
            timeline: JsonTimeline::from(&diagnosis.chronology),
            problems: diagnosis.problems.iter().map(JsonProblem::from).collect(),
        }
    }
}

impl<'a> From<&'a Input> for JsonInput<'a> {
    fn from(input: &'a Input) -> Self {
        JsonInput {
            path: input.path.to_string_lossy(),
            kind: (&*input.kind).into(),
            bytes: input.bytes,
            sha256: text(&input.sha256),
        }
    }
}

impl<'a> From<&'a FoundFact> for JsonFact<'a> {
    fn from(fact: &'a FoundFact) -> Self {
        let Sightings { count, first, last } = &fact.sightings;
        let of_value = |(value, seen): &'a (String, Sightings)| JsonFactValue {
            value: value.into(),
            file: (&*seen.first.file).into(),
            line: seen.first.line,
            count: seen.count,
            times: JsonTimes::of(seen.first.time, seen.last.time),
        };
        JsonFact {
            name: (&*fact.name).into(),
            value: (&fact.value).into(),
            file: (&*first.file).into(),
            line: first.line,
            kind: fact.kind.name().into(),
            product: text(&fact.product),
            host: fact.host.as_deref().map(Cow::from),
            count: *count,
            times: JsonTimes::of(first.time, last.time),
            changed: time(fact.changed()),
            history: fact.history.iter().map(of_value).collect(),
        }
    }
}

impl<'a> From<&'a Diagnosis> for JsonCoverage<'a> {
    fn from(diagnosis: &'a Diagnosis) -> Self {
        let (coverage, counts) = (&diagnosis.coverage, &diagnosis.coverage.counts);
        JsonCoverage {
            files_seen: diagnosis.seen.0,
            files_examined: coverage.files,
            bytes_seen: diagnosis.seen.1,
            bytes_examined: coverage.bytes,
            records: counts.records,
            lines: counts.lines,
            times: JsonTimes::of(counts.first_time, counts.last_time),
            assumed_times: counts.assumed_times,
            window: diagnosis.period.map(|period| JsonWindow {
                since: time(period.since),
                until: time(period.until),
                records_outside: counts.outside,
                untimed_files: coverage.untimed_files,
            }),
            levels: LEVELS.into_iter().zip(counts.levels).map(|(level, count)| (level.name().into(), count)).collect(),
            unresolved_overflow: diagnosis.unresolved_overflow,
            unresolved_in_baseline: diagnosis.known_noise,
            unresolved_omitted: diagnosis.unresolved_omitted,
        }
    }
}

impl<'a> From<&'a Known> for JsonDiagnosis<'a> {
    fn from(known: &'a Known) -> Self {
        let (signature, group) = (&*known.signature, &known.group);
        JsonDiagnosis {
            signature: (&*signature.id).into(),
            variant: known.variant.as_deref().map(Cow::from),
            state: known.state.name().into(),
            reason: text(&known.reason),
            notes: (&known.notes).into(),
            title: (&signature.title).into(),
            vendor: (&signature.vendor).into(),
            product: (&signature.product).into(),
            component: text(&signature.component),
            level: signature.level.name().into(),
            side: signature.side.name().into(),
            severity: signature.severity.name().into(),
            confidence: known.confidence,
            cause: (&signature.cause).into(),
            impact: text(&signature.impact),
            fixes: signature.fixes.iter().map(JsonFix::from).collect(),
            references: signature.references.iter().map(JsonReference::from).collect(),
            escalate: signature.escalate.as_ref().map(JsonEscalate::from),
            count: group.count,
            times: JsonTimes::of(group.first_time, group.last_time),
            captures: Cow::Borrowed(&group.captures),
            caused_by: known.caused_by.as_deref().map(Cow::from),
            suppressed: known.suppressed.iter().map(JsonSuppressed::from).collect(),
            several_records: signature.correlation.is_some(),
            marks: known.marks().into_iter().map(Cow::from).collect(),
            files: group.files.iter().map(|it| Cow::from(&**it)).collect(),
            evidence: group.evidence.iter().map(JsonEvidence::from).collect(),
        }
    }
}

impl<'a> From<&'a Hidden> for JsonHidden<'a> {
    fn from(hidden: &'a Hidden) -> Self {
        JsonHidden {
            signature: (&*hidden.signature).into(),
            variant: hidden.variant.as_deref().map(Cow::from),
            state: hidden.state.name().into(),
            title: (&hidden.title).into(),
            count: hidden.count,
            times: JsonTimes::of(hidden.first_time, hidden.last_time),
            overlay: (&hidden.overlay).into(),
            reason: (&hidden.reason).into(),
            until: text(&hidden.until),
        }
    }
}

impl<'a> From<&'a CatalogueInfo> for JsonCatalogue<'a> {
    fn from(catalogue: &'a CatalogueInfo) -> Self {
        JsonCatalogue { name: (&catalogue.name).into(), sha256: (&catalogue.sha256).into() }
    }
}

impl<'a> From<&'a Fix> for JsonFix<'a> {
    fn from(fix: &'a Fix) -> Self {
        JsonFix {
            level: fix.level.name().into(),
            audience: fix.audience.name().into(),
            steps: (&fix.steps).into(),
            risk: text(&fix.risk),
            verify: text(&fix.verify),
        }
    }
}

impl<'a> From<&'a Reference> for JsonReference<'a> {
    fn from(reference: &'a Reference) -> Self {
        JsonReference { kind: (&reference.kind).into(), id: text(&reference.id), url: (&reference.url).into() }
    }
}

impl<'a> From<&'a Escalate> for JsonEscalate<'a> {
    fn from(escalate: &'a Escalate) -> Self {
        let Escalate { when, needs_files, needs_facts } = escalate;
        JsonEscalate { when: text(when), needs_files: needs_files.into(), needs_facts: needs_facts.into() }
    }
}

impl<'a> From<&'a Suppressed> for JsonSuppressed<'a> {
    fn from(suppressed: &'a Suppressed) -> Self {
        JsonSuppressed { signature: (&*suppressed.signature).into(), count: suppressed.count }
    }
}

impl<'a> From<&'a Unresolved> for JsonUnresolved<'a> {
    fn from(unresolved: &'a Unresolved) -> Self {
        let (finding, group) = (&unresolved.finding, &unresolved.finding.group);
        JsonUnresolved {
            id: (&unresolved.id).into(),
            template: (&finding.template).into(),
            level: finding.level.name().into(),
            score: unresolved.score,
            reasons: (&unresolved.reasons).into(),
            leveled: finding.leveled,
            root: unresolved.root.as_deref().map(Cow::from),
            objects: unresolved
                .objects
                .iter()
                .map(|it| JsonObject { kind: (&*it.kind).into(), name: (&it.name).into() })
                .collect(),
            related: unresolved
                .related
                .iter()
                .map(|it| JsonRelated { signature: (&*it.signature).into(), title: (&it.title).into() })
                .collect(),
            codes: (&finding.codes).into(),
            count: group.count,
            times: JsonTimes::of(group.first_time, group.last_time),
            files: group.files.iter().map(|it| Cow::from(&**it)).collect(),
            evidence: group.evidence.iter().map(JsonEvidence::from).collect(),
        }
    }
}

impl<'a> From<&'a Evidence> for JsonEvidence<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        JsonEvidence {
            file: (&*evidence.file).into(),
            line: evidence.line,
            offset: evidence.offset,
            time: time(evidence.time),
            text: (&evidence.text).into(),
            before: (&evidence.before).into(),
            after: (&evidence.after).into(),
        }
    }
}

impl<'a> From<&'a Problem> for JsonProblem<'a> {
    fn from(problem: &'a Problem) -> Self {
        JsonProblem {
            file: (&*problem.file).into(),
            kind: problem.kind.name().into(),
            message: (&problem.message).into(),
        }
    }
}

impl JsonTimes {
    fn of(first: Option<Time>, last: Option<Time>) -> JsonTimes {
        let assumed = [("first_time", first), ("last_time", last)].into_iter();
        let assumed = assumed.filter(|(_, time)| time.is_some_and(Time::assumed)).map(|(name, _)| name.to_owned());
        JsonTimes { first_time: time(first), last_time: time(last), assumed: assumed.collect() }
    }
}

fn text(text: &Option<String>) -> Option<Text<'_>> {
    text.as_deref().map(Cow::from)
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
        diagnosis.catalogues.push(CatalogueInfo { name: "builtin".into(), sha256: "00".into() });
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
