//! Numbers of people: telephones, and social security numbers of the United States.
//!
//! A telephone number is told by its `+` and the code of a country, or by a word before it: digits by themselves are counts,
//! times and identifiers.

use super::super::{Kind, words};
use super::{Walk, What, is_atom, is_run};
use std::net::Ipv4Addr;

impl Walk<'_> {
    /// A `+` that begins the number of a telephone. Returns where to go on.
    pub(super) fn plus(&mut self, at: usize) -> usize {
        let alone = self.before(at).is_none_or(|it| !is_run(it) && !b"+/".contains(&it));
        if alone && let Some(length) = telephone(&self.text[at..], false) {
            self.push(at, at + length, What::Secret(Kind::Phone));
        }
        self.done.max(at + 1)
    }

    /// The value of a key such as `phone`, which ends at `end` at the latest.
    pub(super) fn telephone_at(&mut self, start: usize, end: usize) -> bool {
        // All of it may stand in brackets: `(030 1234567)`.
        let brackets = usize::from(self.text[start..end].first() == Some(&b'('));
        [start, start + brackets].into_iter().any(|start| {
            let length = telephone(&self.text[start..end], true);
            length.is_some_and(|it| self.push(start, start + it, What::Secret(Kind::Phone)))
        })
    }

    /// `Tel. 030 1234567`, `fax no. 030/1234567`.
    pub(super) fn telephone_phrase(&mut self, to: usize) -> bool {
        let line = &self.text[to..self.line_end(to)];
        let mut rest = line.strip_prefix(b".").unwrap_or(line);
        let blanks = rest.len();
        rest = rest.trim_ascii_start();
        if rest.len() == blanks || blanks - rest.len() > 4 {
            return false;
        }
        for word in [&b"number"[..], b"no.", b"no", b"nr.", b"nr", b"#"] {
            if rest.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word)) {
                rest = rest[word.len()..].trim_ascii_start();
                break;
            }
        }
        let rest = rest.strip_prefix(b":").unwrap_or(rest).trim_ascii_start();
        let start = to + line.len() - rest.len();
        self.telephone_at(start, to + line.len())
    }

    /// A social security number as it is written, in a line that speaks of such numbers or of people.
    pub(super) fn social_security(&mut self, start: usize, end: usize) -> bool {
        is_social_security(&self.text[start..end])
            && self.speaks_of_people(start)
            && self.push(start, end, What::Secret(Kind::SocialSecurity))
    }

    /// The value of a key such as `ssn`: nine digits, at once or in groups.
    pub(super) fn social_security_at(&mut self, start: usize) -> bool {
        let text = &self.text[start..];
        let length = if text.get(3).is_some_and(u8::is_ascii_digit) { 9 } else { 11 };
        let Some(number) = text.get(..length).filter(|_| text.get(length).is_none_or(|it| !is_atom(*it))) else {
            return false;
        };
        is_social_security(number) && self.push(start, start + length, What::Secret(Kind::SocialSecurity))
    }

    fn speaks_of_people(&self, at: usize) -> bool {
        const WORDS: &[&[u8]] =
            &[b"ssn", b"social", b"taxpayer", b"employee", b"patient", b"beneficiary", b"applicant", b"birth", b"dob"];
        let line = &self.text[self.line.min(at)..self.line_end(at)];
        WORDS.iter().any(|word| line.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word)))
    }
}

/// How long the number of a telephone is that a text begins with: with a `+` and a country, or any that a word before it says to be
/// one.
fn telephone(text: &[u8], said: bool) -> Option<usize> {
    let international = text.first() == Some(&b'+');
    if !international && !said {
        return None;
    }
    let most = if international && matches!(text.get(1), Some(b'1' | b'7')) { 11 } else { 15 };
    let (mut digits, mut groups) = (Vec::new(), Vec::new());
    let (mut at, mut end) = (usize::from(international), 0);
    loop {
        let open = text.get(at) == Some(&b'(');
        let start = at + usize::from(open);
        let count = text[start..].iter().take(16).take_while(|it| it.is_ascii_digit()).count();
        let close = start + count;
        if count == 0 || open && text.get(close) != Some(&b')') {
            break;
        }
        at = close + usize::from(open);
        // `10:22:11`, `12ab`.
        let next = (text.get(at).copied(), text.get(at + 1).copied());
        if !open
            && (next.0.is_some_and(|it| is_atom(it) || it == b'_') || matches!(next, (Some(b':'), Some(b'0'..=b'9'))))
        {
            break;
        }
        // What is more than the longest number is something else behind it.
        if digits.len() + count > most {
            break;
        }
        digits.extend_from_slice(&text[start..close]);
        groups.push(count);
        end = at;
        let begins = |it: Option<u8>| it.is_some_and(|it| it.is_ascii_digit() || it == b'(');
        match next {
            // What follows a whole number is another one.
            (Some(b' '), more) if begins(more) && digits.len() < 12 => at += 1,
            (Some(b'-' | b'.' | b'/'), more) if begins(more) => at += 1,
            (Some(b' '), Some(b'-' | b'/')) if text.get(at + 2) == Some(&b' ') && begins(text.get(at + 3).copied()) => {
                at += 3;
            }
            (Some(b'('), _) => {}
            (Some(b'0'..=b'9'), _) if open => {}
            _ => break,
        }
    }
    let count = digits.len();
    let number = &text[..end];
    let fits = match (international, groups.len()) {
        (true, 1) => (10..=13).contains(&count) && !counts(&text[end..]),
        (true, _) => (9..=15).contains(&count),
        (false, 1) => (7..=14).contains(&count) && !counts(&text[end..]),
        (false, _) => (7..=15).contains(&count) && !is_date(&groups, &digits) && !is_ipv4(number),
    };
    let same = digits.iter().all(|it| Some(it) == digits.first());
    (fits && !same && (!international || has_country(&digits))).then_some(end)
}

