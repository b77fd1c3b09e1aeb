//! What all archives of a bundle draw from.

use super::Limits;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A number that all threads take from.
pub(super) struct Allowance {
    pub(super) all: u64,
    used: AtomicU64,
    until: Option<Instant>,
}

impl Allowance {
    /// Starts with so much.
    pub(super) fn new(all: u64) -> Allowance {
        Allowance { all, used: AtomicU64::new(0), until: None }
    }

    /// The same until `end`; after that there is nothing left.
    pub(super) fn until(self, end: Option<Instant>) -> Allowance {
        Allowance { until: end, ..self }
    }

    /// Takes `amount`; false if that is more than is left. What is taken in vain stays taken, so that everybody stops.
    pub(super) fn take(&self, amount: u64) -> bool {
        let used = self.used.fetch_add(amount, Ordering::Relaxed);
        used.saturating_add(amount) <= self.all && self.until.is_none_or(|end| Instant::now() <= end)
    }

    /// Gives back what was taken.
    pub(super) fn give(&self, amount: u64) {
        self.used.fetch_sub(amount, Ordering::Relaxed);
    }

    /// What was taken so far, in vain or not.
    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether somebody asked for more than there was.
    pub(super) fn is_used_up(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.all
    }
}

/// The time of a visit. Once it is over it stays over.
pub(super) struct Clock {
    start: Instant,
    /// For what unpacks to more than `fair` bytes.
    bomb: Duration,
    fair: u64,
    /// For everything.
    all: Duration,
    is_bomb_over: AtomicBool,
    is_all_over: AtomicBool,
}

impl Clock {
    /// Starts for inputs of `bytes` bytes; `spent` of the time is gone already.
    pub(super) fn new(limits: &Limits, bytes: u64, spent: Duration) -> Clock {
        let now = Instant::now();
        let more = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
        Clock {
            start: now.checked_sub(spent).unwrap_or(now),
            bomb: limits.time,
            fair: limits.ratio.saturating_mul(bytes),
            all: limits.time.saturating_add(limits.time_of_mib.saturating_mul(more)),
            is_bomb_over: AtomicBool::new(false),
            is_all_over: AtomicBool::new(false),
        }
    }

    /// How much of the time is gone.
    pub(super) fn spent(&self) -> Duration {
        self.start.elapsed()
    }

    /// When it is over for everything; none if never.
    pub(super) fn end(&self) -> Option<Instant> {
        self.start.checked_add(self.all)
    }

    /// Whether it is over for everything.
    pub(super) fn is_over(&self) -> bool {
        is_past(self.all, self.start, &self.is_all_over)
    }

    /// Whether it is over for more unpacking, `unpacked` bytes after the start.
    pub(super) fn is_over_for(&self, unpacked: u64) -> bool {
        (unpacked > self.fair && is_past(self.bomb, self.start, &self.is_bomb_over)) || self.is_over()
    }

    /// The time that is over, if any is.
    pub(super) fn past(&self) -> Option<Duration> {
        let is_over = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        match (is_over(&self.is_bomb_over), is_over(&self.is_all_over)) {
            (true, _) => Some(self.bomb),
            (false, true) => Some(self.all),
            (false, false) => None,
        }
    }
}

fn is_past(time: Duration, start: Instant, flag: &AtomicBool) -> bool {
    if flag.load(Ordering::Relaxed) {
        return true;
    }
    let is_past = start.elapsed() > time;
    if is_past {
        flag.store(true, Ordering::Relaxed);
    }
    is_past
}
