//! The way into a bundle: given paths become a list of files, files become entries.
//!
//! A file of a given folder is shown as `folder/sub/a.log`, starting with the folder's own name; a given file by its name.
//! Inputs that would be shown alike are shown as they were given.

mod file;

#[cfg(unix)]
use super::Mapped;
use super::foreign::Helper;
use super::guard::Guarded;
use super::kind::{HEAD, Kind};
use super::list::{Listed, list_folder, shown_inputs};
#[cfg(unix)]
use super::map::{Map, end_of_data, is_local};
#[cfg(unix)]
use super::near::NearFile;
use super::repeats::{self, Listing, Repeat};
use super::source::{Progress, Shrunk, Source};
use super::visit::{Facts, Place, Visit};
use super::{Content, Entry, Limits, Problem, ProblemKind};
use file::{FileReader, hex, kind_of, modified, open_file, read_head, sha256};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// One path given by the user.
#[derive(Clone, Debug)]
pub struct Input {
    /// As given.
    pub path: PathBuf,
    /// Recognised by content: `folder`, `file`, `zip`, `tar`, `gzip`, `bzip2`, `xz`, `zstd`, `lz4`, `lzma`, `compress`,
    /// `ar`, `cpio`, `rpm`, `7z`, `cab`, `evtx`, `journal`,
    /// `journal-export`, `journal-json`.
    pub kind: std::borrow::Cow<'static, str>,
    /// Bytes on disk (of all files of a folder).
    pub bytes: u64,
    /// SHA-256 in lower-case hex where it was asked for; of a folder: over the sorted lines `<sha256>  <path>\n`.
    pub sha256: Option<String>,
}

