//! The outbox against a tracker that does what a test says.

use super::package::{Outgoing, hash_of, sha256};
use super::*;
use crate::escalate::{Attachment, Manifest, Ticket};
use crate::store::{About, Claim, State, Store};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fs;
use std::time::Duration;

/// What happens at the next call that sends something.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// It is done.
    Done,
    /// It is done, and the answer is lost.
    Lost,
    /// It is done only later, and the answer is lost.
    Late,
    /// It is not done, and the answer is lost.
    Cut,
    /// Not now.
    Busy,
    /// Never.
    Refused,
    /// Not with these credentials.
    Stopped,
    /// It is done, but files are shortened.
    Shortened,
    /// It is done, but without the key.
    Keyless,
}

/// Tickets: key, files, comments.
type Tickets = Vec<(Option<String>, Vec<String>, Vec<String>)>;

#[derive(Default)]
struct Fake {
    tickets: RefCell<Tickets>,
    late: RefCell<Vec<(i64, Draft)>>,
    next: RefCell<VecDeque<Next>>,
    probe: RefCell<Option<Failure>>,
    clock: Cell<i64>,
    sent: Cell<u32>,
    /// It can be neither searched nor read back.
    unseen: Cell<bool>,
    /// It takes what comes twice for once.
    repeats: Cell<bool>,
    /// It opens tickets without files.
    bare: Cell<bool>,
    /// It is not named by us, if it cannot be searched.
    named: Cell<bool>,
    /// How long it settles; ten seconds, if nothing is said.
    settle: Cell<Option<u64>>,
    /// How often it was searched.
    asked: Cell<u32>,
    /// Tickets that are closed for good.
    closed: RefCell<Vec<usize>>,
    /// What the last ticket follows.
    follows: RefCell<Option<String>>,
    /// What opens a ticket is its first comment.
    opens_with_mark: Cell<bool>,
    /// What it says to comments.
    forbidden: RefCell<Option<String>>,
    /// It takes comments and keeps none.
    deaf: Cell<bool>,
    /// It shows Markdown as it is meant.
    markdown: Cell<bool>,
    /// What it says when it is read, and how often it was.
    unread: RefCell<Option<Failure>>,
    reads: Cell<u32>,
    /// Files whose attaching takes effect later: when, at which ticket.
    files_late: RefCell<Vec<(i64, usize, Vec<String>)>>,
}

impl Fake {
    fn act(&self, act: impl FnOnce(Next)) -> Result<(), Failure> {
        self.sent.set(self.sent.get() + 1);
        let next = self.next.borrow_mut().pop_front().unwrap_or(Next::Done);
        let why = format!("{next:?}");
        match next {
            Next::Done | Next::Shortened | Next::Keyless => {
                act(next);
                Ok(())
            }
            Next::Lost | Next::Late => {
                act(next);
                Err(Failure::Ambiguous { why })
            }
            Next::Cut => Err(Failure::Ambiguous { why }),
            Next::Busy => Err(Failure::Busy { why, after: Some(Duration::from_secs(40)) }),
            Next::Refused => Err(Failure::Refused { why }),
            Next::Stopped => Err(Failure::Stopped { why }),
        }
    }

    fn open(&self, draft: &Draft, next: Next) {
        if matches!(next, Next::Late) {
            self.late.borrow_mut().push((self.clock.get() + 3, draft.clone()));
            return;
        }
        let key = Some(draft.key.clone()).filter(|_| !matches!(next, Next::Keyless));
        let files = draft.files.iter().map(|it| stored(it, next)).collect();
        let comments = if self.opens_with_mark.get() { vec![draft.body.clone()] } else { Vec::new() };
        self.tickets.borrow_mut().push((key, files, comments));
    }

    /// Does what was late.
    fn tick(&self) {
        let (due, waits): (Vec<_>, Vec<_>) =
            self.late.borrow_mut().drain(..).partition(|(at, _)| *at <= self.clock.get());
        *self.late.borrow_mut() = waits;
        due.iter().for_each(|(_, draft)| self.open(draft, Next::Done));
        let (due, waits): (Vec<_>, Vec<_>) =
            self.files_late.borrow_mut().drain(..).partition(|(at, ..)| *at <= self.clock.get());
        *self.files_late.borrow_mut() = waits;
        due.into_iter().for_each(|(_, index, files)| self.tickets.borrow_mut()[index].1.extend(files));
    }
}

fn stored(file: &Outgoing, next: Next) -> String {
    match next {
        Next::Shortened => sha256(b"Large attachment dropped"),
        _ => hash_of(&file.place).unwrap(),
    }
}

impl Tracker for Fake {
    fn target(&self) -> String {
        "fake".into()
    }

