//! The pass over a chunk that remembers lines.
//!
//! [`Remembering`] reads the lines of a chunk for the record layer: each is looked up in the [`LineCache`], and examined
//! if it is new. What is known of the lines of a record then tells what is known of the record: it looks as much like an
//! error as its worst line, and the signatures that may claim it are those that may claim one of its lines. Only these
//! are evaluated on the record itself.

use super::ahead::Ahead;
use super::counts::Counting;
use super::digits::Spot;
use super::engine::{LiteralHit, Planned};
use super::hexes;
use super::hit::Taker;
use super::line_cache::{Brief, KnownLine, LAYOUTS, LineCache, List, Words};
use super::markers::{MARKERS, Strength};
use super::repeats::More;
use super::scanner::{Judge, Scanner, word_strength};
use super::shape::Key;
use super::suspicion::{enough, suspicion};
use crate::record::{Beginning, Chunk, Format, Level, Line, LineReader, Record, Time, Usual, is_blank};

/// A longer line is examined with its record as a whole: the record layer cuts very long lines into pieces.
pub(super) const LONG: usize = 32 << 10;

/// Places of literals with digits that are kept of a line; where there are more, those who ask are candidates at any rate.
const MOST_SPOTS: usize = 64;

/// Reads the lines of a chunk with the help of a memory.
pub(super) struct Remembering<'a, 'c> {
    scanner: &'a Scanner,
    format: &'a Format,
    cache: &'c mut LineCache,
    usual: Usual,
    /// All lines of a record are searched by one plan, now or when they were remembered.
    planned: Planned<'a>,
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
    /// Lines that were read, and those of them that had to be examined.
    lines: u64,
    new: u64,
    // Of the line that is examined:
    hits: Vec<LiteralHit>,
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
    /// Stands for all its lines and what ends them; `None` if there are blank lines among them.
    whole: Option<u64>,
}

impl Open {
    /// The limits of the record layer: lines behind them are records of their own until one begins a record by itself.
    const LINES: u64 = 256;
    const BYTES: usize = 64 << 10;

