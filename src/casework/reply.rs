//! The message to the customer: what was found, what to do in which order, what to send.
//!
//! It has nothing in it that is not the customer's: steps that the signatures address to customers, the customer's own findings, and
//! what the vendor asks the customer for. What was noted in the case, what the partner or the vendor has to do and what other
//! customers had stays out. The same case gives the same text.

use super::next_steps;
use crate::report::one_line;
use crate::signature::Day;
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
    let (mut titles, mut ours) = (HashSet::new(), Vec::new());
    let steps = next_steps(case, findings);
    let loud = || findings.iter().filter(|it| it.finding.suppressed.is_none());
    for it in loud().filter(|it| it.finding.is_known) {
        let finding = &it.finding;
        let own = steps.iter().filter(|(it, step)| std::ptr::eq(*it, finding) && step.audience == "customer");
        let own: Vec<&FindingStep> = own.map(|(_, step)| *step).collect();
        if own.is_empty() {
            ours.push(it);
            continue;
        }
        if number == 0 {
            text.push_str("\nwe found the following in your logs. Please take the steps in this order.\n");
        }
        number += 1;
        titles.insert(&finding.title);
        text.push_str(&format!("\n{number}. {}\n   {}\n", one_line(&finding.title), seen(it)));
        let mut told = None;
        for (index, step) in own.iter().enumerate() {
            // Before the first step that has it, so that nobody reads it too late.
            let risk = step.known_risk();
            if let Some(risk) = risk.filter(|_| told != risk) {
                text.push_str(&format!("   Before you begin, please note: {}\n", one_line(risk)));
            }
            // Behind the end of a fix the next one tells its own.
            told = risk.filter(|_| step.verify.is_none());
            text.push_str(&format!("   {number}.{} {}\n", index + 1, one_line(&step.text)));
            if let Some(verify) = &step.verify {
                text.push_str(&format!("   It has worked if: {}\n", one_line(verify)));
            }
        }
    }
    if number > 0 {
        text.push_str("\nPlease tell us of each step whether it has helped.\n");
    }
    // What has nothing for the customer to do is ours. What is unexplained in earlier logs only is left out.
    let unexplained = loud().filter(|it| !it.finding.is_known && !it.is_earlier).take(UNEXPLAINED);
    let looked_into: Vec<_> =
        ours.into_iter().chain(unexplained).filter(|it| titles.insert(&it.finding.title)).collect();
    if !looked_into.is_empty() {
        text.push_str("\nWe are looking into this:\n");
        for it in looked_into {
            text.push_str(&format!("- {}\n  {}\n", one_line(&it.finding.title), seen(it)));
        }
    }
    match request {
        Some(request) => text.push_str(&format!("\n{}\n", request.trim())),
        None if number == 0 => text.push_str("\nThere is nothing to do for you now. We will come back to you.\n"),
        None => {}
    }
    // The title of the case is ours: who has written it had colleagues in mind.
    let subject = match loud().next() {
        Some(first) => format!("Case {}: {}", case.id, one_line(&first.finding.title)),
        None => format!("Your case {}", case.id),
    };
    Reply { subject, text }
}

/// How often and when; of earlier logs, that it is of them.
fn seen(it: &CaseFinding) -> String {
    let times = times(&it.finding);
    if !it.is_earlier {
        return times;
    }
    let name = it.path.rsplit(['/', '\\']).next().unwrap_or(&it.path);
    let day = Day::of_unix(it.filed.unsigned_abs());
    format!("{times} This is of the logs `{}` that we got by {day}; later ones do not show it.", one_line(name))
}

fn times(finding: &Finding) -> String {
    let times = if finding.count == 1 { "Seen once".to_owned() } else { format!("Seen {} times", finding.count) };
    match (&finding.first_time, &finding.last_time) {
        (Some(first), Some(last)) if first != last => format!("{times}, from {first} to {last}."),
        (Some(time), _) | (None, Some(time)) => format!("{times}, at {time}."),
        (None, None) => format!("{times}."),
    }
}
