//! The package: a folder with the ticket, the evidence and the logs, all redacted, and a manifest of their hashes.
//!
//! It is made beside its place and moved there when it is complete and the leak scan has found nothing. The same bundle, customer
//! and answers give the same bytes: nothing in it depends on the clock.

use super::case::{Case, Intake};
use super::logs::{self, Cut};
use super::portal;
use super::render;
use super::ticket::{Attachment, Ticket, excerpts};
use crate::bundle::{Bundle, Entry};
use crate::diagnosis::Diagnosis;
use crate::redact::{CustomerKey, LeakScan, Map, Names, Options, Redactor};
use crate::redaction::{FreeNames, harmless, leaks_in};
use crate::report::{one_line, seconds};
use crate::scan::Globs;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// How names are replaced in a package.
pub struct Redaction {
    /// The customer's key.
    pub key: CustomerKey,
    /// What is wanted.
    pub options: Options,
    /// What the bundle, and earlier ones of the customer, call hosts, users and domains.
    pub names: Names,
    /// What earlier pseudonyms of the customer stand for.
    pub known: Map,
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The disk, mostly.
    #[error("write `{path}`")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The place is taken.
    #[error("`{0}` is there already and not empty")]
    Taken(PathBuf),
    /// Something in the package must not leave.
    #[error("the leak scan found {}", told(.0))]
    Leaks(Vec<FoundLeak>),
}

/// A leak in a file of the package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundLeak {
    /// Below the package's folder.
    pub file: String,
    /// From 1.
    pub line: u64,
    /// What it is.
    pub what: &'static str,
    /// What found it.
    pub rule: &'static str,
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `tierline.manifest/1`.
    pub schema: String,
    /// The version of the program.
    pub tool: String,
    /// The ticket's key.
    pub key: String,
    /// SHA-256 of what was examined, in lower-case hex, in the order given.
    pub inputs: Vec<Option<String>>,
    /// All files but this one, in the order of their paths.
    pub files: Vec<Attachment>,
    /// Logs of the bundle that the vendor asks for and that are not in the package, in the order of their paths.
    #[serde(default)]
    pub omitted: Vec<Omitted>,
}

/// A log that the vendor asks for and that is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Omitted {
    /// Its path in the bundle, redacted.
    pub path: String,
    /// What it is.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The ticket.
    pub ticket: Ticket,
    /// What the pseudonyms stand for. It must not leave.
    pub map: Map,
}

/// The file with the hashes of all others.
const MANIFEST: &str = "manifest.json";

