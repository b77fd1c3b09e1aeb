//! What was found in the logs of cases: known problems and unexplained errors, as they were told when the logs were filed.

use super::cases::{CaseBundle, SEVERITIES, bundles_in, raise};
use super::suppressions::suppressed_of_case;
use super::trail::is_open;
use super::{Store, StoreError};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};
use std::collections::HashMap;

/// The step in `schema.rs`. What belongs to the logs of a case goes with them.
pub(super) const TABLES: &str = "
    CREATE TABLE findings (
        id INTEGER PRIMARY KEY,
        case_id INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        -- The id of a signature or of an unexplained error, which is the same for all customers.
        problem TEXT NOT NULL,
        is_known INTEGER NOT NULL,
        variant TEXT,
        title TEXT NOT NULL,
        severity TEXT,
        level TEXT,
        count INTEGER NOT NULL,
        first_time TEXT,
        last_time TEXT,
        -- With blanks between them.
        codes TEXT NOT NULL,
        message TEXT NOT NULL,
        place TEXT NOT NULL,
        FOREIGN KEY (case_id, sha256) REFERENCES case_bundles (case_id, sha256) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX findings_of_bundle ON findings (case_id, sha256);
    CREATE INDEX findings_of_problem ON findings (problem);
    CREATE TABLE finding_steps (
        finding INTEGER NOT NULL REFERENCES findings ON DELETE CASCADE,
        position INTEGER NOT NULL,
        number INTEGER,
        level TEXT NOT NULL,
        audience TEXT NOT NULL,
        text TEXT NOT NULL,
        verify TEXT,
        PRIMARY KEY (finding, position)
    ) STRICT, WITHOUT ROWID;";

/// A later step.
pub(super) const ABOUT: &str = "
    ALTER TABLE findings DROP COLUMN suppressed;
    DROP INDEX findings_of_problem;
    CREATE INDEX findings_of_problem ON findings (problem, case_id);
    -- Whether what was found is that of all of the logs, with all signatures.
    ALTER TABLE case_bundles ADD COLUMN is_whole INTEGER NOT NULL DEFAULT 0;
    UPDATE case_bundles SET is_whole = EXISTS (SELECT 1 FROM findings
        WHERE findings.case_id = case_bundles.case_id AND findings.sha256 = case_bundles.sha256);
    -- The worst problem of its first logs.
    ALTER TABLE cases ADD COLUMN main TEXT;
    UPDATE cases SET main = (SELECT findings.problem FROM findings JOIN case_bundles USING (case_id, sha256)
        WHERE case_id = cases.id ORDER BY case_bundles.rowid, findings.id LIMIT 1);";

/// A problem that was found in logs. Its texts are those of the logs without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// The id of the signature or of the unexplained error: the same for all customers.
    pub problem: String,
    /// Whether a signature knows it.
    pub is_known: bool,
    /// The row of the signature's variants.
    pub variant: Option<String>,
    /// In one line.
    pub title: String,
    /// How bad it is, if it is known.
    pub severity: Option<String>,
    /// The support level that it belongs to, if it is known.
    pub level: Option<String>,
    /// How many records.
    pub count: u64,
    /// The earliest and the latest time, as reports show them.
    pub first_time: Option<String>,
    /// See `first_time`.
    pub last_time: Option<String>,
    /// Error codes in it.
    pub codes: Vec<String>,
    /// The first record as it stands in the log.
    pub message: String,
    /// The file and line of that.
    pub place: String,
    /// Until when and why it is to open no case, if that is so now.
    pub suppressed: Option<String>,
    /// What can be done, in order.
    pub steps: Vec<FindingStep>,
}

/// A step against a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingStep {
    /// Its number among the problem's steps of level 1, by which `SIGNATURE#NUMBER` names it.
    pub number: Option<u32>,
    /// The support level.
    pub level: String,
    /// Whom it addresses: `customer`, `partner`, `vendor`.
    pub audience: String,
    /// What to do.
    pub text: String,
    /// Of the last step of a fix: how to see that it worked.
    pub verify: Option<String>,
    /// What the steps of its fix can break, each step has it: `none` if nothing, `None` if it is not known.
    pub risk: Option<String>,
}

