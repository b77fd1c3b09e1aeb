//! A tracker that does what a test says.

use super::super::package::{Outgoing, hash_of, sha256};
use super::super::*;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

/// What happens at the next call that sends something.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
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
pub(super) type Tickets = Vec<(Option<String>, Vec<String>, Vec<String>)>;

#[derive(Default)]
pub(super) struct Fake {
    pub(super) tickets: RefCell<Tickets>,
    /// What opened them.
    pub(super) openings: RefCell<Vec<String>>,
    pub(super) late: RefCell<Vec<(i64, Draft)>>,
    pub(super) next: RefCell<VecDeque<Next>>,
    pub(super) probe: RefCell<Option<Failure>>,
    pub(super) clock: Cell<i64>,
    pub(super) sent: Cell<u32>,
    /// It can be neither searched nor read back.
    pub(super) unseen: Cell<bool>,
    /// It takes what comes twice for once.
    pub(super) repeats: Cell<bool>,
    /// It opens tickets without files.
    pub(super) bare: Cell<bool>,
    /// It is not named by us, if it cannot be searched.
    pub(super) named: Cell<bool>,
    /// How long it settles; ten seconds, if nothing is said.
    pub(super) settle: Cell<Option<u64>>,
    /// How often it was searched.
    pub(super) asked: Cell<u32>,
    /// Tickets that are closed for good.
    pub(super) closed: RefCell<Vec<usize>>,
    /// What the last ticket follows.
    pub(super) follows: RefCell<Option<String>>,
    /// What opens a ticket is its first comment.
    pub(super) opens_with_mark: Cell<bool>,
    /// What it says to comments.
    pub(super) forbidden: RefCell<Option<String>>,
    /// It takes comments and keeps none.
    pub(super) deaf: Cell<bool>,
    /// It shows Markdown as it is meant.
    pub(super) markdown: Cell<bool>,
    /// What it says when it is read, and how often it was.
    pub(super) unread: RefCell<Option<Failure>>,
    pub(super) reads: Cell<u32>,
    /// Files whose attaching takes effect later: when, at which ticket.
    pub(super) files_late: RefCell<Vec<(i64, usize, Vec<String>)>>,
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

    pub(super) fn open(&self, draft: &Draft, next: Next) {
        if matches!(next, Next::Late) {
            self.late.borrow_mut().push((self.clock.get() + 3, draft.clone()));
            return;
        }
        let key = Some(draft.key.clone()).filter(|_| !matches!(next, Next::Keyless));
        let files = draft.files.iter().map(|it| stored(it, next)).collect();
        let comments = if self.opens_with_mark.get() { vec![draft.body.clone()] } else { Vec::new() };
        self.tickets.borrow_mut().push((key, files, comments));
        self.openings.borrow_mut().push(draft.body.clone());
    }

    /// Does what was late.
    pub(super) fn tick(&self) {
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
        let opening = self.openings.borrow().get(index).cloned().unwrap_or_default();
        let is_final = self.closed.borrow().contains(&index);
        Ok(Holds { key, opening, files, comments, status: "new".into(), is_final })
    }

    fn dry_run(&self, _: &Draft, _: &[Vec<Outgoing>]) -> String {
        String::new()
    }

    fn unseen(&self, _: &str) -> Option<String> {
        let name = if self.named.get() { "ours" } else { "0" };
        self.unseen.get().then(|| name.to_owned())
    }

    fn habits(&self) -> Habits {
        Habits {
            opens_with_files: !self.bare.get(),
            takes_markdown: self.markdown.get(),
            repeats: self.repeats.get(),
            ..Habits::new(10, Duration::from_secs(self.settle.get().unwrap_or(10)))
        }
    }
}
