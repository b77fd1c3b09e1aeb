//! What a pack is, and that nothing else is believed.

use super::*;
use crate::signature::SignatureSet;
use proptest::prelude::*;
use std::fs;
use tar::{Builder, EntryType, Header};

#[path = "../../../tests/integration/signer.rs"]
mod signer;
use signer::Signer;

const YAML: &str = "title: t\nlevel: L1\nside: server\nseverity: low\nmatch: {text: qzoff}\ncause: c\n";
const PRODUCT: &str = "vendor: Acme\nproduct: App\n";

fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

fn pack(version: &str) -> Pack {
    let files = files(&[("acme/app/disk.yaml", YAML), ("acme/app/_product.yaml", PRODUCT)]);
    Pack::new("acme", version, "MIT OR Apache-2.0", files).unwrap()
}

fn pin(number: u8, pack: Option<&str>) -> Pin {
    let key = PackKey::parse(&Signer::new(number).public()).unwrap();
    Pin { key, pack: pack.map(str::to_owned) }
}

/// Opens a file with this signature beside it.
fn open(bytes: &[u8], signature: Option<&str>, pins: &[Pin]) -> Result<Opened, PackError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tierpack");
    fs::write(&file, bytes).unwrap();
    if let Some(signature) = signature {
        fs::write(signature_of(&file), signature).unwrap();
    }
    Pack::open(&file, pins)
}

/// The message with which a file is refused that was signed with a pinned key.
fn refusal(bytes: &[u8]) -> String {
    open(bytes, Some(&Signer::new(1).sign(bytes)), &[pin(1, None)]).unwrap_err().to_string()
}

#[test]
fn a_signed_pack_is_opened_and_is_what_it_was_made_of() {
    let pack = pack("1.4.0");
    let bytes = pack.write().unwrap();
    let opened = open(&bytes, Some(&Signer::new(1).sign(&bytes)), &[pin(2, None), pin(1, Some("acme"))]).unwrap();
    assert_eq!((&opened.pack, &opened.bytes, &opened.key), (&pack, &bytes, &pin(1, None).key));
    let catalogue = opened.pack.catalogue(Path::new("acme.tierpack"));
    assert_eq!((catalogue.signatures.len(), catalogue.products.len(), catalogue.errors.len()), (1, 1, 0));
    assert_eq!((catalogue.info.name.as_str(), catalogue.info.sha256), ("acme 1.4.0", pack.sha256()));
    assert_eq!(catalogue.signatures[0].source, Path::new("acme.tierpack/acme/app/disk.yaml"));
}

#[test]
fn the_same_files_give_the_same_bytes_and_any_other_content_others() {
    assert_eq!(pack("1.4.0").write().unwrap(), pack("1.4.0").write().unwrap());
    assert_ne!(pack("1.4.0").write().unwrap(), pack("1.4.1").write().unwrap());
    assert_ne!(pack("1.4.0").sha256(), Pack::new("acme", "1.4.0", "MIT", files(&[("a.yaml", "")])).unwrap().sha256());
}

