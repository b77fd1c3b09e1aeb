//! Hits become groups, and groups of many files become one.
//!
//! [`Tally::add`] takes the hits of a scan, [`Tally::merge`] joins pieces of a file and files. What is kept is bounded, and
//! chosen by the records alone and never by who came first.

use super::Level;
use super::by_file::ByFile;
use super::claims::Claims;
use super::codes::codes;
use super::events::Events;
use super::evidence::Evidence;
use super::facts::Facts;
use super::group::{Group, UnknownGroup};
use super::groups::{Claim, Groups};
use super::memo::Memo;
use super::presence::Presences;
use super::sources::Sources;
use super::template::{Fingerprint, fingerprint, first_line, first_line_decides, template};
use super::template_set::TemplateSet;
use crate::bundle::FilePath;
use crate::record::Chunk;
use crate::scan::{Counted, Counts, Enough, Hit, Match, More};
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

/// How much was examined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files that were scanned.
    pub files: u64,
    /// Bytes that were scanned.
    pub bytes: u64,
    /// Files without any time, which were examined as a whole although only a part of the time was asked for.
    pub untimed_files: u64,
    /// Lines, records, times, levels.
    pub counts: Counts,
}

impl Coverage {
    fn add(&mut self, other: &Coverage) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.untimed_files += other.untimed_files;
        self.counts.add(&other.counts);
    }
}

/// Everything one file, or a whole bundle, has shown so far.
///
/// It is bounded: [`Tally::TEMPLATES`] templates, and per group what [`Group`] says. Which records end up in it does not
/// depend on the order in which pieces are put together:
///
/// - signatures, their variants, counts, times, evidence, files and captures are exact;
/// - of the templates those with the worst level are kept, among equals those with the smallest hash. The set is exact,
///   and so is the number of records in the groups and in [`Tally::unknown_overflow`] together;
/// - only if there are too many templates and a template was dropped before its worst record came, its count, times and
///   evidence lack what was dropped. Then `unknown_overflow` is not 0.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How much was examined.
    pub coverage: Coverage,
    /// By signature and row of its variants.
    pub known: Groups<Claim, Group>,
    /// What was taken out of `known` because its file matters.
    pub known_by_file: ByFile<Claim, Group>,
    /// Errors that are claimed by signatures only which may be taken back, by template hash and signatures.
    claimed: BTreeMap<(u64, Vec<usize>), UnknownGroup>,
    /// What was taken out of `claimed` because its file matters.
    pub claimed_by_file: ByFile<(u64, Vec<usize>), UnknownGroup>,
    /// By template hash.
    pub unknown: Groups<u64, UnknownGroup>,
    /// Which signatures claim the same records.
    pub claims: Claims,
    /// What was stated about the system.
    pub facts: Facts,
    /// What correlations ask for.
    pub events: Events,
    /// When and where causes and effects of others were seen.
    pub presences: Presences,
    /// Records of unknown errors that found no room in `unknown`.
    pub unknown_overflow: u64,
    /// Files and when their records were written.
    pub sources: Sources,
    /// Templates of records that were only learnt, see [`Tally::learn`].
    pub templates: TemplateSet,
    /// The lowest rank in a full `unknown`, as of the last time when some were dropped. Ranks only rise, so that what was
    /// too low then is too low for ever.
    pub(crate) bar: Option<(Level, u64)>,
}

/// What a tally says of a hit that it has taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Added {
    /// The template, if it was added to the unknown errors.
    pub template: Option<u64>,
    /// Which further hits of the shape in this file make no other difference to the tally than to be counted; what is
    /// counted of them is put in by [`Tally::add_more`].
    pub enough: Option<Enough>,
}

impl Tally {
    /// Templates that are kept.
    pub const TEMPLATES: usize = 4096;

    /// Templates of a file that are kept of what may be taken back: those with the smallest hash.
    const CLAIMED: usize = 64;

