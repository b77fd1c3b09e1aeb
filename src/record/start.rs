//! The first bytes of a text as a value that is compared at once, and tables of such texts.
//!
//! The lines of a log have the same hosts, programs and first words again and again. What was found out about one of them
//! is looked up for the next: a comparison of 32 bytes in place of a walk over letters, whose ends nothing can foresee.

use super::sixteen::places;

/// How many bytes are looked at.
pub(super) const LENGTH: usize = 32;

/// The first bytes of a text, with zeros behind its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Start([u64; LENGTH / 8]);

/// For each length what remains of a text that is cut to it.
static MASKS: [[u64; LENGTH / 8]; LENGTH + 1] = {
    let mut masks = [[0; LENGTH / 8]; LENGTH + 1];
    let mut length = 0;
    while length <= LENGTH {
        let mut at = 0;
        while at < length {
            masks[length][at / 8] |= 0xff << (8 * (at % 8));
            at += 1;
        }
        length += 1;
    }
    masks
};

impl Start {
    /// The bytes of a line from a place on.
    #[inline(always)]
    pub(super) fn of(line: &[u8], at: usize) -> Option<Start> {
        let rest = line.get(at..)?;
        Some(match rest.first_chunk() {
            Some(bytes) => Start::new(bytes),
            None => Start::filled(rest),
        })
    }

    #[inline(always)]
    fn new(bytes: &[u8; LENGTH]) -> Start {
        let mut words = [0; LENGTH / 8];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Start(words)
    }

    #[inline(never)]
    fn filled(text: &[u8]) -> Start {
        let mut bytes = [0; LENGTH];
        bytes.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        Start::new(&bytes)
    }

    /// What is left of it when it is cut to this length; `None` if so much of it is not known.
    #[inline(always)]
    pub(super) fn first(&self, length: usize) -> Option<Start> {
        let masks = MASKS.get(length)?;
        Some(Start(std::array::from_fn(|index| self.0[index] & masks[index])))
    }

    /// One of its bytes; 0 if that is behind its end.
    #[inline(always)]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.0.get(at / 8).map_or(0, |word| (word >> (8 * (at % 8))) as u8)
    }

    /// Where a byte stands in it, as bits.
    #[inline(always)]
    pub(super) fn places(&self, byte: u8) -> u32 {
        places(&self.0, byte)
    }

    /// Where it stands in a table.
    #[inline(always)]
    fn home(&self) -> usize {
        let [a, b, c, d] = self.0;
        let mixed = (a ^ b.rotate_left(19)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ (c ^ d.rotate_left(23)).wrapping_mul(0xa076_1d64_78bd_642f);
        (mixed >> 32) as usize % SLOTS
    }
}

/// Texts that are remembered at once.
const SLOTS: usize = 128;

/// What is known of some texts. A new one may take the place of another.
#[derive(Clone, Debug)]
pub(super) struct Starts<T>(Box<[(Start, T)]>);

impl<T: Copy + Default> Starts<T> {
    pub(super) fn new() -> Starts<T> {
        Starts(vec![(Start::default(), T::default()); SLOTS].into())
    }

    /// What is known of a text that is not empty.
    #[inline(always)]
    pub(super) fn get(&self, text: &Start) -> Option<T> {
        let (known, value) = self.0.get(text.home())?;
        (known == text).then_some(*value)
    }

    pub(super) fn put(&mut self, text: Start, value: T) {
        if let Some(slot) = self.0.get_mut(text.home()) {
            *slot = (text, value);
        }
    }
}

/// How many digits a text of eight bytes begins with.
#[inline(always)]
pub(super) fn digits(text: &[u8; 8]) -> usize {
    // Digits become 0 to 9. Above that a sum reaches into the upper half of its byte, and what it carries into the bytes
    // behind the first such one is of no interest.
    let values = u64::from_le_bytes(*text) ^ 0x3030_3030_3030_3030;
    let others = (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0;
    others.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn starts_are_the_first_bytes(text in "[a-c: \u{e4}\\[]{0,50}", at in 0_usize..60, length in 0_usize..40) {
            let text = text.as_bytes();
            let Some(start) = Start::of(text, at) else {
                prop_assert!(at > text.len());
                return Ok(());
            };
            for byte in [b':', b' ', b'[', b'a', 0] {
                let places = (0..LENGTH).filter(|&index| start.byte(index) == byte);
                prop_assert_eq!(start.places(byte), places.fold(0, |places, index| places | 1 << index));
            }
            let cut = start.first(length);
            prop_assert_eq!(cut.is_some(), length <= LENGTH);
            for index in 0..LENGTH {
                let byte = text.get(at + index).copied().unwrap_or(0);
                prop_assert_eq!(start.byte(index), byte);
                let left = if index < length { byte } else { 0 };
                prop_assert_eq!(cut.map_or(left, |cut| cut.byte(index)), left);
            }
        }

        #[test]
        fn digits_are_counted(text in "[0-9]{0,9}[0-9/:A\u{e4}\u{ff}]{8}", other in any::<[u8; 8]>()) {
            for text in [text.as_bytes().first_chunk().expect("eight bytes"), &other] {
                prop_assert_eq!(digits(text), text.iter().take_while(|byte| byte.is_ascii_digit()).count());
            }
        }
    }

    #[test]
    fn texts_are_known_until_others_take_their_places() {
        let mut starts = Starts::new();
        let text = |number: usize| Start::of(format!("text {number}").as_bytes(), 0).expect("a text");
        (0..1000).for_each(|number| starts.put(text(number), number));
        assert_eq!(starts.get(&text(999)), Some(999));
        let known: Vec<_> = (0..1000).filter_map(|number| Some((number, starts.get(&text(number))?))).collect();
        assert!(known.len() <= SLOTS && known.iter().all(|(number, value)| number == value));
    }
}
