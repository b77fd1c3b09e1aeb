//! Lists of numbers that are kept beside the lines, each of them once.

use std::collections::HashMap;
use std::sync::Arc;

/// Lists that are kept; then everything is forgotten before the next chunk.
const MOST: usize = 1 << 13;

/// One of the [`Lists`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scan) struct List(u32);

impl List {
    pub(in crate::scan) const EMPTY: List = List(0);
}

/// Lists by number. The first one is empty.
pub(super) struct Lists {
    all: Vec<Arc<[u32]>>,
    /// Where a list stands in `all`.
    places: HashMap<Arc<[u32]>, List>,
}

impl Default for Lists {
    fn default() -> Lists {
        Lists { all: vec![Arc::default()], places: HashMap::new() }
    }
}

impl Lists {
    /// Keeps a list; `None` if there is no room for it.
    pub(super) fn keep(&mut self, numbers: &[u32]) -> Option<List> {
        if numbers.is_empty() {
            return Some(List::EMPTY);
        }
        if let Some(&known) = self.places.get(numbers) {
            return Some(known);
        }
        if self.is_full() {
            return None;
        }
        let (list, place) = (Arc::<[u32]>::from(numbers), List(self.all.len() as u32));
        self.all.push(Arc::clone(&list));
        self.places.insert(list, place);
        Some(place)
    }

    pub(super) fn get(&self, list: List) -> &[u32] {
        self.all.get(list.0 as usize).map_or(&[], |list| list)
    }

    pub(super) fn is_full(&self) -> bool {
        self.all.len() >= MOST
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.all.truncate(1);
        self.places.clear();
    }
}
