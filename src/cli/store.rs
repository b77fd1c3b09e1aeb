mod customer;
mod uploads;
mod whole;

use super::Exit;
use super::connection::StoreArgs;
use super::exit::Usage;
use clap::Subcommand;
use std::path::PathBuf;
use tierline::store::Store;

/// Looks after the store: copies it while others work with it, checks it, exports and erases what is kept of a customer, lists uploads that were not read.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct StoreCommands {
    #[command(subcommand)]
    command: StoreCommand,
}

const EXAMPLES: &str = "\
Examples:
  tierline store backup /backup/cases.db --store cases.db
  tierline store check --store cases.db
  tierline store uploads --store cases.db
  tierline store export --customer acme --out acme.json --store cases.db
  tierline store erase --customer acme --dry-run --store cases.db

Exit codes: 0 done, 1 failed or the store is damaged, 2 wrong usage, 6 refused: nobody has said yes, or it is in use.";

#[derive(Debug, Subcommand)]
enum StoreCommand {
    Backup(whole::BackupArgs),
    /// Checks the store, or a copy of it, and counts what is in it.
    Check(whole::CheckArgs),
    /// Gives what was freed back to the disk; what stood there stands nowhere in the files any more.
    Compact(whole::CompactArgs),
    /// Lists uploads to watched folders that were not read, with the reason.
    Uploads(uploads::UploadsArgs),
    Export(customer::ExportArgs),
    Erase(customer::EraseArgs),
}

pub(super) fn run(args: &StoreCommands) -> anyhow::Result<Exit> {
    match &args.command {
        StoreCommand::Backup(args) => whole::backup(args),
        StoreCommand::Check(args) => whole::check(args),
        StoreCommand::Compact(args) => whole::compact(args),
        StoreCommand::Uploads(args) => uploads::uploads(args),
        StoreCommand::Export(args) => customer::export(args),
        StoreCommand::Erase(args) => customer::erase(args),
    }
}

/// The file of the store, which has to be there: an empty one would be made of a name that was mistyped.
fn existing(args: &StoreArgs) -> anyhow::Result<PathBuf> {
    let path = args.path()?;
    match path.is_file() {
        true => Ok(path),
        false => Err(Usage(format!("there is no store `{}`", path.display())).into()),
    }
}

fn open(args: &StoreArgs) -> anyhow::Result<Store> {
    existing(args)?;
    args.open()
}
