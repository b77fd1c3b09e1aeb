//! What is left to do for a case.

use crate::store::{Case, CaseFinding, Finding, FindingStep, Happened};
use std::collections::HashSet;

/// Returns the steps against the problems of a case that nobody says were tried, in the order of the problems, each once: variants of
/// a problem may share them. Suppressed ones want nothing.
pub fn next_steps<'f>(case: &Case, findings: &'f [CaseFinding]) -> Vec<(&'f Finding, &'f FindingStep)> {
    let tried: Vec<&str> =
        case.events.iter().filter(|it| it.what == Happened::Tried).map(|it| it.text.as_str()).collect();
    let is_tried = |(finding, step): &(&Finding, &FindingStep)| {
        let names = [Some(finding.problem.clone()), finding.name_of(step), Some(step.text.clone())];
        names.iter().flatten().any(|name| tried.contains(&name.as_str()))
    };
    // The same step against another problem was tried with it.
    let steps_of = |it: &'f CaseFinding| it.finding.steps.iter().map(move |step| (&it.finding, step));
    let tried_too: HashSet<&str> =
        findings.iter().flat_map(steps_of).filter(is_tried).map(|(_, step)| step.text.as_str()).collect();
    let steps = findings.iter().filter(|it| it.finding.suppressed.is_none()).flat_map(steps_of);
    let mut seen = HashSet::new();
    let mut is_new = |step: &'f FindingStep| seen.insert((&step.audience, &step.text, &step.verify));
    steps.filter(|(_, step)| !tried_too.contains(step.text.as_str())).filter(|(_, step)| is_new(step)).collect()
}
