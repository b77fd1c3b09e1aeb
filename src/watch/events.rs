//! What the system tells of watched folders, where it tells anything: hints that save waiting for the next look.
//!
//! Nothing depends on them. Lost ones are found by the next look, and folders of which the system tells nothing are looked at more
//! often.

use super::names::{self, Name};
use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Hints that are kept at most; if there are more, everything is looked at.
const MOST: usize = 50_000;

/// What was told of a path since the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hint {
    /// It has got its name.
    pub(super) renamed: bool,
    /// Somebody writes to it (true), or has closed it.
    pub(super) written: Option<bool>,
}

/// What was told since the last time.
#[derive(Debug, Default)]
pub(super) struct Hints {
    pub(super) paths: HashMap<PathBuf, Hint>,
    /// Something was lost, or folders were made: everything has to be looked at.
    pub(super) look: bool,
}

/// Listens to what the system tells.
pub(super) struct Events {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    hints: Arc<Mutex<Hints>>,
}

/// Why nothing can be heard.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Deaf {
    /// This user may not have more of them.
    Limit,
    /// Another reason, in words.
    Other(String),
}

impl Events {
    /// Begins to listen; `wake` is called when there is something new.
    ///
    /// # Errors
    ///
    /// Why the system tells nothing.
    pub(super) fn new(wake: impl Fn() + Send + 'static) -> Result<Events, Deaf> {
        let hints = Arc::new(Mutex::new(Hints::default()));
        let kept = Arc::clone(&hints);
        let hear = move |event: notify::Result<Event>| {
            let mut hints = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let was_empty = hints.paths.is_empty() && !hints.look;
            match event {
                Ok(event) => take(&mut hints, event),
                Err(_) => hints.look = true,
            }
            let is_empty = hints.paths.is_empty() && !hints.look;
            drop(hints);
            if was_empty && !is_empty {
                wake();
            }
        };
        let watcher = notify::recommended_watcher(hear).map_err(|error| deaf(&error))?;
        Ok(Events { watcher, folders: BTreeSet::new(), hints })
    }

    /// Listens to exactly these folders. Returns whether new ones are among them: what came before is to be looked at.
    ///
    /// # Errors
    ///
    /// Why the system tells nothing of one of them.
    pub(super) fn listen(&mut self, folders: &[PathBuf]) -> Result<bool, Deaf> {
        let wanted: BTreeSet<PathBuf> = folders.iter().cloned().collect();
        let (mut is_new, mut failed) = (false, None);
        for folder in wanted.difference(&self.folders) {
            match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => is_new = true,
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) => failed = Some(deaf(&error)),
            }
        }
        for folder in self.folders.difference(&wanted) {
            // It is gone.
            let _ = self.watcher.unwatch(folder);
        }
        self.folders = wanted;
        failed.map_or(Ok(is_new), Err)
    }

    /// Listens no longer to a folder and those in it; they are listened to anew when they are wanted again.
    pub(super) fn forget(&mut self, root: &Path) {
        let (old, kept) = std::mem::take(&mut self.folders).into_iter().partition(|it| it.starts_with(root));
        self.folders = kept;
        let old: BTreeSet<PathBuf> = old;
        old.iter().for_each(|folder| drop(self.watcher.unwatch(folder)));
    }

    /// Takes what was told.
    pub(super) fn take(&mut self) -> Hints {
        let mut hints = std::mem::take(&mut *self.hints.lock().unwrap_or_else(PoisonError::into_inner));
        for path in hints.paths.keys() {
            // A folder was removed or renamed. Another one of its name is listened to anew.
            if self.folders.remove(path) {
                let _ = self.watcher.unwatch(path);
                hints.look = true;
            }
        }
        hints
    }
}

fn deaf(error: &notify::Error) -> Deaf {
    match &error.kind {
        ErrorKind::MaxFilesWatch => Deaf::Limit,
        // No instance (EMFILE) or no memory of the kernel (ENOSPC) is left for this user.
        #[cfg(unix)]
        ErrorKind::Io(error) if matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOSPC)) => {
            Deaf::Limit
        }
        _ => Deaf::Other(error.to_string()),
    }
}

