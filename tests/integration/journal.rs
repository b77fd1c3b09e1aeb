//! Journals in all their forms give the same records.

use crate::{folder, run, stdout, text};
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::Path;

fn packed(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/journal").join(name)).unwrap()
}

fn unpacked(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed(name).as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Time, level, component, message of all records.
fn records(name: &str, content: &[u8]) -> Vec<Value> {
    let folder = folder(&[(name, content)]);
    let output = run(&["records", text(&folder.path().join(name)), "-o", "jsonl", "--no-progress"]);
    assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let record = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        ["line", "time", "level", "component", "message"].map(|key| record[key].clone()).into_iter().collect()
    };
    stdout(&output).lines().map(record).collect()
}

#[test]
fn journals_in_all_their_forms_give_the_same_records() {
    let expected = records("small.export", &unpacked("small.export.gz"));
    assert_eq!(expected.len(), 70);
    let all = serde_json::to_string(&expected).unwrap();
    for (needle, count) in
        [("Accepted publickey", 30), ("java.lang.IllegalStateException", 1), ("signal=SIGSEGV", 1), ("null", 0)]
    {
        assert_eq!(all.matches(needle).count(), count, "{needle}");
    }
    for name in ["plain.journal.gz", "xz.journal.gz", "lz4.journal.gz", "zstd.journal.gz"] {
        assert_eq!(records("system.journal", &unpacked(name)), expected, "{name}");
    }
    assert_eq!(records("user.journal.gz", &packed("zstd-compact.journal.gz")), expected);
}

#[test]
fn of_a_damaged_journal_the_rest_is_examined_and_the_damage_named() {
    let mut journal = unpacked("zstd.journal.gz");
    journal.truncate(journal.len() - 3000);
    let folder = folder(&[("system.journal", &journal)]);
    let output = run(&["triage", text(folder.path()), "-o", "json", "--no-progress"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0]["message"].as_str().unwrap().starts_with("cut off: the end is missing; "), "{problems:?}");
    assert!(report["coverage"]["records"].as_u64().unwrap() >= 40);
    assert_eq!(output.status.code(), Some(4));
}
