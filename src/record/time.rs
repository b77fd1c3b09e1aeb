//! A moment as a log states it: the wall clock shown, its zone if the log names one, and how precise it was.

use super::civil::{self, DAY, SECOND};
use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU64;

/// A moment as a log states it, to the nanosecond.
///
/// Times without a zone are ordered as if they were UTC. The year (or the date) may be assumed, see [`Time::assumed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    /// Nanoseconds since 1970-01-01 of the wall clock that the log shows.
    wall: i64,
    manner: Manner,
}

/// All else that a time tells. One number: writing parts of it and reading all of them together at once is slow.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Manner(NonZeroU64);

impl Manner {
    /// Above the lowest bit, which is always set: the seconds east of UTC, or `NO_ZONE`.
    const ZONE: u32 = 1;
    /// The digits of the fraction to show: 0, 3, 6 or 9.
    const DIGITS: u32 = 33;
    const ASSUMED: u64 = 1 << 40;

    #[inline]
    fn new(offset: Option<i32>, digits: u8) -> Manner {
        let zone = u64::from(offset.unwrap_or(NO_ZONE) as u32) << Manner::ZONE;
        Manner(NonZeroU64::MIN | zone | shown(digits) << Manner::DIGITS)
    }

    #[inline]
    fn zone(self) -> i32 {
        (self.0.get() >> Manner::ZONE) as u32 as i32
    }

    #[inline]
    fn digits(self) -> u8 {
        (self.0.get() >> Manner::DIGITS) as u8 & 15
    }

    #[inline]
    fn assumed(self) -> bool {
        self.0.get() & Manner::ASSUMED > 0
    }
}

impl fmt::Debug for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "zone {} digits {} assumed {}", self.zone(), self.digits(), self.assumed())
    }
}

/// How many digits are shown of so many.
#[inline]
fn shown(digits: u8) -> u64 {
    u64::from(digits.min(9).div_ceil(3) * 3)
}

/// The log states no zone.
const NO_ZONE: i32 = i32::MIN;

impl Time {
    /// The beginning of 1970 on a clock without zone.
    pub(super) const ZERO: Time =
        Time { wall: 0, manner: Manner(NonZeroU64::MIN.saturating_add((NO_ZONE as u32 as u64) << Manner::ZONE)) };

    /// Makes a time from the wall clock (nanoseconds since 1970-01-01T00:00:00 of that clock) and its zone (seconds east
    /// of UTC). The fraction gets as many digits as it needs.
    pub fn new(wall: i64, offset: Option<i32>) -> Time {
        let digits = match wall.rem_euclid(SECOND) {
            0 => 0,
            fraction if fraction % 1_000_000 == 0 => 3,
            fraction if fraction % 1_000 == 0 => 6,
            _ => 9,
        };
        Time { wall, manner: Manner::new(offset, digits) }
    }

    /// Makes a time of which the log has so many digits of the fraction.
    #[inline]
    pub(super) fn with_fraction(wall: i64, offset: Option<i32>, digits: u8) -> Time {
        Time { wall, manner: Manner::new(offset, digits) }
    }

    /// Sets how many digits of the fraction the log has; shown are 0, 3, 6 or 9.
    pub fn with_digits(self, digits: u8) -> Time {
        let time = Time { wall: self.wall, manner: Manner::new(self.offset(), digits) };
        if self.assumed() { time.assume() } else { time }
    }

    /// Reads what `Display` writes; `None` for anything else. Whether the time was assumed is not part of that text.
    pub fn parse(text: &str) -> Option<Time> {
        let text = text.as_bytes();
        let (stamp, end) = super::stamp::stamp(text, 0, super::stamp::Orders::default())?;
        match stamp.date {
            super::stamp::Date::Days(_) if end == text.len() => Some(super::calendar::Calendar::default().time(&stamp)),
            _ => None,
        }
    }

    /// The time so many nanoseconds later, of as many digits.
    #[inline]
    pub(super) fn plus(self, nanos: i64) -> Time {
        Time { wall: self.wall.saturating_add(nanos), ..self }
    }

    /// The nanoseconds of the clock that the log shows since its midnight.
    pub(super) fn wall_clock(self) -> i64 {
        self.wall.rem_euclid(DAY * SECOND)
    }

    /// Marks the year or the date as not stated by the log but taken from the file's modification time.
    pub fn assume(self) -> Time {
        Time { manner: Manner(self.manner.0 | Manner::ASSUMED), ..self }
    }

    /// Whether year or date were not stated by the log.
    pub fn assumed(self) -> bool {
        self.manner.assumed()
    }

