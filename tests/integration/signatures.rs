//! `tierline signatures` as an author uses it.

use std::fs;
use std::path::Path;
use std::process::Output;

/// Runs the program in `folder`.
fn tierline(folder: &Path, args: &[&str]) -> Output {
    super::command(args).current_dir(folder).output().unwrap()
}

#[track_caller]
fn check(folder: &Path, args: &[&str], code: i32, in_output: &str) {
    let output = tierline(folder, args);
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(in_output), "{text}");
}

/// Makes a catalogue `acme` with the signature and product of the author's guide.
fn catalogue() -> tempfile::TempDir {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/signatures/README.md")).unwrap();
    let examples: Vec<&str> = guide.split("```yaml\n").skip(1).filter_map(|it| it.split("```").next()).collect();
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("acme/acme/app");
    fs::create_dir_all(&app).unwrap();
    fs::write(app.join("disk-full.yaml"), examples[0]).unwrap();
    let product = examples.iter().find(|it| it.starts_with("vendor:")).unwrap();
    fs::write(app.join("_product.yaml"), product).unwrap();
    folder
}

#[test]
fn a_good_catalogue_passes_and_can_be_read() {
    let folder = catalogue();
    let folder = folder.path();
    check(folder, &["signatures", "check", "acme"], 0, "checked 1 signature, 4 examples: 0 errors, 0 warnings");
    check(folder, &["signatures", "test", "acme"], 0, "4 examples: 4 behave, 0 do not; 0 errors");
    let list = ["signatures", "list", "--no-builtin", "--signatures", "acme"];
    check(folder, &list, 0, "acme/app/disk-full  L1  high      The disk {disk} is full\n");
    check(folder, &["signatures", "show", "acme/app/disk-full", "--signatures", "acme"], 0, "Verify: The job ends");
    let built_in = ["signatures", "show", "linux/kernel/process-killed-out-of-memory"];
    // The small program has no examples of the built-in ones.
    let examples = if cfg!(feature = "server") {
        "Matches, for example\n  Feb 10 04:11:07 srv07 kernel:"
    } else {
        "Found where\n"
    };
    check(folder, &built_in, 0, examples);
}

#[test]
fn conditions_on_fields_are_explained() {
    let folder = catalogue();
    let folder = folder.path();
    let write = |condition: &str| {
        let head = "title: The disk {disk} is bad\nlevel: L1\nside: storage\nseverity: high\ncause: c\n";
        let event = r#"{"level":"error","provider":"disk","event_id":7,"data":{"param1":"D:"}}"#;
        let rest = "fixes: [{level: L1, steps: [s], verify: v}]\nreferences: [{kind: docs, url: 'https://a.b/'}]";
        let examples = format!("examples:\n  match:\n    - '{event}'\n  no_match: [x]\n");
        let text = format!("{head}match: {{ field: {condition} }}\n{rest}\n{examples}");
        fs::write(folder.join("acme/acme/app/disk-bad.yaml"), text).unwrap();
    };
    let args = ["signatures", "check", "acme"];
    write("{ provider: disk, event_id: [7, 8], data.param1: { regex: '(?<disk>.+)' } }");
    check(folder, &args, 0, "checked 2 signatures, 6 examples: 0 errors");
    let show = ["signatures", "show", "acme/app/disk-bad", "--signatures", "acme"];
    check(folder, &show, 0, "  the field event_id is 7 or is 8\n  the field data.param1 matches (?<disk>.+)\n");
    write("{ event_id: 7, data.param1: { regex: '(?<disk>.+)' } }");
    check(
        folder,
        &args,
        2,
        "disk-bad.yaml:6:17: error: too short to search for: `7` is the longest text that is sure to stand in the record",
    );
    check(folder, &args, 2, "add a field whose value is sure to have three letters or digits in a row");
    write("{ provider: Disk, event_id: 7, data.param1: { regex: '(?<disk>.+)' } }");
    check(folder, &args, 2, "`field: { provider: Disk }` holds for no record: it is `disk`");
    write("{ Provider: disk, data.param1: { regex: '(?<disk>.+)' } }");
    check(
        folder,
        &args,
        2,
        "no record has the field `Provider` (there are `level`, `provider`, `event_id`, `data.param1`)",
    );
    write("{ SourceName: disk, data.param1: { regex: '(?<disk>.+)' } }");
    check(folder, &args, 2, "warning: `SourceName` is not the name by which all forms of Windows events are found");
}

