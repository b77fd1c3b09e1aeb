//! What the built-in catalogue stores apart from the rest of its signatures, to be read when somebody asks for it, see [`Later`].
//!
//! `build.rs` takes it out of the trees (`encode.rs`) and leaves a field that says where it is: [`ADVICE`] for all that people are told
//! about a problem, and the examples' own one.

use super::fields::Fields;
use super::later::{Later, Shelf};
use super::{Advice, Examples, RowAdvice};

/// The field that stands for those of [`ADVICE_FIELDS`]. No file can have it.
pub(super) const ADVICE: &str = "advice";

/// The fields of [`Advice`] and [`RowAdvice`].
pub(super) const ADVICE_FIELDS: &[&str] = &["cause", "impact", "fixes", "references", "escalate"];

/// The field of the examples.
pub(super) const EXAMPLES: &str = "examples";

/// Where what stands apart is stored.
#[derive(Clone, Copy)]
pub struct Shelves {
    /// What signatures tell.
    pub advice: &'static Shelf<Advice>,
    /// What rows of variants tell.
    pub rows: &'static Shelf<RowAdvice>,
    /// The examples of both.
    pub examples: &'static Shelf<Examples>,
}

/// Takes the value whose place in its store a field says, `FIRST END`; without the field there is none.
pub(super) fn stored<T: Default>(shelf: &'static Shelf<T>, fields: &Fields<'_, '_>, name: &str) -> Later<T> {
    let place = fields.get(name).and_then(|node| node.text()).and_then(|text| text.split_once(' '));
    let place = place.and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    place.map_or_else(Later::default, |at| Later::stored(shelf, at))
}
