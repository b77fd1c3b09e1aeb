//! What a line says of all lines that differ from it in the values of digits.
//!
//! A line with a literal of a signature makes its record a candidate, and most candidates are none on a closer look. That
//! look is taken once, when a line is new: what cannot hold by it, whatever its digits are, is no candidate of its kind.
//! The digits of a weakened condition are all `0`, and so are those of the text that it is asked about.

use super::digits::zero;
use super::syntax::parse;
use crate::signature::Condition;
use regex_syntax::hir::{Capture, Class, ClassBytesRange, ClassUnicodeRange, Hir, HirKind, Look};

/// Returns a condition that holds for one of the lines, with `0` for every digit, of each record for which `condition`
/// holds: for one of those that have the literal which was searched for. `None` if nothing can be said of lines.
pub(super) fn weakened(condition: &Condition) -> Option<Condition> {
    match condition {
        Condition::Any(parts) => parts.iter().map(weakened).collect::<Option<_>>().map(Condition::Any),
        // One of them asked for the literal, and it is not known which.
        Condition::All(parts) => {
            let asking = parts.iter().filter(|part| !matches!(part, Condition::None(_)));
            let asking: Vec<_> = asking.map(weakened).collect::<Option<_>>()?;
            (!asking.is_empty()).then_some(Condition::Any(asking))
        }
        Condition::Text { text, nocase } => {
            let text: String = text.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }).collect();
            (!has_line_end(text.as_bytes())).then_some(Condition::Text { text, nocase: *nocase })
        }
        Condition::Regex(pattern) => {
            let (hir, _) = parse(pattern).ok()?;
            is_inside_line(&hir).then(|| Condition::Regex(with_zeros(hir).to_string()))
        }
        // The fields of a record may stand in several lines, and what is searched for need not be their values.
        Condition::None(_) | Condition::Fields(_) => None,
    }
}

fn has_line_end(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'\r' | b'\n'))
}

/// Whether no match of a regex has the end of a line in it.
fn is_inside_line(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => !has_line_end(&literal.0),
        HirKind::Class(class) => !b"\r\n".iter().any(|&end| contains(class, end)),
        HirKind::Repetition(repetition) => is_inside_line(&repetition.sub),
        HirKind::Capture(capture) => is_inside_line(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_inside_line),
    }
}

/// Whether an ASCII byte is in the class.
fn contains(class: &Class, byte: u8) -> bool {
    match class {
        Class::Unicode(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
        }
        Class::Bytes(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte)),
    }
}

/// The regex with `0` for every digit, also in a class that has any.
fn with_zeros(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        // Words end elsewhere in Unicode, which is not said when a regex is written down again.
        HirKind::Look(look) if is_of_words(look) => Hir::empty(),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Literal(literal) => Hir::literal(literal.0.iter().map(|&byte| zero(byte)).collect::<Vec<_>>()),
        HirKind::Class(mut class) => {
            if (b'1'..=b'9').any(|digit| contains(&class, digit)) {
                match &mut class {
                    Class::Unicode(class) => class.push(ClassUnicodeRange::new('0', '0')),
                    Class::Bytes(class) => class.push(ClassBytesRange::new(b'0', b'0')),
                }
            }
            Hir::class(class)
        }
        HirKind::Repetition(mut repetition) => {
            let sub = with_zeros(*repetition.sub);
            // Without a group, `(?:a+)?` would be written down as `a+?`, which is something else.
            let is_repeated = matches!(sub.kind(), HirKind::Repetition(_));
            let group = |sub| Hir::capture(Capture { index: 1, name: None, sub: Box::new(sub) });
            repetition.sub = Box::new(if is_repeated { group(sub) } else { sub });
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => with_zeros(*capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(with_zeros).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(with_zeros).collect()),
    }
}

