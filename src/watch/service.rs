//! The watch at work: one thread decides, others read bundles, the system wakes them.

use super::events::Events;
use super::examine::chain;
use super::memory::{give_back, keep_little};
use super::metrics::Pulse;
use super::publish::Workplace;
use super::readers::{Message, Newest, Shared, read_bundles, wall};
use super::retention::{Swept, forget_gone, put_held_back, remove_old};
use super::roots::Root;
use super::settings::{Around, Settings, Totals, WatchError};
use super::settle::Uploads;
use super::space::lacks_room;
use super::upload::{Fate, Job};
use crate::store::Store;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often one looks whether something has come to rest.
const TICK: Duration = Duration::from_millis(200);
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long nothing is begun after the machine has refused something.
pub(super) const PAUSE: Duration = Duration::from_secs(2);
/// How often one tries again to be told of changes, looks for what is to be removed or forgotten, and gives back memory.
const SELDOM: Duration = Duration::from_secs(600);

/// What only one watch has: a store and folders. As long as it lives, no other watch works with them, and nobody is erased.
pub struct Claimed {
    store: Store,
    _lock: File,
    roots: Vec<Root>,
}

/// Takes what is to be watched.
///
/// # Errors
///
/// If the watch cannot start. Nothing that happens later ends it.
pub fn claim(settings: &Settings) -> Result<Claimed, WatchError> {
    let roots = Root::all(settings);
    // Who has a folder usually has the store, too, and that says more.
    let roots = match roots {
        Err(error @ (WatchError::Folder { .. } | WatchError::Nested { .. } | WatchError::Inside { .. })) => {
            return Err(error);
        }
        roots => roots,
    };
    let store = Store::open(&settings.store)?;
    let Some(lock) = store.lock_watch()? else { return Err(WatchError::Taken(settings.store.clone())) };
    Ok(Claimed { store, _lock: lock, roots: roots? })
}

/// Watches folders until the program is told to end, or what is there has been read.
pub fn watch(claimed: &mut Claimed, settings: &Settings, around: &Around<'_>) -> Totals {
    keep_little();
    let (store, roots) = (&claimed.store, std::mem::take(&mut claimed.roots));
    let paths: Vec<_> = roots.iter().map(|it| it.path.clone()).collect();
    let workplace = Workplace::new(&settings.store);
    let shared = Shared {
        settings,
        around,
        workplace: &workplace,
        roots: &paths,
        busy: Mutex::new(HashSet::new()),
        jobs: Mutex::new(None),
        newest: Mutex::new(Newest { catalogue: settings.catalogue.clone(), started: 0 }),
        starts: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    };
    let (jobs, taken) = channel();
    let (sender, messages) = channel();
    *shared.jobs.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken);
    std::thread::scope(|scope| {
        for _ in 0..settings.jobs.max(1) {
            let (shared, sender) = (&shared, sender.clone());
            scope.spawn(move || read_bundles(shared, &sender));
        }
        let watch = Watch {
            settings,
            around,
            store,
            workplace: &workplace,
            roots,
            uploads: Uploads::new(settings.give_up),
            events: None,
            catalogue: settings.catalogue.clone(),
            idle: settings.jobs.max(1),
            is_alone: false,
            start: Instant::now(),
            next_look: Duration::ZERO,
            next_settle: Duration::ZERO,
            next_events: Duration::ZERO,
            next_removal: Duration::ZERO,
            next_pulse: Duration::ZERO,
            paused_until: Duration::ZERO,
            paused: None,
            said: BTreeMap::new(),
            pulse: Pulse { started: wall(), ..Pulse::default() },
            totals: Totals::default(),
            has_looked: false,
        };
        let totals = watch.run(&jobs, &sender, &messages);
        // Readers end when there is nothing more to take, and at once what they are at.
        shared.stop.store(true, Ordering::Relaxed);
        drop(jobs);
        totals
    })
}

/// The thread that decides.
pub(super) struct Watch<'a> {
    pub(super) settings: &'a Settings,
    pub(super) around: &'a Around<'a>,
    pub(super) store: &'a Store,
    pub(super) workplace: &'a Workplace,
    pub(super) roots: Vec<Root>,
    pub(super) uploads: Uploads,
    pub(super) events: Option<Events>,
    pub(super) catalogue: String,
    /// Readers that have nothing to do.
    pub(super) idle: usize,
    /// One of them reads, and the others wait for it.
    pub(super) is_alone: bool,
    pub(super) start: Instant,
    pub(super) next_look: Duration,
    pub(super) next_settle: Duration,
    pub(super) next_events: Duration,
    pub(super) next_removal: Duration,
    pub(super) next_pulse: Duration,
    pub(super) paused_until: Duration,
    /// Why nothing is begun.
    pub(super) paused: Option<String>,
    /// What was said last of a subject, so that it is said once.
    pub(super) said: BTreeMap<&'static str, String>,
    pub(super) pulse: Pulse,
    pub(super) totals: Totals,
    pub(super) has_looked: bool,
}

