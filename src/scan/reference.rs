//! The scanner against the plainest way to do the same: every condition on every record, each regex on its own.

use super::hit::EachHit;
use super::syntax::parse;
use super::{Counts, Hit, LineCache, Match, Scanner};
use crate::record::{Chunk, Header, Level, Reading, Record, chunks, fields};
use crate::signature::{
    Condition, Correlation, FieldTest, FieldValue, Order, Part, Severity, Signature, SignatureSet, Wanted, Where,
};
use proptest::prelude::*;
use regex::bytes::RegexBuilder;
use std::ops::Range;

fn signature(number: usize, condition: Condition) -> Signature {
    let id = format!("test/test/{number:04}");
    Signature { severity: Severity::High, source: "test.yaml".into(), ..Signature::of_condition(id, condition) }
}

pub(super) fn set(conditions: Vec<Condition>) -> SignatureSet {
    set_with_parts(conditions, Vec::new())
}

/// A set of signatures about one record, and one that asks for several.
pub(super) fn set_with_parts(conditions: Vec<Condition>, parts: Vec<Condition>) -> SignatureSet {
    let numbered = conditions.into_iter().enumerate();
    let mut signatures: Vec<Signature> = numbered.map(|(number, condition)| signature(number, condition)).collect();
    let wanted = |condition| Wanted { condition, files: Vec::new() };
    let parts: Vec<Part> = parts.into_iter().map(|it| Part { name: None, wanted: wanted(it), count: 1 }).collect();
    if !parts.is_empty() {
        let (unless, absent) = (Vec::new(), Vec::new());
        let (order, place) = (Order::Any, Where::File);
        let correlation = Correlation { order, parts, within: None, same: Vec::new(), place, unless, absent };
        let several = signature(signatures.len(), correlation.of_any_part());
        signatures.push(Signature { correlation: Some(correlation), ..several });
    }
    SignatureSet::new(signatures)
}

/// Records of a chunk: lines, where an indented line belongs to the one before.
fn records<'a>(chunk: &Chunk<'a>) -> Vec<Record<'a>> {
    let text = chunk.text();
    let mut records: Vec<Record<'a>> = Vec::new();
    let mut start = 0;
    let lines = text.split_inclusive(|&byte| byte == b'\n').enumerate();
    for (number, line) in lines {
        let end = start + line.strip_suffix(b"\n").unwrap_or(line).len();
        match records.last_mut() {
            Some(last) if line.starts_with(b" ") => {
                last.text = &text[last.start - chunk.start..end];
                last.lines += 1;
            }
            _ => records.push(Record {
                start: chunk.start + start,
                line: number as u64,
                lines: 1,
                header: Header { time: None, level: None, component: None, message: 0 },
                text: &text[start..end],
            }),
        }
        start += line.len();
    }
    records
}

/// What a scan says of one record: its place in the file, its line, the signatures with captures, the suspicion.
type Found = (u64, u64, Vec<(usize, Vec<(String, Vec<u8>)>)>, Option<Level>);

fn found(hit: &Hit<'_, '_>, chunk: &Chunk<'_>, first_line: u64) -> Found {
    let captures = |it: &Match<'_>| {
        it.captures().into_iter().map(|(name, value)| (name.to_string(), value.into_owned())).collect()
    };
    let matches = hit.matches.iter().map(|found| (found.signature, captures(found))).collect();
    (chunk.file_offset(hit.record.start), first_line + hit.record.line, matches, hit.suspicion)
}

/// Scans the pieces of a text one after the other.
fn scan(scanner: &Scanner, text: &[u8], pieces: &[Range<usize>]) -> Vec<Found> {
    let mut all = Vec::new();
    let mut lines = 0;
    for piece in pieces {
        let chunk = Chunk::of(text, piece.clone());
        let records = records(&chunk).into_iter();
        let mut take = |hit: Hit<'_, '_>| all.push(found(&hit, &chunk, lines));
        let passed = scanner.scan_records(&chunk, records, &scanner.in_file("a.log"), None, &mut EachHit(&mut take));
        lines += passed.counts.lines;
    }
    all
}

