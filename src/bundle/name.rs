//! Names out of archives and file systems, as people may safely read them.
//!
//! A name is text that a stranger chose. It is only shown and never opened or created, so `..` and a leading `/` stay
//! as they are; what could fool a terminal or a reader is escaped.

use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Longer names are cut. The longest path most systems can have is 4,096 bytes.
const LONGEST: usize = 4096;

/// Returns `name` with `/` as the only separator and with control characters, invisible direction marks and invalid UTF-8
/// escaped: `\n` becomes `\u{a}`, the byte 0xff becomes `\xff`. An original `\` cannot be mistaken for an escape since it
/// became `/`.
pub(super) fn shown(name: &[u8]) -> String {
    let mut name = name;
    while let Some(rest) = name.strip_prefix(b"./") {
        let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
        name = rest.get(slashes..).unwrap_or_default();
    }
    let mut shown = String::with_capacity(name.len().min(LONGEST));
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => shown.push('/'),
                _ if is_hidden(character) => {
                    let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
                }
                _ => shown.push(character),
            }
            if shown.len() > LONGEST {
                shown.push_str("...");
                return shown;
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    if shown.is_empty() {
        shown.push_str("(no name)");
    }
    shown
}

/// Tells members of the same name apart.
#[derive(Default)]
pub(super) struct Names {
    /// How often each name has come, by its hash: an archive can have a million long names.
    seen: HashMap<u64, u32>,
}

impl Names {
    /// Returns `name` as it is when it comes for the first time, then `a (2).log` and so on.
    pub(super) fn unique(&mut self, name: String) -> String {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let count = self.seen.entry(hasher.finish()).or_default();
        *count = count.saturating_add(1);
        if *count == 1 {
            return name;
        }
        let start = name.rfind('/').map_or(0, |slash| slash + 1);
        let dot = name.rfind('.').filter(|dot| *dot > start).unwrap_or(name.len());
        let (stem, suffix) = name.split_at(dot);
        format!("{stem} ({count}){suffix}")
    }
}

/// Returns the path of `name` inside the container at `outer`.
pub(super) fn inside(outer: &str, name: &str) -> String {
    format!("{outer}!/{name}")
}

/// Whether a character has an effect that is not seen where it stands: it moves the cursor, turns the reading direction,
/// hides itself, or passes for something else.
pub fn is_hidden(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Format characters (Unicode category Cf), line and paragraph separators, blanks with a letter's width, and the
/// selectors that change the character before them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_shown_without_surprises() {
        for (name, expected) in [
            (&b"logs\\a.log"[..], "logs/a.log"),
            (b"././/a.log", "a.log"),
            (b"../../etc/passwd", "../../etc/passwd"),
            (b"/etc/passwd", "/etc/passwd"),
            (b"a\nb\x1b[31m", "a\\u{a}b\\u{1b}[31m"),
            ("gol\u{202e}exe.txt".as_bytes(), "gol\\u{202e}exe.txt"),
            ("a\u{e0041}\u{ad}\u{3164}".as_bytes(), "a\\u{e0041}\\u{ad}\\u{3164}"),
            (b"caf\xe9.log", "caf\\xe9.log"),
            ("caf\u{e9}.log".as_bytes(), "caf\u{e9}.log"),
            (b"", "(no name)"),
        ] {
            assert_eq!(shown(name), expected);
        }
    }

    #[test]
    fn members_of_the_same_name_get_numbers() {
        let mut names = Names::default();
        for (name, expected) in [
            ("x.d/a.log", "x.d/a.log"),
            ("x.d/a.log", "x.d/a (2).log"),
            ("x.d/a.log", "x.d/a (3).log"),
            ("x.d/a", "x.d/a"),
            ("x.d/a", "x.d/a (2)"),
            (".a", ".a"),
            (".a", ".a (2)"),
        ] {
            assert_eq!(names.unique(name.to_owned()), expected);
        }
    }

    proptest! {
        #[test]
        fn no_name_reaches_a_terminal_unescaped(name: Vec<u8>) {
            let shown = shown(&name);
            prop_assert!(!shown.is_empty() && !shown.chars().any(is_hidden));
        }
    }
}
