//! Cases, and what happens to them.

use super::findings::{finding, found};
use super::*;

fn call<'a>(customer: &'a str, title: &'a str) -> NewCase<'a> {
    let about = About { vendor: Some("veeam"), product: None, severity: Some("high") };
    NewCase { customer, title, origin: Origin::Phone, contact: Some("Ms Example"), about }
}

fn tie<'a>(customer: &'a str, problem: &'a str, found: &'a [FoundIn]) -> Tie<'a> {
    let about = About { vendor: Some("Other"), product: Some("App"), severity: Some("low") };
    Tie { customer, problem, package: "/ticket", about, found }
}

fn kinds(case: &Case) -> Vec<&'static str> {
    case.events.iter().map(|it| it.what.name()).collect()
}

#[test]
fn a_case_remembers_what_happened() {
    let (_folder, store) = open();
    let id = store.open_case(&call("acme", "it fails"), "me", 10).unwrap();
    store.tried(id, "restarted", "me", 20).unwrap();
    store.tried(id, "restarted", "me", 21).unwrap();
    store.note(id, Says::Vendor, "send more", true, "me", 30).unwrap();
    assert_eq!(store.case(id).unwrap().status, Status::Waiting);
    store.note(id, Says::Vendor, "and that", true, "me", 31).unwrap();
    store.note(id, Says::We, "asked again", false, "me", 32).unwrap();
    store.note(id, Says::Customer, "here", false, "you", 40).unwrap();
    store.close_case(id, "KB1", "me", 50).unwrap();
    let case = store.case(id).unwrap();
    let expected = ["opened", "tried", "vendor", "waits", "vendor", "note", "customer", "goes-on", "closed"];
    assert_eq!(kinds(&case), expected);
    assert_eq!((case.status, case.closed, case.fixed_by.as_deref()), (Status::Closed, Some(50), Some("KB1")));
    assert_eq!(case.tried().collect::<Vec<_>>(), ["restarted"]);
    assert_eq!((&*case.events[6].by, &*case.events[6].text, case.events[6].at), ("you", "here", 40));
    let late = store.note(id, Says::We, "late", false, "me", 60);
    assert!(matches!(late, Err(StoreError::Closed(_))), "{late:?}");
    let late = [store.add_logs(id, &[], "me", 60), store.tie(id, &tie("acme", "p", &[]), "me", 60)];
    assert!(late.iter().all(|it| matches!(it, Err(StoreError::Closed(_)))), "{late:?}");
    store.reopen_case(id, "came back", "me", 70).unwrap();
    assert_eq!(store.case(id).unwrap().status, Status::Open);
    assert!(matches!(store.case(99), Err(StoreError::NoCase(99))));
}

#[test]
fn what_is_known_of_a_case_can_be_corrected() {
    let (_folder, store) = open();
    let about = About { severity: None, ..call("acme", "x").about };
    let id = store.open_case(&NewCase { about, ..call("acme", "it fails") }, "me", 10).unwrap();
    assert_eq!(store.case(id).unwrap().severity, None);
    let about = About { severity: Some("high"), vendor: Some("veeam"), product: None };
    store.change_case(id, &Change { contact: Some("Mr Example"), about }, "me", 20).unwrap();
    let case = store.case(id).unwrap();
    assert_eq!((case.severity.as_deref(), case.contact.as_deref()), (Some("high"), Some("Mr Example")));
    let told: Vec<&str> = case.events.iter().map(|it| &*it.text).collect();
    assert_eq!(told, ["phone", "severity: unknown -> high", "contact: Ms Example -> Mr Example"]);
    assert!(matches!(store.change_case(99, &Change::default(), "me", 20), Err(StoreError::NoCase(99))));
}

#[test]
fn what_happened_is_never_changed_and_goes_forward() {
    let (_folder, store) = open();
    let id = store.open_case(&call("acme", "it fails"), "me", 100).unwrap();
    // The clock was set back.
    store.tried(id, "restarted", "me", 50).unwrap();
    assert_eq!(store.case(id).unwrap().events[1].at, 100);
    let changed = store.db.execute("UPDATE case_events SET text = 'nothing'", []);
    assert!(changed.unwrap_err().to_string().contains("what happened is not changed"));
}

