//! The end of a case, and its return.

use super::{StoreArgs, now, user, words};
use crate::cli::Exit;

const CLOSE_EXAMPLES: &str = "\
Examples:
  tierline case close 7 --fixed-by 'KB1234, applied by the customer'";

#[derive(Debug, clap::Args)]
#[command(after_help = CLOSE_EXAMPLES, after_long_help = CLOSE_EXAMPLES)]
pub(super) struct CloseArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// What has solved it: in words, an article, or the id of a signature.
    #[arg(long, value_name = "TEXT")]
    fixed_by: String,
    #[command(flatten)]
    store: StoreArgs,
}

const REOPEN_EXAMPLES: &str = "\
Examples:
  tierline case reopen 7 'it came back'";

#[derive(Debug, clap::Args)]
#[command(after_help = REOPEN_EXAMPLES, after_long_help = REOPEN_EXAMPLES)]
pub(super) struct ReopenArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// Why.
    #[arg(value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &CloseArgs) -> anyhow::Result<Exit> {
    args.store.open()?.close_case(args.id, words(&args.fixed_by, "--fixed-by")?.trim(), &user(), now())?;
    Ok(Exit::Done)
}

pub(super) fn run_reopen(args: &ReopenArgs) -> anyhow::Result<Exit> {
    args.store.open()?.reopen_case(args.id, words(&args.why, "TEXT")?.trim(), &user(), now())?;
    Ok(Exit::Done)
}
