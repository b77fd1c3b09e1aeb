//! Leaks that are told by the words beside them.
//!
//! Each rule is a regular expression and the words of which one stands in every match. One automaton finds the words of all
//! rules, and a rule looks only at what stands around its word: most expressions begin with it. None goes over the end of a
//! line.

mod identifiers;
mod secrets;

use super::super::Kind;
use super::checks::Check;
use super::{Found, Leak, LeakScan};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::{CaptureLocations, Regex};
use std::ops::Range;
use std::sync::LazyLock;

/// One thing that is looked for.
struct Source {
    name: &'static str,
    kind: Kind,
    /// In any case; of a pair they are the keys.
    words: &'static [&'static str],
    /// What stands before a word.
    before: Before,
    /// What stands behind it.
    next: Next,
    pattern: Pattern,
    /// Asked of the group `v` or `w`, or of all of a match.
    holds: Check,
}

enum Pattern {
    /// Begins with a word.
    At(&'static str),
    /// A word, a sign between key and value, and this.
    Pair(&'static str),
    /// Begins at most so many bytes before a word.
    Near(usize, &'static str),
}

/// A cheap test of what stands before a word.
#[derive(Clone, Copy)]
enum Before {
    Any,
    /// No letter or digit.
    Word,
    /// A blank, a quote or an opening bracket, or nothing.
    Sign,
}

/// A cheap test of what stands behind a word.
#[derive(Clone, Copy)]
enum Next {
    Any,
    /// Any sign between a key and its value.
    Assigned,
    Equals,
    Colon,
    /// A quote.
    Quoted,
    /// The end of a tag.
    Element,
    /// A letter or digit, and one before the word.
    Between,
}

/// What stands between a key and its value: in settings, JSON (also inside a string), XML and addresses of pages.
const ASSIGNED: &str =
    r#"(?:\\{0,7}["']?\]?[ \t]{0,8}[=:][ \t]{0,8}\\{0,7}["']?|["']?>|\\{0,7}["'] value=\\{0,7}["'])"#;

struct Rule {
    name: &'static str,
    kind: Kind,
    regex: Regex,
    /// The groups that count.
    groups: Vec<usize>,
    /// How far before a word a match may begin; `None` if it begins there.
    near: Option<usize>,
    before: Before,
    next: Next,
    holds: Check,
}

/// All rules, and the automaton that finds their words.
struct Rules {
    rules: Vec<Rule>,
    words: AhoCorasick,
    /// The rules of each word.
    of_word: Vec<Vec<usize>>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut words: Vec<&str> = sources().flat_map(|source| source.words).copied().collect();
    words.sort_unstable();
    words.dedup();
    let of_word = |word: &&str| {
        let is_of = |(_, source): &(usize, &Source)| source.words.contains(word);
        sources().enumerate().filter(is_of).map(|(rule, _)| rule).collect()
    };
    let of_word = words.iter().map(of_word).collect();
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
    #[expect(clippy::expect_used, reason = "a few hundred states are no trouble")]
    let words = builder.build(&words).expect("the words of the leak scan make an automaton");
    Rules { rules: sources().map(Rule::of).collect(), words, of_word }
});

/// All rules in a fixed order.
fn sources() -> impl Iterator<Item = &'static Source> {
    secrets::SOURCES.iter().chain(identifiers::SOURCES)
}

/// So much behind a word is searched, if the line is very long.
const BEHIND: usize = 4096;

/// Adds the leaks of a text.
pub(super) fn find(scan: &LeakScan, text: &[u8], leaks: &mut Vec<Leak>) {
    let Rules { rules, words, of_word } = &*RULES;
    let mut places: Vec<Option<CaptureLocations>> = vec![None; rules.len()];
    let mut line_end = 0;
    for word in words.find_overlapping_iter(text) {
        for &index in &of_word[word.pattern().as_usize()] {
            let (rule, word) = (&rules[index], word.range());
            if !scan.wants(rule.kind) || !rule.before.fits(text, word.start) || !rule.next.fits(text, &word) {
                continue;
            }
            if line_end < word.end {
                line_end = memchr::memchr(b'\n', &text[word.end..]).map_or(text.len(), |at| word.end + at);
            }
            let end = line_end.min(word.end.saturating_add(BEHIND));
            let places = places[index].get_or_insert_with(|| rule.regex.capture_locations());
            rule.find(scan, &text[..end], word.start, places, leaks);
        }
    }
}

impl Rule {
    fn of(source: &Source) -> Rule {
        let (near, pattern) = match source.pattern {
            Pattern::At(pattern) => (None, format!(r"\A(?:{pattern})")),
            Pattern::Pair(value) => {
                let keys: Vec<String> = source.words.iter().map(|word| regex::escape(word)).collect();
                (None, format!(r"\A(?:{}){ASSIGNED}{value}", keys.join("|")))
            }
            Pattern::Near(before, pattern) => (Some(before), pattern.to_owned()),
        };
        // Expressions are for ASCII; other letters too are part of words and names.
        let pattern = pattern.replace(r"\w", r"[\w\x80-\xff]").replace(r"[[\w\x80-\xff]", r"[\w\x80-\xff");
        #[expect(clippy::expect_used, reason = "a test builds them all")]
        let regex = Regex::new(&format!("(?im-u){pattern}")).expect("the patterns of the leak scan are valid");
        let is_part = |(index, name): (usize, Option<&str>)| matches!(name, Some("v" | "w")).then_some(index);
        let groups = regex.capture_names().enumerate().filter_map(is_part).collect();
        let &Source { name, kind, before, next, holds, .. } = source;
        Rule { name, kind, regex, groups, near, before, next, holds }
    }

