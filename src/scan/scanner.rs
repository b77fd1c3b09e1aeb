//! The pass over a chunk.
//!
//! A chunk's text and its records go in, the records that are worth keeping come out. The engine says where literals
//! stand; the records are walked alongside. A record with a literal of a signature is a candidate and its condition is
//! evaluated on the whole record; a record with an error word is judged by `suspicion.rs`. All others cost nothing more
//! than their header.

use super::counts::{Counting, Counts};
use super::digits::Digits;
use super::engine::{Engine, LiteralHit};
use super::everywhere::Everywhere;
use super::facts::{FactSources, Stated};
use super::hit::{EachHit, Hit, Match, Passed, Taker};
use super::line_cache::LineCache;
use super::literals::sets_of_usable;
use super::markers::{MARKERS, Marker, Strength};
use super::parts::Parts;
use super::pattern::LazyPattern;
use super::reader::{KnownRecord, Remembering};
use super::repeats::Enough;
use super::scope::{FileScope, Scopes};
use super::suspicion::{self, enough, strength};
use super::variants::Keyed;
use super::window::Gate;
use crate::record::{Chunk, Format, Record};
use crate::signature::{Condition, SignatureSet};
use rayon::prelude::*;

/// What is enough of the input to plan the search for the rest, in bytes.
const SAMPLE: usize = 256 << 10;

/// A compiled [`SignatureSet`].
pub struct Scanner {
    /// Its askers are the signatures by index, then the facts, then the records of correlations, then the markers.
    pub(super) engine: Engine,
    /// Finds who may have a literal in a line if its digits were others; `None` if no literal has a digit.
    pub(super) digits: Option<Digits>,
    /// Of the signatures by index, of the facts, of the records of correlations; `None` if it cannot be used.
    pub(super) patterns: Vec<Option<LazyPattern>>,
    /// Of the signatures by index; `None` if it has no variants.
    keyed: Vec<Option<Box<Keyed>>>,
    /// Of the signatures by index: whether facts may show that a match means something else.
    withdrawn: Vec<bool>,
    /// Of the signatures by index: whether it speaks only where no other does.
    general: Vec<bool>,
    /// The error words; empty if nobody asks what looks like an error.
    markers: &'static [Marker],
    /// Signatures to be tried on every record.
    everywhere: Everywhere,
    scopes: Scopes,
    facts: FactSources,
    parts: Parts,
    /// Records are hits even if nothing in them is worth keeping.
    gives_all: bool,
}

impl Scanner {
    /// Compiles the set. Regexes are compiled when the first record asks for them. A signature with a broken regex never
    /// holds.
    pub fn new(set: &SignatureSet) -> Scanner {
        Scanner::compile(set, MARKERS)
    }

    /// Compiles the set for a scan that looks for signatures only: no record is reported for looking like an error.
    pub fn of_known(set: &SignatureSet) -> Scanner {
        Scanner::compile(set, &[])
    }

    fn compile(set: &SignatureSet, markers: &'static [Marker]) -> Scanner {
        let signatures = set.signatures();
        let facts = FactSources::new(set, signatures.len());
        let conditions = signatures.iter().map(|signature| &signature.condition).chain(facts.conditions(set));
        let mut conditions: Vec<_> = conditions.collect();
        let parts = Parts::new(set, conditions.len());
        conditions.extend(parts.conditions(set));
        // Of a correlation its parts are searched, and nothing holds by itself.
        let is_several = |index: usize| signatures.get(index).is_some_and(|it| it.correlation.is_some());
        let searched = |(index, condition): (usize, &&Condition)| match sets_of_usable(condition) {
            Ok(sets) if !is_several(index) => (Some(LazyPattern::new((*condition).clone())), sets),
            _ => (None, Vec::new()),
        };
        let scopes = signatures.iter().map(|signature| &signature.scope).chain(facts.scopes(set)).chain(parts.scopes());
        let scopes: Vec<_> = scopes.collect();
        let (scopes, (patterns, sets)): (_, (Vec<_>, Vec<_>)) =
            rayon::join(|| Scopes::new(scopes.into_iter()), || conditions.par_iter().enumerate().map(searched).unzip());
        let words = markers.iter().map(|marker| vec![vec![marker.word.into()]]);
        let sets: Vec<_> = sets.into_iter().chain(words).collect();
        let digits = Digits::of(&sets, patterns.len());
        let (engine, mut unfiltered) = Engine::new(sets);
        // A fact without a literal is refused by `check` and would cost every record.
        let is_fact = |index: usize| index >= signatures.len() && !parts.contains(index);
        unfiltered.retain(|&index| !is_fact(index) && patterns.get(index).is_some_and(Option::is_some));
        let everywhere = Everywhere::new(&unfiltered, &conditions);
        let keyed = signatures.iter().map(|signature| signature.variants.as_ref().map(|it| Box::new(Keyed::new(it))));
        let keyed = keyed.collect();
        let withdrawn = signatures.iter().map(|it| it.scope.may_withdraw()).collect();
        let general = signatures.iter().map(|it| it.general).collect();
        let gives_all = false;
        Scanner {
            engine,
            digits,
            patterns,
            keyed,
            withdrawn,
            general,
            markers,
            everywhere,
            scopes,
            facts,
            parts,
            gives_all,
        }
    }

