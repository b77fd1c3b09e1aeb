//! Each kind of mistake in a signature is told with its line, its column and the way out.
//!
//! One signature without flaws, and for each kind the change that brings the mistake in. What an author then reads is in
//! the snapshot, which is reviewed as a text: it must be understood without this file.

use super::signer::Signer;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const GOOD: &str = r#"title: The disk {disk} is full
status: stable
level: L1
side: storage
severity: high
scope:
  files: ["**/app*.log"]
match:
  all:
    - regex: 'cannot write to (?<disk>\S+): disk full'
    - none: [{ text: retry succeeded }]
cause: Nothing more can be written to {disk}.
fixes:
  - level: L1
    audience: customer
    steps: [Delete files on it.]
    verify: The job ends with success.
references: [{ kind: docs, id: DOC-17, url: 'https://docs.example.com/full' }]
examples:
  match: ['2026-01-02 03:04:05 ERROR cannot write to D:: disk full']
  no_match: ['2026-01-02 03:04:05 ERROR cannot write to D:: disk full, retry succeeded']
"#;

/// A second signature, which some mistakes need.
const OTHER: &str = r#"title: The ledger is sealed
level: L3
side: server
severity: low
match: { text: ledger is sealed }
cause: It is out of order.
fixes: [{ level: L3, audience: vendor, steps: [Open a case.] }]
escalate: { when: always }
references: [{ kind: docs, url: 'https://docs.example.com/sealed' }]
examples:
  match: ['2026-01-02 03:04:05 ERROR ledger is sealed']
  no_match: ['2026-01-02 03:04:05 INFO ledger is open']
"#;

/// Fragments that some mistakes need; the product has those whose name stands in the signature.
const FRAGMENTS: &[(&str, &str)] =
    &[("booked", "{ text: ledger is booked }"), ("drive", "{ regex: '(?<disk>[A-Z]:)' }")];

const REGEX: &str = r"'cannot write to (?<disk>\S+): disk full'";
const ALL: &str =
    "  all:\n    - regex: 'cannot write to (?<disk>\\S+): disk full'\n    - none: [{ text: retry succeeded }]\n";

