//! `tierline signatures test`.

use super::paint::Paint;
use super::{counted, exit, read_catalogue, write_flaws};
use crate::cli::Exit;
use crate::cli::exit::Usage;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use tierline::report::one_line;
use tierline::signature::{Catalogue, SignatureSet};
use tierline::workshop::{self, ExampleRun, Expectation, Flaw};

/// Runs the examples of a catalogue and says which do not behave, and why.
///
/// Of one that does not match, each part of the condition is told alone: where it stands, or how far it gets and what
/// stands there instead.
#[derive(Debug, clap::Args)]
#[command(after_help = TEST_EXAMPLES, after_long_help = TEST_EXAMPLES)]
pub(super) struct TestArgs {
    /// The catalogue's folder; without it the built-in catalogue is tested.
    dir: Option<PathBuf>,
    /// Tests only these signatures.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
}

const TEST_EXAMPLES: &str = "\
Examples:
  tierline signatures test
  tierline signatures test my-signatures
  tierline signatures test my-signatures acme/app/disk-full
  tierline signatures test linux/kernel/process-killed-out-of-memory

Exit codes: 0 all behave, 1 failed, 2 wrong usage, an example that does not behave, or a broken signature.";

pub(super) fn run(args: &TestArgs, paint: Paint) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let (dir, ids) = wanted(args);
    let set = SignatureSet::merge(vec![(read_catalogue(dir)?, true)]);
    let broken = |id: &str| set.errors().iter().any(|it| it.file.with_extension("").ends_with(id));
    if let Some(id) = ids.iter().find(|id| set.get(id).is_none() && !broken(id)) {
        return Err(Usage(super::show::unknown(&set, id)).into());
    }
    let ids: BTreeSet<&str> = ids.iter().map(|id| set.get(id).map_or(*id, |it| &*it.id)).collect();
    let mut runs = workshop::run_examples(&set);
    runs.retain(|run| ids.is_empty() || ids.contains(&*run.id));
    let failed: Vec<&ExampleRun> = runs.iter().filter(|run| run.failure.is_some()).collect();
    for run in &failed {
        write_failure(&set, run, paint, &mut out)?;
    }
    let errors = set
        .errors()
        .iter()
        .filter(|it| ids.is_empty() || ids.iter().any(|id| it.file.with_extension("").ends_with(id)));
    let errors: Vec<Flaw> = errors.cloned().map(Flaw::from).collect();
    let n_errors = errors.len();
    write_flaws(errors.into_iter(), paint, &mut out)?;
    let behaved = runs.len() - failed.len();
    let is_good = failed.is_empty() && n_errors == 0;
    let summary = format!(
        "{}: {behaved} behave, {} do not; {}",
        counted(runs.len(), "example"),
        failed.len(),
        counted(n_errors, "error")
    );
    writeln!(out, "{}", if is_good { paint.good(summary) } else { paint.bad(summary) })?;
    paint.print(&out)?;
    Ok(exit(is_good))
}

/// The folder and the ids. What is no folder and the id of a built-in signature is meant as one.
fn wanted(args: &TestArgs) -> (Option<&Path>, Vec<&str>) {
    let mut ids: Vec<&str> = args.ids.iter().map(|id| id.trim_end_matches(".yaml")).collect();
    match args.dir.as_deref().and_then(Path::to_str) {
        Some(first) if !Path::new(first).is_dir() && Catalogue::builtin_ids().any(|id| id == first) => {
            ids.insert(0, first);
            (None, ids)
        }
        _ => (args.dir.as_deref(), ids),
    }
}

fn write_failure(set: &SignatureSet, run: &ExampleRun, paint: Paint, out: &mut String) -> std::fmt::Result {
    let list = match run.expectation {
        Expectation::Match => "match",
        Expectation::NoMatch => "no_match",
        Expectation::Inconclusive => "inconclusive",
        Expectation::Old => "old",
    };
    let place = format!("{}:{}:{}", run.file.display(), run.line, run.column);
    let row = run.row.as_deref().map(|row| format!(", row `{}`", one_line(row))).unwrap_or_default();
    writeln!(out, "{} {}{row}, {list} example {} ({}):", paint.bad("FAILED"), run.id, run.number, one_line(&place))?;
    writeln!(out, "  {}", one_line(run.failure.as_deref().unwrap_or_default()))?;
    let Some(signature) = set.get(&run.id) else { return Ok(()) };
    let rows = signature.variants.iter().flat_map(|variants| &variants.rows);
    let row = rows.into_iter().find(|row| Some(row.key.as_str()) == run.row.as_deref());
    let own = row.map_or(&signature.examples, |row| &row.examples);
    let examples = match run.expectation {
        Expectation::Match => &own.matching,
        Expectation::NoMatch => &own.not_matching,
        Expectation::Inconclusive => &own.inconclusive,
        Expectation::Old => &own.old,
    };
    let Some(example) = run.number.checked_sub(1).and_then(|at| examples.get(at)) else { return Ok(()) };
    for part in workshop::explain(set, signature, example) {
        // What a line has to be is known from its list: green is what the author wants.
        let mark = if part.holds { "+" } else { "-" };
        let wanted = part.holds == matches!(run.expectation, Expectation::Match | Expectation::Old);
        let mark = if wanted { paint.good(mark) } else { paint.bad(mark) };
        let said = if part.said.is_empty() { String::new() } else { format!(": {}", part.said) };
        writeln!(out, "    {}{mark} {}{}", "  ".repeat(part.depth), one_line(&part.part), one_line(&said))?;
    }
    for (number, line) in example.texts().flat_map(str::lines).enumerate() {
        writeln!(out, "  {:>3} | {}", number + 1, one_line(line))?;
    }
    Ok(())
}
