//! The spine of `tierline templates`: bundle in, message templates out.
//!
//! It reads as `triage` does, but every record counts and not only those that look like errors.

use crate::bundle::{Bundle, Content, Entry, Problem, Visited};
use crate::finding::{Memo, Miner, Templates};
use crate::reading::each_chunk;
use crate::record::{Chunk, Encoding, Format, Reading, chunks, not_text};
use crate::scan::{Enough, Hit, LineCache, More, Scanner, Taker};
use crate::signature::SignatureSet;
use rayon::prelude::*;
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
    // There are no more of them than threads.
    let counters: Mutex<Vec<Counter>> = Mutex::default();
    let skipped = Mutex::new(Vec::new());
    let scanner = Scanner::of_known(&SignatureSet::default()).giving_all();
    let count = |chunk: &Chunk<'_>, format: &Format| {
        let mut counter = lock(&counters).pop().unwrap_or_default();
        match unit {
            Unit::Record => counter.count(&scanner, chunk, format),
            Unit::Line => each_line(chunk, format, &mut |message| counter.mining.miner.add(message)),
        }
        lock(&counters).push(counter);
    };
    let mut visited = bundle.visit(&|entry| {
        let (file, is_unpacked) = (Arc::clone(entry.path.as_arc()), entry.is_unpacked);
        if let Err(why) = read(entry, &count) {
            lock(&skipped).push(Problem::not_read(file, why, is_unpacked));
        }
    });
    visited.problems.extend(skipped.into_inner().unwrap_or_else(PoisonError::into_inner));
    visited.problems.sort();
    let mut whole = Miner::default();
    let counters = counters.into_inner().unwrap_or_else(PoisonError::into_inner);
    counters.into_iter().for_each(|counter| whole.merge(counter.mining.miner));
    (whole.finish(), visited)
}

/// What a thread has counted, and what it remembers of lines.
#[derive(Default)]
struct Counter {
    lines: LineCache,
    mining: Mining,
}

impl Counter {
    /// Counts the records of a chunk. Of most it is enough that they are like an earlier one.
    fn count(&mut self, scanner: &Scanner, chunk: &Chunk<'_>, format: &Format) {
        // Which file it is matters to signatures only.
        scanner.pass(chunk, format, &scanner.in_file(""), None, &mut self.lines, &mut self.mining);
    }
}

#[derive(Default)]
struct Mining {
    miner: Miner,
    memo: Memo,
}

impl<'a> Taker<'a> for Mining {
    fn hit(&mut self, hit: Hit<'_, 'a>) -> Option<Enough> {
        self.miner.add_hit(&mut self.memo, &hit)
    }

    fn more(&mut self, more: &More) {
        self.miner.add_more(more);
    }

    fn series(&self) -> u64 {
        // What a record is counted for depends on nothing but the record: all files are one series.
        1
    }
}

/// Calls `with` for each line of an entry, in file order, with what its message has been grouped as. Entries that are not text have
/// none.
pub fn assign(entry: Entry<'_>, templates: &mut Templates, with: &mut dyn FnMut(u64, &str)) {
    // What is no text was told when it was mined.
    let _ = each_chunk(entry, &mut |chunk, reading| {
        each_line(chunk, &reading.format, &mut |message| match templates.of(message) {
            Some(template) => with(template.id, &template.text),
            // The file has changed since it was mined.
            None => with(0, ""),
        });
        Ok(())
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
    let counted = each_chunk(entry, &mut |chunk, reading| {
        count(chunk, &reading.format);
        Ok(())
    });
    // Counting does not fail.
    counted.unwrap_or(Ok(()))
}

/// Calls `with` for the message of each line of a chunk.
fn each_line(chunk: &Chunk<'_>, format: &Format, with: &mut dyn FnMut(&[u8])) {
    let text = chunk.text();
    for line in text.strip_suffix(b"\n").unwrap_or(text).split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let message = format.header(line).map_or(0, |header| header.message);
        with(line.get(message..).unwrap_or_default());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::FilePath;
    use proptest::prelude::*;

    /// What is counted without a memory: each record's first line that is not blank.
    fn plain(text: &[u8]) -> Templates {
        let reading = Reading::of_text(&FilePath::from("app.log"), text, None).unwrap();
        let mut miner = Miner::default();
        for range in chunks(text, &reading.format) {
            for record in reading.format.records(&Chunk::of(text, range)) {
                let mut lines = record.message().split(|&byte| byte == b'\n');
                miner.add(lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default());
            }
        }
        miner.finish()
    }

    /// What two threads count that take turns.
    fn counted(text: &[u8]) -> Templates {
        let reading = Reading::of_text(&FilePath::from("app.log"), text, None).unwrap();
        let scanner = Scanner::of_known(&SignatureSet::default()).giving_all();
        let mut counters = [Counter::default(), Counter::default()];
        for (range, number) in chunks(text, &reading.format).into_iter().zip(0..) {
            counters[number % 2].count(&scanner, &Chunk::of(text, range), &reading.format);
        }
        let [Counter { mining: Mining { mut miner, .. }, .. }, other] = counters;
        miner.merge(other.mining.miner);
        miner.finish()
    }

    #[track_caller]
    fn check(text: &[u8]) {
        assert_eq!(counted(text).all(), plain(text).all());
    }

    #[test]
    fn a_message_may_begin_behind_the_first_line() {
        check(b"2026-01-02 03:04:05 INFO\n  disk 1 is full\n2026-01-02 03:04:06 INFO\n  host 2 is gone\n");
        check(b"2026-01-02 03:04:05 INFO \n2026-01-02 03:04:06 INFO \n  host 2 is gone\n");
    }

    /// Only the lines of the first chunk are looked at one by one.
    #[test]
    fn records_of_many_chunks_are_all_counted() {
        let line = |number: u32| {
            let (second, job) = (number / 60 % 60, ["copy", "backup", "replica"][number as usize % 3]);
            format!("2026-01-02 03:{second:02}:{:02} WARN job {number:06} {job}: took {number} ms\n", number % 60)
        };
        let text: String = (0..300_000).map(line).collect();
        assert!(text.len() > 4 * Chunk::SIZE);
        check(text.as_bytes());
        let counts: Vec<u64> = counted(text.as_bytes()).all().iter().map(|it| it.count).collect();
        assert_eq!(counts, [100_000; 3]);
    }

    proptest! {
        #[test]
        fn the_memory_changes_nothing(
            lines in proptest::collection::vec((0..12_usize, 0..9_u32, 0..4_u32), 1..80),
        ) {
            const LINES: &[&str] = &[
                "2026-01-02 03:04:0# ERROR [Job.Run] session # failed: code #", "2026-01-02 03:04:0# INFO ", "  at a.b(C.java:#)",
                "", "Jan  2 03:04:0# host app[#]: user anna has # files", "   ", "2026-01-02 03:04:0# INFO blk_# \"x #\" a=#",
                "Traceback (most recent call last):", "ValueError: # is ff:0#:0#:aa", "plain text #", "#", "{\"level\":\"error\",\"msg\":\"disk #\"}",
            ];
            let line = |&(line, number, longer): &(usize, u32, u32)| {
                LINES[line].replace('#', &number.to_string().repeat(1 + longer as usize % 2 * (line % 2))) + "\n"
            };
            let text: String = lines.iter().map(line).collect();
            if Reading::of_text(&FilePath::from("app.log"), text.as_bytes(), None).is_some() {
                check(text.as_bytes());
            }
        }
    }
}