/// What is wrong, what is replaced, and by what.
const KINDS: &[(&str, &str, &str)] = &[
    // YAML.
    ("a tab", "  files: [", "\tfiles: ["),
    ("a quote that is not closed", "disk full'\n    - none", "disk full\n    - none"),
    ("text with a colon and no quotes", "cause: Nothing", "cause: Mind: nothing"),
    ("an alias", "status: stable", "status: *stable"),
    ("a tag", "status: stable", "status: !stable x"),
    ("a second document", "examples:", "---\nexamples:"),
    ("a field twice", "side: storage", "side: storage\nside: server"),
    // Fields.
    ("a misspelt field", "severity: high", "serverity: high"),
    ("a field that is missing", "level: L1\nside", "side"),
    ("an empty field", "cause: Nothing more can be written to {disk}.", "cause:"),
    ("a word that is not known", "severity: high", "severity: hihg"),
    ("a list in place of text", "title: The disk {disk} is full", "title: [The disk is full]"),
    ("text in place of a list", "steps: [Delete files on it.]", "steps: Delete files on it."),
    ("no steps", "steps: [Delete files on it.]", "steps: []"),
    ("an address that is none", "url: 'https://docs.example.com/full'", "url: docs.example.com"),
    ("a kind of reference that is not known", "kind: docs", "kind: manual"),
    ("a glob that is none", "[\"**/app*.log\"]", "[\"**/app[.log\"]"),
    ("an id that nobody has", "examples:", "suppresses: [acme/app/gone]\nexamples:"),
    ("an id that is misspelt", "examples:", "suppresses: [acme/app/saeled]\nexamples:"),
    ("an old name that another one has", "examples:", "formerly: [acme/app/sealed]\nexamples:"),
    ("a cause that nobody has", "examples:", "caused_by: [acme/app/gone]\nexamples:"),
    ("a problem that causes itself", "examples:", "caused_by: [acme/app/disk-full]\nexamples:"),
    ("a cause that is hidden", "examples:", "suppresses: [acme/app/sealed]\ncaused_by: [acme/app/sealed]\nexamples:"),
    ("general that is neither true nor false", "examples:", "general: maybe\nexamples:"),
    ("a time of a cause without a cause", "examples:", "caused_within: 2h\nexamples:"),
    ("a time of a cause that is none", "examples:", "caused_by: [acme/app/sealed]\ncaused_within: 2\nexamples:"),
    // Conditions.
    ("no condition", ALL, "  {}\n"),
    ("two conditions in one mapping", ALL, "  text: disk full\n  regex: disk full\n"),
    ("`none` alone", ALL, "  none: [{ text: disk full }]\n"),
    ("`all` of nothing but `none`", ALL, "  all: [{ none: [{ text: disk full }] }]\n"),
    ("`any` of nothing", ALL, "  any: []\n"),
    ("`nocase` beside a pattern", ALL, "  regex: disk full\n  nocase: true\n"),
    ("a text with a line end", ALL, "  text: |\n    disk full\n"),
    ("a pattern with look-around", REGEX, r"'cannot write to (?<disk>\S+)(?!x): disk full'"),
    ("a pattern with a backreference", REGEX, r"'cannot write to (?<disk>\S+): disk \1'"),
    ("a group that is not closed", REGEX, r"'cannot write to (?<disk>\S+: disk full'"),
    ("a repetition of nothing", REGEX, r"'*cannot write to (?<disk>\S+): disk full'"),
    ("an escape that is none", REGEX, r"'cannot write to (?<disk>\S+)\: disk \yfull'"),
    ("a pattern that is too large", REGEX, r"'cannot write (?<disk>(?:\S{1,500}){1,500}): disk full'"),
    ("a field without a value", ALL, "  field: { event_id: }\n"),
    ("a field that is a list in a list", ALL, "  field: { event_id: [[7]] }\n"),
    // Correlations.
    ("a length of time without a unit", ALL, "  sequence: [{ text: disk full }, { text: job ends }]\n  within: 30\n"),
    ("a count that is none", ALL, "  text: disk full\n  count: '<=2'\n  within: 1m\n"),
    ("a sequence of one", ALL, "  sequence: [{ text: disk full }]\n  within: 1m\n"),
    ("`same` without a capture", ALL, "  sequence: [{ text: disk full }, { text: job ends }]\n  same: [job]\n"),
    ("`absent` without a time", ALL, "  text: disk full\n  absent: [{ text: disk free }]\n"),
    ("an anchor that is no part", ALL, "  text: disk full\n  unless: [{ text: disk free, anchor: start, to: 1m }]\n"),
    (
        "a window that ends before it begins",
        ALL,
        "  text: disk full\n  unless: [{ text: disk free, anchor: first, from: 1m, to: -1m }]\n",
    ),
    // What a reader of the whole catalogue sees.
    // Fragments.
    ("a fragment that is misspelt", ALL, "  use: bookeds\n"),
    ("a fragment that nothing has", ALL, "  use: other\n"),
    ("a fragment beside a condition", ALL, "  use: booked\n  text: disk full\n"),
    (
        "a fragment with nothing to search for",
        ALL,
        "  any: [{ use: drive }, { regex: 'cannot write to (?<disk>\\S+): disk full' }]\n",
    ),
    ("a fragment that nothing uses", "side: storage", "side: storage # booked"),
    ("nothing to search for", REGEX, r"'(?<disk>[A-Z]): \w+'"),
    ("a text that stands everywhere", ALL, "  regex: '(?i)error (?<disk>.*)'\n"),
    ("a capture that no pattern has", "cause: Nothing more can be written to {disk}.", "cause: Nothing fits on {dsk}."),
    ("a capture that no text uses", "(?<disk>\\S+): disk", "(?<disk>\\S+): (?<what>disk)"),
    ("a capture without a value", ALL, "  any: [{ text: disk full }, { regex: 'disk (?<disk>\\S+) is full' }]\n"),
    (
        "a branch that no example reaches",
        ALL,
        "  any:\n    - regex: 'cannot write to (?<disk>\\S+): disk full'\n    - text: no room left\n",
    ),
    ("no positive example", "  match: ['2026-01-02 03:04:05 ERROR cannot write to D:: disk full']\n", ""),
    (
        "no negative example",
        "  no_match: ['2026-01-02 03:04:05 ERROR cannot write to D:: disk full, retry succeeded']\n",
        "",
    ),
    (
        "an example that does not match",
        "ERROR cannot write to D:: disk full']",
        "ERROR cannot write to D:: disk is full']",
    ),
    ("an example that matches", "disk full, retry succeeded", "disk full, retry failed"),
    (
        "an example that another signature claims",
        "ERROR cannot write to D:: disk full']",
        "ERROR cannot write to D:: disk full, ledger is sealed']",
    ),
    (
        "a scope that lets nothing in",
        "  files: [\"**/app*.log\"]",
        "  files: [\"**/app*.log\"]\n  not_files: [\"**/a*\"]",
    ),
    (
        "a scope that takes out what it lets in",
        "  files: [\"**/app*.log\"]",
        "  files: [\"**/app*.log\"]\n  not_files: [\"**/app*.log\"]",
    ),
    (
        "no fix",
        "fixes:\n  - level: L1\n    audience: customer\n    steps: [Delete files on it.]\n    verify: The job ends with success.\n",
        "",
    ),
    ("a fix that nobody can verify", "    verify: The job ends with success.\n", ""),
    ("no fix for the level", "  - level: L1\n", "  - level: L2\n"),
    ("no reference", "references: [{ kind: docs, id: DOC-17, url: 'https://docs.example.com/full' }]\n", ""),
    ("a critical problem without impact", "severity: high", "severity: critical"),
    ("a known defect without escalation", "level: L1\nside", "level: L3\nside"),
    ("a gap of a draft", "cause: Nothing more can be written to {disk}.", "cause: to be written"),
    ("a title that another one has", "title: The disk {disk} is full", "title: The ledger is sealed"),
];

