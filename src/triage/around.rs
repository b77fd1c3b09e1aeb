//! `--since` and `--until`: what people write about a time, and the window that it means for a bundle.
//!
//! A [`Bound`] is read from text. One that counts back from the end of the bundle needs [`last_time_in`], a first look that
//! reads of each file no more than its last records (of packed files everything, as there is no other way to their end).
//! [`Around::new`] puts both bounds and the zone together.

use crate::bundle::{Bundle, Content};
use crate::record::{ChunkReader, Encoding, Reading, Time, Zone};
use crate::scan::{Window, last_time, last_time_of};
use std::io::Read;
use std::sync::{Mutex, PoisonError};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// What is wanted of a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// Which records.
    pub window: Window,
    /// From this moment on, inclusive; with the zone in which it was given or which was told for the logs.
    pub since: Option<Time>,
    /// Up to this moment, exclusive.
    pub until: Option<Time>,
}

/// One end of the time that is wanted, as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A moment, with its zone or without.
    At(Time),
    /// A day: of `--since` its beginning, of `--until` its end. It begins at this time.
    Day(Time),
    /// So many seconds before the last time in the bundle.
    BeforeEnd(i64),
}

/// Why there is no such window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundError {
    /// The text is none of what is understood.
    #[error(
        "neither a time (`2026-01-02 03:04`, `2026-01-02T03:04:05+02:00`), a day (`2026-01-02`) nor a time before the end (`-2h`, `-30m`, `-3d`)"
    )]
    Unknown,
    /// Nothing can lie in the window.
    #[error("`--since` is not before `--until`")]
    Empty,
    /// A bound counts back from the last time in the bundle, and there is none.
    #[error("no record of the bundle has a time from which one could count back")]
    NoEnd,
}

impl Bound {
    /// Reads `2026-01-02 03:04`, `2026-01-02T03:04:05.678Z`, `2026-01-02`, `-2h`, `-1d12h` and the like.
    pub fn parse(text: &str) -> Result<Bound, BoundError> {
        let text = text.trim();
        let bound = match text.strip_prefix('-') {
            Some(length) => seconds(length).map(Bound::BeforeEnd),
            None if text.len() == 10 => Time::parse(&format!("{text}T00:00:00")).map(Bound::Day),
            None => Time::parse(text).or_else(|| Time::parse(&with_seconds(text)?)).map(Bound::At),
        };
        bound.ok_or(BoundError::Unknown)
    }

    /// The moment at the beginning, or for `--until` the one behind the end.
    fn moment(self, ends: bool, last: Option<Time>) -> Result<Time, BoundError> {
        match self {
            Bound::At(time) => Ok(time),
            Bound::Day(time) => Ok(later(time, if ends { DAY } else { 0 })),
            Bound::BeforeEnd(seconds) => Ok(later(last.ok_or(BoundError::NoEnd)?, -seconds)),
        }
    }
}

impl Around {
    /// Returns the window between two bounds. `zone` is that of times which state none, in the logs and in the bounds;
    /// `last` is the last time in the bundle, needed for a bound that counts back from it.
    ///
    /// If neither a bound nor the user names a zone, bounds are compared with the clock that each log shows. If one of
    /// them does, what has no zone is taken as UTC.
    pub fn new(
        since: Option<Bound>,
        until: Option<Bound>,
        zone: Option<&Zone>,
        last: Option<Time>,
    ) -> Result<Around, BoundError> {
        let moment = |bound: Option<Bound>, ends| bound.map(|bound| bound.moment(ends, last)).transpose();
        let (since, until) = (moment(since, false)?, moment(until, true)?);
        let complete = |time: Time| zone.map_or(time, |zone| zone.complete(time));
        let (since, until) = (since.map(complete), until.map(complete));
        if let (Some(since), Some(until)) = (since, until)
            && since.instant() >= until.instant()
        {
            return Err(BoundError::Empty);
        }
        let (from, to) = (since.map(Time::instant), until.map(Time::instant));
        let stated = [since, until].into_iter().flatten().any(|time| time.offset().is_some());
        let window = if !stated {
            Window::of_shown(from, to)
        } else {
            let shown = |instant: i64| zone.map_or(instant, |zone| zone.shown(instant));
            Window::of_instants((from, to), (from.map(shown), to.map(shown)))
        };
        Ok(Around { window, since, until })
    }
}

