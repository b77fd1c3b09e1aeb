//! The end of a case, and its return.

use super::{StoreArgs, now, user, words};
use crate::cli::Exit;
use crate::cli::exit::Usage;

const CLOSE_EXAMPLES: &str = "\
Examples:
  tierline case close 7 --fixed-by veeam/backup-replication/vss-writer-timeout#2
  tierline case close 7 --fixed-by KB1234
  tierline case close 7 --fixed-by 'restarted the file server'";

#[derive(Debug, clap::Args)]
#[command(after_help = CLOSE_EXAMPLES, after_long_help = CLOSE_EXAMPLES)]
pub(super) struct CloseArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// What has solved it: a step of a finding as `SIGNATURE#NUMBER`, which `case show` lists, an article such as `KB1234`, or words.
    /// Steps and articles are told to other cases of the same problem, words only to those of the same customer.
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
    let fixed_by = words(&args.fixed_by, "--fixed-by")?;
    let (store, fixed_by) = (args.store.open()?, fixed_by.trim());
    // A slip of the pen would be counted for ever.
    if store.findings(args.id, now())?.iter().any(|it| it.finding.named(fixed_by) == Some(None)) {
        let why = format!("--fixed-by `{fixed_by}`: no such step; `tierline case show {}` lists them", args.id);
        return Err(Usage(why).into());
    }
    store.close_case(args.id, fixed_by, &user(), now())?;
    Ok(Exit::Done)
}

pub(super) fn run_reopen(args: &ReopenArgs) -> anyhow::Result<Exit> {
    args.store.open()?.reopen_case(args.id, words(&args.why, "TEXT")?.trim(), &user(), now())?;
    Ok(Exit::Done)
}
