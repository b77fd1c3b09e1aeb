//! Cases: what a customer needs help with, from the call or the bundle to the fix.

use super::belongings::new_number;
use super::findings::found_in;
use super::outbox::named;
use super::trail::{Event, Happened, events_of, go_on, is_open, write};
use super::{FoundIn, PROGRAM, Store, StoreError, Ticket};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

/// Whose the logs are of which nobody has said whose they are: those of many customers, who must not meet. [`Store::give_case`] says it.
pub const UNASSIGNED: &str = "unassigned";

/// How bad something is, from the least to the worst.
pub(super) const SEVERITIES: &str = "info low medium high critical";

/// How a case came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody called.
    Phone,
    /// Somebody wrote.
    Mail,
    /// By a form.
    Web,
    /// A package for a vendor was submitted, and there was no case.
    Bundle,
}

/// How a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// We or the vendor work on it.
    Open,
    /// The customer has to bring something.
    Waiting,
    /// It is over.
    Closed,
}

/// A case that is opened.
#[derive(Clone, Copy, Debug)]
pub struct NewCase<'a> {
    /// The customer.
    pub customer: &'a str,
    /// What it is about in one line.
    pub title: &'a str,
    /// How it came in.
    pub origin: Origin,
    /// Who to talk to.
    pub contact: Option<&'a str>,
    /// What is known of the product.
    pub about: About<'a>,
}

/// What is known of the product. What is not known is filled in when it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The vendor.
    pub vendor: Option<&'a str>,
    /// The product.
    pub product: Option<&'a str>,
    /// How bad it is for the customer: `critical`, `high`, `medium`, `low`, `info`.
    pub severity: Option<&'a str>,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub customer: String,
    /// What it is about in one line.
    pub title: String,
    /// How it stands.
    pub status: Status,
    /// How it came in.
    pub origin: Origin,
    /// Who to talk to.
    pub contact: Option<String>,
    /// The vendor.
    pub vendor: Option<String>,
    /// The product.
    pub product: Option<String>,
    /// How bad it is for the customer.
    pub severity: Option<String>,
    /// Who works on it.
    pub assigned: Option<String>,
    /// When it was opened.
    pub opened: i64,
    /// When it was closed, if it is.
    pub closed: Option<i64>,
    /// What has solved it.
    pub fixed_by: Option<String>,
    /// The logs that belong to it.
    pub bundles: Vec<CaseBundle>,
    /// Its tickets at trackers.
    pub tickets: Vec<Ticket>,
    /// What happened, in the order of time.
    pub events: Vec<Event>,
}

/// Logs that belong to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseBundle {
    /// Where they lay.
    pub path: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

impl Origin {
    /// All.
    pub const ALL: [Origin; 4] = [Origin::Phone, Origin::Mail, Origin::Web, Origin::Bundle];

    /// The name, as stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Phone => "phone",
            Origin::Mail => "mail",
            Origin::Web => "web",
            Origin::Bundle => "bundle",
        }
    }
}

impl Status {
    /// The name, as printed.
    pub fn name(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Waiting => "waiting",
            Status::Closed => "closed",
        }
    }
}

impl Case {
    /// The steps that were tried without success.
    pub fn tried(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter(|it| it.what == Happened::Tried).map(|it| &*it.text)
    }
}

impl Store {
    /// Opens a case. Returns its number.
    pub fn open_case(&self, new: &NewCase<'_>, by: &str, now: i64) -> Result<i64, StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let customer = customer_of(&db, new.customer, now)?;
        let case = insert(&db, customer, new, by, now)?;
        db.commit()?;
        Ok(case)
    }

