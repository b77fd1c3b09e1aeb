//! One member of a zip archive: from its headers to its unpacked and checked bytes.
//!
//! Sections are those of PKWARE's APPNOTE.TXT 6.3.10.

use super::guard::Guarded;
use super::inflate::Inflate;
use super::kind::Compression;
use super::source::Source;
use super::visit::{Facts, Place, Visit};
use super::{ProblemKind, decode, name};
use crc32fast::Hasher;
use std::io::{self, BufReader, Read};

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
    /// What is wrong with its headers, in words.
    pub(super) flaw: Option<&'static str>,
    /// Whether the name is not the one that both headers have, but a better one from the extra fields.
    pub(super) is_renamed: bool,
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
        for (id, size, field) in extra_fields(extra) {
            if field.len() < size {
                self.flaw = Some("an extra field of its header is longer than all of them");
            }
            match id {
                EXTRA_ZIP64 => {
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
                    if let (Some(1), Some(name)) = (field.first(), field.get(5..))
                        && u32_at(field, 1) == Some(crc32fast::hash(&self.name))
                    {
                        self.name = name.to_vec();
                        self.is_renamed = true;
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether this is a folder, which has nothing to read.
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with(b"/") || self.name.ends_with(b"\\") || self.unix_mode & FILE_TYPE == 0o040_000
    }

    /// Returns where it lies.
    pub(super) fn extent(&self) -> Extent {
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
            // What came through a pipe when the archive was written: `dmesg | zip case.zip -`.
            0o010_000 if self.compressed > 0 => {}
            0o120_000 => return unread(ProblemKind::Skipped, "symbolic link"),
            _ => return unread(ProblemKind::Skipped, "device, pipe or socket"),
        }
        if self.flags & FLAG_ENCRYPTED != 0 || self.method == METHOD_AES {
            return unread(ProblemKind::Encrypted, "encrypted: needs a password");
        }
        let data = match self.data(source) {
            Ok(data) => {
                for flaw in self.flaw.map(str::to_owned).into_iter().chain(data.difference.clone()) {
                    visit.note(place, ProblemKind::Corrupt, format!("damaged: {flaw}"));
                }
                data
            }
            Err(error) => {
                visit.fail_with(place, &error);
                return visit.saw(0);
            }
        };
        let packed = Guarded::free(visit, place, source.range(data.at, self.compressed).buffered());
        let packed = BufReader::with_capacity(self.compressed.clamp(64, 64 << 10) as usize, packed);
        match decoder(self.method, packed, self.compressed, self.size) {
            Ok(unpacked) => {
                let checked = Checked { inner: unpacked, crc: Hasher::new(), bytes: 0, expected: self };
                let mut guarded = Guarded::charged(visit, place, archive, checked).slow(self.method == METHOD_BZIP2);
                visit.stream(place, Facts { modified: self.modified, size: self.size }, &mut guarded);
                // Unless it is damaged anyhow: the sizes of the directory are the right ones if they fit the data.
                if data.is_other_size {
                    visit.fail(
                        place,
                        ProblemKind::Corrupt,
                        "damaged: the header beside its data gives it another size".to_owned(),
                    );
                }
            }
            Err(error) => {
                visit.fail_with(place, &error);
                visit.saw(size);
            }
        }
    }

    /// Opens the content without a word about trouble: for a second reading.
    pub(super) fn content<'s>(&'s self, source: &'s Source<'s>) -> Option<Box<dyn Read + Send + 's>> {
        let is_file = matches!(self.unix_mode & FILE_TYPE, 0 | 0o100_000);
        if !is_file || self.flags & FLAG_ENCRYPTED != 0 || self.method == METHOD_AES {
            return None;
        }
        let packed = source.range(self.data(source).ok()?.at, self.compressed).buffered();
        let inner = decoder(self.method, packed, self.compressed, self.size).ok()?;
        Some(Box::new(Checked { inner, crc: Hasher::new(), bytes: 0, expected: self }))
    }

    /// Returns where the data starts, section 4.3.7, and in what the header there differs from the directory. What is
    /// shown is what the directory says; other programs may believe the header.
    fn data(&self, source: &Source<'_>) -> io::Result<Data> {
        let header_at = match self.at {
            Where::Data(at) => return Ok(Data { at, difference: None, is_other_size: false }),
            Where::Header(at) => at,
        };
        let header = source.bytes_at(header_at, 30 + self.name.len())?;
        match (header.starts_with(b"PK\x03\x04"), u16_at(&header, 26), u16_at(&header, 28)) {
            (true, Some(name), Some(extra)) => {
                let at = header_at.saturating_add(30 + u64::from(name) + u64::from(extra));
                let own_name = header.get(30..).unwrap_or_default();
                let own_name = own_name.get(..usize::from(name)).unwrap_or(own_name);
                let same_name = usize::from(name) == self.name.len() && own_name == self.name;
                let flags = u16_at(&header, 6).unwrap_or_default();
                let same_kind = (flags ^ self.flags) & FLAGS_OF_MEANING == 0 && u16_at(&header, 8) == Some(self.method);
                let difference = match (same_name || self.is_renamed, same_kind) {
                    (true, true) => None,
                    (true, false) => Some("the header beside its data says otherwise how it is packed".to_owned()),
                    (false, _) => {
                        Some(format!("the header beside its data gives it another name, `{}`", name::shown(own_name)))
                    }
                };
                let own_extra = match [18, 22].map(|at| u32_at(&header, at)).contains(&Some(u32::MAX)) {
                    true => source.bytes_at(at.saturating_sub(u64::from(extra)), usize::from(extra))?,
                    false => Vec::new(),
                };
                Ok(Data { at, difference, is_other_size: self.is_other_size(&header, flags, &own_extra) })
            }
            _ => Err(invalid("it does not start where the archive's directory says")),
        }
    }

    /// Whether the header beside the data, with these flags, gives other sizes than the directory. If it was written
    /// before the data, it may not know them: a flag says so, or zeros. Those of zip64 stand in the extra fields, and
    /// readers differ in which of several fields they believe, so each must be right.
    fn is_other_size(&self, header: &[u8], flags: u16, extra: &[u8]) -> bool {
        if flags & FLAG_DESCRIPTOR != 0 {
            return false;
        }
        let [compressed, size] = [18, 22].map(|at| u32_at(header, at).unwrap_or_default());
        let is_other =
            |compressed: u64, size: u64| compressed != 0 && (compressed, Some(size)) != (self.compressed, self.size);
        if compressed != u32::MAX && size != u32::MAX {
            return is_other(compressed.into(), size.into());
        }
        extra_fields(extra).filter(|(id, ..)| *id == EXTRA_ZIP64).any(|(_, _, field)| {
            let mut numbers = field.chunks_exact(8).filter_map(|number| u64_at(number, 0));
            let mut full = |short: u32| if short == u32::MAX { numbers.next() } else { Some(short.into()) };
            // The size comes first.
            let (size, compressed) = (full(size), full(compressed));
            matches!((compressed, size), (Some(compressed), Some(size)) if is_other(compressed, size))
        })
    }
}

