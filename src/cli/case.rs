mod due;
mod filed;
mod refresh;
mod set;
mod shown;

pub(super) use filed::FiledArgs;

use super::connection::{ConnectionArgs, StoreArgs, now};
use super::exit::Usage;
use super::format::FailOn;
use super::redact::Customer;
use super::{Exit, output};
use clap::{Subcommand, ValueEnum};
use std::env;
use std::io::Read;
use std::path::PathBuf;
use tierline::connect::Config;
use tierline::signature::{Severity, SignatureSet, Vendor};
use tierline::sla::{Clocks, clocks};
use tierline::store::{About, Case, NewCase, Origin, Says};

/// Keeps the cases of customers: what came in, what was tried, who has answered, what is due.
///
/// A case is opened when somebody calls or writes, or by itself with the first package that is submitted. `escalate --case ID` makes
/// a package part of it. Each case has two clocks: that of the contract with the customer, which rests while the customer has to
/// bring something, and that of the vendor's promise, which runs from the ticket to the vendor's answer.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct CaseArgs {
    #[command(subcommand)]
    command: CaseCommand,
}

const EXAMPLES: &str = "\
Examples:
  tierline case open 'backups of the file server fail' --customer acme --by phone --severity high
  tierline case list
  tierline case due
  tierline case tried 7 'restarted the backup service'
  tierline case note 7 'send the logs of the proxy too' --vendor --waits
  tierline case set 7 --severity critical
  tierline case close 7 --fixed-by 'KB1234'

Exit codes: 0 done, 1 failed or no such case, 2 wrong usage.";

#[derive(Debug, Subcommand)]
enum CaseCommand {
    /// Opens a case. Prints its number.
    Open(OpenArgs),
    /// Lists the cases.
    List(ListArgs),
    /// Shows a case: its clocks, tickets, logs, and what happened.
    Show(ShowArgs),
    /// Notes a step that was tried without success: the next package tells it, and the gate no longer asks for it.
    Tried(TriedArgs),
    /// Notes what somebody said. An answer of the vendor stops its clock.
    Note(NoteArgs),
    /// Corrects what is known of a case: its severity, contact, vendor, product.
    Set(set::SetArgs),
    /// Closes a case.
    Close(CloseArgs),
    /// Opens a closed case again.
    Reopen(ReopenArgs),
    /// Lists what is due next, by the contracts with customers and the promises of vendors.
    Due(due::DueArgs),
    /// Reads the state of tickets from their trackers.
    Refresh(refresh::RefreshArgs),
}

const OPEN_EXAMPLES: &str = "\
Examples:
  tierline case open 'backups of the file server fail' --customer acme --by phone --severity high
  tierline case open 'VPN drops' --customer acme --by mail --contact 'Ms Example, ext. 12' --vendor ivanti";

#[derive(Debug, clap::Args)]
#[command(after_help = OPEN_EXAMPLES, after_long_help = OPEN_EXAMPLES)]
struct OpenArgs {
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
    /// How bad it is for the customer. If nobody says so, the first package does; until then it counts as medium.
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

const LIST_EXAMPLES: &str = "\
Examples:
  tierline case list
  tierline case list --open --customer acme
  tierline case list -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = LIST_EXAMPLES, after_long_help = LIST_EXAMPLES)]
struct ListArgs {
    /// Only those of a customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// Only those that are not closed.
    #[arg(long)]
    open: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    store: StoreArgs,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  tierline case show 7
  tierline case show 7 -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = SHOW_EXAMPLES, after_long_help = SHOW_EXAMPLES)]
struct ShowArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    /// Adds the vendors in DIR; may be repeated.
    #[arg(long, value_name = "DIR")]
    signatures: Vec<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

const TRIED_EXAMPLES: &str = "\
Examples:
  tierline case tried 7 'restarted the backup service'
  tierline case tried 7 veeam/backup-replication/vss-writer-timeout
  tierline case tried 7 veeam/backup-replication/vss-writer-timeout#2";

#[derive(Debug, clap::Args)]
#[command(after_help = TRIED_EXAMPLES, after_long_help = TRIED_EXAMPLES)]
struct TriedArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// What was tried: in words, as the id of a signature all of whose steps were, or as `SIGNATURE#NUMBER`, one step of level 1.
    #[arg(value_name = "STEP")]
    step: String,
    #[command(flatten)]
    store: StoreArgs,
}

const NOTE_EXAMPLES: &str = "\
Examples:
  tierline case note 7 'known defect, fixed in 12.3.2' --vendor
  tierline case note 7 'send the logs of the proxy too' --vendor --waits
  tierline case note 7 'the logs are there' --customer
  tierline case note 7 - --vendor";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTE_EXAMPLES, after_long_help = NOTE_EXAMPLES)]
