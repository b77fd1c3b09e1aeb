//! The pass over a chunk.
//!
//! A chunk's text and its records go in, the records that are worth keeping come out. The engine says where literals
//! stand; the records are walked alongside. A record with a literal of a signature is a candidate and its condition is
//! evaluated on the whole record; a record with an error word is judged by `suspicion.rs`. All others cost nothing more
//! than their header.

use super::counts::Counts;
use super::engine::{Engine, LiteralHit};
use super::literals::required_sets;
use super::markers::{MARKERS, Strength};
use super::pattern::Pattern;
use super::scope::{FileScope, Scopes};
use super::suspicion::{strength, suspicion};
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
        let signatures = set.signatures();
        let patterns: Vec<_> = signatures.iter().map(|signature| Pattern::new(&signature.condition).ok()).collect();
        let sets = signatures.iter().zip(&patterns).map(|(signature, pattern)| match pattern {
            Some(_) => required_sets(&signature.condition),
            None => Vec::new(),
        });
        let markers = MARKERS.iter().map(|marker| vec![vec![marker.word.into()]]);
        let (engine, mut unfiltered) = Engine::new(sets.chain(markers).collect());
        unfiltered.retain(|&index| patterns.get(index).is_some_and(Option::is_some));
        let scopes = Scopes::new(signatures.iter().map(|signature| &signature.scope));
        Scanner { engine, patterns, unfiltered, scopes }
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
        self.scan_records(chunk, format.records(chunk), scope, found)
    }

    pub(super) fn scan_records<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        records: impl Iterator<Item = Record<'a>>,
        scope: &FileScope,
        found: &mut dyn FnMut(Hit<'_, 'a>),
    ) -> Counts {
        let text = chunk.text();
        if text.len() >= SAMPLE && !self.engine.is_tuned() {
            self.tune(&[text]);
        }
        let mut literal_hits = Vec::new();
        self.engine.find(text, &mut literal_hits);
        let mut rest = literal_hits.as_slice();
        let unfiltered: Vec<usize> = self.unfiltered.iter().copied().filter(|&index| scope.contains(index)).collect();
        let mut counts = Counts::of_lines(chunk);
        let mut candidates = Vec::new();
        let mut matches = Vec::new();
        for record in records {
            counts.add_record(&record);
            let start = record.start.saturating_sub(chunk.start);
            let hits = take_hits(&mut rest, start, start.saturating_add(record.text.len()));
            candidates.clear();
            candidates.extend_from_slice(&unfiltered);
            let mut strongest = Strength::Nothing;
            for hit in hits {
                match (hit.asker as usize).checked_sub(self.patterns.len()) {
                    None if scope.contains(hit.asker as usize) => candidates.push(hit.asker as usize),
                    Some(marker) if strongest < Strength::Certain => {
                        strongest = strongest.max(judge(&record, hit.start - start, marker));
                    }
                    _ => {}
                }
            }
            candidates.sort_unstable();
            candidates.dedup();
            matches.clear();
            matches.extend(candidates.iter().filter_map(|&index| self.confirm(index, record.text)));
            let suspicion = suspicion(record.header.level, strongest);
            if suspicion.is_some() || !matches.is_empty() {
                found(Hit { record: &record, matches: &matches, suspicion });
            }
        }
        counts
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
