use super::{Encoding, Format, Reading};
use std::io::Read;
use std::ops::Range;

/// A piece of a file that begins and ends at a record, with a little of what stands around it.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Decoded text: what stands before (at most [`Chunk::AROUND`]), the piece itself, what stands after.
    pub buffer: &'a [u8],
    /// Where the piece begins in `buffer`.
    pub start: usize,
    /// Where the piece ends in `buffer`.
    pub end: usize,
    /// Where the piece begins in the file, in bytes of the file as stored.
    pub offset: u64,
    /// How the file's characters are stored, to turn positions in `buffer` into file offsets.
    pub encoding: Encoding,
}

impl<'a> Chunk<'a> {
    /// Size aimed at; a chunk ends at the first record start behind it.
    pub const SIZE: usize = 1 << 20;
    /// How much text before and after the piece is at hand for context lines.
    pub const AROUND: usize = 4 << 10;

    /// Returns the piece `range` of a whole 8-bit text, with what stands around it.
    pub fn of(text: &'a [u8], range: Range<usize>) -> Chunk<'a> {
        let from = range.start.saturating_sub(Chunk::AROUND);
        let to = text.len().min(range.end + Chunk::AROUND);
        Chunk {
            buffer: &text[from..to],
            start: range.start - from,
            end: range.end - from,
            offset: range.start as u64,
            encoding: Encoding::Bytes,
        }
    }

    /// The piece itself.
    pub fn text(&self) -> &'a [u8] {
        &self.buffer[self.start..self.end]
    }

    /// Offset in the stored file of a position in `buffer` (at or after `start`).
    pub fn file_offset(&self, position: usize) -> u64 {
        self.offset + (position - self.start) as u64
    }
}

/// Cuts a whole 8-bit text into the ranges of its chunks; the same places where [`ChunkReader`] would cut.
pub fn chunks(text: &[u8], format: &Format) -> Vec<Range<usize>> {
    let _ = format;
    std::iter::once(0..text.len()).collect()
}

/// A chunk with its own buffer, to be handed to another thread.
pub struct OwnedChunk {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    encoding: Encoding,
}

impl OwnedChunk {
    /// Borrows it.
    pub fn chunk(&self) -> Chunk<'_> {
        Chunk { buffer: &self.buffer, start: self.start, end: self.end, offset: self.offset, encoding: self.encoding }
    }
}

/// Cuts a stream into chunks, decoding it on the way.
pub struct ChunkReader<'a> {
    #[expect(dead_code, reason = "skeleton")]
    source: &'a mut (dyn Read + Send),
    #[expect(dead_code, reason = "skeleton")]
    reading: &'a Reading,
}

impl<'a> ChunkReader<'a> {
    /// `head` is what was already read from `source` for [`Reading::guess`].
    pub fn new(source: &'a mut (dyn Read + Send), head: Vec<u8>, reading: &'a Reading) -> ChunkReader<'a> {
        let _ = head;
        ChunkReader { source, reading }
    }

    /// Returns the next chunk; the buffer of a finished one may be given back for reuse.
    pub fn next_chunk(&mut self, reuse: Option<OwnedChunk>) -> Option<OwnedChunk> {
        let _ = reuse;
        None
    }
}
