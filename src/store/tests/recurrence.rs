//! The same problem in other cases.

use super::findings::{filed, finding, found};
use super::*;

const P: &str = "a/b/p";
const Q: &str = "a/b/q";

#[test]
fn other_cases_of_the_customer_are_named_and_those_of_others_counted() {
    let (_folder, store) = open();
    let first = filed(&store, "acme", "1", &[P], 10);
    store.close_case(first, "restarted by Ms Example", "me", 20).unwrap();
    let second = filed(&store, "acme", "2", &[Q, P], 30);
    let own = filed(&store, "acme", "3", &[P], 40);
    assert_eq!(store.recurrence(own, "a/b/other").unwrap(), Recurrence::default());
    for (customer, sha256) in [("bolt", "4"), ("bolt", "5"), ("cord", "6")] {
        filed(&store, customer, sha256, &[P], 50);
    }
    let told = store.recurrence(own, P).unwrap();
    let open = Earlier { case: second, closed: None, fixed_by: None };
    let closed = Earlier { case: first, closed: Some(20), fixed_by: Some("restarted by Ms Example".into()) };
    assert_eq!((told.own, told.others, told.solved), (vec![open, closed], 2, 1));
    assert_eq!((told.own_count, told.by), (2, vec![("restarted by Ms Example".into(), 1)]));
    assert!(matches!(store.recurrence(99, P), Err(StoreError::NoCase(99))));
}

#[test]
fn what_solved_cases_of_others_is_told_without_their_words() {
    let (_folder, store) = open();
    let own = filed(&store, "acme", "1", &[P], 10);
    let steps = ["a/b/p#2", "a/b/p#2", "KB7", "the admin of Bolt has restarted it", "a/b/q#1"];
    for (number, step) in steps.iter().enumerate() {
        let case = filed(&store, "bolt", &format!("b{number}"), &[P, Q], 20);
        store.close_case(case, step, "me", 30).unwrap();
    }
    let told = store.recurrence(own, P).unwrap();
    // What has solved the other problem of a case is no answer to this one.
    assert_eq!((told.solved, told.own.len(), told.others), (4, 0, 1));
    assert_eq!(told.by, [("a/b/p#2".into(), 2), ("KB7".into(), 1)]);
    let other = filed(&store, "acme", "2", &[Q], 40);
    let told = store.recurrence(other, Q).unwrap();
    assert_eq!((told.solved, told.by), (1, vec![("a/b/q#1".into(), 1)]));
}

#[test]
fn what_is_told_of_many_cases_is_bounded() {
    let (_folder, store) = open();
    let cases: Vec<i64> = (0..60).map(|it| filed(&store, "acme", &format!("s{it}"), &[P], it)).collect();
    for case in &cases[..50] {
        store.close_case(*case, &format!("words {case}"), "me", 70).unwrap();
    }
    let told = store.recurrence(cases[59], P).unwrap();
    assert_eq!((told.own.len(), told.own_count, told.solved, told.by.len()), (20, 59, 50, 20));
    assert_eq!((told.own[0].case, told.own[19].case), (cases[58], cases[39]));
}

#[test]
fn what_a_case_is_about_is_the_worst_of_its_first_logs_as_they_are_read_now() {
    let (_folder, store) = open();
    let id = filed(&store, "acme", "1", &[Q, P], 10);
    store.add_findings(id, &[found("2", &[P])], "me", 20).unwrap();
    store.close_case(id, "KB7", "me", 30).unwrap();
    let other = filed(&store, "bolt", "3", &[P, Q], 40);
    let solved = |problem| store.recurrence(other, problem).unwrap().solved;
    assert_eq!((solved(P), solved(Q)), (0, 1));
    store.reopen_case(id, "again", "me", 50).unwrap();
    store.add_findings(id, &[found("1", &[P])], "me", 60).unwrap();
    store.close_case(id, "KB7", "me", 70).unwrap();
    assert_eq!((solved(P), solved(Q)), (1, 0));
}

