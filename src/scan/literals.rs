//! Literals that a record must contain if a condition holds for it.
//!
//! A [`Condition`] goes in, a small set of byte strings comes out, folded to lower-case ASCII: every record that fulfils
//! the condition contains at least one of them in some ASCII case. The scanner looks for these in one pass over the
//! text and evaluates the condition only where one of them stands. Those of a regex come from `inner.rs`.

use super::inner::{self, Set, best, by_quality, every_branch, fold, has_number, is_good, sets_of_regex, usable};
use super::pattern::Unusable;
use super::stored;
use crate::record::fields::{is_plain, is_verbatim};
use crate::signature::{Condition, FieldTest, FieldValue};

pub(super) use super::inner::MAX_LENGTH;

/// Sets of one condition that are worth a choice.
const MAX_SETS: usize = 8;

/// Returns byte strings in lower-case ASCII of which every record that fulfils `condition` contains at least one,
/// compared without regard to ASCII case. They are sorted, without duplicates, never empty strings.
///
/// Returns `None` if there is no such set: the condition can hold without any fixed text (`\d+ms`, a lone `none`), or a
/// regex in it cannot be parsed. The quality of a set is its shortest literal; a signature should have three bytes or
/// more, see [`shortest`].
pub fn required_literals(condition: &Condition) -> Option<Vec<Vec<u8>>> {
    best(required_sets(condition))
}

/// Returns all sets that [`required_literals`] chooses from, at most eight, the best first. Every record that
/// fulfils `condition` contains a literal of each of them, so one may be searched for, whichever is rarest.
pub fn required_sets(condition: &Condition) -> Vec<Vec<Vec<u8>>> {
    Search::default().sets(condition)
}

/// Returns the length of the shortest literal of a set from [`required_literals`], in bytes.
pub fn shortest(literals: &[Vec<u8>]) -> usize {
    inner::shortest(literals)
}

/// Returns what [`required_sets`] does; fails if a regex in the condition, wherever it stands, cannot be parsed.
pub(super) fn sets_of_usable(condition: &Condition) -> Result<Vec<Set>, Unusable> {
    let mut search = Search::default();
    let sets = search.sets(condition);
    if search.is_broken { Err(Unusable) } else { Ok(sets) }
}

/// Collects the sets of a condition.
#[derive(Default)]
struct Search {
    /// A regex cannot be parsed.
    is_broken: bool,
}

impl Search {
    fn sets(&mut self, condition: &Condition) -> Vec<Set> {
        let mut sets = match condition {
            Condition::Any(branches) => {
                let branches: Vec<_> = branches.iter().map(|branch| best(self.sets(branch))).collect();
                every_branch(branches.into_iter()).into_iter().collect()
            }
            Condition::All(parts) => parts.iter().flat_map(|part| self.sets(part)).collect(),
            Condition::None(parts) => {
                parts.iter().for_each(|part| drop(self.sets(part)));
                Vec::new()
            }
            Condition::Text { text, .. } => usable(vec![fold(text.as_bytes())]).into_iter().collect(),
            Condition::Regex(pattern) => self.of_regex(pattern),
            Condition::Fields(tests) => self.of_fields(tests),
        };
        // A number may stand in nearly all lines if their digits were others, which is what is asked for lines that are remembered.
        if sets.iter().any(|set| is_good(set)) {
            sets.retain(|set| !has_number(set));
        }
        // Stable: of equally good sets the first in the pattern stays first.
        sets.sort_by(|a, b| by_quality(b, a));
        sets.truncate(MAX_SETS);
        sets
    }

    fn of_regex(&mut self, pattern: &str) -> Vec<Set> {
        if let Some(sets) = stored::sets_of_regex(pattern) {
            return sets;
        }
        let sets = sets_of_regex(pattern);
        self.is_broken |= sets.is_err();
        sets.unwrap_or_default()
    }

