//! `tierline watch`: the real program on a real folder, ended and killed at any time.

use crate::{command, folder, run, stdout, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A watched folder with its store.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(files: &[(&str, &[u8])]) -> Desk {
        let desk = Desk { folder: folder(files) };
        fs::create_dir_all(desk.root()).unwrap();
        desk
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("in")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn command(&self, more: &[&str]) -> Command {
        let (root, store) = (self.root(), self.store());
        let words = ["watch", text(&root), "--store", text(&store), "--no-builtin", "--no-packs", "--settle", "0.5"];
        command(&[words.as_slice(), more].concat())
    }

    fn start(&self, more: &[&str], fault: &str) -> Watch {
        let errors = fs::File::options().create(true).append(true).open(self.folder.path().join("errors")).unwrap();
        let child = self.command(more).env("TIERLINE_FAULT", fault).stderr(errors).stdout(Stdio::null()).spawn();
        Watch(child.unwrap())
    }

    fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join("errors")).unwrap()
    }

    fn cases(&self) -> Vec<Value> {
        let store = self.store();
        let output = run(&["case", "list", "--store", text(&store), "-o", "json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn has_report(&self, name: &str) -> bool {
        self.path(&format!("{name}.tierline/report.json")).exists()
    }

    #[track_caller]
    fn wait(&self, what: &str, is: impl Fn() -> bool) {
        let start = Instant::now();
        while !is() {
            assert!(start.elapsed() < Duration::from_secs(60), "{what}: {}", self.errors());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A watch that runs, and is killed with the test.
struct Watch(Child);

impl Watch {
    fn end(mut self) -> Option<i32> {
        let pid = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn log(text: &str) -> Vec<u8> {
    format!("2026-01-02 03:04:05 ERROR {text}\n").into_bytes()
}

fn packed(log: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(log).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn a_drop_folder_is_watched_until_the_program_is_told_to_end() {
    let desk = Desk::new(&[("in/acme/there.log", &log("the disk is on fire"))]);
    let watch = desk.start(&[], "");
    desk.wait("a bundle that was there", || desk.has_report("acme/there.log"));
    // A second one would be in its way.
    let second = desk.command(&[]).output().unwrap();
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    let whole = packed(&log("out of memory"));
    fs::write(desk.path("half.gz"), &whole[..20]).unwrap();
    fs::write(desk.path("up.gz.part"), packed(&log("the line is dead"))).unwrap();
    fs::create_dir(desk.path("bolt")).unwrap();
    fs::write(desk.path("bolt/new.log"), log("the disk is on fire")).unwrap();
    fs::write(desk.path("bolt/new.log.done"), "").unwrap();
    desk.wait("a new customer", || desk.has_report("bolt/new.log"));
    assert!(!desk.has_report("up.gz.part"));
    fs::rename(desk.path("up.gz.part"), desk.path("up.gz")).unwrap();
    desk.wait("a renamed one", || desk.has_report("up.gz"));
    desk.wait("half of one", || desk.errors().contains("half.gz` of unassigned is not complete yet"));
    assert!(!desk.has_report("half.gz"));
    fs::write(desk.path("half.gz"), &whole).unwrap();
    desk.wait("the rest of it", || desk.has_report("half.gz"));
    desk.wait("its case", || desk.cases().len() == 4);
    assert_eq!(watch.end(), Some(0), "{}", desk.errors());
    let cases = desk.cases();
    let mut bundles = BTreeMap::new();
    for case in &cases {
        for bundle in case["bundles"].as_array().unwrap() {
            assert_eq!(bundle["sha256"].as_str().unwrap().len(), 64);
            bundles.insert(bundle["path"].as_str().unwrap().to_owned(), case["customer"].as_str().unwrap().to_owned());
        }
    }
    let own = |name: &str, customer: &str| (text(&desk.path(name)).to_owned(), customer.to_owned());
    let expected = BTreeMap::from([
        own("acme/there.log", "acme"),
        own("bolt/new.log", "bolt"),
        own("half.gz", "unassigned"),
        own("up.gz", "unassigned"),
    ]);
    assert_eq!(bundles, expected);
    let pulse: Value =
        serde_json::from_slice(&fs::read(desk.folder.path().join("store.db.watch.json")).unwrap()).unwrap();
    assert_eq!((&pulse["state"], &pulse["uploads"]["done"]), (&"stopped".into(), &4.into()), "{pulse}");
    for name in ["report.html", "report.txt"] {
        assert!(desk.path("up.gz.tierline").join(name).exists());
    }
}

#[test]
fn what_is_there_is_read_once() {
    let desk =
        Desk::new(&[("in/a.log", &log("one")), ("in/b.log", &log("one")), ("in/c.gz", &packed(&log("two"))[..20])]);
    let first = desk.command(&["--once"]).output().unwrap();
    assert_eq!(first.status.code(), Some(4), "{first:?}");
    assert_eq!(stdout(&first), "1 read, 1 read before, 0 given up, 1 left\n");
    let again = desk.command(&["--once", "--give-up", "0", "--poll"]).output().unwrap();
    assert_eq!(stdout(&again), "0 read, 0 read before, 1 given up, 0 left\n", "{again:?}");
    let reason = fs::read_to_string(desk.path("c.gz.tierline/quarantined.txt")).unwrap();
    assert!(reason.starts_with("cut off: the end is missing"), "{reason}");
    let none = desk.command(&["--once"]).output().unwrap();
    assert_eq!((none.status.code(), stdout(&none)), (Some(0), "0 read, 0 read before, 0 given up, 0 left\n"));
    let wrong = run(&["watch", "/nonexistent", "--store", text(&desk.store())]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn poison_is_given_up_and_a_full_disk_is_waited_for() {
    let desk = Desk::new(&[("in/abort.log", &log("a")), ("in/hang.log", &log("b")), ("in/good.log", &log("c"))]);
    let watch = desk.start(&["--tries", "1", "--time-limit", "2"], "watch-crash");
    for (name, why) in [("abort.log", "gave up"), ("hang.log", "took more than 2 s")] {
        let reason = desk.path(&format!("{name}.tierline/quarantined.txt"));
        desk.wait(name, || fs::read_to_string(&reason).is_ok_and(|it| it.contains(why)));
    }
    desk.wait("others", || desk.has_report("good.log"));
    assert_eq!(watch.end(), Some(0));
    let store = desk.store();
    let unread = || {
        let output = run(&["store", "uploads", "-o", "json", "--store", text(&store)]);
        let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        listed.iter().map(|it| format!("{} {} {}", it["state"], it["path"], it["reason"])).collect::<Vec<_>>()
    };
    let listed = unread();
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(
        listed.iter().any(|it| it.contains("quarantined") && it.contains("hang.log") && it.contains("more than 2 s"))
    );
    fs::remove_file(desk.path("hang.log")).unwrap();
    fs::remove_file(desk.path("abort.log")).unwrap();
    assert_eq!(unread(), Vec::<String>::new());
    let desk = Desk::new(&[("in/a.log", &log("a")), ("in/b.log", &log("b"))]);
    let watch = desk.start(&[], "watch-full:3");
    desk.wait("both", || desk.cases().len() == 2);
    assert_eq!(watch.end(), Some(0));
    assert!(desk.errors().contains("paused, tried again every few seconds: No space left"), "{}", desk.errors());
}

#[test]
fn what_could_not_be_watched_safely_is_refused() {
    let desk = Desk::new(&[("in/acme/a.log", &log("one"))]);
    let refused = |words: &[&str], code: i32, why: &str| {
        let output = run(&[&["watch", "--no-builtin", "--no-packs"], words].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && told.contains(why), "{output:?}");
    };
    let (root, inner, store) = (desk.root(), desk.path("acme"), desk.store());
    let (inside, other) = (desk.path("acme/store.db"), desk.folder.path().join("other.db"));
    refused(&[text(&root), "--store", text(&inside)], 2, "is in the watched folder");
    refused(&[text(&root), text(&inner), "--store", text(&store)], 2, "overlap");
    assert!(!inside.exists() && !store.exists());
    let watch = desk.start(&[], "");
    desk.wait("the watch", || desk.has_report("acme/a.log"));
    refused(&[text(&root), "--store", text(&store)], 1, "another `tierline watch` works with the store");
    #[cfg(target_os = "linux")]
    refused(&[text(&root), "--store", text(&other)], 1, "another `tierline watch` of this machine watches");
    assert_eq!(watch.end(), Some(0), "{} {}", desk.errors(), other.display());
}

#[test]
fn a_folder_may_vanish_and_come_back() {
    let desk = Desk::new(&[("in/acme/a.log", &log("one"))]);
    let watch = desk.start(&[], "");
    desk.wait("the first", || desk.has_report("acme/a.log"));
    let away = desk.folder.path().join("away");
    fs::rename(desk.root(), &away).unwrap();
    desk.wait("that it is told", || desk.errors().contains("failed to look into"));
    fs::write(away.join("acme/b.log"), log("two")).unwrap();
    fs::rename(&away, desk.root()).unwrap();
    desk.wait("what has come meanwhile", || desk.has_report("acme/b.log"));
    // It is listened to again: nothing is looked at before twenty seconds have passed.
    desk.wait("that it is told", || desk.errors().contains("can be looked into again"));
    fs::write(desk.path("acme/c.log"), log("three")).unwrap();
    desk.wait("a new one", || desk.has_report("acme/c.log"));
    assert_eq!(watch.end(), Some(0), "{}", desk.errors());
    assert_eq!(desk.errors().matches("a.log").count(), 1, "{}", desk.errors());
}

/// How often, if the tester has time: `TIERLINE_WATCH_KILLS=100 TIERLINE_WATCH_BUNDLES=1000`.
fn often(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|it| it.parse().ok()).unwrap_or(usual)
}

/// Numbers that look random and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Uploads one bundle in one of the ways in which customers do; returns whether it is complete in the end.
fn upload(root: &Path, number: usize, chance: &mut Chance) -> bool {
    let name = ["", "acme/", "bolt/"][number % 3].to_owned() + &format!("{number}.gz");
    let path = root.join(&name);
    let whole = packed(&log(&format!("failure number {number}")).repeat(50));
    let half = whole.len() / 2;
    let write = |content: &[u8]| fs::write(&path, content).unwrap();
    match chance.below(6) {
        0 => write(&whole),
        1 => {
            let part = root.join(name + ".part");
            fs::write(&part, &whole).unwrap();
            fs::rename(part, path).unwrap();
        }
        2 => {
            write(&whole[..half]);
            std::thread::sleep(Duration::from_millis(chance.below(900)));
            fs::File::options().append(true).open(&path).unwrap().write_all(&whole[half..]).unwrap();
        }
        3 => {
            write(&packed(&log("something else")));
            std::thread::sleep(Duration::from_millis(chance.below(700)));
            write(&whole);
        }
        4 => {
            write(&whole);
            fs::write(root.join(name + ".done"), "").unwrap();
        }
        _ => {
            write(&whole[..half]);
            return false;
        }
    }
    true
}

#[cfg(unix)]
#[test]
fn nothing_is_lost_or_read_twice_if_the_program_is_killed_at_any_time() {
    let (bundles, kills) = (often("TIERLINE_WATCH_BUNDLES", 24), often("TIERLINE_WATCH_KILLS", 6));
    let desk = Desk::new(&[]);
    for customer in ["acme", "bolt"] {
        fs::create_dir(desk.path(customer)).unwrap();
    }
    let root = desk.root();
    let uploads = std::thread::spawn(move || {
        let mut chance = Chance(7);
        (0..bundles).map(|number| upload(&root, number, &mut chance)).collect::<Vec<_>>()
    });
    let mut chance = Chance(3);
    for kill in 0..kills {
        let way: &[&str] = if kill % 2 == 0 { &[] } else { &["--poll"] };
        // Dropped: killed with SIGKILL.
        let _watch = desk.start(way, "");
        std::thread::sleep(Duration::from_millis(200 + chance.below(1200)));
    }
    let is_whole = uploads.join().unwrap();
    let watch = desk.start(&[], "");
    let count = || desk.cases().iter().map(|it| it["bundles"].as_array().unwrap().len()).sum::<usize>();
    let is_done = |number: usize| {
        let name = ["", "acme/", "bolt/"][number % 3].to_owned() + &format!("{number}.gz");
        let report = fs::read_to_string(desk.path(&format!("{name}.tierline/report.json")));
        report.is_ok_and(|it| it.contains(&format!("failure number {number}")))
    };
    let wanted: Vec<usize> = (0..bundles).filter(|it| is_whole[*it]).collect();
    desk.wait("all that is complete", || wanted.iter().all(|it| is_done(*it)));
    // The last one is filed behind its report.
    desk.wait("all cases", || count() >= wanted.len());
    assert_eq!(watch.end(), Some(0));
    let half: Vec<usize> = (0..bundles).filter(|it| !is_whole[*it] && is_done(*it)).collect();
    assert!(half.is_empty(), "read while they were incomplete: {half:?}");
    let mut seen = BTreeMap::new();
    for case in desk.cases() {
        for bundle in case["bundles"].as_array().unwrap() {
            let key = (case["customer"].to_string(), bundle["sha256"].to_string());
            assert_eq!(seen.insert(key, bundle["path"].clone()), None, "twice: {bundle}");
        }
    }
    let once = desk.command(&["--once", "--give-up", "0"]).output().unwrap();
    let given_up = bundles - wanted.len();
    assert!(stdout(&once).ends_with(&format!(" {given_up} given up, 0 left\n")), "{once:?}");
}
