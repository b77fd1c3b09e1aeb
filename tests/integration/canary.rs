//! Archives that want to read a file outside, or to write one: neither happens, whatever the name or the kind of a member.

#![cfg(unix)]

use crate::hostile::is_hidden;
use crate::raw_zip::{RawZip, Stored};
use crate::{command, stdout, text};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

/// What stands in the file outside, and must stand in no output.
const CANARY: &str = "canary-5f1c";
const FILE: u32 = 0o100_644;
const LINK: u32 = 0o120_777;
/// A line that is to be read all the same.
const LINE: &[u8] = b"2026-01-02 03:04:05 ERROR disk sdb failed\n";

/// Names with which a member of an archive might get out, or fool whoever reads them.
const NAMES: [&[u8]; 17] = [
    b"../outside/secret.log",
    b"../../../../../../../../tmp/planted.log",
    b"/tmp/planted.log",
    b"a/../../outside/secret.log",
    b"..\\outside\\secret.log",
    b"C:\\Windows\\planted.log",
    b"\\\\server\\share\\planted.log",
    b"~/.ssh/authorized_keys",
    b"nul\0byte.log",
    b"clear\x1b[2J\x1b]0;owned\x07.log",
    b"line\r\nend\x9b31m.log",
    "turned\u{202e}gol.exe \u{200b}\u{2066}".as_bytes(),
    b"not-utf-8-\xff\xfe\xc0\xaf.log",
    b"CON",
    b"<img src=x onerror=alert(1)>&amp;.log",
    b"`code` **bold** [text](javascript:alert(1)) | cell |\n# heading.log",
    "tag\u{e0041}\u{fe0f}\u{ad}\u{3164}.log".as_bytes(),
];

/// A folder in which the program runs: its working folder, home and temporary folder, the bundle, and a file outside.
struct Ground {
    root: tempfile::TempDir,
}

impl Ground {
    fn new() -> Ground {
        let root = tempfile::tempdir().unwrap();
        for folder in ["outside", "work", "home", "tmp", "bundle"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("outside/secret.log"), format!("2026-01-02 03:04:05 ERROR {CANARY}\n")).unwrap();
        Ground { root }
    }

    fn secret(&self) -> String {
        text(&self.root.path().join("outside/secret.log")).to_owned()
    }

    fn add(&self, name: &str, content: &[u8]) {
        fs::write(self.root.path().join("bundle").join(name), content).unwrap();
    }

    /// Everything below the folder: kind, content and last change.
    fn snapshot(&self) -> BTreeMap<String, String> {
        let (mut snapshot, mut folders) = (BTreeMap::new(), vec![self.root.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().unwrap() {
                let path = entry.unwrap().path();
                let facts = path.symlink_metadata().unwrap();
                let content = match facts.is_file() {
                    true => fs::read(&path).unwrap(),
                    false => Vec::new(),
                };
                let state = format!("{} {} {} {content:?}", facts.mode(), facts.mtime(), facts.mtime_nsec());
                snapshot.insert(path.to_string_lossy().into_owned(), state);
                if facts.is_dir() {
                    folders.push(path);
                }
            }
        }
        snapshot
    }

    /// Runs the program on the bundle in every way, and returns what it printed.
    #[track_caller]
    fn run_all(&self) -> Vec<String> {
        let before = self.snapshot();
        let bundle = self.root.path().join("bundle");
        let all: [&[&str]; 12] = [
            &["triage", "-o", "text"],
            &["triage", "-o", "json"],
            &["triage", "-o", "markdown"],
            &["triage", "-o", "html"],
            &["triage", "-o", "junit"],
            &["triage", "-o", "sarif"],
            &["triage", "-o", "jsonl"],
            &["records", "-o", "text"],
            &["templates"],
            &["records", "--fields", "-o", "jsonl"],
            &["contents", "--hash", "-o", "text"],
            &["contents", "--hash", "-o", "jsonl"],
        ];
        let run = |arguments: &&[&str]| {
            let mut command = command(&[*arguments, &[text(&bundle)]].concat());
            let folder = |name: &str| self.root.path().join(name);
            command.current_dir(folder("work")).env("HOME", folder("home")).env("TMPDIR", folder("tmp"));
            let output = command.output().unwrap();
            assert!(matches!(output.status.code(), Some(0 | 4)), "{arguments:?}: {output:?}");
            let both = format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr));
            assert!(!both.contains(CANARY), "{arguments:?}: {both}");
            let hidden = both.chars().find(|it| is_hidden(*it));
            assert_eq!(hidden, None, "{arguments:?}: {both:?}");
            assert_eq!(self.snapshot(), before, "{arguments:?}");
            stdout(&output).to_owned()
        };
        all.iter().map(run).collect()
    }
}

