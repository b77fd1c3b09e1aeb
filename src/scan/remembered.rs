//! The scan that remembers lines against the one that does not.

use super::hit::EachHit;
use super::reference::{set, set_with_parts};
use super::{Counted, Enough, Hit, LineCache, More, Passed, Scanner, Taker, Window};
use crate::record::{Chunk, Reading, Time, chunks};
use crate::signature::{Condition, Fact, FactKind, FieldTest, FieldValue};
use proptest::prelude::*;
use std::collections::HashMap;

/// Lines as logs have them. Every digit stands for any other.
const LINES: &[&str] = &[
    "2026-01-02 03:04:05.678 ERROR [main] a.b.C: job 12 failed with code 5",
    "2026-01-02 03:04:05.678 INFO [main] a.b.C: 0 errors, 1 warnings",
    "2026-01-02 03:04:05.678 INFO [main] a.b.C: failed items: 0",
    "2026-01-02 03:04:05.678 INFO [main] a.b.C: read 0x80070005 at 1",
    "2026-11-21 03:04:05,678 WARN c.D - (see 2026-01-02 10:11:12) no answer from 10.0.0.1:443",
    "Jan 12 03:04:05 host app[12]: error: status 503 of 10 tries",
    "Jan 12 03:04:05 host app[12]: Failed password for root from 10.0.0.1 port 22",
    "Jan 12 03:04:05 host kernel: [   12.345678] eth0: link is down",
    "E0517 15:04:22.619632       1 main.go:12] unable to sync",
    "- 1117838570 2005.06.03 R02-M1-N0 2005-06-03-15.42.50.363779 R02-M1-N0 RAS KERNEL FATAL data error 7",
    "17/06/09 20:10:40 INFO Executor: Finished task 1.0 in stage 0.0 (TID 1)",
    "[18.09.2024 03:12:44.123] <17> Error (3)  it failed",
    "<34>Oct 11 22:14:15 host su: 'su root' failed for x on /dev/pts/8",
    "10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 500 12",
    "{\"time\":\"2026-01-02T03:04:05Z\",\"level\":50,\"msg\":\"it broke\"}",
    "id=fw time=\"2026-01-02 03:04:05\" pri=4 msg=\"login failed\"",
    "{\"time\":\"2026-01-02T03:04:05Z\",\"level\":\"error\",\"provider\":\"Service Control Manager\",\"event_id\":7000,\"data\":{\"code\":\"0x80070005\"}}",
    "{\"time\":\"2026-01-02T03:04:05Z\",\"level\":\"error\",\"provider\":\"disk\",\"event_id\":7000,\"n\":[1,22]}",
    "id=firewall time=\"2026-01-02 03:04:05\" pri=4 fw=10.0.0.1 user=Ann Lee src=10.0.0.1 msg=\"AUT10000: login failed\"",
    "Jan 12 03:04:05 host CEF:0|Acme|Wall|1.0|100|worm stopped|10|src=10.0.0.1 dpt=443 msg=bad",
    "time=\"2026-01-02T03:04:05Z\" level=error msg=\"code 5\" src=10.0.0.1",
    "20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579",
    "03-17 16:13:38.811  1702  2395 D WindowManager: printFreezingDisplayLogs",
    "    at a.b.C(C.java:12)",
    "Caused by: java.io.IOException: 12 bytes lost",
    "Traceback (most recent call last):",
    "  File \"a.py\", line 12, in b",
    "ValueError: 12 is bad",
    "CRITICAL only a level, number 5",
    "plain words with a number 12",
    "0 errors",
    "",
    "  ",
];

fn condition() -> impl Strategy<Value = Condition> {
    let text = |text: &str| Condition::Text { text: text.into(), nocase: true };
    prop_oneof![
        Just(text("code 5")),
        Just(text("0x80070005")),
        Just(text("status 503")),
        Just(Condition::Regex(r"job (?<job>\d[0-4]) failed".into())),
        Just(Condition::Regex("down\nplain words|FATAL data error [1-5]".into())),
        Just(Condition::Regex("^[A-Z][a-z]+: [0-4]".into())),
        Just(Condition::All(vec![text("caused by"), text("lost"), Condition::None(vec![text("12 bytes")])])),
        Just(Condition::Any(vec![text("password for"), text("TID 7"), Condition::Regex("line 1\\d".into())])),
        Just(fields(&[("provider", &["Service Control Manager"]), ("event_id", &["7000", "7001", "1100"])])),
        Just(fields(&[("event_id", &["7000", "1111"])])),
        Just(fields(&[("data.code", &["0x80070005", "0x00000000"])])),
        Just(fields(&[("src", &["10.0.0.1", "00.1.0.1"]), ("level", &["error"])])),
        Just(fields(&[("pri", &["4", "1"]), ("msg", &["login failed"])])),
        Just(Condition::Fields(vec![FieldTest {
            name: "msg".into(),
            values: vec![FieldValue::Like(Condition::Regex(r"AUT(?<code>[01]\d+): ".into()))],
        }])),
        Just(Condition::All(vec![
            fields(&[("signature_id", &["100", "101"])]),
            Condition::None(vec![fields(&[("dpt", &["443", "001"])])]),
        ])),
    ]
}

