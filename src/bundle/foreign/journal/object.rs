//! What a journal file consists of: a header, then objects on multiples of eight bytes (systemd's document "Journal File
//! Format"). Bytes go in, offsets come out that are inside the file; what they lead to is for the caller to check.

use super::pages::{Pages, number, short_number};
use std::io::{self, Read, Seek};

/// How every journal file begins.
pub(super) const MAGIC: &[u8; 8] = b"LPKSHHRH";

/// Items that an entry may have. Journald writes at most 1024.
const MOST_ITEMS: u64 = 4096;
/// The latest time that can be meant, in microseconds: the year 3111, as in systemd itself.
const LATEST: u64 = 1 << 55;

/// What the file says about itself.
pub(super) struct Header {
    /// Where objects begin.
    pub(super) size: u64,
    /// Where they end, as the header says.
    pub(super) end: u64,
    /// Offsets have four bytes.
    compact: bool,
    /// Features that nobody has described yet.
    pub(super) unknown: bool,
    /// The first array of entries, 0 if there is none.
    pub(super) entries: u64,
    /// How many entries there are.
    pub(super) n_entries: u64,
}

impl Header {
    /// Reads the header; `None` if it is not whole or no header of a journal.
    pub(super) fn read<S: Read + Seek>(pages: &mut Pages<'_, S>) -> io::Result<Option<Header>> {
        // The oldest version ends here.
        let Some(bytes) = pages.array::<208>(0)?.filter(|bytes| bytes.starts_with(MAGIC)) else { return Ok(None) };
        let flags = short_number(&bytes, 12);
        let size = number(&bytes, 88).clamp(208, 64 << 10).next_multiple_of(8);
        Ok(Some(Header {
            size,
            end: size.saturating_add(number(&bytes, 96)),
            compact: flags & COMPACT != 0,
            unknown: flags & !KNOWN != 0,
            entries: number(&bytes, 176),
            n_entries: number(&bytes, 152),
        }))
    }
}

const COMPACT: u64 = 16;
/// XZ, LZ4, keyed hashes, Zstandard, compact.
const KNOWN: u64 = 31;

const DATA: u8 = 1;
const ENTRY: u8 = 3;
const ENTRY_ARRAY: u8 = 6;

/// How an entry begins that is marked by nothing else: its type, no flags, reserved bytes.
pub(super) const ENTRY_MARK: u64 = ENTRY as u64;

/// One entry: when, and where its fields are.
pub(super) struct Entry {
    /// Microseconds since 1970.
    pub(super) realtime: u64,
    /// Offsets of its DATA objects. Those that cannot be right are left out.
    pub(super) items: Vec<u64>,
    /// How many were left out.
    pub(super) lost: usize,
    /// Bytes it takes.
    pub(super) size: u64,
}

impl Entry {
    /// Reads the entry at `at`; `None` if there is none.
    pub(super) fn read<S: Read + Seek>(
        pages: &mut Pages<'_, S>,
        header: &Header,
        at: u64,
    ) -> io::Result<Option<Entry>> {
        let Some((size, realtime)) = Entry::outline(pages, header, at)? else { return Ok(None) };
        let content = pages.bytes(at + ENTRY_ITEMS, size - ENTRY_ITEMS)?;
        let items = content.chunks_exact(header.item_size() as usize);
        let count = items.len();
        let offset = |item: &[u8]| if header.compact { short_number(item, 0) } else { number(item, 0) };
        // Fields are written before the entry that has them.
        let right = |&offset: &u64| offset.is_multiple_of(8) && offset >= header.size && offset < at;
        let items: Vec<u64> = items.map(offset).filter(right).collect();
        let lost = count - items.len();
        Ok((!items.is_empty()).then_some(Entry { realtime, items, lost, size }))
    }

    /// Whether an entry seems to be at `at`, without a look at its items.
    pub(super) fn is_at<S: Read + Seek>(pages: &mut Pages<'_, S>, header: &Header, at: u64) -> io::Result<bool> {
        Ok(Entry::outline(pages, header, at)?.is_some())
    }

    /// Size and time of the entry at `at`.
    fn outline<S: Read + Seek>(pages: &mut Pages<'_, S>, header: &Header, at: u64) -> io::Result<Option<(u64, u64)>> {
        if !at.is_multiple_of(8) || at < header.size {
            return Ok(None);
        }
        let Some(bytes) = pages.array::<64>(at)? else { return Ok(None) };
        let (size, realtime) = (number(&bytes, 8), number(&bytes, 24));
        let items = size.saturating_sub(ENTRY_ITEMS);
        let sound = number(&bytes, 0) == ENTRY_MARK
            && items > 0
            && items.is_multiple_of(header.item_size())
            && items / header.item_size() <= MOST_ITEMS
            && number(&bytes, 16) != 0
            && (1..LATEST).contains(&realtime)
            && at.checked_add(size).is_some_and(|end| end <= pages.len());
        Ok(sound.then_some((size, realtime)))
    }
}

