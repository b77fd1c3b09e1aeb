//! Time shapes: about thirty ways in which programs write date and time, read by hand-written scanners.
//!
//! [`stamp`] gets a line and a place in it and returns what stands there, without any knowledge of the file: a year or a
//! date may be missing. `calendar` turns a [`Stamp`] into a [`super::Time`].

use super::civil;
use super::clock::{Clock, clock, digits_run, gap, month, number, weekday, zone};
use super::level::Level;
use super::packed::{eight, epoch, hex_epoch, packed, packed_date, pair, six, tai64n, ten};
use super::possible::possible;
use super::reports::errpt_columns;
use super::watch::UNKNOWN;

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

fn digits_first(line: &[u8], at: usize, orders: Orders) -> Option<(Stamp, usize)> {
    let run = digits_run(line, at);
    let end = at + run;
    let separator = line.get(end).copied().unwrap_or(b'\n');
    match run {
        4 if matches!(separator, b'-' | b'/' | b'.' | b' ' | b':') => year_first(line, at, separator),
        1 | 2 => match separator {
            b'/' | b'.' | b'-' => pair_first(line, at, separator, orders).or_else(|| clock_only(line, at)),
            b':' => clock_only(line, at),
            b' ' => day_name_first(line, at, end + 1),
            b'A'..=b'Z' | b'a'..=b'z' => day_name_joined(line, at, end),
            _ => None,
        },
        6 => six(line, at),
        8 => eight(line, at),
        14 | 17 => packed(line, at, run),
        // Whatever their values are, these digits are no seconds.
        10 if errpt_columns(line, end) => ten(line, at),
        10 | 13 | 16 | 19 => epoch(line, at, run),
        _ => None,
    }
}

/// `2026/01/02 ...`, `2026.1.2`, `2026-Jan-02`, `2026 Jan 02`.
fn year_first(line: &[u8], at: usize, separator: u8) -> Option<(Stamp, usize)> {
    let year = number(line, at, 4, 4)?.0;
    let (month, next) = match month(line, at + 5) {
        Some(found) => found,
        None if separator == b' ' => return None,
        None => number(line, at + 5, 1, 2)?,
    };
    if line.get(next) != Some(&separator) {
        return None;
    }
    let (day, end) = number(line, next + 1, 1, 2)?;
    let shape = if separator == b'/' { Shape::Slashed } else { Shape::Iso };
    after_date(line, end, shape, year, month, day)
}

/// `02/Jan/2026:03:04:05`, `02.01.2026 03:04:05`, `1/2/2026 3:04:05 PM`, `26/01/02 03:04:05`, `01-02 03:04:05.678`.
fn pair_first(line: &[u8], at: usize, separator: u8, orders: Orders) -> Option<(Stamp, usize)> {
    let (first, next) = number(line, at, 1, 2)?;
    if let Some((month, next)) = month(line, next + 1) {
        if line.get(next) != Some(&separator) {
            return day_and_minute(line, next, month, first);
        }
        let (year, end) = number(line, next + 1, 4, 4).or_else(|| short_year(line, next + 1))?;
        return after_date(line, end, Shape::Access, year, month, first);
    }
    let (second, next) = number(line, next + 1, 1, 2)?;
    let shape = if separator == b'.' { Shape::Dotted } else { Shape::Slashed };
    if line.get(next) != Some(&separator) {
        // A dash may stand before the clock where it cannot be a part of the date; a bar is go-ethereum's.
        if !matches!((line.get(next), separator), (Some(b' ' | b'\t'), _) | (Some(b'-'), b'/') | (Some(b'|'), b'-')) {
            return None;
        }
        let clock_at = gap(line, next)?;
        // Without a year the month comes first (Android, Proxifier) unless the file shows otherwise.
        let (month, day) = if orders == Orders::DayFirst { (second, first) } else { (first, second) };
        let read = |month, day| yearless(line, clock_at, Shape::MonthDay, month, day);
        let (stamp, end) = read(month, day).or_else(|| read(day, month))?;
        let forced = !civil::valid(2024, month, day);
        return Some((Stamp { ambiguous: first <= 12 && second <= 12 && first != second, forced, ..stamp }, end));
    }
    let (third, end, long) = match number(line, next + 1, 4, 4) {
        Some((year, end)) => (year, end, true),
        None => {
            let (third, end) = number(line, next + 1, 2, 2)?;
            (third, end, false)
        }
    };
    let clock_at = gap(line, end)?;
    let (clock, stamp_end) = clock(line, clock_at)?;
    let year = if long { third } else { century(third) };
    let day_first = (year, second, first);
    let month_first = (year, first, second);
    // A year has two digits at least.
    let short = !long && digits_run(line, at) == 1;
    let year_first = if short { month_first } else { (century(first), second, third) };
    let order = match (orders, long) {
        (Orders::DayFirst, true) => [day_first, month_first, day_first],
        (Orders::DayFirst, false) => [day_first, month_first, year_first],
        (Orders::MonthFirst, true) => [month_first, day_first, month_first],
        (Orders::MonthFirst, false) => [month_first, day_first, year_first],
        (Orders::Usual, true) if separator == b'/' => [month_first, day_first, month_first],
        (Orders::Usual, true) => [day_first, month_first, day_first],
        (Orders::Usual, false) => [year_first, month_first, day_first],
    };
    let (year, month, day) = order.into_iter().find(|&(year, month, day)| civil::valid(year, month, day))?;
    let ambiguous = order.iter().any(|&it| it != (year, month, day) && civil::valid(it.0, it.1, it.2));
    let forced = (year, month, day) != order[0];
    Some((Stamp { ambiguous, forced, ..full(shape, civil::days(year, month, day), clock) }, stamp_end))
}

