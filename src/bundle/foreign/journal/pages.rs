//! Random access to a source through a bounded number of pages, with an end to all reading.
//!
//! Offsets in a damaged or hostile file lead anywhere and in circles. Whoever follows them reads through here, and a
//! file that makes its reader load many times its own size is given up.

use std::io::{self, Read, Seek, SeekFrom};

/// A source that is read in pages.
pub(super) struct Pages<'s, S> {
    source: &'s mut S,
    bytes: u64,
    /// Where the source stands, so that reading on needs no seek.
    position: u64,
    slots: Vec<Slot>,
    /// Pages that may still be loaded.
    loads: u64,
}

/// The page whose number leaves this slot's index as remainder.
#[derive(Default)]
struct Slot {
    page: Option<u64>,
    content: Vec<u8>,
}

const PAGE: u64 = 4 << 10;
/// 8 MiB in all: the DATA objects that most entries share, and the place where entries are written.
const SLOTS: usize = 2048;
/// How often each page may be loaded on average. A sound file needs two or three.
const LOADS: u64 = 64;

impl<'s, S: Read + Seek> Pages<'s, S> {
    /// Prepares to read a source.
    pub(super) fn new(source: &'s mut S) -> io::Result<Pages<'s, S>> {
        let bytes = source.seek(SeekFrom::End(0))?;
        let slots = (0..SLOTS).map(|_| Slot::default()).collect();
        let loads = (bytes / PAGE).saturating_mul(LOADS).saturating_add(16 << 10);
        Ok(Pages { source, bytes, position: bytes, slots, loads })
    }

    /// Bytes in all.
    pub(super) fn len(&self) -> u64 {
        self.bytes
    }

    /// Fills `output` with what stands at `at`; false if the source ends before.
    ///
    /// # Errors
    ///
    /// Those of the source; `QuotaExceeded` if far more was read than the source has.
    pub(super) fn read(&mut self, at: u64, output: &mut [u8]) -> io::Result<bool> {
        let mut done = 0;
        while done < output.len() {
            let from = at.saturating_add(done as u64);
            let part = self.from(from)?;
            let count = part.len().min(output.len() - done);
            if count == 0 {
                return Ok(false);
            }
            output[done..done + count].copy_from_slice(&part[..count]);
            done += count;
        }
        Ok(true)
    }

    /// Returns the first `N` bytes at `at`, if there are so many.
    pub(super) fn array<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        let mut array = [0; N];
        Ok(self.read(at, &mut array)?.then_some(array))
    }

    /// Returns up to `size` bytes at `at`, fewer only at the source's end.
    pub(super) fn bytes(&mut self, at: u64, size: u64) -> io::Result<Vec<u8>> {
        let size = size.min(self.bytes.saturating_sub(at));
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        self.read(at, &mut bytes)?;
        Ok(bytes)
    }

    /// Finds the first place at or behind `from`, on a multiple of eight bytes, where the number `wanted` stands.
    pub(super) fn find(&mut self, from: u64, wanted: u64) -> io::Result<Option<u64>> {
        let Some(mut at) = from.checked_next_multiple_of(8) else { return Ok(None) };
        while at < self.bytes {
            let part = self.from(at)?;
            if let Some(index) = part.chunks_exact(8).position(|bytes| number(bytes, 0) == wanted) {
                return Ok(Some(at + 8 * index as u64));
            }
            // Pages end on multiples of eight; only the last may be shorter.
            at = (at / PAGE + 1) * PAGE;
        }
        Ok(None)
    }

    /// Returns what stands at `at` up to the end of its page; nothing behind the end.
    fn from(&mut self, at: u64) -> io::Result<&[u8]> {
        if at >= self.bytes {
            return Ok(&[]);
        }
        let page = at / PAGE;
        let index = (page % SLOTS as u64) as usize;
        if self.slots[index].page != Some(page) {
            self.load(page, index)?;
        }
        Ok(self.slots[index].content.get((at % PAGE) as usize..).unwrap_or_default())
    }

    fn load(&mut self, page: u64, index: usize) -> io::Result<()> {
        self.loads = self.loads.checked_sub(1).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::QuotaExceeded,
                "its parts refer to each other in circles; the rest was left out",
            )
        })?;
        let start = page * PAGE;
        let slot = &mut self.slots[index];
        slot.page = None;
        slot.content.clear();
        if self.position != start {
            self.source.seek(SeekFrom::Start(start))?;
        }
        let read = self.source.by_ref().take(PAGE).read_to_end(&mut slot.content)?;
        self.position = start + read as u64;
        slot.page = Some(page);
        Ok(())
    }
}

/// The number in little-endian order at `at` of a block; zero behind its end.
pub(super) fn number(block: &[u8], at: usize) -> u64 {
    block.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The number of four bytes in little-endian order at `at` of a block; zero behind its end.
pub(super) fn short_number(block: &[u8], at: usize) -> u64 {
    block.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn what_is_read_is_what_stands_there() {
        let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut source = Cursor::new(content.clone());
        let mut pages = Pages::new(&mut source).unwrap();
        for at in [0, 4090, 4096, 399_990, 12_345, 1] {
            let size = 10.min(content.len() - at);
            assert_eq!(pages.bytes(at as u64, 10).unwrap(), &content[at..at + size]);
        }
        assert_eq!(pages.array::<8>(399_993).unwrap(), None);
        assert_eq!(pages.bytes(u64::MAX - 3, 10).unwrap(), b"");
        let wanted = number(&content, 80_000);
        assert_eq!(pages.find(3, wanted).unwrap(), Some(80_000));
        assert_eq!(pages.find(80_001, wanted).unwrap(), None);
        assert_eq!(pages.find(u64::MAX - 2, wanted).unwrap(), None);
    }

    #[test]
    fn reading_in_circles_ends() {
        let mut source = Cursor::new(vec![0; 64 << 20]);
        let mut pages = Pages::new(&mut source).unwrap();
        // Both lie in the same slot.
        let far = PAGE * SLOTS as u64;
        let failed = (0..10_000_000_u64).find_map(|turn| pages.array::<8>(turn % 2 * far).err()).unwrap();
        assert_eq!(failed.kind(), io::ErrorKind::QuotaExceeded);
    }
}
