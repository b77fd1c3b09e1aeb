//! What a case keeps of the logs, from the triage and the watch to the customer's answer.

use crate::{command, folder, stderr, stdout, text};
use serde_json::Value;
use std::fs;
use std::process::Output;

const FULL: &str = "title: The disk {disk} is full
level: L1
side: storage
severity: high
match: { regex: 'no space on (?<disk>[A-Z]):' }
cause: Nothing is left.
fixes:
  - { level: L1, audience: customer, steps: ['Empty the bin of {disk}.', Delete old dumps.], risk: 'What is deleted on {disk} is gone.', verify: The job ends. }
  - { level: L1, audience: customer, steps: [Run the job again.], risk: none, verify: It ends. }
  - { level: L2, audience: partner, steps: [Move the repository.], risk: none, verify: The job ends. }
";
const LOG: &str = "2026-01-02 03:04:05 ERROR no space on D: left for the file of jdoe\n\
    2026-01-02 03:04:07 ERROR the ledger is out of sequence 0x8a150005, password=Hunter2-Secret\n";

/// A store, a watched folder and a catalogue.
struct Desk {
    home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let home = folder(&[
            ("app.log", LOG.as_bytes()),
            ("ours/acme/app/_product.yaml", b"vendor: Acme\nproduct: App\n"),
            ("ours/acme/app/full.yaml", FULL.as_bytes()),
            ("in/.keep", b""),
        ]);
        Desk { home }
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = command(words);
        command.args(["--store", "store.db"]).current_dir(self.home.path());
        command.env("XDG_DATA_HOME", self.home.path()).env("LOCALAPPDATA", self.home.path());
        command.output().unwrap()
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {output:?}");
        stdout(&output).to_owned()
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[words, &["-o", "json"]].concat())).unwrap()
    }

    fn open(&self, customer: &str) {
        self.done(&["case", "open", "backups fail", "--customer", customer]);
    }

    #[track_caller]
    fn triage(&self, file: &str, case: &str) -> String {
        self.done(&["triage", file, "--no-builtin", "--signatures", "ours", "--case", case, "--no-progress"])
    }

    /// Drops a file into the folder of a customer and has it read.
    fn watched(&self, customer: &str, name: &str, log: &str) -> Output {
        let path = self.home.path().join("in").join(customer);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(name), log).unwrap();
        fs::write(path.join(format!("{name}.done")), "").unwrap();
        let watched = self.run(&["watch", "in", "--once", "--no-builtin", "--no-packs", "--signatures", "ours"]);
        assert_eq!(watched.status.code(), Some(0), "{}", stderr(&watched));
        watched
    }
}

#[test]
fn a_case_keeps_what_was_found_without_secrets() {
    let desk = Desk::new();
    desk.open("acme");
    desk.triage("app.log", "1");
    desk.watched("bolt", "b.log", LOG);
    for case in ["1", "2"] {
        let shown = desk.json(&["case", "show", case]);
        let found = shown["findings"].as_array().unwrap();
        assert_eq!(found.len(), 2, "{shown}");
        assert_eq!((&found[0]["problem"], &found[0]["count"]), (&"acme/app/full".into(), &1.into()));
        assert_eq!(found[0]["message"], LOG.lines().next().unwrap());
        assert_eq!(found[0]["steps"][0]["text"], "Empty the bin of D.");
        let risks: Vec<_> = found[0]["steps"].as_array().unwrap().iter().map(|it| it["risk"].clone()).collect();
        assert_eq!(risks, ["What is deleted on D is gone.", "What is deleted on D is gone.", "none", "none"]);
        assert_eq!((&found[1]["known"], &found[1]["codes"][0]), (&false.into(), &"0x8a150005".into()));
        assert_eq!(found[0]["first_time"], "2026-01-02T03:04:05");
        let told = desk.done(&["case", "show", case]);
        assert!(told.contains("high The disk D is full\n    acme/app/full, once, 2026-01-02T03:04:05\n"), "{told}");
        assert!(told.contains("unexplained the ledger is out of sequence"), "{told}");
    }
    let store = fs::read(desk.home.path().join("store.db")).unwrap();
    let secret = b"Hunter2-Secret".as_slice();
    assert!(!store.windows(secret.len()).any(|it| it == secret));
    let report = desk.home.path().join("in/bolt/b.log.tierline/report.json");
    assert!(fs::read_to_string(&report).unwrap().contains("Hunter2-Secret"), "{}", text(&report));
}

