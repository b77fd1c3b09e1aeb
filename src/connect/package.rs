//! A package as it is sent: whole, free of leaks, and with the names that its files have at a tracker.

use super::tracker::{Draft, Tracker};
use crate::escalate::{
    FoundLeak, Manifest, Ticket, VerifyError, beside, is_sealed, leaks_in_package, markdown, plain_text, seal, verify,
};
use crate::recipient::Recipient;
use crate::redact::LeakScan;
use crate::store::EntryFile;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A package that is as it was made.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its folder.
    pub folder: PathBuf,
    /// The ticket.
    pub ticket: Ticket,
    /// SHA-256 of the manifest: names these bytes.
    pub manifest: String,
    /// The files that go to the tracker.
    pub files: Vec<Outgoing>,
}

/// A file that goes to a tracker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Below the package's folder, with `/`.
    pub path: String,
    /// What it is called at the tracker: one name, without folders.
    pub name: String,
    /// Where it lies.
    pub place: PathBuf,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Why a package is not sent.
#[derive(Debug, thiserror::Error)]
pub enum PackageProblem {
    /// It cannot be read, or is none.
    #[error(transparent)]
    Unreadable(#[from] VerifyError),
    /// A file of it.
    #[error("read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be encrypted.
    #[error("encrypt `{path}`")]
    Encrypt {
        /// The package, or its encrypted file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what it was.
    #[error("the package is not as it was made: {}", .0.join("; "))]
    Changed(Vec<String>),
    /// Something in it must not leave.
    #[error("the leak scan found {} in {}, line {}{}", .0.what, .0.file, .0.line, more(*.1))]
    Leaks(FoundLeak, usize),
}

fn more(others: usize) -> String {
    if others == 0 { String::new() } else { format!(" and {others} more") }
}

/// Files of a package that are for us or for a portal.
const OWN: [&str; 3] = ["manifest.json", "portal.txt", "ticket.json"];

impl Package {
    /// Opens the package in a folder: every file must have the hash that the manifest states, and no other may be there.
    pub fn open(folder: &Path) -> Result<Package, PackageProblem> {
        let wrong = verify(folder, None)?;
        if !wrong.is_empty() {
            return Err(PackageProblem::Changed(wrong));
        }
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|source| PackageProblem::Read { path, source })
        };
        let json = |name: &str, error: serde_json::Error| {
            PackageProblem::Unreadable(VerifyError::Manifest { path: folder.join(name), message: error.to_string() })
        };
        let bytes = read("manifest.json")?;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| json("manifest.json", error))?;
        let ticket: Ticket =
            serde_json::from_slice(&read("ticket.json")?).map_err(|error| json("ticket.json", error))?;
        // Both are read after `verify` has; a folder that changes under us is no package.
        if ticket.key != manifest.key || !is_key(&ticket.key) {
            return Err(PackageProblem::Changed(vec!["its key is no key of a ticket".into()]));
        }
        let mut names = BTreeSet::new();
        let sent = manifest.files.iter().filter(|it| !OWN.contains(&&*it.path));
        let files = sent
            .map(|it| Outgoing {
                path: it.path.clone(),
                name: free(&mut names, &plain(&it.path)),
                place: folder.join(&it.path),
                sha256: it.sha256.clone(),
                bytes: it.bytes,
            })
            .collect();
        let manifest = hex(&Sha256::digest(&bytes));
        Ok(Package { folder: folder.to_path_buf(), ticket, manifest, files })
    }

    /// The package as one file that only these can read, which is made beside it if it is not there yet: a zip with everything, the
    /// manifest too.
    pub fn sealed(self, recipients: &[Recipient]) -> Result<Package, PackageProblem> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| PackageProblem::Encrypt { path, source }
        };
        let place = seal(&self.folder, &self.manifest, recipients).map_err(failed(&self.folder))?;
        let sha256 = hash_of(&place).map_err(failed(&place))?;
        let bytes = fs::metadata(&place).map_err(failed(&place))?.len();
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Package { files: vec![Outgoing { path: name.clone(), name, place, sha256, bytes }], ..self })
    }

    /// The package with the files that were claimed: its own, or its encrypted one, which must be the same still, for encrypted
    /// again it would be another.
    pub(super) fn with_claimed(self, claimed: &[EntryFile]) -> Result<Package, PackageProblem> {
        let [only] = claimed else { return Ok(self) };
        if !is_sealed(&only.path) {
            return Ok(self);
        }
        let failed = |source| PackageProblem::Read { path: self.folder.clone(), source };
        let place = beside(&self.folder).map_err(failed)?.join(&only.path);
        match hash_of(&place) {
            Ok(hash) if hash == only.sha256 => {
                let EntryFile { path, sha256, bytes, .. } = only.clone();
                Ok(Package { files: vec![Outgoing { name: path.clone(), path, place, sha256, bytes }], ..self })
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(PackageProblem::Read { path: place, source: error })
            }
            _ => {
                let why = format!("`{}` is gone or another one; submit the package again, then retry", place.display());
                Err(PackageProblem::Changed(vec![why]))
            }
        }
    }

    /// The one encrypted file, if it is sent as one.
    fn sealed_file(&self) -> Option<&Outgoing> {
        self.files.first().filter(|it| is_sealed(&it.path))
    }

    /// Looks for what must not leave, in every file.
    pub fn refuse_leaks(&self, scan: &LeakScan) -> Result<(), PackageProblem> {
        let failed = |source| PackageProblem::Read { path: self.folder.clone(), source };
        let leaks = leaks_in_package(&self.folder, scan).map_err(failed)?;
        let others = leaks.len().saturating_sub(1);
        leaks.into_iter().next().map_or(Ok(()), |first| Err(PackageProblem::Leaks(first, others)))
    }

    /// One line for lists of tickets.
    fn subject(&self) -> String {
        const LONGEST: usize = 200;
        let subject = format!("{}: {}", self.ticket.product, self.ticket.summary);
        match subject.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &subject[..end]),
            None => subject,
        }
    }

    /// What the vendor reads first: all of the ticket, or its beginning, for trackers shorten long texts without a word.
    fn body(&self, tracker: &dyn Tracker) -> String {
        const LONGEST: usize = 60_000;
        let (mut text, quote) = match tracker.habits().takes_markdown {
            true => (markdown(&self.ticket), "`"),
            false => (plain_text(&self.ticket), ""),
        };
        if let Some(file) = self.sealed_file() {
            let name = &file.name;
            let told = format!(
                "\nAll files are in the attached {quote}{name}{quote}, which the holder of the key opens: \
                 {quote}age -d -i KEY {name} > package.zip{quote}\n"
            );
            text.push_str(&told);
        }
        if text.len() <= LONGEST {
            return text;
        }
        let end = text.floor_char_boundary(LONGEST);
        let end = text[..end].rfind('\n').unwrap_or(end);
        format!("{}\n\nThe rest of this text is in the attached file ticket.md.\n", &text[..end])
    }

    /// The ticket as this tracker opens it. Of the files those go with it that fit into its first request; the others follow in
    /// requests of their own.
    pub fn draft(&self, tracker: &dyn Tracker) -> (Draft, Vec<Vec<Outgoing>>) {
        let habits = tracker.habits();
        let mut batches = batches(self.files.iter().cloned(), habits.request_bytes).into_iter();
        let first = if habits.opens_with_files { batches.next() } else { None };
        // What no file of it tells from a ticket of the same problem that others have opened, its text does.
        let body = match habits.opens_with_files {
            true => self.body(tracker),
            false => format!("From {}.\n\n{}", self.mark(), self.body(tracker)),
        };
        (self.with(body, first.unwrap_or_default()), batches.collect())
    }

    /// The files that are not among these, which are told by their SHA-256. Of two equal files both have to be there.
    pub fn missing(&self, held: &[String]) -> Vec<Outgoing> {
        let mut left: Vec<&String> = held.iter().collect();
        let is_missing = |file: &&Outgoing| match left.iter().position(|it| **it == file.sha256) {
            Some(found) => {
                left.swap_remove(found);
                false
            }
            None => true,
        };
        self.files.iter().filter(is_missing).cloned().collect()
    }

    /// What is added to the ticket when the problem is seen again. Files follow by themselves.
    pub fn update(&self, tracker: &dyn Tracker) -> Draft {
        let mark = self.mark();
        let body = format!("The problem was seen again. What is known now ({mark}):\n\n{}", self.body(tracker));
        self.with(body, Vec::new())
    }

    /// Stands in the comment that this package becomes, and in the ticket that it opens without files.
    pub fn mark(&self) -> String {
        format!("package {}", &self.manifest[..16])
    }

    fn with(&self, body: String, files: Vec<Outgoing>) -> Draft {
        let (key, subject) = (self.ticket.key.clone(), self.subject());
        Draft { key, subject, body, mark: self.mark(), files, follows: None }
    }
}

