//! Rotated logs: which files are parts of one log, and in which order they were written.
//!
//! A path goes in, the log that it belongs to and its [`Turn`] come out: `logs/x.log.2.gz` is a part of `logs/x`, written
//! before `logs/x.log.1` and `logs/x.log`. Only names are looked at, because the members of a tar come one by one. So a
//! form counts only if it is a known form of rotation: `node1.log`, `core.1234` and `app-1.2.3.log` stand for themselves.
//! Files of different folders or containers are never parts of one log, except that a packed file is taken for what is
//! in it: `x.log.2.gz!/x.log.2`, `2026-07-19_Svc.X.zip!/Svc.X.log`.

mod marks;
mod vendor;
mod when;

use std::cmp::Reverse;

/// When a part of a rotated log was written, compared with its other parts; the least is the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Its name has a time: `x.log-20260102`, `x-2026-01-02.3.log.gz`.
    Dated {
        /// Year to second as decimal digits, `20260102030405`; what the name leaves out is zero.
        at: u64,
        /// The parts of that time, counted upwards.
        part: u32,
    },
    /// A number that grows with time: `vpxd-12.log`.
    Counted(u32),
    /// A number that grows with age: `x.log.1`, `x.log.2.gz`.
    Numbered(Reverse<u32>),
    /// `x.log.old`, `x.bak.log`.
    Previous,
    /// The one that is written to, or the only one.
    Current,
}

impl Turn {
    /// Whether two parts of a log could hold the same content by accident of rotation. Names with different times never
    /// mean the same part: if these files are equal, the same was written twice.
    pub(super) fn may_repeat(self, other: Turn) -> bool {
        match (self, other) {
            (Turn::Dated { .. }, Turn::Dated { .. }) | (Turn::Counted(_), Turn::Counted(_)) => self == other,
            _ => true,
        }
    }
}

/// What a file's name says about its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Name of the log, the same for all its parts.
    pub(super) log: String,
    /// Which part.
    pub(super) turn: Turn,
    /// Whether it is named as a copy, by a file manager or because an archive has the name twice: `x - Copy.log`,
    /// `x (2).log`.
    pub(super) copy: bool,
    /// Whether the name says that it is packed.
    pub(super) packed: bool,
}

/// Returns the log that the file at `path` belongs to, with folder and containers, and which part of it the file is.
pub(super) fn part_of_path(path: &str) -> Part {
    let (folder, name) = folder_and_name(path);
    let part = part_of_name(name);
    // The container may be the packed form of one part.
    if let Some(container) = folder.strip_suffix("!/") {
        let (folder, name) = folder_and_name(container);
        let outer = part_of_name(name);
        if outer.packed && outer.log.eq_ignore_ascii_case(&part.log) {
            let inner = if outer.turn == Turn::Current { part } else { outer.clone() };
            return Part { log: format!("{folder}{}", outer.log), packed: true, ..inner };
        }
    }
    Part { log: format!("{folder}{}", part.log), ..part }
}

fn folder_and_name(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |slash| slash + 1))
}

/// Returns what a name without folders says.
pub(super) fn part_of_name(name: &str) -> Part {
    let (unpacked, packed) = marks::unpacked(name);
    let (plain, copy) = marks::without_copy(unpacked);
    if let Some((log, turn)) = vendor::part(&plain) {
        return Part { log, turn, copy, packed };
    }
    let mut log = plain.into_owned();
    let mut turn = marks::take(&mut log);
    if turn == Turn::Current
        && let Some((body, suffix)) = marks::split_suffix(&log)
    {
        let mut body = body.to_owned();
        turn = marks::take_before_suffix(&mut body);
        if turn != Turn::Current {
            body.push_str(suffix);
            log = body;
        }
    }
    if turn == Turn::Current
        && let Some((at, rest)) = when::at_start(&log)
    {
        turn = Turn::Dated { at, part: 0 };
        log = rest.to_owned();
    }
    // ESXi calls the parts of `vmkernel.log` `vmkernel.0.gz`.
    if log.len() > 4 && log.get(log.len() - 4..).is_some_and(|end| end.eq_ignore_ascii_case(".log")) {
        log.truncate(log.len() - 4);
    }
    Part { log, turn, copy, packed }
}

#[cfg(test)]
mod tests;
