//! Binary journals of systemd, read without systemd: a journal goes in, lines of syslog come out (see `event`).
//!
//! All entries that are still there come out. The list of entries that the file keeps is checked first; if it is whole,
//! it gives the order. If it is not (a file that was cut off, torn by a crash, hit by a bad disk), the whole file is
//! searched for entries, which need nothing but themselves and their fields. Seals and hashes are not looked at: they
//! tell whether somebody has changed a journal, which is not asked here.

mod event;
mod export;
mod lz4;
mod object;
mod pages;
mod pretty;

pub(in crate::bundle) use export::is_export;
pub(super) use export::read as read_export;
pub(in crate::bundle) use pretty::is_pretty;
pub(super) use pretty::read as read_pretty;

use super::Members;
use crate::bundle::ProblemKind;
use crate::bundle::zstandard::zstd_reader;
use event::{Event, Field};
use object::{Data, ENTRY_MARK, Entry, EntryList, Header, Packing};
use pages::Pages;
#[cfg(test)]
use pages::number;
use std::collections::HashMap;
use std::io::{self, Read, Seek};

/// Reads a journal.
pub(super) fn read(source: &mut (impl Read + Seek), out: &mut dyn Members) -> io::Result<()> {
    let mut pages = Pages::new(source)?;
    let Some(header) = Header::read(&mut pages)? else {
        return out.problem(ProblemKind::Corrupt, "damaged: the journal's header is not whole");
    };
    if header.unknown {
        return out
            .problem(ProblemKind::Unsupported, "unsupported: a systemd journal with features that are not known");
    }
    out.begin(None, None)?;
    let ended = Journal::new(pages, header).entries(out);
    // What came before the trouble is whole.
    out.end()?;
    ended
}

/// A journal that is being read.
struct Journal<'s, S> {
    pages: Pages<'s, S>,
    header: Header,
    /// Fields that were seen, by the offset of their data: most entries share most of theirs.
    known: HashMap<u64, Known>,
    /// Bytes that may still be unpacked.
    unpacked: u64,
    event: Event,
    /// Lines that were not handed on yet.
    lines: Vec<u8>,
    damage: Damage,
}

/// What is known of a DATA object.
enum Known {
    /// Of no interest.
    Other,
    Value(Field, Box<[u8]>),
}

/// Trouble that was met, counted.
#[derive(Default)]
struct Damage {
    /// Entries of which fields are lost.
    partial: u64,
    /// Messages that were cut.
    long: u64,
}

impl Damage {
    fn report(&self, out: &mut dyn Members) -> io::Result<()> {
        if self.partial > 0 {
            out.problem(ProblemKind::Corrupt, &format!("damaged: {} entries have lost fields", self.partial))?;
        }
        if self.long > 0 {
            let message = format!("{} messages are longer than {} bytes and were cut", self.long, Event::MESSAGE);
            out.problem(ProblemKind::Limit, &message)?;
        }
        Ok(())
    }
}

/// How many fields are remembered, and how long they may be.
const KNOWN: usize = 32 << 10;
const KNOWN_LENGTH: usize = 256;
/// How many times its own size a journal may unpack to, looking at all beginnings of its fields, and what each of them
/// counts in addition.
const UNPACKED: u64 = 16;
const UNPACKING: u64 = 4 << 10;
/// How much of a compressed field is read. A message as long as is kept takes less.
const PACKED: u64 = 4 << 20;
/// Lines are handed on in blocks of this size.
const BLOCK: usize = 64 << 10;

