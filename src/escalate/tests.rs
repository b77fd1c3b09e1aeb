use super::*;
use crate::bundle::{Bundle, Input, Limits, Problem, ProblemKind};
use crate::diagnosis::Diagnosis;
use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
use crate::finding::{Group, Level};
use crate::redact::{CustomerKey, Map, Names, Options};
use crate::signature::{Portal, PortalField, Reference, Severity, Signature, SignatureSet, SupportLevel, Takes};
use std::fs;
use std::path::Path;

const VENDOR: &str = "\
vendor: Acme
severities:
  - {name: P1, of: [critical]}
  - {name: P2, of: [high]}
rules:
  - {kind: contract, text: The support ID must be stated.}
  - {kind: ransomware, text: Ransomware is P1.}
products:
  - folder: app
    name: Acme App
    facts: [acme.app.version]
    logs:
      - what: service logs
        files: ['**/app/*.log']
        places: {Windows: 'C:\\App', Linux: /var/log/app}
      - what: traces
        files: ['**/*.trace']
        optional: true
";

/// A catalogue with one product of one vendor.
pub(super) fn set() -> SignatureSet {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("acme/app");
    fs::create_dir_all(&app).unwrap();
    fs::write(app.join("_product.yaml"), "vendor: Acme\nproduct: App\nfiles: ['**/app/**']\n").unwrap();
    fs::write(folder.path().join("acme/_vendor.yaml"), VENDOR).unwrap();
    let set = SignatureSet::load(false, &[folder.path().to_owned()]).unwrap();
    assert!(set.errors().is_empty(), "{:?}", set.errors());
    set
}

fn found(file: &str) -> Group {
    group(2, vec![evidence(file, 7, "cannot open the store: code 5")])
}

fn error(file: &str) -> Diagnosis {
    diagnosis(Vec::new(), vec![unknown(Level::Error, "cannot open the store: code <n>", found(file))])
}

fn known(id: &str, level: SupportLevel, file: &str) -> (Signature, Group) {
    let mut signature = signature(id, Severity::High);
    signature.level = level;
    (signature, found(file))
}

/// All that the vendor wants to be told.
pub(super) fn complete() -> Intake {
    Intake { contract: Some("123".into()), facts: vec![("acme.app.version".into(), "1.2".into())], ..Intake::default() }
}

const PATHS: &[&str] = &["case.zip!/app/app.log"];

