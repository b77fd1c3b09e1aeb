//! Times of lines whose headers are alike, read by what the line before has shown.
//!
//! Neighbouring records are mostly written on the same day. What a layout makes of the bytes that tell the day, and of all
//! else that it looks at, is kept here; of a line with the same bytes only the clock is read. This changes the speed and
//! never the result: a test compares the two.

mod key;

pub use key::TimeKey;

use super::calendar::Calendar;
use super::civil::{DAY, SECOND};
use super::plan::{Kind, LONG, Plan, eight, hands};
use super::time::Time;
use super::watch::{Look, NOTES, Note};

/// Pieces of eight bytes that are compared.
const WORDS: usize = 8;

/// How much text behind the start of a time can make a difference to what is read of it.
const NEAR: u8 = 64;

/// What the lines of some layouts that read the same have shown last.
///
/// It is for the lines of one file.
#[derive(Clone, Debug)]
pub struct TimeMemo {
    /// The least length of a line to which `known` may apply; nothing is known if this is `usize::MAX`.
    reach: usize,
    n_words: u8,
    n_clocks: u8,
    /// Which of the clocks show no time, as bits.
    impossible: u8,
    /// Which clock is that of the record's time; none if there are less.
    own_clock: u8,
    /// Where the last eight digits of an epoch stand that is the record's time.
    epoch: Option<u16>,
    /// Where the digits of the fraction stand, and how many are read.
    fraction: u16,
    run: u8,
    clocks: [Clock; NOTES],
    words: [Word; WORDS],
    known: Known,
    /// `reach` when something is known.
    span: usize,
    /// Where epochs begin of which only two digits are compared.
    epochs: [Option<u16>; NOTES],
    /// What lines with the same bytes show of which other clocks show no time, and which.
    other: Option<(u8, Known)>,
    /// A hash of the bytes of the last line that showed something else. Some logs have another day in every line, and it is
    /// not worth to learn a day that comes once.
    candidate: Option<u64>,
    /// How many lines in a row were of no use, and how many are passed over before the next one is looked at.
    useless: u8,
    wait: u8,
    /// The same in brief, for the usual case.
    brief: Brief,
}

/// A memo whose lines show one time, with hour, minute and second in the usual form and near the start of the line.
#[derive(Clone, Copy, Debug)]
struct Brief {
    /// As in the memo. Nothing is known either if not the usual time is.
    reach: usize,
    values: [u64; Brief::WORDS],
    masks: [u64; Brief::WORDS],
    ats: [u8; Brief::WORDS],
    clock: u8,
    fraction: u8,
    /// How many digits of the fraction are read: 0, 3 or 6; anything else if the memo has no brief form.
    run: u8,
    start: Time,
}

/// Where a clock stands whose digits are not compared.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    at: u16,
    /// Which of hour, minute and second have two digits, or that they follow each other, see
    /// [`Places::clock`](super::plan::Places::clock).
    form: u8,
}

/// Bytes that are compared.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    at: u16,
    mask: u64,
    value: u64,
}

/// What lines with these bytes show.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// Something else than the layout says.
    Different,
    /// No time.
    Untimed,
    /// A time so far behind this as the clock says, or the end of the epoch.
    Behind(Time),
}

impl Brief {
    /// Pieces of eight bytes that are compared, and where the last thing to be read may begin.
    const WORDS: usize = 3;
    const LAST: usize = Brief::NEAR - 8;

    /// All is read from so many bytes at the start of the line.
    const NEAR: usize = 64;

    const NOTHING: Brief = Brief {
        reach: usize::MAX,
        values: [0; Brief::WORDS],
        masks: [0; Brief::WORDS],
        ats: [0; Brief::WORDS],
        clock: 0,
        fraction: 0,
        run: u8::MAX,
        start: Time::ZERO,
    };

