//! Zip archives: the central directory at the end says what is in it; without one the local headers do.
//!
//! Read without the `zip` crate since that keeps one of several members of the same name, wants a central directory, and
//! cannot read members in parallel from one open file. Layouts follow PKWARE's APPNOTE.TXT 6.3.10; its sections are named
//! where they are used.

use super::left_out::LeftOut;
use super::name::{self, Names};
use super::repeats::{self, Listing, Repeat};
use super::source::{Range, Source};
use super::visit::{Place, Visit};
use super::zip_member::{Extent, Member, Where, dos_time, u16_at, u32_at, u64_at};
use super::{FilePath, ProblemKind, salvage};
use rayon::prelude::*;
use std::collections::HashMap;
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
            // A zip in a stream that was cut off has lost its directory with the rest.
            if !place.is_cut() {
                let is_part = source.bytes_at(0, 4).is_ok_and(|start| start == b"PK\x07\x08");
                let (kind, message) = match is_part {
                    true => (ProblemKind::Unsupported, format!("first part of a split zip archive; {JOIN}")),
                    false => (ProblemKind::Corrupt, format!("{error}; read what could be found without it")),
                };
                visit.note(place, kind, message);
            }
            return salvage::members(visit, place, source);
        }
        Err(error) => return visit.fail_with(place, &error),
    };
    if let Some(disk) = directory.disk {
        visit.note(place, ProblemKind::Unsupported, format!("part {disk} of a split zip archive; {JOIN}"));
        return salvage::members(visit, place, source);
    }
    if let Some(flaw) = directory.flaw {
        visit.note(place, ProblemKind::Corrupt, format!("damaged: {flaw}; all files listed in it were read"));
    }
    let mut names = Names::default();
    let mut last = Extent::default();
    let left_out = LeftOut::beyond_a_limit();
    let overlapping = LeftOut::new(ProblemKind::Corrupt, "not read: it overlaps another member");
    let mut overlap = false;
    let mut packed_left = source.len().saturating_mul(PACKED_READINGS);
    let members = directory.members(source).map_while(|member| match member {
        Ok(member) if member.is_folder() => Some(None),
        Ok(member) if !visit.count_member(place) => {
            left_out.add(visit, place, &name::shown(&member.name), member.size.unwrap_or(0));
            Some(None)
        }
        Ok(member) => {
            let extent = member.extent();
            // Bombs whose members do not follow each other in the archive, and that need not even unpack to anything.
            let rest = packed_left.checked_sub(extent.end.min(source.len()).saturating_sub(extent.start));
            packed_left = rest.unwrap_or(0);
            if last.holds_start_of(&extent) || rest.is_none() {
                if !std::mem::replace(&mut overlap, true) {
                    let message = "damaged: members overlap, as in a zip bomb; only the first of them were unpacked";
                    visit.note(place, ProblemKind::Corrupt, message.to_owned());
                }
                overlapping.add(visit, place, &name::shown(&member.name), 0);
                return Some(None);
            }
            // One member with a wrong size must not hide all that follow it.
            if extent.end <= source.len() {
                last = extent;
            }
            let name = names.unique(name::shown(&member.name));
            Some(Some((member, name)))
        }
        Err(error) => {
            visit.fail_with(place, &error);
            None
        }
    });
    let members = members.flatten();
    let examine = |(member, name): &(Member, FilePath), repeat: Option<&Repeat>| {
        let member_place = place.member(name);
        match repeat {
            Some(repeat) => visit.skip_repeat(&member_place, repeat),
            None if visit.is_over(place) => left_out.add(visit, place, name, member.size.unwrap_or(0)),
            None => member.visit(visit, &member_place, place, source),
        }
    };
    if directory.bytes > LARGEST_LIST {
        let members = members.map(|(member, name)| (member, FilePath::from(name)));
        match order {
            Order::Sequential => members.for_each(|member| examine(&member, None)),
            Order::Parallel => members.par_bridge().for_each(|member| examine(&member, None)),
        }
    } else {
        let mut list: Vec<(Member, FilePath)> = members.map(|(member, name)| (member, FilePath::from(name))).collect();
        list.sort_by(|(_, a), (_, b)| a.cmp(b));
        let repeats = repeats_in(&list, visit, source);
        let visit_one = |(number, member)| examine(member, repeats.get(&number));
        match order {
            Order::Sequential => list.iter().enumerate().for_each(visit_one),
            Order::Parallel => list.par_iter().enumerate().for_each(visit_one),
        }
    }
    left_out.finish(visit, place);
    overlapping.finish(visit, place);
}

/// A larger directory is visited as it is read: the parts of rotated logs come in any order then, and more than once if
/// they are in it more than once.
const LARGEST_LIST: u64 = 16 << 20;

/// Members that need not be visited, by their number in the list.
fn repeats_in(list: &[(Member, FilePath)], visit: &Visit<'_>, source: &Source<'_>) -> HashMap<usize, Repeat> {
    let listing: Vec<Listing<'_>> = list
        .iter()
        .map(|(member, path)| {
            let bytes = member.size.unwrap_or(member.compressed);
            Listing { path, folder: 0, bytes, crc: Some(member.crc) }
        })
        .collect();
    let open = |number: usize| list.get(number)?.0.content(source);
    repeats::find(&listing, &open, visit.compared())
}