#[test]
fn a_package_goes_to_the_case_that_it_is_tied_to() {
    let (_folder, store) = open();
    let id = store.open_case(&call("acme", "it fails"), "me", 10).unwrap();
    let found = [found("ab", &["p"])];
    store.tie(id, &tie("acme", "k1", &found), "me", 20).unwrap();
    store.tie(id, &tie("acme", "k1", &found), "me", 21).unwrap();
    assert_eq!(store.findings(id, 22).unwrap().len(), 1);
    let entry = store.claim(&claim("acme", "k1", "m1"), 30).unwrap();
    assert_eq!(store.ticket(entry.ticket).unwrap().case, id);
    store.set_remote(entry.ticket, "17", None, 35).unwrap();
    store.reach(entry.id, State::Accepted, 40).unwrap();
    store.reach(entry.id, State::Accepted, 45).unwrap();
    store.set_remote(entry.ticket, "17", Some("new"), 50).unwrap();
    store.set_remote(entry.ticket, "17", Some("open"), 60).unwrap();
    let case = store.case(id).unwrap();
    assert_eq!(case.bundles, [found[0].bundle.clone()]);
    let ticket = &case.tickets[0];
    assert_eq!((ticket.accepted, ticket.severity.as_deref()), (Some(40), Some("P1")));
    assert_eq!(
        (case.vendor.as_deref(), case.product.as_deref(), case.severity.as_deref()),
        (Some("veeam"), Some("App"), Some("high"))
    );
    assert_eq!(kinds(&case), ["opened", "logs", "package", "package", "ticket", "ticket-state"]);
    assert_eq!(case.events[4].text, "desk: 17");
    assert_eq!(case.events[5].text, "ticket 17: new -> open");
}

#[test]
fn a_problem_has_one_case_and_comes_back_to_it() {
    let (_folder, store) = open();
    let entry = store.claim(&claim("acme", "k1", "m1"), 10).unwrap();
    let own = store.ticket(entry.ticket).unwrap().case;
    assert_eq!(store.case(own).unwrap().origin, Origin::Bundle);
    let id = store.open_case(&call("acme", "it fails"), "me", 20).unwrap();
    let other = store.tie(id, &tie("acme", "k1", &[]), "me", 30);
    assert!(matches!(other, Err(StoreError::InOtherCase { case }) if case == own), "{other:?}");
    store.close_case(own, "a restart", "me", 40).unwrap();
    store.claim(&claim("acme", "k1", "m1"), 50).unwrap();
    assert_eq!(store.case(own).unwrap().status, Status::Closed);
    store.claim(&claim("acme", "k1", "m2"), 60).unwrap();
    assert_eq!(store.case(own).unwrap().status, Status::Open);
}

#[test]
fn cases_of_two_customers_never_meet() {
    let (_folder, store) = open();
    let own = store.open_case(&call("acme", "it fails"), "me", 10).unwrap();
    let other = store.open_case(&call("bolt", "it fails"), "me", 10).unwrap();
    let refused = store.tie(own, &tie("bolt", "k1", &[]), "me", 20);
    assert!(matches!(refused, Err(StoreError::CaseOfOther { .. })), "{refused:?}");
    // All of it or nothing: the logs of a package that is refused are no logs of the case.
    let other_problem = store.claim(&claim("acme", "k9", "m9"), 15).unwrap();
    let refused = store.tie(own, &tie("acme", "k9", &[found("ab", &["p"])]), "me", 20);
    assert!(matches!(refused, Err(StoreError::InOtherCase { .. })), "{refused:?}");
    assert_eq!((store.case(own).unwrap().bundles, store.findings(own, 20).unwrap()), (vec![], vec![]));
    store.close_case(store.ticket(other_problem.ticket).unwrap().case, "KB1", "me", 20).unwrap();
    store.tie(own, &tie("acme", "k1", &[]), "me", 20).unwrap();
    let refused = store.tie(other, &tie("bolt", "k1", &[]), "me", 30);
    assert!(matches!(refused, Err(StoreError::ProblemOfOther)), "{refused:?}");
    let refused = store.claim(&claim("bolt", "k1", "m1"), 40);
    assert!(matches!(refused, Err(StoreError::ProblemOfOther)), "{refused:?}");
    let listed = store.cases(Some("bolt"), true).unwrap();
    assert_eq!(listed.iter().map(|it| it.id).collect::<Vec<_>>(), [other]);
    assert_eq!(kinds(&listed[0]), ["opened"]);
    store.close_case(other, "KB", "me", 50).unwrap();
    assert_eq!(store.cases(None, false).unwrap().len(), 1);
    assert_eq!(store.cases(None, true).unwrap().len(), 3);
}

