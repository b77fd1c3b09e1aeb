//! Typed values of events as text.

use super::{u16_at, u32_at, u64_at};
use std::io::Write;

/// A value with its type, as it lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    pub(super) kind: u8,
    pub(super) bytes: &'a [u8],
}

pub(super) const NULL: u8 = 0x00;
pub(super) const STRING: u8 = 0x01;
pub(super) const BINARY_XML: u8 = 0x21;
const ARRAY: u8 = 0x80;

/// Seconds from 1601 to 1970.
const TO_1970: i64 = 11_644_473_600;

impl<'a> Value<'a> {
    /// Returns the items of an array, or the value itself.
    pub(super) fn items(self) -> Items<'a> {
        Items { kind: self.kind & !ARRAY, rest: Some(self.bytes), is_array: self.kind & ARRAY != 0 }
    }

    /// Appends the value as people read it; true if JSON needs no quotes around it.
    pub(super) fn write(self, text: &mut Vec<u8>) -> bool {
        let start = text.len();
        if let Some(bare) = self.write_typed(text) {
            return bare;
        }
        // The size does not fit the type, or the type is not known.
        text.truncate(start);
        write_hex(self.bytes, text);
        false
    }

    fn write_typed(self, text: &mut Vec<u8>) -> Option<bool> {
        let bytes = self.bytes;
        let number = |text: &mut Vec<u8>, number: &dyn std::fmt::Display| write!(text, "{number}").map(|()| true).ok();
        match self.kind {
            NULL => Some(false),
            STRING | 0x23 => {
                write_utf16(bytes, text);
                Some(false)
            }
            0x02 => {
                write_ansi(bytes, text);
                Some(false)
            }
            0x03 => number(text, &i8::from_le_bytes(*exact(bytes)?)),
            0x04 => number(text, &u8::from_le_bytes(*exact(bytes)?)),
            0x05 => number(text, &i16::from_le_bytes(*exact(bytes)?)),
            0x06 => number(text, &u16::from_le_bytes(*exact(bytes)?)),
            0x07 => number(text, &i32::from_le_bytes(*exact(bytes)?)),
            0x08 => number(text, &u32::from_le_bytes(*exact(bytes)?)),
            0x09 => number(text, &i64::from_le_bytes(*exact(bytes)?)),
            0x0a => number(text, &u64::from_le_bytes(*exact(bytes)?)),
            0x0b => write_float(f64::from(f32::from_le_bytes(*exact(bytes)?)), text),
            0x0c => write_float(f64::from_le_bytes(*exact(bytes)?), text),
            0x0d => {
                let word: &[u8] = if bytes.iter().any(|byte| *byte != 0) { b"true" } else { b"false" };
                text.extend_from_slice(word);
                Some(true)
            }
            0x0f => write_guid(exact(bytes)?, text),
            0x10 | 0x14 | 0x15 | 0x20 => {
                let number = match bytes.len() {
                    4 => u64::from(u32_at(bytes, 0)?),
                    8 => u64_at(bytes, 0)?,
                    _ => return None,
                };
                write!(text, "0x{number:x}").map(|()| false).ok()
            }
            0x11 => write_time(u64::from_le_bytes(*exact(bytes)?), text),
            0x12 => write_system_time(bytes, text),
            0x13 => write_sid(bytes, text),
            _ => None,
        }
    }
}

/// Walks the items of an array, or the one value that is none.
pub(super) struct Items<'a> {
    kind: u8,
    rest: Option<&'a [u8]>,
    is_array: bool,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let rest = self.rest.take()?;
        if !self.is_array {
            return Some(Value { kind: self.kind, bytes: rest });
        }
        let size = match self.kind {
            // Each string ends with a zero; the last one's may be missing.
            STRING => rest.chunks_exact(2).position(|unit| unit == [0, 0]).map_or(rest.len(), |at| at * 2 + 2),
            0x02 => rest.iter().position(|byte| *byte == 0).map_or(rest.len(), |at| at + 1),
            0x03 | 0x04 => 1,
            0x05 | 0x06 => 2,
            0x07 | 0x08 | 0x0b | 0x0d | 0x14 => 4,
            0x09 | 0x0a | 0x0c | 0x11 | 0x15 => 8,
            0x0f | 0x12 => 16,
            0x13 => 8 + 4 * usize::from(rest.get(1).copied().unwrap_or(0)),
            _ => rest.len(),
        };
        if rest.is_empty() {
            return None;
        }
        let (item, rest) = rest.split_at(size.clamp(1, rest.len()));
        self.rest = Some(rest);
        Some(Value { kind: self.kind, bytes: item })
    }
}

