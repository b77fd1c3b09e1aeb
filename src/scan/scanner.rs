use crate::record::{Chunk, Format, Level, Record, Time};
use crate::signature::SignatureSet;

/// A compiled [`SignatureSet`].
pub struct Scanner {}

/// Which signatures apply to one file.
pub struct FileScope {}

/// One signature that holds for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// Index in [`SignatureSet::signatures`].
    pub signature: usize,
    /// Named groups that took part, in the order of their names.
    pub captures: Vec<(&'a str, &'a [u8])>,
}

/// A record that is worth keeping.
pub struct Hit<'r, 'a> {
    /// The record.
    pub record: &'r Record<'a>,
    /// The signatures that hold, by index.
    pub matches: &'r [Match<'a>],
    /// The severity that level field and error words together suggest; `None` if the record does not look like an
    /// error or warning at all. Negated words ("0 errors") do not count.
    pub suspicion: Option<Level>,
}

/// What a pass over one chunk counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Lines.
    pub lines: u64,
    /// Records.
    pub records: u64,
    /// Records whose year or date had to be assumed.
    pub assumed_times: u64,
    /// Earliest time.
    pub first_time: Option<Time>,
    /// Latest time.
    pub last_time: Option<Time>,
    /// Records by level, indexed by `Level as usize`; those without level are not in it.
    pub levels: [u64; 6],
}

impl Scanner {
    /// Compiles the set.
    pub fn new(set: &SignatureSet) -> Scanner {
        let _ = (set, Level::Error);
        Scanner {}
    }

    /// Returns which signatures apply to the file.
    pub fn in_file(&self, path: &str) -> FileScope {
        let _ = path;
        FileScope {}
    }

    /// Calls `found` for each record that a signature claims or that looks like an error or warning, in file order.
    pub fn scan<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        format: &'a Format,
        scope: &FileScope,
        found: &mut dyn FnMut(Hit<'_, 'a>),
    ) -> Counts {
        let _ = (chunk, format, scope, found);
        Counts::default()
    }
}
