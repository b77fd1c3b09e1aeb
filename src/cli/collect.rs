//! `tierline collect`: on the customer's server, the logs that matter as one redacted archive for the partner.

mod host;
mod told;

use super::budget::size;
#[cfg(feature = "server")]
use super::encrypt;
use super::exit::Usage;
use super::progress::with_count;
use super::redact::{Customer, read_keywords, remember_name};
use super::{Exit, Terminal, around, output, say};
use anyhow::Context;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use tierline::collect::{CollectError, Format, Host, Limits, Redaction, Wanted, collect, detect, plan};
use tierline::redact::{Names, Options};
use tierline::redaction::Ledger;
use tierline::signature::{Profile, SignatureSet};
use tierline::triage::Bound;

/// Collects on this machine the logs that matter, without secrets and names, as one archive for those who help.
///
/// Profiles say what to take of a product or a system; those whose product is there are used. Files are read and never changed,
/// links are not followed, programs only show something. Passwords, tokens and keys are removed; names and addresses become
/// pseudonyms, and what they stand for stays on this machine. What cannot be read as text is left out, with the reason. A
/// second, independent scan looks over everything before it is written; a file in which it finds something is left out.
///
/// It needs no rights of an administrator; without them it takes what this user may read. It gives way to others on a busy
/// machine (on Windows, if it is started with `start /low /b /wait`). Nothing is sent.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct CollectArgs {
    /// Takes what this profile says; may be repeated [default: all whose product is there].
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Shows the profiles and whether their product is there, and takes nothing.
    #[arg(long, conflicts_with_all = ["dry_run", "out"])]
    list: bool,
    /// Shows what would be taken, with its size, and what not and why; writes nothing.
    #[arg(long, conflicts_with = "out")]
    dry_run: bool,
    /// Collects from the disk of another machine, which is in DIR. No programs are run then.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Leaves out files that were changed last before TIME: `2026-01-02 03:04`, `2026-01-02T03:04:05+02:00`, a day
    /// (`2026-01-02`), or counted back from now (`-7d`, `-12h`). Without a zone it is the time of this machine.
    #[arg(long, value_name = "TIME", value_parser = Bound::parse, allow_hyphen_values = true)]
    since: Option<Bound>,
    /// Leaves out files that were made at TIME or later, where the file system tells; of a day, what was made after it.
    #[arg(long, value_name = "TIME", value_parser = Bound::parse, allow_hyphen_values = true)]
    until: Option<Bound>,
    /// Takes files of at most SIZE in all, as they lie on the disk: first those that the vendor asks for, then the newest.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "4G")]
    max_size: u64,
    /// Takes no file larger than SIZE.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1G")]
    max_file: u64,
    /// The archive to write; it must not be there yet. Its ending says what it is: `.tar.zst` (not in the small build) or `.zip`
    /// [default: tierline-collect-<time> in this folder].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Encrypts the archive, so that only the holder of this public key can read it with `age -d`: `age1...`, or a file of such keys;
    /// may be repeated. Its name ends with `.age` then.
    #[cfg(feature = "server")]
    #[arg(long, value_name = "KEY|FILE")]
    encrypt_to: Vec<String>,
    /// Leaves names and addresses as they are, for which the customer has to agree: the partner redacts. Secrets and keywords go
    /// all the same.
    #[arg(long)]
    keep_identifiers: bool,
    /// Whose machine it is. Each customer has a key and a map on this machine; the same key gives the same pseudonyms.
    #[arg(long, value_name = "NAME", default_value = "own")]
    customer: String,
    /// Takes the key, 64 hexadecimal digits, from FILE, so that several machines give the same pseudonyms.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Keeps what pseudonyms stand for in FILE instead of the customer's folder.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Replaces the words in FILE too, one per line, wherever they stand.
    #[arg(long, value_name = "FILE")]
    keywords: Option<PathBuf>,
    /// Adds the profiles (`_collect.yaml`) and vendors in DIR; may be repeated.
    #[arg(long, value_name = "DIR")]
    signatures: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  tierline collect --list
  tierline collect --dry-run
  tierline collect --out case.zip
  tierline collect --profile veeam-server-linux --profile linux-host --since -3d --out case.zip
  tierline collect --root /mnt/disk --max-size 20G --max-file 5G --out case.zip

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 done but something that should be taken is not in
it, or a command failed, 6 refused: the leak scan found something in the list of the files.";

