//! What is done with an upload that is at rest.

use super::super::work::problem_of;
use super::*;
use crate::store::{Filed, UploadState};

fn upload(world: &World, name: &str) -> crate::store::Upload {
    let path = world.path(name);
    world.store.upload(super::super::facts::bytes_of(&path).unwrap()).unwrap().unwrap()
}

fn names_of(all: &[(String, Came)]) -> Vec<(&str, &Came)> {
    all.iter().map(|(name, came)| (name.as_str(), came)).collect()
}

#[test]
fn a_bundle_is_read_reported_and_filed_once() {
    let mut world = World::new();
    world.write("acme/a.zip", "p1!END");
    world.write("b.zip", "END");
    let first = world.settle();
    assert_eq!(
        names_of(&first),
        [("b.zip", &Came::Done(Filed::Opened(1))), ("acme/a.zip", &Came::Done(Filed::Opened(2)))]
    );
    assert!(world.exists("acme/a.zip.tierline/report.json"));
    assert_eq!(upload(&world, "acme/a.zip").state, UploadState::Done);
    assert_eq!(world.settle(), []);
    world.restart();
    assert_eq!(world.settle(), []);
    // The same content elsewhere is the same bundle; at another customer it is another one.
    world.write("acme/deep/again.zip", "p1!END");
    world.write("bolt/a.zip", "p1!END");
    let more = world.settle();
    assert_eq!(names_of(&more), [("acme/deep/again.zip", &Came::Same), ("bolt/a.zip", &Came::Done(Filed::Opened(3)))]);
    assert!(world.exists("acme/deep/again.zip.tierline/same.txt"));
    // The same problem of the same customer belongs to the same case.
    world.store.close_case(2, "a restart", "me", 5).unwrap();
    world.write("acme/c.zip", "p1!more END");
    assert_eq!(names_of(&world.settle()), [("acme/c.zip", &Came::Done(Filed::Updated(2)))]);
    let case = world.store.case(2).unwrap();
    assert_eq!((case.bundles.len(), &*case.customer, case.closed), (2, "acme", None));
    assert_eq!(world.read, 5);
}

#[test]
fn a_bundle_that_is_moved_with_its_report_keeps_it() {
    let mut world = World::new();
    world.write("acme/a.zip", "p1!END");
    world.settle();
    std::fs::create_dir(world.path("acme/closed")).unwrap();
    for name in ["a.zip", "a.zip.tierline"] {
        std::fs::rename(world.path(&format!("acme/{name}")), world.path(&format!("acme/closed/{name}"))).unwrap();
    }
    assert_eq!(names_of(&world.settle()), [("acme/closed/a.zip", &Came::Done(Filed::Same(1)))]);
    assert_eq!(world.reported("acme/closed/a.zip").as_deref(), Some("p1!END"));
    assert!(!world.exists("acme/closed/a.zip.tierline/same.txt"));
    // From now on it is found there.
    world.write("acme/b.zip", "p1!END");
    assert_eq!(names_of(&world.settle()), [("acme/b.zip", &Came::Same)]);
    assert_eq!(world.reported("acme/b.zip").as_deref(), Some("p1!END"));
    // What has a report of its own does not miss that of others.
    std::fs::remove_dir_all(world.path("acme/closed")).unwrap();
    assert_eq!(world.reported("acme/b.zip").as_deref(), Some("p1!END"));
    assert_eq!(world.store.case(1).unwrap().bundles.len(), 1);
}

#[test]
fn the_report_is_that_of_the_present_content() {
    let mut world = World::new();
    for content in ["x END", "y END", "x END"] {
        world.write("a.zip", content);
        world.settle();
        assert_eq!(world.reported("a.zip").as_deref(), Some(content));
    }
    // What had the content of before at another place has its report still.
    world.write("b.zip", "x END");
    world.settle();
    world.write("a.zip", "z END");
    world.settle();
    assert_eq!(world.reported("b.zip").as_deref(), Some("x END"));
    // A content that was given up leaves no reason behind.
    world.write("a.zip", "half");
    world.write("a.zip.done", "");
    world.settle();
    assert!(world.exists("a.zip.tierline/quarantined.txt"));
    std::fs::remove_file(world.path("a.zip.done")).unwrap();
    world.write("a.zip", "z END");
    world.settle();
    assert_eq!(world.reported("a.zip").as_deref(), Some("z END"));
    assert!(!world.exists("a.zip.tierline/quarantined.txt"));
}

