//! The inner loop of [`super::bitmap::Bitmap`] with AVX2 and AVX-512, and which instructions may be used at all.
//!
//! Gathers are slow on many processors, so only what stands around the loads is done with vectors: hashes of 8 or 16
//! positions at once, then plain loads, then 8 or 32 answers at once. Both give the same positions as the portable form
//! in `bitmap.rs`, which a property test compares.

#![expect(unsafe_code, reason = "SIMD kernel; `Bitmap::portable` is its safe twin")]

use super::bitmap::Positions;

/// Instructions that may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Works everywhere.
    Portable,
    /// x86-64 with AVX2, and BMI and POPCNT, which all have that have AVX2.
    Avx2,
    /// x86-64 with AVX-512 BW, DQ, VBMI and VBMI2.
    Avx512,
}

impl Kernel {
    /// All of them.
    pub(crate) const ALL: [Kernel; 3] = [Kernel::Portable, Kernel::Avx2, Kernel::Avx512];

    /// The fastest that this processor has.
    pub(crate) fn detect() -> Kernel {
        *Kernel::ALL.iter().rfind(|kernel| kernel.is_available()).unwrap_or(&Kernel::Portable)
    }

    /// Whether this processor has the instructions. One that is not available does the same as the portable one.
    pub(super) fn is_available(self) -> bool {
        match self {
            Kernel::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => {
                std::is_x86_feature_detected!("avx2")
                    && std::is_x86_feature_detected!("bmi1")
                    && std::is_x86_feature_detected!("bmi2")
                    && std::is_x86_feature_detected!("popcnt")
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => {
                std::is_x86_feature_detected!("avx512bw")
                    && std::is_x86_feature_detected!("avx512dq")
                    && std::is_x86_feature_detected!("avx512vbmi")
                    && std::is_x86_feature_detected!("avx512vbmi2")
                    && std::is_x86_feature_detected!("popcnt")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }
}

/// What [`Bitmap::probe`](super::bitmap::Bitmap::probe) does, for `STRIDE` 4 or 8 and as far as whole steps reach: returns
/// where the portable form goes on and how many positions were found. Does nothing if the kernel has nothing better.
pub(super) fn probe<const STRIDE: usize, const WORDS: usize>(
    kernel: Kernel,
    words: &[u32; WORDS],
    multiplier: u64,
    text: &[u8],
    from: usize,
    to: usize,
    found: &mut Positions,
) -> (usize, usize) {
    #[cfg(target_arch = "x86_64")]
    if kernel.is_available() && STRIDE >= 4 {
        // SAFETY: the processor has the instructions.
        unsafe {
            match kernel {
                Kernel::Portable => {}
                Kernel::Avx2 => return avx2::probe::<STRIDE, WORDS>(words, multiplier, text, from, to, found),
                Kernel::Avx512 => return avx512::probe::<STRIDE, WORDS>(words, multiplier, text, from, to, found),
            }
        }
    }
    let _ = (kernel, words, multiplier, text, to, found);
    (from, 0)
}

/// The text of a whole step of so many bytes, with the rest of its last key; `None` if it reaches behind `to`. What is some
/// steps ahead is fetched meanwhile.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn step(text: &[u8], position: usize, to: usize, length: usize) -> Option<&[u8]> {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

    /// In bytes. The processor does so by itself only up to the end of a page.
    const AHEAD: usize = 8 << 10;
    let bytes = text.get(position..)?.get(..length + 8)?;
    for line in (0..length).step_by(64) {
        // SAFETY: every x86-64 processor has the instruction, and it has no effect but on the cache.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(AHEAD + line).cast()) };
    }
    (position + length <= to).then_some(bytes)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::step;
    use crate::scan::filter::bitmap::{FOLD, Positions};
    use std::arch::x86_64::*;

    /// Positions of one step: one bit for each.
    const STEP: usize = 32;

    /// Numbers of one vector.
    const LANES: usize = 8;

    /// Positions that are written in each step, found or not: more are seldom found, so the branch is foreseen.
    const ROOM: usize = 4;

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub(super) fn probe<const STRIDE: usize, const WORDS: usize>(
        words: &[u32; WORDS],
        multiplier: u64,
        text: &[u8],
        from: usize,
        to: usize,
        found: &mut Positions,
    ) -> (usize, usize) {
        let (mut position, mut count) = (from, 0);
        while let Some(bytes) = step(text, position, to, STEP * STRIDE) {
            let mut hits = 0;
            for index in 0..STEP / LANES {
                // SAFETY: 8 positions and the eight bytes behind the last lie in `bytes`.
                let place = unsafe { places::<STRIDE, WORDS>(bytes.as_ptr().add(index * LANES * STRIDE), multiplier) };
                let word = look_up(words, _mm256_srli_epi32::<5>(place));
                // The bit of the place, which its lower five bits tell, becomes the sign.
                let bit = _mm256_sllv_epi32(word, _mm256_andnot_si256(place, _mm256_set1_epi32(31)));
                hits |= (_mm256_movemask_ps(_mm256_castsi256_ps(bit)) as u32) << (index * LANES);
            }
            let next = count + hits.count_ones() as usize;
            let (room, more) = found[count..].split_at_mut(ROOM);
            for place in room {
                *place = (position - from + hits.trailing_zeros() as usize * STRIDE) as u16;
                hits &= hits.wrapping_sub(1);
            }
            if hits != 0 {
                write::<STRIDE>(hits, position - from, more);
            }
            count = next;
            position += STEP * STRIDE;
        }
        (position, count)
    }

    /// Writes the positions of the hits that are left, of which the first would stand at `base`.
    #[cold]
    fn write<const STRIDE: usize>(mut hits: u32, base: usize, found: &mut [u16]) {
        for place in found.iter_mut().take(hits.count_ones() as usize) {
            *place = (base + hits.trailing_zeros() as usize * STRIDE) as u16;
            hits &= hits - 1;
        }
    }

    /// The places in the bitmap of 8 keys that begin `STRIDE` bytes apart.
    ///
    /// SAFETY: `8 * STRIDE + 8` bytes must be readable.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn places<const STRIDE: usize, const WORDS: usize>(bytes: *const u8, multiplier: u64) -> __m256i {
        // There is no product of 64 bits: its upper half is that of the lower halves and what they add crosswise.
        let multiply = |at: usize| {
            // SAFETY: 16 bytes each: the last ones begin at `6 * STRIDE`.
            let (low, high) = unsafe {
                let load = |at: usize| _mm_loadu_si128(bytes.add(at).cast());
                (load(at), load(at + 4 * STRIDE))
            };
            let both = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high);
            let keys = if STRIDE == 8 { both } else { _mm256_shuffle_epi32::<0b10_01_01_00>(both) };
            let folded = _mm256_or_si256(keys, _mm256_set1_epi64x(FOLD as i64));
            let straight = _mm256_mul_epu32(folded, _mm256_set1_epi64x(multiplier as i64));
            (straight, _mm256_mullo_epi32(folded, _mm256_set1_epi64x(multiplier.rotate_left(32) as i64)))
        };
        // Keys 0, 1, 4 and 5, then 2, 3, 6 and 7: taken together lane by lane they are in order.
        let ((first, first_cross), (second, second_cross)) = (multiply(0), multiply(2 * STRIDE));
        let upper = _mm256_shuffle_ps::<0b11_01_11_01>(_mm256_castsi256_ps(first), _mm256_castsi256_ps(second));
        let cross = _mm256_hadd_epi32(first_cross, second_cross);
        let hashes = _mm256_add_epi32(_mm256_castps_si256(upper), cross);
        _mm256_srl_epi32(hashes, _mm_cvtsi32_si128(32 - 5 - WORDS.ilog2() as i32))
    }

