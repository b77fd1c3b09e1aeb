//! The templates of a log. Each chunk has its own copies; the same template has the same number everywhere.

use std::collections::HashMap;
use std::rc::Rc;

/// Bytes of a template before its content: where the next one lies, a GUID (its first four bytes are the number by which
/// records name it), the size.
pub(super) const HEAD: usize = 24;

/// Chunks that are kept for their templates.
const CHUNKS: usize = 64;

/// Which templates are sound in the chunk that is being read, and where others can be had.
#[derive(Default)]
pub(super) struct Templates {
    sound: HashMap<usize, bool>,
    /// By number, the chunk that has it and where it lies there.
    known: HashMap<u32, (Rc<[u8]>, usize)>,
    /// A copy of the chunk that is being read, if a template of it is known.
    chunk: Option<Rc<[u8]>>,
    chunks: usize,
}

impl Templates {
    /// Another chunk is being read.
    pub(super) fn start(&mut self) {
        self.sound.clear();
        self.chunk = None;
    }

    pub(super) fn is_sound(&self, definition: usize) -> Option<bool> {
        self.sound.get(&definition).copied()
    }

    pub(super) fn set_sound(&mut self, definition: usize, is_sound: bool) {
        self.sound.insert(definition, is_sound);
    }

    /// Remembers a template for chunks in which it is damaged.
    pub(super) fn learn(&mut self, id: u32, chunk: &[u8], definition: usize) {
        if self.known.contains_key(&id) || (self.chunk.is_none() && self.chunks >= CHUNKS) {
            return;
        }
        let chunk = self.chunk.get_or_insert_with(|| {
            self.chunks += 1;
            chunk.into()
        });
        self.known.insert(id, (Rc::clone(chunk), definition));
    }

    /// Returns a chunk that has the template, and where it lies there.
    pub(super) fn known(&self, id: u32) -> Option<(Rc<[u8]>, usize)> {
        self.known.get(&id).cloned()
    }
}
