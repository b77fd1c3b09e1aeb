//! A report that was saved as JSON becomes a diagnosis again, so that it can be rendered in any format.
//!
//! Fields that are not known are ignored; those that older versions did not write have a value that says nothing.

use super::findings::{
    JsonDiagnosis, JsonEscalate, JsonEvidence, JsonFix, JsonHidden, JsonObject, JsonReference, JsonRelated,
    JsonUnresolved,
};
use super::{
    JsonCoverage, JsonFact, JsonFactValue, JsonInput, JsonProblem, JsonTimes, JsonWindow, LEVELS, Report, SCHEMA, Text,
};
use crate::bundle::{Input, Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, FoundFact, Hidden, Known, Period, Related, State, Suppressed, Unresolved};
use crate::finding::{Coverage, Evidence, Group, Level, Object, Sight, Sightings, Time, UnknownGroup, Zone};
use crate::signature::{
    Advice, Audience, CatalogueInfo, Condition, Correlation, Demand, Escalate, FactKind, Fix, Order, Reference,
    Severity, Side, Signature, SupportLevel, Where,
};
use serde::Deserialize;
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a file is not a report that can be read.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It is not JSON, or lacks what every report has.
    #[error("not a report of schema `{SCHEMA}`: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is of another schema.
    #[error("the report is of schema `{0}`, this version reads `{SCHEMA}`")]
    Schema(String),
    /// A field has a value that this version does not know.
    #[error("{field} is `{value}`, which this version does not know")]
    Value {
        /// Its name.
        field: &'static str,
        /// What it is.
        value: String,
    },
}

pub(super) type Read<T> = Result<T, SavedError>;

/// Reads a report that was written with `-o json`.
///
/// # Errors
/// [`SavedError`] if it is none, or if a newer version wrote something into it that this one cannot show.
pub fn saved(json: &str) -> Result<Diagnosis, SavedError> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    // The schema first: of another one nothing else need be as expected.
    let head: Head = serde_json::from_str(json)?;
    if head.schema != SCHEMA {
        return Err(SavedError::Schema(head.schema));
    }
    serde_json::from_str::<Report<'_>>(json)?.diagnosis()
}

impl Report<'_> {
    fn diagnosis(self) -> Read<Diagnosis> {
        let coverage = &self.coverage;
        let catalogues = self.tool.catalogues.into_iter();
        Ok(Diagnosis {
            inputs: self.inputs.into_iter().map(JsonInput::input).collect(),
            catalogues: catalogues
                .map(|it| CatalogueInfo { name: it.name.into_owned(), sha256: it.sha256.into_owned() })
                .collect(),
            signatures: self.tool.signatures,
            seen: (coverage.files_seen, coverage.bytes_seen),
            period: coverage.window.as_ref().map(JsonWindow::period).transpose()?,
            known_noise: coverage.unresolved_in_baseline,
            unresolved_overflow: coverage.unresolved_overflow,
            unresolved_omitted: coverage.unresolved_omitted,
            coverage: self.coverage.coverage()?,
            chronology: self.timeline.chronology()?,
            facts: self.facts.into_iter().map(JsonFact::found).collect::<Read<_>>()?,
            known: self.diagnoses.into_iter().map(JsonDiagnosis::known).collect::<Read<_>>()?,
            hidden: self.hidden.into_iter().map(JsonHidden::hidden).collect::<Read<_>>()?,
            unresolved: self.unresolved.into_iter().map(JsonUnresolved::unresolved).collect::<Read<_>>()?,
            problems: self.problems.into_iter().map(JsonProblem::problem).collect::<Read<_>>()?,
        })
    }
}

impl JsonInput<'_> {
    fn input(self) -> Input {
        let (path, kind) = (PathBuf::from(&*self.path), self.kind.into_owned().into());
        Input { path, kind, bytes: self.bytes, sha256: owned(self.sha256) }
    }
}

