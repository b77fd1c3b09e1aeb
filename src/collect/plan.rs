//! What would be taken and what would not: all of a dry run, and the list that a collection keeps to.

use super::files::{Files, Kind, PlannedFile};
use super::{Host, command};
use crate::scan::Globs;
use crate::signature::{Profile, Span, Vendor};
use std::collections::BTreeSet;
use std::path::PathBuf;

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

    pub(super) fn unwanted(origin: String, bytes: Option<u64>, why: impl Into<String>) -> Refused {
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
    let mut files = Files::default();
    for (number, profile) in profiles.iter().enumerate() {
        if !host.may_be(profile.os) {
            plan.refused.push(Refused::unwanted(profile.name.clone(), None, "a profile for another system"));
            continue;
        }
        let asked = asked(profile, vendors);
        for wanted in profile.files.iter().filter(|it| host.root.is_some() || !it.is_offline) {
            let kind = Kind { what: &wanted.what, is_of_any_age: wanted.is_of_any_age };
            for pattern in &wanted.paths {
                files.add((number, profile, pattern), kind, &asked, host, &mut plan.refused);
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
    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.commands.is_empty() && self.events.is_empty()
    }

    fn add_events(
        &mut self,
        profile: &Profile,
        (number, files): (usize, &mut Files),
        asked: &Globs,
        host: &Host,
        limits: &Limits,
    ) {
        for channel in profile.events.iter().map(|it| &it.channel) {
            let file = format!("{}.evtx", channel.replace('/', "%4"));
            if host.root.is_some() {
                let pattern = format!(r"{EVENTS}\{file}");
                let kind = Kind { what: "event log", is_of_any_age: false };
                files.add((number, profile, &pattern), kind, asked, host, &mut self.refused);
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
