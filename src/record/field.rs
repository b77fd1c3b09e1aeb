//! Names and values of structured logs: which key means time, level, message or component, whatever the library.

use super::Time;
use super::header::Rules;
use super::level::Level;
use super::stamp::{self, Date, Shape, stamp};
use super::watch::Watch;

/// What a key stands for; the number ranks several keys of the same meaning, the lowest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Time(u8),
    Level(u8),
    Message(u8),
    Component(u8),
}

/// Returns what a key means. Nested keys are joined by a dot: `log.level`, `t.$date`.
pub(super) fn key(name: &[u8]) -> Option<Key> {
    Some(match name {
        b"@timestamp" | b"t.$date" | b"__REALTIME_TIMESTAMP" | b"TimeCreated" => Key::Time(0),
        b"timestamp" | b"time" | b"ts" | b"Timestamp" | b"@t" | b"datetime" | b"Time" | b"eventTime"
        | b"TimeGenerated" | b"timeUnixNano" | b"timestampSeconds" => Key::Time(1),
        b"date" | b"asctime" | b"time_iso8601" | b"requestReceivedTimestamp" | b"created" | b"t" | b"when" => {
            Key::Time(2)
        }
        // The moment of the event before that of its arrival.
        b"generated_at"
        | b"event_time"
        | b"created_at"
        | b"start_time"
        | b"EdgeStartTimestamp"
        | b"unixTime"
        | b"timeMillis"
        | b"timestamp.seconds"
        | b"time.seconds"
        | b"instant.epochSecond"
        | b"_time"
        | b"EventTime" => Key::Time(3),
        b"received_at" | b"calendarTime" | b"time_local" | b"ingestionTime" => Key::Time(4),
        b"log.level" | b"level" | b"lvl" | b"severity" | b"Level" | b"levelname" | b"@l" | b"loglevel"
        | b"level_name" | b"@level" | b"LogLevel" => Key::Level(0),
        b"PRIORITY" | b"s" | b"SeverityText" | b"severityText" | b"log_level" | b"logLevel" | b"pri" | b"priority"
        | b"severity_text" | b"error_severity" => Key::Level(1),
        b"severity_number" | b"SeverityNumber" | b"severityNumber" => Key::Level(2),
        b"msg" | b"message" | b"MESSAGE" | b"Message" | b"fields.message" | b"@m" | b"RenderedMessage"
        | b"@message" => Key::Message(0),
        b"log"
        | b"event"
        | b"@mt"
        | b"body"
        | b"text"
        | b"short_message"
        | b"jsonPayload.message"
        | b"textPayload"
        | b"body.stringValue" => Key::Message(1),
        b"logger" | b"component" | b"c" | b"log.logger" | b"logger_name" | b"loggerName" | b"target" | b"@module"
        | b"Category" => Key::Component(0),
        b"module" | b"SYSLOG_IDENTIFIER" | b"service" | b"service.name" | b"caller" | b"SourceContext" => {
            Key::Component(1)
        }
        b"name" | b"source" | b"app" | b"provider" => Key::Component(2),
        _ => return None,
    })
}

/// Reads a time that is text or number: any stamp, or seconds to nanoseconds since 1970 with a fraction or none.
pub(super) fn time(value: &[u8], rules: &Rules) -> Option<(Time, Option<i64>)> {
    if let Some(epoch) = epoch(value) {
        return Some((rules.calendar.time(&epoch), None));
    }
    let (stamp, _) = stamp(value, 0, rules.orders)?;
    let day = if let Date::Days(day) = stamp.date { Some(day) } else { None };
    Some((rules.calendar.time(&stamp), day))
}

fn epoch(value: &[u8]) -> Option<stamp::Stamp> {
    let whole = super::clock::digits_run(value, 0);
    let fraction = if value.get(whole) == Some(&b'.') { super::clock::digits_run(value, whole + 1) } else { 0 };
    let dot = usize::from(fraction > 0);
    if whole + dot + fraction != value.len() {
        return None;
    }
    let power = match whole {
        10 => 9,
        13 => 6,
        16 => 3,
        19 => 0,
        _ => return None,
    };
    // Digits behind the point go on where the whole number ends, until nanoseconds are full.
    let mut nanos: i64 = 0;
    let digits = value[..whole].iter().chain(&value[whole + dot..]).chain(std::iter::repeat(&b'0'));
    for &digit in digits.take(whole + power) {
        nanos = nanos.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
    }
    super::packed::from_epoch(nanos, (whole - 10 + fraction).min(9) as u8, Shape::Epoch)
}

/// Reads a level that is a word, a letter or a number in the scale that its key uses.
pub(super) fn level(name: &[u8], value: &[u8], rules: &Watch<'_>) -> Option<Level> {
    let value = value.trim_ascii();
    if value.first().is_some_and(u8::is_ascii_digit) {
        let (number, end) = super::clock::number(value, 0, 1, 3)?;
        if end != value.len() && value.get(end) != Some(&b'.') {
            return None;
        }
        rules.number(&value[..end]);
        let number = number as u64;
        return match name {
            b"pri" => Some(welf(number)),
            b"severity_number" | b"SeverityNumber" | b"severityNumber" => open_telemetry(number),
            _ if number >= 100 => Level::from_hundreds(number),
            _ if number >= 10 => Level::from_tens(number),
            _ => (number <= 7).then(|| Level::from_syslog(number)),
        };
    }
    match value {
        &[letter] => Level::from_letter(letter.to_ascii_uppercase()),
        // MongoDB's debug levels are D1 to D5.
        &[b'D', digit @ b'0'..=b'9'] => {
            rules.number(&value[1..]);
            matches!(digit, b'1'..=b'5').then_some(Level::Debug)
        }
        word => Level::from_word(word),
    }
}

