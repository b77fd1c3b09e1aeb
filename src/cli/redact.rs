//! `tierline redact`: secrets and identifiers out of files and bundles, and pseudonyms back.
//!
//! The bundle is read twice: to learn names, and to replace. What is finished stands in a temporary folder until the leak
//! scan has seen all of it, with all that was replaced anywhere; only then it goes where the user wants it.

mod customer;
mod preview;
mod publish;
mod tree;

use super::budget::BudgetArgs;
use super::exit::Usage;
use super::progress::with_progress;
use super::stream;
use super::{Exit, Terminal, open_bundle, say};
use anyhow::Context;
pub(super) use customer::Customer;
#[cfg(feature = "server")]
pub(super) use customer::folder_name;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tierline::bundle::{Bundle, Entry, FilePath};
use tierline::diagnosis::Diagnosis;
use tierline::redact::{Kind, LeakScan, Map, Names, Options, Redactor, reverse};
use tierline::redaction::{Learnt, learn, pieces};
use tierline::report::without_kind;

/// Takes secrets and identifiers out of logs, so that they can be given away.
///
/// Passwords, tokens, private and cloud keys, licence keys, card and account numbers are removed. Names of hosts, users and
/// domains, mail, IP and hardware addresses and serial numbers become pseudonyms: the same in all bundles of a customer,
/// and subnets stay subnets. Error codes, versions and times stay. Then a second, independent scan looks for leaks; if it
/// finds one, nothing is written.
///
/// The customer's key and the map from pseudonyms to originals stay on this machine, readable by this user only.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct RedactArgs {
    /// Files, folders and archives.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    budget: BudgetArgs,
    /// Whose logs these are. Each customer has a key of their own, which is made when it is first needed.
    #[arg(long, value_name = "NAME")]
    customer: String,
    /// Takes the customer's key, 64 hexadecimal digits, from FILE instead.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Writes the texts as files below DIR, which is new or empty, or one after the other to standard output.
    #[arg(long, value_name = "DIR|-", default_value = "-")]
    out: PathBuf,
    /// Leaves names and addresses as they are, for which the customer has to agree. Secrets and keywords go all the same.
    #[arg(long)]
    keep_identifiers: bool,
    /// Replaces the words in FILE too, one per line, wherever they stand.
    #[arg(long, value_name = "FILE")]
    keywords: Option<PathBuf>,
    /// Keeps what pseudonyms stand for in FILE instead of the customer's folder.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Shows which lines would change, before and after, and writes nothing.
    #[arg(long, conflicts_with_all = ["out", "reverse"])]
    preview: bool,
    /// Puts originals into the place of pseudonyms, by the map. Secrets do not come back.
    #[arg(long, conflicts_with_all = ["keep_identifiers", "keywords"])]
    reverse: bool,
    /// Threads to use [default: one per processor]; the result is the same for every number.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU16>,
}

const EXAMPLES: &str = "\
Examples:
  tierline redact case.zip --customer acme --preview
  tierline redact case.zip --customer acme --out redacted/
  tierline redact app.log --customer acme --keywords words.txt > app.redacted.log
  tierline redact case.zip --customer acme --keep-identifiers --out redacted/
  tierline redact --reverse answer.txt --customer acme

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 done but parts were not examined, 6 refused: the leak scan found something.";

