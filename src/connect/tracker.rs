//! What every ticket system can be asked, and the ways in which that fails.

use super::package::Outgoing;
use std::time::Duration;

/// A ticket system.
///
/// No method retries: that is the outbox's, which knows what was written down. Texts of a [`Failure`] are for people, and never
/// contain credentials.
pub trait Tracker {
    /// Where it is: an address without credentials, or a folder.
    fn target(&self) -> String;

    /// Whether it can be used: the credentials, the queue, the field for the key.
    fn probe(&self) -> Result<Probe, Failure>;

    /// Finds tickets whose key is exactly this one, in the order of their age. What a search returns is not trusted: the key of each
    /// is compared here.
    fn find(&self, key: &str) -> Result<Vec<String>, Failure>;

    /// Opens a ticket with the files of the draft. Returns what the tracker calls it.
    fn create(&self, draft: &Draft) -> Result<String, Failure>;

    /// Adds a comment to a ticket. The draft's mark stands in it and is found by [`Tracker::read`].
    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure>;

    /// Adds files to a ticket.
    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure>;

    /// Reads back what a ticket holds. Files that may be one of `wanted` are read whole and hashed, for trackers shorten and drop
    /// them without a word; those of others, which may be of any size, are left where they are.
    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure>;

    /// The exact requests that open a ticket and attach the rest of the files, with files as their size and hash and without
    /// credentials.
    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String;

    /// How it is to be dealt with.
    fn habits(&self) -> Habits;

    /// The name of the ticket with this key, for a tracker that can be neither searched nor read back and leaves the name to us.
    /// Whether such a one has a ticket whose answer was lost is for a person to say.
    fn unseen(&self, _key: &str) -> Option<String> {
        None
    }
}

/// How a tracker is to be dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// How many bytes of files go in one request, unless one file is larger.
    pub request_bytes: u64,
    /// How long a request that was cut off may still take effect: so long a search that finds nothing proves nothing.
    pub settle: Duration,
    /// Whether a ticket is opened with files; if not, all of them are attached to it.
    pub opens_with_files: bool,
    /// Whether people see Markdown there as it is meant. Elsewhere the text is plain.
    pub takes_markdown: bool,
    /// Whether the tracker takes what comes twice for once, so that what may have arrived is sent again instead of asked about.
    pub repeats: bool,
    /// Where the public documentation is that this was made from, if it was never tried against a real server.
    pub unverified: Option<&'static str>,
}

impl Habits {
    /// Those of a system that opens tickets with files, and shows their text as it is.
    pub fn new(request_bytes: u64, settle: Duration) -> Habits {
        Habits {
            request_bytes,
            settle,
            opens_with_files: true,
            takes_markdown: false,
            repeats: false,
            unverified: None,
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The problem's key.
    pub key: String,
    /// One line.
    pub subject: String,
    /// The text, in Markdown if the tracker takes that.
    pub body: String,
    /// Stands in the text and is like no other, so that it can be found again.
    pub mark: String,
    /// The files that go with it.
    pub files: Vec<Outgoing>,
    /// The ticket that it follows, which was closed for good.
    pub follows: Option<String>,
}

/// What a probe has shown, each a line for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// What is well.
    pub seen: Vec<String>,
}

/// What a ticket holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    /// Its key; `None` if it has none.
    pub key: Option<String>,
    /// Its state, in the tracker's words.
    pub status: String,
    /// The text that opened it, of a tracker that opens tickets without files; empty if it does not say.
    pub opening: String,
    /// SHA-256 in lower-case hex of those of its files that were wanted.
    pub files: Vec<String>,
    /// The texts of its comments.
    pub comments: Vec<String>,
    /// Whether it is closed for good: the tracker lets nobody change it or open it again.
    pub is_final: bool,
}

/// Why a request has not done what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It did not reach the tracker, or that said it is busy: nothing was done. Try again, not before the time it asked for.
    Busy {
        /// What happened.
        why: String,
        /// How long to wait, if it said so.
        after: Option<Duration>,
    },
    /// It was sent, and whether anything was done is not known.
    Ambiguous {
        /// What happened.
        why: String,
    },
    /// The tracker does not take it as it is; the same again will not help.
    Refused {
        /// What it said, and what can be done.
        why: String,
    },
    /// The tracker does not take our credentials, or they do not suffice: nothing else will go through either.
    Stopped {
        /// What it said, and what can be done.
        why: String,
    },
}

impl Failure {
    /// The same for a request that only asks: nothing is ambiguous then.
    #[must_use]
    pub fn of_question(self) -> Failure {
        match self {
            Failure::Ambiguous { why } => Failure::Busy { why, after: None },
            other => other,
        }
    }

    /// The same where nothing else will go through either.
    #[must_use]
    pub fn stops(self) -> Failure {
        match self {
            Failure::Refused { why } => Failure::Stopped { why },
            other => other,
        }
    }

    /// The same for a request about one ticket. That our user may not do this there (403) says nothing of the other tickets; that
    /// nobody knows our user (401) does.
    #[must_use]
    pub fn of_ticket(self) -> Failure {
        match self {
            Failure::Stopped { why } if why.contains(" answers 403") => Failure::Refused { why },
            other => other,
        }
    }

    /// What happened.
    pub fn why(&self) -> &str {
        match self {
            Failure::Busy { why, .. }
            | Failure::Ambiguous { why }
            | Failure::Refused { why }
            | Failure::Stopped { why } => why,
        }
    }
}
