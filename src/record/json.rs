//! JSON lines: one object per line, read by a scanner that builds no tree. Keys of the first level count, and those of
//! objects one level deeper, joined by a dot.

use super::field::Fields;
use super::header::{Cut, cut as cut_text};
use super::watch::Watch;
use memchr::memchr2;

/// Returns the header of a line whose object begins at `at`.
pub(super) fn cut<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    // An object has a key or it is no log line; this refuses `{` and `{}` at once.
    if line.len() < at + 8 {
        return None;
    }
    let mut fields = Fields::new();
    let mut name = Vec::new();
    object(line, at + 1, &mut name, 0, &mut fields, rules);
    fields.finish(rules);
    if !fields.any() {
        return None;
    }
    let (mut found, mut message) = (fields.found, at);
    if let Some((start, end)) = fields.message {
        message = start;
        // Container logs wrap the program's own line; its level and, if need be, its time are inside.
        if (found.level.is_none() || found.time.is_none())
            && line.get(start) != Some(&b'{')
            && let Some(inner) = cut_text(&line[start..end], rules)
        {
            found.time = found.time.or(inner.found.time);
            found.level = found.level.or(inner.found.level);
            found.component = found.component.or(inner.found.component);
            message = start + inner.message;
        }
    }
    Some(Cut { day: fields.day, ..Cut::new("json", found, message) })
}

/// Reads `"key": value, ...` from behind the opening brace; returns where the object ends, or `None` if it is damaged.
/// What was read until then counts.
fn object<'a>(
    line: &'a [u8],
    mut at: usize,
    name: &mut Vec<u8>,
    depth: u8,
    fields: &mut Fields<'a>,
    rules: &Watch<'_>,
) -> Option<usize> {
    let prefix = name.len();
    loop {
        at = blanks(line, at);
        match line.get(at)? {
            b'}' => return Some(at + 1),
            b',' => {
                at += 1;
                continue;
            }
            b'"' => {}
            _ => return None,
        }
        let key_end = string_end(line, at + 1)?;
        // Keys of logs are short; a longer one cannot be among those that we know.
        name.truncate(prefix);
        name.extend_from_slice(&line[at + 1..key_end.min(at + 65)]);
        at = blanks(line, key_end + 1);
        if line.get(at) != Some(&b':') {
            return None;
        }
        at = blanks(line, at + 1);
        match line.get(at)? {
            b'"' => {
                let end = string_end(line, at + 1).unwrap_or(line.len());
                fields.take(name, line, at + 1, end, rules);
                at = end + 1;
            }
            b'{' if depth == 0 => {
                name.push(b'.');
                at = object(line, at + 1, name, 1, fields, rules)?;
            }
            b'{' | b'[' => at = skip(line, at)?,
            _ => {
                let length = line[at..].iter().take_while(|byte| !matches!(byte, b',' | b'}' | b']' | b' ')).count();
                fields.take(name, line, at, at + length, rules);
                at += length.max(1);
            }
        }
        if fields.complete() {
            return None;
        }
    }
}

/// Calls `take` for each member of the object that is all of `line`, with its name and its value, strings without their
/// quotes and with their escapes; `None` if it is damaged.
pub(super) fn members<'a>(line: &'a [u8], mut take: impl FnMut(&'a [u8], &'a [u8])) -> Option<()> {
    if line.first() != Some(&b'{') {
        return None;
    }
    let mut at = 1;
    loop {
        at = blanks(line, at);
        match line.get(at)? {
            b'}' => return (at + 1 == line.len()).then_some(()),
            b',' => {
                at += 1;
                continue;
            }
            b'"' => {}
            _ => return None,
        }
        let name_end = string_end(line, at + 1)?;
        let name = &line[at + 1..name_end];
        at = blanks(line, name_end + 1);
        if line.get(at) != Some(&b':') {
            return None;
        }
        at = blanks(line, at + 1);
        let (start, end, next) = match line.get(at)? {
            b'"' => {
                let end = string_end(line, at + 1)?;
                (at + 1, end, end + 1)
            }
            b'{' | b'[' => {
                let end = skip(line, at)?;
                (at, end, end)
            }
            _ => {
                let length = line[at..].iter().take_while(|byte| !matches!(byte, b',' | b'}')).count();
                (at, at + length, at + length)
            }
        };
        take(name, line.get(start..end)?);
        at = next;
    }
}

