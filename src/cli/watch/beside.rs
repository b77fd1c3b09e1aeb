//! What a watch does beside reading bundles: packages for vendors, as rules of the policy want them, and notices to people. It works on
//! what the store says, in a thread of its own; trouble there is said and keeps nothing else from going on.

use super::package::Packages;
use crate::cli::connection::{drive, now, tracker};
use crate::cli::exit::Usage;
use crate::cli::notices::Notices;
use crate::cli::say;
use anyhow::Context;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tierline::connect::{Config, ConfigError};
use tierline::signature::SignatureSet;
use tierline::store::{NoticeState, Store};
use tierline::watch::escalate;

/// How often it is done.
const PERIOD: Duration = Duration::from_secs(15);
/// It takes at most such a part of the time, but what is due does not wait for longer than this: a package takes minutes.
const SHARE: u32 = 20;
const LONGEST: Duration = Duration::from_secs(300);
/// How long the end of the program waits for it. What is cut off is done by the next one.
const LAST: Duration = Duration::from_secs(3);

/// What is done, each in a thread of its own: a notice does not wait for a package.
pub(super) struct Beside {
    store: PathBuf,
    parts: Vec<Part>,
}

enum Work {
    Notices(Notices),
    Packages(Packages),
}

struct Part {
    store: PathBuf,
    config: Arc<Config>,
    work: Work,
    /// What was said last of a subject, so that it is said once.
    said: BTreeMap<&'static str, String>,
}

/// The threads.
pub(super) struct Running {
    ended: Receiver<()>,
}

impl Beside {
    /// `None` if the configuration asks for nothing. Mistakes in it are told now.
    pub(super) fn new(
        config: Config,
        store: PathBuf,
        roots: &[PathBuf],
        signatures: Vec<PathBuf>,
        least_free: Option<u64>,
        set: &SignatureSet,
    ) -> anyhow::Result<Option<Beside>> {
        if !config.has_notices() && !config.has_orders() {
            return Ok(None);
        }
        let checked = config.check_vendors(set.vendors()).and_then(|()| config.check_signatures(set));
        checked.map_err(wrong)?;
        config.check_keywords().map_err(|error| Usage(format!("failed to read keywords: {error}")))?;
        let config = Arc::new(config);
        let notices = Notices::new(Arc::clone(&config), &signatures)?;
        let packages = Packages::new(Arc::clone(&config), &store, roots, signatures, least_free)?;
        let mut works = Vec::new();
        works.extend(config.has_notices().then_some(Work::Notices(notices)));
        works.extend(config.has_orders().then_some(Work::Packages(packages)));
        let part = |work| Part { store: store.clone(), config: Arc::clone(&config), work, said: BTreeMap::new() };
        let parts = works.into_iter().map(part).collect();
        Ok(Some(Beside { store, parts }))
    }

    /// What is filed from now on is to be told.
    pub(super) fn begin(&self) -> anyhow::Result<()> {
        let opened = Store::open(&self.store)?;
        let customers = opened.customers()?;
        self.parts.first().map_or(Ok(()), |it| it.config.check_customers(&customers)).map_err(wrong)?;
        for part in &self.parts {
            match &part.work {
                Work::Notices(notices) => notices.begin(&opened)?,
                Work::Packages(_) => drop(opened.since("escalation", now())?),
            }
        }
        Ok(())
    }

    /// Does it again and again until the program is to end.
    pub(super) fn start(self, stop: &Arc<AtomicBool>) -> std::io::Result<Running> {
        const TICK: Duration = Duration::from_millis(200);
        let (sender, ended) = channel();
        for mut part in self.parts {
            let (stop, sender) = (Arc::clone(stop), sender.clone());
            std::thread::Builder::new().name("beside".to_owned()).spawn(move || {
                // Dropped at the end, which whoever waits notices.
                let _ended: Sender<()> = sender;
                while !stop.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    if catch_unwind(AssertUnwindSafe(|| part.pass(&stop))).is_err() {
                        say("packages or notices: a mistake in this program, please report it with the lines before; tried again");
                    }
                    // With very many cases it must not take the machine.
                    let mut left = pause(begun.elapsed());
                    while !left.is_zero() && !stop.load(Ordering::Relaxed) {
                        std::thread::sleep(TICK);
                        left = left.saturating_sub(TICK);
                    }
                }
            })?;
        }
        Ok(Running { ended })
    }

    /// Does it once.
    pub(super) fn pass(&mut self, stop: &AtomicBool) {
        self.parts.iter_mut().for_each(|it| it.pass(stop));
    }
}

