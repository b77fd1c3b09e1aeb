//! How fast a log is cut into records with time and level, for the shapes that make up most of a bundle: at first sight
//! (`record`), with headers that were learnt before (`again`), and the parts of both per line (`learn`, `recall`).
//!
//! `split` takes logs whose numbers vary in value and length: syslog (RFC 3164) and ISO 8601 with levels. `values` gives
//! their records with time and level as values, as every walk over a log does; `records` is what a triage does with
//! records that nobody asks for: they are cut, with time and level, by a scan without signatures that begins with an empty
//! memory of lines. Both stand beside the time that only counting line ends takes.
//!
//! Lines are generated and the format is guessed from the text as in a triage. Throughput is bytes of log per second on
//! one thread. `cargo bench --bench record -- iso` runs one of them.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use tierline::record::{Chunk, Format, Layout, Line, LineReader, Reading, chunks};
use tierline::scan::{LineCache, Scanner};
use tierline::signature::SignatureSet;

/// Bytes of log per run.
const SIZE: usize = 4 << 20;

const MESSAGES: &[&str] = &[
    "request for /api/v1/volumes/7/snapshots done in 12 ms, 200 OK, queue is 3 long",
    "session opened for user backup by (uid=0)",
    "connection to 10.20.30.40:5432 closed after 184 seconds, 5118 pages sent",
    "checkpoint complete: wrote 1024 buffers (6.2%); 0 file(s) added, 1 removed, 3 recycled",
    "cannot reach the share, trying again",
];
const LEVELS: &[&str] = &["INFO", "INFO", "DEBUG", "INFO", "WARN", "INFO", "ERROR"];

fn log(line: impl Fn(usize, &str, &str) -> String) -> Vec<u8> {
    let mut text = String::with_capacity(SIZE + 400);
    let mut index = 0;
    while text.len() < SIZE {
        text.push_str(&line(index, LEVELS[index % LEVELS.len()], MESSAGES[index % MESSAGES.len()]));
        text.push('\n');
        index += 1;
    }
    text.into_bytes()
}

fn clock(index: usize) -> String {
    let second = index / 7;
    format!("{:02}:{:02}:{:02}", second / 3600 % 24, second / 60 % 60, second % 60)
}

/// Logs of the usual shapes.
fn logs() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (
            "syslog",
            log(|index, _, message| {
                format!("Feb {:2} {} db1 postgres[{}]: {message}", 1 + index / 9000, clock(index), index % 8)
            }),
        ),
        (
            "iso",
            log(|index, level, message| {
                format!("2026-01-02 {},{:03} {level} [worker-{}] {message}", clock(index), index % 1000, index % 8)
            }),
        ),
        (
            "veeam",
            log(|index, _, message| {
                let level = ["Info", "Info", "Info", "Warning", "Error"][index % 5];
                format!("[02.01.2026 {}] <{:02}> {level:8} {message}", clock(index), index % 40)
            }),
        ),
        (
            "json",
            log(|index, level, message| {
                format!(
                    r#"{{"time":"2026-01-02T{}.{:03}Z","level":"{level}","logger":"app.worker","msg":"{message}"}}"#,
                    clock(index),
                    index % 1000
                )
            }),
        ),
        (
            "epoch",
            log(|index, level, message| {
                format!(
                    "- {} 2026.01.02 R{:02}-M0 2026-01-02-{}.{:06} R{:02}-M0 RAS KERNEL {level} {message}",
                    1_767_323_045 + index / 7,
                    index % 40,
                    clock(index).replace(':', "."),
                    index % 1_000_000,
                    index % 40
                )
            }),
        ),
        (
            "compact",
            log(|index, _, message| {
                format!("20260102-{}:{}|Step_{}|300{:05}|{message}", clock(index), index % 1000, index % 4, index % 9)
            }),
        ),
        (
            "ctime",
            log(|index, level, message| {
                format!("[Fri Jan 02 {} 2026] [{}] {message}", clock(index), level.to_lowercase())
            }),
        ),
        (
            "trace",
            log(|index, level, message| match index % 5 {
                0 => format!("2026-01-02 {},{:03} {level} {message}", clock(index), index % 1000),
                _ => format!("    at org.example.Worker{}.run(Worker.java:{})", index % 7, index % 400),
            }),
        ),
        ("plain", log(|index, _, message| format!("{message} ({index})"))),
    ]
}

/// Learns from every line and keeps what it was.
struct Learning<'a> {
    format: &'a Format,
    lines: Vec<(&'a [u8], Layout)>,
}

impl<'a> LineReader<'a> for Learning<'a> {
    fn line(&mut self, line: &'a [u8], _: usize) -> Line<'a> {
        let (read, layout) = self.format.learn(line);
        self.lines.push((line, layout.expect("headers of these logs have layouts")));
        read
    }
}

/// Has the layout of each line at hand.
struct Recalling<'a, 'l> {
    format: &'a Format,
    lines: std::slice::Iter<'l, (&'a [u8], Layout)>,
}

