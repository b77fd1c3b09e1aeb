//! Whether what a rule has found is a leak: not what stands in the place of one, and nothing that every log has.

use super::super::{Kind, pseudonym, words};
use super::{Found, Leak, LeakScan};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether what was found is a leak.
pub(super) type Check = fn(&LeakScan, &Found<'_>) -> bool;

fn is_ours(text: &[u8]) -> bool {
    pseudonym::is_redacted(text) || text.starts_with(b"[redacted")
}

pub(super) fn always(_: &LeakScan, _: &Found<'_>) -> bool {
    true
}

/// Not a mark, a mask, a variable or a word for nothing.
pub(super) fn value(_: &LeakScan, found: &Found<'_>) -> bool {
    let text = found.part();
    let lower = text.to_ascii_lowercase();
    let mask = text.iter().all(|byte| !byte.is_ascii_alphanumeric()) || lower.iter().all(|byte| *byte == b'x');
    let none = [
        &b"null"[..],
        b"none",
        b"(null)",
        b"nil",
        b"true",
        b"false",
        b"yes",
        b"no",
        b"undefined",
        b"empty",
        b"n/a",
        b"%s",
        b"{0}",
    ];
    !is_ours(text)
        && !mask
        && !none.contains(&&*lower)
        && !text.starts_with(b"${")
        && !text.starts_with(b"%")
        && !text.starts_with(b"{")
}

/// The same, but for `PWD=/root`, the folder in which a command was started.
pub(super) fn secret_or_folder(scan: &LeakScan, found: &Found<'_>) -> bool {
    let folder = found.part().starts_with(b"/") || found.part().starts_with(b"~");
    let key = found.text.get(found.whole..found.whole + 3).is_some_and(|it| it.eq_ignore_ascii_case(b"pwd"));
    !(folder && key) && value(scan, found)
}

/// A value with letters and digits.
pub(super) fn random(scan: &LeakScan, found: &Found<'_>) -> bool {
    mixed(scan, found) && value(scan, found)
}

/// The same, long enough for a password and none of the sentences behind `password:`.
pub(super) fn stated(scan: &LeakScan, found: &Found<'_>) -> bool {
    found.part().len() >= 6 && random(scan, found)
}

pub(super) fn mixed(_: &LeakScan, found: &Found<'_>) -> bool {
    let text = found.part();
    !is_ours(text) && text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic)
}

/// The number of a card of a known maker with a valid check digit.
pub(super) fn card(_: &LeakScan, found: &Found<'_>) -> bool {
    let digits: Vec<u32> = found.part().iter().filter_map(|byte| char::from(*byte).to_digit(10)).collect();
    let known = match digits.len() {
        15 => digits[0] == 3 && matches!(digits[1], 4 | 7),
        16 => {
            let four = digits[..4].iter().fold(0, |all, digit| 10 * all + digit);
            matches!(four, 4000..=4999 | 5100..=5599 | 2221..=2720 | 6011 | 6500..=6599 | 3528..=3589)
        }
        _ => false,
    };
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(digit, second)| if second { DOUBLED[*digit as usize] } else { *digit })
        .sum();
    known && sum.is_multiple_of(10)
}

/// The number of a telephone behind a `+`: of a country, of a length that there is, and not a count.
pub(super) fn phone(_: &LeakScan, found: &Found<'_>) -> bool {
    let digits: String = found.part().iter().filter(|it| it.is_ascii_digit()).map(|it| char::from(*it)).collect();
    let lengths = if found.part().len() > digits.len() + 1 { 9..=15 } else { 10..=13 };
    let inside = found.before(1).iter().any(|it| b"+/".contains(it));
    let whole = match digits.as_bytes() {
        [b'1', area, ..] => digits.len() == 11 && *area > b'1',
        [b'7', ..] => digits.len() == 11,
        [b'0', ..] | [b'2', b'8', ..] | [b'8', b'3' | b'9', ..] => false,
        _ if found.part().split(|it| !it.is_ascii_digit()).any(|group| group.len() > 13) => false,
        _ => lengths.contains(&digits.len()),
    };
    whole && !inside && !counts(found) && digits.bytes().take(12).any(|it| !digits.starts_with(char::from(it)))
}

