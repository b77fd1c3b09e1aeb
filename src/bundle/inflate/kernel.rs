//! The fast loop of the decoder: symbols in the middle of a block, away from the borders of input and window.
//!
//! Bits, tables and a window go in; symbols are decoded until the input or the room gets short or something unusual comes
//! (the end of the block, a damaged code, a distance that reaches too far), which is left to the careful decoder. So
//! nothing here needs an error.
//!
//! The loop is written once and compiled for two kinds of access to memory: one with the language's checks and one
//! without, which is a tenth faster. Tests run both on the same streams.
#![expect(unsafe_code, reason = "reads and writes without bounds checks, within bounds that the loop has checked")]

use super::bits::Bits;
use super::tables::{DISTANCE_BITS, DISTANCE_ENTRIES, LINK, LITERAL_BITS, LITERAL_ENTRIES, MATCH, OTHER};
use super::window::{SLACK, Window};

/// Look-up tables of the current block.
pub(super) struct Tables {
    pub(super) literals: Box<[u32; LITERAL_ENTRIES]>,
    pub(super) distances: Box<[u32; DISTANCE_ENTRIES]>,
}

/// How the loop reads its input and writes the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// With bounds checks.
    #[cfg_attr(not(test), expect(dead_code, reason = "the twin that tests compare with"))]
    Checked,
    /// Without, as the processor can do it best.
    Fast,
}

/// Bytes of input that must be left for another round of the loop.
const INPUT_MARGIN: usize = 16;

/// Decodes symbols as long as that is simple. The window grows; bits are taken.
pub(super) fn run(access: Access, tables: &Tables, bits: &mut Bits, input: &[u8], window: &mut Window) {
    let limit = window.limit();
    if window.end >= limit || bits.at + INPUT_MARGIN > input.len() {
        return;
    }
    let Window { bytes, end, start, .. } = window;
    match access {
        Access::Checked => symbols(&mut Checked { input, output: bytes }, tables, bits, end, *start),
        Access::Fast => {
            let memory = &mut Unchecked { input, output: bytes };
            #[cfg(target_arch = "x86_64")]
            if std::is_x86_feature_detected!("avx2")
                && std::is_x86_feature_detected!("bmi1")
                && std::is_x86_feature_detected!("bmi2")
            {
                // SAFETY: the processor has what the function is compiled for.
                return unsafe { symbols_avx2(memory, tables, bits, end, *start) };
            }
            symbols(memory, tables, bits, end, *start);
        }
    }
}

/// The loop with instructions of 32-byte words and shifts that do not touch flags.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn symbols_avx2(memory: &mut Unchecked<'_>, tables: &Tables, bits: &mut Bits, end: &mut usize, start: usize) {
    symbols(memory, tables, bits, end, start);
}

#[inline(always)]
fn symbols<M: Memory>(memory: &mut M, tables: &Tables, bits: &mut Bits, end: &mut usize, start: usize) {
    let last_input = memory.input_size() - INPUT_MARGIN;
    let last_output = memory.output_size() - SLACK;
    let (mut held, mut count, mut at, mut out) = (bits.held, bits.count, bits.at, *end);
    // After a refill all 64 bits are those of the input, though only `count` of them are counted. A match takes up to 28
    // of them since the last refill and literals up to 31, so the next look-up need not wait for another refill.
    held |= memory.word(at) << count;
    at += (63 - count as usize) >> 3;
    count |= 56;
    while at <= last_input && out < last_output {
        let mut entry = tables.literals[held as usize & ((1 << LITERAL_BITS) - 1)];
        // Bits above `count` may be set already: they are the same bits of the input.
        held |= memory.word(at) << count;
        at += (63 - count as usize) >> 3;
        count |= 56;
        if entry & (MATCH | OTHER) == 0 {
            memory.put_two(out, (entry >> 16) as u16);
            out += (entry >> 12 & 3) as usize;
            held >>= entry & 63;
            count -= entry & 63;
            entry = tables.literals[held as usize & ((1 << LITERAL_BITS) - 1)];
        }
        if entry & OTHER != 0 {
            if entry & LINK == 0 {
                break;
            }
            let index = held >> LITERAL_BITS & ((1 << (entry & 0xf)) - 1);
            entry = tables.literals[((entry >> 16) as usize + index as usize) % LITERAL_ENTRIES];
            if entry & OTHER != 0 {
                break;
            }
        }
        memory.put_two(out, (entry >> 16) as u16);
        let literals = (entry >> 12 & 3) as usize;
        if entry & MATCH == 0 {
            out += literals;
            held >>= entry & 63;
            count -= entry & 63;
            continue;
        }
        let length = 3 + (entry >> 24) as usize + extra(held, entry);
        let (mut rest, mut rest_count) = (held >> (entry & 63), count - (entry & 63));
        rest |= memory.word(at) << rest_count;
        let rest_at = at + ((63 - rest_count as usize) >> 3);
        rest_count |= 56;
        let mut far = tables.distances[rest as usize & ((1 << DISTANCE_BITS) - 1)];
        if far & OTHER != 0 {
            if far & LINK == 0 {
                break;
            }
            let index = rest >> DISTANCE_BITS & ((1 << (far & 0xf)) - 1);
            far = tables.distances[((far >> 16) as usize + index as usize) % DISTANCE_ENTRIES];
            if far & OTHER != 0 {
                break;
            }
        }
        let distance = (far >> 16) as usize + extra(rest, far);
        if distance > out + literals - start {
            break;
        }
        out += literals;
        (held, count, at) = (rest >> (far & 63), rest_count - (far & 63), rest_at);
        copy(memory, out, distance, length);
        out += length;
    }
    held &= (1 << count) - 1;
    *bits = Bits { held, count, at };
    *end = out;
}

