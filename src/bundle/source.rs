//! Bytes that can be read at any offset, by several threads at once: what a zip archive needs.

use super::budget::Allowance;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};

/// A file, or bytes in memory.
pub(super) struct Source<'a> {
    store: Store<'a>,
    bytes: u64,
    /// Where reads are counted for the progress bar.
    progress: Option<&'a Progress<'a>>,
}

enum Store<'a> {
    File(File),
    Memory(Held<'a>),
}

/// A nested archive up to this size stays in memory.
const IN_MEMORY: u64 = 64 << 20;

impl<'a> Source<'a> {
    /// Takes the first `bytes` bytes of a file; reads are counted in `progress`.
    pub(super) fn file(file: File, bytes: u64, progress: &'a Progress<'a>) -> Source<'a> {
        Source { store: Store::File(file), bytes, progress: Some(progress) }
    }

    /// Copies a stream to memory, or to an unnamed temporary file if it is large or memory is short.
    ///
    /// # Errors
    ///
    /// The system's, if the temporary file cannot be written; `QuotaExceeded` if `disk` is used up.
    pub(super) fn spool(stream: &mut dyn Read, memory: &'a Allowance, disk: &Allowance) -> io::Result<Source<'a>> {
        let mut held = Held { content: Vec::new(), taken: 0, allowance: memory };
        let mut block = vec![0; 64 << 10];
        while let Some(next) = next_block(stream, &mut block)? {
            if held.add(next) {
                continue;
            }
            let mut file = tempfile::tempfile()?;
            let mut bytes = 0;
            for part in [held.content.as_slice(), next] {
                append(&mut file, part, &mut bytes, disk)?;
            }
            drop(held);
            while let Some(next) = next_block(stream, &mut block)? {
                append(&mut file, next, &mut bytes, disk)?;
            }
            return Ok(Source { store: Store::File(file), bytes, progress: None });
        }
        let bytes = held.content.len() as u64;
        Ok(Source { store: Store::Memory(held), bytes, progress: None })
    }

    #[cfg(test)]
    pub(super) fn is_in_memory(&self) -> bool {
        matches!(self.store, Store::Memory(_))
    }

    /// Bytes in all.
    pub(super) fn len(&self) -> u64 {
        self.bytes
    }

    /// Reads up to `size` bytes at `offset`, fewer only at the end.
    pub(super) fn bytes_at(&self, offset: u64, size: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.range(offset, size as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Returns a reader of `size` bytes at `offset`, or of fewer if the source ends before.
    pub(super) fn range(&self, offset: u64, size: u64) -> Range<'_> {
        let start = offset.min(self.bytes);
        Range { source: self, offset: start, end: start.saturating_add(size).min(self.bytes) }
    }

    fn read_at(&self, output: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = match &self.store {
            Store::Memory(held) => {
                let rest = usize::try_from(offset).ok().and_then(|offset| held.content.get(offset..));
                rest.unwrap_or_default().read(output)?
            }
            Store::File(file) => match read_file_at(file, output, offset)? {
                0 => return Err(Shrunk.into()),
                read => read,
            },
        };
        if let Some(progress) = self.progress {
            progress.add(read as u64);
        }
        Ok(read)
    }
}

/// Copies a stream to an unnamed temporary file.
///
/// # Errors
///
/// The system's, if the file cannot be written; `QuotaExceeded` if `disk` is used up.
pub(super) fn temporary(stream: &mut dyn Read, disk: &Allowance) -> io::Result<File> {
    let (mut file, mut bytes) = (tempfile::tempfile()?, 0);
    let mut block = vec![0; 64 << 10];
    while let Some(next) = next_block(stream, &mut block)? {
        append(&mut file, next, &mut bytes, disk)?;
    }
    io::Seek::rewind(&mut file)?;
    Ok(file)
}

/// A part of a source as a stream.
pub(super) struct Range<'a> {
    source: &'a Source<'a>,
    offset: u64,
    end: u64,
}

impl<'a> Range<'a> {
    /// Adds a buffer that is no larger than the range: most members are small.
    pub(super) fn buffered(self) -> BufReader<Range<'a>> {
        let capacity = (self.end - self.offset).clamp(64, 64 << 10);
        BufReader::with_capacity(capacity as usize, self)
    }
}

impl Read for Range<'_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.end - self.offset).unwrap_or(usize::MAX);
        let size = output.len().min(rest);
        match output.get_mut(..size) {
            Some(output) if size > 0 => {
                let read = self.source.read_at(output, self.offset)?;
                self.offset += read as u64;
                Ok(read)
            }
            _ => Ok(0),
        }
    }
}

/// How much of a file was read, for the progress bar.
pub(super) struct Progress<'a> {
    all: &'a AtomicU64,
    read: AtomicU64,
    bytes: u64,
}

impl<'a> Progress<'a> {
    /// Starts on a file of so many bytes; what is read of it is added to `all`.
    pub(super) fn new(all: &'a AtomicU64, bytes: u64) -> Progress<'a> {
        Progress { all, read: AtomicU64::new(0), bytes }
    }

    /// Adds what was read. More than the file has is not counted.
    pub(super) fn add(&self, bytes: u64) {
        let before = self.read.fetch_add(bytes, Ordering::Relaxed);
        self.all.fetch_add(bytes.min(self.bytes.saturating_sub(before)), Ordering::Relaxed);
    }

    /// Bytes that were read, those that were read several times as often.
    #[cfg(test)]
    pub(super) fn all_reads(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Counts the rest of the file: it was mapped, or nobody needs it.
    pub(super) fn finish(&self) {
        let read = self.read.load(Ordering::Relaxed);
        self.add(self.bytes.saturating_sub(read));
    }
}

/// A file has become shorter since it was opened.
#[derive(Debug, thiserror::Error)]
#[error("the file became shorter while it was read")]
pub(super) struct Shrunk;

impl From<Shrunk> for io::Error {
    fn from(shrunk: Shrunk) -> io::Error {
        io::Error::other(shrunk)
    }
}

/// Memory that was taken from an allowance and goes back to it.
struct Held<'a> {
    content: Vec<u8>,
    taken: u64,
    allowance: &'a Allowance,
}

impl Held<'_> {
    /// Appends a block if the allowance has room for it.
    fn add(&mut self, block: &[u8]) -> bool {
        let size = block.len() as u64;
        self.taken += size;
        if self.allowance.take(size) && self.taken <= IN_MEMORY {
            self.content.extend_from_slice(block);
            return true;
        }
        false
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.allowance.give(self.taken);
    }
}

fn append(file: &mut File, block: &[u8], bytes: &mut u64, disk: &Allowance) -> io::Result<()> {
    if !disk.take(block.len() as u64) {
        return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "too large for a temporary file"));
    }
    *bytes += block.len() as u64;
    file.write_all(block)
}

fn next_block<'b>(stream: &mut dyn Read, block: &'b mut [u8]) -> io::Result<Option<&'b [u8]>> {
    loop {
        match stream.read(block) {
            Ok(read) => return Ok(block.get(..read).filter(|block| !block.is_empty())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Fills `output` from `offset` of the file on; false if that is not possible or the file ends before.
pub(super) fn read_exact_at(file: &File, output: &mut [u8], offset: u64) -> bool {
    let mut done = 0;
    while done < output.len() {
        match read_file_at(file, &mut output[done..], offset + done as u64) {
            Ok(0) => return false,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    true
}

#[cfg(unix)]
fn read_file_at(file: &File, output: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, output, offset)
}

#[cfg(windows)]
fn read_file_at(file: &File, output: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, output, offset)
}
