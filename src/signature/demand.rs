//! How much a condition asks of a record.

use super::{Condition, FieldTest, FieldValue};

/// What has to stand in a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// Texts, regexes and values of fields that have to hold together.
    pub parts: u32,
    /// Bytes of the longest text among them. A regex counts with its plain characters, which is a lower bound only for
    /// patterns without alternatives; good enough for a step in a table.
    pub literal: usize,
}

impl Demand {
    /// That of a text with so many bytes.
    pub(crate) fn of_text(literal: usize) -> Demand {
        Demand { parts: 1, literal }
    }

    /// That of a regex.
    pub(crate) fn of_regex(pattern: &str) -> Demand {
        Demand::of_text(plain_run(pattern))
    }

    /// That of both.
    pub(crate) fn and(self, other: Demand) -> Demand {
        Demand { parts: self.parts.saturating_add(other.parts), literal: self.literal.max(other.literal) }
    }

    /// What one of the two asks at most, if either is enough.
    pub(crate) fn most(self, other: Demand) -> Demand {
        Demand { parts: self.parts.max(other.parts), literal: self.literal.max(other.literal) }
    }

    /// The least that a record contains for which the condition holds.
    pub(crate) fn least(condition: &Condition) -> Demand {
        match condition {
            Condition::Text { text, .. } => Demand::of_text(text.len()),
            Condition::Regex(pattern) => Demand::of_regex(pattern),
            Condition::Fields(tests) => tests.iter().map(least_of_field).fold(Demand::default(), Demand::and),
            Condition::None(_) => Demand::default(),
            Condition::All(parts) => parts.iter().map(Demand::least).fold(Demand::default(), Demand::and),
            Condition::Any(branches) => {
                let least =
                    |a: Demand, b: Demand| Demand { parts: a.parts.min(b.parts), literal: a.literal.min(b.literal) };
                branches.iter().map(Demand::least).reduce(least).unwrap_or_default()
            }
        }
    }
}

/// Several values of which any fits count as the shortest.
fn least_of_field(test: &FieldTest) -> Demand {
    let length = |value: &FieldValue| match value {
        FieldValue::Is(text) => text.len(),
        FieldValue::Like(condition) => Demand::least(condition).literal,
    };
    Demand::of_text(test.values.iter().map(length).min().unwrap_or(0))
}

/// Length of the longest run of letters, digits, spaces and harmless marks in a regex.
fn plain_run(pattern: &str) -> usize {
    let plain = |c: char| c.is_alphanumeric() || " _-:,;'\"/=<>@#%&!~".contains(c);
    pattern.split(|c| !plain(c)).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_counts_and_the_longest_text_of_the_least_demanding_branch() {
        let text = |text: &str| Condition::Text { text: text.into(), nocase: false };
        let field = |name: &str, values: &[&str]| FieldTest {
            name: name.into(),
            values: values.iter().map(|value| FieldValue::Is(value.to_string())).collect(),
        };
        for (condition, parts, literal) in [
            (text("failed"), 1, 6),
            (Condition::Regex(r"\d+ of disk (?:sd.) failed".into()), 1, 9),
            (
                Condition::All(vec![text("a"), Condition::Regex("bcd".into()), Condition::None(vec![text("long")])]),
                2,
                3,
            ),
            (Condition::Any(vec![Condition::All(vec![text("a"), text("b")]), text("longer")]), 1, 1),
            (Condition::Fields(vec![field("event_id", &["7000", "7"]), field("provider", &["Service"])]), 2, 7),
        ] {
            assert_eq!(Demand::least(&condition), Demand { parts, literal }, "{condition:?}");
        }
    }
}
