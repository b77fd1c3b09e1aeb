//! `tierline signatures`: list, explain, lint and test the catalogue.

mod flaws;
mod page;

use super::Exit;
use super::exit::Usage;
use super::output::{Output, print, write_file};
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use flaws::write_flaws;
use page::{page, summary, whole};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tierline::report::one_line;
use tierline::signature::{Catalogue, Signature, SignatureSet};
use tierline::workshop::{self, Against, ExampleRun, Expectation, Flaw};

/// Lists, explains, checks and tests the signatures of known problems.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct SignaturesArgs {
    #[command(subcommand)]
    command: SignaturesCommand,
}

const EXAMPLES: &str = "\
Examples:
  tierline signatures list --vendor Veeam
  tierline signatures show linux/kernel/process-killed-out-of-memory
  tierline signatures check my-signatures
  tierline signatures test my-signatures";

#[derive(Debug, Subcommand)]
enum SignaturesCommand {
    List(ListArgs),
    Show(ShowArgs),
    Check(CheckArgs),
    Test(TestArgs),
}

#[derive(Debug, Args)]
struct Catalogues {
    /// Adds a catalogue folder; a later one replaces ids of earlier ones.
    #[arg(long = "signatures", value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Leaves the built-in catalogue out.
    #[arg(long)]
    no_builtin: bool,
}

/// Lists the known problems, one per line.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES, after_long_help = LIST_EXAMPLES)]
struct ListArgs {
    /// Only those of this vendor, by its name or its folder.
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
    /// Writes text for a person or json for a program.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
    #[command(flatten)]
    catalogues: Catalogues,
}

const LIST_EXAMPLES: &str = "\
Examples:
  tierline signatures list
  tierline signatures list --vendor Veeam -o json
  tierline signatures list --no-builtin --signatures my-signatures

Exit codes: 0 done, 1 failed, 2 wrong usage or a broken signature (the others are listed).";

/// Shows one known problem: cause, steps, links, patterns.
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES, after_long_help = SHOW_EXAMPLES)]
struct ShowArgs {
    /// Id of the signature, or one it had before.
    id: String,
    /// Writes text for a person or json for a program.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
    #[command(flatten)]
    catalogues: Catalogues,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  tierline signatures show linux/kernel/process-killed-out-of-memory
  tierline signatures show acme/app/disk-full --signatures my-signatures -o json

Exit codes: 0 done, 1 failed, 2 wrong usage or no such signature.";

/// Says everything that is wrong with a catalogue.
///
/// Checks every field, every pattern and every reference, runs the examples, and finds examples that another signature
/// claims too. Nothing may fire on the quiet logs. Warns of signatures that make a scan slow: found by a very short text,
/// by a text that stands in ordinary logs, or with a pattern that takes far longer than others.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES, after_long_help = CHECK_EXAMPLES)]
struct CheckArgs {
    /// The catalogue's folder; without it the built-in catalogue is checked.
    dir: Option<PathBuf>,
    /// Healthy logs: a folder, file or archive. Without it, testdata/quiet if it exists.
    #[arg(long, value_name = "DIR")]
    quiet: Option<PathBuf>,
    /// Checks a list of regular expressions, one per line as for `triage --patterns`, in place of a catalogue.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dir", "quiet"])]
    patterns: Option<PathBuf>,
    /// Ordinary logs in which texts of signatures should be rare: a folder, file or archive, of which 1 MiB is read.
    /// Without it, a sample of sixty kinds of log that is part of the program.
    #[arg(long, value_name = "PATH")]
    sample: Option<PathBuf>,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  tierline signatures check
  tierline signatures check my-signatures
  tierline signatures check my-signatures --quiet healthy-logs
  tierline signatures check my-signatures --sample case.zip
  tierline signatures check --patterns errors.txt

Exit codes: 0 no errors (there may be warnings), 1 failed, 2 wrong usage or errors were found.";

/// Runs the examples of a catalogue and says which do not behave, and why.
#[derive(Debug, Args)]
#[command(after_help = TEST_EXAMPLES, after_long_help = TEST_EXAMPLES)]
struct TestArgs {
    /// The catalogue's folder; without it the built-in catalogue is tested.
    dir: Option<PathBuf>,
}

const TEST_EXAMPLES: &str = "\
Examples:
  tierline signatures test
  tierline signatures test my-signatures

Exit codes: 0 all behave, 1 failed, 2 wrong usage, an example that does not behave, or a broken signature.";

/// How a list or page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(args: &SignaturesArgs) -> anyhow::Result<Exit> {
    match &args.command {
        SignaturesCommand::List(args) => list(args),
        SignaturesCommand::Show(args) => show(args),
        SignaturesCommand::Check(args) => check(args),
        SignaturesCommand::Test(args) => test(args),
    }
}

fn load(catalogues: &Catalogues) -> anyhow::Result<SignatureSet> {
    let mut read = Vec::new();
    if !catalogues.no_builtin {
        read.push((Catalogue::builtin(), false));
    }
    for dir in &catalogues.dirs {
        let catalogue = Catalogue::read(dir)
            .map_err(|error| Usage(format!("failed to read the catalogue `{}`: {error}", dir.display())))?;
        read.push((catalogue, true));
    }
    Ok(SignatureSet::merge(read))
}

/// A folder that cannot be read is the failed job of exit code 1.
fn read_catalogue(dir: Option<&Path>) -> anyhow::Result<Catalogue> {
    match dir {
        None => Ok(Catalogue::builtin()),
        Some(dir) => Catalogue::read(dir).with_context(|| format!("failed to read the catalogue `{}`", dir.display())),
    }
}

fn deliver(text: &str, output: &Output<Format>) -> anyhow::Result<()> {
    match &output.file {
        Some(path) => write_file(path, text.as_bytes()),
        None => print(text.as_bytes()),
    }
}

/// Writes to standard error; nobody is left to be told if this fails.
fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn exit(is_good: bool) -> Exit {
    if is_good { Exit::Done } else { Exit::Usage }
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let set = load(&args.catalogues)?;
    let wanted = |signature: &&Signature| match &args.vendor {
        None => true,
        Some(vendor) => {
            signature.vendor.eq_ignore_ascii_case(vendor)
                || signature.id.split('/').next().is_some_and(|folder| folder.eq_ignore_ascii_case(vendor))
        }
    };
    let signatures: Vec<&Signature> = set.signatures().iter().filter(wanted).collect();
    match args.output.format {
        Format::Json => {
            let rows: Vec<Value> = signatures.iter().map(|it| summary(it)).collect();
            writeln!(out, "{:#}", Value::Array(rows))?;
        }
        Format::Text => {
            let width = signatures.iter().map(|it| it.id.len()).max().unwrap_or(0);
            for it in &signatures {
                let (level, severity) = (it.level.name(), it.severity.name());
                writeln!(out, "{:width$}  {level}  {severity:8}  {}", it.id, one_line(&it.title))?;
            }
            writeln!(out, "{}", counted(signatures.len(), "signature"))?;
        }
    }
    deliver(&out, &args.output)?;
    let mut broken = String::new();
    write_flaws(set.errors().iter().cloned().map(Flaw::from), &mut broken)?;
    tell(&broken);
    Ok(exit(broken.is_empty()))
}

fn show(args: &ShowArgs) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let set = load(&args.catalogues)?;
    let id = args.id.trim_end_matches(".yaml");
    let Some(signature) = set.get(id) else {
        // It may exist and be broken.
        let broken = set.errors().iter().filter(|it| it.file.with_extension("").ends_with(id)).cloned();
        write_flaws(broken.map(Flaw::from), &mut out)?;
        tell(&out);
        return Err(Usage(unknown(&set, id)).into());
    };
    match args.output.format {
        Format::Json => writeln!(out, "{:#}", whole(signature))?,
        Format::Text => out = page(signature, super::output::width()),
    }
    deliver(&out, &args.output)?;
    Ok(Exit::Done)
}

