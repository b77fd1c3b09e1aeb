//! From a log line to a signature: what an author does, one command after the other.

use std::fs;
use std::path::Path;
use std::process::Output;

const LOG: &str = "2026-01-02 03:04:04 INFO job 17 started\n\
                   2026-01-02 03:04:05 ERROR qzoff cannot seal ledger /var/ledger/17: disk full\n  at seal\n\
                   2026-01-02 03:04:06 INFO idle\n";

/// Runs the program in `folder`.
fn tierline(folder: &Path, args: &[&str]) -> Output {
    super::command(args).current_dir(folder).output().unwrap()
}

#[track_caller]
fn check(folder: &Path, args: &[&str], code: i32, in_output: &[&str]) -> String {
    let output = tierline(folder, args);
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    for part in in_output {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
    text
}

/// A folder with a log.
fn folder() -> tempfile::TempDir {
    super::folder(&[("app-2026-01-02.log", LOG.as_bytes())])
}

#[test]
fn a_line_of_a_log_becomes_a_signature_that_is_complete_when_its_gaps_are_filled() {
    let folder = folder();
    let folder = folder.path();
    let new =
        ["signatures", "new", "--file", "app-2026-01-02.log", "--line", "3", "--out", "ours/acme/app/unsealed.yaml"];
    check(folder, &new, 0, &["both examples behave", "write ours/acme/app/_product.yaml", "signatures check ours"]);
    check(folder, &new, 1, &["is there already"]);
    check(folder, &["signatures", "test", "ours"], 0, &["2 examples: 2 behave"]);
    let gaps =
        ["`cause` is still", "`impact` is still", "`steps` is still", "`verify` is still", "there is no reference"];
    check(folder, &["signatures", "check", "ours"], 0, &gaps);
    let file = folder.join("ours/acme/app/unsealed.yaml");
    let draft = fs::read_to_string(&file).unwrap();
    assert!(draft.contains(r"regex: 'qzoff cannot seal ledger (?<path>[^\s:]+): disk full'"), "{draft}");
    assert!(draft.contains("files: ['**/app-*.log']"), "{draft}");
    // A draft is used from a folder that is named.
    check(
        folder,
        &["triage", "app-2026-01-02.log", "--signatures", "ours"],
        0,
        &["qzoff cannot seal ledger /var/ledger/17: disk full"],
    );
    fs::write(folder.join("ours/acme/app/_product.yaml"), "vendor: Acme\nproduct: App\n").unwrap();
    let full = draft
        .replace("to be written", "Nothing more can be written.")
        .replace("references: []", "references: [{ kind: docs, url: 'https://docs.example.com/disk' }]");
    fs::write(&file, full.replace("status: draft", "status: stable")).unwrap();
    check(folder, &["signatures", "check", "ours"], 0, &["0 errors, 0 warnings"]);
}

#[test]
fn a_finding_of_a_report_becomes_a_signature_that_explains_it() {
    let folder = folder();
    let folder = folder.path();
    check(folder, &["triage", "app-2026-01-02.log", "-o", "json=r.json"], 0, &[]);
    let new = |finding| ["signatures", "new", "--report", "r.json", "--finding", finding, "--out", "ours/a/b/c.yaml"];
    check(folder, &new("none"), 2, &["no unexplained error in `r.json` has the id `none`; 1: "]);
    check(folder, &new("1"), 0, &["both examples behave"]);
    let again = ["triage", "app-2026-01-02.log", "--signatures", "ours", "-o", "json"];
    let report: serde_json::Value = serde_json::from_slice(&tierline(folder, &again).stdout).unwrap();
    assert_eq!(report["diagnoses"][0]["signature"], "a/b/c");
    assert_eq!(report["diagnoses"][0]["captures"]["path"], "/var/ledger/17");
    assert_eq!(report["unresolved"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_line_as_argument_or_from_a_pipe_goes_to_standard_output() {
    let folder = folder();
    let line = "Jan  2 03:04:05 srv1 qzd[17]: ledger of user \"Jane Doe\" is unsealed";
    let text = check(folder.path(), &["signatures", "new", line], 0, &["<catalogue>/vendor/product/"]);
    assert!(text.contains(r#"regex: 'ledger of user "(?<user>[^"\r\n]+)" is unsealed'"#), "{text}");
    let mut command = super::command(&["signatures", "new"]);
    let input = folder.path().join("line.txt");
    fs::write(&input, line).unwrap();
    let output = command.stdin(fs::File::open(input).unwrap()).output().unwrap();
    assert!(super::stdout(&output).contains("is unsealed"));
    check(folder.path(), &["signatures", "new", "10.0.0.1"], 1, &["no fixed text of three or more characters"]);
    check(folder.path(), &["signatures", "new", "x y z", "--out", "x.yaml"], 2, &["<vendor>/<product>/<problem>.yaml"]);
}

#[test]
fn a_line_that_is_known_is_told() {
    let folder = folder();
    let line = "Feb 10 04:12:33 srv kernel: Out of memory: Killed process 4711 (java) total-vm:1kB, anon-rss:1kB";
    check(folder.path(), &["signatures", "new", line], 0, &["claims this record already"]);
}
