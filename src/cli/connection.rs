//! What the commands around trackers share: the store, the configuration, the world that the outbox needs.

use super::exit::Usage;
use super::{output, say};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tierline::connect::{Config, Outbox, OutboxError, Outcome, Point, Surroundings, Tracker};
use tierline::store::Store;

/// Where state and trackers are.
#[derive(Debug, clap::Args)]
pub(super) struct ConnectionArgs {
    /// The configuration with the trackers [default: `tierline/config.toml` in the user's folder for configurations].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    store: StoreArgs,
}

/// Where it stands what was promised, and to whom: the configuration, and the vendors of the catalogue.
#[derive(Debug, clap::Args)]
pub(super) struct PromiseArgs {
    /// Adds the vendors in DIR; may be repeated.
    #[arg(long, value_name = "DIR")]
    pub(super) signatures: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// Where state is.
#[derive(Debug, clap::Args)]
pub(super) struct StoreArgs {
    /// The store of cases, tickets and the outbox [default: `tierline/store.db` in the user's data folder].
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl StoreArgs {
    pub(super) fn open(&self) -> anyhow::Result<Store> {
        Ok(Store::open(&self.path()?)?)
    }

    pub(super) fn path(&self) -> anyhow::Result<PathBuf> {
        match &self.store {
            Some(path) => Ok(path.clone()),
            None => Ok(super::packs::data_folder()?.join("store.db")),
        }
    }
}

impl ConnectionArgs {
    pub(super) fn store(&self) -> anyhow::Result<Store> {
        self.store.open()
    }

    pub(super) fn store_path(&self) -> anyhow::Result<PathBuf> {
        self.store.path()
    }

    /// The configuration, or an empty one if none is named and the user has none.
    pub(super) fn config_if_any(&self) -> anyhow::Result<Config> {
        // Without a home there is none either.
        let is_there = || super::packs::config_folder().is_ok_and(|it| it.join("config.toml").exists());
        if self.config.is_some() || is_there() { self.config() } else { Ok(Config::default()) }
    }

    pub(super) fn config(&self) -> anyhow::Result<Config> {
        let path = match &self.config {
            Some(path) => path.clone(),
            None => super::packs::config_folder()?.join("config.toml"),
        };
        Config::read(&path).map_err(|error| Usage(format!("failed to read the configuration: {error}")).into())
    }
}

/// The tracker of this name.
pub(super) fn tracker(config: &Config, name: &str) -> anyhow::Result<Box<dyn Tracker>> {
    let variable = |name: &str| env::var(name).ok();
    config.tracker(name, &variable).map_err(|error| Usage(format!("failed to use the tracker: {error}")).into())
}

/// The time in seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The outbox of a store for a tracker, in this world.
pub(super) fn outbox<'a>(
    store: &'a Store,
    name: &'a str,
    tracker: &'a dyn Tracker,
    until: i64,
    reached: &'a dyn Fn(Point),
) -> Outbox<'a> {
    let around = Surroundings { now: &now, sleep: &std::thread::sleep, chance: &chance, until, reached };
    Outbox { store, name, tracker, around }
}

/// Takes an entry as far as it goes; waits for the next attempt if that comes before `until`.
pub(super) fn drive(
    store: &Store,
    name: &str,
    tracker: &dyn Tracker,
    entry: i64,
    until: i64,
) -> Result<Outcome, OutboxError> {
    let faults = Faults::default();
    let reached = |point| faults.reached(point);
    let outbox = outbox(store, name, tracker, until, &reached);
    loop {
        let outcome = outbox.run(entry)?;
        match &outcome {
            Outcome::Waiting { due, why } if *due > now() && *due <= until => {
                let wait = due.saturating_sub(now()).max(0).unsigned_abs();
                say(&format!("{why}; trying again in {wait} s"));
                std::thread::sleep(Duration::from_secs(wait));
            }
            _ => return Ok(outcome),
        }
    }
}

/// Prints how it went, and returns whether everything is at the tracker.
pub(super) fn tell(name: &str, tracker: &dyn Tracker, entry: i64, outcome: &Outcome) -> anyhow::Result<bool> {
    match outcome {
        Outcome::Verified { ticket } => {
            let how = match tracker.unseen(ticket) {
                None => "all files read back and equal",
                Some(_) if tracker.habits().repeats => {
                    "the receiver has taken all of it; a webhook cannot be read back"
                }
                Some(_) => "the mail server has taken all of it; a mail cannot be read back",
            };
            let ticket = tierline::report::one_line(ticket);
            output::print(format!("{name}: ticket {ticket}, {how}\n").as_bytes())?;
            return Ok(true);
        }
        Outcome::Waiting { due, why } => {
            let wait = due.saturating_sub(now());
            let when = if wait > 0 { format!("in {wait} s") } else { "at any time".to_owned() };
            say(&format!("{why}; entry {entry} waits in the outbox, `tierline outbox retry` goes on {when}"));
        }
        Outcome::Held { why } => say(&format!("entry {entry} is held: {why}")),
    }
    Ok(false)
}

/// A number below 1, another one each time.
pub(super) fn chance() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness all wait the same.
    let _ = getrandom::fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

/// Where a test has this process killed: `TIERLINE_FAULT=attached:2` when that point is reached for the second time. Only builds
/// for tests know it.
#[derive(Default)]
struct Faults {
    seen: RefCell<BTreeMap<&'static str, u32>>,
}

impl Faults {
    fn reached(&self, point: Point) {
        if !cfg!(debug_assertions) {
            return;
        }
        let mut seen = self.seen.borrow_mut();
        let count = seen.entry(point.name()).or_default();
        *count += 1;
        if env::var("TIERLINE_FAULT").is_ok_and(|fault| fault == format!("{}:{count}", point.name())) {
            #[cfg(unix)]
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            std::process::abort();
        }
    }
}
