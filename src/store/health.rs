//! Whether a tracker answers: the memory of the circuit breaker.

use super::{Store, StoreError};
use rusqlite::OptionalExtension;

/// How it goes with a tracker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Failures in a row.
    pub failures: u32,
    /// It is not asked before this time.
    pub blocked_until: i64,
    /// It refuses our credentials, as it said: nothing is sent before somebody has looked.
    pub stopped: Option<String>,
}

impl Store {
    /// How it goes with a tracker; well, if nothing is known.
    pub fn health(&self, tracker: &str) -> Result<Health, StoreError> {
        let sql = "SELECT failures, blocked_until, stopped FROM health WHERE tracker = ?1";
        let row = self.db.query_row(sql, [tracker], |row| {
            Ok(Health { failures: row.get(0)?, blocked_until: row.get(1)?, stopped: row.get(2)? })
        });
        Ok(row.optional()?.unwrap_or_default())
    }

    /// Remembers how it goes with a tracker.
    pub fn set_health(&self, tracker: &str, health: &Health) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO health (tracker, failures, blocked_until, stopped) VALUES (?1, ?2, ?3, ?4)";
        self.db.execute(sql, (tracker, health.failures, health.blocked_until, &health.stopped))?;
        Ok(())
    }
}