    /// So many more may gather in [`Tally::add`] until the least are dropped together.
    const SLACK: usize = Tally::TEMPLATES / 4;

    /// Adds one hit of a chunk of `file`. `memo` is the worker's, for any files and tallies.
    ///
    /// `lines_before` are the lines of the file in front of the chunk. While they are not known, [`Tally::unsettled`] stands
    /// for them, until [`Tally::settle_lines`] is told.
    ///
    /// Text is copied only of what stands among the first of its group, so that few tallies with many chunks each cost
    /// less than many with few. Templates over the bound are dropped from time to time, and finally by
    /// [`Tally::examined`] or `merge`.
    pub fn add(
        &mut self,
        memo: &mut Memo,
        file: &FilePath,
        lines_before: u64,
        chunk: &Chunk<'_>,
        hit: &Hit<'_, '_>,
    ) -> Added {
        let line = lines_before + hit.record.line + 1;
        self.claims.add(hit);
        let mut enough = None;
        for found in hit.matches {
            let claim = Claim { signature: found.signature, row: found.row() };
            let group = self.known.entry(claim).or_default();
            if group.add(file, chunk, hit.record, line) {
                (group.captures, group.demand) = (captures(found), found.demand());
            }
            // A row of a table may depend on digits: such signatures are never judged alike by the scan.
            enough = group.enough(file).map(|enough| (found.signature as u64, None, enough));
        }
        let mut template = None;
        if let (true, Some(level)) = (hit.matches.is_empty() || hit.only_general, hit.suspicion) {
            let (fingerprint, fixed) = fingerprint_of(memo, hit);
            let group = self.add_unknown(fingerprint, file, chunk, hit, level, line);
            template = group.map(|_| fingerprint.0);
            // Of a record in two groups it is not enough to know how many there are.
            enough = None;
            if fixed
                && !hit.only_general
                && let Some(group) = group
            {
                enough = group.enough(file).map(|enough| (fingerprint.0, Some(level), enough));
            }
        }
        // Facts and events are taken from every record.
        let is_counted = hit.matches.len() <= 1 && hit.facts.is_empty() && hit.parts.is_empty();
        let enough = enough.filter(|_| is_counted).map(|(group, level, (after, undated))| Enough {
            counted: Some(Counted { group, level }),
            after,
            undated,
        });
        Added { template, enough }
    }

    /// Takes note of the template of a record, whatever it is, and of nothing else.
    pub fn learn(&mut self, memo: &mut Memo, hit: &Hit<'_, '_>) -> Option<Enough> {
        let (Fingerprint(id), fixed) = fingerprint_of(memo, hit);
        self.templates.add(id);
        (fixed && is_plain(hit)).then_some(OF_NO_INTEREST)
    }

    /// Adds a record that does not look like an error, if its template is not in the baseline.
    pub fn add_new(
        &mut self,
        memo: &mut Memo,
        file: &FilePath,
        lines_before: u64,
        chunk: &Chunk<'_>,
        hit: &Hit<'_, '_>,
        baseline: &TemplateSet,
    ) -> Option<Enough> {
        let (fingerprint, fixed) = fingerprint_of(memo, hit);
        let is_counted = fixed && is_plain(hit);
        if baseline.contains(fingerprint.0) {
            return is_counted.then_some(OF_NO_INTEREST);
        }
        let level = hit.record.header.level.unwrap_or(Level::Info).min(Level::Info);
        let line = lines_before + hit.record.line + 1;
        let group = self.add_unknown(fingerprint, file, chunk, hit, level, line)?;
        let (after, undated) = group.enough(file).filter(|_| is_counted)?;
        let counted = Counted { group: fingerprint.0, level: Some(level) };
        Some(Enough { counted: Some(counted), after, undated })
    }

