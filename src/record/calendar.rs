//! What a log leaves out of its times, filled in from outside: the year, or the whole date.

use super::Time;
use super::civil::{self, DAY, SECOND};
use super::name_date::NamedDay;
use super::stamp::{Date, Stamp};

/// Where missing years and dates are taken from.
///
/// With the day in the file's name, or else its modification time: the latest year in which the time is not more than a
/// day after it (clocks and zones differ), and its date for times of day; where they pass midnight, the dates on both sides.
/// Else the first full date that the file's head shows. Else 1970: such a time is still good for order and distance, and it says of itself that it is assumed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Calendar {
    /// Seconds since 1970 of the last moment that the log can speak of.
    modified: Option<i64>,
    /// The day in the file's name, and its modification time if that is plausible.
    named: Option<(NamedDay, Option<i64>)>,
    /// The year of `modified` or else of `seen`, so that it is not computed for every line.
    year: i64,
    /// Day since 1970 of a full date in the head.
    seen: Option<i64>,
    /// The day of the file's first time without year and the year it is in, where the file shows that and its last change
    /// does not. Times are from then on.
    since: Option<(i64, i64)>,
    /// The day and the time of day (in nanoseconds) of the file's last line, where lines have only a time of day and pass
    /// midnight.
    ending: Option<(i64, i64)>,
}

impl Calendar {
    /// `named` is the day in the file's name.
    pub(super) fn new(named: Option<NamedDay>, modified: Option<i64>, seen: Option<i64>) -> Calendar {
        // A file system without times gives 1980 or 1970; numbers beyond what nanoseconds can express are damage.
        let plausible = |&seconds: &i64| (DAY * 366..4_102_444_800).contains(&seconds);
        let modified = modified.filter(plausible);
        // A day that had not come when the file was written is no day of its lines.
        let named = named.filter(|it| modified.is_none_or(|modified| it.day * DAY <= modified + DAY));
        let named = named.map(|named| (named, modified));
        let modified = named.map(|(named, _)| named.day * DAY + DAY - 1).or(modified);
        let year = modified.map(|it| it.div_euclid(DAY)).or(seen).map_or(1970, |day| civil::date(day).0);
        Calendar { modified, named, year, seen, since: None, ending: None }
    }

    /// Sets the day of the file's first time without year.
    pub(super) fn since(self, day: Option<i64>) -> Calendar {
        Calendar { since: day.map(|day| (day, civil::date(day).0)), ..self }
    }

    /// Sets the time of day of the last line of a file whose lines pass midnight and have no date. It is on the day of the
    /// file's last change, or on the one beside that if the clock of the log is in another zone. A day in the file's name
    /// is that of the first lines, unless the log was put away then; copies were changed on any later day.
    pub(super) fn ending(self, clock: i64) -> Calendar {
        let changed = |modified| day_of_last(modified, clock);
        let day = match self.named {
            Some((named, modified)) => {
                let is_last = named.is_last || modified.is_some_and(|modified| changed(modified) <= named.day);
                Some(named.day + i64::from(!is_last))
            }
            None => self.modified.map(changed),
        };
        Calendar { ending: day.map(|day| (day, clock)).or(self.ending), ..self }
    }

    pub(super) fn time(&self, stamp: &Stamp) -> Time {
        self.complete(stamp.date, stamp.clock, stamp.offset, stamp.digits)
    }

    /// Makes a time from its parts, see [`Stamp`].
    #[inline]
    pub(super) fn complete(&self, date: Date, clock: i64, offset: Option<i32>, digits: u8) -> Time {
        let wall = |days: i64| days * DAY * SECOND + clock;
        let (days, assumed) = match date {
            Date::Days(days) => (days, false),
            Date::Yearless(month, day) => (self.year(month, day, clock), true),
            Date::Absent => (self.day_of_clock(clock), true),
        };
        let time = Time::with_fraction(wall(days), offset, digits);
        if assumed { time.assume() } else { time }
    }

    /// Whether a time whose year was assumed has the same day so many seconds later.
    pub(super) fn is_steady(&self, time: Time, seconds: i64) -> bool {
        let day = time.wall_day();
        let (_, month, of_month) = civil::date(day);
        let clock = time.wall_clock();
        // A year is too late from some moment on.
        [clock, clock + seconds * SECOND].into_iter().all(|clock| self.year(month, of_month, clock) == day)
    }

    /// Returns the day of a time of day.
    fn day_of_clock(&self, clock: i64) -> i64 {
        match self.ending {
            // No line was written after the last one.
            Some((day, last)) => day - i64::from(clock > last + OUT_OF_ORDER),
            None => self.modified.map(|it| it.div_euclid(DAY)).or(self.seen).unwrap_or(0),
        }
    }

