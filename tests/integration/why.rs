//! `triage --explain`: why a signature fires on a bundle, or why it does not.

use std::path::Path;

const HEAD: &str = "title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\n";

/// What is told of the signature `acme/app/x` with this `match` (and `scope`) for these files.
fn told(condition: &str, files: &[(&str, &str)]) -> String {
    let signature = format!("{HEAD}{condition}\n");
    let more = format!("{HEAD}match: {{ text: everything is full of it and more }}\nsuppresses: [acme/app/x]\n");
    let mut all: Vec<(String, &[u8])> = vec![
        ("ours/acme/app/_product.yaml".to_owned(), b"vendor: Acme\nproduct: App\n"),
        ("ours/acme/app/x.yaml".to_owned(), signature.as_bytes()),
        ("ours/acme/app/more.yaml".to_owned(), more.as_bytes()),
    ];
    all.extend(files.iter().map(|(path, text)| (format!("case/{path}"), text.as_bytes())));
    let all: Vec<(&str, &[u8])> = all.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let folder = super::folder(&all);
    explain(folder.path(), &["--signatures", "ours", "--explain", "acme/app/x"], 0)
}

fn explain(folder: &Path, args: &[&str], code: i32) -> String {
    let args = [&["triage", "case", "--no-builtin", "--no-progress"], args].concat();
    let output = super::command(&args).current_dir(folder).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

#[track_caller]
fn check(condition: &str, files: &[(&str, &str)], expected: &[&str]) {
    let text = told(condition, files);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).skip(2).collect();
    assert_eq!(lines, expected);
}

/// Lines of one file, `minute:second text`.
fn log(lines: &str) -> String {
    lines.lines().map(|line| format!("2026-01-02 10:{}\n", line.trim())).collect()
}

const DISK: &str =
    "match:\n  all:\n    - regex: 'cannot write to (?<disk>\\S+): disk full'\n    - none: [{ text: retried }]";

#[test]
fn what_fires_is_told_part_by_part() {
    check(
        DISK,
        &[("a.log", "10:00:00 start\n10:00:01 cannot write to D:: disk full\n")],
        &[
            "In the report: found: 1 record, first in case/a.log:2.",
            "+ scope: all files: lets in 1 of 1 files, first case/a.log",
            "+ `all`: holds in 1 record, first in case/a.log:2",
            "+ `regex: cannot write to (?<disk>\\S+): disk full`: stands in 1 record, first in case/a.log:2",
            "+ `none`: no record has any of these",
            "- `text: retried`: stands in no record",
        ],
    );
}

#[test]
fn a_pattern_is_followed_to_where_it_stops_in_the_bundle() {
    check(
        DISK,
        &[("a.log", "10:00:00 start\n10:00:01 cannot write to D:: quota reached\n")],
        &[
            "In the report: not found.",
            "+ scope: all files: lets in 1 of 1 files, first case/a.log",
            "- `all`: holds in no record",
            "- `regex: cannot write to (?<disk>\\S+): disk full`: in no record; in case/a.log it stops in line 2 after \
             `cannot write to (?<disk>\\S+): `: `disk full` is wanted and `quota reached` stands there",
            "+ `none`: no record has any of these",
            "- `text: retried`: stands in no record",
        ],
    );
}

#[test]
fn an_exception_and_a_more_specific_problem_are_told() {
    let text = told(DISK, &[("a.log", "10:00:01 cannot write to D:: disk full, retried\n")]);
    assert!(text.contains("- `all`: no record holds all of these\n"), "{text}");
    assert!(text.contains("- `none`: 1 record with one of these, first in case/a.log:1\n"), "{text}");
    let both = "10:00:01 cannot write to D:: disk full\n10:00:02 everything is full of it and more\n";
    let text = told(DISK, &[("a.log", both)]);
    let hidden = "In the report: found (1 record), and listed under `acme/app/more`, which is more specific.\n";
    assert!(text.contains(hidden), "{text}");
}

#[test]
fn a_scope_that_leaves_the_file_out_is_told() {
    let scoped = format!("scope: {{ files: ['**/b.log'] }}\n{DISK}");
    let text = told(&scoped, &[("a.log", "10:00:01 cannot write to D:: disk full\n"), ("b.log", "10:00:01 idle\n")]);
    assert!(text.contains("+ scope: **/b.log: lets in 1 of 2 files, first case/b.log\n"), "{text}");
    let left_out = "stands in 1 record, but only in files that the scope leaves out, first in case/a.log:1\n";
    assert!(text.contains(left_out), "{text}");
}

const JOB: &str = "match:\n  sequence:\n    - { name: start, regex: 'job (?<job>.) started' }\n    - { regex: 'job (?<job>.) failed', count: 2 }\n  within: 10m\n  same: [job]\n  unless: [{ text: cancelled }]";

#[test]
fn the_rule_that_is_against_a_match_of_several_records_is_told() {
    let start = "+ part 1 (`start`): 1 record, first in case/a.log:1";
    let fails = |text: &str, expected: &str| {
        let text = told(JOB, &[("a.log", &log(text))]);
        assert!(text.contains(start) && text.contains(expected), "{expected} in {text}");
    };
    fails(
        "00:00 job A started\n01:00 job A failed\n12:00 job A failed",
        "+ without `within: 10m`: it would match: case/a.log:1 at 2026-01-02 10:00:00, case/a.log:2 at 2026-01-02 10:01:00, \
         case/a.log:3 at 2026-01-02 10:12:00 (job = A)\n",
    );
    fails(
        "00:00 job A started\n01:00 job A failed\n02:00 job B failed",
        "+ without `same: [job]`: it would match: case/a.log:1 at 2026-01-02 10:00:00",
    );
    fails(
        "00:00 job A started\n01:00 job A failed\n02:00 cancelled\n03:00 job A failed",
        "+ without `unless` 1: it would match: case/a.log:1 at 2026-01-02 10:00:00",
    );
    fails(
        "00:00 job A started\n01:00 job A failed",
        "- part 2: 1 record of 2 that are needed, first in case/a.log:2\n",
    );
    fails("00:00 job A started\n01:00 job A ended", "- part 2: no record\n");
    fails("00:00 job A started\n01:00 job A ended", "it stops in line 1 after `job (?<job>.) `: `failed` is wanted");
    let found = told(JOB, &[("a.log", &log("00:00 job A started\n01:00 job A failed\n02:00 job A failed"))]);
    assert!(found.contains("In the report: found: 1 match, first in case/a.log:1.\n"), "{found}");
    assert!(found.contains("+ records: 1 match\n") && !found.contains("would match"), "{found}");
    assert!(found.contains("`unless` 1: no record, so it rules nothing out\n"), "{found}");
}

#[test]
fn what_the_logs_do_not_decide_is_told() {
    let text = told(JOB, &[("a.log", "job A started\njob A failed\njob A failed\n")]);
    assert!(text.contains("; inconclusive, since the records have no times.\n"), "{text}");
}

#[test]
fn unknown_ids_are_told_and_drafts_of_the_program_too() {
    let folder = super::folder(&[("case/a.log", b"10:00:00 idle\n")]);
    let text = explain(folder.path(), &["--explain", "acme/app/gone"], 2);
    assert!(text.contains("no signature has the id `acme/app/gone`"), "{text}");
    let text = explain(folder.path(), &["--explain", "linux/kernel/process-killed-out-of-memory"], 0);
    assert!(text.contains("not in use here"), "{text}");
}
