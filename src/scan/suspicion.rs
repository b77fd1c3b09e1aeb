//! Whether a record looks like an error, from its level and its words.
//!
//! [`strength`] judges one occurrence of a word of the table in `markers.rs`; [`suspicion`] puts the strongest word and
//! the header's level together:
//!
//! | level          | no word | weak  | strong | certain |
//! |----------------|---------|-------|--------|---------|
//! | fatal, error   | level   | level | level  | level   |
//! | warn           | warn    | warn  | error  | error   |
//! | info           | -       | -     | warn   | error   |
//! | debug, trace   | -       | -     | warn   | warn    |
//! | none stated    | -       | warn  | error  | error   |
//!
//! Missing an error is worse than an extra one far down in the ranking, so only plain negations are taken as such:
//! `0 errors`, `no error`, `errors: 0`, `error=null`, `without errors`, `did not fail`.

use super::markers::{Marker, Place, Strength};
use crate::record::Level;

/// How much text around a word is looked at, in bytes.
const AROUND: usize = 64;

/// Words that deny what follows.
const DENYING: &[&str] = &["0", "no", "without", "zero", "not", "never", "cannot", "kein", "keine", "ohne"];

/// Words that may stand between a denying word and the denied one: `no new critical errors`, `0 warnings and errors`.
const LINKING: &[&str] = &[
    "a",
    "an",
    "and",
    "or",
    "nor",
    "any",
    "more",
    "new",
    "other",
    "known",
    "active",
    "errors",
    "error",
    "failures",
    "failure",
    "warnings",
    "warning",
    "exceptions",
    "critical",
    "fatal",
    "serious",
    "major",
    "hard",
    "soft",
    "read",
    "write",
    "crc",
    "i/o",
    "hardware",
    "checksum",
    "parity",
    "unexpected",
    "uncorrected",
    "jobs",
    "items",
];

/// Words after which an error is only spoken of: `on error`, `if it may fail`.
const SUPPOSING: &[&str] = &[
    "on",
    "if",
    "upon",
    "when",
    "whether",
    "unless",
    "until",
    "any",
    "ignore",
    "ignored",
    "ignoring",
    "handle",
    "handles",
    "handling",
    "possible",
    "potential",
    "may",
    "might",
    "could",
    "would",
    "should",
    "can",
    "cleared",
    "clearing",
    "fixed",
    "corrected",
    "correctable",
    "expected",
    "simulated",
    "checking",
];

/// Words before which an error is a part of a name: `error handler`, `critical section`.
const NAMING: &[&str] = &[
    "handler",
    "handlers",
    "handling",
    "reporting",
    "recovery",
    "recovered",
    "correction",
    "checking",
    "logging",
    "page",
    "pages",
    "policy",
    "threshold",
    "thresholds",
    "budget",
    "tolerance",
    "detection",
    "detector",
    "section",
    "path",
    "injection",
    "over",
];

/// Returns the severity that level and words suggest together.
pub(super) fn suspicion(level: Option<Level>, strength: Strength) -> Option<Level> {
    use Strength::{Certain, Nothing, Strong, Weak};
    match (level, strength) {
        (Some(Level::Fatal), _) => Some(Level::Fatal),
        (Some(Level::Error), _) => Some(Level::Error),
        (Some(Level::Warn), Nothing | Weak) => Some(Level::Warn),
        (Some(Level::Warn), Strong | Certain) => Some(Level::Error),
        (Some(Level::Info), Certain) => Some(Level::Error),
        (Some(Level::Info), Strong) | (Some(Level::Debug | Level::Trace), Strong | Certain) => Some(Level::Warn),
        (Some(Level::Info | Level::Debug | Level::Trace), Nothing | Weak) => None,
        (None, Nothing) => None,
        (None, Weak) => Some(Level::Warn),
        (None, Strong | Certain) => Some(Level::Error),
    }
}

/// Returns what `marker` says where it ends before `end` in `text`, in any ASCII case.
pub(super) fn strength(text: &[u8], end: usize, marker: &Marker) -> Strength {
    let start = end.saturating_sub(marker.word.len());
    let (Some(before), Some(word), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return Strength::Nothing;
    };
    if !word.eq_ignore_ascii_case(marker.word.as_bytes()) {
        return Strength::Nothing;
    }
    // The line it stands in, as far as it matters.
    let before = &before[before.len().saturating_sub(AROUND)..];
    let before = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let after = &after[..after.len().min(AROUND)];
    let after = after.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let occurrence = Occurrence { before, word, after };
    match marker.place {
        Place::Hex => occurrence.as_hex(marker),
        _ => occurrence.as_symbol().unwrap_or_else(|| occurrence.as_word(marker)),
    }
}

