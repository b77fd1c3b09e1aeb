//! What was tried, and what somebody said.

use super::{StoreArgs, now, user, words};
use crate::cli::Exit;
use tierline::store::Says;

const TRIED_EXAMPLES: &str = "\
Examples:
  tierline case tried 7 'restarted the backup service'
  tierline case tried 7 veeam/backup-replication/vss-writer-timeout
  tierline case tried 7 veeam/backup-replication/vss-writer-timeout#2";

#[derive(Debug, clap::Args)]
#[command(after_help = TRIED_EXAMPLES, after_long_help = TRIED_EXAMPLES)]
pub(super) struct TriedArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// What was tried: in words, as the id of a signature all of whose steps were, or as `SIGNATURE#NUMBER`, one step of level 1.
    #[arg(value_name = "STEP")]
    step: String,
    #[command(flatten)]
    store: StoreArgs,
}

const NOTE_EXAMPLES: &str = "\
Examples:
  tierline case note 7 'known defect, fixed in 12.3.2' --vendor
  tierline case note 7 'send the logs of the proxy too' --vendor --waits
  tierline case note 7 'the logs are there' --customer
  tierline case note 7 - --vendor";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTE_EXAMPLES, after_long_help = NOTE_EXAMPLES)]
pub(super) struct NoteArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// What was said; `-` reads it from standard input.
    #[arg(value_name = "TEXT")]
    text: String,
    /// The vendor said it: its clock stops, or runs to its next answer if the vendor's profile says how often it reports.
    #[arg(long, conflicts_with = "customer")]
    vendor: bool,
    /// The customer said it: a contract's clock that rests goes on.
    #[arg(long)]
    customer: bool,
    /// From now on the customer has to bring something: the contract's clock rests, until there is an answer or logs come.
    #[arg(long)]
    waits: bool,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run_tried(args: &TriedArgs) -> anyhow::Result<Exit> {
    args.store.open()?.tried(args.id, words(&args.step, "STEP")?.trim(), &user(), now())?;
    Ok(Exit::Done)
}

pub(super) fn run(args: &NoteArgs) -> anyhow::Result<Exit> {
    let says = match (args.vendor, args.customer) {
        (true, _) => Says::Vendor,
        (_, true) => Says::Customer,
        _ => Says::We,
    };
    let text = words(&args.text, "TEXT")?;
    args.store.open()?.note(args.id, says, text.trim(), args.waits, &user(), now())?;
    Ok(Exit::Done)
}
