//! The same problem in other cases: those of the customer by name, those of other customers as numbers only.

use super::{Store, StoreError, UNASSIGNED};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// So many cases and steps are named at most.
const NAMED: usize = 20;

/// What other cases tell of a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recurrence {
    /// Other cases of the customer with it, the last first, and not too many. None of [`UNASSIGNED`], who is not one customer.
    pub own: Vec<Earlier>,
    /// How many there are.
    pub own_count: u64,
    /// How many other customers have had it.
    pub others: u64,
    /// How many cases about it have been solved, of all customers.
    pub solved: u64,
    /// By what, and how many, the most first, and not too many. Only names of steps and articles, which are the same for everybody: what was written
    /// of another customer's case in words is not told.
    pub by: Vec<(String, u64)>,
}

/// Another case of the same customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its number.
    pub case: i64,
    /// When it was closed, if it is.
    pub closed: Option<i64>,
    /// What has solved it.
    pub fixed_by: Option<String>,
}

impl Store {
    /// What other cases tell of a problem of a case. The case has to be there.
    pub fn recurrence(&self, case: i64, problem: &str) -> Result<Recurrence, StoreError> {
        let sql =
            "SELECT customer, name <> ?2 FROM cases JOIN customers ON customers.id = customer WHERE cases.id = ?1";
        let owner = self.db.query_row(sql, (case, UNASSIGNED), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (customer, is_one): (i64, bool) = owner.ok_or(StoreError::NoCase(case))?;
        let mut told = Recurrence::default();
        if is_one {
            (told.own, told.own_count) = own(&self.db, customer, case, problem)?;
        }
        let sql = "SELECT COUNT(DISTINCT customer) FROM cases WHERE customer <> ?1
            AND id IN (SELECT case_id FROM findings WHERE problem = ?2)";
        let others: i64 = self.db.query_row(sql, (customer, problem), |row| row.get(0))?;
        told.others = others.unsigned_abs();
        let mut by: BTreeMap<String, u64> = BTreeMap::new();
        // What has solved closed cases, whether that is the customer's own word, whether the case was about the problem.
        let sql = "SELECT fixed_by, customer = ?2, main = ?1, COUNT(*) FROM cases
            WHERE status = 'closed' AND fixed_by IS NOT NULL AND id IN (SELECT case_id FROM findings WHERE problem = ?1)
            GROUP BY 1, 2, 3";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query((problem, customer))?;
        while let Some(row) = rows.next()? {
            let step: String = row.get(0)?;
            let (is_own, is_main): (bool, Option<bool>) = (row.get(1)?, row.get(2)?);
            if !named_problem(&step).map_or(is_main == Some(true), |about| about == problem) {
                continue;
            }
            let count = row.get::<_, i64>(3)?.unsigned_abs();
            told.solved += count;
            if is_one && is_own || is_for_all(&step) {
                *by.entry(step).or_default() += count;
            }
        }
        told.by = by.into_iter().collect();
        told.by.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        told.by.truncate(NAMED);
        Ok(told)
    }
}

/// The other cases of a customer with a problem: the last ones, and how many there are.
fn own(db: &Connection, customer: i64, case: i64, problem: &str) -> Result<(Vec<Earlier>, u64), StoreError> {
    let has_it =
        "customer = ?1 AND id <> ?2 AND EXISTS (SELECT 1 FROM findings WHERE problem = ?3 AND case_id = cases.id)";
    let sql = format!("SELECT COUNT(*) FROM cases WHERE {has_it}");
    let count: i64 = db.prepare(&sql)?.query_row((customer, case, problem), |row| row.get(0))?;
    let sql = format!("SELECT id, closed, fixed_by FROM cases WHERE {has_it} ORDER BY id DESC LIMIT {NAMED}");
    let mut statement = db.prepare(&sql)?;
    let own = statement.query_map((customer, case, problem), |row| {
        Ok(Earlier { case: row.get(0)?, closed: row.get(1)?, fixed_by: row.get(2)? })
    })?;
    Ok((own.collect::<Result<_, _>>()?, count.unsigned_abs()))
}

/// The problem that a step names: `SIGNATURE#NUMBER`, or the signature alone.
fn named_problem(step: &str) -> Option<&str> {
    let id = step.split_once('#').map_or(step, |(id, _)| id);
    let is_word = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it));
    (id.split('/').count() == 3 && id.split('/').all(is_word)).then_some(id)
}

/// Whether a step is the name of something that everybody may know: a step of a signature, or an article of a vendor.
fn is_for_all(step: &str) -> bool {
    let is_article = |number: &str| !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    let numbered = |step: &str| step.rsplit_once('#').is_none_or(|(_, number)| is_article(number));
    named_problem(step).is_some() && numbered(step) || step.strip_prefix("KB").is_some_and(is_article)
}

/// The open case of a customer in whose logs a problem was found, the last one.
pub(super) fn open_case_with(db: &Connection, customer: i64, problem: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT MAX(id) FROM cases WHERE customer = ?1 AND status = 'open'
        AND EXISTS (SELECT 1 FROM findings WHERE problem = ?2 AND case_id = cases.id)";
    Ok(db.query_row(sql, (customer, problem), |row| row.get(0))?)
}

/// Whether a problem is what a case is about: the worst of its first logs.
pub(super) fn is_main(db: &Connection, case: i64, problem: &str) -> Result<bool, StoreError> {
    let sql = "SELECT COALESCE(main = ?2, FALSE) FROM cases WHERE id = ?1";
    Ok(db.query_row(sql, (case, problem), |row| row.get(0))?)
}

/// Why a case is opened again: its problem came back, and what had solved it.
pub(super) fn came_back(db: &Connection, case: i64) -> Result<String, StoreError> {
    let sql = "SELECT '; it was fixed on ' || date(closed, 'unixepoch') || ' by ' || fixed_by FROM cases WHERE id = ?1";
    let fixed: Option<String> = db.query_row(sql, [case], |row| row.get(0))?;
    Ok(format!("its problem came back{}", fixed.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_everybody_may_know_is_told_of_others() {
        for step in ["acme/app/full", "acme/app/full#2", "KB1234"] {
            assert!(is_for_all(step), "{step}");
        }
        for step in ["", "KB", "KB1234, by Ms Example", "bolt", "a/b/c#x", "a/b/c d", "a/b", "a//c", "KB12a", "#1"] {
            assert!(!is_for_all(step), "{step}");
        }
        assert_eq!(
            (named_problem("a/b/c#2"), named_problem("a/b/c"), named_problem("KB1")),
            (Some("a/b/c"), Some("a/b/c"), None)
        );
    }
}
