use std::fmt;
use std::process::ExitCode;

/// How the program ends; the numbers are part of the contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// 0: done, and everything was examined (what is skipped on purpose does not count).
    Done,
    /// 1: the job could not be done: a path does not exist, a report could not be written.
    Failed,
    /// 2: wrong usage, or a catalogue that cannot be used.
    Usage,
    /// 3: a known problem at or above `--fail-on` was found. Wins over [`Exit::Partial`].
    Found,
    /// 4: done, but parts of the input could not be examined.
    Partial,
    /// 5: what was to be submitted waits, or a person has to look.
    #[cfg(feature = "server")]
    Pending,
    /// 6: refused, because something would have leaked.
    Refused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Found => 3,
            Exit::Partial => 4,
            #[cfg(feature = "server")]
            Exit::Pending => 5,
            Exit::Refused => 6,
        })
    }
}

/// A mistake in how the program was called, which clap cannot see; as an error it ends in [`Exit::Usage`].
#[derive(Debug)]
pub(super) struct Usage(pub(super) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
