//! What a byte is in a word, and where words end.
//!
//! Of a word the classes of all its bytes are known at once: they say which questions about it are not worth asking.

/// Classes of bytes, as bits.
pub(super) type Classes = u16;

pub(super) const LOWER: Classes = 1 << 0;
pub(super) const UPPER: Classes = 1 << 1;
pub(super) const DIGIT: Classes = 1 << 2;
pub(super) const UNDERSCORE: Classes = 1 << 3;
pub(super) const DASH: Classes = 1 << 4;
pub(super) const NON_ASCII: Classes = 1 << 5;
pub(super) const DOT: Classes = 1 << 6;
pub(super) const SLASH: Classes = 1 << 7;
pub(super) const BACKSLASH: Classes = 1 << 8;
pub(super) const COLON: Classes = 1 << 9;
pub(super) const AT: Classes = 1 << 10;
/// Everything else.
pub(super) const OTHER: Classes = 1 << 11;

/// Ends a sentence and so no word if it stands last. This class and those below come with one of the above.
const TRIMMED: Classes = 1 << 12;
pub(super) const BLANK: Classes = 1 << 13;
/// Ends a word.
const END: Classes = 1 << 14;
/// May end a word: an apostrophe, the first byte of [`CUT`].
pub(super) const CAREFUL: Classes = 1 << 15;

/// The sign that something was left out.
pub(super) const CUT: &[u8] = "…".as_bytes();

pub(super) static CLASSES: [Classes; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            0..=b' ' | 0x7f => OTHER | BLANK | END,
            b'=' | b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'"' | b'|' => OTHER | END,
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT | TRIMMED,
            b'/' => SLASH,
            b'\\' => BACKSLASH,
            b':' => COLON | TRIMMED,
            b'@' => AT,
            b'_' => UNDERSCORE,
            b'-' => DASH | TRIMMED,
            b'!' | b'?' => OTHER | TRIMMED,
            b'\'' => OTHER | CAREFUL,
            first if first == CUT[0] => NON_ASCII | CAREFUL,
            0x80.. => NON_ASCII,
            _ => OTHER,
        };
        byte += 1;
    }
    classes
};

/// Returns the classes of all bytes of a text.
pub(super) fn classes(text: &[u8]) -> Classes {
    text.iter().fold(0, |classes, &byte| classes | CLASSES[byte as usize])
}

/// Returns the length of the word that a text begins with, colons and slashes included, without the punctuation at its
/// end; and the classes of its bytes. The first byte belongs to it whatever it is.
#[inline]
pub(super) fn word(text: &[u8]) -> (usize, Classes) {
    let mut seen = text.first().map_or(0, |&byte| CLASSES[byte as usize]);
    let mut at = 1;
    loop {
        let Some(rest) = text.get(at..) else { return (text.len().min(at), seen) };
        let mut class = END;
        let mut length = rest.len();
        for (index, &byte) in rest.iter().enumerate() {
            class = CLASSES[byte as usize];
            if class & (END | CAREFUL | TRIMMED) != 0 {
                length = index;
                break;
            }
            seen |= class;
        }
        at += length;
        if length == rest.len() || class & END != 0 {
            return (at, seen);
        }
        // Punctuation belongs to the word if more of it follows.
        let (end, mut trimmed) = (at, 0);
        while class & TRIMMED != 0 {
            trimmed |= class;
            at += 1;
            class = text.get(at).map_or(END, |&byte| CLASSES[byte as usize]);
        }
        if class & END != 0 || (class & CAREFUL != 0 && ends_at(text, at)) {
            return (end, seen);
        }
        seen |= trimmed | class;
        at += 1;
    }
}

/// Whether a word ends before an apostrophe that no letter follows, or before [`CUT`].
fn ends_at(text: &[u8], at: usize) -> bool {
    match text[at] {
        b'\'' => !text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric),
        _ => text[at..].starts_with(CUT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_blanks_brackets_and_final_punctuation() {
        for (text, expected) in [
            ("a", "a"),
            ("abc def", "abc"),
            ("a.b:c/d-e_f=g", "a.b:c/d-e_f"),
            ("end... more", "end"),
            ("end.:-!?", "end"),
            ("a.-b.", "a.-b"),
            ("can't'", "can't"),
            ("host's share", "host's"),
            ("it' s", "it"),
            ("a.'b", "a.'b"),
            ("a.' b", "a"),
            ("cut…more", "cut"),
            ("cut.…", "cut"),
            ("für€x", "für€x"),
            ("-5.", "-5"),
            ("-", "-"),
            ("::1.", "::1"),
        ] {
            let (length, seen) = word(text.as_bytes());
            assert_eq!(&text[..length], expected, "{text}");
            assert_eq!(seen, classes(expected.as_bytes()), "{text}");
        }
    }
}
