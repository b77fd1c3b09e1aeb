//! Windows cabinets (.cab): their files, folder by folder. What cabinets call a folder is a stream that files share.
//!
//! Layouts follow Microsoft's `[MS-CAB]`. Folders are packed in blocks of up to 32 KiB: as they are, with MSZIP (deflate,
//! which our own inflater unpacks) or with LZX (the crate `lzxd`). Quantum is named and left.

use super::{Members, ProblemKind};
use crate::bundle::inflate::Inflate;
use crate::bundle::zip_member::dos_time;
use lzxd::{Lzxd, WindowSize};
use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom};

/// Bytes of all folders together that may be unpacked and belong to no file: the end of one that began in another
/// cabinet. Nobody sees them, so they do not draw from the bundle's budget.
const LARGEST_GAPS: u64 = 256 << 20;
/// Unpacked bytes of a block.
const LARGEST_BLOCK: usize = 32 << 10;

/// Gives the files of a cabinet.
pub(super) fn read(source: &mut (impl Read + Seek), out: &mut dyn Members) -> io::Result<()> {
    let cabinet = Cabinet::read(source)?;
    let parts = cabinet.neighbours.iter().map(|name| String::from_utf8_lossy(name)).collect::<Vec<_>>();
    if !parts.is_empty() {
        let message = format!(
            "unsupported: one of a set of cabinets; for files that reach into others ({}) unpack the set together: \
             cabextract FIRST.cab",
            parts.join(", ")
        );
        out.problem(ProblemKind::Unsupported, &message)?;
    }
    let mut gaps = LARGEST_GAPS;
    let mut files: Vec<&File> = cabinet.files.iter().collect();
    files.sort_by_key(|file| (file.folder, file.offset));
    for files in files.chunk_by(|one, next| one.folder == next.folder) {
        let number = files.first().map_or(CONTINUED, |file| file.folder);
        let (kind, message) = match (cabinet.folders.get(usize::from(number)), number) {
            (Some(folder), _) => {
                folder_files(source, &cabinet, folder, files, &mut gaps, out)?;
                continue;
            }
            (None, CONTINUED..) => {
                (ProblemKind::Unsupported, "unsupported: a part of it is in another cabinet of the set")
            }
            (None, _) => (ProblemKind::Corrupt, "damaged: it is in a folder that is not there"),
        };
        files.iter().try_for_each(|file| unread(file, kind, message, out))?;
    }
    Ok(())
}

/// Gives the files of one folder, sorted by where they begin.
fn folder_files(
    source: &mut (impl Read + Seek),
    cabinet: &Cabinet,
    folder: &Folder,
    files: &[&File],
    gaps: &mut u64,
    out: &mut dyn Members,
) -> io::Result<()> {
    let mut data = match Method::of(folder.method) {
        Ok(method) => Data {
            source,
            at: folder.offset,
            left: folder.blocks,
            reserved: cabinet.reserved,
            method,
            block: Vec::new(),
            given: 0,
        },
        Err(message) => {
            return files.iter().try_for_each(|file| unread(file, ProblemKind::Unsupported, message, out));
        }
    };
    let mut at = 0_u64;
    let mut failed: Option<(ProblemKind, String)> = None;
    for file in files {
        if let Some((kind, message)) = &failed {
            unread(file, *kind, message, out)?;
            continue;
        }
        if file.offset < at {
            unread(file, ProblemKind::Corrupt, "damaged: it lies in the middle of another file", out)?;
            continue;
        }
        let gap = file.offset - at;
        let Some(rest) = gaps.checked_sub(gap) else {
            let message = "too much lies between its files that belongs to none of them".to_owned();
            unread(file, ProblemKind::Limit, &message, out)?;
            failed = Some((ProblemKind::Limit, message));
            continue;
        };
        *gaps = rest;
        let skipped = io::copy(&mut (&mut data).take(gap), &mut io::sink());
        out.begin(Some(&file.name), file.modified)?;
        let copied = match skipped {
            Ok(skipped) if skipped == gap => copy(&mut data, file.size, out)?,
            Ok(_) => Err(ErrorKind::UnexpectedEof.into()),
            Err(error) => Err(error),
        };
        if let Err(error) = copied {
            let (kind, message) = describe(&error);
            out.problem(kind, &message)?;
            failed = Some((kind, format!("{message}, in the folder that it shares with other files")));
        }
        out.end()?;
        at = file.offset + file.size;
    }
    Ok(())
}

