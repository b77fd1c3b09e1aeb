//! Windows events as people export them: text of `wevtutil` and the event viewer, rows of comma separated values, and the
//! names that other programs give the same things in JSON.
//!
//! Whatever the form, the names are `provider`, `event_id`, `channel`, `level`, `computer`, `time`, `record`, `message`; all
//! others are written small with `_` for blanks.

use super::value::{Form, Value};
use super::{Found, Name};
use crate::record::level::Level;
use std::ops::ControlFlow::{self, Continue};

/// How many lines the fields take before the description, at most.
const LINES: usize = 32;
/// Longest name in front of a colon.
const NAME: usize = 32;
/// Longest column before the message.
const COLUMN: usize = 160;

/// Words that the name of a source has at most.
const WORDS: usize = 5;

/// Whether the text begins as an event of `wevtutil`, of the event viewer's clipboard or of PowerShell's lists does, or as
/// people write one down.
pub(super) fn begins(text: &[u8]) -> bool {
    match text.first() {
        Some(b'E') => {
            let number = text.strip_prefix(b"Event[");
            number.is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
                || [&b"Event ID:"[..], b"Event Source:", b"Event Type:"].iter().any(|name| text.starts_with(name))
        }
        Some(b'L') => text.starts_with(b"Log Name:") || starts_with_name(text, b"LogName"),
        Some(b'S') => text.starts_with(b"Source:"),
        Some(b'T') => starts_with_name(text, b"TimeCreated"),
        Some(b'P') => starts_with_name(text, b"ProviderName"),
        Some(b'M') => {
            starts_with_name(text, b"Message") && text.windows(12).take(8 << 10).any(|it| it == b"ProviderName")
        }
        _ => false,
    }
}

/// PowerShell fills names up with blanks: `TimeCreated  : ...`.
fn starts_with_name(text: &[u8], name: &[u8]) -> bool {
    text.strip_prefix(name).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

/// The name that a label has; `None` if it stays what it is.
fn known(label: &[u8]) -> Option<(&'static [u8], Form)> {
    Some(match label {
        b"Source" | b"Event Source" | b"Provider" | b"Provider Name" | b"ProviderName" => (b"provider", Form::Plain),
        b"Event ID" | b"EventID" | b"Id" => (b"event_id", Form::Plain),
        b"Log Name" | b"LogName" | b"Channel" => (b"channel", Form::Plain),
        b"Computer" | b"MachineName" => (b"computer", Form::Plain),
        b"Level" | b"LevelDisplayName" | b"Event Type" => (b"level", Form::Level),
        b"Date" | b"TimeCreated" => (b"time", Form::Plain),
        b"RecordId" | b"EventRecordID" => (b"record", Form::Plain),
        b"Keyword" => (b"keywords", Form::Plain),
        _ => return None,
    })
}

/// Gives the `Name: value` lines of an event and its description as `message`.
pub(super) fn lines<'a>(text: &'a [u8], found: Found<'_, 'a>) -> ControlFlow<()> {
    let mut at = 0;
    for _ in 0..LINES {
        let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) else { break };
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..end].trim_ascii();
        let start = at;
        at += end + 1;
        let Some(colon) = memchr::memchr(b':', &line[..line.len().min(NAME)]) else { continue };
        let label = line[..colon].trim_ascii_end();
        if label.is_empty() || label.starts_with(b"Event[") {
            continue;
        }
        if label == b"Description" || label == b"Message" {
            let behind = start + rest[..end].len() - rest[..end].trim_ascii_start().len() + colon + 1;
            let message = text.get(behind..).unwrap_or_default();
            let xml = memchr::memmem::find(message, b"\nEvent Xml:").unwrap_or(message.len());
            return found(Name::whole(b"message"), Value::new(message[..xml].trim_ascii(), Form::Plain));
        }
        let value = line[colon + 1..].trim_ascii();
        match known(label) {
            Some((b"event_id", _)) => number_and_source(value, found)?,
            Some((b"provider", _)) => source_and_number(value, found)?,
            Some((name, form)) => found(Name::whole(name), Value::new(value, form))?,
            None => found(Name { titled: true, ..Name::whole(label) }, Value::new(value, Form::Plain))?,
        }
    }
    Continue(())
}

/// The value of `Event ID:`. People write all in one line: `Event ID: 7023 Source: Service Control Manager The service ...`.
fn number_and_source<'a>(value: &'a [u8], found: Found<'_, 'a>) -> ControlFlow<()> {
    let (number, rest) = digits_and_rest(value);
    let rest = rest.trim_ascii_start();
    if number.is_empty() || rest.is_empty() {
        return found(Name::whole(b"event_id"), Value::new(value, Form::Plain));
    }
    found(Name::whole(b"event_id"), Value::new(number, Form::Plain))?;
    let source = [&b"Source:"[..], b"Event Source:"].iter().find_map(|label| rest.strip_prefix(*label));
    let Some(source) = source.map(<[u8]>::trim_ascii_start) else { return Continue(()) };
    // Nothing tells where its name ends, so whoever asks for a name is given all that it can be.
    let ends = memchr::memchr_iter(b' ', source).chain([source.len()]);
    for end in ends.take(WORDS) {
        found(Name::whole(b"provider"), Value::new(&source[..end], Form::Plain))?;
    }
    Continue(())
}

