//! What the watch and the process that reads bundles tell each other.
//!
//! The parent writes a line for each bundle: the watched folder, the bundle and the name of the folder for its reports in hex, and what is
//! suppressed as JSON in hex. It reads
//! a line of JSON for each. The first line tells which signatures are used.

use super::facts::{bytes_of, path_of};
use super::trouble::Trouble;
use crate::casework::{Quiet, of_json, to_json};
use crate::store::Finding;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The longest line that is read.
pub(super) const LINE: u64 = 1 << 20;

/// What came of reading a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Examined {
    /// Its reports are in the folder.
    Report(Summary),
    /// Its format says that its end is missing, or it is damaged as a whole. The reports tell what could be read.
    Incomplete {
        /// In words.
        why: String,
    },
    /// It was changed meanwhile.
    Changed,
    /// The machine could not do it; the bundle is not to blame.
    Machine {
        /// In words.
        why: String,
        /// What it is about.
        trouble: Trouble,
    },
    /// The process that read it was killed, as the kernel does to free memory.
    Killed,
    /// Reading it has ended the process, or taken too long.
    Failed {
        /// In words.
        why: String,
    },
}

/// A report in a few words, for the case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// SHA-256 of the bundle as it was read.
    pub sha256: String,
    /// What it is about in one line.
    pub title: String,
    /// What identifies the problem, without the customer: the id of a signature or of an unexplained error.
    pub problem: Option<String>,
    /// Of the product.
    pub vendor: Option<String>,
    /// Of the product.
    pub product: Option<String>,
    /// How bad it is for the customer.
    pub severity: Option<String>,
    /// Why it is to open no case: all that was found is suppressed.
    pub quiet: Option<String>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What a reader is asked to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The watched folder, as the watch was told of it.
    pub root: PathBuf,
    /// The bundle, which lies in it.
    pub path: PathBuf,
    /// The name of the folder for its reports, which lies beside it.
    pub folder: OsString,
    /// What is suppressed at its customer.
    pub quiet: Quiet,
}

impl Examined {
    /// As a line for the parent. Of a report that would be longer than what is read, the last findings are left out.
    pub fn to_line(&self) -> String {
        let mut line = self.line();
        if let Examined::Report(it) = self {
            let mut it = it.clone();
            while line.len() as u64 > LINE && it.findings.pop().is_some() {
                line = Examined::Report(it.clone()).line();
            }
        }
        line
    }

    fn line(&self) -> String {
        let value = match self {
            Examined::Report(it) => json!({
                "is": "report", "sha256": it.sha256, "title": it.title, "problem": it.problem, "vendor": it.vendor,
                "product": it.product, "severity": it.severity, "quiet": it.quiet,
                "findings": it.findings.iter().map(to_json).collect::<Vec<_>>(),
            }),
            Examined::Incomplete { why } => json!({"is": "incomplete", "why": why}),
            Examined::Changed => json!({"is": "changed"}),
            Examined::Killed => json!({"is": "killed"}),
            Examined::Machine { why, trouble } => json!({"is": "machine", "why": why, "trouble": trouble.name()}),
            Examined::Failed { why } => json!({"is": "failed", "why": why}),
        };
        format!("{value}\n")
    }

    /// Reads such a line; `None` if it is none.
    pub fn of_line(line: &str) -> Option<Examined> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(match value.get("is")?.as_str()? {
            "report" => Examined::Report(Summary {
                sha256: text("sha256")?,
                title: text("title")?,
                problem: text("problem"),
                vendor: text("vendor"),
                product: text("product"),
                severity: text("severity"),
                quiet: text("quiet"),
                findings: value.get("findings")?.as_array()?.iter().map(of_json).collect::<Option<_>>()?,
            }),
            "incomplete" => Examined::Incomplete { why: text("why")? },
            "changed" => Examined::Changed,
            "killed" => Examined::Killed,
            "machine" => Examined::Machine { why: text("why")?, trouble: Trouble::named(&text("trouble")?)? },
            "failed" => Examined::Failed { why: text("why")? },
            _ => return None,
        })
    }
}

