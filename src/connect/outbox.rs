//! The outbox: takes a package from state to state until a tracker holds all of it, once.
//!
//! What is about to be done is written down first. After a kill, a cut connection or a server's error nobody knows whether the
//! tracker has done it; then it is asked, by the key and with an exact comparison, and nothing is sent again before it has
//! had the time to finish what it was doing.

mod files;
mod refresh;
mod steps;
mod written;

pub use refresh::Refreshed;

use super::package::{Package, PackageProblem};
use super::tracker::{Failure, Tracker};
use crate::store::{Entry, State, Store, StoreError, Ticket};
use std::path::Path;
use std::time::Duration;

/// What the outbox needs of the world.
pub struct Surroundings<'a> {
    /// The time, in seconds since 1970.
    pub now: &'a dyn Fn() -> i64,
    /// Waits.
    pub sleep: &'a dyn Fn(Duration),
    /// A number from 0 to below 1, another one each time.
    pub chance: &'a dyn Fn() -> f64,
    /// Until when it waits for a tracker by itself. What takes longer is left to a later run.
    pub until: i64,
    /// Is told what was just done. A test may end the process there.
    pub reached: &'a dyn Fn(Point),
}

/// A point between two steps, at which the program may be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The claim is stored.
    Claimed,
    /// The tracker has been asked for the key.
    Searched,
    /// It is stored that the ticket or comment will be sent.
    Sending,
    /// The tracker has it; that is not stored yet.
    Sent,
    /// That is stored.
    Accepted,
    /// It is stored that files will be attached.
    Attaching,
    /// The tracker has some of them; that is not stored yet.
    Attached,
    /// It is stored that all were sent.
    Verifying,
    /// All were read back; that is not stored yet.
    ReadBack,
    /// It is stored that everything is there.
    Verified,
}

impl Point {
    /// All, in their order.
    pub const ALL: [Point; 10] = [
        Point::Claimed,
        Point::Searched,
        Point::Sending,
        Point::Sent,
        Point::Accepted,
        Point::Attaching,
        Point::Attached,
        Point::Verifying,
        Point::ReadBack,
        Point::Verified,
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Point::Claimed => "claimed",
            Point::Searched => "searched",
            Point::Sending => "sending",
            Point::Sent => "sent",
            Point::Accepted => "accepted",
            Point::Attaching => "attaching",
            Point::Attached => "attached",
            Point::Verifying => "verifying",
            Point::ReadBack => "read-back",
            Point::Verified => "verified",
        }
    }
}

/// How far it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The tracker holds everything, as read back.
    Verified {
        /// What it calls the ticket.
        ticket: String,
    },
    /// It will be tried again.
    Waiting {
        /// Not before this time.
        due: i64,
        /// Why.
        why: String,
    },
    /// A person has to look.
    Held {
        /// Why, and what can be done.
        why: String,
    },
}

/// Why the outbox could not go on.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such entry.
    #[error("the outbox has no entry {0}; `tierline outbox list` shows them")]
    None(i64),
}

/// The outbox of a store, for one tracker.
pub struct Outbox<'a> {
    /// The store.
    pub store: &'a Store,
    /// The tracker's name in the configuration.
    pub name: &'a str,
    /// The tracker.
    pub tracker: &'a dyn Tracker,
    /// The world.
    pub around: Surroundings<'a>,
}

/// How an attempt ended.
enum Step {
    /// The state that is stored now says how to go on.
    On,
    /// No further.
    End(Outcome),
}

/// What an attempt works on.
struct Job<'j> {
    entry: &'j Entry,
    ticket: &'j Ticket,
    package: &'j Package,
    /// Whether this process has brought the entry to its state; if not, another one may have died in it.
    own: bool,
}

impl Outbox<'_> {
    /// Takes an entry as far as it goes. Other processes that work on the same ticket are waited for.
    pub fn run(&self, entry: i64) -> Result<Outcome, OutboxError> {
        let find = || self.store.entry(entry)?.ok_or(OutboxError::None(entry));
        let ticket = find()?.ticket;
        let _lock = self.store.lock(ticket)?;
        let now = find()?;
        if let Some(end) = self.cannot_start(&now)? {
            return Ok(end);
        }
        let package = match Package::open(Path::new(&now.package)) {
            Ok(package) if package.manifest == now.manifest => match package.with_claimed(&now.files) {
                Ok(package) => package,
                Err(error) => return self.hold(&now, &told(&error)),
            },
            Ok(_) => return self.hold(&now, "the package is another one than was submitted; submit it by itself"),
            Err(error) => return self.hold(&now, &told(&error)),
        };
        let mut own = false;
        loop {
            let (entry, ticket) = (find()?, self.store.ticket(ticket)?);
            let job = Job { entry: &entry, ticket: &ticket, package: &package, own };
            let step = match entry.state {
                State::Pending => self.look_over(&job)?,
                State::Searching | State::Sending | State::Ambiguous => self.send(&job)?,
                State::Accepted | State::Attaching => self.attach(&job)?,
                State::Verifying => self.verify(&job)?,
                State::Verified | State::Held | State::Dropped => return Ok(self.end(&entry, &ticket)),
            };
            match step {
                Step::On => own = true,
                Step::End(outcome) => return Ok(outcome),
            }
        }
    }

    /// What speaks against an attempt: it is done, held or not due, something goes before it, or the tracker is left alone.
    fn cannot_start(&self, entry: &Entry) -> Result<Option<Outcome>, OutboxError> {
        let now = (self.around.now)();
        if matches!(entry.state, State::Verified | State::Held | State::Dropped) {
            return Ok(Some(self.end(entry, &self.store.ticket(entry.ticket)?)));
        }
        if let Some(before) = self.store.before(entry)? {
            let why = format!("entry {} of the same ticket goes first; it is {}", before.id, before.state.name());
            return Ok(Some(Outcome::Waiting { due: before.due.max(now), why }));
        }
        let health = self.store.health(self.name)?;
        if let Some(why) = self.stopped(&health) {
            return Ok(Some(Outcome::Waiting { due: now, why }));
        }
        let due = entry.due.max(health.blocked_until);
        if due > now {
            let why = entry.reason.clone().unwrap_or_else(|| self.silent());
            return Ok(Some(Outcome::Waiting { due, why }));
        }
        Ok(None)
    }

    fn end(&self, entry: &Entry, ticket: &Ticket) -> Outcome {
        match entry.state {
            State::Held => Outcome::Held { why: entry.reason.clone().unwrap_or_default() },
            State::Dropped => {
                let why = entry.reason.clone().unwrap_or_default();
                Outcome::Held {
                    why: format!("it was dropped ({why}); `tierline outbox retry {}` takes it up", entry.id),
                }
            }
            _ => Outcome::Verified { ticket: ticket.remote.clone().unwrap_or_default() },
        }
    }

    fn hold(&self, entry: &Entry, why: &str) -> Result<Outcome, OutboxError> {
        self.store.hold(entry.id, why, (self.around.now)())?;
        Ok(Outcome::Held { why: why.to_owned() })
    }
}

fn told(error: &PackageProblem) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}