    /// Returns the day of the assumed year.
    fn year(&self, month: i64, day: i64, clock: i64) -> i64 {
        if let Some((first, year)) = self.since {
            return later_than(first, year, month, day);
        }
        let mut year = match (self.modified, self.seen) {
            (Some(modified), _) => {
                // Near the turn of a year, the file's clock and the log's may disagree about it.
                let days = |year| {
                    civil::day(year as u32, month as u32, day as u32).unwrap_or_else(|| civil::days(year, month, day))
                };
                // Divisions are slow: the clock is compared in seconds only where the day does not decide.
                let late = |year| {
                    let begins = days(year) * DAY;
                    begins > modified + DAY || (begins + DAY > modified && begins + clock / SECOND > modified + DAY)
                };
                if month == 1 && day == 1 && !late(self.year + 1) {
                    self.year + 1
                } else if late(self.year) {
                    self.year - 1
                } else {
                    self.year
                }
            }
            (None, Some(_)) => self.year,
            (None, None) if (month, day) == (2, 29) => 1972,
            (None, None) => 1970,
        };
        loop {
            match civil::day(year as u32, month as u32, day as u32) {
                Some(day) => return day,
                // No month and day without a leap year get here but the 29th of February.
                None if year > 1900 => year -= 1,
                None => return civil::days(year, month, day),
            }
        }
    }
}

/// The day of the last line of a file, by its time of day and when the file was changed last.
fn day_of_last(modified: i64, clock: i64) -> i64 {
    // Clocks are up to 14 hours ahead of UTC. More than eight and a midnight between both is rarer than a file that was
    // copied in the evening.
    let ahead = clock / SECOND - modified.rem_euclid(DAY);
    modified.div_euclid(DAY) + i64::from(ahead < -16 * 3600) - i64::from(ahead > 14 * 3600)
}

/// How far lines of several threads are out of order, in nanoseconds.
const OUT_OF_ORDER: i64 = 60 * SECOND;

/// Whether lines that have only a time of day pass midnight between the first and the last of them.
pub(super) fn passes_midnight(first: i64, last: i64) -> bool {
    last + OUT_OF_ORDER < first
}

/// Lines of a log may be a little earlier than its first one.
const DISORDER: i64 = 7;

