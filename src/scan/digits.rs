//! Literals with digits, in lines that are remembered for all values of their digits.
//!
//! A line that is remembered stands for all lines that differ from it in the values of digits only. Where in them a literal
//! with digits may stand is the same for all ([`Spot`]); whether it does is told by the digits at that place. So signatures
//! that ask for a code are candidates of the lines that have it, and not of all lines with some number in its place.
//!
//! Literals that differ in the values of digits only may stand at the same places and have one [`Form`]: hundreds of error
//! codes are asked for, and of one form is nearly each of them.

use super::engine::{Engine, LiteralHit, Planned};
use std::collections::HashMap;

/// Finds who may have a literal in a line if its digits were others.
pub(super) struct Digits {
    pub(super) engine: Engine,
    /// By the askers of its own engine.
    askers: Vec<Asker>,
    forms: Vec<Form>,
    /// By the askers of the scanner's engine: whether they are searched here.
    contains: Vec<bool>,
}

/// Askers whose literals differ in the values of digits only: they are searched for once.
struct Asker {
    /// Their numbers for the scanner's engine; of an error word there is one.
    numbers: Vec<u32>,
    /// Those of their literals.
    forms: Vec<u32>,
}

/// Literals that differ in the values of digits only.
struct Form {
    /// In lower-case ASCII, with `0` in place of every digit.
    text: Box<[u8]>,
    has_digits: bool,
    /// What the digits are and who asks for them, in order.
    literals: Vec<(u64, u32)>,
    /// Where its first two digits stand, or twice the only one, and which values of both there are among the literals: most
    /// places of a log have others.
    first: [usize; 2],
    begins: u128,
}

impl Form {
    fn new(text: &[u8]) -> Form {
        let mut digits = (0..text.len()).filter(|&at| text[at].is_ascii_digit());
        let first = digits.next();
        let second = digits.next().or(first);
        let first = [first, second].map(Option::unwrap_or_default);
        Form { text: text.into(), has_digits: second.is_some(), literals: Vec::new(), first, begins: 0 }
    }

    fn add(&mut self, literal: &[u8], asker: u32) {
        self.literals.push((digits_of(literal), asker));
        self.begins |= self.beginning(literal);
    }

    /// The bit of the first two digits; none if there are no digits.
    #[inline]
    fn beginning(&self, place: &[u8]) -> u128 {
        let [first, second] = self.first.map(|at| place.get(at).map_or(0, |digit| u32::from(digit & 15)));
        1_u128.checked_shl(10 * first + second).unwrap_or_default()
    }
}

/// What a hit in a line with other digits says of the line itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// A literal of this asker stands there for all values of digits.
    Always(u32),
    /// A literal of this form, by number, stands there for some.
    Perhaps(u32),
}

impl Digits {
    /// Takes what the scanner's engine searches for; `None` if no literal has a digit. Askers from the number `words` on are
    /// found, but what their digits are is nothing to ask [`Digits::standing`] for.
    pub(super) fn of(sets: &[Vec<Vec<Vec<u8>>>], words: usize) -> Option<Digits> {
        let has_digits = |sets: &[Vec<Vec<u8>>]| sets.iter().flatten().flatten().any(u8::is_ascii_digit);
        let (mut wanted, mut askers, mut forms) = (Vec::new(), Vec::<Asker>::new(), Vec::<Form>::new());
        let (mut numbers, mut places) = (HashMap::new(), HashMap::new());
        for (number, sets) in sets.iter().enumerate().filter(|(_, sets)| has_digits(sets)) {
            let asker = number as u32;
            let mut of_asker = Vec::new();
            for literal in sets.iter().flatten() {
                let form = *numbers.entry(zeros(literal)).or_insert_with_key(|text| {
                    forms.push(Form::new(text));
                    forms.len() as u32 - 1
                });
                of_asker.push(form);
                if number < words {
                    forms[form as usize].add(literal, asker);
                }
            }
            let searched: Vec<_> = sets.iter().map(|set| distinct(set.iter().map(|it| zeros(it)))).collect();
            let word = (number >= words).then_some(number);
            let place = *places.entry((searched, word)).or_insert_with_key(|(searched, _)| {
                wanted.push(searched.clone());
                askers.push(Asker { numbers: Vec::new(), forms: distinct(of_asker.into_iter()) });
                askers.len() - 1
            });
            askers[place].numbers.push(asker);
        }
        for form in &mut forms {
            form.literals.sort_unstable();
            form.literals.dedup();
        }
        let mut contains = vec![false; sets.len()];
        askers.iter().flat_map(|asker| &asker.numbers).for_each(|&number| contains[number as usize] = true);
        // Who has no literal that can be searched for is tried on every record anyway.
        let (engine, _) = Engine::new(wanted);
        (!askers.is_empty()).then_some(Digits { engine, askers, forms, contains })
    }

