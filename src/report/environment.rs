//! The environment in a few lines: which products, versions, computers and systems the logs state.

use super::wording::seconds;
use crate::diagnosis::{Diagnosis, FoundFact};
use crate::signature::FactKind;

/// Values of one line that are told; the others are counted.
const VALUES: usize = 6;
/// Products that are told.
const LINES: usize = 12;

/// Returns pairs of a product (or `Host`, `OS`) and what is stated of it. Values are as they stand in the log.
pub(crate) fn environment(diagnosis: &Diagnosis) -> Vec<(String, String)> {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    let mut facts: Vec<&FoundFact> =
        diagnosis.facts.iter().filter(|fact| !is_short_form(fact, &diagnosis.facts)).collect();
    // Products first, by name; then where they run.
    facts.sort_by_key(|fact| (group_of(fact), fact.kind, &fact.product));
    for fact in facts {
        let label = match (group_of(fact), &fact.product) {
            (Group::Host, _) => "Host".to_owned(),
            (Group::Os, _) => "OS".to_owned(),
            (Group::Product, Some(product)) => product.clone(),
            (Group::Product, None) => "Other".to_owned(),
        };
        let words = words(fact, &diagnosis.facts);
        let Some((_, values)) = lines.iter_mut().find(|(own, _)| *own == label) else {
            lines.push((label, vec![words]));
            continue;
        };
        // The same value of several computers is told once, with its history if one of them has one.
        let adds = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|more| more.starts_with(" ("));
        match values.iter_mut().find(|own| **own == words || adds(own, &words) || adds(&words, own)) {
            Some(own) if own.len() < words.len() => *own = words,
            Some(_) => {}
            None => values.push(words),
        }
    }
    let omitted = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    let mut lines: Vec<(String, String)> = lines.into_iter().map(|(label, values)| (label, joined(values))).collect();
    if omitted > 0 {
        lines.push(("Others".to_owned(), format!("{omitted} more, see -o json")));
    }
    lines
}

/// "version 12.3.1.1139 on VBR01 (12.1.0.2131 until 2026-01-02 03:04:05)".
fn words(fact: &FoundFact, all: &[FoundFact]) -> String {
    let last_of_name = fact.name.rsplit('.').next().unwrap_or(&fact.name);
    let mut words = match (group_of(fact), last_of_name) {
        (Group::Host, _) | (Group::Os, "name") => fact.value.clone(),
        _ => format!("{last_of_name} {}", fact.value),
    };
    // Where it is matters if it is not the same everywhere.
    let differs = all.iter().any(|it| it.name == fact.name && it.host != fact.host && it.value != fact.value);
    if let Some(host) = fact.host.as_deref().filter(|_| differs) {
        words.push_str(&format!(" on {host}"));
    }
    if let Some((before, _)) = fact.history.iter().rev().find(|(value, _)| *value != fact.value) {
        let until = fact.changed().map(|time| format!(" until {}", seconds(time))).unwrap_or_default();
        words.push_str(&format!(" ({before}{until})"));
    }
    words
}

fn joined(values: Vec<String>) -> String {
    let more = values.len().saturating_sub(VALUES);
    let mut text = values.into_iter().take(VALUES).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// Whether this is a host's name without the domain that stands beside it elsewhere.
fn is_short_form(fact: &FoundFact, all: &[FoundFact]) -> bool {
    let longer = |other: &FoundFact| {
        let short = other.value.get(..fact.value.len()).filter(|it| it.eq_ignore_ascii_case(&fact.value));
        short.is_some() && other.value.as_bytes().get(fact.value.len()) == Some(&b'.')
    };
    fact.kind == FactKind::Host && all.iter().any(|other| other.kind == FactKind::Host && longer(other))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Product,
    Host,
    Os,
}

fn group_of(fact: &FoundFact) -> Group {
    match fact.kind {
        FactKind::Host => Group::Host,
        FactKind::Os => Group::Os,
        _ => Group::Product,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Sight, Sightings, Time};

    fn fact(name: &str, kind: FactKind, value: &str, host: Option<&str>, before: Option<&str>) -> FoundFact {
        let seen = |first: i64, last: i64| {
            let sight =
                |minute| Sight { time: Some(Time::new(minute * 60_000_000_000, None)), file: "a.log".into(), line: 1 };
            Sightings { count: 1, first: sight(first), last: sight(last) }
        };
        let history = before.map(|before| vec![(before.to_owned(), seen(1, 2)), (value.to_owned(), seen(3, 4))]);
        FoundFact {
            name: name.into(),
            kind,
            product: Some("App".into()).filter(|_| kind == FactKind::Version),
            value: value.into(),
            host: host.map(Into::into),
            sightings: seen(3, 4),
            history: history.unwrap_or_default(),
        }
    }

    #[track_caller]
    fn check(facts: Vec<FoundFact>, expected: &[(&str, &str)]) {
        let found = environment(&Diagnosis { facts, ..Diagnosis::default() });
        let found: Vec<(&str, &str)> = found.iter().map(|(label, text)| (label.as_str(), text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn products_come_first_and_what_is_the_same_everywhere_is_told_once() {
        use FactKind::{Host, Os, Version};
        check(
            vec![
                fact("host.name", Host, "db02", None, None),
                fact("host.name", Host, "db02.example.com", None, None),
                fact("os.kernel", Os, "5.15", None, None),
                fact("os.kernel", Os, "5.15", Some("db02"), Some("5.14")),
                fact("os.name", Os, "Linux", None, None),
                fact("acme.app.version", Version, "1.2", Some("db02"), None),
                fact("acme.app.version", Version, "1.2", Some("db03"), None),
            ],
            &[
                ("App", "version 1.2"),
                ("Host", "db02.example.com"),
                ("OS", "kernel 5.15 (5.14 until 1970-01-01 00:03:00), Linux"),
            ],
        );
        check(
            vec![
                fact("acme.app.version", Version, "1.2", Some("a"), None),
                fact("acme.app.version", Version, "1.3", Some("b"), None),
            ],
            &[("App", "version 1.2 on a, version 1.3 on b")],
        );
        let hosts = (0..8).map(|number| fact("host.name", Host, &format!("h{number}"), None, None)).collect();
        check(hosts, &[("Host", "h0, h1, h2, h3, h4, h5 and 2 more")]);
    }
}
