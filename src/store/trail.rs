//! What happens to a case, written down for good: an event is never changed.

use super::cases::{About, is_there};
use super::outbox::named;
use super::{PROGRAM, Store, StoreError};
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// What can happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It was opened; the text says how it came in.
    Opened,
    /// Logs were added.
    Logs,
    /// A step was tried without success, in words or as the id of a signature.
    Tried,
    /// A package for the vendor was made.
    Package,
    /// A tracker has taken a ticket.
    Ticket,
    /// The state of a ticket at its tracker has changed.
    TicketState,
    /// A package was submitted without a person's approval, by this rule.
    Rule,
    /// The vendor has answered.
    Vendor,
    /// The customer has answered.
    Customer,
    /// We have noted something.
    Note,
    /// From here on the customer has to bring something.
    Waits,
    /// And from here on no longer.
    GoesOn,
    /// What is known of it was corrected.
    Changed,
    /// Somebody works on it from now on; the text says who.
    Assigned,
    /// Nobody works on it any more.
    Unassigned,
    /// It was closed; the text says what has solved it.
    Closed,
    /// It was opened again.
    Reopened,
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: i64,
    /// Who has written it down, as the system calls the user.
    pub by: String,
    /// What.
    pub what: Happened,
    /// In words.
    pub text: String,
}

/// Stands in the trail when the message to the customer was sent.
const ASKED: &str = "the message to the customer was sent";

/// Whose words are noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The vendor: that is its answer.
    Vendor,
    /// The customer: nobody waits for it any more.
    Customer,
    /// We.
    We,
}

/// What is to be corrected of a case; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change<'a> {
    /// Who to talk to.
    pub contact: Option<&'a str>,
    /// The vendor, the product, the severity.
    pub about: About<'a>,
}

impl<'a> Change<'a> {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.columns().iter().all(|(_, value)| value.is_none())
    }

    /// By column of the table.
    fn columns(&self) -> [(&'static str, Option<&'a str>); 4] {
        let Change { contact, about: About { vendor, product, severity } } = *self;
        [("severity", severity), ("contact", contact), ("vendor", vendor), ("product", product)]
    }
}

impl Happened {
    /// All.
    pub const ALL: [Happened; 17] = [
        Happened::Opened,
        Happened::Logs,
        Happened::Tried,
        Happened::Package,
        Happened::Ticket,
        Happened::TicketState,
        Happened::Rule,
        Happened::Vendor,
        Happened::Customer,
        Happened::Note,
        Happened::Waits,
        Happened::GoesOn,
        Happened::Changed,
        Happened::Assigned,
        Happened::Unassigned,
        Happened::Closed,
        Happened::Reopened,
    ];

    /// The name, as stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            Happened::Opened => "opened",
            Happened::Logs => "logs",
            Happened::Tried => "tried",
            Happened::Package => "package",
            Happened::Ticket => "ticket",
            Happened::TicketState => "ticket-state",
            Happened::Rule => "rule",
            Happened::Vendor => "vendor",
            Happened::Customer => "customer",
            Happened::Note => "note",
            Happened::Waits => "waits",
            Happened::GoesOn => "goes-on",
            Happened::Changed => "changed",
            Happened::Assigned => "assigned",
            Happened::Unassigned => "unassigned",
            Happened::Closed => "closed",
            Happened::Reopened => "reopened",
        }
    }
}

impl Store {
    /// Notes what somebody said. `waits`: from now on the customer has to bring something.
    pub fn note(&self, case: i64, says: Says, text: &str, waits: bool, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        let what = match says {
            Says::Vendor => Happened::Vendor,
            Says::Customer => Happened::Customer,
            Says::We => Happened::Note,
        };
        write(&db, case, what, text, by, now)?;
        if waits {
            wait(&db, case, "", by, now)?;
        } else if says == Says::Customer {
            go_on(&db, case, "", by, now)?;
        }
        db.commit()?;
        Ok(())
    }

    /// Notes that the message to the customer was sent: from now on the customer has to bring something, until new logs come, with this
    /// case or another one, or there is an answer.
    pub fn reply_sent(&self, case: i64, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        write(&db, case, Happened::Note, ASKED, by, now)?;
        wait(&db, case, ASKED, by, now)?;
        db.commit()?;
        Ok(())
    }

    /// Notes a step that was tried without success. One that is noted already is not noted again.
    pub fn tried(&self, case: i64, step: &str, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        if !events_of(&db, case)?.iter().any(|it| it.what == Happened::Tried && it.text == step) {
            write(&db, case, Happened::Tried, step, by, now)?;
        }
        db.commit()?;
        Ok(())
    }