impl<'s, S: Read + Seek> Journal<'s, S> {
    fn new(pages: Pages<'s, S>, header: Header) -> Journal<'s, S> {
        let unpacked = pages.len().saturating_mul(UNPACKED).saturating_add(256 << 20);
        Journal {
            pages,
            header,
            known: HashMap::new(),
            unpacked,
            event: Event::default(),
            lines: Vec::with_capacity(2 * BLOCK),
            damage: Damage::default(),
        }
    }

    /// Gives all entries and what there is to say about them.
    fn entries(&mut self, out: &mut dyn Members) -> io::Result<()> {
        let given = match self.listed()? {
            Some(_) => self.by_list(out),
            None => self.by_search(out),
        };
        // Even if the journal cannot be read further.
        out.data(&self.lines)?;
        self.lines.clear();
        let given = given?;
        if self.header.end > self.pages.len() {
            let message = format!("cut off: the end is missing; {given} of {} entries are left", self.header.n_entries);
            out.problem(ProblemKind::Corrupt, &message)?;
        } else if given < self.header.n_entries {
            let message = format!("damaged: {given} of {} entries could be read", self.header.n_entries);
            out.problem(ProblemKind::Corrupt, &message)?;
        }
        self.damage.report(out)
    }

    /// Counts the entries of the list if all of it is sound: each item leads to an entry, and none is missing. An empty
    /// list is not believed; if it is right, there is little to search.
    fn listed(&mut self) -> io::Result<Option<u64>> {
        let mut list = EntryList::new(&self.header);
        let mut count = 0;
        while let Some(at) = list.next(&mut self.pages, &self.header)? {
            if !Entry::is_at(&mut self.pages, &self.header, at)? {
                return Ok(None);
            }
            count += 1;
        }
        Ok((list.sound && count > 0 && count >= self.header.n_entries).then_some(count))
    }

    fn by_list(&mut self, out: &mut dyn Members) -> io::Result<u64> {
        let mut list = EntryList::new(&self.header);
        let mut given = 0;
        while let Some(at) = list.next(&mut self.pages, &self.header)? {
            if let Some(entry) = Entry::read(&mut self.pages, &self.header, at)? {
                self.give(&entry, out)?;
                given += 1;
            }
        }
        Ok(given)
    }

    fn by_search(&mut self, out: &mut dyn Members) -> io::Result<u64> {
        let mut given = 0;
        let mut from = self.header.size;
        while let Some(at) = self.pages.find(from, ENTRY_MARK)? {
            from = at.saturating_add(8);
            if let Some(entry) = Entry::read(&mut self.pages, &self.header, at)?
                && let Some(lost) = self.give(&entry, out)?
            {
                given += 1;
                // A damaged length may reach over the entries behind it; what it covers is not fields then.
                if lost == 0 {
                    from = at.saturating_add(entry.size);
                }
            }
        }
        Ok(given)
    }

    /// Writes an entry and counts the fields it has lost; `None` if none of its fields could be read, so that it was none.
    fn give(&mut self, entry: &Entry, out: &mut dyn Members) -> io::Result<Option<usize>> {
        self.event.clear();
        let mut lost = entry.lost;
        for &at in &entry.items {
            lost += usize::from(!self.field(at)?);
        }
        if lost == entry.lost + entry.items.len() {
            return Ok(None);
        }
        self.damage.partial += u64::from(lost > 0);
        self.event.write(entry.realtime, &mut self.lines);
        if self.lines.len() >= BLOCK {
            out.data(&self.lines)?;
            self.lines.clear();
        }
        Ok(Some(lost))
    }

    /// Takes over the field at `at`; false if there is none.
    fn field(&mut self, at: u64) -> io::Result<bool> {
        match self.known.get(&at) {
            Some(Known::Other) => return Ok(true),
            Some(Known::Value(field, value)) => {
                self.event.set(*field, value);
                return Ok(true);
            }
            None => {}
        }
        let Some(data) = Data::read(&mut self.pages, &self.header, at)? else { return Ok(false) };
        let start = self.content(&data, NAME)?;
        let Some(equals) = start.iter().position(|&byte| byte == b'=') else {
            // A name longer than any that is known, or nothing that could be read.
            let whole = start.len() >= NAME;
            if whole {
                self.remember(at, Known::Other);
            }
            return Ok(whole);
        };
        let Some(field) = start.get(..equals).and_then(Field::of) else {
            self.remember(at, Known::Other);
            return Ok(true);
        };
        // Of several values the first counts, and only it is worth the work.
        if self.event.has(field) {
            return Ok(true);
        }
        let end = equals + 1 + field.limit();
        let content = self.content(&data, end + 1)?;
        self.damage.long += u64::from(field == Field::Message && content.len() > end);
        let value = content.get(equals + 1..content.len().min(end)).unwrap_or_default();
        self.event.set(field, value);
        if value.len() <= KNOWN_LENGTH {
            self.remember(at, Known::Value(field, value.into()));
        }
        Ok(true)
    }

    fn remember(&mut self, at: u64, known: Known) {
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        self.known.insert(at, known);
    }

    /// Returns the first `wanted` bytes of a field's content, fewer if it is shorter or damaged.
    fn content(&mut self, data: &Data, wanted: usize) -> io::Result<Vec<u8>> {
        if data.packing == Packing::Plain {
            return self.pages.bytes(data.at, data.size.min(wanted as u64));
        }
        let packed = self.pages.bytes(data.at, data.size.min(PACKED))?;
        let content = match data.packing {
            Packing::Plain => packed,
            // The length when unpacked, which is not needed, then the block.
            Packing::Lz4 => lz4::unpack(packed.get(8..).unwrap_or_default(), wanted),
            Packing::Zstd => start_of(zstd_reader(packed.as_slice())?, wanted),
            Packing::Xz => {
                start_of(lzma_rust2::XzReader::new_mem_limit(packed.as_slice(), false, XZ_MEMORY_KIB), wanted)
            }
        };
        let cost = UNPACKING + content.len() as u64;
        self.unpacked = self.unpacked.checked_sub(cost).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::QuotaExceeded,
                "its fields unpack to far more than it has; the rest was left out",
            )
        })?;
        Ok(content)
    }
}

/// How much of a field is looked at to find its name.
const NAME: usize = 72;
/// Journald's dictionaries have 1 MiB.
const XZ_MEMORY_KIB: u32 = 8 << 10;

/// Reads the beginning of what a decoder gives, up to where it is damaged.
fn start_of(decoder: impl Read, wanted: usize) -> Vec<u8> {
    let mut content = Vec::new();
    let _ = decoder.take(wanted as u64).read_to_end(&mut content);
    content
}

#[cfg(test)]
mod tests;
