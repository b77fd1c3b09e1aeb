//! Tar archives as a stream: headers in, members out.
//!
//! The walk is ours since the crate `tar` keeps long names of any length in memory, its entries cannot go to another
//! thread, and it does not say where an archive is cut off. Where writers and readers of tar disagree on what belongs to
//! which member, libarchive is followed, so that nobody can show one thing here and unpack another there.

use super::ProblemKind;
use super::earlier::Earlier;
use super::guard::Guarded;
use super::left_out::{LeftOut, Next};
use super::name::{self, Names};
use super::stored::{damaged, fill};
use super::tape_data::Data;
use super::tape_header::{BLOCK, Extension, Header};
use super::visit::{Facts, Place, Visit};
use std::io::{self, Read};

/// Long names and extended headers above this size are damage.
const LARGEST_EXTENSION: u64 = 1 << 20;

/// Visits the members of a tar archive.
pub(super) fn members(visit: &Visit<'_>, place: &Place<'_>, source: &mut (dyn Read + Send)) {
    let earlier = Earlier::default();
    let source = Ahead { block: Vec::new(), given: 0, source };
    let mut archive = Archive {
        source,
        names: Names::default(),
        earlier: &earlier,
        is_pax: false,
        left_out: LeftOut::beyond_a_limit(),
    };
    if let Err(error) = archive.walk(visit, place) {
        visit.fail_with(place, &error);
    }
    archive.left_out.finish(visit, place);
}

struct Archive<'s> {
    source: Ahead<'s>,
    names: Names,
    earlier: &'s Earlier,
    /// Whether an extended header of PAX was seen.
    is_pax: bool,
    left_out: LeftOut,
}

