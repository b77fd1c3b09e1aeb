//! The logs that a vendor asks for, cut to the time of the incident and redacted.

use crate::bundle::Entry;
use crate::finding::Time;
use crate::reading::each_chunk;
use crate::redact::Redactor;
use crate::scan::Window;
use std::io::{self, Write};

/// How much of a log was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    /// Records taken.
    pub(super) taken: u64,
    /// Records of the log.
    pub(super) all: u64,
    /// The earliest and the latest time of those that were taken.
    pub(super) times: Option<(Time, Time)>,
}

/// What is taken before the first message of the incident: a day, since a backup job of the night before matters.
const BEFORE: i64 = 86_400_000_000_000;
/// And behind the last: an hour.
const AFTER: i64 = 3_600_000_000_000;

/// The time of an incident, by its first and last message; all of it if the messages have no times.
pub(super) fn window(first: Option<Time>, last: Option<Time>) -> Window {
    match (first, last) {
        (Some(first), Some(last)) => {
            let bounds = |first: i64, last: i64| (Some(first.saturating_sub(BEFORE)), Some(last.saturating_add(AFTER)));
            let shown =
                |time: Time| time.instant().saturating_add(i64::from(time.offset().unwrap_or(0)) * 1_000_000_000);
            // Logs without a zone mostly show the clock that the message shows.
            Window::of_instants(bounds(first.instant(), last.instant()), bounds(shown(first), shown(last)))
        }
        _ => Window::ALL,
    }
}

/// Writes the records of a log that lie in the window. Returns why not if it is no text.
pub(super) fn cut(
    entry: Entry<'_>,
    window: Window,
    redactor: &Redactor,
    out: &mut dyn Write,
) -> io::Result<Result<Cut, &'static str>> {
    let mut flow = redactor.flow();
    let (mut cut, mut before) = (Cut::default(), None);
    let done = each_chunk(entry, &mut |chunk, reading| {
        let mut gate = window.gate_behind(before, chunk, &reading.format);
        for record in reading.format.records(chunk) {
            before = record.header.time.or(before);
            cut.all += 1;
            if !gate.admits(record.header.time) {
                continue;
            }
            cut.taken += 1;
            if let Some(time) = record.header.time {
                cut.times = Some(cut.times.map_or((time, time), |(first, last)| {
                    // Threads write past each other: the last record is not always the latest.
                    (
                        if time.instant() < first.instant() { time } else { first },
                        if time.instant() >= last.instant() { time } else { last },
                    )
                }));
            }
            out.write_all(&flow.text(record.text))?;
            out.write_all(b"\n")?;
        }
        Ok(())
    })?;
    Ok(done.map(|()| cut))
}
