//! One bundle into reports, in a process of its own: whatever the bundle does to it costs this process only.
//!
//! What the parent tells and gets to know is in `protocol.rs`.

use super::inside::{Inside, is_gone, open_file};
use super::protocol::{Examined, Summary, Task, hex};
use super::trouble::Trouble;
use crate::bundle::{Bundle, Helper, Limits, Problem, ProblemKind};
use crate::casework::{Quiet, findings, without_secrets};
use crate::diagnosis::{Diagnosis, State};
use crate::report::{self, TextStyle, headline};
use crate::signature::SignatureSet;
use crate::triage::{Options, triage};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Names the signatures that a set consists of: another name means that bundles may be explained otherwise.
pub fn catalogue_name(set: &SignatureSet) -> String {
    let lines: String = set.catalogues().iter().map(|it| format!("{} {}\n", it.name, it.sha256)).collect();
    hex(&Sha256::digest(lines))
}

/// Reads a bundle and writes its reports, as `report.json`, `report.html` and `report.txt`.
pub fn examine(job: &Task, set: &SignatureSet, helper: Option<&Helper>) -> Examined {
    let (Some(beside), Some(name)) = (job.path.parent(), job.path.file_name()) else { return Examined::Changed };
    let places = Inside::open(&job.root, beside)
        .and_then(|place| Ok((place, Inside::open(&job.root, &beside.join(&job.folder))?)));
    let (place, folder) = match places {
        Ok(places) => places,
        Err(error) if is_gone(&error) => return Examined::Changed,
        Err(error) => return Examined::Machine { why: error.to_string(), trouble: Trouble::of(&error) },
    };
    let shown = name.to_string_lossy();
    let opened = open_file(&place.at(name)).and_then(|file| {
        // The parent ends this process if it is told to end.
        let sha256 = sha256(&place.at(name), file.metadata()?.len(), &AtomicBool::new(false))?;
        Ok((Bundle::of_file(file, &shown, u64::MAX, Limits::default().timed())?, sha256))
    });
    let (mut bundle, sha256) = match opened {
        Ok((bundle, Some(sha256))) => (bundle, sha256),
        Ok((_, None)) => return Examined::Changed,
        Err(error) => {
            return Examined::Machine { why: format!("{shown}: {error}"), trouble: Trouble::of(&error) };
        }
    };
    if let Some(helper) = helper {
        bundle.set_helper(helper.clone());
    }
    let mut diagnosis = triage(&bundle, set, Options::default());
    job.quiet.note(&mut diagnosis);
    for input in &mut diagnosis.inputs {
        input.path.clone_from(&job.path);
        input.sha256 = Some(sha256.clone());
    }
    let of_kind = |kind| diagnosis.problems.iter().filter(move |it| it.kind == kind);
    if of_kind(ProblemKind::Changed).next().is_some() {
        return Examined::Changed;
    }
    // Whatever the bundle is, the system does not refuse to read it.
    if let Some(problem) = of_kind(ProblemKind::Unreadable).next() {
        return Examined::Machine { why: told(problem), trouble: Trouble::of_reading(&problem.message) };
    }
    if let Err(error) = write_reports(&diagnosis, folder.path()) {
        // Whatever it is, the bundle is not to blame.
        let trouble = match Trouble::of(&error) {
            Trouble::Upload => Trouble::Place,
            trouble => trouble,
        };
        let why = format!("the report could not be written: {error}");
        return Examined::Machine { why, trouble };
    }
    let is_empty = diagnosis.inputs.first().is_some_and(|it| it.bytes == 0);
    match of_kind(ProblemKind::Corrupt).find(|it| is_whole(&it.file)) {
        Some(problem) => Examined::Incomplete { why: problem.message.clone() },
        None if is_empty => Examined::Incomplete { why: "it is empty".to_owned() },
        None => {
            let told = summary(&diagnosis, &shown, &job.quiet);
            let title = without_secrets(&told.title);
            Examined::Report(Summary { sha256, title, findings: findings(&diagnosis, &job.quiet), ..told })
        }
    }
}

/// Whether a problem is one of the bundle as a whole. In its members damage is a part of the result.
fn is_whole(file: &str) -> bool {
    !file.contains("!/")
}

fn told(problem: &Problem) -> String {
    format!("{}: {}", problem.file, problem.message)
}