impl Archive<'_> {
    fn walk(&mut self, visit: &Visit<'_>, place: &Place<'_>) -> io::Result<()> {
        let (mut extension, mut is_flaw_named) = (Extension::default(), false);
        while let Some(header) = self.header(place)? {
            let size = header.size().ok_or_else(|| damaged("a header has no valid size"))?;
            match header.kind() {
                b'L' => extension.add_long_name(self.extension(size)?),
                // Long names of links, global headers, lists of access rights (Solaris), names of old GNU tapes.
                kind @ (b'K' | b'g' | b'A' | b'N') => {
                    self.extension(size)?;
                    self.is_pax |= kind == b'g';
                }
                // Solaris writes them as `X`.
                b'x' | b'X' => {
                    self.is_pax = true;
                    // Once: there can be millions of headers without a member.
                    if !extension.add_pax(&self.extension(size)?) && !std::mem::replace(&mut is_flaw_named, true) {
                        let message = "damaged: an extended header makes no sense; what follows in it was not used";
                        visit.note(place, ProblemKind::Corrupt, message.to_owned());
                    }
                }
                // The name of the tape.
                b'V' => Data::new(&mut self.source, size).skip_rest()?,
                _ => match self.left_out.next(visit, place) {
                    Next::Stop => return Ok(()),
                    next => self.member(visit, place, (&header, size), std::mem::take(&mut extension), next)?,
                },
            }
        }
        Ok(())
    }

    fn member(
        &mut self,
        visit: &Visit<'_>,
        place: &Place<'_>,
        (header, size): (&Header, u64),
        extension: Extension,
        next: Next,
    ) -> io::Result<()> {
        let size = extension.size.unwrap_or(size);
        let name = extension.name.unwrap_or_else(|| header.name());
        // What is no file has no data, whatever its size says (POSIX.1-2017, pax, ustar interchange format).
        let (not_file, size) = match header.kind() {
            b'1' if self.link_has_data(header, size)? => (Some("hard link"), size),
            b'1' => (Some("hard link"), 0),
            b'2' => (Some("symbolic link"), 0),
            b'3' | b'4' => (Some("device"), 0),
            b'6' => (Some("pipe"), 0),
            b'5' => return Ok(()),
            // GNU tar's list of what is in a folder.
            b'D' => return Data::new(&mut self.source, size).skip_rest(),
            // The first tar programs told folders by their name only.
            _ if name.ends_with(b"/") => return Data::new(&mut self.source, size).skip_rest(),
            _ => (None, size),
        };
        if matches!(next, Next::Name) {
            self.left_out.add(visit, place, &name::shown(&name), size);
            let mut data = Data::new(&mut self.source, size);
            if header.kind() == b'S' {
                // The rest of its map lies before the data.
                data.read_gnu_map(header)?;
            }
            return data.skip_rest();
        }
        let member = place.member_after(self.earlier, &self.names.unique(name::shown(&name)));
        let mut data = Data::new(&mut self.source, size);
        if let Some(kind) = not_file {
            visit.note(&member, ProblemKind::Skipped, kind.to_owned());
            visit.saw(0);
            return data.skip_rest();
        }
        if header.kind() == b'M' {
            let message = "cut off: its beginning is in the volume before this one";
            visit.note(&member, ProblemKind::Corrupt, message.to_owned());
        }
        let modified = extension.modified.or_else(|| header.modified());
        let is_sparse = match extension.sparse {
            _ if header.kind() == b'S' => data.read_gnu_map(header)?,
            Some(map) => data.read_pax_map(map, extension.real_size)?,
            None => false,
        };
        match is_sparse {
            true => {
                let mut bytes = Guarded::charged(visit, &member, place, &mut data);
                visit.stream(&member, Facts { modified, size: None }, &mut bytes);
            }
            false => {
                let facts = Facts { modified, size: Some(size) };
                visit.stream(&member, facts, &mut Guarded::free(visit, &member, &mut data));
            }
        }
        data.skip_rest()
    }

    /// Whether data follows the header of a hard link: PAX allows it, others write the size of the file and no data.
    fn link_has_data(&mut self, header: &Header, size: u64) -> io::Result<bool> {
        if size == 0 || self.is_pax || !header.is_posix() {
            return Ok(size > 0 && self.is_pax);
        }
        Ok(!self.source.peek()?.is_some_and(|next| next.is_sound() && next.is_posix()))
    }

    /// Returns the next header; none at the end of the archive.
    fn header(&mut self, place: &Place<'_>) -> io::Result<Option<Header>> {
        let mut ended = false;
        loop {
            let mut block = [0; BLOCK as usize];
            match fill(&mut self.source, &mut block)? {
                // Some writers leave the mark out. A container says where its member ends, so nothing is missing; of a
                // file on disk nobody knows.
                0 if ended || place.is_inside() => return Ok(None),
                0 => {
                    return Err(damaged(
                        "the archive has no end mark; its last file is whole, but others may be missing",
                    ));
                }
                read if read == block.len() => {}
                _ if ended && block.iter().all(|byte| *byte == 0) => return Ok(None),
                _ => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
            if block.iter().all(|byte| *byte == 0) {
                // Blocks of zeros end an archive. Others may follow: archives are concatenated by accident.
                ended = true;
                continue;
            }
            let header = Header::new(block);
            if header.is_sound() {
                return Ok(Some(header));
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
        let mut data = Data::new(&mut self.source, size);
        data.read_to_end(&mut content)?;
        data.skip_rest()?;
        Ok(content)
    }
}

/// A stream of which one block can be seen before it is read.
struct Ahead<'s> {
    block: Vec<u8>,
    given: usize,
    source: &'s mut (dyn Read + Send),
}

impl Ahead<'_> {
    /// Returns the next block as a header; none if the stream ends before.
    fn peek(&mut self) -> io::Result<Option<Header>> {
        let mut block = [0; BLOCK as usize];
        let filled = fill(self, &mut block)?;
        (self.block, self.given) = (block.get(..filled).unwrap_or_default().to_vec(), 0);
        Ok((filled == block.len()).then(|| Header::new(block)))
    }
}

impl Read for Ahead<'_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        match self.block.get(self.given..) {
            Some(mut ahead) if !ahead.is_empty() => {
                let read = ahead.read(output)?;
                self.given += read;
                Ok(read)
            }
            _ => self.source.read(output),
        }
    }
}
