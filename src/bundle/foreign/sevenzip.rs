//! 7-Zip archives: their files, block by block in the order in which they are packed.
//!
//! Many files share a block and can only be unpacked one after the other; what lies behind damage in a block is named and
//! lost, other blocks are read. Unpacking is done by the crate `sevenz-rust2`, without its part for passwords.

use super::{Members, ProblemKind};
use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, EncoderMethod, Error, Password};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

/// What a dictionary or model may take: 7-Zip's largest setting asks for 256 MiB.
const MEMORY_KIB: usize = (256 + 16) << 10;
/// The target of a link has at most so many bytes.
const LONGEST_TARGET: u64 = 64 << 10;
/// So many files are named that cannot be unpacked; of the others the number is.
const NAMED: u64 = 50;

/// Gives the files of an archive.
pub(super) fn read(source: &mut (impl Read + Seek), out: &mut dyn Members) -> io::Result<()> {
    if !reaches_its_list(source)? {
        let message = "cut off, or the first of several parts; then join them: cat FILE.7z.* > FILE.7z";
        return out.problem(ProblemKind::Corrupt, message);
    }
    let archive = match Archive::read_with_memory_limit(source, &Password::empty(), MEMORY_KIB) {
        Ok(archive) => archive,
        Err(error) => {
            let (kind, message) = describe(&error);
            return out.problem(kind, &message);
        }
    };
    let mut unread = Unread { out, files: 0 };
    let mut files = archive.files.iter().filter(|file| file.has_stream);
    for index in 0..archive.blocks.len() {
        block(source, &archive, index, &mut files, &mut unread)?;
    }
    unread.finish()?;
    for file in archive.files.iter().filter(|file| !file.has_stream && !file.is_directory && !file.is_anti_item) {
        out.begin(Some(file.name.as_bytes()), modified(file))?;
        out.end()?;
    }
    Ok(())
}

/// Whether the list of files, which lies at the end, is in the file. Where it lies stands behind the mark, the version and a
/// checksum: its offset from byte 32 on, and its size.
fn reaches_its_list(source: &mut (impl Read + Seek)) -> io::Result<bool> {
    let end = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(12))?;
    let (mut offset, mut size) = ([0; 8], [0; 8]);
    let read = source.read_exact(&mut offset).and_then(|()| source.read_exact(&mut size));
    let list_end =
        32_u64.checked_add(u64::from_le_bytes(offset)).and_then(|at| at.checked_add(u64::from_le_bytes(size)));
    Ok(read.is_ok() && list_end.is_some_and(|list_end| list_end <= end))
}

/// Gives the files of one block, which come next in `files`.
fn block<'a>(
    source: &mut (impl Read + Seek),
    archive: &'a Archive,
    index: usize,
    files: &mut impl Iterator<Item = &'a ArchiveEntry>,
    unread: &mut Unread<'_>,
) -> io::Result<()> {
    let password = Password::empty();
    let decoder = BlockDecoder::new_with_memory_limit(1, MEMORY_KIB, index, archive, &password, source);
    let count = decoder.entries().iter().filter(|file| file.has_stream).count();
    let mut left = files.take(count);
    let (mut failed, mut damaged) = (None, false);
    let result = decoder.for_each_entries(&mut |file, data| {
        if !file.has_stream {
            return Ok(true);
        }
        left.next();
        match member(file, data, unread.out) {
            Ok(is_sound) => damaged = !is_sound,
            Err(error) => failed = Some(error),
        }
        Ok(failed.is_none() && !damaged)
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let encrypted = archive
        .blocks
        .get(index)
        .is_some_and(|block| block.coders.iter().any(|coder| is_encryption(coder.encoder_method_id())));
    let (kind, message) = match result {
        _ if damaged => {
            (ProblemKind::Corrupt, "damaged: it is packed together with a damaged file before it".to_owned())
        }
        Err(_) if encrypted => (ProblemKind::Encrypted, ENCRYPTED.to_owned()),
        Err(error) => describe(&error),
        Ok(_) => return Ok(()),
    };
    let mut any = false;
    for file in left {
        any = true;
        unread.name(file, kind, &message)?;
    }
    match any || damaged {
        true => Ok(()),
        // All files came, and then the block did not end as it should.
        false => unread.out.problem(kind, &message),
    }
}

/// Gives one file; false if it is damaged.
fn member(file: &ArchiveEntry, data: &mut dyn Read, out: &mut dyn Members) -> io::Result<bool> {
    if file.is_anti_item && file.size == 0 {
        return Ok(true);
    }
    out.begin(Some(file.name.as_bytes()), modified(file))?;
    let link = link(file);
    let sound = match link {
        // The decoder unpacks what nobody reads, and nobody would count it.
        _ if file.is_anti_item || link.is_some() && file.size > LONGEST_TARGET => {
            out.problem(ProblemKind::Corrupt, "damaged: a link or mark of deletion with data like a file's")?;
            false
        }
        Some(kind) => {
            out.problem(ProblemKind::Skipped, kind)?;
            true
        }
        None => copy(data, file.size, out)?,
    };
    out.end()?;
    Ok(sound)
}

/// Copies a file; false if it is damaged. Its last byte is read alone: with a wrong checksum the reader withholds what the
/// last read would have given.
fn copy(data: &mut dyn Read, size: u64, out: &mut dyn Members) -> io::Result<bool> {
    let mut block = vec![0; 64 << 10];
    let mut left = size;
    loop {
        let wanted = usize::try_from(left.saturating_sub(1)).unwrap_or(usize::MAX).clamp(1, block.len());
        match data.read(block.get_mut(..wanted).unwrap_or_default()) {
            Ok(0) => return Ok(true),
            Ok(read) => {
                out.data(block.get(..read).unwrap_or_default())?;
                left = left.saturating_sub(read as u64);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                let (kind, message) = describe(&Error::Io(error, "".into()));
                out.problem(kind, &message)?;
                return Ok(false);
            }
        }
    }
}

/// Names files that cannot be unpacked.
struct Unread<'o> {
    out: &'o mut dyn Members,
    files: u64,
}

impl Unread<'_> {
    fn name(&mut self, file: &ArchiveEntry, kind: ProblemKind, message: &str) -> io::Result<()> {
        self.files += 1;
        if self.files > NAMED {
            return Ok(());
        }
        self.out.begin(Some(file.name.as_bytes()), modified(file))?;
        self.out.problem(kind, message)?;
        self.out.end()
    }

    fn finish(&mut self) -> io::Result<()> {
        match self.files.checked_sub(NAMED + 1) {
            None => Ok(()),
            Some(more) => {
                let message = format!("{} more files could not be unpacked either", more + 1);
                self.out.problem(ProblemKind::Corrupt, &message)
            }
        }
    }
}

