//! The outbox: packages on their way to a tracker, and how far each has come.

use super::trail::{Happened, write};
use super::{PROGRAM, Store, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A ticket is opened.
    New,
    /// The problem's ticket gets a comment and what is new in the package.
    Update,
}

/// How far an entry has come. Each is written down before what follows it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Claimed, nothing done.
    Pending,
    /// The tracker is asked for a ticket with this key; nothing was sent yet.
    Searching,
    /// The ticket or the comment is being sent, or was, if the program was killed.
    Sending,
    /// It was sent, and whether it arrived is not known.
    Ambiguous,
    /// The tracker has it.
    Accepted,
    /// Files are being attached.
    Attaching,
    /// All are said to be there and are read back.
    Verifying,
    /// Everything is there, as the tracker gives it back.
    Verified,
    /// A person has to look.
    Held,
    /// A person has given it up.
    Dropped,
}

/// Stands in the reason of an entry of which a person is asked whether it has arrived.
pub const ASKED: &str = "whether it went out is not known";

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Not sent.
    Waiting,
    /// Sent, as far as we know.
    Sent,
    /// Read back.
    Verified,
}

/// A package on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// The ticket it is for.
    pub ticket: i64,
    /// The folder of the package.
    pub package: String,
    /// SHA-256 of its manifest.
    pub manifest: String,
    /// What is to be done.
    pub kind: Kind,
    /// How far it has come.
    pub state: State,
    /// Attempts that have failed since the last progress.
    pub attempts: u32,
    /// It is not tried again before this time.
    pub due: i64,
    /// Why it is held or waits.
    pub reason: Option<String>,
    /// When it was made.
    pub created: i64,
    /// When the state was last changed.
    pub changed: i64,
    /// Its files.
    pub files: Vec<EntryFile>,
}

/// A file of a package on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFile {
    /// Below the package's folder.
    pub path: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// How far it has come.
    pub state: FileState,
}

impl Kind {
    /// The name, as stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            Kind::New => "new",
            Kind::Update => "update",
        }
    }
}

impl State {
    /// All, in their order.
    pub const ALL: [State; 10] = [
        State::Pending,
        State::Searching,
        State::Sending,
        State::Ambiguous,
        State::Accepted,
        State::Attaching,
        State::Verifying,
        State::Verified,
        State::Held,
        State::Dropped,
    ];

    /// The name, as stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Searching => "searching",
            State::Sending => "sending",
            State::Ambiguous => "ambiguous",
            State::Accepted => "accepted",
            State::Attaching => "attaching",
            State::Verifying => "verifying",
            State::Verified => "verified",
            State::Held => "held",
            State::Dropped => "dropped",
        }
    }
}

impl FileState {
    /// The name, as stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            FileState::Waiting => "waiting",
            FileState::Sent => "sent",
            FileState::Verified => "verified",
        }
    }
}

