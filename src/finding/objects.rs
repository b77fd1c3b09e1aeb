//! What an error is about: the job, machine, disk or file that it names.
//!
//! [`objects`] finds names that stand in quotes or brackets behind a word for what they are (`job [Daily]`,
//! `volume "D:"`), and paths. A ticket can be filled and a log searched with them.

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

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

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
    let name = r#"(?:\[([^\[\]\r\n]{1,80})\]|'([^'\r\n]{1,80})'|"([^"\r\n]{1,80})")"#;
    let pattern = format!(r"(?i-u:\b({})(?: name)?[ ]?[:=]?[ ]?){name}", words.join("|"));
    Regex::new(&pattern).expect("a constant pattern")
});

static PATH: LazyLock<Regex> = LazyLock::new(|| {
    let windows = r#"(?:\b[A-Za-z]:\\|\\\\[\w.-]+\\)[^\s"'<>|*?\[\](),;]{2,160}"#;
    let unix = r#"(?:^|[\s"'(\[=])((?:/[\w.@+~-]+){2,})"#;
    Regex::new(&format!("({windows})|{unix}")).expect("a constant pattern")
});

/// Returns what a text names, in the order in which it stands there, without duplicates, at most `MAX_OBJECTS`.
pub fn objects(text: &str) -> Vec<Object> {
    let text = &text[..text.floor_char_boundary(MAX_TEXT)];
    let mut found: Vec<(usize, Object)> = Vec::new();
    for named in NAMED.captures_iter(text) {
        let kind = named.get(1).and_then(|word| kind_of(word.as_str()));
        let name = (2..=4).find_map(|group| named.get(group));
        if let (Some(kind), Some(name)) = (kind, name)
            && name.as_str().chars().any(char::is_alphanumeric)
        {
            found.push((name.start(), Object { kind: kind.into(), name: name.as_str().trim().to_owned() }));
        }
    }
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

/// Gives the paths in a text and where they begin.
///
/// No path goes over the end of a line, and one at the start of a line needs nothing in front of it: so lines are searched
/// one by one. Most have none of the bytes that each path has, and in a line without other letters than those of ASCII the
/// search is several hundred times faster.
fn for_each_path(text: &str, found: &mut dyn FnMut(usize, &str)) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        if memchr::memchr2(b'/', b'\\', bare.as_bytes()).is_some() {
            for path in PATH.captures_iter(bare) {
                if let Some(path) = path.get(1).or_else(|| path.get(2)) {
                    found(start + path.start(), path.as_str());
                }
            }
        }
        start += line.len();
    }
}

fn kind_of(word: &str) -> Option<&'static str> {
    KINDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn paths_of_lines_are_those_of_the_text(text in "(/a|/|[.]|C:\\\\|\\\\\\\\x\\\\|\n|\r|[aü ='(:]){0,40}") {
            let mut found = Vec::new();
            for_each_path(&text, &mut |start, path| found.push((start, path.to_owned())));
            let at_once = PATH.captures_iter(&text).filter_map(|it| it.get(1).or_else(|| it.get(2)));
            let at_once: Vec<_> = at_once.map(|it| (it.start(), it.as_str().to_owned())).collect();
            prop_assert_eq!(found, at_once);
        }

        #[test]
        fn any_text_names_a_bounded_number(text in "(job |\\[|\\]|'|/a|[a-zü0-9 :=\\\\]){0,80}") {
            prop_assert!(objects(&text).len() <= MAX_OBJECTS);
        }
    }
}
