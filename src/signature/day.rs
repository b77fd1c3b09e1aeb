//! Days of the calendar, for what ends on one.

use std::fmt;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Reads `2026-12-31`; `None` if there is no such day.
    pub fn parse(text: &str) -> Option<Day> {
        let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let has_form =
            text.len() == 10 && (0..10).all(|at| if at == 4 || at == 7 { !is_digit(at) } else { is_digit(at) });
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let (year, month, day): (u16, u8, u8) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        let exists = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
        (has_form && exists).then_some(Day { year, month, day })
    }

    /// Returns the day of a moment in UTC, in seconds since 1970; years from 1970 to 9999, nearest to it.
    pub fn of_unix(seconds: u64) -> Day {
        let mut days = seconds / 86_400;
        let (mut year, mut month) = (1970, 1);
        let of_year = |year: u16| if is_leap(year) { 366 } else { 365 };
        while year < 9999 && days >= of_year(year) {
            days -= of_year(year);
            year += 1;
        }
        while month < 12 && days >= u64::from(days_of(year, month)) {
            days -= u64::from(days_of(year, month));
            month += 1;
        }
        Day { year, month, day: days.min(30) as u8 + 1 }
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_there_are_are_read() {
        for text in ["2026-12-31", "2024-02-29", "1970-01-01", "9999-12-31"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        for text in
            ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "31.12.2026", "2026-12-31T00", "20261231", ""]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert!(Day::parse("2026-09-30") < Day::parse("2026-10-01"));
    }

    #[test]
    fn moments_have_a_day() {
        let day = |seconds: u64| Day::of_unix(seconds).to_string();
        assert_eq!((day(0), day(86_399), day(86_400)), ("1970-01-01".into(), "1970-01-01".into(), "1970-01-02".into()));
        assert_eq!((day(951_782_400), day(1_767_225_599)), ("2000-02-29".into(), "2025-12-31".into()));
        assert_eq!(day(u64::MAX), "9999-12-31");
    }
}
