use super::case::user;
use super::connection::{ConnectionArgs, StoreArgs, drive, now, tell, tracker};
use super::exit::Usage;
use super::{Exit, output, say};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::path::Path;
use tierline::calendar::utc;
use tierline::connect::OutboxError;
use tierline::store::{Entry, State, Store};

/// Shows the packages on their way to trackers, and goes on with those that wait.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct OutboxArgs {
    #[command(subcommand)]
    command: OutboxCommand,
}

const EXAMPLES: &str = "\
Examples:
  tierline outbox list
  tierline outbox list -o json
  tierline outbox show 3
  tierline outbox retry
  tierline outbox retry 3
  tierline outbox approve 3

Exit codes: 0 done, 1 failed, 2 wrong usage, 5 something still waits or is held.";

#[derive(Debug, Subcommand)]
enum OutboxCommand {
    /// Lists all entries with their state.
    List(ListArgs),
    /// Shows an entry with its files, and what has left the machine for its ticket.
    Show(ShowArgs),
    /// Goes on with one entry, also one that is held, or with all that are due.
    Retry(RetryArgs),
    /// Approves an entry that a watch has made and that waits for a person, and sends it.
    Approve(ApproveArgs),
    /// Gives an entry up that cannot go through, so that those behind it go on.
    Drop(DropArgs),
    /// Says that what was sent by an entry has arrived, where that cannot be seen from here, and goes on.
    Arrived(ArrivedArgs),
}

const LIST_EXAMPLES: &str = "\
Examples:
  tierline outbox list
  tierline outbox list -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = LIST_EXAMPLES, after_long_help = LIST_EXAMPLES)]
struct ListArgs {
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    store: StoreArgs,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  tierline outbox show 3
  tierline outbox show 3 -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = SHOW_EXAMPLES, after_long_help = SHOW_EXAMPLES)]
struct ShowArgs {
    /// The number of the entry.
    #[arg(value_name = "ID")]
    id: i64,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    store: StoreArgs,
}

const RETRY_EXAMPLES: &str = "\
Examples:
  tierline outbox retry
  tierline outbox retry 3 --wait 60";

#[derive(Debug, clap::Args)]
#[command(after_help = RETRY_EXAMPLES, after_long_help = RETRY_EXAMPLES)]
struct RetryArgs {
    /// The number of the entry; all that are due, if none is given.
    #[arg(value_name = "ID")]
    id: Option<i64>,
    /// Waits so long for a tracker that does not answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u32,
    #[command(flatten)]
    connection: ConnectionArgs,
}

const APPROVE_EXAMPLES: &str = "\
Examples:
  tierline outbox show 3
  tierline outbox approve 3";

#[derive(Debug, clap::Args)]
#[command(after_help = APPROVE_EXAMPLES, after_long_help = APPROVE_EXAMPLES)]
struct ApproveArgs {
    /// The number of the entry, which waits for approval.
    #[arg(value_name = "ID")]
    id: i64,
    #[command(flatten)]
    connection: ConnectionArgs,
}

const DROP_EXAMPLES: &str = "\
Examples:
  tierline outbox drop 3 'the log is too large for the tracker; sent by other means'";

#[derive(Debug, clap::Args)]
#[command(after_help = DROP_EXAMPLES, after_long_help = DROP_EXAMPLES)]
struct DropArgs {
    /// The number of the entry.
    #[arg(value_name = "ID")]
    id: i64,
    /// Why; it is written down with the case.
    #[arg(value_name = "REASON")]
    reason: String,
    #[command(flatten)]
    store: StoreArgs,
}

const ARRIVED_EXAMPLES: &str = "\
Examples:
  tierline outbox arrived 3";

