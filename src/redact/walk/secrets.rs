//! Secrets and numbers that are told by their shape alone.

use super::super::{Kind, pseudonym};
use super::addresses::grouped_hex;
use super::names_in;
use super::tokens::token;
use super::{DIGIT, LETTER, Run, UPPER, Walk, What, is_run};

impl Walk<'_> {
    /// A run with `-`: a private key, a hardware address, a licence key, a card.
    pub(super) fn dashed(&mut self, run: Run) -> bool {
        let bytes = &self.text[run.start..run.end];
        if bytes.starts_with(b"-----") {
            let dashes = bytes.iter().position(|byte| *byte != b'-').unwrap_or(bytes.len());
            return dashes >= 5
                && (self.private_key(run.start + dashes - 5) || self.key_before(run.start + dashes - 5));
        }
        if bytes == b"----" && self.text[run.end..].starts_with(b" BEGIN ") {
            return self.private_key(run.start);
        }
        if bytes == b"Private-Lines" && self.lines_of_key(run.end) {
            return true;
        }
        if bytes.starts_with(b"-p") && self.password_option(run) || bytes.len() == 2 && self.option_of_program(run) {
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
            let (start, end) = self.trimmed(run);
            return text[start..end].iter().all(u8::is_ascii_digit) && self.card(start, end);
        }
        if flags & DIGIT == 0 && bytes.len() < 20 {
            return false;
        }
        if is_iban(bytes) {
            return self.push(start, end, What::Secret(Kind::Iban));
        }
        if let Some(kind) = token(bytes) {
            // Standard Base64 may follow.
            let more = text[end..].iter().take(512).take_while(|it| it.is_ascii_alphanumeric() || b"+/=".contains(it));
            let end = end + if bytes.starts_with(b"whsec_") || bytes.starts_with(b"ATATT") { more.count() } else { 0 };
            let found = self.push(start, end, What::Secret(kind));
            if kind == Kind::CloudKey && bytes.len() == 20 {
                self.secret_of_key(end);
            }
            return found;
        }
        if bytes.contains(&b'_') && self.card_between(run) {
            return true;
        }
        flags & UPPER != 0 && self.base64(run)
    }

    /// Base64 whose text holds something that is to be replaced.
    pub(super) fn base64(&mut self, run: Run) -> bool {
        let text = self.text;
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
        let rest = &text[run.start..];
        let length = rest.iter().position(|byte| !part(byte)).unwrap_or(rest.len());
        if self.is_key_line(run.start, length) {
            return self.push(run.start, run.start + length, What::Secret(Kind::Encoded));
        }
        let lead = text[self.done.min(run.start)..run.start].iter().rev().take_while(|it| b"+/".contains(it)).count();
        if length + lead == 40 && self.is_aws_secret(run.start - lead, 40) {
            return self.push(run.start - lead, run.start + length, What::Secret(Kind::CloudKey));
        }
        // Most runs are words, whose first letters stand for no text.
        if length < 16 || !begins_text(&rest[..8]) {
            return false;
        }
        let Some(inner) = decoded(&rest[..length.min(64 << 10)]).filter(|it| is_text(it)) else { return false };
        let inner: Vec<u8> = inner.into_iter().filter(|byte| *byte != 0).collect();
        let padding = rest[length..].iter().take(2).take_while(|byte| **byte == b'=').count();
        (is_credentials(&inner) || names_in(&inner, self.dictionary))
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

    /// Forty letters of Base64 in a line that speaks of secrets or of AWS, as its secret keys are.
    fn is_aws_secret(&self, start: usize, length: usize) -> bool {
        let text = self.text;
        let key = &text[start..start + length];
        let has = |kind: fn(&u8) -> bool| key.iter().any(kind);
        let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        let from = self.line.max(start.saturating_sub(80)).min(start);
        let before = &text[from..start];
        let says = |word: &[u8]| before.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word));
        mixed && !key.contains(&b'-') && (says(b"secret") || says(b"aws"))
    }

    /// `AKIA...:secret`, `("AKIA...", "secret")`: the secret key behind the id of a key that ends at `at`.
    fn secret_of_key(&mut self, at: usize) {
        let rest = &self.text[at..];
        let signs = rest.iter().take(6).take_while(|it| b" ,:;|\"'".contains(it)).count();
        let key = &rest[signs..];
        let length = key.iter().take(41).take_while(|it| it.is_ascii_alphanumeric() || b"+/".contains(it)).count();
        if signs > 0 && length == 40 {
            self.push(at + signs, at + signs + length, What::Secret(Kind::CloudKey));
        }
    }

    /// The token of a bot of Telegram: `123456789:AA...`.
    pub(super) fn bot_token(&mut self, run: Run) -> bool {
        let end = self.run_end(run.end + 1);
        let is_token = end - run.end >= 34 && self.text[run.end + 1..].starts_with(b"AA");
        is_token && self.push(run.start, end, What::Secret(Kind::Token))
    }

    /// The number of a card in the name of a file: `card_4111111111111111_x`.
    fn card_between(&mut self, run: Run) -> bool {
        let (mut start, mut found) = (run.start, false);
        for part in self.text[run.start..run.end].split(|it| *it == b'_') {
            if part.len() >= 13 && part.iter().all(u8::is_ascii_digit) {
                found |= self.card(start, start + part.len());
            }
            start += part.len() + 1;
        }
        found
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

/// How long the account numbers of countries are (<https://www.swift.com/resource/iban-registry-pdf>); those that could be mistaken
/// for hexadecimal identifiers of 24 and 32 digits are left out.
const IBANS: &[(&[u8; 2], usize)] = &[
    (b"at", 20),
    (b"be", 16),
    (b"bg", 22),
    (b"ch", 21),
    (b"cy", 28),
    (b"cz", 24),
    (b"de", 22),
    (b"dk", 18),
    (b"ee", 20),
    (b"es", 24),
    (b"fi", 18),
    (b"fr", 27),
    (b"gb", 22),
    (b"gr", 27),
    (b"hr", 21),
    (b"hu", 28),
    (b"ie", 22),
    (b"it", 27),
    (b"li", 21),
    (b"lt", 20),
    (b"lu", 20),
    (b"lv", 21),
    (b"mt", 31),
    (b"nl", 18),
    (b"no", 15),
    (b"pl", 28),
    (b"pt", 25),
    (b"ro", 24),
    (b"se", 24),
    (b"si", 19),
    (b"sk", 24),
    (b"tr", 26),
];

/// Whether this is an account number: country, check digits, letters and digits that agree with them (mod 97).
pub(super) fn is_iban(bytes: &[u8]) -> bool {
    let [a, b, c, d, ..] = bytes else { return false };
    let small = a.is_ascii_lowercase() && b.is_ascii_lowercase();
    let head = (small || a.is_ascii_uppercase() && b.is_ascii_uppercase()) && c.is_ascii_digit() && d.is_ascii_digit();
    // In small letters it could be any identifier: then the length has to be that of its country.
    let fits = || {
        IBANS.iter().any(|(country, length)| bytes[..2].eq_ignore_ascii_case(&country[..]) && bytes.len() == *length)
    };
    if !head || !(15..=34).contains(&bytes.len()) || small && !fits() {
        return false;
    }
    let mut rest = 0_u32;
    for byte in bytes[4..].iter().chain(&bytes[..4]) {
        let byte = byte.to_ascii_uppercase();
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

/// `user:password`, as it stands in headers and settings in Base64.
fn is_credentials(text: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', text) else { return false };
    let (user, password) = (&text[..colon], &text[colon + 1..]);
    let is_name = user.iter().all(|it| it.is_ascii_alphanumeric() || b"._@+\\-".contains(it));
    (2..=64).contains(&user.len())
        && is_name
        && user.iter().any(u8::is_ascii_alphabetic)
        && (4..=128).contains(&password.len())
        && password.iter().all(u8::is_ascii_graphic)
        && password[0] != b'/'
        && password.iter().any(|it| !it.is_ascii_alphabetic())
}

/// Whether bytes are text, also in UTF-16.
fn is_text(bytes: &[u8]) -> bool {
    let wide = bytes.iter().skip(1).step_by(2).all(|byte| *byte == 0);
    bytes.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~') || wide && *byte == 0)
}
