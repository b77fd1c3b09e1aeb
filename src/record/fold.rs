//! Lines folded into records.
//!
//! A line is one of three kinds, and which one depends on nothing but the line and the file's [`Format`]: it begins a
//! record whatever stands before, it continues the record before, or it continues an open Python traceback and else
//! stands alone. A record takes no more lines once [`Sizes::lines`] lines or [`Sizes::record`] bytes have passed since
//! the last line that begins one by itself; each further line is then a record of its own until the next such line. So
//! nothing that happened before a line of the first kind matters behind it, and a file may be cut there; where there is
//! none for so long that the limit has surely passed, it may be cut at any line.
//!
//! Blank lines belong to the record around them; at its end they are left out.

mod stack;

pub(super) use stack::{Traceback, continues, exception, message_continues, separator};

use super::Chunk;
use super::follow::announces;
use super::format::{Format, Header};
use super::level::Level;
use super::usual::InTurn;
use memchr::memchr;

/// Limits of records and chunks; tests use small ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// Size aimed at for a chunk.
    pub chunk: usize,
    /// How far behind that a line is looked for which begins a record. More than `record` + 2 x `piece`.
    pub search: usize,
    /// Longest record, in bytes.
    pub record: usize,
    /// Longest record, in lines.
    pub lines: u64,
    /// A longer line is cut into pieces of this many bytes, each treated as a line that continues.
    pub piece: usize,
    /// Context on both sides of a chunk.
    pub around: usize,
}

impl Sizes {
    pub(super) const USUAL: Sizes = Sizes {
        chunk: Chunk::SIZE,
        search: 256 << 10,
        record: 64 << 10,
        lines: 256,
        piece: 64 << 10,
        around: Chunk::AROUND,
    };
}

/// What a line means for the records around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It begins a record.
    Begins,
    /// It belongs to a Python traceback, or else stands alone: `ValueError: ...`, `Traceback ...`.
    Traceback,
    /// It belongs to the record before.
    Continues,
}

/// What a line means for the records around it, and its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub(super) kind: Kind,
    pub(super) headed: bool,
    /// What a record has that begins here; nothing without a header.
    pub(super) header: Header<'a>,
}

impl<'a> Line<'a> {
    pub(super) fn new(kind: Kind, header: Option<Header<'a>>) -> Line<'a> {
        Line { kind, headed: header.is_some(), header: header.unwrap_or_default() }
    }

    /// Whether it begins a record whatever stands before it.
    pub fn begins(&self) -> bool {
        self.kind == Kind::Begins
    }

    /// Its header; a line with one may still belong to the record before.
    pub fn header(&self) -> Option<Header<'a>> {
        self.headed.then_some(self.header)
    }
}

/// Tells what lines mean.
pub trait LineReader<'a> {
    /// Reads a line that is not blank, without its end. `start` is where it begins in the chunk's buffer.
    fn line(&mut self, line: &'a [u8], start: usize) -> Line<'a>;
}

/// A line, or a piece of a very long one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub start: usize,
    /// End without the line end.
    pub end: usize,
    /// Where the next piece begins.
    pub next: usize,
    /// Whether a line end follows.
    pub newline: bool,
}

/// Cuts the piece that begins at `start`, which is before `end`.
pub(super) fn piece(text: &[u8], start: usize, end: usize, size: usize) -> Piece {
    let window = &text[start..end.min(start + size)];
    let (length, newline) = match memchr(b'\n', window) {
        Some(length) => (length, true),
        None => (window.len(), false),
    };
    let next = start + length + usize::from(newline);
    // Carriage returns are part of no line; several come from files that were converted twice.
    let mut end = start + length;
    while end > start && text[end - 1] == b'\r' {
        end -= 1;
    }
    Piece { start, end, next, newline }
}

/// Whether nothing can be seen in a line.
pub fn is_blank(line: &[u8]) -> bool {
    match line.first() {
        None => true,
        Some(byte) if byte.is_ascii_graphic() => false,
        _ => line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) || line == b"\xef\xbb\xbf",
    }
}

/// One message of a program with the lines that belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Where it begins in the chunk's buffer; `start + text.len()` is its end.
    pub start: usize,
    /// Its first line, counted from 0 at the chunk's start.
    pub line: u64,
    /// How many lines it has.
    pub lines: u64,
    /// What its first line says; for a Windows event exported as text, its first lines.
    pub header: Header<'a>,
    /// All of it, without the last line end.
    pub text: &'a [u8],
}

impl<'a> Record<'a> {
    /// The text after the header.
    pub fn message(&self) -> &'a [u8] {
        &self.text[self.header.message.min(self.text.len())..]
    }

    /// Whether it is only the number of the error that the next record tells, as SQL Server writes it. That one has the level.
    pub fn announces_next(&self) -> bool {
        self.header.level == Some(Level::Info) && announces(self.message())
    }
}

/// Where a record begins, whatever stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Where its first line begins in the chunk's buffer.
    pub start: usize,
    /// The number of that line, from the chunk's start.
    pub line: u64,
    /// The line does not begin a record by itself: it is one of its own because a limit was passed, and so are those behind
    /// it until one does.
    pub alone: bool,
}

/// Iterator over the records of a chunk.
pub struct Records<'a, R = InTurn<'a>> {
    format: &'a Format,
    reader: R,
    buffer: &'a [u8],
    at: usize,
    end: usize,
    sizes: Sizes,
    /// Line number at `at`, from the chunk's start.
    line: u64,
    /// Whether `at` is in the middle of a long line.
    within: bool,
    /// Where the last line stood that began a record by itself, and its number.
    begun: (usize, u64),
    /// Whether a limit has been passed since.
    over: bool,
    /// The line that was looked at last, if `looked`.
    ahead: Ahead<'a>,
    looked: bool,
}

