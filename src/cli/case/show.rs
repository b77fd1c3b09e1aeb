//! All of one case.

use super::{Format, Promises, now, shown};
use crate::cli::Exit;
use crate::cli::connection::PromiseArgs;

const EXAMPLES: &str = "\
Examples:
  tierline case show 7
  tierline case show 7 -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ShowArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    promises: PromiseArgs,
}

pub(super) fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let store = args.promises.connection.store()?;
    let case = store.case(args.id)?;
    let clocks = Promises::new(&args.promises)?.clocks(&case, now())?;
    let findings = store.findings(case.id, now())?;
    let recurrences = findings.iter().map(|it| store.recurrence(case.id, &it.finding.problem));
    let recurrences = recurrences.collect::<Result<Vec<_>, _>>()?;
    let all = shown::Whole { case: &case, clocks: &clocks, findings: &findings, recurrences: &recurrences };
    shown::print_case(&all, args.output)?;
    Ok(Exit::Done)
}
