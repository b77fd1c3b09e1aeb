//! Tar archives as a stream: headers in, members out.
//!
//! The headers are read with the `tar` crate; the walk is ours since the crate's entries cannot go to another thread, keep
//! long names of any length in memory and do not say where an archive is cut off.

use super::earlier::Earlier;
use super::guard::Guarded;
use super::name::{self, Names};
use super::visit::{Facts, Place, Visit};
use super::{ProblemKind, kind::checksum};
use std::collections::VecDeque;
use std::io::{self, Read};
use tar::{EntryType, GnuExtSparseHeader, GnuSparseHeader, Header, PaxExtensions};

/// The unit of a tar archive.
const BLOCK: u64 = 512;
/// Long names and extended headers above this size are damage.
const LARGEST_EXTENSION: u64 = 1 << 20;

/// Visits the members of a tar archive.
pub(super) fn members(visit: &Visit<'_>, place: &Place<'_>, source: &mut (dyn Read + Send)) {
    let earlier = Earlier::default();
    let mut archive = Archive { source, names: Names::default(), earlier: &earlier };
    if let Err(error) = archive.walk(visit, place) {
        visit.fail_with(place, &error);
    }
}

struct Archive<'s> {
    source: &'s mut (dyn Read + Send),
    names: Names,
    earlier: &'s Earlier,
}

/// What extension headers say about the next member.
#[derive(Default)]
struct Extension {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    modified: Option<i64>,
    sparse: Option<SparseMap>,
}

/// Where PAX headers put the map of a sparse file: in themselves (GNU formats 0.0 and 0.1) or before the data (1.0).
enum SparseMap {
    Known(Vec<u64>),
    BeforeData,
}

impl Archive<'_> {
    fn walk(&mut self, visit: &Visit<'_>, place: &Place<'_>) -> io::Result<()> {
        let mut extension = Extension::default();
        while let Some(header) = self.header()? {
            let size = header.entry_size().map_err(|_| damaged("a header has no valid size"))?;
            match header.entry_type() {
                EntryType::GNULongName => extension.name = Some(until_zero(self.extension(size)?)),
                EntryType::GNULongLink | EntryType::XGlobalHeader => drop(self.extension(size)?),
                EntryType::XHeader => extension.read_pax(&self.extension(size)?),
                _ if !visit.count_member(place) => return Ok(()),
                _ => self.member(visit, place, &header, size, std::mem::take(&mut extension))?,
            }
        }
        Ok(())
    }

    fn member(
        &mut self,
        visit: &Visit<'_>,
        place: &Place<'_>,
        header: &Header,
        size: u64,
        extension: Extension,
    ) -> io::Result<()> {
        let name = extension.name.unwrap_or_else(|| header.path_bytes().into_owned());
        let is_folder = match header.entry_type() {
            EntryType::Directory => true,
            // The first tar programs told folders by their name only.
            EntryType::Regular => name.ends_with(b"/"),
            _ => false,
        };
        if is_folder {
            return Data::new(self.source, extension.size.unwrap_or(size)).skip_rest();
        }
        let modified = || header.mtime().ok().and_then(|time| i64::try_from(time).ok());
        let modified = extension.modified.or_else(modified);
        let mut data = Data::new(self.source, extension.size.unwrap_or(size));
        let member = place.member_after(self.earlier, &self.names.unique(name::shown(&name)));
        let not_file = match header.entry_type() {
            EntryType::Symlink => Some("symbolic link"),
            EntryType::Link => Some("hard link"),
            EntryType::Char | EntryType::Block => Some("device"),
            EntryType::Fifo => Some("pipe"),
            _ => None,
        };
        if let Some(kind) = not_file {
            visit.note(&member, ProblemKind::Skipped, kind.to_owned());
            visit.saw(0);
            return data.skip_rest();
        }
        match header.entry_type() {
            EntryType::GNUSparse => {
                data.read_gnu_map(header)?;
                let mut bytes = Guarded::charged(visit, place, place, &mut data);
                visit.stream(&member, Facts { modified, size: None }, &mut bytes);
            }
            _ => match extension.sparse {
                Some(map) => {
                    data.read_pax_map(map)?;
                    let mut bytes = Guarded::charged(visit, place, place, &mut data);
                    visit.stream(&member, Facts { modified, size: None }, &mut bytes);
                }
                None => {
                    let facts = Facts { modified, size: Some(data.raw_left) };
                    visit.stream(&member, facts, &mut Guarded::free(visit, place, &mut data));
                }
            },
        }
        data.skip_rest()
    }

    /// Returns the next header; none at the end of the archive.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut ended = false;
        loop {
            let mut block = [0; BLOCK as usize];
            match fill(self.source, &mut block)? {
                0 if ended => return Ok(None),
                0 => return Err(damaged("the archive has no end mark, so there may have been more")),
                read if read == block.len() => {}
                _ if ended && block.iter().all(|byte| *byte == 0) => return Ok(None),
                _ => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
            if block.iter().all(|byte| *byte == 0) {
                // Blocks of zeros end an archive. Others may follow: archives are concatenated by accident.
                ended = true;
                continue;
            }
            let header = Header::from_byte_slice(&block);
            if header.cksum().is_ok_and(|sum| sum == checksum(&block)) {
                return Ok(Some(header.clone()));
            }
            return Err(damaged(match ended {
                true => "there is other data after the end",
                false => "a header has a wrong checksum; what follows it was not read",
            }));
        }
    }

    /// Reads the data of an extension header.
    fn extension(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > LARGEST_EXTENSION {
            return Err(damaged("a name or extended header is larger than 1 MiB"));
        }
        let mut content = Vec::new();
        let mut data = Data::new(self.source, size);
        data.read_to_end(&mut content)?;
        data.skip_rest()?;
        Ok(content)
    }
}

