use super::Map;
use super::pseudonym::pseudonym_at;
use std::borrow::Cow;

/// Puts the originals into the place of their pseudonyms. Secrets do not come back: nobody has kept them.
pub fn reverse<'t>(map: &Map, text: &'t [u8]) -> Cow<'t, [u8]> {
    let mut out = Vec::new();
    let (mut copied, mut at) = (0, 0);
    while at < text.len() {
        if at > 0 && text[at - 1].is_ascii_alphanumeric() || !text[at].is_ascii_alphanumeric() && text[at] != b':' {
            at += 1;
            continue;
        }
        match original_at(map, &text[at..]) {
            Some((length, original)) => {
                out.extend_from_slice(&text[copied..at]);
                out.extend_from_slice(original.as_bytes());
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.extend_from_slice(&text[copied..]);
    Cow::Owned(out)
}

/// The pseudonym with which a text begins, as its length and what it stands for.
fn original_at<'m>(map: &'m Map, text: &[u8]) -> Option<(usize, &'m str)> {
    let look_up = |length: usize| {
        let original = map.original(std::str::from_utf8(text.get(..length)?).ok()?)?;
        Some((length, original))
    };
    if let Some(length) = pseudonym_at(text) {
        return look_up(length + ".example".len()).or_else(|| look_up(length));
    }
    // An address, of which the longest form counts.
    let part = |byte: &u8| byte.is_ascii_hexdigit() || b":.-".contains(byte);
    let length = text.iter().take(48).take_while(|byte| part(byte)).count();
    let ends = |length: &usize| !text.get(*length).is_some_and(u8::is_ascii_alphanumeric);
    (3..=length).rev().filter(ends).find_map(look_up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Kind;

    #[test]
    fn pseudonyms_become_what_they_stand_for() {
        let mut map = Map::default();
        map.add(Kind::Host, "host-a1b2c3d4e5f6", "srv01");
        map.add(Kind::Domain, "domain-a1b2c3d4e5f6.example", "corp.local");
        map.add(Kind::Ipv4, "10.9.8.7", "10.0.0.1");
        map.add(Kind::Ipv6, "fd00::7", "fd11::1");
        let text =
            b"host-a1b2c3d4e5f6.domain-a1b2c3d4e5f6.example:80 10.9.8.7:443 10.9.8.70 [fd00::7] user-a1b2c3d4e5f6.";
        let expected = "srv01.corp.local:80 10.0.0.1:443 10.9.8.70 [fd11::1] user-a1b2c3d4e5f6.";
        assert_eq!(String::from_utf8_lossy(&reverse(&map, text)), expected);
        assert!(matches!(reverse(&map, b"nothing 1.2.3.4"), Cow::Borrowed(_)));
    }
}
