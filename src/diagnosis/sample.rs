//! Small diagnoses for the tests of this module and of the reports.

use super::Diagnosis;
use crate::bundle::{Input, Visited};
use crate::finding::{Claim, Evidence, Group, Level, Origin, Source, Tally, Time, Timeline, UnknownGroup};
use crate::signature::{
    Advice, Audience, Condition, Demand, Fix, Reference, Severity, Signature, SignatureSet, SupportLevel,
};

/// 2026-01-02T03:04:05 and `seconds` more, in UTC.
pub(crate) fn at(seconds: i64) -> Time {
    Time::new((1_767_323_045 + seconds) * 1_000_000_000, Some(0))
}

pub(crate) fn signature(id: &str, severity: Severity) -> Signature {
    let advice = Advice {
        cause: "The host {host} is down.".into(),
        fixes: vec![Fix {
            level: SupportLevel::L1,
            audience: Audience::Customer,
            steps: vec!["Start {host}.".into(), "Wait.".into()],
            risk: Some("none".into()),
            verify: Some("It answers.".into()),
        }],
        references: vec![Reference {
            kind: "kb".into(),
            id: Some("KB1".into()),
            url: "https://example.com/kb1".into(),
        }],
        ..Advice::default()
    };
    Signature {
        title: format!("{id} happened on {{host}}"),
        level: SupportLevel::L1,
        severity,
        vendor: "Acme".into(),
        product: "Rocket".into(),
        advice: advice.into(),
        source: "x.yaml".into(),
        ..Signature::of_condition(id, Condition::Regex("went wrong on (?P<host>\\S+)".into()))
    }
}

pub(crate) fn evidence(file: &str, line: u64, text: &str) -> Evidence {
    let (before, after) = (vec!["before".into()], vec!["after".into()]);
    Evidence { file: file.into(), line, offset: 10, time: Some(at(0)), text: text.into(), before, after }
}

/// `count` records of which the given are at hand.
pub(crate) fn group(count: u64, evidence: Vec<Evidence>) -> Group {
    let files = evidence.iter().map(|it| it.file.clone()).collect::<std::collections::BTreeSet<_>>();
    Group {
        count,
        first_time: Some(at(0)),
        last_time: Some(at(if count > 1 { 60 } else { 0 })),
        captures: [("host".to_string(), "srv01".to_string())].into(),
        demand: Demand { parts: 1, literal: 14 },
        evidence,
        files: files.into_iter().collect(),
    }
}

pub(crate) fn unknown(level: Level, template: &str, group: Group) -> UnknownGroup {
    UnknownGroup { template: template.into(), level, leveled: true, codes: Vec::new(), general: None, group }
}

/// When the times of [`source`] begin, in seconds since 1970.
pub(crate) const START: i64 = 1_767_323_136;

/// A file with one record at each of these seconds after [`START`], by the clock that the log shows.
pub(crate) fn source(file: &str, offset: Option<i32>, seconds: &[i64]) -> Source {
    let time = |second: &i64| Time::new((START + second) * 1_000_000_000, offset);
    let times: Vec<Time> = seconds.iter().map(time).collect();
    Source {
        file: file.into(),
        modified: None,
        first_time: times.iter().min().copied(),
        last_time: times.iter().max().copied(),
        origin: Origin::default(),
        timeline: Timeline::of(times.iter().map(|&time| (Some(Level::Error), Some(time)))),
    }
}

/// What `diagnose` makes of one examined file with these findings; each group belongs to the signature before it.
pub(crate) fn diagnosis(known: Vec<(Signature, Group)>, unknown: Vec<UnknownGroup>) -> Diagnosis {
    let ids: Vec<_> = known.iter().map(|(signature, _)| signature.id.clone()).collect();
    let (signatures, groups): (Vec<_>, Vec<_>) = known.into_iter().unzip();
    let set = SignatureSet::new(signatures);
    let index =
        |id: &std::sync::Arc<str>| set.signatures().iter().position(|it| it.id == *id).expect("was put in above");
    let mut tally = Tally::default();
    tally.coverage.files = 1;
    tally.coverage.bytes = 4_200_000;
    tally.coverage.counts.first_time = Some(at(0));
    tally.coverage.counts.last_time = Some(at(3600));
    tally.known = ids.iter().map(index).map(Claim::of).zip(groups).collect();
    tally.unknown = (0..).zip(unknown).collect();
    let input = Input { path: "case.zip".into(), kind: "zip".into(), bytes: 123, sha256: None };
    super::diagnose(&set, &[input], Visited { files: 1, bytes: 4_200_000, ..Visited::default() }, tally, None, None)
}