/// Why the job cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The path cannot be looked at.
    #[error("open `{path}`")]
    Open {
        /// The path as given.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// What a customer sent, ready to be visited.
pub struct Bundle {
    inputs: Vec<Input>,
    /// How the inputs are shown.
    shown: Vec<String>,
    files: Vec<Listed>,
    /// The only file, where it was given open; of it only the bytes count that were listed.
    opened: Option<File>,
    /// What the listing could not look at.
    problems: Vec<Problem>,
    limits: Limits,
    helper: Option<Helper>,
    read: AtomicU64,
    now: fn() -> SystemTime,
}

/// What a visit saw, apart from the entries themselves.
#[derive(Debug, Default)]
pub struct Visited {
    /// Files seen, members included; containers that could be opened are not counted.
    pub files: u64,
    /// Bytes of them, unpacked.
    pub bytes: u64,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Whether it ended before its time was enough for everything.
    pub is_late: bool,
    /// How long it took.
    pub took: Duration,
}

/// A file that was not changed for so long is taken to be at rest.
const AT_REST: Duration = Duration::from_secs(60);

/// A file below this is examined in a moment.
const MAPPED_IN_A_HURRY: u64 = 64 << 20;

impl Bundle {
    /// Lists `paths`; fails if one of them cannot be looked at.
    ///
    /// A given path may be a symbolic link; links inside folders are not followed.
    ///
    /// # Errors
    ///
    /// [`BundleError::Open`] if a path does not exist, must not be opened, or is neither file nor folder. A file that can be
    /// opened and not read is a problem of the visit.
    pub fn open(paths: &[PathBuf], limits: Limits) -> Result<Bundle, BundleError> {
        let shown = shown_inputs(paths);
        let (mut inputs, mut files, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for (number, (path, shown)) in paths.iter().zip(&shown).enumerate() {
            let failed = |source| BundleError::Open { path: path.clone(), source };
            let facts = fs::metadata(path).map_err(failed)?;
            let first = files.len();
            let kind = if facts.is_dir() {
                fs::read_dir(path).map_err(failed)?;
                list_folder(number, path, shown, &mut files, &mut problems);
                "folder"
            } else if facts.is_file() {
                let real = fs::canonicalize(path).map_err(failed)?;
                let (mut file, facts) = open_file(&real).map_err(failed)?;
                // What fails here fails again when the file is visited, and is a problem of it: a bad disk must not keep
                // the other paths from being read.
                let head = read_head(&mut file, u64::MAX).unwrap_or_default();
                files.push(Listed { path: real, shown: shown.as_str().into(), bytes: facts.len(), input: number });
                kind_of(&file, &head, facts.len()).name()
            } else {
                return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "neither file nor folder")));
            };
            let bytes = files.iter().skip(first).map(|file| file.bytes).sum();
            inputs.push(Input { path: path.clone(), kind: kind.into(), bytes, sha256: None });
        }
        Ok(Bundle {
            inputs,
            shown,
            files,
            opened: None,
            problems,
            limits,
            helper: None,
            read: AtomicU64::new(0),
            now: SystemTime::now,
        })
    }

    /// Takes a file that is open, shown as said, and of it the first `most` bytes. It must be a file and nothing else.
    ///
    /// # Errors
    ///
    /// If its beginning cannot be read.
    pub fn of_file(mut file: File, shown: &str, most: u64, limits: Limits) -> io::Result<Bundle> {
        let bytes = file.metadata()?.len().min(most);
        let head = read_head(&mut file, bytes)?;
        let kind = kind_of(&file, &head, bytes).name().into();
        let path = PathBuf::from(shown);
        Ok(Bundle {
            inputs: vec![Input { path: path.clone(), kind, bytes, sha256: None }],
            shown: vec![shown.to_owned()],
            files: vec![Listed { path, shown: shown.into(), bytes, input: 0 }],
            opened: Some(file),
            problems: Vec::new(),
            limits,
            helper: None,
            read: AtomicU64::new(0),
            now: SystemTime::now,
        })
    }

    /// Lets parsers of foreign formats (event logs, journals, some archives) run in this program. Without it they run in
    /// threads, where a panic costs one file, but a crash ends the program.
    pub fn set_helper(&mut self, helper: Helper) {
        self.helper = Some(helper);
    }

    /// Returns the given paths with kind and size, in the given order.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Bytes on disk, the total of [`Bundle::bytes_read`].
    pub fn bytes(&self) -> u64 {
        self.inputs.iter().map(|input| input.bytes).sum()
    }

    /// Bytes on disk that were read so far; for a progress bar in another thread.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Fills in the inputs' hashes. An input that cannot be read to its end gets none.
    pub fn hash(&mut self) {
        let hashes: Vec<Option<String>> = self.files.par_iter().map(|file| sha256(&file.path).ok()).collect();
        for (number, input) in self.inputs.iter_mut().enumerate() {
            let own = self.files.iter().zip(&hashes).filter(|(file, _)| file.input == number);
            input.sha256 = match &*input.kind {
                "folder" => {
                    let folder = self.shown.get(number).map(String::as_str).unwrap_or_default();
                    let line = |(file, hash): (&Listed, &Option<String>)| {
                        let path = file.shown.strip_prefix(folder).unwrap_or(&file.shown).trim_start_matches('/');
                        Some(format!("{}  {path}\n", hash.as_ref()?))
                    };
                    own.map(line).collect::<Option<Vec<_>>>().map(|mut lines| {
                        lines.sort();
                        hex(&Sha256::digest(lines.concat()))
                    })
                }
                _ => own.map(|(_, hash)| hash.clone()).next().flatten(),
            };
        }
    }

    /// Calls `examine` for every entry, several at once on the current rayon pool. A panic in it becomes a problem of
    /// that entry.
    pub fn visit(&self, examine: &(dyn Fn(Entry<'_>) + Sync)) -> Visited {
        self.visit_again(Duration::ZERO, examine)
    }

    /// Visits the bundle as part of a job of which earlier visits took `spent` of the time.
    pub fn visit_again(&self, spent: Duration, examine: &(dyn Fn(Entry<'_>) + Sync)) -> Visited {
        self.read.store(0, Ordering::Relaxed);
        let bytes = self.bytes();
        let visit = Visit::new(&self.limits, bytes, spent, self.helper.as_ref(), examine);
        let repeats = self.repeats(&visit);
        self.files.par_iter().enumerate().for_each(|(number, file)| {
            let progress = Progress::new(&self.read, file.bytes);
            visit.count_file();
            match repeats.get(&number) {
                Some(repeat) => visit.skip_repeat(&Place::outside(Arc::clone(file.shown.as_arc())), repeat),
                None => self.visit_file(&visit, file, &progress),
            }
            progress.finish();
        });
        let mut visited = visit.finish();
        visited.problems.extend(self.problems.iter().cloned());
        visited.problems.sort();
        visited
    }

    /// Replaces the clock that tells which files are at rest.
    #[cfg(test)]
    pub(super) fn set_clock(&mut self, now: fn() -> SystemTime) {
        self.now = now;
    }

    /// Files that need not be visited, by number.
    fn repeats(&self, visit: &Visit<'_>) -> HashMap<usize, Repeat> {
        let mut given: HashMap<&Path, usize> = HashMap::new();
        self.files.iter().for_each(|file| *given.entry(&file.path).or_default() += 1);
        let folder = |file: &Listed| {
            let mut hasher = DefaultHasher::new();
            file.path.parent().hash(&mut hasher);
            // A file that was given twice is meant twice.
            if given.get(file.path.as_path()).is_some_and(|times| *times > 1) {
                file.input.hash(&mut hasher);
            }
            hasher.finish()
        };
        let listing: Vec<Listing<'_>> = self
            .files
            .iter()
            .map(|file| Listing { path: &file.shown, folder: folder(file), bytes: file.bytes, crc: None })
            .collect();
        let open = |number: usize| {
            let (file, facts) = open_file(&self.files.get(number)?.path).ok()?;
            Some(Box::new(file.take(facts.len())) as Box<dyn Read + Send>)
        };
        repeats::find(&listing, &open, visit.compared())
    }

    fn visit_file(&self, visit: &Visit<'_>, listed: &Listed, progress: &Progress<'_>) {
        let place = Place::outside(Arc::clone(listed.shown.as_arc()));
        if visit.is_out_of_time() {
            visit.fail_limit(&place);
            return visit.saw(listed.bytes);
        }
        let opened = self.open_listed(listed).and_then(|(mut file, facts)| {
            let bytes = self.length(listed, &facts);
            // Files of the kernel say that they are empty.
            let most = if self.opened.is_some() { bytes } else { u64::MAX };
            Ok((read_head(&mut file, most)?, file, facts, bytes))
        });
        let (head, mut file, metadata, bytes) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                match error.kind() {
                    // What was a file when it was listed.
                    io::ErrorKind::InvalidInput => visit.fail(&place, ProblemKind::Skipped, error.to_string()),
                    _ => visit.fail(&place, ProblemKind::Unreadable, error.to_string()),
                }
                return visit.saw(listed.bytes);
            }
        };
        let facts = Facts { modified: modified(&metadata), size: Some(bytes) };
        let kind = kind_of(&file, &head, bytes);
        // Nobody has to wait for gigabytes of zeros that a disk image or a broken log ends with.
        let end = Some(&file).filter(|_| kind == Kind::Plain).and_then(|file| end_of_data(file, &metadata));
        let end = end.unwrap_or(bytes).min(bytes);
        match kind {
            Kind::Plain if head.len() < HEAD => {
                visit.leaf(&place, facts.modified, Content::Mapped(head.as_slice().into()), head.len() as u64);
            }
            Kind::Plain
                if self.may_map(end) && self.is_at_rest(&metadata) && visit_map(visit, &place, facts, &file, end) => {}
            Kind::Foreign(format) => match io::Seek::rewind(&mut file) {
                Ok(()) => visit.foreign(&place, facts, format, file),
                Err(error) => visit.fail_with(&place, &error),
            },
            Kind::Zip => visit.zip(&place, &Source::file(file, bytes, progress)),
            _ => {
                progress.add(head.len() as u64);
                let rest = end.saturating_sub(head.len() as u64);
                let rest = Guarded::free(visit, &place, FileReader { file, left: rest, progress });
                visit.stream(&place, facts, &mut BufReader::with_capacity(HEAD, Cursor::new(head).chain(rest)));
            }
        }
    }

    fn open_listed(&self, listed: &Listed) -> io::Result<(File, Metadata)> {
        let Some(opened) = &self.opened else { return open_file(&listed.path) };
        let mut file = opened.try_clone()?;
        io::Seek::rewind(&mut file)?;
        let facts = file.metadata()?;
        Ok((file, facts))
    }

    /// How much is read of a file.
    fn length(&self, listed: &Listed, facts: &Metadata) -> u64 {
        match self.opened {
            Some(_) => facts.len().min(listed.bytes),
            None => facts.len(),
        }
    }

    /// Whether a file of so many bytes is handed on at once. Where somebody waits for the time to be over, large ones are read
    /// piece by piece.
    fn may_map(&self, bytes: u64) -> bool {
        let is_timed = self.limits.time < Duration::MAX && self.limits.time_of_mib.is_zero();
        !is_timed || bytes < MAPPED_IN_A_HURRY
    }

    fn is_at_rest(&self, metadata: &Metadata) -> bool {
        let age = metadata.modified().map(|modified| (self.now)().duration_since(modified));
        matches!(age, Ok(Ok(age)) if age >= AT_REST)
    }
}

/// Visits a file as a map up to `end`, where its data ends; false if it cannot be mapped.
#[cfg(unix)]
fn visit_map(visit: &Visit<'_>, place: &Place<'_>, facts: Facts, file: &File, end: u64) -> bool {
    if !is_local(file) {
        return false;
    }
    let Some(map) = Map::new(file) else { return false };
    let bytes = map.bytes().len() as u64;
    let end = usize::try_from(end).unwrap_or(usize::MAX);
    let content = map.bytes().get(..end).unwrap_or(map.bytes());
    visit.leaf(place, facts.modified, Content::Mapped(Mapped::of_file(content, &NearFile::new(file, &map))), bytes);
    // A file cut within its last page reads as zeros without a signal.
    if map.was_cut() || file.metadata().is_ok_and(|now| now.len() < bytes) {
        visit.fail(place, ProblemKind::Changed, format!("{Shrunk}; zeros were read instead"));
    }
    true
}

/// Unknown here, so files are read to their end.
#[cfg(not(unix))]
fn end_of_data(_: &File, _: &Metadata) -> Option<u64> {
    None
}

/// Maps that survive truncation need signals.
#[cfg(not(unix))]
fn visit_map(_: &Visit<'_>, _: &Place<'_>, _: Facts, _: &File, _: u64) -> bool {
    false
}
