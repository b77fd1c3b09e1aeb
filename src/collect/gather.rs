//! A plan becomes an archive: read to learn names, read again and redacted, looked over, written.

use super::archive::{self, Format, Member};
use super::command::{self, Ran};
use super::manifest::{CommandEntry, FileEntry, Manifest, RefusedEntry};
use super::place::{Host, why};
use super::plan::{Limits, Plan, PlannedCommand, PlannedFile, Refused};
use super::spool::{Packed, Spool};
use crate::bundle::{Bundle, Content, Entry, Problem, ProblemKind};
use crate::redact::{CustomerKey, Flow, LeakScan, Map, Names, Options, Redactor};
use crate::redaction::{FreeNames, harmless, leaks_in, pieces};
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How names are replaced.
pub struct Redaction {
    /// The customer's key.
    pub key: CustomerKey,
    /// What is wanted.
    pub options: Options,
    /// What the machine, its users and earlier collections of the customer are known to be called.
    pub names: Names,
    /// What earlier pseudonyms of the customer stand for.
    pub known: Map,
}

/// What is wanted of a collection.
pub struct Wanted<'w> {
    /// What is taken.
    pub plan: &'w Plan,
    /// Of which machine.
    pub host: &'w Host,
    /// By which limits the plan was made.
    pub limits: &'w Limits,
    /// How names are replaced.
    pub redaction: &'w Redaction,
    /// What the archive is.
    pub format: Format,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// Counts the bytes that were read; in the end twice those of the plan's files.
    pub read: &'w AtomicU64,
}

/// What was collected.
#[derive(Debug)]
pub struct Collected {
    /// What is in the archive.
    pub manifest: Manifest,
    /// What the pseudonyms stand for. It must not leave.
    pub map: Map,
    /// How many files were left out since the leak scan found something in them.
    pub leaking: usize,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The disk, mostly.
    #[error("write `{path}`")]
    Write {
        /// The archive.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something is there already.
    #[error("`{0}` is there already")]
    Taken(PathBuf),
    /// The list of the files names what must not leave.
    #[error("the leak scan found {0} in the list of the files")]
    Leak(&'static str),
}

/// The list of what is in the archive.
const MANIFEST: &str = "manifest.json";

/// Collects what is planned into an archive that must not be there yet. It has its name only when it is complete.
///
/// What is packed before it is known that it may leave lies in an unnamed file beside the archive, redacted.
pub fn collect(wanted: &Wanted<'_>, out: &Path) -> Result<Collected, CollectError> {
    let failed = |source| CollectError::Write { path: out.to_path_buf(), source };
    if out.symlink_metadata().is_ok() {
        return Err(CollectError::Taken(out.to_path_buf()));
    }
    // One thread: others work on this machine.
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| failed(io::Error::other(error)))?;
    pool.install(|| {
        let folder = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut gathered = gather(wanted, folder).map_err(failed)?;
        let scan = gathered.scan(wanted);
        let leaking = gathered.drop_leaks(&scan).map_err(failed)?;
        let manifest = gathered.manifest(wanted);
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| failed(error.into()))? + "\n";
        if let Some(leak) = scan.leaks(text.as_bytes()).first() {
            return Err(CollectError::Leak(leak.kind.name()));
        }
        let (list, ()) = gathered.spool.add(|out| out.write_all(text.as_bytes())).map_err(failed)?;
        let mut file = tempfile::Builder::new().prefix(".tierline-").tempfile_in(folder).map_err(failed)?;
        let list = Member { name: MANIFEST, modified: wanted.now, text: &list };
        let texts = gathered.texts.iter();
        let members =
            texts.map(|it| Member { name: &it.name, modified: it.modified.unwrap_or(wanted.now), text: &it.text });
        let members: Vec<Member<'_>> = std::iter::once(list).chain(members).collect();
        let mut buffer = BufWriter::with_capacity(64 << 10, file.as_file_mut());
        archive::write(&gathered.spool, &members, &mut buffer).and_then(|()| buffer.flush()).map_err(failed)?;
        drop(buffer);
        file.as_file().sync_all().map_err(failed)?;
        file.persist_noclobber(out).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => CollectError::Taken(out.to_path_buf()),
            _ => failed(error.error),
        })?;
        // The name is on the disk too. Folders cannot be opened everywhere.
        #[cfg(unix)]
        File::open(folder).and_then(|it| it.sync_all()).map_err(failed)?;
        Ok(Collected { manifest, map: gathered.map, leaking })
    })
}

