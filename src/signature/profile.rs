//! `_collect.yaml`: what is to be collected of a product or a system on the machine that it runs on.
//!
//! It stands in the folder of the product (or of a vendor, for a system) and has one profile for each operating system. Which
//! logs a vendor's support asks for is not repeated here: that is in `_vendor.yaml`, see [`super::RequiredLogs`].

use super::fields::Reader;
use super::schema::is_web_address;
use super::yaml::{self, Mistake, Node};
use super::{Os, Span};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is collected of one product or system on one operating system.
#[derive(Clone, Debug)]
pub struct Profile {
    /// How it is called on the command line: `veeam-server-windows`.
    pub name: String,
    /// The folder of its file below the catalogue: `veeam/backup-replication`, or `linux` for a system.
    pub folder: Arc<str>,
    /// What it is, for people.
    pub title: String,
    /// The system that it is for.
    pub os: Os,
    /// Patterns of paths: the product is there if one of them fits something.
    pub detect: Vec<String>,
    /// Files, those that are most telling first.
    pub files: Vec<ProfileFiles>,
    /// Programs that only show something.
    pub commands: Vec<ProfileCommand>,
    /// Event logs of Windows.
    pub events: Vec<ProfileEvents>,
    /// Where it was read from, for messages.
    pub source: PathBuf,
}

/// Files of a profile.
#[derive(Clone, Debug)]
pub struct ProfileFiles {
    /// What they are, for people.
    pub what: String,
    /// Patterns of whole paths: `*` and `?` within a name, `**` for folders of any depth, `%NAME%` for a place that Windows
    /// names.
    pub paths: Vec<String>,
    /// A command tells the same of a running system, so they are taken only from one that does not run.
    pub is_offline: bool,
    /// They say what the machine is, not what happened when, so they are taken however old they are.
    pub is_of_any_age: bool,
    /// The public page that says where they are.
    pub url: Option<String>,
}

/// An event log of Windows.
#[derive(Clone, Debug)]
pub struct ProfileEvents {
    /// The name of its channel, such as `System`.
    pub channel: String,
    /// The public page that names it.
    pub url: Option<String>,
}

/// A program that is run to see what it shows.
#[derive(Clone, Debug)]
pub struct ProfileCommand {
    /// The name of the file that its output becomes.
    pub name: String,
    /// The program and its arguments, as they are: no shell reads them. An argument with `{since}` is left out if no time is
    /// asked for; else the seconds since 1970 stand in its place.
    pub run: Vec<String>,
    /// After so long it is ended.
    pub time: Span,
    /// So many bytes of its output are taken.
    pub bytes: u64,
    /// The public page that describes it.
    pub url: Option<String>,
}

/// The usual limits of a command.
const TIME: Span = Span(20_000_000_000);
const BYTES: u64 = 1 << 20;
/// No command may take longer or more than this.
const MOST_TIME: Span = Span(600_000_000_000);
const MOST_KIB: u64 = 64 << 10;

/// The systems that profiles are for.
const SYSTEMS: &[(&str, Os)] = &[("windows", Os::Windows), ("linux", Os::Linux), ("macos", Os::Macos)];

/// The folder of a `_collect.yaml`; `None` for any other file.
pub(super) fn profile_folder(path: &str) -> Option<&str> {
    path.strip_suffix("/_collect.yaml")
}

/// Reads a `_collect.yaml`.
pub(super) fn profiles(folder: &str, file: &Path, yaml: &str) -> Result<Vec<Profile>, Vec<Mistake>> {
    let root = yaml::parse(yaml).map_err(|mistake| vec![mistake])?;
    profiles_of(folder, file, &root)
}

/// Reads a `_collect.yaml` from its tree.
pub(super) fn profiles_of(folder: &str, file: &Path, root: &Node<'_>) -> Result<Vec<Profile>, Vec<Mistake>> {
    let mut reader = Reader::default();
    let fields = reader.fields(root, "a collection", &["profiles"]);
    let mut profiles = Vec::new();
    match fields.get("profiles") {
        Some(node) => {
            for node in reader.list(node, "profiles") {
                profiles.extend(profile(&mut reader, node, folder, file));
            }
        }
        None => reader.missing(&fields, "profiles"),
    }
    match reader.mistakes {
        mistakes if mistakes.is_empty() => Ok(profiles),
        mistakes => Err(mistakes),
    }
}

