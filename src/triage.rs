//! The spine: bundle in, diagnosis out.
//!
//! Every entry is cut into chunks, chunks are scanned on all threads, and what they showed is put together again in
//! file order; files are put together in any order. So the result is the same for any number of threads.

use crate::bundle::{Bundle, Content, Entry, Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, diagnose};
use crate::finding::Tally;
use crate::record::{Chunk, ChunkReader, Encoding, OwnedChunk, Reading, chunks};
use crate::scan::{FileScope, Scanner};
use crate::signature::SignatureSet;
use rayon::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Examines every entry of the bundle on the current rayon pool and explains what was found.
pub fn triage(bundle: &Bundle, set: &SignatureSet) -> Diagnosis {
    let scanner = Scanner::new(set);
    let whole = Mutex::new((Tally::default(), Vec::new()));
    let mut visited = bundle.visit(&|entry| {
        let path = Arc::clone(&entry.path);
        let examined = examine(entry, &scanner);
        let (tally, skipped) = &mut *lock(&whole);
        match examined {
            Some(file) => tally.merge(file),
            None => skipped.push(Problem { file: path, kind: ProblemKind::Skipped, message: "not text".into() }),
        }
    });
    let (tally, skipped) = whole.into_inner().unwrap_or_else(PoisonError::into_inner);
    visited.problems.extend(skipped);
    visited.problems.sort();
    diagnose(set, bundle.inputs(), visited, tally)
}

/// Returns what one entry has shown, or `None` if it is not text.
fn examine(entry: Entry<'_>, scanner: &Scanner) -> Option<Tally> {
    let scope = &scanner.in_file(&entry.path);
    let (mut tally, bytes) = match entry.content {
        Content::Mapped(text) => {
            let reading = Reading::of_file(&entry.path, &text[..text.len().min(Reading::HEAD)], entry.modified)?;
            let file = File { path: &entry.path, reading: &reading, scanner, scope };
            let tally = match reading.encoding {
                Encoding::Bytes => file.mapped(text),
                Encoding::Utf16Le | Encoding::Utf16Be => file.stream(&mut { text }, Vec::new()),
            };
            (tally, text.len() as u64)
        }
        Content::Stream(source) => {
            let mut source = Counted { source, bytes: 0 };
            let mut head = Vec::new();
            // A stream has no errors: the bundle keeps them and ends it.
            let _ = source.by_ref().take(Reading::HEAD as u64).read_to_end(&mut head);
            let reading = Reading::of_file(&entry.path, &head, entry.modified)?;
            let file = File { path: &entry.path, reading: &reading, scanner, scope };
            let tally = file.stream(&mut source, head);
            (tally, source.bytes)
        }
    };
    tally.coverage.files = 1;
    tally.coverage.bytes = bytes;
    Some(tally)
}

/// What stays the same for all chunks of a file.
struct File<'a> {
    path: &'a Arc<str>,
    reading: &'a Reading,
    scanner: &'a Scanner,
    scope: &'a FileScope,
}

impl File<'_> {
    fn mapped(&self, text: &[u8]) -> Tally {
        chunks(text, &self.reading.format).into_par_iter().map(|range| self.scan(&Chunk::of(text, range))).reduce(
            Tally::default,
            |mut left, right| {
                left.append(right);
                left
            },
        )
    }

    /// Reads chunks on this thread and lets idle threads scan them. When they lag behind, this thread scans too: so
    /// the number of chunks in memory is bounded and nobody ever waits for anybody.
    fn stream(&self, source: &mut (dyn Read + Send), head: Vec<u8>) -> Tally {
        // Each chunk that is put into the queue brings one call that takes one out, so the queue is empty in the end.
        let most_waiting = 2 * rayon::current_num_threads();
        let waiting = Mutex::new(VecDeque::new());
        let finished = Mutex::new(Vec::new());
        let pieces = Mutex::new(Pieces::default());
        let scan_next = || {
            let Some((index, chunk)) = lock(&waiting).pop_front() else { return };
            let chunk: OwnedChunk = chunk;
            let tally = self.scan(&chunk.chunk());
            lock(&pieces).insert(index, tally);
            lock(&finished).push(chunk);
        };
        rayon::in_place_scope(|scope| {
            let mut reader = ChunkReader::new(source, head, self.reading);
            let mut index = 0;
            loop {
                let reuse = lock(&finished).pop();
                let Some(chunk) = reader.next_chunk(reuse) else { break };
                let lagging = {
                    let mut waiting = lock(&waiting);
                    waiting.push_back((index, chunk));
                    waiting.len() > most_waiting
                };
                index += 1;
                if lagging {
                    scan_next();
                } else {
                    scope.spawn(|_| scan_next());
                }
            }
        });
        pieces.into_inner().unwrap_or_else(PoisonError::into_inner).join()
    }

    fn scan(&self, chunk: &Chunk<'_>) -> Tally {
        let mut tally = Tally::default();
        let counts = self.scanner.scan(chunk, &self.reading.format, self.scope, &mut |hit| {
            tally.add(self.path, chunk, &hit);
        });
        tally.coverage.counts = counts;
        tally
    }
}

/// Tallies of the pieces of one file, arriving in any order. Neighbours are joined at once, so that there are never
/// more runs than threads.
#[derive(Default)]
struct Pieces {
    /// First piece of a run -> the piece after its last, and its tally.
    runs: BTreeMap<usize, (usize, Tally)>,
}

impl Pieces {
    fn insert(&mut self, index: usize, tally: Tally) {
        let mut start = index;
        let mut run = (index + 1, tally);
        if let Some((&before, &(end, _))) = self.runs.range(..index).next_back()
            && end == index
            && let Some((_, mut left)) = self.runs.remove(&before)
        {
            left.append(run.1);
            (start, run) = (before, (run.0, left));
        }
        if let Some((end, right)) = self.runs.remove(&run.0) {
            run.1.append(right);
            run.0 = end;
        }
        self.runs.insert(start, run);
    }

    fn join(self) -> Tally {
        self.runs
            .into_values()
            .map(|(_, tally)| tally)
            .reduce(|mut left, right| {
                left.append(right);
                left
            })
            .unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_in_any_order_give_one_run(order in Just((0..40usize).collect::<Vec<_>>()).prop_shuffle()) {
            let mut pieces = Pieces::default();
            for index in order {
                let mut tally = Tally::default();
                tally.coverage.counts.lines = 1;
                pieces.insert(index, tally);
            }
            prop_assert_eq!(pieces.runs.keys().copied().collect::<Vec<_>>(), [0]);
            prop_assert_eq!(pieces.runs[&0].0, 40);
        }
    }
}
