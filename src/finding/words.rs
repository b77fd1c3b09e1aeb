//! What a word of a message is, from the bytes it is made of.

use super::kinds::{Kinds, kinds};

/// A run of letters, digits and the punctuation that stands inside words.
#[derive(Clone, Copy)]
pub(super) struct Word<'t> {
    pub(super) text: &'t [u8],
}

impl<'t> Word<'t> {
    pub(super) fn of(text: &'t [u8]) -> Word<'t> {
        Word { text }
    }

    /// Letters, `_` and `-` only.
    pub(super) fn is_plain(self) -> bool {
        let of_word = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-') || !byte.is_ascii();
        !self.text.is_empty() && self.text.iter().all(of_word)
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
    pub(super) fn whole_mark(self) -> Option<&'static str> {
        if self.text.contains(&b':') {
            let host = self.text.split(|&byte| byte == b':').next().unwrap_or_default();
            let port = self.text.get(host.len() + 1..).unwrap_or_default();
            let is_port = !port.is_empty() && port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
            return match () {
                () if self.is_mac() => Some("mac"),
                () if self.is_ipv6() => Some("ip"),
                () if is_port && Word::of(host).is_ipv4() => Some("ip"),
                () if is_port && Word::of(host).is_dotted_name() => Some("host"),
                () if self.is_number() => Some("n"),
                () if self.is_drive() || self.slashes() >= 2 => Some("path"),
                () => None,
            };
        }
        if self.is_number() && !self.is_ipv4() { Some("n") } else { None }
    }

    /// The mark for a word without colons; `None` if it is kept.
    pub(super) fn mark(self) -> Option<&'static str> {
        let text = self.text;
        let has_digit = text.iter().any(u8::is_ascii_digit);
        if has_digit {
            if self.is_ipv4() {
                return Some("ip");
            }
            if self.is_uuid() {
                return Some("id");
            }
            if self.is_number() {
                return Some("n");
            }
            if let [b'0', b'x' | b'X', _, ..] = text
                && text[2..].iter().all(u8::is_ascii_hexdigit)
            {
                return Some("hex");
            }
        }
        if self.slashes() >= 2 || text.starts_with(b"/") || text.starts_with(b"\\\\") {
            return Some("path");
        }
        if text.contains(&b'\\') || text.contains(&b'@') {
            return Some("*");
        }
        if self.is_dotted_name() {
            let dots = text.iter().filter(|&&byte| byte == b'.').count();
            let ending = text.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
            return match dots {
                1 if !has_digit && kinds(ending).has(Kinds::PROGRAM_ENDING) => None,
                1 => Some("*"),
                _ => Some("host"),
            };
        }
        has_digit.then_some("*")
    }

    /// A number with separators and perhaps a unit: `1,5`, `2024-01-02T03:04:05Z`, `10GB`, `5ms`, `12%`.
    fn is_number(self) -> bool {
        let body = self.text.iter().take_while(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'-' | b'+' | b'/' | b'%' | b'_' | b'T' | b'Z' | b'#')
        });
        let (body, unit) = self.text.split_at(body.count());
        body.iter().any(u8::is_ascii_digit)
            && body.first().is_some_and(|byte| !matches!(byte, b'T' | b'Z' | b'/' | b'_'))
            && (unit.is_empty() || (kinds(unit).has(Kinds::UNIT) && body.last().is_some_and(u8::is_ascii_digit)))
    }

    fn is_ipv4(self) -> bool {
        let address = self.text.split(|&byte| byte == b'/').next().unwrap_or_default();
        let mask = self.text.get(address.len() + 1..).unwrap_or_default();
        let mut parts = 0;
        for part in address.split(|&byte| byte == b'.') {
            parts += 1;
            if part.is_empty() || part.len() > 3 || !part.iter().all(u8::is_ascii_digit) {
                return false;
            }
        }
        parts == 4 && mask.iter().all(u8::is_ascii_digit)
    }

    fn is_ipv6(self) -> bool {
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
        let labels = self.text.split(|&byte| byte == b'.');
        let of_label = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        let last = self.text.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
        self.text.contains(&b'.')
            && last.first().is_some_and(u8::is_ascii_lowercase)
            && labels.into_iter().all(|label| label.len() >= 2 && label.iter().all(of_label))
    }

    fn slashes(self) -> usize {
        self.text.iter().filter(|&&byte| matches!(byte, b'/' | b'\\')).count()
    }
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
    let part_of_address = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
    let letters = &next[..next.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(next.len())];
    let address = &next[..next.iter().position(|byte| !part_of_address(byte)).unwrap_or(next.len())];
    let followed = kinds(letters).has(Kinds::AFTER_NAME) || next.starts_with(b"<ip>") || Word::of(address).is_ipv4();
    followed && !kinds(word).has(Kinds::NO_NAME)
}
