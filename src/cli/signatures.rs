//! `tierline signatures`: list, explain, lint and test the catalogue.
//!
//! Everything is written to the `out` that the caller gives; nothing is read but catalogues and quiet logs.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tierline::signature::{Catalogue, Condition, Signature, SignatureSet, Status, source_text};
use tierline::workshop::{self, ExampleRun, Expectation, Flaw};

/// List, explain, check and test signatures of known problems.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tierline signatures list --vendor Veeam
  tierline signatures show linux/kernel/out-of-memory
  tierline signatures check my-signatures
  tierline signatures test my-signatures")]
pub struct SignaturesArgs {
    #[command(subcommand)]
    command: SignaturesCommand,
}

#[derive(Debug, Subcommand)]
enum SignaturesCommand {
    /// List the known problems, one per line
    #[command(after_help = "Examples:
  tierline signatures list
  tierline signatures list --vendor Veeam -o json
  tierline signatures list --no-builtin --signatures my-signatures")]
    List(ListArgs),
    /// Show one known problem: cause, steps, links, patterns
    #[command(after_help = "Examples:
  tierline signatures show linux/kernel/out-of-memory
  tierline signatures show acme/app/disk-full --signatures my-signatures -o json")]
    Show(ShowArgs),
    /// Say everything that is wrong with a catalogue
    #[command(after_help = "Examples:
  tierline signatures check
  tierline signatures check my-signatures
  tierline signatures check my-signatures --quiet healthy-logs

Without DIR the built-in catalogue is checked. Nothing may fire on the quiet logs; without --quiet they are
testdata/quiet, if it exists. Exit code 2: an error was found; warnings alone give 0.")]
    Check(CheckArgs),
    /// Run the examples and say which do not behave
    #[command(after_help = "Examples:
  tierline signatures test
  tierline signatures test my-signatures

Without DIR the built-in catalogue is tested. Exit code 2: an example does not behave or a file is broken.")]
    Test(TestArgs),
}

