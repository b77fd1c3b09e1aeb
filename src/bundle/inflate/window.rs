//! What was unpacked last: the bytes that matches may copy, and those that the reader has not taken yet.

/// How far back a match may reach (RFC 1951, section 2).
const HISTORY: usize = 32 << 10;
/// Bytes that are unpacked before the reader gets some.
const BLOCK: usize = 224 << 10;
/// Free bytes that a decoder needs for one round: three literals, the longest match, and what copies in large words write
/// beyond its end.
pub(super) const SLACK: usize = 3 + 258 + 64;

/// Bytes unpacked and not forgotten.
pub(super) struct Window {
    /// Unpacked bytes up to `end`, then room.
    pub(super) bytes: Vec<u8>,
    /// Where the next unpacked byte goes.
    pub(super) end: usize,
    /// Where the stream begins; nothing before it can be copied.
    pub(super) start: usize,
    /// Where the bytes begin that the reader has not taken.
    taken: usize,
}

impl Window {
    /// Makes an empty one. Its memory is not touched before it is written.
    pub(super) fn new() -> Window {
        Window { bytes: vec![0; HISTORY + BLOCK + SLACK], end: 0, start: 0, taken: 0 }
    }

    /// Where decoders must stop: from here on there is not enough room for all that a look-up may bring.
    pub(super) fn limit(&self) -> usize {
        self.bytes.len().saturating_sub(SLACK)
    }

    /// Starts another stream.
    pub(super) fn restart(&mut self) {
        self.start = self.end;
    }

    /// Moves bytes that the reader has not taken to `output`; returns how many.
    pub(super) fn take(&mut self, output: &mut [u8]) -> usize {
        let ready = self.bytes.get(self.taken..self.end).unwrap_or_default();
        let size = ready.len().min(output.len());
        if let (Some(output), Some(ready)) = (output.get_mut(..size), ready.get(..size)) {
            output.copy_from_slice(ready);
        }
        self.taken += size;
        size
    }

    /// Makes room if a decoder has come to the limit and all is taken: only what matches may reach stays.
    pub(super) fn make_room(&mut self) {
        if self.end < self.limit() || self.taken < self.end {
            return;
        }
        let gone = self.end.saturating_sub(HISTORY);
        self.bytes.copy_within(gone..self.end, 0);
        self.end -= gone;
        self.taken = self.end;
        self.start = self.start.saturating_sub(gone);
    }
}
