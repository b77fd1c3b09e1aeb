//! Archives of `cpio`: a header, the name, the bytes, for each member.
//!
//! There are four headers: of hexadecimal text with and without a checksum (`newc`, `crc`), of octal text (`odc`) and of
//! 16-bit numbers in either byte order.

use super::ProblemKind;
use super::guard::Guarded;
use super::left_out::{LeftOut, Next};
use super::name::{self, Names};
use super::stored::{Stored, damaged, fill, skip};
use super::visit::{Facts, Place, Visit};
use std::io::{self, Read};

/// Longer names are damage.
const LONGEST_NAME: u64 = 1 << 16;
/// The name of the member that ends an archive.
const TRAILER: &[u8] = b"TRAILER!!!";

/// Visits the members of an archive.
pub(super) fn members(visit: &Visit<'_>, place: &Place<'_>, source: &mut (dyn Read + Send)) {
    let left_out = LeftOut::beyond_a_limit();
    if let Err(error) = walk(visit, place, source, &left_out) {
        visit.fail_with(place, &error);
    }
    left_out.finish(visit, place);
}

/// Whether a file starts with a header and the name that belongs to it. The mark alone is not enough: it is six digits,
/// and old logs start their lines with six digits for the day.
pub(super) fn starts_with_header(head: &[u8]) -> bool {
    let Ok(Some(header)) = Header::read(&mut &*head) else { return false };
    let name_at = header.kind.length() as u64;
    let end = name_at.checked_add(header.name_size).and_then(|end| usize::try_from(end).ok());
    // Only the start is at hand; a name that reaches beyond it is none.
    let name = end.and_then(|end| head.get(header.kind.length()..end)).and_then(<[u8]>::split_last);
    name.is_some_and(|(last, name)| *last == 0 && !name.is_empty() && !name.contains(&0))
}

fn walk(visit: &Visit<'_>, place: &Place<'_>, source: &mut (dyn Read + Send), left_out: &LeftOut) -> io::Result<()> {
    let mut names = Names::default();
    loop {
        let Some(header) = Header::read(source)? else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        if header.name_size > LONGEST_NAME {
            return Err(damaged("a name is longer than 64 KiB"));
        }
        let mut name = Vec::new();
        Stored::new(source, header.name_size).read_to_end(&mut name)?;
        skip(source, 0, header.kind.padding(header.kind.length() as u64 + header.name_size))?;
        name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
        if name == TRAILER {
            return end(source);
        }
        let padding = header.kind.padding(header.size);
        if header.mode & FILE_TYPE == FOLDER {
            skip(source, header.size, padding)?;
            continue;
        }
        match left_out.next(visit, place) {
            Next::Read => {}
            Next::Name => {
                left_out.add(visit, place, &name::shown(&name), header.size);
                skip(source, header.size, padding)?;
                continue;
            }
            Next::Stop => return Ok(()),
        }
        let member = place.member(&names.unique(name::shown(&name)));
        let not_file = match header.mode & FILE_TYPE {
            // The data comes with the last of the names.
            FILE if header.size == 0 && header.links > 1 && header.kind.links_are_empty() => Some("hard link"),
            FILE | 0 => None,
            0o120_000 => Some("symbolic link"),
            _ => Some("device, pipe or socket"),
        };
        if let Some(kind) = not_file {
            visit.note(&member, ProblemKind::Skipped, kind.to_owned());
            visit.saw(0);
            skip(source, header.size, padding)?;
            continue;
        }
        let mut data = Summed { inner: Stored::new(source, header.size), sum: 0 };
        let facts = Facts { modified: Some(header.modified), size: Some(header.size) };
        visit.stream(&member, facts, &mut Guarded::free(visit, &member, &mut data));
        io::copy(&mut data, &mut io::sink())?;
        if header.kind.is_checked() && header.sum != data.sum {
            visit.note(&member, ProblemKind::Corrupt, "damaged: the checksum is wrong".to_owned());
        }
        data.inner.skip_rest(padding)?;
    }
}

/// Looks at what follows the end: padding, as it should be, or anything else.
fn end(source: &mut (dyn Read + Send)) -> io::Result<()> {
    let mut block = [0; 16 << 10];
    loop {
        let read = fill(source, &mut block)?;
        if block.iter().take(read).any(|byte| *byte != 0) {
            return Err(damaged("there is other data after the end"));
        }
        if read < block.len() {
            return Ok(());
        }
    }
}

const FILE_TYPE: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;

/// The four kinds of headers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hexadecimal { checked: bool },
    Octal,
    Binary { big_endian: bool },
}

impl Kind {
    fn of(mark: [u8; 6]) -> Option<Kind> {
        match &mark {
            b"070701" => Some(Kind::Hexadecimal { checked: false }),
            b"070702" => Some(Kind::Hexadecimal { checked: true }),
            b"070707" => Some(Kind::Octal),
            [0xc7, 0x71, ..] => Some(Kind::Binary { big_endian: false }),
            [0x71, 0xc7, ..] => Some(Kind::Binary { big_endian: true }),
            _ => None,
        }
    }

