//! Text that was escaped as a whole: for addresses of pages (`%22`), for HTML and XML (`&quot;`), in JSON (`\u0040`). It is read as
//! what it stands for, and what is found there is taken out of the escaped text.

use super::{Find, State, Walk, finds};

/// How an escape is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// `%40`.
    Percent,
    /// `&#64;`, `&quot;`.
    Entity,
    /// `\u0040`.
    Unicode,
}

/// So many bytes before the first escape belong to what is escaped, at most.
const BEFORE: usize = 256;
/// And so many behind it; what is longer is read in pieces.
const BEHIND: usize = 4096;

/// The names that XML knows.
const ENTITIES: &[(&[u8], u8)] =
    &[(b"&quot;", b'"'), (b"&apos;", b'\''), (b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>')];

impl Walk<'_> {
    /// An escape at a place: reads the text around it.
    pub(super) fn escaped(&mut self, at: usize, escape: Escape) {
        if at < self.unescaped || escaped_byte(&self.text[at..]).is_none() {
            return;
        }
        let text = self.text;
        let part = |byte: &u8| match escape {
            // Of a page that was written into a log the rest of the line is escaped too.
            Escape::Entity => *byte != b'\n',
            Escape::Unicode => !b"\"\n".contains(byte),
            Escape::Percent => !byte.is_ascii_whitespace() && !b"\"'<>`\\|".contains(byte),
        };
        let from = self.done.max(self.line).max(self.unescaped).min(at);
        let back = text[from..at].iter().rev().take(BEFORE).take_while(|it| part(it)).count();
        let length = text[at..].iter().take(BEHIND).take_while(|it| part(it)).count();
        let (start, end) = (at - back, at + length);
        self.unescaped = end;
        let (plain, places) = unescaped(&text[start..end]);
        let mut found = Vec::new();
        finds(&plain, self.dictionary, &mut State::default(), &mut found);
        for Find { start: first, end: last, what } in found {
            self.push(start + places[first], start + places[last], what);
        }
    }
}

/// What a text with escapes stands for, and for each of its bytes, and its end, where that stands.
fn unescaped(text: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let (mut plain, mut places, mut at) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len() + 1), 0);
    while let Some(&byte) = text.get(at) {
        let (byte, length) = match byte {
            b'%' | b'&' | b'\\' => escaped_byte(&text[at..]).unwrap_or((byte, 1)),
            _ => (byte, 1),
        };
        plain.push(byte);
        places.push(at);
        at += length;
    }
    places.push(at);
    (plain, places)
}

/// What a name with escapes in it stands for: it has one pseudonym however it is written.
pub(in crate::redact) fn plain(text: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr3(b'%', b'&', b'\\', text).map(|_| unescaped(text).0)
}

/// The ASCII sign that an escape at the beginning stands for, and how long the escape is. Others stay: letters are found by what is
/// around them, and `%d4` may be a format.
fn escaped_byte(text: &[u8]) -> Option<(u8, usize)> {
    let number = |digits: &[u8], radix: u32| -> Option<u32> {
        let digits = std::str::from_utf8(digits).ok().filter(|it| it.bytes().all(|it| it.is_ascii_alphanumeric()))?;
        u32::from_str_radix(digits, radix).ok()
    };
    let sign = |code: u32| u8::try_from(code).ok().filter(|it| (b' '..=b'~').contains(it));
    match text {
        [b'%', ..] => Some((sign(number(text.get(1..3)?, 16)?)?, 3)),
        [b'\\', b'u', ..] => Some((sign(number(text.get(2..6)?, 16)?)?, 6)),
        [b'&', b'#', rest @ ..] => {
            let length = rest.iter().take(6).position(|it| *it == b';')?;
            let code = match &rest[..length] {
                [b'x' | b'X', hex @ ..] => number(hex, 16)?,
                decimal => number(decimal, 10)?,
            };
            Some((sign(code)?, length + 3))
        }
        [b'&', ..] => ENTITIES.iter().find(|(name, _)| text.starts_with(name)).map(|(name, byte)| (*byte, name.len())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_signs() {
        let plain = |text: &str| String::from_utf8(unescaped(text.as_bytes()).0).unwrap();
        assert_eq!(plain("a%40b%2Ec %d4 50% %zz"), "a@b.c %d4 50% %zz");
        assert_eq!(plain("&lt;a x=&quot;1&#34;&#x3e; &nbsp; & &#8364;"), "<a x=\"1\"> &nbsp; & &#8364;");
        assert_eq!(plain(r"a\u0040b \u00e4 \user \\u0"), r"a@b \u00e4 \user \\u0");
        let (_, places) = unescaped(b"a%40b");
        assert_eq!(places, [0, 1, 4, 5]);
    }
}
