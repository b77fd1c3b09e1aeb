//! What was found, as the report has it: known problems, those that an overlay hides, and unexplained errors.

use super::{JsonTimes, Text, text, time};
use crate::diagnosis::{Hidden, Known, Suppressed, Unresolved};
use crate::finding::Evidence;
use crate::signature::{Escalate, Fix, Reference};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Deserialize, Serialize)]
pub(in crate::report) struct JsonDiagnosis<'a> {
    pub(super) signature: Text<'a>,
    /// The row of the signature's variants, by its key; left out if it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) variant: Option<Text<'a>>,
    pub(super) state: Text<'a>,
    pub(super) reason: Option<Text<'a>>,
    /// What else is to be known of it.
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    pub(super) notes: Cow<'a, [String]>,
    pub(super) title: Text<'a>,
    pub(super) vendor: Text<'a>,
    pub(super) product: Text<'a>,
    pub(super) component: Option<Text<'a>>,
    pub(super) level: Text<'a>,
    pub(super) side: Text<'a>,
    pub(super) severity: Text<'a>,
    pub(super) confidence: f64,
    pub(super) cause: Text<'a>,
    pub(super) impact: Option<Text<'a>>,
    pub(super) fixes: Vec<JsonFix<'a>>,
    pub(super) references: Vec<JsonReference<'a>>,
    pub(super) escalate: Option<JsonEscalate<'a>>,
    pub(super) count: u64,
    #[serde(flatten)]
    pub(super) times: JsonTimes,
    pub(super) captures: Cow<'a, BTreeMap<String, String>>,
    pub(super) caused_by: Option<Text<'a>>,
    #[serde(default)]
    pub(super) suppressed: Vec<JsonSuppressed<'a>>,
    /// Whether only several records together are the problem.
    #[serde(default)]
    pub(super) several_records: bool,
    /// Words of the record that the signature looks for.
    #[serde(default)]
    pub(super) marks: Vec<Text<'a>>,
    #[serde(default)]
    pub(super) files: Vec<Text<'a>>,
    pub(super) evidence: Vec<JsonEvidence<'a>>,
}

#[derive(Deserialize, Serialize)]
pub(in crate::report) struct JsonHidden<'a> {
    pub(super) signature: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) variant: Option<Text<'a>>,
    pub(super) state: Text<'a>,
    pub(super) title: Text<'a>,
    pub(super) count: u64,
    #[serde(flatten)]
    pub(super) times: JsonTimes,
    /// The file of the overlay.
    pub(super) overlay: Text<'a>,
    pub(super) reason: Text<'a>,
    /// The last day on which it is hidden.
    pub(super) until: Option<Text<'a>>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonFix<'a> {
    pub(super) level: Text<'a>,
    pub(super) audience: Text<'a>,
    pub(super) steps: Cow<'a, [String]>,
    pub(super) risk: Option<Text<'a>>,
    pub(super) verify: Option<Text<'a>>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonReference<'a> {
    pub(super) kind: Text<'a>,
    pub(super) id: Option<Text<'a>>,
    pub(super) url: Text<'a>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonEscalate<'a> {
    pub(super) when: Option<Text<'a>>,
    pub(super) needs_files: Cow<'a, [String]>,
    pub(super) needs_facts: Cow<'a, [String]>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonSuppressed<'a> {
    pub(super) signature: Text<'a>,
    pub(super) count: u64,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonObject<'a> {
    pub(super) kind: Text<'a>,
    pub(super) name: Text<'a>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonRelated<'a> {
    pub(super) signature: Text<'a>,
    pub(super) title: Text<'a>,
}

#[derive(Deserialize, Serialize)]
pub(in crate::report) struct JsonUnresolved<'a> {
    pub(super) id: Text<'a>,
    pub(super) template: Text<'a>,
    pub(super) level: Text<'a>,
    pub(super) score: f64,
    pub(super) reasons: Cow<'a, [String]>,
    /// Its records state their level themselves, as those of services do.
    #[serde(default)]
    pub(super) leveled: bool,
    #[serde(default)]
    pub(super) root: Option<Text<'a>>,
    #[serde(default)]
    pub(super) objects: Vec<JsonObject<'a>>,
    #[serde(default)]
    pub(super) related: Vec<JsonRelated<'a>>,
    pub(super) codes: Cow<'a, [String]>,
    pub(super) count: u64,
    #[serde(flatten)]
    pub(super) times: JsonTimes,
    pub(super) files: Vec<Text<'a>>,
    pub(super) evidence: Vec<JsonEvidence<'a>>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct JsonEvidence<'a> {
    pub(super) file: Text<'a>,
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) time: Option<String>,
    pub(super) text: Text<'a>,
    pub(super) before: Cow<'a, [String]>,
    pub(super) after: Cow<'a, [String]>,
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
            cause: (&signature.advice.cause).into(),
            impact: text(&signature.advice.impact),
            fixes: signature.advice.fixes.iter().map(JsonFix::from).collect(),
            references: signature.advice.references.iter().map(JsonReference::from).collect(),
            escalate: signature.advice.escalate.as_ref().map(JsonEscalate::from),
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
