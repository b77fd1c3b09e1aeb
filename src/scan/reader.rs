//! The pass over a chunk that remembers lines.
//!
//! [`Remembering`] reads the lines of a chunk for the record layer: each is looked up in the [`LineCache`], and examined
//! if it is new. What is known of the lines of a record then tells what is known of the record: it looks as much like an
//! error as its worst line, and the signatures that may claim it are those that may claim one of its lines. Only these
//! are evaluated on the record itself.

use super::engine::LiteralHit;
use super::line_cache::{KnownLine, LAYOUTS, LineCache, List, Words};
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
    words: Vec<u32>,
    changed: Vec<u8>,
}

/// What is known of a line.
#[derive(Clone, Copy)]
struct Seen {
    start: usize,
    /// `None` if the record is to be examined as a whole.
    known: Option<(Words, List)>,
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
            words: Vec::new(),
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

    fn add(&self, candidates: List, signatures: &mut Vec<usize>) {
        if candidates != List::EMPTY {
            signatures.extend(self.cache.list(candidates).iter().map(|&signature| signature as usize));
        }
    }

    /// Finds out about a line that was never seen, or whose header is not what it was.
    fn examine(&mut self, line: &'a [u8]) -> (Line<'a>, Option<(Words, List)>, Option<KnownLine>) {
        let (read, layout) = self.format.learn(line);
        if line.len() >= LONG {
            return (read, None, None);
        }
        self.scanner.engine.find(line, &mut self.hits);
        self.signatures.clear();
        self.words.clear();
        self.take_hits(Some);
        let words = self.words_of(line, read.header(), &self.words);
        let mut varies = false;
        if let (Some(_), Some(digits)) = (layout, &self.scanner.digits) {
            self.change_digits(line, b'0');
            digits.engine.find(&self.changed, &mut self.hits);
            let before = self.words.len();
            self.take_hits(|asker| digits.askers.get(asker as usize).copied());
            varies = self.words.len() > before;
        }
        self.signatures.sort_unstable();
        self.signatures.dedup();
        let Some(candidates) = self.cache.keep(&self.signatures) else { return (read, None, None) };
        let known = Some((words, candidates));
        let Some(layout) = layout else { return (read, known, None) };
        varies = varies || !self.is_same(words, line, read.header());
        let varying = if varies { self.cache.keep(&self.words) } else { Some(List::EMPTY) };
        (read, known, varying.map(|varying| KnownLine { layout, words, varying, candidates }))
    }

    /// Tells signatures from error words.
    fn take_hits(&mut self, asker: impl Fn(u32) -> Option<u32>) {
        let patterns = self.scanner.patterns.len() as u32;
        for hit in &self.hits {
            match asker(hit.asker) {
                Some(signature) if signature < patterns => self.signatures.push(signature),
                // A line has less than `LONG` bytes.
                Some(asker) => self.words.push((hit.start as u32) << 16 | (asker - patterns)),
                None => {}
            }
        }
    }

    fn change_digits(&mut self, line: &[u8], digit: u8) {
        self.changed.clear();
        self.changed.extend(line.iter().map(|&byte| if byte.is_ascii_digit() { digit } else { byte }));
    }

    /// Whether the words mean the same whatever the digits around them are. They count only as zero or something else,
    /// and the more of them are zero the less a word means (`0 errors`), so both ends are enough.
    fn is_same(&mut self, words: Words, line: &[u8], header: Option<Header<'_>>) -> bool {
        self.words.is_empty()
            || [b'0', b'7'].into_iter().all(|digit| {
                self.change_digits(line, digit);
                self.words_of(&self.changed, header, &self.words) == words
            })
    }

    /// Judges the error words of a line, which are given as place and number.
    fn words_of(&self, line: &[u8], header: Option<Header<'_>>, words: &[u32]) -> Words {
        let header = header.unwrap_or_default();
        let message = if header.level.is_some() { header.message } else { 0 };
        let mut strongest = Words { of_head: Strength::Nothing, anywhere: Strength::Nothing };
        for &word in words {
            let (start, marker) = ((word >> 16) as usize, (word & 0xffff) as usize);
            let strength = word_strength(line, start, marker);
            strongest.anywhere = strongest.anywhere.max(strength);
            if start >= message {
                strongest.of_head = strongest.of_head.max(strength);
            }
        }
        strongest
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
                let words = match known.varying {
                    List::EMPTY => known.words,
                    varying => self.words_of(line, read.header(), self.cache.list(varying)),
                };
                self.seen.push(Seen { start, known: Some((words, known.candidates)), shape });
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
