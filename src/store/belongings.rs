//! All that is kept of one customer: written out, or erased for good.
//!
//! Which rows of which table are a customer's stands in one list, [`OWNED`]; a test compares it with the tables that there are, and
//! asks of each that it is exported and erased.

use super::backup::tables;
use super::{Store, StoreError};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

/// The table of this part: what was erased, without a word of whose it was.
pub(super) const STEP: &str = "CREATE TABLE erasures (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        -- How many rows went.
        row_count INTEGER NOT NULL,
        -- Numbers of cases up to here are not given again.
        last_case INTEGER NOT NULL
    ) STRICT;";

/// Numbers that people write down of what may be erased.
pub(super) const NUMBERS: &str = "ALTER TABLE erasures ADD COLUMN last_ticket INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE erasures ADD COLUMN last_entry INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE erasures ADD COLUMN last_suppression INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE erasures ADD COLUMN last_notice INTEGER NOT NULL DEFAULT 0;";

/// The tables with such numbers, each with the column of `erasures` that has the last one at the time.
const NUMBERED: [(&str, &str); 5] = [
    ("cases", "last_case"),
    ("tickets", "last_ticket"),
    ("outbox", "last_entry"),
    ("suppressions", "last_suppression"),
    ("notices", "last_notice"),
];

/// The SQL of the number that a new row of such a table gets: never one that another row had, for people have written it down.
pub(super) fn new_number(table: &str) -> String {
    let erased = NUMBERED.iter().find(|it| it.0 == table).map_or("0", |it| it.1);
    format!("MAX((SELECT COALESCE(MAX(id), 0) FROM {table}), (SELECT COALESCE(MAX({erased}), 0) FROM erasures)) + 1")
}

/// A table with rows that belong to a customer.
pub(super) struct Owned {
    pub(super) table: &'static str,
    /// Which rows are those of the customer with the number `?1`.
    pub(super) of: &'static str,
}

const fn owned(table: &'static str, of: &'static str) -> Owned {
    Owned { table, of }
}

const OF_CUSTOMER: &str = "customer = ?1";
const OF_CASE: &str = "case_id IN (SELECT id FROM cases WHERE customer = ?1)";
const OF_ENTRY: &str =
    "entry IN (SELECT outbox.id FROM outbox JOIN tickets ON tickets.id = outbox.ticket WHERE tickets.customer = ?1)";

/// The tables with rows of customers. A table stands behind those that its rows refer to: so they are exported, and erased the other
/// way round.
pub(super) const OWNED: &[Owned] = &[
    owned("customers", "id = ?1"),
    owned("cases", OF_CUSTOMER),
    owned("problems", OF_CUSTOMER),
    owned("case_bundles", OF_CASE),
    owned("case_events", OF_CASE),
    owned("findings", OF_CASE),
    owned(
        "finding_steps",
        "finding IN (SELECT findings.id FROM findings JOIN cases ON cases.id = case_id WHERE customer = ?1)",
    ),
    owned("suppressions", OF_CUSTOMER),
    owned("bundles", OF_CUSTOMER),
    owned("uploads", OF_CUSTOMER),
    owned("tickets", OF_CUSTOMER),
    owned("outbox", "ticket IN (SELECT id FROM tickets WHERE customer = ?1)"),
    owned("outbox_files", OF_ENTRY),
    owned("dropped", OF_ENTRY),
    owned("escalations", OF_CASE),
    owned("notices", OF_CASE),
    owned("audit", OF_CUSTOMER),
];

/// The tables without a row of a customer; a test wants each table here or above. The index of words goes with the findings that it is of,
/// by triggers.
#[cfg(test)]
pub(super) const NOBODYS: &[&str] = &["beginnings", "erasures", "health"];

/// What an export is, for programs that read it.
const EXPORT: &str = "tierline.customer/1";

/// What is kept of a customer, in numbers, and where more of it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// Rows by table; tables without one are left out.
    pub rows: Vec<(&'static str, u64)>,
    /// Entries of the outbox that a tracker may be taking in just now.
    pub in_flight: Vec<i64>,
    /// Files and folders outside the store that it names: bundles, reports, packages.
    pub places: Vec<PathBuf>,
}

