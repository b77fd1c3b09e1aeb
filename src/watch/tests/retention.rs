//! Bundles that are old enough to go.

use super::*;
use crate::store::UploadState;
use crate::watch::retention;

#[test]
fn old_bundles_go_when_somebody_has_said_so() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.write("a.zip.done", "");
    world.write("b.zip", "half");
    world.settle();
    let wall = world.wall();
    let remove = |before| retention::remove_old(&world.store, &[world.root()], (before, wall), &|| {}).unwrap().removed;
    assert_eq!((remove(wall), world.exists("a.zip")), (0, true));
    // Somebody has written to it since: it is another file.
    world.write("a.zip", "other END");
    assert_eq!((remove(wall + 1), world.exists("a.zip")), (0, true));
    world.settle();
    let wall = world.wall();
    let remove = |before| retention::remove_old(&world.store, &[world.root()], (before, wall), &|| {}).unwrap().removed;
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
    let remove = |roots: &[PathBuf]| retention::remove_old(&world.store, roots, (wall + 1, wall), &|| {}).unwrap();
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
fn what_the_system_does_not_let_go_of_is_not_hidden() {
    let mut world = World::new();
    world.write("acme/a.zip", "END");
    world.settle();
    let root = world.root();
    let place = Inside::open(&root, &root.join("acme")).unwrap();
    // As if removing it had failed.
    std::mem::forget(crate::watch::held::Held::new(&place, std::ffi::OsStr::new("a.zip")).unwrap());
    assert!(!world.exists("acme/a.zip"));
    retention::put_held_back(&root);
    assert_eq!(std::fs::read_to_string(world.path("acme/a.zip")).unwrap(), "END");
}

#[test]
fn what_was_away_and_comes_back_is_not_taken_for_removed() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.settle();
    let removed = |world: &World| {
        let wall = world.wall();
        retention::remove_old(&world.store, &[world.root()], (wall + 1, wall), &|| {}).unwrap().removed
    };
    // The folder is an empty mount point.
    let (root, away) = (world.root(), world.folder.path().join("away"));
    std::fs::rename(&root, &away).unwrap();
    std::fs::create_dir(&root).unwrap();
    assert_eq!((removed(&world), upload(&world, "a.zip").state), (1, UploadState::Removed));
    std::fs::remove_dir(&root).unwrap();
    std::fs::rename(&away, &root).unwrap();
    world.pass(10);
    world.restart();
    world.look();
    let again = upload(&world, "a.zip");
    assert_eq!((again.state, again.since), (UploadState::Done, world.wall()));
    assert_eq!((removed(&world), world.exists("a.zip")), (1, false));
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
    let forget = |world: &World| retention::forget_gone(&world.store, &[world.root()]).unwrap();
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
    let remove = retention::remove_old;
    assert_eq!(remove(&world.store, &[world.root()], (wall + 1, wall), &come).unwrap().removed, 1);
    let text = |name: &str| std::fs::read_to_string(world.path(name)).unwrap();
    assert_eq!((text("a.zip"), text("b.zip"), world.exists("c.zip")), ("new END".into(), "resumed END".into(), false));
    let again = world.settle();
    assert_eq!(names_of(&again).iter().map(|it| it.0).collect::<Vec<_>>(), ["a.zip", "b.zip"]);
    assert_eq!(world.root().read_dir().unwrap().count(), 4, "two bundles with their reports");
}
