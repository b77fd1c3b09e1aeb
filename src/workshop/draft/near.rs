//! Lines that are nearly the one a signature is for, and that it must not claim.

use super::pieces::Piece;

/// What a message says when it goes wrong, and what it says when it does not. The first that stands in it is turned.
const TURNED: &[(&str, &str)] = &[
    ("not found", "found"),
    ("out of sequence", "in sequence"),
    ("differs from", "equals"),
    ("unexpectedly", "as planned"),
    ("cannot", "can"),
    ("can't", "can"),
    ("could not", "could"),
    ("unable to", "able to"),
    ("failed to", "did"),
    ("no space left", "much space left"),
    ("timed out", "answered"),
    ("does not", "does"),
    ("did not", "did"),
    ("is not", "is"),
    ("was not", "was"),
    ("not ", ""),
    ("failed", "succeeded"),
    ("failure", "success"),
    ("fails", "succeeds"),
    ("refused", "accepted"),
    ("denied", "granted"),
    ("rejected", "accepted"),
    ("unreachable", "reachable"),
    ("unavailable", "available"),
    ("invalid", "valid"),
    ("expired", "renewed"),
    ("corrupted", "verified"),
    ("corrupt", "sound"),
    ("missing", "present"),
    ("lost", "restored"),
    ("aborted", "completed"),
    ("terminated", "started"),
    ("killed", "started"),
    ("stopped", "started"),
    ("timeout", "answer"),
    ("full", "half full"),
    ("down", "up"),
    ("error", "success"),
];

/// Names of levels in a header and what a healthy message has there.
const LEVELS: &[(&str, &str)] = &[
    ("CRITICAL", "INFO"),
    ("ERROR", "INFO"),
    ("Error", "Info"),
    ("error", "info"),
    ("FATAL", "INFO"),
    ("WARNING", "INFO"),
    ("Warning", "Info"),
    ("warning", "info"),
    ("WARN", "INFO"),
    ("ERR", "INF"),
];

/// Returns records like this one, the nearest first, that may or may not be claimed. `message` is where the message
/// begins, `pieces` what of it the condition is made of.
pub(super) fn candidates(record: &str, message: usize, pieces: &[Piece]) -> Vec<String> {
    let (header, rest) = record.split_at_checked(message).unwrap_or(("", record));
    let level = LEVELS.iter().find(|(bad, _)| header.contains(bad));
    let header = level.map_or(header.to_owned(), |(bad, good)| header.replacen(bad, good, 1));
    // One line is enough to show the difference.
    let line = rest.lines().find(|line| !line.trim().is_empty()).unwrap_or(rest);
    let fixed: Vec<&str> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Fixed(text) => Some(text.as_str()),
            Piece::Varying { .. } => None,
        })
        .collect();
    let mut found = Vec::new();
    for (bad, good) in TURNED {
        for text in &fixed {
            if let Some(at) = find_word(text, bad) {
                let turned = format!("{}{good}{}", &text[..at], &text[at + bad.len()..]);
                found.push(format!("{header}{}", line.replacen(text, &turned, 1)));
            }
        }
    }
    // A message that begins alike and goes on otherwise.
    for text in fixed.iter().rev() {
        let words: Vec<&str> = text.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).collect();
        if let Some(last) = words.last().filter(|word| word.len() >= 3)
            && let Some(at) = text.rfind(last)
        {
            let other = format!("{}done{}", &text[..at], &text[at + last.len()..]);
            found.push(format!("{header}{}", line.replacen(text, &other, 1)));
        }
    }
    found.push(format!("{header}all is well"));
    found
}

/// Finds words in any case that are not a part of longer ones.
fn find_word(text: &str, words: &str) -> Option<usize> {
    let folded = text.to_ascii_lowercase();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut matches = folded.match_indices(words);
    matches.find_map(|(at, _)| {
        let before = folded.get(..at)?.chars().next_back();
        let after = folded.get(at + words.len()..)?.chars().next();
        (!is_letter(before) && (words.ends_with(' ') || !is_letter(after))).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;

    #[track_caller]
    fn check(record: &str, message: usize, expected: &str) {
        let all = candidates(record, message, &pieces(&record[message..]));
        assert_eq!(all.first().map(String::as_str), Some(expected));
    }

    #[test]
    fn the_nearest_says_that_it_works() {
        check("10:00:00 ERROR cannot open disk", 15, "10:00:00 INFO can open disk");
        check("10:00:00 ERROR Login failed for bob", 15, "10:00:00 INFO Login succeeded for bob");
        check("10:00:00 INFO qzoff ledger sealed", 14, "10:00:00 INFO qzoff ledger done");
        check("10:00:00 INFO 5", 14, "10:00:00 INFO all is well");
    }
}