    /// Seconds east of UTC, if the log states them.
    pub fn offset(self) -> Option<i32> {
        let zone = self.manner.zone();
        (zone != NO_ZONE).then_some(zone)
    }

    /// The day that the log shows, since 1970.
    pub(super) fn wall_day(self) -> i64 {
        self.wall.div_euclid(DAY * SECOND)
    }

    /// Stands for what else than the moment and the digits of its fraction the time tells: its zone and whether it is
    /// assumed. Of times for which this is equal the instants decide the order, and at one instant the digits.
    #[inline]
    pub(crate) fn manner(self) -> u64 {
        self.manner.0.get() & !(15 << Manner::DIGITS)
    }

    /// Nanoseconds since 1970 in UTC; a wall clock without zone is taken as UTC.
    pub fn instant(self) -> i64 {
        self.wall.saturating_sub(i64::from(self.offset().unwrap_or(0)) * SECOND)
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        // Most times that are compared are of one log, and of those in one zone the clocks decide.
        if self.manner == other.manner {
            return self.wall.cmp(&other.wall);
        }
        let key = |time: &Time| (time.instant(), time.wall, time.offset(), time.manner.digits(), time.assumed());
        key(self).cmp(&key(other))
    }
}

impl fmt::Display for Time {
    /// RFC 3339 with the digits that the log had (0, 3, 6 or 9): `2026-01-02T03:04:05Z`, `...+02:00`; without an offset
    /// if the zone is unknown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.wall.div_euclid(SECOND);
        let fraction = self.wall.rem_euclid(SECOND);
        let (year, month, day) = civil::date(seconds.div_euclid(DAY));
        let clock = seconds.rem_euclid(DAY);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.manner.digits() {
            0 => {}
            3 => write!(f, ".{:03}", fraction / 1_000_000)?,
            6 => write!(f, ".{:06}", fraction / 1_000)?,
            _ => write!(f, ".{fraction:09}")?,
        }
        match self.offset() {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                let minutes = offset.unsigned_abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_and_zone_are_shown_as_the_log_had_them() {
        let wall = 1_700_000_000 * SECOND + 120_000_000;
        let check = |time: Time, expected: &str| assert_eq!(time.to_string(), expected);
        check(Time::new(1_700_000_000 * SECOND, None), "2023-11-14T22:13:20");
        check(Time::new(wall, Some(0)), "2023-11-14T22:13:20.120Z");
        check(Time::new(wall, Some(7200)).with_digits(4), "2023-11-14T22:13:20.120000+02:00");
        check(Time::new(wall, Some(-12_600)).with_digits(0), "2023-11-14T22:13:20-03:30");
        check(Time::new(wall, None).with_digits(9), "2023-11-14T22:13:20.120000000");
        check(Time::new(-1, None), "1969-12-31T23:59:59.999999999");
    }

    #[test]
    fn order_is_that_of_the_instants() {
        let utc = Time::new(10 * SECOND, Some(0));
        let east = Time::new(11 * SECOND, Some(3600));
        assert!(east < utc);
        assert_eq!(utc.cmp(&utc.assume()), Ordering::Less);
    }

    #[test]
    fn other_texts_are_not_parsed() {
        for text in ["", "2023-11-14", "10:11:12", "Jan  2 03:04:05", "2023-11-14T22:13:20Z "] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn display_agrees_with_jiff_and_reads_back(seconds in -2_000_000_000_i64..7_000_000_000, nanos in 0_i64..SECOND, quarters in -48_i32..=56) {
            let offset = quarters * 900;
            let time = Time::new(seconds * SECOND + nanos, Some(offset)).with_digits(9);
            let instant = jiff::Timestamp::from_nanosecond(i128::from(time.instant())).expect("in range");
            let zone = jiff::tz::Offset::from_seconds(offset).expect("in range").to_time_zone();
            let other = instant.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S.%9f%:z").to_string();
            prop_assert_eq!(time.to_string().replace('Z', "+00:00"), other);
            prop_assert_eq!(Time::parse(&time.to_string()), Some(time));
        }

        #[test]
        fn clocks_decide_the_order_of_times_in_one_zone(
            one in any::<i64>(), other in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)], offset in any::<Option<i32>>(),
        ) {
            let of = |wall| Time::new(wall, offset).with_digits(3);
            let key = |time: Time| (time.instant(), time.wall);
            prop_assert_eq!(of(one).cmp(&of(other)), key(of(one)).cmp(&key(of(other))));
        }

        #[test]
        fn no_wall_clock_panics(wall in any::<i64>(), offset in any::<Option<i32>>()) {
            let time = Time::new(wall, offset);
            let _ = (time.to_string(), time.instant(), Time::parse(&time.to_string()));
        }
    }
}
