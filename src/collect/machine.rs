//! The machine that is collected from: its disk, its system, and what that calls its places.

use super::disk::Folder;
use super::place::below;
use crate::bundle::{Helper, Limits};
use crate::signature::Os;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The machine whose files are collected.
#[derive(Clone, Debug)]
pub struct Host {
    /// The folder that holds its disk; `None` for the machine that this runs on.
    pub root: Option<PathBuf>,
    /// The system of this machine; below a folder all are looked for.
    pub os: Os,
    /// What Windows calls its places, without percent signs: `ProgramData` is `C:\ProgramData`.
    pub variables: Vec<(String, String)>,
    /// Reads event logs, journals and some archives, in a process of its own.
    pub helper: Option<Helper>,
    /// How much one file may unpack to.
    pub budget: Limits,
}

/// What Windows calls its places where nobody has changed them.
const USUAL: &[(&str, &str)] = &[
    ("ProgramData", r"C:\ProgramData"),
    ("ProgramFiles", r"C:\Program Files"),
    ("ProgramFiles(x86)", r"C:\Program Files (x86)"),
    ("SystemDrive", "C:"),
    ("SystemRoot", r"C:\Windows"),
];

impl Host {
    /// Whether profiles of a system can have something to take here.
    pub(super) fn may_be(&self, os: Os) -> bool {
        self.root.is_some() || self.os == os
    }

    /// The names that `%NAME%` stands for in patterns.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let is_it = |own: &str| own.eq_ignore_ascii_case(name);
        // Below a folder the variables of this machine say nothing.
        let own = self.variables.iter().filter(|_| self.root.is_none());
        let own = own.map(|(name, value)| (&**name, &**value));
        own.chain(USUAL.iter().copied()).find(|(own, _)| is_it(own)).map(|(_, value)| value)
    }

    /// Where this machine has its programs.
    pub(super) fn system_root(&self) -> &str {
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

    /// The beginning of a small text, such as `etc/hostname`; none where there is no such file, or a link on the way to it.
    pub fn text(&self, path: &str) -> Option<String> {
        const MOST: u64 = 4 << 10;
        let path = Path::new(path);
        let folder = self.disk().ok()?.below(path.parent()?).ok()?;
        let mut text = Vec::new();
        folder.file(path.file_name()?).ok()?.take(MOST).read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    /// The names of the folders in a folder, such as `home`.
    pub fn folders(&self, path: &str) -> Vec<String> {
        let Ok(folder) = self.disk().and_then(|it| it.below(Path::new(path))) else { return Vec::new() };
        let is_folder = |name: &OsStr| folder.facts(name).is_ok_and(|it| it.is_dir());
        let names = folder.list().unwrap_or_default().into_iter().filter(|it| is_folder(it));
        names.map(|it| below("", &it.to_string_lossy())).collect()
    }

    /// The root of its disk.
    fn disk(&self) -> io::Result<Folder> {
        let usual = if cfg!(windows) { r"C:\" } else { "/" };
        Folder::open(self.root.as_deref().unwrap_or(Path::new(usual)))
    }
}