const PRODUCT: &str = "vendor: Acme\nproduct: App\n";

/// A product whose logs state its version.
const WITH_VERSION: &str = "vendor: Acme
product: App
facts:
  - name: acme.app.version
    kind: version
    patterns: ['App version (?<value>[0-9.]+)']
    examples: { match: [{ value: '1.2', log: 'App version 1.2' }], no_match: ['App version none'] }
";

/// What is wrong with what a signature says of versions and systems; the lines that its scope gets.
const OF_SCOPE: &[(&str, &str)] = &[
    ("a version without a sign", "versions: '12.1'"),
    ("a blank behind a sign", "versions: '>= 12.1'"),
    ("a range that no version is in", "versions: '>=12 <11'"),
    ("no version", "versions: ''"),
    ("a fix that is no version", "fixed_in: next"),
    ("a fix twice", "fixed_in: ['1.2', '1.2.0']"),
    ("no fix at all", "fixed_in: []"),
    ("a fix that has the problem", "{ versions: '<=12.3', fixed_in: '12.3' }"),
    ("a system that is not known", "os: [windos]"),
    ("no system", "os: []"),
    ("a version fact that nobody asks for", "version_fact: acme.app.version"),
    ("a version fact that nobody states", "{ fixed_in: '1.2', version_fact: acme.app.versoin }"),
    ("no example of a version with the fix", "fixed_in: '1.2'"),
    ("no example of another version", "versions: '<1.2'"),
];

