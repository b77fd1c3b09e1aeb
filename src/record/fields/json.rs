//! Fields of a JSON object: members of objects inside it by a path with dots, elements of arrays by their number or all of
//! them.
//!
//! No tree is built: a member that nobody asks for is stepped over. Of an object that breaks off, what was there counts.

use super::value::{Form, Value};
use super::{Found, Name};
use memchr::memchr2;
use std::ops::ControlFlow::{self, Continue};

/// Objects and arrays inside of one another that are looked into.
const DEPTH: usize = 16;

/// Whether an object with members begins at the start of the text.
pub(super) fn begins(text: &[u8]) -> bool {
    text.strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'"'))
}

/// Returns the length of the object or array that the text begins with; all of the text if it has no end.
pub(super) fn length(text: &[u8]) -> usize {
    let (mut at, mut depth) = (0_usize, 0_usize);
    loop {
        match text.get(at) {
            None => return text.len(),
            Some(b'"') => match string_end(text, at + 1) {
                Some(end) => at = end,
                None => return text.len(),
            },
            Some(b'{' | b'[') => depth += 1,
            Some(b'}' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            Some(_) => {}
        }
        at += 1;
    }
}

/// Gives the values of one name in the object that the text begins with, or in the elements of the array.
pub(super) fn named<'a>(text: &'a [u8], name: &[u8], found: Found<'_, 'a>) -> ControlFlow<()> {
    look_for(text, Some(name), name, 0, found)
}

/// `rest` is what of `name` is not used up by the path to this object or array; `None` if the path is the name already,
/// and only elements of an array are left to be given. A rest without bytes asks for the member with the empty key.
fn look_for<'a>(
    text: &'a [u8],
    rest: Option<&[u8]>,
    name: &[u8],
    depth: usize,
    found: Found<'_, 'a>,
) -> ControlFlow<()> {
    if depth >= DEPTH {
        return Continue(());
    }
    let mut members = Members::of(text);
    let is_array = members.is_array;
    // A number is the place of an element, anything else is sought in all of them.
    let wanted = rest.filter(|_| is_array).and_then(|rest| {
        let dot = rest.iter().position(|&byte| byte == b'.');
        let first = rest.get(..dot.unwrap_or(rest.len()))?;
        let is_place = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
        is_place.then(|| (first, dot.and_then(|dot| rest.get(dot + 1..))))
    });
    let mut number = 0_usize;
    while let Some((key, member)) = members.next() {
        // What is left of the name behind this member, if it is on the path.
        let left = match (rest, wanted) {
            (_, Some((digits, behind))) => is_number(digits, number).then_some(behind),
            (rest, None) if is_array => Some(rest),
            (None, None) => None,
            (Some(rest), None) => match rest.strip_prefix(key) {
                Some(b"") => Some(None),
                Some([b'.', behind @ ..]) => Some(Some(behind)),
                _ => None,
            },
        };
        number += 1;
        match (left, member) {
            (Some(None), Member::Value(value)) => found(Name::whole(name), value)?,
            (Some(left), Member::Inside(text)) if left.is_some() || text.starts_with(b"[") => {
                look_for(text, left, name, depth + 1, found)?;
            }
            _ => {}
        }
    }
    Continue(())
}

fn is_number(digits: &[u8], number: usize) -> bool {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) == Some(number)
}

/// Gives all values with their paths.
pub(super) fn all<'a>(text: &'a [u8], path: &mut Vec<u8>, depth: usize, found: Found<'_, 'a>) -> ControlFlow<()> {
    if depth >= DEPTH {
        return Continue(());
    }
    let before = path.len();
    let mut members = Members::of(text);
    let is_array = members.is_array;
    let mut number = 0_usize;
    while let Some((key, member)) = members.next() {
        path.truncate(before);
        // Not whether the path is empty: that of a member with an empty key is, and has its dot all the same.
        if depth > 0 {
            path.push(b'.');
        }
        if is_array {
            path.extend_from_slice(number.to_string().as_bytes());
            number += 1;
        } else {
            path.extend_from_slice(key);
        }
        match member {
            Member::Value(value) => found(Name::whole(path), value)?,
            Member::Inside(text) => all(text, path, depth + 1, found)?,
        }
    }
    path.truncate(before);
    Continue(())
}

/// What stands behind a key or in an array.
enum Member<'a> {
    Value(Value<'a>),
    /// An object or array, from its bracket on.
    Inside(&'a [u8]),
}

/// The members of an object or the elements of an array, one after the other.
struct Members<'a> {
    text: &'a [u8],
    at: usize,
    is_array: bool,
}

impl<'a> Members<'a> {
    /// The text begins with a bracket.
    fn of(text: &'a [u8]) -> Members<'a> {
        Members { text, at: 1, is_array: text.starts_with(b"[") }
    }

    fn blanks(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    /// The next member with its key, which is empty in an array; `null` is none.
    fn next(&mut self) -> Option<(&'a [u8], Member<'a>)> {
        loop {
            self.blanks();
            match self.text.get(self.at)? {
                b'}' | b']' => return None,
                b',' => {
                    self.at += 1;
                    continue;
                }
                b'"' if !self.is_array => {}
                _ if self.is_array => {}
                _ => return None,
            }
            let mut key = &b""[..];
            if !self.is_array {
                let end = string_end(self.text, self.at + 1)?;
                key = self.text.get(self.at + 1..end)?;
                self.at = end + 1;
                self.blanks();
                if self.text.get(self.at) != Some(&b':') {
                    return None;
                }
                self.at += 1;
                self.blanks();
            }
            let rest = self.text.get(self.at..)?;
            let member = match rest.first()? {
                b'"' => {
                    let end = string_end(rest, 1).unwrap_or(rest.len());
                    self.at += end + 1;
                    Member::Value(Value::new(rest.get(1..end)?, Form::Json))
                }
                b'{' | b'[' => {
                    let inside = &rest[..length(rest)];
                    self.at += inside.len();
                    Member::Inside(inside)
                }
                _ => {
                    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                    let length = rest.iter().position(ends).unwrap_or(rest.len());
                    // Something else than a value, or words behind one another: the object is damaged.
                    if length == 0 || !super::may_begin(self.text, self.at) {
                        return None;
                    }
                    self.at += length;
                    let value = rest.get(..length)?;
                    if value == b"null" {
                        // It keeps its place in an array.
                        if self.is_array {
                            return Some((key, Member::Value(Value::new(b"", Form::Plain))));
                        }
                        continue;
                    }
                    Member::Value(Value::new(value, Form::Plain))
                }
            };
            return Some((key, member));
        }
    }
}

/// Where the string that begins at `at` has its closing quote.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}
