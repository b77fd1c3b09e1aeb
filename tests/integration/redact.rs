//! `tierline redact`: what it writes, keeps and refuses.

use crate::{command, folder, stderr, stdout, text};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Output;

const LOG: &str = "Jun 14 15:16:01 dn228 sshd[1]: Accepted password for jdoe from 10.20.30.40 port 22 ssh2\n\
    2026-01-02 03:04:05 ERROR 0x80070005 CONTOSO\\jdoe on filer7.corp.contoso.com, password=hunter2!\n";
const OTHER: &str = "backup of DN228 by jdoe to 10.20.30.41 failed, version 12.1.0.2131\n";

/// Words that must be nowhere.
const GONE: &[&str] = &["dn228", "jdoe", "filer7", "contoso", "10.20.30.4", "hunter2"];

/// Runs `redact` with the user's folder in `home`.
#[track_caller]
fn redact(home: &Path, arguments: &[&str]) -> Output {
    let arguments = [&["redact", "--customer", "acme"], arguments].concat();
    command(&arguments).env("XDG_DATA_HOME", home).env("LOCALAPPDATA", home).output().unwrap()
}

#[track_caller]
fn done(home: &Path, arguments: &[&str]) -> Output {
    let output = redact(home, arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    output
}

/// All files below a folder, by path.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for item in fs::read_dir(next).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, String::from_utf8(fs::read(&path).unwrap()).unwrap());
            }
        }
    }
    files
}

