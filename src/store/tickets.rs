//! Customers, cases and their tickets: who claims a problem first.

use super::outbox::entry_of;
use super::{Entry, Kind, State, Store, StoreError};
use rusqlite::{OptionalExtension, Row, Transaction, TransactionBehavior};

/// What somebody wants to submit.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The customer.
    pub customer: &'a str,
    /// The problem at this customer, as the package's key names it.
    pub problem: &'a str,
    /// The tracker, as the configuration names it.
    pub tracker: &'a str,
    /// The error in one line.
    pub title: &'a str,
    /// The folder of the package.
    pub package: &'a str,
    /// SHA-256 of its manifest.
    pub manifest: &'a str,
    /// Its files that are sent: path, SHA-256, size.
    pub files: &'a [(String, String, u64)],
}

/// A ticket at a tracker, or the claim to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its number here.
    pub id: i64,
    /// The customer.
    pub customer: String,
    /// The case.
    pub case: i64,
    /// The tracker, as the configuration names it.
    pub tracker: String,
    /// The problem.
    pub problem: String,
    /// What the tracker calls it, when it has said so.
    pub remote: Option<String>,
    /// Its state at the tracker, as last seen.
    pub status: Option<String>,
}

impl Store {
    /// Claims a problem of a customer at a tracker before that is asked. Returns the outbox's entry for the package: a new one, or
    /// the one that is there already, whoever made it. A further package of the same problem becomes an update of its ticket.
    pub fn claim(&self, claim: &Claim<'_>, now: i64) -> Result<Entry, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        db.execute("INSERT OR IGNORE INTO customers (name, created) VALUES (?1, ?2)", (claim.customer, now))?;
        let customer: i64 =
            db.query_row("SELECT id FROM customers WHERE name = ?1", [claim.customer], |row| row.get(0))?;
        let sql = "SELECT customer FROM tickets WHERE tracker = ?1 AND problem = ?2";
        let owner: Option<i64> = db.query_row(sql, (claim.tracker, claim.problem), |row| row.get(0)).optional()?;
        if owner.is_some_and(|owner| owner != customer) {
            return Err(StoreError::OtherCustomer { tracker: claim.tracker.to_owned() });
        }
        let sql =
            "INSERT OR IGNORE INTO cases (customer, problem, title, status, opened) VALUES (?1, ?2, ?3, 'open', ?4)";
        db.execute(sql, (customer, claim.problem, claim.title, now))?;
        let sql = "INSERT OR IGNORE INTO tickets (customer, case_id, tracker, problem, created)
            SELECT ?1, id, ?2, ?3, ?4 FROM cases WHERE customer = ?1 AND problem = ?3";
        db.execute(sql, (customer, claim.tracker, claim.problem, now))?;
        let sql = "SELECT id FROM tickets WHERE tracker = ?1 AND problem = ?2";
        let ticket: i64 = db.query_row(sql, (claim.tracker, claim.problem), |row| row.get(0))?;
        let others: i64 = db.query_row("SELECT COUNT(*) FROM outbox WHERE ticket = ?1", [ticket], |row| row.get(0))?;
        let kind = if others == 0 { Kind::New } else { Kind::Update };
        let sql = "INSERT OR IGNORE INTO outbox (ticket, package, manifest, kind, state, due, created, changed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)";
        let is_new =
            db.execute(sql, (ticket, claim.package, claim.manifest, kind.name(), State::Pending.name(), now))? > 0;
        let sql = "SELECT id FROM outbox WHERE ticket = ?1 AND manifest = ?2";
        let entry: i64 = db.query_row(sql, (ticket, claim.manifest), |row| row.get(0))?;
        if is_new {
            let sql = "INSERT INTO outbox_files (entry, path, sha256, bytes, state) VALUES (?1, ?2, ?3, ?4, 'waiting')";
            for (path, sha256, bytes) in claim.files {
                db.execute(sql, (entry, path, sha256, i64::try_from(*bytes).unwrap_or(i64::MAX)))?;
            }
        } else {
            // The folder may have been moved meanwhile; its content is the same.
            db.execute("UPDATE outbox SET package = ?1 WHERE id = ?2", (claim.package, entry))?;
        }
        let entry = entry_of(&db, entry)?;
        db.commit()?;
        Ok(entry)
    }

    /// A ticket by its number here.
    pub fn ticket(&self, id: i64) -> Result<Ticket, StoreError> {
        Ok(self.db.query_row(&format!("{TICKET} WHERE tickets.id = ?1"), [id], ticket_of)?)
    }

    /// Remembers what the tracker calls a ticket, or its state there.
    pub fn set_remote(&self, ticket: i64, remote: &str, status: Option<&str>) -> Result<(), StoreError> {
        let sql = "UPDATE tickets SET remote = ?1, status = COALESCE(?2, status) WHERE id = ?3";
        self.db.execute(sql, (remote, status, ticket))?;
        Ok(())
    }
}

const TICKET: &str = "SELECT tickets.id, customers.name, tickets.case_id, tracker, problem, remote, status
    FROM tickets JOIN customers ON customers.id = tickets.customer";

fn ticket_of(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    Ok(Ticket {
        id: row.get(0)?,
        customer: row.get(1)?,
        case: row.get(2)?,
        tracker: row.get(3)?,
        problem: row.get(4)?,
        remote: row.get(5)?,
        status: row.get(6)?,
    })
}
