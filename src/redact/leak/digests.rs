//! Many texts of which only is asked whether one is among them, in a few bytes for each.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher};

/// A set of texts as numbers of 64 bits. Of a million texts two have the same number once in 30 million times.
#[derive(Clone, Default)]
pub(super) struct Digests(HashSet<u64, BuildHasherDefault<Ready>>);

impl Digests {
    pub(super) fn add(&mut self, text: &[u8]) {
        self.0.insert(digest(text));
    }

    pub(super) fn contains(&self, text: &[u8]) -> bool {
        self.0.contains(&digest(text))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn digest(text: &[u8]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

/// A hash of what is one already.
#[derive(Clone, Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn write(&mut self, bytes: &[u8]) {
        // Only numbers are hashed.
        bytes.iter().for_each(|byte| self.0 = self.0 << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_in_it_and_nothing_else() {
        let mut digests = Digests::default();
        assert!(digests.is_empty());
        (0..10_000_u32).for_each(|it| digests.add(format!("10.1.{}.{}", it >> 8, it & 255).as_bytes()));
        assert!((0..10_000_u32).all(|it| digests.contains(format!("10.1.{}.{}", it >> 8, it & 255).as_bytes())));
        assert!((0..10_000_u32).all(|it| !digests.contains(format!("10.2.{}.{}", it >> 8, it & 255).as_bytes())));
        assert!(!digests.contains(b"") && !digests.is_empty());
    }
}
