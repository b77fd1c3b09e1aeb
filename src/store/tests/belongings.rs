//! All that is kept of one customer: copied, exported, erased.

use super::*;
use crate::store::belongings::{NOBODYS, OWNED};

/// A row in each table that has rows of customers. Whoever adds a table adds it here.
fn fill(store: &Store, customer: &str, word: &str) {
    let text = |what: &str| format!("{word}-{what}");
    let (title, contact, key) = (text("title"), text("contact"), text("key"));
    let about = About { vendor: Some("veeam"), product: Some("App"), severity: Some("high") };
    let new = NewCase { customer, title: &title, origin: Origin::Phone, contact: Some(&contact), about };
    let case = store.open_case(&new, &text("user"), 10).unwrap();
    store.note(case, Says::Customer, &text("message"), false, "me", 11).unwrap();
    let bundle = CaseBundle { path: text("logs.zip"), sha256: text("hash") };
    let found = [FoundIn { bundle, findings: Vec::new(), is_whole: true }];
    let tie = Tie { customer, problem: &key, package: &text("package"), about, found: &found };
    store.tie(case, &tie, "me", 12).unwrap();
    let files = [(text("file"), "ab".to_owned(), 7)];
    let (manifest, package) = (text("manifest"), text("package"));
    let claim = Claim {
        customer,
        problem: &key,
        tracker: "desk",
        title: &title,
        about,
        severity: "P1",
        package: &package,
        manifest: &manifest,
        files: &files,
    };
    let entry = store.claim(&claim, 13).unwrap();
    store.set_remote(entry.ticket, &text("07654321"), Some("open"), 14).unwrap();
    store.reach(entry.id, State::Accepted, 14).unwrap();
    let (target, what) = (text("target"), text("what"));
    let leaving = Leaving { ticket: entry.ticket, target: &target, what: &what, bytes: 7, sha256: "ab" };
    store.leaving(&leaving, 15).unwrap();
    assert!(store.give_up(entry.id, &text("reason"), "me", 16).unwrap());
    let path = text("upload.zip");
    let upload = Upload {
        path: path.clone().into_bytes(),
        customer: customer.to_owned(),
        facts: text("facts"),
        state: UploadState::Working,
        sha256: None,
        catalogue: None,
        tries: 0,
        interrupted: 0,
        since: 17,
        due: 17,
        reason: Some(text("why")),
        report: None,
    };
    let problem = text("problem");
    let (variant, codes) = (Some(text("variant")), vec![text("code")]);
    let step = FindingStep {
        number: Some(1),
        level: "L1".into(),
        audience: "customer".into(),
        text: text("step"),
        verify: Some(text("verify")),
        risk: Some(text("risk")),
    };
    let found = Finding {
        problem: text("finding"),
        variant,
        title: text("headline"),
        codes,
        message: text("record"),
        place: text("place"),
        steps: vec![step],
        ..Finding::default()
    };
    let (until, reason) = ("2026-12-31", text("excuse"));
    let new = NewSuppression { customer: Some(customer), problem: "p", reason: &reason, until };
    store.suppress(&new, "me", 17).unwrap();
    let finished = Finished {
        upload: &upload,
        sha256: &text("content"),
        catalogue: "c1",
        path: &path,
        report: &text("report"),
        title: &title,
        problem: Some(&problem),
        about,
        quiet: None,
        findings: &[found],
    };
    store.finish(&finished, 18).unwrap();
    let bundle = store.not_escalated(0).unwrap().pop().unwrap();
    store.reach_escalation(&bundle, Escalation::Lacks, Some(&text("request")), 19).unwrap();
    let (channel, recipient, about) = ("oncall".to_owned(), "jo@partner.example".to_owned(), "new".to_owned());
    let notice = NewNotice { case, channel, recipient, about, subject: text("subject"), text: text("notice") };
    assert!(store.tell(&notice, 20).unwrap());
}

fn two() -> (tempfile::TempDir, Store, PathBuf) {
    let (folder, store) = open();
    fill(&store, "acme", "zebra");
    fill(&store, "bolt", "walrus");
    let path = folder.path().join("deep/store.db");
    (folder, store, path)
}

/// All that is written out of a customer.
fn exported(store: &Store, customer: &str) -> Result<String, StoreError> {
    let mut out = Vec::new();
    store.export(customer, &mut out, &mut |_, _| Ok(()))?;
    Ok(String::from_utf8(out).unwrap())
}

/// All that lies in the file and beside it.
fn raw(path: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.file_name().unwrap().to_owned();
        name.push(ending);
        all.extend(fs::read(path.with_file_name(name)).unwrap_or_default());
    }
    all
}

