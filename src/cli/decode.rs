use super::Exit;
use super::exit::Usage;
use std::fs::File;
use std::io;

/// Reads one file of a foreign format for another tierline: standard input is the file, standard output its members.
#[derive(Debug, clap::Args)]
pub(super) struct DecodeArgs {
    /// Fails on purpose behind the first text: for tests.
    #[arg(long, value_name = "HOW")]
    fault: Option<String>,
    /// What the file is.
    #[arg(value_name = "FORMAT")]
    format: String,
}

/// What stands before the format when a bundle calls this program.
pub(super) const SUBCOMMAND: &str = "decode-member";

pub(super) fn run(args: &DecodeArgs) -> anyhow::Result<Exit> {
    let (file, output) = streams()?;
    match tierline::bundle::decode_member(&args.format, args.fault.as_deref(), file, output) {
        Ok(()) => Ok(Exit::Done),
        Err(error) => Err(Usage(error.to_string()).into()),
    }
}

/// Standard input and output as files of our own: without buffers, and a file can be read at any place.
#[cfg(unix)]
fn streams() -> io::Result<(File, File)> {
    use std::os::fd::AsFd;
    let input = io::stdin().as_fd().try_clone_to_owned()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    Ok((input.into(), output.into()))
}

#[cfg(windows)]
fn streams() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    let input = io::stdin().as_handle().try_clone_to_owned()?;
    let output = io::stdout().as_handle().try_clone_to_owned()?;
    Ok((input.into(), output.into()))
}
