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
    // With another risk it is another advice: nobody is to take it who was told of the lesser one only.
    let mut is_new = |step: &'f FindingStep| seen.insert((&step.audience, &step.text, &step.verify, step.known_risk()));
    steps.filter(|(_, step)| !tried_too.contains(step.text.as_str())).filter(|(_, step)| is_new(step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{About, CaseBundle, FoundIn, NewCase, NewSuppression, Origin, Store};

    #[test]
    fn a_step_is_named_once_and_tried_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        let new =
            NewCase { customer: "acme", title: "x", origin: Origin::Phone, contact: None, about: About::default() };
        let case = store.open_case(&new, "me", 1).unwrap();
        let finding = |problem: &str, steps: &[&str]| Finding {
            problem: problem.to_owned(),
            steps: (1..)
                .zip(steps)
                .map(|(number, text)| FindingStep {
                    number: Some(number),
                    level: "L1".into(),
                    audience: "customer".into(),
                    text: (*text).to_owned(),
                    verify: None,
                    risk: None,
                })
                .collect(),
            ..Finding::default()
        };
        let bundle = CaseBundle { path: "/a.zip".into(), sha256: "ab".into() };
        let findings = vec![finding("a", &["restart", "wait"]), finding("b", &["wait", "restart", "call"])];
        store.add_findings(case, &[FoundIn { bundle, findings, is_whole: true }], "me", 2).unwrap();
        let next = |now| -> Vec<String> {
            let found = store.findings(case, now).unwrap();
            let steps = next_steps(&store.case(case).unwrap(), &found).into_iter();
            steps.filter_map(|(finding, step)| finding.name_of(step)).collect()
        };
        assert_eq!(next(3), ["a#1", "a#2", "b#3"]);
        // Who has tried it for the one problem has tried it for the other.
        store.tried(case, "a#1", "me", 4).unwrap();
        assert_eq!(next(5), ["a#2", "b#3"]);
        let new = NewSuppression { customer: None, problem: "a", reason: "r", until: "1970-01-01" };
        store.suppress(&new, "me", 6).unwrap();
        assert_eq!(next(7), ["b#1", "b#3"]);
        assert_eq!(next(86_400), ["a#2", "b#3"]);
        // What can break something is told beside what cannot.
        let call = |problem, risk: &str| {
            let mut finding = finding(problem, &["call"]);
            finding.steps[0].risk = Some(risk.to_owned());
            finding
        };
        let bundle = CaseBundle { path: "/b.zip".into(), sha256: "cd".into() };
        let findings = vec![call("c", "users are cut off"), call("d", "none")];
        store.add_findings(case, &[FoundIn { bundle, findings, is_whole: true }], "me", 86_400).unwrap();
        assert_eq!(next(86_401), ["c#1", "d#1", "a#2"]);
    }
}
