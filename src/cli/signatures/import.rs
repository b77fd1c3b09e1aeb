//! `tierline signatures import`.

use super::paint::Paint;
use super::{Format, counted, deliver, tell, write_flaws};
use crate::cli::Exit;
use crate::cli::exit::Usage;
use crate::cli::output::Output;
use anyhow::Context;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use tierline::report::one_line;
use tierline::workshop::{Imported, SourceFile, import_cre, import_regexes, import_sigma};

/// Makes a catalogue of the rules of another program.
///
/// Every rule becomes a signature of status `draft`: it is used from a folder given with `--signatures` and belongs to
/// nobody's catalogue until somebody has looked at it. What of a rule cannot be kept is listed; a rule that cannot be read
/// is named with its line, and the others are imported all the same. Test logs beside the rules become examples if they
/// behave.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ImportArgs {
    /// The file or folder with the rules.
    path: PathBuf,
    /// What they are.
    #[arg(long, value_name = "FORMAT", value_enum)]
    from: From,
    /// The folder to write the catalogue to; it is made if it is not there. No file in it is overwritten.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Writes what was not kept as text for a person or json for a program.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
}

const EXAMPLES: &str = "\
Examples:
  tierline signatures import --from cre cre/rules --out imported
  tierline signatures import --from sigma rules/windows --out imported
  tierline signatures import --from regex errors.txt --out imported
  tierline signatures import --from cre cre/rules --out imported -o json=imported.json
  tierline signatures check imported
  tierline triage case.zip --signatures imported

Exit codes: 0 all rules were imported, 1 failed, 2 wrong usage or a rule that cannot be read (the others are imported).";

/// A format of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    /// Common Reliability Enumerations, the rules of preq, in a folder with their test logs.
    Cre,
    /// Sigma rules for logs of Windows, of services in JSON, and of text.
    Sigma,
    /// A file of regular expressions, one per line.
    Regex,
}

/// The largest file that is read, in bytes; of a larger one nothing would fit into a signature.
const LARGEST: u64 = 16 << 20;

/// Folders deeper than this are a loop of links.
const MAX_DEPTH: usize = 16;

pub(super) fn run(args: &ImportArgs) -> anyhow::Result<Exit> {
    let imported = match args.from {
        From::Cre => import_cre(&read(&args.path)?),
        From::Sigma => import_sigma(&read(&args.path)?),
        From::Regex => {
            if args.path.is_dir() {
                return Err(
                    Usage(format!("`{}` is a folder: a list of patterns is a file", args.path.display())).into()
                );
            }
            let files = read(&args.path)?;
            files.first().map(import_regexes).unwrap_or_default()
        }
    };
    if imported.rules.is_empty() && imported.broken.is_empty() {
        return Err(Usage(format!("there are no rules in `{}`", args.path.display())).into());
    }
    write(&args.out, &imported.files)?;
    let mut flaws = String::new();
    write_flaws(imported.broken.iter().cloned(), Paint::PLAIN, &mut flaws)?;
    tell(&flaws);
    let text = match args.output.format {
        Format::Text => text(&imported, &args.out)?,
        Format::Json => format!("{:#}\n", whole(&imported)),
    };
    deliver(&text, &args.output)?;
    Ok(super::exit(imported.broken.is_empty()))
}

/// Reads a file, or all files of a folder that rules and what lies beside them can have.
fn read(path: &Path) -> anyhow::Result<Vec<SourceFile>> {
    if !path.exists() {
        return Err(Usage(format!("`{}`: no such file or folder", path.display())).into());
    }
    let mut files = Vec::new();
    if path.is_dir() {
        list(path, "", 0, &mut files)?;
        licence_above(path, &mut files);
    } else {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        files.push(SourceFile { path: name, shown: path.to_path_buf(), bytes: read_file(path)? });
    }
    Ok(files)
}

fn list(dir: &Path, prefix: &str, depth: usize, files: &mut Vec<SourceFile>) -> anyhow::Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("failed to read `{}`", dir.display()))?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    for path in paths {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with('.') {
            continue;
        }
        let below = format!("{prefix}{name}");
        if path.is_dir() {
            if depth < MAX_DEPTH {
                list(&path, &format!("{below}/"), depth + 1, files)?;
            }
        } else if is_wanted(name) {
            let bytes = read_file(&path)?;
            files.push(SourceFile { path: below, shown: path, bytes });
        }
    }
    Ok(())
}

fn is_wanted(name: &str) -> bool {
    let lower = name.to_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "yaml" | "yml" | "log") || is_licence(&lower)
}

