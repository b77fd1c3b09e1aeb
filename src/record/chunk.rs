//! A file cut into pieces that can be worked on in parallel, at the same places whether it is mapped or streamed.
//!
//! A cut is made at the first line behind [`Chunk::SIZE`] that begins a record by itself. If there is none for a long
//! way, all lines there are records of their own (see `fold`), and the cut is made at the last line start, or in a line
//! too long for that at a multiple of the piece size.

mod reader;
#[cfg(test)]
mod tests;

pub use reader::{ChunkReader, OwnedChunk};

use super::fold::{Sizes, piece};
use super::lines::LineStart;
use super::{Encoding, Format};
use memchr::{memchr, memrchr};
use std::ops::Range;

/// A piece of a file that begins and ends at a record, with a little of what stands around it.
///
/// `start` is 0 only at the beginning of the file: a later piece has at least one byte before it in `buffer`.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Decoded text: what stands before (at most [`Chunk::AROUND`]), the piece itself, what stands after.
    pub buffer: &'a [u8],
    /// Where the piece begins in `buffer`.
    pub start: usize,
    /// Where the piece ends in `buffer`.
    pub end: usize,
    /// Where the piece begins in the file, in bytes of the file as stored.
    pub offset: u64,
    /// How the file's text is stored, to turn positions in `buffer` into file offsets.
    pub encoding: Encoding,
    /// Where lines of `buffer` are stored, if that does not follow from `offset`.
    pub(super) lines: &'a [LineStart],
}

impl<'a> Chunk<'a> {
    /// Size aimed at; a chunk ends at the first record start behind it.
    pub const SIZE: usize = 1 << 20;
    /// How much text before and after the piece is at hand for context lines.
    pub const AROUND: usize = 4 << 10;

    /// Makes the chunk of a mapped text that [`chunks`] has cut out, with its surroundings.
    pub fn of(text: &'a [u8], range: Range<usize>) -> Chunk<'a> {
        let end = range.end.min(text.len());
        let start = range.start.min(end);
        let from = start.saturating_sub(Chunk::AROUND);
        let to = text.len().min(end.saturating_add(Chunk::AROUND));
        let buffer = &text[from..to];
        let encoding = Encoding::Bytes;
        Chunk { buffer, start: start - from, end: end - from, offset: start as u64, encoding, lines: &[] }
    }

    /// The piece itself.
    pub fn text(&self) -> &'a [u8] {
        &self.buffer[self.start..self.end]
    }

    /// Offset in the stored file of a position in `buffer` (at or after `start`).
    pub fn file_offset(&self, position: usize) -> u64 {
        let position = position.clamp(self.start, self.buffer.len());
        let (from, offset) = match line_of(self.lines, position) {
            Some(line) => (line.text, line.stored),
            None => (self.start, self.offset),
        };
        offset + self.encoding.stored(self.buffer.get(from..position).unwrap_or_default())
    }
}

/// The line in which a position is.
fn line_of(lines: &[LineStart], position: usize) -> Option<&LineStart> {
    lines.partition_point(|line| line.text <= position).checked_sub(1).and_then(|index| lines.get(index))
}

/// Cuts a whole text that needs no decoding into the ranges of its chunks; the same places where [`ChunkReader`] would cut.
pub fn chunks(text: &[u8], format: &Format) -> Vec<Range<usize>> {
    chunks_of(text, format, &Sizes::USUAL)
}

pub(super) fn chunks_of(text: &[u8], format: &Format, sizes: &Sizes) -> Vec<Range<usize>> {
    let mut ranges = Vec::with_capacity(text.len() / sizes.chunk + 1);
    let mut start = 0;
    while start < text.len() {
        let end = match place(text, start, true, format, sizes) {
            Place::At(end) => end,
            Place::More(_) => text.len(),
        };
        ranges.push(start..end);
        start = end;
    }
    ranges
}

/// Where a chunk ends.
enum Place {
    At(usize),
    /// It cannot be known before the text has this length.
    More(usize),
}

/// Finds where the chunk that begins at `start` ends. `whole` says that `text` is all there is.
fn place(text: &[u8], start: usize, whole: bool, format: &Format, sizes: &Sizes) -> Place {
    let target = start + sizes.chunk;
    let limit = target + sizes.search;
    if text.len() <= target {
        return if whole { Place::At(text.len()) } else { Place::More(target + 1) };
    }
    let more = |wanted: usize| Place::More(wanted.max(text.len() + 1));
    let line_after = |from: usize| memchr(b'\n', &text[from..text.len().min(limit)]).map(|length| from + length + 1);
    let mut line = line_after(target - 1);
    while let Some(begin) = line.filter(|&begin| begin <= limit && begin < text.len()) {
        let piece = piece(text, begin, text.len(), sizes.piece);
        if !piece.newline && !whole && piece.next == text.len() {
            return more(begin + sizes.piece.min(piece.next - begin + (4 << 10)));
        }
        let candidate = &text[piece.start..piece.end];
        if !super::fold::is_blank(candidate) && format.classify(candidate).begins() {
            return Place::At(begin);
        }
        line = if piece.newline { Some(piece.next) } else { line_after(piece.next.min(limit)) };
    }
    if text.len() <= limit {
        // Ask for ever more: what has been looked at is looked at again.
        let step = (text.len() - target).max(16 << 10);
        return if whole { Place::At(text.len()) } else { more((text.len() + step).min(limit + 1)) };
    }
    let line = memrchr(b'\n', &text[start..limit]).map_or(start, |length| start + length + 1);
    Place::At(line + (limit - line) / sizes.piece * sizes.piece)
}