#[test]
fn other_cases_are_named_to_their_customer_and_counted_to_others() {
    let desk = Desk::new();
    desk.open("acme");
    desk.triage("app.log", "1");
    desk.done(&["case", "close", "1", "--fixed-by", "Mr Acmeson has emptied the bin"]);
    desk.watched("bolt", "b.log", LOG);
    let wrong = desk.run(&["case", "close", "2", "--fixed-by", "acme/app/full#9"]);
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    desk.done(&["case", "close", "2", "--fixed-by", "acme/app/full#1"]);
    let told = desk.done(&["case", "show", "2"]);
    assert!(told.contains("fixed by  acme/app/full#1\n            Empty the bin of D.\n"), "{told}");
    desk.open("acme");
    let told = desk.triage("app.log", "3");
    for words in [
        "seen at 1 other customer",
        "also in case 1 of this customer, fixed on 20",
        "by: Mr Acmeson has emptied the bin",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(told.contains("`acme/app/full#1` has solved 1 of 2 cases that were solved"), "{told}");
    // What is given away has nothing of it.
    let given = desk.done(&[
        "triage",
        "app.log",
        "--no-builtin",
        "--signatures",
        "ours",
        "--case",
        "3",
        "--redact",
        "acme",
        "-o",
        "markdown",
    ]);
    assert!(given.contains("is full") && !given.contains("case 1") && !given.contains("other customer"), "{given}");
    let shown = desk.json(&["case", "show", "3"]);
    let full = &shown["findings"][0];
    assert_eq!((&full["other_customers"], &full["solved_cases"]), (&1.into(), &2.into()), "{full}");
    assert_eq!(full["other_cases"][0]["case"], 1);
    // Another customer is told nothing of acme, in any form.
    desk.open("cord");
    let mut all = desk.triage("app.log", "4") + &desk.done(&["case", "show", "4"]);
    all += &desk.json(&["case", "show", "4"]).to_string();
    assert!(all.contains("seen at 2 other customers"), "{all}");
    for name in ["bolt", "Acmeson", "b.log", "case 1", "case 2", "case 3", "\"case\":"] {
        assert!(!all.contains(name), "{name}: {all}");
    }
    // A bundle with the same problem opens the case again, and says what had fixed it.
    desk.watched("bolt", "c.log", &format!("{LOG}2026-01-02 03:04:09 INFO more\n"));
    let told = desk.done(&["case", "show", "2"]);
    assert!(told.contains("reopened: its problem came back; it was fixed on 20"), "{told}");
}

#[test]
fn cases_are_given_to_people_and_found_again() {
    let desk = Desk::new();
    for customer in ["acme", "bolt", "cord"] {
        desk.open(customer);
    }
    desk.triage("app.log", "2");
    desk.done(&["case", "assign", "2", "jo"]);
    desk.done(&["case", "set", "2", "--severity", "high"]);
    desk.done(&["case", "set", "3", "--severity", "low"]);
    desk.done(&["case", "note", "3", "send the logs", "--waits"]);
    desk.done(&["case", "close", "1", "--fixed-by", "KB1"]);
    let ids = |words: &[&str]| -> Vec<i64> {
        let list = desk.json(&[&["case", "list"], words].concat());
        list.as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(&[]), [1, 2, 3]);
    let slip = desk.run(&["case", "open", "x", "--customer", "ACME"]);
    assert!(stderr(&slip).contains("there is a customer `acme`, too: case 4 is of `ACME`"), "{slip:?}");
    desk.done(&["store", "erase", "--customer", "ACME", "--yes"]);
    assert_eq!(ids(&["--open"]), [2, 3]);
    assert_eq!(ids(&["--state", "open"]), [2]);
    assert_eq!((ids(&["--state", "waiting"]), ids(&["--state", "closed"])), (vec![3], vec![1]));
    assert_eq!((ids(&["--assigned", "jo"]), ids(&["--open", "--unassigned"])), (vec![2], vec![3]));
    assert_eq!((ids(&["--severity", "low"]), ids(&["--severity", "medium"])), (vec![1, 2, 3], vec![1, 2]));
    assert_eq!((ids(&["--signature", "acme/app/full"]), ids(&["--signature", "acme/app/none"])), (vec![2], vec![]));
    assert_eq!(ids(&["--customer", "cord", "--severity", "high"]), [0; 0]);
    let contract = "[customers.bolt]\nresolve = { high = \"8h\" }\n";
    fs::write(desk.home.path().join("config.toml"), contract).unwrap();
    let due = |within| ids(&["--due", within, "--config", "config.toml"]);
    assert_eq!((due("1h"), due("9h")), (vec![], vec![2]));
    let told = desk.done(&["case", "show", "2"]);
    let steps = [
        "assigned  jo",
        "What to do next:\n  [L1, customer] Empty the bin of D.\n    acme/app/full#1\n    risk: What is deleted on D is gone.\n",
        "[L1, customer] Run the job again.\n    acme/app/full#3\n  [L2",
        "[L2, partner] Move the repository.",
        "assigned: jo",
    ];
    for words in steps {
        assert!(told.contains(words), "{words}: {told}");
    }
    desk.done(&["case", "tried", "2", "acme/app/full#1"]);
    let next = desk.json(&["case", "show", "2"])["next_steps"].clone();
    assert_eq!((&next[0]["step"], next.as_array().unwrap().len()), (&"acme/app/full#2".into(), 3), "{next}");
    assert_eq!((&next[0]["risk"], &next[1]["risk"]), (&"What is deleted on D is gone.".into(), &"none".into()));
    desk.done(&["case", "tried", "2", "acme/app/full"]);
    let told = desk.done(&["case", "show", "2"]);
    assert!(told.contains("no step is left to try; `tierline escalate --case 2`"), "{told}");
    desk.done(&["case", "unassign", "2"]);
    assert_eq!(ids(&["--assigned", "jo"]), [0; 0]);
}

#[test]
fn a_suppressed_problem_opens_no_case_and_is_told() {
    let desk = Desk::new();
    let one = LOG.lines().next().unwrap();
    let add = |more: &[&str]| {
        desk.run(&[&["case", "suppress", "add", "acme/app/full", "--reason", "new disks"], more].concat())
    };
    for wrong in
        [vec!["--customer", "acme"], vec!["--until", "2099-01-01"], vec!["--customer", "acme", "--until", "2020-01-01"]]
    {
        assert_eq!(add(&wrong).status.code(), Some(2), "{wrong:?}");
    }
    let added = add(&["--customer", "acme", "--until", "2099-01-01"]);
    assert_eq!(stdout(&added), "suppression 1 holds until 2099-01-01\n", "{added:?}");
    assert!(stderr(&added).contains("no case has a finding"), "{added:?}");
    let watched = desk.watched("acme", "a.log", one);
    assert!(!stderr(&watched).contains("is open") && !stdout(&watched).contains("is open"), "{watched:?}");
    desk.watched("acme", "b.log", &format!("{one}\n2026-01-02 03:04:09 INFO more\n"));
    desk.watched("bolt", "a.log", one);
    // Both bundles belong to one case, which was never open; that of another customer is open.
    let list = desk.json(&["case", "list"]);
    let told: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["status"].as_str().unwrap(), it["bundles"].as_array().unwrap().len()))
        .collect();
    assert_eq!(told, [("closed", 2), ("open", 1)], "{list}");
    let shown = desk.done(&["case", "show", "1"]);
    let why = "suppressed until 2099-01-01: new disks";
    assert!(shown.contains(&format!("closed: {why}")) && shown.contains("suppressed: The disk D is full"), "{shown}");
    let report = |name: &str| fs::read_to_string(desk.home.path().join("in").join(name)).unwrap();
    let told = report("acme/a.log.tierline/report.txt");
    assert!(told.contains("suppressed until 2099-01-01") && !told.contains("new disks"), "{told}");
    assert!(!report("bolt/a.log.tierline/report.txt").contains("suppressed until"));
    // What else is wrong opens a case as ever.
    desk.watched("acme", "c.log", LOG);
    let third = desk.json(&["case", "show", "3"]);
    assert!(third["title"].as_str().unwrap().starts_with("unexplained: the ledger"), "{third}");
    assert_eq!((&third["findings"][0]["suppressed"], &third["findings"][1]["suppressed"]), (&why.into(), &Value::Null));
    desk.open("acme");
    assert!(desk.triage("app.log", "4").contains("suppressed until 2099-01-01"));
    // Taken back, the problem opens a case; who has asked for silence can still be told.
    assert!(desk.done(&["case", "suppress", "list"]).contains("acme/app/full at acme until 2099-01-01: new disks"));
    desk.done(&["case", "suppress", "remove", "1"]);
    assert_eq!(desk.run(&["case", "suppress", "remove", "1"]).status.code(), Some(1));
    assert_eq!(desk.done(&["case", "suppress", "list"]), "Nothing is suppressed.\n");
    let all = desk.json(&["case", "suppress", "list", "--all"]);
    assert_eq!((&all[0]["holds"], all[0]["removed_by"].is_string()), (&false.into(), true), "{all}");
    desk.watched("acme", "d.log", &format!("{one}\n2026-01-02 03:04:10 INFO more\n"));
    let fourth = desk.json(&["case", "show", "4"]);
    assert_eq!(fourth["bundles"].as_array().unwrap().len(), 2, "{fourth}");
}

