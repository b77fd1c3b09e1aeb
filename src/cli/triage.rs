use super::around::AroundArgs;
use super::budget::TimedBudgetArgs;
use super::catalogues::Catalogues;
use super::exit::Usage;
use super::format::{self, FailOn, Format, Shown};
use super::output::Output;
use super::progress::with_progress;
use super::{Exit, Terminal, explain, open_bundle, panic, redact, say};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use tierline::bundle::{Bundle, ProblemKind};
use tierline::diagnosis::Diagnosis;
use tierline::signature::SignatureSet;
use tierline::triage::{BoundError, Options};

/// Says what is wrong in a bundle, what to do about it, and what nobody can explain yet.
///
/// Reads files, folders and archives, also archives inside archives. Known problems come with steps for support levels
/// 1 and 2; errors that no signature claims are listed verbatim, the likeliest root first; and so is every part that
/// could not be examined.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct TriageArgs {
    /// Files, folders and archives that belong to one case.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    budget: TimedBudgetArgs,
    /// Writes the report in a format (text, json, jsonl, markdown, html, sarif, junit), to standard output or to FILE; may be repeated [default: text].
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = Output::<Format>::parse)]
    output: Vec<Output<Format>>,
    #[command(flatten)]
    catalogues: Catalogues,
    /// Looks for the regular expressions in FILE, one per line, instead of the built-in signatures. Every line of the
    /// input is a record then, as with grep.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["signatures", "no_builtin", "no_packs", "since", "until"])]
    patterns: Option<PathBuf>,
    #[command(flatten)]
    around: AroundArgs,
    /// How many threads to use [default: one per processor]; the result is the same for every number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Compares with PATH, a healthy bundle of the same system or yesterday's; may be repeated. Errors that it has too are
    /// known noise and left out; messages that it does not have are shown even if they do not look like errors.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["patterns", "no_unresolved"])]
    baseline: Vec<PathBuf>,
    /// Leaves out errors that no signature claims.
    #[arg(long)]
    no_unresolved: bool,
    /// Adds the SHA-256 of every input to the report.
    #[arg(long)]
    hash: bool,
    /// Ends with exit code 3 if a known problem of this severity or a worse one is found;
    /// traces of old problems and what cannot be decided do not count.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<FailOn>,
    /// Takes secrets and names out of all reports, with the key of this customer as `tierline redact` does. If the scan for
    /// leaks finds any, no report is written and the exit code is 6.
    #[arg(long, value_name = "CUSTOMER", conflicts_with = "explain")]
    redact: Option<String>,
    /// Says why this signature fires here, or why it does not, in place of a report: its scope, each part of its condition,
    /// what an overlay does to it, and which rule is against it. As text, or with -o json for programs.
    #[arg(long, value_name = "ID", conflicts_with_all = ["patterns", "fail_on"])]
    explain: Option<String>,
    #[command(flatten)]
    shown: Shown,
    #[cfg(feature = "server")]
    #[command(flatten)]
    filed: super::case::FiledArgs,
}

const EXAMPLES: &str = "\
Examples:
  tierline triage case.zip
  tierline triage case.zip --summary
  tierline triage logs/ /var/log/syslog --top 30
  tierline triage case.zip -o text -o json=report.json -o markdown=ticket.md
  tierline triage case.zip --signatures our-signatures/ --fail-on high
  tierline triage case.zip --since '2026-01-02 03:00' --until '2026-01-02 04:00'
  tierline triage case.zip --since -2h
  tierline triage case.zip --since 2026-01-02T03:00Z --tz Europe/Berlin
  tierline triage case.zip --baseline healthy.zip
  tierline triage case.zip --redact acme -o markdown=ticket.md
  tierline triage case.zip --patterns errors.txt --no-unresolved
  tierline triage case.zip --explain linux/kernel/process-killed-out-of-memory
  tierline triage case.zip -o json | jq .diagnoses[].title

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a problem at or above --fail-on (wins over 4),
4 done but parts were not examined, 6 refused: what was to be redacted is left.";

