//! One file of a bundle: how it is opened, what kind it is, its hash.

use super::super::kind::{HEAD, Kind};
use super::super::list::not_file;
use super::super::source::{Progress, Shrunk, read_exact_at};
use super::super::zip;
use sha2::{Digest, Sha256};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Opens a file for reading, but neither a link nor anything that reading could block on.
pub(super) fn open_file(path: &Path) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok((file, metadata)),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, not_file(&metadata))),
    }
}

/// Reads what is needed to recognise a file; that is all of it if it is small.
pub(super) fn read_head(file: &mut File, bytes: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(bytes.min(HEAD as u64)).read_to_end(&mut head)?;
    Ok(head)
}

/// Judges a file by its start, and by its end if that makes it a zip archive.
pub(super) fn kind_of(file: &File, head: &[u8], bytes: u64) -> Kind {
    match Kind::recognise(head) {
        Kind::Plain => {
            let mut tail = [0; zip::TAIL];
            let is_zip = match bytes.checked_sub(tail.len() as u64).filter(|_| head.len() == HEAD) {
                Some(offset) => read_exact_at(file, &mut tail, offset) && zip::ends_as_zip(&tail),
                None => zip::ends_as_zip(head),
            };
            if is_zip { Kind::Zip } else { Kind::Plain }
        }
        kind => kind,
    }
}

/// Seconds since 1970 of the last change.
pub(super) fn modified(metadata: &Metadata) -> Option<i64> {
    let modified = metadata.modified().ok()?;
    match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).ok(),
        Err(before) => i64::try_from(before.duration().as_secs()).ok().map(|seconds| -seconds),
    }
}

/// Reads a file up to the size it had: one that grows for ever must not keep us.
pub(super) struct FileReader<'a> {
    pub(super) file: File,
    pub(super) left: u64,
    pub(super) progress: &'a Progress<'a>,
}

impl Read for FileReader<'_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let size = usize::try_from(self.left).unwrap_or(usize::MAX).min(output.len());
        let output = output.get_mut(..size).unwrap_or_default();
        if output.is_empty() {
            return Ok(0);
        }
        let read = self.file.read(output)?;
        if read == 0 {
            return Err(Shrunk.into());
        }
        self.left -= read as u64;
        self.progress.add(read as u64);
        Ok(read)
    }
}

pub(super) fn sha256(path: &Path) -> io::Result<String> {
    let (file, facts) = open_file(path)?;
    // One that grows for ever must not keep us.
    let mut file = file.take(facts.len());
    let mut hash = Sha256::new();
    let mut block = vec![0; HEAD];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(hex(&hash.finalize())),
            Ok(read) => hash.update(block.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
