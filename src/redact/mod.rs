//! Secrets and identifiers out of text.
//!
//! Secrets (passwords, tokens, keys, cards) are removed. Identifiers (names, addresses) become pseudonyms that follow from
//! a key of the customer: the same name has the same pseudonym in every bundle of this customer, subnets stay subnets,
//! and the [`Map`] leads back. [`Names`] learns first, over all texts, what hosts, users and domains are called; a
//! [`Redactor`] then replaces. The leak scan ([`LeakScan`]) looks over what is finished, in its own way.
//!
//! What is to be replaced is found in `walk/`, one file per subject; `walk/pem.rs` is a small one to copy.

mod address;
mod file_names;
mod key;
mod kind;
mod leak;
mod map;
mod names;
mod permute;
mod pseudonym;
mod redactor;
mod reverse;
mod stand_ins;
#[cfg(test)]
pub(crate) mod tests;
mod walk;
mod words;

pub use key::CustomerKey;
pub use kind::Kind;
pub use leak::{Leak, LeakScan, Replaced};
pub use map::{Map, MapError};
pub use names::Names;
pub use redactor::{Flow, Options, Redacted, Redactor};
pub use reverse::reverse;
pub use stand_ins::{StandIn, stand_ins};
