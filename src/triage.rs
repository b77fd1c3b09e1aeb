//! The spine: bundle in, diagnosis out.
//!
//! Every entry is cut into chunks, chunks are scanned on all threads, and what they showed is put together again in
//! file order; files are put together in any order. So the result is the same for any number of threads.

mod around;
mod file;
mod hindsight;

use crate::bundle::{Bundle, Content, Entry, FilePath, Problem, Visited};
use crate::diagnosis::{Diagnosis, Period, diagnose};
use crate::finding::{Tally, TemplateSet};
use crate::record::Zone;
use crate::scan::Scanner;
use crate::signature::{FactKind, SignatureSet};
use file::{Memory, examine};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use around::{Around, Bound, BoundError, last_time_in};

/// What is asked of a triage.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Every line is a record without time and level, as for grep.
    pub lines: bool,
    /// Errors that no signature claims are wanted.
    pub unresolved: bool,
    /// Only records of this time are wanted. Lines without times cannot be told apart, so it does not go with `lines`.
    pub around: Option<Around>,
    /// The zone of times that state none, as far as the user knows it. It orders the timeline and changes no time.
    pub zone: Option<&'a Zone>,
    /// The templates of a bundle without the trouble that is looked for, from [`learn`]: what it has too is known noise, and
    /// what it has not is worth a look even without an error word. It does not go with `lines`.
    pub baseline: Option<&'a TemplateSet>,
}

impl Default for Options<'_> {
    /// Records with their headers; unresolved errors too.
    fn default() -> Self {
        Options { lines: false, unresolved: true, around: None, zone: None, baseline: None }
    }
}

/// Examines every entry of the bundle on the current rayon pool and explains what was found.
pub fn triage(bundle: &Bundle, set: &SignatureSet, options: Options<'_>) -> Diagnosis {
    let seen = hindsight::Seen::default();
    let first = triage_once(bundle, set, options, (&seen, &hindsight::Known::default()), Duration::ZERO);
    let known = seen.corrections();
    if known.is_empty() || first.is_late {
        return first.diagnosis;
    }
    let second = triage_once(bundle, set, options, (&hindsight::Seen::default(), &known), first.took);
    // Some dates may be read wrongly in the first one, but it has seen everything.
    if second.is_late { first.diagnosis } else { second.diagnosis }
}

/// What came of one look at the whole bundle.
struct Look {
    diagnosis: Diagnosis,
    /// Whether the time was over before everything was read.
    is_late: bool,
    took: Duration,
}

fn triage_once(
    bundle: &Bundle,
    set: &SignatureSet,
    options: Options<'_>,
    dates: (&hindsight::Seen, &hindsight::Known),
    spent: Duration,
) -> Look {
    let scanner = if options.unresolved { Scanner::new(set) } else { Scanner::of_known(set) };
    let scanner = if options.baseline.is_some() { scanner.giving_all() } else { scanner };
    let purpose = options.baseline.map_or(Purpose::Triage, Purpose::Compare);
    let whole = Mutex::new((Tally::default(), Vec::new()));
    let host = set.facts().iter().position(|fact| &*fact.name == "host.name");
    let shared = Shared { host, dates: Some(dates), ..Shared::new(&scanner, set.related()) };
    let mut visited = bundle.visit_again(spent, &|entry| {
        let path = Arc::clone(entry.path.as_arc());
        let (file, is_unpacked) = (entry.path.clone(), entry.is_unpacked);
        let examined = examine(entry, &shared, options, purpose);
        let examined = examined.map(|tally| of_file(tally, &file, &scanner, set));
        let (tally, skipped) = &mut *lock(&whole);
        match examined {
            Ok(examined) => tally.merge(examined),
            Err(why) => skipped.push(Problem::not_read(path, why, is_unpacked)),
        }
    });
    let (tally, skipped) = whole.into_inner().unwrap_or_else(PoisonError::into_inner);
    visited.problems.extend(skipped);
    visited.problems.sort();
    let (is_late, took) = (visited.is_late, visited.took);
    drop(shared);
    // Nobody waits for what is given back to the system.
    rayon::spawn(move || drop(scanner));
    let mut diagnosis = diagnose(set, bundle.inputs(), visited, tally, options.zone, options.baseline);
    diagnosis.unresolved_omitted = !options.unresolved;
    diagnosis.period = options.around.map(|around| Period { since: around.since, until: around.until });
    Look { diagnosis, is_late, took }
}

