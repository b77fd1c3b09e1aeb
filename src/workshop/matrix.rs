//! Which signatures claim the examples of others, over a whole catalogue.
//!
//! Twice: in files as the scopes want them, and as if nobody knew where a log comes from. What fires only in the second
//! case is kept apart by file names alone, and a customer who renames a log brings it together.

use super::examples::{claimed_by, sample_path};
use crate::scan::Scanner;
use crate::signature::{Signature, SignatureSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One signature claims examples of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cross {
    /// Whose positive examples they are.
    pub of: Arc<str>,
    /// Which signature claims them, too.
    pub claimed_by: Arc<str>,
    /// Their numbers, from 1.
    pub examples: Vec<usize>,
    /// Why both may claim them.
    pub allowed: Allowed,
    /// Whether the scopes keep them apart.
    pub by_scope_only: bool,
}

/// Whether one of two signatures gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowed {
    /// Neither: the reader sees both.
    No,
    /// The one whose example it is hides the other.
    Suppresses,
    /// It is hidden by the other.
    Suppressed,
}

impl Allowed {
    /// Returns the name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Allowed::No => "no",
            Allowed::Suppresses => "suppresses",
            Allowed::Suppressed => "suppressed",
        }
    }
}

/// Returns all pairs in which a signature claims an example of another one, in the order of their ids.
pub fn matrix(set: &SignatureSet) -> Vec<Cross> {
    let scoped = pairs(set, set);
    let anywhere = SignatureSet::new(set.signatures().iter().map(without_scope).collect());
    let everywhere = pairs(set, &anywhere);
    let mut crosses = Vec::new();
    for ((of, by), examples) in &everywhere {
        let (Some(of_it), Some(by_it)) = (set.signatures().get(*of), set.signatures().get(*by)) else { continue };
        let allowed = match () {
            () if of_it.suppresses.contains(&by_it.id) => Allowed::Suppresses,
            () if by_it.suppresses.contains(&of_it.id) => Allowed::Suppressed,
            () => Allowed::No,
        };
        crosses.push(Cross {
            of: Arc::clone(&of_it.id),
            claimed_by: Arc::clone(&by_it.id),
            examples: examples.clone(),
            allowed,
            by_scope_only: !scoped.contains_key(&(*of, *by)),
        });
    }
    crosses.sort();
    crosses
}

/// The examples of one signature that another one claims, by their indexes.
type Pairs = BTreeMap<(usize, usize), Vec<usize>>;

/// `scanned` has the same signatures in the same order as `set`.
fn pairs(set: &SignatureSet, scanned: &SignatureSet) -> Pairs {
    let scanner = Scanner::new(scanned);
    let mut pairs = Pairs::new();
    for (index, signature) in set.signatures().iter().enumerate() {
        let path = sample_path(set, signature);
        for (item, example) in signature.examples.matching.iter().enumerate() {
            for other in claimed_by(&scanner, set, &path, example).into_keys().filter(|other| *other != index) {
                pairs.entry((index, other)).or_default().push(item + 1);
            }
        }
    }
    pairs
}

fn without_scope(signature: &Signature) -> Signature {
    let mut signature = signature.clone();
    signature.scope.files.clear();
    signature.scope.not_files.clear();
    signature
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load_str;
    use std::path::Path;

    fn signature(id: &str, more: &str, text: &str, example: &str) -> Signature {
        let yaml = format!(
            "title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\n{more}\
             match: {{ text: '{text}' }}\nexamples: {{ match: ['{example}'] }}\n"
        );
        load_str(id, Path::new("c.yaml"), &yaml).unwrap()
    }

    #[test]
    fn who_claims_the_examples_of_others_is_told() {
        let log = "10:00:00 ERROR the disk is full again";
        let set = SignatureSet::new(vec![
            signature("a/b/disk", "suppresses: [a/b/full]\n", "disk is full", log),
            signature("a/b/full", "", "is full", "10:00:00 ERROR all is full"),
            signature("a/b/other", "scope: { files: ['**/other.log'] }\n", "full again", "10:00:00 ERROR full again"),
        ]);
        let shown = matrix(&set).into_iter().map(|it| {
            format!("{} {} {:?} {} {}", it.of, it.claimed_by, it.examples, it.allowed.name(), it.by_scope_only)
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            ["a/b/disk a/b/full [1] suppresses false", "a/b/disk a/b/other [1] no true"]
        );
    }
}
