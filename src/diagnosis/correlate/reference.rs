//! The search against the plainest way to do the same: all records tried one after the other, or all choices of records.

use super::moments::Moments;
use super::rules::{AbsentRule, Rules, UnlessRule};
use super::search::{At, Lists, Match, Record, matches};
use super::streams::Streams;
use crate::finding::{Event, Evidence, Stream, Time};
use crate::signature::{Absent, Anchor, Bond, Condition, Correlation, Order, Part, Span, Unless, Wanted, Where};
use proptest::prelude::*;

/// Part and record, one behind the other.
type Chosen = [(usize, Record)];

/// Whether `it` stands in the window, as the documentation says it.
fn stands_between(it: At, first: At, from: i64, last: At, to: i64) -> bool {
    let own = it == first || (to == 0 && it == last);
    let behind_first = it.instant > first.instant || it.log != first.log || it > first;
    let before_last = it.instant < last.instant || it.log != last.log || it < last;
    !own && it.instant >= first.instant + from
        && it.instant <= last.instant + to
        && (from != 0 || it.instant != first.instant || behind_first)
        && (to != 0 || it.instant != last.instant || before_last)
}

/// Whether a choice of records is a match: all of them, with their part, in their order.
fn is_match(rules: &Rules, lists: &Lists, used: &[(usize, Record)]) -> bool {
    let (Some((_, first)), Some((_, last))) = (used.first(), used.last()) else { return false };
    let anchor = |anchor: Anchor| match anchor {
        Anchor::Whole => (first.at, last.at),
        Anchor::First => (first.at, first.at),
        Anchor::Last => (last.at, last.at),
        Anchor::Part(part) => {
            let at = used.iter().rfind(|(of, _)| *of == part).map_or(last.at, |(_, record)| record.at);
            (at, at)
        }
    };
    let stands = |records: &[Record], at: Anchor, from: i64, to: i64| {
        let (first, last) = anchor(at);
        records.iter().any(|it| stands_between(it.at, first, from, last, to))
    };
    rules.within.is_none_or(|within| last.at.instant - first.at.instant <= within)
        && !rules.unless.iter().zip(&lists.unless).any(|(rule, list)| stands(list, rule.anchor, rule.from, rule.to))
        && !rules.absent.iter().zip(&lists.absent).any(|(rule, list)| stands(list, rule.anchor, 0, rule.within))
}

/// All choices of records of which each follows all before it, the smallest first.
fn choices(
    rules: &Rules,
    lists: &Lists,
    used: &mut Vec<(usize, Record)>,
    found: &mut dyn FnMut(&Chosen) -> bool,
) -> bool {
    let taken = |part: usize| used.iter().filter(|(of, _)| *of == part).count() as u32;
    let Some(part) = (0..rules.counts.len()).find(|part| taken(*part) < rules.counts[*part]) else {
        return found(used);
    };
    for record in &lists.parts[part] {
        if used.iter().all(|(_, before)| record.at.follows(before.at)) {
            used.push((part, *record));
            if choices(rules, lists, used, found) {
                return true;
            }
            used.pop();
        }
    }
    false
}

/// The matches of a sequence in one log: again and again the smallest choice of records behind the last one.
fn smallest_choices(rules: &Rules, lists: &Lists) -> Vec<Vec<(usize, Record)>> {
    let mut matches: Vec<Vec<(usize, Record)>> = Vec::new();
    let mut end: Option<At> = None;
    loop {
        let mut smallest = None;
        choices(rules, lists, &mut Vec::new(), &mut |used| {
            let is_behind = end.is_none_or(|end| used[0].1.at > end);
            let is_it = is_behind && is_match(rules, lists, used);
            if is_it {
                smallest = Some(used.to_vec());
            }
            is_it
        });
        let Some(mut used) = smallest else { return matches };
        let mut last = used.last().unwrap().1.at;
        if rules.order == Order::One && rules.counts[0] > 1 {
            let limit = rules.within.map_or(i64::MAX, |within| used[0].1.at.instant + within);
            let rest = lists.parts[0].iter().filter(|it| it.at > last && it.at.instant <= limit);
            let rest: Vec<_> = rest.map(|it| (0, *it)).collect();
            used.extend(rest);
            last = used.last().unwrap().1.at;
        }
        end = Some(last);
        matches.push(used);
    }
}

