//! `tierline signatures export`.

use super::{counted, read_catalogue};
use crate::cli::Exit;
use crate::cli::exit::Usage;
use crate::cli::output::print;
use anyhow::Context;
use clap::ValueEnum;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use tierline::report::one_line;
use tierline::signature::SignatureSet;
use tierline::workshop::export_cre;

/// Makes rules of another program of signatures, where it can say the same.
///
/// What cannot be said is listed: signatures that are left out with the reason, and of the others what was not kept.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ExportArgs {
    /// A catalogue's folder, or the id of a built-in signature.
    what: String,
    /// What to make.
    #[arg(long, value_name = "FORMAT", value_enum)]
    to: To,
    /// The folder to write to; it is made if it is not there. No file in it is overwritten.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  tierline signatures export my-signatures --to cre --out rules
  tierline signatures export redis/redis/maxmemory-reached --to cre --out rules

Exit codes: 0 done (what cannot be said is listed), 1 failed, 2 wrong usage or nothing could be exported.";

/// A format of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    /// Common Reliability Enumerations, the rules of preq.
    Cre,
}

pub(super) fn run(args: &ExportArgs) -> anyhow::Result<Exit> {
    let dir = PathBuf::from(&args.what);
    let is_dir = dir.is_dir();
    let catalogue = read_catalogue(is_dir.then_some(dir.as_path()))?;
    let set = SignatureSet::merge(vec![(catalogue, true)]);
    let signatures: Vec<_> = if is_dir {
        set.signatures().iter().collect()
    } else {
        let Some(signature) = set.get(&args.what) else {
            let message = format!("`{}` is neither a folder nor the id of a built-in signature", args.what);
            return Err(Usage(message).into());
        };
        vec![signature]
    };
    let exported = match args.to {
        To::Cre => export_cre(signatures),
    };
    if let Some(path) = exported.files.keys().map(|path| args.out.join(path)).find(|path| path.exists()) {
        return Err(Usage(format!("`{}` is already there; give --out a new folder", path.display())).into());
    }
    for (path, text) in &exported.files {
        let path = args.out.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("failed to make the folder `{}`", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("failed to write `{}`", path.display()))?;
    }
    let mut text = String::new();
    for (id, rule, notes) in &exported.rules {
        writeln!(text, "{} as {rule}", one_line(id))?;
        for note in notes {
            writeln!(text, "  {}", one_line(note))?;
        }
    }
    for (id, why) in &exported.refused {
        writeln!(text, "{} left out: {}", one_line(id), one_line(why))?;
    }
    let all = exported.rules.len() + exported.refused.len();
    writeln!(text, "exported {} of {} into `{}`", exported.rules.len(), counted(all, "signature"), args.out.display())?;
    print(text.as_bytes())?;
    Ok(super::exit(!exported.rules.is_empty()))
}
