//! Problems of a customer that are suppressed: they open no cases, and reports say so.

use crate::diagnosis::Diagnosis;
use crate::store::{Store, StoreError};
use std::collections::BTreeMap;

/// What is suppressed, by the id of the signature or of the unexplained error: until when and why, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiet(pub BTreeMap<String, String>);

impl Quiet {
    /// What is suppressed at a customer now.
    pub fn of(store: &Store, customer: &str, now: i64) -> Result<Quiet, StoreError> {
        let all = store.suppressions(now)?.into_iter();
        let own = all.filter(|it| it.holds && it.customer.as_deref().is_none_or(|it| it == customer));
        Ok(Quiet(own.map(|it| (it.problem, format!("suppressed until {}: {}", it.until, it.reason))).collect()))
    }

    /// Why a problem is suppressed, if it is.
    pub fn why(&self, problem: &str) -> Option<&str> {
        self.0.get(problem).map(String::as_str)
    }

    /// Notes in a diagnosis what of it is suppressed. Nothing is left out.
    pub fn note(&self, diagnosis: &mut Diagnosis) {
        for known in &mut diagnosis.known {
            known.notes.extend(self.why(&known.signature.id).map(str::to_owned));
        }
        for unresolved in &mut diagnosis.unresolved {
            unresolved.reasons.extend(self.why(&unresolved.id).map(str::to_owned));
        }
    }
}
