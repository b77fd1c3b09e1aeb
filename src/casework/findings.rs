//! What a case keeps of a diagnosis.

use super::Quiet;
use crate::diagnosis::{Diagnosis, Known, State, Unresolved};
use crate::finding::{Evidence, Group, codes};
use crate::redact::{CustomerKey, Names, Options, Redactor};
use crate::report::headline;
use crate::signature::SupportLevel;
use crate::store::{CaseBundle, Finding, FindingStep, FoundIn};

/// So many known problems of a diagnosis are kept. Reports have all of them.
const KNOWN: usize = 32;
/// And so many unexplained errors, the likeliest roots: each takes 3 KB of the store, most of it for the search.
const UNEXPLAINED: usize = 10;
/// Characters that are kept of a text.
pub(super) const LONGEST: usize = 1000;

/// Returns what was found, the worst first: known problems that are there now, then unexplained errors.
pub fn findings(diagnosis: &Diagnosis, quiet: &Quiet) -> Vec<Finding> {
    let secrets = Secrets::new();
    let known = diagnosis.known.iter().filter(|it| it.state == State::Match).take(KNOWN);
    let known = known.map(|it| known_of(it, &secrets));
    let all = known.chain(diagnosis.unresolved.iter().take(UNEXPLAINED).map(|it| unexplained_of(it, &secrets)));
    all.map(|it| Finding { suppressed: quiet.why(&it.problem).map(str::to_owned), ..it }).collect()
}

/// Returns what was found by the logs in which it was found first. `is_whole`: all of them was examined, with all signatures. `place`
/// writes a path as it is stored.
pub fn found_in(
    diagnosis: &Diagnosis,
    quiet: &Quiet,
    is_whole: bool,
    place: &dyn Fn(&std::path::Path) -> String,
) -> Vec<FoundIn> {
    let inputs: Vec<_> = diagnosis.inputs.iter().filter(|it| it.sha256.is_some()).collect();
    let mut all: Vec<FoundIn> = Vec::new();
    // The same content may be given twice; `of` tells where its findings go.
    let mut of = Vec::new();
    for input in &inputs {
        let sha256 = input.sha256.clone().unwrap_or_default();
        let known = all.iter().position(|it| it.bundle.sha256 == sha256);
        of.push(known.unwrap_or(all.len()));
        if known.is_none() {
            all.push(FoundIn {
                bundle: CaseBundle { path: place(&input.path), sha256 },
                findings: Vec::new(),
                is_whole,
            });
        }
    }
    for finding in findings(diagnosis, quiet) {
        let is_of = |path: &std::path::Path| {
            let rest = finding.place.strip_prefix(&*path.to_string_lossy());
            rest.is_some_and(|rest| rest.starts_with([':', '/', '\\', '!']))
        };
        // Of a folder and a file in it, the file.
        let at = inputs.iter().enumerate().filter(|(_, it)| is_of(&it.path));
        let at = at.max_by_key(|(_, it)| it.path.as_os_str().len()).map_or(0, |(at, _)| at);
        if let Some(it) = of.get(at).and_then(|at| all.get_mut(*at)) {
            it.findings.push(finding);
        }
    }
    all
}

/// Returns a text on its way into the store.
pub fn without_secrets(text: &str) -> String {
    Secrets::new().out_of(text)
}

/// Takes secrets out and leaves names.
struct Secrets(Redactor);

impl Secrets {
    fn new() -> Secrets {
        let options = Options { keep_identifiers: true, keywords: Vec::new() };
        // No name becomes a pseudonym, so nothing follows from the key.
        Secrets(Redactor::new(CustomerKey::new([0; CustomerKey::LEN]), &options, &Names::default()))
    }

