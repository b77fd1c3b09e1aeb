//! The configuration: which trackers there are. Secrets are named in it and never stand in it.
//!
//! ```toml
//! [trackers.desk]
//! kind = "rt"
//! url = "https://rt.example.com"
//! queue = "Vendor Escalation"
//! token_env = "RT_TOKEN"
//! ```

use super::folder::Folder;
use super::http::{Http, Line, Secret};
use super::mail::{Mail, Security};
use super::redmine::Redmine;
use super::rt::RequestTracker;
use super::tracker::Tracker;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// A configuration that was read.
#[derive(Debug)]
pub struct Config {
    file: PathBuf,
    text: String,
    trackers: BTreeMap<String, Spanned<Settings>>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 if it is about the file as a whole.
    pub line: usize,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "`{}`: {}", self.file.display(), self.reason),
            line => write!(f, "`{}`, line {line}: {}", self.file.display(), self.reason),
        }
    }
}

/// The file as a whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    #[serde(default)]
    trackers: BTreeMap<String, Spanned<Settings>>,
}

/// What stands below `[trackers.NAME]`. Which fields belong to which kind is checked when the tracker is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `folder`, `rt`, `redmine`, `smtp` or `portal`.
    pub kind: Spanned<String>,
    /// The folder.
    pub path: Option<Spanned<PathBuf>>,
    /// The address, without credentials.
    pub url: Option<Spanned<String>>,
    /// The queue.
    pub queue: Option<Spanned<String>>,
    /// The identifier of the project.
    pub project: Option<Spanned<String>>,
    /// The sender of mails.
    pub from: Option<Spanned<String>>,
    /// The receiver of mails.
    pub to: Option<Spanned<String>>,
    /// The name to log in with; the token is its password.
    pub user: Option<Spanned<String>>,
    /// The variable of the environment with the token.
    pub token_env: Option<Spanned<String>>,
    /// The file with the token.
    pub token_file: Option<Spanned<PathBuf>>,
    /// The field for the key.
    pub key_field: Option<Spanned<String>>,
    /// Certificates of authorities in PEM, instead of those of the system.
    pub ca_file: Option<Spanned<PathBuf>>,
    /// For a request with its answer.
    pub timeout_seconds: Option<Spanned<u64>>,
    /// How long a request that was cut off may still take effect.
    pub settle_seconds: Option<Spanned<u64>>,
    /// How many bytes of files go in one request.
    pub request_bytes: Option<Spanned<u64>>,
}

impl Settings {
    /// The fields that are there, each with where it stands.
    fn given(&self) -> Vec<(&'static str, Range<usize>)> {
        fn at<T>(value: Option<&Spanned<T>>) -> Option<Range<usize>> {
            value.map(Spanned::span)
        }
        let fields = [
            ("path", at(self.path.as_ref())),
            ("url", at(self.url.as_ref())),
            ("queue", at(self.queue.as_ref())),
            ("project", at(self.project.as_ref())),
            ("from", at(self.from.as_ref())),
            ("to", at(self.to.as_ref())),
            ("user", at(self.user.as_ref())),
            ("token_env", at(self.token_env.as_ref())),
            ("token_file", at(self.token_file.as_ref())),
            ("key_field", at(self.key_field.as_ref())),
            ("ca_file", at(self.ca_file.as_ref())),
            ("timeout_seconds", at(self.timeout_seconds.as_ref())),
            ("settle_seconds", at(self.settle_seconds.as_ref())),
            ("request_bytes", at(self.request_bytes.as_ref())),
        ];
        fields.into_iter().filter_map(|(name, span)| Some((name, span?))).collect()
    }
}