impl JsonFact<'_> {
    fn found(self) -> Read<FoundFact> {
        let sightings = sightings(self.count, &self.times, &self.file, self.line)?;
        Ok(FoundFact {
            name: self.name.into(),
            kind: FactKind::named(&self.kind).ok_or_else(|| unknown("facts[].kind", &self.kind))?,
            product: owned(self.product),
            value: self.value.into_owned(),
            host: self.host.map(Arc::from),
            sightings,
            history: self.history.into_iter().map(JsonFactValue::seen).collect::<Read<_>>()?,
        })
    }
}

impl JsonFactValue<'_> {
    fn seen(self) -> Read<(String, Sightings)> {
        let sightings = sightings(self.count, &self.times, &self.file, self.line)?;
        Ok((self.value.into_owned(), sightings))
    }
}

/// The place of the last sighting is not saved; no report shows it.
fn sightings(count: u64, times: &JsonTimes, file: &str, line: u64) -> Read<Sightings> {
    let (first, last) = times.read()?;
    let sight = |time| Sight { time, file: file.into(), line };
    Ok(Sightings { count, first: sight(first), last: sight(last) })
}

impl JsonWindow {
    fn period(&self) -> Read<Period> {
        let read = |text: &Option<String>| text.as_deref().map(read_time).transpose();
        Ok(Period { since: read(&self.since)?, until: read(&self.until)? })
    }
}

impl JsonCoverage<'_> {
    fn coverage(self) -> Read<Coverage> {
        let mut coverage = Coverage { files: self.files_examined, bytes: self.bytes_examined, ..Coverage::default() };
        let counts = &mut coverage.counts;
        (counts.first_time, counts.last_time) = self.times.read()?;
        (counts.records, counts.lines, counts.assumed_times) = (self.records, self.lines, self.assumed_times);
        for (level, count) in LEVELS.iter().zip(&mut counts.levels) {
            *count = self.levels.get(level.name()).copied().unwrap_or(0);
        }
        if let Some(window) = self.window {
            counts.outside = window.records_outside;
            coverage.untimed_files = window.untimed_files;
        }
        Ok(coverage)
    }
}

impl JsonDiagnosis<'_> {
    fn known(self) -> Read<Known> {
        let sides = [Side::Client, Side::Network, Side::Server, Side::Storage, Side::Config];
        let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        // Of the condition only the words are left that reports look for, of a correlation that there was one.
        let marks = self.marks.into_iter().map(|text| Condition::Text { text: text.into_owned(), nocase: true });
        let correlation = || {
            let (order, place) = (Order::Any, Where::File);
            let (parts, same, unless, absent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            Correlation { order, parts, within: None, same, place, unless, absent }
        };
        let advice = Advice {
            cause: self.cause.into_owned(),
            impact: owned(self.impact),
            fixes: self.fixes.into_iter().map(JsonFix::fix).collect::<Read<_>>()?,
            references: self.references.into_iter().map(JsonReference::reference).collect(),
            escalate: self.escalate.map(JsonEscalate::escalate),
        };
        let signature = Signature {
            title: self.title.into_owned(),
            level: support_level("diagnoses[].level", &self.level)?,
            side: named("diagnoses[].side", &sides, Side::name, &self.side)?,
            severity: named("diagnoses[].severity", &severities, Severity::name, &self.severity)?,
            vendor: self.vendor.into_owned(),
            product: self.product.into_owned(),
            component: owned(self.component),
            correlation: self.several_records.then(correlation),
            advice: advice.into(),
            ..Signature::of_condition(&*self.signature, Condition::Any(marks.collect()))
        };
        let suppressed = self.suppressed.into_iter();
        Ok(Known {
            signature: Arc::new(signature),
            variant: self.variant.map(Arc::from),
            confidence: self.confidence,
            state: named("diagnoses[].state", &STATES, State::name, &self.state)?,
            reason: owned(self.reason),
            notes: self.notes.into_owned(),
            group: group(self.count, &self.times, self.captures.into_owned(), self.evidence, self.files)?,
            caused_by: self.caused_by.map(Arc::from),
            suppressed: suppressed.map(|it| Suppressed { signature: it.signature.into(), count: it.count }).collect(),
        })
    }
}

const STATES: [State; 3] = [State::Match, State::Old, State::Inconclusive];

