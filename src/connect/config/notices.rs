//! Who is told of what happens to cases: people of the partner.
//!
//! ```toml
//! [notices.oncall]
//! via = "mail"                                  # a tracker of kind `smtp` or `webhook`: its server and credentials
//! to = ["Jo <jo@partner.example>"]              # of kind `smtp` only
//! on = ["critical", "due-soon", "overdue"]      # and "new"; all, if nothing is said
//! customers = ["acme"]                          # all, if nothing is said
//! ```

use super::super::mail::Mail;
use super::super::notices::{Channel, News, Way};
use super::super::webhook::Webhook;
use super::{Config, ConfigError};
use lettre::message::Mailbox;
use serde::Deserialize;
use toml::Spanned;

/// What stands below `[notices.NAME]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    via: Spanned<String>,
    to: Option<Spanned<Vec<Spanned<String>>>>,
    on: Option<Vec<Spanned<String>>>,
    customers: Option<Vec<Spanned<String>>>,
}

impl Told {
    /// The customers whose cases are told of.
    pub(super) fn customers(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.customers.iter().flatten()
    }
}

impl Config {
    /// Whether anybody is to be told anything.
    pub fn has_notices(&self) -> bool {
        !self.notices.is_empty()
    }

    /// Those who are told, in the order of their names.
    pub fn channels(&self) -> Result<Vec<Channel>, ConfigError> {
        self.notices.iter().map(|(name, told)| self.channel(name, told.get_ref())).collect()
    }

    /// The way to those who are told by a channel. `variable` reads the environment.
    pub fn way(&self, channel: &Channel, variable: &dyn Fn(&str) -> Option<String>) -> Result<Way, ConfigError> {
        let Some(settings) = self.trackers.get(&channel.via) else {
            return Err(self.error(None, format!("there is no tracker `{}`", channel.via)));
        };
        self.check(&channel.via, settings)?;
        let settings = settings.get_ref();
        match &**settings.kind.get_ref() {
            "smtp" => Ok(Way::Mail(Box::<Mail>::new(self.mail(settings, variable)?))),
            _ => Ok(Way::Webhook(Box::<Webhook>::new(self.webhook(settings, variable)?))),
        }
    }

    fn channel(&self, name: &str, told: &Told) -> Result<Channel, ConfigError> {
        let via = told.via.get_ref();
        let kind = self.kind(via);
        let wrong = |reason: String| self.error(Some(told.via.span()), reason);
        let recipients = match (kind, &told.to) {
            (Some("smtp"), Some(to)) if !to.get_ref().is_empty() => {
                to.get_ref().iter().map(|it| self.mailbox(it)).collect::<Result<_, _>>()?
            }
            // Never to whom the tracker writes: that is a vendor.
            (Some("smtp"), _) => {
                return Err(wrong("say with `to` who is told: addresses of your own people".to_owned()));
            }
            // There the customer has a name.
            (Some("webhook"), None) if self.is_of_a_vendor(via) => {
                let reason = format!(
                    "packages for a vendor go to `{via}`, by its `vendor` or a rule of the policy; notices do not"
                );
                return Err(wrong(reason));
            }
            (Some("webhook"), None) => vec![String::new()],
            (Some("webhook"), Some(to)) => {
                return Err(self.error(Some(to.span()), "a webhook goes to its `url`; take `to` out".to_owned()));
            }
            (Some(kind), _) => {
                let reason = format!("`{via}` is of kind `{kind}`; notices go by `smtp` or `webhook`");
                return Err(wrong(reason));
            }
            (None, _) => {
                let hint = "describe it in `[trackers.NAME]`";
                return Err(self.unknown("via", "tracker", &told.via, &self.names(), hint));
            }
        };
        let on = match &told.on {
            None => News::ALL.to_vec(),
            Some(names) => names.iter().map(|it| self.news(it)).collect::<Result<_, _>>()?,
        };
        let (name, via, customers) = (name.to_owned(), via.clone(), told.customers.as_ref());
        let customers = customers.map(|it| it.iter().map(|it| it.get_ref().clone()).collect());
        Ok(Channel { name, via, recipients, on, customers })
    }

    fn mailbox(&self, address: &Spanned<String>) -> Result<String, ConfigError> {
        let parsed: Result<Mailbox, _> = address.get_ref().parse();
        let wrong = |_| self.error(Some(address.span()), format!("`{}` is no address of mail", address.get_ref()));
        parsed.map(|it| it.to_string()).map_err(wrong)
    }

    fn news(&self, name: &Spanned<String>) -> Result<News, ConfigError> {
        let known = News::ALL.into_iter().find(|it| it.name() == name.get_ref());
        let unknown = || {
            let all: Vec<_> = News::ALL.iter().map(|it| format!("`{}`", it.name())).collect();
            self.error(Some(name.span()), format!("there is no `{}`; there are {}", name.get_ref(), all.join(", ")))
        };
        known.ok_or_else(unknown)
    }

    /// Looks for mistakes.
    pub(super) fn check_notices(&self) -> Result<(), ConfigError> {
        self.channels().map(drop)
    }
}
