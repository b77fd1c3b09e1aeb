//! Texts of logs and of other people's rules as YAML in double quotes, which can hold any character.

use std::fmt::Write;

/// Characters that a line of a YAML file cannot show as themselves: control characters, line ends that YAML would take for
/// its own, marks of byte order and what is no character.
pub(super) fn is_odd(c: char) -> bool {
    c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Returns a text in double quotes, with escapes for what has a meaning there or is [odd](is_odd).
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_odd(c) => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
