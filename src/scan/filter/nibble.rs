//! Finds the keys of short literals: at every position, by which bytes may stand at each place of a key.
//!
//! Each key is entered in one of eight buckets. For each of its bytes a table says in which buckets a byte may stand;
//! where the answers have a bucket in common, a key may begin. (The idea is Teddy, from Hyperscan.) With AVX-512 VBMI the
//! table is looked up by the lower seven bits of 64 bytes at once; with AVX2 there are two tables, by low and by high
//! nibble, for 32 bytes. Both cases of a letter are entered, so case costs nothing.
//!
//! [`candidates`] is the portable form and defines what is meant; a property test compares the others with it.

#![expect(unsafe_code, reason = "SIMD kernel; `candidates` is its safe twin")]

use super::Kernel;
use super::bitmap::{BLOCK, Positions};

/// The least and the most bytes of a key.
pub(super) const LENGTHS: std::ops::RangeInclusive<usize> = 3..=4;

const BUCKETS: usize = 8;

/// Keys of one length, for a search at every position.
pub(super) struct Nibbles {
    length: usize,
    tables: [Classes; 4],
}

/// In which buckets a byte may stand: a bit for each bucket.
#[derive(Clone, Copy)]
struct Classes {
    /// By the lower seven bits.
    seven: [u8; 128],
    low: [u8; 16],
    high: [u8; 16],
}

impl Classes {
    const NONE: Classes = Classes { seven: [0; 128], low: [0; 16], high: [0; 16] };

    fn enter(&mut self, byte: u8, bucket: u8) {
        self.seven[usize::from(byte & 127)] |= bucket;
        self.low[usize::from(byte & 15)] |= bucket;
        self.high[usize::from(byte >> 4)] |= bucket;
    }

    fn by_seven(&self, byte: u8) -> u8 {
        self.seven[usize::from(byte & 127)]
    }

    /// Whether no other byte is allowed.
    fn is_ascii(&self) -> bool {
        self.high[8..] == [0; 8]
    }

    fn by_nibbles(&self, byte: u8) -> u8 {
        self.low[usize::from(byte & 15)] & self.high[usize::from(byte >> 4)]
    }
}

impl Nibbles {
    /// `keys` have `length` bytes each, one of [`LENGTHS`]. `frequencies` says which part of the input each byte is: keys
    /// are put together in one bucket if the bytes they allow together are rare.
    pub(super) fn new(mut keys: Vec<&[u8]>, length: usize, frequencies: &[f32; 256]) -> Nibbles {
        keys.sort_unstable();
        keys.dedup();
        let mut buckets = [Bucket::EMPTY; BUCKETS];
        for key in keys {
            let grown = buckets.iter().map(|bucket| bucket.with(key, frequencies));
            let growth = grown.zip(&buckets).map(|(grown, bucket)| grown.passing(length) - bucket.passing(length));
            let least = growth.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
            let bucket = &mut buckets[least.map_or(0, |(index, _)| index)];
            *bucket = bucket.with(key, frequencies);
        }
        let mut tables = [Classes::NONE; 4];
        for (index, bucket) in buckets.iter().enumerate() {
            for (classes, allowed) in tables.iter_mut().zip(&bucket.allowed[..length]) {
                (0..=255).filter(|&byte| allowed.contains(byte)).for_each(|byte| classes.enter(byte, 1 << index));
            }
        }
        Nibbles { length, tables }
    }

    /// Puts the positions in `from..to` where a key may begin to the front of `found`, relative to `from` and in order.
    /// Returns how many. The range is not longer than [`BLOCK`].
    pub(super) fn find(&self, kernel: Kernel, text: &[u8], from: usize, to: usize, found: &mut Positions) -> usize {
        match self.length {
            3 => find::<3>(&self.tables, kernel, text, from, to, found),
            _ => find::<4>(&self.tables, kernel, text, from, to, found),
        }
    }
}

/// What the keys of a bucket allow at each of their bytes.
#[derive(Clone, Copy)]
struct Bucket {
    allowed: [Bytes; 4],
    /// Which part of the input is allowed at each byte.
    parts: [f32; 4],
}

impl Bucket {
    const EMPTY: Bucket = Bucket { allowed: [Bytes([0; 4]); 4], parts: [0.0; 4] };

    fn with(&self, key: &[u8], frequencies: &[f32; 256]) -> Bucket {
        let mut grown = *self;
        for ((allowed, part), &byte) in grown.allowed.iter_mut().zip(&mut grown.parts).zip(key) {
            for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                if !allowed.contains(byte) {
                    allowed.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
                    *part += frequencies[usize::from(byte)];
                }
            }
        }
        grown
    }

    /// Which part of all positions passes, if bytes had nothing to do with each other.
    fn passing(&self, length: usize) -> f32 {
        self.parts[..length].iter().product()
    }
}