    /// Gives every record as a hit, also such as nothing claims and that do not look like errors: to compare with other
    /// bundles. Of records that are alike the taker may still say that it is enough to count them.
    pub fn giving_all(mut self) -> Scanner {
        self.gives_all = true;
        self
    }

    /// Searches without vector instructions, whatever the processor has. The result is the same.
    pub fn portable(mut self) -> Scanner {
        self.engine.use_portable();
        if let Some(digits) = &mut self.digits {
            digits.engine.use_portable();
        }
        self
    }

    /// Plans the search for the actual input, of which `pieces` are a sample. It changes the speed and never the
    /// result. Only the first call has an effect; without one the first large chunk is the sample.
    pub fn tune(&self, pieces: &[&[u8]]) {
        self.engine.tune(pieces);
    }

    /// Makes the plans that the search for an unknown input needs, which else the first chunk does: several threads would wait
    /// for it.
    pub fn prepare(&self) {
        let others = || self.digits.as_ref().map(|digits| digits.engine.planned().number);
        rayon::join(|| self.engine.planned().number, others);
    }

    /// Returns which signatures apply to the file.
    pub fn in_file(&self, path: &str) -> FileScope {
        self.scopes.of(path)
    }

    /// Whether a match of the signature may turn out to mean something else.
    pub fn may_withdraw(&self, signature: usize) -> bool {
        self.withdrawn.get(signature).is_some_and(|&may| may)
    }

    /// Returns the facts that the path of a file states, as number and value.
    pub fn facts_of_path(&self, path: &str) -> Vec<(usize, String)> {
        self.facts.of_path(path)
    }