/// The extra bits of a length or distance: those that an entry takes beyond its code.
#[inline(always)]
fn extra(held: u64, entry: u32) -> usize {
    ((held & ((1 << (entry & 63)) - 1)) >> (entry >> 8 & 0xf)) as usize
}

/// Copies a match, in words as large as its distance allows. Writes up to a word beyond the end.
#[inline(always)]
fn copy<M: Memory>(memory: &mut M, to: usize, distance: usize, length: usize) {
    let (mut from, mut to, end) = (to - distance, to, to + length);
    if distance >= 32 {
        memory.copy::<32>(from, to);
        (from, to) = (from + 32, to + 32);
        loop {
            memory.copy::<32>(from, to);
            (from, to) = (from + 32, to + 32);
            if to >= end {
                return;
            }
        }
    }
    if distance >= 8 {
        loop {
            memory.copy::<8>(from, to);
            (from, to) = (from + 8, to + 8);
            if to >= end {
                return;
            }
        }
    }
    if distance == 1 {
        while to < end {
            memory.repeat(from, to);
            to += 8;
        }
        return;
    }
    // Only the first `distance` bytes of a word are right; the next word overwrites the others.
    while to < end {
        memory.copy::<8>(from, to);
        (from, to) = (from + distance, to + distance);
    }
}

/// Access to the input and the window.
trait Memory {
    fn input_size(&self) -> usize;
    fn output_size(&self) -> usize;
    /// Reads the eight bytes of the input at `at`, the first of them lowest.
    fn word(&self, at: usize) -> u64;
    /// Writes two bytes of output, the lower one first.
    fn put_two(&mut self, at: usize, two: u16);
    /// Writes the byte at `from` to `to` and the seven bytes after it.
    fn repeat(&mut self, from: usize, to: usize);
    /// Copies bytes of the output that were read before any of them is written.
    fn copy<const SIZE: usize>(&mut self, from: usize, to: usize);
}

/// Refuses what lies outside with a panic.
struct Checked<'a> {
    input: &'a [u8],
    output: &'a mut [u8],
}

impl Memory for Checked<'_> {
    fn input_size(&self) -> usize {
        self.input.len()
    }

    fn output_size(&self) -> usize {
        self.output.len()
    }

    fn word(&self, at: usize) -> u64 {
        self.input[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
    }

    fn put_two(&mut self, at: usize, two: u16) {
        self.output[at..at + 2].copy_from_slice(&two.to_le_bytes());
    }

    fn repeat(&mut self, from: usize, to: usize) {
        let byte = self.output[from];
        self.output[to..to + 8].fill(byte);
    }

    fn copy<const SIZE: usize>(&mut self, from: usize, to: usize) {
        self.output.copy_within(from..from + SIZE, to);
    }
}

/// Trusts the loop.
struct Unchecked<'a> {
    input: &'a [u8],
    output: &'a mut [u8],
}

impl Memory for Unchecked<'_> {
    #[inline(always)]
    fn input_size(&self) -> usize {
        self.input.len()
    }

    #[inline(always)]
    fn output_size(&self) -> usize {
        self.output.len()
    }

    #[inline(always)]
    fn word(&self, at: usize) -> u64 {
        debug_assert!(at + 8 <= self.input.len());
        // SAFETY: the loop reads at most two words a round, each at most 7 bytes after the one before, and starts a round
        // only if 16 bytes are left.
        u64::from_le_bytes(unsafe { self.input.as_ptr().add(at).cast::<[u8; 8]>().read() })
    }

    #[inline(always)]
    fn put_two(&mut self, at: usize, two: u16) {
        debug_assert!(at + 2 <= self.output.len());
        // SAFETY: a round starts only if `SLACK` bytes are free, and writes at most that many.
        unsafe { self.output.as_mut_ptr().add(at).cast::<[u8; 2]>().write(two.to_le_bytes()) }
    }

    #[inline(always)]
    fn repeat(&mut self, from: usize, to: usize) {
        debug_assert!(from < to && to + 8 <= self.output.len());
        // SAFETY: `from` lies before `to` since distances are compared with what was written; for `to` as above.
        unsafe {
            let byte = self.output.as_ptr().add(from).read();
            self.output.as_mut_ptr().add(to).cast::<[u8; 8]>().write([byte; 8]);
        }
    }

    #[inline(always)]
    fn copy<const SIZE: usize>(&mut self, from: usize, to: usize) {
        debug_assert!(from < to && to + SIZE <= self.output.len());
        // SAFETY: as above. The bytes are read before they are written, so it does no harm if they overlap.
        unsafe {
            let bytes = self.output.as_ptr().add(from).cast::<[u8; SIZE]>().read();
            self.output.as_mut_ptr().add(to).cast::<[u8; SIZE]>().write(bytes);
        }
    }
}