fn profile(reader: &mut Reader, node: &Node<'_>, folder: &str, file: &Path) -> Option<Profile> {
    const FIELDS: &[&str] = &["name", "title", "os", "detect", "files", "commands", "events"];
    let fields = reader.fields(node, "a profile", FIELDS);
    let name = reader.required(&fields, "name");
    if let Some(node) = fields.get("name") {
        plain_name(reader, node, &name);
    }
    let os = match fields.get("os") {
        Some(node) => reader.one_of(node, "os", SYSTEMS),
        None => {
            reader.missing(&fields, "os");
            None
        }
    };
    let (mut files, mut commands, mut events) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(node) = fields.get("files") {
        for node in reader.list(node, "files") {
            files.push(profile_files(reader, node, os?));
        }
    }
    if let Some(node) = fields.get("commands") {
        for node in reader.list(node, "commands") {
            commands.push(command(reader, node));
        }
    }
    if let Some(node) = fields.get("events") {
        for node in reader.list(node, "events") {
            let fields = reader.fields(node, "an event log", &["channel", "url"]);
            events.push(ProfileEvents { channel: reader.required(&fields, "channel"), url: address(reader, &fields) });
        }
    }
    let detect = patterns(reader, &fields, "detect", os?);
    if detect.is_empty() {
        reader.missing(&fields, "detect");
    }
    Some(Profile {
        name,
        folder: Arc::from(folder),
        title: reader.required(&fields, "title"),
        os: os?,
        detect,
        files,
        commands,
        events,
        source: file.to_path_buf(),
    })
}

fn profile_files(reader: &mut Reader, node: &Node<'_>, os: Os) -> ProfileFiles {
    let fields = reader.fields(node, "files of a profile", &["what", "paths", "offline", "any-age", "url"]);
    let paths = patterns(reader, &fields, "paths", os);
    if paths.is_empty() {
        reader.missing(&fields, "paths");
    }
    ProfileFiles {
        what: reader.required(&fields, "what"),
        paths,
        is_offline: fields.get("offline").is_some_and(|node| reader.flag(node, "offline")),
        is_of_any_age: fields.get("any-age").is_some_and(|node| reader.flag(node, "any-age")),
        url: address(reader, &fields),
    }
}

fn command(reader: &mut Reader, node: &Node<'_>) -> ProfileCommand {
    let fields = reader.fields(node, "a command", &["name", "run", "time", "kib", "url"]);
    let name = reader.required(&fields, "name");
    if let Some(node) = fields.get("name") {
        plain_name(reader, node, &name);
    }
    let run = reader.texts(&fields, "run");
    if run.is_empty() {
        reader.missing(&fields, "run");
    }
    let mut time = TIME;
    if let Some(node) = fields.get("time") {
        let text = reader.text(node, "time").unwrap_or_default();
        match Span::parse(&text).filter(|it| it.0 > 0 && it.0 <= MOST_TIME.0) {
            Some(stated) => time = stated,
            None => reader.mistake(
                Mistake::new(node.place, format!("`{text}` is not a time of at most 10m")).hint("write `30s` or `2m`"),
            ),
        }
    }
    let mut bytes = BYTES;
    if let Some(node) = fields.get("kib") {
        let text = reader.text(node, "kib").unwrap_or_default();
        match text.parse::<u64>().ok().filter(|it| (1..=MOST_KIB).contains(it)) {
            Some(stated) => bytes = stated << 10,
            None => reader.mistake(
                Mistake::new(node.place, format!("`{text}` is not a number of at most {MOST_KIB} KiB"))
                    .hint("write a whole number such as `4096`"),
            ),
        }
    }
    ProfileCommand { name, run, time, bytes, url: address(reader, &fields) }
}

/// Takes patterns of whole paths.
fn patterns(reader: &mut Reader, fields: &super::fields::Fields<'_, '_>, name: &str, os: Os) -> Vec<String> {
    let Some(node) = fields.get(name) else { return Vec::new() };
    let mut patterns = Vec::new();
    for node in reader.list(node, name) {
        let Some(pattern) = reader.text(node, name) else { continue };
        let (is_whole, hint) = match os {
            Os::Windows => (is_windows_path(&pattern), r"write `C:\folder\*.log` or `%ProgramData%\folder\**`"),
            _ => (pattern.starts_with('/'), "write `/folder/*.log` or `/folder/**`"),
        };
        let separator = if os == Os::Windows { '\\' } else { '/' };
        let is_broken = |part: &str| globset::Glob::new(part).is_err() || matches!(part, "." | "..");
        if !is_whole || pattern.split(separator).any(is_broken) {
            reader.mistake(
                Mistake::new(node.place, format!("`{pattern}` is not the pattern of a whole path")).hint(hint),
            );
            continue;
        }
        patterns.push(pattern);
    }
    patterns
}

