//! The parts of a time: numbers, names of months and days, the time of day with fraction, AM/PM and zone.

use super::civil::SECOND;

/// A time of day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// Nanoseconds since midnight.
    pub nanos: i64,
    /// Digits of the fraction.
    pub digits: u8,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

/// Reads `H:mm:ss` with optional fraction, AM/PM and zone; `HH.mm.ss` too. Seconds may only be missing before AM/PM.
pub(super) fn clock(line: &[u8], at: usize) -> Option<(Clock, usize)> {
    let (hour, next) = number(line, at, 1, 2)?;
    let separator = *line.get(next)?;
    if !matches!(separator, b':' | b'.') || hour > 23 {
        return None;
    }
    // Dots need two digits on both sides, or addresses such as `10.5.2.3` would be times.
    let least = if separator == b'.' { 2 } else { 1 };
    let (minute, next) = number(line, next + 1, least, 2)?;
    if minute > 59 {
        return None;
    }
    if line.get(next) != Some(&separator) {
        let (hour, end) = half_day(line, next, hour)?;
        return Some((Clock { nanos: (hour * 3600 + minute * 60) * SECOND, digits: 0, offset: None }, end));
    }
    let (second, next) = number(line, next + 1, least, 2)?;
    if second > 60 {
        return None;
    }
    // A leap second is kept as the 59th: no clock that we compare with has it.
    rest_of_clock(line, next, hour * 3600 + minute * 60 + second.min(59), hour)
}

/// Reads what may follow the seconds: fraction, AM/PM, zone. `seconds` is the time of day so far.
pub(super) fn rest_of_clock(line: &[u8], at: usize, seconds: i64, hour: i64) -> Option<(Clock, usize)> {
    let (fraction, digits, mut end) = fraction(line, at);
    let mut nanos = seconds * SECOND + fraction;
    match line.get(end) {
        None | Some(b']') => return Some((Clock { nanos, digits, offset: None }, end)),
        Some(b'Z') if !line.get(end + 1).is_some_and(u8::is_ascii_alphanumeric) => {
            return Some((Clock { nanos, digits, offset: Some(0) }, end + 1));
        }
        _ => {}
    }
    if let Some((half, after)) = half_day(line, end, hour) {
        nanos += (half - hour) * 3600 * SECOND;
        end = after;
    }
    let (offset, end) = zone(line, end);
    boundary(line, end)?;
    Some((Clock { nanos, digits, offset }, end))
}

/// Nanoseconds of the fraction, its digits and where it ends. A comma only counts before 3, 6 or 9 digits: in comma
/// separated values it is the next column.
pub(super) fn fraction(line: &[u8], at: usize) -> (i64, u8, usize) {
    let Some(mark) = line.get(at).filter(|mark| matches!(mark, b'.' | b',' | b':')) else {
        return (0, 0, at);
    };
    let run = digits_run(line, at + 1);
    let plausible = match mark {
        b',' => matches!(run, 3 | 6 | 9),
        b':' => (1..=9).contains(&run) && !matches!(line.get(at + 1 + run), Some(b':' | b'.')),
        _ => (1..=12).contains(&run),
    };
    if !plausible {
        return (0, 0, at);
    }
    let mut value = 0;
    for index in 0..9 {
        value = value * 10 + if index < run { i64::from(line[at + 1 + index] - b'0') } else { 0 };
    }
    // A colon before a count of milliseconds without leading zeros (`19:58:7` is 7 ms) is how HealthApp-like logs print.
    if *mark == b':' && run < 3 {
        value = value / 10_i64.pow(9 - run as u32) * 1_000_000;
        return (value, 3, at + 1 + run);
    }
    (value, run.min(9) as u8, at + 1 + run)
}

/// Reads AM or PM, after one blank or none; returns the hour of the day.
pub(super) fn half_day(line: &[u8], at: usize, hour: i64) -> Option<(i64, usize)> {
    let at = at + usize::from(line.get(at) == Some(&b' '));
    let (half, m) = (line.get(at)? | 0x20, line.get(at + 1)? | 0x20);
    if !matches!(half, b'a' | b'p') || m != b'm' || line.get(at + 2).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    if !(1..=12).contains(&hour) {
        // `2023-07-19T14:47:11 PM` is written by programs that mix both clocks: the word adds nothing.
        return Some((hour, at + 2));
    }
    Some((hour % 12 + if half == b'p' { 12 } else { 0 }, at + 2))
}

