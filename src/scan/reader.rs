//! The pass over a chunk that remembers lines.
//!
//! [`Remembering`] reads the lines of a chunk for the record layer: each is looked up in the [`LineCache`], and examined
//! if it is new. What is known of the lines of a record then tells what is known of the record: it looks as much like an
//! error as its worst line, and the signatures that may claim it are those that may claim one of its lines. Only these
//! are evaluated on the record itself.

use super::ahead::Ahead;
use super::counts::Counting;
use super::engine::LiteralHit;
use super::hit::Taker;
use super::line_cache::{Brief, KnownLine, LAYOUTS, LineCache, List, Words};
use super::markers::Strength;
use super::repeats::More;
use super::scanner::{Judge, Scanner, word_strength};
use super::shape::Key;
use super::suspicion::{enough, suspicion};
use crate::record::{Beginning, Chunk, Format, Level, Line, LineReader, Record, Time, is_blank};

/// A longer line is examined with its record as a whole: the record layer cuts very long lines into pieces.
pub(super) const LONG: usize = 32 << 10;

/// Reads the lines of a chunk with the help of a memory.
pub(super) struct Remembering<'a, 'c> {
    scanner: &'a Scanner,
    format: &'a Format,
    cache: &'c mut LineCache,
    /// Tells files apart that are read in different ways.
    salt: u64,
    ahead: Ahead,
    /// Lines that were read and that no record was asked for yet.
    seen: Vec<Seen>,
    /// The signatures that may claim the lines behind the first one of the record that is open.
    behind: Vec<List>,
    /// Lines that were read, and those of them that had to be examined.
    lines: u64,
    new: u64,
    // Of the line that is examined:
    hits: Vec<LiteralHit>,
    signatures: Vec<u32>,
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

/// A record to which lines may still be added.
#[derive(Clone, Copy)]
struct Open {
    start: usize,
    end: usize,
    /// Its first line and its last one.
    number: u64,
    last: u64,
    /// Where the memory has the first line.
    place: usize,
    brief: Brief,
    time: Option<Time>,
    key: u64,
    /// The strongest error word behind the first line.
    more: Strength,
}

impl Open {
    /// The limits of the record layer: lines behind them are records of their own until one begins a record by itself.
    const LINES: u64 = 256;
    const BYTES: usize = 64 << 10;

    /// Whether a line with this number that ends there is behind the limits.
    fn is_over(&self, number: u64, end: usize) -> bool {
        number - self.number >= Open::LINES || end - self.start > Open::BYTES
    }
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
            ahead: Ahead::default(),
            seen: Vec::new(),
            behind: Vec::new(),
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
        Some(KnownRecord { strength, shape: first.shape })
    }

    fn add(&self, candidates: List, signatures: &mut Vec<usize>) {
        if candidates != List::EMPTY {
            signatures.extend(self.cache.list(candidates).iter().map(|&signature| signature as usize));
        }
    }

    /// Recalls where a line is known and its time, or returns the number that its layout is to get.
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

    /// Gives records as long as all their lines can be recalled.
    ///
    /// Returned is where the record begins that follows the last one given, or `None` if not even the first line can be
    /// recalled. Nobody looks at most of these records, so nothing is made of them.
    pub(super) fn give_recalled(
        &mut self,
        beginning: Beginning,
        chunk: &Chunk<'a>,
        judge: &mut Judge<'a, '_>,
        counting: &mut Counting,
        taker: &mut dyn Taker<'a>,
    ) -> Option<Beginning> {
        let Beginning { mut start, line: mut number, mut alone } = beginning;
        let mut ahead = std::mem::take(&mut self.ahead);
        let mut lines = 0;
        let mut open: Option<Open> = None;
        while let Some(cut) = ahead.cut(start, chunk, self.cache, self.salt) {
            let text = &chunk.buffer[cut.start..cut.end];
            // Blank lines are left out at the end of a record.
            if !is_blank(text) {
                let Ok((place, time)) = self.recall(text, cut.key) else { break };
                let brief = self.cache.brief(place);
                if brief.begins() || alone || open.is_some_and(|record| record.is_over(number, cut.end)) {
                    if let Some(record) = &open {
                        self.give(record, chunk, judge, counting, taker);
                    }
                    alone = !brief.begins();
                    self.behind.clear();
                    let key = cut.key.low;
                    let more = Strength::Nothing;
                    open = Some(Open { start, end: cut.end, number, last: number, place, brief, time, key, more });
                } else {
                    // What a line means that neither begins nor continues depends on those before it.
                    let Some(record) = open.as_mut().filter(|_| brief.continues()) else { break };
                    if (brief.has_words() || brief.has_candidates())
                        && let Some(known) = self.cache.line(place)
                    {
                        record.more = record.more.max(self.recalled_words(known, text).anywhere);
                        if brief.has_candidates() {
                            self.behind.push(known.candidates);
                        }
                    }
                    (record.end, record.last) = (cut.end, number);
                }
                lines += 1;
            }
            (start, number) = (cut.next, number + 1);
        }
        let rest = open.map(|record| Beginning { start: record.start, line: record.number, alone });
        self.ahead = ahead;
        if rest.is_some() {
            self.lines += lines;
            self.seen.clear();
        }
        rest
    }

