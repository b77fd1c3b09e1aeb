//! What is remembered between runs: customers, their cases, the tickets at vendors, the outbox and the audit trail, and what of
//! watched folders was read.
//!
//! One SQLite file, and all SQL of the program. Every change is one transaction; several processes may use the store at the
//! same time, and one of them may be killed at any point. What a row means stands at its type; `health.rs` is the smallest
//! file to copy. The time is given by the caller, in seconds since 1970 in UTC.

mod audit;
mod backup;
mod beginnings;
mod belongings;
mod cases;
mod escalations;
mod filter;
mod findings;
mod health;
mod notices;
mod outbox;
mod owner;
mod recurrence;
mod schema;
mod search;
mod suppressions;
#[cfg(test)]
mod tests;
mod tickets;
mod trail;
mod uploads;

pub use audit::{Leaving, Left};
pub use belongings::{Holdings, Reports};
pub use cases::{About, Case, CaseBundle, NewCase, Origin, Status, Tie, UNASSIGNED, is_worse};
pub use escalations::{APPROVAL, Escalation, FiledBundle};
pub use filter::CaseFilter;
pub use findings::{CaseFinding, Finding, FindingStep, FoundIn, worst};
pub use health::Health;
pub use notices::{NewNotice, Notice, NoticeState};
pub use outbox::{ASKED, Entry, EntryFile, FileState, Kind, State};
pub use recurrence::{Earlier, Recurrence};
pub use search::FoundFinding;
pub use suppressions::{NewSuppression, Suppression};
pub use tickets::{Claim, Ticket};
pub use trail::{Change, Event, Happened, Says};
pub use uploads::{Filed, Finished, ReadBundle, Upload, UploadState};

use crate::private;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The store, open.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
}

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file or its folder.
    #[error("open the store `{path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no store, or it is damaged.
    #[error("open the store `{path}`")]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A later version of the program has written it.
    #[error(
        "the store `{path}` was written by a later version of tierline (its format is {found}, this one knows {known})"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The last format that is known here.
        known: i64,
    },
    /// Reading or writing.
    #[error("use the store")]
    Sql(#[from] rusqlite::Error),
    /// The same key belongs to somebody else: two customers would meet in one ticket.
    #[error(
        "a ticket with this key at `{tracker}` belongs to another customer; two customers must not share a key file"
    )]
    OtherCustomer {
        /// The tracker.
        tracker: String,
    },
    /// The same problem belongs to somebody else.
    #[error("a case with this problem belongs to another customer; two customers must not share a key file")]
    ProblemOfOther,
    /// There is no such case.
    #[error("there is no case {0}; `tierline case list` shows them")]
    NoCase(i64),
    /// Nothing happens to a closed case.
    #[error("case {0} is closed; `tierline case reopen {0}` opens it again")]
    Closed(i64),
    /// The case is another customer's.
    #[error("case {case} is not one of the customer `{customer}`")]
    CaseOfOther {
        /// The case.
        case: i64,
        /// The customer.
        customer: String,
    },
    /// One customer's logs never become another's.
    #[error("case {case} is one of the customer `{customer}`; only a case of `{UNASSIGNED}` can be given to somebody")]
    HasOwner {
        /// The case.
        case: i64,
        /// The customer.
        customer: String,
    },
    /// What was opened for nobody stays so.
    #[error(
        "case {case} has a ticket at `{tracker}` that was opened for `{UNASSIGNED}`; open a case for the customer, and \
        `tierline triage LOGS --case` it"
    )]
    HasTicket {
        /// The case.
        case: i64,
        /// The tracker.
        tracker: String,
    },
    /// The same logs twice would be two cases.
    #[error("the customer `{customer}` has these logs in case {case} already; close one of the cases")]
    HasLogs {
        /// The customer's case.
        case: i64,
        /// The customer.
        customer: String,
    },
    /// A problem belongs to one case.
    #[error("the problem belongs to case {case} of this customer already")]
    InOtherCase {
        /// That case.
        case: i64,
    },
    /// Nothing is kept of such a customer.
    #[error("there is no customer `{0}` in the store")]
    NoCustomer(String),
    /// A copy could not be written.
    #[error("write `{path}`")]
    Copy {
        /// The copy.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is kept of a customer could not be written.
    #[error("write what is kept of the customer")]
    Export(#[from] io::Error),
    /// Something of the customer is on its way.
    #[error("a tracker may be taking in entries {0:?} of the outbox; `tierline outbox list` shows how far they are")]
    InFlight(Vec<i64>),
    /// A watch would read again what still lies in its folders.
    #[error("a `tierline watch` works with the store; end it first")]
    Watched,
    /// A process sends notices.
    #[error("notices are being sent just now; try again in a moment")]
    Notifying,
    /// Another process reads or writes.
    #[error(
        "another process works with the store; end it, then `tierline store compact` takes the rest out of the files"
    )]
    InUse,
}

