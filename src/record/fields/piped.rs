//! CEF and LEEF: a header whose parts stand between pipes, then keys and values.

use super::pairs::begins as pair_begins;
use super::value::{Form, Value};
use super::{Found, Name};
use std::ops::ControlFlow::{self, Continue};

/// How far behind the beginning (of a syslog header) the event may begin.
const NEAR: usize = 512;

const CEF: &[&[u8]] = &[b"device_vendor", b"device_product", b"device_version", b"signature_id", b"name", b"severity"];
const LEEF: &[&[u8]] = &[b"device_vendor", b"device_product", b"device_version", b"event_id"];

/// Where an event begins in a text.
pub(super) fn begins(text: &[u8]) -> Option<usize> {
    let near = text.get(..text.len().min(NEAR))?;
    let start = memchr::memmem::find(near, b"EF:")?;
    let version = near.get(start + 3..)?;
    let is_version = version.first().is_some_and(u8::is_ascii_digit);
    match (is_version, &near[..start]) {
        (true, [.., b'L', b'E']) => Some(start - 2),
        (true, [.., b'C']) => Some(start - 1),
        _ => None,
    }
}

/// Gives the fields of an event.
pub(super) fn fields<'a>(text: &'a [u8], found: Found<'_, 'a>) -> ControlFlow<()> {
    // The event ends with its line, but values of CEF may not.
    let is_cef = text.starts_with(b"CEF:");
    let mut parts = Parts { rest: text };
    // `CEF:0`, `LEEF:2.0`
    let Some(version) = parts.next() else { return Continue(()) };
    for name in if is_cef { CEF } else { LEEF } {
        let Some(part) = parts.next() else { return Continue(()) };
        found(Name::whole(name), Value::new(part, Form::Backslash(b"|\\")))?;
    }
    if is_cef {
        return extension(parts.rest, found);
    }
    let delimiter = if version.starts_with(b"LEEF:2") { parts.delimiter() } else { None };
    attributes(parts.rest, delimiter.unwrap_or(b'\t'), found)
}

/// The parts of a header.
struct Parts<'a> {
    rest: &'a [u8],
}

impl<'a> Parts<'a> {
    /// The next part, which ends with a pipe that has no backslash before it.
    fn next(&mut self) -> Option<&'a [u8]> {
        let mut at = 0;
        loop {
            at += memchr::memchr2(b'|', b'\\', self.rest.get(at..)?)?;
            if self.rest.get(at) == Some(&b'|') {
                let part = &self.rest[..at];
                self.rest = &self.rest[at + 1..];
                return Some(part);
            }
            at += 2;
        }
    }

    /// Takes the sixth part of LEEF 2 off, a character or its number: `^`, `x09`, `0x5E`.
    fn delimiter(&mut self) -> Option<u8> {
        let end = self.rest.iter().take(6).position(|byte| *byte == b'|')?;
        let part = &self.rest[..end];
        let delimiter = match part {
            [] => b'\t',
            [byte] => *byte,
            _ => {
                let digits = part.strip_prefix(b"0").unwrap_or(part);
                let digits = digits.strip_prefix(b"x").or_else(|| digits.strip_prefix(b"X"))?;
                u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?
            }
        };
        self.rest = &self.rest[end + 1..];
        Some(delimiter)
    }
}

/// `key=value key=value`, where a value goes on to the blank before the next key.
fn extension<'a>(text: &'a [u8], found: Found<'_, 'a>) -> ControlFlow<()> {
    let mut rest = text.trim_ascii();
    while let Some(equals) = memchr::memchr(b'=', rest) {
        // Whatever stands before the first key is no field.
        let before = &rest[..equals];
        let start = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
        let behind = &rest[equals + 1..];
        let next = memchr::memchr_iter(b' ', behind).find(|&blank| next_key(&behind[blank + 1..]));
        let end = next.unwrap_or(behind.len());
        if start < equals {
            found(Name::whole(&before[start..]), Value::new(behind[..end].trim_ascii_end(), Form::Cef))?;
        }
        rest = behind.get(end..).unwrap_or_default().trim_ascii_start();
    }
    Continue(())
}

/// Whether a key and its `=` stand at the beginning; keys may have brackets: `ad.field[0]=`.
fn next_key(text: &[u8]) -> bool {
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']');
    let length = text.iter().take(64).take_while(|byte| is_key(byte)).count();
    length > 0 && text.get(length) == Some(&b'=')
}

/// `key=value` with a delimiter between the pairs.
fn attributes<'a>(text: &'a [u8], delimiter: u8, found: Found<'_, 'a>) -> ControlFlow<()> {
    let mut rest = text.trim_ascii_end();
    while !rest.is_empty() {
        // Some write blanks where tabs should be.
        let pair_end = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
        let pair = &rest[..pair_end];
        let pair = pair.trim_ascii_start();
        if let Some(equals) = memchr::memchr(b'=', pair) {
            if delimiter == b'\t' && pair_end == rest.len() && has_more_keys(&pair[equals + 1..]) {
                return extension(pair, found);
            }
            found(Name::whole(&pair[..equals]), Value::new(&pair[equals + 1..], Form::Plain))?;
        }
        rest = rest.get(pair_end + 1..).unwrap_or_default();
    }
    Continue(())
}

fn has_more_keys(value: &[u8]) -> bool {
    memchr::memchr_iter(b' ', value).any(|blank| pair_begins(&value[blank + 1..]))
}