fn scan_whole(scanner: &Scanner, text: &[u8]) -> Vec<Found> {
    scan(scanner, text, std::slice::from_ref(&(0..text.len())))
}

fn naive(condition: &Condition, text: &[u8]) -> bool {
    let contains = |text: &[u8], part: &[u8]| part.is_empty() || text.windows(part.len()).any(|window| window == part);
    match condition {
        Condition::Any(parts) => parts.iter().any(|part| naive(part, text)),
        Condition::All(parts) => parts.iter().all(|part| naive(part, text)),
        Condition::None(parts) => !parts.iter().any(|part| naive(part, text)),
        Condition::Text { text: part, nocase: false } => contains(text, part.as_bytes()),
        Condition::Text { text: part, nocase: true } => {
            contains(&text.to_ascii_lowercase(), part.to_ascii_lowercase().as_bytes())
        }
        Condition::Fields(tests) => tests.iter().all(|test| {
            fields::any(text, &test.name, &mut |value| {
                test.values.iter().any(|wanted| match wanted {
                    FieldValue::Is(wanted) => wanted.as_bytes() == &*value.text(),
                    FieldValue::Like(condition) => naive(condition, &value.text()),
                })
            })
        }),
        Condition::Regex(pattern) => {
            let build = |unicode| RegexBuilder::new(pattern).unicode(unicode).multi_line(true).crlf(true).build();
            parse(pattern).is_ok_and(|(_, unicode)| build(unicode).is_ok_and(|regex| regex.is_match(text)))
        }
    }
}

/// Regexes over a small alphabet, so that they often match.
fn pattern() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        "[abAB]{1,4}",
        Just("err".to_string()),
        Just(r"\d+".into()),
        Just(".*".into()),
        Just("[ab]".into()),
        Just("ü".into()),
        Just("^".into()),
        Just("$".into()),
        Just(r"\b".into()),
        Just(r"\s".into()),
        Just(r"\n ".into()),
    ];
    let tree = atom.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(?:{a}|{b})")),
            inner.clone().prop_map(|part| format!("(?:{part})?")),
            inner.clone().prop_map(|part| format!("(?:{part})+")),
            inner.clone().prop_map(|part| format!("(?:{part}){{2}}")),
            inner.prop_map(|part| format!("(?i:{part})")),
        ]
    });
    // An anchor cannot be repeated in every place; such patterns are left out.
    tree.prop_filter("is a regex", |pattern| parse(pattern).is_ok())
}

fn condition() -> impl Strategy<Value = Condition> {
    let text = ("[abAB ]{1,4}", any::<bool>()).prop_map(|(text, nocase)| Condition::Text { text, nocase });
    let leaf = prop_oneof![2 => pattern().prop_map(Condition::Regex), 2 => text, 1 => fields_condition()];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let parts = || proptest::collection::vec(inner.clone(), 1..4);
        let all_but = (inner.clone(), parts());
        prop_oneof![
            parts().prop_map(Condition::Any),
            parts().prop_map(Condition::All),
            all_but.prop_map(|(part, without)| Condition::All(vec![part, Condition::None(without)])),
        ]
    })
}

