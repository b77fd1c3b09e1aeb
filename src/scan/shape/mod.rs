//! The shape of a line: what is left of it when every digit looks alike.
//!
//! Most lines of a log differ from an earlier one only in the values of their digits. [`Shapes::of`] gives a line a key;
//! lines of one length with the same bytes in the same places, digits apart, have the same key, and others have another
//! (128 bits, keyed anew in every process, so that nobody can make lines that collide).

mod kernel;

pub(in crate::scan) use kernel::prefetch;
use kernel::{LANES, first_line, lanes};
use std::hash::{BuildHasher, RandomState};

/// Identifies a shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Key {
    /// Also the place in a table.
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Key {
    /// One of several keys for one shape.
    pub(super) fn numbered(self, number: u64) -> Key {
        Key { low: self.low.wrapping_add(number), high: self.high ^ number }
    }
}

/// What keys are made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shapes {
    secret: [u64; LANES],
    simd: bool,
}

impl Shapes {
    /// Uses the fastest kernel that the processor has.
    pub(super) fn new() -> Shapes {
        let random = RandomState::new();
        Shapes { secret: std::array::from_fn(|lane| random.hash_one(lane)), simd: kernel::has_simd() }
    }

    /// Returns the key of a line. `salt` tells apart what must not share keys.
    pub(super) fn of(&self, line: &[u8], salt: u64) -> Key {
        self.key(lanes(line, &self.secret, self.simd), line.len(), salt)
    }

    /// Returns where the first line of a text ends without its line end, where its line feed stands, and its key; `None`
    /// if there is no line feed.
    #[inline]
    pub(super) fn first_line(&self, text: &[u8], salt: u64) -> Option<(usize, usize, Key)> {
        let (feed, lanes) = first_line(text, &self.secret, self.simd)?;
        let mut end = feed;
        while end > 0 && text[end - 1] == b'\r' {
            end -= 1;
        }
        Some((end, feed, self.key(lanes, end, salt)))
    }

    #[inline]
    fn key(&self, [a, b, c, d]: [u64; LANES], length: usize, salt: u64) -> Key {
        let length = (length as u64) ^ salt;
        let low = mix(a ^ self.secret[1], b ^ length) ^ mix(c ^ self.secret[2], d ^ self.secret[0]);
        let high = mix(a ^ self.secret[3], c.wrapping_add(length)) ^ mix(b ^ self.secret[0], d ^ self.secret[2]);
        Key { low, high }
    }
}

/// Multiplies into 128 bits and folds them.
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn folded(line: &[u8]) -> Vec<u8> {
        line.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }).collect()
    }

    proptest! {
        #[test]
        fn keys_are_equal_if_and_only_if_the_shapes_are(
            lines in proptest::collection::vec("[ab0-9/:;.]{0,3}|[ -~]{0,100}|(a[0-9]{5}){0,20}", 2..40),
            digits in "[0-9]{200}",
        ) {
            let shapes = Shapes::new();
            let mut seen = HashMap::new();
            for line in &lines {
                let mut other = digits.bytes();
                let other: Vec<u8> =
                    line.bytes().map(|it| if it.is_ascii_digit() { other.next().unwrap_or(b'7') } else { it }).collect();
                for line in [line.as_bytes(), &other] {
                    let key = shapes.of(line, 5);
                    prop_assert_ne!(key, shapes.of(line, 6));
                    let shape = folded(line);
                    prop_assert_eq!(seen.entry((key.low, key.high)).or_insert_with(|| shape.clone()), &shape);
                    prop_assert_eq!(key, shapes.of(&shape, 5));
                }
            }
            let different: std::collections::HashSet<_> = lines.iter().map(|line| folded(line.as_bytes())).collect();
            prop_assert_eq!(seen.len(), different.len());
        }
    }

    #[test]
    fn every_byte_of_a_line_counts() {
        let shapes = Shapes::new();
        for length in [1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 200, 4096] {
            let line = vec![b'x'; length];
            let key = shapes.of(&line, 0);
            for at in 0..length {
                let mut other = line.clone();
                other[at] = b'y';
                assert_ne!(shapes.of(&other, 0), key, "{at} of {length}");
            }
        }
    }
}