#[test]
fn a_case_of_nobody_is_given_to_its_customer_once() {
    let (_folder, store) = open();
    let finish = |customer: &str, name: &str, at| {
        let upload = Upload::working(customer, name, at);
        let finished = Finished {
            upload: &upload,
            sha256: name,
            catalogue: "c",
            path: name,
            report: "/r",
            title: "it broke",
            problem: Some(name),
            about: About::default(),
            quiet: None,
            findings: &found(name, &["p"]).findings,
        };
        store.finish(&finished, at).unwrap().case()
    };
    let (loose, other) = (finish(UNASSIGNED, "a", 10), finish(UNASSIGNED, "b", 10));
    let asked = store.open_case(&call("acme", "it fails"), "me", 11).unwrap();
    store.reply_sent(asked, "me", 12).unwrap();
    let asks = || store.not_escalated(0).unwrap().into_iter().rfind(|it| it.case == loose);
    store.reach_escalation(&asks().unwrap(), Escalation::Nothing, None, 13).unwrap();
    assert_eq!(asks(), None);
    store.give_case(loose, "acme", "me", 20).unwrap();
    store.give_case(loose, "acme", "me", 21).unwrap();
    assert_eq!(asks().unwrap().customer, "acme");
    let case = store.case(loose).unwrap();
    assert_eq!((&*case.customer, kinds(&case)), ("acme", vec!["opened", "logs", "changed"]));
    let last = case.events.last().unwrap();
    assert_eq!((&*last.text, &*last.by, last.at), ("customer: unassigned -> acme", "me", 20));
    // All of it is the customer's, and what is another's stays.
    assert_eq!(store.upload(b"a").unwrap().unwrap().customer, "acme");
    assert_eq!(store.upload(b"b").unwrap().unwrap().customer, UNASSIGNED);
    assert_eq!(store.read_bundle("acme", "a", "c").unwrap().unwrap().case, loose);
    assert_eq!(store.read_bundle(UNASSIGNED, "a", "c").unwrap(), None);
    assert_eq!(store.case(asked).unwrap().status, Status::Open, "logs came");
    assert_eq!(store.recurrence(loose, "p").unwrap().others, 1);
    // Never again, and never to two.
    let again = store.give_case(loose, "bolt", "me", 22);
    assert!(matches!(&again, Err(StoreError::HasOwner { customer, .. }) if customer == "acme"), "{again:?}");
    // Those that the customer has brought already.
    let own = finish("bolt", "b", 23);
    let twice = store.give_case(other, "bolt", "me", 24);
    assert!(matches!(twice, Err(StoreError::HasLogs { case, .. }) if case == own), "{twice:?}");
    let ticket = store.claim(&claim(UNASSIGNED, "k1", "m1"), 25).unwrap();
    let sold = store.give_case(store.ticket(ticket.ticket).unwrap().case, "acme", "me", 26);
    assert!(matches!(sold, Err(StoreError::HasTicket { .. })), "{sold:?}");
    store.close_case(other, "KB1", "me", 27).unwrap();
    assert!(matches!(store.give_case(other, "acme", "me", 28), Err(StoreError::Closed(_))));
    // Nothing of it stays behind when the customer is erased.
    store.erase("acme", false, 30).unwrap();
    assert!(store.upload(b"a").unwrap().is_none() && store.upload(b"b").unwrap().is_some());
}

