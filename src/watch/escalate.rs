//! What the rules of the policy have done with bundles that were filed: packages for vendors, into the outbox.
//!
//! It works on what the store says, beside the watch and never before it. Making a package is the caller's, who does it in a process of
//! its own; whatever happens there is written down with the case.

use crate::connect::{Config, Order};
use crate::store::{Escalation, FiledBundle, Store, StoreError};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A package that a rule wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is about; the likeliest unexplained error of the vendor's products, if that is `None`.
    pub signature: Option<String>,
    /// What the rule says.
    pub order: Order,
}

/// What came of making a package and putting it into the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there; the store has the word of it.
    Queued,
    /// The vendor would not accept it yet; the message to the customer.
    Lacks(String),
    /// There is nothing in it for this vendor.
    Nothing,
    /// It could not be done.
    Failed(String),
    /// The program is to end; it is begun again.
    Later,
}

/// So often a package is begun, should the program end in the midst of it each time.
const TRIES: u32 = 5;

/// Goes through the bundles that were filed since this was asked for the first time. `make` makes a package and puts it into the
/// outbox. Returns how many are there now.
pub fn escalate(
    store: &Store,
    config: &Config,
    now: &dyn Fn() -> i64,
    make: &mut dyn FnMut(&FiledBundle, &Wanted) -> Made,
) -> Result<u64, StoreError> {
    if !config.has_orders() {
        return Ok(0);
    }
    let since = store.since("escalation", now())?;
    let mut queued = 0;
    for bundle in store.not_escalated(since)? {
        let case = store.case(bundle.case)?;
        let Some(wanted) = wanted(config, &bundle, case.severity.as_deref()) else {
            store.end_escalation(&bundle, Escalation::Nothing, None, now())?;
            continue;
        };
        if case.closed.is_some() {
            store.end_escalation(&bundle, Escalation::Nothing, None, now())?;
            continue;
        }
        if let Some(entry) = store.on_its_way(bundle.case)? {
            let note = format!("no further package: entry {entry} of the outbox has not gone yet");
            store.end_escalation(&bundle, Escalation::Nothing, Some(&note), now())?;
            continue;
        }
        let tries = store.begin_escalation(&bundle)?;
        let made = match tries > TRIES {
            true => Made::Failed(format!("the program has ended {TRIES} times while it was made")),
            false => make(&bundle, &wanted),
        };
        let rule = &wanted.order.rule;
        match made {
            Made::Queued => queued += 1,
            Made::Later => break,
            Made::Nothing => store.end_escalation(&bundle, Escalation::Nothing, None, now())?,
            Made::Lacks(request) => {
                let note = format!("waits for customer: {request}");
                store.end_escalation(&bundle, Escalation::Lacks, Some(&note), now())?;
            }
            Made::Failed(why) => {
                let note = format!("no package was made by the rule `{rule}`: {why}");
                store.end_escalation(&bundle, Escalation::Failed, Some(&note), now())?;
            }
        }
    }
    Ok(queued)
}

/// What the rules want of a bundle, by its report: of defects that only the vendor can mend, the likeliest first; else of unexplained
/// errors. What cannot be read any more is nobody's wish.
fn wanted(config: &Config, bundle: &FiledBundle, severity: Option<&str>) -> Option<Wanted> {
    let report = fs::read(Path::new(&bundle.report).join("report.json")).ok()?;
    let report: Value = serde_json::from_slice(&report).ok()?;
    let is = |it: &Value, field: &str, value: &str| it[field].as_str() == Some(value);
    let known = report["diagnoses"].as_array().into_iter().flatten();
    for it in known.filter(|it| is(it, "state", "match") && is(it, "level", "L3") && it["caused_by"].is_null()) {
        let signature = it["signature"].as_str()?;
        let own = it["severity"].as_str().unwrap_or("medium");
        if let Some(order) = config.order(&bundle.customer, Some(signature), severity.unwrap_or(own)) {
            return Some(Wanted { signature: Some(signature.to_owned()), order });
        }
    }
    let first = report["unresolved"].as_array()?.first()?;
    // As a package counts an error that nobody understands.
    let own = match first["level"].as_str() {
        Some("fatal") => "critical",
        Some("error") => "high",
        _ => "medium",
    };
    let order = config.order(&bundle.customer, None, severity.unwrap_or(own))?;
    Some(Wanted { signature: None, order })
}