/// Takes note of an event.
fn take(hints: &mut Hints, event: Event) {
    hints.look |= event.need_rescan();
    let hint = match event.kind {
        EventKind::Create(CreateKind::Folder) => {
            // Files may have been put into it before anybody listened.
            hints.look |= event.paths.iter().any(|path| path.file_name().is_some_and(names::is_looked_into));
            return;
        }
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Data(_)) => Hint { renamed: false, written: Some(true) },
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Hint { renamed: false, written: Some(false) },
        // Of both names the second is the new one; the same is told of it alone too.
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
            // A folder that was moved here brings its files along.
            let is_folder = |path: &PathBuf| path.file_name().is_some_and(names::is_looked_into) && path.is_dir();
            hints.look |= event.paths.iter().any(is_folder);
            Hint { renamed: true, written: None }
        }
        EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Any => Hint::default(),
        EventKind::Access(_) | EventKind::Other => return,
    };
    for path in event.paths {
        let Some(name) = path.file_name() else { continue };
        let (path, hint) = match names::judge(name) {
            Name::Bundle if Path::new(name).extension().is_some_and(|it| it == names::REPORT_FOLDER) => continue,
            Name::Bundle => (path, hint),
            // It makes no upload of what a look would leave alone.
            Name::Marker(of) if names::judge(&of) == Name::Bundle => (path.with_file_name(of), Hint::default()),
            Name::Marker(_) | Name::Unfinished => continue,
        };
        if hints.paths.len() >= MOST {
            hints.paths.clear();
            hints.look = true;
        }
        let known = hints.paths.entry(path).or_default();
        known.renamed = match hint.written {
            // What was renamed and then written to is not complete.
            Some(true) => false,
            _ => known.renamed || hint.renamed,
        };
        known.written = hint.written.or(known.written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{DataChange, Flag, RemoveKind};

    fn told(events: &[(EventKind, &str)]) -> Hints {
        let mut hints = Hints::default();
        for (kind, path) in events {
            take(&mut hints, Event::new(*kind).add_path(PathBuf::from(path)));
        }
        hints
    }

    const CREATED: EventKind = EventKind::Create(CreateKind::File);
    const WRITTEN: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
    const RENAMED: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::To));

    #[test]
    fn events_become_hints() {
        let hints = told(&[
            (CREATED, "/in/a.zip"),
            (WRITTEN, "/in/a.zip"),
            (CREATED, "/in/b.zip"),
            (CLOSED, "/in/b.zip"),
            (RENAMED, "/in/c.zip"),
            (RENAMED, "/in/d.zip"),
            (WRITTEN, "/in/d.zip"),
            (CREATED, "/in/e.zip.done"),
            (CREATED, "/in/f.zip.part"),
            (CREATED, "/in/f.zip.part.done"),
            (CREATED, "/in/i.zip.done.done"),
            (EventKind::Create(CreateKind::Folder), "/in/a.zip.tierline"),
            (EventKind::Remove(RemoveKind::File), "/in/g.zip"),
            (EventKind::Access(AccessKind::Open(AccessMode::Any)), "/in/h.zip"),
        ]);
        assert!(!hints.look);
        let mut paths: Vec<_> = hints.paths.iter().map(|(path, hint)| (path.to_str().unwrap(), *hint)).collect();
        paths.sort_by_key(|it| it.0);
        let hint = |renamed, written| Hint { renamed, written };
        assert_eq!(
            paths,
            [
                ("/in/a.zip", hint(false, Some(true))),
                ("/in/b.zip", hint(false, Some(false))),
                ("/in/c.zip", hint(true, None)),
                ("/in/d.zip", hint(false, Some(true))),
                ("/in/e.zip", hint(false, None)),
                ("/in/g.zip", hint(false, None)),
            ]
        );
    }

    #[test]
    fn what_is_lost_is_looked_for() {
        let mut hints = Hints::default();
        take(&mut hints, Event::new(EventKind::Other).set_flag(Flag::Rescan));
        assert!(hints.look);
        assert!(told(&[(EventKind::Create(CreateKind::Folder), "/in/acme")]).look);
        let mut hints = Hints::default();
        for number in 0..=MOST {
            take(&mut hints, Event::new(CREATED).add_path(format!("/in/{number}.zip").into()));
        }
        assert!(hints.look && hints.paths.len() <= 1);
    }

    #[test]
    fn a_limit_of_the_system_is_known() {
        assert_eq!(deaf(&notify::Error::new(ErrorKind::MaxFilesWatch)), Deaf::Limit);
        #[cfg(unix)]
        assert_eq!(deaf(&notify::Error::io(std::io::Error::from_raw_os_error(libc::EMFILE))), Deaf::Limit);
        assert!(matches!(deaf(&notify::Error::generic("no")), Deaf::Other(_)));
    }
}
