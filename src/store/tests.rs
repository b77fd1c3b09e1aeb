mod belongings;
mod cases;
mod escalations;
mod findings;
mod recurrence;
mod schema;
mod search;
mod suppressions;

use super::*;

fn claim<'a>(customer: &'a str, problem: &'a str, manifest: &'a str) -> Claim<'a> {
    let title = "It broke";
    Claim {
        customer,
        problem,
        tracker: "desk",
        title,
        about: About::default(),
        severity: "P1",
        package: "/p",
        manifest,
        files: &[],
    }
}

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("deep/store.db")).unwrap();
    (folder, store)
}

#[test]
fn memory_does_not_grow_with_the_store() {
    let (_folder, store) = open();
    let kib: i64 = store.db.query_row("PRAGMA cache_size", [], |row| row.get(0)).unwrap();
    assert_eq!(kib, -i64::from(CACHE));
}

#[test]
fn a_problem_of_a_customer_has_one_ticket_per_tracker() {
    let (_folder, store) = open();
    let first = store.claim(&claim("acme", "k1", "m1"), 10).unwrap();
    assert_eq!((first.kind, first.state), (Kind::New, State::Pending));
    assert_eq!(store.claim(&claim("acme", "k1", "m1"), 20).unwrap(), first);
    let later = store.claim(&claim("acme", "k1", "m2"), 30).unwrap();
    assert_eq!((later.kind, later.ticket), (Kind::Update, first.ticket));
    assert_ne!(store.claim(&claim("acme", "k2", "m3"), 30).unwrap().ticket, first.ticket);
    assert_eq!(store.before(&later).unwrap().map(|it| it.id), Some(first.id));
}

#[test]
fn two_customers_never_meet_in_one_ticket() {
    let (_folder, store) = open();
    store.claim(&claim("acme", "k1", "m1"), 10).unwrap();
    let refused = store.claim(&claim("bolt", "k1", "m1"), 10);
    assert!(matches!(refused, Err(StoreError::OtherCustomer { .. })), "{refused:?}");
    assert_eq!(store.entries().unwrap().len(), 1);
}

#[test]
fn states_are_stored_by_their_names() {
    let (_folder, store) = open();
    let entry = store.claim(&claim("acme", "k1", "m1"), 10).unwrap().id;
    // Who drops an entry is asked why.
    for state in State::ALL.into_iter().filter(|it| *it != State::Dropped) {
        store.reach(entry, state, 11).unwrap();
        assert_eq!(store.entry(entry).unwrap().unwrap().state, state);
    }
    store.release(entry, 12).unwrap();
    assert_eq!(store.entry(entry).unwrap().unwrap().state, State::Pending);
    assert_eq!(store.entry(99).unwrap(), None);
}

#[test]
fn an_entry_that_was_given_up_lets_those_behind_it_go() {
    let (_folder, store) = open();
    let first = store.claim(&claim("acme", "k1", "m1"), 10).unwrap();
    let second = store.claim(&claim("acme", "k1", "m2"), 10).unwrap();
    // It was tried at a tracker that leaves the name to us, and no ticket is there.
    store.set_remote(first.ticket, "<k1@desk>", None, 11).unwrap();
    store.hold(first.id, "too large", 11).unwrap();
    assert!(store.give_up(first.id, "sent by other means", "jo", 12).unwrap());
    assert!(!store.give_up(first.id, "again", "jo", 13).unwrap());
    let dropped = store.entry(first.id).unwrap().unwrap();
    assert_eq!((dropped.state, dropped.reason.as_deref()), (State::Dropped, Some("sent by other means")));
    assert_eq!(store.before(&second).unwrap(), None);
    let ticket = store.ticket(first.ticket).unwrap();
    assert_eq!(ticket.remote, None);
    let event = store.case(ticket.case).unwrap().events.pop().unwrap();
    assert_eq!((event.what, &*event.by), (Happened::Note, "jo"));
    assert!(event.text.contains("entry 1 ") && event.text.contains("sent by other means"), "{event:?}");
    // Whoever submits it again, or goes on with it, has changed their mind.
    assert_eq!(store.claim(&claim("acme", "k1", "m1"), 14).unwrap().state, State::Pending);
    assert!(store.give_up(first.id, "no", "jo", 15).unwrap());
    store.release(first.id, 16).unwrap();
    let again = store.entry(first.id).unwrap().unwrap();
    assert_eq!((again.state, again.reason, again.due), (State::Pending, None, 16));
    // What is through stays so.
    store.reach(first.id, State::Verified, 17).unwrap();
    assert!(!store.give_up(first.id, "late", "jo", 18).unwrap());
}