    /// Keeps a hit, which [`Tally::add`] has taken, as an unknown error too: all signatures that claim it may be taken back.
    pub fn add_claimed(
        &mut self,
        memo: &mut Memo,
        file: &FilePath,
        lines_before: u64,
        chunk: &Chunk<'_>,
        hit: &Hit<'_, '_>,
    ) {
        let Some(level) = hit.suspicion else { return };
        let line = lines_before + hit.record.line + 1;
        let (Fingerprint(hash), _) = fingerprint_of(memo, hit);
        let mut signatures: Vec<usize> = hit.matches.iter().map(|found| found.signature).collect();
        signatures.sort_unstable();
        let unknown = self.claimed.entry((hash, signatures)).or_insert_with(|| UnknownGroup {
            template: template(hit.record.message()),
            level,
            leveled: hit.record.header.level.is_some(),
            codes: Vec::new(),
            general: None,
            group: Group::default(),
        });
        unknown.level = unknown.level.max(level);
        if unknown.group.add(file, chunk, hit.record, line) {
            unknown.codes = codes(hit.record.text);
        }
        if self.claimed.len() > Tally::CLAIMED {
            self.claimed.pop_last();
        }
    }

    /// Puts an error, which nobody claims after all, among the unknown ones.
    pub fn give_back(&mut self, hash: u64, unknown: UnknownGroup) {
        match self.unknown.entry(hash) {
            Entry::Vacant(place) => _ = place.insert(unknown),
            Entry::Occupied(mut own) => own.get_mut().merge(unknown),
        }
    }

    /// Keeps by file what is known by one of the wanted signatures. For the tally of one whole file.
    pub fn part_by_file(&mut self, file: &FilePath, is_wanted: impl Fn(usize) -> bool) {
        let wanted: Vec<Claim> = self.known.keys().filter(|claim| is_wanted(claim.signature)).copied().collect();
        for claim in wanted {
            self.known.remove(&claim).into_iter().for_each(|group| self.known_by_file.add(claim, file, group));
        }
        let claimed = std::mem::take(&mut self.claimed);
        claimed.into_iter().for_each(|(key, group)| self.claimed_by_file.add(key, file, group));
    }

    /// Adds hits of which it was enough to know how many there are.
    pub fn add_more(&mut self, more: &More) {
        let &More { counted: Counted { group, level }, count, last_time } = more;
        let Some(level) = level else {
            let claim = Claim { signature: group as usize, row: None };
            self.known.entry(claim).or_default().count_more(count, last_time);
            return;
        };
        match self.unknown.get_mut(&group) {
            Some(unknown) => {
                unknown.level = unknown.level.max(level);
                unknown.group.count_more(count, last_time);
            }
            // It was dropped in the meantime.
            None => self.unknown_overflow += count,
        }
    }

    /// Adds what the pass over a chunk counted, after its hits. `bytes` is the chunk's size.
    pub fn examined(&mut self, bytes: u64, counts: &Counts) {
        self.coverage.bytes += bytes;
        self.coverage.counts.add(counts);
        self.drop_least();
    }

    /// What stands for the lines in front of a chunk with this number as long as they are not known. Lines of later chunks
    /// are greater.
    pub fn unsettled(chunk: u64) -> u64 {
        chunk << Tally::LINE_BITS
    }

    /// A chunk has less lines than this can count.
    const LINE_BITS: u32 = 40;

    /// Tells how many lines each chunk of the file has, in the order of their numbers. Until then nothing but other pieces
    /// of the file may be merged.
    pub fn settle_lines(&mut self, lines: impl IntoIterator<Item = u64>) {
        let before: Vec<u64> = [0]
            .into_iter()
            .chain(lines.into_iter().scan(0, |sum, lines| {
                *sum += lines;
                Some(*sum)
            }))
            .collect();
        let settled = |line: u64| {
            let chunk = before.get((line >> Tally::LINE_BITS) as usize).copied().unwrap_or_default();
            chunk + (line & ((1 << Tally::LINE_BITS) - 1))
        };
        self.known.values_mut().for_each(|group| group.settle_lines(&settled));
        self.unknown.values_mut().for_each(|unknown| unknown.group.settle_lines(&settled));
        self.claimed.values_mut().for_each(|unknown| unknown.group.settle_lines(&settled));
        self.facts.settle_lines(&settled);
        self.events.settle_lines(&settled);
        self.presences.settle_lines(&settled);
    }

