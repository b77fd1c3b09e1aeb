//! What a layout looks at: layouts with the same of it read the same from a line.

use super::super::watch::{Look, NOTES, Note};
use super::NEAR;
use std::hash::{Hash, Hasher};

/// Is equal for layouts that read the same of a line with the same bytes at the same places.
#[derive(Clone, Copy, Debug, Eq)]
pub struct TimeKey {
    /// Those behind `n_notes` are all the same.
    notes: [Note; NOTES],
    pub(super) n_notes: u8,
    time_from: u8,
}

impl PartialEq for TimeKey {
    fn eq(&self, other: &TimeKey) -> bool {
        let of = |key: &TimeKey| (key.n_notes, key.time_from);
        of(self) == of(other) && self.notes().eq(other.notes())
    }
}

impl Hash for TimeKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.n_notes, self.time_from).hash(state);
        self.notes().for_each(|(_, note)| note.hash(state));
    }
}

impl TimeKey {
    /// `None` for a layout whose times have unusual shapes.
    pub(in crate::record) fn new(notes: &[Note], time_from: u8) -> Option<TimeKey> {
        let mut key = TimeKey { notes: Default::default(), n_notes: notes.len() as u8, time_from };
        for (own, note) in key.notes.iter_mut().zip(notes) {
            if !matches!(note.look, Look::Planned(_) | Look::Number) {
                return None;
            }
            *own = Note { length: note.length.min(NEAR), ..*note };
        }
        Some(key)
    }

    pub(super) fn notes(&self) -> impl Iterator<Item = (bool, &Note)> {
        let all = self.notes.iter().take(usize::from(self.n_notes)).enumerate();
        all.map(|(index, note)| (index == usize::from(self.time_from), note))
    }
}