/// First and last records of the matches of a set: again and again the earliest first record behind the last one, with the
/// earliest last record that makes a match.
fn earliest_sets(rules: &Rules, lists: &Lists) -> Vec<(At, At)> {
    fn all(rules: &Rules, lists: &Lists, part: usize, used: &mut Vec<(usize, Record)>, found: &mut dyn FnMut(&Chosen)) {
        if part == rules.counts.len() {
            return found(used);
        }
        let count = rules.counts[part] as usize;
        let records = &lists.parts[part];
        let mut chosen: Vec<usize> = (0..count).collect();
        if records.len() < count {
            return;
        }
        loop {
            used.extend(chosen.iter().map(|index| (part, records[*index])));
            all(rules, lists, part + 1, used, found);
            used.truncate(used.len() - count);
            // The next choice of `count` of them.
            let Some(place) = (0..count).rev().find(|&it| chosen[it] < records.len() - count + it) else { return };
            chosen[place] += 1;
            for behind in place + 1..count {
                chosen[behind] = chosen[behind - 1] + 1;
            }
        }
    }
    let mut matches: Vec<(At, At)> = Vec::new();
    loop {
        let end = matches.last().map(|(_, last)| *last);
        let mut best: Option<(At, At)> = None;
        all(rules, lists, 0, &mut Vec::new(), &mut |used| {
            let mut used = used.to_vec();
            used.sort_by_key(|(part, record)| (record.at, *part));
            let ends = (used[0].1.at, used.last().unwrap().1.at);
            if end.is_none_or(|end| ends.0 > end)
                && is_match(rules, lists, &used)
                && best.is_none_or(|best| ends < best)
            {
                best = Some(ends);
            }
        });
        match best {
            Some(best) => matches.push(best),
            None => return matches,
        }
    }
}

/// The matches of a sequence in several logs: from each first record on, each part takes the first record that follows all
/// before it and may stand there.
fn one_after_the_other(rules: &Rules, lists: &Lists) -> Vec<Vec<(usize, Record)>> {
    let slots: Vec<(usize, bool)> = rules
        .counts
        .iter()
        .enumerate()
        .flat_map(|(part, count)| (1..=*count).map(move |it| (part, it == *count)))
        .collect();
    let may_stand = |slot: usize, at: At| {
        let (part, completes) = slots[slot];
        let is_anchor = |anchor: Anchor| match anchor {
            Anchor::Whole => false,
            Anchor::First => slot == 0,
            Anchor::Last => slot + 1 == slots.len(),
            Anchor::Part(of) => of == part && completes,
        };
        let barred =
            |list: &[Record], from: i64, to: i64| list.iter().any(|it| stands_between(it.at, at, from, at, to));
        !rules.unless.iter().zip(&lists.unless).any(|(it, list)| is_anchor(it.anchor) && barred(list, it.from, it.to))
            && !rules
                .absent
                .iter()
                .zip(&lists.absent)
                .any(|(it, list)| is_anchor(it.anchor) && barred(list, 0, it.within))
    };
    let mut matches: Vec<Vec<(usize, Record)>> = Vec::new();
    for start in &lists.parts[0] {
        let end = matches.last().and_then(|used| used.iter().map(|(_, record)| record.at).max());
        if end.is_some_and(|end| start.at <= end) || !may_stand(0, start.at) {
            continue;
        }
        let mut used = vec![(0, *start)];
        for (slot, (part, _)) in slots.iter().enumerate().skip(1) {
            let next = lists.parts[*part].iter().find(|it| {
                used.iter().all(|(_, before): &(usize, Record)| it.at.follows(before.at)) && may_stand(slot, it.at)
            });
            used.extend(next.map(|it| (*part, *it)));
        }
        if used.len() == slots.len() && is_match(rules, lists, &used) {
            matches.push(used);
        }
    }
    matches
}

/// Records at so few times that many are equal.
fn records(logs: u32, most: usize, times: i64) -> impl Strategy<Value = Vec<Record>> {
    let record = (0..times, 0..logs, 0..12_u64);
    proptest::collection::vec(record, 0..most).prop_map(|records| {
        let at = |(instant, log, line)| At { instant, log, file: log, line };
        let mut records: Vec<At> = records.into_iter().map(at).collect();
        records.sort_unstable();
        // A line has one time.
        records.dedup_by_key(|it| (it.log, it.line));
        let mut seen = std::collections::BTreeSet::new();
        records.retain(|it| seen.insert((it.log, it.line)));
        (0..).zip(records).map(|(event, at)| Record { at, event }).collect()
    })
}

