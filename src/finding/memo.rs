//! What a worker remembers about the templates of line shapes.
//!
//! Most errors differ from an earlier one only in the values of digits, and of most messages the template does not depend
//! on these values. For such a shape the fingerprint is looked up instead of masking the message again.

use super::mark::Masked;
use super::template::Fingerprint;

/// What a worker remembers about the templates of line shapes; see [`Hit::shape`](crate::scan::Hit::shape).
///
/// Bounded: at most 1 MiB, which is allocated when the first shape comes. It changes the speed and never the result, so
/// one may serve any number of tallies, files and chunks, as long as all shapes come from the same kind of key.
#[derive(Default)]
pub struct Memo {
    /// Shape and fingerprint, at the place that the shape's hash says. Shape 0 is an empty place. All or none are there.
    places: Vec<(u64, u64)>,
    /// Where the message of a shape that is not known is masked; its content means nothing.
    pub(super) scratch: Masked,
}

impl Memo {
    /// Shapes that are remembered; a power of two. A new shape takes the place of another one.
    const SHAPES: usize = 1 << 16;

    /// Returns the fingerprint that all messages of this shape have, if it is known.
    pub(super) fn fingerprint(&self, shape: u64) -> Option<Fingerprint> {
        let &(own, fingerprint) = self.places.get(place(shape))?;
        (own == shape && shape != 0).then_some(Fingerprint(fingerprint))
    }

    /// Remembers that all messages of this shape have this fingerprint.
    pub(super) fn remember(&mut self, shape: u64, Fingerprint(fingerprint): Fingerprint) {
        if self.places.is_empty() {
            self.places = vec![(0, 0); Memo::SHAPES];
        }
        if let Some(own) = self.places.get_mut(place(shape)) {
            *own = (shape, fingerprint);
        }
    }
}

/// Where a shape stands. Whoever makes the keys need not see to it that their low bits differ.
fn place(shape: u64) -> usize {
    (shape.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - Memo::SHAPES.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_found_and_nothing_else() {
        let mut memo = Memo::default();
        assert_eq!(memo.fingerprint(0), None);
        for shape in 1..1000 {
            memo.remember(shape, Fingerprint(shape + 1));
        }
        assert!((1..1000).all(|shape| memo.fingerprint(shape) == Some(Fingerprint(shape + 1))));
        assert_eq!((memo.fingerprint(0), memo.fingerprint(1000), memo.fingerprint(u64::MAX)), (None, None, None));
    }

    #[test]
    fn it_does_not_grow_and_never_takes_one_shape_for_another() {
        let mut memo = Memo::default();
        let shapes = || (1..4 * Memo::SHAPES as u64).map(|number| number.wrapping_mul(0xd6e8_feb8_6659_fd93));
        shapes().for_each(|shape| memo.remember(shape, Fingerprint(!shape)));
        assert_eq!(memo.places.len(), Memo::SHAPES);
        let found: Vec<_> = shapes().filter_map(|shape| Some((shape, memo.fingerprint(shape)?))).collect();
        assert!(found.len() > Memo::SHAPES / 2);
        assert!(found.iter().all(|&(shape, fingerprint)| fingerprint == Fingerprint(!shape)));
    }
}
