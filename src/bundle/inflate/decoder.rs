//! The decoder of one deflate stream: a piece of input and a window go in, the window grows.
//!
//! The careful half, which goes symbol by symbol and checks everything; what it cannot finish it does not begin, so that it
//! can stop before any symbol and go on with more input. In the middle of blocks it lets the kernel work.

use super::bits::Bits;
use super::header::{Block, Halt, Lengths, read_header};
use super::kernel::{self, Access, Tables};
use super::tables::{
    Code, DISTANCE_ENTRIES, DISTANCE_RANGES, END_OF_BLOCK, LENGTH_RANGES, LITERAL_ENTRIES, LONGEST, fill_distances,
    fill_literals,
};
use super::window::Window;

/// Where the decoder stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// More input is needed.
    Input,
    /// The window is full.
    Window,
    /// The stream ends here.
    End,
}

/// The decoder of a stream and all that it has to remember between two pieces of input.
pub(super) struct Decoder {
    bits: Bits,
    state: State,
    /// Whether the current block is the last one.
    last: bool,
    literals: Code,
    distances: Code,
    lengths: Lengths,
    tables: Tables,
    /// Whether the tables are those of the fixed codes.
    fixed: bool,
    /// None: without the kernel.
    access: Option<Access>,
}

#[derive(Clone, Copy)]
enum State {
    /// Before the header of a block.
    Header,
    /// Within a stored block: bytes left.
    Stored(usize),
    /// Within a block of symbols.
    Symbols,
    /// After the last block.
    End,
}

impl Decoder {
    /// Starts before the first bit of a stream.
    pub(super) fn new(access: Option<Access>) -> Decoder {
        let tables = Tables { literals: Box::new([0; LITERAL_ENTRIES]), distances: Box::new([0; DISTANCE_ENTRIES]) };
        Decoder {
            bits: Bits::default(),
            state: State::Header,
            last: false,
            literals: Code::default(),
            distances: Code::default(),
            lengths: Lengths::default(),
            tables,
            fixed: false,
            access,
        }
    }

    /// Starts another stream.
    pub(super) fn restart(&mut self) {
        (self.bits, self.state) = (Bits::default(), State::Header);
    }

    /// Decodes until it has to stop. Returns why, and how many bytes of `input` are used up; the others, up to seven if it
    /// stopped for input, must be at the beginning of the next piece.
    pub(super) fn run(&mut self, input: &[u8], window: &mut Window) -> (Result<Stop, Damaged>, usize) {
        self.bits.at = 0;
        let stop = match self.blocks(input, window) {
            Ok(stop) => Ok(stop),
            Err(Halt::Short) => Ok(Stop::Input),
            Err(Halt::Damaged) => Err(Damaged),
        };
        self.bits.give_back();
        (stop, self.bits.at)
    }

    fn blocks(&mut self, input: &[u8], window: &mut Window) -> Result<Stop, Halt> {
        loop {
            match self.state {
                State::End => {
                    self.bits.align();
                    return Ok(Stop::End);
                }
                State::Header => {
                    let mut bits = self.bits;
                    let (last, block) = read_header(&mut bits, input, &mut self.lengths)?;
                    (self.bits, self.last) = (bits, last);
                    self.state = match block {
                        Block::Stored(size) => State::Stored(size),
                        Block::Fixed => {
                            self.lengths.set_fixed();
                            self.make_tables(true)?;
                            State::Symbols
                        }
                        Block::Dynamic => {
                            self.make_tables(false)?;
                            State::Symbols
                        }
                    };
                }
                State::Stored(0) => self.end_block(),
                State::Stored(left) => {
                    self.bits.give_back();
                    let room = window.limit().saturating_sub(window.end);
                    if room == 0 {
                        return Ok(Stop::Window);
                    }
                    let rest = input.get(self.bits.at..).unwrap_or_default();
                    let size = left.min(room).min(rest.len());
                    if size == 0 {
                        return Ok(Stop::Input);
                    }
                    let place = window.bytes.get_mut(window.end..window.end + size);
                    if let (Some(place), Some(stored)) = (place, rest.get(..size)) {
                        place.copy_from_slice(stored);
                    }
                    window.end += size;
                    self.bits.at += size;
                    self.state = State::Stored(left - size);
                }
                State::Symbols => {
                    if let Some(access) = self.access {
                        kernel::run(access, &self.tables, &mut self.bits, input, window);
                    }
                    if window.end >= window.limit() {
                        return Ok(Stop::Window);
                    }
                    self.symbol(input, window)?;
                }
            }
        }
    }

    fn end_block(&mut self) {
        self.state = if self.last { State::End } else { State::Header };
    }

    fn make_tables(&mut self, fixed: bool) -> Result<(), Halt> {
        if fixed && self.fixed {
            return Ok(());
        }
        self.fixed = fixed;
        if !self.literals.read(self.lengths.literals()) || !self.distances.read(self.lengths.distances()) {
            return Err(Halt::Damaged);
        }
        fill_literals(&self.literals, &mut self.tables.literals);
        fill_distances(&self.distances, &mut self.tables.distances);
        Ok(())
    }

    /// Decodes one symbol: a literal, a match with its distance, or the end of the block.
    fn symbol(&mut self, input: &[u8], window: &mut Window) -> Result<(), Halt> {
        let mut bits = self.bits;
        let symbol = self.literals.next(&mut bits, input)?;
        if let Ok(literal) = u8::try_from(symbol) {
            if let Some(place) = window.bytes.get_mut(window.end) {
                *place = literal;
            }
            window.end += 1;
        } else if symbol == END_OF_BLOCK {
            self.end_block();
        } else {
            let range = LENGTH_RANGES.get(symbol - END_OF_BLOCK - 1).ok_or(Halt::Damaged)?;
            let length = usize::from(range.base) + bits.take(u32::from(range.extra), input)? as usize;
            let range = self.distances.next(&mut bits, input)?;
            let range = DISTANCE_RANGES.get(range).ok_or(Halt::Damaged)?;
            let distance = usize::from(range.base) + bits.take(u32::from(range.extra), input)? as usize;
            if distance > window.end - window.start {
                return Err(Halt::Damaged);
            }
            for at in window.end..window.end + length {
                window.bytes[at] = window.bytes[at - distance];
            }
            window.end += length;
        }
        self.bits = bits;
        Ok(())
    }
}

/// The stream makes no sense from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged;

impl Code {
    /// Decodes a symbol bit by bit: codes of one length are consecutive numbers, and those of the next length start at
    /// twice the number after the last of them.
    fn next(&self, bits: &mut Bits, input: &[u8]) -> Result<usize, Halt> {
        let (mut code, mut first, mut index) = (0_u32, 0_u32, 0_u32);
        for count in self.counts.iter().take(LONGEST.min(self.longest.max(1)) + 1).skip(1) {
            code |= bits.take(1, input)?;
            let count = u32::from(*count);
            if let Some(place) = code.checked_sub(first).filter(|place| *place < count) {
                return self
                    .symbols
                    .get((index + place) as usize)
                    .map(|symbol| usize::from(*symbol))
                    .ok_or(Halt::Damaged);
            }
            index += count;
            (first, code) = ((first + count) << 1, code << 1);
        }
        Err(Halt::Damaged)
    }
}
