//! The state of a ticket, read back without a package to send.

use super::super::retry::failed;
use super::{Failure, Outbox, OutboxError};
use crate::store::{Health, Ticket};

/// What became of the question how a ticket stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// The tracker says that it is in this state.
    Is(String),
    /// Nobody can be asked: no tracker has it yet, or this one cannot be read back.
    Unseen,
    /// It could not be read.
    Unread {
        /// Why, and what can be done.
        why: String,
    },
    /// The tracker is left alone, and was not asked.
    LeftAlone {
        /// Until this time, or until somebody has looked.
        until: Option<i64>,
        /// Why, and what can be done.
        why: String,
    },
}

impl Outbox<'_> {
    /// Asks the tracker how a ticket stands, and stores that. A tracker that is not well is left alone as with packages, and what
    /// it says here counts there.
    pub fn refresh(&self, ticket: &Ticket) -> Result<Refreshed, OutboxError> {
        let Some(remote) = ticket.remote.as_deref().filter(|_| ticket.accepted.is_some()) else {
            return Ok(Refreshed::Unseen);
        };
        if self.tracker.unseen(&ticket.problem).is_some() {
            return Ok(Refreshed::Unseen);
        }
        let (health, now) = (self.store.health(self.name)?, self.now());
        if let Some(why) = self.stopped(&health) {
            return Ok(Refreshed::LeftAlone { until: None, why });
        }
        if health.blocked_until > now {
            return Ok(Refreshed::LeftAlone { until: Some(health.blocked_until), why: self.silent() });
        }
        let holds = match self.tracker.read(remote, &[]).map_err(Failure::of_ticket) {
            Ok(holds) => holds,
            Err(failure) => {
                let failure = failure.of_question();
                self.ill(&failure)?;
                return Ok(Refreshed::Unread { why: failure.why().to_owned() });
            }
        };
        self.well()?;
        if holds.key.as_deref() != Some(&*ticket.problem) {
            let why = format!("ticket {remote} does not hold the key of the problem any more; was it merged?");
            return Ok(Refreshed::Unread { why });
        }
        self.store.set_status(ticket.id, remote, &holds.status, now)?;
        Ok(Refreshed::Is(holds.status))
    }

    /// Why nothing is sent before somebody has looked, if it is so.
    pub(super) fn stopped(&self, health: &Health) -> Option<String> {
        let why = health.stopped.as_ref()?;
        Some(format!("{why}; `tierline trackers check {}` takes it up again", self.name))
    }

    /// Why the tracker is left alone for a while.
    pub(super) fn silent(&self) -> String {
        format!("`{}` does not answer and is left alone", self.name)
    }

    /// Stores what a failure says about the tracker.
    pub(super) fn ill(&self, failure: &Failure) -> Result<Health, OutboxError> {
        let health = failed(&self.store.health(self.name)?, failure, self.now(), (self.around.chance)());
        self.store.set_health(self.name, &health)?;
        Ok(health)
    }
}
