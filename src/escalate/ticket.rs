//! What the vendor reads: every fact of the case, redacted, as data.
//!
//! All of it went through a [`Redactor`]: there is no other way to make a [`Ticket`].

use super::case::{Case, Intake};
use super::gate::{self, Shortfall};
use super::subject::Subject;
use super::verify::{VerifyError, json_of};
use crate::diagnosis::{Diagnosis, State};
use crate::finding::{Evidence, Level, Time};
use crate::redact::{CustomerKey, Redactor};
use crate::report::{environment, headline, occurrence, one_line, seconds};
use crate::signature::{Reference, RuleKind, Signature, Span};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::Path;

/// A case as the vendor sees it. The fields are those of `ticket.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// `tierline.ticket/1`.
    pub schema: String,
    /// Names the problem at this customer; the same problem gets the same key again.
    pub key: String,
    /// The vendor.
    pub vendor: String,
    /// The product, as the vendor calls it.
    pub product: String,
    /// Versions that the logs state of it, and those told by the engineer.
    pub version: String,
    /// The vendor's severity.
    pub severity: String,
    /// How soon the vendor answers by that; says so if it is not confirmed.
    pub first_response: Option<String>,
    /// The number of the support contract.
    pub contract: Option<String>,
    /// The customer was attacked with ransomware.
    pub ransomware: bool,
    /// The error in one line.
    pub summary: String,
    /// The error with all its lines, verbatim but for redaction.
    pub message: String,
    /// File and line of it.
    pub place: Option<String>,
    /// How often and when.
    pub occurrence: String,
    /// The exact time of the first one, as the log states it.
    pub first_time: Option<String>,
    /// And of the last.
    pub last_time: Option<String>,
    /// Error codes in the message.
    pub codes: Vec<String>,
    /// Pages that describe the error, if it is a known one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<String>,
    /// The files it was seen in.
    pub files: Vec<String>,
    /// Products, versions, computers and systems.
    pub environment: Vec<(String, String)>,
    /// What happened around it, in the order of time.
    pub timeline: Vec<(String, String)>,
    /// What was tried.
    pub tried: Vec<String>,
    /// Steps of level 1 for the error, if it is a known one, that nobody says were tried, indented below its title.
    pub untried: Vec<String>,
    /// Known problems in the same logs, with their articles.
    pub known: Vec<KnownProblem>,
    /// What could not be had, each a sentence.
    pub missing: Vec<String>,
    /// Why the case is opened without that.
    pub reason: Option<String>,
    /// How many MB the vendor's portal takes in one file, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment_mb: Option<u64>,
    /// The public keys for which the package is encrypted before it leaves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encrypt_to: Vec<String>,
    /// What is in the package beside this.
    pub attachments: Vec<Attachment>,
    /// The id of the signature or of the unexplained error that it is about. The vendor is not told.
    #[serde(default)]
    pub finding: Option<String>,
    /// The severity in our words. The vendor is not told.
    #[serde(default)]
    pub our_severity: Option<String>,
}

/// A known problem in the same logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownProblem {
    /// What it is.
    pub title: String,
    /// The pages that state it.
    pub urls: Vec<String>,
    /// Steps of its fix are left that nobody says were tried.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_open: bool,
}

/// A file of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Below the package's folder, with `/`.
    pub path: String,
    /// What it is.
    pub what: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
}

/// An excerpt of a log, redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// What it shows, and where it stands.
    pub what: String,
    /// File, line, offset, time, then the lines.
    pub text: String,
}

/// Other findings that are told in the timeline.
const AROUND: usize = 12;
/// Other unexplained errors of which there is an excerpt.
const OTHERS: usize = 5;
/// Files that are named.
const FILES: usize = 20;

impl Ticket {
    /// Reads the ticket of a package, which is a folder or the zip of one.
    pub fn open(package: &Path) -> Result<Ticket, VerifyError> {
        json_of(package, "ticket.json")
    }

