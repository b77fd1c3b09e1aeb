use super::budget::TimedBudgetArgs;
use super::output::Output;
use super::progress::with_progress;
use super::stream::{self, stream};
use super::{Exit, Terminal, open_bundle, say};
use clap::ValueEnum;
use std::io::{self, Write};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tierline::bundle::{Bundle, Entry, Limits, Visited};
use tierline::finding::Templates;
use tierline::report::{TemplateLine, without_kind};
use tierline::templates::{Unit, assign, mine};

/// Groups all messages by template and counts them.
///
/// A template is what many messages have in common, with `<*>` where they differ. Headers are cut off first; no settings
/// are needed. The most frequent templates come first. Ids are the same in every run and on every machine for the same
/// template.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct TemplatesArgs {
    /// Files, folders and archives.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    budget: TimedBudgetArgs,
    /// Takes each line as a message and writes one row per line: its number, the template's id and the template, with tabs
    /// between. Lines of several files are numbered through.
    #[arg(long)]
    assign: bool,
    /// Shows the most frequent templates only.
    #[arg(long, value_name = "N", conflicts_with = "assign")]
    top: Option<usize>,
    /// Threads to use; 0 for all processors.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU16>,
    /// Writes text for a person, or jsonl: one object per template with template_id, count and template.
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
}

const EXAMPLES: &str = "\
Examples:
  tierline templates app.log
  tierline templates case.zip --top 20
  tierline templates /var/log -o jsonl=templates.jsonl
  tierline templates app.log --assign

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 done but parts were not examined.";

/// How a template is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Count, id and template in columns.
    Text,
    /// One JSON object per template.
    Jsonl,
}

pub(super) fn run(args: &TemplatesArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let bundle = open_bundle(&args.paths, args.budget.limits())?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, |it| it.get().into())).build()?;
    let unit = if args.assign { Unit::Line } else { Unit::Record };
    let (templates, visited) = with_progress(&bundle, !terminal.no_progress, || pool.install(|| mine(&bundle, unit)));
    if args.assign {
        write_rows((&args.paths, args.budget.limits()), templates, args.output.file.as_ref(), terminal)?;
    } else {
        write_templates(&templates, args)?;
    }
    for problem in &visited.problems {
        let message = without_kind(problem.kind, &problem.message);
        say(&format!("not examined: {}: {}: {message}", problem.file, problem.kind.name()));
    }
    Ok(stream::exit(&visited))
}

fn write_templates(templates: &Templates, args: &TemplatesArgs) -> anyhow::Result<()> {
    // There may be many and long ones: they are not put together first.
    let lines = templates.all().iter().take(args.top.unwrap_or(usize::MAX)).map(|template| {
        let line = TemplateLine { id: template.id, count: template.count, template: &template.text };
        match args.output.format {
            Format::Text => line.text(),
            Format::Jsonl => line.json(),
        }
    });
    super::output::write_all(args.output.file.as_deref(), lines)
}

/// Reads the bundle a second time, so that what is known of a line need not be kept.
fn write_rows(
    (paths, limits): (&[PathBuf], Limits),
    templates: Templates,
    file: Option<&PathBuf>,
    terminal: Terminal,
) -> anyhow::Result<Option<Visited>> {
    let bundle: Bundle = open_bundle(paths, limits)?;
    let state = Mutex::new((templates, 0));
    let show = |entry: Entry<'_>, out: &mut dyn Write| -> io::Result<()> {
        let (templates, line) = &mut *state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut written = Ok(());
        assign(entry, templates, &mut |id, template| {
            *line += 1;
            if written.is_ok() {
                written = out.write_all(TemplateLine { id, count: 0, template }.row(*line).as_bytes());
            }
        });
        written
    };
    stream(&bundle, file, terminal, show, |_, _| Ok(()))
}
