//! `tierline submit` with a real Redmine 5, which `tests/services/redmine.sh` starts.

use crate::proxy::{Fate, Proxy, delete, get, put};
use crate::service;
use crate::submit::{Desk, check};
use crate::text;
use serde_json::Value;
use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tierline::connect::Point;

struct Redmine {
    url: String,
    key: String,
    /// One test after the other: on SQLite the server answers with errors when several write at once.
    _turn: MutexGuard<'static, ()>,
}

impl Redmine {
    fn here() -> Option<Redmine> {
        let [url, key] = service("Redmine", ["TIERLINE_TEST_REDMINE_URL", "TIERLINE_TEST_REDMINE_KEY"])?;
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Redmine { url, key, _turn: turn })
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        get(&format!("{}{path}", self.url), "X-Redmine-API-Key", &self.key)
    }

    fn get(&self, path: &str) -> Value {
        serde_json::from_slice(&self.bytes(path)).unwrap()
    }

    fn desk(&self, url: &str, more: &str) -> Desk {
        let project = if more.contains("project =") { "" } else { "project = \"vendor-escalation\"\n" };
        let config = format!(
            "[trackers.desk]\nkind = \"redmine\"\nurl = \"{url}\"\ntoken_file = \"token\"\nsettle_seconds = 3\n{project}{more}"
        );
        let desk = Desk::new(&config);
        fs::write(desk.path("token"), &self.key).unwrap();
        desk
    }

    /// All issues with the key of a package, whatever the filter does.
    fn issues(&self, desk: &Desk) -> Vec<u64> {
        let key = desk.key("ticket");
        let mut found = Vec::new();
        for offset in (0..).step_by(100) {
            let page = self.get(&format!("/issues.json?status_id=*&limit=100&offset={offset}"));
            let page = page["issues"].as_array().unwrap();
            let is_ours =
                |it: &&Value| it["custom_fields"].as_array().is_some_and(|all| all.iter().any(|it| it["value"] == key));
            found.extend(page.iter().filter(is_ours).map(|it| it["id"].as_u64().unwrap()));
            if page.is_empty() {
                return found;
            }
        }
        found
    }

    /// There is one issue with all files of the package, each once.
    #[track_caller]
    fn check_one(&self, desk: &Desk) -> Value {
        let issues = self.issues(desk);
        assert_eq!(issues.len(), 1, "{issues:?}");
        let issue = self.get(&format!("/issues/{}.json?include=attachments,journals", issues[0]))["issue"].take();
        let mut sent: Vec<Vec<u8>> = desk.sent("ticket").into_iter().map(|(_, bytes)| bytes).collect();
        sent.sort();
        let attachments = issue["attachments"].as_array().unwrap().iter();
        let mut files: Vec<Vec<u8>> = attachments
            .map(|it| self.bytes(&format!("/attachments/download/{}/{}", it["id"], it["filename"].as_str().unwrap())))
            .collect();
        files.sort();
        assert!(files == sent, "{} files instead of {}", files.len(), sent.len());
        assert_eq!(desk.outbox()[0]["ticket"], issues[0].to_string());
        issue
    }
}

#[test]
fn redmine_gets_one_issue_with_all_files_and_updates() {
    let Some(redmine) = Redmine::here() else { return };
    let desk = redmine.desk(&redmine.url, "request_bytes = 1000\n");
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let connection = ["--config", text(&config), "--store", text(&store)];
    let words = ["takes the credentials", "has the field `EscalationKey` as a filter"];
    check(&desk.run(&[&["trackers", "check"], connection.as_slice()].concat()), 0, &words);
    let words = desk.submit("ticket");
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let dry = desk.run(&[words.as_slice(), &["--dry-run"]].concat());
    check(
        &dry,
        0,
        &["POST http://127.0.0.1", "/uploads.json?filename=", "\"project_id\": \"vendor-escalation\"", "(not shown)"],
    );
    assert_eq!(redmine.issues(&desk), Vec::<u64>::new());
    check(&desk.run(&words), 0, &["all files read back and equal"]);
    let issue = redmine.check_one(&desk);
    assert!(issue["subject"].as_str().unwrap().starts_with("Veeam Backup & Replication: "), "{issue}");
    assert!(issue["description"].as_str().unwrap().contains("The ledger of the extent is out of sequence"));
    desk.escalate("later", "acme", "turned it off and on");
    check(&desk.submitted("later"), 0, &[]);
    check(&desk.submitted("later"), 0, &[]);
    let issues = redmine.issues(&desk);
    assert_eq!(issues.len(), 1);
    let issue = redmine.get(&format!("/issues/{}.json?include=journals", issues[0]));
    let journals = issue["issue"]["journals"].as_array().unwrap();
    let updates = journals.iter().filter(|it| it["notes"].as_str().unwrap().starts_with("The problem was seen again"));
    assert_eq!(updates.count(), 1, "{journals:?}");
}

