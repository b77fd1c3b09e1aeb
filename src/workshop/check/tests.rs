use super::*;
use std::fs;

const DISK: &str = r#"title: The disk {disk} is full
level: L1
side: storage
severity: high
match: { regex: 'no space left on (?<disk>\S+)' }
cause: Nothing is left on {disk}.
fixes: [{ level: L1, audience: customer, steps: ['Delete files on {disk}.'], verify: The job ends. }]
references: [{ kind: docs, url: 'https://docs.example.com/disk' }]
examples:
  match: ['2026-01-02 10:00:00 ERROR no space left on C:']
  no_match: ['2026-01-02 10:00:00 INFO much space left on C:']
"#;
const NET: &str = r#"title: The peer does not answer
level: L2
side: network
severity: medium
scope: { files: ['**/net.log'] }
match:
  all:
    - text: peer does not answer
    - none: [{ text: retry succeeded }]
cause: The way to the peer is closed.
fixes: [{ level: L2, audience: partner, steps: [Open the port.] }]
references: [{ kind: kb, id: KB1, url: 'https://kb.example.com/1' }]
examples:
  match: ['2026-01-02 10:00:00 ERROR peer does not answer']
  no_match: ['2026-01-02 10:00:00 ERROR peer does not answer, retry succeeded']
"#;
const JOB: &str = r#"title: A job fails for want of space
level: L1
side: storage
severity: low
match: { text: 'job failed: no space left on' }
cause: The disk is full.
fixes: [{ level: L1, audience: customer, steps: [Delete files.], verify: The job ends. }]
references: [{ kind: docs, url: 'https://docs.example.com/job' }]
suppresses: [acme/app/disk-full]
examples:
  match: ['2026-01-02 10:00:00 ERROR job failed: no space left on C:']
  no_match: ['2026-01-02 10:00:00 ERROR job failed: cancelled']
"#;

/// Checks a catalogue of the three signatures above, one of them changed, and compares `line:column message`.
#[track_caller]
fn check_changed(from: &str, to: &str, quiet: Option<&str>, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let product = folder.path().join("catalogue/acme/app");
    fs::create_dir_all(&product).unwrap();
    fs::write(product.join("_product.yaml"), "vendor: Acme\nproduct: App\nfiles: ['**/app.log']\n").unwrap();
    let texts = [("disk-full", DISK), ("no-answer", NET), ("job-no-space", JOB)];
    assert!(from.is_empty() || texts.iter().any(|(_, text)| text.contains(from)), "nothing to change");
    for (name, text) in texts {
        let text = if from.is_empty() { text.to_owned() } else { text.replacen(from, to, 1) };
        fs::write(product.join(name).with_extension("yaml"), text).unwrap();
    }
    let logs = folder.path().join("app.log");
    fs::write(&logs, quiet.unwrap_or_default()).unwrap();
    let catalogue = Catalogue::read(&folder.path().join("catalogue")).unwrap();
    let checked = check(catalogue, against(quiet.map(|_| logs.as_path()))).unwrap();
    let flaws = checked.flaws.iter().map(|flaw| {
        let kind = if flaw.is_error { "error" } else { "warning" };
        let name = flaw.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(flaw.hint.is_some());
        format!("{name}:{}:{} {kind}: {}", flaw.line, flaw.column, flaw.message)
    });
    let flaws: Vec<String> = flaws.collect();
    assert_eq!(flaws, expected);
}

fn against(quiet: Option<&Path>) -> Against<'_> {
    Against { quiet, sample: None, now: Instant::now, today: Day::of_unix(0) }
}

#[track_caller]
fn check_flaws(from: &str, to: &str, expected: &[&str]) {
    check_changed(from, to, None, expected);
}