fn exact<const N: usize>(bytes: &[u8]) -> Option<&[u8; N]> {
    bytes.try_into().ok()
}

/// Appends UTF-16 up to its first zero; what is no character becomes the mark for that.
pub(super) fn write_utf16(bytes: &[u8], text: &mut Vec<u8>) {
    let (units, _) = bytes.as_chunks::<2>();
    let units = units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0);
    for character in char::decode_utf16(units) {
        match character.unwrap_or(char::REPLACEMENT_CHARACTER) {
            character if character.is_ascii() => text.push(character as u8),
            character => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Appends text of a code page that nobody tells us; Western Europe's, if it is not UTF-8.
fn write_ansi(bytes: &[u8], text: &mut Vec<u8>) {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let (decoded, _) = match std::str::from_utf8(bytes) {
        Ok(decoded) => (decoded.into(), false),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes),
    };
    text.extend_from_slice(decoded.as_bytes());
}

fn write_float(number: f64, text: &mut Vec<u8>) -> Option<bool> {
    write!(text, "{number}").map(|()| number.is_finite()).ok()
}

pub(super) fn write_hex(bytes: &[u8], text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'?');
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}

fn write_guid(bytes: &[u8; 16], text: &mut Vec<u8>) -> Option<bool> {
    let (first, second, third) = (u32_at(bytes, 0)?, u16_at(bytes, 4)?, u16_at(bytes, 6)?);
    let [.., a, b, c, d, e, f, g, h] = bytes;
    write!(text, "{{{first:08x}-{second:04x}-{third:04x}-{a:02x}{b:02x}-{c:02x}{d:02x}{e:02x}{f:02x}{g:02x}{h:02x}}}")
        .ok()?;
    Some(false)
}