/// What stands behind `05-Jan` of `05-Jan 10:11 bareos-dir JobId 12: text` (Bacula): the time to the minute, and a name.
fn day_and_minute(line: &[u8], at: usize, month: i64, day: i64) -> Option<(Stamp, usize)> {
    if !minute_and_name(line, at) || !civil::valid(2024, month, day) {
        return None;
    }
    let (hour, minute) = (pair(line, at + 1)?.0, pair(line, at + 4)?.0);
    let clock = Clock { nanos: (hour * 3600 + minute * 60) * civil::SECOND, digits: 0, offset: None };
    (hour < 24 && minute < 60).then(|| (with(Shape::Access, Date::Yearless(month, day), clock), at + 6))
}

/// Whether ` 10:11 ` and a letter stand at `at`, with any digits.
pub(super) fn minute_and_name(line: &[u8], at: usize) -> bool {
    let Some([b' ', hour @ .., b':', minute_tens, minute_ones, b' ', name]) = line.get(at..at + 8) else {
        return false;
    };
    hour.iter().chain([minute_tens, minute_ones]).all(u8::is_ascii_digit) && name.is_ascii_alphabetic()
}

pub(super) fn century(year: i64) -> i64 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

pub(super) fn short_year(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let (year, end) = number(line, at, 2, 2)?;
    Some((century(year), end))
}

