//! How the watch gets to know of files: it looks at everything again and again, and sooner where the system tells something.

use super::earlier::earlier;
use super::events::Events;
use super::examine::chain;
use super::held::put_all_back;
use super::inside::Inside;
use super::readers::{Message, wall};
use super::roots::is_others;
use super::scan::{Found, Scanned, look, scan};
use super::service::Watch;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant, SystemTime};

/// Everything is looked at so often, even if the system tells of changes.
const LOOK: Duration = Duration::from_secs(20);
/// And so often if it does not, at least and at most.
const POLL: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));
/// A look takes at most such a part of the time, unless it is due after `LOOK`.
const SHARE: u32 = 20;

impl Watch<'_> {
    /// Begins to be told of changes, where there is somebody to tell.
    pub(super) fn listen(&mut self, sender: &Sender<Message>) {
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

    /// How often everything is looked at.
    pub(super) fn period(&self) -> Duration {
        let polled = self.roots.iter().filter(|root| !root.is_heard).map(|root| root.settle / 4).min();
        polled.map_or(LOOK, |period| period.clamp(POLL.0, POLL.1))
    }

    /// Looks at everything.
    pub(super) fn look(&mut self) {
        let begun = Instant::now();
        let (mut folders, mut unfinished) = (Vec::new(), Vec::new());
        let (mut failed, mut hidden) = (Vec::new(), Vec::new());
        self.uploads.begin_look();
        for at in 0..self.roots.len() {
            let Some(root) = self.roots.get_mut(at) else { continue };
            let (path, is_remote, claimed) = (root.path.clone(), root.is_remote, root.claim());
            if claimed.is_err() {
                root.lose();
            }
            if !matches!(claimed, Ok(false))
                && let Some(events) = &mut self.events
            {
                // What was listened to is another folder.
                events.forget(&path);
            }
            let scanned = match claimed {
                Ok(_) => scan(&path, &mut |it| self.saw(at, it, false)),
                Err(error) => Scanned { failed: vec![(path.clone(), error)], ..Scanned::default() },
            };
            self.tell_error(at, told(&scanned.failed));
            // What is another watch's is read by that one: it is not known here any more.
            hidden.extend(scanned.failed.iter().filter(|it| !is_others(&it.1)).map(|it| it.0.clone()));
            failed.extend(scanned.failed.into_iter().map(|it| it.0));
            if !self.has_looked {
                let places = scanned.folders.iter().flat_map(|folder| Inside::open(&path, folder));
                places.for_each(|place| {
                    self.workplace.clean_up(&place);
                    put_all_back(&place);
                });
            }
            if !is_remote {
                folders.extend(scanned.folders);
            }
            unfinished.extend(scanned.unfinished);
        }
        self.uploads.end_look(unfinished, &hidden);
        self.has_looked = true;
        let took = begun.elapsed();
        let period = self.period();
        // On a busy machine a look takes long, and what is new is to be found all the same.
        let usual = (took * SHARE).min(LOOK).max(took).max(period);
        let mut next = usual;
        if let Some(events) = &mut self.events {
            match events.listen(&folders) {
                Ok(is_new) => {
                    self.roots.iter_mut().for_each(|it| it.is_heard = !it.is_remote && !failed.contains(&it.path));
                    // What came between the look and the listening.
                    next = if is_new { Duration::ZERO } else { usual.max(self.period()) };
                }
                Err(why) => self.deaf(&why),
            }
        }
        self.next_look = self.now() + next;
    }

    /// Takes note of a file.
    fn saw(&mut self, root: usize, mut found: Found, renamed: bool) {
        let now = self.now();
        if self.uploads.saw(&found, renamed, now) {
            return;
        }
        let earlier = match earlier(self.store, &self.catalogue, &mut found, wall()) {
            Ok(Some(earlier)) => earlier,
            Ok(None) => return self.uploads.track_settled(&found.path, &found.facts),
            // It is found again by the next look.
            Err(error) => return self.say_once("store", Some(chain(&error)), ""),
        };
        let Some(root) = self.roots.get(root) else { return };
        // What was there before the watch need not be waited for again. Only of a disk of this machine the times are those of this
        // clock, and later on nobody asks it: it may be set at any time.
        let is_known = !root.is_remote && !self.has_looked;
        let age = if is_known { found.facts.age(SystemTime::now()) } else { Duration::ZERO };
        self.uploads.track(found, earlier, (root.settle, age), renamed, now);
    }

    /// Takes what the system has told.
    pub(super) fn take_hints(&mut self) {
        let Some(events) = &mut self.events else { return };
        let hints = events.take();
        if hints.look {
            self.next_look = Duration::ZERO;
        }
        for (path, hint) in hints.paths {
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

    /// Looks once more at what has come to rest.
    pub(super) fn settle(&mut self) {
        let now = self.now();
        self.uploads.wake(now);
        for path in self.uploads.at_rest(now) {
            let Some(at) = self.roots.iter().position(|root| path.starts_with(&root.path)) else { continue };
            let Some(root) = self.roots.get(at).map(|root| root.path.clone()) else { continue };
            match look(&root, &path) {
                Ok(Some(found)) => {
                    self.saw(at, found, false);
                    self.uploads.verified(&path, now);
                }
                Ok(None) => self.uploads.gone(&path),
                // It may be possible later.
                Err(_) => self.uploads.unreachable(&path, now),
            }
        }
    }
}

/// What could not be looked into, in words.
fn told(failed: &[(PathBuf, io::Error)]) -> Option<String> {
    /// One that stays must not hide others.
    const MOST: usize = 5;
    // Signs that are no text are told apart.
    let shown = |path: &Path| path.to_str().map_or_else(|| format!("{path:?}"), |it| format!("`{it}`"));
    let mut words: Vec<_> = failed.iter().take(MOST).map(|(path, error)| format!("{}: {error}", shown(path))).collect();
    if failed.len() > MOST {
        words.push(format!("and {} more", failed.len() - MOST));
    }
    (!words.is_empty()).then(|| words.join("; "))
}