/// Appends a time in steps of 100 ns since 1601.
pub(super) fn write_time(steps: u64, text: &mut Vec<u8>) -> Option<bool> {
    let seconds = i64::try_from(steps / 10_000_000).ok()? - TO_1970;
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    if !(1601..=9999).contains(&year) {
        return None;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = steps % 10_000_000;
    write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z").ok()?;
    Some(false)
}

fn write_system_time(bytes: &[u8], text: &mut Vec<u8>) -> Option<bool> {
    let part = |index: usize| u16_at(bytes, 2 * index);
    let (year, month, day) = (part(0)?, part(1)?, part(3)?);
    let (hour, minute, second, milli) = (part(4)?, part(5)?, part(6)?, part(7)?);
    write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z").ok()?;
    Some(false)
}

fn write_sid(bytes: &[u8], text: &mut Vec<u8>) -> Option<bool> {
    let [revision, count, authority @ ..] = bytes.first_chunk::<8>()?;
    let authority = authority.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let (parts, _) = bytes.get(8..8 + 4 * usize::from(*count))?.as_chunks::<4>();
    write!(text, "S-{revision}-{authority}").ok()?;
    parts.iter().try_for_each(|part| write!(text, "-{}", u32::from_le_bytes(*part))).ok()?;
    Some(false)
}

/// The day of the Gregorian calendar so many days after 1 January 1970 (Howard Hinnant's algorithm).
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(kind: u8, bytes: &[u8], expected: &[(&str, bool)]) {
        let shown = |value: Value<'_>| {
            let mut text = Vec::new();
            let bare = value.write(&mut text);
            (String::from_utf8(text).unwrap(), bare)
        };
        let found: Vec<_> = Value { kind, bytes }.items().map(shown).collect();
        let found: Vec<_> = found.iter().map(|(text, bare)| (text.as_str(), *bare)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_shown_as_the_event_viewer_shows_them() {
        check(0x00, b"", &[("", false)]);
        check(0x01, b"a\0\xe9\0\x3d\xd8\x00\xde\0\0x\0", &[("a\u{e9}\u{1f600}", false)]);
        check(0x01, b"\x00\xd8a\0", &[("\u{fffd}a", false)]);
        check(0x02, b"caf\xe9\0", &[("caf\u{e9}", false)]);
        check(0x03, b"\xff", &[("-1", true)]);
        check(0x06, b"\xff\xff", &[("65535", true)]);
        check(0x0a, &[0xff; 8], &[("18446744073709551615", true)]);
        check(0x0c, &0.25_f64.to_le_bytes(), &[("0.25", true)]);
        check(0x0c, &f64::NAN.to_le_bytes(), &[("NaN", false)]);
        check(0x0d, &[1, 0, 0, 0], &[("true", true)]);
        check(0x0d, &[0], &[("false", true)]);
        check(0x0e, b"\x01\xab", &[("01AB", false)]);
        check(0x14, &[0x10, 0, 0, 0x80], &[("0x80000010", false)]);
        check(0x15, &0x8020_0000_0000_0000_u64.to_le_bytes(), &[("0x8020000000000000", false)]);
        check(0x10, &7_u64.to_le_bytes(), &[("0x7", false)]);
        check(0x13, b"\x01\x02\0\0\0\0\0\x05\x20\0\0\0\x20\x02\0\0", &[("S-1-5-32-544", false)]);
        let guid = b"\x78\x56\x34\x12\x34\x12\x78\x56\x01\x02\x03\x04\x05\x06\x07\x08";
        check(0x0f, guid, &[("{12345678-1234-5678-0102-030405060708}", false)]);
        check(0x11, &116_444_736_000_000_001_u64.to_le_bytes(), &[("1970-01-01T00:00:00.0000001Z", false)]);
        check(0x12, b"\xea\x07\x02\0\x03\0\x1c\0\x17\0\x3b\0\x3a\0\x07\0", &[("2026-02-28T23:59:58.007Z", false)]);
    }

    #[test]
    fn arrays_have_items() {
        check(0x81, b"a\0b\0\0\0c\0\0\0", &[("ab", false), ("c", false)]);
        check(0x81, b"a\0\0\0b\0", &[("a", false), ("b", false)]);
        check(0x86, &[1, 0, 2, 0], &[("1", true), ("2", true)]);
        check(0x81, b"", &[]);
    }

    #[test]
    fn what_does_not_fit_its_type_is_shown_as_bytes() {
        check(0x08, &[1, 2], &[("0102", false)]);
        check(0x13, &[1, 9, 0, 0, 0, 0, 0, 5], &[("0109000000000005", false)]);
        check(0x11, &[0xff; 8], &[("FFFFFFFFFFFFFFFF", false)]);
        check(0x77, &[1], &[("01", false)]);
    }

    proptest! {
        #[test]
        fn any_value_is_text(kind: u8, bytes: Vec<u8>) {
            for value in (Value { kind, bytes: &bytes }).items() {
                let mut text = Vec::new();
                let bare = value.write(&mut text);
                let text = String::from_utf8(text).unwrap();
                prop_assert!(!bare || serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
            }
        }

        #[test]
        fn times_are_those_of_another_library(seconds in -11_644_473_600_i64..250_000_000_000) {
            let steps = ((seconds + TO_1970) * 10_000_000) as u64;
            let mut text = Vec::new();
            write_time(steps, &mut text);
            let expected = jiff::Timestamp::from_second(seconds).unwrap().strftime("%Y-%m-%dT%H:%M:%S.0000000Z");
            prop_assert_eq!(String::from_utf8(text).unwrap(), expected.to_string());
        }
    }
}
