//! One bundle into reports, in a process of its own: whatever the bundle does to it costs this process only.
//!
//! The parent writes a line per job (the watched folder, the bundle and the name of the folder for its reports, in hex) and reads a line of JSON for each. The first line tells which
//! signatures are used.

use super::facts::{bytes_of, path_of};
use super::inside::{Inside, is_gone, open_file};
use crate::bundle::{Bundle, Helper, Limits, Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, State};
use crate::report::{self, TextStyle, headline};
use crate::signature::SignatureSet;
use crate::triage::{Options, triage};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
}

/// Names the signatures that a set consists of: another name means that bundles may be explained otherwise.
pub fn catalogue_name(set: &SignatureSet) -> String {
    let lines: String = set.catalogues().iter().map(|it| format!("{} {}\n", it.name, it.sha256)).collect();
    hex(&Sha256::digest(lines))
}

/// What a reader is asked to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToRead {
    /// The watched folder, as the watch was told of it.
    pub root: PathBuf,
    /// The bundle, which lies in it.
    pub path: PathBuf,
    /// The name of the folder for its reports, which lies beside it.
    pub folder: OsString,
}

/// Reads a bundle and writes its reports, as `report.json`, `report.html` and `report.txt`.
pub fn examine(job: &ToRead, set: &SignatureSet, helper: Option<&Helper>) -> Examined {
    let (Some(beside), Some(name)) = (job.path.parent(), job.path.file_name()) else { return Examined::Changed };
    let places = Inside::open(&job.root, beside)
        .and_then(|place| Ok((place, Inside::open(&job.root, &beside.join(&job.folder))?)));
    let (place, folder) = match places {
        Ok(places) => places,
        Err(error) if is_gone(&error) => return Examined::Changed,
        Err(error) => return Examined::Machine { why: error.to_string() },
    };
    let shown = name.to_string_lossy();
    let mut bundle = match Bundle::of_file(&place.at(name), &shown, Limits::default().timed()) {
        Ok(bundle) => bundle,
        Err(error) => return Examined::Machine { why: chain(&error) },
    };
    if let Some(helper) = helper {
        bundle.set_helper(helper.clone());
    }
    bundle.hash();
    let mut diagnosis = triage(&bundle, set, Options::default());
    diagnosis.inputs.iter_mut().for_each(|input| input.path.clone_from(&job.path));
    let Some(sha256) = diagnosis.inputs.first().and_then(|it| it.sha256.clone()) else {
        return Examined::Machine { why: "it could not be read to its end".to_owned() };
    };
    let of_kind = |kind| diagnosis.problems.iter().filter(move |it| it.kind == kind);
    if of_kind(ProblemKind::Changed).next().is_some() {
        return Examined::Changed;
    }
    // Whatever the bundle is, the system does not refuse to read it.
    if let Some(problem) = of_kind(ProblemKind::Unreadable).next() {
        return Examined::Machine { why: told(problem) };
    }
    if let Err(error) = write_reports(&diagnosis, folder.path()) {
        return Examined::Machine { why: format!("the report could not be written: {error}") };
    }
    let is_empty = diagnosis.inputs.first().is_some_and(|it| it.bytes == 0);
    match of_kind(ProblemKind::Corrupt).find(|it| is_whole(&it.file)) {
        Some(problem) => Examined::Incomplete { why: problem.message.clone() },
        None if is_empty => Examined::Incomplete { why: "it is empty".to_owned() },
        None => Examined::Report(Summary { sha256, ..summary(&diagnosis, &shown) }),
    }
}

/// Whether a problem is one of the bundle as a whole. In its members damage is a part of the result.
fn is_whole(file: &str) -> bool {
    !file.contains("!/")
}

fn told(problem: &Problem) -> String {
    format!("{}: {}", problem.file, problem.message)
}