pub(super) fn run(args: &RedactArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let customer = Customer::new(&args.customer, args.map.clone())?;
    if args.reverse {
        return reverse_all(args, &customer, terminal);
    }
    let to_stdout = args.out == Path::new("-");
    if !to_stdout {
        publish::check(&args.out)?;
    }
    let keywords = args.keywords.as_deref().map(read_keywords).transpose()?.unwrap_or_default();
    let key = customer.key(args.key_file.as_deref())?;
    let known = customer.map()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, |it| it.get().into())).build()?;

    let bundle = open_bundle(&args.paths, args.budget.limits())?;
    let mut learnt = with_progress(&bundle, !terminal.no_progress, || pool.install(|| learn(&bundle)));
    remember(&mut learnt.names, &known);
    let options = Options { keep_identifiers: args.keep_identifiers, keywords };
    let redactor = Redactor::new(key, &options, &learnt.names);
    if args.preview {
        return preview::show(args, &redactor, &learnt, terminal);
    }

    let folder = publish::temporary(if to_stdout { None } else { Some(&args.out) })?;
    let names = tree::names(&learnt.texts, &args.paths, &redactor);
    let written = {
        // A bundle is visited once.
        let bundle = open_bundle(&args.paths, args.budget.limits())?;
        let write = || pool.install(|| write_all(&bundle, folder.path(), &names, &redactor));
        with_progress(&bundle, !terminal.no_progress, write)?
    };
    let map = redactor.map();
    // A name that was kept in the map before may stand in this bundle too.
    let mut all = known;
    all.merge(&map);
    let scan = LeakScan::new(&all, &options.keywords, options.keep_identifiers);
    let leaks = pool.install(|| publish::leaks(folder.path(), &names, &scan))?;
    if !leaks.is_empty() {
        leaks.iter().take(20).for_each(|leak| say(leak));
        say(&format!(
            "refused: {} found by the leak scan, nothing was written; --keywords can name what is left",
            count(leaks.len(), "leak")
        ));
        return Ok(Exit::Refused);
    }
    customer.save(&map)?;
    match to_stdout {
        true => publish::print(folder.path(), &names)?,
        false => publish::publish(folder, &args.out)?,
    }
    tell(&learnt, &written, names.len());
    Ok(stream::exit(&learnt.visited))
}

/// Returns a diagnosis of a bundle of a customer redacted; none if it leaks, which is told.
pub(super) fn redacted(diagnosis: &Diagnosis, customer: &str, bundle: &Bundle) -> anyhow::Result<Option<Diagnosis>> {
    let customer = Customer::new(customer, None)?;
    let (key, known) = (customer.key(None)?, customer.map()?);
    let mut names = learn(bundle).names;
    remember(&mut names, &known);
    let redactor = Redactor::new(key, &Options::default(), &names);
    let (redacted, texts) = tierline::report::redacted(diagnosis, &redactor).context("failed to redact the report")?;
    let map = redactor.map();
    let mut all = known;
    all.merge(&map);
    let leaks = LeakScan::new(&all, &[], false).leaks(texts.as_bytes());
    if leaks.is_empty() {
        customer.save(&map)?;
        return Ok(Some(redacted));
    }
    leaks.iter().take(20).for_each(|leak| say(&format!("leak: {} ({})", leak.kind.name(), leak.rule)));
    say(&format!("refused: {} found by the leak scan, no report was written", count(leaks.len(), "leak")));
    Ok(None)
}

/// Adds names that other bundles of the customer have shown.
pub(super) fn remember(names: &mut Names, known: &Map) {
    known.entries().for_each(|(kind, _, original)| remember_name(names, kind, original));
}

/// Adds a name that another bundle of the customer has shown.
pub(super) fn remember_name(names: &mut Names, kind: Kind, original: &str) {
    if matches!(kind, Kind::Host | Kind::User | Kind::Domain | Kind::Serial) {
        names.add(kind, original);
    }
}

/// Writes every text redacted below the folder; returns how many of each kind were replaced.
fn write_all(
    bundle: &Bundle,
    folder: &Path,
    names: &BTreeMap<FilePath, PathBuf>,
    redactor: &Redactor,
) -> anyhow::Result<BTreeMap<Kind, u64>> {
    let done = Mutex::new((BTreeMap::new(), None));
    bundle.visit(&|entry| {
        let Some(name) = names.get(&entry.path) else { return };
        let mut flow = redactor.flow();
        let result = write(entry, &folder.join(name), &mut |text, out| out.write_all(&flow.text(text)));
        let (counts, error) = &mut *done.lock().unwrap_or_else(PoisonError::into_inner);
        flow.counts().iter().for_each(|(kind, count)| *counts.entry(*kind).or_default() += count);
        if let Err(failed) = result {
            error.get_or_insert(failed);
        }
    });
    match done.into_inner().unwrap_or_else(PoisonError::into_inner) {
        (_, Some(error)) => Err(error).context("failed to write the redacted texts"),
        (counts, None) => Ok(counts),
    }
}