/// Further mistakes: what is replaced, and by what.
const OF_VERSIONS: &[(&str, &str, &str)] = &[
    (
        "old without a version that decides",
        "  no_match:",
        "  old: ['2026-01-02 03:04:05 ERROR cannot write to D:: disk full']\n  no_match:",
    ),
    (
        "an example that is not old",
        "examples:\n",
        "examples:\n  old: ['2026-01-02 03:04:05 ERROR cannot write to D:: disk full']\n",
    ),
    (
        "an example that is old",
        "ERROR cannot write to D:: disk full']",
        "ERROR cannot write to D:: disk full by App version 1.2']",
    ),
    ("a successor of what is in use", "status: stable", "status: stable\nreplaced_by: acme/app/sealed"),
    ("its own successor", "status: stable", "status: deprecated\nreplaced_by: acme/app/disk-full"),
    ("a successor that does not exist", "status: stable", "status: deprecated\nreplaced_by: acme/app/gone"),
    ("a successor that is deprecated", "status: stable", "status: deprecated\nreplaced_by: acme/app/first"),
];

/// A deprecated signature in a chain.
const FIRST: &str = "title: The ledger is shut\nstatus: deprecated\nreplaced_by: acme/app/sealed\nlevel: L3\nside: server\n\
    severity: low\nmatch: { text: ledger is shut }\ncause: It is out of order.\n";

/// What is wrong with an overlay.
const OF_OVERLAYS: &[(&str, &str)] = &[
    ("an overlay of nothing", "{}"),
    ("an unknown field of an override", "overrides: [{ id: acme/app/sealed, severty: info, reason: r }]"),
    ("an override without a reason", "overrides:\n  - id: acme/app/sealed\n    severity: info"),
    ("an override that changes nothing", "overrides:\n  - { id: acme/app/sealed, reason: r }"),
    ("hidden and changed", "overrides:\n  - { id: acme/app/sealed, status: disabled, level: L2, reason: r }"),
    ("another status", "overrides:\n  - { id: acme/app/sealed, status: draft, reason: r }"),
    ("a pattern of ids that is none", "overrides:\n  - { id: 'acme/[', status: disabled, reason: r }"),
    (
        "a day that does not exist",
        "overrides:\n  - { id: acme/app/sealed, status: disabled, reason: r, until: 2026-02-30 }",
    ),
    ("an override twice", "overrides:\n  - { id: a/b/c, note: n, reason: r }\n  - { id: a/b/c, level: L2, reason: r }"),
    ("an override of an id that nobody has", "overrides:\n  - { id: acme/ap/sealed, status: disabled, reason: r }"),
    ("an override of ids that nobody has", "overrides:\n  - { id: 'nobody/**', status: disabled, reason: r }"),
    (
        "an override that is over",
        "overrides:\n  - { id: acme/app/sealed, severity: info, reason: r, until: 2001-01-31 }",
    ),
    ("an override that makes no difference", "overrides:\n  - { id: acme/app/sealed, severity: low, reason: r }"),
    ("an override of a former id", "overrides:\n  - { id: acme/app/first, status: disabled, reason: r }"),
];

#[test]
fn mistakes_about_versions_and_overlays_are_told_too() {
    let mut shown = String::new();
    for (kind, scope) in OF_SCOPE {
        let scope = scope.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or(scope);
        let lines = scope.trim().replace(", version", "\n  version").replace(", fixed", "\n  fixed");
        let text = GOOD.replacen("match:\n", &format!("  {lines}\nmatch:\n"), 1);
        tell(&mut shown, kind, &check_files(&text, &[("ours/acme/app/_product.yaml", WITH_VERSION)]));
    }
    let no_fact = GOOD.replacen("match:\n", "  fixed_in: '1.2'\nmatch:\n", 1);
    tell(&mut shown, "a version that no log states", &check_files(&no_fact, &[]));
    for (kind, from, to) in OF_VERSIONS {
        let with_fix = if kind.contains("example") { "  fixed_in: '1.2'\nmatch:\n" } else { "match:\n" };
        let text = GOOD.replacen("match:\n", with_fix, 1);
        assert!(text.contains(from), "{kind}: nothing to replace");
        let files = [("ours/acme/app/_product.yaml", WITH_VERSION), ("ours/acme/app/first.yaml", FIRST)];
        tell(&mut shown, kind, &check_files(&text.replacen(from, to, 1), &files));
    }
    for (kind, overlay) in OF_OVERLAYS {
        let files = [("ours/_overlay.yaml", *overlay), ("ours/acme/app/first.yaml", FIRST)];
        tell(&mut shown, kind, &check_files(GOOD, &files));
    }
    let inside = [("ours/acme/_overlay.yaml", "overrides: []")];
    let text = check_files(GOOD, &inside);
    assert!(text.contains("an overlay inside of a catalogue has no effect"), "{text}");
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("mistakes-of-versions", shown);
    });
}

