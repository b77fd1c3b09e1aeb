//! `tierline signatures test`.

use super::{counted, exit, read_catalogue, write_flaws};
use crate::cli::Exit;
use crate::cli::output::print;
use std::fmt::Write;
use std::path::PathBuf;
use tierline::report::one_line;
use tierline::signature::SignatureSet;
use tierline::workshop::{self, ExampleRun, Expectation, Flaw};

/// Runs the examples of a catalogue and says which do not behave, and why.
#[derive(Debug, clap::Args)]
#[command(after_help = TEST_EXAMPLES, after_long_help = TEST_EXAMPLES)]
pub(super) struct TestArgs {
    /// The catalogue's folder; without it the built-in catalogue is tested.
    dir: Option<PathBuf>,
}

const TEST_EXAMPLES: &str = "\
Examples:
  tierline signatures test
  tierline signatures test my-signatures

Exit codes: 0 all behave, 1 failed, 2 wrong usage, an example that does not behave, or a broken signature.";

pub(super) fn run(args: &TestArgs) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let set = SignatureSet::merge(vec![(read_catalogue(args.dir.as_deref())?, true)]);
    let runs = workshop::run_examples(&set);
    let failed: Vec<&ExampleRun> = runs.iter().filter(|run| run.failure.is_some()).collect();
    for run in &failed {
        let list = match run.expectation {
            Expectation::Match => "match",
            Expectation::NoMatch => "no_match",
            Expectation::Inconclusive => "inconclusive",
        };
        let place = format!("{}:{}:{}", run.file.display(), run.line, run.column);
        writeln!(out, "FAILED {}, {list} example {} ({}):", run.id, run.number, one_line(&place))?;
        writeln!(out, "  {}", one_line(run.failure.as_deref().unwrap_or_default()))?;
    }
    write_flaws(set.errors().iter().cloned().map(Flaw::from), &mut out)?;
    let n_broken = counted(set.errors().len(), "error");
    let behaved = runs.len() - failed.len();
    writeln!(out, "{}: {behaved} behave, {} do not; {n_broken}", counted(runs.len(), "example"), failed.len())?;
    print(out.as_bytes())?;
    Ok(exit(failed.is_empty() && set.errors().is_empty()))
}
