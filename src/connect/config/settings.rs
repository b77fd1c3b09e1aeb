//! What can be said of a tracker, and which kind has which of it.

use serde::Deserialize;
use std::ops::Range;
use std::path::PathBuf;
use toml::Spanned;

/// What stands below `[trackers.NAME]`. Which fields belong to which kind is checked when the tracker is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `folder`, `rt`, `redmine`, `smtp` or `portal`.
    pub kind: Spanned<String>,
    /// The folder.
    pub path: Option<Spanned<PathBuf>>,
    /// The address, without credentials.
    pub url: Option<Spanned<String>>,
    /// The queue.
    pub queue: Option<Spanned<String>>,
    /// The identifier of the project.
    pub project: Option<Spanned<String>>,
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
            ("from", at(self.from.as_ref())),
            ("to", at(self.to.as_ref())),
            ("user", at(self.user.as_ref())),
            ("token_env", at(self.token_env.as_ref())),
            ("token_file", at(self.token_file.as_ref())),
            ("key_field", at(self.key_field.as_ref())),
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
    ("portal", &[]),
];
