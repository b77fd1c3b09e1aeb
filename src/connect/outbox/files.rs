//! The steps from a ticket to one that holds all files, as read back.

use super::super::package::{Outgoing, batches};
use super::super::retry::later;
use super::super::tracker::Holds;
use super::steps::another;
use super::{Failure, Job, Outbox, OutboxError, Outcome, Point, State, Step};
use crate::store::{FileState, Kind};

impl Outbox<'_> {
    /// Attaches what the ticket does not hold yet.
    pub(super) fn attach(&self, job: &Job<'_>) -> Result<Step, OutboxError> {
        if job.entry.state == State::Accepted {
            self.store.reach(job.entry.id, State::Attaching, self.now())?;
            self.reached(Point::Attaching);
        } else if !job.own
            && let Some(end) = self.let_arrive(job)?
        {
            return Ok(end);
        }
        let remote = job.ticket.remote.clone().unwrap_or_default();
        let missing = match self.missing(job, &remote)? {
            Ok(missing) => missing,
            Err(step) => return Ok(step),
        };
        for batch in batches(missing.into_iter(), self.tracker.habits().request_bytes) {
            let notes = self.leaving(job, "files", &[], &batch)?;
            let result = self.tracker.attach(&remote, &batch).map_err(Failure::of_ticket);
            self.has_left(&notes, result.as_ref().err())?;
            match result {
                Ok(()) => self.well()?,
                // What of it has arrived is seen when the ticket is read again, after it has had the time. A mail comes twice
                // then, under one name.
                Err(failure @ Failure::Ambiguous { .. }) => {
                    self.store.reach(job.entry.id, State::Attaching, self.now())?;
                    return self.failed(job, State::Attaching, failure);
                }
                Err(failure) => return self.failed(job, State::Attaching, failure),
            }
            self.reached(Point::Attached);
            // At once: what is cut off here is sent again as it was, which a receiver of webhooks knows by its id.
            self.store.set_files(job.entry.id, batch.iter().map(|it| (&*it.path, FileState::Sent)))?;
        }
        self.store.reach(job.entry.id, State::Verifying, self.now())?;
        self.reached(Point::Verifying);
        Ok(Step::On)
    }

    /// Files may still be on their way: those of a process that died here, or whose answer was lost. `None` if they had the time
    /// to arrive.
    fn let_arrive(&self, job: &Job<'_>) -> Result<Option<Step>, OutboxError> {
        let (whole, now) = (later(0, self.tracker.habits().settle), self.now());
        if whole == 0 {
            return Ok(None);
        }
        let (left, why) = match &job.entry.reason {
            Some(why) => (self.settling(job), why.clone()),
            // Every failure has a reason: somebody died here, and when is not known.
            None => {
                let why = "the program was ended while it was attaching files";
                self.store.reach(job.entry.id, State::Attaching, now)?;
                self.store.postpone(job.entry.id, State::Attaching, now.saturating_add(whole), why)?;
                (whole, why.to_owned())
            }
        };
        if left == 0 || self.rest(left) {
            return Ok(None);
        }
        Ok(Some(Step::End(Outcome::Waiting { due: now.saturating_add(left), why })))
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
        let is_ours = holds.key.as_deref() == Some(&*job.ticket.problem);
        if !is_ours && job.entry.kind == Kind::Update {
            return Ok(Err(Step::End(self.hold(job.entry, &another(remote))?)));
        }
        if !is_ours {
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
        let is_comment = job.entry.kind == Kind::Update;
        if is_comment && !holds.comments.iter().any(|it| it.contains(&job.package.mark())) {
            let why = format!(
                "ticket {remote} does not hold the comment that was sent: the tracker has dropped it; may the token's user comment \
                 there? When that is mended, `tierline outbox retry {}`",
                job.entry.id
            );
            return Ok(Step::End(self.hold(job.entry, &why)?));
        }
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
        self.store.set_files(job.entry.id, job.package.files.iter().map(|it| (&*it.path, FileState::Verified)))?;
        self.store.set_remote(job.ticket.id, &remote, Some(&holds.status), self.now())?;
        self.store.reach(job.entry.id, State::Verified, self.now())?;
        self.well()?;
        self.reached(Point::Verified);
        Ok(Step::On)
    }

    fn read(&self, job: &Job<'_>, remote: &str) -> Result<Holds, Result<Step, OutboxError>> {
        let read = self.tracker.read(remote, &job.package.files);
        read.map_err(|failure| self.failed(job, job.entry.state, failure.of_ticket().of_question()))
    }
}
