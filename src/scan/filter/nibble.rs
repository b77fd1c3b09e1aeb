//! Finds short literals: at every position, by the nibbles of three bytes.
//!
//! A literal that is too short for sampled keys is entered by its first three bytes in one of eight buckets. For each of
//! the three bytes a table says, by low and by high nibble, in which buckets it may stand; where the three answers
//! have a bucket in common, the literals of that bucket are compared. (The idea is Teddy, from Hyperscan.) Both cases of
//! a letter have the same low nibble and get both high nibbles, so case costs nothing.
//!
//! [`candidates`] is the portable form and defines what is meant; the AVX2 form does 32 positions a step and must give
//! the same, which a property test compares.

#![expect(unsafe_code, reason = "SIMD kernel; `candidates` is its safe twin")]

use super::Kernel;

/// Bytes by which a literal is entered, and its least length.
pub(super) const WINDOW: usize = 3;

const BUCKETS: usize = 8;

/// Literals with less than [`super::SHORTEST`] bytes.
pub(super) struct Nibbles {
    masks: [Masks; WINDOW],
    /// The numbers of the literals in each bucket.
    buckets: [Vec<u32>; BUCKETS],
}

/// In which buckets a byte may stand, by its nibbles: a bit for each bucket.
#[derive(Clone, Copy, Default)]
struct Masks {
    low: [u8; 16],
    high: [u8; 16],
}

impl Masks {
    fn buckets(&self, byte: u8) -> u8 {
        self.low[usize::from(byte & 15)] & self.high[usize::from(byte >> 4)]
    }

    fn enter(&mut self, byte: u8, bucket: u8) {
        for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
            self.low[usize::from(byte & 15)] |= bucket;
            self.high[usize::from(byte >> 4)] |= bucket;
        }
    }
}

impl Nibbles {
    /// `literals` have a number and at least three bytes each. Neighbours in the alphabet share a bucket, since what
    /// they have in common adds nothing to its masks.
    pub(super) fn new(mut literals: Vec<(u32, &[u8])>) -> Option<Nibbles> {
        if literals.is_empty() {
            return None;
        }
        literals.sort_unstable_by_key(|&(_, literal)| literal);
        let mut nibbles = Nibbles { masks: Default::default(), buckets: Default::default() };
        let per_bucket = literals.len().div_ceil(BUCKETS);
        for (index, (number, literal)) in literals.into_iter().enumerate() {
            let bucket = index / per_bucket;
            nibbles.buckets[bucket].push(number);
            for (masks, &byte) in nibbles.masks.iter_mut().zip(literal) {
                masks.enter(byte, 1 << bucket);
            }
        }
        Some(nibbles)
    }

    /// Calls `found` with the number of each literal that may begin at a position in `from..to`, in order.
    pub(super) fn find(&self, kernel: Kernel, text: &[u8], from: usize, to: usize, mut found: impl FnMut(u32, usize)) {
        let mut at = |position: usize, mut buckets: u8| {
            while buckets != 0 {
                for &number in &self.buckets[buckets.trailing_zeros() as usize] {
                    found(number, position);
                }
                buckets &= buckets - 1;
            }
        };
        let mut from = from;
        #[cfg(target_arch = "x86_64")]
        if kernel == Kernel::Avx2 && std::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            from = unsafe { avx2::candidates(&self.masks, text, from, to, &mut at) };
        }
        let _ = kernel;
        candidates(&self.masks, text, from, to, &mut at);
    }
}

/// Calls `at` with each position in `from..to` that may begin a literal, and the buckets it may be in.
fn candidates(masks: &[Masks; WINDOW], text: &[u8], from: usize, to: usize, at: &mut impl FnMut(usize, u8)) {
    let text = &text[..text.len().min(to.saturating_add(WINDOW - 1))];
    for (position, window) in text.windows(WINDOW).enumerate().skip(from) {
        let buckets = masks.iter().zip(window).fold(u8::MAX, |all, (masks, &byte)| all & masks.buckets(byte));
        if buckets != 0 {
            at(position, buckets);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Masks, WINDOW};
    use std::arch::x86_64::*;

    const STEP: usize = 32;

    /// Does whole steps and returns where the portable form goes on.
    #[target_feature(enable = "avx2")]
    pub(super) fn candidates(
        masks: &[Masks; WINDOW],
        text: &[u8],
        from: usize,
        to: usize,
        at: &mut impl FnMut(usize, u8),
    ) -> usize {
        // SAFETY: the tables have 16 bytes.
        let table = |table: &[u8; 16]| unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast())) };
        let tables: [_; WINDOW] = std::array::from_fn(|i| (table(&masks[i].low), table(&masks[i].high)));
        let nibble = _mm256_set1_epi8(15);
        let end = to.min(text.len().saturating_sub(WINDOW - 1));
        let mut position = from;
        while position + STEP <= end {
            let mut buckets = _mm256_set1_epi8(-1);
            for (i, &(low, high)) in tables.iter().enumerate() {
                // SAFETY: `position + STEP + WINDOW - 1 <= text.len()`.
                let bytes = unsafe { _mm256_loadu_si256(text.as_ptr().add(position + i).cast()) };
                let low = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
                let high = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble));
                buckets = _mm256_and_si256(buckets, _mm256_and_si256(low, high));
            }
            let none = _mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, _mm256_setzero_si256())) as u32;
            if none != u32::MAX {
                let mut bytes = [0u8; STEP];
                // SAFETY: the array has 32 bytes.
                unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), buckets) };
                let mut hits = !none;
                while hits != 0 {
                    let lane = hits.trailing_zeros() as usize;
                    at(position + lane, bytes[lane]);
                    hits &= hits - 1;
                }
            }
            position += STEP;
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_kernel_finds_the_same(
            literals in vec(vec(any::<u8>(), WINDOW..8), 1..40),
            text in vec(prop_oneof![any::<u8>(), b'a'..b'd', b'A'..b'D'], 0..300),
            from in 0usize..40,
            to in 0usize..300,
        ) {
            let nibbles = Nibbles::new(literals.iter().enumerate().map(|(i, it)| (i as u32, it.as_slice())).collect()).unwrap();
            let find = |kernel| {
                let mut found = Vec::new();
                nibbles.find(kernel, &text, from, to.min(text.len()), |number, at| found.push((number, at)));
                found
            };
            prop_assert_eq!(find(Kernel::detect()), find(Kernel::Portable));
        }

        #[test]
        fn a_literal_is_always_a_candidate(
            literals in vec("[a-z ]{3,7}", 1..60),
            which in any::<prop::sample::Index>(),
            before in "[a-zA-Z]{0,70}",
            behind in "[a-zA-Z]{0,70}",
        ) {
            let nibbles = Nibbles::new(literals.iter().enumerate().map(|(i, it)| (i as u32, it.as_bytes())).collect()).unwrap();
            let number = which.index(literals.len());
            let text = format!("{before}{}{behind}", literals[number].to_ascii_uppercase());
            let mut seen = false;
            nibbles.find(Kernel::detect(), text.as_bytes(), 0, text.len(), |it, at| seen |= (it as usize, at) == (number, before.len()));
            prop_assert!(seen);
        }
    }
}
