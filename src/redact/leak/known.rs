//! Names that were replaced elsewhere, as whole words or as parts of compound ones.

use super::super::{Kind, words};
use super::Leak;
use super::digests::Digests;
use regex::bytes::Regex;

/// Names that must not be in a text, because a redactor has replaced them.
pub(super) struct Known {
    /// In small letters.
    names: Digests,
    /// A bit for each hash of the first bytes of a name. Only a part of a word that begins like a name is looked up.
    starts: Box<[u64; 1024]>,
    /// Those of several words, as patterns until all are there.
    patterns: Vec<String>,
    phrases: Option<Regex>,
}

impl Default for Known {
    fn default() -> Known {
        Known { names: Digests::default(), starts: Box::new([0; 1024]), patterns: Vec::new(), phrases: None }
    }
}

/// Of a name so many bytes are hashed, or all if it is shorter.
const START: usize = 4;
/// Words of very many parts are no names: from so many beginnings on they are left alone.
const BEGINNINGS: usize = 12;
/// And so many ends behind a beginning.
const ENDS: usize = 6;
/// Few names have blanks.
const PHRASES: usize = 10_000;

impl Known {
    /// Adds a name that was replaced.
    pub(super) fn add(&mut self, original: &str) {
        if !words::is_telling(original.as_bytes()) {
            return;
        }
        let original = original.to_lowercase();
        if !original.bytes().all(|byte| is_part(&byte)) && self.patterns.len() < PHRASES {
            self.patterns.push(regex::escape(&original));
        }
        self.add_name(original.as_bytes());
    }

    /// All names are there.
    pub(super) fn end(&mut self) {
        let patterns = std::mem::take(&mut self.patterns);
        self.phrases = Regex::new(&patterns.join("|")).ok().filter(|_| !patterns.is_empty());
    }

    fn add_name(&mut self, name: &[u8]) {
        let hash = start_hash(&name[..name.len().min(START)]);
        self.starts[hash / 64] |= 1 << (hash % 64);
        self.names.add(name);
    }

    /// Adds a leak for each place of a name.
    pub(super) fn find(&self, text: &[u8], leaks: &mut Vec<Leak>) {
        if self.names.is_empty() {
            return;
        }
        if let Some(phrases) = &self.phrases {
            let lower = text.to_ascii_lowercase();
            let leak = |start, end| Leak { start, end, kind: Kind::User, rule: "known name" };
            leaks.extend(phrases.find_iter(&lower).map(|it| leak(it.start(), it.end())));
        }
        let mut at = 0;
        while at < text.len() {
            if !is_part(&text[at]) {
                at += 1;
                continue;
            }
            let start = at;
            let mut may_be = self.may_begin(&text[at..]);
            while at < text.len() && is_part(&text[at]) {
                at += 1;
                may_be |= is_sign(text[at - 1]) && self.may_begin(&text[at..]);
            }
            if may_be && at - start >= 3 {
                self.word(&text[start..at], start, leaks);
            }
        }
    }

    /// Whether a name may begin where a text begins.
    fn may_begin(&self, text: &[u8]) -> bool {
        let Some(start) = text.get(..text.len().min(START)) else { return false };
        let mut lower = [0; START];
        for (to, from) in lower.iter_mut().zip(start) {
            // Other letters have small forms of other bytes.
            if *from >= 0x80 {
                return true;
            }
            *to = from.to_ascii_lowercase();
        }
        let is_in = |length: usize| {
            let hash = start_hash(&lower[..length.min(start.len())]);
            self.starts[hash / 64] >> (hash % 64) & 1 != 0
        };
        is_in(START) || is_in(START - 1)
    }

    /// Looks up a word and its parts.
    fn word(&self, word: &[u8], at: usize, leaks: &mut Vec<Leak>) {
        let lower = String::from_utf8_lossy(word).to_lowercase().into_bytes();
        let mut ends: Vec<usize> = (1..lower.len()).filter(|at| is_sign(lower[*at])).collect();
        ends.push(lower.len());
        let mut starts: Vec<usize> = ends.iter().map(|end| end + 1).collect();
        starts.insert(0, 0);
        for (index, from) in starts.iter().enumerate().take(BEGINNINGS) {
            for to in ends[index.min(ends.len())..].iter().take(ENDS) {
                let is_named = lower.get(*from..*to).is_some_and(|it| self.names.contains(it));
                if is_named && !is_in_class(&lower, *from, *to) {
                    leaks.push(Leak { start: at + from, end: at + to, kind: Kind::Host, rule: "known name" });
                }
            }
        }
    }
}

