//! Whose a case of nobody is, once somebody knows.

use super::cases::customer_of;
use super::trail::{Happened, is_open, note_once, others_go_on, write};
use super::{Store, StoreError, UNASSIGNED};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

/// What begins the event that says to whom a case was given. Only [`Store::give_case`] writes it, as somebody wants it.
fn given_to(customer: &str) -> String {
    format!("customer: {UNASSIGNED} -> {customer}")
}

impl Store {
    /// Gives a case of [`UNASSIGNED`] to the customer whose it is, with its logs wherever they lie: what is read of them later is the
    /// customer's, and rules of the policy that are about the customer look at them. That of another customer is refused, and so is
    /// one with a ticket, which was opened for nobody.
    pub fn give_case(&self, case: i64, customer: &str, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        let sql = "SELECT customers.id, name FROM customers JOIN cases ON customer = customers.id WHERE cases.id = ?1";
        let (nobody, owner): (i64, String) = db.query_row(sql, [case], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if owner == customer {
            return Ok(());
        }
        if owner != UNASSIGNED {
            return Err(StoreError::HasOwner { case, customer: owner });
        }
        let sql = "SELECT tracker FROM tickets WHERE case_id = ?1 LIMIT 1";
        if let Some(tracker) = db.query_row(sql, [case], |row| row.get(0)).optional()? {
            return Err(StoreError::HasTicket { case, tracker });
        }
        let own = customer_of(&db, customer, now)?;
        let sql = "SELECT case_id FROM bundles WHERE customer = ?1
            AND sha256 IN (SELECT sha256 FROM bundles WHERE case_id = ?2) LIMIT 1";
        if let Some(other) = db.query_row(sql, (own, case), |row| row.get(0)).optional()? {
            return Err(StoreError::HasLogs { case: other, customer: customer.to_owned() });
        }
        let sql = "UPDATE uploads SET customer = ?1 WHERE customer = ?2
            AND sha256 IN (SELECT sha256 FROM bundles WHERE case_id = ?3)";
        db.execute(sql, (own, nobody, case))?;
        db.execute("UPDATE bundles SET customer = ?1 WHERE case_id = ?2", (own, case))?;
        db.execute("UPDATE problems SET customer = ?1 WHERE case_id = ?2", (own, case))?;
        db.execute("UPDATE cases SET customer = ?1 WHERE id = ?2", (own, case))?;
        // No rule was about nobody; one may be about the customer.
        db.execute("DELETE FROM escalations WHERE case_id = ?1 AND state = 'nothing'", [case])?;
        write(&db, case, Happened::Changed, &given_to(customer), by, now)?;
        others_go_on(&db, own, case, now)?;
        db.commit()?;
        Ok(())
    }

    /// Whose an upload of [`UNASSIGNED`] is: that of the customer to whom a person has given the case of the same content at the same
    /// path, as long as that case is open. The case gets a note of it, once.
    pub fn stays_with(&self, path: &[u8], sha256: &str, now: i64) -> Result<Option<String>, StoreError> {
        // Usually nothing is to be written.
        if given(&self.db, path, sha256)?.is_empty() {
            return Ok(None);
        }
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let customer = stays_with(&db, path, sha256, now)?;
        db.commit()?;
        Ok(customer)
    }
}

/// A case that a person has given to a customer, of something that lay at a path before.
#[derive(Debug)]
struct Given {
    case: i64,
    customer: String,
    /// It is the content that is asked for.
    is_same: bool,
    is_open: bool,
}

/// The cases of what lay at a path before and was given to customers: first those of this content, the last first.
fn given(db: &Connection, path: &[u8], sha256: &str) -> rusqlite::Result<Vec<Given>> {
    // A path that is no text is stored in a form that others may share.
    let text = std::str::from_utf8(path).ok().filter(|it| !it.contains(char::REPLACEMENT_CHARACTER));
    let sql = "WITH lay (customer, sha256) AS (SELECT customer, sha256 FROM bundles WHERE path = ?1
            UNION SELECT customer, sha256 FROM uploads WHERE path = ?2)
        SELECT case_id, name, lay.sha256 = ?3, status = 'open' FROM lay
        JOIN bundles ON bundles.customer = lay.customer AND bundles.sha256 = lay.sha256
        JOIN cases ON cases.id = case_id JOIN customers ON customers.id = cases.customer
        WHERE name <> ?4 AND EXISTS
            (SELECT 1 FROM case_events WHERE case_id = cases.id AND kind = 'changed' AND text = ?5 || name)
        ORDER BY lay.sha256 = ?3 DESC, bundles.id DESC";
    let mut statement = db.prepare(sql)?;
    let given = statement.query_map((text, path, sha256, UNASSIGNED, given_to("")), |row| {
        Ok(Given { case: row.get(0)?, customer: row.get(1)?, is_same: row.get(2)?, is_open: row.get(3)? })
    })?;
    given.collect()
}

/// Within a transaction. Under the name of a file another customer may upload another one: that is nobody's, and so is what was given
/// to two.
pub(super) fn stays_with(db: &Connection, path: &[u8], sha256: &str, now: i64) -> Result<Option<String>, StoreError> {
    let mut same = given(db, path, sha256)?;
    same.retain(|it| it.is_same);
    let Some(open) = same.iter().find(|it| it.is_open) else { return Ok(None) };
    let customer = &open.customer;
    if same.iter().any(|it| it.customer != *customer) {
        return Ok(None);
    }
    let shown = String::from_utf8_lossy(path);
    let text = format!("`{shown}` was looked at again and has the same content: it stays with `{customer}`");
    note_once(db, open.case, &text, now)?;
    Ok(Some(customer.clone()))
}

/// Notes with a new case of nobody what lay at the path of its logs before, if that was given to a customer: by number only, for this
/// case may become another customer's.
pub(super) fn note_given(db: &Connection, case: i64, path: &[u8], sha256: &str, now: i64) -> Result<(), StoreError> {
    let Some(before) = given(db, path, sha256)?.into_iter().next() else { return Ok(()) };
    let content = if before.is_same { "the same" } else { "another" };
    let closed = if before.is_open { "" } else { " and is closed" };
    let text = format!(
        "{content} content lay at this path before, in case {}, which was given to a customer{closed}: nobody has said \
        whose this is",
        before.case
    );
    Ok(note_once(db, case, &text, now)?)
}
