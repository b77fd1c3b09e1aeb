//! Ids of signatures that are no longer used, and what is used in their place.

use super::{Signature, Status};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ids of deprecated signatures with the ids that replace them.
#[derive(Clone, Debug, Default)]
pub(super) struct Retired {
    replaced_by: BTreeMap<Arc<str>, Arc<str>>,
}

impl Retired {
    /// Takes note of a signature: a later catalogue decides whether an id is still used.
    pub(super) fn add(&mut self, signature: &Signature) {
        match (&signature.replaced_by, signature.status) {
            (Some(new), Status::Deprecated) => _ = self.replaced_by.insert(Arc::clone(&signature.id), Arc::clone(new)),
            _ => _ = self.replaced_by.remove(&signature.id),
        }
    }

    /// Returns what is used in place of an id; `None` if it was not replaced, or in a ring.
    pub(super) fn present(&self, id: &str) -> Option<&Arc<str>> {
        let mut present = self.replaced_by.get(id)?;
        for _ in 0..self.replaced_by.len() {
            match self.replaced_by.get(present) {
                Some(next) => present = next,
                None => return Some(present),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::load_str;
    use super::*;
    use std::path::Path;

    #[test]
    fn a_chain_is_followed_and_a_ring_leads_nowhere() {
        let mut retired = Retired::default();
        for (id, new) in [("a/b/1", "a/b/2"), ("a/b/2", "a/b/3"), ("a/b/x", "a/b/y"), ("a/b/y", "a/b/x")] {
            let yaml = format!(
                "title: t\nstatus: deprecated\nreplaced_by: {new}\nlevel: L1\nside: server\nseverity: low\n\
                 cause: c\nmatch: {{ text: abc }}\n"
            );
            retired.add(&load_str(id, Path::new("x.yaml"), &yaml).unwrap());
        }
        let present = |id: &str| retired.present(id).map(|it| it.to_string());
        assert_eq!((present("a/b/1"), present("a/b/2")), (Some("a/b/3".into()), Some("a/b/3".into())));
        assert_eq!((present("a/b/3"), present("a/b/x")), (None, None));
    }
}
