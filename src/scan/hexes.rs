//! Hexadecimal numbers, of which two digits decide more than that they are digits.
//!
//! Lines that differ in the values of digits only have one template, but for words like `0x1f`: with another digit before the
//! `x` they are no numbers, and with an 8 behind it they may be error codes, which templates keep. Lines of which that is known
//! have one template if they agree in it.

use memchr::memchr2_iter;

/// Whether a digit stands before an `x`.
pub(super) fn are_there(line: &[u8]) -> bool {
    memchr2_iter(b'x', b'X', line).any(|at| before(line, at).is_some())
}

/// Stands for which of the digits before an `x` are 0, among texts that differ in the values of digits only: 0 if all are.
/// `None` if one is before an 8, so that other digits may decide too.
pub(crate) fn form(text: &[u8]) -> Option<u64> {
    let mut form = 0_u64;
    for at in memchr2_iter(b'x', b'X', text) {
        match before(text, at) {
            Some(b'0') if text.get(at + 1) == Some(&b'8') => return None,
            Some(digit) if digit != b'0' => {
                form = (form ^ (at as u64 + 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
            }
            _ => {}
        }
    }
    Some(form)
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
            assert_eq!(form(text.as_bytes()), Some(0), "{text}");
        }
        for text in ["0x80070005", "5x1 0x80", "0X8"] {
            assert!(are_there(text.as_bytes()) && form(text.as_bytes()).is_none(), "{text}");
        }
        assert!(are_there(b"0x1f") && !are_there(b"x max 5 x 1"));
    }

    #[test]
    fn where_there_is_no_zero_makes_a_difference_and_which_digit_there_is_makes_none() {
        let forms = ["0x1 0x2", "5x1 0x2", "0x1 5x2", "5x1 5x2"].map(|text| form(text.as_bytes()));
        assert!(forms.iter().enumerate().all(|(at, form)| form.is_some() && !forms[..at].contains(form)));
        assert_eq!(form(b"7x1 0x2"), forms[1]);
        assert_eq!(form(b"7x8 0x9"), forms[1]);
    }
}
