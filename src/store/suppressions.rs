//! Problems that are to open no cases: of one customer or of all, for a reason, until a day.
//!
//! One that has ended or was taken back stays: who has asked for silence, why and until when can always be told.

use super::belongings::new_number;
use super::cases::customer_of;
use super::{Store, StoreError};
use rusqlite::{Connection, Row, ToSql, Transaction, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet};

/// The step in `schema.rs`.
pub(super) const TABLES: &str = "
    CREATE TABLE suppressions (
        id INTEGER PRIMARY KEY,
        -- NULL: of all.
        customer INTEGER REFERENCES customers,
        problem TEXT NOT NULL,
        reason TEXT NOT NULL,
        -- The last day, in UTC.
        until TEXT NOT NULL,
        created INTEGER NOT NULL,
        by TEXT NOT NULL,
        removed INTEGER,
        removed_by TEXT
    ) STRICT;
    ALTER TABLE findings ADD COLUMN suppressed TEXT;";

/// A problem that is to open no cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Its number.
    pub id: i64,
    /// Of which customer; of all if it is `None`.
    pub customer: Option<String>,
    /// The id of the signature or of the unexplained error.
    pub problem: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, in UTC: `2026-12-31`.
    pub until: String,
    /// Since when.
    pub created: i64,
    /// Who has asked for it.
    pub by: String,
    /// When it was taken back.
    pub removed: Option<i64>,
    /// By whom.
    pub removed_by: Option<String>,
    /// Whether it holds: it was not taken back, and its last day is not over.
    pub holds: bool,
}

/// What is to be suppressed.
#[derive(Clone, Copy, Debug)]
pub struct NewSuppression<'a> {
    /// Of which customer; of all if it is `None`.
    pub customer: Option<&'a str>,
    /// The id of the signature or of the unexplained error.
    pub problem: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The last day, as `2026-12-31`.
    pub until: &'a str,
}

impl Store {
    /// Suppresses a problem. Returns the number of that.
    pub fn suppress(&self, new: &NewSuppression<'_>, by: &str, now: i64) -> Result<i64, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let customer = new.customer.map(|it| customer_of(&db, it, now)).transpose()?;
        let sql = format!(
            "INSERT INTO suppressions (id, customer, problem, reason, until, created, by)
            VALUES ({}, ?1, ?2, ?3, ?4, ?5, ?6)",
            new_number("suppressions")
        );
        db.execute(&sql, (customer, new.problem, new.reason, new.until, now, by))?;
        let id = db.last_insert_rowid();
        db.commit()?;
        Ok(id)
    }

    /// Takes a suppression back; `false` if there is none of this number that holds.
    pub fn unsuppress(&self, id: i64, by: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE suppressions SET removed = ?2, removed_by = ?3 WHERE id = ?1 AND removed IS NULL";
        Ok(self.db.execute(sql, (id, now, by))? > 0)
    }

    /// All suppressions that ever were.
    pub fn suppressions(&self, now: i64) -> Result<Vec<Suppression>, StoreError> {
        let sql = "SELECT suppressions.id, customers.name, problem, reason, until, suppressions.created, by, removed,
            removed_by, removed IS NULL AND until >= date(?1, 'unixepoch')
            FROM suppressions LEFT JOIN customers ON customers.id = suppressions.customer ORDER BY suppressions.id";
        let mut statement = self.db.prepare(sql)?;
        let all = statement.query_map([now], suppression_of)?;
        Ok(all.collect::<Result<_, _>>()?)
    }

    /// What is suppressed at a customer now: until when and why, in words, by problem. Of two, the one that holds longer.
    pub fn suppressed(&self, customer: &str, now: i64) -> Result<BTreeMap<String, String>, StoreError> {
        Ok(suppressed(&self.db, "SELECT id FROM customers WHERE name = ?2", &customer, now)?)
    }

    /// The cases that are not closed and in whose logs nothing was found but what is suppressed now.
    pub fn quiet_cases(&self, now: i64) -> Result<BTreeSet<i64>, StoreError> {
        let sql = "SELECT id FROM cases WHERE status = 'open' AND main IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM findings WHERE case_id = cases.id AND NOT EXISTS (
                SELECT 1 FROM suppressions WHERE suppressions.problem = findings.problem
                AND removed IS NULL AND until >= date(?1, 'unixepoch')
                AND (suppressions.customer IS NULL OR suppressions.customer = cases.customer)))";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map([now], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The cases that are not closed and in which a problem was found: of a customer, or all.
    pub fn open_cases_with(&self, problem: &str, customer: Option<&str>) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT cases.id FROM cases JOIN customers ON customers.id = customer WHERE status = 'open'
            AND (?2 IS NULL OR name = ?2) AND EXISTS (SELECT 1 FROM findings WHERE problem = ?1 AND case_id = cases.id)
            ORDER BY cases.id";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map((problem, customer), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Whether such a problem was ever found.
    pub fn was_found(&self, problem: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM findings WHERE problem = ?1)";
        Ok(self.db.query_row(sql, [problem], |row| row.get(0))?)
    }
}

/// What is suppressed at the customer of a case now, by problem.
pub(super) fn suppressed_of_case(db: &Connection, case: i64, now: i64) -> rusqlite::Result<BTreeMap<String, String>> {
    suppressed(db, "SELECT customer FROM cases WHERE id = ?2", &case, now)
}

fn suppressed(
    db: &Connection,
    customer: &str,
    key: &dyn ToSql,
    now: i64,
) -> rusqlite::Result<BTreeMap<String, String>> {
    let sql = format!(
        "SELECT problem, 'suppressed until ' || until || ': ' || reason FROM suppressions
        WHERE removed IS NULL AND until >= date(?1, 'unixepoch') AND (customer IS NULL OR customer = ({customer}))
        ORDER BY until, id"
    );
    let mut statement = db.prepare(&sql)?;
    statement.query_map(rusqlite::params![now, key], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn suppression_of(row: &Row<'_>) -> rusqlite::Result<Suppression> {
    Ok(Suppression {
        id: row.get(0)?,
        customer: row.get(1)?,
        problem: row.get(2)?,
        reason: row.get(3)?,
        until: row.get(4)?,
        created: row.get(5)?,
        by: row.get(6)?,
        removed: row.get(7)?,
        removed_by: row.get(8)?,
        holds: row.get(9)?,
    })
}