/// A marker with what stands around it in its line.
struct Occurrence<'t> {
    before: &'t [u8],
    word: &'t [u8],
    after: &'t [u8],
}

impl Occurrence<'_> {
    fn as_hex(&self, marker: &Marker) -> Strength {
        let digits = self.after.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let borders = digits == 4 && !self.before.last().is_some_and(u8::is_ascii_alphanumeric);
        if borders { marker.strength } else { Strength::Nothing }
    }

    /// Judges names of constants such as `ERROR_ACCESS_DENIED`; `None` if it does not stand in one.
    fn as_symbol(&self) -> Option<Strength> {
        let of_symbol = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        let left = &self.before[self.before.iter().rposition(|byte| !of_symbol(byte)).map_or(0, |at| at + 1)..];
        let right = &self.after[..self.after.iter().position(|byte| !of_symbol(byte)).unwrap_or(self.after.len())];
        let next = self.after.get(right.len()).copied().unwrap_or(b' ');
        let joined = left.contains(&b'_') || right.contains(&b'_');
        if !joined || !self.word.iter().all(of_symbol) || next.is_ascii_lowercase() {
            return None;
        }
        let contains = |part: &[u8], word: &str| part.windows(word.len()).any(|it| it == word.as_bytes());
        let harmless = ["SUCCESS", "NO_", "_LOG", "_LEVEL", "_HANDLER", "_COUNT", "_PAGE", "_FILE", "_MODE"];
        if harmless.iter().any(|word| contains(left, word) || contains(right, word)) {
            return Some(Strength::Nothing);
        }
        Some(if next == b'=' { Strength::Weak } else { Strength::Strong })
    }

    fn as_word(&self, marker: &Marker) -> Strength {
        let limit = self.left_border(marker).min(self.right_border(marker));
        if limit == Strength::Nothing || self.is_denied() || has_empty_value(self.after) {
            return Strength::Nothing;
        }
        let strength = match (marker.word, self.after.first()) {
            ("err", Some(b':' | b'=')) => Strength::Strong,
            _ => marker.strength,
        };
        if self.is_supposed() { strength.min(limit).min(Strength::Weak) } else { strength.min(limit) }
    }

    /// The most that the byte before the word allows.
    fn left_border(&self, marker: &Marker) -> Strength {
        let capital = self.word.first().is_some_and(u8::is_ascii_uppercase);
        match *self.before {
            [.., b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'] => match marker.place {
                Place::WordEnd => Strength::Certain,
                // `java.io.IOException` and `TypeError:` are classes, `GetLastError` is a function.
                Place::NameEnd if capital && marker.word == "exception" => Strength::Certain,
                Place::NameEnd if capital && matches!(self.after.first(), None | Some(b':' | b'\r')) => {
                    Strength::Certain
                }
                Place::NameEnd if capital => Strength::Weak,
                _ => Strength::Nothing,
            },
            [.., b'_' | b'$' | b'@' | b'%' | b'#'] => Strength::Weak,
            [.., b'.'] if !capital => Strength::Weak,
            [.., b'-', b'-'] => Strength::Nothing,
            [.., byte, b'-'] if byte.is_ascii_alphanumeric() => Strength::Weak,
            [.., byte, b'/'] if byte.is_ascii_alphabetic() && matches!(self.after, [] | [b' ' | b':' | b',', ..]) => {
                Strength::Weak
            }
            [.., b'/' | b'\\'] => Strength::Nothing,
            _ => Strength::Certain,
        }
    }

    /// The most that the bytes after the word allow.
    fn right_border(&self, marker: &Marker) -> Strength {
        let capitals = self.word.iter().all(|byte| !byte.is_ascii_lowercase());
        if marker.place == Place::Capitals && !capitals {
            return Strength::Nothing;
        }
        match *self.after {
            [b'a'..=b'z', ..] => Strength::Nothing,
            [b'A'..=b'Z', ..] if capitals => Strength::Nothing,
            [b'_', ref rest @ ..]
                if ["log", "page", "level", "file", "mode"].iter().any(|it| starts_with(rest, it)) =>
            {
                Strength::Nothing
            }
            [b'A'..=b'Z' | b'0'..=b'9' | b'_', ..] => Strength::Weak,
            [b'-', next, ..] if next.is_ascii_alphabetic() => {
                let rest = &self.after[1..];
                let harmless = ["fast", "safe", "over", "back", "open", "free"];
                if harmless.iter().any(|it| starts_with(rest, it)) { Strength::Nothing } else { Strength::Weak }
            }
            [b'.' | b'/' | b'\\', next, ..] if next.is_ascii_lowercase() => Strength::Nothing,
            [b'(', next, ..] if marker.place == Place::NameEnd && !next.is_ascii_digit() && next != b's' => {
                Strength::Weak
            }
            [b'=' | b':', ..] if marker.place == Place::NotSetting => Strength::Nothing,
            _ => Strength::Certain,
        }
    }

    /// Whether a word before says that it did not happen.
    fn is_denied(&self) -> bool {
        let mut rest = self.before;
        for distance in 0..5 {
            let (word, further) = last_word(rest);
            let zero = word.starts_with(b"0/") || (word.starts_with(b"0") && word.ends_with(b"%"));
            let short = word.len() > 3 && word[word.len() - 3..].eq_ignore_ascii_case(b"n't");
            if is_one_of(word, DENYING) || zero || (short && distance < 2) {
                return true;
            }
            if !is_one_of(word, LINKING) {
                return false;
            }
            rest = further;
        }
        false
    }

    /// Whether the words around say that it is only spoken of.
    fn is_supposed(&self) -> bool {
        let (word, further) = last_word(self.before);
        let case_of = word.eq_ignore_ascii_case(b"of") && last_word(further).0.eq_ignore_ascii_case(b"case");
        let next = match self.after {
            [b' ', rest @ ..] => &rest[..rest.iter().position(|it| !it.is_ascii_alphabetic()).unwrap_or(rest.len())],
            _ => &[],
        };
        is_one_of(word, SUPPOSING) || case_of || is_one_of(next, NAMING)
    }
}

