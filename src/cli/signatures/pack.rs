//! `tierline signatures pack`.

use super::{counted, write_flaws};
use crate::cli::Exit;
use crate::cli::exit::Usage;
use crate::cli::output::{print, write_file};
use crate::cli::signatures::paint::Paint;
use crate::cli::today;
use anyhow::Context;
use std::path::PathBuf;
use std::time::Instant;
use tierline::report::one_line;
use tierline::signature::{Catalogue, Pack};
use tierline::workshop::{self, Against, Flaw};

/// Puts a catalogue into one file, to be signed, sent and installed elsewhere.
///
/// The same catalogue gives the same file, byte by byte. A catalogue in which `check` finds errors is not packed. Sign the
/// file with `minisign`, whose signature must lie beside it.
#[derive(Debug, clap::Args)]
#[command(after_help = PACK_EXAMPLES, after_long_help = PACK_EXAMPLES)]
pub(super) struct PackArgs {
    /// The catalogue's folder.
    dir: PathBuf,
    /// The name of the pack: lower-case words with hyphens.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Its version: numbers with dots. A version never changes; the next one is higher.
    #[arg(long, value_name = "VERSION")]
    version: String,
    /// Under which terms it may be used, e.g. Apache-2.0.
    #[arg(long, value_name = "LICENCE")]
    licence: String,
    /// The file to write, whose name usually ends with `.tierpack`.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

const PACK_EXAMPLES: &str = "\
Examples:
  tierline signatures pack ours --name acme --version 1.4.0 --licence Apache-2.0 --out acme.tierpack

Then sign it:
  minisign -Sm acme.tierpack

Exit codes: 0 done, 1 failed, 2 wrong usage or an error in the catalogue.";

pub(super) fn run(args: &PackArgs, paint: Paint) -> anyhow::Result<Exit> {
    let what = || format!("failed to read the catalogue `{}`", args.dir.display());
    let files = Catalogue::files(&args.dir).with_context(what)?;
    let pack = Pack::new(&args.name, &args.version, &args.licence, files).map_err(|it| Usage(it.to_string()))?;
    let against = Against { quiet: None, sample: None, now: Instant::now, today: today() };
    let checked = workshop::check(Catalogue::read(&args.dir).with_context(what)?, against)?;
    let errors: Vec<Flaw> = checked.flaws.into_iter().filter(|it| it.is_error).collect();
    if !errors.is_empty() {
        let (mut out, n_errors) = (String::new(), errors.len());
        write_flaws(errors.into_iter(), paint, &mut out)?;
        paint.print(&out)?;
        return Err(Usage(format!("not packed: {} in `{}`", counted(n_errors, "error"), args.dir.display())).into());
    }
    let bytes = pack.write().map_err(|it| Usage(format!("not packed: {it}")))?;
    write_file(&args.out, &bytes)?;
    let out = one_line(&args.out.display().to_string());
    let text = format!(
        "packed {} {}, {}, {} bytes, into {out}\n  content {}\nsign it with: minisign -Sm {out}\n",
        pack.name(),
        pack.version(),
        counted(checked.signatures, "signature"),
        bytes.len(),
        pack.sha256()
    );
    print(text.as_bytes())?;
    Ok(Exit::Done)
}
