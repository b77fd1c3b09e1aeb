//! Headers whose time stands behind a level or behind words, and those that have only a level.

use super::super::level::Level;
use super::super::rest::{self, Found};
use super::super::watch::Watch;
use super::super::{severity, token};
use super::{Cut, Origin, PREFIX, PREFIX_WORDS, after_time};

/// A level (word or letter) and then a time: `E [08/Jun/...`, `[ERROR 2015-05-20 ...`, `INFO 10:11:12 ...`,
/// `Error,1/5/2024 10:11:12 AM,...`.
pub(super) fn behind_level<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let mut start = at + usize::from(matches!(line.get(at), Some(b'[' | b'(')));
    while line.get(start) == Some(&b' ') {
        start += 1;
    }
    let length = line.get(start..)?.iter().take(14).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = &line[start..start + length];
    let level = match word {
        &[letter] => Level::from_letter(letter)?,
        word => Level::from_word(word)?,
    };
    let mut next = start + length;
    let limit = next + 12;
    while next < limit
        && matches!(line.get(next), Some(b' ' | b'\t' | b':' | b',' | b'|' | b'[' | b']' | b'(' | b')' | b'-'))
    {
        next += 1;
    }
    if next == start + length {
        return None;
    }
    let (stamp, end) = rules.stamp(line, next)?;
    if stamp.level.is_some() {
        return None;
    }
    let found = Found { level: Some(level), ..Found::default() };
    Some(after_time(line, next, &stamp, end, found, rules))
}

/// A distinctive time behind a few words: `jvm 1 | 2015/04/28 18:40:00 | ...`, `10.0.0.1 - - [10/Oct/2000:13:55:36 -0700]`,
/// `Log started: 2026-01-02  03:04:05`.
pub(super) fn behind_words<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let mut words = 0;
    let mut index = at + 1;
    let mut found = Found::default();
    let limit = line.len().min(at + PREFIX);
    while index < limit {
        let (before, byte) = (line[index - 1], line[index]);
        index += 1;
        let opens =
            matches!(before, b' ' | b'\t' | b'[' | b'(' | b')' | b'|' | b':' | b'"' | b',' | b'=' | b'<' | b';');
        if !opens {
            continue;
        }
        if matches!(before, b' ' | b'\t') && !matches!(byte, b' ' | b'\t' | b'|' | b'-') {
            words += 1;
            if words > PREFIX_WORDS {
                return None;
            }
        }
        if !byte.is_ascii_alphanumeric() {
            continue;
        }
        if let Some((stamp, end)) = rules.stamp(line, index - 1)
            && stamp.strong()
        {
            if token::of_something_else(&line[at..index - 1]) {
                return None;
            }
            let words = &line[at..index - 1];
            let heading = token::names_moment(words) && token::closes(&line[end..]);
            if !heading && !rules.prefixed {
                return None;
            }
            found.level = severity::level_in_prefix(words);
            found.component = if heading { None } else { rest::component_in_prefix(words) };
            let cut = after_time(line, index - 1, &stamp, end, found, rules);
            // The words are all that a heading says.
            let (origin, message) = if heading { (Origin::Heading, at) } else { (Origin::Prefixed, cut.message) };
            return Some(Cut { origin, message, ..cut });
        }
    }
    None
}

/// `[ERROR] text` with the word in colour, as builds write it to terminals.
fn coloured_level(line: &[u8], at: usize) -> Option<(Level, usize)> {
    if !line.get(at..)?.starts_with(b"[\x1b") {
        return None;
    }
    let start = token::skip_colour(line, at + 1)?;
    let length = line.get(start..)?.iter().take(15).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let level = Level::from_word(&line[start..start + length])?;
    let end = token::skip_colour(line, start + length).filter(|_| line.get(start + length) == Some(&0x1b))?;
    (line.get(end) == Some(&b']')).then_some((level, end + 1))
}

/// `ERROR: text`, `[WARN] text`, `error[module]: text`, `WARNING - text` without any time.
pub(super) fn level_only(line: &[u8], at: usize) -> Option<Cut<'_>> {
    let (level, end) = severity::delimited_level(line, at).or_else(|| coloured_level(line, at))?;
    let mut found = Found { level: Some(level), ..Found::default() };
    let message = rest::after_level(line, end, &mut found);
    Some(Cut { origin: Origin::LevelOnly, ..Cut::new("level", found, message) })
}
