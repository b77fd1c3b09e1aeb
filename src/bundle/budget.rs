//! What all archives of a bundle draw from.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that all threads take from.
pub(super) struct Allowance {
    pub(super) all: u64,
    used: AtomicU64,
}

impl Allowance {
    /// Starts with so much.
    pub(super) fn new(all: u64) -> Allowance {
        Allowance { all, used: AtomicU64::new(0) }
    }

    /// Takes `amount`; false if that is more than is left. What is taken in vain stays taken, so that everybody stops.
    pub(super) fn take(&self, amount: u64) -> bool {
        let used = self.used.fetch_add(amount, Ordering::Relaxed);
        used.saturating_add(amount) <= self.all
    }

    /// Gives back what was taken.
    pub(super) fn give(&self, amount: u64) {
        self.used.fetch_sub(amount, Ordering::Relaxed);
    }

    /// Whether somebody asked for more than there was.
    pub(super) fn is_used_up(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.all
    }
}
