//! Builds logs for tests: XML becomes binary XML, in records, in chunks, in a file, with right checksums.

use super::{CHUNK, HEADER};
use std::collections::HashMap;

/// A piece of XML.
#[derive(Clone, Debug)]
pub(super) enum Xml {
    Element(&'static str, Vec<(&'static str, Xml)>, Vec<Xml>),
    Text(String),
    /// A gap of a template, filled by the value of this number.
    Gap(u16),
    Cdata(&'static str),
    Character(u16),
    Entity(&'static str),
}

pub(super) fn element(name: &'static str, children: Vec<Xml>) -> Xml {
    Xml::Element(name, Vec::new(), children)
}

pub(super) fn with(name: &'static str, attributes: Vec<(&'static str, Xml)>, children: Vec<Xml>) -> Xml {
    Xml::Element(name, attributes, children)
}

pub(super) fn text(text: &str) -> Xml {
    Xml::Text(text.to_owned())
}

/// UTF-16 as it is stored.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// An event as old programs write it: number, level, parameters.
pub(super) fn event(id: u32, level: u32, parameters: &[&str]) -> Xml {
    let data = parameters.iter().map(|it| element("Data", vec![text(it)])).collect();
    whole(id, level, "0x80000000000000", element("EventData", data))
}

/// An event with what every event has.
pub(super) fn whole(id: u32, level: u32, keywords: &str, data: Xml) -> Xml {
    let system = vec![
        with("Provider", vec![("Name", text("Disk Watcher"))], vec![]),
        element("EventID", vec![text(&id.to_string())]),
        element("Level", vec![text(&level.to_string())]),
        element("Task", vec![text("0")]),
        element("Keywords", vec![text(keywords)]),
        with("TimeCreated", vec![("SystemTime", text("2026-01-02T03:04:05.1234567Z"))], vec![]),
        element("Channel", vec![text("System")]),
        element("Computer", vec![text("host-1")]),
        with("Security", vec![], vec![]),
    ];
    with("Event", vec![("xmlns", text("urn:x"))], vec![element("System", system), data])
}

/// A log of some chunks.
pub(super) struct Log {
    pub(super) chunks: Vec<Chunk>,
    number: u64,
}

/// XML with gaps, and a name for it.
pub(super) struct Template(pub(super) &'static str, pub(super) Xml);

/// A template with values and their types.
pub(super) type Filled<'a> = (&'a Template, &'a [(u8, &'a [u8])]);

/// A chunk that is being filled.
pub(super) struct Chunk {
    bytes: Vec<u8>,
    names: HashMap<&'static str, usize>,
    /// Where templates lie, by the name that a test gives them.
    templates: HashMap<&'static str, usize>,
    first: u64,
    last: u64,
    /// Where each record begins.
    pub(super) records: Vec<usize>,
}

impl Log {
    pub(super) fn new() -> Log {
        Log { chunks: vec![Chunk::new(1)], number: 1 }
    }

    /// Begins another chunk.
    pub(super) fn next_chunk(&mut self) {
        self.chunks.push(Chunk::new(self.number));
    }

    /// Adds an event that is stored as it is.
    pub(super) fn plain(&mut self, xml: &Xml) -> &mut Log {
        self.record(|chunk| {
            chunk.bytes.extend([0x0f, 1, 1, 0]);
            chunk.xml(xml);
            chunk.bytes.push(0);
        })
    }

    /// Adds an event that fills a template, which is stored when it is used for the first time.
    pub(super) fn filled(&mut self, template: &Template, values: &[(u8, &[u8])]) -> &mut Log {
        self.record(|chunk| chunk.fragment(template, values, None))
    }

    /// Does the same; one more value fills a template of its own.
    pub(super) fn nested(&mut self, outer: Filled<'_>, inner: Filled<'_>) -> &mut Log {
        self.record(|chunk| chunk.fragment(outer.0, outer.1, Some(inner)))
    }

    fn record(&mut self, content: impl FnOnce(&mut Chunk)) -> &mut Log {
        let number = self.number;
        self.number += 1;
        self.chunks.last_mut().unwrap().record(number, content);
        self
    }

    /// The file.
    pub(super) fn finish(&self) -> Vec<u8> {
        let mut bytes = vec![0; HEADER];
        bytes[..8].copy_from_slice(b"ElfFile\0");
        bytes[24..32].copy_from_slice(&self.number.to_le_bytes());
        bytes[32..42].copy_from_slice(&[0x80, 0, 0, 0, 1, 0, 3, 0, 0, 0x10]);
        bytes[42..44].copy_from_slice(&(self.chunks.len() as u16).to_le_bytes());
        let sum = crc32fast::hash(&bytes[..120]);
        bytes[124..128].copy_from_slice(&sum.to_le_bytes());
        self.chunks.iter().for_each(|chunk| bytes.extend(chunk.finish()));
        bytes
    }
}

impl Chunk {
    fn new(first: u64) -> Chunk {
        let (names, templates) = (HashMap::new(), HashMap::new());
        Chunk { bytes: vec![0; 512], names, templates, first, last: first, records: Vec::new() }
    }

    fn record(&mut self, number: u64, content: impl FnOnce(&mut Chunk)) {
        let start = self.bytes.len();
        self.records.push(start);
        self.last = number;
        self.bytes.extend(b"\x2a\x2a\0\0\0\0\0\0");
        self.bytes.extend(number.to_le_bytes());
        self.bytes.extend(134_000_000_000_000_000_u64.to_le_bytes());
        content(self);
        let padding = (8 - (self.bytes.len() + 4) % 8) % 8;
        self.bytes.resize(self.bytes.len() + padding + 4, 0);
        let size = ((self.bytes.len() - start) as u32).to_le_bytes();
        self.bytes[start + 4..start + 8].copy_from_slice(&size);
        let end = self.bytes.len();
        self.bytes[end - 4..].copy_from_slice(&size);
    }

