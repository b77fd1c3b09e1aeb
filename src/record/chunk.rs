//! A file cut into pieces that can be worked on in parallel, at the same places whether it is mapped or streamed.
//!
//! A cut is made at the first line behind [`Chunk::SIZE`] that begins a record by itself. If there is none for a long
//! way, all lines there are records of their own (see `fold`), and the cut is made at the last line start, or in a line
//! too long for that at a multiple of the piece size.

use super::fold::{Sizes, piece};
use super::lines::{LineStart, Lines};
use super::{Encoding, Format, Reading};
use memchr::{memchr, memrchr};
use std::io::{ErrorKind, Read};
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
    /// How the file's text is stored, to turn positions in `buffer` into file offsets.
    pub encoding: Encoding,
    /// Where lines of `buffer` are stored, if that does not follow from `offset`.
    pub(super) lines: &'a [LineStart],
}

impl<'a> Chunk<'a> {
    /// Size aimed at; a chunk ends at the first record start behind it.
    pub const SIZE: usize = 1 << 20;
    /// How much text before and after the piece is at hand for context lines.
    pub const AROUND: usize = 4 << 10;

    /// Makes the chunk of a mapped text that [`chunks`] has cut out, with its surroundings.
    pub fn of(text: &'a [u8], range: Range<usize>) -> Chunk<'a> {
        let end = range.end.min(text.len());
        let start = range.start.min(end);
        let from = start.saturating_sub(Chunk::AROUND);
        let to = text.len().min(end.saturating_add(Chunk::AROUND));
        let buffer = &text[from..to];
        let encoding = Encoding::Bytes;
        Chunk { buffer, start: start - from, end: end - from, offset: start as u64, encoding, lines: &[] }
    }

    /// The piece itself.
    pub fn text(&self) -> &'a [u8] {
        &self.buffer[self.start..self.end]
    }

    /// Offset in the stored file of a position in `buffer` (at or after `start`).
    pub fn file_offset(&self, position: usize) -> u64 {
        let position = position.clamp(self.start, self.buffer.len());
        let (from, offset) = match line_of(self.lines, position) {
            Some(line) => (line.text, line.stored),
            None => (self.start, self.offset),
        };
        offset + self.encoding.stored(self.buffer.get(from..position).unwrap_or_default())
    }
}

/// The line in which a position is.
fn line_of(lines: &[LineStart], position: usize) -> Option<&LineStart> {
    lines.partition_point(|line| line.text <= position).checked_sub(1).and_then(|index| lines.get(index))
}

