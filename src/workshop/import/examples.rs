//! Test logs of other programs as examples.

use super::draft::{Matching, Several};
use crate::record::{Chunk, Reading, chunks};
use crate::scan::{LineCache, Scanner};
use crate::signature::{Condition, Signature, SignatureSet, load_str};
use std::path::Path;

/// A longer log is cut to the records that the signature is about: an example is for people.
const LONGEST: usize = 32 << 10;

/// Returns a log as an example; the second part says that it was cut. `None` if it is empty or has no short part.
pub(super) fn example(log: &[u8], matching: &Matching) -> Option<(String, bool)> {
    let text = String::from_utf8_lossy(log);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if text.trim().is_empty() {
        return None;
    }
    if text.len() <= LONGEST {
        return Some((text.to_owned(), false));
    }
    let cut = excerpt(text, conditions(matching));
    (!cut.is_empty()).then_some((cut, true))
}

fn conditions(matching: &Matching) -> Vec<&Condition> {
    match matching {
        Matching::One(condition) => vec![condition],
        Matching::Several(Several { parts, .. }) => parts.iter().map(|part| &part.condition).collect(),
    }
}

/// The records that one of the conditions is about, as many as fit.
fn excerpt(text: &str, conditions: Vec<&Condition>) -> String {
    let signatures = conditions.into_iter().enumerate().filter_map(|(number, condition)| stand_in(number, condition));
    let scanner = Scanner::of_known(&SignatureSet::new(signatures.collect()));
    let bytes = text.as_bytes();
    let mut out = String::new();
    let Some(reading) = Reading::guess(&bytes[..bytes.len().min(Reading::HEAD)], None) else { return out };
    let scope = scanner.in_file("test.log");
    let mut cache = LineCache::default();
    for range in chunks(bytes, &reading.format) {
        let chunk = Chunk::of(bytes, range);
        scanner.scan(&chunk, &reading.format, &scope, &mut cache, &mut |hit| {
            let record = String::from_utf8_lossy(hit.record.text);
            if out.len() + record.len() < LONGEST {
                out.push_str(record.trim_end());
                out.push('\n');
            }
        });
    }
    out
}

/// A signature that is only its condition.
fn stand_in(number: usize, condition: &Condition) -> Option<Signature> {
    let id = format!("import/excerpt/part-{number}");
    let yaml = "title: t\nlevel: L2\nside: server\nseverity: info\nmatch: {text: abc}\ncause: c\n";
    let signature = load_str(&id, Path::new("part.yaml"), yaml).ok()?;
    Some(Signature { condition: condition.clone(), ..signature })
}
