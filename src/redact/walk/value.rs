//! Where the value behind a key begins and ends, in any of the forms in which programs write pairs.

use super::{Walk, is_atom};

/// The value of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub start: usize,
    pub end: usize,
    /// It stands in quotes or in an element.
    pub quoted: bool,
    /// The sign before it is `=`.
    pub equals: bool,
    /// The key is the first word of its line.
    pub first: bool,
}

/// How a value ends that is not in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// With the line or the string around it.
    Line,
    /// At a blank; behind a key that begins the line, with the line, unless more pairs follow.
    Secret {
        /// The key begins the line.
        first: bool,
    },
    /// At a blank; behind a key that begins the line it may be up to three words.
    Words {
        /// The key begins the line.
        first: bool,
    },
    /// At a blank or a sign.
    Word,
}

/// No value is longer.
const LONGEST: usize = 16 << 10;

impl Walk<'_> {
    /// Returns the value of the key that ends at `at`. `option` says that a blank is enough of a sign.
    pub(super) fn value(&self, at: usize, option: bool, style: Style) -> Option<Value> {
        let text = self.text;
        let mut at = at;
        let closing = self.quote(at);
        if let Some((_, _, behind)) = closing {
            at = behind;
        } else if text.get(at) == Some(&b']') {
            at += 1;
        }
        let mut blanks = self.blanks(at);
        if self.text.get(blanks) == Some(&b'.') && blanks > at {
            // `Host Name . . . . : x`
            let rest = &text[blanks..];
            blanks += rest.iter().take(60).take_while(|byte| matches!(byte, b' ' | b'.')).count();
        }
        let (mut equals, mut element) = (false, false);
        match text.get(blanks) {
            Some(b'=') => {
                equals = true;
                at = blanks + 1;
                while matches!(text.get(at), Some(b'>' | b'=')) {
                    at += 1;
                }
            }
            Some(b':') => {
                at = blanks + 1;
                if text.get(at) == Some(&b'=') {
                    at += 1;
                }
                if text.get(at) == Some(&b':') {
                    return None;
                }
            }
            Some(b'>') => {
                element = true;
                at = blanks + 1;
            }
            Some(b',') if closing.is_some() => at = blanks + 1,
            Some(_) if closing.is_some() && blanks > at => {
                // `name="password" value="x"`.
                let rest = &text[blanks..text.len().min(blanks + 7)];
                let follows = rest.to_ascii_lowercase().starts_with(b"value=");
                equals = true;
                at = follows.then_some(blanks + 6)?;
            }
            _ if option && blanks > at => at = blanks,
            Some(_) if blanks > at && text.get(blanks).is_some_and(u8::is_ascii_alphabetic) => {
                element = true;
                at = self.tag_end(at)? + 1;
            }
            _ => return None,
        }
        let start = self.blanks(at);
        // `logname= uid=0`: nothing, and the next pair.
        if equals
            && start > at
            && text[at - 1] == b'='
            && self.before(at - 1).is_some_and(is_atom)
            && self.is_key(start)
        {
            return None;
        }
        let first = matches!(style, Style::Secret { first: true } | Style::Words { first: true });
        let value = |start: usize, end: usize, quoted: bool| {
            (start < end).then_some(Value { start, end, quoted, equals, first })
        };
        if element {
            let end = self.until(start, |rest| rest[0] == b'<' || rest[0] == b'\n');
            return value(start, self.trim(start, end), true);
        }
        if let Some((slashes, quote, inside)) = self.quote(start) {
            if let Some(end) = self.closing(inside, slashes, quote) {
                return value(inside, end, true);
            }
            return value(inside, self.trim(inside, self.line_end(inside).min(inside + LONGEST)), false);
        }
        if text.get(start) == Some(&b'{') && equals {
            let end = self.until(start, |rest| rest[0] == b'}' || rest[0] == b'\n');
            return value(start + 1, end, true);
        }
        if matches!(text.get(start), Some(b'{' | b'[')) && !equals && text.get(start..start + 10) != Some(b"[redacted:")
        {
            return None;
        }
        let style = match style {
            // `User: John Doe`, but `user=jdoe has gone`.
            Style::Words { .. } if equals => Style::Word,
            style => style,
        };
        let end = self.unquoted(start, style);
        value(start, end, false)
    }

    fn unquoted(&self, start: usize, style: Style) -> usize {
        let text = self.text;
        let line_end = self.line_end(start).min(start + LONGEST);
        let line = &text[start..line_end];
        let whole = self.trim(start, line_end);
        match style {
            Style::Line => {
                return self.trim(
                    start,
                    self.until(start, |rest| {
                        b"\"'\n<".contains(&rest[0]) || rest.starts_with(b"\\n") || rest.starts_with(b"\\r")
                    }),
                );
            }
            Style::Secret { first: true } if !line.iter().any(|byte| b"=;&\"<>".contains(byte)) && line.len() < 256 => {
                return whole;
            }
            Style::Words { first: true } => {
                let line = &text[start..whole];
                // `jdoe logged in` is a sentence.
                let mut words = line.split(|byte| *byte == b' ');
                let few =
                    words.clone().count() <= 3 && words.all(|word| word.first().is_some_and(u8::is_ascii_uppercase));
                if few && line.len() <= 40 && line.iter().all(|byte| is_atom(*byte) || b" .'-_@\\$".contains(byte)) {
                    return whole;
                }
            }
            _ => {}
        }
        let secret = matches!(style, Style::Secret { .. });
        let ends = |rest: &[u8]| match rest[0] {
            b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'<' | b';' | b'&' | b'`' => true,
            b'\'' | b'>' | b'|' => !secret || rest.get(1).is_none_or(|it| !is_atom(*it)),
            // One that is part of a password is followed by more of it.
            b',' => !secret || rest.get(1).is_none_or(u8::is_ascii_whitespace) || is_pair(&rest[1..]),
            b')' | b']' | b'}' => !secret || rest.get(1).is_none_or(|it| !is_atom(*it)),
            b'\\' => {
                matches!(rest.get(1), Some(b'"' | b'\'')) || rest.starts_with(b"\\n") && !secret && self.is_escaped()
            }
            _ => false,
        };
        let end = self.until(start, ends);
        match end > start && b",.".contains(&text[end - 1]) && text[start..end - 1].iter().any(|it| is_atom(*it)) {
            // The end of a sentence.
            true => end - 1,
            false => end,
        }
    }

    /// A quote at a place, with the backslashes before it: how many, which quote, and where what is quoted begins.
    fn quote(&self, at: usize) -> Option<(usize, u8, usize)> {
        let rest = self.text.get(at..)?;
        let slashes = rest.iter().take(16).take_while(|byte| **byte == b'\\').count();
        match rest.get(slashes) {
            Some(quote @ (b'"' | b'\'')) => Some((slashes, *quote, at + slashes + 1)),
            // Of XML inside XML.
            Some(b'&') if slashes == 0 && rest.starts_with(b"&quot;") => Some((0, b'&', at + 6)),
            _ => None,
        }
    }

    /// Where what is quoted ends: at the next quote that is escaped as the first one.
    fn closing(&self, inside: usize, slashes: usize, quote: u8) -> Option<usize> {
        let text = self.text;
        let rest = &text[inside..text.len().min(inside + LONGEST)];
        if quote == b'&' {
            return memchr::memmem::find(rest, b"&quot;").map(|at| inside + at);
        }
        let newline = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        memchr::memchr_iter(quote, &rest[..newline]).find_map(|at| {
            let before = rest[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
            let same = if slashes == 0 { before % 2 == 0 } else { before <= slashes };
            // With fewer backslashes than the first one the string around it ends.
            same.then_some(inside + at - if slashes == 0 { 0 } else { before })
        })
    }

    /// Whether a word and `=` stand at a place.
    fn is_key(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        let word = rest.iter().take(24).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
        word > 0 && rest.get(word) == Some(&b'=')
    }

    fn blanks(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    fn until(&self, start: usize, ends: impl Fn(&[u8]) -> bool) -> usize {
        let limit = self.text.len().min(start + LONGEST);
        (start..limit).find(|at| ends(&self.text[*at..])).unwrap_or(limit)
    }

    /// The end without blanks before it.
    pub(super) fn trim(&self, start: usize, end: usize) -> usize {
        start + self.text[start..end].trim_ascii_end().len()
    }
}

/// Whether a text begins with `word=` or `word:`, perhaps behind a quote.
fn is_pair(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\"").or(text.strip_prefix(b"'")).unwrap_or(text);
    let word = text.iter().take(40).take_while(|byte| is_atom(**byte) || b"_-. ".contains(byte)).count();
    word > 0 && matches!(text.get(word), Some(b'=' | b':' | b'"'))
}