    /// The time of a line, if all is as usual; otherwise the memo may know more.
    #[inline(always)]
    fn read(&self, line: &[u8]) -> Option<Time> {
        let near: &[u8; Brief::NEAR] = line.first_chunk()?;
        if line.len() < self.reach {
            return None;
        }
        // With this bound the compiler needs no other check.
        let eight = |at: u8| {
            let at = usize::from(at).min(Brief::LAST);
            *near[at..].first_chunk().unwrap_or(&[0; 8])
        };
        let mut differ = 0;
        for index in 0..Brief::WORDS {
            differ |= (u64::from_le_bytes(eight(self.ats[index])) ^ self.values[index]) & self.masks[index];
        }
        let (hour, minute, second) = hands(&eight(self.clock), LONG)?;
        if differ != 0 || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let mut nanos = i64::from(hour * 3600 + minute * 60 + second) * SECOND;
        if self.run > 0 {
            let digits = eight(self.fraction).map(|digit| u32::from(digit & 15));
            let upper = digits[0] * 100 + digits[1] * 10 + digits[2];
            let lower = if self.run == 6 { digits[3] * 100 + digits[4] * 10 + digits[5] } else { 0 };
            nanos += i64::from(upper * 1000 + lower) * 1000;
        }
        Some(self.start.plus(nanos))
    }
}

impl TimeMemo {
    /// From so many lines in a row on that each had another day, some are passed over.
    const USELESS: u8 = 4;

    /// A memo for the layouts with this key; `None` if they look at too much.
    pub fn new(key: &TimeKey) -> Option<TimeMemo> {
        let mut memo = TimeMemo {
            reach: usize::MAX,
            n_words: 0,
            n_clocks: 0,
            impossible: 0,
            own_clock: u8::MAX,
            epoch: None,
            fraction: 0,
            run: 0,
            clocks: [Clock::default(); NOTES],
            words: [Word::default(); WORDS],
            known: Known::Untimed,
            span: 0,
            epochs: [None; NOTES],
            other: None,
            candidate: None,
            useless: 0,
            wait: 0,
            brief: Brief::NOTHING,
        };
        // Which bytes decide. A byte that one look passes over may matter to another.
        let mut bytes = Vec::new();
        for (is_time, note) in key.notes() {
            memo.add(note, is_time, &mut bytes);
        }
        bytes.sort_unstable();
        bytes.dedup();
        memo.span = bytes.last().map_or(0, |last| (last + 1).max(8));
        for clock in &memo.clocks[..usize::from(memo.n_clocks)] {
            memo.span = memo.span.max(usize::from(clock.at) + 8);
        }
        let mut rest = bytes.as_slice();
        while let Some(&first) = rest.first() {
            let at = first.min(memo.span - 8);
            let inside = rest.partition_point(|&byte| byte < at + 8);
            let mask = rest[..inside].iter().fold(0, |mask, byte| mask | 0xff << (8 * (byte - at)));
            let word = memo.words.get_mut(usize::from(memo.n_words))?;
            *word = Word { at: u16::try_from(at).ok()?, mask, value: 0 };
            memo.n_words += 1;
            rest = &rest[inside..];
        }
        if key.n_notes == 0 {
            memo.reach = 0;
        }
        memo.brief = memo.in_brief().unwrap_or(Brief::NOTHING);
        Some(memo)
    }

    /// The brief form with the places of the memo, if they allow it.
    fn in_brief(&self) -> Option<Brief> {
        let near = |at: u16| u8::try_from(at).ok().filter(|&at| usize::from(at) <= Brief::LAST);
        let clock = self.clocks[0];
        let is_usual = (self.n_clocks, self.own_clock, clock.form) == (1, 0, LONG) && self.epochs == [None; NOTES];
        if !is_usual || !matches!(self.run, 0 | 3 | 6) || usize::from(self.n_words) > Brief::WORDS {
            return None;
        }
        let mut brief =
            Brief { clock: near(clock.at)?, fraction: near(self.fraction)?, run: self.run, ..Brief::NOTHING };
        for (index, word) in self.words.iter().take(usize::from(self.n_words)).enumerate() {
            (brief.ats[index], brief.masks[index]) = (near(word.at)?, word.mask);
        }
        Some(brief)
    }