/// Writes the reports; they are on the disk when this returns.
fn write_reports(diagnosis: &Diagnosis, folder: &Path) -> io::Result<()> {
    const WIDTH: usize = 120;
    const TOP: usize = 10;
    let reports = [
        ("report.html", report::html(diagnosis, TOP)),
        ("report.txt", report::text(diagnosis, TextStyle::plain(WIDTH, TOP))),
        ("report.json", report::json(diagnosis)),
    ];
    for (name, text) in reports {
        let mut file = File::create(folder.join(name))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    Ok(())
}

/// What a case says of the bundle: the worst known problem, else the likeliest unexplained error.
fn summary(diagnosis: &Diagnosis, shown: &str) -> Summary {
    let matches = || diagnosis.known.iter().filter(|it| it.state == State::Match);
    if let Some(worst) = matches().next() {
        let others = matches().filter(|it| it.caused_by.is_none()).count().saturating_sub(1);
        let signature = &worst.signature;
        let title = match others {
            0 => signature.title.clone(),
            others => format!("{} (and {others} more)", signature.title),
        };
        return Summary {
            sha256: String::new(),
            title,
            problem: Some(format!("signature {}", signature.id)),
            vendor: Some(signature.vendor.clone()),
            product: Some(signature.product.clone()),
            severity: Some(signature.severity.name().to_owned()),
        };
    }
    if let Some(first) = diagnosis.unresolved.first() {
        let title = format!("unexplained: {}", headline(&first.finding));
        return Summary { title, problem: Some(format!("unresolved {}", first.id)), ..Summary::default() };
    }
    let title = match diagnosis.problems.iter().find(|it| it.kind != ProblemKind::Skipped) {
        Some(problem) => format!("{shown}: not examined: {}", problem.message),
        None => format!("{shown}: nothing found"),
    };
    Summary { title, ..Summary::default() }
}

impl Examined {
    /// As a line for the parent.
    pub fn to_line(&self) -> String {
        let value = match self {
            Examined::Report(it) => json!({
                "is": "report", "sha256": it.sha256, "title": it.title, "problem": it.problem, "vendor": it.vendor,
                "product": it.product, "severity": it.severity,
            }),
            Examined::Incomplete { why } => json!({"is": "incomplete", "why": why}),
            Examined::Changed => json!({"is": "changed"}),
            Examined::Killed => json!({"is": "killed"}),
            Examined::Machine { why } => json!({"is": "machine", "why": why}),
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
            }),
            "incomplete" => Examined::Incomplete { why: text("why")? },
            "changed" => Examined::Changed,
            "killed" => Examined::Killed,
            "machine" => Examined::Machine { why: text("why")? },
            "failed" => Examined::Failed { why: text("why")? },
            _ => return None,
        })
    }
}

impl ToRead {
    /// As a line for the process that reads bundles; `None` if a name is no text where it has to be.
    pub(super) fn to_line(&self) -> Option<String> {
        let words = [&self.root, &self.path, Path::new(&self.folder)].map(|it| bytes_of(it).map(hex));
        let [Some(root), Some(path), Some(folder)] = words else { return None };
        Some(format!("{root} {path} {folder}\n"))
    }

