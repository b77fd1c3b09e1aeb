//! What differs between two diagnoses: yesterday and today, before and after a change, a sick and a healthy system.

use super::{Diagnosis, FoundFact, Known, State, Unresolved};
use crate::finding::{Group, Time};
use crate::signature::FactKind;
use std::collections::BTreeMap;

/// What differs between two diagnoses.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// Known problems that are there in one of the two or both: the new first, then as [`Course`] is ordered, and in the
    /// order of the diagnosis they are from.
    pub known: Vec<Change<&'a Known>>,
    /// Errors that no signature claims, in the same order.
    pub unresolved: Vec<Change<&'a Unresolved>>,
    /// Versions, builds, editions and systems that differ, by name.
    pub facts: Vec<FactChange<'a>>,
}

/// How something went from one diagnosis to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Course {
    /// It was not there before.
    New,
    /// It comes at least twice as often.
    More,
    /// It comes about as often.
    Same,
    /// It comes at most half as often.
    Less,
    /// It is not there any more.
    Gone,
}

/// A finding in both diagnoses.
#[derive(Clone, Copy, Debug)]
pub struct Change<T> {
    /// How it went.
    pub course: Course,
    /// In the first diagnosis.
    pub before: Option<T>,
    /// In the second; one of the two is there.
    pub after: Option<T>,
}

/// A fact with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactChange<'a> {
    /// Name of the fact.
    pub name: &'a str,
    /// Product whose logs state it.
    pub product: Option<&'a str>,
    /// Computer it is stated of.
    pub host: Option<&'a str>,
    /// Values of the first diagnosis; none if it states nothing.
    pub before: Vec<&'a str>,
    /// Values of the second.
    pub after: Vec<&'a str>,
}

impl Course {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Course::New => "new",
            Course::More => "more",
            Course::Same => "same",
            Course::Less => "less",
            Course::Gone => "gone",
        }
    }
}

impl<T: Copy> Change<T> {
    /// The finding where it is newest.
    pub fn latest(&self) -> Option<T> {
        self.after.or(self.before)
    }
}

/// Compares two diagnoses. Known problems count if their state is `match`.
///
/// "As often" is meant per hour of the logs if both diagnoses know how long theirs are, else by count; a few records more or
/// less are never a change.
pub fn compare<'a>(before: &'a Diagnosis, after: &'a Diagnosis) -> Comparison<'a> {
    let hours = hours(before).zip(hours(after));
    let matches = |diagnosis: &'a Diagnosis| diagnosis.known.iter().filter(|it| it.state == State::Match);
    let name = |it: &Known| (it.signature.id.clone(), it.variant.clone());
    Comparison {
        known: changes(matches(before), matches(after), name, |it| &it.group, hours),
        unresolved: changes(
            before.unresolved.iter(),
            after.unresolved.iter(),
            |it| it.id.clone(),
            |it| &it.finding.group,
            hours,
        ),
        facts: fact_changes(&before.facts, &after.facts),
    }
}

fn changes<'a, T, N: Ord>(
    before: impl Iterator<Item = &'a T>,
    after: impl Iterator<Item = &'a T>,
    name: impl Fn(&T) -> N,
    group: impl Fn(&T) -> &Group,
    hours: Option<(f64, f64)>,
) -> Vec<Change<&'a T>> {
    let before: Vec<&T> = before.collect();
    let mut old: BTreeMap<N, &T> = before.iter().map(|it| (name(it), *it)).collect();
    let mut changes: Vec<Change<&T>> = after
        .map(|after| match old.remove(&name(after)) {
            None => Change { course: Course::New, before: None, after: Some(after) },
            Some(before) => {
                let course = course(group(before).count, group(after).count, hours);
                Change { course, before: Some(before), after: Some(after) }
            }
        })
        .collect();
    let gone = before.into_iter().filter(|it| old.contains_key(&name(it)));
    changes.extend(gone.map(|it| Change { course: Course::Gone, before: Some(it), after: None }));
    changes.sort_by_key(|it| it.course);
    changes
}

/// `hours` are those of the logs before and after.
fn course(before: u64, after: u64, hours: Option<(f64, f64)>) -> Course {
    /// Records more or less that chance alone brings.
    const FEW: f64 = 3.0;
    // What there would be if the first logs were as long as the second.
    let factor = hours.map_or(1.0, |(before, after)| after / before);
    let (expected, after) = (before as f64 * factor, after as f64);
    if after >= 2.0 * expected && after - expected >= FEW {
        Course::More
    } else if 2.0 * after <= expected && expected - after >= FEW {
        Course::Less
    } else {
        Course::Same
    }
}

/// How long the logs are; `None` if that says nothing about how often something comes.
fn hours(diagnosis: &Diagnosis) -> Option<f64> {
    const SHORTEST: f64 = 1.0 / 60.0;
    let counts = &diagnosis.coverage.counts;
    let (first, last): (Time, Time) = counts.first_time.zip(counts.last_time)?;
    let hours = (last.instant() as f64 - first.instant() as f64) / 3.6e12;
    (hours >= SHORTEST).then_some(hours)
}

