//! Times that are one or two runs of digits: packed dates, and seconds since 1970 in several units and codes.

use super::civil::{self, DAY, SECOND};
use super::clock::{Clock, boundary, digits_run, number, rest_of_clock};
use super::reports::errpt_columns;
use super::stamp::{Shape, Stamp, after_date, full, short_year};

/// `260102 03:04:05`, `260102  3:04:05` (old MySQL) and `081109 203615` (HDFS).
pub(super) fn six(line: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let (year, _) = short_year(line, at)?;
    let (month, _) = pair(line, at + 2)?;
    let (day, _) = pair(line, at + 4)?;
    let next = at + 6;
    if line.get(next) != Some(&b' ') || !civil::valid(year, month, day) {
        return None;
    }
    if digits_run(line, next + 1) == 6 {
        let (clock, end) = packed_clock(line, next + 1)?;
        return Some((full(Shape::Compact, civil::days(year, month, day), clock), end));
    }
    after_date(line, next, Shape::Compact, year, month, day)
}

/// `20260102-03:04:05:678`, `20260102 03:04:05`, `20260102T030405Z`, `20260102:030405.678` (Zabbix).
pub(super) fn eight(line: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let (year, month, day) = packed_date(line, at)?;
    let next = at + 8;
    if matches!(line.get(next), Some(b'T' | b' ' | b'-' | b'_' | b':')) && digits_run(line, next + 1) == 6 {
        let (clock, end) = packed_clock(line, next + 1)?;
        return Some((full(Shape::Compact, civil::days(year, month, day), clock), end));
    }
    after_date(line, next, Shape::Compact, year, month, day)
}

/// `20260102030405.678901` (Pulse on Linux) and `20260102030405678`.
pub(super) fn packed(line: &[u8], at: usize, run: usize) -> Option<(Stamp, usize)> {
    let (year, month, day) = packed_date(line, at)?;
    if run == 14 {
        let (clock, end) = packed_clock(line, at + 8)?;
        return Some((full(Shape::Compact, civil::days(year, month, day), clock), end));
    }
    let seconds = packed_seconds(line, at + 8)?;
    let (millis, end) = number(line, at + 14, 3, 3)?;
    boundary(line, end)?;
    let clock = Clock { nanos: seconds * SECOND + millis * 1_000_000, digits: 3, offset: None };
    Some((full(Shape::Compact, civil::days(year, month, day), clock), end))
}

pub(super) fn packed_date(line: &[u8], at: usize) -> Option<(i64, i64, i64)> {
    let century = pair(line, at)?.0;
    let (year, month, day) = (century * 100 + pair(line, at + 2)?.0, pair(line, at + 4)?.0, pair(line, at + 6)?.0);
    civil::valid(year, month, day).then_some((year, month, day))
}

fn packed_seconds(line: &[u8], at: usize) -> Option<i64> {
    let (hour, minute, second) = (pair(line, at)?.0, pair(line, at + 2)?.0, pair(line, at + 4)?.0);
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second.min(59))
}

fn packed_clock(line: &[u8], at: usize) -> Option<(Clock, usize)> {
    let seconds = packed_seconds(line, at)?;
    rest_of_clock(line, at + 6, seconds, seconds / 3600)
}

/// Two digits, whatever follows.
pub(super) fn pair(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let (tens, ones) = (*line.get(at)?, *line.get(at + 1)?);
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| (i64::from(tens - b'0') * 10 + i64::from(ones - b'0'), at + 2))
}

/// `0322104526` before the columns of `errpt`: month, day, hour, minute and year.
pub(super) fn ten(line: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let (month, day, hour) = (pair(line, at)?.0, pair(line, at + 2)?.0, pair(line, at + 4)?.0);
    let (minute, year) = (pair(line, at + 6)?.0, 2000 + pair(line, at + 8)?.0);
    if !errpt_columns(line, at + 10) || hour > 23 || minute > 59 || !civil::valid(year, month, day) {
        return None;
    }
    let clock = Clock { nanos: (hour * 3600 + minute * 60) * SECOND, digits: 0, offset: None };
    Some((full(Shape::Compact, civil::days(year, month, day), clock), at + 10))
}

