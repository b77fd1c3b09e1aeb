//! A place in a log, verbatim and bounded.

use super::Time;
use crate::record::{Chunk, Record};
use std::cmp::Ordering;
use std::sync::Arc;

/// Where a finding was seen, verbatim.
///
/// Evidence has an order: those with a time first, then by time, path, line. Ties are broken by the rest, so that which
/// evidence is kept never depends on who came first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Path as people read it.
    pub file: Arc<str>,
    /// Line of the record's first line, from 1. Counted from the start of the piece until the tally of the piece was
    /// appended to those before it.
    pub line: u64,
    /// Byte offset in the file as stored.
    pub offset: u64,
    /// When, if the record says so.
    pub time: Option<Time>,
    /// The record's text, at most [`Evidence::TEXT`] bytes of it; what is cut is replaced by `…`. Bytes that are no UTF-8
    /// became U+FFFD.
    pub text: String,
    /// Up to three lines before it.
    pub before: Vec<String>,
    /// Up to three lines after it.
    pub after: Vec<String>,
}

impl Evidence {
    /// Bytes of a record's text that are kept.
    pub const TEXT: usize = 8 << 10;
    /// Lines of context on each side.
    pub const CONTEXT: usize = 3;
    /// Bytes of a line of context that are kept.
    pub const CONTEXT_LINE: usize = 400;

    /// Copies a record out of its chunk. `line` is what the field says.
    pub(super) fn of(file: &Arc<str>, chunk: &Chunk<'_>, record: &Record<'_>, line: u64) -> Evidence {
        let end = record.start.saturating_add(record.text.len());
        Evidence {
            file: Arc::clone(file),
            line,
            offset: chunk.file_offset(record.start),
            time: record.header.time,
            text: clipped(record.text, Evidence::TEXT),
            before: lines_before(chunk.buffer.get(..record.start).unwrap_or_default(), buffer_begins_file(chunk)),
            after: lines_after(chunk.buffer.get(end..).unwrap_or_default()),
        }
    }
}

impl Ord for Evidence {
    fn cmp(&self, other: &Self) -> Ordering {
        let own = (self.offset, &self.text, &self.before, &self.after);
        self.place()
            .cmp(&other.place())
            .then_with(|| own.cmp(&(other.offset, &other.text, &other.before, &other.after)))
    }
}

impl PartialOrd for Evidence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Evidence {
    /// The part of the order that says where it stands.
    pub(super) fn place(&self) -> Place<'_> {
        Place { undated: self.time.is_none(), time: self.time, file: &self.file, line: self.line }
    }
}

/// Where a piece of evidence stands in the order; known before its text is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'a> {
    undated: bool,
    time: Option<Time>,
    file: &'a str,
    line: u64,
}

impl<'a> Place<'a> {
    pub(super) fn new(file: &'a str, line: u64, time: Option<Time>) -> Place<'a> {
        Place { undated: time.is_none(), time, file, line }
    }
}

/// A chunk has less than [`Chunk::AROUND`] before it only if there is no more.
fn buffer_begins_file(chunk: &Chunk<'_>) -> bool {
    chunk.start < Chunk::AROUND
}

/// The last lines of a text that ends where a record begins. The first line of the text may be cut off in front; it
/// counts only if the text begins the file.
fn lines_before(text: &[u8], whole: bool) -> Vec<String> {
    let window = &text[text.len().saturating_sub(Chunk::AROUND)..];
    let whole = whole && window.len() == text.len();
    let window = window.strip_suffix(b"\n").unwrap_or(window);
    if window.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<&[u8]> = window.split(|&byte| byte == b'\n').collect();
    if !whole {
        lines.remove(0);
    }
    let skipped = lines.len().saturating_sub(Evidence::CONTEXT);
    lines.drain(..skipped);
    lines.into_iter().map(context_line).collect()
}

/// The first lines of a text that begins with the line end of a record. There is less than [`Chunk::AROUND`] of it only
/// if the file ends there; otherwise the last line may go on behind it and does not count.
fn lines_after(text: &[u8]) -> Vec<String> {
    let window = &text[..text.len().min(Chunk::AROUND)];
    let whole = window.len() < Chunk::AROUND;
    let window = window.strip_prefix(b"\r").unwrap_or(window);
    let Some(window) = window.strip_prefix(b"\n") else { return Vec::new() };
    let lines = window.split_inclusive(|&byte| byte == b'\n').take(Evidence::CONTEXT);
    let lines = lines.filter_map(|line| line.strip_suffix(b"\n").or(whole.then_some(line)));
    lines.map(context_line).collect()
}

fn context_line(line: &[u8]) -> String {
    clipped(line.strip_suffix(b"\r").unwrap_or(line), Evidence::CONTEXT_LINE)
}

/// The text without its carriage returns at line ends, cut to `limit` bytes at a character's border.
fn clipped(text: &[u8], limit: usize) -> String {
    let (kept, cut) = if text.len() > limit { (&text[..whole_characters(text, limit)], true) } else { (text, false) };
    let mut clipped = String::from_utf8_lossy(kept).into_owned();
    if clipped.contains("\r\n") {
        clipped = clipped.replace("\r\n", "\n");
    }
    if cut {
        clipped.push('…');
    }
    clipped
}

/// The greatest length up to `limit` that does not cut a UTF-8 character.
fn whole_characters(text: &[u8], limit: usize) -> usize {
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    (limit.saturating_sub(3)..=limit).rev().find(|&at| !is_inside(at)).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_is_whole_lines_only() {
        assert_eq!(lines_before(b"tail of a line\none\ntwo\n", false), ["one", "two"]);
        assert_eq!(lines_before(b"first\none\r\ntwo\nthree\n", true), ["one", "two", "three"]);
        assert_eq!(lines_before(b"first\n", true), ["first"]);
        assert_eq!(lines_before(b"", true), [""; 0]);
        assert_eq!(lines_after(b"\r\none\r\ntwo\nthree\nfour\n"), ["one", "two", "three"]);
        assert_eq!(lines_after(b"\none\nend of file"), ["one", "end of file"]);
        let long = format!("\none\n{}", "x".repeat(Chunk::AROUND));
        assert_eq!(lines_after(long.as_bytes()), ["one"]);
        assert_eq!(lines_after(b""), [""; 0]);
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let text = format!("{}ü", "a".repeat(9));
        assert_eq!(clipped(text.as_bytes(), 10), "aaaaaaaaa…");
        assert_eq!(clipped(text.as_bytes(), 11), text);
        assert_eq!(clipped(b"\xff\xfe", 11), "\u{fffd}\u{fffd}");
    }
}
