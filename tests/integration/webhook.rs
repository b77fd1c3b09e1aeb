//! `tierline submit` to a webhook whose receiver does what the standard asks of it: the same `webhook-id` once.

use crate::submit::Desk;
use base64::Engine;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use tierline::connect::Point;

/// Messages by their ids, and how many came.
#[derive(Default)]
struct Seen {
    messages: BTreeMap<String, Vec<u8>>,
    count: usize,
}

struct Receiver {
    url: String,
    seen: Arc<Mutex<Seen>>,
}

impl Receiver {
    fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let noted = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever was killed has closed the connection.
                let _ = receive(stream, &noted);
            }
        });
        Receiver { url, seen }
    }

    /// What was said, but for the questions whether anybody listens.
    fn said(&self) -> Vec<Value> {
        let seen = self.seen.lock().unwrap();
        let all = seen.messages.values().map(|it| serde_json::from_slice::<Value>(it).unwrap());
        all.filter(|it| it["type"] != "tierline.ping").collect()
    }

    /// One ticket was opened, and it has all files of the package, each once. Then it forgets all.
    #[track_caller]
    fn check_one(&self, desk: &Desk) {
        let said = self.said();
        let opened: Vec<&Value> = said.iter().filter(|it| it["type"] == "tierline.ticket.opened").collect();
        assert_eq!(opened.len(), 1, "{said:#?}");
        assert_eq!(opened[0]["data"]["key"], desk.key("ticket"));
        let later = said.iter().filter(|it| it["type"] == "tierline.ticket.files");
        assert!(later.clone().all(|it| it["data"]["ticket"] == "4711"), "{said:#?}");
        let files = opened.iter().copied().chain(later).flat_map(|it| it["data"]["files"].as_array().unwrap());
        let content =
            |file: &Value| base64::engine::general_purpose::STANDARD.decode(file["content"].as_str().unwrap()).unwrap();
        let mut files: Vec<Vec<u8>> = files.map(content).collect();
        let mut sent: Vec<Vec<u8>> = desk.sent("ticket").into_iter().map(|(_, bytes)| bytes).collect();
        files.sort();
        sent.sort();
        assert!(files == sent, "{} files instead of {}", files.len(), sent.len());
        assert_eq!(desk.outbox()[0]["ticket"], "4711");
        *self.seen.lock().unwrap() = Seen::default();
    }
}

fn receive(mut stream: TcpStream, seen: &Mutex<Seen>) -> Option<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let header = |name: &str| {
        let line = head.lines().find_map(|it| it.split_once(": ").filter(|it| it.0.eq_ignore_ascii_case(name)));
        line.map(|it| it.1.to_owned()).unwrap()
    };
    let mut body = vec![0; header("content-length").parse().unwrap()];
    stream.read_exact(&mut body).ok()?;
    let id = header("webhook-id");
    {
        let mut seen = seen.lock().unwrap();
        seen.count += 1;
        let first = seen.messages.entry(id).or_insert_with(|| body.clone());
        assert_eq!(*first, body, "one id says two things");
    }
    let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 19\r\n\r\n{\"ticket\": \"4711\"}\n";
    stream.write_all(answer.as_bytes()).ok()
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_point_says_everything_once_to_who_does_an_id_once() {
    let receiver = Receiver::start();
    // Some files go with the ticket, the others in several messages.
    let desk = Desk::new(&format!(
        "[trackers.desk]\nkind = \"webhook\"\nurl = \"{}\"\ntoken_file = \"token\"\nanswer_field = \"/ticket\"\nrequest_bytes = 300\n",
        receiver.url
    ));
    fs::write(desk.path("token"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    // It is not read back.
    let points: Vec<Point> = Point::ALL.into_iter().filter(|it| *it != Point::ReadBack).collect();
    let kills = desk.kill_everywhere(&points, || receiver.check_one(&desk));
    assert!(kills > points.len(), "{kills}");
}
