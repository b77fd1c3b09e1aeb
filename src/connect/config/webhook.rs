//! The receiver of a webhook.

use super::super::webhook::{SigningKey, Webhook};
use super::{Config, ConfigError, Settings};
use std::time::SystemTime;
use toml::Spanned;

/// How many bytes of files go in one message, if nothing is said. In base64 it becomes a third larger, and some gateways take 6 MB.
const MESSAGE: u64 = 4 << 20;

impl Config {
    /// The receiver of a webhook.
    pub(super) fn webhook(
        &self,
        settings: &Settings,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Webhook, ConfigError> {
        let secret = self.secret(settings, variable)?;
        let at = settings.token_env.as_ref().map(Spanned::span).or(settings.token_file.as_ref().map(Spanned::span));
        let key = SigningKey::new(&secret).ok_or_else(|| {
            let reason = "the secret there must be `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks has it; \
                          `echo whsec_$(openssl rand -base64 32)` makes one";
            self.error(at, reason.to_owned())
        })?;
        if let Some(field) = settings.answer_field.as_ref().filter(|it| !it.get_ref().starts_with('/')) {
            let reason = "`answer_field` is a JSON pointer such as `/ticket/number`".to_owned();
            return Err(self.error(Some(field.span()), reason));
        }
        Ok(Webhook {
            http: self.http(settings, None)?,
            key,
            answer_field: settings.answer_field.as_ref().map(|it| it.get_ref().clone()),
            request_bytes: settings.request_bytes.as_ref().map_or(MESSAGE, |it| *it.get_ref()),
            now: || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs()),
        })
    }
}