/// The `pri` of WELF as Pulse Secure's gateways use it: 0 critical, 2 major, 4 minor, 6 information.
fn welf(number: u64) -> Level {
    match number {
        0 | 1 => Level::Fatal,
        2 | 3 => Level::Error,
        4 => Level::Warn,
        5 | 6 => Level::Info,
        _ => Level::Debug,
    }
}

/// Nextcloud's numbers: 0 debug, 1 info, 2 warning, 3 error, 4 fatal.
fn nextcloud(value: &[u8], rules: &Watch<'_>) -> Option<Level> {
    let &[digit @ b'0'..=b'4'] = value else { return None };
    rules.number(value);
    [Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal].get(usize::from(digit - b'0')).copied()
}

/// `2026-01-02` and nothing else.
fn is_day(value: &[u8]) -> bool {
    let separator = |index| matches!(index, 4 | 7);
    let fits = |(index, byte): (usize, &u8)| match separator(index) {
        true => matches!(byte, b'-' | b'/' | b'.'),
        false => byte.is_ascii_digit(),
    };
    value.len() == 10 && value.iter().enumerate().all(fits)
}

/// `3:04:05`, with whatever follows.
fn is_clock(value: &[u8]) -> bool {
    let hour = super::clock::digits_run(value, 0);
    matches!(hour, 1 | 2) && value.get(hour) == Some(&b':')
}

/// OpenTelemetry's severity number: four steps for each level.
fn open_telemetry(number: u64) -> Option<Level> {
    Some(match number {
        1..=4 => Level::Trace,
        5..=8 => Level::Debug,
        9..=12 => Level::Info,
        13..=16 => Level::Warn,
        17..=20 => Level::Error,
        21..=24 => Level::Fatal,
        _ => return None,
    })
}

/// What the fields of one line have shown so far, the best key of each meaning.
pub(super) struct Fields<'a> {
    pub found: super::rest::Found<'a>,
    pub day: Option<i64>,
    /// Where the message's value begins and ends.
    pub message: Option<(usize, usize)>,
    ranks: [u8; 4],
    /// A day and a time of day that are the values of two fields.
    day_alone: Option<&'a [u8]>,
    clock_alone: Option<&'a [u8]>,
    /// Nextcloud numbers its levels from 0 to 4 and begins with `reqId`.
    nextcloud: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn new() -> Fields<'a> {
        Fields {
            found: Default::default(),
            day: None,
            message: None,
            ranks: [u8::MAX; 4],
            day_alone: None,
            clock_alone: None,
            nextcloud: false,
        }
    }

    /// Whether all four are known from their best keys, so that the rest of the line need not be looked at.
    pub(super) fn complete(&self) -> bool {
        self.ranks.iter().all(|&rank| rank == 0)
    }

    /// Puts a day and a time of day together, if all fields have been taken.
    pub(super) fn finish(&mut self, rules: &Watch<'_>) {
        if let (Some(day), Some(clock)) = (self.day_alone, self.clock_alone)
            && let Some((stamp, _)) = rules.copied_stamp(&[day, clock].join(&b' '))
        {
            self.found.time = Some(rules.moment(&stamp));
            self.day = if let Date::Days(day) = stamp.date { Some(day) } else { None };
        }
    }

    /// Whether the fields make a header: a message alone may be data inside another program's record.
    pub(super) fn any(&self) -> bool {
        self.found.time.is_some() || self.found.level.is_some()
    }

    /// Takes note of one field whose value stands at `start..end` of `line`.
    pub(super) fn take(&mut self, name: &[u8], line: &'a [u8], start: usize, end: usize, rules: &Watch<'_>) {
        // The one key with digits in its name.
        if name.len() == b"time_iso8601".len() && name.starts_with(b"time_iso") {
            rules.lose();
        }
        self.nextcloud |= name == b"reqId";
        let Some(key) = key(name) else { return };
        let value = &line[start..end];
        match key {
            Key::Time(_) if is_day(value) => self.day_alone = Some(value),
            Key::Time(rank) if rank < self.ranks[0] => {
                if let Some((time, day)) = rules.field_time(value) {
                    self.found.time = Some(time);
                    self.day = day;
                    self.ranks[0] = rank;
                    self.clock_alone = day.is_none().then_some(value).filter(|value| is_clock(value));
                }
            }
            Key::Level(rank) if rank < self.ranks[1] => {
                let level = if self.nextcloud { nextcloud(value, rules) } else { level(name, value, rules) };
                if let Some(level) = level {
                    self.found.level = Some(level);
                    self.ranks[1] = rank;
                }
            }
            Key::Message(rank) if rank < self.ranks[2] => {
                self.message = Some((start, end));
                self.ranks[2] = rank;
            }
            Key::Component(rank) if rank < self.ranks[3] && !value.is_empty() => {
                self.found.component = Some(value);
                self.ranks[3] = rank;
            }
            _ => {}
        }
    }
}