    /// Reads such a line.
    pub fn of_line(line: &str) -> Option<ToRead> {
        let mut words = line.trim_end().split(' ').map(|word| bytes_of_hex(word).map(path_of));
        let mut next = || words.next()?;
        let job = ToRead { root: next()?, path: next()?, folder: next()?.into_os_string() };
        words.next().is_none().then_some(job)
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

/// An error with its causes, on one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// SHA-256 of a file in lower-case hex.
pub(super) fn sha256(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut file = open_file(path)?;
    let mut block = vec![0; 256 << 10];
    loop {
        match io::Read::read(&mut file, &mut block) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(read) => hasher.update(block.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_came_of_it_is_a_line() {
        let summary = Summary { sha256: "ab".into(), title: "a \"b\"\nc".into(), ..Summary::default() };
        let why = || "no\nspace".to_owned();
        let all = [
            Examined::Report(summary.clone()),
            Examined::Report(Summary { problem: Some("p".into()), severity: Some("high".into()), ..summary }),
            Examined::Incomplete { why: why() },
            Examined::Changed,
            Examined::Killed,
            Examined::Machine { why: why() },
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
    fn a_job_is_a_line() {
        let job = ToRead { root: "/in".into(), path: "/in/a \n.zip".into(), folder: ".w".into() };
        let line = job.to_line().unwrap();
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(ToRead::of_line(&line), Some(job));
        for line in ["", "a", "00 00", "a b c", "00 00 0", "zz 00 00", "00 00 00 00"] {
            assert_eq!(ToRead::of_line(line), None, "{line}");
        }
    }

    fn examined(name: &str, content: &[u8]) -> (Examined, usize) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(folder.path().join(name), content).unwrap();
        let job = ToRead { root: folder.path().into(), path: folder.path().join(name), folder: "out".into() };
        let examined = examine(&job, &SignatureSet::new(Vec::new()), None);
        if let Ok(report) = fs::read_to_string(out.join("report.json")) {
            let report: Value = serde_json::from_str(&report).unwrap();
            assert_eq!(report["inputs"][0]["path"], job.path.to_str().unwrap());
        }
        (examined, out.read_dir().unwrap().count())
    }

    fn packed(log: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(log).unwrap();
        gzip.finish().unwrap()
    }

    const LOG: &[u8] = b"2026-01-02 03:04:05 ERROR the disk is on fire\n";

    #[test]
    fn a_bundle_becomes_reports_and_a_line_for_its_case() {
        let (Examined::Report(summary), 3) = examined("a.log.gz", &packed(LOG)) else { panic!("no report") };
        assert!(summary.title.starts_with("unexplained: ") && summary.title.contains("the disk is on fire"));
        assert!(summary.problem.is_some_and(|it| it.starts_with("unresolved ")));
        assert_eq!(summary.sha256.len(), 64);
        let (Examined::Report(quiet), _) = examined("a.log", b"2026-01-02 03:04:05 INFO fine\n") else { panic!() };
        assert_eq!((&*quiet.title, quiet.problem), ("a.log: nothing found", None));
    }

    #[test]
    fn what_lacks_its_end_is_incomplete() {
        let whole = packed(&LOG.repeat(100));
        for end in [1, 8, whole.len() / 2] {
            let (examined, _) = examined("a.gz", &whole[..whole.len() - end]);
            assert!(matches!(&examined, Examined::Incomplete { why } if why.contains("cut off")), "{examined:?}");
        }
        for (name, content) in [("a.zip", [0; 3000].as_slice()), ("a.log", b"")] {
            let (examined, _) = examined(name, content);
            assert!(matches!(&examined, Examined::Incomplete { .. }), "{name}: {examined:?}");
        }
        // Damage inside is a result.
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(whole.len() as u64 - 9);
        header.set_cksum();
        tar.append_data(&mut header, "a.log.gz", &whole[..whole.len() - 9]).unwrap();
        let (examined, _) = examined("a.tar", &tar.into_inner().unwrap());
        assert!(matches!(&examined, Examined::Report(_)), "{examined:?}");
    }

    #[test]
    fn what_the_machine_cannot_do_is_no_fault_of_the_bundle() {
        let folder = tempfile::tempdir().unwrap();
        let set = SignatureSet::new(Vec::new());
        let job = ToRead { root: folder.path().into(), path: folder.path().join("a"), folder: "out".into() };
        fs::create_dir(folder.path().join("out")).unwrap();
        let missing = examine(&job, &set, None);
        assert!(matches!(&missing, Examined::Machine { .. }), "{missing:?}");
        fs::write(folder.path().join("a"), LOG).unwrap();
        fs::create_dir(folder.path().join("out/report.html")).unwrap();
        let nowhere = examine(&job, &set, None);
        assert!(matches!(&nowhere, Examined::Machine { why } if why.contains("could not be written")), "{nowhere:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("in");
        fs::create_dir_all(root.join(".w")).unwrap();
        fs::write(folder.path().join("secret.log"), LOG).unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret.log"), root.join("a.log")).unwrap();
        std::os::unix::fs::symlink(folder.path(), root.join("deep")).unwrap();
        fs::create_dir(folder.path().join(".w")).unwrap();
        for path in ["a.log", "deep/secret.log"] {
            let job = ToRead { root: root.clone(), path: root.join(path), folder: ".w".into() };
            let examined = examine(&job, &SignatureSet::new(Vec::new()), None);
            assert!(!matches!(&examined, Examined::Report(_) | Examined::Incomplete { .. }), "{examined:?}");
        }
        for folder in [root.join(".w"), folder.path().join(".w")] {
            assert_eq!(folder.read_dir().unwrap().count(), 0);
        }
    }
}
