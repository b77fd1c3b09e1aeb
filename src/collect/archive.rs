//! The archive: members of a spool behind their headers. A reader of tar or zip needs nothing of ours.
//!
//! In `.tar.zst` every text is a frame of its own, and what stands between two texts is one too; decoders read frames one after
//! the other. In `.zip` all sizes are known before a member is written; what is too large for the old fields stands in those of
//! zip64.

use super::spool::{Packed, Spool};
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;

/// What an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A tar file, packed with Zstandard.
    #[cfg(feature = "server")]
    TarZst,
    /// A zip file.
    Zip,
}

impl Format {
    /// What is written if nobody says.
    #[cfg(feature = "server")]
    pub const USUAL: Format = Format::TarZst;
    /// What is written if nobody says.
    #[cfg(not(feature = "server"))]
    pub const USUAL: Format = Format::Zip;

    /// How names of such archives end.
    pub fn ending(self) -> &'static str {
        match self {
            #[cfg(feature = "server")]
            Format::TarZst => ".tar.zst",
            Format::Zip => ".zip",
        }
    }

    /// What an archive of this name is.
    pub fn of(path: &Path) -> Option<Format> {
        let name = path.file_name().and_then(OsStr::to_str)?.to_ascii_lowercase();
        let all = [
            #[cfg(feature = "server")]
            Format::TarZst,
            Format::Zip,
        ];
        all.into_iter().find(|it| name.ends_with(it.ending()))
    }
}

/// A file of the archive.
pub(super) struct Member<'m> {
    /// A relative path with `/`, no part of which is `..`.
    pub(super) name: &'m str,
    /// Seconds since 1970.
    pub(super) modified: i64,
    pub(super) text: &'m Packed,
}

/// Writes an archive of texts of the spool.
pub(super) fn write(spool: &Spool, members: &[Member<'_>], out: &mut dyn Write) -> io::Result<()> {
    match spool.format() {
        #[cfg(feature = "server")]
        Format::TarZst => tar::write(spool, members, out),
        Format::Zip => zip::write(spool, members, out),
    }
}

#[cfg(feature = "server")]
mod tar {
    use super::*;
    use ::tar::{Builder, EntryType, Header};

    /// Files of a tar archive are filled up to blocks of so many bytes.
    const BLOCK: u64 = 512;

    pub(super) fn write(spool: &Spool, members: &[Member<'_>], out: &mut dyn Write) -> io::Result<()> {
        let mut between = Vec::new();
        for member in members {
            header(member, &mut between)?;
            frame(&between, out)?;
            between.clear();
            spool.copy(member.text, out)?;
            let filling = member.text.bytes.next_multiple_of(BLOCK) - member.text.bytes;
            between.resize(usize::try_from(filling).unwrap_or_default(), 0);
        }
        // Two empty blocks end an archive.
        between.resize(between.len() + 2 * BLOCK as usize, 0);
        frame(&between, out)
    }

    fn header(member: &Member<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(member.modified).unwrap_or(0));
        header.set_size(member.text.bytes);
        let mut builder = Builder::new(Vec::new());
        // Headers alone, also of a name that is too long for one: the text comes from the spool.
        builder.append_data(&mut header, member.name, io::empty())?;
        let mut headers = builder.into_inner()?;
        headers.truncate(headers.len().saturating_sub(2 * BLOCK as usize));
        out.append(&mut headers);
        Ok(())
    }

    fn frame(bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&zstd::bulk::compress(bytes, 3)?)
    }
}

mod zip {
    use super::*;

    /// Values from here on stand in fields of zip64.
    const LARGE: u64 = 0xffff_ffff;
    /// Version 4.5 of the format knows zip64.
    const VERSION: u16 = 45;
    /// Names are UTF-8.
    const UTF8: u16 = 1 << 11;
    const DEFLATED: u16 = 8;
    /// Made on Unix, so that the mode counts.
    const UNIX: u16 = 3 << 8;
    const MODE: u32 = 0o100_600 << 16;

