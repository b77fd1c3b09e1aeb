//! Problems that are to open no cases.

use super::findings::filed;
use super::*;

const DAY: i64 = 86_400;

#[test]
fn a_suppression_holds_to_the_end_of_its_last_day() {
    let (_folder, store) = open();
    let new = NewSuppression { customer: Some("acme"), problem: "p", reason: "new disks", until: "1970-01-02" };
    let id = store.suppress(&new, "me", 5).unwrap();
    let all = NewSuppression { customer: None, problem: "q", ..new };
    store.suppress(&all, "me", 5).unwrap();
    let holds = |now| store.suppressions(now).unwrap().iter().map(|it| it.holds).collect::<Vec<_>>();
    assert_eq!((holds(2 * DAY - 1), holds(2 * DAY)), (vec![true, true], vec![false, false]));
    assert!(store.unsuppress(id, "you", 9).unwrap());
    assert!(!store.unsuppress(id, "you", 10).unwrap());
    assert_eq!(holds(10), [false, true]);
    let told = &store.suppressions(10).unwrap()[0];
    assert_eq!(
        (told.customer.as_deref(), told.removed, told.removed_by.as_deref()),
        (Some("acme"), Some(9), Some("you"))
    );
    assert!(!store.was_found("p").unwrap());
}

#[test]
fn what_is_suppressed_is_so_as_of_now() {
    let (_folder, store) = open();
    let case = filed(&store, "acme", "1", &["p", "q"], 5);
    let why = |now| store.findings(case, now).unwrap().into_iter().map(|it| it.finding.suppressed).collect::<Vec<_>>();
    assert_eq!(why(6), [None, None]);
    let new = NewSuppression { customer: Some("acme"), problem: "p", reason: "disks", until: "1970-01-02" };
    let first = store.suppress(&new, "me", 7).unwrap();
    assert_eq!(why(8), [Some("suppressed until 1970-01-02: disks".to_owned()), None]);
    assert_eq!(store.quiet_cases(8).unwrap(), [].into());
    // Of two the one that holds longer counts, whichever came last.
    store.suppress(&NewSuppression { until: "1970-01-04", reason: "more", customer: None, ..new }, "me", 7).unwrap();
    store.suppress(&NewSuppression { until: "1970-01-03", reason: "less", ..new }, "me", 7).unwrap();
    store.suppress(&NewSuppression { until: "1970-02-01", customer: Some("bolt"), ..new }, "me", 7).unwrap();
    assert_eq!(why(8)[0].as_deref(), Some("suppressed until 1970-01-04: more"));
    store.suppress(&NewSuppression { problem: "q", ..new }, "me", 7).unwrap();
    assert_eq!(store.quiet_cases(8).unwrap(), [case].into());
    assert_eq!(store.open_cases_with("p", Some("acme")).unwrap(), [case]);
    assert!(store.open_cases_with("p", Some("bolt")).unwrap().is_empty());
    // It ends by itself, or is taken back.
    assert_eq!((why(2 * DAY)[1].as_deref(), store.quiet_cases(2 * DAY).unwrap()), (None, [].into()));
    assert_eq!(why(4 * DAY), [None, None]);
    store.unsuppress(first, "me", 9).unwrap();
    assert_eq!(why(8)[0].as_deref(), Some("suppressed until 1970-01-04: more"));
    store.close_case(case, "KB1", "me", 10).unwrap();
    assert_eq!(store.quiet_cases(11).unwrap(), [].into());
}
