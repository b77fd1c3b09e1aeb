//! Files of a plan: what fits a pattern, whether it can be taken, and how much of all.

use super::disk::{DEVICE, Folder};
use super::place::{Found, LINK, why};
use super::plan::Refused;
use super::{Host, Limits};
use crate::bundle::{Bundle, Content, ProblemKind};
use crate::record::{Reading, not_text};
use crate::scan::Globs;
use crate::signature::Profile;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A file that is taken.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    /// The folder below which no link is followed on the way to it.
    pub disk: Arc<Path>,
    /// Where it lies below that.
    pub path: PathBuf,
    /// The file itself, if it has no name any more.
    pub(super) open: Option<Arc<File>>,
    /// Its path on the machine that it is of, with `/`: `var/log/messages`, `C/ProgramData/Veeam/a.log`.
    pub origin: String,
    /// Bytes when it was looked at.
    pub bytes: u64,
    /// Its last change, in seconds since 1970.
    pub modified: Option<i64>,
    /// When it was made, where the file system tells.
    pub made: Option<i64>,
    /// The profile that it is of.
    pub profile: String,
    /// What it is.
    pub what: String,
    /// Whether it is one of the logs that the vendor's support asks for.
    pub is_asked: bool,
    /// Whether it is taken however old it is.
    pub is_of_any_age: bool,
}

impl PlannedFile {
    /// Opens the file, unless it has become a link or something else meanwhile. What has come to it since then is not read.
    pub(super) fn open(&self, host: &Host) -> Result<Bundle, String> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let name = self.path.file_name().unwrap_or_default();
        let open = || match &self.open {
            Some(file) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                Ok(file)
            }
            None => Folder::open(&self.disk)?.below(folder)?.file(name),
        };
        let bundle = open().and_then(|file| Bundle::of_file(file, &self.origin, self.bytes, host.budget.clone()));
        let mut bundle = bundle.map_err(|error| why(&error))?;
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

/// What a profile says of the files that fit a pattern.
#[derive(Clone, Copy)]
pub(super) struct Kind<'a> {
    /// What they are.
    pub(super) what: &'a str,
    /// Whether they are taken however old they are.
    pub(super) is_of_any_age: bool,
}

/// Files that fit a pattern.
#[derive(Default)]
pub(super) struct Files {
    /// With the number of the profile.
    found: Vec<(usize, PlannedFile)>,
    seen: BTreeSet<(Arc<Path>, PathBuf)>,
}

impl Files {
    /// Adds what fits a pattern, once.
    pub(super) fn add(
        &mut self,
        (number, profile, pattern): (usize, &Profile, &str),
        kind: Kind<'_>,
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
        for Found { disk, path, origin, facts } in search.found {
            if facts.is_dir() || !self.seen.insert((Arc::clone(&disk), path.clone())) {
                continue;
            }
            if !facts.is_file() {
                let why = if facts.is_symlink() { LINK } else { DEVICE };
                refused.push(Refused::unwanted(origin, None, why));
                continue;
            }
            let seconds = |time: io::Result<SystemTime>| {
                let time = time.ok()?.duration_since(UNIX_EPOCH).ok()?;
                i64::try_from(time.as_secs()).ok()
            };
            let is_asked = asked.fit(&origin);
            let file = PlannedFile {
                disk,
                path,
                open: None,
                origin,
                bytes: facts.len(),
                modified: seconds(facts.modified()),
                made: seconds(facts.created()),
                profile: profile.name.clone(),
                what: kind.what.to_owned(),
                is_asked,
                is_of_any_age: kind.is_of_any_age,
            };
            self.found.push((number, file));
        }
    }

    /// Returns the files that are taken, in the order of their origins. If not all can be, those come first that the vendor asks
    /// for, then those of the first profile, then those that were changed last.
    pub(super) fn within(mut self, limits: &Limits, host: &Host, refused: &mut Vec<Refused>) -> Vec<PlannedFile> {
        self.found.sort_by(|(a_number, a), (b_number, b)| {
            let first = b.is_asked.cmp(&a.is_asked).then(a_number.cmp(b_number));
            first.then(b.modified.cmp(&a.modified)).then_with(|| a.origin.cmp(&b.origin))
        });
        let (mut taken, mut total) = (Vec::new(), 0_u64);
        for (_, file) in self.found {
            let is_dated = !file.is_of_any_age;
            let is_before =
                file.modified.zip(limits.since).is_some_and(|(modified, since)| is_dated && modified < since);
            let is_behind = file.made.zip(limits.until).is_some_and(|(made, until)| is_dated && made >= until);
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
