//! Time shapes: about thirty ways in which programs write date and time, read by hand-written scanners.
//!
//! [`stamp`] gets a line and a place in it and returns what stands there, without any knowledge of the file: a year or a
//! date may be missing. `calendar` turns a [`Stamp`] into a [`super::Time`].

mod digits;
mod words;

use super::civil;
use super::clock::{Clock, clock, gap, number};
use super::level::Level;
use super::packed::{hex_epoch, tai64n};
use super::possible::possible;
use super::watch::UNKNOWN;
use digits::digits_first;
use words::word_first;

pub(super) use digits::minute_and_name;

/// A date and time as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub date: Date,
    /// Nanoseconds since midnight.
    pub clock: i64,
    /// Digits of the fraction.
    pub digits: u8,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
    pub shape: Shape,
    /// Whether another order of day, month and year would read the same text as another date.
    pub ambiguous: bool,
    /// Whether there is no such date in the order of the file, so that it was read in another one.
    pub forced: bool,
    /// The level, where the time begins with its letter (glog).
    pub level: Option<Level>,
    /// Which look at the line's times has found it, see `watch`.
    pub call: u8,
}

/// How much of the date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Date {
    /// All of it, in days since 1970-01-01.
    Days(i64),
    /// Month and day without year.
    Yearless(i64, i64),
    /// Nothing, only the time of day.
    Absent,
}

/// The family of a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Iso,
    Dotted,
    Slashed,
    Access,
    Syslog,
    Ctime,
    Compact,
    MonthDay,
    Glog,
    Epoch,
    HexEpoch,
    Clock,
}

impl Shape {
    pub(super) fn name(self) -> &'static str {
        match self {
            Shape::Iso => "iso",
            Shape::Dotted => "dotted",
            Shape::Slashed => "slashed",
            Shape::Access => "access",
            Shape::Syslog => "syslog",
            Shape::Ctime => "ctime",
            Shape::Compact => "compact",
            Shape::MonthDay => "monthday",
            Shape::Glog => "glog",
            Shape::Epoch => "epoch",
            Shape::HexEpoch => "hexepoch",
            Shape::Clock => "clock",
        }
    }
}

/// How the numbers of ambiguous dates are ordered in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Orders {
    /// `/` month first unless impossible, `.` and `-` day first, three two-digit numbers are year, month, day.
    #[default]
    Usual,
    /// Day before month.
    DayFirst,
    /// Month before day.
    MonthFirst,
}

impl Stamp {
    /// Whether the shape is so distinctive that it may be looked for behind other words.
    pub(super) fn strong(&self) -> bool {
        !matches!(self.shape, Shape::Epoch | Shape::Clock | Shape::MonthDay | Shape::HexEpoch | Shape::Compact)
    }
}

/// What has come of looking for a time.
pub(super) enum Attempt {
    /// The time, and where it ends.
    Read(Stamp, usize),
    /// There is none, but with other values of digits there might be.
    Refused,
    /// There is none whatever the values of digits.
    Never,
}

/// Looks for a time that begins exactly at `at`.
pub(super) fn attempt(line: &[u8], at: usize, orders: Orders) -> Attempt {
    if let Some((stamp, end)) = iso(line, at) {
        return Attempt::Read(stamp, end);
    }
    if !possible(line, at) {
        return Attempt::Never;
    }
    match other_than_iso(line, at, orders) {
        Some((stamp, end)) => Attempt::Read(stamp, end),
        None => Attempt::Refused,
    }
}

/// Reads the time that begins exactly at `at`; returns it and where it ends.
pub(super) fn stamp(line: &[u8], at: usize, orders: Orders) -> Option<(Stamp, usize)> {
    match attempt(line, at, orders) {
        Attempt::Read(stamp, end) => Some((stamp, end)),
        _ => None,
    }
}

fn any(line: &[u8], at: usize, orders: Orders) -> Option<(Stamp, usize)> {
    iso(line, at).or_else(|| other_than_iso(line, at, orders))
}

fn other_than_iso(line: &[u8], at: usize, orders: Orders) -> Option<(Stamp, usize)> {
    match *line.get(at)? {
        b'0'..=b'9' => digits_first(line, at, orders).or_else(|| hex_epoch(line, at)),
        b'A'..=b'Z' | b'a'..=b'z' => word_first(line, at, orders).or_else(|| hex_epoch(line, at)),
        b'@' => tai64n(line, at),
        _ => None,
    }
}

/// The common case without any branching on layout: `2026-01-02T03:04:05` or with a blank, and what may follow.
fn iso(line: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let text: &[u8; 19] = line.get(at..at + 19)?.try_into().ok()?;
    if text[4] != b'-' || text[7] != b'-' || text[13] != b':' || text[16] != b':' || !matches!(text[10], b'T' | b' ') {
        return None;
    }
    let mut wrong = false;
    let mut two = |index: usize| {
        let (tens, ones) = (text[index].wrapping_sub(b'0'), text[index + 1].wrapping_sub(b'0'));
        wrong |= tens > 9 || ones > 9;
        i64::from(tens) * 10 + i64::from(ones)
    };
    let year = two(0) * 100 + two(2);
    let (month, day, hour, minute, second) = (two(5), two(8), two(11), two(14), two(17));
    if wrong || hour > 23 || minute > 59 || second > 60 || !civil::valid(year, month, day) {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second.min(59);
    let (clock, end) = super::clock::rest_of_clock(line, at + 19, seconds, hour)?;
    Some((full(Shape::Iso, civil::days(year, month, day), clock), end))
}

pub(super) fn full(shape: Shape, days: i64, clock: Clock) -> Stamp {
    with(shape, Date::Days(days), clock)
}

fn with(shape: Shape, date: Date, clock: Clock) -> Stamp {
    let Clock { nanos, digits, offset } = clock;
    Stamp { date, clock: nanos, digits, offset, shape, ambiguous: false, forced: false, level: None, call: UNKNOWN }
}

/// Gap and clock after a full date that ends at `end`.
pub(super) fn after_date(
    line: &[u8],
    end: usize,
    shape: Shape,
    year: i64,
    month: i64,
    day: i64,
) -> Option<(Stamp, usize)> {
    if !civil::valid(year, month, day) {
        return None;
    }
    let (clock, end) = clock(line, gap(line, end)?)?;
    Some((full(shape, civil::days(year, month, day), clock), end))
}

fn yearless(line: &[u8], at: usize, shape: Shape, month: i64, day: i64) -> Option<(Stamp, usize)> {
    // 2024 is a leap year, so the 29th of February is let through; the calendar then picks a year that has one.
    if !civil::valid(2024, month, day) {
        return None;
    }
    let (clock, end) = clock(line, at)?;
    Some((with(shape, Date::Yearless(month, day), clock), end))
}

pub(super) fn century(year: i64) -> i64 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

pub(super) fn short_year(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let (year, end) = number(line, at, 2, 2)?;
    Some((century(year), end))
}
