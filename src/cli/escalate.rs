use super::around::AroundArgs;
use super::budget::BudgetArgs;
use super::exit::Usage;
use super::format::{self, FailOn};
use super::progress::with_progress;
use super::redact::{Customer, read_keywords, remember};
use super::{Exit, Terminal, open_bundle, output, say, today};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tierline::bundle::Input;
use tierline::diagnosis::Diagnosis;
use tierline::escalate::{
    Case, Intake, PackageError, Redaction, Shortfall, SubjectError, Ticket, is_used, make, markdown, prepare, request,
};
use tierline::redact::{Kind, Options as RedactOptions, Redactor};
use tierline::redaction::learn;
use tierline::report::wrapped;
use tierline::signature::{FactKind, SignatureSet, Vendor};
use tierline::triage::{BoundError, Options};

/// Makes a case for the vendor of what nobody here can solve: a folder with the ticket, the evidence and the logs that the
/// vendor asks for, all redacted.
///
/// Before that it checks whether the case may leave: the product's error message, the facts and logs that the vendor wants,
/// and no known problem in the same logs that support level 1 or 2 can solve. If something lacks it says what, writes the
/// message that asks the customer for it, and ends with exit code 6. Nothing is sent anywhere.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct EscalateArgs {
    /// Files, folders and archives that belong to one case.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    budget: BudgetArgs,
    /// The vendor: `veeam`, `ivanti`, or one with a `_vendor.yaml` in a folder of signatures.
    #[arg(long, value_name = "NAME")]
    vendor: String,
    /// The customer whose logs these are. The vendor is never told; it decides under which pseudonyms names appear.
    #[arg(long, value_name = "NAME")]
    customer: String,
    /// The folder to make; it must not exist or be empty.
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Prints the ticket and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// What the case is about: the id of an unexplained error or of a signature [default: the likeliest root in the logs of
    /// the vendor's products]. May be repeated: the first that is in the logs of one of the vendor's products.
    #[arg(long, value_name = "ID")]
    finding: Vec<String>,
    /// The product, if the logs do not tell which of the vendor's it is.
    #[arg(long, value_name = "NAME")]
    product: Option<String>,
    /// The number of the support contract.
    #[arg(long, value_name = "NUMBER")]
    contract: Option<String>,
    /// How bad it is for the customer [default: as the logs show].
    #[arg(long, value_name = "SEVERITY", value_enum)]
    severity: Option<FailOn>,
    /// The customer was attacked with ransomware.
    #[arg(long)]
    ransomware: bool,
    /// What was tried without success: in words, as the id of a signature all of whose steps were, or as `ID#NUMBER`, one of its
    /// steps of level 1; may be repeated.
    #[arg(long, value_name = "TEXT|ID")]
    tried: Vec<String>,
    /// A fact that the logs do not state, such as `veeam.vbr.version=12.3.1.1139`; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = fact)]
    fact: Vec<(String, String)>,
    /// Makes the package although something lacks. The reason stands in the ticket.
    #[arg(long, value_name = "REASON")]
    override_gate: Option<String>,
    /// How to print what came of it.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", conflicts_with = "dry_run")]
    output: Format,
    #[command(flatten)]
    around: AroundArgs,
    /// Adds the signatures and vendors in DIR; may be repeated.
    #[arg(long, value_name = "DIR")]
    signatures: Vec<PathBuf>,
    /// Takes the customer's key, 64 hexadecimal digits, from FILE instead of this machine's.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Leaves names and addresses as they are, for which the customer has to agree. Secrets and keywords go all the same.
    #[arg(long)]
    keep_identifiers: bool,
    /// Replaces the words in FILE too, one per line, wherever they stand.
    #[arg(long, value_name = "FILE")]
    keywords: Option<PathBuf>,
    /// Ends when nobody holds the other end of standard input any more.
    #[arg(long, hide = true)]
    until_stdin_ends: bool,
    #[cfg(feature = "server")]
    #[command(flatten)]
    archive: super::encrypt::ArchiveArgs,
    #[cfg(feature = "server")]
    #[command(flatten)]
    filed: super::case::FiledArgs,
}