#[test]
fn findings_are_searched_by_words() {
    let desk = Desk::new();
    desk.open("acme");
    desk.triage("app.log", "1");
    desk.watched("bolt", "b.log", LOG);
    let found = desk.json(&["case", "search", "0x8a15 LEDGER"]);
    assert_eq!(found.as_array().unwrap().len(), 2, "{found}");
    assert_eq!((&found[0]["customer"], &found[1]["customer"]), (&"bolt".into(), &"acme".into()));
    let own = desk.json(&["case", "search", "app/full", "--customer", "acme"]);
    assert_eq!((&own[0]["case"], own.as_array().unwrap().len()), (&1.into(), 1), "{own}");
    let told = desk.done(&["case", "search", "disk d"]);
    assert!(told.contains("case 1 of acme (open): The disk D is full\n    high acme/app/full, once, "), "{told}");
    assert_eq!(desk.done(&["case", "search", "nowhere"]), "No finding has these words.\n");
    assert_eq!(desk.run(&["case", "search", " "]).status.code(), Some(2));
}

#[test]
fn the_customer_is_told_what_to_do_and_nothing_else() {
    let desk = Desk::new();
    desk.watched("bolt", "b.log", LOG);
    desk.done(&["case", "close", "1", "--fixed-by", "acme/app/full#1"]);
    desk.open("acme");
    desk.triage("app.log", "2");
    desk.done(&["case", "note", "2", "they have not paid", "--vendor"]);
    let reply = || desk.done(&["case", "reply", "2", "--no-request"]);
    let first = reply();
    assert_eq!(
        first,
        "Subject: Case 2: The disk D is full\n\nHello,\n\n\
        we found the following in your logs. Please take the steps in this order.\n\n\
        1. The disk D is full\n   Seen once, at 2026-01-02T03:04:05.\n\
        \x20  Before you begin, please note: What is deleted on D is gone.\n\
        \x20  1.1 Empty the bin of D.\n   1.2 Delete old dumps.\n   It has worked if: The job ends.\n\
        \x20  1.3 Run the job again.\n   It has worked if: It ends.\n\n\
        Please tell us of each step whether it has helped.\n\n\
        We are looking into this:\n- the ledger is out of sequence 0x8a150005, password=[redacted:password]\n  Seen once, at 2026-01-02T03:04:07.\n"
    );
    assert_eq!(reply(), first);
    desk.done(&["case", "tried", "2", "acme/app/full#1"]);
    let second = reply();
    // What is left of a fix has its risk still.
    assert!(second.contains("please note: What is deleted on D is gone.\n   1.1 Delete old dumps."), "{second}");
    assert!(!second.contains("Empty the bin"), "{second}");
    desk.done(&["case", "tried", "2", "acme/app/full"]);
    let third = reply();
    assert!(third.contains("There is nothing to do for you now."), "{third}");
    // What the customer can do nothing about is told all the same.
    assert!(third.contains("We are looking into this:\n- The disk D is full\n"), "{third}");
    let json = desk.json(&["case", "reply", "2", "--no-request"]);
    assert_eq!((&json["customer"], &json["subject"]), (&"acme".into(), &"Case 2: The disk D is full".into()));
    // The logs are read again for what the vendor would ask for.
    let asked = desk.run(&["case", "reply", "2"]);
    assert!(stderr(&asked).contains("the case names no vendor"), "{asked:?}");
    let log = "Starting new log\nOS: [Microsoft Windows Server 2022 Standard]\n\
        [18.02.2026 23:32:30.233] <  5188> Error    The ledger of the extent is out of sequence\n";
    fs::create_dir_all(desk.home.path().join("logs/Backup")).unwrap();
    fs::write(desk.home.path().join("logs/Backup/Svc.VeeamCatalog.log"), log).unwrap();
    desk.done(&["case", "open", "slow", "--customer", "acme", "--vendor", "veeam"]);
    desk.triage("logs", "3");
    let asked = desk.done(&["case", "reply", "3"]);
    assert!(asked.contains("we still need the following from you:") && asked.contains("as one archive"), "{asked}");
    // What lies there now may be another customer's.
    fs::write(desk.home.path().join("logs/Backup/Svc.VeeamCatalog.log"), format!("{log}more\n")).unwrap();
    let other = desk.run(&["case", "reply", "3", "--no-packs"]);
    assert!(stderr(&other).contains("the logs of the case have changed since"), "{other:?}");
    assert!(!stdout(&other).contains("we still need"), "{other:?}");
    fs::remove_dir_all(desk.home.path().join("logs")).unwrap();
    let gone = desk.run(&["case", "reply", "3"]);
    assert!(stderr(&gone).contains("no logs that are still where they were"), "{gone:?}");
    desk.done(&["case", "close", "3", "--fixed-by", "KB1"]);
    let closed = desk.run(&["case", "reply", "3"]);
    assert!(closed.status.code() == Some(1) && stderr(&closed).contains("case 3 is closed"), "{closed:?}");
}

