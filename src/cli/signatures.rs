//! `tierline signatures`: list, explain, lint and test the catalogue. One file per subcommand.

mod check;
mod export;
mod flaws;
mod import;
mod install;
mod list;
mod matrix;
mod new;
mod overlay;
mod pack;
mod packs;
mod page;
mod paint;
mod quality;
mod saved;
mod show;
mod stats;
mod test;

#[cfg(feature = "server")]
pub(super) use new::Place;
pub(super) use overlay::with_overlay;
pub(super) use show::unknown;

use super::catalogues::Catalogues;
use super::exit::Usage;
use super::output::{Output, print, write_file};
use super::{Exit, Terminal};
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use flaws::write_flaws;
use paint::Paint;
use std::io::{self, Write};
use std::path::Path;
use tierline::signature::Catalogue;

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
  tierline signatures test my-signatures
  tierline signatures new --file app.log --line 1234 --out my-signatures/acme/app/disk-full.yaml
  tierline signatures import --from cre rules --out imported
  tierline signatures install acme.tierpack";

#[derive(Debug, Subcommand)]
enum SignaturesCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Check(check::CheckArgs),
    Test(test::TestArgs),
    New(new::NewArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
    Stats(stats::StatsArgs),
    Pack(pack::PackArgs),
    Install(install::InstallArgs),
    Packs(packs::PacksArgs),
    Remove(install::RemoveArgs),
}

/// How a list or page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(args: &SignaturesArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let paint = Paint::of(terminal.color);
    match &args.command {
        SignaturesCommand::List(args) => list::run(args),
        SignaturesCommand::Show(args) => show::run(args),
        SignaturesCommand::Check(args) => check::run(args, paint),
        SignaturesCommand::Test(args) => test::run(args, paint),
        SignaturesCommand::New(args) => new::run(args),
        SignaturesCommand::Import(args) => import::run(args),
        SignaturesCommand::Export(args) => export::run(args),
        SignaturesCommand::Stats(args) => stats::run(args),
        SignaturesCommand::Pack(args) => pack::run(args, paint),
        SignaturesCommand::Install(args) => install::install(args),
        SignaturesCommand::Packs(args) => packs::run(args),
        SignaturesCommand::Remove(args) => install::remove(args),
    }
}

/// The catalogue in a folder or the built-in one, with its examples. A folder that cannot be read is the failed job of exit code 1.
fn read_catalogue(dir: Option<&Path>) -> anyhow::Result<Catalogue> {
    match dir {
        None if cfg!(not(feature = "server")) => {
            Err(Usage("this program has no examples of built-in signatures; name the folder of a catalogue".to_owned())
                .into())
        }
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
                // What stands in quotes is one word.
                let words = example.split('\'').enumerate().flat_map(|(index, part)| match index % 2 {
                    0 => part.split_whitespace().collect(),
                    _ => vec![part],
                });
                let words = ["tierline"].into_iter().chain(words);
                assert!(Cli::try_parse_from(words).is_ok(), "{example}");
                if let Some(id) = example.strip_prefix("signatures show ").filter(|id| !id.contains(' ')) {
                    assert!(Catalogue::builtin_ids().any(|known| known == id), "{id}");
                }
            }
        }
    }
}
