//! What a word of a message is, from the bytes it is made of.

use super::classes::{
    AT, BACKSLASH, COLON, Classes, DASH, DIGIT, DOT, LOWER, NON_ASCII, OTHER, SLASH, UNDERSCORE, UPPER, classes, word,
};
use super::codes::depends_on_digits;
use super::kinds::{Kinds, kinds};
use super::mark::Mark;

/// A run of letters, digits and the punctuation that stands inside words.
#[derive(Clone, Copy)]
pub(super) struct Word<'t> {
    pub(super) text: &'t [u8],
    /// Those of all its bytes. A question is asked only if they allow that it is answered with yes.
    classes: Classes,
}

impl<'t> Word<'t> {
    pub(super) fn of(text: &'t [u8]) -> Word<'t> {
        Word { text, classes: classes(text) }
    }

    /// The word that a text begins with, colons and slashes included.
    #[inline]
    pub(super) fn at_start(text: &'t [u8]) -> Word<'t> {
        let (length, classes) = word(text);
        Word { text: &text[..length], classes }
    }

    /// The part of it before its first colon.
    pub(super) fn before_colon(self) -> Word<'t> {
        match memchr::memchr(b':', self.text) {
            Some(end) => Word::of(&self.text[..end]),
            None => self,
        }
    }

    /// Whether a byte of it is of one of the classes.
    #[inline]
    pub(super) fn has(self, classes: Classes) -> bool {
        self.classes & classes != 0
    }

    /// Whether some answer about it may be another one if it had other digits.
    pub(super) fn depends_on_digits(self) -> bool {
        self.has(DIGIT) && self.has(LOWER | UPPER) && depends_on_digits(self.text)
    }

    /// Letters, `_` and `-` only.
    pub(super) fn is_plain(self) -> bool {
        !self.text.is_empty() && !self.has(!(LOWER | UPPER | UNDERSCORE | DASH | NON_ASCII | NO_KIND))
    }

    /// Nothing but digits.
    pub(super) fn is_digits(self) -> bool {
        !self.has(!(DIGIT | NO_KIND))
    }

    pub(super) fn is_url(self) -> bool {
        let scheme =
            self.text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-')).count();
        scheme > 1 && self.text[scheme..].starts_with(b"://")
    }

    /// Digits with at most a sign.
    pub(super) fn is_bare_number(self) -> bool {
        let digits = self.text.strip_prefix(b"-").unwrap_or(self.text);
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    }

    /// The mark for a word that is something as a whole, colons included.
    pub(super) fn whole_mark(self) -> Option<Mark> {
        if self.has(COLON) && !self.has(DIGIT | SLASH | BACKSLASH) {
            return match () {
                () if self.is_mac() => Some(Mark::Mac),
                () if self.is_ipv6() => Some(Mark::Ip),
                () => None,
            };
        }
        if self.has(COLON) {
            let host = self.before_colon();
            let port = self.text.get(host.text.len() + 1..).unwrap_or_default();
            let is_port = !port.is_empty() && port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
            return match () {
                () if self.is_mac() => Some(Mark::Mac),
                () if self.is_ipv6() => Some(Mark::Ip),
                () if is_port && host.is_ipv4() => Some(Mark::Ip),
                () if is_port && host.is_dotted_name() => Some(Mark::Host),
                () if self.is_number() => Some(Mark::Number),
                () if self.is_drive() || self.has_slashes() => Some(Mark::Path),
                () => None,
            };
        }
        if self.is_number() && !self.is_ipv4() { Some(Mark::Number) } else { None }
    }

    /// The mark for a word without colons; `None` if it is kept.
    pub(super) fn mark(self) -> Option<Mark> {
        if self.has(DIGIT) {
            if self.is_ipv4() {
                return Some(Mark::Ip);
            }
            if self.is_uuid() {
                return Some(Mark::Id);
            }
            if self.is_number() {
                return Some(Mark::Number);
            }
            if let [b'0', b'x' | b'X', digits @ ..] = self.text
                && !digits.is_empty()
                && digits.iter().all(u8::is_ascii_hexdigit)
            {
                return Some(Mark::Hex);
            }
        }
        if self.has_slashes() || self.text.starts_with(b"/") || self.text.starts_with(b"\\\\") {
            return Some(Mark::Path);
        }
        if self.has(BACKSLASH | AT) {
            return Some(Mark::Any);
        }
        if self.is_dotted_name() {
            let dots = self.text.iter().filter(|&&byte| byte == b'.').count();
            let ending = self.text.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
            return match dots {
                1 if !self.has(DIGIT) && kinds(ending).has(Kinds::PROGRAM_ENDING) => None,
                1 => Some(Mark::Any),
                _ => Some(Mark::Host),
            };
        }
        self.has(DIGIT).then_some(Mark::Any)
    }

    /// A number with separators and perhaps a unit: `1,5`, `2024-01-02T03:04:05Z`, `10GB`, `5ms`, `12%`.
    fn is_number(self) -> bool {
        if !matches!(self.text.first(), Some(b'0'..=b'9' | b'.' | b':' | b'-' | b'+' | b'%' | b'#')) {
            return false;
        }
        let body = self.text.iter().take_while(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'-' | b'+' | b'/' | b'%' | b'_' | b'T' | b'Z' | b'#')
        });
        let (body, unit) = self.text.split_at(body.count());
        body.iter().any(u8::is_ascii_digit)
            && (unit.is_empty() || (kinds(unit).has(Kinds::UNIT) && body.last().is_some_and(u8::is_ascii_digit)))
    }

    fn is_ipv4(self) -> bool {
        self.has(DOT) && is_ipv4(self.text)
    }

    fn is_ipv6(self) -> bool {
        if !matches!(self.text.first(), Some(b':' | b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F')) {
            return false;
        }
        let address = self.text.split(|&byte| matches!(byte, b'%' | b'/')).next().unwrap_or_default();
        let groups = address.split(|&byte| byte == b':').count();
        let short = memchr::memmem::find(address, b"::").is_some();
        let digits = address.iter().any(u8::is_ascii_digit);
        (groups == 8 || (short && (3..=9).contains(&groups) && digits))
            && address
                .split(|&byte| byte == b':')
                .all(|group| group.len() <= 4 && group.iter().all(u8::is_ascii_hexdigit))
    }

    fn is_mac(self) -> bool {
        if !matches!(self.text.len(), 17 | 23) {
            return false;
        }
        let mut groups = 0;
        for group in self.text.split(|&byte| byte == b':') {
            groups += 1;
            if group.len() != 2 || !group.iter().all(u8::is_ascii_hexdigit) {
                return false;
            }
        }
        matches!(groups, 6 | 8) && self.text.iter().any(|byte| byte.is_ascii_alphabetic())
    }

    fn is_uuid(self) -> bool {
        if self.text.len() != 36 {
            return false;
        }
        let lengths = [8, 4, 4, 4, 12];
        let mut groups = self.text.split(|&byte| byte == b'-');
        let all = lengths.iter().all(|&length| {
            groups.next().is_some_and(|group| group.len() == length && group.iter().all(u8::is_ascii_hexdigit))
        });
        all && groups.next().is_none()
    }

    fn is_drive(self) -> bool {
        matches!(self.text, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic())
    }

    /// Lower-case labels of two characters or more with dots between; the last one has a letter first.
    fn is_dotted_name(self) -> bool {
        if !self.has(DOT) || self.has(!(LOWER | DIGIT | DASH | UNDERSCORE | DOT | NO_KIND)) {
            return false;
        }
        let (mut length, mut first) = (0, b'.');
        for &byte in self.text {
            match byte {
                b'.' if length < 2 => return false,
                b'.' => length = 0,
                _ => {
                    first = if length == 0 { byte } else { first };
                    length += 1;
                }
            }
        }
        length >= 2 && first.is_ascii_lowercase()
    }

    /// Whether it has two slashes of either kind.
    fn has_slashes(self) -> bool {
        let is_slash = |byte: &&u8| matches!(byte, b'/' | b'\\');
        self.has(SLASH | BACKSLASH) && self.text.iter().filter(is_slash).nth(1).is_some()
    }
}