/// The kinds, each with the fields that belong to it.
const KINDS: &[(&str, &[&str])] = &[
    ("folder", &["path", "request_bytes"]),
    (
        "rt",
        &[
            "url",
            "queue",
            "token_env",
            "token_file",
            "key_field",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "redmine",
        &[
            "url",
            "project",
            "token_env",
            "token_file",
            "key_field",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    ("smtp", &["url", "from", "to", "user", "token_env", "token_file", "ca_file", "timeout_seconds", "request_bytes"]),
    ("portal", &[]),
];

/// For one request with its answer, if nothing is said.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long a request that was cut off may still take effect, if nothing is said.
const SETTLE: Duration = Duration::from_secs(15);
/// How many bytes of files go in one request if nothing is said.
const REQUEST: u64 = 8 << 20;
/// The same for a mail. In base64 it becomes a third larger, and many servers take 10 MB.
const MAIL: u64 = 7 << 20;

impl Config {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Config, ConfigError> {
        let whole = |reason: String| ConfigError { file: file.to_path_buf(), line: 0, reason };
        let text = fs::read_to_string(file).map_err(|error| whole(error.to_string()))?;
        Config::parse(file, text)
    }

    /// Reads the text of a file.
    pub fn parse(file: &Path, text: String) -> Result<Config, ConfigError> {
        let mut config = Config { file: file.to_path_buf(), text, trackers: BTreeMap::new() };
        match toml::from_str::<Whole>(&config.text) {
            Ok(whole) => config.trackers = whole.trackers,
            Err(error) => {
                // Of a message only the first line: what follows may quote the file, and people put secrets where none belong.
                let reason = error.message().lines().next().unwrap_or_default().to_owned();
                return Err(config.error(error.span(), reason));
            }
        }
        for (name, settings) in &config.trackers {
            config.check(name, settings)?;
        }
        Ok(config)
    }

    /// The names of all trackers, in the order of the alphabet.
    pub fn names(&self) -> Vec<&str> {
        self.trackers.keys().map(|it| &**it).collect()
    }

    /// The kind of a tracker, for lists.
    pub fn kind(&self, name: &str) -> Option<&str> {
        self.trackers.get(name).map(|it| &**it.get_ref().kind.get_ref())
    }

    /// Makes the tracker of this name. `variable` reads the environment.
    pub fn tracker(
        &self,
        name: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Box<dyn Tracker>, ConfigError> {
        let Some(settings) = self.trackers.get(name) else {
            let known = self.names();
            let known =
                if known.is_empty() { "it names none".into() } else { format!("it names {}", known.join(", ")) };
            return Err(self.error(None, format!("there is no tracker `{name}`; {known}")));
        };
        let settings = settings.get_ref();
        let request_bytes = settings.request_bytes.as_ref().map_or(REQUEST, |it| *it.get_ref());
        match &**settings.kind.get_ref() {
            "folder" => {
                let path = self.needed(settings, "path", settings.path.as_ref())?;
                Ok(Box::new(Folder::new(self.beside(path), request_bytes)))
            }
            "rt" => {
                let token = self.secret(settings, variable)?;
                let http = self.http(settings, ("Authorization", Secret::new(format!("token {}", token.reveal()))))?;
                let queue = self.needed(settings, "queue", settings.queue.as_ref())?.clone();
                let key_field = self.key_field(settings)?;
                let settle = seconds(settings.settle_seconds.as_ref(), SETTLE);
                Ok(Box::new(RequestTracker { http, queue, key_field, request_bytes, settle }))
            }
            "redmine" => {
                let http = self.http(settings, ("X-Redmine-API-Key", self.secret(settings, variable)?))?;
                let project = self.needed(settings, "project", settings.project.as_ref())?.clone();
                let key_field = self.key_field(settings)?;
                let settle = seconds(settings.settle_seconds.as_ref(), SETTLE);
                Ok(Box::new(Redmine { http, project, key_field, request_bytes, settle }))
            }
            "smtp" => Ok(Box::new(self.mail(settings, variable)?)),
            "portal" => {
                let reason =
                    "a portal takes cases from people only; `tierline submit` says what to paste there".to_owned();
                Err(self.error(Some(settings.kind.span()), reason))
            }
            // Others were refused when the file was read.
            kind => Err(self.error(Some(settings.kind.span()), format!("there is no kind `{kind}`"))),
        }
    }

    fn check(&self, name: &str, settings: &Spanned<Settings>) -> Result<(), ConfigError> {
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let reason = format!("the name `{name}`: use up to 64 letters, digits, `-` and `_`");
            return Err(self.error(Some(settings.span()), reason));
        }
        let settings = settings.get_ref();
        let kind = settings.kind.get_ref();
        let Some((_, fields)) = KINDS.iter().find(|(known, _)| known == kind) else {
            let known: Vec<String> = KINDS.iter().map(|(known, _)| format!("`{known}`")).collect();
            let reason = format!("there is no kind `{kind}`; there are {}", known.join(", "));
            return Err(self.error(Some(settings.kind.span()), reason));
        };
        match settings.given().into_iter().find(|(field, _)| !fields.contains(field)) {
            Some((field, span)) => Err(self.error(Some(span), format!("a tracker of kind `{kind}` has no `{field}`"))),
            None => Ok(()),
        }
    }

    fn needed<'s, T>(
        &self,
        settings: &Settings,
        field: &str,
        value: Option<&'s Spanned<T>>,
    ) -> Result<&'s T, ConfigError> {
        let missing = || {
            let reason = format!("a tracker of kind `{}` needs `{field}`", settings.kind.get_ref());
            self.error(Some(settings.kind.span()), reason)
        };
        value.map(Spanned::get_ref).ok_or_else(missing)
    }

    /// The connection to `url` with the header that has the credentials.
    fn http(&self, settings: &Settings, auth: (&'static str, Secret)) -> Result<Http, ConfigError> {
        let url = self.needed(settings, "url", settings.url.as_ref())?;
        let span = || settings.url.as_ref().map(Spanned::span);
        let wrong = |reason: &str| self.error(span(), reason.to_owned());
        let rest = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => rest,
            // Credentials and customers' logs go there.
            (None, Some(rest)) if is_loopback(rest) => rest,
            (None, Some(_)) => {
                return Err(wrong("`url` must begin with https://; plain http is for this machine only"));
            }
            (None, None) => return Err(wrong("`url` must begin with https://")),
        };
        if rest.is_empty() || rest.contains(['@', '?', '#']) || rest.contains(char::is_whitespace) {
            return Err(wrong(
                "`url` is an address without credentials, `?` and `#`; name the token with `token_env` or `token_file`",
            ));
        }
        let authorities = match &settings.ca_file {
            None => None,
            Some(file) => Some(self.read_beside(file)?),
        };
        let line = Line { timeout: seconds(settings.timeout_seconds.as_ref(), TIMEOUT), authorities };
        let at = settings.ca_file.as_ref().map_or_else(span, |it| Some(it.span()));
        Http::new(url, auth, &line).map_err(|reason| self.error(at, reason))
    }

    /// The mail server and the mailbox behind it.
    fn mail(&self, settings: &Settings, variable: &dyn Fn(&str) -> Option<String>) -> Result<Mail, ConfigError> {
        let url = self.needed(settings, "url", settings.url.as_ref())?;
        let wrong = |reason: &str| self.error(settings.url.as_ref().map(Spanned::span), reason.to_owned());
        let (rest, tls) = match (url.strip_prefix("smtps://"), url.strip_prefix("smtp://")) {
            (Some(rest), _) => (rest, true),
            (None, Some(rest)) => (rest, false),
            (None, None) => return Err(wrong("`url` must begin with smtps:// (TLS at once) or smtp:// (STARTTLS)")),
        };
        let plain = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
        let (host, port) = rest.trim_end_matches('/').split_once(':').unwrap_or((rest.trim_end_matches('/'), ""));
        let port = if port.is_empty() { Some(if tls { 465 } else { 587 }) } else { port.parse().ok() };
        let (Some(port), true) = (port, !host.is_empty() && host.chars().all(plain)) else {
            return Err(wrong("`url` is `smtp://HOST:PORT` without credentials; name the user with `user`"));
        };
        let mailbox = |field: &str, value: Option<&Spanned<String>>| {
            let text = self.needed(settings, field, value)?;
            let failed = |_| self.error(value.map(Spanned::span), format!("`{field}` is no address of mail"));
            text.parse().map_err(failed)
        };
        let login = match &settings.user {
            Some(user) => Some((user.get_ref().clone(), self.secret(settings, variable)?)),
            None => None,
        };
        // Without login and on this machine there is nothing to protect on the way.
        let security = match (tls, &login) {
            (true, _) => Security::Tls,
            (false, None) if is_loopback(rest) => Security::Plain,
            (false, _) => Security::StartTls,
        };
        Ok(Mail {
            host: host.to_owned(),
            port,
            security,
            login,
            from: mailbox("from", settings.from.as_ref())?,
            to: mailbox("to", settings.to.as_ref())?,
            authorities: settings.ca_file.as_ref().map(|file| self.read_beside(file)).transpose()?,
            timeout: seconds(settings.timeout_seconds.as_ref(), TIMEOUT),
            request_bytes: settings.request_bytes.as_ref().map_or(MAIL, |it| *it.get_ref()),
        })
    }

    /// The token: from the environment or a file, never from the configuration.
    fn secret(&self, settings: &Settings, variable: &dyn Fn(&str) -> Option<String>) -> Result<Secret, ConfigError> {
        let (text, span) = match (&settings.token_env, &settings.token_file) {
            (Some(name), None) => {
                let missing = || self.error(Some(name.span()), format!("the variable `{}` is not set", name.get_ref()));
                (variable(name.get_ref()).ok_or_else(missing)?, name.span())
            }
            (None, Some(file)) => {
                let text = self.read_beside(file)?;
                let wrong = |_| self.error(Some(file.span()), "the file with the token is no text".to_owned());
                (String::from_utf8(text).map_err(wrong)?, file.span())
            }
            (Some(name), Some(_)) => {
                let reason = "say `token_env` or `token_file`, not both".to_owned();
                return Err(self.error(Some(name.span()), reason));
            }
            (None, None) => {
                let reason = "say with `token_env` or `token_file` where the token is".to_owned();
                return Err(self.error(Some(settings.kind.span()), reason));
            }
        };
        let token = text.trim();
        // It goes into a header.
        if token.is_empty() || !token.bytes().all(|it| it.is_ascii_graphic() || it == b' ') {
            return Err(
                self.error(Some(span), "the token there is empty, or no single line of plain characters".to_owned())
            );
        }
        Ok(Secret::new(token.to_owned()))
    }

    /// The field for the key, which stands in searches.
    fn key_field(&self, settings: &Settings) -> Result<String, ConfigError> {
        let Some(field) = &settings.key_field else { return Ok("EscalationKey".to_owned()) };
        let plain = |it: char| it.is_alphanumeric() || " -_.".contains(it);
        if field.get_ref().is_empty() || !field.get_ref().chars().all(plain) {
            let reason = "`key_field`: use letters, digits, blanks, `-`, `_` and `.`".to_owned();
            return Err(self.error(Some(field.span()), reason));
        }
        Ok(field.get_ref().clone())
    }

    fn read_beside(&self, file: &Spanned<PathBuf>) -> Result<Vec<u8>, ConfigError> {
        let path = self.beside(file.get_ref());
        let failed = |error| self.error(Some(file.span()), format!("cannot read `{}`: {error}", path.display()));
        fs::read(&path).map_err(failed)
    }

    /// A path of the file: from where the file lies.
    fn beside(&self, path: &Path) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(path)
    }

    fn error(&self, span: Option<Range<usize>>, reason: String) -> ConfigError {
        let before = |span: Range<usize>| self.text.get(..span.start).unwrap_or_default();
        let line = span.map_or(0, |span| before(span).matches('\n').count() + 1);
        ConfigError { file: self.file.clone(), line, reason }
    }
}

fn seconds(value: Option<&Spanned<u64>>, otherwise: Duration) -> Duration {
    value.map_or(otherwise, |it| Duration::from_secs(*it.get_ref()))
}

/// Whether what stands behind `http://` is this machine.
fn is_loopback(rest: &str) -> bool {
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(host) => host.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}
