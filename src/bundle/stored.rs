//! A member that lies in a stream as it is, and what readers of such archives share.

use std::io::{self, Read};

/// The bytes of one member in the stream of its archive.
pub(super) struct Stored<'s> {
    source: &'s mut (dyn Read + Send),
    left: u64,
}

impl<'s> Stored<'s> {
    /// The next `size` bytes of `source`.
    pub(super) fn new(source: &'s mut (dyn Read + Send), size: u64) -> Stored<'s> {
        Stored { source, left: size }
    }

    /// Reads over what is left of the member and over `padding`, which may be missing at the end of an archive.
    pub(super) fn skip_rest(self, padding: u64) -> io::Result<()> {
        skip(self.source, self.left, padding)
    }
}

impl Read for Stored<'_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let size = usize::try_from(self.left).unwrap_or(usize::MAX).min(output.len());
        let output = output.get_mut(..size).unwrap_or_default();
        if output.is_empty() {
            return Ok(0);
        }
        match self.source.read(output)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.left = self.left.saturating_sub(read as u64);
                Ok(read)
            }
        }
    }
}

/// Reads over `bytes` bytes and the `padding` after them; only the padding may be missing.
pub(super) fn skip(source: &mut (dyn Read + Send), bytes: u64, padding: u64) -> io::Result<()> {
    let rest = bytes.saturating_add(padding);
    let mut block = [0; 16 << 10];
    let mut skipped = 0;
    while skipped < rest {
        let size = usize::try_from(rest - skipped).unwrap_or(usize::MAX).min(block.len());
        match fill(source, block.get_mut(..size).unwrap_or_default())? {
            0 => break,
            read => skipped += read as u64,
        }
    }
    match skipped < bytes {
        true => Err(io::ErrorKind::UnexpectedEof.into()),
        false => Ok(()),
    }
}

/// Reads until the buffer is full or the source ends.
pub(super) fn fill(source: &mut (dyn Read + Send), buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Returns the error that stands for damage.
pub(super) fn damaged(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