#[test]
fn signatures_with_a_text_that_is_frequent_in_the_users_logs_are_warned_of() {
    let folder = catalogue();
    let folder = folder.path();
    fs::write(folder.join("ours.log"), "10:00:00 INFO cannot write to D: disk full, next one\n".repeat(1_000)).unwrap();
    let args = ["signatures", "check", "acme", "--sample", "ours.log"];
    check(folder, &args, 0, "stands in ordinary logs, about ");
    check(folder, &args, 0, "checked 1 signature, 4 examples: 0 errors, 1 warning");
    check(folder, &["signatures", "check", "acme", "--sample", "nowhere"], 1, "failed to read the logs");
}

#[test]
fn slow_patterns_of_a_list_are_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("errors.txt"), "no space left on device\n[0-9]+ms\n").unwrap();
    let args = ["signatures", "check", "--patterns", "errors.txt"];
    check(folder.path(), &args, 0, "errors.txt:2:1: warning: too short to search for: `ms` is the longest text");
    check(folder.path(), &args, 0, "checked 2 patterns: 0 errors, 1 warning");
    fs::write(folder.path().join("errors.txt"), "(\n").unwrap();
    check(folder.path(), &args, 2, "checked 0 patterns: 1 error, 0 warnings");
    check(folder.path(), &["signatures", "check", "--patterns", "nowhere"], 1, "failed to read the patterns");
}

#[test]
fn lists_and_pages_are_json_for_programs() {
    let folder = catalogue();
    let json = |args: &[&str]| -> serde_json::Value {
        let args = [args, &["--signatures", "acme", "-o", "json"]].concat();
        serde_json::from_slice(&tierline(folder.path(), &args).stdout).unwrap()
    };
    let page = json(&["signatures", "show", "acme/app/disk-full"]);
    assert_eq!(page["fixes"][0]["steps"][1], "Start the job again.");
    assert_eq!(page["match"]["all"][1]["none"][0]["text"], "retry succeeded");
    let list = json(&["signatures", "list", "--vendor", "ACME"]);
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!(list[0]["product"], "Backup App");
    assert!(json(&["signatures", "list"]).as_array().is_some_and(|all| all.len() > 80));
}

