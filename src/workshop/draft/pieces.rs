//! A message cut into what is fixed and what varies.
//!
//! What varies is known from the message's template: the text between its marks stands in the message too, in the same
//! order, and what stands in between is what varies. Named things in quotes or brackets (`job "Daily backup"`) are
//! added, since a template keeps phrases.

use crate::finding::template;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Stands in every such message.
    Fixed(String),
    /// Is another one in another message.
    Varying {
        /// What it is here.
        value: String,
        /// What kind of thing it is, as templates mark it: `n`, `ip`, `path`, ...; `*` if unknown.
        mark: String,
        /// A name for readers.
        name: Option<String>,
    },
}

/// Captures of one line. More make a title that nobody reads.
const MOST_NAMES: usize = 4;

/// Words before a name or value that say what it is.
const NOUNS: &str = "account|address|bucket|certificate|client|cluster|computer|connection|container|database|datastore\
|device|directory|disk|domain|drive|event|file|folder|group|guest|host|hostname|image|instance|interface|job|key|machine|member|module|name|namespace|node|object|package|path|peer|plugin|pod|policy|pool|port|process\
|profile|proxy|queue|realm|repository|resource|role|schema|secret|server|service|session|share|snapshot|source|table|tape|target|task|tenant|topic|tunnel|unit|url|user|username|vm|volume|worker|writer";

static MARK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<(n|hex|id|ip|mac|path|url|host|\*)>").expect("a constant pattern"));

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let quoted = r#"(?:"([^"]{1,80})"|'([^']{1,80})'|\[([^\]]{1,80})\])"#;
    Regex::new(&format!(r"(?i)\b(?:{NOUNS})\b[:=]? ?{quoted}")).expect("a constant pattern")
});

static NOUN: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!("^(?i:{NOUNS})$")).expect("a constant pattern"));

/// Cuts one line of a message. Together the pieces are a part of the line, most often all of it.
pub(super) fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for piece in by_template(line) {
        match piece {
            Piece::Fixed(text) => add_fixed(&text, &mut pieces),
            varying => pieces.push(varying),
        }
    }
    name(&mut pieces);
    pieces
}

/// What the line's template says of it.
fn by_template(line: &str) -> Vec<Piece> {
    let template = template(line.as_bytes());
    let shown = template.trim_end().trim_end_matches('…');
    let mut marks = Vec::new();
    let mut pattern = String::from("(?s)");
    let mut end = 0;
    for found in MARK.captures_iter(shown) {
        let (Some(all), Some(mark)) = (found.get(0), found.get(1)) else { continue };
        pattern.push_str(&spaced(shown.get(end..all.start()).unwrap_or_default()));
        // Marks beside each other are one thing.
        if all.start() > end || marks.is_empty() {
            marks.push(mark.as_str().to_owned());
            pattern.push_str("(.+?)");
        } else if let Some(last) = marks.last_mut() {
            *last = "*".to_owned();
        }
        end = all.end();
    }
    pattern.push_str(&spaced(shown.get(end..).unwrap_or_default()));
    if shown.len() == template.trim_end().len() {
        pattern.push_str(r"\s*$");
    }
    let whole = || vec![Piece::Fixed(line.trim().to_owned())];
    let Ok(pattern) = Regex::new(&pattern) else { return whole() };
    let Some(found) = pattern.captures(line) else { return whole() };
    let (mut at, end) = found.get(0).map_or((0, line.len()), |all| (all.start(), all.end()));
    let mut pieces = Vec::new();
    for (group, mark) in found.iter().skip(1).zip(marks) {
        let Some(group) = group else { continue };
        pieces.push(Piece::Fixed(line.get(at..group.start()).unwrap_or_default().to_owned()));
        pieces.push(Piece::Varying { value: group.as_str().to_owned(), mark, name: None });
        at = group.end();
    }
    pieces.push(Piece::Fixed(line.get(at..end).unwrap_or_default().to_owned()));
    pieces.retain(|piece| !matches!(piece, Piece::Fixed(text) if text.is_empty()));
    pieces
}

/// The pieces with the longest run of letters in each varying one as fixed text: a dotted name of an event looks like a
/// host, and a call with an id in its arguments like an id. For messages that have no other fixed text.
pub(super) fn letters_kept(pieces: &[Piece]) -> Vec<Piece> {
    static RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z_.]{6,}").expect("a constant pattern"));
    let mut kept = Vec::new();
    for piece in pieces {
        let Piece::Varying { value, mark, .. } = piece else {
            kept.push(piece.clone());
            continue;
        };
        let rest = |value: &str| Piece::Varying { value: value.to_owned(), mark: "*".to_owned(), name: None };
        let runs = RUN
            .find_iter(value)
            .filter(|run| run.as_str().contains(|c: char| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit()));
        match runs.max_by_key(|run| run.len()).filter(|_| mark != "ip") {
            Some(run) => kept.extend([
                rest(value.get(..run.start()).unwrap_or_default()),
                Piece::Fixed(run.as_str().to_owned()),
                rest(value.get(run.end()..).unwrap_or_default()),
            ]),
            None => kept.push(piece.clone()),
        }
    }
    kept.retain(|piece| !matches!(piece, Piece::Varying { value, .. } if value.is_empty()));
    kept
}

