use super::*;
use crate::record::{Header, Record, Time};
use crate::scan::form_of_hexes;
use proptest::prelude::*;

/// One record of a made-up file: the second it tells, its message, its signature, its suspicion.
#[derive(Clone, Debug)]
struct Line {
    time: Option<i64>,
    message: String,
    signature: Option<usize>,
    suspicion: Option<Level>,
}

fn line() -> impl Strategy<Value = Line> {
    let message = prop_oneof!["(disk|node|link) (down|full|gone) (error|code) [0-9]", "[a-f]{1,2}"];
    let level = prop_oneof![Just(Level::Warn), Just(Level::Error), Just(Level::Fatal)];
    let (time, signature) = (proptest::option::of(0..20_i64), proptest::option::of(0..3_usize));
    let fields = (time, message, signature, proptest::option::of(level));
    fields.prop_map(|(time, message, signature, suspicion)| Line { time, message, signature, suspicion })
}

fn files() -> impl Strategy<Value = Vec<Vec<Line>>> {
    proptest::collection::vec(proptest::collection::vec(line(), 0..20), 0..5)
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{}\n", line.message)).collect()
}

/// Adds lines `range` of a file as one chunk, counting on from those that the tally has seen.
fn add(tally: &mut Tally, file: &str, lines: &[Line], range: std::ops::Range<usize>) {
    let lines_before = tally.coverage.counts.lines;
    add_at(tally, file, lines, range, lines_before);
}

fn add_at(tally: &mut Tally, file: &str, lines: &[Line], range: std::ops::Range<usize>, lines_before: u64) {
    add_with(tally, None, file, lines, range, lines_before);
}

/// With a memo the shapes of the lines are told.
fn add_with(
    tally: &mut Tally,
    memo: Option<&mut Memo>,
    file: &str,
    lines: &[Line],
    range: std::ops::Range<usize>,
    lines_before: u64,
) {
    let (with_shapes, none) = (memo.is_some(), &mut Memo::default());
    let memo = memo.unwrap_or(none);
    let (text, file) = (text(lines), FilePath::from(file));
    let mut offsets = vec![0];
    lines.iter().for_each(|line| offsets.push(offsets.last().unwrap() + line.message.len() + 1));
    let chunk = Chunk::of(text.as_bytes(), offsets[range.start]..offsets[range.end]);
    for (number, line) in lines[range.clone()].iter().enumerate() {
        let start = offsets[range.start + number] - offsets[range.start] + chunk.start;
        let time = line.time.map(|second| Time::new(second * 1_000_000_000, None));
        let text = &chunk.buffer[start..start + line.message.len()];
        let header = Header { time, level: None, component: None, message: 0 };
        let count = line.message.split('\n').count() as u64;
        let record = Record { start, line: number as u64, lines: count, header, text };
        let form = form_of_hexes(text).filter(|_| with_shapes);
        let whole = form.filter(|_| count > 1).map(|form| form ^ shape(&line.message.replace('\n', "\u{1}")));
        let shape = form.map(|form| form ^ shape(&line.message));
        let found = |signature| Match::of_regex(signature, "^(?<first>.)", text);
        let matches: Vec<_> = line.signature.map(found).into_iter().collect();
        tally.add(
            memo,
            &file,
            lines_before,
            &chunk,
            &Hit {
                record: &record,
                matches: &matches,
                only_general: false,
                suspicion: line.suspicion,
                facts: &[],
                parts: &[],
                shape,
                whole,
            },
        );
    }
    let counts = Counts { lines: range.len() as u64, records: range.len() as u64, ..Counts::default() };
    tally.examined(chunk.text().len() as u64, &counts);
}

