//! Times of the usual shapes, read again at known places.
//!
//! Where the parts of a time stand does not depend on the values of its digits. So when a line like it comes, nothing is
//! looked for: the numbers are read where they stand and their ranges are checked. A shape is only taken where that
//! decides as `stamp` does, which the tests compare; all others have no plan and are read by `stamp` again.

mod numbers;
mod outline;
#[cfg(test)]
mod tests;

pub(super) use numbers::{eight, three};

use super::civil;
use super::clock::{digits_run, fraction, half_day, zone};
use super::packed::EPOCHS;
use super::stamp::{Date, Orders, Stamp, century};
use numbers::{byte, four, pairs, two};
use outline::outline;

/// How to read a time again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub kind: Kind,
    /// The number of a month's name (and where the day ends behind it), or the order of day and month.
    detail: u8,
    /// Where the clock begins.
    clock: u8,
    /// Which of hour, minute and second have two digits, see [`LONG`]; and how many digits the fraction has.
    digits: u8,
    /// The zone in quarters of an hour, or one of the two below.
    zone: i8,
}

/// The part before the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// `2026-01-02`, with any separator.
    YearFirst,
    /// `20260102`
    Eight,
    /// `260102`
    Six,
    /// `02.01.2026` or `01/02/2026`.
    YearLast,
    /// `26/01/02` in any order.
    ShortYear,
    /// `02/Jan/2026`
    Named,
    /// `Jan  2`, `Jan 2`, `Mon Jan 2`
    Yearless,
    /// `Jan  2 03:04:05 2026`
    YearBehind,
    /// `01-02`
    MonthDay,
    /// `1767607872`
    Seconds,
    /// `1767607872345`
    Millis,
}

/// Hour, minute and second have two digits each.
pub(super) const LONG: u8 = 7;
/// Hour, minute and second are one number of six digits.
const PACKED: u8 = 8;

/// No zone is stated.
const NO_ZONE: i8 = i8::MAX;
/// The zone has digits.
const NUMERIC: i8 = i8::MAX - 1;

/// A time as a plan reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub date: Date,
    /// Nanoseconds since midnight.
    pub clock: i64,
    pub digits: u8,
    pub offset: Option<i32>,
}

/// Where a plan reads digits.
pub(super) struct Places {
    /// Where date and clock, or the epoch, end; a fraction or a zone may follow.
    pub end: usize,
    /// Where the clock begins, and its form for [`hands`].
    pub clock: Option<(usize, u8)>,
    /// Where the digits of the fraction begin, and how many they are.
    pub fraction: Option<(usize, u8)>,
}

impl Plan {
    /// The plan for the time that `stamp` has read from the start of `text` to `end`, or has refused (`None`).
    pub(super) fn of(text: &[u8], orders: Orders, read: Option<(&Stamp, usize)>) -> Option<Plan> {
        let (mut plan, end) = outline(text, orders)?;
        let Some((stamp, taken)) = read else {
            // Only what these numbers decide is known to be no time again.
            return plan.head(text).is_none().then_some(plan);
        };
        plan.zone = match stamp.offset {
            None => NO_ZONE,
            Some(offset) if offset % 900 == 0 => (offset / 900) as i8,
            Some(_) => return None,
        };
        if !matches!(plan.kind, Kind::Seconds | Kind::Millis) {
            let behind = text.get(end..taken)?;
            // Values decide what AM, PM and a zone's number mean, and whether it is one.
            if half_day(text, end, 1).is_some() || signed_number(text, taken) {
                return None;
            }
            let year = behind.first().or(text.get(end)) == Some(&b' ') && digits_run(text, end + 1) == 4;
            match (plan.kind, year) {
                (Kind::Yearless, true) if behind.len() == 5 && matches!(stamp.date, Date::Days(_)) => {
                    plan.kind = Kind::YearBehind;
                }
                (Kind::Yearless, true) => return None,
                // A zone, and then perhaps a year.
                (Kind::Yearless, false) if !behind.is_empty() => return None,
                _ if behind.iter().any(u8::is_ascii_digit) => plan.zone = NUMERIC,
                _ => {}
            }
        }
        let expected = Moment { date: stamp.date, clock: stamp.clock, digits: stamp.digits, offset: stamp.offset };
        (plan.read(text, taken) == Some(expected)).then_some(plan)
    }

    pub(super) fn pack(self) -> [u8; 4] {
        [self.detail, self.clock, self.digits, self.zone as u8]
    }