    /// The plan of now, see [`Engine::planned`].
    pub(super) fn planned(&self) -> Planned<'_> {
        self.engine.planned()
    }

    /// Plans the search for an input of which `piece` is a sample, see [`Engine::tune`].
    pub(super) fn tune(&self, piece: &[u8]) {
        if !self.engine.is_tuned() {
            self.engine.tune(&[&zeros(piece)]);
        }
    }

    /// Whether an asker of the scanner's engine is searched here. If it is, whoever has a literal of it is told by
    /// [`Digits::spots`].
    #[inline]
    pub(super) fn contains(&self, asker: u32) -> bool {
        self.contains.get(asker as usize).is_some_and(|&contains| contains)
    }

    /// Who asked for what was found, by its number for the scanner's engine: the first one, or the error word.
    pub(super) fn asker(&self, hit: LiteralHit) -> Option<u32> {
        self.askers.get(hit.asker as usize)?.numbers.first().copied()
    }

    /// Says what a hit in a line of which all digits are `0` means for the line with any digits. That are all literals of
    /// the asker that may stand there: which of its sets is searched for is known to the engine alone.
    pub(super) fn spots(&self, zeros: &[u8], hit: LiteralHit, found: &mut impl FnMut(Spot)) {
        let Some(asker) = self.askers.get(hit.asker as usize) else { return };
        let Some(rest) = zeros.get(hit.start..) else { return };
        for &number in &asker.forms {
            let form = &self.forms[number as usize];
            let stands = rest.get(..form.text.len()).is_some_and(|place| place.eq_ignore_ascii_case(&form.text));
            match stands {
                true if form.has_digits => found(Spot::Perhaps(number)),
                true => asker.numbers.iter().for_each(|&number| found(Spot::Always(number))),
                false => {}
            }
        }
    }

    /// Who asked for literals of the form with this number.
    pub(super) fn askers_of(&self, form: u32) -> impl Iterator<Item = u32> {
        self.forms.get(form as usize).into_iter().flat_map(|form| &form.literals).map(|&(_, asker)| asker)
    }

    /// Who asked for what stands at a place of a line, if a literal of the form with this number may stand there. That some
    /// of them are told whose literal has other digits does no harm.
    #[inline]
    pub(super) fn standing(&self, line: &[u8], start: usize, form: u32) -> impl Iterator<Item = u32> {
        let form = self.forms.get(form as usize);
        let place = form.and_then(|form| Some((form, line.get(start..)?.get(..form.text.len())?)));
        let place = place.filter(|(form, place)| form.begins & form.beginning(place) != 0);
        let (literals, digits) = place.map_or((&[][..], 0), |(form, place)| (&*form.literals, digits_of(place)));
        let behind = &literals[literals.partition_point(|&(own, _)| own < digits)..];
        behind.iter().take_while(move |&&(own, _)| own == digits).map(|&(_, asker)| asker)
    }
}

/// Stands for the digits of a text among others with digits at the same places: the last sixteen.
fn digits_of(text: &[u8]) -> u64 {
    text.iter().filter(|byte| byte.is_ascii_digit()).fold(0, |digits, byte| digits << 4 | u64::from(byte & 15))
}

/// The text with `0` in place of every digit.
fn zeros(text: &[u8]) -> Vec<u8> {
    text.iter().map(|&byte| zero(byte)).collect()
}

/// `0` for a digit, all else as it is.
#[inline]
pub(super) fn zero(byte: u8) -> u8 {
    if byte.is_ascii_digit() { b'0' } else { byte }
}

fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
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
            let Some(known) = Digits::of(&sets, sets.len()) else { return Ok(()) };
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
                    Spot::Always(asker) => vec![asker],
                    Spot::Perhaps(form) => known.standing(line, start, form).collect(),
                };
                let mut told: Vec<u32> = spots.iter().flat_map(asks).collect();
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
