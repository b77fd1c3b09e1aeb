//! What other commands file with a case.

use super::user;
use crate::cli::connection::{StoreArgs, now};
use crate::cli::say;
use std::path::{Path, PathBuf};
use tierline::casework::{Quiet, found_in, note_recurrence};
use tierline::diagnosis::Diagnosis;
use tierline::escalate::Ticket;
use tierline::signature::Severity;
use tierline::store::{About, Case, StoreError, Tie, is_worse, worst};

/// The case that a command works for.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FiledArgs {
    /// The case that this belongs to, by its number: the logs are noted there, with
    /// what was found in them. What was tried there counts as tried.
    #[arg(long, value_name = "ID")]
    case: Option<i64>,
    #[command(flatten)]
    store: StoreArgs,
}

impl FiledArgs {
    /// Whether a case is named.
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.case.is_some()
    }

    /// The case, which has to be an open one of this customer. Why not, if it is not.
    pub(in crate::cli) fn case_of(&self, customer: &str) -> anyhow::Result<Result<Option<Case>, StoreError>> {
        let Some(id) = self.case else { return Ok(Ok(None)) };
        let case = self.store.open()?.case(id)?;
        if case.customer != customer {
            return Ok(Err(StoreError::CaseOfOther { case: id, customer: customer.to_owned() }));
        }
        if case.closed.is_some() {
            return Ok(Err(StoreError::Closed(id)));
        }
        Ok(Ok(Some(case)))
    }

    /// Fails if the case is not there or closed, before anything is looked at.
    pub(in crate::cli) fn check(&self) -> anyhow::Result<()> {
        let Some(id) = self.case else { return Ok(()) };
        match self.store.open()?.case(id)?.closed {
            Some(_) => Err(StoreError::Closed(id).into()),
            None => Ok(()),
        }
    }

    /// Files a triage: its logs, and what was found in them, unless the case knows more of them: `narrowed` names the options that
    /// have left something out. What `patterns` have found is told to no case. Unless it is to be given away, the diagnosis is told
    /// what is suppressed and what other cases say of it.
    pub(in crate::cli) fn add(
        &self,
        diagnosis: &mut Diagnosis,
        narrowed: &[&str],
        patterns: bool,
        is_given_away: bool,
    ) -> anyhow::Result<()> {
        let Some(id) = self.case else { return Ok(()) };
        let store = self.store.open()?;
        let case = store.case(id)?;
        let quiet = Quiet::of(&store, &case.customer, now())?;
        let found = found_in(diagnosis, &quiet, narrowed.is_empty(), &place);
        let worst = worst(&found).map(str::to_owned);
        if patterns {
            let bundles: Vec<_> = found.into_iter().map(|it| it.bundle).collect();
            store.add_logs(id, &bundles, &user(), now())?;
            say(&format!("case {id}: the logs are noted; what --patterns has found is not kept there"));
        } else if store.add_findings(id, &found, &user(), now())? > 0 {
            let options = narrowed.join(", ");
            say(&format!(
                "case {id} keeps what the whole triage of these logs has found: this one is narrowed by {options}"
            ));
        }
        if let Some(worst) = worst.filter(|_| !patterns) {
            tell_severity(&case, &store.case(id)?, &worst);
        }
        if is_given_away {
            return Ok(());
        }
        quiet.note(diagnosis);
        Ok(note_recurrence(diagnosis, &store, id)?)
    }

    /// Makes a package part of the case, with what was found in its logs; `is_whole` if nothing was left out. Why not, if it is part of
    /// another one.
    pub(in crate::cli) fn tie(
        &self,
        customer: &str,
        ticket: &Ticket,
        severity: Severity,
        diagnosis: &Diagnosis,
        is_whole: bool,
        package: &Path,
    ) -> anyhow::Result<Result<(), StoreError>> {
        let Some(id) = self.case else { return Ok(Ok(())) };
        let about =
            About { vendor: Some(&ticket.vendor), product: Some(&ticket.product), severity: Some(severity.name()) };
        let store = self.store.open()?;
        let quiet = Quiet::of(&store, customer, now())?;
        let found = found_in(diagnosis, &quiet, is_whole, &place);
        let tie = Tie { customer, problem: &ticket.key, package: &place(package), about, found: &found };
        match store.tie(id, &tie, &user(), now()) {
            Err(why @ (StoreError::InOtherCase { .. } | StoreError::ProblemOfOther)) => Ok(Err(why)),
            tied => Ok(Ok(tied?)),
        }
    }
}

/// Says how bad the case is by what was found, if that is news.
fn tell_severity(before: &Case, after: &Case, found: &str) {
    let id = after.id;
    match &after.severity {
        Some(severity) if before.severity != after.severity => {
            say(&format!("case {id} is of severity {severity} now, by what was found in its logs"));
        }
        Some(severity) if is_worse(found, severity) => say(&format!(
            "case {id} stays of severity {severity}, as somebody has said; what was found is {found} \
            (`tierline case set {id} --severity {found}`)"
        )),
        _ => {}
    }
}

fn place(path: &Path) -> String {
    let place: PathBuf = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    place.to_string_lossy().into_owned()
}
