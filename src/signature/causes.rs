//! Which problem brings about which: what the `caused_by` of all signatures are together.

use super::set::about;
use super::{Signature, SignatureError};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// Takes the causes out that lead back to their own effect, and tells each of them: of two problems that cause each other
/// neither is the cause.
pub(super) fn break_rings(signatures: &mut [Signature]) -> Vec<SignatureError> {
    let effects = signatures.iter().filter(|it| !it.caused_by.is_empty());
    let causes: BTreeMap<&str, &[Arc<str>]> = effects.map(|it| (&*it.id, it.caused_by.as_slice())).collect();
    let mut rings: Vec<(usize, Arc<str>, Vec<Arc<str>>)> = Vec::new();
    for (index, signature) in signatures.iter().enumerate() {
        for cause in &signature.caused_by {
            if let Some(way) = way_back(&causes, cause, &signature.id) {
                rings.push((index, Arc::clone(cause), way));
            }
        }
    }
    let mut errors = Vec::new();
    for (index, cause, way) in rings {
        let Some(signature) = signatures.get_mut(index) else { continue };
        let message = match way.as_slice() {
            [_] => "`caused_by` names the signature itself".to_owned(),
            way => {
                let way: Vec<String> = way.iter().map(|id| format!("`{id}`")).collect();
                format!("`caused_by` goes round in a ring: `{}` is caused by {}", signature.id, way.join(", that by "))
            }
        };
        let hint = "a cause comes before its effect: remove the one that does not";
        errors.push(about(signature, "caused_by", &cause, message, hint));
        signature.caused_by.retain(|id| *id != cause);
    }
    errors
}

/// The ids from a cause to its own effect, both included; `None` if it does not lead there.
fn way_back(causes: &BTreeMap<&str, &[Arc<str>]>, from: &Arc<str>, to: &Arc<str>) -> Option<Vec<Arc<str>>> {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut ways = vec![vec![Arc::clone(from)]];
    while let Some(way) = ways.pop() {
        let last = way.last()?;
        if last == to {
            return Some(way);
        }
        for next in causes.get(&**last).copied().unwrap_or_default() {
            if reached.insert(next) {
                ways.push([way.as_slice(), std::slice::from_ref(next)].concat());
            }
        }
    }
    None
}

/// For each signature whether it is a cause or an effect of others.
pub(super) fn related(signatures: &[Signature]) -> Vec<bool> {
    let causes: HashSet<&str> = signatures.iter().flat_map(|it| &it.caused_by).map(|id| &**id).collect();
    signatures.iter().map(|it| !it.caused_by.is_empty() || causes.contains(&*it.id)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::load_str;
    use super::*;
    use std::path::Path;

    /// Signatures, each with its causes; expected are the messages and what is left of the causes.
    #[track_caller]
    fn check(given: &[(&str, &[&str])], messages: &[&str], left: &[&[&str]]) {
        let mut signatures: Vec<Signature> = given
            .iter()
            .map(|(id, causes)| {
                let yaml = format!(
                    "title: t\nlevel: L1\nside: server\nseverity: low\nmatch: {{text: abc}}\ncause: c\ncaused_by: [{}]\n",
                    causes.join(", ")
                );
                load_str(id, Path::new("x.yaml"), &yaml).unwrap()
            })
            .collect();
        let told: Vec<String> = break_rings(&mut signatures).into_iter().map(|it| it.message).collect();
        assert_eq!(told, messages);
        let causes: Vec<Vec<&str>> =
            signatures.iter().map(|it| it.caused_by.iter().map(|id| &**id).collect()).collect();
        assert_eq!(causes, left);
    }

    #[test]
    fn causes_may_have_causes_and_several_effects() {
        check(
            &[("a", &["b", "c"]), ("b", &["d"]), ("c", &["d"]), ("d", &[])],
            &[],
            &[&["b", "c"], &["d"], &["d"], &[]],
        );
    }

    #[test]
    fn a_problem_does_not_cause_itself() {
        check(&[("a", &["a", "b"]), ("b", &[])], &["`caused_by` names the signature itself"], &[&["b"], &[]]);
    }

    #[test]
    fn a_ring_is_told_at_each_of_its_signatures_and_broken() {
        check(
            &[("a", &["b"]), ("b", &["c"]), ("c", &["d", "a"]), ("d", &[])],
            &[
                "`caused_by` goes round in a ring: `a` is caused by `b`, that by `c`, that by `a`",
                "`caused_by` goes round in a ring: `b` is caused by `c`, that by `a`, that by `b`",
                "`caused_by` goes round in a ring: `c` is caused by `a`, that by `b`, that by `c`",
            ],
            &[&[], &[], &["d"], &[]],
        );
    }
}