/// Copies a file; trouble with the cabinet is the inner result, trouble with `out` the outer one.
fn copy(data: &mut impl Read, size: u64, out: &mut dyn Members) -> io::Result<io::Result<()>> {
    let mut block = vec![0; LARGEST_BLOCK];
    let mut left = size;
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
        match data.read(block.get_mut(..wanted).unwrap_or_default()) {
            Ok(0) => return Ok(Err(ErrorKind::UnexpectedEof.into())),
            Ok(read) => {
                out.data(block.get(..read).unwrap_or_default())?;
                left = left.saturating_sub(read as u64);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}

fn unread(file: &File, kind: ProblemKind, message: &str, out: &mut dyn Members) -> io::Result<()> {
    out.begin(Some(&file.name), file.modified)?;
    out.problem(kind, message)?;
    out.end()
}

fn describe(error: &io::Error) -> (ProblemKind, String) {
    match error.kind() {
        ErrorKind::UnexpectedEof => (ProblemKind::Corrupt, "cut off: the end is missing".to_owned()),
        _ => (ProblemKind::Corrupt, format!("damaged: {error}")),
    }
}

/// What the headers of a cabinet say.
struct Cabinet {
    folders: Vec<Folder>,
    files: Vec<File>,
    /// Bytes that each block keeps for programs of others.
    reserved: u8,
    /// The names of the cabinets before and after it.
    neighbours: Vec<Vec<u8>>,
}

struct Folder {
    /// Where its first block lies.
    offset: u64,
    blocks: u16,
    method: u16,
}

struct File {
    name: Vec<u8>,
    modified: Option<i64>,
    /// Where it begins in its folder, unpacked.
    offset: u64,
    size: u64,
    /// The number of its folder, or one from [`CONTINUED`] on.
    folder: u16,
}

/// Files with this number of a folder or a higher one reach into another cabinet.
const CONTINUED: u16 = 0xfffd;
const FLAG_BEFORE: u16 = 1;
const FLAG_AFTER: u16 = 2;
const FLAG_RESERVED: u16 = 4;

impl Cabinet {
    fn read(source: &mut (impl Read + Seek)) -> io::Result<Cabinet> {
        source.seek(SeekFrom::Start(0))?;
        let fixed: [u8; 36] = bytes(source)?;
        let short = |at: usize| fixed.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |it| u16::from_le_bytes(*it));
        let files_at = fixed.get(16..).and_then(<[u8]>::first_chunk).map_or(0, |it| u32::from_le_bytes(*it));
        let (n_folders, n_files, flags) = (short(26), short(28), short(30));
        let (mut folder_reserved, mut reserved) = (0, 0);
        if flags & FLAG_RESERVED != 0 {
            let [low, high, folder, block] = bytes(source)?;
            (folder_reserved, reserved) = (folder, block);
            source.seek_relative(i64::from(u16::from_le_bytes([low, high])))?;
        }
        let mut neighbours = Vec::new();
        for flag in [FLAG_BEFORE, FLAG_AFTER] {
            if flags & flag != 0 {
                // The name of the file, and that of the disk.
                neighbours.push(name(source)?);
                name(source)?;
            }
        }
        let mut folders = Vec::new();
        for _ in 0..n_folders {
            let [a, b, c, d, blocks @ .., e, f] = bytes::<8>(source)?;
            let offset = u64::from(u32::from_le_bytes([a, b, c, d]));
            folders.push(Folder { offset, blocks: u16::from_le_bytes(blocks), method: u16::from_le_bytes([e, f]) });
            source.seek_relative(i64::from(folder_reserved))?;
        }
        source.seek(SeekFrom::Start(u64::from(files_at)))?;
        let mut files = Vec::new();
        for _ in 0..n_files {
            let [s0, s1, s2, s3, o0, o1, o2, o3, f0, f1, d0, d1, t0, t1, _, _] = bytes::<16>(source)?;
            files.push(File {
                size: u64::from(u32::from_le_bytes([s0, s1, s2, s3])),
                offset: u64::from(u32::from_le_bytes([o0, o1, o2, o3])),
                folder: u16::from_le_bytes([f0, f1]),
                modified: dos_time(u16::from_le_bytes([d0, d1]), u16::from_le_bytes([t0, t1])),
                name: name(source)?,
            });
        }
        Ok(Cabinet { folders, files, reserved, neighbours })
    }
}

/// Reads a text of at most 256 bytes that ends with a zero byte.
fn name(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut name = Vec::new();
    loop {
        match bytes::<1>(source)? {
            [0] => return Ok(name),
            _ if name.len() >= 256 => return Err(invalid("a name is longer than 256 bytes")),
            [byte] => name.push(byte),
        }
    }
}

fn bytes<const N: usize>(source: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The unpacked data of a folder.
struct Data<'s, S> {
    source: &'s mut S,
    /// Where the next block lies.
    at: u64,
    left: u16,
    reserved: u8,
    method: Method,
    block: Vec<u8>,
    /// Bytes of the block that were given.
    given: usize,
}

/// How a folder is packed.
enum Method {
    Stored,
    /// Each block is a deflate stream that may refer to the blocks before it.
    Deflated(Box<Inflate<Cursor<Vec<u8>>>>),
    Lzx(Box<Lzxd>),
}

impl Method {
    fn of(method: u16) -> Result<Method, &'static str> {
        Ok(match (method & 15, method >> 8 & 31) {
            (0, _) => Method::Stored,
            (1, _) => Method::Deflated(Box::new(Inflate::new(Cursor::new(Vec::new())))),
            (2, _) => return Err("unsupported: packed with Quantum; unpack it first: cabextract FILE.cab"),
            (3, 15) => Method::Lzx(Box::new(Lzxd::new(WindowSize::KB32))),
            (3, 16) => Method::Lzx(Box::new(Lzxd::new(WindowSize::KB64))),
            (3, 17) => Method::Lzx(Box::new(Lzxd::new(WindowSize::KB128))),
            (3, 18) => Method::Lzx(Box::new(Lzxd::new(WindowSize::KB256))),
            (3, 19) => Method::Lzx(Box::new(Lzxd::new(WindowSize::KB512))),
            (3, 20) => Method::Lzx(Box::new(Lzxd::new(WindowSize::MB1))),
            (3, 21) => Method::Lzx(Box::new(Lzxd::new(WindowSize::MB2))),
            _ => return Err("unsupported: packed in an unknown way; unpack it first: cabextract FILE.cab"),
        })
    }

    fn unpack(&mut self, packed: Vec<u8>, size: usize, unpacked: &mut Vec<u8>) -> io::Result<()> {
        unpacked.clear();
        match self {
            Method::Stored => *unpacked = packed,
            Method::Deflated(inflate) => {
                let stream = packed.strip_prefix(b"CK").ok_or_else(|| invalid("a block has no mark"))?.to_vec();
                inflate.go_on_with(Cursor::new(stream));
                // One byte more than there should be tells a block that is too large.
                (&mut **inflate).take(size as u64 + 1).read_to_end(unpacked)?;
            }
            Method::Lzx(lzx) => {
                let data =
                    lzx.decompress_next(&packed, size).map_err(|_| invalid("the compressed data makes no sense"))?;
                unpacked.extend_from_slice(data);
            }
        }
        match unpacked.len() == size {
            true => Ok(()),
            false => Err(invalid("a block is not as large as it says")),
        }
    }
}