struct NoteArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// What was said; `-` reads it from standard input.
    #[arg(value_name = "TEXT")]
    text: String,
    /// The vendor said it: its clock stops, or runs to its next answer if the vendor's profile says how often it reports.
    #[arg(long, conflicts_with = "customer")]
    vendor: bool,
    /// The customer said it: a contract's clock that rests goes on.
    #[arg(long)]
    customer: bool,
    /// From now on the customer has to bring something: the contract's clock rests.
    #[arg(long)]
    waits: bool,
    #[command(flatten)]
    store: StoreArgs,
}

const CLOSE_EXAMPLES: &str = "\
Examples:
  tierline case close 7 --fixed-by 'KB1234, applied by the customer'";

#[derive(Debug, clap::Args)]
#[command(after_help = CLOSE_EXAMPLES, after_long_help = CLOSE_EXAMPLES)]
struct CloseArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// What has solved it: in words, an article, or the id of a signature.
    #[arg(long, value_name = "TEXT")]
    fixed_by: String,
    #[command(flatten)]
    store: StoreArgs,
}

const REOPEN_EXAMPLES: &str = "\
Examples:
  tierline case reopen 7 'it came back'";

#[derive(Debug, clap::Args)]
#[command(after_help = REOPEN_EXAMPLES, after_long_help = REOPEN_EXAMPLES)]
struct ReopenArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// Why.
    #[arg(value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    store: StoreArgs,
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(args: &CaseArgs) -> anyhow::Result<Exit> {
    match &args.command {
        CaseCommand::Open(args) => return open(args),
        CaseCommand::List(args) => {
            let cases = args.store.open()?.cases(args.customer.as_deref(), !args.open)?;
            shown::print_list(&cases, args.output)?;
        }
        CaseCommand::Show(args) => {
            let case = args.connection.store()?.case(args.id)?;
            let clocks = Promises::new(&args.connection, &args.signatures)?.clocks(&case, now())?;
            shown::print_case(&case, &clocks, args.output)?;
        }
        CaseCommand::Tried(args) => {
            args.store.open()?.tried(args.id, words(&args.step, "STEP")?.trim(), &user(), now())?;
        }
        CaseCommand::Note(args) => {
            let says = match (args.vendor, args.customer) {
                (true, _) => Says::Vendor,
                (_, true) => Says::Customer,
                _ => Says::We,
            };
            let text = words(&args.text, "TEXT")?;
            args.store.open()?.note(args.id, says, text.trim(), args.waits, &user(), now())?;
        }
        CaseCommand::Close(args) => {
            args.store.open()?.close_case(args.id, words(&args.fixed_by, "--fixed-by")?.trim(), &user(), now())?;
        }
        CaseCommand::Reopen(args) => {
            args.store.open()?.reopen_case(args.id, words(&args.why, "TEXT")?.trim(), &user(), now())?;
        }
        CaseCommand::Set(args) => return set::run(args),
        CaseCommand::Due(args) => return due::run(args),
        CaseCommand::Refresh(args) => return refresh::run(args),
    }
    Ok(Exit::Done)
}

fn open(args: &OpenArgs) -> anyhow::Result<Exit> {
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
    let id = args.store.open()?.open_case(&new, &user(), now())?;
    output::print(format!("case {id} is open\n").as_bytes())?;
    Ok(Exit::Done)
}

/// The words of a person, which may not be missing.
fn words(text: &str, what: &str) -> anyhow::Result<String> {
    /// An answer of a vendor has a few kilobytes.
    const LONGEST: u64 = 1 << 20;
    let mut read = String::new();
    if text == "-" {
        std::io::stdin().take(LONGEST).read_to_string(&mut read)?;
    } else {
        read.push_str(text);
    }
    if read.trim().is_empty() {
        return Err(Usage(format!("{what} is empty")).into());
    }
    Ok(read)
}

/// Who writes something down.
pub(super) fn user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| env::var(name).ok());
    names.into_iter().find(|it| !it.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// What was promised: to customers by contract, to us by vendors.
struct Promises {
    config: Config,
    vendors: Vec<Vendor>,
}

impl Promises {
    fn new(connection: &ConnectionArgs, signatures: &[PathBuf]) -> anyhow::Result<Promises> {
        let config = connection.config_if_any()?;
        let set = SignatureSet::load(true, signatures);
        let set = set.map_err(|error| Usage(format!("failed to read the signatures: {error}")))?;
        Ok(Promises { config, vendors: set.vendors().to_vec() })
    }

    fn clocks(&self, case: &Case, now: i64) -> anyhow::Result<Clocks> {
        let contract = self.config.contract(&case.customer).map_err(|error| Usage(error.to_string()))?;
        let vendor = case.vendor.as_deref().and_then(|name| self.vendors.iter().find(|it| it.is_called(name)));
        let wrong = |error| Usage(format!("the calendar of the vendor: {error}"));
        let is_desk = |tracker: &str, vendor: &Vendor| self.config.is_desk_of(tracker, vendor);
        Ok(clocks(case, contract.as_ref(), vendor, &is_desk, now).map_err(wrong)?)
    }
}
