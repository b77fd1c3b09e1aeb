//! Secrets and numbers that are told by their shape alone.

use super::super::{Kind, pseudonym};
use super::addresses::grouped_hex;
use super::names_in;
use super::{DIGIT, LETTER, Run, UPPER, Walk, What, is_atom, is_run};

/// How the tokens of providers begin, how long they are at least, and what they are.
const TOKENS: &[(&[u8], usize, Kind)] = &[
    (b"AKIA", 20, Kind::CloudKey),
    (b"ASIA", 20, Kind::CloudKey),
    (b"ABIA", 20, Kind::CloudKey),
    (b"ACCA", 20, Kind::CloudKey),
    (b"AIza", 35, Kind::CloudKey),
    (b"ya29.", 30, Kind::CloudKey),
    (b"GOCSPX-", 28, Kind::CloudKey),
    (b"LTAI", 16, Kind::CloudKey),
    (b"dop_v1_", 40, Kind::CloudKey),
    (b"ghp_", 36, Kind::Token),
    (b"gho_", 36, Kind::Token),
    (b"ghu_", 36, Kind::Token),
    (b"ghs_", 36, Kind::Token),
    (b"ghr_", 36, Kind::Token),
    (b"github_pat_", 40, Kind::Token),
    (b"glpat-", 20, Kind::Token),
    (b"xoxb-", 20, Kind::Token),
    (b"xoxp-", 20, Kind::Token),
    (b"xoxa-", 20, Kind::Token),
    (b"xoxr-", 20, Kind::Token),
    (b"xoxs-", 20, Kind::Token),
    (b"xapp-", 20, Kind::Token),
    (b"sk_live_", 20, Kind::Token),
    (b"sk_test_", 20, Kind::Token),
    (b"rk_live_", 20, Kind::Token),
    (b"sk-", 24, Kind::Token),
    (b"SG.", 40, Kind::Token),
    (b"npm_", 36, Kind::Token),
    (b"pypi-", 40, Kind::Token),
    (b"hvs.", 24, Kind::Token),
    (b"hvb.", 24, Kind::Token),
    (b"dckr_pat_", 24, Kind::Token),
    (b"eyJ", 20, Kind::Token),
    (b"AGE-SECRET-KEY-1", 40, Kind::PrivateKey),
];