    fn out_of(&self, text: &str) -> String {
        cut(self.0.str(text).as_str().to_owned())
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn known_of(known: &Known, secrets: &Secrets) -> Finding {
    let signature = &known.signature;
    let mut number = 0;
    let steps = signature.advice.fixes.iter().flat_map(|fix| {
        let last = fix.steps.len().saturating_sub(1);
        fix.steps.iter().enumerate().map(move |(at, step)| (fix, step, at == last))
    });
    let steps = steps.map(|(fix, step, is_last)| {
        number += u32::from(fix.level == SupportLevel::L1);
        FindingStep {
            number: (fix.level == SupportLevel::L1).then_some(number),
            level: fix.level.name().to_owned(),
            audience: fix.audience.name().to_owned(),
            text: secrets.out_of(step),
            verify: fix.verify.as_deref().filter(|_| is_last).map(|it| secrets.out_of(it)),
            risk: fix.risk.as_deref().map(|it| secrets.out_of(it)),
        }
    });
    Finding {
        problem: signature.id.to_string(),
        is_known: true,
        variant: known.variant.as_deref().map(str::to_owned),
        title: secrets.out_of(&signature.title),
        severity: Some(signature.severity.name().to_owned()),
        level: Some(signature.level.name().to_owned()),
        codes: known.group.evidence.first().map(|it| codes(it.text.as_bytes())).unwrap_or_default(),
        steps: steps.collect(),
        ..of_group(&known.group, secrets)
    }
}

fn unexplained_of(unresolved: &Unresolved, secrets: &Secrets) -> Finding {
    Finding {
        problem: unresolved.id.clone(),
        title: secrets.out_of(&headline(&unresolved.finding)),
        codes: unresolved.finding.codes.clone(),
        ..of_group(&unresolved.finding.group, secrets)
    }
}

fn of_group(group: &Group, secrets: &Secrets) -> Finding {
    let first = group.evidence.first();
    let place = |it: &Evidence| secrets.out_of(&format!("{}:{}", cut(it.file.to_string()), it.line));
    Finding {
        count: group.count,
        first_time: group.first_time.map(|it| it.to_string()),
        last_time: group.last_time.map(|it| it.to_string()),
        message: first.map(|it| secrets.out_of(&it.text)).unwrap_or_default(),
        place: first.map(place).unwrap_or_default(),
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature};
    use crate::signature::Severity;

    #[test]
    fn what_is_there_now_is_kept_without_secrets() {
        let long = format!("refused 0x80070005 password=Hunter2-Secret {}", "x".repeat(2 * LONGEST));
        let known =
            |id, text: &str| (signature(id, Severity::High), group(2, vec![evidence("a.zip!/app.log", 7, text)]));
        let mut diagnosis = diagnosis(vec![known("a/b/c", &long), known("a/b/old", "it")], Vec::new());
        diagnosis.known[1].state = State::Old;
        let quiet = Quiet([("a/b/c".to_owned(), "for now".to_owned())].into());
        let all = findings(&diagnosis, &quiet);
        assert_eq!(all.len(), 1, "{all:?}");
        let it = &all[0];
        assert_eq!((&*it.problem, it.count, &*it.place), ("a/b/c", 2, "a.zip!/app.log:7"));
        assert_eq!(
            (it.codes.as_slice(), it.suppressed.as_deref()),
            (["0x80070005".to_owned()].as_slice(), Some("for now"))
        );
        assert!(!it.message.contains("Hunter2") && it.message.chars().count() == LONGEST + 1, "{}", it.message);
        let steps: Vec<_> = it.steps.iter().map(|it| (it.number, it.verify.is_some())).collect();
        assert_eq!(steps, [(Some(1), false), (Some(2), true)]);
    }

    #[test]
    fn findings_belong_to_the_logs_that_show_them() {
        let known = |id, file| (signature(id, Severity::High), group(1, vec![evidence(file, 1, "it")]));
        let mut diagnosis =
            diagnosis(vec![known("a/b/c", "in/a.zip!/x.log"), known("a/b/d", "in/a.zip.old/x.log")], Vec::new());
        let input = |path: &str, sha256: Option<&str>| crate::bundle::Input {
            path: path.into(),
            kind: "zip".to_owned().into(),
            bytes: 1,
            sha256: sha256.map(str::to_owned),
        };
        diagnosis.inputs = vec![input("in", Some("1")), input("in/a.zip", Some("2")), input("other", None)];
        let found = found_in(&diagnosis, &Quiet::default(), true, &|path| path.to_string_lossy().into_owned());
        let told: Vec<(&str, Vec<&str>)> =
            found.iter().map(|it| (&*it.bundle.sha256, it.findings.iter().map(|it| &*it.problem).collect())).collect();
        assert_eq!(told, [("1", vec!["a/b/d"]), ("2", vec!["a/b/c"])]);
        // The same content twice is one.
        diagnosis.inputs = vec![input("in/a.zip", Some("1")), input("in/a.zip.old", Some("1"))];
        let found = found_in(&diagnosis, &Quiet::default(), true, &|path| path.to_string_lossy().into_owned());
        assert_eq!(found.iter().map(|it| it.findings.len()).collect::<Vec<_>>(), [2]);
    }
}
