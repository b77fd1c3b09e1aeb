//! The part of a key that reads the line: 64 bytes a step into eight sums of products (the way of XXH3), and in the same
//! pass the search for where lines end.
//!
//! [`portable`] defines the result; the other forms must give the same, which a property test compares. The last step of a
//! line is filled up with zeros; the line's length is mixed in by [`Secret::key`].

#![expect(unsafe_code, reason = "SIMD kernels; `portable` is their safe twin")]

use super::{Found, Key};
use std::hash::{BuildHasher, RandomState};

/// Sums that are kept.
const LANES: usize = 8;

/// Bytes that are read at once.
const STEP: usize = 8 * LANES;

/// Moves the secret on from step to step, so that equal steps at different places do not look alike.
const ADVANCE: [u64; LANES] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
];

/// What keys are made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Secret([u64; LANES]);

impl Secret {
    pub(super) fn new() -> Secret {
        let random = RandomState::new();
        Secret(std::array::from_fn(|lane| random.hash_one(lane)))
    }

    /// Makes a key of the sums of a line.
    #[inline(always)]
    fn key(&self, sums: [u64; LANES], length: usize, salt: u64) -> Key {
        let ([a, b, c, d, e, f, g, h], secret) = (sums, &self.0);
        let length = (length as u64) ^ salt;
        let low = mix(a ^ secret[1], b ^ length)
            ^ mix(c ^ secret[2], d ^ secret[0])
            ^ mix(e ^ secret[3], f ^ secret[4])
            ^ mix(g ^ secret[5], h ^ secret[6]);
        let high = mix(a ^ secret[3], e.wrapping_add(length))
            ^ mix(b ^ secret[0], f ^ secret[2])
            ^ mix(c ^ secret[7], g ^ secret[1])
            ^ mix(d ^ secret[4], h ^ secret[5]);
        Key { low, high }
    }
}

/// Multiplies into 128 bits and folds them.
#[inline(always)]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// The forms that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Form {
    /// All that the processor has, the fastest one last.
    pub(super) fn all() -> Vec<Form> {
        #[allow(unused_mut, reason = "there is only one on other processors")]
        let mut all = vec![Form::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            use std::is_x86_feature_detected as has;
            if has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") {
                all.push(Form::Avx2);
                if has!("avx512f") && has!("avx512bw") {
                    all.push(Form::Avx512);
                }
            }
        }
        all
    }
}

