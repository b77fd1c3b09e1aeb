use super::shared::Shared;
use super::{Known, State, Suppressed};
use crate::finding::Claims;
use crate::signature::{Severity, Signature, SignatureSet};
use std::collections::{BTreeMap, BTreeSet};

/// Hides the general problem where a more specific one explains the same trace.
///
/// A problem is hidden behind another that names it in `suppresses` if every file it was seen in also shows the other.
/// Files and not records decide, because the specific line and the general line that follows from it ("Job failed") are
/// usually two records of one file. A problem that also occurs in a file without the specific one stays: there it has
/// another cause. Variants of one signature hide together: each explains its own lines. What is hidden is listed in
/// [`Known::suppressed`] of the one that is shown, so nothing gets lost.
///
/// What is old explains nothing that is there now, so it hides only what is old too. And what does no harm explains nothing
/// that does: a refusal for a minute is no reason why other mails of the same log were refused for good. It hides only what
/// claims no record of its own.
///
/// `suppresses` is followed through several steps. Two that suppress each other are both shown: one of them has to be,
/// and there is no reason to prefer either.
pub(super) fn suppress(found: Vec<Known>, claims: &Claims, set: &SignatureSet) -> Vec<Known> {
    let shared = Shared::new(&found, claims, set);
    let files: Vec<BTreeSet<&str>> = found.iter().map(files).collect();
    let mut of_family: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (known, files) in found.iter().zip(&files) {
        of_family.entry(&known.signature.id).or_default().extend(files);
    }
    let hides = |a: usize, b: usize| {
        a != b
            && (found[a].state != State::Old || found[b].state == State::Old)
            && names(&found[a], &found[b])
            && files[b].is_subset(&of_family[&*found[a].signature.id])
            && (files[b].is_empty() || !files[b].is_disjoint(&files[a]))
            && (!is_harmless(&found[a], set) || is_harmless(&found[b], set) || shared.covers(a, b))
    };
    let all = 0..found.len();
    let parents: Vec<Vec<usize>> =
        all.clone().map(|it| all.clone().filter(|&other| hides(other, it)).collect()).collect();

    // From the ones that nobody hides, downwards; a ring that nothing above hides is never reached and stays shown.
    let mut hidden_by: Vec<Option<usize>> = vec![None; found.len()];
    let mut shown: Vec<usize> = all.clone().filter(|&it| parents[it].is_empty()).collect();
    let mut reached: Vec<bool> = parents.iter().map(Vec::is_empty).collect();
    let mut next = 0;
    while let Some(&above) = shown.get(next) {
        next += 1;
        for below in all.clone().filter(|&it| parents[it].contains(&above)) {
            if !reached[below] {
                reached[below] = true;
                hidden_by[below] = Some(hidden_by[above].unwrap_or(above));
                shown.push(below);
            }
        }
    }

    let mut suppressed: Vec<Vec<Suppressed>> = vec![Vec::new(); found.len()];
    for (it, known) in found.iter().enumerate() {
        if let Some(root) = hidden_by[it] {
            suppressed[root].push(Suppressed { signature: known.signature.id.clone(), count: known.group.count });
        }
    }
    let keep = found.into_iter().zip(suppressed).zip(hidden_by).filter(|(_, hidden)| hidden.is_none());
    keep.map(|((known, suppressed), _)| Known { suppressed, ..known }).collect()
}

/// Where it was seen; both lists of a group are bounded, so this may be less than the truth, for the hider as well.
fn files(known: &Known) -> BTreeSet<&str> {
    let group = &known.group;
    group.files.iter().chain(group.evidence.iter().map(|it| &it.file)).map(|it| &**it).collect()
}

/// Whether nothing stands still because of it. What a house thinks of its own problems, which an overlay says, does not decide.
fn is_harmless(known: &Known, set: &SignatureSet) -> bool {
    let is_it = |signature: &Signature| signature.id == known.signature.id;
    let is_changed = || set.signatures().iter().position(is_it).is_some_and(|it| !set.applied(it).is_empty());
    known.signature.severity <= Severity::Low && !is_changed()
}

