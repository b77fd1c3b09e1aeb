//! How fast a scan is: nothing matches (the common case), typical, and 20 % of the lines match.
//!
//! Lines and signatures are generated; the format is guessed from the text as in a triage. Throughput is bytes of log
//! per second on one thread, with records cut, levels and error words judged. `cargo bench --bench scan -- 1000/typical`
//! runs one of them.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use tierline::record::{Chunk, Reading, chunks};
use tierline::scan::{LineCache, Scanner};
use tierline::signature::{Condition, FieldTest, FieldValue, Severity, Signature, SignatureSet};

/// Bytes of log per run.
const SIZE: usize = 4 << 20;

const SUBJECTS: &[&str] =
    &["volume", "session", "replica", "channel", "snapshot", "proxy", "tablespace", "lease", "quorum", "mailbox"];
const PARTS: &[&str] =
    &["header", "index", "journal", "metadata", "checksum", "cursor", "manifest", "segment", "cluster", "extent"];
const TROUBLES: &[&str] =
    &["is stale", "was truncated", "lost its owner", "went backwards", "overran", "drifted", "was orphaned", "stalled"];

/// The message of a signature, distinct for each number.
fn trouble(number: usize) -> String {
    let subject = SUBJECTS[number % SUBJECTS.len()];
    let part = PARTS[number / SUBJECTS.len() % PARTS.len()];
    let trouble = TROUBLES[number / (SUBJECTS.len() * PARTS.len()) % TROUBLES.len()];
    let series = number / (SUBJECTS.len() * PARTS.len() * TROUBLES.len());
    format!("{subject} {part} {trouble} in pass {series}")
}

fn signature(number: usize) -> Signature {
    let message = trouble(number);
    let condition = match number % 4 {
        0 => Condition::Text { text: message, nocase: false },
        1 => Condition::Regex(format!(r"{message} at (?P<place>\S+)")),
        2 => Condition::Regex(format!(r"(?i){message}.*retry \d+")),
        _ => Condition::Any(vec![
            Condition::Regex(format!(r"^.*\d+ {message}$")),
            Condition::Regex(format!("{message} at")),
        ]),
    };
    let id = format!("bench/bench/{number:05}");
    Signature { severity: Severity::High, source: "bench.yaml".into(), ..Signature::of_condition(id, condition) }
}

/// A log in which one line of `every` tells of a trouble; none if it is 0.
fn log(signatures: usize, every: usize) -> Vec<u8> {
    let mut text = String::with_capacity(SIZE + 200);
    let mut line = 0;
    while text.len() < SIZE {
        let (minute, second) = (line / 60 % 60, line % 60);
        let part = PARTS[line % PARTS.len()];
        let message = match line.checked_rem(every) {
            Some(0) => format!(
                "WARN  [worker-{}] {} at node{} retry 3",
                line % 8,
                trouble(line / every % signatures),
                line % 30
            ),
            _ => format!(
                "INFO  [worker-{}] request {line} for {part} done in {} ms, 200 OK, queue is {} long",
                line % 8,
                line % 97,
                line % 13
            ),
        };
        text.push_str(&format!("2026-01-02 10:{minute:02}:{second:02},{:03} {message}\n", line % 1000));
        line += 1;
    }
    text.into_bytes()
}

fn scan(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for signatures in [100, 1_000, 5_000] {
        let scanner = Scanner::new(&SignatureSet::new((0..signatures).map(signature).collect()));
        for (name, every) in [("nothing", 0), ("typical", 200), ("dense", 5)] {
            let text = log(signatures, every);
            let reading = Reading::guess(&text[..Reading::HEAD], None).expect("a log is text");
            let pieces = chunks(&text, &reading.format);
            let scope = scanner.in_file("bench.log");
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(BenchmarkId::new(signatures.to_string(), name), |bencher| {
                bencher.iter(|| {
                    let mut hits = 0_u64;
                    let mut cache = LineCache::default();
                    for piece in &pieces {
                        let chunk = Chunk::of(&text, piece.clone());
                        let counts = scanner.scan(&chunk, &reading.format, &scope, &mut cache, &mut |hit| {
                            hits += hit.matches.len() as u64;
                        });
                        black_box(counts);
                    }
                    hits
                });
            });
        }
    }
    group.finish();
}

/// A signature for an event of a service, as text or by its fields. Half of the lines of [`events`] are of such services.
fn event_signature(number: usize, by_fields: bool) -> Signature {
    let (provider, id) = (format!("Shop-{}-{}", SUBJECTS[number % 10], PARTS[number / 10 % 10]), 7_000 + number);
    let is = |name: &str, text: String| FieldTest { name: name.into(), values: vec![FieldValue::Is(text)] };
    let condition = if by_fields {
        Condition::Fields(vec![is("provider", provider), is("event_id", id.to_string())])
    } else {
        Condition::Text { text: format!(r#""provider":"{provider}","event_id":{id},"#), nocase: false }
    };
    Signature { condition, ..signature(number) }
}

/// Events as they are read from EVTX, of which one in `every` has a signature.
fn events(every: usize) -> Vec<u8> {
    let mut text = String::with_capacity(SIZE + 400);
    let mut line = 0;
    while text.len() < SIZE {
        let (minute, second) = (line / 60 % 60, line % 60);
        let number = line / 3 % 100;
        let id = if line % every == 0 { 7_000 + number } else { 100 + line % 900 };
        let group = if line % 2 == 0 { "Shop" } else { "Till" };
        text.push_str(&format!(
            "{{\"time\":\"2026-01-02T10:{minute:02}:{second:02}.{:06}Z\",\"level\":\"info\",\"provider\":\"{group}-{}-{}\",\
             \"event_id\":{id},\"channel\":\"Application\",\"computer\":\"srv{:02}\",\"record\":{line},\
             \"data\":{{\"param1\":\"request {line}\",\"param2\":\"done in {} ms\"}}}}\n",
            line * 37 % 1_000_000,
            SUBJECTS[number % 10],
            PARTS[number / 10 % 10],
            line % 30,
            line % 97
        ));
        line += 1;
    }
    text.into_bytes()
}

/// What it costs to name fields in place of text.
fn fields(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fields");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (log_name, text) in [("events", events(200)), ("other", log(100, 200))] {
        for (name, by_fields) in [("text", false), ("field", true)] {
            let scanner =
                Scanner::new(&SignatureSet::new((0..100).map(|number| event_signature(number, by_fields)).collect()));
            let reading = Reading::guess(&text[..Reading::HEAD], None).expect("a log is text");
            let pieces = chunks(&text, &reading.format);
            let scope = scanner.in_file("bench.log");
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(BenchmarkId::new(name, log_name), |bencher| {
                bencher.iter(|| {
                    let mut hits = 0_u64;
                    let mut cache = LineCache::default();
                    for piece in &pieces {
                        let chunk = Chunk::of(&text, piece.clone());
                        let counts = scanner.scan(&chunk, &reading.format, &scope, &mut cache, &mut |hit| {
                            hits += hit.matches.len() as u64;
                        });
                        black_box(counts);
                    }
                    hits
                });
            });
        }
    }
    group.finish();
}

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    for signatures in [0, 100, 1_000, 5_000] {
        let set = SignatureSet::new((0..signatures).map(signature).collect());
        group.bench_function(signatures.to_string(), |bencher| bencher.iter(|| Scanner::new(&set)));
    }
    group.finish();
}

criterion_group!(benches, scan, fields, compile);
criterion_main!(benches);