#[derive(Debug, clap::Args)]
#[command(after_help = ARRIVED_EXAMPLES, after_long_help = ARRIVED_EXAMPLES)]
struct ArrivedArgs {
    /// The number of the entry, which is held.
    #[arg(value_name = "ID")]
    id: i64,
    #[command(flatten)]
    connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(args: &OutboxArgs) -> anyhow::Result<Exit> {
    match &args.command {
        OutboxCommand::List(args) => list(args),
        OutboxCommand::Show(args) => show(args),
        OutboxCommand::Retry(args) => retry(args),
        OutboxCommand::Approve(args) => approve(args),
        OutboxCommand::Drop(args) => give_up(args),
        OutboxCommand::Arrived(args) => arrived(args),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let store = args.store.open()?;
    let entries = store.entries()?;
    if args.output == Format::Json {
        let all = entries.iter().map(|it| json(&store, it)).collect::<anyhow::Result<Vec<_>>>()?;
        return print(&Value::Array(all));
    }
    let mut text = String::new();
    for entry in &entries {
        text.push_str(&line(&store, entry)?);
    }
    if entries.is_empty() {
        text.push_str("The outbox is empty.\n");
    }
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

fn show(args: &ShowArgs) -> anyhow::Result<Exit> {
    let store = args.store.open()?;
    let entry = store.entry(args.id)?.ok_or(OutboxError::None(args.id))?;
    let ticket = store.ticket(entry.ticket)?;
    let left: Vec<_> = store.left()?.into_iter().filter(|it| it.ticket == ticket.id).collect();
    if args.output == Format::Json {
        let mut value = json(&store, &entry)?;
        let left = left.iter().map(|it| {
            json!({"time": utc(it.at), "target": it.target, "what": it.what, "bytes": it.bytes, "sha256": it.sha256,
                "outcome": it.outcome})
        });
        value["left"] = left.collect();
        return print(&value);
    }
    let mut text = line(&store, &entry)?;
    text.push_str(&format!("  package {}\n", entry.package));
    for file in &entry.files {
        text.push_str(&format!("  {:8} {} ({} bytes)\n", file.state.name(), file.path, file.bytes));
    }
    let none = if left.is_empty() { " nothing" } else { "" };
    text.push_str(&format!("What has left the machine for this ticket:{none}\n"));
    for it in &left {
        let outcome = it.outcome.as_deref().unwrap_or("no answer was written down");
        text.push_str(&format!("  {} {} to {}: {outcome}\n", utc(it.at), it.what, it.target));
    }
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

fn retry(args: &RetryArgs) -> anyhow::Result<Exit> {
    let store = args.connection.store()?;
    let config = args.connection.config()?;
    let entries = match args.id {
        Some(id) => vec![store.entry(id)?.ok_or(OutboxError::None(id))?],
        None => store.entries()?,
    };
    let until = now() + i64::from(args.wait);
    let mut all_done = true;
    let is_over = |it: &Entry| it.state == State::Verified || it.state == State::Dropped && args.id.is_none();
    for entry in entries.iter().filter(|it| !is_over(it)) {
        let is_due = args.id.is_some() || (entry.state != State::Held && entry.due <= until);
        if !is_due {
            all_done = false;
            say(&match entry.state {
                State::Held => format!("entry {id} is held: `tierline outbox show {id}` says why", id = entry.id),
                _ => format!(
                    "entry {id} waits and is tried again in {} s; `tierline outbox retry {id}` goes on at once",
                    entry.due.saturating_sub(now()),
                    id = entry.id
                ),
            });
            continue;
        }
        let name = store.ticket(entry.ticket)?.tracker;
        if config.kind(&name) == Some("portal") {
            all_done = false;
            say(&format!(
                "entry {}: a person records the number of the case with `tierline submit --recorded`",
                entry.id
            ));
            continue;
        }
        let tracker = match tracker(&config, &name) {
            // Of several entries the others go on.
            Err(error) if args.id.is_none() => {
                say(&format!("entry {}: {error:#}", entry.id));
                all_done = false;
                continue;
            }
            tracker => tracker?,
        };
        if args.id.is_some() {
            store.release(entry.id, now())?;
        }
        let outcome = drive(&store, &name, &*tracker, entry.id, until)?;
        all_done &= tell(&name, &*tracker, entry.id, &outcome)?;
    }
    Ok(if all_done { Exit::Done } else { Exit::Pending })
}

fn approve(args: &ApproveArgs) -> anyhow::Result<Exit> {
    let store = args.connection.store()?;
    let config = args.connection.config()?;
    let entry = store.entry(args.id)?.ok_or(OutboxError::None(args.id))?;
    let name = store.ticket(entry.ticket)?.tracker;
    if config.kind(&name) == Some("portal") {
        let message =
            format!("`{name}` is a portal: `tierline submit {} --to {name}` says what to paste there", entry.package);
        return Err(Usage(message).into());
    }
    let tracker = tracker(&config, &name)?;
    if !store.approve(entry.id, &user(), now())? {
        return Err(Usage(format!("entry {} does not wait for approval", entry.id)).into());
    }
    let outcome = drive(&store, &name, &*tracker, entry.id, now())?;
    Ok(if tell(&name, &*tracker, entry.id, &outcome)? { Exit::Done } else { Exit::Pending })
}

fn give_up(args: &DropArgs) -> anyhow::Result<Exit> {
    if args.reason.trim().is_empty() {
        return Err(Usage("say why; it is written down with the case".to_owned()).into());
    }
    let store = args.store.open()?;
    let entry = store.entry(args.id)?.ok_or(OutboxError::None(args.id))?;
    // Nobody shall be at it meanwhile.
    let _lock = store.lock(entry.ticket)?;
    if !store.give_up(entry.id, args.reason.trim(), &user(), now())? {
        return Err(Usage(format!("entry {} is through or was dropped already", entry.id)).into());
    }
    output::print(format!("entry {} is dropped\n", entry.id).as_bytes())?;
    Ok(Exit::Done)
}

fn arrived(args: &ArrivedArgs) -> anyhow::Result<Exit> {
    let store = args.connection.store()?;
    let config = args.connection.config()?;
    let entry = store.entry(args.id)?.ok_or(OutboxError::None(args.id))?;
    if !store.arrived(entry.id, now())? {
        return Err(Usage(format!("entry {} is not held for an answer to that", entry.id)).into());
    }
    let name = store.ticket(entry.ticket)?.tracker;
    let tracker = tracker(&config, &name)?;
    let outcome = drive(&store, &name, &*tracker, entry.id, now())?;
    Ok(if tell(&name, &*tracker, entry.id, &outcome)? { Exit::Done } else { Exit::Pending })
}

fn line(store: &Store, entry: &Entry) -> anyhow::Result<String> {
    let ticket = store.ticket(entry.ticket)?;
    let mut line = format!(
        "{:>4} {:9} {:6} {} for {}",
        entry.id,
        entry.state.name(),
        entry.kind.name(),
        ticket.tracker,
        ticket.customer
    );
    if let Some(remote) = &ticket.remote {
        line.push_str(&format!(", ticket {remote}"));
    }
    if let Some(reason) = &entry.reason {
        line.push_str(&format!(": {}", tierline::report::one_line(reason)));
    }
    Ok(line + "\n")
}

fn json(store: &Store, entry: &Entry) -> anyhow::Result<Value> {
    let ticket = store.ticket(entry.ticket)?;
    let files = entry
        .files
        .iter()
        .map(|it| json!({"path": it.path, "sha256": it.sha256, "bytes": it.bytes, "state": it.state.name()}));
    Ok(json!({
        "id": entry.id, "state": entry.state.name(), "kind": entry.kind.name(), "tracker": ticket.tracker,
        "customer": ticket.customer, "case": ticket.case, "key": ticket.problem, "ticket": ticket.remote,
        "ticket_status": ticket.status, "package": Path::new(&entry.package), "manifest": entry.manifest,
        "attempts": entry.attempts, "due": utc(entry.due), "reason": entry.reason, "created": utc(entry.created),
        "changed": utc(entry.changed), "files": files.collect::<Vec<_>>(),
    }))
}

fn print(value: &Value) -> anyhow::Result<Exit> {
    output::print(format!("{value:#}\n").as_bytes())?;
    Ok(Exit::Done)
}