/// The text as a pattern in which blanks are any blanks: a template joins them.
fn spaced(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(regex::escape).collect();
    let border = |is_there: bool| if is_there { r"\s+" } else { "" };
    if words.is_empty() {
        return if text.is_empty() { String::new() } else { r"\s*".to_owned() };
    }
    format!(
        "{}{}{}",
        border(text.starts_with(char::is_whitespace)),
        words.join(r"\s+"),
        border(text.ends_with(char::is_whitespace))
    )
}

/// Adds fixed text, in which named things are taken to vary.
fn add_fixed(text: &str, pieces: &mut Vec<Piece>) {
    let mut at = 0;
    for found in NAMED.captures_iter(text) {
        let Some(value) = found.iter().skip(1).flatten().next() else { continue };
        pieces.push(Piece::Fixed(text.get(at..value.start()).unwrap_or_default().to_owned()));
        pieces.push(Piece::Varying { value: value.as_str().to_owned(), mark: "*".to_owned(), name: None });
        at = value.end();
    }
    pieces.push(Piece::Fixed(text.get(at..).unwrap_or_default().to_owned()));
    pieces.retain(|piece| !matches!(piece, Piece::Fixed(text) if text.is_empty()));
}

/// Gives names to what varies, each once.
fn name(pieces: &mut [Piece]) {
    let mut used = BTreeSet::new();
    let mut before = String::new();
    for piece in pieces {
        match piece {
            Piece::Fixed(text) => before.clone_from(text),
            Piece::Varying { mark, name, .. } => {
                let found = name_after(&before).or_else(|| name_of(mark));
                *name = found.filter(|it| used.len() < MOST_NAMES && used.insert(it.clone()));
                before.clear();
            }
        }
    }
}

/// The name that the words before give to a value: a key (`uid=`) or a noun (`user `, `Host: [`).
fn name_after(before: &str) -> Option<String> {
    let is_key = before.ends_with(['=', ':']) || before.ends_with("=\"") || before.ends_with("='");
    let before = before.trim_end_matches(|c: char| c.is_whitespace() || "\"'[(<{=:".contains(c));
    let word = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next()?;
    let is_name = (2..=24).contains(&word.len()) && word.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_name && (is_key || NOUN.is_match(word))).then(|| word.to_ascii_lowercase())
}

fn name_of(mark: &str) -> Option<String> {
    let name = match mark {
        "path" => "path",
        "ip" => "address",
        "host" => "host",
        "url" => "url",
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Compares the pieces, written `fixed{name=value}fixed{mark=value}`.
    #[track_caller]
    fn check(line: &str, expected: &str) {
        let shown = pieces(line).into_iter().map(|piece| match piece {
            Piece::Fixed(text) => text,
            Piece::Varying { value, mark, name } => format!("{{{}={value}}}", name.unwrap_or(mark)),
        });
        assert_eq!(shown.collect::<String>(), expected);
    }

    #[test]
    fn what_varies_is_found_and_named() {
        check("timeout after 5 ms on 10.0.0.1:443", "timeout after {n=5 ms} on {address=10.0.0.1:443}");
        check("cannot write to /mnt/a b: disk full", "cannot write to {path=/mnt/a} b: disk full");
        check("session opened for user root by (uid=0)", "session opened for user {user=root} by (uid={uid=0})");
        check("took 1.2 KB, 15 seconds and 10%", "took {n=1.2 KB, 15 seconds} and {n=10%}");
    }

    #[test]
    fn named_things_in_quotes_and_brackets_vary_also_with_blanks() {
        check("Job \"Daily backup\" failed", "Job \"{job=Daily backup}\" failed");
        check("Host: [SRV01]. Reason: [Access is denied]", "Host: [{host=SRV01}]. Reason: [Access is denied]");
    }

    #[test]
    fn codes_stay() {
        check("failed with error code: 5, hr 0x80070005", "failed with error code: 5, hr 0x80070005");
    }

    #[test]
    fn letters_are_kept_of_what_looks_like_a_host_or_an_id() {
        let shown = |line: &str| {
            let fixed = letters_kept(&pieces(line)).into_iter().filter_map(|piece| match piece {
                Piece::Fixed(text) => Some(text),
                Piece::Varying { .. } => None,
            });
            fixed.collect::<Vec<_>>().concat()
        };
        assert!(
            shown("[esx.problem.vmfs.resource.corruptondisk] 5fecb7ff-8662d6b5")
                .contains("esx.problem.vmfs.resource.corruptondisk")
        );
        assert_eq!(shown("10.0.0.1"), "");
        assert_eq!(shown("57834556-e984-1eed-9ca5-00fadedfaded"), "");
    }

    proptest! {
        #[test]
        fn pieces_are_a_part_of_the_line(line in r#"[a-z0-9 ./:="'<>*n\[\]-]{0,80}"#) {
            let joined: String = pieces(&line).into_iter().map(|piece| match piece {
                Piece::Fixed(text) => text,
                Piece::Varying { value, .. } => value,
            }).collect();
            prop_assert!(line.contains(&joined), "{joined:?} of {line:?}");
        }
    }
}
