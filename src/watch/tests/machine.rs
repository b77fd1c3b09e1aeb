//! A full disk and a clock that somebody sets: nothing is judged by them.

use super::*;
use crate::store::Filed;

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

#[cfg(unix)]
#[test]
fn a_quota_that_stays_used_up_condemns_nothing_and_stops_nobody_else() {
    let mut world = World::new();
    world.write("acme/a.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let full = Examined::Machine { why: "quota exceeded".into(), trouble: Trouble::Place };
    for _ in 0..1000 {
        while let Some(job) = world.next() {
            let came = world.work_on(&job, &|_| Ok(()), &mut |_, _| full.clone());
            // It is told of this one, which others do not wait for.
            assert_eq!(came, Came::Later("quota exceeded".into()));
        }
        world.pass(10);
    }
    world.pass(600);
    let (job, full) = (world.next().unwrap(), |_| Err(io::Error::from_raw_os_error(libc::EDQUOT)));
    let came = world.work_on(&job, &full, &mut read);
    assert!(matches!(&came, Came::Later(why) if why.contains("uota")), "{came:?}");
    world.pass(600);
    assert_eq!(names_of(&world.work()), [("acme/a.zip", &Came::Done(Filed::Opened(1)))]);
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
fn a_share_that_is_away_for_long_condemns_nothing() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let away = world.folder.path().join("away");
    for _ in 0..3 {
        // The files are known, and the system says of each that it cannot be read.
        let job = world.next().unwrap();
        let root = world.root();
        let refuse = |step| match step {
            Step::Hash => std::fs::rename(&root, &away).and(Err(io::Error::from_raw_os_error(5))),
            _ => Ok(()),
        };
        let came = world.work_on(&job, &refuse, &mut read);
        assert!(matches!(came, Came::Later(_)), "{came:?}");
        std::fs::rename(&away, world.root()).unwrap();
        world.pass(GIVE_UP.as_secs());
    }
    assert_eq!(names_of(&world.work()), [("a.zip", &Came::Done(Filed::Opened(1)))]);
}

#[test]
fn the_time_in_which_nobody_has_tried_does_not_count() {
    let mut world = World::new();
    world.write("a.zip", "END");
    world.look();
    world.pass(SETTLE.as_secs());
    let refused = Examined::Machine { why: "permission denied".into(), trouble: Trouble::Upload };
    let later = Came::Later("permission denied".into());
    let job = world.next().unwrap();
    assert_eq!(world.work_on(&job, &|_| Ok(()), &mut |_, _| refused.clone()), later);
    // Over a weekend the watch is off.
    world.pass(3 * GIVE_UP.as_secs());
    world.restart();
    world.look();
    let job = world.next().unwrap();
    assert_eq!(world.work_on(&job, &|_| Ok(()), &mut |_, _| refused.clone()), later);
}