    /// Corrects what is known of a case, and notes what it was before.
    pub fn change_case(&self, case: i64, change: &Change<'_>, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        for (column, value) in change.columns() {
            let Some(value) = value else { continue };
            let sql = format!("SELECT {column} FROM cases WHERE id = ?1");
            let before: Option<String> = db.query_row(&sql, [case], |row| row.get(0))?;
            if before.as_deref() == Some(value) {
                continue;
            }
            db.execute(&format!("UPDATE cases SET {column} = ?1 WHERE id = ?2"), (value, case))?;
            let text = format!("{column}: {} -> {value}", before.as_deref().unwrap_or("unknown"));
            write(&db, case, Happened::Changed, &text, by, now)?;
        }
        db.commit()?;
        Ok(())
    }

    /// Notes that a package was submitted by a rule, without a person.
    pub fn by_rule(&self, case: i64, rule: &str, by: &str, now: i64) -> Result<(), StoreError> {
        Ok(write(&self.db, case, Happened::Rule, rule, by, now)?)
    }

    /// Closes a case.
    pub fn close_case(&self, case: i64, fixed_by: &str, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_open(&db, case)?;
        let sql = "UPDATE cases SET status = 'closed', waiting = 0, closed = ?1, fixed_by = ?2 WHERE id = ?3";
        db.execute(sql, (now, fixed_by, case))?;
        write(&db, case, Happened::Closed, fixed_by, by, now)?;
        db.commit()?;
        Ok(())
    }

    /// Opens a closed case again.
    pub fn reopen_case(&self, case: i64, why: &str, by: &str, now: i64) -> Result<(), StoreError> {
        let db = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        is_there(&db, case)?;
        reopen(&db, case, why, by, now)?;
        db.commit()?;
        Ok(())
    }
}

/// Opens a case again if it is closed.
pub(super) fn reopen(db: &Connection, case: i64, why: &str, by: &str, now: i64) -> Result<(), StoreError> {
    let sql = "UPDATE cases SET status = 'open', closed = NULL, fixed_by = NULL WHERE id = ?1 AND status = 'closed'";
    if db.execute(sql, [case])? > 0 {
        write(db, case, Happened::Reopened, why, by, now)?;
    }
    Ok(())
}

/// From now on the customer has to bring something, if the case is open and did not wait before: its clock rests.
pub(super) fn wait(db: &Connection, case: i64, why: &str, by: &str, now: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE cases SET waiting = 1 WHERE id = ?1 AND status = 'open' AND waiting = 0";
    if db.execute(sql, [case])? > 0 {
        write(db, case, Happened::Waits, why, by, now)?;
    }
    Ok(())
}

/// From now on the case waits no longer, if it did.
pub(super) fn go_on(db: &Connection, case: i64, why: &str, by: &str, now: i64) -> rusqlite::Result<()> {
    if db.execute("UPDATE cases SET waiting = 0 WHERE id = ?1 AND waiting = 1", [case])? > 0 {
        write(db, case, Happened::GoesOn, why, by, now)?;
    }
    Ok(())
}

/// New logs of a customer have come to a case: other cases of the same customer for which the message was sent wait no longer, nor do
/// those that an earlier version has begun to wait for. What is wanted may have come to another case, and a clock that rests by mistake
/// is one that nobody looks at.
pub(super) fn others_go_on(db: &Connection, customer: i64, case: i64, now: i64) -> rusqlite::Result<()> {
    let sql = "SELECT id FROM cases WHERE customer = ?1 AND waiting = 1 AND id <> ?2 AND
        (SELECT by = ?3 OR text = ?4 FROM case_events WHERE case_id = cases.id AND kind = 'waits' ORDER BY case_events.id DESC
        LIMIT 1)";
    let others: Vec<i64> =
        db.prepare(sql)?.query_map((customer, case, PROGRAM, ASKED), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let why = format!("logs came in as case {case}");
    others.into_iter().try_for_each(|it| go_on(db, it, &why, PROGRAM, now))
}

/// Nothing happens to a closed case.
pub(super) fn is_open(db: &Connection, case: i64) -> Result<(), StoreError> {
    is_there(db, case)?;
    let status: String = db.query_row("SELECT status FROM cases WHERE id = ?1", [case], |row| row.get(0))?;
    if status == "closed" { Err(StoreError::Closed(case)) } else { Ok(()) }
}

/// Writes an event down. A clock that was set back does not bring it before earlier ones.
pub(super) fn write(
    db: &Connection,
    case: i64,
    what: Happened,
    text: &str,
    by: &str,
    now: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO case_events (case_id, at, by, kind, text)
        SELECT ?1, MAX(?2, COALESCE(MAX(at), ?2)), ?3, ?4, ?5 FROM case_events WHERE case_id = ?1";
    db.execute(sql, (case, now, by, what.name(), text)).map(drop)
}

/// Writes down what the program has noted, unless it stands there already.
pub(super) fn note_once(db: &Connection, case: i64, text: &str, now: i64) -> rusqlite::Result<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM case_events WHERE case_id = ?1 AND kind = 'note' AND text = ?2)";
    let is_there: bool = db.query_row(sql, (case, text), |row| row.get(0))?;
    if is_there { Ok(()) } else { write(db, case, Happened::Note, text, PROGRAM, now) }
}

pub(super) fn events_of(db: &Connection, case: i64) -> Result<Vec<Event>, StoreError> {
    let mut statement = db.prepare("SELECT at, by, kind, text FROM case_events WHERE case_id = ?1 ORDER BY id")?;
    let events = statement.query_map([case], |row| {
        let what = named(row, 2, &Happened::ALL, Happened::name)?;
        Ok(Event { at: row.get(0)?, by: row.get(1)?, what, text: row.get(3)? })
    })?;
    Ok(events.collect::<Result<_, _>>()?)
}