/// `C:\x` or `%NAME%\x`.
fn is_windows_path(pattern: &str) -> bool {
    let Some((first, _)) = pattern.split_once('\\') else { return false };
    let is_drive = matches!(first.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic());
    is_drive || first.strip_prefix('%').and_then(|it| it.strip_suffix('%')).is_some_and(|it| !it.is_empty())
}

/// Names become arguments and names of files.
fn plain_name(reader: &mut Reader, node: &Node<'_>, name: &str) {
    let is_plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    if !name.bytes().all(is_plain) || name.starts_with('-') {
        let mistake = Mistake::new(node.place, format!("`{name}` is not a plain name"));
        reader.mistake(mistake.hint("use small letters, digits and `-`"));
    }
}

fn address(reader: &mut Reader, fields: &super::fields::Fields<'_, '_>) -> Option<String> {
    let url = reader.optional(fields, "url")?;
    if let Some(node) = fields.get("url").filter(|_| !is_web_address(&url)) {
        let mistake = Mistake::new(node.place, format!("`{url}` is not a web address"));
        reader.mistake(mistake.hint("write the whole address, `https://host/path`"));
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r"
profiles:
  - name: acme-windows
    title: Acme on Windows
    os: windows
    detect: ['%ProgramData%\Acme']
    files:
      - what: logs
        paths: ['%ProgramData%\Acme\**', 'C:\acme\*.log']
        url: https://example.com/logs
    commands:
      - name: version
        run: [acme.exe, --version]
        time: 5s
        kib: 16
    events: [{channel: System}]
";

    fn read(yaml: &str) -> Result<Vec<Profile>, Vec<String>> {
        let told = |Mistake { message, hint, .. }: Mistake| format!("{message} ({})", hint.unwrap_or_default());
        profiles("acme/app", Path::new("_collect.yaml"), yaml).map_err(|all| all.into_iter().map(told).collect())
    }

    #[test]
    fn a_profile_is_read() {
        let profiles = read(WHOLE).unwrap();
        let [profile] = profiles.as_slice() else { panic!("{profiles:?}") };
        assert_eq!((profile.os, &*profile.folder, profile.files[0].paths.len()), (Os::Windows, "acme/app", 2));
        let command = &profile.commands[0];
        assert_eq!(profile.events[0].channel, "System");
        assert_eq!((command.time, command.bytes, command.run.len()), (Span(5_000_000_000), 16 << 10, 2));
        assert_eq!(profile_folder("acme/app/_collect.yaml"), Some("acme/app"));
        assert_eq!(profile_folder("acme/app/_product.yaml"), None);
    }

    #[track_caller]
    fn refuse(good: &str, bad: &str, expected: &str) {
        assert!(WHOLE.contains(good), "{good}");
        let mistakes = read(&WHOLE.replace(good, bad)).unwrap_err();
        assert!(mistakes.iter().any(|it| it.contains(expected)), "{mistakes:?}");
    }

    #[test]
    fn mistakes_are_told() {
        refuse("os: windows", "os: vms", "`vms` is not a value of `os`");
        refuse(r"'%ProgramData%\Acme\**'", "'logs/**'", "`logs/**` is not the pattern of a whole path");
        refuse(r"'C:\acme\*.log'", r"'C:\acme\..\*.log'", "is not the pattern of a whole path");
        refuse("time: 5s", "time: 2h", "`2h` is not a time of at most 10m");
        refuse("kib: 16", "kib: 0", "is not a number of at most");
        refuse("name: version", "name: ../x", "is not a plain name");
        refuse("    detect: ['%ProgramData%\\Acme']\n", "", "the field `detect` of a profile is missing");
        refuse("{channel: System}", "{url: 'https://example.com'}", "the field `channel` of an event log is missing");
        refuse("https://example.com/logs", "here", "is not a web address");
    }
}
