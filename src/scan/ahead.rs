//! Lines that are cut and looked up ahead of being asked for.
//!
//! A look-up waits for memory, and the next one does not depend on it. So some lines are cut at once and their places in
//! the memory of lines are loaded while the first of them are worked on.

use super::line_cache::LineCache;
use super::reader::LONG;
use super::shape::{Found, Key};
use crate::record::Chunk;

/// Lines that are cut at once.
const LINES: usize = 16;

/// Some neighbouring lines of a chunk.
#[derive(Default)]
pub(super) struct Ahead {
    /// Their places are counted from `start`.
    lines: [Found; LINES],
    count: usize,
    /// The line that is probably asked for next, and where it begins in the chunk's buffer.
    next: usize,
    begin: usize,
    start: usize,
}

/// A line and its key.
#[derive(Clone, Copy, Default)]
pub(super) struct Cut {
    /// Where it begins in the chunk's buffer.
    pub(super) start: usize,
    /// Where it ends, without line end.
    pub(super) end: usize,
    /// Where the next line begins.
    pub(super) next: usize,
    pub(super) key: Key,
}

impl Ahead {
    /// Returns the line that begins at `start`; `None` if it is long or the chunk ends with it.
    #[inline(always)]
    pub(super) fn cut(&mut self, start: usize, chunk: &Chunk<'_>, cache: &LineCache, salt: u64) -> Option<Cut> {
        if let Some(cut) = self.at(start) {
            return Some(cut);
        }
        self.fill(start, chunk, cache, salt);
        self.at(start)
    }

    /// Returns the line that begins at `start`, if it was cut.
    #[inline(always)]
    pub(super) fn at(&mut self, start: usize) -> Option<Cut> {
        if start != self.begin {
            self.look_for(start)?;
        }
        let line = self.lines[..self.count].get(self.next)?;
        let cut = Cut { start, end: self.start + line.end, next: self.start + line.feed + 1, key: line.key };
        (self.next, self.begin) = (self.next + 1, cut.next);
        Some(cut)
    }

    /// Looks for another line than the next one.
    #[cold]
    fn look_for(&mut self, start: usize) -> Option<()> {
        let offset = start.checked_sub(self.start)?;
        let lines = &self.lines[..self.count];
        // Mostly it is the one before: it was read as the line behind a record, and now it begins one.
        let before = self.next.wrapping_sub(1);
        let begins =
            |number: usize| number.checked_sub(1).map_or(0, |last| lines.get(last).map_or(0, |it| it.feed + 1));
        self.next = match offset {
            _ if before < lines.len() && begins(before) == offset => before,
            0 if !lines.is_empty() => 0,
            _ => lines.iter().position(|line| line.feed + 1 == offset)? + 1,
        };
        self.begin = start;
        (self.next < self.count).then_some(())
    }

    #[inline(never)]
    fn fill(&mut self, start: usize, chunk: &Chunk<'_>, cache: &LineCache, salt: u64) {
        (self.count, self.next, self.begin, self.start) = (0, 0, start, start);
        let Some(text) = chunk.buffer.get(start..chunk.end) else { return };
        self.count = cache.first_lines(text, LONG, salt, &mut self.lines);
        self.lines[..self.count].iter().for_each(|line| cache.expect(line.key));
    }
}
