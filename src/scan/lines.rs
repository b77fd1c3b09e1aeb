//! The pass over a chunk in which every line is a record without header.
//!
//! Nothing has to be read of a line in which no literal stands, not even where it begins: lines are cut around hits and
//! the others are only counted, part by part while the text is in the first-level cache. This is what a list of ad-hoc
//! patterns gets, as with grep.

use super::counts::Counts;
use super::engine::Engine;
use super::hexes;
use super::hit::Taker;
use super::line_cache::LineCache;
use super::line_ends::LineEnds;
use super::scanner::{Judge, Scanner};
use super::scope::FileScope;
use crate::record::{Chunk, Header, Record};
use memchr::{memchr, memchr_iter, memrchr};

/// Tells shapes of whole lines from those of lines with a header.
const SALT: u64 = 0x2545_f491_4f6c_dd1d;

impl Scanner {
    /// Does what [`Scanner::scan`] does, with every line as a record.
    pub(super) fn scan_lines<'a>(
        &'a self,
        chunk: &Chunk<'a>,
        scope: &FileScope,
        cache: &LineCache,
        taker: &mut dyn Taker<'a>,
    ) -> Counts {
        let text = chunk.text();
        let engine = self.engine_for(text);
        let mut judge = Judge::new(self, scope);
        let every_line = judge.needs_every_record();
        let mut hits = Vec::new();
        let mut ends = LineEnds::new();
        let mut lines_before = 0;
        // Where the first line begins of which nothing is known, and how far it has no end.
        let (mut next, mut without_end) = (0, 0);
        for part in (0..text.len()).step_by(Engine::PART) {
            let part_end = text.len().min(part + Engine::PART);
            engine.find_in(text, part..part_end, &mut hits);
            ends.read(&text[part..part_end]);
            // All hits before it are known.
            let known = if part_end == text.len() { part_end } else { part_end.saturating_sub(Engine::REACH) };
            let mut taken = 0;
            while let Some(at) = match every_line {
                true => (next < known).then_some(next),
                false => hits.get(taken).map(|hit| hit.start).filter(|&start| start < known),
            } {
                let searched = at.max(without_end);
                let end = match memchr(b'\n', &text[searched.min(part)..part]) {
                    Some(length) => Some(searched + length),
                    None => ends.first_from(searched.saturating_sub(part)).map(|end| part + end),
                };
                let end = match end {
                    Some(end) if end < known => end,
                    _ if part_end == text.len() => part_end,
                    _ => {
                        without_end = known;
                        break;
                    }
                };
                let start = match ends.last_before(at.saturating_sub(part)) {
                    Some(newline) => part + newline + 1,
                    None => memrchr(b'\n', &text[next..at.min(part).max(next)]).map_or(next, |it| next + it + 1),
                };
                let line = match start.checked_sub(part) {
                    Some(start) => lines_before + ends.before(start),
                    None => lines_before - memchr_iter(b'\n', &text[start..part]).count() as u64,
                };
                let inside = hits[taken..].iter().take_while(|hit| hit.start <= end).count();
                let bytes = text[start..end].strip_suffix(b"\r").unwrap_or(&text[start..end]);
                let record =
                    Record { start: chunk.start + start, line, lines: 1, header: Header::default(), text: bytes };
                let shape = || Some(cache.key(bytes, SALT).low ^ hexes::form(bytes)?);
                judge.record(&record, start, &hits[taken..taken + inside], shape, taker);
                taken += inside;
                next = text.len().min(end + 1);
            }
            hits.drain(..taken);
            lines_before += ends.before(part_end - part);
        }
        let lines = Counts::unfinished_line(chunk) + lines_before;
        Counts { lines, records: lines, ..Counts::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hit;
    use super::super::reference::set;
    use super::super::syntax::parse;
    use super::*;
    use crate::record::{Reading, chunks};
    use crate::signature::Condition;
    use proptest::prelude::*;
    use regex::bytes::RegexBuilder;

    /// Line and signature of each match.
    type Pairs = Vec<(u64, usize)>;

    fn plain(patterns: &[String], text: &[u8]) -> Pairs {
        let build = |pattern: &String| {
            let (_, unicode) = parse(pattern).unwrap();
            RegexBuilder::new(pattern).unicode(unicode).multi_line(true).crlf(true).build().unwrap()
        };
        let regexes: Vec<_> = patterns.iter().map(build).collect();
        let mut pairs = Vec::new();
        for (line, bytes) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let matching = (0..regexes.len()).filter(|&number| regexes[number].is_match(bytes));
            pairs.extend(matching.map(|number| (line as u64, number)));
        }
        pairs
    }

    fn scanned(patterns: &[String], text: &[u8], portable: bool, tune: bool) -> (Pairs, u64) {
        let scanner = Scanner::of_known(&set(patterns.iter().cloned().map(Condition::Regex).collect()));
        let scanner = if portable { scanner.portable() } else { scanner };
        if tune {
            scanner.tune(&[text]);
        }
        let reading = Reading::of_lines(b"").unwrap();
        let (mut pairs, mut lines) = (Vec::new(), 0);
        for piece in chunks(text, &reading.format) {
            let mut take = |hit: Hit<'_, '_>| {
                pairs.extend(hit.matches.iter().map(|found| (lines + hit.record.line, found.signature)));
            };
            let scope = scanner.in_file("a.log");
            let chunk = Chunk::of(text, piece);
            lines += scanner.scan(&chunk, &reading.format, &scope, &mut LineCache::default(), &mut take).lines;
        }
        (pairs, lines)
    }

    #[test]
    fn lines_with_error_words_that_differ_in_digits_have_one_shape() {
        let scanner = Scanner::new(&set(Vec::new()));
        let reading = Reading::of_lines(b"").unwrap();
        let lines =
            ["error 17 of 3", "error 42 of 9", "error 42 off 9", "error at 0x1", "error at 7x1", "error 0x80070005"];
        let text = lines.join("\n");
        let mut shapes = Vec::new();
        let mut take = |hit: Hit<'_, '_>| shapes.push(hit.shape);
        let chunk = Chunk::of(text.as_bytes(), 0..text.len());
        let scope = scanner.in_file("a.log");
        scanner.scan(&chunk, &reading.format, &scope, &mut LineCache::default(), &mut take);
        assert_eq!(shapes.len(), lines.len());
        assert_eq!(shapes[0], shapes[1]);
        let different: std::collections::BTreeSet<_> = shapes.iter().collect();
        assert_eq!(different.len(), 5, "{shapes:?}");
        assert_eq!(shapes[5], None);
    }

    const PATTERNS: &[&str] = &[
        "disk .* is full",
        "connection refused",
        "(?i)Connection Reset by",
        "(?:oom|out of memory)",
        r"[0-9]+ of [0-9]+ failed",
        "^begin",
        "end$",
        r"\bword\b",
        "(?i)für alle",
        "nul\0 byte",
        r"code=\S+ from",
        "a long literal that no other pattern has",
    ];

    /// Patterns of this kind are tried on every line.
    const WITHOUT_LITERAL: &[&str] = &[r"\d+ms", r"^\s*$", "[äö]"];

    fn text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            6 => proptest::sample::select(&[
                "disk a is full", "disk ", " is full", "connection refused", "CONNECTION RESET BY peer", "oom", "Out of Memory",
                "3 of 14 failed", "begin", "end", "word", "words", "FÜR ALLE", "für alle", "nul\0 byte", "code=7 from",
                "a long literal that no other pattern has", "12ms", "ä", " ",
            ][..]).prop_map(|it| it.as_bytes().to_vec()),
            4 => Just(b"\n".to_vec()),
            2 => Just(b"\r\n".to_vec()),
            1 => Just(b"\r".to_vec()),
            1 => Just(b"\xff\xfe\0".to_vec()),
            3 => (0usize..40).prop_map(|length| vec![b'.'; length]),
            // Lines that reach over several parts, and places at their borders.
            1 => (Engine::PART - 70..Engine::PART + 10).prop_map(|length| vec![b'x'; length]),
            1 => (0usize..400).prop_map(|lines| b"a usual line, nothing in it\n".repeat(lines)),
        ];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn pairs_equal_those_of_one_regex_per_pattern(
            text in text(),
            patterns in proptest::sample::subsequence(PATTERNS, 0..PATTERNS.len()),
            others in prop_oneof![2 => Just(vec![]), 1 => proptest::sample::subsequence(WITHOUT_LITERAL, 0..3)],
            portable in any::<bool>(),
            tune in any::<bool>(),
        ) {
            let patterns: Vec<_> = patterns.iter().chain(&others).map(ToString::to_string).collect();
            let (pairs, lines) = scanned(&patterns, &text, portable, tune);
            prop_assert_eq!(pairs, plain(&patterns, &text));
            prop_assert_eq!(lines, text.split_inclusive(|&byte| byte == b'\n').count() as u64);
        }
    }

    #[test]
    fn a_line_longer_than_all_parts_is_one_record() {
        let mut text = b"first\ndisk ".to_vec();
        text.extend(vec![b'y'; 5 * Engine::PART]);
        text.extend(b" is full\nlast disk is full");
        let patterns = ["disk .* is full".to_owned(), "^disk".into()];
        assert_eq!(scanned(&patterns, &text, false, false), (vec![(1, 0), (1, 1)], 3));
    }
}
