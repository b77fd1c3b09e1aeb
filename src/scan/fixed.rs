//! Conditions that hold for a record whatever the values of its digits are, or for none like it.
//!
//! Of a signature with such a condition, what was found out about one record holds for all records that differ from it in
//! the values of digits only.

use super::syntax::parse;
use crate::signature::Condition;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Whether the condition surely holds for both or neither of two texts that differ only in the values of ASCII digits.
pub(super) fn is_fixed(condition: &Condition) -> bool {
    match condition {
        Condition::Any(parts) | Condition::All(parts) | Condition::None(parts) => parts.iter().all(is_fixed),
        Condition::Text { text, .. } => !text.bytes().any(|byte| byte.is_ascii_digit()),
        Condition::Regex(pattern) => parse(pattern).is_ok_and(|(hir, _)| is_blind(&hir)),
        // What a field's value is may depend on escapes, which have digits.
        Condition::Fields(_) => false,
    }
}

/// Whether the regex takes every digit or none wherever it looks at a byte. Where words end is the same for all digits.
fn is_blind(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => !literal.0.iter().any(u8::is_ascii_digit),
        HirKind::Class(class) => {
            let digits = match class {
                Class::Unicode(class) => (b'0'..=b'9')
                    .filter(|&digit| {
                        class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(digit)))
                    })
                    .count(),
                Class::Bytes(class) => (b'0'..=b'9')
                    .filter(|digit| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(digit)))
                    .count(),
            };
            matches!(digits, 0 | 10)
        }
        HirKind::Repetition(repetition) => is_blind(&repetition.sub),
        HirKind::Capture(capture) => is_blind(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_blind),
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::*;
    use proptest::prelude::*;

    fn regex(pattern: &str) -> Condition {
        Condition::Regex(pattern.into())
    }

    #[test]
    fn what_asks_for_single_digits_is_not_fixed() {
        for (pattern, expected) in [
            (r"Failed password for .* from \S+ port \d+", true),
            (r"(?i)\berror\b", true),
            (r"^[0-9a-f]+$|[^0-9]x", true),
            (r"(?u)\w+ä", true),
            (r"code 5", false),
            (r"[1-9]\d*", false),
            (r"(a|b[0-4])c", false),
            (r"x{2,5}7?", false),
        ] {
            assert_eq!(is_fixed(&regex(pattern)), expected, "{pattern}");
        }
        let text = |text: &str| Condition::Text { text: text.into(), nocase: true };
        assert!(is_fixed(&Condition::All(vec![text("a"), Condition::None(vec![text("b")])])));
        assert!(!is_fixed(&Condition::Any(vec![text("a"), text("b2")])));
    }

    proptest! {
        #[test]
        fn fixed_conditions_are_the_same_for_all_digits(
            pattern in r"(\^|\\b)?(a|1|\.|\\d|[0-9]|[a5]|[^0-9]|\\w|\\W|x\?|\\d\+|\.\*|\(a\|1\)){1,5}(\$|\\b)?",
            text in "[a1 x.]{0,12}",
            digits in "[0-9]{12}",
        ) {
            let condition = regex(&pattern);
            if is_fixed(&condition) {
                let mut digits = digits.bytes();
                let mut next = |byte: u8| if byte.is_ascii_digit() { digits.next().unwrap_or(byte) } else { byte };
                let other: Vec<u8> = text.bytes().map(&mut next).collect();
                let pattern = Pattern::new(&condition).unwrap();
                prop_assert_eq!(pattern.holds(text.as_bytes()), pattern.holds(&other));
            }
        }
    }
}
