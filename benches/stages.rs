//! What each stage of a triage costs, one after the other, on one thread.
//!
//! The logs are the healthy ones of `testdata/quiet` with other numbers. Stages that see every byte are given in bytes of
//! log per second, the others per record, message or report. `cargo bench --bench stages -- probe` runs one of them.

mod log;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use tierline::bundle::{Bundle, Content, Limits};
use tierline::diagnosis::Diagnosis;
use tierline::finding::template;
use tierline::record::{Chunk, ChunkReader, Reading, chunks};
use tierline::report::{self, TextStyle};
use tierline::scan::{LineCache, Scanner};
use tierline::signature::SignatureSet;
use tierline::templates::Unit;
use tierline::triage::{Options, triage};

/// Bytes of log per run.
const SIZE: usize = 4 << 20;

fn group<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group
}

/// A list of patterns as signatures.
fn patterns(lines: impl Iterator<Item = String>) -> SignatureSet {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), lines.map(|line| line + "\n").collect::<String>()).expect("the file was just made");
    SignatureSet::of_patterns(file.path()).expect("the file was just written")
}

/// Messages that stand in no log.
fn absent(count: usize) -> SignatureSet {
    const TROUBLES: &[&str] = &["lost its owner", "went backwards", "is orphaned", "was cut in halves", "overran"];
    const PARTS: &[&str] = &["ledger", "quorum", "cursor", "extent", "keyring", "inode", "shard", "lease", "journal"];
    patterns((0..count).map(|number| {
        let (part, trouble) = (PARTS[number % PARTS.len()], TROUBLES[number / PARTS.len() % TROUBLES.len()]);
        format!(r"{part} no {} {trouble}: \S+ in pass [0-9]+", number / (PARTS.len() * TROUBLES.len()))
    }))
}

fn inflate(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("bench.log.gz");
    let text = log::mixed(SIZE);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(&text).expect("memory is written");
    fs::write(&path, encoder.finish().expect("memory is written")).expect("the folder was just made");
    let mut group = group(criterion, "inflate");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("gzip", |bencher| bencher.iter(|| unpack(&path)));
}

/// Reads a bundle to its end and returns how many bytes it has.
fn unpack(path: &Path) -> u64 {
    let bundle = Bundle::open(&[path.to_path_buf()], Limits::default()).expect("the file was just written");
    let visited = bundle.visit(&|entry| {
        if let Content::Stream(stream) = entry.content {
            let mut block = vec![0; 256 << 10];
            while let Ok(1..) = stream.read(&mut block) {
                black_box(&block);
            }
        }
    });
    visited.bytes
}

/// A stream is cut into chunks, and decoded if it is not UTF-8.
fn split(criterion: &mut Criterion) {
    let text = log::mixed(SIZE);
    let wide: Vec<u8> = String::from_utf8_lossy(&text).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = [&[0xff, 0xfe][..], &wide].concat();
    let mut group = group(criterion, "split");
    for (name, text) in [("utf-8", &text), ("utf-16", &wide)] {
        let reading = Reading::guess(&text[..Reading::HEAD], None).expect("a log is text");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut source = text.as_slice();
                let mut reader = ChunkReader::new(&mut source, Vec::new(), &reading);
                let mut reuse = None;
                while let Some(chunk) = reader.next_chunk(reuse.take()) {
                    black_box(chunk.chunk().text().len());
                    reuse = Some(chunk);
                }
            });
        });
    }
}

/// Scans a whole text and returns how many signatures held.
fn scan(scanner: &Scanner, text: &[u8], reading: &Reading) -> u64 {
    let scope = scanner.in_file("bench.log");
    let mut held = 0;
    let mut cache = LineCache::default();
    for piece in chunks(text, &reading.format) {
        let counts = scanner.scan(&Chunk::of(text, piece), &reading.format, &scope, &mut cache, &mut |hit| {
            held += hit.matches.len() as u64;
        });
        black_box(counts);
    }
    held
}

/// Every byte is probed for literals and none is found.
fn probe(criterion: &mut Criterion) {
    let text = log::mixed(SIZE);
    let reading = Reading::of_lines(&text[..Reading::HEAD]).expect("a log is text");
    let mut group = group(criterion, "probe");
    group.throughput(Throughput::Bytes(text.len() as u64));
    for count in [100, 1_000, 5_000] {
        let scanner = Scanner::of_known(&absent(count));
        assert_eq!(scan(&scanner, &text, &reading), 0);
        group.bench_function(count.to_string(), |bencher| bencher.iter(|| scan(&scanner, &text, &reading)));
    }
}

/// A literal is found in every line and its condition evaluated: as text, as a pattern, as a pattern with captures, and
/// as one that does not hold.
fn confirm(criterion: &mut Criterion) {
    const LINES: u64 = 20_000;
    let line = |n| {
        format!("2026-01-02 10:00:00,{:03} ERROR [worker-{}] cannot open volume {n}: no space left\n", n % 1000, n % 8)
    };
    let text: String = (0..LINES).map(line).collect();
    let text = text.as_bytes();
    let reading = Reading::of_lines(&text[..Reading::HEAD]).expect("a log is text");
    let mut group = group(criterion, "confirm");
    group.throughput(Throughput::Elements(LINES));
    for (name, pattern, held) in [
        ("text", "cannot open volume", LINES),
        ("pattern", r"cannot open volume [0-9]+: .*left", LINES),
        ("captures", r"cannot open volume (?<volume>\S+): (?<why>.*)", LINES),
        ("not", "cannot open volume [a-z]+", 0),
    ] {
        let scanner = Scanner::of_known(&patterns([pattern.to_owned()].into_iter()));
        assert_eq!(scan(&scanner, text, &reading), held, "{name}");
        group.bench_function(name, |bencher| bencher.iter(|| scan(&scanner, text, &reading)));
    }
}