/// Says that there is no such id, and which ones are like it.
fn unknown(set: &SignatureSet, id: &str) -> String {
    let last = id.rsplit('/').next().unwrap_or_default();
    let alike = set.signatures().iter().filter(|it| !last.is_empty() && it.id.contains(last)).take(3);
    let alike: Vec<String> = alike.map(|it| format!("`{}`", it.id)).collect();
    let hint = match alike.as_slice() {
        [] => "`tierline signatures list` shows all ids".to_owned(),
        alike => format!("did you mean {}?", alike.join(" or ")),
    };
    format!("no signature has the id `{id}`; {hint}")
}

fn check(args: &CheckArgs) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let usual = Path::new("testdata/quiet");
    let quiet = args.quiet.as_deref().or_else(|| usual.is_dir().then_some(usual));
    let sample = args.sample.as_deref();
    let checked = if let Some(file) = &args.patterns {
        let set = SignatureSet::of_patterns(file)
            .with_context(|| format!("failed to read the patterns in `{}`", file.display()))?;
        workshop::check_patterns(&set, sample, Instant::now)
    } else {
        let catalogue = read_catalogue(args.dir.as_deref())?;
        workshop::check(catalogue, Against { quiet, sample, now: Instant::now })
    };
    let checked = checked.context("failed to read the logs")?;
    let (n_errors, n_flaws) = (checked.errors(), checked.flaws.len());
    write_flaws(checked.flaws.into_iter(), &mut out)?;
    let what = if args.patterns.is_some() {
        counted(checked.signatures, "pattern")
    } else {
        let quiet = if quiet.is_some() { ", quiet logs" } else { "" };
        format!("{}, {}{quiet}", counted(checked.signatures, "signature"), counted(checked.examples, "example"))
    };
    let result = format!("{}, {}", counted(n_errors, "error"), counted(n_flaws - n_errors, "warning"));
    writeln!(out, "checked {what}: {result}")?;
    print(out.as_bytes())?;
    Ok(exit(n_errors == 0))
}

fn test(args: &TestArgs) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let set = SignatureSet::merge(vec![(read_catalogue(args.dir.as_deref())?, true)]);
    let runs = workshop::run_examples(&set);
    let failed: Vec<&ExampleRun> = runs.iter().filter(|run| run.failure.is_some()).collect();
    for run in &failed {
        let list = match run.expectation {
            Expectation::Match => "match",
            Expectation::NoMatch => "no_match",
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

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::Catalogue;
    use clap::{CommandFactory, Parser};

    #[test]
    fn every_example_in_the_help_of_each_subcommand_is_a_valid_command() {
        let mut root = Cli::command();
        let signatures = root.find_subcommand_mut("signatures").unwrap();
        for command in signatures.get_subcommands() {
            let help = command.get_after_help().unwrap().to_string();
            let examples: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  tierline ")).collect();
            assert!(!examples.is_empty(), "{} has no example", command.get_name());
            for example in examples {
                let words = ["tierline"].into_iter().chain(example.split(' '));
                assert!(Cli::try_parse_from(words).is_ok(), "{example}");
                if let Some(id) = example.strip_prefix("signatures show ").filter(|id| !id.contains(' ')) {
                    assert!(Catalogue::builtin_ids().any(|known| known == id), "{id}");
                }
            }
        }
    }
}
