//! A place in a log, verbatim and bounded.

use super::Time;
use crate::bundle::FilePath;
use crate::record::{Chunk, Record};
use std::cmp::Ordering;

/// Where a finding was seen, verbatim.
///
/// Evidence has an order: those with a time first, then by time, path (parts of a rotated log from the oldest to the
/// newest), line. Ties are broken by the rest, so that which
/// evidence is kept never depends on who came first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Path as people read it.
    pub file: FilePath,
    /// Line of the record's first line, from 1. Counted from the start of the piece until the tally of the piece was
    /// appended to those before it.
    pub line: u64,
    /// Byte offset in the file as stored.
    pub offset: u64,
    /// When, if the record says so.
    pub time: Option<Time>,
    /// The record's text, at most [`Evidence::TEXT`] bytes of it in the first evidence of a group and
    /// [`Evidence::FURTHER_TEXT`] in the others; what is cut is replaced by `…`. Bytes that are no UTF-8 became U+FFFD.
    pub text: String,
    /// The lines before it: up to 12 in the first evidence of a group, up to [`Evidence::CONTEXT`] in the others.
    pub before: Vec<String>,
    /// The lines after it, as many.
    pub after: Vec<String>,
}

/// How much of a record and of the lines around it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// Bytes of the record's text.
    pub(super) text: usize,
    /// Lines of context on each side.
    pub(super) lines: usize,
}

impl Kept {
    /// In the first evidence of a group: what belongs to a failure often stands in records of its own around it.
    pub(super) const FIRST: Kept = Kept { text: Evidence::TEXT, lines: 12 };
    /// In the others: thousands of groups of long records must fit into memory.
    pub(super) const FURTHER: Kept = Kept { text: Evidence::FURTHER_TEXT, lines: Evidence::CONTEXT };
}

impl Evidence {
    /// Bytes of a record's text that the first evidence of a group keeps.
    pub const TEXT: usize = 8 << 10;
    /// Bytes of a record's text that the others keep.
    pub const FURTHER_TEXT: usize = 1 << 10;
    /// Lines of context on each side that are shown if nothing says that more belong to it.
    pub const CONTEXT: usize = 3;
    /// Bytes of a line of context that are kept.
    pub const CONTEXT_LINE: usize = 300;

    /// Copies a record out of its chunk. `line` is what the field says.
    pub(super) fn of(file: &FilePath, chunk: &Chunk<'_>, record: &Record<'_>, line: u64, kept: Kept) -> Evidence {
        let before = chunk.buffer.get(..record.start).unwrap_or_default();
        let end = record.start.saturating_add(record.text.len());
        Evidence {
            file: file.clone(),
            line,
            offset: chunk.file_offset(record.start),
            time: record.header.time,
            text: clipped(record.text, kept.text),
            before: lines_before(before, buffer_begins_file(chunk), kept.lines),
            after: lines_after(chunk.buffer.get(end..).unwrap_or_default(), kept.lines),
        }
    }
}

impl Evidence {
    /// Copies a record out of its chunk with all that the first evidence of a group keeps. `line` is what the field says.
    pub(crate) fn whole(file: &FilePath, chunk: &Chunk<'_>, record: &Record<'_>, line: u64) -> Evidence {
        Evidence::of(file, chunk, record, line, Kept::FIRST)
    }

    /// Copies a record without the lines around it.
    pub(super) fn brief(file: &FilePath, chunk: &Chunk<'_>, record: &Record<'_>, line: u64, limit: usize) -> Evidence {
        let (file, offset, time) = (file.clone(), chunk.file_offset(record.start), record.header.time);
        let text = clipped(record.text, limit);
        Evidence { file, line, offset, time, text, before: Vec::new(), after: Vec::new() }
    }

    /// Leaves what [`Evidence::brief`] would have made.
    pub(super) fn reduce(&mut self, limit: usize) {
        if self.text.len() > limit {
            self.text.truncate(self.text.floor_char_boundary(limit - CUT.len_utf8()));
            self.text.push(CUT);
            self.text.shrink_to_fit();
        }
        (self.before, self.after) = (Vec::new(), Vec::new());
    }
}

impl Ord for Evidence {
    fn cmp(&self, other: &Self) -> Ordering {
        // Two files may have one name. What decides first is what an evidence keeps when it is no longer the first.
        self.place()
            .cmp(&other.place())
            .then_with(|| self.offset.cmp(&other.offset))
            .then_with(|| head(&self.text).cmp(head(&other.text)))
            .then_with(|| near(self).cmp(&near(other)))
            .then_with(|| (&self.before, &self.after, &self.text).cmp(&(&other.before, &other.after, &other.text)))
    }
}

impl PartialOrd for Evidence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Evidence {
    /// Cuts it to what an evidence keeps that is not the first. Doing it later or at once gives the same.
    pub(super) fn shorten(&mut self) {
        let lines = Kept::FURTHER.lines;
        if self.before.len() > lines || self.after.len() > lines {
            self.before.drain(..self.before.len().saturating_sub(lines));
            self.after.truncate(lines);
            self.before.shrink_to_fit();
            self.after.shrink_to_fit();
        }
        if self.text.len() > Evidence::FURTHER_TEXT {
            self.text.truncate(head(&self.text).len());
            self.text.push(CUT);
            self.text.shrink_to_fit();
        }
    }

    /// Whether its place is before that of a record.
    pub(super) fn is_before(&self, time: Option<Time>, file: &FilePath, line: u64) -> bool {
        match (self.time, time) {
            (Some(own), Some(time)) if own != time => own < time,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            _ if self.file.is_same(file) => self.line < line,
            _ => (&self.file, self.line) < (file, line),
        }
    }

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
    file: &'a FilePath,
    line: u64,
}

