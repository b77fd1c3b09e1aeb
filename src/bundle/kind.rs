//! What a file is, judged by its first bytes and never by its name.

use super::foreign::{Format, is_export, is_pretty};
use super::tape_header::Header;
use super::{ar, cpio, lz4, lzip, rpm};

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
    /// An archive of `ar`, such as a Debian package.
    Ar,
    /// An archive of `cpio`.
    Cpio,
    /// An RPM package.
    Rpm,
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
    Lz4,
    /// The format of `compress`.
    Compress,
    /// The format of xz's predecessor, one bare stream.
    Lzma,
    /// LZMA in members with checksums.
    Lzip,
}

impl Compression {
    /// Whether unpacking takes several times as long as for the others: libbz2 makes 100 MB a second of text that repeats
    /// itself, and much less of other text.
    pub(super) fn is_slow(self) -> bool {
        self == Compression::Bzip2
    }
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
            // Two reserved flags, and the largest width of codes.
            [0x1f, 0x9d, flags, ..] if flags & 0x60 == 0 && matches!(flags & 31, 9..=16) => {
                Kind::Compressed(Compression::Compress)
            }
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Kind::Compressed(after_skippable_frames(head)),
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
            _ if cpio::starts_with_header(head) => Kind::Cpio,
            _ if is_lzma(head) => Kind::Compressed(Compression::Lzma),
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
            Kind::Compressed(Compression::Lz4) => "lz4",
            Kind::Compressed(Compression::Compress) => "compress",
            Kind::Compressed(Compression::Lzma) => "lzma",
            Kind::Compressed(Compression::Lzip) => "lzip",
            Kind::Tar => "tar",
            Kind::Ar => "ar",
            Kind::Cpio => "cpio",
            Kind::Rpm => "rpm",
            Kind::Zip => "zip",
            Kind::Foreign(format) => format.name(),
            Kind::Plain | Kind::Encrypted(_) | Kind::Unsupported(_) => "file",
        }
    }
}

const MARKS: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    // The first part of a split archive, and one that was split into a single part.
    (b"PK\x07\x08", Kind::Zip),
    (b"PK00PK\x03\x04", Kind::Zip),
    (b"\x1f\x8b\x08", Kind::Compressed(Compression::Gzip)),
    (b"\xfd7zXZ\0", Kind::Compressed(Compression::Xz)),
    (b"\x28\xb5\x2f\xfd", Kind::Compressed(Compression::Zstd)),
    (&lz4::MARK, Kind::Compressed(Compression::Lz4)),
    (&lz4::LEGACY_MARK, Kind::Compressed(Compression::Lz4)),
    (lzip::MARK, Kind::Compressed(Compression::Lzip)),
    (ar::MARK, Kind::Ar),
    (rpm::MARK, Kind::Rpm),
    (b"Salted__", Kind::Encrypted("openssl enc")),
    (b"age-encryption.org/v1", Kind::Encrypted("age")),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", Kind::Encrypted("age")),
    (b"-----BEGIN PGP MESSAGE-----", Kind::Encrypted("PGP message")),
    (b"LUKS\xba\xbe", Kind::Encrypted("LUKS volume")),
    (b"7z\xbc\xaf\x27\x1c", Kind::Foreign(Format::SevenZip)),
    (b"MSCF\0\0\0\0", Kind::Foreign(Format::Cabinet)),
    (b"Rar!\x1a\x07", Kind::Unsupported("RAR archive; unpack it, all its parts in one folder, and give the folder")),
    (b"\x89LZO\0\r\n\x1a\n", Kind::Unsupported("lzop file; unpack it first")),
    (b"\xff\x06\0\0sNaPpY", Kind::Unsupported("snappy file; unpack it first")),
    (b"ElfFile\0", Kind::Foreign(Format::Evtx)),
    (b"ElfChnk\0", Kind::Foreign(Format::Evtx)),
    (b"LPKSHHRH", Kind::Foreign(Format::Journal)),
];

/// A tar header proves itself by its checksum. With the mark of POSIX or GNU tar a wrong sum means damage; without the
/// mark (the format of 1979) it means that this is no tar.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else { return false };
    let header = Header::new(*block);
    header.is_posix() || header.gnu().is_some() || block[0] != 0 && header.size().is_some() && header.is_sound()
}

/// lz4 and zstd have the same skippable frames; what follows them tells. Nobody starts a file of lz4 with one, but some
/// tools for zstd do.
fn after_skippable_frames(head: &[u8]) -> Compression {
    let mut rest = head;
    while let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, frame @ ..] = rest {
        let size = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
        rest = frame.get(size..).unwrap_or_default();
    }
    match rest.starts_with(&lz4::MARK) || rest.starts_with(&lz4::LEGACY_MARK) {
        true => Compression::Lz4,
        false => Compression::Zstd,
    }
}

/// The format has no mark: a file starts with its properties, the size of the dictionary, and the size of the content or -1; the
/// first byte of the data is zero. Properties other than those that all encoders write by themselves are believed where the
/// size is -1, since few zeros prove little.
fn is_lzma(head: &[u8]) -> bool {
    // (pb * 5 + lp) * 9 + lc.
    let [properties @ 0..225, dictionary @ ..] = head else { return false };
    let (Some(dictionary), Some(size)) =
        (dictionary.first_chunk::<4>(), head.get(5..).and_then(<[u8]>::first_chunk::<8>))
    else {
        return false;
    };
    let (dictionary, size) = (u32::from_le_bytes(*dictionary), u64::from_le_bytes(*size));
    let is_usual = dictionary >= 1 << 12 && (dictionary.is_power_of_two() || (dictionary / 3 * 2).is_power_of_two());
    let is_size = size == u64::MAX || (size < 1 << 38 && *properties == 0x5d);
    is_usual && is_size && head.get(13) == Some(&0)
}

/// An event trace starts with a buffer header of 72 bytes (its first number is the buffer's size) and the system header
/// of its first event: version 2, type 1 or 2, flags 0xc0.
fn is_event_trace(head: &[u8]) -> bool {
    let Some(size) = head.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes)) else { return false };
    (1 << 10..=16 << 20).contains(&size)
        && size % 1024 == 0
        && head.get(72..76).is_some_and(|mark| matches!(mark, [2, 0, 1 | 2, 0xc0]))
}
