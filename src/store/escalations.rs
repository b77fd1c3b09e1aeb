//! What became of a bundle after it was filed: whether a rule has made a package of it for the vendor.

use super::outbox::named;
use super::tickets::claim_in;
use super::trail::{Happened, note_once, write};
use super::{Claim, Entry, PROGRAM, State, Store, StoreError};
use rusqlite::{Transaction, TransactionBehavior};

/// The table of this part.
pub(super) const STEP: &str = "CREATE TABLE escalations (
        bundle INTEGER PRIMARY KEY REFERENCES bundles,
        case_id INTEGER NOT NULL REFERENCES cases,
        state TEXT NOT NULL CHECK (state IN ('working', 'nothing', 'lacks', 'queued', 'failed')),
        tries INTEGER NOT NULL DEFAULT 0,
        entry INTEGER REFERENCES outbox,
        -- Whether a rule has approved it.
        by_rule INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX escalations_of_case ON escalations (case_id);";

/// Stands in the reason of an entry that a person has to approve.
pub const APPROVAL: &str = "it waits for approval";

/// How far the escalation of a bundle has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escalation {
    /// It is being worked on, or was when the program was ended.
    Working,
    /// No rule is about it.
    Nothing,
    /// The vendor would not accept it: the customer has to bring something.
    Lacks,
    /// The package is in the outbox.
    Queued,
    /// It could not be done.
    Failed,
}

impl Escalation {
    /// All.
    pub const ALL: [Escalation; 5] =
        [Escalation::Working, Escalation::Nothing, Escalation::Lacks, Escalation::Queued, Escalation::Failed];

    /// The name, as stored.
    pub fn name(self) -> &'static str {
        match self {
            Escalation::Working => "working",
            Escalation::Nothing => "nothing",
            Escalation::Lacks => "lacks",
            Escalation::Queued => "queued",
            Escalation::Failed => "failed",
        }
    }
}

/// A bundle that was filed, and that no rule was asked about yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledBundle {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub customer: String,
    /// Its SHA-256 as it was read.
    pub sha256: String,
    /// Where it lay.
    pub path: String,
    /// The folder of its report.
    pub report: String,
    /// The case.
    pub case: i64,
    /// When it was filed.
    pub done: i64,
    /// How often a package of it was begun.
    pub tries: u32,
}

impl Store {
    /// The bundles that were filed since a time and that are not done with, the oldest first.
    pub fn not_escalated(&self, since: i64) -> Result<Vec<FiledBundle>, StoreError> {
        let sql = "SELECT bundles.id, customers.name, path, report, bundles.case_id, done, COALESCE(tries, 0), sha256
            FROM bundles
            JOIN customers ON customers.id = bundles.customer LEFT JOIN escalations ON bundle = bundles.id
            WHERE done >= ?1 AND COALESCE(state, 'working') = 'working' ORDER BY bundles.id";
        let mut statement = self.db.prepare(sql)?;
        let bundles = statement.query_map([since], |row| {
            let (id, customer, path, report, case) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            let (done, tries, sha256) = (row.get(5)?, row.get(6)?, row.get(7)?);
            Ok(FiledBundle { id, customer, sha256, path, report, case, done, tries })
        })?;
        Ok(bundles.collect::<Result<_, _>>()?)
    }

    /// Writes down that one is being worked on. Returns how often that was begun.
    pub fn begin_escalation(&self, bundle: &FiledBundle) -> Result<u32, StoreError> {
        let sql = "INSERT INTO escalations (bundle, case_id, state, tries) VALUES (?1, ?2, 'working', 1)
            ON CONFLICT (bundle) DO UPDATE SET tries = tries + 1 RETURNING tries";
        Ok(self.db.query_row(sql, (bundle.id, bundle.case), |row| row.get(0))?)
    }

    /// Takes back that one was begun: the program is to end, which is no fault of the bundle.
    pub fn put_off_escalation(&self, bundle: &FiledBundle) -> Result<(), StoreError> {
        self.db.execute("UPDATE escalations SET tries = tries - 1 WHERE bundle = ?1 AND tries > 0", [bundle.id])?;
        Ok(())
    }

