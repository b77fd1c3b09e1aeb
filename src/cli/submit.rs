mod portal;

use super::case::user;
use super::connection::{ConnectionArgs, drive, now, tell, tracker};
use super::encrypt::recipients;
use super::exit::Usage;
use super::redact::{Customer, keywords_of, read_keywords};
use super::{Exit, output, say};
use anyhow::Context;
use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use tierline::connect::{Config, Decision, Package, PackageProblem, Tracker};
use tierline::redact::LeakScan;
use tierline::signature::Severity;
use tierline::store::{About, Claim, Entry, Store, StoreError};

/// Sends a package that `escalate` made to a tracker: exactly one ticket per problem of a customer, with all files.
///
/// The package must be as it was made, and the leak scan goes over it once more. The problem is claimed in the store before the
/// tracker is asked; every step is written down before the next one, so that nothing is lost or sent twice when the network
/// fails or the program is killed. In the end all files are read back and compared. If the problem has a ticket already, that is
/// updated. If the package or the configuration names public keys (`encrypt_to`), all files go as one that only their holders
/// can read; it is made beside the package.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct SubmitArgs {
    /// The folder of the package.
    #[arg(value_name = "DIR")]
    package: PathBuf,
    /// The tracker, as the configuration names it.
    #[arg(long, value_name = "NAME")]
    to: String,
    /// Sends without asking. Without it a rule of the policy has to allow it, or somebody has to say yes on the terminal.
    #[arg(long)]
    yes: bool,
    /// Prints the exact requests, without credentials, and who decides; sends nothing and remembers nothing.
    #[arg(long)]
    dry_run: bool,
    /// Whose package it is, if it was made on another machine.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// Waits so long for a tracker that does not answer; then the package stays in the outbox.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u32,
    /// The words that the package must not have, as with `escalate`.
    #[arg(long, value_name = "FILE")]
    keywords: Option<PathBuf>,
    /// The package keeps names and addresses, as the customer has agreed.
    #[arg(long)]
    keep_identifiers: bool,
    /// The number that the case got in the vendor's portal, for a tracker of kind `portal`.
    #[arg(long, value_name = "NUMBER", conflicts_with = "dry_run")]
    recorded: Option<String>,
    /// The wrong number that was recorded before, if `--recorded` corrects it.
    #[arg(long, value_name = "NUMBER", requires = "recorded")]
    instead_of: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

const EXAMPLES: &str = "\
Examples:
  tierline submit ticket/ --to desk --dry-run
  tierline submit ticket/ --to desk --yes
  tierline submit ticket/ --to veeam --recorded 07654321

Exit codes: 0 the tracker has all of it, 1 failed, 2 wrong usage, 5 it waits in the outbox or a person has to look, 6 refused:
the package was changed, something in it must not leave, or nobody has said yes.";

pub(super) fn run(args: &SubmitArgs) -> anyhow::Result<Exit> {
    let package = match Package::open(&args.package) {
        Ok(package) => package,
        Err(error @ PackageProblem::Changed(_)) => return refuse(&error),
        Err(error) => return Err(error).context("failed to read the package"),
    };
    let name = customer(args, &package)?;
    let customer = Customer::new(&name, None)?;
    let config = args.connection.config()?;
    let keywords = match &args.keywords {
        Some(file) => read_keywords(file)?,
        None => keywords_of(&config, &name)?,
    };
    let scan = LeakScan::new(&customer.map()?, &keywords, args.keep_identifiers);
    match package.refuse_leaks(&scan) {
        Ok(()) => {}
        Err(error @ PackageProblem::Leaks(..)) => return refuse(&error),
        Err(error) => return Err(error).context("failed to look for leaks"),
    }
    let package = sealed(&config, &args.to, package)?;
    if config.kind(&args.to) == Some("portal") {
        let limit = config.attachment_mb(&args.to).or(package.ticket.attachment_mb);
        if args.dry_run {
            return portal::dry_run(&package, limit);
        }
        // Nothing leaves by itself: the person who pastes it approves it.
        let store = args.connection.store()?;
        return match claim(args, &package, &name, &store)? {
            Some(entry) => portal::run(args, &package, limit, &store, &entry),
            None => Ok(Exit::Refused),
        };
    }
    if args.recorded.is_some() {
        return Err(Usage(format!("--recorded is for trackers of kind `portal`, and `{}` is none", args.to)).into());
    }
    let tracker = tracker(&config, &args.to)?;
    let decision = match args.keep_identifiers {
        true => Decision::Ask { why: "the package keeps names and addresses".to_owned() },
        false => config.decide(&package, &name, &args.to),
    };
    if args.dry_run {
        say(&match &decision {
            Decision::Submit { rule } => format!("the rule `{rule}` of the policy submits it without asking"),
            Decision::Ask { why } => format!("a person has to approve it: {why}"),
        });
        let (draft, rest) = package.draft(&*tracker);
        output::print(tracker.dry_run(&draft, &rest).as_bytes())?;
        return Ok(Exit::Done);
    }
    // Who has said yes is written down only where it was no person.
    let rule = match &decision {
        _ if args.yes => None,
        Decision::Submit { rule } => Some(rule),
        Decision::Ask { why } => match approved(args, &package, &name, &*tracker, why)? {
            true => None,
            false => return Ok(Exit::Refused),
        },
    };
    let store = args.connection.store()?;
    let Some(entry) = claim(args, &package, &name, &store)? else { return Ok(Exit::Refused) };
    if let Some(rule) = rule {
        say(&format!("submitted by the rule `{rule}` of the policy"));
        store.by_rule(store.ticket(entry.ticket)?.case, rule, &user(), now())?;
    }
    let outcome = drive(&store, &args.to, &*tracker, entry.id, now() + i64::from(args.wait))?;
    Ok(if tell(&args.to, &*tracker, entry.id, &outcome)? { Exit::Done } else { Exit::Pending })
}

