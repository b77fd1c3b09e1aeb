//! The side that parses: a file in, frames out, in the helper process or in a thread.

use super::deliver::Pipe;
use super::fault::Fault;
use super::frame::{Broken, FrameWriter};
#[cfg(unix)]
use super::limits;
use super::{Format, Members, ProblemKind};
use crate::bundle::guard::describe;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, PipeReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a helper cannot work at all.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The format's name is not known.
    #[error("no such format: `{0}`")]
    Format(String),
    /// The name of the fault is not known.
    #[error("no such fault: `{0}`")]
    Fault(String),
    /// The limits of the process could not be set.
    #[error("limit the process")]
    Limits(#[source] io::Error),
}

/// Reads a file of a foreign format and writes its members in the form that a bundle expects from its [`super::Helper`].
///
/// For a process that does nothing else: it limits its own memory, processor time and files first. `fault` names a way
/// to fail on purpose behind the first piece, for tests.
///
/// # Errors
///
/// [`Refused`]; trouble with the file is told in the frames, and if nobody reads them there is nobody to tell.
pub fn decode_member(format: &str, fault: Option<&str>, file: File, output: File) -> Result<(), Refused> {
    let format = Format::of_name(format).ok_or_else(|| Refused::Format(format.to_owned()))?;
    let fault = match fault {
        None => None,
        Some(name) => Some(Fault::of_name(name).ok_or_else(|| Refused::Fault(name.to_owned()))?),
    };
    #[cfg(unix)]
    limits::set().map_err(Refused::Limits)?;
    #[cfg(not(unix))]
    use unlimited as limits;
    // If nobody listens any more, there is nothing left to do.
    let _ = serve(format, fault, file, output, limits::extend, limits::worked);
    Ok(())
}

fn serve(
    format: Format,
    fault: Option<Fault>,
    file: File,
    output: impl Write,
    progress: fn(u64),
    worked: fn() -> u32,
) -> io::Result<()> {
    let mut frames = FrameWriter::new(BufWriter::with_capacity(64 << 10, output), progress)?;
    let mut source = BufReader::with_capacity(64 << 10, file);
    let parsed = catch_unwind(AssertUnwindSafe(|| match fault {
        None => format.read(&mut source, &mut frames),
        Some(fault) => fault.read(&mut frames),
    }));
    match parsed {
        Ok(Ok(())) => {}
        // Nobody reads any more.
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Err(error),
        Ok(Err(error)) => {
            let (kind, message) = describe(&error);
            frames.problem(kind, &message)?;
        }
        Err(panic) => {
            let message = format!("our own failure: {}", crate::bundle::visit::panic_message(&*panic));
            frames.problem(ProblemKind::Panic, &message)?;
        }
    }
    frames.done(worked())
}

/// Where a parser shares its process with others, or the system has no limits for one: nothing is to be done.
mod unlimited {
    pub(super) fn extend(_given: u64) {}

    pub(super) fn worked() -> u32 {
        0
    }
}

/// A parser in a thread, for programs without a helper: a panic is caught, nothing else is.
pub(super) struct Thread {
    frames: PipeReader,
}

impl Thread {
    /// Starts to read a file.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(super) fn start(format: Format, file: File) -> io::Result<Thread> {
        let (frames, output) = io::pipe()?;
        let work = move || {
            // It ends with the pipe, whatever happens.
            let _ = serve(format, None, file, output, unlimited::extend, unlimited::worked);
        };
        std::thread::Builder::new().name(format.name().to_owned()).stack_size(STACK).spawn(work)?;
        Ok(Thread { frames })
    }
}

/// As much as a process has.
const STACK: usize = 8 << 20;

impl Read for Thread {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        self.frames.read(output)
    }
}

impl Pipe for Thread {
    fn verdict(&mut self, _: Broken) -> (ProblemKind, String) {
        (ProblemKind::Panic, "failed".to_owned())
    }
}
