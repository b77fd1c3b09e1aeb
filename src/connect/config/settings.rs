//! What can be said of a tracker, and which kind has which of it.

use serde::Deserialize;
use std::ops::Range;
use std::path::PathBuf;
use toml::Spanned;

/// What stands below `[trackers.NAME]`. Which fields belong to which kind is checked when the tracker is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// One of those in `KINDS`.
    pub kind: Spanned<String>,
    /// The vendor whose desk it is. Its time to answer runs from tickets there, and from those of portals, but from no others.
    pub vendor: Option<Spanned<String>>,
    /// The folder.
    pub path: Option<Spanned<PathBuf>>,
    /// The address, without credentials.
    pub url: Option<Spanned<String>>,
    /// The queue.
    pub queue: Option<Spanned<String>>,
    /// The identifier of the project.
    pub project: Option<Spanned<String>>,
    /// The type of issue that is opened in Jira.
    pub issue_type: Option<Spanned<String>>,
    /// The number of a service desk of Jira Service Management.
    pub service_desk: Option<Spanned<String>>,
    /// The number of the type of request that is opened there.
    pub request_type: Option<Spanned<String>>,
    /// The table of ServiceNow.
    pub table: Option<Spanned<String>>,
    /// The group that gets the tickets.
    pub group: Option<Spanned<String>>,
    /// The address of mail of whom the tickets belong to.
    pub requester: Option<Spanned<String>>,
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
    /// Where the answer of a webhook names the ticket: a JSON pointer.
    pub answer_field: Option<Spanned<String>>,
    /// Public keys, or files of them: what is attached is encrypted for their holders.
    pub encrypt_to: Option<Spanned<Vec<Spanned<String>>>>,
    /// How many MB a portal takes in one file.
    pub attachment_mb: Option<Spanned<u64>>,
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
    pub(super) fn given(&self) -> Vec<(&'static str, Range<usize>)> {
        fn at<T>(value: Option<&Spanned<T>>) -> Option<Range<usize>> {
            value.map(Spanned::span)
        }
        let fields = [
            ("vendor", at(self.vendor.as_ref())),
            ("path", at(self.path.as_ref())),
            ("url", at(self.url.as_ref())),
            ("queue", at(self.queue.as_ref())),
            ("project", at(self.project.as_ref())),
            ("issue_type", at(self.issue_type.as_ref())),
            ("service_desk", at(self.service_desk.as_ref())),
            ("request_type", at(self.request_type.as_ref())),
            ("table", at(self.table.as_ref())),
            ("group", at(self.group.as_ref())),
            ("requester", at(self.requester.as_ref())),
            ("from", at(self.from.as_ref())),
            ("to", at(self.to.as_ref())),
            ("user", at(self.user.as_ref())),
            ("token_env", at(self.token_env.as_ref())),
            ("token_file", at(self.token_file.as_ref())),
            ("key_field", at(self.key_field.as_ref())),
            ("answer_field", at(self.answer_field.as_ref())),
            ("encrypt_to", at(self.encrypt_to.as_ref())),
            ("attachment_mb", at(self.attachment_mb.as_ref())),
            ("ca_file", at(self.ca_file.as_ref())),
            ("timeout_seconds", at(self.timeout_seconds.as_ref())),
            ("settle_seconds", at(self.settle_seconds.as_ref())),
            ("request_bytes", at(self.request_bytes.as_ref())),
        ];
        fields.into_iter().filter_map(|(name, span)| Some((name, span?))).collect()
    }

    /// The first number with which nothing could be sent, and where it stands.
    pub(super) fn out_of_bounds(&self) -> Option<(String, Range<usize>)> {
        const DAY: u64 = 86_400;
        let numbers = [
            ("timeout_seconds", &self.timeout_seconds, 1, 3600),
            ("settle_seconds", &self.settle_seconds, 0, DAY),
            ("request_bytes", &self.request_bytes, 1, 1 << 40),
            ("attachment_mb", &self.attachment_mb, 1, 1 << 20),
        ];
        numbers.into_iter().find_map(|(field, value, least, most)| {
            let value = value.as_ref().filter(|it| !(least..=most).contains(it.get_ref()))?;
            Some((format!("`{field}` is from {least} to {most}"), value.span()))
        })
    }
}

/// The fields of all that is reached over a network.
const NETWORK: &[&str] = &["url", "token_env", "token_file", "ca_file", "timeout_seconds", "request_bytes"];

/// The fields of every kind.
const ALL: &[&str] = &["vendor", "encrypt_to"];

/// A kind of tracker.
pub(super) struct TrackerKind {
    pub name: &'static str,
    own: &'static [&'static str],
    common: &'static [&'static str],
}

impl TrackerKind {
    /// Whether a field belongs to it.
    pub(super) fn has(&self, field: &str) -> bool {
        self.own.contains(&field) || self.common.contains(&field) || ALL.contains(&field)
    }
}

/// A kind that is reached over a network, with the fields that it has beside those of all.
const fn remote(name: &'static str, own: &'static [&'static str]) -> TrackerKind {
    TrackerKind { name, own, common: NETWORK }
}

/// A kind that is on this machine, with its fields.
const fn local(name: &'static str, own: &'static [&'static str]) -> TrackerKind {
    TrackerKind { name, own, common: &[] }
}

/// The kinds.
pub(super) const KINDS: &[TrackerKind] = &[
    local("folder", &["path", "request_bytes"]),
    remote("rt", &["queue", "key_field", "settle_seconds"]),
    remote("redmine", &["project", "key_field", "settle_seconds"]),
    remote("smtp", &["from", "to", "user"]),
    remote("webhook", &["answer_field"]),
    remote("jira-cloud", &["project", "issue_type", "key_field", "user", "settle_seconds"]),
    remote("jira-data-center", &["project", "issue_type", "key_field", "user", "settle_seconds"]),
    remote("jira-service-management", &["service_desk", "request_type", "key_field", "user", "settle_seconds"]),
    remote("salesforce", &["key_field", "user", "settle_seconds"]),
    remote("servicenow", &["table", "group", "user", "key_field", "settle_seconds"]),
    remote("zendesk", &["group", "user", "settle_seconds"]),
    remote("gitlab", &["project", "key_field", "settle_seconds"]),
    remote("github", &["project", "key_field", "settle_seconds"]),
    remote("freshdesk", &["requester", "key_field", "settle_seconds"]),
    remote("zammad", &["group", "requester", "key_field", "settle_seconds"]),
    local("portal", &["attachment_mb"]),
];
