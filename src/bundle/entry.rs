use super::FilePath;
use std::io::Read;
use std::ops::{Deref, Range};

/// One file of the bundle, outside or inside archives.
pub struct Entry<'a> {
    /// The path as people read it, containers joined by `!/`: `case.zip!/logs/Svc.log.gz`, `case.tar.gz!/logs/a.log`. A
    /// compressed stream is no container here: it holds one file, and that has its name. Always `/`, never a control
    /// character. It knows which log the file is a part of.
    pub path: FilePath,
    /// Last change in seconds since 1970 UTC, from the file system or the archive's header. For zip the writer's local
    /// time is taken as UTC.
    pub modified: Option<i64>,
    /// Whether the content is what the file unpacks to, so that a name such as `a.log.gz` says nothing about it.
    pub is_unpacked: bool,
    /// What is in it.
    pub content: Content<'a>,
}

/// The bytes of an entry.
pub enum Content<'a> {
    /// All bytes at once: a local file at rest, memory-mapped, or a file or member of less than 64 KiB, read to its end.
    /// If somebody truncates a mapped file, the missing part reads as zeros and the bundle reports a `changed` problem.
    Mapped(Mapped<'a>),
    /// Anything else. `read` returns `Ok(0)` at the end, and also where damage or a limit ends the entry early: the
    /// bundle keeps the problem itself, so readers need no error handling.
    Stream(&'a mut (dyn Read + Send)),
}

/// All bytes of an entry.
#[derive(Clone, Copy)]
pub struct Mapped<'a> {
    bytes: &'a [u8],
    /// Where the bytes are mapped from, if they are.
    near: Option<&'a (dyn Near + Sync)>,
}

/// Brings parts of a mapped file near before they are read.
pub(super) trait Near {
    /// See [`Mapped::bring_near`]. The part lies in the file as it was when it was mapped.
    fn bring(&self, part: Range<usize>, buffer: &mut Vec<u8>) -> bool;
}

impl<'a> Mapped<'a> {
    #[cfg(unix)]
    pub(super) fn of_file(bytes: &'a [u8], near: &'a (dyn Near + Sync)) -> Mapped<'a> {
        Mapped { bytes, near: Some(near) }
    }

    /// The bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Makes a part of a large file ready to be read at once. Returns whether it was copied to `buffer`, which has its
    /// length then; else it is to be read where it is.
    pub fn bring_near(self, part: Range<usize>, buffer: &mut Vec<u8>) -> bool {
        let near = self.near.filter(|_| part.start <= part.end && part.end <= self.bytes.len());
        near.is_some_and(|near| near.bring(part, buffer))
    }
}

impl<'a> From<&'a [u8]> for Mapped<'a> {
    fn from(bytes: &'a [u8]) -> Mapped<'a> {
        Mapped { bytes, near: None }
    }
}

impl Deref for Mapped<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes
    }
}
