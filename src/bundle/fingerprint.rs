//! A hash of content that costs a small part of reading it, and that nobody can prepare two contents for.
//!
//! Blocks of 1 KiB are reduced to 16 bytes by NH (Black, Halevi, Krawczyk, Krovetz, Rogaway: UMAC, 1999), which is one
//! multiplication for 16 bytes; these go into the standard library's keyed hash. The keys are drawn at random for each
//! [`Keys`]. For any two different contents the chance of equal hashes is about 2^-63, whoever chose them.

use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};

const BLOCK: usize = 1024;

/// What all hashes have in common that are compared with each other.
pub(super) struct Keys {
    state: RandomState,
    words: Box<[u64; BLOCK / 8]>,
}

impl Default for Keys {
    fn default() -> Keys {
        let state = RandomState::new();
        let mut words = Box::new([0; BLOCK / 8]);
        words.iter_mut().zip(0_u64..).for_each(|(word, number)| *word = state.hash_one(number));
        Keys { state, words }
    }
}

impl Keys {
    /// Hashes a whole content.
    pub(super) fn hash(&self, content: &[u8]) -> u64 {
        let mut hashing = self.start();
        hashing.add(content);
        hashing.finish()
    }

    /// Starts the hash of a content that comes in pieces.
    pub(super) fn start(&self) -> Hashing<'_> {
        Hashing { keys: self, sum: self.state.build_hasher(), rest: Vec::with_capacity(BLOCK), bytes: 0 }
    }

    fn reduce(&self, block: &[u8; BLOCK]) -> u128 {
        let (words, _) = block.as_chunks::<8>();
        let (pairs, _) = words.as_chunks::<2>();
        let (keys, _) = self.words.as_chunks::<2>();
        pairs.iter().zip(keys).fold(0_u128, |sum, ([a, b], [key_a, key_b])| {
            let (a, b) = (u64::from_le_bytes(*a).wrapping_add(*key_a), u64::from_le_bytes(*b).wrapping_add(*key_b));
            sum.wrapping_add(u128::from(a) * u128::from(b))
        })
    }
}

/// The hash of what came so far.
#[derive(Clone)]
pub(super) struct Hashing<'k> {
    keys: &'k Keys,
    sum: DefaultHasher,
    /// What does not fill a block yet.
    rest: Vec<u8>,
    bytes: u64,
}

impl Hashing<'_> {
    /// Adds a piece. How a content is cut into pieces changes nothing.
    pub(super) fn add(&mut self, mut piece: &[u8]) {
        self.bytes = self.bytes.wrapping_add(piece.len() as u64);
        if !self.rest.is_empty() {
            let (first, others) = piece.split_at(piece.len().min(BLOCK - self.rest.len()));
            self.rest.extend_from_slice(first);
            piece = others;
            if let Some(block) = self.rest.first_chunk() {
                self.sum.write_u128(self.keys.reduce(block));
                self.rest.clear();
            }
        }
        let (blocks, rest) = piece.as_chunks::<BLOCK>();
        blocks.iter().for_each(|block| self.sum.write_u128(self.keys.reduce(block)));
        self.rest.extend_from_slice(rest);
    }

    /// Returns the hash.
    pub(super) fn finish(mut self) -> u64 {
        self.rest.resize(BLOCK, 0);
        if let Some(block) = self.rest.first_chunk() {
            self.sum.write_u128(self.keys.reduce(block));
        }
        self.sum.write_u64(self.bytes);
        self.sum.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_change_nothing(content in proptest::collection::vec(any::<u8>(), 0..5000), cuts in proptest::collection::vec(0..5000_usize, 0..6)) {
            let keys = Keys::default();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(content.len())).collect();
            cuts.sort_unstable();
            let (mut hashing, mut from) = (keys.start(), 0);
            for cut in cuts {
                hashing.add(&content[from..cut]);
                from = cut;
            }
            hashing.add(&content[from..]);
            prop_assert_eq!(hashing.finish(), keys.hash(&content));
        }

        #[test]
        fn any_change_changes_it(content in proptest::collection::vec(any::<u8>(), 1..5000), at: prop::sample::Index, bit in 0..8_u8) {
            let keys = Keys::default();
            let mut other = content.clone();
            other[at.index(content.len())] ^= 1 << bit;
            prop_assert_ne!(keys.hash(&content), keys.hash(&other));
            let mut longer = content.clone();
            longer.push(0);
            prop_assert_ne!(keys.hash(&content), keys.hash(&longer));
        }
    }
}