    /// Calls `found` for each record that a signature claims or that looks like an error or warning, in file order.
    /// `cache` may have seen any other chunks.
    pub fn scan<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        format: &'a Format,
        scope: &FileScope,
        cache: &mut LineCache,
        found: &mut dyn FnMut(Hit<'_, 'a>),
    ) -> Counts {
        self.pass(chunk, format, scope, None, cache, &mut EachHit(found)).counts
    }

    /// Does what [`Scanner::scan`] does for the records that the gate admits, or all, and returns also what their times
    /// show. Lines that are not read as records have none. Records of which the taker says that it is enough are only
    /// counted.
    pub fn pass<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        format: &'a Format,
        scope: &FileScope,
        gate: Option<Gate>,
        cache: &mut LineCache,
        taker: &mut dyn Taker<'a>,
    ) -> Passed {
        if format.lines_only() {
            Passed { counts: self.scan_lines(chunk, scope, cache, taker), ..Passed::default() }
        } else if format.has_layouts() && !cache.pauses() {
            self.scan_remembering(chunk, format, scope, gate, cache, taker)
        } else {
            self.scan_records(chunk, format.records(chunk), scope, gate, taker)
        }
    }

    pub(super) fn scan_remembering<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        format: &'a Format,
        scope: &FileScope,
        gate: Option<Gate>,
        cache: &mut LineCache,
        taker: &mut dyn Taker<'a>,
    ) -> Passed {
        // A plan for the actual input takes longer than to search what few lines are new.
        let engine = if cache.learns_much() { self.engine_for_new(chunk.text()) } else { &self.engine };
        let mut judge = Judge::new(self, scope);
        cache.begin(taker.series());
        let mut counting = Counting::new(chunk, gate).with_widths_of(cache.widths());
        let mut records = format.records_by(chunk, Remembering::new(self, format, scope, chunk, cache));
        let mut hits = Vec::new();
        while let Some(record) = records.next() {
            judge.candidates.clear();
            let known = records.reader().record(&record, &mut judge.candidates);
            counting.passes(record.start, record.line);
            let wanted = counting.add(record.header.level, record.header.time);
            match known {
                Some(_) if !wanted => {
                    if counting.takes_facts() {
                        judge.stated(&record, taker);
                    }
                }
                None if !wanted => {
                    if counting.takes_facts() {
                        engine.find(record.text, &mut hits);
                        judge.stated_by(&record, &hits, taker);
                    }
                }
                Some(known) => _ = judge.known(&record, &known, taker),
                None => {
                    engine.find(record.text, &mut hits);
                    judge.record(&record, 0, &hits, || None, taker);
                }
            }
            if records.reader().recalls()
                && let Some(beginning) = records.next_beginning()
                && let Some(rest) = records.reader().give_recalled(beginning, chunk, &mut judge, &mut counting, taker)
            {
                records.go_on_at(rest);
            }
        }
        records.reader().finish(&mut |more| taker.more(more));
        let passed = counting.finish(records.line_ends() + Counts::unfinished_line(chunk));
        drop(records);
        cache.keep_widths(&passed.timeline);
        passed
    }

    pub(super) fn scan_records<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        records: impl Iterator<Item = Record<'a>>,
        scope: &FileScope,
        gate: Option<Gate>,
        taker: &mut dyn Taker<'a>,
    ) -> Passed {
        let literal_hits = self.find(chunk);
        let mut rest = literal_hits.as_slice();
        let mut counting = Counting::new(chunk, gate);
        let mut judge = Judge::new(self, scope);
        for record in records {
            counting.passes(record.start, record.line);
            let wanted = counting.add(record.header.level, record.header.time);
            let start = record.start.saturating_sub(chunk.start);
            let hits = take_hits(&mut rest, start, start.saturating_add(record.text.len()));
            if !wanted {
                if counting.takes_facts() {
                    judge.stated_by(&record, hits, taker);
                }
                continue;
            }
            judge.record(&record, start, hits, || None, taker);
        }
        counting.finish(Counts::lines_of(chunk))
    }

    /// All literals in a chunk, by position.
    pub(super) fn find(&self, chunk: &Chunk<'_>) -> Vec<LiteralHit> {
        let mut hits = Vec::new();
        self.engine_for(chunk.text()).find(chunk.text(), &mut hits);
        hits
    }

    /// The engine, planned for such a text if it is a large one and nothing else was seen.
    pub(super) fn engine_for(&self, text: &[u8]) -> &Engine {
        if text.len() >= SAMPLE && !self.engine.is_tuned() {
            self.tune(&[text]);
        }
        &self.engine
    }

    /// Does the same for a text of which many lines have to be examined.
    fn engine_for_new(&self, text: &[u8]) -> &Engine {
        if text.len() >= SAMPLE {
            let others = || self.digits.as_ref().into_iter().for_each(|digits| digits.tune(text));
            rayon::join(|| _ = self.engine_for(text), others);
        }
        &self.engine
    }

    /// Drops the general signatures beside others. Returns whether there are only general ones.
    fn keep_specific(&self, matches: &mut Vec<Match<'_>>) -> bool {
        let is_general = |found: &Match<'_>| self.general.get(found.signature).is_some_and(|&it| it);
        let only_general = matches.iter().all(is_general);
        if !only_general {
            matches.retain(|found| !is_general(found));
        }
        only_general && !matches.is_empty()
    }

    /// Whether records that differ in the values of digits only are surely judged alike.
    fn is_fixed(&self, signature: usize) -> bool {
        let pattern = self.patterns.get(signature).and_then(|pattern| pattern.as_ref()?.get());
        // Which row of a table a record is may depend on its digits.
        pattern.is_some_and(|it| it.is_fixed) && !self.keyed.get(signature).is_some_and(Option::is_some)
    }

    /// Whether the signature may claim a record because of a line, whatever the digits of that are; in `zeros` they are `0`.
    pub(super) fn may_hold_by(&self, signature: usize, zeros: &[u8]) -> bool {
        let pattern = self.patterns.get(signature).and_then(|pattern| pattern.as_ref()?.get());
        pattern.is_none_or(|it| it.may_hold_by(zeros))
    }

    fn confirm<'a>(&'a self, signature: usize, text: &'a [u8]) -> Option<Match<'a>> {
        let pattern = &self.patterns.get(signature)?.as_ref()?.get()?.pattern;
        if pattern.holds(text) != Ok(true) {
            return None;
        }
        let keyed = self.keyed.get(signature).and_then(Option::as_deref);
        Some(Match { signature, pattern, keyed, text })
    }
}

