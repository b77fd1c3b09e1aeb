//! Literals that a record must contain if a condition holds for it.
//!
//! A [`Condition`] goes in, a small set of byte strings comes out, folded to lower-case ASCII: every record that fulfils
//! the condition contains at least one of them in some ASCII case. The scanner looks for these in one pass over the
//! text and evaluates the condition only where one of them stands. For a regex they are taken from its syntax tree:
//! inner literals too, and one per branch of an alternation.

use super::pattern::parse;
use crate::record::fields::{is_plain, is_verbatim};
use crate::signature::{Condition, FieldTest, FieldValue};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Alternatives that one set may have; a pattern with more is too unspecific to be searched by them.
const MAX_LITERALS: usize = 64;

/// Characters of a class that are written out; digits or letters in general are not.
const MAX_CLASS: usize = 8;

/// A longer literal does not make the search better; it is cut.
pub(super) const MAX_LENGTH: usize = 48;

/// Longer than this, one literal is as good as another and the smaller set is preferred.
const LONG_ENOUGH: usize = 16;

/// Sets of one condition that are worth a choice.
const MAX_SETS: usize = 8;

/// Nodes deeper than this are taken as "could be anything". The regex parser refuses deeper nesting by itself.
const MAX_DEPTH: u32 = 250;

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
    let mut sets = match condition {
        Condition::Any(branches) => every_branch(branches.iter().map(required_literals)).into_iter().collect(),
        Condition::All(parts) => parts.iter().flat_map(required_sets).collect(),
        Condition::None(_) => Vec::new(),
        Condition::Text { text, .. } => usable(vec![fold(text.as_bytes())]).into_iter().collect(),
        Condition::Regex(pattern) => of_pattern(pattern),
        Condition::Fields(tests) => of_fields(tests),
    };
    // Stable: of equally good sets the first in the pattern stays first.
    sets.sort_by_key(|set| std::cmp::Reverse(quality(set)));
    sets.truncate(MAX_SETS);
    sets
}

/// Returns the length of the shortest literal of a set from [`required_literals`], in bytes.
pub fn shortest(literals: &[Vec<u8>]) -> usize {
    literals.iter().map(Vec::len).min().unwrap_or(0)
}

fn of_pattern(pattern: &str) -> Vec<Vec<Vec<u8>>> {
    parse(pattern).map(|(hir, _)| walk(&hir, 0).into_required()).unwrap_or_default()
}

/// Sets of numbers are left out if there is another one: `7009` stands in many lines, and may stand in nearly all if their
/// digits were others, which is what is asked for lines that are remembered.
fn of_fields(tests: &[FieldTest]) -> Vec<Vec<Vec<u8>>> {
    let mut sets: Vec<Vec<Vec<u8>>> = tests.iter().flat_map(of_field).collect();
    let is_numeric = |set: &Vec<Vec<u8>>| set.iter().any(|literal| literal.iter().all(u8::is_ascii_digit));
    if sets.iter().any(|set| !is_numeric(set) && shortest(set) >= 3) {
        sets.retain(|set| !is_numeric(set));
    }
    sets
}

/// Whatever format the record has, the plain parts of a value stand in it as they are. Its name does not: formats have
/// names of their own for the same thing.
fn of_field(test: &FieldTest) -> Vec<Vec<Vec<u8>>> {
    if !is_verbatim(&test.name) {
        return Vec::new();
    }
    let sets = |value: &FieldValue| -> Vec<Vec<Vec<u8>>> {
        let sets = match value {
            FieldValue::Is(text) => vec![vec![fold(text.as_bytes())]],
            FieldValue::Like(condition) => required_sets(condition),
        };
        sets.into_iter().filter_map(|set| usable(set.iter().map(|literal| plain_part(literal)).collect())).collect()
    };
    match test.values.as_slice() {
        [one] => sets(one),
        several => every_branch(several.iter().map(|value| best(sets(value)))).into_iter().collect(),
    }
}

/// The longest part of a value that no format escapes.
fn plain_part(literal: &[u8]) -> Vec<u8> {
    literal.split(|&byte| !is_plain(byte)).max_by_key(|part| part.len()).unwrap_or_default().to_vec()
}

/// What is known about the strings that a part of a regex matches.
struct Known {
    /// All of them, folded, if they are few.
    exact: Option<Vec<Vec<u8>>>,
    /// Sets of which each of them contains one.
    required: Vec<Vec<Vec<u8>>>,
}

impl Known {
    fn nothing() -> Known {
        Known { exact: None, required: Vec::new() }
    }

    fn exact(strings: Vec<Vec<u8>>) -> Known {
        Known { exact: Some(strings), required: Vec::new() }
    }

    fn into_required(mut self) -> Vec<Vec<Vec<u8>>> {
        self.required.extend(self.exact.and_then(usable));
        self.required
    }
}

