//! When a kernel began to count the seconds that stand before its messages.
//!
//! A kernel's ring buffer has no dates, but some of its messages state the wall clock: the clock chip when the system's
//! clock is set from it, and every message of the audit subsystem.

use super::civil::{self, SECOND};
use super::clock::{digits_run, number};
use super::packed::EPOCHS;
use memchr::memmem;

/// Returns the nanoseconds since 1970 at which the count began, from the first line that shows it.
pub(super) fn boot_time(lines: &[&[u8]]) -> Option<i64> {
    let exact = lines.iter().find_map(|line| begun(line, clock_set(line).or_else(|| audited(line))?));
    // The clock chip itself counts whole seconds, and not always those of UTC.
    exact.or_else(|| lines.iter().find_map(|line| begun(line, chip(line)?)))
}

/// The moment `now` of a line, less the seconds since boot that it begins with, behind a priority or a level or not.
fn begun(line: &[u8], now: i64) -> Option<i64> {
    let open = line.iter().take(24).position(|&byte| byte == b'[')?;
    let start = open + 1 + line[open + 1..].iter().take(8).take_while(|&&byte| byte == b' ').count();
    let (seconds, point) = number(line, start, 1, 9)?;
    let decimals = digits_run(line, point + 1);
    let (fraction, close) = number(line, point + 1, decimals, decimals).filter(|_| (1..=9).contains(&decimals))?;
    let since = seconds * SECOND + fraction * 10_i64.pow(9 - decimals as u32);
    (line.get(point) == Some(&b'.') && line.get(close) == Some(&b']')).then_some(now - since)
}

/// `rtc_cmos 00:04: setting system clock to 2026-01-05T10:11:12 UTC (1767607872)`
fn clock_set(line: &[u8]) -> Option<i64> {
    let text = &line[memmem::find(line, b"setting system clock to ")?..];
    let open = memmem::find(text, b"UTC (")? + 5;
    epoch(text, open).filter(|_| text.get(open + 10) == Some(&b')'))
}

/// `audit: type=2000 audit(1767607871.812:1): state=initialized`
fn audited(line: &[u8]) -> Option<i64> {
    let open = memmem::find(line, b" audit(")? + 7;
    let millis = number(line, open + 11, 3, 3)?.0;
    Some(epoch(line, open)? + millis * 1_000_000)
}

fn epoch(text: &[u8], at: usize) -> Option<i64> {
    let seconds = number(text, at, 10, 10)?.0;
    EPOCHS.contains(&seconds).then_some(seconds * SECOND)
}

/// `PM: RTC time: 10:11:12, date: 2026-01-05`, before Linux 5 `date: 01/05/26`.
fn chip(line: &[u8]) -> Option<i64> {
    let text = &line[memmem::find(line, b"RTC time: ")? + 10..];
    let two = |at: usize| number(text, at, 1, 2);
    let (hour, next) = two(0).or_else(|| two(1))?;
    let (minute, next) = two(next + 1)?;
    let (second, next) = two(next + 1)?;
    let date = &text[next..].strip_prefix(b", date: ")?;
    let part = |at: usize| number(date, at, 2, 2).map(|it| it.0);
    let (year, month, day) = match digits_run(date, 0) {
        4 => (part(0)? * 100 + part(2)?, part(5)?, part(8)?),
        _ => (2000 + part(6)?, part(0)?, part(3)?),
    };
    let valid = civil::valid(year, month, day) && hour < 24 && minute < 60 && second < 60;
    valid.then(|| (civil::days(year, month, day) * civil::DAY + hour * 3600 + minute * 60 + second) * SECOND)
}
