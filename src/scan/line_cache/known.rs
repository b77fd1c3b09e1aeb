//! What is known of a line that stands for all others of its shape.

use super::super::markers::Strength;
use super::lists::List;
use crate::record::{Layout, Level};

/// What has to be known of a line to walk on, if nobody is interested in it.
#[derive(Clone, Copy)]
pub(in crate::scan) struct Brief {
    bits: u16,
    pub(in crate::scan) level: Option<Level>,
}

impl Brief {
    pub(super) const EMPTY: Brief = Brief { bits: 0, level: None };
    const USED: u16 = 1 << 0;
    const BEGINS: u16 = 1 << 1;
    const CONTINUES: u16 = 1 << 2;
    const CANDIDATES: u16 = 1 << 3;
    const SUSPICIOUS: u16 = 1 << 4;
    const WORDS: u16 = 1 << 5;
    const VARIES: u16 = 1 << 6;
    const ASKS: u16 = 1 << 7;
    const HEXES: u16 = 1 << 8;

    pub(super) fn of(line: &KnownLine) -> Brief {
        let bit = |is: bool, bit: u16| if is { bit } else { 0 };
        let bits = Brief::USED
            | bit(line.layout.begins(), Brief::BEGINS)
            | bit(line.layout.continues(), Brief::CONTINUES)
            | bit(line.candidates != List::EMPTY, Brief::CANDIDATES)
            | bit(line.suspicious, Brief::SUSPICIOUS)
            | bit(line.words.anywhere != Strength::Nothing || line.varying != List::EMPTY, Brief::WORDS)
            | bit(line.varying != List::EMPTY, Brief::VARIES)
            | bit(line.spots != List::EMPTY, Brief::ASKS)
            | bit(line.hexes, Brief::HEXES);
        Brief { bits, level: line.layout.level() }
    }

    /// Whether there is a line at all.
    #[inline(always)]
    pub(super) fn is_used(self) -> bool {
        self.bits & Brief::USED > 0
    }

    /// See [`Layout::begins`].
    #[inline(always)]
    pub(in crate::scan) fn begins(self) -> bool {
        self.bits & Brief::BEGINS > 0
    }

    /// See [`Layout::continues`].
    #[inline(always)]
    pub(in crate::scan) fn continues(self) -> bool {
        self.bits & Brief::CONTINUES > 0
    }

    /// Whether a signature may claim it for all values of its digits.
    #[inline(always)]
    pub(in crate::scan) fn has_candidates(self) -> bool {
        self.bits & Brief::CANDIDATES > 0
    }

    /// Whether signatures may claim it for some values of its digits, see [`KnownLine::spots`].
    #[inline(always)]
    pub(in crate::scan) fn asks(self) -> bool {
        self.bits & Brief::ASKS > 0
    }

    /// See [`KnownLine::suspicious`].
    #[inline(always)]
    pub(in crate::scan) fn is_suspicious(self) -> bool {
        self.bits & Brief::SUSPICIOUS > 0
    }

    /// Whether it has error words that mean something, or may with other digits.
    #[inline(always)]
    pub(in crate::scan) fn has_words(self) -> bool {
        self.bits & Brief::WORDS > 0
    }

    /// See [`KnownLine::hexes`].
    #[inline(always)]
    pub(in crate::scan) fn has_hexes(self) -> bool {
        self.bits & Brief::HEXES > 0
    }

    /// Whether what its error words mean depends on digits.
    #[inline(always)]
    pub(in crate::scan) fn varies(self) -> bool {
        self.bits & Brief::VARIES > 0
    }
}

/// What holds for all lines of a shape.
#[derive(Clone, Copy)]
pub(in crate::scan) struct KnownLine {
    pub(in crate::scan) layout: Layout,
    pub(in crate::scan) words: Words,
    /// Error words whose meaning varies with the digits around them; they are not in `words`.
    pub(in crate::scan) varying: List,
    /// The signatures that may claim the record for all values of its digits.
    pub(in crate::scan) candidates: List,
    /// Where literals of other signatures may stand, see [`Digits`](super::digits::Digits): pairs of place and number.
    pub(in crate::scan) spots: List,
    /// Whether a record that is such a line looks like an error, or may with other digits.
    pub(in crate::scan) suspicious: bool,
    /// Whether it has what may be a hexadecimal number, see [`super::hexes`].
    pub(in crate::scan) hexes: bool,
}

/// How much the words of a line look like an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scan) struct Words {
    /// If the line begins a record: in a record with a level only the words of the message count.
    pub(in crate::scan) of_head: Strength,
    /// Anywhere in the line.
    pub(in crate::scan) anywhere: Strength,
}

impl Words {
    pub(in crate::scan) const NOTHING: Words = Words { of_head: Strength::Nothing, anywhere: Strength::Nothing };

    /// What both mean together.
    pub(in crate::scan) fn max(self, other: Words) -> Words {
        Words { of_head: self.of_head.max(other.of_head), anywhere: self.anywhere.max(other.anywhere) }
    }
}
