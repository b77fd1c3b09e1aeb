use super::doubtful::Products;
use super::specificity::Specificity;
use super::suppress::names;
use super::{Known, State, Suppressed};
use crate::finding::{Claimant, Claims, Group};
use crate::signature::{SignatureSet, Status};
use std::collections::BTreeMap;

/// Hides a problem whose evidence is all explained by a more specific one.
///
/// A general text (`connection refused`) stands in the message of many a problem, and a signature that asks for no more
/// claims them all. Where every record that it claims is also claimed by a signature that demands more (see
/// [`Specificity`]), it adds nothing; one record of its own keeps it. Two that demand the same are both shown: the log does
/// not tell them apart, and if all their records are the same, each says so in a note: to the reader it is one trace
/// with two explanations. A problem seen in several records together is hidden only behind one that explains them and more,
/// since each of its records alone may be anything. And such a problem hides others only in the files in which it was seen.
///
/// A draft, of which nobody has shown that it stays silent elsewhere, gives way more easily: if its text is short
/// ([`SHORT`]) and nothing names its product, neither the records and the lines around them nor their file's path, then it is
/// hidden where every file that it was seen in shows another product's problem by twice as much text.
///
/// What is hidden is listed in [`Known::suppressed`] of the one that is shown, so nothing gets lost.
pub(super) fn suppress_shared(found: Vec<Known>, claims: &Claims, set: &SignatureSet) -> Vec<Known> {
    if found.len() < 2 {
        return found;
    }
    let shared = Shared::new(&found, claims, set);
    let hidden_by: Vec<Option<usize>> = (0..found.len()).map(|it| shared.hider(it)).collect();
    // Whoever hides demands more, so this ends.
    let root = |mut it: usize| {
        while let Some(next) = hidden_by.get(it).copied().flatten() {
            it = next;
        }
        it
    };
    let mut suppressed: Vec<Vec<Suppressed>> = vec![Vec::new(); found.len()];
    for (it, known) in found.iter().enumerate().filter(|(it, _)| hidden_by[*it].is_some()) {
        let more = known.suppressed.iter().cloned();
        let own = Suppressed { signature: known.signature.id.clone(), count: known.group.count };
        suppressed[root(it)].extend([own].into_iter().chain(more));
    }
    let alike: Vec<Vec<String>> = (0..found.len()).map(|it| shared.alike(it, &hidden_by)).collect();
    let keep = found.into_iter().zip(suppressed).zip(alike).zip(&hidden_by).filter(|(_, hidden)| hidden.is_none());
    let keep = keep.map(|(((mut known, more), alike), _)| {
        known.notes.extend(alike);
        known.suppressed.extend(more);
        known.suppressed.sort_by(|a, b| a.signature.cmp(&b.signature));
        known
    });
    keep.collect()
}

/// A draft's text of fewer bytes than this may stand anywhere.
const SHORT: usize = 24;

/// Who claims which records together.
pub(super) struct Shared<'f> {
    found: &'f [Known],
    demands: Vec<Specificity>,
    /// How many records each claims.
    records: Vec<u64>,
    /// Sets of them that claim records together, with how many.
    sets: Vec<(Vec<usize>, u64)>,
    products: Products<'f>,
}

