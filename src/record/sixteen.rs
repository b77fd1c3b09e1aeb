//! Bytes of a line looked at sixteen at once.
//!
//! The functions of [`portable`] define the results; the SSE2 form must give the same, which a property test compares.

#![expect(unsafe_code, reason = "SIMD kernels; `portable` is their safe twin")]

/// Where a byte stands in 32 bytes, as bits.
#[inline(always)]
pub(super) fn places(words: &[u64; 4], byte: u8) -> u32 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 processor has SSE2.
    return unsafe { sse2::places(words, byte) };
    #[cfg(not(target_arch = "x86_64"))]
    portable::places(words, byte)
}

/// Whether a blank stands before another one or before a percent sign.
#[inline(always)]
pub(super) fn has_marked_blank(text: &[u8]) -> bool {
    #[cfg(target_arch = "x86_64")]
    if let Some(last) = text.len().checked_sub(17) {
        // SAFETY: every x86-64 processor has SSE2.
        return unsafe { sse2::has_marked_blank(text, last) };
    }
    portable::has_marked_blank(text)
}

/// Whether three capitals of ASCII stand side by side.
#[inline(always)]
pub(super) fn has_capitals(text: &[u8]) -> bool {
    #[cfg(target_arch = "x86_64")]
    if let Some(last) = text.len().checked_sub(18) {
        // SAFETY: every x86-64 processor has SSE2.
        return unsafe { sse2::has_capitals(text, last) };
    }
    portable::has_capitals(text)
}

mod portable {
    #[cfg(any(test, not(target_arch = "x86_64")))]
    pub(super) fn places(words: &[u64; 4], byte: u8) -> u32 {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        bytes.enumerate().fold(0, |places, (at, it)| places | u32::from(it == byte) << at)
    }

    pub(super) fn has_marked_blank(text: &[u8]) -> bool {
        text.windows(2).any(|pair| matches!(pair, b"  " | b" %"))
    }

    pub(super) fn has_capitals(text: &[u8]) -> bool {
        text.windows(3).any(|three| three.iter().all(u8::is_ascii_uppercase))
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::*;

    #[target_feature(enable = "sse2")]
    #[inline]
    pub(super) fn places(&[a, b, c, d]: &[u64; 4], byte: u8) -> u32 {
        let byte = _mm_set1_epi8(byte as i8);
        let low = _mm_cmpeq_epi8(_mm_set_epi64x(b as i64, a as i64), byte);
        let high = _mm_cmpeq_epi8(_mm_set_epi64x(d as i64, c as i64), byte);
        _mm_movemask_epi8(low) as u32 | (_mm_movemask_epi8(high) as u32) << 16
    }

    /// Looks at sixteen pairs a step; the last ones begin at `last`.
    #[target_feature(enable = "sse2")]
    #[inline]
    pub(super) fn has_marked_blank(text: &[u8], last: usize) -> bool {
        let (Some(ones), Some(others)) = (text[last..].first_chunk(), text[last + 1..].first_chunk()) else {
            return false;
        };
        let mut found = marked_blanks(ones, others);
        for (ones, others) in text.as_chunks().0.iter().zip(text[1..].as_chunks().0) {
            found = _mm_or_si128(found, marked_blanks(ones, others));
        }
        _mm_movemask_epi8(found) != 0
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn marked_blanks(ones: &[u8; 16], others: &[u8; 16]) -> __m128i {
        let (blank, percent) = (_mm_set1_epi8(b' ' as i8), _mm_set1_epi8(b'%' as i8));
        let behind = load(others);
        let marked = _mm_or_si128(_mm_cmpeq_epi8(behind, blank), _mm_cmpeq_epi8(behind, percent));
        _mm_and_si128(_mm_cmpeq_epi8(load(ones), blank), marked)
    }

    /// Looks at what begins at sixteen places a step; the last ones begin at `last`.
    #[target_feature(enable = "sse2")]
    #[inline]
    pub(super) fn has_capitals(text: &[u8], last: usize) -> bool {
        let (Some(ones), Some(others), Some(thirds)) =
            (text[last..].first_chunk(), text[last + 1..].first_chunk(), text[last + 2..].first_chunk())
        else {
            return false;
        };
        let mut found = capitals([ones, others, thirds]);
        let behind = text[1..].as_chunks().0.iter().zip(text[2..].as_chunks().0);
        for (ones, (others, thirds)) in text.as_chunks().0.iter().zip(behind) {
            found = _mm_or_si128(found, capitals([ones, others, thirds]));
        }
        _mm_movemask_epi8(found) != 0
    }

    /// Of which of sixteen bytes and the two behind each all are capitals.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn capitals(bytes: [&[u8; 16]; 3]) -> __m128i {
        let (first, most) = (_mm_set1_epi8(b'A' as i8), _mm_set1_epi8(25));
        let [one, two, three] = bytes.map(|bytes| {
            let letter = _mm_sub_epi8(load(bytes), first);
            _mm_cmpeq_epi8(_mm_min_epu8(letter, most), letter)
        });
        _mm_and_si128(_mm_and_si128(one, two), three)
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn load(bytes: &[u8; 16]) -> __m128i {
        // SAFETY: there are sixteen bytes.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marked_blanks_are_found(text in "[a-z%]{0,40}[a %]{0,4}[a-z]{0,40}[ %]{0,3}[a-z]{0,3}") {
            prop_assert_eq!(has_marked_blank(text.as_bytes()), portable::has_marked_blank(text.as_bytes()));
        }

        #[test]
        fn capitals_are_found(text in "[a-zA-D@\\[ ]{0,60}[A-Z]{0,3}[a-z@\\[\u{e4}]{0,20}") {
            prop_assert_eq!(has_capitals(text.as_bytes()), portable::has_capitals(text.as_bytes()));
        }

        #[test]
        fn places_are_found(words in any::<[u64; 4]>(), at in 0_usize..32, byte in any::<u8>()) {
            let own = (words[at / 8] >> (8 * (at % 8))) as u8;
            for byte in [own, byte] {
                prop_assert_eq!(places(&words, byte), portable::places(&words, byte));
            }
        }
    }
}
