use super::output;
use super::{Exit, open_bundle, say};
use std::path::PathBuf;
use tierline::bundle::Limits;
use tierline::escalate::verify;

/// Checks that a package which `escalate` made is as it was made.
///
/// Every file must have the hash that the manifest states, and no other file may be there. With the logs it was made from, their
/// hashes are compared too.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct VerifyArgs {
    /// The folder of the package.
    #[arg(value_name = "DIR")]
    package: PathBuf,
    /// What it was made from, in the same order.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  tierline verify ticket/
  tierline verify ticket/ case.zip

Exit codes: 0 it is, 1 it is not or cannot be read, 2 wrong usage.";

pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<Exit> {
    let inputs = match args.paths.as_slice() {
        [] => None,
        paths => {
            let mut bundle = open_bundle(paths, Limits::default())?;
            bundle.hash();
            Some(bundle.inputs().to_vec())
        }
    };
    let wrong = verify(&args.package, inputs.as_deref())?;
    if wrong.is_empty() {
        output::print(b"The package is as it was made.\n")?;
        return Ok(Exit::Done);
    }
    wrong.iter().for_each(|it| say(it));
    Ok(Exit::Failed)
}
