//! The mail server and the mailbox behind it.

use super::super::mail::{Mail, Security};
use super::values::{TIMEOUT, is_loopback, seconds};
use super::{Config, ConfigError, Settings};
use toml::Spanned;

/// How many bytes of files go in one mail, if nothing is said. In base64 it becomes a third larger, and many servers take 10 MB.
const MAIL: u64 = 7 << 20;

impl Config {
    /// The mail server and the mailbox behind it.
    pub(super) fn mail(
        &self,
        settings: &Settings,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Mail, ConfigError> {
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
}