/// Everything redacted, and nothing looked over.
struct Gathered {
    spool: Spool,
    texts: Vec<Text>,
    refused: Vec<RefusedEntry>,
    map: Map,
}

/// A text of the spool.
struct Text {
    name: String,
    origin: String,
    modified: Option<i64>,
    text: Packed,
    of: Of,
}

/// What a text is.
enum Of {
    File { what: String, profile: String, note: Option<String> },
    Command { run: Vec<String>, status: Option<i32>, late: bool, cut: bool },
}

/// Where what is collected comes from.
struct Sources<'w> {
    files: Vec<PlannedFile>,
    commands: Vec<(&'w PlannedCommand, Ran)>,
    /// Holds the exported event logs.
    _exports: Option<tempfile::TempDir>,
}

fn gather(wanted: &Wanted<'_>, folder: &Path) -> io::Result<Gathered> {
    let mut refused = Vec::new();
    let mut sources = sources(wanted, &mut refused)?;
    let names = learn(wanted, &mut sources);
    let redactor = Redactor::new(wanted.redaction.key.clone(), &wanted.redaction.options, &names);
    let redact = |text: &str| redactor.str(text).as_str().to_owned();
    let mut work = Work {
        redactor: &redactor,
        spool: Spool::new(folder, wanted.format)?,
        free: FreeNames::default(),
        texts: Vec::new(),
        failed: None,
    };
    work.free.take(MANIFEST);
    for file in &sources.files {
        match file.open(wanted.host) {
            Ok(bundle) => {
                let problems = work.file(file, &bundle)?;
                refused.extend(problems.into_iter().map(|it| Refused {
                    is_missed: it.kind != ProblemKind::Skipped,
                    origin: it.file.to_string(),
                    bytes: None,
                    why: it.message,
                }));
            }
            Err(why) => refused.push(Refused::missed(file.origin.clone(), Some(file.bytes), why)),
        }
        wanted.read.fetch_add(file.bytes, Ordering::Relaxed);
    }
    for (command, ran) in &mut sources.commands {
        work.command(command, ran)?;
    }
    let Work { spool, mut texts, .. } = work;
    texts.sort_by(|a, b| a.name.cmp(&b.name));
    let refused = wanted.plan.refused.iter().chain(&refused).map(|it| RefusedEntry {
        origin: redact(&it.origin),
        bytes: it.bytes,
        why: redact(&it.why),
        missed: it.is_missed,
    });
    let refused = refused.collect();
    Ok(Gathered { spool, texts, refused, map: redactor.map() })
}

/// Runs the commands and exports the event logs.
fn sources<'w>(wanted: &Wanted<'w>, refused: &mut Vec<Refused>) -> io::Result<Sources<'w>> {
    let mut commands = Vec::new();
    for planned in &wanted.plan.commands {
        let arguments = planned.run.get(1..).unwrap_or_default();
        match command::run(&planned.program, arguments, planned.time, planned.bytes) {
            Ok(ran) => commands.push((planned, ran)),
            Err(error) => refused.push(Refused::missed(planned.run.join(" "), None, why(&error))),
        }
    }
    let mut files = wanted.plan.files.clone();
    let mut exports = None;
    for events in &wanted.plan.events {
        let folder = match &exports {
            Some(folder) => folder,
            // For this user alone.
            None => exports.insert(tempfile::Builder::new().prefix("tierline-").tempdir()?),
        };
        let path = folder.path().join(format!("{}.evtx", files.len()));
        let mut arguments = events.arguments.clone();
        arguments.insert(2.min(arguments.len()), path.to_string_lossy().into_owned());
        let ran = command::run(&events.program, &arguments, EXPORT_TIME, 4 << 10);
        let bytes = path.metadata().map(|it| it.len());
        let (bytes, why) = match (&ran, bytes) {
            (Ok(Ran { status: Some(0), .. }), Ok(bytes)) if bytes <= wanted.limits.file => {
                files.push(PlannedFile {
                    path,
                    origin: events.origin.clone(),
                    bytes,
                    modified: Some(wanted.now),
                    profile: events.profile.clone(),
                    what: "event log".to_owned(),
                    is_asked: false,
                });
                continue;
            }
            (Ok(Ran { status: Some(0), .. }), Ok(bytes)) => {
                (Some(bytes), format!("larger than one file may be ({} bytes)", wanted.limits.file))
            }
            (Ok(Ran { is_late: true, .. }), _) => (None, "its export took too long".to_owned()),
            (Err(error), _) => (None, why(error)),
            _ => (None, "there is no such log, or this user may not read it".to_owned()),
        };
        refused.push(Refused::missed(format!("event log {}", events.channel), bytes, why));
    }
    files.sort_by(|a, b| a.origin.cmp(&b.origin));
    Ok(Sources { files, commands, _exports: exports })
}

