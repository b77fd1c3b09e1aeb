//! `tierline signatures check`.

use super::matrix::matrix;
use super::paint::Paint;
use super::quality;
use super::{Format, counted, exit, read_catalogue, write_flaws};
use crate::cli::Exit;
use crate::cli::output::write_file;
use crate::cli::packs;
use crate::cli::today;
use anyhow::Context;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tierline::report::one_line;
use tierline::signature::{PackKey, SignatureSet};
use tierline::workshop::{self, Against, Flaw};

/// Says everything that is wrong with a catalogue.
///
/// Checks every field, every pattern and every reference, runs the examples, and finds examples that another signature
/// claims too. Nothing may fire on the quiet logs. Warns of signatures that make a scan slow: found by a very short text,
/// by a text that stands in ordinary logs, or with a pattern that takes far longer than others.
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES, after_long_help = CHECK_EXAMPLES)]
pub(super) struct CheckArgs {
    /// The catalogue's folder, or a signed pack; without it the built-in catalogue is checked.
    dir: Option<PathBuf>,
    /// A public key of minisign that may have signed the pack, or a file with it, beside those that are pinned.
    #[arg(long, value_name = "PUBKEY", value_parser = packs::key, requires = "dir")]
    key: Option<PackKey>,
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
    /// Shows which signatures claim the examples of others in place of what is wrong; `json` for programs.
    #[arg(long, value_name = "FORMAT", value_enum, num_args = 0..=1, require_equals = true,
          default_missing_value = "text", conflicts_with = "patterns")]
    matrix: Option<Format>,
    /// Also writes the catalogue in numbers to FILE, as Markdown if its name ends with `.md`, else as JSON: signatures by
    /// product, level and side, cross-fire, references, common texts. The same catalogue gives the same file.
    #[arg(long, value_name = "FILE", conflicts_with = "patterns")]
    report: Option<PathBuf>,
    /// Ends with exit code 2 if there are warnings, as if they were errors.
    #[arg(long)]
    deny_warnings: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  tierline signatures check
  tierline signatures check my-signatures
  tierline signatures check my-signatures --quiet healthy-logs
  tierline signatures check my-signatures --sample case.zip
  tierline signatures check my-signatures --matrix
  tierline signatures check my-signatures --report quality.json
  tierline signatures check --patterns errors.txt
  tierline signatures check acme.tierpack

Exit codes: 0 no errors (there may be warnings unless --deny-warnings forbids them), 1 failed, 2 wrong usage or errors were found.";

pub(super) fn run(args: &CheckArgs, paint: Paint) -> anyhow::Result<Exit> {
    match args.dir.as_deref().filter(|it| it.is_file()) {
        Some(pack) => check_pack(args, pack, paint),
        None => check(args, args.dir.as_deref(), paint, |text| text),
    }
}

/// Verifies a pack and checks what is in it.
fn check_pack(args: &CheckArgs, pack: &Path, paint: Paint) -> anyhow::Result<Exit> {
    let opened = match packs::open(pack, args.key.as_slice())? {
        Ok(opened) => opened,
        Err(error) if error.is_io() => {
            return Err(error).with_context(|| format!("failed to read `{}`", pack.display()));
        }
        Err(error) => {
            let (message, hint) = (format!("the pack is refused: {error}"), Some(error.hint().to_owned()));
            let flaw = Flaw { file: pack.to_path_buf(), line: 0, column: 0, is_error: true, message, hint };
            let mut out = String::new();
            write_flaws([flaw].into_iter(), paint, &mut out)?;
            paint.print(&out)?;
            return Ok(exit(false));
        }
    };
    // Flaws are shown with their lines, which are read where the catalogue was read. Paths of a pack lead nowhere else.
    let folder = tempfile::tempdir().context("failed to make a temporary folder")?;
    for (path, bytes) in opened.pack.files() {
        let path = folder.path().join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes))?;
    }
    let (there, here) = (folder.path().display().to_string(), one_line(&pack.display().to_string()));
    check(args, Some(folder.path()), paint, |text| text.replace(&there, &here))
}

fn check(args: &CheckArgs, dir: Option<&Path>, paint: Paint, shown: impl Fn(String) -> String) -> anyhow::Result<Exit> {
    if args.matrix.is_some() || args.report.is_some() {
        let set = SignatureSet::merge(vec![(read_catalogue(dir)?, true)]);
        if let Some(file) = &args.report {
            write_file(file, quality::report(file, &workshop::quality(&set)).as_bytes())?;
        }
        if let Some(format) = args.matrix {
            return matrix(&set, format, paint);
        }
    }
    let mut out = String::new();
    let usual = Path::new("testdata/quiet");
    let quiet = args.quiet.as_deref().or_else(|| usual.is_dir().then_some(usual));
    let sample = args.sample.as_deref();
    let checked = if let Some(file) = &args.patterns {
        let set = SignatureSet::of_patterns(file)
            .with_context(|| format!("failed to read the patterns in `{}`", file.display()))?;
        workshop::check_patterns(&set, sample, Instant::now)
    } else {
        let catalogue = read_catalogue(dir)?;
        workshop::check(catalogue, Against { quiet, sample, now: Instant::now, today: today() })
    };
    let checked = checked.context("failed to read the logs")?;
    let (n_errors, n_flaws) = (checked.errors(), checked.flaws.len());
    write_flaws(checked.flaws.into_iter(), paint, &mut out)?;
    let what = if args.patterns.is_some() {
        counted(checked.signatures, "pattern")
    } else {
        let quiet = if quiet.is_some() { ", quiet logs" } else { "" };
        format!("{}, {}{quiet}", counted(checked.signatures, "signature"), counted(checked.examples, "example"))
    };
    let result = format!("{}, {}", counted(n_errors, "error"), counted(n_flaws - n_errors, "warning"));
    let result = if n_errors > 0 { paint.bad(result) } else { paint.good(result) };
    writeln!(out, "checked {what}: {result}")?;
    paint.print(&shown(out))?;
    Ok(exit(n_errors == 0 && (n_flaws == 0 || !args.deny_warnings)))
}
