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

/// Sums up the first line of a text in the same pass in which its end is found. Returns where its line feed stands;
/// `None` if there is none. Carriage returns before it are no part of the line.
pub(super) fn first_line(text: &[u8], secret: &[u64; LANES], simd: bool) -> Option<(usize, [u64; LANES])> {
    let (end, sums) = match simd {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `simd` comes from `has_simd`: the processor has AVX2.
        true => unsafe { avx2::first_line(text, secret) }?,
        _ => (memchr::memchr(b'\n', text)?, None),
    };
    let mut line = &text[..end];
    // Most lines do not end with a carriage return, nor with any other byte below the blank.
    if let (Some(sums), Some(b' '..)) = (sums, line.last()) {
        return Some((end, sums));
    }
    while let Some(shorter) = line.strip_suffix(b"\r") {
        line = shorter;
    }
    Some((end, lanes(line, secret, simd)))
}

/// Begins to load an element of a table that will be asked for.
pub(in crate::scan) fn prefetch<T>(table: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = table.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: x86-64 has the instruction, and it has no effect but on the cache.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(element).cast()) };
    }
    let _ = (table, index);
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

    /// The sums so far and the secret for the next step.
    struct Sums {
        sums: __m256i,
        key: __m256i,
    }

    impl Sums {
        #[target_feature(enable = "avx2")]
        fn new(secret: &[u64; LANES]) -> Sums {
            // SAFETY: the array has 32 bytes.
            let key = unsafe { _mm256_loadu_si256(secret.as_ptr().cast()) };
            Sums { sums: key, key }
        }

        #[target_feature(enable = "avx2")]
        #[inline]
        fn add(&mut self, bytes: __m256i) {
            // SAFETY: the array has 32 bytes.
            let advance = unsafe { _mm256_loadu_si256(ADVANCE.as_ptr().cast()) };
            let value = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
            let digit = _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value);
            // The low half of a digit is its value.
            let words = _mm256_andnot_si256(_mm256_and_si256(digit, _mm256_set1_epi8(15)), bytes);
            let keyed = _mm256_xor_si256(words, self.key);
            let product = _mm256_mul_epu32(keyed, _mm256_srli_epi64::<32>(keyed));
            // Exchanges the words of each pair.
            let exchanged = _mm256_shuffle_epi32::<0b01_00_11_10>(words);
            self.sums = _mm256_add_epi64(self.sums, _mm256_add_epi64(product, exchanged));
            self.key = _mm256_add_epi64(self.key, advance);
        }

        #[target_feature(enable = "avx2")]
        fn finish(self) -> [u64; LANES] {
            let mut result = [0; LANES];
            // SAFETY: the array has 32 bytes.
            unsafe { _mm256_storeu_si256(result.as_mut_ptr().cast(), self.sums) };
            result
        }
    }

    /// The 32 bytes at `at`.
    ///
    /// # Safety
    /// `at + STEP <= text.len()`
    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn load(text: &[u8], at: usize) -> __m256i {
        debug_assert!(at + STEP <= text.len());
        // SAFETY: as above.
        unsafe { _mm256_loadu_si256(text.as_ptr().add(at).cast()) }
    }

    /// # Safety
    /// The line has [`STEP`] bytes or more.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn lanes(line: &[u8], secret: &[u64; LANES]) -> [u64; LANES] {
        let mut sums = Sums::new(secret);
        let last = line.len() - STEP;
        let mut at = 0;
        while at < last {
            // SAFETY: `at + STEP < last + STEP = line.len()`
            sums.add(unsafe { load(line, at) });
            at += STEP;
        }
        // SAFETY: `last + STEP = line.len()`
        sums.add(unsafe { load(line, last) });
        sums.finish()
    }

    /// Where the first line feed stands, and the sums of what is before it if that has a whole step.
    #[target_feature(enable = "avx2")]
    pub(super) fn first_line(text: &[u8], secret: &[u64; LANES]) -> Option<(usize, Option<[u64; LANES]>)> {
        let mut sums = Sums::new(secret);
        let mut at = 0;
        let end = loop {
            if at + STEP > text.len() {
                break at + memchr::memchr(b'\n', &text[at..])?;
            }
            // SAFETY: checked just now.
            let bytes = unsafe { load(text, at) };
            let found = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\n' as i8)));
            if found != 0 {
                break at + found.trailing_zeros() as usize;
            }
            sums.add(bytes);
            at += STEP;
        };
        if end < STEP {
            return Some((end, None));
        }
        if at < end {
            // SAFETY: `end` is at most `text.len()` and not below a step.
            sums.add(unsafe { load(text, end - STEP) });
        }
        Some((end, Some(sums.finish())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_first_line_is_summed_up_as_a_line(
            line in proptest::collection::vec(prop_oneof![8 => any::<u8>(), 1 => Just(b'\r')], 0..200),
            returns in 0..3_usize,
            behind in proptest::collection::vec(any::<u8>(), 0..70),
            secret in any::<[u64; LANES]>(),
        ) {
            let line: Vec<u8> = line.into_iter().filter(|&byte| byte != b'\n').collect();
            let text = [line.as_slice(), &b"\r\r\r"[..returns], b"\n", &behind].concat();
            let mut bare = line.as_slice();
            while let Some(shorter) = bare.strip_suffix(b"\r") {
                bare = shorter;
            }
            let expected = Some((line.len() + returns, lanes(bare, &secret, false)));
            prop_assert_eq!(first_line(&text, &secret, has_simd()), expected);
            prop_assert_eq!(first_line(&text, &secret, false), expected);
            let without: Vec<u8> = text.into_iter().filter(|&byte| byte != b'\n').collect();
            prop_assert_eq!(first_line(&without, &secret, has_simd()), None);
        }

        #[test]
        fn every_kernel_gives_the_same(line in proptest::collection::vec(any::<u8>(), 0..300), secret in any::<[u64; LANES]>()) {
            prop_assert_eq!(lanes(&line, &secret, has_simd()), lanes(&line, &secret, false));
        }
    }
}