#[test]
fn each_kind_of_mistake_is_told_with_its_place_and_the_way_out() {
    let mut shown = String::new();
    for (kind, from, to) in KINDS {
        assert!(GOOD.contains(from), "{kind}: nothing to replace");
        tell(&mut shown, kind, &check(&GOOD.replacen(from, to, 1)));
    }
    assert!(KINDS.len() >= 40);
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("mistakes", shown);
    });
}

/// Adds what an author reads, of which every flaw has a place and a way out.
#[track_caller]
fn tell(shown: &mut String, kind: &str, text: &str) {
    let flaws = text.lines().filter(|line| line.contains(": error: ") || line.contains(": warning: "));
    for flaw in flaws.clone() {
        let place = flaw.split(": ").next().unwrap_or_default();
        let numbers: Vec<&str> = place.rsplitn(3, ':').take(2).collect();
        assert!(numbers.iter().all(|it| it.parse::<usize>().is_ok_and(|it| it > 0)), "{kind}: no place in `{flaw}`");
    }
    assert_ne!(flaws.clone().count(), 0, "{kind}: nothing is told");
    assert_eq!(text.matches("  = hint: ").count(), flaws.count(), "{kind}: no way out in\n{text}");
    let _ = writeln!(shown, "--- {kind}\n{text}");
}

#[test]
fn without_a_mistake_nothing_is_told() {
    assert_eq!(check(GOOD), "");
}

/// Checks a catalogue of the text and the other signature. Returns what is told of the first, without the summary.
#[track_caller]
fn check(text: &str) -> String {
    let fragments = FRAGMENTS.iter().filter(|(name, _)| text.contains(name));
    let fragments: String = fragments.map(|(name, condition)| format!("  {name}: {condition}\n")).collect();
    let head = if fragments.is_empty() { "" } else { "fragments:\n" };
    check_files(text, &[("ours/acme/app/_product.yaml", &format!("{PRODUCT}{head}{fragments}"))])
}

/// Does the same with further files, or with others in place of those that there are.
#[track_caller]
fn check_files(text: &str, more: &[(&str, &str)]) -> String {
    let usual = [
        ("ours/acme/app/_product.yaml", PRODUCT),
        ("ours/acme/app/disk-full.yaml", text),
        ("ours/acme/app/sealed.yaml", OTHER),
    ];
    let files: Vec<(&str, &[u8])> = usual.iter().chain(more).map(|(path, text)| (*path, text.as_bytes())).collect();
    let folder = super::folder(&files);
    let mut command = super::command(&["signatures", "check", "ours"]);
    let output = command.current_dir(folder.path()).output().unwrap();
    let text = super::stdout(&output);
    assert!(matches!(output.status.code(), Some(0 | 2)), "{text}");
    let (text, _) = text.rsplit_once("checked ").unwrap_or((text, ""));
    text.trim_end().to_owned()
}

