//! Operating systems as signatures name them, and how logs state them.

/// A family of operating systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Os {
    /// Microsoft Windows.
    Windows,
    /// Any distribution of Linux.
    Linux,
    /// Apple macOS.
    Macos,
    /// VMware ESXi.
    Esxi,
    /// FreeBSD and what is built on it.
    Freebsd,
    /// IBM AIX.
    Aix,
    /// Oracle Solaris.
    Solaris,
}

impl Os {
    /// All of them with the names used in files.
    pub(super) const NAMES: &[(&str, Os)] = &[
        ("windows", Os::Windows),
        ("linux", Os::Linux),
        ("macos", Os::Macos),
        ("esxi", Os::Esxi),
        ("freebsd", Os::Freebsd),
        ("aix", Os::Aix),
        ("solaris", Os::Solaris),
    ];

    /// Words in the names that systems give themselves, in lower case. The order decides: `VMware ESXi` comes before what
    /// it runs.
    const WORDS: &[(&str, Os)] = &[
        ("esxi", Os::Esxi),
        ("vmkernel", Os::Esxi),
        ("windows", Os::Windows),
        ("macos", Os::Macos),
        ("mac os x", Os::Macos),
        ("darwin", Os::Macos),
        ("freebsd", Os::Freebsd),
        ("pfsense", Os::Freebsd),
        ("solaris", Os::Solaris),
        ("sunos", Os::Solaris),
        ("aix", Os::Aix),
        ("linux", Os::Linux),
        ("ubuntu", Os::Linux),
        ("debian", Os::Linux),
        ("red hat", Os::Linux),
        ("rhel", Os::Linux),
        ("centos", Os::Linux),
        ("fedora", Os::Linux),
        ("rocky", Os::Linux),
        ("suse", Os::Linux),
        ("opensuse", Os::Linux),
        ("sles", Os::Linux),
        ("photon", Os::Linux),
    ];

    /// Returns the name used in files.
    pub fn name(self) -> &'static str {
        Os::NAMES.iter().find(|(_, os)| *os == self).map_or("", |(name, _)| name)
    }

    /// Returns the system that a fact states; `None` if it states none. Which facts there are is written in the products of
    /// the catalogue: `os.name` is what a system calls itself, `os.kernel` the release of a Linux kernel, and some products
    /// run on one system alone.
    pub fn of_fact(name: &str, value: &str) -> Option<Os> {
        let value = value.to_lowercase();
        let of_words = || Os::WORDS.iter().find(|(word, _)| has_word(&value, word)).map(|(_, os)| *os);
        match name {
            "os.kernel" => Some(Os::Linux),
            _ if name.starts_with("microsoft.windows.") => Some(Os::Windows),
            _ if name.starts_with("vmware.esxi.") => Some(Os::Esxi),
            _ if name.starts_with("os.") => of_words(),
            _ => None,
        }
    }
}

/// Whether a word stands in a text, not inside a longer one: `aix` does not in `maixner`.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let behind = text.get(at + word.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(char::is_alphabetic) && !behind.is_some_and(char::is_alphabetic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_told_by_what_they_call_themselves() {
        for (name, value, expected) in [
            ("os.name", "Microsoft Windows Server 2022 Standard (10.0.20348)", Some(Os::Windows)),
            ("os.name", "Rocky Linux 9.4 (Blue Onyx)", Some(Os::Linux)),
            ("os.name", "Ubuntu 22.04.4 LTS", Some(Os::Linux)),
            ("os.name", "openSUSE Leap 15.5", Some(Os::Linux)),
            ("os.name", "SUSE Linux Enterprise Server 15 SP5", Some(Os::Linux)),
            ("os.name", "VMware ESXi 8.0.2 (Linux userworld)", Some(Os::Esxi)),
            ("os.kernel", "5.14.0-427.13.1.el9_4.x86_64", Some(Os::Linux)),
            ("vmware.esxi.build", "22380479", Some(Os::Esxi)),
            ("os.name", "maixner's own", None),
            ("host.name", "windows", None),
        ] {
            assert_eq!(Os::of_fact(name, value), expected, "{name} {value}");
        }
        assert_eq!(Os::NAMES.iter().map(|(_, os)| os.name()).collect::<Vec<_>>()[0], "windows");
    }
}
