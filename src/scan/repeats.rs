//! Records that need only be counted.
//!
//! Most records that are worth keeping are like earlier ones: their first lines differ in the values of digits only, and
//! the same signature claims them or the same template is theirs. Whoever takes the hits says from when on such records
//! make no other difference than to be counted ([`Enough`]). They are counted here, by shape, and told at the end of the
//! chunk ([`More`]).

use super::markers::Strength;
use crate::record::{Level, Time};

/// What hits are counted for; only who takes the hits knows what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The number of a signature, or a template's hash.
    pub group: u64,
    /// How serious records of the template look; `None` for a signature.
    pub level: Option<Level>,
}

/// Of which records like the one just taken it is enough to know how many there are, and when the last one was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enough {
    /// What they are counted for; `None` if they are of no interest at all.
    pub counted: Option<Counted>,
    /// Those of a later instant; `i64::MAX` if there are none.
    pub after: i64,
    /// Those without a time, further on in the file.
    pub undated: bool,
}

impl Enough {
    /// Nothing needs to be known of such records.
    pub(super) const NOTHING: Enough = Enough { counted: None, after: i64::MIN, undated: true };
}

/// Records that were only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct More {
    /// What they are counted for.
    pub counted: Counted,
    /// How many they are.
    pub count: u64,
    /// The time of the latest one.
    pub last_time: Option<Time>,
}

/// Shapes of which it is known when a record need only be counted.
#[derive(Default)]
pub(super) struct Repeats {
    /// What the hits that told it were a part of, see [`super::Taker::series`].
    series: u64,
    all: Vec<Repeat>,
    /// Those that have counted something in this chunk.
    touched: Vec<u32>,
}

struct Repeat {
    /// The key of the shape.
    shape: u64,
    strength: Strength,
    /// Where the verdict on records of the shape stands that look more or less like an error, or [`Repeats::NOWHERE`].
    other: u32,
    enough: Enough,
    count: u64,
    latest: i64,
    last_time: Option<Time>,
}

/// Shapes for which this is kept, at less than 100 bytes each.
const MOST: usize = 1 << 15;

impl Repeats {
    /// Begins a chunk of a series; returns whether it is another one than before.
    pub(super) fn begin(&mut self, series: u64) -> bool {
        let new = series != self.series || series == 0;
        if new {
            self.forget();
            self.series = series;
        }
        self.touched.clear();
        new
    }

    /// Keeps what is enough for records of a shape that look that much like an error. `place` is where the shape stands, or
    /// [`Repeats::NOWHERE`]; returns where it stands now.
    pub(super) fn keep(&mut self, place: u32, shape: u64, strength: Strength, enough: Enough) -> u32 {
        if let Some(known) = self.verdict(place, shape, strength).and_then(|at| self.all.get_mut(at as usize)) {
            // What was counted already was counted for the same.
            if known.count == 0 || known.enough.counted == enough.counted {
                known.enough = enough;
            }
            return place;
        }
        if self.is_full() {
            return place;
        }
        let other = if self.is_of(place, shape) { place } else { Repeats::NOWHERE };
        self.all.push(Repeat { shape, strength, other, enough, count: 0, latest: i64::MIN, last_time: None });
        (self.all.len() - 1) as u32
    }

    /// Where the verdict on such records stands. There are not more of them for a shape than strengths.
    #[inline(always)]
    fn verdict(&self, place: u32, shape: u64, strength: Strength) -> Option<u32> {
        let mut place = place;
        loop {
            let known = self.all.get(place as usize).filter(|known| known.shape == shape)?;
            if known.strength == strength {
                return Some(place);
            }
            place = known.other;
        }
    }

    /// Whether verdicts on the shape stand at the place: those of another file are forgotten.
    fn is_of(&self, place: u32, shape: u64) -> bool {
        self.all.get(place as usize).is_some_and(|known| known.shape == shape)
    }

    /// No place.
    pub(super) const NOWHERE: u32 = u32::MAX;

    /// Whether there is a verdict on such records.
    #[inline]
    pub(super) fn knows(&self, place: u32, shape: u64, strength: Strength) -> bool {
        self.verdict(place, shape, strength).is_some()
    }

