use super::super::tests::{self, check_match, complete};
use super::*;

#[track_caller]
fn read(condition: &str) -> Correlation {
    let yaml = complete(&format!("match:\n{condition}\n"));
    match tests::read("a/b/c", &yaml) {
        Ok(it) => it.correlation.unwrap(),
        Err(mistakes) => panic!("{mistakes:?}"),
    }
}

const TWO: &str = "  sequence:\n    - { name: start, regex: 'job (?<job>.+) started' }\n    - { regex: 'job (?<job>.+) failed', count: '>=3' }\n";

#[test]
fn all_fields_of_a_sequence_arrive() {
    let it = read(&format!(
        "{TWO}  within: 30m\n  same: [job, host]\n  in: bundle\n  unless:\n    - {{ text: stop, anchor: start, from: -30s, to: 1m }}\n    - {{ text: retry, after: 10m }}\n    - {{ text: maintenance, before: 1h, files: ['**/m.log'] }}\n    - {{ text: cancelled }}\n  absent:\n    - {{ text: finished, within: 12h }}\n    - {{ text: closed, within: 500ms, anchor: 1 }}"
    ));
    assert_eq!((it.order, it.within, it.place), (Order::Sequence, Some(Span(1_800_000_000_000)), Where::Bundle));
    assert_eq!(it.same, [Bond::Capture("job".into()), Bond::Host]);
    let parts: Vec<_> = it.parts.iter().map(|part| (part.name.as_deref(), part.count)).collect();
    assert_eq!(parts, [(Some("start"), 1), (None, 3)]);
    let windows: Vec<_> = it.unless.iter().map(|it| format!("{:?} {} {}", it.anchor, it.from, it.to)).collect();
    assert_eq!(windows, ["Part(0) -30s 1m", "Last 0s 10m", "First -1h 0s", "Whole 0s 0s"]);
    assert_eq!(it.unless[2].wanted.files, ["**/m.log"]);
    let absent: Vec<_> = it.absent.iter().map(|it| format!("{:?} {}", it.anchor, it.within)).collect();
    assert_eq!(absent, ["Last 12h", "Part(0) 500ms"]);
    assert_eq!(it.wanted().count(), 8);
}

#[test]
fn a_condition_with_a_count_is_one_part_and_all_with_a_window_is_several() {
    let it = read("  any: [{text: abc}, {text: def}]\n  count: 3\n  within: 1m");
    assert_eq!((it.order, it.parts.len(), it.parts[0].count), (Order::One, 1, 3));
    assert!(matches!(&it.parts[0].wanted.condition, Condition::Any(parts) if parts.len() == 2));
    let it = read("  text: abc\n  nocase: true\n  absent: [{text: def, within: 1h}]");
    assert!(matches!(&it.parts[0].wanted.condition, Condition::Text { nocase: true, .. }));
    let it = read("  all: [{text: abc}, {any: [{text: def}, {text: ghi}]}]\n  in: host");
    assert_eq!((it.order, it.parts.len(), it.place), (Order::Any, 2, Where::Host));
    let one = complete("match: {all: [{text: abc}, {text: def}]}\n");
    assert!(tests::read("a/b/c", &one).unwrap().correlation.is_none());
}

#[test]
fn wrong_spans_and_counts_have_place_and_hint() {
    const LENGTH: &str = "(write a number and a unit, e.g. `500ms`, `30s`, `10m`, `12h` or `2d`)";
    let check = |more: &str, expected: &str| check_match(&format!("{TWO}{more}"), &[expected]);
    check("  within: 30", &format!("10:11 `30` is not a length of time {LENGTH}"));
    check("  within: 1h30m", &format!("10:11 `1h30m` is not a length of time {LENGTH}"));
    check("  within: -5m", &format!("10:11 `within` must be longer than nothing {LENGTH}"));
    check(
        "  unless: [{text: abc, from: soon}]",
        "10:30 `soon` is not a span of time (write a number and a unit, e.g. `500ms`, `30s`, `10m`, `12h` or `2d`; `-30s` counts back)",
    );
    let count = |count: &str, expected: &str| {
        check_match(&format!("  text: abc\n  count: {count}\n  within: 1m"), &[expected]);
    };
    count("'<=2'", "8:10 `<=2` is not a count (write a number or `\">=3\"`: both mean at least so many)");
    count("0", "8:10 `count` must be at least 1 (what must not be there stands below `unless:` or `absent:`)");
    count("5000", "8:10 `count` is more than 4096 (write a smaller number: it means at least so many)");
    check(
        "  count: 3",
        "10:10 `count` belongs to a part (put it beside the condition of the part that must be there so often)",
    );
}

