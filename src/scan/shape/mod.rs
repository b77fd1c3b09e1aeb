//! The shape of a line: what is left of it when every digit looks alike.
//!
//! Most lines of a log differ from an earlier one only in the values of their digits. [`Shapes::of`] gives a line a key;
//! lines of one length with the same bytes in the same places, digits apart, have the same key, and others have another
//! (128 bits, keyed anew in every process, so that nobody can make lines that collide).

mod kernel;

pub(in crate::scan) use kernel::prefetch;
use kernel::{Form, Secret, first_lines, key_of};

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

/// A line that was found in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it ends, without its line end.
    pub(super) end: usize,
    /// Where its line feed stands.
    pub(super) feed: usize,
    pub(super) key: Key,
}

/// What keys are made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shapes {
    secret: Secret,
    form: Form,
}

impl Shapes {
    /// Uses the fastest kernel that the processor has.
    pub(super) fn new() -> Shapes {
        Shapes { secret: Secret::new(), form: Form::all().pop().unwrap_or(Form::Portable) }
    }

    /// Returns the key of a line. `salt` tells apart what must not share keys.
    pub(super) fn of(&self, line: &[u8], salt: u64) -> Key {
        key_of(self.form, line, &self.secret, salt)
    }

    /// Finds the first lines of a text that end in it, as many as there is room for, up to one that is `longest` bytes long
    /// or more; returns how many.
    #[inline]
    pub(super) fn first_lines(&self, text: &[u8], longest: usize, salt: u64, found: &mut [Found]) -> usize {
        first_lines(self.form, text, longest, &self.secret, salt, found)
    }
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
