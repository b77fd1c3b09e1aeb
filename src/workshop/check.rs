//! Everything that is wrong with a catalogue.

use super::condition::{untried_branches, untried_fields};
use super::cost::{costs, costs_of_patterns};
use super::examples::{Claim, Trial, claimed_by, examples_of, path_for, run_examples, sample_path};
use super::flaw::{Sheet, Step, text_of};
use super::lint::{lint, placeholders_of};
use super::ordinary::Ordinary;
use super::variants::untried_rows;
use super::{Expectation, Flaw};
use crate::bundle::{Bundle, BundleError, Limits};
use crate::scan::Scanner;
use crate::signature::{Catalogue, Condition, Correlation, Day, Signature, SignatureSet, Status};
use crate::triage::{Options, triage};
use regex_syntax::hir::HirKind;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// What [`check`] found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// In the order of files and lines.
    pub flaws: Vec<Flaw>,
    /// Signatures that were checked, broken and deprecated ones not counted.
    pub signatures: usize,
    /// Files that could not be read as a signature or product.
    pub broken: usize,
    /// Examples that were run.
    pub examples: usize,
}

impl Checked {
    /// Returns how many flaws are errors.
    pub fn errors(&self) -> usize {
        self.flaws.iter().filter(|flaw| flaw.is_error).count()
    }
}

/// What a catalogue is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// A folder or file of healthy logs in which nothing may fire.
    pub quiet: Option<&'a Path>,
    /// Logs in which texts of signatures should be rare; without them the program's own sample.
    pub sample: Option<&'a Path>,
    /// A clock, to find slow patterns.
    pub now: fn() -> Instant,
    /// The day, to find overrides that are over.
    pub today: Day,
}

/// Checks a catalogue. The only error is that logs cannot be opened.
pub fn check(catalogue: Catalogue, against: Against<'_>) -> Result<Checked, BundleError> {
    let ordinary = Ordinary::of_logs(against.sample)?;
    let broken = catalogue.broken.clone();
    let of_overlay = super::overlay::lint(&catalogue, against.today);
    let of_retired = super::overlay::retired(&catalogue);
    let of_vendors = super::vendor::lint(&catalogue);
    let set = SignatureSet::merge(vec![(catalogue, true)]);
    let mut flaws: Vec<Flaw> = set.errors().iter().cloned().map(Flaw::from).collect();
    for signature in set.signatures() {
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        lint(&mut sheet);
        has_product(&set, &broken, &mut sheet);
        super::scope::lint(&set, &mut sheet);
        for field in untried_fields(signature) {
            let hint =
                "add a line that shows it, as `tierline records --fields` reads it, below `match:` of `examples:`";
            sheet.warning(&[Step::Field("match")], format!("no positive example has {field}"), hint);
        }
        for (path, branch) in untried_branches(signature) {
            let hint = "add a line that shows it below `match:` of `examples:`, or remove the branch";
            sheet.warning(&path, format!("no positive example reaches {branch}"), hint);
        }
        flaws.extend(sheet.flaws);
    }
    flaws.extend(of_overlay);
    flaws.extend(of_vendors);
    flaws.extend(of_retired);
    flaws.extend(super::facts::lint(&set));
    flaws.extend(super::fragments::unused(&set, &broken));
    flaws.extend(same_titles(&set));
    flaws.extend(same_conditions(&set));
    flaws.extend(claims(&set));
    flaws.extend(costs(&set, &ordinary, against.now));
    let runs = run_examples(&set);
    let examples = runs.len();
    for run in runs {
        let Some(failure) = run.failure else { continue };
        let message = match run.expectation {
            Expectation::Match => format!("this example does not match: {failure}"),
            Expectation::NoMatch => format!("this example matches: {failure}"),
            Expectation::Inconclusive => format!("this example is not inconclusive: {failure}"),
            Expectation::Old => format!("this example is not old: {failure}"),
        };
        let hint = match run.expectation {
            Expectation::Match if failure.starts_with("the scope ") => "correct `files` and `not_files` of `scope:`",
            Expectation::Match if failure.starts_with("it is old") => {
                "let it state an older version, or move it to `old:`"
            }
            Expectation::Match => {
                "a condition looks at one record: correct it or the example; `tierline signatures test` shows how far it gets"
            }
            Expectation::NoMatch if failure.starts_with("it is old") => "move it to `old:`",
            Expectation::NoMatch => "make the condition more specific, e.g. with `all:` and `none:`",
            Expectation::Inconclusive => "the log must end, begin or lack times so that it does not decide",
            Expectation::Old => "the log must state a version that has the fix, as `_product.yaml` reads it",
        };
        flaws.push(Flaw {
            file: run.file,
            line: run.line,
            column: run.column,
            is_error: true,
            message,
            hint: Some(hint.to_owned()),
        });
    }
    if let Some(quiet) = against.quiet {
        flaws.extend(fires_on(&set, quiet)?);
    }
    flaws.sort();
    flaws.dedup();
    Ok(Checked { flaws, signatures: set.signatures().len(), broken: broken.len(), examples })
}