/// The value of `Source:`, which may have `Event ID:` behind it.
fn source_and_number<'a>(value: &'a [u8], found: Found<'_, 'a>) -> ControlFlow<()> {
    let label = b"Event ID:";
    let Some(at) = memchr::memmem::find(&value[..value.len().min(COLUMN)], label) else {
        return found(Name::whole(b"provider"), Value::new(value, Form::Plain));
    };
    found(Name::whole(b"provider"), Value::new(value[..at].trim_ascii_end(), Form::Plain))?;
    let (number, _) = digits_and_rest(value[at + label.len()..].trim_ascii_start());
    found(Name::whole(b"event_id"), Value::new(number, Form::Plain))
}

fn digits_and_rest(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// A row that the event viewer saved: `Error,5/12/2026 3:11:57 AM,VSS,12292,None,"text"`.
pub(super) struct Row<'a> {
    columns: [&'a [u8]; 5],
    message: &'a [u8],
}

/// Reads the row that the text begins with.
pub(super) fn row(text: &[u8]) -> Option<Row<'_>> {
    // Nearly every text is refused by its first word.
    let first = memchr::memchr(b',', &text[..text.len().min(16)])?;
    let word = text.get(..first)?;
    if !(word.starts_with(b"Audit ") || Level::from_word(word).is_some()) {
        return None;
    }
    let mut columns = [&b""[..]; 5];
    let mut rest = text;
    for column in &mut columns {
        let length = memchr::memchr(b',', &rest[..rest.len().min(COLUMN)]);
        // Without a message the category ends the line.
        let length = length.or_else(|| (rest.len() < COLUMN).then_some(rest.len()))?;
        (*column, rest) = (rest.get(..length)?, rest.get(length + 1..).unwrap_or_default());
    }
    let [_, time, _, event_id, _] = columns;
    let is_event =
        time.first().is_some_and(u8::is_ascii_digit) && !event_id.is_empty() && event_id.iter().all(u8::is_ascii_digit);
    is_event.then_some(Row { columns, message: rest })
}

impl<'a> Row<'a> {
    pub(super) fn give(&self, found: Found<'_, 'a>) -> ControlFlow<()> {
        let names = [&b"level"[..], b"time", b"provider", b"event_id", b"task_category"];
        for (name, column) in names.into_iter().zip(self.columns) {
            let form = if name == b"level" { Form::Level } else { Form::Plain };
            found(Name::whole(name), Value::new(column.trim_ascii(), form))?;
        }
        let message = self.message.trim_ascii_end();
        let value = match message.strip_prefix(b"\"") {
            Some(inside) => Value::new(inside.strip_suffix(b"\"").unwrap_or(inside), Form::Csv),
            None => Value::new(message, Form::Plain),
        };
        found(Name::whole(b"message"), value)
    }
}

/// The paths that other programs have in JSON for a name: PowerShell, NXLog, Winlogbeat, `evtx_dump`.
pub(super) fn other_names(name: &[u8]) -> &'static [&'static [u8]] {
    match name {
        b"provider" => &[
            b"ProviderName",
            b"SourceName",
            b"winlog.provider_name",
            b"event.provider",
            b"Event.System.Provider.#attributes.Name",
            b"Event.System.Provider_attributes.Name",
        ],
        b"event_id" => &[
            b"EventID",
            b"EventId",
            b"Id",
            b"winlog.event_id",
            b"event.code",
            b"Event.System.EventID",
            b"Event.System.EventID.#text",
        ],
        b"channel" => &[b"Channel", b"LogName", b"winlog.channel", b"Event.System.Channel"],
        b"computer" => &[b"Computer", b"MachineName", b"Hostname", b"winlog.computer_name", b"Event.System.Computer"],
        _ => &[],
    }
}

/// An object in which other programs have what is in `data`.
pub(super) struct DataGroup {
    pub(super) path: &'static [u8],
    /// Stands in every text that has the object.
    mark: &'static [u8],
}

pub(super) const DATA_GROUPS: &[DataGroup] = &[
    DataGroup { path: b"winlog.event_data", mark: b"event_data\"" },
    DataGroup { path: b"Event.EventData", mark: b"EventData\"" },
    DataGroup { path: b"EventData", mark: b"EventData\"" },
];

impl DataGroup {
    pub(super) fn may_be_in(&self, text: &[u8]) -> bool {
        memchr::memmem::find(text, self.mark).is_some()
    }
}
