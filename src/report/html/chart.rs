//! The timeline as a picture: errors and all records over time, silences, starts, and where each finding is first seen.

mod marks;

use crate::diagnosis::{Chronology, Clock, Diagnosis};
use crate::finding::{Level, Levels, Time};
use crate::report::neutral::one_line;
use crate::report::timeline;
use crate::report::wording::{number, plural, seconds};
use marks::Mark;

/// The section about time.
pub(super) struct Chart {
    /// `None` if too few records have a time.
    pub(super) picture: Option<Picture>,
    /// What is odd about the times.
    pub(super) remarks: Vec<String>,
}

pub(super) struct Picture {
    pub(super) bars: Vec<Bar>,
    pub(super) gaps: Vec<Gap>,
    pub(super) starts: Vec<Tick>,
    pub(super) marks: Vec<Mark>,
    /// Findings for whose marks there is no room.
    pub(super) unplaced: usize,
    /// Rows of marks.
    pub(super) lanes: usize,
    pub(super) first: String,
    pub(super) last: String,
    /// Errors and warnings of the highest column.
    pub(super) most: String,
    /// How long a column is.
    pub(super) column: String,
    /// The picture in words.
    pub(super) summary: String,
}

/// An interval. Places are in thousandths of the width and hundredths of the height.
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) width: String,
    pub(super) errors: Block,
    pub(super) warnings: Block,
    pub(super) records: Block,
    pub(super) from: String,
    pub(super) title: String,
    /// Errors, warnings, all records.
    pub(super) counts: (String, String, String),
}

pub(super) struct Block {
    pub(super) top: String,
    pub(super) height: String,
}

pub(super) struct Gap {
    pub(super) x: String,
    pub(super) width: String,
    pub(super) title: String,
}

/// A line at the time at which something started.
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) title: String,
}

/// The height of the part with errors and warnings, and where the one with all records begins.
const ERRORS: f64 = 62.0;
const RECORDS: f64 = 68.0;
/// Columns that find room.
const COLUMNS: i64 = 120;
/// Returns what there is to show of time; `None` if there is nothing. Marks are made for the `top` first unexplained errors.
pub(super) fn chart(diagnosis: &Diagnosis, top: usize) -> Option<Chart> {
    let remarks: Vec<String> = timeline::remarks(&diagnosis.chronology).iter().map(|it| one_line(it)).collect();
    let picture = picture(diagnosis, top);
    (picture.is_some() || !remarks.is_empty()).then_some(Chart { picture, remarks })
}

/// The seconds that are shown.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
}

impl Span {
    /// Where a second is, from 0 to 1.
    fn place(self, second: i64) -> f64 {
        let (length, at) = (i128::from(self.to) - i128::from(self.from), i128::from(second) - i128::from(self.from));
        (at as f64 / length.max(1) as f64).clamp(0.0, 1.0)
    }
}

fn picture(diagnosis: &Diagnosis, top: usize) -> Option<Picture> {
    let chronology = &diagnosis.chronology;
    let (width, buckets) = columns(chronology)?;
    let (&(from, _), &(last, _)) = (buckets.first()?, buckets.last()?);
    // Of one column a picture tells no more than a number.
    if buckets.len() < 2 {
        return None;
    }
    let span = Span { from, to: last.saturating_add(width) };
    let most_bad = buckets.iter().map(|(_, it)| it[0].saturating_add(it[1])).max().unwrap_or(0);
    let most = buckets.iter().map(|(_, it)| it[2]).max().unwrap_or(0);
    let zone = (chronology.clock == Clock::Utc).then_some(0);
    let shown = |second: i64| seconds(Time::new(second.saturating_mul(1_000_000_000), zone));
    let bar = |&(from, it): &Column| {
        let [errors, warnings, all] = it;
        let (errors_high, warnings_high) = (share(errors, most_bad) * ERRORS, share(warnings, most_bad) * ERRORS);
        let records_high = share(all, most) * (100.0 - RECORDS);
        let words = [plural(errors, "error"), plural(warnings, "warning"), plural(all, "record")];
        Bar {
            x: thousandths(span.place(from)),
            width: thousandths(span.place(from.saturating_add(width)) - span.place(from)),
            errors: Block { top: decimal(ERRORS - errors_high), height: decimal(errors_high) },
            warnings: Block { top: decimal(ERRORS - errors_high - warnings_high), height: decimal(warnings_high) },
            records: Block { top: decimal(RECORDS), height: decimal(records_high) },
            from: shown(from),
            title: format!("{}: {}", shown(from), words.join(", ")),
            counts: (number(errors), number(warnings), number(all)),
        }
    };
    let sum = |index: usize| buckets.iter().fold(0_u64, |sum, (_, it)| sum.saturating_add(it[index]));
    let place = |time: Time, file: &str| second(chronology, time, file).map(|it| span.place(it));
    let (marks, unplaced) = marks::in_rows(marks::marks(diagnosis, top, &place));
    Some(Picture {
        unplaced,
        lanes: marks.iter().map(|it| it.lane + 1).max().unwrap_or(0),
        bars: buckets.iter().map(bar).collect(),
        gaps: gaps(chronology, span),
        starts: starts(chronology, span),
        marks,
        first: shown(span.from),
        last: shown(span.to),
        most: number(most_bad),
        column: timeline::duration(width),
        summary: format!(
            "{} and {} among {} from {} to {}",
            plural(sum(0), "error"),
            plural(sum(1), "warning"),
            plural(sum(2), "record"),
            shown(span.from),
            shown(span.to)
        ),
    })
}

