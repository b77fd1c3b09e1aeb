//! Packages on their way to the vendor's or the partner's own ticket system, each into exactly one ticket.
//!
//! In go a package that was looked over ([`Package`]), a [`Tracker`] made from the configuration ([`Config`]) and the store; out
//! comes an [`Outcome`]. No ticket system that we know keeps a key unique by itself, so the claim is made in our own store
//! first; [`Outbox`] then takes an entry from state to state, each written down before what follows it is done. `folder.rs` is
//! the smallest tracker to copy.

mod api;
mod config;
#[cfg(test)]
mod contract;
mod folder;
mod freshdesk;
mod github;
mod gitlab;
mod http;
mod jira;
mod mail;
mod multipart;
mod notices;
mod outbox;
mod package;
mod parts;
mod redmine;
mod retry;
mod rt;
mod salesforce;
mod servicenow;
mod stated;
#[cfg(test)]
mod tests;
mod tracker;
mod webhook;
mod zammad;
mod zendesk;

pub use config::{Config, ConfigError, Decision, Order, Settings};
pub use notices::{Channel, News, Promise, Sender, Sent, Title, Way, begin, look, send, trial};
pub use outbox::{Outbox, OutboxError, Outcome, Point, Refreshed, Surroundings};
pub use package::{Outgoing, Package, PackageProblem};
pub use parts::{Parts, split};
pub use tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
