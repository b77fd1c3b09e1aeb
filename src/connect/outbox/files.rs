//! The steps from a ticket to one that holds all files, as read back.

use super::super::package::{Outgoing, batches};
use super::super::tracker::Holds;
use super::{Job, Outbox, OutboxError, Point, State, Step};
use crate::store::FileState;
use std::time::Duration;

impl Outbox<'_> {
    /// Attaches what the ticket does not hold yet.
    pub(super) fn attach(&self, job: &Job<'_>) -> Result<Step, OutboxError> {
        if job.entry.state == State::Accepted {
            self.store.reach(job.entry.id, State::Attaching, self.now())?;
            self.reached(Point::Attaching);
        } else if !job.own {
            // Somebody died here: what was on its way may still arrive.
            (self.around.sleep)(Duration::from_secs(self.settling(job).unsigned_abs()));
        }
        let remote = job.ticket.remote.clone().unwrap_or_default();
        let missing = match self.missing(job, &remote)? {
            Ok(missing) => missing,
            Err(step) => return Ok(step),
        };
        for batch in batches(missing.into_iter(), self.tracker.request_bytes()) {
            let notes = self.leaving(job, "files", &[], &batch)?;
            let result = self.tracker.attach(&remote, &batch);
            self.has_left(&notes, result.as_ref().err())?;
            match result {
                Ok(()) => self.well()?,
                // What of it has arrived is seen when the ticket is read again. A mail comes twice then, under one name.
                Err(failure) => return self.failed(job, State::Attaching, failure.of_question()),
            }
            self.reached(Point::Attached);
            for file in &batch {
                self.store.set_file(job.entry.id, &file.path, FileState::Sent)?;
            }
        }
        self.store.reach(job.entry.id, State::Verifying, self.now())?;
        self.reached(Point::Verifying);
        Ok(Step::On)
    }

    /// The files that the ticket does not hold yet, or the end if it is not ours.
    fn missing(&self, job: &Job<'_>, remote: &str) -> Result<Result<Vec<Outgoing>, Step>, OutboxError> {
        if self.tracker.unseen(&job.ticket.problem).is_some() {
            let waits = |it: &&Outgoing| {
                job.entry.files.iter().any(|own| own.path == it.path && own.state == FileState::Waiting)
            };
            return Ok(Ok(job.package.files.iter().filter(waits).cloned().collect()));
        }
        let holds = match self.read(job, remote) {
            Ok(holds) => holds,
            Err(step) => return step.map(Err),
        };
        if holds.key.as_deref() != Some(&*job.ticket.problem) {
            let why = format!(
                "ticket {remote} does not hold the key that was sent with it: the tracker has no field for it, or shortens it; \
                 mend that and put {} there, then `tierline outbox retry {}`",
                job.ticket.problem, job.entry.id
            );
            return Ok(Err(Step::End(self.hold(job.entry, &why)?)));
        }
        Ok(Ok(job.package.missing(&holds.files)))
    }

    /// Reads everything back.
    pub(super) fn verify(&self, job: &Job<'_>) -> Result<Step, OutboxError> {
        let remote = job.ticket.remote.clone().unwrap_or_default();
        if self.tracker.unseen(&job.ticket.problem).is_some() {
            self.store.reach(job.entry.id, State::Verified, self.now())?;
            self.reached(Point::Verified);
            return Ok(Step::On);
        }
        let holds = match self.read(job, &remote) {
            Ok(holds) => holds,
            Err(step) => return step,
        };
        let lost: Vec<String> = job.package.missing(&holds.files).into_iter().map(|it| it.name).collect();
        if !lost.is_empty() {
            let why = format!(
                "ticket {remote} does not hold {} as sent: the tracker has dropped or shortened it; raise its limit for \
                 attachments, then `tierline outbox retry {}`",
                lost.join(", "),
                job.entry.id
            );
            return Ok(Step::End(self.hold(job.entry, &why)?));
        }
        self.reached(Point::ReadBack);
        for file in &job.package.files {
            self.store.set_file(job.entry.id, &file.path, FileState::Verified)?;
        }
        self.store.set_remote(job.ticket.id, &remote, Some(&holds.status), self.now())?;
        self.store.reach(job.entry.id, State::Verified, self.now())?;
        self.well()?;
        self.reached(Point::Verified);
        Ok(Step::On)
    }

    fn read(&self, job: &Job<'_>, remote: &str) -> Result<Holds, Result<Step, OutboxError>> {
        self.tracker.read(remote).map_err(|failure| self.failed(job, job.entry.state, failure.of_question()))
    }
}
