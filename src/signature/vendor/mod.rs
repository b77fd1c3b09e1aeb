//! `_vendor.yaml`: what a vendor's support wants to have, by which portal, and how fast it answers.
//!
//! It stands in the folder of the vendor, `veeam/_vendor.yaml`, and one in a folder of one's own replaces it: contracts
//! differ. Every statement names the public page it was read on; one without is not confirmed, and everything made of it
//! says so.

pub(super) mod reading;
#[cfg(test)]
mod tests;

use super::yaml::Place;
use super::{Severity, Span};
use std::path::PathBuf;
use std::sync::Arc;

/// How a vendor is spoken to.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// Its folder below the catalogue: `veeam`.
    pub folder: Arc<str>,
    /// Name as people write it.
    pub vendor: String,
    /// Other names, and those of the programmes under which partners open cases.
    pub aliases: Vec<String>,
    /// Public keys of age: what goes to the vendor is encrypted for them.
    pub encrypt_to: Vec<String>,
    /// Where cases are opened.
    pub portal: Option<Portal>,
    /// Its working hours, for severities of which no other time counts.
    pub calendar: Option<WorkingHours>,
    /// Its severities, the worst first.
    pub severities: Vec<VendorSeverity>,
    /// What it asks of those who open cases.
    pub rules: Vec<Rule>,
    /// What it asks for, by product.
    pub products: Vec<VendorProduct>,
    /// Where it was read from, for messages.
    pub source: PathBuf,
}

/// Where cases are opened.
#[derive(Clone, Debug)]
pub struct Portal {
    /// As people call it.
    pub name: String,
    /// Its address.
    pub url: String,
    /// What it asks for, in its order.
    pub fields: Vec<PortalField>,
    /// How large one attachment may be, in megabytes.
    pub attachment_mb: Option<Stated<u64>>,
    /// How a case that does not move is pushed.
    pub escalation: Option<Stated<String>>,
}

/// One field of the portal's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalField {
    /// As the form calls it.
    pub name: String,
    /// What goes into it.
    pub takes: Takes,
    /// The choices of the form, if it gives some.
    pub choices: Vec<String>,
}

/// What goes into a field of a portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The number of the support contract.
    Contract,
    /// The product, as the vendor calls it.
    Product,
    /// Its version and build.
    Version,
    /// The vendor's severity.
    Severity,
    /// The error in one line.
    Summary,
    /// All of the ticket.
    Description,
    /// The files of the package.
    Attachments,
    /// What only a person can choose.
    Person,
}

/// The names of [`Takes`] in files.
const TAKES: &[(&str, Takes)] = &[
    ("contract", Takes::Contract),
    ("product", Takes::Product),
    ("version", Takes::Version),
    ("severity", Takes::Severity),
    ("summary", Takes::Summary),
    ("description", Takes::Description),
    ("attachments", Takes::Attachments),
    ("person", Takes::Person),
];

/// A statement, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// What is stated.
    pub value: T,
    /// The public page; without one it is not confirmed.
    pub url: Option<String>,
}

/// One severity of a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorSeverity {
    /// As the vendor calls it: `Severity 1`, `P1`.
    pub name: String,
    /// Which of ours it is for.
    pub of: Vec<Severity>,
    /// What it means.
    pub means: Option<Stated<String>>,
    /// How soon the vendor answers.
    pub first_response: Option<Stated<Span>>,
    /// How often it tells how things stand.
    pub update_every: Option<Stated<Span>>,
    /// When time counts.
    pub hours: Hours,
}

/// When the time of a support target counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hours {
    /// Always.
    #[default]
    Always,
    /// On working days in working hours.
    Business,
}

/// The working hours of a vendor, as its file states them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// An IANA time zone.
    pub zone: String,
    /// Such as `mon-fri 08:00-18:00`.
    pub hours: Vec<String>,
    /// Such as `2026-04-06`, or `12-25` for every year.
    pub holidays: Vec<String>,
}

/// What a vendor asks of those who open cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which of the rules that are enforced it is.
    pub kind: RuleKind,
    /// The rule in words.
    pub text: Stated<String>,
}

/// The rules that are enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// The customer is neither contact nor administrator of the case.
    CustomerNotOnCase,
    /// The number of the support contract must be stated.
    Contract,
    /// The case must quote a message of the product.
    ErrorMessage,
    /// Ransomware is told at once, with the worst severity.
    Ransomware,
    /// Told to the engineer.
    Note,
}

const RULES: &[(&str, RuleKind)] = &[
    ("customer-not-on-case", RuleKind::CustomerNotOnCase),
    ("contract", RuleKind::Contract),
    ("error-message", RuleKind::ErrorMessage),
    ("ransomware", RuleKind::Ransomware),
    ("note", RuleKind::Note),
];

/// What a vendor asks for about one product.
#[derive(Clone, Debug)]
pub struct VendorProduct {
    /// The product's folder below that of the vendor: `backup-replication`.
    pub folder: String,
    /// As the vendor's portal calls it.
    pub name: String,
    /// Names of facts that must be stated.
    pub facts: Vec<String>,
    /// The logs that must be attached.
    pub logs: Vec<RequiredLogs>,
    /// Where it stands in the file.
    pub place: Place,
}

/// Logs that a vendor asks for.
#[derive(Clone, Debug)]
pub struct RequiredLogs {
    /// What they are, for people.
    pub what: String,
    /// Globs: a file that fits one of them is such a log.
    pub files: Vec<String>,
    /// Where they lie, by system as people call it: `Windows`, `Linux`, `appliance`.
    pub places: Vec<(String, String)>,
    /// How they are exported.
    pub how: Option<String>,
    /// The public page that says so.
    pub url: Option<String>,
    /// Whether the case can be opened without them.
    pub is_optional: bool,
}

impl Vendor {
    /// Whether somebody means this vendor, without regard to case.
    pub fn is_called(&self, name: &str) -> bool {
        let names = [&*self.folder, &self.vendor].into_iter().chain(self.aliases.iter().map(String::as_str));
        names.into_iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// The vendor's severity for one of ours: that which names it, or the mildest.
    pub fn severity(&self, severity: Severity) -> Option<&VendorSeverity> {
        self.severities.iter().find(|it| it.of.contains(&severity)).or(self.severities.last())
    }

    /// The rule of a kind.
    pub fn rule(&self, kind: RuleKind) -> Option<&Rule> {
        self.rules.iter().find(|it| it.kind == kind)
    }
}

/// The folder of a `_vendor.yaml`; `None` for any other file.
pub(super) fn vendor_folder(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (name == "_vendor.yaml").then_some(folder)
}
