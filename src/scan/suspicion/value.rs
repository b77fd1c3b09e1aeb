//! What value follows an error word: `errors: 0`, `error=null` and `error count is 0` say that there was none.

use super::{COUNTS, first_word, is_a, starts_with, trim_start};

/// Whether what follows a word gives it the value zero, nothing or success: `: 0`, `=null`, ` count is 0`, `:""`, `: [no]`.
pub(super) fn has_empty_value(after: &[u8]) -> bool {
    let rest = skip_counting(after.strip_prefix(b"(s)").unwrap_or(after));
    let rest = trim_start(rest, b"\"'");
    let value = trim_start(rest, b" \t");
    let (value, assigned) = match value {
        [b'=' | b':', value @ ..] => (value, true),
        _ if value.len() == rest.len() && !value.starts_with(b"(") && !value.starts_with(b"[") => return false,
        _ => (value, false),
    };
    let tight = rest.starts_with(b"=") && value.first().is_some_and(u8::is_ascii_alphanumeric);
    let value = trim_start(value, b" \t");
    let empty = ["\"\"", "''", "[]", "{}", "()", "<nil>", "<none>", "(null)", "(none)"];
    if assigned && empty.iter().any(|it| starts_with(value, it)) {
        return true;
    }
    // What the kernel does about a weakness of the processor: `Return Stack Overflow: Mitigation: Safe RET`.
    if assigned && (starts_with(value, "mitigation:") || starts_with(value, "not affected")) {
        return true;
    }
    let value = trim_start(value, b"\"'[(");
    is_zero(value) || (assigned && is_nothing(value, tight))
}

/// Skips words that lead from an error to its number; after an adjective the noun it counts, too (`failed items: 0`).
pub(super) fn skip_counting(after: &[u8]) -> &[u8] {
    let mut rest = after;
    for distance in 0..4 {
        let Some((b' ' | b'_', word)) = rest.split_first().map(|(first, rest)| (*first, rest)) else { break };
        let word = first_word(word);
        let follows = trim_start(&rest[1 + word.len()..], b" \t");
        let noun = distance == 0 && word.ends_with(b"s") && matches!(follows, [b':' | b'=', ..]);
        if word.is_empty() || !(noun || is_a(word, COUNTS)) {
            break;
        }
        rest = &rest[1 + word.len()..];
    }
    if rest.len() == after.len() {
        // In camel case or without a blank: `errorcode=0`, `errorCount: 0`.
        let word = first_word(rest);
        if is_a(word, COUNTS) {
            rest = &rest[word.len()..];
        }
    }
    rest
}

/// Whether the text begins with a number that is zero, decimal or hexadecimal.
pub(super) fn is_zero(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let length = digits.iter().take_while(|byte| matches!(byte, b'0' | b'.')).count();
    let next = match digits.get(length..) {
        Some([b':' | b'-', next, ..]) => *next,
        Some([next, ..]) => *next,
        _ => b' ',
    };
    digits.starts_with(b"0") && !next.is_ascii_alphanumeric() && next != b'_'
}

/// Whether the text begins with a word for no value; after `: ` it must be the whole value.
fn is_nothing(text: &[u8], tight: bool) -> bool {
    let words = [
        "null",
        "none",
        "nil",
        "false",
        "no error",
        "not provided",
        "no",
        "n/a",
        "success",
        "ok",
        "undefined",
        "-",
        "remount-ro",
        "continue",
        "ignore",
        "resume",
        "off",
        "disabled",
    ];
    words.iter().filter(|word| starts_with(text, word)).any(|word| match text[word.len()..] {
        [] => true,
        [b' ', next, ..] => tight || !next.is_ascii_alphanumeric(),
        [b'.', next, ..] => next == b' ',
        [next, ..] => matches!(next, b',' | b';' | b'"' | b'\'' | b'}' | b')' | b']' | b'\r' | b'\t' | b' '),
    })
}
