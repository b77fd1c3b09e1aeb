//! The object `timeline` of the report.

use super::saved::{Read, assumed_if, named, read_time, seconds_east};
use super::{JsonTimes, LEVELS, Text};
use crate::diagnosis::{Chronology, Clock, ClockOffset, FileTimes, Inferred, Pause, Restart};
use crate::finding::{Clue, Histogram, Levels, Time, shown_offset};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::report) struct JsonTimeline<'a> {
    /// `utc`: every record states its zone; `utc-inferred`: some zones are inferred, see `sources`; `log`: no zone is
    /// stated, times are those that the logs show; `mixed`: some zones are unknown and taken as UTC.
    clock: Text<'a>,
    /// How long a bucket is.
    bucket_seconds: i64,
    /// Only those with records, by time.
    buckets: Vec<JsonBucket<'a>>,
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
    /// Starts of computers and services, by time; the latest 256.
    starts: Vec<JsonStart<'a>>,
    /// How many earlier ones are not in `starts`.
    more_starts: u64,
}

#[derive(Deserialize, Serialize)]
struct JsonBucket<'a> {
    time: String,
    records: u64,
    /// Records by level, where there are some; those without level are only in `records`.
    levels: BTreeMap<Text<'a>, u64>,
}

#[derive(Deserialize, Serialize)]
struct JsonSource<'a> {
    file: Text<'a>,
    host: Option<Text<'a>>,
    /// Records with a time.
    records: u64,
    #[serde(flatten)]
    times: JsonTimes,
    /// Offsets that the records state.
    offsets: Vec<String>,
    /// Whether there are records without.
    zoneless: bool,
    /// The offset of those without, if something tells it.
    inferred_offset: Option<String>,
    /// What tells it: `given`, `header`, `relay`, `host`, `modified`.
    inferred_from: Option<Text<'a>>,
}

#[derive(Deserialize, Serialize)]
struct JsonPause<'a> {
    file: Text<'a>,
    from: String,
    to: String,
    /// Which of the two the log does not state as a whole: year or date are assumed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    assumed: Vec<String>,
    seconds: i64,
}

#[derive(Deserialize, Serialize)]
struct JsonStep<'a> {
    #[serde(flatten)]
    pause: JsonPause<'a>,
    end_of_summer_time: bool,
}

#[derive(Deserialize, Serialize)]
struct JsonStart<'a> {
    what: Text<'a>,
    host: Option<Text<'a>>,
    file: Text<'a>,
    line: u64,
    time: String,
    /// `time`, if the log does not state it as a whole: year or date are assumed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    assumed: Vec<String>,
}

#[derive(Deserialize, Serialize)]
struct JsonOffset<'a> {
    behind: Text<'a>,
    ahead: Text<'a>,
    seconds: i64,
    spread: i64,
    pairs: usize,
    /// `relay`: two times in one record; `identifier`: the same identifier on both hosts.
    from: Text<'a>,
}

impl<'a> From<&'a Chronology> for JsonTimeline<'a> {
    fn from(chronology: &'a Chronology) -> Self {
        // A zone that is only inferred is not put behind a time.
        let offset = (chronology.clock == Clock::Utc).then_some(0);
        let bucket = |(start, levels): (i64, &Levels)| {
            let total = levels.iter().fold(0_u64, |total, count| total.saturating_add(*count));
            let time = Time::new(start.saturating_mul(1_000_000_000), offset).to_string();
            let counts = LEVELS.into_iter().zip(levels).filter(|(_, count)| **count > 0);
            let levels = counts.map(|(level, &count)| (level.name().into(), count)).collect();
            JsonBucket { time, records: total, levels }
        };
        JsonTimeline {
            clock: clock_name(chronology.clock).into(),
            bucket_seconds: chronology.records.width(),
            buckets: chronology.records.buckets().map(bucket).collect(),
            sources: chronology.files.iter().map(JsonSource::from).collect(),
            more_sources: chronology.more_files,
            gaps: chronology.silences.iter().map(JsonPause::from).collect(),
            clock_steps: chronology.setbacks.iter().map(JsonStep::from).collect(),
            clock_offsets: chronology.clock_offsets.iter().map(JsonOffset::from).collect(),
            starts: chronology.starts.iter().map(JsonStart::from).collect(),
            more_starts: chronology.more_starts,
        }
    }
}

impl<'a> From<&'a FileTimes> for JsonSource<'a> {
    fn from(file: &'a FileTimes) -> Self {
        JsonSource {
            file: (&*file.file).into(),
            host: file.host.as_deref().map(Cow::from),
            records: file.dated,
            times: JsonTimes::of(file.first_time, file.last_time),
            offsets: file.stated.iter().map(|&offset| shown_offset(offset)).collect(),
            zoneless: file.zoneless,
            inferred_offset: file.inferred.map(|it| shown_offset(it.offset)),
            inferred_from: file.inferred.map(|it| clue_name(it.clue).into()),
        }
    }
}

impl<'a> From<&'a Pause> for JsonPause<'a> {
    fn from(pause: &'a Pause) -> Self {
        let assumed = [("from", pause.from), ("to", pause.to)].into_iter().filter(|(_, time)| time.assumed());
        JsonPause {
            file: (&*pause.file).into(),
            from: pause.from.to_string(),
            to: pause.to.to_string(),
            assumed: assumed.map(|(name, _)| name.to_owned()).collect(),
            seconds: pause.seconds(),
        }
    }
}