pub(super) fn run(args: &CollectArgs, terminal: Terminal) -> anyhow::Result<Exit> {
    let now = jiff::Timestamp::now().as_second();
    let host = host::host(args.root.as_deref())?;
    let set = load(args)?;
    if args.list {
        output::print(told::list(set.profiles(), &host).as_bytes())?;
        return Ok(Exit::Done);
    }
    #[cfg(feature = "server")]
    let recipients = encrypt::named(&args.encrypt_to)?;
    #[cfg(feature = "server")]
    let is_sealed = !recipients.is_empty();
    #[cfg(not(feature = "server"))]
    let is_sealed = false;
    let (out, format) = target(args, now, is_sealed)?;
    let limits = limits(args, now)?;
    let profiles = chosen(args, set.profiles(), &host)?;
    host::give_way();
    let plan = plan(&profiles, set.vendors(), &host, &limits);
    if args.dry_run {
        output::print(told::plan(&plan).as_bytes())?;
        if plan.is_empty() {
            say(told::NOTHING);
        }
        return Ok(if plan.refused.iter().any(|it| it.is_missed) { Exit::Partial } else { Exit::Done });
    }
    if plan.is_empty() {
        plan.refused.iter().take(20).for_each(|it| say(&format!("left out: {}: {}", it.origin, it.why)));
        anyhow::bail!(told::NOTHING);
    }
    let customer = Customer::new(&args.customer, args.map.clone())?;
    let mut ledger = customer.ledger()?;
    let redaction = redaction(args, &customer, &host, &mut ledger)?;
    let read = AtomicU64::new(0);
    let wanted = Wanted {
        plan: &plan,
        host: &host,
        limits: &limits,
        redaction: &redaction,
        format,
        #[cfg(feature = "server")]
        recipients: &recipients,
        now,
        read: &read,
    };
    let total = 2 * plan.files.iter().map(|it| it.bytes).sum::<u64>();
    let mut keep = |ledger: &mut Ledger| customer.save_ledger(ledger).map_err(io::Error::other);
    let work = || collect(&wanted, &mut ledger, &mut keep, &out);
    let result = with_count(total, &|| read.load(Ordering::Relaxed), !terminal.no_progress, work);
    let collected = match result {
        Ok(collected) => collected,
        Err(CollectError::Taken(path)) => {
            return Err(Usage(format!("--out `{}` is there already", path.display())).into());
        }
        Err(error @ CollectError::Leak(_)) => {
            say(&format!("refused: {error}; nothing was written; --keywords can name what is left"));
            return Ok(Exit::Refused);
        }
        Err(error) => return Err(error).context("failed to collect"),
    };
    output::print(told::collected(&collected, &out, &set, args.keep_identifiers).as_bytes())?;
    Ok(if collected.manifest.lacks().is_empty() { Exit::Done } else { Exit::Partial })
}

/// The archive to write, and what it is. Its name tells whether everybody can read it.
fn target(args: &CollectArgs, now: i64, is_sealed: bool) -> anyhow::Result<(PathBuf, Format)> {
    const SEALED: &str = "age";
    let sealed = if is_sealed { ".age" } else { "" };
    let out = match &args.out {
        Some(out) => out.clone(),
        None => PathBuf::from(format!("tierline-collect-{}{}{sealed}", stamp(now), Format::USUAL.ending())),
    };
    let inner =
        if is_sealed && out.extension().is_some_and(|it| it == SEALED) { out.with_extension("") } else { out.clone() };
    let is_named = (inner != out) == is_sealed;
    match Format::of(&inner).filter(|_| is_named) {
        Some(format) => Ok((out, format)),
        None => {
            let behind = if is_sealed { ", and `.age` behind it" } else { "" };
            let message = format!("--out `{}`: the name must end with {}{behind}", out.display(), told::endings());
            Err(Usage(message).into())
        }
    }
}

fn load(args: &CollectArgs) -> anyhow::Result<SignatureSet> {
    for dir in &args.signatures {
        if !dir.is_dir() {
            return Err(Usage(format!("--signatures `{}`: no such folder", dir.display())).into());
        }
    }
    SignatureSet::load(true, &args.signatures)
        .map_err(|error| Usage(format!("failed to read the signatures: {error}")).into())
}

/// The profiles that were asked for, or those whose product is there.
fn chosen<'p>(args: &CollectArgs, profiles: &'p [Profile], host: &Host) -> anyhow::Result<Vec<&'p Profile>> {
    if args.profile.is_empty() {
        return Ok(detect(profiles, host));
    }
    let mut chosen: Vec<&Profile> = Vec::new();
    for name in &args.profile {
        let Some(profile) = profiles.iter().find(|it| it.name == *name) else {
            let names: Vec<&str> = profiles.iter().map(|it| &*it.name).collect();
            return Err(Usage(format!("there is no profile `{name}`; there are {}", names.join(", "))).into());
        };
        if !chosen.iter().any(|it| it.name == *name) {
            chosen.push(profile);
        }
    }
    Ok(chosen)
}

fn limits(args: &CollectArgs, now: i64) -> anyhow::Result<Limits> {
    const DAY: i64 = 86_400;
    let moment = |bound: Option<Bound>, ends: bool| -> anyhow::Result<Option<i64>> {
        let Some(bound) = bound else { return Ok(None) };
        let (time, more) = match bound {
            Bound::BeforeEnd(seconds) => return Ok(Some(now - seconds)),
            Bound::At(time) => (time, 0),
            Bound::Day(time) => (time, if ends { DAY } else { 0 }),
        };
        let time = match (time.offset(), around::zone("local")) {
            (None, Ok(zone)) => zone.complete(time),
            _ => time,
        };
        Ok(Some(time.instant().div_euclid(1_000_000_000) + more))
    };
    let (since, until) = (moment(args.since, false)?, moment(args.until, true)?);
    if since.zip(until).is_some_and(|(since, until)| since >= until) {
        return Err(Usage("--since is not before --until".to_owned()).into());
    }
    Ok(Limits { total: args.max_size, file: args.max_file, since, until })
}

fn redaction(args: &CollectArgs, customer: &Customer, host: &Host, known: &mut Ledger) -> anyhow::Result<Redaction> {
    let keywords = args.keywords.as_deref().map(read_keywords).transpose()?.unwrap_or_default();
    let key = customer.key(args.key_file.as_deref())?;
    let mut names = Names::default();
    host::learn(host, &mut names);
    known.each(&mut |kind, _, original| {
        remember_name(&mut names, kind, original);
        Ok(())
    })?;
    Ok(Redaction { key, options: Options { keep_identifiers: args.keep_identifiers, keywords }, names })
}

/// The time as a part of the name of a file, in UTC.
fn stamp(now: i64) -> String {
    let time = jiff::Timestamp::from_second(now).unwrap_or_default();
    time.to_string().chars().filter(|it| it.is_ascii_alphanumeric()).collect()
}
