//! Conditions made ready to be evaluated on one record.
//!
//! A [`Condition`] goes in, a [`Pattern`] that answers [`Pattern::holds`] and hands out captures comes out. That is done when
//! the first candidate record asks for it ([`LazyPattern`]), and regexes are compiled when they have to decide: most
//! signatures of a catalogue never meet a candidate.

use super::field::FieldPattern;
use super::fixed::is_fixed;
use super::required::{Folded, Required};
use super::sequence::Sequence;
use super::syntax::parse;
use super::weakened::weakened;
use crate::signature::{Condition, Demand};
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};
use std::borrow::Cow;
use std::sync::OnceLock;

/// Compiled size of one regex, in bytes. A pattern above it never matches.
const REGEX_SIZE: usize = 4 << 20;

/// Cache of one regex and thread, in bytes: thousands of signatures must fit into the memory of a triage.
const REGEX_CACHE: usize = 256 << 10;

/// A [`Condition`] that becomes a [`Pattern`] when it is first asked for.
pub(super) struct LazyPattern {
    condition: Condition,
    ready: OnceLock<Option<Box<Ready>>>,
}

/// A pattern and what is known of it.
pub(super) struct Ready {
    pub(super) pattern: Pattern,
    /// See [`is_fixed`].
    pub(super) is_fixed: bool,
    /// See [`weakened`]; `None` if nothing can be said of lines.
    weakened: Option<Pattern>,
}

impl LazyPattern {
    pub(super) fn new(condition: Condition) -> LazyPattern {
        LazyPattern { condition, ready: OnceLock::new() }
    }

    /// `None` if a regex in the condition cannot be parsed.
    #[inline]
    pub(super) fn get(&self) -> Option<&Ready> {
        self.ready.get_or_init(|| Ready::new(&self.condition)).as_deref()
    }
}

impl Ready {
    #[cold]
    fn new(condition: &Condition) -> Option<Box<Ready>> {
        let pattern = Pattern::new(condition).ok()?;
        let weakened = weakened(condition).and_then(|it| Pattern::new(&it).ok());
        Some(Box::new(Ready { pattern, is_fixed: is_fixed(condition), weakened }))
    }

    /// Whether the pattern may hold for a record because of a line, of which `zeros` is the text with `0` for every digit.
    pub(super) fn may_hold_by(&self, zeros: &[u8]) -> bool {
        self.weakened.as_ref().is_none_or(|it| it.holds(zeros) != Ok(false))
    }
}

/// A [`Condition`] that can be evaluated.
pub(super) enum Pattern {
    Any(Vec<Pattern>),
    All(Vec<Pattern>),
    None(Vec<Pattern>),
    Text(Box<Finder<'static>>),
    NocaseText(Folded),
    Regex(LazyRegex),
    Fields(Vec<FieldPattern>),
}

/// A regex that cannot be used: it has a mistake or needs too much memory. The signature it belongs to never holds,
/// whatever the other parts say, so that a broken `none` does not make it fire everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unusable;

impl Pattern {
    /// Fails if a regex in the condition cannot be parsed.
    pub(super) fn new(condition: &Condition) -> Result<Pattern, Unusable> {
        let all = |parts: &[Condition]| parts.iter().map(Pattern::new).collect::<Result<Vec<_>, _>>();
        Ok(match condition {
            Condition::Any(parts) => Pattern::Any(all(parts)?),
            Condition::All(parts) => Pattern::All(all(parts)?),
            Condition::None(parts) => Pattern::None(all(parts)?),
            Condition::Text { text, nocase: false } => Pattern::Text(Box::new(Finder::new(text).into_owned())),
            Condition::Text { text, nocase: true } => {
                Pattern::NocaseText(Folded::new(text.to_ascii_lowercase().as_bytes()))
            }
            Condition::Regex(pattern) => Pattern::of_regex(pattern)?,
            Condition::Fields(tests) => Pattern::Fields(tests.iter().map(FieldPattern::new).collect::<Result<_, _>>()?),
        })
    }

    /// A regex that is a plain text needs no regex engine.
    fn of_regex(pattern: &str) -> Result<Pattern, Unusable> {
        let (hir, unicode) = parse(pattern).map_err(|_| Unusable)?;
        match hir.kind() {
            HirKind::Literal(text) => Ok(Pattern::Text(Box::new(Finder::new(&text.0).into_owned()))),
            _ => Ok(Pattern::Regex(LazyRegex::new(pattern, &hir, unicode))),
        }
    }