/// A line that was looked at and not yet given to a record.
#[derive(Clone, Copy)]
struct Ahead<'a> {
    /// Where it stands, without its end.
    start: usize,
    end: usize,
    line: u64,
    /// Stored as the reader gives it: taking it to pieces costs more than all else here.
    read: Line<'a>,
    /// It is a record of its own because a limit was passed.
    alone: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(format: &'a Format, chunk: &Chunk<'a>, sizes: Sizes) -> Records<'a> {
        Records::with_reader(format, chunk, sizes, InTurn::new(format))
    }
}

impl<'a, R: LineReader<'a>> Records<'a, R> {
    pub(super) fn with_reader(format: &'a Format, chunk: &Chunk<'a>, sizes: Sizes, reader: R) -> Records<'a, R> {
        let buffer = chunk.buffer;
        let end = chunk.end.min(buffer.len());
        let start = chunk.start.min(end);
        Records {
            format,
            reader,
            buffer,
            at: start,
            end,
            sizes,
            line: 0,
            within: start > 0 && buffer[start - 1] != b'\n',
            begun: (start, 0),
            // Behind the first chunk the first line either begins a record or the limit has passed before it.
            over: start > 0,
            ahead: Ahead { start: 0, end: 0, line: 0, read: Line::new(Kind::Continues, None), alone: false },
            looked: false,
        }
    }

    /// Goes on where a record begins: nothing before it matters.
    pub fn go_on_at(&mut self, Beginning { start, line, alone }: Beginning) {
        (self.at, self.line, self.begun) = (start, line, (start, line));
        (self.within, self.over, self.looked) = (false, alone, false);
    }

    /// Where the next record begins, if that does not depend on what stands before it.
    #[inline]
    pub fn next_beginning(&self) -> Option<Beginning> {
        let Ahead { start, line, read, alone, .. } = &self.ahead;
        let begins = read.kind == Kind::Begins;
        // A piece of a long line is not read as a line.
        let is_line = || start.checked_sub(1).is_none_or(|before| self.buffer.get(before) == Some(&b'\n'));
        let known = self.looked && (begins || (*alone && is_line()));
        known.then_some(Beginning { start: *start, line: *line, alone: !begins })
    }

    /// Line ends that were passed.
    pub fn line_ends(&self) -> u64 {
        self.line
    }

    /// What reads the lines. It has read one line more than the records given so far have, unless the chunk has ended.
    pub fn reader(&mut self) -> &mut R {
        &mut self.reader
    }

    /// Looks at the next line that is not blank, unless that was done; false if there is none.
    #[inline]
    fn look(&mut self) -> bool {
        while !self.looked && self.at < self.end {
            let piece = piece(self.buffer, self.at, self.end, self.sizes.piece);
            let (line, within) = (self.line, self.within);
            self.at = piece.next;
            self.within = !piece.newline;
            self.line += u64::from(piece.newline);
            let mut text = &self.buffer[piece.start..piece.end];
            if is_blank(text) {
                continue;
            }
            let mut start = piece.start;
            if start == 0 && text.starts_with(b"\xef\xbb\xbf") {
                start = 3;
                text = &text[3..];
            }
            if within {
                self.ahead.read = Line::new(Kind::Continues, None);
            } else {
                self.ahead.read = self.reader.line(text, start);
            }
            if self.ahead.read.kind == Kind::Begins {
                self.begun = (start, line);
                self.over = false;
            } else if piece.end - self.begun.0.min(piece.end) > self.sizes.record
                || line - self.begun.1 >= self.sizes.lines
            {
                self.over = true;
            }
            (self.ahead.start, self.ahead.end, self.ahead.line) = (start, piece.end, line);
            self.ahead.alone = self.over;
            self.looked = true;
        }
        self.looked
    }

    /// Adds the lines that belong to the record, which has its first line. The line behind it has been looked at and does
    /// not begin a record.
    fn gather(&mut self, record: &mut Record<'a>) {
        let mut traceback = Traceback::default();
        traceback.follow(record.text);
        while self.look() {
            let ahead = &self.ahead;
            let text = &self.buffer[ahead.start..ahead.end];
            let joins = match ahead.read.kind {
                Kind::Begins => false,
                _ if ahead.alone => false,
                Kind::Traceback => traceback.takes(text),
                Kind::Continues => true,
            };
            if !joins {
                break;
            }
            traceback.follow(text);
            record.text = &self.buffer[record.start..ahead.end];
            record.lines = ahead.line - record.line + 1;
            self.looked = false;
        }
    }
}

impl<'a, R: LineReader<'a>> Iterator for Records<'a, R> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        if !self.look() {
            return None;
        }
        let ahead = &self.ahead;
        let text = &self.buffer[ahead.start..ahead.end];
        let mut record = Record { start: ahead.start, line: ahead.line, lines: 1, header: ahead.read.header, text };
        self.looked = false;
        // Most records are one line before another that begins one.
        if self.look() && self.ahead.read.kind != Kind::Begins {
            self.gather(&mut record);
        }
        if self.format.completes() {
            // No more than what stands before any chunk, so that it does not matter where one begins.
            let before = &self.buffer[record.start.saturating_sub(self.sizes.around)..record.start];
            complete(&mut record, self.format, before);
        }
        Some(record)
    }
}

/// Completes the header of a Windows event and others. Not a part of the walk itself, which would get slow by taking
/// headers apart.
#[cold]
fn complete(record: &mut Record<'_>, format: &Format, before: &[u8]) {
    if let Some(export) = format.export() {
        record.header = export.enrich(record.text, record.header, format);
    }
    if let Some(follow) = format.follow() {
        record.header = follow.complete(record.text, before, record.header);
    }
}
