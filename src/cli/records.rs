use super::output::Output;
use super::stream::{self, stream};
use super::{Exit, Terminal, open_bundle, say};
use clap::ValueEnum;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tierline::bundle::{Content, Entry};
use tierline::record::{ChunkReader, Reading, Record};
use tierline::report::{RecordLine, one_line, without_kind};

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
    let bundle = open_bundle(&args.paths)?;
    // Entries that are not text.
    let skipped = Mutex::new(Vec::new());
    let show = |entry: Entry<'_>, out: &mut dyn Write| {
        let path = entry.path.clone();
        if !show(entry, args.output.format, out)? {
            skipped.lock().unwrap_or_else(PoisonError::into_inner).push(path);
        }
        Ok(())
    };
    let Some(visited) = stream(&bundle, args.output.file.as_ref(), terminal, show, |_, _| Ok(()))? else {
        return Ok(Exit::Done);
    };
    for path in skipped.into_inner().unwrap_or_else(PoisonError::into_inner) {
        say(&format!("not examined: {path}: not text"));
    }
    for problem in &visited.problems {
        let message = without_kind(problem.kind, &problem.message);
        say(&format!("not examined: {}: {}: {message}", problem.file, problem.kind.name()));
    }
    Ok(stream::exit(&visited))
}

/// Writes all records of an entry; false if it is not text.
fn show(entry: Entry<'_>, format: Format, out: &mut dyn Write) -> io::Result<bool> {
    match entry.content {
        Content::Mapped(text) => show_source(&entry.path, entry.modified, &mut text.bytes(), format, out),
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
    let Some(reading) = Reading::of_file(file, &head, modified) else { return Ok(false) };
    if format == Format::Text {
        writeln!(out, "{} ({}, {})", one_line(file), reading.format.name(), encoding_name(&reading))?;
    }
    let mut reader = ChunkReader::new(source, head, &reading);
    let (mut line, mut reuse) = (1, None);
    while let Some(owned) = reader.next_chunk(reuse.take()) {
        let chunk = owned.chunk();
        for record in reading.format.records(&chunk) {
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
