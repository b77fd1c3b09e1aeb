//! The decoder compared with zlib-rs: for every stream the same bytes and the same verdict, whichever way it is run.

use super::*;
use flate2::{Compression, Decompress, FlushDecompress, Status};
use proptest::prelude::*;
use std::io::Write;

/// How a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Well, after so many bytes.
    Whole(u64),
    CutOff,
    Damaged,
}

/// What zlib-rs makes of a stream.
fn by_zlib(packed: &[u8]) -> (Vec<u8>, Verdict) {
    let (mut engine, mut unpacked, mut block) = (Decompress::new(false), Vec::new(), vec![0; 1 << 16]);
    loop {
        let (taken, given) = (engine.total_in(), engine.total_out());
        let result = engine.decompress(&packed[taken as usize..], &mut block, FlushDecompress::None);
        let grown = engine.total_out() - given;
        unpacked.extend_from_slice(&block[..grown as usize]);
        match result {
            Ok(Status::StreamEnd) => return (unpacked, Verdict::Whole(engine.total_in())),
            Ok(_) if grown == 0 && engine.total_in() == taken => return (unpacked, Verdict::CutOff),
            Ok(_) => {}
            Err(_) => return (unpacked, Verdict::Damaged),
        }
    }
}

/// A source that gives no more than so many bytes at once.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let size = output.len().min(self.1);
        self.0.read(&mut output[..size])
    }
}

fn by_us(packed: &[u8], access: Option<Access>, at_once: usize) -> (Vec<u8>, Verdict) {
    let mut inflate = Inflate::with_access(Slow(packed, at_once), access);
    let mut unpacked = Vec::new();
    let verdict = match inflate.read_to_end(&mut unpacked) {
        Ok(_) => Verdict::Whole(inflate.consumed()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Verdict::CutOff,
        Err(_) => Verdict::Damaged,
    };
    (unpacked, verdict)
}

/// The careful decoder alone, the kernel with checks, the kernel without.
const WAYS: [Option<Access>; 3] = [None, Some(Access::Checked), Some(Access::Fast)];

/// Checks that all ways to decode agree with zlib-rs; returns its verdict.
#[track_caller]
fn check(packed: &[u8], at_once: usize) -> Verdict {
    let (unpacked, verdict) = by_zlib(packed);
    for access in WAYS {
        let ours = by_us(packed, access, at_once);
        assert_eq!(ours.1, verdict, "{access:?}, {at_once} bytes at once");
        assert!(ours.0 == unpacked, "{access:?}: {} bytes and not {}", ours.0.len(), unpacked.len());
    }
    verdict
}

fn deflate(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Text like that of logs: words that come again, numbers that grow.
fn log(lines: usize) -> Vec<u8> {
    let words = ["connection", "from", "timed out", "INFO", "WARN", "retry", "volume /dev/sda1", "--------", "=", "\t"];
    let (mut text, mut state) = (Vec::new(), 7_usize);
    for line in 0..lines {
        text.extend_from_slice(format!("2026-01-02 03:{:02}:{:02}.{line:06} ", line / 60 % 60, line % 60).as_bytes());
        for _ in 0..4 + state % 9 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.extend_from_slice(words[(state >> 33) % words.len()].as_bytes());
            text.push(b' ');
        }
        text.push(b'\n');
    }
    text
}

/// Bytes of which each is half as frequent as the one before it: their codes have all lengths up to the longest.
fn skewed(size: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 20).trailing_zeros() as u8
    };
    (0..size).map(next).collect()
}

#[test]
fn whole_streams_of_each_level_are_unpacked() {
    let noise: Vec<u8> = log(4000)
        .iter()
        .scan(1_u32, |state, byte| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 24) as u8 ^ byte)
        })
        .collect();
    let runs: Vec<u8> = (0..300_000_u32).map(|at| if at % 1000 < 990 { b' ' } else { at as u8 }).collect();
    for content in [&b""[..], b"a", b"hello hello hello", &log(9000), &noise, &runs, &skewed(300_000), &[0; 1_000_000]]
    {
        for level in [0, 1, 6, 9] {
            let packed = deflate(content, level);
            assert_eq!(check(&packed, usize::MAX), Verdict::Whole(packed.len() as u64));
            assert!(by_us(&packed, Some(Access::Fast), 1000).0 == content);
        }
    }
}

#[test]
fn input_may_come_byte_by_byte_and_be_followed_by_more() {
    let mut packed = deflate(&log(300), 6);
    let size = packed.len() as u64;
    packed.extend_from_slice(b"more");
    for at_once in [1, 2, 7, 8, 9, 100] {
        assert_eq!(check(&packed, at_once), Verdict::Whole(size));
    }
}

#[test]
fn every_cut_is_noticed() {
    let packed = deflate(&log(20), 6);
    for size in 0..packed.len() {
        assert_eq!(check(&packed[..size], usize::MAX), Verdict::CutOff);
    }
}

#[test]
fn what_follows_a_stream_stays_in_the_input() {
    let packed = [deflate(b"first", 6), b"between".to_vec(), deflate(b"second", 6)].concat();
    let mut inflate = Inflate::new(&packed[..]);
    let mut first = Vec::new();
    inflate.read_to_end(&mut first).unwrap();
    let mut between = [0; 7];
    inflate.input().read_exact(&mut between).unwrap();
    inflate.restart();
    let mut second = Vec::new();
    inflate.read_to_end(&mut second).unwrap();
    assert_eq!((&first[..], &between, &second[..]), (&b"first"[..], b"between", &b"second"[..]));
}

