use super::exit::Usage;
use super::{Cli, Exit, output};
use clap::CommandFactory;

/// Prints the manual page of the program or of a subcommand, in roff.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ManArgs {
    /// The subcommand; the page of the program itself if left out.
    #[arg(value_name = "SUBCOMMAND")]
    subcommand: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  tierline man > tierline.1
  tierline man triage > tierline-triage.1";

pub(super) fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    let mut root = Cli::command();
    root.build();
    let command = match &args.subcommand {
        None => root,
        Some(name) => match root.find_subcommand(name) {
            // roff takes the name of the file for the name of the page, and a blank would end it.
            Some(found) => found.clone().name(format!("tierline-{name}")),
            None => return Err(Usage(format!("no subcommand `{name}`; see `tierline --help`")).into()),
        },
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    output::print(&page)?;
    Ok(Exit::Done)
}
