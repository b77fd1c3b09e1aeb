//! A log line becomes the draft of a signature.
//!
//! [`Seen`] goes in: a record and the name of its file; [`Draft`] comes out: YAML text in which the header of the record
//! is gone, what varies has become classes and captures, and whose two examples have been run. What only a person knows
//! is marked as to be written, and `check` names it until it is.

mod find;
mod near;
mod pattern;
mod pieces;
mod yaml;

use super::examples::{claimed_by, path_for, sample_path};
use super::ordinary::Ordinary;
use crate::finding::Level;
use crate::record::{Chunk, Reading, fields};
use crate::scan::Scanner;
use crate::signature::{
    Condition, Example, FieldTest, FieldValue, Reference, Severity, Side, SignatureSet, SupportLevel, load_str,
};
use std::path::Path;
use std::sync::Arc;

pub use find::{Found, record_at};

/// What a draft is made of.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// The record, with all its lines.
    pub record: &'a str,
    /// The path of its file, if known.
    pub file: Option<&'a str>,
}

/// What is known of the problem besides its record. What is not stays to be written.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Who can solve it.
    pub level: Option<SupportLevel>,
    /// Why it happens.
    pub cause: Option<String>,
    /// What it means for the customer.
    pub impact: Option<String>,
    /// What solves it, in order.
    pub steps: Vec<String>,
    /// How to see that it worked.
    pub verify: Option<String>,
    /// Public pages that state it.
    pub references: Vec<Reference>,
    /// Lines at the head of the file for its author.
    pub remarks: Vec<String>,
}

/// A signature that its author must complete.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id, as given or made of the message.
    pub id: String,
    /// The file.
    pub yaml: String,
    /// Signatures of the catalogue that claim the record already.
    pub claimed_by: Vec<Arc<str>>,
    /// Whether the catalogue has a `_product.yaml` for it.
    pub has_product: bool,
}

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// Nothing to go by.
    #[error("the line is empty")]
    Empty,
    /// Only what varies.
    #[error("the line has no fixed text of three or more characters by which it could be found")]
    NothingFixed,
    /// The id does not have the form of one.
    #[error("`{0}` is not an id; write <vendor>/<product>/<problem> in lower-case words with hyphens")]
    Id(String),
    /// The condition does not hold for its own record, or for everything.
    #[error("no condition could be made that holds for this record and not for a similar one: {0}")]
    Unproven(String),
}

/// The id of a draft whose author has given none begins with this.
const FOLDER: &str = "vendor/product";

/// Makes a draft. `set` is the catalogue that it will stand beside.
pub fn draft(id: Option<&str>, seen: &Seen<'_>, set: &SignatureSet) -> Result<Draft, DraftError> {
    draft_of(id, seen, &Answer::default(), set)
}

/// Makes a draft of a problem of which more is known than its record.
pub fn draft_of(id: Option<&str>, seen: &Seen<'_>, answer: &Answer, set: &SignatureSet) -> Result<Draft, DraftError> {
    let record = seen.record.trim_end();
    if record.trim().is_empty() {
        return Err(DraftError::Empty);
    }
    let ordinary = Ordinary::builtin();
    let read = read(record);
    let Told { condition, told, message } =
        condition(record, &read.message, &ordinary).ok_or(DraftError::NothingFixed)?;
    let id = id.map_or_else(|| format!("{FOLDER}/{}", slug(&told)), str::to_owned);
    if id.split('/').count() != 3 {
        return Err(DraftError::Id(id));
    }
    let title = pattern::title(&message, &condition.captures());
    let folder = id.rsplit_once('/').map_or("", |(folder, _)| folder);
    let product = set.products().iter().find(|product| *product.folder == *folder);
    let glob = seen.file.and_then(glob_of);
    let mut parts = yaml::Parts {
        title: if title.is_empty() { "A problem" } else { &title },
        side: side(record),
        severity: severity(read.level),
        glob: glob.as_deref().filter(|glob| product.is_none_or(|product| !product.files.iter().any(|it| it == glob))),
        condition: &condition,
        positive: record,
        negative: "",
        answer,
    };
    // What does not match is found by trying: a line is proven to be no match, not assumed.
    let file = Path::new("draft.yaml");
    let mut candidates = structured_neighbours(&condition, record);
    candidates.extend(near::candidates(record, read.message_at, &told));
    for candidate in &candidates {
        parts.negative = candidate;
        let text = yaml::write(&parts);
        let signature = load_str(&id, file, &text).map_err(|errors| match errors.first() {
            Some(error) if error.line == 0 => DraftError::Id(id.clone()),
            Some(error) => DraftError::Unproven(error.to_string()),
            None => DraftError::Empty,
        })?;
        let path = sample_path(set, &signature);
        let alone = SignatureSet::new(vec![signature.clone()]);
        let scanner = Scanner::new(&alone);
        let claims = |example: &Example| claimed_by(&scanner, &alone, &path, example).contains_key(&0);
        if !signature.examples.matching.iter().all(claims) {
            return Err(DraftError::Unproven(super::condition::why_not(&signature, &path, &record.into())));
        }
        if signature.examples.not_matching.iter().any(claims) {
            continue;
        }
        let others = claimed_by(&Scanner::new(set), set, seen.file.unwrap_or(&path), &record.into());
        let others = others.keys().filter_map(|index| set.signatures().get(*index)).map(|it| Arc::clone(&it.id));
        return Ok(Draft { yaml: text, claimed_by: others.collect(), has_product: product.is_some(), id });
    }
    Err(DraftError::Unproven("every similar line matches, too".to_owned()))
}

