//! What a thread remembers about lines it has seen.
//!
//! Most lines of a log differ from an earlier one only in the values of their digits. What was found out about the first
//! such line, and holds for every value of its digits, is looked up for the others: the layout of the header, how much
//! its words look like an error, which signatures may claim it. This changes the speed and never the result.

mod known;
mod lists;

pub(super) use known::{Brief, KnownLine, Words};
pub(super) use lists::List;

use super::histogram::Histogram;
use super::markers::Strength;
use super::repeats::{Enough, More, Repeats};
use super::shape::{Found, Key, Shapes, prefetch};
use super::timeline::Timeline;
use crate::record::{Format, Time, TimeKey, TimeMemo};
use lists::Lists;
use std::collections::HashMap;

/// Lines of so many shapes are remembered, at less than 160 bytes each.
const MOST: usize = 1 << 16;

/// Layouts that are remembered for one shape.
pub(super) const LAYOUTS: u64 = 4;

/// Places for a key, one behind the other.
const WAYS: usize = 4;

/// Memos for times that are kept; layouts beyond are read without.
const MOST_MEMOS: usize = 256;

/// A chunk in which more lines than this share were new is hardly worth the memory, in percent.
const NEW: u64 = 45;

/// With more new lines than this share it matters how they are searched, in percent.
const MANY: u64 = 20;

/// Remembers lines. One thread at a time can use it, for any files; it is bounded.
pub struct LineCache {
    shapes: Shapes,
    /// A power of two of them.
    slots: Vec<Slot>,
    /// What is known beside that, in the order of the slots. Of most lines nobody asks it.
    lines: Vec<Option<KnownLine>>,
    memos: Vec<TimeMemo>,
    memo_keys: HashMap<TimeKey, u16>,
    /// The one that was asked for last.
    last_memo: Option<(TimeKey, u16)>,
    repeats: Repeats,
    /// Where repetitions of records of several lines are counted, by the key of all their lines.
    several: HashMap<u64, Several>,
    /// Empty, with the intervals of the series' chunk before.
    widths: Timeline,
    /// Slots that hold a line.
    used: usize,
    lists: Lists,
    pause: Pause,
    /// Many lines of the last chunk were new.
    learns_much: bool,
}

/// What has to be known of every line. Two of them share a line of the processor's cache.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Slot {
    key: Key,
    /// The place of the memo for its time, or [`NO_MEMO`].
    memo: u16,
    brief: Brief,
    /// Where its repetitions are counted.
    repeats: u32,
    /// Signatures that must not hold for what is only counted.
    unless: List,
}

const NO_MEMO: u16 = u16::MAX;

/// Where repetitions of a record of several lines are counted.
#[derive(Clone, Copy)]
struct Several {
    repeats: u32,
    /// As of a [`Slot`].
    unless: List,
}

impl Slot {
    const EMPTY: Slot = Slot {
        key: Key { low: 0, high: 0 },
        memo: NO_MEMO,
        brief: Brief::EMPTY,
        repeats: Repeats::NOWHERE,
        unless: List::EMPTY,
    };
}

/// Chunks that are scanned without the memory after one that had too little use of it.
#[derive(Clone, Copy, Default)]
struct Pause {
    left: u32,
    next: u32,
}

impl Default for LineCache {
    fn default() -> LineCache {
        LineCache {
            shapes: Shapes::new(),
            slots: vec![Slot::EMPTY; 1 << 10],
            lines: vec![None; 1 << 10],
            memos: Vec::new(),
            memo_keys: HashMap::new(),
            last_memo: None,
            repeats: Repeats::default(),
            several: HashMap::new(),
            widths: Timeline::default(),
            used: 0,
            lists: Lists::default(),
            pause: Pause::default(),
            learns_much: false,
        }
    }
}

impl LineCache {
    /// Returns the key of a line in a file that is read in the way `salt` stands for.
    pub(super) fn key(&self, line: &[u8], salt: u64) -> Key {
        self.shapes.of(line, salt)
    }

    /// Does the same for the first lines of a text, see [`Shapes::first_lines`].
    #[inline]
    pub(super) fn first_lines(&self, text: &[u8], longest: usize, salt: u64, found: &mut [Found]) -> usize {
        self.shapes.first_lines(text, longest, salt, found)
    }

    /// Tells that a key will be asked for soon.
    pub(super) fn expect(&self, key: Key) {
        prefetch(&self.slots, self.home(key));
    }

