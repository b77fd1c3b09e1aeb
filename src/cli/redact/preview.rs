//! Which lines would change, as a diff.

use super::RedactArgs;
use crate::cli::{Exit, Terminal, open_bundle, stream};
use std::io::{self, Write};
use tierline::bundle::Entry;
use tierline::redact::Redactor;
use tierline::redaction::{Learnt, pieces};
use tierline::report::one_line;

/// Writes every line that a redaction changes, before and after.
pub(super) fn show(
    args: &RedactArgs,
    redactor: &Redactor,
    learnt: &Learnt,
    terminal: Terminal,
) -> anyhow::Result<Exit> {
    let bundle = open_bundle(&args.paths, args.budget.limits())?;
    let show = |entry: Entry<'_>, out: &mut dyn Write| -> io::Result<()> {
        let path = entry.path.clone();
        let (mut flow, mut line, mut shown) = (redactor.flow(), 1_u64, false);
        let mut result = Ok(());
        let _ = pieces(entry, &mut |text| {
            let new = flow.text(text);
            // A redaction changes no line end.
            for (before, after) in lines(text).zip(lines(&new)) {
                if before != after && result.is_ok() {
                    result = difference(out, if shown { None } else { Some(&path) }, line, before, after);
                    shown = true;
                }
                line += 1;
            }
        });
        result
    };
    let visited = stream::stream(&bundle, None, terminal, show, |_, _| Ok(()))?;
    super::tell_others(learnt);
    Ok(visited.as_ref().map_or(Exit::Done, stream::exit))
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}

fn difference(out: &mut dyn Write, path: Option<&str>, line: u64, before: &[u8], after: &[u8]) -> io::Result<()> {
    if let Some(path) = path {
        let path = one_line(path);
        writeln!(out, "--- {path}\n+++ {path} (redacted)")?;
    }
    let shown = |text: &[u8]| one_line(&String::from_utf8_lossy(text.trim_ascii_end())).to_string();
    writeln!(out, "@@ line {line} @@\n-{}\n+{}", shown(before), shown(after))
}
