/// How serious the program that wrote the record thought it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Finest detail.
    Trace,
    /// For developers.
    Debug,
    /// Normal operation; `notice` too.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
    /// The program or a part of it cannot go on; `critical`, `alert`, `emergency`, `panic` too.
    Fatal,
}

impl Level {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Level::Trace => "trace",
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
            Level::Fatal => "fatal",
        }
    }
}