impl Store {
    /// How many entries wait for a person.
    pub fn held_entries(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM outbox WHERE state = 'held' AND id NOT IN (SELECT entry FROM dropped)";
        let count: i64 = self.db.query_row(sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// An entry by its number; `None` if there is none.
    pub fn entry(&self, id: i64) -> Result<Option<Entry>, StoreError> {
        match entry_of(&self.db, id) {
            Err(StoreError::Sql(rusqlite::Error::QueryReturnedNoRows)) => Ok(None),
            found => found.map(Some),
        }
    }

    /// All entries, in the order in which they were made.
    pub fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let mut statement = self.db.prepare("SELECT id FROM outbox ORDER BY id")?;
        let ids = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        ids.into_iter().map(|id| entry_of(&self.db, id)).collect()
    }

    /// The entry that was made for the same ticket before this one, if it is neither through nor given up yet: it goes first.
    pub fn before(&self, entry: &Entry) -> Result<Option<Entry>, StoreError> {
        let sql = "SELECT id FROM outbox WHERE ticket = ?1 AND id < ?2 AND state <> 'verified'
            AND id NOT IN (SELECT entry FROM dropped) ORDER BY id LIMIT 1";
        match self.db.query_row(sql, (entry.ticket, entry.id), |row| row.get(0)) {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            id => entry_of(&self.db, id?).map(Some),
        }
    }

    /// An update opens the ticket after all: what should have opened it was given up.
    pub fn opens(&self, entry: i64) -> Result<(), StoreError> {
        self.db.execute("UPDATE outbox SET kind = ?1 WHERE id = ?2", (Kind::New.name(), entry))?;
        Ok(())
    }

    /// What should open the ticket updates one that others have opened.
    pub fn joins(&self, entry: i64, remote: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        db.execute("UPDATE outbox SET kind = ?1 WHERE id = ?2", (Kind::Update.name(), entry))?;
        let sql = "UPDATE tickets SET remote = ?1 WHERE id = (SELECT ticket FROM outbox WHERE id = ?2)
            RETURNING case_id, tracker";
        let (case, tracker): (i64, String) =
            db.query_row(sql, (remote, entry), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let text = format!("{tracker}: others have opened ticket {remote} of this problem; it is updated");
        write(&db, case, Happened::Note, &text, PROGRAM, now)?;
        db.commit()?;
        Ok(())
    }

    /// Goes on to a state. When the tracker has taken something, what failed before does not count any more.
    pub fn reach(&self, entry: i64, state: State, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let sql = "UPDATE outbox SET state = ?1, changed = ?2, reason = NULL,
            attempts = CASE WHEN ?1 IN ('accepted', 'verified') THEN 0 ELSE attempts END WHERE id = ?3";
        db.execute(sql, (state.name(), now, entry))?;
        if state == State::Accepted {
            accepted(&db, entry, now)?;
        }
        db.commit()?;
        Ok(())
    }

    /// Goes on to a state after an attempt that has failed: not before `due`, for a reason.
    pub fn postpone(&self, entry: i64, state: State, due: i64, reason: &str) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET state = ?1, due = ?2, reason = ?3, attempts = attempts + 1 WHERE id = ?4";
        self.db.execute(sql, (state.name(), due, reason, entry))?;
        Ok(())
    }

    /// Stops until a person has looked.
    pub fn hold(&self, entry: i64, reason: &str, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET state = 'held', reason = ?1, changed = ?2 WHERE id = ?3";
        self.db.execute(sql, (reason, now, entry))?;
        Ok(())
    }

    /// Begins again after a person has looked, or has changed their mind: with a search, so that nothing is sent twice. Why an
    /// attempt has failed is still known, so that what may be on its way is waited for.
    pub fn release(&self, entry: i64, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        taken_up(&db, entry, now)?;
        db.commit()?;
        Ok(())
    }

    /// A person gives an entry up, for a reason: those behind it go on. Returns whether there was something to give up. A ticket
    /// that no tracker has taken yet has no name any more, and the next package opens it.
    pub fn give_up(&self, entry: i64, reason: &str, by: &str, now: i64) -> Result<bool, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let sql = "INSERT OR IGNORE INTO dropped (entry, at, reason)
            SELECT id, ?1, ?2 FROM outbox WHERE id = ?3 AND state <> 'verified'";
        let is_dropped = db.execute(sql, (now, reason, entry))? > 0;
        if is_dropped {
            let sql = "UPDATE tickets SET remote = NULL WHERE accepted IS NULL
                AND id = (SELECT ticket FROM outbox WHERE id = ?1)";
            db.execute(sql, [entry])?;
            let sql =
                "SELECT case_id, tracker FROM tickets JOIN outbox ON tickets.id = outbox.ticket WHERE outbox.id = ?1";
            let (case, tracker): (i64, String) = db.query_row(sql, [entry], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let text = format!("entry {entry} of the outbox, to {tracker}, was dropped: {reason}");
            write(&db, case, Happened::Note, &text, by, now)?;
        }
        db.commit()?;
        Ok(is_dropped)
    }

    /// A person says that what was sent has arrived: the files that did not go with it follow. Returns whether that was asked.
    pub fn arrived(&self, entry: i64, now: i64) -> Result<bool, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let sql = "UPDATE outbox SET state = 'accepted', attempts = 0, due = ?1, changed = ?1, reason = NULL
            WHERE id = ?2 AND state = 'held' AND instr(reason, ?3) > 0 AND id NOT IN (SELECT entry FROM dropped)
            AND EXISTS (SELECT 1 FROM tickets WHERE tickets.id = outbox.ticket AND remote IS NOT NULL)";
        let was_asked = db.execute(sql, (now, entry, ASKED))? > 0;
        if was_asked {
            accepted(&db, entry, now)?;
        }
        db.commit()?;
        Ok(was_asked)
    }

