//! What would be taken and what would not: all of a dry run, and the list that a collection keeps to.

use super::command;
use super::place::{Found, Host, LINK, why};
use crate::bundle::{Bundle, BundleError, Content, ProblemKind};
use crate::record::{Reading, not_text};
use crate::scan::Globs;
use crate::signature::{Os, Profile, Span, Vendor};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

/// How much is taken.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of all files together, as they lie on the disk.
    pub total: u64,
    /// Bytes of one file.
    pub file: u64,
    /// Files that were changed last before this are left out; seconds since 1970.
    pub since: Option<i64>,
    /// Files that were made at this time or later are left out, where the file system tells; seconds since 1970.
    pub until: Option<i64>,
}

/// What a collection takes, and what it does not.
#[derive(Debug, Default)]
pub struct Plan {
    /// The names of the profiles.
    pub profiles: Vec<String>,
    /// In the order of their origins.
    pub files: Vec<PlannedFile>,
    /// In the order of their profiles.
    pub commands: Vec<PlannedCommand>,
    /// Event logs of the running system.
    pub events: Vec<PlannedEvents>,
    /// What fits a profile and is left out.
    pub refused: Vec<Refused>,
}

/// A file that is taken.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its path on the machine that it is of, with `/`: `var/log/messages`, `C/ProgramData/Veeam/a.log`.
    pub origin: String,
    /// Bytes when it was looked at.
    pub bytes: u64,
    /// Its last change, in seconds since 1970.
    pub modified: Option<i64>,
    /// The profile that it is of.
    pub profile: String,
    /// What it is.
    pub what: String,
    /// Whether it is one of the logs that the vendor's support asks for.
    pub is_asked: bool,
}

/// A program that is run.
#[derive(Clone, Debug)]
pub struct PlannedCommand {
    /// The profile that it is of.
    pub profile: String,
    /// The name of the file that its output becomes.
    pub name: String,
    /// Where it lies.
    pub program: PathBuf,
    /// Its name and its arguments.
    pub run: Vec<String>,
    /// After so long it is ended.
    pub time: Span,
    /// So many bytes of its output are taken.
    pub bytes: u64,
}

/// A channel of the event log that is exported.
#[derive(Clone, Debug)]
pub struct PlannedEvents {
    /// The profile that it is of.
    pub profile: String,
    /// Its name.
    pub channel: String,
    /// Where its file lies on the machine.
    pub origin: String,
    /// The program that exports.
    pub program: PathBuf,
    /// Its arguments; the name of the file that it makes comes behind them.
    pub arguments: Vec<String>,
}

/// Something that is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// Its path on the machine, or the command.
    pub origin: String,
    /// Its bytes, if it has any.
    pub bytes: Option<u64>,
    /// Why.
    pub why: String,
    /// Whether it should have been taken: it could not be read, or is too large. Else it is nothing to take, or of another time.
    pub is_missed: bool,
}

impl Refused {
    pub(super) fn missed(origin: String, bytes: Option<u64>, why: String) -> Refused {
        Refused { origin, bytes, why, is_missed: true }
    }

    fn unwanted(origin: String, bytes: Option<u64>, why: impl Into<String>) -> Refused {
        Refused { origin, bytes, why: why.into(), is_missed: false }
    }
}

/// Returns the profiles whose product or system is there, in the order given.
pub fn detect<'p>(profiles: &'p [Profile], host: &Host) -> Vec<&'p Profile> {
    let is_there = |profile: &&Profile| {
        let fits = |pattern: &String| !host.search(pattern, profile.os).found.is_empty();
        host.may_be(profile.os) && profile.detect.iter().any(fits)
    };
    profiles.iter().filter(is_there).collect()
}

/// Looks for what the profiles name. Each file is opened for a look at its head, so that what is planned can be taken.
pub fn plan(profiles: &[&Profile], vendors: &[Vendor], host: &Host, limits: &Limits) -> Plan {
    let mut plan = Plan { profiles: profiles.iter().map(|it| it.name.clone()).collect(), ..Plan::default() };
    let mut files = Files { found: Vec::new(), seen: BTreeSet::new() };
    for (number, profile) in profiles.iter().enumerate() {
        if !host.may_be(profile.os) {
            plan.refused.push(Refused::unwanted(profile.name.clone(), None, "a profile for another system"));
            continue;
        }
        let asked = asked(profile, vendors);
        for wanted in profile.files.iter().filter(|it| host.root.is_some() || !it.is_offline) {
            for pattern in &wanted.paths {
                files.add(pattern, (number, profile, &wanted.what), &asked, host, &mut plan.refused);
            }
        }
        plan.add_events(profile, (number, &mut files), &asked, host, limits);
        plan.add_commands(profile, host, limits);
    }
    plan.files = files.within(limits, host, &mut plan.refused);
    plan.refused.sort();
    plan.refused.dedup();
    plan
}

