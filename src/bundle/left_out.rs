//! Members of an archive that are not read: by name, and if there are thousands, how many.

use super::ProblemKind;
use super::visit::{Place, Visit};
use std::sync::atomic::{AtomicU64, Ordering};

/// So many of an archive are named.
const NAMED: u64 = 100;

/// The members of one archive that are not read for the same reason.
pub(super) struct LeftOut {
    kind: ProblemKind,
    message: &'static str,
    count: AtomicU64,
}

impl LeftOut {
    /// Members beyond a limit of the bundle; the archive has a problem that says which.
    pub(super) fn beyond_a_limit() -> LeftOut {
        LeftOut::new(ProblemKind::Limit, "not read: it is beyond a limit of the bundle")
    }

    /// Members left out for the reason in `message`.
    pub(super) fn new(kind: ProblemKind, message: &'static str) -> LeftOut {
        LeftOut { kind, message, count: AtomicU64::new(0) }
    }

    /// Takes note of a member by the name that people read; `bytes` is its size, as far as it is known.
    pub(super) fn add(&self, visit: &Visit<'_>, archive: &Place<'_>, name: &str, bytes: u64) {
        visit.saw(bytes);
        if self.count.fetch_add(1, Ordering::Relaxed) < NAMED {
            visit.note(&archive.member(name), self.kind, self.message.to_owned());
        }
    }

    /// Tells how many there were, if not all were named.
    pub(super) fn finish(self, visit: &Visit<'_>, archive: &Place<'_>) {
        let count = self.count.into_inner();
        if count > NAMED {
            let message = format!("{count} of its files were not read; {NAMED} of them are named");
            visit.note(archive, self.kind, message);
        }
    }
}

/// What is to be done with the next member of an archive whose members come one after the other.
pub(super) enum Next {
    /// It is read.
    Read,
    /// It is one of too many; only its name is wanted.
    Name,
    /// The archive is not read on, not even for names.
    Stop,
}

impl LeftOut {
    /// Decides about the next member. Once one was too many, so are all behind it.
    pub(super) fn next(&self, visit: &Visit<'_>, archive: &Place<'_>) -> Next {
        if self.count.load(Ordering::Relaxed) == 0 && visit.count_member(archive) {
            return Next::Read;
        }
        if visit.is_over(archive) { Next::Stop } else { Next::Name }
    }
}
