//! `tierline submit` with a real Request Tracker 5, which `tests/services/rt.sh` starts.

use crate::proxy::{Fate, Proxy, get, put};
use crate::service;
use crate::submit::{Desk, check};
use crate::{stdout, text};
use base64::Engine;
use serde_json::Value;
use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tierline::connect::Point;

struct Rt {
    url: String,
    token: String,
    /// One test after the other: on SQLite the server answers with errors when several write at once.
    _turn: MutexGuard<'static, ()>,
}

impl Rt {
    /// The server of this run; `None` if there is none, which is said aloud and may not be in CI.
    fn here() -> Option<Rt> {
        let [url, token] = service("Request Tracker", ["TIERLINE_TEST_RT_URL", "TIERLINE_TEST_RT_TOKEN"])?;
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Rt { url, token, _turn: turn })
    }

    fn get(&self, path: &str) -> Value {
        let header = format!("token {}", self.token);
        serde_json::from_slice(&get(&format!("{}/REST/2.0{path}", self.url), "Authorization", &header)).unwrap()
    }

    /// A machine whose tracker `desk` is at this address.
    fn desk(&self, url: &str, more: &str) -> Desk {
        let queue = if more.contains("queue =") { "" } else { "queue = \"Vendor Escalation\"\n" };
        let config = format!(
            "[trackers.desk]\nkind = \"rt\"\nurl = \"{url}\"\ntoken_file = \"token\"\nsettle_seconds = 3\n{queue}{more}"
        );
        let desk = Desk::new(&config);
        fs::write(desk.path("token"), format!("{}\n", self.token)).unwrap();
        desk
    }

    /// Numbers of the tickets with the key of a package.
    fn tickets(&self, desk: &Desk) -> Vec<String> {
        let found = self.get(&format!("/tickets?query='CF.%7BEscalationKey%7D'='{}'", desk.key("ticket")));
        found["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Name and content of all files of a ticket, and the texts.
    fn attachments(&self, ticket: &str) -> (Vec<Vec<u8>>, Vec<String>) {
        let list = self.get(&format!("/ticket/{ticket}/attachments?fields=Filename,ContentType&per_page=100"));
        let (mut files, mut texts) = (Vec::new(), Vec::new());
        for item in list["items"].as_array().unwrap() {
            if item["ContentType"].as_str().unwrap().starts_with("multipart/") {
                continue;
            }
            let content = self.get(&format!("/attachment/{}", item["id"].as_str().unwrap()))["Content"].clone();
            let coded: String = content.as_str().unwrap_or_default().split_whitespace().collect();
            let content = base64::engine::general_purpose::STANDARD.decode(coded).unwrap();
            match item["Filename"].as_str().is_some_and(|it| !it.is_empty()) {
                true => files.push(content),
                false => texts.push(String::from_utf8(content).unwrap()),
            }
        }
        files.sort();
        (files, texts)
    }

    /// There is one ticket with all files of the package, each once.
    #[track_caller]
    fn check_one(&self, desk: &Desk) -> String {
        let tickets = self.tickets(desk);
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        let mut sent: Vec<Vec<u8>> = desk.sent("ticket").into_iter().map(|(_, bytes)| bytes).collect();
        sent.sort();
        let (files, _) = self.attachments(&tickets[0]);
        assert!(files == sent, "{} files instead of {}", files.len(), sent.len());
        assert_eq!(desk.outbox()[0]["ticket"], *tickets[0]);
        tickets[0].clone()
    }
}

#[test]
fn rt_gets_one_ticket_with_all_files_and_updates() {
    let Some(rt) = Rt::here() else { return };
    let desk = rt.desk(&rt.url, "request_bytes = 1000\n");
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let connection = ["--config", text(&config), "--store", text(&store)];
    let words = ["takes the credentials", "has the field `EscalationKey`"];
    check(&desk.run(&[&["trackers", "check"], connection.as_slice()].concat()), 0, &words);

    let words = desk.submit("ticket");
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let dry = desk.run(&[words.as_slice(), &["--dry-run"]].concat());
    check(&dry, 0, &["POST http://127.0.0.1", "\"EscalationKey\":\"", "Authorization: token (not shown)", "/comment"]);
    assert!(!stdout(&dry).contains(&rt.token));
    assert_eq!(rt.tickets(&desk), Vec::<String>::new());

    check(&desk.run(&words), 0, &["all files read back and equal"]);
    let ticket = rt.check_one(&desk);
    let value = rt.get(&format!("/ticket/{ticket}"));
    assert!(value["Subject"].as_str().unwrap().starts_with("Veeam Backup & Replication: "), "{value}");
    assert_eq!(desk.outbox()[0]["ticket_status"], "new");
    let (_, texts) = rt.attachments(&ticket);
    let body = fs::read_to_string(desk.path("ticket/ticket.md")).unwrap();
    assert!(texts[0].contains("The ledger of the extent is out of sequence"), "{texts:?}");
    assert!(body.contains("The ledger of the extent is out of sequence"));

    desk.escalate("later", "acme", "turned it off and on");
    check(&desk.submitted("later"), 0, &[]);
    check(&desk.submitted("later"), 0, &[]);
    assert_eq!(rt.tickets(&desk).len(), 1);
    let (_, texts) = rt.attachments(&ticket);
    let updates: Vec<_> = texts.iter().filter(|it| it.starts_with("The problem was seen again")).collect();
    assert!(updates.len() == 1 && updates[0].contains("turned it off and on"), "{texts:?}");
    // No secret is stored.
    for file in ["store.db", "store.db-wal"] {
        let bytes = fs::read(desk.path(file)).unwrap_or_default();
        assert!(!bytes.windows(rt.token.len()).any(|it| it == rt.token.as_bytes()), "{file}");
    }
}

#[test]
fn the_state_of_a_ticket_is_read_from_rt() {
    let Some(rt) = Rt::here() else { return };
    let late = Fate::Answer("429 Too Many Requests", "Retry-After: 60\r\n", "{\"message\":\"slow down\"}");
    let desk = rt.desk(&rt.url, "");
    desk.keep_two_files();
    check(&desk.submitted("ticket"), 0, &["desk: ticket "]);
    let ticket = rt.check_one(&desk);
    desk.check_refreshed(0, &[&format!("case 1: desk: ticket {ticket} is new\n")]);
    // An administrator takes it: the token's user may not.
    let root = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode("root:tierline-test"));
    let address = format!("{}/REST/2.0/ticket/{ticket}", rt.url);
    put(&address, "Authorization", &root, &serde_json::json!({"Status": "open"}));
    desk.check_refreshed(0, &[&format!("case 1: desk: ticket {ticket} is open, new before\n")]);
    let store = desk.path("store.db");
    check(&desk.run(&["case", "show", "1", "--store", text(&store)]), 0, &[&format!("ticket {ticket}: new -> open")]);
    // What it asks for is heeded by the next question too, and by what is sent.
    let busy = Proxy::new(&rt.url, move |_, _| late.clone());
    let config = fs::read_to_string(desk.path("config.toml")).unwrap();
    fs::write(desk.path("config.toml"), config.replace(&rt.url, &busy.url)).unwrap();
    desk.check_refreshed(1, &["answers 429: slow down"]);
    desk.check_refreshed(1, &["`desk` does not answer and is left alone for ", "its tickets were not read"]);
    assert_eq!(busy.count("GET "), 1);
}

