//! What lies in watched folders: how far each upload has come, and what was read once and for all.
//!
//! An upload is a file at a path with its size and times. A bundle is a content of a customer, read with a catalogue: it has one
//! report and belongs to one case, wherever and however often it was uploaded.

use super::cases::{About, CaseBundle, NewCase, Origin, case_of_problem, customer_of, fill_in, insert};
use super::findings::{Finding, FoundIn, found_in};
use super::outbox::named;
use super::owner::{note_given, stays_with};
use super::recurrence::{came_back, is_main, open_case_with};
use super::trail::{Happened, others_go_on, reopen, write};
use super::{PROGRAM, Store, StoreError, UNASSIGNED};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

/// How far an upload has come. One that nobody has looked at has no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UploadState {
    /// It is being read, or was when the program was ended.
    Working,
    /// Reading it has failed; it is tried again.
    Later,
    /// Its end is missing, as far as its format tells.
    Incomplete,
    /// It was read, the report is there, and it belongs to a case.
    Done,
    /// The same content of the same customer was read already.
    Same,
    /// It is given up, for a reason.
    Quarantined,
    /// It was read, and removed when its time was over.
    Removed,
}

impl UploadState {
    /// All.
    pub const ALL: [UploadState; 7] = [
        UploadState::Working,
        UploadState::Later,
        UploadState::Incomplete,
        UploadState::Done,
        UploadState::Same,
        UploadState::Quarantined,
        UploadState::Removed,
    ];

    /// The name, as stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            UploadState::Working => "working",
            UploadState::Later => "later",
            UploadState::Incomplete => "incomplete",
            UploadState::Done => "done",
            UploadState::Same => "same",
            UploadState::Quarantined => "quarantined",
            UploadState::Removed => "removed",
        }
    }
}

/// An upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its path, as bytes of the system.
    pub path: Vec<u8>,
    /// Whose it is.
    pub customer: String,
    /// Size and times of the file, as who watches writes them.
    pub facts: String,
    /// How far it has come.
    pub state: UploadState,
    /// SHA-256 in lower-case hex, once it was read.
    pub sha256: Option<String>,
    /// The signatures it was read with.
    pub catalogue: Option<String>,
    /// How often reading it has failed.
    pub tries: u32,
    /// How often reading it was cut off by the end of the program.
    pub interrupted: u32,
    /// Since when it is in this state.
    pub since: i64,
    /// When it is tried again.
    pub due: i64,
    /// Why it is in this state.
    pub reason: Option<String>,
    /// Where its report is.
    pub report: Option<String>,
}

#[cfg(test)]
impl Upload {
    /// One that is being read, for tests.
    pub(crate) fn working(customer: &str, path: &str, at: i64) -> Upload {
        Upload {
            path: path.as_bytes().to_vec(),
            customer: customer.to_owned(),
            facts: String::new(),
            state: UploadState::Working,
            sha256: None,
            catalogue: None,
            tries: 0,
            interrupted: 0,
            since: at,
            due: at,
            reason: None,
            report: None,
        }
    }
}

/// What was read once and for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadBundle {
    /// Where it lay when it was read.
    pub path: String,
    /// Where its report is.
    pub report: String,
    /// The case it belongs to.
    pub case: i64,
}

/// A bundle that has been read, with its report in place.
#[derive(Clone, Copy, Debug)]
pub struct Finished<'a> {
    /// The upload, now done.
    pub upload: &'a Upload,
    /// SHA-256 of its content.
    pub sha256: &'a str,
    /// The signatures it was read with.
    pub catalogue: &'a str,
    /// Its path, as text.
    pub path: &'a str,
    /// Where its report is.
    pub report: &'a str,
    /// What it is about in one line.
    pub title: &'a str,
    /// The problem at this customer; `None` if there is none.
    pub problem: Option<&'a str>,
    /// What is known of the product.
    pub about: About<'a>,
    /// Why it is to open no case: all that was found in it is suppressed. It is filed with a case that is closed at once.
    pub quiet: Option<&'a str>,
    /// What was found in it.
    pub findings: &'a [Finding],
}

/// What became of a bundle that has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filed {
    /// A new case was opened.
    Opened(i64),
    /// A new case was opened and closed at once: all that was found is suppressed.
    Quiet(i64),
    /// It belongs to a case that was there.
    Updated(i64),
    /// The same content was there already.
    Same(i64),
}

impl Store {
    /// The upload at a path.
    pub fn upload(&self, path: &[u8]) -> Result<Option<Upload>, StoreError> {
        let mut statement = self.db.prepare(&format!("{UPLOAD} WHERE path = ?1"))?;
        Ok(statement.query_row([path], upload_of).optional()?)
    }

