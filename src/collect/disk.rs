//! Folders and files below one folder, reached without following a link on the way.
//!
//! On Linux every name of a path is opened in the folder that was opened before it, so that nobody can lead us elsewhere by
//! exchanging a folder for a link between two looks. Other systems have no such call without more code; there each name is
//! looked at before it is used.

use super::place::LINK;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::path::{Component, Path};

/// A folder.
pub(super) struct Folder(own::Folder);

impl Folder {
    /// Opens a folder that the user has named; that name may be a link.
    pub(super) fn open(path: &Path) -> io::Result<Folder> {
        own::Folder::open(path).map(Folder)
    }

    /// Opens the folder at a path below this one.
    pub(super) fn below(&self, path: &Path) -> io::Result<Folder> {
        let mut folder = self.0.again()?;
        for part in path.components() {
            let Component::Normal(name) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
            let is_link = |_: &io::Error| folder.facts(name).is_ok_and(|it| it.is_symlink());
            folder = match folder.folder(name) {
                Err(error) if is_link(&error) => return Err(other(LINK)),
                opened => opened?,
            };
        }
        Ok(Folder(folder))
    }

    /// The names in it.
    pub(super) fn list(&self) -> io::Result<Vec<OsString>> {
        self.0.list()
    }

    /// What stands under a name; of a link, of the link itself.
    pub(super) fn facts(&self, name: &OsStr) -> io::Result<Metadata> {
        self.0.facts(name)
    }

    /// Opens the file of a name for reading: neither a link nor anything that reading could block on or change.
    pub(super) fn file(&self, name: &OsStr) -> io::Result<File> {
        let seen = self.facts(name)?;
        if !seen.is_file() {
            return Err(other(if seen.is_symlink() { LINK } else { DEVICE }));
        }
        let file = self.0.file(name)?;
        // What was looked at and not what has taken its place meanwhile.
        match file.metadata()? {
            facts if facts.is_file() && is_same(&facts, &seen) => Ok(file),
            _ => Err(other("exchanged for another one while it was opened")),
        }
    }
}

/// Why something is not taken that is neither file nor folder nor link.
pub(super) const DEVICE: &str = "a device, pipe or socket";

fn other(why: &str) -> io::Error {
    io::Error::other(why.to_owned())
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(target_os = "linux")]
mod own {
    use super::*;
    use rustix::fd::{AsFd, OwnedFd};
    use rustix::fs::{Dir, Mode, OFlags, openat};
    use std::os::unix::ffi::OsStrExt;

    /// A folder that is open, though not for reading: that may be forbidden where its files are not.
    pub(super) struct Folder(OwnedFd);

    impl Folder {
        pub(super) fn open(path: &Path) -> io::Result<Folder> {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(Folder(rustix::fs::open(path, flags, Mode::empty())?))
        }

        pub(super) fn again(&self) -> io::Result<Folder> {
            self.0.try_clone().map(Folder)
        }

        pub(super) fn folder(&self, name: &OsStr) -> io::Result<Folder> {
            self.step(name, OFlags::PATH | OFlags::DIRECTORY).map(Folder)
        }

        pub(super) fn list(&self) -> io::Result<Vec<OsString>> {
            let open = self.step(OsStr::new("."), OFlags::RDONLY | OFlags::DIRECTORY)?;
            let mut names = Vec::new();
            for entry in Dir::new(open)? {
                let entry = entry?;
                let name = OsStr::from_bytes(entry.file_name().to_bytes());
                if name != "." && name != ".." {
                    names.push(name.to_owned());
                }
            }
            Ok(names)
        }

        pub(super) fn facts(&self, name: &OsStr) -> io::Result<Metadata> {
            File::from(self.step(name, OFlags::PATH)?).metadata()
        }

