//! A vendor's portal as a tracker: a person opens the case there, and says which number it got.

use super::SubmitArgs;
use crate::cli::connection::now;
use crate::cli::exit::Usage;
use crate::cli::{Exit, output, say};
use std::fs;
use std::io::ErrorKind;
use tierline::connect::Package;
use tierline::store::{Entry, State, Store};

/// Prints what is to be pasted and attached, or records the number.
pub(super) fn run(args: &SubmitArgs, package: &Package, store: &Store, entry: &Entry) -> anyhow::Result<Exit> {
    let known = store.ticket(entry.ticket)?.remote;
    if let Some(number) = &args.recorded {
        let number = number.trim();
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_#./".contains(it);
        if number.is_empty() || number.len() > 64 || !number.chars().all(plain) {
            return Err(Usage(format!("--recorded `{number}` is no number of a case")).into());
        }
        if let Some(known) = known.filter(|it| it != number) {
            let why = format!("the problem has the case {known} at `{}` already; add the package there", args.to);
            say(&format!("refused: {why}, then `--recorded {known}`"));
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
    output::print(told(args, package, known.as_deref())?.as_bytes())?;
    store.hold(entry.id, "a person opens the case in the portal and records its number", now())?;
    Ok(Exit::Pending)
}

/// What the person does.
fn told(args: &SubmitArgs, package: &Package, known: Option<&str>) -> anyhow::Result<String> {
    let fields = match fs::read_to_string(package.folder.join("portal.txt")) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let message = "the profile of the vendor knows no portal, so that its fields are not in the package";
            return Err(Usage(message.to_owned()).into());
        }
        fields => fields?,
    };
    let mut text = match known {
        None => format!("{fields}\nAttach:\n"),
        Some(number) => format!("The case {number} is open already. Add the text of ticket.md to it, and attach:\n"),
    };
    for file in &package.files {
        text.push_str(&format!("  {} ({} bytes)\n", file.place.display(), file.bytes));
    }
    let (folder, to) = (args.package.display(), &args.to);
    let number = known.unwrap_or("NUMBER");
    text.push_str(&format!("\nThen: tierline submit {folder} --to {to} --recorded {number}\n"));
    Ok(text)
}
