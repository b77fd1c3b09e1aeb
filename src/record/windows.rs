//! Windows events exported as text: time, level and source stand on lines of their own below the first.
//!
//! `wevtutil` writes `Event[0]:` and indented `Name: value` lines; the event viewer copies `Log Name: ...` lines.

use super::format::{Format, Header};
use super::level::Level;

/// Whether a line begins an event.
pub(super) fn begins(line: &[u8]) -> bool {
    line.starts_with(b"Log Name:")
        || line.strip_prefix(b"Event[").is_some_and(|rest| {
            let digits = super::clock::digits_run(rest, 0);
            digits > 0 && rest[digits..].starts_with(b"]")
        })
}

/// Fills the header of an event from its first lines.
pub(super) fn enrich<'a>(text: &'a [u8], header: Header<'a>, format: &Format) -> Header<'a> {
    if !begins(text) {
        return header;
    }
    let mut header = header;
    for line in text.split(|&byte| byte == b'\n').take(24) {
        let line = line.trim_ascii();
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
        let value = line[colon + 1..].trim_ascii();
        match &line[..colon] {
            b"Date" => header.time = format.time(value).or(header.time),
            b"Level" => header.level = Level::from_word(value).or(header.level),
            b"Source" if !value.is_empty() => header.component = Some(value),
            b"Description" => {
                header.message = line.as_ptr() as usize - text.as_ptr() as usize;
                break;
            }
            _ => {}
        }
    }
    header
}