/// The logs that the vendor of a profile's product asks for.
fn asked(profile: &Profile, vendors: &[Vendor]) -> Globs {
    let product = profile.folder.split_once('/').and_then(|(vendor, product)| {
        vendors.iter().find(|it| *it.folder == *vendor)?.products.iter().find(|it| *it.folder == *product)
    });
    let files: Vec<String> = product.into_iter().flat_map(|it| &it.logs).flat_map(|it| it.files.clone()).collect();
    Globs::new(&files)
}

/// Where Windows keeps its event logs.
const EVENTS: &str = r"%SystemRoot%\System32\winevt\Logs";

impl Plan {
    fn add_events(
        &mut self,
        profile: &Profile,
        (number, files): (usize, &mut Files),
        asked: &Globs,
        host: &Host,
        limits: &Limits,
    ) {
        for channel in &profile.events {
            let file = format!("{}.evtx", channel.replace('/', "%4"));
            if host.root.is_some() {
                let pattern = format!(r"{EVENTS}\{file}");
                files.add(&pattern, (number, profile, "event log"), asked, host, &mut self.refused);
                continue;
            }
            let Some(program) = command::find("wevtutil", host.system_root()) else {
                let origin = format!("event log {channel}");
                self.refused.push(Refused::unwanted(origin, None, "there is no `wevtutil` here"));
                continue;
            };
            let mut arguments = vec!["epl".to_owned(), channel.clone()];
            if let Some(since) = limits.since.and_then(|it| jiff::Timestamp::from_second(it).ok()) {
                arguments.push(format!("/q:*[System[TimeCreated[@SystemTime>='{since}']]]"));
            }
            let origin = format!("C/Windows/System32/winevt/Logs/{file}");
            let profile = profile.name.clone();
            self.events.push(PlannedEvents { profile, channel: channel.clone(), origin, program, arguments });
        }
    }

    fn add_commands(&mut self, profile: &Profile, host: &Host, limits: &Limits) {
        for command in &profile.commands {
            let since = |argument: &String| match (argument.contains("{since}"), limits.since) {
                (true, None) => None,
                (true, Some(since)) => Some(argument.replace("{since}", &since.to_string())),
                (false, _) => Some(argument.clone()),
            };
            let run: Vec<String> = command.run.iter().filter_map(since).collect();
            let mut refuse = |why: &str| self.refused.push(Refused::unwanted(run.join(" "), None, why));
            if host.root.is_some() {
                refuse("it would tell of this machine and not of the one below the folder");
                continue;
            }
            let Some(program) = run.first().and_then(|it| command::find(it, host.system_root())) else {
                refuse("there is no such program here");
                continue;
            };
            self.commands.push(PlannedCommand {
                profile: profile.name.clone(),
                name: command.name.clone(),
                program,
                run,
                time: command.time,
                bytes: command.bytes,
            });
        }
        // The same of two profiles is asked once.
        let mut seen = BTreeSet::new();
        self.commands.retain(|it| seen.insert(it.run.clone()));
    }
}

impl PlannedFile {
    /// Opens the file, unless it has become a link or something else meanwhile.
    pub(super) fn open(&self, host: &Host) -> Result<Bundle, String> {
        let mut bundle = Bundle::of_file(&self.path, &self.origin, host.budget.clone())
            .map_err(|BundleError::Open { source, .. }| why(&source))?;
        if let Some(helper) = &host.helper {
            bundle.set_helper(helper.clone());
        }
        Ok(bundle)
    }

    /// Says why the file cannot be taken: it cannot be read, or nothing in it is text.
    fn refused(&self, host: &Host) -> Option<Refused> {
        let bundle = match self.open(host) {
            Ok(bundle) => bundle,
            Err(why) => return Some(Refused::missed(self.origin.clone(), Some(self.bytes), why)),
        };
        let seen = Mutex::new((false, None));
        let visited = bundle.visit(&|entry| {
            let read;
            let head = match entry.content {
                Content::Mapped(bytes) => &bytes.bytes()[..bytes.len().min(Reading::HEAD)],
                Content::Stream(source) => {
                    let mut head = Vec::new();
                    // A stream has no errors: the bundle keeps them and ends it.
                    let _ = source.take(Reading::HEAD as u64).read_to_end(&mut head);
                    read = head;
                    &read
                }
            };
            let (is_text, why) = &mut *seen.lock().unwrap_or_else(PoisonError::into_inner);
            match Reading::of_lines(head) {
                Some(_) => *is_text = true,
                None => *why = Some(not_text(head)),
            }
        });
        let (origin, bytes) = (self.origin.clone(), Some(self.bytes));
        match (seen.into_inner().unwrap_or_else(PoisonError::into_inner), visited.problems.first()) {
            ((true, _), _) => None,
            (_, Some(problem)) if problem.kind != ProblemKind::Skipped => {
                Some(Refused::missed(origin, bytes, problem.message.clone()))
            }
            ((false, Some(why)), _) => Some(Refused::unwanted(origin, bytes, why)),
            ((false, None), _) => Some(Refused::unwanted(origin, bytes, "no text in it")),
        }
    }
}

