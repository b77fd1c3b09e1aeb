//! The fields of a record, read from its text when somebody asks for one.
//!
//! In goes the text of a record with all its lines and the name of a field, out come the values of that name without
//! their escapes. What the text is decides how it is read:
//!
//! | text                                   | names                                                              |
//! |----------------------------------------|--------------------------------------------------------------------|
//! | JSON object, also behind other text    | keys, joined by dots; elements of arrays by number, or all of them |
//! | CEF                                    | `device_vendor`, `device_product`, `device_version`, `signature_id`, `name`, `severity`, keys of the extension |
//! | LEEF 1 and 2                           | `device_vendor`, `device_product`, `device_version`, `event_id`, keys of the attributes |
//! | Windows event as text, row or XML      | `provider`, `event_id`, `channel`, `level`, `computer`, ..., `data.<name>` |
//! | anything else: logfmt, WELF, syslog    | keys of `key=value`, parameters of structured data also as `<id>.<key>` |
//!
//! Nothing is kept and nothing allocated but the value that was asked for, if it has escapes. `pairs.rs` is the reader to
//! begin with; `value.rs` says what of a value is sure to stand in the record as it is.

mod json;
mod pairs;
mod piped;
mod structured;
#[cfg(test)]
mod tests;
mod value;
mod windows;
mod xml;

pub use value::{Value, is_plain};

use memchr::memmem::Finder;
use std::borrow::Cow;
use std::ops::ControlFlow::{self, Break, Continue};

/// Fields that [`all`] gives at most.
const MOST: usize = 512;

/// Where a name and a value go; whoever has seen enough breaks off.
type Found<'f, 'a> = &'f mut dyn FnMut(Name<'_>, Value<'a>) -> ControlFlow<()>;

/// Returns the first value of a field.
pub fn find<'a>(text: &'a [u8], name: &str) -> Option<Cow<'a, [u8]>> {
    let mut first = None;
    any(text, name, &mut |value| {
        first = Some(value.text());
        true
    });
    first
}

/// Whether `holds` is true for a value of the field; the first such one ends the search.
pub fn any<'a>(text: &'a [u8], name: &str, holds: &mut dyn FnMut(Value<'a>) -> bool) -> bool {
    let name = name.as_bytes();
    let mut found = |it: Name<'_>, value: Value<'a>| {
        if it.is(name) && holds(value) { Break(()) } else { Continue(()) }
    };
    visit(text, Some(name), &mut found) == Break(())
}

/// Returns the fields of a record with their names, in their order; at most 512.
pub fn all(text: &[u8]) -> Vec<(String, Cow<'_, [u8]>)> {
    let mut fields = Vec::new();
    let _ = visit(text, None, &mut |name, value| {
        fields.push((name.to_string(), value.text()));
        if fields.len() < MOST { Continue(()) } else { Break(()) }
    });
    fields
}

/// Whether the values of a field stand in the record as [`any`] gives them. The level of a Windows event does not: it is
/// a number or a word of the language of the system there.
pub fn is_verbatim(name: &str) -> bool {
    name != "level"
}

/// Whether a field of the text may have this value; most texts that contain it say so in prose. The value must be plain
/// from end to end, see [`is_plain`].
pub fn may_have(text: &[u8], value: &Finder<'_>) -> bool {
    value.find_iter(text).any(|start| may_begin(text, start))
}

/// Whether a value may begin at a place of the text: in every format it stands behind one of a few characters, perhaps
/// with blanks in between.
pub fn may_begin(text: &[u8], start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_ascii_end();
    matches!(before.last(), Some(b'"' | b'\'' | b'=' | b':' | b',' | b'[' | b'|' | b'>'))
}

/// Gives the fields of a text, at least those with the name `wanted`.
fn visit<'a>(text: &'a [u8], wanted: Option<&[u8]>, found: Found<'_, 'a>) -> ControlFlow<()> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    if json::begins(text) {
        return object(text, wanted, found);
    }
    if windows::begins(text) {
        windows::lines(text, found)?;
        // What the event viewer copies has the XML behind it.
        return xml::event(text, found);
    }
    if let Some(row) = windows::row(text) {
        return row.give(found);
    }
    if xml::begins(text) {
        return xml::event(text, found);
    }
    if let Some(start) = piped::begins(text) {
        return piped::fields(text.get(start..).unwrap_or_default(), found);
    }
    pairs::fields(text, wanted, found)
}

/// Gives the fields of the object that the text begins with, by the names that Windows events have in `names` too.
fn object<'a>(text: &'a [u8], wanted: Option<&[u8]>, found: Found<'_, 'a>) -> ControlFlow<()> {
    let Some(wanted) = wanted else { return json::all(text, &mut Vec::new(), 0, found) };
    json::named(text, wanted, found)?;
    for other in windows::other_names(wanted) {
        json::named(text, other, &mut |_, value| found(Name::whole(wanted), value))?;
    }
    if let Some(parameter) = wanted.strip_prefix(b"data.") {
        for group in windows::DATA_GROUPS.iter().filter(|group| group.may_be_in(text)) {
            let other = [group.path, b".", parameter].concat();
            json::named(text, &other, &mut |_, value| found(Name::whole(wanted), value))?;
        }
    }
    Continue(())
}

/// The name of a field in a record.
#[derive(Clone, Copy, Debug)]
struct Name<'n> {
    /// What it belongs to, if it is named with it.
    group: &'n [u8],
    /// The group may be left out.
    alone: bool,
    name: &'n [u8],
    /// Written for people: `Log Name` is `log_name`.
    titled: bool,
}

impl<'n> Name<'n> {
    /// A name as it stands there.
    fn whole(name: &'n [u8]) -> Name<'n> {
        Name { group: b"", alone: true, name, titled: false }
    }

    fn is(&self, wanted: &[u8]) -> bool {
        if self.titled {
            return self.name.len() == wanted.len() && self.name.iter().zip(wanted).all(|(a, b)| lower(*a) == *b);
        }
        (self.alone && wanted == self.name)
            || (!self.group.is_empty()
                && wanted
                    .strip_prefix(self.group)
                    .and_then(|it| it.strip_prefix(b"."))
                    .is_some_and(|it| it == self.name))
    }
}

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.titled {
            let name: Vec<u8> = self.name.iter().map(|byte| lower(*byte)).collect();
            return f.write_str(&String::from_utf8_lossy(&name));
        }
        if !self.group.is_empty() {
            write!(f, "{}.", String::from_utf8_lossy(self.group))?;
        }
        f.write_str(&String::from_utf8_lossy(self.name))
    }
}

fn lower(byte: u8) -> u8 {
    if byte == b' ' { b'_' } else { byte.to_ascii_lowercase() }
}
