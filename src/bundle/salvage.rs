//! Zip archives without a directory, such as uploads that broke off: members are found by their local headers.

use super::inflate::Inflate;
use super::name::{self, Names};
use super::source::Source;
use super::visit::{Place, Visit};
use super::zip_member::{FLAG_DESCRIPTOR, METHOD_DEFLATE, Member, Where, dos_time, u16_at, u32_at};
use std::io::{self, Read};

/// A local header without its name, section 4.3.7 of APPNOTE.TXT.
const HEADER: u64 = 30;
const MARK: &[u8] = b"PK\x03\x04";
const DIRECTORY_MARK: &[u8] = b"PK\x01\x02";
const DESCRIPTOR_MARK: &[u8] = b"PK\x07\x08";
/// Bytes of a member's data that are read first to find its end.
const START: u64 = 1 << 10;
/// A data descriptor: mark, checksum, packed and unpacked size.
const DESCRIPTOR: usize = 16;

/// Visits the members that can be found.
pub(super) fn members(visit: &Visit<'_>, place: &Place<'_>, source: &Source<'_>) {
    if let Err(error) = walk(visit, place, source) {
        visit.fail_with(place, &error);
    }
}

fn walk(visit: &Visit<'_>, place: &Place<'_>, source: &Source<'_>) -> io::Result<()> {
    let (mut at, mut names) = (0, Names::default());
    while let Some(header_at) = find(source, at, source.len(), MARK)? {
        let Some((mut member, data_at)) = read_header(source, header_at)? else {
            at = header_at + MARK.len() as u64;
            continue;
        };
        if !visit.count_member(place) {
            return Ok(());
        }
        let shown = names.unique(name::shown(&member.name));
        let end = match member.flags & FLAG_DESCRIPTOR != 0 && member.compressed == 0 {
            // The sizes come after the data.
            true => {
                let end = find_end(visit, source, &member, data_at)?;
                let descriptor = source.bytes_at(end, DESCRIPTOR)?;
                (member.crc, member.size) = match fits(&descriptor, end - data_at) {
                    true => (u32_at(&descriptor, 4).unwrap_or_default(), u32_at(&descriptor, 12).map(u64::from)),
                    false => (0, None),
                };
                end
            }
            false => data_at.saturating_add(member.compressed),
        };
        member.compressed = end - data_at;
        if !member.is_folder() {
            member.visit(visit, &place.member(&shown), place, source);
        }
        at = end;
    }
    Ok(())
}

/// Returns where the data of a member ends whose header does not say it.
fn find_end(visit: &Visit<'_>, source: &Source<'_>, member: &Member, data_at: u64) -> io::Result<u64> {
    if member.method == METHOD_DEFLATE {
        // Little at first: there are archives of nothing but headers.
        let start = source.range(data_at, START);
        let mut inflate = Inflate::new(start.chain(source.range(data_at.saturating_add(START), u64::MAX)));
        let mut block = vec![0; 16 << 10];
        loop {
            match inflate.read(&mut block) {
                Ok(0) => return Ok(data_at + inflate.consumed()),
                // Unpacked in vain: that counts, or a chain of bombs would keep us busy for ever.
                Ok(read) if !visit.charge(read as u64) => return Ok(data_at + inflate.consumed()),
                Err(error) if error.raw_os_error().is_some() => return Err(error),
                Ok(_) => {}
                Err(_) => break,
            }
        }
    }
    // Up to the sizes if they are recognised, else up to the next header.
    let end = source.len();
    let next = match find(source, data_at, end, MARK)? {
        Some(next) => next,
        None => find(source, data_at, end, DIRECTORY_MARK)?.unwrap_or(end),
    };
    let mut at = data_at;
    // Not behind the next header: of thousands of headers each would look through all of the rest.
    while let Some(found) = find(source, at, next, DESCRIPTOR_MARK)? {
        if fits(&source.bytes_at(found, DESCRIPTOR)?, found - data_at) {
            return Ok(found);
        }
        at = found + DESCRIPTOR_MARK.len() as u64;
    }
    Ok(next)
}

/// Whether a data descriptor (section 4.3.9) belongs to so many packed bytes.
fn fits(descriptor: &[u8], packed: u64) -> bool {
    descriptor.starts_with(DESCRIPTOR_MARK) && u32_at(descriptor, 8).is_some_and(|size| u64::from(size) == packed)
}

/// Returns the member that a local header describes and where its data starts; none if that is no header.
fn read_header(source: &Source<'_>, header_at: u64) -> io::Result<Option<(Member, u64)>> {
    let fixed = source.bytes_at(header_at, HEADER as usize)?;
    let short = |at| u16_at(&fixed, at);
    let long = |at| u32_at(&fixed, at);
    let (Some(name), Some(extra)) = (short(26), short(28)) else { return Ok(None) };
    let (Some(flags), Some(method), Some(time), Some(date)) = (short(6), short(8), short(10), short(12)) else {
        return Ok(None);
    };
    let (Some(crc), Some(compressed), Some(size)) = (long(14), long(18), long(22)) else { return Ok(None) };
    let name_size = usize::from(name);
    let text = source.bytes_at(header_at + HEADER, name_size + usize::from(extra))?;
    let (Some(name), Some(extra)) = (text.get(..name_size), text.get(name_size..)) else { return Ok(None) };
    let mut member = Member {
        name: name.to_vec(),
        flags,
        method,
        modified: dos_time(date, time),
        crc,
        compressed: u64::from(compressed),
        size: Some(u64::from(size)),
        unix_mode: 0,
        flaw: None,
        is_renamed: false,
        at: Where::Data(header_at + HEADER + text.len() as u64),
    };
    member.read_extra(extra);
    Ok(Some((member, header_at + HEADER + text.len() as u64)))
}

/// Returns where `mark` comes next between `at` and `end`.
fn find(source: &Source<'_>, mut at: u64, end: u64, mark: &[u8]) -> io::Result<Option<u64>> {
    // Small at first: there are archives of nothing but headers.
    let mut step = 1 << 10;
    while at < end {
        let size = usize::try_from(end - at).unwrap_or(usize::MAX).min(step);
        let block = source.bytes_at(at, size)?;
        if let Some(found) = memchr::memmem::find(&block, mark) {
            return Ok(Some(at + found as u64));
        }
        if block.len() < step {
            return Ok(None);
        }
        at += (step - mark.len() + 1) as u64;
        step = (step * 4).min(1 << 20);
    }
    Ok(None)
}
