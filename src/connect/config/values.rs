//! What several kinds of trackers share: the connection, the token, the field for the key.

use super::super::http::{Http, Line, Secret};
use super::{Config, ConfigError, Settings};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// For one request with its answer, if nothing is said.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

impl Config {
    pub(super) fn needed<'s, T>(
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

    /// The connection to `url` with the header that has the credentials, if one has.
    pub(super) fn http(&self, settings: &Settings, auth: Option<(&'static str, Secret)>) -> Result<Http, ConfigError> {
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

    /// The token: from the environment or a file, never from the configuration.
    pub(super) fn secret(
        &self,
        settings: &Settings,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Secret, ConfigError> {
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
    pub(super) fn key_field(&self, settings: &Settings) -> Result<String, ConfigError> {
        let Some(field) = &settings.key_field else { return Ok("EscalationKey".to_owned()) };
        let plain = |it: char| it.is_alphanumeric() || " -_.".contains(it);
        if field.get_ref().is_empty() || !field.get_ref().chars().all(plain) {
            let reason = "`key_field`: use letters, digits, blanks, `-`, `_` and `.`".to_owned();
            return Err(self.error(Some(field.span()), reason));
        }
        Ok(field.get_ref().clone())
    }

    pub(super) fn read_beside(&self, file: &Spanned<PathBuf>) -> Result<Vec<u8>, ConfigError> {
        let path = self.beside(file.get_ref());
        let failed = |error| self.error(Some(file.span()), format!("cannot read `{}`: {error}", path.display()));
        fs::read(&path).map_err(failed)
    }

    /// A path of the file: from where the file lies.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(path)
    }
}

pub(super) fn seconds(value: Option<&Spanned<u64>>, otherwise: Duration) -> Duration {
    value.map_or(otherwise, |it| Duration::from_secs(*it.get_ref()))
}

/// Whether what stands behind `http://` is this machine.
pub(super) fn is_loopback(rest: &str) -> bool {
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(host) => host.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}
