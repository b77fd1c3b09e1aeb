//! `tierline signatures show`.

use super::overlay::{overlays, with_overlay};
use super::page::{page, whole};
use super::paint::Paint;
use super::{Catalogues, Format, deliver, tell, write_flaws};
use crate::cli::Exit;
use crate::cli::exit::Usage;
use crate::cli::output::{self, Output};
use crate::cli::say;
use std::fmt::Write;
use tierline::signature::SignatureSet;
use tierline::workshop::Flaw;

/// Shows one known problem: cause, steps, links, patterns.
#[derive(Debug, clap::Args)]
#[command(after_help = SHOW_EXAMPLES, after_long_help = SHOW_EXAMPLES)]
pub(super) struct ShowArgs {
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

pub(super) fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let set = args.catalogues.load()?;
    let id = args.id.trim_end_matches(".yaml");
    let found = set.index(id).and_then(|index| Some((index, set.signatures().get(index)?)));
    let Some((index, signature)) = found else {
        // It may exist and be broken.
        let broken = set.errors().iter().filter(|it| it.file.with_extension("").ends_with(id)).cloned();
        write_flaws(broken.map(Flaw::from), Paint::PLAIN, &mut out)?;
        tell(&out);
        return Err(Usage(unknown(&set, id)).into());
    };
    if *signature.id != *id {
        say(&format!("`{id}` is now `{}`", signature.id));
    }
    let applied = set.applied(index);
    match args.output.format {
        Format::Json => writeln!(out, "{:#}", with_overlay(whole(signature), applied))?,
        Format::Text => out = page(signature, output::width()) + &overlays(applied, output::width()),
    }
    deliver(&out, &args.output)?;
    Ok(Exit::Done)
}

/// Says that there is no such id, and which ones are like it.
pub(in super::super) fn unknown(set: &SignatureSet, id: &str) -> String {
    let last = id.rsplit('/').next().unwrap_or_default();
    let alike = set.signatures().iter().filter(|it| !last.is_empty() && it.id.contains(last)).take(3);
    let alike: Vec<String> = alike.map(|it| format!("`{}`", it.id)).collect();
    let hint = match alike.as_slice() {
        [] => "`tierline signatures list` shows all ids".to_owned(),
        alike => format!("did you mean {}?", alike.join(" or ")),
    };
    format!("no signature has the id `{id}`; {hint}")
}
