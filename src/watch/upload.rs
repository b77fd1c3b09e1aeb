//! An upload on its way, as `settle.rs` keeps it and as others get to see it.

use super::facts::Facts;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file that somebody has open is waited for as long as it changes, and for so many settle times after that.
const PATIENCE: u32 = 10;
/// But at least so long.
const LEAST_PATIENCE: Duration = Duration::from_secs(60);

/// An upload that may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) path: PathBuf,
    pub(super) customer: String,
    /// What was complete, as far as one can see from outside.
    pub(super) facts: Facts,
    /// It is read for the last time: if its end is missing now, it is given up.
    pub(super) is_last: bool,
    /// No other upload is read at the same time.
    pub(super) is_alone: bool,
    /// For how long the machine has refused to read it.
    pub(super) refused: Duration,
}

/// What is known of an upload from an earlier run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Earlier {
    /// How often reading it was begun in vain: others go first.
    pub(super) tries: u32,
    /// It was read before, with other signatures: what is new goes first.
    pub(super) again: bool,
    /// For how long its end has been missing.
    pub(super) incomplete: Option<Duration>,
    /// For how long it is to wait.
    pub(super) wait: Option<Duration>,
    /// For how long the machine has refused to read it.
    pub(super) refused: Option<Duration>,
    /// It was at rest already.
    pub(super) at_rest: bool,
    /// No other is to be read at the same time.
    pub(super) is_alone: bool,
}

/// What reading has come to, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It has been dealt with.
    Settled,
    /// It is not what it was when it was given out.
    Changed,
    /// Its end is missing.
    Incomplete,
    /// It is tried again after this time.
    Later(Duration),
    /// The same, and the machine has refused to read it.
    Refused(Duration),
    /// The same as later, and no other is to be read with it.
    Alone(Duration),
    /// It is not there any more.
    Gone,
}

/// An upload on its way. Times are those of a clock that never jumps.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) customer: String,
    pub(super) facts: Facts,
    pub(super) settle: Duration,
    /// Since when the facts are as they are.
    pub(super) since: Duration,
    /// It was renamed to its name, or a marker says that it is complete.
    pub(super) is_announced: bool,
    pub(super) is_marked: bool,
    /// It has been incomplete for so long that it is given up.
    pub(super) is_last: bool,
    pub(super) is_alone: bool,
    /// Since when its end is missing.
    pub(super) incomplete: Option<Duration>,
    /// Since when the machine refuses to read it.
    pub(super) refused: Option<Duration>,
    /// Somebody has it open and has last written at this time.
    pub(super) written: Option<Duration>,
    pub(super) stage: Stage,
    pub(super) tries: u32,
    pub(super) again: bool,
    pub(super) order: u64,
    /// The look that has seen it last.
    pub(super) look: u64,
    /// How often it was seen to change.
    pub(super) changes: u32,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Settling,
    Queued,
    Working,
    /// Its end is missing.
    Incomplete,
    /// It waits until this time.
    Later(Duration),
}

impl Tracked {
    /// Takes note of other facts: it is another content now.
    pub(super) fn change(&mut self, facts: Facts, is_announced: bool, now: Duration) {
        (self.facts, self.since, self.is_announced) = (facts, now, is_announced);
        self.changes = self.changes.saturating_add(1);
        (self.tries, self.again, self.is_last, self.is_alone) = (0, false, false, false);
        (self.incomplete, self.refused) = (None, None);
    }

    /// Whether nobody writes to it any more, as far as one can see.
    pub(super) fn is_at_rest(&self, now: Duration) -> bool {
        let rest = now.saturating_sub(self.since);
        let patience = (self.settle * PATIENCE).max(LEAST_PATIENCE);
        let is_written = self.written.is_some_and(|last| now.saturating_sub(last.max(self.since)) < patience);
        self.is_announced || (rest >= self.settle && !is_written)
    }

    /// Whether its end has been missing for so long that it is given up.
    pub(super) fn is_given_up(&self, give_up: Duration, now: Duration) -> bool {
        self.incomplete.is_some_and(|since| now.saturating_sub(since) >= give_up)
    }
}

/// Where an upload stands among those that may be read: what is new goes before what is read again, what has failed less before the
/// rest, and what came first before what came later.
pub(super) type Place = (bool, u32, u64, PathBuf);

/// The place of an upload.
pub(super) fn place(upload: &Tracked, path: &Path) -> Place {
    (upload.again, upload.tries, upload.order, path.to_path_buf())
}
