//! One file of a bundle: cut into chunks, which are scanned on all threads, and what they showed put together again.

use super::{Options, Purpose, Shared, hindsight, lock};
use crate::bundle::{Content, Entry, FilePath, Mapped};
use crate::finding::{Memo, Origin, Source, Tally};
use crate::record::{Chunk, ChunkReader, Encoding, OwnedChunk, Reading, Time, chunks, not_text};
use crate::scan::{Enough, FileScope, Gate, Hit, LineCache, More, Pieces, Scanner, Taker, Window, last_time};
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A file as large as this is sampled before it is scanned: 256 pieces of 8 KiB from all over it.
const WORTH_A_SAMPLE: usize = 8 << 20;

/// Returns what one entry has shown, or why it is not read.
pub(super) fn examine(
    entry: Entry<'_>,
    shared: &Shared<'_>,
    options: Options<'_>,
    purpose: Purpose<'_>,
) -> Result<Tally, &'static str> {
    let Shared { scanner, memories, related, host, dates } = shared;
    let window = options.around.as_ref().filter(|_| !options.lines).map(|around| around.window);
    let host = host.filter(|_| !options.lines);
    let related = related.as_slice();
    let (pieces, lines, origin) = (&Mutex::default(), &Mutex::default(), &Mutex::default());
    // `text` is all of it or its head.
    let guess = |text: &[u8]| {
        let head = &text[..text.len().min(Reading::HEAD)];
        if is_list_of_collection(&entry.path, head) {
            return Err("the list of what `tierline collect` has taken, no log");
        }
        let reading = match options.lines {
            true => Reading::of_lines(head),
            false => Reading::of_text(&entry.path, text, entry.modified),
        };
        let mut reading = reading.ok_or_else(|| not_text(head))?;
        if let Some((seen, known)) = *dates {
            seen.add(&entry.path, reading.format.dates());
            hindsight::correct(&mut reading.format, &entry.path, known);
        }
        Ok::<_, &'static str>(reading)
    };
    let (path, scope) = (&entry.path, &scanner.in_file(&entry.path));
    let file = |reading| File {
        path,
        reading,
        scanner,
        scope,
        memories,
        related,
        window,
        host,
        pieces,
        lines,
        origin,
        purpose,
    };
    let (mut tally, bytes) = match entry.content {
        Content::Mapped(text) => {
            let reading = guess(&text)?;
            let tally = match reading.encoding {
                Encoding::Bytes => file(&reading).mapped(text),
                _ => file(&reading).stream(&mut text.bytes(), Vec::new()).0,
            };
            (tally, text.len() as u64)
        }
        Content::Stream(source) => {
            let mut source = Counted { source, bytes: 0 };
            let mut head = Vec::new();
            // A stream has no errors: the bundle keeps them and ends it.
            let _ = source.by_ref().take(Reading::HEAD as u64).read_to_end(&mut head);
            let reading = guess(&head)?;
            let (tally, last) = file(&reading).stream(&mut source, head);
            if let (Some((seen, _)), Some(last)) = (dates, last) {
                seen.add_last_time(&entry.path, &reading.format, last);
            }
            (tally, source.bytes)
        }
    };
    tally.settle_lines(lock(lines).values().copied());
    tally.coverage.files = 1;
    tally.coverage.bytes = bytes;
    let timeline = std::mem::take(&mut *lock(pieces)).finish();
    if window.is_some() && timeline.ends.is_none() && tally.coverage.counts.records > 0 {
        tally.coverage.untimed_files = 1;
    }
    let (first_time, last_time) = (tally.coverage.counts.first_time, tally.coverage.counts.last_time);
    let origin = std::mem::take(&mut *lock(origin));
    let (file, modified) = (Arc::clone(entry.path.as_arc()), entry.modified);
    tally.sources.add(Source { file, modified, first_time, last_time, origin, timeline });
    Ok(tally)
}

/// Whether a file is the list that `tierline collect` puts into its archives: it names errors of ours and none of the machine.
fn is_list_of_collection(path: &str, head: &[u8]) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let begin = head.get(..64).unwrap_or(head);
    name == "manifest.json" && memchr::memmem::find(begin, br#""schema": "tierline.collect/"#).is_some()
}