    /// A person has brought the package to the vendor, whose number of the case this is.
    pub fn recorded(&self, entry: i64, number: &str, target: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let sql = "SELECT tickets.id, case_id, tracker, remote FROM tickets JOIN outbox ON outbox.ticket = tickets.id
            WHERE outbox.id = ?1";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        let (ticket, case, tracker, before): (i64, i64, String, Option<String>) = db.query_row(sql, [entry], read)?;
        db.execute("UPDATE tickets SET remote = ?1 WHERE id = ?2", (number, ticket))?;
        if let Some(before) = before.filter(|it| it != number) {
            let text = format!("{tracker}: the case is {number}, not {before}");
            write(&db, case, Happened::Note, &text, PROGRAM, now)?;
        }
        let sql = "INSERT INTO audit (at, customer, ticket, tracker, target, what, bytes, sha256, outcome)
            SELECT ?1, tickets.customer, tickets.id, tickets.tracker, ?2, 'package, by a person',
                (SELECT COALESCE(SUM(bytes), 0) FROM outbox_files WHERE entry = outbox.id), outbox.manifest, ?3
            FROM outbox JOIN tickets ON tickets.id = outbox.ticket
            WHERE outbox.id = ?4 AND outbox.state <> 'verified'";
        db.execute(sql, (now, target, format!("case {number}"), entry))?;
        db.execute("UPDATE outbox_files SET state = 'sent' WHERE entry = ?1 AND state = 'waiting'", [entry])?;
        let sql = "UPDATE outbox SET state = 'verified', changed = ?1, reason = NULL WHERE id = ?2";
        db.execute(sql, (now, entry))?;
        accepted(&db, entry, now)?;
        db.commit()?;
        Ok(())
    }

    /// Remembers how far files have come: all of them or, after a kill, none.
    pub fn set_files<'f>(
        &self,
        entry: i64,
        files: impl IntoIterator<Item = (&'f str, FileState)>,
    ) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        for (path, state) in files {
            let sql = "UPDATE outbox_files SET state = ?1 WHERE entry = ?2 AND path = ?3";
            db.execute(sql, (state.name(), entry, path))?;
        }
        db.commit()?;
        Ok(())
    }
}

/// An entry that is held, waits or was given up is tried again. What it was at is still known.
pub(super) fn taken_up(db: &Connection, entry: i64, now: i64) -> Result<(), StoreError> {
    db.execute("DELETE FROM dropped WHERE entry = ?1", [entry])?;
    let sql = "UPDATE outbox SET state = CASE state WHEN 'held' THEN 'pending' ELSE state END, attempts = 0, due = ?1,
        reason = CASE state WHEN 'held' THEN NULL ELSE reason END WHERE id = ?2 AND state <> 'verified'";
    db.execute(sql, (now, entry))?;
    Ok(())
}

/// The tracker has the ticket of an entry: from now on its vendor's time runs.
fn accepted(db: &Connection, entry: i64, now: i64) -> Result<(), StoreError> {
    let sql =
        "UPDATE tickets SET accepted = ?1 WHERE accepted IS NULL AND id = (SELECT ticket FROM outbox WHERE id = ?2)
        RETURNING case_id, tracker, remote";
    let ticket = db.query_row(sql, (now, entry), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    if let Some((case, tracker, remote)) = ticket {
        let (tracker, remote): (String, Option<String>) = (tracker, remote);
        let text = format!("{tracker}: {}", remote.unwrap_or_default());
        write(db, case, Happened::Ticket, &text, PROGRAM, now)?;
    }
    Ok(())
}

pub(super) fn entry_of(db: &Connection, id: i64) -> Result<Entry, StoreError> {
    let sql = "SELECT id, ticket, package, manifest, kind, CASE WHEN dropped.at IS NULL THEN state ELSE 'dropped' END,
        attempts, due, COALESCE(dropped.reason, outbox.reason), created, changed
        FROM outbox LEFT JOIN dropped ON dropped.entry = outbox.id WHERE id = ?1";
    let mut entry = db.query_row(sql, [id], |row| {
        Ok(Entry {
            id: row.get(0)?,
            ticket: row.get(1)?,
            package: row.get(2)?,
            manifest: row.get(3)?,
            kind: named(row, 4, &[Kind::New, Kind::Update], Kind::name)?,
            state: named(row, 5, &State::ALL, State::name)?,
            attempts: row.get(6)?,
            due: row.get(7)?,
            reason: row.get(8)?,
            created: row.get(9)?,
            changed: row.get(10)?,
            files: Vec::new(),
        })
    })?;
    let mut statement =
        db.prepare("SELECT path, sha256, bytes, state FROM outbox_files WHERE entry = ?1 ORDER BY path")?;
    let rows = statement.query_map([id], |row| {
        Ok(EntryFile {
            path: row.get(0)?,
            sha256: row.get(1)?,
            bytes: u64::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
            state: named(row, 3, &[FileState::Waiting, FileState::Sent, FileState::Verified], FileState::name)?,
        })
    })?;
    entry.files = rows.collect::<Result<_, _>>()?;
    Ok(entry)
}

/// The value that is stored by this name. The tables allow no other, so a store with one is damaged.
pub(super) fn named<T: Copy>(
    row: &Row<'_>,
    column: usize,
    all: &[T],
    name: fn(T) -> &'static str,
) -> rusqlite::Result<T> {
    let stored: String = row.get(column)?;
    let found = all.iter().find(|it| name(**it) == stored);
    found.copied().ok_or(rusqlite::Error::InvalidQuery)
}