impl Watch<'_> {
    fn run(mut self, jobs: &Sender<Job>, sender: &Sender<Message>, messages: &Receiver<Message>) -> Totals {
        self.greet();
        while !self.around.stop.load(Ordering::Relaxed) {
            let now = self.now();
            if now >= self.next_events {
                self.next_events = now + SELDOM;
                self.listen(sender);
            }
            if now >= self.next_look {
                self.look();
            }
            if now >= self.next_removal {
                self.next_removal = now + SELDOM;
                self.remove_old();
                self.forget_gone();
                give_back();
            }
            // Not after each bundle: with many files on their way this costs more than the rest.
            if now >= self.next_settle {
                self.next_settle = now + TICK;
                self.settle();
            }
            self.give_out(jobs);
            if now >= self.next_pulse {
                self.next_pulse = now + HEARTBEAT;
                self.beat(None);
            }
            let is_done = self.has_looked && self.paused.is_none() && !self.uploads.is_busy(self.now());
            if self.settings.once && is_done && self.now() < self.next_removal {
                break;
            }
            if let Ok(message) = messages.recv_timeout(TICK) {
                self.take(message);
                while let Ok(message) = messages.try_recv() {
                    self.take(message);
                }
            }
        }
        let (waiting, queued, incomplete) = self.uploads.counts();
        self.totals.left = (waiting + queued + incomplete) as u64;
        self.beat(Some("stopped"));
        self.totals
    }

    /// The time since long before the start.
    pub(super) fn now(&self) -> Duration {
        const BEFORE: Duration = Duration::from_secs(1 << 30);
        BEFORE + self.start.elapsed()
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Hints => self.take_hints(),
            Message::Catalogue(name) if name != self.catalogue => {
                (self.around.say)("bundles are read with other signatures from now on");
                self.catalogue = name;
                self.uploads.forget_settled();
                self.next_look = Duration::ZERO;
            }
            Message::Catalogue(_) => {}
            Message::Ended(job, came, fate, catalogue) => {
                // What was read with the signatures of before is found again by the next look.
                let is_old = fate == Fate::Settled && catalogue != self.catalogue;
                self.ended(&job, &came, if is_old { Fate::Gone } else { fate });
            }
        }
    }

    fn give_out(&mut self, jobs: &Sender<Job>) {
        if self.now() < self.paused_until {
            return;
        }
        let least = self.settings.least_free;
        let places = self.roots.iter().map(|root| &*root.path).chain(self.settings.store.parent());
        let lack = places.filter(|it| !it.as_os_str().is_empty()).find_map(|folder| lacks_room(folder, least));
        self.paused = lack;
        let text = self.paused.as_ref().map(|why| {
            let place = why.split(" has ").next().unwrap_or(why);
            format!("paused until there is room: {place} is nearly full (see --min-free)")
        });
        if self.said.contains_key("room") || text.is_some() {
            self.say_once("room", text, "there is room again, goes on");
        }
        let all = self.settings.jobs.max(1);
        while self.paused.is_none() && self.idle > 0 && !self.is_alone {
            let Some(mut job) = self.uploads.next(self.idle == all, self.now()) else { return };
            self.is_alone = job.is_alone;
            job.is_alone |= all == 1;
            self.idle -= 1;
            if jobs.send(job).is_err() {
                return;
            }
        }
    }

    fn forget_gone(&mut self) {
        let roots: Vec<_> = self.roots.iter().map(|it| it.path.clone()).collect();
        if let Err(error) = forget_gone(self.store, &roots) {
            self.say_once("store", Some(chain(&error)), "");
        }
    }

    fn remove_old(&mut self) {
        let Some(days) = self.settings.keep_days else { return };
        self.roots.iter().filter(|it| it.is_ours()).for_each(|it| put_held_back(&it.path));
        // If the clock is set while the watch runs, nothing is older for that.
        let passed = i64::try_from(self.start.elapsed().as_secs()).unwrap_or(0);
        let wall = self.pulse.started.saturating_add(passed);
        let roots: Vec<_> = self.roots.iter().map(|it| it.path.clone()).collect();
        let before = wall.saturating_sub(i64::from(days).saturating_mul(86_400));
        match remove_old(self.store, &roots, (before, wall), &|| {}) {
            Ok(Swept { removed, failed, why, is_cut }) => {
                if is_cut {
                    self.next_removal = self.now();
                }
                if removed > 0 {
                    (self.around.say)(&format!("{removed} bundles were removed, read more than {days} days ago"));
                }
                let text = why.map(|why| {
                    format!("{failed} bundles that were read more than {days} days ago cannot be removed, as {why}")
                });
                if self.said.contains_key("removal") || text.is_some() {
                    self.say_once("removal", text, "what was to be removed is gone");
                }
            }
            Err(error) => self.say_once("store", Some(chain(&error)), ""),
        }
    }
}
