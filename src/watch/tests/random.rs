//! Uploads in all orders, with ends of the program and a full disk at every point: nothing is lost, nothing is read twice, nothing
//! is read before it is complete.

use super::super::facts::bytes_of;
use super::super::names::report_folder;
use super::*;
use crate::store::UploadState;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const NAMES: [&str; 5] = ["a.zip", "b.zip", "acme/a.zip", "acme/c.zip", "bolt/a.zip"];

/// Something that happens.
#[derive(Clone, Debug)]
enum Event {
    /// An upload begins, under its name or an unfinished one.
    Begin(usize, bool),
    /// A part of it comes.
    Grow(usize),
    /// The rest of it comes.
    Complete(usize),
    /// The unfinished name becomes the name.
    Rename(usize),
    /// A marker says that it is complete; it is said of complete ones only.
    Mark(usize),
    /// Another content is put in its place at once.
    Replace(usize),
    /// The content of one comes again at another place.
    Copy(usize, usize),
    /// Somebody moves one to another place, with its report.
    Move(usize, usize),
    Delete(usize),
    Pass(u64),
    Look,
    /// One upload is worked on, and perhaps the program is killed or the disk is full at a step of it, or somebody writes meanwhile.
    Work(Option<(usize, Trouble)>),
    /// The program is killed while it waits.
    Restart,
}

#[derive(Clone, Copy, Debug)]
enum Trouble {
    Kill,
    Full,
    Grow(usize),
    Replace(usize),
    Delete(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let slot = || 0..NAMES.len();
    let trouble = prop_oneof![
        3 => Just(Trouble::Kill),
        2 => Just(Trouble::Full),
        1 => slot().prop_map(Trouble::Grow),
        1 => slot().prop_map(Trouble::Replace),
        1 => slot().prop_map(Trouble::Delete),
    ];
    let work = proptest::option::of((0..Step::ALL.len(), trouble)).prop_map(Event::Work);
    prop_oneof![
        4 => (slot(), any::<bool>()).prop_map(|(slot, part)| Event::Begin(slot, part)),
        2 => slot().prop_map(Event::Grow),
        4 => slot().prop_map(Event::Complete),
        2 => slot().prop_map(Event::Rename),
        1 => slot().prop_map(Event::Mark),
        2 => slot().prop_map(Event::Replace),
        2 => (slot(), slot()).prop_map(|(from, to)| Event::Copy(from, to)),
        2 => (slot(), slot()).prop_map(|(from, to)| Event::Move(from, to)),
        1 => slot().prop_map(Event::Delete),
        3 => (0..8_u64).prop_map(Event::Pass),
        1 => Just(Event::Pass(GIVE_UP.as_secs())),
        4 => Just(Event::Look),
        6 => work,
        1 => Just(Event::Restart),
    ]
}

/// Thrown where the program is killed.
struct Killed;

struct Uploaders {
    /// So that no two contents have the same size and time: the system's clock is coarse.
    count: Cell<usize>,
}

impl Uploaders {
    fn text(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("{}!{}", self.count.get() % 3, "x".repeat(self.count.get()))
    }

    /// Where the upload of a slot is at present.
    fn place(root: &Path, slot: usize) -> PathBuf {
        let path = root.join(NAMES[slot]);
        let part = root.join(format!("{}.part", NAMES[slot]));
        if part.exists() { part } else { path }
    }

    fn append(root: &Path, slot: usize, text: &str) {
        let path = Uploaders::place(root, slot);
        if let Ok(before) = fs::read_to_string(&path)
            && !before.ends_with("END")
        {
            fs::write(path, before + text).unwrap();
        }
    }

    fn grow(&self, root: &Path, slot: usize) {
        Uploaders::append(root, slot, &self.text());
    }

    fn replace(&self, root: &Path, slot: usize) {
        let new = root.join(".new");
        fs::write(&new, self.text() + "END").unwrap();
        fs::create_dir_all(root.join(NAMES[slot]).parent().unwrap()).unwrap();
        fs::rename(new, root.join(NAMES[slot])).unwrap();
    }

    fn delete(root: &Path, slot: usize) {
        let _ = fs::remove_file(root.join(NAMES[slot]));
        let _ = fs::remove_file(root.join(format!("{}.done", NAMES[slot])));
    }

    fn happens(&self, world: &mut World, event: &Event) {
        let root = world.root();
        match *event {
            Event::Begin(slot, part) => {
                let name = format!("{}{}", NAMES[slot], if part { ".part" } else { "" });
                world.write(&name, &self.text());
            }
            Event::Grow(slot) => self.grow(&root, slot),
            Event::Complete(slot) => Uploaders::append(&root, slot, "END"),
            Event::Rename(slot) => {
                let part = root.join(format!("{}.part", NAMES[slot]));
                let is_whole = fs::read_to_string(&part).is_ok_and(|it| it.ends_with("END"));
                if is_whole {
                    fs::rename(part, root.join(NAMES[slot])).unwrap();
                }
            }
            Event::Mark(slot) => {
                if fs::read_to_string(root.join(NAMES[slot])).is_ok_and(|it| it.ends_with("END")) {
                    world.write(&format!("{}.done", NAMES[slot]), "");
                }
            }
            Event::Replace(slot) => self.replace(&root, slot),
            Event::Copy(from, to) => {
                if from != to
                    && let Ok(content) = fs::read_to_string(root.join(NAMES[from]))
                {
                    world.write(NAMES[to], &content);
                }
            }
            Event::Move(from, to) => {
                let (from, to) = (root.join(NAMES[from]), root.join(NAMES[to]));
                if from.exists() && !to.exists() {
                    fs::create_dir_all(to.parent().unwrap()).unwrap();
                    fs::rename(&from, &to).unwrap();
                    let _ = fs::remove_dir_all(report_folder(&to));
                    let _ = fs::rename(report_folder(&from), report_folder(&to));
                }
            }
            Event::Delete(slot) => Uploaders::delete(&root, slot),
            Event::Pass(seconds) => world.pass(seconds),
            Event::Look => world.look(),
            Event::Work(trouble) => self.work(world, trouble),
            Event::Restart => world.restart(),
        }
    }

