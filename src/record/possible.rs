//! Whether a time may stand at a place, told without looking at the values of digits.
//!
//! This refuses most words of a line at once, and what it refuses is no time in any line that differs only in the values
//! of digits. It may accept what is no time.

use super::clock::{digits_run, gap, month, weekday};
use super::stamp::minute_and_name;

/// Whether the text at `at` may be a time if its digits have the right values.
pub(super) fn possible(line: &[u8], at: usize) -> bool {
    match line.get(at) {
        Some(b'0'..=b'9') => digits_first(line, at) || hex_epoch(line, at),
        Some(b'A'..=b'Z' | b'a'..=b'z') => word_first(line, at) || hex_epoch(line, at),
        Some(b'@') => line.get(at + 1..at + 17).is_some_and(|text| text.iter().all(u8::is_ascii_hexdigit)),
        _ => false,
    }
}

fn digits_first(line: &[u8], at: usize) -> bool {
    let run = digits_run(line, at);
    let end = at + run;
    let separator = line.get(end).copied().unwrap_or(b'\n');
    match run {
        4 if matches!(separator, b'-' | b'/' | b'.' | b' ' | b':') => year_first(line, end + 1, separator),
        1 | 2 => match separator {
            b'/' | b'.' | b'-' => pair_first(line, end + 1, separator),
            b':' => {
                let seconds = line.get(end + 3) == Some(&b':') && is_digit(line, end + 4);
                digits_run(line, end + 1) >= 2 && (seconds || matches!(line.get(end + 3), Some(b'A' | b'P')))
            }
            b' ' => month(line, end + 1).is_some_and(|(_, end)| line.get(end) == Some(&b' ')),
            b'A'..=b'Z' | b'a'..=b'z' => month(line, end).is_some_and(|(_, end)| digits_run(line, end) == 4),
            _ => false,
        },
        6 => separator == b' ' && (digits_run(line, end + 1) == 6 || clock_behind_gap(line, end)),
        8 => {
            (matches!(separator, b'T' | b' ' | b'-' | b'_' | b':') && digits_run(line, end + 1) == 6)
                || clock_behind_gap(line, end)
        }
        14 | 17 => true,
        10 | 13 | 16 | 19 => separator != b'.' || run == 10 && is_digit(line, end + 1),
        _ => false,
    }
}

/// What stands behind the year's separator.
fn year_first(line: &[u8], at: usize, separator: u8) -> bool {
    let end = match month(line, at) {
        Some((_, end)) => end,
        None => match digits_run(line, at) {
            run @ 1..=2 if separator != b' ' => at + run,
            _ => return false,
        },
    };
    let run = digits_run(line, end + 1);
    line.get(end) == Some(&separator) && (1..=2).contains(&run) && clock_behind_gap(line, end + 1 + run)
}

/// What stands behind the separator of two numbers that are day, month or a short year.
fn pair_first(line: &[u8], at: usize, separator: u8) -> bool {
    if let Some((_, end)) = month(line, at) {
        return line.get(end) == Some(&separator) || minute_and_name(line, end);
    }
    let run = digits_run(line, at);
    let end = at + run;
    if !(1..=2).contains(&run) {
        return false;
    }
    if line.get(end) != Some(&separator) {
        return clock_behind_gap(line, end);
    }
    let run = digits_run(line, end + 1);
    matches!(run, 2 | 4) && clock_behind_gap(line, end + 1 + run)
}

fn word_first(line: &[u8], at: usize) -> bool {
    if is_digit(line, at + 1) {
        return matches!(line[at], b'I' | b'W' | b'E' | b'F' | b'D')
            && match digits_run(line, at + 1) {
                4 => line.get(at + 5) == Some(&b' ') && clock(line, at + 6),
                6 => clock_behind_gap(line, at + 7),
                8 => clock_behind_gap(line, at + 9),
                _ => false,
            };
    }
    if let Some((_, end)) = month(line, at) {
        return after_month(line, end);
    }
    let Some(end) = weekday(line, at) else { return false };
    let end = end + usize::from(line.get(end) == Some(&b','));
    let next = end + blanks(line, end);
    // A day of the week is not followed by another one; what follows it is looked at once.
    line.get(next).is_some_and(u8::is_ascii_digit)
        || month(line, next).is_some_and(|(_, end)| after_month(line, end))
        || glog_like(line, next)
}

/// A letter and digits, which a day of the week hardly stands before; it is left to the scanner to say no.
fn glog_like(line: &[u8], at: usize) -> bool {
    line.get(at).is_some_and(u8::is_ascii_alphanumeric) && (is_digit(line, at + 1) || hex_epoch(line, at))
}

/// A day behind the month's name, and something like a year or a clock behind that.
fn after_month(line: &[u8], end: usize) -> bool {
    if matches!(line.get(end), Some(b'/' | b'-')) {
        let run = digits_run(line, end + 1);
        return (1..=2).contains(&run) && matches!(line.get(end + 1 + run), Some(b'/' | b'-' | b' '));
    }
    let end = end + usize::from(line.get(end) == Some(&b'.'));
    let next = end + blanks(line, end);
    let run = digits_run(line, next);
    if next == end || !(1..=2).contains(&run) {
        return false;
    }
    let next = next + run;
    let next = next + usize::from(line.get(next) == Some(&b','));
    digits_run(line, next + 1) == 4 || clock(line, next + blanks(line, next))
}

fn clock_behind_gap(line: &[u8], at: usize) -> bool {
    gap(line, at).is_some_and(|next| clock(line, next))
}

/// Hours and minutes, and then seconds or AM or PM.
fn clock(line: &[u8], at: usize) -> bool {
    let run = digits_run(line, at);
    let Some(&separator) = line.get(at + run).filter(|_| (1..=2).contains(&run)) else { return false };
    let next = at + run + 1;
    let run = digits_run(line, next);
    if !matches!((separator, run), (b':', 1 | 2) | (b'.', 2)) {
        return false;
    }
    let end = next + run;
    match line.get(end) {
        Some(&byte) if byte == separator => is_digit(line, end + 1),
        Some(b' ' | b'a' | b'A' | b'p' | b'P') => true,
        _ => false,
    }
}

fn hex_epoch(line: &[u8], at: usize) -> bool {
    line.get(at + 8) == Some(&b'.') && line.get(at + 15) == Some(&b'\t')
}

fn blanks(line: &[u8], at: usize) -> usize {
    line.get(at..).map_or(0, |rest| rest.iter().take(4).take_while(|&&byte| byte == b' ').count())
}

fn is_digit(line: &[u8], at: usize) -> bool {
    line.get(at).is_some_and(u8::is_ascii_digit)
}