/// Whether digits begin with the code of a country.
fn has_country(digits: &[u8]) -> bool {
    match digits {
        // North America: an area begins with 2 at the least.
        [b'1', area, ..] => digits.len() == 11 && *area >= b'2',
        [b'7', ..] => digits.len() == 11,
        [b'0', ..] | [b'2', b'8', ..] | [b'8', b'3' | b'9', ..] => false,
        _ => true,
    }
}

/// Whether what follows digits says that they are a count, or part of something longer.
fn counts(behind: &[u8]) -> bool {
    words::begins_unit(behind.strip_prefix(b" ").unwrap_or(behind))
        || behind.first().is_some_and(|it| b"%+/=".contains(it))
}

/// `2026-01-02`.
fn is_date(groups: &[usize], digits: &[u8]) -> bool {
    groups.starts_with(&[4, 2, 2]) && (digits.starts_with(b"19") || digits.starts_with(b"20"))
}

fn is_ipv4(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|it| it.parse::<Ipv4Addr>().is_ok())
}

/// Whether this is `123-45-6789`, `123 45 6789` or the nine digits, with groups that are given out.
fn is_social_security(text: &[u8]) -> bool {
    let (area, group, serial) = match (text.len(), text) {
        (9, _) => (&text[..3], &text[3..5], &text[5..]),
        (11, [_, _, _, a @ (b'-' | b' '), _, _, b, ..]) if a == b => (&text[..3], &text[4..6], &text[7..]),
        _ => return false,
    };
    let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit) && part.iter().any(|it| *it != b'0');
    [area, group, serial].into_iter().all(is_number) && area != b"666" && area[0] != b'9'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn number(text: &str, said: bool, expected: Option<&str>) {
        let found = telephone(text.as_bytes(), said).map(|length| &text[..length]);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_number_with_its_country_needs_no_word() {
        for whole in [
            "+49 30 1234567",
            "+49 (0)30 123 45 67",
            "+49(30)1234567",
            "+4917012345678",
            "+1 (555) 123-4567",
            "+1-202-555-0143",
            "+12025550143",
            "+44 20 7946 0958",
            "+33 1 23 45 67 89",
            "+41.44.668.18.00",
            "+55 11 91234 5678",
            "+7 495 123 45 67",
        ] {
            number(whole, false, Some(whole));
            number(&format!("{whole}, next"), false, Some(whole));
        }
        for none in [
            "+0100",
            "+12345",
            "+1234567890",
            "+20260102031233",
            "+1700000000123",
            "+4912345678901 ns",
            "+4912345678901KB",
            "+123456789012=",
            "+28 12 3456789",
            "+00 30 1234567",
            "030 1234567",
            "+1111111111",
        ] {
            number(none, false, None);
        }
    }

    #[test]
    fn other_numbers_need_a_word_before_them() {
        for whole in [
            "030 1234567",
            "(555) 123-4567",
            "555-0143",
            "0170/1234567",
            "0301234567",
            "01.23.45.67.89",
            "030 / 1234567",
        ] {
            number(whole, true, Some(whole));
            number(whole, false, None);
        }
        for none in [
            "2026-01-02",
            "192.168.100.100",
            "12",
            "123456",
            "1234567 ms",
            "12:34:56",
            "0000000",
            "2026-01-02 03:04:05",
        ] {
            number(none, true, None);
        }
        number("030 1234567 at 10:22", true, Some("030 1234567"));
        number("0301234567 2026-01-02", true, Some("0301234567 2026"));
        number("+1 202 555 0143 12 rows", false, Some("+1 202 555 0143"));
    }

    #[test]
    fn social_security_numbers_are_those_that_are_given_out() {
        for text in ["123-45-6789", "123 45 6789", "123456789", "001-01-0001"] {
            assert!(is_social_security(text.as_bytes()), "{text}");
        }
        for text in
            ["000-12-3456", "666-12-3456", "912-12-3456", "123-00-4567", "123-45-0000", "123-456789", "123-45 6789"]
        {
            assert!(!is_social_security(text.as_bytes()), "{text}");
        }
    }
}
