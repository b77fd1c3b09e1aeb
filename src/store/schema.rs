//! The tables, as steps from one format to the next. A step that was released is never changed; a new one is added.

use super::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// `user_version` counts the steps that a store has made.
pub(super) const STEPS: &[&str] = &[
    // 1: customers, cases, tickets, outbox, audit trail.
    "CREATE TABLE customers (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE cases (
        id INTEGER PRIMARY KEY,
        customer INTEGER NOT NULL REFERENCES customers,
        -- The problem at this customer; NULL for a case that came by phone or mail.
        problem TEXT,
        title TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
        opened INTEGER NOT NULL,
        UNIQUE (customer, problem)
    ) STRICT;
    CREATE TABLE tickets (
        id INTEGER PRIMARY KEY,
        customer INTEGER NOT NULL REFERENCES customers,
        case_id INTEGER NOT NULL REFERENCES cases,
        tracker TEXT NOT NULL,
        problem TEXT NOT NULL,
        -- What the tracker calls it; NULL until it has said so.
        remote TEXT,
        status TEXT,
        created INTEGER NOT NULL,
        UNIQUE (customer, problem, tracker),
        -- Two customers never meet in one ticket.
        UNIQUE (tracker, problem)
    ) STRICT;
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        ticket INTEGER NOT NULL REFERENCES tickets,
        package TEXT NOT NULL,
        manifest TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('new', 'update')),
        state TEXT NOT NULL CHECK (state IN ('pending', 'searching', 'sending', 'ambiguous', 'accepted', 'attaching',
            'verifying', 'verified', 'held')),
        attempts INTEGER NOT NULL DEFAULT 0,
        due INTEGER NOT NULL,
        reason TEXT,
        created INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        UNIQUE (ticket, manifest)
    ) STRICT;
    CREATE TABLE outbox_files (
        entry INTEGER NOT NULL REFERENCES outbox,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'verified')),
        PRIMARY KEY (entry, path)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        customer INTEGER NOT NULL REFERENCES customers,
        ticket INTEGER NOT NULL REFERENCES tickets,
        tracker TEXT NOT NULL,
        target TEXT NOT NULL,
        what TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        outcome TEXT
    ) STRICT;
    CREATE TABLE health (
        tracker TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        blocked_until INTEGER NOT NULL,
        stopped TEXT
    ) STRICT, WITHOUT ROWID;",
    // 2: what a case is about and how it came in, its logs, what happened to it; since when a tracker has a ticket.
    "ALTER TABLE cases ADD COLUMN origin TEXT NOT NULL DEFAULT 'bundle'
        CHECK (origin IN ('phone', 'mail', 'web', 'bundle'));
    ALTER TABLE cases ADD COLUMN contact TEXT;
    ALTER TABLE cases ADD COLUMN vendor TEXT;
    ALTER TABLE cases ADD COLUMN product TEXT;
    ALTER TABLE cases ADD COLUMN severity TEXT CHECK (severity IN ('info', 'low', 'medium', 'high', 'critical'));
    -- Whether the customer has to bring something.
    ALTER TABLE cases ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE cases ADD COLUMN closed INTEGER;
    ALTER TABLE cases ADD COLUMN fixed_by TEXT;
    ALTER TABLE tickets ADD COLUMN severity TEXT;
    ALTER TABLE tickets ADD COLUMN accepted INTEGER;
    UPDATE tickets SET accepted =
        (SELECT MIN(changed) FROM outbox WHERE outbox.ticket = tickets.id AND outbox.state = 'verified');
    -- The case that a problem belongs to; a case may have several, and `cases.problem` is no longer used.
    CREATE TABLE problems (
        -- Two customers never meet in one problem.
        problem TEXT PRIMARY KEY,
        customer INTEGER NOT NULL REFERENCES customers,
        case_id INTEGER NOT NULL REFERENCES cases
    ) STRICT, WITHOUT ROWID;
    INSERT OR IGNORE INTO problems SELECT problem, customer, id FROM cases WHERE problem IS NOT NULL ORDER BY id;
    CREATE TABLE case_bundles (
        case_id INTEGER NOT NULL REFERENCES cases,
        sha256 TEXT NOT NULL,
        path TEXT NOT NULL,
        added INTEGER NOT NULL,
        PRIMARY KEY (case_id, sha256)
    ) STRICT;
    CREATE TABLE case_events (
        id INTEGER PRIMARY KEY,
        case_id INTEGER NOT NULL REFERENCES cases,
        at INTEGER NOT NULL,
        by TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX case_events_of_case ON case_events (case_id);
    CREATE TRIGGER case_events_stay BEFORE UPDATE ON case_events
        BEGIN SELECT RAISE(ABORT, 'what happened is not changed'); END;
    INSERT INTO case_events (case_id, at, by, kind, text)
        SELECT id, opened, 'tierline', 'opened', 'bundle' FROM cases ORDER BY id;",
    // 3: entries of the outbox that a person has given up. A state of its own would mean to make the table of all anew.
    "CREATE TABLE dropped (
        entry INTEGER PRIMARY KEY REFERENCES outbox,
        at INTEGER NOT NULL,
        reason TEXT NOT NULL
    ) STRICT;",
    // 4: watched folders: what lies there, and what of it was read.
    "CREATE TABLE uploads (
        -- The bytes of the system: names need not be text.
        path BLOB PRIMARY KEY,
        customer INTEGER NOT NULL REFERENCES customers,
        -- Size and times of the file that the state is about; another file at the path is another upload.
        facts TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('working', 'later', 'incomplete', 'done', 'same', 'quarantined', 'removed')),
        sha256 TEXT,
        catalogue TEXT,
        -- How often reading it has failed, and how often it was cut off by the end of the program.
        tries INTEGER NOT NULL DEFAULT 0,
        interrupted INTEGER NOT NULL DEFAULT 0,
        -- Since when it is so.
        since INTEGER NOT NULL,
        due INTEGER NOT NULL,
        reason TEXT,
        report TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX uploads_of_state ON uploads (state, since);
    -- What was read, once for each content and catalogue; it stays when the file goes.
    CREATE TABLE bundles (
        id INTEGER PRIMARY KEY,
        customer INTEGER NOT NULL REFERENCES customers,
        sha256 TEXT NOT NULL,
        catalogue TEXT NOT NULL,
        path TEXT NOT NULL,
        report TEXT NOT NULL,
        case_id INTEGER NOT NULL REFERENCES cases,
        done INTEGER NOT NULL,
        UNIQUE (customer, sha256, catalogue)
    ) STRICT;",
    // 5: what was found in the logs of cases.
    super::findings::TABLES,
    // 6: who works on a case.
    super::filter::ASSIGNED,
    // 7: problems that are to open no cases.
    super::suppressions::TABLES,
    // 8: findings by words.
    super::search::TABLES,
    // 9: what was erased.
    super::belongings::STEP,
    // 10 and 11: notices to people.
    super::beginnings::STEP,
    super::notices::STEP,
    // 12: packages that were made by themselves.
    super::escalations::STEP,
    // 13: what a case is about, of which logs all was examined; what is suppressed is asked when it matters.
    super::findings::ABOUT,
    // 14: what the steps against a problem can break, of those that were filed before it is not known; bundles by where they lay.
    "ALTER TABLE finding_steps ADD COLUMN risk TEXT;
    CREATE INDEX bundles_of_path ON bundles (path);",
    // 15: numbers that are not given again.
    super::belongings::NUMBERS,
];

/// Makes the steps that a store has not made yet, each as a whole.
pub(super) fn migrate(db: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let known = STEPS.len() as i64;
    let failed = |source| StoreError::Database { path: path.to_path_buf(), source };
    loop {
        // Several processes may open a new store at once: the version is read within the transaction.
        let step = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let version: i64 = step.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        if version > known || version < 0 {
            return Err(StoreError::Newer { path: path.to_path_buf(), found: version, known });
        }
        let Some(sql) = usize::try_from(version).ok().and_then(|it| STEPS.get(it)) else { return Ok(()) };
        step.execute_batch(sql).map_err(failed)?;
        step.pragma_update(None, "user_version", version + 1).map_err(failed)?;
        step.commit().map_err(failed)?;
    }
}
