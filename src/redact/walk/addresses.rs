//! Addresses of networks and of hardware, by their shape.

use super::super::address;
use super::{Run, Walk, What, is_atom, is_run};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Words before four numbers that say that they are a version.
const VERSION_WORDS: &[&[u8]] = &[
    b"version",
    b"versions",
    b"ver",
    b"v",
    b"build",
    b"release",
    b"rev",
    b"revision",
    b"firmware",
    b"driver",
    b"patch",
    b"update",
    b"kernel",
    b"oid",
    b"productversion",
    b"fileversion",
    b"assemblyversion",
    b"fixedversion",
];

/// Ends of the names of packages and programs, whose versions may have four numbers.
const PACKAGES: &[&[u8]] = &[
    b"rpm", b"deb", b"zip", b"tar", b"gz", b"tgz", b"exe", b"msi", b"jar", b"war", b"iso", b"dll", b"so", b"whl",
    b"vib", b"x86_64", b"amd64", b"i386", b"noarch", b"arm64", b"x64", b"x86", b"cab", b"msp", b"pkg",
];

impl Walk<'_> {
    /// A security identifier of Windows: of `S-1-5-21-A-B-C-1105` A, B and C. Those that every Windows has (`S-1-5-18`,
    /// `S-1-5-32-544`) have no such part, and the number behind it says no more than which account of a domain is meant.
    pub(super) fn sid(&mut self, run: Run) -> bool {
        let bytes = &self.text[run.start..run.end];
        let place = |(head, count): &(&[u8], usize)| {
            let at = bytes.windows(head.len()).position(|it| it.eq_ignore_ascii_case(head))?;
            let start = at + head.len();
            let end = start + address::sid_numbers(&bytes[start..], *count)?;
            (at == 0 || !is_atom(bytes[at - 1])).then_some((run.start + start, run.start + end))
        };
        // Few runs are so long.
        let found = if bytes.len() >= 14 { address::SIDS.iter().find_map(place) } else { None };
        found.is_some_and(|(start, end)| self.push(start, end, What::Sid))
    }

    /// What begins with up to four hexadecimal digits and a colon: a hardware address or IPv6; mostly it is a time.
    pub(super) fn colon_hex(&mut self, start: usize) -> bool {
        if self.before(start).is_some_and(|byte| byte == b':') {
            return false;
        }
        let end = self.colon_end(start);
        let span = &self.text[start..end];
        let colons = span.iter().filter(|byte| **byte == b':').count();
        if colons < 2 {
            return false;
        }
        if let Some(length) = grouped_hex(span, b':') {
            return self.push(start, start + length, What::Mac);
        }
        // Both addresses and the kind of an Ethernet frame, as iptables logs it.
        if span.len() == 41 && colons == 13 && span.split(|it| *it == b':').all(|it| it.len() == 2) {
            let first = self.push(start, start + 17, What::Mac);
            return self.push(start + 18, start + 35, What::Mac) || first;
        }
        // Most are times.
        let short = memchr::memmem::find(span, b"::").is_none();
        !(short && colons < 6) && self.ipv6(start, end)
    }

    /// What begins with two colons may be IPv6.
    pub(super) fn colons(&mut self, start: usize) {
        if !self.before(start).is_some_and(|byte| is_atom(byte) || byte == b':') {
            let end = self.colon_end(start);
            self.ipv6(start, end);
        }
    }

    fn colon_end(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        let part = |byte: &u8| byte.is_ascii_hexdigit() || b":.".contains(byte);
        // No address is longer.
        start + rest.iter().take(64).position(|byte| !part(byte)).unwrap_or(rest.len().min(64))
    }

    fn ipv6(&mut self, start: usize, end: usize) -> bool {
        let span = &self.text[start..end];
        if self.text.get(end).is_some_and(|byte| is_atom(*byte) || *byte == b'_')
            || !span.iter().any(u8::is_ascii_digit)
        {
            return false;
        }
        // A sign behind the address may be one of its own: `fe80::1: down`.
        let mut length = span.len();
        while length > 2 {
            let part = std::str::from_utf8(&span[..length]).unwrap_or_default();
            if part.parse::<Ipv6Addr>().is_ok() {
                let prefix = self.prefix(start + length, 128);
                return self.push(start, start + length, What::Ipv6(prefix));
            }
            if !b":.".contains(&span[length - 1]) {
                return false;
            }
            length -= 1;
        }
        false
    }

    /// The length of a prefix behind an address: `/24`.
    fn prefix(&self, at: usize, most: u32) -> Option<u32> {
        let rest = self.text.get(at..)?.strip_prefix(b"/")?;
        let length = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let ends = !rest.get(length).is_some_and(|byte| is_run(*byte) && *byte != b'.' || *byte == b'/');
        let prefix: u32 = std::str::from_utf8(&rest[..length]).ok()?.parse().ok()?;
        (ends && prefix <= most).then_some(prefix)
    }

    /// IPv4 addresses in a run with digits and dots, and a hardware address in groups of four.
    pub(super) fn dotted_digits(&mut self, run: Run) -> bool {
        let text = self.text;
        let bytes = &text[run.start..run.end];
        if bytes.len() < 7 {
            return false;
        }
        if let Some(length) = grouped_hex(bytes, b'.')
            && (length == bytes.len() || bytes[length..] == *b".")
        {
            return self.push(run.start, run.start + length, What::Mac);
        }
        let mut found = false;
        let mut at = run.start;
        while at < run.end {
            if !text[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let length = text[at..run.end].iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.');
            let mut end = length.map_or(run.end, |length| at + length);
            let next = end;
            while text[end - 1] == b'.' {
                end -= 1;
            }
            let joined = at > run.start && is_atom(text[at - 1]) || end < run.end && is_atom(text[end]);
            if !joined && is_ipv4(&text[at..end]) && !self.is_version(run, at, end) {
                // `1.2.3.4.example.com` is a name.
                let dotted = end < next && text.get(next).is_some_and(|byte| is_atom(*byte)) && self.is_dns(run);
                if dotted {
                    return false;
                }
                let prefix = self.prefix(end, 32);
                self.named_address(at);
                found |= self.push(at, end, What::Ipv4(prefix));
                self.remote_user(end);
            }
            at = next;
        }
        found
    }

    /// Whether four numbers are the version of something, as far as what stands around them tells.
    fn is_version(&self, run: Run, start: usize, end: usize) -> bool {
        let text = self.text;
        if matches!(&text[start..end], b"1.3.6.1" | b"1.0.0.0" | b"2.0.0.0") {
            return true;
        }
        if start > run.start {
            // `lib-1.2.3.4.rpm`, but `ip-10.0.0.1` and `esx_10.0.0.1.log`.
            let behind = &text[end..run.end];
            let last = behind.rsplit(|byte| b".-".contains(byte)).next().unwrap_or_default();
            return PACKAGES.iter().any(|it| last.eq_ignore_ascii_case(it));
        }
        let Some(sign) = self.before(start) else { return false };
        // What stands before it is a user or a password.
        if sign == b'@' {
            return false;
        }
        let line = &text[self.line.min(start)..start];
        let words = line[line.len().saturating_sub(40)..].rsplit(|byte| !byte.is_ascii_alphabetic());
        let mut words = words.filter(|word| !word.is_empty());
        if sign == b'/' {
            // `Chrome/1.2.3.4`, but `node1/10.0.0.1:2181` and `/10.0.0.1`.
            let word = line[..line.len() - 1].rsplit(|byte| !is_run(*byte)).next().unwrap_or_default();
            let product = word.first().is_some_and(u8::is_ascii_uppercase) && word.iter().all(u8::is_ascii_alphabetic);
            return product && text.get(end) != Some(&b':');
        }
        let says = |word: &[u8]| VERSION_WORDS.iter().any(|it| word.eq_ignore_ascii_case(it));
        let gap = line.iter().rev().take_while(|byte| !byte.is_ascii_alphabetic()).count();
        gap <= 6 && words.next().is_some_and(says)
    }
}

