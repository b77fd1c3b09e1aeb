//! The watch at work: one thread decides, others read bundles, the system wakes them.

use super::events::{Deaf, Events};
use super::examine::{Examined, chain};
use super::metrics::{self, Pulse};
use super::publish::Workplace;
use super::retention::remove_old;
use super::scan::{Found, look, scan};
use super::settle::{Fate, Job, Uploads};
use super::space::lacks_room;
use super::work::{Came, Step, Work, earlier};
use super::worker::{Program, Worker};
use crate::casework::Quiet;
use crate::store::{Filed, Store, StoreError};
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How folders are watched.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folders. Files directly in one belong to nobody, those in `<name>/` below it to the customer of that name.
    pub folders: Vec<PathBuf>,
    /// The store.
    pub store: PathBuf,
    /// How long a file has to be at rest; usually 5 seconds, and 60 on network file systems.
    pub settle: Option<Duration>,
    /// A file whose end is missing, or that cannot be read, is given up after so long.
    pub give_up: Duration,
    /// A file that ends its reader so often is given up.
    pub tries: u32,
    /// Nothing is expected of the system: folders are looked at often.
    pub poll: bool,
    /// Reads what is there, and ends.
    pub once: bool,
    /// Bundles that are read at the same time.
    pub jobs: usize,
    /// Bytes that stay free on the disk.
    pub least_free: Option<u64>,
    /// Bundles and reports are removed after so many days.
    pub keep_days: Option<u32>,
    /// Where the heartbeat is written.
    pub metrics: PathBuf,
    /// How bundles are read.
    pub program: Program,
    /// The signatures that the program uses, by name.
    pub catalogue: String,
}

/// What the watch needs of the program.
pub struct Around<'a> {
    /// Tells a person something, on a line.
    pub say: &'a (dyn Fn(&str) + Sync),
    /// The program is to end.
    pub stop: &'a AtomicBool,
    /// Called at each point of the work, for tests that let it fail there.
    pub step: &'a (dyn Fn(Step) -> io::Result<()> + Sync),
}

/// Why folders cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// One of them is none.
    #[error("watch `{path}`")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process works with it.
    #[error("another `tierline watch` works with the store `{0}`; one watches several folders")]
    Taken(PathBuf),
}

/// What a watch has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bundles that were read.
    pub read: u64,
    /// Uploads of a content that was read already.
    pub same: u64,
    /// Uploads that were given up.
    pub quarantined: u64,
    /// Files that are not whole, or wait for another try.
    pub left: u64,
}

/// The time at rest where nobody has said one.
const SETTLE: Duration = Duration::from_secs(5);
const SETTLE_ON_NETWORK: Duration = Duration::from_secs(60);
/// Everything is looked at so often, even if the system tells of changes.
const LOOK: Duration = Duration::from_secs(20);
/// And so often if it does not, at least and at most.
const POLL: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));
/// A look takes at most such a part of the time, unless it is due after `LOOK`.
const SHARE: u32 = 20;
/// How often one looks whether something has come to rest.
const TICK: Duration = Duration::from_millis(200);
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long nothing is begun after the machine has refused something.
const PAUSE: Duration = Duration::from_secs(2);
/// How often one tries again to be told of changes, and looks for what is to be removed.
const SELDOM: Duration = Duration::from_secs(600);

