//! Which uploads are complete: what was seen of files goes in, what may be read comes out. Knows no files and no clock: `now` is
//! the time since some moment long before the start, and whoever sets the clock of the machine does not change it.
//!
//! A file is at rest when it has had the same size and times for the settle time and nobody is known to write to it, or at once
//! when it was renamed or a marker says so. Whether its format is whole is found out by reading it. What has been dealt with is
//! remembered by a hash only: a folder may keep hundreds of thousands of files.

use super::facts::Facts;
use super::scan::Found;
use super::upload::{Earlier, Fate, Job, Place, Stage, Tracked, place};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Soon enough for a single pass to wait for.
const SOON: Duration = Duration::from_secs(30);

/// Uploads on their way.
#[derive(Debug)]
pub(super) struct Uploads {
    /// What is not whole is given up after this time.
    give_up: Duration,
    tracked: HashMap<PathBuf, Tracked>,
    /// Paths that may be read, the best first.
    queue: BTreeSet<Place>,
    /// Hashes of paths and facts that have been dealt with.
    settled: HashSet<u128>,
    /// Those of them that the present look has found.
    seen_settled: HashSet<u128>,
    /// Files that the last look has found under names of unfinished uploads.
    unfinished: HashSet<(u64, i64)>,
    keys: (RandomState, RandomState),
    /// Number of the present look.
    look: u64,
    order: u64,
}

impl Uploads {
    /// Starts with nothing seen.
    pub(super) fn new(give_up: Duration) -> Uploads {
        Uploads {
            give_up,
            tracked: HashMap::new(),
            queue: BTreeSet::new(),
            settled: HashSet::new(),
            seen_settled: HashSet::new(),
            unfinished: HashSet::new(),
            keys: (RandomState::new(), RandomState::new()),
            look: 0,
            order: 0,
        }
    }

    /// Takes note of a file that was seen; false if nothing is known of it, so that it has to be [`track`](Self::track)ed.
    /// `renamed`: it has got its name just now.
    pub(super) fn saw(&mut self, found: &Found, renamed: bool, now: Duration) -> bool {
        let Some(upload) = self.tracked.get_mut(&found.path) else {
            let key = self.key(&found.path, &found.facts);
            let is_settled = self.settled.contains(&key);
            if is_settled {
                self.seen_settled.insert(key);
            }
            return is_settled;
        };
        upload.look = self.look;
        if upload.facts != found.facts {
            let key = (upload.stage == Stage::Queued).then(|| place(upload, &found.path));
            upload.change(found.facts, renamed || found.is_marked, now);
            // Whose the file before it was says nothing of this one.
            upload.customer.clone_from(&found.customer);
            // What is being read is looked at again when that is over.
            if upload.stage != Stage::Working {
                upload.stage = Stage::Settling;
            }
            if let Some(key) = key {
                self.queue.remove(&key);
            }
        } else if renamed || found.is_marked && !upload.is_marked {
            upload.is_announced = true;
            // With a marker the end will not come any more.
            if upload.stage == Stage::Incomplete {
                upload.stage = Stage::Settling;
            }
        }
        upload.is_marked = found.is_marked;
        true
    }

    /// Takes note of a file that nothing was known of. `age`: since when it is as it is, as far as that is sure.
    pub(super) fn track(
        &mut self,
        found: Found,
        earlier: Earlier,
        (settle, age): (Duration, Duration),
        renamed: bool,
        now: Duration,
    ) {
        self.order += 1;
        let was_unfinished = self.unfinished.contains(&(found.facts.bytes, found.facts.modified));
        let stage = match (earlier.incomplete, earlier.wait) {
            (Some(_), _) if !found.is_marked => Stage::Incomplete,
            (_, Some(wait)) => Stage::Later(now + wait),
            _ => Stage::Settling,
        };
        let since = |waited: Duration| now.saturating_sub(waited);
        let age = if earlier.at_rest { settle } else { age.min(settle) };
        let upload = Tracked {
            customer: found.customer,
            facts: found.facts,
            settle,
            since: now.saturating_sub(age),
            is_announced: renamed || found.is_marked || found.facts.bytes > 0 && was_unfinished,
            is_marked: found.is_marked,
            is_last: false,
            is_alone: earlier.is_alone,
            incomplete: earlier.incomplete.map(since),
            refused: earlier.refused.map(since),
            written: None,
            stage,
            tries: earlier.tries,
            again: earlier.again,
            order: self.order,
            look: self.look,
            changes: 0,
        };
        self.tracked.insert(found.path, upload);
    }

