//! Overlays and successors: what one house changes of signatures, and what became of old ids.

use crate::{command, folder, stderr, stdout};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

const FULL: &str = "title: The disk {disk} is full
level: L1
side: storage
severity: high
match: { regex: 'no space on (?<disk>[A-Z]):' }
cause: Nothing is left.
fixes: [{ level: L1, steps: [Delete files.], verify: The job ends. }]
suppresses: [acme/app/failed]
";
const FAILED: &str = "title: A job failed
level: L1
side: server
severity: medium
match: { text: job failed }
cause: Unknown.
fixes: [{ level: L1, steps: [Look further up.], verify: The job ends. }]
";
const OLD: &str = "title: Disk full, in other words
status: deprecated
replaced_by: acme/app/full
level: L1
side: storage
severity: low
match: { text: no room }
cause: Nothing is left.
";
const LOG: &str = "2026-01-02 03:04:05 ERROR no space on D: left\n2026-01-02 03:04:06 ERROR job failed\n";

/// A log, a catalogue and, in a second folder, an overlay.
fn case(overlay: &str) -> TempDir {
    folder(&[
        ("app.log", LOG.as_bytes()),
        ("ours/acme/app/_product.yaml", b"vendor: Acme\nproduct: App\n"),
        ("ours/acme/app/full.yaml", FULL.as_bytes()),
        ("ours/acme/app/failed.yaml", FAILED.as_bytes()),
        ("ours/acme/app/old.yaml", OLD.as_bytes()),
        ("house/_overlay.yaml", overlay.as_bytes()),
    ])
}

/// Runs the program with both folders, the overlay first. Returns exit code and output.
fn tierline(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let folders = ["--no-builtin", "--signatures", "house", "--signatures", "ours"];
    let args: Vec<&str> = args.iter().chain(&folders).copied().collect();
    let output = command(&args).current_dir(folder).output().unwrap();
    (output.status.code(), stdout(&output).to_owned() + stderr(&output))
}

fn report(folder: &Path) -> (Option<i32>, Value) {
    let (code, text) = tierline(folder, &["triage", "app.log", "-o", "json", "--fail-on", "high"]);
    (code, serde_json::from_str(&text).unwrap())
}

fn ids(report: &Value) -> Value {
    report["diagnoses"].as_array().unwrap().iter().map(|it| json!([it["signature"], it["notes"]])).collect()
}

#[test]
fn what_is_hidden_is_counted_and_hides_nothing() {
    let case = case("overrides: [{ id: acme/app/full, status: disabled, reason: accepted, until: 9999-12-31 }]");
    let (code, report) = report(case.path());
    // Without its cause the consequence is shown.
    assert_eq!((code, ids(&report)), (Some(0), json!([["acme/app/failed", null]])));
    let hidden = &report["hidden"][0];
    let shown = json!([hidden["signature"], hidden["title"], hidden["count"], hidden["reason"], hidden["until"]]);
    assert_eq!(shown, json!(["acme/app/full", "The disk D is full", 1, "accepted", "9999-12-31"]));
    assert_eq!(hidden["overlay"], "house/_overlay.yaml");
    assert_eq!(report["unresolved"].as_array().map(Vec::len), Some(0));
    let (_, text) = tierline(case.path(), &["triage", "app.log"]);
    assert!(text.contains("1 known problem (1 medium), 1 known problem hidden by an overlay: app.log"), "{text}");
    assert!(text.contains("house/_overlay.yaml hides acme/app/full until 9999-12-31, which was seen once,"), "{text}");
    let (_, list) = tierline(case.path(), &["signatures", "list"]);
    assert!(list.contains("The disk {disk} is full (hidden by an overlay)\n"), "{list}");
    let (_, page) = tierline(case.path(), &["signatures", "show", "acme/app/full"]);
    assert!(page.contains("Overlay   hidden until 9999-12-31: accepted (house/_overlay.yaml)\n"), "{page}");
}

