//! Brings parts of a mapped file near before they are read, in the way that is cheaper on this machine.
//!
//! Whoever just begins to read a large map waits for a fault with every few pages. Either the part is copied into a buffer
//! that stays in the cache, or its pages are mapped by one call, or one after the other is touched, which maps some around
//! it too. What each costs depends on the machine (how dear a fault is in it, how large the folios of its page cache are):
//! of copying and mapping either was measured to be a third faster than the other somewhere, and touching to take less than
//! half as long as mapping where folios are large. So all are tried with the first large parts, and the cheapest is kept.

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
            Way::Touching => self.map.touch(part),
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
    Touching,
}

impl Way {
    const ALL: [Way; 3] = [Way::Copying, Way::Mapping, Way::Touching];
}

struct Ways {
    /// How many parts were brought to learn from.
    turns: AtomicU32,
    /// Of each way.
    paces: [Pace; Way::ALL.len()],
}

impl Ways {
    const fn new() -> Ways {
        Ways { turns: AtomicU32::new(0), paces: [const { Pace::new() }; Way::ALL.len()] }
    }

    /// In which way the next part is brought, by turns at first.
    fn next(&self, length: usize) -> Way {
        let ways = Way::ALL.len() as u32;
        let turn = self.turns.load(Ordering::Relaxed);
        if turn < ways * TRIES && length >= TELLING {
            self.turns.fetch_add(1, Ordering::Relaxed);
            return Way::ALL[(turn % ways) as usize];
        }
        let least = |way: Way| self.paces[way as usize].least();
        let of_map = if least(Way::Touching) < least(Way::Mapping) { Way::Touching } else { Way::Mapping };
        // The reader will still have to wait for memory, and the kernel to take the map apart, which is not measured.
        if least(of_map) < least(Way::Copying) / 4 * 3 { of_map } else { Way::Copying }
    }

    fn took(&self, way: Way, length: usize, time: Duration) {
        if length >= TELLING {
            self.paces[way as usize].add(length, time);
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
    fn the_cheapest_way_is_kept_after_all_were_tried() {
        for (times, expected) in
            [([300, 200, 250], Way::Mapping), ([300, 250, 240], Way::Copying), ([300, 250, 150], Way::Touching)]
        {
            let ways = Ways::new();
            let mut tried = [0; 3];
            for turn in 0..3 * TRIES {
                let way = ways.next(TELLING);
                tried[way as usize] += 1;
                // The first ones wait for the disk.
                let waits = if turn < 6 { 100_000 } else { 0 };
                ways.took(way, TELLING, Duration::from_micros(times[way as usize] + waits));
            }
            assert_eq!((tried, ways.next(TELLING)), ([TRIES; 3], expected));
        }
    }

    #[test]
    fn ways_that_fail_are_left() {
        let ways = Ways::new();
        for _ in 0..3 * TRIES {
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
        assert_eq!((ways.turns.load(Ordering::Relaxed), ways.paces[0].least()), (0, u64::MAX));
    }

    #[test]
    fn a_part_is_the_same_in_every_way() {
        let content: Vec<u8> = (0..3 * TELLING).map(|index| (index % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &content).unwrap();
        let map = Map::new(&file).unwrap();
        let near = NearFile::new(&file, &map);
        for turn in 0..5 * TRIES as usize {
            let part = turn * 1000..turn * 1000 + TELLING;
            let mut buffer = Vec::new();
            let copied = near.bring(part.clone(), &mut buffer);
            assert!(content[part.clone()] == if copied { &buffer } else { &map.bytes()[part] }[..]);
        }
    }
}
