//! What logs state about the system becomes what people read: of each fact the value that counts, and how it changed.

use crate::finding::{FactValue, Facts, Sightings, Time};
use crate::signature::{FactGroup, FactKind, Keep, SignatureSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A fact that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFact {
    /// `veeam.vbr.version`, `host.name`.
    pub name: Arc<str>,
    /// What it is about.
    pub kind: FactKind,
    /// The product whose logs state it, as people write it; `None` if several do.
    pub product: Option<String>,
    /// The value that counts.
    pub value: String,
    /// The computer it is stated of, if the file says so itself.
    pub host: Option<Arc<str>>,
    /// Where the value was seen, and how often.
    pub sightings: Sightings,
    /// If one value counts and there were others: all of them, by the time at which each was first seen.
    pub history: Vec<(String, Sightings)>,
}

impl FoundFact {
    /// When the value that counts replaced another one: its first sighting behind the last of any other. What was logged
    /// before is of the time before the last change.
    pub fn changed(&self) -> Option<Time> {
        let others = self.history.iter().filter(|(value, _)| *value != self.value);
        let before = others.filter_map(|(_, seen)| seen.last.time).max()?;
        // If the values took turns, the own first sighting says nothing, and the last of the others is the best there is.
        let first = self.sightings.first.time?;
        Some(first.max(before))
    }
}

/// Chooses what counts.
pub(super) fn found_facts(set: &SignatureSet, facts: Facts) -> Vec<FoundFact> {
    let mut found = Vec::new();
    for (number, values) in facts.values {
        let Some(group) = set.facts().get(number) else { continue };
        match group.keep {
            Keep::All => {
                let all = alike(group, values).into_iter();
                found.extend(all.map(|(key, seen)| found_fact(group, key, seen, Vec::new())));
            }
            Keep::Last | Keep::First => {
                let mut by_host: BTreeMap<Option<Arc<str>>, Vec<(String, Sightings)>> = BTreeMap::new();
                for (FactValue { value, host }, seen) in values {
                    by_host.entry(host).or_default().push((value, seen));
                }
                for (host, mut history) in by_host {
                    history.sort_by(|(_, a), (_, b)| a.first.cmp_first(&b.first));
                    let last = |(_, a): &&(String, Sightings), (_, b): &&(String, Sightings)| a.last.cmp_last(&b.last);
                    let chosen = match group.keep {
                        Keep::First => history.first(),
                        _ => history.iter().max_by(last),
                    };
                    let Some((value, seen)) = chosen.cloned() else { continue };
                    if history.len() == 1 {
                        history.clear();
                    }
                    found.push(found_fact(group, FactValue { value, host }, seen, history));
                }
            }
        }
    }
    found.sort_by(|a, b| (&a.name, &a.host, &a.value).cmp(&(&b.name, &b.host, &b.value)));
    found
}

/// Values of hosts differ in upper and lower case and mean the same.
fn alike(group: &FactGroup, values: BTreeMap<FactValue, Sightings>) -> BTreeMap<FactValue, Sightings> {
    if group.kind != FactKind::Host {
        return values;
    }
    let mut alike: BTreeMap<String, (FactValue, Sightings)> = BTreeMap::new();
    for (key, seen) in values {
        match alike.get_mut(&key.value.to_ascii_lowercase()) {
            Some((_, own)) => own.merge(seen),
            None => _ = alike.insert(key.value.to_ascii_lowercase(), (key, seen)),
        }
    }
    alike.into_values().collect()
}

fn found_fact(
    group: &FactGroup,
    FactValue { value, host }: FactValue,
    sightings: Sightings,
    history: Vec<(String, Sightings)>,
) -> FoundFact {
    let FactGroup { name, kind, product, .. } = group;
    FoundFact { name: Arc::clone(name), kind: *kind, product: product.clone(), value, host, sightings, history }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Sight;

    fn seen(first: i64, last: i64) -> Sightings {
        let sight =
            |second: i64| Sight { time: Some(Time::new(second * 1_000_000_000, None)), file: "a.log".into(), line: 1 };
        Sightings { count: 2, first: sight(first), last: sight(last) }
    }

    fn version(own: (i64, i64), others: &[(i64, i64)]) -> FoundFact {
        let others = others.iter().enumerate().map(|(at, (first, last))| (format!("other{at}"), seen(*first, *last)));
        let history = others.chain([("own".to_owned(), seen(own.0, own.1))]).collect();
        FoundFact {
            name: "a.b.version".into(),
            kind: FactKind::Version,
            product: Some("B".into()),
            value: "own".into(),
            host: None,
            sightings: seen(own.0, own.1),
            history,
        }
    }

    #[test]
    fn the_last_change_is_behind_all_other_values() {
        let at = |second: i64| Some(Time::new(second * 1_000_000_000, None));
        assert_eq!(version((50, 90), &[(10, 20), (30, 40)]).changed(), at(50));
        assert_eq!(version((5, 90), &[(30, 40)]).changed(), at(40));
        assert_eq!(FoundFact { history: Vec::new(), ..version((5, 90), &[]) }.changed(), None);
    }
}
