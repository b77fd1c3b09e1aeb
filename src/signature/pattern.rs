//! The dialect of regular expressions: what a pattern may be, and where exactly it is wrong.
//!
//! Patterns are those of `regex::bytes` (linear time), with `^` and `$` at line borders and `\r\n` taken as one line end.
//! [`builder`] is the only place that says so; whoever compiles a pattern of a signature uses it.

use super::yaml::Mistake;
use super::yaml::{Node, place_in};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The greatest size of a compiled pattern, in bytes of the `regex` crate's own measure.
const SIZE_LIMIT: usize = 1 << 20;
/// How deep groups may be nested.
const NEST_LIMIT: u32 = 50;
/// Patterns whose automaton has fewer states than this stay below [`SIZE_LIMIT`] with certainty and need no trial.
const SURELY_SMALL: usize = 2_000;

/// Returns what compiles the pattern of a signature.
pub fn builder(pattern: &str) -> regex::bytes::RegexBuilder {
    let mut builder = regex::bytes::RegexBuilder::new(pattern);
    builder.multi_line(true).crlf(true).unicode(true).size_limit(SIZE_LIMIT).nest_limit(NEST_LIMIT);
    builder
}

/// Returns the pattern's syntax tree in the dialect of [`builder`]; `None` if it is wrong.
pub fn syntax(pattern: &str) -> Option<Hir> {
    parser().parse(pattern).ok()
}

fn parser() -> regex_syntax::Parser {
    regex_syntax::ParserBuilder::new()
        .utf8(false)
        .multi_line(true)
        .crlf(true)
        .unicode(true)
        .nest_limit(NEST_LIMIT)
        .build()
}

/// Says what is wrong with a pattern, with the place inside it.
pub(super) fn check(yaml: &str, node: &Node<'_>, pattern: &str) -> Result<(), Mistake> {
    let tree = parser().parse(pattern).map_err(|err| {
        let (offset, message) = match &err {
            regex_syntax::Error::Parse(err) => (err.span().start.offset, err.kind().to_string()),
            regex_syntax::Error::Translate(err) => (err.span().start.offset, err.kind().to_string()),
            _ => (0, err.to_string()),
        };
        let message = message.trim_end_matches('.');
        let mistake = Mistake::new(place_in(yaml, node, offset), format!("wrong regular expression: {message}"));
        match way_out(pattern, offset, message) {
            Some(hint) => mistake.hint(hint),
            None => mistake,
        }
    })?;
    if states(&tree) > SURELY_SMALL && builder(pattern).build().is_err() {
        return Err(Mistake::new(node.place, format!("the regular expression needs more than {SIZE_LIMIT} bytes"))
            .hint("use smaller repetitions, and `[0-9]` or `[a-z]` in place of Unicode's `\\d` and `\\w`"));
    }
    Ok(())
}

fn way_out(pattern: &str, offset: usize, message: &str) -> Option<&'static str> {
    let rest = pattern.get(offset..).unwrap_or_default();
    if message.contains("look-around") || rest.starts_with("(?=") || rest.starts_with("(?!") {
        Some("patterns run in linear time, without look-around: say what must not stand there with `none:`")
    } else if message.contains("backreference") {
        Some("patterns run in linear time, without backreferences")
    } else if message.contains("escape") {
        Some("only characters with a meaning in regular expressions are escaped; `\\` itself is `\\\\`")
    } else if message.contains("repetition") {
        Some("write `\\*`, `\\+`, `\\?` or `\\{` for the character itself")
    } else if message.contains("unclosed") || message.contains("unopened") {
        Some("write `\\(`, `\\)` or `\\[` for the character itself")
    } else {
        None
    }
}

/// Estimates from above how many states the pattern's automaton has.
fn states(tree: &Hir) -> usize {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(_)) => 1,
        // A range of code points is at most about four UTF-8 sequences of at most four bytes.
        HirKind::Class(Class::Unicode(class)) => class.ranges().len().saturating_mul(16),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or_else(|| repetition.min.saturating_add(1)).max(1);
            states(&repetition.sub).saturating_add(1).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(1, |sum: usize, part| sum.saturating_add(states(part)))
        }
    }
}
