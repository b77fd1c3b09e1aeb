//! Conditions on the fields of a record.
//!
//! Only records that contain a literal of the value get here (`literals.rs`), so that the text of a record is read for its
//! fields when there is a reason to.

use super::pattern::{Pattern, Unusable};
use crate::record::fields;
use crate::signature::{Demand, FieldTest, FieldValue};
use memchr::memmem::Finder;
use std::borrow::Cow;

/// A [`FieldTest`] that can be evaluated.
pub(super) struct FieldPattern {
    name: Box<str>,
    values: Vec<ValuePattern>,
    /// The values are sure to stand in the record as they are.
    verbatim: bool,
}

enum ValuePattern {
    Is(Box<Finder<'static>>),
    Like(Pattern),
}

impl FieldPattern {
    /// Fails if a regex cannot be parsed.
    pub(super) fn new(test: &FieldTest) -> Result<FieldPattern, Unusable> {
        let value = |value: &FieldValue| {
            Ok(match value {
                FieldValue::Is(text) => ValuePattern::Is(Box::new(Finder::new(text).into_owned())),
                FieldValue::Like(condition) => ValuePattern::Like(Pattern::new(condition)?),
            })
        };
        let plain = |value: &FieldValue| matches!(value, FieldValue::Is(text) if !text.is_empty() && text.bytes().all(fields::is_plain));
        let verbatim = fields::is_verbatim(&test.name) && test.values.iter().all(plain);
        Ok(FieldPattern {
            verbatim,
            name: test.name.as_str().into(),
            values: test.values.iter().map(value).collect::<Result<_, _>>()?,
        })
    }

    /// Whether a look at the text does not rule out that a value fits; it takes far less than to read the fields.
    pub(super) fn may_hold(&self, text: &[u8]) -> bool {
        let may_be = |value: &ValuePattern| match value {
            ValuePattern::Is(value) => fields::may_have(text, value),
            ValuePattern::Like(_) => true,
        };
        !self.verbatim || self.values.iter().any(may_be)
    }

    /// Whether a value of the field fits.
    pub(super) fn holds(&self, text: &[u8]) -> Result<bool, Unusable> {
        let mut answer = Ok(false);
        fields::any(text, &self.name, &mut |value| {
            answer = self.fits(&value.text());
            answer != Ok(false)
        });
        answer
    }

