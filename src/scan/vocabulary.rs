//! Lists of words in which a word is looked up at once instead of list by list.
//!
//! Lists go in when the program is compiled, each with the bits that its words get; [`Vocabulary::bits`] returns the
//! bits of a word, in any ASCII case. Most words stand in no list: their first byte and length nearly always say so.

/// Words and their bits, in a table of `PLACES` (a power of two, more than twice the number of words).
pub(crate) struct Vocabulary<const PLACES: usize> {
    /// For each first byte the lengths of the words that begin with it, as bits.
    lengths: [u32; 256],
    /// Each word at its place or the next one that was free.
    words: [&'static str; PLACES],
    bits: [u32; PLACES],
}

/// Bytes that a word in a list may have.
const LONGEST: usize = 31;

impl<const PLACES: usize> Vocabulary<PLACES> {
    /// Makes one without words.
    pub(crate) const fn new() -> Vocabulary<PLACES> {
        assert!(PLACES.is_power_of_two(), "places are found by masking");
        Vocabulary { lengths: [0; 256], words: [""; PLACES], bits: [0; PLACES] }
    }

    /// Adds words with one blank between each two. A word that is in it already gets the bits, too.
    pub(crate) const fn with(mut self, words: &'static str, bits: u32) -> Vocabulary<PLACES> {
        let mut rest = words;
        while !rest.is_empty() {
            let mut length = 0;
            while length < rest.len() && rest.as_bytes()[length] != b' ' {
                length += 1;
            }
            let (word, after) = rest.split_at(length);
            rest = if after.is_empty() { after } else { after.split_at(1).1 };
            let mut at = Self::place(word.as_bytes());
            while !self.words[at].is_empty() && !word.as_bytes().eq_ignore_ascii_case(self.words[at].as_bytes()) {
                at = (at + 1) % PLACES;
            }
            let first = word.as_bytes()[0];
            self.lengths[first.to_ascii_lowercase() as usize] |= 1 << length;
            self.lengths[first.to_ascii_uppercase() as usize] |= 1 << length;
            self.words[at] = word;
            self.bits[at] |= bits;
        }
        self
    }

    /// Returns the bits of all lists in which a word stands.
    pub(crate) fn bits(&self, word: &[u8]) -> u32 {
        let (Some(&first), length) = (word.first(), word.len()) else { return 0 };
        if length > LONGEST || self.lengths[first as usize] >> length & 1 == 0 {
            return 0;
        }
        let mut at = Self::place(word);
        while !self.words[at].is_empty() {
            if self.words[at].as_bytes().eq_ignore_ascii_case(word) {
                return self.bits[at];
            }
            at = (at + 1) % PLACES;
        }
        0
    }

    /// Where the search for a word begins, from its length and three of its letters.
    const fn place(word: &[u8]) -> usize {
        let length = word.len();
        if length == 0 {
            return 0;
        }
        // The bit in which the two cases of a letter differ is set in all.
        let key = [word[0] | 0x20, word[length / 2] | 0x20, word[length - 1] | 0x20, length as u8];
        (u32::from_le_bytes(key).wrapping_mul(0x9e37_79b1) >> 16) as usize % PLACES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_and_others_are_not() {
        static VOCABULARY: Vocabulary<16> = Vocabulary::new().with("no not i/o", 1).with("not Jan", 4);
        for (word, expected) in
            [("no", 1), ("NOT", 5), ("I/O", 1), ("jan", 4), ("nor", 0), ("n", 0), ("", 0), ("iyo", 0)]
        {
            assert_eq!(VOCABULARY.bits(word.as_bytes()), expected, "{word}");
        }
        assert_eq!(VOCABULARY.bits(&[b'n'; 100]), 0);
    }
}
