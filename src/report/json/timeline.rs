//! The object `timeline` of the report.

use super::time;
use crate::diagnosis::{Chronology, Clock, ClockOffset, FileTimes, Pause};
use crate::finding::{Clue, Level, Levels, Time, shown_offset};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct JsonTimeline<'a> {
    /// `utc`: every record states its zone; `utc-inferred`: some zones are inferred, see `sources`; `log`: no zone is
    /// stated, times are those that the logs show; `mixed`: some zones are unknown and taken as UTC.
    clock: &'static str,
    /// How long a bucket is.
    bucket_seconds: i64,
    /// Only those with records, by time.
    buckets: Vec<JsonBucket>,
    /// Files with times, by path.
    sources: Vec<JsonSource<'a>>,
    /// How many files with times are not in `sources`.
    more_sources: u64,
    /// Silences that are long for their file, the longest first.
    gaps: Vec<JsonPause<'a>>,
    /// Steps back of a clock, the longest first.
    clock_steps: Vec<JsonStep<'a>>,
    /// Hosts whose clocks differ.
    clock_offsets: Vec<JsonOffset<'a>>,
}

#[derive(Serialize)]
struct JsonBucket {
    time: String,
    records: u64,
    /// Records by level, where there are some; those without level are only in `records`.
    levels: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct JsonSource<'a> {
    file: &'a str,
    host: Option<&'a str>,
    /// Records with a time.
    records: u64,
    first_time: Option<String>,
    last_time: Option<String>,
    /// Offsets that the records state.
    offsets: Vec<String>,
    /// Whether there are records without.
    zoneless: bool,
    /// The offset of those without, if something tells it.
    inferred_offset: Option<String>,
    /// What tells it: `given`, `header`, `relay`, `host`, `modified`.
    inferred_from: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonPause<'a> {
    file: &'a str,
    from: String,
    to: String,
    seconds: i64,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    file: &'a str,
    from: String,
    to: String,
    seconds: i64,
    end_of_summer_time: bool,
}

#[derive(Serialize)]
struct JsonOffset<'a> {
    behind: &'a str,
    ahead: &'a str,
    seconds: i64,
    spread: i64,
    pairs: usize,
    /// `relay`: two times in one record; `identifier`: the same identifier on both hosts.
    from: &'static str,
}

impl<'a> From<&'a Chronology> for JsonTimeline<'a> {
    fn from(chronology: &'a Chronology) -> Self {
        // A zone that is only inferred is not put behind a time.
        let offset = (chronology.clock == Clock::Utc).then_some(0);
        let bucket = |(start, levels): (i64, &Levels)| {
            let total = levels.iter().fold(0_u64, |total, count| total.saturating_add(*count));
            let time = Time::new(start.saturating_mul(1_000_000_000), offset).to_string();
            let names = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
            let counts = names.into_iter().zip(levels).filter(|(_, count)| **count > 0);
            let levels = counts.map(|(level, &count)| (level.name(), count)).collect();
            JsonBucket { time, records: total, levels }
        };
        JsonTimeline {
            clock: match chronology.clock {
                Clock::Utc => "utc",
                Clock::InferredUtc => "utc-inferred",
                Clock::Shown => "log",
                Clock::Mixed => "mixed",
            },
            bucket_seconds: chronology.records.width(),
            buckets: chronology.records.buckets().map(bucket).collect(),
            sources: chronology.files.iter().map(JsonSource::from).collect(),
            more_sources: chronology.more_files,
            gaps: chronology.silences.iter().map(JsonPause::from).collect(),
            clock_steps: chronology.setbacks.iter().map(JsonStep::from).collect(),
            clock_offsets: chronology.clock_offsets.iter().map(JsonOffset::from).collect(),
        }
    }
}

impl<'a> From<&'a FileTimes> for JsonSource<'a> {
    fn from(file: &'a FileTimes) -> Self {
        JsonSource {
            file: &file.file,
            host: file.host.as_deref(),
            records: file.dated,
            first_time: time(file.first_time),
            last_time: time(file.last_time),
            offsets: file.stated.iter().map(|&offset| shown_offset(offset)).collect(),
            zoneless: file.zoneless,
            inferred_offset: file.inferred.map(|it| shown_offset(it.offset)),
            inferred_from: file.inferred.map(|it| match it.clue {
                Clue::Given => "given",
                Clue::Header => "header",
                Clue::Relay => "relay",
                Clue::Host => "host",
                Clue::Modified => "modified",
            }),
        }
    }
}

impl<'a> From<&'a Pause> for JsonPause<'a> {
    fn from(pause: &'a Pause) -> Self {
        let (from, to) = (pause.from.to_string(), pause.to.to_string());
        JsonPause { file: &pause.file, from, to, seconds: pause.seconds() }
    }
}

impl<'a> From<&'a Pause> for JsonStep<'a> {
    fn from(pause: &'a Pause) -> Self {
        let JsonPause { file, from, to, seconds } = JsonPause::from(pause);
        JsonStep { file, from, to, seconds, end_of_summer_time: pause.end_of_summer_time }
    }
}

impl<'a> From<&'a ClockOffset> for JsonOffset<'a> {
    fn from(offset: &'a ClockOffset) -> Self {
        JsonOffset {
            behind: &offset.behind,
            ahead: &offset.ahead,
            seconds: offset.seconds,
            spread: offset.spread,
            pairs: offset.pairs,
            from: if offset.relayed { "relay" } else { "identifier" },
        }
    }
}
