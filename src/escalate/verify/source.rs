//! A package beside the bundle it was made of: excerpts stand where they say, logs are the bundle's, cut to the incident.
//!
//! The bundle is read once, file after file. Which file of it a log of the package was, the package tells only by the redacted
//! path; if several fit, as they may without the customer's key, the log has to be one of them.

use super::alike::{Alike, Secrets};
use super::excerpt::{Block, Excerpt};
use super::files::Files;
use super::{VerifyError, is_inside, json};
use crate::bundle::{Bundle, Entry, Visited};
use crate::escalate::logs;
use crate::escalate::package::Manifest;
use crate::escalate::ticket::Ticket;
use crate::finding::{Evidence, Time};
use crate::reading::each_chunk;
use crate::redaction::harmless;
use crate::scan::{Globs, Window};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What a package is compared with.
pub struct Source<'s> {
    /// What it was made of.
    pub bundle: &'s Bundle,
    /// The customer's key and map, if they are at hand. Without them pseudonyms are not compared.
    pub secrets: Option<Secrets<'s>>,
    /// The logs that the vendor asks for; without them nobody can say that one was left out.
    pub wanted: Vec<Globs>,
}

/// Differences of one file that are told.
const TOLD: usize = 5;
/// Bytes of a record of a package that are looked at. A longer one is of another log.
const LONGEST: u64 = 64 << 20;

/// Compares a package with what it was made of. Returns the differences, each a sentence without a full stop, and what of the
/// bundle could not be read. The package's own hashes are for [`super::verify`].
pub fn compare(package: &Path, source: &Source<'_>) -> Result<(Vec<String>, Visited), VerifyError> {
    let files = Files::open(package)?;
    let manifest: Manifest = json(&files.path("manifest.json")?)?;
    let ticket: Ticket = json(&files.path("ticket.json")?)?;
    let time = |text: &Option<String>| text.as_deref().and_then(Time::parse);
    let window = logs::window(time(&ticket.first_time), time(&ticket.last_time));
    let mut claims = Claims::default();
    for file in manifest.files.iter().filter(|it| is_inside(&it.path)) {
        let place = files.path(&file.path)?;
        if file.path.starts_with("evidence/") {
            let text = fs::read(&place).map_err(|source| VerifyError::Read { path: place, source })?;
            match Excerpt::read(&String::from_utf8_lossy(&text)) {
                Some(excerpt) => claims.excerpts.push(Claim::new(&file.path, excerpt)),
                None => claims.wrong.push(format!("`{}`, line 1: does not say where it stands", file.path)),
            }
        } else if file.path.starts_with("logs/") {
            claims.logs.push(Claim::new(&file.path, place));
        }
    }
    claims.omitted = manifest.omitted.into_iter().map(|it| it.path).collect();
    let claims = Mutex::new(claims);
    let examine = |entry: Entry<'_>| {
        let mut claims = claims.lock().unwrap_or_else(PoisonError::into_inner);
        claims.examine(entry, source, window);
    };
    // One after another: the logs of a package may be as many as files can be open.
    let visited = match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(|| source.bundle.visit(&examine)),
        Err(error) => {
            return Err(VerifyError::Read { path: package.to_path_buf(), source: io::Error::other(error) });
        }
    };
    Ok((claims.into_inner().unwrap_or_else(PoisonError::into_inner).end(), visited))
}

/// What a file of a package says of the bundle.
struct Claim<T> {
    /// The file in the package.
    path: String,
    what: T,
    /// How the likest file of the bundle differs; none if no file has such a path.
    differences: Option<Vec<String>>,
}

impl<T> Claim<T> {
    fn new(path: &str, what: T) -> Claim<T> {
        Claim { path: path.to_owned(), what, differences: None }
    }

    fn is_open(&self) -> bool {
        self.differences.as_ref().is_none_or(|it| !it.is_empty())
    }

    /// Keeps the fewest differences.
    fn take(&mut self, differences: Vec<String>) {
        if self.differences.as_ref().is_none_or(|it| differences.len() < it.len()) {
            self.differences = Some(differences);
        }
    }
}

#[derive(Default)]
struct Claims {
    excerpts: Vec<Claim<Excerpt>>,
    /// With the place of the file.
    logs: Vec<Claim<PathBuf>>,
    /// Paths of the bundle, redacted.
    omitted: Vec<String>,
    wrong: Vec<String>,
}

