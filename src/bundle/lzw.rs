//! The format of `compress` (.Z), which old Unix systems still write: LZW with codes that grow from 9 to 16 bits.
//!
//! The format has neither a checksum nor an end: a file that was cut off between two codes looks whole.

use super::stored::damaged;
use std::io::{self, BufRead, Read};

/// The code that empties the table, in files that say that they use it.
const CLEAR: u32 = 256;
/// Bits of the first codes, and of the longest.
const SHORTEST: u32 = 9;
const LONGEST: u32 = 16;

/// Unpacks one file.
pub(super) struct LzwReader<R> {
    input: R,
    header_read: bool,
    done: bool,
    /// From the header: bits of the longest code, and whether the table may be emptied.
    longest: u32,
    clears: bool,
    /// The text of a code from 256 on is that of another one and a byte.
    table: Vec<(u16, u8)>,
    bits: Bits,
    /// The code before, and the first byte of its text.
    last: Option<(u32, u8)>,
    /// Unpacked bytes that were not taken, the next one at the end.
    ready: Vec<u8>,
}

/// The bits of the input and how many make a code.
struct Bits {
    held: u64,
    count: u32,
    /// Bits of a code.
    width: u32,
    /// Codes of this width so far.
    codes: u32,
}

impl<R: BufRead> LzwReader<R> {
    /// Starts at the header.
    pub(super) fn new(input: R) -> LzwReader<R> {
        LzwReader {
            input,
            header_read: false,
            done: false,
            longest: LONGEST,
            clears: false,
            table: Vec::new(),
            bits: Bits { held: 0, count: 0, width: SHORTEST, codes: 0 },
            last: None,
            ready: Vec::new(),
        }
    }

    fn header(&mut self) -> io::Result<()> {
        let mut header = [0; 3];
        self.input.read_exact(&mut header)?;
        let flags = header[2];
        (self.longest, self.clears) = (u32::from(flags & 31), flags & 0x80 != 0);
        match (SHORTEST..=LONGEST).contains(&self.longest) && flags & 0x60 == 0 {
            true => Ok(()),
            false => Err(damaged("the header makes no sense")),
        }
    }

    /// The first code of the table; that of emptying it has no text.
    fn first(&self) -> u32 {
        if self.clears { CLEAR + 1 } else { CLEAR }
    }

    /// The code that the next entry of the table gets.
    fn next_entry(&self) -> u32 {
        self.first() + self.table.len() as u32
    }

    /// Unpacks the next code to `ready`; false at the end of the input.
    fn step(&mut self) -> io::Result<bool> {
        // A code may be one that the table gets with it.
        if self.next_entry() >= 1 << self.bits.width && self.bits.width < self.longest {
            self.bits.align(&mut self.input)?;
            self.bits.width += 1;
        }
        let Some(code) = self.bits.next(&mut self.input)? else { return Ok(false) };
        if code == CLEAR && self.clears {
            self.bits.align(&mut self.input)?;
            (self.bits.width, self.last) = (SHORTEST, None);
            self.table.clear();
            return Ok(true);
        }
        let (mut at, next) = (code, self.next_entry());
        match self.last {
            Some((last, first)) if code == next => {
                self.ready.push(first);
                at = last;
            }
            _ if code >= next => return Err(damaged("the compressed data makes no sense")),
            _ => {}
        }
        while let Some(entry) = at.checked_sub(self.first()).and_then(|entry| self.table.get(entry as usize)) {
            self.ready.push(entry.1);
            at = u32::from(entry.0);
        }
        let first = u8::try_from(at).map_err(|_| damaged("the compressed data makes no sense"))?;
        self.ready.push(first);
        if let Some((last, _)) = self.last
            && next < 1 << self.longest
        {
            self.table.push((last as u16, first));
        }
        self.last = Some((code, first));
        Ok(true)
    }
}

impl<R: BufRead> Read for LzwReader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if !self.header_read {
            self.header_read = true;
            self.header().inspect_err(|_| self.done = true)?;
        }
        while self.ready.is_empty() && !self.done && !output.is_empty() {
            self.done = !self.step().inspect_err(|_| self.done = true)?;
        }
        let read = self.ready.len().min(output.len());
        for byte in output.iter_mut().take(read) {
            *byte = self.ready.pop().unwrap_or_default();
        }
        Ok(read)
    }
}

impl Bits {
    fn next(&mut self, input: &mut impl BufRead) -> io::Result<Option<u32>> {
        while self.count < self.width {
            let Some(byte) = input.fill_buf()?.first().copied() else { return Ok(None) };
            input.consume(1);
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
        }
        let code = self.held & ((1 << self.width) - 1);
        self.held >>= self.width;
        self.count -= self.width;
        self.codes += 1;
        Ok(u32::try_from(code).ok())
    }

