//! What was sent without an answer: lost, late, cut or killed.

use super::*;

#[track_caller]
fn check_verified(next: &[Next], sent: u32) {
    let bench = Bench::new(next);
    let entry = bench.package("p", &FILES);
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() }, "{next:?}");
    bench.check_one(3);
    assert_eq!(bench.fake.sent.get(), sent, "{next:?}");
    let audit = bench.store.left().unwrap();
    assert!(audit.iter().all(|it| it.outcome.is_some()) && audit.len() >= 4, "{audit:?}");
}

#[test]
fn an_answer_that_is_lost_is_searched_before_anything_is_sent_again() {
    // One request opens the ticket with the first file, two attach the others.
    check_verified(&[], 3);
    check_verified(&[Next::Lost], 3);
    // The tracker was slow: what it did came to light while we waited.
    check_verified(&[Next::Late], 3);
    check_verified(&[Next::Cut], 4);
}

#[test]
fn a_file_whose_answer_was_lost_is_not_sent_twice() {
    let bench = Bench::new(&[Next::Done, Next::Lost]);
    let entry = bench.package("p", &FILES);
    assert!(matches!(bench.run(entry), Outcome::Waiting { .. }));
    assert_eq!(bench.state(entry), State::Attaching);
    bench.fake.clock.set(5000);
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
    bench.check_one(3);
}

#[test]
fn a_file_that_arrives_after_the_cut_is_waited_for() {
    // The request was sent long after the ticket was made, or is the second of two: neither makes the wait shorter.
    for before in [vec![Next::Done], vec![Next::Done, Next::Done]] {
        let bench = Bench::new(&[before, vec![Next::Late]].concat());
        let entry = bench.package("p", &FILES);
        bench.fake.bare.set(true);
        let Outcome::Waiting { due, .. } = bench.run(entry) else { panic!("it goes on") };
        assert!(due >= bench.fake.clock.get() + 10, "{due}");
        // A person is impatient: the file may still be on its way.
        bench.store.release(entry, bench.fake.clock.get()).unwrap();
        assert!(matches!(bench.run_until(entry, bench.fake.clock.get()), Outcome::Waiting { .. }));
        bench.fake.clock.set(due);
        assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
        bench.fake.clock.set(due + 100);
        bench.fake.tick();
        bench.check_one(3);
    }
}

#[test]
fn what_was_on_its_way_at_a_kill_is_waited_for_from_the_restart() {
    // A request may go on for longer than it takes to settle, and nobody knows when the process died.
    let bench = Bench::new(&[]);
    let entry = bench.package("p", &FILES);
    bench.store.reach(entry, State::Sending, 1000).unwrap();
    bench.fake.clock.set(1100);
    let package = Package::open(&bench.folder.path().join("p")).unwrap();
    bench.fake.late.borrow_mut().push((1103, package.draft(&bench.fake).0));
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
    bench.fake.clock.set(1200);
    bench.fake.tick();
    bench.check_one(3);
    // The same with files, and it is not waited for twice.
    let bench = Bench::new(&[]);
    bench.fake.bare.set(true);
    let entry = bench.package("p", &FILES);
    bench.fake.open(&package.draft(&bench.fake).0, Next::Done);
    bench.store.set_remote(bench.store.entry(entry).unwrap().unwrap().ticket, "0", None, 1000).unwrap();
    bench.store.reach(entry, State::Accepted, 1000).unwrap();
    bench.store.reach(entry, State::Attaching, 1000).unwrap();
    bench.fake.clock.set(1100);
    bench.fake.files_late.borrow_mut().push((1103, 0, vec![package.files[0].sha256.clone()]));
    assert!(matches!(bench.run_until(entry, 1100), Outcome::Waiting { due: 1110, .. }));
    bench.store.release(entry, 1105).unwrap();
    bench.fake.clock.set(1105);
    assert!(matches!(bench.run_until(entry, 1105), Outcome::Waiting { due: 1110, .. }));
    bench.fake.clock.set(1110);
    assert_eq!(bench.run_until(entry, 1110), Outcome::Verified { ticket: "0".into() });
    bench.check_one(3);
}

#[test]
fn a_tracker_is_asked_more_and_more_seldom_and_no_longer_than_the_caller_waits() {
    let bench = Bench::new(&[Next::Cut]);
    bench.fake.settle.set(Some(300));
    let entry = bench.package("p", &FILES);
    let outcome = bench.run_until(entry, 1060);
    assert!(matches!(outcome, Outcome::Waiting { due: 1300, .. }), "{outcome:?}");
    assert!(bench.fake.clock.get() <= 1060 && bench.fake.sent.get() == 1);
    assert!(bench.fake.asked.get() <= 8, "{}", bench.fake.asked.get());
    bench.fake.clock.set(1300);
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
    let bench = Bench::new(&[Next::Cut]);
    bench.fake.settle.set(Some(300));
    let entry = bench.package("p", &FILES);
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
    assert!(
        (1300..1310).contains(&bench.fake.clock.get()) && bench.fake.asked.get() < 20,
        "{}",
        bench.fake.asked.get()
    );
}

#[test]
fn the_name_that_the_first_answer_gave_stays() {
    let bench = Bench::new(&[]);
    bench.fake.unseen.set(true);
    bench.fake.repeats.set(true);
    bench.fake.named.set(true);
    let first = bench.package("p", &FILES);
    assert_eq!(bench.run(first), Outcome::Verified { ticket: "0".into() });
    let second = bench.package("q", &["new"]);
    bench.fake.next.borrow_mut().push_back(Next::Busy);
    let Outcome::Waiting { due, .. } = bench.run(second) else { panic!("it goes on") };
    let ticket = bench.store.entry(second).unwrap().unwrap().ticket;
    assert_eq!(bench.store.ticket(ticket).unwrap().remote.as_deref(), Some("0"));
    bench.fake.clock.set(due);
    assert_eq!(bench.run(second), Outcome::Verified { ticket: "0".into() });
    bench.check_one(4);
}

#[test]
fn what_is_sent_in_vain_again_and_again_is_held() {
    let bench = Bench::new(&[Next::Cut; 20]);
    let entry = bench.package("p", &FILES);
    let mut outcome = bench.run(entry);
    while let Outcome::Waiting { due, .. } = outcome {
        bench.fake.clock.set(due.max(bench.fake.clock.get() + 1));
        outcome = bench.run(entry);
    }
    let Outcome::Held { why } = &outcome else { panic!("{outcome:?}") };
    assert!(why.contains("sent 6 times") && bench.fake.sent.get() == 6, "{why}");
    // A person has looked, and it works again.
    bench.fake.next.borrow_mut().clear();
    bench.store.release(entry, bench.fake.clock.get()).unwrap();
    bench.fake.clock.set(1_000_000);
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
}
