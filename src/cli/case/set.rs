//! What is known of a case, corrected.

use super::{StoreArgs, now, user, words};
use crate::cli::Exit;
use crate::cli::exit::Usage;
use crate::cli::format::FailOn;
use tierline::signature::Severity;
use tierline::store::{About, Change};

const EXAMPLES: &str = "\
Examples:
  tierline case set 7 --severity critical
  tierline case set 7 --vendor ivanti --contact 'Ms Example, ext. 12'";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct SetArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// How bad it is for the customer: both clocks follow it.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    severity: Option<FailOn>,
    /// Who to talk to.
    #[arg(long, value_name = "NAME")]
    contact: Option<String>,
    /// The vendor of the product.
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// The product.
    #[arg(long, value_name = "NAME")]
    product: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) fn run(args: &SetArgs) -> anyhow::Result<Exit> {
    for (text, option) in [(&args.contact, "--contact"), (&args.vendor, "--vendor"), (&args.product, "--product")] {
        text.as_ref().map(|text| words(text, option)).transpose()?;
    }
    let severity = args.severity.map(|it| Severity::from(it).name());
    let about = About { vendor: args.vendor.as_deref(), product: args.product.as_deref(), severity };
    let change = Change { contact: args.contact.as_deref(), about };
    if change.is_empty() {
        return Err(Usage("say what to set: --severity, --contact, --vendor or --product".to_owned()).into());
    }
    args.store.open()?.change_case(args.id, &change, &user(), now())?;
    Ok(Exit::Done)
}
