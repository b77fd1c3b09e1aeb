//! The pass over a chunk.
//!
//! A chunk's text and its records go in, the records that are worth keeping come out. The engine says where literals
//! stand; the records are walked alongside. A record with a literal of a signature is a candidate and its condition is
//! evaluated on the whole record; a record with an error word is judged by `suspicion.rs`. All others cost nothing more
//! than their header.

use super::counts::Counts;
use super::engine::{Engine, LiteralHit};
use super::literals::{required_literals, shortest};
use super::markers::{MARKERS, Strength};
use super::pattern::Pattern;
use super::scope::{FileScope, Scopes};
use super::suspicion::{strength, suspicion};
use crate::record::{Chunk, Format, Level, Record};
use crate::signature::SignatureSet;
use std::collections::BTreeMap;

/// A signature whose shortest literal is below this is tried on every record: searching for it would find it everywhere.
const USEFUL_LITERAL: usize = 2;

/// A compiled [`SignatureSet`].
pub struct Scanner {
    engine: Engine,
    /// For each literal of the engine, who asked for it.
    askers: Vec<Askers>,
    /// By signature index; `None` if it cannot be used.
    patterns: Vec<Option<Pattern>>,
    /// Signatures to be tried on every record.
    unfiltered: Vec<usize>,
    scopes: Scopes,
}

#[derive(Clone, Debug, Default)]
struct Askers {
    signatures: Vec<usize>,
    markers: Vec<usize>,
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
        let mut literals: BTreeMap<Vec<u8>, Askers> = BTreeMap::new();
        let mut unfiltered = Vec::new();
        for (index, signature) in signatures.iter().enumerate() {
            if patterns[index].is_none() {
                continue;
            }
            match required_literals(&signature.condition) {
                Some(required) if shortest(&required) >= USEFUL_LITERAL => {
                    for literal in required {
                        literals.entry(literal).or_default().signatures.push(index);
                    }
                }
                _ => unfiltered.push(index),
            }
        }
        for (index, marker) in MARKERS.iter().enumerate() {
            literals.entry(marker.word.into()).or_default().markers.push(index);
        }
        let scopes = Scopes::new(signatures.iter().map(|signature| &signature.scope));
        let (literals, askers): (Vec<_>, Vec<_>) = literals.into_iter().unzip();
        Scanner { engine: Engine::new(&literals), askers, patterns, unfiltered, scopes }
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
        let mut literal_hits = Vec::new();
        self.engine.find(chunk.text(), &mut literal_hits);
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
                let Some(askers) = self.askers.get(hit.literal as usize) else { continue };
                candidates.extend(askers.signatures.iter().copied().filter(|&index| scope.contains(index)));
                for &marker in &askers.markers {
                    if strongest < Strength::Certain {
                        strongest = strongest.max(judge(&record, hit.last - start, marker));
                    }
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

/// Takes the hits that end inside `start..end` off `rest`, and drops those before.
fn take_hits<'h>(rest: &mut &'h [LiteralHit], start: usize, end: usize) -> &'h [LiteralHit] {
    let skipped = rest.iter().take_while(|hit| hit.last < start).count();
    let after = &rest[skipped..];
    let (hits, after) = after.split_at(after.iter().take_while(|hit| hit.last < end).count());
    *rest = after;
    hits
}

/// Judges an error word whose last byte stands at `last` of the record's text. In a record with a level only the message
/// counts: the header's words have been read already.
fn judge(record: &Record<'_>, last: usize, marker: usize) -> Strength {
    let Some(marker) = MARKERS.get(marker) else { return Strength::Nothing };
    let text = record.text;
    let message = if record.header.level.is_some() { record.header.message } else { 0 };
    match (last + 1).checked_sub(marker.word.len()) {
        Some(start) if start >= message => strength(text, last + 1, marker),
        _ => Strength::Nothing,
    }
}