/// Who writes down what no person has done.
pub(crate) const PROGRAM: &str = "tierline";

/// A bounded number of files: tickets may share one and wait for each other.
const LOCK_FILES: i64 = 64;

/// How long a process waits for another one that writes.
const BUSY: Duration = Duration::from_secs(30);

/// KiB of the file that a process keeps in its memory for each connection. The system keeps the whole of it; a watch has several
/// connections, and with the usual 2 MiB for each its memory would grow for as long as the store is smaller than that.
const CACHE: u32 = 512;

/// Does something again while another process has the store locked. The switch to WAL needs the file alone, and SQLite does not
/// wait for that as it waits for a writer: of several processes that make a new store some would fail.
fn waiting(mut act: impl FnMut() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut left = BUSY.as_millis() / PAUSE.as_millis();
    loop {
        match act() {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) && left > 0 => {
                left -= 1;
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

impl Store {
    /// Opens the store, which is made if it is not there, and brings it to the format of this version.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let failed = |source| StoreError::Open { path: path.to_path_buf(), source };
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        private::folder(folder).map_err(failed)?;
        // One that is there is not touched: by closing a file a process gives up all its locks on it, also those of SQLite.
        private::new_file(path).map_err(failed)?;
        let database = |source| StoreError::Database { path: path.to_path_buf(), source };
        let mut db = Connection::open(path).map_err(database)?;
        db.busy_timeout(BUSY).map_err(database)?;
        // A killed process loses nothing that was committed; a power cut neither, for which `FULL` syncs each commit.
        let set = format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{CACHE};"
        );
        waiting(|| db.execute_batch(&set)).map_err(database)?;
        schema::migrate(&mut db, path)?;
        Ok(Store { db, path: path.to_path_buf() })
    }

    /// Keeps other processes from watching with this store as long as the value lives. `None` if one does. The system takes the
    /// lock back from a process that is killed, so what that one was at can be begun again at once.
    pub fn lock_watch(&self) -> Result<Option<File>, StoreError> {
        self.lock_alone("watch")
    }

    /// A lock by name that one process holds at a time, which nobody waits for.
    fn lock_alone(&self, name: &str) -> Result<Option<File>, StoreError> {
        let path = self.locks().join(name);
        let lock = || {
            let file = lock_file(&path)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(file)),
                Err(fs::TryLockError::WouldBlock) => Ok(None),
                Err(fs::TryLockError::Error(error)) => Err(error),
            }
        };
        lock().map_err(|source| StoreError::Open { path: path.clone(), source })
    }

    /// Whether the error says that the disk is full, or that the system has refused to read or write: it may go by.
    pub fn may_go_by(error: &StoreError) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, OutOfMemory, SystemIoFailure};
        let (StoreError::Sql(error) | StoreError::Database { source: error, .. }) = error else {
            return matches!(error, StoreError::Open { .. });
        };
        let passing = [CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, OutOfMemory, SystemIoFailure];
        error.sqlite_error_code().is_some_and(|code| passing.contains(&code))
    }

    /// The folder of the locks, beside the store.
    fn locks(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".locks");
        self.path.with_file_name(name)
    }

    /// Waits until no other process works on this ticket, and keeps others from it as long as the value lives. The system takes
    /// the lock back from a process that is killed.
    pub fn lock(&self, ticket: i64) -> Result<File, StoreError> {
        let path = self.locks().join((ticket % LOCK_FILES).to_string());
        let lock = || {
            let file = lock_file(&path)?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(|source| StoreError::Open { path: path.clone(), source })
    }

    /// The same for several tickets.
    fn lock_all(&self, tickets: &BTreeSet<i64>) -> Result<Vec<File>, StoreError> {
        // Two that share a file would wait for each other; of two processes none waits for what the other holds.
        let files: BTreeSet<i64> = tickets.iter().map(|it| it % LOCK_FILES).collect();
        files.into_iter().map(|it| self.lock(it)).collect()
    }
}

/// Opens a file that is there to be locked.
fn lock_file(path: &Path) -> io::Result<File> {
    private::folder(path.parent().unwrap_or(Path::new(".")))?;
    private::file(path)
}
