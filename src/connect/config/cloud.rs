//! The ticket systems in the cloud.

use super::super::freshdesk::{self, Freshdesk};
use super::super::github::{self, GitHub};
use super::super::gitlab::{self, GitLab};
use super::super::http::{Http, Secret};
use super::super::jira::{self, Edition, Jira, ServiceDesk};
use super::super::salesforce::{self, Salesforce};
use super::super::servicenow::{self, ServiceNow};
use super::super::tracker::{Habits, Tracker};
use super::super::zammad::{self, Zammad};
use super::super::zendesk::{self, Zendesk};
use super::values::seconds;
use super::{Config, ConfigError, Settings};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::cell::RefCell;
use std::time::Duration;
use toml::Spanned;

/// How long a request that was cut off may still take effect, if nothing is said.
const SETTLE: Duration = Duration::from_secs(30);
/// The same where tickets are found by an index that is made later: Freshdesk says a few minutes, Jira Cloud from a few seconds to
/// minutes (<https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/>).
const INDEXED: Duration = Duration::from_secs(300);
/// How many bytes of files go in one request, if nothing is said.
const REQUEST: u64 = 8 << 20;

impl Config {
    /// A tracker of a kind that is reached by an interface in JSON; `None` if it is none of them.
    pub(super) fn cloud(
        &self,
        settings: &Settings,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Box<dyn Tracker>>, ConfigError> {
        let request_bytes = settings.request_bytes.as_ref().map_or(REQUEST, |it| *it.get_ref());
        let is_indexed =
            ["jira-cloud", "jira-service-management", "freshdesk", "zammad"].contains(&&**settings.kind.get_ref());
        let settle = seconds(settings.settle_seconds.as_ref(), if is_indexed { INDEXED } else { SETTLE });
        let habits = Habits::new(request_bytes, settle);
        let logged_in = |ending: &str| self.logged_in(settings, ending, variable);
        let key_field = || Ok(self.plain(settings, "key_field", settings.key_field.as_ref())?.map(str::to_owned));
        Ok(Some(match &**settings.kind.get_ref() {
            kind @ ("jira-cloud" | "jira-data-center") => Box::new(Jira {
                api: jira::api(logged_in("")?),
                edition: if kind == "jira-cloud" { Edition::Cloud } else { Edition::DataCenter },
                project: self.named(settings, "project", settings.project.as_ref())?,
                issue_type: settings.issue_type.as_ref().map_or("Task", |it| it.get_ref()).to_owned(),
                key_field: key_field()?.unwrap_or_else(|| "EscalationKey".to_owned()),
                habits,
            }),
            "jira-service-management" => Box::new(ServiceDesk {
                api: jira::api(logged_in("")?),
                desk: self.named(settings, "service_desk", settings.service_desk.as_ref())?,
                request_type: self.named(settings, "request_type", settings.request_type.as_ref())?,
                key_field: key_field()?.unwrap_or_else(|| "EscalationKey".to_owned()),
                habits,
            }),
            "servicenow" => Box::new(ServiceNow {
                api: servicenow::api(logged_in("")?),
                table: self.plain(settings, "table", settings.table.as_ref())?.unwrap_or("incident").to_owned(),
                group: settings.group.as_ref().map(|it| it.get_ref().clone()),
                key_field: key_field()?.unwrap_or_else(|| "correlation_id".to_owned()),
                habits,
            }),
            "zendesk" => {
                let number = |it: &Spanned<String>| {
                    let reason = "`group` is the number of a group".to_owned();
                    it.get_ref().parse().map_err(|_| self.error(Some(it.span()), reason))
                };
                let group = settings.group.as_ref().map(number).transpose()?;
                Box::new(Zendesk { api: zendesk::api(logged_in("/token")?), group, habits })
            }
            "salesforce" => {
                let field = key_field()?.unwrap_or_else(|| "EscalationKey".to_owned());
                let user = self.needed(settings, "user", settings.user.as_ref())?.clone();
                Box::new(Salesforce {
                    login: salesforce::api(self.http(settings, None)?),
                    client: (user, self.secret(settings, variable)?),
                    api: RefCell::default(),
                    // As the interface calls what an administrator has made.
                    key_field: if field.ends_with("__c") { field } else { format!("{field}__c") },
                    habits,
                })
            }
            "gitlab" => Box::new(GitLab {
                api: gitlab::api(logged_in("")?),
                project: self.project(settings)?,
                key_field: key_field()?.unwrap_or_else(|| "EscalationKey".to_owned()),
                habits,
            }),
            "github" => Box::new(GitHub {
                api: github::api(logged_in("")?),
                project: self.project(settings)?,
                key_field: key_field()?.unwrap_or_else(|| "EscalationKey".to_owned()),
                habits,
            }),
            "freshdesk" => {
                let login = format!("{}:X", self.secret(settings, variable)?.reveal());
                let auth = Secret::new(format!("Basic {}", STANDARD.encode(login)));
                let field = key_field()?.unwrap_or_else(|| "EscalationKey".to_owned()).to_lowercase();
                Box::new(Freshdesk {
                    api: freshdesk::api(self.http(settings, Some(("Authorization", auth)))?),
                    requester: self.requester(settings)?,
                    // As the interface calls what an administrator has made.
                    key_field: if field.starts_with("cf_") { field } else { format!("cf_{field}") },
                    habits,
                })
            }
            "zammad" => {
                let auth = Secret::new(format!("Token token={}", self.secret(settings, variable)?.reveal()));
                Box::new(Zammad {
                    api: zammad::api(self.http(settings, Some(("Authorization", auth)))?),
                    group: self.needed(settings, "group", settings.group.as_ref())?.clone(),
                    requester: self.requester(settings)?,
                    key_field: key_field()?.unwrap_or_else(|| "escalation_key".to_owned()),
                    habits,
                })
            }
            _ => return Ok(None),
        }))
    }

    /// The connection with name and password, or with a token by itself if no `user` is named. `ending` stands behind the name.
    fn logged_in(
        &self,
        settings: &Settings,
        ending: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Http, ConfigError> {
        let token = self.secret(settings, variable)?;
        let auth = match &settings.user {
            None => format!("Bearer {}", token.reveal()),
            Some(user) if user.get_ref().contains(':') => {
                return Err(self.error(Some(user.span()), "`user` is a name without `:`".to_owned()));
            }
            Some(user) => {
                let login = format!("{}{ending}:{}", user.get_ref(), token.reveal());
                format!("Basic {}", STANDARD.encode(login))
            }
        };
        self.http(settings, Some(("Authorization", Secret::new(auth))))
    }

    /// A project by its path.
    fn project(&self, settings: &Settings) -> Result<String, ConfigError> {
        let path = self.needed(settings, "project", settings.project.as_ref())?;
        let plain = |it: &str| {
            !it.is_empty()
                && it != "."
                && it != ".."
                && it.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        if !path.split('/').all(plain) {
            let reason = "`project` is a path such as `owner/name`".to_owned();
            return Err(self.error(settings.project.as_ref().map(Spanned::span), reason));
        }
        Ok(path.clone())
    }

    /// The address of mail of whom tickets belong to.
    fn requester(&self, settings: &Settings) -> Result<String, ConfigError> {
        let address = self.needed(settings, "requester", settings.requester.as_ref())?;
        if address.parse::<lettre::Address>().is_err() {
            let reason = "`requester` is no address of mail".to_owned();
            return Err(self.error(settings.requester.as_ref().map(Spanned::span), reason));
        }
        Ok(address.clone())
    }

    /// A name that has to be there and goes into addresses and searches as it is.
    fn named(&self, settings: &Settings, field: &str, value: Option<&Spanned<String>>) -> Result<String, ConfigError> {
        self.needed(settings, field, value)?;
        Ok(self.plain(settings, field, value)?.unwrap_or_default().to_owned())
    }

    /// A name that goes into addresses and searches as it is.
    fn plain<'s>(
        &self,
        settings: &Settings,
        field: &str,
        value: Option<&'s Spanned<String>>,
    ) -> Result<Option<&'s str>, ConfigError> {
        let Some(value) = value else { return Ok(None) };
        let name = value.get_ref();
        if name.is_empty() || name.len() > 80 || !name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
            let kind = settings.kind.get_ref();
            let reason = format!("`{field}` of the kind `{kind}` has letters, digits and `_` only");
            return Err(self.error(Some(value.span()), reason));
        }
        Ok(Some(name))
    }
}