#[test]
fn no_name_keeps_a_bundle_from_being_read() {
    let mut world = World::new();
    // 247 bytes and more are too many for the usual name of the report's folder, 251 for that of the marker.
    let long = [246, 247, 250, 251, 255].map(|bytes| "a".repeat(bytes));
    long.iter().for_each(|name| world.write(name, &format!("{name} END")));
    // Somebody has uploaded files under the names of reports' folders.
    world.write("x.log", "x END");
    world.write("x.log.tierline", "y END");
    let came = world.settle();
    assert_eq!(came.len(), 7, "{came:?}");
    assert!(came.iter().all(|(_, came)| matches!(came, Came::Done(_))), "{came:?}");
    assert_eq!(world.reported("x.log.tierline").as_deref(), Some("y END"));
    for name in long.iter().map(String::as_str).chain(["x.log"]) {
        let report = upload(&world, name).report.unwrap();
        assert!(Path::new(&report).join("report.json").exists(), "{report}");
    }
    assert_eq!(world.settle(), []);
}

#[test]
fn other_signatures_read_a_bundle_again_and_keep_its_case() {
    let mut world = World::new();
    world.write("acme/a.zip", "p1!END");
    world.settle();
    world.catalogue = "c2".into();
    world.restart();
    world.write("acme/new.zip", "p2!END");
    let again = world.settle();
    // What is new goes first, although it had to come to rest.
    assert_eq!(
        names_of(&again),
        [("acme/new.zip", &Came::Done(Filed::Opened(2))), ("acme/a.zip", &Came::Done(Filed::Updated(1)))]
    );
    assert_eq!(world.store.case(1).unwrap().bundles.len(), 1);
    world.restart();
    assert_eq!(world.settle(), []);
}

#[test]
fn other_signatures_do_not_make_a_bundle_younger() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.settle();
    let since = upload(&world, "a.zip").since;
    world.pass(1000);
    world.catalogue = "c2".into();
    world.restart();
    world.settle();
    let again = upload(&world, "a.zip");
    assert_eq!((again.catalogue.as_deref(), again.since), (Some("c2"), since));
}

#[test]
fn what_was_given_to_a_customer_stays_so_and_another_file_of_its_name_does_not() {
    let mut world = World::new();
    world.write("a.zip", "p1!END");
    world.write("copy.zip", "p1!END");
    world.settle();
    world.store.give_case(1, "acme", "me", world.wall()).unwrap();
    // Somebody touches the file, or uploads it once more.
    let again = |world: &mut World, name: &str, content: &str| {
        world.write(name, content);
        let later = std::time::SystemTime::now() + Duration::from_secs(world.seconds.get());
        let file = std::fs::File::options().write(true).open(world.path(name)).unwrap();
        file.set_modified(later).unwrap();
        let came = world.settle().into_iter().find(|it| it.0 == name).unwrap().1;
        (came, upload(world, name).customer)
    };
    let acme = |came| (came, "acme".to_owned());
    let nobodys = |case| (Came::Done(Filed::Opened(case)), "unassigned".to_owned());
    assert_eq!(again(&mut world, "a.zip", "p1!END"), acme(Came::Same));
    assert_eq!(again(&mut world, "a.zip", "p1!END"), acme(Came::Same));
    assert_eq!(again(&mut world, "copy.zip", "p1!END"), acme(Came::Same));
    let notes = |world: &World, case| -> Vec<String> {
        let events = world.store.case(case).unwrap().events.into_iter();
        events.filter(|it| it.what == crate::store::Happened::Note).map(|it| it.text).collect()
    };
    let stays = |name: &str| {
        let path = world.path(name);
        format!("`{}` was looked at again and has the same content: it stays with `acme`", path.display())
    };
    let expected = [stays("a.zip"), stays("copy.zip")];
    assert_eq!(notes(&world, 1), expected, "each once");
    // Another content under the same name may be anybody's.
    assert_eq!(again(&mut world, "a.zip", "p1!of another END"), nobodys(2));
    let told = notes(&world, 2);
    assert!(
        told[0].starts_with("another content lay at this path before, in case 1, which was given to a"),
        "{told:?}"
    );
    assert!(!told[0].contains("acme"), "it may become another customer's");
    assert_eq!(again(&mut world, "a.zip", "p1!of another END"), (Came::Same, "unassigned".to_owned()));
    assert_eq!((notes(&world, 2).len(), world.reported("a.zip").unwrap()), (1, "p1!of another END".to_owned()));
    // Back again, with other signatures, and after another file was there.
    world.catalogue = "c2".into();
    world.restart();
    assert_eq!(again(&mut world, "a.zip", "p1!END"), acme(Came::Done(Filed::Updated(1))));
    // When its case is closed, somebody has to say it anew.
    world.store.close_case(1, "a restart", "me", world.wall()).unwrap();
    assert_eq!(again(&mut world, "a.zip", "p1!END"), nobodys(3));
    let told = notes(&world, 3);
    assert!(told[0].starts_with("the same content lay at this path before, in case 1,"), "{told:?}");
    assert!(told[0].contains("and is closed"), "{told:?}");
    assert_eq!(notes(&world, 1).iter().filter(|it| it.contains("stays with")).count(), 2);
    // And the same content under another name may be anybody's.
    world.write("c.zip", "p3!END");
    world.settle();
    world.store.give_case(4, "acme", "me", world.wall()).unwrap();
    assert_eq!(again(&mut world, "d.zip", "p3!END"), nobodys(5));
    assert_eq!(notes(&world, 5), [""; 0]);
}

