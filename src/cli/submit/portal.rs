//! A vendor's portal as a tracker: a person opens the case there, and says which number it got.

use super::SubmitArgs;
use crate::cli::connection::now;
use crate::cli::exit::Usage;
use crate::cli::{Exit, output, say};
use anyhow::Context;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use tierline::connect::{Package, split};
use tierline::store::{Entry, State, Store};

/// Prints what is to be pasted and attached, or records the number. The portal takes files of so many MB.
pub(super) fn run(
    args: &SubmitArgs,
    package: &Package,
    limit: Option<u64>,
    store: &Store,
    entry: &Entry,
) -> anyhow::Result<Exit> {
    let known = store.ticket(entry.ticket)?.remote;
    if let Some(number) = &args.recorded {
        let number = number.trim();
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_#./".contains(it);
        if number.is_empty() || number.len() > 64 || !number.chars().all(plain) {
            return Err(Usage(format!("--recorded `{number}` is no number of a case")).into());
        }
        if let Some(known) = known.filter(|it| it != number && args.instead_of.as_ref() != Some(it)) {
            let why = format!("the problem has the case {known} at `{}` already; add the package there", args.to);
            say(&format!("refused: {why}, then `--recorded {known}`"));
            say(&format!("if {known} is a mistake: `--recorded {number} --instead-of {known}`"));
            return Ok(Exit::Refused);
        }
        store.recorded(entry.id, number, &args.to, now())?;
        output::print(format!("{}: case {number} is recorded\n", args.to).as_bytes())?;
        return Ok(Exit::Done);
    }
    if entry.state == State::Verified {
        output::print(format!("{}: case {} has the package\n", args.to, known.unwrap_or_default()).as_bytes())?;
        return Ok(Exit::Done);
    }
    output::print(told(args, package, limit, known.as_deref())?.as_bytes())?;
    store.hold(entry.id, "a person opens the case in the portal and records its number", now())?;
    Ok(Exit::Pending)
}

/// Prints what a person would paste and attach, and writes nothing.
pub(super) fn dry_run(package: &Package, limit: Option<u64>) -> anyhow::Result<Exit> {
    let mut text = format!("{}\nAttach:\n", fields(package)?);
    for file in &package.files {
        let bytes = limit.map_or(u64::MAX, |it| it.saturating_mul(1 << 20)).max(1);
        let parts = file.bytes.div_ceil(bytes);
        let cut = if parts > 1 { format!(", in {parts} parts") } else { String::new() };
        text.push_str(&format!("  {} ({} bytes{cut})\n", file.place.display(), file.bytes));
    }
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

/// The fields of the portal, in its order.
fn fields(package: &Package) -> anyhow::Result<String> {
    match fs::read_to_string(package.folder.join("portal.txt")) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let message = "the profile of the vendor knows no portal, so that its fields are not in the package";
            Err(Usage(message.to_owned()).into())
        }
        fields => Ok(fields?),
    }
}

/// What the person does.
fn told(args: &SubmitArgs, package: &Package, limit: Option<u64>, known: Option<&str>) -> anyhow::Result<String> {
    let mut text = match known {
        None => format!("{}\nAttach:\n", fields(package)?),
        Some(number) => format!("The case {number} is open already. Add the text of ticket.md to it, and attach:\n"),
    };
    let bytes = limit.map_or(u64::MAX, |it| it.saturating_mul(1 << 20));
    let parts = split(&package.files, bytes, &beside(package)?).context("failed to cut files into parts")?;
    for (place, bytes) in &parts.attach {
        text.push_str(&format!("  {} ({bytes} bytes)\n", place.display()));
    }
    if let (Some(limit), true) = (limit, parts.attach.len() > package.files.len()) {
        text.push_str(&format!(
            "Files above {limit} MB are cut into parts; PARTS.txt tells the vendor how to join them.\n"
        ));
    }
    let (folder, to) = (args.package.display(), &args.to);
    let number = known.unwrap_or("NUMBER");
    text.push_str(&format!("\nThen: tierline submit {folder} --to {to} --recorded {number}\n"));
    Ok(text)
}

/// Where parts of files go: beside the package, which stays as it is.
fn beside(package: &Package) -> anyhow::Result<PathBuf> {
    // With its whole path, for `.` has no name and nothing may be put into the package.
    let folder = fs::canonicalize(&package.folder).context("failed to find the package")?;
    let name = folder.file_name().map_or_else(|| "package".into(), |it| it.to_string_lossy().into_owned());
    Ok(folder.with_file_name(format!("{name}-parts")))
}
