//! Is a package still what it was when it was made, and is that what the bundle shows?
//!
//! `mod.rs` looks at the package alone: its hashes, what else lies there, and whether the ticket says what the rest does.
//! `source.rs` reads the bundle again and compares excerpts (`excerpt.rs`) and logs with it; `alike.rs` knows when a redacted text
//! is the redaction of another. `files.rs` reads a folder and the zip of one alike.

mod alike;
mod excerpt;
mod files;
mod source;
#[cfg(test)]
mod tests;

use self::excerpt::Excerpt;
use self::files::Files;
use crate::bundle::Input;
use crate::escalate::package::{Hashing, Manifest};
use crate::escalate::render::markdown;
use crate::escalate::ticket::Ticket;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use alike::Secrets;
pub use source::{Source, compare};

/// Why a package cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file of it.
    #[error("read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is none.
    #[error("`{path}` is no manifest of a package: {message}")]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why not.
        message: String,
    },
}

/// Returns what is wrong with a package, each a sentence without a full stop; nothing if it is as it was made. `inputs` are what
/// it was made from, with their hashes, if they are at hand. `package` is a folder, or the zip of one.
pub fn verify(package: &Path, inputs: Option<&[Input]>) -> Result<Vec<String>, VerifyError> {
    let files = Files::open(package)?;
    let manifest: Manifest = json(&files.path("manifest.json")?)?;
    let mut wrong = Vec::new();
    let mut listed: BTreeSet<&str> = ["manifest.json"].into();
    for file in &manifest.files {
        listed.insert(&file.path);
        // A manifest may be anybody's.
        if !is_inside(&file.path) {
            wrong.push(format!("the manifest names `{}`, which is not inside the package", file.path));
            continue;
        }
        let hashed =
            files.path(&file.path).and_then(|path| hash(&path).map_err(|source| VerifyError::Read { path, source }));
        match hashed {
            Ok((sha256, bytes)) if (&sha256, bytes) != (&file.sha256, file.bytes) => {
                wrong.push(format!("`{}` was changed", file.path));
            }
            Ok(_) => {}
            Err(VerifyError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                wrong.push(format!("`{}` is missing", file.path));
            }
            Err(error) => return Err(error),
        }
    }
    let present = files.present()?;
    wrong.extend(present.iter().filter(|it| !listed.contains(&***it)).map(|it| format!("`{it}` was added")));
    if listed.contains("ticket.json") && !wrong.iter().any(|it| it.contains("`ticket.json`")) {
        let ticket: Ticket = json(&files.path("ticket.json")?)?;
        if ticket.key != manifest.key {
            wrong.push("the manifest is of another ticket".into());
        }
        wrong.extend(contradictions(&files, &ticket, &manifest, &wrong)?);
    }
    if let Some(inputs) = inputs {
        let own: Vec<Option<&str>> = inputs.iter().map(|it| it.sha256.as_deref()).collect();
        let made: Vec<Option<&str>> = manifest.inputs.iter().map(|it| it.as_deref()).collect();
        if own != made {
            wrong.push("it was made from other logs than these".into());
        }
    }
    Ok(wrong)
}

/// Where the ticket says other things than the rest of the package. Files with a fault that is told already are left out.
fn contradictions(
    files: &Files,
    ticket: &Ticket,
    manifest: &Manifest,
    told: &[String],
) -> Result<Vec<String>, VerifyError> {
    let mut wrong = Vec::new();
    let is_sound = |path: &str| {
        let is_listed = manifest.files.iter().any(|it| it.path == path);
        is_listed && is_inside(path) && !told.iter().any(|it| it.contains(&format!("`{path}`")))
    };
    let read = |path: &str| {
        let path = files.path(path)?;
        let text = fs::read(&path).map_err(|source| VerifyError::Read { path, source })?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    };
    // Another version may write it in other words.
    let is_ours = manifest.tool == env!("CARGO_PKG_VERSION");
    if is_ours && is_sound("ticket.md") && read("ticket.md")? != markdown(ticket) {
        wrong.push("`ticket.md` does not say what `ticket.json` says".into());
    }
    for attached in &ticket.attachments {
        let listed = manifest.files.iter().find(|it| it.path == attached.path);
        if listed.is_none_or(|it| (&it.sha256, it.bytes) != (&attached.sha256, attached.bytes)) {
            wrong.push(format!("`ticket.json` names an attachment `{}` that the manifest has not", attached.path));
        }
    }
    let Some(place) = &ticket.place else { return Ok(wrong) };
    let mut excerpts = Vec::new();
    for file in manifest.files.iter().filter(|it| it.path.starts_with("evidence/")) {
        if !is_sound(&file.path) {
            // What is wrong about it is told, and it may be the one.
            return Ok(wrong);
        }
        excerpts.extend(Excerpt::read(&read(&file.path)?));
    }
    // A secret of several lines may be cut out of both in another way.
    let is_redacted = |text: &str| text.contains("[redacted:");
    let is_it = |it: &&Excerpt| format!("{}, line {}", it.file, it.line) == *place;
    match excerpts.iter().find(is_it) {
        None => wrong.push(format!("`ticket.json` is about {place}, of which there is no excerpt")),
        Some(it) if is_redacted(&ticket.message) || it.text.lines.iter().any(|line| is_redacted(line)) => {}
        Some(it) if ticket.message.lines().eq(it.text.lines.iter().map(String::as_str)) => {}
        Some(_) => wrong.push(format!("the message in `ticket.json` is not that of the excerpt of {place}")),
    }
    Ok(wrong)
}

pub(super) fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, VerifyError> {
    let text = fs::read(path).map_err(|source| VerifyError::Read { path: path.to_path_buf(), source })?;
    serde_json::from_slice(&text)
        .map_err(|error| VerifyError::Manifest { path: path.to_path_buf(), message: error.to_string() })
}

/// The same of a file of a package.
pub(super) fn json_of<T: serde::de::DeserializeOwned>(package: &Path, name: &str) -> Result<T, VerifyError> {
    let files = Files::open(package)?;
    json(&files.path(name)?)
}

pub(super) fn is_inside(path: &str) -> bool {
    use std::path::Component;
    !path.is_empty() && Path::new(path).components().all(|it| matches!(it, Component::Normal(_)))
}

fn hash(path: &Path) -> io::Result<(String, u64)> {
    let mut hashing = Hashing::new(io::sink());
    io::copy(&mut File::open(path)?, &mut hashing)?;
    Ok(hashing.end())
}
