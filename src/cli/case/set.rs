//! What is known of a case, corrected.

use super::{StoreArgs, now, tell_namesakes, user, words};
use crate::cli::Exit;
use crate::cli::exit::Usage;
use crate::cli::format::FailOn;
use crate::cli::redact::Customer;
use tierline::signature::Severity;
use tierline::store::{About, Change};

const EXAMPLES: &str = "\
Examples:
  tierline case set 7 --severity critical
  tierline case set 7 --vendor ivanti --contact 'Ms Example, ext. 12'
  tierline case set 8 --customer acme";

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
    /// Whose it is, for a case of `unassigned`: its logs and what is read of them later are that customer's from then on. It is
    /// never another customer's afterwards.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
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
    if change.is_empty() && args.customer.is_none() {
        let options = "--severity, --contact, --vendor, --product or --customer";
        return Err(Usage(format!("say what to set: {options}")).into());
    }
    // The name becomes that of a folder when a package is made.
    args.customer.as_ref().map(|it| Customer::new(it, None)).transpose()?;
    let store = args.store.open()?;
    if let Some(customer) = &args.customer {
        store.give_case(args.id, customer, &user(), now())?;
        tell_namesakes(&store, args.id, customer)?;
    }
    store.change_case(args.id, &change, &user(), now())?;
    Ok(Exit::Done)
}
