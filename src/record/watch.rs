//! Notes about a header while it is read: everything that the values of digits had a part in.
//!
//! Whether a header is found, and what it says, depends on the values of digits in two ways only: times (are month, day,
//! hour possible?) and numbers that mean a level. Each look at a time goes through [`Watch::stamp`], each number through
//! [`Watch::number`], so that afterwards it is known what has to be looked at again in a line of other digits. `layout`
//! makes use of it.

use super::Time;
use super::field;
use super::header::Rules;
use super::plan::Kind;
use super::stamp::{Attempt, Date, Orders, Shape, Stamp, attempt};
use std::cell::Cell;
use std::ops::Deref;

/// How many looks are remembered.
pub(super) const NOTES: usize = 5;
/// How much of a line may belong to a time that is looked at again. The longest takes about 60 bytes.
const REACH: usize = 255;
/// A time that no look in the list has given.
pub(super) const UNKNOWN: u8 = u8::MAX;

/// The rules of a file, with the notes about one line.
pub(super) struct Watch<'r> {
    rules: &'r Rules,
    /// Where the line begins in memory, to turn parts of it into positions.
    base: usize,
    length: usize,
    notes: [Cell<Note>; NOTES],
    n_notes: Cell<usize>,
    /// The times that belong to the notes: the walk over a header looks at some places twice.
    stamps: [Cell<Option<Stamp>>; NOTES],
    /// Something was read that no note describes.
    lost: Cell<bool>,
}

/// One look at a time or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Note {
    /// Where it stands in the line.
    pub at: u16,
    /// How many bytes from there belong to the text that was looked at.
    pub length: u8,
    /// How many of them the time took.
    pub taken: u8,
    pub look: Look,
    pub outcome: Outcome,
    /// The digits of a number with zeros behind them, or the details of a plan.
    pub detail: [u8; 4],
}

/// What was looked for, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Look {
    /// A time in the order of day and month that the file has.
    #[default]
    Stamp,
    /// A time in the usual order.
    Usual,
    /// A time of UTC in the file's order, which it need not say.
    Universal,
    /// A time that is the value of a field.
    Field,
    /// Seconds since boot.
    Boot,
    /// Digits that have to be the same: a level's number and the like.
    Number,
    /// A time that has a plan.
    Planned(Kind),
}

impl Look {
    /// Looks for a time.
    pub(super) fn attempt(self, text: &[u8], at: usize, rules: &Rules) -> Attempt {
        let attempt = attempt(text, at, self.orders(rules));
        match (self, attempt) {
            (Look::Universal, Attempt::Read(stamp, end)) => {
                Attempt::Read(Stamp { offset: stamp.offset.or(Some(0)), ..stamp }, end)
            }
            (_, attempt) => attempt,
        }
    }

    /// The order of day and month.
    pub(super) fn orders(self, rules: &Rules) -> Orders {
        if self == Look::Usual { Orders::Usual } else { rules.orders }
    }
}

/// What of a time the walk over a header may depend on: nothing, or packed shape and what is known of date and zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Outcome(u8);

impl Outcome {
    pub(super) fn of(stamp: &Stamp) -> Outcome {
        let date = match stamp.date {
            Date::Days(_) => 0,
            Date::Yearless(..) => 1,
            Date::Absent => 2,
        };
        Outcome(0x80 | (stamp.shape as u8) << 3 | date << 1 | u8::from(stamp.offset.is_some()))
    }

    const FIELD: Outcome = Outcome(1);

    /// Whether there was a time of this family.
    pub(super) fn has_shape(self, shape: Shape) -> bool {
        self.0 & 0x80 > 0 && self.0 >> 3 & 15 == shape as u8
    }

    /// Whether there was a time.
    pub(super) fn is_time(self) -> bool {
        self != Outcome::default()
    }
}

/// The time of a record, and which look has given it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub time: Time,
    pub call: u8,
}

impl Deref for Watch<'_> {
    type Target = Rules;

    fn deref(&self) -> &Rules {
        self.rules
    }
}

