//! Catalogues as packs: made, signed, installed, used, and refused when they cannot be believed.

use super::signer::Signer;
use super::{folder, stderr, stdout, text};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const LOG: &str = "2026-01-02 03:04:05 ERROR qzoff cannot write to D: disk full\n2026-01-02 03:04:06 INFO idle\n";

fn yaml(title: &str) -> String {
    format!(
        "title: {title}\nlevel: L1\nside: storage\nseverity: high\n\
         match: {{ regex: 'qzoff cannot write to (?<disk>[A-Z]): disk full' }}\n\
         cause: Nothing more can be written to {{disk}}.\n\
         fixes: [{{ level: L1, audience: customer, steps: ['Delete files on {{disk}}.'], verify: The job ends. }}]\n\
         references: [{{ kind: docs, url: 'https://docs.example.com/disk-full' }}]\n\
         examples:\n  match: ['2026-01-02 03:04:05 ERROR qzoff cannot write to D: disk full']\n  \
         no_match: ['2026-01-02 03:04:05 INFO qzoff wrote to D: half full']\n"
    )
}

/// A user with a home folder, a log and a catalogue.
struct User {
    home: TempDir,
}

impl User {
    fn new() -> User {
        let product = "vendor: Acme\nproduct: App\n";
        let files = [
            ("app.log", LOG),
            ("ours/acme/app/disk-full.yaml", &yaml("Full")),
            ("ours/acme/app/_product.yaml", product),
        ];
        User { home: folder(&files.map(|(name, text)| (name, text.as_bytes()))) }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = super::command(args);
        command.current_dir(self.home.path());
        command.env("XDG_DATA_HOME", self.path("data")).env("XDG_CONFIG_HOME", self.path("config"));
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command and returns what it prints; fails unless it ends with this code and prints these parts.
    #[track_caller]
    fn check(&self, args: &[&str], code: i32, parts: &[&str]) -> String {
        let output = self.run(args);
        let text = format!("{}{}", stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        for part in parts {
            assert!(text.contains(part), "no `{part}` in:\n{text}");
        }
        text
    }

    /// Packs the catalogue under a version and signs it; returns the name of the file.
    fn pack(&self, version: &str) -> String {
        let file = format!("acme-{version}.tierpack");
        let args = ["signatures", "pack", "ours", "--name", "acme", "--version", version];
        self.check(
            &[&args[..], &["--licence", "Apache-2.0", "--out", &file]].concat(),
            0,
            &["sign it with: minisign -Sm"],
        );
        self.sign(&file, 1);
        file
    }

    fn sign(&self, file: &str, signer: u8) {
        let signature = Signer::new(signer).sign(&fs::read(self.path(file)).unwrap());
        fs::write(self.path(&format!("{file}.minisig")), signature).unwrap();
    }

    /// The diagnoses of the log: signature and title.
    fn diagnoses(&self, more: &[&str]) -> Vec<(String, String)> {
        let report = self.report(more);
        let shown =
            |it: &Value| (it["signature"].as_str().unwrap().to_owned(), it["title"].as_str().unwrap().to_owned());
        report["diagnoses"].as_array().unwrap().iter().map(shown).collect()
    }

    fn report(&self, more: &[&str]) -> Value {
        let output = self.run(&[&["triage", "app.log", "-o", "json"], more].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn key() -> String {
    Signer::new(1).public()
}

#[test]
fn a_pack_is_made_signed_installed_used_and_removed() {
    let user = User::new();
    let file = user.pack("1.4.0");
    let again = fs::read(user.path(&file)).unwrap();
    user.pack("1.4.0");
    assert_eq!(fs::read(user.path(&file)).unwrap(), again);
    user.check(
        &["signatures", "check", &file, "--key", &key(), "--deny-warnings"],
        0,
        &["checked 1 signature, 2 examples"],
    );
    assert!(user.diagnoses(&[]).is_empty());
    let told =
        ["acme 1.4.0 installed: 1 signature, licence Apache-2.0", "this key may sign packs named `acme` from now on"];
    user.check(&["signatures", "install", &file, "--key", &key()], 0, &told);
    user.check(&["signatures", "install", &file], 0, &["was installed already"]);
    assert_eq!(user.diagnoses(&[]), [("acme/app/disk-full".to_owned(), "Full".to_owned())]);
    assert!(user.diagnoses(&["--no-packs"]).is_empty());
    let catalogues = user.report(&[])["tool"]["catalogues"].clone();
    assert_eq!(catalogues[1]["name"], "acme 1.4.0");
    let list =
        user.check(&["signatures", "packs"], 0, &["acme 1.4.0: 1 signature", "1 pack, 0 refused", "1 key pinned in"]);
    assert!(list.contains(catalogues[1]["sha256"].as_str().unwrap()), "{list}");
    user.check(&["signatures", "show", "acme/app/disk-full"], 0, &["Nothing more can be written"]);
    user.check(&["signatures", "show", "acme/app/disk-full", "--no-packs"], 2, &["no signature has the id"]);
    user.check(&["signatures", "remove", "acme"], 0, &["acme removed"]);
    user.check(&["signatures", "remove", "acme"], 2, &["no pack `acme` is installed"]);
    assert!(user.diagnoses(&[]).is_empty());
}

#[test]
fn a_key_is_pinned_by_the_user_and_by_nobody_else() {
    let user = User::new();
    let file = user.pack("1.0");
    user.check(&["signatures", "install", &file], 2, &["no key is pinned", "on another way than the pack"]);
    assert!(!user.path("config").exists() && !user.path("data").exists());
    // By hand, in the file that the program names.
    let pinned = user.path("config/tierline/keys");
    fs::create_dir_all(pinned.parent().unwrap()).unwrap();
    fs::write(&pinned, format!("# ours\n{} other\n", key())).unwrap();
    user.check(&["signatures", "packs"], 0, &[text(&pinned), "0 packs"]);
    user.check(&["signatures", "install", &file], 2, &["is pinned for `other` and not for `acme`"]);
    fs::write(&pinned, format!("# ours\n{} *\nnonsense\n", key())).unwrap();
    user.check(&["signatures", "install", &file], 0, &["acme 1.0 installed"]);
    let wrong = ["keys:3:1: error: it does not begin with a public key of minisign", "3 | nonsense", "= hint: "];
    user.check(&["signatures", "packs"], 2, &wrong);
    // A key that is taken away takes its packs away, and the report says so.
    fs::write(&pinned, "").unwrap();
    let report = user.report(&[]);
    assert_eq!(report["diagnoses"].as_array().map(Vec::len), Some(0));
    assert_eq!(report["problems"][0]["kind"], "signature");
    let message = report["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("the pack is refused: no key is pinned"), "{message}");
    user.check(
        &["signatures", "install", &file, "--key", "RWnokey"],
        2,
        &["neither a public key of minisign nor a file"],
    );
}

#[test]
fn a_pack_that_cannot_be_believed_is_refused() {
    let user = User::new();
    let file = user.pack("1.0");
    let good = fs::read(user.path(&file)).unwrap();
    let key = key();
    let install = ["signatures", "install", &file, "--key", &key];
    let check = ["signatures", "check", &file, "--key", &key];
    #[track_caller]
    fn both(user: &User, install: &[&str], check: &[&str], part: &str) {
        user.check(install, 2, &["the pack `acme-1.0.tierpack` is refused", part]);
        user.check(check, 2, &["acme-1.0.tierpack: error: the pack is refused", part, "= hint: "]);
        assert!(!user.path("data").exists() && !user.path("config").exists());
    }
    let mut changed = good.clone();
    let at = good.windows(4).position(|it| it == b"Full").unwrap();
    changed[at] = b'D';
    fs::write(user.path(&file), &changed).unwrap();
    both(&user, &install, &check, "the signature is not that of this file");
    fs::write(user.path(&file), &good).unwrap();
    user.sign(&file, 2);
    both(&user, &install, &check, "signed with a key that is not pinned");
    fs::remove_file(user.path(&format!("{file}.minisig"))).unwrap();
    both(&user, &install, &check, "it is not signed");
    // Signed, and not what it says.
    fs::write(user.path(&file), &changed).unwrap();
    user.sign(&file, 1);
    both(&user, &install, &check, "has another checksum than the manifest states");
    user.check(&["signatures", "install", "no.tierpack", "--key", &key], 1, &["cannot be read"]);
    user.check(
        &["triage", "app.log", "--signatures", &file],
        2,
        &["a pack is installed with `tierline signatures install`"],
    );
}

#[test]
fn only_a_higher_version_replaces_an_installed_one() {
    let user = User::new();
    let (old, new) = (user.pack("1.9"), user.pack("1.10"));
    user.check(&["signatures", "install", &new, "--key", &key()], 0, &["acme 1.10 installed:"]);
    user.check(
        &["signatures", "install", &old],
        2,
        &["is refused: version 1.10 of `acme` is installed", "--downgrade"],
    );
    user.check(
        &["signatures", "install", &old, "--downgrade"],
        0,
        &["acme 1.9 installed in place of 1.10, which is newer"],
    );
    fs::write(user.path("ours/acme/app/disk-full.yaml"), yaml("Fuller")).unwrap();
    let other = user.pack("1.9");
    user.check(&["signatures", "install", &other], 2, &["version 1.9 of `acme` is installed with other content"]);
    assert_eq!(user.diagnoses(&[])[0].1, "Full");
}

#[test]
fn an_id_belongs_to_one_pack_and_a_pack_replaces_the_built_in_one() {
    let user = User::new();
    let file = user.pack("1.0");
    user.check(&["signatures", "install", &file, "--key", &key()], 0, &[]);
    let args =
        ["signatures", "pack", "ours", "--name", "beta", "--version", "1.0", "--licence", "MIT", "--out", "beta"];
    user.check(&args, 0, &[]);
    user.sign("beta", 1);
    let refused = "`acme/app/disk-full` is also in the installed pack acme 1.0";
    user.check(&["signatures", "install", "beta", "--key", &key()], 2, &[refused]);
    // A built-in id: the pack's own texts are used, and a folder on the command line still wins.
    let id = "ours/linux/kernel/process-killed-out-of-memory.yaml";
    fs::remove_dir_all(user.path("ours/acme")).unwrap();
    fs::create_dir_all(user.path(id).parent().unwrap()).unwrap();
    fs::write(user.path(id), yaml("Ours")).unwrap();
    fs::write(user.path(id).with_file_name("_product.yaml"), "vendor: Linux\nproduct: Kernel\n").unwrap();
    let args =
        ["signatures", "pack", "ours", "--name", "gamma", "--version", "1.0", "--licence", "MIT", "--out", "gamma"];
    user.check(&args, 0, &[]);
    user.sign("gamma", 1);
    let told = ["1 built-in signature of the same id replaced"];
    user.check(&["signatures", "install", "gamma", "--key", &key()], 0, &told);
    let shown = ["signatures", "show", "linux/kernel/process-killed-out-of-memory"];
    user.check(&shown, 0, &["Ours"]);
    fs::write(user.path(id), yaml("Mine")).unwrap();
    user.check(&[&shown[..], &["--signatures", "ours"]].concat(), 0, &["Mine"]);
}

#[test]
fn what_check_finds_wrong_is_not_packed() {
    let user = User::new();
    let broken = yaml("Full").replace("disk full']", "disk half full']");
    fs::write(user.path("ours/acme/app/disk-full.yaml"), broken).unwrap();
    let pack = |more: &[&'static str]| {
        let args = ["signatures", "pack", "ours", "--licence", "MIT", "--out", "x.tierpack"];
        [&args[..], more].concat()
    };
    user.check(&pack(&["--name", "acme", "--version", "1.0"]), 2, &["does not match", "not packed: 1 error in `ours`"]);
    user.check(&pack(&["--name", "Acme", "--version", "1.0"]), 2, &["`Acme` is not a name of a pack"]);
    user.check(&pack(&["--name", "acme", "--version", "v1"]), 2, &["`v1` is not a version"]);
    assert!(!user.path("x.tierpack").exists());
}

/// The real thing: the program is killed at moments that nobody chose.
#[test]
fn an_installation_that_is_killed_leaves_the_old_pack_or_the_new_one() {
    let user = User::new();
    let (old, new) = (user.pack("1.0"), user.pack("1.1"));
    user.check(&["signatures", "install", &old, "--key", &key()], 0, &[]);
    let mut versions = std::collections::BTreeSet::new();
    for round in 0..24 {
        let mut child = user.command(&["signatures", "install", &new]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(4 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let list = user.check(&["signatures", "packs"], 0, &["1 pack, 0 refused"]);
        let version = if list.contains("acme 1.1:") { "1.1" } else { "1.0" };
        versions.insert(version);
        assert!(list.contains(&format!("acme {version}: 1 signature")), "{list}");
        if version == "1.1" {
            user.check(&["signatures", "install", &old, "--downgrade"], 0, &["acme 1.0 installed in place of 1.1"]);
        }
    }
    assert!(versions.contains("1.0"));
    user.check(&["signatures", "install", &new], 0, &["installed in place of 1.0"]);
    let left: Vec<_> = fs::read_dir(user.path("data/tierline/packs/acme")).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

/// The commands of the author's guide, one after the other; only the signature is made in another way.
#[test]
fn the_guide_leads_from_a_folder_to_an_installed_pack() {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/signatures/README.md")).unwrap();
    let section = guide.split("\n## ").find(|it| it.starts_with("Packs\n")).unwrap();
    let commands = section.split("```sh\n").skip(1).filter_map(|it| it.split("```").next()).flat_map(str::lines);
    let user = User::new();
    fs::rename(user.path("ours"), user.path("my-signatures")).unwrap();
    fs::create_dir(user.path("logs")).unwrap();
    fs::rename(user.path("app.log"), user.path("logs/app.log")).unwrap();
    fs::write(user.path("minisign.pub"), format!("untrusted comment: of the maker\n{}\n", key())).unwrap();
    let mut run = 0;
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            ["minisign", "-Sm", file] => user.sign(file, 1),
            ["tierline", args @ ..] => {
                let text = user.check(args, 0, &[]);
                if command == "tierline triage logs" {
                    assert!(text.contains("acme/app/disk-full"), "{text}");
                }
            }
            other => panic!("what does {other:?} do?"),
        }
        run += 1;
    }
    assert_eq!(run, 9);
    user.check(&["signatures", "packs"], 0, &["0 packs, 0 refused", "1 key pinned"]);
}

/// Keys and signatures of the program that people really use.
#[test]
fn packs_signed_by_minisign_are_installed() {
    if !has_minisign() {
        return;
    }
    let user = User::new();
    let file = user.pack("1.0");
    let minisign = |args: &[&str]| {
        let output =
            Command::new("minisign").args(args).current_dir(user.home.path()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    };
    // Our own signatures are what the real program takes for one.
    minisign(&["-V", "-q", "-m", &file, "-P", &key()]);
    minisign(&["-G", "-W", "-f", "-p", "acme.pub", "-s", "acme.key"]);
    minisign(&["-S", "-s", "acme.key", "-m", &file, "-t", "acme 1.0"]);
    user.check(&["signatures", "install", &file, "--key", &key()], 2, &["signed with a key that is not pinned"]);
    user.check(&["signatures", "install", &file, "--key", "acme.pub"], 0, &["acme 1.0 installed"]);
    assert_eq!(user.diagnoses(&[]).len(), 1);
    // What is installed can be verified without us.
    minisign(&["-V", "-q", "-m", "data/tierline/packs/acme/1.0.tierpack", "-p", "acme.pub"]);
    user.pack("1.1");
    minisign(&["-S", "-l", "-s", "acme.key", "-m", "acme-1.1.tierpack"]);
    user.check(&["signatures", "install", "acme-1.1.tierpack"], 2, &["is a signature of the old kind", "without `-l`"]);
}

fn has_minisign() -> bool {
    let has = Command::new("minisign").arg("-v").stdout(Stdio::null()).status().is_ok();
    if !has {
        // Said aloud, past the capture of the test's output.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no `minisign` to sign with; on Debian: apt install minisign");
    }
    has
}

#[test]
fn a_user_without_a_home_folder_has_no_packs() {
    let user = User::new();
    let mut command = user.command(&["triage", "app.log"]);
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA"] {
        command.env_remove(name);
    }
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    assert!(!Path::new(&user.path("data")).exists());
}
