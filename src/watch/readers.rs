//! The threads that read bundles, one after the other.

use super::ending::MOST;
use super::examine::chain;
use super::protocol::{Examined, Task};
use super::publish::Workplace;
use super::settings::{Around, Settings};
use super::trouble::Trouble;
use super::upload::{Fate, Job};
use super::work::{Came, MISTAKE, Work};
use super::worker::Worker;
use crate::casework::Quiet;
use crate::store::Store;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What the threads share.
pub(super) struct Shared<'a> {
    pub(super) settings: &'a Settings,
    pub(super) around: &'a Around<'a>,
    pub(super) workplace: &'a Workplace,
    pub(super) roots: &'a [PathBuf],
    pub(super) busy: Mutex<HashSet<(String, String)>>,
    pub(super) jobs: Mutex<Option<Receiver<Job>>>,
    /// The signatures that bundles are read with.
    pub(super) newest: Mutex<Newest>,
    /// How many readers were started.
    pub(super) starts: AtomicU64,
    /// Readers are to end.
    pub(super) stop: AtomicBool,
}

/// The signatures of the reader that was started last: it has seen those of today.
pub(super) struct Newest {
    pub(super) catalogue: String,
    /// Which reader has them.
    pub(super) started: u64,
}

/// What wakes the thread that decides.
pub(super) enum Message {
    /// The system has told something.
    Hints,
    /// An upload was worked on, with these signatures.
    Ended(Job, Came, Fate, String),
    /// Bundles are read with other signatures now.
    Catalogue(String),
}

/// Takes uploads and reads them, one after the other.
pub(super) fn read_bundles(shared: &Shared<'_>, sender: &Sender<Message>) {
    let stop = &shared.stop;
    let mut worker = Worker::new(&shared.settings.program, stop, &shared.starts);
    let mut store = None;
    loop {
        let job = {
            let jobs = shared.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.as_ref().and_then(|it| it.recv().ok())
        };
        let Some(mut job) = job else { return };
        let read = || match signatures(&shared.newest, &mut worker, sender) {
            Ok(catalogue) => {
                let (came, fate) = read_bundle(shared, &mut worker, &mut store, &mut job, &catalogue);
                (came, fate, catalogue)
            }
            Err(why) => {
                let (came, fate) = later(why);
                (came, fate, String::new())
            }
        };
        // Whoever waits is told in any case.
        let read = catch_unwind(AssertUnwindSafe(read));
        let (came, fate, catalogue) = read.unwrap_or_else(|_| {
            worker.stop();
            store = None;
            (Came::Later(MISTAKE.to_owned()), Fate::Later(MOST), String::new())
        });
        if sender.send(Message::Ended(job, came, fate, catalogue)).is_err() {
            return;
        }
    }
}

/// The machine cannot do it now.
fn later(why: String) -> (Came, Fate) {
    (Came::Machine(why), Fate::Later(Duration::from_secs(5)))
}

/// Sees to it that a reader has the signatures of today; returns their name. All readers agree on them: one that was started before
/// they came is replaced, for else each bundle would be read with the old and the new ones in turn.
fn signatures(newest: &Mutex<Newest>, worker: &mut Worker<'_>, sender: &Sender<Message>) -> Result<String, String> {
    const ATTEMPTS: usize = 5;
    for _ in 0..ATTEMPTS {
        let (catalogue, started) = worker.ready()?;
        let mut newest = newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.catalogue == catalogue {
            newest.started = newest.started.max(started);
            return Ok(catalogue);
        }
        if newest.started < started {
            *newest = Newest { catalogue: catalogue.clone(), started };
            // While nobody else can: who is told last is told of the newest. Whoever listens has gone if this fails.
            let _ = sender.send(Message::Catalogue(catalogue.clone()));
            return Ok(catalogue);
        }
        drop(newest);
        worker.stop();
    }
    Err("the signatures change all the time".to_owned())
}

fn read_bundle(
    shared: &Shared<'_>,
    worker: &mut Worker<'_>,
    store: &mut Option<Store>,
    job: &mut Job,
    catalogue: &str,
) -> (Came, Fate) {
    if store.is_none() {
        match Store::open(&shared.settings.store) {
            Ok(opened) => *store = Some(opened),
            Err(error) => return later(chain(&error)),
        }
    }
    let Some(store) = store.as_ref() else { return later("the store is not open".to_owned()) };
    let work = Work {
        store,
        workplace: shared.workplace,
        roots: shared.roots,
        busy: &shared.busy,
        catalogue: catalogue.to_owned(),
        tries: shared.settings.tries,
        give_up: shared.settings.give_up,
        wall: &wall,
        stop: &shared.stop,
        step: shared.around.step,
    };
    work.work(job, &mut |job, folder| {
        let root = shared.roots.iter().find(|root| job.path.starts_with(root)).cloned().unwrap_or_default();
        let folder = folder.file_name().unwrap_or_default().to_owned();
        match Quiet::of(store, &job.customer, wall()) {
            Ok(quiet) => {
                worker.examine(&Task { root, path: job.path.clone(), folder, quiet }, job.facts.bytes, catalogue)
            }
            Err(error) => Examined::Machine { why: chain(&error), trouble: Trouble::Machine },
        }
    })
}

/// Seconds since 1970.
pub(super) fn wall() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::watch::Program;
    use std::sync::mpsc::channel;

    #[test]
    fn readers_agree_on_the_signatures_of_today() {
        let folder = tempfile::tempdir().unwrap();
        let pack = folder.path().join("pack");
        let install = |name: &str| std::fs::write(&pack, format!("{name}\n")).unwrap();
        let script = "cat \"$0\"; while read line; do echo '{\"is\": \"changed\"}'; done";
        let arguments = vec!["-c".into(), script.into(), pack.clone().into()];
        let program = Program { path: "/bin/sh".into(), arguments, time_limit: None };
        let (stop, starts) = (AtomicBool::new(false), AtomicU64::new(0));
        let newest = Mutex::new(Newest { catalogue: "old".into(), started: 0 });
        let (sender, messages) = channel();
        let (mut one, mut other) = (Worker::new(&program, &stop, &starts), Worker::new(&program, &stop, &starts));
        let of = |worker: &mut Worker<'_>| signatures(&newest, worker, &sender).unwrap();
        install("old");
        assert_eq!((of(&mut one), of(&mut other)), ("old".into(), "old".into()));
        install("new");
        assert_eq!(of(&mut other), "old");
        // One of them has read enough and is replaced.
        one.stop();
        for _ in 0..3 {
            assert_eq!((of(&mut one), of(&mut other)), ("new".into(), "new".into()));
        }
        let told: Vec<_> =
            messages.try_iter().map(|it| matches!(it, Message::Catalogue(name) if name == "new")).collect();
        assert_eq!(told, [true]);
        // A reader that has other signatures than it is asked for does not read.
        assert_eq!(
            one.examine(
                &Task { root: "/in".into(), path: "/in/a".into(), folder: ".w".into(), quiet: Quiet::default() },
                1,
                "old"
            ),
            Examined::Changed
        );
    }
}
