//! The threads that read bundles, one after the other.

use super::examine::chain;
use super::publish::Workplace;
use super::settings::{Around, Settings};
use super::settle::{Fate, Job};
use super::work::{Came, Work};
use super::worker::Worker;
use crate::store::Store;
use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the threads share.
pub(super) struct Shared<'a> {
    pub(super) settings: &'a Settings,
    pub(super) around: &'a Around<'a>,
    pub(super) workplace: &'a Workplace,
    pub(super) busy: Mutex<HashSet<(String, String)>>,
    pub(super) jobs: Mutex<Option<Receiver<Job>>>,
    /// Readers are to end.
    pub(super) stop: AtomicBool,
}

/// What wakes the thread that decides.
pub(super) enum Message {
    /// The system has told something.
    Hints,
    /// An upload was worked on.
    Ended(Job, Came, Fate),
    /// Bundles are read with other signatures now.
    Catalogue(String),
}

/// Takes uploads and reads them, one after the other.
pub(super) fn read_bundles(shared: &Shared<'_>, sender: &Sender<Message>) {
    let stop = &shared.stop;
    let mut worker = Worker::new(&shared.settings.program, stop);
    let mut store = None;
    loop {
        let job = {
            let jobs = shared.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.as_ref().and_then(|it| it.recv().ok())
        };
        let Some(job) = job else { return };
        let (came, fate) = read_bundle(shared, &mut worker, &mut store, &job, sender);
        if sender.send(Message::Ended(job, came, fate)).is_err() {
            return;
        }
    }
}

fn read_bundle(
    shared: &Shared<'_>,
    worker: &mut Worker<'_>,
    store: &mut Option<Store>,
    job: &Job,
    sender: &Sender<Message>,
) -> (Came, Fate) {
    let later = |why: String| (Came::Machine(why), Fate::Later(wall() + 5));
    if store.is_none() {
        match Store::open(&shared.settings.store) {
            Ok(opened) => *store = Some(opened),
            Err(error) => return later(chain(&error)),
        }
    }
    let catalogue = match worker.ready() {
        Ok(catalogue) => catalogue,
        Err(why) => return later(why),
    };
    let Some(store) = store.as_ref() else { return later("the store is not open".to_owned()) };
    // Whoever listens has gone if this fails.
    let _ = sender.send(Message::Catalogue(catalogue.clone()));
    let work = Work {
        store,
        workplace: shared.workplace,
        busy: &shared.busy,
        catalogue,
        tries: shared.settings.tries,
        give_up: i64::try_from(shared.settings.give_up.as_secs()).unwrap_or(i64::MAX),
        wall: &wall,
        step: shared.around.step,
    };
    work.work(job, &mut |path, folder| worker.examine(path, folder, job.facts.bytes))
}

/// Seconds since 1970.
pub(super) fn wall() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX))
}
