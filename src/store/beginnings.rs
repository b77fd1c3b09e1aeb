//! Since when the program does something by itself: what happened before is left alone.

use super::{Store, StoreError};

/// The table of this part.
pub(super) const STEP: &str = "CREATE TABLE beginnings (
        name TEXT PRIMARY KEY,
        since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;";

impl Store {
    /// Since when it does this: from the first time that it is asked. Was the clock ahead then, from now on.
    pub fn since(&self, what: &str, now: i64) -> Result<i64, StoreError> {
        let sql = "INSERT INTO beginnings (name, since) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET since = ?2 WHERE since > ?2";
        self.db.execute(sql, (what, now))?;
        Ok(self.db.query_row("SELECT since FROM beginnings WHERE name = ?1", [what], |row| row.get(0))?)
    }
}
