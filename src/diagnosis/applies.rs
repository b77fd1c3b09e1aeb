//! Whether a known problem that has left traces concerns what is installed: by the version and the system of the computer.
//!
//! | what the logs state of the computer                 | what the traces are                                     |
//! |-----------------------------------------------------|---------------------------------------------------------|
//! | the version that is there now has the fix           | old                                                     |
//! | it is no version that has the problem               | old, if one was there when they were written, else none |
//! | it has the problem                                  | a match, if they were written on such a version         |
//! | another system than the problem occurs on           | none                                                    |
//! | no version, no system, or several and not when      | a match that says so                                    |
//!
//! Traces of several files are judged by file. What is none is taken back: its records are errors that nobody explains.

use super::State;
use super::installed::{History, Installed, Stated};
use crate::bundle::FilePath;
use crate::finding::Group;
use crate::signature::{Scope, Version};
use std::collections::BTreeSet;

/// What the traces of a problem are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// The problem is there; with what makes it less sure.
    Holds(Option<String>),
    /// It was there; why it is no more.
    Old(String),
    /// It is another one.
    Elsewhere,
}

/// What has been found of a problem.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    pub(super) state: State,
    pub(super) reason: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) group: Group,
}

impl Default for Trace {
    /// A match, of which nothing is counted yet.
    fn default() -> Trace {
        Trace { state: State::Match, reason: None, notes: Vec::new(), group: Group::default() }
    }
}

/// Completes what has been found by what is installed; `None` if the problem is another one.
///
/// `groups` are of one file each, or of files that cannot be told apart; `fact` is the name of the fact that states the
/// version.
pub(super) fn standing(
    scope: &Scope,
    fact: Option<&str>,
    mut found: Trace,
    groups: Vec<Group>,
    installed: &Installed<'_>,
) -> Option<Trace> {
    let mut holds: Option<(Group, Option<String>)> = None;
    let mut old: Option<(Group, String)> = None;
    for group in groups {
        let verdict = match scope.asks_facts() {
            true => verdict(scope, fact, &group, installed),
            false => Verdict::Holds(None),
        };
        match verdict {
            Verdict::Holds(reason) => match &mut holds {
                Some((own, own_reason)) => {
                    own.merge(group);
                    // What holds somewhere without any doubt is enough.
                    *own_reason = own_reason.take().and(reason);
                }
                None => holds = Some((group, reason)),
            },
            Verdict::Old(reason) => match &mut old {
                Some((own, _)) => _ = own.merge(group),
                None => old = Some((group, reason)),
            },
            Verdict::Elsewhere => {}
        }
    }
    match (holds, old) {
        (Some((group, reason)), old) => {
            found.reason = found.reason.or(reason);
            found.notes.extend(old.map(|(old, why)| match old.count {
                1 => format!("1 more trace is old: {why}"),
                count => format!("{count} more traces are old: {why}"),
            }));
            Some(Trace { group, ..found })
        }
        (None, Some((group, why))) => Some(Trace { state: State::Old, reason: Some(why), group, ..found }),
        (None, None) => None,
    }
}

/// Of files that cannot be told apart the one counts in which the problem is most likely.
fn verdict(scope: &Scope, fact: Option<&str>, group: &Group, installed: &Installed<'_>) -> Verdict {
    let files = group.files.iter().chain(group.evidence.iter().map(|it| &it.file)).collect::<BTreeSet<_>>();
    files.into_iter().map(|file| in_file(scope, fact, group, file, installed)).min().unwrap_or(Verdict::Holds(None))
}