/// Whether three letters are in the index of words.
fn is_indexed(path: &Path, letters: &str) -> bool {
    let db = Connection::open(path).unwrap();
    db.execute_batch("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, finding_words, row)").unwrap();
    let sql = "SELECT EXISTS (SELECT 1 FROM temp.terms WHERE term = ?1)";
    db.query_row(sql, [letters], |row| row.get(0)).unwrap()
}

fn has(bytes: &[u8], word: &str) -> bool {
    memchr::memmem::find(bytes, word.as_bytes()).is_some()
}

#[test]
fn every_table_says_whose_its_rows_are() {
    let (_folder, store, _) = two();
    // If this fails for a new table: name it in `OWNED` of belongings.rs, or in `NOBODYS` if nothing in it is about a customer.
    let there: Vec<String> = store.rows().unwrap().into_iter().map(|(name, _)| name).collect();
    let is_listed =
        |name: &&String| OWNED.iter().map(|it| it.table).chain(NOBODYS.iter().copied()).any(|it| it == *name);
    assert_eq!(there.iter().filter(|it| !is_listed(it)).collect::<Vec<_>>(), Vec::<&String>::new());
    for name in OWNED.iter().map(|it| it.table).chain(NOBODYS.iter().copied()) {
        assert!(there.iter().any(|it| it == name), "there is no table `{name}`");
    }
    // If this fails for a new table: let `fill` put a row into it, so that the tests below are about it.
    let rows = store.holdings("acme").unwrap().rows;
    for it in OWNED {
        assert!(rows.iter().any(|(name, count)| *name == it.table && *count > 0), "`fill` fills no `{}`", it.table);
    }
}

#[test]
fn a_customer_is_exported_alone_and_always_alike() {
    let (_folder, store, _) = two();
    let text = exported(&store, "acme").unwrap();
    let export: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(!text.contains("walrus") && !text.contains("bolt"), "{text}");
    let words = [
        "title",
        "contact",
        "user",
        "message",
        "logs.zip",
        "package",
        "file",
        "07654321",
        "target",
        "what",
        "upload.zip",
    ];
    for word in words.iter().chain(&[
        "finding", "headline", "code", "record", "place", "step", "excuse", "reason", "facts", "content", "report",
    ]) {
        assert!(text.contains(&format!("zebra-{word}")), "{word}: {text}");
    }
    assert_eq!(export["schema"], "tierline.customer/1");
    for it in OWNED {
        let rows = export["tables"][it.table].as_array().unwrap();
        let (_, count) = *store.holdings("acme").unwrap().rows.iter().find(|(name, _)| *name == it.table).unwrap();
        assert_eq!(rows.len() as u64, count, "{}", it.table);
    }
    store.note(4, Says::We, "walrus", false, "me", 99).unwrap();
    assert_eq!(exported(&store, "acme").unwrap(), text);
    assert!(matches!(exported(&store, "none"), Err(StoreError::NoCustomer(_))));
    let mut reports = BTreeSet::new();
    let mut take = |all: &BTreeSet<_>, _: &mut dyn io::Write| {
        reports.clone_from(all);
        Ok(())
    };
    store.export("acme", &mut io::sink(), &mut take).unwrap();
    assert_eq!(reports, [("zebra-report".to_owned(), "zebra-content".to_owned())].into());
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let full = store.export("acme", &mut Full, &mut |_, _| Ok(()));
    assert!(matches!(full, Err(StoreError::Export(_))), "{full:?}");
}

#[test]
fn nothing_of_an_erased_customer_is_in_the_files() {
    let (_folder, store, path) = two();
    assert!(has(&raw(&path), "zebra"));
    // The index knows no words, but every three letters in a row.
    assert!(is_indexed(&path, "zeb") && is_indexed(&path, "wal"));
    let (others, held) = (exported(&store, "bolt").unwrap(), store.holdings("acme").unwrap());
    assert_eq!(store.erase("acme", false, 50).unwrap(), held.total());
    let left = raw(&path);
    for word in ["zebra", "acme"] {
        assert!(!has(&left, word), "{word} is still there");
    }
    assert!(has(&left, "walrus"));
    assert!(!is_indexed(&path, "zeb") && is_indexed(&path, "wal"));
    assert_eq!(exported(&store, "bolt").unwrap(), others);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    assert_eq!(store.erasures().unwrap(), [(50, held.total())]);
    assert!(matches!(store.erase("acme", false, 51), Err(StoreError::NoCustomer(_))));
}

