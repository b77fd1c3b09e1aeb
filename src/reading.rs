//! An entry of a bundle from its first record to its last: what everything does that is not a scan.

use crate::bundle::{Content, Entry};
use crate::record::{Chunk, ChunkReader, Reading, not_text};
use std::io::{self, Read};

/// Calls `with` for each chunk of an entry, in file order. Returns why not if the entry is no text; fails as `with` does.
pub fn each_chunk(
    entry: Entry<'_>,
    with: &mut dyn FnMut(&Chunk<'_>, &Reading) -> io::Result<()>,
) -> io::Result<Result<(), &'static str>> {
    let (reading, head, source): (_, _, &mut (dyn Read + Send)) = match entry.content {
        Content::Mapped(text) => {
            let Some(reading) = Reading::of_text(&entry.path, &text, entry.modified) else {
                return Ok(Err(not_text(&text[..text.len().min(Reading::HEAD)])));
            };
            (reading, Vec::new(), &mut text.bytes())
        }
        Content::Stream(source) => {
            let mut head = Vec::new();
            // A stream has no errors: the bundle keeps them and ends it.
            let _ = source.take(Reading::HEAD as u64).read_to_end(&mut head);
            let Some(reading) = Reading::of_file(&entry.path, &head, entry.modified) else {
                return Ok(Err(not_text(&head)));
            };
            (reading, head, source)
        }
    };
    let mut reader = ChunkReader::new(source, head, &reading);
    let mut reuse = None;
    while let Some(chunk) = reader.next_chunk(reuse.take()) {
        with(&chunk.chunk(), &reading)?;
        reuse = Some(chunk);
    }
    Ok(Ok(()))
}