/// Where the data of a member is, and what the header beside it says.
struct Data {
    at: u64,
    /// How the header contradicts the directory, in words.
    difference: Option<String>,
    is_other_size: bool,
}

/// The part of an archive that a member takes at least.
#[derive(Default)]
pub(super) struct Extent {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Extent {
    /// Archives list their members in the order in which they lie there, so bombs of overlapping members show up in
    /// neighbours. Those that shuffle them still meet the budget.
    pub(super) fn holds_start_of(&self, other: &Extent) -> bool {
        (self.start..self.end).contains(&other.start)
    }
}

const FLAG_ENCRYPTED: u16 = 1;
/// The flags that must be the same in both headers: encryption, patches, strong encryption, hidden headers.
/// Of the others some are only known when the data was written.
const FLAGS_OF_MEANING: u16 = 1 | 1 << 5 | 1 << 6 | 1 << 13;
/// The sizes follow the data, section 4.3.9.
pub(super) const FLAG_DESCRIPTOR: u16 = 8;
const METHOD_STORED: u16 = 0;
pub(super) const METHOD_DEFLATE: u16 = 8;
const METHOD_BZIP2: u16 = 12;
const METHOD_AES: u16 = 99;
/// The extra field of sizes that do not fit into 32 bits, section 4.5.3.
const EXTRA_ZIP64: u16 = 1;
/// The bits of a Unix mode that tell files, folders, links and devices apart.
const FILE_TYPE: u16 = 0o170_000;

/// Returns a reader of what `compressed` bytes unpack to; methods of section 4.4.5.
fn decoder<'a>(
    method: u16,
    packed: impl io::BufRead + Send + 'a,
    compressed: u64,
    size: Option<u64>,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    match method {
        METHOD_STORED => Ok(Box::new(packed)),
        METHOD_DEFLATE => Ok(Box::new(Deflated { inflate: Inflate::new(packed), packed: compressed })),
        9 => Ok(Box::new(decode::Deflate64Reader::new(packed))),
        METHOD_BZIP2 => decode::unpack(Compression::Bzip2, packed),
        14 => decode::unpack_zip_lzma(packed, size),
        20 | 93 => decode::unpack(Compression::Zstd, packed),
        95 => decode::unpack(Compression::Xz, packed),
        method => Err(io::Error::new(io::ErrorKind::Unsupported, format!("zip method {method}; unpack it first"))),
    }
}

/// Deflate marks its own end; what is hidden between that and the end of the member no program shows.
struct Deflated<R> {
    inflate: Inflate<R>,
    packed: u64,
}

impl<R: Read> Read for Deflated<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        match self.inflate.read(output)? {
            0 if !output.is_empty() && self.inflate.consumed() < self.packed => {
                Err(invalid("there is other data behind its content"))
            }
            read => Ok(read),
        }
    }
}

/// Compares the unpacked data with what the headers say.
struct Checked<'m, R> {
    inner: R,
    crc: Hasher,
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
            Some(_) if read == 0 && self.crc.clone().finalize() != self.expected.crc => {
                Err(invalid("the checksum is wrong"))
            }
            _ => Ok(read),
        }
    }
}

/// Returns the extra fields of a header: their ids, the bytes that they should have, and those that are there.
fn extra_fields(extra: &[u8]) -> impl Iterator<Item = (u16, usize, &[u8])> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let (id, size) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let field = rest.get(4..).unwrap_or_default();
        rest = field.get(size..).unwrap_or_default();
        Some((id, size, field.get(..size).unwrap_or(field)))
    })
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

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
