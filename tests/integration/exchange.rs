//! `tierline signatures import` and `export`: rules of other programs come in and go out, and what is lost is told.

use super::{command, folder, stdout};
use std::path::Path;

/// A rule about one record.
const FULL: &str = r#"rules:
  - cre:
      id: CRE-2024-9001
      severity: 0
      title: "Store cannot write: the disk is full"
      category: storage-problem
      author: Jane Doe
      description: The store stops.
      cause: |
        Nothing is left on {disk}.
      impact: Writes fail.
      impactScore: 8
      mitigation: |
        - Delete old segments
          of the store.
        - Add a disk.
      references:
        - https://example.com/issues/7
        - see the manual
      tags: [store, disk]
      applications:
        - name: Acme Store
          version: "3.x"
      WATCH: [disk usage]
    metadata: { kind: prequel, id: 5UD1RZxGC5LJQnVpAkV11A, gen: 2 }
    rule:
      set:
        event: { source: cre.log.store }
        match:
          - value: "cannot append segment: no space"
"#;

/// A rule about records in an order, with what must not stand between them.
const SEQUENCE: &str = r#"rules:
  - cre:
      id: CRE-2024-9002
      severity: 1
      title: Store restarts in a loop
      cause: A damaged index.
      impact: No service.
      mitigation: Rebuild the index.
      applications: [{ name: Acme Store }]
    metadata: { kind: prequel, id: 6UD1RZxGC5LJQnVpAkV11B }
    rule:
      sequence:
        window: 90s
        event: { source: cre.log.store }
        correlations: [hostname, pod]
        order:
          - index_damaged
          - { regex: 'exit(.+)code 137', count: 2 }
        negate:
          - value: operator asked to stop
            slide: -30s
            window: 40s
          - { value: rebuild finished, anchor: 1, window: 10s, absolute: true }
          - { value: rebuild skipped, anchor: 2, window: 10s }
terms:
  index_damaged: { field: message, value: index is damaged }
"#;

const SEQUENCE_LOG: &str = "\
2026-01-02 10:00:00 ERROR index is damaged
2026-01-02 10:00:10 ERROR exit with code 137
2026-01-02 10:00:20 ERROR exit with code 137
";

const STOPPED_LOG: &str = "\
2026-01-02 09:59:45 INFO operator asked to stop
2026-01-02 10:00:00 ERROR index is damaged
2026-01-02 10:00:10 ERROR exit with code 137
2026-01-02 10:00:20 ERROR exit with code 137
";

const BROKEN: &str = r#"rules:
  - cre: { id: CRE-2024-9003, severity: 2, title: a }
    rule:
      set:
        window: soon
        match: [{ value: abc def }, { value: ghi }]
  - cre: { id: CRE-2024-9004, severity: 2, title: a }
    rule: { set: { match: [{ promql: up == 0 }] } }
  - cre: { id: CRE-2024-9005, severity: 2, title: a }
    rule: { set: { match: [{ jq: '.a > 5' }] } }
  - cre: { id: CRE-2024-9006, severity: 2, title: a }
    rule: { set: { match: [{ regex: 'a(?=b)' }] } }
  - cre: { id: CRE-2024-9001, severity: 2, title: a }
    rule: { set: { match: [{ value: the same id }] } }
  - cre: { severity: 2, title: a }
    rule: { set: { match: [{ value: no id }] } }
"#;

/// Runs the program in a folder and returns the exit code and all that it says.
#[track_caller]
fn said(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).current_dir(folder).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    (output.status.code(), text)
}

fn cre() -> tempfile::TempDir {
    folder(&[
        ("LICENSE", b"Apache License\nVersion 2.0\n"),
        ("rules/cre-2024-9001/disk-full.yaml", FULL.as_bytes()),
        ("rules/cre-2024-9001/test.log", b"2026-01-02 10:00:00 ERROR cannot append segment: no space\n"),
        ("rules/cre-2024-9002/loop.yaml", SEQUENCE.as_bytes()),
        ("rules/cre-2024-9002/test.log", SEQUENCE_LOG.as_bytes()),
        ("rules/cre-2024-9002/test-fp.log", STOPPED_LOG.as_bytes()),
        ("rules/tags/tags.yaml", b"tags: []\n"),
    ])
}

