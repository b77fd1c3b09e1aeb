//! When and where records were written, on one clock: zones that files leave out and clocks that differ are made up for.

use super::super::chronology::FileTimes;
use super::super::clocks::ClockOffset;
use super::super::zones::host_key;
use crate::bundle::{FilePath, Turn};
use crate::finding::Time;
use std::collections::{BTreeMap, BTreeSet};

const SECOND: i64 = 1_000_000_000;

/// What is known of the files of a bundle.
#[derive(Debug, Default)]
pub(in super::super) struct Moments {
    files: BTreeMap<std::sync::Arc<str>, FileMoment>,
    logs: BTreeMap<String, LogSpan>,
    /// By host: what its clock is ahead, in nanoseconds.
    ahead: BTreeMap<String, i64>,
    hosts: BTreeSet<String>,
}

#[derive(Debug)]
struct FileMoment {
    host: Option<String>,
    /// Nanoseconds east of UTC of times without a zone.
    offset: Option<i64>,
}

/// When a log was written: all parts of a rotated one.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogSpan {
    pub(super) first: i64,
    pub(super) last: i64,
    /// Its earliest part is not the first that there was: its name is one of a rotation.
    pub(super) rotated: bool,
    oldest: Turn,
    /// As the log shows it.
    pub(super) begins: Time,
}

/// A time on the common clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Moment {
    pub(in super::super) instant: i64,
    /// Whether the zone is known.
    pub(in super::super) zoned: bool,
}

impl Moments {
    /// `offsets` are the clocks that differ.
    pub(in super::super) fn new(files: &[FileTimes], offsets: &[ClockOffset]) -> Moments {
        let mut moments = Moments::default();
        for offset in offsets {
            let (behind, ahead) = (host_key(&offset.behind), host_key(&offset.ahead));
            let base = moments.ahead.get(&behind).copied().unwrap_or(0);
            let nanoseconds = offset.seconds.saturating_mul(SECOND);
            moments.ahead.entry(ahead).or_insert(base.saturating_add(nanoseconds));
        }
        for file in files {
            let host = file.host.as_deref().map(host_key);
            moments.hosts.extend(host.clone());
            let offset = file.inferred.map(|it| i64::from(it.offset) * SECOND);
            moments.files.insert(std::sync::Arc::clone(&file.file), FileMoment { host, offset });
        }
        for file in files {
            let (Some(first), Some(last)) = (file.first_time, file.last_time) else { continue };
            let path = FilePath::from(std::sync::Arc::clone(&file.file));
            let (from, to) = (moments.of(&path, None, first).instant, moments.of(&path, None, last).instant);
            let turn = path.turn();
            let own = LogSpan { first: from, last: to, rotated: turn != Turn::Current, oldest: turn, begins: first };
            let span = moments.logs.entry(path.log().to_owned()).or_insert(own);
            span.last = span.last.max(to);
            if turn <= span.oldest {
                (span.oldest, span.rotated) = (turn, turn != Turn::Current);
            }
            if from < span.first {
                (span.first, span.begins) = (from, first);
            }
        }
        moments
    }

    /// The computer that wrote a record: the one that it names, or that of its file.
    pub(in super::super) fn host(&self, file: &str, own: Option<&str>) -> Option<String> {
        own.map(host_key).or_else(|| self.files.get(file)?.host.clone())
    }

    /// Whether logs of several computers are known.
    pub(in super::super) fn has_several_hosts(&self) -> bool {
        self.hosts.len() > 1
    }

    /// When a record was written.
    pub(in super::super) fn of(&self, file: &str, host: Option<&str>, time: Time) -> Moment {
        let known = self.files.get(file);
        let host = host.or_else(|| known?.host.as_deref());
        let ahead = host.and_then(|host| self.ahead.get(host)).copied().unwrap_or(0);
        let offset = known.and_then(|it| it.offset);
        let shown = time.instant().saturating_sub(ahead);
        match (time.offset(), offset) {
            (Some(_), _) => Moment { instant: shown, zoned: true },
            (None, Some(offset)) => Moment { instant: shown.saturating_sub(offset), zoned: true },
            (None, None) => Moment { instant: shown, zoned: false },
        }
    }

    /// When a log was written.
    pub(super) fn log(&self, log: &str) -> Option<&LogSpan> {
        self.logs.get(log)
    }
}
