//! Packages that rules have had made, and what is told to people.

use super::*;

/// A bundle that a watch has filed.
fn filed(store: &Store, customer: &str, name: &str, at: i64) -> FiledBundle {
    let upload = Upload::working(customer, name, at);
    let (path, report) = (format!("/in/{name}"), format!("/in/{name}.tierline"));
    let finished = Finished {
        upload: &upload,
        sha256: name,
        catalogue: "c",
        path: &path,
        report: &report,
        title: "it broke",
        problem: Some(name),
        about: About::default(),
        quiet: None,
        findings: &[],
    };
    store.finish(&finished, at).unwrap();
    store.not_escalated(at).unwrap().pop().unwrap()
}

/// The claim to the problem of the case that a bundle belongs to.
fn own<'a>(bundle: &'a FiledBundle, problem: &'a str, manifest: &'a str) -> Claim<'a> {
    claim(&bundle.customer, problem, manifest)
}

#[test]
fn a_bundle_is_asked_about_until_there_is_an_answer() {
    let (_folder, store) = open();
    assert_eq!((store.since("x", 10).unwrap(), store.since("x", 20).unwrap()), (10, 10));
    // The clock was ahead and was set.
    assert_eq!(
        (store.since("y", 90).unwrap(), store.since("y", 10).unwrap(), store.since("y", 20).unwrap()),
        (90, 10, 10)
    );
    filed(&store, "acme", "old", 5);
    let bundle = filed(&store, "acme", "new", 10);
    assert_eq!((&*bundle.customer, &*bundle.report), ("acme", "/in/new.tierline"));
    assert_eq!(store.not_escalated(10).unwrap(), std::slice::from_ref(&bundle));
    assert_eq!((store.begin_escalation(&bundle).unwrap(), store.begin_escalation(&bundle).unwrap()), (1, 2));
    // The program was ended meanwhile.
    assert_eq!(store.not_escalated(10).unwrap()[0].tries, 2);
    for _ in 0..2 {
        store.reach_escalation(&bundle, Escalation::Lacks, Some("ask for logs"), 11).unwrap();
    }
    assert_eq!(store.not_escalated(10).unwrap(), []);
    assert_eq!(store.escalation(bundle.id).unwrap(), Some(Escalation::Lacks));
    let events = store.case(bundle.case).unwrap().events;
    assert_eq!(events.iter().filter(|it| it.text == "ask for logs").count(), 1);
}

#[test]
fn a_package_waits_for_a_person_unless_a_rule_has_approved_it() {
    let (_folder, store) = open();
    let (first, second) = (filed(&store, "acme", "one", 10), filed(&store, "acme", "two", 10));
    let held = store.queue_escalation(&first, &own(&first, "k1", "m1"), Err(APPROVAL), 11).unwrap().unwrap();
    assert_eq!((held.state, held.reason.as_deref()), (State::Held, Some(APPROVAL)));
    assert_eq!(store.entry(held.id).unwrap().unwrap(), held);
    let gone = store.queue_escalation(&second, &own(&second, "k2", "m2"), Ok("defects"), 11).unwrap().unwrap();
    assert_eq!(gone.state, State::Pending);
    assert_eq!(store.approved_by_rule(11).unwrap(), [gone.id]);
    assert_eq!(store.case(second.case).unwrap().events.pop().unwrap().what, Happened::Rule);
    store.postpone(gone.id, State::Searching, 50, "503").unwrap();
    assert_eq!((store.approved_by_rule(11).unwrap(), store.approved_by_rule(50).unwrap()), (vec![], vec![gone.id]));
    assert!(store.approve(held.id, "jo", 12).unwrap());
    assert!(!store.approve(held.id, "jo", 13).unwrap(), "once");
    assert_eq!(store.entry(held.id).unwrap().unwrap().state, State::Pending);
    // What a person has approved is sent by that person.
    assert_eq!(store.approved_by_rule(50).unwrap(), [gone.id]);
}

#[test]
fn a_package_for_another_customer_than_that_of_the_bundle_is_refused() {
    let (_folder, store) = open();
    let listed = filed(&store, UNASSIGNED, "one", 10);
    // While it is made.
    store.give_case(listed.case, "acme", "me", 11).unwrap();
    let refused = store.queue_escalation(&listed, &own(&listed, "k1", "m1"), Ok("rule"), 12);
    assert!(matches!(refused, Err(StoreError::CaseOfOther { .. })), "{refused:?}");
    assert_eq!((store.packages_in_use().unwrap(), store.approved_by_rule(12).unwrap()), (vec![], vec![]));
    let again = store.not_escalated(10).unwrap().pop().unwrap();
    assert!(store.queue_escalation(&again, &own(&again, "k1", "m1"), Ok("rule"), 13).unwrap().is_some());
}