#[test]
fn conditions_that_say_the_same_are_one() {
    let text = |text: &str| Condition::Text { text: text.into(), nocase: false };
    let regex = |pattern: &str| Condition::Regex(pattern.into());
    let same = |a: Condition, b: Condition| format!("{:?}", canonical(&a)) == format!("{:?}", canonical(&b));
    assert!(same(regex(r"disk \(D:\) is full"), text("disk (D:) is full")));
    assert!(same(Condition::Any(vec![text("a"), regex("b")]), Condition::Any(vec![text("b"), text("a"), text("b")])));
    assert!(same(Condition::All(vec![Condition::Any(vec![text("a")])]), text("a")));
    assert!(!same(regex("(?i)disk"), text("disk")));
    assert!(!same(regex("disk."), text("disk.")));
    let none = |part: Condition| Condition::All(vec![text("a"), Condition::None(vec![part])]);
    assert!(same(none(regex("b")), none(text("b"))) && !same(none(text("b")), none(text("c"))));
}

#[test]
fn a_good_catalogue_has_no_flaws() {
    check_changed("", "", Some("2026-01-02 10:00:00 INFO all is well\n"), &[]);
}

#[test]
fn an_example_claimed_by_two_signatures_is_an_error_unless_one_suppresses_the_other() {
    check_flaws(
        "suppresses: [acme/app/disk-full]\n",
        "",
        &["job-no-space:10:11 error: this example is also claimed by `acme/app/disk-full`"],
    );
}

#[test]
fn an_example_that_does_not_behave_is_an_error() {
    check_flaws(
        "ERROR peer does not answer']",
        "ERROR peer answers']",
        &["no-answer:14:11 error: this example does not match: `text: peer does not answer` stands in no record"],
    );
    check_flaws(
        "job failed: cancelled",
        "job failed: no space left on D:",
        &["job-no-space:12:14 error: this example matches: \
           `text: job failed: no space left on` stands in the record of line 1"],
    );
}

#[test]
fn nothing_may_fire_on_quiet_logs() {
    check_changed(
        "",
        "",
        Some("2026-01-02 10:00:00 INFO all is well\n2026-01-02 10:00:01 INFO no space left on C:\n"),
        &["disk-full:5:8 error: it fires on the quiet logs (1 time), first at app.log:2"],
    );
}

#[test]
fn a_text_that_is_frequent_in_the_given_logs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("catalogue/acme/app");
    fs::create_dir_all(&app).unwrap();
    fs::write(app.join("_product.yaml"), "vendor: Acme\nproduct: App\n").unwrap();
    fs::write(app.join("disk-full.yaml"), DISK).unwrap();
    let logs = folder.path().join("app.log");
    let checked = |line: &str| {
        fs::write(&logs, line.repeat(1_000)).unwrap();
        let catalogue = Catalogue::read(&folder.path().join("catalogue")).unwrap();
        let checked = check(catalogue, Against { sample: Some(&logs), ..against(None) }).unwrap();
        checked.flaws.into_iter().map(|flaw| flaw.message).collect::<Vec<_>>()
    };
    assert_eq!(checked("2026-01-02 10:00:00 INFO much space left on C:\n"), [""; 0]);
    let message =
        "`no space left on ` stands in ordinary logs, about 16000 times in a MiB, and each time the rest is tried";
    assert_eq!(checked("2026-01-02 10:00:00 INFO no space left on disk\n"), [message]);
}

#[test]
fn both_kinds_of_example_are_mandatory_and_drafts_may_lack_the_negative_one() {
    let negative = "  no_match: ['2026-01-02 10:00:00 ERROR job failed: cancelled']\n";
    check_flaws(negative, "", &["job-no-space:11:3 error: there is no negative example"]);
    check_flaws(
        "  match: ['2026-01-02 10:00:00 ERROR job failed: no space left on C:']\n",
        "",
        &["job-no-space:11:3 error: there is no positive example"],
    );
    check_flaws(
        "examples:\n  match: ['2026-01-02 10:00:00 ERROR peer does not answer']\n  no_match: ['2026-01-02 10:00:00 ERROR peer does not answer, retry succeeded']\n",
        "status: draft\nexamples:\n  match: ['2026-01-02 10:00:00 ERROR peer does not answer']\n",
        &["no-answer:15:3 warning: there is no negative example"],
    );
}

