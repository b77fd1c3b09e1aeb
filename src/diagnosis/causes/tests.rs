use super::*;
use crate::diagnosis::Suppressed;
use crate::diagnosis::chronology::FileTimes;
use crate::diagnosis::sample::{group, signature};
use crate::finding::Time;
use crate::signature::Severity;
use proptest::prelude::*;

const MINUTE: i64 = 60;

/// A record of a problem: the file, the host that it names, its second, its line.
#[derive(Clone, Copy, Debug)]
struct Sighting {
    file: &'static str,
    host: Option<&'static str>,
    second: Option<i64>,
    line: u64,
}

fn at(file: &'static str, minute: i64) -> Sighting {
    Sighting { file, host: None, second: Some(minute * MINUTE), line: minute.unsigned_abs() + 1 }
}

fn presence(sightings: &[Sighting]) -> Presence {
    let mut presence = Presence::default();
    for it in sightings {
        let time = it.second.map(|second| Time::new(second * 1_000_000_000, None));
        let place = Place { file: it.file.into(), host: it.host.map(Into::into) };
        presence.add(&place, Stay { first: time, last: time, line: it.line });
    }
    presence
}

/// Two hosts with a file each; `shared.log` is of both.
fn moments() -> Moments {
    let file = |file: &str, host: Option<&str>| FileTimes {
        file: file.into(),
        host: host.map(str::to_owned),
        dated: 0,
        first_time: None,
        last_time: None,
        stated: Vec::new(),
        inferred: None,
        zoneless: true,
    };
    Moments::new(&[file("a/x.log", Some("a")), file("b/x.log", Some("b.example")), file("shared.log", None)], &[])
}

