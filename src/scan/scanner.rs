//! The pass over a chunk.
//!
//! A chunk's text and its records go in, the records that are worth keeping come out. The engine says where literals
//! stand; the records are walked alongside. A record with a literal of a signature is a candidate and its condition is
//! evaluated on the whole record; a record with an error word is judged by `suspicion.rs`. All others cost nothing more
//! than their header.

use super::counts::Counts;
use super::engine::{Engine, LiteralHit};
use super::literals::required_sets;
use super::markers::{MARKERS, Marker, Strength};
use super::pattern::Pattern;
use super::scope::{FileScope, Scopes};
use super::suspicion::{enough, strength, suspicion};
use crate::record::{Chunk, Format, Level, Record};
use crate::signature::SignatureSet;

/// What is enough of the input to plan the search for the rest, in bytes.
const SAMPLE: usize = 256 << 10;

/// A compiled [`SignatureSet`].
pub struct Scanner {
    /// Its askers are the signatures by index, then the markers.
    engine: Engine,
    /// By signature index; `None` if it cannot be used.
    patterns: Vec<Option<Pattern>>,
    /// The error words; empty if nobody asks what looks like an error.
    markers: &'static [Marker],
    /// Signatures to be tried on every record.
    unfiltered: Vec<usize>,
    scopes: Scopes,
}

/// One signature that holds for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// Index in [`SignatureSet::signatures`].
    pub signature: usize,
    /// Named groups that took part, in the order of their names.
    pub captures: Vec<(&'a str, &'a [u8])>,
}

/// A record that is worth keeping.
pub struct Hit<'r, 'a> {
    /// The record.
    pub record: &'r Record<'a>,
    /// The signatures that hold, by index.
    pub matches: &'r [Match<'a>],
    /// The severity that level field and error words together suggest; `None` if the record does not look like an
    /// error or warning at all. Negated words ("0 errors") do not count.
    pub suspicion: Option<Level>,
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
        let patterns: Vec<_> = signatures.iter().map(|signature| Pattern::new(&signature.condition).ok()).collect();
        let sets = signatures.iter().zip(&patterns).map(|(signature, pattern)| match pattern {
            Some(_) => required_sets(&signature.condition),
            None => Vec::new(),
        });
        let words = markers.iter().map(|marker| vec![vec![marker.word.into()]]);
        let (engine, mut unfiltered) = Engine::new(sets.chain(words).collect());
        unfiltered.retain(|&index| patterns.get(index).is_some_and(Option::is_some));
        let scopes = Scopes::new(signatures.iter().map(|signature| &signature.scope));
        Scanner { engine, patterns, markers, unfiltered, scopes }
    }

    /// Plans the search for the actual input, of which `pieces` are a sample. It changes the speed and never the
    /// result. Only the first call has an effect; without one the first large chunk is the sample.
    pub fn tune(&self, pieces: &[&[u8]]) {
        self.engine.tune(pieces);
    }

    /// Returns which signatures apply to the file.
    pub fn in_file(&self, path: &str) -> FileScope {
        self.scopes.of(path)
    }

    /// Calls `found` for each record that a signature claims or that looks like an error or warning, in file order.
    pub fn scan<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        format: &'a Format,
        scope: &FileScope,
        found: &mut dyn FnMut(Hit<'_, 'a>),
    ) -> Counts {
        if format.lines_only() {
            self.scan_lines(chunk, scope, found)
        } else {
            self.scan_records(chunk, format.records(chunk), scope, found)
        }
    }

    pub(super) fn scan_records<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        records: impl Iterator<Item = Record<'a>>,
        scope: &FileScope,
        found: &mut dyn FnMut(Hit<'_, 'a>),
    ) -> Counts {
        let literal_hits = self.find(chunk);
        let mut rest = literal_hits.as_slice();
        let mut counts = Counts::of_lines(chunk);
        let mut judge = Judge::new(self, scope);
        for record in records {
            counts.add_record(&record);
            let start = record.start.saturating_sub(chunk.start);
            let hits = take_hits(&mut rest, start, start.saturating_add(record.text.len()));
            judge.record(&record, start, hits, found);
        }
        counts
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

    fn confirm<'a>(&'a self, signature: usize, text: &'a [u8]) -> Option<Match<'a>> {
        let pattern = self.patterns.get(signature)?.as_ref()?;
        if pattern.holds(text) != Ok(true) {
            return None;
        }
        let mut captures = Vec::new();
        if pattern.has_names() {
            pattern.captures(text, &mut captures);
            // The first of several groups with one name stays: the sort is stable.
            captures.sort_by_key(|&(name, _)| name);
            captures.dedup_by_key(|&mut (name, _)| name);
        }
        Some(Match { signature, captures })
    }
}

/// Decides record by record what is worth keeping; holds what is used again for the next one.
pub(super) struct Judge<'a, 's> {
    scanner: &'a Scanner,
    scope: &'s FileScope,
    /// Signatures that are tried on every record of the file.
    unfiltered: Vec<usize>,
    candidates: Vec<usize>,
    matches: Vec<Match<'a>>,
}

impl<'a, 's> Judge<'a, 's> {
    pub(super) fn new(scanner: &'a Scanner, scope: &'s FileScope) -> Judge<'a, 's> {
        let unfiltered = scanner.unfiltered.iter().copied().filter(|&index| scope.contains(index)).collect();
        Judge { scanner, scope, unfiltered, candidates: Vec::new(), matches: Vec::new() }
    }

    /// Whether a record without any literal can be worth keeping.
    pub(super) fn needs_every_record(&self) -> bool {
        !self.unfiltered.is_empty()
    }

    /// Calls `found` if a signature claims the record or it looks like an error. `hits` are the literals that begin in
    /// it, `start` is where it begins in the text in which they were found.
    pub(super) fn record(
        &mut self,
        record: &Record<'a>,
        start: usize,
        hits: &[LiteralHit],
        found: &mut dyn FnMut(Hit<'_, 'a>),
    ) {
        self.candidates.clear();
        self.candidates.extend_from_slice(&self.unfiltered);
        let mut strongest = Strength::Nothing;
        let enough = enough(record.header.level);
        for hit in hits {
            match (hit.asker as usize).checked_sub(self.scanner.patterns.len()) {
                None if self.scope.contains(hit.asker as usize) => self.candidates.push(hit.asker as usize),
                Some(marker) if strongest < enough => {
                    strongest = strongest.max(judge(record, hit.start - start, marker));
                }
                _ => {}
            }
        }
        self.candidates.sort_unstable();
        self.candidates.dedup();
        self.matches.clear();
        self.matches.extend(self.candidates.iter().filter_map(|&index| self.scanner.confirm(index, record.text)));
        let looked_for = !self.scanner.markers.is_empty();
        let suspicion = if looked_for { suspicion(record.header.level, strongest) } else { None };
        if suspicion.is_some() || !self.matches.is_empty() {
            found(Hit { record, matches: &self.matches, suspicion });
        }
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
    let Some(marker) = MARKERS.get(marker) else { return Strength::Nothing };
    let message = if record.header.level.is_some() { record.header.message } else { 0 };
    let end = start.saturating_add(marker.word.len());
    if start >= message && end <= record.text.len() { strength(record.text, end, marker) } else { Strength::Nothing }
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
