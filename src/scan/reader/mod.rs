//! The pass over a chunk that remembers lines.
//!
//! [`Remembering`] reads the lines of a chunk for the record layer: each is looked up in the [`LineCache`], and examined
//! if it is new. What is known of the lines of a record then tells what is known of the record: it looks as much like an
//! error as its worst line, and the signatures that may claim it are those that may claim one of its lines. Only these
//! are evaluated on the record itself.

mod examined;
mod recalled;
mod searched;

use super::ahead::Ahead;
use super::hexes;
use super::line_cache::{KnownLine, LAYOUTS, LineCache, List, Words};
use super::markers::Strength;
use super::repeats::More;
use super::scanner::Scanner;
use super::scope::FileScope;
use super::shape::Key;
use crate::record::{Chunk, Format, Level, Line, LineReader, Record, Time, Usual};
use examined::words_of;
use searched::Searched;

/// A longer line is examined with its record as a whole: the record layer cuts very long lines into pieces.
pub(super) const LONG: usize = 32 << 10;

/// Reads the lines of a chunk with the help of a memory.
pub(super) struct Remembering<'a, 'c> {
    scanner: &'a Scanner,
    format: &'a Format,
    scope: &'c FileScope,
    cache: &'c mut LineCache,
    usual: Usual,
    searched: Searched<'a>,
    /// Tells files apart that are read in different ways, and lines that were searched by another plan.
    salt: u64,
    /// Taken out while records are recalled.
    ahead: Option<Box<Ahead>>,
    /// Lines that were read and that no record was asked for yet.
    seen: Vec<Seen>,
    /// The signatures that may claim the lines behind the first one of the record that is open.
    behind: Vec<List>,
    /// The signatures of which literals with digits stand in that record.
    asking: Vec<u32>,
    /// The same of the lines that were read and that no record was asked for yet, with the place of the line.
    asking_seen: Vec<(usize, u32)>,
    /// Lines that were read, and those of them that had to be examined. One that is read again is not counted again.
    lines: u64,
    new: u64,
    /// Up to here in the chunk's buffer lines are counted.
    counted: usize,
    /// The line that was read last had to be examined.
    is_new: bool,
    // Of the line that is examined:
    signatures: Vec<u32>,
    /// See [`KnownLine::spots`].
    spots: Vec<u32>,
    /// Places and numbers of its error words, see [`words_of`].
    words: Vec<u32>,
    /// The line with other digits.
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
    /// See [`super::Hit::shape`] and [`super::Hit::whole`].
    pub(super) shape: Option<u64>,
    pub(super) whole: Option<u64>,
}

