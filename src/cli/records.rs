use super::output::Output;
use super::stream::{self, stream};
use super::{Exit, Terminal, open_bundle, say};
use clap::ValueEnum;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tierline::bundle::{Content, Entry};
use tierline::record::{ChunkReader, Reading, Record, not_text};
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
        if let Err(why) = show(entry, args.output.format, out)? {
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

/// Writes all records of an entry, or says why it is not read.
fn show(entry: Entry<'_>, format: Format, out: &mut dyn Write) -> io::Result<Result<(), &'static str>> {
    match entry.content {
        Content::Mapped(text) => {
            let Some(reading) = Reading::of_text(&entry.path, &text, entry.modified) else {
                return Ok(Err(not_text(&text[..text.len().min(Reading::HEAD)])));
            };
            show_source(&entry.path, &reading, &mut text.bytes(), Vec::new(), format, out)
        }
        Content::Stream(source) => {
            let mut head = Vec::new();
            source.take(Reading::HEAD as u64).read_to_end(&mut head)?;
            let Some(reading) = Reading::of_file(&entry.path, &head, entry.modified) else {
                return Ok(Err(not_text(&head)));
            };
            show_source(&entry.path, &reading, source, head, format, out)
        }
    }
    .map(Ok)
}

fn show_source(
    file: &str,
    reading: &Reading,
    source: &mut (dyn Read + Send),
    head: Vec<u8>,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Text {
        let remark = reading.format.remark().map(|remark| format!(", {remark}")).unwrap_or_default();
        writeln!(out, "{} ({}, {}{remark})", one_line(file), reading.format.name(), reading.encoding.name())?;
    }
    let mut reader = ChunkReader::new(source, head, reading);
    let (mut line, mut reuse) = (1, None);
    while let Some(owned) = reader.next_chunk(reuse.take()) {
        let chunk = owned.chunk();
        for record in reading.format.records(&chunk) {
            out.write_all(render(file, line, &record, format).as_bytes())?;
        }
        line += memchr::memchr_iter(b'\n', chunk.text()).count() as u64;
        reuse = Some(owned);
    }
    Ok(())
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
