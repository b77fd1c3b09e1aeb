use super::output::Output;
use super::progress::with_progress;
use super::{Exit, Terminal};
use anyhow::Context;
use clap::ValueEnum;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tierline::bundle::{Bundle, Content, Entry, Limits, ProblemKind};
use tierline::record::{ChunkReader, Reading, Record};
use tierline::report::{RecordLine, one_line};

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
    /// Writes text for a person, or jsonl: one object per record with file, line, lines, time, level, component and
    /// message.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
}

const EXAMPLES: &str = "\
Examples:
  tierline records app.log
  tierline records case.zip -o jsonl
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
    let bundle = Bundle::open(&args.paths, Limits::default()).context("failed to read the input")?;
    let (target, on_terminal): (Box<dyn Write + Send>, bool) = match &args.output.file {
        Some(path) => {
            let created = std::fs::File::create(path);
            (Box::new(created.with_context(|| format!("failed to write `{}`", path.display()))?), false)
        }
        None => (Box::new(io::stdout()), io::stdout().is_terminal()),
    };
    let out = Mutex::new(BufWriter::with_capacity(1 << 16, target));
    let skipped = Mutex::new(Vec::new());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let visit = || {
        bundle.visit(&|entry| {
            let path = entry.path.clone();
            let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
            match show(entry, args.output.format, &mut *out) {
                Ok(true) => {}
                Ok(false) => skipped.lock().unwrap_or_else(PoisonError::into_inner).push(path),
                Err(error) => stop(&error),
            }
        })
    };
    // A bar between the lines of the output would only disturb.
    let visited = with_progress(&bundle, !terminal.no_progress && !on_terminal, || pool.install(visit));
    if let Err(error) = out.into_inner().unwrap_or_else(PoisonError::into_inner).flush() {
        stop(&error);
    }
    for path in skipped.into_inner().unwrap_or_else(PoisonError::into_inner) {
        eprintln!("tierline: not examined: {}: not text", one_line(&path));
    }
    for problem in &visited.problems {
        let what = format!("{}: {}: {}", problem.file, problem.kind.name(), problem.message);
        eprintln!("tierline: not examined: {}", one_line(&what));
    }
    let partial = visited.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    Ok(if partial { Exit::Partial } else { Exit::Done })
}

/// Writes all records of an entry; false if it is not text.
fn show(entry: Entry<'_>, format: Format, out: &mut dyn Write) -> io::Result<bool> {
    match entry.content {
        Content::Mapped(mut text) => show_source(&entry.path, entry.modified, &mut text, format, out),
        Content::Stream(source) => show_source(&entry.path, entry.modified, source, format, out),
    }
}

fn show_source(
    file: &str,
    modified: Option<i64>,
    source: &mut (dyn Read + Send),
    format: Format,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let mut head = Vec::new();
    source.take(Reading::HEAD as u64).read_to_end(&mut head)?;
    let Some(reading) = Reading::guess(&head, modified) else { return Ok(false) };
    if format == Format::Text {
        writeln!(out, "{} ({}, {})", one_line(file), reading.format.name(), encoding_name(&reading))?;
    }
    let mut reader = ChunkReader::new(source, head, &reading);
    let (mut line, mut reuse) = (1, None);
    while let Some(owned) = reader.next_chunk(reuse.take()) {
        let chunk = owned.chunk();
        let mut lines: u64 = 0;
        for record in reading.format.records(&chunk) {
            lines = lines.max(record.line.saturating_add(record.lines));
            out.write_all(render(file, line, &record, format).as_bytes())?;
        }
        line += lines;
        reuse = Some(owned);
    }
    Ok(true)
}

fn render(file: &str, first_line: u64, record: &Record<'_>, format: Format) -> String {
    let component = record.header.component.map(String::from_utf8_lossy);
    let message = String::from_utf8_lossy(record.message());
    let line = RecordLine {
        file,
        line: first_line.saturating_add(record.line),
        lines: record.lines,
        time: record.header.time,
        level: record.header.level,
        component: component.as_deref(),
        message: &message,
    };
    match format {
        Format::Text => line.text(),
        Format::Jsonl => line.json(),
    }
}

fn encoding_name(reading: &Reading) -> &'static str {
    use tierline::record::Encoding;
    match reading.encoding {
        Encoding::Bytes => "8-bit",
        Encoding::Utf16Le => "UTF-16 little endian",
        Encoding::Utf16Be => "UTF-16 big endian",
    }
}

/// Ends the program: nobody reads any more, or the disk is full. A visit cannot be broken off in another way, and
/// going on to unpack a large archive would be of no use.
fn stop(error: &io::Error) -> ! {
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    eprintln!("tierline: failed to write the records: {error}");
    std::process::exit(1);
}
