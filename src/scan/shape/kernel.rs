//! The part of a key that reads the line: 32 bytes a step into four sums of products (the way of XXH3).
//!
//! [`portable`] defines the result; the AVX2 form must give the same, which a property test compares. A line of 32 bytes
//! or more is read in whole steps, of which the last one ends where the line does; a shorter one is filled up with
//! zeros. The line's length is mixed in by the caller.

#![expect(unsafe_code, reason = "SIMD kernel; `portable` is its safe twin")]

/// Sums that are kept.
pub(super) const LANES: usize = 4;

/// Bytes that are read at once.
const STEP: usize = 8 * LANES;

/// Moves the secret on from step to step, so that equal steps at different places do not look alike.
const ADVANCE: [u64; LANES] =
    [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93];

/// Whether there is a faster form than the portable one.
pub(super) fn has_simd() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Sums up a line in which every digit counts as `0`.
pub(super) fn lanes(line: &[u8], secret: &[u64; LANES], simd: bool) -> [u64; LANES] {
    let mut short = [0; STEP];
    let line = if line.len() < STEP {
        short[..line.len()].copy_from_slice(line);
        &short
    } else {
        line
    };
    #[cfg(target_arch = "x86_64")]
    if simd {
        // SAFETY: `simd` comes from `has_simd`: the processor has AVX2. The line has a whole step at least.
        return unsafe { avx2::lanes(line, secret) };
    }
    let _ = simd;
    portable(line, secret)
}

fn portable(line: &[u8], secret: &[u64; LANES]) -> [u64; LANES] {
    let mut sums = *secret;
    let mut key = *secret;
    let mut add = |step: &[u8]| {
        let mut words = [0; LANES];
        for (word, bytes) in words.iter_mut().zip(step.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(bytes.map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }));
        }
        for lane in 0..LANES {
            let keyed = words[lane] ^ key[lane];
            let product = (keyed & 0xffff_ffff) * (keyed >> 32);
            sums[lane] = sums[lane].wrapping_add(product).wrapping_add(words[lane ^ 1]);
            key[lane] = key[lane].wrapping_add(ADVANCE[lane]);
        }
    };
    // The last step is whole as well.
    let steps = line.len().div_ceil(STEP);
    for step in 0..steps.saturating_sub(1) {
        add(&line[step * STEP..(step + 1) * STEP]);
    }
    add(&line[line.len().saturating_sub(STEP)..]);
    sums
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{ADVANCE, LANES, STEP};
    use std::arch::x86_64::*;

    /// # Safety
    /// The line has [`STEP`] bytes or more.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn lanes(line: &[u8], secret: &[u64; LANES]) -> [u64; LANES] {
        debug_assert!(line.len() >= STEP);
        // SAFETY: both arrays have 32 bytes.
        let (mut key, advance) =
            unsafe { (_mm256_loadu_si256(secret.as_ptr().cast()), _mm256_loadu_si256(ADVANCE.as_ptr().cast())) };
        let mut sums = key;
        let mut add = |at: usize| {
            // SAFETY: `at + STEP <= line.len()` in both calls.
            let bytes = unsafe { _mm256_loadu_si256(line.as_ptr().add(at).cast()) };
            let value = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
            let digit = _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value);
            // The low half of a digit is its value.
            let words = _mm256_andnot_si256(_mm256_and_si256(digit, _mm256_set1_epi8(15)), bytes);
            let keyed = _mm256_xor_si256(words, key);
            let product = _mm256_mul_epu32(keyed, _mm256_srli_epi64::<32>(keyed));
            // Exchanges the words of each pair.
            let exchanged = _mm256_shuffle_epi32::<0b01_00_11_10>(words);
            sums = _mm256_add_epi64(sums, _mm256_add_epi64(product, exchanged));
            key = _mm256_add_epi64(key, advance);
        };
        let last = line.len() - STEP;
        let mut at = 0;
        while at < last {
            add(at);
            at += STEP;
        }
        add(last);
        let mut result = [0; LANES];
        // SAFETY: the array has 32 bytes.
        unsafe { _mm256_storeu_si256(result.as_mut_ptr().cast(), sums) };
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_kernel_gives_the_same(line in proptest::collection::vec(any::<u8>(), 0..300), secret in any::<[u64; LANES]>()) {
            prop_assert_eq!(lanes(&line, &secret, has_simd()), lanes(&line, &secret, false));
        }
    }
}
