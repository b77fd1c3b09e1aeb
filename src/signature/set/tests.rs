use super::*;
use std::fs;
use std::path::Path;

const PRODUCT: (&str, &str) = ("a/b/_product.yaml", "vendor: Acme\nproduct: App\n");

fn yaml(title: &str, more: &str) -> String {
    format!("title: {title}\nlevel: L1\nside: server\nseverity: low\nmatch: {{text: abc}}\ncause: c\n{more}")
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Loads catalogues of the given files without the built-in one.
fn load(catalogues: &[&[(&str, &str)]]) -> SignatureSet {
    let folder = tempfile::tempdir().unwrap();
    let dirs: Vec<PathBuf> = (0..catalogues.len()).map(|index| folder.path().join(index.to_string())).collect();
    for (dir, files) in dirs.iter().zip(catalogues) {
        fs::create_dir_all(dir).unwrap();
        write(dir, files);
    }
    SignatureSet::load(false, &dirs).unwrap()
}

#[track_caller]
fn check(set: &SignatureSet, titles: &[&str], errors: &[&str]) {
    assert_eq!(set.signatures().iter().map(|it| it.title.as_str()).collect::<Vec<_>>(), titles);
    assert_eq!(set.errors().iter().map(|it| it.message.as_str()).collect::<Vec<_>>(), errors);
}

#[test]
fn a_later_catalogue_replaces_and_retires_ids_of_an_earlier_one() {
    let (first, second, third) = (yaml("first", ""), yaml("second", ""), yaml("third", ""));
    let retired = yaml("retired", "status: deprecated\n");
    let set = load(&[
        &[("a/b/x.yaml", &first), ("a/b/y.yaml", &second), PRODUCT],
        &[("a/b/x.yaml", &third), ("a/b/y.yaml", &retired)],
    ]);
    check(&set, &["third"], &[]);
    assert_eq!((set.signatures()[0].vendor.as_str(), set.signatures()[0].product.as_str()), ("Acme", "App"));
    assert_eq!(set.catalogues().len(), 2);
}

#[test]
fn drafts_are_used_from_folders_only() {
    let draft = yaml("draft", "status: draft\n");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a/b/x.yaml", &draft)]);
    let read = || Catalogue::read(folder.path()).unwrap();
    assert_eq!(SignatureSet::merge(vec![(read(), true)]).signatures().len(), 1);
    assert_eq!(SignatureSet::merge(vec![(read(), false)]).signatures().len(), 0);
}

#[test]
fn broken_files_are_told_and_hide_no_others() {
    let good = yaml("good", "");
    let set = load(&[&[
        ("a/b/good.yaml", &good),
        ("a/b/broken.yaml", "title: [\n"),
        ("a/b/Bad_Name.yaml", &good),
        ("a/b/other.yml", &good),
        ("a/b/notes.txt", "not a signature"),
        (".git/x.yaml", "not a signature"),
    ]]);
    let errors = [
        "`Bad_Name` is not a name that an id can have",
        "not valid YAML: unclosed bracket '['",
        "the file's name ends with `.yml`",
    ];
    check(&set, &["good"], &errors);
}

#[test]
fn former_ids_lead_to_the_present_one() {
    let renamed = yaml("renamed", "formerly: [a/b/old]\n");
    let other = yaml("other", "suppresses: [a/b/old]\n");
    let set = load(&[&[("a/b/new.yaml", &renamed), ("a/b/other.yaml", &other)]]);
    check(&set, &["renamed", "other"], &[]);
    assert_eq!(&*set.signatures()[1].suppresses[0], "a/b/new");
    assert_eq!(set.get("a/b/old").map(|it| it.title.as_str()), Some("renamed"));
    assert!(set.get("a/b/none").is_none());
}

#[test]
fn ids_that_nobody_has_are_told_with_their_place() {
    let first = yaml("first", "suppresses:\n  - a/b/second\n  - a/b/gone\n");
    let second = yaml("second", "formerly: [a/b/first]\n");
    let third = yaml("third", "formerly: [a/b/first, a/b/old]\n");
    let fourth = yaml("fourth", "formerly: [a/b/old]\n");
    let folder = tempfile::tempdir().unwrap();
    let files = [("first", &first), ("second", &second), ("third", &third), ("zourth", &fourth)];
    for (name, text) in files {
        write(folder.path(), &[(&format!("a/b/{name}.yaml"), text)]);
    }
    let set = SignatureSet::load(false, &[folder.path().to_path_buf()]).unwrap();
    let shown: Vec<_> = set.errors().iter().map(|it| (it.line, it.column, it.message.as_str())).collect();
    let taken = "`formerly` names `a/b/first`, which is the id of another signature";
    assert_eq!(
        shown,
        [
            (7, 12, taken),
            (7, 12, taken),
            (7, 12, "`formerly` names `a/b/old`, as `a/b/third` does"),
            (9, 5, "`suppresses` names `a/b/gone`, which does not exist"),
        ]
    );
    assert_eq!(set.signatures().len(), 4);
}

#[test]
fn an_overlay_holds_until_its_day() {
    let good = yaml("good", "");
    let overlay = "overrides: [{ id: a/b/x, status: disabled, reason: r, until: 2026-06-30 }]";
    let set = || load(&[&[("_overlay.yaml", overlay), PRODUCT], &[("a/b/x.yaml", &good)]]);
    let on = |day: &str| set().on(Day::parse(day).unwrap());
    check(&on("2026-06-30"), &["good"], &[]);
    assert!(on("2026-06-30").disabled(0).is_some());
    assert!(on("2026-07-01").disabled(0).is_none());
    assert!(on("2026-07-01").applied(0)[0].is_over);
    // Without a day nothing is hidden.
    assert!(set().applied(0).is_empty());
}

#[test]
fn a_successor_stands_for_an_old_id() {
    let good = yaml("good", "");
    let old = yaml("old", "status: deprecated\nreplaced_by: a/b/new\n");
    let dead = yaml("dead", "status: deprecated\nreplaced_by: a/b/gone\n");
    let other = yaml("other", "suppresses: [a/b/old]\n");
    let set = load(&[&[
        ("a/b/new.yaml", &good),
        ("a/b/old.yaml", &old),
        ("a/b/dead.yaml", &dead),
        ("a/b/other.yaml", &other),
    ]]);
    check(&set, &["good", "other"], &["`replaced_by` names `a/b/gone`, which does not exist"]);
    assert_eq!((set.index("a/b/old"), set.index("a/b/dead")), (Some(0), None));
    assert_eq!(&*set.signatures()[1].suppresses[0], "a/b/new");
    // A later catalogue uses the id again.
    let set = load(&[&[("a/b/new.yaml", &good), ("a/b/old.yaml", &old)], &[("a/b/old.yaml", &other)]]);
    assert_eq!(set.get("a/b/old").map(|it| it.title.as_str()), Some("other"));
}

#[test]
fn what_is_not_there_is_an_error() {
    assert!(SignatureSet::load(false, &[PathBuf::from("no/such/folder")]).is_err());
}

#[test]
fn files_that_are_not_text_or_too_large_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a/b/large.yaml", &yaml(&"x".repeat(2 << 20), ""))]);
    fs::write(folder.path().join("a/b/binary.yaml"), b"title: x\ncause: \xff\n").unwrap();
    let (signatures, errors) = super::super::load_dir(folder.path()).unwrap();
    assert!(signatures.is_empty());
    let shown: Vec<_> = errors.iter().map(|it| (it.line, it.column, it.message.as_str())).collect();
    assert_eq!(shown, [(2, 8, "not UTF-8 text"), (0, 0, "the file has more than 1048576 bytes"),]);
}
