use super::around::AroundArgs;
use super::exit::Usage;
use super::output::{Output, Sink};
use super::progress::with_progress;
use super::{Exit, Terminal, say};
use anyhow::Context;
use clap::ValueEnum;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tierline::bundle::{Bundle, Content, Entry, Limits, ProblemKind};
use tierline::record::{ChunkReader, Reading, Record};

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
    /// Writes text for a person, or jsonl: one object per record with file, line, lines, time, level, component and
    /// message.
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
    #[command(flatten)]
    around: AroundArgs,
}

const EXAMPLES: &str = "\
Examples:
  tierline records app.log
  tierline records case.zip -o jsonl
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
    let bundle = Bundle::open(&args.paths, Limits::default()).context("failed to read the input")?;
    let around = args.around.resolve(&bundle).map_err(|error| Usage(error.to_string()))?;
    let wanted = Wanted { format: args.output.format, window: around.map(|around| around.window) };
    let failed = || match &args.output.file {
        Some(path) => format!("failed to write `{}`", path.display()),
        None => "failed to write to standard output".into(),
    };
    let sink = match &args.output.file {
        Some(path) => Sink::file(path).with_context(failed)?,
        None => Sink::Stdout(io::stdout()),
    };
    // A bar between the lines of the output would only disturb.
    let bar = !terminal.no_progress && (args.output.file.is_some() || !io::stdout().is_terminal());
    let shown = Mutex::new(Shown { out: BufWriter::with_capacity(1 << 16, sink), skipped: Vec::new(), error: None });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let visit = || {
        bundle.visit(&|entry| {
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.add(entry, wanted);
        })
    };
    let visited = with_progress(&bundle, bar, || pool.install(visit));

    let shown = shown.into_inner().unwrap_or_else(PoisonError::into_inner);
    let written = match shown.error {
        Some(error) => Err(error),
        None => shown.out.into_inner().map_err(io::IntoInnerError::into_error).and_then(Sink::finish),
    };
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Exit::Done),
        written => written.with_context(failed)?,
    }
    for path in shown.skipped {
        say(&format!("not examined: {path}: not text"));
    }
    for problem in &visited.problems {
        let message = without_kind(problem.kind, &problem.message);
        say(&format!("not examined: {}: {}: {message}", problem.file, problem.kind.name()));
    }
    let partial = visited.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    Ok(if partial { Exit::Partial } else { Exit::Done })
}

/// Which records are shown, and how.
#[derive(Clone, Copy)]
struct Wanted {
    format: Format,
    window: Option<Window>,
}

/// What was shown so far.
struct Shown {
    out: BufWriter<Sink>,
    /// Entries that are not text.
    skipped: Vec<Arc<str>>,
    /// Why no more can be shown: the disk is full, or nobody reads.
    error: Option<io::Error>,
}

impl Shown {
    fn add(&mut self, entry: Entry<'_>, wanted: Wanted) {
        if self.error.is_some() {
            return;
        }
        let path = entry.path.clone();
        match show(entry, wanted, &mut self.out) {
            Ok(true) => {}
            Ok(false) => self.skipped.push(path),
            // A visit cannot be broken off in another way, and nobody wants to wait until a large archive is unpacked
            // for a reader that has gone. Nothing is left behind: on standard output there is no temporary file.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
            Err(error) => self.error = Some(error),
        }
    }
}

/// Writes all records of an entry; false if it is not text.
fn show(entry: Entry<'_>, wanted: Wanted, out: &mut dyn Write) -> io::Result<bool> {
    match entry.content {
        Content::Mapped(text) => show_source(&entry.path, entry.modified, &mut text.bytes(), wanted, out),
        Content::Stream(source) => show_source(&entry.path, entry.modified, source, wanted, out),
    }
}

fn show_source(
    file: &str,
    modified: Option<i64>,
    source: &mut (dyn Read + Send),
    wanted: Wanted,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let Wanted { format, window } = wanted;
    let mut head = Vec::new();
    source.take(Reading::HEAD as u64).read_to_end(&mut head)?;
    let Some(reading) = Reading::of_file(file, &head, modified) else { return Ok(false) };
    if format == Format::Text {
        writeln!(out, "{} ({}, {})", one_line(file), reading.format.name(), encoding_name(&reading))?;
    }
    let mut reader = ChunkReader::new(source, head, &reading);
    let (mut line, mut reuse, mut before) = (1, None, None);
    while let Some(owned) = reader.next_chunk(reuse.take()) {
        let chunk = owned.chunk();
        let mut gate = window.map(|window| window.gate_behind(before, &chunk, &reading.format));
        for record in reading.format.records(&chunk) {
            before = record.header.time.or(before);
            if gate.as_mut().is_some_and(|gate| !gate.admits(record.header.time)) {
                continue;
            }
            out.write_all(render(file, line, &record, format).as_bytes())?;
        }
        line += memchr::memchr_iter(b'\n', chunk.text()).count() as u64;
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
