//! Lists of words in which a word is looked up at once instead of list by list.
//!
//! Lists go in when the program is compiled, each with the bits that its words get; [`Vocabulary::bits`] returns the
//! bits of a word, in any ASCII case. Most words stand in no list: their length with their first and last byte nearly always says so.

/// Words and their bits, in a table of `PLACES` (a power of two, more than twice the number of words).
pub(crate) struct Vocabulary<const PLACES: usize> {
    /// For each byte the lengths of the words that begin with it, as bits, and of those that end with it.
    lengths: [[u32; 2]; 256],
    /// Each word at its place or the next one that was free.
    words: [&'static str; PLACES],
    /// Of each word what [`key`] says.
    keys: [u32; PLACES],
    bits: [u32; PLACES],
}

/// Bytes that a word in a list may have.
const LONGEST: usize = 31;

impl<const PLACES: usize> Vocabulary<PLACES> {
    /// Makes one without words.
    pub(crate) const fn new() -> Vocabulary<PLACES> {
        assert!(PLACES.is_power_of_two(), "places are found by masking");
        Vocabulary { lengths: [[0; 2]; 256], words: [""; PLACES], keys: [0; PLACES], bits: [0; PLACES] }
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
            let ends = [word.as_bytes()[0], word.as_bytes()[length - 1]];
            let mut end = 0;
            while end < 2 {
                self.lengths[ends[end].to_ascii_lowercase() as usize][end] |= 1 << length;
                self.lengths[ends[end].to_ascii_uppercase() as usize][end] |= 1 << length;
                end += 1;
            }
            self.words[at] = word;
            self.keys[at] = key(word.as_bytes());
            self.bits[at] |= bits;
        }
        self
    }

    /// Returns the bits of all lists in which a word stands.
    #[inline]
    pub(crate) fn bits(&self, word: &[u8]) -> u32 {
        let ([first, ..], [.., last]) = (word, word) else { return 0 };
        let lengths = self.lengths[*first as usize][0] & self.lengths[*last as usize][1];
        if word.len() > LONGEST || lengths >> word.len() & 1 == 0 { 0 } else { self.look_up(word) }
    }

    fn look_up(&self, word: &[u8]) -> u32 {
        let key = key(word);
        let mut at = Self::place_of(key);
        while self.keys[at] != 0 {
            if self.keys[at] == key && is_same(self.words[at].as_bytes(), word) {
                return self.bits[at];
            }
            at = (at + 1) % PLACES;
        }
        0
    }

    /// Where the search for a word begins.
    const fn place(word: &[u8]) -> usize {
        Self::place_of(key(word))
    }

    const fn place_of(key: u32) -> usize {
        (key.wrapping_mul(0x9e37_79b1) >> 16) as usize % PLACES
    }
}

/// Whether two words of the same length are equal in any ASCII case: `eq_ignore_ascii_case`, eight bytes at a time.
fn is_same(own: &[u8], word: &[u8]) -> bool {
    let halves = |word: &[u8]| Some([*word.first_chunk::<4>()?, *word.last_chunk::<4>()?]);
    if let (Some((own, own_end)), Some((word, word_end))) = (own.split_last_chunk::<8>(), word.split_last_chunk::<8>())
    {
        // The last eight bytes may be looked at twice.
        lower(*own_end) == lower(*word_end) && own.eq_ignore_ascii_case(word)
    } else if let (Some(own), Some(word)) = (halves(own), halves(word)) {
        lower(*own.as_flattened().first_chunk().unwrap_or(&[0; 8]))
            == lower(*word.as_flattened().first_chunk().unwrap_or(&[0; 8]))
    } else {
        own.eq_ignore_ascii_case(word)
    }
}

/// Eight bytes as a number, with capitals made small.
fn lower(bytes: [u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let number = u64::from_le_bytes(bytes);
    let low = number & (0x7f * EACH);
    // Bit 7 of each byte says whether it is at least `A`, or more than `Z`; nothing is carried into the next one.
    let is_letter = (low + (0x80 - b'A' as u64) * EACH) ^ (low + (0x7f - b'Z' as u64) * EACH);
    number | (is_letter & !number & (0x80 * EACH)) >> 2
}

/// A word's length and three of its letters; not 0 unless there are none.
const fn key(word: &[u8]) -> u32 {
    let length = word.len();
    if length == 0 {
        return 0;
    }
    // The bit in which the two cases of a letter differ is set in all.
    u32::from_le_bytes([word[0] | 0x20, word[length / 2] | 0x20, word[length - 1] | 0x20, length as u8])
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

    proptest::proptest! {
        #[test]
        fn words_are_compared_in_any_case(word in "[ -~é\\x00]{0,24}", at in 0..24_usize, other: u8, flip: u64) {
            let mut changed: Vec<u8> = word.bytes().enumerate()
                .map(|(at, byte)| if flip >> at & 1 == 1 && byte.is_ascii_alphabetic() { byte ^ 0x20 } else { byte }).collect();
            proptest::prop_assert!(is_same(word.as_bytes(), &changed));
            for other in [other, other ^ 0x20, other & 0x7f, changed.get(at).map_or(0, |byte| byte ^ 0x20)] {
                changed.get_mut(at).into_iter().for_each(|byte| *byte = other);
                let expected = word.as_bytes().eq_ignore_ascii_case(&changed);
                proptest::prop_assert_eq!(is_same(word.as_bytes(), &changed), expected, "{} {:?}", word, changed);
            }
        }
    }
}