    /// Sets of numbers are left out if there is another one, if only of three bytes: event ids are short.
    fn of_fields(&mut self, tests: &[FieldTest]) -> Vec<Set> {
        let mut sets: Vec<Set> = tests.iter().flat_map(|test| self.of_field(test)).collect();
        if sets.iter().any(|set| !has_number(set) && shortest(set) >= 3) {
            sets.retain(|set| !has_number(set));
        }
        sets
    }

    /// Whatever format the record has, the plain parts of a value stand in it as they are. Its name does not: formats have
    /// names of their own for the same thing.
    fn of_field(&mut self, test: &FieldTest) -> Vec<Set> {
        let mut sets = |value: &FieldValue| -> Vec<Set> {
            let sets = match value {
                FieldValue::Is(text) => vec![vec![fold(text.as_bytes())]],
                FieldValue::Like(condition) => self.sets(condition),
            };
            sets.into_iter().filter_map(|set| usable(set.iter().map(|literal| plain_part(literal)).collect())).collect()
        };
        let mut values: Vec<_> = test.values.iter().map(&mut sets).collect();
        match values.as_mut_slice() {
            _ if !is_verbatim(&test.name) => Vec::new(),
            [one] => std::mem::take(one),
            _ => every_branch(values.into_iter().map(best)).into_iter().collect(),
        }
    }
}

