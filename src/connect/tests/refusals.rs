//! Trackers that are busy, refuse, or do not know us.

use super::*;

#[test]
fn what_may_not_be_done_with_one_ticket_stops_no_tracker() {
    let bench = Bench::new(&[]);
    let first = bench.package("p", &FILES);
    bench.run(first);
    let second = bench.package("q", &["new"]);
    *bench.fake.forbidden.borrow_mut() = Some("https://desk answers 403: closed by an ACL".into());
    let outcome = bench.run(second);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("closed by an ACL")), "{outcome:?}");
    assert_eq!(bench.store.health("desk").unwrap().stopped, None);
    // That nobody knows our user is about all of them.
    *bench.fake.forbidden.borrow_mut() = Some("https://desk answers 401: who are you?".into());
    bench.store.release(second, bench.fake.clock.get()).unwrap();
    assert!(matches!(bench.run(second), Outcome::Waiting { .. }));
    assert!(bench.store.health("desk").unwrap().stopped.is_some());
}

#[test]
fn an_entry_that_was_dropped_keeps_nobody() {
    let bench = Bench::new(&[Next::Refused]);
    let first = bench.package("p", &FILES);
    let second = bench.package("q", &["new"]);
    assert!(matches!(bench.run(first), Outcome::Held { .. }));
    assert!(matches!(bench.run(second), Outcome::Waiting { .. }));
    bench.store.give_up(first, "too large", "jo", 1000).unwrap();
    let outcome = bench.run(first);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("dropped (too large)")), "{outcome:?}");
    // The update opens the ticket, and is no comment.
    assert_eq!(bench.run(second), Outcome::Verified { ticket: "0".into() });
    bench.check_one(1);
}

#[test]
fn a_busy_tracker_is_left_alone_as_long_as_it_asks() {
    let bench = Bench::new(&[Next::Busy]);
    let entry = bench.package("p", &FILES);
    assert_eq!(bench.run(entry), Outcome::Waiting { due: 1040, why: "Busy".into() });
    assert_eq!(bench.run(entry), Outcome::Waiting { due: 1040, why: "Busy".into() });
    assert_eq!(bench.fake.sent.get(), 1);
    bench.fake.clock.set(1040);
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
    bench.check_one(3);
}

#[test]
fn a_tracker_that_is_not_well_is_not_asked_how_tickets_stand() {
    let bench = Bench::new(&[]);
    let entry = bench.package("p", &FILES);
    assert_eq!(bench.refresh(entry), Refreshed::Unseen);
    bench.run(entry);
    assert_eq!(bench.refresh(entry), Refreshed::Is("new".into()));
    let fail = |failure: Failure| {
        *bench.fake.unread.borrow_mut() = Some(failure);
        bench.refresh(entry)
    };
    // It asks for a while.
    let busy = Failure::Busy { why: "429".into(), after: Some(Duration::from_secs(40)) };
    assert_eq!(fail(busy.clone()), Refreshed::Unread { why: "429".into() });
    let reads = bench.fake.reads.get();
    assert!(matches!(fail(busy), Refreshed::LeftAlone { until: Some(1040), .. }));
    bench.fake.clock.set(1040);
    // It fails again and again, and nobody says for how long.
    let cut = || Failure::Ambiguous { why: "cut off".into() };
    for _ in 0..4 {
        assert_eq!(fail(cut()), Refreshed::Unread { why: "cut off".into() });
    }
    assert_eq!(bench.fake.reads.get(), reads + 4);
    let outcome = fail(cut());
    assert!(matches!(&outcome, Refreshed::LeftAlone { until: Some(1041..), .. }), "{outcome:?}");
    bench.fake.clock.set(5000);
    *bench.fake.unread.borrow_mut() = None;
    assert_eq!(bench.refresh(entry), Refreshed::Is("new".into()));
    assert_eq!(bench.store.health("desk").unwrap(), crate::store::Health::default());
    // What it says of one ticket is no word about the others, that it does not know us is.
    let refused = Failure::Stopped { why: "https://desk answers 403: not yours".into() };
    assert!(matches!(fail(refused), Refreshed::Unread { .. }));
    assert_eq!(bench.store.health("desk").unwrap().stopped, None);
    assert!(matches!(fail(Failure::Stopped { why: "https://desk answers 401".into() }), Refreshed::Unread { .. }));
    let reads = bench.fake.reads.get();
    let outcome = bench.refresh(entry);
    assert!(matches!(&outcome, Refreshed::LeftAlone { until: None, why } if why.contains("trackers check desk")));
    assert_eq!(bench.fake.reads.get(), reads);
}

#[test]
fn what_is_refused_is_held_and_the_tracker_goes_on() {
    let bench = Bench::new(&[Next::Refused]);
    let entry = bench.package("p", &FILES);
    let outcome = bench.run(entry);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("outbox retry 1")), "{outcome:?}");
    assert_eq!(bench.run(entry), bench.run(entry));
    assert_eq!(bench.store.health("desk").unwrap().stopped, None);
    bench.store.release(entry, 1000).unwrap();
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
}

#[test]
fn refused_credentials_stop_the_tracker() {
    let bench = Bench::new(&[]);
    let entry = bench.package("p", &FILES);
    *bench.fake.probe.borrow_mut() = Some(Failure::Stopped { why: "401".into() });
    for _ in 0..3 {
        let outcome = bench.run(entry);
        assert!(matches!(&outcome, Outcome::Waiting { why, .. } if why.contains("trackers check desk")), "{outcome:?}");
    }
    assert_eq!((bench.fake.sent.get(), bench.state(entry)), (0, State::Pending));
    *bench.fake.probe.borrow_mut() = None;
    let bench = Bench::new(&[Next::Stopped]);
    let entry = bench.package("p", &FILES);
    assert!(matches!(bench.run(entry), Outcome::Waiting { .. }));
    assert_eq!(bench.store.health("desk").unwrap().stopped.as_deref(), Some("Stopped"));
}
