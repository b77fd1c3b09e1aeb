//! From the temporary folder to where the user wants the texts, if no text leaks.

use crate::cli::exit::Usage;
use anyhow::Context;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tierline::bundle::FilePath;
use tierline::redact::LeakScan;
use tierline::redaction::leaks_in;

/// Refuses a folder that has something in it.
pub(super) fn check(out: &Path) -> anyhow::Result<()> {
    let has_something = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(Usage(format!("--out `{}`: {error}", out.display())).into()),
    };
    match has_something {
        true => Err(Usage(format!("--out `{}`: the folder is not empty", out.display())).into()),
        false => Ok(()),
    }
}

/// Makes a folder for what is not finished: beside the result, so that it can be renamed.
pub(super) fn temporary(out: Option<&Path>) -> anyhow::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tierline-");
    let Some(out) = out else { return builder.tempdir().context("failed to make a temporary folder") };
    let parent = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = fs::create_dir_all(parent).and_then(|()| builder.tempdir_in(parent));
    made.with_context(|| format!("failed to write beside `{}`", out.display()))
}

/// Scans all finished texts and their names; returns what to tell of each leak, in the order of the files.
pub(super) fn leaks(
    folder: &Path,
    names: &BTreeMap<FilePath, PathBuf>,
    scan: &LeakScan,
) -> anyhow::Result<Vec<String>> {
    let files: Vec<&PathBuf> = names.values().collect();
    let found: Vec<io::Result<Vec<String>>> = files.par_iter().map(|name| leaks_of(folder, name, scan)).collect();
    let mut leaks = Vec::new();
    for (name, found) in files.iter().zip(found) {
        leaks.extend(found.with_context(|| format!("failed to read `{}` again", name.display()))?);
    }
    Ok(leaks)
}

fn leaks_of(folder: &Path, name: &Path, scan: &LeakScan) -> io::Result<Vec<String>> {
    let mut leaks = Vec::new();
    let shown = name.to_string_lossy();
    // A leak is not shown: what is told may be kept in other logs.
    for leak in scan.leaks(shown.as_bytes()) {
        leaks.push(format!("leak in the name of a file: {} ({})", leak.kind.name(), leak.rule));
    }
    let mut file = match File::open(folder.join(name)) {
        // A problem of the bundle kept it from being written.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(leaks),
        opened => opened?,
    };
    for (line, leak) in leaks_in(&mut file, scan)? {
        leaks.push(format!("leak in {shown}, line {line}: {} ({})", leak.kind.name(), leak.rule));
    }
    Ok(leaks)
}

/// Puts the finished folder in its place.
pub(super) fn publish(folder: TempDir, out: &Path) -> anyhow::Result<()> {
    let publish = || -> io::Result<()> {
        // It is empty, or not there.
        match fs::remove_dir(out) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As temporary folders are: who shares it decides with whom.
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        }
        fs::rename(folder.path(), out)
    };
    publish().with_context(|| format!("failed to write `{}`", out.display()))?;
    // It has another name now.
    let _ = folder.keep();
    Ok(())
}

/// Prints the finished texts in the order of their paths; if there are several, each below its name.
pub(super) fn print(folder: &Path, names: &BTreeMap<FilePath, PathBuf>) -> anyhow::Result<()> {
    for name in names.values() {
        if names.len() > 1 {
            crate::cli::output::print(format!("==> {} <==\n", name.display()).as_bytes())?;
        }
        let mut file = match File::open(folder.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            opened => opened.context("failed to read the redacted text again")?,
        };
        let mut block = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut block).context("failed to read the redacted text again")?;
            if read == 0 {
                break;
            }
            crate::cli::output::print(&block[..read])?;
        }
    }
    Ok(())
}