fn is_of_words(look: Look) -> bool {
    !matches!(look, Look::Start | Look::End | Look::StartLF | Look::EndLF | Look::StartCRLF | Look::EndCRLF)
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str, nocase: bool) -> Condition {
        Condition::Text { text: text.into(), nocase }
    }

    fn regex(pattern: &str) -> Condition {
        Condition::Regex(pattern.into())
    }

    fn may_hold(condition: &Condition, line: &str) -> Option<bool> {
        let line: Vec<u8> = line.bytes().map(zero).collect();
        weakened(condition).map(|it| Pattern::new(&it).unwrap().holds(&line).unwrap())
    }

    #[test]
    fn what_no_digits_can_make_a_match_is_ruled_out() {
        let condition = regex(r"code (?<code>4\d\d|[5-9]): (?i:denied) on host[12]$");
        assert_eq!(may_hold(&condition, "code 7: DENIED on host3"), Some(true));
        assert_eq!(may_hold(&condition, "code 999: denied on host3"), Some(true));
        assert_eq!(may_hold(&condition, "code 77: denied on host3"), Some(false));
        assert_eq!(may_hold(&condition, "code 7: granted on host3"), Some(false));
        assert_eq!(may_hold(&text("Error 1069", true), "error 7777"), Some(true));
        // A repetition of a repetition.
        assert_eq!(may_hold(&regex(r"raid10?:(?:[\w-]+)?:? ?(?<disk>[\w-]+): lost"), "raid1: sda2: lost"), Some(true));
        assert_eq!(may_hold(&text("Error 1069", false), "error 7777"), Some(false));
    }

    #[test]
    fn a_line_may_be_one_of_several_that_are_asked_for() {
        let all = Condition::All(vec![text("a", false), regex("b.*c"), Condition::None(vec![text("d", false)])]);
        for (line, expected) in [("a", true), ("b c d", true), ("c b", false), ("", false)] {
            assert_eq!(may_hold(&all, line), Some(expected), "{line}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_may_reach_over_the_end_of_a_line() {
        for pattern in [r"a\s+b", "a[^x]*b", r"a\r?\nb", "(?s)a.b", "("] {
            assert!(weakened(&regex(pattern)).is_none(), "{pattern}");
        }
        assert!(weakened(&text("a\nb", false)).is_none());
        assert!(weakened(&Condition::None(vec![text("a", false)])).is_none());
        assert!(weakened(&Condition::Any(vec![text("a", false), Condition::Fields(Vec::new())])).is_none());
    }

    fn conditions() -> impl Strategy<Value = Condition> {
        let regexes = r"(\^|\\b|\(\?i\))?(a|1|ä|\.|\\d|[0-4]|[a5]|[^0-9\r\n]|[^1]|\\w|\\s|\\S|x\?|\\d\+|\.\*|\(a\|1\)|\(\?:[a1]\+\)[?*]|\(\?:a\?x\)\{2\}){1,5}(\$|\\b)?";
        let leaf = prop_oneof![
            regexes.prop_map(Condition::Regex),
            ("[aA15x \n]{1,4}", any::<bool>()).prop_map(|(text, nocase)| Condition::Text { text, nocase }),
        ];
        leaf.prop_recursive(2, 6, 3, |inner| {
            let parts = proptest::collection::vec(inner, 1..3);
            prop_oneof![
                parts.clone().prop_map(Condition::Any),
                parts.clone().prop_map(Condition::All),
                parts.prop_map(Condition::None),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_record_holds_only_by_a_line_that_may(condition in conditions(), text in "([aA15äx .]{0,6}\r?\n){0,3}[aA15x]{0,4}") {
            let holds = Pattern::new(&condition).is_ok_and(|it| it.holds(text.as_bytes()) == Ok(true));
            if holds && weakened(&condition).is_some() {
                // Also of an empty text, which `lines` takes for none.
                let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
                prop_assert!(lines.any(|line| may_hold(&condition, line) == Some(true)));
            }
        }
    }
}
