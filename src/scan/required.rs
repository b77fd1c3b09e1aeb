//! A look at a text that rules most regexes out.
//!
//! A regex that is no simple sequence is matched byte by byte, at a tenth of the speed of a search for one literal. Records of
//! many lines are candidates of many signatures, since each of their lines may be: most are ruled out by a literal that is not
//! there.

use super::inner::{self, Set, shortest};
use super::sequence::commonness;
use super::stored;
use memchr::memchr2;

/// Sets that are asked for, and literals that one of them may have.
const MOST_SETS: usize = 2;
const MOST_LITERALS: usize = 4;

/// Shorter literals stand everywhere.
const SHORTEST: usize = 4;

/// Literals that stand in every text that a regex matches, in some ASCII case: one of each set.
pub(super) struct Required {
    sets: Vec<Vec<Folded>>,
}

/// A literal that is searched for without regard to ASCII case.
pub(super) struct Folded {
    /// In lower-case ASCII.
    text: Box<[u8]>,
    /// The place of its rarest byte.
    rarest: usize,
}

impl Required {
    /// Those of a regex. Nothing is ruled out if it has none.
    pub(super) fn of_regex(pattern: &str) -> Required {
        let sets = stored::sets_of_regex(pattern).or_else(|| inner::sets_of_regex(pattern).ok());
        let mut sets: Vec<Set> = sets.unwrap_or_default();
        sets.retain(|set| set.len() <= MOST_LITERALS && shortest(set) >= SHORTEST);
        sets.sort_by_key(|set| (set.len(), std::cmp::Reverse(shortest(set))));
        sets.truncate(MOST_SETS);
        Required { sets: sets.iter().map(|set| set.iter().map(|literal| Folded::new(literal)).collect()).collect() }
    }

    /// Whether the regex may match the text.
    pub(super) fn may_match(&self, text: &[u8]) -> bool {
        self.sets.iter().all(|set| set.iter().any(|literal| literal.is_in(text)))
    }
}

impl Folded {
    /// Takes a literal in lower-case ASCII.
    pub(super) fn new(literal: &[u8]) -> Folded {
        let rarest = (0..literal.len()).min_by_key(|&at| commonness(literal[at])).unwrap_or(0);
        Folded { text: literal.into(), rarest }
    }

    /// In bytes.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether the literal stands in the text, in any ASCII case.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        let Some(&byte) = self.text.get(self.rarest) else { return true };
        let mut at = self.rarest;
        while let Some(rest) = text.get(at..)
            && let Some(distance) = memchr2(byte, byte.to_ascii_uppercase(), rest)
        {
            let start = at + distance - self.rarest;
            if text[start..].get(..self.text.len()).is_some_and(|it| it.eq_ignore_ascii_case(&self.text)) {
                return true;
            }
            at += distance + 1;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::*;
    use crate::signature::Condition;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    #[test]
    fn what_lacks_a_literal_is_ruled_out() {
        let required = Required::of_regex("(?:Code=\"|Volume[ _][^\\n]{0,9}?)disk (?:sd.) has been (?i:removed)");
        assert!(required.may_match(b"Volume 1: DISK sda Has Been REMOVED"));
        assert!(!required.may_match(b"Volume 1: disk sda has been mounted"));
        assert!(!required.may_match(b""));
        assert!(Required::of_regex(r"\d+").may_match(b""));
    }

    proptest! {
        #[test]
        fn what_matches_is_never_ruled_out(
            nocase in any::<bool>(),
            pattern in vec(select(&["abcd", "aBcdé", "[ab]bcda", "(?:abcda|bbbbb)", ".", "x*", "(?i:dk)"][..]), 1..4),
            text in vec(select(&["abcd", "ABCDÉ", "aBcdé", "bbcda", "abcDa", "bbbbb", "-", "dk", "D\u{212a}"][..]), 0..6),
        ) {
            let pattern = [if nocase { "(?i)" } else { "" }, &pattern.concat()].concat();
            let text = text.concat();
            if Pattern::new(&Condition::Regex(pattern.clone())).unwrap().holds(text.as_bytes()) == Ok(true) {
                prop_assert!(Required::of_regex(&pattern).may_match(text.as_bytes()), "{pattern}");
            }
        }

        #[test]
        fn literals_are_found_in_any_case(literal in "[abC]{1,4}", text in "[abcABC]{0,20}") {
            let folded = Folded::new(literal.to_ascii_lowercase().as_bytes());
            let expected = text.to_ascii_lowercase().contains(&literal.to_ascii_lowercase());
            prop_assert_eq!(folded.is_in(text.as_bytes()), expected);
        }
    }
}