/// What a file is that is none: its attributes may hold a Unix mode in their upper half, or Windows' mark of a link.
fn link(file: &ArchiveEntry) -> Option<&'static str> {
    let attributes = file.windows_attributes;
    let mode = if attributes & 0x8000 != 0 { attributes >> 16 } else { 0 };
    match mode & 0o170_000 {
        0o120_000 => Some("symbolic link"),
        0 | 0o100_000 | 0o040_000 if attributes & 0x400 == 0 => None,
        0 | 0o100_000 | 0o040_000 => Some("symbolic link"),
        _ => Some("device, pipe or socket"),
    }
}

/// Seconds since 1970; Windows counts tenths of microseconds since 1601.
fn modified(file: &ArchiveEntry) -> Option<i64> {
    let time = u64::from(file.last_modified_date) / 10_000_000;
    file.has_last_modified_date.then(|| i64::try_from(time).ok()?.checked_sub(11_644_473_600)).flatten()
}

const ENCRYPTED: &str = "encrypted: needs a password";

/// AES-256 and the older encryptions that 7-Zip reads, which start with the same byte.
fn is_encryption(method: &[u8]) -> bool {
    method == EncoderMethod::ID_AES256_SHA256 || method.starts_with(&[0x06, 0xf1])
}

fn describe(error: &Error) -> (ProblemKind, String) {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => (ProblemKind::Encrypted, ENCRYPTED.to_owned()),
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => {
            (ProblemKind::Encrypted, ENCRYPTED.to_owned())
        }
        Error::UnsupportedCompressionMethod(method) => {
            (ProblemKind::Unsupported, format!("unsupported: 7-Zip method {method}; unpack it first"))
        }
        Error::Unsupported(what) => (ProblemKind::Unsupported, format!("unsupported: {what}; unpack it first")),
        Error::ExternalUnsupported | Error::UnsupportedVersion { .. } => (
            ProblemKind::Unsupported,
            "unsupported: a kind of 7-Zip archive that is hardly used; unpack it first".to_owned(),
        ),
        Error::MaxMemLimited { max_kb, actaul_kb } => {
            let (most, asked) = (max_kb >> 10, actaul_kb >> 10);
            (ProblemKind::Limit, format!("unpacking needs {asked} MiB of memory, and {most} MiB are allowed"))
        }
        Error::Io(error, _) if error.kind() == ErrorKind::UnexpectedEof => {
            (ProblemKind::Corrupt, "cut off: the end is missing".to_owned())
        }
        Error::Io(error, _) if error.kind() == ErrorKind::OutOfMemory => {
            (ProblemKind::Limit, "unpacking needs more memory than is allowed".to_owned())
        }
        Error::Io(error, _) => (ProblemKind::Corrupt, format!("damaged: {error}")),
        Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => {
            (ProblemKind::Corrupt, "damaged: the checksum is wrong".to_owned())
        }
        Error::Other(what) => (ProblemKind::Corrupt, format!("damaged: {what}")),
        _ => (ProblemKind::Corrupt, "damaged: the list of its files makes no sense".to_owned()),
    }
}
