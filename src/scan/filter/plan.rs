//! Chooses for each pattern the literals and the places in them that occur least in the input.

use super::kernel::{Bitmap, KEY, key};
use super::nibble::{self, Nibbles};
use super::{Entry, FOLD_8, Filter, Kernel, Literal, SHORTEST, Slot, Tier, home};

/// Places of the bitmap for each key. About one probe in a hundred is then a false one, and the bitmaps of a thousand
/// patterns stay in the second-level cache.
const SPREAD: usize = 100;

/// The counters of the sample: keys are counted by 18 bits of a hash.
const COUNTERS: u32 = 18;

/// How often keys occur in a sample of the input.
pub(in crate::scan) struct Sample {
    counts: Vec<u32>,
}

impl Sample {
    /// Counts the keys of `texts`; a few MiB from all over the input are enough.
    pub(in crate::scan) fn of(texts: &[&[u8]]) -> Sample {
        let mut counts = vec![0u32; 1 << COUNTERS];
        for text in texts {
            for bytes in text.windows(KEY).filter_map(|window| window.first_chunk()) {
                counts[counter(key(bytes))] += 1;
            }
        }
        Sample { counts }
    }

    /// How often the `stride` keys of `literal` from `start` on occur together.
    fn cost(&self, literal: &[u8], start: usize, stride: usize) -> u64 {
        keys(literal, start, stride).map(|(_, key)| u64::from(self.counts[counter(key)])).sum()
    }
}

fn counter(key: [u32; 2]) -> usize {
    home(key) & ((1 << COUNTERS) - 1)
}

/// The keys of `literal` at the `stride` places from `start` on.
fn keys(literal: &[u8], start: usize, stride: usize) -> impl Iterator<Item = (usize, [u32; 2])> {
    (start..start + stride).filter_map(|at| Some((at, key(literal.get(at..)?.first_chunk()?))))
}

impl Filter {
    /// Plans the search. `patterns` has for each pattern the sets of literals (lower-case ASCII) of which one set has
    /// to be looked for; every literal of it is. Returns the patterns that have no set whose literals have three bytes
    /// or more beside the filter.
    pub(in crate::scan) fn plan(
        kernel: Kernel,
        patterns: &[Vec<Vec<Vec<u8>>>],
        sample: &Sample,
    ) -> (Filter, Vec<usize>) {
        let stride = stride(patterns);
        let mut literals = Vec::new();
        let mut places = Vec::new();
        let mut short = Vec::new();
        let mut without = Vec::new();
        for (owner, sets) in patterns.iter().enumerate() {
            let sampled = sets
                .iter()
                .filter(|set| usable(set, KEY - 1 + stride))
                .map(|set| {
                    set.iter().map(|literal| (literal, rarest_window(literal, stride, sample))).collect::<Vec<_>>()
                })
                .min_by_key(|set| (set.iter().map(|(_, (_, cost))| cost).sum::<u64>(), set.len()));
            if let Some(set) = sampled {
                for (literal, (start, _)) in set {
                    places.extend(keys(literal, start, stride).map(|(at, key)| (key, literals.len() as u32, at)));
                    literals.push(Literal { bytes: literal.as_slice().into(), owner: owner as u32 });
                }
            } else if let Some(set) =
                sets.iter().filter(|set| usable(set, nibble::WINDOW)).max_by_key(|set| shortest(set))
            {
                for literal in set {
                    short.push(literals.len() as u32);
                    literals.push(Literal { bytes: literal.as_slice().into(), owner: owner as u32 });
                }
            } else {
                without.push(owner);
            }
        }
        let tier = (!places.is_empty()).then(|| Tier::new(stride, places, &literals));
        let short = Nibbles::new(short.into_iter().map(|number| (number, &*literals[number as usize].bytes)).collect());
        (Filter { kernel, tier, short, literals }, without)
    }
}

/// Looking at every eighth position is faster, but only if nothing has to be looked for at every fourth.
fn stride(patterns: &[Vec<Vec<Vec<u8>>>]) -> usize {
    let any = |sets: &[Vec<Vec<u8>>], least: usize| sets.iter().any(|set| usable(set, least));
    if patterns.iter().all(|sets| any(sets, KEY + 7) || !any(sets, SHORTEST)) { 8 } else { 4 }
}

fn usable(set: &[Vec<u8>], least: usize) -> bool {
    !set.is_empty() && shortest(set) >= least
}

fn shortest(set: &[Vec<u8>]) -> usize {
    set.iter().map(Vec::len).min().unwrap_or(0)
}

/// Where in `literal` the `stride` keys that occur least stand, and how often they occur.
fn rarest_window(literal: &[u8], stride: usize, sample: &Sample) -> (usize, u64) {
    (0..=literal.len() - (KEY - 1 + stride))
        .map(|start| (start, sample.cost(literal, start, stride)))
        .min_by_key(|&(_, cost)| cost)
        .unwrap_or_default()
}

impl Tier {
    /// `places` has a key, the literal it was taken from and where it stands in it.
    fn new(stride: usize, mut places: Vec<([u32; 2], u32, usize)>, literals: &[Literal]) -> Tier {
        places.sort_unstable();
        let keys: Vec<_> = places.chunk_by(|a, b| a.0 == b.0).map(|group| group[0].0).collect();
        let mut slots = vec![Slot::default(); (keys.len() * 4).next_power_of_two()].into_boxed_slice();
        let mut entries = Vec::with_capacity(places.len());
        for group in places.chunk_by(|a, b| a.0 == b.0) {
            let start = entries.len() as u32;
            entries.extend(
                group.iter().map(|&(_, literal, at)| Entry::new(literal, &literals[literal as usize].bytes, at)),
            );
            let mut place = home(group[0].0) & (slots.len() - 1);
            while slots[place].end != 0 {
                place = (place + 1) & (slots.len() - 1);
            }
            slots[place] = Slot { key: group[0].0, start, end: entries.len() as u32 };
        }
        Tier { stride, bitmap: Bitmap::new(&keys, SPREAD), slots, entries }
    }
}

impl Entry {
    fn new(number: u32, literal: &[u8], at: usize) -> Entry {
        let (before, behind) = (&literal[..at], &literal[at + KEY..]);
        // The side that has more to say.
        let (context, context_at) = if behind.len() >= before.len().min(8) {
            (&behind[..behind.len().min(8)], KEY as i32)
        } else {
            let length = before.len().min(8);
            (&before[before.len() - length..], -(length as i32))
        };
        let mut bytes = [0; 8];
        bytes[..context.len()].copy_from_slice(context);
        let mask = if context.len() == 8 { u64::MAX } else { (1 << (8 * context.len())) - 1 };
        Entry {
            literal: number,
            before: at as u32,
            context: (u64::from_le_bytes(bytes) | FOLD_8) & mask,
            mask,
            context_at,
        }
    }
}