    /// A case by its number.
    pub fn case(&self, id: i64) -> Result<Case, StoreError> {
        // All of it as it is at one moment.
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Deferred)?;
        case_of(&db, id)
    }

    /// Makes a problem of a customer part of a case, with the logs it was found in and what was found in them. What a package of it
    /// becomes at a tracker belongs to that case from then on. All of it or nothing.
    pub fn tie(&self, case: i64, tie: &Tie<'_>, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let owner: Option<String> = db
            .query_row(
                "SELECT name FROM customers JOIN cases ON customer = customers.id WHERE cases.id = ?1",
                [case],
                |row| row.get(0),
            )
            .optional()?;
        if owner.ok_or(StoreError::NoCase(case))? != tie.customer {
            return Err(StoreError::CaseOfOther { case, customer: tie.customer.to_owned() });
        }
        let customer = customer_of(&db, tie.customer, now)?;
        match case_of_problem(&db, customer, tie.problem)? {
            Some(other) if other != case => return Err(StoreError::InOtherCase { case: other }),
            Some(_) => {}
            None => {
                let sql = "INSERT INTO problems (problem, customer, case_id) VALUES (?1, ?2, ?3)";
                db.execute(sql, (tie.problem, customer, case))?;
            }
        }
        is_open(&db, case)?;
        fill_in(&db, case, &tie.about, now)?;
        found_in(&db, case, tie.found, by, now)?;
        write(&db, case, Happened::Package, tie.package, by, now)?;
        db.commit()?;
        Ok(())
    }
}

/// What ties a package to a case.
#[derive(Clone, Copy, Debug)]
pub struct Tie<'a> {
    /// Whose package it is: that of the case.
    pub customer: &'a str,
    /// The problem, as the package's key names it.
    pub problem: &'a str,
    /// Where the package is.
    pub package: &'a str,
    /// What is known of the product.
    pub about: About<'a>,
    /// The logs it was made from, with what was found in them.
    pub found: &'a [FoundIn],
}

/// The customer's number; a new one gets one.
pub(super) fn customer_of(db: &Connection, name: &str, now: i64) -> rusqlite::Result<i64> {
    db.execute("INSERT OR IGNORE INTO customers (name, created) VALUES (?1, ?2)", (name, now))?;
    db.query_row("SELECT id FROM customers WHERE name = ?1", [name], |row| row.get(0))
}

/// The case that a problem of a customer belongs to. One of another customer is refused: two would meet.
pub(super) fn case_of_problem(db: &Connection, customer: i64, problem: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT customer, case_id FROM problems WHERE problem = ?1";
    let found = db.query_row(sql, [problem], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match found {
        Some((owner, _)) if owner != customer => Err(StoreError::ProblemOfOther),
        found => Ok(found.map(|(_, case): (i64, i64)| case)),
    }
}

pub(super) fn insert(db: &Connection, customer: i64, new: &NewCase<'_>, by: &str, now: i64) -> Result<i64, StoreError> {
    let sql = format!(
        "INSERT INTO cases (id, customer, title, status, opened, origin, contact, vendor, product, severity)
        VALUES ({}, ?1, ?2, 'open', ?3, ?4, ?5, ?6, ?7, ?8)",
        new_number("cases")
    );
    let About { vendor, product, severity } = new.about;
    db.execute(&sql, (customer, new.title, now, new.origin.name(), new.contact, vendor, product, severity))?;
    let case = db.last_insert_rowid();
    write(db, case, Happened::Opened, new.origin.name(), by, now)?;
    Ok(case)
}

/// Remembers of the product what the case does not say yet, and that it is worse than the case says.
pub(super) fn fill_in(db: &Connection, case: i64, about: &About<'_>, now: i64) -> Result<(), StoreError> {
    let sql = "UPDATE cases SET vendor = COALESCE(vendor, ?1), product = COALESCE(product, ?2) WHERE id = ?3";
    db.execute(sql, (about.vendor, about.product, case))?;
    raise(db, case, about.severity, now)
}

/// Whether something is worse than something else, by the names of severities.
pub fn is_worse(one: &str, other: &str) -> bool {
    SEVERITIES.find(one) > SEVERITIES.find(other)
}

/// What was found is worse than the case says, or the case says nothing: its clocks follow that. What a person has said stays.
pub(super) fn raise(db: &Connection, case: i64, found: Option<&str>, now: i64) -> Result<(), StoreError> {
    let Some(found) = found else { return Ok(()) };
    // Who has called said it when the case was opened, who corrects it later.
    let sql =
        "SELECT severity, COALESCE((SELECT by <> ?2 FROM case_events WHERE case_id = cases.id AND kind = 'changed'
        AND text GLOB 'severity: *' ORDER BY id DESC LIMIT 1), origin <> 'bundle') FROM cases WHERE id = ?1";
    let (before, is_said): (Option<String>, bool) =
        db.query_row(sql, (case, PROGRAM), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let known = before.as_deref();
    if known.is_some_and(|before| is_said || !is_worse(found, before)) {
        return Ok(());
    }
    db.execute("UPDATE cases SET severity = ?1 WHERE id = ?2", (found, case))?;
    let text = format!("severity: {} -> {found}", known.unwrap_or("unknown"));
    Ok(write(db, case, Happened::Changed, &text, PROGRAM, now)?)
}

