use super::*;
use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
use proptest::prelude::*;

const STYLE: TextStyle = TextStyle { width: 80, color: false, top: 10, links: false };

fn problem(file: &str, kind: ProblemKind, message: &str) -> Problem {
    Problem { file: file.into(), kind, message: message.into() }
}

fn sample() -> Diagnosis {
    let mut specific = signature("acme/rocket/crash", Severity::High);
    specific.suppresses.push("acme/rocket/general".into());
    specific.advice.impact =
        Some("The rocket does not fly, and nobody who is waiting for it gets anything that was promised.".into());
    let trace = "12:00 ERROR went wrong on srv01\n  at a\n  at b\n  at c\n  at d";
    let seen = || group(1_400, vec![evidence("case.zip!/a.log", 12, trace), evidence("case.zip!/b.log", 1, "x")]);
    let mut other =
        unknown(Level::Error, "odd <n>", group(1, vec![evidence("case.zip!/a.log", 40, "12:01 ERROR odd 7")]));
    other.codes.push("0x80070005".into());
    let known = vec![(specific, seen()), (signature("acme/rocket/general", Severity::Low), seen())];
    let mut diagnosis = diagnosis(known, vec![other, unknown(Level::Warn, "hm", group(2, Vec::new()))]);
    diagnosis.problems = vec![
        problem("case.zip!/c.log", ProblemKind::Encrypted, "needs a password"),
        problem("case.zip!/d.bin", ProblemKind::Skipped, "not text"),
        problem("case.zip!/e.bin", ProblemKind::Skipped, "not text"),
    ];
    diagnosis
}

#[test]
fn a_whole_report() {
    insta::assert_snapshot!(text(&sample(), STYLE));
}

#[test]
fn nothing_found_is_only_said_when_all_was_examined() {
    let mut diagnosis = diagnosis(Vec::new(), Vec::new());
    assert!(
        text(&diagnosis, STYLE).starts_with("Nothing found: case.zip, 1 file, 4.2 MB, 2026-01-02 03:04 to 04:04\n")
    );
    diagnosis.problems = vec![problem("x", ProblemKind::Skipped, "link")];
    assert!(!text(&diagnosis, STYLE).contains("Nothing found"));
    diagnosis.problems = vec![problem("x", ProblemKind::Corrupt, "cut off")];
    assert!(text(&diagnosis, STYLE).starts_with("No known problem and no error in what was examined, 1 part not"));
    diagnosis.problems.clear();
    diagnosis.unresolved_omitted = true;
    assert!(!text(&diagnosis, STYLE).contains("Nothing found"));
    assert!(text(&Diagnosis::default(), STYLE).starts_with("Nothing was examined"));
}

#[test]
fn only_the_top_is_shown_and_the_rest_is_counted() {
    let text = text(&sample(), TextStyle { top: 1, ..STYLE });
    assert!(text.contains("odd 7") && !text.contains("hm"));
    assert!(text.contains("1 more, less likely; --top 2 shows all."));
}

#[test]
fn colours_only_repeat_what_the_words_say() {
    let colored = text(&sample(), TextStyle { color: true, ..STYLE });
    let plain = anstream::adapter::strip_str(&colored).to_string();
    assert_eq!(plain, text(&sample(), STYLE));
    assert_ne!(plain, colored);
}

#[test]
fn links_only_stand_around_what_the_words_say() {
    let linked = text(&sample(), TextStyle { links: true, ..STYLE });
    assert!(linked.contains("KB1 \x1b]8;;https://example.com/kb1\x1b\\https://example.com/kb1\x1b]8;;\x1b\\\n"));
    assert_eq!(anstream::adapter::strip_str(&linked).to_string(), text(&sample(), STYLE));
}

#[test]
fn explanations_stay_within_the_width() {
    for width in [60, 80, 120] {
        let text = text(&sample(), TextStyle { width, ..STYLE });
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > width).collect();
        assert!(wide.is_empty(), "{width}: {wide:?}");
    }
}

#[test]
fn a_very_long_line_is_cut_and_says_so() {
    let line = "é".repeat(5_000);
    let diagnosis = diagnosis(Vec::new(), vec![unknown(Level::Error, "x", group(1, vec![evidence("a", 1, &line)]))]);
    assert!(text(&diagnosis, STYLE).contains("é [4,600 more characters]\n"));
}

proptest! {
    #[test]
    fn log_text_cannot_bring_control_characters(log in any::<String>(), path in any::<String>(), width in 1..200usize) {
        let diagnosis = crate::report::hostile(&log, &path);
        let plain = text(&diagnosis, TextStyle { width, ..STYLE });
        prop_assert!(!plain.chars().any(|c| c != '\n' && crate::report::neutral::is_hidden(c)), "{plain:?}");
        let colored = text(&diagnosis, TextStyle { width, color: true, links: true, ..STYLE });
        prop_assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
    }
}