    /// The words with these numbers.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn look_up<const WORDS: usize>(words: &[u32; WORDS], numbers: __m256i) -> __m256i {
        let four = |numbers: __m128i| {
            let word = |number: u64| words[number as u32 as usize % WORDS] as i32;
            let (low, high) = (_mm_cvtsi128_si64(numbers) as u64, _mm_extract_epi64::<1>(numbers) as u64);
            _mm_setr_epi32(word(low), word(low >> 32), word(high), word(high >> 32))
        };
        let (low, high) = (_mm256_castsi256_si128(numbers), _mm256_extracti128_si256::<1>(numbers));
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(four(low)), four(high))
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::step;
    use crate::scan::filter::bitmap::{FOLD, Positions};
    use std::arch::x86_64::*;

    /// Positions of one step.
    const STEP: usize = 256;

    /// Numbers of one vector.
    const LANES: usize = 16;

    /// One for each position of a step.
    #[repr(align(64))]
    struct Numbers([u32; STEP]);

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vbmi2,popcnt")]
    pub(super) fn probe<const STRIDE: usize, const WORDS: usize>(
        words: &[u32; WORDS],
        multiplier: u64,
        text: &[u8],
        from: usize,
        to: usize,
        found: &mut Positions,
    ) -> (usize, usize) {
        let (mut places, mut answers) = (Numbers([0; STEP]), Numbers([0; STEP]));
        let one = _mm512_set1_epi32(1);
        let lanes: [u16; 2 * LANES] = std::array::from_fn(|lane| (lane * STRIDE) as u16);
        // SAFETY: the array has 64 bytes.
        let lanes = unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) };
        let (mut position, mut count) = (from, 0);
        while let Some(bytes) = step(text, position, to, STEP * STRIDE) {
            for index in 0..STEP / LANES {
                // SAFETY: 16 positions and the eight bytes behind the last lie in `bytes`.
                let place = unsafe { hashes::<STRIDE, WORDS>(bytes.as_ptr().add(index * LANES * STRIDE), multiplier) };
                // SAFETY: 16 numbers from there on lie in the arrays, which are aligned.
                unsafe {
                    _mm512_store_si512(places.0.as_mut_ptr().add(index * LANES).cast(), place);
                    let word = _mm512_srli_epi32::<5>(place);
                    _mm512_store_si512(answers.0.as_mut_ptr().add(index * LANES).cast(), word);
                }
            }
            look_up(words, &mut answers);
            for index in 0..STEP / LANES / 2 {
                let bits = |index: usize| {
                    // SAFETY: as above.
                    let (word, place) = unsafe {
                        let load = |numbers: &Numbers| _mm512_load_si512(numbers.0.as_ptr().add(index * LANES).cast());
                        (load(&answers), load(&places))
                    };
                    // The rotation takes the lower five bits of the place.
                    _mm512_test_epi32_mask(_mm512_rorv_epi32(word, place), one)
                };
                let hits = u32::from(bits(2 * index)) | u32::from(bits(2 * index + 1)) << LANES;
                let base = _mm512_set1_epi16((position - from + 2 * index * LANES * STRIDE) as i16);
                let positions = _mm512_maskz_compress_epi16(hits, _mm512_add_epi16(base, lanes));
                let room = &mut found[count..count + 2 * LANES];
                // SAFETY: `room` has 64 bytes.
                unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), positions) };
                count += hits.count_ones() as usize;
            }
            position += STEP * STRIDE;
        }
        (position, count)
    }

    /// The places in the bitmap of 16 keys that begin `STRIDE` bytes apart.
    ///
    /// SAFETY: `16 * STRIDE + 8` bytes must be readable.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq")]
    unsafe fn hashes<const STRIDE: usize, const WORDS: usize>(bytes: *const u8, multiplier: u64) -> __m512i {
        let hash = |at: usize| {
            // SAFETY: 64 bytes from there on are readable: `at` is 64 for stride 8 and 4 for stride 4.
            let words = unsafe { _mm512_loadu_si512(bytes.add(at).cast()) };
            let folded = _mm512_or_si512(words, _mm512_set1_epi64(FOLD as i64));
            let product = _mm512_mullo_epi64(folded, _mm512_set1_epi64(multiplier as i64));
            _mm512_srl_epi64(product, _mm_cvtsi32_si128(64 - 5 - WORDS.ilog2() as i32))
        };
        if STRIDE == 8 {
            let even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
            _mm512_permutex2var_epi32(hash(0), even, hash(64))
        } else {
            _mm512_or_si512(hash(0), _mm512_slli_epi64::<32>(hash(4)))
        }
    }

    /// Replaces the numbers of words by the words. A function of its own and without vectors, or it would be made a
    /// gather.
    #[inline(never)]
    fn look_up<const WORDS: usize>(words: &[u32; WORDS], numbers: &mut Numbers) {
        for number in &mut numbers.0 {
            *number = words[*number as usize % WORDS];
        }
    }
}