#[test]
fn cre_rules_become_drafts_and_what_is_lost_is_told() {
    let folder = cre();
    let folder = folder.path();
    let (code, text) = said(folder, &["signatures", "import", "--from", "cre", "rules", "--out", "pack"]);
    assert_eq!(code, Some(0), "{text}");
    insta::assert_snapshot!("import-cre", text);
    let read = |path: &str| std::fs::read_to_string(folder.join("pack/cre/acme-store").join(path)).unwrap();
    insta::assert_snapshot!("import-cre-one-record", read("cre-2024-9001.yaml"));
    insta::assert_snapshot!("import-cre-sequence", read("cre-2024-9002.yaml"));
    assert!(folder.join("pack/LICENSE").is_file());
    let (code, text) = said(folder, &["signatures", "check", "pack"]);
    assert_eq!(code, Some(0), "{text}");
    let logs = [
        ("rules/cre-2024-9001/test.log", 1),
        ("rules/cre-2024-9002/test.log", 1),
        ("rules/cre-2024-9002/test-fp.log", 0),
    ];
    for (log, count) in logs {
        let (_, text) = said(folder, &["triage", log, "--no-builtin", "--signatures", "pack", "-o", "json"]);
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["diagnoses"].as_array().unwrap().len(), count, "{log}: {text}");
    }
}

#[test]
fn broken_rules_are_named_and_hide_no_others() {
    let folder = cre();
    let folder = folder.path();
    std::fs::create_dir(folder.join("rules/more")).unwrap();
    std::fs::write(folder.join("rules/more/broken.yaml"), BROKEN).unwrap();
    std::fs::write(folder.join("rules/more/worse.yaml"), "rules: [\n").unwrap();
    let (code, text) = said(folder, &["signatures", "import", "--from", "cre", "rules", "--out", "pack"]);
    assert_eq!(code, Some(2), "{text}");
    insta::assert_snapshot!("import-cre-broken", text);
    let (_, text) = said(folder, &["signatures", "import", "--from", "cre", "rules", "--out", "pack2", "-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&text[text.find("{\n  \"schema\"").unwrap()..]).unwrap();
    assert_eq!(report["rules"].as_array().unwrap().len(), 2);
    assert_eq!(report["broken"].as_array().unwrap().len(), 7);
}

#[test]
fn what_went_out_comes_in_again_the_same() {
    let folder = cre();
    let folder = folder.path();
    let run = |arguments: &[&str]| {
        let (code, text) = said(folder, arguments);
        assert_eq!(code, Some(0), "{text}");
        text
    };
    run(&["signatures", "import", "--from", "cre", "rules", "--out", "pack"]);
    insta::assert_snapshot!("export-cre", run(&["signatures", "export", "pack", "--to", "cre", "--out", "again"]));
    run(&["signatures", "import", "--from", "cre", "again", "--out", "pack2"]);
    for name in ["cre-2024-9001", "cre-2024-9002"] {
        let read = |pack: &str| {
            let text =
                std::fs::read_to_string(folder.join(pack).join("cre/acme-store").join(name).with_extension("yaml"));
            let text = text.unwrap();
            let (start, end) = (text.find("match:\n").unwrap(), text.find("cause:").unwrap());
            text[start..end].to_owned()
        };
        // Who correlates is not searched again: `pod` was lost before.
        assert_eq!(read("pack"), read("pack2"));
    }
}

