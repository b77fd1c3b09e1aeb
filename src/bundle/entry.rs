use std::io::Read;
use std::sync::Arc;

/// One file of the bundle, outside or inside archives.
pub struct Entry<'a> {
    /// The path as people read it, containers joined by `!/`: `case.zip!/logs/Svc.log.gz!/Svc.log`. Always `/`, never a
    /// control character.
    pub path: Arc<str>,
    /// Last change in seconds since 1970 UTC, from the file system or the archive's header. For zip the writer's local
    /// time is taken as UTC.
    pub modified: Option<i64>,
    /// What is in it.
    pub content: Content<'a>,
}

/// The bytes of an entry.
pub enum Content<'a> {
    /// All bytes at once: a local file at rest, memory-mapped, or a file or member of less than 64 KiB, read to its end.
    /// If somebody truncates a mapped file, the missing part reads as zeros and the bundle reports a `changed` problem.
    Mapped(&'a [u8]),
    /// Anything else. `read` returns `Ok(0)` at the end, and also where damage or a limit ends the entry early: the
    /// bundle keeps the problem itself, so readers need no error handling.
    Stream(&'a mut (dyn Read + Send)),
}
