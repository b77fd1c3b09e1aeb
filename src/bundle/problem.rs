use std::sync::Arc;

/// A part of the input that could not be examined, and why. It is part of the result and never only a log line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The path as people read it, e.g. `case.zip!/logs/a.log`.
    pub file: Arc<str>,
    /// What kind of trouble it was.
    pub kind: ProblemKind,
    /// A lower-case fragment without full stop that says what happened.
    pub message: String,
}

/// Why a part of the input was not examined. The names are part of the report's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// Needs a password or key.
    Encrypted,
    /// Damaged or cut off.
    Corrupt,
    /// A limit of the bundle's budget was reached.
    Limit,
    /// A format that we recognise and cannot read.
    Unsupported,
    /// The system refused to read it.
    Unreadable,
    /// The file was changed while it was read.
    Changed,
    /// Our own code failed on it.
    Panic,
    /// A broken signature was left out.
    Signature,
    /// Not examined on purpose: link, device, not text. Never a reason for a partial result.
    Skipped,
}

impl ProblemKind {
    /// All of them, in the order in which reports name them.
    pub const ALL: [ProblemKind; 9] = [
        ProblemKind::Encrypted,
        ProblemKind::Corrupt,
        ProblemKind::Limit,
        ProblemKind::Unsupported,
        ProblemKind::Unreadable,
        ProblemKind::Changed,
        ProblemKind::Panic,
        ProblemKind::Signature,
        ProblemKind::Skipped,
    ];

    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::Encrypted => "encrypted",
            ProblemKind::Corrupt => "corrupt",
            ProblemKind::Limit => "limit",
            ProblemKind::Unsupported => "unsupported",
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::Changed => "changed",
            ProblemKind::Panic => "panic",
            ProblemKind::Signature => "signature",
            ProblemKind::Skipped => "skipped",
        }
    }
}
