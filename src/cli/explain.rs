//! `tierline triage --explain ID`: why a signature fires, or why it does not.

use super::exit::Usage;
use super::output::print;
use super::signatures::unknown;
use std::fmt::Write;
use tierline::bundle::Bundle;
use tierline::diagnosis::Diagnosis;
use tierline::report::one_line;
use tierline::signature::{Catalogue, Signature, SignatureSet, Status};
use tierline::triage::{Options, paths, triage};
use tierline::workshop::{Why, why};

/// Finds the signature, also one that is not in use.
pub(super) fn wanted(set: &SignatureSet, id: &str) -> Result<Signature, Usage> {
    let id = id.trim_end_matches(".yaml");
    let used = set.get(id).cloned();
    let unused = || Catalogue::builtin().signatures.into_iter().find(|it| &*it.id == id);
    used.or_else(unused).ok_or_else(|| Usage(unknown(set, id)))
}

/// Asks the bundle again, with the parts of the signature in place of the catalogue.
pub(super) fn explain(bundle: &Bundle, options: Options<'_>, signature: &Signature, diagnosis: &Diagnosis) -> Why {
    let options = Options { unresolved: false, ..options };
    let files = paths(bundle);
    why(signature, diagnosis, &files, &|set| triage(bundle, set, options).known)
}

/// Writes to standard output.
pub(super) fn write(signature: &Signature, set: &SignatureSet, told: &Why) -> anyhow::Result<()> {
    let mut out = String::new();
    writeln!(out, "{}", signature.id)?;
    writeln!(out, "{}", one_line(&signature.title))?;
    writeln!(out)?;
    if set.get(&signature.id).is_none() {
        let why = match signature.status {
            Status::Draft => "a draft: it is used only from a folder given with --signatures",
            Status::Deprecated => "deprecated: it is not used any longer",
            Status::Stable => "not in use here: a catalogue given with --signatures replaces or disables it",
        };
        writeln!(out, "  It is {why}.")?;
    }
    for sentence in &told.verdict {
        writeln!(out, "  In the report: {}.", one_line(sentence))?;
    }
    writeln!(out)?;
    for part in &told.parts {
        let mark = if part.holds { "+" } else { "-" };
        let indent = "  ".repeat(part.depth + 1);
        writeln!(out, "{indent}{mark} {}: {}", one_line(&part.part), one_line(&part.said))?;
    }
    print(out.as_bytes())
}
