//! How fast whole bundles are gone through, on all threads: unpacked only, searched for 1,000 patterns, and triaged.
//!
//! `TIERLINE_BENCH_MIB` is the size of the plain log, 64 by default. `TIERLINE_BENCH_MIB=2048 cargo bench --bench bundles`
//! is the usual measurement: 2 GiB plain, 1 GiB as tar.gz and as zip of 16 files, 2,000 files of 100 KiB. Throughput is
//! bytes of log, unpacked, per second.

mod log;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tierline::bundle::{Bundle, Content, Limits};
use tierline::signature::SignatureSet;
use tierline::triage::{Options, triage};

const MEMBERS: usize = 16;
const SMALL_FILES: usize = 2_000;

/// The bundles of all kinds, with what they have unpacked.
fn bundles(folder: &Path) -> Vec<(&'static str, PathBuf, u64)> {
    let mebibytes = std::env::var("TIERLINE_BENCH_MIB").ok().and_then(|it| it.parse().ok()).unwrap_or(64_usize);
    let text = log::mixed(mebibytes << 20);
    let half = &text[..text.len() / 2];
    let members: Vec<&[u8]> = half.chunks(half.len().div_ceil(MEMBERS)).collect();
    let small = text.len() / 10;
    let plain = folder.join("plain.log");
    fs::write(&plain, &text).expect("the folder was just made");
    vec![
        ("plain", plain, text.len() as u64),
        ("tar.gz", tar_gz(folder.join("bundle.tar.gz"), &members), half.len() as u64),
        ("zip", zip(folder.join("bundle.zip"), &members), half.len() as u64),
        ("files", small_files(folder.join("small"), &text[..small]), small as u64),
    ]
}

fn tar_gz(path: PathBuf, members: &[&[u8]]) -> PathBuf {
    let file = BufWriter::new(File::create(&path).expect("the folder was just made"));
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::new(6)));
    for (number, member) in members.iter().enumerate() {
        let mut header = tar::Header::new_gnu();
        header.set_size(member.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, format!("logs/{number}.log"), *member).expect("the file can be written");
    }
    let encoder = archive.into_inner().expect("the file can be written");
    encoder.finish().and_then(|mut file| file.flush()).expect("the file can be written");
    path
}

fn zip(path: PathBuf, members: &[&[u8]]) -> PathBuf {
    let mut archive = zip::ZipWriter::new(BufWriter::new(File::create(&path).expect("the folder was just made")));
    for (number, member) in members.iter().enumerate() {
        let options = zip::write::SimpleFileOptions::default().compression_level(Some(6));
        archive.start_file(format!("logs/{number}.log"), options).expect("the name is new");
        archive.write_all(member).expect("the file can be written");
    }
    archive.finish().expect("the file can be written");
    path
}

fn small_files(folder: PathBuf, text: &[u8]) -> PathBuf {
    for (number, piece) in text.chunks(text.len().div_ceil(SMALL_FILES)).enumerate() {
        let folder = folder.join((number / 100).to_string());
        fs::create_dir_all(&folder).expect("the folder was just made");
        fs::write(folder.join(format!("{number}.log")), piece).expect("the file can be written");
    }
    folder
}

/// Goes through a bundle and throws its bytes away.
fn unpack(bundle: &Bundle) -> u64 {
    let visited = bundle.visit(&|entry| {
        if let Content::Stream(stream) = entry.content {
            let mut block = vec![0; 256 << 10];
            while let Ok(1..) = stream.read(&mut block) {}
        }
    });
    assert!(visited.problems.is_empty());
    visited.bytes
}

/// 1,000 patterns that stand in no log.
fn patterns(folder: &Path) -> SignatureSet {
    const PARTS: &[&str] = &["ledger", "quorum", "cursor", "extent", "keyring", "inode", "shard", "lease", "journal"];
    let pattern = |number| format!("{} no {number} lost its owner in pass [0-9]+\n", PARTS[number % PARTS.len()]);
    let file = folder.join("patterns.txt");
    fs::write(&file, (0..1_000).map(pattern).collect::<String>()).expect("the folder was just made");
    SignatureSet::of_patterns(&file).expect("the file was just written")
}

fn go_through(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let patterns = patterns(folder.path());
    let builtin = SignatureSet::load(true, &[]).expect("the built-in catalogue needs no file");
    for (name, path, bytes) in bundles(folder.path()) {
        let bundle = Bundle::open(&[path], Limits::default()).expect("the file was just written");
        let mut group = criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(Throughput::Bytes(bytes));
        group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
        if name != "plain" {
            group.bench_function("unpack", |bencher| bencher.iter(|| unpack(&bundle)));
        }
        let bare = Options { lines: true, unresolved: false, ..Options::default() };
        group.bench_function("search", |bencher| bencher.iter(|| triage(&bundle, &patterns, bare)));
        group.bench_function("triage", |bencher| bencher.iter(|| triage(&bundle, &builtin, Options::default())));
    }
}

criterion_group!(benches, go_through);
criterion_main!(benches);
