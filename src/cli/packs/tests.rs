//! The folder of installed packs, also when something goes wrong in the middle.

use super::store::{children, name_of};
use super::*;
use std::collections::BTreeMap;
use tierline::signature::{PackVersion, signature_of};

#[path = "../../../tests/integration/signer.rs"]
mod signer;
use signer::Signer;

fn pins() -> Vec<Pin> {
    vec![Pin { key: PackKey::parse(&Signer::new(1).public()).unwrap(), pack: None }]
}

/// A verified pack with this version and content.
fn pack(version: &str, content: &str) -> Opened {
    let files = BTreeMap::from([("acme/app/x.yaml".to_owned(), content.as_bytes().to_vec())]);
    let bytes = Pack::new("acme", version, "MIT", files).unwrap().write().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new.tierpack");
    fs::write(&file, &bytes).unwrap();
    fs::write(signature_of(&file), Signer::new(1).sign(&bytes)).unwrap();
    Pack::open(&file, &pins()).unwrap()
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("packs"));
    (folder, store)
}

fn install(store: &Store, pack: &Opened) -> anyhow::Result<Change> {
    store.install(pack, &pins(), false, || Ok(()))
}

/// The version in use, which must be whole.
fn in_use(store: &Store) -> Option<String> {
    let mut packs = store.packs().unwrap();
    assert!(packs.len() <= 1);
    packs.pop().map(|it| store.open(&it, &pins()).unwrap().pack.version().to_string())
}

/// The files in the folder of the pack.
fn names(store: &Store) -> Vec<String> {
    children(&store.folder().join("acme")).unwrap().iter().map(|it| name_of(it).to_owned()).collect()
}

#[test]
fn a_higher_version_replaces_a_lower_one_and_nothing_else_does() {
    let (_folder, store) = store();
    let v = |text| PackVersion::parse(text).unwrap();
    assert_eq!(install(&store, &pack("1.9", "a: 1")).unwrap(), Change::New);
    assert_eq!(install(&store, &pack("1.9", "a: 1")).unwrap(), Change::Same);
    assert_eq!(install(&store, &pack("1.10", "a: 2")).unwrap(), Change::Upgraded(v("1.9")));
    let error = install(&store, &pack("1.10", "a: 3")).unwrap_err().to_string();
    assert!(error.starts_with("version 1.10 of `acme` is installed with other content"), "{error}");
    let error = install(&store, &pack("1.9", "a: 1")).unwrap_err().to_string();
    assert!(error.starts_with("version 1.10 of `acme` is installed, which is newer than 1.9"), "{error}");
    assert_eq!(in_use(&store).as_deref(), Some("1.10"));
    let change = store.install(&pack("1.9", "a: 1"), &pins(), true, || Ok(())).unwrap();
    assert_eq!((change, in_use(&store).as_deref()), (Change::Downgraded(v("1.10")), Some("1.9")));
    assert_eq!(names(&store), ["1.9.tierpack", "1.9.tierpack.minisig"]);
    assert!(store.remove("acme").unwrap() && !store.remove("acme").unwrap());
    assert!(in_use(&store).is_none() && !store.folder().join("acme").exists());
}

#[test]
fn what_was_tampered_with_is_refused_and_can_be_repaired() {
    let (_folder, store) = store();
    install(&store, &pack("1.0", "a: 1")).unwrap();
    let file = store.packs().unwrap().pop().unwrap();
    let mut bytes = fs::read(&file.path).unwrap();
    bytes[600] ^= 1;
    fs::write(&file.path, &bytes).unwrap();
    assert!(matches!(store.open(&file, &pins()), Err(PackError::Changed)));
    assert_eq!(install(&store, &pack("1.0", "a: 1")).unwrap(), Change::Repaired);
    assert_eq!(in_use(&store).as_deref(), Some("1.0"));
    // A good pack in the place of another one.
    let place = store.folder().join("other");
    fs::rename(store.folder().join("acme"), &place).unwrap();
    let file = store.packs().unwrap().pop().unwrap();
    assert!(matches!(store.open(&file, &pins()), Err(PackError::Unfit(_))));
    // A damaged newer one is no reason to fall back silently.
    fs::rename(place, store.folder().join("acme")).unwrap();
    fs::write(store.folder().join("acme/2.0.tierpack"), "x").unwrap();
    let file = store.packs().unwrap().pop().unwrap();
    assert!(matches!(store.open(&file, &pins()), Err(PackError::NotSigned(_))));
    assert!(install(&store, &pack("1.1", "a: 2")).is_err());
}

#[test]
fn a_crash_at_any_step_leaves_the_old_pack_or_the_new_one() {
    for (old, new, repeated) in [(None, "1.0", false), (Some("1.0"), "1.1", false), (Some("1.1"), "1.0", true)] {
        let mut seen = Vec::new();
        for steps in 0.. {
            let (_folder, store) = store();
            if let Some(old) = old {
                install(&store, &pack(old, "a: 1")).unwrap();
            }
            let mut left = steps;
            let mut crash = || match left {
                0 => Err(io::Error::other("crash")),
                _ => {
                    left -= 1;
                    Ok(())
                }
            };
            let outcome = store.put(&pack(new, "a: 2"), &mut crash);
            let now = in_use(&store);
            assert!(now.as_deref() == old || now.as_deref() == Some(new), "step {steps}: {now:?}");
            seen.push(now);
            if outcome.is_ok() {
                assert!(steps > 4, "{steps} steps");
                break;
            }
            // The same again, after the crash, brings the new one and clears up.
            store.install(&pack(new, "a: 2"), &pins(), repeated, || Ok(())).unwrap();
            assert_eq!(in_use(&store).as_deref(), Some(new), "step {steps}");
            store.put(&pack(new, "a: 2"), &mut || Ok(())).unwrap();
            assert_eq!(names(&store).len(), 2, "{:?}", names(&store));
        }
        assert_eq!(seen.first().unwrap().as_deref(), old);
        assert_eq!(seen.last().unwrap().as_deref(), Some(new));
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let (_folder, store) = store();
    install(&store, &pack("1.0", "a: 1")).unwrap();
    fs::write(store.folder().join("acme/notes.txt"), "mine").unwrap();
    fs::write(store.folder().join("acme/.tierline-left"), "of a crash").unwrap();
    install(&store, &pack("1.1", "a: 1")).unwrap();
    assert_eq!(names(&store), ["1.1.tierpack", "1.1.tierpack.minisig", "notes.txt"]);
    assert!(store.remove("acme").unwrap());
    assert_eq!(names(&store), ["notes.txt"]);
}

#[test]
fn where_nothing_was_ever_installed_nothing_is_made() {
    let (folder, store) = store();
    assert!(store.packs().unwrap().is_empty() && !store.remove("acme").unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
