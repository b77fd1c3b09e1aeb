//! Windows events as XML: `<Event><System><Provider Name='VSS'/><EventID>12292</EventID>...</System><EventData>...`.
//!
//! What stands in `System` has the names of `windows.rs`; what stands behind it is `data.<Name>`, or `data.param1`,
//! `data.param2` ... if it has no name. No tree is built, and nothing needs to be closed.

use super::value::{Form, Value};
use super::{Found, Name};
use std::ops::ControlFlow::{self, Continue};

/// How far behind the beginning (of a syslog header, of a declaration) the event may begin.
const NEAR: usize = 512;
/// Elements that are looked at.
const MOST: usize = 2048;

/// Names of the parameters of older events, which have none: the ones that they have in events read from EVTX.
/// Who has more parameters is not read by them.
const UNNAMED: [&[u8]; 32] = [
    b"param1", b"param2", b"param3", b"param4", b"param5", b"param6", b"param7", b"param8", b"param9", b"param10",
    b"param11", b"param12", b"param13", b"param14", b"param15", b"param16", b"param17", b"param18", b"param19",
    b"param20", b"param21", b"param22", b"param23", b"param24", b"param25", b"param26", b"param27", b"param28",
    b"param29", b"param30", b"param31", b"param32",
];

/// Whether an event as XML begins at the beginning of the text or near.
pub(super) fn begins(text: &[u8]) -> bool {
    let near = &text[..text.len().min(NEAR)];
    memchr::memmem::find(near, b"<Event").is_some_and(|at| matches!(near.get(at + 6), Some(b' ' | b'>')))
}

/// Gives the fields of the first event in the text.
pub(super) fn event<'a>(text: &'a [u8], found: Found<'_, 'a>) -> ControlFlow<()> {
    let Some(mut at) = memchr::memmem::find(text, b"<Event") else { return Continue(()) };
    let (mut is_data, mut unnamed) = (false, 0);
    for _ in 0..MOST {
        let Some(open) = text.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) else { break };
        let start = at + open + 1;
        let Some(length) = text.get(start..).and_then(|rest| memchr::memchr(b'>', rest)) else { break };
        let tag = &text[start..start + length];
        at = start + length + 1;
        let name_length = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        let (name, attributes) = tag.split_at(name_length.unwrap_or(tag.len()));
        match name {
            b"Provider" => {
                if let Some(value) = attribute(attributes, b"Name") {
                    found(Name::whole(b"provider"), value)?;
                }
            }
            b"TimeCreated" => {
                if let Some(value) = attribute(attributes, b"SystemTime") {
                    found(Name::whole(b"time"), value)?;
                }
            }
            b"EventData" | b"UserData" | b"DebugData" => is_data = true,
            b"RenderingInfo" => is_data = false,
            _ => {}
        }
        // An element with nothing but text inside.
        let rest = text.get(at..).unwrap_or_default();
        let inside = &rest[..memchr::memchr(b'<', rest).unwrap_or(rest.len())];
        let closes =
            rest.get(inside.len()..).is_some_and(|rest| rest.starts_with(b"</") && rest[2..].starts_with(name));
        if name.is_empty() || tag.ends_with(b"/") || !(closes || inside.len() == rest.len() && !inside.is_empty()) {
            continue;
        }
        let value = Value::new(inside.trim_ascii(), Form::Xml);
        if is_data {
            let named = attribute(attributes, b"Name");
            let name = match (name, &named) {
                (b"Data", Some(named)) => named.raw(),
                (b"Data", None) => {
                    unnamed += 1;
                    UNNAMED.get(unnamed - 1).copied().unwrap_or_default()
                }
                (name, _) => name,
            };
            found(Name { group: b"data", alone: false, name, titled: false }, value)?;
            continue;
        }
        let (name, value): (&[u8], _) = match name {
            b"EventID" => (b"event_id", value),
            b"Channel" => (b"channel", value),
            b"Computer" => (b"computer", value),
            b"Level" => (b"level", Value::new(inside.trim_ascii(), Form::Level)),
            b"EventRecordID" => (b"record", value),
            b"Message" => (b"message", value),
            other => {
                found(Name { titled: true, ..Name::whole(other) }, value)?;
                continue;
            }
        };
        found(Name::whole(name), value)?;
    }
    Continue(())
}

/// The value of an attribute, in quotes of either kind.
fn attribute<'a>(attributes: &'a [u8], name: &[u8]) -> Option<Value<'a>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_ascii_start();
        let equals = memchr::memchr(b'=', rest)?;
        let (key, behind) = (rest[..equals].trim_ascii(), rest[equals + 1..].trim_ascii_start());
        let (&quote @ (b'"' | b'\''), inside) = behind.split_first()? else { return None };
        let end = memchr::memchr(quote, inside)?;
        if key == name {
            return Some(Value::new(&inside[..end], Form::Xml));
        }
        rest = &inside[end + 1..];
    }
}