impl JsonHidden<'_> {
    fn hidden(self) -> Read<Hidden> {
        let (first_time, last_time) = self.times.read()?;
        Ok(Hidden {
            signature: self.signature.into(),
            variant: self.variant.map(Arc::from),
            state: named("hidden[].state", &STATES, State::name, &self.state)?,
            title: self.title.into_owned(),
            count: self.count,
            first_time,
            last_time,
            overlay: self.overlay.into_owned(),
            reason: self.reason.into_owned(),
            until: owned(self.until),
        })
    }
}

fn group(
    count: u64,
    times: &JsonTimes,
    captures: std::collections::BTreeMap<String, String>,
    evidence: Vec<JsonEvidence<'_>>,
    files: Vec<Text<'_>>,
) -> Read<Group> {
    let (first_time, last_time) = times.read()?;
    let evidence = evidence.into_iter().map(JsonEvidence::evidence).collect::<Read<_>>()?;
    Ok(Group {
        count,
        first_time,
        last_time,
        captures,
        evidence,
        files: files.iter().map(|it| (&**it).into()).collect(),
        // What was made of it is in the report.
        demand: Demand::default(),
    })
}

impl JsonFix<'_> {
    fn fix(self) -> Read<Fix> {
        let audiences = [Audience::Customer, Audience::Partner, Audience::Vendor];
        Ok(Fix {
            level: support_level("diagnoses[].fixes[].level", &self.level)?,
            audience: named("diagnoses[].fixes[].audience", &audiences, Audience::name, &self.audience)?,
            steps: self.steps.into_owned(),
            risk: owned(self.risk),
            verify: owned(self.verify),
        })
    }
}

impl JsonReference<'_> {
    fn reference(self) -> Reference {
        Reference { kind: self.kind.into_owned(), id: owned(self.id), url: self.url.into_owned() }
    }
}

impl JsonEscalate<'_> {
    fn escalate(self) -> Escalate {
        let (needs_files, needs_facts) = (self.needs_files.into_owned(), self.needs_facts.into_owned());
        Escalate { when: owned(self.when), needs_files, needs_facts }
    }
}

impl JsonUnresolved<'_> {
    fn unresolved(self) -> Read<Unresolved> {
        let finding = UnknownGroup {
            template: self.template.into_owned(),
            level: named("unresolved[].level", &LEVELS, Level::name, &self.level)?,
            leveled: self.leveled,
            codes: self.codes.into_owned(),
            general: None,
            group: group(self.count, &self.times, Default::default(), self.evidence, self.files)?,
        };
        let object = |it: JsonObject<'_>| Object { kind: it.kind.into_owned().into(), name: it.name.into_owned() };
        let related = |it: JsonRelated<'_>| Related { signature: it.signature.into(), title: it.title.into_owned() };
        Ok(Unresolved {
            id: self.id.into_owned(),
            score: self.score,
            reasons: self.reasons.into_owned(),
            root: owned(self.root),
            objects: self.objects.into_iter().map(object).collect(),
            related: self.related.into_iter().map(related).collect(),
            finding,
        })
    }
}

impl JsonEvidence<'_> {
    fn evidence(self) -> Read<Evidence> {
        Ok(Evidence {
            file: (&*self.file).into(),
            line: self.line,
            offset: self.offset,
            time: self.time.as_deref().map(read_time).transpose()?,
            text: self.text.into_owned(),
            before: self.before.into_owned(),
            after: self.after.into_owned(),
        })
    }
}

impl JsonProblem<'_> {
    fn problem(self) -> Read<Problem> {
        let kind = named("problems[].kind", &ProblemKind::ALL, ProblemKind::name, &self.kind)?;
        Ok(Problem { file: self.file.into(), kind, message: self.message.into_owned() })
    }
}

impl JsonTimes {
    pub(super) fn read(&self) -> Read<(Option<Time>, Option<Time>)> {
        let read = |text: &Option<String>, name: &str| {
            let time = text.as_deref().map(read_time).transpose()?;
            Ok::<_, SavedError>(time.map(|time| assumed_if(time, &self.assumed, name)))
        };
        Ok((read(&self.first_time, "first_time")?, read(&self.last_time, "last_time")?))
    }
}

