//! The process that reads bundles, as its parent sees it: started when needed, stopped when it takes too long, replaced when it
//! dies or has read many.

use super::protocol::{Examined, LINE, Task};
use super::trouble::Trouble;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How a process that reads bundles is started.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program; usually our own.
    pub path: PathBuf,
    /// Its arguments. It writes the name of its signatures on a line, and then reads a job from each line of its input and writes
    /// what came of it as a line.
    pub arguments: Vec<std::ffi::OsString>,
    /// How long a bundle may take at most, if that is not to follow from its size.
    pub time_limit: Option<Duration>,
}

/// Bundles that one process reads: what it may have lost of memory goes with it, and it has the signatures of today.
const MOST: u32 = 200;
/// And for so long.
const OLD: Duration = Duration::from_secs(600);
/// Within this time the signatures have to be loaded.
const START: Duration = Duration::from_secs(180);
/// How often it is looked whether the program is to end.
const LOOK: Duration = Duration::from_millis(100);

/// A process that reads bundles, or the way to start one.
pub(super) struct Worker<'a> {
    program: &'a Program,
    stop: &'a AtomicBool,
    starts: &'a AtomicU64,
    running: Option<Running>,
}

struct Running {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    catalogue: String,
    /// How many were started before it.
    started: u64,
    since: Instant,
    jobs: u32,
}