    #[inline(always)]
    fn give(
        &mut self,
        open: &Open,
        chunk: &Chunk<'a>,
        judge: &mut Judge<'a, '_>,
        counting: &mut Counting,
        taker: &mut dyn Taker<'a>,
    ) {
        let &Open { start, number, last, place, brief, time, more, .. } = open;
        counting.passes(start, number);
        if !counting.add(brief.level, time) {
            if (brief.has_candidates() || !self.behind.is_empty()) && counting.takes_facts() {
                self.give_facts(*open, chunk, judge, taker);
            }
            return;
        }
        let wanted = brief.has_candidates()
            || !self.behind.is_empty()
            || ((brief.is_suspicious() || more != Strength::Nothing) && judge.looks_for_errors())
            || judge.needs_every_record();
        if !wanted {
            return;
        }
        // Of most records that are wanted it is enough to know that there is one more. What its words mean is the same for
        // all of its shape or has to be found out.
        let counted = last == number && !brief.varies() && self.cache.count(place, Strength::Nothing, time);
        if !counted {
            self.give_wanted(*open, chunk, judge, taker);
        }
    }

    /// Gives what a record outside of the window states.
    #[inline(never)]
    fn give_facts(&mut self, open: Open, chunk: &Chunk<'a>, judge: &mut Judge<'a, '_>, taker: &mut dyn Taker<'a>) {
        let Open { start, end, number, last, place, time, .. } = open;
        let text = &chunk.buffer[start..end];
        let Some(&KnownLine { layout, candidates, .. }) = self.cache.line(place) else { return };
        judge.candidates.clear();
        self.add(candidates, &mut judge.candidates);
        self.behind.iter().for_each(|&candidates| self.add(candidates, &mut judge.candidates));
        let header = self.format.recall_header(&layout, text, time);
        let record = Record { start, line: number, lines: last - number + 1, header, text };
        judge.stated(&record, taker);
    }

