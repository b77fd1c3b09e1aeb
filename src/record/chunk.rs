//! A file cut into pieces that can be worked on in parallel, at the same places whether it is mapped or streamed.
//!
//! A cut is made at the first line behind [`Chunk::SIZE`] that begins a record by itself. If there is none for a long
//! way, all lines there are records of their own (see `fold`), and the cut is made at the last line start, or in a line
//! too long for that at a multiple of the piece size.

use super::fold::{Kind, Sizes, piece};
use super::{Encoding, Format, Reading};
use memchr::{memchr, memrchr};
use std::io::Read;
use std::ops::Range;

/// A piece of a file that begins and ends at a record, with a little of what stands around it.
///
/// `start` is 0 only at the beginning of the file: a later piece has at least one byte before it in `buffer`.
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

    /// Makes the chunk of a mapped 8-bit text that [`chunks`] has cut out, with its surroundings.
    pub fn of(text: &'a [u8], range: Range<usize>) -> Chunk<'a> {
        let end = range.end.min(text.len());
        let start = range.start.min(end);
        let from = start.saturating_sub(Chunk::AROUND);
        let to = text.len().min(end.saturating_add(Chunk::AROUND));
        let buffer = &text[from..to];
        Chunk { buffer, start: start - from, end: end - from, offset: start as u64, encoding: Encoding::Bytes }
    }

    /// The piece itself.
    pub fn text(&self) -> &'a [u8] {
        &self.buffer[self.start..self.end]
    }

    /// Offset in the stored file of a position in `buffer` (at or after `start`).
    pub fn file_offset(&self, position: usize) -> u64 {
        let position = position.clamp(self.start, self.buffer.len());
        self.offset + self.encoding.stored(&self.buffer[self.start..position])
    }
}

/// Cuts a whole 8-bit text into the ranges of its chunks; the same places where [`ChunkReader`] would cut.
pub fn chunks(text: &[u8], format: &Format) -> Vec<Range<usize>> {
    chunks_of(text, format, &Sizes::USUAL)
}

pub(super) fn chunks_of(text: &[u8], format: &Format, sizes: &Sizes) -> Vec<Range<usize>> {
    let mut ranges = Vec::with_capacity(text.len() / sizes.chunk + 1);
    let mut start = 0;
    while start < text.len() {
        let end = match place(text, start, true, format, sizes) {
            Place::At(end) => end,
            Place::More(_) => text.len(),
        };
        ranges.push(start..end);
        start = end;
    }
    ranges
}

/// Where a chunk ends.
enum Place {
    At(usize),
    /// It cannot be known before the text has this length.
    More(usize),
}

/// Finds where the chunk that begins at `start` ends. `whole` says that `text` is all there is.
fn place(text: &[u8], start: usize, whole: bool, format: &Format, sizes: &Sizes) -> Place {
    let target = start + sizes.chunk;
    let limit = target + sizes.search;
    if text.len() <= target {
        return if whole { Place::At(text.len()) } else { Place::More(target + 1) };
    }
    let more = |wanted: usize| Place::More(wanted.max(text.len() + 1));
    let line_after = |from: usize| memchr(b'\n', &text[from..text.len().min(limit)]).map(|length| from + length + 1);
    let mut line = line_after(target - 1);
    while let Some(begin) = line.filter(|&begin| begin <= limit && begin < text.len()) {
        let piece = piece(text, begin, text.len(), sizes.piece);
        if !piece.newline && !whole && piece.next == text.len() {
            return more(begin + sizes.piece.min(piece.next - begin + (4 << 10)));
        }
        let candidate = &text[piece.start..piece.end];
        if !super::fold::blank(candidate) && format.classify(candidate).0 == Kind::Begins {
            return Place::At(begin);
        }
        line = if piece.newline { Some(piece.next) } else { line_after(piece.next.min(limit)) };
    }
    if text.len() <= limit {
        return if whole { Place::At(text.len()) } else { more((text.len() + (16 << 10)).min(limit + 1)) };
    }
    let line = memrchr(b'\n', &text[start..limit]).map_or(start, |length| start + length + 1);
    Place::At(line + (limit - line) / sizes.piece * sizes.piece)
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
///
/// A read error ends the stream: the bundle, which knows the file, keeps the problem.
pub struct ChunkReader<'a> {
    source: &'a mut (dyn Read + Send),
    format: &'a Format,
    encoding: Encoding,
    decoder: Option<encoding_rs::Decoder>,
    /// What was read and not decoded yet.
    stored: Vec<u8>,
    /// Decoded text that no chunk has got yet, behind a little that the last one had.
    text: Vec<u8>,
    /// Where the next chunk begins in `text`.
    start: usize,
    /// Where it begins in the stored file.
    offset: u64,
    ended: bool,
    sizes: Sizes,
}