/// The moment that is so many seconds behind the boot: `[   12.345678`.
pub(super) fn since_boot(boot: i64, text: &[u8]) -> Option<Time> {
    let text = text.strip_prefix(b"[")?.trim_ascii_start();
    let point = text.iter().position(|&byte| byte == b'.')?;
    let (seconds, decimals) = (&text[..point], &text[point + 1..]);
    if !(1..=9).contains(&seconds.len()) || !(1..=9).contains(&decimals.len()) {
        return None;
    }
    let value = |digits: &[u8]| {
        digits.iter().try_fold(0_i64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
    };
    let fraction = value(decimals)? * 10_i64.pow(9 - decimals.len() as u32);
    let instant = value(seconds)?.checked_mul(1_000_000_000)?.checked_add(fraction)?.checked_add(boot)?;
    Some(Time::with_fraction(instant, Some(0), decimals.len() as u8).assume())
}

impl<'r> Watch<'r> {
    /// Begins to read `line`.
    pub(super) fn new(rules: &'r Rules, line: &[u8]) -> Watch<'r> {
        Watch {
            rules,
            base: line.as_ptr() as usize,
            length: line.len(),
            notes: Default::default(),
            n_notes: Cell::new(0),
            stamps: [const { Cell::new(None) }; NOTES],
            lost: Cell::new(false),
        }
    }

    /// Reads the time that begins at `at` of the line or a part of it; returns it and where it ends.
    pub(super) fn stamp(&self, text: &[u8], at: usize) -> Option<(Stamp, usize)> {
        self.look(text, at, Look::Stamp)
    }

    /// Does the same in the usual order of day and month, whatever the file's order is.
    pub(super) fn usual_stamp(&self, text: &[u8], at: usize) -> Option<(Stamp, usize)> {
        self.look(text, at, if self.orders == Orders::Usual { Look::Stamp } else { Look::Usual })
    }

    /// Does the same for a time that is UTC although it does not say so.
    pub(super) fn universal_stamp(&self, text: &[u8], at: usize) -> Option<(Stamp, usize)> {
        self.look(text, at, Look::Universal)
    }

    fn look(&self, text: &[u8], at: usize, look: Look) -> Option<(Stamp, usize)> {
        let rest = text.get(at..)?;
        let place = self.position(rest);
        for (index, note) in self.notes[..self.n_notes.get()].iter().enumerate() {
            let note = note.get();
            if Some(note.at) == place && note.look == look && note.length == rest.len().min(REACH) as u8 {
                return self.stamp_of(index).map(|stamp| (stamp, at + usize::from(note.taken)));
            }
        }
        match look.attempt(text, at, self.rules) {
            Attempt::Never => None,
            Attempt::Refused => {
                self.note_time(text, at, at, look, Outcome::default());
                None
            }
            Attempt::Read(mut stamp, end) => {
                stamp.call = self.note_time(text, at, end, look, Outcome::of(&stamp));
                if let Some(known) = self.stamps.get(usize::from(stamp.call)) {
                    known.set(Some(stamp));
                }
                Some((stamp, end))
            }
        }
    }

    /// The time that a note is about.
    pub(super) fn stamp_of(&self, note: usize) -> Option<Stamp> {
        self.stamps.get(note)?.get()
    }

    /// Completes a time that [`Watch::stamp`] has read.
    pub(super) fn moment(&self, stamp: &Stamp) -> Moment {
        Moment { time: self.calendar.time(stamp), call: stamp.call }
    }

    /// Reads the time that is the value of a field, and its day if the date is full.
    pub(super) fn field_time(&self, value: &[u8]) -> Option<(Moment, Option<i64>)> {
        let found = field::time(value, self.rules);
        let outcome = if found.is_some() { Outcome::FIELD } else { Outcome::default() };
        let call = self.note_time(value, 0, 0, Look::Field, outcome);
        found.map(|(time, day)| (Moment { time, call }, day))
    }

    /// Reads a time from a copy of parts of the line.
    pub(super) fn copied_stamp(&self, text: &[u8]) -> Option<(Stamp, usize)> {
        self.lose();
        super::stamp::stamp(text, 0, self.orders)
    }

    /// Reads the seconds since boot in the brackets that open at `at`, if the file shows when that was.
    pub(super) fn boot_time(&self, line: &[u8], at: usize) -> Option<Moment> {
        let boot = self.boot?;
        let text = line.get(at..)?;
        let close = text.iter().take(REACH).position(|&byte| byte == b']')?;
        let time = since_boot(boot, &text[..close])?;
        let call = self.note_time(line, at, at + close, Look::Boot, Outcome::FIELD);
        Some(Moment { time, call })
    }

    fn note_time(&self, text: &[u8], at: usize, end: usize, look: Look, outcome: Outcome) -> u8 {
        let rest = text.get(at..).unwrap_or_default();
        let (Some(start), Ok(taken)) = (self.position(rest), u8::try_from(end - at)) else { return self.lose() };
        self.note(Note { at: start, length: rest.len().min(REACH) as u8, taken, look, outcome, detail: [0; 4] })
    }

    /// Takes note of digits, at most four, whose values are about to decide something. They are part of the line.
    pub(super) fn number(&self, text: &[u8]) {
        let (Some(at), 1..=4) = (self.position(text), text.len()) else {
            self.lose();
            return;
        };
        let mut detail = [0; 4];
        detail[..text.len()].copy_from_slice(text);
        self.note(Note { at, look: Look::Number, detail, ..Note::default() });
    }

    fn note(&self, note: Note) -> u8 {
        let count = self.n_notes.get();
        if let Some(known) = self.notes[..count].iter().position(|it| it.get() == note) {
            return known as u8;
        }
        let Some(free) = self.notes.get(count) else { return self.lose() };
        free.set(note);
        self.n_notes.set(count + 1);
        count as u8
    }

    /// Where a part of the line begins in it.
    fn position(&self, part: &[u8]) -> Option<u16> {
        let at = (part.as_ptr() as usize).checked_sub(self.base)?;
        u16::try_from(at).ok().filter(|_| at + part.len() <= self.length)
    }

    /// Gives up: something depends on digits of which no note can be taken.
    pub(super) fn lose(&self) -> u8 {
        self.lost.set(true);
        UNKNOWN
    }

    /// All notes and how many they are, unless one could not be taken.
    pub(super) fn notes(&self) -> Option<([Note; NOTES], usize)> {
        let notes = self.notes.each_ref().map(Cell::get);
        (!self.lost.get()).then(|| (notes, self.n_notes.get()))
    }
}