/// The longest part of a value that no format escapes.
fn plain_part(literal: &[u8]) -> Vec<u8> {
    literal.split(|&byte| !is_plain(byte)).max_by_key(|part| part.len()).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: &[&str]) {
        let literals = required_literals(&Condition::Regex(pattern.into())).unwrap_or_default();
        let literals: Vec<_> = literals.iter().map(|it| String::from_utf8_lossy(it)).collect();
        assert_eq!(literals, expected, "{pattern}");
    }

    #[test]
    fn the_longest_inner_literal_is_taken() {
        check(r"\d+ Cannot open (\S+): no space$", &[" cannot open "]);
        check("abc.*abcdef", &["abcdef"]);
    }

    #[test]
    fn of_long_literals_that_of_the_failure_is_taken() {
        check("policy of this endpoint '.*' failed on the host", &["' failed on the host"]);
        check("policy of this endpoint '.*' failed", &["policy of this endpoint '"]);
        check("cursor id .* not found", &["cursor id "]);
    }

    #[test]
    fn a_number_is_searched_for_if_nothing_else_is_good() {
        check(r"2147467259.*ora", &["2147467259"]);
        check(r"2147467259.*ora-", &["ora-"]);
        check(r"2147467259.*in step", &["in step"]);
        check(r"(?:2147467259|0x80004005)\b.* in", &["0x80004005", "2147467259"]);
        assert_eq!(required_sets(&Condition::Regex(r"2147467259.*in step".into())), [[b"in step".to_vec()]]);
    }

    #[test]
    fn an_alternation_needs_one_literal_per_branch() {
        check("(?:refused|reset by peer)", &["refused", "reset by peer"]);
        check("(?:refused|[0-9]+)", &[]);
        check("connection (?:refused|reset)", &["connection refused", "connection reset"]);
    }

    #[test]
    fn case_is_folded_and_costs_nothing() {
        check("(?i)Access Denied", &["access denied"]);
        check("[Ff]ailed to", &["failed to"]);
    }

    #[test]
    fn optional_parts_are_not_required() {
        check("(?:abc)?def", &["abcdef", "def"]);
        check("(?:longer literal)*x", &["x"]);
        check("(?:abc){0,3}", &[]);
    }

    #[test]
    fn repeated_parts_are_required_once() {
        check("(?:retry )+", &["retry "]);
        check("(?:ab){3}", &["ababab"]);
    }

    #[test]
    fn non_ascii_literals_are_utf8() {
        check("Zugriff verweigert für", &["zugriff verweigert für"]);
    }

    #[test]
    fn letters_beyond_ascii_are_searched_for_in_both_cases() {
        check("(?i)für", &["fÜr", "für"]);
        // In Unicode `k` has a third form.
        check("(?i)kü", &["kÜ", "kü", "\u{212a}Ü", "\u{212a}ü"]);
    }

    #[test]
    fn a_pattern_without_fixed_text_has_none() {
        check(r"\d+ms", &["ms"]);
        check(r"^\s*\w+$", &[]);
        check("(", &[]);
    }

    #[test]
    fn a_broken_regex_is_told_wherever_it_stands() {
        let regex = |pattern: &str| Condition::Regex(pattern.into());
        let field = |name: &str| FieldTest { name: name.into(), values: vec![FieldValue::Like(regex("("))] };
        let text = || Condition::Text { text: "text".into(), nocase: false };
        for broken in [
            regex("("),
            Condition::None(vec![regex("(")]),
            Condition::Any(vec![regex(r"\d"), regex("(")]),
            Condition::All(vec![text(), Condition::None(vec![regex("(")])]),
            Condition::Fields(vec![field("level")]),
            Condition::Fields(vec![field("a")]),
        ] {
            assert_eq!(sets_of_usable(&broken), Err(Unusable), "{broken:?}");
        }
        assert!(sets_of_usable(&Condition::All(vec![text(), regex(r"\d")])).is_ok());
    }

    #[test]
    fn a_field_needs_the_plain_part_of_its_value() {
        let fields = |pairs: &[(&str, &[FieldValue])]| {
            let test =
                |(name, values): &(&str, &[FieldValue])| FieldTest { name: name.to_string(), values: values.to_vec() };
            let literals = required_literals(&Condition::Fields(pairs.iter().map(test).collect()));
            literals.map(|set| set.iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect::<Vec<_>>())
        };
        let is = |text: &str| FieldValue::Is(text.into());
        let regex = |pattern: &str| FieldValue::Like(Condition::Regex(pattern.into()));
        let set = |literals: &[&str]| Some(literals.iter().map(|it| it.to_string()).collect::<Vec<_>>());
        assert_eq!(fields(&[("event_id", &[is("7")]), ("provider", &[is("Disk")])]), set(&["disk"]));
        assert_eq!(fields(&[("event_id", &[is("4000"), is("4007")])]), set(&["4000", "4007"]));
        assert_eq!(fields(&[("event_id", &[is("4401")]), ("provider", &[is("NPS")])]), set(&["nps"]));
        assert_eq!(fields(&[("event_id", &[is("4401")]), ("x", &[is("ab")])]), set(&["4401"]));
        assert_eq!(fields(&[("path", &[is(r"C:\Windows\a")])]), set(&["windows"]));
        assert_eq!(fields(&[("path", &[regex(r"Windows\\System32 (?<x>\d+)")])]), set(&["system32 "]));
        assert_eq!(fields(&[("a", &[is("für"), regex("longer")])]), set(&["longer", "r"]));
        assert_eq!(fields(&[("a", &[is("///")])]), None);
        assert_eq!(fields(&[("level", &[is("error")])]), None);
        assert_eq!(fields(&[("a", &[is("long enough"), regex(r"\d+")])]), None);
    }

    #[test]
    fn all_takes_the_best_part_and_any_needs_every_part() {
        let text = |text: &str| Condition::Text { text: text.into(), nocase: false };
        let all =
            Condition::All(vec![text("short"), text("much longer"), Condition::None(vec![text("never this one")])]);
        assert_eq!(required_literals(&all), Some(vec![b"much longer".to_vec()]));
        let any = Condition::Any(vec![text("One"), text("two")]);
        assert_eq!(required_literals(&any), Some(vec![b"one".to_vec(), b"two".to_vec()]));
        let open = Condition::Any(vec![text("one"), Condition::Regex(r"\d+".into())]);
        assert_eq!(required_literals(&open), None);
        assert_eq!(required_literals(&Condition::Any(Vec::new())), None);
    }
}
