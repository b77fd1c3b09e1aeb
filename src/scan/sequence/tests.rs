use super::super::syntax::parse;
use super::*;
use proptest::prelude::*;
use regex::bytes::RegexBuilder;

fn sequence(pattern: &str) -> Option<Sequence> {
    parse(pattern).ok().and_then(|(hir, _)| Sequence::new(&hir))
}

#[track_caller]
fn check(pattern: &str, text: &str, expected: bool) {
    assert_eq!(sequence(pattern).unwrap().is_match(text.as_bytes()), Some(expected), "{pattern} in {text}");
}

#[test]
fn what_stands_around_the_literal_decides() {
    check("disk .* is (?:full|read-only)", "disk a b is read-only", true);
    check("disk .* is (?:full|read-only)", "disk a b is\nfull", false);
    check(r"[0-9]+ of [0-9]+ failed", "3 of 14 failed", true);
    check(r"[0-9]+ of [0-9]+ failed", "x of 14 failed", false);
    check(r"(?i)access DENIED for \S+$", "Access Denied for me", true);
    check(r"(?i)access DENIED for \S+$", "Access Denied for me too", false);
    check(r"(?:very )?big [ab]{2}x", "a big abx", true);
    check("a.*a.*b", "a.a.b", true);
}

#[test]
fn what_stands_somewhere_before_the_literal_is_found() {
    check("fan .* is too slow", "a fan of two is too slow", true);
    check("fan .* is too slow", "a fan is too slow", false);
    check("fan.{2,4} is too slow", "fan fan 12 is too slow", true);
    check("fan.{2,4} is too slow", "fan 1234 is too slow", false);
    check(r"(?i)FAN \S+ is too slow", "no fan-fan Fan 7 is Too Slow", true);
    check(r"(?i)FAN \S+ is too slow", "nofan7 is Too Slow", false);
    check("(?:a|b)?fan.* is too slow", "fan is too slow", true);
}

#[test]
fn all_places_of_the_literal_are_tried() {
    check("[0-9] error", "an error, 5 error", true);
    check("error: x", "error: error: x", true);
}

#[test]
fn what_is_no_sequence_is_left_to_the_regex() {
    for pattern in [r"(?:ab)+c", r"(?:a+|b)c", r"\d+", r"[äö]x", r"x{1000}y", r"(?u:\b)ü"] {
        assert!(sequence(pattern).is_none(), "{pattern}");
    }
}

#[test]
fn too_many_trials_are_given_up() {
    let text = format!("{}x", "a".repeat(2_000));
    assert_eq!(sequence("[ab]*[ab]*[ab]*[ab]*cx|x").map(|it| it.is_match(text.as_bytes())), None);
    assert_eq!(sequence("[ab]*[ac]*[ad]*[ab]*cx").unwrap().is_match(format!("{text}cx").as_bytes()), Some(true));
    assert_eq!(sequence("d[ab]*[ac]*[ad]*[ab]*x").unwrap().is_match(text.as_bytes()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_answer_is_that_of_the_regex(
        parts in proptest::collection::vec(prop_oneof![
            4 => "[abAB ]{1,3}",
            2 => Just(".*".to_string()),
            2 => Just(r"\S+".into()),
            1 => Just("[0-9]+".into()),
            1 => Just("[^a]*".into()),
            1 => Just("[ab]{1,2}".into()),
            1 => Just("(?:a|bb|)".into()),
            1 => Just("(?:ab)?".into()),
            1 => Just("(?i:ab)".into()),
            1 => Just("(?i:b)a".into()),
            1 => Just("^".into()),
            1 => Just("$".into()),
            1 => Just(r"\b".into()),
            1 => Just(r"\B".into()),
            1 => Just(r"\A".into()),
            1 => Just(r"\n".into()),
            1 => Just("ü".into()),
            1 => Just(r"(?P<n>.)".into()),
        ], 1..7),
        text in proptest::collection::vec(prop_oneof![
            8 => "[abAB 1]{1,4}".prop_map(String::into_bytes),
            1 => Just(b"\n".to_vec()),
            1 => Just(b"\r\n".to_vec()),
            1 => Just(b"\r".to_vec()),
            1 => Just(b"\xff\0".to_vec()),
            1 => Just("ü".into()),
        ], 0..12),
    ) {
        let (pattern, text) = (parts.concat(), text.concat());
        let Ok((hir, unicode)) = parse(&pattern) else { return Ok(()) };
        let Some(sequence) = Sequence::new(&hir) else { return Ok(()) };
        let regex = RegexBuilder::new(&pattern).unicode(unicode).multi_line(true).crlf(true).build().unwrap();
        if let Some(answer) = sequence.is_match(&text) {
            prop_assert_eq!(answer, regex.is_match(&text), "{} in {:?}", pattern, String::from_utf8_lossy(&text));
        }
    }
}
