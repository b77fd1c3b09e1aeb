//! Receivers that can be neither searched nor read back.

use super::*;

#[test]
fn a_tracker_that_cannot_be_searched_has_a_person_asked() {
    for (next, files) in [(Next::Lost, 3), (Next::Cut, 2)] {
        let bench = Bench::new(&[next]);
        bench.fake.unseen.set(true);
        let entry = bench.package("p", &FILES);
        let outcome = bench.run(entry);
        assert!(matches!(&outcome, Outcome::Held { why } if why.contains("outbox arrived 1")), "{outcome:?}");
        // Nothing is sent before the answer.
        assert_eq!((bench.run(entry), bench.fake.sent.get()), (outcome, 1));
        if matches!(next, Next::Cut) {
            bench
                .fake
                .open(&Package::open(&bench.folder.path().join("p")).unwrap().draft(&bench.fake).0, Next::Keyless);
            bench.fake.tickets.borrow_mut()[0].1.clear();
        }
        assert!(bench.store.arrived(entry, 1000).unwrap());
        assert!(!bench.store.arrived(entry, 1000).unwrap());
        assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
        // What went with the ticket, as the person says, is not sent again; the others are.
        bench.check_one(files);
    }
}

#[test]
fn what_may_be_repeated_is_sent_again_and_nobody_is_asked() {
    let bench = Bench::new(&[Next::Cut]);
    bench.fake.unseen.set(true);
    bench.fake.repeats.set(true);
    let entry = bench.package("p", &FILES);
    let mut outcome = bench.run(entry);
    while let Outcome::Waiting { due, .. } = outcome {
        bench.fake.clock.set(due);
        outcome = bench.run(entry);
    }
    assert_eq!(outcome, Outcome::Verified { ticket: "0".into() });
    bench.check_one(3);
    // Killed while it was sending: the same.
    let bench = Bench::new(&[]);
    bench.fake.unseen.set(true);
    bench.fake.repeats.set(true);
    let entry = bench.package("p", &FILES);
    bench.store.reach(entry, State::Sending, bench.fake.clock.get()).unwrap();
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
    bench.check_one(3);
}

#[test]
fn a_mail_that_did_not_arrive_is_sent_again_when_a_person_says_so() {
    let bench = Bench::new(&[Next::Cut]);
    bench.fake.unseen.set(true);
    let entry = bench.package("p", &FILES);
    assert!(matches!(bench.run(entry), Outcome::Held { .. }));
    bench.store.release(entry, 1000).unwrap();
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
    bench.check_one(3);
    let second = bench.package("q", &["new"]);
    assert_eq!(bench.run(second), Outcome::Verified { ticket: "0".into() });
    bench.check_one(4);
    assert_eq!(bench.fake.tickets.borrow()[0].2.len(), 1);
}
