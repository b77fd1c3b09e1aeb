use std::cmp::Ordering;
use std::fmt;

/// A moment as a log states it, to the nanosecond.
///
/// Times without a zone are ordered as if they were UTC. The year (or the date) may be assumed, see [`Time::assumed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    /// Nanoseconds since 1970-01-01 of the wall clock that the log shows.
    wall: i64,
    /// Seconds east of UTC, if the log states them.
    offset: Option<i32>,
    assumed: bool,
}

impl Time {
    /// Makes a time from the wall clock (nanoseconds since 1970-01-01T00:00:00 of that clock) and its zone.
    pub fn new(wall: i64, offset: Option<i32>) -> Time {
        Time { wall, offset, assumed: false }
    }

    /// Marks the year or the date as not stated by the log but taken from the file's modification time.
    pub fn assume(self) -> Time {
        Time { assumed: true, ..self }
    }

    /// Whether year or date were not stated by the log.
    pub fn assumed(self) -> bool {
        self.assumed
    }

    /// Seconds east of UTC, if the log states them.
    pub fn offset(self) -> Option<i32> {
        self.offset
    }

    /// Nanoseconds since 1970 in UTC; a wall clock without zone is taken as UTC.
    pub fn instant(self) -> i64 {
        self.wall.saturating_sub(i64::from(self.offset.unwrap_or(0)) * 1_000_000_000)
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |time: &Time| (time.instant(), time.wall, time.offset, time.assumed);
        key(self).cmp(&key(other))
    }
}

impl fmt::Display for Time {
    /// RFC 3339 with the digits that the log had (0, 3, 6 or 9): `2026-01-02T03:04:05Z`, `...+02:00`; without an offset
    /// if the zone is unknown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.wall)
    }
}