#[test]
fn eight_at_once_make_one_ticket_in_rt() {
    let Some(rt) = Rt::here() else { return };
    let desk = rt.desk(&rt.url, "");
    desk.submit_eight_at_once();
    rt.check_one(&desk);
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_point_leaves_one_whole_ticket_in_rt() {
    let Some(rt) = Rt::here() else { return };
    let desk = rt.desk(&rt.url, "request_bytes = 300\n");
    desk.keep_two_files();
    let kills = desk.kill_everywhere(&Point::ALL, || {
        rt.check_one(&desk);
    });
    assert!(kills >= Point::ALL.len(), "{kills}");
}

#[test]
fn lost_answers_and_errors_of_a_server_make_no_second_ticket_in_rt() {
    let Some(rt) = Rt::here() else { return };
    let bad = Fate::Answer("502 Bad Gateway", "", "<html>");
    let late = Fate::Answer("429 Too Many Requests", "Retry-After: 1\r\n", "{\"message\":\"slow down\"}");
    for first in [Fate::Lost, Fate::Cut, bad, late] {
        let proxy = Proxy::of_first(&rt.url, "POST /REST/2.0/ticket ", first.clone());
        let desk = rt.desk(&proxy.url, "");
        check(&desk.submitted("ticket"), 0, &["desk: ticket "]);
        rt.check_one(&desk);
        let expected = if matches!(first, Fate::Lost) { 1 } else { 2 };
        assert_eq!(proxy.count("POST /REST/2.0/ticket "), expected, "{first:?}");
    }
}

#[test]
fn what_rt_refuses_is_told_with_what_to_do() {
    let Some(rt) = Rt::here() else { return };
    let told = |url: &str, more: &str, token: &str, words: &[&str]| {
        let desk = rt.desk(url, more);
        fs::write(desk.path("token"), token).unwrap();
        check(&desk.submitted("ticket"), 5, words);
        assert_eq!(rt.tickets(&desk), Vec::<String>::new());
    };
    told(&rt.url, "", "1-1-wrong", &["answers 401", "tierline trackers check desk"]);
    told(
        &rt.url,
        "queue = \"Without field\"\n",
        &rt.token,
        &["has no custom field `EscalationKey`", "Admin > Custom Fields"],
    );
    told(&rt.url, "queue = \"Nowhere\"\n", &rt.token, &["is there a queue `Nowhere`"]);
    told(&rt.url, "key_field = \"Nothing\"\n", &rt.token, &["has no custom field `Nothing`"]);
    let refuse = Proxy::new(&rt.url, |line, _| match line.starts_with("POST ") {
        true => Fate::Answer("422 Unprocessable", "", "{\"message\":\"Subject is too odd\"}"),
        false => Fate::Pass,
    });
    told(&refuse.url, "", &rt.token, &["is held", "answers 422: Subject is too odd", "outbox retry 1"]);
    let forbid = Proxy::new(&rt.url, |line, _| match line.starts_with("POST ") {
        true => Fate::Answer("403 Forbidden", "", "{\"message\":\"No permission to create tickets\"}"),
        false => Fate::Pass,
    });
    told(&forbid.url, "", &rt.token, &["answers 403: No permission to create tickets", "tierline trackers check desk"]);
    told("http://127.0.0.1:9", "timeout_seconds = 1\n", &rt.token, &["127.0.0.1:9", "waits in the outbox"]);
}

#[test]
fn an_attachment_that_rt_drops_is_seen() {
    let Some(rt) = Rt::here() else { return };
    let desk = rt.desk(&rt.url, "");
    let line = "[18.02.2026 23:32:30.233] <  5188> Info     The extent was read, block by block, and it is well\n";
    fs::write(desk.path("case/Backup/Daily/Job.Daily.Backup.log"), line.repeat(1200)).unwrap();
    fs::remove_dir_all(desk.path("ticket")).unwrap();
    desk.escalate("ticket", "acme", "nothing");
    check(
        &desk.submitted("ticket"),
        5,
        &["is held", "Job.Daily.Backup.log as sent", "raise its limit for attachments"],
    );
    assert_eq!(rt.tickets(&desk).len(), 1);
}
