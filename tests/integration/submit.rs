//! `tierline submit`, `outbox` and `trackers` with a folder as the tracker: one ticket, whatever happens.

use crate::{command, folder, stderr, stdout, text};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tierline::connect::Point;

/// A machine with a configuration and a package.
pub(crate) struct Desk {
    pub(crate) home: tempfile::TempDir,
}

const LOG: &str = "Starting new log\nOS: [Microsoft Windows Server 2022 Standard]\n\
    [18.02.2026 23:32:30.233] <  5188> Error    The ledger of the extent is out of sequence\n\
    [18.02.2026 23:32:31.233] <  5188> Info     Going on\n";

impl Desk {
    /// `config` stands for the trackers; `HOME` in it is the folder of all files.
    pub(crate) fn new(config: &str) -> Desk {
        let home = folder(&[
            ("case/Backup/Svc.VeeamCatalog.log", LOG.as_bytes()),
            ("case/Backup/Daily/Job.Daily.Backup.log", LOG.as_bytes()),
            ("case/Backup/Daily/Task.vm.log", LOG.as_bytes()),
            ("drop/.keep", b""),
        ]);
        let desk = Desk { home };
        fs::write(desk.path("config.toml"), config.replace("HOME", text(desk.home.path()))).unwrap();
        desk.escalate("ticket", "acme", "nothing");
        desk
    }

