//! Which cases are wanted.

use super::cases::{SEVERITIES, case_of};
use super::trail::{Happened, is_open, write};
use super::{Case, Status, Store, StoreError};
use rusqlite::{Transaction, TransactionBehavior, named_params};

/// The step in `schema.rs`.
pub(super) const ASSIGNED: &str = "ALTER TABLE cases ADD COLUMN assigned TEXT;";

/// What cases have to be; all of them, if nothing is said.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaseFilter<'a> {
    /// Whose they are.
    pub customer: Option<&'a str>,
    /// They are not closed.
    pub not_closed: bool,
    /// How they stand.
    pub status: Option<Status>,
    /// They are as bad as this or worse. One of which nobody has said how bad it is counts as `medium`.
    pub severity: Option<&'a str>,
    /// Who works on them.
    pub assigned: Option<&'a str>,
    /// Nobody works on them.
    pub unassigned: bool,
    /// A problem that was found in their logs, by the id of its signature or of the unexplained error.
    pub problem: Option<&'a str>,
}

impl Store {
    /// The numbers of the cases that are not closed.
    pub fn open_cases(&self) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.db.prepare("SELECT id FROM cases WHERE status = 'open' ORDER BY id")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The cases that are so, in the order in which they were opened.
    pub fn cases_that(&self, filter: &CaseFilter<'_>) -> Result<Vec<Case>, StoreError> {
        // All of it as it is at one moment.
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Deferred)?;
        let sql = "SELECT cases.id FROM cases JOIN customers ON customers.id = cases.customer
            WHERE (:customer IS NULL OR customers.name = :customer)
            AND (NOT :not_closed OR status <> 'closed')
            AND (:status IS NULL OR :status = CASE WHEN status = 'open' AND waiting THEN 'waiting' ELSE status END)
            AND (:severity IS NULL OR instr(:order, COALESCE(severity, 'medium')) >= instr(:order, :severity))
            AND (:assigned IS NULL OR assigned = :assigned)
            AND (NOT :unassigned OR assigned IS NULL)
            AND (:problem IS NULL OR cases.id IN (SELECT case_id FROM findings WHERE problem = :problem))
            ORDER BY cases.id";
        let mut statement = db.prepare(sql)?;
        let parameters = named_params! {
            ":customer": filter.customer, ":not_closed": filter.not_closed, ":status": filter.status.map(Status::name),
            ":severity": filter.severity, ":order": SEVERITIES, ":assigned": filter.assigned,
            ":unassigned": filter.unassigned, ":problem": filter.problem,
        };
        let ids = statement.query_map(parameters, |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        ids.into_iter().map(|id| case_of(&db, id)).collect()
    }

    /// All cases, or those of a customer, in the order in which they were opened; closed ones only if they are wanted.
    pub fn cases(&self, customer: Option<&str>, closed: bool) -> Result<Vec<Case>, StoreError> {
        self.cases_that(&CaseFilter { customer, not_closed: !closed, ..CaseFilter::default() })
    }

    /// The customers whose names differ from this one in capitals only: perhaps a slip of the pen.
    pub fn namesakes(&self, customer: &str) -> Result<Vec<String>, StoreError> {
        let mut statement = self.db.prepare("SELECT name FROM customers WHERE name <> ?1 ORDER BY name")?;
        let names = statement.query_map([customer], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        Ok(names.into_iter().filter(|it| it.to_lowercase() == customer.to_lowercase()).collect())
    }

    /// Gives a case to somebody, or to nobody.
    pub fn assign(&self, case: i64, person: Option<&str>, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        let sql = "UPDATE cases SET assigned = ?1 WHERE id = ?2 AND assigned IS NOT ?1";
        if db.execute(sql, (person, case))? > 0 {
            let what = if person.is_some() { Happened::Assigned } else { Happened::Unassigned };
            write(&db, case, what, person.unwrap_or_default(), by, now)?;
        }
        db.commit()?;
        Ok(())
    }
}