/// A set of bytes.
#[derive(Clone, Copy)]
struct Bytes([u64; 4]);

impl Bytes {
    fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }
}

fn find<const LENGTH: usize>(
    tables: &[Classes; 4],
    kernel: Kernel,
    text: &[u8],
    from: usize,
    to: usize,
    found: &mut Positions,
) -> usize {
    let to = to.min(from + BLOCK).min((text.len() + 1).saturating_sub(LENGTH));
    let (mut next, mut count) = (from, 0);
    #[cfg(target_arch = "x86_64")]
    if kernel.is_available() {
        // SAFETY: the processor has the instructions.
        unsafe {
            match kernel {
                Kernel::Portable => {}
                Kernel::Avx2 if tables.iter().all(Classes::is_ascii) => {
                    (next, count) = x86::avx2::<LENGTH, true>(tables, text, from, to, found);
                }
                Kernel::Avx2 => (next, count) = x86::avx2::<LENGTH, false>(tables, text, from, to, found),
                Kernel::Avx512 => (next, count) = x86::avx512::<LENGTH>(tables, text, from, to, found),
            }
        }
    }
    match kernel {
        Kernel::Avx2 => candidates::<LENGTH>(tables, Classes::by_nibbles, text, from, next..to, count, found),
        _ => candidates::<LENGTH>(tables, Classes::by_seven, text, from, next..to, count, found),
    }
}

