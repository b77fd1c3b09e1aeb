//! One or more lines of every format, made up by us: what the header says and where the message begins.

mod any_line;
mod events;
mod programs;
mod records;
mod times;
mod vendors;

pub(super) use any_line::header_like;

use super::format::Format;
use super::{Chunk, Encoding, Level, Reading};

pub(super) const MODIFIED: i64 = 1_780_000_000; // 2026-05-28T20:26:40Z

/// Checks the header of a file that consists of this line.
#[track_caller]
pub(super) fn check(line: &str, time: &str, level: Option<Level>, component: &str, message: &str) {
    let format = Format::guess(line.as_bytes(), Some(MODIFIED));
    let header = format.header(line.as_bytes()).unwrap_or_else(|| panic!("no header: {line}"));
    let have = (
        header.time.map(|time| time.to_string()).unwrap_or_default(),
        header.level,
        header.component.map(|it| String::from_utf8_lossy(it).into_owned()).unwrap_or_default(),
        &line[header.message..],
    );
    assert_eq!(have, (time.to_owned(), level, component.to_owned(), message), "{} {line}", format.name());
    super::layout_tests::check_many(line.as_bytes());
}

/// Checks the first lines and line counts of the records of a text.
#[track_caller]
pub(super) fn fold(text: &str, expected: &[(&str, u64)]) {
    let reading = Reading::guess(text.as_bytes(), Some(MODIFIED)).expect("text");
    let chunk =
        Chunk { buffer: text.as_bytes(), start: 0, end: text.len(), offset: 0, encoding: Encoding::Bytes, lines: &[] };
    let records: Vec<_> = reading.format.records(&chunk).collect();
    let firsts: Vec<_> = records
        .iter()
        .map(|record| {
            (std::str::from_utf8(record.text).expect("UTF-8").lines().next().unwrap_or_default(), record.lines)
        })
        .collect();
    assert_eq!(firsts, expected);
}

pub(super) const NONE: Option<Level> = None;
pub(super) const TRACE: Option<Level> = Some(Level::Trace);
pub(super) const DEBUG: Option<Level> = Some(Level::Debug);
pub(super) const INFO: Option<Level> = Some(Level::Info);
pub(super) const WARN: Option<Level> = Some(Level::Warn);
pub(super) const ERROR: Option<Level> = Some(Level::Error);
pub(super) const FATAL: Option<Level> = Some(Level::Fatal);

#[test]
fn names_of_formats_are_for_people() {
    for (line, name) in [
        ("2026-01-05 10:11:12 x", "iso"),
        ("[05.01.2026 10:11:12] <01> Info x", "veeam"),
        ("Jan  5 10:11:12 h a: x", "syslog"),
        ("{\"time\":1767607872345,\"msg\":\"x\"}", "json"),
        ("nothing to see", "plain"),
        ("", "plain"),
    ] {
        assert_eq!(Format::guess(line.as_bytes(), None).name(), name);
    }
}
