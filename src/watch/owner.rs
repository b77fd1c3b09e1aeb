//! Who watches a folder, as a file in it says: on a share, or in a container, the watch of another machine sees nothing else of us.
//!
//! The file is written again and again, and one that was not for a while is of a watch that has ended. How old it is the disk says, by
//! the time of a file that is written now: the clocks of two machines differ. Whoever uploads can remove it. It keeps from mistakes, and
//! from nobody who wants to do harm.

use super::inside::open_file;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Its name. As a hidden file it is no upload.
const NAME: &str = ".tierline-watch";
/// It is written so often.
const REFRESH: Duration = Duration::from_secs(30);
/// One that was not written for so long is nobody's.
const STALE: Duration = Duration::from_secs(180);

/// The word that a folder is ours.
#[derive(Debug)]
pub(super) struct Owner {
    root: PathBuf,
    own: String,
    /// Where the system itself keeps a second watch from the folder, if it does: one of the same place has ended.
    here: Option<String>,
    written: Instant,
}

/// Another watch has it.
#[derive(Debug, thiserror::Error)]
#[error("{by} watches `{folder}`, and a folder has one watch; if that one has ended, it is free in 3 minutes")]
pub(super) struct Owned {
    folder: PathBuf,
    by: String,
}

impl Owner {
    /// Writes that a folder is ours, unless another watch has it or one around it. Where nothing can be written, nobody knows.
    pub(super) fn new(root: &Path, own: &str, here: Option<String>) -> Result<Owner, Owned> {
        let owner = Owner { root: root.to_path_buf(), own: own.to_owned(), here, written: Instant::now() };
        owner.write().map(|()| owner)
    }

    /// Writes it again if it is time to.
    pub(super) fn keep(&mut self) -> Result<(), Owned> {
        if self.written.elapsed() >= REFRESH {
            self.written = Instant::now();
            self.write()?;
        }
        Ok(())
    }

    fn write(&self) -> Result<(), Owned> {
        for folder in self.root.ancestors() {
            let Ok(Said { by, place, time }) = read(&folder.join(NAME)) else { continue };
            let has_ended = folder == self.root && place.is_some() && place == self.here;
            // Nobody's, if the disk was full when it was written.
            let is_other = by != self.own && !by.is_empty() && !has_ended;
            if is_other && self.age(time).is_some_and(|age| age < STALE) {
                return Err(Owned { folder: folder.to_path_buf(), by });
            }
        }
        let mut options = fs::File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
        // What is in the way is no reason not to watch.
        let _ = options.open(self.root.join(NAME)).and_then(|mut file| {
            let place = self.here.as_deref().unwrap_or_default();
            file.write_all(format!("{}\n{place}\n", self.own).as_bytes())
        });
        Ok(())
    }

    /// How long ago that was by the clock of the disk. A time of the future counts as long ago.
    fn age(&self, time: SystemTime) -> Option<Duration> {
        let file = tempfile::Builder::new().prefix(".tierline-owner-").tempfile_in(&self.root).ok()?;
        let now = file.as_file().metadata().ok()?.modified().ok()?;
        Some(now.duration_since(time).unwrap_or_else(|ahead| ahead.duration()))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let path = self.root.join(NAME);
        if read(&path).is_ok_and(|it| it.by == self.own) {
            let _ = fs::remove_file(path);
        }
    }
}

/// What is written there.
struct Said {
    by: String,
    place: Option<String>,
    /// When it was.
    time: SystemTime,
}

fn read(path: &Path) -> io::Result<Said> {
    const MOST: u64 = 300;
    let file = open_file(path)?;
    let time = file.metadata()?.modified()?;
    let mut text = Vec::new();
    file.take(MOST).read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines().map(|it| it.trim().chars().filter(|it| !it.is_control()).collect::<String>());
    let by = lines.next().unwrap_or_default();
    Ok(Said { by, place: lines.next().filter(|it| !it.is_empty()), time })
}

/// By what two programs know that the system keeps them apart: the same start of it, and the same names of sockets.
pub(super) fn place() -> Option<String> {
    let start = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let network = fs::read_link("/proc/self/ns/net").ok()?;
    Some(format!("{} {}", start.trim(), network.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(folder: &Path, age: Duration) {
        let file = fs::File::options().write(true).open(folder.join(NAME)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    #[test]
    fn a_folder_and_those_in_it_have_one_watch() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("acme");
        fs::create_dir(&inner).unwrap();
        let one = Owner::new(folder.path(), "one", None).unwrap();
        let refused = Owner::new(folder.path(), "two", None).unwrap_err().to_string();
        assert!(refused.starts_with("one watches `"), "{refused}");
        assert!(Owner::new(&inner, "two", None).is_err());
        // Killed and started again.
        std::mem::forget(one);
        let one = Owner::new(folder.path(), "one", None).unwrap();
        assert_eq!(folder.path().read_dir().unwrap().count(), 2);
        drop(one);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        assert!(Owner::new(&inner, "two", None).is_ok());
    }

    /// There the lock that goes with the program tells that it has ended.
    #[test]
    fn one_that_was_killed_here_is_forgotten_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("acme");
        fs::create_dir(&inner).unwrap();
        let here = || Some("boot net:[1]".to_owned());
        std::mem::forget(Owner::new(folder.path(), "one", here()).unwrap());
        assert!(Owner::new(folder.path(), "two", Some("boot net:[2]".to_owned())).is_err());
        assert!(Owner::new(folder.path(), "two", None).is_err());
        assert!(Owner::new(&inner, "two", here()).is_err(), "the lock is of one folder");
        assert!(Owner::new(folder.path(), "two", here()).is_ok());
    }

    #[test]
    fn one_that_was_killed_is_forgotten_and_one_that_was_replaced_notices() {
        let folder = tempfile::tempdir().unwrap();
        let mut one = Owner::new(folder.path(), "one", None).unwrap();
        age(folder.path(), STALE + REFRESH);
        let two = Owner::new(folder.path(), "two", None).unwrap();
        assert!(one.keep().is_ok(), "not asked yet");
        one.written -= REFRESH;
        assert!(one.keep().is_err());
        drop(one);
        assert!(folder.path().join(NAME).exists(), "it is the other one's");
        drop(two);
        assert!(!folder.path().join(NAME).exists());
    }
}