/// Pairs of a name and the texts of which the value is one.
fn fields(pairs: &[(&str, &[&str])]) -> Condition {
    let test = |(name, values): &(&str, &[&str])| FieldTest {
        name: name.to_string(),
        values: values.iter().map(|value| FieldValue::Is(value.to_string())).collect(),
    };
    Condition::Fields(pairs.iter().map(test).collect())
}

/// Values with digits, in lines that look like errors and in others.
fn fact(number: usize) -> Fact {
    let patterns = [
        r"job (?<value>\d+) failed",
        r"(?<value>0x\d+5) at",
        r"(?<value>eth\d): link is",
        r"^(?<value>plain) words|stage (?<value>0\.[1-5])",
        r"number (?<value>1\d)",
    ];
    Fact::of_pattern(&format!("a.b.f{}", number % patterns.len()), FactKind::Other, patterns[number % patterns.len()])
}

fn lines() -> impl Strategy<Value = Vec<u8>> {
    let digit = prop_oneof![2 => Just(b'0'), 2 => Just(b'1'), 1 => b'0'..=b'9'];
    let line = (any::<prop::sample::Index>(), proptest::collection::vec(digit, 40), any::<bool>(), 0..20_u32);
    let line = line.prop_map(|(which, digits, keep, end)| {
        let mut digits = digits.into_iter();
        let line = which.get(LINES).bytes();
        let mut line: Vec<u8> = line
            .map(|byte| if byte.is_ascii_digit() && !keep { digits.next().unwrap_or(byte) } else { byte })
            .collect();
        line.extend_from_slice(if end == 0 { b"\r\n" } else { b"\n" });
        line
    });
    proptest::collection::vec(line, 0..120).prop_map(|lines| lines.concat())
}

/// Lines, also so many that begin no record that they become records of their own.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let long =
        (lines(), 200..300_usize, any::<prop::sample::Index>(), lines()).prop_map(|(before, count, which, behind)| {
            let line = which.get(&[
                "  frame 12 of disk 5 failed\n",
                "2026-93-42 03:04:05 ERROR no such month\n",
                "  \n\tat x\n",
            ]);
            [before, line.repeat(count).into_bytes(), behind].concat()
        });
    prop_oneof![7 => lines(), 1 => long]
}

type Take<'t> = &'t mut dyn FnMut(Hit<'_, '_>);

/// All that a scan says.
fn told(text: &[u8], mut scan: impl FnMut(&Chunk<'_>, &Reading, Take<'_>) -> Passed) -> (Vec<String>, Passed) {
    let (mut all, mut whole) = (Vec::new(), Passed::default());
    let Some(reading) = Reading::guess(&text[..text.len().min(Reading::HEAD)], Some(1_700_000_000)) else {
        return (all, whole);
    };
    for range in chunks(text, &reading.format) {
        let chunk = Chunk::of(text, range);
        let passed = scan(&chunk, &reading, &mut |hit| {
            let matches: Vec<_> = hit.matches.iter().map(|found| (found.signature, found.captures())).collect();
            let parts: Vec<_> = hit.parts.iter().map(|found| (found.signature, found.captures())).collect();
            all.push(format!("{:?} {:?} {matches:?} {:?} {parts:?}", hit.record, hit.suspicion, hit.facts));
        });
        whole.marks.extend(passed.marks);
        whole.counts.add(&passed.counts);
        whole.timeline.append(passed.timeline);
    }
    (all, whole)
}

/// How many hits there are of each kind, and when the latest of them was.
type Kinds = HashMap<String, (u64, Option<Time>)>;

/// Counts hits by kind, and says at once that it is enough to count the later ones.
#[derive(Default)]
struct Counter {
    kinds: Kinds,
    names: Vec<String>,
    /// Nothing is ever enough.
    plain: bool,
    /// Records that were only counted.
    n_more: u64,
}

impl Counter {
    fn add(&mut self, name: &str, count: u64, time: Option<Time>) {
        let (known, last) = self.kinds.entry(name.to_owned()).or_default();
        *known += count;
        *last = time.max(*last);
    }
}

