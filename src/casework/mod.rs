//! Between diagnoses and cases.
//!
//! [`findings`] is what a case keeps of a diagnosis, [`found_in`] the same by the logs of a triage. [`told`] says in
//! words what other cases tell of a problem, [`next_steps`] what is left to try,
//! [`Quiet`] what is suppressed. [`reply`]
//! drafts the message to the customer, [`resolve`] a signature from the answer of the vendor. Secrets are taken out before
//! anything is kept; names stay, as they do in the reports beside the bundles: both are read by those who work on the case only.

mod findings;
mod line;
mod next;
mod quiet;
mod reply;
mod resolve;
mod told;

pub use findings::{findings, found_in, without_secrets};
pub use line::{of_json, to_json};
pub use next::next_steps;
pub use quiet::Quiet;
pub use reply::{Reply, reply};
pub use resolve::{Part, ResolveError, Secrecy, resolve};
pub use told::{note_recurrence, told};
