//! What every step writes down: what is about to leave, what became of it, how it goes with the tracker.

use super::super::package::{Outgoing, sha256};
use super::super::retry::{backoff, later};
use super::{Failure, Job, Outbox, OutboxError, Outcome, Point, State, Step};
use crate::store::{Health, Leaving};

impl Outbox<'_> {
    pub(super) fn now(&self) -> i64 {
        (self.around.now)()
    }

    pub(super) fn reached(&self, point: Point) {
        (self.around.reached)(point);
    }

    /// Stores what became of an attempt that failed.
    pub(super) fn failed(&self, job: &Job<'_>, state: State, failure: Failure) -> Result<Step, OutboxError> {
        let (health, now) = (self.ill(&failure)?, self.now());
        let outcome = match failure {
            Failure::Refused { why } => {
                let why = format!("{why}; when that is mended, `tierline outbox retry {}`", job.entry.id);
                self.hold(job.entry, &why)?
            }
            Failure::Stopped { why } => {
                self.store.postpone(job.entry.id, state, now, &why)?;
                let why = format!("{why}; `tierline trackers check {}` takes it up again", self.name);
                Outcome::Waiting { due: now, why }
            }
            Failure::Busy { why, after } => {
                let wait = backoff(job.entry.attempts, after, (self.around.chance)());
                let due = later(now, wait).max(health.blocked_until);
                self.store.postpone(job.entry.id, state, due, &why)?;
                Outcome::Waiting { due, why }
            }
            Failure::Ambiguous { why } => {
                let wait = backoff(job.entry.attempts, None, (self.around.chance)()).max(self.tracker.habits().settle);
                let due = later(now, wait).max(health.blocked_until);
                self.store.postpone(job.entry.id, state, due, &why)?;
                Outcome::Waiting { due, why }
            }
        };
        Ok(Step::End(outcome))
    }

    pub(super) fn well(&self) -> Result<(), OutboxError> {
        Ok(self.store.set_health(self.name, &Health::default())?)
    }

    /// Writes down what is about to leave: the text, if there is one, and the files.
    pub(super) fn leaving(
        &self,
        job: &Job<'_>,
        what: &str,
        text: &[u8],
        files: &[Outgoing],
    ) -> Result<Vec<i64>, OutboxError> {
        let (ticket, target, now) = (job.ticket.id, self.tracker.target(), self.now());
        let mut notes = Vec::new();
        if !text.is_empty() {
            let (bytes, sha256) = (text.len() as u64, sha256(text));
            let leaving = Leaving { ticket, target: &target, what, bytes, sha256: &sha256 };
            notes.push(self.store.leaving(&leaving, now)?);
        }
        for file in files {
            let leaving =
                Leaving { ticket, target: &target, what: &file.path, bytes: file.bytes, sha256: &file.sha256 };
            notes.push(self.store.leaving(&leaving, now)?);
        }
        Ok(notes)
    }

    pub(super) fn has_left(&self, notes: &[i64], failure: Option<&Failure>) -> Result<(), OutboxError> {
        let outcome = failure.map_or("sent", Failure::why);
        notes.iter().try_for_each(|note| self.store.has_left(*note, outcome))?;
        Ok(())
    }
}
