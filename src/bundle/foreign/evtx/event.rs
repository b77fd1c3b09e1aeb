//! One event: its XML in, the fields of a line out.
//!
//! `System` holds what every event has. What stands beside it (`EventData`, `UserData`) is the event's own data: named
//! and unnamed values, flattened to one level.

use super::binxml::Events;
use super::chunk::Record;
use super::line::{Object, Pieces};
use super::value::{Value, write_time};

/// An event as it is put together. Its buffers are used again for the next.
#[derive(Default)]
pub(super) struct Event {
    provider: Vec<u8>,
    source: Vec<u8>,
    id: Vec<u8>,
    level: Vec<u8>,
    task: Vec<u8>,
    opcode: Vec<u8>,
    keywords: Vec<u8>,
    time: Vec<u8>,
    number: Vec<u8>,
    activity: Vec<u8>,
    process: Vec<u8>,
    thread: Vec<u8>,
    channel: Vec<u8>,
    computer: Vec<u8>,
    user: Vec<u8>,
    /// What the machine that forwarded the event made of it.
    message: Vec<u8>,
    data: Object,
    line: Object,
    /// The elements that are open.
    elements: Vec<Element>,
    /// The names of the elements within the data, joined by dots.
    path: Vec<u8>,
    /// Where the value belongs that is being read, if it is an attribute's.
    attribute: Option<Attribute>,
    /// The name of a value of the data.
    key: Vec<u8>,
    pieces: Pieces,
    /// Values without a name so far.
    unnamed: u32,
    /// Values without a place so far.
    stray: u32,
}

/// What an open element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Event,
    System,
    Field(Field),
    /// `EventData`, `UserData` and their like.
    Data,
    /// The only element in `UserData`, whose name tells nothing that the event's number does not.
    Wrapper,
    /// `Data`, or another element within the data.
    Value,
    Rendering,
    Message,
    Other,
}

#[derive(Clone, Copy)]
struct Element {
    kind: Kind,
    /// How long the path was before it.
    path: usize,
    /// Where in the path its name in the data begins.
    name: usize,
    /// Its content has been added to the data.
    is_told: bool,
}

/// An element of `System`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Provider,
    Id,
    Level,
    Task,
    Opcode,
    Keywords,
    Time,
    Number,
    Correlation,
    Execution,
    Channel,
    Computer,
    Security,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attribute {
    Provider,
    Source,
    Time,
    Activity,
    Process,
    Thread,
    User,
    /// The name of the element's value.
    Key,
    /// A value of the data by its own name, which is in `path` behind so many bytes.
    Data(usize),
    Other,
}

/// Elements inside each other.
const DEPTH: usize = 64;
/// Bytes that the text of an event may have; a record has no more than 64 KiB.
const LONGEST: usize = 512 << 10;

/// The level of audits is in the keywords.
const AUDIT_FAILURE: u64 = 0x10_0000_0000_0000;

impl Event {
    /// Appends the event as a line. Of a damaged one only if there is something to tell; false if not.
    pub(super) fn write(&mut self, record: &Record, is_whole: bool, text: &mut Vec<u8>) -> bool {
        let written = is_whole || !self.id.is_empty() || !self.data.is_empty();
        if written {
            self.finish();
            self.line(record, is_whole, text);
        }
        self.clear();
        written
    }

