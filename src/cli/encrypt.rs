//! What `escalate` makes of a package for people who take it along: a zip, and one that only the holder of a key can read.

use super::exit::Usage;
use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};
use tierline::connect::Package;
use tierline::escalate::zip_at;
use tierline::recipient::{self, Recipient, RecipientError};

#[derive(Debug, clap::Args)]
pub(super) struct ArchiveArgs {
    /// Encrypts the package, too, so that only the holder of this public key can read it: `age1...`, or a file of such keys; may be
    /// repeated. Made beside DIR for `age -d`, and sent by `submit` instead of the files [default: the keys of the vendor's profile].
    #[arg(long, value_name = "KEY|FILE")]
    encrypt_to: Vec<String>,
    /// Makes DIR.zip too.
    #[arg(long, requires = "out")]
    zip: bool,
}

impl ArchiveArgs {
    /// The keys that were named, each as text. Mistakes are told before any work is done.
    pub(super) fn keys(&self, out: Option<&Path>) -> anyhow::Result<Vec<String>> {
        if let Some(zip) = out.map(zip_of).filter(|zip| self.zip && zip.exists()) {
            return Err(Usage(format!("`{}` is there already", zip.display())).into());
        }
        Ok(named(&self.encrypt_to)?.iter().map(|it| it.as_str().to_owned()).collect())
    }

    /// Makes what was asked for. Returns a line on each for the engineer.
    pub(super) fn make(&self, out: &Path) -> anyhow::Result<Vec<String>> {
        let mut told = Vec::new();
        if self.zip {
            let zip = zip_of(out);
            zip_at(out, &zip).with_context(|| format!("failed to make `{}`", zip.display()))?;
            told.push(format!("{}: all of it as one file", zip.display()));
        }
        let package = Package::open(out).context("failed to read the package")?;
        let recipients = recipients(&package.ticket.encrypt_to)?;
        if !recipients.is_empty() {
            let sealed = package.sealed(&recipients).context("failed to encrypt the package")?;
            let readers: Vec<&str> = recipients.iter().map(Recipient::as_str).collect();
            let file = sealed.files.first().map(|it| it.place.display().to_string()).unwrap_or_default();
            told.push(format!("{file}: all of it, for whoever has the key to {}", readers.join(" or ")));
        }
        Ok(told)
    }
}

/// The keys that `--encrypt-to` names, by themselves or in files.
pub(super) fn named(keys: &[String]) -> anyhow::Result<Vec<Recipient>> {
    let mut all = Vec::new();
    for named in keys {
        let wrong = |reason: String| Usage(format!("--encrypt-to: {reason}"));
        match Recipient::parse(named) {
            Ok(recipient) => all.push(recipient),
            Err(RecipientError::Wrong(_)) if Path::new(named).is_file() => {
                let text = fs::read_to_string(named).with_context(|| format!("failed to read `{named}`"))?;
                let told = |(line, error)| wrong(format!("`{named}`, line {line}: {error}"));
                all.extend(recipient::recipients(&text).map_err(told)?);
            }
            Err(error) => return Err(wrong(error.to_string()).into()),
        }
    }
    Ok(all)
}

/// The keys that a package or a vendor's profile names.
pub(super) fn recipients(keys: &[String]) -> anyhow::Result<Vec<Recipient>> {
    let parse = |it: &String| Recipient::parse(it).map_err(|error| Usage(format!("`encrypt_to`: {error}")));
    Ok(keys.iter().map(parse).collect::<Result<_, _>>()?)
}

/// `DIR.zip`, also of `DIR/`.
fn zip_of(out: &Path) -> PathBuf {
    let mut name = out.components().collect::<PathBuf>().into_os_string();
    name.push(".zip");
    PathBuf::from(name)
}
