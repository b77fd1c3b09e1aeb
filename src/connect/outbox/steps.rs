//! The steps, each from one stored state to the next.

use super::super::package::{Outgoing, batches, sha256};
use super::super::retry::{backoff, failed, later};
use super::super::tracker::Holds;
use super::{Failure, Job, Outbox, OutboxError, Outcome, Point, State, Step};
use crate::store::{FileState, Health, Kind, Leaving};
use std::time::Duration;

/// So many attempts that may have arrived, and a person has to look.
const AMBIGUOUS: u32 = 6;
/// How often the tracker is asked while it may still be at it.
const POLL: Duration = Duration::from_secs(1);

impl Outbox<'_> {
    fn now(&self) -> i64 {
        (self.around.now)()
    }

    fn reached(&self, point: Point) {
        (self.around.reached)(point);
    }

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
        if job.entry.state == State::Sending && unseen.is_some() {
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
                self.store.set_remote(job.ticket.id, one, None)?;
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
            None => ("ticket", job.package.draft(self.tracker.request_bytes()).0),
        };
        let notes = self.leaving(job, what, draft.body.as_bytes(), &draft.files)?;
        if let Some(name) = &unseen {
            // What a person may have to say later is only whether it arrived.
            self.store.set_remote(job.ticket.id, name, None)?;
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
                self.store.set_remote(job.ticket.id, &remote, None)?;
                self.store.reach(job.entry.id, State::Accepted, self.now())?;
                self.well()?;
                self.reached(Point::Accepted);
                Ok(Step::On)
            }
            Err(Failure::Ambiguous { why }) if unseen.is_some() => self.ask(job, &why),
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
    fn settling(&self, job: &Job<'_>) -> i64 {
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
        self.store.set_remote(job.ticket.id, &remote, Some(&holds.status))?;
        self.store.reach(job.entry.id, State::Verified, self.now())?;
        self.well()?;
        self.reached(Point::Verified);
        Ok(Step::On)
    }

    fn read(&self, job: &Job<'_>, remote: &str) -> Result<Holds, Result<Step, OutboxError>> {
        self.tracker.read(remote).map_err(|failure| self.failed(job, job.entry.state, failure.of_question()))
    }

    /// Stores what became of an attempt that failed.
    fn failed(&self, job: &Job<'_>, state: State, failure: Failure) -> Result<Step, OutboxError> {
        let now = self.now();
        let health = failed(&self.store.health(self.name)?, &failure, now, (self.around.chance)());
        self.store.set_health(self.name, &health)?;
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
                self.store.postpone(job.entry.id, state, now, &why)?;
                Outcome::Waiting { due: now, why }
            }
        };
        Ok(Step::End(outcome))
    }

    fn well(&self) -> Result<(), OutboxError> {
        Ok(self.store.set_health(self.name, &Health::default())?)
    }

    /// Writes down what is about to leave: the text, if there is one, and the files.
    fn leaving(&self, job: &Job<'_>, what: &str, text: &[u8], files: &[Outgoing]) -> Result<Vec<i64>, OutboxError> {
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

    fn has_left(&self, notes: &[i64], failure: Option<&Failure>) -> Result<(), OutboxError> {
        let outcome = failure.map_or("sent", Failure::why);
        notes.iter().try_for_each(|note| self.store.has_left(*note, outcome))?;
        Ok(())
    }
}
