//! What is done with an upload that is at rest.

use super::*;
use crate::store::{Filed, UploadState};
use crate::watch::work::problem_of;

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
fn a_problem_is_one_of_its_customer() {
    assert_ne!(problem_of("ab", "c"), problem_of("a", "bc"));
    assert_ne!(problem_of("acme", "p"), problem_of("bolt", "p"));
    assert_eq!(problem_of("acme", "p"), problem_of("acme", "p"));
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
