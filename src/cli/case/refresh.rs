//! The state of tickets, read from their trackers.

use crate::cli::connection::{ConnectionArgs, now, tracker};
use crate::cli::{Exit, output, say};
use tierline::connect::Config;
use tierline::store::{Store, Ticket};

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
    let mut exit = Exit::Done;
    for case in &cases {
        for ticket in &case.tickets {
            // One tracker that does not answer keeps nobody from the others.
            match refresh(&store, &config, ticket) {
                Ok(Some(status)) => {
                    output::print(format!("case {}: {}: {status}\n", case.id, ticket.tracker).as_bytes())?;
                }
                Ok(None) => {}
                Err(why) => {
                    say(&format!("case {}: {}: {why}", case.id, ticket.tracker));
                    exit = Exit::Failed;
                }
            }
        }
    }
    Ok(exit)
}

/// Reads the state of a ticket and stores it; `None` if nobody can be asked.
fn refresh(store: &Store, config: &Config, ticket: &Ticket) -> Result<Option<String>, String> {
    let Some(remote) = ticket.remote.as_deref().filter(|_| ticket.accepted.is_some()) else { return Ok(None) };
    if config.kind(&ticket.tracker) == Some("portal") {
        return Ok(None);
    }
    let tracker = tracker(config, &ticket.tracker).map_err(|error| format!("{error:#}"))?;
    if tracker.unseen(&ticket.problem).is_some() {
        return Ok(None);
    }
    let holds = tracker.read(remote, &[]).map_err(|failure| failure.why().to_owned())?;
    if holds.key.as_deref() != Some(&*ticket.problem) {
        return Err(format!("ticket {remote} does not hold the key of the problem any more; was it merged?"));
    }
    store.set_remote(ticket.id, remote, Some(&holds.status), now()).map_err(|error| error.to_string())?;
    let before = ticket.status.as_deref().filter(|it| *it != holds.status);
    let change = before.map_or_else(String::new, |before| format!(", {before} before"));
    Ok(Some(format!("ticket {remote} is {}{change}", holds.status)))
}
