//! What is due next.

use super::shown::{both, clock_json, print, told};
use super::{Format, Promises};
use crate::cli::connection::{PromiseArgs, now};
use crate::cli::exit::Usage;
use crate::cli::{Exit, output};
use serde_json::json;
use tierline::calendar::utc;
use tierline::report::one_line;
use tierline::signature::Span;
use tierline::sla::{Clock, Clocks};
use tierline::store::Case;

const EXAMPLES: &str = "\
Examples:
  tierline case due
  tierline case due --within 8h
  tierline case due --customer acme -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct DueArgs {
    /// Only what is late or due within a time, such as `8h`.
    #[arg(long, value_name = "LENGTH")]
    within: Option<String>,
    /// Only cases of a customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    promises: PromiseArgs,
}

pub(super) fn run(args: &DueArgs) -> anyhow::Result<Exit> {
    let now = now();
    let end = match &args.within {
        None => i64::MAX,
        Some(text) => until(text, "--within", now)?,
    };
    let cases = args.promises.connection.store()?.cases(args.customer.as_deref(), false)?;
    let promises = Promises::new(&args.promises)?;
    let mut list: Vec<(i64, &Case, Clock)> = Vec::new();
    for case in &cases {
        let clocks = promises.clocks(case, now)?;
        list.extend(running(&clocks, end).map(|(due, clock)| (due, case, clock.clone())));
    }
    list.sort_by_key(|(due, case, clock)| (*due, case.id, clock.side.name()));
    if args.output == Format::Json {
        let item = |(_, case, clock): &(i64, &Case, Clock)| {
            let mut value = clock_json(clock);
            value["case"] = json!(case.id);
            value["customer"] = json!(case.customer);
            value["title"] = json!(case.title);
            value
        };
        print(&list.iter().map(item).collect())?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for (due, case, clock) in &list {
        let title = one_line(&case.title);
        text.push_str(&format!("{}  case {}, {}: {title}\n", utc(*due), case.id, case.customer));
        text.push_str(&format!("  {}: {}\n", clock.side.name(), told(clock)));
    }
    if list.is_empty() {
        text.push_str("Nothing is due.\n");
    }
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

/// The moment that is a length from now.
pub(super) fn until(length: &str, option: &str, now: i64) -> Result<i64, Usage> {
    let wrong = || Usage(format!("{option} `{length}`: write a length such as `8h`"));
    Ok(now.saturating_add(Span::parse(length).ok_or_else(wrong)?.0 / 1_000_000_000))
}

/// The clocks that run and are due before a moment.
pub(super) fn running(clocks: &Clocks, until: i64) -> impl Iterator<Item = (i64, &Clock)> {
    let running = both(clocks).filter(|it| it.stopped.is_none()).filter_map(|it| Some((it.due?, it)));
    running.filter(move |(due, _)| *due <= until)
}
