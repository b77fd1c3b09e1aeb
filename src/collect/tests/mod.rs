//! Whole collections of generated trees: what is taken, what is not, and that nothing leaks.

mod catalogue;
mod odd;

use super::*;
use crate::bundle::{Bundle, Content, Limits as Budget};
use crate::redact::tests::Random;
use crate::redact::tests::forms::KINDS;
use crate::redact::{CustomerKey, Map, Names, Options};
use crate::redaction::Ledger;
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
      - {what: version, paths: [/usr/share/acme-release], any-age: true}
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
        self.collect_with(plan, format, out, &mut self.ledger())
    }

    fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new(self.folder.path()).unwrap();
        ledger.add(&self.known).unwrap();
        ledger
    }

    fn collect_with(
        &self,
        plan: &Plan,
        format: Format,
        out: &Path,
        ledger: &mut Ledger,
    ) -> Result<Collected, CollectError> {
        self.collect_keeping(plan, format, out, ledger, &mut |_| Ok(()))
    }

    fn collect_keeping(
        &self,
        plan: &Plan,
        format: Format,
        out: &Path,
        ledger: &mut Ledger,
        keep: Keep<'_>,
    ) -> Result<Collected, CollectError> {
        let host = self.host();
        let redaction =
            Redaction { key: CustomerKey::new([7; 32]), options: self.options.clone(), names: Names::default() };
        let (limits, read) = (&self.limits, &AtomicU64::new(0));
        let wanted = Wanted {
            plan,
            host: &host,
            limits,
            redaction: &redaction,
            format,
            #[cfg(feature = "server")]
            recipients: &[],
            now: 1_767_323_045,
            read,
        };
        collect(&wanted, ledger, keep, out)
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
    let (mut ledger, out) = (machine.ledger(), machine.folder.path().join("out.zip"));
    let collected = machine.collect_with(&machine.plan(), Format::Zip, &out, &mut ledger).unwrap();
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
            // Four digits may stand in a pseudonym by chance.
            let mut gone = planted.gone.iter().filter(|it| it.len() > 4);
            let left = gone.find(|it| text.contains(&it.to_lowercase()));
            assert_eq!(left, None, "{name}: {}", planted.text);
        }
    }
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(&texts[&expected[2]]), lines(&text));
    let mut map = Vec::new();
    ledger.write(&mut map).unwrap();
    assert!(lines(&String::from_utf8(map).unwrap()) > 100);
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
    // What the machine is does not depend on when that was written down.
    let release = machine.path("../../../usr/share/acme-release");
    fs::create_dir_all(release.parent().unwrap()).unwrap();
    fs::write(&release, "1.2\n").unwrap();
    fs::File::options().write(true).open(&release).unwrap().set_modified(old).unwrap();
    machine.limits = Limits { since: Some(1_000_000_001), ..machine.limits.clone() };
    let taken: Vec<_> = machine.plan().files.into_iter().map(|it| it.origin).collect();
    assert_eq!(taken, ["usr/share/acme-release", "var/log/acme/b.log", "var/log/acme/c.log"]);
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
fn an_archive_has_its_name_when_its_pseudonyms_are_kept() {
    let machine = Machine::new(&[("a.log", b"user=jdoe01 from 10.1.2.3\n")]);
    let out = machine.folder.path().join("out.zip");
    let mut entries = 0;
    let mut keep = |ledger: &mut Ledger| {
        assert!(!out.exists());
        ledger.each(&mut |_, _, _| {
            entries += 1;
            Ok(())
        })?;
        Err(std::io::Error::other("the disk is full"))
    };
    let collected = machine.collect_keeping(&machine.plan(), Format::Zip, &out, &mut machine.ledger(), &mut keep);
    assert!(matches!(collected, Err(CollectError::Keep(_))), "{collected:?}");
    assert!(!out.exists());
    assert!(entries > 1);
}

#[cfg(unix)]
#[test]
fn exported_event_logs_count_for_the_limit_of_all() {
    let mut machine = Machine::new(&[("a.log", &[b'a'; 600])]);
    machine.limits.total = 1000;
    let mut plan = machine.plan();
    plan.events.push(PlannedEvents {
        profile: "acme".to_owned(),
        channel: "Acme".to_owned(),
        origin: "acme.evtx".to_owned(),
        program: "/bin/sh".into(),
        // The name of the file comes behind the two.
        arguments: vec!["-c".to_owned(), "printf %0500d 0 > \"$0\"".to_owned()],
    });
    let (collected, _) = machine.collect(&plan, Format::Zip);
    let why: Vec<&str> = collected.manifest.refused.iter().map(|it| &*it.why).collect();
    assert_eq!(why, ["all files together would be larger than they may be (1000 bytes)"]);
    // One that is not too large is read, by each of the passes.
    plan.events[0].arguments[1] = "echo 'user=jdoe01 has come' > \"$0\"".to_owned();
    fs::remove_file(machine.folder.path().join("out.zip")).unwrap();
    let (_, out) = machine.collect(&plan, Format::Zip);
    let text = texts(&out)["files/acme.evtx"].clone();
    assert!(text.ends_with(" has come\n") && !text.contains("jdoe01"), "{text}");
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