// The small program has no examples of them.
#[cfg(feature = "server")]
#[test]
fn built_in_signatures_go_out_where_the_format_can_say_them() {
    let folder = folder(&[]);
    let arguments = ["signatures", "export", "redis/redis/maxmemory-reached", "--to", "cre", "--out", "out"];
    let (code, text) = said(folder.path(), &arguments);
    assert!(code == Some(0) || text.contains("left out"), "{text}");
    let (code, text) = said(folder.path(), &["signatures", "export", "no/such/id", "--to", "cre", "--out", "out"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("is neither a folder nor the id"), "{text}");
}

const SIGMA: &str = r#"title: Service Cannot Start
id: 11111111-2222-3333-4444-555555555555
status: test
description: A service fails to start.
author: Jane Doe
date: 2025-01-01
references: [https://example.com/kb/7]
tags: [attack.impact]
logsource: { product: windows, service: system }
detection:
  selection:
    Provider_Name: Service Control Manager
    EventID: [7000, 7009]
  known:
    param1|startswith: 'Acme '
  condition: selection and not known
falsepositives: [Updates]
level: high
---
title: Failed Logon
id: 22222222-2222-3333-4444-555555555555
name: failed_logon
logsource: { product: windows, service: security }
detection:
  selection: { EventID: 4625 }
  condition: selection
level: low
---
title: Many Failed Logons
id: 33333333-2222-3333-4444-555555555555
correlation:
  type: event_count
  rules: [failed_logon]
  group-by: [TargetUserName]
  timespan: 5m
  condition: { gte: 3 }
level: high
---
title: Sizes
id: 44444444-2222-3333-4444-555555555555
logsource: { product: acme }
detection:
  selection: { size|gt: 5 }
  condition: selection
---
title: Distinct
id: 55555555-2222-3333-4444-555555555555
correlation:
  type: value_count
  rules: [failed_logon]
  timespan: 5m
  condition: { field: IpAddress, gte: 3 }
"#;

#[test]
fn sigma_rules_find_events_of_windows() {
    let folder = folder(&[("rules.yml", SIGMA.as_bytes())]);
    let folder = folder.path();
    let (code, text) = said(folder, &["signatures", "import", "--from", "sigma", "rules.yml", "--out", "pack"]);
    assert_eq!(code, Some(2), "{text}");
    insta::assert_snapshot!("import-sigma", text);
    let read = |name: &str| std::fs::read_to_string(folder.join("pack/sigma/windows").join(name)).unwrap();
    let service = "service-cannot-start-11111111-2222-3333-4444-555555555555.yaml";
    let logons = "many-failed-logons-33333333-2222-3333-4444-555555555555.yaml";
    insta::assert_snapshot!("import-sigma-service", read(service));
    insta::assert_snapshot!("import-sigma-logons", read(logons));
    let event = |id: u32, provider: &str, channel: &str, second: u32, data: &str| {
        format!(
            "{{\"time\":\"2026-02-10T04:12:{second:02}Z\",\"level\":\"error\",\"provider\":\"{provider}\",\"event_id\":{id},\
             \"channel\":\"{channel}\",\"computer\":\"srv01\",\"data\":{{{data}}}}}\n"
        )
    };
    let scm = |second, name: &str| {
        event(7000, "Service Control Manager", "System", second, &format!("\"param1\":\"{name}\""))
    };
    let logon = |second, user: &str| {
        event(
            4625,
            "Microsoft-Windows-Security-Auditing",
            "Security",
            second,
            &format!("\"TargetUserName\":\"{user}\""),
        )
    };
    let found = |log: String| {
        std::fs::write(folder.join("events.json"), log).unwrap();
        let (_, text) = said(folder, &["triage", "events.json", "--no-builtin", "--signatures", "pack", "-o", "json"]);
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        report["diagnoses"].as_array().unwrap().len()
    };
    assert_eq!(found(scm(1, "Backup")), 1);
    assert_eq!(found(scm(1, "ACME Updater")), 0);
    assert_eq!(found(logon(1, "ann") + &logon(2, "ann") + &logon(3, "ann")), 1);
    assert_eq!(found(logon(1, "ann") + &logon(2, "bob") + &logon(3, "ann")), 0);
}

#[test]
fn a_list_of_patterns_becomes_signatures() {
    let folder = folder(&[("My errors.txt", b"# ours\ndisk (\\S+) failed\n\nfoo(bar\nlost {3}\n")]);
    let folder = folder.path();
    let (code, text) = said(folder, &["signatures", "import", "--from", "regex", "My errors.txt", "--out", "pack"]);
    assert_eq!(code, Some(2), "{text}");
    insta::assert_snapshot!("import-regex", text);
    std::fs::write(folder.join("a.log"), "2026-01-02 10:00:00 ERROR disk sda failed\n").unwrap();
    let output = command(&["triage", "a.log", "--no-builtin", "--signatures", "pack", "-o", "json"])
        .current_dir(folder)
        .output();
    assert!(stdout(&output.unwrap()).contains("patterns/my-errors/line-2"));
}

#[test]
fn wrong_use_is_told() {
    let folder = cre();
    let folder = folder.path();
    let check = |arguments: &[&str], expected: &str| {
        let (code, text) = said(folder, &[&["signatures", "import"], arguments].concat());
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(expected), "{text}");
    };
    check(&["--from", "cre", "nowhere", "--out", "pack"], "`nowhere`: no such file or folder");
    check(&["--from", "cre", "rules/tags", "--out", "pack"], "there are no rules in `rules/tags`");
    check(&["--from", "regex", "rules", "--out", "pack"], "`rules` is a folder: a list of patterns is a file");
    said(folder, &["signatures", "import", "--from", "cre", "rules", "--out", "pack"]);
    check(&["--from", "cre", "rules", "--out", "pack"], "is already there; give --out a new folder");
}
