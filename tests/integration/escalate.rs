//! `tierline escalate` and `verify`: what may leave, what is asked for, what is in the package.

use crate::{command, folder, stderr, stdout, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Runs the program with the user's folder in `home`.
fn run(home: &Path, arguments: &[&str]) -> Output {
    command(arguments).env("XDG_DATA_HOME", home).env("LOCALAPPDATA", home).output().unwrap()
}

fn escalate(home: &Path, bundle: &str, vendor: &str, arguments: &[&str]) -> Output {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bundles").join(bundle);
    let fixed = ["escalate", text(&bundle), "--vendor", vendor, "--customer", "acme", "--no-progress"];
    run(home, &[&fixed, arguments].concat())
}

#[track_caller]
fn check_refused(output: &Output, expected: &[&str]) {
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    // Where lines break does not matter.
    let told: Vec<&str> = stdout(output).split_whitespace().chain(stderr(output).split_whitespace()).collect();
    let told = told.join(" ");
    for words in expected {
        assert!(told.contains(words), "`{words}` is not in {told}");
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[test]
fn each_incomplete_bundle_is_refused_with_its_reason() {
    let home = folder(&[]);
    let out = home.path().join("ticket");
    let out = ["--out", text(&out)];
    let refused = |bundle: &str, vendor: &str| escalate(home.path(), bundle, vendor, &out);
    check_refused(
        &refused("veeam-backup-server", "veeam"),
        &["the support contract is not stated", "[L1] Administrative share of the guest cannot be reached"],
    );
    check_refused(
        &refused("veeam-linux-agent", "veeam"),
        &[
            "Veeam snapshot kernel module is not installed",
            "[L1] Kernel refuses a module whose signature it does not trust",
        ],
    );
    check_refused(&refused("pulse-gateway-and-client", "pulse secure"), &["[L1] LDAP server cannot be reached"]);
    for bundle in ["linux-sos", "vmware-esxi", "windows-server"] {
        check_refused(
            &refused(bundle, "veeam"),
            &["refused: the logs have no unexplained error of a product of Veeam, and no known defect"],
        );
    }
    assert!(!home.path().join("ticket").exists());
}

#[test]
fn the_case_is_about_the_root_in_a_log_that_the_vendor_asks_for() {
    let home = folder(&[]);
    let out = home.path().join("ticket");
    let more = ["--out", text(&out), "--contract", "1", "--override-gate", "the site is down"];
    let output = escalate(home.path(), "veeam-linux-agent", "veeam", &more);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let ticket = fs::read_to_string(out.join("ticket.md")).unwrap();
    // `veeamservice.log` is no file of the product's signatures, but one of those that its vendor wants.
    assert!(ticket.starts_with("# Veeam Agent for Linux: Point catalogue journal refused: page 0x1A3 "), "{ticket}");
    assert!(ticket.contains("In `veeam-linux-agent/var/log/veeam/veeamservice.log, line "), "{ticket}");
    // The vendor of the gateway asks for the build too.
    let out = home.path().join("gateway");
    let more = ["--out", text(&out), "--contract", "1", "--override-gate", "the site is down"];
    let output = escalate(home.path(), "pulse-gateway-and-client", "ivanti", &more);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let ticket = fs::read_to_string(out.join("ticket.md")).unwrap();
    assert!(ticket.contains("| Version | 9.1R14, build 13525 |"), "{ticket}");
    assert!(!ticket.contains("github.com") && !ticket.contains(" \n- "), "{ticket}");
}

#[test]
fn the_customer_is_asked_with_the_paths_of_the_system() {
    let home = folder(&[]);
    let log = "Starting new log\nOS: [Microsoft Windows Server 2022 Standard]\n\
        [18.02.2026 23:32:30.233] <  5188> Error    The ledger of the extent is out of sequence\n";
    let case = folder(&[("case/Backup/Svc.VeeamCatalog.log", log.as_bytes())]);
    let case = case.path().join("case");
    let arguments =
        ["escalate", text(&case), "--vendor", "veeam", "--customer", "acme", "--dry-run", "--contract", "1"];
    check_refused(
        &run(home.path(), &arguments),
        &[
            "no log states `veeam.vbr.version`",
            "To open a case about Veeam Backup & Replication with Veeam we still need the following from you:",
            "The logs of the job (Job, Task and Agent logs).",
            r"%ProgramData%\Veeam\Backup\<name of the job>",
            "See https://helpcenter.veeam.com/docs/vbr/userguide/exporting_logs.html",
            "The logs should cover 2026-02-18 and the day before.",
        ],
    );
}

#[test]
fn a_customer_that_sent_the_log_of_the_service_alone_is_asked_for_the_rest() {
    let home = folder(&[]);
    let log = "testdata/bundles/veeam-linux-agent/var/log/veeam/veeamservice.log";
    let log = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(log)).unwrap();
    let case = folder(&[("case/var/log/veeam/veeamservice.log", log.as_slice())]);
    let case = case.path().join("case");
    let arguments =
        ["escalate", text(&case), "--vendor", "veeam", "--customer", "acme", "--dry-run", "--contract", "1"];
    check_refused(
        &run(home.path(), &arguments),
        &[
            "Point catalogue journal refused: page 0x1A3",
            "no log states `veeam.val.version`",
            "missing: logs of the job's sessions",
            "The logs of the job's sessions. Linux: /var/log/veeam/Backup/<name of the job>",
            "The logs should cover 2026-02-17 and the day before.",
        ],
    );
}

#[test]
fn a_package_is_complete_redacted_and_can_be_verified() {
    let home = folder(&[]);
    let out = home.path().join("ticket");
    let reason = ["--contract", "0815", "--tried", "restarted VBR01", "--override-gate", "restores stand still"];
    let output =
        escalate(home.path(), "veeam-backup-server", "VCSP", &[&["--out", text(&out)], reason.as_slice()].concat());
    // A part of this bundle is encrypted.
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let ticket = fs::read_to_string(out.join("ticket.md")).unwrap();
    for words in [
        "| Version | 12.3.1.1139 |",
        "| Severity | Severity 1 |",
        "| Seen | once, 2026-02-18T23:32:30.233 (the log states no time zone) |",
        "- Administrative share of the guest cannot be reached (not tried yet) <",
        "ERR |Failed to decompress LZ4 block: Bad crc",
        "The case is opened all the same: restores stand still",
        "<https://www.veeam.com/kb1230>",
    ] {
        assert!(ticket.contains(words), "`{words}` is not in\n{ticket}");
    }
    let all = files(&out);
    assert!(all.iter().any(|it| it.ends_with("Backup/Svc.VeeamBackup.2.log")), "{all:?}");
    for file in &all {
        let text = fs::read_to_string(file).unwrap();
        // The backup server's name, which the logs state as a fact.
        assert!(!text.to_uppercase().contains("VBR01"), "{}", file.display());
    }
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bundles/veeam-backup-server");
    // The key is that of the customer for whom the package was made. The encrypted part is not examined.
    let verified = run(home.path(), &["verify", text(&out), "--bundle", text(&bundle), "--no-progress"]);
    assert_eq!((verified.status.code(), stderr(&verified)), (Some(4), ""), "{verified:?}");
    assert!(stdout(&verified).ends_with("and shows what the logs show.\n"), "{verified:?}");
    // Somebody else has no key.
    let other = folder(&[]);
    let verified = run(other.path(), &["verify", text(&out), text(&bundle), "--no-progress"]);
    assert_eq!(verified.status.code(), Some(4), "{verified:?}");
    assert!(stderr(&verified).starts_with("tierline: without the customer's key: all but pseudonyms"), "{verified:?}");
    fs::write(out.join("ticket.md"), "changed").unwrap();
    let verified = run(home.path(), &["verify", text(&out)]);
    assert_eq!((verified.status.code(), stderr(&verified)), (Some(1), "tierline: `ticket.md` was changed\n"));
    // Nothing is put over what is there.
    let again = escalate(home.path(), "veeam-backup-server", "veeam", &["--out", text(&out)]);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
}

#[test]
fn a_vendor_without_profile_is_wrong_usage() {
    let home = folder(&[]);
    let output = escalate(home.path(), "linux-sos", "nobody", &["--dry-run"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("there is no profile of the vendor `nobody`; known are ivanti, veeam"),
        "{output:?}"
    );
}

#[cfg(unix)]
#[test]
fn logs_that_change_while_they_are_read_make_no_package() {
    const LOG: &str = "Starting new log\nModule: [C:\\Program Files\\Veeam\\Backup and Replication\\Backup\\Veeam.Backup.Service.exe]. \
        File version: [12.3.1.1139], x\n[18.02.2026 23:32:30.233] <  5188> Error    The ledger is out of sequence\n";
    let home = folder(&[("case/Backup/Svc.VeeamBackup.log", LOG.as_bytes())]);
    let (case, out, key) = (home.path().join("case"), home.path().join("ticket"), home.path().join("key"));
    assert!(std::process::Command::new("mkfifo").arg(&key).status().unwrap().success());
    let more = ["--key-file", text(&key), "--out", text(&out), "--contract", "1", "--override-gate", "it is late"];
    let words = ["escalate", text(&case), "--vendor", "veeam", "--customer", "acme", "--no-progress"];
    let output = std::thread::scope(|scope| {
        let made = scope.spawn(|| run(home.path(), &[&words, more.as_slice()].concat()));
        // The key is read when the logs are examined and the package is not yet made.
        let mut pipe = fs::File::options().write(true).open(&key).unwrap();
        fs::write(case.join("Backup/Svc.VeeamBackup.log"), LOG.replace("ledger", "secret")).unwrap();
        std::io::Write::write_all(&mut pipe, "0f".repeat(32).as_bytes()).unwrap();
        drop(pipe);
        made.join().unwrap()
    });
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(stderr(&output).contains("the input was changed while it was read") && !out.exists(), "{output:?}");
}

#[cfg(unix)]
#[test]
fn it_ends_with_whoever_holds_its_input() {
    let home = folder(&[("case/app.log", b"2026-01-02 03:04:05 ERROR the disk is on fire\n")]);
    let (case, words) = (home.path().join("case"), home.path().join("words"));
    assert!(std::process::Command::new("mkfifo").arg(&words).status().unwrap().success());
    // It waits for words that never come.
    let more = ["--keywords", text(&words), "--dry-run", "--until-stdin-ends"];
    let fixed = ["escalate", text(&case), "--vendor", "veeam", "--customer", "acme"];
    let mut child = command(&[&fixed, more.as_slice()].concat())
        .env("XDG_DATA_HOME", home.path())
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(child.try_wait().unwrap(), None);
    // That closes its input.
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