#[test]
fn patterns_without_a_fixed_text_are_refused() {
    check_flaws(
        "{ text: 'job failed: no space left on' }",
        "{ any: [{ text: 'job failed: no space left on' }, { regex: '\\d+ C' }] }",
        &[
            "job-no-space:5:58 warning: no positive example reaches `regex: \\d+ C`",
            "job-no-space:5:67 error: too short to search for: ` c` is the longest text that is sure to stand in the record",
        ],
    );
    check_flaws(
        "{ text: 'job failed: no space left on' }",
        "{ any: [{ text: 'job failed: no space left on' }, { regex: '[a-z]{50}' }] }",
        &[
            "job-no-space:5:58 warning: no positive example reaches `regex: [a-z]{50}`",
            "job-no-space:5:67 error: no text is sure to stand in the record, so there is nothing to search for",
        ],
    );
    check_flaws(
        "{ text: 'job failed: no space left on' }",
        "{ any: [{ text: 'job failed: no space left on' }, { text: cancelle }, { text: timeout }] }",
        &[
            "job-no-space:5:8 warning: `timeout` stands in very many records",
            "job-no-space:5:58 warning: no positive example reaches `text: cancelle`",
            "job-no-space:5:78 warning: no positive example reaches `text: timeout`",
            "job-no-space:12:14 error: this example matches: \
             `text: cancelle` stands in the record of line 1",
        ],
    );
}

#[test]
fn placeholders_and_captures_belong_together() {
    check_flaws(
        "cause: Nothing is left on {disk}.",
        "cause: Nothing is left on {dsk}.",
        &["disk-full:6:8 error: `{dsk}` stands for a capture that no pattern has"],
    );
    check_flaws("'job failed: no space left on' }", "'job failed: no space left on' }\nimpact: ${HOME}", &[]);
    check_flaws(
        "text: peer does not answer\n",
        "regex: '(?<peer>peer) does not answer'\n",
        &["no-answer:8:14 warning: the capture `peer` is not used in a text"],
    );
    check_flaws(
        "{ regex: 'no space left on (?<disk>\\S+)' }",
        "{ any: [{ text: no space left on }, { regex: 'disk (?<disk>\\S+) is full' }] }",
        &[
            "disk-full:5:44 warning: no positive example reaches `regex: disk (?<disk>\\S+) is full`",
            "disk-full:10:11 warning: in this example `{disk}` has no value; the reader would see `<disk>`",
        ],
    );
}

#[test]
fn fixes_must_be_there_and_say_how_to_verify() {
    check_flaws(
        ", verify: The job ends. }]\nreferences: [{ kind: docs, url: 'https://docs.example.com/job' }]",
        " }]\n",
        &["job-no-space:1:1 warning: there is no reference", "job-no-space:7:9 error: an L1 fix without `verify`"],
    );
    check_flaws(
        "fixes: [{ level: L2, audience: partner, steps: [Open the port.] }]\n",
        "",
        &["no-answer:1:1 error: the signature has no fix"],
    );
    check_flaws("level: L2\n", "level: L1\n", &["no-answer:2:8 warning: no fix is for L1"]);
}

#[test]
fn references_between_signatures_must_lead_somewhere() {
    check_flaws(
        "suppresses: [acme/app/disk-full]",
        "suppresses: [acme/app/disk-full, acme/app/gone]",
        &["job-no-space:9:34 error: `suppresses` names `acme/app/gone`, which does not exist"],
    );
    check_flaws(
        "suppresses: [acme/app/disk-full]",
        "suppresses: [acme/app/disk-full]\nformerly: [acme/app/no-answer]",
        &["job-no-space:10:12 error: `formerly` names `acme/app/no-answer`, which is the id of another signature"],
    );
}

