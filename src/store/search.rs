//! Findings by words.

use super::{Store, StoreError};
use rusqlite::{Row, ToSql, params_from_iter};

/// The step in `schema.rs`. The index knows every three letters in a row, so that parts of codes and ids are found; the texts
/// themselves stand in `findings` only.
pub(super) const TABLES: &str = "
    CREATE VIRTUAL TABLE finding_words USING fts5 (problem, title, codes, message, place, content = 'findings',
        content_rowid = 'id', tokenize = 'trigram');
    -- What is deleted is gone from the index, too.
    INSERT INTO finding_words (finding_words, rank) VALUES ('secure-delete', 1);
    INSERT INTO finding_words (finding_words) VALUES ('rebuild');
    CREATE TRIGGER findings_written AFTER INSERT ON findings BEGIN
        INSERT INTO finding_words (rowid, problem, title, codes, message, place)
            VALUES (new.id, new.problem, new.title, new.codes, new.message, new.place);
    END;
    CREATE TRIGGER findings_deleted AFTER DELETE ON findings BEGIN
        INSERT INTO finding_words (finding_words, rowid, problem, title, codes, message, place)
            VALUES ('delete', old.id, old.problem, old.title, old.codes, old.message, old.place);
    END;";

/// A finding that has the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFinding {
    /// Its case.
    pub case: i64,
    /// Whose that is.
    pub customer: String,
    /// Whether that is closed.
    pub is_closed: bool,
    /// What has solved it.
    pub fixed_by: Option<String>,
    /// SHA-256 of the logs.
    pub sha256: String,
    /// The id of the signature or of the unexplained error.
    pub problem: String,
    /// In one line.
    pub title: String,
    /// How bad it is, if it is known.
    pub severity: Option<String>,
    /// How many records.
    pub count: u64,
    /// The first record.
    pub message: String,
    /// The file and line of that.
    pub place: String,
}

impl Store {
    /// The findings that have all these words in their id, title, codes, first record or place, in any case of letters; those of the
    /// last cases first, at most `limit`.
    pub fn search(&self, words: &str, customer: Option<&str>, limit: u32) -> Result<Vec<FoundFinding>, StoreError> {
        /// A shorter word is in no index of three letters.
        const INDEXED: usize = 3;
        let (long, short): (Vec<&str>, Vec<&str>) =
            words.split_whitespace().partition(|it| it.chars().count() >= INDEXED);
        let mut sql =
            "SELECT cases.id, customers.name, status = 'closed', fixed_by, sha256, findings.problem, findings.title,
            findings.severity, count, message, place
            FROM findings JOIN cases ON cases.id = case_id JOIN customers ON customers.id = cases.customer
            WHERE (?1 IS NULL OR customers.name = ?1)"
                .to_owned();
        let mut parameters: Vec<Box<dyn ToSql>> = vec![Box::new(customer.map(str::to_owned)), Box::new(limit)];
        if !long.is_empty() {
            let quoted: Vec<String> = long.iter().map(|it| format!("\"{}\"", it.replace('"', "\"\""))).collect();
            parameters.push(Box::new(quoted.join(" ")));
            sql.push_str(" AND findings.id IN (SELECT rowid FROM finding_words WHERE finding_words MATCH ?3)");
        }
        for word in short {
            parameters.push(Box::new(word.to_lowercase()));
            let number = parameters.len();
            let text = "findings.problem || ' ' || findings.title || ' ' || codes || ' ' || message || ' ' || place";
            sql.push_str(&format!(" AND instr(lower({text}), ?{number}) > 0"));
        }
        sql.push_str(" ORDER BY cases.id DESC, findings.id LIMIT ?2");
        let mut statement = self.db.prepare(&sql)?;
        let found = statement.query_map(params_from_iter(parameters), found_of)?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

fn found_of(row: &Row<'_>) -> rusqlite::Result<FoundFinding> {
    Ok(FoundFinding {
        case: row.get(0)?,
        customer: row.get(1)?,
        is_closed: row.get(2)?,
        fixed_by: row.get(3)?,
        sha256: row.get(4)?,
        problem: row.get(5)?,
        title: row.get(6)?,
        severity: row.get(7)?,
        count: u64::try_from(row.get::<_, i64>(8)?).unwrap_or(0),
        message: row.get(9)?,
        place: row.get(10)?,
    })
}