/// What the record's own header says.
struct Read {
    message: String,
    /// Where the message begins in the record.
    message_at: usize,
    level: Option<Level>,
}

fn read(record: &str) -> Read {
    let bytes = record.as_bytes();
    let whole = || Read { message: record.to_owned(), message_at: 0, level: None };
    let Some(reading) = Reading::guess(bytes.get(..Reading::HEAD).unwrap_or(bytes), None) else { return whole() };
    let chunk = Chunk::of(bytes, 0..bytes.len());
    let Some(first) = reading.format.records(&chunk).next() else { return whole() };
    let at = first.start + first.header.message.min(first.text.len());
    match record.get(at..) {
        Some(message) if !message.trim().is_empty() => {
            Read { message: message.to_owned(), message_at: at, level: first.header.level }
        }
        _ => Read { level: first.header.level, ..whole() },
    }
}

/// Names under which services that write JSON have their message.
const MESSAGES: &[&str] = &["message", "msg", "error", "err", "log", "@message", "MESSAGE"];

/// How a record is told from others.
struct Told {
    condition: Condition,
    /// The pieces of the message that the condition is made of.
    told: Vec<pieces::Piece>,
    /// All pieces of its first line.
    message: Vec<pieces::Piece>,
}

/// Makes the condition. A record with fields is told by them.
fn condition(record: &str, message: &str, ordinary: &Ordinary) -> Option<Told> {
    let field = |name: &str| fields::find(record.as_bytes(), name).map(|it| String::from_utf8_lossy(&it).into_owned());
    // Windows events are the same in whatever form they come.
    if let (Some(provider), Some(event)) = (field("provider"), field("event_id")) {
        let test = |name: &str, value: String| FieldTest { name: name.to_owned(), values: vec![FieldValue::Is(value)] };
        let told = vec![pieces::Piece::Fixed(format!("{provider} event {event}"))];
        let condition = Condition::Fields(vec![test("provider", provider), test("event_id", event)]);
        return Some(Told { condition, message: told.clone(), told });
    }
    for name in MESSAGES.iter().filter(|_| record.starts_with('{')) {
        let Some(value) = field(name).filter(|value| !value.contains('\n')) else { continue };
        let all = pieces::pieces(&value);
        let Some(told) = pattern::telling(&all, ordinary) else { continue };
        let values = vec![FieldValue::Like(pattern::condition(told))];
        let condition = Condition::Fields(vec![FieldTest { name: (*name).to_owned(), values }]);
        let told = told.to_vec();
        return Some(Told { condition, told, message: all });
    }
    let mut lines = message.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    let mut head = pieces::pieces(lines.next()?);
    let root = message.lines().skip(1).filter(|line| line.trim_start().starts_with("Caused by:")).last();
    let root = root.map(|line| pieces::pieces(line.trim()));
    let root = root.as_deref().and_then(|pieces| pattern::telling(pieces, ordinary));
    if root.is_none() && pattern::telling(&head, ordinary).is_none() {
        head = pieces::letters_kept(&head);
    }
    let (condition, told) = match (pattern::telling(&head, ordinary), root) {
        (Some(head), Some(root)) => {
            let root = without_names(root);
            (Condition::All(vec![pattern::condition(head), pattern::condition(&root)]), head.to_vec())
        }
        (Some(told), None) | (None, Some(told)) => (pattern::condition(told), told.to_vec()),
        (None, None) => return None,
    };
    Some(Told { condition, told, message: head })
}