/// Watches folders until the program is told to end, or what is there has been read.
///
/// # Errors
///
/// If the watch cannot start. Nothing that happens later ends it.
pub fn watch(settings: &Settings, around: &Around<'_>) -> Result<Totals, WatchError> {
    let mut roots = Vec::new();
    for folder in &settings.folders {
        let failed = |source| WatchError::Folder { path: folder.clone(), source };
        let path = std::path::absolute(folder).map_err(failed)?;
        let facts = std::fs::metadata(&path).map_err(failed)?;
        if !facts.is_dir() {
            return Err(failed(io::ErrorKind::NotADirectory.into()));
        }
        let is_remote = is_remote(&path);
        let usual = if is_remote { SETTLE_ON_NETWORK } else { SETTLE };
        let settle = settings.settle.unwrap_or(usual);
        roots.push(Root { path, is_remote, settle, is_heard: false, error: None });
    }
    let store = Store::open(&settings.store)?;
    let Some(_lock) = store.lock_watch()? else { return Err(WatchError::Taken(settings.store.clone())) };
    let workplace = Workplace::new(&settings.store);
    let shared = Shared {
        settings,
        around,
        workplace: &workplace,
        busy: Mutex::new(HashSet::new()),
        jobs: Mutex::new(None),
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
            store: &store,
            workplace: &workplace,
            roots,
            uploads: Uploads::new(settings.give_up),
            events: None,
            catalogue: settings.catalogue.clone(),
            idle: settings.jobs.max(1),
            start: Instant::now(),
            next_look: Duration::ZERO,
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
        Ok(totals)
    })
}

/// Whether a folder lies on a disk of another machine, as far as the system says.
fn is_remote(folder: &Path) -> bool {
    #[cfg(unix)]
    return std::fs::File::open(folder).is_ok_and(|folder| !crate::bundle::is_local(&folder));
    // `\\server\share`; that a letter stands for one is not known.
    #[cfg(not(unix))]
    folder.to_string_lossy().starts_with("\\\\")
}

/// A folder that is watched.
struct Root {
    path: PathBuf,
    is_remote: bool,
    settle: Duration,
    /// The system tells of its changes.
    is_heard: bool,
    /// Why it cannot be looked into.
    error: Option<String>,
}

/// What the threads share.
struct Shared<'a> {
    settings: &'a Settings,
    around: &'a Around<'a>,
    workplace: &'a Workplace,
    busy: Mutex<HashSet<(String, String)>>,
    jobs: Mutex<Option<Receiver<Job>>>,
    /// Readers are to end.
    stop: AtomicBool,
}

/// What wakes the thread that decides.
enum Message {
    /// The system has told something.
    Hints,
    /// An upload was worked on.
    Ended(Job, Came, Fate),
    /// Bundles are read with other signatures now.
    Catalogue(String),
}

/// Takes uploads and reads them, one after the other.
fn read_bundles(shared: &Shared<'_>, sender: &Sender<Message>) {
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
    work.work(job, &mut |path, folder| match Quiet::of(store, &job.customer, wall()) {
        Ok(quiet) => worker.examine(path, folder, job.facts.bytes, &quiet),
        Err(error) => Examined::Machine { why: chain(&error) },
    })
}

/// The thread that decides.
struct Watch<'a> {
    settings: &'a Settings,
    around: &'a Around<'a>,
    store: &'a Store,
    workplace: &'a Workplace,
    roots: Vec<Root>,
    uploads: Uploads,
    events: Option<Events>,
    catalogue: String,
    /// Readers that have nothing to do.
    idle: usize,
    start: Instant,
    next_look: Duration,
    next_events: Duration,
    next_removal: Duration,
    next_pulse: Duration,
    paused_until: Duration,
    /// Why nothing is begun.
    paused: Option<String>,
    /// What was said last of a subject, so that it is said once.
    said: BTreeMap<&'static str, String>,
    pulse: Pulse,
    totals: Totals,
    has_looked: bool,
}

