//! Headers of blocks (RFC 1951, sections 3.2.3 to 3.2.7): bits in, the codes of the block out.

use super::bits::{Bits, Short};
use super::tables::{Code, DISTANCES, END_OF_BLOCK, LITERALS};

/// Why a decoder stops where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// The input ends within what is to be read next.
    Short,
    /// What comes next has no meaning.
    Damaged,
}

impl From<Short> for Halt {
    fn from(Short: Short) -> Halt {
        Halt::Short
    }
}

/// What a header says comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// So many bytes as they are.
    Stored(usize),
    /// Symbols of the fixed codes.
    Fixed,
    /// Symbols of the codes that the header describes.
    Dynamic,
}

/// Reads the header of a block; true if it is the last one. The lengths of a dynamic block's codes are written to
/// `lengths`.
pub(super) fn read_header(bits: &mut Bits, input: &[u8], lengths: &mut Lengths) -> Result<(bool, Block), Halt> {
    let last = bits.take(1, input)? == 1;
    let block = match bits.take(2, input)? {
        0 => {
            bits.align();
            let size = bits.take(16, input)?;
            if bits.take(16, input)? != !size & 0xffff {
                return Err(Halt::Damaged);
            }
            Block::Stored(size as usize)
        }
        1 => Block::Fixed,
        2 => {
            read_lengths(bits, input, lengths)?;
            Block::Dynamic
        }
        _ => return Err(Halt::Damaged),
    };
    Ok((last, block))
}

/// Lengths of the codes of a dynamic block: those of literals and lengths, then those of distances.
pub(super) struct Lengths {
    all: [u8; LITERALS + DISTANCES],
    literals: usize,
    distances: usize,
    /// The code in which the lengths are written, and its look-up table: symbol in the upper five bits, length of
    /// its code in the lower three.
    code: Code,
    table: [u8; 1 << LONGEST_LENGTH_CODE],
}

/// Lengths of the code of lengths have three bits.
const LONGEST_LENGTH_CODE: u32 = 7;

impl Default for Lengths {
    fn default() -> Lengths {
        Lengths {
            all: [0; LITERALS + DISTANCES],
            literals: 0,
            distances: 0,
            code: Code::default(),
            table: [0; 1 << LONGEST_LENGTH_CODE],
        }
    }
}

impl Lengths {
    /// Lengths of the codes of literals and lengths.
    pub(super) fn literals(&self) -> &[u8] {
        self.all.get(..self.literals).unwrap_or_default()
    }

    /// Lengths of the codes of distances.
    pub(super) fn distances(&self) -> &[u8] {
        self.all.get(self.literals..self.literals + self.distances).unwrap_or_default()
    }

    /// Sets the lengths of the fixed codes (section 3.2.6).
    pub(super) fn set_fixed(&mut self) {
        (self.literals, self.distances) = (LITERALS, DISTANCES);
        for (symbol, length) in self.all.iter_mut().enumerate() {
            *length = match symbol {
                0..144 => 8,
                144..256 => 9,
                256..280 => 7,
                280..LITERALS => 8,
                _ => 5,
            };
        }
    }

    /// Makes the look-up table of the code of lengths.
    fn fill_table(&mut self, lengths: &[u8]) -> Result<(), Halt> {
        let valid = self.code.read(lengths);
        if self.code.longest == 0 {
            // With no code at all zlib takes each bit for a length of 0, and misses the end of the block afterwards.
            self.table.fill(1);
            return Ok(());
        }
        if !valid || !self.code.complete {
            return Err(Halt::Damaged);
        }
        let (mut code, mut symbols) = (0_u32, self.code.symbols.iter());
        for length in 1..=LONGEST_LENGTH_CODE {
            for symbol in symbols.by_ref().take(usize::from(self.code.counts[length as usize])) {
                let reversed = code.reverse_bits() >> (u32::BITS - length);
                let places = self.table.iter_mut().skip(reversed as usize).step_by(1 << length);
                places.for_each(|place| *place = (*symbol as u8) << 3 | length as u8);
                code += 1;
            }
            code *= 2;
        }
        Ok(())
    }
}

/// Reads the description of the codes of a dynamic block (section 3.2.7).
fn read_lengths(bits: &mut Bits, input: &[u8], lengths: &mut Lengths) -> Result<(), Halt> {
    const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    lengths.literals = bits.take(5, input)? as usize + 257;
    lengths.distances = bits.take(5, input)? as usize + 1;
    let described = bits.take(4, input)? as usize + 4;
    if lengths.literals > 286 || lengths.distances > 30 {
        return Err(Halt::Damaged);
    }
    let mut of_code = [0; ORDER.len()];
    for symbol in &ORDER[..described] {
        of_code[usize::from(*symbol)] = bits.take(3, input)? as u8;
    }
    lengths.fill_table(&of_code)?;
    let (mut done, all, mut before) = (0, lengths.literals + lengths.distances, None);
    while done < all {
        if bits.count < LONGEST_LENGTH_CODE {
            bits.fill(input);
        }
        let entry = lengths.table[bits.held as usize % lengths.table.len()];
        bits.take(u32::from(entry & 7), input)?;
        let (length, times) = match entry >> 3 {
            16 => (before.ok_or(Halt::Damaged)?, 3 + bits.take(2, input)?),
            17 => (0, 3 + bits.take(3, input)?),
            18 => (0, 11 + bits.take(7, input)?),
            length => (length, 1),
        };
        let end = done + times as usize;
        if end > all {
            return Err(Halt::Damaged);
        }
        if let Some(places) = lengths.all.get_mut(done..end) {
            places.fill(length);
        }
        (done, before) = (end, Some(length));
    }
    // Without this symbol the block has no end.
    match lengths.all[END_OF_BLOCK] {
        0 => Err(Halt::Damaged),
        _ => Ok(()),
    }
}