/// Conditions on fields as [`text`] has them.
fn fields_condition() -> impl Strategy<Value = Condition> {
    let value = prop_oneof![
        2 => r#"[abAB ü"\\/1]{1,3}"#.prop_map(FieldValue::Is),
        1 => pattern().prop_map(|pattern| FieldValue::Like(Condition::Regex(pattern))),
        1 => ("[abAB]{1,3}", any::<bool>())
            .prop_map(|(text, nocase)| FieldValue::Like(Condition::Text { text, nocase })),
    ];
    let names = prop::sample::select(vec!["x", "y", "data.x", "event_id", "level"]);
    let test = (names, proptest::collection::vec(value, 1..3))
        .prop_map(|(name, values)| FieldTest { name: name.to_string(), values });
    proptest::collection::vec(test, 1..3).prop_map(Condition::Fields)
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => "[abAB0-9]{1,5}".prop_map(String::into_bytes),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\n ".to_vec()),
        1 => Just(b" ".to_vec()),
        1 => Just("ü".into()),
        1 => Just(b"\xff\0".to_vec()),
        1 => Just(b"err".to_vec()),
        1 => Just(b"failed ".to_vec()),
        2 => prop::sample::select(vec![
            " x=\"", " x=", " y=", "\"", r#"{"x":""#, r#"","y":"#, r#"{"data":{"x":["#, r#"\""#, r"\u00fc", r"\u0061",
            r"\/", "CEF:0|a|b|c|d|e|f|x=", "<Event><EventID>", "</EventID><Level>2</Level><EventData><Data Name='x'>",
            "</Data>", "&quot;", "&#97;", "Log Name: a\n Event ID: ", "\n Level: ",
        ]).prop_map(|it| it.as_bytes().to_vec()),
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    // Compiling the scanner takes most of the time of a case.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn pairs_equal_those_of_one_regex_per_pattern(
        conditions in proptest::collection::vec(condition(), 0..6),
        text in text(),
    ) {
        let scanner = Scanner::new(&set(conditions.clone()));
        let mut expected = Vec::new();
        for record in records(&Chunk::of(&text, 0..text.len())) {
            let holding = (0..conditions.len()).filter(|&number| naive(&conditions[number], record.text));
            expected.extend(holding.map(|number| (record.start as u64, number)));
        }
        let all = scan_whole(&scanner, &text);
        let pairs: Vec<_> = all.iter().flat_map(|(start, _, matches, _)| matches.iter().map(move |it| (*start, it.0))).collect();
        prop_assert_eq!(pairs, expected);
    }

    #[test]
    fn general_signatures_speak_where_no_other_does(
        conditions in proptest::collection::vec((condition(), any::<bool>()), 0..6),
        text in text(),
    ) {
        let signatures = conditions.iter().enumerate().map(|(number, (condition, general))| {
            Signature { general: *general, ..signature(number, condition.clone()) }
        });
        let scanner = Scanner::new(&SignatureSet::new(signatures.collect()));
        let mut expected = Vec::new();
        for record in records(&Chunk::of(&text, 0..text.len())) {
            let holding = |general: bool| {
                let such = conditions.iter().enumerate().filter(move |(_, it)| it.1 == general);
                such.filter(|(_, it)| naive(&it.0, record.text)).map(|(number, _)| (record.start as u64, number))
            };
            let before = expected.len();
            expected.extend(holding(false));
            if expected.len() == before {
                expected.extend(holding(true));
            }
        }
        let all = scan_whole(&scanner, &text);
        let pairs: Vec<_> = all.iter().flat_map(|(start, _, matches, _)| matches.iter().map(move |it| (*start, it.0))).collect();
        prop_assert_eq!(pairs, expected);
    }

    #[test]
    fn chunk_borders_change_nothing(
        conditions in proptest::collection::vec(condition(), 0..4),
        text in text(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let scanner = Scanner::new(&set(conditions));
        let starts: Vec<_> = records(&Chunk::of(&text, 0..text.len())).iter().map(|record| record.start).collect();
        let mut borders: Vec<_> = cuts.iter().filter(|_| !starts.is_empty()).map(|cut| *cut.get(&starts)).collect();
        borders.extend([0, text.len()]);
        borders.sort_unstable();
        let pieces: Vec<_> = borders.windows(2).map(|pair| pair[0]..pair[1]).collect();
        prop_assert_eq!(scan(&scanner, &text, &pieces), scan_whole(&scanner, &text));
    }

    #[test]
    fn any_bytes_are_survived(text in proptest::collection::vec(any::<u8>(), 0..600)) {
        let conditions = vec![Condition::Regex("(?<x>.+)err".into()), Condition::Regex(r"\d".into())];
        scan_whole(&Scanner::new(&set(conditions)), &text);
    }
}