    /// Returns the place of what is known of the shape with this key.
    ///
    /// Lines of one shape need not have one layout: the date of one exists and that of another does not. So there are
    /// up to [`LAYOUTS`] answers for a key, by number; behind the first `None` there are no more. A place is good until a
    /// line is inserted.
    #[inline(always)]
    pub(super) fn find(&self, key: Key, layout: u64) -> Option<usize> {
        let key = key.numbered(layout);
        let home = self.home(key);
        let mask = self.slots.len() - 1;
        (home..home + WAYS)
            .map(|place| place & mask)
            .find(|&place| self.slots[place].key == key && self.slots[place].brief.is_used())
    }

    /// What has to be known first of the line at a place.
    #[inline(always)]
    pub(super) fn brief(&self, place: usize) -> Brief {
        self.slots[place].brief
    }

    /// Stands for the line at a place, its layout too.
    #[inline(always)]
    pub(super) fn key_at(&self, place: usize) -> u64 {
        self.slots[place].key.low
    }

    /// All that is known of the line at a place.
    #[inline]
    pub(super) fn line(&self, place: usize) -> Option<&KnownLine> {
        self.lines.get(place)?.as_ref()
    }

    /// Reads the time of a line with what is known at a place, see [`Format::recall_time`].
    #[inline(always)]
    pub(super) fn time(&mut self, place: usize, format: &Format, line: &[u8]) -> Option<Option<Time>> {
        // Nearly always the memo is enough, and what else is known of the line need not be loaded.
        if let Some(memo) = self.memos.get(usize::from(self.slots[place].memo))
            && let Some(read) = memo.read(line)
        {
            return read;
        }
        self.time_anew(place, format, line)
    }

    #[inline(never)]
    fn time_anew(&mut self, place: usize, format: &Format, line: &[u8]) -> Option<Option<Time>> {
        let known = self.line(place)?;
        let read = format.recall_time(&known.layout, line);
        if let Some(memo) = self.memos.get_mut(usize::from(self.slots[place].memo)) {
            format.remember_time(memo, line, read);
        }
        read
    }

    /// Counts a record that is the line at a place and looks that much like an error; false if more must be known of it.
    /// `holds` says whether one of some signatures holds for it.
    #[inline(always)]
    pub(super) fn count(
        &mut self,
        place: usize,
        strength: Strength,
        time: Option<Time>,
        holds: impl FnOnce(&[u32]) -> bool,
    ) -> bool {
        let slot = self.slots[place];
        let is_other = slot.unless != List::EMPTY
            && (!self.repeats.knows(slot.repeats, slot.key.low, strength) || holds(self.list(slot.unless)));
        !is_other && self.repeats.count(slot.repeats, slot.key.low, strength, time)
    }

    /// Keeps when it is enough to count such records, if none of the signatures `unless` holds for them.
    pub(super) fn keep_enough(&mut self, place: usize, strength: Strength, enough: Enough, unless: &[u32]) {
        let Some(unless) = self.keep(unless) else { return };
        let slot = &mut self.slots[place];
        slot.unless = unless;
        slot.repeats = self.repeats.keep(slot.repeats, slot.key.low, strength, enough);
    }

    /// Does what [`LineCache::count`] does for a record of several lines, for which `whole` stands.
    pub(super) fn count_several(
        &mut self,
        whole: u64,
        strength: Strength,
        time: Option<Time>,
        holds: impl FnOnce(&[u32]) -> bool,
    ) -> bool {
        let Some(&Several { repeats, unless }) = self.several.get(&whole) else { return false };
        let is_other =
            unless != List::EMPTY && (!self.repeats.knows(repeats, whole, strength) || holds(self.list(unless)));
        !is_other && self.repeats.count(repeats, whole, strength, time)
    }

    /// Does what [`LineCache::keep_enough`] does for a record of several lines, for which `whole` stands.
    pub(super) fn keep_enough_of_several(&mut self, whole: u64, strength: Strength, enough: Enough, unless: &[u32]) {
        let Some(unless) = self.keep(unless) else { return };
        let known = self.several.get(&whole).map_or(Repeats::NOWHERE, |known| known.repeats);
        let repeats = self.repeats.keep(known, whole, strength, enough);
        // There are no more of them than repetitions.
        if repeats != Repeats::NOWHERE {
            self.several.insert(whole, Several { repeats, unless });
        }
    }

    /// Begins a chunk. What is known of lines holds for all files, the rest for one only: what of the minute before is
    /// kept, and what need only be counted in a series (see [`super::Taker::series`]).
    pub(super) fn begin(&mut self, series: u64) {
        self.memos.iter_mut().for_each(TimeMemo::forget);
        if self.repeats.begin(series) {
            self.widths = Timeline::default();
            self.several.clear();
        }
    }

