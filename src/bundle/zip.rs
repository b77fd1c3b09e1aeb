//! Zip archives: the central directory at the end says what is in it; without one the local headers do.
//!
//! Read without the `zip` crate since that keeps one of several members of the same name, wants a central directory, and
//! cannot read members in parallel from one open file. Layouts follow PKWARE's APPNOTE.TXT 6.3.10; its sections are named
//! where they are used.

use super::gzip::Inflate;
use super::kind::Compression;
use super::name::Names;
use super::source::{Range, Source};
use super::visit::{Facts, Guarded, Place, Visit};
use super::{ProblemKind, decode, name, salvage};
use flate2::Crc;
use rayon::prelude::*;
use std::io::{self, BufReader, Read};

/// Whether the members are visited one after the other.
pub(super) enum Order {
    Sequential,
    Parallel,
}

/// Visits the members of a zip archive.
pub(super) fn members(visit: &Visit<'_>, place: &Place<'_>, source: &Source<'_>, order: Order) {
    let directory = match Directory::find(source) {
        Ok(directory) => directory,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            let message = format!("{error}; read what could be found without it");
            visit.note(place, ProblemKind::Corrupt, message);
            return salvage::members(visit, place, source);
        }
        Err(error) => return visit.fail_with(place, &error),
    };
    let mut names = Names::default();
    let mut last = Extent::default();
    let mut overlap = false;
    let members = directory.members(source).map_while(|member| match member {
        Ok(member) if member.is_folder() => Some(None),
        Ok(_) if !visit.count_member(place) => None,
        Ok(member) => {
            let extent = member.extent();
            if last.holds_start_of(&extent) {
                if !std::mem::replace(&mut overlap, true) {
                    let message = "damaged: members overlap, as in a zip bomb; only the first of them were unpacked";
                    visit.note(place, ProblemKind::Corrupt, message.to_owned());
                }
                return Some(None);
            }
            last = extent;
            let name = names.unique(name::shown(&member.name));
            Some(Some((member, name)))
        }
        Err(error) => {
            visit.fail_with(place, &error);
            None
        }
    });
    let members = members.flatten();
    let examine = |(member, name): (Member, String)| member.visit(visit, &place.member(&name), place, source);
    match order {
        Order::Sequential => members.for_each(examine),
        // Bridged and not collected: a directory can be large.
        Order::Parallel => members.par_bridge().for_each(examine),
    }
}

/// The part of an archive that a member takes at least.
#[derive(Default)]
struct Extent {
    start: u64,
    end: u64,
}

impl Extent {
    /// Archives list their members in the order in which they lie there, so bombs of overlapping members show up in
    /// neighbours. Those that shuffle them still meet the budget.
    fn holds_start_of(&self, other: &Extent) -> bool {
        (self.start..self.end).contains(&other.start)
    }
}

/// Where the central directory lies and how many members it lists.
struct Directory {
    offset: u64,
    bytes: u64,
    /// What lies before the archive in the file; offsets in the archive do not count it.
    shift: u64,
}

impl Directory {
    /// Finds the central directory and makes sure that it can be read to its end.
    ///
    /// # Errors
    ///
    /// `InvalidData` if there is none; the system's.
    fn find(source: &Source<'_>) -> io::Result<Directory> {
        // Section 4.3.16: 22 bytes and a comment of up to 65,535.
        let tail_at = source.len().saturating_sub(22 + 65_535 + 20);
        let tail = source.bytes_at(tail_at, 22 + 65_535 + 20)?;
        for at in memchr::memmem::rfind_iter(&tail, b"PK\x05\x06") {
            let Some(record) = tail.get(at..at + 22) else { continue };
            if let Some(directory) = Directory::at_end_record(source, record, tail_at + at as u64)? {
                return Ok(directory);
            }
        }
        Err(invalid("the archive's directory is missing or damaged"))
    }

