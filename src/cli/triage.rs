use super::around::AroundArgs;
use super::exit::Usage;
use super::output::{self, Output};
use super::progress::with_progress;
use super::{Color, Exit, Terminal, open_bundle, panic, say};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::path::PathBuf;
use tierline::bundle::ProblemKind;
use tierline::diagnosis::{Diagnosis, State};
use tierline::report::{self, TextStyle};
use tierline::signature::{Severity, SignatureSet};
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
    /// Writes the report as text, json or markdown, to standard output or to FILE; may be repeated [default: text].
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = Output::<Format>::parse)]
    output: Vec<Output<Format>>,
    /// Adds the signatures in DIR; may be repeated. They replace built-in ones of the same id.
    #[arg(long, value_name = "DIR")]
    signatures: Vec<PathBuf>,
    /// Leaves the built-in signatures out.
    #[arg(long)]
    no_builtin: bool,
    /// Looks for the regular expressions in FILE, one per line, instead of the built-in signatures. Every line of the
    /// input is a record then, as with grep.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["signatures", "no_builtin", "since", "until"])]
    patterns: Option<PathBuf>,
    #[command(flatten)]
    around: AroundArgs,
    /// How many threads to use [default: one per processor]; the result is the same for every number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
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
    /// How many unexplained errors text and markdown show; json has all.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
}

const EXAMPLES: &str = "\
Examples:
  tierline triage case.zip
  tierline triage logs/ /var/log/syslog --top 30
  tierline triage case.zip -o text -o json=report.json -o markdown=ticket.md
  tierline triage case.zip --signatures our-signatures/ --fail-on high
  tierline triage case.zip --since '2026-01-02 03:00' --until '2026-01-02 04:00'
  tierline triage case.zip --since -2h
  tierline triage case.zip --since 2026-01-02T03:00Z --tz Europe/Berlin
  tierline triage case.zip --patterns errors.txt --no-unresolved
  tierline triage case.zip -o json | jq .diagnoses[].title

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a problem at or above --fail-on (wins over 4),
4 done but parts were not examined.";

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person at a terminal.
    Text,
    /// For programs.
    Json,
    /// For a ticket.
    Markdown,
}

/// A severity as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl From<FailOn> for Severity {
    fn from(severity: FailOn) -> Severity {
        match severity {
            FailOn::Info => Severity::Info,
            FailOn::Low => Severity::Low,
            FailOn::Medium => Severity::Medium,
            FailOn::High => Severity::High,
            FailOn::Critical => Severity::Critical,
        }
    }
}

pub(super) fn run(args: &TriageArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let outputs = outputs(args)?;
    let set = load(args)?;
    let mut bundle = open_bundle(&args.paths)?;
    if args.hash {
        bundle.hash();
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or(0).into()).build()?;
    let work = || {
        pool.install(|| {
            let around = args.around.resolve(&bundle)?;
            let options = Options {
                lines: args.patterns.is_some(),
                unresolved: !args.no_unresolved,
                around,
                zone: args.around.zone(),
            };
            Ok(tierline::triage::triage(&bundle, &set, options))
        })
    };
    let diagnosis =
        with_progress(&bundle, !terminal.no_progress, work).map_err(|error: BoundError| Usage(error.to_string()))?;
    for output in &outputs {
        write(&diagnosis, output, terminal.color, args.top)?;
    }
    if diagnosis.problems.iter().any(|problem| problem.kind == ProblemKind::Panic) {
        say(&format!("a part of the input made tierline fail and was left out; {}", panic::HINT));
    }
    Ok(exit(&diagnosis, args.fail_on.map(Severity::from)))
}

fn outputs(args: &TriageArgs) -> Result<Vec<Output<Format>>, Usage> {
    if args.output.is_empty() {
        return Ok(vec![Output { format: Format::Text, file: None }]);
    }
    let mut targets = BTreeSet::new();
    for output in &args.output {
        if !targets.insert(&output.file) {
            let target = output.file.as_ref().map_or("standard output".into(), |file| format!("`{}`", file.display()));
            return Err(Usage(format!("only one report can go to {target}; use -o FORMAT=FILE for the others")));
        }
    }
    Ok(args.output.clone())
}

/// Loads the catalogues. A folder that is not there is a mistake of the caller; a broken file in it is not, it becomes
/// a problem in the report.
fn load(args: &TriageArgs) -> anyhow::Result<SignatureSet> {
    if let Some(file) = &args.patterns {
        return SignatureSet::of_patterns(file)
            .map_err(|error| Usage(format!("--patterns `{}`: {error}", file.display())).into());
    }
    for dir in &args.signatures {
        if !dir.is_dir() {
            return Err(Usage(format!("--signatures `{}`: no such folder", dir.display())).into());
        }
    }
    SignatureSet::load(!args.no_builtin, &args.signatures)
        .map_err(|error| Usage(format!("failed to read the signatures: {error}")).into())
}

fn write(diagnosis: &Diagnosis, output: &Output<Format>, color: Color, top: usize) -> anyhow::Result<()> {
    let stdout = std::io::stdout();
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => output.file.is_none() && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
    };
    let rendered = match output.format {
        Format::Text => report::text(diagnosis, TextStyle { width: output::width(), color, top }),
        Format::Json => report::json(diagnosis),
        Format::Markdown => report::markdown(diagnosis, top),
    };
    match &output.file {
        Some(file) => output::write_file(file, rendered.as_bytes()),
        None if color && output.format == Format::Text => output::print_colored(&rendered),
        None => output::print(rendered.as_bytes()),
    }
}

fn exit(diagnosis: &Diagnosis, fail_on: Option<Severity>) -> Exit {
    let matches = || diagnosis.known.iter().filter(|known| known.state == State::Match);
    let found = |least| matches().any(|known| known.signature.severity >= least);
    if fail_on.is_some_and(found) {
        Exit::Found
    } else if diagnosis.is_partial() {
        Exit::Partial
    } else {
        Exit::Done
    }
}