    fn line(&mut self, record: &Record, is_whole: bool, text: &mut Vec<u8>) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        if self.time.is_empty() {
            write_time(record.written, &mut self.time);
        }
        let provider = if self.provider.is_empty() { &self.source } else { &self.provider };
        line.text(b"time", &self.time);
        if is_whole || !self.level.is_empty() {
            line.text(b"level", self.level_word().as_bytes());
        }
        line.text(b"provider", provider);
        line.number(b"event_id", &self.id);
        line.text(b"channel", &self.channel);
        line.text(b"computer", &self.computer);
        match self.number.is_empty() {
            true => line.number(b"record", record.number.to_string().as_bytes()),
            false => line.number(b"record", &self.number),
        }
        let is_set = |value: &&[u8]| !matches!(*value, b"0" | b"0x0");
        let set = |value| Some(value).filter(is_set).unwrap_or_default();
        line.number(b"task", set(self.task.as_slice()));
        line.number(b"opcode", set(self.opcode.as_slice()));
        line.text(b"keywords", set(self.keywords.as_slice()));
        line.text(b"user", &self.user);
        line.number(b"process_id", set(self.process.as_slice()));
        line.number(b"thread_id", set(self.thread.as_slice()));
        line.text(b"activity", &self.activity);
        if !is_whole {
            line.value(b"damaged", b"true", true);
        }
        // What makes events alike, for people and for templates, stands together in front of what tells them apart.
        let mut message = match self.id.is_empty() {
            true => b"event of which only values are left".to_vec(),
            false => [provider.as_slice(), b" event ID ", &self.id].concat(),
        };
        if !self.message.is_empty() {
            message.extend_from_slice(b": ");
            message.extend_from_slice(&self.message);
        }
        line.text(b"message", message.trim_ascii_start());
        line.object(b"data", &self.data);
        line.write(text);
        text.push(b'\n');
        self.line = line;
    }

    fn level_word(&self) -> &'static str {
        let keywords = self.keywords.strip_prefix(b"0x").and_then(|digits| std::str::from_utf8(digits).ok());
        let keywords = keywords.and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0);
        match self.level.as_slice() {
            b"1" => "fatal",
            b"2" => "error",
            b"3" => "warn",
            _ if keywords & AUDIT_FAILURE != 0 => "warn",
            b"5" => "debug",
            _ => "info",
        }
    }

    fn clear(&mut self) {
        let Event { provider, source, id, level, task, opcode, keywords, time, number, activity, .. } = self;
        for field in [provider, source, id, level, task, opcode, keywords, time, number, activity] {
            field.clear();
        }
        let Event { process, thread, channel, computer, user, message, path, key, .. } = self;
        for field in [process, thread, channel, computer, user, message, path, key] {
            field.clear();
        }
        self.data.clear();
        self.elements.clear();
        self.attribute = None;
        self.pieces.clear();
        self.unnamed = 0;
        self.stray = 0;
    }

    /// Puts the value that has been read where it belongs.
    fn finish(&mut self) {
        let kind = self.elements.last().map_or(Kind::Other, |element| element.kind);
        let attribute = self.attribute.take();
        if self.pieces.is_empty() {
            if let Some(Attribute::Data(path)) = attribute {
                self.path.truncate(path);
            }
            return self.pieces.clear();
        }
        match (attribute, kind) {
            (Some(Attribute::Provider), _) => self.pieces.move_to(&mut self.provider),
            (Some(Attribute::Source), _) => self.pieces.move_to(&mut self.source),
            (Some(Attribute::Time), _) => self.pieces.move_to(&mut self.time),
            (Some(Attribute::Activity), _) => self.pieces.move_to(&mut self.activity),
            (Some(Attribute::Process), _) => self.pieces.move_to(&mut self.process),
            (Some(Attribute::Thread), _) => self.pieces.move_to(&mut self.thread),
            (Some(Attribute::User), _) => self.pieces.move_to(&mut self.user),
            (Some(Attribute::Key), _) => self.pieces.move_to(&mut self.key),
            (Some(Attribute::Data(path)), _) => {
                let name = self.elements.last().map_or(0, |element| element.name);
                self.data.values(self.path.get(name..).unwrap_or_default(), &self.pieces);
                self.path.truncate(path);
            }
            (Some(Attribute::Other), _) => {}
            (None, Kind::Field(Field::Id)) => self.pieces.move_to(&mut self.id),
            (None, Kind::Field(Field::Level)) => self.pieces.move_to(&mut self.level),
            (None, Kind::Field(Field::Task)) => self.pieces.move_to(&mut self.task),
            (None, Kind::Field(Field::Opcode)) => self.pieces.move_to(&mut self.opcode),
            (None, Kind::Field(Field::Keywords)) => self.pieces.move_to(&mut self.keywords),
            (None, Kind::Field(Field::Number)) => self.pieces.move_to(&mut self.number),
            (None, Kind::Field(Field::Channel)) => self.pieces.move_to(&mut self.channel),
            (None, Kind::Field(Field::Computer)) => self.pieces.move_to(&mut self.computer),
            (None, Kind::Message) => self.pieces.move_to(&mut self.message),
            (None, Kind::Value | Kind::Wrapper) => self.data_value(),
            (None, _) => {}
        }
        self.pieces.clear();
    }

    /// Adds the content of an element of the data.
    fn data_value(&mut self) {
        let Some(element) = self.elements.last_mut() else { return };
        element.is_told = true;
        let path = self.path.get(element.name..).unwrap_or_default();
        if !self.key.is_empty() {
            self.data.values(&self.key, &self.pieces);
        } else if path != b"Data" {
            self.data.values(path, &self.pieces);
        } else {
            // The values of older events have no names: they are the parameters of a message, which the log lacks.
            for (item, is_bare) in self.pieces.items() {
                self.unnamed = self.unnamed.saturating_add(1);
                self.data.value(format!("param{}", self.unnamed).as_bytes(), item, is_bare);
            }
        }
    }
}