/// How long nothing is done after so much of it.
fn pause(took: Duration) -> Duration {
    took.saturating_mul(SHARE).clamp(PERIOD, LONGEST)
}

fn wrong(error: ConfigError) -> Usage {
    Usage(format!("failed to use the configuration: {error}"))
}

impl Part {
    fn pass(&mut self, stop: &AtomicBool) {
        let store = match Store::open(&self.store) {
            Ok(store) => store,
            Err(error) => return self.say_once("store", Some(format!("{:#}", anyhow::Error::new(error)))),
        };
        self.say_once("store", None);
        let told = match &self.work {
            Work::Packages(packages) => {
                let mut make = |bundle: &_, wanted: &_| packages.make(&store, bundle, wanted, stop);
                let made = escalate(&store, &self.config, &now, &mut make);
                let sent = self.send_approved(&store, stop);
                let swept = packages.sweep(&store).context("failed to remove packages that are through");
                vec![
                    ("packages", made.err().map(|error| format!("packages: {:#}", anyhow::Error::new(error)))),
                    ("outbox", sent.err().map(|error| format!("outbox: {error:#}"))),
                    ("sweep", swept.err().map(|error| format!("packages: {error:#}"))),
                ]
            }
            Work::Notices(_) if stop.load(Ordering::Relaxed) => Vec::new(),
            Work::Notices(notices) => {
                // What is written down already is sent all the same.
                let looked = notices.look(&store).map(drop);
                let sent = notices.send(&store).and_then(|_| Ok(store.notice_counts()?));
                let trouble = match looked.and(sent) {
                    Err(error) => Some(format!("notices: {error:#}")),
                    Ok(counts) => stuck(&counts),
                };
                vec![("notices", trouble)]
            }
        };
        told.into_iter().for_each(|(subject, text)| self.say_once(subject, text));
    }

    /// Goes on with what a rule has approved.
    fn send_approved(&self, store: &Store, stop: &AtomicBool) -> anyhow::Result<()> {
        let mut trouble = Ok(());
        for id in store.approved_by_rule(now())? {
            let Some(entry) = store.entry(id)? else { continue };
            let name = store.ticket(entry.ticket)?.tracker;
            if stop.load(Ordering::Relaxed) || self.config.kind(&name) == Some("portal") {
                continue;
            }
            match tracker(&self.config, &name) {
                // Once; what does not work is tried again by a later pass, when it is due.
                Ok(tracker) => drop(drive(store, &name, &*tracker, id, now())?),
                // Those for others go on.
                Err(error) => trouble = Err(error),
            }
        }
        trouble
    }

    fn say_once(&mut self, subject: &'static str, text: Option<String>) {
        match text {
            Some(text) if self.said.get(subject) != Some(&text) => {
                say(&text);
                self.said.insert(subject, text);
            }
            Some(_) => {}
            None => drop(self.said.remove(subject)),
        }
    }
}

/// Says that notices do not go through.
fn stuck(counts: &[(NoticeState, u64)]) -> Option<String> {
    let count = |state| counts.iter().find(|it| it.0 == state).map_or(0, |it| it.1);
    let words = match (count(NoticeState::Waiting), count(NoticeState::Refused)) {
        (0, 0) => return None,
        (_, 0) => "some notices do not go through and are tried again".to_owned(),
        (_, 1) => "1 notice was refused for a day and is given up".to_owned(),
        (_, refused) => format!("{refused} notices were refused for a day and are given up"),
    };
    Some(format!("{words}; `tierline notices list` says why"))
}

impl Running {
    /// Waits a moment for its end.
    pub(super) fn end(self) {
        // It is cut off if it takes longer.
        let _ = self.ended.recv_timeout(LAST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_pass_does_not_keep_the_next_one_waiting_for_hours() {
        let pauses = [0, 1, 20 * 60].map(|took| pause(Duration::from_secs(took)).as_secs());
        assert_eq!(pauses, [15, 20, 300]);
    }
}