/// Writes the reports; they are on the disk when this returns. The folder is new: a file in it that is there already was put there by
/// somebody else, and through a link it could be any file.
fn write_reports(diagnosis: &Diagnosis, folder: &Path) -> io::Result<()> {
    const WIDTH: usize = 120;
    const TOP: usize = 10;
    let reports = [
        ("report.html", report::html(diagnosis, TOP)),
        ("report.txt", report::text(diagnosis, TextStyle::plain(WIDTH, TOP))),
        ("report.json", report::json(diagnosis)),
    ];
    for (name, text) in reports {
        let mut file = File::create_new(folder.join(name))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    Ok(())
}

/// What a case says of the bundle: the worst known problem, else the likeliest unexplained error, of what is not suppressed.
fn summary(diagnosis: &Diagnosis, shown: &str, quiet: &Quiet) -> Summary {
    let all = || diagnosis.known.iter().filter(|it| it.state == State::Match);
    let matches = || all().filter(|it| quiet.why(&it.signature.id).is_none());
    if let Some(worst) = matches().next() {
        let others = matches().filter(|it| it.caused_by.is_none()).count().saturating_sub(1);
        let signature = &worst.signature;
        let title = match others {
            0 => signature.title.clone(),
            others => format!("{} (and {others} more)", signature.title),
        };
        return Summary {
            title,
            problem: Some(format!("signature {}", signature.id)),
            vendor: Some(signature.vendor.clone()),
            product: Some(signature.product.clone()),
            severity: Some(signature.severity.name().to_owned()),
            ..Summary::default()
        };
    }
    if let Some(first) = diagnosis.unresolved.iter().find(|it| quiet.why(&it.id).is_none()) {
        let title = format!("unexplained: {}", headline(&first.finding));
        return Summary { title, problem: Some(format!("unresolved {}", first.id)), ..Summary::default() };
    }
    let known = all().map(|it| (&*it.signature.id, it.signature.title.clone()));
    let unexplained = diagnosis.unresolved.iter().map(|it| (&*it.id, headline(&it.finding)));
    if let Some((id, title)) = known.chain(unexplained).next() {
        return Summary {
            title: format!("suppressed: {title}"),
            problem: Some(format!("suppressed {id}")),
            quiet: quiet.why(id).map(str::to_owned),
            ..Summary::default()
        };
    }
    let title = match diagnosis.problems.iter().find(|it| it.kind != ProblemKind::Skipped) {
        Some(problem) => format!("{shown}: not examined: {}", problem.message),
        None => format!("{shown}: nothing found"),
    };
    Summary { title, ..Summary::default() }
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

/// SHA-256 of a file in lower-case hex. `None` if it has other than so many bytes, or if that is not wanted any more.
pub(super) fn sha256(path: &Path, bytes: u64, stop: &AtomicBool) -> io::Result<Option<String>> {
    let mut hasher = Sha256::new();
    let mut file = open_file(path)?;
    let mut block = vec![0; 256 << 10];
    let mut left = bytes;
    loop {
        match io::Read::read(&mut file, &mut block) {
            Ok(0) => return Ok((left == 0).then(|| hex(&hasher.finalize()))),
            Ok(read) if left < read as u64 || stop.load(Ordering::Relaxed) => return Ok(None),
            Ok(read) => {
                hasher.update(block.get(..read).unwrap_or_default());
                left -= read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::fs;

    fn examined(name: &str, content: &[u8]) -> (Examined, usize) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(folder.path().join(name), content).unwrap();
        let job = Task {
            root: folder.path().into(),
            path: folder.path().join(name),
            folder: "out".into(),
            quiet: Quiet::default(),
        };
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
        let found = &summary.findings[0];
        assert_eq!(
            (found.count, found.is_known, &*found.message),
            (1, false, std::str::from_utf8(LOG).unwrap().trim_end())
        );
        assert!(found.place.ends_with("a.log.gz:1"), "{found:?}");
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
    fn what_is_read_of_a_file_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "abc").unwrap();
        let hash = |bytes, stop| sha256(&path, bytes, &AtomicBool::new(stop)).unwrap();
        assert!(hash(3, false).is_some_and(|it| it.starts_with("ba7816bf")), "the test vector of FIPS 180-2");
        assert_eq!([hash(2, false), hash(4, false), hash(3, true)], [None, None, None]);
    }

    #[test]
    fn what_the_machine_cannot_do_is_no_fault_of_the_bundle() {
        let folder = tempfile::tempdir().unwrap();
        let set = SignatureSet::new(Vec::new());
        let job = Task {
            root: folder.path().into(),
            path: folder.path().join("a"),
            folder: "out".into(),
            quiet: Quiet::default(),
        };
        fs::create_dir(folder.path().join("out")).unwrap();
        let missing = examine(&job, &set, None);
        assert!(matches!(&missing, Examined::Machine { .. }), "{missing:?}");
        fs::write(folder.path().join("a"), LOG).unwrap();
        fs::create_dir(folder.path().join("out/report.html")).unwrap();
        let nowhere = examine(&job, &set, None);
        // Whoever uploads has put it there, and the disk is not full.
        let Examined::Machine { why, trouble: Trouble::Place } = &nowhere else { panic!("{nowhere:?}") };
        assert!(why.contains("could not be written"), "{why}");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (root, other) = (folder.path().join("in"), folder.path().join("other"));
        fs::create_dir_all(root.join("out")).unwrap();
        fs::write(root.join("a.log"), LOG).unwrap();
        fs::write(&other, "of another").unwrap();
        // Whoever uploads has put a folder of theirs in the place of the one that was made.
        std::os::unix::fs::symlink(&other, root.join("out/report.html")).unwrap();
        let path = root.join("a.log");
        let job = Task { root, path, folder: "out".into(), quiet: Quiet::default() };
        let examined = examine(&job, &SignatureSet::new(Vec::new()), None);
        assert!(matches!(&examined, Examined::Machine { .. }), "{examined:?}");
        assert_eq!(fs::read_to_string(&other).unwrap(), "of another");
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
            let job = Task { root: root.clone(), path: root.join(path), folder: ".w".into(), quiet: Quiet::default() };
            let examined = examine(&job, &SignatureSet::new(Vec::new()), None);
            assert!(!matches!(&examined, Examined::Report(_) | Examined::Incomplete { .. }), "{examined:?}");
        }
        for folder in [root.join(".w"), folder.path().join(".w")] {
            assert_eq!(folder.read_dir().unwrap().count(), 0);
        }
    }
}
