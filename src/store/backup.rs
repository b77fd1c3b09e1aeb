//! A copy of the store while others work with it, and whether a store is whole.

use super::{BUSY, Store, StoreError};
use crate::private::Unfinished;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a database that is in use.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

impl Store {
    /// Opens a store, or a copy of one, to look at it: it stays as it is, whatever its format.
    pub fn open_to_look(path: &Path) -> Result<Store, StoreError> {
        let failed = |source| StoreError::Database { path: path.to_path_buf(), source };
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
        db.busy_timeout(BUSY).map_err(failed)?;
        format_of(&db).map_err(failed)?;
        Ok(Store { db, path: path.to_path_buf() })
    }

    /// Writes a copy of the store as it is at one moment; others may read and write meanwhile. The copy is looked over before it gets
    /// its name, so a file of that name is whole. What was there is replaced only if that is wanted. Returns the size of the copy.
    pub fn backup(&self, target: &Path, replace: bool) -> Result<u64, StoreError> {
        let failed = |source| StoreError::Copy { path: target.to_path_buf(), source };
        let target = std::path::absolute(target).map_err(failed)?;
        if let Some(why) = self.in_the_way(&target) {
            return Err(failed(io::Error::other(why)));
        }
        if !replace && target.exists() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        // SQLite fills a file that is there and empty.
        let copy = Unfinished::of(&target).map_err(failed)?;
        let Some(name) = copy.path().to_str() else {
            return Err(failed(io::Error::other("the name of the folder is no Unicode")));
        };
        self.db.execute("VACUUM INTO ?1", [name])?;
        let flaws = flaws_of_copy(copy.path(), self.format()?)?;
        if !flaws.is_empty() {
            return Err(failed(io::Error::other(format!("the copy is not whole: {}", flaws.join("; ")))));
        }
        copy.finish(replace).map_err(failed)
    }

    /// Why a copy must not get this name: the store itself has it, or a database that is in use, whose own log would be applied to the
    /// copy.
    fn in_the_way(&self, target: &Path) -> Option<String> {
        let beside = |path: &Path, ending: &str| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(ending);
            path.with_file_name(name)
        };
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let own = real(&self.path);
        let mut ours = BESIDE.iter().map(|it| beside(&own, it)).chain([own.clone()]);
        if ours.any(|it| it == real(target)) {
            return Some("that is the store itself".to_owned());
        }
        let is_used = |path: &PathBuf| fs::metadata(path).is_ok_and(|it| it.len() > 0);
        let used = BESIDE.iter().map(|it| beside(target, it)).find(is_used);
        used.map(|it| format!("`{}` is there: a program works with the file that would be replaced", it.display()))
    }

    /// Whether the file is whole and all that its rows refer to is there; what is wrong if not.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        Ok(flaws(&self.db)?)
    }

    /// The format of the store.
    pub fn format(&self) -> Result<i64, StoreError> {
        Ok(format_of(&self.db)?)
    }

    /// How many there are of what people know, in words.
    pub fn counts(&self) -> Result<Vec<(&'static str, u64)>, StoreError> {
        // Earlier formats have not all of them.
        let there: BTreeSet<String> = tables(&self.db)?.into_iter().collect();
        let known = COUNTED.iter().filter(|(table, _)| there.contains(*table));
        let count = |(table, words): &(&str, &'static str)| {
            let rows: i64 = self.db.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0))?;
            Ok((*words, rows.unsigned_abs()))
        };
        known.map(count).collect()
    }

    /// How many rows each table has, in the order of the alphabet.
    #[cfg(test)]
    pub(super) fn rows(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let tables = tables(&self.db)?;
        let count = |name: String| {
            let rows: i64 = self.db.query_row(&format!("SELECT COUNT(*) FROM \"{name}\""), [], |row| row.get(0))?;
            Ok((name, u64::try_from(rows).unwrap_or_default()))
        };
        tables.into_iter().map(count).collect()
    }

    /// Writes the file anew: pages that were freed go back to the disk, and what stood in them stands nowhere any more. Fails if
    /// another process still reads an older state.
    pub fn compact(&self) -> Result<(), StoreError> {
        self.db.execute_batch("VACUUM")?;
        let is_busy: bool = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if is_busy { Err(StoreError::InUse) } else { Ok(()) }
    }
}

/// What people know of a store, by table.
const COUNTED: [(&str, &str); 11] = [
    ("customers", "customers"),
    ("cases", "cases"),
    ("case_bundles", "logs of cases"),
    ("findings", "findings"),
    ("suppressions", "suppressions"),
    ("uploads", "uploads"),
    ("bundles", "bundles that were read"),
    ("tickets", "tickets"),
    ("outbox", "entries of the outbox"),
    ("notices", "notices"),
    ("audit", "entries of the audit trail"),
];

/// The tables of a database, but those of SQLite and of its index of words, in the order of the alphabet.
pub(super) fn tables(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
        AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    db.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn flaws_of_copy(path: &Path, format: i64) -> rusqlite::Result<Vec<String>> {
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut found = flaws(&copy)?;
    if format_of(&copy)? != format {
        found.push("it has another format".to_owned());
    }
    Ok(found)
}

fn format_of(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn flaws(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare("PRAGMA integrity_check")?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut found: Vec<String> = found.into_iter().filter(|it| it != "ok").collect();
    let mut statement = db.prepare("PRAGMA foreign_key_check")?;
    let dangling = statement.query_map([], |row| {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        let number: Option<i64> = row.get(1)?;
        let number = number.map_or_else(String::new, |it| format!(" {it}"));
        Ok(format!("row{number} of `{table}` refers to nothing in `{parent}`"))
    })?;
    for row in dangling {
        found.push(row?);
    }
    Ok(found)
}