/// So long an export of events may take.
const EXPORT_TIME: crate::signature::Span = crate::signature::Span(300_000_000_000);

/// Learns the names that all texts and their paths show.
fn learn(wanted: &Wanted<'_>, sources: &mut Sources<'_>) -> Names {
    let names = Mutex::new(wanted.redaction.names.clone());
    let learn = |entry: Entry<'_>| {
        let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
        names.learn_path(&entry.path);
        // Why it is no text is told when it is to be written.
        let _ = pieces(entry, &mut |text| names.learn(text));
    };
    for file in &sources.files {
        if let Ok(bundle) = file.open(wanted.host) {
            bundle.visit(&learn);
        }
        wanted.read.fetch_add(file.bytes, Ordering::Relaxed);
    }
    for (command, ran) in &mut sources.commands {
        learn(output(command, ran));
        // What cannot be read again has no second reading either, which is told there.
        let _ = ran.output.rewind();
    }
    names.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What a command has shown, as a file.
fn output<'r>(command: &PlannedCommand, ran: &'r mut Ran) -> Entry<'r> {
    let path = format!("commands/{}/{}.txt", command.profile, command.name).into();
    Entry { path, modified: None, is_unpacked: false, content: Content::Stream(&mut ran.output) }
}

/// The redaction at work.
struct Work<'r> {
    redactor: &'r Redactor,
    spool: Spool,
    free: FreeNames,
    texts: Vec<Text>,
    /// The first error of the disk.
    failed: Option<io::Error>,
}

impl Work<'_> {
    /// Packs a file, or the files in it. Returns what could not be read of it.
    fn file(&mut self, file: &PlannedFile, bundle: &Bundle) -> io::Result<Vec<Problem>> {
        let first = self.texts.len();
        let others = Mutex::new(Vec::new());
        let visited = {
            let work = Mutex::new(&mut *self);
            bundle.visit(&|entry| {
                let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
                let (origin, modified) = (entry.path.to_string(), entry.modified.or(file.modified));
                let of = Of::File { what: file.what.clone(), profile: file.profile.clone(), note: None };
                if let Err(why) = work.text(entry, &format!("files/{origin}"), origin.clone(), modified, of) {
                    let mut others = others.lock().unwrap_or_else(PoisonError::into_inner);
                    let message = why.to_owned();
                    others.push(Problem { file: origin.as_str().into(), kind: ProblemKind::Skipped, message });
                }
            })
        };
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut problems = visited.problems;
        // Of a file that is there in part its own entry tells.
        for text in self.texts.iter_mut().skip(first) {
            if let Of::File { note, .. } = &mut text.of
                && let Some(at) = problems.iter().position(|it| *it.file == *text.origin)
            {
                *note = Some(self.redactor.str(&problems.remove(at).message).as_str().to_owned());
            }
            text.origin = self.redactor.str(&text.origin).as_str().to_owned();
        }
        problems.extend(others.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(problems)
    }

    fn command(&mut self, command: &PlannedCommand, ran: &mut Ran) -> io::Result<()> {
        let run = command.run.iter().map(|it| self.redactor.str(it).as_str().to_owned()).collect();
        let of = Of::Command { run, status: ran.status, late: ran.is_late, cut: ran.is_cut };
        let origin = command.run.join(" ");
        let entry = output(command, ran);
        let name = entry.path.to_string();
        // What is no text would be nothing that a person reads.
        let _ = self.text(entry, &name, self.redactor.str(&origin).as_str().to_owned(), None, of);
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Packs a text redacted. Says why not if it is no text.
    fn text(
        &mut self,
        entry: Entry<'_>,
        name: &str,
        origin: String,
        modified: Option<i64>,
        of: Of,
    ) -> Result<(), &'static str> {
        if self.failed.is_some() {
            return Ok(());
        }
        let mut flow = self.redactor.flow();
        let packed = self.spool.add(|out| {
            let read = write(entry, &mut flow, out)?;
            // An error takes away again what was begun.
            read.map_err(|why| io::Error::other(NotText(why)))
        });
        match packed {
            Ok((text, ())) => {
                let name = self.free.take(&harmless(self.redactor.str(name).as_str()));
                self.texts.push(Text { name, origin, modified, text, of });
                Ok(())
            }
            Err(error) => match error.get_ref().and_then(|it| it.downcast_ref::<NotText>()) {
                Some(NotText(why)) => Err(why),
                None => {
                    self.failed = Some(error);
                    Ok(())
                }
            },
        }
    }
}