/// What stays the same for all chunks of a file.
struct File<'a> {
    path: &'a FilePath,
    reading: &'a Reading,
    scanner: &'a Scanner,
    scope: &'a FileScope,
    memories: &'a Mutex<Vec<Memory>>,
    /// Signatures that are causes or effects of others.
    related: &'a [bool],
    window: Option<Window>,
    /// The timelines of the chunks.
    pieces: &'a Mutex<Pieces>,
    /// How many lines each chunk has, by its number.
    lines: &'a Mutex<BTreeMap<u64, u64>>,
    /// What the first chunk has shown.
    origin: &'a Mutex<Origin>,
    /// The fact that is the name of a host, if it is wanted.
    host: Option<usize>,
    purpose: Purpose<'a>,
}

impl File<'_> {
    fn mapped(&self, text: Mapped<'_>) -> Tally {
        // Of lines that are remembered only few are searched.
        if text.len() >= WORTH_A_SAMPLE && self.reading.format.has_layouts() {
            self.scanner.prepare();
        } else if text.len() >= WORTH_A_SAMPLE {
            let piece =
                |index: usize| text.get(text.len() / 256 * index..).map(|rest| &rest[..rest.len().min(8 << 10)]);
            self.scanner.tune(&(0..256).filter_map(piece).collect::<Vec<_>>());
        }
        let ranges = chunks(&text, &self.reading.format);
        let gates = self.window.map(|window| window.gates(&text, &self.reading.format, &ranges));
        // Each thread has one part and takes one chunk after the other: what a part has seen of the file tells what of the
        // next chunk need only be counted, and a new part would have to see it again.
        let next = AtomicUsize::new(0);
        let whole = Mutex::new(Tally::default());
        let scan_rest = || {
            let mut part = Part::new();
            let mut memory = None;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(range) = ranges.get(number) else { break };
                let Memory { known, buffer } = memory.get_or_insert_with(|| self.memory_of(&part));
                let mut chunk = Chunk::of(&text, range.clone());
                let from = chunk.offset as usize - chunk.start;
                if text.bring_near(from..from + chunk.buffer.len(), buffer) {
                    chunk.buffer = buffer;
                }
                let gate = gates.as_ref().and_then(|gates| gates.get(number).copied());
                self.scan(known, &mut part, number as u64, gate, &chunk);
            }
            if let Some(memory) = memory {
                lock(self.memories).push(memory);
                lock(&whole).merge(part.tally);
            }
        };
        rayon::in_place_scope(|scope| {
            let others = rayon::current_num_threads().min(ranges.len()).saturating_sub(1);
            (0..others).for_each(|_| scope.spawn(|_| scan_rest()));
            scan_rest();
        });
        whole.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a thread's memory out of the pool: if it is there the one that has seen the part's chunks.
    fn memory_of(&self, part: &Part) -> Memory {
        let mut memories = lock(self.memories);
        let own = memories.iter().position(|memory| memory.known.series == part.series);
        own.map(|place| memories.swap_remove(place)).or_else(|| memories.pop()).unwrap_or_default()
    }

    /// Reads chunks on this thread and lets idle threads scan them. When they lag behind, this thread scans too: so
    /// the number of chunks in memory is bounded and nobody ever waits for anybody.
    ///
    /// Returns the last time of the file too, if days depend on it.
    fn stream(&self, source: &mut (dyn Read + Send), head: Vec<u8>) -> (Tally, Option<Time>) {
        // Each chunk that is put into the queue brings one call that takes one out, so the queue is empty in the end.
        let most_waiting = 2 * rayon::current_num_threads();
        let waiting: Mutex<VecDeque<(Option<Gate>, OwnedChunk)>> = Mutex::default();
        // How many chunks were taken out.
        let taken = Mutex::new(0);
        let finished = Mutex::new(Vec::new());
        // One for each thread that has had a chunk.
        let parts = Mutex::new(Vec::new());
        let scan_next = || {
            // Each part gets its chunks in the order of the file.
            let (number, gate, chunk, mut part) = {
                let mut taken = lock(&taken);
                let Some((gate, chunk)) = lock(&waiting).pop_front() else { return };
                let part = lock(&parts).pop().unwrap_or_else(Part::new);
                let number = *taken;
                *taken += 1;
                (number, gate, chunk, part)
            };
            let mut memory = self.memory_of(&part);
            self.scan(&mut memory.known, &mut part, number, gate, &chunk.chunk());
            lock(self.memories).push(memory);
            lock(&parts).push(part);
            lock(&finished).push(chunk);
        };
        let format = &self.reading.format;
        let mut last = None;
        rayon::in_place_scope(|scope| {
            let mut reader = ChunkReader::new(source, head, self.reading);
            loop {
                let reuse = lock(&finished).pop();
                let Some(chunk) = reader.next_chunk(reuse) else { break };
                let gate = self.window.map(|window| window.gate_behind(last, &chunk.chunk(), format));
                if gate.is_some() || format.needs_end() {
                    last = last_time(&chunk.chunk(), format).or(last);
                }
                let lagging = {
                    let mut waiting = lock(&waiting);
                    waiting.push_back((gate, chunk));
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
        let parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        parts.into_iter().for_each(|part: Part| whole.merge(part.tally));
        (whole, last.filter(|_| format.needs_end()))
    }

    /// Adds a chunk of the file, which has this number.
    fn scan(&self, known: &mut Known, part: &mut Part, number: u64, gate: Option<Gate>, chunk: &Chunk<'_>) {
        let Known { lines, templates, series } = known;
        *series = part.series;
        let tally = &mut part.tally;
        let (lines_before, series) = (Tally::unsettled(number), part.series);
        let mut gathering = Gathering { tally, templates, file: self, chunk, lines_before, series };
        let passed = self.scanner.pass(chunk, &self.reading.format, self.scope, gate, lines, &mut gathering);
        if let Some(host) = self.host {
            tally.facts.add_hosts(host, self.path, &self.reading.format, lines_before, chunk, &passed.marks);
        }
        tally.examined(chunk.text().len() as u64, &passed.counts);
        if number == 0 && passed.timeline.ends.is_some() {
            *lock(self.origin) = Origin::of(chunk.text(), &self.reading.format);
        }
        lock(self.lines).insert(number, passed.counts.lines);
        lock(self.pieces).add(number, passed.timeline);
    }
}

/// What a thread remembers from chunk to chunk. There are no more of them than threads.
#[derive(Default)]
pub(super) struct Memory {
    known: Known,
    /// For a chunk that is copied out of a file.
    buffer: Vec<u8>,
}

/// What neighbouring chunks of a file have shown.
struct Part {
    tally: Tally,
    /// Tells parts apart.
    series: u64,
}

impl Part {
    fn new() -> Part {
        static SERIES: AtomicU64 = AtomicU64::new(1);
        Part { tally: Tally::default(), series: SERIES.fetch_add(1, Ordering::Relaxed) }
    }
}

/// Puts the hits of a chunk into a tally.
struct Gathering<'g> {
    tally: &'g mut Tally,
    templates: &'g mut Memo,
    file: &'g File<'g>,
    chunk: &'g Chunk<'g>,
    lines_before: u64,
    series: u64,
}

impl<'a> Taker<'a> for Gathering<'_> {
    fn hit(&mut self, hit: Hit<'_, 'a>) -> Option<Enough> {
        let Gathering { tally, templates, file, chunk, lines_before, .. } = self;
        if let Purpose::Learn = file.purpose {
            return tally.learn(templates, &hit);
        }
        tally.facts.add(file.path, &file.reading.format, *lines_before, chunk, &hit);
        let mut added = tally.add(templates, file.path, *lines_before, chunk, &hit);
        if !hit.matches.is_empty() && hit.matches.iter().all(|it| file.scanner.may_withdraw(it.signature)) {
            tally.add_claimed(templates, file.path, *lines_before, chunk, &hit);
            // It is counted twice, and so are all like it.
            added.enough = None;
        }
        tally.events.add(file.path, &file.reading.format, *lines_before, chunk, &hit, added.template);
        // Of these it matters when each of them was written.
        let is_related = tally.presences.add(file.related, file.path, &file.reading.format, *lines_before, chunk, &hit);
        let enough = match file.purpose {
            Purpose::Compare(baseline) if hit.suspicion.is_none() && hit.matches.is_empty() => {
                tally.add_new(templates, file.path, *lines_before, chunk, &hit, baseline)
            }
            _ => added.enough,
        };
        enough.filter(|_| !is_related)
    }

    fn more(&mut self, more: &More) {
        self.tally.add_more(more);
    }

    fn series(&self) -> u64 {
        self.series
    }
}

/// What a thread has found out about lines.
#[derive(Default)]
struct Known {
    lines: LineCache,
    templates: Memo,
    /// The part whose chunk was the last.
    series: u64,
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
