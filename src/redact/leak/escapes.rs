//! Text that was escaped: for addresses of pages (`%40`), HTML and XML (`&#64;`, `&quot;`), JSON (`\u0040`). It is looked over as
//! what it stands for, and what leaks there leaks where its escaped form is.

use super::{Leak, LeakScan};
use std::ops::Range;

/// Escapes within escapes are read so often.
const DEEPEST: usize = 3;
/// How much before the first escape is read with it.
const BEFORE: usize = 512;
/// And how much from there on at once.
const BEHIND: usize = 8192;

/// Adds what leaks in the escaped parts of a text, which itself stood in so many escapes.
pub(super) fn find(scan: &LeakScan, text: &[u8], depth: usize, leaks: &mut Vec<Leak>) {
    if depth == DEEPEST {
        return;
    }
    let mut done = 0;
    for at in memchr::memchr3_iter(b'%', b'&', b'\\', text) {
        if at < done || sign(&text[at..]).is_none() {
            continue;
        }
        let part = around(text, at, done);
        done = part.end;
        let (plain, places) = read(text, part);
        let place = |leak: Leak| Leak { start: places[leak.start], end: places[leak.end], ..leak };
        leaks.extend(scan.found(&plain, depth + 1).into_iter().map(place));
    }
}

/// The part of a line that was escaped with the sign at a place.
fn around(text: &[u8], at: usize, done: usize) -> Range<usize> {
    let ends = |byte: &u8| match text[at] {
        b'%' => byte.is_ascii_whitespace() || b"\"'<>`|\\".contains(byte),
        b'\\' => b"\"\n".contains(byte),
        // A page that a program has written into a log: all of the line.
        _ => *byte == b'\n',
    };
    let first = done.max(at.saturating_sub(BEFORE));
    let last = text.len().min(at.saturating_add(BEHIND));
    let start = text[first..at].iter().rposition(ends).map_or(first, |before| first + before + 1);
    let end = text[at + 1..last].iter().position(ends).map_or(last, |behind| at + 1 + behind);
    start..end
}

/// What a part of a text stands for, and where each of its bytes, and its end, stands in the text.
fn read(text: &[u8], part: Range<usize>) -> (Vec<u8>, Vec<usize>) {
    let (mut plain, mut places, mut at) =
        (Vec::with_capacity(part.len()), Vec::with_capacity(part.len() + 1), part.start);
    while at < part.end {
        let (byte, length) = sign(&text[at..part.end]).unwrap_or((text[at], 1));
        plain.push(byte);
        places.push(at);
        at += length;
    }
    places.push(at);
    (plain, places)
}

/// The sign of ASCII whose escaped form begins a text, and how long that is.
fn sign(text: &[u8]) -> Option<(u8, usize)> {
    let (code, length) = match text {
        [b'%', digits @ ..] => (hexadecimal(digits.get(..2)?)?, 3),
        [b'\\', b'u', digits @ ..] => (hexadecimal(digits.get(..4)?)?, 6),
        [b'&', name @ ..] => {
            let length = name.iter().take(8).position(|byte| *byte == b';')?;
            let code = match &name[..length] {
                b"quot" => u32::from(b'"'),
                b"apos" => u32::from(b'\''),
                b"amp" => u32::from(b'&'),
                b"lt" => u32::from(b'<'),
                b"gt" => u32::from(b'>'),
                [b'#', b'x' | b'X', digits @ ..] => hexadecimal(digits)?,
                [b'#', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
                    digits.iter().fold(0, |code, digit| 10 * code + u32::from(digit - b'0'))
                }
                _ => return None,
            };
            (code, length + 2)
        }
        _ => return None,
    };
    let byte = u8::try_from(code).ok()?;
    (byte == b'\t' || byte == b' ' || byte.is_ascii_graphic()).then_some((byte, length))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{Kind, Map};

    /// What leaks in a text.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut map = Map::default();
        map.add(Kind::User, "user-1", "jdoe7");
        let leaks = LeakScan::new(&map, &[], false).leaks(text.as_bytes());
        let mut found: Vec<&str> = leaks.iter().map(|it| &text[it.start..it.end]).collect();
        found.dedup();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn secrets_in_addresses_pages_and_json_leak() {
        check("GET /x?body=%7B%22password%22%3A%22x7hunter%22%7D HTTP/1.1", &["x7hunter"]);
        check("page &lt;password&gt;x7hunter&lt;/password&gt;", &["x7hunter"]);
        check("page &#60;password&#x3e;x7hunter&#60;/password>", &["x7hunter"]);
        check(r#"{"body":"\u003cpassword\u003ex7hunter\u003c/password\u003e"}"#, &["x7hunter"]);
        check("mail to j.okafor%40contoso.net sent", &["j.okafor%40contoso.net"]);
        // A name of somebody who was replaced elsewhere, behind a letter that belongs to the escape.
        check("path=%2Fjdoe7%2Fx", &["jdoe7"]);
        // Two lines, and a part behind one without an escape.
        check("a%20b\nplain %22pwd%3dx7hunter%22", &["x7hunter"]);
    }

    #[test]
    fn escapes_within_escapes_leak() {
        check("?next=%2Fx%3Fbody%3D%2522password%2522%253A%2522x7hunter%2522", &["x7hunter"]);
        check("&amp;lt;password&amp;gt;x7hunter&amp;lt;/password&amp;gt;", &["x7hunter"]);
    }

    #[test]
    fn what_is_replaced_or_no_escape_does_not() {
        check("body=%7B%22password%22%3A%22[redacted:password]%22%7D", &[]);
        check("50% of %d4 at &nbsp; & \\user \\u12 %zz 100%", &[]);
        check("%7B%22id%22%3A7%7D &lt;b&gt;all is well&lt;/b&gt;", &[]);
    }

    #[test]
    fn forms_are_read_to_the_same_sign() {
        for form in ["%40", "&#64;", "&#x40;", "&#X40;", "\\u0040"] {
            assert_eq!(sign(form.as_bytes()), Some((b'@', form.len())), "{form}");
        }
        for other in ["%4", "%0a", "%d4", "&#8364;", "&#;", "&# 64;", "&nbsp;", "\\u20ac", "\\x40", "&quot"] {
            assert_eq!(sign(other.as_bytes()).filter(|(byte, _)| *byte != 0), None, "{other}");
        }
    }
}