    /// Reads the end record, which starts at `record_at`, and the one of zip64 before it.
    fn at_end_record(source: &Source<'_>, record: &[u8], record_at: u64) -> io::Result<Option<Directory>> {
        let (Some(count), Some(bytes), Some(offset)) = (u16_at(record, 10), u32_at(record, 12), u32_at(record, 16))
        else {
            return Ok(None);
        };
        let (mut count, mut bytes, mut offset, mut end) =
            (u64::from(count), u64::from(bytes), u64::from(offset), record_at);
        // Sections 4.3.14 and 4.3.15.
        let locator = source.bytes_at(record_at.saturating_sub(20), 20)?;
        if record_at >= 20 && locator.starts_with(b"PK\x06\x07") {
            let far_at = u64_at(&locator, 8).unwrap_or(u64::MAX);
            // Something may lie before the archive, so the record is looked for where it usually is, too.
            for at in [far_at, record_at.saturating_sub(20 + 56)] {
                let far = source.bytes_at(at, 56)?;
                if let (true, Some(far_count), Some(far_bytes), Some(far_offset)) =
                    (far.starts_with(b"PK\x06\x06"), u64_at(&far, 32), u64_at(&far, 40), u64_at(&far, 48))
                {
                    (count, bytes, offset, end) = (far_count, far_bytes, far_offset, at);
                    break;
                }
            }
        }
        // What lies before the archive, e.g. the program that unpacks it, moves everything.
        let moved = end.checked_sub(bytes).and_then(|at| at.checked_sub(offset)).unwrap_or(0);
        for shift in [0, moved] {
            let directory = Directory { offset: offset.saturating_add(shift), bytes, shift };
            if directory.holds(source, count)? {
                return Ok(Some(directory));
            }
        }
        Ok(None)
    }

    fn holds(&self, source: &Source<'_>, count: u64) -> io::Result<bool> {
        if self.offset.checked_add(self.bytes).is_none_or(|end| end > source.len()) {
            return Ok(false);
        }
        let mut found = 0_u64;
        for member in self.members(source) {
            match member {
                Ok(_) => found += 1,
                Err(error) if error.raw_os_error().is_some() => return Err(error),
                Err(_) => return Ok(false),
            }
        }
        // Writers without zip64 let the number wrap.
        Ok(found == count || (count <= 0xffff && found & 0xffff == count))
    }

    fn members<'s>(&self, source: &'s Source<'s>) -> Members<'s> {
        let bytes = source.range(self.offset, self.bytes).buffered();
        Members { bytes, shift: self.shift, done: false }
    }
}

/// Reads the central directory, section 4.3.12.
struct Members<'s> {
    bytes: BufReader<Range<'s>>,
    shift: u64,
    done: bool,
}

impl Iterator for Members<'_> {
    type Item = io::Result<Member>;

    fn next(&mut self) -> Option<io::Result<Member>> {
        if self.done {
            return None;
        }
        let member = self.read().transpose();
        self.done = !matches!(member, Some(Ok(_)));
        member
    }
}

impl Members<'_> {
    fn read(&mut self) -> io::Result<Option<Member>> {
        let mut fixed = [0; 46];
        if io::BufRead::fill_buf(&mut self.bytes)?.is_empty() {
            return Ok(None);
        }
        self.bytes.read_exact(&mut fixed)?;
        if fixed.starts_with(b"PK\x05\x05") {
            // A signature of the directory ends it, section 4.3.13.
            return Ok(None);
        }
        if !fixed.starts_with(b"PK\x01\x02") {
            return Err(invalid("an entry of the archive's directory is damaged"));
        }
        let short = |at| u16_at(&fixed, at).unwrap_or_default();
        let long = |at| u64::from(u32_at(&fixed, at).unwrap_or_default());
        let mut name = vec![0; usize::from(short(28))];
        self.bytes.read_exact(&mut name)?;
        let mut extra = vec![0; usize::from(short(30))];
        self.bytes.read_exact(&mut extra)?;
        let mut comment = [0; 256];
        let mut left = usize::from(short(32));
        while left > 0 {
            let part = left.min(comment.len());
            self.bytes.read_exact(comment.get_mut(..part).unwrap_or_default())?;
            left -= part;
        }
        let mut member = Member {
            name,
            flags: short(8),
            method: short(10),
            modified: dos_time(short(14), short(12)),
            crc: u32_at(&fixed, 16).unwrap_or_default(),
            compressed: long(20),
            size: Some(long(24)),
            // Section 4.4.2: system 3 is Unix, whose mode lies in the upper half of the external attributes.
            unix_mode: fixed.get(5).filter(|system| **system == 3).map_or(0, |_| short(40)),
            at: Where::Header(long(42)),
        };
        member.read_extra(&extra);
        if let Where::Header(at) = &mut member.at {
            *at = at.saturating_add(self.shift);
        }
        Ok(Some(member))
    }
}

