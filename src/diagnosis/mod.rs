//! Findings and catalogue become what people read: ranked diagnoses with fixes, and ranked unresolved findings.
//!
//! [`diagnose`] takes what was counted ([`Tally`](crate::finding::Tally)) and returns a [`Diagnosis`], which is all that
//! reports and tickets are made from. The decisions are in files of their own: `confidence.rs` how sure a known problem
//! is, `applies.rs` whether it concerns what is installed, `suppress.rs` and `shared.rs` which general problem is hidden
//! behind a specific one, `causes.rs` which problem is the effect of another, `unresolved/` which unknown error to look at
//! first. The same counts give the same diagnosis in the same order.

mod applies;
mod before;
mod captures;
mod causes;
mod chronology;
mod clocks;
mod comparison;
mod confidence;
mod correlate;
mod doubtful;
mod facts;
mod installed;
mod rank;
#[cfg(test)]
pub(crate) mod sample;
mod shared;
mod silence;
mod specificity;
mod starts;
mod suppress;
mod unresolved;
mod zones;

use crate::bundle::{Input, Problem};
use crate::finding::{Coverage, Group, Object, Time, UnknownGroup};
use crate::signature::{CatalogueInfo, Signature};
use std::sync::Arc;

pub use before::note_known_before;
pub use chronology::{Chronology, Clock, FileTimes, Pause};
pub use clocks::ClockOffset;
pub use comparison::{Change, Comparison, Course, FactChange, compare};
pub use facts::FoundFact;
pub use rank::diagnose;
pub use starts::Restart;
pub use zones::Inferred;

/// The result of a triage.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// What was given.
    pub inputs: Vec<Input>,
    /// Which catalogues were used.
    pub catalogues: Vec<CatalogueInfo>,
    /// How many signatures were used.
    pub signatures: usize,
    /// Files and bytes seen.
    pub seen: (u64, u64),
    /// How much was examined.
    pub coverage: Coverage,
    /// When it all happened.
    pub chronology: Chronology,
    /// The time that was asked for; `None` if all of it was.
    pub period: Option<Period>,
    /// What the logs state about the system, by name, then host, then value.
    pub facts: Vec<FoundFact>,
    /// Known problems, the worst first; effects stand behind what brought them about.
    pub known: Vec<Known>,
    /// Known problems that an overlay hides, by id.
    pub hidden: Vec<Hidden>,
    /// Errors that no signature claims, the likeliest root first.
    pub unresolved: Vec<Unresolved>,
    /// Templates of unknown errors that are left out because the baseline has them too; `None` without a baseline.
    pub known_noise: Option<u64>,
    /// Unknown errors that found no room.
    pub unresolved_overflow: u64,
    /// The user asked to leave `unresolved` out, so that its emptiness says nothing.
    pub unresolved_omitted: bool,
    /// What could not be examined, sorted by file.
    pub problems: Vec<Problem>,
}

/// A part of the time that the logs speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its beginning, inclusive.
    pub since: Option<Time>,
    /// Its end, exclusive.
    pub until: Option<Time>,
}

/// A known problem that was found.
#[derive(Clone, Debug)]
pub struct Known {
    /// The signature, as it is for the variant, with what was captured in its texts.
    pub signature: Arc<Signature>,
    /// The row of the signature's variants that this is, by its key; `None` for the family as a whole.
    pub variant: Option<Arc<str>>,
    /// Between 0 and 1: how sure it is that the problem is there.
    pub confidence: f64,
    /// Whether it is there now.
    pub state: State,
    /// Why the state is not `match`, or what makes a match less sure; a short lower-case fragment.
    pub reason: Option<String>,
    /// What else a reader must know of it, each a lower-case fragment.
    pub notes: Vec<String>,
    /// Counts and evidence.
    pub group: Group,
    /// Less specific problems that are hidden because this one holds, by id.
    pub suppressed: Vec<Suppressed>,
    /// The problem that brought this one about, by the id of its signature: the nearest one of that id before this in
    /// [`Diagnosis::known`].
    pub caused_by: Option<Arc<str>>,
}

/// A known problem that an overlay hides.
#[derive(Clone, Debug)]
pub struct Hidden {
    /// Id of its signature.
    pub signature: Arc<str>,
    /// The row of the signature's variants, by its key.
    pub variant: Option<Arc<str>>,
    /// Whether it is there now.
    pub state: State,
    /// The title, with what was captured.
    pub title: String,
    /// Records, or matches of several.
    pub count: u64,
    /// Earliest time.
    pub first_time: Option<Time>,
    /// Latest time.
    pub last_time: Option<Time>,
    /// The file of the overlay.
    pub overlay: String,
    /// Why it is hidden.
    pub reason: String,
    /// The last day on which it is.
    pub until: Option<String>,
}

/// Whether a known problem that has left traces is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is.
    Match,
    /// It was: it is fixed in the version found, or was seen only before the last upgrade.
    Old,
    /// The logs do not tell: a part of what would decide it is not in them.
    Inconclusive,
}

impl State {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            State::Match => "match",
            State::Old => "old",
            State::Inconclusive => "inconclusive",
        }
    }
}

/// A known problem that is not shown by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// Id of its signature.
    pub signature: Arc<str>,
    /// How many records it matched.
    pub count: u64,
}

/// An error that no signature claims.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// Stable between runs and machines.
    pub id: String,
    /// Between 0 and 1: how likely it is the thing to look at.
    pub score: f64,
    /// The score in words.
    pub reasons: Vec<String>,
    /// What the first evidence's stack trace says went wrong first.
    pub root: Option<String>,
    /// What the first evidence names.
    pub objects: Vec<Object>,
    /// Known problems that it resembles; none of them holds.
    pub related: Vec<Related>,
    /// Template, level, codes, counts and evidence.
    pub finding: UnknownGroup,
}

/// A known problem that an unknown error resembles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Id of its signature.
    pub signature: Arc<str>,
    /// Its title, with the names of captures in braces.
    pub title: String,
}

/// Returns the position of the problem that brought about the one at `position` in [`Diagnosis::known`].
pub fn cause_of(known: &[Known], position: usize) -> Option<usize> {
    let id = known.get(position)?.caused_by.as_ref()?;
    known.get(..position)?.iter().rposition(|it| it.signature.id == *id)
}

impl Diagnosis {
    /// Whether a part of the input was not examined although it should have been; what was skipped on purpose (links,
    /// devices, files that are not text) does not count.
    pub fn is_partial(&self) -> bool {
        self.problems.iter().any(|problem| problem.kind != crate::bundle::ProblemKind::Skipped)
    }
}
