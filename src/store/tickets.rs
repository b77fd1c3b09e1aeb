//! Customers, cases and their tickets: who claims a problem first.

use super::belongings::new_number;
use super::cases::{About, NewCase, Origin, case_of_problem, customer_of, fill_in, insert};
use super::outbox::{entry_of, taken_up};
use super::trail::{Happened, reopen, write};
use super::{Entry, Kind, PROGRAM, State, Store, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

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
    /// What is known of the product.
    pub about: About<'a>,
    /// How bad it is, in the vendor's words.
    pub severity: &'a str,
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
    /// How bad it is, in the vendor's words.
    pub severity: Option<String>,
    /// Since when the tracker has it.
    pub accepted: Option<i64>,
}

impl Store {
    /// Claims a problem of a customer at a tracker before that is asked. Returns the outbox's entry for the package: a new one, or
    /// the one that is there already, whoever made it. A further package of the same problem becomes an update of its ticket.
    pub fn claim(&self, claim: &Claim<'_>, now: i64) -> Result<Entry, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let (entry, _) = claim_in(&db, claim, now)?;
        db.commit()?;
        Ok(entry)
    }

    /// A ticket by its number here.
    pub fn ticket(&self, id: i64) -> Result<Ticket, StoreError> {
        Ok(self.db.query_row(&format!("{TICKET} WHERE tickets.id = ?1"), [id], ticket_of)?)
    }

    /// Remembers what the tracker calls a ticket, or its state there.
    pub fn set_remote(&self, ticket: i64, remote: &str, status: Option<&str>, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        remember(&db, ticket, remote, status, now)?;
        db.commit()?;
        Ok(())
    }

    /// Remembers the state of a ticket at its tracker, unless that calls it otherwise by now: then it is that of another one.
    pub fn set_status(&self, ticket: i64, remote: &str, status: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let named: Option<String> =
            db.query_row("SELECT remote FROM tickets WHERE id = ?1", [ticket], |row| row.get(0))?;
        if named.as_deref() == Some(remote) {
            remember(&db, ticket, remote, Some(status), now)?;
        }
        db.commit()?;
        Ok(())
    }
}

