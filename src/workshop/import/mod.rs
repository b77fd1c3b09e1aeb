//! Rules of other programs become signatures.
//!
//! Files of a rule set go in, files of a catalogue come out, and for each rule what of it could not be kept: nothing is lost
//! without a word. A rule that cannot be read at all is named with file and line and hides no other. One file per format;
//! `regex.rs` is the smallest to copy. `draft.rs` is what all of them make, `write.rs` makes YAML of it, and what was written
//! is read back and its examples are run before anybody gets it.

mod conditions;
mod cre;
mod draft;
mod examples;
mod jq;
mod proof;
mod re2;
mod regex;
mod sigma;
mod terms;
mod texts;
// Also the exporter writes YAML.
pub(super) mod write;

use super::Flaw;
use crate::signature::yaml::Place;
use draft::Draft;
use std::collections::BTreeMap;

/// A file of a rule set.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Below the folder that is imported, with `/`; the file's name if it is a single one.
    pub path: String,
    /// As people write it, for messages.
    pub shown: std::path::PathBuf,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What became of a rule set.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Files of the catalogue by their path below its folder.
    pub files: BTreeMap<String, String>,
    /// The rules that became signatures, in the order of their ids.
    pub rules: Vec<ImportedRule>,
    /// Rules and files that could not be read.
    pub broken: Vec<Flaw>,
    /// Files that hold no rules.
    pub without_rules: Vec<String>,
}

/// A rule that became a signature.
#[derive(Clone, Debug)]
pub struct ImportedRule {
    /// Its id in its rule set.
    pub original: String,
    /// The signature's.
    pub id: String,
    /// Where it was read, as people write it, and the line.
    pub file: std::path::PathBuf,
    /// From 1.
    pub line: usize,
    /// What was not kept, or not as it was.
    pub notes: Vec<Note>,
}

/// What was not kept of a rule, or not as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The same for all rules that it happens to, to count them.
    pub what: &'static str,
    /// Of this rule.
    pub detail: String,
}

/// A rule that was understood, before it is written.
struct Found {
    draft: Draft,
    original: String,
    file: std::path::PathBuf,
    place: Place,
    notes: Vec<Note>,
}

/// What one rule set has given before it is written.
#[derive(Default)]
struct Gathered {
    found: Vec<Found>,
    /// Vendor, product and other names of a folder of the catalogue.
    products: BTreeMap<String, Product>,
    broken: Vec<Flaw>,
    without_rules: Vec<String>,
    /// Files that are no signatures: the licence.
    beside: BTreeMap<String, String>,
}

/// What `_product.yaml` says.
#[derive(Clone, Debug, Default)]
struct Product {
    vendor: String,
    product: String,
    aliases: Vec<String>,
}

/// Imports rules of the Common Reliability Enumerations (CRE): a folder of them with their test logs.
pub fn import_cre(files: &[SourceFile]) -> Imported {
    proof::proven(cre::gather(files))
}

/// Imports rules of Sigma: a file or a folder of them.
pub fn import_sigma(files: &[SourceFile]) -> Imported {
    proof::proven(sigma::gather(files))
}

/// Imports a list of regular expressions, one per line. `name` is that of the list; it becomes part of the ids.
pub fn import_regexes(file: &SourceFile) -> Imported {
    proof::proven(regex::gather(file))
}

fn note(what: &'static str, detail: impl Into<String>) -> Note {
    Note { what, detail: detail.into() }
}

/// A mistake of a rule that keeps it from being imported.
fn broken(file: &std::path::Path, place: Place, message: impl Into<String>, hint: &str) -> Flaw {
    let Place { line, column } = place;
    let (file, message, hint) = (file.to_path_buf(), message.into(), Some(hint.to_owned()));
    Flaw { file, line, column, is_error: true, message, hint }
}
