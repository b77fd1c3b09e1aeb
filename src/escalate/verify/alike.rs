//! Whether a redacted text is the redaction of another.
//!
//! With the customer's key the text is redacted again. What differs then may still be right, for what was known of names may
//! have changed since: the pseudonyms are put back by the customer's map. Without the key everything but the pseudonyms is
//! compared; what stands behind one may be anything that can be of its kind.

use crate::redact::{Flow, Map, Redactor, StandIn, reverse, stand_ins};
use std::ops::Range;

/// What is known of the customer whose names were replaced.
#[derive(Clone, Copy)]
pub struct Secrets<'s> {
    /// With the customer's key, and the names that the bundle shows.
    pub redactor: &'s Redactor,
    /// What the pseudonyms of earlier redactions stand for.
    pub map: &'s Map,
}

/// Compares the texts of one file, in their order.
pub(super) struct Alike<'s> {
    known: Option<(Secrets<'s>, Flow<'s>)>,
    /// What is cut off is replaced by `…`.
    is_clipped: bool,
}

/// Ways to lay what stands for something else over the original that are tried at most.
const TRIES: usize = 20_000;

impl<'s> Alike<'s> {
    pub(super) fn new(secrets: Option<Secrets<'s>>, is_clipped: bool) -> Alike<'s> {
        Alike { known: secrets.map(|it| (it, it.redactor.flow())), is_clipped }
    }

    /// Whether `text` is what became of `original`.
    pub(super) fn is(&mut self, text: &[u8], original: &[u8]) -> bool {
        if text == original {
            return true;
        }
        let is_clipped = self.is_clipped;
        let Some((secrets, flow)) = &mut self.known else {
            return fits(text, with_clips(text, stand_ins(text), is_clipped), original);
        };
        if *flow.text(original) == *text {
            return true;
        }
        // Case is not compared: names that differ in nothing else share a pseudonym.
        let original = original.to_ascii_lowercase();
        let redactor = secrets.redactor;
        let with = |map: &Map| {
            let text = reverse(map, text).to_ascii_lowercase();
            let marks = stand_ins(&text).into_iter().filter(|(_, what)| *what == StandIn::Secret).collect();
            fits(&text, with_clips(&text, marks, is_clipped), &original)
        };
        with(secrets.map) || {
            let mut all = secrets.map.clone();
            all.merge(&redactor.map());
            with(&all)
        }
    }
}

/// The parts, and those that were cut off if the text may be clipped.
fn with_clips(text: &[u8], mut parts: Vec<Part>, is_clipped: bool) -> Vec<Part> {
    if is_clipped {
        const CUT: &str = "…";
        let cuts = memchr::memmem::find_iter(text, CUT.as_bytes()).map(|at| (at..at + CUT.len(), StandIn::Secret));
        parts.extend(cuts);
        parts.sort_by_key(|(range, _)| range.start);
    }
    parts
}

/// What stands for something else, and where.
type Part = (Range<usize>, StandIn);

/// Whether the original is the text with something else in the place of the parts.
fn fits(text: &[u8], parts: Vec<Part>, original: &[u8]) -> bool {
    let Some((first, _)) = parts.first() else { return text == original };
    if !original.starts_with(&text[..first.start]) {
        return false;
    }
    // What stands behind each part, up to the next.
    let ends = parts.iter().skip(1).map(|(next, _)| next.start).chain([text.len()]);
    let literals: Vec<&[u8]> = parts.iter().zip(ends).map(|((part, _), end)| &text[part.end..end]).collect();
    // Where each part begins in the original, and where its literal was found.
    let mut found: Vec<(usize, usize)> = Vec::new();
    let (mut begin, mut from) = (first.start, first.start + 1);
    for _ in 0..TRIES {
        let index = found.len();
        let literal = literals[index];
        let is_last = index + 1 == literals.len();
        let at = match is_last {
            true => original.len().checked_sub(literal.len()).filter(|at| *at >= from && original.ends_with(literal)),
            false => original.get(from..).and_then(|it| memchr::memmem::find(it, literal)).map(|at| from + at),
        };
        let Some(at) = at else {
            // The one before it has to end elsewhere.
            let Some((earlier, tried)) = found.pop() else { return false };
            (begin, from) = (earlier, tried + 1);
            continue;
        };
        if !parts[index].1.can_be(&original[begin..at]) {
            if is_last {
                let Some((earlier, tried)) = found.pop() else { return false };
                (begin, from) = (earlier, tried + 1);
            } else {
                from = at + 1;
            }
            continue;
        }
        if is_last {
            return true;
        }
        found.push((begin, at));
        begin = at + literal.len();
        from = begin + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{CustomerKey, Names, Options};

    #[track_caller]
    fn keyless(text: &str, original: &str, expected: bool) {
        assert_eq!(Alike::new(None, false).is(text.as_bytes(), original.as_bytes()), expected, "{text} / {original}");
    }

    #[test]
    fn without_the_key_all_but_pseudonyms_is_compared() {
        let host = "host-a1b2c3d4e5f6";
        keyless("a b", "a b", true);
        keyless("a b", "a c", false);
        keyless(&format!("open {host}: code 5"), "open srv01: code 5", true);
        keyless(&format!("open {host}: code 5"), "open srv01: code 6", false);
        keyless(host, "", false);
        keyless(&format!("by {host} and {host}."), "by Jane Doe and x and y.", true);
        keyless("to 10.9.8.7.", "to 192.168.0.1.", true);
        keyless("to 10.9.8.7.", "to 192.168.0.1.2.", false);
        keyless("[redacted:private-key]\n\n\nend", "-----BEGIN\nabc\n-----END\nend", true);
        // Nothing in the text may be longer than the original in time either.
        let many = format!("{host} ").repeat(3000);
        keyless(&many, &"x ".repeat(2999), false);
    }

    #[test]
    fn with_the_key_pseudonyms_are_compared_too() {
        let mut names = Names::default();
        names.learn(b"host=vbr77\nhost=vbr78\n");
        let redactor = Redactor::new(CustomerKey::new([7; CustomerKey::LEN]), &Options::default(), &names);
        let text = redactor.str("open vbr77 password=hunter2 now").as_str().to_owned();
        let map = redactor.map();
        let is = |text: &str, original: &str, redactor: &Redactor| {
            Alike::new(Some(Secrets { redactor, map: &map }), false).is(text.as_bytes(), original.as_bytes())
        };
        assert!(is(&text, "open vbr77 password=hunter2 now", &redactor));
        assert!(!is(&text, "open vbr78 password=hunter2 now", &redactor));
        keyless(&text, "open vbr78 password=hunter2 now", true);
        // Names that are not known any more come from the map.
        let other = Redactor::new(CustomerKey::new([7; CustomerKey::LEN]), &Options::default(), &Names::default());
        assert!(is(&text, "open VBR77 password=hunter2 now", &other));
        assert!(!is(&text, "open vbr78 password=hunter2 now", &other));
    }

    #[test]
    fn a_clipped_text_is_the_beginning_of_the_original() {
        let is = |text: &str| Alike::new(None, true).is(text.as_bytes(), b"a long story");
        assert!(is("a long…") && is("a long story") && !is("a short…"));
    }
}