/// Where the items of an entry begin: behind number, times, boot and hash.
const ENTRY_ITEMS: u64 = 64;

impl Header {
    fn item_size(&self) -> u64 {
        if self.compact { 4 } else { 16 }
    }
}

/// The content of one field, `NAME=value`, as it is stored.
pub(super) struct Data {
    /// Where the content begins.
    pub(super) at: u64,
    /// Bytes of it as stored.
    pub(super) size: u64,
    /// How it is compressed.
    pub(super) packing: Packing,
}

/// How the content of a field is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Xz,
    Lz4,
    Zstd,
}

impl Data {
    /// Looks at the DATA object at `at`; `None` if there is none.
    pub(super) fn read<S: Read + Seek>(pages: &mut Pages<'_, S>, header: &Header, at: u64) -> io::Result<Option<Data>> {
        let Some(bytes) = pages.array::<16>(at)? else { return Ok(None) };
        let packing = match bytes[1] {
            0 => Packing::Plain,
            1 => Packing::Xz,
            2 => Packing::Lz4,
            4 => Packing::Zstd,
            _ => return Ok(None),
        };
        // Behind hash, chains and counts; compact files have eight bytes more there.
        let payload = if header.compact { 72 } else { 64 };
        let size = number(&bytes, 8);
        let sound = bytes[0] == DATA
            && bytes[2..8] == [0; 6]
            && size > payload
            && at.checked_add(size).is_some_and(|end| end <= pages.len());
        Ok(sound.then(|| Data { at: at + payload, size: size - payload, packing }))
    }
}

/// The list of all entries in the order of their writing: arrays, each of which knows the next.
pub(super) struct EntryList {
    /// Where the next item of the open array stands, and how many are left in it.
    at: u64,
    left: u64,
    /// The array behind the open one.
    next: u64,
    /// The last entry given. Files only grow, so each lies behind the one before; the same holds for arrays.
    last: u64,
    /// Whether all arrays were as they must be.
    pub(super) sound: bool,
}

impl EntryList {
    pub(super) fn new(header: &Header) -> EntryList {
        EntryList { at: 0, left: 0, next: header.entries, last: 0, sound: true }
    }

    /// Returns where the next entry is; `None` at the list's end or where it is broken.
    pub(super) fn next<S: Read + Seek>(
        &mut self,
        pages: &mut Pages<'_, S>,
        header: &Header,
    ) -> io::Result<Option<u64>> {
        while self.left == 0 {
            if self.next == 0 {
                return Ok(None);
            }
            if !self.open(pages, header)? {
                self.sound = false;
                return Ok(None);
            }
        }
        let wide = self.width(header);
        let entry = match wide {
            4 => pages.array::<4>(self.at)?.map(|bytes| short_number(&bytes, 0)),
            _ => pages.array::<8>(self.at)?.map(|bytes| number(&bytes, 0)),
        };
        self.at = self.at.saturating_add(wide);
        self.left -= 1;
        match entry {
            // Room for entries to come.
            Some(0) if self.next == 0 => Ok(None),
            Some(entry) if entry > self.last => {
                self.last = entry;
                Ok(Some(entry))
            }
            _ => {
                self.sound = false;
                Ok(None)
            }
        }
    }

    fn width(&self, header: &Header) -> u64 {
        if header.compact { 4 } else { 8 }
    }

    /// Opens the next array.
    fn open<S: Read + Seek>(&mut self, pages: &mut Pages<'_, S>, header: &Header) -> io::Result<bool> {
        let (at, before) = (self.next, self.at);
        let Some(bytes) = pages.array::<24>(at)? else { return Ok(false) };
        let size = number(&bytes, 8);
        let items = size.saturating_sub(24);
        let sound = at.is_multiple_of(8)
            && at >= header.size
            && at >= before
            && number(&bytes, 0) == u64::from(ENTRY_ARRAY)
            && items > 0
            && items.is_multiple_of(self.width(header))
            && at.checked_add(size).is_some_and(|end| end <= pages.len());
        (self.at, self.left, self.next) = (at.saturating_add(24), items / self.width(header), number(&bytes, 16));
        Ok(sound)
    }
}