fn later(time: Time, seconds: i64) -> Time {
    let offset = time.offset();
    let shown = time.instant().saturating_add((i64::from(offset.unwrap_or(0)) + seconds).saturating_mul(SECOND));
    Time::new(shown, offset)
}

/// `2h`, `1d12h`: numbers with units.
fn seconds(mut text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    while !text.is_empty() {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = text.get(..digits)?.parse().ok()?;
        let unit = match text.as_bytes().get(digits)? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => DAY,
            b'w' => 7 * DAY,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        text = text.get(digits + 1..)?;
    }
    // More than all times that can be expressed.
    (1..10_000_000_000).contains(&total).then_some(total)
}

/// `2026-01-02 03:04+02:00` has no seconds, which a log always has.
fn with_seconds(text: &str) -> Option<String> {
    let (minutes, zone) = (text.get(..16)?, text.get(16..)?);
    Some(format!("{minutes}:00{zone}")).filter(|_| !zone.starts_with(':'))
}

/// Returns the last time in a bundle: that of the last record of the file which ends last.
///
/// A time that is more than a day after the file's last change is a wrong clock and does not count; one whose year or date
/// is assumed counts only if there is no other.
pub fn last_time_in(bundle: &Bundle) -> Option<Time> {
    let last = Mutex::new(None::<Time>);
    bundle.visit(&|entry| {
        let modified = entry.modified;
        let Some(time) = last_time_of_entry(&entry.path, modified, entry.content) else { return };
        let limit = modified.map_or(i64::MAX, |it| it.saturating_add(DAY).saturating_mul(SECOND));
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if time.instant() <= limit {
            *last = last.into_iter().chain([time]).max_by_key(|time| (!time.assumed(), *time));
        }
    });
    last.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn last_time_of_entry(path: &str, modified: Option<i64>, content: Content<'_>) -> Option<Time> {
    let source: &mut (dyn Read + Send) = match content {
        Content::Mapped(text) => {
            let reading = Reading::of_file(path, &text[..text.len().min(Reading::HEAD)], modified)?;
            if reading.encoding == Encoding::Bytes {
                return last_time_of(&text, &reading.format);
            }
            return last_time_of_stream(path, modified, &mut text.bytes());
        }
        Content::Stream(source) => source,
    };
    last_time_of_stream(path, modified, source)
}

fn last_time_of_stream(path: &str, modified: Option<i64>, source: &mut (dyn Read + Send)) -> Option<Time> {
    let mut head = Vec::new();
    // A stream has no errors: the bundle keeps them and ends it.
    let _ = (&mut *source).take(Reading::HEAD as u64).read_to_end(&mut head);
    let reading = Reading::of_file(path, &head, modified)?;
    let mut reader = ChunkReader::new(source, head, &reading);
    let (mut last, mut reuse) = (None, None);
    while let Some(owned) = reader.next_chunk(reuse.take()) {
        last = last_time(&owned.chunk(), &reading.format).or(last);
        reuse = Some(owned);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    #[test]
    fn a_bound_is_a_time_a_day_or_a_length() {
        let check = |text: &str, expected| assert_eq!(Bound::parse(text), Ok(expected), "{text}");
        check("2026-01-02 03:04:05", Bound::At(time("2026-01-02T03:04:05")));
        check("2026-01-02T03:04", Bound::At(time("2026-01-02T03:04:00")));
        check("2026-01-02 03:04Z", Bound::At(time("2026-01-02T03:04:00Z")));
        check("2026-01-02T03:04:05.678+02:00", Bound::At(time("2026-01-02T03:04:05.678+02:00")));
        check("2026-01-02", Bound::Day(time("2026-01-02T00:00:00")));
        check("-2h", Bound::BeforeEnd(7200));
        check("-1d12h30m5s", Bound::BeforeEnd(86_400 + 43_200 + 1805));
        check("-1w", Bound::BeforeEnd(604_800));
        for text in [
            "",
            "-",
            "-2",
            "-h",
            "-2x",
            "-0h",
            "2h",
            "yesterday",
            "2026-13-01",
            "2026-01-02 25:00",
            "03:04",
            "-99999999999999999999d",
        ] {
            assert_eq!(Bound::parse(text), Err(BoundError::Unknown), "{text}");
        }
    }

    #[track_caller]
    fn check(since: &str, until: &str, zone: Option<&str>, inside: &[&str], outside: &[&str]) {
        let bound = |text: &str| Some(text).filter(|it| !it.is_empty()).map(|it| Bound::parse(it).unwrap());
        let zone = zone.map(|it| Zone::parse(it).unwrap());
        let last = Some(time("2026-01-02T10:00:00"));
        let around = Around::new(bound(since), bound(until), zone.as_ref(), last).unwrap();
        for text in inside {
            assert!(around.window.contains(time(text)), "{text} in {around:?}");
        }
        for text in outside {
            assert!(!around.window.contains(time(text)), "{text} in {around:?}");
        }
    }

    #[test]
    fn without_any_zone_the_clock_of_the_log_counts() {
        let inside = ["2026-01-02T03:00:00", "2026-01-02T03:00:00+05:00", "2026-01-02T03:59:59.999Z"];
        check("2026-01-02 03:00", "2026-01-02 04:00", None, &inside, &["2026-01-02T04:00:00", "2026-01-02T02:59:59Z"]);
    }

    #[test]
    fn with_a_zone_instants_count() {
        let inside = ["2026-01-02T03:00:00Z", "2026-01-02T03:00:00", "2026-01-02T05:00:00+02:00"];
        check("2026-01-02 03:00Z", "2026-01-02 04:00", None, &inside, &["2026-01-02T03:00:00+02:00"]);
        let inside = ["2026-01-02T03:00:00", "2026-01-02T02:00:00Z"];
        check("2026-01-02 03:00", "2026-01-02 04:00", Some("Europe/Berlin"), &inside, &["2026-01-02T03:00:00Z"]);
    }

    #[test]
    fn until_a_day_is_to_its_end() {
        let inside = ["2026-01-02T00:00:00", "2026-01-03T23:59:59.999"];
        check("2026-01-02", "2026-01-03", None, &inside, &["2026-01-01T23:59:59", "2026-01-04T00:00:00"]);
    }

    #[test]
    fn a_length_counts_back_from_the_last_time() {
        check("-2h", "", None, &["2026-01-02T08:00:00", "2026-01-02T10:00:00"], &["2026-01-02T07:59:59"]);
        check("-2h", "-1h", None, &["2026-01-02T08:59:59"], &["2026-01-02T09:00:00"]);
        assert_eq!(Around::new(Some(Bound::BeforeEnd(1)), None, None, None).unwrap_err(), BoundError::NoEnd);
    }

    #[test]
    fn an_empty_window_is_refused() {
        let bound = |text| Some(Bound::parse(text).unwrap());
        let around = |since, until| Around::new(bound(since), bound(until), None, None).map(|_| ());
        assert_eq!(around("2026-01-02", "2026-01-01"), Err(BoundError::Empty));
        assert_eq!(around("2026-01-02 03:00", "2026-01-02 03:00"), Err(BoundError::Empty));
        assert_eq!(around("2026-01-02", "2026-01-02"), Ok(()));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,30}|[-0-9smhdw: TZ+]{0,30}") {
            if let Ok(bound) = Bound::parse(&text) {
                let _ = Around::new(Some(bound), Some(Bound::Day(time("2026-01-02T00:00:00"))), None, Some(Time::new(i64::MIN, None)));
            }
        }
    }
}
