//! What `tierline watch` does beside reading: packages for vendors as rules want them, and notices to people.

use crate::submit::{Desk, check};
use crate::{service, stdout, text};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Output;

const LOG: &str = "Starting new log\nOS: [Microsoft Windows Server 2022 Standard]\n\
    Module: [C:\\Program Files\\Veeam\\Backup and Replication\\Backup\\Veeam.Backup.Service.exe]. File version: [12.3.1.1139], x\n\
    [18.02.2026 23:32:30.233] <  5188> Error    The ledger of the extent is out of sequence\n\
    [18.02.2026 23:32:31.233] <  5188> Info     Going on\n";

/// The logs of a backup server; without `whole` the vendor wants more.
fn bundle(whole: bool) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut names =
        vec!["Backup/Svc.VeeamCatalog.log", "Backup/Daily/Job.Daily.Backup.log", "Backup/Daily/Task.vm.log"];
    names.extend(whole.then_some("Backup/Svc.VeeamBackup.log"));
    for name in names {
        let mut header = tar::Header::new_gnu();
        header.set_size(LOG.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, LOG.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap()
}

fn desk(config: &str) -> Desk {
    let desk = Desk::new(config);
    fs::create_dir_all(desk.path("in/acme")).unwrap();
    // From now on there is something to do.
    check(&watch(&desk), 0, &["0 read"]);
    desk
}

fn watch(desk: &Desk) -> Output {
    let (root, store, config) = (desk.path("in"), desk.path("cases.db"), desk.path("config.toml"));
    desk.run(&["watch", text(&root), "--store", text(&store), "--config", text(&config), "--once", "--settle", "0"])
}

/// Drops a bundle and has it read.
fn drop_bundle(desk: &Desk, name: &str, whole: bool) {
    fs::write(desk.path("in/acme").join(name), bundle(whole)).unwrap();
    check(&watch(desk), 0, &["1 read"]);
}

fn json(desk: &Desk, words: &[&str]) -> Value {
    let store = desk.path("cases.db");
    let output = desk.run(&[words, &["-o", "json", "--store", text(&store)]].concat());
    serde_json::from_str(stdout(&output)).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn events(desk: &Desk) -> String {
    json(desk, &["case", "show", "1"])["events"].to_string()
}

fn rule(action: &str) -> String {
    format!(
        "[trackers.desk]\nkind = \"folder\"\npath = \"drop\"\n[customers.acme]\ncontracts = {{ veeam = \"0815\" }}\n\
         [[policy.rules]]\nname = \"all of acme\"\naction = \"{action}\"\ncustomers = [\"acme\"]\ntrackers = [\"desk\"]\n\
         vendor = \"veeam\"\n"
    )
}

fn tickets(desk: &Desk) -> usize {
    fs::read_dir(desk.path("drop"))
        .unwrap()
        .filter(|it| !it.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'))
        .count()
}

#[test]
fn a_package_is_made_and_waits_for_a_person() {
    let desk = desk(&rule("ask"));
    drop_bundle(&desk, "case.tar", true);
    let entries = json(&desk, &["outbox", "list"]);
    assert_eq!((entries.as_array().unwrap().len(), &entries[0]["state"]), (1, &"held".into()), "{}", events(&desk));
    assert!(entries[0]["reason"].as_str().unwrap().contains("waits for approval"), "{entries}");
    assert_eq!((&entries[0]["case"], tickets(&desk)), (&1.into(), 0));
    assert_eq!(fs::read_dir(desk.path(".cases.db.packages")).unwrap().count(), 1, "the package alone");
    // Nothing more is made of it, and nothing is sent by itself.
    let (store, config) = (desk.path("cases.db"), desk.path("config.toml"));
    let connection = ["--store", text(&store), "--config", text(&config)];
    check(&watch(&desk), 0, &[]);
    check(&desk.run(&[&["outbox", "retry"], connection.as_slice()].concat()), 5, &["is held"]);
    assert_eq!((json(&desk, &["outbox", "list"]).as_array().unwrap().len(), tickets(&desk)), (1, 0));
    // Another bundle with the problem makes no second package before that has gone.
    fs::write(desk.path("in/acme/more.tar"), [bundle(true), vec![0; 512]].concat()).unwrap();
    check(&watch(&desk), 0, &["1 read"]);
    assert_eq!(json(&desk, &["outbox", "list"]).as_array().unwrap().len(), 1);
    check(&desk.run(&[&["outbox", "approve", "1"], connection.as_slice()].concat()), 0, &["desk: ticket "]);
    check(&desk.run(&[&["outbox", "approve", "1"], connection.as_slice()].concat()), 2, &[]);
    assert_eq!(tickets(&desk), 1);
    assert!(events(&desk).contains("was approved"), "{}", events(&desk));
}

#[test]
fn a_customers_words_are_in_no_package_and_no_notice() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let notices = format!(
        "[trackers.hook]\nkind = \"webhook\"\nurl = \"http://{}/in\"\ntoken_file = \"token\"\n\
         [notices.all]\nvia = \"hook\"\non = [\"new\"]\n",
        listener.local_addr().unwrap()
    );
    let words = "[customers.acme]\nkeywords = \"words\"\n";
    let config = notices + &rule("ask").replace("[customers.acme]\n", words);
    let desk = Desk::new(&config);
    fs::write(desk.path("token"), format!("whsec_{}", "QUJD".repeat(8))).unwrap();
    fs::create_dir_all(desk.path("in/acme")).unwrap();
    check(&watch(&desk), 2, &["failed to read keywords", "words"]);
    fs::write(desk.path("words"), "ledger\n").unwrap();
    check(&watch(&desk), 0, &["0 read"]);
    let received = std::thread::spawn(move || receive(&listener).1);
    drop_bundle(&desk, "case.tar", true);
    let package = fs::read_dir(desk.path(".cases.db.packages")).unwrap().next().unwrap().unwrap().path();
    let ticket = fs::read_to_string(package.join("ticket.md")).unwrap();
    assert!(ticket.contains("of the extent is out of sequence") && !ticket.contains("ledger"), "{ticket}");
    let subject = received.join().unwrap()["data"]["subject"].to_string();
    assert!(subject.contains("of the extent is out of sequence") && !subject.contains("ledger"), "{subject}");
}

#[test]
fn a_rule_may_submit_by_itself() {
    let desk = desk(&rule("submit"));
    drop_bundle(&desk, "case.tar", true);
    let entries = json(&desk, &["outbox", "list"]);
    assert_eq!((&entries[0]["state"], tickets(&desk)), (&"verified".into(), 1), "{entries} {}", events(&desk));
    let packages = desk.path(".cases.db.packages");
    assert_eq!(fs::read_dir(&packages).unwrap().count(), 0, "what is through is removed");
    assert!(events(&desk).contains("all of acme"));
    check(&watch(&desk), 0, &[]);
    assert_eq!(tickets(&desk), 1);
}

#[test]
fn what_the_vendor_would_not_accept_is_asked_of_the_customer() {
    let desk = desk(&rule("submit"));
    drop_bundle(&desk, "case.tar", false);
    assert_eq!(json(&desk, &["outbox", "list"]), serde_json::json!([]));
    let events = events(&desk);
    for words in ["(`tierline case reply 1 --sent` says that it was): To open a case about", "Svc.VeeamBackup.log"] {
        assert!(events.contains(words), "{words}: {events}");
    }
    let status = || json(&desk, &["case", "list"])[0]["status"].clone();
    assert_eq!(status(), "open", "nobody has asked yet");
    let store = desk.path("cases.db");
    check(&desk.run(&["case", "reply", "1", "--sent", "--store", text(&store)]), 0, &[]);
    assert_eq!(status(), "waiting");
    drop_bundle(&desk, "more.tar", true);
    assert_eq!(status(), "open");
}

#[test]
fn a_rule_for_a_vendor_without_a_profile_is_told_before_anything_is_read() {
    let desk = desk(&rule("submit"));
    let unknown = rule("submit").replace("vendor = \"veeam\"", "vendor = \"nobody\"");
    fs::write(desk.path("config.toml"), unknown).unwrap();
    check(&watch(&desk), 2, &["config.toml`, line 11: `vendor`: there is no vendor `nobody`; known are "]);
    let misspelt = rule("submit").replace("customers = [\"acme\"]", "customers = [\"amce\"]");
    fs::write(desk.path("config.toml"), misspelt).unwrap();
    check(&watch(&desk), 2, &["`customers`: there is no customer `amce`; is `acme` meant?"]);
}

#[cfg(unix)]
#[test]
fn a_package_is_of_the_bundle_that_was_read() {
    let desk = desk(&rule("submit"));
    fs::write(desk.path("config.toml"), "[trackers.desk]\nkind = \"folder\"\npath = \"drop\"\n").unwrap();
    drop_bundle(&desk, "case.tar", true);
    // Before the package is made, a link to what another customer has is put in its place.
    fs::create_dir(desk.path("in/bolt")).unwrap();
    let other = String::from_utf8(bundle(true)).unwrap().replace("Going on", "Of bolt!");
    fs::write(desk.path("in/bolt/case.tar"), other).unwrap();
    fs::remove_file(desk.path("in/acme/case.tar")).unwrap();
    std::os::unix::fs::symlink("../bolt/case.tar", desk.path("in/acme/case.tar")).unwrap();
    fs::write(desk.path("config.toml"), rule("submit")).unwrap();
    check(&watch(&desk), 0, &[]);
    assert_eq!((json(&desk, &["outbox", "list"]), tickets(&desk)), (serde_json::json!([]), 0));
    assert!(events(&desk).contains("failed to take the bundle"), "{}", events(&desk));
}

#[test]
fn a_rule_leaves_what_was_there_before_it() {
    let desk = Desk::new("[trackers.desk]\nkind = \"folder\"\npath = \"drop\"\n");
    fs::create_dir_all(desk.path("in/acme")).unwrap();
    drop_bundle(&desk, "case.tar", true);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    fs::write(desk.path("config.toml"), rule("submit")).unwrap();
    check(&watch(&desk), 0, &[]);
    assert_eq!(json(&desk, &["outbox", "list"]), serde_json::json!([]));
}

#[test]
fn a_watch_that_may_not_work_begins_nothing() {
    let desk = Desk::new(&rule("submit"));
    fs::create_dir_all(desk.path("in/acme")).unwrap();
    let store = tierline::store::Store::open(&desk.path("cases.db")).unwrap();
    let lock = store.lock_watch().unwrap();
    check(&watch(&desk), 1, &["works with the store"]);
    assert_eq!(store.since("escalation", i64::MAX).unwrap(), i64::MAX);
    drop(lock);
}

/// A receiver of one message: its head and body.
fn receive(listener: &TcpListener) -> (String, Value) {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).unwrap();
    }
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    reader.get_mut().write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    (head, serde_json::from_slice(&body).unwrap())
}

