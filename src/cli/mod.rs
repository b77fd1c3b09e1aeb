//! The command line: one file per subcommand, and what they share.
//!
//! Only this part of the program prints, reads the environment and ends the process. A subcommand is a file with its
//! arguments (clap) and `run`, which returns an [`Exit`]; `completions.rs` is the smallest to copy. `output.rs` and
//! `stream.rs` write results, `progress.rs` draws the bar, `panic.rs` keeps panics quiet.

mod around;
mod budget;
#[cfg(feature = "server")]
mod case;
mod catalogues;
mod collect;
mod compare;
mod completions;
#[cfg(feature = "server")]
mod connection;
mod contents;
mod decode;
#[cfg(feature = "server")]
mod encrypt;
mod escalate;
mod exit;
mod explain;
mod format;
mod links;
mod man;
#[cfg(feature = "server")]
mod notices;
#[cfg(feature = "server")]
mod outbox;
mod output;
mod packs;
mod panic;
mod progress;
mod records;
mod redact;
mod report;
mod signatures;
#[cfg(feature = "server")]
mod store;
mod stream;
#[cfg(feature = "server")]
mod submit;
mod templates;
#[cfg(feature = "server")]
mod trackers;
mod triage;
mod verify;
#[cfg(feature = "server")]
mod watch;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use exit::Exit;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;
use tierline::bundle::{Bundle, Helper, Limits};
use tierline::signature::Day;

/// Names the known problems in a customer's logs with their fixes, and keeps what nobody can explain.
#[derive(Debug, Parser)]
#[command(name = "tierline", version, after_help = EXAMPLES, after_long_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    terminal: Terminal,
}

const EXAMPLES: &str = "\
Examples:
  tierline triage case.zip                 what is wrong in the bundle, and what to do
  tierline triage logs/ -o json=report.json
                                           the same for a script
  tierline report report.json -o html=report.html
                                           a saved report in another format
  tierline compare old.zip new.zip         what is new, gone, more frequent
  tierline records app.log                 how the file is cut into records
  tierline templates app.log               which messages it has, grouped and counted
  tierline redact case.zip --customer acme --out redacted/
                                           the logs without secrets and names
  tierline escalate case.zip --vendor veeam --customer acme --contract 0815 --out ticket/
                                           the case for the vendor, or what it still lacks
  tierline contents case.zip               which files are in the bundle, and what cannot be read

Exit codes:
  0  done
  1  the job could not be done
  2  wrong usage or a broken signature
  3  a known problem at or above --fail-on was found
  4  done, but parts of the input could not be examined
  5  what was to be submitted waits in the outbox, or a person has to look
  6  refused: something that was to be redacted is left, or a case lacks what the vendor asks for";

