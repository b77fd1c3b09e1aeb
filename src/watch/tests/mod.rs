mod given;
mod given_up;
mod machine;
mod random;
mod retention;
mod settle;
mod work;

use super::earlier::earlier;
use super::examine::sha256;
use super::inside::Inside;
use super::protocol::{Examined, Summary};
use super::publish::Workplace;
use super::scan::{look, scan};
use super::settings::Step;
use super::settle::Uploads;
use super::trouble::Trouble;
use super::upload::Job;
use super::work::{Came, Work};
use crate::store::Store;
use std::cell::Cell;
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Half a day, before which nothing is.
const START: Duration = Duration::from_secs(43_200);
const SETTLE: Duration = Duration::from_secs(5);
const GIVE_UP: Duration = Duration::from_secs(3600);

/// A watched folder with a store, where time passes when it is told to. A bundle is whole if it ends with `END`.
struct World {
    folder: tempfile::TempDir,
    store: Store,
    workplace: Workplace,
    uploads: Uploads,
    seconds: Cell<u64>,
    /// What somebody has set the clock of the machine to, in seconds behind or before the time that has passed.
    clock: Cell<i64>,
    catalogue: String,
    /// Contents whose reader was started.
    read: usize,
}

impl World {
    fn new() -> World {
        // In memory where that is possible: each step waits for the disk.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        let workplace = Workplace::new(&folder.path().join("store.db"));
        let (uploads, seconds) = (Uploads::new(GIVE_UP), Cell::new(0));
        World { folder, store, workplace, uploads, seconds, clock: Cell::new(0), catalogue: "c1".into(), read: 0 }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("in")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn now(&self) -> Duration {
        START + Duration::from_secs(self.seconds.get())
    }

    fn wall(&self) -> i64 {
        1_000_000 + self.seconds.get() as i64 + self.clock.get()
    }

    fn pass(&self, seconds: u64) {
        self.seconds.set(self.seconds.get() + seconds);
    }

    /// The program is ended and started again.
    fn restart(&mut self) {
        self.uploads = Uploads::new(GIVE_UP);
        self.workplace = Workplace::new(&self.folder.path().join("store.db"));
        let root = self.root();
        let folders = scan(&root, &mut |_| {}).folders;
        folders.iter().for_each(|it| self.workplace.clean_up(&Inside::open(&root, it).unwrap()));
    }

    fn look(&mut self) {
        let mut all = Vec::new();
        self.uploads.begin_look();
        let scanned = scan(&self.root(), &mut |found| all.push(found));
        for mut found in all {
            if !self.uploads.saw(&found, false, self.now()) {
                match earlier(&self.store, &self.catalogue, &mut found, self.wall()).unwrap() {
                    Some(earlier) => {
                        self.uploads.track(found, earlier, (SETTLE, Duration::ZERO), false, self.now());
                    }
                    None => self.uploads.track_settled(&found.path, &found.facts),
                }
            }
        }
        self.uploads.end_look(scanned.unfinished, &[]);
    }

    /// What may be read next.
    fn next(&mut self) -> Option<Job> {
        self.uploads.wake(self.now());
        for path in self.uploads.at_rest(self.now()) {
            if let Some(found) = look(&self.root(), &path).unwrap() {
                self.uploads.saw(&found, false, self.now());
                self.uploads.verified(&path, self.now());
            } else {
                self.uploads.gone(&path);
            }
        }
        self.uploads.next(true, self.now())
    }

    /// Works on an upload; what the disk does at each step, and what the reader does, is given.
    fn work_on(
        &mut self,
        job: &Job,
        step: &dyn Fn(Step) -> io::Result<()>,
        examine: &mut dyn FnMut(&Path, &Path) -> Examined,
    ) -> Came {
        let (busy, roots) = (Mutex::new(HashSet::new()), [self.root()]);
        let work = Work {
            store: &self.store,
            workplace: &self.workplace,
            roots: &roots,
            busy: &busy,
            catalogue: self.catalogue.clone(),
            tries: 3,
            give_up: GIVE_UP,
            wall: &|| self.wall(),
            stop: &AtomicBool::new(false),
            step,
        };
        let mut job = job.clone();
        let (came, fate) = work.work(&mut job, &mut |job, folder| examine(&job.path, folder));
        self.uploads.ended(&job, fate, self.now());
        came
    }

    /// Works on everything that may be read.
    fn work(&mut self) -> Vec<(String, Came)> {
        let mut all = Vec::new();
        while let Some(job) = self.next() {
            self.read += 1;
            let came = self.work_on(&job, &|_| Ok(()), &mut read);
            all.push((job.path.strip_prefix(self.root()).unwrap().to_string_lossy().into_owned(), came));
        }
        all
    }

    /// Looks, waits until all is at rest, and works.
    fn settle(&mut self) -> Vec<(String, Came)> {
        self.look();
        self.pass(SETTLE.as_secs());
        self.work()
    }

    /// The content that the report of a bundle speaks of.
    fn reported(&self, name: &str) -> Option<String> {
        let report = std::fs::read(self.path(&format!("{name}.tierline/report.json"))).ok()?;
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        Some(report["content"].as_str().unwrap().to_owned())
    }

    fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }
}

/// The reader of this world.
fn read(path: &Path, folder: &Path) -> Examined {
    let Ok(content) = std::fs::read_to_string(path) else { return Examined::Changed };
    let hashed = sha256(path, content.len() as u64, &AtomicBool::new(false));
    let Ok(Some(sha256)) = hashed else { return Examined::Changed };
    let report = serde_json::json!({"inputs": [{"sha256": sha256}], "content": content}).to_string();
    if let Err(error) = std::fs::write(folder.join("report.json"), report) {
        return Examined::Machine { why: error.to_string(), trouble: Trouble::of(&error) };
    }
    if !content.ends_with("END") {
        return Examined::Incomplete { why: "cut off".into() };
    }
    let problem = content.split_once('!').map(|it| it.0.to_owned());
    let title = "it broke".to_owned();
    Examined::Report(Summary { sha256, title, problem, ..Summary::default() })
}

fn upload(world: &World, name: &str) -> crate::store::Upload {
    let path = world.path(name);
    world.store.upload(super::facts::bytes_of(&path).unwrap()).unwrap().unwrap()
}

fn names_of(all: &[(String, Came)]) -> Vec<(&str, &Came)> {
    all.iter().map(|(name, came)| (name.as_str(), came)).collect()
}