/// A problem of a case, over all its logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFinding {
    /// As it was found in the last logs that show it.
    pub finding: Finding,
    /// In how many of the case's logs it was found.
    pub bundles: u64,
    /// Where the last of these logs lay.
    pub path: String,
    /// When they were filed.
    pub filed: i64,
    /// Whether logs were filed and examined as a whole later, none of which show it.
    pub is_earlier: bool,
}

/// Logs with what was found in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundIn {
    /// The logs.
    pub bundle: CaseBundle,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// Whether all of the logs was examined, with all signatures.
    pub is_whole: bool,
}

/// How bad it is what was found: the first known problem of each of the logs counts, if it is not suppressed.
pub fn worst(found: &[FoundIn]) -> Option<&str> {
    let is_loud = |it: &&Finding| it.is_known && it.suppressed.is_none();
    let firsts = found.iter().filter_map(|it| it.findings.iter().find(is_loud)?.severity.as_deref());
    firsts.max_by_key(|it| SEVERITIES.find(it))
}

impl Finding {
    /// The step that a name means: `SIGNATURE#NUMBER`. `None` if the name is none of a step of this problem, `Some(None)` if it has no
    /// such step.
    pub fn named(&self, name: &str) -> Option<Option<&FindingStep>> {
        let (problem, number) = name.split_once('#')?;
        let number = number.parse().ok();
        (problem == self.problem).then(|| self.steps.iter().find(|it| number.is_some() && it.number == number))
    }

    /// How `case tried` and `case close` name a step of it.
    pub fn name_of(&self, step: &FindingStep) -> Option<String> {
        Some(format!("{}#{}", self.problem, step.number?))
    }
}

impl FindingStep {
    /// What taking the step can break, if anything is known.
    pub fn known_risk(&self) -> Option<&str> {
        self.risk.as_deref().filter(|it| *it != "none")
    }
}

impl Store {
    /// Adds logs to a case, of which nothing was examined that it could keep.
    pub fn add_logs(&self, case: i64, bundles: &[CaseBundle], by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        bundles_in(&db, case, bundles, by, now)?;
        db.commit()?;
        Ok(())
    }

    /// Adds logs to a case with what was found in them. What was found in the same logs before is replaced, unless they were examined
    /// as a whole then and in part now. The case becomes as bad as what was found, unless a person has said how bad it is. Returns of how
    /// many logs what was found before stays.
    pub fn add_findings(&self, case: i64, found: &[FoundIn], by: &str, now: i64) -> Result<usize, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        let stay = found_in(&db, case, found, by, now)?;
        raise(&db, case, worst(found), now)?;
        db.commit()?;
        Ok(stay)
    }

    /// What was found in the logs of a case: first what the last logs have shown, the worst first; suppressed is what is so at `now`.
    pub fn findings(&self, case: i64, now: i64) -> Result<Vec<CaseFinding>, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Deferred)?;
        findings_of(&db, case, now)
    }
}

/// Adds logs with what was found in them. Returns of how many of them what was found before stays.
pub(super) fn found_in(db: &Connection, case: i64, found: &[FoundIn], by: &str, now: i64) -> Result<usize, StoreError> {
    let mut stay = 0;
    for it in found {
        bundles_in(db, case, std::slice::from_ref(&it.bundle), by, now)?;
        let sha256 = &it.bundle.sha256;
        let sql = "UPDATE case_bundles SET is_whole = ?3 WHERE case_id = ?1 AND sha256 = ?2 AND is_whole <= ?3";
        match db.execute(sql, (case, sha256, it.is_whole))? {
            0 => stay += 1,
            _ => set(db, case, sha256, &it.findings)?,
        }
    }
    Ok(stay)
}

