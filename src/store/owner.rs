//! Whose a case of nobody is, once somebody knows.

use super::cases::customer_of;
use super::trail::{Happened, is_open, others_go_on, write};
use super::{Store, StoreError, UNASSIGNED};
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior};

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
        write(&db, case, Happened::Changed, &format!("customer: {UNASSIGNED} -> {customer}"), by, now)?;
        others_go_on(&db, own, case, now)?;
        db.commit()?;
        Ok(())
    }
}