#[test]
fn a_part_of_a_triage_takes_nothing_from_a_case() {
    let desk = Desk::new();
    desk.open("acme");
    let words = ["triage", "app.log", "--signatures", "ours", "--no-progress", "--case", "1"];
    desk.done(&words);
    let whole = desk.json(&["case", "show", "1"])["findings"].clone();
    assert_eq!(whole.as_array().unwrap().len(), 2, "{whole}");
    fs::write(desk.home.path().join("words.txt"), "ledger\n").unwrap();
    for (option, value) in [
        ("--since", "2026-01-02 03:04:06"),
        ("--until", "2026-01-02 03:04:06"),
        ("--baseline", "app.log"),
        ("--no-unresolved", ""),
        ("--no-builtin", ""),
        ("--no-packs", ""),
        ("--max-time", "1h"),
    ] {
        let narrowed = desk.run(&[&words[..], &[option, value][..if value.is_empty() { 1 } else { 2 }]].concat());
        assert_eq!(narrowed.status.code(), Some(0), "{narrowed:?}");
        assert!(stderr(&narrowed).contains(&format!("narrowed by {option}")), "{narrowed:?}");
        assert_eq!(desk.json(&["case", "show", "1"])["findings"], whole, "{option}");
    }
    fs::write(desk.home.path().join("new.log"), "2026-01-02 03:04:07 ERROR the ledger is sealed\n").unwrap();
    let patterns = ["triage", "new.log", "--patterns", "words.txt", "--case", "1", "--no-progress"];
    let noted = desk.run(&patterns);
    assert!(stderr(&noted).contains("case 1: the logs are noted"), "{noted:?}");
    let shown = desk.json(&["case", "show", "1"]);
    assert_eq!(shown["bundles"].as_array().unwrap().len(), 2);
    assert_eq!(shown["findings"].as_array().unwrap().len(), 2, "{shown}");
}

