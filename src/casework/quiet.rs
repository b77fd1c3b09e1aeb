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
        Ok(Quiet(store.suppressed(customer, now)?))
    }

    /// Why a problem is suppressed, if it is.
    pub fn why(&self, problem: &str) -> Option<&str> {
        self.0.get(problem).map(String::as_str)
    }

    /// Notes in a diagnosis what of it is suppressed, and until when. Nothing is left out. The reason is for who works on the
    /// case: reports go to customers.
    pub fn note(&self, diagnosis: &mut Diagnosis) {
        let until = |problem: &str| self.why(problem).map(|it| it.split_once(": ").map_or(it, |it| it.0).to_owned());
        for known in &mut diagnosis.known {
            known.notes.extend(until(&known.signature.id));
        }
        for unresolved in &mut diagnosis.unresolved {
            unresolved.reasons.extend(until(&unresolved.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, group, signature};
    use crate::signature::Severity;
    use crate::store::NewSuppression;

    #[test]
    fn reports_say_until_when_and_not_why() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        let new = NewSuppression { customer: None, problem: "a/b/c", reason: "new: disks", until: "2026-03-01" };
        store.suppress(&new, "me", 1).unwrap();
        store.suppress(&NewSuppression { until: "2026-02-01", ..new }, "me", 2).unwrap();
        let quiet = Quiet::of(&store, "acme", 3).unwrap();
        assert_eq!(quiet.why("a/b/c"), Some("suppressed until 2026-03-01: new: disks"));
        let mut diagnosis = diagnosis(vec![(signature("a/b/c", Severity::High), group(1, Vec::new()))], Vec::new());
        quiet.note(&mut diagnosis);
        assert_eq!(diagnosis.known[0].notes, ["suppressed until 2026-03-01"]);
    }
}
