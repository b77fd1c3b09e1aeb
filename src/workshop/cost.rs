//! What a signature costs a scan: whether its texts are found quickly, how often they are found in vain, and how long
//! its patterns take then.
//!
//! A scan looks for a text that must stand in the record and evaluates the condition only where it stands. So a
//! signature is slow if this text is very short, if it stands in ordinary logs, or if one evaluation takes long. All
//! three are measured; the last one against a plain pattern on the same text, so that the machine does not matter, and
//! told only if far off.

use super::Flaw;
use super::flaw::{Sheet, Step, text_of};
use super::lint::{is_frequent, literals};
use super::ordinary::Ordinary;
use crate::record::{Chunk, Reading};
use crate::scan::{LineCache, Scanner, required_sets, shortest};
use crate::signature::{Condition, Example, FieldValue, Scope, Signature, SignatureSet};
use std::time::{Duration, Instant};

/// A text with fewer bytes is found in too many places in vain. Below three there is no quick search at all, which is
/// an error.
const SHORT: usize = 4;

/// A signature that is tried more often than this in a MiB (about 7,000 lines) costs as much as hundreds of others.
const OFTEN: usize = 100;

/// So many times the time of a plain pattern is slow. Ordinary patterns stay below three.
const SLOW: u32 = 10;

/// Lines of ordinary logs on which a pattern is measured.
const LINES: usize = 64;

/// The least time of so many runs counts: others were disturbed.
const RUNS: usize = 5;

/// What looks slow is measured so often before it is called slow: on a busy machine a few runs may all be disturbed.
const RUNS_OF_SLOW: usize = 100;

/// Adds what makes the signature slow. `now` is a clock.
pub(super) fn cost(ordinary: &Ordinary, now: fn() -> Instant, sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    let sets = required_sets(&signature.condition);
    // `lint.rs` tells that there is no text at all.
    let Some(longest) = sets.iter().map(|set| shortest(set)).max().filter(|longest| *longest >= 3) else { return };
    if longest < SHORT {
        let message = format!("the scan finds it by a text of {longest} bytes only, which takes long");
        sheet.warning(&[Step::Field("match")], message, "use a longer text of the message");
    }
    let number = |set: &Vec<Vec<u8>>| set.iter().find(|literal| literal.iter().all(u8::is_ascii_digit)).cloned();
    if let Some(numbers) = sets.iter().map(number).collect::<Option<Vec<_>>>()
        && let Some(number) = numbers.first()
    {
        // Lines that differ in digits only are remembered as one, and whether it is this one has to be asked for each.
        let number = String::from_utf8_lossy(number);
        let message =
            format!("the scan finds it by the number {number} alone, which takes long wherever numbers are as long");
        sheet.warning(&[Step::Field("match")], message, "say what stands in front of the number or behind it");
    }
    // The scan takes the rarest set, too.
    let values = values(&signature.condition);
    let times = |set: &Vec<Vec<u8>>| {
        // A value of a field is tried only where it may be one, which takes a look at what stands before it.
        let (of_fields, others): (Vec<_>, Vec<_>) = set.iter().cloned().partition(|literal| values.contains(literal));
        ordinary.per_mebibyte(&others) + ordinary.values_per_mebibyte(&of_fields)
    };
    let rarest = sets.iter().map(|set| (times(set), set)).min_by_key(|(times, _)| *times);
    if let Some((times, set)) = rarest
        && times > OFTEN
        && !set.iter().any(|literal| is_frequent(literal))
    {
        let most = set.iter().max_by_key(|literal| ordinary.per_mebibyte(std::slice::from_ref(literal)));
        let text = String::from_utf8_lossy(most.map_or(&[], |literal| literal.as_slice()));
        let message =
            format!("`{text}` stands in ordinary logs, about {times} times in a MiB, and each time the rest is tried");
        sheet.warning(&[Step::Field("match")], message, "use a rarer text of the message");
    }
    let literal = sets.iter().flatten().next().map_or(&[][..], |literal| literal.as_slice());
    if has_regex(&signature.condition)
        && let Some(times) = slowness(signature, literal, ordinary, now)
    {
        let message = format!("its patterns take {times} times as long as a plain one");
        let hint = "use smaller repetitions than `{0,200}`, fewer `.*`, or an `all:` of several patterns";
        sheet.warning(&[Step::Field("match")], message, hint);
    }
}

