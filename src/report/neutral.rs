//! Log text without hidden effects.
//!
//! A log is written by strangers: it may hold escape sequences that repaint a terminal, or characters that turn text
//! around or are not seen at all. They are shown as what they are, `\x1b` or `\u{202e}`, so that the reader sees what
//! is there and nothing else happens.

pub(super) use crate::bundle::is_hidden;
use std::fmt::Write;

/// Returns the text on one line: line ends become a space, tabs four, hidden characters their escapes.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        push_line(&mut out, line);
    }
    out
}

/// Returns the text's lines, each neutral by itself.
pub(super) fn lines(text: &str) -> impl Iterator<Item = String> {
    text.split('\n').map(|line| {
        let mut out = String::with_capacity(line.len());
        push_line(&mut out, line);
        out
    })
}

fn push_line(out: &mut String, line: &str) {
    for c in line.strip_suffix('\r').unwrap_or(line).chars() {
        match c {
            '\t' => out.push_str("    "),
            c if c.is_ascii() && c.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(one_line(text), expected);
    }

    #[test]
    fn escape_sequences_are_shown() {
        check("\u{1b}[2J\u{1b}]0;title\u{7}", "\\x1b[2J\\x1b]0;title\\x07");
        check("\u{9b}31m\u{7f}\0", "\\u{9b}31m\\x7f\\x00");
    }

    #[test]
    fn characters_that_turn_or_hide_text_are_shown() {
        check("gpj.\u{202e}exe", "gpj.\\u{202e}exe");
        check("a\u{200b}b\u{feff}\u{e0041}", "a\\u{200b}b\\u{feff}\\u{e0041}");
    }

    #[test]
    fn tabs_and_line_ends_become_blanks_on_one_line() {
        check("a\tb\r\nc\n", "a    b c ");
        check("a\rb", "a\\x0db");
    }

    #[test]
    fn ordinary_text_of_any_language_stays() {
        check("Größe 大きさ С:\\Данные \u{301}", "Größe 大きさ С:\\Данные \u{301}");
    }

    proptest! {
        #[test]
        fn no_hidden_character_gets_through(text in any::<String>()) {
            prop_assert!(!one_line(&text).chars().any(is_hidden));
            prop_assert_eq!(lines(&text).collect::<Vec<_>>().join(" "), one_line(&text));
        }
    }
}
