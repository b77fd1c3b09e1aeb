//! What is installed decides what a trace means: versions, fixes, systems; by computer and by time.

use crate::{command, folder, run, stdout, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PRODUCT: &str = "vendor: Acme
product: App
files: ['**/*.log']
facts:
  - name: acme.app.version
    kind: version
    patterns: ['App version (?<value>[0-9.]+)']
    examples: { match: [{ value: '1.2', log: 'App version 1.2' }], no_match: ['App version none'] }
  - name: host.name
    kind: host
    patterns: ['Machine name (?<value>[a-z0-9]+)']
    examples: { match: [{ value: srv1, log: 'Machine name srv1' }], no_match: ['Machine name -'] }
  - name: os.name
    kind: os
    patterns: ['System name (?<value>.+)']
    examples: { match: [{ value: 'Windows 11', log: 'System name Windows 11' }], no_match: ['System named'] }
";

/// Two problems: one is fixed in a version, the other concerns a range.
fn signature(scope: &str) -> String {
    format!(
        "title: The ledger is lost\nlevel: L3\nside: server\nseverity: high\ncause: A defect.\nscope: {{ {scope} }}\n\
         match: {{ text: ledger is lost }}\n"
    )
}

/// What a triage with the signature says of the files: its state, reason, notes and count; or the unexplained errors.
#[track_caller]
fn check(scope: &str, files: &[(&str, &str)], expected: Value) {
    let signature = signature(scope);
    let catalogue =
        folder(&[("acme/app/_product.yaml", PRODUCT.as_bytes()), ("acme/app/lost.yaml", signature.as_bytes())]);
    let logs: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let logs = folder(&logs);
    let mut reports = Vec::new();
    for threads in ["1", "4"] {
        let (catalogue, logs) = (text(catalogue.path()), text(logs.path()));
        let arguments = ["triage", "--no-builtin", "--signatures", catalogue, "-o", "json", "--threads", threads, logs];
        let output = command(&arguments).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let known = report["diagnoses"].as_array().unwrap().iter();
        let known = known.map(|it| json!([it["state"], it["reason"], it["notes"], it["count"]]));
        let unknown = report["unresolved"].as_array().unwrap().iter();
        let unknown = unknown.map(|it| json!(["unexplained", it["template"], it["count"]]));
        reports.push(known.chain(unknown).collect::<Value>());
    }
    assert_eq!(reports[0], expected);
    assert_eq!(reports[0], reports[1]);
}

const LOST: &str = "2026-01-02 03:00:00 ERROR ledger is lost\n";

fn on(version: &str, more: &str) -> String {
    format!("2026-01-02 02:00:00 INFO App version {version}\n{more}")
}

#[test]
fn a_trace_on_a_version_with_the_fix_is_old() {
    let fixed = "fixed_in: ['9.4', '10.2']";
    check(fixed, &[("a.log", &on("9.3.7", LOST))], json!([["match", null, null, 1]]));
    check(fixed, &[("a.log", &on("10.1", LOST))], json!([["match", null, null, 1]]));
    let seen = "fixed in 9.4; seen on 9.10, which has the fix: look for another cause too";
    check(fixed, &[("a.log", &on("9.10", LOST))], json!([["old", seen, null, 1]]));
    let undated = "App version 10.2\n";
    let installed = "fixed in 10.2; 10.2 is installed";
    check(fixed, &[("a.log", LOST), ("b.log", undated)], json!([["old", installed, null, 1]]));
}

#[test]
fn an_unknown_version_is_a_match_that_says_so() {
    let unknown = json!([["match", "the version of the product is unknown", null, 1]]);
    check("fixed_in: '9.4'", &[("a.log", LOST)], unknown.clone());
    check("versions: '<9.4'", &[("a.log", LOST)], unknown);
    let two = "App version 9.3\nApp version 9.4\n";
    let several = "the logs state the versions 9.3 and 9.4 and not when";
    check("fixed_in: '9.4'", &[("a.log", LOST), ("b.log", two)], json!([["match", several, null, 1]]));
}

#[test]
fn a_trace_before_an_upgrade_to_the_fix_is_old() {
    let log = format!("{}{LOST}2026-01-04 03:00:00 INFO App version 9.4\n", on("9.3", ""));
    let why = "fixed in 9.4; upgraded from 9.3 to 9.4 on 2026-01-04, after the last trace";
    check("fixed_in: '9.4'", &[("a.log", &log)], json!([["old", why, null, 1]]));
    let why = "it concerns >=9 <9.4; upgraded from 9.3 to 9.4 on 2026-01-04, after the last trace";
    check("versions: '>=9 <9.4'", &[("a.log", &log)], json!([["old", why, null, 1]]));
    // An upgrade that does not bring the fix changes nothing.
    check("fixed_in: '9.5'", &[("a.log", &log)], json!([["match", null, null, 1]]));
    check("versions: '<9.5'", &[("a.log", &log)], json!([["match", null, null, 1]]));
}

#[test]
fn an_error_on_another_version_or_system_is_unexplained() {
    let unexplained = json!([["unexplained", "ledger is lost", 1]]);
    check("versions: '>=8 <9'", &[("a.log", &on("9.3", LOST))], unexplained.clone());
    // It was upgraded to a version that has the problem, and the trace is older.
    let log = format!("{}{LOST}2026-01-04 03:00:00 INFO App version 9.4\n", on("9.3", ""));
    check("versions: '>=9.4'", &[("a.log", &log)], unexplained.clone());
    let system = |name: &str| format!("2026-01-02 02:00:00 INFO System name {name}\n{LOST}");
    check("os: [windows]", &[("a.log", &system("Ubuntu 22.04"))], unexplained);
    check("os: [linux, windows]", &[("a.log", &system("Ubuntu 22.04"))], json!([["match", null, null, 1]]));
    let unknown = json!([["match", "the operating system is unknown", null, 1]]);
    check("os: [linux]", &[("a.log", LOST)], unknown);
}

#[test]
fn each_computer_has_its_own_version() {
    let host =
        |name: &str, version: &str| on(version, &format!("2026-01-02 02:00:01 INFO Machine name {name}\n{LOST}"));
    let (one, two) = (host("srv1", "9.3"), host("srv2", "9.4"));
    let why = "1 more trace is old: fixed in 9.4; seen on 9.4 on srv2, which has the fix: look for another cause too";
    check("fixed_in: '9.4'", &[("1/a.log", &one), ("2/a.log", &two)], json!([["match", null, [why], 1]]));
    check(
        "versions: '<9.4'",
        &[("1/a.log", &one), ("2/a.log", &two)],
        json!([["match", null, null, 1], ["unexplained", "ledger is lost", 1],]),
    );
    // A computer of which no version is stated is not that of another.
    let three = format!("2026-01-02 02:00:01 INFO Machine name srv3\n{LOST}");
    let unknown = "the version of the product on srv3 is unknown";
    check(
        "fixed_in: '9.4'",
        &[("2/b.log", &on("9.4", "2026-01-02 02:00:01 INFO Machine name srv2\n")), ("3/a.log", &three)],
        json!([["match", unknown, null, 1]]),
    );
    // A file that names no computer is that of its folder.
    let head = |name: &str, version: &str| on(version, &format!("2026-01-02 02:00:01 INFO Machine name {name}\n"));
    check(
        "fixed_in: '9.4'",
        &[("1/a.log", &head("srv1", "9.3")), ("2/a.log", &head("srv2", "9.4")), ("1/jobs/x.log", LOST)],
        json!([["match", null, null, 1]]),
    );
}

#[test]
fn what_several_records_show_is_judged_too() {
    let both = "fixed_in: '9.4' }\nformerly: []\nescalate: { when: always";
    let log = format!("{}{LOST}{LOST}", on("9.4", ""));
    let why = "fixed in 9.4; seen on 9.4, which has the fix: look for another cause too";
    check(both, &[("a.log", &log)], json!([["old", why, null, 2]]));
}

/// Texts that stand in the messages of many programs are told where nobody knows more.
#[test]
fn a_general_signature_speaks_where_no_other_does() {
    let signature = |more: &str| {
        format!("title: t\nlevel: L1\nside: storage\nseverity: high\ncause: c\n{more}references: []\nfixes: []\n")
    };
    let full = signature("general: true\nmatch: { text: No space left on device }\n");
    let ledger = signature("match: { regex: 'ledger \\d+ is closed' }\n");
    let logs = folder(&[
        ("ours/acme/app/_product.yaml", b"vendor: Acme\nproduct: App\n"),
        ("ours/acme/app/full.yaml", full.as_bytes()),
        ("ours/acme/app/ledger.yaml", ledger.as_bytes()),
        ("both/a.log", b"2026-01-02 03:04:05 ERROR ledger 7 is closed: No space left on device\n"),
        (
            "own/a.log",
            b"2026-01-02 03:04:05 ERROR ledger 7 is closed: No space left on device\n\
              2026-01-02 03:04:06 ERROR cannot write page 9: No space left on device\n",
        ),
    ]);
    let report = |bundle: &str| -> Value {
        let (ours, bundle) = (logs.path().join("ours"), logs.path().join(bundle));
        let arguments = ["triage", "--no-builtin", "-o", "json", "--signatures", text(&ours), text(&bundle)];
        serde_json::from_str(stdout(&run(&arguments))).unwrap()
    };
    let found = |bundle: &str| {
        let report = report(bundle);
        let of = |it: &Value| (it["signature"].as_str().unwrap().to_owned(), it["count"].as_u64().unwrap());
        report["diagnoses"].as_array().unwrap().iter().map(of).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(found("both"), BTreeMap::from([("acme/app/ledger".to_owned(), 1)]));
    let expected = [("acme/app/full".to_owned(), 1), ("acme/app/ledger".to_owned(), 1)];
    assert_eq!(found("own"), BTreeMap::from(expected));
    // The message itself is still one that nobody knows.
    let report = report("own");
    let unknown = report["unresolved"].as_array().unwrap();
    let reasons: Vec<_> = unknown.iter().map(|it| it["reasons"].as_array().unwrap().last().unwrap()).collect();
    assert_eq!(reasons, ["a part of it is `acme/app/full`"]);
}
