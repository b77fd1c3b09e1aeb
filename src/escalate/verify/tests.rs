use super::*;
use crate::bundle::{Bundle, Limits};
use crate::diagnosis::sample::{diagnosis, evidence, group, unknown};
use crate::escalate::tests::{complete, set};
use crate::escalate::{Redaction, make, prepare};
use crate::finding::{Level, Time};
use crate::redact::{CustomerKey, Map, Names, Options, Redactor};
use crate::scan::Globs;

const LOG: &str = "\
2025-12-01 00:00:00 INFO long before on vbr77
2026-01-02 03:04:04 INFO vbr77 asks vbr78
2026-01-02 03:04:05 ERROR cannot open the store of vbr77: code 5
  at Store.open(vbr77)
2026-01-02 03:04:06 INFO vbr77 waits
2026-01-02 09:00:00 INFO long behind
";

/// A package of one error and its bundle, in a folder.
struct Made {
    folder: tempfile::TempDir,
    redactor: Redactor,
    map: Map,
}

fn names() -> Names {
    let mut names = Names::default();
    names.learn(b"host=vbr77\nhost=vbr78\n");
    names
}

fn bundle(folder: &Path) -> Bundle {
    Bundle::open(&[folder.join("case")], Limits::default()).unwrap()
}

impl Made {
    fn new() -> Made {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("case/app");
        fs::create_dir_all(&logs).unwrap();
        fs::write(logs.join("vbr77.log"), LOG).unwrap();
        fs::write(logs.join("vbr78.log"), LOG.replace("code 5", "code 6")).unwrap();
        let mut error = evidence(
            "case/app/vbr77.log",
            3,
            "2026-01-02 03:04:05 ERROR cannot open the store of vbr77: code 5\n  at Store.open(vbr77)",
        );
        error.offset = LOG.find("2026-01-02 03:04:05").unwrap() as u64;
        error.before = vec!["2026-01-02 03:04:04 INFO vbr77 asks vbr78".into()];
        error.after = vec!["2026-01-02 03:04:06 INFO vbr77 waits".into()];
        let time = Time::parse("2026-01-02T03:04:05");
        error.time = time;
        let mut found = group(1, vec![error]);
        (found.first_time, found.last_time) = (time, time);
        let diagnosis = diagnosis(Vec::new(), vec![unknown(Level::Error, "cannot open the store: code <n>", found)]);
        let (set, intake, key) = (set(), complete(), CustomerKey::new([7; CustomerKey::LEN]));
        let paths = ["case/app/vbr77.log".to_owned()];
        let case = prepare(&diagnosis, &set, &set.vendors()[0], &paths, &intake).unwrap();
        let redaction =
            Redaction { key: key.clone(), options: Options::default(), names: names(), known: Map::default() };
        let out = folder.path().join("out");
        let made = make(&case, &diagnosis, &intake, &bundle(folder.path()), &redaction, &out).unwrap();
        Made { redactor: Redactor::new(key, &Options::default(), &names()), map: made.map, folder }
    }

    fn compare(&self, with_key: bool) -> Vec<String> {
        let bundle = bundle(self.folder.path());
        let source = Source {
            bundle: &bundle,
            secrets: with_key.then_some(Secrets { redactor: &self.redactor, map: &self.map }),
            wanted: vec![Globs::new(&["**/app/*.log".into()])],
        };
        compare(&self.folder.path().join("out"), &source).unwrap().0
    }

    /// The path in the package of the log of a host.
    fn log(&self, host: &str) -> String {
        format!("logs/case/app/{}.log", self.redactor.str(host).as_str())
    }

    /// Replaces words in a file of the package.
    fn replace(&self, path: &str, old: &str, new: &str) {
        let place = self.folder.path().join("out").join(path);
        let text = fs::read_to_string(&place).unwrap();
        assert!(text.contains(old), "{old} is not in {text}");
        fs::write(&place, text.replacen(old, new, 1)).unwrap();
    }

    /// Writes the hashes of all files into the manifest, as somebody would who has changed some.
    fn rehash(&self) {
        let out = self.folder.path().join("out");
        self.manifest(|manifest| {
            for file in &mut manifest.files {
                (file.sha256, file.bytes) = hash(&out.join(&file.path)).unwrap();
            }
        });
    }

    fn manifest(&self, change: impl FnOnce(&mut Manifest)) {
        let place = self.folder.path().join("out/manifest.json");
        let mut manifest: Manifest = json(&place).unwrap();
        change(&mut manifest);
        fs::write(place, serde_json::to_string(&manifest).unwrap()).unwrap();
    }
}

#[test]
fn a_package_shows_what_its_bundle_shows() {
    let made = Made::new();
    assert_eq!(made.compare(true), [""; 0]);
    assert_eq!(made.compare(false), [""; 0]);
}

