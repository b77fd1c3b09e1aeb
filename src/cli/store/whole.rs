//! The store as a whole: copies, checks, room.

use super::{existing, open};
use crate::cli::connection::StoreArgs;
use crate::cli::exit::Usage;
use crate::cli::{Exit, output, say};
use std::path::PathBuf;
use tierline::calendar::utc;
use tierline::store::Store;

const BACKUP_EXAMPLES: &str = "\
Examples:
  tierline store backup /backup/cases.db --store cases.db
  tierline store backup /backup/cases.db --store cases.db --force

To restore it, end all programs that use the store, remove its `-wal` and `-shm` files, and put the copy in its place.";

/// Copies the store as it is at one moment, while `watch` and others work with it.
///
/// The copy is checked before it gets its name: a file of that name is whole. Only this user can read it.
#[derive(Debug, clap::Args)]
#[command(after_help = BACKUP_EXAMPLES, after_long_help = BACKUP_EXAMPLES)]
pub(super) struct BackupArgs {
    /// The copy.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replaces a copy that is there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn backup(args: &BackupArgs) -> anyhow::Result<Exit> {
    let store = open(&args.store)?;
    if args.file.is_dir() {
        return Err(Usage(format!("`{}` is a folder; name the file", args.file.display())).into());
    }
    if !args.force && args.file.exists() {
        return Err(Usage(format!("`{}` is there already; --force replaces it", args.file.display())).into());
    }
    let bytes = store.backup(&args.file, args.force)?;
    output::print(format!("{}: {bytes} bytes, checked\n", args.file.display()).as_bytes())?;
    Ok(Exit::Done)
}

const CHECK_EXAMPLES: &str = "\
Examples:
  tierline store check --store cases.db
  tierline store check --store /backup/cases.db";

#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES, after_long_help = CHECK_EXAMPLES)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn check(args: &CheckArgs) -> anyhow::Result<Exit> {
    let store = Store::open_to_look(&existing(&args.store)?)?;
    let flaws = store.check()?;
    flaws.iter().for_each(|it| say(it));
    let mut text = format!("format {}\n", store.format()?);
    for (words, count) in store.counts()? {
        text.push_str(&format!("{count:>9} {words}\n"));
    }
    for (at, rows) in store.erasures()? {
        text.push_str(&format!("{rows} rows of a customer were erased at {}\n", utc(at)));
    }
    text.push_str(if flaws.is_empty() { "The store is whole.\n" } else { "The store is damaged.\n" });
    output::print(text.as_bytes())?;
    Ok(if flaws.is_empty() { Exit::Done } else { Exit::Failed })
}

const COMPACT_EXAMPLES: &str = "\
Examples:
  tierline store compact --store cases.db";

#[derive(Debug, clap::Args)]
#[command(after_help = COMPACT_EXAMPLES, after_long_help = COMPACT_EXAMPLES)]
pub(super) struct CompactArgs {
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn compact(args: &CompactArgs) -> anyhow::Result<Exit> {
    open(&args.store)?.compact()?;
    Ok(Exit::Done)
}
