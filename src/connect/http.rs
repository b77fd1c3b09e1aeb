//! HTTP for trackers: one request, one answer, and what it means if there is none.
//!
//! Nothing is retried and no redirect is followed here: credentials go to the configured address only.

mod body;
mod limits;
mod request;

pub(super) use self::request::Request;

use self::body::Measured;
use self::limits::retry_after;
use super::multipart::Multipart;
use super::package::{Outgoing, hex};
use super::tracker::Failure;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Method, RequestBuilder, redirect, retry};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::time::Duration;

/// A tracker's address with the credentials that go there.
pub(super) struct Http {
    client: Client,
    /// Without a slash at its end.
    base: String,
    /// Name and value of the header with the credentials, if they are in one.
    auth: Option<(&'static str, Secret)>,
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
    /// Where else to ask.
    to: Option<String>,
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

/// Answers larger than this are not read. Files are not kept and may have any size.
const LARGEST: u64 = 32 << 20;
/// A file is looked for at so many addresses.
const LEADS: usize = 4;
/// So much of a server's words is told.
const TOLD: usize = 300;

impl Http {
    pub(super) fn new(base: &str, auth: Option<(&'static str, Secret)>, line: &Line) -> Result<Http, String> {
        // reqwest takes its cryptography from the process. Where it is there already, an earlier tracker has brought it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = match &line.authorities {
            // A system without authorities trusts nobody, which a request to https:// will tell.
            None => client(base, line).build().or_else(|_| client(base, line).tls_certs_only([]).build()),
            Some(pem) => {
                let found = Certificate::from_pem_bundle(pem).unwrap_or_default();
                if found.is_empty() {
                    return Err("it has no certificate in PEM".to_owned());
                }
                client(base, line).tls_certs_only(found).build()
            }
        };
        let client = client.map_err(|error| cause(&error))?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Http { client, base, auth })
    }

    /// The address, which contains no credentials: the configuration refuses one that does.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// The same server with other credentials.
    pub(super) fn with_auth(&self, auth: Option<(&'static str, Secret)>) -> Http {
        Http { client: self.client.clone(), base: self.base.clone(), auth }
    }

    /// Asks for something. `path` begins with a slash.
    pub(super) fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.answer(self.request(Method::GET, path, &[])?).map_err(Failure::of_question)
    }

    /// Asks for something that is of no use if it is larger than so many bytes: then it is `None`.
    pub(super) fn get_within(&self, path: &str, limit: u64) -> Result<Option<Answer>, Failure> {
        let mut sink = Sink { kept: Vec::new(), limit, hash: None };
        let request = self.request(Method::GET, path, &[])?;
        match self.fill(request, &mut sink) {
            Err(_) if sink.is_full() => Ok(None),
            answer => answer.map(Some).map_err(Failure::of_question),
        }
    }

    /// Fetches a file: from this server with the credentials, and without them from where it leads. An address of another server is
    /// asked without them too. Returns the answer and the SHA-256 of the file, which itself is not kept.
    pub(super) fn download(&self, address: &str) -> Result<(Answer, String), Failure> {
        let own = match address.strip_prefix(&self.base) {
            Some(path) if path.starts_with('/') => Some(path),
            _ if address.starts_with('/') => Some(address),
            _ => None,
        };
        let mut request = match own {
            Some(path) => self.request(Method::GET, path, &[])?,
            None => self.client.get(self.elsewhere(address)?),
        };
        let mut store = own.is_none().then(|| host(address).to_owned());
        for _ in 0..LEADS {
            let mut sink = Sink { kept: Vec::new(), limit: LARGEST, hash: Some(Sha256::new()) };
            let answer = self.fill(request, &mut sink).map_err(Failure::of_question)?;
            if let (Some(store), status @ (401 | 403)) = (&store, answer.status) {
                // It is no word of the tracker's, and says nothing of our credentials, which it has not seen.
                let why = format!("{store}, where {} keeps a file, answers {status}", self.base);
                return Err(Failure::Refused { why });
            }
            let Some(to) = answer.to.as_ref().filter(|_| (300..400).contains(&answer.status)) else {
                return Ok((answer, sink.hash.map(|it| hex(&it.finalize())).unwrap_or_default()));
            };
            store = Some(host(to).to_owned());
            request = self.client.get(self.elsewhere(to)?);
        }
        Err(Failure::Refused { why: format!("{} leads from one address to the next, and to no file", self.base) })
    }

    /// An address that nothing secret goes to: by TLS, or on this machine if the server is there too.
    fn elsewhere<'a>(&self, address: &'a str) -> Result<&'a str, Failure> {
        let plain = self.base.starts_with("http://") && address.starts_with("http://127.0.0.1:");
        if plain || address.starts_with("https://") {
            return Ok(address);
        }
        Err(Failure::Refused {
            why: format!("{} keeps a file at an address without TLS; it is not fetched", self.base),
        })
    }

    /// Sends parts.
    pub(super) fn post(&self, path: &str, parts: &Multipart) -> Result<Answer, Failure> {
        let body = parts.reader().map_err(|error| unread(&error))?;
        self.send(Method::POST, path, &[], &parts.content_type(), parts.len(), body)
    }

    /// Sends a value with this method.
    pub(super) fn json(&self, method: &str, path: &str, value: &Value) -> Result<Answer, Failure> {
        let text = value.to_string();
        let method = if method == "PUT" { Method::PUT } else { Method::POST };
        self.send(method, path, &[], "application/json", text.len() as u64, Cursor::new(text))
    }

    /// Sends a file by itself.
    pub(super) fn upload(&self, path: &str, content_type: &str, file: &Outgoing) -> Result<Answer, Failure> {
        let body = File::open(&file.place).map_err(|error| unread(&error))?;
        self.send(Method::POST, path, &[], content_type, file.bytes, body)
    }

    /// Sends a body that is read while it is sent.
    pub(super) fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        kind: &str,
        length: u64,
        body: impl Read + Send + Sync + Unpin + 'static,
    ) -> Result<Answer, Failure> {
        let request = self
            .request(method, path, headers)?
            .header(header::CONTENT_TYPE, kind)
            .header(header::CONTENT_LENGTH, length)
            .body(reqwest::Body::wrap(Measured::new(body, length)));
        self.answer(request)
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
    ) -> Result<RequestBuilder, Failure> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some((name, value)) = &self.auth {
            let mut secret = HeaderValue::from_str(value.reveal()).map_err(|_| Failure::Refused {
                why: format!("{}: the credentials have characters that cannot be sent", self.base),
            })?;
            secret.set_sensitive(true);
            request = request.header(*name, secret);
        }
        Ok(headers.iter().fold(request, |request, (name, value)| request.header(*name, value)))
    }

    fn answer(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        self.fill(request, &mut Sink { kept: Vec::new(), limit: LARGEST, hash: None })
    }

    fn fill(&self, request: RequestBuilder, sink: &mut Sink) -> Result<Answer, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::Busy {
            why: format!("failed to begin a request to {}: {error}", self.base),
            after: None,
        })?;
        let answer = runtime.block_on(self.exchange(request, sink));
        // The connection is closed. The search for a host's address that takes longer than the request is not waited for.
        runtime.shutdown_background();
        answer
    }

    async fn exchange(&self, request: RequestBuilder, sink: &mut Sink) -> Result<Answer, Failure> {
        let mut response = request.send().await.map_err(|error| failed(&self.base, &error.without_url()))?;
        let text = |headers: &HeaderMap, name| headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let date = text(response.headers(), header::DATE);
        let after = text(response.headers(), header::RETRY_AFTER).map(|it| retry_after(&it, date.as_deref()));
        let after = after.or_else(|| limits::reset(response.headers(), date.as_deref()));
        let to = text(response.headers(), header::LOCATION);
        let cut = |why: String| Failure::Ambiguous { why: format!("{} broke off its answer: {why}", self.base) };
        let is_file = response.status().is_success();
        while let Some(chunk) = response.chunk().await.map_err(|error| cut(cause(&error.without_url())))? {
            match &mut sink.hash {
                // What an error says is kept.
                Some(hash) if is_file => hash.update(&chunk),
                _ => sink.kept.extend_from_slice(&chunk),
            }
            if sink.is_full() {
                return Err(cut(format!("it is larger than {} MB", sink.limit >> 20)));
            }
        }
        Ok(Answer { status: response.status().as_u16(), after, to, body: std::mem::take(&mut sink.kept) })
    }
}

