//! Windows event logs through the whole program: read in a process of their own, on disk and in archives.

use crate::{folder, run, stderr, stdout, text};
use serde_json::Value;
use std::io::{Cursor, Read, Write};

/// The log that the reader's own tests build.
fn log() -> Vec<u8> {
    let packed = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/evtx/System.evtx.gz"));
    let mut log = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut log).unwrap();
    log
}

fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

fn triage(path: &str, threads: &str) -> (Value, Option<i32>) {
    let output = run(&["triage", path, "-o", "json", "--threads", threads]);
    assert_eq!(stderr(&output), "");
    (serde_json::from_str(stdout(&output)).unwrap(), output.status.code())
}

#[test]
fn an_event_log_is_examined_event_by_event() {
    let logs = folder(&[("System.evtx", &log())]);
    let (report, code) = triage(text(&logs.path().join("System.evtx")), "1");
    assert_eq!((&report["inputs"][0]["kind"], code), (&"evtx".into(), Some(0)));
    assert_eq!(report["problems"], serde_json::json!([]));
    // Three times the same, whatever record, service and number of attempts.
    let errors: Vec<&Value> =
        report["unresolved"].as_array().unwrap().iter().filter(|it| it["level"] == "error").collect();
    let [error] = errors[..] else { panic!("{errors:#?}") };
    assert!(error["template"].as_str().unwrap().starts_with("Disk Watcher event ID 7000"), "{}", error["template"]);
    let evidence = &error["evidence"][0];
    assert!(evidence["text"].as_str().unwrap().contains("\"event_id\":7000"), "{evidence}");
    let (again, _) = triage(text(&logs.path().join("System.evtx")), "4");
    assert_eq!(report["unresolved"], again["unresolved"]);
}

#[test]
fn records_of_an_event_log_have_time_level_and_component() {
    let logs = folder(&[("case.zip", &zip("logs/System.evtx", &log()))]);
    let output = run(&["records", text(logs.path()), "-o", "jsonl"]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    let records: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 6);
    let audit = &records[4];
    assert!(audit["file"].as_str().unwrap().ends_with("/case.zip!/logs/System.evtx"), "{audit}");
    assert_eq!((&audit["level"], &audit["component"]), (&"warn".into(), &"Disk Watcher".into()));
    assert!(audit["time"].as_str().unwrap().starts_with("2026-01-02T03:04:05.1234567"), "{audit}");
    assert!(audit["message"].as_str().unwrap().starts_with("Disk Watcher event ID 4625"), "{audit}");
}

#[test]
fn a_damaged_event_log_is_named_and_its_other_events_are_examined() {
    let mut log = log();
    let record = 4096 + 512;
    log[record] = 0;
    let logs = folder(&[("case.zip", &zip("System.evtx", &log))]);
    let (report, code) = triage(text(logs.path()), "2");
    assert_eq!(code, Some(4));
    let problem = &report["problems"][0];
    assert!(problem["file"].as_str().unwrap().ends_with("case.zip!/System.evtx"), "{problem}");
    assert_eq!(problem["kind"], "corrupt");
    assert!(problem["message"].as_str().unwrap().contains("unreadable (byte 4608)"), "{problem}");
    let output = run(&["records", text(logs.path()), "-o", "jsonl"]);
    assert_eq!(stdout(&output).lines().count(), 5);
}