    fn work(&self, world: &mut World, trouble: Option<(usize, Trouble)>) {
        let root = world.root();
        let Some(job) = world.next() else { return };
        let step = |step: Step| match trouble {
            Some((at, trouble)) if Step::ALL[at] == step => {
                match trouble {
                    Trouble::Kill => std::panic::resume_unwind(Box::new(Killed)),
                    Trouble::Full => return Err(io::Error::from_raw_os_error(28)),
                    Trouble::Grow(slot) => self.grow(&root, slot),
                    Trouble::Replace(slot) => self.replace(&root, slot),
                    Trouble::Delete(slot) => Uploaders::delete(&root, slot),
                }
                Ok(())
            }
            _ => Ok(()),
        };
        let work = || drop(world.work_on(&job, &step, &mut read));
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
            Ok(()) => {}
            Err(panic) if panic.is::<Killed>() => world.restart(),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Nothing was read before it was complete, and nothing twice.
fn check_filed(world: &World) -> Result<(), TestCaseError> {
    let mut filed = BTreeMap::new();
    for case in world.store.cases(None, true).unwrap() {
        for bundle in case.bundles {
            let bundles: &mut BTreeSet<_> = filed.entry(case.customer.clone()).or_default();
            prop_assert!(bundles.insert(bundle.sha256), "twice: {}", bundle.path);
        }
    }
    Ok(())
}

/// What was filed is what the report beside it says, and that was complete.
fn check_reports(world: &World) -> Result<(), TestCaseError> {
    for name in NAMES {
        let is_given_up = world.exists(&format!("{name}.tierline/quarantined.txt"));
        if let Some(report) = world.reported(name) {
            prop_assert!(is_given_up || report.ends_with("END"), "half a report of {name}");
        }
    }
    Ok(())
}

/// Everything that is complete was read or is the same as something that was; everything else was given up, with the reason.
fn check_all(world: &World) -> Result<(), TestCaseError> {
    for name in NAMES {
        let path = world.path(name);
        let Ok(content) = fs::read_to_string(&path) else { continue };
        let upload = world.store.upload(bytes_of(&path).unwrap()).unwrap();
        let upload = upload.ok_or_else(|| TestCaseError::fail(format!("lost: {name}")))?;
        if content.ends_with("END") {
            let customer = name.split_once('/').map_or("unassigned", |it| it.0);
            let bytes = path.metadata().unwrap().len();
            let sha256 = sha256(&path, bytes, &AtomicBool::new(false)).unwrap().unwrap();
            let read = world.store.read_bundle(customer, &sha256, "c1").unwrap();
            prop_assert!(read.is_some(), "not read: {} {:?}", name, upload);
            prop_assert!(matches!(upload.state, UploadState::Done | UploadState::Same), "{upload:?}");
            prop_assert_eq!(world.reported(name), Some(content), "the report of {}", name);
            prop_assert!(!world.exists(&format!("{name}.tierline/quarantined.txt")), "a reason beside {}", name);
        } else {
            prop_assert_eq!(upload.state, UploadState::Quarantined, "{} {}", name, content);
            prop_assert_eq!(upload.reason.as_deref().map(|it| it.starts_with("cut off")), Some(true));
            let is_told = world.exists(&format!("{name}.tierline/quarantined.txt"));
            prop_assert!(is_told);
        }
    }
    let left = fs::read_dir(world.root()).unwrap().flatten();
    let left: Vec<_> =
        left.map(|it| it.file_name()).filter(|it| it.to_string_lossy().starts_with(".tierline")).collect();
    prop_assert!(left.is_empty(), "{:?}", left);
    prop_assert_eq!(world.store.check().unwrap(), Vec::<String>::new());
    Ok(())
}

fn config() -> ProptestConfig {
    // Each of them works on a disk.
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.div_ceil(4), ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_is_lost_or_read_twice_or_half(events in proptest::collection::vec(event(), 1..60)) {
        let mut world = World::new();
        let uploaders = Uploaders { count: Cell::new(0) };
        for event in &events {
            uploaders.happens(&mut world, event);
            check_filed(&world)?;
            check_reports(&world)?;
        }
        // Nobody does anything any more.
        for _ in 0..4 {
            world.settle();
            world.pass(GIVE_UP.as_secs());
        }
        check_filed(&world)?;
        check_all(&world)?;
    }
}
