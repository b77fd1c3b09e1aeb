//! JSON lines: one object per line, read by a scanner that builds no tree. Keys of the first level count, and those of
//! objects one level deeper, joined by a dot.

use super::field::Fields;
use super::header::{Cut, cut as cut_text};
use super::watch::Watch;
use memchr::memchr2;

/// Returns the header of a line whose object begins at `at`.
pub(super) fn cut<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    // An object has a key or it is no log line; this refuses `{` and `{}` at once.
    if line.len() < at + 8 {
        return None;
    }
    let mut fields = Fields::new();
    let mut name = Vec::new();
    object(line, at + 1, &mut name, 0, &mut fields, rules);
    if !fields.any() {
        return None;
    }
    let (mut found, mut message) = (fields.found, at);
    if let Some((start, end)) = fields.message {
        message = start;
        // Container logs wrap the program's own line; its level and, if need be, its time are inside.
        if (found.level.is_none() || found.time.is_none())
            && line.get(start) != Some(&b'{')
            && let Some(inner) = cut_text(&line[start..end], rules)
        {
            found.time = found.time.or(inner.found.time);
            found.level = found.level.or(inner.found.level);
            found.component = found.component.or(inner.found.component);
            message = start + inner.message;
        }
    }
    Some(Cut { day: fields.day, ..Cut::new("json", found, message) })
}

/// Reads `"key": value, ...` from behind the opening brace; returns where the object ends, or `None` if it is damaged.
/// What was read until then counts.
fn object<'a>(
    line: &'a [u8],
    mut at: usize,
    name: &mut Vec<u8>,
    depth: u8,
    fields: &mut Fields<'a>,
    rules: &Watch<'_>,
) -> Option<usize> {
    let prefix = name.len();
    loop {
        at = blanks(line, at);
        match line.get(at)? {
            b'}' => return Some(at + 1),
            b',' => {
                at += 1;
                continue;
            }
            b'"' => {}
            _ => return None,
        }
        let key_end = string_end(line, at + 1)?;
        // Keys of logs are short; a longer one cannot be among those that we know.
        name.truncate(prefix);
        name.extend_from_slice(&line[at + 1..key_end.min(at + 65)]);
        at = blanks(line, key_end + 1);
        if line.get(at) != Some(&b':') {
            return None;
        }
        at = blanks(line, at + 1);
        match line.get(at)? {
            b'"' => {
                let end = string_end(line, at + 1).unwrap_or(line.len());
                fields.take(name, line, at + 1, end, rules);
                at = end + 1;
            }
            b'{' if depth == 0 => {
                name.push(b'.');
                at = object(line, at + 1, name, 1, fields, rules)?;
            }
            b'{' | b'[' => at = skip(line, at)?,
            _ => {
                let length = line[at..].iter().take_while(|byte| !matches!(byte, b',' | b'}' | b']' | b' ')).count();
                fields.take(name, line, at, at + length, rules);
                at += length.max(1);
            }
        }
        if fields.complete() {
            return None;
        }
    }
}

fn blanks(line: &[u8], at: usize) -> usize {
    at + line.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count())
}

/// Where the string that begins at `at` has its closing quote.
fn string_end(line: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', line.get(at..)?)?;
        if line[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Where the array or object that begins at `at` has ended.
fn skip(line: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match line.get(at)? {
            b'"' => at = string_end(line, at + 1)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}