/// Returns the key of a line in which every digit counts as `0`.
pub(super) fn key_of(form: Form, line: &[u8], secret: &Secret, salt: u64) -> Key {
    let sums = match form {
        Form::Portable => portable(line, secret),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `form` comes from `Form::all`: the processor has the instructions.
        Form::Avx2 => unsafe { avx2::sums(line, secret) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Form::Avx512 => unsafe { avx512::sums(line, secret) },
    };
    secret.key(sums, line.len(), salt)
}

/// Finds the first lines of a text that end in it, as many as there is room for, up to one that is `longest` bytes long or
/// more; returns how many. Carriage returns at their ends are no part of them.
pub(super) fn first_lines(
    form: Form,
    text: &[u8],
    longest: usize,
    secret: &Secret,
    salt: u64,
    found: &mut [Found],
) -> usize {
    match form {
        Form::Portable => {
            let mut start: usize = 0;
            for (number, line) in found.iter_mut().enumerate() {
                let rest = &text[start..text.len().min(start.saturating_add(longest))];
                let Some(feed) = memchr::memchr(b'\n', rest).map(|length| start + length) else { return number };
                let end = without_returns(text, start, feed);
                let key = secret.key(portable(&text[start..end], secret), end - start, salt);
                *line = Found { end, feed, key };
                start = feed + 1;
            }
            found.len()
        }
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `form` comes from `Form::all`: the processor has the instructions.
        Form::Avx2 => unsafe { avx2::first_lines(text, longest, secret, salt, found) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Form::Avx512 => unsafe { avx512::first_lines(text, longest, secret, salt, found) },
    }
}

/// Where the line from `start` to its line feed ends without carriage returns.
#[inline(always)]
fn without_returns(text: &[u8], start: usize, feed: usize) -> usize {
    let mut end = feed;
    while end > start && text[end - 1] == b'\r' {
        end -= 1;
    }
    end
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

/// How far ahead text is fetched, in bytes. The processor does so by itself only up to the end of a page.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 8 << 10;

fn portable(line: &[u8], Secret(secret): &Secret) -> [u64; LANES] {
    let mut sums = *secret;
    let mut key = *secret;
    let mut add = |step: &[u8; STEP]| {
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
    let (steps, rest) = line.as_chunks();
    steps.iter().for_each(&mut add);
    if !rest.is_empty() {
        let mut last = [0; STEP];
        last[..rest.len()].copy_from_slice(rest);
        add(&last);
    }
    sums
}

/// The walk over lines for a type `Sums` with `new`, `load`, `line_feeds`, `add` and `finish`: a macro because functions
/// with and without a processor's features are not inlined into each other.
#[cfg(target_arch = "x86_64")]
macro_rules! walk {
    ($features:literal) => {
        #[target_feature(enable = $features)]
        pub(super) fn sums(line: &[u8], secret: &Secret) -> [u64; LANES] {
            let mut sums = Sums::new(secret);
            for at in (0..line.len()).step_by(STEP) {
                let bytes = load(line, at);
                sums.add(bytes);
            }
            sums.finish()
        }

        #[target_feature(enable = $features)]
        pub(super) fn first_lines(
            text: &[u8],
            longest: usize,
            secret: &Secret,
            salt: u64,
            found: &mut [Found],
        ) -> usize {
            let mut start = 0;
            for (number, line) in found.iter_mut().enumerate() {
                let mut sums = Sums::new(secret);
                let mut at = start;
                let feed = loop {
                    if at >= text.len() || at - start >= longest {
                        return number;
                    }
                    _mm_prefetch::<_MM_HINT_T0>(text.as_ptr().wrapping_add(at + AHEAD).cast());
                    let bytes = load(text, at);
                    let feeds = line_feeds(bytes);
                    if feeds == 0 {
                        sums.add(bytes);
                        at += STEP;
                        continue;
                    }
                    let length = feeds.trailing_zeros() as usize;
                    // Most lines do not end with a carriage return, nor with any other byte below the blank.
                    let plain = length > 0 && text[at + length - 1] >= b' ';
                    if plain {
                        sums.add(first(bytes, length));
                    } else if at > start || length > 0 {
                        let end = without_returns(text, start, at + length);
                        sums = Sums::new(secret);
                        for at in (start..end).step_by(STEP) {
                            sums.add(load(&text[..end], at));
                        }
                    }
                    break at + length;
                };
                if feed - start >= longest {
                    return number;
                }
                let end = without_returns(text, start, feed);
                *line = Found { end, feed, key: secret.key(sums.finish(), end - start, salt) };
                start = feed + 1;
            }
            found.len()
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{ADVANCE, AHEAD, Found, LANES, STEP, Secret, without_returns};
    use std::arch::x86_64::*;

    type Bytes = [__m256i; 2];

    /// The sums so far and the secret for the next step.
    struct Sums {
        sums: Bytes,
        key: Bytes,
    }

    impl Sums {
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
        #[inline]
        fn new(Secret(secret): &Secret) -> Sums {
            let key = lanes(secret);
            Sums { sums: key, key }
        }

        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
        #[inline]
        fn add(&mut self, bytes: Bytes) {
            let advance = lanes(&ADVANCE);
            for half in 0..2 {
                let bytes = bytes[half];
                let value = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
                let digit = _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value);
                // The low half of a digit is its value.
                let words = _mm256_andnot_si256(_mm256_and_si256(digit, _mm256_set1_epi8(15)), bytes);
                let keyed = _mm256_xor_si256(words, self.key[half]);
                let product = _mm256_mul_epu32(keyed, _mm256_srli_epi64::<32>(keyed));
                // Exchanges the words of each pair.
                let exchanged = _mm256_shuffle_epi32::<0b01_00_11_10>(words);
                self.sums[half] = _mm256_add_epi64(self.sums[half], _mm256_add_epi64(product, exchanged));
                self.key[half] = _mm256_add_epi64(self.key[half], advance[half]);
            }
        }

        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
        #[inline]
        fn finish(self) -> [u64; LANES] {
            let mut result = [0; LANES];
            for (lanes, sums) in result.as_chunks_mut::<4>().0.iter_mut().zip(self.sums) {
                // SAFETY: the array has 32 bytes.
                unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), sums) };
            }
            result
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    #[inline]
    fn lanes(lanes: &[u64; LANES]) -> Bytes {
        // SAFETY: the array has 64 bytes.
        unsafe { [_mm256_loadu_si256(lanes.as_ptr().cast()), _mm256_loadu_si256(lanes.as_ptr().add(4).cast())] }
    }

    /// The 64 bytes from `at` on, with zeros behind the end of the text.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    #[inline]
    fn load(text: &[u8], at: usize) -> Bytes {
        let rest = &text[at..];
        let mut filled = [0; STEP];
        let bytes = match rest.first_chunk() {
            Some(bytes) => bytes,
            None => {
                filled[..rest.len()].copy_from_slice(rest);
                &filled
            }
        };
        // SAFETY: there are 64 bytes.
        unsafe { [_mm256_loadu_si256(bytes.as_ptr().cast()), _mm256_loadu_si256(bytes.as_ptr().add(32).cast())] }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    #[inline]
    fn line_feeds(bytes: Bytes) -> u64 {
        let feed = _mm256_set1_epi8(b'\n' as i8);
        let [low, high] = bytes.map(|half| _mm256_movemask_epi8(_mm256_cmpeq_epi8(half, feed)) as u32);
        u64::from(low) | u64::from(high) << 32
    }

    /// The first bytes, less than 64, with zeros behind them.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    #[inline]
    fn first(bytes: Bytes, length: usize) -> Bytes {
        static MASKS: [u8; 3 * STEP] = {
            let mut masks = [0; 3 * STEP];
            let mut at = 0;
            while at < STEP {
                masks[at] = 0xff;
                at += 1;
            }
            masks
        };
        // So many bytes of the mask are set from here on.
        let Some(mask) = MASKS.get(STEP - length.min(STEP)..).and_then(|rest| rest.first_chunk::<STEP>()) else {
            return bytes;
        };
        let masks = load(mask, 0);
        [_mm256_and_si256(bytes[0], masks[0]), _mm256_and_si256(bytes[1], masks[1])]
    }

    walk!("avx2,bmi1,bmi2,lzcnt");
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::{ADVANCE, AHEAD, Found, LANES, STEP, Secret, without_returns};
    use std::arch::x86_64::*;

    /// The sums so far and the secret for the next step.
    struct Sums {
        sums: __m512i,
        key: __m512i,
    }

    impl Sums {
        #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt")]
        #[inline]
        fn new(Secret(secret): &Secret) -> Sums {
            let key = lanes(secret);
            Sums { sums: key, key }
        }

        #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt")]
        #[inline]
        fn add(&mut self, bytes: __m512i) {
            let value = _mm512_sub_epi8(bytes, _mm512_set1_epi8(b'0' as i8));
            let digit = _mm512_cmplt_epu8_mask(value, _mm512_set1_epi8(10));
            let words = _mm512_mask_mov_epi8(bytes, digit, _mm512_set1_epi8(b'0' as i8));
            let keyed = _mm512_xor_si512(words, self.key);
            let product = _mm512_mul_epu32(keyed, _mm512_srli_epi64::<32>(keyed));
            // Exchanges the words of each pair.
            let exchanged = _mm512_shuffle_epi32::<0b01_00_11_10>(words);
            self.sums = _mm512_add_epi64(self.sums, _mm512_add_epi64(product, exchanged));
            self.key = _mm512_add_epi64(self.key, lanes(&ADVANCE));
        }

        #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt")]
        #[inline]
        fn finish(self) -> [u64; LANES] {
            let mut result = [0; LANES];
            // SAFETY: the array has 64 bytes.
            unsafe { _mm512_storeu_si512(result.as_mut_ptr().cast(), self.sums) };
            result
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt")]
    #[inline]
    fn lanes(lanes: &[u64; LANES]) -> __m512i {
        // SAFETY: the array has 64 bytes.
        unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
    }

    /// The 64 bytes from `at` on, with zeros behind the end of the text.
    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt")]
    #[inline]
    fn load(text: &[u8], at: usize) -> __m512i {
        let rest = &text[at..];
        if let Some(bytes) = rest.first_chunk::<STEP>() {
            // SAFETY: there are 64 bytes.
            return unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
        }
        // SAFETY: only the bytes of `rest`, less than 64, are loaded.
        unsafe { _mm512_maskz_loadu_epi8((1 << rest.len()) - 1, rest.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt")]
    #[inline]
    fn line_feeds(bytes: __m512i) -> u64 {
        _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'\n' as i8))
    }

    /// The first bytes, less than 64, with zeros behind them.
    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt")]
    #[inline]
    fn first(bytes: __m512i, length: usize) -> __m512i {
        _mm512_maskz_mov_epi8((1 << length) - 1, bytes)
    }

    walk!("avx512f,avx512bw,bmi1,bmi2,lzcnt");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret() -> impl Strategy<Value = Secret> {
        any::<[u64; LANES]>().prop_map(Secret)
    }

    proptest! {
        #[test]
        fn first_lines_are_found_with_their_keys(
            lines in proptest::collection::vec(
                (proptest::collection::vec(prop_oneof![8 => any::<u8>(), 1 => Just(b'\r')], 0..200), 0..3_usize),
                0..6,
            ),
            behind in proptest::collection::vec(any::<u8>(), 0..70),
            longest in prop_oneof![1 => 1..300_usize, 3 => Just(1000_usize)],
            secret in secret(),
        ) {
            let bare = |bytes: &[u8]| bytes.iter().copied().filter(|&byte| byte != b'\n').collect::<Vec<_>>();
            let mut text = Vec::new();
            let mut expected = Vec::new();
            for (line, returns) in &lines {
                let start = text.len();
                text.extend(bare(line));
                text.extend(&b"\r\r\r"[..*returns]);
                let feed = text.len();
                let end = without_returns(&text, start, feed);
                expected.push(Found { end, feed, key: key_of(Form::Portable, &text[start..end], &secret, 5) });
                text.push(b'\n');
            }
            let fits = |start: usize, line: &Found| line.feed - start < longest;
            let starts: Vec<_> = [0].into_iter().chain(expected.iter().map(|line| line.feed + 1)).collect();
            let count = expected.iter().zip(starts).take_while(|(line, start)| fits(*start, line)).count();
            expected.truncate(count);
            text.extend(bare(&behind));
            for form in Form::all() {
                let mut found = [Found::default(); 4];
                let count = first_lines(form, &text, longest, &secret, 5, &mut found);
                prop_assert_eq!(&found[..count], &expected[..expected.len().min(4)], "{:?}", form);
            }
        }

        #[test]
        fn every_kernel_gives_the_same(line in proptest::collection::vec(any::<u8>(), 0..300), secret in secret()) {
            for form in Form::all() {
                prop_assert_eq!(key_of(form, &line, &secret, 7), key_of(Form::Portable, &line, &secret, 7), "{:?}", form);
            }
        }
    }
}