impl<'a> Taker<'a> for Counter {
    fn hit(&mut self, hit: Hit<'_, 'a>) -> Option<Enough> {
        let text: Vec<u8> = hit.record.text.iter().map(|it| if it.is_ascii_digit() { b'0' } else { *it }).collect();
        let matches: Vec<_> = hit.matches.iter().map(|found| found.signature).collect();
        let (header, text) = (hit.record.header, String::from_utf8_lossy(&text));
        let parts: Vec<_> = hit.parts.iter().map(|found| found.signature).collect();
        let name = format!("{matches:?} {parts:?} {:?} {:?} {} {text}", hit.suspicion, header.level, header.message);
        self.add(&name, 1, header.time);
        if self.plain || !hit.facts.is_empty() || !hit.parts.is_empty() {
            return None;
        }
        self.names.push(name);
        let counted = Counted { group: self.names.len() as u64 - 1, level: None };
        let after = header.time.map_or(i64::MIN, |time| time.instant());
        Some(Enough { counted: Some(counted), after, undated: self.names.len().is_multiple_of(2) })
    }

    fn more(&mut self, more: &More) {
        self.n_more += more.count;
        let name = self.names[more.counted.group as usize].clone();
        self.add(&name, more.count, more.last_time);
    }

    fn series(&self) -> u64 {
        7
    }
}

/// Counts the hits of texts with a memory or without.
fn counted(texts: &[Vec<u8>], scanner: &Scanner, plain: bool) -> Counter {
    let mut counter = Counter { plain, ..Counter::default() };
    let (scope, mut cache) = (scanner.in_file("a.log"), LineCache::default());
    for text in texts {
        let Some(reading) = Reading::guess(&text[..text.len().min(Reading::HEAD)], Some(1_700_000_000)) else {
            continue;
        };
        for range in chunks(text, &reading.format) {
            let (chunk, format) = (Chunk::of(text, range), &reading.format);
            match plain || !format.has_layouts() {
                true => scanner.scan_records(&chunk, format.records(&chunk), &scope, None, &mut counter),
                false => scanner.scan_remembering(&chunk, format, &scope, None, &mut cache, &mut counter),
            };
        }
    }
    counter
}

