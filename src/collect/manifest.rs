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
    /// It showed more than was kept, which is the end of it.
    pub cut: bool,
    /// Bytes of the redacted text.
    pub bytes: u64,
    /// SHA-256 of the redacted text.
    pub sha256: String,
}

impl Manifest {
    /// What should be in the archive and is not, or not as a whole, each with the reason.
    pub fn lacks(&self) -> Vec<(String, String)> {
        let missed = self.refused.iter().filter(|it| it.missed).map(|it| (it.origin.clone(), it.why.clone()));
        let notes = self.files.iter().filter_map(|it| Some((it.origin.clone(), it.note.clone()?)));
        let commands = self.commands.iter().filter_map(|it| Some((it.run.join(" "), it.trouble()?)));
        missed.chain(notes).chain(commands).collect()
    }
}

impl CommandEntry {
    /// What went wrong with it. What it has shown, mostly why, is in the archive all the same.
    fn trouble(&self) -> Option<String> {
        let failed = match self.status {
            Some(0) => None,
            _ if self.late => Some("took too long and was ended".to_owned()),
            Some(status) => Some(format!("failed with {status}")),
            None => Some("was ended by a signal".to_owned()),
        };
        let cut = self.cut.then(|| format!("showed too much, of which the last {} bytes are kept", self.bytes));
        let told: Vec<String> = failed.into_iter().chain(cut).collect();
        if told.is_empty() { None } else { Some(told.join(", ")) }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_with_a_command_is_told() {
        let told = |status, late, cut| {
            let (path, sha256) = (String::new(), String::new());
            CommandEntry { path, run: vec!["x".to_owned()], status, late, cut, bytes: 7, sha256 }.trouble()
        };
        assert_eq!(told(Some(0), false, false), None);
        assert_eq!(told(Some(1), false, false).unwrap(), "failed with 1");
        assert_eq!(told(None, false, false).unwrap(), "was ended by a signal");
        let both = "took too long and was ended, showed too much, of which the last 7 bytes are kept";
        assert_eq!(told(None, true, true).unwrap(), both);
    }
}