    fn probe(&self) -> Result<Probe, Failure> {
        self.probe.borrow().clone().map_or(Ok(Probe::default()), Err)
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        self.tick();
        self.asked.set(self.asked.get() + 1);
        let tickets = self.tickets.borrow();
        let closed = self.closed.borrow();
        let found =
            tickets.iter().enumerate().filter(|(index, it)| it.0.as_deref() == Some(key) && !closed.contains(index));
        Ok(found.map(|(index, _)| index.to_string()).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        self.follows.borrow_mut().clone_from(&draft.follows);
        self.act(|next| self.open(draft, next))?;
        Ok((self.tickets.borrow().len() - 1).to_string())
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        if let Some(why) = self.forbidden.borrow().clone() {
            return Err(Failure::Stopped { why });
        }
        let index: usize = ticket.parse().unwrap();
        if self.closed.borrow().contains(&index) {
            return Err(Failure::Refused { why: "it is closed".into() });
        }
        self.act(|_| {
            if !self.deaf.get() {
                self.tickets.borrow_mut()[index].2.push(draft.body.clone());
            }
        })
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        let index: usize = ticket.parse().unwrap();
        self.act(|next| {
            let files: Vec<String> = files.iter().map(|it| stored(it, next)).collect();
            match next {
                Next::Late => self.files_late.borrow_mut().push((self.clock.get() + 3, index, files)),
                _ => self.tickets.borrow_mut()[index].1.extend(files),
            }
        })
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        self.tick();
        self.reads.set(self.reads.get() + 1);
        if let Some(failure) = self.unread.borrow().clone() {
            return Err(failure);
        }
        let index = ticket.parse::<usize>().unwrap();
        let (key, mut files, comments) = self.tickets.borrow()[index].clone();
        files.retain(|it| wanted.iter().any(|file| file.sha256 == *it));
        Ok(Holds { key, files, comments, status: "new".into(), is_final: self.closed.borrow().contains(&index) })
    }

    fn dry_run(&self, _: &Draft, _: &[Vec<Outgoing>]) -> String {
        String::new()
    }

    fn repeats(&self) -> bool {
        self.repeats.get()
    }

    fn opens_with_files(&self) -> bool {
        !self.bare.get()
    }

    fn unseen(&self, _: &str) -> Option<String> {
        let name = if self.named.get() { "ours" } else { "0" };
        self.unseen.get().then(|| name.to_owned())
    }

    fn request_bytes(&self) -> u64 {
        10
    }

    fn takes_markdown(&self) -> bool {
        self.markdown.get()
    }

    fn settle(&self) -> Duration {
        Duration::from_secs(self.settle.get().unwrap_or(10))
    }
}

struct Bench {
    folder: tempfile::TempDir,
    store: Store,
    fake: Fake,
}

impl Bench {
    fn new(next: &[Next]) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        let fake = Fake { next: RefCell::new(next.iter().copied().collect()), ..Fake::default() };
        fake.clock.set(1000);
        Bench { folder, store, fake }
    }

    /// Writes a package with these files and claims it.
    fn package(&self, name: &str, files: &[&str]) -> i64 {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        let ticket = serde_json::json!({
            "schema": "tierline.ticket/1", "key": "ab".repeat(32), "vendor": "V", "product": "P", "version": "1",
            "severity": "high", "first_response": null, "contract": null, "ransomware": false, "summary": name,
            "message": "it broke", "place": null, "occurrence": "once", "first_time": null, "last_time": null,
            "codes": [], "files": [], "environment": [], "timeline": [], "tried": [], "untried": [], "known": [],
            "missing": [], "reason": null, "attachments": [],
        });
        let ticket: Ticket = serde_json::from_value(ticket).unwrap();
        let mut texts: Vec<(String, String)> =
            files.iter().enumerate().map(|(index, text)| (format!("f{index}.txt"), (*text).to_owned())).collect();
        texts.push(("ticket.json".into(), serde_json::to_string(&ticket).unwrap()));
        let mut listed = Vec::new();
        for (path, text) in &texts {
            fs::write(folder.join(path), text).unwrap();
            let (bytes, sha256) = (text.len() as u64, sha256(text.as_bytes()));
            listed.push(Attachment { path: path.clone(), what: String::new(), bytes, sha256 });
        }
        let manifest = Manifest {
            schema: "tierline.manifest/1".into(),
            tool: "0".into(),
            key: ticket.key.clone(),
            inputs: Vec::new(),
            files: listed,
            omitted: Vec::new(),
        };
        fs::write(folder.join("manifest.json"), serde_json::to_string(&manifest).unwrap()).unwrap();
        let package = Package::open(&folder).unwrap();
        let files: Vec<_> = package.files.iter().map(|it| (it.path.clone(), it.sha256.clone(), it.bytes)).collect();
        let claim = Claim {
            customer: "acme",
            problem: &package.ticket.key,
            tracker: "desk",
            title: "it broke",
            about: About::default(),
            severity: "P1",
            package: folder.to_str().unwrap(),
            manifest: &package.manifest,
            files: &files,
        };
        self.store.claim(&claim, self.fake.clock.get()).unwrap().id
    }

