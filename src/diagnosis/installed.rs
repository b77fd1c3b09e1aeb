//! Which version of a product, and which system, was there when a record was written, as far as the logs state it.
//!
//! Facts are stated of computers. Of a file whose computer is known only what is stated of that computer counts, or what
//! is stated of nobody; of another file what is stated nearest to it in the folders of the bundle. A product that was
//! upgraded while it logged has a [`History`]: from each record on that states another version, that version was there.

use super::correlate::Moments;
use super::facts::FoundFact;
use super::zones::host_key;
use crate::bundle::FilePath;
use crate::finding::{Sight, Sightings, Time};
use crate::signature::{FactKind, Os, Version};
use std::collections::{BTreeMap, BTreeSet};

/// What the logs state, ready to be asked.
pub(super) struct Installed<'f> {
    facts: &'f [FoundFact],
    moments: &'f Moments,
}

/// Versions of a product on one computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct History {
    /// The computer, as the logs name it; `None` if they do not.
    pub(super) host: Option<String>,
    /// The versions with the instants from which on they were there, in order; the first one was there before too.
    spans: Vec<(i64, Version, Option<Time>)>,
    /// The versions of which the logs do not say when they were there; with these there are no spans.
    undated: Vec<Version>,
}

/// What is known of the product that wrote a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// Nothing; with the computer, if the version is known on others only.
    Nothing(Option<String>),
    /// One computer's versions, or those of each that it may have been.
    Versions(Vec<History>),
}

/// A value of a fact, and where it was seen.
#[derive(Clone)]
struct Statement<'f> {
    name: &'f str,
    value: &'f str,
    seen: &'f Sightings,
    host: Option<Computer>,
}

/// A computer by its key and by its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Computer {
    key: String,
    name: String,
}