/// Returns what stops the case, or why there is none.
fn stops(diagnosis: &Diagnosis, intake: &Intake, paths: &[&str]) -> Vec<String> {
    let set = set();
    let paths: Vec<String> = paths.iter().map(|it| it.to_string()).collect();
    match prepare(diagnosis, &set, &set.vendors()[0], &paths, intake) {
        Ok(case) => case.shortfalls.iter().map(Shortfall::to_string).collect(),
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn a_complete_case_may_leave() {
    assert_eq!(stops(&error("case.zip!/app/app.log"), &complete(), PATHS), [""; 0]);
}

#[test]
fn what_the_vendor_asks_for_must_be_there() {
    let error = error("case.zip!/app/app.log");
    assert_eq!(
        stops(&error, &Intake::default(), &["case.zip!/other.log"]),
        [
            "the support contract is not stated (The support ID must be stated.); add `--contract NUMBER`",
            "no log states `acme.app.version`; ask the customer, then add `--fact acme.app.version=VALUE`",
            "missing: service logs",
        ]
    );
}

#[test]
fn a_vendor_of_partners_is_not_told_of_the_customer() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("acme/app");
    fs::create_dir_all(&app).unwrap();
    fs::write(app.join("_product.yaml"), "vendor: Acme\nproduct: App\nfiles: ['**/app/**']\n").unwrap();
    let vendor =
        VENDOR.replace("rules:\n", "rules:\n  - {kind: customer-not-on-case, text: The partner is the contact.}\n");
    fs::write(folder.path().join("acme/_vendor.yaml"), vendor).unwrap();
    let strict = SignatureSet::load(false, &[folder.path().to_owned()]).unwrap();
    let error = error("case.zip!/app/app.log");
    let stops = |set: &SignatureSet, tried: &str| {
        let intake = Intake { customer: Some("Globex".into()), tried: vec![tried.into()], ..complete() };
        let case = prepare(&error, set, &set.vendors()[0], &[PATHS[0].into()], &intake).unwrap();
        case.shortfalls.iter().map(Shortfall::to_string).collect::<Vec<_>>()
    };
    let stop = "`--tried` names the customer or a mail address (The partner is the contact.); say it without";
    assert_eq!(stops(&strict, "GLOBEX has restarted it"), [stop]);
    assert_eq!(stops(&strict, "asked jane@globex.com."), [stop]);
    assert_eq!(stops(&strict, "restarted globexd @ noon"), [""; 0]);
    assert_eq!(stops(&set(), "GLOBEX has restarted it"), [""; 0]);
}

#[test]
fn a_log_without_records_of_the_time_is_told() {
    let (folder, _) = package("2025-12-01 00:00:00 INFO long before on vbr77\n");
    let out = folder.path().join("out");
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let omitted = &manifest["omitted"];
    assert_eq!(omitted.as_array().unwrap().len(), 1, "{manifest:#}");
    assert_eq!(omitted[0]["why"], "no record of the time of the incident");
    let ticket = fs::read_to_string(out.join("ticket.md")).unwrap();
    assert!(ticket.contains("no record of the time of the incident"), "{ticket}");
    assert!(!ticket.contains("vbr77") && !omitted[0]["path"].as_str().unwrap().contains("vbr77"));
    assert_eq!(verify(&out, None).unwrap(), [""; 0]);
}

#[test]
fn the_time_of_a_log_does_not_end_before_it_begins() {
    // Threads write past each other.
    let (folder, _) = package(
        "2026-01-02 03:04:06 INFO started\n2026-01-02 03:04:05 INFO earlier\n2026-01-02 03:04:09 INFO last\n\
         2026-01-02 03:04:08 INFO of another thread\n",
    );
    let ticket = fs::read_to_string(folder.path().join("out/ticket.md")).unwrap();
    assert!(ticket.contains("2026-01-02 03:04:05 to 2026-01-02 03:04:09"), "{ticket}");
}

#[test]
fn logs_that_cannot_be_read_are_missing_too() {
    let mut error = error("case.zip!/app/app.log");
    let problem = |file: &str, kind, message: &str| Problem { file: file.into(), kind, message: message.into() };
    error.problems = vec![
        problem("case.zip!/app/b.log", ProblemKind::Encrypted, "needs a password"),
        problem("case.zip!/app/link.log", ProblemKind::Skipped, "a link"),
        problem("case.zip!/else.log", ProblemKind::Corrupt, "cut off"),
    ];
    assert_eq!(
        stops(&error, &complete(), PATHS),
        ["`case.zip!/app/b.log` could not be read (encrypted): needs a password"]
    );
}

#[test]
fn a_fix_of_our_own_comes_before_the_vendor() {
    let mut diagnosis = diagnosis(
        vec![known("linux/kernel/disk-full", SupportLevel::L1, "case.zip!/messages")],
        vec![unknown(Level::Error, "cannot open", found("case.zip!/app/app.log"))],
    );
    let stop = "a known problem with a fix of L1 is in the logs: linux/kernel/disk-full happened on srv01 \
                (linux/kernel/disk-full); try it, then say so with `--tried linux/kernel/disk-full`";
    assert_eq!(stops(&diagnosis, &complete(), PATHS), [stop]);
    let tried = Intake { tried: vec!["linux/kernel/disk-full".into()], ..complete() };
    assert_eq!(stops(&diagnosis, &tried, PATHS), [""; 0]);
    diagnosis.known[0].state = crate::diagnosis::State::Old;
    assert_eq!(stops(&diagnosis, &complete(), PATHS), [""; 0]);
}

#[test]
fn a_reason_overrides_the_gate_and_what_is_missing_stays_told() {
    let (set, error) = (set(), error("case.zip!/app/app.log"));
    let intake = Intake { override_gate: Some("the site is down".into()), ..Intake::default() };
    let case = prepare(&error, &set, &set.vendors()[0], &[], &intake).unwrap();
    assert!(case.may_leave());
    assert_eq!(case.shortfalls.len(), 3);
}

#[test]
fn the_case_is_about_a_message_of_the_vendors_product() {
    let foreign = error("case.zip!/else/x.log");
    let nothing = "the logs have no unexplained error of a product of Acme, and no known defect; if the case is about something \
                   else, name it with `--finding ID`, which `-o json` of a triage lists";
    assert_eq!(stops(&foreign, &complete(), PATHS), [nothing]);
    let id = foreign.unresolved[0].id.clone();
    let named = Intake { findings: vec![id.clone()], ..complete() };
    let expected = format!("`{id}` is in no log of a product of Acme; name the product with `--product`");
    assert_eq!(stops(&foreign, &named, PATHS), [expected]);
    let decided = Intake { product: Some("acme app".into()), ..named };
    assert_eq!(stops(&foreign, &decided, PATHS), [""; 0]);
    // Of several the first that is of one of its products.
    let own = error("case.zip!/app/app.log");
    let several = Intake { findings: vec!["none".into(), own.unresolved[0].id.clone()], ..complete() };
    assert_eq!(stops(&own, &several, PATHS), [""; 0]);
    let unknown = Intake { findings: vec!["none".into()], ..complete() };
    assert!(stops(&foreign, &unknown, PATHS)[0].starts_with("no unexplained error and no known problem"));
    let product = Intake { product: Some("Rocket".into()), ..complete() };
    assert_eq!(stops(&foreign, &product, PATHS), ["Acme has no product `Rocket`; its products are `Acme App`"]);
}

#[test]
fn a_known_defect_comes_before_an_unexplained_error() {
    let diagnosis = diagnosis(
        vec![known("acme/app/leak", SupportLevel::L3, "case.zip!/messages")],
        vec![unknown(Level::Error, "cannot open", found("case.zip!/app/app.log"))],
    );
    let (set, intake) = (set(), complete());
    let case = prepare(&diagnosis, &set, &set.vendors()[0], &["app/a.log".into()], &intake).unwrap();
    assert_eq!(case.subject.id(), "acme/app/leak");
    assert!(case.shortfalls.is_empty(), "{:?}", case.shortfalls);
    let steps: Vec<&str> = case.untried.iter().map(|it| it.text).collect();
    assert_eq!(steps, ["Start srv01.", "Wait."]);
}

#[test]
fn the_severity_is_that_of_the_vendor() {
    let (set, error) = (set(), error("case.zip!/app/app.log"));
    let name = |intake: Intake| {
        let case = prepare(&error, &set, &set.vendors()[0], &[], &intake).unwrap();
        (case.severity, case.vendor_severity.unwrap().name.clone())
    };
    assert_eq!(name(complete()), (Severity::High, "P2".into()));
    assert_eq!(name(Intake { severity: Some(Severity::Low), ..complete() }), (Severity::Low, "P2".into()));
    assert_eq!(name(Intake { ransomware: true, ..complete() }), (Severity::Critical, "P1".into()));
}

#[test]
fn the_customer_is_asked_for_what_only_the_customer_has() {
    let (set, mut error) = (set(), error("case.zip!/app/app.log"));
    error.problems = vec![Problem {
        file: "/srv/in/bolt/case.zip!/app/b.log".into(),
        kind: ProblemKind::Encrypted,
        message: "needs a password".into(),
    }];
    // Where it lies here is nothing to the customer.
    error.inputs =
        vec![Input { path: "/srv/in/bolt/case.zip".into(), kind: "zip".to_owned().into(), bytes: 1, sha256: None }];
    let ask = |intake: &Intake, paths: &[String]| {
        let case = prepare(&error, &set, &set.vendors()[0], paths, intake).unwrap();
        request(&case, &error)
    };
    let expected = "\
To open a case about Acme App with Acme we still need the following from you:

1. The version and build of Acme App (acme.app.version).

2. case.zip!/app/b.log again, complete: what we received cannot be read (needs a password).

3. The service logs.
   Windows: C:\\App
   Linux: /var/log/app

The logs should cover 2026-01-02 and the day before.

Please send the files as they are, as one archive, without a password and without changing them.
";
    assert_eq!(ask(&Intake::default(), &[]).unwrap(), expected);
    error.problems.clear();
    let only_contract = Intake { contract: None, ..complete() };
    assert_eq!(
        request(&prepare(&error, &set, &set.vendors()[0], &["app/a.log".into()], &only_contract).unwrap(), &error),
        None
    );
}

/// Makes the package of an error in a log of the product that names a host, and returns the folder above it.
fn package(case_log: &str) -> (tempfile::TempDir, Vec<Input>) {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("case/app");
    fs::create_dir_all(&logs).unwrap();
    fs::write(logs.join("vbr77.log"), case_log).unwrap();
    fs::write(logs.join("other.txt"), "password=Tr0ub4dor&3\n").unwrap();
    let mut bundle = Bundle::open(&[folder.path().join("case")], Limits::default()).unwrap();
    bundle.hash();
    let (set, mut error) = (set(), error("case/app/vbr77.log"));
    error.inputs = bundle.inputs().to_vec();
    error.unresolved[0].finding.group.evidence[0].text = "cannot open the store of vbr77: code 5".into();
    let mut names = Names::default();
    names.learn(b"host=vbr77\n");
    let redaction = Redaction {
        key: CustomerKey::new([7; CustomerKey::LEN]),
        options: Options::default(),
        names,
        known: Map::default(),
    };
    let intake = complete();
    let case = prepare(&error, &set, &set.vendors()[0], &["case/app/vbr77.log".into()], &intake).unwrap();
    let made = make(&case, &error, &intake, &bundle, &redaction, &folder.path().join("out")).unwrap();
    assert_eq!(made.ticket.key.len(), 64);
    assert!(made.map.entries().any(|(_, _, original)| original == "vbr77"));
    (folder, bundle.inputs().to_vec())
}

/// All files below a folder with their texts, by path.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                    all.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
    }
    all.sort();
    all
}

