//! Facts that logs state: from a catalogue to the report.

use crate::{command, folder, text};
use serde_json::{Value, json};
use std::path::Path;

const PRODUCT: &str = "vendor: Acme
product: App
files: ['**/app.log*']
facts:
  - name: acme.app.version
    kind: version
    patterns: ['^Version: (?<value>[0-9.]+)']
    examples: { match: [{ value: '1.2', log: 'Version: 1.2' }], no_match: ['Version: none'] }
  - name: host.name
    kind: host
    patterns: ['^Machine: (?<value>[a-z0-9]+)']
    examples: { match: [{ value: srv1, log: 'Machine: srv1' }], no_match: ['Machine: -'] }
";

/// A log with the header of a session, which has no time of its own, and enough lines for several chunks.
fn log(version: &str, day: u32) -> String {
    let lines = (0..40_000).map(|line| format!("2026-01-{day:02} 03:04:05.{line:06} INFO [main] job {line} is done\n"));
    format!("Starting new log\nMachine: srv1\nVersion: {version}\n{}", lines.collect::<String>())
}

fn facts(catalogue: &Path, logs: &Path, threads: &str) -> Value {
    facts_around(catalogue, logs, threads, &[])
}

/// Does the same for a window.
fn facts_around(catalogue: &Path, logs: &Path, threads: &str, window: &[&str]) -> Value {
    let arguments =
        ["triage", "--no-builtin", "--signatures", text(catalogue), "-o", "json", "--threads", threads, text(logs)];
    let output = command(&[&arguments[..], window].concat()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["facts"].clone()
}

/// What a log stated before an incident holds during it; what it states later does not.
#[test]
fn a_window_keeps_the_facts_of_before() {
    let catalogue = folder(&[("acme/app/_product.yaml", PRODUCT.as_bytes())]);
    let middle = log("1.2", 6).replace("Version: 1.2\n", "");
    let (old, new) = (log("1.2", 2), log("1.10", 8));
    let parts =
        [("case/app.log.2", old.as_bytes()), ("case/app.log.1", middle.as_bytes()), ("case/app.log", new.as_bytes())];
    let logs = folder(&parts);
    let version = |window: &[&str], threads: &str| {
        let found = facts_around(catalogue.path(), &logs.path().join("case"), threads, window);
        let all = found.as_array().unwrap().clone();
        all.iter().filter(|it| it["name"] == "acme.app.version").map(|it| it["value"].clone()).collect::<Vec<_>>()
    };
    for threads in ["1", "2"] {
        assert_eq!(version(&["--since", "2026-01-06", "--until", "2026-01-06"], threads), [json!("1.2")]);
        assert_eq!(version(&["--until", "2026-01-01"], threads), [] as [Value; 0]);
        assert!(version(&["--since", "2026-01-06"], threads).contains(&json!("1.10")));
    }
}

#[test]
fn the_latest_version_counts_and_the_earlier_one_is_its_history() {
    let catalogue = folder(&[("acme/app/_product.yaml", PRODUCT.as_bytes())]);
    let (old, new) = (log("1.2", 2), log("1.10", 4));
    let logs = folder(&[("case/app.log", new.as_bytes()), ("case/app.log.1", old.as_bytes())]);
    let found = facts(catalogue.path(), &logs.path().join("case"), "1");
    assert_eq!(found, facts(catalogue.path(), &logs.path().join("case"), "4"));
    let picked =
        |fact: &Value| json!([fact["name"], fact["value"], fact["file"], fact["line"], fact["host"], fact["count"]]);
    assert_eq!(
        found.as_array().unwrap().iter().map(picked).collect::<Vec<_>>(),
        [
            json!(["acme.app.version", "1.10", "case/app.log", 3, "srv1", 1]),
            json!(["host.name", "srv1", "case/app.log.1", 2, null, 2]),
        ]
    );
    assert!(found[0]["changed"].as_str().unwrap().starts_with("2026-01-04T03:04:05"), "{found}");
    let history = found[0]["history"].as_array().unwrap();
    assert_eq!(history.iter().map(|it| &it["value"]).collect::<Vec<_>>(), ["1.2", "1.10"]);
}
