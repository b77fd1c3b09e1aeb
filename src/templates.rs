//! The spine of `tierline templates`: bundle in, message templates out.
//!
//! It reads as `triage` does, but every record counts and not only those that look like errors.

use crate::bundle::{Bundle, Content, Entry, Problem, ProblemKind, Visited};
use crate::finding::{Miner, Templates};
use crate::record::{Chunk, ChunkReader, Encoding, Format, Reading, chunks, not_text};
use rayon::prelude::*;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

/// What is one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A record with all its lines; its first line speaks for it.
    Record,
    /// Each line, blank ones too.
    Line,
}

/// Groups the messages of all entries by template, on the current rayon pool.
pub fn mine(bundle: &Bundle, unit: Unit) -> (Templates, Visited) {
    // What a thread has counted. There are no more of them than threads.
    let miners: Mutex<Vec<Miner>> = Mutex::default();
    let skipped = Mutex::new(Vec::new());
    let count = |chunk: &Chunk<'_>, format: &Format| {
        let mut miner = lock(&miners).pop().unwrap_or_default();
        each(chunk, format, unit, &mut |message| miner.add(message));
        lock(&miners).push(miner);
    };
    let mut visited = bundle.visit(&|entry| {
        let file = Arc::clone(entry.path.as_arc());
        if let Err(why) = read(entry, &count) {
            lock(&skipped).push(Problem { file, kind: ProblemKind::Skipped, message: why.into() });
        }
    });
    visited.problems.extend(skipped.into_inner().unwrap_or_else(PoisonError::into_inner));
    visited.problems.sort();
    let mut whole = Miner::default();
    let miners = miners.into_inner().unwrap_or_else(PoisonError::into_inner);
    miners.into_iter().for_each(|miner| whole.merge(miner));
    (whole.finish(), visited)
}

/// Calls `with` for each message of an entry, in file order, with what it has been grouped as. Entries that are not text have
/// none.
pub fn assign(entry: Entry<'_>, unit: Unit, templates: &mut Templates, with: &mut dyn FnMut(u64, &str)) {
    // What is no text was told when it was mined.
    let _ = read_in_order(entry, &mut |chunk, format| {
        each(chunk, format, unit, &mut |message| match templates.of(message) {
            Some(template) => with(template.id, &template.text),
            // The file has changed since it was mined.
            None => with(0, ""),
        });
    });
}

/// Reads an entry chunk by chunk, on all threads if it is mapped; says why not if it is no text.
fn read(entry: Entry<'_>, count: &(dyn Fn(&Chunk<'_>, &Format) + Sync)) -> Result<(), &'static str> {
    if let Content::Mapped(text) = &entry.content {
        let Some(reading) = Reading::of_text(&entry.path, text, entry.modified) else {
            return Err(not_text(&text[..text.len().min(Reading::HEAD)]));
        };
        if reading.encoding == Encoding::Bytes {
            let ranges = chunks(text, &reading.format);
            ranges.into_par_iter().for_each(|range| count(&Chunk::of(text, range), &reading.format));
            return Ok(());
        }
    }
    read_in_order(entry, &mut |chunk, format| count(chunk, format))
}

fn read_in_order(entry: Entry<'_>, with: &mut dyn FnMut(&Chunk<'_>, &Format)) -> Result<(), &'static str> {
    let (reading, head, source): (_, _, &mut (dyn Read + Send)) = match entry.content {
        Content::Mapped(text) => {
            let Some(reading) = Reading::of_text(&entry.path, &text, entry.modified) else {
                return Err(not_text(&text[..text.len().min(Reading::HEAD)]));
            };
            (reading, Vec::new(), &mut text.bytes())
        }
        Content::Stream(source) => {
            let mut head = Vec::new();
            // A stream has no errors: the bundle keeps them and ends it.
            let _ = source.take(Reading::HEAD as u64).read_to_end(&mut head);
            let Some(reading) = Reading::of_file(&entry.path, &head, entry.modified) else {
                return Err(not_text(&head));
            };
            (reading, head, source)
        }
    };
    let mut reader = ChunkReader::new(source, head, &reading);
    let mut reuse = None;
    while let Some(chunk) = reader.next_chunk(reuse.take()) {
        with(&chunk.chunk(), &reading.format);
        reuse = Some(chunk);
    }
    Ok(())
}

/// Calls `with` for each message of a chunk.
fn each(chunk: &Chunk<'_>, format: &Format, unit: Unit, with: &mut dyn FnMut(&[u8])) {
    match unit {
        Unit::Record => {
            for record in format.records(chunk) {
                let mut lines = record.message().split(|&byte| byte == b'\n');
                with(lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default());
            }
        }
        Unit::Line => {
            let text = chunk.text();
            for line in text.strip_suffix(b"\n").unwrap_or(text).split(|&byte| byte == b'\n') {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let message = format.header(line).map_or(0, |header| header.message);
                with(line.get(message..).unwrap_or_default());
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