#[test]
fn scopes_that_let_nothing_in_and_equal_titles_are_told() {
    check_flaws(
        "scope: { files: ['**/net.log'] }",
        "scope: { files: ['**/net.log', '**/app.log'], not_files: ['**/app*'] }",
        &["no-answer:5:32 warning: this scope lets no file in: not even `app.log`, a name made of this glob"],
    );
    check_flaws(
        "A job fails for want of space",
        "The peer does NOT answer",
        &["no-answer:1:8 warning: `acme/app/job-no-space` has the same title"],
    );
}

#[test]
fn branches_that_no_example_reaches_and_equal_conditions_are_told() {
    check_flaws(
        "{ text: 'job failed: no space left on' }",
        "{ any: [{ text: 'job failed: no space left on' }, { all: [{ text: qzoff }, { text: sealed }] }] }",
        &["job-no-space:5:58 warning: no positive example reaches `all` of 2"],
    );
    check_flaws(
        "{ text: 'job failed: no space left on' }",
        "{ regex: 'no space left on (?<disk>\\S+)' }",
        &[
            "job-no-space:5:8 warning: `acme/app/disk-full` has the same condition",
            "job-no-space:5:17 warning: the capture `disk` is not used in a text",
        ],
    );
}

#[test]
fn a_broken_file_hides_no_flaw_of_the_others() {
    check_flaws(
        "title: The peer does not answer",
        "titel: The peer does not answer",
        &["no-answer:1:1 error: unknown field `titel` of a signature"],
    );
    check_flaws(
        "examples:\n  match: ['2026-01-02 10:00:00 ERROR job",
        "examples:\n  match: ['2026-01-02 10:00:00 error JOB",
        &["job-no-space:11:11 error: this example does not match: \
           `text: job failed: no space left on` stands in no record"],
    );
}

/// Checks a product file and compares `line:column kind: message`.
#[track_caller]
fn check_product(yaml: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("acme/app");
    fs::create_dir_all(&app).unwrap();
    fs::write(app.join("_product.yaml"), format!("vendor: Acme\nproduct: App\nfiles: ['**/app.log']\n{yaml}")).unwrap();
    let checked = check(Catalogue::read(folder.path()).unwrap(), against(None)).unwrap();
    let flaws = checked.flaws.iter().map(|flaw| {
        assert!(flaw.hint.is_some());
        let kind = if flaw.is_error { "error" } else { "warning" };
        format!("{}:{} {kind}: {}", flaw.line, flaw.column, flaw.message)
    });
    assert_eq!(flaws.collect::<Vec<_>>(), expected);
}

const FACT: &str = "facts:
  - name: acme.app.version
    kind: version
    patterns: ['App version (?<value>[0-9.]+)']
    examples:
      match: [{ value: 1.2.3, log: '2026-01-02 10:00:00 INFO App version 1.2.3 started' }]
      no_match: ['2026-01-02 10:00:00 INFO App started']
";

#[test]
fn facts_that_behave_have_no_flaws() {
    check_product(FACT, &[]);
    let path = FACT.replace("patterns: ['App version (?<value>[0-9.]+)']", "paths: ['app-(?<value>[0-9.]+)/']");
    check_product(
        &path.replace("log: '2026-01-02 10:00:00 INFO App version 1.2.3 started'", "path: app-1.2.3/app.log"),
        &[],
    );
    check_product("facts: [acme.app.version, host.name]\n", &[]);
}

