//! Which sampled positions of a text may begin a key: the inner loop of the filter.
//!
//! A key is a few bytes of a literal. Only every `STRIDE`-th position is looked at, so a literal is entered with `STRIDE`
//! neighbouring keys, of which one stands at a sampled position wherever the literal stands. Bytes are folded by
//! `| 0x20`, which makes the two cases of an ASCII letter equal (and a few signs too, which the exact comparison behind
//! the filter sorts out). The folded key is hashed into a bitmap that stays in the first-level cache.
//!
//! The loop is plain code: one multiplication and one load a position and no branch, since a candidate is written always
//! and kept by adding its bit to the length. On the processors at hand eight such probes take half the time of one AVX2
//! gather of eight. `kernel.rs` does the same in about half the time, where there is AVX2 or AVX-512.

use super::Kernel;
use super::kernel;

/// The most bytes of a key.
pub(super) const LONGEST: usize = 8;

/// Blocks in which a text is probed; candidates of a block are checked while it is in the first-level cache.
pub(super) const BLOCK: usize = 16 << 10;

/// `| 0x20` for eight bytes at once.
pub(super) const FOLD: u64 = 0x2020_2020_2020_2020;

/// Odd multipliers: 2^64 by the golden ratio, and the first prime of xxHash64.
const MULTIPLIERS: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0x9E37_79B1_85EB_CA87];

/// Positions relative to the beginning of a block.
pub(super) type Positions = [u16; BLOCK];

/// The key of `length` bytes at the beginning of `bytes`, folded. It is never 0.
pub(super) fn key(bytes: [u8; LONGEST], length: usize) -> u64 {
    (u64::from_le_bytes(bytes) | FOLD) << shift(length)
}

fn shift(length: usize) -> usize {
    8 * LONGEST.saturating_sub(length)
}

/// The key at a position; `None` if the text ends before it does.
pub(super) fn key_at(text: &[u8], position: usize, length: usize) -> Option<u64> {
    let rest = text.get(position..)?;
    if let Some(bytes) = rest.first_chunk() {
        return Some(key(*bytes, length));
    }
    let mut bytes = [0; LONGEST];
    bytes[..length].copy_from_slice(rest.get(..length)?);
    Some(key(bytes, length))
}

/// A hash of a key of which the upper bits are used, and not the one of the bitmap.
pub(super) fn other_hash(key: u64) -> u64 {
    (key ^ key >> 29).wrapping_mul(MULTIPLIERS[1])
}

/// A set of keys of one length that may say yes to others too.
pub(super) struct Bitmap {
    words: Words,
    length: usize,
}

/// The sizes for which there is a loop: the first two stay in every first-level cache together with the text.
enum Words {
    Small(Box<[u32; 1 << 9]>),
    Medium(Box<[u32; 1 << 11]>),
    Large(Box<[u32; 1 << 13]>),
}

impl Bitmap {
    /// `keys` have `length` bytes each.
    pub(super) fn new(keys: &[u64], length: usize) -> Bitmap {
        let words = match keys.len() {
            0..128 => Words::Small(filled(keys)),
            128..1024 => Words::Medium(filled(keys)),
            _ => Words::Large(filled(keys)),
        };
        Bitmap { words, length }
    }

    /// Which part of all keys get a yes.
    pub(super) fn density(keys: usize) -> f64 {
        let places = match keys {
            0..128 => 1 << 14,
            128..1024 => 1 << 16,
            _ => 1 << 18,
        };
        keys as f64 / f64::from(places)
    }

    /// Puts the positions in `from..to` that are multiples of `stride` (1, 4 or 8, as is `from`) and where one of the
    /// keys may stand to the front of `found`, relative to `from` and in order. Returns how many. Left out are those
    /// with less than eight bytes behind them. The range is not longer than [`BLOCK`].
    pub(super) fn probe(
        &self,
        kernel: Kernel,
        stride: usize,
        text: &[u8],
        from: usize,
        to: usize,
        found: &mut Positions,
    ) -> usize {
        let to = to.min(from + BLOCK).min((text.len() + 1).saturating_sub(LONGEST));
        match &self.words {
            Words::Small(words) => self.by_stride(words, kernel, stride, text, from, to, found),
            Words::Medium(words) => self.by_stride(words, kernel, stride, text, from, to, found),
            Words::Large(words) => self.by_stride(words, kernel, stride, text, from, to, found),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "passed on as they are")]
    fn by_stride<const WORDS: usize>(
        &self,
        words: &[u32; WORDS],
        kernel: Kernel,
        stride: usize,
        text: &[u8],
        from: usize,
        to: usize,
        found: &mut Positions,
    ) -> usize {
        // The bytes behind a shorter key fall out of the product.
        let multiplier = MULTIPLIERS[0] << shift(self.length);
        match stride {
            8 => {
                let (next, count) = kernel::probe::<8, _>(kernel, words, multiplier, text, from, to, found);
                portable::<8, _>(words, multiplier, text, from, next..to, count, found)
            }
            4 => {
                let (next, count) = kernel::probe::<4, _>(kernel, words, multiplier, text, from, to, found);
                portable::<4, _>(words, multiplier, text, from, next..to, count, found)
            }
            _ => portable::<1, _>(words, multiplier, text, from, from..to, 0, found),
        }
    }
}

