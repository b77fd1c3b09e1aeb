//! Times that begin with a word: `Mon Jan  2 03:04:05 2026`, `Jan  2 03:04:05`, `E0102 03:04:05`.

use super::super::civil;
use super::super::clock::{digits_run, month, number, weekday, zone};
use super::super::level::Level;
use super::super::packed::{packed_date, pair};
use super::{Date, Orders, Shape, Stamp, after_date, any, short_year, yearless};

/// `13 Apr 2026 03:04:05` and, without a year, `13 Apr 03:04:05.678` (old redis).
pub(super) fn day_name_first(line: &[u8], at: usize, next: usize) -> Option<(Stamp, usize)> {
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
pub(super) fn day_name_joined(line: &[u8], at: usize, next: usize) -> Option<(Stamp, usize)> {
    let (day, _) = number(line, at, 1, 2)?;
    let (month, end) = month(line, next).filter(|&(_, end)| end == next + 3)?;
    let (year, end) = number(line, end, 4, 4)?;
    after_date(line, end, Shape::Ctime, year, month, day)
}

/// glog (`E0517 15:04:22.619632`), month names (syslog, C's `ctime`), weekdays before them (Apache, RFC 2822).
pub(super) fn word_first(line: &[u8], at: usize, orders: Orders) -> Option<(Stamp, usize)> {
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