    /// Counts a record; false if more must be known of it.
    #[inline(always)]
    pub(super) fn count(&mut self, place: u32, shape: u64, strength: Strength, time: Option<Time>) -> bool {
        let Some(place) = self.verdict(place, shape, strength) else { return false };
        let Some(repeat) = self.all.get_mut(place as usize) else { return false };
        let Some(time) = time else {
            let enough = repeat.enough.undated;
            if enough && repeat.enough.counted.is_some() {
                if repeat.count == 0 {
                    self.touched.push(place);
                }
                repeat.count += 1;
            }
            return enough;
        };
        let instant = time.instant();
        if instant <= repeat.enough.after {
            return false;
        }
        if repeat.enough.counted.is_none() {
            return true;
        }
        if repeat.count == 0 {
            self.touched.push(place);
        }
        repeat.count += 1;
        if instant > repeat.latest || (instant == repeat.latest && Some(time) > repeat.last_time) {
            (repeat.latest, repeat.last_time) = (instant, Some(time));
        }
        true
    }

    /// Gives what was counted in the chunk.
    pub(super) fn finish(&mut self, told: &mut dyn FnMut(&More)) {
        for place in self.touched.drain(..) {
            let Some(repeat) = self.all.get_mut(place as usize) else { continue };
            if let Some(counted) = repeat.enough.counted {
                told(&More { counted, count: repeat.count, last_time: repeat.last_time });
            }
            (repeat.count, repeat.latest, repeat.last_time) = (0, i64::MIN, None);
        }
    }

    /// Whether there is room for no other shape. Then [`Repeats::forget`] makes some: shapes that are still written are soon known
    /// again, and a long file may begin with many that never come back.
    pub(super) fn is_full(&self) -> bool {
        self.all.len() >= MOST
    }

    /// Forgets all verdicts, between two chunks. Places that were given out are those of no shape, or of another.
    pub(super) fn forget(&mut self) {
        self.all.clear();
        self.touched.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_a_shape_that_look_more_and_less_like_errors_are_counted_apart() {
        let enough = |group| Enough { counted: Some(Counted { group, level: None }), after: i64::MIN, undated: true };
        let mut repeats = Repeats::default();
        repeats.begin(1);
        let place = repeats.keep(Repeats::NOWHERE, 7, Strength::Weak, enough(1));
        let place = repeats.keep(place, 7, Strength::Strong, enough(2));
        let mut count = |shape, strength| repeats.count(place, shape, strength, None);
        assert!(count(7, Strength::Weak) && count(7, Strength::Strong) && count(7, Strength::Weak));
        assert!(!count(7, Strength::Certain) && !count(8, Strength::Weak));
        let mut told = Vec::new();
        repeats.finish(&mut |more| told.push((more.counted.group, more.count)));
        assert_eq!(told, [(1, 2), (2, 1)]);
    }

    #[test]
    fn a_full_memory_makes_room_for_the_shapes_of_the_next_chunk() {
        let mut repeats = Repeats::default();
        repeats.begin(1);
        for shape in 0..2 * MOST as u64 {
            repeats.keep(Repeats::NOWHERE, shape, Strength::Weak, Enough::NOTHING);
        }
        let last = 2 * MOST as u64 - 1;
        assert!(repeats.is_full() && !repeats.knows(MOST as u32 - 1, last, Strength::Weak));
        repeats.forget();
        assert!(!repeats.knows(0, 0, Strength::Weak));
        let place = repeats.keep(Repeats::NOWHERE, last, Strength::Weak, Enough::NOTHING);
        assert!(repeats.knows(place, last, Strength::Weak));
    }

    #[test]
    fn what_was_kept_for_another_series_is_forgotten() {
        let mut repeats = Repeats::default();
        repeats.begin(1);
        let old = repeats.keep(Repeats::NOWHERE, 7, Strength::Weak, Enough::NOTHING);
        repeats.begin(2);
        repeats.keep(Repeats::NOWHERE, 8, Strength::Weak, Enough::NOTHING);
        assert!(!repeats.knows(old, 7, Strength::Weak));
        let place = repeats.keep(old, 7, Strength::Weak, Enough::NOTHING);
        assert!(repeats.knows(place, 7, Strength::Weak) && !repeats.knows(place, 7, Strength::Strong));
    }
}
