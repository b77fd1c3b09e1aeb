//! What is left to do for a case.

use crate::store::{Case, CaseFinding, Finding, FindingStep, Happened};

/// Returns the steps against the problems of a case that nobody says were tried, in the order of the problems. Suppressed
/// ones want nothing.
pub fn next_steps<'f>(case: &Case, findings: &'f [CaseFinding]) -> Vec<(&'f Finding, &'f FindingStep)> {
    let tried: Vec<&str> =
        case.events.iter().filter(|it| it.what == Happened::Tried).map(|it| it.text.as_str()).collect();
    let is_open = |finding: &Finding, step: &FindingStep| {
        let names = [Some(finding.problem.clone()), finding.name_of(step), Some(step.text.clone())];
        !names.iter().flatten().any(|name| tried.contains(&name.as_str()))
    };
    let findings = findings.iter().map(|it| &it.finding).filter(|it| it.suppressed.is_none());
    let steps = findings.flat_map(|finding| finding.steps.iter().map(move |step| (finding, step)));
    steps.filter(|(finding, step)| is_open(finding, step)).collect()
}