    /// Bytes of a header.
    fn length(self) -> usize {
        match self {
            Kind::Hexadecimal { .. } => 110,
            Kind::Octal => 76,
            Kind::Binary { .. } => 26,
        }
    }

    /// Bytes that fill up so many others.
    fn padding(self, bytes: u64) -> u64 {
        match self {
            Kind::Hexadecimal { .. } => (4 - bytes % 4) % 4,
            Kind::Octal => 0,
            Kind::Binary { .. } => bytes % 2,
        }
    }

    fn is_checked(self) -> bool {
        matches!(self, Kind::Hexadecimal { checked: true })
    }

    /// Whether a file of several names has its data only once.
    fn links_are_empty(self) -> bool {
        matches!(self, Kind::Hexadecimal { .. })
    }
}

struct Header {
    kind: Kind,
    mode: u32,
    links: u32,
    modified: i64,
    size: u64,
    name_size: u64,
    /// Sum of the data's bytes.
    sum: u32,
}

impl Header {
    /// Reads the next header; none at the end of the stream.
    fn read(source: &mut (dyn Read + Send)) -> io::Result<Option<Header>> {
        let mut block = [0; 110];
        let (mark, rest) = block.split_at_mut(6);
        match fill(source, mark)? {
            0 => return Ok(None),
            6 => {}
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        let wrong = || damaged("a header makes no sense; what follows it was not read");
        let kind = mark.first_chunk().copied().and_then(Kind::of).ok_or_else(wrong)?;
        let rest = rest.get_mut(..kind.length() - 6).unwrap_or_default();
        if fill(source, rest)? < rest.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let header = match kind {
            Kind::Hexadecimal { .. } => Header::hexadecimal(kind, &block),
            Kind::Octal => Header::octal(kind, &block),
            Kind::Binary { big_endian } => Header::binary(kind, &block, big_endian),
        };
        header.map(Some).ok_or_else(wrong)
    }

    /// Fields of eight digits: inode, mode, owner, group, links, time, size, four of devices, size of the name, sum.
    fn hexadecimal(kind: Kind, block: &[u8]) -> Option<Header> {
        let number = |field: usize| digits(block.get(6 + 8 * field..14 + 8 * field)?, 16);
        (0..13).try_for_each(|field| number(field).map(drop))?;
        Some(Header {
            kind,
            mode: u32::try_from(number(1)?).ok()?,
            links: u32::try_from(number(4)?).ok()?,
            modified: i64::try_from(number(5)?).ok()?,
            size: number(6)?,
            name_size: number(11)?,
            sum: u32::try_from(number(12)?).ok()?,
        })
    }

    /// Fields of six digits: device, inode, mode, owner, group, links, device; then eleven for the time, six for the size
    /// of the name, eleven for the size.
    fn octal(kind: Kind, block: &[u8]) -> Option<Header> {
        let number = |from: usize, to: usize| digits(block.get(from..to)?, 8);
        (1..8).try_for_each(|field| number(6 * field, 6 * field + 6).map(drop))?;
        Some(Header {
            kind,
            mode: u32::try_from(number(18, 24)?).ok()?,
            links: u32::try_from(number(36, 42)?).ok()?,
            modified: i64::try_from(number(48, 59)?).ok()?,
            size: number(65, 76)?,
            name_size: number(59, 65)?,
            sum: 0,
        })
    }

    /// Numbers of 16 bits; of the long ones the upper half comes first. Device, inode, mode, owner, group, links, device,
    /// time (long), size of the name, size (long).
    fn binary(kind: Kind, block: &[u8], big_endian: bool) -> Option<Header> {
        let short = |index: usize| {
            let bytes = *block.get(2 * index..)?.first_chunk::<2>()?;
            Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
        };
        let long = |index: usize| Some(u32::from(short(index)?) << 16 | u32::from(short(index + 1)?));
        // The mark is short: what is no type of a file tells other data apart. The trailer has none.
        if !matches!(short(3)? >> 12, 0 | 1 | 2 | 4 | 6 | 8 | 10 | 12) {
            return None;
        }
        Some(Header {
            kind,
            mode: u32::from(short(3)?),
            links: u32::from(short(6)?),
            modified: i64::from(long(8)?),
            size: u64::from(long(11)?),
            name_size: u64::from(short(10)?),
            sum: 0,
        })
    }
}

fn digits(field: &[u8], radix: u32) -> Option<u64> {
    field.iter().try_fold(0_u64, |value, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        value.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))
    })
}

/// Sums the bytes that are read.
struct Summed<R> {
    inner: R,
    sum: u32,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(output)?;
        let bytes = output.get(..read).unwrap_or_default();
        self.sum = bytes.iter().fold(self.sum, |sum, byte| sum.wrapping_add(u32::from(*byte)));
        Ok(read)
    }
}
