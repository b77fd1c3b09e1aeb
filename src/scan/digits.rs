//! Literals with digits, in lines that are remembered for all values of their digits.
//!
//! A line that is remembered stands for all lines that differ from it in the values of digits only. Where in them a literal
//! with digits may stand is the same for all ([`Spot`]); whether it does is a comparison at that place. So signatures that
//! ask for a code are candidates of the lines that have it, and not of all lines with some number in its place.

use super::engine::{Engine, LiteralHit};
use std::ops::Range;

/// Finds who may have a literal in a line if its digits were others.
pub(super) struct Digits {
    pub(super) engine: Engine,
    /// By the askers of this engine.
    askers: Vec<Asker>,
    literals: Vec<Literal>,
    /// By the askers of the scanner's engine: whether they are searched here.
    contains: Vec<bool>,
}

struct Asker {
    /// Its number for the scanner's engine.
    number: u32,
    /// Its literals.
    literals: Range<usize>,
}

struct Literal {
    asker: u32,
    /// In lower-case ASCII.
    text: Box<[u8]>,
    has_digits: bool,
}

/// What a hit in a line with other digits says of the line itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// A literal of this asker stands there for all values of digits.
    Always(u32),
    /// This literal, by number, stands there for some.
    Perhaps(u32),
}

impl Digits {
    /// Takes what the scanner's engine searches for; `None` if no literal has a digit.
    pub(super) fn of(sets: &[Vec<Vec<Vec<u8>>>]) -> Option<Digits> {
        let has_digits = |sets: &[Vec<Vec<u8>>]| sets.iter().flatten().flatten().any(u8::is_ascii_digit);
        let mut literals = Vec::new();
        let (mut wanted, mut askers) = (Vec::new(), Vec::new());
        for (sets, number) in sets.iter().zip(0..).filter(|(sets, _)| has_digits(sets)) {
            wanted.push(sets.iter().map(|set| set.iter().map(|it| zeros(it)).collect()).collect());
            let start = literals.len();
            let of_asker = |text: &Vec<u8>| Literal {
                asker: number,
                text: text.as_slice().into(),
                has_digits: text.iter().any(u8::is_ascii_digit),
            };
            literals.extend(sets.iter().flatten().map(of_asker));
            askers.push(Asker { number, literals: start..literals.len() });
        }
        let mut contains = vec![false; sets.len()];
        askers.iter().for_each(|asker| contains[asker.number as usize] = true);
        // Who has no literal that can be searched for is tried on every record anyway.
        let (engine, _) = Engine::new(wanted);
        (!askers.is_empty()).then_some(Digits { engine, askers, literals, contains })
    }

    /// Whether an asker of the scanner's engine is searched here. If it is, whoever has a literal of it is told by
    /// [`Digits::spots`].
    #[inline]
    pub(super) fn contains(&self, asker: u32) -> bool {
        self.contains.get(asker as usize).is_some_and(|&contains| contains)
    }

    /// Who asked for what was found, by its number for the scanner's engine.
    pub(super) fn asker(&self, hit: LiteralHit) -> Option<u32> {
        self.askers.get(hit.asker as usize).map(|asker| asker.number)
    }

    /// Says what a hit in a line of which all digits are `0` means for the line with any digits. That are all literals of
    /// the asker that may stand there: which of its sets is searched for is known to the engine alone.
    pub(super) fn spots(&self, zeros: &[u8], hit: LiteralHit, found: &mut impl FnMut(Spot)) {
        let Some(asker) = self.askers.get(hit.asker as usize) else { return };
        let Some(rest) = zeros.get(hit.start..) else { return };
        for number in asker.literals.clone() {
            let literal = &self.literals[number];
            let stands = rest.get(..literal.text.len()).is_some_and(|place| is_alike(place, &literal.text));
            match stands {
                true if literal.has_digits => found(Spot::Perhaps(number as u32)),
                true => found(Spot::Always(asker.number)),
                false => {}
            }
        }
    }

    /// Who asked for the literal with this number.
    pub(super) fn asker_of(&self, number: u32) -> Option<u32> {
        self.literals.get(number as usize).map(|literal| literal.asker)
    }

    /// Who asked for the literal with this number, if it stands at this place.
    #[inline]
    pub(super) fn standing(&self, line: &[u8], start: usize, number: u32) -> Option<u32> {
        let literal = self.literals.get(number as usize)?;
        let place = line.get(start..)?.get(..literal.text.len())?;
        place.eq_ignore_ascii_case(&literal.text).then_some(literal.asker)
    }
}

/// The text with `0` in place of every digit.
fn zeros(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }).collect()
}

/// Whether a literal may stand where a text with `0` in place of every digit is.
fn is_alike(zeros: &[u8], literal: &[u8]) -> bool {
    let alike = |(zero, byte): (&u8, &u8)| match byte.is_ascii_digit() {
        true => *zero == b'0',
        false => zero.eq_ignore_ascii_case(byte),
    };
    zeros.iter().zip(literal).all(alike)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn who_has_a_literal_is_told_for_all_digits(
            sets in proptest::collection::vec(proptest::collection::vec("[ab01]{3,5}|[a-b]{3}", 1..4), 0..5),
            text in "[abAB01 ]{0,40}",
            digits in "[0-2]{40}",
        ) {
            let sets: Vec<_> = sets.into_iter().map(|set| vec![set.into_iter().map(String::into_bytes).collect()]).collect();
            let Some(known) = Digits::of(&sets) else { return Ok(()) };
            let zeros = zeros(text.as_bytes());
            let mut hits = Vec::new();
            known.engine.find(&zeros, &mut hits);
            let mut spots = Vec::new();
            for &hit in &hits {
                known.spots(&zeros, hit, &mut |spot| spots.push((hit.start, spot)));
            }
            // The line with its own digits and with others.
            let mut digits = digits.bytes();
            let other: Vec<u8> =
                text.bytes().map(|it| if it.is_ascii_digit() { digits.next().unwrap_or(it) } else { it }).collect();
            for line in [text.as_bytes(), &other] {
                let asks = |&(start, spot): &(usize, Spot)| match spot {
                    Spot::Always(asker) => Some(asker),
                    Spot::Perhaps(number) => known.standing(line, start, number),
                };
                let mut told: Vec<u32> = spots.iter().filter_map(asks).collect();
                told.sort_unstable();
                told.dedup();
                let folded = line.to_ascii_lowercase();
                let has = |set: &Vec<Vec<u8>>| set.iter().any(|it| folded.windows(it.len()).any(|part| part == it));
                let expected = (0..sets.len() as u32).filter(|&asker| known.contains(asker) && has(&sets[asker as usize][0]));
                prop_assert_eq!(told, expected.collect::<Vec<_>>());
            }
        }
    }
}
