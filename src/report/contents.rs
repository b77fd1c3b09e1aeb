//! What is inside a bundle, one line per file: `tierline contents`.

use super::json::escape_hidden;
use super::neutral::one_line;
use super::wording::{moment, number, without_kind};
use crate::bundle::Problem;
use crate::finding::Time;
use serde::Serialize;

/// A file as `tierline contents` shows it.
#[derive(Clone, Copy, Debug)]
pub struct ContentLine<'a> {
    /// Path as people read it.
    pub file: &'a str,
    /// How large it is, unpacked.
    pub bytes: u64,
    /// Last change in seconds since 1970 UTC.
    pub modified: Option<i64>,
    /// SHA-256 in lower-case hex, if asked for.
    pub sha256: Option<&'a str>,
}

impl ContentLine<'_> {
    /// Returns it as one line of JSON with a line end. The names of the fields are part of the contract.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct JsonContent<'a> {
            file: &'a str,
            bytes: u64,
            modified: Option<String>,
            sha256: Option<&'a str>,
        }
        let modified = self.modified().map(|time| time.to_string());
        json_line(&JsonContent { file: self.file, bytes: self.bytes, modified, sha256: self.sha256 })
    }

    /// Returns it for a person: size, last change, hash if asked for, path.
    pub fn text(&self) -> String {
        let modified = self.modified().map_or_else(|| "-".to_string(), moment);
        let hash = self.sha256.map(|hash| format!("{hash}  ")).unwrap_or_default();
        format!("{:>13}  {modified:<20}  {hash}{}\n", number(self.bytes), one_line(self.file))
    }

    /// An archive may state any number; what is no moment of the years 1678 to 2262 is taken for none.
    fn modified(&self) -> Option<Time> {
        self.modified?.checked_mul(1_000_000_000).map(|nanoseconds| Time::new(nanoseconds, Some(0)))
    }
}

/// A problem as `tierline contents` shows it.
#[derive(Clone, Copy, Debug)]
pub struct ContentProblem<'a>(pub &'a Problem);

impl ContentProblem<'_> {
    /// Returns it as one line of JSON with a line end. The names of the fields are part of the contract.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct JsonProblem<'a> {
            file: &'a str,
            problem: &'a str,
            message: &'a str,
        }
        let ContentProblem(problem) = self;
        json_line(&JsonProblem { file: &problem.file, problem: problem.kind.name(), message: &problem.message })
    }

    /// Returns it for a person; it stands out from the files since it has no size.
    pub fn text(&self) -> String {
        let ContentProblem(problem) = self;
        let message = one_line(without_kind(problem.kind, &problem.message));
        format!("{:>13}  {}: {message}\n", problem.kind.name(), one_line(&problem.file))
    }
}

pub(super) fn json_line(line: &impl Serialize) -> String {
    let json = serde_json::to_string(line).expect("no map with other keys than strings, no failing Serialize");
    escape_hidden(&json) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::ProblemKind;

    const FILE: ContentLine<'static> =
        ContentLine { file: "a.zip!/x\u{1b}.log", bytes: 12_345, modified: Some(1_767_323_045), sha256: None };

    #[test]
    fn a_file_is_one_line_without_hidden_characters() {
        assert_eq!(FILE.text(), "       12,345  2026-01-02 03:04:05Z  a.zip!/x\\x1b.log\n");
        let hashed = ContentLine { sha256: Some("e3b0"), modified: None, ..FILE };
        assert_eq!(hashed.text(), "       12,345  -                     e3b0  a.zip!/x\\x1b.log\n");
        let expected = r#"{"file":"a.zip!/x\u001b.log","bytes":12345,"modified":"2026-01-02T03:04:05Z","sha256":null}"#;
        assert_eq!(FILE.json(), format!("{expected}\n"));
    }

    #[test]
    fn a_time_that_cannot_be_is_none() {
        let line = ContentLine { modified: Some(i64::MAX), ..FILE };
        assert!(line.json().contains(r#""modified":null"#));
    }

    #[test]
    fn a_problem_is_one_line_too() {
        let problem =
            Problem { file: "a\n".into(), kind: ProblemKind::Encrypted, message: "encrypted: needs a password".into() };
        assert_eq!(ContentProblem(&problem).text(), "    encrypted  a : needs a password\n");
        let expected = r#"{"file":"a\n","problem":"encrypted","message":"encrypted: needs a password"}"#;
        assert_eq!(ContentProblem(&problem).json(), format!("{expected}\n"));
    }
}
