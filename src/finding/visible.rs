//! What a terminal shows of a line: without colours, and without what was written over.

use std::borrow::Cow;

pub(super) const ESCAPE: u8 = 0x1b;

/// Returns what a terminal shows of a line: no escape sequences, and of a line that is begun again by carriage returns, as
/// progress bars do, what was written last.
pub fn visible(line: &str) -> Cow<'_, str> {
    let last = last_written(line.as_bytes());
    if memchr::memchr(ESCAPE, last).is_none() {
        // What is cut off ends with an ASCII byte.
        let start = (last.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
        return Cow::Borrowed(line.get(start..start + last.len()).unwrap_or(line));
    }
    let mut shown = Vec::with_capacity(last.len());
    let mut rest = last;
    while let Some(at) = memchr::memchr(ESCAPE, rest) {
        shown.extend_from_slice(&rest[..at]);
        rest = after_escape(&rest[at..]);
    }
    shown.extend_from_slice(rest);
    Cow::Owned(String::from_utf8_lossy(&shown).into_owned())
}

/// What follows the escape sequence that a text begins with.
pub(super) fn after_escape(text: &[u8]) -> &[u8] {
    let length = match text.get(1) {
        Some(b'[') => text.iter().skip(2).position(|byte| (0x40..=0x7e).contains(byte)).map_or(text.len(), |at| at + 3),
        Some(byte) if byte.is_ascii() => 2,
        _ => 1,
    };
    &text[length.min(text.len())..]
}

/// What a terminal shows of a line in the end: a carriage return within it begins it again.
pub(super) fn last_written(line: &[u8]) -> &[u8] {
    let mut line = line;
    while let Some(at) = memchr::memrchr(b'\r', line) {
        let after = &line[at + 1..];
        if shows_something(after) {
            return after;
        }
        line = &line[..at];
    }
    line
}

fn shows_something(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        if byte == ESCAPE {
            rest = after_escape(rest);
        } else if byte.is_ascii_graphic() || !byte.is_ascii() {
            return true;
        } else {
            rest = &rest[1..];
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_and_what_was_written_over_are_not_shown() {
        for (line, expected) in [
            ("plain text", "plain text"),
            ("\x1b[31mred\x1b[0m and \x1b[1;4mmore\x1b[m", "red and more"),
            ("  1/3\r  2/3\r  3/3", "  3/3"),
            ("done 5\r\x1b[0K\r", "done 5"),
            ("ends\x1b[3", "ends"),
            ("ends\x1b", "ends"),
            ("\x1bü", "ü"),
            ("", ""),
        ] {
            assert_eq!(visible(line), expected, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_left_that_moves_the_cursor(line in "[a-zü \r\x1b\\[0-9;mK]{0,40}") {
            prop_assert!(!visible(&line).contains(['\x1b', '\r']));
        }
    }
}
