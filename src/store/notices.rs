//! Notices to people: what is to be told, to whom, and whether that was done. A notice is written down before it is sent, and once.

use super::belongings::new_number;
use super::outbox::named;
use super::{Store, StoreError};
use rusqlite::Row;
use std::collections::BTreeSet;
use std::fs::File;

/// The tables of this part.
pub(super) const STEP: &str = "CREATE TABLE notices (
        id INTEGER PRIMARY KEY,
        case_id INTEGER NOT NULL REFERENCES cases,
        channel TEXT NOT NULL,
        recipient TEXT NOT NULL,
        -- What is told of the case: the same is told once.
        about TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'refused')),
        attempts INTEGER NOT NULL DEFAULT 0,
        due INTEGER NOT NULL,
        reason TEXT,
        created INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        UNIQUE (case_id, channel, recipient, about)
    ) STRICT;
    CREATE INDEX notices_of_state ON notices (state, due);";

/// How far a notice has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeState {
    /// It is to be sent.
    Waiting,
    /// It is being sent, or was when the program was ended.
    Sending,
    /// The receiver has it.
    Sent,
    /// The receiver has not taken it for a day; it is given up.
    Refused,
}

impl NoticeState {
    /// All.
    pub const ALL: [NoticeState; 4] =
        [NoticeState::Waiting, NoticeState::Sending, NoticeState::Sent, NoticeState::Refused];

    /// The name, as stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            NoticeState::Waiting => "waiting",
            NoticeState::Sending => "sending",
            NoticeState::Sent => "sent",
            NoticeState::Refused => "refused",
        }
    }
}

/// Something that is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// The case.
    pub case: i64,
    /// The channel, as the configuration names it.
    pub channel: String,
    /// The address, or nothing where the channel has one receiver.
    pub recipient: String,
    /// What is told of the case.
    pub about: String,
    /// One line, redacted.
    pub subject: String,
    /// The text, redacted.
    pub text: String,
}

/// A notice that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// What it tells.
    pub told: NewNotice,
    /// How far it has come.
    pub state: NoticeState,
    /// Attempts that have failed.
    pub attempts: u32,
    /// It is not tried before this time.
    pub due: i64,
    /// Why it waits or was refused.
    pub reason: Option<String>,
    /// When it was written down.
    pub created: i64,
    /// When its state was last changed.
    pub changed: i64,
}

impl Store {
    /// What was told of a case by a channel to a receiver, or is to be.
    pub fn told(&self, case: i64, channel: &str, recipient: &str) -> Result<BTreeSet<String>, StoreError> {
        let sql = "SELECT about FROM notices WHERE case_id = ?1 AND channel = ?2 AND recipient = ?3";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map((case, channel, recipient), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Writes a notice down, unless it was before. Returns whether it is new.
    pub fn tell(&self, new: &NewNotice, now: i64) -> Result<bool, StoreError> {
        let sql = format!(
            "INSERT OR IGNORE INTO notices
            (id, case_id, channel, recipient, about, subject, text, state, due, created, changed)
            VALUES ({}, ?1, ?2, ?3, ?4, ?5, ?6, 'waiting', ?7, ?7, ?7)",
            new_number("notices")
        );
        let NewNotice { case, channel, recipient, about, subject, text } = new;
        Ok(self.db.execute(&sql, (case, channel, recipient, about, subject, text, now))? > 0)
    }

    /// All notices, in the order in which they were written down.
    pub fn notices(&self) -> Result<Vec<Notice>, StoreError> {
        let mut statement = self.db.prepare(&format!("{NOTICE} ORDER BY id"))?;
        Ok(statement.query_map([], notice_of)?.collect::<Result<_, _>>()?)
    }

    /// Those that are to be sent now. One that was being sent is among them: whoever was at it has ended, if [`Store::lock_notices`]
    /// is held.
    pub fn due_notices(&self, now: i64) -> Result<Vec<Notice>, StoreError> {
        let sql = format!("{NOTICE} WHERE state IN ('waiting', 'sending') AND due <= ?1 ORDER BY id");
        let mut statement = self.db.prepare(&sql)?;
        Ok(statement.query_map([now], notice_of)?.collect::<Result<_, _>>()?)
    }

    /// Goes on to a state.
    pub fn reach_notice(&self, id: i64, state: NoticeState, reason: Option<&str>, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE notices SET state = ?1, reason = ?2, changed = ?3 WHERE id = ?4";
        self.db.execute(sql, (state.name(), reason, now, id))?;
        Ok(())
    }

    /// Tries it again, not before `due`.
    pub fn postpone_notice(&self, id: i64, due: i64, reason: &str, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE notices SET state = 'waiting', due = ?1, reason = ?2, attempts = attempts + 1, changed = ?3
            WHERE id = ?4";
        self.db.execute(sql, (due, reason, now, id))?;
        Ok(())
    }

    /// Sends one that was refused once more, or all of them, now. Returns how many.
    pub fn retry_notices(&self, id: Option<i64>, now: i64) -> Result<usize, StoreError> {
        let sql = "UPDATE notices SET state = 'waiting', due = ?1, changed = ?1
            WHERE (state = 'refused' OR state = 'waiting' AND reason IS NOT NULL) AND id = COALESCE(?2, id)";
        Ok(self.db.execute(sql, (now, id))?)
    }

    /// How many notices are in each state; of those that wait only the ones that were tried before.
    pub fn notice_counts(&self) -> Result<Vec<(NoticeState, u64)>, StoreError> {
        let sql = "SELECT COUNT(*) FROM notices WHERE state = ?1 AND (state <> 'waiting' OR reason IS NOT NULL)";
        let mut statement = self.db.prepare(sql)?;
        let count = |state: NoticeState| {
            let count: i64 = statement.query_row([state.name()], |row| row.get(0))?;
            Ok((state, u64::try_from(count).unwrap_or(0)))
        };
        NoticeState::ALL.into_iter().map(count).collect()
    }

    /// Keeps other processes from sending notices as long as the value lives. `None` if one does.
    pub fn lock_notices(&self) -> Result<Option<File>, StoreError> {
        self.lock_alone("notices")
    }
}

const NOTICE: &str =
    "SELECT id, case_id, channel, recipient, about, subject, text, state, attempts, due, reason, created,
    changed FROM notices";

fn notice_of(row: &Row<'_>) -> rusqlite::Result<Notice> {
    Ok(Notice {
        id: row.get(0)?,
        told: NewNotice {
            case: row.get(1)?,
            channel: row.get(2)?,
            recipient: row.get(3)?,
            about: row.get(4)?,
            subject: row.get(5)?,
            text: row.get(6)?,
        },
        state: named(row, 7, &NoticeState::ALL, NoticeState::name)?,
        attempts: row.get(8)?,
        due: row.get(9)?,
        reason: row.get(10)?,
        created: row.get(11)?,
        changed: row.get(12)?,
    })
}
