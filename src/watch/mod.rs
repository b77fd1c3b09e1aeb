//! Drop folders: what customers upload is read once it is complete, reported beside it, and filed as a case.
//!
//! What lies in the folders is the queue, and the store knows what of it was read; nothing else has to survive. The system's events
//! only save waiting: what they miss, the next look finds. `settle.rs` decides when an upload is complete and knows neither files nor
//! clock; `work.rs` says in which order what is written down; `examine.rs` is what runs in a process of its own. `names.rs` is the
//! smallest file to begin with.

mod earlier;
mod ending;
mod escalate;
mod events;
mod examine;
mod facts;
mod filed;
mod held;
mod inside;
mod looking;
mod memory;
mod metrics;
mod names;
mod owner;
mod protocol;
mod publish;
mod readers;
mod retention;
mod roots;
mod scan;
mod service;
mod settings;
mod settle;
mod space;
mod taken;
mod telling;
#[cfg(test)]
mod tests;
mod trouble;
mod upload;
mod work;
mod worker;

pub use escalate::{Made, Wanted, escalate};
pub use examine::{catalogue_name, examine};
pub use filed::read_report;
pub use names::{MARKER, REPORT_FOLDER, report_folder};
pub use protocol::{Examined, Summary, Task};
pub use scan::UNASSIGNED;
pub use service::{Claimed, claim, watch};
pub use settings::{Around, Settings, Step, Totals, WatchError};
pub use taken::take;
pub use trouble::Trouble;
pub use worker::Program;
