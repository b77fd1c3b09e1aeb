//! What is collected, redacted and packed, and not looked over yet.

use super::PlannedFile;
use super::collection::{MANIFEST, Wanted};
use super::command::Ran;
use super::manifest::RefusedEntry;
use super::plan::{PlannedCommand, Refused};
use super::sources::{learn, output, sources};
use super::spool::{Packed, Spool};
use crate::bundle::{Bundle, Entry, Problem, ProblemKind};
use crate::redact::Redactor;
use crate::redaction::{FreeNames, Ledger, harmless, pieces};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

/// Everything redacted, and nothing looked over.
pub(super) struct Gathered {
    pub(super) spool: Spool,
    pub(super) texts: Vec<Text>,
    pub(super) refused: Vec<RefusedEntry>,
}

/// A text of the spool.
pub(super) struct Text {
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) modified: Option<i64>,
    pub(super) text: Packed,
    pub(super) of: Of,
}

/// What a text is.
pub(super) enum Of {
    File { what: String, profile: String, note: Option<String> },
    Command { run: Vec<String>, status: Option<i32>, late: bool, cut: bool },
}

/// Gathers what is planned. What is packed lies in an unnamed file in the folder.
pub(super) fn gather(wanted: &Wanted<'_>, ledger: &mut Ledger, folder: &Path) -> io::Result<Gathered> {
    let mut refused = Vec::new();
    let mut sources = sources(wanted, &mut refused)?;
    let redactor = {
        // It has the names in a form of its own.
        let names = learn(wanted, &mut sources);
        Redactor::new(wanted.redaction.key.clone(), &wanted.redaction.options, &names)
    };
    let redact = |text: &str| redactor.str(text).as_str().to_owned();
    let mut work = Work {
        redactor: &redactor,
        ledger,
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
        if let Some(why) = work.command(command, ran)? {
            refused.push(Refused::missed(command.run.join(" "), None, why.to_owned()));
        }
    }
    let Work { spool, mut texts, ledger, .. } = work;
    texts.sort_by(|a, b| a.name.cmp(&b.name));
    let refused = wanted.plan.refused.iter().chain(&refused).map(|it| RefusedEntry {
        origin: redact(&it.origin),
        bytes: it.bytes,
        why: redact(&it.why),
        missed: it.is_missed,
    });
    let refused = refused.collect();
    redactor.take_map(0).map_or(Ok(()), |map| ledger.add(&map))?;
    Ok(Gathered { spool, texts, refused })
}

/// The redaction at work.
struct Work<'r> {
    redactor: &'r Redactor,
    ledger: &'r mut Ledger,
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

    /// Packs what a command has shown. Says why not if that is no text.
    fn command(&mut self, command: &PlannedCommand, ran: &mut Ran) -> io::Result<Option<&'static str>> {
        let run = command.run.iter().map(|it| self.redactor.str(it).as_str().to_owned()).collect();
        let of = Of::Command { run, status: ran.status, late: ran.is_late, cut: ran.is_cut };
        let origin = command.run.join(" ");
        let entry = output(command, ran);
        let name = entry.path.to_string();
        let packed = self.text(entry, &name, self.redactor.str(&origin).as_str().to_owned(), None, of);
        self.failed.take().map_or(Ok(packed.err()), Err)
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
        let packed = self.spool.add(|out| {
            let read = write(entry, self.redactor, self.ledger, out)?;
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

/// So many pseudonyms are noted in memory.
const NOTED: usize = 20_000;

/// Writes a text redacted, piece by piece.
fn write(
    entry: Entry<'_>,
    redactor: &Redactor,
    ledger: &mut Ledger,
    out: &mut dyn Write,
) -> io::Result<Result<(), &'static str>> {
    let (mut flow, mut result) = (redactor.flow(), Ok(()));
    let read = pieces(entry, &mut |text| {
        if result.is_ok() {
            result = out.write_all(&flow.text(text));
        }
        if let (Ok(()), Some(map)) = (&result, redactor.take_map(NOTED)) {
            result = ledger.add(&map);
        }
    });
    result.map(|()| read)
}