/// One file of a zip archive, as its headers describe it.
pub(super) struct Member {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) modified: Option<i64>,
    pub(super) crc: u32,
    /// Bytes in the archive.
    pub(super) compressed: u64,
    /// Bytes unpacked, if known.
    pub(super) size: Option<u64>,
    pub(super) unix_mode: u16,
    pub(super) at: Where,
}

/// Where a member starts in the source.
pub(super) enum Where {
    /// At its local header.
    Header(u64),
    /// At its data.
    Data(u64),
}

impl Member {
    /// Reads the extra fields of sections 4.5.3 (zip64) and those of Info-ZIP (0x5455, time in UTC; 0x7075, name in UTF-8).
    pub(super) fn read_extra(&mut self, extra: &[u8]) {
        let mut rest = extra;
        while let (Some(id), Some(size)) = (u16_at(rest, 0), u16_at(rest, 2)) {
            let field = rest.get(4..).unwrap_or_default();
            let field = field.get(..usize::from(size)).unwrap_or(field);
            match id {
                0x0001 => {
                    let mut numbers = field.chunks_exact(8).filter_map(|number| u64_at(number, 0));
                    if self.size == Some(u64::from(u32::MAX)) {
                        self.size = numbers.next().or(self.size);
                    }
                    if self.compressed == u64::from(u32::MAX) {
                        self.compressed = numbers.next().unwrap_or(self.compressed);
                    }
                    if let Where::Header(at) = &mut self.at
                        && *at == u64::from(u32::MAX)
                    {
                        *at = numbers.next().unwrap_or(*at);
                    }
                }
                0x5455 if field.first().is_some_and(|flags| flags & 1 != 0) => {
                    let time = u32_at(field, 1).map(|time| i64::from(time.cast_signed()));
                    self.modified = time.or(self.modified);
                }
                0x7075 => {
                    let mut crc = Crc::new();
                    crc.update(&self.name);
                    if let (Some(1), Some(name)) = (field.first(), field.get(5..))
                        && u32_at(field, 1) == Some(crc.sum())
                    {
                        self.name = name.to_vec();
                    }
                }
                _ => {}
            }
            rest = rest.get(4 + usize::from(size)..).unwrap_or_default();
        }
    }