#[test]
fn a_problem_is_one_of_its_customer() {
    assert_ne!(problem_of("ab", "c"), problem_of("a", "bc"));
    assert_ne!(problem_of("acme", "p"), problem_of("bolt", "p"));
    assert_eq!(problem_of("acme", "p"), problem_of("acme", "p"));
}

#[test]
fn what_lacks_its_end_is_given_up_with_the_reason() {
    let mut world = World::new();
    world.write("a.zip", "half");
    assert_eq!(names_of(&world.settle()), [("a.zip", &Came::Incomplete("cut off".into()))]);
    assert!(!world.exists("a.zip.tierline"));
    // Ends of the program do not begin the time anew.
    world.pass(GIVE_UP.as_secs() - 10);
    world.restart();
    world.look();
    assert_eq!(world.work(), []);
    world.pass(10);
    let given_up = world.work();
    assert!(
        matches!(names_of(&given_up)[..], [("a.zip", Came::Quarantined(why))] if why.starts_with("cut off")),
        "{given_up:?}"
    );
    let reason = std::fs::read_to_string(world.path("a.zip.tierline/quarantined.txt")).unwrap();
    assert!(reason.starts_with("cut off"), "{reason}");
    assert_eq!(upload(&world, "a.zip").state, UploadState::Quarantined);
    assert!(world.store.cases(None, true).unwrap().is_empty());
    world.restart();
    assert_eq!(world.settle(), []);
    // An upload that goes on after all is taken.
    world.write("a.zip", "half and END");
    assert_eq!(names_of(&world.settle()), [("a.zip", &Came::Done(Filed::Opened(1)))]);
    assert!(!world.exists("a.zip.tierline/quarantined.txt"));
    // With a marker nobody waits.
    world.write("b.zip", "half");
    world.write("b.zip.done", "");
    world.look();
    assert!(matches!(names_of(&world.work())[..], [("b.zip", Came::Quarantined(_))]));
}

