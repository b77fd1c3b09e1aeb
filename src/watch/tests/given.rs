//! Uploads whose case was given to a customer, when they come again.

use super::*;
use crate::store::Filed;

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
fn a_file_in_the_place_of_one_that_was_given_away_is_nobodys() {
    let mut world = World::new();
    world.write("a.zip", "p1!END");
    world.settle();
    world.store.give_case(1, "acme", "me", world.wall()).unwrap();
    // It waits to be read with other signatures when somebody uploads another one.
    world.catalogue = "c2".into();
    world.restart();
    world.look();
    world.write("a.zip", "p2!of another END");
    assert_eq!(world.settle(), [("a.zip".to_owned(), Came::Done(Filed::Opened(2)))]);
    assert_eq!(upload(&world, "a.zip").customer, "unassigned");
}