#[test]
fn facts_are_proved_by_their_examples() {
    check_product(
        &FACT.replace("value: 1.2.3", "value: 1.2"),
        &["9:15 error: this example does not match: `acme.app.version` is stated to be `1.2.3`, not `1.2`"],
    );
    check_product(
        &FACT.replace("App version 1.2.3 started", "App 1.2.3 started"),
        &["9:15 error: this example does not match: nothing in it states `acme.app.version`"],
    );
    check_product(
        &FACT.replace("INFO App started", "INFO App version 7 started"),
        &["10:18 error: this example matches: it states that `acme.app.version` is `7`"],
    );
    check_product(
        &FACT.replace("      no_match: ['2026-01-02 10:00:00 INFO App started']\n", ""),
        &["9:7 error: the field `no_match` of the examples is missing"],
    );
}

#[test]
fn facts_have_a_name_a_kind_and_patterns_that_can_be_searched_for() {
    check_product(
        &FACT.replace("acme.app.version", "Version"),
        &["5:11 error: `Version` is not a name that a fact can have"],
    );
    check_product(&FACT.replace("kind: version", "kind: verison"), &["6:11 error: `verison` is not a value of `kind`"]);
    check_product(&FACT.replace("(?<value>", "(?<version>"), &["7:16 error: the pattern has no group named `value`"]);
    check_product(
        &FACT.replace("'App version (?<value>[0-9.]+)'", "'App version (?<value>[0-9.]+)', 'v(?<value>[0-9.]{5})'"),
        &[
            "7:49 error: no text of 3 bytes is sure to stand where this pattern holds",
            "9:15 error: this example does not match: nothing in it states `acme.app.version`",
        ],
    );
    let other = FACT.replace("facts:\n", "").replace("kind: version", "kind: build");
    check_product(
        &format!("{FACT}{other}"),
        &["11:5 error: fact 2 is called `acme.app.version`, as one that has another kind or keeps another value"],
    );
}

#[test]
fn versions_of_older_catalogues_are_facts_without_examples() {
    check_product("version: ['App version (?<version>[0-9.]+)']\n", &["4:10 warning: a version without examples"]);
}

#[test]
fn the_examples_of_the_guide_are_a_good_catalogue() {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/signatures/README.md")).unwrap();
    let examples: Vec<&str> = guide.split("```yaml\n").skip(1).filter_map(|part| part.split("```").next()).collect();
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("acme/app");
    fs::create_dir_all(&app).unwrap();
    let mut folder_of = app.clone();
    for (number, example) in examples.iter().enumerate() {
        // What shares fragments, and the one behind it, are a product of their own.
        let is_shared = example.contains("\nfragments:");
        let own =
            if is_shared { folder.path().join("acme/copier") } else { std::mem::replace(&mut folder_of, app.clone()) };
        fs::create_dir_all(&own).unwrap();
        let (name, more) = match example.split(':').next() {
            Some("vendor") if example.contains("\nportal:") => ("../_vendor.yaml".to_owned(), String::new()),
            Some("vendor") => ("_product.yaml".to_owned(), String::new()),
            // The others name the first.
            Some("title") if number == 0 => ("disk-full.yaml".to_owned(), String::new()),
            Some("title") => (format!("whole-{number}.yaml"), String::new()),
            Some("profiles") => ("_collect.yaml".to_owned(), String::new()),
            Some("overrides") => ("../../_overlay.yaml".to_owned(), String::new()),
            // A part of a signature that says what it has to say.
            _ => {
                let cause = if example.contains("\ncause:") { "" } else { "cause: c\n" };
                let fix = "{ level: L1, steps: [s], verify: v }";
                let reference = "{ kind: docs, url: 'https://docs.example.com/' }";
                let more = format!(
                    "title: t{number}\nlevel: L1\nside: server\nseverity: low\n{cause}fixes: [{fix}]\nreferences: [{reference}]\n"
                );
                (format!("part-{number}.yaml"), more)
            }
        };
        fs::write(own.join(name), more + example).unwrap();
        if is_shared {
            folder_of = own;
        }
    }
    let checked = check(Catalogue::read(folder.path()).unwrap(), against(None)).unwrap();
    assert_eq!((checked.flaws, checked.signatures, checked.examples), (Vec::new(), 12, 37));
}