/// Decides record by record what is worth keeping; holds what is used again for the next one.
pub(super) struct Judge<'a, 's> {
    scanner: &'a Scanner,
    scope: &'s FileScope,
    /// Whether there are signatures that are tried on every record of the file.
    everywhere: bool,
    pub(super) candidates: Vec<usize>,
    matches: Vec<Match<'a>>,
    facts: Vec<Stated<'a>>,
    parts: Vec<Match<'a>>,
    /// The candidates of the last record that may hold for some values of digits only.
    unfixed: Vec<u32>,
}

impl<'a, 's> Judge<'a, 's> {
    pub(super) fn new(scanner: &'a Scanner, scope: &'s FileScope) -> Judge<'a, 's> {
        let everywhere = scanner.everywhere.signatures().any(|index| scope.contains(index));
        let (candidates, matches, unfixed) = (Vec::new(), Vec::new(), Vec::new());
        Judge { scanner, scope, everywhere, candidates, matches, facts: Vec::new(), parts: Vec::new(), unfixed }
    }

    /// Whether a record without any literal can be worth keeping.
    pub(super) fn needs_every_record(&self) -> bool {
        self.everywhere || self.scanner.gives_all
    }

    /// Calls `found` if a signature claims the record or it looks like an error. `hits` are the literals that begin in
    /// it, `start` is where it begins in the text in which they were found. `shape` is that of [`Hit`], asked for if it has an
    /// error word.
    pub(super) fn record(
        &mut self,
        record: &Record<'a>,
        start: usize,
        hits: &[LiteralHit],
        shape: impl FnOnce() -> Option<u64>,
        taker: &mut dyn Taker<'a>,
    ) {
        self.candidates.clear();
        let mut strongest = Strength::Nothing;
        let enough = enough(record.header.level);
        for hit in hits {
            match (hit.asker as usize).checked_sub(self.scanner.patterns.len()) {
                None => self.candidates.push(hit.asker as usize),
                Some(marker) if strongest < enough => {
                    strongest = strongest.max(judge(record, hit.start - start, marker));
                }
                _ => {}
            }
        }
        let shape = if strongest > Strength::Nothing { shape() } else { None };
        self.decide(record, &KnownRecord { strength: strongest, shape, whole: None }, taker);
    }

    /// Whether records that look like errors are worth keeping.
    #[inline]
    pub(super) fn looks_for_errors(&self) -> bool {
        !self.scanner.markers.is_empty()
    }

    /// Does the same for a record of which all lines are known; `candidates` are the signatures that may claim it. Returns
    /// of which records of the same shape, that look as much like an error and for which none of [`Judge::unfixed`] holds, it
    /// is enough to know how many there are.
    pub(super) fn known(
        &mut self,
        record: &Record<'a>,
        known: &KnownRecord,
        taker: &mut dyn Taker<'a>,
    ) -> Option<Enough> {
        self.decide(record, known, taker)
    }

    /// The signatures that were asked about the last record and for which digits matter.
    pub(super) fn unfixed(&self) -> &[u32] {
        &self.unfixed
    }

    /// Whether one of the signatures holds for a text.
    pub(super) fn holds_any(&self, signatures: &[u32], text: &'a [u8]) -> bool {
        signatures.iter().any(|&signature| self.scanner.confirm(signature as usize, text).is_some())
    }

