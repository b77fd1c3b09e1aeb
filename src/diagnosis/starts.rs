//! Starts of computers and services: one each, though several logs may tell of it.

use super::chronology::FileTimes;
use crate::finding::{Start, Starts, Time};
use std::sync::Arc;

/// A computer or a service has started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restart {
    /// What has started, as the catalogue or the log calls it.
    pub what: String,
    /// The host on which, if the logs name it.
    pub host: Option<String>,
    /// The file that says so.
    pub file: Arc<str>,
    /// Its line, from 1.
    pub line: u64,
    /// When.
    pub time: Time,
}

/// Within so many seconds, one start is written to several logs or in several lines.
const ONE: i64 = 10;

/// Returns the starts by time.
///
/// Those of a file whose other records are all from another time were taken from outside of the window that was asked for.
pub(super) fn restarts(starts: &Starts, files: &[FileTimes]) -> Vec<Restart> {
    let mut restarts: Vec<Restart> = Vec::new();
    for Start { time, file, line, what } in starts.all() {
        let times = files.iter().find(|it| it.file == *file);
        let span = times.and_then(|it| Some((it.first_time?, it.last_time?)));
        if span.is_some_and(|(first, last)| *time < first || *time > last) {
            continue;
        }
        let host = times.and_then(|it| it.host.clone());
        let same = |other: &&Restart| {
            let near = time.instant().saturating_sub(other.time.instant()) <= ONE * 1_000_000_000;
            near && other.what == *what && other.host == host && other.time.offset() == time.offset()
        };
        if !restarts.iter().rev().any(|other| same(&other)) {
            let (what, file) = (what.clone(), Arc::clone(file));
            restarts.push(Restart { what, host, file, line: *line, time: *time });
        }
    }
    restarts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::new(second * 1_000_000_000, None)
    }

    fn file(name: &str, host: Option<&str>) -> FileTimes {
        FileTimes {
            file: name.into(),
            host: host.map(Into::into),
            dated: 9,
            first_time: Some(at(10)),
            last_time: Some(at(1000)),
            stated: Vec::new(),
            inferred: None,
            zoneless: true,
        }
    }

    #[track_caller]
    fn check(starts: &[(i64, &str)], files: &[FileTimes], expected: &[(i64, &str)]) {
        let mut all = Starts::default();
        for (line, (second, file)) in (1..).zip(starts) {
            all.add(Some(at(*second)), &(*file).into(), line, b"Linux");
        }
        let found = restarts(&all, files);
        let found: Vec<_> = found.iter().map(|it| (it.time.instant() / 1_000_000_000, &*it.file)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_start_that_two_logs_of_a_host_tell_is_one() {
        let files = [file("kern.log", Some("a")), file("messages", Some("a")), file("other", Some("b"))];
        check(
            &[(50, "kern.log"), (50, "messages"), (51, "other"), (58, "kern.log"), (500, "kern.log")],
            &files,
            &[(50, "kern.log"), (51, "other"), (500, "kern.log")],
        );
    }

    #[test]
    fn what_is_outside_of_the_window_is_left_out() {
        check(&[(5, "a"), (50, "a"), (2000, "a"), (5, "unknown")], &[file("a", None)], &[(5, "unknown"), (50, "a")]);
    }
}
