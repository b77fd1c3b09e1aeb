//! `tierline signatures list`.

use super::overlay::with_overlay;
use super::page::summary;
use super::paint::Paint;
use super::{Catalogues, Format, counted, deliver, exit, tell, write_flaws};
use crate::cli::Exit;
use crate::cli::output::Output;
use serde_json::Value;
use std::fmt::Write;
use tierline::report::one_line;
use tierline::signature::Signature;
use tierline::workshop::Flaw;

/// Lists the known problems, one per line.
#[derive(Debug, clap::Args)]
#[command(after_help = LIST_EXAMPLES, after_long_help = LIST_EXAMPLES)]
pub(super) struct ListArgs {
    /// Only those of this vendor, by its name or its folder.
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
    /// Writes text for a person or json for a program.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
    #[command(flatten)]
    catalogues: Catalogues,
}

const LIST_EXAMPLES: &str = "\
Examples:
  tierline signatures list
  tierline signatures list --vendor Veeam -o json
  tierline signatures list --no-builtin --signatures my-signatures

Exit codes: 0 done, 1 failed, 2 wrong usage or a broken signature (the others are listed).";

pub(super) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let set = args.catalogues.load()?;
    let wanted = |(_, signature): &(usize, &Signature)| match &args.vendor {
        None => true,
        Some(vendor) => {
            signature.vendor.eq_ignore_ascii_case(vendor)
                || signature.id.split('/').next().is_some_and(|folder| folder.eq_ignore_ascii_case(vendor))
        }
    };
    let signatures: Vec<(usize, &Signature)> = set.signatures().iter().enumerate().filter(wanted).collect();
    match args.output.format {
        Format::Json => {
            let rows: Vec<Value> =
                signatures.iter().map(|(index, it)| with_overlay(summary(it), set.applied(*index))).collect();
            writeln!(out, "{:#}", Value::Array(rows))?;
        }
        Format::Text => {
            let width = signatures.iter().map(|(_, it)| it.id.len()).max().unwrap_or(0);
            for (index, it) in &signatures {
                let (level, severity) = (it.level.name(), it.severity.name());
                let variants = match n_variants(it) {
                    0 => String::new(),
                    n => format!(" ({})", counted(n, "variant")),
                };
                let active = || set.applied(*index).iter().filter(|it| !it.is_over);
                let overlay = match (set.disabled(*index), active().next()) {
                    (Some(_), _) => " (hidden by an overlay)",
                    (None, Some(_)) => " (changed by an overlay)",
                    (None, None) => "",
                };
                writeln!(out, "{:width$}  {level}  {severity:8}  {}{variants}{overlay}", it.id, one_line(&it.title))?;
            }
            let variants = match signatures.iter().map(|(_, it)| n_variants(it)).sum() {
                0 => String::new(),
                n => format!(", {}", counted(n, "variant")),
            };
            writeln!(out, "{}{variants}", counted(signatures.len(), "signature"))?;
        }
    }
    deliver(&out, &args.output)?;
    let mut broken = String::new();
    write_flaws(set.errors().iter().cloned().map(Flaw::from), Paint::PLAIN, &mut broken)?;
    tell(&broken);
    Ok(exit(broken.is_empty()))
}

fn n_variants(it: &Signature) -> usize {
    it.variants.as_ref().map_or(0, |variants| variants.rows.len())
}