/// Writes a piece of a text in another form.
type WritePiece<'w> = dyn FnMut(&[u8], &mut dyn Write) -> io::Result<()> + 'w;

/// Writes the pieces of a text, each as `with` makes it, to a new file.
fn write(entry: Entry<'_>, path: &Path, with: &mut WritePiece<'_>) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut out = BufWriter::with_capacity(1 << 16, File::create_new(path)?);
    let mut result = Ok(());
    let read = pieces(entry, &mut |text| {
        if result.is_ok() {
            result = with(text, &mut out);
        }
    });
    result.and_then(|()| out.flush())?;
    match read {
        Ok(()) => Ok(()),
        // It is no text, and nothing was written.
        Err(_) => std::fs::remove_file(path),
    }
}

/// Puts originals back.
fn reverse_all(args: &RedactArgs, customer: &Customer, terminal: Terminal) -> anyhow::Result<Exit> {
    let map: Map = customer.map()?;
    if map.is_empty() {
        return Err(Usage(format!(
            "there is no map of customer `{}` on this machine; --map names a file",
            args.customer
        ))
        .into());
    }
    let bundle = open_bundle(&args.paths, args.budget.limits())?;
    if args.out == Path::new("-") {
        let show = |entry: Entry<'_>, out: &mut dyn Write| -> io::Result<()> {
            let mut result = Ok(());
            let _ = pieces(entry, &mut |text| {
                if result.is_ok() {
                    result = out.write_all(&reverse(&map, text));
                }
            });
            result
        };
        let visited = stream::stream(&bundle, None, terminal, show, |_, _| Ok(()))?;
        return Ok(visited.as_ref().map_or(Exit::Done, stream::exit));
    }
    publish::check(&args.out)?;
    let folder = publish::temporary(Some(&args.out))?;
    let error = Mutex::new(None);
    let names = tree::Plain::new(&args.paths);
    let visited = bundle.visit(&|entry| {
        let path = folder.path().join(names.name(&entry.path));
        let result = write(entry, &path, &mut |text, out| out.write_all(&reverse(&map, text)));
        if let Err(failed) = result {
            error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failed);
        }
    });
    if let Some(error) = error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error).context("failed to write the texts");
    }
    publish::publish(folder, &args.out)?;
    Ok(stream::exit(&visited))
}

/// Reads words, one per line; a line that begins with `#` is a remark.
pub(super) fn read_keywords(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("failed to read `{}`", path.display()))?;
    let words = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(words.map(str::to_owned).collect())
}

/// The words of a customer that the configuration names a file for.
#[cfg(feature = "server")]
pub(super) fn keywords_of(config: &tierline::connect::Config, customer: &str) -> anyhow::Result<Vec<String>> {
    let Some(path) = config.keywords(customer) else { return Ok(Vec::new()) };
    read_keywords(&path).with_context(|| format!("the keywords of {customer}, without which nothing leaves"))
}

/// Says on standard error what was done and what was not.
fn tell(learnt: &Learnt, replaced: &BTreeMap<Kind, u64>, files: usize) {
    let kinds: Vec<String> = replaced.iter().map(|(kind, count)| format!("{count} {}", kind.name())).collect();
    let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(", ") };
    say(&format!("{} redacted, replaced: {kinds}", count(files, "file")));
    tell_others(learnt);
}

/// Says on standard error what was not examined.
fn tell_others(learnt: &Learnt) {
    for (path, why) in &learnt.others {
        say(&format!("not examined and left out: {path}: {why}"));
    }
    for problem in &learnt.visited.problems {
        let message = without_kind(problem.kind, &problem.message);
        say(&format!("not examined and left out: {}: {}: {message}", problem.file, problem.kind.name()));
    }
    if learnt.names.overflowed() {
        say("more names than can be remembered: some were replaced only where the text says what they are");
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
