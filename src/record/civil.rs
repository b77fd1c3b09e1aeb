//! Days of the proleptic Gregorian calendar, counted from 1970-01-01, and back.

/// Nanoseconds in a second.
pub(super) const SECOND: i64 = 1_000_000_000;
/// Seconds in a day.
pub(super) const DAY: i64 = 86_400;

/// Returns the days since 1970-01-01 of a date that [`valid`] accepts.
///
/// The year is shifted to begin in March, so that the leap day is its last one and month lengths follow one linear rule.
pub(super) const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The first and the last year of dates that are taken for such.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2200;

/// The day since 1970 on which each of these years begins, and the one behind them.
static YEAR_STARTS: [i32; 302] = {
    let mut starts = [0; 302];
    let mut index = 0;
    while index < starts.len() {
        starts[index] = days(1900 + index as i64, 1, 1) as i32;
        index += 1;
    }
    starts
};

/// Days of a year before each month counted from 1, without and with a leap day; month 0 has no days.
static MONTH_STARTS: [[u16; 14]; 2] = [
    [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365],
    [0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366],
];

/// Returns the days since 1970-01-01 of a date if [`valid`] accepts it.
#[inline]
pub(super) fn day(year: u32, month: u32, day: u32) -> Option<i64> {
    let index = year.wrapping_sub(1900) as usize;
    let &[start, next] = YEAR_STARTS.get(index..)?.first_chunk()?;
    let months = &MONTH_STARTS[usize::from(next - start == 366)];
    let &[before, end] = months.get(month as usize..)?.first_chunk()?;
    let day = day.wrapping_sub(1);
    (day < u32::from(end - before)).then_some(i64::from(start) + i64::from(before) + i64::from(day))
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
    if !YEARS.contains(&year) {
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

        #[test]
        fn the_table_of_days_agrees_with_the_formula(year in 1880_u32..2220, month in 0_u32..16, dom in 0_u32..40) {
            let (y, m, d) = (i64::from(year), i64::from(month), i64::from(dom));
            prop_assert_eq!(day(year, month, dom), valid(y, m, d).then(|| days(y, m, d)));
        }
    }
}