#[test]
fn a_bundle_that_ends_its_reader_is_given_up_and_others_go_on() {
    let mut world = World::new();
    world.write("a.zip", "poison END");
    world.write("b.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let mut ends = Vec::new();
    for _ in 0..20 {
        while let Some(job) = world.next() {
            let came = world.work_on(&job, &|_| Ok(()), &mut |path, folder| match path.ends_with("a.zip") {
                true => Examined::Failed { why: "crashed".into() },
                false => read(path, folder),
            });
            ends.push(came);
        }
        world.pass(10);
        // Failures are counted across ends of the program.
        world.restart();
        world.look();
    }
    let later = || Came::Later("crashed".into());
    let end = Came::Quarantined("reading it has failed 3 times: crashed".into());
    assert_eq!(ends, [later(), Came::Done(Filed::Opened(1)), later(), end]);
    assert_eq!(upload(&world, "a.zip").tries, 3);
}

#[test]
fn a_bundle_whose_reader_was_killed_is_read_alone_before_it_is_blamed() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let mut ends = Vec::new();
    for _ in 0..20 {
        while let Some(job) = world.next() {
            let is_alone = job.is_alone;
            ends.push((is_alone, world.work_on(&job, &|_| Ok(()), &mut |_, _| Examined::Killed)));
        }
        world.pass(10);
    }
    assert_eq!(ends.first(), Some(&(false, Came::Crowded)));
    assert_eq!(ends.len(), 4, "{ends:?}");
    assert!(ends[1..].iter().all(|it| it.0));
    let (_, Came::Quarantined(why)) = &ends[3] else { panic!("{ends:?}") };
    assert!(why.starts_with("reading it has failed 3 times: its reader was killed although no other"), "{why}");
    assert!(std::fs::read_to_string(world.path("a.zip.tierline/quarantined.txt")).unwrap().starts_with(why));
}

#[test]
fn what_changes_or_goes_while_it_is_read_is_not_filed() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let job = world.next().unwrap();
    let path = world.path("a.zip");
    let came = world.work_on(&job, &|_| Ok(()), &mut |from, folder| {
        let examined = read(from, folder);
        std::fs::write(&path, "longer END").unwrap();
        examined
    });
    assert_eq!(came, Came::Changed);
    assert!(world.store.cases(None, true).unwrap().is_empty() && !world.exists("a.zip.tierline"));
    assert_eq!(names_of(&world.settle()), [("a.zip", &Came::Done(Filed::Opened(1)))]);
    world.write("b.zip", "another END");
    world.look();
    world.pass(SETTLE.as_secs());
    let (job, path) = (world.next().unwrap(), world.path("b.zip"));
    let came = world.work_on(&job, &|_| Ok(()), &mut |_, _| {
        std::fs::remove_file(&path).unwrap();
        Examined::Incomplete { why: "cut off".into() }
    });
    assert_eq!(came, Came::Gone);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_folder_leads_nowhere() {
    let mut world = World::new();
    let other = world.folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("a.zip"), "of another END").unwrap();
    world.write("acme/deep/a.zip", "own END");
    world.look();
    world.pass(SETTLE.as_secs());
    let job = world.next().unwrap();
    let swap = |world: &World| {
        std::fs::rename(world.path("acme/deep"), world.path("acme/moved")).unwrap();
        std::os::unix::fs::symlink(&other, world.path("acme/deep")).unwrap();
    };
    // While it is read: the report goes where the bundle was found.
    let mut swapped = false;
    let (path, moved) = (world.path("acme/deep"), world.path("acme/moved"));
    let came = world.work_on(&job, &|_| Ok(()), &mut |bundle, folder| {
        let examined = read(bundle, folder);
        if !std::mem::replace(&mut swapped, true) {
            std::fs::rename(&path, &moved).unwrap();
            std::os::unix::fs::symlink(&other, &path).unwrap();
        }
        examined
    });
    assert!(matches!(came, Came::Done(_)), "{came:?}");
    assert!(world.exists("acme/moved/a.zip.tierline/report.json"));
    assert_eq!(other.read_dir().unwrap().count(), 1);
    // Before: there is no such bundle.
    std::fs::remove_file(world.path("acme/deep")).unwrap();
    std::fs::rename(world.path("acme/moved"), world.path("acme/deep")).unwrap();
    swap(&world);
    assert_eq!(world.work_on(&job, &|_| Ok(()), &mut |_, _| panic!()), Came::Gone);
    assert_eq!(other.read_dir().unwrap().count(), 1);
}

#[test]
fn a_full_disk_loses_nothing_and_judges_nothing() {
    let full = || io::Error::from_raw_os_error(28);
    for step in Step::ALL {
        let mut world = World::new();
        world.write("a.zip", "END");
        world.look();
        world.pass(SETTLE.as_secs());
        let job = world.next().unwrap();
        let fail = |at| if at == step { Err(full()) } else { Ok(()) };
        let came = world.work_on(&job, &fail, &mut read);
        assert!(matches!(&came, Came::Machine(_)), "{step:?}: {came:?}");
        world.pass(5);
        let again = world.work();
        // Behind the last step it was read already.
        let done = if step == Step::Finished { Came::Same } else { Came::Done(Filed::Opened(1)) };
        assert_eq!(names_of(&again), [("a.zip", &done)], "{step:?}");
        assert_eq!(world.store.cases(None, true).unwrap()[0].bundles.len(), 1);
    }
}