const LOG: &str = "\
2025-12-01 00:00:00 INFO long before on vbr77
2026-01-02 03:04:05 ERROR cannot open the store of vbr77: code 5
2026-01-02 09:00:00 INFO long behind
";

#[test]
fn a_package_has_the_case_and_the_logs_of_its_time_without_names() {
    let (folder, _) = package(LOG);
    let texts = texts(&folder.path().join("out"));
    let names: Vec<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
    let log = names.iter().find(|it| it.starts_with("logs/")).copied().unwrap();
    assert_eq!(names, ["evidence/01.txt", log, "manifest.json", "ticket.json", "ticket.md"]);
    for (name, text) in &texts {
        assert!(!text.contains("vbr77") && !name.contains("vbr77"), "{name}: {text}");
    }
    let (_, text) = texts.iter().find(|(name, _)| name == log).unwrap();
    assert!(text.starts_with("2026-01-02 03:04:05 ERROR cannot open the store of "), "{text}");
    assert_eq!(text.lines().count(), 1);
    let ticket = &texts.iter().find(|(name, _)| name == "ticket.md").unwrap().1;
    for words in
        ["# Acme App: ", "| Severity | P2 |", "| Version | 1.2 (as the customer says) |", "code 5", "1 of 3 records"]
    {
        assert!(ticket.contains(words), "{words} is not in\n{ticket}");
    }
}

