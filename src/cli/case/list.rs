//! The cases, one a line.

use super::{Format, Promises, due, now, shown};
use crate::cli::Exit;
use crate::cli::connection::PromiseArgs;
use crate::cli::format::FailOn;
use clap::ValueEnum;
use tierline::signature::Severity;
use tierline::store::{CaseFilter, Status};

const EXAMPLES: &str = "\
Examples:
  tierline case list
  tierline case list --open --customer acme
  tierline case list --open --unassigned --severity high
  tierline case list --state waiting --assigned jo
  tierline case list --signature veeam/backup-replication/vss-writer-timeout
  tierline case list --due 8h
  tierline case list -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ListArgs {
    /// Only those of a customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// Only those that are not closed.
    #[arg(long, conflicts_with = "state")]
    open: bool,
    /// Only those that stand so.
    #[arg(long, value_name = "STATE", value_enum)]
    state: Option<State>,
    /// Only those in whose logs this problem was found: the id of a signature or of an unexplained error.
    #[arg(long, value_name = "ID")]
    signature: Option<String>,
    /// Only those that are as bad as this or worse.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    severity: Option<FailOn>,
    /// Only those that somebody works on.
    #[arg(long, value_name = "PERSON", conflicts_with = "unassigned")]
    assigned: Option<String>,
    /// Only those that nobody works on.
    #[arg(long)]
    unassigned: bool,
    /// Only those of which something is late or due within a time, such as `8h`.
    #[arg(long, value_name = "LENGTH")]
    due: Option<String>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    promises: PromiseArgs,
}

/// How a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum State {
    /// We or the vendor work on it.
    Open,
    /// The customer has to bring something.
    Waiting,
    /// It is over.
    Closed,
}

pub(super) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let until = args.due.as_deref().map(|it| due::until(it, "--due", now())).transpose()?;
    let filter = CaseFilter {
        customer: args.customer.as_deref(),
        not_closed: args.open,
        status: args.state.map(|it| match it {
            State::Open => Status::Open,
            State::Waiting => Status::Waiting,
            State::Closed => Status::Closed,
        }),
        severity: args.severity.map(|it| Severity::from(it).name()),
        assigned: args.assigned.as_deref(),
        unassigned: args.unassigned,
        problem: args.signature.as_deref(),
    };
    let store = args.promises.connection.store()?;
    let mut cases = store.cases_that(&filter)?;
    if let Some(until) = until {
        let promises = Promises::new(&args.promises)?;
        let mut near = Vec::new();
        for case in cases {
            if due::running(&promises.clocks(&case, now())?, until).next().is_some() {
                near.push(case);
            }
        }
        cases = near;
    }
    shown::print_list(&cases, &store.quiet_cases(now())?, args.output)?;
    Ok(Exit::Done)
}