fn remember(db: &Connection, ticket: i64, remote: &str, status: Option<&str>, now: i64) -> Result<(), StoreError> {
    let sql = "SELECT case_id, status, remote FROM tickets WHERE id = ?1 AND accepted IS NOT NULL";
    let known = db.query_row(sql, [ticket], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let (case, before, name): (i64, Option<String>, Option<String>) = known.unwrap_or_default();
    let changed = match (name.filter(|it| it != remote), before, status) {
        (Some(name), _, _) => Some(format!("ticket {name}: followed by ticket {remote}")),
        (None, Some(before), Some(status)) if before != status => {
            Some(format!("ticket {remote}: {before} -> {status}"))
        }
        _ => None,
    };
    if let Some(text) = changed {
        write(db, case, Happened::TicketState, &text, PROGRAM, now)?;
    }
    let sql = "UPDATE tickets SET remote = ?1, status = COALESCE(?2, status) WHERE id = ?3";
    db.execute(sql, (remote, status, ticket))?;
    Ok(())
}

/// Claims a problem, as a part of a transaction. Returns the entry, and whether it was made now.
pub(super) fn claim_in(db: &Connection, claim: &Claim<'_>, now: i64) -> Result<(Entry, bool), StoreError> {
    let customer = customer_of(db, claim.customer, now)?;
    let sql = "SELECT customer FROM tickets WHERE tracker = ?1 AND problem = ?2";
    let owner: Option<i64> = db.query_row(sql, (claim.tracker, claim.problem), |row| row.get(0)).optional()?;
    if owner.is_some_and(|owner| owner != customer) {
        return Err(StoreError::OtherCustomer { tracker: claim.tracker.to_owned() });
    }
    let case = match case_of_problem(db, customer, claim.problem)? {
        Some(case) => case,
        None => {
            let about = About::default();
            let (title, origin) = (claim.title, Origin::Bundle);
            let new = NewCase { customer: claim.customer, title, origin, contact: None, about };
            let case = insert(db, customer, &new, PROGRAM, now)?;
            let sql = "INSERT INTO problems (problem, customer, case_id) VALUES (?1, ?2, ?3)";
            db.execute(sql, (claim.problem, customer, case))?;
            case
        }
    };
    fill_in(db, case, &claim.about, now)?;
    let sql = format!(
        "INSERT OR IGNORE INTO tickets (id, customer, case_id, tracker, problem, created, severity)
        VALUES ({}, ?1, ?2, ?3, ?4, ?5, ?6)",
        new_number("tickets")
    );
    db.execute(&sql, (customer, case, claim.tracker, claim.problem, now, claim.severity))?;
    let sql = "SELECT id FROM tickets WHERE tracker = ?1 AND problem = ?2";
    let ticket: i64 = db.query_row(sql, (claim.tracker, claim.problem), |row| row.get(0))?;
    let others: i64 = db.query_row("SELECT COUNT(*) FROM outbox WHERE ticket = ?1", [ticket], |row| row.get(0))?;
    let kind = if others == 0 { Kind::New } else { Kind::Update };
    let sql = format!(
        "INSERT OR IGNORE INTO outbox (id, ticket, package, manifest, kind, state, due, created, changed)
        VALUES ({}, ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)",
        new_number("outbox")
    );
    let is_new =
        db.execute(&sql, (ticket, claim.package, claim.manifest, kind.name(), State::Pending.name(), now))? > 0;
    let sql = "SELECT id FROM outbox WHERE ticket = ?1 AND manifest = ?2";
    let entry: i64 = db.query_row(sql, (ticket, claim.manifest), |row| row.get(0))?;
    if is_new {
        reopen(db, case, "a further package of its problem", PROGRAM, now)?;
        list(db, entry, claim.files)?;
    } else {
        // Whoever submits it again wants it sent.
        if entry_of(db, entry)?.state == State::Dropped {
            taken_up(db, entry, now)?;
        }
        // The folder may have been moved meanwhile; its content is the same.
        db.execute("UPDATE outbox SET package = ?1 WHERE id = ?2", (claim.package, entry))?;
        let stored = entry_of(db, entry)?;
        let is_stored = |(path, sha256, _): &(String, String, u64)| {
            stored.files.iter().any(|own| own.path == *path && own.sha256 == *sha256)
        };
        // A package that was encrypted again, or for others, is another file.
        if stored.state != State::Verified && !claim.files.iter().all(is_stored) {
            db.execute("DELETE FROM outbox_files WHERE entry = ?1", [entry])?;
            list(db, entry, claim.files)?;
        }
    }
    Ok((entry_of(db, entry)?, is_new))
}

/// Notes the files of an entry, of which none was sent.
fn list(db: &Connection, entry: i64, files: &[(String, String, u64)]) -> Result<(), StoreError> {
    let sql = "INSERT INTO outbox_files (entry, path, sha256, bytes, state) VALUES (?1, ?2, ?3, ?4, 'waiting')";
    for (path, sha256, bytes) in files {
        db.execute(sql, (entry, path, sha256, i64::try_from(*bytes).unwrap_or(i64::MAX)))?;
    }
    Ok(())
}

const TICKET: &str =
    "SELECT tickets.id, customers.name, tickets.case_id, tracker, problem, remote, status, tickets.severity,
    accepted FROM tickets JOIN customers ON customers.id = tickets.customer";

fn ticket_of(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    Ok(Ticket {
        id: row.get(0)?,
        customer: row.get(1)?,
        case: row.get(2)?,
        tracker: row.get(3)?,
        problem: row.get(4)?,
        remote: row.get(5)?,
        status: row.get(6)?,
        severity: row.get(7)?,
        accepted: row.get(8)?,
    })
}

/// The tickets of a case, the oldest first.
pub(super) fn tickets_of(db: &Connection, case: i64) -> Result<Vec<Ticket>, StoreError> {
    let mut statement = db.prepare(&format!("{TICKET} WHERE tickets.case_id = ?1 ORDER BY tickets.id"))?;
    Ok(statement.query_map([case], ticket_of)?.collect::<Result<_, _>>()?)
}
