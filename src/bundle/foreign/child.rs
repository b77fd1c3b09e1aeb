//! A parser in a process of its own: the file is its input, frames are its output, and a thread of ours sees to it that it
//! goes on.

use super::deliver::Pipe;
use super::frame::Broken;
use super::{Format, ProblemKind};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A program that reads foreign formats for the bundle, so that a parser which crashes, hangs or asks for all memory
/// does so there.
#[derive(Clone, Debug)]
pub struct Helper {
    /// The program; usually our own.
    pub program: PathBuf,
    /// Its arguments; the name of the format comes behind them. It must call [`super::decode_member`].
    pub arguments: Vec<String>,
    /// How long it may keep us waiting for the next piece.
    pub patience: Duration,
}

impl Helper {
    /// A helper with the usual patience. On Unix the processor's time is limited too, and much closer: a machine that
    /// is busy with other things is no fault of the parser.
    pub fn new(program: PathBuf, arguments: Vec<String>) -> Helper {
        Helper { program, arguments, patience: Duration::from_secs(if cfg!(unix) { 30 } else { 15 }) }
    }
}

/// How often the waiting is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How much of what a helper says on standard error is read: all we want is why it died.
const LAST_WORDS: u64 = 4 << 10;

/// A helper at work.
pub(super) struct Process {
    output: ChildStdout,
    watched: Arc<Watched>,
}

/// What the thread that waits for frames and the one that watches it share.
struct Watched {
    start: Instant,
    /// Since when somebody has been waiting, in milliseconds after `start`, plus one; zero if nobody is.
    waiting: AtomicU64,
    expired: AtomicBool,
    /// When the visit's time is over, and whether it was.
    until: Option<Instant>,
    late: AtomicBool,
    child: Mutex<Running>,
    ended: Condvar,
}

struct Running {
    child: Child,
    /// Nobody needs to watch any more.
    over: bool,
}

impl Process {
    /// Starts the helper on a file; it is ended at the latest when the time of the visit is over.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(super) fn start(helper: &Helper, format: Format, file: File, until: Option<Instant>) -> io::Result<Process> {
        let mut command = Command::new(&helper.program);
        command.args(&helper.arguments).arg(format.name());
        command.stdin(file).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A backtrace would open files, and nobody would see it.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        #[cfg(windows)]
        {
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NO_WINDOW);
        }
        let mut child = command.spawn()?;
        let Some(output) = child.stdout.take() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let watched = Arc::new(Watched {
            start: Instant::now(),
            waiting: AtomicU64::new(0),
            expired: AtomicBool::new(false),
            until,
            late: AtomicBool::new(false),
            child: Mutex::new(Running { child, over: false }),
            ended: Condvar::new(),
        });
        let process = Process { output, watched: Arc::clone(&watched) };
        let patience = helper.patience;
        // If this fails, the process ends with its `Process`.
        std::thread::Builder::new().name("watch".to_owned()).spawn(move || watched.watch(patience))?;
        Ok(process)
    }
}

impl Watched {
    fn running(&self) -> MutexGuard<'_, Running> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Ends the process if it lets somebody wait for too long, or beyond the time of the visit.
    fn watch(&self, patience: Duration) {
        let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        let mut running = self.running();
        while !running.over {
            (running, _) = self.ended.wait_timeout(running, LOOK).unwrap_or_else(PoisonError::into_inner);
            if self.until.is_some_and(|until| Instant::now() > until) && !running.over {
                self.late.store(true, Ordering::Release);
                let _ = running.child.kill();
                return;
            }
            let since = self.waiting.load(Ordering::Acquire);
            if since > 0 && self.milliseconds().saturating_sub(since) > patience && !running.over {
                self.expired.store(true, Ordering::Release);
                let _ = running.child.kill();
                return;
            }
        }
    }

    /// Ends the process and its watch; returns how it has ended.
    fn end(&self) -> Option<ExitStatus> {
        let mut running = self.running();
        running.over = true;
        self.ended.notify_all();
        let _ = running.child.kill();
        running.child.wait().ok()
    }

    /// Returns what a process that has ended said last.
    fn last_words(&self) -> String {
        let mut words = Vec::new();
        let errors = self.running().child.stderr.take();
        if let Some(errors) = errors {
            let _ = errors.take(LAST_WORDS).read_to_end(&mut words);
        }
        String::from_utf8_lossy(&words).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.watched.end();
    }
}

impl Read for Process {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        self.watched.waiting.store(self.watched.milliseconds() + 1, Ordering::Release);
        let read = self.output.read(output);
        self.watched.waiting.store(0, Ordering::Release);
        read
    }
}

impl Pipe for Process {
    fn verdict(&mut self, broken: Broken) -> (ProblemKind, String) {
        // A process that closed its output is about to end; one that was caught talking nonsense is not.
        if broken == Broken::Ended {
            self.watched.wait_a_moment();
        }
        let status = self.watched.end();
        if self.watched.expired.load(Ordering::Acquire) {
            return (ProblemKind::Limit, "made no progress and was stopped".to_owned());
        }
        if self.watched.late.load(Ordering::Acquire) {
            return (ProblemKind::Limit, "was stopped since reading took too long (see --max-time)".to_owned());
        }
        if broken == Broken::Nonsense {
            return (ProblemKind::Panic, "gave something that makes no sense and was stopped".to_owned());
        }
        cause(status, &self.watched.last_words())
    }
}

impl Watched {
    /// Waits for the process to end by itself, so that its status tells why.
    fn wait_a_moment(&self) {
        for _ in 0..200 {
            if !matches!(self.running().child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Says why a process has ended.
fn cause(status: Option<ExitStatus>, words: &str) -> (ProblemKind, String) {
    if words.contains("memory allocation of") {
        return (ProblemKind::Limit, "needed too much memory and was stopped".to_owned());
    }
    if words.contains("overflowed its stack") {
        return (ProblemKind::Panic, "crashed (its stack overflowed)".to_owned());
    }
    #[cfg(unix)]
    if let Some(signal) = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status)) {
        return match signal {
            libc::SIGXCPU => {
                (ProblemKind::Limit, "worked for too long without enough of a result and was stopped".to_owned())
            }
            libc::SIGKILL => (ProblemKind::Limit, "was stopped by the system, probably to free memory".to_owned()),
            signal => (ProblemKind::Panic, format!("crashed (signal {signal})")),
        };
    }
    match status.and_then(|status| status.code()) {
        Some(code) => (ProblemKind::Panic, format!("ended early (code {code})")),
        None => (ProblemKind::Panic, "ended early".to_owned()),
    }
}