#[test]
fn what_the_machine_refuses_is_given_up_in_the_end() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let mut ends = Vec::new();
    for _ in 0..400 {
        while let Some(job) = world.next() {
            let why = "a.zip: permission denied (os error 13)".to_owned();
            let refused = Examined::Machine { why, trouble: Trouble::Upload };
            ends.push(world.work_on(&job, &|_| Ok(()), &mut |_, _| refused.clone()));
        }
        world.pass(10);
    }
    assert!(ends.len() < 40, "{}", ends.len());
    assert!(matches!(ends.last(), Some(Came::Quarantined(why)) if why.contains("permission denied")), "{ends:?}");
    assert!(ends.iter().rev().skip(1).all(|it| matches!(it, Came::Later(_))), "{ends:?}");
}

#[test]
fn the_name_of_a_file_makes_no_trouble_of_the_machine() {
    let mut world = World::new();
    world.write("a (os error 28).zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let why = "a (os error 28).zip: it could not be written in a language we know".to_owned();
    let job = world.next().unwrap();
    let refused = Examined::Machine { why: why.clone(), trouble: Trouble::Upload };
    assert_eq!(world.work_on(&job, &|_| Ok(()), &mut |_, _| refused.clone()), Came::Later(why));
}

#[test]
fn a_disk_that_stays_full_condemns_nothing() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let full = Examined::Machine { why: "no room".into(), trouble: Trouble::Room };
    for _ in 0..1000 {
        while let Some(job) = world.next() {
            let came = world.work_on(&job, &|_| Ok(()), &mut |_, _| full.clone());
            assert_eq!(came, Came::Machine("no room".into()));
        }
        world.pass(10);
    }
    world.pass(600);
    assert_eq!(names_of(&world.work()), [("a.zip", &Came::Done(Filed::Opened(1)))]);
}

#[test]
fn whoever_sets_the_clock_changes_nothing() {
    const YEAR: i64 = 31_536_000;
    for set in [YEAR, -YEAR] {
        let mut world = World::new();
        world.write("half.zip", "half");
        world.write("a.zip", "END");
        world.look();
        world.pass(SETTLE.as_secs());
        let refuse = |path: &Path, folder: &Path| match path.ends_with("a.zip") {
            true => Examined::Machine { why: "permission denied".into(), trouble: Trouble::Upload },
            false => read(path, folder),
        };
        let work = |world: &mut World| {
            let mut ends = Vec::new();
            while let Some(job) = world.next() {
                ends.push(world.work_on(&job, &|_| Ok(()), &mut |path, folder| refuse(path, folder)));
            }
            ends
        };
        let later = Came::Later("permission denied".into());
        assert_eq!(work(&mut world), [later.clone(), Came::Incomplete("cut off".into())]);
        world.clock.set(set);
        // Neither given up at once nor tried again in a year.
        assert_eq!(work(&mut world), []);
        world.pass(10);
        assert_eq!(work(&mut world), std::slice::from_ref(&later), "{set}");
        // Also if it was started again: what was to wait does not wait for long.
        world.clock.set(0);
        world.restart();
        world.look();
        world.pass(700);
        assert!(work(&mut world).contains(&later), "{set}");
    }
}