#[test]
fn the_same_logs_and_answers_give_the_same_package() {
    let (one, other) = (package(LOG).0, package(LOG).0);
    assert_eq!(texts(&one.path().join("out")), texts(&other.path().join("out")));
}

#[cfg(feature = "server")]
#[test]
fn a_zip_follows_from_the_package_and_holds_all_of_it() {
    let (one, other) = (package(LOG).0, package(LOG).0);
    let zipped = |folder: &tempfile::TempDir| zip(&folder.path().join("out"), Vec::new()).unwrap();
    let bytes = zipped(&one);
    assert!(bytes == zipped(&other));
    let unpacked = one.path().join("unpacked");
    ::zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap().extract(&unpacked).unwrap();
    assert_eq!(texts(&unpacked), texts(&one.path().join("out")));
    assert_eq!(verify(&unpacked, None).unwrap(), [""; 0]);
    // It is verified as it is.
    let place = one.path().join("out.zip");
    fs::write(&place, zipped(&one)).unwrap();
    assert_eq!(verify(&place, None).unwrap(), [""; 0]);
    assert_eq!(Ticket::open(&place).unwrap(), Ticket::open(&one.path().join("out")).unwrap());
    // What was not looked over does not leave.
    fs::write(one.path().join("out/evidence/01.txt"), "nothing happened").unwrap();
    let error = zip(&one.path().join("out"), Vec::new()).unwrap_err();
    assert!(error.to_string().contains("`evidence/01.txt` was changed"), "{error}");
}

