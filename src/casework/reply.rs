//! The message to the customer: what was found, what to do in which order, what to send.
//!
//! It has nothing in it that is not the customer's: steps that the signatures address to customers, the customer's own findings, and
//! what the vendor asks the customer for. What was noted in the case, what the partner or the vendor has to do and what other
//! customers had stays out. The same case gives the same text.

use super::next_steps;
use crate::report::one_line;
use crate::store::{Case, CaseFinding, Finding, FindingStep};
use std::collections::HashSet;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// So many unexplained errors are named.
const UNEXPLAINED: usize = 3;

/// Drafts the message to the customer of a case. `request` asks for what is missing.
pub fn reply(case: &Case, findings: &[CaseFinding], request: Option<&str>) -> Reply {
    let mut text = "Hello,\n".to_owned();
    let mut number = 0;
    let steps = next_steps(case, findings);
    let mut told = HashSet::new();
    for finding in findings.iter().map(|it| &it.finding).filter(|it| it.is_known && it.suppressed.is_none()) {
        let own = steps.iter().filter(|(it, step)| std::ptr::eq(*it, finding) && step.audience == "customer");
        // Variants of a problem may have the same steps.
        let own = own.filter(|(_, step)| told.insert((&step.text, &step.verify)));
        let own: Vec<&FindingStep> = own.map(|(_, step)| *step).collect();
        if own.is_empty() {
            continue;
        }
        if number == 0 {
            text.push_str("\nwe found the following in your logs. Please take the steps in this order.\n");
        }
        number += 1;
        text.push_str(&format!("\n{number}. {}\n   {}\n", one_line(&finding.title), seen(finding)));
        for (index, step) in own.iter().enumerate() {
            text.push_str(&format!("   {number}.{} {}\n", index + 1, one_line(&step.text)));
            if let Some(verify) = &step.verify {
                text.push_str(&format!("   It has worked if: {}\n", one_line(verify)));
            }
        }
    }
    if number > 0 {
        text.push_str("\nPlease tell us of each step whether it has helped.\n");
    }
    let unexplained: Vec<&Finding> =
        findings.iter().map(|it| &it.finding).filter(|it| !it.is_known && it.suppressed.is_none()).collect();
    if !unexplained.is_empty() {
        text.push_str("\nWe are looking into this:\n");
        for finding in unexplained.iter().take(UNEXPLAINED) {
            text.push_str(&format!("- {}\n  {}\n", one_line(&finding.title), seen(finding)));
        }
    }
    match request {
        Some(request) => text.push_str(&format!("\n{}\n", request.trim())),
        None if number == 0 => text.push_str("\nThere is nothing to do for you now. We will come back to you.\n"),
        None => {}
    }
    // The title of the case is ours: who has written it had colleagues in mind.
    let first = findings.iter().map(|it| &it.finding).find(|it| it.suppressed.is_none());
    let subject = match first {
        Some(first) => format!("Case {}: {}", case.id, one_line(&first.title)),
        None => format!("Your case {}", case.id),
    };
    Reply { subject, text }
}

/// How often and when.
fn seen(finding: &Finding) -> String {
    let times = if finding.count == 1 { "Seen once".to_owned() } else { format!("Seen {} times", finding.count) };
    match (&finding.first_time, &finding.last_time) {
        (Some(first), Some(last)) if first != last => format!("{times}, from {first} to {last}."),
        (Some(time), _) | (None, Some(time)) => format!("{times}, at {time}."),
        (None, None) => format!("{times}."),
    }
}