/// Whether a name of one word stands in that of a class, as `shop` in `com.example.shop.cache.Warmup`: there it is an ordinary word.
/// The first two parts of such a name say whose program it is; those count.
fn is_in_class(word: &[u8], from: usize, to: usize) -> bool {
    const ROOTS: [&[u8]; 9] = [b"com", b"org", b"net", b"io", b"de", b"java", b"javax", b"jakarta", b"kotlin"];
    let is_part = |part: &&[u8]| {
        part.first().is_some_and(u8::is_ascii_alphabetic)
            && part.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'_')
    };
    let mut parts = word.split(|byte| *byte == b'.');
    let root = parts.next().unwrap_or_default();
    // A host has a name that ends like a domain, or signs that no class has.
    let is_class = ROOTS.contains(&root) && parts.clone().count() >= 2 && parts.all(|it| is_part(&it));
    let before = word[..from].iter().filter(|byte| **byte == b'.').count();
    let is_whole = from > 0 && word[from - 1] == b'.' && word.get(to).is_none_or(|byte| *byte == b'.');
    is_class && before >= 2 && is_whole && !word[from..to].contains(&b'.') && !ends_like_a_domain(word)
}

fn ends_like_a_domain(word: &[u8]) -> bool {
    let last = word.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    last.len() == 2
        || [&b"com"[..], b"org", b"net", b"edu", b"gov", b"local", b"lan", b"internal", b"corp"].contains(&last)
}

/// Whether a byte may stand in a name of one word. Asked of every byte, and so looked up.
fn is_part(byte: &u8) -> bool {
    static PARTS: [bool; 256] = {
        let mut parts = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            let it = byte as u8;
            parts[byte] = it.is_ascii_alphanumeric() || it >= 0x80 || is_sign(it);
            byte += 1;
        }
        parts
    };
    PARTS[usize::from(*byte)]
}

/// Whether a byte joins the parts of a word.
const fn is_sign(byte: u8) -> bool {
    matches!(byte, b'.' | b'_' | b'-')
}

/// A number of 16 bits for the first bytes of a name.
fn start_hash(start: &[u8]) -> usize {
    let number = start.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    (number.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(names: &[String]) -> Known {
        let mut known = Known::default();
        names.iter().for_each(|name| known.add_name(name.to_lowercase().as_bytes()));
        known
    }

    #[test]
    fn an_ordinary_word_in_the_name_of_a_class_is_no_leak() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            let known = known(&["shop".to_owned(), "acme".to_owned(), "srv01".to_owned(), "shop.acme".to_owned()]);
            let mut found = Vec::new();
            known.find(text.as_bytes(), &mut found);
            let found: Vec<&str> = found.iter().map(|it| &text[it.start..it.end]).collect();
            assert_eq!(found, expected);
        }
        check("at com.example.shop.cache.Warmup.run(Warmup.java:3)", &[]);
        check("org.example.app.shop", &[]);
        // Whose program it is, a host in its domain, and a name by itself count.
        check("com.acme.cache.Warmup", &["acme"]);
        check("com.example.shop.acme.Warmup", &["shop.acme"]);
        check("com.srv01.lan", &["srv01"]);
        check("com.example.srv01.local", &["srv01"]);
        check("com.example.srv01-a.Job", &["srv01"]);
        check("shop.example.cache.Warmup", &["shop"]);
        check("app.example.shop.Warmup on shop", &["shop", "shop"]);
    }

    proptest! {
        /// Looking up every word gives the same.
        #[test]
        fn no_name_is_passed_over(
            names in proptest::collection::vec("[a-c][a-c0-1._-]{1,5}[a-c]|[äß]ab|aÄb|İab", 1..5),
            text in "([a-cA-C0-1]{1,5}|[._ /-]|ÄAB|ssab|İAB|Ab|\\n){0,40}",
        ) {
            let known = known(&names);
            let mut found = Vec::new();
            known.find(text.as_bytes(), &mut found);
            let (mut expected, mut at) = (Vec::new(), 0);
            for word in text.as_bytes().split(|byte| !is_part(byte)) {
                if word.len() >= 3 {
                    known.word(word, at, &mut expected);
                }
                at += word.len() + 1;
            }
            prop_assert_eq!(found, expected);
        }
    }
}
