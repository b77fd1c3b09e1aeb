//! Leaks that are told by their shape: addresses, DNS names, numbers of cards and accounts, licence keys, Base64.
//!
//! One pass goes from one run of letters and digits to the next, and only a run that can be a part of such a thing, by its
//! length and the sign behind it, is looked at. What each of them is says a regular expression in the tests.

use super::super::Kind;
use super::{Found, Leak, LeakScan, checks};

const DIGIT: u8 = 1;
const HEX: u8 = 2;
const CAPITAL: u8 = 4;
const SMALL: u8 = 8;
/// A letter or digit of ASCII.
const ATOM: u8 = DIGIT | CAPITAL | SMALL;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        classes[index] = match byte {
            b'0'..=b'9' => DIGIT,
            b'A'..=b'F' => CAPITAL | HEX,
            b'a'..=b'f' => SMALL | HEX,
            b'G'..=b'Z' => CAPITAL,
            b'g'..=b'z' => SMALL,
            _ => 0,
        };
        index += 1;
    }
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// A run of letters and digits.
#[derive(Clone, Copy)]
struct Atom<'t> {
    text: &'t [u8],
    start: usize,
    end: usize,
    /// The classes of its bytes.
    seen: u8,
}

/// Adds the leaks of a text.
pub(super) fn find(scan: &LeakScan, text: &[u8], leaks: &mut Vec<Leak>) {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let mut seen = class(*byte);
        if seen & ATOM == 0 {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while let Some(more) = text.get(at).map(|byte| class(*byte)).filter(|it| it & ATOM != 0) {
            seen |= more;
            at += 1;
        }
        // Hexadecimal is what has digits of it only.
        let atom = Atom { text, start, end: at, seen };
        let mut add = |kind, rule, place: Option<(usize, usize)>| {
            if let Some((start, end)) = place.filter(|_| scan.wants(kind)) {
                let found = Found { text, whole: start, start, end };
                if checks::of_shape(kind)(scan, &found) {
                    leaks.push(found.leak(kind, rule));
                }
            }
        };
        let length = at - start;
        match text.get(at) {
            Some(b'.') => {
                if length <= 3 && seen == DIGIT {
                    add(Kind::Ipv4, "ipv4", atom.ipv4());
                }
                if length == 4 {
                    add(Kind::Mac, "hardware address", atom.mac());
                }
            }
            Some(b':') => {
                if length <= 4 {
                    add(Kind::Ipv6, "ipv6", atom.ipv6());
                }
                if length == 2 {
                    add(Kind::Mac, "hardware address", atom.mac());
                }
            }
            Some(b'-') => {
                if length == 2 {
                    add(Kind::Mac, "hardware address", atom.mac());
                }
                if length == 5 {
                    add(Kind::Licence, "licence key", atom.licence());
                }
            }
            _ => {}
        }
        if seen == DIGIT && length >= 4 {
            add(Kind::Card, "card", atom.card());
        }
        if seen & SMALL == 0 && seen & DIGIT != 0 && length >= 4 {
            add(Kind::Iban, "iban", atom.iban());
        }
        if seen & DIGIT == 0 && (2..=8).contains(&length) && start > 0 && text[start - 1] == b'.' {
            add(Kind::Host, "dns name", atom.dns());
        }
        let may_be_base64 = match text.get(at) {
            Some(b'+' | b'/') => true,
            // In Base64 of text these stand for the last bits of three bytes.
            Some(b'-' | b'_') => length % 4 == 3,
            _ => length >= BASE64,
        };
        if may_be_base64 && atom.begins_text() {
            add(Kind::Encoded, "base64", atom.base64());
        }
    }
}

/// So much Base64 stands for twelve bytes. What is shorter says little.
const BASE64: usize = 16;

/// The ends of names that are surely DNS names. Others are found by who knows the name.
const ENDINGS: &[&[u8]] = &[
    b"com",
    b"net",
    b"org",
    b"local",
    b"lan",
    b"corp",
    b"internal",
    b"intranet",
    b"de",
    b"fr",
    b"uk",
    b"nl",
    b"ch",
    b"at",
];

