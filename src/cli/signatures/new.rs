//! `tierline signatures new`.

use super::saved::{self, items, text};
use super::{Catalogues, tell};
use crate::cli::Exit;
use crate::cli::exit::Usage;
use crate::cli::output::print;
use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read, Write as _};
use std::path::{Path, PathBuf};
use tierline::report::one_line;
use tierline::signature::{Catalogue, SignatureSet};
use tierline::workshop::{self, Draft, Seen};

/// Turns a log line or an unexplained error into the draft of a signature.
///
/// The header of the record is left out, numbers, names, addresses and paths become captures or classes, and the rarest
/// fixed text stays. Two examples are written and have been run: the record itself must match, a line that is nearly
/// the same must not. What only a person knows says `to be written`, and `signatures check` names it until it is.
#[derive(Debug, clap::Args)]
#[command(after_help = NEW_EXAMPLES, after_long_help = NEW_EXAMPLES)]
pub(super) struct NewArgs {
    /// The log line with its header; without it, --file or --report, one or several lines from standard input.
    #[arg(value_name = "LINE", conflicts_with_all = ["file", "report"])]
    text: Option<String>,
    /// The log that the line stands in; its name becomes the scope.
    #[arg(long, value_name = "LOG", requires = "line", conflicts_with = "report")]
    file: Option<PathBuf>,
    /// The number of the line in LOG; the whole record around it is taken.
    #[arg(long, value_name = "N", requires = "file", value_parser = clap::value_parser!(u64).range(1..))]
    line: Option<u64>,
    /// A report that `triage -o json` has saved.
    #[arg(long, value_name = "REPORT", requires = "finding")]
    report: Option<PathBuf>,
    /// Which unexplained error of the report: its `id`, or its number from 1 as the text report shows it.
    #[arg(long, value_name = "ID", requires = "report")]
    finding: Option<String>,
    /// Writes the draft to this file, <vendor>/<product>/<problem>.yaml below a catalogue's folder, which must not be
    /// there yet. Without it the draft goes to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    catalogues: Catalogues,
}

const NEW_EXAMPLES: &str = "\
Examples:
  tierline signatures new '2026-01-02 03:04:05 ERROR cannot write to D: disk full'
  tierline signatures new --file app.log --line 1234 --out my-signatures/acme/app/disk-full.yaml
  tierline signatures new --report report.json --finding 1 --out my-signatures/acme/app/ledger-sealed.yaml
  tail -1 app.log | tierline signatures new

Exit codes: 0 done, 1 no draft could be made or written, 2 wrong usage.";

pub(super) fn run(args: &NewArgs) -> anyhow::Result<Exit> {
    let place = args.out.as_deref().map(Place::of).transpose()?;
    let (record, file) = seen(args)?;
    let set = catalogue(args, place.as_ref())?;
    let seen = Seen { record: &record, file: file.as_deref() };
    let draft = workshop::draft(place.as_ref().map(|it| it.id.as_str()), &seen, &set)
        .context("failed to make a signature of this record")?;
    match &place {
        Some(place) => place.create(&draft.yaml)?,
        None => print(draft.yaml.as_bytes())?,
    }
    tell(&next_steps(&draft, place.as_ref()));
    Ok(Exit::Done)
}

/// Where a draft goes.
pub(in crate::cli) struct Place<'a> {
    file: &'a Path,
    /// `<vendor>/<product>/<problem>`, the end of the path.
    pub(in crate::cli) id: String,
    /// The catalogue's folder.
    pub(in crate::cli) catalogue: PathBuf,
}

impl Place<'_> {
    pub(in crate::cli) fn of(file: &Path) -> anyhow::Result<Place<'_>> {
        let wrong = || Usage(format!("`{}` must end with <vendor>/<product>/<problem>.yaml", file.display()));
        if file.extension().is_none_or(|it| it != "yaml") {
            return Err(wrong().into());
        }
        let names: Vec<&str> = file.components().filter_map(|it| it.as_os_str().to_str()).collect();
        let [.., vendor, product, _] = names.as_slice() else { return Err(wrong().into()) };
        let problem = file.file_stem().and_then(|it| it.to_str()).ok_or_else(wrong)?;
        if file.symlink_metadata().is_ok() {
            bail!("`{}` is there already, and a draft replaces nothing", file.display());
        }
        let catalogue = file.ancestors().nth(3).map(Path::to_path_buf).unwrap_or_default();
        let catalogue = if catalogue.as_os_str().is_empty() { PathBuf::from(".") } else { catalogue };
        Ok(Place { file, id: format!("{vendor}/{product}/{problem}"), catalogue })
    }

    /// Catalogues with that of the folder, if it is one already.
    pub(in crate::cli) fn catalogue_with(&self, mut read: Vec<(Catalogue, bool)>) -> SignatureSet {
        if self.catalogue.is_dir()
            && self.file.parent().is_some_and(Path::is_dir)
            && let Ok(catalogue) = Catalogue::read(&self.catalogue)
        {
            read.push((catalogue, true));
        }
        SignatureSet::merge(read)
    }

    /// Writes the file.
    pub(in crate::cli) fn create(&self, text: &str) -> anyhow::Result<()> {
        create(self.file, text)
    }
}