    /// Adds what is found around a word in a text that ends with its line.
    fn find(&self, scan: &LeakScan, text: &[u8], word: usize, places: &mut CaptureLocations, leaks: &mut Vec<Leak>) {
        // What begins with the word is searched in a text that does.
        let (base, mut at) = match self.near {
            None => (word, 0),
            Some(before) => (0, word.saturating_sub(before)),
        };
        let hay = &text[base..];
        while self.regex.captures_read_at(places, hay, at).is_some() {
            let Some((whole, end)) = places.get(0) else { break };
            let part = self.groups.iter().find_map(|&group| places.get(group)).unwrap_or((whole, end));
            let found = Found { text, whole: base + whole, start: base + part.0, end: base + part.1 };
            if found.whole > word {
                break;
            }
            if (self.holds)(scan, &found) {
                leaks.push(found.leak(self.kind, self.name));
            }
            // The sign behind one may be the sign before the next one.
            at = part.1.max(at + 1);
            if self.near.is_none() || at > hay.len() {
                break;
            }
        }
    }
}

impl Before {
    fn fits(self, text: &[u8], start: usize) -> bool {
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        match self {
            Before::Any => true,
            Before::Word => before.is_none_or(|it| !it.is_ascii_alphanumeric() && *it != b'_' && *it < 0x80),
            Before::Sign => before.is_none_or(|it| it.is_ascii_whitespace() || b"\"'=([,".contains(it)),
        }
    }
}

impl Next {
    fn fits(self, text: &[u8], word: &Range<usize>) -> bool {
        let rest = text.get(word.end..).unwrap_or_default();
        let count = |from: usize, signs: &[u8]| {
            rest.get(from..).unwrap_or_default().iter().take(9).take_while(|byte| signs.contains(byte)).count()
        };
        let has = |at: usize, signs: &[u8]| rest.get(at).is_some_and(|it| signs.contains(it));
        match self {
            Next::Any => true,
            Next::Between => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'\\';
                rest.first().is_some_and(is_part) && word.start.checked_sub(1).is_some_and(|at| is_part(&text[at]))
            }
            Next::Quoted => has(count(0, b"\\"), b"\"'"),
            Next::Element => has(count(0, b"\"'"), b">"),
            Next::Colon => has(count(0, b" \t"), b":"),
            Next::Equals => {
                let signs = count(0, b"\\\"']");
                has(signs + count(signs, b" \t"), b"=")
            }
            Next::Assigned => {
                let blanks = count(0, b" \t");
                has(blanks, b"=:") || blanks == 0 && has(0, b"\"'>\\]")
            }
        }
    }
}