        pub(super) fn file(&self, name: &OsStr) -> io::Result<File> {
            Ok(File::from(self.step(name, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?))
        }

        fn step(&self, name: &OsStr, flags: OFlags) -> io::Result<OwnedFd> {
            Ok(openat(self.0.as_fd(), name, flags | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod own {
    use super::*;
    use std::fs::{self, OpenOptions};
    use std::path::PathBuf;

    pub(super) struct Folder(PathBuf);

    impl Folder {
        pub(super) fn open(path: &Path) -> io::Result<Folder> {
            Folder(path.to_path_buf()).checked(&fs::metadata(path)?)
        }

        pub(super) fn again(&self) -> io::Result<Folder> {
            Ok(Folder(self.0.clone()))
        }

        pub(super) fn folder(&self, name: &OsStr) -> io::Result<Folder> {
            Folder(self.0.join(name)).checked(&self.facts(name)?)
        }

        fn checked(self, facts: &Metadata) -> io::Result<Folder> {
            if facts.is_dir() { Ok(self) } else { Err(io::ErrorKind::NotADirectory.into()) }
        }

        pub(super) fn list(&self) -> io::Result<Vec<OsString>> {
            fs::read_dir(&self.0)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
        }

        pub(super) fn facts(&self, name: &OsStr) -> io::Result<Metadata> {
            fs::symlink_metadata(self.0.join(name))
        }

        pub(super) fn file(&self, name: &OsStr) -> io::Result<File> {
            let mut options = OpenOptions::new();
            options.read(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
            // FILE_FLAG_OPEN_REPARSE_POINT: a link is opened itself, and is no file then.
            #[cfg(windows)]
            std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0020_0000);
            options.open(self.0.join(name))
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    #[test]
    fn files_are_read_below_the_folder_and_links_nowhere() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(inside.path().join("a/b")).unwrap();
        fs::write(inside.path().join("a/b/x.log"), "inside").unwrap();
        fs::write(outside.path().join("x.log"), "outside").unwrap();
        symlink(outside.path(), inside.path().join("a/link")).unwrap();
        symlink("b", inside.path().join("a/near")).unwrap();
        symlink(outside.path().join("x.log"), inside.path().join("a/b/link.log")).unwrap();
        let disk = Folder::open(inside.path()).unwrap();
        let read = |folder: &str, name: &str| -> Result<String, String> {
            let file = disk.below(Path::new(folder)).and_then(|it| it.file(OsStr::new(name)));
            let mut text = String::new();
            file.map_err(|it| it.to_string())?.read_to_string(&mut text).unwrap();
            Ok(text)
        };
        assert_eq!(read("a/b", "x.log").unwrap(), "inside");
        for (folder, name) in [("a/link", "x.log"), ("a/near", "x.log"), ("a/b", "link.log")] {
            assert_eq!(read(folder, name).unwrap_err(), LINK, "{folder}/{name}");
        }
        for folder in ["a/..", "/", "a/b/../b"] {
            assert!(read(folder, "x.log").is_err(), "{folder}");
        }
        // A folder that is open stays the one that it is, whatever takes its name.
        let open = disk.below(Path::new("a/b")).unwrap();
        fs::rename(inside.path().join("a/b"), inside.path().join("a/was")).unwrap();
        symlink(outside.path(), inside.path().join("a/b")).unwrap();
        assert_eq!(disk.below(Path::new("a/b")).err().unwrap().to_string(), LINK);
        #[cfg(target_os = "linux")]
        {
            let mut names = open.list().unwrap();
            names.sort();
            assert_eq!(names, ["link.log", "x.log"]);
        }
        drop(open);
    }

    #[test]
    fn only_files_are_opened_and_nothing_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
        assert!(pipe.unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        let disk = Folder::open(folder.path()).unwrap();
        for name in ["pipe", "socket"] {
            assert_eq!(disk.file(OsStr::new(name)).unwrap_err().to_string(), DEVICE, "{name}");
        }
        let devices = Folder::open(Path::new("/dev")).unwrap();
        assert_eq!(devices.file(OsStr::new("null")).unwrap_err().to_string(), DEVICE);
    }
}