impl Walk<'_> {
    /// A run with `-`: a private key, a hardware address, a licence key, a card.
    pub(super) fn dashed(&mut self, run: Run) -> bool {
        let bytes = &self.text[run.start..run.end];
        if bytes.starts_with(b"-----") {
            let dashes = bytes.iter().position(|byte| *byte != b'-').unwrap_or(bytes.len());
            return dashes >= 5 && self.private_key(run.start + dashes - 5);
        }
        if bytes.starts_with(b"-p") && self.password_option(run) {
            return true;
        }
        if run.flags & DIGIT == 0 || bytes.len() < 11 {
            return false;
        }
        if self.sid(run) {
            return true;
        }
        if grouped_hex(bytes, b'-') == Some(bytes.len()) {
            return self.push(run.start, run.end, What::Mac);
        }
        if run.flags & LETTER == 0 {
            let (start, end) = self.trimmed(run);
            if end - start == 11 && self.social_security(start, end) {
                return true;
            }
            let grouped = bytes.split(|byte| *byte == b'-').all(|group| (3..=6).contains(&group.len()));
            return grouped && self.card(run.start, run.end);
        }
        if is_licence(bytes, run.flags) {
            return self.push(run.start, run.end, What::Secret(Kind::Licence));
        }
        // The names that Windows gives itself.
        let given = [&b"DESKTOP-"[..], b"LAPTOP-", b"WIN-"].iter().find_map(|it| bytes.strip_prefix(*it));
        let is_capital = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if bytes.len() == 15 && given.is_some_and(|name| name.iter().all(is_capital)) {
            return self.push(run.start, run.end, What::Name(Kind::Host));
        }
        // A host that is named after its address. An identifier that every Windows has (`S-1-5-32-544`) is none.
        let is_sid = bytes.get(..4).is_some_and(|it| it.eq_ignore_ascii_case(b"S-1-"));
        let quad = |name: &[u8]| {
            let number = |part: &&[u8]| !part.is_empty() && part.len() <= 3 && part.iter().all(u8::is_ascii_digit);
            let parts: Vec<bool> = name.split(|byte| *byte == b'-').map(|part| number(&part)).collect();
            parts.windows(4).any(|four| four.iter().all(|it| *it)) && !parts[0]
        };
        let (start, end) = self.trimmed(run);
        let label = &self.text[start..end];
        !is_sid
            && !label.contains(&b'.')
            && !pseudonym::is_redacted(label)
            && quad(label)
            && self.push(start, end, What::Name(Kind::Host))
    }

    /// A long run, or four digits that may begin a grouped number.
    pub(super) fn long(&mut self, run: Run) -> bool {
        let text = self.text;
        let Run { start, end, flags } = run;
        let bytes = &text[start..end];
        if bytes.len() == 4 {
            return self.grouped(run);
        }
        if flags & LETTER == 0 {
            return bytes.iter().all(u8::is_ascii_digit) && self.card(start, end);
        }
        if flags & DIGIT == 0 && bytes.len() < 20 {
            return false;
        }
        if is_iban(bytes) {
            return self.push(start, end, What::Secret(Kind::Iban));
        }
        for (prefix, length, kind) in TOKENS {
            if bytes[0] == prefix[0] && bytes.starts_with(prefix) && bytes.len() >= *length {
                let strict = *kind != Kind::CloudKey
                    || *length != 20
                    || bytes[..20].iter().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
                let jwt = *prefix != b"eyJ" || bytes.contains(&b'.');
                if strict && jwt {
                    return self.push(start, end, What::Secret(*kind));
                }
            }
        }
        flags & UPPER != 0 && self.base64(run)
    }

    /// Base64 whose text holds something that is to be replaced.
    fn base64(&mut self, run: Run) -> bool {
        let text = self.text;
        // A sign of Base64 before the run: it was looked at from its beginning.
        if self
            .before(run.start)
            .is_some_and(|byte| b"/+=".contains(&byte) && run.start > self.line + 1 && is_atom(text[run.start - 2]))
        {
            return false;
        }
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
        let rest = &text[run.start..];
        let length = rest.iter().position(|byte| !part(byte)).unwrap_or(rest.len());
        if self.is_key_line(run.start, length) {
            return self.push(run.start, run.start + length, What::Secret(Kind::Encoded));
        }
        // Most runs are words, whose first letters stand for no text.
        if length < 16 || !begins_text(&rest[..8]) {
            return false;
        }
        let Some(inner) = decoded(&rest[..length.min(64 << 10)]).filter(|it| is_text(it)) else { return false };
        let inner: Vec<u8> = inner.into_iter().filter(|byte| *byte != 0).collect();
        let padding = rest[length..].iter().take(2).take_while(|byte| **byte == b'=').count();
        names_in(&inner, self.dictionary)
            && self.push(run.start, run.start + length + padding, What::Secret(Kind::Encoded))
    }

    /// Whether so much Base64 is a line of its own as keys have them: an excerpt may lack the line that says so.
    fn is_key_line(&self, start: usize, length: usize) -> bool {
        let text = self.text;
        let (before, behind) = (&text[self.line.min(start)..start], &text[start + length..]);
        let alone =
            before.iter().all(|byte| b" \t+/".contains(byte)) && behind.first().is_none_or(|it| b"\r\n".contains(it));
        let has = |kind: fn(&u8) -> bool| text[start..start + length].iter().any(kind);
        let mixed = || has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        alone && (56..=80).contains(&length) && mixed() && !has(|byte| b"-_".contains(byte))
    }

    /// Digits, perhaps with signs between, that may be the number of a card.
    fn card(&mut self, start: usize, end: usize) -> bool {
        let digits: Vec<u8> =
            self.text[start..end].iter().filter(|it| it.is_ascii_digit()).map(|it| it - b'0').collect();
        is_card(&digits) && self.push(start, end, What::Secret(Kind::Card))
    }

    /// A card or an account in groups with blanks between.
    fn grouped(&mut self, run: Run) -> bool {
        let text = self.text;
        let next = |at: usize| {
            let rest = text.get(at..)?.strip_prefix(b" ")?;
            let length = rest.iter().take(7).take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let ends = !rest.get(length).is_some_and(|byte| is_run(*byte) && *byte != b'.' && *byte != b'-');
            (1..=6).contains(&length).then_some(at + 1 + length).filter(|_| ends)
        };
        let letters = text[run.start].is_ascii_uppercase() && text[run.start + 1].is_ascii_uppercase();
        let mut end = run.end;
        let mut ends = Vec::new();
        while let Some(more) = next(end) {
            end = more;
            ends.push(end);
            if ends.len() > 8 {
                break;
            }
        }
        for end in ends.into_iter().rev() {
            let bytes: Vec<u8> = text[run.start..end].iter().copied().filter(|it| *it != b' ').collect();
            if letters && is_iban(&bytes) {
                return self.push(run.start, end, What::Secret(Kind::Iban));
            }
            if run.flags & LETTER == 0 && bytes.iter().all(u8::is_ascii_digit) && self.card(run.start, end) {
                return true;
            }
        }
        false
    }
}