/// Appends a member of tar as it is given; the header has room for 100 bytes of name.
fn add_to_tar(archive: &mut Vec<u8>, kind: u8, name: &[u8], link: &str, content: &[u8]) {
    let mut header = tar::Header::new_gnu();
    let fields = header.as_gnu_mut().unwrap();
    fields.name[..name.len()].copy_from_slice(name);
    fields.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_mode(0o4777);
    header.set_size(content.len() as u64);
    header.set_mtime(1_700_000_000);
    header.set_cksum();
    archive.extend(header.as_bytes());
    archive.extend(content);
    archive.resize(archive.len().next_multiple_of(512), 0);
}

/// A name of any bytes, as GNU tar writes it before its member.
fn add_long_name(archive: &mut Vec<u8>, name: &[u8]) {
    add_to_tar(archive, b'L', b"././@LongLink", "", &[name, b"\0"].concat());
}

fn hostile_tar(secret: &str) -> Vec<u8> {
    let mut archive = Vec::new();
    for name in NAMES {
        add_to_tar(&mut archive, b'0', name, "", LINE);
    }
    add_long_name(&mut archive, b"/tmp/planted\0by-a-long-name\x1b[2J.log");
    add_to_tar(&mut archive, b'0', b"short", "", LINE);
    // Links to the file outside, and members that would be written through them.
    let folder = secret.strip_suffix("/secret.log").unwrap();
    for (kind, name, link) in [
        (b'2', &b"link.log"[..], secret),
        (b'1', b"hard.log", secret),
        (b'2', b"relative.log", "../outside/secret.log"),
        (b'1', b"hard-relative.log", "../outside/secret.log"),
        (b'2', b"logs", folder),
        (b'2', b"itself.log", "itself.log"),
        (b'2', b"turned.log", "\u{202e}\u{1b}[2J"),
    ] {
        add_to_tar(&mut archive, kind, name, link, b"");
    }
    for name in [&b"link.log"[..], b"hard.log", b"logs/secret.log", b"logs/planted.log"] {
        add_to_tar(&mut archive, b'0', name, "", LINE);
    }
    for (kind, name) in [(b'3', &b"character.log"[..]), (b'4', b"block.log"), (b'6', b"fifo.log"), (b'Z', b"odd.log")] {
        add_to_tar(&mut archive, kind, name, "", b"");
    }
    add_to_tar(&mut archive, b'0', b"honest.log", "", LINE);
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// A zip of members by name, mode of Unix and content.
fn zip_of<'a>(members: impl IntoIterator<Item = (&'a [u8], u32, &'a [u8])>) -> Vec<u8> {
    let mut zip = RawZip::default();
    members.into_iter().for_each(|(name, mode, content)| zip.add(&Stored { mode, ..Stored::file(name, content) }));
    zip.finish()
}