#[track_caller]
fn check(conditions: Vec<Condition>, text: &str, expected: &[(&str, &[usize], Option<Level>)]) {
    let scanner = Scanner::new(&set(conditions));
    let chunk = Chunk::of(text.as_bytes(), 0..text.len());
    let mut all = Vec::new();
    scanner.scan_records(
        &chunk,
        records(&chunk).into_iter(),
        &scanner.in_file("a.log"),
        None,
        &mut EachHit(&mut |hit| {
            let numbers: Vec<_> = hit.matches.iter().map(|found| found.signature).collect();
            all.push((String::from_utf8_lossy(hit.record.text).into_owned(), numbers, hit.suspicion));
        }),
    );
    let all: Vec<_> = all.iter().map(|(text, numbers, level)| (text.as_str(), numbers.as_slice(), *level)).collect();
    assert_eq!(all, expected);
}

#[test]
fn only_records_worth_keeping_are_reported() {
    check(
        vec![Condition::Regex("disk .* full".into())],
        "all is well\ndisk a is full\nit failed\n0 errors\ntimeout here\n",
        &[
            ("disk a is full", &[0], None),
            ("it failed", &[], Some(Level::Error)),
            ("timeout here", &[], Some(Level::Warn)),
        ],
    );
}

#[test]
fn a_condition_sees_all_lines_of_a_record() {
    check(
        vec![Condition::All(vec![Condition::Regex("^head".into()), Condition::Regex("^ root$".into())])],
        "head\r\n root\r\nhead\nroot\n",
        &[("head\r\n root\r", &[0], None)],
    );
}

#[test]
fn a_broken_signature_never_holds_and_hides_no_other() {
    let broken = Condition::All(vec![
        Condition::Text { text: "boom".into(), nocase: false },
        Condition::None(vec![Condition::Regex("(".into())]),
    ]);
    check(vec![broken, Condition::Regex("boom".into())], "boom\n", &[("boom", &[1], None)]);
}

#[test]
fn captures_are_sorted_by_name_and_the_first_stays() {
    let condition =
        Condition::All(vec![Condition::Regex(r"(?<z>\d)(?<b>x)".into()), Condition::Regex(r"(?<b>y)(?<a>\w)".into())]);
    let scanner = Scanner::new(&set(vec![condition]));
    let all = scan_whole(&scanner, b"1x yq");
    let captures: Vec<_> = all[0].2[0].1.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    assert_eq!(captures, [("a", &b"q"[..]), ("b", b"x"), ("z", b"1")]);
}

#[test]
fn a_log_cut_into_chunks_gives_the_same_hits_and_counts() {
    let mut text = String::new();
    for number in 0..24_000 {
        let (minute, second) = (number / 60 % 60, number % 60);
        let (level, message) = match number % 50 {
            0 => ("ERROR", "disk is full\n  at a.b(C.java:1)\nCaused by: x.Y: failed"),
            7 => ("WARN", "0 errors"),
            9 => ("INFO", "could not connect"),
            _ => ("INFO", "request is done after a while, nothing to be said of it but that it was"),
        };
        text.push_str(&format!("2026-01-02 10:{minute:02}:{second:02},000 {level} [main] {message}\n"));
    }
    let reading = Reading::guess(&text.as_bytes()[..Reading::HEAD], None).unwrap();
    let scanner = Scanner::new(&set(vec![Condition::Regex(r"disk is (?<state>\w+)".into())]));
    let scope = scanner.in_file("a.log");
    let scan = |pieces: &[Range<usize>]| {
        let (mut all, mut counts, mut cache) = (Vec::new(), Counts::default(), LineCache::default());
        for piece in pieces {
            let chunk = Chunk::of(text.as_bytes(), piece.clone());
            let lines = counts.lines;
            let mut take = |hit: Hit<'_, '_>| all.push(found(&hit, &chunk, lines));
            counts.add(&scanner.scan(&chunk, &reading.format, &scope, &mut cache, &mut take));
        }
        (all, counts)
    };
    let pieces = chunks(text.as_bytes(), &reading.format);
    assert!(pieces.len() > 1);
    let (all, counts) = scan(&pieces);
    assert_eq!((all.clone(), counts), scan(std::slice::from_ref(&(0..text.len()))));
    assert_eq!(counts.lines, text.lines().count() as u64);
    assert_eq!((counts.records, all.len()), (24_000, 3 * 480));
    assert_eq!(all.iter().filter(|hit| !hit.2.is_empty()).count(), 480);
}
