//! The tree of a YAML file in a form that is read without parsing.
//!
//! `build.rs` writes the built-in catalogue with `encode` (in `encode.rs`), the program reads it with [`decode`]: with YAML it would take
//! longer to load a thousand signatures than to scan a small bundle. Places are left out: `build.rs` has refused every
//! mistake they could belong to. The form is private to one build of the program and has no version.
//!
//! A node is a byte for its kind, then its length or count as four bytes, little endian, then its text or its parts.

use super::yaml::{Key, Node, Place, Value};
use std::borrow::Cow;

pub(super) const PLAIN: u8 = 0;
pub(super) const QUOTED: u8 = 1;
pub(super) const LIST: u8 = 2;
pub(super) const MAP: u8 = 3;

/// Takes the node at the beginning of `bytes` away from them; `None` if there is none.
pub fn decode<'a>(bytes: &mut &'a [u8]) -> Option<Node<'a>> {
    let (kind, rest) = bytes.split_first()?;
    *bytes = rest;
    let value = match *kind {
        PLAIN | QUOTED => {
            let text = Cow::Borrowed(decode_text(bytes)?);
            Value::Scalar { text, plain: *kind == PLAIN, block: false, source: 0..0 }
        }
        LIST => {
            let count = decode_number(bytes)?;
            // Every node has a byte: no text makes this large.
            let mut items = Vec::with_capacity(count.min(bytes.len()));
            for _ in 0..count {
                items.push(decode(bytes)?);
            }
            Value::List(items)
        }
        MAP => {
            let count = decode_number(bytes)?;
            let mut fields = Vec::with_capacity(count.min(bytes.len()));
            for _ in 0..count {
                let key = Key { place: Place::default(), name: Cow::Borrowed(decode_text(bytes)?) };
                fields.push((key, decode(bytes)?));
            }
            Value::Map(fields)
        }
        _ => return None,
    };
    Some(Node { place: Place::default(), value })
}

fn decode_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = decode_number(bytes)?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok()
}

fn decode_number(bytes: &mut &[u8]) -> Option<usize> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}