/// What is wrong with a pack or its use, what is done to the good one in the folder, and the command.
type PackMistake = (&'static str, fn(&Path), &'static [&'static str]);

const PACKS: &[PackMistake] = &[
    ("a pack that is not there", |_| {}, &["check", "gone.tierpack", "--key", KEY]),
    ("a pack without its signature", |it| fs::remove_file(it.join(MINISIG)).unwrap(), &["check", PACK, "--key", KEY]),
    (
        "a signature that is something else",
        |it| fs::write(it.join(MINISIG), "hello\n").unwrap(),
        &["check", PACK, "--key", KEY],
    ),
    ("a pack that was changed", |it| change(it, b"disk full", b"disk FULL"), &["check", PACK, "--key", KEY]),
    ("no pinned key", |_| {}, &["check", PACK]),
    ("a key of somebody else", |it| sign(it, 2), &["check", PACK, "--key", KEY]),
    ("a key that is none", |_| {}, &["install", PACK, "--key", "acme.pub"]),
    (
        "a signed pack with another checksum",
        |it| {
            change(it, b"disk full", b"disk FULL");
            sign(it, 1);
        },
        &["check", PACK, "--key", KEY],
    ),
    (
        "a signed file that is no pack",
        |it| {
            fs::write(it.join(PACK), "hello").unwrap();
            sign(it, 1);
        },
        &["check", PACK, "--key", KEY],
    ),
    (
        "a form of later",
        |it| {
            change(it, b"pack: 1", b"pack: 2");
            sign(it, 1);
        },
        &["check", PACK, "--key", KEY],
    ),
    (
        "a name that is none",
        |_| {},
        &["pack", "ours", "--name", "Acme", "--version", "1", "--licence", "MIT", "--out", "x"],
    ),
    (
        "a version that is none",
        |_| {},
        &["pack", "ours", "--name", "acme", "--version", "v1", "--licence", "MIT", "--out", "x"],
    ),
    (
        "a licence that is none",
        |_| {},
        &["pack", "ours", "--name", "acme", "--version", "1", "--licence", "it's", "--out", "x"],
    ),
    ("a pack that is not installed", |_| {}, &["remove", "acme"]),
    ("a pack as a folder", |_| {}, &["list", "--signatures", PACK]),
];

const PACK: &str = "acme.tierpack";
const MINISIG: &str = "acme.tierpack.minisig";
/// Of the first signer of tests.
const KEY: &str = "RWQBAQEBAQEBAYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";

fn change(folder: &Path, from: &[u8], to: &[u8]) {
    let mut bytes = fs::read(folder.join(PACK)).unwrap();
    let at = bytes.windows(from.len()).position(|it| it == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    fs::write(folder.join(PACK), bytes).unwrap();
}

fn sign(folder: &Path, signer: u8) {
    let signature = Signer::new(signer).sign(&fs::read(folder.join(PACK)).unwrap());
    fs::write(folder.join(MINISIG), signature).unwrap();
}

#[test]
fn each_mistake_with_a_pack_is_told_with_the_way_out() {
    assert_eq!(Signer::new(1).public(), KEY);
    let good = super::folder(&[
        ("ours/acme/app/_product.yaml", b"vendor: Acme\nproduct: App\n"),
        ("ours/acme/app/disk-full.yaml", GOOD.as_bytes()),
    ]);
    let run = |folder: &Path, args: &[&str]| {
        let mut command = super::command(&[&["signatures"], args].concat());
        command.current_dir(folder).env("XDG_CONFIG_HOME", folder).env("XDG_DATA_HOME", folder).output().unwrap()
    };
    let make = ["pack", "ours", "--name", "acme", "--version", "1.0", "--licence", "MIT", "--out", PACK];
    assert_eq!(run(good.path(), &make).status.code(), Some(0));
    sign(good.path(), 1);
    let [pack, minisig] = [PACK, MINISIG].map(|it| fs::read(good.path().join(it)).unwrap());
    let mut shown = String::new();
    for (kind, spoil, args) in PACKS {
        let folder =
            super::folder(&[(PACK, &pack), (MINISIG, &minisig), ("ours/acme/app/disk-full.yaml", GOOD.as_bytes())]);
        spoil(folder.path());
        let output = run(folder.path(), args);
        assert_ne!(output.status.code(), Some(0), "{kind}");
        let text = format!("{}{}", super::stdout(&output), super::stderr(&output));
        let code = output.status.code().unwrap_or_default();
        let _ = writeln!(shown, "--- {kind} (exit code {code})\n{}", text.trim_end());
    }
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("mistakes-packs", shown);
    });
}
