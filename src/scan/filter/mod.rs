//! Finds where literals stand in a text: a sampled q-gram filter and an exact comparison behind it.
//!
//! For each pattern one of its literal sets goes in ([`Filter::plan`] chooses the one that is rarest in a sample of the
//! actual input), positions of literals come out. Letters match in both ASCII cases. The choice changes the speed and
//! never the result: whoever contains a literal of the chosen set is found, whatever the sample was.

mod kernel;
mod nibble;
mod plan;

pub(super) use kernel::Kernel;
use kernel::{Bitmap, KEY, key};
use nibble::Nibbles;
pub(super) use plan::Sample;

/// A literal needs this many bytes to be found by sampled keys: then a key of it stands at every fourth position.
const SHORTEST: usize = KEY + 3;

/// Blocks in which a text is probed; candidates of a block are checked while it is in the first-level cache.
const BLOCK: usize = 16 << 10;

/// A planned search for many literals at once.
pub(super) struct Filter {
    kernel: Kernel,
    tier: Option<Tier>,
    short: Option<Nibbles>,
    literals: Vec<Literal>,
}

/// A literal that is searched for, and for whom.
struct Literal {
    /// In lower-case ASCII.
    bytes: Box<[u8]>,
    owner: u32,
}

/// The literals that are found by keys at one sampling distance.
struct Tier {
    stride: usize,
    bitmap: Bitmap,
    /// Open addressing: a key and the range of its entries.
    slots: Box<[Slot]>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    key: [u32; 2],
    start: u32,
    end: u32,
}

/// One alignment of one literal.
struct Entry {
    literal: u32,
    /// Bytes of the literal that stand before its key.
    before: u32,
    /// Up to eight more bytes of the literal, folded, that are compared before the literal itself is touched.
    context: u64,
    mask: u64,
    /// Where the context begins, relative to the key.
    context_at: i32,
}

/// Buffers that are used again.
#[derive(Default)]
pub(super) struct Scratch {
    positions: Vec<u32>,
    found: Vec<(u32, u32)>,
}

impl Filter {
    /// Calls `found` with the owner and the position of each literal in `text`, by position within blocks of
    /// 16 KiB; blocks in order.
    pub(super) fn find(&self, text: &[u8], scratch: &mut Scratch, mut found: impl FnMut(u32, usize)) {
        for from in (0..text.len()).step_by(BLOCK) {
            let to = text.len().min(from + BLOCK);
            scratch.found.clear();
            if let Some(tier) = &self.tier {
                scratch.positions.clear();
                match tier.stride {
                    8 => self.kernel.probe::<8>(&tier.bitmap, text, from, to, &mut scratch.positions),
                    _ => self.kernel.probe::<4>(&tier.bitmap, text, from, to, &mut scratch.positions),
                }
                for &position in &scratch.positions {
                    self.check(tier, text, position as usize, &mut scratch.found);
                }
            }
            if let Some(short) = &self.short {
                short.find(self.kernel, text, from, to, |number, position| {
                    self.compare(&self.literals[number as usize], text, position, &mut scratch.found);
                });
            }
            scratch.found.sort_unstable();
            for &(position, owner) in &scratch.found {
                found(owner, position as usize);
            }
        }
    }

    /// Adds the literals that have a key at `position`.
    fn check(&self, tier: &Tier, text: &[u8], position: usize, found: &mut Vec<(u32, u32)>) {
        let Some(bytes) = text.get(position..).and_then(|rest| rest.first_chunk()) else { return };
        let Some(slot) = tier.slot(key(bytes)) else { return };
        for entry in &tier.entries[slot.start as usize..slot.end as usize] {
            let context_at = position.wrapping_add_signed(entry.context_at as isize);
            // At the very borders of the text there may be no eight bytes; then the literal itself decides.
            if let Some(context) = text.get(context_at..).and_then(|rest| rest.first_chunk())
                && (u64::from_le_bytes(*context) | FOLD_8) & entry.mask != entry.context
            {
                continue;
            }
            let literal = &self.literals[entry.literal as usize];
            let Some(start) = position.checked_sub(entry.before as usize) else { continue };
            self.compare(literal, text, start, found);
        }
    }

    fn compare(&self, literal: &Literal, text: &[u8], start: usize, found: &mut Vec<(u32, u32)>) {
        if let Some(place) = text.get(start..start + literal.bytes.len())
            && place.eq_ignore_ascii_case(&literal.bytes)
        {
            found.push((start as u32, literal.owner));
        }
    }
}

const FOLD_8: u64 = 0x2020_2020_2020_2020;

impl Tier {
    fn slot(&self, key: [u32; 2]) -> Option<&Slot> {
        let mask = self.slots.len() - 1;
        let mut place = home(key) & mask;
        loop {
            let slot = &self.slots[place];
            if slot.end == 0 {
                return None;
            }
            if slot.key == key {
                return Some(slot);
            }
            place = (place + 1) & mask;
        }
    }
}

/// Where a key is looked for first; another hash than the bitmap's.
fn home([low, high]: [u32; 2]) -> usize {
    ((u64::from(high) << 32 | u64::from(low)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
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
        let (filter, without) = Filter::plan(kernel, &patterns, &Sample::of(sample));
        assert!(without.is_empty());
        let mut found = Vec::new();
        filter.find(text, &mut Scratch::default(), |owner, at| found.push((at, owner as usize)));
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
            prop_assert_eq!(&filtered(Kernel::Portable, &literals, &[], &text), &expected);
            prop_assert_eq!(&filtered(Kernel::detect(), &literals, &[&text], &text), &expected);
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
    fn a_pattern_without_literals_is_told() {
        let sets = vec![vec![vec![b"ms".to_vec()]], vec![vec![b"ms".to_vec()], vec![b"enough".to_vec()]], vec![]];
        let (filter, without) = Filter::plan(Kernel::detect(), &sets, &Sample::of(&[]));
        assert_eq!(without, [0, 2]);
        assert_eq!(filter.literals.len(), 1);
    }
}
