//! What an error is about: the job, machine, disk or file that it names.
//!
//! [`objects`] finds names that stand in quotes or brackets behind a word for what they are (`job [Daily]`,
//! `volume "D:"`), and paths. A ticket can be filled and a log searched with them.

use std::borrow::Cow;
use std::ops::Range;

/// Something that an error names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// What it is, in lower case: `job`, `vm`, `host`, `path`.
    pub kind: Cow<'static, str>,
    /// Its name as it stands in the log.
    pub name: String,
}

/// Objects that are taken from one text at most.
pub const MAX_OBJECTS: usize = 8;

/// Bytes of a text that are looked at.
const MAX_TEXT: usize = 8 << 10;

/// Characters that a name in quotes or brackets has at most.
const LONGEST_NAME: usize = 80;

/// Words for things with names, and what they are called here.
const KINDS: [(&str, &str); 22] = [
    ("job", "job"),
    ("task", "task"),
    ("vm", "vm"),
    ("virtual machine", "vm"),
    ("machine", "machine"),
    ("host", "host"),
    ("server", "server"),
    ("computer", "host"),
    ("repository", "repository"),
    ("proxy", "proxy"),
    ("datastore", "datastore"),
    ("volume", "volume"),
    ("disk", "disk"),
    ("database", "database"),
    ("service", "service"),
    ("unit", "unit"),
    ("pod", "pod"),
    ("container", "container"),
    ("node", "node"),
    ("share", "share"),
    ("user", "user"),
    ("realm", "realm"),
];

/// Returns what a text names, in the order in which it stands there, without duplicates, at most `MAX_OBJECTS`.
pub fn objects(text: &str) -> Vec<Object> {
    let text = &text[..text.floor_char_boundary(MAX_TEXT)];
    let mut found: Vec<(usize, Object)> = Vec::new();
    for_each_name(text, &mut |kind, start, name| {
        if name.chars().any(char::is_alphanumeric) {
            found.push((start, Object { kind: kind.into(), name: name.trim().to_owned() }));
        }
    });
    for_each_path(text, &mut |start, path| {
        let name = path.trim_end_matches(['.', ':']).to_owned();
        found.push((start, Object { kind: "path".into(), name }));
    });
    found.sort();
    let mut objects: Vec<Object> = Vec::new();
    for (_, object) in found {
        if objects.len() < MAX_OBJECTS && !objects.iter().any(|known| known.name == object.name) {
            objects.push(object);
        }
    }
    objects
}

/// Gives the names in quotes or brackets behind a word of [`KINDS`], and where they begin.
///
/// This is read by hand, as paths are: to compile regexes with classes of letters took longer than all else that is found out
/// about the errors of a log.
fn for_each_name<'t>(text: &'t str, found: &mut dyn FnMut(&'static str, usize, &'t str)) {
    let bytes = text.as_bytes();
    let (mut from, mut next) = (0_usize, 0);
    while let Some(at) = memchr::memchr3(b'[', b'\'', b'"', &bytes[next..]).map(|at| next + at) {
        next = at + 1;
        let before = from.checked_sub(1).map(|before| bytes[before]);
        let Some(kind) = kind_before(&bytes[from..at], before) else { continue };
        let (ends, end) = match bytes[at] {
            b'[' => (&b"[]\r\n"[..], b']'),
            b'\'' => (&b"'\r\n"[..], b'\''),
            _ => (&b"\"\r\n"[..], b'"'),
        };
        // A character has no more than four bytes.
        let rest = &bytes[next..bytes.len().min(next + 4 * LONGEST_NAME + 1)];
        let Some(length) = rest.iter().position(|byte| ends.contains(byte)) else { continue };
        let name = &text[next..next + length];
        if length > 0 && rest[length] == end && name.chars().nth(LONGEST_NAME).is_none() {
            found(kind, next, name);
            next += length + 1;
            from = next;
        }
    }
}