/// Two patterns of one condition have no capture in common, and a title is made of one of them.
fn without_names(pieces: &[pieces::Piece]) -> Vec<pieces::Piece> {
    let unnamed = pieces.iter().cloned().map(|piece| match piece {
        pieces::Piece::Varying { value, mark, .. } => pieces::Piece::Varying { value, mark, name: None },
        fixed @ pieces::Piece::Fixed(_) => fixed,
    });
    unnamed.collect()
}

/// The same event with another number.
fn structured_neighbours(condition: &Condition, record: &str) -> Vec<String> {
    let Condition::Fields(tests) = condition else { return Vec::new() };
    let ids = tests.iter().filter(|test| test.name == "event_id").flat_map(|test| &test.values);
    let other = ids.filter_map(|value| match value {
        FieldValue::Is(id) => Some(record.replace(id.as_str(), &(id.parse::<u32>().ok()?.wrapping_add(1)).to_string())),
        FieldValue::Like(_) => None,
    });
    other.collect()
}

/// Fixed words of the message as the last part of an id.
fn slug(pieces: &[pieces::Piece]) -> String {
    let mut words = Vec::new();
    for piece in pieces {
        let pieces::Piece::Fixed(text) = piece else { continue };
        let letters = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
        words.extend(
            letters.filter(|word| word.len() > 1 && !matches!(word.as_str(), "the" | "to" | "of" | "is" | "on")),
        );
    }
    words.truncate(6);
    if words.is_empty() { "a-problem".to_owned() } else { words.join("-") }
}

/// A glob for files of this kind: digits vary, and so does what rotation adds.
fn glob_of(file: &str) -> Option<String> {
    let name = file.rsplit(['/', '\\', '!']).next().filter(|name| !name.is_empty() && *name != "-")?;
    let name = [".gz", ".xz", ".bz2", ".zst", ".zip"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let mut glob = String::from("**/");
    for c in name.chars() {
        match c {
            c if c.is_ascii_digit() => {
                if !glob.ends_with(['*']) {
                    glob.push('*');
                }
            }
            '*' | '?' | '[' | ']' | '{' | '}' | '\\' => glob.push('?'),
            c => glob.push(c),
        }
    }
    // `app.log.1` is an older part of `app.log`, and `a-2026-01-02.log` of `a-*.log`.
    let glob = glob.replace("*-*-*", "*").replace("*_*", "*");
    let glob = glob.strip_suffix(".*").map(str::to_owned).unwrap_or(glob);
    let is_useful = glob.chars().any(char::is_alphabetic) && globset::Glob::new(&glob).is_ok();
    (is_useful && !path_for(&glob).is_empty()).then_some(glob)
}

fn severity(level: Option<Level>) -> Severity {
    match level {
        Some(Level::Fatal) => Severity::Critical,
        Some(Level::Error) => Severity::High,
        Some(Level::Info | Level::Debug | Level::Trace) => Severity::Low,
        Some(Level::Warn) | None => Severity::Medium,
    }
}

/// Words by which the side is guessed; a person corrects it.
const SIDES: &[(Side, &[&str])] = &[
    (Side::Network, &["connect", "network", "unreachable", "dns", "socket", "tcp", "port ", "handshake", "timed out"]),
    (Side::Storage, &["disk", "storage", "volume", "repository", "tape", "no space", "i/o error", "filesystem"]),
    (Side::Config, &["config", "setting", "parameter", "licen", "option"]),
    (Side::Client, &["client", "agent"]),
];

fn side(record: &str) -> Side {
    let folded = record.to_ascii_lowercase();
    let found = SIDES.iter().find(|(_, words)| words.iter().any(|word| folded.contains(word)));
    found.map_or(Side::Server, |(side, _)| *side)
}

#[cfg(test)]
mod tests;
