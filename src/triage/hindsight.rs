//! What is known of dates only when all has been read. Where that makes a difference, the bundle is read again.
//!
//! The order of day and month in the parts of rotated logs: what one part shows holds for those that leave it open. And
//! whether lines without dates pass midnight, which the last one of a stream shows.

use super::lock;
use crate::bundle::FilePath;
use crate::record::{DateOrder, Dates, Format, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// What has been seen so far.
#[derive(Default)]
pub(super) struct Seen {
    /// What the parts of each log have shown.
    logs: Mutex<BTreeMap<Box<str>, Log>>,
    /// The last time of each file whose days depend on it.
    last_times: Mutex<BTreeMap<Box<str>, Time>>,
}

#[derive(Default)]
struct Log {
    shown: BTreeSet<DateOrder>,
    assumed: BTreeSet<DateOrder>,
}

/// What has to be read in another way than it was.
#[derive(Default)]
pub(super) struct Known {
    /// The order for each log of which a part was read in another one than another part shows.
    orders: BTreeMap<Box<str>, DateOrder>,
    /// The last time of each file whose lines pass midnight.
    last_times: BTreeMap<Box<str>, Time>,
}

impl Known {
    pub(super) fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.last_times.is_empty()
    }
}

impl Seen {
    /// Takes note of a file.
    pub(super) fn add(&self, path: &FilePath, dates: Dates) {
        if dates == Dates::Clear {
            return;
        }
        let mut all = lock(&self.logs);
        let log = all.entry(path.log().into()).or_default();
        match dates {
            Dates::Clear => {}
            Dates::Shown(order) => drop(log.shown.insert(order)),
            Dates::Assumed(order) => drop(log.assumed.insert(order)),
        }
    }

    /// Takes note of the last time in a file that was read in this format.
    pub(super) fn add_last_time(&self, path: &FilePath, format: &Format, last: Time) {
        if format.clone().set_last_time(last) {
            // Of two files with one path the order in which they were read must not decide.
            let mut all = lock(&self.last_times);
            let known = all.entry((**path).into()).or_insert(last);
            *known = last.min(*known);
        }
    }

    /// Returns what has to be read in another way. Parts that contradict each other show nothing.
    pub(super) fn corrections(self) -> Known {
        let logs = self.logs.into_inner().unwrap_or_else(PoisonError::into_inner);
        let last_times = self.last_times.into_inner().unwrap_or_else(PoisonError::into_inner);
        let wrong = |(log, seen): (Box<str>, Log)| {
            let mut shown = seen.shown.iter();
            let (Some(&order), None) = (shown.next(), shown.next()) else { return None };
            seen.assumed.iter().any(|it| *it != order).then_some((log, order))
        };
        Known { orders: logs.into_iter().filter_map(wrong).collect(), last_times }
    }
}

/// Corrects how a file is read by what other parts of its log and its own end have shown.
pub(super) fn correct(format: &mut Format, path: &FilePath, known: &Known) {
    if let (Dates::Assumed(_), Some(&order)) = (format.dates(), known.orders.get(path.log())) {
        format.set_date_order(order);
    }
    if let Some(&last) = known.last_times.get(&**path) {
        format.set_last_time(last);
    }
}

#[cfg(test)]
mod tests {
    use crate::bundle::{Bundle, Limits};
    use crate::signature::SignatureSet;
    use crate::triage::{Options, triage};

    /// Triages files of a folder; returns the first time of each error, by its file.
    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[(&str, &str)]) {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
        let bundle = Bundle::open(&[folder.path().to_path_buf()], Limits::default()).unwrap();
        let diagnosis = triage(&bundle, &SignatureSet::new(Vec::new()), Options::default());
        let shown = diagnosis.unresolved.iter().flat_map(|it| &it.finding.group.evidence);
        let mut shown: Vec<(String, String)> = shown
            .map(|it| (it.file.rsplit('/').next().unwrap_or_default().to_owned(), it.time.unwrap().to_string()))
            .collect();
        shown.sort();
        let expected: Vec<_> = expected.iter().map(|(name, time)| (name.to_string(), time.to_string())).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_part_that_leaves_the_order_open_is_read_as_the_others_are() {
        check(
            &[
                ("app.log.1", "13/04/2026 10:11:12 ERROR disk is gone\n"),
                ("app.log", "05/04/2026 10:11:12 ERROR link went down\n"),
                ("other.log", "05/04/2026 10:11:12 ERROR fan has stopped\n"),
            ],
            &[
                ("app.log", "2026-04-05T10:11:12"),
                ("app.log.1", "2026-04-13T10:11:12"),
                ("other.log", "2026-05-04T10:11:12"),
            ],
        );
    }

    #[test]
    fn lines_of_a_stream_without_dates_pass_midnight() {
        let filling = "23:59:00 INFO all is well\n".repeat(5_000);
        let text = format!("23:58:00 ERROR disk is gone\n{filling}00:10:00 ERROR link went down\n");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.log.gz");
        std::fs::write(&path, packed.finish().unwrap()).unwrap();
        let modified = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_777_940_000);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        let bundle = Bundle::open(&[path], Limits::default()).unwrap();
        let diagnosis = triage(&bundle, &SignatureSet::new(Vec::new()), Options::default());
        let shown = diagnosis.unresolved.iter().flat_map(|it| &it.finding.group.evidence);
        let mut shown: Vec<String> = shown.map(|it| it.time.unwrap().to_string()).collect();
        shown.sort();
        assert_eq!(shown, ["2026-05-04T23:58:00", "2026-05-05T00:10:00"]);
    }

    #[test]
    fn parts_that_contradict_each_other_show_nothing() {
        check(
            &[
                ("app.log.2", "13/04/2026 10:11:12 ERROR disk is gone\n"),
                ("app.log.1", "04/14/2026 10:11:12 ERROR door is open\n"),
                ("app.log", "05/04/2026 10:11:12 ERROR link went down\n"),
            ],
            &[
                ("app.log", "2026-05-04T10:11:12"),
                ("app.log.1", "2026-04-14T10:11:12"),
                ("app.log.2", "2026-04-13T10:11:12"),
            ],
        );
    }
}