/// Checks a list of patterns (see [`SignatureSet::of_patterns`]): which of them make a scan slow. The only error is that
/// logs cannot be opened.
pub fn check_patterns(set: &SignatureSet, sample: Option<&Path>, now: fn() -> Instant) -> Result<Checked, BundleError> {
    let ordinary = Ordinary::of_logs(sample)?;
    let mut flaws: Vec<Flaw> = set.errors().iter().cloned().map(Flaw::from).collect();
    flaws.extend(costs_of_patterns(set, &ordinary, now));
    flaws.sort();
    Ok(Checked { flaws, signatures: set.signatures().len(), broken: set.errors().len(), examples: 0 })
}

fn has_product(set: &SignatureSet, broken: &[Arc<str>], sheet: &mut Sheet<'_, '_>) {
    let folder = sheet.signature.id.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_broken = broken.iter().any(|path| path.strip_suffix("/_product") == Some(folder));
    if !is_broken && set.products().iter().all(|product| *product.folder != *folder) {
        let hint = "put one beside it with `vendor:` and `product:`, as people write them";
        sheet.error_unless_draft(&[], "there is no `_product.yaml` for this signature", hint);
    }
}

fn same_titles(set: &SignatureSet) -> Vec<Flaw> {
    let mut by_title: BTreeMap<String, &Signature> = BTreeMap::new();
    let mut flaws = Vec::new();
    for signature in set.signatures() {
        let Some(first) = by_title.insert(signature.title.to_lowercase(), signature) else { continue };
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        let hint = "say in the title what is different, or merge the two";
        sheet.warning(&[Step::Field("title")], format!("`{}` has the same title", first.id), hint);
        flaws.extend(sheet.flaws);
    }
    flaws
}

/// Two signatures for the same records: both are shown for each of them.
fn same_conditions(set: &SignatureSet) -> Vec<Flaw> {
    let mut by_condition: BTreeMap<String, &Signature> = BTreeMap::new();
    let mut flaws = Vec::new();
    for signature in set.signatures() {
        let correlation = signature.correlation.clone().map(canonical_parts);
        let what = format!("{:?} {correlation:?} {:?}", canonical(&signature.condition), signature.scope);
        let Some(first) = by_condition.insert(what, signature) else { continue };
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        let hint = "merge the two, or say in `match` or `scope` what is different";
        sheet.warning(&[Step::Field("match")], format!("`{}` has the same condition", first.id), hint);
        flaws.extend(sheet.flaws);
    }
    flaws
}

/// The same for conditions that say the same: a pattern without any special character is a text, a list of one is its item, and
/// neither order nor repetition in `any`, `all` and `none` matters.
fn canonical(condition: &Condition) -> Condition {
    let parts = |parts: &[Condition]| {
        let mut parts: Vec<Condition> = parts.iter().map(canonical).collect();
        parts.sort_by_cached_key(|part| format!("{part:?}"));
        parts.dedup_by_key(|part| format!("{part:?}"));
        parts
    };
    match condition {
        Condition::Regex(pattern) => match regex_syntax::parse(pattern).map(|hir| hir.into_kind()) {
            Ok(HirKind::Literal(literal)) => match std::str::from_utf8(&literal.0) {
                Ok(text) if !text.contains(['\n', '\r']) => Condition::Text { text: text.to_owned(), nocase: false },
                _ => condition.clone(),
            },
            _ => condition.clone(),
        },
        Condition::Any(list) | Condition::All(list) => match parts(list).as_slice() {
            [one] if !matches!(one, Condition::None(_)) => one.clone(),
            _ if matches!(condition, Condition::Any(_)) => Condition::Any(parts(list)),
            _ => Condition::All(parts(list)),
        },
        Condition::None(list) => Condition::None(parts(list)),
        Condition::Text { .. } | Condition::Fields(_) => condition.clone(),
    }
}

fn canonical_parts(mut correlation: Correlation) -> Correlation {
    let of_parts = correlation.parts.iter_mut().map(|it| &mut it.wanted);
    let of_unless = correlation.unless.iter_mut().map(|it| &mut it.wanted);
    let of_absent = correlation.absent.iter_mut().map(|it| &mut it.wanted);
    for wanted in of_parts.chain(of_unless).chain(of_absent) {
        wanted.condition = canonical(&wanted.condition);
    }
    correlation
}