#[test]
fn what_is_suppressed_wants_nothing_from_then_on() {
    let desk = Desk::new();
    desk.open("acme");
    desk.triage("app.log", "1");
    let add = ["case", "suppress", "add", "acme/app/full", "--customer", "acme", "--until", "2099-01-01", "--reason"];
    let told = desk.run(&[&add[..], &["new disks"]].concat());
    assert!(stderr(&told).contains("open cases have it, and stay open until somebody closes them: 1\n"), "{told:?}");
    let shown = desk.json(&["case", "show", "1"]);
    assert_eq!(shown["findings"][0]["suppressed"], "suppressed until 2099-01-01: new disks");
    assert_eq!(shown["next_steps"], Value::Array(vec![]));
    let reply = || desk.done(&["case", "reply", "1", "--no-request"]);
    assert!(!reply().contains("Empty the bin") && reply().contains("Subject: Case 1: the ledger"), "{}", reply());
    assert_eq!(desk.json(&["case", "list"])[0]["suppressed"], false);
    let ledger = shown["findings"][1]["problem"].as_str().unwrap();
    let all = ["case", "suppress", "add", ledger, "--all-customers", "--until", "2099-01-01", "--reason", "harmless"];
    desk.done(&all);
    assert!(desk.done(&["case", "list"]).ends_with("acme: backups fail (suppressed)\n"));
    desk.done(&["case", "suppress", "remove", "1"]);
    assert!(reply().contains("Empty the bin") && !desk.done(&["case", "list"]).contains("suppressed"));
}

