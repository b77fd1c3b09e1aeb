//! The value of a field as it stands in a record, and what it means without its escapes.

use super::super::level::Level;
use std::borrow::Cow;

/// The value of a field.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    raw: &'a [u8],
    form: Form,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// The inside of a JSON string.
    Json,
    /// `\` takes the meaning from these.
    Backslash(&'static [u8]),
    /// Extension of CEF: `\=`, `\\`, `\n`, `\r`.
    Cef,
    /// Inside of an XML element or attribute.
    Xml,
    /// Inside of a quoted column: `""` is a quote.
    Csv,
    /// The level of a Windows event: a word of some language or a number.
    Level,
}

/// Whether a byte stands in a record as it does in the value, whatever the format: no format has an escape for it.
///
/// That makes values searchable: a run of such bytes in a value is the same run in the record. To keep it true, what is
/// needlessly escaped (`\u0041` for `A`) is left as it is written.
pub fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
        && !matches!(byte, b'"' | b'\'' | b'\\' | b'/' | b'|' | b'=' | b']' | b'<' | b'>' | b'&')
}

impl<'a> Value<'a> {
    pub(super) fn new(raw: &'a [u8], form: Form) -> Value<'a> {
        Value { raw, form }
    }

    /// The value with its escapes.
    pub(super) fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Returns the value without its escapes; what is no escape stays as it is.
    pub fn text(&self) -> Cow<'a, [u8]> {
        let raw = self.raw;
        let first = match self.form {
            Form::Plain => None,
            Form::Level => return level(raw),
            Form::Json | Form::Backslash(_) | Form::Cef => memchr::memchr(b'\\', raw),
            Form::Xml => memchr::memchr(b'&', raw),
            Form::Csv => memchr::memchr(b'"', raw),
        };
        let Some(first) = first else { return Cow::Borrowed(raw) };
        let (start, mut rest) = raw.split_at(first);
        let mut text = start.to_vec();
        while let Some((&byte, behind)) = rest.split_first() {
            let taken = match self.form {
                Form::Json => json_escape(rest, &mut text),
                Form::Backslash(meant) => backslash(rest, meant, &mut text),
                Form::Cef => cef_escape(rest, &mut text),
                Form::Xml => entity(rest, &mut text),
                Form::Csv if rest.starts_with(b"\"\"") => {
                    text.push(b'"');
                    Some(2)
                }
                Form::Csv | Form::Plain | Form::Level => None,
            };
            rest = match taken {
                Some(taken) => rest.get(taken..).unwrap_or_default(),
                None => {
                    text.push(byte);
                    behind
                }
            };
        }
        Cow::Owned(text)
    }
}

/// The levels of Windows events: 1 critical to 5 verbose, 0 for what is always written.
fn level(raw: &[u8]) -> Cow<'_, [u8]> {
    let level = match raw {
        b"0" | b"4" => Some(Level::Info),
        b"1" => Some(Level::Fatal),
        b"2" => Some(Level::Error),
        b"3" => Some(Level::Warn),
        b"5" => Some(Level::Debug),
        word => Level::from_word(word),
    };
    Cow::Borrowed(level.map_or(raw, |level| level.name().as_bytes()))
}

/// Each of these takes an escape off the beginning of `rest` and says how many bytes it has; `None` if there is none.
fn json_escape(rest: &[u8], text: &mut Vec<u8>) -> Option<usize> {
    let (b'\\', escaped) = (rest.first()?, rest.get(1)?) else { return None };
    text.push(match escaped {
        b'"' | b'\\' | b'/' => *escaped,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unicode_escape(rest, text),
        _ => return None,
    });
    Some(2)
}

fn unicode_escape(rest: &[u8], text: &mut Vec<u8>) -> Option<usize> {
    let unit = |at: usize| {
        let digits = rest.get(at..)?.strip_prefix(b"\\u")?.get(..4)?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let first = unit(0)?;
    let (code, length) = match (first, unit(6)) {
        (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) => {
            (0x1_0000 + ((first - 0xd800) << 10 | (second - 0xdc00)), 12)
        }
        _ => (first, 6),
    };
    push_char(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), text)?;
    Some(length)
}

