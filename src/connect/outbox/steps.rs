//! The steps to a ticket or comment that the tracker has, each from one stored state to the next.

use super::super::retry::{backoff, later};
use super::super::tracker::Holds;
use super::{Failure, Job, Outbox, OutboxError, Outcome, Point, State, Step};
use crate::store::{ASKED, FileState, Kind};
use std::time::Duration;

/// So many attempts that may have arrived, and a person has to look.
const AMBIGUOUS: u32 = 6;
/// While the tracker may still be at it, it is asked after as long again as it has had already, but at least so often, in seconds:
/// it counts how often it is asked.
const POLL: i64 = 30;

/// What is said of a ticket that had our key once.
pub(super) fn another(remote: &str) -> String {
    format!(
        "ticket {remote} is not the one of this problem any more, and nothing was sent to it: was it moved or merged, or is `url` \
         another system?"
    )
}

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
        let asks = unseen.is_some() && !self.tracker.habits().repeats;
        if job.entry.state == State::Sending && asks {
            return self.ask(job, "the program was ended while it was sending");
        }
        if job.entry.state == State::Sending {
            // When it died nobody knows: what was on its way may need all of the time from now on.
            self.store.reach(job.entry.id, State::Ambiguous, self.now())?;
            return Ok(Step::On);
        }
        let (there, follows) = match self.is_there(job) {
            Ok(found) => found,
            Err(failure) => return self.failed(job, job.entry.state, failure.of_question()),
        };
        self.reached(Point::Searched);
        match there.as_slice() {
            [] => {}
            // Another store or somebody at the tracker was first. What we know is said there too.
            [one]
                if job.ticket.remote.is_none()
                    && (job.entry.kind == Kind::Update || !self.store.may_have_opened(job.ticket.id)?) =>
            {
                self.store.joins(job.entry.id, one, self.now())?;
                return Ok(Step::On);
            }
            // Both have searched before either has opened it.
            [one]
                if job.entry.kind == Kind::New && job.ticket.remote.is_none() && {
                    match self.is_opened_by_us(job, one) {
                        Ok(ours) => !ours,
                        Err(failure) => return self.failed(job, job.entry.state, failure.of_question()),
                    }
                } =>
            {
                self.store.joins(job.entry.id, one, self.now())?;
                return Ok(Step::On);
            }
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
        // A comment can only be made where there is a ticket that takes one.
        let remote = job.ticket.remote.as_ref().filter(|_| job.entry.kind == Kind::Update && follows.is_none());
        let (what, mut draft) = match remote {
            Some(_) => ("comment", job.package.update(self.tracker)),
            None => ("ticket", job.package.draft(self.tracker).0),
        };
        if follows.is_some() {
            // With the mark in it, by which it is found again.
            (draft.body, draft.follows) = (job.package.update(self.tracker).body, follows);
        }
        if job.entry.kind == Kind::Update && job.ticket.remote.is_none() {
            self.store.opens(job.entry.id)?;
        }
        let notes = self.leaving(job, what, draft.body.as_bytes(), &draft.files)?;
        if let Some(name) = &unseen {
            // What a person may have to say later is only whether it arrived. Where the first answer has named the ticket, that
            // name stays.
            if job.ticket.remote.is_none() {
                self.store.set_remote(job.ticket.id, name, None, self.now())?;
            }
            let states = job.package.files.iter().map(|file| {
                let goes = draft.files.iter().any(|it| it.path == file.path);
                (&*file.path, if goes { FileState::Sent } else { FileState::Waiting })
            });
            self.store.set_files(job.entry.id, states)?;
        }
        self.store.reach(job.entry.id, State::Sending, self.now())?;
        self.reached(Point::Sending);
        let result = match remote {
            Some(remote) => self.tracker.comment(remote, &draft).map(|()| remote.clone()).map_err(Failure::of_ticket),
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
                self.ill(&failure)?;
                let wait = backoff(job.entry.attempts, None, (self.around.chance)()).max(self.tracker.habits().settle);
                self.store.reach(job.entry.id, State::Ambiguous, now)?;
                self.store.postpone(job.entry.id, State::Ambiguous, later(now, wait), failure.why())?;
                Ok(Step::On)
            }
            Err(failure) => self.failed(job, State::Searching, failure),
        }
    }

    /// Whether a ticket that was found after an answer was lost can be the one of this package: the files that go with what opens it
    /// are there, or its text is that of this package where a ticket is opened without files.
    fn is_opened_by_us(&self, job: &Job<'_>, remote: &str) -> Result<bool, Failure> {
        let files = job.package.draft(self.tracker).0.files;
        let holds = self.tracker.read(remote, &files).map_err(Failure::of_ticket)?;
        if files.is_empty() {
            return Ok(holds.opening.is_empty() || holds.opening.contains(&job.package.mark()));
        }
        let missing = job.package.missing(&holds.files);
        Ok(!files.iter().any(|file| missing.iter().any(|it| it.path == file.path)))
    }

    /// Asks a person whether what was sent has arrived, where nothing else can tell.
    fn ask(&self, job: &Job<'_>, why: &str) -> Result<Step, OutboxError> {
        let id = job.entry.id;
        let why = format!(
            "{why}; {ASKED}, so ask the receiver: if it arrived, `tierline outbox arrived {id}` goes on, \
             if not, `tierline outbox retry {id}` sends it again"
        );
        Ok(Step::End(self.hold(job.entry, &why)?))
    }

    /// What was sent and is not found: the tracker may still be at it. `None` if it may be sent again.
    fn wait_or_end(&self, job: &Job<'_>) -> Result<Option<Step>, OutboxError> {
        let left = self.settling(job);
        if left > 0 {
            let had = self.now().saturating_sub(job.entry.changed);
            if self.rest(had.clamp(1, POLL).min(left)) {
                return Ok(Some(Step::On));
            }
            let why = job.entry.reason.clone().unwrap_or_else(|| "what was sent may still arrive".to_owned());
            return Ok(Some(Step::End(Outcome::Waiting { due: self.now().saturating_add(left), why })));
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

    /// Waits so many seconds, if that is not longer than the caller waits. Returns whether it has.
    pub(super) fn rest(&self, seconds: i64) -> bool {
        let fits = self.now().saturating_add(seconds) <= self.around.until;
        if fits {
            (self.around.sleep)(Duration::from_secs(seconds.unsigned_abs()));
        }
        fits
    }

    /// For how many seconds what was sent may still take effect. A clock that was set back does not prolong it.
    pub(super) fn settling(&self, job: &Job<'_>) -> i64 {
        let whole = later(0, self.tracker.habits().settle);
        let left = job.entry.changed.saturating_add(whole).saturating_sub(self.now());
        if left > whole { 0 } else { left.max(0) }
    }

    /// Tickets with the key; of a comment the ticket that has it. And the ticket that has to be followed by a new one, for it is
    /// closed for good.
    fn is_there(&self, job: &Job<'_>) -> Result<(Vec<String>, Option<String>), Failure> {
        if self.tracker.unseen(&job.ticket.problem).is_some() {
            return Ok((Vec::new(), None));
        }
        let read = |remote: &str, wanted| self.tracker.read(remote, wanted).map_err(Failure::of_ticket);
        match (job.entry.kind, &job.ticket.remote) {
            (Kind::Update, Some(remote)) => {
                let mark = job.package.mark();
                let mut holds = read(remote, &[])?;
                // Before a word is said there: it may be another customer's.
                if holds.key.as_deref() != Some(&*job.ticket.problem) {
                    return Err(Failure::Refused { why: another(remote) });
                }
                let is_there = holds.comments.iter().any(|it| it.contains(&mark));
                if is_there && holds.is_final {
                    holds = read(remote, &job.package.files)?;
                }
                match (is_there, holds.is_final) {
                    (false, false) => Ok((Vec::new(), None)),
                    (true, false) => Ok((vec![remote.clone()], None)),
                    // It was closed when all of it was there.
                    (true, true) if job.package.missing(&holds.files).is_empty() => Ok((vec![remote.clone()], None)),
                    (_, true) => Ok((self.tracker.find(&job.ticket.problem)?, Some(remote.clone()))),
                }
            }
            (_, remote) => {
                let found = self.tracker.find(&job.ticket.problem)?;
                // It was closed before all files were there.
                let before = remote.as_ref().filter(|_| found.is_empty() && job.ticket.accepted.is_some());
                let is_ours = |holds: Holds| holds.is_final && holds.key.as_deref() == Some(&*job.ticket.problem);
                let follows = before.filter(|it| self.tracker.read(it, &[]).is_ok_and(is_ours));
                Ok((found, follows.cloned()))
            }
        }
    }
}
