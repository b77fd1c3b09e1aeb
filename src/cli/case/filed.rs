//! What other commands file with a case.

use super::user;
use crate::cli::connection::{StoreArgs, now};
use std::path::{Path, PathBuf};
use tierline::casework::{Quiet, found_in, note_recurrence};
use tierline::diagnosis::Diagnosis;
use tierline::escalate::Ticket;
use tierline::signature::Severity;
use tierline::store::{About, Case, CaseBundle, StoreError, Tie};

/// The case that a command works for.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FiledArgs {
    /// The case that this belongs to, by its number: the logs are noted there. What was tried there counts as tried.
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

    /// Files a triage: its logs, and what was found in them. Unless it is to be given away, the diagnosis is told what is
    /// suppressed and what other cases say of it.
    pub(in crate::cli) fn add(&self, diagnosis: &mut Diagnosis, is_given_away: bool) -> anyhow::Result<()> {
        let Some(id) = self.case else { return Ok(()) };
        let store = self.store.open()?;
        let quiet = Quiet::of(&store, &store.case(id)?.customer, now())?;
        store.add_findings(id, &found_in(diagnosis, &quiet, &place), &user(), now())?;
        if is_given_away {
            return Ok(());
        }
        quiet.note(diagnosis);
        Ok(note_recurrence(diagnosis, &store, id)?)
    }

    /// Makes a package part of the case. Why not, if it is part of another one.
    pub(in crate::cli) fn tie(
        &self,
        customer: &str,
        ticket: &Ticket,
        severity: Severity,
        diagnosis: &Diagnosis,
        package: &Path,
    ) -> anyhow::Result<Result<(), StoreError>> {
        let Some(id) = self.case else { return Ok(Ok(())) };
        let about =
            About { vendor: Some(&ticket.vendor), product: Some(&ticket.product), severity: Some(severity.name()) };
        let (package, bundles) = (place(package), bundles(diagnosis));
        let tie = Tie { customer, problem: &ticket.key, package: &package, about, bundles: &bundles };
        let store = self.store.open()?;
        match store.tie(id, &tie, &user(), now()) {
            Err(why @ (StoreError::InOtherCase { .. } | StoreError::ProblemOfOther)) => return Ok(Err(why)),
            tied => tied?,
        }
        let quiet = Quiet::of(&store, customer, now())?;
        Ok(Ok(store.add_findings(id, &found_in(diagnosis, &quiet, &place), &user(), now())?))
    }
}

/// The logs of a triage, as a case keeps them.
fn bundles(diagnosis: &Diagnosis) -> Vec<CaseBundle> {
    let known = diagnosis.inputs.iter().filter_map(|it| Some((&it.path, it.sha256.clone()?)));
    known.map(|(path, sha256)| CaseBundle { path: place(path), sha256 }).collect()
}

fn place(path: &Path) -> String {
    let place: PathBuf = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    place.to_string_lossy().into_owned()
}