fn anchor() -> impl Strategy<Value = Anchor> {
    prop_oneof![Just(Anchor::Whole), Just(Anchor::First), Just(Anchor::Last), (0..2_usize).prop_map(Anchor::Part)]
}

fn case(order: Order, logs: u32) -> impl Strategy<Value = (Rules, Lists)> {
    let parts = if order == Order::One { 1..2_usize } else { 2..4_usize };
    let times = prop_oneof![Just(3_i64), Just(12)];
    let shape = (parts, 0..3_usize, 0..2_usize, proptest::option::of(0..12_i64), times);
    shape.prop_flat_map(move |(parts, unless, absent, within, times)| {
        let lists = |number: usize, most: usize| proptest::collection::vec(records(logs, most, times), number);
        let rule = (anchor(), -4..5_i64, 0..5_i64);
        let rule = rule.prop_map(|(anchor, from, length)| UnlessRule { anchor, from, to: from + length });
        let follow = (anchor(), 1..6_i64).prop_map(|(anchor, within)| AbsentRule { anchor, within });
        let counts = proptest::collection::vec(prop_oneof![3 => Just(1_u32), 1 => Just(2), 1 => Just(3)], parts);
        let rules = (counts, proptest::collection::vec(rule, unless), proptest::collection::vec(follow, absent));
        let lists = (lists(parts, 7), lists(unless, 3), lists(absent, 3));
        (rules, lists).prop_map(move |((counts, unless, absent), (part_lists, unless_lists, absent_lists))| {
            // `absent` has no window between records.
            let whole = |it: AbsentRule| AbsentRule {
                anchor: if it.anchor == Anchor::Whole { Anchor::Last } else { it.anchor },
                ..it
            };
            let part = |anchor: Anchor| match anchor {
                Anchor::Part(part) if part >= counts.len() => Anchor::First,
                other => other,
            };
            let unless = unless.into_iter().map(|it| UnlessRule { anchor: part(it.anchor), ..it }).collect();
            let absent = absent.into_iter().map(whole).map(|it| AbsentRule { anchor: part(it.anchor), ..it }).collect();
            let rules = Rules { order, counts: counts.clone(), within, unless, absent };
            (rules, Lists { parts: part_lists, unless: unless_lists, absent: absent_lists })
        })
    })
}

/// The correlation of which these are the rules; a kind that is `carried` has a value that must be the same.
fn correlation(rules: &Rules, carried: &[bool]) -> Correlation {
    let mut carried = carried.iter();
    let mut wanted = || {
        let condition = match carried.next() {
            Some(true) => Condition::Regex("record (?<value>.)".into()),
            _ => Condition::Text { text: "record".into(), nocase: false },
        };
        Wanted { condition, files: Vec::new() }
    };
    Correlation {
        order: rules.order,
        parts: rules.counts.iter().map(|&count| Part { name: None, wanted: wanted(), count }).collect(),
        within: rules.within.map(Span),
        same: vec![Bond::Capture("value".into())],
        place: Where::File,
        unless: rules
            .unless
            .iter()
            .map(|it| Unless { wanted: wanted(), anchor: it.anchor, from: Span(it.from), to: Span(it.to) })
            .collect(),
        absent: rules
            .absent
            .iter()
            .map(|it| Absent { wanted: wanted(), anchor: it.anchor, within: Span(it.within) })
            .collect(),
    }
}

fn event(record: &Record, value: Option<u32>) -> Event {
    let At { instant, log, line, .. } = record.at;
    let time = Some(Time::new(instant, None));
    let (file, text) = (format!("{log}.log").as_str().into(), "record".to_owned());
    let (before, after) = (Vec::new(), Vec::new());
    Event {
        time,
        evidence: Evidence { file, line, offset: line, time, text, before, after },
        captures: value.map(|value| ("value".into(), value.to_string().into())).into_iter().collect(),
        component: None,
        host: None,
        template: None,
    }
}

fn used(matches: Vec<Match>) -> Vec<Vec<(usize, Record)>> {
    matches.into_iter().map(|it| it.used).collect()
}