impl Task {
    /// As a line for the process that reads bundles; `None` if a name is no text where it has to be.
    pub(super) fn to_line(&self) -> Option<String> {
        let words = [&self.root, &self.path, Path::new(&self.folder)].map(|it| bytes_of(it).map(hex));
        let [Some(root), Some(path), Some(folder)] = words else { return None };
        let quiet: Value = self.quiet.0.iter().map(|(problem, why)| (problem.clone(), json!(why))).collect();
        Some(format!("{root} {path} {folder} {}\n", hex(quiet.to_string().as_bytes())))
    }

    /// Reads such a line.
    pub fn of_line(line: &str) -> Option<Task> {
        let mut words = line.trim_end().split(' ').map(bytes_of_hex);
        let mut next = || words.next()?;
        let (root, path, folder, quiet) = (path_of(next()?), path_of(next()?), path_of(next()?), next()?);
        let quiet: Value = serde_json::from_slice(&quiet).ok()?;
        let quiet = quiet.as_object()?.iter().map(|(problem, why)| Some((problem.clone(), why.as_str()?.to_owned())));
        let quiet = Quiet(quiet.collect::<Option<_>>()?);
        words.next().is_none().then_some(Task { root, path, folder: folder.into_os_string(), quiet })
    }
}

/// Bytes in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of_hex(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) {
        return None;
    }
    let byte = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FindingStep;

    fn finding() -> Finding {
        let step = |number| FindingStep {
            number,
            level: "L1".into(),
            audience: "customer".into(),
            text: "free \"D:\"\nsoon".into(),
            verify: number.map(|_| "it runs".to_owned()),
            risk: number.map(|_| "the job breaks off".to_owned()),
        };
        Finding {
            problem: "a/b/c".into(),
            is_known: true,
            variant: Some("v".into()),
            title: "full".into(),
            severity: Some("high".into()),
            level: Some("L1".into()),
            count: u64::MAX,
            first_time: Some("2026-01-02T03:04:05".into()),
            last_time: None,
            codes: vec!["0x1".into(), "0x2".into()],
            message: "a\n  b".into(),
            place: "a.log:1".into(),
            suppressed: Some("for now".into()),
            steps: vec![step(Some(1)), step(None)],
        }
    }

    #[test]
    fn what_came_of_it_is_a_line() {
        let summary = Summary { sha256: "ab".into(), title: "a \"b\"\nc".into(), ..Summary::default() };
        let why = || "no\nspace".to_owned();
        let all = [
            Examined::Report(summary.clone()),
            Examined::Report(Summary { problem: Some("p".into()), severity: Some("high".into()), ..summary.clone() }),
            Examined::Report(Summary {
                findings: vec![finding(), Finding::default()],
                quiet: Some("q".into()),
                ..summary
            }),
            Examined::Incomplete { why: why() },
            Examined::Changed,
            Examined::Killed,
            Examined::Machine { why: why(), trouble: Trouble::Room },
            Examined::Machine { why: why(), trouble: Trouble::Upload },
            Examined::Failed { why: why() },
        ];
        for examined in all {
            let line = examined.to_line();
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert_eq!(Examined::of_line(&line), Some(examined));
        }
        for line in ["", "x", "{}", "{\"is\":\"report\"}", "[]"] {
            assert_eq!(Examined::of_line(line), None);
        }
    }

    #[test]
    fn a_line_is_one_that_is_read() {
        let long = Finding { message: "\0".repeat(50_000), ..finding() };
        let summary = Summary { sha256: "ab".into(), findings: vec![long; 10], ..Summary::default() };
        let line = Examined::Report(summary).to_line();
        let Some(Examined::Report(read)) = Examined::of_line(&line) else { panic!("no report") };
        assert!(line.len() as u64 <= LINE && read.findings.len() == 3, "{}", line.len());
    }

    #[test]
    fn a_task_is_a_line() {
        for quiet in [Quiet::default(), Quiet([("a/b/c".to_owned(), "no \"disk\"\n".to_owned())].into())] {
            let task = Task { root: "/in".into(), path: "/in/a \n.zip".into(), folder: ".w".into(), quiet };
            let line = task.to_line().unwrap();
            assert_eq!(line.matches('\n').count(), 1);
            assert_eq!(Task::of_line(&line), Some(task));
            assert_eq!(Task::of_line(&line.replace('\n', " 00\n")), None);
        }
        for line in ["", "a", "00 00 00", "00 00 00 0", "zz 00 00 7b7d", "00 00 00 00", "00 00 00 5b5d"] {
            assert_eq!(Task::of_line(line), None, "{line}");
        }
    }
}