pub(super) fn run(args: &TriageArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let outputs = format::outputs(&args.output)?;
    #[cfg(feature = "server")]
    args.filed.check()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or(0).into()).build()?;
    // To take it to pieces takes a moment, and the program ends next.
    let set = ManuallyDrop::new(pool.install(|| load(args))?);
    if args.explain.is_some() {
        explain::check_formats(&outputs)?;
    }
    let explained = args.explain.as_ref().map(|id| explain::wanted(&set, id)).transpose()?;
    let mut bundle = open_bundle(&args.paths, args.budget.limits())?;
    #[cfg(feature = "server")]
    let hash = args.hash || args.filed.is_given();
    #[cfg(not(feature = "server"))]
    let hash = args.hash;
    if hash {
        bundle.hash();
    }
    let learnt = if args.baseline.is_empty() {
        None
    } else {
        let baseline = open_bundle(&args.baseline, args.budget.limits())?;
        let learn = || pool.install(|| (tierline::triage::learn(&baseline), known_of(&baseline, &set)));
        Some(with_progress(&baseline, !terminal.no_progress, learn))
    };
    let work = || {
        pool.install(|| {
            let around = args.around.resolve(&bundle)?;
            let options = Options {
                lines: args.patterns.is_some(),
                unresolved: !args.no_unresolved,
                around,
                zone: args.around.zone(),
                baseline: learnt.as_ref().map(|((templates, _), _)| templates),
            };
            let diagnosis = tierline::triage::triage(&bundle, &set, options);
            let told = explained.as_ref().map(|it| explain::explain(&bundle, options, it, &diagnosis));
            Ok((diagnosis, told))
        })
    };
    let (diagnosis, told) =
        with_progress(&bundle, !terminal.no_progress, work).map_err(|error: BoundError| Usage(error.to_string()))?;
    let mut diagnosis = ManuallyDrop::new(diagnosis);
    if let (Some(signature), Some(told)) = (&explained, &told) {
        outputs.iter().try_for_each(|output| explain::write(signature, &set, told, output))?;
        return Ok(Exit::Done);
    }
    if let Some(((_, problems), known)) = &learnt {
        diagnosis.problems.extend_from_slice(problems);
        diagnosis.problems.sort();
        tierline::diagnosis::note_known_before(&mut diagnosis, known);
    }
    #[cfg(feature = "server")]
    args.filed.add(&mut diagnosis, &narrowed(args), args.patterns.is_some(), args.redact.is_some())?;
    if let Some(customer) = &args.redact {
        let learn = || pool.install(|| redact::redacted(&diagnosis, customer, &bundle));
        match with_progress(&bundle, !terminal.no_progress, learn)? {
            Some(redacted) => diagnosis = ManuallyDrop::new(redacted),
            None => return Ok(Exit::Refused),
        }
    }
    for output in &outputs {
        format::write(&diagnosis, output, terminal.color, args.shown)?;
    }
    if diagnosis.problems.iter().any(|problem| problem.kind == ProblemKind::Panic) {
        say(&format!("a part of the input made tierline fail and was left out; {}", panic::HINT));
    }
    Ok(format::exit(&diagnosis, args.fail_on))
}

/// The options by which a run finds less than a whole one would.
#[cfg(feature = "server")]
fn narrowed(args: &TriageArgs) -> Vec<&'static str> {
    let own = [
        ("--patterns", args.patterns.is_some()),
        ("--baseline", !args.baseline.is_empty()),
        ("--no-unresolved", args.no_unresolved),
    ];
    let own = own.into_iter().filter_map(|(option, is_given)| is_given.then_some(option));
    own.chain(args.around.narrowed()).chain(args.catalogues.narrowed()).chain(args.budget.narrowed()).collect()
}

/// What of the baseline is known: a problem that it has too explains little.
fn known_of(baseline: &Bundle, set: &SignatureSet) -> Diagnosis {
    let options = Options { unresolved: false, ..Options::default() };
    tierline::triage::triage(baseline, set, options)
}

/// Loads the catalogues. What is broken in them becomes a problem in the report.
fn load(args: &TriageArgs) -> anyhow::Result<SignatureSet> {
    if let Some(file) = &args.patterns {
        return SignatureSet::of_patterns(file)
            .map_err(|error| Usage(format!("--patterns `{}`: {error}", file.display())).into());
    }
    Ok(args.catalogues.load()?)
}
