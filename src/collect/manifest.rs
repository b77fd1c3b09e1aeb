//! `manifest.json`: what is in the archive, where it came from, and what was refused. All of its text is redacted.

use serde::{Deserialize, Serialize};

/// The first member of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `tierline.collect/1`.
    pub schema: String,
    /// The version of the program.
    pub tool: String,
    /// When it was collected.
    pub collected_at: String,
    /// `pseudonyms`, or `kept` with the consent of the customer.
    pub identifiers: String,
    /// The profiles that were used.
    pub profiles: Vec<String>,
    /// Only files of this time were taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Only files of this time were taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// In the order of the archive.
    pub files: Vec<FileEntry>,
    /// What was run.
    pub commands: Vec<CommandEntry>,
    /// What fits a profile and is not in the archive.
    pub refused: Vec<RefusedEntry>,
}

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path in the archive.
    pub path: String,
    /// Where it was, containers joined by `!/`.
    pub origin: String,
    /// What it is.
    pub what: String,
    /// The profile that it is of.
    pub profile: String,
    /// Bytes of the redacted text.
    pub bytes: u64,
    /// SHA-256 of the redacted text.
    pub sha256: String,
    /// What went wrong while it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A command that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandEntry {
    /// The file with its output in the archive.
    pub path: String,
    /// The program and its arguments.
    pub run: Vec<String>,
    /// How it ended; `null` if it was ended.
    pub status: Option<i32>,
    /// It was ended since it took too long.
    pub late: bool,
    /// It showed more than was kept.
    pub cut: bool,
    /// Bytes of the redacted text.
    pub bytes: u64,
    /// SHA-256 of the redacted text.
    pub sha256: String,
}

/// What is not in the archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RefusedEntry {
    /// Where it is, or the command.
    pub origin: String,
    /// Its bytes, if it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Why.
    pub why: String,
    /// Whether it should have been taken.
    pub missed: bool,
}
