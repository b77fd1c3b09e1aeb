//! What a pass gives: the records that are worth keeping, and who takes them.

use super::counts::Counts;
use super::facts::Stated;
use super::pattern::Pattern;
use super::repeats::{Enough, More};
use super::timeline::Timeline;
use super::variants::Keyed;
use crate::record::{Level, Record};
use crate::signature::Demand;
use std::borrow::Cow;

/// One signature that holds for a record.
#[derive(Clone, Copy)]
pub struct Match<'a> {
    /// Index in [`SignatureSet::signatures`](crate::signature::SignatureSet::signatures); of a record of a correlation that in
    /// [`SignatureSet::wanted`](crate::signature::SignatureSet::wanted).
    pub signature: usize,
    /// What to ask for more.
    pub(super) pattern: &'a Pattern,
    /// Its variants; `None` if it has none.
    pub(super) keyed: Option<&'a Keyed>,
    pub(super) text: &'a [u8],
}

impl<'a> Match<'a> {
    /// A match as the tests of other layers need one: of a regex in a text.
    #[cfg(test)]
    pub(crate) fn of_regex(signature: usize, regex: &str, text: &'a [u8]) -> Match<'a> {
        let pattern = Pattern::new(&crate::signature::Condition::Regex(regex.into())).expect("a regex");
        Match { signature, pattern: Box::leak(Box::new(pattern)), keyed: None, text }
    }

    /// Returns the named groups that took part, in the order of their names. This is a search of its own: few matches
    /// of many are ever asked.
    pub fn captures(&self) -> Vec<(&'a str, Cow<'a, [u8]>)> {
        let mut captures = Vec::new();
        if self.pattern.has_names() {
            self.pattern.captures(self.text, &mut |name, value| captures.push((name, value)));
            // The first of several groups with one name stays: the sort is stable.
            captures.sort_by_key(|(name, _)| *name);
            captures.dedup_by_key(|(name, _)| *name);
        }
        captures
    }

    /// Returns how much of what the signature asks for stands in the record. A search of its own, too.
    pub fn demand(&self) -> Demand {
        self.pattern.demand(self.text)
    }

    /// Returns the number of the signature's row for what is captured. Costs nothing where there are no variants.
    pub fn row(&self) -> Option<u32> {
        self.keyed?.row_of(self.pattern, self.text)
    }
}

/// What a pass over a chunk has shown beside its hits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// What was counted.
    pub counts: Counts,
    /// When the records were written.
    pub timeline: Timeline,
    /// Where records begin (in the chunk's buffer) and their lines (from the chunk's start): the first one behind each third
    /// of the chunk. None if lines are not read as records.
    pub marks: Vec<(usize, u64)>,
}

/// A record that is worth keeping.
pub struct Hit<'r, 'a> {
    /// The record.
    pub record: &'r Record<'a>,
    /// The signatures that hold, by index.
    pub matches: &'r [Match<'a>],
    /// Whether all of these are general: they explain what stands in the record, and the record is still unknown.
    pub only_general: bool,
    /// The severity that level field and error words together suggest; `None` if the record does not look like an
    /// error or warning at all. Negated words ("0 errors") do not count.
    pub suspicion: Option<Level>,
    /// The facts that it states.
    pub facts: &'r [Stated<'a>],
    /// The correlations that ask for it. That they do does not say that they hold.
    pub parts: &'r [Match<'a>],
    /// Key of the shape of the record's first line, if it has been kept: two hits with one key have first lines of the
    /// same length that differ only in the values of digits, and their messages begin at the same place. If one record has
    /// a 0 before an `x`, so has the other, and no 8 follows: `0x1f`.
    pub shape: Option<u64>,
    /// Does for all lines of a record of several ones what `shape` does for the first, if all of them have been kept.
    pub whole: Option<u64>,
}

/// Takes the records of a pass that are worth keeping.
pub trait Taker<'a> {
    /// Takes a record, in file order. Returns of which records like it, by [`Hit::shape`] if it is one line or else
    /// [`Hit::whole`], it is enough to know how many
    /// there are. That must hold for all that follow in the series.
    fn hit(&mut self, hit: Hit<'_, 'a>) -> Option<Enough>;

    /// Takes records that were only counted, at the end of the chunk.
    fn more(&mut self, more: &More);

    /// Stays the same as long as what was enough is enough: for chunks of one file, in their order, whose hits come together.
    /// 0 stands for a series of its own.
    fn series(&self) -> u64;
}

/// Takes every record as a hit.
pub(super) struct EachHit<'f, 'a>(pub(super) &'f mut dyn FnMut(Hit<'_, 'a>));

impl<'a> Taker<'a> for EachHit<'_, 'a> {
    fn hit(&mut self, hit: Hit<'_, 'a>) -> Option<Enough> {
        (self.0)(hit);
        None
    }

    fn more(&mut self, _: &More) {}

    fn series(&self) -> u64 {
        0
    }
}
