//! Notices to the partner's own people: a new case, a critical one, a clock that is near its end or over it.
//!
//! [`look`] compares the cases with what was told before and writes down what is new; [`send`] sends what is due. Both may be ended at any
//! point: what is written down is sent, and what was sent is not again. Only where the end comes between the sending and the word of
//! it, the same message goes again with the same identification, by which a receiver knows it.

mod compose;
mod send;
#[cfg(test)]
mod tests;

pub use compose::{Promise, Title, begin, look};
pub use send::{Sender, Sent, send, trial};

use super::mail::Mail;
use super::webhook::Webhook;

/// What may be told of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It is new.
    New,
    /// It is critical.
    Critical,
    /// Less than a quarter of a clock is left.
    DueSoon,
    /// A clock is late.
    Overdue,
}

impl News {
    /// All.
    pub const ALL: [News; 4] = [News::New, News::Critical, News::DueSoon, News::Overdue];

    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            News::New => "new",
            News::Critical => "critical",
            News::DueSoon => "due-soon",
            News::Overdue => "overdue",
        }
    }
}

/// Who is told, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// The tracker whose server and credentials are used.
    pub via: String,
    /// Addresses; one that is empty where the way leads to one receiver.
    pub recipients: Vec<String>,
    /// What is told.
    pub on: Vec<News>,
    /// Of which customers; all, if nothing is said.
    pub customers: Option<Vec<String>>,
}

/// How people are told.
#[expect(private_interfaces, reason = "made by the configuration and used here")]
pub enum Way {
    /// By mail.
    Mail(Box<Mail>),
    /// By a signed message.
    Webhook(Box<Webhook>),
}
