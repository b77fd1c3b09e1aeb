//! How fast a log is cut into records with time and level, for the shapes that make up most of a bundle.
//!
//! Lines are generated and the format is guessed from the text as in a triage. Throughput is bytes of log per second on
//! one thread. `cargo bench --bench record -- iso` runs one of them.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use tierline::record::{Chunk, Reading, chunks};

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

fn records(criterion: &mut Criterion) {
    let logs = [
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
        ("plain", log(|index, _, message| format!("{message} ({index})"))),
    ];
    let mut group = criterion.benchmark_group("record");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (name, text) in &logs {
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

criterion_group!(benches, records);
criterion_main!(benches);