/// Classes that say nothing of what a byte is, beside those that do.
const NO_KIND: Classes =
    !(LOWER | UPPER | DIGIT | UNDERSCORE | DASH | NON_ASCII | DOT | SLASH | BACKSLASH | COLON | AT | OTHER);

/// Four numbers of up to three digits, perhaps with a `/` and the number of bits that belong to the network.
fn is_ipv4(text: &[u8]) -> bool {
    let (mut dots, mut digits) = (0, 0);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' if digits < 3 => digits += 1,
            b'.' if digits > 0 && dots < 3 => (dots, digits) = (dots + 1, 0),
            b'/' => return dots == 3 && digits > 0 && text[at + 1..].iter().all(u8::is_ascii_digit),
            _ => return false,
        }
    }
    dots == 3 && digits > 0
}

/// Whether a month or weekday is part of a date: a number, or after a weekday a month, follows it.
pub(super) fn is_word_of_date(word: &[u8], known: Kinds, after: &[u8]) -> bool {
    let name = |word: &[u8]| word[0].is_ascii_uppercase() && word[1..].iter().all(u8::is_ascii_lowercase);
    if !known.has(Kinds::MONTH) && !known.has(Kinds::WEEKDAY) || !name(word) {
        return false;
    }
    let skipped = after.iter().take_while(|byte| matches!(byte, b' ' | b',')).count();
    let next = &after[skipped..];
    let number = next.first().is_some_and(u8::is_ascii_digit) || next.starts_with(b"<n>");
    let is_month = || {
        let letters = next.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        kinds(&next[..letters]).has(Kinds::MONTH) && name(&next[..letters])
    };
    skipped > 0 && (number || (!known.has(Kinds::MONTH) && is_month()))
}

/// Whether a word after one of [`Kinds::SLOT`] is a name: `root` in `password for root from` or `user root 10.0.0.1`.
pub(super) fn is_name_in_slot(word: &[u8], after: &[u8]) -> bool {
    let Some(next) = after.strip_prefix(b" ") else { return false };
    let starts = |of_start: fn(&u8) -> bool| &next[..next.iter().take_while(|byte| of_start(byte)).count()];
    let followed = kinds(starts(u8::is_ascii_alphanumeric)).has(Kinds::AFTER_NAME)
        || next.starts_with(b"<ip>")
        || is_ipv4(starts(|byte| byte.is_ascii_alphanumeric() || *byte == b'.'));
    followed && !kinds(word).has(Kinds::NO_NAME)
}
