//! Structured data of syslog (RFC 5424): `[id key="value" key="value"]`.
//!
//! Some programs leave out the id, or the quotes of numbers, or do not escape quotes inside of a value (Veeam's
//! descriptions): a quote closes a value only if another parameter or the end of the element follows.

use super::pairs::begins as pair_begins;
use super::value::{Form, Value};
use super::{Found, Name};
use std::ops::ControlFlow::{self, Continue};

/// One element.
pub(super) struct Element<'a> {
    id: &'a [u8],
    parameters: &'a [u8],
    /// Bytes with both brackets.
    pub(super) length: usize,
}

/// Longest id.
const ID: usize = 64;

/// Whether the text begins like an element.
pub(super) fn begins(text: &[u8]) -> bool {
    split(text).is_some()
}

/// The id, which may be empty, and what stands behind it: a parameter.
fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"[")?;
    if pair_begins(inside) {
        return Some((b"", inside));
    }
    let is_id = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'=' | b']' | b'"' | b'[');
    let id = inside.iter().take(ID).take_while(|byte| is_id(byte)).count();
    let (id, behind) = inside.split_at(id);
    (!id.is_empty() && behind.strip_prefix(b" ").is_some_and(pair_begins)).then_some((id, behind))
}

/// Returns the element that the text begins with.
pub(super) fn element(text: &[u8]) -> Option<Element<'_>> {
    let (id, behind) = split(text)?;
    let mut rest = behind;
    let mut quoted = false;
    while let Some(parameter) = Parameter::take(&mut rest) {
        quoted |= parameter.quoted;
    }
    let rest = rest.trim_ascii_start().strip_prefix(b"]")?;
    let parameters = behind.get(..behind.len() - rest.len() - 1)?;
    // Brackets without a quoted value are of another kind.
    quoted.then_some(Element { id, parameters, length: id.len() + parameters.len() + 2 })
}

impl<'a> Element<'a> {
    pub(super) fn give(&self, found: Found<'_, 'a>) -> ControlFlow<()> {
        let mut rest = self.parameters;
        while let Some(Parameter { key, value, .. }) = Parameter::take(&mut rest) {
            found(Name { group: self.id, alone: true, name: key, titled: false }, value)?;
        }
        Continue(())
    }
}

struct Parameter<'a> {
    key: &'a [u8],
    value: Value<'a>,
    quoted: bool,
}

impl<'a> Parameter<'a> {
    /// Takes a parameter off the beginning of `rest`.
    fn take(rest: &mut &'a [u8]) -> Option<Parameter<'a>> {
        let text = rest.trim_ascii_start();
        if !pair_begins(text) {
            return None;
        }
        let equals = memchr::memchr(b'=', text)?;
        let (key, behind) = (&text[..equals], &text[equals + 1..]);
        if let Some(inside) = behind.strip_prefix(b"\"") {
            let end = closing_quote(inside)?;
            *rest = &inside[end + 1..];
            return Some(Parameter { key, value: Value::new(&inside[..end], Form::Backslash(b"\"]\\")), quoted: true });
        }
        let end = behind.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b']')?;
        *rest = &behind[end..];
        Some(Parameter { key, value: Value::new(&behind[..end], Form::Plain), quoted: false })
    }
}

/// Where the value ends whose opening quote was taken off.
fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'\\') {
            // Only these are escapes; `C:\` is none at the end of a value, but nothing tells it from one.
            at += 1 + usize::from(matches!(text.get(at + 1), Some(b'"' | b'\\' | b']')));
            continue;
        }
        let behind = text.get(at + 1..)?;
        let closes = match behind.first() {
            Some(b']') => matches!(behind.get(1), None | Some(b' ' | b'[' | b'\r' | b'\n' | b'\t')),
            Some(b' ') => pair_begins(behind.trim_ascii_start()) || behind.trim_ascii_start().starts_with(b"]"),
            None => true,
            Some(_) => false,
        };
        if closes {
            return Some(at);
        }
        at += 1;
    }
}