impl Atom<'_> {
    fn before(&self) -> Option<u8> {
        self.start.checked_sub(1).and_then(|at| self.text.get(at)).copied()
    }

    fn at(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// How many bytes from a place on fit.
    fn count(&self, at: usize, most: usize, fits: impl Fn(u8) -> bool) -> usize {
        self.text.get(at..).unwrap_or_default().iter().take(most).take_while(|byte| fits(**byte)).count()
    }

    /// Whether a sentence ends at a place: with a stop and a blank, or where the text does.
    fn stops(&self, at: usize, stops: &[u8]) -> bool {
        self.at(at).is_some_and(|it| stops.contains(&it)) && self.at(at + 1).is_none_or(|it| it.is_ascii_whitespace())
    }

    fn ipv4(&self) -> Option<(usize, usize)> {
        // `esx_10.1.2.3.log` has one, `lib_1.2.3.4.so` has none.
        let named = self.before() == Some(b'_');
        if !named && self.before().is_some_and(|it| is_word(it) || it == b'.') {
            return None;
        }
        let mut end = self.end;
        for _ in 0..3 {
            let digits = self.count(end + 1, 4, |byte| byte.is_ascii_digit());
            if self.at(end) != Some(b'.') || !(1..=3).contains(&digits) {
                return None;
            }
            end += 1 + digits;
        }
        if named {
            let file = [&b".log"[..], b".txt", b".csv"].iter().any(|it| self.text[end..].starts_with(it));
            return file.then_some((self.start, end));
        }
        let ends = self.at(end).is_none_or(|it| !is_word(it) && it != b'.') || self.stops(end, b".");
        ends.then_some((self.start, end))
    }

    fn ipv6(&self) -> Option<(usize, usize)> {
        if self.before().is_some_and(|it| is_word(it) || it == b':' || it == b'.') {
            return None;
        }
        let length = self.count(self.start, 40, |byte| byte.is_ascii_hexdigit() || byte == b':');
        let mut end = self.start + length;
        if self.text[..end].ends_with(b":") && !self.text[..end].ends_with(b"::") {
            end -= 1;
        }
        let address = &self.text[self.start..end];
        let colons = memchr::memchr_iter(b':', address).count();
        let short = memchr::memmem::find(address, b"::").is_some_and(|at| at + 2 < address.len());
        let ends = self.at(end).is_none_or(|it| !is_word(it) && it != b'.' && it != b':') || self.stops(end, b".:");
        (ends && (colons == 7 && !short || short && colons >= 2)).then_some((self.start, end))
    }

    fn mac(&self) -> Option<(usize, usize)> {
        if self.before().is_some_and(|it| is_word(it) || it == b':' || it == b'-') {
            return None;
        }
        let sign = self.at(self.end)?;
        let (groups, size) = if sign == b'.' { (3, 4) } else { (6, 2) };
        let mut at = self.start;
        for group in 0..groups {
            if group > 0 {
                if self.at(at) != Some(sign) {
                    return None;
                }
                at += 1;
            }
            if self.count(at, size, |byte| byte.is_ascii_hexdigit()) < size {
                return None;
            }
            at += size;
        }
        let ends = self.at(at).is_none_or(|it| !is_word(it) && !b":.-".contains(&it)) || self.stops(at, b".:");
        ends.then_some((self.start, at))
    }

    /// Five groups, or four to eight, of five capitals and digits.
    fn licence(&self) -> Option<(usize, usize)> {
        if self.seen & SMALL != 0 || self.before().is_some_and(|it| is_word(it) || it == b'-') {
            return None;
        }
        let (mut at, mut groups) = (self.end, 1);
        while self.at(at) == Some(b'-') {
            let is_group = |byte: u8| class(byte) & (CAPITAL | DIGIT) != 0;
            if self.count(at + 1, 5, is_group) < 5 {
                return None;
            }
            (at, groups) = (at + 6, groups + 1);
        }
        let ends = self.at(at).is_none_or(|it| !is_word(it));
        (ends && (4..=8).contains(&groups)).then_some((self.start, at))
    }

    /// Digits as they stand on a card, at once or in groups with one sign between.
    fn card(&self) -> Option<(usize, usize)> {
        if self.before().is_some_and(|it| is_word(it) || it == b'.' || it == b'-') {
            return None;
        }
        let groups: &[usize] = match self.end - self.start {
            15 | 16 => &[],
            4 if self.text[self.start] == b'3' && b"47".contains(&self.text[self.start + 1]) => &[6, 5],
            4 => &[4, 4, 4],
            _ => return None,
        };
        let mut end = self.end;
        let sign = self.at(end);
        for &group in groups {
            if !matches!(sign, Some(b' ' | b'-')) || self.at(end) != sign {
                return None;
            }
            if self.count(end + 1, group + 1, |byte| byte.is_ascii_digit()) != group {
                return None;
            }
            end += 1 + group;
        }
        let ends = self.at(end).is_none_or(|it| !is_word(it) && it != b'.' && it != b'-') || self.stops(end, b".");
        ends.then_some((self.start, end))
    }

    fn iban(&self) -> Option<(usize, usize)> {
        let [a, b, c, d, ..] = self.text[self.start..self.end] else { return None };
        let begins = a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
        if !begins || self.before().is_some_and(is_word) {
            return None;
        }
        let mut end = self.end;
        if self.end - self.start == 4 {
            let is_group = |byte: u8| class(byte) & (CAPITAL | DIGIT) != 0;
            while self.at(end) == Some(b' ') {
                let group = self.count(end + 1, 5, is_group);
                if !(1..=4).contains(&group) || self.at(end + 1 + group).is_some_and(is_word) {
                    break;
                }
                end += 1 + group;
                if group < 4 {
                    break;
                }
            }
        }
        self.at(end).is_none_or(|it| !is_word(it)).then_some((self.start, end))
    }

    /// The name that this run ends.
    fn dns(&self) -> Option<(usize, usize)> {
        let ending = &self.text[self.start..self.end];
        if !ENDINGS.iter().any(|it| it.eq_ignore_ascii_case(ending)) {
            return None;
        }
        let ends = match self.at(self.end) {
            None => true,
            Some(b'.') => self.stops(self.end, b"."),
            Some(it) => !is_word(it) && !b"(=-".contains(&it),
        };
        let is_label = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
        let length = self.text[..self.start].iter().rev().take(255).take_while(|byte| is_label(byte)).count();
        let start = self.start - length;
        let name = &self.text[start..self.end];
        // `COM` in capitals ends the names of others too, unless all of it is in capitals.
        let same = ending.iter().all(u8::is_ascii_lowercase) || !name.iter().any(u8::is_ascii_lowercase);
        let whole = name.split(|byte| *byte == b'.').all(|label| !label.is_empty() && label[0] != b'-');
        let before = start.checked_sub(1).and_then(|at| self.at(at));
        let begins = match before {
            Some(b'/') => self.text[..start].ends_with(b"//"),
            Some(it) => !is_word(it) && !b"$%@".contains(&it),
            None => true,
        };
        (ends && same && whole && begins).then_some((start, self.end))
    }

    /// Whether its first letters are Base64 of text. Those of most words and numbers are not.
    fn begins_text(&self) -> bool {
        self.text.get(self.start..self.start + 4).is_some_and(|four| checks::decoded(four).is_some())
    }

    fn base64(&self) -> Option<(usize, usize)> {
        if self.before().is_some_and(is_sextet) {
            return None;
        }
        let length = self.count(self.start, usize::MAX, is_sextet);
        let end = self.start + length + self.count(self.start + length, 2, |byte| byte == b'=');
        let ends = self.at(end).is_none_or(|it| !is_sextet(it) && it != b'=');
        (length >= BASE64 && ends).then_some((self.start, end))
    }
}

/// Whether a byte belongs to a word. So do letters that are not of ASCII.
fn is_word(byte: u8) -> bool {
    class(byte) & ATOM != 0 || byte == b'_' || byte >= 0x80
}

/// Whether a byte belongs to Base64, in the usual alphabet or that of addresses.
fn is_sextet(byte: u8) -> bool {
    class(byte) & ATOM != 0 || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests;