#[test]
fn only_what_was_asked_has_arrived() {
    let (_folder, store) = open();
    let entry = store.claim(&claim("acme", "k1", "m1"), 10).unwrap();
    store.set_remote(entry.ticket, "7", None, 11).unwrap();
    store.hold(entry.id, "https://desk answers 422: no such field", 11).unwrap();
    assert!(!store.arrived(entry.id, 12).unwrap());
    store.hold(entry.id, &format!("cut off; {ASKED}"), 13).unwrap();
    assert!(store.arrived(entry.id, 14).unwrap());
}

#[test]
fn a_ticket_that_follows_another_is_noted() {
    let (_folder, store) = open();
    let entry = store.claim(&claim("acme", "k1", "m1"), 10).unwrap();
    let last = || {
        let case = store.ticket(entry.ticket).unwrap().case;
        store.case(case).unwrap().events.pop().unwrap().text
    };
    // The name that was ours until the tracker gave its own.
    store.set_remote(entry.ticket, "ours", None, 11).unwrap();
    store.set_remote(entry.ticket, "35", None, 11).unwrap();
    store.reach(entry.id, State::Accepted, 12).unwrap();
    assert_eq!(last(), "desk: 35");
    store.set_remote(entry.ticket, "35", Some("open"), 13).unwrap();
    store.set_remote(entry.ticket, "35", Some("closed"), 14).unwrap();
    assert_eq!(last(), "ticket 35: open -> closed");
    store.set_remote(entry.ticket, "41", None, 15).unwrap();
    assert_eq!(last(), "ticket 35: followed by ticket 41");
}

#[test]
fn what_leaves_is_written_down_with_its_end() {
    let (_folder, store) = open();
    let ticket = store.claim(&claim("acme", "k1", "m1"), 10).unwrap().ticket;
    let leaving = Leaving { ticket, target: "https://desk", what: "ticket", bytes: 7, sha256: "ab" };
    assert!(store.leaving(&Leaving { ticket: 9, ..leaving }, 11).is_err(), "nothing leaves unnoted");
    let note = store.leaving(&leaving, 11).unwrap();
    assert_eq!(store.left().unwrap()[0].outcome, None);
    store.has_left(note, "201").unwrap();
    let left = &store.left().unwrap()[0];
    assert_eq!((&*left.customer, &*left.tracker, left.bytes), ("acme", "desk", 7));
    assert_eq!(left.outcome.as_deref(), Some("201"));
}

#[test]
fn a_store_of_a_later_version_is_left_alone() {
    let (folder, store) = open();
    store.db.pragma_update(None, "user_version", 99).unwrap();
    let again = Store::open(&folder.path().join("deep/store.db"));
    assert!(matches!(again, Err(StoreError::Newer { found: 99, .. })), "{again:?}");
    fs::write(folder.path().join("text"), "no database, but long enough to look at. ".repeat(50)).unwrap();
    assert!(matches!(Store::open(&folder.path().join("text")), Err(StoreError::Database { .. })));
}

#[test]
fn a_store_is_opened_by_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| Store::open(&path).unwrap().claim(&claim("acme", "k1", "m1"), 10).unwrap());
        }
    });
    let store = Store::open(&path).unwrap();
    assert_eq!(store.entries().unwrap().len(), 1);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn only_this_user_can_read_a_store() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _store) = open();
    let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("deep"), mode("deep/store.db")), (0o700, 0o600));
}

#[test]
fn many_may_make_a_new_store_at_once() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let start = std::sync::Barrier::new(8);
        let open = || {
            start.wait();
            Store::open(&path).map(drop)
        };
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            for one in all {
                one.join().unwrap().unwrap();
            }
        });
    }
}
