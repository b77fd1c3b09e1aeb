//! Times in file names: `20260102`, `2026-01-02T03-04-05.678`, `18.02.2026`, `1767322800`.
//!
//! The record layer reads days in names too (`record/name_date.rs`) and wants a day wherever it stands; here a time must
//! stand where rotation puts it.

/// Returns the time that the name ends with, and what stands before it and its separator.
///
/// The time is year to second as decimal digits. Nothing but a separator or a letter may stand in front of it.
pub(super) fn at_end(name: &str) -> Option<(u64, &str)> {
    // From the left, so that the longest time is found: that of `x_2026_01_02_03_04_05` begins with the year.
    let bytes = name.as_bytes();
    let longest = bytes.len().saturating_sub(LONGEST);
    for start in longest..bytes.len() {
        if !bytes[start].is_ascii_digit() || (start > 0 && bytes[start - 1].is_ascii_digit()) {
            continue;
        }
        let Some((at, end)) = time(bytes, start) else { continue };
        if end != bytes.len() {
            continue;
        }
        let before = name.get(..start)?;
        if let Some(rest) = before.strip_suffix(SEPARATORS) {
            return Some((at, rest));
        }
        // `log20260102`, `RECV2026010203`; other numbers there belong to the name.
        let is_whole_day = at / 1_000_000 == decimal(bytes.get(start..start + 8)?).unwrap_or(0);
        if before.is_empty() || (is_whole_day && before.ends_with(|last: char| last.is_ascii_alphabetic())) {
            return Some((at, before));
        }
    }
    None
}

/// Returns the time that the name begins with, and what stands behind it and its separator.
pub(super) fn at_start(name: &str) -> Option<(u64, &str)> {
    let (at, end) = time(name.as_bytes(), 0)?;
    let rest = name.get(end..)?.strip_prefix(SEPARATORS)?;
    rest.starts_with(|first: char| !first.is_ascii_digit()).then_some((at, rest))
}

const SEPARATORS: [char; 5] = ['-', '_', '.', ' ', '@'];

/// No time in a name is longer.
const LONGEST: usize = 32;

/// Reads a time that begins at `start`, and returns where it ends: as far as there is something of a time.
fn time(name: &[u8], start: usize) -> Option<(u64, usize)> {
    let run = digits(name, start);
    let number = |from: usize, count: usize| -> Option<u64> {
        let digits = name.get(from..from.checked_add(count)?)?;
        digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
    };
    match run {
        8 | 10 | 12 | 14 | 17 if is_day(number(start, 4)?, number(start + 4, 2)?, number(start + 6, 2)?) => {
            let day = number(start, 8)?;
            let end = start + run;
            if run == 8 {
                return Some(after_day(name, day, end));
            }
            let (hour, minute, second) =
                (number(start + 8, 2)?, number(start + 10, 2).unwrap_or(0), number(start + 12, 2).unwrap_or(0));
            let (minute, second) = (if run < 12 { 0 } else { minute }, if run < 14 { 0 } else { second });
            (hour < 24 && minute < 60 && second <= 60).then_some((stamp(day, hour, minute, second), end))
        }
        10 => Some((of_epoch(number(start, 10)?)?, start + 10)),
        13 => Some((of_epoch(number(start, 10)?)?, start + 13)),
        _ => {
            let separator = *name.get(start + run).filter(|byte| matches!(byte, b'-' | b'.' | b'_'))?;
            let second = start + run + 1;
            let n_second = digits(name, second);
            let third = second + n_second + 1;
            let n_third = digits(name, third);
            if name.get(third - 1) != Some(&separator) || !(1..=2).contains(&n_second) {
                return None;
            }
            let (one, two, three) = (number(start, run)?, number(second, n_second)?, number(third, n_third)?);
            let (year, month, day) = match (run, n_third) {
                (4, 1 | 2) => (one, two, three),
                (1 | 2, 4) if is_day(three, two, one) => (three, two, one),
                (1 | 2, 4) => (three, one, two),
                // WebSphere: `SystemOut_26.01.02_03.04.05`; two digits alone could be anything.
                (2, 2) if name.get(third + 2) == Some(&b'_') && is_day(2000 + one, two, three) => {
                    let (at, end) = after_day(name, ((2000 + one) * 100 + two) * 100 + three, third + 2);
                    return (end >= third + 2 + 9).then_some((at, end));
                }
                _ => return None,
            };
            let day = is_day(year, month, day).then_some((year * 100 + month) * 100 + day)?;
            Some(after_day(name, day, third + n_third))
        }
    }
}