impl<'a> ChunkReader<'a> {
    /// `head` is what was already read from `source` for [`Reading::guess`].
    pub fn new(source: &'a mut (dyn Read + Send), head: Vec<u8>, reading: &'a Reading) -> ChunkReader<'a> {
        ChunkReader::with_sizes(source, head, reading, Sizes::USUAL)
    }

    pub(super) fn with_sizes(
        source: &'a mut (dyn Read + Send),
        mut head: Vec<u8>,
        reading: &'a Reading,
        sizes: Sizes,
    ) -> ChunkReader<'a> {
        let encoding = reading.encoding;
        // A mark that is not whole yet would be decoded as text.
        while encoding != Encoding::Bytes && head.len() < 2 {
            let length = head.len();
            if !matches!((&mut *source).take((2 - length) as u64).read_to_end(&mut head), Ok(1..)) {
                break;
            }
        }
        let mark = encoding.mark(&head);
        let (stored, text) = match encoding {
            Encoding::Bytes => (Vec::new(), head),
            _ => (head.split_off(mark), Vec::new()),
        };
        ChunkReader {
            source,
            format: &reading.format,
            encoding,
            decoder: encoding.decoder(),
            stored,
            text,
            start: 0,
            offset: mark as u64,
            ended: false,
            sizes,
        }
    }

    /// Returns the next chunk; the buffer of a finished one may be given back for reuse.
    pub fn next_chunk(&mut self, reuse: Option<OwnedChunk>) -> Option<OwnedChunk> {
        let mut wanted = self.start + self.sizes.chunk + 1;
        let end = loop {
            self.fill(wanted);
            match place(&self.text, self.start, self.ended, self.format, &self.sizes) {
                Place::At(end) => break end,
                Place::More(more) => wanted = more,
            }
        };
        if end == self.start {
            return None;
        }
        self.fill(end + self.sizes.around);
        let mut rest = reuse.map(|chunk| chunk.buffer).unwrap_or_default();
        rest.clear();
        let kept = end.saturating_sub(self.sizes.around);
        rest.extend_from_slice(&self.text[kept..]);
        let mut buffer = std::mem::replace(&mut self.text, rest);
        buffer.truncate(end + self.sizes.around);
        let chunk = OwnedChunk { start: self.start, end, offset: self.offset, encoding: self.encoding, buffer };
        self.offset += self.encoding.stored(&chunk.buffer[chunk.start..end]);
        self.start = end - kept;
        Some(chunk)
    }

    /// Reads and decodes until `text` has the length wanted or the stream has ended.
    fn fill(&mut self, wanted: usize) {
        while self.text.len() < wanted && !self.ended {
            let missing = wanted - self.text.len();
            let Some(decoder) = &mut self.decoder else {
                let read = (&mut *self.source).take(missing as u64).read_to_end(&mut self.text);
                self.ended = !matches!(read, Ok(read) if read == missing);
                continue;
            };
            if self.stored.is_empty() {
                let step = missing.clamp(16, 64 << 10);
                let read = (&mut *self.source).take(step as u64).read_to_end(&mut self.stored);
                self.ended = !matches!(read, Ok(read) if read == step);
            }
            let most = decoder.max_utf8_buffer_length(self.stored.len()).unwrap_or(self.stored.len() * 3 + 16);
            let length = self.text.len();
            self.text.resize(length + most, 0);
            let (_, _, written, _) = decoder.decode_to_utf8(&self.stored, &mut self.text[length..], self.ended);
            self.text.truncate(length + written);
            self.stored.clear();
        }
    }
}