/// Returns the record and the name of its file.
fn seen(args: &NewArgs) -> anyhow::Result<(String, Option<String>)> {
    if let Some(text) = &args.text {
        return Ok((text.clone(), None));
    }
    if let (Some(file), Some(line)) = (&args.file, args.line) {
        let mut found = workshop::record_at(file, line).context("failed to read the log")?;
        return match found.len() {
            0 => bail!("`{}` has no text in line {line}", file.display()),
            1 => Ok(found.pop().map(|it| (it.record, Some(it.file))).unwrap_or_default()),
            _ => {
                let names: Vec<&str> = found.iter().take(3).map(|it| it.file.as_str()).collect();
                let message = format!("{} logs have a line {line}, such as `{}`", found.len(), names.join("`, `"));
                Err(Usage(format!("--file `{}`: {message}; name one of them", file.display())).into())
            }
        };
    }
    if let (Some(report), Some(finding)) = (&args.report, &args.finding) {
        return finding_of(report, finding);
    }
    if io::stdin().is_terminal() {
        return Err(Usage(
            "no log line: give one as an argument, with --file or --report, or on standard input".into(),
        )
        .into());
    }
    let mut bytes = Vec::new();
    io::stdin().take(1 << 20).read_to_end(&mut bytes).context("failed to read standard input")?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), None))
}

fn finding_of(path: &Path, finding: &str) -> anyhow::Result<(String, Option<String>)> {
    let report = saved::read(path)?;
    let unresolved = items(&report, "unresolved");
    let by_number = || finding.parse::<usize>().ok().and_then(|number| unresolved.get(number.checked_sub(1)?));
    let Some(found) = unresolved.iter().find(|it| text(it, "id") == finding).or_else(by_number) else {
        let mut message = format!("no unexplained error in `{}` has the id `{finding}`", path.display());
        for (number, it) in unresolved.iter().take(5).enumerate() {
            let template: String = text(it, "template").chars().take(80).collect();
            let _ = write!(message, "; {}: {} ({})", number + 1, text(it, "id"), template);
        }
        return Err(Usage(message).into());
    };
    let Some(evidence) = items(found, "evidence").first() else {
        bail!(
            "the finding `{finding}` has no evidence in the report: it was left out, or shortened by another program"
        );
    };
    Ok((text(evidence, "text").to_owned(), Some(text(evidence, "file").to_owned())))
}

/// What the draft will stand beside: the built-in catalogue, those that were named, and the folder it goes to.
fn catalogue(args: &NewArgs, place: Option<&Place<'_>>) -> anyhow::Result<SignatureSet> {
    let read = args.catalogues.read()?.catalogues;
    Ok(match place {
        Some(place) => place.catalogue_with(read),
        None => SignatureSet::merge(read),
    })
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
    };
    match write() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("`{}` is there already, and a draft replaces nothing", path.display())
        }
        result => result.with_context(|| format!("failed to write `{}`", path.display())),
    }
}

fn next_steps(draft: &Draft, place: Option<&Place<'_>>) -> String {
    let mut steps = Vec::new();
    let (file, catalogue) = match place {
        Some(place) => (place.file.display().to_string(), place.catalogue.display().to_string()),
        None => {
            steps.push(format!("save it as <catalogue>/{}.yaml; the path is its id for ever", draft.id));
            ("the draft".to_owned(), "<catalogue>".to_owned())
        }
    };
    if !draft.has_product {
        let folder = draft.id.rsplit_once('/').map_or("", |(folder, _)| folder);
        steps.push(format!("write {catalogue}/{folder}/_product.yaml with `vendor:`, `product:` and `files:`"));
    }
    steps.push(
        "replace what identifies the customer in the examples, and make the second one a line you have seen".into(),
    );
    steps.push("write what is `to be written`, correct what is guessed, name a public page in `references:`".into());
    steps.push(format!("tierline signatures check {catalogue}"));
    let mut out = format!("{}: both examples behave\n", one_line(&file));
    for id in draft.claimed_by.iter().take(5) {
        let _ = writeln!(out, "note: `{id}` claims this record already; `tierline signatures show {id}`");
    }
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(out, "  {}. {}", number + 1, one_line(step));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<(&str, &str)>) {
        let place = Place::of(Path::new(path)).ok();
        let place = place.map(|it| (it.id, it.catalogue.display().to_string()));
        assert_eq!(place.as_ref().map(|(id, catalogue)| (id.as_str(), catalogue.as_str())), expected);
    }

    #[test]
    fn the_path_of_a_draft_is_its_id() {
        check("ours/acme/app/disk-full.yaml", Some(("acme/app/disk-full", "ours")));
        check("acme/app/disk-full.yaml", Some(("acme/app/disk-full", ".")));
        check("/x/y/ours/acme/app/disk-full.yaml", Some(("acme/app/disk-full", "/x/y/ours")));
        check("app/disk-full.yaml", None);
        check("ours/acme/app/disk-full.yml", None);
    }
}
