//! JSON, written member by member.

use super::value::Value;

/// The members of an object.
#[derive(Default)]
pub(super) struct Object {
    text: Vec<u8>,
    /// Where in the text the keys lie, to tell apart those that are alike.
    keys: Vec<(usize, usize)>,
}

/// Among so many keys those that are alike are told apart.
const KEYS: usize = 256;

impl Object {
    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.keys.clear();
    }

    /// Adds text, unless there is none.
    pub(super) fn text(&mut self, key: &[u8], value: &[u8]) {
        self.value(key, value, false);
    }

    /// Adds a number, or what stands in the place of one.
    pub(super) fn number(&mut self, key: &[u8], value: &[u8]) {
        let is_number = value.len() < 20
            && value.iter().all(u8::is_ascii_digit)
            && (value.len() == 1 || value.first() != Some(&b'0'));
        self.value(key, value, is_number);
    }

    /// Adds a value, which stands for itself or is put in quotes; an empty one is left out.
    pub(super) fn value(&mut self, key: &[u8], value: &[u8], is_bare: bool) {
        if !value.is_empty() {
            self.key(key);
            write_value(value, is_bare, &mut self.text);
        }
    }

    /// Adds a value or an array of them.
    pub(super) fn values(&mut self, key: &[u8], pieces: &Pieces) {
        let mut items = pieces.items();
        match (items.next(), items.next()) {
            (Some((item, is_bare)), None) => self.value(key, item, is_bare),
            _ => {
                self.key(key);
                self.text.push(b'[');
                for (index, (item, is_bare)) in pieces.items().enumerate() {
                    if index > 0 {
                        self.text.push(b',');
                    }
                    write_value(item, is_bare && !item.is_empty(), &mut self.text);
                }
                self.text.push(b']');
            }
        }
    }

    /// Adds an object, unless it is empty.
    pub(super) fn object(&mut self, key: &[u8], object: &Object) {
        if !object.text.is_empty() {
            self.key(key);
            object.write(&mut self.text);
        }
    }

    /// Appends the object.
    pub(super) fn write(&self, text: &mut Vec<u8>) {
        text.push(b'{');
        text.extend_from_slice(&self.text);
        text.push(b'}');
    }

    fn key(&mut self, key: &[u8]) {
        if !self.text.is_empty() {
            self.text.push(b',');
        }
        let start = self.text.len();
        write_value(key, false, &mut self.text);
        // Without the closing quote, in front of which a number may be put.
        let end = self.text.len().saturating_sub(1);
        let (before, own) = self.text.split_at(start);
        let is_like = |(start, end): &&(usize, usize)| before.get(*start..*end) == own.strip_suffix(b"\"");
        let alike = self.keys.iter().filter(is_like).count();
        if self.keys.len() < KEYS {
            self.keys.push((start, end));
        }
        if alike > 0 {
            self.text.truncate(end);
            self.text.extend_from_slice(format!(" ({})\"", alike + 1).as_bytes());
        }
        self.text.push(b':');
    }
}

/// A value as it comes: one or several pieces that make one text, or the items of an array.
#[derive(Default)]
pub(super) struct Pieces {
    text: Vec<u8>,
    /// Where each item ends, and whether it is a number or the like.
    ends: Vec<(usize, bool)>,
}

impl Pieces {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(super) fn move_to(&mut self, field: &mut Vec<u8>) {
        std::mem::swap(&mut self.text, field);
        self.clear();
    }

    /// Adds a value or the items of an array.
    pub(super) fn add(&mut self, value: Value<'_>) {
        for (index, item) in value.items().enumerate() {
            let is_bare = item.write(&mut self.text);
            match self.ends.last_mut() {
                Some(last) if index == 0 => *last = (self.text.len(), false),
                _ => self.ends.push((self.text.len(), is_bare)),
            }
        }
    }

    /// Adds text to the last item.
    pub(super) fn add_text(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
        match self.ends.last_mut() {
            Some(last) => *last = (self.text.len(), false),
            None => self.ends.push((self.text.len(), false)),
        }
    }

    /// Returns the items, and which of them need no quotes.
    pub(super) fn items(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        starts.zip(&self.ends).map(|(start, (end, is_bare))| (self.text.get(start..*end).unwrap_or_default(), *is_bare))
    }
}

fn write_value(value: &[u8], is_bare: bool, text: &mut Vec<u8>) {
    if is_bare {
        return text.extend_from_slice(value);
    }
    text.push(b'"');
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\' | 0x7f)) {
        let (plain, special) = rest.split_at(at);
        text.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else { break };
        match byte {
            b'"' => text.extend_from_slice(b"\\\""),
            b'\\' => text.extend_from_slice(b"\\\\"),
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\r' => text.extend_from_slice(b"\\r"),
            b'\t' => text.extend_from_slice(b"\\t"),
            byte => text.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        rest = after;
    }
    text.extend_from_slice(rest);
    text.push(b'"');
}