/// Returns which field an element of `System` is.
fn field(name: &str) -> Option<Field> {
    Some(match name {
        "Provider" => Field::Provider,
        "EventID" => Field::Id,
        "Level" => Field::Level,
        "Task" => Field::Task,
        "Opcode" => Field::Opcode,
        "Keywords" => Field::Keywords,
        "TimeCreated" => Field::Time,
        "EventRecordID" => Field::Number,
        "Correlation" => Field::Correlation,
        "Execution" => Field::Execution,
        "Channel" => Field::Channel,
        "Computer" => Field::Computer,
        "Security" => Field::Security,
        _ => return None,
    })
}

impl Events for Event {
    fn open(&mut self, name: &str) -> Option<()> {
        self.finish();
        let path = self.path.len();
        let parent = self.elements.last().map(|element| element.kind);
        let kind = match (parent, name) {
            (None, _) => Kind::Event,
            (Some(Kind::Event), "System") => Kind::System,
            (Some(Kind::Event), "RenderingInfo") => Kind::Rendering,
            (Some(Kind::Event), _) => Kind::Data,
            (Some(Kind::System), name) => field(name).map_or(Kind::Other, Kind::Field),
            (Some(Kind::Rendering), "Message") => Kind::Message,
            (Some(Kind::Data), "Data" | "Binary" | "ComplexData") => Kind::Value,
            (Some(Kind::Data), _) => Kind::Wrapper,
            (Some(Kind::Wrapper | Kind::Value), _) => Kind::Value,
            (Some(Kind::Rendering | Kind::Message | Kind::Field(_) | Kind::Other), _) => Kind::Other,
        };
        let mut shown = 0;
        if matches!(kind, Kind::Value | Kind::Wrapper) {
            if !self.path.is_empty() {
                self.path.push(b'.');
            }
            shown = match self.elements.last() {
                // The wrapper's own name matters only if it has content and no elements.
                Some(Element { kind: Kind::Wrapper, .. }) => self.path.len(),
                outer => outer.map_or(0, |outer| outer.name),
            };
            self.path.extend_from_slice(name.as_bytes());
            self.key.clear();
        }
        self.elements.push(Element { kind, path, name: shown, is_told: false });
        (self.elements.len() <= DEPTH && self.path.len() <= LONGEST).then_some(())
    }

    fn attribute(&mut self, name: &str) {
        self.finish();
        let kind = self.elements.last().map_or(Kind::Other, |element| element.kind);
        self.attribute = Some(match (kind, name) {
            (_, name) if name == "xmlns" || name.starts_with("xmlns:") => Attribute::Other,
            (Kind::Field(Field::Provider), "Name") => Attribute::Provider,
            (Kind::Field(Field::Provider), "EventSourceName") => Attribute::Source,
            (Kind::Field(Field::Time), "SystemTime") => Attribute::Time,
            (Kind::Field(Field::Correlation), "ActivityID") => Attribute::Activity,
            (Kind::Field(Field::Execution), "ProcessID") => Attribute::Process,
            (Kind::Field(Field::Execution), "ThreadID") => Attribute::Thread,
            (Kind::Field(Field::Security), "UserID") => Attribute::User,
            (Kind::Value, "Name") => Attribute::Key,
            (Kind::Value | Kind::Wrapper | Kind::Data, name) => {
                let path = self.path.len();
                if path > 0 {
                    self.path.push(b'.');
                }
                self.path.extend_from_slice(name.as_bytes());
                Attribute::Data(path)
            }
            _ => Attribute::Other,
        });
    }

    fn opened(&mut self) {
        self.finish();
    }

    fn value(&mut self, value: Value<'_>) -> Option<()> {
        self.pieces.add(value);
        (self.pieces.len() + self.data.len() <= LONGEST).then_some(())
    }

    fn character(&mut self, character: char) {
        self.pieces.add_text(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn close(&mut self) -> Option<()> {
        self.finish();
        let element = self.elements.pop()?;
        let path = self.path.get(element.name..).unwrap_or_default();
        if element.kind == Kind::Value && !element.is_told && self.key.is_empty() && path == b"Data" {
            // An empty parameter counts all the same.
            self.unnamed = self.unnamed.saturating_add(1);
        }
        self.key.clear();
        self.path.truncate(element.path);
        Some(())
    }

    fn stray(&mut self, value: Value<'_>) -> Option<()> {
        self.finish();
        if self.elements.is_empty() {
            // What else is left of the event lies in it.
            self.open("Event")?;
        }
        self.pieces.add(value);
        self.stray = self.stray.saturating_add(1);
        self.data.values(format!("value{}", self.stray).as_bytes(), &self.pieces);
        self.pieces.clear();
        (self.data.len() <= LONGEST).then_some(())
    }
}
