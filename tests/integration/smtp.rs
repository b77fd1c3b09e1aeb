//! `tierline submit` by mail to a real SMTP server, which `tests/services/smtp.sh` starts.

use crate::service;
use crate::submit::{Desk, check};
use crate::{stdout, text};
use base64::Engine;
use std::fs;
use std::path::PathBuf;
use tierline::connect::Point;

struct Server {
    port: String,
    tls_port: String,
    state: PathBuf,
}

impl Server {
    fn here() -> Option<Server> {
        let names = ["TIERLINE_TEST_SMTP_PORT", "TIERLINE_TEST_SMTP_TLS_PORT", "TIERLINE_TEST_SMTP_STATE"];
        let [port, tls_port, state] = service("SMTP server", names)?;
        Some(Server { port, tls_port, state: state.into() })
    }

    /// A machine that sends to this recipient, with TLS and login.
    fn desk(&self, to: &str, more: &str) -> Desk {
        let config = format!(
            "[trackers.desk]\nkind = \"smtp\"\nurl = \"smtp://localhost:{}\"\nfrom = \"Desk <desk@partner.example>\"\n\
             to = \"{to}\"\nuser = \"tierline\"\ntoken_file = \"token\"\nca_file = \"ca.pem\"\n{more}",
            self.tls_port
        );
        let desk = Desk::new(&config);
        fs::copy(self.state.join("password"), desk.path("token")).unwrap();
        fs::copy(self.state.join("ca.pem"), desk.path("ca.pem")).unwrap();
        desk
    }

    /// All messages with the key of a package.
    fn messages(&self, desk: &Desk) -> Vec<String> {
        let header = format!("X-Escalation-Key: {}", desk.key("ticket"));
        let folder = fs::read_dir(self.state.join("Maildir/new")).unwrap();
        let all =
            folder.map(|it| String::from_utf8_lossy(&fs::read(it.unwrap().path()).unwrap()).replace("\r\n", "\n"));
        all.filter(|it| it.contains(&header)).collect()
    }

    /// There is one message that opens a ticket, and with those that follow it has all files of the package, each once.
    #[track_caller]
    fn check_one(&self, desk: &Desk) -> String {
        let messages = self.messages(desk);
        let id = format!("Message-ID: <tierline.{}@partner.example>", desk.key("ticket"));
        let opening: Vec<_> = messages.iter().filter(|it| it.contains(&id)).collect();
        assert_eq!((opening.len(), messages.iter().filter(|it| !it.contains("In-Reply-To:")).count()), (1, 1));
        let mut files: Vec<Vec<u8>> = messages.iter().flat_map(|it| attachments(it)).collect();
        let mut sent: Vec<Vec<u8>> = desk.sent("ticket").into_iter().map(|(_, bytes)| bytes).collect();
        files.sort();
        sent.sort();
        assert!(files == sent, "{} files instead of {}", files.len(), sent.len());
        opening[0].clone()
    }
}

/// The attachments of a message.
fn attachments(message: &str) -> Vec<Vec<u8>> {
    let parts = message.split("Content-Disposition: attachment").skip(1);
    let decoded = parts.map(|part| {
        let body = part.split_once("\n\n").unwrap().1;
        let coded: String = body.split("\n--").next().unwrap().split_whitespace().collect();
        base64::engine::general_purpose::STANDARD.decode(coded).unwrap()
    });
    decoded.collect()
}

#[test]
fn a_mail_has_all_files_and_is_sent_once_over_tls() {
    let Some(server) = Server::here() else { return };
    let desk = server.desk("Support <vendor@example.test>", "request_bytes = 1000\n");
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let connection = ["--config", text(&config), "--store", text(&store)];
    let words = ["with TLS and takes the credentials"];
    check(&desk.run(&[&["trackers", "check"], connection.as_slice()].concat()), 0, &words);
    let words = desk.submit("ticket");
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let dry = desk.run(&[words.as_slice(), &["--dry-run"]].concat());
    check(&dry, 0, &["To: Support <vendor@example.test>", "Message-ID: <tierline.", "SHA-256"]);
    assert!(!stdout(&dry).contains(&fs::read_to_string(desk.path("token")).unwrap()));
    assert_eq!(server.messages(&desk), Vec::<String>::new());
    check(&desk.run(&words), 0, &["the mail server has taken all of it"]);
    check(&desk.run(&words), 0, &[]);
    let message = server.check_one(&desk);
    for words in ["X-TLS: True", "X-Login: True", "Subject: Veeam Backup & Replication: The ledger"] {
        assert!(message.contains(words), "{words}: {message}");
    }
    let messages = server.messages(&desk);
    assert!(messages.len() > 1, "files above the limit go in messages of their own");
    desk.escalate("later", "acme", "turned it off and on");
    check(&desk.submitted("later"), 0, &[]);
    let updates = server.messages(&desk).into_iter().filter(|it| it.contains("The problem was seen again"));
    let updates: Vec<_> = updates.collect();
    assert!(updates.len() == 1 && updates[0].contains("In-Reply-To: <tierline."), "{updates:?}");
}

