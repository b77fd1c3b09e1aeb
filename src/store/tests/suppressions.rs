//! Problems that are to open no cases.

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