impl<'a> From<&'a Pause> for JsonStep<'a> {
    fn from(pause: &'a Pause) -> Self {
        JsonStep { pause: JsonPause::from(pause), end_of_summer_time: pause.end_of_summer_time }
    }
}

impl<'a> From<&'a Restart> for JsonStart<'a> {
    fn from(start: &'a Restart) -> Self {
        JsonStart {
            what: (&start.what).into(),
            host: start.host.as_deref().map(Cow::from),
            file: (&*start.file).into(),
            line: start.line,
            time: start.time.to_string(),
            assumed: start.time.assumed().then(|| "time".to_owned()).into_iter().collect(),
        }
    }
}

impl<'a> From<&'a ClockOffset> for JsonOffset<'a> {
    fn from(offset: &'a ClockOffset) -> Self {
        JsonOffset {
            behind: (&offset.behind).into(),
            ahead: (&offset.ahead).into(),
            seconds: offset.seconds,
            spread: offset.spread,
            pairs: offset.pairs,
            from: if offset.relayed { "relay" } else { "identifier" }.into(),
        }
    }
}

impl JsonTimeline<'_> {
    /// The timeline as it was before it was written.
    pub(super) fn chronology(self) -> Read<Chronology> {
        let clocks = [Clock::Utc, Clock::InferredUtc, Clock::Shown, Clock::Mixed];
        let clock = match &*self.clock {
            "" => Clock::default(),
            name => named("timeline.clock", &clocks, clock_name, name)?,
        };
        let mut records = Histogram::with_width(self.bucket_seconds);
        for bucket in self.buckets {
            let mut levels = Levels::default();
            for (level, count) in LEVELS.into_iter().zip(&mut levels) {
                *count = bucket.levels.get(level.name()).copied().unwrap_or(0);
            }
            let with_level = levels.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
            levels[LEVELS.len()] = bucket.records.saturating_sub(with_level);
            records.add(read_time(&bucket.time)?.instant().div_euclid(1_000_000_000), &levels);
        }
        Ok(Chronology {
            records,
            clock,
            files: self.sources.into_iter().map(JsonSource::times).collect::<Read<_>>()?,
            more_files: self.more_sources,
            silences: self.gaps.into_iter().map(JsonPause::pause).collect::<Read<_>>()?,
            setbacks: self.clock_steps.into_iter().map(JsonStep::pause).collect::<Read<_>>()?,
            clock_offsets: self.clock_offsets.into_iter().map(JsonOffset::offset).collect(),
            starts: self.starts.into_iter().map(JsonStart::start).collect::<Read<_>>()?,
            more_starts: self.more_starts,
        })
    }
}

impl JsonSource<'_> {
    fn times(self) -> Read<FileTimes> {
        let (first_time, last_time) = self.times.read()?;
        let clues = [Clue::Given, Clue::Header, Clue::Relay, Clue::Host, Clue::Modified];
        let inferred = match (self.inferred_offset, self.inferred_from) {
            (Some(offset), Some(from)) => Some(Inferred {
                offset: seconds_east(&offset)?,
                clue: named("timeline.sources[].inferred_from", &clues, clue_name, &from)?,
            }),
            _ => None,
        };
        Ok(FileTimes {
            file: self.file.into(),
            host: self.host.map(Cow::into_owned),
            dated: self.records,
            first_time,
            last_time,
            stated: self.offsets.iter().map(|it| seconds_east(it)).collect::<Read<_>>()?,
            inferred,
            zoneless: self.zoneless,
        })
    }
}

impl JsonPause<'_> {
    fn pause(self) -> Read<Pause> {
        let from = assumed_if(read_time(&self.from)?, &self.assumed, "from");
        let to = assumed_if(read_time(&self.to)?, &self.assumed, "to");
        Ok(Pause { file: self.file.into(), from, to, end_of_summer_time: false })
    }
}

impl JsonStep<'_> {
    fn pause(self) -> Read<Pause> {
        Ok(Pause { end_of_summer_time: self.end_of_summer_time, ..self.pause.pause()? })
    }
}

impl JsonStart<'_> {
    fn start(self) -> Read<Restart> {
        let time = assumed_if(read_time(&self.time)?, &self.assumed, "time");
        let (what, host) = (self.what.into_owned(), self.host.map(Cow::into_owned));
        Ok(Restart { what, host, file: self.file.into(), line: self.line, time })
    }
}

impl JsonOffset<'_> {
    fn offset(self) -> ClockOffset {
        ClockOffset {
            behind: self.behind.into_owned(),
            ahead: self.ahead.into_owned(),
            seconds: self.seconds,
            spread: self.spread,
            pairs: self.pairs,
            relayed: self.from == "relay",
        }
    }
}

fn clock_name(clock: Clock) -> &'static str {
    match clock {
        Clock::Utc => "utc",
        Clock::InferredUtc => "utc-inferred",
        Clock::Shown => "log",
        Clock::Mixed => "mixed",
    }
}

fn clue_name(clue: Clue) -> &'static str {
    match clue {
        Clue::Given => "given",
        Clue::Header => "header",
        Clue::Relay => "relay",
        Clue::Host => "host",
        Clue::Modified => "modified",
    }
}