    /// Takes note of a file that needs nothing.
    pub(super) fn track_settled(&mut self, path: &Path, facts: &Facts) {
        let key = self.key(path, facts);
        self.settled.insert(key);
        self.seen_settled.insert(key);
    }

    /// Somebody writes to a file.
    pub(super) fn written(&mut self, path: &Path, now: Duration) {
        if let Some(upload) = self.tracked.get_mut(path) {
            upload.written = Some(now);
        }
    }

    /// Whoever wrote to a file has closed it.
    pub(super) fn closed(&mut self, path: &Path) {
        if let Some(upload) = self.tracked.get_mut(path) {
            upload.written = None;
        }
    }

    /// A file cannot be looked at: it is not at rest before it can.
    pub(super) fn unreachable(&mut self, path: &Path, now: Duration) {
        if let Some(upload) = self.tracked.get_mut(path) {
            upload.change(upload.facts, false, now);
        }
    }

    /// A file is not there any more.
    pub(super) fn gone(&mut self, path: &Path) {
        if self.tracked.get(path).is_some_and(|it| it.stage != Stage::Working)
            && let Some(upload) = self.tracked.remove(path)
        {
            self.queue.remove(&place(&upload, path));
        }
    }

    /// Begins a look at all files.
    pub(super) fn begin_look(&mut self) {
        self.look += 1;
        self.seen_settled.clear();
    }

    /// Ends a look at all files: what it has not seen is gone, but of what is in these places nothing is known.
    pub(super) fn end_look(&mut self, unfinished: impl IntoIterator<Item = (u64, i64)>, failed: &[PathBuf]) {
        let look = self.look;
        let is_hidden = |path: &Path| failed.iter().any(|it| path.starts_with(it));
        self.tracked.retain(|path, it| it.look == look || it.stage == Stage::Working || is_hidden(path));
        // What came at once and has been read leaves its room.
        if self.tracked.capacity() / 8 > self.tracked.len() {
            self.tracked.shrink_to(self.tracked.len() * 2);
        }
        let tracked = &self.tracked;
        self.queue.retain(|it| tracked.contains_key(&it.3));
        std::mem::swap(&mut self.settled, &mut self.seen_settled);
        self.seen_settled = HashSet::new();
        self.unfinished = unfinished.into_iter().collect();
    }

    /// Returns what has been at rest for long enough: it is to be looked at once more, and is [`verified`](Self::verified) if
    /// it is still the same.
    pub(super) fn at_rest(&self, now: Duration) -> Vec<PathBuf> {
        let is_at_rest = |it: &&Tracked| it.stage == Stage::Settling && it.is_at_rest(now);
        let (mut paths, mut orders) = (Vec::new(), Vec::new());
        for (path, upload) in self.tracked.iter().filter(|(_, it)| is_at_rest(it)) {
            orders.push((upload.order, paths.len()));
            paths.push(path.clone());
        }
        orders.sort_unstable();
        orders.into_iter().filter_map(|(_, at)| paths.get_mut(at).map(std::mem::take)).collect()
    }

    /// A file that was at rest is still the same: it may be read.
    pub(super) fn verified(&mut self, path: &Path, now: Duration) {
        if let Some(upload) = self.tracked.get_mut(path)
            && upload.stage == Stage::Settling
            && upload.is_at_rest(now)
        {
            upload.stage = Stage::Queued;
            self.queue.insert(place(upload, path));
        }
    }

