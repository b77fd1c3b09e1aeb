//! The configuration: which trackers there are, and what was agreed with customers. Secrets are named in it and never stand in it.
//!
//! ```toml
//! [trackers.desk]
//! kind = "rt"
//! url = "https://rt.example.com"
//! queue = "Vendor Escalation"
//! token_env = "RT_TOKEN"
//! ```
//!
//! `settings.rs` has the fields, and which kind has which; `kinds.rs` makes a tracker of them; `values.rs` reads what several kinds
//! share.

mod cloud;
mod contracts;
mod keys;
mod kinds;
mod mail;
mod notices;
mod policy;
mod references;
mod settings;
mod values;
mod webhook;

pub use policy::{Decision, Order};
pub use settings::Settings;

use super::tracker::Tracker;
use crate::signature::{Vendor, similar};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// A configuration that was read.
#[derive(Debug, Default)]
pub struct Config {
    file: PathBuf,
    text: String,
    trackers: BTreeMap<String, Spanned<Settings>>,
    calendars: BTreeMap<String, Spanned<contracts::Hours>>,
    customers: BTreeMap<String, Spanned<contracts::Agreed>>,
    policy: policy::Policy,
    notices: BTreeMap<String, Spanned<notices::Told>>,
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
    #[serde(default)]
    calendars: BTreeMap<String, Spanned<contracts::Hours>>,
    #[serde(default)]
    customers: BTreeMap<String, Spanned<contracts::Agreed>>,
    #[serde(default)]
    policy: policy::Policy,
    #[serde(default)]
    notices: BTreeMap<String, Spanned<notices::Told>>,
}

impl Config {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Config, ConfigError> {
        let whole = |reason: String| ConfigError { file: file.to_path_buf(), line: 0, reason };
        let text = fs::read_to_string(file).map_err(|error| whole(error.to_string()))?;
        Config::parse(file, text)
    }

    /// Reads the text of a file.
    pub fn parse(file: &Path, text: String) -> Result<Config, ConfigError> {
        let mut config = Config { file: file.to_path_buf(), text, ..Config::default() };
        match toml::from_str::<Whole>(&config.text) {
            Ok(Whole { trackers, calendars, customers, policy, notices }) => {
                (config.trackers, config.policy, config.notices) = (trackers, policy, notices);
                (config.calendars, config.customers) = (calendars, customers);
            }
            Err(error) => {
                // Of a message only the first line: what follows may quote the file, and people put secrets where none belong.
                let reason = error.message().lines().next().unwrap_or_default().to_owned();
                return Err(config.error(error.span(), reason));
            }
        }
        config.check_contracts()?;
        config.check_names()?;
        config.check_policy()?;
        config.check_notices()?;
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

    /// Whether what the tracker of this name has is with this vendor: it is said to be its desk, or is a portal of whoever it is for.
    pub fn is_desk_of(&self, name: &str, vendor: &Vendor) -> bool {
        let Some(settings) = self.trackers.get(name).map(Spanned::get_ref) else { return false };
        match &settings.vendor {
            Some(named) => vendor.is_called(named.get_ref()),
            None => settings.kind.get_ref() == "portal",
        }
    }

    /// How many MB the portal of this name takes in one file, if that is said.
    pub fn attachment_mb(&self, name: &str) -> Option<u64> {
        self.trackers.get(name)?.get_ref().attachment_mb.as_ref().map(|it| *it.get_ref())
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
            let meant = similar(name, &self.names()).map(|it| format!("is `{it}` meant? ")).unwrap_or_default();
            return Err(self.error(None, format!("there is no tracker `{name}`; {meant}{known}")));
        };
        // Only now: a mistake in one keeps nobody from the others.
        self.check(name, settings)?;
        self.encrypt_to(name)?;
        self.make(settings.get_ref(), variable)
    }

    fn check(&self, name: &str, settings: &Spanned<Settings>) -> Result<(), ConfigError> {
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let reason = format!("the name `{name}`: use up to 64 letters, digits, `-` and `_`");
            return Err(self.error(Some(settings.span()), reason));
        }
        let settings = settings.get_ref();
        let kind = settings.kind.get_ref();
        let Some(known) = settings::KINDS.iter().find(|known| known.name == kind) else {
            let known: Vec<String> = settings::KINDS.iter().map(|known| format!("`{}`", known.name)).collect();
            let reason = format!("there is no kind `{kind}`; there are {}", known.join(", "));
            return Err(self.error(Some(settings.kind.span()), reason));
        };
        if let Some((field, span)) = settings.given().into_iter().find(|(field, _)| !known.has(field)) {
            return Err(self.error(Some(span), format!("a tracker of kind `{kind}` has no `{field}`")));
        }
        match settings.out_of_bounds() {
            Some((reason, span)) => Err(self.error(Some(span), reason)),
            None => Ok(()),
        }
    }

    fn error(&self, span: Option<Range<usize>>, reason: String) -> ConfigError {
        let before = |span: Range<usize>| self.text.get(..span.start).unwrap_or_default();
        let line = span.map_or(0, |span| before(span).matches('\n').count() + 1);
        ConfigError { file: self.file.clone(), line, reason }
    }
}

#[cfg(test)]
mod tests;
