//! The outbox against a tracker that does what a test says.

mod arrivals;
mod contracts;
mod fake;
mod refusals;
mod tickets;
mod unseen;

use super::package::sha256;
use super::*;
use crate::escalate::{Attachment, Manifest, Ticket};
use crate::store::{About, Claim, State, Store};
use fake::{Fake, Next};
use std::cell::RefCell;
use std::fs;
use std::time::Duration;

struct Bench {
    folder: tempfile::TempDir,
    store: Store,
    fake: Fake,
}

impl Bench {
    fn new(next: &[Next]) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        let fake = Fake { next: RefCell::new(next.iter().copied().collect()), ..Fake::default() };
        fake.clock.set(1000);
        Bench { folder, store, fake }
    }

    /// Writes a package with these files and claims it.
    fn package(&self, name: &str, files: &[&str]) -> i64 {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        let ticket = serde_json::json!({
            "schema": "tierline.ticket/1", "key": "ab".repeat(32), "vendor": "V", "product": "P", "version": "1",
            "severity": "high", "first_response": null, "contract": null, "ransomware": false, "summary": name,
            "message": "it broke", "place": null, "occurrence": "once", "first_time": null, "last_time": null,
            "codes": [], "files": [], "environment": [], "timeline": [], "tried": [], "untried": [], "known": [],
            "missing": [], "reason": null, "attachments": [],
        });
        let ticket: Ticket = serde_json::from_value(ticket).unwrap();
        let mut texts: Vec<(String, String)> =
            files.iter().enumerate().map(|(index, text)| (format!("f{index}.txt"), (*text).to_owned())).collect();
        texts.push(("ticket.json".into(), serde_json::to_string(&ticket).unwrap()));
        let mut listed = Vec::new();
        for (path, text) in &texts {
            fs::write(folder.join(path), text).unwrap();
            let (bytes, sha256) = (text.len() as u64, sha256(text.as_bytes()));
            listed.push(Attachment { path: path.clone(), what: String::new(), bytes, sha256 });
        }
        let manifest = Manifest {
            schema: "tierline.manifest/1".into(),
            tool: "0".into(),
            key: ticket.key.clone(),
            inputs: Vec::new(),
            files: listed,
            omitted: Vec::new(),
        };
        fs::write(folder.join("manifest.json"), serde_json::to_string(&manifest).unwrap()).unwrap();
        let package = Package::open(&folder).unwrap();
        let files: Vec<_> = package.files.iter().map(|it| (it.path.clone(), it.sha256.clone(), it.bytes)).collect();
        let claim = Claim {
            customer: "acme",
            problem: &package.ticket.key,
            tracker: "desk",
            title: "it broke",
            about: About::default(),
            severity: "P1",
            package: folder.to_str().unwrap(),
            manifest: &package.manifest,
            files: &files,
        };
        self.store.claim(&claim, self.fake.clock.get()).unwrap().id
    }

    fn run(&self, entry: i64) -> Outcome {
        self.run_until(entry, i64::MAX)
    }

    fn run_until(&self, entry: i64, until: i64) -> Outcome {
        self.outbox(until, |it| it.run(entry).unwrap())
    }

    /// Asks how the ticket of an entry stands.
    fn refresh(&self, entry: i64) -> Refreshed {
        let ticket = self.store.ticket(self.store.entry(entry).unwrap().unwrap().ticket).unwrap();
        self.outbox(0, |it| it.refresh(&ticket).unwrap())
    }

    fn outbox<T>(&self, until: i64, act: impl FnOnce(&Outbox<'_>) -> T) -> T {
        let around = Surroundings {
            now: &|| self.fake.clock.get(),
            sleep: &|wait| self.fake.clock.set(self.fake.clock.get() + wait.as_secs().max(1) as i64),
            chance: &|| 0.0,
            until,
            reached: &|_| {},
        };
        act(&Outbox { store: &self.store, name: "desk", tracker: &self.fake, around })
    }

    fn state(&self, entry: i64) -> State {
        self.store.entry(entry).unwrap().unwrap().state
    }

    /// Files of the only ticket.
    #[track_caller]
    fn check_one(&self, files: usize) {
        let tickets = self.fake.tickets.borrow();
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        assert_eq!(tickets[0].1.len(), files, "{tickets:?}");
    }
}

const FILES: [&str; 3] = ["the first one", "the second one", "the second one"];