#[track_caller]
fn check_gone(text: &str) {
    for word in GONE {
        assert!(!text.to_lowercase().contains(word), "`{word}` in {text}");
    }
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_bundle_becomes_a_folder_of_texts() {
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(LOG.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let archive = zip(&[("logs/dn228/a.log", LOG.as_bytes()), ("wide.txt", &wide), ("../b.log", OTHER.as_bytes())]);
    let (home, input) = (folder(&[]), folder(&[("case.zip", &archive), ("x.bin", &[0; 100])]));
    let out = home.path().join("out");
    let output = done(home.path(), &[text(&input.path().join("case.zip")), "--out", text(&out)]);
    let found = files(&out);
    assert_eq!(found.len(), 3, "{found:?}");
    found.iter().for_each(|(name, text)| check_gone(&format!("{name}\n{text}")));
    let all: String = found.values().map(String::as_str).collect();
    assert!(all.contains("0x80070005") && all.contains("12.1.0.2131") && all.contains("[redacted:password]"), "{all}");
    assert!(stderr(&output).contains("3 files redacted, replaced: "), "{output:?}");
    // Names are learnt from all files: one that says nothing about itself is redacted like the others.
    let (one, two) = (&found["case.zip/wide.txt"], found.values().find(|it| it.contains("backup of")).unwrap());
    let host = one.split(' ').nth(3).unwrap().to_uppercase();
    assert!(host.starts_with("HOST-") && two.contains(&host), "{one}{two}");
}

#[test]
fn the_result_is_the_same_in_every_run_and_for_any_threads() {
    let (home, input) = (folder(&[]), folder(&[("a.log", LOG.as_bytes()), ("b.log", OTHER.as_bytes())]));
    let first = done(home.path(), &[text(input.path()), "--threads", "1"]);
    check_gone(stdout(&first));
    assert!(stdout(&first).contains("==> "), "{first:?}");
    for threads in ["1", "4"] {
        assert_eq!(stdout(&done(home.path(), &[text(input.path()), "--threads", threads])), stdout(&first));
    }
}

#[test]
fn another_bundle_of_the_customer_has_the_same_pseudonyms() {
    let (home, input) = (folder(&[]), folder(&[("a.log", LOG.as_bytes()), ("b.log", OTHER.as_bytes())]));
    done(home.path(), &[text(&input.path().join("a.log"))]);
    // Nothing in this file says that they are names; the customer's map does.
    let second = done(home.path(), &[text(&input.path().join("b.log"))]);
    check_gone(stdout(&second));
    let back = done(home.path(), &["--reverse", text(&folder(&[("x", &second.stdout)]).path().join("x"))]);
    assert_eq!(stdout(&back), OTHER);
}

#[test]
fn originals_come_back_and_secrets_do_not() {
    let (home, input) = (folder(&[]), folder(&[("a.log", LOG.as_bytes())]));
    let out = home.path().join("out");
    done(home.path(), &[text(&input.path().join("a.log")), "--out", text(&out)]);
    let back = done(home.path(), &["--reverse", text(&out.join("a.log"))]);
    assert_eq!(stdout(&back), LOG.replace("hunter2!", "[redacted:password]"));
    let other = command(&["redact", "--customer", "other", "--reverse", text(&out)]);
    let output = { other }.env("XDG_DATA_HOME", home.path()).env("LOCALAPPDATA", home.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[cfg(unix)]
#[test]
fn key_and_map_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let (home, input) = (folder(&[]), folder(&[("a.log", LOG.as_bytes())]));
    let elsewhere = home.path().join("elsewhere.tsv");
    done(home.path(), &[text(input.path())]);
    done(home.path(), &[text(input.path()), "--map", text(&elsewhere)]);
    let customer = home.path().join("tierline/customers/acme");
    for path in [customer.join("key"), customer.join("map.tsv"), elsewhere] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
    }
    assert_eq!(fs::metadata(&customer).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_key_file_gives_the_same_pseudonyms_anywhere() {
    let input = folder(&[("a.log", LOG.as_bytes()), ("key", "5a".repeat(32).as_bytes()), ("bad", b"5a")]);
    let (log, key) = (input.path().join("a.log"), input.path().join("key"));
    let run = |home: &Path| stdout(&done(home, &[text(&log), "--key-file", text(&key)])).to_owned();
    assert_eq!(run(folder(&[]).path()), run(folder(&[]).path()));
    let output = redact(folder(&[]).path(), &[text(&log), "--key-file", text(&input.path().join("bad"))]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn identifiers_stay_by_consent_and_keywords_go() {
    let (home, input) = (folder(&[]), folder(&[("a.log", LOG.as_bytes()), ("words", b"# remark\ncontoso\n")]));
    let words = input.path().join("words");
    let output =
        done(home.path(), &[text(&input.path().join("a.log")), "--keep-identifiers", "--keywords", text(&words)]);
    let out = stdout(&output);
    assert!(out.contains("jdoe from 10.20.30.40") && !out.contains("hunter2"), "{out}");
    assert!(!out.to_lowercase().contains("contoso"), "{out}");
}

#[test]
fn a_preview_shows_the_difference_and_writes_nothing() {
    let (home, input) = (folder(&[]), folder(&[("a.log", format!("all is well\n{LOG}").as_bytes())]));
    let output = done(home.path(), &[text(&input.path().join("a.log")), "--preview"]);
    let out = stdout(&output);
    assert!(out.contains("@@ line 2 @@\n-Jun 14 15:16:01 dn228 ") && out.contains("\n+Jun 14 15:16:01 host-"), "{out}");
    assert!(!out.contains("all is well"), "{out}");
    assert!(!home.path().join("tierline/customers/acme/map.tsv").exists());
}

#[test]
fn nothing_is_written_over_and_nothing_half_done_is_left() {
    let (home, input) = (folder(&[("out/x", b"mine")]), folder(&[("a.log", LOG.as_bytes())]));
    let out = home.path().join("out");
    let output = redact(home.path(), &[text(input.path()), "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(files(&out).len(), 1);
    assert!(redact(home.path(), &["no-such-file"]).status.code() == Some(1));
    let output = command(&["redact", "--customer", "../x", text(input.path())]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_customer_may_be_called_as_people_are() {
    let (home, input) = (folder(&[]), folder(&[("a.log", LOG.as_bytes())]));
    let out = home.path().join("out");
    let mut command = command(&["redact", "--customer", "M\u{fc}ller AG", text(input.path()), "--out", text(&out)]);
    let output = command.env("XDG_DATA_HOME", home.path()).env("LOCALAPPDATA", home.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(home.path().join("tierline/customers/M%C3%BCller%20AG/key").exists());
}

#[test]
fn a_leak_refuses_everything() {
    let (home, input) = (folder(&[]), folder(&[("a.log", b"nothing of note, bkpsrvx1y2\n")]));
    let map = home.path().join("map.tsv");
    // Something that must not be seen, and that no redaction would know: a map holds names and addresses only.
    fs::write(&map, "licence\tx\tbkpsrvx1y2\n").unwrap();
    let out = home.path().join("out");
    let output = redact(home.path(), &[text(input.path()), "--map", text(&map), "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    assert!(stderr(&output).contains("a.log, line 1: host (known name)"), "{output:?}");
    assert!(!stderr(&output).contains("bkpsrvx1y2") && !out.exists(), "{output:?}");
    let left = fs::read_dir(home.path())
        .unwrap()
        .filter(|it| it.as_ref().unwrap().file_name().to_string_lossy().starts_with(".tierline"));
    assert_eq!(left.count(), 0);
}

#[test]
fn what_cannot_be_examined_is_named() {
    let (home, input) = (
        folder(&[]),
        folder(&[
            ("a.log", LOG.as_bytes()),
            ("b.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b]),
            ("c.bin", &[0; 100]),
        ]),
    );
    let out = home.path().join("out");
    let output = redact(home.path(), &[text(input.path()), "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(stderr(&output).contains("b.gz: ") && stderr(&output).contains("c.bin: not text"), "{output:?}");
    assert!(files(&out).keys().all(|name| !name.ends_with("c.bin")));
}

#[test]
fn a_report_is_redacted_in_all_its_formats() {
    let log = format!("{LOG}2026-01-02 03:04:06 ERROR cannot log on to filer7 as jdoe: password=hunter2! is wrong\n");
    let (home, input) = (folder(&[]), folder(&[("dn228.log", log.as_bytes())]));
    for format in ["text", "json", "jsonl", "markdown", "html", "sarif", "junit"] {
        let path = input.path().join("dn228.log");
        let output = command(&["triage", text(&path), "--redact", "acme", "-o", format]);
        let output = { output }.env("XDG_DATA_HOME", home.path()).env("LOCALAPPDATA", home.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(stdout(&output).contains("cannot log on to host-"), "{output:?}");
        check_gone(stdout(&output));
    }
}

/// Of no maker's and no program's names is one learnt that stands for something else in another file.
#[test]
fn a_bundle_of_healthy_logs_of_all_systems_is_not_refused() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let quiet = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/quiet");
    done(home.path(), &[quiet, "--out", text(&out)]);
    assert!(files(&out).len() > 40);
}