#[test]
fn a_new_case_is_told_to_a_webhook_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = format!(
        "[trackers.hook]\nkind = \"webhook\"\nurl = \"http://{}/\"\ntoken_file = \"secret\"\n[notices.oncall]\nvia = \"hook\"\n",
        listener.local_addr().unwrap()
    );
    let desk = Desk::new(&config);
    fs::write(desk.path("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    fs::create_dir_all(desk.path("in/acme")).unwrap();
    check(&watch(&desk), 0, &["0 read"]);
    let log = "2026-01-02 03:04:05 ERROR login of jo.doe@acme.example with password=hunter2 failed\n";
    fs::write(desk.path("in/acme/app.log"), log).unwrap();
    let (head, message) = std::thread::scope(|scope| {
        let received = scope.spawn(|| receive(&listener));
        check(&watch(&desk), 0, &["1 read"]);
        received.join().unwrap()
    });
    assert!(head.contains("webhook-signature: v1,") && head.contains("webhook-id: tl_"), "{head}");
    assert_eq!((&message["type"], &message["data"]["about"]), (&"tierline.notice".into(), &"new".into()));
    let told = message.to_string();
    assert!(told.contains("case 1 of acme is new") && !told.contains("jo.doe") && !told.contains("hunter2"), "{told}");
    let (store, config) = (desk.path("cases.db"), desk.path("config.toml"));
    let words = ["case", "open", "the mill of Miller stands", "--customer", "acme", "--store", text(&store)];
    check(&desk.run(&words), 0, &[]);
    let dry = desk.run(&["notices", "run", "--dry-run", "--store", text(&store), "--config", text(&config)]);
    check(&dry, 0, &["case 2 of acme is new"]);
    assert!(!stdout(&dry).contains("Miller"), "{dry:?}");
    std::thread::scope(|scope| {
        let received = scope.spawn(|| receive(&listener));
        check(&watch(&desk), 0, &[]);
        received.join().unwrap();
    });
    // Nobody listens any more, and nothing is sent.
    drop(listener);
    check(&watch(&desk), 0, &[]);
    let notices = json(&desk, &["notices", "list"]);
    assert_eq!((notices.as_array().unwrap().len(), &notices[0]["state"]), (2, &"sent".into()));
    fs::write(desk.path("in/acme/other.log"), "2026-01-02 03:04:05 ERROR the disk is on fire\n").unwrap();
    check(&watch(&desk), 0, &["1 read", "some notices do not go through"]);
    assert_eq!(json(&desk, &["notices", "list"])[2]["state"], "waiting");
}

#[test]
fn notices_go_by_mail_to_each_of_the_partners_people() {
    let names = ["TIERLINE_TEST_SMTP_TLS_PORT", "TIERLINE_TEST_SMTP_STATE"];
    let Some([port, state]) = service("SMTP server", names) else { return };
    let state = PathBuf::from(state);
    let config = format!(
        "[trackers.mail]\nkind = \"smtp\"\nurl = \"smtp://localhost:{port}\"\nfrom = \"Desk <desk@partner.example>\"\n\
         to = \"vendor@example.test\"\nuser = \"tierline\"\ntoken_file = \"token\"\nca_file = \"ca.pem\"\n\
         [notices.oncall]\nvia = \"mail\"\nto = [\"Jo <jo@partner.example>\", \"reject@partner.example\", \"lost@partner.example\"]\n"
    );
    let desk = Desk::new(&config);
    fs::copy(state.join("password"), desk.path("token")).unwrap();
    fs::copy(state.join("ca.pem"), desk.path("ca.pem")).unwrap();
    fs::create_dir_all(desk.path("in/acme")).unwrap();
    check(&watch(&desk), 0, &["0 read"]);
    let mark =
        format!("the disk is on fire {}", desk.home.path().file_name().unwrap().to_string_lossy().replace('.', ""));
    fs::write(desk.path("in/acme/app.log"), format!("2026-01-02 03:04:05 ERROR {mark}\n")).unwrap();
    check(&watch(&desk), 0, &["1 read", "some notices do not go through"]);
    let states: Vec<_> =
        json(&desk, &["notices", "list"]).as_array().unwrap().iter().map(|it| it["state"].clone()).collect();
    // Also what was refused: somebody may mend it.
    assert_eq!(states, ["sent", "waiting", "waiting"]);
    // Whether that one arrived was not said, so it comes again, as the same message.
    let (store, config) = (desk.path("cases.db"), desk.path("config.toml"));
    let connection = ["--store", text(&store), "--config", text(&config)];
    std::thread::sleep(std::time::Duration::from_secs(3));
    check(&desk.run(&[&["notices", "run"], connection.as_slice()].concat()), 5, &["0 sent, 1 wait, 0 refused"]);
    let messages: Vec<String> = fs::read_dir(state.join("Maildir/new"))
        .unwrap()
        .map(|it| String::from_utf8_lossy(&fs::read(it.unwrap().path()).unwrap()).replace("\r\n", "\n"))
        .filter(|it| {
            it.contains("Auto-Submitted") && it.contains("case 1 of acme") && it.replace("=\n", "").contains(&mark)
        })
        .collect();
    let to = |who: &str| messages.iter().filter(|it| it.contains(who)).collect::<Vec<_>>();
    assert_eq!((to("To: Jo <jo@partner.example>").len(), to("To: vendor@").len()), (1, 0), "{messages:?}");
    let id = |message: &str| message.split("Message-ID: ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let lost: Vec<_> = to("lost@partner.example").iter().map(|it| id(it)).collect();
    assert!(lost.len() == 2 && lost[0] == lost[1], "{lost:?}");
    let test = desk.run(&[&["notices", "test", "oncall", "--dry-run"], connection.as_slice()].concat());
    check(&test, 0, &["To: Jo <jo@partner.example>", "a test of notices"]);
}

#[test]
fn notices_never_go_to_whom_the_tracker_writes() {
    let desk = Desk::new(
        "[trackers.mail]\nkind = \"smtp\"\nurl = \"smtp://localhost:1\"\nfrom = \"a@b.example\"\nto = \"vendor@example.test\"\n\
         [notices.oncall]\nvia = \"mail\"\n",
    );
    fs::create_dir_all(desk.path("in")).unwrap();
    check(&watch(&desk), 2, &["line 7: say with `to` who is told"]);
    let rule = rule("ask")
        .replace("\"folder\"\npath = \"drop\"", "\"webhook\"\nurl = \"http://127.0.0.1:1/\"\ntoken_file = \"secret\"");
    fs::write(desk.path("config.toml"), rule + "[notices.oncall]\nvia = \"desk\"\n").unwrap();
    check(&watch(&desk), 2, &["packages for a vendor go to `desk`"]);
}
