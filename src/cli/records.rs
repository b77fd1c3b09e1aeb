use super::around::AroundArgs;
use super::budget::TimedBudgetArgs;
use super::exit::Usage;
use super::output::Output;
use super::stream::{self, stream};
use super::{Exit, Terminal, open_bundle, say};
use clap::ValueEnum;
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tierline::bundle::Entry;
use tierline::reading::each_chunk;
use tierline::record::{Record, fields};
use tierline::report::{RecordLine, one_line, without_kind};
use tierline::scan::Window;

/// Shows how files are cut into records, and what is read from each.
///
/// Goes through the same code as `triage`, on one thread so that files come in a fixed order. What could not be read
/// is named on standard error.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct RecordsArgs {
    /// Files, folders and archives.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    budget: TimedBudgetArgs,
    /// Writes text for a person, or jsonl: one object per record with file, line, lines, time, level, component and
    /// message.
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
    /// Shows the fields of each record, by the names that `field:` of a signature uses.
    #[arg(long)]
    fields: bool,
    #[command(flatten)]
    around: AroundArgs,
}

const EXAMPLES: &str = "\
Examples:
  tierline records app.log
  tierline records case.zip -o jsonl
  tierline records --fields System.evtx
  tierline records app.log --since '2026-01-02 03:00' --until '2026-01-02 04:00'
  tierline records /var/log --since -2h
  tierline records /var/log -o jsonl=records.jsonl

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 done but parts were not examined.";

/// How a record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The first line of each record with what its header says, below the file's name and format.
    Text,
    /// One JSON object per record.
    Jsonl,
}

pub(super) fn run(args: &RecordsArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let bundle = open_bundle(&args.paths, args.budget.limits())?;
    let around = args.around.resolve(&bundle).map_err(|error| Usage(error.to_string()))?;
    let how = How { format: args.output.format, fields: args.fields, window: around.map(|around| around.window) };
    // Entries that are not text.
    let skipped = Mutex::new(Vec::new());
    let show = |entry: Entry<'_>, out: &mut dyn Write| {
        let path = entry.path.clone();
        if let Err(why) = show(entry, how, out)? {
            skipped.lock().unwrap_or_else(PoisonError::into_inner).push((path, why));
        }
        Ok(())
    };
    let Some(visited) = stream(&bundle, args.output.file.as_ref(), terminal, show, |_, _| Ok(()))? else {
        return Ok(Exit::Done);
    };
    for (path, why) in skipped.into_inner().unwrap_or_else(PoisonError::into_inner) {
        say(&format!("not examined: {path}: {why}"));
    }
    for problem in &visited.problems {
        let message = without_kind(problem.kind, &problem.message);
        say(&format!("not examined: {}: {}: {message}", problem.file, problem.kind.name()));
    }
    Ok(stream::exit(&visited))
}

/// Which records are shown, and how.
#[derive(Clone, Copy)]
struct How {
    format: Format,
    /// With their fields.
    fields: bool,
    window: Option<Window>,
}

/// Writes all records of an entry, or says why it is not read.
fn show(entry: Entry<'_>, how: How, out: &mut dyn Write) -> io::Result<Result<(), &'static str>> {
    let file = entry.path.clone();
    let (mut line, mut before, mut begun) = (1, None, false);
    each_chunk(entry, &mut |chunk, reading| {
        if how.format == Format::Text && !std::mem::replace(&mut begun, true) {
            let remark = reading.format.remark().map(|remark| format!(", {remark}")).unwrap_or_default();
            writeln!(out, "{} ({}, {}{remark})", one_line(&file), reading.format.name(), reading.encoding.name())?;
        }
        let mut gate = how.window.map(|window| window.gate_behind(before, chunk, &reading.format));
        for record in reading.format.records(chunk) {
            before = record.header.time.or(before);
            if gate.as_mut().is_some_and(|gate| !gate.admits(record.header.time)) {
                continue;
            }
            out.write_all(render(&file, line, &record, how).as_bytes())?;
        }
        line += memchr::memchr_iter(b'\n', chunk.text()).count() as u64;
        Ok(())
    })
}

fn render(file: &str, first_line: u64, record: &Record<'_>, how: How) -> String {
    let component = record.header.component.map(String::from_utf8_lossy);
    let message = String::from_utf8_lossy(record.message());
    let fields: Option<Vec<_>> = how.fields.then(|| {
        let text = |value| match value {
            Cow::Borrowed(value) => String::from_utf8_lossy(value),
            Cow::Owned(value) => String::from_utf8_lossy(&value).into_owned().into(),
        };
        fields::all(record.text).into_iter().map(|(name, value)| (name, text(value))).collect()
    });
    let line = RecordLine {
        file,
        line: first_line.saturating_add(record.line),
        lines: record.lines,
        time: record.header.time,
        level: record.header.level,
        component: component.as_deref(),
        message: &message,
        fields: fields.as_deref(),
    };
    match how.format {
        Format::Text => line.text(),
        Format::Jsonl => line.json(),
    }
}