/// The texts that fields must be, in lower-case ASCII as literals are.
fn values(condition: &Condition) -> Vec<Vec<u8>> {
    match condition {
        Condition::Any(parts) | Condition::All(parts) => parts.iter().flat_map(values).collect(),
        Condition::Fields(tests) => {
            let values = tests.iter().flat_map(|test| &test.values);
            let text = |value: &FieldValue| match value {
                FieldValue::Is(text) => Some(text.to_ascii_lowercase().into_bytes()),
                FieldValue::Like(_) => None,
            };
            values.filter_map(text).collect()
        }
        Condition::None(_) | Condition::Text { .. } | Condition::Regex(_) => Vec::new(),
    }
}

fn has_regex(condition: &Condition) -> bool {
    match condition {
        Condition::Any(parts) | Condition::All(parts) | Condition::None(parts) => parts.iter().any(has_regex),
        Condition::Text { .. } => false,
        Condition::Regex(_) => true,
        Condition::Fields(tests) => {
            tests.iter().flat_map(|test| &test.values).filter_map(FieldValue::condition).any(has_regex)
        }
    }
}

/// Returns how many times as long as a plain pattern the condition takes on records that have its literal, if that is
/// far off.
fn slowness(signature: &Signature, literal: &[u8], ordinary: &Ordinary, now: fn() -> Instant) -> Option<u32> {
    let text = tried_on(signature, literal, ordinary);
    let plain = Condition::Regex(format!("(?i){}.* [0-9]+ (?<rest>\\S+)", escaped(literal)));
    let plain = Trial::new(signature, plain)?;
    let own = Trial::new(signature, signature.condition.clone())?;
    let mut least = (Duration::MAX, Duration::MAX);
    for run in 1..=RUNS_OF_SLOW {
        // It takes so little that one pause of the machine would make any pattern look fast beside it.
        for _ in 0..3 {
            least.0 = least.0.min(plain.time(&text, now));
        }
        least.1 = least.1.min(own.time(&text, now));
        // Most are fast, and one run has shown it.
        let bound = if run < RUNS { SLOW / 2 } else { SLOW };
        if least.1 < least.0 * bound {
            return None;
        }
    }
    least.1.as_nanos().checked_div(least.0.as_nanos()).and_then(|times| u32::try_from(times).ok())
}

/// Its own examples, and ordinary lines with the literal in them: records that are tried.
fn tried_on(signature: &Signature, literal: &[u8], ordinary: &Ordinary) -> Vec<u8> {
    let examples = || signature.positive_examples().chain(&signature.examples.not_matching).flat_map(Example::texts);
    // As the examples write it: patterns often heed the case.
    let at = |example: &str| {
        let place = example.as_bytes().windows(literal.len()).find(|it| it.eq_ignore_ascii_case(literal));
        place.map(<[u8]>::to_vec)
    };
    let literal = examples().find_map(at).unwrap_or_else(|| literal.to_vec());
    let mut text = Vec::new();
    for line in ordinary.lines(LINES) {
        let (left, right) = line.split_at(line.len() / 2);
        text.extend([left, &literal, right, b"\n"].concat());
    }
    for example in examples() {
        text.extend(example.as_bytes());
        text.push(b'\n');
    }
    text
}

/// The literal as a pattern; what is no ASCII letter, digit or blank stands for any byte.
fn escaped(literal: &[u8]) -> String {
    let plain = |byte: &u8| if byte.is_ascii_alphanumeric() || *byte == b' ' { char::from(*byte) } else { '.' };
    literal.iter().map(plain).collect()
}

/// A scan for one condition in which every line is a record.
struct Trial {
    scanner: Scanner,
    reading: Reading,
}

impl Trial {
    fn new(signature: &Signature, condition: Condition) -> Option<Trial> {
        let probe = Signature { condition, correlation: None, scope: Scope::default(), ..signature.clone() };
        let scanner = Scanner::of_known(&SignatureSet::new(vec![probe]));
        Some(Trial { scanner, reading: Reading::of_lines(b"text")? })
    }

    fn time(&self, text: &[u8], now: fn() -> Instant) -> Duration {
        let chunk = Chunk::of(text, 0..text.len());
        let scope = self.scanner.in_file("example.log");
        let mut cache = LineCache::default();
        let start = now();
        self.scanner.scan(&chunk, &self.reading.format, &scope, &mut cache, &mut |_| {});
        now().saturating_duration_since(start)
    }
}

/// Returns what makes the signatures of a catalogue slow.
pub(super) fn costs(set: &SignatureSet, ordinary: &Ordinary, now: fn() -> Instant) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for signature in set.signatures() {
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        cost(ordinary, now, &mut sheet);
        flaws.extend(sheet.flaws);
    }
    flaws
}

