//! How fast a compressed log is unpacked: by the bundle, as in a triage, and by flate2 with zlib-rs.
//!
//! Throughput is unpacked bytes per second on one thread. The log is generated; it packs to about a fifth, as logs do.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::time::Duration;
use tierline::bundle::{Bundle, Content, Limits};

/// Bytes of log per run.
const SIZE: usize = 16 << 20;

const MESSAGES: &[&str] = &[
    "accepted connection from",
    "closed connection to",
    "request took longer than expected, retry",
    "flushed segment of volume",
    "session expired for user",
    "checkpoint of journal written by",
];

/// A log with times, numbers and messages that come again.
fn log() -> Vec<u8> {
    let (mut text, mut state) = (Vec::with_capacity(SIZE + 200), 1_u64);
    for line in 0.. {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = (state >> 33) as usize;
        let message = MESSAGES[random % MESSAGES.len()];
        let (minute, second, node, id) = (line / 6000 % 60, line / 100 % 60, random % 97, random % 1_000_000);
        let written = writeln!(
            text,
            "2026-03-07T11:{minute:02}:{second:02}.{:03}Z INFO  [worker-{}] {message} node{node} id={id}",
            line % 1000,
            random / 7 % 16
        );
        if written.is_err() || text.len() >= SIZE {
            break;
        }
    }
    text.truncate(SIZE);
    text
}

fn read_all(source: &mut dyn Read, block: &mut [u8]) -> u64 {
    let mut all = 0;
    while let Ok(read @ 1..) = source.read(block) {
        all += read as u64;
        black_box(&block[..read]);
    }
    all
}

fn by_flate2(path: &Path, block: &mut [u8]) -> u64 {
    let file = File::open(path).expect("the file was written before");
    read_all(&mut flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(64 << 10, file)), block)
}

fn by_bundle(path: &Path) -> u64 {
    let bundle = Bundle::open(&[path.to_path_buf()], Limits::default()).expect("the file was written before");
    let visited = bundle.visit(&|entry| {
        if let Content::Stream(stream) = entry.content {
            read_all(stream, &mut vec![0; 1 << 20]);
        }
    });
    visited.bytes
}

fn inflate(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("bench.log.gz");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(&log()).expect("memory is written");
    fs::write(&path, encoder.finish().expect("memory is written")).expect("the temporary folder is writable");
    let mut block = vec![0; 1 << 20];
    assert_eq!((by_bundle(&path), by_flate2(&path, &mut block)), (SIZE as u64, SIZE as u64));

    let mut group = criterion.benchmark_group("inflate");
    group.throughput(Throughput::Bytes(SIZE as u64)).sample_size(20).measurement_time(Duration::from_secs(3));
    group.bench_function("bundle", |bencher| bencher.iter(|| by_bundle(black_box(&path))));
    group.bench_function("flate2", |bencher| bencher.iter(|| by_flate2(black_box(&path), &mut block)));
    group.finish();
}

criterion_group!(benches, inflate);
criterion_main!(benches);
