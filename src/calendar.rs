//! Calendars of working hours: how much time that counts lies between two moments, and when so much of it is over.
//!
//! A [`Calendar`] is always open, or has hours for the days of the week in a time zone, and holidays. Moments are seconds since 1970
//! in UTC, lengths are seconds that really pass: a day of 24 open hours has 23 or 25 of them when clocks are set.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::BTreeSet;

/// Writes a moment for people and programs, in UTC: `2026-01-02T03:04:05Z`.
pub fn utc(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |it| it.to_string())
}

/// When time counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// `None`: always.
    hours: Option<Hours>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hours {
    zone: TimeZone,
    /// From Monday; of each day the minutes of opening and closing, in their order and apart. One at least is there.
    week: [Vec<(i16, i16)>; 7],
    holidays: BTreeSet<Date>,
    /// Month and day of holidays of every year.
    yearly: BTreeSet<(i8, i8)>,
}

/// Why words make no calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CalendarError(String);

/// The minutes of a day.
const DAY: i16 = 24 * 60;
/// Time that counts is looked for on so many days, 40 years of them: a calendar may have holidays only.
const DAYS: usize = 40 * 366;
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Calendar {
    /// All time counts.
    pub fn always() -> Calendar {
        Calendar { hours: None }
    }

    /// What is taken for working hours as long as nobody has told them: Monday to Friday from 9 to 17 in UTC.
    pub fn assumed() -> Calendar {
        let mut week: [Vec<(i16, i16)>; 7] = Default::default();
        week[..5].fill(vec![(9 * 60, 17 * 60)]);
        let (holidays, yearly) = Default::default();
        Calendar { hours: Some(Hours { zone: TimeZone::UTC, week, holidays, yearly }) }
    }

    /// Reads a calendar: an IANA time zone, hours such as `mon-fri 08:00-18:00` and `sat,sun 09:00-13:00`, and holidays such as
    /// `2026-04-06` or, of every year, `12-25`.
    pub fn parse(zone: &str, hours: &[String], holidays: &[String]) -> Result<Calendar, CalendarError> {
        let unknown = |_| CalendarError(format!("there is no time zone `{zone}`; write one such as `Europe/Berlin`"));
        let zone = TimeZoneDatabase::bundled().get(zone).map_err(unknown)?;
        let mut week: [Vec<(i16, i16)>; 7] = Default::default();
        for text in hours {
            let wrong = || CalendarError(format!("`{text}` are no hours; write `mon-fri 08:00-18:00`"));
            let (days, times) = text.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
            let times = times.trim().split_once('-').and_then(|(open, close)| Some((minute(open)?, minute(close)?)));
            let (open, close) = times.filter(|(open, close)| open < close).ok_or_else(wrong)?;
            for day in weekdays(days).ok_or_else(wrong)? {
                week[day].push((open, close));
            }
        }
        for day in &mut week {
            day.sort_unstable();
            if day.windows(2).any(|pair| pair[0].1 > pair[1].0) {
                return Err(CalendarError("hours of one day overlap".to_owned()));
            }
        }
        if week.iter().all(Vec::is_empty) {
            return Err(CalendarError("there are no hours; write `mon-fri 08:00-18:00`".to_owned()));
        }
        let (mut dates, mut yearly) = (BTreeSet::new(), BTreeSet::new());
        for text in holidays {
            let wrong = || CalendarError(format!("`{text}` is no day; write `2026-12-25`, or `12-25` for every year"));
            // A leap year has all days.
            match format!("2024-{text}").parse::<Date>() {
                Ok(day) if text.len() == 5 => yearly.insert((day.month(), day.day())),
                _ if text.len() == 10 => dates.insert(text.parse().map_err(|_| wrong())?),
                _ => return Err(wrong()),
            };
        }
        Ok(Calendar { hours: Some(Hours { zone, week, holidays: dates, yearly }) })
    }

    /// Whether all time counts.
    pub fn is_always(&self) -> bool {
        self.hours.is_none()
    }

    /// When so many seconds that count have passed since a moment; `None` if they do not within 40 years.
    pub fn due(&self, from: i64, seconds: i64) -> Option<i64> {
        let Some(hours) = &self.hours else { return from.checked_add(seconds) };
        if seconds <= 0 {
            return Some(from);
        }
        let mut left = seconds;
        for (open, close) in hours.open_from(from)? {
            match close - open {
                length if left <= length => return Some(open + left),
                length => left -= length,
            }
        }
        None
    }

    /// How many seconds that count lie between two moments; 0 if the second is not later.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        let Some(hours) = &self.hours else { return to.saturating_sub(from).max(0) };
        let open = hours.open_from(from).into_iter().flatten();
        open.take_while(|(open, _)| *open < to).map(|(open, close)| close.min(to) - open).sum()
    }
}

impl Hours {
    /// The times that count from a moment on, each later than the one before; `None` if the moment is out of reach.
    fn open_from(&self, from: i64) -> Option<impl Iterator<Item = (i64, i64)>> {
        let day = Timestamp::from_second(from).ok()?.to_zoned(self.zone.clone()).date();
        // Where clocks are set around midnight, the day before may end later than its last minute.
        let first = day.yesterday().unwrap_or(day);
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(DAYS);
        let mut until = from;
        let apart = move |(open, close): (i64, i64)| {
            let open = open.max(until);
            until = until.max(close);
            (open < close).then_some((open, close))
        };
        Some(days.flat_map(|day| self.open_on(day)).filter_map(apart))
    }

    fn open_on(&self, day: Date) -> Vec<(i64, i64)> {
        if self.holidays.contains(&day) || self.yearly.contains(&(day.month(), day.day())) {
            return Vec::new();
        }
        let index = match day.weekday() {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        };
        let moments = |(open, close): &(i16, i16)| Some((self.moment(day, *open)?, self.moment(day, *close)?));
        self.week[index].iter().filter_map(moments).collect()
    }

    /// A minute of a day. One that is left out when clocks are set is as much later; of one that comes twice it is the first.
    fn moment(&self, day: Date, minute: i16) -> Option<i64> {
        let (day, minute) = if minute == DAY { (day.tomorrow().ok()?, 0) } else { (day, minute) };
        let time = day.at(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
        Some(time.to_zoned(self.zone.clone()).ok()?.timestamp().as_second())
    }
}

/// `08:00`; `24:00` is the end of the day.
fn minute(text: &str) -> Option<i16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let plain = |it: &str| (1..=2).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
    if !plain(hour) || minute.len() != 2 || !plain(minute) {
        return None;
    }
    let (hour, minute): (i16, i16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
}

/// `mon-fri`, `sat,sun`, `fri-mon`.
fn weekdays(text: &str) -> Option<BTreeSet<usize>> {
    let index = |name: &str| WEEKDAYS.iter().position(|it| it.eq_ignore_ascii_case(name.trim()));
    let mut days = BTreeSet::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (index(first)?, index(last)?);
        let length = (last + 7 - first) % 7;
        days.extend((0..=length).map(|it| (first + it) % 7));
    }
    Some(days)
}