    /// Puts what is known now into the brief form.
    fn renew_brief(&mut self) {
        self.brief.reach = usize::MAX;
        if let (Known::Behind(start), 0, 0 | 3 | 6) = (self.known, self.impossible, self.brief.run) {
            self.brief.values.iter_mut().zip(&self.words).for_each(|(value, word)| *value = word.value);
            (self.brief.start, self.brief.reach) = (start, self.reach);
        }
    }

    /// Adds the bytes that decide what a look gives.
    fn add(&mut self, note: &Note, is_time: bool, bytes: &mut Vec<usize>) {
        let at = usize::from(note.at);
        let Look::Planned(kind) = note.look else {
            let digits = note.detail.iter().take_while(|&&digit| digit != 0).count();
            bytes.extend(at..at + digits);
            return;
        };
        let places = Plan::unpack(kind, note.detail).places();
        let read_to = if is_time || note.outcome.is_time() { usize::from(note.taken) } else { 0 };
        let mut passed = [0..0, 0..0];
        if matches!(kind, Kind::Seconds | Kind::Millis) {
            // What epochs are times does not depend on their last digits, except in one place.
            passed[0] = at + 2..at + 10;
            if let Some(free) = self.epochs.iter_mut().find(|epoch| epoch.is_none()) {
                *free = Some(note.at);
            }
            if is_time {
                self.epoch = Some(note.at + 2);
            }
        } else if let Some((clock, form)) = places.clock {
            passed[0] = at + clock..at + places.end;
            self.clocks[usize::from(self.n_clocks)] = Clock { at: note.at + clock as u16, form };
            if is_time {
                self.own_clock = self.n_clocks;
            }
            self.n_clocks += 1;
        }
        if let Some((fraction, run)) = places.fraction {
            // Whether there is a time does not depend on its fraction, whatever else that look is about.
            passed[1] = at + fraction..at + fraction + usize::from(run);
            if is_time {
                (self.fraction, self.run) = (note.at + fraction as u16, run);
            }
        }
        let all = at..at + places.end.max(read_to);
        bytes.extend(all.filter(|byte| !passed.iter().any(|passed| passed.contains(byte))));
    }

    /// Forgets all lines.
    pub fn forget(&mut self) {
        if self.n_words > 0 {
            (self.reach, self.brief.reach) = (usize::MAX, usize::MAX);
        }
    }

    /// Reads the time of a line of one of the layouts, as [`Format::recall_time`] does; `None` if too little is known.
    ///
    /// [`Format::recall_time`]: super::Format::recall_time
    #[inline(always)]
    pub fn read(&self, line: &[u8]) -> Option<Option<Option<Time>>> {
        match self.brief.read(line) {
            Some(time) => Some(Some(Some(time))),
            None => self.read_in_full(line),
        }
    }

    fn read_in_full(&self, line: &[u8]) -> Option<Option<Option<Time>>> {
        if line.len() < self.reach {
            return None;
        }
        let mut differ = 0;
        for word in self.words.iter().take(usize::from(self.n_words)) {
            let bytes = line.get(usize::from(word.at)..)?.first_chunk()?;
            differ |= (u64::from_le_bytes(*bytes) ^ word.value) & word.mask;
        }
        if differ != 0 {
            return None;
        }
        let (seconds, impossible) = self.clocks(line)?;
        let known = match self.other {
            _ if impossible == self.impossible => self.known,
            Some((other, known)) if impossible == other => known,
            _ => return None,
        };
        Some(match known {
            Known::Different => None,
            Known::Untimed => Some(None),
            Known::Behind(time) => Some(Some(time.plus(self.behind(line, seconds)?))),
        })
    }