/// What is called by a name that follows: `job`, `Job name = `. `before` stands in front of the text.
fn kind_before(text: &[u8], before: Option<u8>) -> Option<&'static str> {
    let text = text.strip_suffix(b" ").unwrap_or(text);
    let text = text.strip_suffix(b":").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let text = text.strip_suffix(b" ").unwrap_or(text);
    let text = strip_word(text, " name").unwrap_or(text);
    let is_whole = |rest: &[u8]| {
        let before = rest.last().copied().or(before);
        !before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let kinds = KINDS.iter().filter(|(word, _)| strip_word(text, word).is_some_and(is_whole));
    // A virtual machine is more than a machine.
    kinds.max_by_key(|(word, _)| word.len()).map(|(_, kind)| *kind)
}

/// The text without a word at its end, in any ASCII case.
fn strip_word<'t>(text: &'t [u8], word: &str) -> Option<&'t [u8]> {
    let (rest, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
    end.eq_ignore_ascii_case(word.as_bytes()).then_some(rest)
}

/// Gives the paths in a text and where they begin. No path goes over the end of a line.
fn for_each_path<'t>(text: &'t str, found: &mut dyn FnMut(usize, &'t str)) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let (mut from, mut next) = (0, 0);
        while let Some(at) = memchr::memchr2(b'/', b'\\', &bare.as_bytes()[next..]).map(|at| next + at) {
            next = at + 1;
            if let Some(path) = windows_path(bare, from, at).or_else(|| unix_path(bare, from, at)) {
                (from, next) = (path.end, path.end);
                found(start + path.start, &bare[path]);
            }
        }
        start += line.len();
    }
}

/// The path `C:\a` or `\\server\a` whose first backslash stands at a place of a line, none of it before `from`.
fn windows_path(line: &str, from: usize, at: usize) -> Option<Range<usize>> {
    let behind = line[at..].strip_prefix('\\')?;
    let drive = at.checked_sub(2).filter(|&start| {
        let is_drive = line.as_bytes()[start].is_ascii_alphabetic() && line.as_bytes()[at - 1] == b':';
        start >= from && is_drive && !line[..start].chars().next_back().is_some_and(is_word_character)
    });
    let share = || {
        let (server, rest) = behind.strip_prefix('\\')?.split_once('\\')?;
        let is_name = |c: char| is_word_character(c) || matches!(c, '.' | '-');
        (!server.is_empty() && server.chars().all(is_name)).then_some((at, rest))
    };
    let (start, rest) = drive.map(|start| (start, behind)).or_else(share)?;
    let ends = |c: char| c.is_whitespace() || "\"'<>|*?[](),;".contains(c);
    let (mut count, mut length) = (0, 0);
    for c in rest.chars().take(160).take_while(|&c| !ends(c)) {
        (count, length) = (count + 1, length + c.len_utf8());
    }
    let end = line.len() - rest.len() + length;
    (count >= 2).then_some(start..end)
}

/// The path `/a/b` that begins at a place of a line, behind a blank, a bracket or the like that is not before `from`.
fn unix_path(line: &str, from: usize, at: usize) -> Option<Range<usize>> {
    let opens = |c: char| (c.is_whitespace() || matches!(c, '"' | '\'' | '(' | '[' | '=')) && at - c.len_utf8() >= from;
    if !line[..at].chars().next_back().is_none_or(opens) {
        return None;
    }
    let (mut count, mut end) = (0, at);
    while let Some(rest) = line[end..].strip_prefix('/') {
        let of_name = |c: char| is_word_character(c) || matches!(c, '.' | '@' | '+' | '~' | '-');
        let length = rest.find(|c| !of_name(c)).unwrap_or(rest.len());
        if length == 0 {
            break;
        }
        (count, end) = (count + 1, end + 1 + length);
    }
    (count >= 2).then_some(at..end)
}

