//! Prefix codes (RFC 1951, section 3.2.2) and the look-up tables made of them.
//!
//! Lengths of codes go in. Out come the canonical order of the symbols, by which the careful decoder goes bit by bit, and
//! tables for the kernel: the next bits of the input are the index, and what they mean is the entry. The entry of a
//! literal also holds the symbol after it if the index shows enough of it, since two symbols a look-up mean half the
//! look-ups and fewer branches that the processor cannot foresee (the idea is that of Intel's ISA-L).

/// The longest code of the format.
pub(super) const LONGEST: usize = 15;
/// Symbols of literals and lengths, with the two that never occur.
pub(super) const LITERALS: usize = 288;
/// Symbols of distances, with the two that never occur.
pub(super) const DISTANCES: usize = 32;
/// The symbol that ends a block.
pub(super) const END_OF_BLOCK: usize = 256;

/// A prefix code in canonical form.
pub(super) struct Code {
    /// How many codes there are of each length.
    pub(super) counts: [u16; LONGEST + 1],
    /// Symbols by length of their code, then by number.
    pub(super) symbols: [u16; LITERALS],
    /// The length of the longest code.
    pub(super) longest: usize,
    /// Whether each sequence of bits means something.
    pub(super) complete: bool,
}

impl Default for Code {
    fn default() -> Code {
        Code { counts: [0; LONGEST + 1], symbols: [0; LITERALS], longest: 0, complete: false }
    }
}

impl Code {
    /// Sorts symbols by the lengths of their codes; false if there can be no such code.
    ///
    /// Only a code of a single symbol may leave bits without meaning, as in zlib.
    pub(super) fn read(&mut self, lengths: &[u8]) -> bool {
        self.counts = [0; LONGEST + 1];
        for length in lengths {
            self.counts[usize::from(*length) & LONGEST] += 1;
        }
        self.counts[0] = 0;
        self.longest = self.counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        let (mut left, mut next) = (1_i32, [0_u16; LONGEST + 2]);
        for length in 1..=LONGEST {
            left = 2 * left - i32::from(self.counts[length]);
            if left < 0 {
                return false;
            }
            next[length + 1] = next[length] + self.counts[length];
        }
        self.complete = left == 0;
        if !self.complete && self.longest > 1 {
            return false;
        }
        for (symbol, length) in lengths.iter().enumerate() {
            let length = usize::from(*length) & LONGEST;
            if length > 0
                && let Some(place) = self.symbols.get_mut(usize::from(next[length]))
            {
                *place = symbol as u16;
                next[length] += 1;
            }
        }
        true
    }
}

/// Bits of the index of the table of literals and lengths. What it costs to fill the table grows with it.
pub(super) const LITERAL_BITS: u32 = 11;
/// Bits of the index of the table of distances.
pub(super) const DISTANCE_BITS: u32 = 9;
/// More than the tables with all their subtables ever need: 2,342 and 594 by zlib's program `enough`.
pub(super) const LITERAL_ENTRIES: usize = 4096;
pub(super) const DISTANCE_ENTRIES: usize = 1024;

// An entry of either table. Bits 0 to 7: bits of the input that it takes, extra bits included. Bits 8 to 11: the same
// without extra bits.
//
// Literals and lengths: bits 12 and 13: how many literals, bits 16 to 23 and 24 to 31: the literals; with `MATCH` there
// is at most one literal, and bits 24 to 31 are the length less 3, before its extra bits are added.
//
// Distances: bits 16 to 31: the distance before its extra bits are added.
//
// With `OTHER` and `MATCH` (for distances: `LINK`) bits 0 to 7 are those of the index of a subtable, and bits 16 to 31
// are where it starts.

/// One literal of an entry.
pub(super) const ONE_LITERAL: u32 = 1 << 12;
/// A length follows the literals, if any.
pub(super) const MATCH: u32 = 1 << 14;
/// Neither literal nor length or distance.
pub(super) const OTHER: u32 = 1 << 15;
/// With `OTHER`: a longer code, to be looked up in a subtable.
pub(super) const LINK: u32 = 1 << 14;

/// The least length or distance of a symbol, and how many extra bits add to it (RFC 1951, section 3.2.5).
pub(super) struct Range {
    pub(super) base: u16,
    pub(super) extra: u8,
}

/// Lengths of the symbols from 257.
pub(super) const LENGTH_RANGES: [Range; 29] = {
    let mut ranges = [const { Range { base: 258, extra: 0 } }; 29];
    let (mut symbol, mut base) = (0, 3);
    while symbol < 28 {
        let extra = if symbol < 8 { 0 } else { symbol as u8 / 4 - 1 };
        ranges[symbol] = Range { base, extra };
        base += 1 << extra;
        symbol += 1;
    }
    ranges
};

/// Distances.
pub(super) const DISTANCE_RANGES: [Range; 30] = {
    let mut ranges = [const { Range { base: 1, extra: 0 } }; 30];
    let (mut symbol, mut base) = (0, 1);
    while symbol < 30 {
        let extra = if symbol < 4 { 0 } else { symbol as u8 / 2 - 1 };
        ranges[symbol] = Range { base, extra };
        base += 1 << extra;
        symbol += 1;
    }
    ranges
};