impl<'a> LineReader<'a> for Recalling<'a, '_> {
    fn line(&mut self, line: &'a [u8], _: usize) -> Line<'a> {
        let recalled = self.lines.next().and_then(|(_, layout)| self.format.recall(layout, line));
        recalled.expect("the line has shown this layout")
    }
}

fn headers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("header");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (name, text) in &logs() {
        let reading = Reading::guess(&text[..Reading::HEAD], None).expect("a log is text");
        let format = &reading.format;
        let end = chunks(text, format)[0].end;
        let chunk = Chunk::of(text, 0..end);
        let mut records = format.records_by(&chunk, Learning { format, lines: Vec::new() });
        records.by_ref().for_each(drop);
        let lines = std::mem::take(&mut records.reader().lines);
        group.throughput(Throughput::Elements(lines.len() as u64));
        group.bench_function(BenchmarkId::new("learn", name), |bencher| {
            bencher.iter(|| {
                for (line, _) in &lines {
                    black_box(format.learn(line));
                }
            });
        });
        group.bench_function(BenchmarkId::new("recall", name), |bencher| {
            bencher.iter(|| {
                for (line, layout) in &lines {
                    black_box(format.recall(layout, line));
                }
            });
        });
        group.bench_function(BenchmarkId::new("again", name), |bencher| {
            bencher.iter(|| {
                let reader = Recalling { format, lines: lines.iter() };
                for record in format.records_by(&chunk, reader) {
                    black_box(&record);
                }
            });
        });
    }
    group.finish();
}

fn records(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (name, text) in &logs() {
        let reading = Reading::guess(&text[..Reading::HEAD], None).expect("a log is text");
        let pieces = chunks(text, &reading.format);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| {
                let (mut latest, mut levels) = (None, 0_u64);
                for piece in &pieces {
                    for record in reading.format.records(&Chunk::of(text, piece.clone())) {
                        latest = latest.max(record.header.time);
                        levels += record.header.level.map_or(0, |level| level as u64);
                    }
                }
                black_box((latest, levels))
            });
        });
    }
    group.finish();
}

/// Bytes of log for `split`: many chunks, so that what is learnt from the first ones counts as little as in a large file.
const SPLIT: usize = 32 << 20;

/// Messages whose numbers, marked by `#`, vary in value and length.
const VARYING: &[&str] = &[
    "request for /api/v1/volumes/#/snapshots done in # ms, 200 OK, queue is # long",
    "session opened for user backup by (uid=#)",
    "connection to 10.20.30.#:5432 closed after # seconds, # pages sent",
    "checkpoint complete: wrote # buffers (#.#%); 0 file(s) added, # removed, # recycled",
    "cannot reach the share, trying again in # s",
    "pam_unix(sshd:session): session closed for user u#",
    "Accepted publickey for deploy from 192.168.#.12 port # ssh2: RSA SHA256:abcdefghijklmnopqrstuvwxyz",
    "volume # of node# has # bytes free, next look in # s",
];

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

fn varying_log(line: impl Fn(usize, &mut Random, &str) -> String) -> Vec<u8> {
    let mut random = Random(1);
    let mut text = String::with_capacity(SPLIT + 400);
    for index in 0.. {
        let mut message = String::new();
        for part in random.of(VARYING).split_inclusive('#') {
            let most = [10, 100, 1000, 100_000][random.below(4)];
            match part.strip_suffix('#') {
                Some(words) => message.push_str(&format!("{words}{}", random.below(most))),
                None => message.push_str(part),
            }
        }
        text.push_str(&line(index, &mut random, &message));
        text.push('\n');
        if text.len() >= SPLIT {
            break;
        }
    }
    text.into_bytes()
}

fn split(criterion: &mut Criterion) {
    const HOSTS: &[&str] = &["db1", "web-07", "backup"];
    const PROGRAMS: &[&str] = &["postgres", "sshd", "systemd", "CRON", "agent"];
    let syslog = varying_log(|index, random, message| {
        let (host, program, pid) = (random.of(HOSTS), random.of(PROGRAMS), random.below(100_000));
        format!("Feb {:2} {} {host} {program}[{pid}]: {message}", 1 + index / 90_000 % 28, clock(index))
    });
    let iso = varying_log(|index, random, message| {
        let (level, worker) = (random.of(LEVELS), random.below(32));
        format!("2026-01-02 {},{:03} {level} [worker-{worker}] {message}", clock(index), index % 1000)
    });
    let set = SignatureSet::default();
    let scanner = Scanner::of_known(&set);
    let scope = scanner.in_file("log");
    let mut group = criterion.benchmark_group("split");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    for (name, text) in [("syslog", &syslog), ("iso", &iso)] {
        let reading = Reading::guess(&text[..Reading::HEAD], None).expect("a log is text");
        let pieces = chunks(text, &reading.format);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("records", name), |bencher| {
            bencher.iter(|| {
                let mut cache = LineCache::default();
                let mut records = 0;
                for piece in &pieces {
                    let chunk = Chunk::of(text, piece.clone());
                    let counts = scanner.scan(&chunk, &reading.format, &scope, &mut cache, &mut |_| {});
                    records += counts.records;
                    black_box((counts.first_time, counts.last_time, counts.levels));
                }
                black_box(records)
            });
        });
        group.bench_function(BenchmarkId::new("values", name), |bencher| {
            bencher.iter(|| {
                let (mut latest, mut levels) = (None, 0_u64);
                for piece in &pieces {
                    for record in reading.format.records(&Chunk::of(text, piece.clone())) {
                        latest = latest.max(record.header.time);
                        levels += record.header.level.map_or(0, |level| level as u64);
                    }
                }
                black_box((latest, levels))
            });
        });
        group.bench_function(BenchmarkId::new("line-ends", name), |bencher| {
            bencher.iter(|| black_box(memchr::memchr_iter(b'\n', text).count()));
        });
    }
    group.finish();
}

criterion_group!(benches, records, headers, split);
criterion_main!(benches);