/// Whether a character belongs to a word, in any script.
fn is_word_character(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { regex_syntax::is_word_character(c) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;
    use std::sync::OnceLock;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = objects(text);
        assert_eq!(found.iter().map(|it| (&*it.kind, it.name.as_str())).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn names_in_quotes_and_brackets_behind_what_they_are() {
        check("[Scheduler] Job [Copy Offsite] failed on host 'srv01'", &[("job", "Copy Offsite"), ("host", "srv01")]);
        check("virtual machine \"db 1\" on datastore: [ds-7]", &[("vm", "db 1"), ("datastore", "ds-7")]);
        check("Machine name=\"a\", Job='b', job 'b' again", &[("machine", "a"), ("job", "b")]);
        check("the job failed: 'x' is no [name]", &[]);
        check("jobs [a], host [], user ''", &[]);
    }

    #[test]
    fn paths_of_all_systems() {
        check(
            r"open C:\Backup\a.vbk failed, see \\srv\share\x and /var/log/x.log.",
            &[("path", r"C:\Backup\a.vbk"), ("path", r"\\srv\share\x"), ("path", "/var/log/x.log")],
        );
        check("5/8 of a/b at https://example.com/x/y", &[]);
    }

    /// Names with their kinds, and paths, with the places where they begin.
    type Found = (Vec<(String, usize, String)>, Vec<(usize, String)>);

    /// What is meant, as regexes.
    fn by_regex(text: &str) -> Found {
        static REGEXES: OnceLock<[Regex; 2]> = OnceLock::new();
        let [named, path] = REGEXES.get_or_init(|| {
            let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
            let name = r#"(?:\[([^\[\]\r\n]{1,80})\]|'([^'\r\n]{1,80})'|"([^"\r\n]{1,80})")"#;
            let named = format!(r"(?i-u:\b({})(?: name)?[ ]?[:=]?[ ]?){name}", words.join("|"));
            let windows = r#"(?:\b[A-Za-z]:\\|\\\\[\w.-]+\\)[^\s"'<>|*?\[\](),;]{2,160}"#;
            let unix = r#"(?:^|[\s"'(\[=])((?:/[\w.@+~-]+){2,})"#;
            [named, format!("({windows})|{unix}")].map(|it| Regex::new(&it).unwrap())
        });
        let named = named.captures_iter(text).map(|it| {
            let name = (2..=4).find_map(|group| it.get(group)).unwrap();
            let kind = KINDS.iter().find(|(word, _)| it[1].eq_ignore_ascii_case(word)).unwrap().1;
            (kind.to_owned(), name.start(), name.as_str().to_owned())
        });
        let paths = path.captures_iter(text).map(|it| {
            let path = it.get(1).or_else(|| it.get(2)).unwrap();
            (path.start(), path.as_str().to_owned())
        });
        (named.collect(), paths.collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn names_and_paths_are_those_of_the_regexes(parts in proptest::collection::vec(prop_oneof![
            "[aüﬂ_ ='\"(:\\[\\]\\\\/,.\n\r]",
            proptest::sample::select(&["job", "virtual machine", "VM", "server", " name", "[a]", "'b'", "/a", "/a/b", "C:\\a",
                "\\\\x\\", "\\\\x\\yz", "\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"][..])
                .prop_map(str::to_owned),
        ], 0..40)) {
            let text = parts.concat();
            let (mut named, mut paths) = (Vec::new(), Vec::new());
            for_each_name(&text, &mut |kind, start, name| named.push((kind.to_owned(), start, name.to_owned())));
            for_each_path(&text, &mut |start, path| paths.push((start, path.to_owned())));
            prop_assert_eq!((named, paths), by_regex(&text));
        }

        #[test]
        fn any_text_names_a_bounded_number(text in "(job |\\[|\\]|'|/a|[a-zü0-9 :=\\\\]){0,80}") {
            prop_assert!(objects(&text).len() <= MAX_OBJECTS);
        }
    }
}
