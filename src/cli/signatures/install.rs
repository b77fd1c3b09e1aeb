//! `tierline signatures install` and `remove`.

use super::counted;
use crate::cli::Exit;
use crate::cli::exit::Usage;
use crate::cli::output::print;
use crate::cli::packs::{self, Change, StoreError};
use anyhow::Context;
use std::fmt::Write;
use std::path::PathBuf;
use tierline::report::one_line;
use tierline::signature::{Catalogue, Opened, PackKey, Pin, ids_in_both};

/// Installs a signed pack of signatures for this user; no network is used.
///
/// The pack is believed if a pinned key has signed it. A key is pinned in one of two ways, and in no other: with --key,
/// which lets it sign packs of this one name from now on, or as a line of the file of pinned keys, which `tierline
/// signatures packs` names. Each use verifies the installed pack again. It is replaced by a higher version only, as a whole
/// or not at all.
#[derive(Debug, clap::Args)]
#[command(after_help = INSTALL_EXAMPLES, after_long_help = INSTALL_EXAMPLES)]
pub(super) struct InstallArgs {
    /// The pack; its signature FILE.minisig must lie beside it.
    file: PathBuf,
    /// The public key of minisign that has signed the pack, or a file with it; pins it for packs of this name. Get it on
    /// another way than the pack.
    #[arg(long, value_name = "PUBKEY", value_parser = packs::key)]
    key: Option<PackKey>,
    /// Also replaces a higher version.
    #[arg(long)]
    downgrade: bool,
}

const INSTALL_EXAMPLES: &str = "\
Examples:
  tierline signatures install acme.tierpack
  tierline signatures install acme.tierpack --key RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3
  tierline signatures install acme-1.3.0.tierpack --downgrade

Exit codes: 0 installed, 1 failed, 2 wrong usage or a pack that is refused.";

/// Removes an installed pack. Keys stay pinned.
#[derive(Debug, clap::Args)]
#[command(after_help = REMOVE_EXAMPLES, after_long_help = REMOVE_EXAMPLES)]
pub(super) struct RemoveArgs {
    /// The name of the pack, as `tierline signatures packs` lists it.
    name: String,
}

const REMOVE_EXAMPLES: &str = "\
Examples:
  tierline signatures remove acme

Exit codes: 0 removed, 1 failed, 2 wrong usage or no such pack.";

pub(super) fn install(args: &InstallArgs) -> anyhow::Result<Exit> {
    let opened = match packs::open(&args.file, args.key.as_slice())? {
        Ok(opened) => opened,
        Err(error) => {
            let message = format!("the pack `{}` is refused: {error} ({})", args.file.display(), error.hint());
            // One that is not there is a failed job; one that cannot be believed is a catalogue that cannot be used.
            return Err(if error.is_io() { anyhow::Error::msg(message) } else { Usage(message).into() });
        }
    };
    let catalogue = opened.pack.catalogue(&args.file);
    if let Some(error) = catalogue.errors.first() {
        let more = match catalogue.errors.len() - 1 {
            0 => String::new(),
            more => format!("; {more} more"),
        };
        return Err(Usage(format!("the pack is refused, it has a broken signature: {error}{more}")).into());
    }
    let name = opened.pack.name();
    let (others, _) = packs::catalogues();
    // Its own earlier version is no other pack.
    let others = others.iter().filter(|it| it.info.name.split(' ').next() != Some(name));
    for other in others {
        if let Some(id) = ids_in_both(&catalogue, other).first() {
            return Err(Usage(format!(
                "the pack is refused: `{id}` is also in the installed pack {}; remove one of the packs, or ask their \
                 makers to part",
                other.info.name
            ))
            .into());
        }
    }
    let replaced = ids_in_both(&catalogue, &Catalogue::builtin()).len();
    let (mut pins, _) = packs::pinned()?;
    pins.extend(args.key.iter().map(|key| Pin { key: key.clone(), pack: Some(name.to_owned()) }));
    let mut is_pinned = false;
    let pin = || {
        // The key first: a pack without its key would be refused, a key without its pack hurts nobody.
        if args.key.is_some() {
            is_pinned = packs::pin(&opened.key, name)?;
        }
        Ok(())
    };
    let change = packs::store()?.install(&opened, &pins, args.downgrade, pin).map_err(as_usage)?;
    print(told(&opened, &change, &catalogue, replaced, is_pinned)?.as_bytes())?;
    Ok(Exit::Done)
}

/// What a refusal of the store means for the exit code.
fn as_usage(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Io(_)) | None => error,
        Some(refusal) => Usage(format!("the pack is refused: {refusal}")).into(),
    }
}

fn told(
    opened: &Opened,
    change: &Change,
    catalogue: &Catalogue,
    replaced: usize,
    is_pinned: bool,
) -> anyhow::Result<String> {
    let Opened { pack, key, .. } = opened;
    let change = match change {
        Change::New => "installed".to_owned(),
        Change::Same => "was installed already".to_owned(),
        Change::Repaired => "installed again, because what was there could not be used".to_owned(),
        Change::Upgraded(old) => format!("installed in place of {old}"),
        Change::Downgraded(old) => format!("installed in place of {old}, which is newer"),
    };
    let mut out = format!(
        "{} {} {change}: {}, licence {}\n",
        pack.name(),
        pack.version(),
        counted(catalogue.signatures.len(), "signature"),
        pack.licence()
    );
    if replaced > 0 {
        writeln!(out, "  {} of the same id replaced", counted(replaced, "built-in signature"))?;
    }
    writeln!(out, "  content {}\n  signed with {key}", pack.sha256())?;
    if is_pinned {
        let file = packs::keys_file()?;
        let file = one_line(&file.display().to_string());
        writeln!(out, "  this key may sign packs named `{}` from now on: {file}", pack.name())?;
    }
    writeln!(out, "`tierline triage` uses it from now on; --no-packs leaves it out")?;
    Ok(out)
}

pub(super) fn remove(args: &RemoveArgs) -> anyhow::Result<Exit> {
    let store = packs::store()?;
    let is_there = store.packs().is_ok_and(|packs| packs.iter().any(|it| it.name == args.name));
    if !is_there || !store.remove(&args.name).with_context(|| format!("failed to remove `{}`", args.name))? {
        let message = format!("no pack `{}` is installed; `tierline signatures packs` lists what is", args.name);
        return Err(Usage(message).into());
    }
    print(format!("{} removed\n", args.name).as_bytes())?;
    Ok(Exit::Done)
}
