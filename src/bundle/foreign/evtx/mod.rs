//! Windows event logs (EVTX): one line of JSON per event.
//!
//! A file is a header of 4 KiB and chunks of 64 KiB ([`chunk`]) with records in them; a record's content is XML in
//! binary form ([`binxml`]), of which [`event`] makes a line. Nothing in the file's header is needed to read the chunks,
//! so it is not believed: what stands at a step of 64 KiB and looks like a chunk is one, and a record that stands in it is
//! read, whatever headers and checksums say. Written by ourselves and not with a crate, because those known to us leave
//! out chunks and records around a damage that could be read, and bring dozens of crates.

mod binxml;
mod chunk;
mod damage;
mod event;
mod line;
mod names;
mod templates;
mod value;

#[cfg(test)]
mod build;
#[cfg(test)]
mod tests;

use super::{Members, ProblemKind};
use binxml::Reader;
use chunk::{Chunk, Found};
use damage::Damage;
use event::Event;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of a chunk.
const CHUNK: usize = 64 << 10;
/// Bytes of the header of a file.
const HEADER: usize = 4 << 10;

/// Reads a log.
pub(super) fn read(source: &mut (impl Read + Seek), out: &mut dyn Members) -> io::Result<()> {
    out.begin(None, None)?;
    let header = block(source, 0, HEADER)?;
    let mut log =
        Log { text: Vec::new(), event: Event::default(), reader: Reader::default(), damage: Damage::default() };
    let mut at = if chunk::is_marked(&header) { 0 } else { HEADER as u64 };
    let mut chunks = 0_u64;
    loop {
        let bytes = block(source, at, CHUNK)?;
        if bytes.is_empty() {
            break;
        }
        // Not where it should be: something was lost or put in before it.
        if let Some(shift) = chunk::misplaced(&bytes) {
            log.damage.lost(at, shift);
            at += shift as u64;
            continue;
        }
        if log.chunk(at, &bytes, out)? {
            chunks += 1;
        }
        at += bytes.len() as u64;
    }
    out.end()?;
    log.damage.header(&header, chunks);
    match log.damage.message() {
        Some(message) => out.problem(ProblemKind::Corrupt, &message),
        None => Ok(()),
    }
}

/// What goes on from chunk to chunk.
struct Log {
    /// Lines of a chunk.
    text: Vec<u8>,
    event: Event,
    reader: Reader,
    damage: Damage,
}

impl Log {
    /// Reads the chunk at `at` of the file; false if there is none.
    fn chunk(&mut self, at: u64, bytes: &[u8], out: &mut dyn Members) -> io::Result<bool> {
        let chunk = Chunk::new(bytes);
        if chunk.is_empty() {
            // Room for chunks is made before it is needed.
            return Ok(false);
        }
        self.reader.start();
        self.text.clear();
        let mut is_whole = true;
        for found in chunk.records() {
            match found {
                Found::Record(record) => {
                    let read = self.reader.record(bytes, &record, &mut self.event);
                    let written = self.event.write(&record, read.is_some(), &mut self.text);
                    if read.is_none() {
                        is_whole = false;
                        self.damage.record(at, &record, written);
                    }
                }
                Found::Gap(gap) => {
                    is_whole = false;
                    self.damage.gap(at, &gap);
                }
            }
            if self.text.len() >= CHUNK {
                out.data(&self.text)?;
                self.text.clear();
            }
        }
        out.data(&self.text)?;
        self.damage.chunk(at, bytes.len(), &chunk, is_whole);
        Ok(true)
    }
}

/// Reads up to `size` bytes at `at`, fewer only at the end.
fn block(source: &mut (impl Read + Seek), at: u64, size: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size);
    source.seek(SeekFrom::Start(at))?;
    source.take(size as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A number in the file as an index into it.
fn usize_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}