#[test]
fn hits_like_earlier_ones_are_only_counted() {
    let line = |second: usize| format!("2026-01-02 03:04:{second:02} ERROR app: disk {second} failed\n");
    let text: String = (10..60).map(line).collect();
    let scanner = Scanner::new(&set(vec![Condition::Regex(r"disk \d+ failed".into())]));
    let counter = counted(&[text.into_bytes()], &scanner, false);
    // The record layer reads the first lines.
    assert!(counter.n_more > 40, "{}", counter.n_more);
    assert_eq!(counter.kinds.values().map(|kind| kind.0).collect::<Vec<_>>(), [50]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_lost_of_what_is_only_counted(
        conditions in proptest::collection::vec(condition(), 0..4),
        facts in proptest::collection::vec(0..5_usize, 0..4),
        parts in proptest::collection::vec(condition(), 0..3),
        texts in proptest::collection::vec(texts(), 1..4),
    ) {
        let set = set_with_parts(conditions, parts).with_facts(facts.into_iter().map(fact).collect());
        let scanner = Scanner::new(&set);
        prop_assert_eq!(counted(&texts, &scanner, true).kinds, counted(&texts, &scanner, false).kinds);
    }

    #[test]
    fn what_is_remembered_changes_nothing(
        conditions in proptest::collection::vec(condition(), 0..4),
        facts in proptest::collection::vec(0..5_usize, 0..4),
        parts in proptest::collection::vec(condition(), 0..3),
        texts in proptest::collection::vec(texts(), 1..4),
        since in proptest::option::of(1_580_000_000..1_800_000_000_i64),
    ) {
        let window = since.map(|since| Window::of_shown(Some(since * 1_000_000_000), None));
        let gate = |chunk: &Chunk<'_>, reading: &Reading| Some(window?.gate_behind(None, chunk, &reading.format));
        let set = set_with_parts(conditions, parts).with_facts(facts.into_iter().map(fact).collect());
        let scanner = Scanner::new(&set);
        let scope = scanner.in_file("a.log");
        let mut cache = LineCache::default();
        let (mut shapes, mut wholes) = (HashMap::new(), HashMap::new());
        for text in texts {
            let plain = told(&text, |chunk, reading, found| {
                scanner.scan_records(chunk, reading.format.records(chunk), &scope, gate(chunk, reading), &mut EachHit(found))
            });
            let remembered = told(&text, |chunk, reading, found| {
                if !reading.format.has_layouts() {
                    let records = reading.format.records(chunk);
                    return scanner.scan_records(chunk, records, &scope, gate(chunk, reading), &mut EachHit(found));
                }
                scanner.scan_remembering(chunk, &reading.format, &scope, gate(chunk, reading), &mut cache, &mut EachHit(&mut |hit| {
                    if let Some(shape) = hit.shape {
                        let line = hit.record.text.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
                        let line = line.iter().map(|it| if it.is_ascii_digit() { b'0' } else { *it }).collect::<Vec<_>>();
                        let same = (line, hit.record.header.message);
                        assert_eq!(shapes.entry(shape).or_insert_with(|| same.clone()), &same);
                    }
                    if let Some(whole) = hit.whole {
                        let text = hit.record.text.iter().map(|it| if it.is_ascii_digit() { b'0' } else { *it }).collect::<Vec<_>>();
                        let same = (text, hit.record.header.message);
                        assert_eq!(wholes.entry(whole).or_insert_with(|| same.clone()), &same);
                    }
                    found(hit);
                }))
            });
            prop_assert_eq!(&plain, &remembered);
        }
    }
}

#[test]
fn records_behind_a_limit_are_recalled() {
    let head = "2026-01-02 03:04:05 INFO app: begins\n".repeat(3);
    let line = |number: usize| format!("  frame {number:04}: disk {number:04} failed\n");
    let text: String = (0..1000).map(line).collect();
    let scanner = Scanner::new(&set(vec![Condition::Regex(r"disk \d+ failed".into())]));
    let counter = counted(&[[head, text].concat().into_bytes()], &scanner, false);
    // One record of many lines, and each line behind it.
    assert_eq!(counter.kinds.values().map(|kind| kind.0).sum::<u64>(), 1 + 1000 - 255);
    assert!(counter.n_more > 700, "{}", counter.n_more);
}

#[test]
fn long_lines_and_many_blank_lines_are_no_obstacle() {
    let mut text = b"2026-01-02 03:04:05 ERROR begins a very long line ".to_vec();
    text.resize(200_000, b'x');
    text.extend_from_slice(b" disk is full\n\n\n2026-01-02 03:04:06 INFO ok\n\n  more of it failed\n");
    let scanner = Scanner::new(&set(vec![Condition::Regex("x{9} disk is full".into())]));
    let scope = scanner.in_file("a.log");
    let plain = told(&text, |chunk, reading, found| {
        scanner.scan_records(chunk, reading.format.records(chunk), &scope, None, &mut EachHit(found))
    });
    let mut cache = LineCache::default();
    let remembered = told(&text, |chunk, reading, found| {
        scanner.scan_remembering(chunk, &reading.format, &scope, None, &mut cache, &mut EachHit(found))
    });
    assert_eq!(plain, remembered);
    assert_eq!(plain.0.len(), 3, "{:?}", plain.0);
}

#[test]
fn a_new_plan_loses_no_record_of_several_lines() {
    // The second literal is searched for at first, and the first one once the second was seen to be common.
    let condition = Condition::All(vec![
        Condition::Text { text: "a longer text of the second line".into(), nocase: false },
        Condition::Text { text: "disk array is gone".into(), nocase: false },
    ]);
    for digits in ["", "12"] {
        let first = format!("2026-01-02 03:04:05 ERROR app{digits}: disk array is gone\n");
        let second = format!("  a longer text of the second line {digits}\n");
        let other = "2026-01-02 03:04:05 INFO app: a longer text of the second line in between\n".repeat(200);
        let scanner = Scanner::new(&set(vec![condition.clone()]));
        let (scope, mut cache) = (scanner.in_file("a.log"), LineCache::default());
        let mut claimed = |text: &str| {
            let reading = Reading::guess(text.as_bytes(), Some(1_700_000_000)).unwrap();
            let chunk = Chunk::of(text.as_bytes(), 0..text.len());
            let mut count = 0;
            let mut found = |hit: Hit<'_, '_>| count += hit.matches.len();
            scanner.scan_remembering(&chunk, &reading.format, &scope, None, &mut cache, &mut EachHit(&mut found));
            count
        };
        assert_eq!(claimed(&[&other, first.as_str(), "  nothing\n"].concat()), 0);
        scanner.tune(&[other.as_bytes()]);
        assert_eq!(claimed(&[&other, first.as_str(), &second].concat()), 1);
        assert_eq!(claimed(&[&other, first.as_str(), &second].concat()), 1);
    }
}