/// A key as a scan makes it: of the first line, digits being alike.
fn shape(message: &str) -> u64 {
    let first = message.split('\n').next().unwrap_or_default();
    let digit = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
    first.bytes().map(digit).fold(7, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn whole_file(number: usize, lines: &[Line]) -> Tally {
    let mut tally = Tally::default();
    add(&mut tally, &format!("file{number}.log"), lines, 0..lines.len());
    tally
}

fn merged(tallies: impl IntoIterator<Item = Tally>) -> Tally {
    let mut all = Tally::default();
    tallies.into_iter().for_each(|tally| all.merge(tally));
    all
}

/// All that a tally tells; the bar is only a shortcut.
fn told(tally: &Tally) -> (&Coverage, &Groups<Claim, Group>, &Groups<u64, UnknownGroup>, u64) {
    (&tally.coverage, &tally.known, &tally.unknown, tally.unknown_overflow)
}

proptest! {
    #[test]
    fn files_merge_in_any_order_and_grouping(files in files(), shift in 0..5_usize) {
        let all = || files.iter().enumerate().map(|(number, lines)| whole_file(number, lines));
        let expected = merged(all());
        let backwards = merged(all().collect::<Vec<_>>().into_iter().rev());
        prop_assert_eq!(told(&backwards), told(&expected));
        let split = shift.min(files.len());
        let grouped = merged([merged(all().skip(split)), merged(all().take(split))]);
        prop_assert_eq!(told(&grouped), told(&expected));
    }

    #[test]
    fn pieces_merge_like_one_piece(
        lines in proptest::collection::vec(line(), 0..40),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0..3_usize), 0..6),
    ) {
        let expected = whole_file(0, &lines);
        let mut cuts: Vec<_> = cuts.iter().map(|(cut, part)| (cut.index(lines.len() + 1), *part)).collect();
        cuts.extend([(0, 0), (lines.len(), 0)]);
        cuts.sort_unstable();
        let chunks: Vec<_> = cuts.windows(2).map(|cuts| (cuts[0].0..cuts[1].0, cuts[0].1)).collect();
        let mut backwards = Tally::default();
        for (range, _) in chunks.iter().rev() {
            add_at(&mut backwards, "file0.log", &lines, range.clone(), range.start as u64);
        }
        prop_assert_eq!(told(&backwards), told(&expected));
        let mut parts = vec![Tally::default(); 3];
        for (number, (range, part)) in chunks.iter().enumerate() {
            let before = Tally::unsettled(number as u64);
            add_at(&mut parts[*part], "file0.log", &lines, range.clone(), before);
        }
        for mut whole in [merged(parts.clone()), merged(parts.into_iter().rev())] {
            whole.settle_lines(chunks.iter().map(|(range, _)| range.len() as u64));
            prop_assert_eq!(told(&whole), told(&expected));
        }
    }
}

proptest! {
    #[test]
    fn shapes_change_nothing(
        files in proptest::collection::vec(proptest::collection::vec((any::<u8>(), line_of_shape()), 0..30), 1..4),
    ) {
        let memo = &mut Memo::default();
        for lines in &files {
            let lines: Vec<_> = lines.iter().map(|(second, message)| Line {
                time: second.checked_sub(9).map(i64::from), ..error(message.clone(), Level::Error)
            }).collect();
            let mut tally = Tally::default();
            add_with(&mut tally, Some(memo), "a.log", &lines, 0..lines.len(), 0);
            let mut expected = Tally::default();
            add_at(&mut expected, "a.log", &lines, 0..lines.len(), 0);
            prop_assert_eq!(told(&tally), told(&expected));
        }
    }
}

/// One of few shapes, so that digits and further lines are what differs.
fn line_of_shape() -> impl Strategy<Value = String> {
    let first = prop_oneof![
        "disk [0-9] took [0-9] ms",
        "error [45]",
        "over (ext|foo)[0-9]",
        "at [0-4]x0[0-9]",
        " ",
        "",
        "Traceback (most recent call last):"
    ];
    let more = prop_oneof![
        4 => Just(String::new()), 1 => "\n at a[0-9]", 1 => "\nCaused by: [xy][0-9]", 1 => "\n[0-9]\n---> [xy]", 1 => "\n[xy]Error"
    ];
    (first, more).prop_map(|(first, more)| first + &more)
}

fn error(message: String, level: Level) -> Line {
    Line { time: None, message, signature: None, suspicion: Some(level) }
}

