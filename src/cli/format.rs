//! What subcommands that end with a report share: its formats, where it goes, the exit code.

use super::exit::Usage;
use super::links;
use super::output::{self, Output};
use super::{Color, Exit};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use tierline::diagnosis::{Diagnosis, State};
use tierline::report::{self, TextStyle};
use tierline::signature::Severity;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a person at a terminal.
    Text,
    /// For programs.
    Json,
    /// For programs that read a line at a time.
    Jsonl,
    /// For a ticket.
    Markdown,
    /// For a browser or a mail: one file that needs nothing else.
    Html,
    /// For code hosts and editors, version 2.1.0.
    Sarif,
    /// For build servers.
    Junit,
}

/// A severity as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl From<FailOn> for Severity {
    fn from(severity: FailOn) -> Severity {
        match severity {
            FailOn::Info => Severity::Info,
            FailOn::Low => Severity::Low,
            FailOn::Medium => Severity::Medium,
            FailOn::High => Severity::High,
            FailOn::Critical => Severity::Critical,
        }
    }
}

/// Where the reports go: as text to standard output if nothing is said.
pub(super) fn outputs(given: &[Output<Format>]) -> Result<Vec<Output<Format>>, Usage> {
    if given.is_empty() {
        return Ok(vec![Output { format: Format::Text, file: None }]);
    }
    let mut targets = BTreeSet::new();
    for output in given {
        if !targets.insert(&output.file) {
            let target = output.file.as_ref().map_or("standard output".into(), |file| format!("`{}`", file.display()));
            return Err(Usage(format!("only one report can go to {target}; use -o FORMAT=FILE for the others")));
        }
    }
    Ok(given.to_vec())
}

/// What people ask of a report that is text.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Shown {
    /// How many unexplained errors text, markdown and html show in full; json has all.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// Shows only what fits on a screen: what was found, a line each, and what was not examined. For text.
    #[arg(long)]
    summary: bool,
}

/// Renders a report and writes it.
pub(super) fn write(
    diagnosis: &Diagnosis,
    output: &Output<Format>,
    color: Color,
    Shown { top, summary }: Shown,
) -> anyhow::Result<()> {
    let stdout = std::io::stdout();
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => output.file.is_none() && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
    };
    let links = color && output.file.is_none() && links::shown(stdout.is_terminal(), |name| std::env::var(name).ok());
    let style = TextStyle { width: output::width(), color, top, links };
    let rendered = match output.format {
        Format::Text if summary => report::summary(diagnosis, style, output::height()),
        Format::Text => report::text(diagnosis, style),
        Format::Json => report::json(diagnosis),
        Format::Markdown => report::markdown(diagnosis, top),
        Format::Html => report::html(diagnosis, top),
        Format::Jsonl => report::jsonl(diagnosis),
        Format::Sarif => report::sarif(diagnosis),
        Format::Junit => report::junit(diagnosis),
    };
    match &output.file {
        Some(file) => output::write_file(file, rendered.as_bytes()),
        None if color && output.format == Format::Text => output::print_colored(&rendered),
        None => output::print(rendered.as_bytes()),
    }
}

/// The exit code that a report asks for.
pub(super) fn exit(diagnosis: &Diagnosis, fail_on: Option<FailOn>) -> Exit {
    let fail_on = fail_on.map(Severity::from);
    let matches = || diagnosis.known.iter().filter(|known| known.state == State::Match);
    let found = |least| matches().any(|known| known.signature.severity >= least);
    if fail_on.is_some_and(found) {
        Exit::Found
    } else if diagnosis.is_partial() {
        Exit::Partial
    } else {
        Exit::Done
    }
}
