//! What is kept of what was found in the logs of cases.

use super::*;

pub(super) fn finding(problem: &str, severity: &str) -> Finding {
    let step = |number, text: &str| FindingStep {
        number,
        level: "L1".into(),
        audience: "customer".into(),
        text: text.to_owned(),
        verify: number.map(|_| "it runs".to_owned()),
        risk: number.map(|_| "users are cut off".to_owned()),
    };
    Finding {
        problem: problem.to_owned(),
        is_known: true,
        title: format!("{problem} is broken"),
        severity: Some(severity.to_owned()),
        level: Some("L1".into()),
        count: 3,
        first_time: Some("2026-01-02T03:04:05Z".into()),
        codes: vec!["0x1".into(), "0x2".into()],
        message: "it\nbroke".into(),
        place: "a.log:7".into(),
        steps: vec![step(Some(1), "restart"), step(None, "wait")],
        ..Finding::default()
    }
}

/// Opens a case and files logs with these problems.
pub(super) fn filed(store: &Store, customer: &str, sha256: &str, problems: &[&str], now: i64) -> i64 {
    let about = About::default();
    let new = NewCase { customer, title: "a call", origin: Origin::Phone, contact: None, about };
    let id = store.open_case(&new, "me", now).unwrap();
    store.add_findings(id, &[found(sha256, problems)], "me", now).unwrap();
    id
}

pub(super) fn found(sha256: &str, problems: &[&str]) -> FoundIn {
    let bundle = CaseBundle { path: format!("/{sha256}.zip"), sha256: sha256.to_owned() };
    FoundIn { bundle, findings: problems.iter().map(|it| finding(it, "high")).collect(), is_whole: true }
}

fn names(store: &Store, case: i64) -> Vec<(String, u64)> {
    store.findings(case, 99).unwrap().into_iter().map(|it| (it.finding.problem, it.bundles)).collect()
}

#[test]
fn a_case_keeps_what_was_found_in_its_logs() {
    let (_folder, store) = open();
    let id = filed(&store, "acme", "ab", &["p", "q"], 10);
    let first =
        CaseFinding { finding: finding("p", "high"), bundles: 1, path: "/ab.zip".into(), filed: 10, is_earlier: false };
    assert_eq!(store.findings(id, 15).unwrap()[0], first);
    // The last logs stand first; what both show counts once.
    store.add_findings(id, &[found("cd", &["r", "p"])], "me", 20).unwrap();
    assert_eq!(names(&store, id), [("r".into(), 1), ("p".into(), 2), ("q".into(), 1)]);
    let all = store.findings(id, 25).unwrap();
    let of: Vec<_> = all.iter().map(|it| (&*it.path, it.filed, it.is_earlier)).collect();
    assert_eq!(of, [("/cd.zip", 20, false), ("/cd.zip", 20, false), ("/ab.zip", 10, true)]);
    let part = FoundIn { is_whole: false, ..found("ef", &[]) };
    store.add_findings(id, &[part], "me", 26).unwrap();
    assert!(
        store.findings(id, 27).unwrap().iter().any(|it| !it.is_earlier),
        "nobody has looked at all of the last logs"
    );
    // The same logs again, with other signatures.
    store.add_findings(id, &[found("cd", &["q"])], "me", 30).unwrap();
    assert_eq!(names(&store, id), [("q".into(), 2), ("p".into(), 1)]);
    let steps: i64 = store.db.query_row("SELECT COUNT(*) FROM finding_steps", [], |row| row.get(0)).unwrap();
    assert_eq!(steps, 3 * 2);
    assert_eq!(store.case(id).unwrap().bundles.len(), 3);
    store.close_case(id, "KB1", "me", 40).unwrap();
    let late = store.add_findings(id, &[found("gh", &["q"])], "me", 50);
    assert!(matches!(late, Err(StoreError::Closed(_))), "{late:?}");
    assert!(matches!(store.add_findings(9, &[], "me", 50), Err(StoreError::NoCase(9))));
}

#[test]
fn variants_of_a_problem_are_kept_apart() {
    let (_folder, store) = open();
    let id = filed(&store, "acme", "ab", &[], 10);
    let variants = ["x", "y"].map(|it| Finding { variant: Some(it.into()), ..finding("p", "low") });
    let logs = FoundIn { findings: variants.to_vec(), ..found("ab", &[]) };
    store.add_findings(id, &[logs], "me", 20).unwrap();
    assert_eq!(store.findings(id, 30).unwrap().len(), 2);
}

#[test]
fn what_a_whole_triage_has_found_stays_when_a_part_is_looked_at() {
    let (_folder, store) = open();
    let id = filed(&store, "acme", "ab", &["p", "q"], 10);
    let part = |sha256: &str, problems: &[&str]| FoundIn { is_whole: false, ..found(sha256, problems) };
    let add = |found: FoundIn| store.add_findings(id, &[found], "me", 20).unwrap();
    assert_eq!(add(part("ab", &["p"])), 1);
    assert_eq!(names(&store, id), [("p".into(), 1), ("q".into(), 1)]);
    // A part is more than nothing, and the next part stands for itself.
    store.add_logs(id, &[found("cd", &[]).bundle], "me", 20).unwrap();
    assert_eq!(add(part("cd", &["r"])), 0);
    assert_eq!(add(part("cd", &["s"])), 0);
    assert_eq!(names(&store, id), [("s".into(), 1), ("p".into(), 1), ("q".into(), 1)]);
    assert_eq!(add(found("cd", &["t"])), 0);
    assert_eq!(add(part("cd", &[])), 1);
    assert_eq!(names(&store, id)[0], ("t".into(), 1));
}
