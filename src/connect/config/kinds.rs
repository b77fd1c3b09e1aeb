//! A tracker of each kind from its settings; `folder` is the smallest to copy.

use super::super::folder::Folder;
use super::super::http::Secret;
use super::super::redmine::Redmine;
use super::super::rt::RequestTracker;
use super::super::tracker::{Habits, Tracker};
use super::values::seconds;
use super::{Config, ConfigError, Settings};
use std::time::Duration;

/// How long a request that was cut off may still take effect, if nothing is said.
const SETTLE: Duration = Duration::from_secs(15);
/// How many bytes of files go in one request if nothing is said.
const REQUEST: u64 = 8 << 20;

impl Config {
    /// Makes the tracker of these settings. `variable` reads the environment.
    pub(super) fn make(
        &self,
        settings: &Settings,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Box<dyn Tracker>, ConfigError> {
        let request_bytes = settings.request_bytes.as_ref().map_or(REQUEST, |it| *it.get_ref());
        let habits = Habits::new(request_bytes, seconds(settings.settle_seconds.as_ref(), SETTLE));
        match &**settings.kind.get_ref() {
            "folder" => {
                let path = self.needed(settings, "path", settings.path.as_ref())?;
                Ok(Box::new(Folder::new(self.beside(path), request_bytes)))
            }
            "rt" => {
                let token = self.secret(settings, variable)?;
                let auth = Secret::new(format!("token {}", token.reveal()));
                let http = self.http(settings, Some(("Authorization", auth)))?;
                let queue = self.needed(settings, "queue", settings.queue.as_ref())?.clone();
                let key_field = self.key_field(settings)?;
                Ok(Box::new(RequestTracker { http, queue, key_field, habits }))
            }
            "redmine" => {
                let http = self.http(settings, Some(("X-Redmine-API-Key", self.secret(settings, variable)?)))?;
                let project = self.needed(settings, "project", settings.project.as_ref())?.clone();
                let key_field = self.key_field(settings)?;
                Ok(Box::new(Redmine { http, project, key_field, habits }))
            }
            "webhook" => Ok(Box::new(self.webhook(settings, variable)?)),
            "smtp" => Ok(Box::new(self.mail(settings, variable)?)),
            "portal" => {
                let reason =
                    "a portal takes cases from people only; `tierline submit` says what to paste there".to_owned();
                Err(self.error(Some(settings.kind.span()), reason))
            }
            kind => {
                // Others were refused when the file was read.
                let none = || self.error(Some(settings.kind.span()), format!("there is no kind `{kind}`"));
                self.cloud(settings, variable)?.ok_or_else(none)
            }
        }
    }
}