fn is_licence(name: &str) -> bool {
    matches!(name.to_lowercase().split('.').next(), Some("license" | "licence" | "copying"))
}

/// The licence of a rule set often stands beside the folder of its rules.
fn licence_above(dir: &Path, files: &mut Vec<SourceFile>) {
    if files.iter().any(|file| is_licence(file.path.rsplit('/').next().unwrap_or_default())) {
        return;
    }
    let above = fs::canonicalize(dir).ok().and_then(|dir| dir.parent().map(Path::to_path_buf));
    let Some(Ok(entries)) = above.map(fs::read_dir) else { return };
    let mut names: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    names.sort();
    let licence = names
        .into_iter()
        .find(|path| path.is_file() && path.file_name().and_then(|name| name.to_str()).is_some_and(is_licence));
    if let Some(path) = licence
        && let Ok(bytes) = read_file(&path)
    {
        files.push(SourceFile { path: "LICENSE".into(), shown: path, bytes });
    }
}

fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).with_context(|| format!("failed to open `{}`", path.display()))?;
    file.take(LARGEST).read_to_end(&mut bytes).with_context(|| format!("failed to read `{}`", path.display()))?;
    Ok(bytes)
}

/// Writes a catalogue; nothing that is already there is touched.
fn write(out: &Path, files: &BTreeMap<String, String>) -> anyhow::Result<()> {
    if let Some(path) = files.keys().map(|path| out.join(path)).find(|path| path.exists()) {
        let message = format!("`{}` is already there; give --out a new folder", path.display());
        return Err(Usage(message).into());
    }
    for (path, text) in files {
        let path = out.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("failed to make the folder `{}`", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("failed to write `{}`", path.display()))?;
    }
    Ok(())
}

fn text(imported: &Imported, out: &Path) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let (rules, broken) = (imported.rules.len(), imported.broken.len());
    for rule in imported.rules.iter().filter(|rule| !rule.notes.is_empty()) {
        writeln!(text, "{} ({}:{})", rule.id, one_line(&rule.file.display().to_string()), rule.line)?;
        for note in &rule.notes {
            writeln!(text, "  {}: {}", note.what, one_line(&note.detail))?;
        }
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in &imported.rules {
        let mut kinds_of: Vec<&str> = rule.notes.iter().map(|note| note.what).collect();
        kinds_of.dedup();
        kinds_of.into_iter().for_each(|what| *kinds.entry(what).or_default() += 1);
    }
    let changed = imported.rules.iter().filter(|rule| !rule.notes.is_empty()).count();
    if !text.is_empty() {
        text.push('\n');
    }
    writeln!(text, "imported {} of {} into `{}`", rules, counted(rules + broken, "rule"), out.display())?;
    if changed > 0 {
        writeln!(
            text,
            "{} not kept as they were:",
            if changed == 1 { "1 is".into() } else { format!("{changed} are") }
        )?;
        for (what, count) in kinds {
            writeln!(text, "  {count:4}  {what}")?;
        }
    }
    if !imported.without_rules.is_empty() {
        let files: Vec<String> = imported.without_rules.iter().take(5).map(|path| one_line(path)).collect();
        let more = if imported.without_rules.len() > 5 { ", ..." } else { "" };
        let n = imported.without_rules.len();
        writeln!(text, "{} without rules: {}{more}", counted(n, "file"), files.join(", "))?;
    }
    if broken > 0 {
        writeln!(text, "{} not imported, see above", counted(broken, "rule"))?;
    }
    Ok(text)
}

fn whole(imported: &Imported) -> Value {
    let rule = |rule: &tierline::workshop::ImportedRule| {
        let notes: Vec<Value> = rule.notes.iter().map(|it| json!({ "what": it.what, "detail": it.detail })).collect();
        json!({
            "id": rule.id, "original": rule.original, "file": rule.file.display().to_string(), "line": rule.line,
            "notes": notes,
        })
    };
    let flaw = |flaw: &tierline::workshop::Flaw| {
        json!({
            "file": flaw.file.display().to_string(), "line": flaw.line, "column": flaw.column,
            "message": flaw.message, "hint": flaw.hint,
        })
    };
    json!({
        "schema": "tierline.import/1",
        "rules": imported.rules.iter().map(rule).collect::<Vec<_>>(),
        "broken": imported.broken.iter().map(flaw).collect::<Vec<_>>(),
        "without_rules": imported.without_rules,
    })
}
