//! Arguments, exit codes and outputs.

use crate::{command, folder, run, stderr, stdout, text};
use serde_json::Value;
use std::io::Read;
use std::process::{Command, Stdio};

/// A log with an error that the catalogue in [`catalogue`] knows, and one that it does not.
const LOG: &[u8] = b"2026-01-02 03:04:05 INFO started\n\
2026-01-02 03:04:06 ERROR the flux compensator of srv01 is overheated\n\
2026-01-02 03:04:07 ERROR something else broke, code 0x80070005\n\
\x20 at a.b(C.java:1)\n\
2026-01-02 03:04:08 INFO stopped\n";

/// What `gzip` writes, cut off in the middle of its data.
const BROKEN_GZIP: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x4c];

fn catalogue() -> tempfile::TempDir {
    let product = "vendor: Acme\nproduct: Flux\n";
    let signature = "title: The flux compensator of {host} is overheated
status: stable
level: L1
side: server
severity: high
match:
  any:
    - regex: 'the flux compensator of (?P<host>\\S+) is overheated'
cause: The fan of {host} stands still.
fixes:
  - level: L1
    audience: customer
    steps: [\"Clean the fan of {host}.\"]
    risk: none
    verify: The fan turns.
references: [{ kind: docs, url: \"https://example.com/flux\" }]
examples:
  match: [\"the flux compensator of srv01 is overheated\"]
  no_match: [\"the flux compensator of srv01 is cold\"]
";
    folder(&[("acme/flux/_product.yaml", product.as_bytes()), ("acme/flux/overheated.yaml", signature.as_bytes())])
}

#[track_caller]
fn json(arguments: &[&str]) -> Value {
    let output = run(arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[track_caller]
fn check_exit(arguments: &[&str], expected: i32) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {output:?}");
}

/// Checks the help of a command and of all below it; returns how many there are.
#[track_caller]
fn check_help(command: &[&str]) -> usize {
    let output = run(&[command, &["--help"]].concat());
    let help = stdout(&output);
    assert!(help.contains("Examples:"), "{command:?}: {output:?}");
    let commands = help.split("\nCommands:\n").nth(1).unwrap_or("").lines().take_while(|line| !line.is_empty());
    // The names stand behind two blanks; more blanks continue an explanation.
    let names = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty() && *name != "help");
    1 + names.map(|name| check_help(&[command, &[name]].concat())).sum::<usize>()
}

#[test]
fn every_help_has_examples() {
    assert!(check_help(&[]) >= 5);
}

#[test]
fn wrong_usage_ends_with_2() {
    check_exit(&[], 2);
    check_exit(&["triage"], 2);
    check_exit(&["triage", "x", "-o", "pdf"], 2);
    check_exit(&["triage", "x", "--fail-on", "terrible"], 2);
    check_exit(&["man", "no-such-command"], 2);
}

#[test]
fn two_reports_cannot_go_to_the_same_place() {
    let output = run(&["triage", ".", "-o", "json", "-o", "text"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("only one report can go to standard output"), "{output:?}");
}

#[test]
fn a_signature_folder_that_is_not_there_ends_with_2() {
    let output = run(&["triage", ".", "--signatures", "no-such-folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`no-such-folder`"), "{output:?}");
}

#[test]
fn a_path_that_is_not_there_ends_with_1_and_is_named() {
    for name in ["triage", "records", "contents"] {
        let output = run(&[name, "no-such-file.zip"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(stderr(&output).contains("no-such-file.zip"), "{output:?}");
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn a_report_that_cannot_be_written_ends_with_1_and_is_named() {
    let logs = folder(&[("a.log", LOG)]);
    let output = run(&["triage", text(logs.path()), "-o", "json=no-such-folder/report.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("failed to write `no-such-folder/report.json`"), "{output:?}");
}

#[test]
fn a_known_problem_is_explained_and_an_unknown_one_is_kept() {
    let (logs, catalogue) = (folder(&[("a.log", LOG)]), catalogue());
    let arguments = ["triage", text(logs.path()), "--no-builtin", "--signatures", text(catalogue.path())];
    let report = json(&[&arguments[..], &["-o", "json"]].concat());
    assert_eq!(report["schema"], "tierline.report/1");
    assert_eq!(report["diagnoses"][0]["signature"], "acme/flux/overheated");
    assert_eq!(report["diagnoses"][0]["title"], "The flux compensator of srv01 is overheated");
    assert_eq!(report["diagnoses"][0]["evidence"][0]["line"], 2);
    assert_eq!(report["unresolved"][0]["evidence"][0]["line"], 3);
    assert_eq!(report["unresolved"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["inputs"][0]["sha256"], Value::Null);

    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for part in [
        "1 known problem (1 high), 1 unexplained error: ",
        "[HIGH] The flux compensator of srv01 is overheated",
        "1. Clean the fan of srv01.",
        "https://example.com/flux",
        "2026-01-02 03:04:07 ERROR something else broke, code 0x80070005",
    ] {
        assert!(stdout(&output).contains(part), "no {part:?} in {}", stdout(&output));
    }
}

#[test]
fn exit_codes_tell_what_was_found_and_what_was_not_examined() {
    let catalogue = catalogue();
    let check = |files: &[(&str, &[u8])], options: &[&str], expected| {
        let logs = folder(files);
        let set = ["triage", text(logs.path()), "--no-builtin", "--signatures", text(catalogue.path())];
        check_exit(&[&set[..], options].concat(), expected);
    };
    check(&[("a.log", LOG)], &[], 0);
    check(&[("a.log", LOG)], &["--fail-on", "critical"], 0);
    check(&[("a.log", LOG)], &["--fail-on", "high"], 3);
    check(&[("a.log", LOG)], &["--fail-on", "info"], 3);
    check(&[("a.log", LOG), ("b.log.gz", BROKEN_GZIP)], &[], 4);
    check(&[("a.log", LOG), ("b.log.gz", BROKEN_GZIP)], &["--fail-on", "high"], 3);
    check(&[("a.log", LOG), ("b.bin", &[0, 1, 2, 0xff, 0, 0, 0, 7])], &[], 0);
}

#[test]
fn a_broken_signature_is_told_and_the_good_ones_work() {
    let (logs, catalogue) = (folder(&[("a.log", LOG)]), catalogue());
    std::fs::write(catalogue.path().join("acme/flux/broken.yaml"), "titel: x\n").expect("a new file");
    let arguments = ["triage", text(logs.path()), "--no-builtin", "--signatures", text(catalogue.path())];
    let report = json(&[&arguments[..], &["-o", "json"]].concat());
    assert_eq!(report["problems"][0]["kind"], "signature");
    assert!(report["problems"][0]["file"].as_str().is_some_and(|file| file.ends_with("broken.yaml")));
    assert_eq!(report["diagnoses"].as_array().map(Vec::len), Some(1));
    check_exit(&arguments, 4);
}

#[test]
fn several_reports_come_from_one_run_and_no_temporary_file_stays() {
    let (logs, target) = (folder(&[("a.log", LOG)]), folder(&[]));
    let (json, markdown) = (target.path().join("r.json"), target.path().join("r.md"));
    let (to_json, to_markdown) = (format!("json={}", text(&json)), format!("markdown={}", text(&markdown)));
    let plain = ["triage", text(logs.path()), "--no-builtin"];
    let output = run(&[&plain[..], &["-o", "text", "-o", &to_json, "-o", &to_markdown]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stdout(&output).contains("something else broke"));
    let report: Value = serde_json::from_slice(&std::fs::read(json).expect("was written")).expect("is JSON");
    assert_eq!(report["schema"], "tierline.report/1");
    let markdown = std::fs::read_to_string(markdown).expect("was written");
    assert!(markdown.starts_with("# Triage report\n"), "{markdown}");
    assert_eq!(target.path().read_dir().expect("is there").count(), 2);
}

#[test]
fn unresolved_errors_can_be_left_out_and_the_report_says_so() {
    let logs = folder(&[("a.log", LOG)]);
    let output = run(&["triage", text(logs.path()), "--no-builtin", "--no-unresolved"]);
    assert!(!stdout(&output).contains("Nothing found"), "{output:?}");
    assert!(stdout(&output).contains("left out as requested"), "{output:?}");
}

#[test]
fn inputs_are_hashed_when_asked_for() {
    let logs = folder(&[("a.log", b"abc")]);
    let report = json(&["triage", text(&logs.path().join("a.log")), "--hash", "-o", "json"]);
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(report["inputs"][0]["sha256"], expected);
}

#[test]
fn records_show_the_fields_that_signatures_can_name() {
    let event = r#"{"time":"2026-02-10T04:12:33Z","provider":"disk","event_id":7,"data":{"param1":"a \"b\""}}"#;
    let logs = folder(&[("a.log", event.as_bytes())]);
    let output = run(&["records", "--fields", text(logs.path()), "-o", "jsonl"]);
    let record: Value = serde_json::from_str(stdout(&output).trim()).unwrap();
    assert_eq!(record["fields"]["event_id"], "7");
    assert_eq!(record["fields"]["data.param1"], "a \"b\"");
    assert!(stdout(&run(&["records", "--fields", text(logs.path())])).contains("    provider: disk\n"));
}

#[test]
fn records_show_how_a_file_is_read() {
    let logs = folder(&[("a.log", LOG)]);
    let output = run(&["records", text(logs.path()), "-o", "jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let records: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let places: Vec<_> = records.iter().map(|it| (it["line"].as_u64(), it["lines"].as_u64())).collect();
    assert_eq!(places, [(1, 1), (2, 1), (3, 2), (5, 1)].map(|(line, lines)| (Some(line), Some(lines))));
    assert_eq!(records[1]["time"], "2026-01-02T03:04:06");
    assert_eq!(records[1]["level"], "error");
    assert_eq!(records[1]["message"], "the flux compensator of srv01 is overheated");
    assert!(records[1]["file"].as_str().is_some_and(|file| file.ends_with("a.log")));
    assert!(stdout(&run(&["records", text(logs.path())])).contains("[and 1 line]"));
    assert!(records[0].get("fields").is_none());
}

#[test]
fn records_of_files_come_in_the_same_order_every_time() {
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}.log")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), LOG)).collect();
    let logs = folder(&files);
    let first = run(&["records", text(logs.path()), "-o", "jsonl"]);
    assert_eq!(stdout(&first).lines().count(), 160);
    for _ in 0..3 {
        assert_eq!(run(&["records", text(logs.path()), "-o", "jsonl"]).stdout, first.stdout);
    }
}

#[test]
fn records_name_what_could_not_be_read() {
    let logs = folder(&[("a.log.gz", BROKEN_GZIP)]);
    let output = run(&["records", text(logs.path())]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(stderr(&output).contains("a.log.gz: corrupt: "), "{output:?}");
}

#[test]
fn contents_name_every_file_and_what_cannot_be_read() {
    let logs = folder(&[("a.log", b"abc"), ("b.log.gz", BROKEN_GZIP)]);
    let output = run(&["contents", text(logs.path()), "--hash", "-o", "jsonl"]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let lines: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let ends_with = |line: &Value, end: &str| line["file"].as_str().is_some_and(|file| file.ends_with(end));
    assert!(ends_with(&lines[0], "/a.log"), "{lines:?}");
    assert_eq!(lines[0]["bytes"], 3);
    assert_eq!(lines[0]["sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert!(lines[0]["modified"].as_str().is_some_and(|time| time.ends_with('Z')), "{lines:?}");
    assert!(ends_with(&lines[1], "/b.log.gz") && lines[1]["problem"].is_null(), "{lines:?}");
    assert!(ends_with(&lines[2], "/b.log.gz") && lines[2]["problem"] == "corrupt", "{lines:?}");
    let text = run(&["contents", text(logs.path())]);
    assert_eq!(stdout(&text).lines().count(), 3, "{text:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let logs = folder(&[("a.log", &LOG.repeat(5_000))]);
    for arguments in [&["records", text(logs.path())][..], &["triage", text(logs.path()), "--no-builtin"]] {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        // Read a little of what `records` writes, then close the pipe.
        let mut pipe = child.stdout.take().expect("is piped");
        let _ = pipe.read(&mut [0; 10]);
        drop(pipe);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(stderr(&output), "");
    }
}

#[test]
fn a_summary_has_a_line_for_each_finding_and_no_details() {
    let logs = folder(&[("a.log", LOG)]);
    let output = command(&["triage", text(logs.path()), "--summary"]).output().expect("it runs");
    let summary = stdout(&output);
    assert!(summary.lines().count() < 24 && !summary.contains("Cause"), "{summary}");
    let output = command(&["triage", text(logs.path())]).output().expect("it runs");
    let whole = stdout(&output);
    assert!(summary.lines().next().is_some_and(|verdict| whole.starts_with(verdict)), "{summary}");
}

#[test]
fn links_are_written_where_they_are_asked_for() {
    let logs = folder(&[(
        "a.log",
        b"2026-01-02 03:04:05 host kernel: Out of memory: Killed process 71 (java) total-vm:1kB\n",
    )]);
    let linked = |variables: &[(&str, &str)]| {
        let mut command = command(&["triage", text(logs.path())]);
        let output = command.envs(variables.iter().copied()).output().expect("it runs");
        assert!(stdout(&output).contains("Link "), "{output:?}");
        stdout(&output).contains("\u{1b}]8;;https://")
    };
    assert!(!linked(&[]));
    assert!(!linked(&[("TERM_PROGRAM", "WezTerm"), ("CLICOLOR_FORCE", "1")]));
    assert!(!linked(&[("FORCE_HYPERLINK", "1"), ("NO_COLOR", "1")]));
    assert!(linked(&[("FORCE_HYPERLINK", "1"), ("CLICOLOR_FORCE", "1")]));
}

#[test]
fn colours_are_used_when_asked_for_only() {
    let logs = folder(&[("a.log", LOG)]);
    let colored = |change: &dyn Fn(&mut Command) -> &mut Command| {
        let mut command = command(&["triage", text(logs.path())]);
        change(&mut command);
        stdout(&command.output().expect("it runs")).contains('\u{1b}')
    };
    assert!(!colored(&|it| it));
    assert!(colored(&|it| it.args(["--color", "always"])));
    assert!(colored(&|it| it.env("CLICOLOR_FORCE", "1")));
    assert!(!colored(&|it| it.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    assert!(!colored(&|it| it.env("CLICOLOR_FORCE", "1").args(["--color", "never"])));
    let report = logs.path().join("report.txt");
    assert!(!colored(&|it| it.env("CLICOLOR_FORCE", "1").arg("-o").arg(format!("text={}", text(&report)))));
    assert!(!std::fs::read_to_string(report).expect("was written").contains('\u{1b}'));
}

#[test]
fn completions_and_manual_pages_are_generated() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&run(&["completions", shell])).contains("no-unresolved"), "{shell}");
    }
    assert!(stdout(&run(&["man"])).starts_with(".ie"), "roff");
    assert!(stdout(&run(&["man", "triage"])).contains("tierline\\-triage"));
}

/// Times and messages of an incident in three files, of which one has no times.
fn incident() -> tempfile::TempDir {
    let first = "2026-01-02 03:00:00 ERROR alpha is broken, code 0x80070005\n\
        2026-01-02 03:00:10 INFO all is well\n  ERROR bravo belongs to the line before\n\
        2026-01-02 03:00:20 ERROR charlie is broken\n\
        2026-01-02 04:30:00 ERROR delta is broken\n";
    let second = "2026-01-02T03:00:05+02:00 ERROR echo is broken\n2026-01-02T03:00:25+02:00 INFO fine\n";
    let third = "ERROR foxtrot is broken\n";
    folder(&[("a.log", first.as_bytes()), ("b.log", second.as_bytes()), ("c.log", third.as_bytes())])
}

#[track_caller]
fn check_window(arguments: &[&str], expected: &[&str], outside: u64) {
    let logs = incident();
    let report = json(&[&["triage", text(logs.path()), "--no-builtin", "-o", "json"], arguments].concat());
    let evidence = |it: &Value| it["evidence"][0]["text"].as_str().unwrap_or("").to_string();
    let found: Vec<_> = report["unresolved"].as_array().unwrap().iter().map(evidence).collect();
    let words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot"];
    let found: Vec<_> = words.into_iter().filter(|word| found.iter().any(|text| text.contains(word))).collect();
    assert_eq!(found, expected, "{arguments:?}");
    assert_eq!(report["coverage"]["window"]["records_outside"], outside, "{arguments:?}");
    assert_eq!(report["coverage"]["window"]["untimed_files"], 1, "{arguments:?}");
    assert_eq!(report["coverage"]["records"], 7 - outside, "{arguments:?}");
}

#[test]
fn only_records_in_the_window_are_looked_at() {
    // Inclusive at the beginning, exclusive at the end.
    let (ten, twenty) = ("2026-01-02 03:00:10", "2026-01-02 03:00:20");
    check_window(&["--since", ten, "--until", twenty], &["bravo", "foxtrot"], 5);
    check_window(&["--since", twenty], &["charlie", "delta", "foxtrot"], 3);
    check_window(&["--until", ten], &["alpha", "echo", "foxtrot"], 4);
    check_window(
        &["--since", "2026-01-02", "--until", "2026-01-02"],
        &["alpha", "bravo", "charlie", "delta", "echo", "foxtrot"],
        0,
    );
    // The last time is 04:30:00.
    check_window(&["--since", "-1h"], &["delta", "foxtrot"], 5);
    // As instants, the second file lies two hours before.
    check_window(
        &["--since", "2026-01-02 03:00Z", "--tz", "UTC"],
        &["alpha", "bravo", "charlie", "delta", "foxtrot"],
        2,
    );
    check_window(&["--until", "2026-01-02 02:00Z", "--tz", "Europe/Berlin"], &["echo", "foxtrot"], 4);
}

#[test]
fn a_window_without_findings_is_named_and_never_called_clean() {
    let logs = folder(&[("a.log", LOG)]);
    let report = |arguments: &[&str]| {
        let output = run(&[&["triage", text(logs.path()), "--no-builtin"], arguments].concat());
        stdout(&output).to_string()
    };
    let clean = report(&["--since", "2026-01-02 03:04:08"]);
    assert!(clean.starts_with("Nothing found in the time asked for:"), "{clean}");
    assert!(clean.contains("Only what was logged from 2026-01-02 03:04:08 on was looked at; 3 records"), "{clean}");
    let empty = report(&["--since", "2027-01-01"]);
    assert!(empty.starts_with("No record in the time asked for:"), "{empty}");
}

#[test]
fn a_wrong_window_ends_with_2() {
    let logs = folder(&[("a.log", LOG), ("none.log", b"no time here\n")]);
    let (path, untimed) = (text(logs.path()), logs.path().join("none.log"));
    check_exit(&["triage", path, "--since", "yesterday"], 2);
    check_exit(&["triage", path, "--tz", "Mars/Olympus"], 2);
    check_exit(&["triage", path, "--since", "2026-01-03", "--until", "2026-01-02"], 2);
    check_exit(&["triage", text(&untimed), "--since", "-2h"], 2);
    check_exit(&["records", text(&untimed), "--since", "-2h"], 2);
    check_exit(&["triage", path, "--since", "2026-01-02", "--patterns", path], 2);
}

/// Each pattern counts all lines that it matches, those too that another one describes better.
#[test]
fn a_list_of_patterns_counts_as_grep_does() {
    let patterns = b"broke\nsomething else broke, code 0x[0-9a-f]+\n(?i)error\nnowhere\n";
    let files = folder(&[("svc.log", LOG), ("patterns.txt", patterns)]);
    let (log, patterns) = (files.path().join("svc.log"), files.path().join("patterns.txt"));
    let output = run(&["triage", text(&log), "--patterns", text(&patterns), "--no-unresolved", "-o", "json"]);
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    let counts =
        report["diagnoses"].as_array().unwrap().iter().map(|it| (it["signature"].as_str(), it["count"].as_u64()));
    let mut counts: Vec<_> = counts.collect();
    counts.sort();
    let expected = [("patterns/1", 1), ("patterns/2", 1), ("patterns/3", 2)];
    assert_eq!(counts, expected.map(|(id, count)| (Some(id), Some(count))));
}

#[test]
fn records_shows_only_the_window() {
    let logs = incident();
    let arguments = [
        "records",
        text(logs.path()),
        "-o",
        "jsonl",
        "--since",
        "2026-01-02 03:00:10",
        "--until",
        "2026-01-02 03:00:20",
    ];
    let output = run(&arguments);
    let lines: Vec<&str> = stdout(&output).lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("all is well\\n  ERROR bravo") && lines[1].contains("foxtrot"), "{lines:?}");
}

/// Two logs of one incident: one states UTC; the other shows the clock of a zone two hours east, with a header that tells
/// it, and is silent for 20 minutes.
#[test]
fn files_of_different_zones_are_put_on_one_timeline() {
    let clock = |second: u32| format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let (mut stated, mut shown) = (String::new(), "UTC Time: [02.01.2026 00:59:58]\n".to_string());
    for second in (3600..10_800).step_by(10) {
        let level = if second % 1000 == 0 { "ERROR it broke" } else { "INFO fine" };
        stated.push_str(&format!("2026-01-02T{}Z {level}\n", clock(second)));
        if !(6000..7200).contains(&second) {
            shown.push_str(&format!("[02.01.2026 {}] <07> Info     fine\n", clock(second + 7200)));
        }
    }
    let logs = folder(&[("a.log", stated.as_bytes()), ("b/Job.log", shown.as_bytes())]);
    let report = json(&["triage", text(logs.path()), "--no-builtin", "-o", "json"]);
    let timeline = &report["timeline"];
    assert_eq!(timeline["clock"], "utc-inferred");
    let sources = timeline["sources"].as_array().unwrap();
    let zones: Vec<_> =
        sources.iter().map(|it| (it["inferred_offset"].as_str(), it["inferred_from"].as_str())).collect();
    assert_eq!(zones, [(None, None), (Some("+02:00"), Some("header"))]);
    let gaps = timeline["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((&gaps[0]["from"], &gaps[0]["seconds"]), (&"2026-01-02T03:39:50".into(), &1210.into()));
    let buckets = timeline["buckets"].as_array().unwrap();
    let records = |it: &Value| it["records"].as_u64().unwrap();
    // Both begin together, and nothing lies beyond the end of the first.
    assert!(records(&buckets[1]) > 20, "{buckets:?}");
    assert_eq!(buckets.iter().map(records).sum::<u64>(), 720 + 600);
    assert!(buckets.last().unwrap()["time"].as_str().unwrap() < "2026-01-02T03:00:00", "{buckets:?}");

    let output = run(&["triage", text(logs.path()), "--no-builtin"]);
    let told = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("Job.log is silent from 2026-01-02 03:39:50 to 2026-01-02 04:00:00 (20 min 10 s)."),
        "{told}"
    );
    assert!(told.contains("+02:00 for 1 file, from a header with the time in UTC."), "{told}");
    assert!(told.contains("Timeline Errors"), "{told}");
}
