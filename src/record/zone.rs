//! The time zone in which the clock of a log was set, if somebody knows it.
//!
//! The rules of named zones are part of the program, so that the same log is read in the same way on every machine.

use super::Time;
use super::civil::SECOND;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use std::fmt;

/// A fixed offset from UTC, or a named zone with its rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    rules: TimeZone,
    name: String,
}

impl Zone {
    /// Reads `Z`, `UTC`, `+02:00`, `-0530`, `+2` or a name such as `Europe/Berlin`; `None` if there is no such zone.
    pub fn parse(text: &str) -> Option<Zone> {
        if ["z", "utc", "gmt"].contains(&text.to_ascii_lowercase().as_str()) {
            return Some(Zone { rules: TimeZone::UTC, name: "UTC".into() });
        }
        if let Some(offset) = offset(text) {
            return Some(Zone { rules: Offset::from_seconds(offset).ok()?.to_time_zone(), name: shown_offset(offset) });
        }
        let rules = jiff::tz::TimeZoneDatabase::bundled().get(text).ok()?;
        let name = rules.iana_name().unwrap_or(text).to_string();
        Some(Zone { rules, name })
    }

    /// A zone with rules that were found elsewhere, as of the machine.
    pub fn of_rules(rules: TimeZone, name: &str) -> Zone {
        Zone { rules, name: name.into() }
    }

    /// Returns its name or offset.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the seconds east of UTC at a moment, in nanoseconds since 1970 UTC.
    pub fn offset_at(&self, instant: i64) -> i32 {
        let timestamp = Timestamp::from_nanosecond(instant.into());
        timestamp.map_or(0, |timestamp| self.rules.to_offset(timestamp).seconds())
    }

    /// Returns what a clock of the zone shows at a moment; both in nanoseconds since 1970, of UTC and of that clock.
    pub fn shown(&self, instant: i64) -> i64 {
        instant.saturating_add(i64::from(self.offset_at(instant)) * SECOND)
    }

    /// Returns the moment at which a clock of the zone shows this; the first one if there are two. What is left out in
    /// spring is as long after the last moment before.
    pub fn instant(&self, shown: i64) -> i64 {
        let naive: Option<DateTime> =
            Timestamp::from_nanosecond(shown.into()).ok().map(|it| Offset::UTC.to_datetime(it));
        let found = naive.and_then(|naive| self.rules.to_timestamp(naive).ok());
        found.and_then(|it| i64::try_from(it.as_nanosecond()).ok()).unwrap_or(shown)
    }

    /// Returns the same time with the zone's offset, if it states none.
    pub fn complete(&self, time: Time) -> Time {
        if time.offset().is_some() {
            return time;
        }
        let instant = self.instant(time.instant());
        Time::new(self.shown(instant), Some(self.offset_at(instant)))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Returns `+02:00`, or `UTC` for none, of seconds east of UTC.
pub fn shown_offset(offset: i32) -> String {
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs() / 60);
    if offset == 0 { "UTC".into() } else { format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60) }
}

fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match (rest.split_once(':'), rest.len()) {
        (Some(parts), _) => parts,
        (None, 1 | 2) => (rest, "0"),
        (None, 4) => (rest.get(..2)?, rest.get(2..)?),
        (None, _) => return None,
    };
    let number = |text: &str, most: i32| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i32>().ok().filter(|&number| digits && number <= most)
    };
    Some(sign * (number(hours, 14)? * 3600 + number(minutes, 59)? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(zone: &str, shown: &str, expected: &str) {
        let zone = Zone::parse(zone).expect("a zone");
        assert_eq!(zone.complete(Time::parse(shown).unwrap()).to_string(), expected);
    }

    #[test]
    fn a_zone_is_an_offset_or_a_name() {
        check("+02:00", "2026-01-02T03:04:05", "2026-01-02T03:04:05+02:00");
        check("-0530", "2026-01-02T03:04:05", "2026-01-02T03:04:05-05:30");
        check("+2", "2026-01-02T03:04:05", "2026-01-02T03:04:05+02:00");
        check("utc", "2026-01-02T03:04:05", "2026-01-02T03:04:05Z");
        check("Europe/Berlin", "2026-01-02T03:04:05", "2026-01-02T03:04:05+01:00");
        check("europe/berlin", "2026-07-02T03:04:05", "2026-07-02T03:04:05+02:00");
        check("Asia/Kolkata", "2026-07-02T03:04:05", "2026-07-02T03:04:05+05:30");
        check("+02:00", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z");
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_first_and_one_left_out_goes_on() {
        check("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00");
        check("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T03:30:00+02:00");
    }

    #[test]
    fn other_texts_are_no_zones() {
        for text in ["", "+", "+15:00", "+2:60", "02:00", "Mars/Olympus", "+123", "+é0", "../etc/passwd"] {
            assert_eq!(Zone::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_time_panics_and_offsets_read_back(instant in any::<i64>(), quarters in -56..=56_i32, text in ".{0,8}") {
            let _ = Zone::parse(&text);
            for zone in [Zone::parse("Europe/Berlin").unwrap(), Zone::parse("UTC").unwrap()] {
                let _ = (zone.shown(instant), zone.instant(instant), zone.complete(Time::new(instant, None)));
            }
            let zone = Zone::parse(&shown_offset(quarters * 900)).unwrap();
            prop_assert_eq!(zone.offset_at(0), quarters * 900);
        }
    }
}