/// The host of an address, without what may be secret behind it.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Where the body of an answer goes.
struct Sink {
    kept: Vec<u8>,
    /// So many bytes are kept at most.
    limit: u64,
    /// Of a file, which is not kept.
    hash: Option<Sha256>,
}

impl Sink {
    fn is_full(&self) -> bool {
        self.kept.len() as u64 > self.limit
    }
}

/// How all requests are made, but for the authorities.
fn client(base: &str, line: &Line) -> ClientBuilder {
    // Shorter than the whole: what of both has elapsed says whether something was sent.
    let connect = Duration::from_secs(15).min(line.timeout * 9 / 10);
    let client = Client::builder();
    // Plain text is for this machine only, and for no proxy of the environment or the system.
    let client = if base.starts_with("https://") { client } else { client.no_proxy() };
    client
        .user_agent(concat!("tierline/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .timeout(line.timeout)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        // Whether a request has arrived on a connection that the server was about to close, nobody knows.
        .pool_max_idle_per_host(0)
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
            301..=399 => {
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

/// A file that cannot be read any more: nothing was sent, and the tracker is not to blame.
pub(super) fn unread(error: &io::Error) -> Failure {
    Failure::Refused { why: format!("failed to read the package: {error}") }
}

/// What it means that there is no answer.
fn failed(server: &str, error: &reqwest::Error) -> Failure {
    let cause = cause(error);
    if error.is_builder() {
        return Failure::Refused { why: format!("{server}: {cause}") };
    }
    if !error.is_connect() {
        return Failure::Ambiguous { why: format!("{server}: {cause}") };
    }
    // The handshake fails before anything is sent.
    if is_tls(error) {
        return Failure::Stopped {
            why: format!("{server}: {cause}; `ca_file` names the authority of its certificate"),
        };
    }
    Failure::Busy { why: format!("{server} cannot be reached: {cause}"), after: None }
}

/// The innermost error, which says what happened; those around it say where in the libraries.
fn cause(error: &(dyn Error + 'static)) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

fn is_tls(error: &(dyn Error + 'static)) -> bool {
    // An `io::Error` does not name the error in it as its source, but that one's.
    let within = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || within.is_some_and(|it| is_tls(it)) || error.source().is_some_and(is_tls)
}

#[cfg(test)]
mod tests;