/// How often so many bytes as the archive has may be read to find its directory.
const DIRECTORY_READINGS: u64 = 16;

/// The packed bytes of all members together are at most so many times the archive, or they overlap. More than once, since
/// a few of them may have a wrong size.
const PACKED_READINGS: u64 = 16;

/// What to do with a part of an archive. What is found in the part is read all the same.
const JOIN: &str = "join all parts with: zip -s 0 LAST-PART.zip --out WHOLE.zip";

/// How far from the end the end record of an archive is looked for that does not start with one: room for the record and a
/// short comment.
pub(super) const TAIL: usize = 1 << 10;

/// Whether a file that starts like this is a program, which may have a zip archive behind it: of Windows, of Unix (but no
/// memory of one that crashed, which can be large), or a script.
pub(super) fn may_be_behind(head: &[u8]) -> bool {
    const CORE_DUMP: u8 = 4;
    let is_core = head.get(16) == Some(&CORE_DUMP) && head.get(17) == Some(&0);
    head.starts_with(b"MZ") || head.starts_with(b"#!") || head.starts_with(b"\x7fELF") && !is_core
}

/// Whether a file with this end is a zip archive with other data before it, such as the program that unpacks it.
pub(super) fn ends_as_zip(tail: &[u8]) -> bool {
    let tail = tail.get(tail.len().saturating_sub(TAIL)..).unwrap_or(tail);
    memchr::memmem::rfind_iter(tail, b"PK\x05\x06").any(|at| {
        let record = tail.get(at..).unwrap_or_default();
        let (Some(count), Some(bytes), Some(comment)) = (u16_at(record, 10), u32_at(record, 12), u16_at(record, 20))
        else {
            return false;
        };
        // In zip64 the number of members stands elsewhere.
        let least = if count == u16::MAX { 46 } else { 46 * u64::from(count) };
        count > 0 && u64::from(bytes) >= least && record.len() >= 22 + usize::from(comment)
    })
}

/// Where the central directory lies and how many members it lists.
struct Directory {
    offset: u64,
    bytes: u64,
    /// What lies before the archive in the file; offsets in the archive do not count it.
    shift: u64,
    /// The number of the part, if the archive was split.
    disk: Option<u64>,
    /// What is wrong around it, in words.
    flaw: Option<&'static str>,
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
        // A comment can hold thousands of end records, all of them of the same large directory.
        let mut left = source.len().saturating_mul(DIRECTORY_READINGS);
        for at in memchr::memmem::rfind_iter(&tail, b"PK\x05\x06") {
            let Some(record) = tail.get(at..at + 22) else { continue };
            if let Some(directory) = Directory::at_end_record(source, record, tail_at + at as u64, &mut left)? {
                return Ok(directory);
            }
        }
        Err(invalid("the archive's directory is missing or damaged"))
    }

    /// Reads the end record, which starts at `record_at`, and the one of zip64 before it.
    /// What may be read for it is taken from `left`; if that is not enough there is none.
    fn at_end_record(
        source: &Source<'_>,
        record: &[u8],
        record_at: u64,
        left: &mut u64,
    ) -> io::Result<Option<Directory>> {
        let (Some(count), Some(bytes), Some(offset)) = (u16_at(record, 10), u32_at(record, 12), u32_at(record, 16))
        else {
            return Ok(None);
        };
        let disk = u16_at(record, 4).filter(|disk| !matches!(disk, 0 | 0xffff)).map(|disk| u64::from(disk) + 1);
        let comment = u64::from(u16_at(record, 20).unwrap_or_default());
        let flaw = Some("cut off in its comment").filter(|_| record_at + 22 + comment > source.len());
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
            let offset = offset.saturating_add(shift);
            let mut directory = Directory { offset, bytes, shift, disk, flaw };
            if directory.holds(source, count, left)? {
                // Between the two may be a signature of the directory, section 4.3.13.
                let directory_end = offset + bytes;
                if directory_end < end && !source.bytes_at(directory_end, 4)?.starts_with(b"PK\x05\x05") {
                    directory.flaw = Some("there is other data between its directory and its end");
                }
                return Ok(Some(directory));
            }
        }
        Ok(None)
    }

    fn holds(&self, source: &Source<'_>, count: u64, left: &mut u64) -> io::Result<bool> {
        if self.offset.checked_add(self.bytes).is_none_or(|end| end > source.len()) {
            return Ok(false);
        }
        let Some(rest) = left.checked_sub(self.bytes) else { return Ok(false) };
        *left = rest;
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
            flaw: None,
            is_renamed: false,
            at: Where::Header(long(42)),
        };
        member.read_extra(&extra);
        if let Where::Header(at) = &mut member.at {
            *at = at.saturating_add(self.shift);
        }
        Ok(Some(member))
    }
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