#[test]
fn logs_of_nobody_meet_in_no_case() {
    let (_folder, store) = open();
    let finish = |path: &str, sha256: &str| {
        let upload = Upload { customer: UNASSIGNED.into(), ..upload(path) };
        let findings = [finding(P, "high")];
        let finished = Finished {
            upload: &upload,
            sha256,
            catalogue: "c",
            path,
            report: "r",
            title: "it broke",
            problem: Some("watch:u"),
            about: About::default(),
            quiet: None,
            findings: &findings,
        };
        store.finish(&finished, 20).unwrap()
    };
    let (Filed::Opened(one), Filed::Opened(two)) = (finish("a", "1"), finish("b", "2")) else { panic!("one case") };
    assert_eq!(finish("c", "1"), Filed::Same(one));
    store.close_case(one, "the admin of Bolt has restarted it", "me", 30).unwrap();
    let told = store.recurrence(two, P).unwrap();
    assert_eq!((told.own, told.solved, told.by), (vec![], 1, vec![]));
}

fn upload(path: &str) -> Upload {
    Upload {
        path: path.as_bytes().to_vec(),
        customer: "acme".into(),
        facts: "1:2:3".into(),
        state: UploadState::Working,
        sha256: None,
        catalogue: None,
        tries: 0,
        interrupted: 0,
        since: 1,
        due: 1,
        reason: None,
        report: None,
    }
}

#[test]
fn a_bundle_goes_to_the_open_case_in_which_its_problem_was_found() {
    let (_folder, store) = open();
    let call = filed(&store, "acme", "1", &[P, Q], 10);
    let finish = |sha256: &str, now: i64| {
        let (upload, findings) = (upload(sha256), [finding(P, "high")]);
        let finished = Finished {
            upload: &upload,
            sha256,
            catalogue: "c",
            path: sha256,
            report: "r",
            title: "it broke",
            problem: Some("watch:p"),
            about: About::default(),
            quiet: None,
            findings: &findings,
        };
        store.finish(&finished, now).unwrap()
    };
    assert_eq!(finish("2", 20), Filed::Updated(call));
    assert_eq!(store.findings(call, 30).unwrap()[0].bundles, 2);
    store.close_case(call, "a/b/p#1", "me", 86_400 * 3).unwrap();
    assert_eq!(finish("3", 86_400 * 4), Filed::Updated(call));
    let case = store.case(call).unwrap();
    let told: Vec<&str> = case.events.iter().map(|it| &*it.text).collect();
    assert!(told.contains(&"its problem came back; it was fixed on 1970-01-04 by a/b/p#1"), "{told:?}");
    // A problem besides goes to the open case and is not tied to it: what has solved that is no answer.
    let other = filed(&store, "acme", "4", &["a/b/s", "a/b/t"], 10);
    let beside = |sha256: &str| {
        let (upload, findings) = (upload(sha256), [finding("a/b/t", "high")]);
        let finished = Finished {
            upload: &upload,
            sha256,
            catalogue: "c",
            path: sha256,
            report: "r",
            title: "it broke",
            problem: Some("watch:t"),
            about: About::default(),
            quiet: None,
            findings: &findings,
        };
        store.finish(&finished, 20).unwrap()
    };
    assert_eq!(beside("5"), Filed::Updated(other));
    store.close_case(other, "a/b/s#1", "me", 30).unwrap();
    assert!(matches!(beside("6"), Filed::Opened(_)));
    // One that was closed without a bundle of the watch is left closed: the new one names it.
    let closed = filed(&store, "acme", "8", &["a/b/r"], 10);
    store.close_case(closed, "KB1", "me", 20).unwrap();
    let findings = found("9", &["a/b/r"]).findings;
    let upload = upload("9");
    let finished = Finished {
        upload: &upload,
        sha256: "9",
        catalogue: "c",
        path: "9",
        report: "r",
        title: "it broke",
        problem: Some("watch:r"),
        about: About::default(),
        quiet: None,
        findings: &findings,
    };
    let Filed::Opened(new) = store.finish(&finished, 30).unwrap() else { panic!("no new case") };
    assert_eq!(store.recurrence(new, "a/b/r").unwrap().own[0].fixed_by.as_deref(), Some("KB1"));
}