fn hostile_zip(secret: &str) -> Vec<u8> {
    let folder = secret.strip_suffix("/secret.log").unwrap();
    let mut members = NAMES.map(|name| (name, FILE, LINE)).to_vec();
    let others: [(&[u8], u32, &[u8]); 10] = [
        (b"link.log", LINK, secret.as_bytes()),
        (b"relative.log", LINK, b"../outside/secret.log"),
        (b"logs", LINK, folder.as_bytes()),
        (b"link.log", FILE, LINE),
        (b"logs/secret.log", FILE, LINE),
        (b"logs/planted.log", FILE, LINE),
        (b"character.log", 0o020_666, b""),
        (b"block.log", 0o060_666, b""),
        (b"fifo.log", 0o010_666, b""),
        (b"honest.log", FILE, LINE),
    ];
    members.extend(others);
    zip_of(members)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Every output has the honest line, and every list names all members: those that are read, and why others are not.
#[track_caller]
fn check(ground: &Ground, container: &str, skipped: &[&str]) {
    let outputs = ground.run_all();
    for output in &outputs[..10] {
        assert!(output.contains("disk sdb failed"), "{output}");
    }
    // The third one is Markdown, in which a name is no markup.
    for markup in ["<img", "\n# heading", "[text](java"] {
        let outside_code = outputs[2].lines().any(|line| line.split('`').step_by(2).any(|text| text.contains(markup)));
        assert!(!outside_code, "{markup}: {}", outputs[2]);
    }
    // HTML and XML, in which it is no element.
    assert!(outputs[3..5].iter().all(|page| !page.contains("<img src=x")), "{:?}", &outputs[3..5]);
    let list = outputs.last().unwrap();
    for name in
        ["../outside/secret.log", "/tmp/planted.log", "nul", "clear\\\\u{1b}[2J", "not-utf-8-\\\\xff", "honest.log"]
    {
        assert!(list.contains(&format!("{container}!/{name}")), "{name}: {list}");
    }
    for name in skipped {
        let is_it = |line: &&str| line.contains(&format!("{container}!/{name}\"")) && line.contains("\"skipped\"");
        assert!(list.lines().any(|line| is_it(&line)), "{name}: {list}");
    }
}

const SKIPPED: [&str; 6] = ["link.log", "relative.log", "logs", "character.log", "block.log", "fifo.log"];

#[test]
fn a_tar_can_neither_read_nor_write_outside() {
    let ground = Ground::new();
    let archive = hostile_tar(&ground.secret());
    ground.add("x.tar", &archive);
    check(&ground, "x.tar", &[&SKIPPED[..], &["hard.log", "hard-relative.log", "itself.log"]].concat());
}

#[test]
fn a_zip_can_neither_read_nor_write_outside() {
    let ground = Ground::new();
    let archive = hostile_zip(&ground.secret());
    ground.add("x.zip", &archive);
    check(&ground, "x.zip", &SKIPPED);
}

#[test]
fn archives_in_archives_cannot_either() {
    let ground = Ground::new();
    let (tar, zip) = (hostile_tar(&ground.secret()), hostile_zip(&ground.secret()));
    // The larger one needs a temporary file, which has no name.
    let big = vec![b'x'; 65 << 20];
    let members: [(&[u8], u32, &[u8]); 3] =
        [(b"../in.tar", FILE, &tar), (b"in.zip", FILE, &zip), (b"big.txt", FILE, &big)];
    let nested = zip_of(members);
    let mut outer = Vec::new();
    add_to_tar(&mut outer, b'0', b"../../x.zip", "", &nested);
    outer.resize(outer.len() + 1024, 0);
    ground.add("x.tar.gz", &gzip(&outer));
    check(&ground, "x.tar.gz!/../../x.zip!/../in.tar", &SKIPPED);
    check(&ground, "x.tar.gz!/../../x.zip!/in.zip", &SKIPPED);
}

#[test]
fn links_in_a_folder_are_named_and_not_followed() {
    let ground = Ground::new();
    let bundle = ground.root.path().join("bundle");
    let outside = ground.root.path().join("outside");
    symlink(ground.secret(), bundle.join("link.log")).unwrap();
    symlink(&outside, bundle.join("logs")).unwrap();
    symlink("..", bundle.join("up")).unwrap();
    symlink("loop", bundle.join("loop")).unwrap();
    symlink("/dev/zero", bundle.join("zero.log")).unwrap();
    std::os::unix::net::UnixListener::bind(bundle.join("socket.log")).unwrap();
    ground.add("honest.log", LINE);
    let outputs = ground.run_all();
    assert!(outputs[..10].iter().all(|output| output.contains("disk sdb failed")), "{outputs:?}");
    let list = outputs.last().unwrap();
    for name in ["link.log", "logs", "up", "loop", "zero.log", "socket.log"] {
        let named = list.lines().any(|line| line.contains(&format!("bundle/{name}\"")) && line.contains("\"skipped\""));
        assert!(named, "{name}: {list}");
    }
}

#[test]
fn a_report_is_all_that_is_written() {
    let ground = Ground::new();
    ground.add("x.tar", &hostile_tar(&ground.secret()));
    ground.add("x.zip", &hostile_zip(&ground.secret()));
    let report = ground.root.path().join("work/report.json");
    fs::write(&report, "").unwrap();
    let mut before = ground.snapshot();
    let to = format!("json={}", text(&report));
    let mut command = command(&["triage", "-o", &to, text(&ground.root.path().join("bundle"))]);
    command.current_dir(ground.root.path().join("work")).env("TMPDIR", ground.root.path().join("tmp"));
    assert!(command.output().unwrap().status.success());
    assert!(!fs::read_to_string(&report).unwrap().contains(CANARY));
    let mut after = ground.snapshot();
    for path in [report.as_path(), Path::new("work")] {
        let path = ground.root.path().join(path).to_string_lossy().into_owned();
        assert_ne!(before.remove(&path), after.remove(&path), "{path}");
    }
    assert_eq!(after, before);
}
