//! What the report of each test bundle must say.
//!
//! `testdata/expected/` describes what was planted in a bundle; the table below is that in short. The snapshots hold the
//! whole reports, so that every change of a word is seen in review: `INSTA_UPDATE=always cargo test expected` writes them.

use crate::variants::{files_of, folder};
use crate::{command, stdout};
use serde_json::Value;
use std::path::Path;

/// What must be found in one bundle.
struct Expected {
    bundle: &'static str,
    /// Known problems, in any order; there may be more.
    signatures: &'static [&'static str],
    /// The first unexplained error: the planted root cause, seen once and quietly.
    root_cause: &'static str,
    /// Effects and their causes.
    causes: &'static [(&'static str, &'static str)],
    /// What cannot be examined: end of the file's name, and kind.
    problem: Option<(&'static str, &'static str)>,
}

const EXPECTED: [Expected; 6] = [
    Expected {
        bundle: "linux-sos",
        signatures: &[
            "postgresql/server/disk-full-cannot-extend-file",
            "linux/systemd/unit-killed-by-oom",
            "nginx/nginx/upstream-refuses-connection",
            "postgresql/server/too-many-connections",
            "linux/kernel/process-killed-out-of-memory",
            "linux/kernel/journal-thread-blocked",
            "oracle/mysql/ibdata-lock-held",
            "postgresql/server/deadlock-detected",
        ],
        root_cause: "ring shard 3/8 dropped by quorum arithmetic",
        causes: &[("linux/systemd/unit-killed-by-oom", "linux/kernel/process-killed-out-of-memory")],
        problem: Some(("messages-20260408.gz", "corrupt")),
    },
    Expected {
        bundle: "pulse-gateway-and-client",
        signatures: &[
            "ivanti/connect-secure/session-storage-exhausted",
            "ivanti/connect-secure/ldap-server-unreachable",
            "ivanti/connect-secure/tunnel-address-not-allocated",
            "ivanti/connect-secure/licence-key-expired",
            "ivanti/connect-secure/tls-bad-certificate",
            "ivanti/connect-secure/log-nearly-full",
            "ivanti/connect-secure/realm-restriction-failed",
            "ivanti/secure-access-client/fatal-session-invalid",
            "ivanti/linux-client/host-given-as-url",
            "ivanti/connect-secure/host-checker-antivirus-failed",
            "ivanti/connect-secure/log-full",
        ],
        root_cause: "Role affinity table update failed: delta 90235 does not follow 90233",
        causes: &[],
        problem: None,
    },
    Expected {
        bundle: "veeam-backup-server",
        signatures: &[
            "veeam/backup-replication/backup-file-block-corrupted",
            "veeam/backup-replication/guest-admin-share-unreachable",
            "veeam/backup-replication/vss-writer-failed",
            "veeam/backup-replication/guest-snapshot-timeout",
            "veeam/backup-replication/guest-snapshot-lost-on-keepalive",
            "veeam/backup-replication/guest-snapshot-already-closed-on-finish",
            "veeam/backup-replication/guest-vix-connection-failed",
        ],
        root_cause: "Extent placement ledger is out of sequence",
        causes: &[],
        problem: Some(("Svc.VeeamCatalog.zip!/Svc.VeeamCatalog.log", "encrypted")),
    },
    Expected {
        bundle: "veeam-linux-agent",
        signatures: &["veeam/agent-linux/snapshot-module-not-found", "veeam/agent-linux/no-space-for-snapshot"],
        root_cause: "Point catalogue journal refused",
        causes: &[],
        problem: None,
    },
    Expected {
        bundle: "vmware-esxi",
        signatures: &["vmware/esxi/device-permanently-lost"],
        root_cause: "lane table parked at slot 0x31",
        causes: &[],
        problem: None,
    },
    Expected {
        bundle: "windows-server",
        signatures: &[
            "microsoft/windows/spn-on-wrong-account",
            "microsoft/windows/software-shadow-copy-provider-cannot-start",
            "microsoft/windows/nps-crl-authority-unavailable",
            "microsoft/windows/netlogon-no-ip-address-at-start",
        ],
        root_cause: "Intent log 0x2F closed by watchdog verdict 19",
        causes: &[],
        problem: None,
    },
];

