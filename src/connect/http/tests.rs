use super::*;
use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// Serves one request: `serve` gets the connection behind the head of the request, and what it returns is joined with it.
fn server<T: Send + 'static>(
    serve: impl FnOnce(&mut TcpStream, &str) -> T + Send + 'static,
) -> (String, thread::JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        serve(&mut stream, &String::from_utf8(head).unwrap())
    });
    (address, served)
}

fn http(base: &str, seconds: u64) -> Http {
    let line = Line { timeout: Duration::from_secs(seconds), authorities: None };
    Http::new(base, Some(("Authorization", Secret::new("token hunter2".into()))), &line).unwrap()
}

/// Sends so many bytes.
fn post(http: &Http, bytes: usize) -> Result<Answer, Failure> {
    http.send(Method::POST, "/tickets?from=here", &[], "text/plain", bytes as u64, Cursor::new(vec![b'a'; bytes]))
}

/// More than fits into any buffer on the way.
const MUCH: usize = 8 << 20;

#[test]
fn a_body_arrives_whole_with_its_length_and_the_credentials() {
    let (address, served) = server(|stream, head| {
        let mut body = vec![0; MUCH];
        stream.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok").unwrap();
        (head.to_lowercase(), body.iter().all(|it| *it == b'a'))
    });
    let answer = post(&http(&format!("http://{address}"), 60), MUCH).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (201, b"ok".as_slice()));
    let (head, whole) = served.join().unwrap();
    assert!(whole && head.starts_with("post /tickets?from=here http/1.1\r\n"), "{head}");
    let lines: Vec<&str> = head.lines().filter(|it| it.contains("length") || it.contains("transfer")).collect();
    assert_eq!(lines, [format!("content-length: {MUCH}")]);
    assert!(head.contains("\r\nauthorization: token hunter2\r\n") && head.contains("\r\ncontent-type: text/plain\r\n"));
}

#[test]
fn what_never_reached_the_server_may_be_sent_again() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // The name is reserved: nobody has it (RFC 6761).
    for base in [format!("http://{address}"), "https://desk.invalid".to_owned()] {
        let failure = post(&http(&base, 60), MUCH).unwrap_err();
        assert!(matches!(&failure, Failure::Busy { after: None, .. }), "{failure:?}");
        let why = failure.why();
        assert!(why.starts_with(&format!("{base} cannot be reached: ")), "{why}");
        assert!(!why.contains("hunter2") && !why.contains("from=here"), "{why}");
    }
}

#[test]
fn what_was_sent_and_not_answered_is_ambiguous() {
    let cut = |answer: &'static str| {
        server(move |stream, _| {
            stream.read_exact(&mut vec![0; 1000]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        })
    };
    for answer in ["", "HTTP/1.1 20", "HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nhalf"] {
        let (address, _served) = cut(answer);
        let failure = post(&http(&format!("http://{address}"), 60), 1000).unwrap_err();
        assert!(matches!(&failure, Failure::Ambiguous { .. }), "{answer:?}: {failure:?}");
        assert!(!failure.why().contains("hunter2") && !failure.why().contains("from=here"), "{failure:?}");
    }
    // The connection ends within the body.
    let (address, _served) = server(|stream, _| stream.read_exact(&mut [0; 1000]).unwrap());
    let failure = post(&http(&format!("http://{address}"), 60), MUCH).unwrap_err();
    assert!(matches!(&failure, Failure::Ambiguous { .. }), "{failure:?}");
    // A question changes nothing.
    let (address, _served) = server(|_, _| ());
    let failure = http(&format!("http://{address}"), 60).get("/queues").unwrap_err();
    assert!(matches!(&failure, Failure::Busy { .. }), "{failure:?}");
}

#[test]
fn the_time_is_for_the_whole_of_a_request() {
    // An answer that goes on and on, a byte at a time.
    let (address, _served) = server(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").unwrap();
        while stream.write_all(b"a").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let failure = post(&http(&format!("http://{address}"), 1), 10).unwrap_err();
    assert!(matches!(&failure, Failure::Ambiguous { why } if why.contains("broke off its answer")), "{failure:?}");
}

#[test]
fn an_answer_before_the_end_of_the_body_is_heard() {
    let (address, _served) = server(|stream, _| {
        stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\n8 M").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        io::copy(stream, &mut io::sink())
    });
    let answer = post(&http(&format!("http://{address}"), 60), MUCH).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (413, b"8 M".as_slice()));
}

#[test]
fn credentials_do_not_follow_a_redirect() {
    let (address, _served) = server(|stream, _| {
        let answer =
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let answer = http(&format!("http://{address}"), 60).get("/").unwrap();
    assert_eq!((answer.status, answer.after), (302, Some(Duration::from_secs(7))));
}

#[test]
fn who_cannot_be_trusted_gets_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // A server that does not speak TLS.
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        io::copy(&mut stream, &mut io::sink())
    });
    let failure = post(&http(&format!("https://{address}"), 60), MUCH).unwrap_err();
    assert!(matches!(&failure, Failure::Stopped { why } if why.contains("`ca_file`")), "{failure:?}");
}

#[test]
fn a_body_that_has_become_shorter_is_an_error() {
    let (address, _served) = server(|stream, _| io::copy(stream, &mut io::sink()));
    let http = http(&format!("http://{address}"), 60);
    let failure = http.send(Method::POST, "/", &[], "text/plain", 10, Cursor::new("short")).unwrap_err();
    assert!(matches!(&failure, Failure::Ambiguous { .. }), "{failure:?}");
}

#[test]
fn an_answer_means_what_it_says() {
    let failure = |status, after: Option<u64>| {
        let answer =
            Answer { status, after: after.map(Duration::from_secs), to: None, body: b"no such queue".to_vec() };
        let said = |body: &[u8]| Some(String::from_utf8_lossy(body).into_owned());
        answer.expect("https://desk", said).unwrap_err()
    };
    let why = |status: u16| format!("https://desk answers {status}: no such queue");
    assert_eq!(failure(401, None), Failure::Stopped { why: why(401) });
    assert_eq!(failure(422, None), Failure::Refused { why: why(422) });
    assert_eq!(failure(500, None), Failure::Ambiguous { why: why(500) });
    assert_eq!(failure(504, None), Failure::Ambiguous { why: why(504) });
    let after = Some(Duration::from_secs(7));
    assert_eq!(failure(429, Some(7)), Failure::Busy { why: why(429), after });
    assert_eq!(failure(503, Some(7)), Failure::Busy { why: why(503), after });
    assert!(matches!(failure(302, None), Failure::Refused { why } if why.contains("`url`")));
}

#[test]
fn a_secret_is_not_printed() {
    assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "(secret)");
}
