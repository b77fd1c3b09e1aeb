//! The contract `tierline.report/1`: scripts and ticket systems read it. Fields may be added, none renamed or removed.

mod findings;
mod saved;
mod timeline;

use super::neutral::is_hidden;
use crate::bundle::{Input, Problem};
use crate::diagnosis::{Diagnosis, FoundFact};
use crate::finding::{Level, Sightings, Time};
use crate::signature::CatalogueInfo;
use findings::{JsonDiagnosis, JsonHidden, JsonUnresolved};
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
    // Nearly all of it is plain, and whole blocks are looked at without a branch for each byte.
    const BLOCK: usize = 32;
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    let mut rest = pretty;
    while !rest.is_empty() {
        let (blocks, _) = rest.as_bytes().as_chunks::<BLOCK>();
        let all_plain = |block: &&[u8; BLOCK]| block.iter().fold(true, |all, byte| all & is_plain(byte));
        let blocks = blocks.iter().take_while(all_plain).count() * BLOCK;
        let behind = rest.bytes().skip(blocks).position(|byte| !is_plain(&byte));
        let (plain, behind) = rest.split_at(behind.map_or(rest.len(), |length| blocks + length));
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

impl<'a> From<&'a CatalogueInfo> for JsonCatalogue<'a> {
    fn from(catalogue: &'a CatalogueInfo) -> Self {
        JsonCatalogue { name: (&catalogue.name).into(), sha256: (&catalogue.sha256).into() }
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
mod tests;
