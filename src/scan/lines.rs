//! The pass over a chunk in which every line is a record without header.
//!
//! Nothing has to be read of a line in which no literal stands, not even where it begins: lines are cut around hits and
//! the others are only counted, part by part while the text is in the first-level cache. This is what a list of ad-hoc
//! patterns gets, as with grep.

use super::counts::Counts;
use super::engine::Engine;
use super::scanner::{Hit, Judge, Scanner};
use super::scope::FileScope;
use crate::record::{Chunk, Header, Record};
use memchr::{memchr, memchr_iter, memrchr};

impl Scanner {
    /// Does what [`Scanner::scan`] does, with every line as a record.
    pub(super) fn scan_lines<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        scope: &FileScope,
        found: &mut dyn FnMut(Hit<'_, 'a>),
    ) -> Counts {
        let text = chunk.text();
        let engine = self.engine_for(text);
        let mut judge = Judge::new(self, scope);
        let every_line = judge.needs_every_record();
        let mut hits = Vec::new();
        let mut lines = Lines { text, line: 0, counted: 0 };
        // Where the first line begins of which nothing is known, and how far it has no end.
        let (mut next, mut without_end) = (0, 0);
        for part in (0..text.len()).step_by(Engine::PART) {
            let end = text.len().min(part + Engine::PART);
            engine.find_in(text, part..end, &mut hits);
            // All hits before it are known.
            let known = if end == text.len() { end } else { end.saturating_sub(Engine::REACH) };
            let mut taken = 0;
            while let Some(at) = match every_line {
                true => (next < known).then_some(next),
                false => hits.get(taken).map(|hit| hit.start).filter(|&start| start < known),
            } {
                let searched = at.max(without_end);
                let end = match memchr(b'\n', &text[searched..known]) {
                    Some(length) => searched + length,
                    None if end == text.len() => end,
                    None => {
                        without_end = known;
                        break;
                    }
                };
                let start = memrchr(b'\n', &text[next..at]).map_or(next, |newline| next + newline + 1);
                let inside = hits[taken..].iter().take_while(|hit| hit.start <= end).count();
                let bytes = text[start..end].strip_suffix(b"\r").unwrap_or(&text[start..end]);
                let line = lines.before(start);
                let record =
                    Record { start: chunk.start + start, line, lines: 1, header: Header::default(), text: bytes };
                judge.record(&record, start, &hits[taken..taken + inside], found);
                taken += inside;
                next = text.len().min(end + 1);
            }
            hits.drain(..taken);
            lines.before(end);
        }
        let lines = Counts::unfinished_line(chunk) + lines.before(text.len());
        Counts { lines, records: lines, ..Counts::default() }
    }
}

/// Counts line ends.
struct Lines<'a> {
    text: &'a [u8],
    /// How many there are in the first `counted` bytes.
    line: u64,
    counted: usize,
}

impl Lines<'_> {
    /// How many line ends are before a position.
    fn before(&mut self, position: usize) -> u64 {
        if position < self.counted {
            return self.line - newlines(&self.text[position..self.counted]);
        }
        self.line += newlines(&self.text[self.counted..position]);
        self.counted = position;
        self.line
    }
}

fn newlines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}
