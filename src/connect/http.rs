//! HTTP for trackers: one request, one answer, and what it means if there is none.
//!
//! Nothing is retried and no redirect is followed here: credentials go to the configured address only.

use super::multipart::Multipart;
use super::package::Outgoing;
use super::tracker::Failure;
use serde_json::Value;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Error, Timeout};

/// A tracker's address with the credentials that go there.
pub(super) struct Http {
    agent: Agent,
    /// Without a slash at its end.
    base: String,
    /// Name and value of the header with the credentials.
    auth: (&'static str, Secret),
}

/// A value that is never printed.
#[derive(Clone)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(text: String) -> Secret {
        Secret(text)
    }

    /// The value, to be sent and for nothing else.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// What a server said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// How long it asks to be left alone.
    pub(super) after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

/// How a connection is made.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// For one request with its answer.
    pub(super) timeout: Duration,
    /// Certificates of authorities, in PEM, instead of those of the system.
    pub(super) authorities: Option<Vec<u8>>,
}

/// Answers larger than this are not read.
const LARGEST: u64 = 256 << 20;
/// So much of a server's words is told.
const TOLD: usize = 300;

impl Http {
    pub(super) fn new(base: &str, auth: (&'static str, Secret), line: &Line) -> Result<Http, String> {
        let roots = match &line.authorities {
            None => RootCerts::PlatformVerifier,
            Some(pem) => {
                let items = ureq::tls::parse_pem(pem).filter_map(Result::ok);
                let found: Vec<Certificate<'static>> = items
                    .filter_map(|it| match it {
                        ureq::tls::PemItem::Certificate(certificate) => Some(certificate),
                        _ => None,
                    })
                    .collect();
                if found.is_empty() {
                    return Err("it has no certificate in PEM".to_owned());
                }
                RootCerts::new_with_certs(&found)
            }
        };
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(roots)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .timeout_connect(Some(Duration::from_secs(15).min(line.timeout)))
            .timeout_global(Some(line.timeout))
            .user_agent(concat!("tierline/", env!("CARGO_PKG_VERSION")))
            .build();
        let base = base.trim_end_matches('/').to_owned();
        Ok(Http { agent: Agent::new_with_config(config), base, auth })
    }

    /// The address, which contains no credentials: the configuration refuses one that does.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Asks for something. `path` begins with a slash.
    pub(super) fn get(&self, path: &str) -> Result<Answer, Failure> {
        let request = self.agent.get(self.address(path)).header(self.auth.0, self.auth.1.reveal());
        self.answer(request.call()).map_err(Failure::of_question)
    }

    /// Sends parts.
    pub(super) fn post(&self, path: &str, parts: &Multipart) -> Result<Answer, Failure> {
        let body = parts.reader().map_err(|error| unread(&error))?;
        self.send("POST", path, &parts.content_type(), parts.len(), body)
    }

    /// Sends a value with this method.
    pub(super) fn json(&self, method: &str, path: &str, value: &Value) -> Result<Answer, Failure> {
        let text = value.to_string();
        self.send(method, path, "application/json", text.len() as u64, Cursor::new(text))
    }

    /// Sends a file by itself.
    pub(super) fn upload(&self, path: &str, content_type: &str, file: &Outgoing) -> Result<Answer, Failure> {
        let body = File::open(&file.place).map_err(|error| unread(&error))?.take(file.bytes);
        self.send("POST", path, content_type, file.bytes, body)
    }

    fn send(&self, method: &str, path: &str, kind: &str, length: u64, mut body: impl Read) -> Result<Answer, Failure> {
        let request = match method {
            "PUT" => self.agent.put(self.address(path)),
            _ => self.agent.post(self.address(path)),
        };
        let request = request
            .header(self.auth.0, self.auth.1.reveal())
            .header("Content-Type", kind)
            .header("Content-Length", length.to_string());
        self.answer(request.send(ureq::SendBody::from_reader(&mut body)))
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn answer(&self, result: Result<ureq::http::Response<ureq::Body>, Error>) -> Result<Answer, Failure> {
        let mut response = result.map_err(|error| failed(&self.base, &error))?;
        let header = |name: &str| response.headers().get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let after = header("retry-after").map(|it| retry_after(&it, header("date").as_deref()));
        let mut body = Vec::new();
        let mut reader = response.body_mut().as_reader().take(LARGEST + 1);
        let read = reader.read_to_end(&mut body);
        let cut = |why: String| Failure::Ambiguous { why: format!("{} broke off its answer: {why}", self.base) };
        read.map_err(|error| cut(error.to_string()))?;
        if body.len() as u64 > LARGEST {
            return Err(cut(format!("it is larger than {} MB", LARGEST >> 20)));
        }
        Ok(Answer { status: response.status().as_u16(), after, body })
    }
}

impl Answer {
    /// The answer if the server has done what it was asked for; else what that means. `said` finds its words in the body.
    pub(super) fn expect(self, server: &str, said: fn(&[u8]) -> Option<String>) -> Result<Answer, Failure> {
        let status = self.status;
        if (200..300).contains(&status) {
            return Ok(self);
        }
        let words = said(&self.body).unwrap_or_default();
        let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TOLD).collect();
        let why = match words.is_empty() {
            true => format!("{server} answers {status}"),
            false => format!("{server} answers {status}: {words}"),
        };
        Err(match status {
            300..=399 => {
                Failure::Refused { why: format!("{why}, which leads elsewhere; write that address into `url`") }
            }
            401 | 403 => Failure::Stopped { why },
            408 | 425 | 429 => Failure::Busy { why, after: self.after },
            // It names a time: it did not begin.
            503 if self.after.is_some() => Failure::Busy { why, after: self.after },
            500.. => Failure::Ambiguous { why },
            _ => Failure::Refused { why },
        })
    }
}

/// A file that cannot be read any more: nothing was sent.
fn unread(error: &io::Error) -> Failure {
    Failure::Busy { why: format!("failed to read the package: {error}"), after: None }
}

/// What it means that there is no answer.
fn failed(server: &str, error: &Error) -> Failure {
    let why = format!("{server}: {error}");
    let not_sent = match error {
        Error::HostNotFound | Error::ConnectionFailed | Error::ConnectProxyFailed(_) => true,
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        Error::Io(error) => {
            // The handshake fails before anything is sent.
            if error.get_ref().is_some_and(|it| it.is::<rustls::Error>()) {
                return Failure::Stopped { why: format!("{why}; `ca_file` names the authority of its certificate") };
            }
            error.kind() == io::ErrorKind::ConnectionRefused
        }
        Error::Rustls(_) | Error::Tls(_) | Error::TlsRequired | Error::Pem(_) => {
            return Failure::Stopped { why: format!("{why}; `ca_file` names the authority of its certificate") };
        }
        Error::BadUri(_) | Error::Http(_) | Error::InvalidProxyUrl => return Failure::Refused { why },
        _ => false,
    };
    if not_sent { Failure::Busy { why, after: None } } else { Failure::Ambiguous { why } }
}

/// `Retry-After`: seconds, or a time, which is compared with the server's own clock.
fn retry_after(value: &str, date: Option<&str>) -> Duration {
    const UNKNOWN: Duration = Duration::from_secs(60);
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Duration::from_secs(seconds);
    }
    let seconds = |text: &str| jiff::fmt::rfc2822::parse(text.trim()).ok().map(|it| it.timestamp().as_second());
    match (seconds(value), date.and_then(seconds)) {
        (Some(then), Some(now)) => Duration::from_secs(u64::try_from(then.saturating_sub(now)).unwrap_or(0)),
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_seconds_and_as_a_time() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(retry_after("120", date).as_secs(), 120);
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:51:37 GMT", date).as_secs(), 120);
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:40:00 GMT", date).as_secs(), 0);
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:51:37 GMT", None).as_secs(), 60);
        assert_eq!(retry_after("soon", date).as_secs(), 60);
    }

    #[test]
    fn an_answer_means_what_it_says() {
        let failure = |status, after: Option<u64>| {
            let answer = Answer { status, after: after.map(Duration::from_secs), body: b"no such queue".to_vec() };
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
}