    /// A timeline with intervals that are not wider than those of the whole series.
    pub(super) fn widths(&self) -> &Timeline {
        &self.widths
    }

    /// Keeps the width of a chunk's intervals for the next one.
    pub(super) fn keep_widths(&mut self, timeline: &Timeline) {
        self.widths.stated = Histogram::as_wide_as(&timeline.stated);
        self.widths.shown = Histogram::as_wide_as(&timeline.shown);
    }

    /// Remembers a line, perhaps in the place of another one.
    pub(super) fn insert(&mut self, key: Key, layout: u64, line: KnownLine) {
        let memo = line.layout.time_key().and_then(|key| self.memo(key)).unwrap_or(NO_MEMO);
        let (repeats, unless) = (Repeats::NOWHERE, List::EMPTY);
        let slot = Slot { key: key.numbered(layout), memo, brief: Brief::of(&line), repeats, unless };
        self.put(slot, line);
    }

    /// The place of the memo for times of this key.
    fn memo(&mut self, key: TimeKey) -> Option<u16> {
        // Most new lines have the header of the one before, and hashing it would take longer than all else here.
        if let Some((known, place)) = self.last_memo
            && known == key
        {
            return Some(place);
        }
        let place = match self.memo_keys.get(&key) {
            Some(&known) => known,
            None if self.memos.len() >= MOST_MEMOS => return None,
            None => {
                let place = self.memos.len() as u16;
                self.memos.push(TimeMemo::new(&key)?);
                self.memo_keys.insert(key, place);
                place
            }
        };
        self.last_memo = Some((key, place));
        Some(place)
    }

    fn put(&mut self, slot: Slot, line: KnownLine) {
        if self.used * 2 > self.slots.len() && self.slots.len() < MOST {
            self.grow();
        }
        let home = self.home(slot.key);
        let mask = self.slots.len() - 1;
        let places = (home..home + WAYS).map(|place| place & mask);
        let is_free = |place: &usize| !self.slots[*place].brief.is_used();
        let place = places.clone().find(|place| !is_free(place) && self.slots[*place].key == slot.key);
        let place = place.or_else(|| places.clone().find(is_free));
        // The key's own bits choose who has to go.
        let place = place.unwrap_or((home + (slot.key.high as usize) % WAYS) & mask);
        self.used += usize::from(!self.slots[place].brief.is_used());
        self.slots[place] = slot;
        self.lines[place] = Some(line);
    }

    /// Keeps a list; `None` if there is no room for it before the next chunk.
    pub(super) fn keep(&mut self, numbers: &[u32]) -> Option<List> {
        self.lists.keep(numbers)
    }

    /// Gives what was only counted in the chunk.
    pub(super) fn finish(&mut self, told: &mut dyn FnMut(&More)) {
        self.repeats.finish(told);
        if self.repeats.is_full() {
            self.forget_repeats();
        }
    }

    fn forget_repeats(&mut self) {
        self.repeats.forget();
        self.several.clear();
    }

    pub(super) fn list(&self, list: List) -> &[u32] {
        self.lists.get(list)
    }

    /// Whether the next chunk is better scanned without the memory. To be asked once before each chunk: it also makes room
    /// if there is none for another list.
    pub(super) fn pauses(&mut self) -> bool {
        if self.lists.is_full() {
            self.lists.clear();
            self.forget_repeats();
            self.slots.fill(Slot::EMPTY);
            self.lines.fill(None);
            self.used = 0;
        }
        let pauses = self.pause.left > 0;
        self.pause.left = self.pause.left.saturating_sub(1);
        pauses
    }

    /// Whether many lines of the chunk before were new.
    pub(super) fn learns_much(&self) -> bool {
        self.learns_much
    }

    /// Tells of how many lines of a chunk how many were new.
    pub(super) fn used_for(&mut self, lines: u64, new: u64) {
        let is_no_use = new * 100 > lines * NEW && lines > 100;
        self.learns_much = new * 100 > lines * MANY && lines > 100 && !is_no_use;
        if is_no_use {
            self.pause.next = (self.pause.next * 2).clamp(4, 64);
            self.pause.left = self.pause.next;
        } else {
            self.pause = Pause::default();
        }
    }

    fn home(&self, key: Key) -> usize {
        key.low as usize & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        let size = self.slots.len() * 4;
        let slots = std::mem::replace(&mut self.slots, vec![Slot::EMPTY; size]);
        let lines = std::mem::replace(&mut self.lines, vec![None; size]);
        self.used = 0;
        for (slot, line) in slots.into_iter().zip(lines) {
            if let Some(line) = line {
                self.put(slot, line);
            }
        }
    }
}
