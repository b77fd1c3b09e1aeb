//! What is done with an upload that is at rest: read, reported, filed, in this order, and each of them once.
//!
//! The state is written down before what follows it is done. Killed at any point, the next run begins the upload again: reports are
//! replaced by the same ones, and only the last step, a single transaction, makes it a bundle that has been read.

use super::ending::{BUSY, MACHINE};
use super::examine::{chain, sha256};
use super::facts::{Facts, bytes_of};
use super::inside::{Inside, is_gone};
use super::protocol::{Examined, Summary, hex};
use super::publish::Workplace;
use super::scan::UNASSIGNED;
use super::settings::Step;
use super::trouble::Trouble;
use super::upload::{Fate, Job};
use crate::store::{About, Filed, Finished, Store, StoreError, Upload, UploadState};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What came of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It was read and belongs to this case.
    Done(Filed),
    /// The same content was read already.
    Same,
    /// It is given up.
    Quarantined(String),
    /// Its end is missing.
    Incomplete(String),
    /// It is not what it was when it was given out.
    Changed,
    /// It is not there any more.
    Gone,
    /// Reading it has failed, and is tried again.
    Later(String),
    /// Its reader was killed while others read as well; it is read alone next.
    Crowded,
    /// The machine cannot do it now: the disk is full, the store cannot be written.
    Machine(String),
    /// The same content is being read at another path.
    Busy,
}

/// How work is done.
pub(super) struct Work<'a> {
    pub(super) store: &'a Store,
    pub(super) workplace: &'a Workplace,
    /// The watched folders.
    pub(super) roots: &'a [PathBuf],
    /// What is being read: customer and content.
    pub(super) busy: &'a Mutex<HashSet<(String, String)>>,
    /// The signatures, by name.
    pub(super) catalogue: String,
    /// An upload is given up after so many failures.
    pub(super) tries: u32,
    /// Something that the machine refuses is given up after this time.
    pub(super) give_up: Duration,
    /// The time in seconds since 1970.
    pub(super) wall: &'a dyn Fn() -> i64,
    /// Nothing more is to be begun.
    pub(super) stop: &'a AtomicBool,
    /// Called at each point; an error is as if the disk had failed there.
    pub(super) step: &'a dyn Fn(Step) -> io::Result<()>,
}

/// Why an upload is tried again whose work has panicked.
pub(super) const MISTAKE: &str = "a mistake in this program: please report it with the lines before";

/// What came of an upload, and how it goes on.
pub(super) type End = (Came, Fate);

/// A file in the folder in which it was found.
pub(super) struct Lying<'a> {
    pub(super) place: Inside,
    pub(super) name: &'a OsStr,
}

impl Lying<'_> {
    fn path(&self) -> PathBuf {
        self.place.at(self.name)
    }

    /// The file is still what was given out.
    fn is_same(&self, job: &Job) -> Result<(), Stop> {
        match Facts::of(&self.path())? {
            None => Err(Stop::Came((Came::Gone, Fate::Gone))),
            Some(facts) if facts != job.facts => Err(Stop::Came((Came::Changed, Fate::Changed))),
            Some(_) => Ok(()),
        }
    }
}

/// Why work on an upload ends early.
pub(super) enum Stop {
    Came(End),
    Io(io::Error),
    Store(StoreError),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Io(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Store(error)
    }
}

