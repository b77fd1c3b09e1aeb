//! Chunks of a stream, decoded on the way.

use super::{Chunk, Place, line_of, place};
use crate::record::fold::Sizes;
use crate::record::lines::{LineStart, Lines};
use crate::record::{Encoding, Format, Reading};
use std::io::{ErrorKind, Read};

/// A chunk with its own buffer, to be handed to another thread.
pub struct OwnedChunk {
    buffer: Vec<u8>,
    /// Bytes of the buffer that are text.
    length: usize,
    start: usize,
    end: usize,
    offset: u64,
    encoding: Encoding,
    lines: Vec<LineStart>,
}

impl OwnedChunk {
    /// Borrows it.
    pub fn chunk(&self) -> Chunk<'_> {
        let buffer = &self.buffer[..self.length];
        let (offset, encoding) = (self.offset, self.encoding);
        Chunk { buffer, start: self.start, end: self.end, offset, encoding, lines: &self.lines }
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
    /// For text that is decoded line by line.
    lines: Option<Lines>,
    /// Where the lines of `text` are stored then.
    starts: Vec<LineStart>,
    /// What was read and not decoded yet.
    stored: Vec<u8>,
    /// Decoded text that no chunk has got yet, behind a little that the last one had; then room. The room keeps what a
    /// chunk before has left there, because overwriting it with zeros takes as long as a tenth of unpacking.
    text: Vec<u8>,
    /// Bytes of `text` that are text.
    filled: usize,
    /// Where the next chunk begins in `text`.
    start: usize,
    /// Where it begins in the stored file.
    offset: u64,
    ended: bool,
    /// Nothing but the head was read yet, and that is not decoded.
    headed: bool,
    sizes: Sizes,
}

impl<'a> ChunkReader<'a> {
    /// `head` is what was already read from `source` for [`Reading::guess`].
    pub fn new(source: &'a mut (dyn Read + Send), head: Vec<u8>, reading: &'a Reading) -> ChunkReader<'a> {
        ChunkReader::with_sizes(source, head, reading, Sizes::USUAL)
    }

    pub(in crate::record) fn with_sizes(
        source: &'a mut (dyn Read + Send),
        mut head: Vec<u8>,
        reading: &'a Reading,
        sizes: Sizes,
    ) -> ChunkReader<'a> {
        let encoding = reading.encoding;
        // A mark that is not whole yet would be decoded as text.
        while encoding.decoder().is_some() && head.len() < 2 {
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
            lines: Lines::new(encoding),
            starts: Vec::new(),
            stored,
            filled: text.len(),
            text,
            start: 0,
            offset: mark as u64,
            ended: false,
            headed: true,
            sizes,
        }
    }

    /// Returns the next chunk; the buffer of a finished one may be given back for reuse.
    pub fn next_chunk(&mut self, reuse: Option<OwnedChunk>) -> Option<OwnedChunk> {
        let mut wanted = self.start + self.sizes.chunk + 1;
        let end = loop {
            self.fill(wanted);
            match place(&self.text[..self.filled], self.start, self.ended, self.format, &self.sizes) {
                Place::At(end) => break end,
                Place::More(more) => wanted = more,
            }
        };
        if end == self.start {
            return None;
        }
        self.fill(end + self.sizes.around);
        let kept = end.saturating_sub(self.sizes.around);
        let (mut rest, mut lines) = reuse.map(|chunk| (chunk.buffer, chunk.lines)).unwrap_or_default();
        make_room(&mut rest, self.filled - kept);
        rest[..self.filled - kept].copy_from_slice(&self.text[kept..self.filled]);
        let buffer = std::mem::replace(&mut self.text, rest);
        let length = self.filled.min(end + self.sizes.around);
        self.filled -= kept;
        lines.clear();
        // Lines may follow from one that begins before what is kept.
        if let Some(before) = line_of(&self.starts, kept) {
            let stored = before.stored + self.encoding.stored(&buffer[before.text..kept]);
            lines.push(LineStart { text: 0, stored });
        }
        let rest = self.starts.iter().filter(|line| line.text > kept);
        lines.extend(rest.map(|line| LineStart { text: line.text - kept, ..*line }));
        let lines = std::mem::replace(&mut self.starts, lines);
        let (start, offset, encoding) = (self.start, self.offset, self.encoding);
        let chunk = OwnedChunk { start, end, offset, encoding, buffer, length, lines };
        self.offset = chunk.chunk().file_offset(end);
        self.start = end - kept;
        Some(chunk)
    }

    /// Reads and decodes until `text` has the length wanted or the stream has ended.
    fn fill(&mut self, wanted: usize) {
        while self.filled < wanted && !self.ended {
            let missing = wanted - self.filled;
            if self.lines.is_some() {
                self.fill_lines(missing);
                continue;
            }
            let Some(decoder) = &mut self.decoder else {
                make_room(&mut self.text, wanted);
                match self.source.read(&mut self.text[self.filled..wanted]) {
                    Ok(read @ 1..) => self.filled += read.min(missing),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Ok(0) | Err(_) => self.ended = true,
                }
                continue;
            };
            if self.stored.is_empty() {
                let step = missing.clamp(16, 64 << 10);
                let read = (&mut *self.source).take(step as u64).read_to_end(&mut self.stored);
                self.ended = !matches!(read, Ok(read) if read == step);
            }
            let most = decoder.max_utf8_buffer_length(self.stored.len()).unwrap_or(self.stored.len() * 3 + 16);
            make_room(&mut self.text, self.filled + most);
            let room = &mut self.text[self.filled..];
            let (_, _, written, _) = decoder.decode_to_utf8(&self.stored, room, self.ended);
            self.filled += written;
            self.stored.clear();
        }
    }

    /// Reads and decodes some lines.
    fn fill_lines(&mut self, missing: usize) {
        let Some(lines) = &mut self.lines else { return };
        // The head is at hand already.
        if !std::mem::take(&mut self.headed) {
            let step = missing.clamp(4 << 10, 64 << 10);
            let read = (&mut *self.source).take(step as u64).read_to_end(&mut self.stored);
            self.ended = !matches!(read, Ok(read) if read == step);
        }
        lines.decode(&mut self.stored, self.ended, self.format);
        make_room(&mut self.text, self.filled + lines.output.len());
        self.text[self.filled..self.filled + lines.output.len()].copy_from_slice(&lines.output);
        let place = |line: LineStart| LineStart { text: self.filled + line.text, ..line };
        self.starts.extend(lines.starts.list.drain(..).map(place));
        self.filled += lines.output.len();
        lines.output.clear();
    }
}

/// Makes a buffer at least so long.
fn make_room(buffer: &mut Vec<u8>, length: usize) {
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
}