impl Claims {
    fn examine(&mut self, entry: Entry<'_>, source: &Source<'_>, window: Window) {
        let path = entry.path.clone();
        let is_path = |shown: &str, path: &str| Alike::new(source.secrets, false).is(shown.as_bytes(), path.as_bytes());
        let named = format!("logs/{}", harmless(&path));
        // Long names are cut after they were redacted.
        let shown = source.secrets.map(|it| format!("logs/{}", harmless(it.redactor.str(&path).as_str())));
        let is_named = |name: &str| shown.as_deref() == Some(name) || is_path(name, &named);
        let mut excerpts: Vec<Sought<'_>> = (self.excerpts.iter_mut())
            .filter(|it| it.is_open() && is_path(&it.what.file, &path))
            .map(|claim| Sought { claim, found: None })
            .collect();
        let mut logs: Vec<Log<'_>> = Vec::new();
        let mut is_taken = false;
        for claim in &mut self.logs {
            if !is_named(unnumbered(&claim.path)) && !is_named(&claim.path) {
                continue;
            }
            is_taken = true;
            if claim.is_open() {
                match File::open(&claim.what) {
                    Ok(file) => logs.push(Log::new(claim, file, Alike::new(source.secrets, false))),
                    Err(error) => claim.take(vec![format!("`{}`: {error}", claim.path)]),
                }
            }
        }
        let is_wanted = !is_taken
            && source.wanted.iter().any(|it| it.fit(&path))
            && !self.omitted.iter().any(|it| is_path(it, &path));
        if excerpts.is_empty() && logs.is_empty() && !is_wanted {
            return;
        }
        let (mut lines, mut before, mut taken) = (0, None, 0_u64);
        // The only errors are those of the package's files, which each log keeps.
        let read = each_chunk(entry, &mut |chunk, reading| {
            let mut gate = window.gate_behind(before, chunk, &reading.format);
            for record in reading.format.records(chunk) {
                before = record.header.time.or(before);
                let line = lines + record.line + 1;
                let offset = chunk.file_offset(record.start);
                for sought in excerpts.iter_mut().filter(|it| it.is_at(line, offset)) {
                    sought.compare(&Evidence::whole(&path, chunk, &record, line), source.secrets);
                }
                if gate.admits(record.header.time) {
                    taken += 1;
                    logs.iter_mut().for_each(|log| log.compare(record.text, &path, line));
                }
            }
            lines += memchr::memchr_iter(b'\n', chunk.text()).count() as u64;
            Ok(())
        });
        let unreadable = match read {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(format!("`{path}` of the bundle: {why}")),
            Err(error) => Some(format!("`{path}` of the bundle: {error}")),
        };
        excerpts.into_iter().for_each(|it| it.end(&path, unreadable.as_deref()));
        logs.into_iter().for_each(|it| it.end(&path, lines, unreadable.as_deref()));
        if is_wanted && taken > 0 {
            self.wrong
                .push(format!("`{path}` of the bundle has {taken} records of the incident and is not in the package"));
        }
    }

    fn end(self) -> Vec<String> {
        let mut wrong = self.wrong;
        let excerpts = self.excerpts.into_iter().map(|it| (it.path, it.differences, it.what.file));
        let logs = self.logs.into_iter().map(|it| {
            let name = it.path.trim_start_matches("logs/").to_owned();
            (it.path, it.differences, name)
        });
        for (path, differences, file) in excerpts.chain(logs) {
            match differences {
                Some(differences) => wrong.extend(differences),
                None => wrong.push(format!("`{path}`, line 1: the bundle has no file `{file}`")),
            }
        }
        wrong
    }
}

/// The name without the number behind it that tells it from others.
fn unnumbered(name: &str) -> &str {
    match name.rsplit_once('~') {
        Some((name, number)) if !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => name,
    }
}

/// An excerpt that is looked for in a file of the bundle.
struct Sought<'c> {
    claim: &'c mut Claim<Excerpt>,
    /// Its differences from the record at its place, or near it; none if there is no record.
    found: Option<Vec<String>>,
}

