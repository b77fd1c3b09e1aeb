//! Numbers, sizes and times as people read them.

use crate::finding::Time;

/// "1 file", "2 files".
pub(in crate::report) fn plural(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(count))
}

/// Digits in groups of three.
pub(in crate::report) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Decimal units, as file managers show.
pub(in crate::report) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "bytes";
    for next in ["kB", "MB", "GB", "TB"] {
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "bytes" { plural(bytes, "byte") } else { format!("{value:.1} {unit}") }
}

/// `2026-01-02 03:04:05.123Z`; a date that was assumed is marked, `~2026-01-02 03:04:05`.
pub(in crate::report) fn moment(time: Time) -> String {
    let mark = if time.assumed() { "~" } else { "" };
    format!("{mark}{}", time.to_string().replacen('T', " ", 1))
}

/// As [`moment`], without the fraction of a second.
pub(crate) fn seconds(time: Time) -> String {
    let text = moment(time);
    match text.split_once('.') {
        Some((whole, rest)) => format!("{whole}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => text,
    }
}

/// "a to b", the date only once.
pub(super) fn range(first: &str, last: &str) -> String {
    match (first.split_once(' '), last.split_once(' ')) {
        _ if first == last => first.to_string(),
        (Some((date, _)), Some((same, time))) if date == same => format!("{first} to {time}"),
        _ => format!("{first} to {last}"),
    }
}