impl<'f> Installed<'f> {
    pub(super) fn new(facts: &'f [FoundFact], moments: &'f Moments) -> Installed<'f> {
        Installed { facts, moments }
    }

    /// Returns the versions that the fact states of what wrote a file.
    pub(super) fn versions(&self, fact: &str, file: &FilePath) -> Stated {
        let own = match self.of_file(self.statements(|it| *it.name == *fact), file) {
            Ok(own) => own,
            Err(host) => return Stated::Nothing(Some(host)),
        };
        let mut by_host: BTreeMap<Option<&Computer>, Vec<&Statement<'_>>> = BTreeMap::new();
        for statement in &own {
            by_host.entry(statement.host.as_ref()).or_default().push(statement);
        }
        let histories: Vec<History> = by_host.into_values().filter_map(|it| self.history(&it)).collect();
        if histories.is_empty() { Stated::Nothing(None) } else { Stated::Versions(histories) }
    }

    /// Returns the systems that the computer may have which wrote a file; none if nothing states it.
    pub(super) fn systems(&self, file: &FilePath) -> BTreeSet<Os> {
        let statements = self.statements(|it| Os::of_fact(&it.name, &it.value).is_some());
        let own = self.of_file(statements, file).unwrap_or_default();
        own.iter().filter_map(|it| Os::of_fact(it.name, it.value)).collect()
    }

    /// When a record of a file was written.
    pub(super) fn instant(&self, file: &FilePath, time: Time) -> i64 {
        self.moments.of(file, None, time).instant
    }

    /// Whether it must be said which computer is meant.
    pub(super) fn has_several_hosts(&self) -> bool {
        let stated: BTreeSet<&str> = self.facts.iter().filter_map(|it| it.host.as_deref()).collect();
        stated.len() > 1 || self.moments.has_several_hosts()
    }

    /// The key of the computer that wrote a file: as its lines or its folder tell, or the only one that a fact names in it.
    fn host_of(&self, file: &FilePath) -> Option<String> {
        let named = || {
            let hosts = self.facts.iter().filter(|it| it.kind == FactKind::Host);
            let in_file =
                hosts.filter(|it| [&it.sightings.first, &it.sightings.last].iter().any(|it| it.file == *file));
            let mut keys = in_file.map(|it| host_key(&it.value));
            let first = keys.next()?;
            keys.all(|key| key == first).then_some(first)
        };
        self.moments.host(file, None).or_else(named)
    }

    fn statements(&self, is_wanted: impl Fn(&FoundFact) -> bool) -> Vec<Statement<'f>> {
        let mut statements = Vec::new();
        for fact in self.facts.iter().filter(|it| is_wanted(it)) {
            let stated = fact.host.as_deref().map(|host| Computer { key: host_key(host), name: host.to_owned() });
            let host = stated.or_else(|| {
                let key = self.host_of(&fact.sightings.first.file)?;
                Some(Computer { name: key.clone(), key })
            });
            let one = |value: &'f str, seen| Statement { name: &fact.name, value, seen, host: host.clone() };
            match fact.history.is_empty() {
                true => statements.push(one(&fact.value, &fact.sightings)),
                false => statements.extend(fact.history.iter().map(|(value, seen)| one(value, seen))),
            }
        }
        statements
    }

    /// Picks what is stated of the computer that wrote a file; the error is its name, if something is stated of others only.
    fn of_file<'s>(&self, statements: Vec<Statement<'s>>, file: &FilePath) -> Result<Vec<Statement<'s>>, String> {
        let key = |it: &Statement<'_>| it.host.as_ref().map(|it| it.key.clone());
        if let Some(host) = self.host_of(file) {
            let is_any = !statements.is_empty();
            let (own, others): (Vec<_>, Vec<_>) =
                statements.into_iter().partition(|it| key(it).as_ref() == Some(&host));
            let own = if own.is_empty() { others.into_iter().filter(|it| it.host.is_none()).collect() } else { own };
            return if own.is_empty() && is_any { Err(host) } else { Ok(own) };
        }
        if statements.iter().map(key).collect::<BTreeSet<_>>().len() < 2 {
            return Ok(statements);
        }
        let near = |it: &Statement<'_>| {
            let seen = [&it.seen.first.file, &it.seen.last.file];
            let nearness = |other: &FilePath| if other == file { usize::MAX } else { common_folders(file, other) };
            seen.into_iter().map(nearness).max().unwrap_or(0)
        };
        let nearest = statements.iter().map(near).max().unwrap_or(0);
        Ok(statements.into_iter().filter(|it| near(it) == nearest).collect())
    }

    /// Puts the versions of one computer in order; `None` if no value is a version.
    fn history(&self, statements: &[&Statement<'_>]) -> Option<History> {
        let host = statements.first()?.host.as_ref().map(|it| it.name.clone());
        let versions = statements.iter().filter_map(|it| Some((Version::parse(it.value)?, it)));
        // Facts of one name may state one version in two ways.
        let mut all: Vec<(Version, Vec<&&Statement<'_>>)> = Vec::new();
        for (version, statement) in versions {
            match all.iter_mut().find(|(own, _)| *own == version) {
                Some((_, own)) => own.push(statement),
                None => all.push((version, vec![statement])),
            }
        }
        let moment = |sight: &Sight| {
            let time = sight.time?;
            Some((self.moments.of(&sight.file, None, time).instant, time))
        };
        let mut dated = Vec::new();
        for (version, own) in &all {
            let first = own.iter().filter_map(|it| moment(&it.seen.first)).min();
            let last = own.iter().filter_map(|it| moment(&it.seen.last)).max();
            dated.extend(first.zip(last).map(|(first, last)| (first, last, version.clone())));
        }
        if all.len() > 1 && dated.len() < all.len() {
            let undated = all.into_iter().map(|(version, _)| version).collect();
            return Some(History { host, spans: Vec::new(), undated });
        }
        dated.sort_by_key(|(first, last, _)| (*first, *last));
        let mut spans: Vec<_> =
            dated.iter().map(|((at, time), _, version)| (*at, version.clone(), Some(*time))).collect();
        // A version that is stated behind the first sight of all others has come back.
        if let Some((_, _, current)) = dated.iter().max_by_key(|(first, last, _)| (last.0, first.0))
            && let Some((_, newest, _)) = spans.last()
            && current != newest
            && let Some((at, time)) = dated.iter().filter(|it| it.2 != *current).map(|it| it.1).max()
        {
            spans.push((at, current.clone(), Some(time)));
        }
        if spans.is_empty() {
            spans.extend(all.into_iter().map(|(version, _)| (i64::MIN, version, None)));
        }
        (!spans.is_empty()).then_some(History { host, spans, undated: Vec::new() })
    }
}

impl History {
    /// The version that is there now; `None` if the logs state several and not when.
    pub(super) fn current(&self) -> Option<&Version> {
        self.spans.last().map(|(_, version, _)| version)
    }

    /// All versions, the latest last.
    pub(super) fn all(&self) -> impl Iterator<Item = &Version> {
        self.spans.iter().map(|(_, version, _)| version).chain(&self.undated)
    }

    /// The versions that were there at some time of a period.
    pub(super) fn during(&self, first: i64, last: i64) -> impl Iterator<Item = &Version> {
        let ends = self.spans.iter().skip(1).map(|(at, _, _)| *at).chain([i64::MAX]);
        let spans = self.spans.iter().zip(ends).enumerate();
        // What is stated first was there before it was.
        spans
            .filter(move |(index, ((at, _, _), end))| (*index == 0 || *at <= last) && first < *end)
            .map(|(_, it)| &it.0.1)
    }

    /// The instant from which on the logs state the version that is there now.
    pub(super) fn since(&self) -> Option<i64> {
        self.spans.last().map(|(at, _, _)| *at).filter(|at| *at > i64::MIN)
    }

    /// The last change: when, and from which version; `None` if there was none.
    pub(super) fn change(&self) -> Option<(i64, Option<Time>, &Version)> {
        let [.., (_, before, _), (at, _, time)] = self.spans.as_slice() else { return None };
        Some((*at, *time, before))
    }
}

/// How many folders two paths have in common, from the top.
fn common_folders(one: &str, other: &str) -> usize {
    let folders = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (folders(one), folders(other));
    let most = one.len().min(other.len()).saturating_sub(1);
    one.iter().zip(&other).take(most).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::at;
    use proptest::prelude::*;

    fn seen(file: &str, times: Option<(i64, i64)>) -> Sightings {
        let sight = |second: Option<i64>| Sight { time: second.map(at), file: file.into(), line: 1 };
        Sightings { count: 1, first: sight(times.map(|it| it.0)), last: sight(times.map(|it| it.1)) }
    }

    /// A fact of these values, each with its first and last second.
    fn fact(host: Option<&str>, file: &str, values: &[(&str, Option<(i64, i64)>)]) -> FoundFact {
        let history: Vec<_> = values.iter().map(|(value, times)| (value.to_string(), seen(file, *times))).collect();
        let (value, sightings) = history.last().cloned().unwrap();
        FoundFact {
            name: "a.b.version".into(),
            kind: FactKind::Version,
            product: None,
            value,
            host: host.map(Into::into),
            sightings,
            history,
        }
    }

    fn histories(facts: &[FoundFact], file: &str) -> Vec<History> {
        let moments = Moments::default();
        match Installed::new(facts, &moments).versions("a.b.version", &file.into()) {
            Stated::Versions(histories) => histories,
            Stated::Nothing(_) => Vec::new(),
        }
    }

    fn all<'v>(versions: impl Iterator<Item = &'v Version>) -> Vec<&'v str> {
        versions.map(Version::text).collect()
    }

    #[test]
    fn a_version_that_came_back_is_the_current_one() {
        let turns = fact(None, "a.log", &[("1.1", Some((30, 40))), ("1.0", Some((10, 90)))]);
        let [history] = histories(&[turns], "b.log").try_into().unwrap();
        assert_eq!(history.current().map(Version::text), Some("1.0"));
        let instant = |second: i64| at(second).instant();
        assert_eq!(all(history.during(instant(32), instant(35))), ["1.1"]);
        assert_eq!(all(history.during(instant(50), instant(60))), ["1.0"]);
        assert_eq!(all(history.during(instant(0), instant(5))), ["1.0"]);
        assert_eq!(history.change().map(|(at, _, before)| (at, before.text())), Some((instant(40), "1.1")));
    }

    #[test]
    fn what_is_stated_nearest_to_a_file_counts() {
        let facts =
            [fact(Some("srv1"), "x/1/a.log", &[("1.0", None)]), fact(Some("srv2"), "x/2/a.log", &[("2.0", None)])];
        let versions = |file: &str| -> Vec<String> {
            let histories = histories(&facts, file);
            histories.iter().flat_map(|it| it.all().map(Version::to_string)).collect()
        };
        assert_eq!(versions("x/1/b/c.log"), ["1.0"]);
        assert_eq!(versions("x/2/c.log"), ["2.0"]);
        assert_eq!(versions("x/c.log"), ["1.0", "2.0"]);
    }

    proptest! {
        #[test]
        fn the_versions_of_a_period_are_those_of_its_instants(
            starts in proptest::collection::btree_set(0..100_i64, 1..6),
            (first, last) in (0..120_i64, 0..120_i64),
        ) {
            let (first, last) = (first.min(last), first.max(last));
            // Each version is stated from its start to the next one's.
            let starts: Vec<i64> = starts.into_iter().collect();
            let names: Vec<String> = (0..starts.len()).map(|number| format!("1.{number}")).collect();
            let values: Vec<(&str, Option<(i64, i64)>)> =
                names.iter().zip(&starts).map(|(name, start)| (name.as_str(), Some((*start, *start)))).collect();
            let facts = [fact(None, "a.log", &values)];
            let [history] = histories(&facts, "b.log").try_into().unwrap();
            let at_instant = |second: i64| starts.iter().rposition(|start| *start <= second).unwrap_or(0);
            let mut expected: Vec<usize> = (first..=last).map(at_instant).collect();
            expected.dedup();
            let expected: Vec<&str> = expected.into_iter().map(|number| names[number].as_str()).collect();
            prop_assert_eq!(all(history.during(at(first).instant(), at(last).instant())), expected);
        }
    }
}
