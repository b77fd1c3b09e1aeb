use super::Level;
use super::codes::codes;
use super::evidence::Evidence;
use super::group::{Group, UnknownGroup};
use super::template::{Fingerprint, fingerprint, template};
use crate::record::Chunk;
use crate::scan::{Counts, Hit, Match};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// How much was examined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files that were scanned.
    pub files: u64,
    /// Bytes that were scanned.
    pub bytes: u64,
    /// Lines, records, times, levels.
    pub counts: Counts,
}

impl Coverage {
    fn add(&mut self, other: &Coverage) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.counts.add(&other.counts);
    }
}

/// Everything one file, or a whole bundle, has shown so far.
///
/// It is bounded: [`Tally::TEMPLATES`] templates, and per group what [`Group`] says. Which records end up in it does not
/// depend on the order in which pieces are put together:
///
/// - signatures, counts, times, evidence, files and captures are exact;
/// - of the templates those with the worst level are kept, among equals those with the smallest hash. The set is exact,
///   and so is the number of records in the groups and in [`Tally::unknown_overflow`] together;
/// - only if there are too many templates and a template was dropped before its worst record came, its count, times and
///   evidence lack what was dropped. Then `unknown_overflow` is not 0.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How much was examined.
    pub coverage: Coverage,
    /// By signature index.
    pub known: BTreeMap<usize, Group>,
    /// By template hash.
    pub unknown: BTreeMap<u64, UnknownGroup>,
    /// Records of unknown errors that found no room in `unknown`.
    pub unknown_overflow: u64,
    /// The worst rank in a full `unknown`, as of the last eviction. Ranks only get better, so that what was too bad for
    /// it then is too bad for ever.
    pub(crate) bar: Option<(Level, u64)>,
}

impl Tally {
    /// Templates that are kept.
    pub const TEMPLATES: usize = 4096;

    /// Adds one hit of a chunk of `file`.
    ///
    /// The chunk's lines are counted on from `coverage.counts.lines`: a tally may take several chunks of one file in
    /// order if each chunk's counts are added after its hits, see [`Tally::examined`].
    pub fn add(&mut self, file: &Arc<str>, chunk: &Chunk<'_>, hit: &Hit<'_, '_>) {
        let line = self.coverage.counts.lines + hit.record.line + 1;
        for found in hit.matches {
            let group = self.known.entry(found.signature).or_default();
            if group.add(file, chunk, hit.record, line) {
                group.captures = captures(found);
            }
        }
        if let (true, Some(level)) = (hit.matches.is_empty(), hit.suspicion) {
            self.add_unknown(file, chunk, hit, level, line);
        }
    }

    /// Adds what the pass over a chunk counted, after its hits. `bytes` is the chunk's size.
    pub fn examined(&mut self, bytes: u64, counts: &Counts) {
        self.coverage.bytes += bytes;
        self.coverage.counts.add(counts);
    }

    /// Adds the tally of the piece that follows this one in the same file (its lines are counted from its start).
    /// Associative: pieces may be put together two by two in any grouping.
    pub fn append(&mut self, mut next: Tally) {
        let lines = self.coverage.counts.lines;
        next.known.values_mut().for_each(|group| group.shift_lines(lines));
        next.unknown.values_mut().for_each(|unknown| unknown.group.shift_lines(lines));
        self.merge(next);
    }

    /// Adds the tally of another file. Any order gives the same result.
    pub fn merge(&mut self, other: Tally) {
        self.coverage.add(&other.coverage);
        self.unknown_overflow += other.unknown_overflow;
        for (signature, group) in other.known {
            match self.known.entry(signature) {
                Entry::Vacant(place) => _ = place.insert(group),
                Entry::Occupied(mut own) => _ = own.get_mut().merge(group),
            }
        }
        for (hash, unknown) in other.unknown {
            match self.unknown.entry(hash) {
                Entry::Vacant(place) => _ = place.insert(unknown),
                Entry::Occupied(mut own) => own.get_mut().merge(unknown),
            }
        }
        self.drop_least();
    }

    fn add_unknown(&mut self, file: &Arc<str>, chunk: &Chunk<'_>, hit: &Hit<'_, '_>, level: Level, line: u64) {
        let message = hit.record.message();
        let Fingerprint(hash) = fingerprint(message);
        let unknown = match self.unknown.entry(hash) {
            Entry::Occupied(own) => own.into_mut(),
            Entry::Vacant(place) => {
                if self.bar.is_some_and(|bar| is_worse((level, hash), bar)) {
                    self.unknown_overflow += 1;
                    return;
                }
                let group = Group::default();
                place.insert(UnknownGroup { template: template(message), level, codes: Vec::new(), group })
            }
        };
        unknown.level = unknown.level.max(level);
        if unknown.group.add(file, chunk, hit.record, line) {
            unknown.codes = codes(hit.record.text);
        }
        if self.unknown.len() > Tally::TEMPLATES {
            self.drop_least();
        }
    }

    /// Drops the templates that are over the bound.
    fn drop_least(&mut self) {
        let excess = self.unknown.len().saturating_sub(Tally::TEMPLATES);
        if excess == 0 {
            return;
        }
        let mut ranks: Vec<_> = self.unknown.iter().map(|(&hash, unknown)| (unknown.level, hash)).collect();
        let (dropped, bar, _) = ranks.select_nth_unstable_by(excess, |a, b| rank(*a).cmp(&rank(*b)));
        self.bar = Some(*bar);
        for (_, hash) in dropped {
            if let Some(unknown) = self.unknown.remove(hash) {
                self.unknown_overflow += unknown.group.count;
            }
        }
    }
}

/// Orders templates from the first to be dropped: lowest level first, then greatest hash.
fn rank((level, hash): (Level, u64)) -> (Level, std::cmp::Reverse<u64>) {
    (level, std::cmp::Reverse(hash))
}

fn is_worse(a: (Level, u64), b: (Level, u64)) -> bool {
    rank(a) < rank(b)
}

/// The captures of a match as text, cut like a line of context.
fn captures(found: &Match<'_>) -> BTreeMap<String, String> {
    let text = |value: &[u8]| {
        let value = &value[..value.len().min(Evidence::CONTEXT_LINE)];
        String::from_utf8_lossy(value).into_owned()
    };
    found.captures.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}
