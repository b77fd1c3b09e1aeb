//! Who works on a case.

use super::{StoreArgs, now, user, words};
use crate::cli::Exit;

const EXAMPLES: &str = "\
Examples:
  tierline case assign 7 jo
  tierline case unassign 7
  tierline case list --assigned jo";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct AssignArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// Who works on it from now on.
    #[arg(value_name = "PERSON")]
    person: String,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct UnassignArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &AssignArgs) -> anyhow::Result<Exit> {
    let person = words(&args.person, "PERSON")?;
    args.store.open()?.assign(args.id, Some(person.trim()), &user(), now())?;
    Ok(Exit::Done)
}

pub(super) fn run_unassign(args: &UnassignArgs) -> anyhow::Result<Exit> {
    args.store.open()?.assign(args.id, None, &user(), now())?;
    Ok(Exit::Done)
}