#[test]
fn mistakes_are_shown_at_their_place_and_end_in_exit_code_2() {
    let folder = catalogue();
    let file = folder.path().join("acme/acme/app/disk-full.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("severity: high", "severity: hihg")).unwrap();
    let shown = "acme/acme/app/disk-full.yaml:5:11: error: `hihg` is not a value of `severity`\n\
                 5 | severity: hihg\n  |           ^\n  = hint: did you mean `high`?\n";
    check(folder.path(), &["signatures", "check", "acme"], 2, shown);
    let list = ["signatures", "list", "--no-builtin", "--signatures", "acme"];
    check(folder.path(), &list, 2, shown);
    fs::write(&file, text.replace("disk full)", "disk fall)")).unwrap();
    let shown = "FAILED acme/app/disk-full, match example 1 (acme/acme/app/disk-full.yaml:31:7):\n  \
                 `regex: cannot write to (?<disk>\\S+): (?:no space left on device|disk fall)` stands in no record\n    \
                 - `all`: 1 of 2 hold, each looked at alone\n      \
                 - `regex: cannot write to (?<disk>\\S+): (?:no space left on device|disk fall)`: stops in line 1 after \
                 `cannot write to (?<disk>\\S+): `: `(?:no space left on device|disk fall)` is wanted and `disk full` stands there\n      \
                 + `none`: 0 of 1 stand there, none may\n";
    check(folder.path(), &["signatures", "test", "acme"], 2, shown);
    check(
        folder.path(),
        &["signatures", "test", "acme"],
        2,
        "    1 | 2026-01-02 03:04:05 ERROR cannot write to D: disk full\n",
    );
    check(
        folder.path(),
        &["signatures", "test", "acme", "acme/app/disk-full"],
        2,
        "2 examples: 1 behave, 1 do not; 0 errors",
    );
    let colours = ["signatures", "test", "acme", "--color", "always"];
    check(folder.path(), &colours, 2, "\u{1b}[1m\u{1b}[31mFAILED\u{1b}[0m acme/app/disk-full");
}

#[test]
fn single_signatures_are_tested_and_unknown_ones_are_told() {
    let folder = catalogue();
    let folder = folder.path();
    check(folder, &["signatures", "test", "acme", "acme/app/disk-full"], 0, "2 examples: 2 behave, 0 do not");
    check(folder, &["signatures", "test", "acme", "acme/app/disk-ful"], 2, "did you mean `acme/app/disk-full`?");
    let id = "linux/kernel/process-killed-out-of-memory";
    // The small program has no examples of the built-in ones.
    let (code, shown) = if cfg!(feature = "server") {
        (0, "behave, 0 do not; 0 errors")
    } else {
        (2, "no examples of built-in signatures")
    };
    check(folder, &["signatures", "test", id], code, shown);
}

#[test]
fn who_claims_the_examples_of_others_is_a_matrix() {
    let folder = catalogue();
    let folder = folder.path();
    let app = folder.join("acme/acme/app");
    let text = fs::read_to_string(app.join("disk-full.yaml")).unwrap();
    let general = text.replace(": (?:no space left on device|disk full)", ":").replace("The disk", "Something on");
    fs::write(app.join("no-write.yaml"), &general).unwrap();
    let shown = "acme/app/disk-full\n  example 1 also claimed by acme/app/no-write: both are shown\n\
                 acme/app/no-write\n  example 1 also claimed by acme/app/disk-full: both are shown\n\
                 2 signatures: 2 pairs both shown, 0 where one hides the other, 0 kept apart by the scopes alone\n";
    check(folder, &["signatures", "check", "acme", "--matrix"], 2, shown);
    fs::write(app.join("disk-full.yaml"), format!("{text}suppresses: [acme/app/no-write]\n")).unwrap();
    let matrix = ["signatures", "check", "acme", "--matrix=json"];
    let rows: serde_json::Value = serde_json::from_slice(&tierline(folder, &matrix).stdout).unwrap();
    assert_eq!((&rows[0]["allowed"], &rows[1]["allowed"]), (&"suppresses".into(), &"suppressed".into()));
    check(folder, &["signatures", "check", "acme", "--report", "q.json"], 0, "0 errors");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("q.json")).unwrap()).unwrap();
    assert_eq!(report["schema"], "tierline.quality/1");
    assert_eq!((&report["signatures"], &report["cross_fire"]), (&2.into(), &0.into()));
    assert_eq!(report["by_product"]["Acme Backup App"], 2);
    let first = fs::read(folder.join("q.json")).unwrap();
    check(folder, &["signatures", "check", "acme", "--report", "q.json"], 0, "0 errors");
    assert_eq!(fs::read(folder.join("q.json")).unwrap(), first, "the same catalogue gives the same report");
}