/// The time of day alone, with two digits for minutes and seconds; without seconds `8:12AM` (zerolog).
fn clock_only(line: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let colon = at + digits_run(line, at);
    if let Some([b':', b'0'..=b'9', b'0'..=b'9', b'A' | b'P', b'M', b' ']) = line.get(colon..colon + 6) {
        let (clock, end) = clock(line, at)?;
        return Some((with(Shape::Clock, Date::Absent, clock), end));
    }
    let text = line.get(colon..colon + 6)?;
    let shape = [b':', b'0', b'0', b':', b'0', b'0'];
    if !text.iter().zip(shape).all(|(&have, want)| if want == b':' { have == b':' } else { have.is_ascii_digit() }) {
        return None;
    }
    let (clock, end) = clock(line, at)?;
    // Days, hours, minutes, seconds since boot: `0:00:00:05.123`.
    if line.get(end) == Some(&b':') && line.get(end + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((with(Shape::Clock, Date::Absent, clock), end))
}

/// `13 Apr 2026 03:04:05` and, without a year, `13 Apr 03:04:05.678` (old redis).
fn day_name_first(line: &[u8], at: usize, next: usize) -> Option<(Stamp, usize)> {
    let (day, _) = number(line, at, 1, 2)?;
    let (month, end) = month(line, next)?;
    if line.get(end) != Some(&b' ') {
        return None;
    }
    match number(line, end + 1, 4, 4) {
        Some((year, end)) => after_date(line, end, Shape::Ctime, year, month, day),
        None => yearless(line, end + 1, Shape::Syslog, month, day),
    }
}

/// `5Jan2026 03:04:05` (Check Point) and `05JAN2026:03:04:05` (SAS).
fn day_name_joined(line: &[u8], at: usize, next: usize) -> Option<(Stamp, usize)> {
    let (day, _) = number(line, at, 1, 2)?;
    let (month, end) = month(line, next).filter(|&(_, end)| end == next + 3)?;
    let (year, end) = number(line, end, 4, 4)?;
    after_date(line, end, Shape::Ctime, year, month, day)
}

/// glog (`E0517 15:04:22.619632`), month names (syslog, C's `ctime`), weekdays before them (Apache, RFC 2822).
fn word_first(line: &[u8], at: usize, orders: Orders) -> Option<(Stamp, usize)> {
    if line.get(at + 1)?.is_ascii_digit() {
        return glog(line, at);
    }
    let Some((month, end)) = month(line, at) else {
        let mut next = weekday(line, at)?;
        if line.get(next) == Some(&b',') {
            next += 1;
        }
        let blanks = line.get(next..)?.iter().take_while(|&&byte| byte == b' ').count();
        let next = next + blanks;
        if blanks == 0 || blanks > 3 || weekday(line, next).is_some() {
            return None;
        }
        let (stamp, end) = any(line, next, orders)?;
        return (stamp.date != Date::Absent && stamp.level.is_none()).then_some((stamp, end));
    };
    if let Some(&separator @ (b'/' | b'-')) = line.get(end) {
        return month_joined(line, end + 1, separator, month);
    }
    let mut next = end + usize::from(line.get(end) == Some(&b'.'));
    let blanks = line.get(next..)?.iter().take_while(|&&byte| byte == b' ').count();
    if !(1..=3).contains(&blanks) {
        return None;
    }
    next += blanks;
    let (day, mut next) = number(line, next, 1, 2)?;
    if line.get(next) == Some(&b',') {
        next += 1;
    }
    if let Some((year, end)) = line.get(next + 1).and_then(|_| number(line, next + 1, 4, 4)) {
        return after_date(line, end, Shape::Ctime, year, month, day);
    }
    let blanks = line.get(next..)?.iter().take_while(|&&byte| byte == b' ').count();
    if !(1..=3).contains(&blanks) {
        return None;
    }
    let (stamp, end) = yearless(line, next + blanks, Shape::Syslog, month, day)?;
    // C's ctime and date(1) put the year last: `Sun Dec  4 04:47:44 2005`, `Thu Jun  2 08:00:01 UTC 2022`.
    if line.get(end) == Some(&b' ')
        && let Some((year, after)) = number(line, end + 1, 4, 4)
        && (1970..=2200).contains(&year)
        && civil::valid(year, month, day)
    {
        let (offset, after) = match zone(line, after) {
            (None, _) => (stamp.offset, after),
            found => found,
        };
        let date = Date::Days(civil::days(year, month, day));
        return Some((Stamp { date, offset, shape: Shape::Ctime, ..stamp }, after));
    }
    Some((stamp, end))
}

/// What stands behind `jan/` of `jan/05/2026 03:04:05` (RouterOS) or `Jan-` of `Jan-05 03:04:05.678` (Nextflow).
fn month_joined(line: &[u8], at: usize, separator: u8, month: i64) -> Option<(Stamp, usize)> {
    let (day, next) = number(line, at, 1, 2)?;
    if line.get(next) == Some(&separator) {
        let (year, end) = number(line, next + 1, 4, 4)?;
        return after_date(line, end, Shape::Ctime, year, month, day);
    }
    if line.get(next) != Some(&b' ') {
        return None;
    }
    yearless(line, next + 1, Shape::Syslog, month, day)
}

/// `E0517 15:04:22.619632` and, with `--log_year_in_prefix`, `E20260517 15:04:22.619632`; CockroachDB's
/// `E260517 15:04:22.619632`.
fn glog(line: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let level = match line.get(at)? {
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        b'D' => Level::Debug,
        _ => return None,
    };
    let (stamp, end) = match digits_run(line, at + 1) {
        4 if line.get(at + 5) == Some(&b' ') => {
            yearless(line, at + 6, Shape::Glog, pair(line, at + 1)?.0, pair(line, at + 3)?.0)?
        }
        6 => {
            let (year, _) = short_year(line, at + 1)?;
            let (month, day) = (pair(line, at + 3)?.0, pair(line, at + 5)?.0);
            after_date(line, at + 7, Shape::Glog, year, month, day)?
        }
        8 => {
            let (year, month, day) = packed_date(line, at + 1)?;
            after_date(line, at + 9, Shape::Glog, year, month, day)?
        }
        _ => return None,
    };
    Some((Stamp { level: Some(level), ..stamp }, end))
}
