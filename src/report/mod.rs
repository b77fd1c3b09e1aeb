//! One file per output format. Each turns a [`Diagnosis`](crate::diagnosis::Diagnosis) into text; log text is
//! neutralised in the way the format needs.
//!
//! `json.rs` is the contract; `text.rs` is what a person reads first; `markdown.rs` goes into a ticket. What they share
//! is in `wording.rs` (counts, sizes, times, the verdict) and `neutral.rs` (log text without hidden characters).

mod comparison;
mod contents;
mod environment;
mod excerpt;
mod html;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod neutral;
mod records;
mod redacted;
mod sarif;
mod templates;
mod text;
mod timeline;
mod wording;
mod wrap;

pub use comparison::{comparison_json, comparison_text};
pub use contents::{ContentLine, ContentProblem};
pub(crate) use environment::environment;
pub use html::html;
pub use json::{SavedError, json, saved};
pub use jsonl::jsonl;
pub use junit::junit;
pub use markdown::markdown;
pub(crate) use markdown::{address, code, escape, fenced};
pub use neutral::one_line;
pub use records::RecordLine;
pub use redacted::redacted;
pub use sarif::sarif;
pub use templates::TemplateLine;
pub use text::{TextStyle, summary, text};
pub(crate) use wording::{headline, occurrence, seconds};
pub use wording::{product, without_kind};
pub use wrap::wrapped;

/// A diagnosis in which everything that can come from outside is the given text.
#[cfg(test)]
fn hostile(log: &str, path: &str) -> crate::diagnosis::Diagnosis {
    use crate::bundle::{Input, Problem, ProblemKind};
    use crate::diagnosis::FoundFact;
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
    use crate::diagnosis::{ClockOffset, Pause, Restart};
    use crate::finding::{Level, Sight, Sightings};
    use crate::signature::{Escalate, FactKind, Severity};
    let mut known = signature(path, Severity::Critical);
    for text in [&mut known.title, &mut known.advice.cause, &mut known.vendor, &mut known.product] {
        text.push_str(log);
    }
    known.component = Some(log.into());
    known.advice.impact = Some(log.into());
    known.advice.escalate = Some(Escalate { when: Some(log.into()), needs_files: Vec::new(), needs_facts: Vec::new() });
    let reference =
        crate::signature::Reference { kind: log.into(), id: Some(log.into()), url: format!("https://{log}") };
    known.advice.references.push(reference);
    for fix in &mut known.advice.fixes {
        fix.steps.push(log.into());
        fix.verify = Some(log.into());
        fix.risk = Some(log.into());
    }
    let seen = || {
        let mut group = group(1, vec![evidence(path, 1, log)]);
        group.captures = [("host".to_string(), log.to_string()), (path.to_string(), log.to_string())].into();
        group
    };
    let mut unknown = unknown(Level::Error, log, seen());
    unknown.codes.push(log.into());
    let mut diagnosis = diagnosis(vec![(known, seen())], vec![unknown]);
    diagnosis.known.iter_mut().for_each(|known| known.variant = Some(log.into()));
    let from = crate::diagnosis::sample::at(0);
    let pause = Pause { file: path.into(), from, to: from, end_of_summer_time: false };
    diagnosis.chronology.silences.push(pause.clone());
    diagnosis.chronology.setbacks.push(pause);
    let start = Restart { what: log.into(), host: Some(log.into()), file: path.into(), line: 1, time: from };
    diagnosis.chronology.starts.push(start);
    for relayed in [false, true] {
        let (behind, ahead) = (log.to_string(), path.to_string());
        let offset = ClockOffset { behind, ahead, seconds: 7, spread: 1, pairs: 3, relayed };
        diagnosis.chronology.clock_offsets.push(offset);
    }
    let sight = || Sight { time: None, file: path.into(), line: 1 };
    let seen = || Sightings { count: 1, first: sight(), last: sight() };
    for kind in [FactKind::Version, FactKind::Host, FactKind::Os] {
        diagnosis.facts.push(FoundFact {
            name: path.into(),
            kind,
            product: Some(log.into()),
            value: log.into(),
            host: Some(log.into()),
            sightings: seen(),
            history: vec![(log.into(), seen()), (path.into(), seen())],
        });
    }
    diagnosis.inputs.push(Input { path: path.into(), kind: "file".into(), bytes: 1, sha256: None });
    for kind in [ProblemKind::Corrupt, ProblemKind::Skipped] {
        diagnosis.problems.push(Problem { file: path.into(), kind, message: log.into() });
    }
    diagnosis
}