    /// Tells the facts that a record outside of the window states; nothing else of it counts. `candidates` are those that
    /// may claim it.
    #[inline(never)]
    pub(super) fn stated(&mut self, record: &Record<'a>, taker: &mut dyn Taker<'a>) {
        let facts = &self.scanner.facts;
        self.candidates.retain(|&index| facts.contains(index) && self.scope.contains(index));
        if self.candidates.is_empty() {
            return;
        }
        self.candidates.sort_unstable();
        self.candidates.dedup();
        self.matches.clear();
        self.facts.clear();
        self.matches.extend(self.candidates.iter().filter_map(|&index| self.scanner.confirm(index, record.text)));
        facts.take(&mut self.matches, &mut self.facts);
        if !self.facts.is_empty() {
            let facts = &self.facts;
            let (matches, parts) = (&[], &[]);
            let (suspicion, shape, whole, only_general) = (None, None, None, false);
            taker.hit(Hit { record, matches, only_general, suspicion, facts, parts, shape, whole });
        }
    }

    /// Does the same for a record in which these literals begin.
    #[inline(never)]
    pub(super) fn stated_by(&mut self, record: &Record<'a>, hits: &[LiteralHit], taker: &mut dyn Taker<'a>) {
        self.candidates.clear();
        self.candidates.extend(hits.iter().map(|hit| hit.asker as usize));
        self.stated(record, taker);
    }

    fn decide(&mut self, record: &Record<'a>, known: &KnownRecord, taker: &mut dyn Taker<'a>) -> Option<Enough> {
        self.matches.clear();
        self.facts.clear();
        self.parts.clear();
        self.unfixed.clear();
        // Whether what matches does not depend on values of digits.
        let mut fixed = !self.everywhere;
        let mut only_general = false;
        if self.everywhere {
            self.scanner.everywhere.add_candidates(record.text, &mut self.candidates);
        }
        if !self.candidates.is_empty() {
            self.candidates.retain(|&signature| self.scope.contains(signature));
            self.candidates.sort_unstable();
            self.candidates.dedup();
            let unfixed = self.candidates.iter().filter(|&&signature| !self.scanner.is_fixed(signature));
            self.unfixed.extend(unfixed.map(|&signature| signature as u32));
            self.matches.extend(self.candidates.iter().filter_map(|&index| self.scanner.confirm(index, record.text)));
            // What holds for this record need not hold for others like it.
            let is_unfixed = |found: &Match<'_>| self.unfixed.contains(&(found.signature as u32));
            fixed = fixed && (self.unfixed.is_empty() || !self.matches.iter().any(is_unfixed));
            self.scanner.parts.take(&mut self.matches, &mut self.parts);
            self.scanner.facts.take(&mut self.matches, &mut self.facts);
            only_general = self.scanner.keep_specific(&mut self.matches);
        }
        let suspicion = if self.looks_for_errors() { suspicion::of_record(record, known.strength) } else { None };
        let is_asked_for = !self.matches.is_empty() || !self.facts.is_empty() || !self.parts.is_empty();
        if suspicion.is_none() && !is_asked_for && !self.scanner.gives_all {
            return Some(Enough::NOTHING).filter(|_| fixed);
        }
        let (matches, facts, parts) = (&self.matches, &self.facts, &self.parts);
        let KnownRecord { shape, whole, .. } = *known;
        taker.hit(Hit { record, matches, only_general, suspicion, facts, parts, shape, whole }).filter(|_| fixed)
    }
}

/// Takes the hits that begin inside `start..end` off `rest`, and drops those before.
fn take_hits<'h>(rest: &mut &'h [LiteralHit], start: usize, end: usize) -> &'h [LiteralHit] {
    let skipped = rest.iter().take_while(|hit| hit.start < start).count();
    let after = &rest[skipped..];
    let (hits, after) = after.split_at(after.iter().take_while(|hit| hit.start < end).count());
    *rest = after;
    hits
}

/// Judges an error word that begins at `start` of the record's text. In a record with a level only the message counts:
/// the header's words have been read already.
fn judge(record: &Record<'_>, start: usize, marker: usize) -> Strength {
    let message = if record.header.level.is_some() { record.header.message } else { 0 };
    if start >= message { word_strength(record.text, start, marker) } else { Strength::Nothing }
}

/// Judges an error word that begins at `start`.
pub(super) fn word_strength(text: &[u8], start: usize, marker: usize) -> Strength {
    let Some(marker) = MARKERS.get(marker) else { return Strength::Nothing };
    let end = start.saturating_add(marker.word.len());
    if end <= text.len() { strength(text, end, marker) } else { Strength::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_word_can_be_searched_for() {
        let (_, without) = Engine::new(MARKERS.iter().map(|marker| vec![vec![marker.word.into()]]).collect());
        assert!(without.is_empty());
    }
}
