//! What in a redacted text stands for something else: for who has to compare it with the original.

use super::address::{SIDS, sid_numbers};
use super::kind::MARK;
use super::pseudonym::pseudonym_at;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// What a part of a redacted text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandIn {
    /// A secret, of which nothing is left.
    Secret,
    /// A name.
    Name,
    /// An IPv4 address. It looks like any other: whether it was replaced cannot be seen.
    Ipv4,
    /// An IPv6 address; see there.
    Ipv6,
    /// A hardware address; see there.
    Mac,
}

impl StandIn {
    /// Whether a text can be what it stands for.
    pub fn can_be(self, original: &[u8]) -> bool {
        /// No name is longer; a path with the name of a user in it is not one name.
        const LONGEST: usize = 256;
        match self {
            StandIn::Secret => !original.is_empty(),
            StandIn::Name => (1..=LONGEST).contains(&original.len()) && !original.contains(&b'\n'),
            _ => address(original) == Some(self),
        }
    }
}

/// Returns the parts of a redacted text that stand for something else, in order. The line ends that were left behind a secret of
/// several lines belong to it.
pub fn stand_ins(text: &[u8]) -> Vec<(Range<usize>, StandIn)> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match stand_in_at(text, at) {
            Some((length, what)) => {
                all.push((at..at + length, what));
                at += length;
            }
            None => at += 1,
        }
    }
    all
}

fn stand_in_at(text: &[u8], at: usize) -> Option<(usize, StandIn)> {
    let rest = &text[at..];
    if rest.starts_with(MARK.as_bytes()) {
        let end = memchr::memchr(b']', &rest[..rest.len().min(64)])? + 1;
        let ends = rest[end..].iter().take_while(|byte| **byte == b'\n').count();
        return Some((end + ends, StandIn::Secret));
    }
    if let Some(length) = pseudonym_at(rest) {
        const DOMAIN: &[u8] = b".example";
        let is_domain = rest[length..].get(..DOMAIN.len()).is_some_and(|it| it.eq_ignore_ascii_case(DOMAIN));
        return Some((length + if is_domain { DOMAIN.len() } else { 0 }, StandIn::Name));
    }
    if let Some(length) = sid(text, at) {
        return Some((length, StandIn::Name));
    }
    let part = |byte: &u8| byte.is_ascii_hexdigit() || b":.-".contains(byte);
    if !part(&rest[0]) || rest[0] == b'-' || at > 0 && text[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let length = rest.iter().take(48).take_while(|byte| part(byte)).count();
    let ends = |length: &usize| !rest.get(*length).is_some_and(u8::is_ascii_alphanumeric);
    (3..=length).rev().filter(ends).find_map(|length| Some((length, address(&rest[..length])?)))
}

/// The length of the numbers of a security identifier behind its head.
fn sid(text: &[u8], at: usize) -> Option<usize> {
    SIDS.iter().find_map(|(head, count)| {
        let is_behind = text.get(at.checked_sub(head.len())?..at)?.eq_ignore_ascii_case(head);
        if is_behind { sid_numbers(&text[at..], *count) } else { None }
    })
}

/// The kind of address that a text is.
fn address(text: &[u8]) -> Option<StandIn> {
    let text = std::str::from_utf8(text).ok()?;
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let separators = text.bytes().filter(|it| b":-.".contains(it)).count();
    if text.parse::<Ipv4Addr>().is_ok() {
        Some(StandIn::Ipv4)
    } else if text.parse::<Ipv6Addr>().is_ok() {
        Some(StandIn::Ipv6)
    } else if digits + separators == text.len()
        && matches!((digits, separators), (12, 5) | (12, 2) | (16, 7))
        && text.split([':', '-', '.']).all(|group| group.len() * (separators + 1) == digits)
    {
        Some(StandIn::Mac)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_domain_stand_for_others() {
        let both = [("11-22-33", StandIn::Name), ("1-2-3-4", StandIn::Name)];
        check("S-1-5-21-11-22-33-500, S-1-12-1-1-2-3-4_x", &both);
        check("S-1-5-18 S-1-5-21-5 S-1-5-21-1-2-", &[]);
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, StandIn)]) {
        let found = stand_ins(text.as_bytes());
        let found: Vec<(&str, StandIn)> = found.into_iter().map(|(range, what)| (&text[range], what)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_stands_for_something_else_is_found() {
        use StandIn::*;
        check(
            "Task.HOST-A1B2C3D4E5F6.log host-a1b2c3d4e5f6.domain-a1b2c3d4e5f6.example:80",
            &[("HOST-A1B2C3D4E5F6", Name), ("host-a1b2c3d4e5f6", Name), ("domain-a1b2c3d4e5f6.example", Name)],
        );
        check(
            "10.9.8.7:443 (fd00::7) 00:11:22:aa:bb:cc",
            &[("10.9.8.7", Ipv4), ("fd00::7", Ipv6), ("00:11:22:aa:bb:cc", Mac)],
        );
        check("password=[redacted:password]; x", &[("[redacted:password]", Secret)]);
        check("[redacted:private-key]\n\n\nx", &[("[redacted:private-key]\n\n\n", Secret)]);
    }

    #[test]
    fn times_versions_and_codes_stand_for_themselves() {
        check("2026-01-02 03:04:05 12.3.1.1139 0x80070005 dead:beef host-name [redacted", &[]);
    }
}