#[test]
fn a_stream_does_not_see_the_one_before() {
    // A match of three bytes at distance one (fixed codes: 0000001 00000), right at the beginning.
    let backwards = [0b0000_0011, 0b10, 0, 0];
    assert_eq!(check(&backwards, usize::MAX), Verdict::Damaged);
    let packed = [&deflate(b"first", 6)[..], &backwards].concat();
    let mut inflate = Inflate::new(&packed[..]);
    inflate.read_to_end(&mut Vec::new()).unwrap();
    inflate.restart();
    let mut second = Vec::new();
    assert_eq!(inflate.read_to_end(&mut second).unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert!(second.is_empty());
}

/// Writes bits, the lowest first, as a deflate stream has them; codes are written highest bit first.
#[derive(Default)]
struct Writer(Vec<bool>);

impl Writer {
    fn bits(&mut self, value: u32, count: u32) -> &mut Writer {
        self.0.extend((0..count).map(|bit| value >> bit & 1 == 1));
        self
    }

    fn code(&mut self, value: u32, count: u32) -> &mut Writer {
        self.0.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    /// The bytes so far, and enough after them for the kernel to work.
    fn bytes_and_zeros(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        self.0.chunks(8).map(byte).chain([0; 64]).collect()
    }
}

#[test]
fn headers_that_make_no_sense_are_damage() {
    let cases: &[(&str, &[(u32, u32)])] = &[
        ("block type 3", &[(1, 1), (3, 2)]),
        ("stored size without its complement", &[(1, 1), (0, 2), (0, 5), (5, 16), (5, 16)]),
        ("287 symbols", &[(1, 1), (2, 2), (30, 5), (0, 5), (0, 4)]),
        ("31 distances", &[(1, 1), (2, 2), (0, 5), (30, 5), (0, 4)]),
        ("too many codes of a length", &[(1, 1), (2, 2), (0, 5), (0, 5), (0, 4), (1, 3), (1, 3), (1, 3), (1, 3)]),
        // What zlib says, too, but only after as many lengths of zero as there should be.
        ("no codes of a length", &[(1, 1), (2, 2), (0, 5), (0, 5), (0, 4), (0, 12)]),
        ("too few codes of a length", &[(1, 1), (2, 2), (0, 5), (0, 5), (0, 4), (2, 3), (2, 3), (2, 3), (0, 3)]),
        // Codes of 16 and 17 have one bit; the first length repeats the one before.
        ("repeats nothing", &[(1, 1), (2, 2), (0, 5), (0, 5), (0, 4), (1, 3), (1, 3), (0, 3), (0, 3), (0, 1), (0, 2)]),
    ];
    for (name, fields) in cases {
        let mut writer = Writer::default();
        for (value, count) in *fields {
            writer.bits(*value, *count);
        }
        assert_eq!(check(&writer.bytes_and_zeros(), usize::MAX), Verdict::Damaged, "{name}");
    }
}

#[test]
fn symbols_without_meaning_are_damage() {
    // Fixed codes: 286 and 287 are 11000110 and 11000111; distances 30 and 31 are 11110 and 11111.
    for symbol in [0b1100_0110, 0b1100_0111] {
        let packed = Writer::default().bits(3, 3).code(symbol, 8).bytes_and_zeros();
        assert_eq!(check(&packed, usize::MAX), Verdict::Damaged);
        // The same where the kernel works.
        let mut writer = Writer::default();
        writer.bits(3, 3);
        for _ in 0..100 {
            writer.code(0b0011_0000, 8);
        }
        let packed = writer.code(symbol, 8).bytes_and_zeros();
        assert_eq!((check(&packed, usize::MAX), by_zlib(&packed).0.len()), (Verdict::Damaged, 100));
    }
    for distance in [30, 31] {
        let packed = Writer::default().bits(3, 3).code(0x30, 8).code(1, 7).code(distance, 5).bytes_and_zeros();
        assert_eq!(check(&packed, usize::MAX), Verdict::Damaged);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn content_comes_back(content: Vec<u8>, level in 0_u32..10, at_once in 1_usize..300) {
        let packed = deflate(&content, level);
        prop_assert_eq!(check(&packed, at_once), Verdict::Whole(packed.len() as u64));
    }

    #[test]
    fn arbitrary_bytes_mean_the_same_to_zlib(start in 0_u8..8, mut packed: Vec<u8>, at_once in 1_usize..300) {
        if let Some(first) = packed.first_mut() {
            *first = *first & 0xf8 | start;
        }
        check(&packed, at_once);
    }

    #[test]
    fn mutated_streams_mean_the_same_to_zlib(
        lines in 1_usize..400,
        level in 0_u32..10,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        at_once in prop_oneof![Just(usize::MAX), 1_usize..300],
    ) {
        let mut packed = deflate(&log(lines), level);
        for (at, byte) in changes {
            let at = at.index(packed.len());
            packed[at] = byte;
        }
        if cut.index(4) == 0 {
            packed.truncate(cut.index(packed.len()));
        }
        check(&packed, at_once);
    }
}