/// Seconds since 1970 that are taken for times.
pub(super) const EPOCHS: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;

/// Seconds, milliseconds, microseconds or nanoseconds since 1970 as a token of its own, from 2001 to 2100.
pub(super) fn epoch(line: &[u8], at: usize, run: usize) -> Option<(Stamp, usize)> {
    // Nineteen digits fit, and so do nanoseconds of as many as there may be of each unit.
    let mut value: u64 = 0;
    for &byte in line.get(at..at + run)? {
        value = value * 10 + u64::from(byte - b'0');
    }
    let unit = match run {
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1_000,
        _ => 1,
    };
    let mut nanos = i64::try_from(value * unit).ok()?;
    let mut end = at + run;
    let mut digits = (run - 10) as u8;
    if line.get(end) == Some(&b'.') {
        let fraction = digits_run(line, end + 1);
        if run != 10 || !(1..=9).contains(&fraction) {
            return None;
        }
        digits = fraction as u8;
        nanos += number(line, end + 1, fraction, fraction)?.0 * 10_i64.pow(9 - u32::from(digits));
        end += 1 + fraction;
    }
    // Something must follow: a number that is the whole line is data.
    if !matches!(line.get(end)?, b' ' | b'\t' | b',' | b';' | b'|' | b']' | b')' | b'"' | b'\'' | b':' | b'}') {
        return None;
    }
    Some((from_epoch(nanos, digits, Shape::Epoch)?, end))
}

pub(super) fn from_epoch(nanos: i64, digits: u8, shape: Shape) -> Option<Stamp> {
    let seconds = nanos.div_euclid(SECOND);
    if !EPOCHS.contains(&seconds) {
        return None;
    }
    let clock = Clock { nanos: nanos - seconds.div_euclid(DAY) * DAY * SECOND, digits, offset: Some(0) };
    Some(full(shape, seconds.div_euclid(DAY), clock))
}

/// `65f221e0.07357a` and a tab: seconds and microseconds in hexadecimal, as Pulse Secure stores its `.vc0` logs.
pub(super) fn hex_epoch(line: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let text = line.get(at..at + 16)?;
    if text[8] != b'.' || text[15] != b'\t' {
        return None;
    }
    let seconds = hex(&text[..8])?;
    let micros = hex(&text[9..15])?;
    if micros >= 1_000_000 {
        return None;
    }
    Some((from_epoch(seconds.checked_mul(SECOND)? + micros * 1_000, 6, Shape::HexEpoch)?, at + 15))
}

/// `@4000000065f221e007357abc`: TAI64N of daemontools, and TAI64 without nanoseconds; 10 seconds are subtracted as its own
/// tools did at the start.
pub(super) fn tai64n(line: &[u8], at: usize) -> Option<(Stamp, usize)> {
    let rest = line.get(at + 1..)?;
    let length = rest.iter().take(25).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (text, fraction) = rest.get(..length).filter(|_| matches!(length, 16 | 24))?.split_at(16);
    let seconds = hex(text)?.checked_sub(0x4000_0000_0000_000A)?;
    let nanos = hex(fraction)?;
    if nanos >= SECOND || seconds > 4_102_444_800 {
        return None;
    }
    let end = at + 1 + length;
    boundary(line, end)?;
    let digits = if fraction.is_empty() { 0 } else { 9 };
    Some((from_epoch(seconds.checked_mul(SECOND)? + nanos, digits, Shape::HexEpoch)?, end))
}

pub(super) fn hex(text: &[u8]) -> Option<i64> {
    let mut value: i64 = 0;
    for &byte in text {
        value = value.checked_mul(16)? + i64::from(char::from(byte).to_digit(16)?);
    }
    Some(value)
}
