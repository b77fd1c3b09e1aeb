//! Uploads that cannot be read: given up with the reason, while others go on.

use super::*;
use crate::store::{Filed, UploadState};

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
    let (mut ends, mut times) = (Vec::new(), Vec::new());
    let begin = world.seconds.get();
    for _ in 0..500 {
        while let Some(job) = world.next() {
            let is_alone = job.is_alone;
            ends.push((is_alone, world.work_on(&job, &|_| Ok(()), &mut |_, _| Examined::Killed)));
            times.push(world.seconds.get() - begin);
        }
        world.pass(10);
    }
    assert_eq!(times, [0, 60, 660, 4260], "another program may have the memory for a while");
    assert_eq!(ends.first(), Some(&(false, Came::Crowded)));
    assert_eq!(ends.len(), 4, "{ends:?}");
    assert!(ends[1..].iter().all(|it| it.0));
    let (_, Came::Quarantined(why)) = &ends[3] else { panic!("{ends:?}") };
    assert!(why.starts_with("reading it has failed 3 times: its reader was killed although no other"), "{why}");
    assert!(std::fs::read_to_string(world.path("a.zip.tierline/quarantined.txt")).unwrap().starts_with(why));
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
fn a_mistake_of_the_program_costs_one_upload_only() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let mut ends = Vec::new();
    for _ in 0..3 {
        let job = world.next().unwrap();
        ends.push(world.work_on(&job, &|_| Ok(()), &mut |_, _| panic!("of the test")));
        world.pass(100);
    }
    assert!(matches!(&ends[..], [Came::Later(_), Came::Later(_), Came::Quarantined(why)] if why.contains("a mistake")));
    world.write("b.zip", "END");
    assert_eq!(names_of(&world.settle()), [("b.zip", &Came::Done(Filed::Opened(1)))]);
}

#[test]
fn what_has_failed_before_it_was_read_does_not_count() {
    let mut world = World::new();
    world.write("a.zip", "END");
    let fails = |world: &mut World| {
        let job = world.next().unwrap();
        let came = world.work_on(&job, &|_| Ok(()), &mut |_, _| Examined::Failed { why: "crashed".into() });
        world.pass(100);
        came
    };
    let later = Came::Later("crashed".into());
    for catalogue in ["c1", "c2", "c3"] {
        world.catalogue = catalogue.into();
        world.restart();
        world.look();
        world.pass(SETTLE.as_secs());
        assert_eq!([fails(&mut world), fails(&mut world)], [later.clone(), later.clone()], "{catalogue}");
        assert!(matches!(names_of(&world.work())[..], [("a.zip", Came::Done(_))]), "{catalogue}");
    }
}