/// Whether `a` says that it is more specific than `b`, by its present or a former id.
pub(super) fn names(a: &Known, b: &Known) -> bool {
    let (a, b) = (&a.signature, &b.signature);
    a.suppresses.iter().any(|id| *id == b.id || b.formerly.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature};

    /// Each is an id, the files it was seen in, and what it suppresses; expected are the shown ones with what they hide.
    #[track_caller]
    fn check(found: &[(&str, &[&str], &[&str])], expected: &[(&str, &[&str])]) {
        let known = found.iter().map(|(id, files, suppresses)| {
            let mut signature = signature(id, Severity::High);
            signature.suppresses = suppresses.iter().map(|&id| id.into()).collect();
            signature.formerly = vec![format!("old-{id}").into()];
            let evidence = files.iter().map(|file| evidence(file, 1, "x")).collect();
            (signature, group(3, evidence))
        });
        let diagnosis = diagnosis(known.collect(), Vec::new());
        let shown = diagnosis.known.iter().map(|it| {
            assert!(it.suppressed.iter().all(|hidden| hidden.count == 3));
            (&*it.signature.id, it.suppressed.iter().map(|hidden| &*hidden.signature).collect::<Vec<_>>())
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            expected.iter().map(|(id, hidden)| (*id, hidden.to_vec())).collect::<Vec<_>>()
        );
    }

    #[test]
    fn the_general_is_hidden_behind_the_specific_and_named_there() {
        check(&[("specific", &["a", "b"], &["general"]), ("general", &["a"], &[])], &[("specific", &["general"])]);
    }

    #[test]
    fn the_general_stays_where_it_occurs_in_a_file_without_the_specific() {
        let found: &[(&str, &[&str], &[&str])] = &[("specific", &["a"], &["general"]), ("general", &["a", "b"], &[])];
        check(found, &[("general", &[]), ("specific", &[])]);
    }

    #[test]
    fn a_chain_hides_all_below_its_first() {
        let found: &[(&str, &[&str], &[&str])] = &[("c", &["a"], &[]), ("b", &["a"], &["c"]), ("a", &["a"], &["b"])];
        check(found, &[("a", &["b", "c"])]);
    }

    #[test]
    fn what_does_no_harm_hides_only_what_has_no_record_of_its_own() {
        let check = |specific: Severity, general: Severity, together: u64, expected: usize| {
            let [mut first, second] = [signature("a", specific), signature("b", general)];
            first.suppresses = vec!["b".into()];
            let set = SignatureSet::new(vec![first, second]);
            let known = set.signatures().iter().map(|signature| Known {
                confidence: 0.9,
                state: State::Match,
                reason: None,
                notes: Vec::new(),
                signature: signature.clone().into(),
                variant: None,
                group: group(5, vec![evidence("f", 1, "x")]),
                suppressed: Vec::new(),
                caused_by: None,
            });
            let shown = suppress(known.collect(), &Claims::of(&[(&[0, 1], together)]), &set);
            assert_eq!(shown.len(), expected, "{specific:?} {general:?} {together}");
        };
        check(Severity::Low, Severity::High, 4, 2);
        check(Severity::Info, Severity::Medium, 0, 2);
        check(Severity::Low, Severity::High, 5, 1);
        check(Severity::Info, Severity::Low, 0, 1);
        check(Severity::Medium, Severity::High, 0, 1);
    }

    #[test]
    fn a_former_id_counts() {
        check(&[("a", &["f"], &["old-b"]), ("b", &["f"], &[])], &[("a", &["b"])]);
    }

    #[test]
    fn a_ring_hides_nothing() {
        check(
            &[("a", &["f"], &["b"]), ("b", &["f"], &["a"]), ("c", &["f"], &["c"])],
            &[("a", &[]), ("b", &[]), ("c", &[])],
        );
    }
}
