//! Any bytes through the whole pipeline: the pass that remembers lines says what the pass without memory says, with
//! vectors and without, and every report is made without harm.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::{LazyLock, Mutex};
use tierline::record::{Chunk, Encoding, Reading, chunks};
use tierline::scan::{LineCache, Scanner};
use tierline::signature::{SignatureSet, load_str};

/// Conditions of each kind: literals with digits, without, short ones, in both cases, over lines, everywhere.
const CONDITIONS: [&str; 7] = [
    "text: 'code 5'",
    "text: 'ERR', nocase: true",
    "regex: 'job (?P<job>\\d[0-4]) failed'",
    "regex: '(?i)größe.*fail'",
    "regex: 'down\\nplain words|FATAL data error [1-5]'",
    "regex: '^[A-Z][a-z]+: [0-4]'",
    "regex: '[0-9a-f]{4}'",
];

static SET: LazyLock<SignatureSet> = LazyLock::new(|| {
    let yaml = |condition| {
        format!(
            "title: t\nstatus: draft\nlevel: L1\nside: server\nseverity: low\nmatch:\n  any:\n    - {{ {condition} }}\ncause: c\n\
             fixes:\n  - {{ level: L1, audience: customer, steps: [s], verify: v }}\n\
             references:\n  - {{ kind: docs, url: 'https://example.com/a' }}\nexamples:\n  match: [a]\n  no_match: [b]\n"
        )
    };
    let of = |(number, condition)| {
        load_str(&format!("a/b/{number}"), Path::new("x.yaml"), &yaml(condition)).expect("is a signature")
    };
    SignatureSet::new(CONDITIONS.iter().enumerate().map(of).collect())
});
static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(&SET));
static PORTABLE: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(&SET).portable());
/// Remembers what all inputs before had.
static CACHE: LazyLock<Mutex<LineCache>> = LazyLock::new(Mutex::default);

fuzz_target!(|text: &[u8]| {
    let Some(reading) = Reading::of_file("a.log", text, Some(1_700_000_000)) else { return };
    if reading.encoding != Encoding::Bytes {
        return;
    }
    let mut old = CACHE.lock().expect("no other thread");
    let warm = told(text, &reading, &SCANNER, &mut old);
    assert_eq!(warm, told(text, &reading, &SCANNER, &mut LineCache::default()), "memory changed the result");
    assert_eq!(warm, told(text, &reading, &PORTABLE, &mut LineCache::default()), "vectors changed the result");
});

/// All that a scan says.
fn told(text: &[u8], reading: &Reading, scanner: &Scanner, cache: &mut LineCache) -> Vec<String> {
    let scope = scanner.in_file("a.log");
    let mut all = Vec::new();
    for range in chunks(text, &reading.format) {
        let chunk = Chunk::of(text, range);
        let counts = scanner.scan(&chunk, &reading.format, &scope, cache, &mut |hit| {
            let matches: Vec<_> = hit.matches.iter().map(|found| (found.signature, found.captures())).collect();
            all.push(format!("{:?} {:?} {matches:?}", hit.record, hit.suspicion));
        });
        all.push(format!("{counts:?}"));
    }
    all
}