/// How what came of it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs: `result` is `made`, `lacks` (with the `request` to the customer), `nothing` or `refused`.
    Json,
}

const EXAMPLES: &str = "\
Examples:
  tierline escalate case.zip --vendor veeam --customer acme --contract 01234567 --out ticket/
  tierline escalate case.zip --vendor veeam --customer acme --contract 01234567 --dry-run
  tierline escalate case.zip --vendor ivanti --customer acme --contract 42 --out ticket/ \\
      --tried ivanti/connect-secure/licence-exceeded --tried 'restarted the cluster'
  tierline escalate case.zip --vendor veeam --customer acme --out ticket/ \\
      --override-gate 'all restores stand still, the logs follow'

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 done but parts of the logs were not examined, 6 refused: something lacks.";

fn fact(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

pub(super) fn run(args: &EscalateArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    if args.until_stdin_ends {
        std::thread::Builder::new().name("parent".to_owned()).spawn(|| {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            std::process::exit(1);
        })?;
    }
    let set = load(args)?;
    let vendor = vendor(&set, &args.vendor)?;
    if let Some(out) = args.out.as_ref().filter(|out| is_used(out).unwrap_or(false)) {
        return Err(Usage(format!("--out `{}` is there already and not empty", out.display())).into());
    }
    #[cfg(feature = "server")]
    let encrypt_to = {
        let keys = args.archive.keys(args.out.as_deref())?;
        super::encrypt::recipients(&vendor.encrypt_to)?;
        keys
    };
    #[cfg(not(feature = "server"))]
    let encrypt_to = Vec::new();
    let customer = Customer::new(&args.customer, None)?;
    let keywords = args.keywords.as_deref().map(read_keywords).transpose()?.unwrap_or_default();
    #[cfg(feature = "server")]
    let (known_case, tried) = match args.filed.case_of(&args.customer)? {
        Ok(case) => {
            let tried = case.iter().flat_map(|it| it.tried()).map(str::to_owned);
            let tried: Vec<String> = tried.chain(args.tried.iter().cloned()).collect();
            (case, tried)
        }
        Err(why) => return refused(args, "refused", &why.to_string()),
    };
    #[cfg(not(feature = "server"))]
    let tried = args.tried.clone();
    let severity = args.severity.map(Into::into);
    #[cfg(feature = "server")]
    let severity = severity.or_else(|| known_case.as_ref().and_then(tierline::sla::severity_of));
    let mut bundle = open_bundle(&args.paths, args.budget.limits())?;
    bundle.hash();
    let work = || {
        let around = args.around.resolve(&bundle)?;
        let options = Options { around, zone: args.around.zone(), ..Options::default() };
        Ok(tierline::triage::triage(&bundle, &set, options))
    };
    let diagnosis =
        with_progress(&bundle, !terminal.no_progress, work).map_err(|error: BoundError| Usage(error.to_string()))?;
    let again = open_bundle(&args.paths, args.budget.limits())?;
    let mut learnt = with_progress(&again, !terminal.no_progress, || learn(&again));
    let paths: Vec<String> = learnt.texts.iter().map(|it| it.to_string()).collect();
    let intake = Intake {
        findings: args.finding.clone(),
        product: args.product.clone(),
        customer: Some(args.customer.clone()),
        contract: args.contract.clone(),
        severity,
        ransomware: args.ransomware,
        tried,
        facts: args.fact.clone(),
        override_gate: args.override_gate.clone(),
        encrypt_to,
    };
    let case = match prepare(&diagnosis, &set, vendor, &paths, &intake) {
        Ok(case) => case,
        Err(error @ (SubjectError::Nothing(_) | SubjectError::Foreign { .. })) => {
            return refused(args, "nothing", &error.to_string());
        }
        Err(error) => return Err(Usage(error.to_string()).into()),
    };
    if !case.may_leave() {
        if args.output == Format::Json {
            print_json("lacks", &lacks(&case, &diagnosis))?;
            return Ok(Exit::Refused);
        }
        output::print(refusal(&case, &diagnosis).as_bytes())?;
        return Ok(Exit::Refused);
    }
    let known = customer.map()?;
    remember(&mut learnt.names, &known);
    for fact in diagnosis.facts.iter().filter(|it| it.kind == FactKind::Host) {
        learnt.names.add(Kind::Host, &fact.value);
    }
    let key = customer.key(args.key_file.as_deref())?;
    let options = RedactOptions { keep_identifiers: args.keep_identifiers, keywords };
    let redaction = Redaction { key, options, names: learnt.names, known };
    let Some(out) = &args.out else {
        let redactor = Redactor::new(redaction.key.clone(), &redaction.options, &redaction.names);
        output::print(markdown(&Ticket::new(&case, &diagnosis, &intake, &redactor, &redaction.key)).as_bytes())?;
        return Ok(format::exit(&diagnosis, None));
    };
    let bundle = open_bundle(&args.paths, args.budget.limits())?;
    let work = || make(&case, &diagnosis, &intake, &bundle, &redaction, out);
    match with_progress(&bundle, !terminal.no_progress, work) {
        Ok(made) => {
            if !is_same(args, &diagnosis)? {
                std::fs::remove_dir_all(out)?;
                bail!("the input was changed while it was read; nothing was written");
            }
            customer.save(&made.map)?;
            #[cfg(feature = "server")]
            let is_whole = args.around.narrowed().chain(args.budget.narrowed()).next().is_none();
            #[cfg(feature = "server")]
            if let Err(why) = args.filed.tie(&args.customer, &made.ticket, case.severity, &diagnosis, is_whole, out)? {
                // Nobody may take it for a package of that case.
                std::fs::remove_dir_all(out)?;
                return refused(args, "refused", &format!("{why}; nothing was written"));
            }
            customer.remember_ticket(&made.ticket.key)?;
            #[cfg(feature = "server")]
            let more = args.archive.make(out)?;
            #[cfg(not(feature = "server"))]
            let more: Vec<String> = Vec::new();
            match args.output {
                Format::Text => output::print(told(&made.ticket, out, &more).as_bytes())?,
                Format::Json => {
                    let ticket = &made.ticket;
                    let more = json!({"package": out, "key": ticket.key, "product": ticket.product, "severity": ticket.severity});
                    print_json("made", &more)?;
                }
            }
            Ok(format::exit(&diagnosis, None))
        }
        Err(error @ PackageError::Leaks(_)) => {
            refused(args, "refused", &format!("{error}; nothing was written; --keywords can name what is left"))
        }
        Err(error) => Err(error).context("failed to make the package"),
    }
}

/// Whether the input is what was examined: it was read more than once since.
fn is_same(args: &EscalateArgs, diagnosis: &Diagnosis) -> anyhow::Result<bool> {
    let mut bundle = open_bundle(&args.paths, args.budget.limits())?;
    bundle.hash();
    let hashes = |inputs: &[Input]| inputs.iter().map(|it| it.sha256.clone()).collect::<Vec<_>>();
    Ok(hashes(bundle.inputs()) == hashes(&diagnosis.inputs))
}

/// Says why nothing was made.
fn refused(args: &EscalateArgs, result: &str, why: &str) -> anyhow::Result<Exit> {
    match args.output {
        Format::Text => say(&format!("refused: {why}")),
        Format::Json => print_json(result, &json!({"why": why}))?,
    }
    Ok(Exit::Refused)
}

fn print_json(result: &str, more: &Value) -> anyhow::Result<()> {
    let mut value = json!({"result": result});
    for (name, it) in more.as_object().into_iter().flatten() {
        value[name] = it.clone();
    }
    output::print(format!("{value:#}\n").as_bytes())
}

/// What lacks, and the message to the customer, if there is something to ask of them.
fn lacks(case: &Case<'_>, diagnosis: &Diagnosis) -> Value {
    let missing: Vec<String> = case.shortfalls.iter().map(ToString::to_string).collect();
    json!({"about": case.subject.id(), "missing": missing, "request": request(case, diagnosis)})
}

/// What was made, for the engineer.
fn told(ticket: &Ticket, out: &Path, more: &[String]) -> String {
    let mut text = format!("{}: {}, {}\n", out.display(), ticket.product, ticket.severity);
    text.push_str(&item(&ticket.summary, output::width()));
    for file in &ticket.attachments {
        text.push_str(&item(&format!("{}: {}", file.path, file.what), output::width()));
    }
    more.iter().for_each(|it| text.push_str(&format!("{it}\n")));
    if !ticket.missing.is_empty() || !ticket.untried.is_empty() || ticket.known.iter().any(|it| it.is_open) {
        text.push_str("The ticket says what is missing and what was not tried.\n");
    }
    text.push_str("Nothing was sent. Names are pseudonyms; `tierline redact --reverse` leads back on this machine.\n");
    text
}

fn load(args: &EscalateArgs) -> anyhow::Result<SignatureSet> {
    for dir in &args.signatures {
        if !dir.is_dir() {
            return Err(Usage(format!("--signatures `{}`: no such folder", dir.display())).into());
        }
    }
    SignatureSet::load(true, &args.signatures)
        .map(|set| set.on(today()))
        .map_err(|error| Usage(format!("failed to read the signatures: {error}")).into())
}

fn vendor<'s>(set: &'s SignatureSet, name: &str) -> anyhow::Result<&'s Vendor> {
    if let Some(vendor) = set.vendors().iter().find(|it| it.is_called(name)) {
        return Ok(vendor);
    }
    let known: Vec<&str> = set.vendors().iter().map(|it| &*it.folder).collect();
    let hint = "put a `_vendor.yaml` into the vendor's folder of a catalogue and name that with `--signatures`";
    Err(Usage(format!("there is no profile of the vendor `{name}`; known are {}; {hint}", known.join(", "))).into())
}

