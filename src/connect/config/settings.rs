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
            ("attachment_mb", at(self.attachment_mb.as_ref())),
            ("ca_file", at(self.ca_file.as_ref())),
            ("timeout_seconds", at(self.timeout_seconds.as_ref())),
            ("settle_seconds", at(self.settle_seconds.as_ref())),
            ("request_bytes", at(self.request_bytes.as_ref())),
        ];
        fields.into_iter().filter_map(|(name, span)| Some((name, span?))).collect()
    }
}

/// The kinds, each with the fields that belong to it.
pub(super) const KINDS: &[(&str, &[&str])] = &[
    ("folder", &["path", "request_bytes"]),
    (
        "rt",
        &[
            "url",
            "queue",
            "token_env",
            "token_file",
            "key_field",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "redmine",
        &[
            "url",
            "project",
            "token_env",
            "token_file",
            "key_field",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    ("smtp", &["url", "from", "to", "user", "token_env", "token_file", "ca_file", "timeout_seconds", "request_bytes"]),
    ("webhook", &["url", "token_env", "token_file", "answer_field", "ca_file", "timeout_seconds", "request_bytes"]),
    (
        "jira-cloud",
        &[
            "url",
            "project",
            "issue_type",
            "key_field",
            "user",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "jira-data-center",
        &[
            "url",
            "project",
            "issue_type",
            "key_field",
            "user",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "jira-service-management",
        &[
            "url",
            "service_desk",
            "request_type",
            "key_field",
            "user",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "salesforce",
        &[
            "url",
            "key_field",
            "user",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "servicenow",
        &[
            "url",
            "table",
            "group",
            "user",
            "token_env",
            "token_file",
            "key_field",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "zendesk",
        &[
            "url",
            "group",
            "user",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "gitlab",
        &[
            "url",
            "project",
            "key_field",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "github",
        &[
            "url",
            "project",
            "key_field",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "freshdesk",
        &[
            "url",
            "requester",
            "key_field",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    (
        "zammad",
        &[
            "url",
            "group",
            "requester",
            "key_field",
            "token_env",
            "token_file",
            "ca_file",
            "timeout_seconds",
            "settle_seconds",
            "request_bytes",
        ],
    ),
    ("portal", &["attachment_mb"]),
];
