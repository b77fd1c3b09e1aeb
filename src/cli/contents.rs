use super::budget::TimedBudgetArgs;
use super::output::Output;
use super::stream::{self, stream};
use super::{Exit, Terminal, open_bundle};
use clap::ValueEnum;
use sha2::{Digest, Sha256};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use tierline::bundle::{Content, Entry};
use tierline::report::{ContentLine, ContentProblem};

/// Shows what is inside files, folders and archives, and which parts cannot be read.
///
/// Lists every file as `triage` sees it, archives inside archives included, with its size when unpacked and the time of
/// its last change. Everything is unpacked and checked on the way, so damage shows; nothing is written to disk.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ContentsArgs {
    /// Files, folders and archives.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    budget: TimedBudgetArgs,
    /// Adds the SHA-256 of what each file unpacks to.
    #[arg(long)]
    hash: bool,
    /// Writes text for a person, or jsonl: one object per file with file, bytes, modified and sha256, then one per problem
    /// with file, problem and message.
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
}

const EXAMPLES: &str = "\
Examples:
  tierline contents case.zip
  tierline contents case.tar.gz --hash
  tierline contents logs/ -o jsonl=files.jsonl

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 done but parts cannot be read.";

/// How the list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line per file, then the problems.
    Text,
    /// One JSON object per file and per problem.
    Jsonl,
}

pub(super) fn run(args: &ContentsArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let bundle = open_bundle(&args.paths, args.budget.limits())?;
    let format = args.output.format;
    let show = |entry: Entry<'_>, out: &mut dyn Write| {
        let (path, modified) = (entry.path.clone(), entry.modified);
        let (bytes, sha256) = measure(entry.content, args.hash)?;
        let line = ContentLine { file: &path, bytes, modified, sha256: sha256.as_deref() };
        let line = match format {
            Format::Text => line.text(),
            Format::Jsonl => line.json(),
        };
        out.write_all(line.as_bytes())
    };
    let visited = stream(&bundle, args.output.file.as_ref(), terminal, show, |visited, out| {
        for problem in &visited.problems {
            let line = match format {
                Format::Text => ContentProblem(problem).text(),
                Format::Jsonl => ContentProblem(problem).json(),
            };
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    })?;
    Ok(visited.as_ref().map_or(Exit::Done, stream::exit))
}

/// Reads a file to its end and returns how many bytes it has, and their hash if wanted.
fn measure(content: Content<'_>, hash: bool) -> io::Result<(u64, Option<String>)> {
    let mut hasher = hash.then(Sha256::new);
    let mut bytes = 0;
    let mut add = |block: &[u8]| {
        bytes += block.len() as u64;
        if let Some(hasher) = &mut hasher {
            hasher.update(block);
        }
    };
    match content {
        Content::Mapped(mapped) => add(mapped.bytes()),
        Content::Stream(source) => {
            let mut block = vec![0; 1 << 16];
            loop {
                match source.read(&mut block) {
                    Ok(0) => break,
                    Ok(read) => add(block.get(..read).unwrap_or_default()),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    let hex = |hasher: Sha256| hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((bytes, hasher.map(hex)))
}
