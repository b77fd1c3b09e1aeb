//! The order of day and month in the parts of rotated logs: what one part shows holds for those that leave it open.
//!
//! Which part knows is seen when all have been read. Where that makes a difference, the bundle is read again.

use super::lock;
use crate::bundle::FilePath;
use crate::record::{DateOrder, Dates, Format};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// What the parts of each log have shown.
#[derive(Default)]
pub(super) struct Seen(Mutex<BTreeMap<Box<str>, Log>>);

#[derive(Default)]
struct Log {
    shown: BTreeSet<DateOrder>,
    assumed: BTreeSet<DateOrder>,
}

/// The order for each log of which a part was read in another one than another part shows.
pub(super) type Known = BTreeMap<Box<str>, DateOrder>;

impl Seen {
    /// Takes note of a file.
    pub(super) fn add(&self, path: &FilePath, dates: Dates) {
        if dates == Dates::Clear {
            return;
        }
        let mut all = lock(&self.0);
        let log = all.entry(path.log().into()).or_default();
        match dates {
            Dates::Clear => {}
            Dates::Shown(order) => drop(log.shown.insert(order)),
            Dates::Assumed(order) => drop(log.assumed.insert(order)),
        }
    }

    /// Returns what has to be read in another order. Parts that contradict each other show nothing.
    pub(super) fn corrections(self) -> Known {
        let all = self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let wrong = |(log, seen): (Box<str>, Log)| {
            let mut shown = seen.shown.iter();
            let (Some(&order), None) = (shown.next(), shown.next()) else { return None };
            seen.assumed.iter().any(|it| *it != order).then_some((log, order))
        };
        all.into_iter().filter_map(wrong).collect()
    }
}

/// Corrects how a file is read by what other parts of its log have shown.
pub(super) fn correct(format: &mut Format, path: &FilePath, known: &Known) {
    if let (Dates::Assumed(_), Some(&order)) = (format.dates(), known.get(path.log())) {
        format.set_date_order(order);
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