impl Holdings {
    /// How many rows there are.
    pub fn total(&self) -> u64 {
        self.rows.iter().map(|(_, count)| count).sum()
    }
}

/// The reports of a customer: the folder of each and the SHA-256 of its bundle.
pub type Reports = BTreeSet<(String, String)>;

impl Store {
    /// The names of all customers, in their order.
    pub fn customers(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.db.prepare("SELECT name FROM customers ORDER BY name")?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// What is kept of a customer.
    pub fn holdings(&self, customer: &str) -> Result<Holdings, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Deferred)?;
        let id = number(&db, customer)?;
        let mut rows = Vec::new();
        for it in OWNED {
            let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", it.table, it.of);
            let count: i64 = db.query_row(&sql, [id], |row| row.get(0))?;
            if count > 0 {
                rows.push((it.table, u64::try_from(count).unwrap_or_default()));
            }
        }
        Ok(Holdings { rows, in_flight: in_flight(&db, id)?, places: places(&db, id)? })
    }

    /// Writes all rows of a customer, by table and column as they are stored, in the order of their keys; behind them what
    /// `more` makes of the reports. One row after the other: there may be many.
    pub fn export(
        &self,
        customer: &str,
        out: &mut dyn Write,
        more: &mut dyn FnMut(&Reports, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        // All of it as it is at one moment.
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Deferred)?;
        let id = number(&db, customer)?;
        let (schema, name) = (Value::from(EXPORT), Value::from(customer));
        let head = format!(
            "{{\n  \"schema\": {schema},\n  \"customer\": {name},\n  \"store_format\": {},\n  \"tables\": {{",
            self.format()?
        );
        out.write_all(head.as_bytes())?;
        for (index, it) in OWNED.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(out, "{comma}\n    \"{}\": [", it.table)?;
            write_rows(&db, it, id, out)?;
        }
        out.write_all(b"\n  }")?;
        let sql = "SELECT report, sha256 FROM bundles WHERE customer = ?1";
        let reports =
            db.prepare(sql)?.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        // To read many takes its time, in which others may write.
        drop(db);
        more(&reports, out)?;
        Ok(out.write_all(b"\n}\n")?)
    }

    /// Erases all rows of a customer and what stood in them, from the file and from what SQLite keeps beside it. Only a count and the
    /// date stay. Nobody may watch with this store, and nobody is at a ticket of the customer meanwhile. Refuses while a tracker
    /// may be taking in something, unless that is wanted. Returns how many rows went.
    pub fn erase(&self, customer: &str, in_flight_too: bool, now: i64) -> Result<u64, StoreError> {
        let Some(_watch) = self.lock_watch()? else { return Err(StoreError::Watched) };
        // What is being sent must not go out when it is erased.
        let Some(_notices) = self.lock_notices()? else { return Err(StoreError::Notifying) };
        let id = number(&self.db, customer)?;
        let tickets = |db: &Connection| -> rusqlite::Result<BTreeSet<i64>> {
            db.prepare("SELECT id FROM tickets WHERE customer = ?1")?.query_map([id], |row| row.get(0))?.collect()
        };
        let known = tickets(&self.db)?;
        let _locks = self.lock_all(&known)?;
        // What is deleted is overwritten at once; should the rest fail, it is gone all the same.
        self.db.execute_batch("PRAGMA secure_delete = ON")?;
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let flying = in_flight(&db, id)?;
        if !flying.is_empty() && !in_flight_too {
            return Err(StoreError::InFlight(flying));
        }
        // One that came meanwhile is not locked.
        if tickets(&db)? != known {
            return Err(StoreError::InUse);
        }
        // Before anything goes.
        let lasts = NUMBERED.map(|(table, _)| format!("(SELECT COALESCE(MAX(id), 0) FROM {table})")).join(", ");
        let columns = NUMBERED.map(|it| it.1).join(", ");
        let sql = format!("INSERT INTO erasures (at, row_count, {columns}) VALUES (?1, 0, {lasts})");
        db.execute(&sql, [now])?;
        let erasure = db.last_insert_rowid();
        let mut count = 0;
        for it in OWNED.iter().rev() {
            count += db.execute(&format!("DELETE FROM {} WHERE {}", it.table, it.of), [id])?;
        }
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        db.execute("UPDATE erasures SET row_count = ?1 WHERE id = ?2", (count, erasure))?;
        db.commit()?;
        self.compact()?;
        Ok(count.unsigned_abs())
    }

    /// When something was erased, and how many rows. Earlier formats know of none.
    pub fn erasures(&self) -> Result<Vec<(i64, u64)>, StoreError> {
        if !tables(&self.db)?.iter().any(|it| it == "erasures") {
            return Ok(Vec::new());
        }
        let mut statement = self.db.prepare("SELECT at, row_count FROM erasures ORDER BY id")?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default())))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The number of a customer that is known.