impl<'a, 'c> Remembering<'a, 'c> {
    pub(super) fn new(
        scanner: &'a Scanner,
        format: &'a Format,
        scope: &'c FileScope,
        chunk: &Chunk<'a>,
        cache: &'c mut LineCache,
    ) -> Remembering<'a, 'c> {
        let searched = Searched::new(scanner, chunk);
        Remembering {
            scanner,
            format,
            scope,
            cache,
            usual: Usual::default(),
            salt: format.layout_key() ^ searched.plans().wrapping_mul(0xd6e8_feb8_6659_fd93),
            searched,
            ahead: Some(Box::default()),
            seen: Vec::new(),
            behind: Vec::new(),
            asking: Vec::new(),
            asking_seen: Vec::new(),
            lines: 0,
            new: 0,
            counted: 0,
            is_new: false,
            signatures: Vec::new(),
            spots: Vec::new(),
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
        let asking = self.asking_seen.iter().take_while(|(start, _)| *start < end).count();
        signatures.extend(self.asking_seen.drain(..asking).map(|(_, signature)| signature as usize));
        known
    }

    /// Whether the line that was read last may be recalled with those behind it. Behind a new one that is hardly worth a try.
    pub(super) fn recalls(&self) -> bool {
        !self.is_new
    }

    /// Gives what was only counted in the chunk.
    pub(super) fn finish(&mut self, told: &mut dyn FnMut(&More)) {
        self.cache.finish(told);
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
        let shape = first.shape.zip(hexes::form(record.text)).map(|(shape, form)| shape ^ form);
        Some(KnownRecord { strength, shape, whole: None })
    }

    fn add(&self, candidates: List, signatures: &mut Vec<usize>) {
        if candidates != List::EMPTY {
            signatures.extend(self.cache.list(candidates).iter().map(|&signature| signature as usize));
        }
    }

    #[inline(always)]
    fn recall(&mut self, line: &[u8], key: Key) -> Result<(usize, Option<Time>), u64> {
        for layout in 0..LAYOUTS {
            let Some(place) = self.cache.find(key, layout) else { return Err(layout) };
            if let Some(time) = self.cache.time(place, self.format, line) {
                return Ok((place, time));
            }
        }
        Err(LAYOUTS - 1)
    }

    /// The error words of a recalled line.
    #[inline]
    fn recalled_words(&self, known: &KnownLine, line: &[u8]) -> Words {
        match known.varying {
            List::EMPTY => known.words,
            varying => {
                let message = words_begin(known.layout.level(), known.layout.message());
                known.words.max(words_of(line, message, self.cache.list(varying)))
            }
        }
    }
}

impl Drop for Remembering<'_, '_> {
    fn drop(&mut self) {
        self.cache.used_for(self.lines, self.new);
    }
}

impl<'a> LineReader<'a> for Remembering<'a, '_> {
    fn line(&mut self, line: &'a [u8], start: usize) -> Line<'a> {
        let end = start + line.len();
        self.lines += u64::from(end > self.counted);
        self.counted = self.counted.max(end);
        self.is_new = false;
        let key = match self.ahead.as_mut().and_then(|ahead| ahead.at(start)) {
            Some(cut) if cut.end == end => cut.key,
            _ => self.cache.key(line, self.salt),
        };
        let layout = match self.recall(line, key) {
            Ok((place, time)) => {
                if let Some(known) = self.cache.line(place)
                    && let Some(read) = self.format.recall_line(&known.layout, line, time)
                {
                    let known_line = Some((self.recalled_words(known, line), known.candidates));
                    let shape = Some(shape(key.low, known.layout.message()));
                    if known.spots != List::EMPTY {
                        let standing = standing(self.scanner, self.cache.list(known.spots), line);
                        self.asking_seen.extend(standing.map(|signature| (start, signature)));
                    }
                    self.seen.push(Seen { start, known: known_line, shape });
                    return read;
                }
                0
            }
            Err(layout) => layout,
        };
        self.new += 1;
        self.is_new = true;
        let (read, known, remembered) = self.examine(line, start);
        if known.is_some() {
            let standing = standing(self.scanner, &self.spots, line);
            self.asking_seen.extend(standing.map(|signature| (start, signature)));
        }
        let shape = remembered.as_ref().map(|line| shape(key.low, line.layout.message()));
        if let Some(remembered) = remembered {
            self.cache.insert(key, layout, remembered);
        }
        self.seen.push(Seen { start, known, shape });
        read
    }
}

/// The signatures of which literals with digits stand in a line, of those that may stand there.
fn standing(scanner: &Scanner, spots: &[u32], line: &[u8]) -> impl Iterator<Item = u32> {
    let spots = spots.as_chunks().0.iter();
    let digits = scanner.digits.as_ref();
    spots.flat_map(move |&[start, form]| digits.into_iter().flat_map(move |it| it.standing(line, start as usize, form)))
}

/// Lines of one shape may have messages that begin at different places: one has a valid date and the other has not.
fn shape(key: u64, message: usize) -> u64 {
    key ^ (message as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Where the words begin that count in a line which begins a record.
fn words_begin(level: Option<Level>, message: usize) -> usize {
    if level.is_some() { message } else { 0 }
}