/// Not the disk, but what was to be packed is no text.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotText(&'static str);

/// Writes a text redacted, piece by piece.
fn write(entry: Entry<'_>, flow: &mut Flow<'_>, out: &mut dyn Write) -> io::Result<Result<(), &'static str>> {
    let mut result = Ok(());
    let read = pieces(entry, &mut |text| {
        if result.is_ok() {
            result = out.write_all(&flow.text(text));
        }
    });
    result.map(|()| read)
}

impl Gathered {
    /// The scan for what must not leave; it knows all that was replaced, here and in earlier collections.
    fn scan(&self, wanted: &Wanted<'_>) -> LeakScan {
        let mut all = wanted.redaction.known.clone();
        all.merge(&self.map);
        let options = &wanted.redaction.options;
        LeakScan::new(&all, &options.keywords, options.keep_identifiers)
    }

    /// Takes out the texts in which the leak scan finds something; returns how many.
    fn drop_leaks(&mut self, scan: &LeakScan) -> io::Result<usize> {
        // Names alone are short, so looking at each is cheap.
        let in_name = |name: &str| scan.leaks(name.as_bytes()).first().map(|leak| leak.kind.name());
        let mut kept = Vec::new();
        let mut leaking = 0;
        for text in std::mem::take(&mut self.texts) {
            let mut reader = self.spool.read(&text.text)?;
            let leak = match leaks_in(&mut reader, scan)?.first() {
                Some((line, leak)) => Some(format!("{} in line {line}", leak.kind.name())),
                None => in_name(&text.name).or_else(|| in_name(&text.origin)).map(|kind| format!("{kind} in its name")),
            };
            let Some(leak) = leak else {
                kept.push(text);
                continue;
            };
            leaking += 1;
            let why = format!("the leak scan found {leak}");
            self.refused.push(RefusedEntry { origin: text.origin, bytes: Some(text.text.bytes), why, missed: true });
        }
        self.texts = kept;
        for refused in &mut self.refused {
            if in_name(&refused.origin).is_some() {
                refused.origin = "a name that must not leave".to_owned();
            }
        }
        self.refused.sort();
        Ok(leaking)
    }

    fn manifest(&self, wanted: &Wanted<'_>) -> Manifest {
        let time = |seconds: i64| jiff::Timestamp::from_second(seconds).map(|it| it.to_string()).unwrap_or_default();
        let (mut files, mut commands) = (Vec::new(), Vec::new());
        for Text { name, origin, text, of, .. } in &self.texts {
            let (path, bytes, sha256) = (name.clone(), text.bytes, text.sha256.clone());
            match of {
                Of::File { what, profile, note } => {
                    let (what, profile) = (what.clone(), profile.clone());
                    files.push(FileEntry {
                        path,
                        origin: origin.clone(),
                        what,
                        profile,
                        bytes,
                        sha256,
                        note: note.clone(),
                    });
                }
                Of::Command { run, status, late, cut } => commands.push(CommandEntry {
                    path,
                    run: run.clone(),
                    status: *status,
                    late: *late,
                    cut: *cut,
                    bytes,
                    sha256,
                }),
            }
        }
        let kept = wanted.redaction.options.keep_identifiers;
        Manifest {
            schema: "tierline.collect/1".to_owned(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            collected_at: time(wanted.now),
            identifiers: if kept { "kept" } else { "pseudonyms" }.to_owned(),
            profiles: wanted.plan.profiles.clone(),
            since: wanted.limits.since.map(time),
            until: wanted.limits.until.map(time),
            files,
            commands,
            refused: self.refused.clone(),
        }
    }
}
