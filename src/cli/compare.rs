use super::catalogues::Catalogues;
use super::format::FailOn;
use super::output::{self, Output};
use super::progress::with_progress;
use super::{Exit, Terminal, open_bundle, report};
use clap::ValueEnum;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use tierline::bundle::Limits;
use tierline::diagnosis::{Course, Diagnosis, compare};
use tierline::report::{comparison_json, comparison_text};
use tierline::signature::{Severity, SignatureSet};
use tierline::triage::{Options, triage};

/// Says what is new, gone, more and less frequent between two bundles or saved reports.
///
/// How often something comes is compared per hour of the logs, if both have times.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct CompareArgs {
    /// What was before: a file, folder or archive, or a report saved with `-o json=FILE`.
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// What is now.
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// Writes the comparison as text or json, to standard output or to FILE [default: text].
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = Output::<CompareFormat>::parse)]
    output: Option<Output<CompareFormat>>,
    #[command(flatten)]
    catalogues: Catalogues,
    /// Ends with exit code 3 if a known problem of this severity or a worse one is new.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<FailOn>,
}

const EXAMPLES: &str = "\
Examples:
  tierline compare yesterday.zip today.zip
  tierline compare before-update.json after-update.json
  tierline compare healthy-server.tar.gz sick-server.tar.gz --fail-on high
  tierline compare old.json new.json -o json | jq '.known[] | select(.course == \"new\")'

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something new at or above --fail-on (wins over 4),
4 done but parts of one of the two were not examined.";

/// How a comparison is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CompareFormat {
    /// For a person.
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(args: &CompareArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let mut set = None;
    let before = diagnosis(&args.before, args, &mut set, terminal)?;
    let after = diagnosis(&args.after, args, &mut set, terminal)?;
    let comparison = compare(&before, &after);
    let (format, file) = args.output.as_ref().map_or((CompareFormat::Text, None), |it| (it.format, it.file.as_deref()));
    let rendered = match format {
        CompareFormat::Text => comparison_text(&before, &after, &comparison, output::width()),
        CompareFormat::Json => comparison_json(&before, &after, &comparison),
    };
    match file {
        Some(file) => output::write_file(file, rendered.as_bytes())?,
        None => output::print(rendered.as_bytes())?,
    }
    let mut new = comparison.known.iter().filter(|it| it.course == Course::New).filter_map(|it| it.after);
    let fail_on = args.fail_on.map(Severity::from);
    Ok(if fail_on.is_some_and(|least| new.any(|it| it.signature.severity >= least)) {
        Exit::Found
    } else if before.is_partial() || after.is_partial() {
        Exit::Partial
    } else {
        Exit::Done
    })
}

/// Reads a saved report, or triages a bundle with the signatures that the arguments name, which are loaded once.
fn diagnosis(
    path: &Path,
    args: &CompareArgs,
    set: &mut Option<SignatureSet>,
    terminal: Terminal,
) -> anyhow::Result<Diagnosis> {
    if is_report(path) {
        return report::read(path);
    }
    let bundle = open_bundle(&[path.to_path_buf()], Limits::default().timed())?;
    let set = match set {
        Some(set) => set,
        None => set.insert(args.catalogues.load()?),
    };
    Ok(with_progress(&bundle, !terminal.no_progress, || triage(&bundle, set, Options::default())))
}

/// Whether a file begins as a saved report does: a log in JSON is none.
fn is_report(path: &Path) -> bool {
    const HEAD: usize = 256;
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    let head = String::from_utf8_lossy(&head);
    path.is_file() && read.is_ok() && head.trim_start().starts_with('{') && head.contains("\"tierline.report/")
}
