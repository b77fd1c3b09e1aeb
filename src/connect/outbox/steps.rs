//! The steps to a ticket or comment that the tracker has, each from one stored state to the next.

use super::super::retry::{backoff, failed, later};
use super::{Failure, Job, Outbox, OutboxError, Outcome, Point, State, Step};
use crate::store::{FileState, Kind};
use std::time::Duration;

/// So many attempts that may have arrived, and a person has to look.
const AMBIGUOUS: u32 = 6;
/// How often the tracker is asked while it may still be at it.
const POLL: Duration = Duration::from_secs(1);

impl Outbox<'_> {
    /// Whether the tracker is usable at all, before anything is searched or sent: without its key field no ticket is found again.
    pub(super) fn look_over(&self, job: &Job<'_>) -> Result<Step, OutboxError> {
        self.reached(Point::Claimed);
        match self.tracker.probe() {
            Ok(_) => {
                self.store.reach(job.entry.id, State::Searching, self.now())?;
                Ok(Step::On)
            }
            Err(failure) => self.failed(job, State::Pending, failure.of_question()),
        }
    }

    /// Searches, and sends what is not there.
    pub(super) fn send(&self, job: &Job<'_>) -> Result<Step, OutboxError> {
        // Whoever died while sending has left no word on whether it arrived.
        let unseen = self.tracker.unseen(&job.ticket.problem);
        let asks = unseen.is_some() && !self.tracker.repeats();
        if job.entry.state == State::Sending && asks {
            return self.ask(job, "the program was ended while it was sending");
        }
        if job.entry.state == State::Sending {
            self.store.reach(job.entry.id, State::Ambiguous, job.entry.changed)?;
            return Ok(Step::On);
        }
        let there = match self.is_there(job) {
            Ok(there) => there,
            Err(failure) => return self.failed(job, job.entry.state, failure.of_question()),
        };
        self.reached(Point::Searched);
        match there.as_slice() {
            [] => {}
            [one] => {
                self.store.set_remote(job.ticket.id, one, None, self.now())?;
                self.store.reach(job.entry.id, State::Accepted, self.now())?;
                self.reached(Point::Accepted);
                return Ok(Step::On);
            }
            several => {
                let why = format!(
                    "tickets {} have the same key; merge them in the tracker, then `tierline outbox retry {}`",
                    several.join(", "),
                    job.entry.id
                );
                return Ok(Step::End(self.hold(job.entry, &why)?));
            }
        }
        if job.entry.state == State::Ambiguous
            && let Some(end) = self.wait_or_end(job)?
        {
            return Ok(end);
        }
        // A comment can only be made where there is a ticket.
        let remote = job.ticket.remote.as_ref().filter(|_| job.entry.kind == Kind::Update);
        let (what, draft) = match remote {
            Some(_) => ("comment", job.package.update()),
            None => ("ticket", job.package.draft(self.tracker).0),
        };
        let notes = self.leaving(job, what, draft.body.as_bytes(), &draft.files)?;
        if let Some(name) = &unseen {
            // What a person may have to say later is only whether it arrived.
            self.store.set_remote(job.ticket.id, name, None, self.now())?;
            for file in &job.package.files {
                let goes = draft.files.iter().any(|it| it.path == file.path);
                let state = if goes { FileState::Sent } else { FileState::Waiting };
                self.store.set_file(job.entry.id, &file.path, state)?;
            }
        }
        self.store.reach(job.entry.id, State::Sending, self.now())?;
        self.reached(Point::Sending);
        let result = match remote {
            Some(remote) => self.tracker.comment(remote, &draft).map(|()| remote.clone()),
            None => self.tracker.create(&draft),
        };
        self.has_left(&notes, result.as_ref().err())?;
        match result {
            Ok(remote) => {
                self.reached(Point::Sent);
                self.store.set_remote(job.ticket.id, &remote, None, self.now())?;
                self.store.reach(job.entry.id, State::Accepted, self.now())?;
                self.well()?;
                self.reached(Point::Accepted);
                Ok(Step::On)
            }
            Err(Failure::Ambiguous { why }) if asks => self.ask(job, &why),
            Err(failure @ Failure::Ambiguous { .. }) => {
                let now = self.now();
                let health = failed(&self.store.health(self.name)?, &failure, now, (self.around.chance)());
                self.store.set_health(self.name, &health)?;
                let wait = backoff(job.entry.attempts, None, (self.around.chance)()).max(self.tracker.settle());
                self.store.reach(job.entry.id, State::Ambiguous, now)?;
                self.store.postpone(job.entry.id, State::Ambiguous, later(now, wait), failure.why())?;
                Ok(Step::On)
            }
            Err(failure) => self.failed(job, State::Searching, failure),
        }
    }

    /// Asks a person whether what was sent has arrived, where nothing else can tell.
    fn ask(&self, job: &Job<'_>, why: &str) -> Result<Step, OutboxError> {
        let id = job.entry.id;
        let why = format!(
            "{why}; whether it went out is not known, so ask the receiver: if it arrived, `tierline outbox arrived {id}` goes on, \
             if not, `tierline outbox retry {id}` sends it again"
        );
        Ok(Step::End(self.hold(job.entry, &why)?))
    }

    /// What was sent and is not found: the tracker may still be at it. `None` if it may be sent again.
    fn wait_or_end(&self, job: &Job<'_>) -> Result<Option<Step>, OutboxError> {
        if self.settling(job) > 0 {
            (self.around.sleep)(POLL);
            return Ok(Some(Step::On));
        }
        if job.entry.attempts >= AMBIGUOUS {
            let why = format!(
                "sent {AMBIGUOUS} times without an answer that says what became of it, and not found; look into the \
                 tracker, then `tierline outbox retry {}`",
                job.entry.id
            );
            return Ok(Some(Step::End(self.hold(job.entry, &why)?)));
        }
        let why = job.entry.reason.clone().unwrap_or_default();
        let waiting = Step::End(Outcome::Waiting { due: job.entry.due, why });
        Ok((job.entry.due > self.now()).then_some(waiting))
    }

    /// For how many seconds what was sent may still take effect. A clock that was set back does not prolong it.
    pub(super) fn settling(&self, job: &Job<'_>) -> i64 {
        let whole = later(0, self.tracker.settle());
        let left = job.entry.changed.saturating_add(whole).saturating_sub(self.now());
        if left > whole { 0 } else { left.max(0) }
    }

    /// Tickets with the key; of a comment the ticket that has it.
    fn is_there(&self, job: &Job<'_>) -> Result<Vec<String>, Failure> {
        if self.tracker.unseen(&job.ticket.problem).is_some() {
            return Ok(Vec::new());
        }
        match (job.entry.kind, &job.ticket.remote) {
            (Kind::Update, Some(remote)) => {
                let mark = job.package.mark();
                let holds = self.tracker.read(remote)?;
                Ok(holds.comments.iter().filter(|it| it.contains(&mark)).map(|_| remote.clone()).take(1).collect())
            }
            _ => self.tracker.find(&job.ticket.problem),
        }
    }
}