/// A word without digits for each number.
fn name(mut number: usize) -> String {
    let mut name = String::from("x");
    while number > 0 {
        name.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    name
}

#[test]
fn the_worst_templates_stay_whatever_the_order() {
    let levels = [Level::Warn, Level::Error, Level::Warn];
    let total = 2 * Tally::TEMPLATES;
    let lines: Vec<_> = (0..total).map(|number| error(name(number), levels[number % 3])).collect();
    let parts: Vec<_> = lines.chunks(1500).collect();
    let forwards = merged(parts.iter().enumerate().map(|(number, lines)| whole_file(number, lines)));
    let backwards = merged(parts.iter().enumerate().rev().map(|(number, lines)| whole_file(number, lines)));
    assert_eq!(forwards.unknown.len(), Tally::TEMPLATES);
    assert_eq!(told(&forwards), told(&backwards));
    let errors = lines.iter().filter(|line| line.suspicion == Some(Level::Error)).count();
    assert_eq!(forwards.unknown.values().filter(|it| it.level == Level::Error).count(), errors);
    let kept: u64 = forwards.unknown.values().map(|it| it.group.count).sum();
    assert_eq!(kept + forwards.unknown_overflow, total as u64);
}

#[test]
fn a_template_that_gets_worse_comes_in_again() {
    let mut lines: Vec<_> = (0..2 * Tally::TEMPLATES).map(|number| error(name(number), Level::Warn)).collect();
    lines.extend((0..100).map(|number| error(name(number), Level::Error)));
    let tally = whole_file(0, &lines);
    assert_eq!(tally.unknown.values().filter(|it| it.level == Level::Error).count(), 100);
    let kept: u64 = tally.unknown.values().map(|it| it.group.count).sum();
    assert_eq!(kept + tally.unknown_overflow, lines.len() as u64);
}

#[test]
fn evidence_is_bounded_verbatim_and_in_order() {
    let mut lines: Vec<_> = (0..10).map(|number| error(format!("bad thing {number}"), Level::Error)).collect();
    lines[7].time = Some(1);
    lines[9].message = "other".into();
    let tally = whole_file(0, &lines);
    let unknown = tally.unknown.values().find(|it| it.group.count == 9).unwrap();
    assert_eq!(unknown.template, "bad thing <n>");
    let texts: Vec<_> = unknown.group.evidence.iter().map(|it| (it.line, it.text.as_str())).collect();
    assert_eq!(
        texts,
        [(8, "bad thing 7"), (1, "bad thing 0"), (2, "bad thing 1"), (3, "bad thing 2"), (4, "bad thing 3")]
    );
    let before: Vec<_> = (0..7).map(|number| format!("bad thing {number}")).collect();
    assert_eq!(unknown.group.evidence[0].before, before);
    assert_eq!(unknown.group.evidence[4].before, before[..3]);
    assert_eq!(unknown.group.evidence[0].after, ["bad thing 8", "other"]);
    assert_eq!(unknown.group.evidence[0].offset, 7 * 12);
}

#[test]
fn files_are_the_first_twenty_by_path() {
    let tally = merged((0..30).rev().map(|number| whole_file(number, &[error("down".into(), Level::Error)])));
    let group = &tally.unknown.values().next().unwrap().group;
    assert_eq!((group.count, group.files.len(), group.evidence.len()), (30, Group::FILES, Group::EVIDENCE));
    assert!(group.files.is_sorted());
    assert_eq!(group.files[0].as_ref(), "file0.log");
}

#[test]
fn evidence_without_times_is_oldest_part_of_a_rotated_log_first() {
    let files = ["x.log", "x.log.1", "x.log.10.gz", "x.log.2.gz", "a.log"];
    let tally = merged(files.into_iter().map(|file| {
        let mut tally = Tally::default();
        add(&mut tally, file, &[error("down".into(), Level::Error)], 0..1);
        tally
    }));
    let group = &tally.unknown.values().next().unwrap().group;
    let expected = ["a.log", "x.log.10.gz", "x.log.2.gz", "x.log.1", "x.log"];
    assert_eq!(group.evidence.iter().map(|it| &*it.file).collect::<Vec<_>>(), expected);
    assert_eq!(group.files.iter().map(|it| &**it).collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_signature_claims_is_not_unknown() {
    let claimed = Line { signature: Some(2), ..error("down".into(), Level::Error) };
    let tally = whole_file(0, &[claimed]);
    assert!(tally.unknown.is_empty());
    assert_eq!(tally.known[&Claim::of(2)].captures["first"], "d");
}