    fn fits(&self, value: &[u8]) -> Result<bool, Unusable> {
        for wanted in &self.values {
            let fits = match wanted {
                ValuePattern::Is(text) => text.needle() == value,
                ValuePattern::Like(pattern) => pattern.holds(value)?,
            };
            if fits {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What stands in the first value that fits.
    pub(super) fn demand(&self, text: &[u8]) -> Demand {
        let mut literal = 0;
        fields::any(text, &self.name, &mut |value| {
            let value = value.text();
            let of = |wanted: &ValuePattern| match wanted {
                ValuePattern::Is(text) => (text.needle() == &*value).then_some(value.len()),
                ValuePattern::Like(pattern) => {
                    Some(pattern.demand(&value)).filter(|it| it.parts > 0).map(|it| it.literal)
                }
            };
            let most = self.values.iter().filter_map(of).max();
            literal = most.unwrap_or(0);
            most.is_some()
        });
        Demand::of_text(literal)
    }

    /// Gives the named groups in the first value that fits.
    pub(super) fn captures<'p, 't>(&'p self, text: &'t [u8], found: &mut dyn FnMut(&'p str, Cow<'t, [u8]>)) {
        if !self.has_names() {
            return;
        }
        fields::any(text, &self.name, &mut |value| {
            let value = value.text();
            let fits = self.fits(&value) == Ok(true);
            if fits {
                match value {
                    Cow::Borrowed(value) => self.captures_in(value, found),
                    Cow::Owned(value) => {
                        self.captures_in(&value, &mut |name, group| found(name, Cow::Owned(group.into_owned())));
                    }
                }
            }
            fits
        });
    }

    fn captures_in<'p, 't>(&'p self, value: &'t [u8], found: &mut dyn FnMut(&'p str, Cow<'t, [u8]>)) {
        for wanted in &self.values {
            if let ValuePattern::Like(pattern) = wanted {
                pattern.captures(value, found);
            }
        }
    }

    /// Whether there can be named groups.
    pub(super) fn has_names(&self) -> bool {
        self.values.iter().any(|value| matches!(value, ValuePattern::Like(pattern) if pattern.has_names()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Condition;

    const EVENT: &str =
        r#"{"provider":"disk","event_id":7,"data":{"param1":"\\Device\\Harddisk1\\DR1","n":["07","x 7"]}}"#;

    fn regex(pattern: &str) -> FieldValue {
        FieldValue::Like(Condition::Regex(pattern.into()))
    }

    fn is(text: &str) -> FieldValue {
        FieldValue::Is(text.into())
    }

    fn pattern(pairs: &[(&str, &[FieldValue])]) -> Pattern {
        let test =
            |(name, values): &(&str, &[FieldValue])| FieldTest { name: name.to_string(), values: values.to_vec() };
        Pattern::new(&Condition::Fields(pairs.iter().map(test).collect())).unwrap()
    }

    #[track_caller]
    fn check(pairs: &[(&str, &[FieldValue])], expected: bool) {
        assert_eq!(pattern(pairs).holds(EVENT.as_bytes()), Ok(expected));
    }

    #[test]
    fn all_pairs_must_hold() {
        check(&[("provider", &[is("disk")]), ("event_id", &[is("7")])], true);
        check(&[("provider", &[is("disk")]), ("event_id", &[is("8")])], false);
        check(&[("provider", &[is("disk")]), ("none", &[is("7")])], false);
    }

    #[test]
    fn a_text_is_the_whole_value_as_it_is() {
        check(&[("event_id", &[is("07")])], false);
        check(&[("event_id", &[is("7.0")])], false);
        check(&[("provider", &[is("Disk")])], false);
        check(&[("provider", &[is("dis")])], false);
        check(&[("data.param1", &[is(r"\Device\Harddisk1\DR1")])], true);
    }

    #[test]
    fn any_value_may_fit_any_of_the_list() {
        check(&[("event_id", &[is("6"), is("7")])], true);
        check(&[("data.n", &[is("x 7")])], true);
        check(&[("data.n", &[regex("^7"), regex("^0")])], true);
        check(&[("provider", &[FieldValue::Like(Condition::Text { text: "ISK".into(), nocase: true })])], true);
    }

    #[test]
    fn each_field_is_a_part_and_the_value_that_fits_counts() {
        let pattern = pattern(&[("event_id", &[is("7000"), is("7")]), ("provider", &[regex("^di"), regex("^disk$")])]);
        assert_eq!(pattern.demand(EVENT.as_bytes()), Demand { parts: 2, literal: 4 });
        assert_eq!(pattern.demand(b"{\"event_id\":7}"), Demand::default());
    }

    #[test]
    fn groups_have_the_value_without_escapes() {
        let pattern = pattern(&[
            ("data.param1", &[is("x"), regex(r"^(?<device>\\Device\\\w+)")]),
            ("provider", &[regex("(?<p>.+)")]),
        ]);
        let mut found = Vec::new();
        pattern.captures(EVENT.as_bytes(), &mut |name, value| {
            found.push(format!("{name}={}", String::from_utf8_lossy(&value)))
        });
        assert_eq!(found, [r"device=\Device\Harddisk1", "p=disk"]);
        pattern.captures(b"{\"provider\":\"disk\"}", &mut |_, _| panic!("it does not hold"));
    }

    #[test]
    fn an_unusable_regex_makes_the_condition_unusable() {
        assert!(FieldPattern::new(&FieldTest { name: "a".into(), values: vec![regex("(")] }).is_err());
        let huge = pattern(&[("provider", &[regex(r"(?:\w{1000}){1000}")])]);
        assert_eq!(huge.holds(EVENT.as_bytes()), Err(Unusable));
    }
}
