//! Whose ticket it is, and what it holds in the end.

use super::*;

#[test]
fn nothing_is_said_in_a_ticket_that_is_not_ours_any_more() {
    let bench = Bench::new(&[]);
    let first = bench.package("p", &FILES);
    bench.run(first);
    // It was merged into another customer's, or the number is that of another system.
    bench.fake.tickets.borrow_mut()[0].0 = Some("cd".repeat(32));
    let (second, sent) = (bench.package("q", &["new"]), bench.fake.sent.get());
    let outcome = bench.run(second);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("ticket 0 is not the one")), "{outcome:?}");
    assert_eq!(bench.fake.sent.get(), sent);
    // The same between the comment and its files.
    bench.store.release(second, bench.fake.clock.get()).unwrap();
    bench.store.reach(second, State::Accepted, bench.fake.clock.get()).unwrap();
    let outcome = bench.run(second);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("ticket 0 is not the one")), "{outcome:?}");
    assert_eq!(bench.fake.sent.get(), sent);
    assert_eq!(bench.fake.tickets.borrow()[0].2, Vec::<String>::new());
}

#[test]
fn a_comment_that_is_dropped_is_seen() {
    let bench = Bench::new(&[]);
    let first = bench.package("p", &FILES);
    bench.run(first);
    let second = bench.package("q", &["new"]);
    bench.fake.deaf.set(true);
    let outcome = bench.run(second);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("does not hold the comment")), "{outcome:?}");
    bench.fake.deaf.set(false);
    bench.store.release(second, bench.fake.clock.get()).unwrap();
    assert_eq!(bench.run(second), Outcome::Verified { ticket: "0".into() });
    bench.check_one(4);
    assert_eq!(bench.fake.tickets.borrow()[0].2.len(), 1);
}

#[test]
fn a_ticket_that_others_have_opened_gets_our_text_and_files_once() {
    // Another store has filed the same problem, or somebody at the tracker has.
    for next in [vec![], vec![Next::Lost], vec![Next::Cut], vec![Next::Done, Next::Lost], vec![Next::Busy]] {
        let bench = Bench::new(&next);
        let entry = bench.package("p", &FILES);
        let others = (Some("ab".repeat(32)), vec![sha256(b"theirs")], vec!["theirs".to_owned()]);
        bench.fake.tickets.borrow_mut().push(others);
        let mut outcome = bench.run(entry);
        while let Outcome::Waiting { due, .. } = outcome {
            bench.fake.clock.set(due.max(bench.fake.clock.get() + 1));
            outcome = bench.run(entry);
        }
        assert_eq!(outcome, Outcome::Verified { ticket: "0".into() }, "{next:?}");
        bench.check_one(4);
        let comments = bench.fake.tickets.borrow()[0].2.clone();
        let ours = comments.iter().filter(|it| it.contains("it broke")).count();
        assert_eq!((comments.len(), ours), (2, 1), "{next:?}: {comments:?}");
        let stored = bench.store.entry(entry).unwrap().unwrap();
        assert_eq!(stored.kind, crate::store::Kind::Update);
        let case = bench.store.ticket(stored.ticket).unwrap().case;
        let events = bench.store.case(case).unwrap().events;
        assert!(events.iter().any(|it| it.text == "desk: others have opened ticket 0 of this problem; it is updated"));
        // What opened it is not said again when it is submitted again, and its successor is one more comment.
        assert_eq!(bench.run(bench.package("q", &["new"])), outcome);
        bench.check_one(5);
        assert_eq!(bench.fake.tickets.borrow()[0].2.len(), 3);
    }
}

#[test]
fn who_comes_second_though_both_have_searched_before_says_what_is_known() {
    // Both found nothing, both sent; the other's ticket is there, and our request was answered with that, or not at all. Files tell
    // whose ticket it is, or its text where it is opened without them.
    for (bare, files) in [(false, 4), (true, 3)] {
        let bench = Bench::new(&[Next::Cut]);
        bench.fake.bare.set(bare);
        let entry = bench.package("p", &FILES);
        let (first, theirs) = (bench.package("q", &["theirs"]), bench.folder.path().join("q"));
        assert_ne!(entry, first);
        let draft = Package::open(&theirs).unwrap().draft(&bench.fake).0;
        bench.fake.late.borrow_mut().push((1001, draft));
        let mut outcome = bench.run(entry);
        while let Outcome::Waiting { due, .. } = outcome {
            bench.fake.clock.set(due.max(bench.fake.clock.get() + 1));
            outcome = bench.run(entry);
        }
        assert_eq!(outcome, Outcome::Verified { ticket: "0".into() });
        bench.check_one(files);
        let comments = bench.fake.tickets.borrow()[0].2.clone();
        assert!(matches!(&*comments, [one] if one.contains("it broke")), "{comments:?}");
        assert_eq!(bench.store.entry(entry).unwrap().unwrap().kind, crate::store::Kind::Update);
    }
}

#[test]
fn who_opened_the_ticket_without_files_says_nothing_twice() {
    for next in [Next::Lost, Next::Late] {
        let bench = Bench::new(&[next]);
        bench.fake.bare.set(true);
        let entry = bench.package("p", &FILES);
        let mut outcome = bench.run(entry);
        while let Outcome::Waiting { due, .. } = outcome {
            bench.fake.clock.set(due.max(bench.fake.clock.get() + 1));
            outcome = bench.run(entry);
        }
        assert_eq!(outcome, Outcome::Verified { ticket: "0".into() });
        bench.check_one(3);
        assert_eq!(bench.fake.tickets.borrow()[0].2, Vec::<String>::new());
    }
}

