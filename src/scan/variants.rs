//! Which row of a signature's variants a record belongs to.

use super::pattern::Pattern;
use crate::signature::{Rows, Variants};

/// [`Variants`] ready to be asked.
pub(super) struct Keyed {
    key: Box<str>,
    rows: Rows,
}

impl Keyed {
    pub(super) fn new(variants: &Variants) -> Keyed {
        Keyed { key: variants.key.as_str().into(), rows: variants.rows_by_value() }
    }

    /// Returns the number of the row for the value that the pattern, which holds, captures in the text. If several of its
    /// groups have the key's name, the first one with a value counts, as in [`Match::captures`](super::Match::captures).
    pub(super) fn row_of(&self, pattern: &Pattern, text: &[u8]) -> Option<u32> {
        let mut row = None;
        let mut is_found = false;
        pattern.captures(text, &mut |name, value| {
            if !is_found && *name == *self.key {
                is_found = true;
                row = self.rows.row_of(&value);
            }
        });
        row
    }
}