/// What positive examples do with the whole catalogue, and scopes with the files they are meant for.
fn claims(set: &SignatureSet) -> Vec<Flaw> {
    let scanner = Scanner::new(set);
    let mut flaws = Vec::new();
    for (index, signature) in set.signatures().iter().enumerate() {
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        dead_scopes(&scanner, index, &mut sheet);
        let path = sample_path(set, signature);
        let possible = signature.condition.captures();
        let mut shown = BTreeSet::new();
        for Trial { at, example, .. } in
            examples_of(signature).into_iter().filter(|it| it.expectation == Expectation::Match)
        {
            let claimed = claimed_by(&scanner, set, &path, example);
            for other in claimed.keys().filter(|other| **other != index) {
                if let Some(other) = set.signatures().get(*other) {
                    cross_fire(other, &at, &mut sheet);
                }
            }
            let Some(Claim { captures, rows, .. }) = claimed.get(&index) else { continue };
            shown.extend(rows);
            let variants: Vec<Signature> = rows.iter().map(|row| as_shown(signature, *row)).collect();
            let names: BTreeSet<&str> = variants.iter().flat_map(placeholders_of).collect();
            for name in names.into_iter().filter(|name| possible.contains(*name) && !captures.contains_key(*name)) {
                let message = format!("in this example `{{{name}}}` has no value; the reader would see `<{name}>`");
                let hint = "capture it in every branch that can match, or reword the text";
                sheet.warning(&at, message, hint);
            }
        }
        untried_rows(&mut sheet, &shown);
        flaws.extend(sheet.flaws);
    }
    flaws
}

/// The signature as a report shows it for a row of its variants, or for none.
fn as_shown(signature: &Signature, row: Option<u32>) -> Signature {
    match row.and_then(|row| signature.row(row)) {
        Some(row) => signature.with_row(row),
        None => Signature { variants: None, ..signature.clone() },
    }
}

/// An example may be claimed by its own signature only, unless one of the two suppresses the other.
fn cross_fire(other: &Signature, at: &[Step], sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    if signature.suppresses.contains(&other.id) || other.suppresses.contains(&signature.id) {
        return;
    }
    let message = format!("this example is also claimed by `{}`", other.id);
    let hint = "make one of them more specific, or name the less specific one in `suppresses:` of the other";
    if other.status == Status::Draft {
        sheet.warning(at, message, hint);
    } else {
        sheet.error_unless_draft(at, message, hint);
    }
}

fn dead_scopes(scanner: &Scanner, index: usize, sheet: &mut Sheet<'_, '_>) {
    for (item, glob) in sheet.signature.scope.files.iter().enumerate() {
        let path = path_for(glob);
        if !scanner.in_file(&path).contains(index) {
            let message = format!("this scope lets no file in: not even `{path}`, a name made of this glob");
            let hint = "correct it, or the `not_files` that takes out the same files";
            sheet.warning(&[Step::Field("scope"), Step::Field("files"), Step::Item(item)], message, hint);
        }
    }
}

/// Runs a triage over healthy logs; a known problem in them is an error of its signature.
fn fires_on(set: &SignatureSet, quiet: &Path) -> Result<Vec<Flaw>, BundleError> {
    let bundle = Bundle::open(&[quiet.to_path_buf()], Limits::default())?;
    let diagnosis = triage(&bundle, set, Options::default());
    let mut flaws = Vec::new();
    for known in &diagnosis.known {
        let text = text_of(&known.signature);
        let mut sheet = Sheet::new(&known.signature, &text);
        let place = known.group.evidence.first().map(|it| format!(" at {}:{}", it.file, it.line)).unwrap_or_default();
        let times = if known.group.count == 1 { "time" } else { "times" };
        let message = format!("it fires on the quiet logs ({} {times}), first{place}", known.group.count);
        sheet.error(
            &[Step::Field("match")],
            message,
            "healthy systems write this too: make the condition more specific",
        );
        flaws.extend(sheet.flaws);
    }
    Ok(flaws)
}

#[cfg(test)]
mod tests {
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
        assert!(same(
            Condition::Any(vec![text("a"), regex("b")]),
            Condition::Any(vec![text("b"), text("a"), text("b")])
        ));
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
        fs::write(app.join("_product.yaml"), format!("vendor: Acme\nproduct: App\nfiles: ['**/app.log']\n{yaml}"))
            .unwrap();
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
        check_product(
            &FACT.replace("kind: version", "kind: verison"),
            &["6:11 error: `verison` is not a value of `kind`"],
        );
        check_product(
            &FACT.replace("(?<value>", "(?<version>"),
            &["7:16 error: the pattern has no group named `value`"],
        );
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
        let examples: Vec<&str> =
            guide.split("```yaml\n").skip(1).filter_map(|part| part.split("```").next()).collect();
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("acme/app");
        fs::create_dir_all(&app).unwrap();
        let mut folder_of = app.clone();
        for (number, example) in examples.iter().enumerate() {
            // What shares fragments, and the one behind it, are a product of their own.
            let is_shared = example.contains("\nfragments:");
            let own = if is_shared {
                folder.path().join("acme/copier")
            } else {
                std::mem::replace(&mut folder_of, app.clone())
            };
            fs::create_dir_all(&own).unwrap();
            let (name, more) = match example.split(':').next() {
                Some("vendor") if example.contains("\nportal:") => ("../_vendor.yaml".to_owned(), String::new()),
                Some("vendor") => ("_product.yaml".to_owned(), String::new()),
                // The others name the first.
                Some("title") if number == 0 => ("disk-full.yaml".to_owned(), String::new()),
                Some("title") => (format!("whole-{number}.yaml"), String::new()),
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
}
