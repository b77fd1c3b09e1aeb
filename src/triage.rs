//! The spine: bundle in, diagnosis out.
//!
//! Every entry is cut into chunks, chunks are scanned on all threads, and what they showed is put together again in
//! file order; files are put together in any order. So the result is the same for any number of threads.

use crate::bundle::{Bundle, Content, Entry, FilePath, Mapped, Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, diagnose};
use crate::finding::{Memo, Tally};
use crate::record::{Chunk, ChunkReader, Encoding, OwnedChunk, Reading, chunks, not_text};
use crate::scan::{FileScope, LineCache, Scanner};
use crate::signature::{FactKind, SignatureSet};
use rayon::prelude::*;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is asked of a triage.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Every line is a record without time and level, as for grep.
    pub lines: bool,
    /// Errors that no signature claims are wanted.
    pub unresolved: bool,
}

impl Default for Options {
    /// Records with their headers; unresolved errors too.
    fn default() -> Self {
        Options { lines: false, unresolved: true }
    }
}

/// A file as large as this is sampled before it is scanned: 256 pieces of 8 KiB from all over it.
const WORTH_A_SAMPLE: usize = 8 << 20;

/// Examines every entry of the bundle on the current rayon pool and explains what was found.
pub fn triage(bundle: &Bundle, set: &SignatureSet, options: Options) -> Diagnosis {
    let scanner = if options.unresolved { Scanner::new(set) } else { Scanner::of_known(set) };
    let memories = Mutex::default();
    let whole = Mutex::new((Tally::default(), Vec::new()));
    let host = set.facts().iter().position(|fact| &*fact.name == "host.name");
    let is_host = |fact: usize| set.facts().get(fact).is_some_and(|fact| fact.kind == FactKind::Host);
    let mut visited = bundle.visit(&|entry| {
        let path = Arc::clone(entry.path.as_arc());
        let stated = scanner.facts_of_path(&entry.path);
        let file = entry.path.clone();
        let examined = examine(entry, &scanner, &memories, host, options);
        let (tally, skipped) = &mut *lock(&whole);
        match examined {
            Ok(mut examined) => {
                stated.iter().for_each(|(fact, value)| examined.facts.add_of_path(*fact, value, &file));
                examined.facts.settle(is_host);
                tally.merge(examined);
            }
            Err(why) => skipped.push(Problem { file: path, kind: ProblemKind::Skipped, message: why.into() }),
        }
    });
    let (tally, skipped) = whole.into_inner().unwrap_or_else(PoisonError::into_inner);
    visited.problems.extend(skipped);
    visited.problems.sort();
    let mut diagnosis = diagnose(set, bundle.inputs(), visited, tally);
    diagnosis.unresolved_omitted = !options.unresolved;
    diagnosis
}

/// What a thread remembers from chunk to chunk. There are no more of them than threads.
#[derive(Default)]
struct Memory {
    known: Known,
    /// For a chunk that is copied out of a file.
    buffer: Vec<u8>,
}

/// What a thread has found out about lines.
#[derive(Default)]
struct Known {
    lines: LineCache,
    templates: Memo,
}

/// Returns what one entry has shown, or why it is not read.
fn examine(
    entry: Entry<'_>,
    scanner: &Scanner,
    memories: &Mutex<Vec<Memory>>,
    host: Option<usize>,
    options: Options,
) -> Result<Tally, &'static str> {
    let host = host.filter(|_| !options.lines);
    let guess = |head: &[u8]| {
        let reading = match options.lines {
            true => Reading::of_lines(head),
            false => Reading::of_file(&entry.path, head, entry.modified),
        };
        reading.ok_or_else(|| not_text(head))
    };
    let scope = &scanner.in_file(&entry.path);
    let (mut tally, bytes) = match entry.content {
        Content::Mapped(text) => {
            let reading = guess(&text[..text.len().min(Reading::HEAD)])?;
            let file = File { path: &entry.path, reading: &reading, scanner, scope, memories, host };
            let tally = match reading.encoding {
                Encoding::Bytes => file.mapped(text),
                _ => file.stream(&mut text.bytes(), Vec::new()),
            };
            (tally, text.len() as u64)
        }
        Content::Stream(source) => {
            let mut source = Counted { source, bytes: 0 };
            let mut head = Vec::new();
            // A stream has no errors: the bundle keeps them and ends it.
            let _ = source.by_ref().take(Reading::HEAD as u64).read_to_end(&mut head);
            let reading = guess(&head)?;
            let file = File { path: &entry.path, reading: &reading, scanner, scope, memories, host };
            let tally = file.stream(&mut source, head);
            (tally, source.bytes)
        }
    };
    tally.coverage.files = 1;
    tally.coverage.bytes = bytes;
    Ok(tally)
}

