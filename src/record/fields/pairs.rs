//! `key=value` anywhere in a text: logfmt, WELF, firewalls, and pairs in the middle of a sentence.
//!
//! A value ends at a blank, at `,` or `;` with a blank or another pair behind, or at its closing quote. In WELF a value
//! without quotes goes on to the next key: names of users have blanks. JSON objects and structured data of syslog among
//! the pairs are read as such.

use super::value::{Form, Value};
use super::{Found, Name, json, object, structured};
use memchr::memchr3;
use std::ops::ControlFlow::{self, Continue};

/// Longest key.
const KEY: usize = 64;

/// Brackets that look like structured data to their end and are none, after which no more are tried: each may take
/// the whole text.
const BROKEN: usize = 8;

/// Gives the fields of a text.
pub(super) fn fields<'a>(text: &'a [u8], wanted: Option<&[u8]>, found: Found<'_, 'a>) -> ControlFlow<()> {
    let mut welf = false;
    let mut broken = 0;
    let (mut at, mut done) = (0, 0);
    while let Some(distance) = text.get(at..).and_then(|rest| memchr3(b'=', b'{', b'[', rest)) {
        at += distance;
        let rest = text.get(at..).unwrap_or_default();
        match rest.first() {
            Some(b'{') if json::begins(rest) => {
                let length = json::length(rest);
                object(&rest[..length], wanted, found)?;
                at += length;
                done = at;
            }
            Some(b'[') if broken < BROKEN && structured::begins(rest) => match structured::element(rest) {
                Some(element) => {
                    element.give(found)?;
                    at += element.length;
                    done = at;
                }
                None => {
                    broken += 1;
                    at += 1;
                }
            },
            Some(b'=') => {
                let Some(key) = key_before(text, done, at) else {
                    at += 1;
                    continue;
                };
                welf |= key == b"id" && rest.starts_with(b"=firewall ");
                let (value, end) = value(text, at, welf);
                found(Name::whole(key), value)?;
                at = end.max(at + 1);
                done = at;
            }
            _ => at += 1,
        }
    }
    Continue(())
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@')
}

/// The key whose `=` stands at `equals` and which begins at `from` or behind.
fn key_before(text: &[u8], from: usize, equals: usize) -> Option<&[u8]> {
    let before = text.get(from..equals)?;
    // `code = 5`
    let before = if text.get(equals + 1) == Some(&b' ') { before.strip_suffix(b" ").unwrap_or(before) } else { before };
    let start = before.iter().rposition(|byte| !is_key(*byte)).map_or(0, |other| other + 1);
    let key = before.get(start..)?;
    let border = start.checked_sub(1).and_then(|at| before.get(at)).is_none_or(|byte| {
        byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'(' | b'[' | b'{' | b'|' | b'"' | b'\'' | b'<')
    });
    (border && !key.is_empty() && key.len() <= KEY && text.get(equals + 1) != Some(&b'=')).then_some(key)
}

/// Whether a key and its `=` stand at the beginning of the text.
pub(super) fn begins(text: &[u8]) -> bool {
    let length = text.iter().take(KEY).take_while(|byte| is_key(**byte)).count();
    length > 0 && text.get(length) == Some(&b'=')
}

/// The value behind the `=` at `equals`, and where the text goes on.
fn value(text: &[u8], equals: usize, welf: bool) -> (Value<'_>, usize) {
    let spaced = equals.checked_sub(1).and_then(|at| text.get(at)) == Some(&b' ');
    let start = equals + 1 + usize::from(spaced && text.get(equals + 1) == Some(&b' '));
    let rest = text.get(start..).unwrap_or_default();
    let line = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    if let Some(&quote @ (b'"' | b'\'')) = rest.first() {
        let (inside, length) = match closing_quote(rest, quote) {
            Some(end) => (&rest[1..end], end + 1),
            None => (&rest[1..line.max(1)], line.max(1)),
        };
        return (Value::new(inside, Form::Backslash(b"\"'\\")), start + length);
    }
    if json::begins(rest) {
        let length = json::length(rest);
        // The fields of the object count too, so its text is gone through once more.
        return (Value::new(&rest[..length], Form::Plain), start);
    }
    let rest = &rest[..line];
    let length = if welf { welf_length(rest) } else { bare_length(rest) };
    (Value::new(without_bracket(&rest[..length]), Form::Plain), start + length)
}

/// Where the quote is that closes the one at the beginning.
fn closing_quote(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(quote, b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&quote) {
            return Some(at);
        }
        at += 2;
    }
}

/// Length of a value on this line that ends before the next key.
fn welf_length(line: &[u8]) -> usize {
    let next = memchr::memchr_iter(b' ', line).find(|&blank| line.get(blank + 1..).is_some_and(begins));
    line[..next.unwrap_or(line.len())].trim_ascii_end().len()
}

/// Length of a value on this line without blanks.
fn bare_length(line: &[u8]) -> usize {
    let ends = |at: usize| match line.get(at) {
        Some(b' ' | b'\t') => true,
        Some(b',' | b';') => {
            line.get(at + 1).is_none_or(u8::is_ascii_whitespace) || line.get(at + 1..).is_some_and(begins)
        }
        _ => false,
    };
    (0..line.len()).find(|&at| ends(at)).unwrap_or(line.len())
}

/// The bracket at the end of `(code=5)` is no part of the value.
fn without_bracket(value: &[u8]) -> &[u8] {
    let open = match value.last() {
        Some(b')') => b'(',
        Some(b']') => b'[',
        Some(b'}') => b'{',
        Some(b'>') => b'<',
        _ => return value,
    };
    if value.contains(&open) { value } else { &value[..value.len() - 1] }
}
