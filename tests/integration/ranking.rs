//! What is shown first of the errors that no signature claims.

use super::{folder, run, stdout, text};
use serde_json::Value;
use std::fmt::Write;

#[track_caller]
fn unresolved(arguments: &[&str]) -> Vec<Value> {
    let output = run(&[&["triage", "--no-builtin", "-o", "json"], arguments].concat());
    let report: Value = serde_json::from_str(stdout(&output)).unwrap_or_else(|_| panic!("no report: {output:?}"));
    report["unresolved"].as_array().unwrap().clone()
}

#[track_caller]
fn line_of(finding: &Value) -> u64 {
    finding["evidence"][0]["line"].as_u64().unwrap()
}

#[test]
fn a_flood_and_a_single_error_are_both_on_the_first_screen() {
    let mut log = String::new();
    for number in 0..1_000_000 {
        let (minute, second) = (number / 60 % 60, number % 60);
        if number == 400_000 {
            log.push_str("2026-01-02 03:04:05 ERROR ledger: shard 7 is sealed twice\n");
        }
        writeln!(log, "2026-01-02 04:{minute:02}:{second:02} ERROR gate: request {number} was refused").unwrap();
    }
    let logs = folder(&[("a.log", log.as_bytes())]);
    let output = run(&["triage", "--no-builtin", text(logs.path())]);
    let screen: Vec<&str> = stdout(&output).lines().take(24).collect();
    for part in ["shard 7 is sealed twice", "request 0 was refused", "1,000,000 times"] {
        assert!(screen.iter().any(|line| line.contains(part)), "{part}: {screen:#?}");
    }
}

/// A build that fails without an error word, behind errors that were not the reason.
fn build_log() -> String {
    let mut log = String::from("$ fetch dependencies\nerror: mirror 1 is unreachable, using mirror 2\n");
    (0..420).for_each(|number| writeln!(log, "compiling part {number}").unwrap());
    log.push_str("$ check style\nsrc/main.c:7: line is longer than 80 characters\n\n");
    log.push_str("The command \"check style\" exited with 1.\n\nDone. Your build exited with 1.\n");
    log
}

#[test]
fn of_a_command_that_failed_without_an_error_word_the_last_lines_are_shown() {
    let logs = folder(&[("build.log", build_log().as_bytes())]);
    let found = unresolved(&[text(logs.path())]);
    assert_eq!(line_of(&found[0]), 426, "{found:#?}");
    let before = found[0]["evidence"][0]["before"].as_array().unwrap();
    assert!(before.iter().any(|line| line == "src/main.c:7: line is longer than 80 characters"), "{before:?}");
    let report = run(&["triage", "--no-builtin", text(logs.path())]);
    assert!(stdout(&report).contains("src/main.c:7: line is longer than 80 characters"), "{report:?}");
}

#[test]
fn a_failure_is_shown_until_it_ends() {
    let log = "$ test\nok 1 - fails if it must\nnot ok 2 - sums\n  expected 4\n  but was 5\n  in sums.js\n  of suite 1\n\nok 3\n\
               # fail  1\nThe command \"test\" exited with 1.\n";
    let logs = folder(&[("test.log", log.as_bytes())]);
    let found = unresolved(&[text(logs.path())]);
    let evidence = &found[0]["evidence"][0];
    let shown = format!("{}\n{}", evidence["text"].as_str().unwrap(), evidence["after"]);
    assert!(line_of(&found[0]) == 3 && shown.contains("of suite 1"), "{evidence:#}");
}

#[test]
fn what_the_baseline_has_is_noise_and_what_it_has_not_is_told() {
    let line = |second: u32, text: &str| format!("2026-01-02 03:04:{second:02} {text}\n");
    let noise = |second: u32| line(second, &format!("ERROR cache: entry {second} is stale"));
    let healthy: String = (0..50).map(|second| noise(second) + &line(second, "INFO gate: opened")).collect();
    let sick = (0..50).map(noise).collect::<String>() + &line(51, "INFO ledger: rolled back to 17");
    let bundles = folder(&[("healthy/a.log", healthy.as_bytes()), ("sick/a.log", sick.as_bytes())]);
    let (baseline, sick) = (bundles.path().join("healthy"), bundles.path().join("sick"));
    let found = unresolved(&[text(&sick), "--baseline", text(&baseline)]);
    assert_eq!(found.iter().map(line_of).collect::<Vec<_>>(), [51], "{found:#?}");
    let one = unresolved(&[text(&sick), "--baseline", text(&baseline), "--threads", "1"]);
    assert_eq!(one, found);
    assert_eq!(unresolved(&[text(&sick)]).iter().map(line_of).collect::<Vec<_>>(), [1]);
    let report = run(&["triage", "--no-builtin", text(&sick), "--baseline", text(&baseline)]);
    assert!(stdout(&report).contains("1 kind of unexplained errors that the baseline has too was"), "{report:?}");
}

#[test]
fn an_error_names_its_root_and_what_it_is_about() {
    let log = "2026-01-02 03:04:05 ERROR Job [Daily] failed to open /srv/backup/a.vbk\n\tat a.B.c(B.java:1)\n\
               Caused by: java.io.IOException: no space left on device\n";
    let logs = folder(&[("a.log", log.as_bytes())]);
    let found = unresolved(&[text(logs.path())]);
    assert_eq!(found[0]["root"], "java.io.IOException: no space left on device");
    let objects = serde_json::json!([
        {"kind": "job", "name": "Daily"},
        {"kind": "path", "name": "/srv/backup/a.vbk"},
    ]);
    assert_eq!(found[0]["objects"], objects);
}

const RELATED: &str = "\
title: The placement ledger refused a ticket
status: stable
level: L1
side: server
severity: high
match:
  any:
    - regex: 'placement ledger refused the ticket with status 77'
cause: The ledger is full.
fixes:
  - level: L1
    audience: customer
    steps: [Empty the ledger.]
    risk: none
    verify: It gives tickets.
references: [{ kind: docs, url: \"https://example.com/ledger\" }]
examples:
  match: [placement ledger refused the ticket with status 77]
  no_match: [placement ledger gave the ticket]
";

#[test]
fn an_error_with_another_code_than_a_known_problem_is_possibly_related_to_it() {
    let catalogue = folder(&[
        ("acme/ledger/_product.yaml", b"vendor: Acme\nproduct: Ledger\n"),
        ("acme/ledger/ticket-refused.yaml", RELATED.as_bytes()),
    ]);
    let log = "2026-01-02 03:04:05 ERROR placement ledger refused the ticket with status 78\n\
               2026-01-02 03:04:06 ERROR the gate is shut\n";
    let logs = folder(&[("a.log", log.as_bytes())]);
    let found = unresolved(&[text(logs.path()), "--signatures", text(catalogue.path())]);
    let related: Vec<_> = found.iter().map(|it| (line_of(it), it["related"][0]["signature"].as_str())).collect();
    assert!(related.contains(&(1, Some("acme/ledger/ticket-refused"))), "{found:#?}");
    assert!(related.contains(&(2, None)), "{found:#?}");
}

#[test]
fn an_error_may_be_related_to_what_the_built_in_catalogue_has_as_an_example() {
    let log = "2026-01-02 03:04:08 ERROR Authentication refused: bad group or modes for directory\n";
    let logs = folder(&[("a.log", log.as_bytes())]);
    let output = run(&["triage", "-o", "json", text(logs.path())]);
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    let found = &report["unresolved"];
    assert_eq!(found[0]["related"][0]["signature"], "openssh/sshd/bad-ownership-or-modes", "{found:#?}");
}
