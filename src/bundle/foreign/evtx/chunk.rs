//! A chunk: a header of 512 bytes, then records behind each other. Bytes in, the places of records out.
//!
//! A record stands between two copies of its size, so it can be recognised by itself: behind a damage the walk goes on at
//! the next one.

use super::{u16_at, u32_at, u64_at, usize_at};
use memchr::memmem;
use std::ops::Range;

/// Where records begin.
const RECORDS: usize = 512;
/// Bytes of a record before its content.
pub(super) const HEAD: usize = 24;
/// Bytes of the smallest record: its head, one byte of content, its size again.
const SMALLEST: usize = HEAD + 5;
/// Records begin at steps of so many bytes.
const STEP: usize = 8;

const CHUNK_MARK: &[u8] = b"ElfChnk\0";
const RECORD_MARK: &[u8] = b"\x2a\x2a\0\0";

/// A chunk, as far as it was read from the file.
pub(super) struct Chunk<'a> {
    bytes: &'a [u8],
    /// Where the header says that records end; `None` if it is damaged.
    end: Option<usize>,
    /// The number of the last record, as the header says.
    last: Option<u64>,
    checked: Checked,
}

/// What a chunk's checksums say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// They are right, or the chunk says that it has none yet: it was being written.
    Good,
    /// That of the header is wrong, or there is no header.
    Header,
    /// That of the records is wrong.
    Records,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Where in the chunk its content lies.
    pub(super) content: Range<usize>,
    pub(super) number: u64,
    /// In steps of 100 ns since 1601.
    pub(super) written: u64,
}

/// What the walk through a chunk comes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Record(Record),
    Gap(Gap),
}

/// Bytes that should be records and are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) place: Range<usize>,
    /// How many records are missing by the numbers of those around; `None` if they do not tell.
    pub(super) missing: Option<u64>,
}

/// Whether these bytes begin a chunk.
pub(super) fn is_marked(bytes: &[u8]) -> bool {
    bytes.starts_with(CHUNK_MARK)
}

/// How far behind the place where a chunk is expected the next one begins, if there is no trace of one here.
pub(super) fn misplaced(bytes: &[u8]) -> Option<usize> {
    if is_marked(bytes) || record_at(bytes, RECORDS).is_some() {
        return None;
    }
    memmem::find(bytes, CHUNK_MARK)
}

impl<'a> Chunk<'a> {
    /// Looks at the header of what is, or was, a chunk.
    pub(super) fn new(bytes: &'a [u8]) -> Chunk<'a> {
        match Chunk::header(bytes) {
            // What a damaged header says bounds nothing.
            Some((end, checked)) if checked != Checked::Header => {
                Chunk { bytes, end: Some(end), last: u64_at(bytes, 32), checked }
            }
            _ => Chunk { bytes, end: None, last: None, checked: Checked::Header },
        }
    }

    fn header(bytes: &[u8]) -> Option<(usize, Checked)> {
        /// The chunk is being written, or has no checksums at all.
        const UNCHECKED: u32 = 1 | 4;
        let (end, flags) = (usize_at(bytes, 48)?, u32_at(bytes, 120)?);
        let records_sum = u32_at(bytes, 52)?;
        let header_sum = u32_at(bytes, 124)?;
        if !is_marked(bytes) || !(RECORDS..=super::CHUNK).contains(&end) {
            return None;
        }
        let mut sum = crc32fast::Hasher::new();
        sum.update(bytes.get(..120)?);
        sum.update(bytes.get(128..RECORDS)?);
        let good_header = sum.finalize() == header_sum;
        let good_records = bytes.get(RECORDS..end).is_some_and(|records| crc32fast::hash(records) == records_sum);
        Some(match (flags & UNCHECKED, good_header, good_records) {
            (0, false, _) => (end, Checked::Header),
            (0, true, false) => (end, Checked::Records),
            _ => (end, Checked::Good),
        })
    }

    /// What the checksums say.
    pub(super) fn checked(&self) -> Checked {
        self.checked
    }

    /// Whether it has never been used.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.iter().all(|byte| *byte == 0)
    }

    /// Walks its records in order.
    pub(super) fn records(&self) -> Records<'a> {
        let end = self.end.unwrap_or(self.bytes.len());
        let at = RECORDS.min(self.bytes.len());
        Records { bytes: self.bytes, at, end, last: None, last_told: self.last, pending: None }
    }
}

/// The walk through a chunk.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What lies behind is left over from an earlier use, unless the numbers go on.
    end: usize,
    /// The number of the last record.
    last: Option<u64>,
    /// That of the last of all, if the header tells.
    last_told: Option<u64>,
    /// A record that comes behind a gap.
    pending: Option<(Record, usize)>,
}

impl Iterator for Records<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some((record, next)) = self.pending.take() {
            return Some(self.go_on(record, next));
        }
        match record_at(self.bytes, self.at) {
            // Written after the header was, before the machine stopped or the file was copied.
            Some((record, _))
                if self.at >= self.end && self.last.and_then(|it| it.checked_add(1)) != Some(record.number) =>
            {
                None
            }
            Some((record, next)) => Some(self.go_on(record, next)),
            None if self.at >= self.end => None,
            None => self.skip(),
        }
    }
}

impl Records<'_> {
    fn go_on(&mut self, record: Record, next: usize) -> Found {
        self.at = next;
        self.last = Some(record.number);
        Found::Record(record)
    }

    /// Looks for the next record behind a damage.
    fn skip(&mut self) -> Option<Found> {
        let from = self.at;
        let end = self.end.min(self.bytes.len());
        let mut at = from;
        while at < end {
            at += STEP;
            if let Some((record, next)) = record_at(self.bytes, at).filter(|_| at < end) {
                let missing = self.missing(record.number, at - from);
                self.pending = Some((record, next));
                return Some(Found::Gap(Gap { place: from..at, missing }));
            }
        }
        self.at = usize::MAX;
        let rest = self.bytes.get(from..end).unwrap_or_default();
        if rest.iter().all(|byte| *byte == 0) && self.end <= self.bytes.len() {
            return None;
        }
        let missing = self.last_told.and_then(|last| self.missing(last.checked_add(1)?, self.end.saturating_sub(from)));
        Some(Found::Gap(Gap { place: from..end.max(from), missing }))
    }

    /// How many records are missing in so many bytes before the one of this number.
    fn missing(&self, next: u64, bytes: usize) -> Option<u64> {
        let missing = next.checked_sub(self.last?)?.checked_sub(1)?;
        // Numbers of another time tell nothing.
        Some(missing).filter(|missing| *missing <= (bytes / SMALLEST) as u64)
    }
}

/// Returns the record at `at` and where it ends.
fn record_at(bytes: &[u8], at: usize) -> Option<(Record, usize)> {
    let rest = bytes.get(at..)?;
    if !rest.starts_with(RECORD_MARK) {
        return None;
    }
    let size = usize_at(rest, 4)?;
    let record = rest.get(..size).filter(|record| record.len() >= SMALLEST)?;
    if usize_at(record, size - 4)? != size {
        return None;
    }
    let content = at + HEAD..at + size - 4;
    // What is no fragment of XML is no event.
    u16_at(record, HEAD)?;
    Some((Record { content, number: u64_at(record, 8)?, written: u64_at(record, 16)? }, at + size))
}
