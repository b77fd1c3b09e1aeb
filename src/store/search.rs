//! Findings by words.

use super::{Store, StoreError};
use rusqlite::Row;

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
        let mut words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        words.sort_by(|a, b| b.chars().count().cmp(&a.chars().count()).then_with(|| a.cmp(b)));
        words.dedup();
        // The longest words are sought in the index, which takes no more; the rest in what it finds.
        let indexed = words.iter().take_while(|it| it.chars().count() >= SHORTEST).take(MOST).count();
        let rest = words.split_off(indexed);
        let (indexed, strange): (Vec<_>, Vec<_>) = words.into_iter().partition(|it| !it.contains('\0'));
        let rest: Vec<String> = rest.into_iter().chain(strange).collect();
        let quoted: Vec<String> = indexed.iter().map(|it| format!("\"{}\"", it.replace('"', "\"\""))).collect();
        // Without an index all are gone through.
        let is_in_index = match quoted.is_empty() {
            true => "?2 = ''",
            false => "findings.id IN (SELECT rowid FROM finding_words WHERE finding_words MATCH ?2)",
        };
        let sql = format!(
            "SELECT cases.id, customers.name, status = 'closed', fixed_by, sha256, findings.problem, findings.title,
            findings.severity, count, message, place, codes
            FROM findings JOIN cases ON cases.id = case_id JOIN customers ON customers.id = cases.customer
            WHERE (?1 IS NULL OR customers.name = ?1) AND {is_in_index} ORDER BY cases.id DESC, findings.id"
        );
        let mut statement = self.db.prepare(&sql)?;
        let mut rows = statement.query((customer, quoted.join(" ")))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let it = found_of(row)?;
            if !rest.is_empty() {
                let codes: String = row.get(11)?;
                let text = [&*it.problem, &it.title, &codes, &it.message, &it.place].join(" ").to_lowercase();
                if !rest.iter().all(|word| text.contains(word)) {
                    continue;
                }
            }
            found.push(it);
            if found.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(found)
    }
}

/// A shorter word is in no index of three letters.
const SHORTEST: usize = 3;
/// So many words are sought in the index.
const MOST: usize = 16;

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