/// Returns what makes the patterns of a list slow, each at its line.
pub(super) fn costs_of_patterns(set: &SignatureSet, ordinary: &Ordinary, now: fn() -> Instant) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for signature in set.signatures() {
        let mut sheet = Sheet::new(signature, "");
        literals(&mut sheet);
        cost(ordinary, now, &mut sheet);
        let line = signature.id.rsplit('/').next().and_then(|line| line.parse().ok()).unwrap_or(0);
        // What a catalogue may not have, a list of one's own may: it only costs time.
        flaws.extend(sheet.flaws.into_iter().map(|flaw| Flaw { line, column: 1, is_error: false, ..flaw }));
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load_str;
    use std::path::Path;

    #[track_caller]
    fn check(condition: &str, example: &str, expected: &[&str]) {
        let yaml = format!(
            "title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\nmatch: {condition}\n\
             examples: {{match: ['{example}']}}\n"
        );
        let signature = load_str("a/b/c", Path::new("c.yaml"), &yaml).unwrap();
        let mut sheet = Sheet::new(&signature, &yaml);
        cost(&Ordinary::builtin(), Instant::now, &mut sheet);
        // How often and how slow is measured.
        let without_numbers = |message: &str| message.replace(|c: char| c.is_ascii_digit(), "");
        let messages: Vec<String> = sheet.flaws.iter().map(|flaw| without_numbers(&flaw.message)).collect();
        assert_eq!(messages, expected);
        assert!(sheet.flaws.iter().all(|flaw| !flaw.is_error && (flaw.line, flaw.column) == (6, 8)));
    }

    #[test]
    fn rare_texts_and_usual_patterns_cost_nothing() {
        check("{text: no space left on device}", "no space left on device", &[]);
        check(
            r"{regex: '(?i)no space left on (?<disk>\S+) .*after \d+ (?<more>.*)'}",
            "No space left on C: ever, after 5 seconds",
            &[],
        );
        check("{text: kmsg}", "kmsg", &[]);
    }

    #[test]
    fn a_very_short_text_is_told() {
        check(r"{regex: '\d+xqz'}", "5xqz", &["the scan finds it by a text of  bytes only, which takes long"]);
        // Without any text it is an error, see `lint.rs`.
        check(r"{regex: '\d+ms'}", "5ms", &[]);
    }

    #[test]
    fn a_number_alone_is_told() {
        let message = "the scan finds it by the number  alone, which takes long wherever numbers are as long";
        check(r"{regex: '\b80073712\b'}", "80073712", &[message]);
        check(r"{regex: 'code:? 80073712\b'}", "code 80073712", &[]);
        check(r"{all: [{regex: '\b80073712\b'}, {text: servicing}]}", "servicing 80073712", &[]);
    }

    #[test]
    fn a_frequent_text_is_told_unless_a_rarer_one_must_stand_there_too() {
        let message = "` from ` stands in ordinary logs, about  times in a MiB, and each time the rest is tried";
        check(r"{regex: ' from \d+'}", "go from 5", &[message]);
        check(r"{all: [{regex: ' from \d+'}, {text: 'xqz 7'}]}", "go from 5 xqz 7", &[]);
    }

    #[test]
    fn a_value_of_a_field_is_counted_where_it_may_be_one() {
        check("{field: {provider: from, event_id: 7}}", r#"{"provider":"from","event_id":7}"#, &[]);
        let message = "`from` stands in ordinary logs, about  times in a MiB, and each time the rest is tried";
        check("{text: from}", "from", &[message]);
    }

    #[test]
    fn a_slow_pattern_is_told() {
        let yaml = |text: &str| format!("{{regex: '{text}pump stopped'}}");
        check(&yaml(".{0,400}x.{0,400}"), "x pump stopped", &["its patterns take  times as long as a plain one"]);
        check(&yaml(".*x.*"), "x pump stopped", &[]);
    }

    #[test]
    fn patterns_of_a_list_are_told_with_their_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "no space left on device\n\n[0-9]+ms\nxqz\ntimeout\n").unwrap();
        let set = SignatureSet::of_patterns(file.path()).unwrap();
        let flaws = costs_of_patterns(&set, &Ordinary::builtin(), Instant::now);
        let shown: Vec<_> = flaws.iter().map(|it| (it.line, it.is_error, it.message.as_str())).collect();
        assert_eq!(
            shown,
            [
                (3, false, "too short to search for: `ms` is the longest text that is sure to stand in the record"),
                (4, false, "the scan finds it by a text of 3 bytes only, which takes long"),
                (5, false, "`timeout` stands in very many records"),
            ]
        );
    }
}
