//! Where the lines of a part of a text end: one bit for each byte.
//!
//! Lines are cut around hits, and one has to know how many came before. With bits that is a look at a few words for each
//! hit, where a search for line ends would begin anew each time. [`portable`] defines the bits; the AVX2 and AVX-512
//! forms must give the same, which a property test compares.

#![expect(unsafe_code, reason = "SIMD kernel; `portable` is its safe twin")]

use super::engine::Engine;

/// The longest part, in bytes.
const PART: usize = Engine::PART;

const WORDS: usize = PART / 64;

/// The line ends of a part.
pub(super) struct LineEnds {
    words: Box<[u64; WORDS]>,
    /// How many there are in the words before each.
    before: Box<[u16; WORDS + 1]>,
}

impl LineEnds {
    pub(super) fn new() -> LineEnds {
        LineEnds { words: Box::new([0; WORDS]), before: Box::new([0; WORDS + 1]) }
    }

    /// Finds the line ends of another part of at most [`PART`] bytes.
    pub(super) fn read(&mut self, part: &[u8]) {
        let part = &part[..part.len().min(PART)];
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("popcnt") {
            if std::is_x86_feature_detected!("avx512bw") {
                // SAFETY: the processor has the instructions.
                return unsafe { x86::avx512(part, &mut self.words, &mut self.before) };
            }
            if std::is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has the instructions.
                return unsafe { x86::avx2(part, &mut self.words, &mut self.before) };
            }
        }
        portable(part, &mut self.words, &mut self.before);
    }

    /// How many there are before a position in the part.
    pub(super) fn before(&self, position: usize) -> u64 {
        let word = position / 64;
        let here = self.words.get(word).map_or(0, |bits| (bits & !(u64::MAX << (position % 64))).count_ones());
        u64::from(self.before[word.min(WORDS)]) + u64::from(here)
    }

    /// The last one before a position.
    pub(super) fn last_before(&self, position: usize) -> Option<usize> {
        let last = position.checked_sub(1)?;
        let mut word = last / 64;
        let mut bits = self.words.get(word)? & u64::MAX >> (63 - last % 64);
        while bits == 0 {
            word = word.checked_sub(1)?;
            bits = self.words[word];
        }
        Some(word * 64 + bits.ilog2() as usize)
    }

    /// The first one at a position or behind it.
    pub(super) fn first_from(&self, position: usize) -> Option<usize> {
        let mut word = position / 64;
        let mut bits = self.words.get(word)? & u64::MAX << (position % 64);
        while bits == 0 {
            word += 1;
            bits = *self.words.get(word)?;
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }
}

fn portable(part: &[u8], words: &mut [u64; WORDS], before: &mut [u16; WORDS + 1]) {
    fill(0, part, words, before);
}

/// Fills the words from one on.
#[inline]
fn fill(from: usize, part: &[u8], words: &mut [u64; WORDS], before: &mut [u16; WORDS + 1]) {
    for word in from..WORDS {
        let bytes = part.get(word * 64..).unwrap_or_default();
        let bits = bytes.iter().take(64).enumerate();
        words[word] = bits.fold(0, |bits, (index, &byte)| bits | u64::from(byte == b'\n') << index);
        before[word + 1] = before[word] + words[word].count_ones() as u16;
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{WORDS, fill};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f,avx512bw,popcnt")]
    pub(super) fn avx512(part: &[u8], words: &mut [u64; WORDS], before: &mut [u16; WORDS + 1]) {
        let newline = _mm512_set1_epi8(b'\n' as i8);
        each_word(part, words, before, |bytes| {
            // SAFETY: 64 bytes.
            let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
            _mm512_cmpeq_epi8_mask(bytes, newline)
        });
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn avx2(part: &[u8], words: &mut [u64; WORDS], before: &mut [u16; WORDS + 1]) {
        let newline = _mm256_set1_epi8(b'\n' as i8);
        each_word(part, words, before, |bytes| {
            let half = |at: usize| {
                // SAFETY: 32 of the 64 bytes.
                let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().add(at).cast()) };
                _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, newline)) as u32
            };
            u64::from(half(0)) | u64::from(half(32)) << 32
        });
    }

    #[inline(always)]
    fn each_word(
        part: &[u8],
        words: &mut [u64; WORDS],
        before: &mut [u16; WORDS + 1],
        ends: impl Fn(&[u8; 64]) -> u64,
    ) {
        let (whole, _) = part.as_chunks::<64>();
        let mut count = before[0];
        for ((bytes, word), before) in whole.iter().zip(words.iter_mut()).zip(&mut before[1..]) {
            *word = ends(bytes);
            count += word.count_ones() as u16;
            *before = count;
        }
        fill(whole.len(), part, words, before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ends_are_counted_and_found(
            text in proptest::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(b'\n'), 1 => Just(b'x')], 0..700),
            positions in proptest::collection::vec(0usize..800, 1..20),
        ) {
            let mut ends = LineEnds::new();
            ends.read(&b"\n".repeat(PART));
            ends.read(&text);
            let mut twin = LineEnds::new();
            portable(&text, &mut twin.words, &mut twin.before);
            prop_assert_eq!((&ends.words, &ends.before), (&twin.words, &twin.before));
            #[cfg(target_arch = "x86_64")]
            if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("popcnt") {
                let mut other = LineEnds::new();
                // SAFETY: the processor has the instructions.
                unsafe { x86::avx2(&text, &mut other.words, &mut other.before) };
                prop_assert_eq!((&other.words, &other.before), (&twin.words, &twin.before));
            }
            let newlines: Vec<_> = (0..text.len()).filter(|&at| text[at] == b'\n').collect();
            for position in positions {
                prop_assert_eq!(ends.before(position), newlines.iter().filter(|&&at| at < position).count() as u64);
                prop_assert_eq!(ends.last_before(position), newlines.iter().copied().rfind(|&at| at < position));
                prop_assert_eq!(ends.first_from(position), newlines.iter().copied().find(|&at| at >= position));
            }
        }
    }

    #[test]
    fn a_part_can_be_full() {
        let mut ends = LineEnds::new();
        ends.read(&b"\n".repeat(PART + 5));
        assert_eq!(ends.before(PART), PART as u64);
        assert_eq!((ends.last_before(PART), ends.first_from(PART)), (Some(PART - 1), None));
    }
}