/// Zones whose abbreviation means one thing in practice, in minutes east. `CST`, `IST`, `BST` and such are ambiguous:
/// they are stepped over, the offset stays unknown.
const ZONES: [(&[u8], Option<i32>); 22] = [
    (b"UTC", Some(0)),
    (b"GMT", Some(0)),
    (b"CET", Some(60)),
    (b"CEST", Some(120)),
    (b"EET", Some(120)),
    (b"EEST", Some(180)),
    (b"WET", Some(0)),
    (b"WEST", Some(60)),
    (b"EST", Some(-300)),
    (b"EDT", Some(-240)),
    (b"MST", Some(-420)),
    (b"MDT", Some(-360)),
    (b"PST", Some(-480)),
    (b"PDT", Some(-420)),
    (b"MSK", Some(180)),
    (b"JST", Some(540)),
    (b"KST", Some(540)),
    (b"CST", None),
    (b"CDT", None),
    (b"IST", None),
    (b"BST", None),
    (b"AEST", Some(600)),
];

/// Reads a zone at `at`, after one blank or none; returns seconds east and where it ends, or `(None, at)`.
pub(super) fn zone(line: &[u8], at: usize) -> (Option<i32>, usize) {
    let blank = usize::from(line.get(at) == Some(&b' '));
    let start = at + blank;
    match line.get(start) {
        Some(b'Z' | b'z') if !line.get(start + 1).is_some_and(u8::is_ascii_alphanumeric) => (Some(0), start + 1),
        Some(b'+' | b'-') => numeric_zone(line, start, blank == 1).unwrap_or((None, at)),
        Some(b'A'..=b'Z') => {
            let length = line[start..].iter().take(5).take_while(|byte| byte.is_ascii_uppercase()).count();
            let word = &line[start..start + length];
            // A level often stands here; all known zones end in one of three letters.
            if !matches!(word.last(), Some(b'T' | b'C' | b'K')) {
                return (None, at);
            }
            match ZONES.iter().find(|(name, _)| *name == word) {
                Some(&(name, minutes)) => {
                    let end = start + length;
                    if minutes == Some(0)
                        && name != b"WET"
                        && matches!(line.get(end), Some(b'+' | b'-'))
                        && let Some(found) = numeric_zone(line, end, false)
                    {
                        return found;
                    }
                    match line.get(end) {
                        Some(byte) if byte.is_ascii_alphanumeric() => (None, at),
                        _ => (minutes.map(|minutes| minutes * 60), end),
                    }
                }
                None => (None, at),
            }
        }
        _ => (None, at),
    }
}

/// `+02:00`, `+0200` and, where no blank stands before it, `+02` and the minutes of DB2, `+120`.
fn numeric_zone(line: &[u8], at: usize, minutes_needed: bool) -> Option<(Option<i32>, usize)> {
    let sign = if *line.get(at)? == b'-' { -1 } else { 1 };
    let (hours, minutes, end) = match digits_run(line, at + 1) {
        4 => (number(line, at + 1, 2, 2)?.0, number(line, at + 3, 2, 2)?.0, at + 5),
        3 if !minutes_needed => {
            let (minutes, end) = number(line, at + 1, 3, 3)?;
            (minutes / 60, minutes % 60, end)
        }
        2 if line.get(at + 3) == Some(&b':') && digits_run(line, at + 4) == 2 => {
            (number(line, at + 1, 2, 2)?.0, number(line, at + 4, 2, 2)?.0, at + 6)
        }
        1 | 2 if !minutes_needed => {
            let (hours, end) = number(line, at + 1, 1, 2)?;
            (hours, 0, end)
        }
        _ => return None,
    };
    if hours > 14 || !matches!(minutes, 0 | 15 | 30 | 45) || line.get(end).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    Some((Some(sign * (hours * 3600 + minutes * 60) as i32), end))
}

