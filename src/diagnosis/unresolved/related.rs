//! Known problems that an unknown error resembles: the same words with another code, another object, another product.
//!
//! No diagnosis comes of it. It saves the search for an article that may fit, or shows which signature to widen.

use super::super::{Related, Unresolved};
use crate::finding::Level;
use crate::signature::{Condition, Signature, SignatureSet};
use memchr::memmem;

/// So many of the first errors are compared, and so many known problems are told of each.
const COMPARED: usize = 20;
const TOLD: usize = 3;

/// A message with fewer words is like too many others.
const FEWEST_WORDS: usize = 4;

/// Puts the signatures into `related` whose examples read like the error.
pub(in crate::diagnosis) fn relate(unresolved: &mut [Unresolved], set: &SignatureSet) {
    for it in unresolved.iter_mut().filter(|it| it.finding.level >= Level::Warn).take(COMPARED) {
        it.related = related(&it.finding.template, set);
    }
}

fn related(template: &str, set: &SignatureSet) -> Vec<Related> {
    let words = words(template);
    // The longest words say most; most examples have none of them, which is found out fast.
    let mut longest = words.clone();
    longest.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let [first, second, ..] = longest.as_slice() else { return Vec::new() };
    if words.len() < FEWEST_WORDS || second.len() < 5 {
        return Vec::new();
    }
    let finders = [memmem::Finder::new(first), memmem::Finder::new(second)];
    let mut found: Vec<(usize, &Signature)> = Vec::new();
    for signature in set.signatures() {
        // Most are not even read.
        let stored = signature.examples.bytes();
        if stored.is_some_and(|bytes| finders.iter().any(|it| it.find(bytes).is_none())) {
            continue;
        }
        let examples = &signature.examples.matching;
        let mut texts: Vec<&str> = examples.iter().flat_map(|example| example.texts()).collect();
        // The small program has none of the built-in signatures; a pattern has the words too.
        if examples.is_empty() {
            patterns(&signature.condition, &mut texts);
        }
        let candidates = texts.into_iter().filter(|text| finders.iter().all(|it| it.find(text.as_bytes()).is_some()));
        let best = candidates.map(|text| common(&words, text)).max().unwrap_or(0);
        // Four of five words, in their order.
        if best * 5 >= words.len() * 4 {
            found.push((best, signature));
        }
    }
    found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.id.cmp(&other.id)));
    let told = found.into_iter().take(TOLD);
    told.map(|(_, signature)| Related { signature: signature.id.clone(), title: signature.title.clone() }).collect()
}

/// What a condition asks for, as it is written.
fn patterns<'c>(condition: &'c Condition, found: &mut Vec<&'c str>) {
    match condition {
        Condition::Any(parts) | Condition::All(parts) => parts.iter().for_each(|part| patterns(part, found)),
        Condition::Text { text, .. } | Condition::Regex(text) => found.push(text),
        Condition::None(_) | Condition::Fields(_) => {}
    }
}

/// The words of a template that are the same in all its messages; marks and codes are none.
fn words(template: &str) -> Vec<&str> {
    let is_border = |c: char| !(c.is_alphanumeric() || c == '_' || c == '<' || c == '>');
    let plain = |word: &&str| word.chars().count() >= 3 && word.chars().all(|c| c.is_alphabetic() || c == '_');
    template.split(is_border).filter(plain).collect()
}

/// How many of the words stand in the best line of a text in this order: the longest common subsequence.
fn common(words: &[&str], text: &str) -> usize {
    let in_line = |line: &str| {
        let mut best = vec![0; words.len() + 1];
        for other in line.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            let mut diagonal = 0;
            for (index, word) in words.iter().enumerate() {
                let above = best[index + 1];
                best[index + 1] = if *word == other { diagonal + 1 } else { above.max(best[index]) };
                diagonal = above;
            }
        }
        best[words.len()]
    };
    text.lines().map(in_line).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load_str;
    use std::path::Path;

    #[test]
    fn words_are_what_all_messages_have_in_common() {
        assert_eq!(words("Job <*> failed: error 1326, code 0x80070005 at <path>"), ["Job", "failed", "error", "code"]);
        assert_eq!(words("<n> of <*>"), [""; 0]);
    }

    #[test]
    fn without_examples_a_pattern_is_compared() {
        let yaml = "title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\nmatch:\n  any:\n    - text: abc\n    - regex: 'Volume (?<v>\\S+) could not be mounted: .*'\n";
        let signature = load_str("a/b/c", Path::new("x.yaml"), yaml).unwrap();
        let mut found = Vec::new();
        patterns(&signature.condition, &mut found);
        assert_eq!(found, ["abc", r"Volume (?<v>\S+) could not be mounted: .*"]);
        assert_eq!(common(&words("Volume <path> could not be mounted: code 5"), found[1]), 4);
    }

    #[test]
    fn words_count_in_their_order_and_in_one_line() {
        let words = ["volume", "could", "not", "mounted"];
        assert_eq!(common(&words, "the volume D: could not be mounted"), 4);
        assert_eq!(common(&words, "mounted not could volume"), 1);
        assert_eq!(common(&words, "volume could\nnot mounted"), 2);
        assert_eq!(common(&words, ""), 0);
    }
}