#[cfg(feature = "server")]
#[test]
fn a_zip_that_was_touched_is_told() {
    use ::zip::write::SimpleFileOptions;
    use std::io::Write;
    let (folder, _) = package(LOG);
    let place = folder.path().join("out.zip");
    let add = |name: &str, text: &str, bytes: Vec<u8>| {
        let mut archive = ::zip::ZipWriter::new_append(std::io::Cursor::new(bytes)).unwrap();
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
        archive.finish().unwrap().into_inner()
    };
    let bytes = zip(&folder.path().join("out"), Vec::new()).unwrap();
    // A name that leads out of any folder is a name like others.
    fs::write(&place, add("../../more.txt", "x", bytes.clone())).unwrap();
    assert_eq!(verify(&place, None).unwrap(), ["`../../more.txt` was added"]);
    assert!(!folder.path().join("more.txt").exists());
    // One file was exchanged, another one is not there.
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut other = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).unwrap();
        if !matches!(&*file.name().unwrap(), "ticket.md" | "evidence/01.txt") {
            other.raw_copy_file(file).unwrap();
        }
    }
    let other = other.finish().unwrap().into_inner();
    fs::write(&place, add("evidence/01.txt", "nothing happened", other)).unwrap();
    assert_eq!(verify(&place, None).unwrap(), ["`evidence/01.txt` was changed", "`ticket.md` is missing"]);
    fs::write(&place, "no zip").unwrap();
    let error = verify(&place, None).unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("neither a folder nor a zip"), "{error:?}");
}

#[test]
fn a_package_that_was_touched_is_told() {
    let (folder, inputs) = package(LOG);
    let out = folder.path().join("out");
    assert_eq!(verify(&out, Some(&inputs)).unwrap(), [""; 0]);
    assert_eq!(verify(&out, Some(&[])).unwrap(), ["it was made from other logs than these"]);
    fs::write(out.join("evidence/01.txt"), "nothing happened").unwrap();
    fs::write(out.join("more.txt"), "").unwrap();
    fs::remove_file(out.join("ticket.md")).unwrap();
    assert_eq!(
        verify(&out, None).unwrap(),
        ["`evidence/01.txt` was changed", "`ticket.md` is missing", "`more.txt` was added"]
    );
    let manifest = fs::read_to_string(out.join("manifest.json")).unwrap();
    fs::write(out.join("manifest.json"), manifest.replace("evidence/01.txt", "../../case/app/vbr77.log")).unwrap();
    assert!(verify(&out, None).unwrap()[0].ends_with("which is not inside the package"));
    fs::write(out.join("manifest.json"), "{}").unwrap();
    assert!(verify(&out, None).is_err());
}