impl Watch<'_> {
    fn run(mut self, jobs: &Sender<Job>, sender: &Sender<Message>, messages: &Receiver<Message>) -> Totals {
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
            }
            self.settle();
            self.give_out(jobs);
            if now >= self.next_pulse {
                self.next_pulse = now + HEARTBEAT;
                self.beat(None);
            }
            if self.settings.once && self.has_looked && self.paused.is_none() && !self.uploads.is_busy(wall()) {
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
    fn now(&self) -> Duration {
        const BEFORE: Duration = Duration::from_secs(1 << 30);
        BEFORE + self.start.elapsed()
    }

    /// Says something, unless it was the last thing that was said of the subject. Nothing: the trouble is over.
    fn say_once(&mut self, subject: &'static str, text: Option<String>, over: &str) {
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

    /// Begins to be told of changes, where there is somebody to tell.
    fn listen(&mut self, sender: &Sender<Message>) {
        if self.settings.poll || self.events.is_some() || self.roots.iter().all(|root| root.is_remote) {
            return;
        }
        let sender = sender.clone();
        match Events::new(move || drop(sender.send(Message::Hints))) {
            Ok(events) => {
                self.events = Some(events);
                self.next_look = Duration::ZERO;
                self.say_once("deaf", None, "the system tells of changes again");
            }
            Err(why) => self.deaf(&why),
        }
    }

    fn deaf(&mut self, why: &Deaf) {
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

    /// How often everything is looked at.
    fn period(&self) -> Duration {
        let polled = self.roots.iter().filter(|root| !root.is_heard).map(|root| root.settle / 4).min();
        polled.map_or(LOOK, |period| period.clamp(POLL.0, POLL.1))
    }

    /// Looks at everything.
    fn look(&mut self) {
        let begun = Instant::now();
        let (mut folders, mut unfinished, mut is_whole) = (Vec::new(), Vec::new(), true);
        self.uploads.begin_look();
        for at in 0..self.roots.len() {
            let Some(root) = self.roots.get(at).map(|root| root.path.clone()) else { continue };
            let ours = Ours::new(self.settings);
            let mut found = Vec::new();
            let scanned = scan(&root, &|path| ours.is(path), &mut |it| found.push(it));
            for found in found {
                self.saw(at, found, false);
            }
            let error = scanned.failed.first().map(|(path, error)| format!("`{}`: {error}", path.display()));
            is_whole &= error.is_none();
            if let Some(root) = self.roots.get_mut(at) {
                if root.error != error {
                    let text = match &error {
                        Some(error) => format!("failed to look into {error}; tried again"),
                        None => format!("`{}` can be looked into again", root.path.display()),
                    };
                    (self.around.say)(&text);
                }
                root.error = error;
                if !root.is_remote {
                    folders.extend(scanned.folders.iter().cloned());
                }
            }
            if !self.has_looked {
                scanned.folders.iter().for_each(|folder| self.workplace.clean_up(folder));
            }
            unfinished.extend(scanned.unfinished);
        }
        // Of what could not be looked into nothing is known; the rest stays as it is.
        if is_whole {
            self.uploads.end_look(unfinished);
        }
        self.has_looked = true;
        let took = begun.elapsed();
        let period = self.period();
        // On a busy machine a look takes long, and what is new is to be found all the same.
        let usual = (took * SHARE).min(LOOK).max(took).max(period);
        let mut next = usual;
        if let Some(events) = &mut self.events {
            match events.listen(&folders) {
                Ok(is_new) => {
                    self.roots.iter_mut().for_each(|root| root.is_heard = !root.is_remote);
                    // What came between the look and the listening.
                    next = if is_new { Duration::ZERO } else { usual.max(self.period()) };
                }
                Err(why) => self.deaf(&why),
            }
        }
        self.next_look = self.now() + next;
    }

    /// Takes note of a file.
    fn saw(&mut self, root: usize, found: Found, renamed: bool) {
        let now = self.now();
        if self.uploads.saw(&found, renamed, now) {
            return;
        }
        let earlier = match earlier(self.store, &self.catalogue, &found, wall()) {
            Ok(Some(earlier)) => earlier,
            Ok(None) => return self.uploads.track_settled(&found.path, &found.facts),
            // It is found again by the next look.
            Err(error) => return self.say_once("store", Some(chain(&error)), ""),
        };
        let Some(root) = self.roots.get(root) else { return };
        // Only of a disk of this machine the times are those of this clock.
        let age = if root.is_remote { Duration::ZERO } else { found.facts.age(SystemTime::now()) };
        self.uploads.track(found, earlier, (root.settle, age), renamed, now);
    }

    /// Takes what the system has told.
    fn take_hints(&mut self) {
        let Some(events) = &mut self.events else { return };
        let hints = events.take();
        if hints.look {
            self.next_look = Duration::ZERO;
        }
        let ours = Ours::new(self.settings);
        for (path, hint) in hints.paths.into_iter().filter(|(path, _)| !ours.is(path)) {
            let Some(at) = self.roots.iter().position(|root| path.starts_with(&root.path)) else { continue };
            let Some(root) = self.roots.get(at).map(|root| root.path.clone()) else { continue };
            match look(&root, &path) {
                Ok(Some(found)) => self.saw(at, found, hint.renamed),
                Ok(None) => self.uploads.gone(&path),
                Err(_) => continue,
            }
            match hint.written {
                Some(true) => self.uploads.written(&path, self.now()),
                Some(false) => self.uploads.closed(&path),
                None => {}
            }
        }
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
            Message::Ended(job, came, fate) => self.ended(&job, &came, fate),
        }
    }

    fn ended(&mut self, job: &Job, came: &Came, fate: Fate) {
        self.idle += 1;
        self.uploads.ended(job, fate, self.now());
        let (path, customer) = (job.path.display(), &job.customer);
        let text = match came {
            Came::Done(filed) => {
                self.totals.read += 1;
                self.pulse.last_read = Some(wall());
                let how = match filed {
                    Filed::Opened(case) => format!("case {case} is open"),
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

    /// Looks once more at what has come to rest.
    fn settle(&mut self) {
        let now = self.now();
        self.uploads.wake(wall());
        for path in self.uploads.at_rest(now) {
            let Some(at) = self.roots.iter().position(|root| path.starts_with(&root.path)) else { continue };
            let Some(root) = self.roots.get(at).map(|root| root.path.clone()) else { continue };
            match look(&root, &path) {
                Ok(Some(found)) => {
                    self.saw(at, found, false);
                    self.uploads.verified(&path, now);
                }
                Ok(None) => self.uploads.gone(&path),
                // The next tick tries it again.
                Err(_) => {}
            }
        }
    }

    /// Gives readers something to do, if there is room for what comes of it.
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
        while self.paused.is_none() && self.idle > 0 {
            let Some(job) = self.uploads.next() else { return };
            self.idle -= 1;
            if jobs.send(job).is_err() {
                return;
            }
        }
    }

    fn remove_old(&mut self) {
        let Some(days) = self.settings.keep_days else { return };
        let wall = wall();
        match remove_old(self.store, wall.saturating_sub(i64::from(days).saturating_mul(86_400)), wall) {
            Ok(0) => {}
            Ok(count) => (self.around.say)(&format!("{count} bundles were removed, read more than {days} days ago")),
            Err(error) => self.say_once("store", Some(chain(&error)), ""),
        }
    }

    /// Writes the heartbeat.
    fn beat(&mut self, state: Option<&'static str>) {
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
            uploads: self.store.upload_counts().unwrap_or_default(),
            ..self.pulse.clone()
        };
        let written = metrics::write(&self.settings.metrics, &self.pulse);
        let text = written.err().map(|error| format!("failed to write `{}`: {error}", self.settings.metrics.display()));
        if self.said.contains_key("pulse") || text.is_some() {
            self.say_once("pulse", text, "the heartbeat is written again");
        }
    }
}

/// Files that the program writes itself, should they lie in a watched folder.
struct Ours {
    folder: PathBuf,
    names: [std::ffi::OsString; 2],
}

impl Ours {
    fn new(settings: &Settings) -> Ours {
        let store = std::path::absolute(&settings.store).unwrap_or_else(|_| settings.store.clone());
        let metrics = std::path::absolute(&settings.metrics).unwrap_or_else(|_| settings.metrics.clone());
        let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
        let folder = store.parent().unwrap_or(Path::new("/")).to_path_buf();
        Ours { folder, names: [name(&store), name(&metrics)] }
    }

    /// The store, what SQLite keeps beside it, and the heartbeat.
    fn is(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let [store, metrics] = &self.names;
        (path.starts_with(&self.folder) && name.starts_with(store.as_encoded_bytes()))
            || name == metrics.as_encoded_bytes()
    }
}

/// Seconds since 1970.
fn wall() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX))
}
