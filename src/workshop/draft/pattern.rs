//! Pieces of a message become a condition and a title.

use super::super::ordinary::Ordinary;
use super::pieces::Piece;
use crate::signature::Condition;
use regex::Regex;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A pattern longer than this is cut to what stands around its rarest text, in bytes.
const LONGEST: usize = 240;
/// A longer title is no title, in characters.
const LONGEST_TITLE: usize = 100;

/// Returns the part of the pieces that a pattern is made of: without what varies at its ends, and not too long, around
/// the fixed text that is rarest in ordinary logs. `None` if there is no fixed text of three bytes.
pub(super) fn telling<'p>(pieces: &'p [Piece], ordinary: &Ordinary) -> Option<&'p [Piece]> {
    let is_kept = |piece: &Piece| match piece {
        Piece::Fixed(text) => text.chars().any(char::is_alphanumeric),
        Piece::Varying { name, .. } => name.is_some(),
    };
    let start = pieces.iter().position(is_kept)?;
    let end = pieces.iter().rposition(is_kept)? + 1;
    let rarity = |at: usize| match pieces.get(at) {
        Some(Piece::Fixed(text)) if text.trim().len() >= 3 => {
            // A long text is as rare as its rarest word.
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3);
            let rarest = words.map(|word| ordinary.per_mebibyte(&[word.to_ascii_lowercase().into_bytes()])).min();
            Some((rarest.unwrap_or(usize::MAX), Reverse(text.len()), at))
        }
        _ => None,
    };
    let (.., rarest) = (start..end).filter_map(rarity).min()?;
    let (mut start, mut end) = (start, end);
    let size = |start: usize, end: usize| -> usize {
        let bytes = pieces.get(start..end).unwrap_or_default().iter().map(|piece| match piece {
            Piece::Fixed(text) => text.len(),
            Piece::Varying { .. } => 12,
        });
        bytes.sum()
    };
    while size(start, end) > LONGEST && end - start > 1 {
        if rarest - start >= end - 1 - rarest { start += 1 } else { end -= 1 }
    }
    while start < rarest && !pieces.get(start).is_some_and(is_kept) {
        start += 1;
    }
    while end > rarest + 1 && !pieces.get(end - 1).is_some_and(is_kept) {
        end -= 1;
    }
    // What ends a value stands behind it: a bracket, a quote.
    if matches!(pieces.get(end - 1), Some(Piece::Varying { .. })) && pieces.get(end).is_some() {
        end += 1;
    }
    pieces.get(start..end)
}

/// Makes the condition: a text if nothing varies, else a pattern.
pub(super) fn condition(pieces: &[Piece]) -> Condition {
    if let [Piece::Fixed(text)] = pieces {
        return Condition::Text { text: shortened(text.trim()).to_owned(), nocase: false };
    }
    let mut pattern = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Fixed(text) if at == 0 => pattern.push_str(&escaped(text.trim_start())),
            Piece::Fixed(text) if at + 1 == pieces.len() => pattern.push_str(&escaped(text.trim_end())),
            Piece::Fixed(text) => pattern.push_str(&escaped(text)),
            Piece::Varying { value, mark, name } => {
                let next = match pieces.get(at + 1) {
                    Some(Piece::Fixed(text)) => text.chars().next(),
                    _ => None,
                };
                let class = class(value, mark, next);
                match name {
                    Some(name) => pattern.push_str(&format!("(?<{name}>{class})")),
                    None => pattern.push_str(&class),
                }
            }
        }
    }
    Condition::Regex(pattern)
}

/// Escapes what has a meaning in patterns, and no more: it will be read.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Cuts a text at a blank if it is too long.
fn shortened(text: &str) -> &str {
    let Some(head) = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST).last() else { return text };
    if text.len() <= LONGEST {
        return text;
    }
    let head = text.get(..head).unwrap_or(text);
    head.rsplit_once(' ').map_or(head, |(words, _)| words)
}

/// A pattern for values like this one. `next` is the character behind it.
fn class(value: &str, mark: &str, next: Option<char>) -> String {
    let class = match mark {
        "n" => shape(value),
        "hex" => "0x[0-9A-Fa-f]+".to_owned(),
        "id" => "[0-9A-Fa-f-]+".to_owned(),
        "ip" => "[0-9A-Fa-f.:]+".to_owned(),
        "mac" => "[0-9A-Fa-f:-]+".to_owned(),
        _ => any(value, next),
    };
    let fits = Regex::new(&format!("^(?:{class})$")).is_ok_and(|class| class.is_match(value));
    if fits { class } else { any(value, next) }
}