#[test]
fn a_ticket_that_says_other_things_than_its_package_is_told() {
    let out = |made: &Made| made.folder.path().join("out");
    let made = Made::new();
    assert_eq!(verify(&out(&made), None).unwrap(), [""; 0]);
    made.replace("ticket.md", "code 5", "code 7");
    made.rehash();
    assert_eq!(verify(&out(&made), None).unwrap(), ["`ticket.md` does not say what `ticket.json` says"]);
    let made = Made::new();
    made.replace("ticket.json", "code 5", "code 7");
    let ticket = Ticket::open(&out(&made)).unwrap();
    fs::write(out(&made).join("ticket.md"), markdown(&ticket)).unwrap();
    made.rehash();
    let told = verify(&out(&made), None).unwrap();
    assert!(
        told.len() == 1 && told[0].starts_with("the message in `ticket.json` is not that of the excerpt"),
        "{told:?}"
    );
    let made = Made::new();
    made.replace("ticket.json", "line 3", "line 4");
    let ticket = Ticket::open(&out(&made)).unwrap();
    fs::write(out(&made).join("ticket.md"), markdown(&ticket)).unwrap();
    made.rehash();
    let told = verify(&out(&made), None).unwrap();
    assert!(told.len() == 1 && told[0].ends_with("of which there is no excerpt"), "{told:?}");
    let made = Made::new();
    let log = made.log("vbr77");
    made.replace(&log, "code 5", "code 7");
    made.rehash();
    let told = verify(&out(&made), None).unwrap();
    assert_eq!(told, [format!("`ticket.json` names an attachment `{log}` that the manifest has not")]);
}

#[test]
fn an_excerpt_that_was_changed_is_told_by_file_and_line() {
    for with_key in [false, true] {
        let made = Made::new();
        made.replace("evidence/01.txt", "code 5", "code 7");
        let expected = "`evidence/01.txt`, line 3: not what stands at `case/app/vbr77.log`, line 3 of the bundle";
        assert_eq!(made.compare(with_key), [expected]);
        let made = Made::new();
        made.replace("evidence/01.txt", " waits", " sleeps");
        assert_eq!(made.compare(with_key), [expected.replace("line 3: not", "line 5: not")]);
        let made = Made::new();
        made.replace("evidence/01.txt", ", line 3, ", ", line 2, ");
        let found = made.compare(with_key);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("`evidence/01.txt`, line "), "{found:?}");
        let made = Made::new();
        made.replace("evidence/01.txt", "line 3, byte ", "line 77, byte 9");
        let found = made.compare(with_key);
        assert!(found[0].starts_with("`evidence/01.txt`, line 1: no record begins at line 77, byte 9"), "{found:?}");
    }
}

#[test]
fn a_log_that_was_changed_is_told_by_file_and_line() {
    for with_key in [false, true] {
        let made = Made::new();
        let log = made.log("vbr77");
        made.replace(&log, "code 5", "code 7");
        let expected = format!("`{log}`, line 2: not what stands at line 3 of `case/app/vbr77.log` of the bundle");
        assert_eq!(made.compare(with_key), [expected]);
        made.replace(&log, "code 7", "code 5");
        let text = fs::read_to_string(made.folder.path().join("out").join(&log)).unwrap();
        let last = text.lines().last().unwrap().to_owned() + "\n";
        made.replace(&log, &last, "");
        let expected = format!("`{log}`, line 4: ends, but the bundle goes on at line 5 of `case/app/vbr77.log`");
        assert_eq!(made.compare(with_key), [expected]);
        fs::write(made.folder.path().join("out").join(&log), text + "one more\n").unwrap();
        let found = made.compare(with_key);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("`{log}`, line 5: `case/app/vbr77.log` of the bundle has no more")));
    }
}

#[test]
fn a_pseudonym_is_compared_with_the_key_only() {
    let made = Made::new();
    let (one, other) = (made.redactor.str("vbr77"), made.redactor.str("vbr78"));
    made.replace(&made.log("vbr77"), one.as_str(), other.as_str());
    assert_eq!(made.compare(false), [""; 0]);
    let expected = "line 1: not what stands at line 2 of `case/app/vbr77.log` of the bundle";
    let found = made.compare(true);
    assert!(found.len() == 1 && found[0].ends_with(expected), "{found:?}");
}

#[test]
fn a_log_that_is_missing_or_of_nobody_is_told() {
    let made = Made::new();
    let log = made.log("vbr77");
    made.manifest(|it| it.files.retain(|it| it.path != log));
    let expected = "`case/app/vbr77.log` of the bundle has 3 records of the incident and is not in the package";
    assert_eq!(made.compare(true), [expected]);
    // Without the key the log of the other computer could be its redaction.
    assert_eq!(made.compare(false), [""; 0]);
    let made = Made::new();
    fs::remove_file(made.folder.path().join("case/app/vbr77.log")).unwrap();
    let found = made.compare(true);
    let ends = |it: &str| found.iter().any(|found| found.contains(it));
    assert!(found.len() == 2 && ends("the bundle has no file"), "{found:?}");
}