#[test]
fn who_has_signed_decides() {
    let bytes = pack("1.4.0").write().unwrap();
    let good = Signer::new(1).sign(&bytes);
    #[track_caller]
    fn check(result: Result<Opened, PackError>, expected: &str) {
        let message = result.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    let pins = [pin(1, None)];
    check(open(&bytes, None, &pins), "it is not signed: there is no `");
    check(open(&bytes, Some("hello"), &pins), "is not a signature of minisign");
    check(open(&bytes, Some(&good), &[]), "no key is pinned");
    check(open(&bytes, Some(&good), &[pin(2, None)]), "signed with a key that is not pinned");
    check(open(&bytes, Some(&good), &[pin(1, Some("other"))]), "is pinned for `other` and not for `acme`");
    check(open(&bytes, Some(&Signer::new(1).signature("Ed", &bytes)), &pins), "a signature of the old kind");
    let of_another = Signer::new(1).sign(&pack("1.4.1").write().unwrap());
    check(open(&bytes, Some(&of_another), &pins), "the signature is not that of this file");
    let comment = good.replace("file:a.tierpack", "file:b.tierpack");
    check(open(&bytes, Some(&comment), &pins), "the signature is not that of this file");
    check(Pack::open(Path::new("no/such.tierpack"), &pins), "it cannot be read");
}

#[test]
fn a_key_may_be_pinned_for_several_names() {
    let bytes = pack("1.4.0").write().unwrap();
    let signature = Signer::new(1).sign(&bytes);
    assert!(open(&bytes, Some(&signature), &[pin(1, Some("other")), pin(1, Some("acme"))]).is_ok());
    assert!(open(&bytes, Some(&signature), &[pin(1, Some("acme")), pin(1, Some("other"))]).is_ok());
}

#[test]
fn the_file_of_keys_is_read_line_by_line() {
    let (one, two) = (Signer::new(1).public(), Signer::new(2).public());
    let text = format!("# keys\n\n{one} acme # their web site\n{two} *\nRWnokey acme\n{one}\n{one} Acme\n{two} a b\n");
    let (found, mistakes) = pins(&text);
    assert_eq!(found, [pin(1, Some("acme")), pin(2, None)]);
    assert_eq!(mistakes.iter().map(|it| it.line).collect::<Vec<_>>(), [5, 6, 7, 8]);
    let file = format!("untrusted comment: minisign public key 0101\n{one}\n");
    assert_eq!(PackKey::parse(&file).unwrap().to_string(), one);
    assert!(PackKey::parse(&format!("{one}\n{two}")).is_none() && PackKey::parse("").is_none());
}

#[test]
fn paths_that_could_lead_elsewhere_are_refused() {
    let make = |path: &str| Pack::new("acme", "1", "MIT", files(&[(path, "x")]));
    let long = format!("{}.yaml", "a".repeat(200));
    for path in [
        "../x.yaml",
        "/x.yaml",
        "a//x.yaml",
        "a/../x.yaml",
        "a\\x.yaml",
        "c:x.yaml",
        ".x.yaml",
        "a/.x.yaml",
        "a/x.txt",
        "a/x.yaml\n",
        "pack.yaml",
        "",
        "ä.yaml",
        &long,
    ] {
        assert!(make(path).is_err(), "{path}");
    }
    assert!(make("a/b/c.yaml").is_ok() && make("a/b/_product.yaml").is_ok() && make("_overlay.yaml").is_err());
    assert!(Pack::new("acme", "1", "MIT", files(&[])).is_err());
    assert!(Pack::new("acme", "1", "MIT", files(&[("a.yaml", &"x".repeat(MAX_BYTES + 1))])).is_err());
}

#[test]
fn names_versions_and_licences_are_plain() {
    let make = |name, version, licence| Pack::new(name, version, licence, files(&[("a.yaml", "")]));
    assert!(make("acme-2", "1.0", "MIT OR Apache-2.0").is_ok());
    for (name, version, licence) in [
        ("Acme", "1", "MIT"),
        ("a/b", "1", "MIT"),
        ("a--b", "1", "MIT"),
        ("..", "1", "MIT"),
        ("a", "1/2", "MIT"),
        ("a", "", "MIT"),
        ("a", "1", "it's"),
        ("a", "1", " "),
        ("a", "1", "MIT\n"),
    ] {
        assert!(make(name, version, licence).is_err(), "{name} {version} {licence}");
    }
}

/// An archive of members, each with its type and content.
fn archive(members: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    for (path, kind, bytes) in members {
        let mut header = Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_size(bytes.len() as u64);
        // Written as it is: the archive's own function would refuse what a hostile one contains.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        archive.append(&header, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

/// A manifest that states these files.
fn manifest(files: &[(&str, &[u8])]) -> String {
    let all = checksum::of_files(files.iter().copied());
    let head = format!("pack: 1\nname: 'acme'\nversion: '1.0'\nlicence: 'MIT'\nsha256: {all}\nfiles:\n");
    let lines = files.iter().map(|(path, bytes)| format!("  '{path}': {}\n", checksum::of_bytes(bytes)));
    head + &lines.collect::<String>()
}

/// An archive that begins with a manifest.
fn with_manifest(manifest: &str, members: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    archive(&[&[(MANIFEST, EntryType::Regular, manifest.as_bytes())], members].concat())
}

#[test]
fn what_is_signed_and_is_no_pack_is_refused_and_named() {
    let plain = EntryType::Regular;
    let x: &[u8] = b"x: 1";
    let stated = manifest(&[("a/b/c.yaml", x)]);
    let member = [("a/b/c.yaml", plain, x)];
    let good = with_manifest(&stated, &member);
    assert!(Pack::read(&good).is_ok());
    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let message = refusal(bytes);
        assert!(message.contains(expected), "{message}");
    }
    check(b"", "there is no `pack.yaml`");
    check(&archive(&member), "there is no `pack.yaml`");
    check(&[&good[..], &[0; 512]].concat(), "not in the form");
    check(&good[..good.len() - 1024], "not in the form");
    check(&good[..700], "`pack.yaml` is cut off");
    check(&with_manifest(&stated, &[member[0], member[0]]), "`a/b/c.yaml` stands there twice");
    check(&with_manifest(&stated, &[("a/b/c.yaml", plain, b"x: 2")]), "has another checksum than the manifest states");
    check(&with_manifest(&stated, &[]), "stands in the manifest and is not there");
    check(&with_manifest(&stated, &[member[0], ("a/b/d.yaml", plain, x)]), "`a/b/d.yaml` is not in the manifest");
    check(&with_manifest(&stated, &[("a/b/c.yaml", EntryType::Symlink, x)]), "`a/b/c.yaml` is not a plain file");
    check(&with_manifest(&stated, &[("a/b/c.yaml", EntryType::GNUSparse, x)]), "it is not a pack: ");
    for path in ["../c.yaml", "/etc/c.yaml", "a/../../c.yaml", "c.sh"] {
        let bytes = with_manifest(&manifest(&[(path, x)]), &[(path, plain, x)]);
        check(&bytes, "is not the path of a file in a catalogue");
    }
    let large = vec![b' '; MAX_BYTES + 1];
    let bytes = with_manifest(&manifest(&[("a.yaml", &large)]), &[("a.yaml", plain, &large)]);
    check(&bytes, "has more than 1048576 bytes");
    check(
        &with_manifest(&stated.replace("pack: 1", "pack: 2"), &member),
        "its form is one that this program does not know",
    );
    check(&with_manifest(&stated.replace("'acme'", "'../acme'"), &member), "is not a name of a pack");
    check(&with_manifest(&stated.replace("sha256: ", "sha256: 0"), &member), "the checksum over its files");
    check(&with_manifest(&format!("{stated}more: 1\n"), &member), "not in the form");
    check(&with_manifest("a: [", &member), "`pack.yaml`: not valid YAML");
    check(&with_manifest("pack: 1\n", &member), "`pack.yaml` has no `files`");
}

#[test]
fn a_member_cannot_claim_more_than_there_is() {
    let mut bytes = with_manifest(&manifest(&[("a.yaml", b"x")]), &[("a.yaml", EntryType::Regular, b"x")]);
    let at = bytes.windows(6).position(|it| it == b"a.yaml").map(|at| at / 512 * 512);
    let at = bytes.chunks(512).rposition(|it| it.starts_with(b"a.yaml")).map(|at| at * 512).or(at).unwrap();
    let mut header = Header::from_byte_slice(&bytes[at..at + 512]).clone();
    header.set_size(900_000);
    header.set_cksum();
    bytes[at..at + 512].copy_from_slice(header.as_bytes());
    assert!(refusal(&bytes).contains("`a.yaml` claims to be larger than the pack"), "{}", refusal(&bytes));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tierpack");
    File::create(&file).unwrap().set_len(LARGEST + 1).unwrap();
    assert!(matches!(Pack::open(&file, &[pin(1, None)]), Err(PackError::TooLarge)));
}

#[test]
fn two_packs_with_one_id_do_not_replace_each_other() {
    let make = |name: &str, title: &str| {
        let yaml = YAML.replace("title: t", &format!("title: {title}"));
        let files = files(&[("acme/app/disk.yaml", &yaml), (&format!("acme/app/{name}.yaml"), &yaml)]);
        Pack::new(name, "1.0", "MIT", files).unwrap().catalogue(Path::new(name))
    };
    let mut packs = vec![make("one", "first"), make("two", "second")];
    assert_eq!(ids_in_both(&packs[0], &packs[1]).iter().map(|it| &**it).collect::<Vec<_>>(), ["acme/app/disk"]);
    let errors = keep_ids_apart(&mut packs);
    assert_eq!(errors.len(), 1);
    let expected = "two/acme/app/disk.yaml: `acme/app/disk` is also in the pack one 1.0, whose signature is used";
    assert!(errors[0].to_string().starts_with(expected), "{}", errors[0]);
    let set = SignatureSet::merge(packs.into_iter().map(|it| (it, false)).collect());
    assert_eq!(set.get("acme/app/disk").unwrap().title, "first");
    assert_eq!(set.signatures().len(), 3);
}

#[test]
fn each_flipped_byte_of_the_signature_is_seen() {
    let bytes = pack("1.4.0").write().unwrap();
    let signature = Signer::new(1).sign(&bytes);
    // The first line is a comment that nobody signs.
    let start = signature.find('\n').unwrap() + 1;
    for at in start..signature.trim_end().len() {
        let mut changed = signature.clone().into_bytes();
        changed[at] ^= 1;
        let Ok(changed) = String::from_utf8(changed) else { continue };
        assert!(verify(&bytes, &changed, Path::new("x"), &[pin(1, None)]).is_err(), "byte {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_flipped_bit_of_the_pack_is_seen(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut bytes = pack("1.4.0").write().unwrap();
        let signature = Signer::new(1).sign(&bytes);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        prop_assert!(matches!(verify(&bytes, &signature, Path::new("x"), &[pin(1, None)]), Err(PackError::Changed)));
        // And if its maker had signed that, it is a pack whose name, version or licence says so, and hides nothing.
        prop_assert!(Pack::read(&bytes).map_or(true, |pack| pack.write().unwrap() == bytes));
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        prop_assert!(Pack::read(&bytes).is_err());
    }
}
