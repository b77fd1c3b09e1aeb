//! For whom the files of a package are encrypted before they go to a tracker.
//!
//! ```toml
//! [trackers.desk]
//! encrypt_to = ["age1...", "keys/vendor.txt"]
//! ```

use super::{Config, ConfigError};
use crate::recipient::{Recipient, RecipientError, recipients};
use toml::Spanned;

impl Config {
    /// For whom, if it is said; nobody, if the list is empty, and then files go as they are whatever the package says. Each is a
    /// public key, or a file of them.
    pub fn encrypt_to(&self, tracker: &str) -> Result<Option<Vec<Recipient>>, ConfigError> {
        let Some(list) = self.trackers.get(tracker).and_then(|it| it.get_ref().encrypt_to.as_ref()) else {
            return Ok(None);
        };
        let all: Result<Vec<Vec<Recipient>>, ConfigError> = list.get_ref().iter().map(|it| self.readers(it)).collect();
        Ok(Some(all?.concat()))
    }

    fn readers(&self, entry: &Spanned<String>) -> Result<Vec<Recipient>, ConfigError> {
        let wrong = |reason: String| self.error(Some(entry.span()), format!("`encrypt_to`: {reason}"));
        let path = self.beside(entry.get_ref().as_ref());
        match Recipient::parse(entry.get_ref()) {
            Ok(recipient) => Ok(vec![recipient]),
            Err(RecipientError::Wrong(_)) if path.is_file() => {
                let text = std::fs::read_to_string(&path);
                let text = text.map_err(|error| wrong(format!("cannot read `{}`: {error}", path.display())))?;
                recipients(&text).map_err(|(line, error)| wrong(format!("`{}`, line {line}: {error}", path.display())))
            }
            Err(error) => Err(wrong(error.to_string())),
        }
    }
}
