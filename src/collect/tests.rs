//! Whole collections of generated trees: what is taken, what is not, and that nothing leaks.

use super::*;
use crate::bundle::{Bundle, Content, Limits as Budget};
use crate::redact::tests::Random;
use crate::redact::tests::forms::KINDS;
use crate::redact::{CustomerKey, Map, Names, Options};
use crate::signature::{Catalogue, Os, Profile, SignatureSet};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

/// A machine with Linux in a folder, of the product Acme.
struct Machine {
    folder: tempfile::TempDir,
    profiles: Vec<Profile>,
    limits: Limits,
    options: Options,
    /// What was replaced for this customer before.
    known: Map,
}

const PROFILE: &str = "
profiles:
  - name: acme
    title: Acme
    os: linux
    detect: [/var/log/acme]
    files:
      - {what: logs, paths: ['/var/log/acme/**']}
  - name: other
    title: Other
    os: linux
    detect: [/var/log/other]
    files:
      - {what: logs, paths: ['/var/log/other/**']}
    commands:
      - {name: never, run: [uname]}
";

impl Machine {
    fn new(files: &[(&str, &[u8])]) -> Machine {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("catalogue/acme/app")).unwrap();
        fs::write(folder.path().join("catalogue/acme/app/_collect.yaml"), PROFILE).unwrap();
        let catalogue = Catalogue::read(&folder.path().join("catalogue")).unwrap();
        assert_eq!(catalogue.errors, []);
        let profiles = SignatureSet::merge(vec![(catalogue, true)]).profiles().to_vec();
        let limits = Limits { total: 1 << 30, file: 1 << 30, since: None, until: None };
        let machine = Machine { folder, profiles, limits, options: Options::default(), known: Map::default() };
        files.iter().for_each(|(name, bytes)| machine.put(name, bytes));
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("disk/var/log/acme").join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    fn host(&self) -> Host {
        let root = Some(self.folder.path().join("disk"));
        Host { root, os: Os::Linux, variables: Vec::new(), helper: None, budget: Budget::default() }
    }

    fn plan(&self) -> Plan {
        plan(&detect(&self.profiles, &self.host()), &[], &self.host(), &self.limits)
    }

    fn collect(&self, plan: &Plan, format: Format) -> (Collected, PathBuf) {
        let out = self.folder.path().join(format!("out{}", format.ending()));
        let collected = self.try_collect(plan, format, &out).unwrap();
        (collected, out)
    }

    fn try_collect(&self, plan: &Plan, format: Format, out: &Path) -> Result<Collected, CollectError> {
        let host = self.host();
        let redaction = Redaction {
            key: CustomerKey::new([7; 32]),
            options: self.options.clone(),
            names: Names::default(),
            known: self.known.clone(),
        };
        let (limits, read) = (&self.limits, &AtomicU64::new(0));
        let wanted = Wanted { plan, host: &host, limits, redaction: &redaction, format, now: 1_767_323_045, read };
        collect(&wanted, out)
    }
}

/// The texts of an archive by their paths in it.
fn texts(archive: &Path) -> BTreeMap<String, String> {
    let bundle = Bundle::open(&[archive.to_path_buf()], Budget::default()).unwrap();
    let texts = Mutex::new(BTreeMap::new());
    let visited = bundle.visit(&|entry| {
        let mut text = Vec::new();
        match entry.content {
            Content::Mapped(bytes) => text.extend_from_slice(&bytes),
            Content::Stream(source) => _ = source.read_to_end(&mut text).unwrap(),
        }
        let path = entry.path.split_once("!/").unwrap().1.to_owned();
        texts.lock().unwrap().insert(path, String::from_utf8(text).unwrap());
    });
    assert_eq!(visited.problems, []);
    texts.into_inner().unwrap()
}

fn origins(plan: &Plan) -> Vec<&str> {
    plan.files.iter().map(|it| it.origin.strip_prefix("var/log/acme/").unwrap()).collect()
}

fn refused(plan: &Plan) -> Vec<(&str, &str)> {
    plan.refused.iter().map(|it| (it.origin.rsplit('/').next().unwrap(), &*it.why)).collect()
}

const FORMATS: &[Format] = &[
    #[cfg(feature = "server")]
    Format::TarZst,
    Format::Zip,
];

