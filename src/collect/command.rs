//! A program is run to see what it shows: without a shell, without input, for a limited time, and only the end of a long output is
//! kept.

use super::tail::{self, Tail};
use crate::signature::Span;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What became of a command.
#[derive(Debug)]
pub(super) struct Ran {
    /// What it showed; as it is, not redacted.
    pub(super) output: Tail,
    /// How it ended; `None` if a signal did it or it was ended by us.
    pub(super) status: Option<i32>,
    /// It was ended since it took too long.
    pub(super) is_late: bool,
    /// It showed more than was kept, which is the end of it.
    pub(super) is_cut: bool,
}

/// Folders of programs, in which no ordinary user can put one.
#[cfg(unix)]
const FOLDERS: &[&str] = &["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// Finds a program by its plain name in the system's folders; the `PATH` of whoever runs this is not asked.
pub(super) fn find(program: &str, system_root: &str) -> Option<PathBuf> {
    if program.contains(['/', '\\']) {
        return None;
    }
    #[cfg(unix)]
    {
        let _ = system_root;
        FOLDERS.iter().map(|folder| Path::new(folder).join(program)).find(|path| path.is_file())
    }
    #[cfg(not(unix))]
    {
        let folder = Path::new(system_root).join("System32");
        let name = if program.contains('.') { program.to_owned() } else { format!("{program}.exe") };
        Some(folder.join(name)).filter(|path| path.is_file())
    }
}

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long we wait for output behind the end of a program: one that it has left behind may hold it open.
const LINGER: Duration = Duration::from_secs(1);

/// Runs a program; both of its outputs are kept in the order in which they come.
pub(super) fn run(program: &Path, arguments: &[String], time: Span, bytes: u64) -> io::Result<Ran> {
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).current_dir(root());
    // Messages in one language, and nothing that the caller has set.
    #[cfg(unix)]
    {
        command.env_clear().env("PATH", FOLDERS.join(":")).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        // A group of its own, so that what it starts can be ended with it.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    let mut child = command.spawn()?;
    // It holds the ends of the pipe to be written to, and with them open the output would never end.
    drop(command);
    let file = tempfile::tempfile()?;
    let kept = file.try_clone()?;
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        // Nobody waits any more if this fails.
        let _ = sender.send(tail::keep(reader, kept, bytes));
    });
    let until = Instant::now() + Duration::from_nanos(time.0.unsigned_abs());
    let mut is_late = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if Instant::now() >= until {
            is_late = true;
            end(&mut child);
            let _ = child.wait();
            break None;
        }
        thread::sleep(LOOK);
    };
    let output = match receiver.recv_timeout(LINGER) {
        Ok(kept) => kept?,
        Err(_) => {
            end(&mut child);
            match receiver.recv_timeout(LINGER) {
                Ok(kept) => kept?,
                // What it has left behind still writes, so that nobody knows where the end of it is.
                Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "its output does not end")),
            }
        }
    };
    let is_cut = output.is_cut();
    Ok(Ran { output, status: status.and_then(|it| it.code()), is_late, is_cut })
}

fn root() -> &'static str {
    if cfg!(windows) { "C:\\" } else { "/" }
}

/// Ends a program and what it has started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn shell(script: &str, milliseconds: i64, bytes: u64) -> (String, Ran) {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let mut ran = run(Path::new("/bin/sh"), &arguments, Span(milliseconds * 1_000_000), bytes).unwrap();
        let mut text = String::new();
        ran.output.read_to_string(&mut text).unwrap();
        (text, ran)
    }

    #[test]
    fn output_and_status_are_kept() {
        let (text, ran) = shell("echo out; echo err >&2; exit 3", 10_000, 100);
        assert_eq!((&*text, ran.status, ran.is_late, ran.is_cut), ("out\nerr\n", Some(3), false, false));
    }

    #[test]
    fn of_too_much_the_end_is_kept_and_the_program_goes_on() {
        let (text, ran) = shell("seq 1 100000; exit 5", 10_000, 18);
        assert_eq!((&*text, ran.status, ran.is_cut), ("99999\n100000\n", Some(5), true));
    }

    #[test]
    fn one_that_takes_too_long_is_ended_with_what_it_started() {
        let start = Instant::now();
        let (text, ran) = shell("echo first; sleep 60 & sleep 60", 200, 100);
        assert_eq!((&*text, ran.status, ran.is_late), ("first\n", None, true));
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn nothing_of_the_callers_environment_is_seen() {
        let (text, _) = shell("env | cut -d= -f1 | sort | grep -v '^_$\\|^PWD$\\|^SHLVL$\\|^OLDPWD$'", 10_000, 1000);
        assert_eq!(text, "LC_ALL\nPATH\nTZ\n");
    }

    #[test]
    fn programs_have_plain_names() {
        assert!(find("sh", "").is_some());
        assert_eq!(find("/bin/sh", ""), None);
        assert_eq!(find("../bin/sh", ""), None);
        assert_eq!(find("no-such-program-anywhere", ""), None);
    }
}