#[test]
fn a_ticket_that_is_closed_for_good_is_followed_by_one_more() {
    let bench = Bench::new(&[]);
    let first = bench.package("p", &FILES);
    assert_eq!(bench.run(first), Outcome::Verified { ticket: "0".into() });
    bench.fake.closed.borrow_mut().push(0);
    let second = bench.package("q", &["the first one", "new"]);
    // Its answer is lost, and it is found again.
    bench.fake.next.borrow_mut().push_back(Next::Lost);
    bench.fake.opens_with_mark.set(true);
    assert_eq!(bench.run(second), Outcome::Verified { ticket: "1".into() });
    assert_eq!(bench.fake.follows.borrow().as_deref(), Some("0"));
    {
        let tickets = bench.fake.tickets.borrow();
        assert_eq!((tickets.len(), tickets[1].1.len()), (2, 2), "{tickets:?}");
    }
    // The next package is a comment there.
    let third = bench.package("r", &["newer"]);
    assert_eq!(bench.run(third), Outcome::Verified { ticket: "1".into() });
    let tickets = bench.fake.tickets.borrow();
    assert_eq!((tickets.len(), tickets[1].1.len(), tickets[1].2.len()), (2, 3, 2), "{tickets:?}");
}

#[test]
fn shortened_files_and_a_missing_key_are_seen() {
    let bench = Bench::new(&[Next::Done, Next::Shortened, Next::Shortened]);
    let entry = bench.package("p", &FILES);
    let outcome = bench.run(entry);
    assert!(
        matches!(&outcome, Outcome::Held { why } if why.contains("does not hold f1.txt, f2.txt as sent")),
        "{outcome:?}"
    );
    let bench = Bench::new(&[Next::Keyless]);
    let entry = bench.package("p", &FILES);
    let outcome = bench.run(entry);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("does not hold the key")), "{outcome:?}");
}

#[test]
fn tickets_with_one_key_are_for_a_person() {
    let bench = Bench::new(&[]);
    let entry = bench.package("p", &FILES);
    let key = Some("ab".repeat(32));
    *bench.fake.tickets.borrow_mut() =
        vec![(key.clone(), vec![], vec![]), (Some("ab".into()), vec![], vec![]), (key, vec![], vec![])];
    let outcome = bench.run(entry);
    assert!(
        matches!(&outcome, Outcome::Held { why } if why.starts_with("tickets 0, 2 have the same key")),
        "{outcome:?}"
    );
    assert_eq!(bench.fake.sent.get(), 0);
}

#[test]
fn a_further_package_updates_the_ticket_once() {
    let bench = Bench::new(&[]);
    let first = bench.package("p", &FILES);
    let second = bench.package("q", &["the first one", "new"]);
    // The first one goes first.
    assert!(matches!(bench.run(second), Outcome::Waiting { .. }));
    bench.run(first);
    // Comment and file, whose answers are lost.
    bench.fake.next.borrow_mut().extend([Next::Lost, Next::Lost]);
    assert!(matches!(bench.run(second), Outcome::Waiting { .. }));
    bench.fake.clock.set(9000);
    assert_eq!(bench.run(second), Outcome::Verified { ticket: "0".into() });
    bench.check_one(4);
    let comments = bench.fake.tickets.borrow()[0].2.clone();
    assert_eq!(comments.len(), 1);
    assert!(comments[0].starts_with("The problem was seen again"), "{comments:?}");
}

#[test]
fn a_ticket_that_opens_without_files_gets_all_of_them() {
    let bench = Bench::new(&[]);
    bench.fake.bare.set(true);
    let entry = bench.package("p", &FILES);
    let package = Package::open(&bench.folder.path().join("p")).unwrap();
    let (draft, rest) = package.draft(&bench.fake);
    assert_eq!((draft.files.len(), rest.iter().flatten().count()), (0, 3));
    assert_eq!(bench.run(entry), Outcome::Verified { ticket: "0".into() });
    bench.check_one(3);
}

#[test]
fn a_text_is_markdown_only_where_people_see_that_as_it_is_meant() {
    let bench = Bench::new(&[]);
    bench.package("p", &FILES);
    let package = Package::open(&bench.folder.path().join("p")).unwrap();
    let texts = || [package.draft(&bench.fake).0.body, package.update(&bench.fake).body];
    for text in texts() {
        assert!(text.contains("Error message, verbatim:\nit broke\n") && !text.contains("| Product |"), "{text}");
    }
    bench.fake.markdown.set(true);
    for text in texts() {
        assert!(text.contains("```text\nit broke\n```") && text.contains("| Product |"), "{text}");
    }
}

#[test]
fn a_package_that_changes_after_the_claim_is_held() {
    let bench = Bench::new(&[]);
    let entry = bench.package("p", &FILES);
    fs::write(bench.folder.path().join("p/f0.txt"), "other").unwrap();
    let outcome = bench.run(entry);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("`f0.txt` was changed")), "{outcome:?}");
}