/// A problem: its id, its severity, its causes, where and when it was seen, and what is hidden behind it.
type Problem<'a> = (&'a str, Severity, &'a [&'a str], &'a [Sighting], &'a [&'a str]);

/// Expected are the ids in the order of the report, each with its cause.
#[track_caller]
fn check(problems: &[Problem<'_>], expected: &[(&str, Option<&str>)]) {
    let mut presences = Presences::new();
    let known = problems.iter().map(|(id, severity, causes, sightings, hidden)| {
        let mut signature = signature(id, *severity);
        signature.caused_by = causes.iter().map(|&id| id.into()).collect();
        signature.caused_within = Span(600_000_000_000);
        presences.insert(((*id).into(), None), presence(sightings));
        let suppressed = hidden.iter().map(|&id| Suppressed { signature: id.into(), count: 1 }).collect();
        let state = if id.contains("open") { State::Inconclusive } else { State::Match };
        let (variant, reason, caused_by) = (None, None, None);
        let (signature, group) = (signature.into(), group(1, Vec::new()));
        Known { signature, variant, confidence: 0.5, state, reason, notes: Vec::new(), group, suppressed, caused_by }
    });
    let known: Vec<Known> = known.collect();
    let found = behind_causes(known, &presences, &moments());
    let told: Vec<_> = found.iter().map(|it| (&*it.signature.id, it.caused_by.as_deref())).collect();
    assert_eq!(told, expected);
}

use Severity::{Critical, High, Low};

#[test]
fn an_effect_stands_behind_its_cause_and_the_cause_where_its_worst_effect_would() {
    check(
        &[
            ("stopped", Critical, &["full"], &[at("a/x.log", 5)], &[]),
            ("other", High, &[], &[at("a/x.log", 1)], &[]),
            ("full", Low, &[], &[at("a/x.log", 4)], &[]),
        ],
        &[("full", None), ("stopped", Some("full")), ("other", None)],
    );
}

#[test]
fn a_cause_comes_before_its_effect_and_not_long_before() {
    let stopped = |minute| [at("a/x.log", minute)];
    let told = |minute: i64, cause: Option<&'static str>| {
        let expected: &[(&str, Option<&str>)] = match cause {
            Some(_) => &[("full", None), ("stopped", cause)],
            None => &[("stopped", None), ("full", None)],
        };
        let problems: &[Problem<'_>] = &[
            ("stopped", Critical, &["full"], &stopped(minute), &[]),
            ("full", Low, &[], &[at("a/x.log", 100), at("a/x.log", 160)], &[]),
        ];
        check(problems, expected);
    };
    told(99, None);
    told(100, Some("full"));
    // From its first record to its last it is there.
    told(130, Some("full"));
    told(170, Some("full"));
    told(171, None);
}

#[test]
fn causes_and_effects_are_of_one_host_as_far_as_hosts_are_known() {
    let both = |cause: Sighting, effect: Sighting, is_cause: bool| {
        let (cause, effect) = ([cause], [effect]);
        let problems: &[Problem<'_>] =
            &[("full", Critical, &[], &cause, &[]), ("stopped", Low, &["full"], &effect, &[])];
        check(problems, &[("full", None), ("stopped", is_cause.then_some("full"))]);
    };
    both(at("a/x.log", 1), at("b/x.log", 2), false);
    both(at("a/x.log", 1), at("shared.log", 2), true);
    let named = |host, minute| Sighting { host: Some(host), ..at("shared.log", minute) };
    both(named("a", 1), at("a/x.log", 2), true);
    both(named("b", 1), at("b/x.log", 2), true);
    both(named("b", 1), at("a/x.log", 2), false);
}

#[test]
fn one_place_without_the_cause_leaves_it_a_problem_of_its_own() {
    let cause = [at("a/x.log", 1)];
    let effect = [at("a/x.log", 2), at("b/x.log", 2)];
    check(
        &[("full", Critical, &[], &cause, &[]), ("stopped", Low, &["full"], &effect, &[])],
        &[("full", None), ("stopped", None)],
    );
}

#[test]
fn without_times_the_order_of_one_log_decides() {
    let line = |file, line| Sighting { file, host: None, second: None, line };
    let both = |cause: Sighting, effect: Sighting, is_cause: bool| {
        let (cause, effect) = ([cause], [effect]);
        let problems: &[Problem<'_>] =
            &[("full", Critical, &[], &cause, &[]), ("stopped", Low, &["full"], &effect, &[])];
        check(problems, &[("full", None), ("stopped", is_cause.then_some("full"))]);
    };
    both(line("a/x.log", 3), line("a/x.log", 4), true);
    both(line("a/x.log", 4), line("a/x.log", 3), false);
    both(line("a/x.log", 3), line("shared.log", 4), false);
    both(line("a/x.log.1", 9), line("a/x.log", 3), true);
    both(line("a/x.log", 3), at("a/x.log", 4), false);
}

#[test]
fn the_nearest_of_several_causes_counts() {
    check(
        &[
            ("stopped", High, &["full", "dead"], &[at("a/x.log", 5)], &[]),
            ("full", Low, &[], &[at("a/x.log", 1)], &[]),
            ("dead", Low, &[], &[at("a/x.log", 4)], &[]),
        ],
        &[("dead", None), ("stopped", Some("dead")), ("full", None)],
    );
}

#[test]
fn chains_stand_one_behind_the_other() {
    check(
        &[
            ("c", High, &["b"], &[at("a/x.log", 3)], &[]),
            ("e", Low, &["a"], &[at("a/x.log", 2)], &[]),
            ("b", Low, &["a"], &[at("a/x.log", 2)], &[]),
            ("a", Low, &[], &[at("a/x.log", 1)], &[]),
        ],
        &[("a", None), ("e", Some("a")), ("b", Some("a")), ("c", Some("b"))],
    );
}

#[test]
fn a_hidden_cause_is_what_hides_it() {
    check(
        &[
            ("stopped", High, &["full"], &[at("a/x.log", 5)], &[]),
            ("volume-full", Low, &[], &[at("a/x.log", 1)], &["full"]),
        ],
        &[("volume-full", None), ("stopped", Some("volume-full"))],
    );
}

#[test]
fn what_is_not_sure_to_be_there_causes_nothing() {
    let problems: &[Problem<'_>] =
        &[("stopped", High, &["open"], &[at("a/x.log", 5)], &[]), ("open", Low, &[], &[at("a/x.log", 1)], &[])];
    check(problems, &[("stopped", None), ("open", None)]);
}

#[test]
fn a_ring_through_something_hidden_loses_nothing() {
    check(
        &[("one", High, &["two"], &[at("a/x.log", 5)], &["three"]), ("two", Low, &["three"], &[at("a/x.log", 5)], &[])],
        &[("two", None), ("one", Some("two"))],
    );
}

/// The plainest way to say the same: all records of the effect, place by place, and all of the cause.
fn naive(cause: &[Sighting], effect: &[Sighting], within: i64) -> bool {
    let host = |it: &Sighting| {
        let of_file = match it.file.split('/').next() {
            Some("a") => Some("a"),
            Some("b") => Some("b"),
            _ => None,
        };
        it.host.or(of_file)
    };
    let place = |it: &Sighting| (it.file, it.host);
    !effect.is_empty()
        && effect.iter().all(|it| {
            let beginning = effect.iter().filter(|other| place(other) == place(it)).min_by_key(|it| it.second).unwrap();
            let may_be = |other: &&Sighting| host(other).is_none() || host(it).is_none() || host(other) == host(it);
            let of_place =
                |file: &Sighting| cause.iter().filter(|other| place(other) == place(file)).collect::<Vec<_>>();
            cause.iter().filter(may_be).any(|file| {
                let there = of_place(file);
                there.iter().any(|it| it.second <= beginning.second)
                    && there.iter().any(|it| it.second >= beginning.second.map(|second| second - within))
            })
        })
}

fn sightings() -> impl Strategy<Value = Vec<Sighting>> {
    let file = prop_oneof![Just("a/x.log"), Just("b/x.log"), Just("shared.log")];
    let host = prop_oneof![3 => Just(None), 1 => Just(Some("a")), 1 => Just(Some("b"))];
    // Causes stand above effects, so that equal times are in order.
    let sighting = (file, host, 0..30_i64).prop_map(|(file, host, second)| {
        let host = if file == "shared.log" { host } else { None };
        Sighting { file, host, second: Some(second), line: 1 }
    });
    proptest::collection::vec(sighting, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn causes_are_those_that_all_records_show(cause in sightings(), effect in sightings(), within in 0..20_i64) {
        let moments = moments();
        let seen = |sightings: &[Sighting]| seen_of(&presence(sightings), &moments);
        let found = was_before(&seen(&cause), &seen(&effect), Span(within * 1_000_000_000));
        prop_assert_eq!(found, naive(&cause, &effect, within));
    }

    #[test]
    fn no_problem_is_lost_whatever_causes_what(
        named in proptest::collection::vec(proptest::collection::vec(0..8_usize, 0..3), 1..8),
    ) {
        let mut cause_of: Vec<Option<usize>> = vec![None; named.len()];
        for (effect, causes) in named.iter().enumerate() {
            let allowed = |&&it: &&usize| it < named.len() && it != effect && !leads_to(&cause_of, it, effect);
            cause_of[effect] = causes.iter().find(allowed).copied();
        }
        let order = in_order(&cause_of);
        let mut all = order.clone();
        all.sort_unstable();
        prop_assert_eq!(all, (0..named.len()).collect::<Vec<_>>());
        let place = |it: usize| order.iter().position(|other| *other == it).unwrap();
        for (effect, cause) in cause_of.iter().enumerate() {
            prop_assert!(cause.is_none_or(|cause| place(cause) < place(effect)));
        }
    }
}
