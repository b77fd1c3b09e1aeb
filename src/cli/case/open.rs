//! A case that comes by phone, mail or a form.

use super::{StoreArgs, now, tell_namesakes, user, words};
use crate::cli::format::FailOn;
use crate::cli::redact::Customer;
use crate::cli::{Exit, output};
use clap::ValueEnum;
use tierline::signature::Severity;
use tierline::store::{About, NewCase, Origin};

const EXAMPLES: &str = "\
Examples:
  tierline case open 'backups of the file server fail' --customer acme --by phone --severity high
  tierline case open 'VPN drops' --customer acme --by mail --contact 'Ms Example, ext. 12' --vendor ivanti";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct OpenArgs {
    /// What it is about in one line.
    #[arg(value_name = "TITLE")]
    title: String,
    /// Whose case it is.
    #[arg(long, value_name = "NAME")]
    customer: String,
    /// How it came in.
    #[arg(long, value_name = "WAY", value_enum, default_value_t = Way::Phone)]
    by: Way,
    /// Who to talk to.
    #[arg(long, value_name = "NAME")]
    contact: Option<String>,
    /// The vendor of the product.
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// The product.
    #[arg(long, value_name = "NAME")]
    product: Option<String>,
    /// How bad it is for the customer. If nobody says so, what is found in the logs does; until then it counts as medium.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    severity: Option<FailOn>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    Phone,
    Mail,
    Web,
}

pub(super) fn run(args: &OpenArgs) -> anyhow::Result<Exit> {
    // The name becomes that of a folder when a package is made.
    Customer::new(&args.customer, None)?;
    let about = About {
        vendor: args.vendor.as_deref(),
        product: args.product.as_deref(),
        severity: args.severity.map(|it| Severity::from(it).name()),
    };
    let origin = match args.by {
        Way::Phone => Origin::Phone,
        Way::Mail => Origin::Mail,
        Way::Web => Origin::Web,
    };
    let title = words(&args.title, "TITLE")?;
    let new =
        NewCase { customer: &args.customer, title: title.trim(), origin, contact: args.contact.as_deref(), about };
    let store = args.store.open()?;
    let id = store.open_case(&new, &user(), now())?;
    output::print(format!("case {id} is open\n").as_bytes())?;
    tell_namesakes(&store, id, &args.customer)?;
    Ok(Exit::Done)
}