    /// Makes the ticket; attachments are added when they are written.
    pub fn new(
        case: &Case<'_>,
        diagnosis: &Diagnosis,
        intake: &Intake,
        redactor: &Redactor,
        key: &CustomerKey,
    ) -> Ticket {
        let group = case.subject.group();
        let evidence = group.evidence.first();
        let redacted = |text: &str| redactor.str(text).as_str().to_owned();
        // A page whose address looks like one of the customer's would stop the whole case at the leak scan.
        // Where a code of others says so is of use to us, and of none to the vendor.
        let public = |all: &[Reference]| -> Vec<String> {
            let shown = all.iter().filter(|it| it.kind != "source" && redacted(&it.url) == it.url);
            shown.map(|it| it.url.clone()).collect()
        };
        let summary = match case.subject {
            Subject::Known(known) => known.signature.title.clone(),
            Subject::Unresolved(unresolved) => headline(&unresolved.finding),
        };
        let severity = case.vendor_severity;
        let stated = |it: &crate::signature::Stated<Span>| match it.url {
            Some(_) => it.value.to_string(),
            None => format!("{} (not confirmed)", it.value),
        };
        Ticket {
            schema: "tierline.ticket/1".into(),
            key: String::new(),
            vendor: case.vendor.vendor.clone(),
            product: case.product.name.clone(),
            version: redacted(&version(case, diagnosis, intake)),
            severity: severity.map_or_else(|| case.severity.name().to_owned(), |it| it.name.clone()),
            first_response: severity.and_then(|it| it.first_response.as_ref()).map(stated),
            contract: intake.contract.clone(),
            ransomware: intake.ransomware && case.vendor.rule(RuleKind::Ransomware).is_some(),
            summary: one_line(&redacted(&summary)),
            message: redacted(case.subject.message()),
            place: evidence.map(|it| redacted(&format!("{}, line {}", it.file, it.line))),
            occurrence: occurrence(group),
            first_time: group.first_time.map(|it| it.to_string()),
            last_time: group.last_time.map(|it| it.to_string()),
            codes: match case.subject {
                Subject::Unresolved(unresolved) => unresolved.finding.codes.iter().map(|it| redacted(it)).collect(),
                Subject::Known(_) => Vec::new(),
            },
            articles: match case.subject {
                Subject::Known(known) => public(&known.signature.advice.references),
                Subject::Unresolved(_) => Vec::new(),
            },
            files: group.files.iter().take(FILES).map(|it| redacted(it.as_ref())).collect(),
            environment: environment(diagnosis).iter().map(|(label, text)| (label.clone(), redacted(text))).collect(),
            timeline: timeline(case, diagnosis).into_iter().map(|(time, text)| (time, redacted(&text))).collect(),
            tried: tried(diagnosis, intake).iter().map(|it| redacted(it)).collect(),
            untried: untried(case).iter().map(|it| redacted(it)).collect(),
            known: known(case, diagnosis)
                .map(|it| KnownProblem {
                    title: redacted(&it.title),
                    urls: public(&it.advice.references),
                    is_open: case.untried.iter().any(|step| step.known.signature.id == it.id),
                })
                .collect(),
            missing: case.shortfalls.iter().filter_map(missing).map(|it| redacted(&it)).collect(),
            reason: case.overridden.map(redacted),
            attachment_mb: case.vendor.portal.as_ref().and_then(|it| it.attachment_mb.as_ref()).map(|it| it.value),
            encrypt_to: match intake.encrypt_to.is_empty() {
                true => case.vendor.encrypt_to.clone(),
                false => intake.encrypt_to.clone(),
            },
            attachments: Vec::new(),
            finding: Some(case.subject.id().to_owned()),
            our_severity: Some(case.severity.name().to_owned()),
        }
        .with_key(case, key)
    }