    /// The packages that the outbox needs until they are through or given up.
    pub fn packages_in_use(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT package FROM outbox WHERE state <> 'verified' AND id NOT IN (SELECT entry FROM dropped)";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Writes down what came of one, or how far it has come, with a note on its case. A note that stands there already is not made
    /// again.
    pub fn reach_escalation(
        &self,
        bundle: &FiledBundle,
        state: Escalation,
        note: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let sql = "INSERT INTO escalations (bundle, case_id, state) VALUES (?1, ?2, ?3)
            ON CONFLICT (bundle) DO UPDATE SET state = excluded.state";
        db.execute(sql, (bundle.id, bundle.case, state.name()))?;
        if let Some(note) = note {
            note_once(&db, bundle.case, note, now)?;
        }
        db.commit()?;
        Ok(())
    }

    /// Puts the package of a bundle into the outbox, in one step with the word of it: by a rule that has approved it, or held until a
    /// person does, for a reason. A package that a person has given up stays so: `None`. One for another customer than the bundle's,
    /// whose case was given away while it was made, is refused.
    pub fn queue_escalation(
        &self,
        bundle: &FiledBundle,
        claim: &Claim<'_>,
        approved: Result<&str, &str>,
        now: i64,
    ) -> Result<Option<Entry>, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let sql = "SELECT EXISTS (SELECT 1 FROM bundles JOIN customers ON customers.id = customer
            WHERE bundles.id = ?1 AND name = ?2)";
        if !db.query_row(sql, (bundle.id, claim.customer), |row| row.get(0))? {
            return Err(StoreError::CaseOfOther { case: bundle.case, customer: claim.customer.to_owned() });
        }
        let sql =
            "SELECT EXISTS (SELECT 1 FROM dropped JOIN outbox ON outbox.id = entry JOIN tickets ON tickets.id = ticket
            WHERE tracker = ?1 AND problem = ?2 AND manifest = ?3)";
        if db.query_row(sql, (claim.tracker, claim.problem, claim.manifest), |row| row.get(0))? {
            return Ok(None);
        }
        let (mut entry, is_new) = claim_in(&db, claim, now)?;
        if let (Err(why), true) = (approved, is_new) {
            db.execute("UPDATE outbox SET state = 'held', reason = ?1 WHERE id = ?2", (why, entry.id))?;
            (entry.state, entry.reason) = (State::Held, Some(why.to_owned()));
        }
        if let (Ok(rule), true) = (approved, is_new) {
            write(&db, bundle.case, Happened::Rule, rule, PROGRAM, now)?;
        }
        let sql = "INSERT INTO escalations (bundle, case_id, state, entry, by_rule) VALUES (?1, ?2, 'queued', ?3, ?4)
            ON CONFLICT (bundle) DO UPDATE SET state = 'queued', entry = excluded.entry, by_rule = excluded.by_rule";
        db.execute(sql, (bundle.id, bundle.case, entry.id, approved.is_ok()))?;
        db.commit()?;
        Ok(Some(entry))
    }

    /// A person approves an entry that waits for that. Returns whether it did.
    pub fn approve(&self, entry: i64, by: &str, now: i64) -> Result<bool, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let sql = "UPDATE outbox SET state = 'pending', attempts = 0, due = ?1, changed = ?1, reason = NULL
            WHERE id = ?2 AND state = 'held' AND instr(reason, ?3) > 0 AND id NOT IN (SELECT entry FROM dropped)";
        let has_waited = db.execute(sql, (now, entry, APPROVAL))? > 0;
        if has_waited {
            let sql =
                "SELECT case_id, tracker FROM tickets JOIN outbox ON tickets.id = outbox.ticket WHERE outbox.id = ?1";
            let (case, tracker): (i64, String) = db.query_row(sql, [entry], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let text = format!("entry {entry} of the outbox, to {tracker}, was approved");
            write(&db, case, Happened::Note, &text, by, now)?;
        }
        db.commit()?;
        Ok(has_waited)
    }

    /// Entries that a rule has approved and that are neither through nor held nor given up, if they are due.
    pub fn approved_by_rule(&self, now: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT DISTINCT outbox.id FROM outbox JOIN escalations ON entry = outbox.id
            WHERE by_rule AND outbox.state NOT IN ('verified', 'held') AND due <= ?1
            AND outbox.id NOT IN (SELECT entry FROM dropped) ORDER BY outbox.id";
        let mut statement = self.db.prepare(sql)?;
        Ok(statement.query_map([now], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The entry of the outbox that a case waits for, if there is one: a further package would wait behind it.
    pub fn on_its_way(&self, case: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT outbox.id FROM outbox JOIN tickets ON tickets.id = outbox.ticket WHERE case_id = ?1
            AND outbox.state <> 'verified' AND outbox.id NOT IN (SELECT entry FROM dropped) ORDER BY outbox.id LIMIT 1";
        let mut statement = self.db.prepare(sql)?;
        let mut found = statement.query_map([case], |row| row.get(0))?;
        Ok(found.next().transpose()?)
    }

    /// How far the escalation of a bundle has come; `None` if nobody has looked.
    pub fn escalation(&self, bundle: i64) -> Result<Option<Escalation>, StoreError> {
        let mut statement = self.db.prepare("SELECT state FROM escalations WHERE bundle = ?1")?;
        let mut rows = statement.query_map([bundle], |row| named(row, 0, &Escalation::ALL, Escalation::name))?;
        Ok(rows.next().transpose()?)
    }
}