#[test]
fn what_a_person_has_given_up_is_not_taken_up_by_a_rule() {
    let (_folder, store) = open();
    let bundle = filed(&store, "acme", "one", 10);
    let entry = store.queue_escalation(&bundle, &own(&bundle, "k1", "m1"), Err(APPROVAL), 11).unwrap().unwrap();
    assert!(store.give_up(entry.id, "no", "jo", 12).unwrap());
    assert!(!store.approve(entry.id, "jo", 13).unwrap());
    assert_eq!(store.queue_escalation(&bundle, &own(&bundle, "k1", "m1"), Ok("rule"), 14).unwrap(), None);
    assert_eq!(store.entry(entry.id).unwrap().unwrap().state, State::Dropped);
}

#[test]
fn a_case_says_what_is_on_its_way() {
    let (_folder, store) = open();
    let case = store.open_case(
        &NewCase { customer: "acme", title: "x", origin: Origin::Phone, contact: None, about: About::default() },
        "me",
        5,
    );
    let case = case.unwrap();
    let tie = Tie { customer: "acme", problem: "k1", package: "/p", about: About::default(), found: &[] };
    store.tie(case, &tie, "me", 6).unwrap();
    assert_eq!(store.on_its_way(case).unwrap(), None);
    let entry = store.claim(&claim("acme", "k1", "m1"), 7).unwrap();
    assert_eq!(store.on_its_way(case).unwrap(), Some(entry.id));
    store.reach(entry.id, State::Verified, 8).unwrap();
    assert_eq!(store.on_its_way(case).unwrap(), None);
}

#[test]
fn a_notice_is_written_down_once() {
    let (_folder, store) = open();
    let bundle = filed(&store, "acme", "one", 10);
    let notice = |about: &str| NewNotice {
        case: bundle.case,
        channel: "c".into(),
        recipient: "r".into(),
        about: about.into(),
        subject: "s".into(),
        text: "t".into(),
    };
    assert!(store.tell(&notice("new"), 10).unwrap());
    assert!(!store.tell(&notice("new"), 11).unwrap());
    assert!(store.tell(&notice("critical"), 12).unwrap());
    assert_eq!(store.told(bundle.case, "c", "r").unwrap().into_iter().collect::<Vec<_>>(), ["critical", "new"]);
    for state in NoticeState::ALL {
        store.reach_notice(1, state, Some("why"), 13).unwrap();
        assert_eq!(store.notices().unwrap()[0].state, state);
    }
    assert_eq!(store.due_notices(20).unwrap().iter().map(|it| it.id).collect::<Vec<_>>(), [2]);
    store.postpone_notice(2, 30, "451", 14).unwrap();
    assert_eq!(store.due_notices(29).unwrap(), []);
    assert_eq!(store.due_notices(30).unwrap()[0].attempts, 1);
}

#[test]
fn a_case_waits_for_what_lacks_from_the_question_until_logs_come() {
    let (_folder, store) = open();
    let status = |case| store.case(case).unwrap().status;
    let bundle = filed(&store, "acme", "a", 10);
    // That something lacks is known to us only.
    store.reach_escalation(&bundle, Escalation::Lacks, Some("ask for logs"), 11).unwrap();
    assert_eq!(status(bundle.case), Status::Open);
    store.reply_sent(bundle.case, "me", 12).unwrap();
    assert_eq!(status(bundle.case), Status::Waiting);
    // Another customer's logs are not those.
    filed(&store, "bolt", "b", 13);
    assert_eq!(status(bundle.case), Status::Waiting);
    // Logs with another problem may be.
    let other = filed(&store, "acme", "c", 14);
    assert_eq!(status(bundle.case), Status::Open);
    let events = store.case(bundle.case).unwrap().events;
    let told: Vec<_> = events.iter().map(|it| (it.what.name(), it.at)).collect();
    assert_eq!(told, [("opened", 10), ("logs", 10), ("note", 11), ("note", 12), ("waits", 12), ("goes-on", 14)]);
    // For what a person has asked besides, a person says that it came, unless it comes to the case.
    store.note(other.case, Says::We, "asked them", true, "me", 20).unwrap();
    filed(&store, "acme", "d", 21);
    assert_eq!(status(other.case), Status::Waiting);
    let more = CaseBundle { path: "/in/e".into(), sha256: "e".into() };
    store
        .add_findings(other.case, &[FoundIn { bundle: more, findings: Vec::new(), is_whole: true }], "me", 22)
        .unwrap();
    assert_eq!(status(other.case), Status::Open);
    // And nothing waits that is over.
    store.close_case(other.case, "KB1", "me", 40).unwrap();
    assert!(matches!(store.reply_sent(other.case, "me", 41), Err(StoreError::Closed(_))));
    assert_eq!(status(other.case), Status::Closed);
    // A case that an earlier version has begun to wait for.
    let old = filed(&store, "acme", "old", 50);
    store.db.execute("UPDATE cases SET waiting = 1 WHERE id = ?1", [old.case]).unwrap();
    let sql = "INSERT INTO case_events (case_id, at, by, kind, text) VALUES (?1, 51, 'tierline', 'waits', '')";
    store.db.execute(sql, [old.case]).unwrap();
    filed(&store, "acme", "f", 52);
    assert_eq!(status(old.case), Status::Open);
}