impl<'a> Place<'a> {
    pub(super) fn new(file: &'a FilePath, line: u64, time: Option<Time>) -> Place<'a> {
        Place { undated: time.is_none(), time, file, line }
    }
}

const CUT: char = '…';

/// What is kept of a text that is too long for an evidence that is not the first.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(Evidence::FURTHER_TEXT - CUT.len_utf8())]
}

/// What is kept of the lines around an evidence that is not the first.
fn near(evidence: &Evidence) -> (&[String], &[String]) {
    let (before, after, lines) = (&evidence.before, &evidence.after, Kept::FURTHER.lines);
    (&before[before.len().saturating_sub(lines)..], &after[..after.len().min(lines)])
}

/// A chunk has less than [`Chunk::AROUND`] before it only if there is no more.
fn buffer_begins_file(chunk: &Chunk<'_>) -> bool {
    chunk.start < Chunk::AROUND
}

/// The last lines of a text that ends where a record begins. The first line of the text may be cut off in front; it
/// counts only if the text begins the file.
fn lines_before(text: &[u8], whole: bool, most: usize) -> Vec<String> {
    let window = &text[text.len().saturating_sub(Chunk::AROUND)..];
    let whole = whole && window.len() == text.len();
    let window = window.strip_suffix(b"\n").unwrap_or(window);
    if window.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::with_capacity(most);
    let mut rest = Some(window);
    while let Some(window) = rest
        && lines.len() < most
    {
        let end = memchr::memrchr(b'\n', window);
        rest = end.map(|end| &window[..end]);
        match end {
            Some(end) => lines.push(context_line(&window[end + 1..])),
            None if whole => lines.push(context_line(window)),
            None => {}
        }
    }
    lines.reverse();
    lines
}

/// The first lines of a text that begins with the line end of a record. There is less than [`Chunk::AROUND`] of it only
/// if the file ends there; otherwise the last line may go on behind it and does not count.
fn lines_after(text: &[u8], most: usize) -> Vec<String> {
    let window = &text[..text.len().min(Chunk::AROUND)];
    let whole = window.len() < Chunk::AROUND;
    let window = window.strip_prefix(b"\r").unwrap_or(window);
    let Some(window) = window.strip_prefix(b"\n") else { return Vec::new() };
    let lines = window.split_inclusive(|&byte| byte == b'\n').take(most);
    let lines = lines.filter_map(|line| line.strip_suffix(b"\n").or(whole.then_some(line)));
    lines.map(context_line).collect()
}

fn context_line(line: &[u8]) -> String {
    clipped(line.strip_suffix(b"\r").unwrap_or(line), Evidence::CONTEXT_LINE)
}

/// The text without its carriage returns at line ends, cut to `limit` bytes at a character's border.
fn clipped(text: &[u8], limit: usize) -> String {
    // So much gives more than `limit` bytes even if every other one is a carriage return.
    let text = &text[..text.len().min(2 * limit + 8)];
    // Nearly every text is UTF-8, which is found out faster at once than piece by piece.
    let mut clipped = match str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(text).into_owned(),
    };
    if memchr::memchr(b'\r', text).is_some() && clipped.contains("\r\n") {
        clipped = clipped.replace("\r\n", "\n");
    }
    if clipped.len() > limit {
        clipped.truncate(clipped.floor_char_boundary(limit.saturating_sub(CUT.len_utf8())));
        clipped.push(CUT);
        clipped.shrink_to_fit();
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn context_is_whole_lines_only() {
        assert_eq!(lines_before(b"tail of a line\none\ntwo\n", false, 3), ["one", "two"]);
        assert_eq!(lines_before(b"first\none\r\ntwo\nthree\n", true, 3), ["one", "two", "three"]);
        assert_eq!(lines_before(b"first\n", true, 3), ["first"]);
        assert_eq!(lines_before(b"", true, 3), [""; 0]);
        assert_eq!(lines_after(b"\r\none\r\ntwo\nthree\nfour\n", 3), ["one", "two", "three"]);
        assert_eq!(lines_after(b"\none\nend of file", 3), ["one", "end of file"]);
        let long = format!("\none\n{}", "x".repeat(Chunk::AROUND));
        assert_eq!(lines_after(long.as_bytes(), 3), ["one"]);
        assert_eq!(lines_after(b"", 3), [""; 0]);
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let text = format!("{}üaaa", "a".repeat(6));
        assert_eq!(clipped(text.as_bytes(), 10), "aaaaaa…");
        assert_eq!(clipped(text.as_bytes(), 11), text);
        assert_eq!(clipped(b"\xff\xfe", 11), "\u{fffd}\u{fffd}");
    }
    proptest! {
        #[test]
        fn cutting_later_is_cutting_at_once(
            part in proptest::collection::vec(prop_oneof![
                Just(b"a\r\n".to_vec()), Just("ü€".as_bytes().to_vec()), Just(vec![0xff, 0xe2, 0x80]), Just(b"word ".to_vec())
            ], 1..12),
            repeat in 1..600_usize,
        ) {
            let text = part.concat().repeat(repeat);
            let evidence = |limit| Evidence {
                file: "a.log".into(), line: 1, offset: 0, time: None, text: clipped(&text, limit), before: vec![], after: vec![],
            };
            let mut shortened = evidence(Evidence::TEXT);
            prop_assert!(shortened.text.len() <= Evidence::TEXT);
            shortened.shorten();
            prop_assert!(shortened.text.len() <= Evidence::FURTHER_TEXT);
            prop_assert_eq!(shortened, evidence(Evidence::FURTHER_TEXT));
        }
    }
}