    pub(super) fn unpack(kind: Kind, [detail, clock, digits, zone]: [u8; 4]) -> Plan {
        Plan { kind, detail, clock, digits, zone: zone as i8 }
    }

    /// Where digits stand, from the start of the time.
    pub(super) fn places(self) -> Places {
        // Fewer than three digits may mean milliseconds.
        let fraction = |at: usize, run: u8| (3..=9).contains(&run).then_some((at, run));
        match self.kind {
            Kind::Seconds => Places { end: 10, clock: None, fraction: fraction(11, self.digits >> 4) },
            Kind::Millis => Places { end: 13, clock: None, fraction: fraction(10, 3) },
            _ => {
                let at = usize::from(self.clock);
                let end = at + clock_length(self.digits);
                let clock = Some((at, self.digits & 15));
                Places { end, clock, fraction: fraction(end + 1, self.digits >> 4) }
            }
        }
    }

    /// Whether there is no such time.
    pub(super) fn refuses(self, text: &[u8]) -> bool {
        self.head(text).is_none()
    }

    /// Whether there is a time that takes the first `taken` bytes of `text`.
    pub(super) fn accepts(self, text: &[u8], taken: usize) -> bool {
        match (self.kind, self.zone) {
            (Kind::YearBehind, _) | (_, NUMERIC) => self.read(text, taken).is_some(),
            // All else that may follow the clock ends where it did.
            _ => self.head(text).is_some(),
        }
    }

    /// Reads the time, which takes the first `taken` bytes of `text`; `None` if there is none or it would end elsewhere.
    #[inline(always)]
    pub(super) fn read(self, text: &[u8], taken: usize) -> Option<Moment> {
        let (date, seconds) = self.head(text)?;
        let mut moment = Moment { date, clock: i64::from(seconds) * civil::SECOND, digits: 0, offset: None };
        let mut end = usize::from(self.clock) + clock_length(self.digits);
        match self.kind {
            Kind::Seconds => end = 10,
            Kind::Millis => {
                moment.clock += i64::from(three(text, 10)?) * 1_000_000;
                moment.digits = 3;
            }
            _ => {}
        }
        let run = self.digits >> 4;
        match run {
            0 => {}
            3 => {
                moment.clock += i64::from(three(text, end + 1)?) * 1_000_000;
                moment.digits = 3;
            }
            6 => {
                moment.clock += (i64::from(three(text, end + 1)?) * 1_000 + i64::from(three(text, end + 4)?)) * 1_000;
                moment.digits = 6;
            }
            _ => {
                let (nanos, digits, _) = fraction(text, end);
                moment.clock += nanos;
                moment.digits = digits;
            }
        }
        moment.offset = match self.zone {
            NO_ZONE => None,
            NUMERIC => {
                let (offset, behind) = zone(text, end + if run == 0 { 0 } else { 1 + usize::from(run) });
                if offset.is_none() || behind != taken {
                    return None;
                }
                offset
            }
            quarters => Some(i32::from(quarters) * 900),
        };
        if self.kind == Kind::YearBehind {
            let year = taken.checked_sub(4).and_then(|at| four(text, at))?;
            let Date::Yearless(month, day) = moment.date else { return None };
            if !(1970..=2200).contains(&year) || !civil::valid(year.into(), month, day) {
                return None;
            }
            moment.date = Date::Days(civil::days(year.into(), month, day));
        }
        Some(moment)
    }

