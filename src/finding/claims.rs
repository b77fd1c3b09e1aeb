//! Which signatures claim the same records.
//!
//! A general signature and a specific one often claim one record; whether the general one says anything beside the other is
//! known only if it is known of every record who else claimed it. So records are counted by the set of their claimants, of
//! which a bundle has few: signatures that meet at all meet again and again.

use crate::scan::Hit;
use std::collections::HashMap;

/// Records by the set of those that claim them. Exact, or empty: see [`Claims::MOST`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    sets: HashMap<Box<[Claimant]>, u64>,
    /// There were more sets than are kept.
    too_many: bool,
}

/// Who claims a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claimant {
    /// The signature with this index.
    Signature(u32),
    /// A correlation: this is the number of the record in [`SignatureSet::wanted`].
    ///
    /// [`SignatureSet::wanted`]: crate::signature::SignatureSet::wanted
    Part(u32),
}

impl Claims {
    /// How many sets are kept. If a bundle has more, none are told: which of them came first would depend on the threads.
    pub const MOST: usize = 1 << 14;

    /// Adds a record. One that a single signature claims needs no place, its group counts it; what a correlation asks for
    /// is in no group.
    pub(super) fn add(&mut self, hit: &Hit<'_, '_>) {
        if hit.matches.len() < 2 && hit.parts.is_empty() {
            return;
        }
        let mut claimants: Vec<Claimant> = Vec::with_capacity(hit.matches.len() + hit.parts.len());
        claimants.extend(hit.matches.iter().map(|it| Claimant::Signature(it.signature as u32)));
        claimants.extend(hit.parts.iter().map(|it| Claimant::Part(it.signature as u32)));
        claimants.sort_unstable();
        self.put(claimants.into(), 1);
    }

    /// Adds those of another piece or file.
    pub(super) fn merge(&mut self, other: Claims) {
        self.too_many |= other.too_many;
        other.sets.into_iter().for_each(|(claimants, count)| self.put(claimants, count));
    }

    /// Claims as the tests of other layers need them: of signatures by index.
    #[cfg(test)]
    pub(crate) fn of(sets: &[(&[u32], u64)]) -> Claims {
        let mut claims = Claims::default();
        for (signatures, count) in sets {
            claims.put(signatures.iter().map(|&it| Claimant::Signature(it)).collect(), *count);
        }
        claims
    }

    fn put(&mut self, claimants: Box<[Claimant]>, count: u64) {
        if self.too_many {
            self.sets.clear();
            return;
        }
        *self.sets.entry(claimants).or_default() += count;
        if self.sets.len() > Claims::MOST {
            self.too_many = true;
            self.sets.clear();
        }
    }

    /// The sets, each with its records, in no order.
    pub fn sets(&self) -> impl Iterator<Item = (&[Claimant], u64)> {
        self.sets.iter().map(|(claimants, count)| (&**claimants, *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sets: &[(u32, u32)]) -> Claims {
        let mut claims = Claims::default();
        for &(a, b) in sets {
            claims.put([Claimant::Signature(a), Claimant::Signature(b)].into(), 1);
        }
        claims
    }

    #[test]
    fn pieces_merge_in_any_order() {
        let (a, b) = (of(&[(1, 2), (1, 2), (3, 4)]), of(&[(1, 2), (5, 6)]));
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(b);
        ba.merge(a);
        assert_eq!(ab, ba);
        let mut counts: Vec<_> = ab.sets().map(|(_, count)| count).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 1, 3]);
    }

    #[test]
    fn too_many_sets_leave_none_wherever_they_came_from() {
        let half = Claims::MOST as u32 / 2;
        let sets = |from: u32| (from..from + half + 1).map(|it| (it, u32::MAX)).collect::<Vec<_>>();
        let (first, second) = (of(&sets(0)), of(&sets(half + 1)));
        let (mut left, mut right) = (first.clone(), second.clone());
        left.merge(second.clone());
        right.merge(first.clone());
        assert_eq!(left, right);
        assert_eq!(left.sets().count(), 0);
        left.merge(of(&[(1, 2)]));
        assert_eq!(left.sets().count(), 0, "what is given up stays given up");
        assert_eq!(first.sets().count(), half as usize + 1);
    }
}
