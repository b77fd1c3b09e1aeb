use super::{Cli, Exit, output};
use clap::CommandFactory;

/// Prints a completion script for a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

const EXAMPLES: &str = "\
Examples:
  tierline completions bash > /etc/bash_completion.d/tierline
  tierline completions zsh > ~/.zfunc/_tierline
  tierline completions powershell";

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tierline", &mut script);
    output::print(&script)?;
    Ok(Exit::Done)
}