/// Digits behind a word for telephones that are no date, address or count.
pub(super) fn phone_named(scan: &LeakScan, found: &Found<'_>) -> bool {
    let text = String::from_utf8_lossy(found.part());
    if text.starts_with('+') {
        return phone(scan, found);
    }
    let groups: Vec<&str> = text.split(|it: char| !it.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
    let digits = groups.concat();
    let year = digits.starts_with("19") || digits.starts_with("20");
    let date = year && groups.iter().map(|it| it.len()).take(3).eq([4, 2, 2]);
    let lengths = if groups.len() > 1 { 7..=15 } else { 7..=14 };
    // What follows a whole number behind a blank may be another one.
    let first = text.split(' ').next().unwrap_or_default();
    let same = digits.bytes().take(12).all(|it| digits.starts_with(char::from(it)));
    lengths.contains(&digits.len()) && !date && !counts(found) && !same && first.parse::<Ipv4Addr>().is_err()
}

/// Whether what stands behind a number says that it is a count, or part of something longer.
fn counts(found: &Found<'_>) -> bool {
    let behind = found.behind();
    words::begins_unit(behind.trim_ascii_start()) || behind.first().is_some_and(|it| b"%+/=".contains(it))
}

/// A social security number with groups that are given out.
pub(super) fn social_security(_: &LeakScan, found: &Found<'_>) -> bool {
    let digits: Vec<u32> = found.part().iter().filter_map(|byte| char::from(*byte).to_digit(10)).collect();
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0, |all, it| 10 * all + it);
    digits.len() == 9 && matches!(number(0, 3), 1..=665 | 667..=899) && number(3, 5) > 0 && number(5, 9) > 0
}

/// The number of an account with a valid check number.
pub(super) fn iban(_: &LeakScan, found: &Found<'_>) -> bool {
    let text: Vec<u8> = found.part().iter().copied().filter(|byte| *byte != b' ').collect();
    if !(15..=34).contains(&text.len()) {
        return false;
    }
    let number: String = [&text[4..], &text[..4]]
        .concat()
        .iter()
        .map(|byte| char::from(*byte).to_digit(36).unwrap_or(0).to_string())
        .collect();
    number.as_bytes().chunks(7).fold(String::new(), |rest, digits| {
        let all: u64 = (rest + &String::from_utf8_lossy(digits)).parse().unwrap_or(0);
        (all % 97).to_string()
    }) == "1"
}

/// Base64 of a text that leaks a secret, a mail address or a name that was replaced, or of a user and a password.
pub(super) fn encoded(scan: &LeakScan, found: &Found<'_>) -> bool {
    let mut inner = Vec::new();
    for four in found.part()[..found.part().len().min(16 << 10)].chunks(4) {
        let Some((bytes, count)) = decoded(four) else { return false };
        inner.extend(bytes[..count].iter().filter(|byte| **byte != 0));
    }
    let tells = |leak: &Leak| leak.kind.is_secret() || matches!(leak.rule, "mail address" | "known name");
    inner.len() >= 12 && (is_login(&inner) || scan.found(&inner, 1).iter().any(tells))
}

/// What up to four letters of Base64 stand for, and how many bytes of it count; `None` if that is no text, also in UTF-16.
pub(super) fn decoded(four: &[u8]) -> Option<([u8; 3], usize)> {
    let (mut bits, mut count) = (0, 0);
    for value in four.iter().filter_map(|byte| sextet(*byte)) {
        bits = bits << 6 | value;
        count += 1;
    }
    let [_, bytes @ ..] = (bits << (6 * (4 - count))).to_be_bytes();
    let count = count * 6 / 8;
    let is_text = |byte: &u8| *byte == 0 || byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    bytes[..count].iter().all(is_text).then_some((bytes, count))
}

