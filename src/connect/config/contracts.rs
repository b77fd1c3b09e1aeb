//! Working hours, and what was agreed with customers.
//!
//! ```toml
//! [calendars.office]
//! zone = "Europe/Berlin"
//! hours = ["mon-fri 08:00-18:00"]
//! holidays = ["2026-04-06", "12-25"]
//!
//! [customers.acme]
//! calendar = "office"
//! resolve = { critical = "4h", high = "8h" }
//! contracts = { veeam = "01234567" }            # the numbers of its contracts with vendors
//! keywords = "acme.words"                       # what is in no package that a watch makes and in no notice, a word a line
//! ```

use super::{Config, ConfigError};
use crate::calendar::Calendar;
use crate::signature::{Severity, Span};
use crate::sla::Contract;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use toml::Spanned;

/// What stands below `[calendars.NAME]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hours {
    zone: Spanned<String>,
    hours: Vec<String>,
    #[serde(default)]
    holidays: Vec<String>,
}

/// What stands below `[customers.NAME]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agreed {
    calendar: Option<Spanned<String>>,
    #[serde(default)]
    resolve: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    contracts: BTreeMap<Spanned<String>, String>,
    keywords: Option<Spanned<PathBuf>>,
}

impl Agreed {
    /// The vendors whose contracts are named.
    pub(super) fn vendors(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.contracts.keys()
    }
}

impl Config {
    /// What was agreed with a customer, or with `*`, which is every other one.
    pub fn contract(&self, customer: &str) -> Result<Option<Contract>, ConfigError> {
        let agreed = self.customers.get(customer).or_else(|| self.customers.get("*"));
        agreed.map(|it| self.read_contract(it.get_ref())).transpose()
    }

    /// The number of the customer's own contract with a vendor.
    pub(super) fn contract_number(&self, customer: &str, vendor: &str) -> Option<String> {
        let contracts = &self.customers.get(customer)?.get_ref().contracts;
        contracts.iter().find(|(name, _)| name.get_ref().eq_ignore_ascii_case(vendor)).map(|(_, number)| number.clone())
    }

    /// The file of the words that leave in no package and no notice of a customer, as `escalate --keywords` takes it. It may have been
    /// taken away since the configuration was read: then nothing of the customer leaves.
    pub fn keywords(&self, customer: &str) -> Option<PathBuf> {
        let of = |name: &str| self.customers.get(name)?.get_ref().keywords.as_ref();
        Some(self.beside(of(customer).or_else(|| of("*"))?.get_ref()))
    }

    /// Looks whether all such files can be read.
    pub fn check_keywords(&self) -> Result<(), ConfigError> {
        let files = self.customers.values().filter_map(|it| it.get_ref().keywords.as_ref());
        files.into_iter().try_for_each(|it| self.read_beside(it).map(drop))
    }

    fn read_contract(&self, agreed: &Agreed) -> Result<Contract, ConfigError> {
        let calendar = match &agreed.calendar {
            None => Calendar::always(),
            Some(name) => self.calendar(name)?,
        };
        let mut resolve = Vec::new();
        for (severity, length) in &agreed.resolve {
            let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
            let known = all.into_iter().find(|it| it.name() == severity.get_ref());
            let unknown = || {
                let reason = format!(
                    "there is no severity `{}`; there are critical, high, medium, low, info",
                    severity.get_ref()
                );
                self.error(Some(severity.span()), reason)
            };
            let wrong = |reason: &str| self.error(Some(length.span()), format!("`{}` {reason}", length.get_ref()));
            let span = Span::parse(length.get_ref()).map(|it| it.0 / 1_000_000_000).filter(|it| *it > 0);
            let span = span.ok_or_else(|| wrong("is no length of time; write `4h` or `30m`"))?;
            // A working day is no day.
            if !calendar.is_always() && length.get_ref().ends_with(['d', 'w']) {
                return Err(wrong("counts days of 24 hours; with a calendar write the working hours, such as `16h`"));
            }
            resolve.push((known.ok_or_else(unknown)?, span));
        }
        Ok(Contract { calendar, resolve })
    }

    fn calendar(&self, name: &Spanned<String>) -> Result<Calendar, ConfigError> {
        let Some(hours) = self.calendars.get(name.get_ref()) else {
            let known: Vec<&str> = self.calendars.keys().map(|it| &**it).collect();
            return Err(self.unknown("calendar", "calendar", name, &known, "describe it in `[calendars.NAME]`"));
        };
        let hours = hours.get_ref();
        Calendar::parse(hours.zone.get_ref(), &hours.hours, &hours.holidays)
            .map_err(|error| self.error(Some(hours.zone.span()), error.to_string()))
    }

    /// Reads everything that was agreed, to find mistakes.
    pub(super) fn check_contracts(&self) -> Result<(), ConfigError> {
        self.customers.values().try_for_each(|it| self.read_contract(it.get_ref()).map(drop))
    }
}