#[test]
fn what_is_read_while_its_case_is_given_away_is_the_customers() {
    let (_folder, store) = open();
    let finish = |path: &[u8], sha256: &str, at| {
        let upload = Upload { path: path.to_vec(), ..Upload::working(UNASSIGNED, "", at) };
        let finished = Finished {
            upload: &upload,
            sha256,
            catalogue: "c",
            path: &String::from_utf8_lossy(path),
            report: "/r",
            title: "it broke",
            problem: Some("p"),
            about: About::default(),
            quiet: None,
            findings: &[],
        };
        store.finish(&finished, at).unwrap()
    };
    let whose = |path: &[u8]| store.upload(path).unwrap().unwrap().customer;
    assert_eq!(finish(b"/in/a", "x", 10), Filed::Opened(1));
    store.give_case(1, "acme", "me", 11).unwrap();
    assert_eq!((finish(b"/in/a", "x", 12), whose(b"/in/a")), (Filed::Same(1), "acme".into()));
    // Two names that are no text look the same as text.
    assert_eq!(finish(b"/in/\xe4", "y", 13), Filed::Opened(2));
    store.give_case(2, "acme", "me", 14).unwrap();
    assert_eq!((finish(b"/in/\xf6", "y", 15), whose(b"/in/\xf6")), (Filed::Opened(3), UNASSIGNED.into()));
    assert_eq!((finish(b"/in/\xe4", "y", 16), whose(b"/in/\xe4")), (Filed::Same(2), "acme".into()));
    // The same content at the same path was given to two: nobody knows whose it is the third time.
    store.close_case(1, "KB1", "me", 17).unwrap();
    assert_eq!(finish(b"/in/a", "x", 18), Filed::Opened(4));
    store.give_case(4, "bolt", "me", 19).unwrap();
    assert_eq!((finish(b"/in/a", "x", 20), whose(b"/in/a")), (Filed::Opened(5), UNASSIGNED.into()));
    assert_eq!(store.stays_with(b"/in/a", "x", 21).unwrap(), None);
    assert_eq!(store.stays_with(b"/in/b", "x", 22).unwrap(), None);
}

#[test]
fn a_case_is_as_bad_as_what_was_found_unless_a_person_has_said_how_bad_it_is() {
    let (_folder, store) = open();
    let call = |severity| NewCase { about: About { severity, ..About::default() }, ..call("acme", "it fails") };
    let shows = |case, sha256: &str, severity: &str| {
        let found = FoundIn { findings: vec![finding("p", severity)], ..found(sha256, &[]) };
        store.add_findings(case, &[found], "me", 20).unwrap();
        store.case(case).unwrap().severity
    };
    let high = Some("high".to_owned());
    let case = store.open_case(&call(None), "me", 10).unwrap();
    assert_eq!((shows(case, "a", "high"), shows(case, "b", "low")), (high.clone(), high.clone()));
    let told = |case| store.case(case).unwrap().events.pop().unwrap();
    assert_eq!(shows(case, "c", "critical").as_deref(), Some("critical"));
    // The last event says so, behind the logs.
    let last = told(case);
    assert_eq!((&*last.text, &*last.by), ("severity: high -> critical", PROGRAM));
    // A person knows better.
    let about = About { severity: Some("low"), ..About::default() };
    store.change_case(case, &Change { contact: None, about }, "me", 30).unwrap();
    assert_eq!(shows(case, "d", "critical").as_deref(), Some("low"));
    let said = store.open_case(&call(Some("medium")), "me", 10).unwrap();
    assert_eq!(shows(said, "a", "critical").as_deref(), Some("medium"));
    // What is suppressed is not bad, and what is unexplained not known to be.
    let quiet = Finding { suppressed: Some("until then".into()), ..finding("p", "critical") };
    let odd = Finding { is_known: false, severity: None, ..finding("q", "low") };
    let found = [FoundIn { findings: vec![quiet, odd, finding("r", "high")], ..found("e", &[]) }];
    assert_eq!(worst(&found), Some("high"));
    // So it is with a case that came with its logs.
    let entry = |severity, manifest| {
        let about = About { severity: Some(severity), ..About::default() };
        store.claim(&Claim { about, ..claim("acme", "k1", manifest) }, 40).unwrap().ticket
    };
    let own = store.ticket(entry("low", "m1")).unwrap().case;
    assert_eq!(store.case(own).unwrap().severity.as_deref(), Some("low"));
    entry("high", "m2");
    assert_eq!(store.case(own).unwrap().severity, high);
}
