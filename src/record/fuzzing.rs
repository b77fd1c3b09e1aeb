//! What only the fuzz targets may see: records with chunks so small that a short text has many.

use super::fold::Sizes;
use super::{Chunk, ChunkReader, Reading, chunk};
use std::io::Read;

const SMALL: Sizes = Sizes { chunk: 200, search: 400, record: 120, lines: 6, piece: 100, around: 30 };

/// Where a record stands and what it says, for comparisons.
pub type Seen = (u64, Vec<u8>, String);

/// The records of a text that is at hand as a whole.
pub fn mapped(text: &[u8], reading: &Reading) -> Vec<Seen> {
    let ranges = chunk::chunks_of(text, &reading.format, &SMALL);
    ranges.into_iter().flat_map(|range| seen(&Chunk::of(text, range), reading)).collect()
}

/// The records of the same text read from a stream.
pub fn streamed(source: &mut (dyn Read + Send), head: Vec<u8>, reading: &Reading) -> Vec<Seen> {
    let mut reader = ChunkReader::with_sizes(source, head, reading, SMALL);
    let (mut all, mut reuse) = (Vec::new(), None);
    while let Some(owned) = reader.next_chunk(reuse.take()) {
        all.extend(seen(&owned.chunk(), reading));
        reuse = Some(owned);
    }
    all
}

fn seen(chunk: &Chunk<'_>, reading: &Reading) -> Vec<Seen> {
    let records = super::Records::new(&reading.format, chunk, SMALL);
    let told = |record: super::Record<'_>| {
        (chunk.file_offset(record.start), record.text.to_vec(), format!("{:?} {}", record.header, record.lines))
    };
    records.map(told).collect()
}
