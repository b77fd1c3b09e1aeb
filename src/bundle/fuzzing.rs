//! What only the fuzz targets may see: the parsers of foreign formats, in this process and without a guard.

use super::ProblemKind;
use super::foreign::{Format, Members};
use std::io::{self, BufReader, Cursor};

/// Reads `bytes` as a file of the format of this name until about `most` bytes came out, and returns how many did; `None`
/// for unknown names.
///
/// # Panics
///
/// If the parser breaks the order of [`Members`].
pub fn parse(format: &str, bytes: &[u8], most: u64) -> Option<u64> {
    let mut out = Order { open: false, bytes: 0, most };
    // Whatever is wrong with the file is told to `out` or is the error.
    let _ = Format::of_name(format)?.read(&mut BufReader::new(Cursor::new(bytes)), &mut out);
    Some(out.bytes)
}

struct Order {
    open: bool,
    bytes: u64,
    most: u64,
}

impl Members for Order {
    fn begin(&mut self, _: Option<&[u8]>, _: Option<i64>) -> io::Result<()> {
        assert!(!std::mem::replace(&mut self.open, true), "a member begins in a member");
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        assert!(self.open, "data without a member");
        self.bytes += bytes.len() as u64;
        // As the budget of a bundle ends a reading.
        if self.bytes > self.most { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(()) }
    }

    fn end(&mut self) -> io::Result<()> {
        assert!(std::mem::take(&mut self.open), "a member ends that did not begin");
        Ok(())
    }

    fn problem(&mut self, _: ProblemKind, message: &str) -> io::Result<()> {
        assert!(!message.is_empty(), "a problem without a message");
        Ok(())
    }
}