/// Returns the templates of all records of a bundle, and what of it could not be read.
pub fn learn(bundle: &Bundle) -> (TemplateSet, Vec<Problem>) {
    let scanner = Scanner::of_known(&SignatureSet::new(Vec::new())).giving_all();
    let shared = Shared::new(&scanner, Vec::new());
    let whole = Mutex::new(TemplateSet::default());
    let visited = bundle.visit(&|entry| {
        // What is no text is skipped, as everywhere.
        if let Ok(tally) = examine(entry, &shared, Options::default(), Purpose::Learn) {
            lock(&whole).merge(tally.templates);
        }
    });
    let mut templates = whole.into_inner().unwrap_or_else(PoisonError::into_inner);
    templates.finish();
    (templates, visited.problems)
}

/// Completes the tally of a whole file by what its path states and by what only the whole of it tells.
fn of_file(mut tally: Tally, file: &FilePath, scanner: &Scanner, set: &SignatureSet) -> Tally {
    let stated = scanner.facts_of_path(file);
    stated.iter().for_each(|(fact, value)| tally.facts.add_of_path(*fact, value, file));
    tally.facts.settle(|fact| set.facts().get(fact).is_some_and(|fact| fact.kind == FactKind::Host));
    tally.part_by_file(file, |signature| set.signatures().get(signature).is_some_and(|it| it.scope.asks_facts()));
    tally
}

/// Returns the paths of all files of a bundle, sorted, without looking into them.
pub fn paths(bundle: &Bundle) -> Vec<String> {
    let paths = Mutex::new(Vec::new());
    bundle.visit(&|entry| lock(&paths).push(entry.path.to_string()));
    let mut paths = paths.into_inner().unwrap_or_else(PoisonError::into_inner);
    paths.sort_unstable();
    paths
}

/// Examines texts as if they were the files of a bundle, each with its path. `scanner` is that of the set.
pub fn triage_texts<'t>(
    scanner: &Scanner,
    set: &SignatureSet,
    files: impl Iterator<Item = (&'t str, &'t str)>,
) -> Diagnosis {
    let shared = Shared::new(scanner, set.related());
    let mut whole = Tally::default();
    let mut visited = Visited::default();
    for (path, mut text) in files.map(|(path, text)| (FilePath::from(path), text.as_bytes())) {
        visited.files += 1;
        visited.bytes += text.len() as u64;
        let file = path.clone();
        let entry = Entry { path, modified: None, is_unpacked: false, content: Content::Stream(&mut text) };
        if let Ok(tally) = examine(entry, &shared, Options::default(), Purpose::Triage) {
            whole.merge(of_file(tally, &file, scanner, set));
        }
    }
    diagnose(set, &[], visited, whole, None, None)
}

/// What records are looked at for.
#[derive(Clone, Copy)]
enum Purpose<'a> {
    /// What signatures claim and what looks like an error.
    Triage,
    /// That, and what these templates do not have.
    Compare(&'a TemplateSet),
    /// Their templates.
    Learn,
}

/// What is the same for all entries of a visit.
struct Shared<'a> {
    scanner: &'a Scanner,
    memories: Mutex<Vec<Memory>>,
    /// Signatures that are causes or effects of others.
    related: Vec<bool>,
    /// The fact that is the name of a host, if it is wanted.
    host: Option<usize>,
    /// What is seen of dates that are known later only, and what is known of them.
    dates: Option<(&'a hindsight::Seen, &'a hindsight::Known)>,
}

impl<'a> Shared<'a> {
    fn new(scanner: &'a Scanner, related: Vec<bool>) -> Shared<'a> {
        Shared { scanner, memories: Mutex::default(), related, host: None, dates: None }
    }
}

/// A panic in one entry is a problem of that entry (see [`Bundle::visit`]); what others put behind the lock is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