    /// The key follows from the vendor, its product, the version's first two numbers, the error, and the customer, whose key
    /// is a secret: nobody can find out by trying names whose case it is.
    fn with_key(self, case: &Case<'_>, key: &CustomerKey) -> Ticket {
        let version: String = self
            .version
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .find(|it| it.contains('.'))
            .map(|it| it.split('.').take(2).collect::<Vec<_>>().join("."))
            .unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [&*case.vendor.folder, &case.product.folder, &version, case.subject.id()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let key = key.fingerprint(&hash.finalize());
        Ticket { key, ..self }
    }
}

/// What the logs and the engineer state of the product's version.
fn version(case: &Case<'_>, diagnosis: &Diagnosis, intake: &Intake) -> String {
    let names = &case.product.facts;
    let is_version = |name: &str| name.ends_with(".version") || name.ends_with(".build");
    let found = diagnosis.facts.iter().filter(|it| is_version(&it.name) && names.iter().any(|own| **own == *it.name));
    let mut values: Vec<String> = Vec::new();
    for fact in found {
        let before = fact.history.iter().rev().find(|(value, _)| *value != fact.value);
        let value = match before {
            Some((before, _)) => format!("{} ({before} before)", fact.value),
            None => fact.value.clone(),
        };
        if !values.contains(&value) {
            values.push(value);
        }
    }
    // Versions of some products are those of many builds.
    let build = |own: &String| own.strip_suffix(".version").map(|it| format!("{it}.build"));
    for build in names.iter().filter_map(build).filter(|it| !names.contains(it)) {
        let mut found = diagnosis.facts.iter().filter(|it| *it.name == *build).map(|it| format!("build {}", it.value));
        values.extend(found.next());
    }
    let told = intake.facts.iter().filter(|(name, _)| names.contains(name) && is_version(name));
    values.extend(told.map(|(_, value)| format!("{value} (as the customer says)")));
    if values.is_empty() { "not known".into() } else { values.join(", ") }
}

/// Other findings that have a time, with the subject among them, those nearest to it.
fn timeline(case: &Case<'_>, diagnosis: &Diagnosis) -> Vec<(String, String)> {
    let own = case.subject.group().first_time;
    let mut moments: Vec<(Time, String)> = Vec::new();
    for known in diagnosis.known.iter().filter(|it| it.state != State::Inconclusive) {
        moments.extend(known.group.first_time.map(|time| (time, told(&known.signature.title, known.group.count))));
    }
    for unresolved in &diagnosis.unresolved {
        let group = &unresolved.finding.group;
        moments.extend(group.first_time.map(|time| (time, told(&headline(&unresolved.finding), group.count))));
    }
    if let Some(own) = own {
        moments.sort_by_key(|(time, text)| (time.instant().abs_diff(own.instant()), *time, text.clone()));
    }
    moments.truncate(AROUND);
    moments.sort_by(|a, b| (a.0.instant(), &a.1).cmp(&(b.0.instant(), &b.1)));
    moments.into_iter().map(|(time, text)| (seconds(time), text)).collect()
}

fn told(text: &str, count: u64) -> String {
    match count {
        0 | 1 => one_line(text),
        _ => format!("{} (first of {count})", one_line(text)),
    }
}

/// What was tried: the ids of signatures become their titles and steps.
fn tried(diagnosis: &Diagnosis, intake: &Intake) -> Vec<String> {
    let of = |id: &str| diagnosis.known.iter().find(|it| *it.signature.id == *id);
    let mut all = Vec::new();
    for tried in &intake.tried {
        if let Some(known) = of(tried) {
            let steps = known.signature.advice.fixes.iter().flat_map(|fix| &fix.steps);
            all.push(format!("{}: all steps of its fix, without success", known.signature.title));
            all.extend(steps.map(|step| format!("  {step}")));
            continue;
        }
        let step = tried.rsplit_once('#').and_then(|(id, number)| {
            let number: usize = number.parse().ok()?;
            gate::steps(of(id)?).find(|it| it.number == number)
        });
        all.push(match step {
            Some(step) => {
                format!("{}: {}, without success", step.known.signature.title, step.text.trim_end_matches('.'))
            }
            None => tried.clone(),
        });
    }
    all
}

/// What was not tried of the error's own fix, below what it is for. Those of other problems are ours to do.
fn untried(case: &Case<'_>) -> Vec<String> {
    let own = case.subject.id();
    let mut all = Vec::new();
    for step in case.untried.iter().filter(|it| *it.known.signature.id == *own) {
        if all.is_empty() {
            all.push(format!("{}:", step.known.signature.title));
        }
        all.push(format!("  {}", step.text));
    }
    all
}

fn known<'d>(case: &Case<'d>, diagnosis: &'d Diagnosis) -> impl Iterator<Item = &'d Signature> + use<'d> {
    let own = case.subject.id();
    let others = diagnosis.known.iter().filter(move |it| *it.signature.id != *own && it.state == State::Match);
    others.map(|it| &*it.signature)
}

/// What a vendor is told of what it does not get. That a fix of ours was not tried is told under the steps.
fn missing(shortfall: &Shortfall<'_>) -> Option<String> {
    match shortfall {
        Shortfall::KnownFix(_) | Shortfall::Customer { .. } => None,
        Shortfall::Contract { .. } => Some("The number of the support contract.".into()),
        Shortfall::Fact { name } => Some(format!("{name}: no log states it.")),
        Shortfall::Logs(logs) => Some(format!("The {}.", logs.what)),
        Shortfall::Files { glob } => Some(format!("A file like {glob}.")),
        Shortfall::Unread(it) => Some(format!("{}: cannot be read ({}).", it.file, it.message)),
    }
}

/// The excerpts that go with a ticket: of the subject all that was kept, of other unexplained errors the first each.
pub fn excerpts(case: &Case<'_>, diagnosis: &Diagnosis, redactor: &Redactor) -> Vec<Excerpt> {
    let own = &case.subject.group().evidence;
    let what = |index: usize| match own.len() {
        1 => "the error".to_owned(),
        count => format!("the error, example {} of {count}", index + 1),
    };
    let mut all: Vec<Excerpt> = own.iter().enumerate().map(|(index, it)| excerpt(&what(index), it, redactor)).collect();
    let others = diagnosis.unresolved.iter().filter(|it| it.id != case.subject.id());
    // What says nothing by itself, such as a warning that something works, is no evidence.
    let others = others.filter(|it| it.score > 0.0).take(OTHERS);
    for other in others {
        let kind = if other.finding.level >= Level::Error { "error" } else { "warning" };
        let what = format!("another unexplained {kind}: {}", headline(&other.finding));
        all.extend(other.finding.group.evidence.first().map(|it| excerpt(&what, it, redactor)));
    }
    all
}

fn excerpt(what: &str, evidence: &Evidence, redactor: &Redactor) -> Excerpt {
    let time = evidence.time.map_or_else(|| "no time in the log".to_owned(), |it| it.to_string());
    let mut text = format!("# {}, line {}, byte {}, {time}\n", evidence.file, evidence.line, evidence.offset);
    for line in &evidence.before {
        text.push_str(&format!("  {line}\n"));
    }
    for line in evidence.text.lines() {
        text.push_str(&format!("> {line}\n"));
    }
    for line in &evidence.after {
        text.push_str(&format!("  {line}\n"));
    }
    Excerpt { what: one_line(redactor.str(what).as_str()), text: redactor.str(&text).as_str().to_owned() }
}