    pub(super) fn write(spool: &Spool, members: &[Member<'_>], out: &mut dyn Write) -> io::Result<()> {
        let (mut directory, mut offset) = (Vec::new(), 0_u64);
        for member in members {
            let header = local(member);
            out.write_all(&header)?;
            spool.copy(member.text, out)?;
            central(member, offset, &mut directory);
            offset += header.len() as u64 + member.text.packed;
        }
        out.write_all(&directory)?;
        out.write_all(&end(members.len() as u64, directory.len() as u64, offset))
    }

    fn local(member: &Member<'_>) -> Vec<u8> {
        let (sizes, extra) = sizes(member, None);
        let mut header = Vec::new();
        put(&mut header, &[0x0403_4b50], &[VERSION, UTF8, DEFLATED]);
        header.extend(dos_time(member.modified));
        put(&mut header, &[member.text.crc32, sizes[0], sizes[1]], &[member.name.len() as u16, extra.len() as u16]);
        header.extend(member.name.as_bytes());
        header.extend(extra);
        header
    }

    fn central(member: &Member<'_>, offset: u64, out: &mut Vec<u8>) {
        let (sizes, extra) = sizes(member, Some(offset));
        put(out, &[0x0201_4b50], &[UNIX | VERSION, VERSION, UTF8, DEFLATED]);
        out.extend(dos_time(member.modified));
        put(out, &[member.text.crc32, sizes[0], sizes[1]], &[member.name.len() as u16, extra.len() as u16, 0, 0, 0]);
        put(out, &[MODE, offset.min(LARGE) as u32], &[]);
        out.extend(member.name.as_bytes());
        out.extend(extra);
    }

    /// The fields of the packed size and of the size, and what stands in the extra field instead. A local header has both sizes
    /// there or none.
    fn sizes(member: &Member<'_>, offset: Option<u64>) -> ([u32; 2], Vec<u8>) {
        let (bytes, packed) = (member.text.bytes, member.text.packed);
        let is_large = bytes >= LARGE || packed >= LARGE;
        let mut large: Vec<u64> = if is_large { vec![bytes, packed] } else { Vec::new() };
        large.extend(offset.filter(|it| *it >= LARGE));
        let mut extra = Vec::new();
        if !large.is_empty() {
            put(&mut extra, &[], &[1, 8 * large.len() as u16]);
            large.iter().for_each(|it| extra.extend(it.to_le_bytes()));
        }
        let field = |size: u64| if is_large { LARGE as u32 } else { size as u32 };
        ([field(packed), field(bytes)], extra)
    }

    fn end(members: u64, size: u64, offset: u64) -> Vec<u8> {
        let mut out = Vec::new();
        if members >= 0xffff || size >= LARGE || offset >= LARGE {
            put(&mut out, &[0x0606_4b50], &[]);
            out.extend(44_u64.to_le_bytes());
            put(&mut out, &[], &[UNIX | VERSION, VERSION]);
            put(&mut out, &[0, 0], &[]);
            [members, members, size, offset].iter().for_each(|it| out.extend(it.to_le_bytes()));
            put(&mut out, &[0x0706_4b50, 0], &[]);
            out.extend((offset + size).to_le_bytes());
            put(&mut out, &[1], &[]);
        }
        let count = members.min(0xffff) as u16;
        put(&mut out, &[0x0605_4b50], &[0, 0, count, count]);
        put(&mut out, &[size.min(LARGE) as u32, offset.min(LARGE) as u32], &[0]);
        out
    }

    fn put(out: &mut Vec<u8>, longs: &[u32], shorts: &[u16]) {
        longs.iter().for_each(|it| out.extend(it.to_le_bytes()));
        shorts.iter().for_each(|it| out.extend(it.to_le_bytes()));
    }

    /// Time and date in UTC as MS-DOS writes them; its first day for what is before.
    fn dos_time(modified: i64) -> [u8; 4] {
        let time = jiff::Timestamp::from_second(modified).map(|it| jiff::tz::TimeZone::UTC.to_datetime(it));
        let packed = time.ok().filter(|it| (1980..=2107).contains(&it.year())).map_or((0, 1 << 5 | 1), |it| {
            let time = (it.hour() as u16) << 11 | (it.minute() as u16) << 5 | (it.second() as u16 / 2);
            let date = (it.year() - 1980) as u16 * 512 + (it.month() as u16) * 32 + it.day() as u16;
            (time, date)
        });
        let ([a, b], [c, d]) = (packed.0.to_le_bytes(), packed.1.to_le_bytes());
        [a, b, c, d]
    }
}