#[derive(Debug, Args)]
struct Catalogues {
    /// Add a catalogue folder; a later one replaces ids of earlier ones
    #[arg(long = "signatures", value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Leave the built-in catalogue out
    #[arg(long)]
    no_builtin: bool,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only those of this vendor (as in the list or in the id)
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    catalogues: Catalogues,
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// Id of the signature, e.g. linux/kernel/out-of-memory
    id: String,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    catalogues: Catalogues,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// Catalogue folder
    dir: Option<PathBuf>,
    /// Folder or file of healthy logs
    #[arg(long, value_name = "DIR")]
    quiet: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct TestArgs {
    /// Catalogue folder
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Output {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Runs the subcommand. Exit code 0: done; 1: it could not be done; 2: a broken signature or unknown id.
pub fn run(args: SignaturesArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    match args.command {
        SignaturesCommand::List(args) => list(args, out),
        SignaturesCommand::Show(args) => show(args, out),
        SignaturesCommand::Check(args) => check(args, out),
        SignaturesCommand::Test(args) => test(args, out),
    }
}

const BROKEN: u8 = 2;

fn load(catalogues: &Catalogues) -> anyhow::Result<SignatureSet> {
    for dir in &catalogues.dirs {
        anyhow::ensure!(dir.is_dir(), "read catalogue `{}`: no such folder", dir.display());
    }
    Ok(SignatureSet::load(!catalogues.no_builtin, &catalogues.dirs)?)
}

fn read(dir: Option<&Path>) -> anyhow::Result<Catalogue> {
    match dir {
        None => Ok(Catalogue::builtin()),
        Some(dir) => Catalogue::read(dir).map_err(|err| anyhow::anyhow!("read catalogue `{}`: {err}", dir.display())),
    }
}

fn list(args: ListArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let set = load(&args.catalogues)?;
    let wanted = |signature: &&Signature| match &args.vendor {
        None => true,
        Some(vendor) => {
            signature.vendor.eq_ignore_ascii_case(vendor)
                || signature.id.split('/').next().is_some_and(|folder| folder.eq_ignore_ascii_case(vendor))
        }
    };
    let signatures: Vec<&Signature> = set.signatures().iter().filter(wanted).collect();
    match args.output {
        Output::Json => {
            let rows: Vec<Value> = signatures.iter().map(|it| summary(it)).collect();
            writeln!(out, "{:#}", Value::Array(rows))?;
        }
        Output::Text => {
            let width = signatures.iter().map(|it| it.id.len()).max().unwrap_or(0);
            for it in &signatures {
                let (level, severity) = (it.level.name(), it.severity.name());
                writeln!(out, "{:width$}  {level}  {severity:8}  {}", it.id, one_line(&it.title))?;
            }
            writeln!(out, "{}", counted(signatures.len(), "signature"))?;
            errors(set.errors().iter().cloned().map(Flaw::from), out)?;
        }
    }
    Ok(if set.errors().is_empty() { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
}

fn show(args: ShowArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let set = load(&args.catalogues)?;
    let id = args.id.trim_end_matches(".yaml");
    let Some(signature) = set.get(id) else {
        writeln!(out, "no signature has the id `{}`", one_line(id))?;
        let last = id.rsplit('/').next().unwrap_or_default();
        let close = set.signatures().iter().filter(|it| !last.is_empty() && it.id.contains(last)).take(5);
        for it in close {
            writeln!(out, "  = hint: did you mean `{}`?", it.id)?;
        }
        // It may exist and be broken.
        let broken = set.errors().iter().filter(|it| it.file.with_extension("").ends_with(id)).cloned();
        errors(broken.map(Flaw::from), out)?;
        return Ok(ExitCode::from(BROKEN));
    };
    match args.output {
        Output::Json => writeln!(out, "{:#}", whole(signature))?,
        Output::Text => out.write_all(page(signature)?.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn check(args: CheckArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let usual = Path::new("testdata/quiet");
    let quiet = args.quiet.as_deref().or_else(|| usual.is_dir().then_some(usual));
    let checked = workshop::check(read(args.dir.as_deref())?, quiet)?;
    let (n_errors, n_flaws) = (checked.errors(), checked.flaws.len());
    errors(checked.flaws.into_iter(), out)?;
    let what = format!("{}, {}", counted(checked.signatures, "signature"), counted(checked.examples, "example"));
    let quiet = if quiet.is_some() { ", quiet logs" } else { "" };
    let result = format!("{}, {}", counted(n_errors, "error"), counted(n_flaws - n_errors, "warning"));
    writeln!(out, "checked {what}{quiet}: {result}")?;
    Ok(if n_errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
}

fn test(args: TestArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let set = SignatureSet::merge(vec![(read(args.dir.as_deref())?, true)]);
    let runs = workshop::run_examples(&set);
    let failed: Vec<&ExampleRun> = runs.iter().filter(|run| run.failure.is_some()).collect();
    for run in &failed {
        let list = match run.expectation {
            Expectation::Match => "match",
            Expectation::NoMatch => "no_match",
        };
        writeln!(out, "FAILED {} ({}:{}), {list} example {}:", run.id, run.file.display(), run.line, run.number)?;
        writeln!(out, "  {}", one_line(run.failure.as_deref().unwrap_or_default()))?;
    }
    errors(set.errors().iter().cloned().map(Flaw::from), out)?;
    let n_broken = counted(set.errors().len(), "error");
    let behaved = runs.len() - failed.len();
    writeln!(out, "{}: {behaved} behave, {} do not; {n_broken}", counted(runs.len(), "example"), failed.len())?;
    let good = failed.is_empty() && set.errors().is_empty();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
}

/// Prints flaws as compilers do: place, message, the line with a mark below it, hint.
fn errors(flaws: impl Iterator<Item = Flaw>, out: &mut dyn Write) -> io::Result<()> {
    let mut texts: HashMap<PathBuf, String> = HashMap::new();
    for flaw in flaws {
        let text =
            texts.entry(flaw.file.clone()).or_insert_with(|| source_text(&flaw.file).unwrap_or_default().into_owned());
        let kind = if flaw.is_error { "error" } else { "warning" };
        let file = one_line(&flaw.file.display().to_string());
        if flaw.line == 0 {
            writeln!(out, "{file}: {kind}: {}", one_line(&flaw.message))?;
        } else {
            writeln!(out, "{file}:{}:{}: {kind}: {}", flaw.line, flaw.column, one_line(&flaw.message))?;
            if let Some(line) = text.lines().nth(flaw.line - 1) {
                let (line, mark) = excerpt(line, flaw.column);
                let number = flaw.line.to_string();
                let gutter = " ".repeat(number.len());
                writeln!(out, "{number} | {line}\n{gutter} | {}^", " ".repeat(mark))?;
            }
        }
        if let Some(hint) = &flaw.hint {
            writeln!(out, "  = hint: {}", one_line(hint))?;
        }
    }
    Ok(())
}

/// Returns the part of a line around a column that fits a terminal, and where the column is in it, from 0.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 100;
    let target = column.saturating_sub(1);
    let from = if target < WIDTH - 20 { 0 } else { target - (WIDTH - 20) };
    let mut part: String = one_line(line).chars().skip(from).take(WIDTH).collect();
    let mut mark = target - from;
    if from > 0 {
        part.insert(0, '…');
        mark += 1;
    }
    (part, mark)
}

/// Text of files for a terminal: every control character, which could move the cursor, is shown as a blank or `�`.
fn one_line(text: &str) -> String {
    let neutral = |c: char| match c {
        '\t' | '\n' => ' ',
        c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
        c => c,
    };
    text.chars().map(neutral).collect()
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// The page that a support engineer reads.
fn page(it: &Signature) -> Result<String, std::fmt::Error> {
    let mut page = String::new();
    let p = &mut page;
    writeln!(p, "{}", one_line(&it.title))?;
    writeln!(p, "{}", it.id)?;
    writeln!(p)?;
    let component = it.component.as_ref().map(|it| format!(", {}", one_line(it))).unwrap_or_default();
    writeln!(p, "Product   {}, {}{component}", one_line(&it.vendor), one_line(&it.product))?;
    writeln!(p, "Level     {}, {} side, severity {}", it.level.name(), it.side.name(), it.severity.name())?;
    if it.status != Status::Stable {
        writeln!(p, "Status    {}", it.status.name())?;
    }
    writeln!(p, "Cause     {}", one_line(&it.cause))?;
    if let Some(impact) = &it.impact {
        writeln!(p, "Impact    {}", one_line(impact))?;
    }
    for fix in &it.fixes {
        writeln!(p, "\nFix at {} by the {}", fix.level.name(), fix.audience.name())?;
        for (number, step) in fix.steps.iter().enumerate() {
            writeln!(p, "  {}. {}", number + 1, one_line(step))?;
        }
        if let Some(risk) = &fix.risk {
            writeln!(p, "  Risk: {}", one_line(risk))?;
        }
        if let Some(verify) = &fix.verify {
            writeln!(p, "  Verify: {}", one_line(verify))?;
        }
    }
    if let Some(escalate) = &it.escalate {
        writeln!(p, "\nEscalate to the vendor")?;
        if let Some(when) = &escalate.when {
            writeln!(p, "  When: {}", one_line(when))?;
        }
        for file in &escalate.needs_files {
            writeln!(p, "  File: {}", one_line(file))?;
        }
        for fact in &escalate.needs_facts {
            writeln!(p, "  Fact: {}", one_line(fact))?;
        }
    }
    if !it.references.is_empty() {
        writeln!(p, "\nReferences")?;
        for reference in &it.references {
            let id = reference.id.as_ref().map(|id| format!(" {}", one_line(id))).unwrap_or_default();
            writeln!(p, "  {}{id}  {}", reference.kind, one_line(&reference.url))?;
        }
    }
    writeln!(p, "\nFound where")?;
    for (name, globs) in [("in files", &it.scope.files), ("not in files", &it.scope.not_files)] {
        if !globs.is_empty() {
            writeln!(p, "  {name}: {}", one_line(&globs.join(", ")))?;
        }
    }
    write_condition(&it.condition, 1, p)?;
    for (name, examples) in [("Matches", &it.examples.matching), ("Does not match", &it.examples.not_matching)] {
        for example in examples {
            writeln!(p, "\n{name}, for example")?;
            for line in example.lines() {
                writeln!(p, "  {}", one_line(line))?;
            }
        }
    }
    writeln!(p)?;
    if !it.suppresses.is_empty() {
        writeln!(p, "Hides     {}", it.suppresses.join(", "))?;
    }
    if !it.formerly.is_empty() {
        writeln!(p, "Formerly  {}", it.formerly.join(", "))?;
    }
    writeln!(p, "File      {}", one_line(&it.source.display().to_string()))?;
    Ok(page)
}

fn write_condition(condition: &Condition, depth: usize, page: &mut String) -> std::fmt::Result {
    let indent = "  ".repeat(depth);
    let (name, parts) = match condition {
        Condition::Text { text, nocase } => {
            let nocase = if *nocase { " (in any case)" } else { "" };
            return writeln!(page, "{indent}the record contains{nocase}: {}", one_line(text));
        }
        Condition::Regex(pattern) => return writeln!(page, "{indent}the record matches: {}", one_line(pattern)),
        Condition::Any(parts) => ("any of these holds:", parts),
        Condition::All(parts) => ("all of these hold:", parts),
        Condition::None(parts) => ("none of these holds:", parts),
    };
    writeln!(page, "{indent}{name}")?;
    parts.iter().try_for_each(|part| write_condition(part, depth + 1, page))
}

fn summary(it: &Signature) -> Value {
    json!({
        "id": &*it.id,
        "title": it.title,
        "status": it.status.name(),
        "vendor": it.vendor,
        "product": it.product,
        "component": it.component,
        "level": it.level.name(),
        "side": it.side.name(),
        "severity": it.severity.name(),
        "file": it.source.display().to_string(),
    })
}

fn whole(it: &Signature) -> Value {
    let mut value = summary(it);
    let fixes = it.fixes.iter().map(|fix| {
        json!({
            "level": fix.level.name(), "audience": fix.audience.name(), "steps": fix.steps, "risk": fix.risk,
            "verify": fix.verify,
        })
    });
    let references = it.references.iter().map(|it| json!({"kind": it.kind, "id": it.id, "url": it.url}));
    let escalate = it
        .escalate
        .as_ref()
        .map(|it| json!({"when": it.when, "needs_files": it.needs_files, "needs_facts": it.needs_facts}));
    let rest = json!({
        "scope": {"files": it.scope.files, "not_files": it.scope.not_files},
        "match": condition(&it.condition),
        "cause": it.cause,
        "impact": it.impact,
        "fixes": fixes.collect::<Vec<_>>(),
        "references": references.collect::<Vec<_>>(),
        "suppresses": it.suppresses.iter().map(|id| &**id).collect::<Vec<_>>(),
        "formerly": it.formerly.iter().map(|id| &**id).collect::<Vec<_>>(),
        "escalate": escalate,
        "examples": {"match": it.examples.matching, "no_match": it.examples.not_matching},
    });
    if let (Value::Object(value), Value::Object(rest)) = (&mut value, rest) {
        value.extend(rest);
    }
    value
}

fn condition(it: &Condition) -> Value {
    let all = |parts: &[Condition]| parts.iter().map(condition).collect::<Vec<_>>();
    match it {
        Condition::Any(parts) => json!({"any": all(parts)}),
        Condition::All(parts) => json!({"all": all(parts)}),
        Condition::None(parts) => json!({"none": all(parts)}),
        Condition::Text { text, nocase: false } => json!({"text": text}),
        Condition::Text { text, nocase: true } => json!({"text": text, "nocase": true}),
        Condition::Regex(pattern) => json!({"regex": pattern}),
    }
}