/// Adds the text of a string whose quotes are not part of it. Escapes that are none are kept.
pub(super) fn unescape(mut string: &[u8], output: &mut Vec<u8>) {
    while let Some(length) = memchr::memchr(b'\\', string) {
        output.extend_from_slice(&string[..length]);
        let escape = &string[length..];
        let (known, taken) = match escape.get(1) {
            Some(b'n') => (Some('\n'), 2),
            Some(b't') => (Some('\t'), 2),
            Some(b'r') => (Some('\r'), 2),
            Some(b'b') => (Some('\u{8}'), 2),
            Some(b'f') => (Some('\u{c}'), 2),
            Some(&byte @ (b'"' | b'\\' | b'/')) => (Some(char::from(byte)), 2),
            Some(b'u') => match (unit(escape), escape.get(6..).and_then(unit)) {
                (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
                    (char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12)
                }
                (Some(unit), _) => (Some(char::from_u32(unit).unwrap_or('\u{fffd}')), 6),
                (None, _) => (None, 1),
            },
            _ => (None, 1),
        };
        match known {
            Some(character) => output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => output.push(b'\\'),
        }
        string = escape.get(taken..).unwrap_or_default();
    }
    output.extend_from_slice(string);
}

/// The number of `\uXXXX`.
fn unit(escape: &[u8]) -> Option<u32> {
    let digits = escape.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn blanks(line: &[u8], at: usize) -> usize {
    at + line.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count())
}