#[test]
fn old_bundles_go_when_somebody_has_said_so() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.write("a.zip.done", "");
    world.write("b.zip", "half");
    world.settle();
    let wall = world.wall();
    let remove = |before| {
        super::super::retention::remove_old(&world.store, &[world.root()], (before, wall), &|| {}).unwrap().removed
    };
    assert_eq!((remove(wall), world.exists("a.zip")), (0, true));
    // Somebody has written to it since: it is another file.
    world.write("a.zip", "other END");
    assert_eq!((remove(wall + 1), world.exists("a.zip")), (0, true));
    world.settle();
    let wall = world.wall();
    let remove = |before| {
        super::super::retention::remove_old(&world.store, &[world.root()], (before, wall), &|| {}).unwrap().removed
    };
    assert_eq!(remove(wall + 1), 1);
    for name in ["a.zip", "a.zip.done", "a.zip.tierline"] {
        assert!(!world.exists(name), "{name}");
    }
    assert!(world.exists("b.zip"));
    assert_eq!(upload(&world, "a.zip").state, UploadState::Removed);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_removed_is_told() {
    let mut world = World::new();
    world.write("acme/a.zip", "END");
    world.write("b.zip", "another END");
    world.settle();
    let wall = world.wall();
    let remove =
        |roots: &[PathBuf]| super::super::retention::remove_old(&world.store, roots, (wall + 1, wall), &|| {}).unwrap();
    // Somebody has put a folder where the marker would be.
    std::fs::create_dir_all(world.path("acme/a.zip.done/x")).unwrap();
    let swept = remove(&[world.root()]);
    assert_eq!((swept.removed, swept.failed), (1, 1), "{swept:?}");
    assert!(swept.why.is_some_and(|it| it.contains("acme/a.zip`: ")));
    assert!(world.exists("acme/a.zip") && !world.exists("b.zip"));
    // What lies in no watched folder is nobody's business, and what is gone has gone.
    assert_eq!(remove(&[world.path("bolt")]).failed, 0);
    std::fs::remove_dir_all(world.path("acme/a.zip.done")).unwrap();
    let swept = remove(&[world.root()]);
    assert_eq!((swept.removed, swept.failed, swept.why), (1, 0, None));
}

#[test]
fn what_goes_before_it_was_read_is_forgotten() {
    let mut world = World::new();
    for name in ["a.zip", "acme/b.zip", "c.zip"] {
        world.write(name, "half");
    }
    world.write("d.zip", "END");
    world.settle();
    let counts = |world: &World| world.store.upload_counts().unwrap();
    let forget = |world: &World| super::super::retention::forget_gone(&world.store, &[world.root()]).unwrap();
    assert_eq!(counts(&world), [(UploadState::Done, 1), (UploadState::Incomplete, 3)]);
    // The disk is away.
    std::fs::rename(world.root(), world.folder.path().join("away")).unwrap();
    forget(&world);
    std::fs::rename(world.folder.path().join("away"), world.root()).unwrap();
    assert_eq!(counts(&world)[1], (UploadState::Incomplete, 3));
    for name in ["a.zip", "d.zip"] {
        std::fs::remove_file(world.path(name)).unwrap();
    }
    std::fs::remove_dir_all(world.path("acme")).unwrap();
    forget(&world);
    // What was read is remembered.
    assert_eq!(counts(&world), [(UploadState::Done, 1), (UploadState::Incomplete, 1)]);
    assert_eq!(upload(&world, "c.zip").state, UploadState::Incomplete);
}

#[test]
fn what_comes_while_an_old_bundle_goes_stays() {
    let mut world = World::new();
    for (name, text) in [("a.zip", "old END"), ("b.zip", "second END"), ("c.zip", "third END")] {
        world.write(name, text);
    }
    world.settle();
    let (wall, count) = (world.wall(), Cell::new(0));
    // Another one of the same size is put in its place after it was looked at.
    let come = || {
        count.set(count.get() + 1);
        match count.get() {
            1 => {
                std::fs::write(world.path(".new"), "new END").unwrap();
                std::fs::rename(world.path(".new"), world.path("a.zip")).unwrap();
            }
            2 => std::fs::write(world.path("b.zip"), "resumed END").unwrap(),
            _ => {}
        }
    };
    let remove = super::super::retention::remove_old;
    assert_eq!(remove(&world.store, &[world.root()], (wall + 1, wall), &come).unwrap().removed, 1);
    let text = |name: &str| std::fs::read_to_string(world.path(name)).unwrap();
    assert_eq!((text("a.zip"), text("b.zip"), world.exists("c.zip")), ("new END".into(), "resumed END".into(), false));
    let again = world.settle();
    assert_eq!(names_of(&again).iter().map(|it| it.0).collect::<Vec<_>>(), ["a.zip", "b.zip"]);
    assert_eq!(world.root().read_dir().unwrap().count(), 4, "two bundles with their reports");
}