/// The ticket of a case as it is printed, and as it is pasted into a portal.
fn ticket(diagnosis: &Diagnosis, intake: &Intake) -> (Ticket, String) {
    let set = set();
    let case = prepare(diagnosis, &set, &set.vendors()[0], &[PATHS[0].into()], intake).unwrap();
    let key = CustomerKey::new([7; CustomerKey::LEN]);
    let redactor = crate::redact::Redactor::new(key.clone(), &Options::default(), &Names::default());
    let ticket = Ticket::new(&case, diagnosis, intake, &redactor, &key);
    let field = PortalField { name: "Text".into(), takes: Takes::Description, choices: Vec::new() };
    let portal = Portal {
        name: "Portal".into(),
        url: "https://acme.com/".into(),
        fields: vec![field],
        attachment_mb: None,
        escalation: None,
    };
    let pasted = portal::portal_fields(&ticket, &portal);
    (ticket, pasted)
}

#[test]
fn a_time_says_which_clock_it_is() {
    let shown = render::moment("2026-02-18T23:32:30.233");
    assert_eq!(shown, "2026-02-18T23:32:30.233 (the log states no time zone)");
    for stated in ["2026-02-18T23:32:30Z", "2026-02-18T23:32:30-05:00", "2026-02-18T23:32:30+01:00"] {
        assert_eq!(render::moment(stated), stated);
    }
}

#[test]
fn a_vendor_reads_which_steps_for_the_error_were_not_tried_and_of_others_that_they_are_open() {
    let diagnosis = diagnosis(
        vec![known("linux/kernel/disk-full", SupportLevel::L1, "case.zip!/messages")],
        vec![unknown(Level::Error, "cannot open", found("case.zip!/app/app.log"))],
    );
    let intake = Intake { override_gate: Some("the site is down".into()), ..complete() };
    let (about_other, pasted) = ticket(&diagnosis, &intake);
    assert_eq!(about_other.untried, Vec::<String>::new());
    assert!(about_other.known[0].is_open);
    assert!(pasted.contains("disk-full happened on srv01 (not tried yet)"), "{pasted}");
    // What is pasted is no Markdown, and whole.
    for words in ["Text:\n  (all text below the line)", "code 5", "the site is down", "Version: 1.2"] {
        assert!(pasted.contains(words), "{words} is not in {pasted}");
    }
    assert!(!pasted.contains('`') && !pasted.contains('|') && !pasted.contains("\\_"), "{pasted}");
}

#[test]
fn an_address_that_looks_like_the_customers_is_left_out() {
    let (mut leak, group) = known("linux/kernel/disk-full", SupportLevel::L3, "case.zip!/messages");
    let reference = |url: &str| Reference { kind: "docs".into(), id: None, url: url.into() };
    leak.advice.references =
        vec![reference("https://pastebin.com/uThWBzmg"), reference("https://docs.kernel.org/admin-guide/")];
    let diagnosis =
        diagnosis(vec![(leak, group)], vec![unknown(Level::Error, "cannot open", found("case.zip!/app/app.log"))]);
    let intake = Intake { findings: vec![diagnosis.unresolved[0].id.clone()], ..complete() };
    let (ticket, _) = ticket(&diagnosis, &intake);
    assert_eq!(ticket.known[0].urls, ["https://docs.kernel.org/admin-guide/"]);
}
