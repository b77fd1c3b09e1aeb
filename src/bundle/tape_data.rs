//! The data of one member of a tar archive: what is left of it in the archive, and how a sparse file is laid out.

use super::stored::{damaged, fill, skip};
use super::tape_header::{BLOCK, Header, SparseMap, number};
use std::collections::VecDeque;
use std::io::{self, Read};
use tar::{GnuExtSparseHeader, GnuSparseHeader};

/// Larger maps of sparse files are damage.
const LARGEST_MAP: u64 = 1 << 20;

pub(super) struct Data<'s> {
    source: &'s mut (dyn Read + Send),
    /// Bytes of the member still in the archive, without padding.
    raw_left: u64,
    padding: u64,
    parts: VecDeque<Part>,
}

enum Part {
    Zeros(u64),
    Stored(u64),
}

impl<'s> Data<'s> {
    pub(super) fn new(source: &'s mut (dyn Read + Send), size: u64) -> Data<'s> {
        let padding = (BLOCK - size % BLOCK) % BLOCK;
        Data { source, raw_left: size, padding, parts: VecDeque::from([Part::Stored(size)]) }
    }

    /// Reads the map of a sparse file in GNU's old format: in the header and in blocks right after it. False if the
    /// header is not GNU's: then it is no sparse file either.
    pub(super) fn read_gnu_map(&mut self, header: &Header) -> io::Result<bool> {
        let Some(gnu) = header.gnu() else { return Ok(false) };
        let mut numbers = Vec::new();
        read_gnu_blocks(&gnu.sparse, &mut numbers)?;
        let mut more = gnu.is_extended();
        while more {
            let mut block = GnuExtSparseHeader::new();
            if fill(self.source, block.as_mut_bytes())? < BLOCK as usize {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            read_gnu_blocks(block.sparse(), &mut numbers)?;
            more = block.is_extended();
            if numbers.len() as u64 > LARGEST_MAP / 24 {
                return Err(damaged("the map of a sparse file is too large"));
            }
        }
        self.lay_out(&numbers, number(&gnu.realsize));
        Ok(true)
    }

    /// Reads the map of a sparse file in GNU's formats for PAX. True since it is one.
    pub(super) fn read_pax_map(&mut self, map: SparseMap, real_size: Option<u64>) -> io::Result<bool> {
        let numbers = match map {
            SparseMap::Known(numbers) => numbers,
            SparseMap::BeforeData => self.read_lines()?,
        };
        self.lay_out(&numbers, real_size);
        Ok(true)
    }

    /// Reads a line with the number of pairs, then a line for each number, then zeros to the end of the block. Lines may
    /// be comments.
    fn read_lines(&mut self) -> io::Result<Vec<u64>> {
        let (mut line, mut pairs, mut numbers) = (Vec::new(), None, Vec::new());
        for _ in 0..LARGEST_MAP / BLOCK {
            let mut block = [0; BLOCK as usize];
            self.read_exact(&mut block)?;
            for byte in block {
                if byte != b'\n' {
                    line.push(byte);
                    continue;
                }
                let text = std::mem::take(&mut line);
                if text.starts_with(b"#") {
                    continue;
                }
                let number = std::str::from_utf8(&text).ok().and_then(|text| text.parse::<u64>().ok());
                let number = number.ok_or_else(|| damaged("the map of a sparse file makes no sense"))?;
                match pairs {
                    None => pairs = Some(number),
                    Some(_) => numbers.push(number),
                }
                if pairs.is_some_and(|pairs| numbers.len() as u64 >= pairs.saturating_mul(2)) {
                    return Ok(numbers);
                }
            }
        }
        Err(damaged("the map of a sparse file is too large"))
    }

    /// Lays out what is left of the member by pairs of offset and length, and the hole at its end.
    fn lay_out(&mut self, numbers: &[u64], real_size: Option<u64>) {
        self.parts.clear();
        let (mut at, mut left) = (0, self.raw_left);
        for pair in numbers.chunks_exact(2) {
            let (offset, length) = (pair[0], pair[1].min(left));
            if offset > at {
                self.parts.push_back(Part::Zeros(offset - at));
            }
            self.parts.push_back(Part::Stored(length));
            at = offset.max(at).saturating_add(length);
            left -= length;
        }
        if let Some(hole) = real_size.and_then(|size| size.checked_sub(at)) {
            self.parts.push_back(Part::Zeros(hole));
        }
    }

    /// Goes to the next header.
    pub(super) fn skip_rest(self) -> io::Result<()> {
        skip(self.source, self.raw_left, self.padding)
    }
}

impl Read for Data<'_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        while let Some(part) = self.parts.front_mut() {
            let (Part::Zeros(left) | Part::Stored(left)) = part;
            if *left == 0 {
                self.parts.pop_front();
                continue;
            }
            let size = usize::try_from(*left).unwrap_or(usize::MAX).min(output.len());
            let output = output.get_mut(..size).unwrap_or_default();
            if output.is_empty() {
                return Ok(0);
            }
            let read = match part {
                Part::Zeros(left) => {
                    output.fill(0);
                    *left -= size as u64;
                    size
                }
                Part::Stored(left) => {
                    let read = self.source.read(output)?;
                    *left = left.saturating_sub(read as u64);
                    self.raw_left = self.raw_left.saturating_sub(read as u64);
                    match read {
                        0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                        read => read,
                    }
                }
            };
            return Ok(read);
        }
        Ok(0)
    }
}

fn read_gnu_blocks(blocks: &[GnuSparseHeader], numbers: &mut Vec<u64>) -> io::Result<()> {
    for block in blocks.iter().filter(|block| !block.is_empty()) {
        let unreadable = |_| damaged("the map of a sparse file makes no sense");
        numbers.extend([block.offset().map_err(unreadable)?, block.length().map_err(unreadable)?]);
    }
    Ok(())
}
