//! Brings parts of a mapped file near before they are read, in the way that is cheaper on this machine.
//!
//! Whoever just begins to read a large map waits for a fault with every few pages. Either the part is copied into a buffer
//! that stays in the cache, or its pages are mapped at once. What each costs depends on the machine (how dear a fault is
//! in it, how large the folios of its page cache are): either was measured to be a third faster than the other somewhere.
//! So both are tried with the first large parts, and the cheaper one is kept.

use super::entry::Near;
use super::map::Map;
use super::source::read_exact_at;
use std::fs::File;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often each way is tried. The least time of each counts: others were waiting for the disk or for other threads.
const TRIES: u32 = 8;

/// Smaller parts say nothing about how long it takes.
const TELLING: usize = 256 << 10;

/// What was measured in this process.
static WAYS: Ways = Ways::new();

/// A mapped file.
pub(super) struct NearFile<'a> {
    file: &'a File,
    map: &'a Map,
}

impl<'a> NearFile<'a> {
    pub(super) fn new(file: &'a File, map: &'a Map) -> NearFile<'a> {
        NearFile { file, map }
    }
}

impl Near for NearFile<'_> {
    fn bring(&self, part: Range<usize>, buffer: &mut Vec<u8>) -> bool {
        let length = part.len();
        let way = WAYS.next(length);
        let begun = Instant::now();
        let done = match way {
            Way::Copying => {
                buffer.resize(length, 0);
                read_exact_at(self.file, buffer, part.start as u64)
            }
            Way::Mapping => self.map.populate(part),
        };
        // What failed, since the file has become shorter or the kernel is too old, is not to be tried again.
        WAYS.took(way, length, if done { begun.elapsed() } else { Duration::MAX });
        done && way == Way::Copying
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Copying,
    Mapping,
}

struct Ways {
    /// How many parts were brought to learn from.
    turns: AtomicU32,
    copying: Pace,
    mapping: Pace,
}

impl Ways {
    const fn new() -> Ways {
        Ways { turns: AtomicU32::new(0), copying: Pace::new(), mapping: Pace::new() }
    }

    /// In which way the next part is brought, by turns at first.
    fn next(&self, length: usize) -> Way {
        let turn = self.turns.load(Ordering::Relaxed);
        let maps = if turn < 2 * TRIES && length >= TELLING {
            self.turns.fetch_add(1, Ordering::Relaxed);
            turn % 2 == 1
        } else {
            // The reader will still have to wait for memory, which is not measured.
            self.mapping.least() < self.copying.least() / 4 * 3
        };
        if maps { Way::Mapping } else { Way::Copying }
    }

    fn took(&self, way: Way, length: usize, time: Duration) {
        let pace = match way {
            Way::Copying => &self.copying,
            Way::Mapping => &self.mapping,
        };
        if length >= TELLING {
            pace.add(length, time);
        }
    }
}

/// The least time that a part took, in picoseconds for each byte.
struct Pace(AtomicU64);

impl Pace {
    /// More than anything that will be measured.
    const fn new() -> Pace {
        Pace(AtomicU64::new(u64::MAX))
    }

    fn add(&self, length: usize, time: Duration) {
        let each = time.as_nanos().saturating_mul(1000) / length.max(1) as u128;
        self.0.fetch_min(u64::try_from(each).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn least(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheaper_way_is_kept_after_both_were_tried() {
        for (copying, mapping, expected) in [(300, 200, Way::Mapping), (300, 250, Way::Copying)] {
            let ways = Ways::new();
            let mut tried = [0, 0];
            for turn in 0..2 * TRIES {
                let way = ways.next(TELLING);
                tried[way as usize] += 1;
                // The first ones wait for the disk.
                let waits = if turn < 4 { 100_000 } else { 0 };
                let time = if way == Way::Copying { copying } else { mapping };
                ways.took(way, TELLING, Duration::from_micros(time + waits));
            }
            assert_eq!((tried, ways.next(TELLING)), ([TRIES, TRIES], expected));
        }
    }

    #[test]
    fn a_way_that_fails_is_left() {
        let ways = Ways::new();
        for _ in 0..2 * TRIES {
            let way = ways.next(TELLING);
            ways.took(way, TELLING, if way == Way::Copying { Duration::from_secs(1) } else { Duration::MAX });
        }
        assert_eq!(ways.next(TELLING), Way::Copying);
    }

    #[test]
    fn small_parts_are_copied_and_teach_nothing() {
        let ways = Ways::new();
        for _ in 0..100 {
            assert_eq!(ways.next(TELLING - 1), Way::Copying);
            ways.took(Way::Copying, TELLING - 1, Duration::ZERO);
        }
        assert_eq!((ways.turns.load(Ordering::Relaxed), ways.copying.least()), (0, u64::MAX));
    }

    #[test]
    fn a_part_is_the_same_in_either_way() {
        let content: Vec<u8> = (0..3 * TELLING).map(|index| (index % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &content).unwrap();
        let map = Map::new(&file).unwrap();
        let near = NearFile::new(&file, &map);
        for turn in 0..4 * TRIES as usize {
            let part = turn * 1000..turn * 1000 + TELLING;
            let mut buffer = Vec::new();
            let copied = near.bring(part.clone(), &mut buffer);
            assert!(content[part.clone()] == if copied { &buffer } else { &map.bytes()[part] }[..]);
        }
    }
}