/// Where the string that begins at `at` has its closing quote.
fn string_end(line: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', line.get(at..)?)?;
        if line[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Where the array or object that begins at `at` has ended.
fn skip(line: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match line.get(at)? {
            b'"' => at = string_end(line, at + 1)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;

    /// What stands where in the lines of the usual libraries: level, component, message up to its end.
    #[track_caller]
    fn check(line: &str, level: &str, component: &str, message: &str) {
        let format = Format::guess(line.as_bytes(), None);
        let header = format.header(line.as_bytes()).unwrap_or_else(|| panic!("no header: {line}"));
        assert_eq!(header.time.map(|time| time.instant()), Some(1_767_323_045_123_000_000), "{line}");
        assert_eq!(header.level.map_or("-".to_owned(), |level| format!("{level:?}")), level, "{line}");
        assert_eq!(header.component.map_or("-".into(), String::from_utf8_lossy), component, "{line}");
        let found = &line[header.message..];
        assert_eq!(&found[..found.find('"').unwrap_or(found.len())], message, "{line}");
    }

    #[test]
    fn logs_of_the_usual_libraries_are_understood() {
        for (line, level, component) in [
            // pino, bunyan
            (
                r#"{"level":50,"time":1767323045123,"pid":1,"hostname":"h","name":"api","msg":"it failed"}"#,
                "Error",
                "api",
            ),
            (
                r#"{"name":"api","hostname":"h","pid":1,"level":40,"msg":"it failed","time":"2026-01-02T03:04:05.123Z","v":0}"#,
                "Warn",
                "api",
            ),
            (r#"{"level":60,"time":1767323045123,"msg":"it failed"}"#, "Fatal", "-"),
            (r#"{"level":20,"time":1767323045123,"msg":"it failed"}"#, "Debug", "-"),
            // logrus, zap, zerolog
            (r#"{"level":"warning","msg":"it failed","time":"2026-01-02T03:04:05.123Z"}"#, "Warn", "-"),
            (
                r#"{"level":"error","ts":1767323045.123,"caller":"a/b.go:7","msg":"it failed","stacktrace":"x"}"#,
                "Error",
                "a/b.go:7",
            ),
            (r#"{"level":"fatal","time":"2026-01-02T04:04:05.123+01:00","message":"it failed"}"#, "Fatal", "-"),
            // Serilog, .NET console, hclog
            (
                r#"{"@t":"2026-01-02T03:04:05.123Z","@mt":"it failed","@l":"Error","SourceContext":"A.B"}"#,
                "Error",
                "A.B",
            ),
            (
                r#"{"Timestamp":"2026-01-02T03:04:05.123Z","EventId":0,"LogLevel":"Warning","Category":"A.B","Message":"it failed"}"#,
                "Warn",
                "A.B",
            ),
            (
                r#"{"@level":"error","@message":"it failed","@module":"core","@timestamp":"2026-01-02T03:04:05.123Z"}"#,
                "Error",
                "core",
            ),
            // ECS, in both forms
            (
                r#"{"@timestamp":"2026-01-02T03:04:05.123Z","log.level":"ERROR","message":"it failed","log.logger":"a.B"}"#,
                "Error",
                "a.B",
            ),
            (
                r#"{"@timestamp":"2026-01-02T03:04:05.123Z","log":{"level":"error","logger":"a.B"},"message":"it failed"}"#,
                "Error",
                "a.B",
            ),
            // GELF has the levels of syslog
            (
                r#"{"version":"1.1","host":"h","short_message":"it failed","timestamp":1767323045.123,"level":3}"#,
                "Error",
                "-",
            ),
            (
                r#"{"version":"1.1","host":"h","short_message":"it failed","timestamp":1767323045.123,"level":6}"#,
                "Info",
                "-",
            ),
            // Stackdriver
            (
                r#"{"severity":"ERROR","timestamp":"2026-01-02T03:04:05.123Z","jsonPayload":{"message":"it failed"}}"#,
                "Error",
                "-",
            ),
            (
                r#"{"severity":"CRITICAL","timestamp":"2026-01-02T03:04:05.123Z","textPayload":"it failed"}"#,
                "Fatal",
                "-",
            ),
            // structlog, python-json-logger, tracing, logstash
            (
                r#"{"event":"it failed","level":"error","logger":"a.b","timestamp":"2026-01-02T03:04:05.123Z"}"#,
                "Error",
                "a.b",
            ),
            (
                r#"{"asctime":"2026-01-02T03:04:05.123Z","levelname":"ERROR","name":"a.b","message":"it failed"}"#,
                "Error",
                "a.b",
            ),
            (
                r#"{"timestamp":"2026-01-02T03:04:05.123Z","level":"ERROR","fields":{"message":"it failed"},"target":"a::b"}"#,
                "Error",
                "a::b",
            ),
            (
                r#"{"@timestamp":"2026-01-02T03:04:05.123Z","@version":"1","message":"it failed","logger_name":"a.B","level":"ERROR","level_value":40000}"#,
                "Error",
                "a.B",
            ),
        ] {
            check(line, level, component, "it failed");
        }
    }

    #[test]
    fn a_time_in_two_fields_and_numbers_of_one_program_are_understood() {
        for line in [
            r#"{"date":"2026-01-02","time":"03:04:05.123","level":"ERROR","message":"it failed"}"#,
            r#"{"time":"03:04:05.123","level":"ERROR","date":"2026/01/02","message":"it failed"}"#,
            r#"{"reqId":"Yf","level":3,"time":"2026-01-02T03:04:05.123+00:00","user":"a","message":"it failed"}"#,
        ] {
            check(line, "Error", "-", "it failed");
        }
        let format = Format::guess(b"{\"time\":{\"seconds\":1767323045,\"nanos\":5},\"severity\":\"ERROR\"}", None);
        let header = format.header(b"{\"time\":{\"seconds\":1767323045,\"nanos\":5},\"severity\":\"ERROR\"}");
        assert_eq!(header.and_then(|it| it.time).map(|it| it.instant()), Some(1_767_323_045_000_000_000));
    }

    #[test]
    fn entries_of_a_journal_are_understood() {
        let entry = r#"{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1767323045123000","PRIORITY":"3","SYSLOG_IDENTIFIER":"app","_COMM":"x","MESSAGE":"it failed"}"#;
        for before in ["", "data: ", "\u{1e}"] {
            let line = format!("{before}{entry}");
            let format = Format::guess(line.as_bytes(), None);
            let header = format.header(line.as_bytes()).expect("a header");
            assert_eq!(header.time.map(|time| time.instant()), Some(1_767_323_045_123_000_000));
            assert_eq!((header.level, header.component), (Some(super::super::Level::Error), Some(&b"app"[..])));
            assert!(line[header.message..].starts_with("it failed"));
        }
    }

    #[test]
    fn escapes_become_what_they_stand_for() {
        for (string, expected) in [
            (r#"a\"b\\c\/\n\t"#, "a\"b\\c/\n\t"),
            (r"\u003cx\u003e \u00fc \ud83d\ude00", "<x> ü 😀"),
            (r"\ud83d \udc00\ud83d", "\u{fffd} \u{fffd}\u{fffd}"),
            (r"\u12 \x \", r"\u12 \x \"),
        ] {
            let mut output = Vec::new();
            unescape(string.as_bytes(), &mut output);
            assert_eq!(String::from_utf8_lossy(&output), expected);
        }
    }
}
