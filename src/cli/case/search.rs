//! Findings of all cases, by words.

use super::shown::{often, print};
use super::{Format, StoreArgs, words};
use crate::cli::{Exit, output};
use serde_json::{Value, json};
use tierline::report::one_line;
use tierline::store::FoundFinding;

const EXAMPLES: &str = "\
Examples:
  tierline case search 0x80070005
  tierline case search 'snapshot timeout' --customer acme
  tierline case search veeam/backup-replication/vss-writer-timeout -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct SearchArgs {
    /// Words or parts of them, all of which the finding has in its id, title, error codes, first record or file.
    #[arg(value_name = "TEXT")]
    text: String,
    /// Only in cases of a customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &SearchArgs) -> anyhow::Result<Exit> {
    let found = args.store.open()?.search(&words(&args.text, "TEXT")?, args.customer.as_deref(), args.limit)?;
    if args.output == Format::Json {
        print(&found.iter().map(to_json).collect())?;
        return Ok(Exit::Done);
    }
    let mut text: String = found.iter().map(lines).collect();
    if found.is_empty() {
        text.push_str("No finding has these words.\n");
    }
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

fn lines(it: &FoundFinding) -> String {
    let fixed = it.fixed_by.as_ref().map(|it| format!(", fixed by: {it}"));
    let state = if it.is_closed { "closed" } else { "open" };
    let head = format!("case {} of {} ({state}{}): {}", it.case, it.customer, fixed.unwrap_or_default(), it.title);
    let severity = it.severity.as_deref().unwrap_or("unexplained");
    let id = format!("{severity} {}, {}, {}", it.problem, often(it.count), it.place);
    let first = it.message.lines().next().unwrap_or_default();
    format!("{}\n    {}\n    {}\n", one_line(&head), one_line(&id), one_line(first))
}

fn to_json(it: &FoundFinding) -> Value {
    json!({
        "case": it.case, "customer": it.customer, "status": if it.is_closed { "closed" } else { "open" },
        "fixed_by": it.fixed_by, "bundle": it.sha256, "problem": it.problem, "title": it.title, "severity": it.severity,
        "count": it.count, "message": it.message, "place": it.place,
    })
}