/// The values of both alphabets.
fn sextet(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// `jdoe:x7hunter`, as it stands in headers.
fn is_login(text: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', text) else { return false };
    let (user, password) = (&text[..colon], &text[colon + 1..]);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"._@-".contains(byte);
    let has = |kind: fn(&u8) -> bool| password.iter().any(kind);
    (2..=64).contains(&user.len())
        && user.iter().all(is_part)
        && user.iter().any(u8::is_ascii_alphabetic)
        && (6..=128).contains(&password.len())
        && password.iter().all(u8::is_ascii_graphic)
        && !password.starts_with(b"/")
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !is_ours(password)
}

pub(super) fn mail(_: &LeakScan, found: &Found<'_>) -> bool {
    let text = found.part();
    let Some(at) = memchr::memchr(b'@', text) else { return false };
    let domain = &text[at + 1..];
    let unit = [&b"service"[..], b"socket", b"timer", b"mount", b"target", b"device", b"slice", b"scope", b"path"];
    let last = domain.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    !unit.contains(&last) && !domain.to_ascii_lowercase().ends_with(b".example") && !words::is_public_name(domain)
}

fn address(found: &Found<'_>) -> Option<Ipv4Addr> {
    let text = String::from_utf8_lossy(found.part()).replace('-', ".");
    text.parse().ok()
}

/// An address of one computer, wherever it stands.
pub(super) fn ipv4_named(scan: &LeakScan, found: &Found<'_>) -> bool {
    let Some(address) = address(found) else { return false };
    let [first, second, ..] = address.octets();
    let constant = first == 0 || first == 127 || first >= 224 || first == 169 && second == 254;
    let mask = address.to_bits().leading_ones() + address.to_bits().trailing_zeros() >= 32;
    !constant && !mask && !scan.issued.contains(address.to_string().as_bytes())
}

/// What stands before an address and before no version.
const BEFORE_ADDRESSES: &[&[u8]] = &[
    b"from ",
    b"to ",
    b"host ",
    b"host=",
    b"ip ",
    b"ip=",
    b"addr=",
    b"address ",
    b"address=",
    b"client ",
    b"server ",
    b"src=",
    b"dst=",
    b"://",
    b"@",
    b"\\\\",
    b"ip: ",
    b"address: ",
    b"peer ",
    b"ping ",
    b"ip\":\"",
];

const BEFORE_VERSIONS: &[&[u8]] =
    &[b"version ", b"version=", b"build ", b"release ", b"ver ", b"version: ", b" v", b"version\":\""];

/// Four numbers behind a word and before a sign are rather a version: only in a private network, before a port or a length of
/// a prefix, or in a sentence about hosts is it certain.
pub(super) fn ipv4(scan: &LeakScan, found: &Found<'_>) -> bool {
    let before = found.before(12).to_ascii_lowercase();
    let ends = |words: &[&[u8]]| words.iter().any(|it| before.ends_with(it));
    let behind = found.behind();
    let digit_at = |at: usize| behind.get(at).is_some_and(u8::is_ascii_digit);
    let port = behind.starts_with(b":") && digit_at(1) || behind.starts_with(b"]:") && digit_at(2);
    let prefix = behind.starts_with(b"/") && digit_at(1) && !behind.get(3).is_some_and(u8::is_ascii_alphanumeric);
    let request = behind.starts_with(b" - - ") || behind.starts_with(b"\\") && before.ends_with(b"\\");
    let private = address(found).is_some_and(|it| it.is_private());
    let beside = is_beside(found);
    let says = private || port || prefix || request || beside || ends(BEFORE_ADDRESSES);
    says && !ends(BEFORE_VERSIONS) && ipv4_named(scan, found)
}

/// Whether another address stands before or behind, with a dash between: a range.
fn is_beside(found: &Found<'_>) -> bool {
    let is_digits = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let is_address = |text: &[u8]| std::str::from_utf8(text).is_ok_and(|it| it.parse::<Ipv4Addr>().is_ok());
    let of_behind = found
        .behind()
        .strip_prefix(b"-")
        .is_some_and(|rest| is_address(&rest[..rest.iter().take(16).take_while(|byte| is_digits(byte)).count()]));
    of_behind
        || found.before(17).strip_suffix(b"-").is_some_and(|rest| {
            let length = rest.iter().rev().take_while(|byte| is_digits(byte)).count();
            is_address(&rest[rest.len() - length..])
        })
}

pub(super) fn ipv6(scan: &LeakScan, found: &Found<'_>) -> bool {
    let text = found.part().to_ascii_lowercase();
    let Ok(address) = std::str::from_utf8(&text).unwrap_or_default().parse::<Ipv6Addr>() else { return false };
    let segments = address.segments();
    let low = segments[..7].iter().all(|it| *it == 0)
        || segments[0] & 0xffc0 == 0xfe80 && segments[1..7].iter().all(|it| *it == 0);
    let wwn = text.split(|byte| *byte == b':').all(|it| it.len() == 2);
    let plain = segments[0] >= 0x2000 && segments[0] < 0xff00;
    plain && !low && !wwn && text.iter().any(u8::is_ascii_digit) && !scan.issued.contains(&text)
}

pub(super) fn mac(scan: &LeakScan, found: &Found<'_>) -> bool {
    let text = found.part().to_ascii_lowercase();
    let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    let Some(second) = digits.get(1) else { return false };
    let number = text.contains(&b'.') && text.iter().all(|byte| !byte.is_ascii_alphabetic());
    let constant = number
        || digits.iter().all(|it| *it == digits[0])
        || digits.starts_with(b"01005e")
        || digits.starts_with(b"3333");
    let multicast = char::from(*second).to_digit(16).unwrap_or(0) & 3 == 1;
    !constant && !multicast && !scan.issued.contains(&text)
}

/// A DNS name without the cloud service at its end.
fn customers_part(name: &[u8]) -> &[u8] {
    match words::cloud_service(name) {
        Some(at) => name[..at].strip_suffix(b".").unwrap_or_default(),
        None => name,
    }
}

pub(super) fn dns(_: &LeakScan, found: &Found<'_>) -> bool {
    let text = customers_part(found.part());
    let first = text.split(|byte| *byte == b'.').next().unwrap_or_default();
    // With capitals it may be a class: then the computer's number tells.
    let capitals = text.iter().any(u8::is_ascii_uppercase);
    !is_ours(text)
        && !words::is_public_name(text)
        && !words::begins_code(first)
        && text.iter().any(u8::is_ascii_alphabetic)
        && first.iter().any(u8::is_ascii_alphabetic)
        && (!capitals || first.iter().any(u8::is_ascii_digit))
}

pub(super) fn host(_: &LeakScan, found: &Found<'_>) -> bool {
    let text = customers_part(found.part());
    !is_ours(text)
        && !words::is_no_host(text)
        && !words::is_ordinary(text)
        && !words::is_public_name(text)
        && words::is_telling(text)
}

/// A host whose name has a number in it, where a word could stand as well.
pub(super) fn numbered_host(scan: &LeakScan, found: &Found<'_>) -> bool {
    let name = found.part();
    // `server LDAP-2`, `host0`: an ordinary word with a number behind it.
    let end = name.iter().rposition(|byte| !byte.is_ascii_digit() && *byte != b'-').map_or(0, |at| at + 1);
    let device = words::is_ordinary(&name[..end]) || words::is_no_host(&name[..end]);
    name.iter().any(u8::is_ascii_digit) && !device && host(scan, found)
}

pub(super) fn user(_: &LeakScan, found: &Found<'_>) -> bool {
    let text = found.part();
    let public = [&b"all users"[..], b"default user", b"default users", b"public"];
    !is_ours(text) && words::is_telling(text) && !public.contains(&&*text.to_ascii_lowercase())
}

/// A user behind a domain in capitals, and no escape behind a word in capitals.
pub(super) fn domain_user(scan: &LeakScan, found: &Found<'_>) -> bool {
    let name = found.part();
    let before = found.before(64).trim_ascii_end();
    let slashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    let domain =
        before[..before.len() - slashes].rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    let escape = slashes == 1 && name.first().is_some_and(|it| b"nrtuxbf0".contains(it));
    let file = name.iter().rposition(|byte| *byte == b'.').is_some_and(|at| name.len() - at <= 5);
    let known = words::is_ordinary(domain) || words::is_no_host(domain) || domain.starts_with(b"HK");
    !escape && !file && !known && user(scan, found)
}

/// The domain before a user, by the same.
pub(super) fn domain_of_user(scan: &LeakScan, found: &Found<'_>) -> bool {
    let slashes = found.behind().iter().take_while(|byte| **byte == b'\\').count();
    let name = &found.behind()[slashes..];
    let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte)).count();
    let start = found.end + slashes;
    domain(scan, found) && domain_user(scan, &Found { start, end: start + length, ..*found })
}

pub(super) fn domain(scan: &LeakScan, found: &Found<'_>) -> bool {
    host(scan, found) && !found.part().eq_ignore_ascii_case(b"workgroup")
}

pub(super) fn sid(scan: &LeakScan, found: &Found<'_>) -> bool {
    !scan.issued.contains(found.part())
}

pub(super) fn serial(_: &LeakScan, found: &Found<'_>) -> bool {
    let text = found.part();
    !is_ours(text) && text.iter().any(u8::is_ascii_digit) && !text.starts_with(b"0x")
}

/// What a kind of leak found by its shape must be.
pub(super) fn of_shape(kind: Kind) -> Check {
    match kind {
        Kind::Ipv4 => ipv4,
        Kind::Ipv6 => ipv6,
        Kind::Mac => mac,
        Kind::Card => card,
        Kind::Iban => iban,
        Kind::Licence => mixed,
        Kind::Encoded => encoded,
        _ => dns,
    }
}