pub(super) fn is_there(db: &Connection, case: i64) -> Result<(), StoreError> {
    let found = db.query_row("SELECT 1 FROM cases WHERE id = ?1", [case], |_| Ok(())).optional()?;
    found.ok_or(StoreError::NoCase(case))
}

/// Adds logs to a case; it waits no longer for any, if they are new.
pub(super) fn bundles_in(
    db: &Connection,
    case: i64,
    bundles: &[CaseBundle],
    by: &str,
    now: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT OR IGNORE INTO case_bundles (case_id, sha256, path, added) VALUES (?1, ?2, ?3, ?4)";
    for bundle in bundles {
        if db.execute(sql, (case, &bundle.sha256, &bundle.path, now))? > 0 {
            write(db, case, Happened::Logs, &bundle.path, by, now)?;
            // That is what it waited for, as far as anybody can tell.
            go_on(db, case, "logs came", by, now)?;
        }
    }
    Ok(())
}

pub(super) fn case_of(db: &Connection, id: i64) -> Result<Case, StoreError> {
    let sql =
        "SELECT cases.id, customers.name, title, status, waiting, origin, contact, vendor, product, severity, opened,
        closed, fixed_by, assigned FROM cases JOIN customers ON customers.id = cases.customer WHERE cases.id = ?1";
    let case = |row: &Row<'_>| {
        let is_closed = row.get::<_, String>(3)? == "closed";
        Ok(Case {
            id: row.get(0)?,
            customer: row.get(1)?,
            title: row.get(2)?,
            status: match (is_closed, row.get::<_, bool>(4)?) {
                (true, _) => Status::Closed,
                (false, true) => Status::Waiting,
                (false, false) => Status::Open,
            },
            origin: named(row, 5, &Origin::ALL, Origin::name)?,
            contact: row.get(6)?,
            vendor: row.get(7)?,
            product: row.get(8)?,
            severity: row.get(9)?,
            opened: row.get(10)?,
            closed: row.get(11)?,
            fixed_by: row.get(12)?,
            assigned: row.get(13)?,
            bundles: Vec::new(),
            tickets: Vec::new(),
            events: Vec::new(),
        })
    };
    let mut case = db.query_row(sql, [id], case).optional()?.ok_or(StoreError::NoCase(id))?;
    let mut statement = db.prepare("SELECT path, sha256 FROM case_bundles WHERE case_id = ?1 ORDER BY added, rowid")?;
    let bundles = statement.query_map([id], |row| Ok(CaseBundle { path: row.get(0)?, sha256: row.get(1)? }))?;
    case.bundles = bundles.collect::<Result<_, _>>()?;
    case.tickets = super::tickets::tickets_of(db, id)?;
    case.events = events_of(db, id)?;
    Ok(case)
}
