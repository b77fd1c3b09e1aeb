//! Windows events exported as text, where time, level and source do not stand in one line with the message.
//!
//! Four forms are known: `wevtutil qe /f:text` writes `Event[0]:` and `Name: value` lines, an event copied from the event
//! viewer begins with `Log Name:`, one from the viewers before Vista with `Event Type:`, and the event viewer's "save as"
//! writes comma separated values whose quoted last column goes over many lines.

use super::clock::digits_run;
use super::format::{Format, Header};
use super::header::Cut;
use super::level::Level;
use super::rest::Found;
use super::stamp::Date;
use super::watch::Watch;
use std::borrow::Cow;

/// How many lines the fields of an event take before its description, at most.
const FIELDS: usize = 24;
/// Longest name of a source or a task category.
const NAME: usize = 160;

/// The form in which a file holds Windows events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Export {
    /// `Event[0]:` begins an event.
    Numbered,
    /// `Log Name:` begins an event.
    Copied,
    /// `Event Type:` begins an event, and its date and time stand in two lines.
    Old,
    /// A row of comma separated values begins an event.
    Rows,
}

impl Export {
    /// Looks at the lines of a file's head that are not blank. `headers` is how many of them have headers of other formats.
    pub(super) fn guess(lines: &[&[u8]], headers: usize) -> Option<Export> {
        if lines.iter().take(4).any(|line| columns(line)) {
            return Some(Export::Rows);
        }
        // Lines of a description may look like headers of any kind, so the file's first lines decide if they can.
        let shows = |export: Export| {
            let first = lines.first().is_some_and(|line| export.begins(line))
                && lines
                    .iter()
                    .take(FIELDS)
                    .any(|line| date(line).is_some() || line.trim_ascii().starts_with(b"Event ID:"));
            first || lines.iter().filter(|line| export.begins(line)).count() > headers
        };
        // Numbered events have a log's name too, in some versions without a blank before it.
        [Export::Numbered, Export::Copied, Export::Old].into_iter().find(|&export| shows(export))
    }

    /// Whether a line without a header of its own begins an event.
    pub(super) fn begins(self, line: &[u8]) -> bool {
        match self {
            Export::Numbered => line.strip_prefix(b"Event[").is_some_and(|rest| {
                let digits = digits_run(rest, 0);
                digits > 0 && rest[digits..].starts_with(b"]")
            }),
            Export::Copied => line.starts_with(b"Log Name:"),
            Export::Old => line.starts_with(b"Event Type:"),
            Export::Rows => columns(line),
        }
    }

    /// Fills the header of an event from its first lines.
    pub(super) fn enrich<'a>(self, text: &'a [u8], header: Header<'a>, format: &Format) -> Header<'a> {
        if self == Export::Rows || !self.begins(text) {
            return header;
        }
        let (mut header, mut day) = (header, None);
        for line in text.split(|&byte| byte == b'\n').take(FIELDS) {
            let line = line.trim_ascii();
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let value = line[colon + 1..].trim_ascii();
            match &line[..colon] {
                b"Date" => (header.time, day) = (format.time(value).or(header.time), Some(value)),
                b"Time" if self == Export::Old => {
                    let whole = day.map(|day| [day, value].join(&b' '));
                    header.time = whole.and_then(|whole| format.time(&whole)).or(header.time);
                }
                b"Level" | b"Event Type" => header.level = level(value).or(header.level),
                b"Source" | b"Event Source" | b"Provider" | b"Provider Name" if !value.is_empty() => {
                    header.component = Some(value)
                }
                b"Description" => {
                    // The text begins on the next line, in some versions behind the colon.
                    let behind = line.as_ptr() as usize - text.as_ptr() as usize + colon + 1;
                    let rest = text.get(behind..).unwrap_or_default();
                    header.message = behind + (rest.len() - rest.trim_ascii_start().len());
                    break;
                }
                _ => {}
            }
        }
        header
    }
}

/// The level that a word of the event viewer stands for.
fn level(word: &[u8]) -> Option<Level> {
    match word {
        b"Audit Success" | b"Success Audit" => Some(Level::Info),
        b"Audit Failure" | b"Failure Audit" => Some(Level::Warn),
        word => Level::from_word(word),
    }
}

/// The dates of events among lines, with their times.
pub(super) fn dates<'a>(lines: &[&'a [u8]]) -> Vec<Cow<'a, [u8]>> {
    let next = lines.iter().skip(1).map(Some).chain([None]);
    let dates = lines.iter().zip(next).filter_map(|(line, next)| {
        let day = date(line)?;
        let time = next.and_then(|next| next.trim_ascii().strip_prefix(b"Time:"));
        Some(time.map_or(Cow::Borrowed(day), |time| Cow::Owned([day, time.trim_ascii()].join(&b' '))))
    });
    dates.collect()
}

/// The value of an event's `Date:` line.
fn date(line: &[u8]) -> Option<&[u8]> {
    line.trim_ascii().strip_prefix(b"Date:").map(<[u8]>::trim_ascii)
}

/// The names of the columns; the security log has keywords where others have levels.
fn columns(line: &[u8]) -> bool {
    [&b"Level,Date and Time,Source,"[..], b"Keywords,Date and Time,Source,"].iter().any(|names| line.starts_with(names))
}

/// A row: `Error,5/12/2026 3:11:57 AM,VSS,12292,None,"text"`. The message begins behind the quote.
pub(super) fn row<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let column = |at: usize| {
        let rest = line.get(at..)?;
        let length = memchr::memchr(b',', &rest[..rest.len().min(NAME)])?;
        Some((&rest[..length], at + length + 1))
    };
    let (word, next) = column(at)?;
    let level = level(word)?;
    let (stamp, end) = rules.stamp(line, next)?;
    if !matches!(stamp.date, Date::Days(_)) || line.get(end) != Some(&b',') {
        return None;
    }
    let (source, next) = column(end + 1)?;
    let (number, next) = column(next)?;
    if number.is_empty() || !number.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (_category, next) = column(next)?;
    let message = next + usize::from(line.get(next) == Some(&b'"'));
    let found = Found { time: Some(rules.moment(&stamp)), level: Some(level), component: Some(source) };
    Some(Cut::stamped("windows-events", found, message, &stamp))
}
