//! The pass over a chunk in which every line is a record without header.
//!
//! Nothing has to be read of a line in which no literal stands, not even where it begins: lines are cut around hits and
//! the others are only counted. This is what a list of ad-hoc patterns gets, as with grep.

use super::counts::Counts;
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
        let hits = self.find(chunk);
        let mut hits = hits.as_slice();
        let mut judge = Judge::new(self, scope);
        let every_line = judge.needs_every_record();
        let mut line = 0;
        let mut counted = 0;
        let mut next = 0;
        while let Some(at) =
            if every_line { (next < text.len()).then_some(next) } else { hits.first().map(|hit| hit.start) }
        {
            let start = memrchr(b'\n', &text[next..at]).map_or(next, |newline| next + newline + 1);
            let end = memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline);
            line += newlines(&text[counted..start]);
            counted = start;
            next = text.len().min(end + 1);
            let inside = hits.iter().take_while(|hit| hit.start < next).count();
            let (here, behind) = hits.split_at(inside);
            hits = behind;
            let bytes = text[start..end].strip_suffix(b"\r").unwrap_or(&text[start..end]);
            let record = Record { start: chunk.start + start, line, lines: 1, header: Header::default(), text: bytes };
            judge.record(&record, start, here, found);
        }
        let lines = Counts::unfinished_line(chunk) + line + newlines(&text[counted..]);
        Counts { lines, records: lines, ..Counts::default() }
    }
}

fn newlines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}