/// Runs `triage` on a copy of a folder of test data whose files all have the same age, since that fills in years that logs
/// leave out. The report names the folder by its last name only.
fn triage(source: &str, format: &str) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(source);
    let name = source.file_name().expect("a folder has a name");
    let scratch = tempfile::tempdir().expect("a temporary folder");
    folder(&scratch.path().join(name), &files_of(&source));
    let output = command(&[])
        .current_dir(scratch.path())
        .arg("triage")
        .arg(name)
        .args(["-o", format, "--no-progress"])
        .output()
        .expect("the program was built and can be run");
    stdout(&output).to_string()
}

fn report(source: &str) -> Value {
    serde_json::from_str(&triage(source, "json")).expect("the report is JSON")
}

fn list<'a>(report: &'a Value, name: &str) -> &'a [Value] {
    report[name].as_array().expect("the report has this list")
}

#[test]
fn each_bundle_gives_its_known_problems_its_root_cause_first_and_what_was_not_examined() {
    for Expected { bundle, signatures, root_cause, causes, problem } in EXPECTED {
        let report = report(&format!("bundles/{bundle}"));
        let found: Vec<&str> = list(&report, "diagnoses").iter().filter_map(|it| it["signature"].as_str()).collect();
        for signature in signatures {
            assert!(found.contains(signature), "{bundle}: {signature} is not in {found:#?}");
        }
        let caused = |it: &Value| Some((it["signature"].as_str()?.to_owned(), it["caused_by"].as_str()?.to_owned()));
        let found: Vec<_> = list(&report, "diagnoses").iter().filter_map(caused).collect();
        let expected: Vec<_> = causes.iter().map(|(of, by)| ((*of).to_owned(), (*by).to_owned())).collect();
        assert_eq!(found, expected, "{bundle}");
        let first = list(&report, "unresolved").first().and_then(|it| it["evidence"][0]["text"].as_str());
        assert!(first.is_some_and(|text| text.contains(root_cause)), "{bundle}: {first:?} is not {root_cause:?}");
        let problems: Vec<(&str, &str)> = list(&report, "problems")
            .iter()
            .filter_map(|it| Some((it["file"].as_str()?, it["kind"].as_str()?)))
            .filter(|(_, kind)| *kind != "skipped")
            .collect();
        let is_expected = match (problem, problems.as_slice()) {
            (None, found) => found.is_empty(),
            (Some((file, kind)), [found]) => found.0.ends_with(file) && found.1 == kind,
            (Some(_), _) => false,
        };
        assert!(is_expected, "{bundle}: {problems:?}");
    }
}

#[test]
fn all_bundles_are_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bundles");
    for item in std::fs::read_dir(root).expect("the folder is there") {
        let name = item.expect("it can be read").file_name();
        assert!(EXPECTED.iter().any(|it| name.to_str() == Some(it.bundle)), "{name:?} is not in the table");
    }
}

#[test]
fn healthy_logs_give_no_diagnosis() {
    let report = report("quiet");
    assert!(report["coverage"]["files_examined"].as_u64().is_some_and(|files| files > 10));
    assert_eq!(list(&report, "diagnoses"), [] as [Value; 0]);
}

/// The report without what changes with every release or every edit of the catalogue.
fn normalised(report: &str) -> String {
    let mut report: Value = serde_json::from_str(report).expect("the report is JSON");
    report["tool"]["version"] = "[version]".into();
    report["tool"]["signatures"] = "[count]".into();
    for catalogue in report["tool"]["catalogues"].as_array_mut().expect("the report has catalogues") {
        catalogue["sha256"] = "[sha256]".into();
    }
    format!("{report:#}")
}

#[test]
fn the_reports_are_as_reviewed() {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        for Expected { bundle, .. } in EXPECTED {
            insta::assert_snapshot!(bundle, triage(&format!("bundles/{bundle}"), "text"));
        }
        let one = "bundles/veeam-linux-agent";
        insta::assert_snapshot!("veeam-linux-agent.markdown", triage(one, "markdown"));
        insta::assert_snapshot!("veeam-linux-agent.json", normalised(&triage(one, "json")));
    });
}
