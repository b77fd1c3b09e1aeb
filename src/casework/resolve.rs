//! A confirmed answer of the vendor becomes the draft of a signature, so that the next one who meets the error needs no vendor.
//!
//! The example is the record of the finding, redacted. What a person has to write is left to be written, and the head of the file
//! says what that is.

use super::findings::LONGEST;
use crate::escalate::has_name;
use crate::redact::{LeakScan, Map, Redactor};
use crate::signature::SignatureSet;
use crate::store::Finding;
use crate::workshop::{Answer, Draft, DraftError, Seen, draft_of};
use std::fmt;

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// No signature can be made of the record.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The customer's name is in it.
    #[error("the draft would name the customer: {0}")]
    Customer(Part),
    /// Something that was to be redacted is left.
    #[error("the draft would tell of the customer: {what}, {part}")]
    Leak {
        /// What it is, and how it was seen.
        what: String,
        /// Where it stands.
        part: Part,
    },
}

/// A part of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The record or the name of its file.
    Record,
    /// What the vendor has answered.
    Answer,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Record => {
                "it is in the record of the error; `tierline signatures new` makes a draft of a line that you write"
            }
            Part::Answer => "it is in the answer; say it in other words",
        })
    }
}

/// Whose finding it is, and what must not be told of it.
pub struct Secrecy<'a> {
    /// The customer's name.
    pub customer: &'a str,
    /// Takes out names and addresses.
    pub redactor: &'a Redactor,
    /// What was replaced before in other texts of the customer.
    pub known: Map,
    /// Whether the names were learnt from all logs of the case, not only from what the case keeps of them.
    pub has_logs: bool,
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
    let record = redactor.str(whole_words(&finding.message));
    let file = finding.place.rsplit_once(':').map_or(&*finding.place, |(file, _)| file);
    let file = redactor.str(file.rsplit(['/', '\\']).next().unwrap_or(file));
    let answer = Answer { remarks: remarks(answer, secrecy.has_logs), ..answer.clone() };
    let draft = draft_of(Some(id), &Seen { record: record.as_str(), file: Some(file.as_str()) }, &answer, set)?;
    let example = format!("{}\n{}", record.as_str(), file.as_str());
    let part = |is_in: &dyn Fn(&str) -> bool| if is_in(&example) { Part::Record } else { Part::Answer };
    if has_name(&draft.yaml, secrecy.customer) {
        return Err(ResolveError::Customer(part(&|text| has_name(text, secrecy.customer))));
    }
    let mut all = secrecy.known;
    all.merge(&redactor.map());
    let scan = LeakScan::new(&all, &[], false);
    match scan.leaks(draft.yaml.as_bytes()).first() {
        Some(leak) => {
            let what = format!("{} ({})", leak.kind.name(), leak.rule);
            Err(ResolveError::Leak { what, part: part(&|text| !scan.leaks(text.as_bytes()).is_empty()) })
        }
        None => Ok(draft),
    }
}

/// A long record was cut when it was stored, perhaps within a name, of which the rest would not be known for one.
fn whole_words(message: &str) -> &str {
    match message.strip_suffix('…') {
        Some(cut) if cut.chars().count() >= LONGEST => {
            cut.rsplit_once(char::is_whitespace).map_or("", |(whole, _)| whole)
        }
        _ => message,
    }
}

/// What the head of the file says.
fn remarks(answer: &Answer, has_logs: bool) -> Vec<String> {
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
    let mut remarks = vec![
        "A draft from an answer of the vendor that was confirmed in a case. The match example is one redacted record;"
            .to_owned(),
        "the no_match example was made from it and is not from a log.".to_owned(),
        format!("Missing: {}.", missing.join(", ")),
    ];
    if !has_logs {
        remarks.push(
            "Not all logs of the case could be read again: look for names that are told to be names only there."
                .to_owned(),
        );
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_record_that_was_cut_no_half_word_is_left() {
        let long = format!("the ledger {} on filer07.corp.exa…", "x".repeat(LONGEST));
        assert!(whole_words(&long).ends_with("x on"), "{long}");
        assert_eq!(whole_words(&format!("{}…", "x".repeat(LONGEST))), "");
        assert_eq!(whole_words("waiting for filer…"), "waiting for filer…");
    }
}
