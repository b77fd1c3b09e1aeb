//! What the watch tells: a line for what came of each upload, trouble once, and the heartbeat.

use super::events::Deaf;
use super::metrics::{self, Pulse};
use super::readers::wall;
use super::service::{PAUSE, Watch};
use super::upload::{Fate, Job};
use super::work::Came;
use crate::store::Filed;

impl Watch<'_> {
    /// Says that it has begun, and where its word is.
    pub(super) fn greet(&self) {
        if !self.settings.once {
            let folders: Vec<_> = self.roots.iter().map(|it| format!("`{}`", it.path.display())).collect();
            let (folders, metrics) = (folders.join(", "), self.settings.metrics.display());
            (self.around.say)(&format!("watches {folders}; the heartbeat is `{metrics}`"));
        }
    }

    /// Says something, unless it was the last thing that was said of the subject. Nothing: the trouble is over.
    pub(super) fn say_once(&mut self, subject: &'static str, text: Option<String>, over: &str) {
        if self.said.get(subject) == text.as_ref() {
            return;
        }
        match text {
            Some(text) => {
                (self.around.say)(&text);
                self.said.insert(subject, text);
            }
            None => {
                (self.around.say)(over);
                self.said.remove(subject);
            }
        }
    }

    pub(super) fn deaf(&mut self, why: &Deaf) {
        self.events = None;
        self.roots.iter_mut().for_each(|root| root.is_heard = false);
        let why = match why {
            Deaf::Limit => "the limit of this user for inotify is reached (fs.inotify.max_user_instances, \
                max_user_watches)"
                .to_owned(),
            Deaf::Other(why) => format!("the system does not tell of changes: {why}"),
        };
        let text = format!("{why}; folders are looked at every {:.1} s instead", self.period().as_secs_f64());
        self.say_once("deaf", Some(text), "");
    }

    pub(super) fn ended(&mut self, job: &Job, came: &Came, fate: Fate) {
        self.idle += 1;
        self.is_alone = false;
        self.uploads.ended(job, fate, self.now());
        let (path, customer) = (job.path.display(), &job.customer);
        let text = match came {
            Came::Done(filed) => {
                self.totals.read += 1;
                self.pulse.last_read = Some(wall());
                let how = match filed {
                    Filed::Opened(case) => format!("case {case} is open"),
                    Filed::Quiet(case) => format!("all that was found is suppressed; it is noted in case {case}"),
                    Filed::Updated(case) | Filed::Same(case) => format!("belongs to case {case}"),
                };
                format!("`{path}` of {customer}: {how}")
            }
            Came::Same => {
                self.totals.same += 1;
                format!("`{path}` of {customer}: the same content was read already")
            }
            Came::Quarantined(why) => {
                self.totals.quarantined += 1;
                self.pulse.failures += 1;
                format!("`{path}` of {customer} is given up: {why}")
            }
            Came::Incomplete(why) => format!("`{path}` of {customer} is not complete yet: {why}"),
            Came::Later(why) => {
                self.pulse.failures += 1;
                format!("`{path}` of {customer} failed and is tried again: {why}")
            }
            Came::Crowded => {
                self.pulse.failures += 1;
                format!(
                    "the reader of `{path}` of {customer} was killed, perhaps to free memory; it is read again alone"
                )
            }
            Came::Machine(why) => {
                self.pulse.failures += 1;
                self.paused_until = self.now() + PAUSE;
                return self.say_once("machine", Some(format!("paused, tried again every few seconds: {why}")), "");
            }
            Came::Changed | Came::Gone | Came::Busy => return,
        };
        self.say_once("machine", None, "goes on");
        self.said.remove("store");
        (self.around.say)(&text);
    }

    /// Tells why a folder cannot be looked into as a whole, and that it can be again.
    pub(super) fn tell_error(&mut self, root: usize, error: Option<String>) {
        let Some(root) = self.roots.get_mut(root).filter(|it| it.error != error) else { return };
        let text = match &error {
            Some(error) => format!("failed to look into {error}; tried again"),
            None => format!("`{}` can be looked into again", root.path.display()),
        };
        root.error = error;
        (self.around.say)(&text);
    }

    /// Writes the heartbeat.
    pub(super) fn beat(&mut self, state: Option<&'static str>) {
        let (waiting, queued, incomplete) = self.uploads.counts();
        let working = self.settings.jobs.max(1).saturating_sub(self.idle);
        let paused = self
            .paused
            .clone()
            .or_else(|| self.said.get("machine").cloned().filter(|_| self.now() < self.paused_until + PAUSE));
        let usual = match (&paused, working + queued) {
            (Some(_), _) => "paused",
            (None, 0) => "idle",
            (None, _) => "working",
        };
        let before = &self.pulse;
        self.pulse = Pulse {
            time: wall(),
            state: state.unwrap_or(usual),
            reason: paused,
            folders: self
                .roots
                .iter()
                .map(|it| (it.path.to_string_lossy().into_owned(), it.is_heard, it.error.clone()))
                .collect(),
            waiting,
            queued,
            working,
            incomplete,
            read: self.totals.read,
            // While the store cannot be read they are what they were: counts that fall to nothing and rise again would be an alarm.
            uploads: self.store.upload_counts().unwrap_or_else(|_| before.uploads.clone()),
            notices: self.store.notice_counts().unwrap_or_else(|_| before.notices.clone()),
            held: self.store.held_entries().unwrap_or(before.held),
            ..before.clone()
        };
        let written = metrics::write(&self.settings.metrics, &self.pulse);
        let text = written.err().map(|error| format!("failed to write `{}`: {error}", self.settings.metrics.display()));
        if self.said.contains_key("pulse") || text.is_some() {
            self.say_once("pulse", text, "the heartbeat is written again");
        }
    }
}
