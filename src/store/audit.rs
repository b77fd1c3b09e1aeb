//! The audit trail: everything that leaves the machine, written down before it does.

use super::{Store, StoreError};

/// Something that is about to leave.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    /// The ticket it is for.
    pub ticket: i64,
    /// Where it goes: an address without credentials, or a folder.
    pub target: &'a str,
    /// What it is: `ticket`, `comment`, or the path of a file in the package.
    pub what: &'a str,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hex.
    pub sha256: &'a str,
}

/// Something that has left, or may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// When.
    pub at: i64,
    /// The ticket it is for.
    pub ticket: i64,
    /// Whose it is.
    pub customer: String,
    /// The tracker.
    pub tracker: String,
    /// Where it went.
    pub target: String,
    /// What it is.
    pub what: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// How it ended; `None` if the program was killed meanwhile.
    pub outcome: Option<String>,
}

impl Store {
    /// Writes down what is about to leave. Returns the number of the note. Fails if there is no such ticket: nothing leaves unnoted.
    pub fn leaving(&self, leaving: &Leaving<'_>, now: i64) -> Result<i64, StoreError> {
        let sql = "INSERT INTO audit (at, customer, ticket, tracker, target, what, bytes, sha256)
            SELECT ?1, customer, id, tracker, ?2, ?3, ?4, ?5 FROM tickets WHERE id = ?6";
        let bytes = i64::try_from(leaving.bytes).unwrap_or(i64::MAX);
        let noted = self.db.execute(sql, (now, leaving.target, leaving.what, bytes, leaving.sha256, leaving.ticket))?;
        if noted == 0 {
            return Err(rusqlite::Error::QueryReturnedNoRows.into());
        }
        Ok(self.db.last_insert_rowid())
    }

    /// Adds how it ended.
    pub fn has_left(&self, note: i64, outcome: &str) -> Result<(), StoreError> {
        self.db.execute("UPDATE audit SET outcome = ?1 WHERE id = ?2", (outcome, note))?;
        Ok(())
    }

    /// Whether a ticket may have been opened from here, however that ended.
    pub fn may_have_opened(&self, ticket: i64) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE ticket = ?1 AND what = 'ticket')";
        Ok(self.db.query_row(sql, [ticket], |row| row.get(0))?)
    }

    /// The whole trail, in order of time.
    pub fn left(&self) -> Result<Vec<Left>, StoreError> {
        let sql = "SELECT at, ticket, customers.name, tracker, target, what, bytes, sha256, outcome
            FROM audit JOIN customers ON customers.id = audit.customer ORDER BY audit.id";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(Left {
                at: row.get(0)?,
                ticket: row.get(1)?,
                customer: row.get(2)?,
                tracker: row.get(3)?,
                target: row.get(4)?,
                what: row.get(5)?,
                bytes: u64::try_from(row.get::<_, i64>(6)?).unwrap_or_default(),
                sha256: row.get(7)?,
                outcome: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
