//! Lines that are cut and looked up ahead of being asked for.
//!
//! A look-up waits for memory, and the next one does not depend on it. So some lines are cut at once and their places in
//! the memory of lines are loaded while the first of them are worked on.

use super::line_cache::LineCache;
use super::reader::LONG;
use super::shape::Key;
use crate::record::Chunk;

/// Lines that are cut at once.
const LINES: usize = 16;

/// Some neighbouring lines of a chunk.
#[derive(Default)]
pub(super) struct Ahead {
    lines: [Cut; LINES],
    count: usize,
    /// The line that is probably asked for next.
    next: usize,
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
    #[inline]
    pub(super) fn cut(&mut self, start: usize, chunk: &Chunk<'_>, cache: &LineCache, salt: u64) -> Option<Cut> {
        if let Some(cut) = self.at(start) {
            return Some(cut);
        }
        self.fill(start, chunk, cache, salt);
        self.at(start)
    }

    /// Returns the line that begins at `start`, if it was cut.
    #[inline]
    pub(super) fn at(&mut self, start: usize) -> Option<Cut> {
        let lines = &self.lines[..self.count];
        let at = match lines.get(self.next) {
            Some(line) if line.start == start => self.next,
            _ => lines.iter().position(|line| line.start == start)?,
        };
        self.next = at + 1;
        Some(self.lines[at])
    }

    fn fill(&mut self, start: usize, chunk: &Chunk<'_>, cache: &LineCache, salt: u64) {
        (self.count, self.next) = (0, 0);
        let mut begin = start;
        while let Some(text) = chunk.buffer.get(begin..chunk.end.min(begin + LONG))
            && self.count < LINES
            && let Some((end, feed, key)) = cache.first_line(text, salt)
        {
            cache.expect(key);
            self.lines[self.count] = Cut { start: begin, end: begin + end, next: begin + feed + 1, key };
            self.count += 1;
            begin += feed + 1;
        }
    }
}