    /// With a folder as the tracker `desk`.
    fn with_folder() -> Desk {
        Desk::new("[trackers.desk]\nkind = \"folder\"\npath = \"drop\"\nrequest_bytes = 300\n")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.env("XDG_DATA_HOME", self.home.path()).env("LOCALAPPDATA", self.home.path());
        command.env_remove("TIERLINE_FAULT");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Makes the package `out` of a customer. Each text that was tried makes another package of the same problem.
    pub(crate) fn escalate(&self, out: &str, customer: &str, tried: &str) {
        let (case, out) = (self.path("case"), self.path(out));
        let arguments = ["escalate", text(&case), "--vendor", "veeam", "--contract", "1", "--customer", customer];
        let more = ["--out", text(&out), "--override-gate", "it is late", "--tried", tried, "--no-progress"];
        let output = self.run(&[arguments.as_slice(), &more].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }

    /// The arguments that submit a package to the tracker `desk`.
    pub(crate) fn submit(&self, package: &str) -> Vec<String> {
        let (package, config, store) = (self.path(package), self.path("config.toml"), self.path("store.db"));
        let words =
            ["submit", text(&package), "--to", "desk", "--yes", "--config", text(&config), "--store", text(&store)];
        words.iter().map(ToString::to_string).collect()
    }

    pub(crate) fn submitted(&self, package: &str) -> Output {
        let words = self.submit(package);
        self.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Submits the package from eight processes at once, which all end well.
    #[track_caller]
    pub(crate) fn submit_eight_at_once(&self) {
        let words = self.submit("ticket");
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let start = || self.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let children: Vec<_> = (0..8).map(|_| start()).collect();
        for child in children {
            check(&child.wait_with_output().unwrap(), 0, &["desk: ticket "]);
        }
    }

    /// `tierline case refresh` with its exit code and words.
    #[track_caller]
    pub(crate) fn check_refreshed(&self, code: i32, words: &[&str]) {
        let (config, store) = (self.path("config.toml"), self.path("store.db"));
        check(&self.run(&["case", "refresh", "--config", text(&config), "--store", text(&store)]), code, words);
    }

    /// Leaves two files to the package, which are sent in two requests: a real server is not asked more than each step needs.
    pub(crate) fn keep_two_files(&self) {
        fs::remove_dir_all(self.path("case/Backup/Daily")).unwrap();
    }

    /// All entries of the outbox.
    pub(crate) fn outbox(&self) -> Vec<Value> {
        let store = self.path("store.db");
        let output = self.run(&["outbox", "list", "-o", "json", "--store", text(&store)]);
        serde_json::from_str(stdout(&output)).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// The files of the package that go to a tracker.
    pub(crate) fn sent(&self, package: &str) -> Vec<(String, Vec<u8>)> {
        let manifest = fs::read_to_string(self.path(package).join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        let files = manifest["files"].as_array().unwrap().iter();
        let paths = files.map(|it| it["path"].as_str().unwrap().to_owned());
        let paths = paths.filter(|it| !["portal.txt", "ticket.json"].contains(&&**it));
        paths.map(|it| (it.clone(), fs::read(self.path(package).join(&it)).unwrap())).collect()
    }

    pub(crate) fn key(&self, package: &str) -> String {
        let manifest = fs::read_to_string(self.path(package).join("manifest.json")).unwrap();
        serde_json::from_str::<Value>(&manifest).unwrap()["key"].as_str().unwrap().to_owned()
    }

    /// Kills the program at each point, each time that it comes there, and lets another one go on, each time for another customer.
    /// Then `check` looks. Returns how often it was killed.
    #[cfg(unix)]
    pub(crate) fn kill_everywhere(&self, points: &[Point], check_one: impl Fn()) -> usize {
        let mut kills = 0;
        for point in points {
            for count in 1.. {
                let fault = format!("{}:{count}", point.name());
                let _ = fs::remove_dir_all(self.path("ticket"));
                for path in ["store.db", "store.db-wal", "store.db-shm"] {
                    let _ = fs::remove_file(self.path(path));
                }
                self.escalate("ticket", &format!("{}-{count}", point.name()), "nothing");
                let words = self.submit("ticket");
                let words: Vec<_> = words.iter().map(String::as_str).collect();
                let output = self.command(&words).env("TIERLINE_FAULT", &fault).output().unwrap();
                if output.status.code() == Some(0) {
                    // It never came there so often.
                    assert!(count > 1, "{fault} is never reached");
                    check_one();
                    break;
                }
                assert_eq!(output.status.code(), None, "{fault}: {output:?}");
                kills += 1;
                check(&self.submitted("ticket"), 0, &["desk: ticket "]);
                check_one();
                assert_eq!(self.outbox()[0]["state"], "verified", "{fault}");
            }
        }
        kills
    }

    /// The tickets in the folder, which must have nothing half-made beside them.
    fn tickets(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path("drop")).unwrap().map(|it| it.unwrap().path());
        let mut all: Vec<PathBuf> = entries.filter(|it| it.is_dir() && it.join("key").exists()).collect();
        all.retain(|it| !it.file_name().unwrap().to_string_lossy().starts_with('.'));
        all
    }

    /// There is one ticket, and it has all files of the package.
    #[track_caller]
    fn check_one(&self, package: &str) {
        let tickets = self.tickets();
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        let attached = fs::read_dir(tickets[0].join("attachments")).unwrap();
        let mut attached: Vec<Vec<u8>> = attached.map(|it| fs::read(it.unwrap().path()).unwrap()).collect();
        let mut sent: Vec<Vec<u8>> = self.sent(package).into_iter().map(|(_, bytes)| bytes).collect();
        assert!(sent.len() >= 4, "{} files", sent.len());
        attached.sort();
        sent.sort();
        assert!(attached == sent, "{} files instead of {}", attached.len(), sent.len());
    }
}

#[track_caller]
pub(crate) fn check(output: &Output, code: i32, words: &[&str]) {
    let told = format!("{}{}", stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(code), "{told}");
    for word in words {
        assert!(told.contains(word), "`{word}` is not in {told}");
    }
}

#[test]
fn a_package_becomes_one_ticket_and_its_successor_an_update() {
    let desk = Desk::with_folder();
    check(&desk.submitted("ticket"), 0, &["desk: ticket ", "all files read back and equal"]);
    desk.check_one("ticket");
    check(&desk.submitted("ticket"), 0, &["desk: ticket "]);
    desk.check_one("ticket");
    desk.escalate("later", "acme", "turned it off and on");
    check(&desk.submitted("later"), 0, &["desk: ticket "]);
    let tickets = desk.tickets();
    assert_eq!(tickets.len(), 1);
    let comments: Vec<_> = fs::read_dir(tickets[0].join("comments")).unwrap().collect();
    assert_eq!(comments.len(), 1);
    let comment = fs::read_to_string(comments[0].as_ref().unwrap().path()).unwrap();
    assert!(comment.contains("turned it off and on"), "{comment}");
    let outbox = desk.outbox();
    let states: Vec<_> = outbox.iter().map(|it| (it["kind"].as_str(), it["state"].as_str())).collect();
    assert_eq!(states, [(Some("new"), Some("verified")), (Some("update"), Some("verified"))]);
    let store = desk.path("store.db");
    check(&desk.run(&["outbox", "show", "2", "--store", text(&store)]), 0, &["verified", "comment to ", ": sent"]);
    check(&desk.run(&["outbox", "show", "9", "--store", text(&store)]), 1, &["no entry 9"]);
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_point_leaves_one_whole_ticket() {
    let desk = Desk::with_folder();
    let kills = desk.kill_everywhere(&Point::ALL, || {
        desk.check_one("ticket");
        fs::remove_dir_all(desk.path("drop")).unwrap();
        fs::create_dir(desk.path("drop")).unwrap();
    });
    assert!(kills > Point::ALL.len(), "{kills}");
}

#[test]
fn many_at_once_make_one_ticket() {
    let desk = Desk::with_folder();
    desk.submit_eight_at_once();
    desk.check_one("ticket");
    assert_eq!(desk.outbox().len(), 1);
}

#[test]
fn a_dry_run_and_a_missing_approval_send_nothing() {
    let desk = Desk::with_folder();
    let words = desk.submit("ticket");
    let words: Vec<_> = words.iter().map(String::as_str).filter(|it| *it != "--yes").collect();
    check(&desk.run(&words), 6, &["nobody has approved it"]);
    let key = desk.key("ticket");
    check(&desk.run(&[words.as_slice(), &["--dry-run"]].concat()), 0, &[&key, "attachments/ticket.md", "SHA-256"]);
    assert_eq!(desk.tickets(), Vec::<PathBuf>::new());
    assert!(!desk.path("store.db").exists());
}

/// Made by `age-keygen` for this test alone.
const SECRET: &str = "AGE-SECRET-KEY-1KXR5H7PSXLZWQCQQ5HK8FRD3T9XGQT6U7U9XH7T88JQRVR533V5QXACDS5";
const PUBLIC: &str = "age1qn9la8eh836vek0jt3eywt93z7nkhw7g3p3nq2etp9drc960q3pqyk6nxq";

#[test]
fn an_encrypted_package_is_one_file_that_its_reader_opens_and_verifies() {
    let desk = Desk::new(&format!(
        "[trackers.desk]\nkind = \"folder\"\npath = \"drop\"\nencrypt_to = [\"vendor.txt\"]\n\
         [trackers.wrong]\nkind = \"folder\"\npath = \"drop\"\nencrypt_to = [\"{SECRET}\"]\n"
    ));
    fs::write(desk.path("vendor.txt"), format!("# the vendor\n{PUBLIC}\n")).unwrap();
    let (case, out) = (desk.path("case"), desk.path("other"));
    let made = ["escalate", text(&case), "--vendor", "veeam", "--contract", "1", "--customer", "acme", "--no-progress"];
    let more = ["--out", text(&out), "--override-gate", "it is late", "--zip", "--encrypt-to", PUBLIC];
    check(
        &desk.run(&[made.as_slice(), &more].concat()),
        0,
        &["other.zip: all of it", ".zip.age: all of it, for", PUBLIC],
    );
    check(&desk.run(&[made.as_slice(), &["--dry-run", "--encrypt-to", SECRET]].concat()), 2, &["secret key"]);
    // A retry sends the same file, for encrypted again it would be another one.
    for _ in 0..2 {
        check(&desk.submitted("other"), 0, &["desk: ticket "]);
    }
    let ticket = desk.tickets().remove(0);
    let attached: Vec<PathBuf> =
        fs::read_dir(ticket.join("attachments")).unwrap().map(|it| it.unwrap().path()).collect();
    let [file] = attached.as_slice() else { panic!("{attached:?}") };
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(name.starts_with("package-") && name.ends_with(".zip.age"), "{name}");
    // What `escalate` has made is what was sent, and its text says how to open it.
    assert!(fs::read(file).unwrap() == fs::read(desk.path(&name)).unwrap());
    assert!(fs::read_to_string(ticket.join("ticket.md")).unwrap().contains(&format!("age -d -i KEY {name}")));
    assert!(!fs::read(file).unwrap().windows(6).any(|it| it == b"ledger"));
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let wrong = desk.run(&["trackers", "check", "wrong", "--config", text(&config), "--store", text(&store)]);
    check(&wrong, 2, &["line 8: `encrypt_to`: this is a secret key"]);
    let has_age = Command::new("age").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !has_age {
        eprintln!("SKIPPED: no `age` to open it with; on Debian: apt install age");
        return;
    }
    fs::write(desk.path("key"), SECRET).unwrap();
    let opened = Command::new("age").args(["-d", "-i", "key", &name]).current_dir(desk.home.path()).output().unwrap();
    assert!(opened.status.success(), "{opened:?}");
    // The zip follows from the package.
    assert!(opened.stdout == fs::read(desk.path("other.zip")).unwrap());
    zip::ZipArchive::new(std::io::Cursor::new(opened.stdout)).unwrap().extract(desk.path("received")).unwrap();
    check(&desk.run(&["verify", text(&desk.path("received")), text(&case), "--no-progress"]), 0, &["and shows what"]);
    check(&desk.run(&["verify", text(&desk.path("other.zip")), text(&case), "--no-progress"]), 0, &["and shows what"]);
    // If the file is lost, the package is encrypted again.
    fs::remove_file(desk.path(&name)).unwrap();
    fs::remove_dir_all(desk.path("drop")).unwrap();
    fs::remove_file(&store).unwrap();
    let words = [desk.submit("other"), vec!["--wait".into(), "0".into()]].concat();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    check(&desk.run(&words), 5, &["waits in the outbox"]);
    fs::remove_file(desk.path(&name)).unwrap();
    fs::create_dir(desk.path("drop")).unwrap();
    let connection = ["--config", text(&config), "--store", text(&store)];
    check(&desk.run(&[&["outbox", "retry", "1"], connection.as_slice()].concat()), 5, &["submit the package again"]);
    check(&desk.submitted("other"), 5, &["entry 1 is held"]);
    check(&desk.run(&[&["outbox", "retry", "1"], connection.as_slice()].concat()), 0, &["desk: ticket "]);
}

#[test]
fn a_package_that_was_changed_or_leaks_stays_here() {
    let desk = Desk::with_folder();
    let place = desk.path("ticket/portal.txt");
    let whole = fs::read_to_string(&place).unwrap();
    fs::write(&place, format!("{whole}\npassword=hunter2hunter2\n")).unwrap();
    check(&desk.submitted("ticket"), 6, &["`portal.txt` was changed", "nothing was sent"]);
    // Somebody makes the manifest fit.
    let manifest = desk.path("ticket/manifest.json");
    let mut json: Value = serde_json::from_str(&fs::read_to_string(&manifest).unwrap()).unwrap();
    let bytes = fs::read(&place).unwrap();
    for file in json["files"].as_array_mut().unwrap().iter_mut().filter(|it| it["path"] == "portal.txt") {
        file["bytes"] = bytes.len().into();
        file["sha256"] = sha256(&bytes).into();
    }
    fs::write(&manifest, json.to_string()).unwrap();
    check(&desk.submitted("ticket"), 6, &["the leak scan found", "portal.txt, line"]);
    assert_eq!(desk.tickets(), Vec::<PathBuf>::new());
    fs::remove_file(&manifest).unwrap();
    check(&desk.submitted("ticket"), 1, &["failed to read the package"]);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect()
}

#[test]
fn customers_are_told_apart() {
    let desk = Desk::with_folder();
    let submit = |package: &str, customer: &str| {
        let words = [desk.submit(package), vec!["--customer".into(), customer.into()]].concat();
        desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    check(&submit("ticket", "bolt"), 2, &["the package was made for `acme`"]);
    desk.escalate("other", "bolt", "nothing");
    assert_ne!(desk.key("ticket"), desk.key("other"));
    check(&submit("ticket", "acme"), 0, &[]);
    check(&desk.submitted("other"), 0, &[]);
    assert_eq!(desk.tickets().len(), 2);
    // A package of another machine with the key of a customer that is known here.
    fs::remove_file(desk.path("tierline/customers/acme/tickets")).unwrap();
    check(&desk.submitted("ticket"), 2, &["say with --customer whose it is"]);
    check(&submit("ticket", "corp"), 6, &["belongs to another customer"]);
}

#[test]
fn a_case_in_a_portal_is_opened_by_a_person_and_recorded_once() {
    let desk = Desk::new("[trackers.desk]\nkind = \"portal\"\n");
    let submit = |package: &str, number: Option<&str>| {
        let mut words = desk.submit(package);
        words.extend(number.into_iter().flat_map(|it| ["--recorded".to_owned(), it.to_owned()]));
        desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let dry = desk.submit("ticket");
    let dry: Vec<&str> = dry.iter().map(String::as_str).chain(["--dry-run"]).collect();
    check(&desk.run(&dry), 0, &["https://", "Attach:", "ticket.md ("]);
    assert!(!desk.path("store.db").exists(), "a dry run remembers nothing");
    check(&desk.run(&[dry.as_slice(), &["--recorded", "1"]].concat()), 2, &["cannot be used with"]);
    check(&submit("ticket", None), 5, &["https://", "Attach:", "ticket.md (", "--recorded NUMBER"]);
    assert_eq!(desk.outbox()[0]["state"], "held");
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let connection = ["--config", text(&config), "--store", text(&store)];
    check(&desk.run(&[&["outbox", "retry", "1"], connection.as_slice()].concat()), 5, &["a person records the number"]);
    check(&desk.run(&[&["trackers", "check"], connection.as_slice()].concat()), 0, &["portal, used by people"]);
    check(&submit("ticket", Some("a b")), 2, &["is no number of a case"]);
    check(&submit("ticket", Some("07654321")), 0, &["case 07654321 is recorded"]);
    check(&submit("ticket", None), 0, &["case 07654321 has the package"]);
    // The same problem again belongs to the same case.
    desk.escalate("later", "acme", "turned it off and on");
    check(&submit("later", None), 5, &["The case 07654321 is open already", "--recorded 07654321"]);
    check(&submit("later", Some("07654322")), 6, &["has the case 07654321 at `desk` already", "--instead-of 07654321"]);
    let wrong = desk.submit("later");
    let wrong: Vec<&str> =
        wrong.iter().map(String::as_str).chain(["--recorded", "1", "--instead-of", "07654321"]).collect();
    check(&desk.run(&wrong), 0, &["case 1 is recorded"]);
    let mend: Vec<&str> = wrong[..wrong.len() - 3].iter().copied().chain(["07654321", "--instead-of", "1"]).collect();
    check(&desk.run(&mend), 0, &["case 07654321 is recorded"]);
    check(&submit("later", Some("07654321")), 0, &[]);
    let states: Vec<_> = desk.outbox().iter().map(|it| (it["state"].clone(), it["ticket"].clone())).collect();
    assert!(states.len() == 2 && states.iter().all(|it| *it == ("verified".into(), "07654321".into())), "{states:?}");
    let shown = desk.run(&["outbox", "show", "2", "--store", text(&store)]);
    check(&shown, 0, &["package, by a person to desk: case 07654321"]);
}

#[test]
fn what_waits_goes_on_with_a_retry() {
    let desk = Desk::with_folder();
    fs::remove_dir_all(desk.path("drop")).unwrap();
    let words = [desk.submit("ticket"), vec!["--wait".into(), "0".into()]].concat();
    let output = desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    check(&output, 5, &["failed to make a file in", "entry 1 waits in the outbox"]);
    assert_eq!((&desk.outbox()[0]["state"], &desk.outbox()[0]["attempts"]), (&"pending".into(), &1.into()));
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let connection = ["--config", text(&config), "--store", text(&store)];
    let retry = |more: &[&str]| desk.run(&[&["outbox", "retry"], more, &connection].concat());
    // As after many attempts. What is not due is left alone, and that is said.
    let db = rusqlite::Connection::open(&store).unwrap();
    assert_eq!(db.execute("UPDATE outbox SET due = due + 3600", []).unwrap(), 1);
    check(&retry(&[]), 5, &["entry 1 waits and is tried again in 3", "`tierline outbox retry 1` goes on at once"]);
    assert_eq!(desk.outbox()[0]["attempts"], 1);
    fs::create_dir(desk.path("drop")).unwrap();
    // What is given up for a reason is left alone, until somebody wants it all the same.
    let drop = |reason: &str| desk.run(&["outbox", "drop", "1", reason, "--store", text(&store)]);
    check(&drop(" "), 2, &["say why"]);
    check(&drop("sent by other means"), 0, &["entry 1 is dropped"]);
    check(&drop("again"), 2, &["was dropped already"]);
    assert_eq!(desk.outbox()[0]["state"], "dropped");
    check(&retry(&[]), 0, &[]);
    assert_eq!(desk.tickets(), Vec::<PathBuf>::new());
    check(&retry(&["1"]), 0, &["desk: ticket "]);
    desk.check_one("ticket");
    check(&retry(&[]), 0, &[]);
    check(&desk.run(&[&["trackers", "check"], connection.as_slice()].concat()), 0, &["desk: folder, can be used"]);
}

#[test]
fn mistakes_of_a_configuration_are_told_with_their_line() {
    let desk = Desk::with_folder();
    let told = |config: &str, words: &[&str]| {
        fs::write(desk.path("config.toml"), config).unwrap();
        check(&desk.submitted("ticket"), 2, words);
    };
    told("[trackers.desk]\nkind = \"fax\"\n", &["config.toml`, line 2: there is no kind `fax`; there are `folder`, "]);
    told("\n[trackers.desk]\nkind = \"folder\"\n", &["line 3: a tracker of kind `folder` needs `path`"]);
    told("[trackers.desk]\nkind = \"folder\"\ncolour = 3\n", &["line 3: unknown field `colour`"]);
    let rt = "[trackers.desk]\nkind = \"rt\"\nqueue = \"q\"\n";
    told(&format!("{rt}token_env = \"NOT_SET_HERE\"\n"), &["line 4: the variable `NOT_SET_HERE` is not set"]);
    told(&format!("{rt}token = \"hunter2\"\n"), &["line 4: unknown field `token`"]);
    told(rt, &["line 2: say with `token_env` or `token_file` where the token is"]);
    fs::write(desk.path("token"), "a\nb").unwrap();
    let rt = format!("{rt}token_file = \"token\"\n");
    told(&rt, &["line 4: the token there is empty, or no single line"]);
    fs::write(desk.path("token"), "hunter2\n").unwrap();
    told(&format!("{rt}url = \"http://rt.example.com\"\n"), &["line 5: `url` must begin with https://"]);
    told(&format!("{rt}url = \"https://me:hunter2@rt\"\n"), &["line 5: `url` is an address without credentials"]);
    told(&format!("{rt}path = \"x\"\n"), &["line 5: a tracker of kind `rt` has no `path`"]);
    told(&format!("{rt}url = \"https://rt\"\nca_file = \"token\"\n"), &["line 6: it has no certificate in PEM"]);
    told(&format!("{rt}url = \"https://rt\"\nkey_field = \"a'b\"\n"), &["line 6: `key_field`: use letters"]);
    told("[trackers.desk\n", &["line 1: "]);
    told("[trackers.other]\nkind = \"folder\"\npath = \"x\"\n", &["there is no tracker `desk`; it names other"]);
    fs::remove_file(desk.path("config.toml")).unwrap();
    check(&desk.submitted("ticket"), 2, &["config.toml`: No such file"]);
}

#[test]
fn the_store_of_a_later_version_is_left_alone() {
    let desk = Desk::with_folder();
    let store = desk.path("store.db");
    fs::write(&store, "no database at all, but long enough to be looked at as one.".repeat(30)).unwrap();
    check(&desk.submitted("ticket"), 1, &["open the store", "file is not a database"]);
    assert_eq!(desk.tickets(), Vec::<PathBuf>::new());
    assert!(Path::new(&store).exists());
}

#[test]
fn names_that_mean_nothing_and_what_nobody_has_tried_are_told() {
    let desk = Desk::with_folder();
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let connection = ["--config", text(&config), "--store", text(&store)];
    let folder = "[trackers.desk]\nkind = \"folder\"\npath = \"drop\"\n";
    fs::write(&config, format!("{folder}vendor = \"veam\"\n")).unwrap();
    let words = ["config.toml`, line 4: `vendor`: there is no vendor `veam`; is `veeam` meant?"];
    check(&desk.run(&[&["trackers", "check"], connection.as_slice()].concat()), 2, &words);
    check(&desk.run(&[&["case", "due"], connection.as_slice()].concat()), 2, &words);
    let cloud = "[trackers.cloud]\nkind = \"freshdesk\"\nurl = \"http://127.0.0.1:9\"\nrequester = \"a@b.example\"\n\
                 token_file = \"token\"\ntimeout_seconds = 1\n";
    fs::write(desk.path("token"), "hunter2\n").unwrap();
    fs::write(&config, format!("{folder}vendor = \"Veeam\"\n{cloud}")).unwrap();
    let words = ["desk: folder, can be used", "cloud: freshdesk, cannot be used: ", "cloud: not verified live: "];
    check(&desk.run(&[&["trackers", "check"], connection.as_slice()].concat()), 1, &words);
}