#[test]
fn the_state_of_an_issue_is_read_from_redmine() {
    let Some(redmine) = Redmine::here() else { return };
    let desk = redmine.desk(&redmine.url, "");
    desk.keep_two_files();
    check(&desk.submitted("ticket"), 0, &["desk: ticket "]);
    let issue = redmine.check_one(&desk);
    let (id, before) = (&issue["id"], issue["status"]["name"].as_str().unwrap());
    desk.check_refreshed(0, &[&format!("case 1: desk: ticket {id} is {before}\n")]);
    let statuses = redmine.get("/issue_statuses.json");
    let other = statuses["issue_statuses"].as_array().unwrap().iter().find(|it| it["name"] == "Resolved").unwrap();
    let change = serde_json::json!({"issue": {"status_id": other["id"]}});
    put(&format!("{}/issues/{id}.json", redmine.url), "X-Redmine-API-Key", &redmine.key, &change);
    desk.check_refreshed(0, &[&format!("case 1: desk: ticket {id} is Resolved, {before} before\n")]);
}

#[test]
fn eight_at_once_make_one_issue_in_redmine() {
    let Some(redmine) = Redmine::here() else { return };
    let desk = redmine.desk(&redmine.url, "");
    desk.submit_eight_at_once();
    redmine.check_one(&desk);
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_point_leaves_one_whole_issue_in_redmine() {
    let Some(redmine) = Redmine::here() else { return };
    let desk = redmine.desk(&redmine.url, "request_bytes = 300\n");
    desk.keep_two_files();
    let killed = desk.kill_everywhere(&Point::ALL, || {
        redmine.check_one(&desk);
    });
    assert!(killed >= Point::ALL.len(), "{killed}");
}

#[test]
fn lost_answers_and_errors_of_a_server_make_no_second_issue_in_redmine() {
    let Some(redmine) = Redmine::here() else { return };
    let bad = Fate::Answer("500 Internal Server Error", "", "");
    let late = Fate::Answer("503 Service Unavailable", "Retry-After: 1\r\n", "");
    let slow = Fate::Answer("429 Too Many Requests", "Retry-After: 1\r\n", "");
    for first in [Fate::Lost, Fate::Cut, bad, late, slow] {
        let proxy = Proxy::of_first(&redmine.url, "POST /issues.json ", first.clone());
        let desk = redmine.desk(&proxy.url, "");
        check(&desk.submitted("ticket"), 0, &["desk: ticket "]);
        redmine.check_one(&desk);
        let expected = if matches!(first, Fate::Lost) { 1 } else { 2 };
        assert_eq!(proxy.count("POST /issues.json "), expected, "{first:?}");
    }
}

#[test]
fn what_redmine_refuses_is_told_with_what_to_do() {
    let Some(redmine) = Redmine::here() else { return };
    let told = |more: &str, key: &str, words: &[&str]| {
        let desk = redmine.desk(&redmine.url, more);
        fs::write(desk.path("token"), key).unwrap();
        check(&desk.submitted("ticket"), 5, words);
        assert_eq!(redmine.issues(&desk), Vec::<u64>::new());
    };
    told("", "wrong", &["answers 401", "tierline trackers check desk"]);
    told("project = \"without-field\"\n", &redmine.key, &["has no custom field `EscalationKey`", "Used as a filter"]);
    told("project = \"nowhere\"\n", &redmine.key, &["is there a project `nowhere`"]);
    let forbid = Proxy::new(&redmine.url, |line, _| match line.starts_with("POST ") {
        true => Fate::Answer("403 Forbidden", "", ""),
        false => Fate::Pass,
    });
    let desk = redmine.desk(&forbid.url, "");
    check(&desk.submitted("ticket"), 5, &["answers 403", "tierline trackers check desk"]);
    assert_eq!(redmine.issues(&desk), Vec::<u64>::new());
    // A file above the limit of the site.
    let desk = redmine.desk(&redmine.url, "");
    let line = "[18.02.2026 23:32:30.233] <  5188> Info     The extent was read, block by block, and it is well\n";
    fs::write(desk.path("case/Backup/Daily/Job.Daily.Backup.log"), line.repeat(1200)).unwrap();
    fs::remove_dir_all(desk.path("ticket")).unwrap();
    desk.escalate("ticket", "acme", "nothing");
    check(&desk.submitted("ticket"), 5, &["is held", "answers 422", "maximum allowed file size"]);
}

/// As where a plug-in of the site takes files away.
#[test]
fn an_attachment_that_redmine_drops_is_seen_and_sent_again_on_demand() {
    let Some(redmine) = Redmine::here() else { return };
    let desk = redmine.desk(&redmine.url, "");
    let words = desk.submit("ticket");
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let fault = format!("{}:1", Point::Verifying.name());
    assert_eq!(desk.command(&words).env("TIERLINE_FAULT", fault).output().unwrap().status.code(), None);
    let issue = redmine.check_one(&desk);
    let dropped = &issue["attachments"][0];
    delete(&format!("{}/attachments/{}.json", redmine.url, dropped["id"]), "X-Redmine-API-Key", &redmine.key);
    let held = format!("does not hold {} as sent", dropped["filename"].as_str().unwrap());
    check(&desk.submitted("ticket"), 5, &["is held", &held, "outbox retry 1"]);
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let retry = ["outbox", "retry", "1", "--config", text(&config), "--store", text(&store)];
    check(&desk.run(&retry), 0, &[]);
    redmine.check_one(&desk);
}