fn in_file(scope: &Scope, fact: Option<&str>, group: &Group, file: &FilePath, installed: &Installed<'_>) -> Verdict {
    let mut doubt = None;
    if !scope.os.is_empty() {
        let systems = installed.systems(file);
        if systems.is_empty() {
            doubt = Some("the operating system is unknown".to_owned());
        } else if systems.iter().all(|os| !scope.os.contains(os)) {
            return Verdict::Elsewhere;
        }
    }
    if !scope.asks_version() {
        return Verdict::Holds(doubt);
    }
    let stated = fact.map_or(Stated::Nothing(None), |fact| installed.versions(fact, file));
    let histories = match stated {
        Stated::Nothing(None) => return Verdict::Holds(Some("the version of the product is unknown".to_owned())),
        Stated::Nothing(Some(host)) => {
            return Verdict::Holds(Some(format!("the version of the product on {host} is unknown")));
        }
        Stated::Versions(histories) => histories,
    };
    let times = group.first_time.zip(group.last_time);
    let times = times.map(|(first, last)| (installed.instant(file, first), installed.instant(file, last)));
    let several = installed.has_several_hosts();
    let verdicts: Vec<Verdict> = histories.iter().map(|it| on_host(scope, it, times, several)).collect();
    match agreed(&verdicts) {
        Some(Verdict::Holds(reason)) => Verdict::Holds(reason.or(doubt)),
        Some(verdict) => verdict,
        None => {
            let versions = listed(histories.iter().filter_map(|it| it.current().or_else(|| it.all().last())));
            Verdict::Holds(Some(format!("the logs state the versions {versions}, of different computers")))
        }
    }
}

/// What the traces are that were written on one computer between two instants; `None` if it is not known when.
fn on_host(scope: &Scope, history: &History, times: Option<(i64, i64)>, name_host: bool) -> Verdict {
    let Some(current) = history.current() else {
        let alone: Vec<Verdict> = history.all().map(|it| of_version(scope, it, "")).collect();
        return agreed(&alone).unwrap_or_else(|| {
            Verdict::Holds(Some(format!("the logs state the versions {} and not when", listed(history.all()))))
        });
    };
    let place = history.host.as_ref().filter(|_| name_host).map(|host| format!(" on {host}")).unwrap_or_default();
    let change = history.change();
    // The traces end before the version came that is there now.
    let upgrade = change.zip(times).filter(|((at, ..), (_, last))| last < at).map(|((_, time, before), _)| {
        let day = time.and_then(|time| time.to_string().get(..10).map(|day| format!(" on {day}"))).unwrap_or_default();
        format!("upgraded from {before} to {current}{place}{day}, after the last trace")
    });
    if let Some(fix) = scope.fixed_in.in_version(current) {
        let is_since = |first: i64| history.since().is_some_and(|since| since <= first);
        return Verdict::Old(match (upgrade, times) {
            (Some(upgrade), _) => format!("fixed in {fix}; {upgrade}"),
            (None, Some((first, _))) if is_since(first) => {
                format!("fixed in {fix}; seen on {current}{place}, which has the fix: look for another cause too")
            }
            (None, _) => format!("fixed in {fix}; {current} is installed{place}"),
        });
    }
    let Some(versions) = &scope.versions else { return Verdict::Holds(None) };
    let was_there = match times {
        Some((first, last)) => history.during(first, last).any(|it| versions.contain(it)),
        None => history.all().any(|it| versions.contain(it)),
    };
    match (versions.contain(current), was_there) {
        (true, true) => Verdict::Holds(None),
        (false, true) => Verdict::Old(match upgrade {
            Some(upgrade) => format!("it concerns {versions}; {upgrade}"),
            None => format!("it concerns {versions}; {current} is installed{place}"),
        }),
        (_, false) => Verdict::Elsewhere,
    }
}

/// What traces are on the only version that there is.
fn of_version(scope: &Scope, version: &Version, place: &str) -> Verdict {
    match (scope.fixed_in.in_version(version), &scope.versions) {
        (Some(fix), _) => Verdict::Old(format!("fixed in {fix}; {version} is installed{place}")),
        (None, Some(versions)) if !versions.contain(version) => Verdict::Elsewhere,
        (None, _) => Verdict::Holds(None),
    }
}

/// The verdict of all, if they do not contradict each other.
fn agreed(verdicts: &[Verdict]) -> Option<Verdict> {
    let kind = std::mem::discriminant(verdicts.first()?);
    verdicts.iter().all(|it| std::mem::discriminant(it) == kind).then(|| verdicts.iter().min().cloned()).flatten()
}

/// `12.1, 12.2 and 12.3`.
fn listed<'v>(versions: impl Iterator<Item = &'v Version>) -> String {
    let mut versions: Vec<&Version> = versions.collect();
    versions.sort();
    versions.dedup();
    match versions.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [rest @ .., last] => {
            let rest: Vec<&str> = rest.iter().map(|it| it.text()).collect();
            format!("{} and {last}", rest.join(", "))
        }
    }
}