    fn run(&self, entry: i64) -> Outcome {
        self.run_until(entry, i64::MAX)
    }

    fn run_until(&self, entry: i64, until: i64) -> Outcome {
        self.outbox(until, |it| it.run(entry).unwrap())
    }

    /// Asks how the ticket of an entry stands.
    fn refresh(&self, entry: i64) -> Refreshed {
        let ticket = self.store.ticket(self.store.entry(entry).unwrap().unwrap().ticket).unwrap();
        self.outbox(0, |it| it.refresh(&ticket).unwrap())
    }

    fn outbox<T>(&self, until: i64, act: impl FnOnce(&Outbox<'_>) -> T) -> T {
        let around = Surroundings {
            now: &|| self.fake.clock.get(),
            sleep: &|wait| self.fake.clock.set(self.fake.clock.get() + wait.as_secs().max(1) as i64),
            chance: &|| 0.0,
            until,
            reached: &|_| {},
        };
        act(&Outbox { store: &self.store, name: "desk", tracker: &self.fake, around })
    }

    fn state(&self, entry: i64) -> State {
        self.store.entry(entry).unwrap().unwrap().state
    }

    /// Files of the only ticket.
    #[track_caller]
    fn check_one(&self, files: usize) {
        let tickets = self.fake.tickets.borrow();
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        assert_eq!(tickets[0].1.len(), files, "{tickets:?}");
    }
}

const FILES: [&str; 3] = ["the first one", "the second one", "the second one"];

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

#[test]
fn a_package_that_changes_after_the_claim_is_held() {
    let bench = Bench::new(&[]);
    let entry = bench.package("p", &FILES);
    fs::write(bench.folder.path().join("p/f0.txt"), "other").unwrap();
    let outcome = bench.run(entry);
    assert!(matches!(&outcome, Outcome::Held { why } if why.contains("`f0.txt` was changed")), "{outcome:?}");
}

mod contracts {
    use crate::connect::Config;
    use crate::signature::{Severity, SignatureSet};
    use std::path::Path;

    const OFFICE: &str =
        "[calendars.office]\nzone = \"Europe/Berlin\"\nhours = [\"mon-fri 08:00-18:00\"]\nholidays = [\"12-25\"]\n";

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("c.toml"), format!("{OFFICE}{text}")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_contract_is_that_of_the_customer_or_of_everybody() {
        let config = parse(
            "[customers.acme]\ncalendar = \"office\"\nresolve = { high = \"8h\" }\n[customers.\"*\"]\nresolve = { high = \"2d\" }\n",
        )
        .unwrap();
        let own = config.contract("acme").unwrap().unwrap();
        assert_eq!((own.calendar.is_always(), &*own.resolve), (false, &[(Severity::High, 8 * 3600)][..]));
        let other = config.contract("bolt").unwrap().unwrap();
        assert_eq!((other.calendar.is_always(), &*other.resolve), (true, &[(Severity::High, 48 * 3600)][..]));
        assert_eq!(parse("").unwrap().contract("acme").unwrap(), None);
    }

    #[test]
    fn a_vendor_has_what_is_in_portals_and_at_its_desk() {
        let config = parse(
            "[trackers.rt]\nkind = \"rt\"\n[trackers.portal]\nkind = \"portal\"\n\
             [trackers.mail]\nkind = \"smtp\"\nvendor = \"ivanti\"\n\
             [trackers.own]\nkind = \"portal\"\nvendor = \"Ivanti\"\n",
        )
        .unwrap();
        let set = SignatureSet::load(true, &[]).unwrap();
        let vendor = |name: &str| set.vendors().iter().find(|it| it.is_called(name)).unwrap();
        let of = |name: &str| {
            let all = ["rt", "portal", "mail", "own", "gone"].into_iter();
            all.filter(|it| config.is_desk_of(it, vendor(name))).collect::<Vec<_>>()
        };
        assert_eq!(of("ivanti"), ["portal", "mail", "own"]);
        assert_eq!(of("veeam"), ["portal"]);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        #[track_caller]
        fn check(text: &str, told: &str) {
            let error = parse(text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        check("[customers.acme]\ncalendar = \"home\"\n", "line 6: there is no calendar `home`");
        check("[customers.acme]\nresolve = { bad = \"8h\" }\n", "line 6: there is no severity `bad`");
        check("[customers.acme]\nresolve = { high = \"soon\" }\n", "line 6: `soon` is no length of time");
        let days = "[customers.acme]\ncalendar = \"office\"\nresolve = { high = \"2d\" }\n";
        check(days, "line 7: `2d` counts days of 24 hours");
        let zone =
            "[calendars.moon]\nzone = \"Moon\"\nhours = [\"mon 08:00-09:00\"]\n[customers.acme]\ncalendar = \"moon\"\n";
        check(zone, "line 6: there is no time zone `Moon`");
    }
}