/// Where a column of the histogram begins, in seconds, and its errors, warnings and all records.
type Column = (i64, [u64; 3]);

/// How long a column is, and those with records: where each begins, and its errors, warnings and all records. The histogram
/// keeps the intervals that have records however far they are apart; so that they can be seen, there is a bound to how many
/// find room in the picture.
fn columns(chronology: &Chronology) -> Option<(i64, Vec<Column>)> {
    let buckets = || chronology.records.buckets();
    let (first, last) = (buckets().next()?.0, buckets().next_back()?.0);
    let mut width = chronology.records.width();
    while last.div_euclid(width).saturating_sub(first.div_euclid(width)) >= COLUMNS {
        width = width.checked_mul(2)?;
    }
    let mut columns: Vec<Column> = Vec::new();
    for (second, levels) in buckets() {
        let (from, counts) = (second.div_euclid(width).saturating_mul(width), counts(levels));
        match columns.last_mut() {
            Some((own, sums)) if *own == from => {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.saturating_add(count));
            }
            _ => columns.push((from, counts)),
        }
    }
    Some((width, columns))
}

/// Errors, warnings and all records.
fn counts(levels: &Levels) -> [u64; 3] {
    let of = |level: Level| levels[level as usize];
    let all = levels.iter().fold(0_u64, |sum, &count| sum.saturating_add(count));
    [of(Level::Error).saturating_add(of(Level::Fatal)), of(Level::Warn), all]
}

fn gaps(chronology: &Chronology, span: Span) -> Vec<Gap> {
    let place = |time: Time, file: &str| second(chronology, time, file).map(|it| span.place(it));
    let gap = |pause: &crate::diagnosis::Pause| {
        let (from, to) = (place(pause.from, &pause.file)?, place(pause.to, &pause.file)?);
        (to > from).then(|| Gap {
            x: thousandths(from),
            width: thousandths(to - from),
            title: one_line(&format!("{} is silent for {}", pause.file, timeline::duration(pause.seconds()))),
        })
    };
    // A picture in which all is shaded says nothing.
    chronology.silences.iter().take(10).filter_map(gap).collect()
}

/// How many starts are drawn: of more than that a picture shows no bars.
const STARTS: usize = 60;

fn starts(chronology: &Chronology, span: Span) -> Vec<Tick> {
    let tick = |start: &crate::diagnosis::Restart| {
        let place = second(chronology, start.time, &start.file)?;
        let host = start.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
        let title = format!("{} starts{host}: {}", start.what, seconds(start.time));
        Some(Tick { x: thousandths(span.place(place)), title: one_line(&title) })
    };
    let last = chronology.starts.len().saturating_sub(STARTS);
    chronology.starts[last..].iter().filter_map(tick).collect()
}

/// The second of a time by the clock of the timeline.
fn second(chronology: &Chronology, time: Time, file: &str) -> Option<i64> {
    let inferred = || chronology.files.iter().find(|it| &*it.file == file)?.inferred;
    let east = match (time.offset(), chronology.clock) {
        (None, Clock::InferredUtc | Clock::Mixed) => inferred().map_or(0, |it| i64::from(it.offset)),
        _ => 0,
    };
    time.instant().div_euclid(1_000_000_000).checked_sub(east)
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn thousandths(share: f64) -> String {
    decimal(share * 1000.0)
}

/// At most two decimals, none needed for whole numbers.
fn decimal(value: f64) -> String {
    let text = format!("{value:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".into() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Histogram;
    use proptest::prelude::*;

    fn of(errors: &[(i64, u64)]) -> Chronology {
        let mut records = Histogram::default();
        errors.iter().for_each(|&(second, count)| records.add(second, &[0, 0, 1, 2, count, 0, 0]));
        Chronology { records, clock: Clock::Shown, ..Chronology::default() }
    }

    #[test]
    fn what_is_far_apart_shares_columns() {
        assert_eq!(columns(&of(&[(64, 1), (65, 2), (67, 4)])).unwrap().1.len(), 3);
        let (width, far) = columns(&of(&[(0, 1), (1, 2), (50_000_000, 4)])).unwrap();
        assert_eq!((width, far), (524_288, vec![(0, [3, 4, 9]), (49_807_360, [4, 2, 7])]));
        assert_eq!(columns(&of(&[])), None);
    }

    proptest! {
        #[test]
        fn every_column_can_be_seen_and_no_record_is_lost(
            errors in proptest::collection::vec((0..4_000_000_000_i64, 0..1_000_u64), 1..80),
        ) {
            let (width, columns) = columns(&of(&errors)).unwrap();
            prop_assert!((columns.last().unwrap().0 - columns[0].0) / width < COLUMNS);
            let sum: u64 = columns.iter().map(|(_, counts)| counts[2]).sum();
            prop_assert_eq!(sum, errors.iter().map(|(_, count)| count + 3).sum::<u64>());
        }
    }
}
