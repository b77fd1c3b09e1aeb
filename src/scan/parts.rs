//! Records that correlations ask for.
//!
//! To the scanner each of them is a signature behind the facts: it is found by its literals and confirmed by its patterns.
//! [`Parts::take`] tells them apart. What they mean together is decided when all files have been read.

use super::Match;
use crate::signature::{Condition, Scope, SignatureSet};

/// How the records of correlations are found.
pub(super) struct Parts {
    /// The number of the first one: that of the signatures and facts.
    first: usize,
    scopes: Vec<Scope>,
}

impl Parts {
    pub(super) fn new(set: &SignatureSet, first: usize) -> Parts {
        let scope = |signature: usize, files: &[String]| {
            let own = set.signatures().get(signature).map(|it| it.scope.clone()).unwrap_or_default();
            if files.is_empty() { own } else { Scope { files: files.to_vec(), ..own } }
        };
        Parts { first, scopes: set.wanted().map(|it| scope(it.signature, &it.wanted.files)).collect() }
    }

    /// Conditions, in the order of their numbers.
    pub(super) fn conditions<'s>(&self, set: &'s SignatureSet) -> impl Iterator<Item = &'s Condition> + use<'s> {
        set.wanted().map(|it| &it.wanted.condition)
    }

    /// Scopes, in the order of their numbers.
    pub(super) fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Whether the asker is a record of a correlation.
    pub(super) fn contains(&self, asker: usize) -> bool {
        asker.checked_sub(self.first).is_some_and(|number| number < self.scopes.len())
    }

    /// Moves the records of correlations out of `matches`, which are in the order of their numbers.
    pub(super) fn take<'a>(&self, matches: &mut Vec<Match<'a>>, parts: &mut Vec<Match<'a>>) {
        if matches.last().is_none_or(|last| last.signature < self.first) {
            return;
        }
        let start = matches.partition_point(|found| found.signature < self.first);
        parts.extend(matches.drain(start..).map(|it| Match { signature: it.signature - self.first, ..it }));
    }
}