/// The last word of a text and what stands before it; empty if the sentence begins here.
fn last_word(text: &[u8]) -> (&[u8], &[u8]) {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b',' | b'"' | b'\'' | b'(' | b'[' | b'{');
    let end = text.iter().rposition(|byte| !is_space(byte)).map_or(0, |at| at + 1);
    let text = &text[..end];
    let is_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'\'' | b'/' | b'%' | b'_') || !byte.is_ascii();
    let start = text.iter().rposition(|byte| !is_word(byte)).map_or(0, |at| at + 1);
    // `5.0 errors` and `-0 errors` are not zero.
    match (&text[..start], &text[start..]) {
        ([.., b'.' | b'-' | b':'], [b'0', ..]) => (&[], &[]),
        (before, word) => (word, before),
    }
}

/// Whether what follows a word gives it the value zero, nothing or success: `: 0`, `=null`, ` count = 0`, `":""`.
fn has_empty_value(after: &[u8]) -> bool {
    let mut rest = after.strip_prefix(b"(s)").unwrap_or(after);
    for name in [" count", " code", " rate", " number", " level", " status", "_count", "_code", "count", "code"] {
        if starts_with(rest, name) {
            rest = &rest[name.len()..];
            break;
        }
    }
    let rest = trim_start(rest, b"\"'");
    let trimmed = trim_start(rest, b" \t");
    let spaced = trimmed.len() < rest.len();
    let (value, assigned) = match trimmed {
        [b'=' | b':', value @ ..] => (value, true),
        [b'(', value @ ..] => (value, false),
        value => (value, false),
    };
    if !assigned && !spaced && value.len() == rest.len() {
        return false;
    }
    let tight = trimmed.starts_with(b"=") && value.first().is_some_and(u8::is_ascii_alphanumeric);
    let value = trim_start(value, b" \t");
    if assigned
        && ["\"\"", "''", "[]", "{}", "()", "<nil>", "<none>", "(null)", "(none)"]
            .iter()
            .any(|it| starts_with(value, it))
    {
        return true;
    }
    let value = trim_start(value, b"\"'");
    is_zero(value) || (assigned && is_nothing(value, tight))
}

/// Whether the text begins with a number that is zero, decimal or hexadecimal.
fn is_zero(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let length = digits.iter().take_while(|byte| matches!(byte, b'0' | b'.')).count();
    let next = match digits.get(length..) {
        Some([b':' | b'-' | b'/', next, ..]) => *next,
        Some([next, ..]) => *next,
        _ => b' ',
    };
    digits.starts_with(b"0") && !next.is_ascii_alphanumeric() && next != b'_'
}

