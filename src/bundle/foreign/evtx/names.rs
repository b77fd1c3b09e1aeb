//! The names of elements and attributes, which a chunk stores once.

use super::value::write_utf16;
use super::{u16_at, usize_at};

/// Characters of a name.
const NAME: usize = 1024;

/// The names of a chunk.
#[derive(Default)]
pub(super) struct Names {
    /// By where it lies in the chunk, the number of a name; zero if it is not known yet.
    numbers: Vec<u16>,
    names: Vec<(usize, String)>,
}

impl Names {
    /// Forgets them.
    pub(super) fn clear(&mut self) {
        for (at, _) in self.names.drain(..) {
            if let Some(number) = self.numbers.get_mut(at) {
                *number = 0;
            }
        }
    }

    fn known(&self, at: usize) -> Option<usize> {
        let number = *self.numbers.get(at)?;
        usize::from(number).checked_sub(1)
    }

    /// Whether a name is known to lie at `at`.
    pub(super) fn has(&self, at: usize) -> bool {
        self.known(at).is_some()
    }

    /// Returns the name that is referred to at `at`, and where what follows begins: behind the name if that is stored here.
    pub(super) fn get(&mut self, chunk: &[u8], at: usize) -> Option<(&str, usize)> {
        let place = usize_at(chunk, at)?;
        let index = match self.known(place) {
            Some(index) => index,
            None => self.read(chunk, place)?,
        };
        let next = match place == at + 4 {
            true => place + 10 + 2 * usize::from(u16_at(chunk, place + 6)?),
            false => at + 4,
        };
        Some((&self.names.get(index)?.1, next))
    }

    /// Reads a name: where the next one lies, a hash, the length, the characters, a zero.
    fn read(&mut self, chunk: &[u8], place: usize) -> Option<usize> {
        let length = usize::from(u16_at(chunk, place.checked_add(6)?)?);
        let characters = chunk.get(place + 8..place + 8 + 2 * length).filter(|_| (1..=NAME).contains(&length))?;
        let mut name = Vec::with_capacity(length);
        write_utf16(characters, &mut name);
        let name = String::from_utf8(name).ok()?;
        if name.chars().any(|character| character.is_control() || matches!(character, '<' | '>' | '&')) {
            return None;
        }
        if self.numbers.len() < chunk.len() {
            self.numbers.resize(chunk.len(), 0);
        }
        self.names.push((place, name));
        // There are fewer places in a chunk than numbers.
        *self.numbers.get_mut(place)? = u16::try_from(self.names.len()).ok()?;
        Some(self.names.len() - 1)
    }
}