/// A last record is no exception of its own match, one of another log at the same time is.
#[test]
fn a_set_ends_with_the_record_that_is_no_exception_of_it() {
    let at = |instant, log, line| At { instant, log, file: log, line };
    let list = |records: &[At]| (0..).zip(records).map(|(event, at)| Record { at: *at, event }).collect::<Vec<_>>();
    let (first, here, there) = (at(0, 0, 1), at(5, 0, 2), at(5, 1, 7));
    let rules = |counts: &[u32]| Rules {
        order: Order::Any,
        counts: counts.to_vec(),
        within: None,
        unless: vec![UnlessRule { anchor: Anchor::Whole, from: 0, to: 0 }],
        absent: Vec::new(),
    };
    let check = |counts: &[u32], second: &[At], unless: At, expected: &[(At, At)]| {
        let lists = Lists { parts: vec![list(&[first]), list(second)], unless: vec![list(&[unless])], absent: vec![] };
        let found: Vec<_> = matches(&rules(counts), &lists).iter().map(|it| (it.first(), it.last())).collect();
        assert_eq!(found, expected);
    };
    check(&[1, 1], &[here, there], there, &[(first, there)]);
    check(&[1, 1], &[here, there], here, &[(first, here)]);
    // With both needed, the one in the other log stands between them, whichever is the exception.
    check(&[1, 2], &[here, there], there, &[(first, there)]);
    check(&[1, 2], &[here, there], here, &[]);
    let behind = at(5, 0, 3);
    check(&[1, 2], &[here, behind, there], behind, &[(first, behind)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn sequences_in_a_log_are_the_smallest_choices((rules, lists) in case(Order::Sequence, 1)) {
        prop_assert_eq!(used(matches(&rules, &lists)), smallest_choices(&rules, &lists));
    }

    #[test]
    fn counts_in_a_log_are_the_smallest_choices((rules, lists) in case(Order::One, 1)) {
        prop_assert_eq!(used(matches(&rules, &lists)), smallest_choices(&rules, &lists));
    }

    #[test]
    fn sequences_in_several_logs_take_one_record_after_the_other((rules, lists) in case(Order::Sequence, 3)) {
        prop_assert_eq!(used(matches(&rules, &lists)), one_after_the_other(&rules, &lists));
    }

    #[test]
    fn matches_are_those_of_each_log_and_each_value(
        (rules, lists) in prop_oneof![case(Order::One, 2), case(Order::Sequence, 2)],
        carried in proptest::collection::vec(any::<bool>(), 8),
        values in proptest::collection::vec(proptest::option::weighted(0.9, 0..2_u32), 1..9),
    ) {
        let mut carried = carried;
        carried[0] = true;
        let value = |kind: usize, record: &Record| values[(kind + record.event as usize) % values.len()];
        let Lists { parts, unless, absent } = &lists;
        let kinds: Vec<&Vec<Record>> = parts.iter().chain(unless).chain(absent).collect();
        let of_kind = |(kind, records): (usize, &&Vec<Record>)| {
            let events = records.iter().map(|record| event(record, value(kind, record))).collect();
            Stream { events, dropped: 0 }
        };
        let streams: Vec<Stream> = kinds.iter().enumerate().map(of_kind).collect();
        let correlation = correlation(&rules, &carried);
        let (events, moments) = (streams.iter().collect::<Vec<_>>(), Moments::default());
        let streams = Streams::new(&correlation, &events, &moments);
        let of_place = streams.places.iter().flat_map(|place| streams.lists(place, false).unwrap());
        let numbers = |used: Vec<(usize, Record)>| used.into_iter().map(|(part, it)| (part, it.event)).collect::<Vec<_>>();
        let mut found: Vec<_> = of_place.flat_map(|lists| used(matches(&rules, &lists))).map(numbers).collect();
        found.sort();

        let mut expected = Vec::new();
        for (log, wanted) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let mut kind = 0;
            let mut own = |lists: &[Vec<Record>]| -> Vec<Vec<Record>> {
                let mut own = Vec::new();
                for records in lists {
                    let is_own = |it: &&Record| it.at.log == log && (!carried[kind] || value(kind, it) == Some(wanted));
                    own.push(records.iter().filter(is_own).copied().collect());
                    kind += 1;
                }
                own
            };
            let lists = Lists { parts: own(parts), unless: own(unless), absent: own(absent) };
            expected.extend(smallest_choices(&rules, &lists).into_iter().map(numbers));
        }
        expected.sort();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn sets_begin_and_end_as_early_as_they_can((rules, lists) in case(Order::Any, 3)) {
        let found = matches(&rules, &lists);
        for it in &found {
            prop_assert!(is_match(&rules, &lists, &it.used));
        }
        let ends: Vec<_> = found.iter().map(|it| (it.first(), it.last())).collect();
        prop_assert_eq!(ends, earliest_sets(&rules, &lists));
    }
}