fn number(db: &Connection, customer: &str) -> Result<i64, StoreError> {
    let id = db.query_row("SELECT id FROM customers WHERE name = ?1", [customer], |row| row.get(0)).optional()?;
    id.ok_or_else(|| StoreError::NoCustomer(customer.to_owned()))
}

fn in_flight(db: &Connection, customer: i64) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT outbox.id FROM outbox JOIN tickets ON tickets.id = outbox.ticket WHERE tickets.customer = ?1
        AND state IN ('sending', 'ambiguous', 'accepted', 'attaching', 'verifying')
        AND outbox.id NOT IN (SELECT entry FROM dropped) ORDER BY outbox.id";
    db.prepare(sql)?.query_map([customer], |row| row.get(0))?.collect()
}

fn places(db: &Connection, customer: i64) -> rusqlite::Result<Vec<PathBuf>> {
    let sql = "SELECT path FROM uploads WHERE customer = ?1 UNION SELECT CAST(report AS BLOB) FROM uploads WHERE customer = ?1
        AND report IS NOT NULL UNION SELECT CAST(path AS BLOB) FROM bundles WHERE customer = ?1
        UNION SELECT CAST(report AS BLOB) FROM bundles WHERE customer = ?1
        UNION SELECT CAST(path AS BLOB) FROM case_bundles JOIN cases ON cases.id = case_id WHERE customer = ?1
        UNION SELECT CAST(package AS BLOB) FROM outbox JOIN tickets ON tickets.id = ticket WHERE customer = ?1
        UNION SELECT CAST(text AS BLOB) FROM case_events JOIN cases ON cases.id = case_id WHERE customer = ?1
        AND kind = 'package'";
    let paths: BTreeSet<PathBuf> =
        db.prepare(sql)?.query_map([customer], |row| row.get(0).map(path))?.collect::<Result<_, _>>()?;
    Ok(paths.into_iter().collect())
}

/// A path of the bytes of the system.
fn path(bytes: Vec<u8>) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes));
    #[cfg(not(unix))]
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Writes the rows of a table, one a line, and the end of the list.
fn write_rows(db: &Connection, owned: &Owned, customer: i64, out: &mut dyn Write) -> Result<(), StoreError> {
    let sql = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk";
    let keys: Vec<String> = db.prepare(sql)?.query_map([owned.table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let order = if keys.is_empty() { "rowid".to_owned() } else { keys.join(", ") };
    let mut statement = db.prepare(&format!("SELECT * FROM {} WHERE {} ORDER BY {order}", owned.table, owned.of))?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([customer])?;
    let mut before = "";
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (column, name) in names.iter().enumerate() {
            object.insert(name.clone(), value(row.get_ref(column)?));
        }
        write!(out, "{before}\n      {}", Value::Object(object))?;
        before = ",";
    }
    Ok(out.write_all(if before.is_empty() { b"]" } else { b"\n    ]" })?)
}

fn value(stored: ValueRef<'_>) -> Value {
    match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        // Paths of the system are stored as bytes.
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into(),
    }
}
