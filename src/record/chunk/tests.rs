//! Records do not depend on where chunks begin, nor on how a stream is read.

use super::*;
use crate::record::Reading;
use crate::record::fold::{Record, Records};
use proptest::prelude::*;
use std::io::Read;

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
        Just("[18.09.2024 03:12:44.123] <17> Error (3)   Code: 5".to_owned()),
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
    assert!(ranges.iter().all(|range| text[range.start..].starts_with(b"2026-") && range.len() < Chunk::SIZE + 1000));
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
