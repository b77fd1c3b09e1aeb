//! Groups by signature or by template hash.
//!
//! A record is counted by one look-up, so they are in a hash map; reports want them in order, which [`in_order`] brings
//! back.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Groups by the number that stands for their signature or template.
///
/// Both are bounded in number, so that numbers made to collide cost a search through so many at worst.
pub type Groups<K, G> = HashMap<K, G, BuildHasherDefault<Spread>>;

/// What claims a record: a signature, or a row of its variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Index of the signature.
    pub signature: usize,
    /// Number of the row for what was captured; `None` if there is none.
    pub row: Option<u32>,
}

impl Claim {
    /// The claim of a signature without variants.
    pub fn of(signature: usize) -> Claim {
        Claim { signature, row: None }
    }
}

impl Hash for Claim {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // A number for one more multiplication, as that of a signature alone: the low bits must depend on both.
        let row = self.row.map_or(0, |row| u64::from(row) + 1);
        state.write_u64((self.signature as u64).wrapping_add(row.wrapping_mul(0x9e37_79b1)));
    }
}

/// Returns the groups in the order of their numbers.
pub(crate) fn in_order<K: Ord + Copy, G>(groups: Groups<K, G>) -> impl Iterator<Item = (K, G)> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|&(number, _)| number);
    groups.into_iter()
}

/// Hashes one number by a multiplication: the map looks at the highest bits and at the lowest ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_in_the_order_of_their_numbers() {
        let groups: Groups<usize, usize> = (0..1000).rev().map(|number| (number, number + 1)).collect();
        assert!(in_order(groups).eq((0..1000).map(|number| (number, number + 1))));
    }
}
