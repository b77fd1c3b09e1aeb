//! How folders are watched, what the watch needs of the program, and what it gives back.

use super::worker::Program;
use crate::store::StoreError;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How folders are watched.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folders. Files directly in one belong to nobody, those in `<name>/` below it to the customer of that name.
    pub folders: Vec<PathBuf>,
    /// The store.
    pub store: PathBuf,
    /// What this machine is called, to watches of other ones.
    pub machine: String,
    /// How long a file has to be at rest; usually 5 seconds, and 60 on network file systems.
    pub settle: Option<Duration>,
    /// A file whose end is missing, or that cannot be read, is given up after so long.
    pub give_up: Duration,
    /// A file that ends its reader so often is given up.
    pub tries: u32,
    /// Nothing is expected of the system: folders are looked at often.
    pub poll: bool,
    /// Reads what is there, and ends.
    pub once: bool,
    /// Bundles that are read at the same time.
    pub jobs: usize,
    /// Bytes that stay free on the disk.
    pub least_free: Option<u64>,
    /// Bundles and reports are removed after so many days.
    pub keep_days: Option<u32>,
    /// Where the heartbeat is written.
    pub metrics: PathBuf,
    /// How bundles are read.
    pub program: Program,
    /// The signatures that the program uses, by name.
    pub catalogue: String,
}

/// What the watch needs of the program.
pub struct Around<'a> {
    /// Tells a person something, on a line.
    pub say: &'a (dyn Fn(&str) + Sync),
    /// The program is to end.
    pub stop: &'a AtomicBool,
    /// Called at each point of the work, for tests that let it fail there.
    pub step: &'a (dyn Fn(Step) -> io::Result<()> + Sync),
}

/// Why folders cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// One of them is none.
    #[error("watch `{path}`")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// One of them lies in another one.
    #[error("`{one}` and `{other}` overlap: watch the outer one, its folders are those of the customers")]
    Nested {
        /// One of them.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// What belongs to the watch lies where customers put files.
    #[error(
        "`{file}` is in the watched folder `{folder}`, where whoever uploads could read or replace it; put it elsewhere"
    )]
    Inside {
        /// The store or the heartbeat.
        file: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// Another process watches it, with another store.
    #[error("another `tierline watch` of this machine watches `{0}`")]
    FolderTaken(PathBuf),
    /// Another process watches it, on this machine or another one.
    #[error("{0}")]
    FolderOwned(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process works with it.
    #[error("another `tierline watch` works with the store `{0}`; one watches several folders")]
    Taken(PathBuf),
}

/// What a watch has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bundles that were read.
    pub read: u64,
    /// Uploads of a content that was read already.
    pub same: u64,
    /// Uploads that were given up.
    pub quarantined: u64,
    /// Files that are not whole, or wait for another try.
    pub left: u64,
}

/// A point of the work, for tests that let it fail or end there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The content is hashed.
    Hash,
    /// The store is told that it is being read.
    Begin,
    /// The folder for the report is made.
    Draft,
    /// It was read.
    Examined,
    /// The report is put into its place.
    Publish,
    /// The store is told that it was read.
    Finish,
    /// The store was told.
    Finished,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Step; 7] =
        [Step::Hash, Step::Begin, Step::Draft, Step::Examined, Step::Publish, Step::Finish, Step::Finished];

    /// The name, for tests.
    pub fn name(self) -> &'static str {
        match self {
            Step::Hash => "hash",
            Step::Begin => "begin",
            Step::Draft => "draft",
            Step::Examined => "examined",
            Step::Publish => "publish",
            Step::Finish => "finish",
            Step::Finished => "finished",
        }
    }
}