    /// A fragment that fills a template; the last value can be such a fragment, too.
    fn fragment(&mut self, Template(name, xml): &Template, values: &[(u8, &[u8])], inner: Option<Filled<'_>>) {
        let id = crc32fast::hash(name.as_bytes()).to_le_bytes();
        self.bytes.extend([0x0f, 1, 1, 0, 0x0c, 1]);
        self.bytes.extend(id);
        match self.templates.get(name) {
            Some(&at) => self.number(at),
            None => {
                let at = self.bytes.len() + 4;
                self.templates.insert(name, at);
                self.number(at);
                self.bytes.extend([0; 4]);
                self.bytes.extend(id);
                self.bytes.extend([0; 16]);
                self.bytes.extend([0x0f, 1, 1, 0]);
                self.xml(xml);
                self.bytes.push(0);
                let size = (self.bytes.len() - at - 24) as u32;
                self.bytes[at + 20..at + 24].copy_from_slice(&size.to_le_bytes());
            }
        }
        self.number(values.len() + usize::from(inner.is_some()));
        for (kind, value) in values {
            self.bytes.extend((value.len() as u16).to_le_bytes());
            self.bytes.extend([*kind, 0]);
        }
        let size_at = self.bytes.len();
        if inner.is_some() {
            self.bytes.extend([0, 0, 0x21, 0]);
        }
        values.iter().for_each(|(_, value)| self.bytes.extend(*value));
        if let Some((template, values)) = inner {
            let start = self.bytes.len();
            self.fragment(template, values, None);
            let size = (self.bytes.len() - start) as u16;
            self.bytes[size_at..size_at + 2].copy_from_slice(&size.to_le_bytes());
        }
        self.bytes.push(0);
    }

    fn xml(&mut self, xml: &Xml) {
        match xml {
            Xml::Element(name, attributes, children) => self.element(name, attributes, children),
            Xml::Text(text) => {
                self.bytes.extend([0x05, 0x01]);
                self.counted(text);
            }
            Xml::Gap(number) => {
                self.bytes.push(0x0e);
                self.bytes.extend(number.to_le_bytes());
                self.bytes.push(0x01);
            }
            Xml::Cdata(text) => {
                self.bytes.push(0x07);
                self.counted(text);
            }
            Xml::Character(code) => {
                self.bytes.push(0x08);
                self.bytes.extend(code.to_le_bytes());
            }
            Xml::Entity(name) => {
                self.bytes.push(0x09);
                self.name(name);
            }
        }
    }

    fn element(&mut self, name: &'static str, attributes: &[(&'static str, Xml)], children: &[Xml]) {
        self.bytes.push(if attributes.is_empty() { 0x01 } else { 0x41 });
        self.bytes.extend([0xff, 0xff]);
        let size_at = self.bytes.len();
        self.number(0);
        self.name(name);
        if !attributes.is_empty() {
            let size_at = self.bytes.len();
            self.number(0);
            for (index, (name, value)) in attributes.iter().enumerate() {
                self.bytes.push(if index + 1 < attributes.len() { 0x46 } else { 0x06 });
                self.name(name);
                self.xml(value);
            }
            self.size(size_at);
        }
        if children.is_empty() {
            self.bytes.push(0x03);
        } else {
            self.bytes.push(0x02);
            children.iter().for_each(|child| self.xml(child));
            self.bytes.push(0x04);
        }
        self.size(size_at);
    }

    fn name(&mut self, name: &'static str) {
        match self.names.get(name) {
            Some(&at) => self.number(at),
            None => {
                let at = self.bytes.len() + 4;
                self.names.insert(name, at);
                self.number(at);
                self.bytes.extend([0; 6]);
                self.counted(name);
                self.bytes.extend([0; 2]);
            }
        }
    }

    fn counted(&mut self, text: &str) {
        let text = utf16(text);
        self.bytes.extend(((text.len() / 2) as u16).to_le_bytes());
        self.bytes.extend(text);
    }

    fn number(&mut self, number: usize) {
        self.bytes.extend((number as u32).to_le_bytes());
    }

    fn size(&mut self, at: usize) {
        let size = (self.bytes.len() - at - 4) as u32;
        self.bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
    }

    fn finish(&self) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        let free = bytes.len();
        let last = self.records.last().copied().unwrap_or(0);
        bytes[..8].copy_from_slice(b"ElfChnk\0");
        for at in [8, 24] {
            bytes[at..at + 8].copy_from_slice(&self.first.to_le_bytes());
            bytes[at + 8..at + 16].copy_from_slice(&self.last.to_le_bytes());
        }
        bytes[40..44].copy_from_slice(&128_u32.to_le_bytes());
        bytes[44..48].copy_from_slice(&(last as u32).to_le_bytes());
        bytes[48..52].copy_from_slice(&(free as u32).to_le_bytes());
        let sum = crc32fast::hash(&bytes[512..]);
        bytes[52..56].copy_from_slice(&sum.to_le_bytes());
        bytes.resize(CHUNK, 0);
        let sum = crc32fast::hash(&[&bytes[..120], &bytes[128..512]].concat());
        bytes[124..128].copy_from_slice(&sum.to_le_bytes());
        bytes
    }
}
