//! Facts that records and paths state.
//!
//! To the scanner a fact is a signature behind the last one: it is found by its literals and confirmed by its patterns.
//! [`FactSources::take`] tells the two apart and takes the value out of the record.

use super::Match;
use crate::signature::{Condition, Fact, FactKind, Scope, SignatureSet};
use regex::bytes::Regex;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A fact that a record states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<'a> {
    /// Its number in [`SignatureSet::facts`].
    pub fact: usize,
    /// What is stated; a part of the record's text, unless all that a record states is that it holds.
    pub value: Cow<'a, [u8]>,
    /// Whether it says that the value has started, see [`FactKind::Start`].
    pub is_start: bool,
}

/// How facts are found.
pub(super) struct FactSources {
    /// The number of the first one: that of the signatures.
    first: usize,
    sources: Vec<Source>,
    paths: Vec<(usize, Regex, Option<Box<str>>)>,
}

/// What is needed of a source of a fact.
struct Source {
    /// The fact's number.
    fact: usize,
    /// The value, if it does not stand in the text.
    value: Option<Box<str>>,
    is_start: bool,
}

impl FactSources {
    pub(super) fn new(set: &SignatureSet, first: usize) -> FactSources {
        let value = |source: &Fact| source.value.as_deref().map(Box::from);
        let sources = all(set)
            .map(|(fact, source)| Source { fact, value: value(source), is_start: source.kind == FactKind::Start })
            .collect();
        let of_path = |(fact, source): (usize, &Fact)| {
            let value = value(source);
            let regexes = source.paths.iter().filter_map(|pattern| Regex::new(pattern).ok());
            regexes.map(|regex| (fact, regex, value.clone())).collect::<Vec<_>>()
        };
        FactSources { first, sources, paths: all(set).flat_map(of_path).collect() }
    }

    /// Conditions, in the order of their numbers.
    pub(super) fn conditions<'s>(&self, set: &'s SignatureSet) -> impl Iterator<Item = &'s Condition> + use<'s> {
        all(set).map(|(_, source)| &source.patterns)
    }

    /// Scopes, in the order of their numbers.
    pub(super) fn scopes<'s>(&self, set: &'s SignatureSet) -> impl Iterator<Item = &'s Scope> + use<'s> {
        all(set).map(|(_, source)| &source.scope)
    }

    /// Whether a number is that of a source of a fact.
    pub(super) fn contains(&self, number: usize) -> bool {
        number.checked_sub(self.first).is_some_and(|at| at < self.sources.len())
    }

    /// Moves what is no signature out of `matches`, which are in the order of their numbers.
    pub(super) fn take<'a>(&'a self, matches: &mut Vec<Match<'a>>, stated: &mut Vec<Stated<'a>>) {
        let facts = matches.partition_point(|found| found.signature < self.first);
        for found in matches.drain(facts..) {
            let Some(Source { fact, value, is_start }) =
                found.signature.checked_sub(self.first).and_then(|at| self.sources.get(at))
            else {
                continue;
            };
            let value = match value {
                Some(value) => Some(Cow::Borrowed(value.as_bytes())),
                None => found
                    .captures()
                    .into_iter()
                    .find(|(name, value)| is_group(name) && !value.is_empty())
                    .map(|it| it.1),
            };
            stated.extend(value.map(|value| Stated { fact: *fact, value, is_start: *is_start }));
        }
    }

    pub(super) fn of_path(&self, path: &str) -> Vec<(usize, String)> {
        let mut found = BTreeMap::new();
        for (fact, regex, value) in &self.paths {
            let Some(groups) = regex.captures(path.as_bytes()) else { continue };
            let group = groups.name(Fact::GROUP).map(|group| String::from_utf8_lossy(group.as_bytes()).into_owned());
            if let Some(value) = value.as_deref().map(str::to_owned).or(group) {
                found.entry(*fact).or_insert(value);
            }
        }
        found.into_iter().collect()
    }
}

/// Catalogues of before facts had names called the group after what they looked for.
fn is_group(name: &str) -> bool {
    name == Fact::GROUP || name == "version"
}

/// All sources of all facts, with the fact's number.
fn all(set: &SignatureSet) -> impl Iterator<Item = (usize, &Fact)> {
    set.facts().iter().enumerate().flat_map(|(number, group)| group.sources.iter().map(move |source| (number, source)))
}
