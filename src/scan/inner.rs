//! Literals that stand in every text that a regex matches.
//!
//! A regex goes in, sets of byte strings come out, folded to lower-case ASCII: whatever the regex matches contains a string
//! of each set in some ASCII case. They are taken from its syntax tree: inner literals too, and one per branch of an
//! alternation. `build.rs` uses this file as well, see `stored.rs`.

use super::syntax::parse;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::cmp::{Ordering, Reverse};

/// Byte strings of which one is enough.
pub(super) type Set = Vec<Vec<u8>>;

/// Alternatives that one set may have; a pattern with more is too unspecific to be searched by them.
const MAX_LITERALS: usize = 64;

/// Characters of a class that are written out; digits or letters in general are not.
const MAX_CLASS: usize = 8;

/// A longer literal does not make the search better; it is cut.
pub(super) const MAX_LENGTH: usize = 48;

/// Longer than this, one literal is as good as another and the smaller set is preferred.
const LONG_ENOUGH: usize = 16;

/// From so many bytes on a literal is rather searched for than a number of any length: that may stand in nearly all lines if their
/// digits were others, which is what is asked for lines that are remembered.
const GOOD: usize = 4;

/// What is written of failures.
const FAILURES: [&str; 12] = [
    "fail",
    "error",
    "denied",
    "refused",
    "cannot",
    "could not",
    "unable",
    "invalid",
    "timed out",
    "not found",
    "expired",
    "corrupt",
];

/// Nodes deeper than this are taken as "could be anything". The regex parser refuses deeper nesting by itself.
const MAX_DEPTH: u32 = 250;

/// Returns the sets of a regex, in its order; fails if it cannot be parsed.
pub(super) fn sets_of_regex(pattern: &str) -> Result<Vec<Set>, Box<regex_syntax::Error>> {
    parse(pattern).map(|(hir, _)| walk(&hir, 0).into_required())
}

/// Where the sets of a regex are stored, see `stored.rs`.
pub(super) fn hash_of_regex(pattern: &[u8]) -> u64 {
    let (parts, rest) = pattern.as_chunks();
    let rest = rest.iter().fold(pattern.len() as u64, |hash, &byte| hash << 8 | u64::from(byte));
    // The multiplier is 2^64 by the golden ratio.
    let add = |hash: u64, part: u64| (hash.rotate_left(23) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = parts.iter().fold(add(0, rest), |hash, part| add(hash, u64::from_le_bytes(*part)));
    hash ^ hash >> 32
}

/// Returns the length of the shortest literal of a set, in bytes.
pub(super) fn shortest(set: &[Vec<u8>]) -> usize {
    set.iter().map(Vec::len).min().unwrap_or(0)
}

/// What is known about the strings that a part of a regex matches.
struct Known {
    /// All of them, folded, if they are few.
    exact: Option<Set>,
    /// Sets of which each of them contains one.
    required: Vec<Set>,
}

impl Known {
    fn nothing() -> Known {
        Known { exact: None, required: Vec::new() }
    }

    fn exact(strings: Vec<Vec<u8>>) -> Known {
        Known { exact: Some(strings), required: Vec::new() }
    }

    fn into_required(mut self) -> Vec<Set> {
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
pub(super) fn every_branch(branches: impl Iterator<Item = Option<Set>>) -> Option<Set> {
    let mut union = Vec::new();
    for branch in branches {
        union.extend(branch?);
    }
    usable(union)
}

/// The first of the best sets.
pub(super) fn best(sets: Vec<Set>) -> Option<Set> {
    sets.into_iter().reduce(|best, set| if by_quality(&set, &best).is_gt() { set } else { best })
}

/// The better set is the greater: that whose shortest literal is longer; among long ones that which tells a failure, then the smaller
/// set. Any good set is better than a number.
pub(super) fn by_quality(a: &Set, b: &Set) -> Ordering {
    let first = |set: &Set| (is_good(set), shortest(set).min(LONG_ENOUGH));
    let tell_failures = |set: &Set| shortest(set) >= LONG_ENOUGH && set.iter().all(|literal| tells_failure(literal));
    let rest = |set: &Set| (Reverse(set.len()), shortest(set));
    let then = || tell_failures(a).cmp(&tell_failures(b)).then_with(|| rest(a).cmp(&rest(b)));
    first(a).cmp(&first(b)).then_with(then)
}

/// Whether a literal has a word that healthy logs seldom have.
fn tells_failure(literal: &[u8]) -> bool {
    FAILURES.iter().any(|word| literal.windows(word.len()).any(|part| part == word.as_bytes()))
}

/// Whether all literals are long enough to be rare, and none is a number.
pub(super) fn is_good(set: &[Vec<u8>]) -> bool {
    shortest(set) >= GOOD && !has_number(set)
}

/// Whether one of the literals is nothing but digits.
pub(super) fn has_number(set: &[Vec<u8>]) -> bool {
    set.iter().any(|literal| literal.iter().all(u8::is_ascii_digit))
}

/// The set sorted and cut to a useful length inside of a line; `None` if it is empty or one of its strings is. Lines are
/// looked at one by one where that is faster.
pub(super) fn usable(mut strings: Vec<Vec<u8>>) -> Option<Set> {
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

fn cross(starts: &[Vec<u8>], ends: &[Vec<u8>]) -> Option<Set> {
    if starts.len().saturating_mul(ends.len()) > MAX_LITERALS {
        return None;
    }
    let pairs = starts.iter().flat_map(|start| ends.iter().map(move |end| [start.as_slice(), end].concat()));
    Some(distinct(pairs.collect()))
}

/// All strings of a small class, folded.
fn members(class: &Class) -> Option<Set> {
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

pub(super) fn fold(bytes: &[u8]) -> Vec<u8> {
    bytes.to_ascii_lowercase()
}