fn fact_changes<'a>(before: &'a [FoundFact], after: &'a [FoundFact]) -> Vec<FactChange<'a>> {
    let tells = |fact: &&FoundFact| {
        matches!(fact.kind, FactKind::Version | FactKind::Build | FactKind::Edition | FactKind::Os | FactKind::Licence)
    };
    let mut all: BTreeMap<(&str, Option<&str>), FactChange<'a>> = BTreeMap::new();
    let of_before = before.iter().filter(tells).map(|fact| (fact, true));
    for (fact, is_before) in of_before.chain(after.iter().filter(tells).map(|fact| (fact, false))) {
        let (name, host) = (&*fact.name, fact.host.as_deref());
        let product = fact.product.as_deref();
        let none = || FactChange { name, product, host, before: Vec::new(), after: Vec::new() };
        let change = all.entry((name, host)).or_insert_with(none);
        let values = if is_before { &mut change.before } else { &mut change.after };
        values.push(&fact.value);
    }
    all.into_values().filter(|it| it.before != it.after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
    use crate::finding::{Level, Sight, Sightings};
    use crate::signature::Severity;

    fn of(known: &[(&str, u64)], errors: &[(&str, u64)]) -> Diagnosis {
        let seen = |count: u64, text: &str| group(count, vec![evidence("a.log", 1, text)]);
        let known = known.iter().map(|&(id, count)| (signature(id, Severity::High), seen(count, "went wrong on x")));
        let errors = errors.iter().map(|&(text, count)| unknown(Level::Error, text, seen(count, text)));
        diagnosis(known.collect(), errors.collect())
    }

    fn told(before: &Diagnosis, after: &Diagnosis) -> Vec<String> {
        let comparison = compare(before, after);
        let known = comparison.known.iter().map(|it| (it.course, it.latest().unwrap().signature.id.to_string()));
        let errors = comparison.unresolved.iter();
        let errors = errors.map(|it| (it.course, it.latest().unwrap().finding.template.clone()));
        known.chain(errors).map(|(course, name)| format!("{} {name}", course.name())).collect()
    }

    #[test]
    fn what_is_new_comes_first_and_what_is_gone_last() {
        let before = of(&[("a/b/gone", 9), ("a/b/same", 9), ("a/b/more", 9), ("a/b/less", 9)], &[("was here", 1)]);
        let after = of(&[("a/b/same", 10), ("a/b/more", 18), ("a/b/less", 4), ("a/b/new", 1)], &[("is here", 1)]);
        let expected = [
            "new a/b/new",
            "more a/b/more",
            "same a/b/same",
            "less a/b/less",
            "gone a/b/gone",
            "new is here",
            "gone was here",
        ];
        assert_eq!(told(&before, &after), expected);
    }

    #[test]
    fn a_few_records_more_are_no_change() {
        assert_eq!(told(&of(&[("a/b/c", 1)], &[]), &of(&[("a/b/c", 3)], &[])), ["same a/b/c"]);
        assert_eq!(told(&of(&[("a/b/c", 1)], &[]), &of(&[("a/b/c", 4)], &[])), ["more a/b/c"]);
    }

    #[test]
    fn longer_logs_hold_more() {
        let before = of(&[("a/b/c", 10)], &[]);
        let mut after = of(&[("a/b/c", 100)], &[]);
        let counts = &mut after.coverage.counts;
        counts.last_time = Some(crate::diagnosis::sample::at(36_000));
        assert_eq!(told(&before, &after), ["same a/b/c"]);
        assert_eq!(told(&after, &before), ["same a/b/c"]);
    }

    #[test]
    fn a_trace_of_an_old_problem_is_none() {
        let mut after = of(&[("a/b/c", 1)], &[]);
        after.known[0].state = State::Old;
        assert_eq!(told(&of(&[("a/b/c", 1)], &[]), &after), ["gone a/b/c"]);
    }

    #[test]
    fn another_version_is_a_change_and_the_name_of_a_host_is_none() {
        let fact = |kind, name: &str, value: &str| {
            let sight = || Sight { time: None, file: "a.log".into(), line: 1 };
            let sightings = Sightings { count: 1, first: sight(), last: sight() };
            let (name, value) = (name.into(), value.to_owned());
            FoundFact { name, kind, product: None, value, host: None, sightings, history: Vec::new() }
        };
        let before = [fact(FactKind::Version, "x.version", "1.0"), fact(FactKind::Host, "host", "a")];
        let after = [fact(FactKind::Version, "x.version", "1.1"), fact(FactKind::Host, "host", "b")];
        let changes = fact_changes(&before, &after);
        assert_eq!(changes.len(), 1);
        assert_eq!((&*changes[0].before, &*changes[0].after), (&["1.0"][..], &["1.1"][..]));
        assert_eq!(fact_changes(&before, &before), []);
    }
}