    /// The second of the day that the clock of the record's time shows, and which clocks show none; `None` if one shows a
    /// leap second.
    #[inline(always)]
    fn clocks(&self, line: &[u8]) -> Option<(u32, u8)> {
        let (mut seconds, mut impossible) = (0, 0);
        for (index, clock) in self.clocks.iter().take(usize::from(self.n_clocks)).enumerate() {
            let (hour, minute, second) = hands(line.get(usize::from(clock.at)..)?, clock.form)?;
            if second == 60 {
                return None;
            }
            impossible |= u8::from(hour > 23 || minute > 59 || second > 59) << index;
            if index == usize::from(self.own_clock) {
                seconds = hour * 3600 + minute * 60 + second;
            }
        }
        Some((seconds, impossible))
    }

    /// How many nanoseconds a line's time is behind what is known, if its clock shows this second of the day.
    #[inline(always)]
    fn behind(&self, line: &[u8], seconds: u32) -> Option<i64> {
        let digit = |at: usize| Some(i64::from(line.get(at)? & 15));
        let mut nanos = i64::from(seconds) * SECOND;
        if let Some(epoch) = self.epoch {
            nanos = i64::from(eight(line.get(usize::from(epoch)..)?)?) * SECOND;
        }
        let at = usize::from(self.fraction);
        match self.run {
            0 => {}
            3 => nanos += (digit(at)? * 100 + digit(at + 1)? * 10 + digit(at + 2)?) * 1_000_000,
            run => {
                let mut unit = SECOND;
                for digit in line.get(at..at + usize::from(run))? {
                    unit /= 10;
                    nanos += i64::from(digit & 15) * unit;
                }
            }
        }
        Some(nanos)
    }

    /// Takes note of a line of which a layout has read this.
    pub(super) fn learn(&mut self, line: &[u8], found: Option<Option<Time>>, calendar: &Calendar) {
        let at_border = |&epoch: &u16| line.get(usize::from(epoch)..).is_none_or(|text| text.starts_with(b"41"));
        if line.len() < self.span || self.epochs.iter().flatten().any(at_border) {
            return;
        }
        if self.wait > 0 {
            self.wait -= 1;
            return;
        }
        let mut values = [0; WORDS];
        let (mut is_known, mut hash) = (self.reach == self.span, 0_u64);
        for (value, word) in values.iter_mut().zip(&self.words[..usize::from(self.n_words)]) {
            let Some(bytes) = line.get(usize::from(word.at)..).and_then(|rest| rest.first_chunk()) else { return };
            *value = u64::from_le_bytes(*bytes) & word.mask;
            is_known &= *value == word.value;
            hash = (hash ^ *value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
        if !is_known && self.candidate != Some(hash) {
            self.candidate = Some(hash);
            self.useless = (self.useless + 1).min(TimeMemo::USELESS + 5);
            self.wait = (1_u8 << self.useless.saturating_sub(TimeMemo::USELESS)) - 1;
            return;
        }
        self.useless = 0;
        let Some((seconds, impossible)) = self.clocks(line) else { return };
        let Some(known) = self.known_of(line, seconds, found, calendar) else { return };
        if is_known {
            if impossible != self.impossible {
                self.other = Some((impossible, known));
            }
            return;
        }
        (self.impossible, self.known, self.other) = (impossible, known, None);
        self.words.iter_mut().zip(values).for_each(|(word, value)| word.value = value);
        self.reach = self.span;
        self.renew_brief();
    }

    /// What a line shows of which a layout has read this, for all clocks; `None` if that differs in the course of a day.
    fn known_of(&self, line: &[u8], seconds: u32, found: Option<Option<Time>>, calendar: &Calendar) -> Option<Known> {
        Some(match found {
            None => Known::Different,
            Some(None) => Known::Untimed,
            Some(Some(time)) => {
                let start = time.plus(-self.behind(line, seconds)?);
                // Which year is assumed may change in the course of a day.
                if time.assumed() && !calendar.is_steady(start, DAY - 1) {
                    return None;
                }
                Known::Behind(start)
            }
        })
    }
}