impl<S: Read + Seek> Data<'_, S> {
    /// Unpacks the next block; false after the last one.
    fn next_block(&mut self) -> io::Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        self.source.seek(SeekFrom::Start(self.at))?;
        let [s0, s1, s2, s3, sizes @ ..] = bytes::<8>(self.source)?;
        let stated = u32::from_le_bytes([s0, s1, s2, s3]);
        let [p0, p1, u0, u1] = sizes;
        let (packed_size, size) = (u16::from_le_bytes([p0, p1]), usize::from(u16::from_le_bytes([u0, u1])));
        let mut rest = vec![0; usize::from(self.reserved) + usize::from(packed_size)];
        self.source.read_exact(&mut rest)?;
        let data = rest.split_off(usize::from(self.reserved));
        let sum = checksum(&data, checksum(&sizes, 0));
        // Writers do not agree on whether what is reserved counts.
        if stated != 0 && stated != sum && stated != checksum(&rest, sum) {
            return Err(invalid("the checksum is wrong"));
        }
        if size > LARGEST_BLOCK {
            return Err(invalid("a block is larger than 32 KiB"));
        }
        if size == 0 {
            // The rest of the block is in the next cabinet.
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= 1;
        self.at = self.at.saturating_add(8 + rest.len() as u64 + data.len() as u64);
        self.method.unpack(data, size, &mut self.block)?;
        self.given = 0;
        Ok(true)
    }
}

impl<S: Read + Seek> Read for Data<'_, S> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.block.len() {
            if output.is_empty() || !self.next_block()? {
                return Ok(0);
            }
        }
        let read = self.block.get(self.given..).unwrap_or_default().read(output)?;
        self.given += read;
        Ok(read)
    }
}

/// Returns the sum of a block: words of 32 bits, exclusive-or; what is left over at the end is read with its first byte as
/// the highest.
fn checksum(bytes: &[u8], start: u32) -> u32 {
    let words = bytes.chunks_exact(4);
    let rest = words.remainder().iter().fold(0, |rest, byte| rest << 8 | u32::from(*byte));
    let words = words.filter_map(<[u8]>::first_chunk).map(|word| u32::from_le_bytes(*word));
    words.fold(start, |sum, word| sum ^ word) ^ rest
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, message)
}
