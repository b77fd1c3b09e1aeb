//! The message to the customer.

use super::logs::{self, Lost};
use super::shown::print;
use super::{Format, has_owner, user};
use crate::cli::catalogues::Catalogues;
use crate::cli::connection::{ConnectionArgs, now};
use crate::cli::{Exit, output, say};
use serde_json::json;
use tierline::casework::reply;
use tierline::escalate::{Intake, prepare, request};
use tierline::signature::SignatureSet;
use tierline::store::{Case, StoreError};
use tierline::triage::{Options, paths, triage};

const EXAMPLES: &str = "\
Examples:
  tierline case reply 7
  tierline case reply 7 --no-request
  tierline case reply 7 --sent
  tierline case reply 7 -o json

Exit codes: 0 done, 1 failed or the case is closed, 2 wrong usage, 6 refused: nobody has said whose case it is.";

/// Drafts the message to the customer: the steps that are the customer's, in order, and what the vendor would still ask for.
///
/// Steps that were tried are left out, and so is all that is not the customer's: steps of the partner and the vendor, notes of the
/// case, other customers. What is missing is found out from the logs that the case got last, which are read again. Nothing is sent: who has
/// sent it says so with --sent.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ReplyArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// Does not ask for what the vendor wants, and reads no logs.
    #[arg(long)]
    no_request: bool,
    /// Drafts nothing, but notes that the message was sent: from now on the contract's clock rests, until logs of the customer come or
    /// there is an answer (`case note --customer`).
    #[arg(long, conflicts_with_all = ["no_request", "output"])]
    sent: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    catalogues: Catalogues,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn run(args: &ReplyArgs) -> anyhow::Result<Exit> {
    let store = args.connection.store()?;
    let case = store.case(args.id)?;
    if case.closed.is_some() {
        return Err(StoreError::Closed(case.id).into());
    }
    if !has_owner(&case) {
        return Ok(Exit::Refused);
    }
    if args.sent {
        store.reply_sent(case.id, &user(), now())?;
        return Ok(Exit::Done);
    }
    let asked = if args.no_request { None } else { request_of(&case, &args.catalogues.load()?)? };
    let reply = reply(&case, &store.findings(case.id, now())?, asked.as_deref());
    if args.output == Format::Json {
        print(&json!({"case": case.id, "customer": case.customer, "subject": reply.subject, "text": reply.text}))?;
        return Ok(Exit::Done);
    }
    output::print(format!("Subject: {}\n\n{}", reply.subject, reply.text).as_bytes())?;
    Ok(Exit::Done)
}

/// What the vendor would ask for and the logs of the case lack. Says so if that cannot be found out.
fn request_of(case: &Case, set: &SignatureSet) -> anyhow::Result<Option<String>> {
    let unknown = |why: &str| {
        say(&format!("the message asks for nothing: {why}"));
        Ok(None)
    };
    let Some(vendor) = case.vendor.as_deref().and_then(|name| set.vendors().iter().find(|it| it.is_called(name)))
    else {
        return unknown("the case names no vendor with a profile; `tierline case set --vendor` does");
    };
    let Some(last) = case.bundles.last() else { return unknown("the case has no logs") };
    // A bundle is visited once.
    let (first, second) = match (logs::open(last)?, logs::open(last)?) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(Lost::Other), _) | (_, Err(Lost::Other)) => return unknown("the logs of the case have changed since"),
        (Err(Lost::Gone), _) | (_, Err(Lost::Gone)) => {
            return unknown("the case has no logs that are still where they were");
        }
    };
    let diagnosis = triage(&first, set, Options::default());
    let paths = paths(&second);
    let intake = Intake {
        product: case.product.clone().filter(|name| vendor.products.iter().any(|it| it.name == *name)),
        tried: case.tried().map(str::to_owned).collect(),
        ..Intake::default()
    };
    match prepare(&diagnosis, set, vendor, &paths, &intake) {
        Ok(prepared) => Ok(request(&prepared, &diagnosis)),
        Err(error) => unknown(&error.to_string()),
    }
}
