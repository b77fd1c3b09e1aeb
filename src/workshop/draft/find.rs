//! The record that has a given line of a log.

use crate::bundle::{Bundle, BundleError, Content, Limits};
use crate::record::{ChunkReader, Reading};
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The file, as reports name it.
    pub file: String,
    /// Its first line, from 1.
    pub line: u64,
    /// All of it, without the last line end.
    pub record: String,
}

/// Returns the record around a line, counted from 1, of a file; of several files in a folder or archive, that of each
/// that is long enough, in the order of their paths. The only error is that the path cannot be opened.
pub fn record_at(path: &Path, line: u64) -> Result<Vec<Found>, BundleError> {
    let bundle = Bundle::open(&[path.to_path_buf()], Limits::default())?;
    let found = Mutex::new(Vec::new());
    bundle.visit(&|entry| {
        let (reading, head, mut rest);
        let source: &mut (dyn Read + Send) = match entry.content {
            Content::Mapped(text) => {
                (reading, head) = (Reading::of_text(&entry.path, &text, entry.modified), Vec::new());
                rest = text.bytes();
                &mut rest
            }
            Content::Stream(source) => {
                let mut bytes = Vec::new();
                // A stream has no errors: the bundle keeps them and ends it.
                let _ = source.take(Reading::HEAD as u64).read_to_end(&mut bytes);
                (reading, head) = (Reading::of_file(&entry.path, &bytes, entry.modified), bytes);
                source
            }
        };
        let Some(reading) = reading else { return };
        if let Some((first, record)) = in_source(&reading, source, head, line) {
            let it = Found { file: entry.path.to_string(), line: first, record };
            found.lock().unwrap_or_else(PoisonError::into_inner).push(it);
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort();
    Ok(found)
}

fn in_source(reading: &Reading, source: &mut (dyn Read + Send), head: Vec<u8>, wanted: u64) -> Option<(u64, String)> {
    let mut reader = ChunkReader::new(source, head, reading);
    let (mut before, mut reuse) = (1, None);
    while let Some(owned) = reader.next_chunk(reuse.take()) {
        let chunk = owned.chunk();
        let lines = memchr::memchr_iter(b'\n', chunk.text()).count() as u64;
        for record in reading.format.records(&chunk) {
            let first = before + record.line;
            if (first..first + record.lines.max(1)).contains(&wanted) {
                return Some((first, String::from_utf8_lossy(record.text).into_owned()));
            }
        }
        before += lines;
        reuse = Some(owned);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_around_a_line_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let log = "2026-01-02 10:00:00 INFO a\n2026-01-02 10:00:01 ERROR b\n  at c\n2026-01-02 10:00:02 INFO d\n";
        std::fs::write(folder.path().join("app.log"), log).unwrap();
        let at = |line| record_at(&folder.path().join("app.log"), line).unwrap();
        for line in [2, 3] {
            let found = at(line);
            assert_eq!(found.len(), 1);
            assert_eq!((found[0].line, found[0].record.as_str()), (2, "2026-01-02 10:00:01 ERROR b\n  at c"));
        }
        assert_eq!(at(4)[0].record, "2026-01-02 10:00:02 INFO d");
        assert!(at(5).is_empty() && at(0).is_empty());
    }
}
