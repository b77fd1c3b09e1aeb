//! The state of tickets, read from their trackers.

use crate::cli::connection::{ConnectionArgs, now, outbox, tracker};
use crate::cli::{Exit, output, say};
use std::collections::BTreeMap;
use tierline::connect::{Refreshed, Tracker};
use tierline::report::one_line;

const EXAMPLES: &str = "\
Examples:
  tierline case refresh
  tierline case refresh 7

Exit codes: 0 done, 1 failed or a tracker did not answer, 2 wrong usage.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct RefreshArgs {
    /// The number of the case; all that are not closed, if none is given.
    #[arg(value_name = "ID")]
    id: Option<i64>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn run(args: &RefreshArgs) -> anyhow::Result<Exit> {
    let store = args.connection.store()?;
    let config = args.connection.config()?;
    let cases = match args.id {
        Some(id) => vec![store.case(id)?],
        None => store.cases(None, false)?,
    };
    let mut trackers: BTreeMap<&str, Option<Box<dyn Tracker>>> = BTreeMap::new();
    let mut exit = Exit::Done;
    for (case, ticket) in cases.iter().flat_map(|case| case.tickets.iter().map(move |ticket| (case, ticket))) {
        if config.kind(&ticket.tracker) == Some("portal") {
            continue;
        }
        // One that cannot be used is told once, and keeps nobody from the others.
        let tracker = trackers.entry(&ticket.tracker).or_insert_with(|| {
            let made = tracker(&config, &ticket.tracker);
            made.inspect_err(|error| say(&format!("{}: {error:#}", ticket.tracker))).ok()
        });
        let Some(asked) = tracker else {
            exit = Exit::Failed;
            continue;
        };
        let place = format!("case {}: {}", case.id, ticket.tracker);
        match outbox(&store, &ticket.tracker, &**asked, now(), &|_| {}).refresh(ticket)? {
            Refreshed::Is(status) => {
                let before = ticket.status.as_deref().filter(|it| *it != status);
                let change = before.map_or_else(String::new, |before| format!(", {before} before"));
                let remote = ticket.remote.as_deref().unwrap_or_default();
                let told = format!("{place}: ticket {remote} is {status}{change}");
                output::print(format!("{}\n", one_line(&told)).as_bytes())?;
            }
            Refreshed::Unseen => {}
            Refreshed::Unread { why } => {
                say(&format!("{place}: {why}"));
                exit = Exit::Failed;
            }
            Refreshed::LeftAlone { until, why } => {
                let wait = until.map_or_else(String::new, |it| format!(" for {} s", it.saturating_sub(now())));
                say(&format!("{}: {why}{wait}; its tickets were not read", ticket.tracker));
                exit = Exit::Failed;
                *tracker = None;
            }
        }
    }
    Ok(exit)
}
