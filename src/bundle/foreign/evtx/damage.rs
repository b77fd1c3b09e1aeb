//! What is damaged in a log, where, and how many events that costs, in one message.

use super::chunk::{Checked, Chunk, Gap, Record};
use super::{u16_at, u64_at};
use std::fmt::Write;

/// Places that are named; of more there is only the number.
const NAMED: usize = 5;

/// Collects what is damaged.
#[derive(Default)]
pub(super) struct Damage {
    /// Records that could not be read, or only in part.
    records: Places,
    /// How many of them gave a line all the same.
    in_part: u64,
    /// Bytes between records that are none, or chunks that are none.
    gaps: Places,
    lost_bytes: u64,
    /// Records that are missing by the numbers around the gaps.
    missing: u64,
    /// The numbers around some gaps do not tell how many are missing.
    unknown: bool,
    /// Chunks whose header is damaged.
    headers: Places,
    /// Chunks with a wrong checksum in which nothing else is wrong.
    sums: Places,
    cut: Option<String>,
}

#[derive(Default)]
struct Places {
    first: Vec<String>,
    count: u64,
}

impl Places {
    fn add(&mut self, place: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(place());
        }
    }

    fn shown(&self) -> String {
        let more = if self.count > self.first.len() as u64 { ", ..." } else { "" };
        format!("{}{more}", self.first.join(", "))
    }
}

impl Damage {
    /// A record could not be read, or only in part.
    pub(super) fn record(&mut self, chunk: u64, record: &Record, in_part: bool) {
        self.records.add(|| format!("{} at byte {}", record.number, chunk + record.content.start as u64));
        self.in_part += u64::from(in_part);
    }

    /// There are no records where some should be.
    pub(super) fn gap(&mut self, chunk: u64, gap: &Gap) {
        self.gaps.add(|| format!("byte {}", chunk + gap.place.start as u64));
        self.lost_bytes += gap.place.len() as u64;
        match gap.missing {
            Some(missing) => self.missing += missing,
            None => self.unknown = true,
        }
    }

    /// There is no chunk where one should be.
    pub(super) fn lost(&mut self, at: u64, bytes: usize) {
        self.gaps.add(|| format!("byte {at}"));
        self.lost_bytes += bytes as u64;
        self.unknown = true;
    }

    /// A chunk has been read from so many bytes.
    pub(super) fn chunk(&mut self, at: u64, bytes: usize, chunk: &Chunk<'_>, is_whole: bool) {
        if bytes < super::CHUNK {
            self.cut = Some(format!("it ends {bytes} bytes after the beginning of a chunk of {}", super::CHUNK));
        }
        match chunk.checked() {
            Checked::Header => self.headers.add(|| format!("byte {at}")),
            Checked::Records if is_whole && bytes == super::CHUNK => self.sums.add(|| format!("byte {at}")),
            Checked::Good | Checked::Records => {}
        }
    }

    /// The header of the file is compared with the chunks that were found.
    pub(super) fn header(&mut self, header: &[u8], chunks: u64) {
        let told = u16_at(header, 42).map_or(0, u64::from);
        // Of a log of more chunks the number has wrapped. One that was in use tells of fewer than it has.
        let is_header = header.starts_with(b"ElfFile\0") && u64_at(header, 24).is_some();
        if is_header && told > chunks && self.cut.is_none() {
            self.cut = Some(format!("it should have {told} chunks and has {chunks}"));
        }
    }

    /// Says what is damaged; `None` if nothing is.
    pub(super) fn message(&self) -> Option<String> {
        let mut parts = Vec::new();
        if let Some(cut) = &self.cut {
            parts.push(format!("cut off: {cut}"));
        }
        if self.lost_bytes > 0 {
            parts.push(format!("{} bytes are unreadable ({})", self.lost_bytes, self.gaps.shown()));
        }
        if self.missing > 0 {
            let least = if self.unknown { "at least " } else { "" };
            parts.push(format!("{least}{} missing", counted(self.missing, "event is", "events are")));
        }
        if self.records.count > 0 {
            let mut part = counted(self.records.count, "event is", "events are");
            let _ = write!(part, " damaged (record {})", self.records.shown());
            if self.in_part > 0 {
                let _ = write!(part, ", {} read in part", counted(self.in_part, "event was", "events were"));
            }
            parts.push(part);
        }
        if self.headers.count > 0 {
            let chunks = counted(self.headers.count, "chunk has", "chunks have");
            parts.push(format!("{chunks} a damaged header ({})", self.headers.shown()));
        }
        if self.sums.count > 0 {
            let chunks = counted(self.sums.count, "chunk does", "chunks do");
            parts.push(format!("{chunks} not fit the checksum ({})", self.sums.shown()));
        }
        let rest = "; all other events were read";
        (!parts.is_empty()).then(|| format!("damaged: {}{rest}", parts.join("; ")))
    }
}

fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