#[test]
fn wrong_anchors_and_windows_have_place_and_hint() {
    let check = |more: &str, expected: &str| check_match(&format!("{TWO}{more}"), &[expected]);
    check(
        "  unless: [{text: abc, anchor: begin}]",
        "10:32 there is no part `begin` (write `first`, `last` or `start`, or a number from 1 to 2)",
    );
    check(
        "  absent: [{text: abc, anchor: 3, within: 1h}]",
        "10:32 there is no part `3` (write `first`, `last` or `start`, or a number from 1 to 2)",
    );
    check(
        "  unless: [{text: abc, anchor: start, from: 10s, to: 0s}]",
        "10:45 the window ends before it begins: from 10s to 0s (what counts back is negative: `from: -30s`, `to: 0s`)",
    );
    check(
        "  unless: [{text: abc, after: 10s, anchor: start}]",
        "10:44 `anchor` stands beside `after` (write either `after:` or `before:`, or `anchor:` with `from:` and `to:`)",
    );
    check(
        "  absent: [{text: abc}]",
        "10:12 `absent` without a time (say by when it should have come, e.g. `within: 12h`: else no log could show that it never will)",
    );
    check("  unless: []", "10:11 `unless` is empty (write an item or remove it)");
}

#[test]
fn what_must_be_the_same_is_captured_by_parts() {
    let check = |more: &str, expected: &[&str]| check_match(&format!("{TWO}{more}"), expected);
    check("  same: [job, file, component]", &[]);
    check(
        "  same: [jobs]",
        &[
            "10:10 no part has a capture `jobs` (name a group `(?<jobs>...)` in the `regex` of each part that has it, or write `host`, `file` or `component`)",
        ],
    );
    check("  same: [job, job]", &["10:15 `job` stands here a second time (remove it)"]);
    check(
        "  same: [user]\n  unless: [{regex: 'user (?<user>.)'}]",
        &[
            "10:10 only what must not be there has a capture `user` (name a group `(?<user>...)` in the `regex` of a part, too)",
        ],
    );
    check_match(
        "  sequence: [{regex: 'job (?<job>.) started'}, {text: job failed}]\n  same: [job]",
        &["8:10 only one part has a capture `job`: there is nothing to compare it with \
           (name a group `(?<job>...)` in the `regex` of another part, or remove it here)"],
    );
    check_match("  regex: 'user (?<user>.) failed'\n  count: 3\n  same: [user]", &[]);
}

#[test]
fn parts_are_records_with_names_of_their_own() {
    check_match(
        "  sequence: [{text: abc}]",
        &[
            "7:13 `sequence` has fewer than two parts (add what comes before or after it; one part alone needs no `sequence`)",
        ],
    );
    check_match(
        "  all: [{text: abc}, {none: [{text: def}]}]\n  within: 1m",
        &[
            "7:23 `none` is no part (a part is a record that must be there; say below `unless:` or `absent:` what must not)",
        ],
    );
    check_match(
        "  sequence: [{text: abc, name: 1st}, {text: def}]",
        &[
            "7:32 `1st` is not the name of a part (write a word such as `start`: a letter, then letters, digits, `-` or `_`)",
        ],
    );
    check_match(
        "  sequence: [{text: abc, name: a}, {text: def, name: a}]",
        &["7:54 a second part is called `a` (give each part a name of its own)"],
    );
    check_match(
        "  sequence: [{text: abc}, {text: def, within: 1m}]",
        &["7:39 `within` stands in the condition of one record \
           (write it directly below `match:`, beside the condition or the list of parts)"],
    );
    check_match(
        "  any: [{sequence: [{text: abc}, {text: def}]}]",
        &["7:10 `sequence` stands in the condition of one record (write it directly below `match:`)"],
    );
    check_match(
        "  sequence: [{text: abc}, {text: def}]\n  text: ghi",
        &["8:3 `text` stands beside a list of parts (make it an item of the list (`- `), or remove it)"],
    );
    check_match(
        "  sequence: [{text: abc}, {tex: def}]",
        &["7:28 unknown field `tex` of a part (did you mean `text`?)"],
    );
    check_match(
        "  text: abc\n  in: folder\n  count: 2",
        &["8:7 `folder` is not a value of `in` (write `file`, `host` or `bundle`)"],
    );
}

#[test]
fn what_says_nothing_is_refused() {
    check_match(
        "  text: abc\n  within: 1m",
        &["8:11 `within` has one record and nothing to measure (add `count:`, or make it a `sequence:`)"],
    );
    check_match(
        "  text: abc\n  count: 1",
        &["8:10 a condition that holds once is what `match` means anyway (remove `count:`, or raise it)"],
    );
    check_match(
        "  text: abc\n  in: host",
        &["8:7 `in` has one record and no others to look for (add `count:`, or make it a `sequence:`)"],
    );
}