impl Extension {
    fn read_pax(&mut self, content: &[u8]) {
        let mut map = Vec::new();
        for record in PaxExtensions::new(content).flatten() {
            let value = record.value_bytes();
            let number = || std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            match record.key_bytes() {
                b"path" if self.sparse.is_none() => self.name = Some(value.to_vec()),
                b"GNU.sparse.name" => self.name = Some(value.to_vec()),
                b"size" => self.size = number().or(self.size),
                b"mtime" => self.modified = seconds(value).or(self.modified),
                b"GNU.sparse.major" if value == b"1" => self.sparse = Some(SparseMap::BeforeData),
                b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => map.extend(number()),
                b"GNU.sparse.map" => map = numbers(value),
                _ => {}
            }
        }
        if !map.is_empty() {
            self.sparse = Some(SparseMap::Known(map));
        }
    }
}

/// The data of one member: what is left of it in the archive, and how it is laid out.
struct Data<'s> {
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
    fn new(source: &'s mut (dyn Read + Send), size: u64) -> Data<'s> {
        let padding = (BLOCK - size % BLOCK) % BLOCK;
        Data { source, raw_left: size, padding, parts: VecDeque::from([Part::Stored(size)]) }
    }

    /// Reads the map of a sparse file in GNU's old format: in the header and in blocks right after it.
    fn read_gnu_map(&mut self, header: &Header) -> io::Result<()> {
        let gnu = header.as_gnu().ok_or_else(|| damaged("a sparse file has no map"))?;
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
            if numbers.len() as u64 > LARGEST_EXTENSION / 24 {
                return Err(damaged("the map of a sparse file is too large"));
            }
        }
        self.lay_out(&numbers);
        Ok(())
    }

    fn read_pax_map(&mut self, map: SparseMap) -> io::Result<()> {
        let numbers = match map {
            SparseMap::Known(numbers) => numbers,
            // A line with the number of pairs, then a line for each number, then zeros to the end of the block.
            SparseMap::BeforeData => {
                let (mut text, mut lines, mut expected) = (Vec::new(), 0, None);
                while expected.is_none_or(|expected| lines < expected) {
                    let mut block = [0; BLOCK as usize];
                    self.read_exact(&mut block)?;
                    text.extend_from_slice(&block);
                    lines += block.iter().filter(|byte| **byte == b'\n').count() as u64;
                    if expected.is_none() && lines > 0 {
                        let pairs = numbers(&text).first().copied().unwrap_or(0);
                        expected = Some(pairs.saturating_mul(2).saturating_add(1));
                    }
                    if text.len() as u64 > LARGEST_EXTENSION {
                        return Err(damaged("the map of a sparse file is too large"));
                    }
                }
                let pairs = usize::try_from(expected.unwrap_or(1) - 1).unwrap_or(usize::MAX);
                numbers(&text).into_iter().skip(1).take(pairs).collect()
            }
        };
        self.lay_out(&numbers);
        Ok(())
    }

    /// Lays out what is left of the member by pairs of offset and length.
    fn lay_out(&mut self, numbers: &[u64]) {
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
    }

    /// Goes to the next header.
    fn skip_rest(&mut self) -> io::Result<()> {
        let rest = self.raw_left.saturating_add(self.padding);
        let mut block = [0; 16 << 10];
        let mut skipped = 0;
        while skipped < rest {
            let size = usize::try_from(rest - skipped).unwrap_or(usize::MAX).min(block.len());
            match fill(self.source, block.get_mut(..size).unwrap_or_default())? {
                0 => break,
                read => skipped += read as u64,
            }
        }
        match skipped < self.raw_left {
            true => Err(io::ErrorKind::UnexpectedEof.into()),
            false => Ok(()),
        }
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

/// Returns the decimal numbers in a text, whatever separates them.
fn numbers(text: &[u8]) -> Vec<u64> {
    let digits = text.split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
    digits.filter_map(|digits| std::str::from_utf8(digits).ok()?.parse().ok()).collect()
}

/// Returns the whole seconds of a PAX time such as `1350244992.023960108`.
fn seconds(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.split('.').next()?.parse().ok()
}

fn until_zero(mut name: Vec<u8>) -> Vec<u8> {
    name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
    name
}

/// Reads until the buffer is full or the source ends.
fn fill(source: &mut (dyn Read + Send), buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn damaged(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