    /// Lets those go on whose time to wait is over.
    pub(super) fn wake(&mut self, now: Duration) {
        for (path, upload) in &mut self.tracked {
            let is_over = match upload.stage {
                Stage::Later(due) => due <= now,
                Stage::Incomplete => upload.is_given_up(self.give_up, now),
                Stage::Settling | Stage::Queued | Stage::Working => false,
            };
            if is_over {
                upload.is_last = upload.stage == Stage::Incomplete;
                upload.stage = Stage::Queued;
                self.queue.insert(place(upload, path));
            }
        }
    }

    /// Gives out the next upload that may be read. One that is to be read alone waits until it is, and others wait for it.
    pub(super) fn next(&mut self, is_quiet: bool, now: Duration) -> Option<Job> {
        let first = self.queue.first().map(|it| self.tracked.get(&it.3).is_some_and(|it| it.is_alone))?;
        if first && !is_quiet {
            return None;
        }
        let (_, _, _, path) = self.queue.pop_first()?;
        let upload = self.tracked.get_mut(&path)?;
        upload.stage = Stage::Working;
        let (customer, facts) = (upload.customer.clone(), upload.facts);
        let is_last = upload.is_last || upload.is_marked;
        let refused = upload.refused.map_or(Duration::ZERO, |since| now.saturating_sub(since));
        Some(Job { path, customer, facts, is_last, is_alone: upload.is_alone, refused })
    }

    /// Takes note of what reading it has come to.
    pub(super) fn ended(&mut self, job: &Job, fate: Fate, now: Duration) {
        let Some(upload) = self.tracked.get_mut(&job.path) else { return };
        // Somebody has written to it meanwhile, and it is known already.
        let is_other = upload.facts != job.facts;
        match fate {
            _ if is_other => upload.stage = Stage::Settling,
            Fate::Changed => {
                upload.stage = Stage::Settling;
                upload.since = now;
                upload.is_announced = false;
            }
            Fate::Incomplete => {
                upload.stage = Stage::Incomplete;
                upload.incomplete.get_or_insert(now);
            }
            Fate::Later(wait) | Fate::Refused(wait) | Fate::Alone(wait) => {
                upload.stage = Stage::Later(now + wait);
                upload.tries = upload.tries.saturating_add(1);
                upload.is_alone |= matches!(fate, Fate::Alone(_));
                upload.refused = matches!(fate, Fate::Refused(_)).then(|| upload.refused.unwrap_or(now));
            }
            Fate::Settled => {
                self.tracked.remove(&job.path);
                self.track_settled(&job.path, &job.facts);
            }
            Fate::Gone => drop(self.tracked.remove(&job.path)),
        }
    }

    /// Whether something may still become of what is there, without anybody changing it. In a single pass: a file that changes is
    /// one that is being uploaded, and is left for the next one.
    pub(super) fn is_busy(&self, now: Duration) -> bool {
        self.tracked.values().any(|it| match it.stage {
            Stage::Queued | Stage::Working => true,
            Stage::Settling => it.changes == 0 && it.written.is_none(),
            Stage::Later(due) => due.saturating_sub(now) <= SOON,
            Stage::Incomplete => it.is_given_up(self.give_up, now),
        })
    }

    /// How many are waited for, may be read, and are not whole.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Stage) -> bool| self.tracked.values().filter(|it| wanted(&it.stage)).count();
        (
            count(|it| matches!(it, Stage::Settling | Stage::Later(_))),
            self.queue.len(),
            count(|it| *it == Stage::Incomplete),
        )
    }

    /// Forgets what has been dealt with: there are other signatures.
    pub(super) fn forget_settled(&mut self) {
        self.settled.clear();
        self.seen_settled.clear();
    }

    /// For how many there is room without more memory.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.tracked.capacity()
    }

    /// Nobody can prepare two files for one hash: the keys are drawn at random.
    fn key(&self, path: &Path, facts: &Facts) -> u128 {
        let (high, low) = (self.keys.0.hash_one((path, facts)), self.keys.1.hash_one((path, facts)));
        u128::from(high) << 64 | u128::from(low)
    }
}