impl<'f> Shared<'f> {
    pub(super) fn new(found: &'f [Known], claims: &Claims, set: &'f SignatureSet) -> Shared<'f> {
        // What must not stand beside a match is no trace of it.
        let wanted: Vec<Option<usize>> =
            set.wanted().map(|it| (it.number < it.correlation.parts.len()).then_some(it.signature)).collect();
        let places: BTreeMap<&str, usize> = found.iter().enumerate().map(|(at, it)| (&*it.signature.id, at)).collect();
        let position = |claimant: &Claimant| {
            let index = match *claimant {
                Claimant::Signature(index) => index as usize,
                Claimant::Part(number) => wanted.get(number as usize).copied().flatten()?,
            };
            places.get(&*set.signatures().get(index)?.id).copied()
        };
        let mut sets: Vec<(Vec<usize>, u64)> = Vec::new();
        for (claimants, count) in claims.sets() {
            let mut positions: Vec<usize> = claimants.iter().filter_map(position).collect();
            positions.sort_unstable();
            positions.dedup();
            sets.push((positions, count));
        }
        let claimed =
            |it: usize| sets.iter().filter(|(positions, _)| positions.contains(&it)).map(|(_, count)| count).sum();
        let records = found.iter().enumerate().map(|(it, known)| match known.signature.correlation {
            None => known.group.count,
            Some(_) => claimed(it),
        });
        let records = records.collect();
        let demands = found.iter().map(|known| Specificity::of(&known.signature)).collect();
        Shared { found, demands, records, sets, products: Products::new(set) }
    }

    /// Notes of a problem about those that are shown, too, and stand for all the same records.
    fn alike(&self, it: usize, hidden_by: &[Option<usize>]) -> Vec<String> {
        let shown = (0..self.found.len()).filter(|other| hidden_by.get(*other).is_some_and(Option::is_none));
        let alike = shown.filter(|&other| self.is_same_trace(it, other));
        alike
            .map(|other| {
                let id = &self.found[other].signature.id;
                format!("the same records are those of `{id}`: the log does not tell the two apart")
            })
            .collect()
    }

    /// Whether two problems claim all the same records, each of which decides by itself.
    fn is_same_trace(&self, a: usize, b: usize) -> bool {
        let alone = |it: usize| self.found[it].signature.correlation.is_none() && self.found[it].variant.is_none();
        if a == b || !alone(a) || !alone(b) || self.records[a] != self.records[b] {
            return false;
        }
        let both = |positions: &[usize]| positions.contains(&a) && positions.contains(&b);
        let together = self.sets.iter().filter(|(positions, _)| both(positions)).map(|(_, count)| *count);
        together.sum::<u64>() == self.records[a]
    }

    /// Whether every record that `b` claims is also claimed by `a`, by any of their variants.
    pub(super) fn covers(&self, a: usize, b: usize) -> bool {
        let is_of = |it: usize, other: usize| self.found[it].signature.id == self.found[other].signature.id;
        let both = self.sets.iter().filter(|(positions, _)| {
            positions.iter().any(|&it| is_of(it, a)) && positions.iter().any(|&it| is_of(it, b))
        });
        let own = (0..self.found.len()).filter(|&it| is_of(it, b)).map(|it| self.records[it]).sum();
        both.map(|(_, count)| *count).sum::<u64>() >= own
    }

    /// The one behind which a problem is hidden.
    fn hider(&self, it: usize) -> Option<usize> {
        self.by_evidence(it).or_else(|| self.by_product(it))
    }

    /// Whether `a` demands more than `b`, and is sure to be there. Of two of which one says itself that it is the more
    /// specific one, or that it is general, the length of their texts does not decide.
    fn is_stronger(&self, a: usize, b: usize) -> bool {
        let (known, other, demands) = (&self.found[a], &self.found[b], &self.demands);
        let demands_more = match (known.signature.general, other.signature.general) {
            (false, true) => true,
            (true, false) => false,
            _ => demands[a].bytes > demands[b].bytes && !names(other, known),
        };
        a != b && known.state == State::Match && demands_more
    }

    /// Whether the records that `a` asks for are a trace of it where `b` was seen. One record decides by itself.
    fn reaches(&self, a: usize, b: usize) -> bool {
        let (files, others) = (&self.found[a].group.files, &self.found[b].group.files);
        self.found[a].signature.correlation.is_none()
            || (others.len() < Group::FILES && others.iter().all(|file| files.contains(file)))
    }

    fn by_evidence(&self, it: usize) -> Option<usize> {
        let mut with: Vec<u64> = vec![0; self.found.len()];
        let mut covered = 0;
        for (positions, count) in self.sets.iter().filter(|(positions, _)| positions.contains(&it)) {
            let explains = |&&other: &&usize| self.is_stronger(other, it) && self.reaches(other, it);
            let mut stronger = positions.iter().filter(explains).peekable();
            covered += if stronger.peek().is_some() { *count } else { 0 };
            stronger.for_each(|&other| with[other] += count);
        }
        if covered < self.records[it] || covered == 0 {
            return None;
        }
        let is_several = self.found[it].signature.correlation.is_some();
        let explains = |&other: &usize| match is_several {
            false => with[other] > 0,
            true => with[other] == covered && self.records[other] > covered,
        };
        // The one that explains most of it, then the most specific.
        (0..self.found.len())
            .filter(explains)
            .max_by_key(|&other| (with[other], self.demands[other], usize::MAX - other))
    }

    fn by_product(&self, it: usize) -> Option<usize> {
        let (known, demand) = (&self.found[it], self.demands[it]);
        let is_doubtful = known.signature.status == Status::Draft
            && demand.parts == 1
            && known.signature.correlation.is_none()
            && demand.bytes < SHORT
            && known.group.files.len() < Group::FILES
            && !self.products.is_named(known);
        if !is_doubtful {
            return None;
        }
        let is_sure = |&other: &usize| {
            self.is_stronger(other, it)
                && self.demands[other].bytes >= demand.bytes.saturating_mul(2)
                && !self.products.is_same(&self.found[other], known)
        };
        let sure: Vec<usize> = (0..self.found.len()).filter(is_sure).collect();
        let in_file = |file| {
            let in_it = sure.iter().copied().filter(|&other| self.found[other].group.files.contains(file));
            in_it.max_by_key(|&it| (self.demands[it], usize::MAX - it))
        };
        let hiders: Option<Vec<usize>> = known.group.files.iter().map(in_file).collect();
        hiders?.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{evidence, group, signature};
    use crate::signature::{Condition, Severity};

    /// An id, its text, and the records of each file that it claims.
    type Claimed<'a> = (&'a str, &'a str, &'a [(&'a str, u64)]);

    fn known((id, text, files): Claimed<'_>, status: Status) -> Known {
        let mut signature = signature(id, Severity::High);
        signature.condition = Condition::Text { text: text.into(), nocase: false };
        signature.status = status;
        signature.product = id.split('/').nth(1).unwrap_or_default().to_owned();
        let evidence = files.iter().map(|(file, _)| evidence(file, 1, "x")).collect();
        Known {
            variant: None,
            confidence: 0.6,
            state: State::Match,
            reason: None,
            notes: Vec::new(),
            signature: signature.into(),
            group: group(files.iter().map(|(_, count)| count).sum(), evidence),
            suppressed: Vec::new(),
            caused_by: None,
        }
    }

    /// Expected are the shown ones with what they hide.
    #[track_caller]
    fn check(found: &[Claimed<'_>], claims: &[(&[u32], u64)], status: Status, expected: &[(&str, &[&str])]) {
        let known: Vec<Known> = found.iter().map(|it| known(*it, status)).collect();
        let set = SignatureSet::new(known.iter().map(|it| (*it.signature).clone()).collect());
        let shown = suppress_shared(known, &Claims::of(claims), &set);
        let shown = shown
            .iter()
            .map(|it| (&*it.signature.id, it.suppressed.iter().map(|hidden| &*hidden.signature).collect::<Vec<_>>()));
        let expected: Vec<_> = expected.iter().map(|(id, hidden)| (*id, hidden.to_vec())).collect();
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    const GENERAL: (&str, &str, &[(&str, u64)]) = ("a/app/general", "connection refused by", &[("f", 3)]);
    const SPECIFIC: (&str, &str, &[(&str, u64)]) = ("a/app/specific", "connection refused by the store", &[("f", 3)]);

    #[test]
    fn what_a_specific_problem_explains_is_listed_under_it() {
        check(&[GENERAL, SPECIFIC], &[(&[0, 1], 3)], Status::Stable, &[("a/app/specific", &["a/app/general"])]);
    }

    #[test]
    fn one_record_of_its_own_keeps_a_general_problem() {
        check(
            &[GENERAL, SPECIFIC],
            &[(&[0, 1], 2)],
            Status::Stable,
            &[("a/app/general", &[]), ("a/app/specific", &[])],
        );
    }

    #[test]
    fn a_long_text_does_not_hide_a_problem_that_names_it_as_the_general_one() {
        // The general one has records in other files, too, so it is not suppressed.
        let general = ("a/app/general", "connection refused by the store at night", &[("f", 3), ("g", 1)][..]);
        let known =
            [general, ("a/app/store-down", "the store is down", &[("f", 3)])].map(|it| known(it, Status::Stable));
        let mut signatures = known.clone().map(|it| (*it.signature).clone());
        let set = SignatureSet::new(signatures.to_vec());
        let claims: &[(&[u32], u64)] = &[(&[0, 1], 3), (&[0], 1)];
        let shown = |known: &[Known]| {
            let shown = suppress_shared(known.to_vec(), &Claims::of(claims), &set);
            shown.into_iter().map(|it| it.signature.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&known), ["a/app/general"]);
        signatures[1].suppresses = vec!["a/app/general".into()];
        let [first, second] = known;
        let second = Known { signature: signatures[1].clone().into(), ..second };
        assert_eq!(shown(&[first, second]), ["a/app/general", "a/app/store-down"]);
    }

    #[test]
    fn two_that_demand_the_same_are_both_shown() {
        let other = ("a/app/other", GENERAL.1, GENERAL.2);
        check(&[GENERAL, other], &[(&[0, 1], 3)], Status::Draft, &[("a/app/general", &[]), ("a/app/other", &[])]);
    }

    #[test]
    fn two_with_all_the_same_records_say_so() {
        let notes = |claims: &[(&[u32], u64)]| {
            let known = [GENERAL, ("a/app/other", GENERAL.1, GENERAL.2)].map(|it| known(it, Status::Stable));
            let set = SignatureSet::new(known.iter().map(|it| (*it.signature).clone()).collect());
            let shown = suppress_shared(known.into(), &Claims::of(claims), &set);
            shown.into_iter().map(|it| it.notes).collect::<Vec<_>>()
        };
        let note =
            |id: &str| vec![format!("the same records are those of `{id}`: the log does not tell the two apart")];
        assert_eq!(notes(&[(&[0, 1], 3)]), [note("a/app/other"), note("a/app/general")]);
        assert_eq!(notes(&[(&[0, 1], 2)]), [Vec::<String>::new(), Vec::new()], "one has a record of its own");
        assert_eq!(notes(&[]), [Vec::<String>::new(), Vec::new()]);
    }

    #[test]
    fn several_specific_problems_explain_a_general_one_together() {
        let second = ("a/app/timeout", "connection refused by the proxy", GENERAL.2);
        let expected: &[(&str, &[&str])] = &[("a/app/specific", &[]), ("a/app/timeout", &["a/app/general"])];
        check(&[GENERAL, SPECIFIC, second], &[(&[0, 1], 1), (&[0, 2], 2)], Status::Stable, expected);
    }

    #[test]
    fn a_chain_ends_at_the_most_specific() {
        let first = ("a/app/z", "connection refused by the store at night", GENERAL.2);
        let expected: &[(&str, &[&str])] = &[("a/app/z", &["a/app/general", "a/app/specific"])];
        check(&[GENERAL, SPECIFIC, first], &[(&[0, 1, 2], 3)], Status::Stable, expected);
    }

    const SHORT: (&str, &str, &[(&str, u64)]) = ("a/harbor/core", "core", &[("f", 1)]);
    const SURE: (&str, &str, &[(&str, u64)]) = ("a/keda/scaler", "performGetScalersCache failed", &[("f", 1)]);

    #[test]
    fn a_short_draft_without_a_trace_of_its_product_gives_way_to_another_product() {
        check(&[SHORT, SURE], &[], Status::Draft, &[("a/keda/scaler", &["a/harbor/core"])]);
        check(&[SHORT, SURE], &[], Status::Stable, &[("a/harbor/core", &[]), ("a/keda/scaler", &[])]);
    }

    #[test]
    fn a_trace_of_the_product_or_a_file_of_its_own_keeps_a_short_draft() {
        let named = ("a/harbor/core", "core", [("harbor/f", 1)].as_slice());
        let sure = (SURE.0, SURE.1, [("harbor/f", 1)].as_slice());
        check(&[named, sure], &[], Status::Draft, &[("a/harbor/core", &[]), ("a/keda/scaler", &[])]);
        let elsewhere = (SHORT.0, SHORT.1, [("f", 1), ("g", 1)].as_slice());
        check(&[elsewhere, SURE], &[], Status::Draft, &[("a/harbor/core", &[]), ("a/keda/scaler", &[])]);
        let same = ("a/harbor/core-dump", SURE.1, SURE.2);
        check(&[SHORT, same], &[], Status::Draft, &[("a/harbor/core", &[]), ("a/harbor/core-dump", &[])]);
    }
}