/// Numbers, and words between them, whatever they are: `5 ms` is `\d+ \w+`.
fn shape(value: &str) -> String {
    static WORDS: std::sync::LazyLock<Regex> =
        std::sync::LazyLock::new(|| Regex::new(r"\d+(?:\.\d+)?|[A-Za-z]+|[^\dA-Za-z]+").expect("a constant pattern"));
    let mut shape = String::new();
    for word in WORDS.find_iter(value) {
        match word.as_str() {
            number if number.starts_with(|c: char| c.is_ascii_digit()) && number.contains('.') => {
                shape.push_str(r"\d+(?:\.\d+)?");
            }
            number if number.starts_with(|c: char| c.is_ascii_digit()) => shape.push_str(r"\d+"),
            word if word.starts_with(|c: char| c.is_ascii_alphabetic()) => shape.push_str("[A-Za-z]+"),
            other => shape.push_str(&escaped(other)),
        }
    }
    shape
}

/// Anything up to the next character, without blanks if the value has none.
fn any(value: &str, next: Option<char>) -> String {
    let has_blank = value.contains(char::is_whitespace);
    match next.filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !value.contains(*c)) {
        Some(c) => {
            let c = if r"\]^-[&~".contains(c) { format!(r"\{c}") } else { c.to_string() };
            if has_blank { format!(r"[^{c}\r\n]+") } else { format!(r"[^\s{c}]+") }
        }
        None if !has_blank => r"\S+".to_owned(),
        None if next.is_some() => ".+?".to_owned(),
        None => ".+".to_owned(),
    }
}

/// Makes a title of the message: names in place of values, `…` for what the pattern does not capture.
pub(super) fn title(pieces: &[Piece], captured: &BTreeSet<String>) -> String {
    let mut title = String::new();
    for piece in pieces {
        match piece {
            // Braces would be taken for captures.
            Piece::Fixed(text) => title.extend(text.chars().map(|c| match c {
                '{' => '(',
                '}' => ')',
                c if c.is_control() => ' ',
                c => c,
            })),
            Piece::Varying { name: Some(name), .. } if captured.contains(name) => {
                title.push_str(&format!("{{{name}}}"))
            }
            Piece::Varying { .. } => title.push('…'),
        }
    }
    let words: Vec<&str> = title.split_whitespace().collect();
    let mut short = String::new();
    for word in words {
        if short.chars().count() + word.chars().count() > LONGEST_TITLE {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short.trim_end_matches(['.', ':', ',', ';']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;

    #[track_caller]
    fn check(line: &str, expected_pattern: &str, expected_title: &str) {
        let all = pieces(line);
        let telling = telling(&all, &Ordinary::builtin()).unwrap();
        let condition = condition(telling);
        let captures = condition.captures();
        let shown = match condition {
            Condition::Text { text, .. } => text,
            Condition::Regex(pattern) => {
                assert!(Regex::new(&pattern).unwrap().is_match(line), "{pattern}");
                pattern
            }
            other => panic!("{other:?}"),
        };
        assert_eq!((shown.as_str(), title(&all, &captures).as_str()), (expected_pattern, expected_title));
    }

    #[test]
    fn what_varies_becomes_classes_and_captures() {
        check("disk is full.", "disk is full.", "disk is full");
        check(
            "timeout after 1.5 ms on 10.0.0.1:443 (try 3)",
            r"timeout after \d+(?:\.\d+)? [A-Za-z]+ on (?<address>[0-9A-Fa-f.:]+) \(try",
            "timeout after … on {address} (try …)",
        );
        check(
            "Job \"Daily backup\" failed: Host: [SRV01]",
            r#"Job "(?<job>[^"\r\n]+)" failed: Host: \[(?<host>[^\s\]]+)\]"#,
            "Job \"{job}\" failed: Host: [{host}]",
        );
    }

    #[test]
    fn a_long_message_is_cut_to_its_rarest_part() {
        let line = format!("{} 5 qzoff ledger is sealed 7 {}", "connection error ".repeat(10), "status ".repeat(30));
        let all = pieces(&line);
        let shown = format!("{:?}", condition(telling(&all, &Ordinary::builtin()).unwrap()));
        assert!(shown.contains("qzoff ledger is sealed") && shown.len() < 400, "{shown}");
    }

    #[test]
    fn without_fixed_text_there_is_no_pattern() {
        assert!(telling(&pieces("10.0.0.1"), &Ordinary::builtin()).is_none());
        assert!(telling(&pieces("5 7"), &Ordinary::builtin()).is_none());
    }
}
