//! Readers between a decoder and its user: what goes wrong becomes a problem of the bundle, and the user sees an end.

use super::ProblemKind;
use super::source::Shrunk;
use super::visit::{Place, Visit};
use std::io::{self, Read};

/// A source whose trouble and limits are reported where they happen, and then look like its end.
pub(super) struct Guarded<'v, R> {
    visit: &'v Visit<'v>,
    place: &'v Place<'v>,
    archive: Option<&'v Place<'v>>,
    /// The bytes come from a slow decoder.
    slow: bool,
    inner: R,
    ended: bool,
}

impl<'v, R: Read> Guarded<'v, R> {
    /// Guards bytes that come as they are; errors are problems of `place`.
    pub(super) fn free(visit: &'v Visit<'v>, place: &'v Place<'v>, inner: R) -> Guarded<'v, R> {
        Guarded { visit, place, archive: None, slow: false, inner, ended: false }
    }

    /// Guards bytes that count as unpacked; if there are too many it is a problem of `archive`.
    pub(super) fn charged(
        visit: &'v Visit<'v>,
        place: &'v Place<'v>,
        archive: &'v Place<'v>,
        inner: R,
    ) -> Guarded<'v, R> {
        Guarded { visit, place, archive: Some(archive), slow: false, inner, ended: false }
    }

    /// Says whether the bytes come from a slow decoder, of which there may be fewer.
    pub(super) fn slow(self, slow: bool) -> Guarded<'v, R> {
        Guarded { slow, ..self }
    }

    fn charge(&self, bytes: u64) -> bool {
        if self.slow { self.visit.charge_slow(bytes) } else { self.visit.charge(bytes) }
    }
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if self.ended || output.is_empty() {
            return Ok(0);
        }
        if self.archive.is_none() && self.visit.is_out_of_time() {
            self.visit.fail_limit(self.place);
            self.ended = true;
            return Ok(0);
        }
        loop {
            match self.inner.read(output) {
                Ok(0) => {}
                Ok(read) => match self.archive {
                    Some(archive) if !self.charge(read as u64) => {
                        self.visit.fail_limit(archive);
                        self.visit.cut_with_archive(self.place);
                    }
                    _ => return Ok(read),
                },
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && self.place.is_cut() => {
                    self.visit.cut_with_archive(self.place);
                }
                Err(error) => self.visit.fail_with(self.place, &error),
            }
            self.ended = true;
            return Ok(0);
        }
    }
}

/// Counts what a visitor reads.
pub(super) struct Counted<'a> {
    source: &'a mut (dyn Read + Send),
    /// Bytes read so far.
    pub(super) bytes: u64,
    /// Whether the end was seen.
    pub(super) ended: bool,
}

impl<'a> Counted<'a> {
    /// Starts to count.
    pub(super) fn new(source: &'a mut (dyn Read + Send)) -> Counted<'a> {
        Counted { source, bytes: 0, ended: false }
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(output)?;
        self.bytes = self.bytes.saturating_add(read as u64);
        self.ended |= read == 0 && !output.is_empty();
        Ok(read)
    }
}

/// Returns what kind of problem an error is, and the words for it.
pub(super) fn describe(error: &io::Error) -> (ProblemKind, String) {
    match error.kind() {
        _ if error.get_ref().is_some_and(|inner| inner.is::<Shrunk>()) => (ProblemKind::Changed, error.to_string()),
        _ if error.raw_os_error().is_some() => (ProblemKind::Unreadable, error.to_string()),
        io::ErrorKind::UnexpectedEof => (ProblemKind::Corrupt, "cut off: the end is missing".to_owned()),
        io::ErrorKind::OutOfMemory => (ProblemKind::Limit, "unpacking needs more than 128 MiB of memory".to_owned()),
        io::ErrorKind::QuotaExceeded => (ProblemKind::Limit, error.to_string()),
        io::ErrorKind::Unsupported => (ProblemKind::Unsupported, format!("unsupported: {error}")),
        _ => (ProblemKind::Corrupt, format!("damaged: {error}")),
    }
}
