//! Which sampled positions of a text may begin a key: the inner loop of the filter.
//!
//! A key is a q-gram, five bytes. Only every `STRIDE`-th position is looked at, so a literal is entered with `STRIDE`
//! neighbouring keys, of which one stands at a sampled position wherever the literal stands. Bytes are folded by
//! `| 0x20`, which makes the two cases of an ASCII letter equal (and a few signs too, which the exact comparison behind
//! the filter sorts out). The folded key is hashed into a bitmap that stays in the first- or second-level cache.
//!
//! [`probe`] is the portable form and defines what is meant; [`Kernel::Avx2`] does eight positions a step with one
//! gather and must give the same positions, which a property test compares.

#![expect(unsafe_code, reason = "SIMD kernel; `probe` is its safe twin")]

/// Bytes of a key.
pub(super) const KEY: usize = 5;

/// `| 0x20` for four bytes at once.
const FOLD: u32 = 0x2020_2020;
/// Odd multipliers whose product spreads text well (golden ratio; xxHash32's second prime).
const MULTIPLIERS: [u32; 2] = [0x9E37_79B1, 0x85EB_CA77];

/// The key at the beginning of `bytes`: its first and its last four bytes, folded.
pub(super) fn key(bytes: &[u8; KEY]) -> [u32; 2] {
    let [a, b, c, d, e] = *bytes;
    [u32::from_le_bytes([a, b, c, d]) | FOLD, u32::from_le_bytes([b, c, d, e]) | FOLD]
}

/// A set of keys that may say yes to others too.
pub(super) struct Bitmap {
    /// The top `bits` bits of a hash are its place; bit 31 of a word is its first place.
    words: Box<[u32]>,
    bits: u32,
}

impl Bitmap {
    /// About `spread` places for each key; 2^13 places (1 KiB) at least, 2^20 (128 KiB) at most.
    pub(super) fn new(keys: &[[u32; 2]], spread: usize) -> Bitmap {
        let bits = keys.len().saturating_mul(spread).next_power_of_two().ilog2().clamp(13, 20);
        let mut bitmap = Bitmap { words: vec![0; 1 << (bits - 5)].into(), bits };
        for &key in keys {
            let place = bitmap.place(key);
            bitmap.words[(place >> 5) as usize] |= 0x8000_0000 >> (place & 31);
        }
        bitmap
    }

    fn place(&self, [low, high]: [u32; 2]) -> u32 {
        let hash = low.wrapping_mul(MULTIPLIERS[0]).wrapping_add(high.wrapping_mul(MULTIPLIERS[1]));
        hash >> (32 - self.bits)
    }

    fn contains(&self, key: [u32; 2]) -> bool {
        let place = self.place(key);
        self.words[(place >> 5) as usize] << (place & 31) >> 31 != 0
    }
}

/// How positions are probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Works everywhere.
    Portable,
    /// x86-64 with AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Kernel {
    /// The fastest that this processor has.
    pub(crate) fn detect() -> Kernel {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") {
            return Kernel::Avx2;
        }
        Kernel::Portable
    }

    /// Appends to `found` the positions in `from..to` that are multiples of `STRIDE` and where a key of `bitmap` may
    /// stand. `STRIDE` is 4 or 8, `from` a multiple of it; texts are shorter than 4 GiB.
    pub(super) fn probe<const STRIDE: usize>(
        self,
        bitmap: &Bitmap,
        text: &[u8],
        from: usize,
        to: usize,
        found: &mut Vec<u32>,
    ) {
        debug_assert!(from.is_multiple_of(STRIDE));
        let mut from = from;
        #[cfg(target_arch = "x86_64")]
        if self == Kernel::Avx2 && std::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            from = unsafe { avx2::probe::<STRIDE>(bitmap, text, from, to, found) };
        }
        probe::<STRIDE>(bitmap, text, from, to, found);
    }
}