/// Whether this is an IPv4 address in four decimal numbers without zeros before them.
fn is_ipv4(text: &[u8]) -> bool {
    text.len() <= 15 && std::str::from_utf8(text).is_ok_and(|it| it.parse::<Ipv4Addr>().is_ok())
}

/// The length of a hardware address at the beginning of `text`: six or eight pairs of hexadecimal digits with this sign
/// between, or with dots three groups of four.
pub(super) fn grouped_hex(text: &[u8], sign: u8) -> Option<usize> {
    let (group, counts) = if sign == b'.' { (4, [3, 3]) } else { (2, [6, 8]) };
    let mut groups = 0;
    let mut at = 0;
    while text.get(at..at + group).is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit)) {
        groups += 1;
        at += group;
        if text.get(at) != Some(&sign) {
            break;
        }
        at += 1;
    }
    let length = groups * (group + 1);
    let length = length.checked_sub(1).filter(|_| counts.contains(&groups))?;
    let whole = text.get(length).is_none_or(|byte| !is_atom(*byte))
        && !(text.get(length) == Some(&sign) && is_more(text, length));
    // `20.15.10` in groups is rather a number or a date.
    let hex = sign != b'.' || text[..length].iter().any(u8::is_ascii_alphabetic);
    (whole && hex).then_some(length)
}

/// Whether more of the same follows behind a sign.
fn is_more(text: &[u8], at: usize) -> bool {
    text.get(at + 1).is_some_and(u8::is_ascii_hexdigit)
}