#[test]
fn each_format_says_what_is_hidden() {
    let case = case("overrides: [{ id: acme/app/full, status: disabled, reason: accepted., until: 9999-12-31 }]");
    let said =
        "house/_overlay.yaml hides acme/app/full until 9999-12-31, which was seen once, 2026-01-02 03:04:05: accepted.";
    for format in ["text", "json", "jsonl", "markdown", "html", "sarif", "junit"] {
        let (_, report) = tierline(case.path(), &["triage", "app.log", "-o", format]);
        match format {
            "json" | "jsonl" => assert!(report.contains("9999-12-31"), "{report}"),
            _ => {
                let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(words.replace('\\', "").contains(said), "{format}: {report}");
            }
        }
    }
    let (_, sarif) = tierline(case.path(), &["triage", "app.log", "-o", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let suppressed: Vec<_> = results.iter().filter(|it| it["suppressions"] != Value::Null).collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["suppressions"][0]["justification"], "accepted.");
    assert_eq!(suppressed[0]["ruleId"], "acme/app/full");
}

#[test]
fn what_one_of_two_reports_hides_is_neither_new_nor_gone_without_a_word() {
    let case = case("overrides: [{ id: acme/app/full, status: disabled, reason: accepted }]");
    tierline(case.path(), &["triage", "app.log", "-o", "json=hidden.json"]);
    let ours = ["triage", "app.log", "-o", "json=shown.json", "--no-builtin", "--signatures", "ours"];
    command(&ours).current_dir(case.path()).output().unwrap();
    let compare = |before, after| {
        let output = command(&["compare", before, after]).current_dir(case.path()).output().unwrap();
        stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let note = "house/_overlay.yaml hides acme/app/full of what there was";
    let (new, gone) = (compare("hidden.json", "shown.json"), compare("shown.json", "hidden.json"));
    assert!(new.contains(&format!("{note} before: what is new may have been there already.")), "{new}");
    assert!(gone.contains(&format!("{note} after: what is gone may be there still.")), "{gone}");
    assert!(!compare("hidden.json", "hidden.json").contains(note));
}

#[test]
fn explain_knows_overlays() {
    let hidden = case("overrides: [{ id: acme/app/full, status: disabled, reason: accepted }]");
    let explain = |case: &TempDir, more: &[&str]| {
        let (code, text) =
            tierline(case.path(), &[&["triage", "app.log", "--explain", "acme/app/full"], more].concat());
        (code, text)
    };
    let (_, text) = explain(&hidden, &[]);
    assert!(text.contains("  Overlay house/_overlay.yaml: hidden: accepted.\n"), "{text}");
    assert!(
        text.contains("  In the report: found: 1 record, and hidden by house/_overlay.yaml: accepted.\n"),
        "{text}"
    );
    let changed = case("overrides: [{ id: 'acme/**', severity: low, reason: agreed, until: 9999-12-31 }]");
    let (_, text) = explain(&changed, &[]);
    let says = "  Overlay house/_overlay.yaml: severity low in place of high until 9999-12-31: agreed.\n";
    assert!(text.contains(says), "{text}");
    assert!(text.contains("  In the report: found: 1 record, first in app.log:1.\n"), "{text}");
    let (_, json) = explain(&hidden, &["-o", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "tierline.explain/1");
    assert_eq!(json["in_report"], json!(["found: 1 record, and hidden by house/_overlay.yaml: accepted"]));
    assert_eq!(json!([json["overlays"][0]["hidden"], json["unused"]]), json!([true, null]));
    assert_eq!(json["parts"][1]["said"], "stands in 1 record, first in app.log:1");
    let (code, text) = explain(&hidden, &["-o", "html"]);
    assert!(code == Some(2) && text.contains("--explain is written as text or json only"), "{text}");
}

#[test]
fn all_problems_of_a_product_may_be_hidden_and_nothing_is_said_to_be_found() {
    let case = case("overrides: [{ id: 'acme/**', status: disabled, reason: a test system }]");
    let (_, text) = tierline(case.path(), &["triage", "app.log"]);
    assert!(text.starts_with("2 known problems hidden by an overlay: app.log"), "{text}");
}

#[test]
fn what_is_changed_is_said() {
    let overlay = "overrides:\n  - { id: 'acme/*/full', severity: low, level: L2, steps: [Ask Jane.], reason: agreed }\n  \
                   - { id: acme/app/old, note: seen every night, reason: known }\n";
    let case = case(overlay);
    let (code, report) = report(case.path());
    let changed = "changed by house/_overlay.yaml: level L2 in place of L1, severity low in place of high, steps of the house come first; agreed";
    let note = "seen every night (house/_overlay.yaml: known)";
    assert_eq!((code, ids(&report)), (Some(0), json!([["acme/app/full", [changed, note]]])));
    let first = &report["diagnoses"][0];
    assert_eq!(
        json!([first["severity"], first["level"], first["fixes"][0]["steps"]]),
        json!(["low", "L2", ["Ask Jane."]])
    );
    let (_, text) = tierline(case.path(), &["triage", "app.log"]);
    assert!(text.contains("   Note       changed by house/_overlay.yaml: level L2"), "{text}");
    let (_, list) = tierline(case.path(), &["signatures", "list", "-o", "json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list[1]["overlays"][0]["changes"][0], "level L2 in place of L1");
    assert_eq!(list[0]["overlays"], Value::Null);
}

#[test]
fn what_is_over_has_no_effect_and_is_said() {
    let case = case("overrides: [{ id: acme/app/full, status: disabled, reason: accepted, until: 2001-01-31 }]");
    let (code, report) = report(case.path());
    let note = "house/_overlay.yaml no longer hides it: that ended on 2001-01-31";
    assert_eq!((code, ids(&report)), (Some(3), json!([["acme/app/full", [note]]])));
    assert_eq!(report["hidden"], Value::Null);
}

#[test]
fn a_mistake_in_an_overlay_hides_no_signature_and_is_a_problem() {
    let case = case("overrides: [{ id: acme/app/gone, status: disabled, reason: r }]");
    let (code, report) = report(case.path());
    assert_eq!((code, ids(&report)), (Some(3), json!([["acme/app/full", null]])));
    let problem = &report["problems"][0];
    assert_eq!(json!([problem["kind"], problem["file"]]), json!(["signature", "house/_overlay.yaml"]));
}

#[test]
fn an_overlay_changes_built_in_signatures_and_check_knows_them() {
    let overlay = "overrides: [{ id: linux/kernel/process-killed-out-of-memory, status: disabled, reason: r }]";
    let log = "Feb 10 04:12:33 srv kernel: Out of memory: Killed process 4711 (java) total-vm:1kB, anon-rss:1kB\n";
    let case = folder(&[("house/_overlay.yaml", overlay.as_bytes()), ("kern.log", log.as_bytes())]);
    let run = |args: &[&str]| stdout(&command(args).current_dir(case.path()).output().unwrap()).to_owned();
    let text = run(&["triage", "kern.log", "--signatures", "house"]);
    assert!(text.contains("1 known problem hidden by an overlay"), "{text}");
    let checked = run(&["signatures", "check", "house"]);
    assert!(checked.contains("0 errors, 0 warnings"), "{checked}");
}

#[test]
fn an_old_id_leads_to_its_successor() {
    let case = case("overrides: []");
    let (code, page) = tierline(case.path(), &["signatures", "show", "acme/app/old"]);
    assert_eq!(code, Some(0));
    assert!(page.starts_with("The disk {disk} is full\nacme/app/full\n"), "{page}");
    assert!(page.contains("tierline: `acme/app/old` is now `acme/app/full`"), "{page}");
}
