//! Hexadecimal numbers, of which two digits decide more than that they are digits.
//!
//! Lines that differ in the values of digits only have one template, but for words like `0x1f`: with another digit before the
//! `x` they are no numbers, and with an 8 behind it they may be error codes, which templates keep. Of lines whose numbers are
//! plain that is known.

use memchr::memchr2_iter;

/// Whether a digit stands before an `x`.
pub(super) fn are_there(line: &[u8]) -> bool {
    memchr2_iter(b'x', b'X', line).any(|at| before(line, at).is_some())
}

/// Whether every digit before an `x` is a 0 and none of the numbers that begin so has 8 as its first digit.
pub(crate) fn are_plain(text: &[u8]) -> bool {
    memchr2_iter(b'x', b'X', text)
        .all(|at| before(text, at).is_none_or(|digit| digit == b'0' && text.get(at + 1) != Some(&b'8')))
}

fn before(text: &[u8], at: usize) -> Option<u8> {
    at.checked_sub(1).and_then(|before| text.get(before).copied()).filter(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_are_no_codes_whatever_their_digits_are() {
        for text in ["", "x", "max 5", "0x", "at 0x1f and 0X00f8", "0xc0000005", "0x1 0x2"] {
            assert!(are_plain(text.as_bytes()), "{text}");
        }
        for text in ["0x80070005", "5x1f", "0x1 1x2", "802.1x", "0X8"] {
            assert!(are_there(text.as_bytes()) && !are_plain(text.as_bytes()), "{text}");
        }
        assert!(are_there(b"0x1f") && !are_there(b"x max 5 x 1"));
    }
}
