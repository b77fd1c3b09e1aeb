//! What a visit may still do, and what of the bundle is lost.

use super::{Place, Visit};
use crate::bundle::guard::describe;
use crate::bundle::{Problem, ProblemKind};
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

/// Milliseconds of the processor's time that parsers of foreign formats may spend on a bundle beyond what their results
/// are worth: a bundle can hold a million files that keep them busy.
pub(super) const FRUITLESS: u64 = 40_000;

/// Bytes of a result that are worth a millisecond, which is a tenth of what the slowest parsers make.
const WORTH_A_MILLISECOND: u64 = 1 << 10;

/// What it takes to start a parser, in milliseconds.
const TO_START: u64 = 5;

impl Visit<'_> {
    /// Counts a file that was seen, examined or not.
    pub(in crate::bundle) fn saw(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        let add = |total: u64| Some(total.saturating_add(bytes));
        let _ = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Takes one member of the container at `place` from the budget. False once the budget is used up, which is reported.
    pub(in crate::bundle) fn count_member(&self, place: &Place<'_>) -> bool {
        let counted = !self.is_used_up() && self.members.take(1);
        if !counted {
            self.fail_limit(place);
        }
        counted
    }

    /// Whether nothing more may be unpacked, which is reported.
    pub(in crate::bundle) fn is_over(&self, place: &Place<'_>) -> bool {
        let is_over = self.is_used_up();
        if is_over {
            self.fail_limit(place);
        }
        is_over
    }

    fn is_used_up(&self) -> bool {
        self.unpacked.is_used_up() || self.slow.is_used_up() || self.clock.is_over_for(self.unpacked.used())
    }

    /// Whether there is no time even for what need not be unpacked.
    pub(in crate::bundle) fn is_out_of_time(&self) -> bool {
        self.clock.is_over()
    }

    /// Until when the visit may go on; none if it need not hurry.
    pub(in crate::bundle) fn until(&self) -> Option<Instant> {
        self.clock.end()
    }

    /// Takes unpacked bytes from the budget; false if there is less left.
    pub(in crate::bundle) fn charge(&self, bytes: u64) -> bool {
        self.unpacked.take(bytes) && !self.clock.is_over_for(self.unpacked.used())
    }

    /// Takes bytes from the budget that a slow decoder has unpacked; false if there is less left.
    pub(in crate::bundle) fn charge_slow(&self, bytes: u64) -> bool {
        self.charge(bytes) && self.slow.take(bytes)
    }

    /// Counts a file on disk. It is examined even if it is one too many: only containers multiply.
    pub(in crate::bundle) fn count_file(&self) {
        self.members.take(1);
    }

    /// Reports that the rest of the file at `place` is lost: once, and only if that does not follow from earlier trouble
    /// in it or around it.
    pub(in crate::bundle) fn fail(&self, place: &Place<'_>, kind: ProblemKind, message: String) {
        if !place.is_cut() && place.cut.set(kind).is_ok() {
            self.note(place, kind, message);
        }
    }

    /// Reports that only the beginning of a member was read, since an archive around it ended there.
    pub(in crate::bundle) fn cut_with_archive(&self, place: &Place<'_>) {
        // What a compressed file unpacks to is the same file to people.
        if let Some((around, kind)) = place.cut_at()
            && place.cut.set(kind).is_ok()
            && around.path != place.path
        {
            self.note(place, kind, "cut off with the archive: only its beginning was read".to_owned());
        }
    }

    /// Reports an error of the system or of a decoder.
    pub(in crate::bundle) fn fail_with(&self, place: &Place<'_>, error: &io::Error) {
        let (kind, message) = describe(error);
        self.fail(place, kind, message);
    }

    /// Reports that the budget is used up.
    pub(in crate::bundle) fn fail_limit(&self, place: &Place<'_>) {
        let message = if self.unpacked.is_used_up() {
            let most = self.unpacked.all;
            format!("the bundle unpacks to more than {most} bytes; the rest was not unpacked (see --max-unpacked)")
        } else if self.slow.is_used_up() {
            let most = self.slow.all;
            format!(
                "the bundle unpacks to more than {most} bytes of bzip2 or 7-Zip; the rest was not unpacked (see --max-unpacked)"
            )
        } else if let Some(time) = self.clock.past() {
            let seconds = time.as_secs();
            format!("reading the bundle took more than {seconds} s; the rest was not read (see --max-time)")
        } else {
            format!("the bundle has more than {} files; the rest was not read (see --max-files)", self.members.all)
        };
        self.fail(place, ProblemKind::Limit, message);
    }

    /// Reports trouble that does not end the file at `place`.
    pub(in crate::bundle) fn note(&self, place: &Place<'_>, kind: ProblemKind, message: String) {
        let problem = Problem { file: Arc::clone(&place.path), kind, message };
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).add(problem);
    }

    /// Counts what a parser of a foreign format has worked against what it gave.
    pub(in crate::bundle) fn helped(&self, milliseconds: u64, bytes: u64) {
        let worth = bytes / WORTH_A_MILLISECOND;
        self.fruitless.take(milliseconds.saturating_add(TO_START).saturating_sub(worth));
    }

    /// Whether another parser may be started, which is reported if not.
    pub(in crate::bundle) fn may_be_helped(&self, place: &Place<'_>) -> bool {
        let is_over = self.fruitless.is_used_up();
        if is_over {
            let message = format!(
                "not read: other files of its kind in the bundle took {} s of work for little or nothing",
                FRUITLESS / 1000
            );
            self.fail(place, ProblemKind::Limit, message);
        }
        !is_over
    }

    pub(in crate::bundle) fn too_deep(&self, place: &Place<'_>) -> bool {
        let deep = place.containers >= self.depth;
        if deep {
            self.fail(place, ProblemKind::Limit, format!("more than {} containers inside each other", self.depth));
        }
        deep
    }
}