    /// Adds the tally of another piece of the file or of another file. Any order gives the same result.
    pub fn merge(&mut self, other: Tally) {
        self.coverage.add(&other.coverage);
        self.claims.merge(other.claims);
        self.known_by_file.merge(other.known_by_file);
        for (key, group) in other.claimed {
            match self.claimed.entry(key) {
                std::collections::btree_map::Entry::Vacant(place) => _ = place.insert(group),
                std::collections::btree_map::Entry::Occupied(mut own) => own.get_mut().merge(group),
            }
        }
        self.claimed_by_file.merge(other.claimed_by_file);
        self.facts.merge(other.facts);
        self.events.merge(other.events);
        self.presences.merge(other.presences);
        self.unknown_overflow += other.unknown_overflow;
        self.sources.merge(other.sources);
        self.templates.merge(other.templates);
        self.bar = [self.bar, other.bar].into_iter().flatten().max_by_key(|&bar| rank(bar));
        for (claim, group) in other.known {
            match self.known.entry(claim) {
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

    fn add_unknown(
        &mut self,
        Fingerprint(hash): Fingerprint,
        file: &FilePath,
        chunk: &Chunk<'_>,
        hit: &Hit<'_, '_>,
        level: Level,
        line: u64,
    ) -> Option<&Group> {
        if self.unknown.len() > Tally::TEMPLATES + Tally::SLACK {
            self.drop_least();
        }
        let unknown = match self.unknown.entry(hash) {
            Entry::Occupied(own) => own.into_mut(),
            Entry::Vacant(place) => {
                if self.bar.is_some_and(|bar| is_worse((level, hash), bar)) {
                    self.unknown_overflow += 1;
                    return None;
                }
                let group = Group::default();
                let template = template(hit.record.message());
                place.insert(UnknownGroup { template, level, leveled: false, codes: Vec::new(), general: None, group })
            }
        };
        unknown.level = unknown.level.max(level);
        unknown.leveled |= hit.record.header.level.is_some();
        if unknown.group.add(file, chunk, hit.record, line) {
            unknown.codes = codes(hit.record.text);
            unknown.general = hit.matches.first().map(|found| found.signature);
        }
        Some(&unknown.group)
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

/// Returns the fingerprint of a hit's template, from the memo if another hit of the shape has shown it; and whether it is
/// that of all hits that are like it in all lines.
fn fingerprint_of(memo: &mut Memo, hit: &Hit<'_, '_>) -> (Fingerprint, bool) {
    let decides = first_line_decides(hit.record);
    let shape = if decides { hit.shape } else { hit.whole };
    if let Some(known) = shape.and_then(|shape| memo.fingerprint(shape)) {
        return (known, true);
    }
    let message = hit.record.message();
    // The search for the root of a stack trace takes longer than all else, and it has been made.
    let message = if decides { first_line(message).0 } else { message };
    let (fingerprint, fixed) = fingerprint(message, &mut memo.scratch);
    if let (Some(shape), true) = (shape, fixed) {
        memo.remember(shape, fingerprint);
    }
    (fingerprint, fixed && shape.is_some())
}

/// Whether nothing is asked of a record but its template.
fn is_plain(hit: &Hit<'_, '_>) -> bool {
    hit.matches.is_empty() && hit.facts.is_empty() && hit.parts.is_empty()
}

/// Nothing needs to be known of further records of the shape.
const OF_NO_INTEREST: Enough = Enough { counted: None, after: i64::MIN, undated: true };

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
    found.captures().into_iter().map(|(name, value)| (name.to_string(), text(&value))).collect()
}

#[cfg(test)]
mod tests;