    /// Remembers an upload as it is now.
    pub fn set_upload(&self, upload: &Upload, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        set(&db, upload, now)?;
        db.commit()?;
        Ok(())
    }

    /// An upload that was removed lies there again, as it was: its disk was away, and it was never removed. It is one that was read, of
    /// which the time begins anew.
    pub fn there_again(&self, upload: &Upload, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE uploads SET state = 'done', since = ?1 WHERE path = ?2 AND facts = ?3 AND state = 'removed'";
        self.db.execute(sql, (now, &upload.path, &upload.facts))?;
        Ok(())
    }

    /// Forgets an upload whose file has gone before it was read, if it is as it was.
    pub fn forget_upload(&self, upload: &Upload) -> Result<(), StoreError> {
        let sql = "DELETE FROM uploads WHERE path = ?1 AND facts = ?2 AND state = ?3";
        self.db.execute(sql, (&upload.path, &upload.facts, upload.state.name()))?;
        Ok(())
    }

    /// How many uploads are in each state.
    pub fn upload_counts(&self) -> Result<Vec<(UploadState, u64)>, StoreError> {
        let mut statement = self.db.prepare("SELECT state, COUNT(*) FROM uploads GROUP BY state")?;
        let counts = statement.query_map([], |row| {
            let state = named(row, 0, &UploadState::ALL, UploadState::name)?;
            Ok((state, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0)))
        })?;
        Ok(counts.collect::<Result<_, _>>()?)
    }

    /// The uploads that are in a state since before a time, the oldest first; at most `limit`, and those behind `last` if there is one.
    pub fn uploads_since(
        &self,
        state: UploadState,
        before: i64,
        last: Option<&Upload>,
        limit: u32,
    ) -> Result<Vec<Upload>, StoreError> {
        let sql = format!(
            "{UPLOAD} WHERE state = ?1 AND since < ?2 AND (since, path) > (?3, ?4) ORDER BY since, path LIMIT ?5"
        );
        let mut statement = self.db.prepare(&sql)?;
        let (since, path) = last.map_or((i64::MIN, [].as_slice()), |it| (it.since, &it.path));
        let uploads = statement.query_map((state.name(), before, since, path, limit), upload_of)?;
        Ok(uploads.collect::<Result<_, _>>()?)
    }

    /// What was read of this content of a customer with these signatures.
    pub fn read_bundle(&self, customer: &str, sha256: &str, catalogue: &str) -> Result<Option<ReadBundle>, StoreError> {
        let sql = "SELECT path, report, case_id FROM bundles JOIN customers ON customers.id = bundles.customer
            WHERE customers.name = ?1 AND sha256 = ?2 AND catalogue = ?3";
        let bundle = self.db.prepare(sql)?.query_row((customer, sha256, catalogue), |row| {
            Ok(ReadBundle { path: row.get(0)?, report: row.get(1)?, case: row.get(2)? })
        });
        Ok(bundle.optional()?)
    }

    /// Remembers that a bundle has been read and files it: with the case that it belongs to already, with the one of its problem,
    /// or with a new one. All of it or nothing; a content that was read already is not filed again, but found where it lies now. What is
    /// nobody's may be that of a customer by now, to whom the case of the same file was given meanwhile.
    pub fn finish(&self, finished: &Finished<'_>, now: i64) -> Result<Filed, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let mut upload = finished.upload.clone();
        if upload.customer == UNASSIGNED
            && let Some(customer) = stays_with(&db, &upload.path, finished.sha256, now)?
        {
            upload.customer = customer;
        }
        let customer = customer_of(&db, &upload.customer, now)?;
        let sql = "SELECT case_id, catalogue = ?3 FROM bundles WHERE customer = ?1 AND sha256 = ?2
            ORDER BY catalogue = ?3 DESC, id DESC LIMIT 1";
        let before: Option<(i64, bool)> = db
            .query_row(sql, (customer, finished.sha256, finished.catalogue), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let filed = match before {
            Some((case, true)) => Filed::Same(case),
            Some((case, false)) => {
                let text = format!("read again with other signatures: {}", finished.title);
                write(&db, case, Happened::Note, &text, PROGRAM, now)?;
                Filed::Updated(case)
            }
            None => file(&db, customer, finished, now)?,
        };
        let case = filed.case();
        // One that was read once more has its report where it lies now.
        let sql = "INSERT INTO bundles (customer, sha256, catalogue, path, report, case_id, done)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (customer, sha256, catalogue) DO UPDATE SET path = ?4, report = ?5";
        let (sha256, catalogue) = (finished.sha256, finished.catalogue);
        db.execute(sql, (customer, sha256, catalogue, finished.path, finished.report, case, now))?;
        if !matches!(filed, Filed::Same(_)) {
            let bundle = CaseBundle { path: finished.path.to_owned(), sha256: finished.sha256.to_owned() };
            let found = FoundIn { bundle, findings: finished.findings.to_vec(), is_whole: true };
            found_in(&db, case, &[found], PROGRAM, now)?;
        }
        if upload.customer == UNASSIGNED && matches!(filed, Filed::Opened(_) | Filed::Quiet(_)) {
            note_given(&db, case, &upload.path, finished.sha256, now)?;
        }
        let upload = Upload {
            state: UploadState::Done,
            sha256: Some(finished.sha256.to_owned()),
            catalogue: Some(finished.catalogue.to_owned()),
            reason: None,
            report: Some(finished.report.to_owned()),
            due: now,
            ..upload
        };
        set(&db, &upload, now)?;
        db.commit()?;
        Ok(filed)
    }
}

