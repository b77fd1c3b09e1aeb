//! What a file is, judged by its first bytes and never by its name.

use super::foreign::{Format, is_export, is_pretty};

/// How much of a file is looked at. The mark of an ISO image lies at 32 KiB; a file that fits is handed on without a map
/// or a second read.
pub(super) const HEAD: usize = 64 << 10;

/// What a file is to the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing to unpack: handed to the visitor.
    Plain,
    /// One compressed stream.
    Compressed(Compression),
    /// A tar archive, old or new.
    Tar,
    /// A zip archive.
    Zip,
    /// Read by a parser behind a pipe.
    Foreign(Format),
    /// Needs a key; the format's name.
    Encrypted(&'static str),
    /// Known and not readable; the format's name and what to do.
    Unsupported(&'static str),
}

/// A compression of single streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

impl Kind {
    /// Judges a file by its first [`HEAD`] bytes.
    pub(super) fn recognise(head: &[u8]) -> Kind {
        for (mark, kind) in MARKS {
            if head.starts_with(mark) {
                return *kind;
            }
        }
        match head {
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
                if rest.starts_with(b"\x31\x41\x59\x26\x53\x59") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90") =>
            {
                Kind::Compressed(Compression::Bzip2)
            }
            // A skippable frame; lz4 has the same marks, but nobody starts a file with one there.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Kind::Compressed(Compression::Zstd),
            // Public-key or password packets of RFC 4880: tag, length, version.
            [0x84, _, 3, ..] | [0x85, 0..=4, _, 3, ..] | [0x8c, 0x0d, 4, ..] | [0xc3, 0x0d, 4, ..] => {
                Kind::Encrypted("PGP message")
            }
            [0xc1, 0xc0..=0xc4, _, 3, ..] => Kind::Encrypted("PGP message"),
            // An event log whose header is damaged.
            _ if head.get(4096..).is_some_and(|rest| rest.starts_with(b"ElfChnk\0")) => Kind::Foreign(Format::Evtx),
            [b'_' | b'\n', ..] if is_export(head) => Kind::Foreign(Format::JournalExport),
            [b'{', ..] if is_pretty(head) => Kind::Foreign(Format::JournalPretty),
            _ if is_tar(head) => Kind::Tar,
            _ if head.get(32769..).is_some_and(|rest| rest.starts_with(b"CD001")) => {
                Kind::Unsupported("ISO image; unpack it first")
            }
            _ if is_event_trace(head) => {
                Kind::Unsupported("Windows event trace (ETL); convert it first: tracerpt FILE -o FILE.xml -of XML")
            }
            _ => Kind::Plain,
        }
    }

    /// The name of an input of this kind.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Compressed(Compression::Gzip) => "gzip",
            Kind::Compressed(Compression::Bzip2) => "bzip2",
            Kind::Compressed(Compression::Xz) => "xz",
            Kind::Compressed(Compression::Zstd) => "zstd",
            Kind::Tar => "tar",
            Kind::Zip => "zip",
            Kind::Foreign(format) => format.name(),
            Kind::Plain | Kind::Encrypted(_) | Kind::Unsupported(_) => "file",
        }
    }
}

const MARKS: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08PK\x03\x04", Kind::Zip),
    (b"\x1f\x8b\x08", Kind::Compressed(Compression::Gzip)),
    (b"\xfd7zXZ\0", Kind::Compressed(Compression::Xz)),
    (b"\x28\xb5\x2f\xfd", Kind::Compressed(Compression::Zstd)),
    (b"Salted__", Kind::Encrypted("openssl enc")),
    (b"age-encryption.org/v1", Kind::Encrypted("age")),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", Kind::Encrypted("age")),
    (b"-----BEGIN PGP MESSAGE-----", Kind::Encrypted("PGP message")),
    (b"LUKS\xba\xbe", Kind::Encrypted("LUKS volume")),
    (b"7z\xbc\xaf\x27\x1c", Kind::Unsupported("7-Zip archive; unpack it first")),
    (b"Rar!\x1a\x07", Kind::Unsupported("RAR archive; unpack it first")),
    (b"MSCF\0\0\0\0", Kind::Unsupported("Windows cabinet; unpack it first")),
    (b"\x04\x22\x4d\x18", Kind::Unsupported("lz4 file; unpack it first")),
    (b"\x1f\x9d", Kind::Unsupported("compress (.Z) file; unpack it first")),
    (b"LZIP\x01", Kind::Unsupported("lzip file; unpack it first")),
    (b"\x89LZO\0\r\n\x1a\n", Kind::Unsupported("lzop file; unpack it first")),
    (b"\xff\x06\0\0sNaPpY", Kind::Unsupported("snappy file; unpack it first")),
    (b"ElfFile\0", Kind::Foreign(Format::Evtx)),
    (b"ElfChnk\0", Kind::Foreign(Format::Evtx)),
    (b"LPKSHHRH", Kind::Foreign(Format::Journal)),
    (b"!<arch>\n", Kind::Unsupported("ar archive or Debian package; unpack it first")),
    (b"070701", Kind::Unsupported("cpio archive; unpack it first")),
    (b"070702", Kind::Unsupported("cpio archive; unpack it first")),
    (b"070707", Kind::Unsupported("cpio archive; unpack it first")),
];

/// A tar header proves itself by its checksum. With the mark of POSIX or GNU tar a wrong sum means damage; without the
/// mark (the format of 1979) it means that this is no tar.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else { return false };
    let header = tar::Header::from_byte_slice(block);
    if header.as_ustar().is_some() || header.as_gnu().is_some() {
        return true;
    }
    block[0] != 0 && header.entry_size().is_ok() && header.cksum().is_ok_and(|sum| sum == checksum(block))
}

/// Returns the sum of a tar header's bytes, its checksum field taken as spaces.
pub(super) fn checksum(block: &[u8; 512]) -> u32 {
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let field: u32 = block[148..156].iter().map(|byte| u32::from(*byte)).sum();
    sum - field + 8 * 32
}

/// An event trace starts with a buffer header of 72 bytes (its first number is the buffer's size) and the system header
/// of its first event: version 2, type 1 or 2, flags 0xc0.
fn is_event_trace(head: &[u8]) -> bool {
    let Some(size) = head.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes)) else { return false };
    (1 << 10..=16 << 20).contains(&size)
        && size % 1024 == 0
        && head.get(72..76).is_some_and(|mark| matches!(mark, [2, 0, 1 | 2, 0xc0]))
}