/// Steps over what stands between date and time: `T`, blanks, `_`, `-`, `:`, a comma, a bar; or nothing that fits.
pub(super) fn gap(line: &[u8], at: usize) -> Option<usize> {
    let next = match *line.get(at)? {
        // Erlang: `2-Jan-2026::03:04:05`.
        b':' if line.get(at + 1) == Some(&b':') => at + 2,
        b'T' | b't' | b'_' | b'-' | b':' => at + 1,
        // Suricata: `5/1/2026 -- 10:11:12`.
        b' ' if line.get(at + 1..at + 4) == Some(b"-- ") => at + 3,
        // Game servers: `05/17/2026 - 15:04:22`. Baseboard controllers: `05/17/2026 | 15:04:22`.
        b' ' if matches!(line.get(at + 1..at + 3), Some(b"- " | b"| ")) => at + 2,
        b' ' | b'\t' => at,
        b',' | b';' | b'|' => at + 1,
        _ => return None,
    };
    let blanks = line.get(next..)?.iter().take(5).take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    Some(next + blanks)
}

/// Some if the time may end here: no letter or digit follows.
pub(super) fn boundary(line: &[u8], at: usize) -> Option<()> {
    match line.get(at) {
        Some(byte) if byte.is_ascii_alphanumeric() => None,
        _ => Some(()),
    }
}

/// Counts the digits from `at` on, at most 20.
pub(super) fn digits_run(line: &[u8], at: usize) -> usize {
    line.get(at..).map_or(0, |rest| rest.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count())
}

/// Reads a number of `least` to `most` digits. With fewer than four wanted digits the run may go on (packed dates); a
/// longer run than `most` is refused where the width is free.
pub(super) fn number(line: &[u8], at: usize, least: usize, most: usize) -> Option<(i64, usize)> {
    let mut value = 0;
    let mut end = at;
    while end < at + most {
        match line.get(end) {
            Some(byte @ b'0'..=b'9') => value = value * 10 + i64::from(byte - b'0'),
            _ => break,
        }
        end += 1;
    }
    if end < at + least || (least != most && line.get(end).is_some_and(u8::is_ascii_digit)) {
        return None;
    }
    if least == 4 && line.get(end).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((value, end))
}

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

const DAYS: [&[u8]; 7] = [b"sunday", b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday"];

/// Reads the name of a month, whole or its first three letters (`Sept` too), in any case; returns its number.
pub(super) fn month(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let index = match &initials(line, at)? {
        b"jan" => 0,
        b"feb" => 1,
        b"mar" => 2,
        b"apr" => 3,
        b"may" => 4,
        b"jun" => 5,
        b"jul" => 6,
        b"aug" => 7,
        b"sep" => 8,
        b"oct" => 9,
        b"nov" => 10,
        b"dec" => 11,
        _ => return None,
    };
    Some((index as i64 + 1, name_end(line, at, MONTHS[index])?))
}

/// Reads the name of a day of the week, whole or its first three letters; returns where it ends.
pub(super) fn weekday(line: &[u8], at: usize) -> Option<usize> {
    name_end(line, at, DAYS[weekday_number(line, at)? as usize])
}

/// The number of a day of the week that [`weekday`] reads, from Sunday on.
pub(super) fn weekday_number(line: &[u8], at: usize) -> Option<i64> {
    Some(match &initials(line, at)? {
        b"sun" => 0,
        b"mon" => 1,
        b"tue" => 2,
        b"wed" => 3,
        b"thu" => 4,
        b"fri" => 5,
        b"sat" => 6,
        _ => return None,
    })
}

/// The first three letters in small. This is asked of every word before a time, so there is no list to walk.
fn initials(line: &[u8], at: usize) -> Option<[u8; 3]> {
    let start = line.get(at..at + 3)?;
    Some([start[0] | 0x20, start[1] | 0x20, start[2] | 0x20])
}

/// Where a name ends whose first three letters are those of `whole`, if it is that name or a usual abbreviation.
fn name_end(line: &[u8], at: usize, whole: &[u8]) -> Option<usize> {
    // The usual case: three letters and a blank.
    if line.get(at + 3) == Some(&b' ') {
        return Some(at + 3);
    }
    let length = line[at..].iter().take(10).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let fits = length == 3
        || (length == 4 && whole == b"september")
        || (length == whole.len() && line[at..at + length].eq_ignore_ascii_case(whole));
    fits.then_some(at + length)
}