    /// Whether the condition holds for the text of a record.
    pub(super) fn holds(&self, text: &[u8]) -> Result<bool, Unusable> {
        match self {
            Pattern::Any(parts) => any(parts, text),
            Pattern::All(parts) => {
                for part in parts {
                    if !part.holds(text)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Pattern::None(parts) => Ok(!any(parts, text)?),
            Pattern::Text(finder) => Ok(finder.find(text).is_some()),
            Pattern::NocaseText(folded) => Ok(folded.is_in(text)),
            Pattern::Regex(regex) => regex.is_match(text),
            Pattern::Fields(tests) => {
                // The first test is mostly the source of the event, and its name is why this record is asked at all:
                // the tests behind it say no more often.
                if !tests.iter().rev().all(|test| test.may_hold(text)) {
                    return Ok(false);
                }
                for test in tests {
                    if !test.holds(text)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    /// How much of what the condition asks for stands in the text; nothing if it does not hold.
    pub(super) fn demand(&self, text: &[u8]) -> Demand {
        if self.holds(text) != Ok(true) {
            return Demand::default();
        }
        match self {
            Pattern::Any(parts) => parts.iter().map(|part| part.demand(text)).fold(Demand::default(), Demand::most),
            Pattern::All(parts) => parts.iter().map(|part| part.demand(text)).fold(Demand::default(), Demand::and),
            Pattern::None(_) => Demand::default(),
            Pattern::Text(finder) => Demand::of_text(finder.needle().len()),
            Pattern::NocaseText(folded) => Demand::of_text(folded.len()),
            Pattern::Regex(regex) => Demand::of_regex(&regex.pattern),
            Pattern::Fields(tests) => tests.iter().map(|test| test.demand(text)).fold(Demand::default(), Demand::and),
        }
    }

    /// Gives the named groups of every part that holds, except below `none`.
    pub(super) fn captures<'p, 't>(&'p self, text: &'t [u8], found: &mut dyn FnMut(&'p str, Cow<'t, [u8]>)) {
        match self {
            Pattern::Any(parts) => parts.iter().for_each(|part| part.captures(text, found)),
            Pattern::All(parts) => {
                if self.has_names() && self.holds(text) == Ok(true) {
                    parts.iter().for_each(|part| part.captures(text, found));
                }
            }
            Pattern::Regex(regex) if regex.named => {
                let Ok(regex) = regex.compiled() else { return };
                let Some(groups) = regex.captures(text) else { return };
                let names = regex.capture_names().flatten();
                for name in names {
                    if let Some(group) = groups.name(name) {
                        found(name, Cow::Borrowed(group.as_bytes()));
                    }
                }
            }
            Pattern::Fields(tests) => {
                if self.has_names() && self.holds(text) == Ok(true) {
                    tests.iter().for_each(|test| test.captures(text, found));
                }
            }
            Pattern::None(_) | Pattern::Text(_) | Pattern::NocaseText(_) | Pattern::Regex(_) => {}
        }
    }

    /// Whether [`Pattern::captures`] can find anything.
    pub(super) fn has_names(&self) -> bool {
        match self {
            Pattern::Any(parts) | Pattern::All(parts) => parts.iter().any(Pattern::has_names),
            Pattern::Regex(regex) => regex.named,
            Pattern::Fields(tests) => tests.iter().any(FieldPattern::has_names),
            Pattern::None(_) | Pattern::Text(_) | Pattern::NocaseText(_) => false,
        }
    }
}

fn any(parts: &[Pattern], text: &[u8]) -> Result<bool, Unusable> {
    for part in parts {
        if part.holds(text)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A regex that is compiled when it is first asked.
pub(super) struct LazyRegex {
    pattern: Box<str>,
    unicode: bool,
    named: bool,
    /// Answers without the regex if it is simple enough.
    sequence: Option<Box<Sequence>>,
    /// Rules most texts out, for the others.
    required: Option<Required>,
    compiled: OnceLock<Option<Regex>>,
}

impl LazyRegex {
    fn new(pattern: &str, hir: &Hir, unicode: bool) -> LazyRegex {
        let named = hir.properties().explicit_captures_len() > 0 && pattern.contains("<");
        let sequence = Sequence::new(hir).map(Box::new);
        let required = sequence.is_none().then(|| Required::of_regex(pattern));
        LazyRegex { pattern: pattern.into(), unicode, named, sequence, required, compiled: OnceLock::new() }
    }

    fn is_match(&self, text: &[u8]) -> Result<bool, Unusable> {
        match self.sequence.as_ref().and_then(|sequence| sequence.is_match(text)) {
            Some(answer) => Ok(answer),
            None => {
                // What cannot be used is told in any case.
                let regex = self.compiled()?;
                Ok(self.required.as_ref().is_none_or(|required| required.may_match(text)) && regex.is_match(text))
            }
        }
    }

    fn compiled(&self) -> Result<&Regex, Unusable> {
        let compile = || {
            let mut builder = RegexBuilder::new(&self.pattern);
            builder.unicode(self.unicode).multi_line(true).crlf(true);
            builder.size_limit(REGEX_SIZE).dfa_size_limit(REGEX_CACHE).build().ok()
        };
        self.compiled.get_or_init(compile).as_ref().ok_or(Unusable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &[u8], expected: bool) {
        let pattern = Pattern::new(&Condition::Regex(pattern.into())).unwrap();
        assert_eq!(pattern.holds(text), Ok(expected));
    }

    fn text(text: &str, nocase: bool) -> Condition {
        Condition::Text { text: text.into(), nocase }
    }

    #[test]
    fn anchors_hold_at_line_borders_also_with_crlf() {
        check("^second$", b"first\r\nsecond\r\nthird", true);
        check("^first.*second", b"first\nsecond", false);
    }

    #[test]
    fn patterns_beyond_ascii_match_utf8_and_others_match_any_bytes() {
        check("(?i)ZUGRIFF für", "zugriff für".as_bytes(), true);
        check("(?i)ZUGRIFF für", "Zugriff FÜR".as_bytes(), true);
        check("Zugriff für", "Zugriff FÜR".as_bytes(), false);
        check("(?-i)Zugriff (?i:für)", "Zugriff FÜR".as_bytes(), true);
        check("[äö]x", "öx".as_bytes(), true);
        check("disk .* full", b"disk \xff\xfe full", true);
    }

    #[test]
    fn text_matches_in_both_cases_only_if_asked() {
        let check = |condition: Condition, expected| {
            assert_eq!(Pattern::new(&condition).unwrap().holds(b"x Access DENIED y"), Ok(expected));
        };
        check(text("access denied", false), false);
        check(text("access denied", true), true);
        check(text("Access DENIED y", true), true);
        check(text("denied yy", true), false);
        check(text("Access", false), true);
    }

    #[test]
    fn captures_come_from_the_parts_that_hold() {
        let condition = Condition::Any(vec![
            text("code", false),
            Condition::Regex(r"code (?P<code>\d+)".into()),
            Condition::All(vec![Condition::Regex(r"host (?<host>\w+)".into()), text("never", false)]),
            Condition::Regex(r"job (?<job>\w+)|(?<other>code)".into()),
        ]);
        let pattern = Pattern::new(&condition).unwrap();
        let mut found = Vec::new();
        pattern.captures(b"host a code 5", &mut |name, value| found.push((name, value.into_owned())));
        assert_eq!(found, [("code", b"5".to_vec()), ("other", b"code".to_vec())]);
    }

    #[test]
    fn what_was_asked_for_is_that_of_the_branches_that_hold() {
        let condition = Condition::Any(vec![
            text("ERR20643", false),
            Condition::All(vec![text("watchdog", true), Condition::Regex("restarting services".into())]),
            text("a text that is not there", false),
        ]);
        let pattern = Pattern::new(&condition).unwrap();
        for (text, parts, literal) in [
            ("ERR20643: Watchdog restarting services", 2, 19),
            ("ERR20643: Watchdog", 1, 8),
            ("Watchdog restarting", 0, 0),
        ] {
            assert_eq!(pattern.demand(text.as_bytes()), Demand { parts, literal }, "{text}");
        }
    }

    #[test]
    fn an_unusable_regex_makes_the_whole_condition_unusable() {
        assert_eq!(Pattern::new(&Condition::None(vec![Condition::Regex("(".into())])).err(), Some(Unusable));
        let huge = Condition::None(vec![Condition::Regex(r"(?:\w{1000}){1000}".into())]);
        let answer = Pattern::new(&huge).and_then(|pattern| pattern.holds(b"text"));
        assert_eq!(answer, Err(Unusable));
    }
}
