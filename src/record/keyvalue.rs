//! `key=value` lines: logfmt (`time=... level=error msg="..."`), WELF (`id=firewall time="..." pri=6 ...`) and firewalls
//! that print date and time as two fields.

use super::field::Fields;
use super::header::Cut;
use super::level::Level;
use super::watch::{Moment, Watch};

/// How far into a line pairs are read.
const NEAR: usize = 8 << 10;
/// How many pairs are read.
const PAIRS: usize = 64;

/// The level in a first pair behind a time: `level=info`, `lvl="warn"`.
pub(super) fn leading_level(line: &[u8], at: usize) -> Option<Level> {
    let rest = line.get(at..)?;
    let key = [&b"level="[..], b"lvl=", b"severity=", b"loglevel="].into_iter().find(|key| rest.starts_with(key))?;
    let value = rest[key.len()..].strip_prefix(b"\"").unwrap_or(&rest[key.len()..]);
    let length = value.iter().take(15).take_while(|byte| byte.is_ascii_alphabetic()).count();
    Level::from_word(&value[..length])
}

/// Returns the header of a line that begins with a pair at `at` and has a time, or a level and a message.
pub(super) fn cut<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    // Cheap refusal: most lines of prose have a blank before the first `=`.
    let first = key_end(line, at)?;
    if first == at {
        return None;
    }
    let welf = line[at..].starts_with(b"id=firewall ");
    let limit = line.len().min(at + NEAR);
    let mut fields = Fields::new();
    let mut next = at;
    let mut day_before = None;
    for _ in 0..PAIRS {
        while next < limit && matches!(line[next], b' ' | b'\t' | b',' | b';') {
            next += 1;
        }
        let Some(equals) = key_end(line, next).filter(|&end| end < limit) else {
            // A bare word between pairs: part of an unquoted value (users in WELF), stepped over.
            let length = line[next..limit].iter().take_while(|&&byte| byte != b' ').count();
            if length == 0 {
                break;
            }
            next += length;
            continue;
        };
        let name = &line[next..equals];
        let (start, end, after) = value(line, equals + 1, limit);
        // `date=2026-01-02 time=03:04:05`: the value of the second key completes the first.
        if name == b"date" {
            day_before = Some(start);
        }
        if name == b"time"
            && let Some(date) = day_before
            && let Some((time, day)) = joined(line, date, start, end, rules)
        {
            fields.found.time = Some(time);
            fields.day = day;
        } else {
            fields.take(name, line, start, end, rules);
        }
        next = after;
        if fields.complete() {
            break;
        }
    }
    let header = fields.found.time.is_some() || (fields.found.level.is_some() && fields.message.is_some());
    if !header {
        return None;
    }
    let message = fields.message.map_or(at, |(start, _)| start);
    Some(Cut { day: fields.day, ..Cut::new(if welf { "welf" } else { "logfmt" }, fields.found, message) })
}

/// Reads date and clock from two values.
fn joined(line: &[u8], date: usize, start: usize, end: usize, rules: &Watch<'_>) -> Option<(Moment, Option<i64>)> {
    let mut text = [b' '; 48];
    let date = line.get(date..date + 10)?;
    let clock = line.get(start..end.min(start + 36))?;
    text[..10].copy_from_slice(date);
    text[11..11 + clock.len()].copy_from_slice(clock);
    let (stamp, _) = rules.copied_stamp(&text[..11 + clock.len()])?;
    let day = if let super::stamp::Date::Days(day) = stamp.date { Some(day) } else { None };
    Some((rules.moment(&stamp), day))
}

/// Where the `=` of a key that begins at `at` stands.
fn key_end(line: &[u8], at: usize) -> Option<usize> {
    let length = line
        .get(at..)?
        .iter()
        .take(40)
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@'))
        .count();
    (line.get(at + length) == Some(&b'=')).then_some(at + length)
}

/// Start and end of a value without its quotes, and where the next pair may begin.
fn value(line: &[u8], at: usize, limit: usize) -> (usize, usize, usize) {
    if line.get(at) == Some(&b'"') {
        let mut end = at + 1;
        while end < limit && line[end] != b'"' {
            end += if line[end] == b'\\' { 2 } else { 1 };
        }
        let end = end.min(limit);
        return (at + 1, end, (end + 1).min(limit));
    }
    let at = at.min(limit);
    let length = line[at..limit].iter().take_while(|&&byte| !matches!(byte, b' ' | b'\t')).count();
    (at, at + length, at + length)
}
