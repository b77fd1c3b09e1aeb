//! Where literals stand in lines that have to be examined.
//!
//! A search has a price at its ends, and a line is short. Where many lines are new, the text behind one is searched with it, and
//! the next new ones find their literals there.

use super::super::digits::{Digits, zero};
use super::super::engine::{LiteralHit, Planned};
use super::super::scanner::Scanner;
use crate::record::Chunk;
use std::ops::Range;

/// What is searched at once where many lines are new, in bytes.
const BLOCK: usize = 16 << 10;

/// What is searched ends at a multiple of this from its start, so that vectors take all of it; and so much more can be read behind it.
const STEP: usize = 32;

/// A piece of a chunk in which literals were searched.
pub(super) struct Searched<'a> {
    buffer: &'a [u8],
    /// Where the chunk ends in the buffer.
    end: usize,
    /// All lines of a record are searched by one plan, now or when they were remembered.
    planned: Planned<'a>,
    /// The same for literals with digits, which are searched in a text of which all digits are `0`.
    digits: Option<Planned<'a>>,
    piece: Range<usize>,
    /// By position from the piece's start.
    hits: Vec<LiteralHit>,
    zeros: Vec<u8>,
    hits_in_zeros: Vec<LiteralHit>,
}

impl<'a> Searched<'a> {
    pub(super) fn new(scanner: &'a Scanner, chunk: &Chunk<'a>) -> Searched<'a> {
        let (buffer, end) = (chunk.buffer, chunk.end.min(chunk.buffer.len()));
        let planned = scanner.engine.planned();
        let digits = scanner.digits.as_ref().map(Digits::planned);
        let (hits, zeros, hits_in_zeros) = Default::default();
        Searched { buffer, end, planned, digits, piece: 0..0, hits, zeros, hits_in_zeros }
    }

    /// Tells apart by which plans lines are searched.
    pub(super) fn plans(&self) -> u64 {
        self.planned.number + 2 * self.digits.map_or(0, |digits| digits.number)
    }

    /// Searches a line, which is a range of the chunk's buffer, and if there are `many` also what is behind it.
    pub(super) fn bring(&mut self, line: Range<usize>, many: bool) {
        if self.piece.start <= line.start && line.end <= self.piece.end {
            return;
        }
        let end = if many { self.end.min(line.start + BLOCK).max(line.end) } else { line.end };
        self.piece = line.start..end;
        let searched = self.piece.len().next_multiple_of(STEP);
        let text = &self.buffer[line.start..self.buffer.len().min(line.start + searched + STEP)];
        let part = 0..searched.min(text.len());
        self.hits.clear();
        self.planned.find_in(text, part.clone(), &mut self.hits);
        self.zeros.clear();
        self.zeros.extend(text.iter().map(|&byte| zero(byte)));
        let Some(digits) = &self.digits else { return };
        self.hits_in_zeros.clear();
        digits.find_in(&self.zeros, part, &mut self.hits_in_zeros);
    }

    /// Where literals stand in a line that was brought, and who asked for them. No literal has a line end, so none reaches over
    /// it.
    pub(super) fn hits(&self, line: Range<usize>) -> impl Iterator<Item = LiteralHit> {
        of_line(&self.hits, self.inside(&line))
    }

    /// The line with `0` in place of every digit, and where in it literals stand.
    pub(super) fn zeros(&self, line: Range<usize>) -> (&[u8], impl Iterator<Item = LiteralHit>) {
        let line = self.inside(&line);
        (self.zeros.get(line.clone()).unwrap_or_default(), of_line(&self.hits_in_zeros, line))
    }

    /// The line in the piece.
    fn inside(&self, line: &Range<usize>) -> Range<usize> {
        line.start - self.piece.start..line.end - self.piece.start
    }
}

/// The hits in a range, from its start on.
fn of_line(hits: &[LiteralHit], line: Range<usize>) -> impl Iterator<Item = LiteralHit> {
    let from = hits.partition_point(|hit| hit.start < line.start);
    let hits = hits[from..].iter().take_while(move |hit| hit.start < line.end);
    hits.map(move |hit| LiteralHit { start: hit.start - line.start, ..*hit })
}