/// Whether the text begins with a word for no value; after `: ` it must be the whole value.
fn is_nothing(text: &[u8], tight: bool) -> bool {
    let words = ["null", "none", "nil", "false", "no", "n/a", "success", "ok", "undefined", "-"];
    words.iter().filter(|word| starts_with(text, word)).any(|word| match text[word.len()..] {
        [] => true,
        [b' ', next, ..] => tight || !next.is_ascii_alphanumeric(),
        [next, ..] => matches!(next, b',' | b';' | b'"' | b'\'' | b'}' | b')' | b']' | b'\r' | b'\t' | b' '),
    })
}

fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|it| word.eq_ignore_ascii_case(it.as_bytes()))
}

fn starts_with(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start.as_bytes()))
}

fn trim_start<'t>(text: &'t [u8], bytes: &[u8]) -> &'t [u8] {
    &text[text.iter().take_while(|byte| bytes.contains(byte)).count()..]
}

#[cfg(test)]
mod tests {
    use super::super::markers::MARKERS;
    use super::*;
    use Strength::{Certain, Nothing, Strong, Weak};

    fn strongest(text: &[u8]) -> Strength {
        let all = MARKERS.iter().flat_map(|marker| (1..=text.len()).map(move |end| strength(text, end, marker)));
        all.max().unwrap_or(Nothing)
    }

    #[track_caller]
    fn check(texts: &[&str], expected: Strength) {
        for text in texts {
            assert_eq!(strongest(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn plain_words_count() {
        check(&["Error: disk", "it failed", "errors: 3", "10 errors", "Access is DENIED.", "error(s): 2"], Strong);
        check(
            &["java.io.IOException: x", "TypeError: y", "at System.Net.WebException", "Error 5", "failed(5)"],
            Strong,
        );
        check(&["kernel panic - not syncing", "Out of memory: Killed process 5"], Certain);
        check(&["Lesefehler auf Platte", "hr: 0x80070005", "ERROR_ACCESS_DENIED", "-ERR unknown command"], Strong);
        check(&["\"level\":\"error\"", "\"error\":\"no route\"", "err=\"x\"", "error=EOF", "[ERR] x"], Strong);
        check(&["error: no medium", "error: none of them", "errors: 0.5", "error 0:0:1:0", "error code: 0x5"], Strong);
    }

    #[test]
    fn denied_words_do_not() {
        check(
            &["0 errors", "no error", "No errors or failures", "without any errors", "0 warnings, 0 errors"],
            Nothing,
        );
        check(
            &["errors: 0", "errors=0,", "error count = 0", "Errors: 0.0%", "errors 0", "failed=0 ok=5", "error: 0x0"],
            Nothing,
        );
        check(
            &[
                "error=null",
                "\"error\":null",
                "\"error\":\"\"",
                "error: none",
                "err=nil x=1",
                "errors=[]",
                "error=<nil>",
            ],
            Nothing,
        );
        check(
            &[
                "did not fail",
                "didn't fail",
                "is not an error",
                "never failed",
                "0/5 failed",
                "ERROR_SUCCESS",
                "NO_ERROR",
            ],
            Nothing,
        );
        check(&["error code: 0", "errorcode=0", "error: success"], Nothing);
    }

    #[test]
    fn parts_of_other_names_do_not() {
        check(
            &["open /var/log/error.log", "error_log", "errorlevel=0", "--fail-fast", "failover", "fail-safe"],
            Nothing,
        );
        check(&["timeout=30", "timeout: 30", "terror", "/errors/404", "fault-tolerance", "prefailed"], Nothing);
    }

    #[test]
    fn what_is_only_spoken_of_is_weak() {
        check(
            &[
                "ErrorHandler started",
                "on error resume",
                "if it was failed over",
                "error handler",
                "in case of failure",
            ],
            Weak,
        );
        check(
            &["non-fatal", "last_error: 5", "GetLastError() called", "critical section", "Invalid user x", "timeout"],
            Weak,
        );
    }

    #[test]
    fn level_and_words_go_together() {
        assert_eq!(suspicion(Some(Level::Error), Nothing), Some(Level::Error));
        assert_eq!(suspicion(Some(Level::Warn), Weak), Some(Level::Warn));
        assert_eq!(suspicion(Some(Level::Info), Weak), None);
        assert_eq!(suspicion(Some(Level::Info), Strong), Some(Level::Warn));
        assert_eq!(suspicion(None, Strong), Some(Level::Error));
    }
}