/// Options that work with every subcommand.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Terminal {
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are respected.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
    /// Draws no progress bar; it is off anyway when standard error is not a terminal.
    #[arg(long, global = true)]
    no_progress: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Nowhere.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Triage(triage::TriageArgs),
    Report(report::ReportArgs),
    Compare(compare::CompareArgs),
    Records(records::RecordsArgs),
    Contents(contents::ContentsArgs),
    Redact(redact::RedactArgs),
    Templates(templates::TemplatesArgs),
    Escalate(escalate::EscalateArgs),
    Collect(collect::CollectArgs),
    Verify(verify::VerifyArgs),
    #[cfg(feature = "server")]
    Watch(watch::WatchArgs),
    #[cfg(feature = "server")]
    Case(case::CaseArgs),
    #[cfg(feature = "server")]
    Submit(submit::SubmitArgs),
    #[cfg(feature = "server")]
    Outbox(outbox::OutboxArgs),
    #[cfg(feature = "server")]
    Trackers(trackers::TrackersArgs),
    #[cfg(feature = "server")]
    Notices(notices::NoticesArgs),
    #[cfg(feature = "server")]
    Store(store::StoreCommands),
    Signatures(signatures::SignaturesArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    #[command(name = decode::SUBCOMMAND, hide = true)]
    Decode(decode::DecodeArgs),
    #[cfg(feature = "server")]
    #[command(name = watch::SUBCOMMAND, hide = true)]
    ReadBundles(watch::ReadBundlesArgs),
}

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    panic::keep_quiet();
    let job = || match &cli.command {
        Command::Triage(args) => triage::run(args, cli.terminal),
        Command::Report(args) => report::run(args, cli.terminal),
        Command::Compare(args) => compare::run(args, cli.terminal),
        Command::Records(args) => records::run(args, cli.terminal),
        Command::Contents(args) => contents::run(args, cli.terminal),
        Command::Redact(args) => redact::run(args, cli.terminal),
        Command::Templates(args) => templates::run(args, cli.terminal),
        Command::Escalate(args) => escalate::run(args, cli.terminal),
        Command::Collect(args) => collect::run(args, cli.terminal),
        Command::Verify(args) => verify::run(args, cli.terminal),
        #[cfg(feature = "server")]
        Command::Watch(args) => watch::run(args),
        #[cfg(feature = "server")]
        Command::Case(args) => case::run(args),
        #[cfg(feature = "server")]
        Command::Submit(args) => submit::run(args),
        #[cfg(feature = "server")]
        Command::Outbox(args) => outbox::run(args),
        #[cfg(feature = "server")]
        Command::Trackers(args) => trackers::run(args),
        #[cfg(feature = "server")]
        Command::Notices(args) => notices::run(args),
        #[cfg(feature = "server")]
        Command::Store(args) => store::run(args),
        Command::Signatures(args) => signatures::run(args, cli.terminal),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
        Command::Decode(args) => decode::run(args),
        #[cfg(feature = "server")]
        Command::ReadBundles(args) => watch::read_bundles(args),
    };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => {
            // All causes on one line: "failed to open `x`: No such file or directory".
            say(&format!("{error:#}"));
            error.downcast_ref::<exit::Usage>().map_or(Exit::Failed, |_| Exit::Usage).into()
        }
        Err(_) => {
            say(&format!("internal error, no result; {}", panic::HINT));
            Exit::Failed.into()
        }
    }
}

/// Opens a bundle whose foreign formats are read by this program in processes of their own.
fn open_bundle(paths: &[PathBuf], limits: Limits) -> anyhow::Result<Bundle> {
    let mut bundle = Bundle::open(paths, limits).context("failed to read the input")?;
    // Where the system does not tell, they are read in this process.
    if let Ok(program) = std::env::current_exe() {
        bundle.set_helper(Helper::new(program, vec![decode::SUBCOMMAND.to_owned()]));
    }
    Ok(bundle)
}

/// The day in UTC, for overlays that end on one.
fn today() -> Day {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Day::of_unix(since.map_or(0, |since| since.as_secs()))
}

/// Prints a message on standard error, on one line and without hidden characters: it may contain names from the input.
fn say(message: &str) {
    // Nobody is left to be told if this fails.
    let _ = writeln!(std::io::stderr(), "tierline: {}", tierline::report::one_line(message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    fn collect_after_help(command: &clap::Command, texts: &mut Vec<String>) {
        texts.extend(command.get_after_help().map(ToString::to_string));
        command.get_subcommands().for_each(|command| collect_after_help(command, texts));
    }

    #[test]
    fn every_example_in_a_help_text_is_a_valid_command() {
        let mut texts = Vec::new();
        collect_after_help(&Cli::command(), &mut texts);
        let mut examples = 0;
        for line in texts.iter().flat_map(|text| text.lines()) {
            let Some(example) = line.strip_prefix("  tierline ") else { continue };
            // What follows two blanks explains the command; what follows a pipe or redirection is the shell's.
            let command = example.split("  ").next().unwrap_or(example);
            // What stands in quotes is one word.
            let quoted = command.split('\'').enumerate();
            let words = quoted.flat_map(|(index, part)| match index % 2 {
                0 => part.split_whitespace().collect(),
                _ => vec![part],
            });
            let command = words.take_while(|word| !["|", ">"].contains(word));
            if let Err(error) = Cli::try_parse_from(["tierline"].into_iter().chain(command)) {
                panic!("example `{line}`: {error}");
            }
            examples += 1;
        }
        assert!(examples > 8, "only {examples} examples found");
    }
}