/// The first such day from `first` on, which is in `year`.
fn later_than(first: i64, year: i64, month: i64, day: i64) -> i64 {
    // A 29th of February may be eight years away.
    let mut years = (year - 1..=year + 8).filter(|&year| civil::valid(year, month, day));
    years.find_map(|year| Some(civil::days(year, month, day)).filter(|day| *day >= first - DISORDER)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::super::stamp::{Orders, stamp};
    use super::*;

    #[track_caller]
    fn check(text: &str, modified: Option<i64>, seen: Option<i64>, expected: &str) {
        let (stamp, _) = stamp(text.as_bytes(), 0, Orders::Usual).expect("a time");
        let time = Calendar::new(None, modified, seen).time(&stamp);
        assert_eq!((time.to_string().as_str(), time.assumed()), (expected, true));
    }

    #[test]
    fn missing_year_is_the_latest_that_is_not_after_the_file() {
        let new_year = civil::days(2026, 1, 1) * DAY;
        check("Dec 31 23:59:59 x", Some(new_year), None, "2025-12-31T23:59:59");
        check("Jan  1 20:00:00 x", Some(new_year), None, "2026-01-01T20:00:00");
        check("Jan  3 00:00:00 x", Some(new_year), None, "2025-01-03T00:00:00");
        check("Feb 29 10:00:00 x", Some(new_year), None, "2024-02-29T10:00:00");
        check("Jan  1 00:30:00 x", Some(new_year - 3600), None, "2026-01-01T00:30:00");
    }

    #[test]
    fn missing_date_is_that_of_the_file() {
        check("2:25:06 PM 224", Some(civil::days(2026, 5, 4) * DAY + 70_000), None, "2026-05-04T14:25:06");
    }

    /// The times of all lines of a file.
    fn times(text: &str) -> Vec<String> {
        times_of("", text, Some(civil::days(2026, 5, 5) * DAY + 1200))
    }

    fn times_of(path: &str, text: &str, modified: Option<i64>) -> Vec<String> {
        let format = crate::record::Reading::of_text(path, text.as_bytes(), modified).expect("text").format;
        let time = |line: &str| format.header(line.as_bytes()).and_then(|it| it.time).expect("a time").to_string();
        text.lines().map(time).collect()
    }

    #[test]
    fn lines_with_a_time_of_day_pass_midnight() {
        assert_eq!(
            times("23:58:00 a\n23:59:59 b\n00:00:01 c\n00:19:00 d\n"),
            ["2026-05-04T23:58:00", "2026-05-04T23:59:59", "2026-05-05T00:00:01", "2026-05-05T00:19:00"]
        );
        // The newest line first, a single day, a little out of order.
        assert_eq!(times("00:19:00 d\n00:18:00 c\n00:01:00 b\n00:00:10 a\n")[0], "2026-05-05T00:19:00");
        assert_eq!(times("00:01:00 a\n00:02:00 b\n00:03:00 c\n")[0], "2026-05-05T00:01:00");
        assert_eq!(times("00:18:30 a\n00:19:00 b\n00:18:29 c\n")[1], "2026-05-05T00:19:00");
    }

    #[test]
    fn a_day_in_the_name_is_that_of_the_first_lines() {
        let text = "11:58:00 PM   1210  INFO    a\n11:59:59 PM   1210  INFO    b\n\
            12:29:48 AM   1210  INFO    c\n1:00:21 AM   1210  INFO    d\n";
        let of_next_day = ["2026-02-18T23:58:00", "2026-02-18T23:59:59", "2026-02-19T00:29:48", "2026-02-19T01:00:21"];
        let of_day_before =
            ["2026-02-17T23:58:00", "2026-02-17T23:59:59", "2026-02-18T00:29:48", "2026-02-18T01:00:21"];
        let at = |day: i64, hour: i64| Some(civil::days(2026, 2, day) * DAY + hour * 3600);
        // Copied later, written until then, with a clock that is two hours ahead of UTC, and unknown.
        for modified in [at(25, 12), at(19, 1), at(18, 23), None] {
            assert_eq!(times_of("VeeamGuestHelper_18.02.2026.log", text, modified), of_next_day, "{modified:?}");
        }
        // Put away on that day, as logrotate does it or by the time of the file.
        for modified in [at(25, 12), at(18, 1), None] {
            assert_eq!(times_of("guest.log-20260218", text, modified), of_day_before, "{modified:?}");
        }
        assert_eq!(times_of("guest-20260218.log", text, at(18, 2)), of_day_before);
        // A single day.
        let day = "7:30:02 PM   1210  INFO    a\n7:30:05 PM   1210  INFO    b\n8:04:47 PM   1210  INFO    c\n";
        assert_eq!(times_of("VeeamGuestHelper_18.02.2026.log", day, None)[2], "2026-02-18T20:04:47");
        // A name of a day that had not come says nothing.
        assert_eq!(times_of("x_2026-02-18.log", text, at(1, 2))[3], "2026-02-01T01:00:21");
    }

    #[test]
    fn times_of_day_after_that_of_the_last_line_are_of_the_day_before() {
        let check = |last: &str, modified: &str, clock: &str, expected: &str| {
            let seconds = |text: &str| Time::parse(text).expect("a time").instant() / SECOND;
            let of = |text: &str| stamp(text.as_bytes(), 0, Orders::Usual).expect("a time").0;
            let calendar = Calendar::new(None, Some(seconds(modified)), None).ending(of(last).clock);
            assert_eq!(calendar.time(&of(clock)).to_string(), expected, "{last} {modified}");
        };
        check("00:20:00 x", "2026-05-05T00:20:01Z", "23:59:59 x", "2026-05-04T23:59:59");
        check("00:20:00 x", "2026-05-05T00:20:01Z", "00:19:59 x", "2026-05-05T00:19:59");
        check("00:20:00 x", "2026-05-05T00:20:01Z", "00:20:59 x", "2026-05-05T00:20:59");
        // Two hours ahead of UTC, and seven behind.
        check("00:20:00 x", "2026-05-04T22:20:01Z", "23:59:59 x", "2026-05-04T23:59:59");
        check("17:20:00 x", "2026-05-05T00:20:01Z", "23:59:59 x", "2026-05-03T23:59:59");
    }

    #[test]
    fn without_modification_time_the_head_or_1970_is_the_reference() {
        check("Mar  4 05:06:07 x", None, Some(civil::days(2021, 7, 1)), "2021-03-04T05:06:07");
        check("Mar  4 05:06:07 x", None, None, "1970-03-04T05:06:07");
        check("Feb 29 05:06:07 x", None, None, "1972-02-29T05:06:07");
        check("Feb 29 05:06:07 x", None, Some(civil::days(2021, 7, 1)), "2020-02-29T05:06:07");
    }
}
