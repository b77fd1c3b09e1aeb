use super::exit::Usage;
use super::format::{self, FailOn, Format, Shown};
use super::output::Output;
use super::{Exit, Terminal};
use anyhow::Context;
use std::io::Read;
use std::path::{Path, PathBuf};
use tierline::diagnosis::Diagnosis;
use tierline::report;

/// Renders a report that was saved as JSON once more, in any format.
///
/// The logs are not needed: the JSON report has all that the others show.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ReportArgs {
    /// A report that was written with `-o json=FILE`; `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Writes the report in a format (text, json, jsonl, markdown, html, sarif, junit), to standard output or to FILE;
    /// may be repeated [default: text].
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = Output::<Format>::parse)]
    output: Vec<Output<Format>>,
    /// Ends with exit code 3 if the report has a known problem of this severity or a worse one.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    shown: Shown,
}

const EXAMPLES: &str = "\
Examples:
  tierline report report.json
  tierline report report.json -o html=report.html -o markdown=ticket.md
  ssh server tierline triage /var/log -o json | tierline report - --top 30

Exit codes: as those of `tierline triage`; 4 if the report names parts that were not examined.";

pub(super) fn run(args: &ReportArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let outputs = format::outputs(&args.output)?;
    let diagnosis = read(&args.file)?;
    for output in &outputs {
        format::write(&diagnosis, output, terminal.color, args.shown)?;
    }
    Ok(format::exit(&diagnosis, args.fail_on))
}

/// Reads a saved report.
pub(super) fn read(file: &Path) -> anyhow::Result<Diagnosis> {
    let mut json = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut json).context("failed to read standard input")?;
    } else {
        json = std::fs::read_to_string(file).with_context(|| format!("failed to read `{}`", file.display()))?;
    }
    report::saved(&json).map_err(|error| Usage(format!("`{}`: {error}", file.display())).into())
}