/// What stays the same for all chunks of a file.
struct File<'a> {
    path: &'a FilePath,
    reading: &'a Reading,
    scanner: &'a Scanner,
    scope: &'a FileScope,
    memories: &'a Mutex<Vec<Memory>>,
    /// The fact that is the name of a host, if it is wanted.
    host: Option<usize>,
}

impl File<'_> {
    fn mapped(&self, text: Mapped<'_>) -> Tally {
        if text.len() >= WORTH_A_SAMPLE {
            let piece =
                |index: usize| text.get(text.len() / 256 * index..).map(|rest| &rest[..rest.len().min(8 << 10)]);
            self.scanner.tune(&(0..256).filter_map(piece).collect::<Vec<_>>());
        }
        // Neighbouring chunks go into one tally: it copies only what comes before what it has.
        let ranges = chunks(&text, &self.reading.format);
        let pieces = ranges.into_par_iter().fold(Tally::default, |mut tally, range| {
            let lines_before = tally.coverage.counts.lines;
            let mut memory = lock(self.memories).pop().unwrap_or_default();
            let mut chunk = Chunk::of(&text, range);
            let from = chunk.offset as usize - chunk.start;
            if text.copy(from..from + chunk.buffer.len(), &mut memory.buffer) {
                chunk.buffer = &memory.buffer;
            }
            self.scan(&mut memory.known, &mut tally, lines_before, &chunk);
            lock(self.memories).push(memory);
            tally
        });
        pieces.reduce(Tally::default, |mut left, right| {
            left.append(right);
            left
        })
    }

    /// Reads chunks on this thread and lets idle threads scan them. When they lag behind, this thread scans too: so
    /// the number of chunks in memory is bounded and nobody ever waits for anybody.
    fn stream(&self, source: &mut (dyn Read + Send), head: Vec<u8>) -> Tally {
        // Each chunk that is put into the queue brings one call that takes one out, so the queue is empty in the end.
        let most_waiting = 2 * rayon::current_num_threads();
        let waiting: Mutex<VecDeque<OwnedChunk>> = Mutex::default();
        // Lines of all chunks that were taken out. Counted there, because this thread is the one that all wait for.
        let lines_taken = Mutex::new(0);
        let finished = Mutex::new(Vec::new());
        // One for each thread that has had a chunk.
        let tallies = Mutex::new(Vec::new());
        let scan_next = || {
            let (lines_before, chunk) = {
                let mut lines = lock(&lines_taken);
                let Some(chunk) = lock(&waiting).pop_front() else { return };
                let lines_before = *lines;
                *lines += memchr::memchr_iter(b'\n', chunk.chunk().text()).count() as u64;
                (lines_before, chunk)
            };
            let mut tally = lock(&tallies).pop().unwrap_or_default();
            let mut memory = lock(self.memories).pop().unwrap_or_default();
            self.scan(&mut memory.known, &mut tally, lines_before, &chunk.chunk());
            lock(self.memories).push(memory);
            lock(&tallies).push(tally);
            lock(&finished).push(chunk);
        };
        rayon::in_place_scope(|scope| {
            let mut reader = ChunkReader::new(source, head, self.reading);
            loop {
                let reuse = lock(&finished).pop();
                let Some(chunk) = reader.next_chunk(reuse) else { break };
                let lagging = {
                    let mut waiting = lock(&waiting);
                    waiting.push_back(chunk);
                    waiting.len() > most_waiting
                };
                if lagging {
                    scan_next();
                } else {
                    scope.spawn(|_| scan_next());
                }
            }
        });
        let mut whole = Tally::default();
        tallies.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().for_each(|tally| whole.merge(tally));
        whole
    }

    /// Adds a chunk of the file, which has so many lines in front of it.
    fn scan(&self, known: &mut Known, tally: &mut Tally, lines_before: u64, chunk: &Chunk<'_>) {
        let Known { lines, templates } = known;
        let counts = self.scanner.scan(chunk, &self.reading.format, self.scope, lines, &mut |hit| {
            tally.facts.add(self.path, &self.reading.format, lines_before, chunk, &hit);
            tally.add(templates, self.path, lines_before, chunk, &hit);
        });
        if let Some(host) = self.host {
            tally.facts.add_hosts(host, self.path, &self.reading.format, lines_before, chunk);
        }
        tally.examined(chunk.text().len() as u64, &counts);
    }
}

/// Counts what is read, in bytes of the file as stored.
struct Counted<'a> {
    source: &'a mut (dyn Read + Send),
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(buffer)?;
        self.bytes += n as u64;
        Ok(n)
    }
}

/// A panic in one entry is a problem of that entry (see [`Bundle::visit`]); what others put behind the lock is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
