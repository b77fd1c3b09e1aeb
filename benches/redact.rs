//! How fast text is learnt from, redacted and scanned for leaks.
//!
//! Lines are generated: `plain` has nothing to replace, `typical` an address, a host or a user in one line of three, `dense`
//! something in every line. Throughput is bytes per second on one thread. `cargo bench --bench redact -- redact/typical`
//! runs one of them.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use tierline::redact::{CustomerKey, LeakScan, Names, Options, Redactor};

const PLAIN: &[&str] = &[
    "INFO  [main] Service started in {} ms, version 12.1.0.2131",
    "DEBUG [worker-{}] job finished with code 0x80070005 after retry",
    "WARN  o.a.h.yarn.client.api.impl.ContainerManagementProtocolProxy: cache of {} entries is full",
    "INFO  Task attempt_1445144423722_0020_m_{}_0 transitioned from UNASSIGNED to ASSIGNED",
];
const NAMED: &[&str] = &[
    "ERROR connection to 10.20.{}.7:6160 refused",
    "INFO  session opened for user svc_{} by (uid=0)",
    "WARN  srv-{}.corp.contoso.com does not answer",
    "ERROR cannot open \\\\filer-{}\\backup$\\x.vbk as CONTOSO\\jdoe",
    "INFO  {\"user\":\"jdoe{}\",\"password\":\"x7{}\",\"host\":\"srv-{}\"}",
];

/// Lines of which `named` in six have something to replace.
fn lines(named: usize) -> String {
    let mut text = String::new();
    for number in 0..40_000 {
        let shapes = if number % 6 < named { NAMED } else { PLAIN };
        let line = shapes[number / 6 % shapes.len()].replace("{}", &(number % 97).to_string());
        let (minute, second) = (number / 60 % 60, number % 60);
        text += &format!("2026-02-18 03:{minute:02}:{second:02}.{:03} {line}\n", number % 1000);
    }
    text
}

fn redact(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("redact");
    group.measurement_time(Duration::from_secs(3)).sample_size(10);
    for (name, named) in [("plain", 0), ("typical", 2), ("dense", 6)] {
        let text = lines(named);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("learn/{name}"), |bencher| {
            bencher.iter(|| {
                let mut names = Names::default();
                names.learn(black_box(text.as_bytes()));
                names
            });
        });
        let mut names = Names::default();
        names.learn(text.as_bytes());
        let redactor = Redactor::new(CustomerKey::new([1; 32]), &Options::default(), &names);
        group.bench_function(format!("redact/{name}"), |bencher| {
            let mut flow = redactor.flow();
            bencher.iter(|| flow.text(black_box(text.as_bytes())).len());
        });
        let redacted = redactor.text(text.as_bytes()).into_owned();
        let scan = LeakScan::new(&redactor.map(), &[], false);
        group
            .bench_function(format!("leaks/{name}"), |bencher| bencher.iter(|| scan.leaks(black_box(&redacted)).len()));
    }
    group.finish();
}

criterion_group!(benches, redact);
criterion_main!(benches);
