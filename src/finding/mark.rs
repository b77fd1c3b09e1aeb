//! Marks for what varies, and the text they are put into.

use super::classes::CUT;

/// Bytes that a template has at most.
pub const MAX_LENGTH: usize = 512;

/// What stands in a template for what varies; the table in `mask.rs` says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Number,
    Hex,
    Id,
    Ip,
    Mac,
    Path,
    Url,
    Host,
    Any,
}

impl Mark {
    const ALL: [Mark; 9] =
        [Mark::Number, Mark::Hex, Mark::Id, Mark::Ip, Mark::Mac, Mark::Path, Mark::Url, Mark::Host, Mark::Any];

    pub(super) fn text(self) -> &'static [u8] {
        match self {
            Mark::Number => b"<n>",
            Mark::Hex => b"<hex>",
            Mark::Id => b"<id>",
            Mark::Ip => b"<ip>",
            Mark::Mac => b"<mac>",
            Mark::Path => b"<path>",
            Mark::Url => b"<url>",
            Mark::Host => b"<host>",
            Mark::Any => b"<*>",
        }
    }

    /// The mark that a text begins with.
    pub(super) fn at_start(text: &[u8]) -> Option<Mark> {
        if text.first() != Some(&b'<') {
            return None;
        }
        Mark::ALL.into_iter().find(|mark| text.starts_with(mark.text()))
    }
}

/// A text of bounded length that grows without allocating.
pub(super) struct Masked {
    bytes: [u8; CAPACITY],
    /// At most [`MAX_LENGTH`].
    length: usize,
}

/// There is always room behind the text for a word as it is copied: in one go.
const CAPACITY: usize = MAX_LENGTH + SHORT;

/// A word of so many bytes is copied in one go.
const SHORT: usize = 16;

impl Default for Masked {
    fn default() -> Masked {
        Masked { bytes: [0; CAPACITY], length: 0 }
    }
}

impl Masked {
    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.length.min(CAPACITY)]
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    pub(super) fn last(&self) -> Option<u8> {
        self.text().last().copied()
    }

    /// Adds the first `length` bytes of a text, for which there must be room.
    #[inline]
    pub(super) fn push(&mut self, text: &[u8], length: usize) {
        let Some(to) = self.bytes.get_mut(self.length..) else { return };
        if length <= SHORT
            && let (Some(to), Some(text)) = (to.first_chunk_mut::<SHORT>(), text.first_chunk::<SHORT>())
        {
            *to = *text;
        } else if let (Some(to), Some(text)) = (to.get_mut(..length), text.get(..length)) {
            to.copy_from_slice(text);
        } else {
            return;
        }
        self.length += length;
    }

    #[inline]
    pub(super) fn push_byte(&mut self, byte: u8) {
        if let Some(to) = self.bytes.get_mut(self.length) {
            *to = byte;
            self.length += 1;
        }
    }

    pub(super) fn ends_cut(&self) -> bool {
        self.text().ends_with(CUT)
    }
}
