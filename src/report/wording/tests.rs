use super::*;
use crate::diagnosis::sample::{diagnosis, evidence, group, signature};

#[test]
fn numbers_and_sizes_are_easy_to_read() {
    let numbers: Vec<String> = [0, 999, 1_000, 1_234_567].into_iter().map(number).collect();
    assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    let sizes: Vec<String> = [1, 999, 1_000, 4_200_000, 999_960, u64::MAX].into_iter().map(size).collect();
    assert_eq!(sizes, ["1 byte", "999 bytes", "1.0 kB", "4.2 MB", "1.0 MB", "18446744.1 TB"]);
}

#[test]
fn an_assumed_date_is_marked_where_it_is_shown() {
    let time = Time::new(0, None);
    let mut diagnosis = Diagnosis::default();
    diagnosis.coverage.counts.first_time = Some(time);
    diagnosis.coverage.counts.last_time = Some(time);
    assert_eq!(scope(&diagnosis), "0 files, 0 bytes, 1970-01-01 00:00");
    diagnosis.coverage.counts.last_time = Some(time.assume());
    assert_eq!(scope(&diagnosis), "0 files, 0 bytes, 1970-01-01 00:00 to ~1970-01-01 00:00");
}

#[test]
fn problems_with_the_same_reason_are_told_once() {
    let problem =
        |file: &str, message: &str| Problem { file: file.into(), kind: ProblemKind::Corrupt, message: message.into() };
    let all =
        [problem("a", "corrupt: bad header at 12"), problem("b", "cut off"), problem("c", "corrupt: bad header at 7")];
    let NotExamined { open, .. } = not_examined(&all);
    let told: Vec<_> = open[&ProblemKind::Corrupt].iter().map(|it| (it.message, it.files.clone())).collect();
    assert_eq!(told, [("bad header at 12", vec!["a", "c"]), ("cut off", vec!["b"])]);
}

#[test]
fn the_headline_of_an_unknown_error_has_values_but_no_header() {
    let check = |template: &str, text: &str, expected: &str| {
        let group = group(1, vec![evidence("a.log", 1, text)]);
        assert_eq!(headline(&crate::diagnosis::sample::unknown(Level::Error, template, group)), expected);
    };
    check("shard <n> was dropped", "12:00 [7] ERROR shard 3 was dropped", "was dropped");
    check("the shard <n> was dropped", "12:00 [7] ERROR the shard 3 was dropped\nat a", "the shard 3 was dropped");
    check("<*>:<n>) alert: lane <hex>", "cpu7:2098) alert: lane 0x31", "alert: lane 0x31");
    check("odd <n>", "12:00 odd 7", "odd <n>");
    check("error: cannot open it", "\x1b[1m\x1b[31merror\x1b[0m: cannot open it\x1b[0m", "error: cannot open it");
    // The quote that ends `msg=`; one that belongs to the words stays.
    check("table <n> frozen\"", "pri=0 msg=\"role table 7 is frozen\"", "table <n> frozen");
    check("cannot open file \"<*>\"", "12:00 cannot open file \"a b\"", "cannot open file \"a b\"");
    // Of an object the message, and not what follows it.
    check(
        "could not open \\\"<*>\\\"\",\"data\":{\"code\":<n>}}",
        r#"{"level":"error","message":"could not open \"a b\"","data":{"code":5}}"#,
        r#"could not open \"a b\""#,
    );
    check(
        "agent ended by itself. It did <n> things",
        "Event:\n agent ended by itself.  It did 5 things",
        "agent ended by itself. It did 5 things",
    );
}

#[test]
fn what_is_no_plain_match_is_said_and_not_counted_among_the_known_problems() {
    let seen = || group(1, vec![evidence("a.log", 1, "went wrong on srv01")]);
    let signatures = ["a", "b", "c"].map(|id| (signature(id, Severity::High), seen()));
    let mut diagnosis = diagnosis(signatures.into(), Vec::new());
    diagnosis.known[0].reason = Some("the version of the product is unknown".into());
    diagnosis.known[1].state = State::Old;
    diagnosis.known[2].state = State::Inconclusive;
    diagnosis.known[2].reason = Some("the records have no times".into());
    let shown: Vec<_> = diagnosis.known.iter().filter_map(standing).collect();
    let expected = [
        "found, but the version of the product is unknown",
        "old: it is fixed in what is installed now",
        "inconclusive: the records have no times",
    ];
    assert_eq!(shown, expected);
    let verdict = verdict(&diagnosis);
    assert!(verdict.starts_with("1 known problem (1 high), 1 old trace, 1 that cannot be decided: "), "{verdict}");
}

#[test]
fn a_range_names_a_common_date_once() {
    assert_eq!(range("2026-01-02 03:04", "2026-01-02 05:06"), "2026-01-02 03:04 to 05:06");
    assert_eq!(range("2026-01-02 03:04", "2026-01-03 05:06"), "2026-01-02 03:04 to 2026-01-03 05:06");
    assert_eq!(range("2026-01-02 03:04", "2026-01-02 03:04"), "2026-01-02 03:04");
}