#[test]
fn the_customer_is_told_which_logs_show_a_problem() {
    let desk = Desk::new();
    desk.open("acme");
    desk.triage("app.log", "1");
    // The store counts in seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    fs::write(desk.home.path().join("later.log"), "2026-01-03 03:04:07 ERROR the journal is torn\n").unwrap();
    desk.triage("later.log", "1");
    assert!(!desk.done(&["case", "show", "1"]).contains("not in the last logs"), "that was a part of a triage");
    desk.done(&["triage", "later.log", "--signatures", "ours", "--no-progress", "--case", "1"]);
    let reply = desk.done(&["case", "reply", "1", "--no-request"]);
    assert!(reply.contains("This is of the logs `app.log` that we got by 20"), "{reply}");
    assert!(reply.contains("the journal is torn") && !reply.contains("the ledger"), "{reply}");
    assert!(desk.done(&["case", "show", "1"]).contains("not in the last logs"));
    let shown = desk.json(&["case", "show", "1"]);
    let last: Vec<_> = shown["findings"].as_array().unwrap().iter().map(|it| it["in_last_bundles"].clone()).collect();
    assert_eq!(last, [true, false, false]);
}

#[test]
fn nobody_is_written_to_before_somebody_has_said_whose_the_logs_are() {
    let desk = Desk::new();
    fs::write(desk.home.path().join("in/loose.log"), LOG).unwrap();
    desk.done(&["watch", "in", "--once", "--settle", "0", "--no-builtin", "--no-packs", "--signatures", "ours"]);
    assert_eq!(desk.json(&["case", "show", "1"])["customer"], "unassigned");
    desk.done(&["case", "note", "1", "known", "--vendor"]);
    let page = ["--signature", "d/acme/app/x.yaml", "--reference", "https://example.com/kb1"];
    for words in [vec!["case", "reply", "1"], [&["case", "resolve", "1"], &page[..]].concat()] {
        let refused = desk.run(&words);
        assert_eq!(refused.status.code(), Some(6), "{refused:?}");
        let told = stderr(&refused);
        assert!(told.contains("say first whose it is, with `tierline case set 1 --customer NAME`"), "{told}");
    }
    desk.done(&["case", "set", "1", "--customer", "acme", "--severity", "low"]);
    let shown = desk.json(&["case", "show", "1"]);
    assert_eq!((&shown["customer"], &shown["severity"]), (&"acme".into(), &"low".into()));
    assert!(desk.done(&["case", "reply", "1"]).contains("Empty the bin of D."));
    let told = desk.done(&["case", "show", "1"]);
    assert!(told.contains("customer: unassigned -> acme"), "{told}");
    // With other signatures it is read again, and is the customer's.
    fs::write(desk.home.path().join("ours/acme/app/full.yaml"), FULL.replace("is full", "has no room")).unwrap();
    desk.done(&["watch", "in", "--once", "--settle", "0", "--no-builtin", "--no-packs", "--signatures", "ours"]);
    let cases = desk.json(&["case", "list"]);
    assert_eq!((cases.as_array().unwrap().len(), &cases[0]["customer"]), (1, &"acme".into()), "{cases}");
    assert!(desk.done(&["case", "show", "1"]).contains("read again with other signatures"));
    let refused = desk.run(&["case", "set", "1", "--customer", "bolt"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(stderr(&refused).contains("case 1 is one of the customer `acme`"), "{}", stderr(&refused));
    assert_eq!(desk.json(&["case", "show", "1"])["customer"], "acme");
    // Uploaded once more it stays with the customer; another file of its name may be anybody's.
    let upload = |log: &str| {
        fs::write(desk.home.path().join("in/loose.log"), log).unwrap();
        let words = ["watch", "in", "--once", "--settle", "0", "--no-builtin", "--no-packs", "--signatures", "ours"];
        let told = stderr(&desk.run(&words)).to_owned();
        let cases = desk.json(&["case", "list"]);
        (
            told,
            cases.as_array().unwrap().iter().map(|it| it["customer"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
        )
    };
    let (told, customers) = upload(LOG);
    assert_eq!(customers, ["acme"]);
    assert!(told.contains("loose.log` of acme: the same content was read already"), "{told}");
    assert!(desk.done(&["case", "show", "1"]).contains("has the same content: it stays with `acme`"));
    assert_eq!(upload(&format!("{LOG}2026-01-02 03:04:09 INFO more\n")).1, ["acme", "unassigned"]);
    let told = desk.done(&["case", "show", "2"]);
    assert!(told.contains("in case 1, which was given to a customer") && !told.contains("acme:"), "{told}");
}

#[test]
fn a_call_becomes_as_bad_as_what_its_logs_show() {
    let desk = Desk::new();
    desk.open("acme");
    let words = ["triage", "app.log", "--no-builtin", "--signatures", "ours", "--no-progress", "--case"];
    let triage = |case: &str| stderr(&desk.run(&[&words[..], &[case]].concat())).to_owned();
    let told = triage("1");
    assert!(told.contains("case 1 is of severity high now"), "{told}");
    assert_eq!(desk.json(&["case", "show", "1"])["severity"], "high");
    assert!(!triage("1").contains("severity"), "once");
    desk.done(&["case", "open", "backups fail", "--customer", "acme", "--severity", "low"]);
    let told = triage("2");
    assert!(told.contains("case 2 stays of severity low") && told.contains("case set 2 --severity high"), "{told}");
    assert_eq!(desk.json(&["case", "show", "2"])["severity"], "low");
}

#[test]
fn a_confirmed_answer_becomes_the_draft_of_a_signature() {
    let desk = Desk::new();
    let log = "2026-01-02 03:04:07 ERROR the ledger of \\\\filer07.corp.example\\vol on 10.20.30.40 is out of sequence for user jdoe\n";
    fs::write(desk.home.path().join("ledger.log"), log).unwrap();
    desk.done(&["case", "open", "x", "--customer", "boltworks"]);
    desk.triage("ledger.log", "1");
    let file = "drafts/acme/app/ledger-out-of-sequence.yaml";
    let resolve = |more: &[&str]| desk.run(&[&["case", "resolve", "1", "--no-builtin", "--no-packs"], more].concat());
    let page = ["--signature", file, "--reference", "https://example.com/kb1234"];
    assert_eq!(resolve(&page[..2]).status.code(), Some(2));
    let early = resolve(&page);
    assert_eq!(early.status.code(), Some(6), "{early:?}");
    assert!(stderr(&early).contains("no answer of the vendor is noted"));
    desk.done(&["case", "note", "1", "known, see KB1234", "--vendor"]);
    let named = resolve(&[page.as_slice(), &["--cause", "Boltworks has sealed it."]].concat());
    assert!(stderr(&named).contains("it is in the answer; say it in other words"), "{named:?}");
    assert_eq!((named.status.code(), desk.home.path().join(file).exists()), (Some(6), false), "{named:?}");
    let cause =
        ["--cause", "It's sealed: twice.", "--step", "Install 12.3.2.", "--level", "L3", "--reference-id", "KB1234"];
    let made = resolve(&[page.as_slice(), &cause].concat());
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let yaml = fs::read_to_string(desk.home.path().join(file)).unwrap();
    for words in [
        "# Missing: the impact, how to verify them, a check of side",
        "level: L3 ",
        "cause: 'It''s sealed: twice.'\n",
        "impact: to be written ",
        "      - 'Install 12.3.2.'\n",
        "  - { kind: 'kb', id: 'KB1234', url: 'https://example.com/kb1234' }\n",
        "is out of sequence",
    ] {
        assert!(yaml.contains(words), "{words}: {yaml}");
    }
    for secret in ["filer07", "corp.example", "10.20.30.40", "jdoe", "boltworks"] {
        assert!(!yaml.contains(secret), "{secret}: {yaml}");
    }
    let again = resolve(&page);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    for wrong in [["--reference-kind", "foo"], ["--step", ""], ["--cause", " "], ["--reference-id", ""]] {
        assert_eq!(resolve(&[page.as_slice(), &wrong].concat()).status.code(), Some(2), "{wrong:?}");
    }
    // It is read, and what is missing is named.
    fs::write(desk.home.path().join("drafts/acme/app/_product.yaml"), "vendor: Acme\nproduct: App\n").unwrap();
    let mut checked = command(&["signatures", "check", "drafts"]);
    let checked = checked.current_dir(desk.home.path()).output().unwrap();
    let told = stdout(&checked).to_owned() + stderr(&checked);
    assert!(told.contains("to be written") && !told.contains("error:"), "{told}");
}

#[test]
fn a_draft_has_no_name_that_another_line_tells() {
    let desk = Desk::new();
    let log = "2026-01-02 03:04:05 INFO login on host 'vaultbox' for user 'qwilson'\n\
        2026-01-02 03:04:07 ERROR the ledger of vaultbox is out of sequence, owner qwilson\n";
    fs::write(desk.home.path().join("ledger.log"), log).unwrap();
    let make = |customer, case: &str| {
        desk.open(customer);
        desk.triage("ledger.log", case);
        desk.done(&["case", "note", case, "known", "--vendor"]);
    };
    let resolve = |case: &str, file: &str| {
        let page = ["--signature", file, "--reference", "https://example.com/kb1", "--no-builtin", "--no-packs"];
        desk.done(&[&["case", "resolve", case], page.as_slice()].concat());
        fs::read_to_string(desk.home.path().join(file)).unwrap()
    };
    make("acmeworks", "1");
    let yaml = resolve("1", "drafts/acme/app/one.yaml");
    assert!(!yaml.contains("vaultbox") && !yaml.contains("qwilson") && !yaml.contains("could be read again"), "{yaml}");
    // Without the logs, the head of the file says what to look for.
    make("cord", "2");
    fs::remove_file(desk.home.path().join("ledger.log")).unwrap();
    let yaml = resolve("2", "drafts/acme/app/two.yaml");
    assert!(yaml.contains("# Not all logs of the case could be read again"), "{yaml}");
}

#[test]
fn places_are_kept_without_secrets() {
    let desk = Desk::new();
    fs::write(desk.home.path().join("password=Hunter2-Secret.log"), LOG.lines().next().unwrap()).unwrap();
    desk.open("acme");
    desk.triage("password=Hunter2-Secret.log", "1");
    let place = desk.json(&["case", "show", "1"])["findings"][0]["place"].clone();
    assert!(place.is_string() && !place.to_string().contains("Hunter2"), "{place}");
}
