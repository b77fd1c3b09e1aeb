//! Days of the proleptic Gregorian calendar, counted from 1970-01-01, and back.

/// Nanoseconds in a second.
pub(super) const SECOND: i64 = 1_000_000_000;
/// Seconds in a day.
pub(super) const DAY: i64 = 86_400;

/// Returns the days since 1970-01-01 of a date that [`valid`] accepts.
///
/// The year is shifted to begin in March, so that the leap day is its last one and month lengths follow one linear rule.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Returns year, month and day of a day counted from 1970-01-01.
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// Whether the year has a 29th of February.
pub(super) fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Whether the date exists and nanoseconds since 1970 can express it with room to spare.
pub(super) fn valid(year: i64, month: i64, day: i64) -> bool {
    if !(1900..=2200).contains(&year) {
        return false;
    }
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap(year) => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for (year, month, day) in
            [(2025, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1), (2024, 1, 0), (1899, 1, 1)]
        {
            assert!(!valid(year, month, day), "{year}-{month}-{day}");
        }
        assert!(valid(2024, 2, 29) && valid(2000, 2, 29) && !valid(1900, 2, 29));
    }

    proptest! {
        #[test]
        fn calendar_agrees_with_jiff(day in -25_000_i32..84_000) {
            let (year, month, dom) = date(i64::from(day));
            let epoch = jiff::civil::date(1970, 1, 1);
            let other = epoch.checked_add(jiff::Span::new().days(day)).expect("in range");
            prop_assert_eq!((year, month, dom), (i64::from(other.year()), i64::from(other.month()), i64::from(other.day())));
            prop_assert_eq!(days(year, month, dom), i64::from(day));
        }
    }
}
