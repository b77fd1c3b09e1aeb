//! Matches grouped into facts.
//!
//! A [`Tally`] counts what a scan found, by signature and, for errors that no signature claims, by message template.
//! Tallies are bounded and merge in any order, so that files and threads can work on their own. [`template()`] and
//! [`codes()`] say which messages are the same problem.

mod by_file;
mod claims;
mod classes;
mod codes;
#[cfg(test)]
mod digits;
mod events;
mod evidence;
mod facts;
mod group;
mod groups;
mod hosts;
mod kinds;
mod mark;
mod mask;
mod memo;
mod miner;
mod objects;
mod origin;
mod presence;
mod root;
mod sources;
mod starts;
mod tally;
mod template;
mod template_set;
mod visible;
mod words;

pub use crate::record::{Level, Time, Zone, shown_offset};
pub use crate::scan::{Histogram, Levels, Step, Timeline};
pub use by_file::{ByFile, Merge};
pub use claims::{Claimant, Claims};
pub use codes::codes;
pub use events::{Event, Events, Stream};
pub use evidence::Evidence;
pub use facts::{FactValue, Facts, Sight, Sightings};
pub use group::{Group, UnknownGroup};
pub(crate) use groups::in_order;
pub use groups::{Claim, Groups};
pub use memo::Memo;
pub use miner::{Miner, Template, Templates};
pub use objects::{Object, objects};
pub(crate) use origin::quarters;
pub use origin::{Clue, Origin, relayed};
pub use presence::{Place, Presence, Presences, Stay};
pub use root::root;
pub use sources::{Others, Source, Sources};
pub use starts::{Start, Starts};
pub use tally::{Added, Coverage, Tally};
pub use template::template;
pub use template_set::TemplateSet;
pub use visible::visible;