/// Adds the positions in `range` to the first `count` of `found`; returns how many there are then.
fn portable<const STRIDE: usize, const WORDS: usize>(
    words: &[u32; WORDS],
    multiplier: u64,
    text: &[u8],
    from: usize,
    range: std::ops::Range<usize>,
    mut count: usize,
    found: &mut Positions,
) -> usize {
    debug_assert!(range.start.is_multiple_of(STRIDE));
    let mut probe = |bytes: [u8; LONGEST], position: usize| {
        let hash = (u64::from_le_bytes(bytes) | FOLD).wrapping_mul(multiplier);
        found[count % BLOCK] = position as u16;
        count += usize::from(bit(words, hash));
    };
    let mut position = range.start;
    // Eight at once: one check of the borders for all.
    while position + 8 * STRIDE <= range.end
        && let Some(bytes) = text[position..].first_chunk::<{ 8 * 8 + LONGEST }>()
    {
        for index in 0..8 {
            let at = index * STRIDE;
            let mut key = [0; LONGEST];
            key.copy_from_slice(&bytes[at..at + LONGEST]);
            probe(key, position + at - from);
        }
        position += 8 * STRIDE;
    }
    while position < range.end
        && let Some(bytes) = text[position..].first_chunk()
    {
        probe(*bytes, position - from);
        position += STRIDE;
    }
    count
}

/// Whether the place of a hash is taken.
fn bit<const WORDS: usize>(words: &[u32; WORDS], hash: u64) -> bool {
    let place = hash >> (64 - 5 - WORDS.ilog2());
    words[(place >> 5) as usize] >> (place & 31) & 1 == 1
}

fn filled<const WORDS: usize>(keys: &[u64]) -> Box<[u32; WORDS]> {
    let mut words = Box::new([0; WORDS]);
    for key in keys {
        let place = key.wrapping_mul(MULTIPLIERS[0]) >> (64 - 5 - WORDS.ilog2());
        words[(place >> 5) as usize] |= 1 << (place & 31);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn probed(bitmap: &Bitmap, kernel: Kernel, stride: usize, text: &[u8], from: usize, to: usize) -> Vec<usize> {
        let mut found = [0; BLOCK];
        let count = bitmap.probe(kernel, stride, text, from, to, &mut found);
        found[..count].iter().map(|&position| from + usize::from(position)).collect()
    }

    proptest! {
        #[test]
        fn every_kernel_finds_the_same_and_each_key(
            keys in vec(any::<[u8; LONGEST]>(), 1..200),
            repeat in prop::sample::select(vec![1usize, 20]),
            length in 3..=LONGEST,
            stride in prop::sample::select(vec![1usize, 4, 8]),
            plant in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..40),
            mut text in vec(any::<u8>(), 0..6000),
            from in 0usize..20,
            to in 0usize..6000,
        ) {
            // Many keys make the bitmap a larger one.
            let many = (0..repeat as u8).flat_map(|add| keys.iter().map(move |key| key.map(|byte| byte.wrapping_add(add))));
            let bitmap = Bitmap::new(&many.map(|bytes| key(bytes, length)).collect::<Vec<_>>(), length);
            let (from, to) = (from * stride, to.min(text.len()));
            let mut planted = Vec::new();
            for (which, place) in plant {
                if text.len() > LONGEST {
                    let at = place.index(text.len() - LONGEST) / stride * stride;
                    let bytes = keys[which.index(keys.len())];
                    text[at..at + LONGEST].copy_from_slice(&bytes);
                    planted.push((at, bytes));
                }
            }
            let expected = probed(&bitmap, Kernel::Portable, stride, &text, from, to);
            for (at, bytes) in planted {
                let stands = text[at..at + LONGEST] == bytes && (from..to).contains(&at);
                prop_assert!(!stands || expected.contains(&at));
            }
            for kernel in Kernel::ALL {
                prop_assert_eq!(&probed(&bitmap, kernel, stride, &text, from, to), &expected);
            }
        }
    }

    #[test]
    fn a_key_is_found_in_either_case_at_sampled_positions_only() {
        let bitmap = Bitmap::new(&[key(*b"error...", 5)], 5);
        let text = b"....ERROR...Error.error........";
        assert_eq!(probed(&bitmap, Kernel::detect(), 4, text, 0, text.len()), [4, 12]);
    }
}
