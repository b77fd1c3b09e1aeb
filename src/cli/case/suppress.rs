//! Problems that are to open no cases.

use super::shown::print;
use super::{Format, StoreArgs, now, user, words};
use crate::cli::exit::Usage;
use crate::cli::redact::Customer;
use crate::cli::{Exit, output, say, today};
use clap::Subcommand;
use serde_json::{Value, json};
use tierline::calendar::utc;
use tierline::report::one_line;
use tierline::signature::Day;
use tierline::store::{NewSuppression, Suppression};

/// So many open cases are named.
const NAMED: usize = 10;

const EXAMPLES: &str = "\
Examples:
  tierline case suppress add acme/app/full --customer acme --until 2099-01-31 --reason 'the disks come in January'
  tierline case suppress add acme/app/full --all-customers --until 2099-01-31 --reason 'harmless, says the vendor'
  tierline case suppress list
  tierline case suppress remove 3";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct SuppressArgs {
    #[command(subcommand)]
    command: SuppressCommand,
}

#[derive(Debug, Subcommand)]
enum SuppressCommand {
    /// Suppresses a problem. It opens no case from then on; reports say until when, cases also why. Prints the number.
    Add(AddArgs),
    /// Lists what is suppressed.
    List(ListArgs),
    /// Takes a suppression back.
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
struct AddArgs {
    /// The id of the signature or of the unexplained error.
    #[arg(value_name = "ID")]
    problem: String,
    /// At which customer.
    #[arg(long, value_name = "NAME", required_unless_present = "all_customers")]
    customer: Option<String>,
    /// At every customer.
    #[arg(long, conflicts_with = "customer")]
    all_customers: bool,
    /// The last day on which it holds, in UTC.
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
struct ListArgs {
    /// Only what holds at a customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// Also what has ended or was taken back.
    #[arg(long)]
    all: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
struct RemoveArgs {
    /// The number of the suppression.
    #[arg(value_name = "NUMBER")]
    id: i64,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &SuppressArgs) -> anyhow::Result<Exit> {
    match &args.command {
        SuppressCommand::Add(args) => add(args),
        SuppressCommand::List(args) => list(args),
        SuppressCommand::Remove(args) => remove(args),
    }
}

fn add(args: &AddArgs) -> anyhow::Result<Exit> {
    args.customer.as_deref().map(|it| Customer::new(it, None)).transpose()?;
    let day =
        Day::parse(&args.until).ok_or_else(|| Usage(format!("--until `{}`: no day such as 2026-12-31", args.until)))?;
    if day < today() {
        return Err(Usage(format!("--until `{day}`: the day is over")).into());
    }
    let (problem, reason) = (words(&args.problem, "ID")?, words(&args.reason, "--reason")?);
    let (problem, until) = (problem.trim(), day.to_string());
    let store = args.store.open()?;
    let new = NewSuppression { customer: args.customer.as_deref(), problem, reason: reason.trim(), until: &until };
    let id = store.suppress(&new, &user(), now())?;
    if !store.was_found(problem)? {
        say(&format!("no case has a finding `{problem}` yet; is the id right?"));
    }
    let open = store.open_cases_with(problem, args.customer.as_deref())?;
    if !open.is_empty() {
        let named: Vec<String> = open.iter().take(NAMED).map(i64::to_string).collect();
        let more = match open.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        say(&format!("open cases have it, and stay open until somebody closes them: {}{more}", named.join(", ")));
    }
    output::print(format!("suppression {id} holds until {until}\n").as_bytes())?;
    Ok(Exit::Done)
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let is_wanted = |it: &Suppression| {
        let is_own = args.customer.is_none() || it.customer.is_none() || it.customer == args.customer;
        is_own && (args.all || it.holds)
    };
    let all: Vec<_> = args.store.open()?.suppressions(now())?.into_iter().filter(is_wanted).collect();
    if args.output == Format::Json {
        print(&all.iter().map(to_json).collect())?;
        return Ok(Exit::Done);
    }
    let mut text: String = all.iter().map(line).collect();
    if all.is_empty() {
        text.push_str("Nothing is suppressed.\n");
    }
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

fn remove(args: &RemoveArgs) -> anyhow::Result<Exit> {
    match args.store.open()?.unsuppress(args.id, &user(), now())? {
        true => Ok(Exit::Done),
        false => {
            anyhow::bail!("there is no suppression {} to take back; `tierline case suppress list` shows them", args.id)
        }
    }
}

fn line(it: &Suppression) -> String {
    let customer = it.customer.as_deref().unwrap_or("all customers");
    let end = match (it.removed, &it.removed_by) {
        (Some(at), by) => format!(", taken back {} by {}", utc(at), by.as_deref().unwrap_or("unknown")),
        (None, _) if !it.holds => ", over".to_owned(),
        _ => String::new(),
    };
    let words = format!("{} at {customer} until {}{end}: {}", it.problem, it.until, it.reason);
    format!("{:>4} {} (by {}, {})\n", it.id, one_line(&words), one_line(&it.by), utc(it.created))
}

fn to_json(it: &Suppression) -> Value {
    json!({
        "id": it.id, "customer": it.customer, "problem": it.problem, "reason": it.reason, "until": it.until,
        "created": utc(it.created), "by": it.by, "removed": it.removed.map(utc), "removed_by": it.removed_by,
        "holds": it.holds,
    })
}
