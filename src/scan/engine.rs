//! Where in a text the literals stand that somebody asked for.
//!
//! For each asker sets of literals go in, (asker, position) pairs come out for each text. Nothing else in the scanner
//! knows how they are found. A hit means that a literal of the asker stands there in some ASCII case; who has none that
//! can be searched for is told at once ([`Engine::new`]).

pub(super) use super::filter::LiteralHit;
use super::filter::{Filter, Kernel, Sample, Scratch, can_be_searched};
use super::literals::MAX_LENGTH;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::OnceLock;

/// Finds many literals in one pass, without regard to ASCII case.
pub(super) struct Engine {
    wanted: Vec<Vec<Vec<Vec<u8>>>>,
    /// The plan that knows nothing of the input, made if it is needed.
    first: OnceLock<Filter>,
    /// The plan for the actual input, once a sample of it was seen.
    tuned: OnceLock<Filter>,
    kernel: Kernel,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Engine {
    /// How far before the part in which it is found a literal may begin.
    pub(super) const REACH: usize = MAX_LENGTH;

    /// Text that is searched at once, so that what is done next with it finds it in the first-level cache.
    pub(super) const PART: usize = Filter::BLOCK;

    /// Takes what is searched for. `wanted` has for each asker the sets (of literals in lower-case ASCII) of which any
    /// one is enough. Returns beside it the askers without a set of literals of three bytes or more.
    pub(super) fn new(wanted: Vec<Vec<Vec<Vec<u8>>>>) -> (Engine, Vec<usize>) {
        let without = (0..wanted.len()).filter(|&asker| !can_be_searched(&wanted[asker])).collect();
        (Engine { wanted, first: OnceLock::new(), tuned: OnceLock::new(), kernel: Kernel::detect() }, without)
    }

    /// Searches without vector instructions from now on. The result is the same.
    pub(super) fn use_portable(&mut self) {
        self.kernel = Kernel::Portable;
        (self.first, self.tuned) = Default::default();
    }

    /// Plans the search for an input of which `pieces` are a sample. Only the first call has an effect, and only on
    /// speed.
    pub(super) fn tune(&self, pieces: &[&[u8]]) {
        self.tuned.get_or_init(|| Filter::plan(self.kernel, &self.wanted, &Sample::of(pieces)));
    }

    /// Whether [`Engine::tune`] was called.
    pub(super) fn is_tuned(&self) -> bool {
        self.tuned.get().is_some()
    }

    /// The plan of now, for texts that have to be searched in one way: which literals of an asker are searched for changes
    /// with [`Engine::tune`], and one text may have this one and another one that.
    pub(super) fn planned(&self) -> Planned<'_> {
        let plan = || Filter::plan(self.kernel, &self.wanted, &Sample::of(&[]));
        match self.tuned.get() {
            Some(filter) => Planned { filter, number: 1 },
            None => Planned { filter: self.first.get_or_init(plan), number: 0 },
        }
    }

    /// Puts all hits into `hits`, by position.
    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<LiteralHit>) {
        self.planned().find(text, hits);
    }

    /// Adds the hits whose keys stand in a part of the text to those of the part before, by position. A literal that
    /// begins [`Engine::REACH`] bytes before the end of the part is among them, or was found in an earlier part.
    pub(super) fn find_in(&self, text: &[u8], part: Range<usize>, hits: &mut Vec<LiteralHit>) {
        self.planned().find_in(text, part, hits);
    }
}

/// A plan of an [`Engine`].
#[derive(Clone, Copy)]
pub(super) struct Planned<'e> {
    filter: &'e Filter,
    /// Tells the plans of an engine apart.
    pub(super) number: u64,
}

impl Planned<'_> {
    /// Puts all hits into `hits`, by position.
    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<LiteralHit>) {
        hits.clear();
        self.find_in(text, 0..text.len(), hits);
    }

    /// See [`Engine::find_in`].
    pub(super) fn find_in(&self, text: &[u8], part: Range<usize>, hits: &mut Vec<LiteralHit>) {
        SCRATCH.with_borrow_mut(|scratch| self.filter.find(text, part, scratch, hits));
        // Nearly sorted: a literal may begin a few bytes before the block in which it was found.
        if !hits.is_sorted_by_key(|hit| hit.start) {
            hits.sort_by_key(|hit| hit.start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(literals: &[Vec<u8>], text: &[u8]) -> Vec<LiteralHit> {
        let folded = text.to_ascii_lowercase();
        let starts =
            |literal: &Vec<u8>| (0..text.len()).filter(|&at| folded[at..].starts_with(literal)).collect::<Vec<_>>();
        let mut found: Vec<_> = (0..literals.len() as u32)
            .flat_map(|asker| {
                starts(&literals[asker as usize]).into_iter().map(move |start| LiteralHit { start, asker })
            })
            .collect();
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn every_occurrence_is_found_in_order(
            literals in proptest::collection::btree_set("[ab.]{3,12}", 0..6),
            text in "[abAB.c\\n]{0,90}",
            tune in any::<bool>(),
            portable in any::<bool>(),
        ) {
            let literals: Vec<Vec<u8>> = literals.into_iter().map(String::into_bytes).collect();
            let (mut engine, without) = Engine::new(literals.iter().map(|it| vec![vec![it.clone()]]).collect());
            prop_assert!(without.is_empty());
            if portable {
                engine.use_portable();
            }
            if tune {
                engine.tune(&[text.as_bytes()]);
            }
            let mut hits = Vec::new();
            engine.find(text.as_bytes(), &mut hits);
            prop_assert!(hits.is_sorted_by_key(|hit| hit.start));
            hits.sort_unstable();
            prop_assert_eq!(hits, naive(&literals, text.as_bytes()));
        }
    }

    #[test]
    fn what_begins_before_the_reach_of_a_part_is_found_with_it() {
        let literal = b"a literal of more than sixteen bytes".to_vec();
        let (engine, _) = Engine::new(vec![vec![vec![literal.clone()]]]);
        for start in Engine::PART - Engine::REACH - 3..Engine::PART + 3 {
            let mut text = vec![b'.'; 2 * Engine::PART];
            text[start..start + literal.len()].copy_from_slice(&literal);
            let mut hits = Vec::new();
            engine.find_in(&text, 0..Engine::PART, &mut hits);
            assert!(start > Engine::PART - Engine::REACH || hits.len() == 1);
            engine.find_in(&text, Engine::PART..text.len(), &mut hits);
            assert_eq!(hits, [LiteralHit { start, asker: 0 }]);
        }
    }
}
