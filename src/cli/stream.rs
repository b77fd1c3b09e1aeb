//! Output that is written while a bundle is visited: bounded memory, and the first lines come at once.

use super::output::Sink;
use super::progress::with_progress;
use super::{Exit, Terminal};
use anyhow::Context;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tierline::bundle::{Bundle, Entry, ProblemKind, Visited};

/// Writes `show` of every entry, in a fixed order since on one thread, then `finish`. None if nobody reads any more.
pub(super) fn stream(
    bundle: &Bundle,
    file: Option<&PathBuf>,
    terminal: Terminal,
    show: impl Fn(Entry<'_>, &mut dyn Write) -> io::Result<()> + Send + Sync,
    finish: impl FnOnce(&Visited, &mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<Option<Visited>> {
    let failed = || match file {
        Some(path) => format!("failed to write `{}`", path.display()),
        None => "failed to write to standard output".into(),
    };
    let sink = match file {
        Some(path) => Sink::file(path).with_context(failed)?,
        None => Sink::Stdout(io::stdout()),
    };
    // A bar between the lines of the output would only disturb.
    let bar = !terminal.no_progress && (file.is_some() || !io::stdout().is_terminal());
    let written = Mutex::new(Written { out: BufWriter::with_capacity(1 << 16, sink), error: None });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let visit = || {
        bundle.visit(&|entry| {
            let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
            written.add(|out| show(entry, out));
        })
    };
    let visited = with_progress(bundle, bar, || pool.install(visit));

    let mut written = written.into_inner().unwrap_or_else(PoisonError::into_inner);
    written.add(|out| finish(&visited, out));
    let written = match written.error {
        Some(error) => Err(error),
        None => written.out.into_inner().map_err(io::IntoInnerError::into_error).and_then(Sink::finish),
    };
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(None),
        written => written.with_context(failed).map(|()| Some(visited)),
    }
}

/// Returns how the program ends after a visit.
pub(super) fn exit(visited: &Visited) -> Exit {
    match visited.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped) {
        true => Exit::Partial,
        false => Exit::Done,
    }
}

/// What was written so far.
struct Written {
    out: BufWriter<Sink>,
    /// Why no more can be written: the disk is full, or nobody reads.
    error: Option<io::Error>,
}

impl Written {
    fn add(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if self.error.is_some() {
            return;
        }
        match write(&mut self.out) {
            Ok(()) => {}
            // A visit cannot be broken off in another way, and nobody wants to wait until a large archive is unpacked
            // for a reader that has gone. Nothing is left behind: on standard output there is no temporary file.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
            Err(error) => self.error = Some(error),
        }
    }
}