/// Files that fit a pattern.
struct Files {
    /// With the number of the profile.
    found: Vec<(usize, PlannedFile)>,
    seen: BTreeSet<PathBuf>,
}

impl Files {
    fn add(
        &mut self,
        pattern: &str,
        (number, profile, what): (usize, &Profile, &str),
        asked: &Globs,
        host: &Host,
        refused: &mut Vec<Refused>,
    ) {
        let search = host.search(pattern, profile.os);
        refused.extend(search.refused.into_iter().map(|(origin, why)| Refused {
            is_missed: why != LINK,
            origin,
            bytes: None,
            why,
        }));
        for Found { path, origin, facts } in search.found {
            if facts.is_dir() || !self.seen.insert(path.clone()) {
                continue;
            }
            if !facts.is_file() {
                let why = if facts.is_symlink() { LINK } else { "a device, pipe or socket" };
                refused.push(Refused::unwanted(origin, None, why));
                continue;
            }
            let modified = facts.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok());
            let is_asked = asked.fit(&origin);
            let file = PlannedFile {
                path,
                origin,
                bytes: facts.len(),
                modified: modified.and_then(|it| i64::try_from(it.as_secs()).ok()),
                profile: profile.name.clone(),
                what: what.to_owned(),
                is_asked,
            };
            self.found.push((number, file));
        }
    }

    /// Returns the files that are taken, in the order of their origins. If not all can be, those come first that the vendor asks
    /// for, then those of the first profile, then those that were changed last.
    fn within(mut self, limits: &Limits, host: &Host, refused: &mut Vec<Refused>) -> Vec<PlannedFile> {
        self.found.sort_by(|(a_number, a), (b_number, b)| {
            let first = b.is_asked.cmp(&a.is_asked).then(a_number.cmp(b_number));
            first.then(b.modified.cmp(&a.modified)).then_with(|| a.origin.cmp(&b.origin))
        });
        let (mut taken, mut total) = (Vec::new(), 0_u64);
        for (_, file) in self.found {
            let made = std::fs::symlink_metadata(&file.path).and_then(|it| it.created()).ok();
            let made = made.and_then(|it| it.duration_since(UNIX_EPOCH).ok()).map(|it| it.as_secs());
            let is_before = file.modified.zip(limits.since).is_some_and(|(modified, since)| modified < since);
            let is_behind =
                made.zip(limits.until).is_some_and(|(made, until)| i64::try_from(made).is_ok_and(|it| it >= until));
            let (origin, bytes) = (|| file.origin.clone(), Some(file.bytes));
            let why = if is_before {
                Some(Refused::unwanted(origin(), bytes, "last changed before the time asked for"))
            } else if is_behind {
                Some(Refused::unwanted(origin(), bytes, "made after the time asked for"))
            } else if file.bytes > limits.file {
                let why = format!("larger than one file may be ({} bytes)", limits.file);
                Some(Refused::missed(origin(), bytes, why))
            } else if total.saturating_add(file.bytes) > limits.total {
                let why = format!("all files together would be larger than they may be ({} bytes)", limits.total);
                Some(Refused::missed(origin(), bytes, why))
            } else {
                file.refused(host)
            };
            match why {
                Some(why) => refused.push(why),
                None => {
                    total += file.bytes;
                    taken.push(file);
                }
            }
        }
        taken.sort_by(|a, b| a.origin.cmp(&b.origin));
        taken
    }
}

impl Host {
    fn system_root(&self) -> &str {
        let own = self.variables.iter().find(|(name, _)| name.eq_ignore_ascii_case("SystemRoot"));
        own.map_or(r"C:\Windows", |(_, value)| value)
    }

    /// The system that programs run on.
    pub fn this() -> Os {
        if cfg!(windows) {
            Os::Windows
        } else if cfg!(target_os = "macos") {
            Os::Macos
        } else {
            Os::Linux
        }
    }
}
