//! How fast a tally takes records: of templates it knows, of line shapes it knows, of templates it does not, and whole
//! tallies.
//!
//! Messages are generated: some thirty shapes, each with numbers, addresses, paths and names that vary. Throughput is
//! records per second on one thread. `cargo bench --bench finding -- add/known` runs one of them.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use tierline::bundle::FilePath;
use tierline::finding::{Memo, Tally};
use tierline::record::{Chunk, Header, Level, Record, Time};
use tierline::scan::Hit;

const SUBJECTS: &[&str] = &["volume", "session", "replica", "channel", "snapshot", "proxy"];
const TROUBLES: &[&str] =
    &["timed out after", "was refused by", "lost its owner on", "cannot be read from", "failed on"];

/// Word for a number, without digits, so that it is no number in a template.
fn name(mut number: usize) -> String {
    let mut name = String::from("x");
    while number > 0 {
        name.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    name
}

/// The message of record `number` in one of `shapes` shapes.
fn message(number: usize, shapes: usize) -> String {
    let shape = number % shapes;
    let (subject, trouble) = (SUBJECTS[shape % SUBJECTS.len()], TROUBLES[shape / SUBJECTS.len() % TROUBLES.len()]);
    let series = name(shape / (SUBJECTS.len() * TROUBLES.len()));
    let place = match shape % 3 {
        0 => format!("10.0.{}.{}:443", number % 256, number / 7 % 256),
        1 => format!("/var/lib/app/{}/segment-{number}.db", number % 13),
        _ => format!("node{}.example.com", number % 97),
    };
    format!("{series} {subject} {number} {trouble} {place} (trouble: 5), retry={} in {} ms", number % 4, number % 977)
}

/// Messages as the lines of one chunk, and where each begins and ends and its shape.
struct Log {
    text: String,
    places: Vec<(usize, usize, u64)>,
}

/// What the scan says of a line: the same for lines that differ in the values of digits only.
fn shape(message: &str) -> u64 {
    let folded = message.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    folded.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

impl Log {
    fn new(records: usize, shapes: usize) -> Log {
        let mut log = Log { text: String::new(), places: Vec::new() };
        for number in 0..records {
            let message = message(number, shapes);
            log.places.push((log.text.len(), message.len(), shape(&message)));
            log.text.push_str(&message);
            log.text.push('\n');
        }
        log
    }

    fn add_to(&self, tally: &mut Tally, memo: Option<&mut Memo>, file: &FilePath) {
        let (with_shapes, none) = (memo.is_some(), &mut Memo::default());
        let memo = memo.unwrap_or(none);
        let chunk = Chunk::of(self.text.as_bytes(), 0..self.text.len());
        for (line, &(start, length, shape)) in self.places.iter().enumerate() {
            let time = Some(Time::new(1_767_322_800_000_000_000 + line as i64 * 1_000_000, None));
            let header = Header { time, level: Some(Level::Error), component: None, message: 0 };
            let text = &chunk.buffer[start..start + length];
            let record = Record { start, line: line as u64, lines: 1, header, text };
            tally.add(
                memo,
                file,
                0,
                &chunk,
                &Hit {
                    record: &record,
                    matches: &[],
                    only_general: false,
                    suspicion: Some(Level::Error),
                    facts: &[],
                    parts: &[],
                    shape: with_shapes.then_some(shape),
                    whole: None,
                },
            );
        }
    }
}

fn add(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("add");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    let file: FilePath = "logs/app.log".into();

    let known = Log::new(10_000, 30);
    let mut tally = Tally::default();
    known.add_to(&mut tally, None, &file);
    group.throughput(Throughput::Elements(known.places.len() as u64));
    group.bench_function("known", |bencher| bencher.iter(|| known.add_to(&mut tally, None, &file)));
    let mut memo = Memo::default();
    group.bench_function("shape", |bencher| bencher.iter(|| known.add_to(&mut tally, Some(&mut memo), &file)));
    black_box(&tally);

    let new = Log::new(4_000, 4_000);
    group.throughput(Throughput::Elements(new.places.len() as u64));
    group.bench_function("new", |bencher| {
        bencher.iter_batched_ref(Tally::default, |tally| new.add_to(tally, None, &file), BatchSize::PerIteration);
    });
    group.finish();
}

fn merge(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("merge");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for templates in [30, 4_000] {
        let log = Log::new(2 * templates, templates);
        let tally = |file: &str| {
            let mut tally = Tally::default();
            log.add_to(&mut tally, None, &file.into());
            tally
        };
        let (left, right) = (tally("a.log"), tally("b.log"));
        group.throughput(Throughput::Elements(templates as u64));
        group.bench_function(templates.to_string(), |bencher| {
            bencher.iter_batched(
                || (left.clone(), right.clone()),
                |(mut left, right)| {
                    left.merge(right);
                    left
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, add, merge);
criterion_main!(benches);
