//! Signatures without a literal that could be searched for: they may hold for any record.
//!
//! Their regexes are put together into one automaton that reads a record once and says which of them match, instead of
//! each of them reading it. What is no plain regex, or too large to be put together, is a candidate for every record.

use super::syntax::parse;
use crate::signature::Condition;
use regex::bytes::{RegexSet, RegexSetBuilder};
use std::sync::OnceLock;

/// Compiled size of the regexes together, in bytes.
const SIZE: usize = 16 << 20;

/// Cache of the automaton for each thread, in bytes.
const CACHE: usize = 2 << 20;

/// Signatures that are tried on every record.
pub(super) struct Everywhere {
    /// Signatures that are one regex, and the regexes.
    regexes: Vec<(usize, Box<str>)>,
    set: OnceLock<Option<RegexSet>>,
    others: Vec<usize>,
}

impl Everywhere {
    /// `numbers` are indices of `conditions`.
    pub(super) fn new(numbers: &[usize], conditions: &[&Condition]) -> Everywhere {
        let (mut regexes, mut others) = (Vec::new(), Vec::new());
        for &number in numbers {
            match conditions.get(number) {
                Some(Condition::Regex(pattern)) => regexes.push((number, in_a_set(pattern))),
                _ => others.push(number),
            }
        }
        // One alone is as fast without.
        if regexes.len() == 1 {
            others.extend(regexes.drain(..).map(|(number, _)| number));
        }
        Everywhere { regexes, set: OnceLock::new(), others }
    }

    /// All of them.
    pub(super) fn signatures(&self) -> impl Iterator<Item = usize> {
        self.others.iter().copied().chain(self.regexes.iter().map(|&(number, _)| number))
    }

    /// Adds those that may hold for the text of a record.
    pub(super) fn add_candidates(&self, text: &[u8], candidates: &mut Vec<usize>) {
        candidates.extend_from_slice(&self.others);
        if self.regexes.is_empty() {
            return;
        }
        match self.set.get_or_init(|| self.compiled()) {
            // Most records match none of them, and that is known without a list of answers.
            Some(set) if !set.is_match(text) => {}
            Some(set) => {
                candidates.extend(set.matches(text).into_iter().filter_map(|index| Some(self.regexes.get(index)?.0)))
            }
            None => candidates.extend(self.regexes.iter().map(|&(number, _)| number)),
        }
    }

    fn compiled(&self) -> Option<RegexSet> {
        let mut builder = RegexSetBuilder::new(self.regexes.iter().map(|(_, pattern)| pattern));
        builder.multi_line(true).crlf(true).size_limit(SIZE).dfa_size_limit(CACHE).build().ok()
    }
}

/// The pattern as part of a set whose other members may be read with or without Unicode.
fn in_a_set(pattern: &str) -> Box<str> {
    match parse(pattern) {
        Ok((_, false)) => format!("(?-u){pattern}").into(),
        _ => pattern.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(patterns: &[&str], text: &[u8]) -> Vec<usize> {
        let conditions: Vec<_> = patterns.iter().map(|pattern| Condition::Regex(pattern.to_string())).collect();
        let conditions: Vec<_> = conditions.iter().collect();
        let everywhere = Everywhere::new(&(0..patterns.len()).collect::<Vec<_>>(), &conditions);
        let mut candidates = Vec::new();
        everywhere.add_candidates(text, &mut candidates);
        candidates
    }

    #[test]
    fn those_that_match_are_candidates() {
        let patterns = [r"\d+ms", r"^\w$", r"(?i)ß|ü", "x$|^y", r"(?x) \d # digit"];
        assert_eq!(candidates(&patterns, b"12ms"), [0, 4]);
        assert_eq!(candidates(&patterns, b"a\r\n\xff"), [1]);
        assert_eq!(candidates(&patterns, "Ü".as_bytes()), [2]);
        assert_eq!(candidates(&patterns, b"ax\r\n"), [3]);
        assert!(candidates(&patterns, b"").is_empty());
    }

    #[test]
    fn what_cannot_be_put_together_is_always_a_candidate() {
        assert_eq!(candidates(&[r"\d"], b""), [0]);
        assert_eq!(candidates(&[r"\d", r"(?:\w{1000}){1000}"], b""), [0, 1]);
        let condition = Condition::None(vec![Condition::Regex("a".into())]);
        let everywhere = Everywhere::new(&[0], &[&condition]);
        assert_eq!(everywhere.signatures().collect::<Vec<_>>(), [0]);
    }
}