/// The package as one encrypted file, if the configuration of the tracker wants that, or else the package.
pub(super) fn sealed(config: &Config, to: &str, package: Package) -> anyhow::Result<Package> {
    let wrong = |error: String| Usage(format!("failed to use the tracker: {error}"));
    let recipients = match config.encrypt_to(to).map_err(|error| wrong(error.to_string()))? {
        Some(recipients) => recipients,
        None => recipients(&package.ticket.encrypt_to)?,
    };
    if recipients.is_empty() {
        return Ok(package);
    }
    package.sealed(&recipients).context("failed to encrypt the package")
}

/// Claims the problem; `None` if it is another customer's, which is said.
fn claim(args: &SubmitArgs, package: &Package, customer: &str, store: &Store) -> anyhow::Result<Option<Entry>> {
    match with_claim(package, customer, &args.to, &args.package, |claim| store.claim(claim, now()))? {
        Err(error @ (StoreError::OtherCustomer { .. } | StoreError::ProblemOfOther)) => {
            say(&format!("refused: {error}"));
            Ok(None)
        }
        claimed => Ok(Some(claimed?)),
    }
}

/// Does something with the claim to the problem of a package of a customer at a tracker.
pub(super) fn with_claim<T>(
    package: &Package,
    customer: &str,
    to: &str,
    folder: &Path,
    act: impl FnOnce(&Claim<'_>) -> T,
) -> anyhow::Result<T> {
    let folder = fs::canonicalize(folder).context("failed to find the package")?;
    let files: Vec<_> = package.files.iter().map(|it| (it.path.clone(), it.sha256.clone(), it.bytes)).collect();
    Ok(act(&Claim {
        customer,
        problem: &package.ticket.key,
        tracker: to,
        title: &package.ticket.summary,
        about: About {
            vendor: Some(&package.ticket.vendor),
            product: Some(&package.ticket.product),
            severity: severity(package).map(Severity::name),
        },
        severity: &package.ticket.severity,
        package: &folder.to_string_lossy(),
        manifest: &package.manifest,
        files: &files,
    }))
}

/// The severity in our words. The file may be anybody's.
fn severity(package: &Package) -> Option<Severity> {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    all.into_iter().find(|it| Some(it.name()) == package.ticket.our_severity.as_deref())
}

fn refuse(why: &PackageProblem) -> anyhow::Result<Exit> {
    say(&format!("refused: {why}; nothing was sent"));
    Ok(Exit::Refused)
}

/// Whose package it is: nothing in it says so.
fn customer(args: &SubmitArgs, package: &Package) -> anyhow::Result<String> {
    let owners = Customer::of_ticket(&package.ticket.key)?;
    match (&args.customer, owners.as_slice()) {
        (Some(name), []) => Ok(name.clone()),
        (Some(name), owners) if owners.contains(name) => Ok(name.clone()),
        (Some(name), [owner, ..]) => {
            Err(Usage(format!("--customer `{name}`: the package was made for `{owner}`")).into())
        }
        (None, [owner]) => Ok(owner.clone()),
        (None, []) => Err(Usage("the package was not made here; say with --customer whose it is".to_owned()).into()),
        (None, several) => {
            let message = format!(
                "several customers share the key of this package: {}; say which with --customer",
                several.join(", ")
            );
            Err(Usage(message).into())
        }
    }
}

/// Asks on the terminal.
fn approved(
    args: &SubmitArgs,
    package: &Package,
    customer: &str,
    tracker: &dyn Tracker,
    why: &str,
) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        say(&format!("refused: nobody has approved it ({why}); say --yes, or look at it with --dry-run first"));
        return Ok(false);
    }
    let bytes: u64 = package.files.iter().map(|it| it.bytes).sum();
    let question = format!(
        "Customer {customer}: {}\n{} files, {bytes} bytes, to `{}` at {}. Send? [y/N] ",
        package.ticket.summary,
        package.files.len(),
        args.to,
        tracker.target()
    );
    let mut out = std::io::stderr();
    out.write_all(tierline::report::one_line(&question).as_bytes()).and_then(|()| out.flush())?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        say("refused: not approved");
    }
    Ok(yes)
}