#[test]
fn saved_reports_say_what_fires_and_what_never_did() {
    let folder = catalogue();
    let folder = folder.path();
    fs::write(folder.join("app.log"), "2026-01-02 03:04:05 ERROR cannot write to D: disk full\n".repeat(3)).unwrap();
    fs::write(folder.join("quiet.log"), "2026-01-02 03:04:05 INFO all is well\n").unwrap();
    let only = ["--signatures", "acme", "--no-builtin"];
    for (log, report) in [("app.log", "json=a.json"), ("quiet.log", "json=b.json")] {
        check(folder, &[&["triage", log, "-o", report][..], &only].concat(), 0, "");
    }
    let stats = [&["signatures", "stats", "a.json", "b.json", "a.json"][..], &only].concat();
    check(folder, &stats, 0, "acme/app/disk-full        2          6  2026-01-02T03:04:05");
    check(folder, &stats, 0, "     1 of 1    Acme Backup App");
    check(folder, &stats, 0, "3 reports: 1 signature fired, 0 never did; 0 with unexplained errors only");
    check(folder, &["signatures", "stats", "a.json", "--never"], 0, "never fired:\n");
    check(folder, &["signatures", "stats", "app.log"], 1, "failed to read the report `app.log`");
    let json = [&stats[..], &["-o", "json"]].concat();
    let json: serde_json::Value = serde_json::from_slice(&tierline(folder, &json).stdout).unwrap();
    assert_eq!((&json["signatures"][0]["bundles"], &json["reports"]), (&2.into(), &3.into()));
}

#[test]
fn what_is_not_there_has_its_own_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), &["signatures", "check", "nowhere"], 1, "failed to read the catalogue `nowhere`");
    check(
        folder.path(),
        &["signatures", "list", "--signatures", "nowhere"],
        2,
        "--signatures `nowhere`: no such folder",
    );
    check(folder.path(), &["signatures", "show", "a/b/c"], 2, "no signature has the id `a/b/c`");
}

#[test]
fn an_effect_stands_behind_its_cause_and_is_not_counted() {
    let folder = catalogue();
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/signatures/README.md")).unwrap();
    let effect = guide.split("```yaml\n").find(|it| it.contains("\ncaused_by:")).unwrap().split("```").next().unwrap();
    let folder = folder.path();
    fs::write(folder.join("acme/acme/app/ledger-closed.yaml"), effect).unwrap();
    check(folder, &["signatures", "check", "acme"], 0, "0 errors, 0 warnings");
    let show = ["signatures", "show", "acme/app/ledger-closed", "--signatures", "acme"];
    check(folder, &show, 0, "Effect of acme/app/disk-full (where that was there before, at most 2h)\n");
    let full = "2026-01-02 03:04:05 ERROR cannot write to D: disk full\n";
    let closed = |hour: u32| format!("2026-01-02 {hour:02}:05:00 ERROR ledger 17 is closed: write error\n");
    let triage = |log: &str, format: &str| {
        fs::write(folder.join("app.log"), log).unwrap();
        let args = ["triage", "app.log", "--no-builtin", "--signatures", "acme", "-o", format, "--fail-on", "critical"];
        let output = tierline(folder, &args);
        assert_eq!(output.status.code(), Some(3), "an effect is a finding, too");
        String::from_utf8(output.stdout).unwrap()
    };
    let causes = |log: &str| {
        let report: serde_json::Value = serde_json::from_str(&triage(log, "json")).unwrap();
        let diagnoses = report["diagnoses"].as_array().unwrap();
        diagnoses.iter().map(|it| format!("{} {}", it["signature"], it["caused_by"])).collect::<Vec<_>>()
    };
    let soon = format!("{full}{}", closed(3));
    let expected = ["\"acme/app/disk-full\" null", "\"acme/app/ledger-closed\" \"acme/app/disk-full\""];
    assert_eq!(causes(&soon), expected);
    let apart = ["\"acme/app/ledger-closed\" null", "\"acme/app/disk-full\" null"];
    assert_eq!(causes(&format!("{full}{}", closed(6))), apart, "too late");
    assert_eq!(causes(&format!("{}{full}", closed(2))), apart, "the wrong way round");
    let text = triage(&soon, "text");
    assert!(text.contains("1 known problem (1 critical) with 1 effect: "), "{text}");
    assert!(text.contains("\n   1. HIGH      L1  ") && text.contains("\n 1.1. CRITICAL  L2  "), "{text}");
    assert!(text.contains("\n1.1. [CRITICAL] The ledger 17 is closed"), "{text}");
    assert!(text.contains("   Caused by  problem 1 (acme/app/disk-full)\n"), "{text}");
    let markdown = triage(&soon, "markdown");
    assert!(markdown.contains("\n#### 1.1. \\[critical\\] The ledger 17 is closed"), "{markdown}");
    assert!(markdown.contains("\n- Caused by: problem 1 (acme/app/disk-full)\n"), "{markdown}");
    assert!(markdown.contains("\n| 1.1 | critical | L2 | The ledger 17 is closed"), "{markdown}");
}

