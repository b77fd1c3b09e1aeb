//! `tierline collect`: the real program on a made machine, whole, limited, killed, and without room on the disk.

use crate::{command, stderr, stdout, text};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The disk of a machine in a folder, with a place for results and for what the user keeps.
struct Machine(tempfile::TempDir);

impl Machine {
    fn empty() -> Machine {
        let machine = Machine(tempfile::tempdir().unwrap());
        ["disk", "out", "home"].iter().for_each(|it| fs::create_dir(machine.path(it)).unwrap());
        machine
    }

    /// A backup server with an agent, of Windows and of Linux at once, with known problems in its logs.
    fn with_problems() -> Machine {
        let machine = Machine::empty();
        let bundles = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        copy(&bundles.join("bundles/veeam-backup-server/Backup"), &machine.path("disk/ProgramData/Veeam/Backup"));
        // One that needs a password is not taken, which other tests are about.
        fs::remove_file(machine.path("disk/ProgramData/Veeam/Backup/Svc.VeeamCatalog.zip")).unwrap();
        copy(&bundles.join("bundles/veeam-linux-agent/var"), &machine.path("disk/var"));
        machine.put("etc/hostname", b"vbrhost77\n");
        machine.put("etc/os-release", b"ID=debian\nVERSION_ID=13\n");
        let events = unpacked(&bundles.join("evtx/System.evtx.gz"));
        machine.put("Windows/System32/winevt/Logs/System.evtx", &events);
        let journal = unpacked(&bundles.join("journal/plain.journal.gz"));
        machine.put("var/log/journal/0123456789abcdef0123456789abcdef/system.journal", &journal);
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path("disk").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&["collect", "--no-progress"]);
        command.args(arguments).env("XDG_DATA_HOME", self.path("home")).env("LOCALAPPDATA", self.path("home"));
        command
    }

    fn collect(&self, arguments: &[&str]) -> Output {
        let disk = self.path("disk");
        self.command(&["--root", text(&disk)]).args(arguments).output().unwrap()
    }

    /// Collects into this archive, and gives its texts by path.
    #[track_caller]
    fn collected(&self, name: &str, arguments: &[&str], code: i32) -> (BTreeMap<String, String>, Output) {
        let out = self.path("out").join(name);
        let output = self.collect(&[&["--out", text(&out)], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        (texts(&out), output)
    }

    /// What lies in the folder of results, also half-made things.
    fn results(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("out")).unwrap().map(|it| it.unwrap().file_name());
        names.map(|it| it.to_string_lossy().into_owned()).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { _ = fs::copy(&path, to).unwrap() }
    }
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

fn wide(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

/// The texts of a zip by their paths, read by another program.
#[track_caller]
fn texts(path: &Path) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let count = zip.len();
    let read = |number: usize| {
        let mut file = zip.by_index(number).unwrap();
        let (name, mut text) = (file.name().unwrap().into_owned(), String::new());
        file.read_to_string(&mut text).unwrap();
        (name, text)
    };
    (0..count).map(read).collect()
}

fn manifest(texts: &BTreeMap<String, String>) -> Value {
    serde_json::from_str(&texts["manifest.json"]).unwrap()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap()
}

/// Signatures of the known problems, each with its number of hits.
fn diagnoses(path: &Path) -> BTreeSet<String> {
    let output = command(&["triage", "--no-progress", "--no-packs", "-o", "json", text(path)]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    list(&report, "diagnoses").iter().map(|it| format!("{} {}", it["signature"], it["count"])).collect()
}

#[test]
fn the_archive_has_what_its_manifest_says_and_the_same_diagnoses_as_the_machine() {
    let machine = Machine::with_problems();
    let (texts, output) = machine.collected("case.zip", &[], 0);
    let manifest = manifest(&texts);
    let files = list(&manifest, "files");
    let names: BTreeSet<&str> = files.iter().map(|it| it["path"].as_str().unwrap()).collect();
    let packed: BTreeSet<&str> = texts.keys().map(String::as_str).filter(|it| *it != "manifest.json").collect();
    assert_eq!(names, packed);
    for file in files {
        let text = texts[file["path"].as_str().unwrap()].as_bytes();
        let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            (file["sha256"].as_str(), file["bytes"].as_u64()),
            (Some(&*hash), Some(text.len() as u64)),
            "{file}"
        );
    }
    for profile in ["veeam-server-windows", "veeam-agent-linux", "linux-host", "windows-host"] {
        assert!(list(&manifest, "profiles").iter().any(|it| it == profile), "{profile}: {manifest}");
    }
    let has = |end: &str| files.iter().any(|it| it["origin"].as_str().unwrap().ends_with(end));
    for end in ["Svc.VeeamBackup.2.log.gz", "System.evtx", "system.journal", "var/log/syslog"] {
        assert!(has(end), "{end}: {manifest}");
    }
    // Commands tell of another machine than the one in the folder.
    let refused = list(&manifest, "refused");
    assert!(refused.iter().any(|it| it["origin"] == "uname -srvmo" && it["missed"] == false), "{refused:?}");
    let found = diagnoses(&machine.path("out/case.zip"));
    assert!(found.len() >= 5, "{found:?}");
    assert_eq!(found, diagnoses(&machine.path("disk")));
    // The vendor's support asks for nothing more.
    assert!(!stdout(&output).contains("this bundle lacks the "), "{output:?}");
    assert!(stdout(&output).contains("Nothing was sent"), "{output:?}");
}

#[test]
fn secrets_are_gone_from_every_kind_of_file_and_the_map_stays() {
    const SECRETS: &str = "2026-01-02 03:04:05 login user=jplanted password=hunter2planted from 10.77.66.55 on vbrhost77\n\
        Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlcGxhbnRlZA\n\
        aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYplantedKEY0\n\
        -----BEGIN RSA PRIVATE KEY-----\nMIIplantedplantedplanted\n-----END RSA PRIVATE KEY-----\n";
    const GONE: &[&str] = &["planted", "hunter2", "10.77.66.55", "vbrhost77", "eyJhbGciOiJIUzI1NiJ9", "wJalrXUtnFEMI"];
    let machine = Machine::with_problems();
    let folder = "ProgramData/Veeam/Backup/Canary";
    let plain = SECRETS.as_bytes();
    machine.put(&format!("{folder}/Job.plain.log"), plain);
    machine.put(&format!("{folder}/Job.wide.log"), &wide(SECRETS));
    machine.put(&format!("{folder}/Job.packed.log.1.gz"), &gzip(plain));
    machine.put(&format!("{folder}/Job.rotated.zip"), &zip("deep/Job.inner.log", plain));
    machine.put("var/log/messages-20260101.gz", &gzip(plain));
    machine.put("var/log/syslog.1", plain);
    machine.put("var/log/veeam/veeamservice.log.2", plain);
    machine.put("var/log/VeeamBackup/vbrhost77/Task.jplanted.log", plain);
    let (texts, _) = machine.collected("case.zip", &[], 0);
    let taken = texts.values().filter(|it| it.contains("[redacted:password]")).count();
    assert_eq!(taken, 8, "{:?}", texts.keys());
    for (name, text) in &texts {
        for word in GONE {
            assert!(!format!("{name}\n{text}").to_lowercase().contains(&word.to_lowercase()), "`{word}` in {name}");
        }
    }
    // The private map leads back, and is for this user alone.
    let map = machine.path("home/tierline/customers/own/map.tsv");
    assert!(fs::read_to_string(&map).unwrap().contains("\tvbrhost77\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(map).unwrap().permissions().mode() & 0o077, 0);
    }
    // By consent names stay, secrets do not.
    let (texts, _) = machine.collected("names.zip", &["--keep-identifiers"], 0);
    let all = format!("{texts:?}");
    assert!(all.contains("vbrhost77") && all.contains("10.77.66.55") && !all.contains("hunter2planted"));
}

#[test]
fn a_dry_run_tells_all_and_takes_nothing() {
    let machine = Machine::with_problems();
    let output = machine.collect(&["--dry-run"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let told = stdout(&output);
    let taken: BTreeSet<String> = told
        .lines()
        .filter_map(|it| it.strip_prefix("take "))
        .map(|it| it.trim().split_once("  ").unwrap().1.to_owned())
        .collect();
    // Neither an archive nor a key nor a map.
    assert_eq!(machine.results(), Vec::<String>::new());
    assert_eq!(fs::read_dir(machine.path("home")).unwrap().count(), 0);
    // Many commands are left out for one reason, which is told once.
    assert_eq!(told.matches("it would tell of this machine").count(), 1, "{told}");
    let (texts, _) = machine.collected("case.zip", &["--keep-identifiers"], 0);
    let manifest = manifest(&texts);
    let origins = list(&manifest, "files").iter().map(|it| it["origin"].as_str().unwrap());
    let origins: BTreeSet<String> = origins.map(|it| it.split("!/").next().unwrap().to_owned()).collect();
    assert_eq!(taken, origins);
}

#[test]
fn limits_are_honoured_and_what_is_left_out_is_listed() {
    let machine = Machine::empty();
    machine.put("var/log/VeeamBackup/small.log", b"small\n");
    machine.put("var/log/VeeamBackup/large.log", &b"line of a large log\n".repeat(1_000));
    machine.put("var/log/VeeamBackup/many/a.log", &b"a\n".repeat(2_000));
    machine.put("var/log/VeeamBackup/many/b.log", &b"b\n".repeat(2_000));
    let (texts, output) = machine.collected("case.zip", &["--max-file", "10000", "--max-size", "5000"], 4);
    let manifest = manifest(&texts);
    let bytes: u64 = list(&manifest, "files").iter().map(|it| it["bytes"].as_u64().unwrap()).sum();
    assert!(bytes <= 5_000 && !list(&manifest, "files").is_empty(), "{manifest}");
    let why = |name: &str| {
        let refused = list(&manifest, "refused").iter().find(|it| it["origin"].as_str().unwrap().ends_with(name));
        refused.unwrap_or_else(|| panic!("{name}: {manifest}"))["why"].as_str().unwrap().to_owned()
    };
    assert_eq!(why("large.log"), "larger than one file may be (10000 bytes)");
    let both = list(&manifest, "refused").iter().filter(|it| it["missed"] == true).count();
    assert_eq!(both, 2, "{manifest}");
    assert!(stdout(&output).contains("Not in it, or not whole:"), "{output:?}");
    // What the vendor's support will still ask for is said on the spot.
    assert!(stdout(&output).contains("this bundle lacks the logs of the job"), "{output:?}");
}

/// A profile of commands of the machine that this runs on, which is used if a folder is there.
fn commands(machine: &Machine, commands: &str) -> PathBuf {
    let catalogue = machine.path("catalogue");
    fs::create_dir_all(catalogue.join("acme/app")).unwrap();
    let detect = machine.path("disk");
    let head =
        format!("profiles:\n  - name: acme\n    title: Acme\n    os: linux\n    detect: ['{}']\n", text(&detect));
    fs::write(catalogue.join("acme/app/_collect.yaml"), format!("{head}    commands:\n{commands}")).unwrap();
    catalogue
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_fails_or_shows_too_much_is_told() {
    let machine = Machine::empty();
    machine.put("secret.txt", b"login password=hunter2planted\n");
    let secret = machine.path("disk/secret.txt");
    let yaml = format!(
        "      - {{name: show, run: [cat, '{}']}}\n      - {{name: many, run: [seq, '1', '100000'], kib: 1}}\n",
        text(&secret)
    );
    let run = |catalogue: &Path, name: &str| {
        let out = machine.path("out").join(name);
        let words = ["--profile", "acme", "--signatures", text(catalogue), "--out", text(&out)];
        (machine.command(&words).output().unwrap(), out)
    };
    let (output, out) = run(&commands(&machine, &yaml), "cut.zip");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let all = texts(&out);
    assert_eq!(all["commands/acme/show.txt"], "login password=[redacted:password]\n");
    let many = &all["commands/acme/many.txt"];
    assert!(many.ends_with("\n99999\n100000\n") && many.len() <= 1024, "{many}");
    assert!(stdout(&output).contains("seq 1 100000: showed too much"), "{output:?}");
    let yaml = "      - {name: fails, run: [ls, /nowhere-at-all]}\n      - {name: works, run: [echo, fine]}\n";
    let (output, out) = run(&commands(&machine, yaml), "failed.zip");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(stdout(&output).contains("ls /nowhere-at-all: failed with 2"), "{output:?}");
    let all = texts(&out);
    assert_eq!((list(&manifest(&all), "commands").len(), &*all["commands/acme/works.txt"]), (2, "fine\n"));
    assert!(all["commands/acme/fails.txt"].contains("No such file"), "{all:?}");
    let (output, _) = run(&commands(&machine, "      - {name: works, run: [echo, fine]}\n"), "good.zip");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_this_user_may_not_read_is_listed_and_the_rest_is_taken() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::empty();
    machine.put("var/log/VeeamBackup/a.log", b"fine\n");
    machine.put("var/log/VeeamBackup/closed.log", b"closed\n");
    machine.put("var/log/VeeamBackup/folder/b.log", b"closed\n");
    let closed = ["closed.log", "folder"].map(|it| machine.path("disk/var/log/VeeamBackup").join(it));
    let mode = |mode| closed.iter().for_each(|it| fs::set_permissions(it, fs::Permissions::from_mode(mode)).unwrap());
    mode(0o000);
    let (disk, out) = (machine.path("disk"), machine.path("out/case.zip"));
    let plain = machine.command(&["--root", text(&disk), "--out", text(&out)]);
    // The superuser reads everything, unless it gives that right away.
    let mut command = match fs::read(&closed[0]) {
        Ok(_) => {
            let mut command = Command::new("setpriv");
            command.arg("--bounding-set=-dac_override,-dac_read_search").arg(plain.get_program());
            command.args(plain.get_args()).env("XDG_DATA_HOME", machine.path("home"));
            command
        }
        Err(_) => plain,
    };
    let output = command.output().unwrap();
    mode(0o700);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let manifest = manifest(&texts(&out));
    let refused = list(&manifest, "refused").iter().filter(|it| it["missed"] == true);
    let refused: Vec<String> = refused.map(|it| format!("{}: {}", it["origin"], it["why"]).replace('"', "")).collect();
    let of = |name: &str| format!("var/log/VeeamBackup/{name}: not readable by this user");
    assert_eq!(refused, [of("closed.log"), of("folder")]);
    assert_eq!(list(&manifest, "files").len(), 1);
    assert!(stdout(&output).contains(&of("closed.log")), "{output:?}");
}

#[test]
fn a_kill_at_any_time_leaves_no_half_archive() {
    let machine = Machine::empty();
    for number in 0..8 {
        let line =
            format!("2026-01-02 03:04:05 INFO job {number} of host srv{number}.example.org is done, user=jdoe\n");
        machine.put(&format!("var/log/VeeamBackup/{number}.log"), line.repeat(2_000).as_bytes());
    }
    let (disk, mut done) = (machine.path("disk"), 0);
    for number in 0..12_u64 {
        let out = machine.path("out").join(format!("{number}.zip"));
        let mut child = machine.command(&["--root", text(&disk), "--out", text(&out)]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(number * 60));
        let _ = child.kill();
        let _ = child.wait();
        if out.exists() {
            // It is there as a whole.
            assert_eq!(list(&manifest(&texts(&out)), "files").len(), 8);
            done += 1;
        }
    }
    assert!(done < 12, "nothing was killed");
    // Whatever was left behind keeps nobody from the next one.
    let (all, _) = machine.collected("last.zip", &[], 0);
    assert_eq!(all.len(), 9);
}

#[cfg(unix)]
#[test]
fn without_room_for_the_archive_there_is_an_error_and_no_archive() {
    let machine = Machine::empty();
    // It does not become much smaller.
    let mut n = 1_u64;
    let lines: String = (0..6_000)
        .map(|_| {
            n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("block {n:016x} written\n")
        })
        .collect();
    machine.put("var/log/VeeamBackup/a.log", lines.as_bytes());
    let (disk, out) = (machine.path("disk"), machine.path("out/case.zip"));
    let (whole, _) = machine.collected("whole.zip", &[], 0);
    let size = fs::metadata(machine.path("out/whole.zip")).unwrap().len();
    assert!(size > 50_000 && whole.len() == 2);
    fs::remove_file(machine.path("out/whole.zip")).unwrap();
    // No file may become larger than so many blocks of 512 bytes: the first fails in the spool, the last in the archive.
    for blocks in [0, 1, 40, size / 512 - 2, size / 512] {
        let plain = machine.command(&["--root", text(&disk), "--out", text(&out)]);
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""))
            .arg("sh")
            .arg(plain.get_program());
        command.args(plain.get_args()).env("XDG_DATA_HOME", machine.path("home"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{blocks}: {output:?}");
        assert!(stderr(&output).contains("failed to"), "{blocks}: {output:?}");
        assert_eq!(machine.results(), Vec::<String>::new(), "{blocks}");
    }
    machine.collected("case.zip", &[], 0);
}

#[cfg(feature = "server")]
#[test]
fn an_encrypted_archive_is_for_the_holder_of_the_key_alone() {
    let machine = Machine::empty();
    machine.put("var/log/VeeamBackup/a.log", &b"line of a log\n".repeat(10_000));
    let secret = age::x25519::Identity::generate();
    let key = secret.to_public().to_string();
    let out = machine.path("out/case.zip.age");
    let output = machine.collect(&["--encrypt-to", &key, "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // Nothing else was written beside it, and nothing of it is readable.
    assert_eq!(machine.results(), ["case.zip.age"]);
    let sealed = fs::read(&out).unwrap();
    let has = |words: &[u8]| sealed.windows(words.len()).any(|it| it == words);
    assert!(!has(b"manifest.json") && !has(b"VeeamBackup"));
    let opened = age::Decryptor::new(&*sealed).unwrap().decrypt(std::iter::once(&secret as &dyn age::Identity));
    let mut archive = Vec::new();
    opened.unwrap().read_to_end(&mut archive).unwrap();
    let plain = machine.path("opened.zip");
    fs::write(&plain, archive).unwrap();
    assert_eq!(texts(&plain).len(), 2);
    // The name tells what it is.
    for (name, more) in [("case.zip", vec!["--encrypt-to", key.as_str()]), ("case.age", vec![]), ("x.zip.age", vec![])]
    {
        let out = machine.path("out").join(name);
        let output = machine.collect(&[vec!["--out", text(&out)], more].concat());
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
        assert!(!out.exists());
    }
}