/// Groups of five capitals and digits, or of four if there are many.
fn is_licence(bytes: &[u8], flags: u8) -> bool {
    if flags & (UPPER | DIGIT) != UPPER | DIGIT || bytes.len() < 19 {
        return false;
    }
    let mut groups = bytes.split(|byte| *byte == b'-');
    let first = groups.next().map_or(0, <[u8]>::len);
    let count = bytes.len() / (first + 1) + 1;
    let plain = bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'-');
    let same = groups.all(|group| group.len() == first);
    plain && same && (first == 5 && count >= 4 || first == 4 && count >= 5 || first == 6 && count >= 4)
}

/// Whether digits are the number of a payment card: the range of an issuer, its length, and the check digit (Luhn).
pub(super) fn is_card(digits: &[u8]) -> bool {
    let number = |length: usize| digits.iter().take(length).fold(0, |all, digit| 10 * all + u32::from(*digit));
    let issued = match digits.len() {
        13 | 19 => matches!(number(1), 4) || digits.len() == 19 && number(2) == 62,
        14 => matches!(number(2), 36 | 38 | 39) || matches!(number(3), 300..=305),
        15 => matches!(number(2), 34 | 37),
        16 => {
            matches!(number(1), 4)
                || matches!(number(2), 51..=55 | 62 | 65)
                || matches!(number(3), 644..=649)
                || matches!(number(4), 2221..=2720 | 6011 | 3528..=3589)
        }
        17 | 18 => number(2) == 62,
        _ => false,
    };
    let doubled = |(at, digit): (usize, &u8)| match u32::from(*digit) * (1 + at as u32 % 2) {
        more @ 10.. => more - 9,
        one => one,
    };
    issued && digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// Whether this is an account number: country, check digits, letters and digits that agree with them (mod 97).
pub(super) fn is_iban(bytes: &[u8]) -> bool {
    let [a, b, c, d, ..] = bytes else { return false };
    let head = a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
    if !head || !(15..=34).contains(&bytes.len()) {
        return false;
    }
    let mut rest = 0_u32;
    for byte in bytes[4..].iter().chain(&bytes[..4]) {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            _ => return false,
        } % 97;
    }
    rest == 1
}

/// Whether eight letters of Base64 stand for text, also in UTF-16.
fn begins_text(text: &[u8]) -> bool {
    let mut all = 0_u64;
    for byte in text {
        let Some(value) = value_of(*byte) else { return false };
        all = all << 6 | u64::from(value);
    }
    let bytes = (all << 16).to_be_bytes();
    is_text(&bytes[..6])
}

/// What Base64 stands for, in the usual or the address alphabet; padding is left out.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text {
        bits = bits << 6 | u32::from(value_of(*byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}

fn value_of(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Whether bytes are text, also in UTF-16.
fn is_text(bytes: &[u8]) -> bool {
    let wide = bytes.iter().skip(1).step_by(2).all(|byte| *byte == 0);
    bytes.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~') || wide && *byte == 0)
}