#[test]
fn each_variant_is_a_diagnosis_of_its_own() {
    let folder = catalogue();
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/signatures/README.md")).unwrap();
    let family = guide.split("```yaml\n").find(|it| it.contains("\nvariants:")).unwrap().split("```").next().unwrap();
    let file = folder.path().join("acme/acme/app/share-refused.yaml");
    fs::write(&file, family).unwrap();
    let folder = folder.path();
    check(folder, &["signatures", "check", "acme"], 0, "checked 2 signatures, 8 examples: 0 errors, 0 warnings");
    let list = ["signatures", "list", "--no-builtin", "--signatures", "acme"];
    check(folder, &list, 0, "({win32}) (2 variants)\n2 signatures, 2 variants\n");
    let show = ["signatures", "show", "acme/app/share-refused", "--signatures", "acme"];
    check(folder, &show, 0, "  Access is denied, or 0x5, or 5\n    No permission for the share {share}\n");

    let line = |code: &str| format!("2026-01-02 03:04:05 ERROR cannot open \\\\nas\\b: Win32 error:{code}.\n");
    let codes = ["ACCESS IS DENIED ", "0x5", "The parameter is incorrect", "access is denied"];
    fs::write(folder.join("app.log"), codes.map(line).concat()).unwrap();
    let triage = |format: &str| {
        let args = ["triage", "app.log", "--no-builtin", "--signatures", "acme", "-o", format, "--fail-on", "high"];
        let output = tierline(folder, &args);
        assert_eq!(output.status.code(), Some(3));
        String::from_utf8(output.stdout).unwrap()
    };
    let report: serde_json::Value = serde_json::from_str(&triage("json")).unwrap();
    let mut found: Vec<String> = report["diagnoses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {} {} {} {}", it["variant"], it["count"], it["level"], it["side"], it["title"]))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            r#""Access is denied" 3 "L1" "config" "No permission for the share \\\\nas\\b""#,
            r#"null 1 "L2" "server" "The share \\\\nas\\b cannot be opened (The parameter is incorrect)""#,
        ]
    );
    assert!(triage("text").contains("acme/app/share-refused, variant Access is denied"));
    assert!(triage("markdown").contains("acme/app/share-refused, variant Access is denied"));

    let write = |from: &str, to: &str| fs::write(&file, family.replacen(from, to, 1)).unwrap();
    write("    Access is denied:\n      also: ['0x5', '5']", "    Access is granted:");
    let other = "`win32` is `Access is denied` in it, for which there is no row";
    check(folder, &["signatures", "check", "acme"], 2, other);
    check(folder, &["signatures", "test", "acme"], 2, "share-refused, row `Access is granted`, match example 1");
    write("    The network path was not found:", "    The network path was lost:");
    check(
        folder,
        &["signatures", "check", "acme"],
        0,
        ":26:5: warning: no example shows the row `The network path was",
    );
    write("'5']", "'5', 'a.b']");
    check(folder, &["signatures", "check", "acme"], 0, "warning: no pattern can ever capture `a.b` as `win32`");
    write("          verify: The job opens the share.\n", "");
    check(folder, &["signatures", "check", "acme"], 2, "error: an L1 fix without `verify`");
    write("may not use {share}", "may not use {shares}");
    check(folder, &["signatures", "check", "acme"], 2, "`{shares}` stands for a capture that no pattern has");
}
