//! Finds where literals stand in a text: probes for parts of them, and an exact comparison behind that.
//!
//! For each pattern one of its literal sets goes in ([`Filter::plan`] chooses the one that is rarest in a sample of the
//! actual input), positions of literals come out. Letters match in both ASCII cases. The choice changes the speed and
//! never the result: whoever contains a literal of the chosen set is found, whatever the sample was.

mod bitmap;
mod kernel;
mod nibble;
mod plan;
mod table;

use bitmap::{BLOCK, Bitmap, LONGEST, Positions};
pub(super) use kernel::Kernel;
use nibble::Nibbles;
pub(super) use plan::{Sample, can_be_searched};
use std::ops::Range;
use table::Table;

/// A planned search for many literals at once.
pub(super) struct Filter {
    kernel: Kernel,
    tiers: Vec<Tier>,
}

/// A literal found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LiteralHit {
    /// Where its first byte stands.
    pub(super) start: usize,
    /// Who asked for it, by number in the order given to [`Filter::plan`].
    pub(super) asker: u32,
}

/// The literals that are found in the same way.
struct Tier {
    search: Search,
    table: Table,
}

/// How the positions are found where a key may stand.
enum Search {
    /// At every so many positions.
    Sampled(usize, Bitmap),
    Nibbles(Box<Nibbles>),
}

/// Buffers that are used again.
pub(super) struct Scratch {
    positions: Box<Positions>,
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch { positions: Box::new([0; BLOCK]) }
    }
}

impl Filter {
    /// What is searched at once if there is so much.
    pub(super) const BLOCK: usize = BLOCK;

    /// Adds the literals to `hits` whose key stands in a part of the text, block by block. The part begins at a multiple
    /// of [`Filter::BLOCK`]. A literal may begin a little before its key.
    pub(super) fn find(&self, text: &[u8], part: Range<usize>, scratch: &mut Scratch, hits: &mut Vec<LiteralHit>) {
        for from in part.clone().step_by(BLOCK) {
            let to = part.end.min(from + BLOCK);
            let before = hits.len();
            for tier in &self.tiers {
                tier.find(self.kernel, text, from, to, &mut scratch.positions, hits);
            }
            hits[before..].sort_unstable();
        }
    }
}

impl Tier {
    fn find(
        &self,
        kernel: Kernel,
        text: &[u8],
        from: usize,
        to: usize,
        positions: &mut Positions,
        hits: &mut Vec<LiteralHit>,
    ) {
        // Where whole words can be read; the few sampled positions behind that are looked up one by one.
        let whole = to.min((text.len() + 1).saturating_sub(LONGEST)).max(from);
        let (stride, next, count) = match &self.search {
            Search::Sampled(stride, bitmap) => {
                let count = bitmap.probe(kernel, *stride, text, from, whole, positions);
                (*stride, whole.next_multiple_of(*stride), count)
            }
            Search::Nibbles(nibbles) => (1, to, nibbles.find(kernel, text, from, to, positions)),
        };
        let count = self.table.sieve(text, from, count, positions);
        for &position in &positions[..count] {
            self.table.check(text, from + usize::from(position), hits);
        }
        for position in (next..to).step_by(stride) {
            self.table.check(text, position, hits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn naive(literals: &[Vec<u8>], text: &[u8]) -> Vec<(usize, usize)> {
        let mut found: Vec<_> = (0..text.len())
            .flat_map(|at| (0..literals.len()).map(move |owner| (at, owner)))
            .filter(|&(at, owner)| {
                text[at..].get(..literals[owner].len()).is_some_and(|it| it.eq_ignore_ascii_case(&literals[owner]))
            })
            .collect();
        found.sort_unstable();
        found
    }

    fn filtered(kernel: Kernel, literals: &[Vec<u8>], sample: &[&[u8]], text: &[u8]) -> Vec<(usize, usize)> {
        let patterns: Vec<_> = literals.iter().map(|literal| vec![vec![literal.clone()]]).collect();
        let filter = Filter::plan(kernel, &patterns, &Sample::of(sample));
        let mut hits = Vec::new();
        filter.find(text, 0..text.len(), &mut Scratch::default(), &mut hits);
        let mut found: Vec<_> = hits.iter().map(|hit| (hit.start, hit.asker as usize)).collect();
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn finds_what_a_naive_search_finds(
            literals in vec("[ -~a-cA-C]{3,20}|[a-b]{3,14}|é[a-zà-ü]{6,9}", 1..60),
            pieces in vec((any::<prop::sample::Index>(), any::<bool>(), "[a-bA-B \n\u{0}]{0,9}"), 0..60),
        ) {
            let literals: Vec<_> = literals.iter().map(|it| it.to_ascii_lowercase().into_bytes()).collect();
            let mut text = Vec::new();
            for (which, upper, between) in pieces {
                let literal = &literals[which.index(literals.len())];
                text.extend(if upper { literal.to_ascii_uppercase() } else { literal.clone() });
                text.extend(between.as_bytes());
            }
            let expected = naive(&literals, &text);
            for kernel in Kernel::ALL {
                prop_assert_eq!(&filtered(kernel, &literals, &[], &text), &expected);
                prop_assert_eq!(&filtered(kernel, &literals, &[&text], &text), &expected);
            }
        }
    }

    #[test]
    fn a_literal_across_blocks_is_found_once() {
        let literal = b"begins before and ends behind".to_vec();
        for shift in 0..literal.len() {
            let mut text = vec![b'.'; 2 * BLOCK];
            let at = BLOCK - shift;
            text[at..at + literal.len()].copy_from_slice(&literal);
            assert_eq!(filtered(Kernel::detect(), std::slice::from_ref(&literal), &[], &text), [(at, 0)]);
        }
    }

    #[test]
    fn a_pattern_needs_a_set_whose_literals_all_have_three_bytes() {
        let check = |sets: &[&[&str]], expected| {
            let sets: Vec<Vec<Vec<u8>>> =
                sets.iter().map(|set| set.iter().map(|it| it.as_bytes().to_vec()).collect()).collect();
            assert_eq!(can_be_searched(&sets), expected, "{sets:?}");
        };
        check(&[&["ms"]], false);
        check(&[&["ms"], &["enough"]], true);
        check(&[&["ms", "enough"]], false);
        check(&[], false);
    }
}