    /// Goes to the end of eight codes: writers fill up to there before the width of the codes changes.
    fn align(&mut self, input: &mut impl BufRead) -> io::Result<()> {
        while !self.codes.is_multiple_of(8) && self.next(input)?.is_some() {}
        self.codes = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn unpack(packed: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut unpacked = Vec::new();
        let result = LzwReader::new(packed).read_to_end(&mut unpacked);
        (unpacked, result.err().map(|error| error.kind()))
    }

    /// Writes codes as `compress` does.
    struct Codes {
        packed: Vec<u8>,
        held: u64,
        count: u32,
        width: u32,
        written: u32,
    }

    impl Codes {
        fn write(&mut self, code: u32) {
            self.held |= u64::from(code) << self.count;
            (self.count, self.written) = (self.count + self.width, self.written + 1);
            while self.count >= 8 {
                self.packed.push(self.held as u8);
                (self.held, self.count) = (self.held >> 8, self.count - 8);
            }
        }

        fn align(&mut self) {
            while !self.written.is_multiple_of(8) {
                self.write(0);
            }
            self.written = 0;
        }
    }

    /// Packs with codes of at most `longest` bits and empties the table whenever it has been full for 100 codes.
    fn pack(content: &[u8], longest: u32, clears: bool) -> Vec<u8> {
        let first = if clears { 257 } else { 256 };
        let flags = longest as u8 | if clears { 0x80 } else { 0 };
        let mut codes = Codes { packed: vec![0x1f, 0x9d, flags], held: 0, count: 0, width: SHORTEST, written: 0 };
        let (mut table, mut since_clear, mut rest) = (HashMap::<Vec<u8>, u32>::new(), 0, content);
        while !rest.is_empty() {
            let known = (2..=rest.len()).take_while(|size| table.contains_key(&rest[..*size])).last().unwrap_or(1);
            let readers_next = (first + u32::max(since_clear, 1) - 1).min(1 << longest);
            if readers_next >= 1 << codes.width && codes.width < longest {
                codes.align();
                codes.width += 1;
            }
            codes.write(table.get(&rest[..known]).copied().unwrap_or(u32::from(rest[0])));
            since_clear += 1;
            let next = first + table.len() as u32;
            if next < 1 << longest && known < rest.len() {
                table.insert(rest[..=known].to_vec(), next);
            } else if clears && since_clear > (1 << longest) + 100 {
                codes.write(CLEAR);
                codes.align();
                table.clear();
                (codes.width, since_clear) = (SHORTEST, 0);
            }
            rest = &rest[known..];
        }
        if codes.count > 0 {
            codes.packed.push(codes.held as u8);
        }
        codes.packed
    }

    #[test]
    fn what_compress_packs_is_unpacked() {
        // `printf 'hello hello hello hello\n' | compress`
        let hello = b"\x1f\x9d\x90\x68\xca\xb0\x61\xf3\x06\x44\xc0\x81\x05\x0f\x12\x34\x28\x90\xa0\x02";
        assert_eq!(unpack(hello), (b"hello hello hello hello\n".to_vec(), None));
        assert_eq!(unpack(&hello[..3]), (Vec::new(), None));
    }

    #[test]
    fn damage_is_named() {
        use io::ErrorKind::{InvalidData, UnexpectedEof};
        assert_eq!(unpack(b"\x1f\x9d"), (Vec::new(), Some(UnexpectedEof)));
        assert_eq!(unpack(b"\x1f\x9d\x91\x68"), (Vec::new(), Some(InvalidData)));
        // `h`, then a code that nobody has made yet.
        assert_eq!(unpack(b"\x1f\x9d\x90\x68\xfe\x03"), (b"h".to_vec(), Some(InvalidData)));
    }

    #[test]
    fn long_files_use_codes_of_all_widths() {
        let content: Vec<u8> =
            (0..20_000_u32).flat_map(|n| format!("{} {n}\n", n.wrapping_mul(2_654_435_761)).into_bytes()).collect();
        for (longest, clears) in [(16, true), (16, false), (12, true), (9, true), (9, false)] {
            let (unpacked, error) = unpack(&pack(&content, longest, clears));
            assert!(unpacked == content && error.is_none(), "{longest} {clears} {error:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(content in proptest::collection::vec(0_u8..4, 0..3000), longest in 9_u32..=16, clears: bool) {
            prop_assert_eq!(unpack(&pack(&content, longest, clears)), (content, None));
        }

        #[test]
        fn no_input_panics(garbage: Vec<u8>, flags: u8) {
            let _ = unpack(&[&[0x1f, 0x9d, flags], &garbage[..]].concat());
        }
    }
}
