//! Ways in which work on an upload ends without a new report: it has one already, it is tried again, or it is given up.

use super::inside::Inside;
use super::publish::{Draft, QUARANTINED, SAME};
use super::settings::Step;
use super::trouble::Trouble;
use super::upload::{Fate, Job};
use super::work::{Came, End, Lying, Stop, Work};
use crate::store::{ReadBundle, Upload, UploadState};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// After this time reading that has failed is tried again, times the failures.
const RETRY: Duration = Duration::from_secs(10);
/// And what had its reader killed after this time, which grows faster: another program often needs the memory for longer than that.
const KILLED: Duration = Duration::from_secs(60);
/// And if the machine was not able to.
pub(super) const MACHINE: Duration = Duration::from_secs(5);
/// And if the same content is just being read.
pub(super) const BUSY: Duration = Duration::from_secs(1);
/// What was being read at so many ends of the program is read alone.
pub(super) const SUSPECT: u32 = 3;
/// The longest time between two tries.
pub(super) const MOST: Duration = Duration::from_secs(600);

/// As the store keeps times.
fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

impl Work<'_> {
    /// Gives a content that was read already the reports of that time; false if they are not there any more: somebody has moved or
    /// removed them, or has put another content in the place of the bundle.
    pub(super) fn took_reports(
        &self,
        job: &Job,
        bundle: &Lying<'_>,
        upload: &Upload,
        content: &str,
        read: &ReadBundle,
    ) -> Result<bool, Stop> {
        let Ok(reports) = Inside::of(self.roots, Path::new(&read.report)) else { return Ok(false) };
        let draft = self.workplace.draft(&bundle.place)?;
        if !draft.take_reports(&reports, content)? {
            return Ok(false);
        }
        // Asked behind that: whoever replaces reports writes down before that they will be others.
        let owner = self.store.upload(read.path.as_bytes())?;
        let is_its = |it: &Upload| it.state == UploadState::Done && it.sha256.as_deref() == Some(content);
        if !owner.is_some_and(|it| is_its(&it)) {
            return Ok(false);
        }
        let wall = (self.wall)();
        let upload = Upload { sha256: Some(content.to_owned()), ..upload.clone() };
        let is_own = read.path == job.path.to_string_lossy();
        let (state, report) = if is_own {
            (UploadState::Done, read.report.clone())
        } else {
            draft.note(SAME, &format!("The same content as `{}`, and its report.\n", read.path))?;
            self.store.set_upload(&upload, wall)?;
            (self.step)(Step::Publish)?;
            (UploadState::Same, draft.publish(bundle.name)?.to_string_lossy().into_owned())
        };
        self.store.set_upload(&Upload { state, report: Some(report), ..upload }, wall)?;
        Ok(true)
    }

    /// Reading an upload has failed, by its own fault.
    pub(super) fn failed(&self, bundle: &Lying<'_>, upload: Upload, why: &str) -> Result<End, Stop> {
        let wait = RETRY * upload.tries.saturating_add(1);
        self.failed_for(bundle, upload, why, wait)
    }

    /// The reader of an upload was killed. Perhaps the others have had the memory that it needs, so it is read alone next, and perhaps
    /// another program has it: before the upload is given up that program has an hour to end.
    pub(super) fn killed(&self, job: &Job, bundle: &Lying<'_>, upload: Upload) -> Result<End, Stop> {
        if job.is_alone {
            let why = "its reader was killed although no other bundle was read: most likely this machine has not \
                enough memory for it";
            let wait = KILLED * if upload.tries == 0 { 10 } else { 60 };
            return self.failed_for(bundle, upload, why, wait);
        }
        let wall = (self.wall)();
        let (due, reason) = (wall + seconds(KILLED), "its reader was killed while others read as well".to_owned());
        let reason = Some(reason);
        self.store.set_upload(&Upload { state: UploadState::Later, since: wall, due, reason, ..upload }, wall)?;
        Ok((Came::Crowded, Fate::Alone(KILLED)))
    }

    fn failed_for(&self, bundle: &Lying<'_>, mut upload: Upload, why: &str, wait: Duration) -> Result<End, Stop> {
        upload.tries = upload.tries.saturating_add(1);
        if upload.tries >= self.tries {
            let times = if upload.tries == 1 { "once".to_owned() } else { format!("{} times", upload.tries) };
            return self.quarantine(Some(bundle), upload, &format!("reading it has failed {times}: {why}"), None);
        }
        let wall = (self.wall)();
        let (due, reason) = (wall + seconds(wait), Some(why.to_owned()));
        self.store.set_upload(&Upload { state: UploadState::Later, since: wall, due, reason, ..upload }, wall)?;
        Ok((Came::Later(why.to_owned()), Fate::Later(wait)))
    }

    /// The machine refuses to read an upload: later perhaps, but not for ever, unless there only is no room for its report.
    pub(super) fn refused(
        &self,
        job: &Job,
        bundle: Option<&Lying<'_>>,
        upload: Upload,
        before: Option<&Upload>,
        (trouble, why): (Trouble, &str),
    ) -> Result<End, Stop> {
        // A share that is away says nothing of what lies on it.
        if trouble == Trouble::Upload && !self.is_there(&job.path) {
            return Ok((Came::Later(why.to_owned()), Fate::Later(MOST)));
        }
        let lacks_room = matches!(trouble, Trouble::Room | Trouble::Place);
        if !lacks_room && job.refused >= self.give_up && job.refused > Duration::ZERO {
            return self.quarantine(bundle, upload, &format!("it cannot be read: {why}"), None);
        }
        let wall = (self.wall)();
        let since = before.filter(|it| it.state == UploadState::Later).map_or(wall, |it| it.since);
        // The longer it goes on, the less often.
        let wait = (job.refused / 2).clamp(MACHINE, MOST);
        let (due, reason) = (wall + seconds(wait), Some(why.to_owned()));
        self.store.set_upload(&Upload { state: UploadState::Later, since, due, reason, ..upload }, wall)?;
        let came = match trouble {
            Trouble::Room | Trouble::Machine => Came::Machine(why.to_owned()),
            Trouble::Place | Trouble::Upload => Came::Later(why.to_owned()),
        };
        Ok((came, Fate::Refused(wait)))
    }

    /// Whether the watched folder of an upload can be looked into.
    fn is_there(&self, path: &Path) -> bool {
        let look = |root: &Path| fs::read_dir(root).and_then(|mut all| all.next().transpose());
        self.roots.iter().any(|root| path.starts_with(root) && look(root).is_ok())
    }

    /// Gives an upload up: it stays where it is, the reason is told beside it and in the store.
    pub(super) fn quarantine(
        &self,
        bundle: Option<&Lying<'_>>,
        upload: Upload,
        why: &str,
        draft: Option<Draft<'_>>,
    ) -> Result<End, Stop> {
        let note = || {
            let Some(bundle) = bundle else { return Ok(None) };
            let draft = draft.map_or_else(|| self.workplace.draft(&bundle.place), Ok)?;
            let advice = "It is looked at again when it is uploaded again or changed (touch).";
            draft.note(QUARANTINED, &format!("{why}\n{advice}\n"))?;
            (self.step)(Step::Publish)?;
            draft.publish(bundle.name).map(Some)
        };
        let report = match note() {
            Ok(folder) => folder.map(|it| it.to_string_lossy().into_owned()),
            Err(error) if Trouble::of(&error) != Trouble::Upload => return Err(Stop::Io(error)),
            // Where nothing can be written beside it, the store tells it alone.
            Err(_) => None,
        };
        let wall = (self.wall)();
        let quarantined =
            Upload { state: UploadState::Quarantined, since: wall, reason: Some(why.to_owned()), report, ..upload };
        (self.step)(Step::Finish)?;
        self.store.set_upload(&quarantined, wall)?;
        Ok((Came::Quarantined(why.to_owned()), Fate::Settled))
    }
}