/// Adds the positions in `range` that may begin a key to the first `count` of `found`; returns how many there are then.
fn candidates<const LENGTH: usize>(
    tables: &[Classes; 4],
    buckets: impl Fn(&Classes, u8) -> u8,
    text: &[u8],
    from: usize,
    range: std::ops::Range<usize>,
    mut count: usize,
    found: &mut Positions,
) -> usize {
    for position in range {
        let Some(bytes) = text.get(position..position + LENGTH) else { break };
        let all = tables.iter().zip(bytes).fold(u8::MAX, |all, (classes, &byte)| all & buckets(classes, byte));
        found[count % BLOCK] = (position - from) as u16;
        count += usize::from(all != 0);
    }
    count
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{BLOCK, Classes, Positions};
    use std::arch::x86_64::*;

    /// Does whole steps; returns where the portable form goes on and how many positions were found. `ASCII` says that no other
    /// byte is allowed.
    #[target_feature(enable = "avx2,bmi1")]
    pub(super) fn avx2<const LENGTH: usize, const ASCII: bool>(
        tables: &[Classes; 4],
        text: &[u8],
        from: usize,
        to: usize,
        found: &mut Positions,
    ) -> (usize, usize) {
        const STEP: usize = 32;
        // SAFETY: the tables have 16 bytes.
        let table = |table: &[u8; 16]| unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast())) };
        let tables: [_; LENGTH] = std::array::from_fn(|i| (table(&tables[i].low), table(&tables[i].high)));
        let nibble = _mm256_set1_epi8(15);
        let (mut position, mut count) = (from, 0);
        while position + STEP <= to {
            // This block was probed before, most often, and is near; memory can bring the next one meanwhile.
            _mm_prefetch::<_MM_HINT_T0>(text.as_ptr().wrapping_add(position + BLOCK).cast());
            let mut buckets = _mm256_set1_epi8(-1);
            for (i, &(low, high)) in tables.iter().enumerate() {
                // SAFETY: `to + LENGTH - 1 <= text.len()`.
                let bytes = unsafe { _mm256_loadu_si256(text.as_ptr().add(position + i).cast()) };
                // The lookup takes the low nibble by itself, and gives nothing for a byte that is not ASCII.
                let low = _mm256_shuffle_epi8(low, if ASCII { bytes } else { _mm256_and_si256(bytes, nibble) });
                let high = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble));
                buckets = _mm256_and_si256(buckets, _mm256_and_si256(low, high));
            }
            let mut hits = !_mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, _mm256_setzero_si256())) as u32;
            while hits != 0 {
                found[count] = (position - from + hits.trailing_zeros() as usize) as u16;
                count += 1;
                hits &= hits - 1;
            }
            position += STEP;
        }
        (position, count)
    }

    /// Does all of it, the last step with fewer lanes; returns `to` and how many positions were found.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,popcnt")]
    pub(super) fn avx512<const LENGTH: usize>(
        tables: &[Classes; 4],
        text: &[u8],
        from: usize,
        to: usize,
        found: &mut Positions,
    ) -> (usize, usize) {
        const STEP: usize = 64;
        // SAFETY: a table has 128 bytes.
        let table = |table: &[u8; 128]| unsafe {
            (_mm512_loadu_si512(table.as_ptr().cast()), _mm512_loadu_si512(table.as_ptr().add(64).cast()))
        };
        let tables: [_; LENGTH] = std::array::from_fn(|i| table(&tables[i].seven));
        let counted: [u8; STEP] = std::array::from_fn(|i| i as u8);
        // SAFETY: the array has 64 bytes.
        let counted = unsafe { _mm512_loadu_si512(counted.as_ptr().cast()) };
        let buckets = |bytes: [__m512i; LENGTH]| {
            let looked_up =
                bytes.into_iter().zip(tables).map(|(bytes, it)| _mm512_permutex2var_epi8(it.0, bytes, it.1));
            looked_up.fold(_mm512_set1_epi8(-1), |all, buckets| _mm512_and_si512(all, buckets))
        };
        let mut count = 0;
        let mut keep = |position: usize, hits: u64| {
            if hits != 0 {
                let lanes = _mm512_maskz_compress_epi8(hits, counted);
                let base = _mm512_set1_epi16((position - from) as i16);
                let first = _mm512_add_epi16(base, _mm512_cvtepu8_epi16(_mm512_castsi512_si256(lanes)));
                let second = _mm512_add_epi16(base, _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64::<1>(lanes)));
                // There is room: not more were found than positions were looked at.
                let room = &mut found[count..count + STEP];
                // SAFETY: `room` has 64 words.
                unsafe {
                    _mm512_storeu_si512(room.as_mut_ptr().cast(), first);
                    _mm512_storeu_si512(room.as_mut_ptr().add(32).cast(), second);
                }
                count += hits.count_ones() as usize;
            }
        };
        let mut position = from;
        while position + STEP <= to {
            // SAFETY: `to + LENGTH - 1 <= text.len()`.
            let bytes = std::array::from_fn(|i| unsafe { _mm512_loadu_si512(text.as_ptr().add(position + i).cast()) });
            let buckets = buckets(bytes);
            keep(position, _mm512_test_epi8_mask(buckets, buckets));
            position += STEP;
        }
        if position < to {
            let lanes = u64::MAX >> (STEP - (to - position));
            // SAFETY: as above; only the bytes of these lanes are read, which lie before `to + i`.
            let bytes = std::array::from_fn(|i| unsafe {
                _mm512_maskz_loadu_epi8(lanes, text.as_ptr().add(position + i).cast())
            });
            let buckets = buckets(bytes);
            keep(position, _mm512_mask_test_epi8_mask(lanes, buckets, buckets));
        }
        (to.max(from), count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const EVEN: [f32; 256] = [1.0 / 256.0; 256];

    fn found(nibbles: &Nibbles, kernel: Kernel, text: &[u8], from: usize, to: usize) -> Vec<usize> {
        let mut found = [0; BLOCK];
        let count = nibbles.find(kernel, text, from, to, &mut found);
        found[..count].iter().map(|&position| from + usize::from(position)).collect()
    }

    proptest! {
        #[test]
        fn every_kernel_finds_what_its_portable_form_finds(
            keys in prop_oneof![vec(vec(any::<u8>(), 4), 1..40), vec(vec(0..=127_u8, 4), 1..40)],
            length in LENGTHS,
            text in vec(prop_oneof![any::<u8>(), b'a'..b'd', b'A'..b'D'], 0..400),
            from in 0usize..40,
            to in 0usize..400,
        ) {
            let nibbles = Nibbles::new(keys.iter().map(|key| &key[..length]).collect(), length, &EVEN);
            let to = to.min(text.len());
            let is_found = |position: &usize, buckets: fn(&Classes, u8) -> u8| {
                let bytes = text.get(*position..*position + length);
                let all = |bytes: &[u8]| nibbles.tables.iter().zip(bytes).fold(u8::MAX, |all, (it, &byte)| all & buckets(it, byte));
                bytes.is_some_and(|bytes| all(bytes) != 0)
            };
            for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
                let buckets = if kernel == Kernel::Avx2 { Classes::by_nibbles } else { Classes::by_seven };
                let expected: Vec<_> = (from..to).filter(|position| is_found(position, buckets)).collect();
                prop_assert_eq!(found(&nibbles, kernel, &text, from, to), expected);
            }
        }

        #[test]
        fn a_key_is_always_a_candidate(
            keys in vec("[a-z ]{4}", 1..60),
            length in LENGTHS,
            which in any::<prop::sample::Index>(),
            before in "[a-zA-Z]{0,70}",
            behind in "[a-zA-Z]{0,70}",
        ) {
            let nibbles = Nibbles::new(keys.iter().map(|key| &key.as_bytes()[..length]).collect(), length, &EVEN);
            let text = format!("{before}{}{behind}", which.get(&keys).to_ascii_uppercase());
            for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
                prop_assert!(found(&nibbles, kernel, text.as_bytes(), 0, text.len()).contains(&before.len()));
            }
        }
    }
}