/// Cuts a whole text that needs no decoding into the ranges of its chunks; the same places where [`ChunkReader`] would cut.
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
        if !super::fold::is_blank(candidate) && format.classify(candidate).begins() {
            return Place::At(begin);
        }
        line = if piece.newline { Some(piece.next) } else { line_after(piece.next.min(limit)) };
    }
    if text.len() <= limit {
        // Ask for ever more: what has been looked at is looked at again.
        let step = (text.len() - target).max(16 << 10);
        return if whole { Place::At(text.len()) } else { more((text.len() + step).min(limit + 1)) };
    }
    let line = memrchr(b'\n', &text[start..limit]).map_or(start, |length| start + length + 1);
    Place::At(line + (limit - line) / sizes.piece * sizes.piece)
}

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

    pub(super) fn with_sizes(
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

#[cfg(test)]
mod tests {
    use super::super::fold::{Record, Records};
    use super::*;
    use proptest::prelude::*;

    const SMALL: Sizes = Sizes { chunk: 200, search: 400, record: 120, lines: 6, piece: 100, around: 30 };

    /// Code pages in which a character takes a byte or several.
    const CODES: [&encoding_rs::Encoding; 6] = [
        encoding_rs::SHIFT_JIS,
        encoding_rs::EUC_JP,
        encoding_rs::EUC_KR,
        encoding_rs::BIG5,
        encoding_rs::GBK,
        encoding_rs::GB18030,
    ];

    /// Gives 1, 2, ... `most` bytes at a time.
    struct Dripping<'a> {
        rest: &'a [u8],
        step: usize,
        most: usize,
    }

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.step = self.step % self.most + 1;
            let length = self.step.min(self.rest.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.rest[..length]);
            self.rest = &self.rest[length..];
            Ok(length)
        }
    }

    /// A record as it stands in the whole file, so that records of different chunks can be compared.
    type Seen = (u64, u64, String, Option<crate::record::Time>, Option<crate::record::Level>);

    fn seen(chunk: &Chunk<'_>, lines_before: &mut u64, reading: &Reading, sizes: Sizes, all: &mut Vec<Seen>) {
        for record in Records::new(&reading.format, chunk, sizes) {
            let Record { start, line, lines, header, text } = record;
            assert_eq!(text, &chunk.buffer[start..start + text.len()]);
            let text = String::from_utf8_lossy(text).into_owned();
            assert!(text.len() <= sizes.record.max(sizes.piece) * 3, "{}", text.len());
            assert!(lines <= sizes.lines, "{lines}");
            all.push((chunk.file_offset(start), *lines_before + line, text, header.time, header.level));
        }
        *lines_before += chunk.text().iter().filter(|&&byte| byte == b'\n').count() as u64;
    }

    fn streamed(stored: &[u8], most: usize, head: usize, reading: &Reading, sizes: Sizes) -> (Vec<Seen>, Vec<Vec<u8>>) {
        let (head, rest) = stored.split_at(head.min(stored.len()));
        let mut source = Dripping { rest, step: 0, most };
        let mut reader = ChunkReader::with_sizes(&mut source, head.to_vec(), reading, sizes);
        let (mut all, mut pieces, mut lines, mut reuse) = (Vec::new(), Vec::new(), 0, None);
        while let Some(owned) = reader.next_chunk(reuse.take()) {
            let chunk = owned.chunk();
            assert!(chunk.start <= sizes.around && chunk.buffer.len() - chunk.end <= sizes.around);
            assert!(chunk.text().len() <= sizes.chunk + sizes.search);
            seen(&chunk, &mut lines, reading, sizes, &mut all);
            pieces.push(chunk.text().to_vec());
            reuse = Some(owned);
        }
        (all, pieces)
    }

    fn whole(text: &[u8], reading: &Reading, sizes: Sizes) -> Vec<Seen> {
        let chunk = Chunk { buffer: text, start: 0, end: text.len(), offset: 0, encoding: Encoding::Bytes, lines: &[] };
        let mut all = Vec::new();
        seen(&chunk, &mut 0, reading, sizes, &mut all);
        all
    }

    fn mapped(text: &[u8], reading: &Reading, sizes: Sizes) -> (Vec<Seen>, Vec<Vec<u8>>) {
        let (mut all, mut pieces, mut lines) = (Vec::new(), Vec::new(), 0);
        for range in chunks_of(text, &reading.format, &sizes) {
            let chunk = Chunk::of(text, range.clone());
            seen(&chunk, &mut lines, reading, sizes, &mut all);
            pieces.push(text[range].to_vec());
        }
        (all, pieces)
    }

    /// Every byte that can be seen is in exactly one record.
    fn assert_covered(text: &[u8], records: &[Seen]) {
        let visible = |text: &[u8]| text.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != 0).count();
        let text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)).into_owned();
        let inside: usize = records.iter().map(|record| visible(record.2.replace('\u{feff}', "").as_bytes())).sum();
        assert_eq!(inside, visible(text.replace('\u{feff}', "").as_bytes()));
        assert!(records.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    fn lines() -> impl Strategy<Value = String> {
        let headed = prop_oneof![
            Just("2026-01-02 03:04:05.678 ERROR [main] a.b.C: it failed".to_owned()),
            Just("[18.09.2024 03:12:44.123] <17> Error (3)  it failed".to_owned()),
            Just("[18.09.2024 03:12:44.123] <17> Error (3)     at Veeam.Backup.Core.Run(String a)".to_owned()),
            Just("[18.09.2024 03:12:44] <1402> prtcl |  >>  |--tr:frame".to_owned()),
            Just("Jan  2 03:04:05 host app[12]: text".to_owned()),
        ];
        let bare = || {
            prop_oneof![
                2 => Just("    at a.b.C(C.java:12)".to_owned()),
                1 => Just("Caused by: java.io.IOException: x".to_owned()),
                2 => Just("Traceback (most recent call last):".to_owned()),
                2 => Just("ValueError: bad".to_owned()),
                1 => Just("During handling of the above exception, another exception occurred:".to_owned()),
                2 => Just("plain words that say something".to_owned()),
                1 => Just("====================".to_owned()),
                1 => Just(String::new()),
                1 => Just("  ".to_owned()),
                1 => "[ -~]{0,40}",
                1 => (0_usize..700).prop_map(|length| "x2026-01-02 03:04:05 ".chars().cycle().take(length).collect()),
            ]
        };
        prop_oneof![blocks(prop_oneof![headed, bare()]), blocks(bare())]
    }

    fn blocks(line: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
        let end = prop_oneof![6 => Just("\n"), 1 => Just("\r\n")];
        let block = (line, end, prop_oneof![8 => Just(1_usize), 1 => 2_usize..60])
            .prop_map(|(line, end, times)| format!("{line}{end}").repeat(times));
        proptest::collection::vec(block, 0..50).prop_map(|blocks| blocks.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(120))]

        #[test]
        fn records_do_not_depend_on_where_chunks_begin(text in lines(), most in 1_usize..300, head in 0_usize..500) {
            let text = text.as_bytes();
            let reading = Reading { encoding: Encoding::Bytes, format: Format::guess(&text[..text.len().min(2000)], None) };
            let expected = whole(text, &reading, SMALL);
            assert_covered(text, &expected);
            let (records, cut) = mapped(text, &reading, SMALL);
            prop_assert_eq!(&records, &expected);
            let (records, drawn) = streamed(text, most, head, &reading, SMALL);
            prop_assert_eq!(&records, &expected);
            prop_assert_eq!(&cut, &drawn);
            prop_assert_eq!(cut.concat(), text);
        }

        #[test]
        fn utf_16_gives_the_records_of_utf_8_at_stored_offsets(text in lines(), most in 1_usize..50, head in 0_usize..9, big: bool, mark: bool) {
            let text = text.replace("failed", "fehlgeschlägt 😀");
            let reading = Reading { encoding: Encoding::Bytes, format: Format::guess(text.as_bytes(), None) };
            let expected = whole(text.as_bytes(), &reading, SMALL);
            let encode = if big { u16::to_be_bytes } else { u16::to_le_bytes };
            let start = if mark { "\u{feff}" } else { "" };
            let stored: Vec<u8> = start.encode_utf16().chain(text.encode_utf16()).flat_map(encode).collect();
            let reading = Reading { encoding: if big { Encoding::Utf16Be } else { Encoding::Utf16Le }, ..reading };
            let (records, pieces) = streamed(&stored, most, head, &reading, SMALL);
            prop_assert_eq!(pieces.concat(), text.as_bytes());
            prop_assert_eq!(records.len(), expected.len());
            for (have, want) in records.iter().zip(&expected) {
                let units = String::from_utf8_lossy(&text.as_bytes()[..want.0 as usize]).encode_utf16().count();
                prop_assert_eq!(have.0, 2 * (units + usize::from(mark)) as u64);
                prop_assert_eq!((&have.1, &have.2, &have.3), (&want.1, &want.2, &want.3));
            }
        }

        #[test]
        fn records_of_code_pages_do_not_overlap(
            lines in proptest::collection::vec(
                prop_oneof![
                    proptest::collection::vec(any::<u8>(), 0..300),
                    (any::<u8>(), 0_usize..700).prop_map(|(byte, length)| vec![byte; length]),
                    (any::<[u8; 2]>(), 0_usize..350).prop_map(|(pair, times)| pair.repeat(times)),
                ],
                0..12,
            ),
            code in proptest::sample::select(CODES.to_vec()),
        ) {
            let stored = lines.join(&b'\n');
            let reading = Reading { encoding: Encoding::Legacy(code), format: Format::guess(b"text", None) };
            let (records, _) = streamed(&stored, 77, 100, &reading, SMALL);
            prop_assert!(records.windows(2).all(|pair| pair[0].0 < pair[1].0), "{:?}", records);
            prop_assert!(records.last().is_none_or(|last| last.0 < stored.len() as u64));
        }

        #[test]
        fn no_bytes_panic(stored in proptest::collection::vec(any::<u8>(), 0..3000), modified in any::<Option<i64>>()) {
            let format = Format::guess(&stored, modified);
            for encoding in [Encoding::Bytes, Encoding::Utf16Le, Encoding::Utf16Be] {
                let reading = Reading { encoding, format: format.clone() };
                streamed(&stored, 77, 100, &reading, SMALL);
            }
            let _ = Reading::guess(&stored, modified);
        }
    }

    #[test]
    fn chunks_of_usual_size_begin_at_records_and_stay_bounded() {
        let mut text = Vec::new();
        for index in 0..30_000 {
            let line = format!(
                "2026-01-02 03:04:05.{:03} INFO [main] a.b.C: number {index}\n    at a.b.C(C.java:1)\n",
                index % 1000
            );
            text.extend_from_slice(line.as_bytes());
        }
        let reading = Reading::guess(&text[..Reading::HEAD], None).expect("text");
        let ranges = chunks(&text, &reading.format);
        assert!(ranges.len() >= 2);
        assert!(
            ranges.iter().all(|range| text[range.start..].starts_with(b"2026-") && range.len() < Chunk::SIZE + 1000)
        );
        let records: usize =
            ranges.iter().map(|range| reading.format.records(&Chunk::of(&text, range.clone())).count()).sum();
        assert_eq!(records, 30_000);
    }

    #[test]
    fn a_line_without_end_is_cut_into_bounded_pieces() {
        let text = vec![b'x'; 5 << 20];
        let reading = Reading::guess(&text[..Reading::HEAD], None).expect("text");
        let (records, pieces) = streamed(&text, 100_000, Reading::HEAD, &reading, Sizes::USUAL);
        assert_eq!(pieces.concat(), text);
        assert!(pieces.iter().all(|piece| piece.len() <= Chunk::SIZE + (256 << 10)));
        assert!(records.iter().all(|record| record.2.len() == Sizes::USUAL.piece && record.1 == 0));
        assert_eq!(chunks(&text, &reading.format).len(), pieces.len());
    }

    #[test]
    fn a_long_line_of_characters_of_one_byte_does_not_reach_into_the_next() {
        // Found by fuzzing: each katakana of half width was taken for two bytes.
        let stored = [[0xbb; 400].as_slice(), b"\nnext\n"].concat();
        let encoding = Encoding::Legacy(encoding_rs::SHIFT_JIS);
        let reading = Reading { encoding, format: Format::guess(b"text", None) };
        let (records, _) = streamed(&stored, 77, 100, &reading, SMALL);
        assert!(records.windows(2).all(|pair| pair[0].0 < pair[1].0), "{records:?}");
        assert_eq!(records.last().map(|last| (last.0, last.2.as_str())), Some((401, "next")));
    }

    #[test]
    fn text_around_a_chunk_is_at_hand() {
        let text = "Jan  2 03:04:05 host app[12]: text\n".repeat(100_000);
        let reading = Reading::guess(&text.as_bytes()[..Reading::HEAD], None).expect("text");
        let mut source = text.as_bytes();
        let mut reader = ChunkReader::new(&mut source, Vec::new(), &reading);
        for range in chunks(text.as_bytes(), &reading.format) {
            let mapped = Chunk::of(text.as_bytes(), range);
            let owned = reader.next_chunk(None).expect("as many as mapped");
            let chunk = owned.chunk();
            assert_eq!(
                (chunk.buffer, chunk.start, chunk.end, chunk.offset),
                (mapped.buffer, mapped.start, mapped.end, mapped.offset)
            );
        }
        assert!(reader.next_chunk(None).is_none());
    }
}
