//! `tierline triage --explain ID`: why a signature fires, or why it does not.

use super::exit::Usage;
use super::format::Format;
use super::output::{Output, print, write_file};
use super::signatures::{unknown, with_overlay};
use serde_json::{Value, json};
use std::fmt::Write;
use tierline::bundle::Bundle;
use tierline::diagnosis::Diagnosis;
use tierline::report::one_line;
use tierline::signature::{Applied, Catalogue, Signature, SignatureSet, Status};
use tierline::triage::{Options, paths, triage};
use tierline::workshop::{PartRun, Why, why};

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

/// Refuses formats in which only a report can be written.
pub(super) fn check_formats(outputs: &[Output<Format>]) -> Result<(), Usage> {
    match outputs.iter().all(|it| matches!(it.format, Format::Text | Format::Json)) {
        true => Ok(()),
        false => Err(Usage("--explain is written as text or json only".to_owned())),
    }
}

/// Writes what was found out.
pub(super) fn write(
    signature: &Signature,
    set: &SignatureSet,
    told: &Why,
    output: &Output<Format>,
) -> anyhow::Result<()> {
    let out = match output.format {
        Format::Json => format!("{:#}\n", value(signature, set, told)),
        _ => text(signature, set, told)?,
    };
    match &output.file {
        Some(file) => write_file(file, out.as_bytes()),
        None => print(out.as_bytes()),
    }
}

/// Why it is not looked for, if so.
fn unused(signature: &Signature, set: &SignatureSet) -> Option<&'static str> {
    if set.get(&signature.id).is_some() {
        return None;
    }
    Some(match signature.status {
        Status::Draft => "a draft: it is used only from a folder given with --signatures",
        Status::Deprecated => "deprecated: it is not used any longer",
        Status::Stable => {
            "not in use here: a catalogue given with --signatures replaces it, or --no-builtin leaves it out"
        }
    })
}

fn applied<'s>(signature: &Signature, set: &'s SignatureSet) -> &'s [Applied] {
    set.index(&signature.id).map_or(&[], |index| set.applied(index))
}

fn text(signature: &Signature, set: &SignatureSet, told: &Why) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}", signature.id)?;
    writeln!(out, "{}", one_line(&signature.title))?;
    writeln!(out)?;
    if let Some(why) = unused(signature, set) {
        writeln!(out, "  It is {why}.")?;
    }
    for it in applied(signature, set) {
        let says = it.says();
        writeln!(out, "  Overlay {}: {}.", it.file.display(), one_line(says.trim_end_matches('.')))?;
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
    Ok(out)
}

fn value(signature: &Signature, set: &SignatureSet, told: &Why) -> Value {
    let part = |it: &PartRun| {
        json!({
            "depth": it.depth, "part": one_line(&it.part), "holds": it.holds, "said": one_line(&it.said),
        })
    };
    let value = json!({
        "schema": "tierline.explain/1",
        "signature": &*signature.id,
        "title": one_line(&signature.title),
        "unused": unused(signature, set),
        "in_report": told.verdict.iter().map(|it| one_line(it)).collect::<Vec<_>>(),
        "parts": told.parts.iter().map(part).collect::<Vec<_>>(),
    });
    with_overlay(value, applied(signature, set))
}
