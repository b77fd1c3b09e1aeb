//! A server on loopback that holds a client to a contract: each request must be the next one of a table, and gets the answer that
//! stands beside it there. The tables are written from the public documentation of each system.

use super::http::{Http, Line, Secret};
use super::package::{Outgoing, sha256};
use super::tracker::{Draft, Failure, Habits, Tracker};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Those of every tracker in these tests.
pub(super) fn habits() -> Habits {
    Habits::new(1000, Duration::ZERO)
}

/// A request that is expected, with its answer.
pub(super) struct Exchange {
    /// `METHOD /path?query`; `BASE` in headers and bodies of answers is the server's address.
    line: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Expected,
    status: u16,
    answered: Vec<(&'static str, String)>,
    answer: Vec<u8>,
}

enum Expected {
    Anything,
    Json(Value),
    Bytes(Vec<u8>),
    /// All of them stand in it.
    Parts(Vec<String>),
}

/// A request, which is answered with 200 and an empty object unless more is said.
pub(super) fn on(line: &'static str) -> Exchange {
    let body = if line.starts_with("GET") { Expected::Bytes(Vec::new()) } else { Expected::Anything };
    Exchange { line, headers: Vec::new(), body, status: 200, answered: Vec::new(), answer: b"{}".to_vec() }
}

impl Exchange {
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Exchange {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn json(mut self, value: Value) -> Exchange {
        self.body = Expected::Json(value);
        self.header("content-type", "application/json")
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Exchange {
        self.body = Expected::Bytes(bytes.to_vec());
        self
    }

    pub(super) fn parts(mut self, parts: &[&str]) -> Exchange {
        self.body = Expected::Parts(parts.iter().map(|it| (*it).to_owned()).collect());
        self
    }

    pub(super) fn gives(mut self, status: u16, value: Value) -> Exchange {
        (self.status, self.answer) = (status, value.to_string().into_bytes());
        self
    }

    pub(super) fn sends(mut self, status: u16, bytes: &[u8]) -> Exchange {
        (self.status, self.answer) = (status, bytes.to_vec());
        self
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Exchange {
        self.answered.push((name, value.into()));
        self
    }
}

/// The server. Dropped, it asserts that all was asked for and nothing else.
pub(super) struct Contract {
    pub(super) base: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    left: Vec<&'static str>,
    wrong: Vec<String>,
}

impl Contract {
    pub(super) fn serve(exchanges: Vec<Exchange>) -> Contract {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let left = exchanges.iter().map(|it| it.line).collect();
        let seen = Arc::new(Mutex::new(Seen { left, wrong: Vec::new() }));
        let (noted, address) = (Arc::clone(&seen), base.clone());
        thread::spawn(move || {
            let mut exchanges = exchanges.into_iter();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = Received::read(&mut stream);
                let (wrong, reply) = match exchanges.next() {
                    None => (vec![format!("{} was not expected", request.line)], error()),
                    Some(exchange) => exchange.meets(&request, &address),
                };
                {
                    let mut seen = noted.lock().unwrap();
                    let count = seen.left.len().min(1);
                    seen.left.drain(..count);
                    seen.wrong.extend(wrong);
                }
                // Behind the note: whoever has the answer may look.
                let _ = stream.write_all(&reply);
            }
        });
        Contract { base, seen }
    }

    pub(super) fn http(&self, auth: &str) -> Http {
        let line = Line { timeout: Duration::from_secs(20), authorities: None };
        let auth = (!auth.is_empty()).then(|| ("Authorization", Secret::new(auth.to_owned())));
        Http::new(&self.base, auth, &line).unwrap()
    }
}

impl Drop for Contract {
    fn drop(&mut self) {
        if thread::panicking() {
            let seen = self.seen.lock().unwrap();
            eprintln!("differences from the contract: {:#?}", seen.wrong);
            return;
        }
        let seen = self.seen.lock().unwrap();
        assert!(seen.wrong.is_empty(), "{:#?}", seen.wrong);
        assert!(seen.left.is_empty(), "not asked for: {:#?}", seen.left);
    }
}

/// A request as it came in.
struct Received {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Received {
    fn read(stream: &mut TcpStream) -> Received {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
        let header = |it: &str| it.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let headers: Vec<_> = lines.filter_map(header).collect();
        let length = headers.iter().find(|it| it.0 == "content-length").map_or(0, |it| it.1.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        Received { line, headers, body }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|it| it.0 == name.to_lowercase()).map(|it| &*it.1)
    }
}

impl Exchange {
    /// What is wrong about a request, and the answer.
    fn meets(&self, request: &Received, base: &str) -> (Vec<String>, Vec<u8>) {
        let mut wrong = Vec::new();
        if request.line != self.line {
            wrong.push(format!("expected {}, came {}", self.line, request.line));
        }
        for (name, value) in &self.headers {
            if request.header(name) != Some(value) {
                wrong.push(format!("{}: {name} is {:?}, not {value:?}", self.line, request.header(name)));
            }
        }
        let body = String::from_utf8_lossy(&request.body);
        let differs = match &self.body {
            Expected::Anything => None,
            Expected::Json(value) => {
                let came: Option<Value> = serde_json::from_slice(&request.body).ok();
                (came.as_ref() != Some(value)).then(|| format!("{value:#}"))
            }
            Expected::Bytes(bytes) => (request.body != *bytes).then(|| String::from_utf8_lossy(bytes).into_owned()),
            Expected::Parts(parts) => parts.iter().find(|it| !body.contains(&***it)).cloned(),
        };
        if let Some(expected) = differs {
            wrong.push(format!("{}: the body lacks\n{expected}\nit is\n{body}", self.line));
        }
        if !wrong.is_empty() {
            return (wrong, error());
        }
        let answer = match std::str::from_utf8(&self.answer) {
            Ok(text) => text.replace("BASE", base).into_bytes(),
            Err(_) => self.answer.clone(),
        };
        let mut head = format!("HTTP/1.1 {} Answer\r\nConnection: close\r\n", self.status);
        if self.status != 204 {
            head.push_str(&format!("Content-Length: {}\r\n", answer.len()));
        }
        for (name, value) in &self.answered {
            head.push_str(&format!("{name}: {}\r\n", value.replace("BASE", base)));
        }
        let answer = if self.status == 204 { Vec::new() } else { answer };
        (wrong, [format!("{head}\r\n").into_bytes(), answer].concat())
    }
}

/// Not a status of any table.
fn error() -> Vec<u8> {
    b"HTTP/1.1 418 Contract\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec()
}

/// The key of the drafts.
pub(super) const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Files that are looked for at a ticket.
pub(super) fn wanted(files: &[(&str, &[u8])]) -> Vec<Outgoing> {
    let file = |(name, content): &(&str, &[u8])| Outgoing {
        path: format!("logs/{name}"),
        name: (*name).to_owned(),
        place: PathBuf::new(),
        sha256: sha256(content),
        bytes: content.len() as u64,
    };
    files.iter().map(file).collect()
}

/// A draft with these files, which lie in a folder.
pub(super) fn draft(folder: &Path, files: &[(&str, &[u8])]) -> Draft {
    let files = wanted(files).into_iter().zip(files).map(|(file, (_, content))| {
        let place = folder.join(&file.name);
        std::fs::write(&place, content).unwrap();
        Outgoing { place, ..file }
    });
    Draft {
        key: KEY.into(),
        subject: "VBR: job failed".into(),
        body: "# Summary\n\nIt failed.".into(),
        mark: "package 0123456789abcdef".into(),
        files: files.collect(),
        follows: None,
    }
}

/// What becomes of an answer to the request that opens a ticket, behind the exchanges before it.
pub(super) fn opening<T: Tracker>(
    tracker: impl Fn(&Contract) -> T,
    before: Vec<Exchange>,
    answer: Exchange,
) -> Failure {
    let contract = Contract::serve(before.into_iter().chain([answer]).collect());
    let folder = tempfile::tempdir().unwrap();
    tracker(&contract).create(&draft(folder.path(), &[])).unwrap_err()
}

#[track_caller]
fn says(failure: &Failure, is_kind: bool, words: &[&str]) {
    assert!(is_kind && words.iter().all(|it| failure.why().contains(it)), "{words:?}: {failure:?}");
}

/// Nothing else goes through either, as these words say.
#[track_caller]
pub(super) fn stopped(failure: &Failure, words: &[&str]) {
    says(failure, matches!(failure, Failure::Stopped { .. }), words);
}

/// The same again will not help, as these words say.
#[track_caller]
pub(super) fn refused(failure: &Failure, words: &[&str]) {
    says(failure, matches!(failure, Failure::Refused { .. }), words);
}

/// It is to be left alone for so many seconds.
#[track_caller]
pub(super) fn busy(failure: &Failure, seconds: Option<u64>) {
    let after = seconds.map(Duration::from_secs);
    says(failure, matches!(failure, Failure::Busy { after: it, .. } if *it == after), &[]);
}

/// A dry run of a ticket, with a file that is attached to it, shows these parts and no secrets. `BASE` is the address.
#[track_caller]
pub(super) fn dry_run_shows<T: Tracker>(tracker: impl Fn(&Contract) -> T, parts: &[&str], secrets: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let contract = Contract::serve(vec![]);
    let (draft, files) = (draft(folder.path(), &[]), draft(folder.path(), &[("a.log", b"one")]).files);
    let shown = tracker(&contract).dry_run(&draft, &[files]);
    for part in parts {
        assert!(shown.contains(&part.replace("BASE", &contract.base)), "{part}: {shown}");
    }
    assert!(!secrets.iter().any(|it| shown.contains(it)), "{shown}");
}
