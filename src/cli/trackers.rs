use super::case::signatures;
use super::connection::{ConnectionArgs, tracker};
use super::{Exit, output, say};
use clap::Subcommand;
use std::path::PathBuf;
use tierline::store::Health;

/// Shows the trackers of the configuration and whether they can be used.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct TrackersArgs {
    #[command(subcommand)]
    command: TrackersCommand,
}

const EXAMPLES: &str = "\
Examples:
  tierline trackers check
  tierline trackers check desk

Exit codes: 0 all can be used, 1 one cannot, 2 wrong usage or a mistake in the configuration.";

#[derive(Debug, Subcommand)]
enum TrackersCommand {
    /// Tries credentials, queue and the field for the key; one that was stopped is taken up again if all is well.
    Check(CheckArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
struct CheckArgs {
    /// The tracker; all, if none is named.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Adds the vendors and signatures in DIR, which the configuration may name; may be repeated.
    #[arg(long, value_name = "DIR")]
    signatures: Vec<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn run(args: &TrackersArgs) -> anyhow::Result<Exit> {
    let TrackersCommand::Check(args) = &args.command;
    let config = args.connection.config()?;
    let store = args.connection.store()?;
    let names = match &args.name {
        Some(name) => vec![name.as_str()],
        None => config.names(),
    };
    let mut exit = Exit::Done;
    // A name that is misspelt would silently do nothing.
    let set = signatures(&args.signatures)?;
    let names_mean = config
        .check_vendors(set.vendors())
        .and_then(|()| config.check_signatures(&set))
        .and(store.customers().map(|it| config.check_customers(&it))?);
    if let Err(error) = names_mean {
        say(&error.to_string());
        exit = Exit::Usage;
    }
    for name in names {
        let kind = config.kind(name).unwrap_or_default();
        if kind == "portal" {
            output::print(format!("{name}: portal, used by people; nothing to check\n").as_bytes())?;
            continue;
        }
        // One mistake keeps nobody from seeing the others.
        let tracker = match tracker(&config, name) {
            Ok(tracker) => tracker,
            Err(error) => {
                say(&format!("{name}: {kind}, cannot be used: {error:#}"));
                exit = if exit == Exit::Failed { exit } else { Exit::Usage };
                continue;
            }
        };
        let unverified = tracker
            .habits()
            .unverified
            .map(|it| format!("not verified live: never tried against a real server, but made from {it}"));
        match tracker.probe() {
            Ok(probe) => {
                store.set_health(name, &Health::default())?;
                let mut text = format!("{name}: {kind}, can be used\n");
                probe.seen.iter().for_each(|it| text.push_str(&format!("  {it}\n")));
                unverified.iter().for_each(|it| text.push_str(&format!("  {it}\n")));
                output::print(text.as_bytes())?;
            }
            Err(failure) => {
                say(&format!("{name}: {kind}, cannot be used: {}", failure.why()));
                // Above all then: the fault may be ours.
                unverified.iter().for_each(|it| say(&format!("{name}: {it}")));
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}