/// What lacks, and the message to the customer.
fn refusal(case: &Case<'_>, diagnosis: &Diagnosis) -> String {
    let width = output::width();
    let mut text = format!("Refused: {} would not accept the case yet.\n", case.vendor.vendor);
    text.push_str(&wrapped("About: ", "  ", case.subject.message().lines().next().unwrap_or_default(), width));
    let is_known = |it: &&Shortfall<'_>| matches!(it, Shortfall::KnownFix(_));
    let (known, others): (Vec<_>, Vec<_>) = case.shortfalls.iter().partition(is_known);
    if !others.is_empty() {
        text.push_str("\nWhat is missing:\n");
        others.iter().for_each(|it| text.push_str(&item(&it.to_string(), width)));
    }
    if !known.is_empty() {
        text.push_str("\nKnown problems in the same logs. Solve them first, or say of each with `--tried ID` that it did not help (`--tried ID#2` of one step):\n");
    }
    for shortfall in known {
        let Shortfall::KnownFix(known) = shortfall else { continue };
        let signature = &known.signature;
        text.push_str(&item(&format!("[{}] {}", signature.level.name(), signature.title), width));
        text.push_str(&format!("      {}\n", signature.id));
        for step in case.untried.iter().filter(|it| it.known.signature.id == signature.id) {
            text.push_str(&wrapped(&format!("      #{} ", step.number), "         ", step.text, width));
        }
    }
    if let Some(request) = request(case, diagnosis) {
        text.push_str("\nTo the customer:\n\n");
        for line in request.lines() {
            let blanks = line.len() - line.trim_start().len();
            let indent = " ".repeat(blanks + 2);
            match line.trim().is_empty() {
                true => text.push('\n'),
                false => text.push_str(&wrapped(&indent, &indent, line.trim_start(), width)),
            }
        }
    }
    text.push_str("\n--override-gate REASON makes the package all the same.\n");
    text
}

fn item(words: &str, width: usize) -> String {
    wrapped("  - ", "    ", words, width)
}
