//! Times that begin with a digit: `2026-01-02 03:04`, `02.01.2026`, `1/2/26`, `03:04:05`.

use super::super::civil;
use super::super::clock::{Clock, clock, digits_run, gap, month, number};
use super::super::packed::{eight, epoch, packed, pair, six, ten};
use super::super::reports::errpt_columns;
use super::words::{day_name_first, day_name_joined};
use super::{Date, Orders, Shape, Stamp, after_date, century, full, short_year, with, yearless};

pub(super) fn digits_first(line: &[u8], at: usize, orders: Orders) -> Option<(Stamp, usize)> {
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
pub(in crate::record) fn minute_and_name(line: &[u8], at: usize) -> bool {
    let Some([b' ', hour @ .., b':', minute_tens, minute_ones, b' ', name]) = line.get(at..at + 8) else {
        return false;
    };
    hour.iter().chain([minute_tens, minute_ones]).all(u8::is_ascii_digit) && name.is_ascii_alphabetic()
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