/// The portable form of [`Kernel::probe`].
fn probe<const STRIDE: usize>(bitmap: &Bitmap, text: &[u8], from: usize, to: usize, found: &mut Vec<u32>) {
    for position in (from..to).step_by(STRIDE) {
        let Some(bytes) = text.get(position..).and_then(|rest| rest.first_chunk()) else { break };
        if bitmap.contains(key(bytes)) {
            found.push(position as u32);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Bitmap, FOLD, MULTIPLIERS};
    use std::arch::x86_64::*;

    /// Lanes of one vector and vectors of one step: a step's answers fill 32 bits.
    const LANES: usize = 8;
    const VECTORS: usize = 4;

    /// Where lane `i` of a stride-8 vector was taken from: `shuffle_ps` picks the even words of two vectors and keeps
    /// their halves apart.
    const LANE_OFFSETS_8: [u8; LANES] = [0, 8, 32, 40, 16, 24, 48, 56];

    /// Does whole steps and returns where the portable form goes on.
    #[target_feature(enable = "avx2")]
    pub(super) fn probe<const STRIDE: usize>(
        bitmap: &Bitmap,
        text: &[u8],
        from: usize,
        to: usize,
        found: &mut Vec<u32>,
    ) -> usize {
        let step = STRIDE * LANES * VECTORS;
        // A vector of high words is loaded one byte behind its positions; stride 8 loads whole 64 bytes for it.
        let end = to.min(text.len().saturating_sub(1));
        let mut position = from;
        while position + step <= end {
            // SAFETY: `position + step + 1 <= text.len()`, and each load below reads within `step + 1` bytes.
            let mut hits = unsafe {
                let bytes = text.as_ptr().add(position);
                (0..VECTORS).fold(0u32, |hits, vector| {
                    let bytes = bytes.add(vector * STRIDE * LANES);
                    hits | contains(bitmap, load::<STRIDE>(bytes), load::<STRIDE>(bytes.add(1))) << (vector * LANES)
                })
            };
            if found.capacity() - found.len() < 32 {
                found.reserve(32);
            }
            while hits != 0 {
                let lane = hits.trailing_zeros() as usize;
                let offset = match STRIDE {
                    8 => lane / LANES * (STRIDE * LANES) + LANE_OFFSETS_8[lane % LANES] as usize,
                    _ => lane * STRIDE,
                };
                found.push((position + offset) as u32);
                hits &= hits - 1;
            }
            position += step;
        }
        position
    }

    /// Eight words that stand `STRIDE` bytes apart.
    ///
    /// SAFETY: `STRIDE * LANES` bytes must be readable.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn load<const STRIDE: usize>(bytes: *const u8) -> __m256i {
        // SAFETY: as above.
        unsafe {
            if STRIDE == 4 {
                _mm256_loadu_si256(bytes.cast())
            } else {
                let (left, right) = (_mm256_loadu_ps(bytes.cast()), _mm256_loadu_ps(bytes.add(32).cast()));
                _mm256_castps_si256(_mm256_shuffle_ps::<0b10_00_10_00>(left, right))
            }
        }
    }

    /// [`Bitmap::contains`] for eight keys: bit `i` is the answer for lane `i`.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn contains(bitmap: &Bitmap, low: __m256i, high: __m256i) -> u32 {
        let fold = _mm256_set1_epi32(FOLD as i32);
        let low = _mm256_mullo_epi32(_mm256_or_si256(low, fold), _mm256_set1_epi32(MULTIPLIERS[0] as i32));
        let high = _mm256_mullo_epi32(_mm256_or_si256(high, fold), _mm256_set1_epi32(MULTIPLIERS[1] as i32));
        let place = _mm256_srl_epi32(_mm256_add_epi32(low, high), _mm_cvtsi32_si128(32 - bitmap.bits as i32));
        // SAFETY: a place has `bits` bits and there are 2^(bits - 5) words.
        let words = unsafe { _mm256_i32gather_epi32::<4>(bitmap.words.as_ptr().cast(), _mm256_srli_epi32::<5>(place)) };
        let bit = _mm256_sllv_epi32(words, _mm256_and_si256(place, _mm256_set1_epi32(31)));
        _mm256_movemask_ps(_mm256_castsi256_ps(bit)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn same<const STRIDE: usize>(keys: &[[u8; KEY]], text: &[u8], from: usize, to: usize) {
        let bitmap = Bitmap::new(&keys.iter().map(key).collect::<Vec<_>>(), 8);
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        probe::<STRIDE>(&bitmap, text, from * STRIDE, to, &mut expected);
        Kernel::detect().probe::<STRIDE>(&bitmap, text, from * STRIDE, to, &mut found);
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn every_kernel_finds_the_same(
            keys in vec(any::<[u8; KEY]>(), 1..300),
            plant in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..40),
            mut text in vec(any::<u8>(), 0..2000),
            from in 0usize..20,
            to in 0usize..2000,
        ) {
            for (which, place) in plant {
                if text.len() > KEY {
                    let at = place.index(text.len() - KEY);
                    text[at..at + KEY].copy_from_slice(&keys[which.index(keys.len())]);
                }
            }
            same::<4>(&keys, &text, from, to.min(text.len()));
            same::<8>(&keys, &text, from, to.min(text.len()));
        }
    }

    #[test]
    fn a_key_is_found_in_either_case_at_sampled_positions_only() {
        let bitmap = Bitmap::new(&[key(b"error")], 100);
        let mut found = Vec::new();
        Kernel::detect().probe::<4>(&bitmap, b"....ERROR...Error.error", 0, 23, &mut found);
        assert_eq!(found, [4, 12]);
    }
}
