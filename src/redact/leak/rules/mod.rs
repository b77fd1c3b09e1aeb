//! Leaks that are told by the words beside them.
//!
//! Each rule is a regular expression and the words of which one stands in every match. One automaton finds the words of all
//! rules, and only a line in which a rule's word stands is searched by the rule. No expression goes over the end of a line.

mod identifiers;
mod secrets;

use super::super::Kind;
use super::checks::Check;
use super::{Found, Leak, LeakScan};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// One thing that is looked for.
struct Source {
    name: &'static str,
    kind: Kind,
    /// In any case; of those of a pair all are keys.
    words: &'static [&'static str],
    /// What stands behind a word of a match.
    next: Next,
    /// The group `v`, or all of it, is what counts.
    pattern: Pattern,
    holds: Check,
}

enum Pattern {
    Regex(&'static str),
    /// What stands before a key of a pair, and its value.
    Pair(&'static str, &'static str),
}

/// A cheap test of what stands around a word before its line is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Any,
    /// A sign between a key and its value.
    Assigned,
    /// A letter or digit, and one before it.
    Between,
}

/// What stands between a key and its value: in settings, JSON (also inside a string), XML and addresses of pages.
const ASSIGNED: &str =
    r#"(?:\\{0,7}["']?\]?[ \t]{0,8}[=:][ \t]{0,8}\\{0,7}["']?|["']?>|\\{0,7}["'] value=\\{0,7}["'])"#;

struct Rule {
    name: &'static str,
    kind: Kind,
    regex: Regex,
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
    #[expect(clippy::expect_used, reason = "a test builds them all")]
    let rule = |source: &Source| Rule {
        name: source.name,
        kind: source.kind,
        regex: Regex::new(&expression(source)).expect("the patterns of the leak scan are valid"),
        next: source.next,
        holds: source.holds,
    };
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
    #[expect(clippy::expect_used, reason = "a few hundred states are no trouble")]
    let words = builder.build(&words).expect("the words of the leak scan make an automaton");
    Rules { rules: sources().map(rule).collect(), words, of_word }
});

/// All rules; of equal rank, in a fixed order.
fn sources() -> impl Iterator<Item = &'static Source> {
    secrets::SOURCES.iter().chain(identifiers::SOURCES)
}

/// `a-z` stands for any letter. Expressions are for ASCII, and names may have other letters too.
fn expression(source: &Source) -> String {
    let pattern = match source.pattern {
        Pattern::Regex(pattern) => pattern.to_owned(),
        Pattern::Pair(before, value) => {
            let keys: Vec<String> = source.words.iter().map(|word| regex::escape(word)).collect();
            format!("{before}(?:{}){ASSIGNED}{value}", keys.join("|"))
        }
    };
    // Letters that are not of ASCII are part of words and names.
    format!("(?im-u){}", pattern.replace(r"\w", r"[\w\x80-\xff]").replace(r"[[\w\x80-\xff]", r"[\w\x80-\xff"))
}

/// Of a very long line so much before and behind a word is searched.
const BEFORE: usize = 512;
const BEHIND: usize = 4096;

/// Adds the leaks of a text.
pub(super) fn find(scan: &LeakScan, text: &[u8], leaks: &mut Vec<Leak>) {
    let Rules { rules, words, of_word } = &*RULES;
    // Up to where each rule has searched.
    let mut done = vec![0; rules.len()];
    let mut line = 0..0;
    for word in words.find_overlapping_iter(text) {
        for &index in &of_word[word.pattern().as_usize()] {
            let rule = &rules[index];
            let at = word.start();
            if at < done[index] || !scan.wants(rule.kind) || !rule.next.fits(text, at..word.end()) {
                continue;
            }
            if !line.contains(&at) {
                line = line_of(text, at);
            }
            let from = line.start.max(at.saturating_sub(BEFORE)).max(done[index]);
            let cut = word.end().saturating_add(BEHIND);
            rule.find(scan, text, from..line.end.min(cut), leaks);
            // What a cut goes through is searched again.
            done[index] = if line.end <= cut { line.end } else { cut - BEFORE };
        }
    }
}

/// The line around a place, as far as it matters.
fn line_of(text: &[u8], at: usize) -> Range<usize> {
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |it| it + 1);
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |it| at + it);
    start..end
}

impl Rule {
    fn find(&self, scan: &LeakScan, text: &[u8], place: Range<usize>, leaks: &mut Vec<Leak>) {
        let line = &text[..place.end];
        let mut at = place.start;
        // Most lines with the word are none with a match, and to find that out needs no groups.
        while let Some(found) = self.regex.find_at(line, at) {
            let groups = self.regex.captures_at(line, found.start());
            let group = |name| groups.as_ref().and_then(|groups| groups.name(name));
            let part = group("v").or_else(|| group("w")).unwrap_or(found);
            let found = Found { text, whole: found.start(), start: part.start(), end: part.end() };
            if (self.holds)(scan, &found) {
                leaks.push(found.leak(self.kind, self.name));
            }
            // The sign behind one may be the sign before the next one.
            at = part.end().max(at + 1);
            if at > line.len() {
                break;
            }
        }
    }
}

impl Next {
    fn fits(self, text: &[u8], word: Range<usize>) -> bool {
        let rest = text.get(word.end..).unwrap_or_default();
        match self {
            Next::Any => true,
            Next::Between => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'\\';
                rest.first().is_some_and(is_part) && word.start.checked_sub(1).is_some_and(|at| is_part(&text[at]))
            }
            Next::Assigned => {
                let blanks = rest.iter().take(9).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                match rest.get(blanks) {
                    Some(b'=' | b':') => true,
                    Some(b'"' | b'\'' | b'>' | b'\\' | b']') => blanks == 0,
                    _ => false,
                }
            }
        }
    }
}