    /// Date and second of the day, or `None` if there is no such date or second.
    #[inline(always)]
    fn head(self, text: &[u8]) -> Option<(Date, u32)> {
        if matches!(self.kind, Kind::Seconds | Kind::Millis) {
            let seconds = i64::from(eight(text)?) * 100 + i64::from(two(text.get(8..10)?, 0));
            let day = seconds / civil::DAY;
            return EPOCHS.contains(&seconds).then_some((Date::Days(day), (seconds - day * civil::DAY) as u32));
        }
        let seconds = clock(text, usize::from(self.clock), self.digits & 15)?;
        let date = match self.kind {
            Kind::YearFirst => {
                let pairs = pairs(text.first_chunk()?);
                day_of(byte(pairs, 0) * 100 + byte(pairs, 2), byte(pairs, 5), two(text.get(8..10)?, 0))?
            }
            Kind::Eight => {
                let pairs = pairs(text.first_chunk()?);
                day_of(byte(pairs, 0) * 100 + byte(pairs, 2), byte(pairs, 4), byte(pairs, 6))?
            }
            Kind::Six => {
                let text: &[u8; 6] = text.first_chunk()?;
                day_of(century(two(text, 0).into()) as u32, two(text, 2), two(text, 4))?
            }
            Kind::YearLast => {
                let text: &[u8; 10] = text.first_chunk()?;
                let (first, second, year) = (two(text, 0), two(text, 3), two(text, 6) * 100 + two(text, 8));
                let month_first = match self.detail {
                    USUAL => text[2] == b'/',
                    detail => detail == MONTH_FIRST,
                };
                let (month, day) = if month_first { (first, second) } else { (second, first) };
                day_of(year, month, day).or_else(|| day_of(year, day, month))?
            }
            Kind::ShortYear => {
                let text: &[u8; 8] = text.first_chunk()?;
                let (first, second, third) = (two(text, 0), two(text, 3), two(text, 6));
                let last = century(third.into()) as u32;
                let year_first = || day_of(century(first.into()) as u32, second, third);
                let month_first = || day_of(last, first, second);
                let day_first = || day_of(last, second, first);
                match self.detail {
                    USUAL => year_first().or_else(month_first).or_else(day_first)?,
                    MONTH_FIRST => month_first().or_else(day_first).or_else(year_first)?,
                    _ => day_first().or_else(month_first).or_else(year_first)?,
                }
            }
            Kind::Named => {
                let text: &[u8; 11] = text.first_chunk()?;
                day_of(two(text, 7) * 100 + two(text, 9), self.detail.into(), two(text, 0))?
            }
            Kind::Yearless | Kind::YearBehind => {
                let end = usize::from(self.detail >> 4);
                let day = text.get(end.checked_sub(2)?..end)?;
                let tens = if day[0] == b' ' { 0 } else { day[0] & 15 };
                let day = u32::from(tens) * 10 + u32::from(day[1] & 15);
                yearless((self.detail & 15).into(), day)?
            }
            Kind::MonthDay => {
                let text: &[u8; 5] = text.first_chunk()?;
                let (first, second) = (two(text, 0), two(text, 3));
                match self.detail {
                    DAY_FIRST => yearless(second, first).or_else(|| yearless(first, second))?,
                    _ => yearless(first, second).or_else(|| yearless(second, first))?,
                }
            }
            Kind::Seconds | Kind::Millis => return None,
        };
        Some((date, seconds))
    }
}

const USUAL: u8 = Orders::Usual as u8;
const DAY_FIRST: u8 = Orders::DayFirst as u8;
const MONTH_FIRST: u8 = Orders::MonthFirst as u8;

fn clock_length(form: u8) -> usize {
    if form & 15 == PACKED { 6 } else { 5 + (form & LONG).count_ones() as usize }
}

/// The second of the day; a leap second is kept as the 59th.
#[inline]
fn clock(text: &[u8], at: usize, form: u8) -> Option<u32> {
    let (hour, minute, second) = hands(text.get(at..)?, form)?;
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second.min(59))
}

/// Hour, minute and second as a text begins with them in this form.
#[inline(always)]
pub(super) fn hands(text: &[u8], form: u8) -> Option<(u32, u32, u32)> {
    Some(match form {
        LONG => {
            let pairs = pairs(text.first_chunk()?);
            (byte(pairs, 0), byte(pairs, 3), byte(pairs, 6))
        }
        PACKED => {
            let text: &[u8; 6] = text.first_chunk()?;
            (two(text, 0), two(text, 2), two(text, 4))
        }
        _ => {
            let mut next = 0;
            let mut number = |long: bool| {
                let first = u32::from(text.get(next)? & 15);
                let value = if long { first * 10 + u32::from(text.get(next + 1)? & 15) } else { first };
                next += if long { 3 } else { 2 };
                Some(value)
            };
            (number(form & 4 > 0)?, number(form & 2 > 0)?, number(form & 1 > 0)?)
        }
    })
}

/// Whether a sign and a digit stand at `at` or behind a blank.
fn signed_number(text: &[u8], at: usize) -> bool {
    let at = at + usize::from(text.get(at) == Some(&b' '));
    matches!(text.get(at), Some(b'+' | b'-')) && text.get(at + 1).is_some_and(u8::is_ascii_digit)
}

fn yearless(month: u32, day: u32) -> Option<Date> {
    civil::valid(2024, month.into(), day.into()).then_some(Date::Yearless(month.into(), day.into()))
}

fn day_of(year: u32, month: u32, day: u32) -> Option<Date> {
    civil::day(year, month, day).map(Date::Days)
}