/// Adds the time of day behind a day that ends at `end`: `-030405`, `T03-04-05.678`, `_03_04`, `-1767322800`.
fn after_day(name: &[u8], day: u64, end: usize) -> (u64, usize) {
    let only_day = (stamp(day, 0, 0, 0), end);
    let mut at = end;
    while at < end + 2 && name.get(at).is_some_and(|byte| matches!(byte, b'-' | b'_' | b'T' | b't' | b'.' | b' ')) {
        at += 1;
    }
    if at == end {
        return only_day;
    }
    let two = |from: usize| -> Option<u64> {
        let pair = name.get(from..from.checked_add(2)?)?;
        pair.iter().all(u8::is_ascii_digit).then(|| u64::from(pair[0] - b'0') * 10 + u64::from(pair[1] - b'0'))
    };
    let run = digits(name, at);
    if let (10, Some(epoch)) = (run, name.get(at..at + run).and_then(decimal)) {
        return of_epoch(epoch).map_or(only_day, |instant| (instant.max(day * 1_000_000), at + run));
    }
    let parts = match run {
        4 => (two(at), two(at + 2), Some(0), at + 4),
        6 => (two(at), two(at + 2), two(at + 4), at + 6),
        2 => {
            let is_separator = |at: usize| name.get(at).is_some_and(|byte| matches!(byte, b'-' | b'_' | b'.' | b':'));
            let next = |at: usize| is_separator(at) && digits(name, at + 1) == 2;
            match (next(at + 2), next(at + 5)) {
                (true, true) => (two(at), two(at + 3), two(at + 6), at + 8),
                (true, false) => (two(at), two(at + 3), Some(0), at + 5),
                // An hour or the number of a part: read as the latter, which gives the same order.
                _ => return only_day,
            }
        }
        _ => return only_day,
    };
    let (Some(hour), Some(minute), Some(second), mut end) = parts else { return only_day };
    if hour > 23 || minute > 59 || second > 60 {
        return only_day;
    }
    // Thousandths, and a zone of UTC.
    if matches!(name.get(end), Some(b'.' | b'-' | b'_' | b',')) && matches!(digits(name, end + 1), 3 | 6 | 9) {
        end += 1 + digits(name, end + 1);
    }
    if name.get(end) == Some(&b'Z') {
        end += 1;
    }
    (stamp(day, hour, minute, second), end)
}

fn stamp(day: u64, hour: u64, minute: u64, second: u64) -> u64 {
    ((day * 100 + hour) * 100 + minute) * 100 + second
}

/// Other years are numbers of another kind.
fn is_day(year: u64, month: u64, day: u64) -> bool {
    let longest = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1990..2100).contains(&year) && (1..=12).contains(&month) && (1..=longest).contains(&day)
}

/// Returns year to second of seconds since 1970, from 2001 to 2099.
pub(super) fn of_epoch(seconds: u64) -> Option<u64> {
    if !(1_000_000_000..4_070_908_800).contains(&seconds) {
        return None;
    }
    // Civil date from days since 1970 (Howard Hinnant, civil_from_days).
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let time = seconds % 86_400;
    Some(stamp((year * 100 + month) * 100 + day, time / 3600, time / 60 % 60, time % 60))
}

/// Counts the digits from `at` on.
pub(super) fn digits(name: &[u8], at: usize) -> usize {
    name.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// Reads a number of up to 19 digits.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 19 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |value, byte| value * 10 + u64::from(byte - b'0')))
}