/// Makes the package in `out`.
pub fn make(
    case: &Case<'_>,
    diagnosis: &Diagnosis,
    intake: &Intake,
    bundle: &Bundle,
    redaction: &Redaction,
    out: &Path,
) -> Result<Made, PackageError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| PackageError::Write { path, source }
    };
    if is_used(out).map_err(failed(out))? {
        return Err(PackageError::Taken(out.to_path_buf()));
    }
    let redactor = Redactor::new(redaction.key.clone(), &redaction.options, &redaction.names);
    let parent = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed(parent))?;
    let folder = tempfile::Builder::new().prefix(".tierline-").tempdir_in(parent).map_err(failed(parent))?;
    let mut folder = Folder { root: folder, files: Vec::new() };
    let mut ticket = Ticket::new(case, diagnosis, intake, &redactor, &redaction.key);
    let mut write = |folder: &mut Folder| -> io::Result<()> {
        for (index, excerpt) in excerpts(case, diagnosis, &redactor).iter().enumerate() {
            folder.add(&format!("evidence/{:02}.txt", index + 1), &excerpt.what, excerpt.text.as_bytes())?;
        }
        let Logs { omitted, without_any } = add_logs(folder, case, bundle, &redactor)?;
        ticket.missing.extend(without_any);
        folder.files.sort_by(|a, b| a.path.cmp(&b.path));
        ticket.attachments.clone_from(&folder.files);
        folder.add("ticket.md", "the case", render::markdown(&ticket).as_bytes())?;
        folder.add("ticket.json", "the case, for programs", render::json(&ticket).as_bytes())?;
        if let Some(portal) = &case.vendor.portal {
            let fields = portal::portal_fields(&ticket, portal);
            folder.add("portal.txt", "the fields of the vendor's portal in its order", fields.as_bytes())?;
        }
        folder.files.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest = Manifest {
            schema: "tierline.manifest/1".into(),
            tool: env!("CARGO_PKG_VERSION").into(),
            key: ticket.key.clone(),
            inputs: diagnosis.inputs.iter().map(|it| it.sha256.clone()).collect(),
            files: folder.files.clone(),
            omitted,
        };
        let manifest = serde_json::to_string_pretty(&manifest)? + "\n";
        fs::write(folder.root.path().join(MANIFEST), manifest)
    };
    write(&mut folder).map_err(failed(out))?;
    let map = redactor.map();
    // A name that was replaced in an earlier bundle may stand in this one too.
    let mut all = redaction.known.clone();
    all.merge(&map);
    let scan = LeakScan::new(&all, &redaction.options.keywords, redaction.options.keep_identifiers);
    let leaks = leaks(folder.root.path(), &folder.files, &scan).map_err(failed(out))?;
    if !leaks.is_empty() {
        return Err(PackageError::Leaks(leaks));
    }
    // An empty folder may be there; nothing else is.
    let _ = fs::remove_dir(out);
    let made = folder.root.keep();
    fs::rename(&made, out).map_err(|source| {
        let _ = fs::remove_dir_all(&made);
        failed(out)(source)
    })?;
    Ok(Made { ticket, map })
}

/// Whether something is at a place where a package shall be made.
pub fn is_used(out: &Path) -> io::Result<bool> {
    match fs::read_dir(out) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(true),
        Err(error) => Err(error),
    }
}

/// The folder of a package while it is made.
struct Folder {
    root: tempfile::TempDir,
    files: Vec<Attachment>,
}

impl Folder {
    fn add(&mut self, path: &str, what: &str, bytes: &[u8]) -> io::Result<()> {
        self.stream(path, |out| out.write_all(bytes).map(|()| what.to_owned()))
    }

    /// Writes a file; `write` says what it is.
    fn stream(&mut self, path: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<String>) -> io::Result<()> {
        let place = self.root.path().join(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut out = Hashing::new(BufWriter::new(File::create(&place)?));
        let what = write(&mut out)?;
        out.flush()?;
        let (sha256, bytes) = out.end();
        self.files.push(Attachment { path: path.to_owned(), what, bytes, sha256 });
        Ok(())
    }

    /// Takes a file away again.
    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.files.retain(|it| it.path != path);
        fs::remove_file(self.root.path().join(path))
    }
}

/// Counts and hashes what is written.
pub(super) struct Hashing<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W> Hashing<W> {
    pub(super) fn new(out: W) -> Hashing<W> {
        Hashing { out, hash: Sha256::new(), bytes: 0 }
    }

