//! Records whose lines can all be recalled.
//!
//! They are walked over without making records of them: of most of them nothing need be known but their level and their
//! time.

use super::super::counts::Counting;
use super::super::hexes;
use super::super::hit::Taker;
use super::super::line_cache::{Brief, KnownLine, List};
use super::super::markers::Strength;
use super::super::scanner::Judge;
use super::super::suspicion::enough;
use super::examined::words_of;
use super::{KnownRecord, Remembering, shape, standing, words_begin};
use crate::record::{Beginning, Chunk, Record, Time, is_blank};

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

impl<'a> Remembering<'a, '_> {
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
    pub(in crate::scan) fn give_recalled(
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
                lines += u64::from(cut.end > self.counted);
            }
            (start, number) = (cut.next, number + 1);
        }
        let rest = open.map(|record| Beginning { start: record.start, line: record.number, alone });
        self.ahead = Some(ahead);
        if rest.is_some() {
            self.lines += lines;
            self.counted = self.counted.max(start);
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
}
