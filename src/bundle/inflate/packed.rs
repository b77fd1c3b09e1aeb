//! The compressed input: a buffer whose rest stays in one piece when more is read.

use std::io::{self, BufRead, Read};

/// A reader with a buffer that can be added to before it is used up.
pub(in crate::bundle) struct Packed<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

/// Bytes that are asked for at once.
const SIZE: usize = 128 << 10;

impl<R: Read> Packed<R> {
    /// Starts with an empty buffer.
    pub(super) fn new(source: R) -> Packed<R> {
        Packed { source, buffer: vec![0; SIZE], start: 0, end: 0 }
    }

    /// Forgets what is not used and goes on with another reader.
    pub(super) fn replace(&mut self, source: R) {
        self.source = source;
        (self.start, self.end) = (0, 0);
    }

    /// What is read and not used.
    pub(super) fn unused(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Uses up some of the bytes.
    pub(super) fn skip(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Reads more behind what is not used; returns how much, 0 at the end or if the buffer is full.
    pub(super) fn read_more(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let read = self.source.read(self.buffer.get_mut(self.end..).unwrap_or_default())?;
        self.end += read;
        Ok(read)
    }
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(output)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Packed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.unused().is_empty() {
            self.read_more()?;
        }
        Ok(self.unused())
    }

    fn consume(&mut self, count: usize) {
        self.skip(count);
    }
}