#[test]
fn the_numbers_of_what_was_erased_are_not_given_again() {
    let (_folder, store) = open();
    let numbers = |which: &str| {
        ["cases", "tickets", "outbox", "suppressions", "notices"].map(|table| {
            let sql = format!("SELECT {which}(id) FROM {table}");
            store.db.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
        })
    };
    fill(&store, "acme", "zebra");
    let last = numbers("MAX");
    store.erase("acme", false, 50).unwrap();
    fill(&store, "bolt", "walrus");
    assert_eq!(numbers("MIN"), last.map(|it| it + 1));
    // Neither when the last one goes that came after that.
    let last = numbers("MAX");
    store.erase("bolt", false, 51).unwrap();
    fill(&store, "acme", "zebra");
    assert_eq!(numbers("MIN"), last.map(|it| it + 1));
}

#[test]
fn a_customer_is_not_erased_under_somebodys_hands() {
    let (_folder, store, path) = two();
    let entry = store.claim(&claim("acme", "k1", "m1"), 20).unwrap();
    store.reach(entry.id, State::Sending, 21).unwrap();
    assert_eq!(store.holdings("acme").unwrap().in_flight, [entry.id]);
    let refused = store.erase("acme", false, 22);
    assert!(matches!(&refused, Err(StoreError::InFlight(entries)) if *entries == [entry.id]), "{refused:?}");
    let other = Store::open(&path).unwrap();
    let watch = other.lock_watch().unwrap();
    assert!(matches!(store.erase("acme", true, 23), Err(StoreError::Watched)));
    drop(watch);
    let notices = other.lock_notices().unwrap();
    assert!(matches!(store.erase("acme", true, 23), Err(StoreError::Notifying)));
    drop(notices);
    assert!(store.erase("acme", true, 24).unwrap() > 0);
    assert!(!has(&raw(&path), "zebra"));
}

#[test]
fn places_outside_the_store_are_told() {
    let (_folder, store, _) = two();
    let places = store.holdings("acme").unwrap().places;
    let names: Vec<&str> = places.iter().map(|it| it.to_str().unwrap()).collect();
    assert_eq!(names, ["zebra-logs.zip", "zebra-package", "zebra-report", "zebra-upload.zip"]);
}

#[test]
fn a_copy_is_whole_and_private_while_others_write() {
    let (folder, store, path) = two();
    let copies = folder.path().join("copies");
    fs::create_dir(&copies).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let own = Store::open(&path).unwrap();
            for at in 0..200 {
                own.note(1, Says::We, &"more ".repeat(200), false, "me", 100 + at).unwrap();
            }
        });
        let mut number = 0;
        while !writer.is_finished() || number == 0 {
            store.backup(&copies.join(number.to_string()), false).unwrap();
            number += 1;
        }
    });
    for entry in copies.read_dir().unwrap() {
        let copy = entry.unwrap().path();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let copy = Store::open(&copy).unwrap();
        assert_eq!(copy.check().unwrap(), Vec::<String>::new());
        assert_eq!(exported(&copy, "bolt").unwrap(), exported(&store, "bolt").unwrap());
    }
}

#[test]
fn a_copy_takes_nobodys_place() {
    let (folder, store, path) = two();
    let target = folder.path().join("copy.db");
    store.backup(&target, false).unwrap();
    let refused = store.backup(&target, false);
    assert!(matches!(&refused, Err(StoreError::Copy { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists));
    store.backup(&target, true).unwrap();
    assert!(store.backup(&path, true).is_err(), "not onto itself");
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(store.backup(&link, true).is_err(), "nor by another name");
    }
    // A database in use has a log that SQLite would apply to whatever stands in its place.
    let used = Store::open(&target).unwrap();
    used.note(1, Says::We, "x", false, "me", 200).unwrap();
    let refused = store.backup(&target, true).unwrap_err();
    assert!(std::error::Error::source(&refused).unwrap().to_string().contains("works with the file"), "{refused:?}");
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    let left: Vec<_> = folder.path().read_dir().unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(!left.iter().any(|it| it.to_string_lossy().contains("unfinished")), "{left:?}");
}

#[test]
fn people_are_told_how_much_there_is_of_what_they_know() {
    let (_folder, store, _) = two();
    let counts = store.counts().unwrap();
    assert!(counts.contains(&("customers", 2)) && counts.contains(&("findings", 2)), "{counts:?}");
    // Not the tables of the index of words.
    assert!(!store.rows().unwrap().iter().any(|(name, _)| name.contains("words")));
    let old = store.db.execute_batch("DROP TABLE notices; DROP TABLE erasures");
    assert!(old.is_ok() && store.counts().unwrap().len() == counts.len() - 1);
    assert_eq!(store.erasures().unwrap(), []);
}

#[test]
fn a_row_that_refers_to_nothing_is_told() {
    let (_folder, store, _) = two();
    store
        .db
        .execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM outbox_files; DELETE FROM outbox WHERE id = 1")
        .unwrap();
    let found = store.check().unwrap();
    assert_eq!(found, ["row 1 of `dropped` refers to nothing in `outbox`"]);
}