impl<'a> Worker<'a> {
    /// A worker that is started when it is needed. `stop`: the program is to end. `starts`: how many were started.
    pub(super) fn new(program: &'a Program, stop: &'a AtomicBool, starts: &'a AtomicU64) -> Worker<'a> {
        Worker { program, stop, starts, running: None }
    }

    /// Ends the process; another one is started when it is needed.
    pub(super) fn stop(&mut self) {
        self.running = None;
    }

    /// Sees to it that the process runs; returns the name of its signatures, and its number: a later one was started later.
    pub(super) fn ready(&mut self) -> Result<(String, u64), String> {
        let is_over =
            |it: &mut Running| it.jobs >= MOST || it.since.elapsed() > OLD || !matches!(it.child.try_wait(), Ok(None));
        if self.running.as_mut().is_some_and(is_over) {
            self.running = None;
        }
        if let Some(running) = &self.running {
            return Ok((running.catalogue.clone(), running.started));
        }
        let running = self.start().map_err(|why| format!("the process that reads bundles does not start: {why}"))?;
        let name = (running.catalogue.clone(), running.started);
        self.running = Some(running);
        Ok(name)
    }

    fn start(&self) -> Result<Running, String> {
        let (started, since) = (self.starts.fetch_add(1, Ordering::Relaxed) + 1, Instant::now());
        let mut command = Command::new(&self.program.path);
        command.args(&self.program.arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        // What a terminal sends to the program is for the parent, which ends its children by itself.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (sender, lines) = channel();
        let read = move || {
            let Some(output) = output else { return };
            let mut output = BufReader::new(output);
            loop {
                let mut line = String::new();
                let read = output.by_ref().take(LINE).read_line(&mut line);
                if read.is_err() || !line.ends_with('\n') || sender.send(line).is_err() {
                    return;
                }
            }
        };
        let reader = std::thread::Builder::new().name("lines".to_owned()).spawn(read);
        let (Some(input), Ok(_)) = (input, reader) else {
            end(&mut child);
            return Err("no thread could be started".to_owned());
        };
        let mut running = Running { child, input, lines, catalogue: String::new(), started, since, jobs: 0 };
        match running.line(START, self.stop) {
            Ok(line) => running.catalogue = line.trim_end().to_owned(),
            Err(_) => return Err(running.last_words()),
        }
        Ok(running)
    }

    /// Reads a bundle with the signatures of this name; its reports are in the folder then.
    pub(super) fn examine(&mut self, job: &Task, bytes: u64, catalogue: &str) -> Examined {
        match self.ready() {
            Ok((name, _)) if name == catalogue => {}
            // It had to be started again, and there are others by now.
            Ok(_) => return Examined::Changed,
            Err(why) => return Examined::Machine { why, trouble: Trouble::Machine },
        }
        let Some(line) = job.to_line() else {
            return Examined::Failed { why: "its name is no Unicode".to_owned() };
        };
        let Some(mut running) = self.running.take() else {
            let why = "there is no process that reads bundles".to_owned();
            return Examined::Machine { why, trouble: Trouble::Machine };
        };
        let sent = running.input.write_all(line.as_bytes()).and_then(|()| running.input.flush());
        if sent.is_err() {
            // It has died before it knew of the bundle.
            return Examined::Machine {
                why: format!("the process that reads bundles is gone: {}", running.last_words()),
                trouble: Trouble::Machine,
            };
        }
        let limit = self.program.time_limit.unwrap_or_else(|| usual_limit(bytes));
        match running.line(limit, self.stop) {
            Ok(line) => {
                running.jobs += 1;
                let examined = Examined::of_line(&line);
                // One that talks nonsense is not kept.
                if examined.is_some() {
                    self.running = Some(running);
                }
                examined.unwrap_or_else(|| Examined::Failed { why: "its reader gave nonsense".to_owned() })
            }
            Err(Silent::Stopped) => {
                Examined::Machine { why: "the program was told to end".to_owned(), trouble: Trouble::Upload }
            }
            Err(Silent::Late) => {
                Examined::Failed { why: format!("it took more than {} s and was stopped", limit.as_secs()) }
            }
            Err(Silent::Ended) => match running.end() {
                // By hand, or by a service manager that ends all processes of a service.
                End::Asked => Examined::Machine {
                    why: "the process that reads bundles was told to end".to_owned(),
                    trouble: Trouble::Upload,
                },
                End::Killed => Examined::Killed,
                End::Fault(why) => Examined::Failed { why: format!("its reader {why}") },
            },
        }
    }
}

/// How long a bundle may take: half as long again as the reader gives itself, which it has to notice by itself.
fn usual_limit(bytes: u64) -> Duration {
    Duration::from_secs((bytes >> 20).saturating_mul(3).saturating_add(60))
}

/// Why there is no line.
enum Silent {
    Ended,
    Late,
    Stopped,
}

impl Running {
    /// Waits for a line.
    fn line(&mut self, limit: Duration, stop: &AtomicBool) -> Result<String, Silent> {
        let start = Instant::now();
        loop {
            match self.lines.recv_timeout(LOOK) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Disconnected) => return Err(Silent::Ended),
                Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return Err(Silent::Stopped),
                Err(RecvTimeoutError::Timeout) if start.elapsed() > limit => return Err(Silent::Late),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// How it has ended.
    fn end(&mut self) -> End {
        for _ in 0..100 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return cause(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // The signal is ours.
        let _ = end(&mut self.child);
        End::Fault("did not answer".to_owned())
    }

    /// The same in words.
    fn last_words(&mut self) -> String {
        match self.end() {
            End::Asked => "it was told to end".to_owned(),
            End::Killed => "it was killed".to_owned(),
            End::Fault(why) => format!("it {why}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) -> Option<ExitStatus> {
    let _ = child.kill();
    child.wait().ok()
}

/// How a reader has ended.
enum End {
    /// Somebody has told it to.
    Asked,
    /// The kernel, to free memory, or somebody has killed it.
    Killed,
    /// By what it read, in words.
    Fault(String),
}

fn cause(status: ExitStatus) -> End {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            libc::SIGKILL => End::Killed,
            libc::SIGTERM | libc::SIGINT | libc::SIGHUP | libc::SIGQUIT => End::Asked,
            libc::SIGABRT => End::Fault("gave up (its memory or stack was not enough, or an error of ours)".to_owned()),
            signal => End::Fault(format!("crashed (signal {signal})")),
        };
    }
    End::Fault(status.code().map_or_else(|| "ended early".to_owned(), |code| format!("ended early (code {code})")))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::casework::Quiet;

    #[test]
    fn whose_fault_the_end_of_a_reader_is_is_known() {
        let examined = |end: &str| {
            let arguments = vec!["-c".into(), format!("echo c1; read line; {end}").into()];
            let program = Program { path: "/bin/sh".into(), arguments, time_limit: Some(Duration::from_secs(20)) };
            let (stop, starts) = (AtomicBool::new(false), AtomicU64::new(0));
            let job = Task { root: "/in".into(), path: "/in/a".into(), folder: ".w".into(), quiet: Quiet::default() };
            Worker::new(&program, &stop, &starts).examine(&job, 1, "c1")
        };
        assert_eq!(examined("kill -KILL $$"), Examined::Killed);
        // Not by SIGINT or SIGHUP: who starts the tests may have them ignored (`nohup`, a background job of a script).
        assert!(matches!(examined("kill -TERM $$"), Examined::Machine { why, .. } if why.contains("told to end")));
        for end in ["kill -ABRT $$", "kill -SEGV $$", "exit 3", "echo nonsense"] {
            assert!(matches!(examined(end), Examined::Failed { .. }), "{end}");
        }
    }
}