    /// SHA-256 in lower-case hex, and how many bytes.
    pub(super) fn end(self) -> (String, u64) {
        let hash = self.hash.finalize();
        (hash.iter().map(|byte| format!("{byte:02x}")).collect(), self.bytes)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What became of the logs that the vendor asks for.
#[derive(Default)]
struct Logs {
    /// Those that are not in the package.
    omitted: Vec<Omitted>,
    /// A sentence for each kind of log of which nothing is.
    without_any: Vec<String>,
}

/// Adds the logs that the vendor asks for, those of them that have records of the incident's time.
fn add_logs(folder: &mut Folder, case: &Case<'_>, bundle: &Bundle, redactor: &Redactor) -> io::Result<Logs> {
    let group = case.subject.group();
    let window = logs::window(group.first_time, group.last_time);
    let globs: Vec<Globs> = case.product.logs.iter().map(|it| Globs::new(&it.files)).collect();
    // Of each kind of log, the files that were taken.
    let mut files_of = vec![0_u64; globs.len()];
    let mut omitted = Vec::new();
    let written = Mutex::new((folder, FreeNames::default(), Ok(()), &mut files_of, &mut omitted));
    let add = |entry: Entry<'_>| {
        let path = entry.path.to_string();
        let Some(index) = globs.iter().position(|it| it.fit(&path)) else { return };
        let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
        let (folder, names, result, files_of, omitted) = &mut *written;
        if result.is_err() {
            return;
        }
        let shown = redactor.str(&path);
        let name = names.take(&format!("logs/{}", harmless(shown.as_str())));
        let what = case.product.logs.get(index).map_or("", |it| &*it.what);
        let mut taken = Ok(Cut::default());
        *result = folder.stream(&name, |out| {
            taken = logs::cut(entry, window, redactor, out)?;
            Ok(taken.as_ref().map_or_else(|_| String::new(), |cut| described(what, cut)))
        });
        let why = match taken {
            Ok(cut) if cut.taken > 0 => {
                files_of[index] += 1;
                return;
            }
            Ok(_) => "no record of the time of the incident",
            Err(why) => why,
        };
        if result.is_ok() {
            omitted.push(Omitted { path: shown.as_str().to_owned(), what: what.to_owned(), why: why.to_owned() });
            *result = folder.remove(&name);
        }
    };
    // One after another, so that names and order do not depend on threads.
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(|| bundle.visit(&add)),
        Err(error) => return Err(io::Error::other(error)),
    };
    written.into_inner().unwrap_or_else(PoisonError::into_inner).2?;
    omitted.sort();
    let without_any = case.product.logs.iter().zip(files_of).filter(|(logs, files)| *files == 0 && !logs.is_optional);
    let without_any = without_any.filter_map(|(logs, _)| {
        let all: Vec<&Omitted> = omitted.iter().filter(|it| it.what == logs.what).collect();
        let (first, others) = all.split_first()?;
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        Some(format!("The {}: {}{more}: {}.", logs.what, first.path, first.why))
    });
    let without_any = without_any.collect();
    Ok(Logs { omitted, without_any })
}

fn described(what: &str, cut: &Cut) -> String {
    let records = match cut.taken == cut.all {
        true => format!("all {} records", cut.all),
        false => format!("{} of {} records", cut.taken, cut.all),
    };
    match cut.times {
        Some((first, last)) => format!("{what}: {records}, {} to {}", seconds(first), seconds(last)),
        None => format!("{what}: {records}"),
    }
}

/// Looks for what must not leave in the manifest of a package and the files that it names.
pub fn leaks_in_package(package: &Path, scan: &LeakScan) -> io::Result<Vec<FoundLeak>> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(package.join(MANIFEST))?)?;
    leaks(package, &manifest.files, scan)
}

fn leaks(package: &Path, files: &[Attachment], scan: &LeakScan) -> io::Result<Vec<FoundLeak>> {
    let mut found = BTreeSet::new();
    for path in files.iter().map(|it| &*it.path).chain([MANIFEST]) {
        let mut source = File::open(package.join(path))?;
        for (line, leak) in leaks_in(&mut source, scan)? {
            found.insert(FoundLeak { file: path.to_owned(), line, what: leak.kind.name(), rule: leak.rule });
        }
    }
    Ok(found.into_iter().collect())
}

fn told(leaks: &[FoundLeak]) -> String {
    const TOLD: usize = 10;
    let all: Vec<String> =
        leaks.iter().take(TOLD).map(|it| format!("{} in {}, line {}", it.what, it.file, it.line)).collect();
    let more = leaks.len().saturating_sub(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    one_line(&format!("{}{more}", all.join("; ")))
}
