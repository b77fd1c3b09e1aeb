//! What a worker remembers about the templates of line shapes.
//!
//! Most errors differ from an earlier one only in the values of digits, and of most messages the template does not depend
//! on these values. For such a shape the fingerprint is looked up instead of masking the message again.

use super::mark::Masked;
use super::template::Fingerprint;

/// What a worker remembers about the templates of line shapes; see [`Hit::shape`](crate::scan::Hit::shape).
///
/// Bounded: at most 1 MiB, and little for few shapes. It changes the speed and never the result, so one may serve any
/// number of tallies, files and chunks, as long as all shapes come from the same kind of key.
#[derive(Default)]
pub struct Memo {
    /// Pairs of a shape and its fingerprint, two at each place that a shape's hash may say, the newer one first. Shape 0
    /// is none. The number of places is a power of two, or 0.
    places: Vec<[(u64, u64); 2]>,
    /// How often a shape was put in since the number of places last changed.
    put: usize,
    /// Where the message of a shape that is not known is masked; its content means nothing.
    pub(super) scratch: Masked,
}

impl Memo {
    /// Places at most. Of the shapes at one place a new one drives out the one that has been there longer.
    const MOST: usize = 1 << 15;

    /// Places to begin with.
    const LEAST: usize = 1 << 7;

    /// Returns the fingerprint that all messages of this shape have, if it is known.
    pub(super) fn fingerprint(&self, shape: u64) -> Option<Fingerprint> {
        let place = self.places.get(self.place(shape))?;
        let &(_, fingerprint) = place.iter().find(|&&(own, _)| own == shape && shape != 0)?;
        Some(Fingerprint(fingerprint))
    }

    /// Remembers that all messages of this shape have this fingerprint.
    pub(super) fn remember(&mut self, shape: u64, Fingerprint(fingerprint): Fingerprint) {
        if 2 * self.put >= self.places.len() && self.places.len() < Memo::MOST {
            let more = (4 * self.places.len()).clamp(Memo::LEAST, Memo::MOST);
            let places = std::mem::replace(&mut self.places, vec![[(0, 0); 2]; more]);
            self.put = 0;
            places.iter().flat_map(|[newer, older]| [older, newer]).for_each(|&known| self.put(known));
        }
        self.put((shape, fingerprint));
    }

    fn put(&mut self, known: (u64, u64)) {
        let place = self.place(known.0);
        if known.0 != 0
            && let Some([newer, older]) = self.places.get_mut(place)
        {
            *older = std::mem::replace(newer, known);
            self.put += 1;
        }
    }

    /// Where a shape stands. Whoever makes the keys need not see to it that some bits of them differ.
    fn place(&self, shape: u64) -> usize {
        (shape.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & self.places.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many shapes are known after all were remembered, and in how many places.
    fn known_of(count: u64) -> (usize, usize) {
        let mut memo = Memo::default();
        let shapes = || (1..=count).map(|number| number.wrapping_mul(0xd6e8_feb8_6659_fd93));
        assert!(shapes().all(|shape| memo.fingerprint(shape).is_none()));
        shapes().for_each(|shape| memo.remember(shape, Fingerprint(!shape)));
        let known: Vec<_> = shapes().filter_map(|shape| Some((shape, memo.fingerprint(shape)?))).collect();
        assert!(known.iter().all(|&(shape, fingerprint)| fingerprint == Fingerprint(!shape)));
        assert!([0, 1, u64::MAX].iter().all(|&shape| memo.fingerprint(shape).is_none()));
        (known.len(), memo.places.len())
    }

    #[test]
    fn few_shapes_need_little_and_many_are_bounded() {
        assert_eq!(known_of(0), (0, 0));
        assert_eq!(known_of(10), (10, Memo::LEAST));
        let (known, places) = known_of(1000);
        assert!(known > 950 && places == 2048, "{known} in {places}");
        let (known, places) = known_of(300_000);
        assert!(known > Memo::MOST && places == Memo::MOST, "{known} in {places}");
    }
}
