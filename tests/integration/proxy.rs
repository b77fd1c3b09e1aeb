//! A server between the program and a tracker, on which answers are lost and errors happen as a test says.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What happens to a request.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It goes through, and so does the answer.
    Pass,
    /// It goes through; the connection is cut before the answer.
    Lost,
    /// The connection is cut, and nothing went through.
    Cut,
    /// It does not go through, and this is the answer: the status line behind `HTTP/1.1`, further headers, the body.
    Answer(&'static str, &'static str, &'static str),
}

/// A proxy on loopback until the test ends.
pub(crate) struct Proxy {
    pub(crate) url: String,
    /// First lines of all requests.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// In front of the server `url`; this happens to the first request whose first line begins so, and all others pass.
    pub(crate) fn of_first(url: &str, request: &'static str, fate: Fate) -> Proxy {
        Proxy::new(url, move |line, before| match line.starts_with(request) && before == 0 {
            true => fate.clone(),
            false => Fate::Pass,
        })
    }

    /// In front of the server `url`. `fate` decides by the first line of the request and how many such there were before.
    pub(crate) fn new(url: &str, fate: impl Fn(&str, usize) -> Fate + Send + Sync + 'static) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = url.strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (fate, all) = (Arc::new(fate), Arc::clone(&seen));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), server, fate, all) = (client, server.clone(), Arc::clone(&fate), Arc::clone(&all))
                else {
                    return;
                };
                thread::spawn(move || serve(client, &server, &*fate, &all));
            }
        });
        Proxy { url: format!("http://{address}"), seen }
    }

    /// How many requests had a first line that begins so.
    pub(crate) fn count(&self, first: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|it| it.starts_with(first)).count()
    }
}

fn serve(
    mut client: TcpStream,
    server: &str,
    fate: &dyn Fn(&str, usize) -> Fate,
    all: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|it| it.to_lowercase().strip_prefix("content-length:").map(|it| it.trim().parse().unwrap()));
    let mut body = vec![0; length.unwrap_or(0)];
    client.read_exact(&mut body).ok()?;
    let first = head.lines().next().unwrap().to_owned();
    let fate = {
        let mut all = all.lock().unwrap();
        let before = all.iter().filter(|it| **it == first).count();
        all.push(first.clone());
        fate(&first, before)
    };
    match fate {
        Fate::Cut => {}
        Fate::Answer(status, headers, body) => {
            let length = body.len();
            let answer =
                format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            client.write_all(answer.as_bytes()).ok()?;
        }
        Fate::Pass | Fate::Lost => {
            let mut upstream = TcpStream::connect(server).unwrap();
            let lines = head.trim_end().lines().filter(|it| !it.to_lowercase().starts_with("connection:"));
            let head = lines.collect::<Vec<_>>().join("\r\n") + "\r\nConnection: close\r\n\r\n";
            upstream.write_all(head.as_bytes()).unwrap();
            upstream.write_all(&body).unwrap();
            let mut answer = Vec::new();
            upstream.read_to_end(&mut answer).unwrap();
            if matches!(fate, Fate::Pass) {
                client.write_all(&answer).ok()?;
            }
        }
    }
    Some(())
}

/// Asks a server directly, with this header, and returns its answer.
#[track_caller]
pub(crate) fn get(url: &str, name: &str, value: &str) -> Vec<u8> {
    ask("GET", url, name, value, String::new())
}

/// Changes something at a server, with this header.
#[track_caller]
pub(crate) fn put(url: &str, name: &str, value: &str, change: &serde_json::Value) {
    ask("PUT", url, name, value, change.to_string());
}

/// Takes something away at a server, with this header.
#[track_caller]
pub(crate) fn delete(url: &str, name: &str, value: &str) {
    ask("DELETE", url, name, value, String::new());
}

#[track_caller]
fn ask(method: &str, url: &str, name: &str, value: &str, body: String) -> Vec<u8> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let request = client.request(method.parse().unwrap(), url).header(name, value);
        let request =
            if body.is_empty() { request } else { request.header("Content-Type", "application/json").body(body) };
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        answer.bytes().await.unwrap().to_vec()
    })
}
