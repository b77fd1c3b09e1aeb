//! Where in a text the literals of all patterns stand.
//!
//! Literals go in once, (literal, position) pairs come out for each text. Nothing else in the scanner knows how they
//! are found, so that another engine can take this one's place. An engine may report a literal that is not there:
//! whoever asks confirms each hit. It must not miss one.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Up to so many bytes of literals the automaton is a full table, about twice as fast and 1 KiB per byte.
const TABLE_FOR: usize = 24 << 10;

/// A literal found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LiteralHit {
    /// Number of the literal, in the order in which they were given to [`Engine::new`].
    pub(super) literal: u32,
    /// Where its last byte stands.
    pub(super) last: usize,
}

/// Finds many literals in one pass, without regard to ASCII case.
pub(super) struct Engine {
    automaton: Option<AhoCorasick>,
}

impl Engine {
    /// Compiles the literals, which are in lower-case ASCII, distinct and not empty.
    pub(super) fn new(literals: &[Vec<u8>]) -> Engine {
        let bytes: usize = literals.iter().map(Vec::len).sum();
        let kind = if bytes <= TABLE_FOR { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
        let build = |kind| {
            let mut builder = AhoCorasick::builder();
            builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard).kind(kind).build(literals)
        };
        // Only the numbering of states can overflow, at gigabytes of literals; a catalogue file is far smaller.
        let automaton = build(Some(kind)).or_else(|_| build(Some(AhoCorasickKind::NoncontiguousNFA))).ok();
        Engine { automaton }
    }

    /// Appends all hits, overlapping ones too, to `hits`, in ascending order of their last byte.
    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<LiteralHit>) {
        let Some(automaton) = &self.automaton else { return };
        hits.extend(
            automaton
                .find_overlapping_iter(text)
                .map(|found| LiteralHit { literal: found.pattern().as_u32(), last: found.end().saturating_sub(1) }),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(literals: &[Vec<u8>], text: &[u8]) -> Vec<(usize, u32)> {
        let folded = text.to_ascii_lowercase();
        let mut found = Vec::new();
        for (number, literal) in literals.iter().enumerate() {
            let ends = (literal.len()..=text.len()).filter(|&end| folded[..end].ends_with(literal));
            found.extend(ends.map(|end| (end - 1, number as u32)));
        }
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn every_occurrence_is_found_in_order(
            literals in proptest::collection::btree_set("[ab.]{1,4}", 0..6),
            text in "[abAB.c\\n]{0,60}",
        ) {
            let literals: Vec<Vec<u8>> = literals.into_iter().map(String::into_bytes).collect();
            let mut hits = Vec::new();
            Engine::new(&literals).find(text.as_bytes(), &mut hits);
            prop_assert!(hits.is_sorted_by_key(|hit| hit.last));
            let mut hits: Vec<_> = hits.iter().map(|hit| (hit.last, hit.literal)).collect();
            hits.sort_unstable();
            prop_assert_eq!(hits, naive(&literals, text.as_bytes()));
        }
    }
}