/// Marks a time as assumed if its field is among those that are.
pub(super) fn assumed_if(time: Time, assumed: &[String], field: &str) -> Time {
    if assumed.iter().any(|it| it == field) { time.assume() } else { time }
}

pub(super) fn read_time(text: &str) -> Read<Time> {
    Time::parse(text).ok_or_else(|| unknown("a time", text))
}

pub(super) fn seconds_east(text: &str) -> Read<i32> {
    let zone = Zone::parse(text).ok_or_else(|| unknown("an offset", text))?;
    Ok(zone.offset_at(0))
}

fn support_level(field: &'static str, name: &str) -> Read<SupportLevel> {
    named(field, &[SupportLevel::L1, SupportLevel::L2, SupportLevel::L3], SupportLevel::name, name)
}

/// The one of all values that has a name.
pub(super) fn named<T: Copy>(field: &'static str, all: &[T], name_of: fn(T) -> &'static str, name: &str) -> Read<T> {
    let found = all.iter().copied().find(|&it| name_of(it) == name);
    found.ok_or_else(|| unknown(field, name))
}

fn unknown(field: &'static str, value: &str) -> SavedError {
    SavedError::Value { field, value: value.into() }
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{TextStyle, hostile, html, json, jsonl, junit, markdown, sarif, text};
    use proptest::prelude::*;

    /// Every format of a report and of what is left of it in its JSON.
    fn formats(diagnosis: &Diagnosis) -> [String; 7] {
        let style = TextStyle::plain(80, 10);
        [
            text(diagnosis, style),
            json(diagnosis),
            jsonl(diagnosis),
            markdown(diagnosis, 10),
            html(diagnosis, 10),
            sarif(diagnosis),
            junit(diagnosis),
        ]
    }

    #[test]
    fn what_is_no_report_is_refused_with_the_reason() {
        let refused = |text: &str| saved(text).unwrap_err().to_string();
        assert!(refused("Jan  2 host sshd: no").starts_with("not a report of schema `tierline.report/1`: "));
        assert!(refused("{}").contains("missing field `schema`"));
        let newer = refused(r#"{"schema": "tierline.report/2"}"#);
        assert_eq!(newer, "the report is of schema `tierline.report/2`, this version reads `tierline.report/1`");
        let strange = json(&hostile("x", "y")).replace("\"side\": \"server\"", "\"side\": \"moon\"");
        assert_eq!(refused(&strange), "diagnoses[].side is `moon`, which this version does not know");
    }

    #[test]
    fn an_effect_stays_behind_its_cause() {
        let mut diagnosis = hostile("x", "y");
        let effect = Known { caused_by: Some(diagnosis.known[0].signature.id.clone()), ..diagnosis.known[0].clone() };
        diagnosis.known.push(effect);
        let [_, _, _, _, html, ..] = formats(&diagnosis);
        assert!(html.contains("<article class=\"card critical effect\" id=\"p1-1\""));
        assert_eq!(formats(&saved(&json(&diagnosis)).unwrap()), formats(&diagnosis));
    }

    #[test]
    fn an_assumed_date_stays_one() {
        let mut diagnosis = hostile("x", "y");
        let assume = |time: &mut Option<Time>| *time = time.map(Time::assume);
        assume(&mut diagnosis.coverage.counts.last_time);
        assume(&mut diagnosis.known[0].group.first_time);
        assume(&mut diagnosis.unresolved[0].finding.group.last_time);
        diagnosis.chronology.setbacks[0].from = diagnosis.chronology.setbacks[0].from.assume();
        diagnosis.coverage.counts.assumed_times = 4;
        assert_eq!(formats(&saved(&json(&diagnosis)).unwrap()), formats(&diagnosis));
    }

    proptest! {
        #[test]
        fn every_format_can_be_made_from_the_json(log in any::<String>(), path in any::<String>()) {
            let diagnosis = hostile(&log, &path);
            prop_assert_eq!(formats(&saved(&json(&diagnosis)).unwrap()), formats(&diagnosis));
        }
    }
}
