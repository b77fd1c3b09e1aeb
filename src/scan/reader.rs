//! The pass over a chunk that remembers lines.
//!
//! [`Remembering`] reads the lines of a chunk for the record layer: each is looked up in the [`LineCache`], and examined
//! if it is new. What is known of the lines of a record then tells what is known of the record: it looks as much like an
//! error as its worst line, and the signatures that may claim it are those that may claim one of its lines. Only these
//! are evaluated on the record itself.

use super::engine::LiteralHit;
use super::line_cache::{Candidates, KnownLine, LAYOUTS, LineCache, Words};
use super::markers::Strength;
use super::scanner::{Scanner, word_strength};
use crate::record::{Format, Header, Line, LineReader, Record};

/// A longer line is examined with its record as a whole: the record layer cuts very long lines into pieces.
const LONG: usize = 32 << 10;

/// Reads the lines of a chunk with the help of a memory.
pub(super) struct Remembering<'a, 'c> {
    scanner: &'a Scanner,
    format: &'a Format,
    cache: &'c mut LineCache,
    salt: u64,
    /// Lines that were read and that no record was asked for yet.
    seen: Vec<Seen>,
    lines: u64,
    new: u64,
    hits: Vec<LiteralHit>,
    signatures: Vec<u32>,
    changed: Vec<u8>,
}

/// What is known of a line.
#[derive(Clone, Copy)]
struct Seen {
    start: usize,
    /// `None` if the record is to be examined as a whole.
    known: Option<(Words, Candidates)>,
    shape: Option<u64>,
}

/// What is known of a record from its lines.
pub(super) struct KnownRecord {
    /// The strongest error word.
    pub(super) strength: Strength,
    /// See [`super::Hit::shape`].
    pub(super) shape: Option<u64>,
}

impl<'a, 'c> Remembering<'a, 'c> {
    pub(super) fn new(scanner: &'a Scanner, format: &'a Format, cache: &'c mut LineCache) -> Remembering<'a, 'c> {
        Remembering {
            scanner,
            format,
            cache,
            salt: format.layout_key(),
            seen: Vec::new(),
            lines: 0,
            new: 0,
            hits: Vec::new(),
            signatures: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// Returns what is known of a record that was just read, and adds the signatures that may claim it; `None` if it has
    /// to be examined as a whole.
    pub(super) fn record(&mut self, record: &Record<'_>, signatures: &mut Vec<usize>) -> Option<KnownRecord> {
        let end = record.start + record.text.len();
        let count = self.seen.iter().take_while(|line| line.start < end).count();
        let known = self.known(&self.seen[..count], record, signatures);
        self.seen.drain(..count);
        known
    }

    fn known(&self, lines: &[Seen], record: &Record<'_>, signatures: &mut Vec<usize>) -> Option<KnownRecord> {
        let (first, rest) = lines.split_first()?;
        // Blank lines, and pieces of very long ones, are not read.
        if lines.len() as u64 != record.lines || first.start != record.start {
            return None;
        }
        let (words, candidates) = first.known?;
        let mut strength = words.of_head;
        self.add(candidates, signatures);
        for line in rest {
            let (words, candidates) = line.known?;
            strength = strength.max(words.anywhere);
            self.add(candidates, signatures);
        }
        Some(KnownRecord { strength, shape: first.shape })
    }

    fn add(&self, candidates: Candidates, signatures: &mut Vec<usize>) {
        if candidates != Candidates::NONE {
            signatures.extend(self.cache.candidates(candidates).iter().map(|&signature| signature as usize));
        }
    }

    /// Finds out about a line that was never seen, or whose header is not what it was.
    fn examine(&mut self, line: &'a [u8]) -> (Line<'a>, Option<(Words, Candidates)>, Option<KnownLine>) {
        let (read, layout) = self.format.learn(line);
        if line.len() >= LONG {
            return (read, None, None);
        }
        let scanner = self.scanner;
        scanner.engine.find(line, &mut self.hits);
        let known = scanner.patterns.len() as u32;
        self.signatures.clear();
        self.signatures.extend(self.hits.iter().map(|hit| hit.asker).filter(|&asker| asker < known));
        self.hits.retain(|hit| hit.asker >= known);
        let header = read.header();
        let words = self.words(line, header);
        let mut same = layout.is_some() && self.same_words(line, header, words);
        if same && let Some(digits) = &scanner.digits {
            self.changed.clear();
            self.changed.extend(line.iter().map(|&byte| if byte.is_ascii_digit() { b'0' } else { byte }));
            digits.engine.find(&self.changed, &mut self.hits);
            for hit in &self.hits {
                match digits.askers.get(hit.asker as usize) {
                    Some(&asker) if asker < known => self.signatures.push(asker),
                    _ => same = false,
                }
            }
        }
        self.signatures.sort_unstable();
        self.signatures.dedup();
        let Some(candidates) = self.cache.list(&self.signatures) else { return (read, None, None) };
        let line = layout.filter(|_| same).map(|layout| KnownLine { layout, words, candidates });
        (read, Some((words, candidates)), line)
    }

    /// Whether the words mean the same whatever the digits around them are. They count only as zero or something else,
    /// and the more of them are zero the less a word means (`0 errors`), so both ends are enough.
    fn same_words(&mut self, line: &[u8], header: Option<Header<'_>>, words: Words) -> bool {
        if self.hits.is_empty() {
            return true;
        }
        let mut changed = std::mem::take(&mut self.changed);
        let same = [b'0', b'7'].into_iter().all(|digit| {
            changed.clear();
            changed.extend(line.iter().map(|&byte| if byte.is_ascii_digit() { digit } else { byte }));
            self.words(&changed, header) == words
        });
        self.changed = changed;
        same
    }

    /// Judges the error words that were found in a line.
    fn words(&self, line: &[u8], header: Option<Header<'_>>) -> Words {
        let header = header.unwrap_or_default();
        let message = if header.level.is_some() { header.message } else { 0 };
        let mut words = Words { of_head: Strength::Nothing, anywhere: Strength::Nothing };
        for hit in &self.hits {
            let strength = word_strength(line, hit.start, hit.asker as usize - self.scanner.patterns.len());
            words.anywhere = words.anywhere.max(strength);
            if hit.start >= message {
                words.of_head = words.of_head.max(strength);
            }
        }
        words
    }
}

impl Drop for Remembering<'_, '_> {
    fn drop(&mut self) {
        self.cache.used_for(self.lines, self.new);
    }
}

impl<'a> LineReader<'a> for Remembering<'a, '_> {
    fn line(&mut self, line: &'a [u8], start: usize) -> Line<'a> {
        self.lines += 1;
        let key = self.cache.key(line, self.salt);
        let mut layout = 0;
        while let Some(known) = self.cache.get(key, layout) {
            if let Some(read) = self.format.recall(&known.layout, line) {
                let shape = Some(shape(key.low, read.header()));
                self.seen.push(Seen { start, known: Some((known.words, known.candidates)), shape });
                return read;
            }
            if layout + 1 == LAYOUTS {
                break;
            }
            layout += 1;
        }
        self.new += 1;
        let (read, known, line) = self.examine(line);
        let shape = line.as_ref().map(|_| shape(key.low, read.header()));
        if let Some(line) = line {
            self.cache.insert(key, layout, line);
        }
        self.seen.push(Seen { start, known, shape });
        read
    }
}

/// Lines of one shape may have messages that begin at different places: one has a valid date and the other has not.
fn shape(key: u64, header: Option<Header<'_>>) -> u64 {
    key ^ header.map_or(0, |header| header.message as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
