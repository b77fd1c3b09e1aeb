use crate::signature::{Condition, FieldValue, Signature};
use regex_syntax::hir::{Hir, HirKind};

/// How much a record, or the records together, must be like what a signature describes.
///
/// It is a measure of the condition alone: the bytes that are sure to stand in what it claims. A signature that asks for
/// `x509: certificate expired` is more specific than one that asks for `x509:`, and one that asks for both of two texts more
/// than one that asks for either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Specificity {
    /// Bytes of fixed text: of parts that must all be there the sum, of alternatives the least.
    pub(super) bytes: usize,
    /// Texts, patterns and fields that must all be there.
    pub(super) parts: usize,
}

/// Records of one part of a correlation that count.
const MOST_COUNTED: usize = 4;

impl Specificity {
    /// Returns what a signature demands.
    pub(super) fn of(signature: &Signature) -> Specificity {
        match &signature.correlation {
            None => of_condition(&signature.condition),
            Some(correlation) => correlation.parts.iter().fold(Specificity::default(), |sum, part| {
                // A hundred of one message say no more than a few.
                sum.and(of_condition(&part.wanted.condition).times((part.count as usize).min(MOST_COUNTED)))
            }),
        }
    }

    fn and(self, other: Specificity) -> Specificity {
        Specificity { bytes: self.bytes.saturating_add(other.bytes), parts: self.parts.saturating_add(other.parts) }
    }

    fn times(self, count: usize) -> Specificity {
        Specificity { bytes: self.bytes.saturating_mul(count), parts: self.parts.saturating_mul(count) }
    }
}

fn of_condition(condition: &Condition) -> Specificity {
    match condition {
        Condition::Text { text, .. } => Specificity { bytes: text.len(), parts: 1 },
        Condition::Regex(pattern) => Specificity { bytes: fixed_of(pattern), parts: 1 },
        Condition::Fields(tests) => tests.iter().fold(Specificity::default(), |sum, test| {
            let value = test.values.iter().map(of_value).min().unwrap_or(0);
            // That it is the value of this field and not just any text in the record is worth as much as the name says.
            sum.and(Specificity { bytes: value.saturating_add(test.name.len()), parts: 1 })
        }),
        // What must not be there narrows a condition, but shows nothing.
        Condition::None(_) => Specificity::default(),
        Condition::All(parts) => {
            let sum = parts.iter().map(of_condition).fold(Specificity::default(), Specificity::and);
            Specificity { parts: sum.parts.max(1), ..sum }
        }
        Condition::Any(branches) => branches.iter().map(of_condition).min().unwrap_or_default(),
    }
}

fn of_value(value: &FieldValue) -> usize {
    match value {
        FieldValue::Is(text) => text.len(),
        FieldValue::Like(condition) => of_condition(condition).bytes,
    }
}

/// Bytes that are sure to stand in whatever the pattern matches.
fn fixed_of(pattern: &str) -> usize {
    let mut builder = regex_syntax::ParserBuilder::new();
    let parsed = builder.unicode(true).utf8(false).build().parse(pattern);
    parsed.map_or(0, |hir| fixed(&hir))
}

/// The parser bounds how deep a pattern is nested.
fn fixed(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len(),
        // A letter in either case is as good as one; digits in general say little.
        HirKind::Class(class) => usize::from(is_letter(class)),
        HirKind::Capture(capture) => fixed(&capture.sub),
        HirKind::Repetition(repetition) => fixed(&repetition.sub).saturating_mul(repetition.min.min(8) as usize),
        HirKind::Concat(parts) => parts.iter().map(fixed).fold(0, usize::saturating_add),
        HirKind::Alternation(branches) => branches.iter().map(fixed).min().unwrap_or(0),
    }
}

/// Whether a class is one letter in its cases (`k` has three).
fn is_letter(class: &regex_syntax::hir::Class) -> bool {
    match class {
        regex_syntax::hir::Class::Unicode(class) => class.iter().map(|range| range.len()).sum::<usize>() <= 3,
        regex_syntax::hir::Class::Bytes(class) => class.iter().map(|range| range.len()).sum::<usize>() <= 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::FieldTest;

    fn text(text: &str) -> Condition {
        Condition::Text { text: text.into(), nocase: false }
    }

    #[track_caller]
    fn check(condition: Condition, bytes: usize, parts: usize) {
        assert_eq!(of_condition(&condition), Specificity { bytes, parts });
    }

    #[test]
    fn what_is_sure_to_stand_there_counts() {
        check(text("x509:"), 5, 1);
        check(Condition::Regex("panic(.+)error".into()), 10, 1);
        check(Condition::Regex("(?i)panic|out of memory".into()), 5, 1);
        check(Condition::Regex(r"status=(?:4[0-9]{2}|5[0-9]{2})".into()), 8, 1);
        check(Condition::Regex(r".*\d+\s".into()), 0, 1);
        check(Condition::Regex("(".into()), 0, 1);
    }

    #[test]
    fn parts_add_up_and_of_alternatives_the_least_counts() {
        check(Condition::All(vec![text("abc"), text("de"), Condition::None(vec![text("long text")])]), 5, 2);
        check(Condition::Any(vec![text("abc"), Condition::All(vec![text("a"), text("b")])]), 2, 2);
        let is = |text: &str| FieldValue::Is(text.into());
        let test = |name: &str, values: Vec<FieldValue>| FieldTest { name: name.into(), values };
        let fields = vec![test("event_id", vec![is("7000"), is("36887")]), test("provider", vec![is("Disk")])];
        check(Condition::Fields(fields), 8 + 4 + 8 + 4, 2);
    }
}
