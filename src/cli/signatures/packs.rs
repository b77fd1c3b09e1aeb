//! `tierline signatures packs`.

use super::{Format, counted, deliver, exit, tell, write_flaws};
use crate::cli::Exit;
use crate::cli::output::Output;
use crate::cli::packs;
use crate::cli::signatures::paint::Paint;
use anyhow::Context;
use serde_json::{Value, json};
use std::fmt::Write;
use tierline::report::one_line;
use tierline::workshop::Flaw;

/// Lists the installed packs, who has signed them, and the keys that may.
///
/// Each pack is verified as `triage` does it.
#[derive(Debug, clap::Args)]
#[command(after_help = PACKS_EXAMPLES, after_long_help = PACKS_EXAMPLES)]
pub(super) struct PacksArgs {
    /// Writes text for a person or json for a program.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
}

const PACKS_EXAMPLES: &str = "\
Examples:
  tierline signatures packs
  tierline signatures packs -o json

Exit codes: 0 all can be used, 1 failed, 2 wrong usage or a pack that is refused.";

pub(super) fn run(args: &PacksArgs) -> anyhow::Result<Exit> {
    let store = packs::store()?;
    let (pins, mistakes) = packs::pinned()?;
    let found = store.packs().with_context(|| format!("failed to list `{}`", store.folder().display()))?;
    let (mut text, mut rows, mut refused) = (String::new(), Vec::new(), 0);
    for file in &found {
        let path = file.path.display().to_string();
        match store.open(file, &pins) {
            Ok(opened) => {
                let pack = &opened.pack;
                let n_signatures = pack.catalogue(&file.path).signatures.len();
                let counted = counted(n_signatures, "signature");
                writeln!(text, "{} {}: {counted}, licence {}", pack.name(), pack.version(), pack.licence())?;
                writeln!(text, "  content {}\n  signed with {}", pack.sha256(), opened.key)?;
                rows.push(json!({
                    "name": pack.name(), "version": pack.version().as_str(), "licence": pack.licence(),
                    "signatures": n_signatures, "sha256": pack.sha256(), "key": opened.key.to_string(),
                    "file": path, "refused": null,
                }));
            }
            Err(error) => {
                refused += 1;
                let (name, version) = (one_line(&file.name), &file.version);
                writeln!(text, "{name} {version}: refused, {}", one_line(&error.to_string()))?;
                writeln!(text, "  = hint: {}", error.hint())?;
                rows.push(json!({
                    "name": file.name, "version": version.as_str(), "file": path, "refused": error.to_string(),
                }));
            }
        }
        writeln!(text, "  {}", one_line(&path))?;
    }
    let keys = packs::keys_file()?.display().to_string();
    writeln!(text, "{}, {refused} refused", counted(found.len(), "pack"))?;
    writeln!(text, "{} pinned in {}", counted(pins.len(), "key"), one_line(&keys))?;
    for pin in &pins {
        writeln!(text, "  {} {}", pin.key, pin.pack.as_deref().unwrap_or("*"))?;
    }
    match args.output.format {
        Format::Text => deliver(&text, &args.output)?,
        Format::Json => {
            let pins = pins.iter().map(|it| json!({"key": it.key.to_string(), "pack": it.pack})).collect::<Value>();
            let value = json!({"schema": "tierline.packs/1", "packs": rows, "keys": pins, "keys_file": keys});
            deliver(&format!("{value:#}\n"), &args.output)?;
        }
    }
    let is_good = refused == 0 && mistakes.is_empty();
    let mut told = String::new();
    write_flaws(mistakes.into_iter().map(Flaw::from), Paint::PLAIN, &mut told)?;
    tell(&told);
    Ok(exit(is_good))
}
