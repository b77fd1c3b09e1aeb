//! A confirmed answer of the vendor becomes the draft of a signature, so that the next one who meets the error needs no vendor.
//!
//! The example is the record of the finding, redacted. What a person has to write is left to be written, and the head of the file
//! says what that is.

use crate::escalate::has_name;
use crate::redact::{LeakScan, Map, Redactor};
use crate::signature::SignatureSet;
use crate::store::Finding;
use crate::workshop::{Answer, Draft, DraftError, Seen, draft_of};

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// No signature can be made of the record.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The answer names the customer.
    #[error("the draft would name the customer; say it in other words")]
    Customer,
    /// Something that was to be redacted is left.
    #[error("the draft would tell of the customer: {0}; say it in other words")]
    Leak(String),
}

/// Whose finding it is, and what must not be told of it.
pub struct Secrecy<'a> {
    /// The customer's name.
    pub customer: &'a str,
    /// Takes out names and addresses.
    pub redactor: &'a Redactor,
    /// What was replaced before in other texts of the customer.
    pub known: Map,
}

/// Makes the draft of a signature with the id `id` from a finding and what the vendor has answered.
pub fn resolve(
    id: &str,
    finding: &Finding,
    answer: &Answer,
    secrecy: Secrecy<'_>,
    set: &SignatureSet,
) -> Result<Draft, ResolveError> {
    let redactor = secrecy.redactor;
    // A long record was cut when it was stored.
    let record = finding.message.trim_end_matches('…');
    let record = redactor.str(record);
    let file = finding.place.rsplit_once(':').map_or(&*finding.place, |(file, _)| file);
    let file = redactor.str(file.rsplit(['/', '\\']).next().unwrap_or(file));
    let answer = Answer { remarks: remarks(answer), ..answer.clone() };
    let draft = draft_of(Some(id), &Seen { record: record.as_str(), file: Some(file.as_str()) }, &answer, set)?;
    if has_name(&draft.yaml, secrecy.customer) {
        return Err(ResolveError::Customer);
    }
    let mut all = secrecy.known;
    all.merge(&redactor.map());
    let leaks = LeakScan::new(&all, &[], false).leaks(draft.yaml.as_bytes());
    match leaks.first() {
        Some(leak) => Err(ResolveError::Leak(format!("{} ({})", leak.kind.name(), leak.rule))),
        None => Ok(draft),
    }
}

/// What the head of the file says.
fn remarks(answer: &Answer) -> Vec<String> {
    let mut missing: Vec<&str> = [
        ("the cause", answer.cause.is_none()),
        ("the impact", answer.impact.is_none()),
        ("the steps", answer.steps.is_empty()),
        ("how to verify them", answer.verify.is_none()),
        ("a check of level", answer.level.is_none()),
    ]
    .into_iter()
    .filter_map(|(what, is_missing)| is_missing.then_some(what))
    .collect();
    missing.extend(["a check of side and severity, which are guessed", "a no_match example that somebody has seen"]);
    vec![
        "A draft from an answer of the vendor that was confirmed in a case. The match example is one redacted record;"
            .to_owned(),
        "the no_match example was made from it and is not from a log.".to_owned(),
        format!("Missing: {}.", missing.join(", ")),
    ]
}