/// Records are cut, with time and level; then the same with everything that the scan looks for; then that where no line is like
/// another one.
fn record(criterion: &mut Criterion) {
    let set = SignatureSet::load(true, &[]).expect("the built-in catalogue needs no file");
    let scanner = Scanner::new(&set);
    let mut group = group(criterion, "record");
    for (name, file) in [
        ("java", "apps/shop-java.log"),
        ("syslog", "linux/var/log/messages"),
        ("veeam", "veeam/Backup/Svc.VeeamBackup.log"),
        ("json", "apps/shop.jsonl"),
        ("access", "linux/var/log/httpd/access_log"),
    ] {
        let text = log::of(file, SIZE);
        let reading = Reading::guess(&text[..Reading::HEAD], None).expect("a log is text");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{name}/cut"), |bencher| {
            bencher.iter(|| {
                let chunk = Chunk::of(&text, 0..text.len());
                reading.format.records(&chunk).filter_map(|record| record.header.time).max()
            });
        });
        group.bench_function(format!("{name}/scan"), |bencher| bencher.iter(|| scan(&scanner, &text, &reading)));
        let text = log::named(&text);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{name}/new"), |bencher| bencher.iter(|| scan(&scanner, &text, &reading)));
    }
}

/// Messages become templates.
fn templates(criterion: &mut Criterion) {
    let text = log::mixed(256 << 10);
    let reading = Reading::guess(&text, None).expect("a log is text");
    let chunk = Chunk::of(&text, 0..text.len());
    let messages: Vec<&[u8]> = reading.format.records(&chunk).map(|record| record.message()).collect();
    let mut group = group(criterion, "template");
    group.throughput(Throughput::Elements(messages.len() as u64));
    group.bench_function("mixed", |bencher| {
        bencher.iter(|| messages.iter().map(|message| template(message).len()).sum::<usize>());
    });
}

/// What `tierline templates` does: lines that differ from earlier ones in digits only, and lines that are all new to it.
fn mine(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread can be had");
    let alike = log::mixed(SIZE);
    // Letters that vary; the first line's keep it from being read as anything else.
    let name = |number: usize| format!(" <{:x}>", (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let lines = alike.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let new: Vec<u8> =
        lines.enumerate().flat_map(|(number, line)| [line, name(number).as_bytes(), b"\n"].concat()).collect();
    let mut group = group(criterion, "mine");
    for (name, text) in [("alike", &alike), ("new", &new)] {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("the folder was just made");
        let bundle = Bundle::open(&[path], Limits::default()).expect("the file was just written");
        group.throughput(Throughput::Elements(text.iter().filter(|byte| **byte == b'\n').count() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| pool.install(|| tierline::templates::mine(&bundle, Unit::Record).0.all().len()));
        });
    }
}

/// A diagnosis of the bundles in `testdata` becomes a report.
fn reports(criterion: &mut Criterion) {
    let bundles = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bundles");
    let bundle = Bundle::open(&[bundles], Limits::default()).expect("the test data are there");
    let set = SignatureSet::load(true, &[]).expect("the built-in catalogue needs no file");
    let diagnosis = triage(&bundle, &set, Options::default());
    let mut group = group(criterion, "report");
    let text = |it: &Diagnosis| report::text(it, TextStyle::plain(100, 10));
    let markdown = |it: &Diagnosis| report::markdown(it, 10);
    group.bench_function("text", |bencher| bencher.iter(|| text(&diagnosis)));
    group.bench_function("markdown", |bencher| bencher.iter(|| markdown(&diagnosis)));
    group.bench_function("json", |bencher| bencher.iter(|| report::json(&diagnosis)));
}

/// From nothing to a scanner.
fn ready(criterion: &mut Criterion) {
    let mut group = group(criterion, "ready");
    let builtin = || SignatureSet::load(true, &[]).expect("the built-in catalogue needs no file");
    group.bench_function("built-in/load", |bencher| bencher.iter(builtin));
    let set = builtin();
    group.bench_function(format!("built-in/compile {}", set.signatures().len()), |bencher| {
        bencher.iter(|| Scanner::new(&set));
    });
    // The same again under other names: so a catalogue grows.
    let copies = 5_000_usize.div_ceil(set.signatures().len());
    let signatures = (0..copies).flat_map(|copy| {
        set.signatures().iter().cloned().map(move |mut signature| {
            signature.id = format!("{}-{copy}", signature.id).into();
            signature
        })
    });
    let large = SignatureSet::new(signatures.take(5_000).collect());
    group.bench_function("built-in/compile 5000", |bencher| bencher.iter(|| Scanner::new(&large)));
    for count in [1_000, 5_000] {
        let set = absent(count);
        group.bench_function(format!("patterns/compile {count}"), |bencher| bencher.iter(|| Scanner::of_known(&set)));
    }
}

criterion_group!(benches, inflate, split, probe, confirm, record, templates, mine, reports, ready);
criterion_main!(benches);
