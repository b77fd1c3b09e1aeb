//! What a thread remembers about lines it has seen.
//!
//! Most lines of a log differ from an earlier one only in the values of their digits. What was found out about the first
//! such line, and holds for every value of its digits, is looked up for the others: the layout of the header, how much
//! its words look like an error, which signatures may claim it. This changes the speed and never the result.

use super::markers::Strength;
use super::shape::{Key, Shapes, prefetch};
use crate::record::Layout;
use std::collections::HashMap;
use std::sync::Arc;

/// Lines of so many shapes are remembered, at less than 128 bytes each.
const MOST: usize = 1 << 16;

/// Layouts that are remembered for one shape.
pub(super) const LAYOUTS: u64 = 4;

/// Places for a key, one behind the other.
const WAYS: usize = 4;

/// Lists that are kept; then everything is forgotten before the next chunk.
const MOST_LISTS: usize = 1 << 12;

/// A chunk in which more lines than this share were new is hardly worth the memory, in percent.
const NEW: u64 = 60;

/// Remembers lines. One thread at a time can use it, for any files; it is bounded.
pub struct LineCache {
    shapes: Shapes,
    /// A power of two of them.
    slots: Vec<Slot>,
    /// Slots that hold a line.
    used: usize,
    lists: Vec<Arc<[u32]>>,
    /// Where a list stands in `lists`.
    places: HashMap<Arc<[u32]>, List>,
    pause: Pause,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    key: Key,
    line: Option<KnownLine>,
}

/// What holds for all lines of a shape.
#[derive(Clone, Copy)]
pub(super) struct KnownLine {
    pub(super) layout: Layout,
    pub(super) words: Words,
    /// Error words whose meaning varies with the digits around them: not empty if `words` is not for all lines.
    pub(super) varying: List,
    /// The signatures that may claim the record.
    pub(super) candidates: List,
    /// Whether a record that is such a line looks like an error, or may with other digits.
    pub(super) suspicious: bool,
}

/// How much the words of a line look like an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// If the line begins a record: in a record with a level only the words of the message count.
    pub(super) of_head: Strength,
    /// Anywhere in the line.
    pub(super) anywhere: Strength,
}

/// A list of numbers that is kept beside the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct List(u32);

impl List {
    pub(super) const EMPTY: List = List(0);
}

/// Chunks that are scanned without the memory after one that had too little use of it.
#[derive(Clone, Copy, Default)]
struct Pause {
    left: u32,
    next: u32,
}

impl Default for LineCache {
    fn default() -> LineCache {
        LineCache {
            shapes: Shapes::new(),
            slots: vec![Slot::default(); 1 << 10],
            used: 0,
            lists: vec![Arc::default()],
            places: HashMap::new(),
            pause: Pause::default(),
        }
    }
}

impl LineCache {
    /// Returns the key of a line in a file that is read in the way `salt` stands for.
    pub(super) fn key(&self, line: &[u8], salt: u64) -> Key {
        self.shapes.of(line, salt)
    }

    /// Does the same for the first line of a text, see [`Shapes::first_line`].
    #[inline]
    pub(super) fn first_line(&self, text: &[u8], salt: u64) -> Option<(usize, usize, Key)> {
        self.shapes.first_line(text, salt)
    }

    /// Tells that a key will be asked for soon.
    pub(super) fn expect(&self, key: Key) {
        prefetch(&self.slots, self.home(key));
    }

    /// Returns what is known of the shape with this key.
    ///
    /// Lines of one shape need not have one layout: the date of one exists and that of another does not. So there are
    /// up to [`LAYOUTS`] answers for a key, by number; behind the first `None` there are no more.
    #[inline]
    pub(super) fn get(&self, key: Key, layout: u64) -> Option<&KnownLine> {
        let key = key.numbered(layout);
        let home = self.home(key);
        let mut slot = (home..home + WAYS).map(|place| &self.slots[place & (self.slots.len() - 1)]);
        slot.find(|slot| slot.key == key)?.line.as_ref()
    }

    /// Remembers a line, perhaps in the place of another one.
    pub(super) fn insert(&mut self, key: Key, layout: u64, line: KnownLine) {
        self.put(key.numbered(layout), line);
    }

    fn put(&mut self, key: Key, line: KnownLine) {
        if self.used * 2 > self.slots.len() && self.slots.len() < MOST {
            self.grow();
        }
        let home = self.home(key);
        let mask = self.slots.len() - 1;
        let places = (home..home + WAYS).map(|place| place & mask);
        let place = places.clone().find(|&place| self.slots[place].key == key);
        let place = place.or_else(|| places.clone().find(|&place| self.slots[place].line.is_none()));
        // The key's own bits choose who has to go.
        let place = place.unwrap_or((home + (key.high as usize) % WAYS) & mask);
        self.used += usize::from(self.slots[place].line.is_none());
        self.slots[place] = Slot { key, line: Some(line) };
    }

    /// Keeps a list; `None` if there is no room for it before the next chunk.
    pub(super) fn keep(&mut self, numbers: &[u32]) -> Option<List> {
        if numbers.is_empty() {
            return Some(List::EMPTY);
        }
        if let Some(&known) = self.places.get(numbers) {
            return Some(known);
        }
        if self.lists.len() >= MOST_LISTS {
            return None;
        }
        let (list, place) = (Arc::<[u32]>::from(numbers), List(self.lists.len() as u32));
        self.lists.push(Arc::clone(&list));
        self.places.insert(list, place);
        Some(place)
    }

    pub(super) fn list(&self, list: List) -> &[u32] {
        self.lists.get(list.0 as usize).map_or(&[], |list| list)
    }

    /// Whether the next chunk is better scanned without the memory. To be asked once before each chunk: it also makes room
    /// if there is none for another list.
    pub(super) fn pauses(&mut self) -> bool {
        if self.lists.len() >= MOST_LISTS {
            self.lists.truncate(1);
            self.places.clear();
            self.slots.fill(Slot::default());
            self.used = 0;
        }
        let pauses = self.pause.left > 0;
        self.pause.left = self.pause.left.saturating_sub(1);
        pauses
    }

    /// Tells of how many lines of a chunk how many were new.
    pub(super) fn used_for(&mut self, lines: u64, new: u64) {
        if new * 100 > lines * NEW && lines > 100 {
            self.pause.next = (self.pause.next * 2).clamp(4, 64);
            self.pause.left = self.pause.next;
        } else {
            self.pause = Pause::default();
        }
    }

    fn home(&self, key: Key) -> usize {
        key.low as usize & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        let size = self.slots.len() * 4;
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        self.used = 0;
        for slot in old {
            if let Some(line) = slot.line {
                self.put(slot.key, line);
            }
        }
    }
}
