//! The cases, one a line.

use super::{Format, StoreArgs, shown};
use crate::cli::Exit;

const EXAMPLES: &str = "\
Examples:
  tierline case list
  tierline case list --open --customer acme
  tierline case list -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ListArgs {
    /// Only those of a customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// Only those that are not closed.
    #[arg(long)]
    open: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let cases = args.store.open()?.cases(args.customer.as_deref(), !args.open)?;
    shown::print_list(&cases, args.output)?;
    Ok(Exit::Done)
}