    /// Whether this is a folder, which has nothing to read.
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with(b"/") || self.name.ends_with(b"\\") || self.unix_mode & FILE_TYPE == 0o040_000
    }

    fn extent(&self) -> Extent {
        let (Where::Header(start) | Where::Data(start)) = self.at;
        let header = 30 + self.name.len() as u64;
        Extent { start, end: start.saturating_add(header).saturating_add(self.compressed) }
    }

    /// Visits this member, or says why not.
    pub(super) fn visit(&self, visit: &Visit<'_>, place: &Place<'_>, archive: &Place<'_>, source: &Source<'_>) {
        let size = self.size.unwrap_or(self.compressed);
        let unread = |kind, message: &str| {
            visit.fail(place, kind, message.to_owned());
            visit.saw(size);
        };
        match self.unix_mode & FILE_TYPE {
            0 | 0o100_000 => {}
            0o120_000 => return unread(ProblemKind::Skipped, "symbolic link"),
            _ => return unread(ProblemKind::Skipped, "device, pipe or socket"),
        }
        if self.flags & FLAG_ENCRYPTED != 0 || self.method == METHOD_AES {
            return unread(ProblemKind::Encrypted, "encrypted: needs a password");
        }
        let data_at = match self.data_at(source) {
            Ok(data_at) => data_at,
            Err(error) => {
                visit.fail_with(place, &error);
                return visit.saw(0);
            }
        };
        let packed = Guarded::free(visit, place, source.range(data_at, self.compressed).buffered());
        let packed = BufReader::with_capacity(self.compressed.clamp(64, 64 << 10) as usize, packed);
        match decoder(self.method, packed, self.size) {
            Ok(unpacked) => {
                let checked = Checked { inner: unpacked, crc: Crc::new(), bytes: 0, expected: self };
                let mut guarded = Guarded::charged(visit, place, archive, checked);
                visit.stream(place, Facts { modified: self.modified, size: self.size }, &mut guarded);
            }
            Err(error) => {
                visit.fail_with(place, &error);
                visit.saw(size);
            }
        }
    }

    /// Returns where the data starts, section 4.3.7.
    fn data_at(&self, source: &Source<'_>) -> io::Result<u64> {
        let header_at = match self.at {
            Where::Data(at) => return Ok(at),
            Where::Header(at) => at,
        };
        let header = source.bytes_at(header_at, 30)?;
        match (header.starts_with(b"PK\x03\x04"), u16_at(&header, 26), u16_at(&header, 28)) {
            (true, Some(name), Some(extra)) => Ok(header_at + 30 + u64::from(name) + u64::from(extra)),
            _ => Err(invalid("it does not start where the archive's directory says")),
        }
    }
}

pub(super) const FLAG_ENCRYPTED: u16 = 1;
/// The sizes follow the data, section 4.3.9.
pub(super) const FLAG_DESCRIPTOR: u16 = 8;
pub(super) const METHOD_STORED: u16 = 0;
pub(super) const METHOD_DEFLATE: u16 = 8;
const METHOD_AES: u16 = 99;
/// The bits of a Unix mode that tell files, folders, links and devices apart.
const FILE_TYPE: u16 = 0o170_000;

/// Returns a reader of the unpacked data; methods of section 4.4.5.
fn decoder<'a>(
    method: u16,
    packed: impl io::BufRead + Send + 'a,
    size: Option<u64>,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    match method {
        METHOD_STORED => Ok(Box::new(packed)),
        METHOD_DEFLATE => Ok(Box::new(Inflate::new(packed))),
        12 => decode::unpack(Compression::Bzip2, packed),
        14 => decode::unpack_zip_lzma(packed, size),
        20 | 93 => decode::unpack(Compression::Zstd, packed),
        95 => decode::unpack(Compression::Xz, packed),
        9 => Err(unsupported("zip method 9 (deflate64); unpack it first")),
        method => Err(io::Error::new(io::ErrorKind::Unsupported, format!("zip method {method}; unpack it first"))),
    }
}

/// Compares the unpacked data with what the headers say.
struct Checked<'m, R> {
    inner: R,
    crc: Crc,
    bytes: u64,
    expected: &'m Member,
}

impl<R: Read> Read for Checked<'_, R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(output)?;
        self.crc.update(output.get(..read).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(read as u64);
        match self.expected.size {
            Some(size) if read == 0 && self.bytes < size => Err(io::ErrorKind::UnexpectedEof.into()),
            Some(size) if read == 0 && self.bytes > size => Err(invalid("it is larger than its header says")),
            Some(_) if read == 0 && self.crc.sum() != self.expected.crc => Err(invalid("the checksum is wrong")),
            _ => Ok(read),
        }
    }
}

/// Returns seconds since 1970 of a date and time of MS-DOS, section 4.4.6, taken as UTC.
pub(super) fn dos_time(date: u16, time: u16) -> Option<i64> {
    let (year, month, day) = (1980 + i64::from(date >> 9), i64::from(date >> 5 & 15), i64::from(date & 31));
    let (hour, minute, second) = (i64::from(time >> 11), i64::from(time >> 5 & 63), i64::from(time & 31) * 2);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970-01-01 in the Gregorian calendar, years taken to start in March (Howard Hinnant, days_from_civil).
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn unsupported(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, message)
}
