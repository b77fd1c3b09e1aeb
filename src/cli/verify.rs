use super::budget::BudgetArgs;
use super::exit::Usage;
use super::redact::{Customer, read_keywords, remember};
use super::{Exit, Terminal, open_bundle, output, say, stream, today};
use crate::cli::progress::with_progress;
use std::path::PathBuf;
use tierline::bundle::Visited;
use tierline::escalate::{Secrets, Source, Ticket, VerifyError, compare, verify};
use tierline::redact::{Map, Options, Redactor};
use tierline::redaction::learn;
use tierline::scan::Globs;
use tierline::signature::SignatureSet;

/// Checks that a package which `escalate` made is as it was made, and shows what the logs show.
///
/// The package is a folder, or the zip of one that `--zip` has made, or that came out of an encrypted package.
/// Every file must have the hash that the manifest states, and no other file may be there. With the logs it was made from, each
/// excerpt must stand at the file, line and byte that it names, and the package's logs must be those of the bundle, cut to the
/// time of the incident. Names in the package are pseudonyms: with the customer's key, if it is on this machine or named, they
/// are compared too; without it all but the pseudonyms is.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct VerifyArgs {
    /// The package: its folder, or its zip.
    #[arg(value_name = "PACKAGE")]
    package: PathBuf,
    /// What it was made from, in the same order.
    #[arg(value_name = "PATH", conflicts_with = "bundle")]
    paths: Vec<PathBuf>,
    /// The same by name; may be repeated.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    bundle: Vec<PathBuf>,
    #[command(flatten)]
    budget: BudgetArgs,
    /// The customer whose logs these are [default: the one for whom this machine made the package].
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// Takes the customer's key, 64 hexadecimal digits, from FILE instead of this machine's.
    #[arg(long, value_name = "FILE", requires = "customer")]
    key_file: Option<PathBuf>,
    /// The words in FILE were replaced too, one per line.
    #[arg(long, value_name = "FILE")]
    keywords: Option<PathBuf>,
    /// Adds the vendors in DIR; may be repeated.
    #[arg(long, value_name = "DIR")]
    signatures: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  tierline verify ticket/
  tierline verify ticket/ case.zip
  tierline verify ticket.zip case.zip
  tierline verify ticket/ --bundle case.zip --customer acme

Exit codes: 0 it is, 1 it is not or cannot be read, 2 wrong usage, 4 it is but parts of the logs were not examined.";

pub(super) fn run(args: &VerifyArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let paths = if args.bundle.is_empty() { &args.paths } else { &args.bundle };
    if paths.is_empty() {
        let wrong = verify(&args.package, None)?;
        return tell(&wrong, "The package is as it was made.\n", Exit::Done);
    }
    let mut bundle = open_bundle(paths, args.budget.limits())?;
    bundle.hash();
    let wrong = verify(&args.package, Some(bundle.inputs()))?;
    if !wrong.is_empty() {
        // What was changed is not worth a comparison.
        return tell(&wrong, "", Exit::Failed);
    }
    let ticket = Ticket::open(&args.package)?;
    let customer = customer(args, &ticket)?;
    let secrets = customer.map(|customer| secrets(args, &customer, terminal)).transpose()?;
    let source = Source {
        bundle: &bundle,
        secrets: secrets.as_ref().map(|(redactor, map)| Secrets { redactor, map }),
        wanted: wanted(args, &ticket)?,
    };
    let work = || compare(&args.package, &source);
    let (wrong, visited): (Vec<String>, Visited) =
        with_progress(&bundle, !terminal.no_progress, work).map_err(|error: VerifyError| error)?;
    if secrets.is_none() {
        say("without the customer's key: all but pseudonyms was compared; --customer names whose logs these are");
    }
    tell(&wrong, "The package is as it was made, and shows what the logs show.\n", stream::exit(&visited))
}

fn tell(wrong: &[String], fine: &str, exit: Exit) -> anyhow::Result<Exit> {
    if wrong.is_empty() {
        output::print(fine.as_bytes())?;
        return Ok(exit);
    }
    wrong.iter().for_each(|it| say(it));
    Ok(Exit::Failed)
}

/// Whose logs these are, if the key is at hand.
fn customer(args: &VerifyArgs, ticket: &Ticket) -> anyhow::Result<Option<Customer>> {
    if let Some(name) = &args.customer {
        let customer = Customer::new(name, None)?;
        // A key that is made now would fit nothing.
        if args.key_file.is_none() && !customer.has_key() {
            return Err(
                Usage(format!("there is no key of customer `{name}` on this machine; --key-file names one")).into()
            );
        }
        return Ok(Some(customer));
    }
    match Customer::of_ticket(&ticket.key)?.as_slice() {
        [only] => Ok(Some(Customer::new(only, None)?).filter(Customer::has_key)),
        _ => Ok(None),
    }
}

/// What redacts once more, and the customer's map.
fn secrets(args: &VerifyArgs, customer: &Customer, terminal: Terminal) -> anyhow::Result<(Redactor, Map)> {
    let paths = if args.bundle.is_empty() { &args.paths } else { &args.bundle };
    let bundle = open_bundle(paths, args.budget.limits())?;
    let mut names = with_progress(&bundle, !terminal.no_progress, || learn(&bundle)).names;
    let map = customer.map()?;
    remember(&mut names, &map);
    let keywords = args.keywords.as_deref().map(read_keywords).transpose()?.unwrap_or_default();
    let options = Options { keep_identifiers: false, keywords };
    Ok((Redactor::new(customer.key(args.key_file.as_deref())?, &options, &names), map))
}

/// The logs that the vendor asks for; none if there is no profile of it here.
fn wanted(args: &VerifyArgs, ticket: &Ticket) -> anyhow::Result<Vec<Globs>> {
    let set = SignatureSet::load(true, &args.signatures)
        .map_err(|error| Usage(format!("failed to read the signatures: {error}")))?
        .on(today());
    let vendor = set.vendors().iter().find(|it| it.is_called(&ticket.vendor));
    let product = vendor.and_then(|it| it.products.iter().find(|it| it.name == ticket.product));
    Ok(product.map(|it| it.logs.iter().map(|logs| Globs::new(&logs.files)).collect()).unwrap_or_default())
}
