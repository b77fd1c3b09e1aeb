//! The leak scan: looks over finished text for what a redaction must have taken out.
//!
//! It shares no detector with the redaction. It searches regular expressions (`rules.rs`) and shapes (`shapes.rs`,
//! `headers.rs`) where the redaction walks over words, has checks of its own (`checks.rs`), reads what was escaped
//! by itself (`escapes.rs`), and looks up everything that the
//! redactor has replaced (`known.rs`): a mistake in one is seen by the other. Only what is certain counts, since a leak
//! blocks.

mod checks;
mod digests;
mod escapes;
mod headers;
mod known;
mod rules;
mod shapes;

use super::{Kind, Map, pseudonym};
use digests::Digests;
use known::Known;

/// Something in a finished text that must not be there. It does not hold the text itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// What found it.
    pub rule: &'static str,
}

/// Looks for leaks; made once for all texts of a redactor.
pub struct LeakScan {
    /// Only secrets count.
    secrets_only: bool,
    /// Names that were replaced.
    known: Known,
    /// Addresses that are pseudonyms.
    issued: Digests,
    /// Words that the customer wants out.
    keywords: Vec<Vec<u8>>,
}

/// What was replaced, as far as a leak scan has to know it: a few bytes for each.
#[derive(Default)]
pub struct Replaced {
    known: Known,
    issued: Digests,
}

impl Replaced {
    /// Adds an entry of a map.
    pub fn add(&mut self, kind: Kind, pseudonym: &str, original: &str) {
        match kind {
            Kind::Ipv4 | Kind::Ipv6 | Kind::Mac | Kind::Sid => self.issued.add(pseudonym.to_lowercase().as_bytes()),
            Kind::Keyword => {}
            // A label between host and domain: as a word of its own it may be any.
            Kind::Domain if pseudonym.starts_with("sub-") && !original.bytes().any(|it| it.is_ascii_digit()) => {}
            _ => self.known.add(original),
        }
    }
}

/// What a rule has found.
#[derive(Clone, Copy)]
struct Found<'t> {
    text: &'t [u8],
    /// Where the match begins, of which `start..end` is the part that counts.
    whole: usize,
    start: usize,
    end: usize,
}

impl<'t> Found<'t> {
    /// What counts.
    fn part(&self) -> &'t [u8] {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// At most so many bytes before it.
    fn before(&self, most: usize) -> &'t [u8] {
        self.text.get(self.start.saturating_sub(most)..self.start).unwrap_or_default()
    }

    /// What comes behind it.
    fn behind(&self) -> &'t [u8] {
        self.text.get(self.end..).unwrap_or_default()
    }

    fn leak(&self, kind: Kind, rule: &'static str) -> Leak {
        Leak { start: self.start, end: self.end, kind, rule }
    }
}

impl LeakScan {
    /// Prepares a scan of texts whose pseudonyms are in this map. With `secrets_only` identifiers may stay.
    pub fn new(map: &Map, keywords: &[String], secrets_only: bool) -> LeakScan {
        let mut replaced = Replaced::default();
        map.entries().for_each(|(kind, pseudonym, original)| replaced.add(kind, pseudonym, original));
        LeakScan::of(replaced, keywords, secrets_only)
    }

    /// The same where the map is elsewhere.
    pub fn of(replaced: Replaced, keywords: &[String], secrets_only: bool) -> LeakScan {
        let keywords = keywords.iter().map(|it| it.trim().to_lowercase().into_bytes());
        let Replaced { mut known, issued } = replaced;
        known.end();
        LeakScan { secrets_only, known, issued, keywords: keywords.filter(|it| !it.is_empty()).collect() }
    }

    /// Returns all leaks of a text, by their place. A text need not be whole; what is cut off at its ends may be missed.
    pub fn leaks(&self, text: &[u8]) -> Vec<Leak> {
        let mut leaks = self.found(text, 0);
        self.by_keywords(text, &mut leaks);
        leaks.sort();
        leaks.dedup();
        leaks
    }

    /// Leaks of a text that stood in so many escapes, but for keywords.
    fn found(&self, text: &[u8], depth: usize) -> Vec<Leak> {
        let mut leaks = Vec::new();
        rules::find(self, text, &mut leaks);
        shapes::find(self, text, &mut leaks);
        if !self.secrets_only {
            headers::find(self, text, &mut leaks);
            self.known.find(text, &mut leaks);
        }
        escapes::find(self, text, depth, &mut leaks);
        leaks
    }

    fn wants(&self, kind: Kind) -> bool {
        kind.is_secret() || !self.secrets_only
    }

    fn by_keywords(&self, text: &[u8], leaks: &mut Vec<Leak>) {
        if self.keywords.is_empty() {
            return;
        }
        let lower = text.to_ascii_lowercase();
        for keyword in &self.keywords {
            for start in memchr::memmem::find_iter(&lower, keyword) {
                let ours = pseudonym::pseudonym_at(&text[start..]).is_some() || text[..start].ends_with(b"[redacted:");
                if !ours {
                    leaks.push(Leak { start, end: start + keyword.len(), kind: Kind::Keyword, rule: "keyword" });
                }
            }
        }
    }
}