/// Files in groups that go together: so many bytes, or one file.
pub(super) fn batches(files: impl Iterator<Item = Outgoing>, limit: u64) -> Vec<Vec<Outgoing>> {
    let mut all: Vec<Vec<Outgoing>> = Vec::new();
    let mut bytes = 0;
    for file in files {
        bytes = file.bytes.saturating_add(bytes);
        match all.last_mut() {
            Some(last) if bytes <= limit => last.push(file),
            _ => {
                bytes = file.bytes;
                all.push(vec![file]);
            }
        }
    }
    all
}

/// A path as one name that every system can have.
fn plain(path: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' };
    let name: String = path.chars().map(plain).collect();
    // The end says what it is.
    const LONGEST: usize = 120;
    name[name.len().saturating_sub(LONGEST)..].trim_start_matches('.').to_owned()
}

/// Keys are compared byte by byte and stand in searches: nothing but hexadecimal digits may be in them.
fn is_key(key: &str) -> bool {
    key.len() == 64 && key.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
}

/// The name, or it with a number before it if it is taken, on systems too that do not tell `A` from `a`.
fn free(names: &mut BTreeSet<String>, name: &str) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while !names.insert(free.to_lowercase()) {
        free = format!("{number}-{name}");
        number += 1;
    }
    free
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of a text in lower-case hexadecimal.
pub(super) fn sha256(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

/// SHA-256 of a file.
pub(super) fn hash_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut block) = (File::open(path)?, Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&block[..read]),
        }
    }
}