impl Sought<'_> {
    fn is_at(&self, line: u64, offset: u64) -> bool {
        self.claim.what.line == line || self.claim.what.offset == offset
    }

    fn compare(&mut self, evidence: &Evidence, secrets: Option<Secrets<'_>>) {
        let Claim { path, what: excerpt, .. } = &*self.claim;
        let place = format!("`{}`, line {}", evidence.file, evidence.line);
        let mut differences = Vec::new();
        if (excerpt.line, excerpt.offset) != (evidence.line, evidence.offset) {
            differences.push(format!(
                "`{path}`, line 1: the record stands at byte {} of {place} of the bundle",
                evidence.offset
            ));
        }
        let mut alike = Alike::new(secrets, true);
        let mut check = |block: &Block, original: &[&str]| {
            let is_same =
                |alike: &mut Alike<'_>| alike.is(block.lines.join("\n").as_bytes(), original.join("\n").as_bytes());
            if block.lines.len() <= original.len() && is_same(&mut alike) {
                return;
            }
            // Which line it is, if lines can be told apart.
            let differs = |(line, original): (&String, &&str)| !alike.is(line.as_bytes(), original.as_bytes());
            let first = block.lines.iter().zip(original).position(differs);
            let at = block.at + first.unwrap_or(original.len()) as u64;
            differences.push(format!("`{path}`, line {at}: not what stands at {place} of the bundle"));
        };
        let before: Vec<&str> = evidence.before.iter().map(|it| &**it).collect();
        let after: Vec<&str> = evidence.after.iter().map(|it| &**it).collect();
        check(&excerpt.before, &before[before.len().saturating_sub(excerpt.before.lines.len())..]);
        check(&excerpt.text, &evidence.text.lines().collect::<Vec<_>>());
        check(&excerpt.after, &after[..after.len().min(excerpt.after.lines.len())]);
        if self.found.as_ref().is_none_or(|it| differences.len() < it.len()) {
            self.found = Some(differences);
        }
    }

    fn end(self, file: &str, unreadable: Option<&str>) {
        let Excerpt { line, offset, .. } = &self.claim.what;
        let path = &self.claim.path;
        let none = || match unreadable {
            Some(why) => format!("`{path}`, line 1: {why}"),
            None => {
                format!("`{path}`, line 1: no record begins at line {line}, byte {offset} of `{file}` of the bundle")
            }
        };
        let differences = self.found.unwrap_or_else(|| vec![none()]);
        self.claim.take(differences);
    }
}

/// A log of the package beside a file of the bundle.
struct Log<'c> {
    claim: &'c mut Claim<PathBuf>,
    text: BufReader<File>,
    alike: Alike<'c>,
    /// Lines that were read.
    lines: u64,
    differences: Vec<String>,
    /// The record before was a secret that goes on.
    in_secret: bool,
}

impl<'c> Log<'c> {
    fn new(claim: &'c mut Claim<PathBuf>, file: File, alike: Alike<'c>) -> Log<'c> {
        Log { claim, text: BufReader::new(file), alike, lines: 0, differences: Vec::new(), in_secret: false }
    }

    /// Compares the next record, which takes as many lines redacted as before.
    fn compare(&mut self, original: &[u8], file: &str, line: u64) {
        if self.differences.len() >= TOLD {
            return;
        }
        let lines = memchr::memchr_iter(b'\n', original).count() as u64 + 1;
        let at = self.lines + 1;
        let mut text = Vec::new();
        for _ in 0..lines {
            let left = LONGEST.saturating_sub(text.len() as u64);
            match (&mut self.text).take(left).read_until(b'\n', &mut text) {
                Ok(0) => break,
                Ok(_) => self.lines += 1,
                Err(error) => {
                    self.differences = vec![format!("`{}`: {error}", self.claim.path); TOLD];
                    return;
                }
            }
        }
        let path = &self.claim.path;
        if text.is_empty() {
            let more = format!("`{path}`, line {at}: ends, but the bundle goes on at line {line} of `{file}`");
            self.differences.push(more);
            // Nothing can follow.
            self.differences.resize(TOLD, String::new());
            return;
        }
        let text = text.strip_suffix(b"\n").unwrap_or(&text);
        let is_rest = self.in_secret && text.iter().all(|byte| *byte == b'\n');
        if !self.alike.is(text, original) && !is_rest {
            self.differences
                .push(format!("`{path}`, line {at}: not what stands at line {line} of `{file}` of the bundle"));
        }
        self.in_secret =
            is_rest || text.trim_ascii_end().ends_with(b"]") && memchr::memmem::find(text, b"[redacted:").is_some();
    }

    fn end(mut self, file: &str, lines: u64, unreadable: Option<&str>) {
        let path = &self.claim.path;
        if let Some(why) = unreadable {
            self.differences.push(format!("`{path}`: {why}"));
        }
        if self.differences.len() >= TOLD {
            self.differences.retain(|it| !it.is_empty());
            self.differences.dedup();
        } else if self.text.fill_buf().is_ok_and(|rest| !rest.is_empty()) {
            let at = self.lines + 1;
            let more =
                format!("`{path}`, line {at}: `{file}` of the bundle has no more of the incident in its {lines} lines");
            self.differences.push(more);
        }
        self.claim.take(self.differences);
    }
}