impl Work<'_> {
    /// Does what is to be done with an upload. `examine` reads it and writes the reports into a folder beside it. The job becomes that
    /// of the customer with whom the upload stays, if it is one of nobody.
    pub(super) fn work(&self, job: &mut Job, examine: &mut dyn FnMut(&Job, &Path) -> Examined) -> End {
        let full = job.path.clone();
        let (Some(path), Some(folder), Some(name)) = (bytes_of(&full), full.parent(), full.file_name()) else {
            return (Came::Quarantined("its name is no Unicode".to_owned()), Fate::Settled);
        };
        let machine = |why: String| (Came::Machine(why), Fate::Later(MACHINE));
        let before = match self.store.upload(path) {
            Ok(before) => before.filter(|it| it.facts == job.facts.text()),
            Err(error) => return machine(chain(&error)),
        };
        let upload = self.upload(job, path, before.as_ref());
        let before = before.filter(waits);
        let bundle = match Inside::of(self.roots, folder) {
            Ok(place) => Ok(Lying { place, name }),
            Err(error) if is_gone(&error) => Err(Stop::Came((Came::Gone, Fate::Gone))),
            Err(error) => Err(Stop::Io(error)),
        };
        let done = bundle.and_then(|bundle| {
            let work = || self.worked(job, &bundle, upload.clone(), before.as_ref(), examine);
            // A mistake of ours costs this upload only, and that not at once.
            catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| self.failed(&bundle, upload.clone(), MISTAKE))
        });
        let (why, trouble) = match done {
            Ok(end) | Err(Stop::Came(end)) => return end,
            Err(Stop::Store(error)) if Store::may_go_by(&error) => return machine(chain(&error)),
            Err(Stop::Store(error)) => (chain(&error), Trouble::Upload),
            Err(Stop::Io(error)) => (error.to_string(), Trouble::of(&error)),
        };
        if matches!(trouble, Trouble::Room | Trouble::Machine) {
            return machine(why);
        }
        let refused = self.refused(job, None, upload, before.as_ref(), (trouble, &why));
        refused.unwrap_or((Came::Later(why), Fate::Refused(MACHINE)))
    }

    /// The upload as the store gets to see it, with what it knows of the same file.
    fn upload(&self, job: &Job, path: &[u8], before: Option<&Upload>) -> Upload {
        let wall = (self.wall)();
        // Other signatures do not make it younger.
        let was_read = |it: &&Upload| matches!(it.state, UploadState::Done | UploadState::Same | UploadState::Working);
        // What has failed before it was read or given up does not count any more.
        let tried = before.filter(|it| waits(it) || it.state == UploadState::Working);
        Upload {
            path: path.to_vec(),
            customer: job.customer.clone(),
            facts: job.facts.text(),
            state: UploadState::Working,
            sha256: None,
            catalogue: Some(self.catalogue.clone()),
            tries: tried.map_or(0, |it| it.tries),
            interrupted: tried.map_or(0, |it| it.interrupted),
            since: before.filter(was_read).map_or(wall, |it| it.since),
            due: wall,
            reason: None,
            report: None,
        }
    }

    fn worked(
        &self,
        job: &mut Job,
        bundle: &Lying<'_>,
        mut upload: Upload,
        before: Option<&Upload>,
        examine: &mut dyn FnMut(&Job, &Path) -> Examined,
    ) -> Result<End, Stop> {
        bundle.is_same(job)?;
        (self.step)(Step::Hash)?;
        let wall = (self.wall)();
        let content = match sha256(&bundle.path(), job.facts.bytes, self.stop) {
            Ok(Some(content)) => content,
            Ok(None) => return Ok((Came::Changed, Fate::Changed)),
            Err(error) if is_gone(&error) => return Ok((Came::Gone, Fate::Gone)),
            Err(error) => {
                return self.refused(job, Some(bundle), upload, before, (Trouble::of(&error), &error.to_string()));
            }
        };
        bundle.is_same(job)?;
        if job.customer == UNASSIGNED
            && let Some(customer) = self.store.stays_with(&upload.path, &content, wall)?
        {
            (job.customer, upload.customer) = (customer.clone(), customer);
        }
        let Some(_busy) = Busy::new(self.busy, &job.customer, &content) else {
            return Ok((Came::Busy, Fate::Later(BUSY)));
        };
        if let Some(read) = self.store.read_bundle(&job.customer, &content, &self.catalogue)?
            && self.took_reports(job, bundle, &upload, &content, &read)?
        {
            return Ok((Came::Same, Fate::Settled));
        }
        (self.step)(Step::Begin)?;
        upload.sha256 = Some(content.clone());
        // `since` of what was incomplete before is kept, so that it is given up in time.
        self.store.set_upload(&Upload { since: before.map_or(upload.since, |it| it.since), ..upload.clone() }, wall)?;
        (self.step)(Step::Draft)?;
        let draft = self.workplace.draft(&bundle.place)?;
        let examined = examine(job, draft.folder());
        (self.step)(Step::Examined)?;
        bundle.is_same(job)?;
        let wall = (self.wall)();
        match examined {
            Examined::Report(summary) if summary.sha256 == content => {
                (self.step)(Step::Publish)?;
                let report = draft.publish(bundle.name)?;
                (self.step)(Step::Finish)?;
                let filed = self.finish(job, &upload, &summary, &report)?;
                (self.step)(Step::Finished)?;
                Ok((Came::Done(filed), Fate::Settled))
            }
            Examined::Report(_) | Examined::Changed => Ok((Came::Changed, Fate::Changed)),
            Examined::Incomplete { why } if job.is_last => self.quarantine(
                Some(bundle),
                upload,
                &format!("{why}; the report tells what could be read"),
                Some(draft),
            ),
            Examined::Incomplete { why } => {
                let since = before.filter(|it| it.state == UploadState::Incomplete).map_or(wall, |it| it.since);
                let reason = Some(why.clone());
                self.store.set_upload(&Upload { state: UploadState::Incomplete, since, reason, ..upload }, wall)?;
                Ok((Came::Incomplete(why), Fate::Incomplete))
            }
            Examined::Machine { why, trouble } => self.refused(job, Some(bundle), upload, before, (trouble, &why)),
            Examined::Killed => self.killed(job, bundle, upload),
            Examined::Failed { why } => self.failed(bundle, upload, &why),
        }
    }

    fn finish(&self, job: &Job, upload: &Upload, summary: &Summary, report: &Path) -> Result<Filed, StoreError> {
        let problem = summary.problem.as_deref().map(|it| problem_of(&job.customer, it));
        let finished = Finished {
            upload,
            sha256: &summary.sha256,
            catalogue: &self.catalogue,
            path: &job.path.to_string_lossy(),
            report: &report.to_string_lossy(),
            title: &summary.title,
            problem: problem.as_deref(),
            about: About {
                vendor: summary.vendor.as_deref(),
                product: summary.product.as_deref(),
                severity: summary.severity.as_deref(),
            },
            quiet: summary.quiet.as_deref(),
            findings: &summary.findings,
        };
        self.store.finish(&finished, (self.wall)())
    }
}

/// Whether reading it has come to no end yet.
fn waits(upload: &Upload) -> bool {
    matches!(upload.state, UploadState::Later | UploadState::Incomplete)
}

/// What identifies a problem at a customer. The same problem of another customer is another one.
pub(super) fn problem_of(customer: &str, problem: &str) -> String {
    format!("watch:{}", hex(&Sha256::digest(format!("{}:{customer}{problem}", customer.len()))))
}

/// A content that is being read; others with the same one wait until it is.
struct Busy<'a> {
    all: &'a Mutex<HashSet<(String, String)>>,
    own: (String, String),
}

impl<'a> Busy<'a> {
    fn new(all: &'a Mutex<HashSet<(String, String)>>, customer: &str, content: &str) -> Option<Busy<'a>> {
        let own = (customer.to_owned(), content.to_owned());
        let is_new = all.lock().unwrap_or_else(PoisonError::into_inner).insert(own.clone());
        is_new.then_some(Busy { all, own })
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.own);
    }
}