/// Writes down what was found in the logs of a case, in place of what was found in them before.
fn set(db: &Connection, case: i64, sha256: &str, findings: &[Finding]) -> Result<(), StoreError> {
    db.execute("DELETE FROM findings WHERE case_id = ?1 AND sha256 = ?2", (case, sha256))?;
    let sql = "INSERT INTO findings (case_id, sha256, problem, is_known, variant, title, severity, level, count,
        first_time, last_time, codes, message, place)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let mut insert = db.prepare(sql)?;
    let sql = "INSERT INTO finding_steps (finding, position, number, level, audience, text, verify, risk)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut insert_step = db.prepare(sql)?;
    for it in findings {
        let count = i64::try_from(it.count).unwrap_or(i64::MAX);
        insert.execute((
            case,
            sha256,
            &it.problem,
            it.is_known,
            &it.variant,
            &it.title,
            &it.severity,
            &it.level,
            count,
            &it.first_time,
            &it.last_time,
            it.codes.join(" "),
            &it.message,
            &it.place,
        ))?;
        let id = db.last_insert_rowid();
        for (position, step) in it.steps.iter().enumerate() {
            let position = i64::try_from(position).unwrap_or(i64::MAX);
            let FindingStep { number, level, audience, text, verify, risk } = step;
            insert_step.execute((id, position, number, level, audience, text, verify, risk))?;
        }
    }
    let sql = "UPDATE cases SET main = (SELECT findings.problem FROM findings JOIN case_bundles USING (case_id, sha256)
        WHERE case_id = cases.id ORDER BY case_bundles.rowid, findings.id LIMIT 1) WHERE id = ?1";
    db.execute(sql, [case])?;
    Ok(())
}

fn findings_of(db: &Connection, case: i64, now: i64) -> Result<Vec<CaseFinding>, StoreError> {
    let quiet = suppressed_of_case(db, case, now)?;
    // Logs of which only a part was examined may show it all the same.
    let sql = "SELECT MAX(added) FROM case_bundles WHERE case_id = ?1 AND is_whole";
    let last: Option<i64> = db.query_row(sql, [case], |row| row.get(0))?;
    let sql = "SELECT problem, is_known, variant, title, severity, level, count, first_time, last_time, codes, message,
        place, findings.id, path, added FROM findings JOIN case_bundles USING (case_id, sha256)
        WHERE case_id = ?1 ORDER BY added DESC, case_bundles.rowid DESC, findings.id";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([case])?;
    let mut all: Vec<(CaseFinding, i64)> = Vec::new();
    let mut known: HashMap<(String, Option<String>), usize> = HashMap::new();
    while let Some(row) = rows.next()? {
        let at = *known.entry((row.get(0)?, row.get(2)?)).or_insert(all.len());
        if let Some((it, _)) = all.get_mut(at) {
            it.bundles += 1;
            continue;
        }
        let finding = finding_of(row)?;
        let finding = Finding { suppressed: quiet.get(&finding.problem).cloned(), ..finding };
        let (path, filed): (String, i64) = (row.get(13)?, row.get(14)?);
        all.push((
            CaseFinding { finding, bundles: 1, path, filed, is_earlier: last.is_some_and(|last| filed < last) },
            row.get(12)?,
        ));
    }
    let sql =
        "SELECT number, level, audience, text, verify, risk FROM finding_steps WHERE finding = ?1 ORDER BY position";
    let mut steps = db.prepare(sql)?;
    for (it, id) in &mut all {
        let of_row = |row: &Row<'_>| {
            Ok(FindingStep {
                number: row.get(0)?,
                level: row.get(1)?,
                audience: row.get(2)?,
                text: row.get(3)?,
                verify: row.get(4)?,
                risk: row.get(5)?,
            })
        };
        it.finding.steps = steps.query_map([*id], of_row)?.collect::<Result<_, _>>()?;
    }
    Ok(all.into_iter().map(|(it, _)| it).collect())
}

fn finding_of(row: &Row<'_>) -> rusqlite::Result<Finding> {
    Ok(Finding {
        problem: row.get(0)?,
        is_known: row.get(1)?,
        variant: row.get(2)?,
        title: row.get(3)?,
        severity: row.get(4)?,
        level: row.get(5)?,
        count: u64::try_from(row.get::<_, i64>(6)?).unwrap_or(0),
        first_time: row.get(7)?,
        last_time: row.get(8)?,
        codes: row.get::<_, String>(9)?.split_whitespace().map(str::to_owned).collect(),
        message: row.get(10)?,
        place: row.get(11)?,
        suppressed: None,
        steps: Vec::new(),
    })
}