fn walk(hir: &Hir, depth: u32) -> Known {
    if depth > MAX_DEPTH {
        return Known::nothing();
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::exact(vec![Vec::new()]),
        HirKind::Literal(literal) => Known::exact(vec![fold(&literal.0)]),
        HirKind::Class(class) => match members(class) {
            Some(strings) => Known::exact(strings),
            None => Known::nothing(),
        },
        HirKind::Capture(capture) => walk(&capture.sub, depth + 1),
        HirKind::Repetition(repetition) => {
            let part = walk(&repetition.sub, depth + 1);
            match (repetition.min, repetition.max) {
                (1, Some(1)) => part,
                (0, Some(1)) => match part.exact {
                    Some(mut strings) => {
                        strings.push(Vec::new());
                        Known::exact(distinct(strings))
                    }
                    None => Known::nothing(),
                },
                (0, _) => Known::nothing(),
                (min, max) if max == Some(min) && min <= 8 => {
                    concat((0..min).map(|_| walk(&repetition.sub, depth + 1)))
                }
                _ => Known { exact: None, required: part.into_required() },
            }
        }
        HirKind::Concat(parts) => concat(parts.iter().map(|part| walk(part, depth + 1))),
        HirKind::Alternation(branches) => alternation(branches.iter().map(|branch| walk(branch, depth + 1)).collect()),
    }
}

/// Joins neighbouring exact parts to longer strings as long as there are few of them.
fn concat(parts: impl Iterator<Item = Known>) -> Known {
    let mut run = vec![Vec::new()];
    let mut sets = Vec::new();
    let mut whole = true;
    for part in parts {
        let longer = part.exact.as_ref().and_then(|strings| cross(&run, strings));
        if let Some(longer) = longer {
            run = longer;
            continue;
        }
        whole = false;
        let next = part.exact.unwrap_or_else(|| vec![Vec::new()]);
        sets.extend(usable(std::mem::replace(&mut run, next)));
        sets.extend(part.required);
    }
    if whole {
        return Known::exact(run);
    }
    sets.extend(usable(run));
    Known { exact: None, required: sets }
}

fn alternation(branches: Vec<Known>) -> Known {
    if branches.iter().all(|branch| branch.exact.is_some()) {
        let strings = distinct(branches.iter().flat_map(|branch| branch.exact.clone().unwrap_or_default()).collect());
        if strings.len() <= MAX_LITERALS {
            return Known::exact(strings);
        }
    }
    let union = every_branch(branches.into_iter().map(|branch| best(branch.into_required())));
    Known { exact: None, required: union.into_iter().collect() }
}

/// The union of all branches, if each has a set.
fn every_branch(branches: impl Iterator<Item = Option<Vec<Vec<u8>>>>) -> Option<Vec<Vec<u8>>> {
    let mut union = Vec::new();
    for branch in branches {
        union.extend(branch?);
    }
    usable(union)
}

/// The first of the best sets.
fn best(sets: Vec<Vec<Vec<u8>>>) -> Option<Vec<Vec<u8>>> {
    sets.into_iter().reduce(|best, set| if quality(&set) > quality(&best) { set } else { best })
}

/// The set whose shortest literal is longer is better; among long ones the smaller set.
fn quality(set: &[Vec<u8>]) -> (usize, usize, usize) {
    let length = shortest(set);
    (length.min(LONG_ENOUGH), usize::MAX - set.len(), length)
}

/// The set sorted and cut to a useful length inside of a line; `None` if it is empty or one of its strings is. Lines are
/// looked at one by one where that is faster.
fn usable(mut strings: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    for string in &mut strings {
        if string.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            let lines = string.split(|byte| matches!(byte, b'\n' | b'\r'));
            *string = lines.max_by_key(|line| line.len()).unwrap_or_default().to_vec();
        }
        string.truncate(MAX_LENGTH);
    }
    let strings = distinct(strings);
    (!strings.is_empty() && strings.iter().all(|string| !string.is_empty())).then_some(strings)
}

fn cross(starts: &[Vec<u8>], ends: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if starts.len().saturating_mul(ends.len()) > MAX_LITERALS {
        return None;
    }
    let pairs = starts.iter().flat_map(|start| ends.iter().map(move |end| [start.as_slice(), end].concat()));
    Some(distinct(pairs.collect()))
}

/// All strings of a small class, folded.
fn members(class: &Class) -> Option<Vec<Vec<u8>>> {
    let strings: Vec<Vec<u8>> = match class {
        Class::Bytes(class) => {
            let size: usize = class.ranges().iter().map(|range| range.len()).sum();
            if size > MAX_CLASS {
                return None;
            }
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).map(|byte| vec![byte]).collect()
        }
        Class::Unicode(class) => {
            let size: usize = class.ranges().iter().map(|range| range.len()).sum();
            if size > MAX_CLASS {
                return None;
            }
            let chars = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            chars.map(|char| char.to_string().into_bytes()).collect()
        }
    };
    Some(distinct(strings.iter().map(|string| fold(string)).collect()))
}

fn distinct(mut strings: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    strings.sort_unstable();
    strings.dedup();
    strings
}

fn fold(bytes: &[u8]) -> Vec<u8> {
    bytes.to_ascii_lowercase()
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
