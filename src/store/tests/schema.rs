//! Stores of every earlier format become stores of this one.

use super::*;
use crate::store::schema::STEPS;

/// A row of each table, with the format that is the first to have it. Whoever adds a table adds it here.
const ROWS: &[(usize, &str)] = &[
    (1, "INSERT INTO customers VALUES (1, 'acme', 5)"),
    (1, "INSERT INTO cases (id, customer, problem, title, status, opened) VALUES (1, 1, 'k1', 'it broke', 'open', 6)"),
    (
        1,
        "INSERT INTO tickets (id, customer, case_id, tracker, problem, remote, status, created)
        VALUES (1, 1, 1, 'desk', 'k1', '17', 'new', 6)",
    ),
    (1, "INSERT INTO outbox VALUES (1, 1, '/p', 'm1', 'new', 'verified', 0, 6, NULL, 6, 9)"),
    (1, "INSERT INTO outbox_files VALUES (1, 'a.log', 'ab', 7, 'verified')"),
    (1, "INSERT INTO audit VALUES (1, 7, 1, 1, 'desk', 'https://desk', 'ticket', 7, 'ab', '201')"),
    (1, "INSERT INTO health VALUES ('desk', 1, 8, NULL)"),
    (2, "INSERT INTO problems VALUES ('k1', 1, 1)"),
    (2, "INSERT INTO case_bundles (case_id, sha256, path, added) VALUES (1, 'ab', '/ab.zip', 6)"),
    (2, "INSERT INTO case_events VALUES (1, 1, 6, 'me', 'note', 'it broke')"),
    (3, "INSERT INTO dropped VALUES (1, 9, 'by mail')"),
    (4, "INSERT INTO uploads VALUES (x'61', 1, '1:2', 'done', 'ab', 'c', 0, 0, 6, 6, NULL, '/r')"),
    (4, "INSERT INTO bundles VALUES (1, 1, 'ab', 'c', '/ab.zip', '/r', 1, 6)"),
    (
        5,
        "INSERT INTO findings (id, case_id, sha256, problem, is_known, title, count, codes, message, place)
        VALUES (1, 1, 'ab', 'p', 0, 'the ledger', 1, '', 'out of sequence', 'a.log:1')",
    ),
    (
        5,
        "INSERT INTO finding_steps (finding, position, number, level, audience, text)
        VALUES (1, 0, 1, 'L1', 'customer', 'restart')",
    ),
    (7, "INSERT INTO suppressions VALUES (1, 1, 'p', 'disks', '2026-12-31', 5, 'me', NULL, NULL)"),
    (9, "INSERT INTO erasures (id, at, row_count, last_case) VALUES (1, 5, 7, 3)"),
    (10, "INSERT INTO beginnings VALUES ('notices', 5)"),
    (11, "INSERT INTO notices VALUES (1, 1, 'all', 'jo', 'new', 's', 't', 'sent', 0, 5, NULL, 5, 5)"),
    (12, "INSERT INTO escalations VALUES (1, 1, 'queued', 0, 1, 1)"),
];

/// A store of a format, with a row in each table.
fn of_format(format: usize, path: &Path) -> Vec<(String, u64)> {
    let old = Connection::open(path).unwrap();
    old.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    STEPS[..format].iter().for_each(|step| old.execute_batch(step).unwrap());
    for (_, row) in ROWS.iter().filter(|(since, _)| *since <= format) {
        old.execute_batch(row).unwrap();
    }
    old.pragma_update(None, "user_version", format as i64).unwrap();
    drop(old);
    let rows = Store::open_to_look(path).unwrap().rows().unwrap();
    assert!(rows.iter().all(|(_, count)| *count > 0), "`ROWS` has no row for a table: {rows:?}");
    rows
}

#[test]
fn a_store_of_every_format_is_brought_to_this_one() {
    let folder = tempfile::tempdir().unwrap();
    for format in 1..=STEPS.len() {
        let path = folder.path().join(format!("{format}.db"));
        let before = of_format(format, &path);
        let store = Store::open(&path).unwrap();
        assert_eq!(store.check().unwrap(), Vec::<String>::new(), "format {format}");
        assert_eq!(store.format().unwrap(), STEPS.len() as i64);
        let after = store.rows().unwrap();
        for row in before.iter().filter(|(name, _)| !["case_events", "problems"].contains(&&**name)) {
            assert!(after.contains(row), "format {format}: {row:?}, {after:?}");
        }
        // What is stored later works with what was there.
        let case = store.case(1).unwrap();
        assert_eq!((case.origin, case.tickets[0].remote.as_deref()), (Origin::Bundle, Some("17")), "format {format}");
        assert_eq!(store.claim(&claim("acme", "k1", "m2"), 20).unwrap().ticket, 1);
        let found = store.findings(1, 20).unwrap();
        assert_eq!(found.len(), usize::from(format >= 5), "format {format}");
        assert_eq!(store.search("sequence", None, 9).unwrap().len(), found.len());
        assert_eq!(found.iter().any(|it| it.finding.suppressed.is_some()), format >= 7);
        store.add_findings(1, &[findings::found("cd", &["q"])], "me", 20).unwrap();
        let all = store.findings(1, 20).unwrap();
        assert_eq!(all.len(), found.len() + 1);
        // Of what was filed before nobody has written down the risk, and none is invented.
        let risks: Vec<_> = all.iter().map(|it| it.finding.steps[0].risk.as_deref()).collect();
        assert_eq!(risks, [Some("users are cut off"), None][..all.len()], "format {format}");
        assert!(store.erase("acme", true, 30).is_ok());
        assert_eq!(store.check().unwrap(), Vec::<String>::new(), "format {format}");
    }
}

#[test]
fn a_later_format_knows_what_was_found_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    of_format(12, &path);
    let store = Store::open(&path).unwrap();
    // What was found counts as all of it, and says what the case is about.
    let part = FoundIn { is_whole: false, ..findings::found("ab", &["q"]) };
    assert_eq!(store.add_findings(1, &[part], "me", 20).unwrap(), 1);
    store.close_case(1, "KB1", "me", 21).unwrap();
    let other = findings::filed(&store, "bolt", "cd", &["p"], 22);
    assert_eq!(store.recurrence(other, "p").unwrap().solved, 1);
}

#[test]
fn a_package_of_the_first_format_was_accepted_when_it_was_through() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    of_format(1, &path);
    let case = Store::open(&path).unwrap().case(1).unwrap();
    assert_eq!((case.tickets[0].accepted, case.events.len(), &*case.events[0].text), (Some(9), 1, "bundle"));
}

/// By closing any descriptor of a file a process gives up all its locks on it (POSIX), and other programs would take the store away.
#[cfg(target_os = "linux")]
#[test]
fn the_locks_of_a_store_outlive_another_opening() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open(&path).unwrap();
    let inode = format!(":{} ", path.metadata().unwrap().ino());
    let locks = || fs::read_to_string("/proc/locks").unwrap().lines().filter(|it| it.contains(&inode)).count();
    let before = locks();
    assert!(before > 0);
    drop(Store::open(&path).unwrap());
    assert_eq!(locks(), before);
    drop(store);
}
