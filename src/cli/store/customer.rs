//! What is kept of one customer: written out, or erased.

use super::open;
use crate::cli::connection::{StoreArgs, now};
use crate::cli::exit::Usage;
use crate::cli::output::Sink;
use crate::cli::redact::folder_name;
use crate::cli::{Exit, output, packs, say};
use anyhow::Context;
use serde_json::Value;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use tierline::private::Unfinished;
use tierline::store::{Holdings, Reports, StoreError};
use tierline::watch::read_report;

const EXPORT_EXAMPLES: &str = "\
Examples:
  tierline store export --customer acme --out acme.json --store cases.db
  tierline store export --customer acme --out - --store cases.db";

/// Writes all that is kept of one customer into a file of JSON.
///
/// `tables` has the rows of the store as they are, with the names of their columns; times are seconds since 1970 in UTC. `reports` has
/// the reports that lie beside the customer's bundles, as `tierline.report/1`. Nothing of another customer is in it. It is as secret as
/// the logs: nothing is redacted.
#[derive(Debug, clap::Args)]
#[command(after_help = EXPORT_EXAMPLES, after_long_help = EXPORT_EXAMPLES)]
pub(super) struct ExportArgs {
    /// The customer.
    #[arg(long, value_name = "NAME")]
    customer: String,
    /// The file; `-` is standard output. Only this user can read it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replaces a file that is there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn export(args: &ExportArgs) -> anyhow::Result<Exit> {
    let store = open(&args.store)?;
    let is_stdout = args.out == Path::new("-");
    if !is_stdout && !args.force && args.out.exists() {
        return Err(Usage(format!("--out `{}` is there already; --force replaces it", args.out.display())).into());
    }
    if is_stdout {
        let mut out = BufWriter::new(Sink::Stdout(io::stdout()));
        return match store.export(&args.customer, &mut out, &mut write_reports) {
            Err(StoreError::Export(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
            written => known(written.and_then(|()| Ok(out.flush()?))).map(|()| Exit::Done),
        };
    }
    let failed = || format!("failed to write `{}`", args.out.display());
    let mut out = BufWriter::new(Unfinished::of(&args.out).with_context(failed)?);
    known(store.export(&args.customer, &mut out, &mut write_reports))?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(failed)?;
    file.finish(args.force).with_context(failed)?;
    Ok(Exit::Done)
}

/// Writes the reports one by one, each in a folder, with the SHA-256 of its bundle.
fn write_reports(reports: &Reports, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b",\n  \"reports\": [")?;
    let mut before = "";
    for (folder, sha256) in reports {
        let file = Path::new(folder).join("report.json");
        // One that went with its bundle, or that nobody can read, is not there any more.
        let Some(report) = read_report(Path::new(folder), "report.json", sha256).ok() else {
            continue;
        };
        let Ok(report) = serde_json::from_slice::<Value>(&report) else {
            continue;
        };
        let entry = serde_json::json!({"path": file.to_string_lossy(), "report": report});
        write!(out, "{before}\n    {entry}")?;
        before = ",";
    }
    out.write_all(b"\n  ]")
}

const ERASE_EXAMPLES: &str = "\
Examples:
  tierline store erase --customer acme --dry-run --store cases.db
  tierline store erase --customer acme --yes --store cases.db";

/// Erases all that is kept of one customer, for good.
///
/// Cases, bundles, reports' places, tickets, notes, the outbox and the audit trail of the customer go, and the file is written anew, so
/// that nothing of it is left in it. A count and the date stay. What lies outside the store stays too, and is listed: bundles and
/// reports (which a watch would read again), packages, the customer's keys and pseudonyms. Tickets at trackers and earlier copies of
/// the store are not touched either.
#[derive(Debug, clap::Args)]
#[command(after_help = ERASE_EXAMPLES, after_long_help = ERASE_EXAMPLES)]
pub(super) struct EraseArgs {
    /// The customer.
    #[arg(long, value_name = "NAME")]
    customer: String,
    /// Erases without asking.
    #[arg(long)]
    yes: bool,
    /// Says what would be erased and what would stay, and erases nothing.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Erases although a tracker may be taking in something of the customer just now.
    #[arg(long)]
    in_flight_too: bool,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn erase(args: &EraseArgs) -> anyhow::Result<Exit> {
    let store = open(&args.store)?;
    let held = known(store.holdings(&args.customer))?;
    let places = remaining(&args.customer, &held)?;
    if args.dry_run {
        let mut text = format!("{} rows would be erased:\n", held.total());
        held.rows.iter().for_each(|(table, rows)| text.push_str(&format!("{rows:>9} {table}\n")));
        if !held.in_flight.is_empty() {
            text.push_str(&format!(
                "Entries {:?} of the outbox are on their way: see --in-flight-too.\n",
                held.in_flight
            ));
        }
        output::print((text + &stays(&places)).as_bytes())?;
        return Ok(Exit::Done);
    }
    if !args.yes && !approved(args, &held)? {
        return Ok(Exit::Refused);
    }
    let rows = match store.erase(&args.customer, args.in_flight_too, now()) {
        Err(why @ (StoreError::InFlight(_) | StoreError::Watched | StoreError::Notifying)) => {
            say(&format!("refused: {why}; nothing was erased"));
            return Ok(Exit::Refused);
        }
        erased => erased?,
    };
    output::print(format!("{rows} rows were erased.\n{}", stays(&places)).as_bytes())?;
    Ok(Exit::Done)
}

/// That nothing is known of somebody is a mistake in the name.
fn known<T>(result: Result<T, StoreError>) -> anyhow::Result<T> {
    match result {
        Err(error @ StoreError::NoCustomer(_)) => Err(Usage(error.to_string()).into()),
        result => Ok(result?),
    }
}

/// What is there outside the store.
fn remaining(customer: &str, held: &Holdings) -> anyhow::Result<Vec<PathBuf>> {
    let mut places: Vec<PathBuf> = held.places.iter().filter(|it| it.symlink_metadata().is_ok()).cloned().collect();
    let customers = packs::data_folder()?.join("customers");
    places.extend(folder_name(customer).map(|it| customers.join(it)).filter(|it| it.exists()));
    Ok(places)
}

fn stays(places: &[PathBuf]) -> String {
    if places.is_empty() {
        return "Nothing that the store knows of stays outside it.\n".to_owned();
    }
    let mut text =
        String::from("These files and folders outside the store stay; remove them before a watch reads them again:\n");
    places.iter().for_each(|it| text.push_str(&format!("  {}\n", tierline::report::one_line(&it.to_string_lossy()))));
    text
}

/// Asks on the terminal.
fn approved(args: &EraseArgs, held: &Holdings) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        say("refused: nobody has said yes; say --yes, or look at it with --dry-run first");
        return Ok(false);
    }
    let mut out = io::stderr();
    let question = format!("Erase {} rows of {} for good? [y/N] ", held.total(), args.customer);
    out.write_all(tierline::report::one_line(&question).as_bytes()).and_then(|()| out.flush())?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        say("refused: not approved");
    }
    Ok(yes)
}