    /// Adds a line, for which `key` stands.
    #[inline(always)]
    fn add(&mut self, key: u64, start: usize, end: usize, number: u64) {
        let gap = (start - self.end) as u64;
        self.whole = self
            .whole
            .filter(|_| number == self.last + 1)
            .map(|whole| (whole.rotate_left(23) ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(gap));
        (self.end, self.last) = (end, number);
    }

    /// Whether a line with this number that ends there is behind the limits.
    fn is_over(&self, number: u64, end: usize) -> bool {
        number - self.number >= Open::LINES || end - self.start > Open::BYTES
    }
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
    pub(super) fn new(scanner: &'a Scanner, format: &'a Format, cache: &'c mut LineCache) -> Remembering<'a, 'c> {
        let planned = scanner.engine.planned();
        Remembering {
            scanner,
            format,
            cache,
            usual: Usual::default(),
            planned,
            salt: format.layout_key() ^ planned.number.wrapping_mul(0xd6e8_feb8_6659_fd93),
            ahead: Some(Box::default()),
            seen: Vec::new(),
            behind: Vec::new(),
            asking: Vec::new(),
            asking_seen: Vec::new(),
            lines: 0,
            new: 0,
            hits: Vec::new(),
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

    /// Takes note of the signatures of which literals with digits stand in a line that is known at a place.
    #[inline(never)]
    fn ask(&mut self, place: usize, line: &[u8]) {
        if let Some(known) = self.cache.line(place) {
            self.asking.extend(standing(self.scanner, self.cache.list(known.spots), line));
        }
    }

    /// Whether there are signatures that may claim the open record beside those of its first line.
    #[inline(always)]
    fn is_asked(&self) -> bool {
        !self.behind.is_empty() || !self.asking.is_empty()
    }

    /// Puts together who may claim the open record.
    fn gather(&self, candidates: List, signatures: &mut Vec<usize>) {
        signatures.clear();
        self.add(candidates, signatures);
        self.behind.iter().for_each(|&candidates| self.add(candidates, signatures));
        signatures.extend(self.asking.iter().map(|&signature| signature as usize));
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

    /// How much the words of a recalled line that begins a record look like an error, as far as it makes a difference.
    fn recalled_strength(&self, known: &KnownLine, line: &[u8]) -> Strength {
        let level = known.layout.level();
        let (enough, message) = (enough(level), words_begin(level, known.layout.message()));
        let mut strongest = known.words.of_head;
        for &word in self.cache.list(known.varying) {
            if strongest >= enough {
                break;
            }
            strongest = strongest.max(words_of(line, message, &[word]).of_head);
        }
        strongest.min(enough)
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
        let mut ahead = self.ahead.take()?;
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
                    self.asking.clear();
                    if brief.asks() {
                        self.ask(place, text);
                    }
                    let key = cut.key.low;
                    let (more, whole) = (Strength::Nothing, Some(self.cache.key_at(place)));
                    open =
                        Some(Open { start, end: cut.end, number, last: number, place, brief, time, key, more, whole });
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
                    record.add(self.cache.key_at(place), cut.start, cut.end, number);
                    if brief.asks() {
                        self.ask(place, text);
                    }
                }
                lines += 1;
            }
            (start, number) = (cut.next, number + 1);
        }
        let rest = open.map(|record| Beginning { start: record.start, line: record.number, alone });
        self.ahead = Some(ahead);
        if rest.is_some() {
            self.lines += lines;
            self.seen.clear();
            self.asking_seen.clear();
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
            if (brief.has_candidates() || self.is_asked()) && counting.takes_facts() {
                self.give_facts(*open, chunk, judge, taker);
            }
            return;
        }
        let wanted = brief.has_candidates()
            || self.is_asked()
            || ((brief.is_suspicious() || more != Strength::Nothing) && judge.looks_for_errors())
            || judge.needs_every_record();
        if !wanted {
            return;
        }
        // Of most records that are wanted it is enough to know that there is one more. What its words mean is the same for
        // all of its shape or has to be found out.
        let alike = last == number && self.asking.is_empty();
        let text = &chunk.buffer[start..open.end];
        let holds = |signatures: &[u32]| judge.holds_any(signatures, text);
        let at_once = alike && !brief.varies() && !brief.has_hexes();
        let counted = at_once && self.cache.count(place, Strength::Nothing, time, holds);
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
        self.gather(candidates, &mut judge.candidates);
        let header = self.format.recall_header(&layout, text, time);
        let record = Record { start, line: number, lines: last - number + 1, header, text };
        judge.stated(&record, taker);
    }

    #[inline(never)]
    fn give_wanted(&mut self, open: Open, chunk: &Chunk<'a>, judge: &mut Judge<'a, '_>, taker: &mut dyn Taker<'a>) {
        let Open { start, end, number, last, place, brief, time, key, more, whole } = open;
        let text = &chunk.buffer[start..end];
        let Some(known) = self.cache.line(place) else { return };
        let strength = self.recalled_strength(known, text).max(more);
        let of_words = if brief.varies() { strength } else { Strength::Nothing };
        let layout = known.layout;
        let candidates = known.candidates;
        let is_line = last == number;
        let form = if is_line && !brief.has_hexes() { Some(0) } else { hexes::form(text) };
        // What literals with digits mean differs from line to line.
        let alike = form.is_some() && self.asking.is_empty();
        let level = layout.level().map_or(0, |level| 1 + level as u64);
        // A line is counted by itself if its digits are as usual.
        let whole = whole.zip(form).filter(|&(_, form)| !is_line || form != 0);
        let whole = whole.map(|(whole, form)| shape(whole ^ level ^ form, layout.message()));
        let holds = |signatures: &[u32]| judge.holds_any(signatures, text);
        let counted = match whole.filter(|_| alike) {
            Some(whole) => self.cache.count_several(whole, strength, time, holds),
            None => alike && is_line && self.cache.count(place, of_words, time, holds),
        };
        if counted {
            return;
        }
        self.gather(candidates, &mut judge.candidates);
        let header = self.format.recall_header(&layout, text, time);
        let record = Record { start, line: number, lines: last - number + 1, header, text };
        let shape = form.map(|form| shape(key, layout.message()) ^ form);
        let known = KnownRecord { strength, shape, whole: whole.filter(|_| !is_line) };
        let enough = judge.known(&record, &known, taker);
        match (enough, whole) {
            (Some(enough), Some(whole)) if alike => {
                self.cache.keep_enough_of_several(whole, strength, enough, judge.unfixed());
            }
            // What a record of several lines is does not follow from its first line.
            (Some(enough), None) if alike && is_line => {
                self.cache.keep_enough(place, of_words, enough, judge.unfixed());
            }
            _ => {}
        }
    }

    /// Finds out about a line that was never seen, or whose header is not what it was.
    fn examine(&mut self, line: &'a [u8]) -> (Line<'a>, Option<(Words, List)>, Option<KnownLine>) {
        let (read, layout) = self.usual.learn(self.format, line);
        if line.len() >= LONG {
            return (read, None, None);
        }
        self.planned.find(line, &mut self.hits);
        self.signatures.clear();
        self.spots.clear();
        self.words.clear();
        self.take_hits();
        let header = read.header().unwrap_or_default();
        let message = words_begin(header.level, header.message);
        let words = words_of(line, message, &self.words);
        let before = self.words.len();
        self.take_spots(line);
        let mut varies = self.words.len() > before;
        let judged = Judged { begins: read.begins(), level: header.level, message };
        self.signatures.sort_unstable();
        self.signatures.dedup();
        let (candidates, spots) = (self.cache.keep(&self.signatures), self.cache.keep(&self.spots));
        let (Some(candidates), Some(spots)) = (candidates, spots) else { return (read, None, None) };
        let known = Some((words, candidates));
        let hexes = hexes::are_there(line);
        let Some(layout) = layout else { return (read, known, None) };
        varies = (varies || !self.is_same(words, line, judged))
            && !(judged.begins && enough(judged.level) == Strength::Nothing);
        if !varies {
            let suspicious = suspicion(header.level, words.of_head).is_some();
            return (
                read,
                known,
                Some(KnownLine { layout, words, varying: List::EMPTY, candidates, spots, suspicious, hexes }),
            );
        }
        let words = self.fixed_words(line, message);
        let varying = self.cache.keep(&self.words);
        (
            read,
            known,
            varying.map(|varying| KnownLine { layout, words, varying, candidates, spots, suspicious: true, hexes }),
        )
    }

    /// Tells signatures from error words. Who asks for literals with digits is told by [`Remembering::take_spots`].
    fn take_hits(&mut self) {
        let patterns = self.scanner.patterns.len() as u32;
        let digits = self.scanner.digits.as_ref();
        for hit in &self.hits {
            match hit.asker {
                asker if asker >= patterns => self.words.push(word(hit.start, asker - patterns)),
                signature if digits.is_some_and(|digits| digits.contains(signature)) => {}
                signature => self.signatures.push(signature),
            }
        }
    }

    /// Finds where in the line literals with digits may stand, if its digits were others.
    fn take_spots(&mut self, line: &[u8]) {
        let Some(digits) = &self.scanner.digits else { return };
        let patterns = self.scanner.patterns.len() as u32;
        self.change_digits(line, b'0');
        digits.engine.find(&self.changed, &mut self.hits);
        for &hit in &self.hits {
            match digits.asker(hit) {
                Some(asker) if asker >= patterns => self.words.push(word(hit.start, asker - patterns)),
                _ => digits.spots(&self.changed, hit, &mut |spot| match spot {
                    Spot::Always(signature) => self.signatures.push(signature),
                    Spot::Perhaps(form) => add_spot(&mut self.spots, [hit.start as u32, form]),
                }),
            }
        }
        if self.spots.len() > 2 * MOST_SPOTS {
            self.signatures.extend(self.spots.as_chunks().0.iter().flat_map(|&[_, form]| digits.askers_of(form)));
            self.spots.clear();
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
            let means = words_of(line, message, &[word]);
            let same = (means != Words::NOTHING || !has_digits(word))
                && [b'0', b'7'].into_iter().all(|digit| {
                    self.change_digits(line, digit);
                    words_of(&self.changed, message, &[word]) == means
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
        let key = match self.ahead.as_mut().and_then(|ahead| ahead.at(start)) {
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
        let (read, known, remembered) = self.examine(line);
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

/// Adds where literals of a form may stand, which several askers may have told. Those of one place come together.
fn add_spot(spots: &mut Vec<u32>, spot: [u32; 2]) {
    let mut here = spots.as_chunks().0.iter().rev().take_while(|it| it[0] == spot[0]);
    if !here.any(|&it| it == spot) {
        spots.extend(spot);
    }
}

/// An error word: its place in a line, which has less than [`LONG`] bytes, and its number.
fn word(start: usize, marker: u32) -> u32 {
    (start as u32) << 16 | marker
}

/// Whether an error word has digits itself, so that with other digits it is not there.
fn has_digits(word: u32) -> bool {
    MARKERS.get((word & 0xffff) as usize).is_none_or(|marker| marker.word.bytes().any(|byte| byte.is_ascii_digit()))
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