impl Filed {
    /// The case.
    pub fn case(self) -> i64 {
        match self {
            Filed::Opened(case) | Filed::Quiet(case) | Filed::Updated(case) | Filed::Same(case) => case,
        }
    }
}

/// Finds or opens the case of a content that is new.
fn file(db: &Connection, customer: i64, finished: &Finished<'_>, now: i64) -> Result<Filed, StoreError> {
    // The same problem in two logs of nobody is not one problem of one customer.
    let problem = finished.problem.filter(|_| finished.upload.customer != UNASSIGNED);
    let mut known = match problem {
        Some(problem) => case_of_problem(db, customer, problem)?,
        None => None,
    };
    // A call, or a bundle that has shown something worse besides.
    let worst = finished.findings.iter().find(|it| it.suppressed.is_none());
    if let (None, Some(worst), Some(problem)) = (known, worst, problem) {
        known = open_case_with(db, customer, &worst.problem)?;
        // What has solved the case would be no answer to another problem of it.
        if let Some(case) = known
            && is_main(db, case, &worst.problem)?
        {
            let sql = "INSERT INTO problems (problem, customer, case_id) VALUES (?1, ?2, ?3)";
            db.execute(sql, (problem, customer, case))?;
        }
    }
    let filed = match known {
        Some(case) if finished.quiet.is_some() => Filed::Updated(case),
        Some(case) => {
            reopen(db, case, &came_back(db, case)?, PROGRAM, now)?;
            fill_in(db, case, &finished.about, now)?;
            Filed::Updated(case)
        }
        None => {
            let (title, about) = (finished.title, finished.about);
            let new =
                NewCase { customer: &finished.upload.customer, title, origin: Origin::Bundle, contact: None, about };
            let case = insert(db, customer, &new, PROGRAM, now)?;
            if let Some(problem) = problem {
                let sql = "INSERT INTO problems (problem, customer, case_id) VALUES (?1, ?2, ?3)";
                db.execute(sql, (problem, customer, case))?;
            }
            match finished.quiet {
                Some(why) => {
                    db.execute("UPDATE cases SET status = 'closed', closed = ?1 WHERE id = ?2", (now, case))?;
                    write(db, case, Happened::Closed, why, PROGRAM, now)?;
                    Filed::Quiet(case)
                }
                None => Filed::Opened(case),
            }
        }
    };
    if finished.upload.customer != UNASSIGNED {
        others_go_on(db, customer, filed.case(), now)?;
    }
    Ok(filed)
}

const UPLOAD: &str =
    "SELECT path, customers.name, facts, state, sha256, catalogue, tries, interrupted, since, due, reason,
    report FROM uploads JOIN customers ON customers.id = uploads.customer";

fn upload_of(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        path: row.get(0)?,
        customer: row.get(1)?,
        facts: row.get(2)?,
        state: named(row, 3, &UploadState::ALL, UploadState::name)?,
        sha256: row.get(4)?,
        catalogue: row.get(5)?,
        tries: row.get(6)?,
        interrupted: row.get(7)?,
        since: row.get(8)?,
        due: row.get(9)?,
        reason: row.get(10)?,
        report: row.get(11)?,
    })
}

fn set(db: &Connection, upload: &Upload, now: i64) -> Result<(), StoreError> {
    let customer = customer_of(db, &upload.customer, now)?;
    let sql = "INSERT OR REPLACE INTO uploads
        (path, customer, facts, state, sha256, catalogue, tries, interrupted, since, due, reason, report)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    db.prepare(sql)?.execute((
        &upload.path,
        customer,
        &upload.facts,
        upload.state.name(),
        &upload.sha256,
        &upload.catalogue,
        upload.tries,
        upload.interrupted,
        upload.since,
        upload.due,
        &upload.reason,
        &upload.report,
    ))?;
    Ok(())
}
