use super::super::super::Map;
use super::*;
use proptest::prelude::*;
use regex::bytes::Regex;

/// What each shape is. A match of the group `v` counts.
const SHAPES: &[(Kind, &str)] = &[
    (
        Kind::Ipv4,
        r"(?-u)(?:^|[^\w.\x80-\xff])(?P<v>\d{1,3}(?:\.\d{1,3}){3})(?:$|[^\w.\x80-\xff]|\.(?:$|\s))|_(?P<w>\d{1,3}(?:\.\d{1,3}){3})\.(?:log|txt|csv)",
    ),
    (
        Kind::Mac,
        r"(?-u)(?:^|[^\w:\x80-\xff-])(?P<v>[0-9a-fA-F]{2}(?:(?::[0-9a-fA-F]{2}){5}|(?:-[0-9a-fA-F]{2}){5})|[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.[0-9a-fA-F]{4})(?:$|[^\w:.\x80-\xff-]|[:.](?:$|\s))",
    ),
    (Kind::Licence, r"(?-u)(?:^|[^\w\x80-\xff-])(?P<v>[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3,7})(?:$|[^\w\x80-\xff-])"),
    (Kind::Encoded, r"(?-u)(?:^|[^A-Za-z0-9+/_-])(?P<v>[A-Za-z0-9][A-Za-z0-9+/_-]{15,}={0,2})(?:$|[^A-Za-z0-9+/=_-])"),
];

/// What the shapes find, whatever the checks say of it.
fn found(kind: Kind, text: &[u8]) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|byte| class(**byte) & ATOM != 0).count();
        let seen = text[at..at + length].iter().fold(0, |seen, byte| seen | class(*byte));
        let atom = Atom { text, start: at, end: at + length, seen };
        let sign = text.get(atom.end);
        let place = match kind {
            Kind::Ipv4 if seen == DIGIT && length <= 3 && sign == Some(&b'.') => atom.ipv4(),
            Kind::Mac if length == 4 && sign == Some(&b'.') => atom.mac(),
            Kind::Mac if length == 2 && matches!(sign, Some(b':' | b'-')) => atom.mac(),
            Kind::Licence if length == 5 && sign == Some(&b'-') => atom.licence(),
            Kind::Encoded if length > 0 => atom.base64(),
            _ => None,
        };
        places.extend(place);
        at += length.max(1);
    }
    places
}

proptest! {
    #[test]
    fn shapes_are_what_the_expressions_say(
        text in "(10\\.1\\.2\\.3|[0-9]{1,3}\\.|00:50:56:|ab:|AB-|[0-9a-f]{4}\\.|ABCD7-|[A-Z0-9]{5}-|[A-Za-z0-9+/]{1,26}|=|_|[ .:,-]|\\.log|é|\\n){0,14}",
    ) {
        for (kind, pattern) in SHAPES {
            let regex = Regex::new(pattern).unwrap();
            let (mut expected, mut at) = (Vec::new(), 0);
            while let Some(groups) = regex.captures_at(text.as_bytes(), at) {
                let part = groups.name("v").or_else(|| groups.name("w")).unwrap();
                expected.push((part.start(), part.end()));
                // The sign behind one may be the sign before the next one.
                at = part.end();
            }
            prop_assert_eq!(found(*kind, text.as_bytes()), expected, "{:?} in {:?}", kind, text);
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mut leaks = Vec::new();
    find(&LeakScan::new(&Map::default(), &[], false), text.as_bytes(), &mut leaks);
    assert_eq!(leaks.iter().map(|it| &text[it.start..it.end]).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn addresses_are_found_in_every_place() {
    check("from 5.6.7.8, 10.0.0.7:443 and 192.168.1.9.", &["5.6.7.8", "10.0.0.7", "192.168.1.9"]);
    check("route 5.6.7.8/24 via [5.6.7.9]:80", &["5.6.7.8", "5.6.7.9"]);
    check("version 10.0.0.4 and 1.2.3.4 of lib_10.0.0.7.so", &[]);
    check("lost 2a02:8::17: and (FD12::1:7)", &["2a02:8::17", "FD12::1:7"]);
    check("at 03:04:05, ::1, fe80::1, std::cmp", &[]);
    check("ether 00:50:56:ab:cd:ef: up, 0050.56ab.cdef", &["00:50:56:ab:cd:ef", "0050.56ab.cdef"]);
}

#[test]
fn names_end_like_names() {
    check("GET https://db1.acme.com/x and SRV01.ACME.LOCAL", &["db1.acme.com", "SRV01.ACME.LOCAL"]);
    check("Dbx01.acme.local:80 a.acme.de.", &["Dbx01.acme.local", "a.acme.de"]);
    check("System.Net java.util.at(x) com.acme.org.Main /a.com www.veeam.com Foo.Bar.internal", &[]);
}

#[test]
fn numbers_must_be_valid() {
    check(
        "card 4111 1111 1111 1111, 4111-1111-1111-1112 and 378282246310005.",
        &["4111 1111 1111 1111", "378282246310005"],
    );
    check(
        "IBAN DE89 3704 0044 0532 0130 00 or GB82WEST12345698765432",
        &["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"],
    );
    check("DE89 3704 0044 0532 0130 01", &[]);
}

#[test]
fn base64_is_read_in_every_form() {
    // A password in JSON with either alphabet, behind a sign, short, of a name and a password, and in UTF-16.
    check("data=eyJwYXNzd29yZCI6Ing3fmh+bn50fmUifQ==&x", &["eyJwYXNzd29yZCI6Ing3fmh+bn50fmUifQ=="]);
    check("data eyJwYXNzd29yZCI6Ing3fmh-bn50fmUifQ", &["eyJwYXNzd29yZCI6Ing3fmh-bn50fmUifQ"]);
    check("got cGFzc3dvcmQ9eDc4 now", &["cGFzc3dvcmQ9eDc4"]);
    check("got amRvZTc6eDdodW50ZXI= now", &["amRvZTc6eDdodW50ZXI="]);
    check("cABhAHMAcwB3AG8AcgBkAD0AeAA3AGgAdQBuAHQAZQByAA==", &["cABhAHMAcwB3AG8AcgBkAD0AeAA3AGgAdQBuAHQAZQByAA=="]);
    // An escaped secret in it.
    check("blob JTIycGFzc3dvcmQlMjI6JTIyeDdodW50ZXIlMjI=", &["JTIycGFzc3dvcmQlMjI6JTIyeDdodW50ZXIlMjI="]);
    // Other texts, and what is none.
    check("got YWxsIGlzIHdlbGwgaGVyZQ== and IPCServerResponder-of-Container_7 now", &[]);
}