    #[inline(never)]
    fn give_wanted(&mut self, open: Open, chunk: &Chunk<'a>, judge: &mut Judge<'a, '_>, taker: &mut dyn Taker<'a>) {
        let Open { start, end, number, last, place, brief, time, key, more } = open;
        let text = &chunk.buffer[start..end];
        let Some(known) = self.cache.line(place) else { return };
        let strength = self.recalled_words(known, text).of_head.max(more);
        let of_words = if brief.varies() { strength } else { Strength::Nothing };
        let layout = known.layout;
        let candidates = known.candidates;
        if last == number && brief.varies() && self.cache.count(place, of_words, time) {
            return;
        }
        judge.candidates.clear();
        self.add(candidates, &mut judge.candidates);
        self.behind.iter().for_each(|&candidates| self.add(candidates, &mut judge.candidates));
        let header = self.format.recall_header(&layout, text, time);
        let record = Record { start, line: number, lines: last - number + 1, header, text };
        let known = KnownRecord { strength, shape: Some(shape(key, layout.message())) };
        let enough = judge.known(&record, &known, taker);
        // What a record of several lines is does not follow from its first line.
        if last == number
            && let Some(enough) = enough
        {
            self.cache.keep_enough(place, of_words, enough);
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
        let header = read.header().unwrap_or_default();
        let message = words_begin(header.level, header.message);
        let words = words_of(line, message, &self.words);
        let mut varies = false;
        if let (Some(_), Some(digits)) = (layout, &self.scanner.digits) {
            self.change_digits(line, b'0');
            digits.engine.find(&self.changed, &mut self.hits);
            let before = self.words.len();
            self.take_hits(|asker| digits.askers.get(asker as usize).copied());
            varies = self.words.len() > before;
        }
        let judged = Judged { begins: read.begins(), level: header.level, message };
        self.signatures.sort_unstable();
        self.signatures.dedup();
        let Some(candidates) = self.cache.keep(&self.signatures) else { return (read, None, None) };
        let known = Some((words, candidates));
        let Some(layout) = layout else { return (read, known, None) };
        varies = (varies || !self.is_same(words, line, judged))
            && !(judged.begins && enough(judged.level) == Strength::Nothing);
        if !varies {
            let suspicious = suspicion(header.level, words.of_head).is_some();
            return (read, known, Some(KnownLine { layout, words, varying: List::EMPTY, candidates, suspicious }));
        }
        let words = self.fixed_words(line, message);
        let varying = self.cache.keep(&self.words);
        (read, known, varying.map(|varying| KnownLine { layout, words, varying, candidates, suspicious: true }))
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
    fn is_same(&mut self, words: Words, line: &[u8], judged: Judged) -> bool {
        self.words.is_empty()
            || [b'0', b'7'].into_iter().all(|digit| {
                self.change_digits(line, digit);
                judged.is_same(words_of(&self.changed, judged.message, &self.words), words)
            })
    }

    /// Takes the words out of the list that mean the same whatever the digits around them are, and returns what those mean.
    /// A word that there is with other digits only is in the list too.
    fn fixed_words(&mut self, line: &[u8], message: usize) -> Words {
        let mut all = std::mem::take(&mut self.words);
        let mut fixed = Words::NOTHING;
        all.retain(|&word| {
            let word = [word];
            let means = words_of(line, message, &word);
            let same = means != Words::NOTHING
                && [b'0', b'7'].into_iter().all(|digit| {
                    self.change_digits(line, digit);
                    words_of(&self.changed, message, &word) == means
                });
            if same {
                fixed = fixed.max(means);
            }
            !same
        });
        self.words = all;
        fixed
    }
}

/// What decides how much a line's words mean.
#[derive(Clone, Copy)]
struct Judged {
    begins: bool,
    level: Option<Level>,
    /// Where the words begin that count if it begins a record.
    message: usize,
}

impl Judged {
    /// Whether it makes no difference which words there are. Of a line that begins a record only the verdict matters,
    /// whatever other lines of it say.
    fn is_same(&self, words: Words, others: Words) -> bool {
        let verdict = |words: Words| suspicion(self.level, words.of_head);
        if self.begins { verdict(words) == verdict(others) } else { words == others }
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
        let key = match self.ahead.at(start) {
            Some(cut) if cut.end == start + line.len() => cut.key,
            _ => self.cache.key(line, self.salt),
        };
        let layout = match self.recall(line, key) {
            Ok((place, time)) => {
                if let Some(known) = self.cache.line(place)
                    && let Some(read) = self.format.recall_line(&known.layout, line, time)
                {
                    let known_line = Some((self.recalled_words(known, line), known.candidates));
                    let shape = Some(shape(key.low, known.layout.message()));
                    self.seen.push(Seen { start, known: known_line, shape });
                    return read;
                }
                0
            }
            Err(layout) => layout,
        };
        self.new += 1;
        let (read, known, line) = self.examine(line);
        let shape = line.as_ref().map(|line| shape(key.low, line.layout.message()));
        if let Some(line) = line {
            self.cache.insert(key, layout, line);
        }
        self.seen.push(Seen { start, known, shape });
        read
    }
}

/// Lines of one shape may have messages that begin at different places: one has a valid date and the other has not.
fn shape(key: u64, message: usize) -> u64 {
    key ^ (message as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Where the words begin that count in a line which begins a record.
fn words_begin(level: Option<Level>, message: usize) -> usize {
    if level.is_some() { message } else { 0 }
}

/// Judges the error words of a line, which are given as place (upper 16 bits) and number.
fn words_of(line: &[u8], message: usize, words: &[u32]) -> Words {
    let mut strongest = Words::NOTHING;
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