/// Adds a character that somebody had a reason to escape.
fn push_char(char: char, text: &mut Vec<u8>) -> Option<()> {
    if char.is_ascii() && is_plain(char as u8) {
        return None;
    }
    text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    Some(())
}

fn backslash(rest: &[u8], meant: &[u8], text: &mut Vec<u8>) -> Option<usize> {
    let (b'\\', escaped) = (rest.first()?, rest.get(1)?) else { return None };
    meant.contains(escaped).then(|| text.push(*escaped))?;
    Some(2)
}

fn cef_escape(rest: &[u8], text: &mut Vec<u8>) -> Option<usize> {
    match rest {
        [b'\\', b'n', ..] => text.push(b'\n'),
        [b'\\', b'r', ..] => text.push(b'\r'),
        // A pipe needs its escape in the header only, but is escaped everywhere by some.
        _ => return backslash(rest, b"=\\|", text),
    }
    Some(2)
}

fn entity(rest: &[u8], text: &mut Vec<u8>) -> Option<usize> {
    const LONGEST: usize = 10;
    let near = rest.get(..rest.len().min(LONGEST))?.strip_prefix(b"&")?;
    let end = memchr::memchr(b';', near)?;
    let name = near.get(..end)?;
    let char = match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    push_char(char, text)?;
    Some(end + 2)
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(form: Form, raw: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&Value::new(raw.as_bytes(), form).text()), expected);
    }

    #[test]
    fn escapes_of_json_are_taken_off() {
        check(Form::Json, r#"C:\\Windows \"x\" \/ \u00e4\n"#, "C:\\Windows \"x\" / ä\n");
        check(Form::Json, r"\ud83d\ude00 \ud83d.", "\u{1f600} \u{fffd}.");
    }

    #[test]
    fn what_needs_no_escape_or_is_none_stays_as_it_is_written() {
        check(Form::Json, r"\u0041 \q \u12 \", r"\u0041 \q \u12 \");
        check(Form::Xml, "&nbsp; &#65; a & b &#", "&nbsp; &#65; a & b &#");
        check(Form::Backslash(b"\"\\"), r#"C:\temp \"x\""#, r#"C:\temp "x""#);
    }

    #[test]
    fn escapes_of_other_formats_are_taken_off() {
        check(Form::Cef, r"a\=b\\c\nd\|e", "a=b\\c\nd|e");
        check(Form::Xml, "&lt;a&gt; &amp; &#228; &#x1F600; &quot;", "<a> & ä \u{1f600} \"");
        check(Form::Csv, r#"the ""x"" disk"#, "the \"x\" disk");
    }

    #[test]
    fn levels_of_windows_have_the_names_of_reports() {
        check(Form::Level, "Error", "error");
        check(Form::Level, "Critical", "fatal");
        check(Form::Level, "3", "warn");
        check(Form::Level, "Fehler", "error");
        check(Form::Level, "Vorsicht", "Vorsicht");
    }

    fn form() -> impl Strategy<Value = Form> {
        let all = [Form::Plain, Form::Json, Form::Backslash(b"\"\\]"), Form::Cef, Form::Xml, Form::Csv];
        proptest::sample::select(all.to_vec())
    }

    proptest! {
        /// What the scan relies on: a plain part of a value stands in the record.
        #[test]
        fn a_run_of_plain_bytes_in_a_value_is_one_in_the_record(
            form in form(),
            raw in proptest::collection::vec(
                prop_oneof!["[a-dx0-9u\\\\&#;\"=|/n ]{1,4}", Just(r"\u0041".to_string()), Just("&#65;".into()), Just(r"\u00e4".into())],
                0..12,
            ),
        ) {
            let raw = raw.concat();
            let value = Value::new(raw.as_bytes(), form).text();
            for run in value.split(|&byte| !is_plain(byte)) {
                prop_assert!(memchr::memmem::find(raw.as_bytes(), run).is_some(), "{:?} in {:?}", run, raw);
            }
        }
    }
}