const LITERAL_TEMPLATES: [u32; LITERALS] = {
    let mut templates = [OTHER; LITERALS];
    let mut symbol = 0;
    while symbol < END_OF_BLOCK {
        templates[symbol] = ONE_LITERAL | (symbol as u32) << 16;
        symbol += 1;
    }
    while symbol - END_OF_BLOCK < 29 {
        let Range { base, extra } = LENGTH_RANGES[symbol - END_OF_BLOCK];
        templates[symbol + 1] = MATCH | ((base - 3) as u32) << 24 | extra as u32;
        symbol += 1;
    }
    templates
};

const DISTANCE_TEMPLATES: [u32; DISTANCES] = {
    let mut templates = [OTHER; DISTANCES];
    let mut symbol = 0;
    while symbol < 30 {
        let Range { base, extra } = DISTANCE_RANGES[symbol];
        templates[symbol] = (base as u32) << 16 | extra as u32;
        symbol += 1;
    }
    templates
};

/// Fills the table of literals and lengths.
pub(super) fn fill_literals(code: &Code, table: &mut [u32; LITERAL_ENTRIES]) {
    fill(code, &LITERAL_TEMPLATES, LITERAL_BITS, table);
    if !code.complete {
        return;
    }
    // What follows a code in an index is a smaller index with zeros on top, so the beginning of the table tells what to
    // add to the entry of a literal. Too long to fit in any case: what is no literal and no match.
    let shortest = code.counts.iter().position(|count| *count > 0).unwrap_or(1);
    let mut followers = [0; 1 << (LITERAL_BITS - 1)];
    for (follower, entry) in followers.iter_mut().zip(&*table).take(1 << LITERAL_BITS >> shortest) {
        *follower = match entry & (MATCH | OTHER) {
            0 => entry & 0xfff | (entry & 0xff_0000) << 8 | ONE_LITERAL,
            MATCH => *entry,
            _ => 0xf00,
        };
    }
    let (mut reversed, mut symbols) = (0, code.symbols.iter());
    for length in 1..LITERAL_BITS {
        let room = (LITERAL_BITS - length) << 8;
        let followers = followers.get(..1 << (LITERAL_BITS - length)).unwrap_or_default();
        for symbol in symbols.by_ref().take(usize::from(code.counts[length as usize])) {
            if usize::from(*symbol) < END_OF_BLOCK {
                let entry = table[reversed];
                let places = table.get_mut(reversed..1 << LITERAL_BITS).unwrap_or_default();
                for (place, follower) in places.iter_mut().step_by(1 << length).zip(followers) {
                    *place = entry + if follower & 0xf00 <= room { *follower } else { 0 };
                }
            }
            reversed = next_reversed(reversed, length);
        }
    }
}

/// Fills the table of distances.
pub(super) fn fill_distances(code: &Code, table: &mut [u32; DISTANCE_ENTRIES]) {
    fill(code, &DISTANCE_TEMPLATES, DISTANCE_BITS, table);
}

/// Fills a table with single symbols.
///
/// Codes are taken in ascending order. A table that is full for codes of one length is doubled for the next, so each code
/// is written once.
fn fill(code: &Code, templates: &[u32], bits: u32, table: &mut [u32]) {
    let entry =
        |symbol: &u16, length: u32| templates.get(usize::from(*symbol)).copied().unwrap_or(OTHER) + length * 0x101;
    if !code.complete {
        // A single code of one bit, or none at all.
        table.iter_mut().for_each(|entry| *entry = OTHER);
        if code.longest == 1 {
            let only = entry(&code.symbols[0], 1);
            table.iter_mut().take(1 << bits).step_by(2).for_each(|entry| *entry = only);
        }
        return;
    }
    let mut symbols = code.symbols.iter();
    // The code in the order of the input's bits: reversed.
    let mut reversed = 0_usize;
    for length in 1..=bits {
        let half = 1_usize << (length - 1);
        if length > 1 {
            table.copy_within(..half, half);
        }
        for _ in 0..code.counts[length as usize] {
            if let (Some(symbol), Some(place)) = (symbols.next(), table.get_mut(reversed)) {
                *place = entry(symbol, length);
            }
            reversed = next_reversed(reversed, length);
        }
    }
    let (mut start, mut prefix) = (0, usize::MAX);
    let mut end = 1_usize << bits;
    for length in bits + 1..=LONGEST as u32 {
        let mut left = code.counts[length as usize];
        while left > 0 {
            if reversed & ((1 << bits) - 1) != prefix {
                prefix = reversed & ((1 << bits) - 1);
                // As large as the codes that start with this prefix need.
                let mut size_bits = length - bits;
                let mut used = usize::from(left);
                while used < 1 << size_bits && size_bits + bits < LONGEST as u32 {
                    size_bits += 1;
                    used = 2 * used + usize::from(code.counts[(bits + size_bits) as usize]);
                }
                start = end;
                end += 1 << size_bits;
                table[prefix] = OTHER | LINK | size_bits | (start as u32) << 16;
            }
            if let Some(symbol) = symbols.next() {
                let places = table.get_mut(start + (reversed >> bits)..end).unwrap_or_default();
                places.iter_mut().step_by(1 << (length - bits)).for_each(|place| *place = entry(symbol, length));
            }
            left -= 1;
            reversed = next_reversed(reversed, length);
        }
    }
}

/// Adds one to a code whose bits are reversed. After the last code of all its length the value has no meaning.
fn next_reversed(reversed: usize, length: u32) -> usize {
    let zeros = reversed ^ ((1 << length) - 1);
    let Some(highest) = zeros.checked_ilog2() else { return reversed };
    reversed & ((1 << highest) - 1) | 1 << highest
}