#[test]
fn eight_at_once_send_one_mail() {
    let Some(server) = Server::here() else { return };
    let desk = server.desk("vendor@example.test", "");
    desk.submit_eight_at_once();
    server.check_one(&desk);
    assert_eq!(server.messages(&desk).len(), 1);
}

/// Between the order to send and the answer nobody can know whether the mail went out; then a person says so. At every other
/// point the program goes on by itself.
#[cfg(unix)]
#[test]
fn a_kill_at_any_point_sends_one_mail_or_asks() {
    let Some(server) = Server::here() else { return };
    let desk = server.desk("vendor@example.test", "");
    let (config, store) = (desk.path("config.toml"), desk.path("store.db"));
    let outbox = |words: &[&str]| {
        desk.run(&[&["outbox"], words, &["--config", text(&config), "--store", text(&store)]].concat())
    };
    for point in [
        Point::Claimed,
        Point::Searched,
        Point::Sending,
        Point::Sent,
        Point::Accepted,
        Point::Attaching,
        Point::Verifying,
        Point::Verified,
    ] {
        let _ = fs::remove_dir_all(desk.path("ticket"));
        for path in ["store.db", "store.db-wal", "store.db-shm"] {
            let _ = fs::remove_file(desk.path(path));
        }
        desk.escalate("ticket", point.name(), "nothing");
        let words = desk.submit("ticket");
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let output = desk.command(&words).env("TIERLINE_FAULT", format!("{}:1", point.name())).output().unwrap();
        assert_eq!(output.status.code(), None, "{point:?}: {output:?}");
        match point {
            Point::Sending | Point::Sent => {
                let held = desk.submitted("ticket");
                check(&held, 5, &["is held", "whether it went out is not known", "outbox arrived 1"]);
                let went_out = server.messages(&desk).len() == 1;
                assert_eq!(went_out, point == Point::Sent);
                let answer = if went_out { "arrived" } else { "retry" };
                check(&outbox(&[answer, "1"]), 0, &["desk: ticket "]);
            }
            _ => check(&desk.submitted("ticket"), 0, &["desk: ticket "]),
        }
        server.check_one(&desk);
        assert_eq!(desk.outbox()[0]["state"], "verified", "{point:?}");
    }
}

#[test]
fn what_a_mail_server_says_decides() {
    let Some(server) = Server::here() else { return };
    let told = |to: &str, words: &[&str], messages: usize| {
        let desk = server.desk(to, "");
        let words_of = [desk.submit("ticket"), vec!["--wait".into(), "0".into()]].concat();
        check(&desk.run(&words_of.iter().map(String::as_str).collect::<Vec<_>>()), 5, words);
        assert_eq!(server.messages(&desk).len(), messages, "{to}");
    };
    told("reject@example.test", &["is held", "550", "mailbox unavailable"], 0);
    told("busy@example.test", &["waits in the outbox", "451"], 0);
    told("drop@example.test", &["is held", "whether it went out is not known"], 0);
    told("lost@example.test", &["is held", "whether it went out is not known"], 1);
    let desk = server.desk("vendor@example.test", "");
    fs::write(desk.path("token"), "wrong").unwrap();
    check(&desk.submitted("ticket"), 5, &["535", "are `user` and the password right?", "trackers check desk"]);
    // The server's authority is not one of the system's.
    let config = fs::read_to_string(desk.path("config.toml")).unwrap();
    fs::write(desk.path("config.toml"), config.replace("ca_file = \"ca.pem\"\n", "")).unwrap();
    let store = desk.path("store.db");
    fs::remove_file(&store).unwrap();
    check(&desk.submitted("ticket"), 5, &["certificate"]);
    // And without TLS nothing goes out.
    fs::write(desk.path("config.toml"), config.replace(&server.tls_port, &server.port)).unwrap();
    fs::remove_file(&store).unwrap();
    check(&desk.submitted("ticket"), 5, &["offers no STARTTLS, and nothing is sent without"]);
    assert_eq!(server.messages(&desk), Vec::<String>::new());
}