#[test]
fn what_is_planned_is_what_is_taken() {
    let machine = Machine::new(&[("b/b.log", b"two\n"), ("a.log", b"one\n"), ("empty.log", b""), ("x.bin", &[0; 500])]);
    let plan = machine.plan();
    assert_eq!(plan.profiles, ["acme"]);
    assert_eq!(origins(&plan), ["a.log", "b/b.log", "empty.log"]);
    assert_eq!(refused(&plan), [("x.bin", "not text")]);
    for format in FORMATS {
        let (collected, out) = machine.collect(&plan, *format);
        let texts = texts(&out);
        let manifest: Manifest = serde_json::from_str(&texts["manifest.json"]).unwrap();
        assert_eq!(manifest, collected.manifest);
        let taken: Vec<&str> = manifest.files.iter().map(|it| &*it.origin).collect();
        assert_eq!(taken, plan.files.iter().map(|it| &*it.origin).collect::<Vec<_>>());
        assert_eq!(texts["files/var/log/acme/a.log"], "one\n");
        assert_eq!(texts.len(), 4, "{format:?}: {texts:?}");
        assert_eq!(manifest.refused.len(), 1);
        for file in &manifest.files {
            assert_eq!(file.bytes, texts[&file.path].len() as u64);
            use sha2::Digest;
            let hash = sha2::Sha256::digest(&texts[&file.path]);
            assert_eq!(file.sha256, hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        }
    }
}

#[test]
fn the_same_machine_gives_the_same_archive() {
    let machine = Machine::new(&[("a.log", b"user=jdoe from 10.1.2.3\n"), ("A.log", b"one\n"), ("n/a.log", b"two\n")]);
    for format in FORMATS {
        let (_, out) = machine.collect(&machine.plan(), *format);
        let first = fs::read(&out).unwrap();
        fs::remove_file(&out).unwrap();
        machine.collect(&machine.plan(), *format);
        assert!(fs::read(&out).unwrap() == first, "{format:?}");
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

fn zip(name: &str, text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(name, ::zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(text).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn what_was_planted_is_gone_from_every_kind_of_file() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let planted: Vec<_> =
        KINDS.iter().flat_map(|(_, plant)| (0..20).map(|_| plant(&mut random)).collect::<Vec<_>>()).collect();
    let text: String = planted.iter().map(|it| it.text.clone() + "\n").collect();
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let machine = Machine::new(&[
        ("plain.log", text.as_bytes()),
        ("wide.log", &wide),
        ("packed.log.1.gz", &gzip(text.as_bytes())),
        ("rotated.zip", &zip("inner/Svc.log", text.as_bytes())),
        ("holes.log", &[&[0; 300], text.as_bytes()].concat()),
    ]);
    let (collected, out) = machine.collect(&machine.plan(), Format::Zip);
    assert_eq!(collected.leaking, 0, "{:?}", collected.manifest.refused);
    let texts = texts(&out);
    let names = ["holes.log", "packed.log.1", "plain.log", "rotated.zip/inner/Svc.log", "wide.log"];
    let expected = names.map(|it| format!("files/var/log/acme/{it}"));
    assert_eq!(
        texts.keys().filter(|it| *it != "manifest.json").collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    for (name, text) in &texts {
        let text = text.to_lowercase();
        for planted in &planted {
            let left = planted.gone.iter().find(|it| text.contains(&it.to_lowercase()));
            assert_eq!(left, None, "{name}: {}", planted.text);
        }
    }
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(&texts[&expected[2]]), lines(&text));
    assert!(collected.map.len() > 100);
}

#[test]
fn identifiers_stay_by_consent_and_secrets_never() {
    let mut machine =
        Machine::new(&[("srv77.corp.example.com.log", b"user=jdoe password=hunter2 on srv77.corp.example.com\n")]);
    let (collected, out) = machine.collect(&machine.plan(), Format::Zip);
    let all = format!("{:?}", texts(&out));
    assert!(!all.contains("jdoe") && !all.contains("hunter2") && !all.contains("srv77"), "{all}");
    assert_eq!(collected.manifest.identifiers, "pseudonyms");
    fs::remove_file(&out).unwrap();
    machine.options.keep_identifiers = true;
    let (collected, out) = machine.collect(&machine.plan(), Format::Zip);
    let all = format!("{:?}", texts(&out));
    assert!(all.contains("jdoe") && !all.contains("hunter2") && all.contains("srv77"), "{all}");
    assert_eq!(collected.manifest.identifiers, "kept");
}

#[test]
fn a_file_in_which_the_leak_scan_finds_something_is_left_out() {
    // The name was replaced before, and nothing here says what it is.
    let mut machine = Machine::new(&[
        ("a.log", b"one\n"),
        ("b.log", b"two\nthe link to srv-alpha77 is up\n"),
        ("srv-alpha77.log", b"three\n"),
    ]);
    machine.known = Map::from_text("host\thost-a1b2c3d4e5f6\tsrv-alpha77\n").unwrap();
    for format in FORMATS {
        let (collected, out) = machine.collect(&machine.plan(), *format);
        let texts = texts(&out);
        let names: Vec<&str> = texts.keys().map(String::as_str).collect();
        assert_eq!(names, ["files/var/log/acme/a.log", "manifest.json"]);
        assert!(!format!("{texts:?}").to_lowercase().contains("srv-alpha77"), "{texts:?}");
        let refused: Vec<(&str, &str)> =
            collected.manifest.refused.iter().filter(|it| it.missed).map(|it| (&*it.origin, &*it.why)).collect();
        let expected = [
            ("a name that must not leave", "the leak scan found host in its name"),
            ("var/log/acme/b.log", "the leak scan found host in line 2"),
        ];
        assert_eq!((refused.as_slice(), collected.leaking), (expected.as_slice(), 2));
    }
}

#[test]
fn limits_are_honoured_and_the_newest_come_first() {
    let mut machine = Machine::new(&[("a.log", &[b'a'; 400]), ("b.log", &[b'b'; 400]), ("c.log", &[b'c'; 4000])]);
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(machine.path("a.log")).unwrap().set_modified(old).unwrap();
    machine.limits = Limits { total: 500, file: 1000, ..machine.limits.clone() };
    let plan = machine.plan();
    assert_eq!(origins(&plan), ["b.log"]);
    let why = [
        ("a.log", "all files together would be larger than they may be (500 bytes)"),
        ("c.log", "larger than one file may be (1000 bytes)"),
    ];
    assert_eq!(refused(&plan), why);
    machine.limits = Limits { since: Some(1_000_000_001), total: 1 << 20, file: 1 << 20, until: None };
    assert_eq!(origins(&machine.plan()), ["b.log", "c.log"]);
    assert!(machine.plan().refused.iter().all(|it| !it.is_missed));
    machine.limits = Limits { since: Some(1_000_000_000), ..machine.limits.clone() };
    assert_eq!(origins(&machine.plan()), ["a.log", "b.log", "c.log"]);
}

#[cfg(unix)]
#[test]
fn links_devices_and_pipes_are_never_followed() {
    let machine = Machine::new(&[("a.log", b"one\n")]);
    let outside = machine.folder.path().join("outside.log");
    fs::write(&outside, "canary\n").unwrap();
    std::os::unix::fs::symlink(&outside, machine.path("link.log")).unwrap();
    std::os::unix::fs::symlink(machine.folder.path(), machine.path("folder")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(machine.path("pipe.log")).status();
    assert!(pipe.unwrap().success());
    let plan = machine.plan();
    assert_eq!(origins(&plan), ["a.log"]);
    let link = "a link, which is not followed";
    assert_eq!(refused(&plan), [("folder", link), ("link.log", link), ("pipe.log", "a device, pipe or socket")]);
    // One that becomes a link behind the plan is not followed either.
    fs::remove_file(machine.path("a.log")).unwrap();
    std::os::unix::fs::symlink(&outside, machine.path("a.log")).unwrap();
    let (collected, out) = machine.collect(&plan, Format::Zip);
    assert!(!format!("{:?}", texts(&out)).contains("canary"));
    assert_eq!(collected.manifest.files, []);
    assert!(collected.manifest.refused.iter().any(|it| it.origin.ends_with("a.log") && it.missed));
}

#[test]
fn a_file_that_is_cut_or_gone_behind_the_plan_is_told_and_the_rest_goes_on() {
    let machine =
        Machine::new(&[("a.log", b"one\n"), ("b.log", &b"line of a log\n".repeat(10_000)), ("c.log", b"three\n")]);
    let plan = machine.plan();
    machine.put("b.log", b"short\n");
    fs::remove_file(machine.path("c.log")).unwrap();
    let (collected, out) = machine.collect(&plan, Format::Zip);
    let texts = texts(&out);
    assert_eq!(texts["files/var/log/acme/b.log"], "short\n");
    assert_eq!(texts["files/var/log/acme/a.log"], "one\n");
    let gone: Vec<_> = collected.manifest.refused.iter().map(|it| (&*it.origin, &*it.why, it.missed)).collect();
    assert_eq!(gone, [("var/log/acme/c.log", "not there any more", true)]);
}

#[test]
fn an_archive_that_is_there_is_not_replaced() {
    let machine = Machine::new(&[("a.log", b"one\n")]);
    let out = machine.folder.path().join("here.zip");
    fs::write(&out, "mine").unwrap();
    assert!(matches!(machine.try_collect(&machine.plan(), Format::Zip, &out), Err(CollectError::Taken(_))));
    assert_eq!(fs::read(&out).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn the_archive_is_for_this_user_alone_and_nothing_else_stays() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new(&[("a.log", b"one\n")]);
    let out = machine.folder.path().join("results");
    fs::create_dir(&out).unwrap();
    machine.try_collect(&machine.plan(), Format::Zip, &out.join("a.zip")).unwrap();
    assert_eq!(fs::metadata(out.join("a.zip")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    // A folder that does not exist is no place for an archive.
    let nowhere = machine.folder.path().join("none/a.zip");
    assert!(matches!(machine.try_collect(&machine.plan(), Format::Zip, &nowhere), Err(CollectError::Write { .. })));
}

#[test]
fn other_readers_take_the_zip() {
    let long = format!("{}/x.log", "folder-with-a-long-name/".repeat(8).trim_end_matches('/'));
    let machine = Machine::new(&[("a.log", b"one\n"), (&long, &b"two\n".repeat(100_000))]);
    let (_, out) = machine.collect(&machine.plan(), Format::Zip);
    let mut archive = ::zip::ZipArchive::new(fs::File::open(out).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(&format!("files/var/log/acme/{long}")).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "two\n".repeat(100_000));
    assert_eq!(archive.len(), 3);
}

#[cfg(feature = "server")]
#[test]
fn other_readers_take_the_tar() {
    let long = format!("{}/x.log", "folder-with-a-long-name/".repeat(8).trim_end_matches('/'));
    let machine = Machine::new(&[("a.log", b"one\n"), (&long, &b"two\n".repeat(100_000))]);
    let (_, out) = machine.collect(&machine.plan(), Format::TarZst);
    let file = zstd::stream::read::Decoder::new(fs::File::open(out).unwrap()).unwrap();
    let mut archive = ::tar::Archive::new(file);
    let mut sizes = Vec::new();
    for entry in archive.entries().unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.header().mode().unwrap(), 0o600);
        sizes.push((entry.path().unwrap().to_string_lossy().into_owned(), entry.size()));
    }
    assert_eq!(sizes[0].0, "manifest.json");
    let expected = [("files/var/log/acme/a.log".to_owned(), 4), (format!("files/var/log/acme/{long}"), 400_000)];
    assert_eq!(sizes[1..], expected);
}

#[test]
fn the_profiles_of_the_catalogue_have_what_issue_nine_asks_for() {
    let catalogue = SignatureSet::merge(vec![(Catalogue::builtin(), false)]);
    let names: Vec<&str> = catalogue.profiles().iter().map(|it| &*it.name).collect();
    for name in [
        "veeam-server-windows",
        "veeam-server-linux",
        "veeam-agent-windows",
        "veeam-agent-linux",
        "veeam-365-windows",
        "ivanti-client-windows",
        "ivanti-client-macos",
        "ivanti-client-linux",
        "linux-host",
        "windows-host",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn profiles_of_the_catalogue_find_what_the_vendors_ask_for() {
    let catalogue = SignatureSet::merge(vec![(Catalogue::builtin(), false)]);
    let folder = tempfile::tempdir().unwrap();
    let files = [
        "ProgramData/Veeam/Backup/Daily/Job.Daily.Backup.log",
        "ProgramData/Veeam/Backup/Svc.VeeamBackup.1.log.gz",
        "ProgramData/Veeam/Endpoint/Svc.VeeamEndpointBackup.log",
        "ProgramData/Veeam/Backup365/Logs/Veeam.Archiver.Service_2026.log",
        "ProgramData/Pulse Secure/Logging/debuglog.log",
        "var/log/VeeamBackup/Daily/Task.vm1.log",
        "var/log/veeam/veeamsvc.log",
        "var/log/veeam/Backup/Daily/Session_1/Job.log",
        "home/jd/.pulse_secure/pulse/pulsesvc.log",
        "Users/jd/Library/Logs/Pulse Secure/debuglog.log",
    ];
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x\n").unwrap();
    }
    let root = Some(folder.path().to_path_buf());
    let host = Host { root, os: Os::Linux, variables: Vec::new(), helper: None, budget: Budget::default() };
    let limits = Limits { total: 1 << 30, file: 1 << 30, since: None, until: None };
    let plan = plan(&detect(catalogue.profiles(), &host), catalogue.vendors(), &host, &limits);
    let taken: BTreeMap<&str, bool> = plan.files.iter().map(|it| (&*it.origin, it.is_asked)).collect();
    for file in files {
        let origin = if file.starts_with("ProgramData") { format!("C/{file}") } else { file.to_owned() };
        assert_eq!(taken.get(&*origin), Some(&true), "{origin}: {taken:?}");
    }
    assert_eq!(taken.len(), files.len());
    assert_eq!(plan.commands.len(), 0);
}
