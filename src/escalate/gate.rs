//! May this case leave? What the vendor asks for and the bundle lacks, and what should be tried before.

use super::case::Intake;
use super::subject::Subject;
use crate::bundle::{Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, Known, State};
use crate::scan::Globs;
use crate::signature::{RequiredLogs, RuleKind, Severity, SupportLevel, Vendor, VendorProduct};
use std::fmt;

/// What stops a case.
#[derive(Clone, Debug)]
pub enum Shortfall<'d> {
    /// A known problem in the same logs has a fix that a support level of ours can apply.
    KnownFix(&'d Known),
    /// Nobody has told the number of the support contract.
    Contract {
        /// What the vendor says of it.
        rule: &'d str,
    },
    /// What the engineer has written names the customer or a mail address, and the vendor must not.
    Customer {
        /// What the vendor says of it.
        rule: &'d str,
        /// Where it stands.
        option: &'static str,
    },
    /// A fact that the vendor asks for is stated nowhere.
    Fact {
        /// Its name.
        name: &'d str,
    },
    /// Logs that the vendor asks for are not in the bundle.
    Logs(&'d RequiredLogs),
    /// A glob of files that the signature asks for fits none in the bundle.
    Files {
        /// The glob.
        glob: &'d str,
    },
    /// Logs that the vendor asks for are there and could not be read.
    Unread(&'d Problem),
}

/// A step of level 1.
#[derive(Clone, Copy, Debug)]
pub struct Step<'d> {
    /// The problem that it may solve.
    pub known: &'d Known,
    /// What to do.
    pub text: &'d str,
    /// Its number among the problem's steps of level 1, from 1.
    pub number: usize,
}

impl Step<'_> {
    /// Whether somebody says that it was tried: by its words, or as `SIGNATURE#NUMBER`.
    fn is_tried(&self, tried: &[String]) -> bool {
        tried.iter().any(|it| match it.rsplit_once('#') {
            Some((id, number)) if *id == *self.known.signature.id => number.parse() == Ok(self.number),
            _ => it == self.text,
        })
    }
}

/// The steps of level 1 of a known problem.
pub(super) fn steps(known: &Known) -> impl Iterator<Item = Step<'_>> {
    let fixes = known.signature.advice.fixes.iter().filter(|fix| fix.level == SupportLevel::L1);
    let texts = fixes.flat_map(|fix| &fix.steps).enumerate();
    texts.map(move |(index, text)| Step { known, text, number: index + 1 })
}

impl fmt::Display for Shortfall<'_> {
    /// A sentence without a full stop, for the engineer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shortfall::KnownFix(known) => {
                let signature = &known.signature;
                write!(
                    f,
                    "a known problem with a fix of {} is in the logs: {} ({}); try it, then say so with `--tried {}`",
                    signature.level.name(),
                    signature.title,
                    signature.id,
                    signature.id
                )
            }
            Shortfall::Contract { rule } => {
                write!(f, "the support contract is not stated ({rule}); add `--contract NUMBER`")
            }
            Shortfall::Customer { rule, option } => {
                write!(f, "`{option}` names the customer or a mail address ({rule}); say it without")
            }
            Shortfall::Fact { name } => {
                write!(f, "no log states `{name}`; ask the customer, then add `--fact {name}=VALUE`")
            }
            Shortfall::Logs(logs) => write!(f, "missing: {}", logs.what),
            Shortfall::Files { glob } => write!(f, "missing: a file like `{glob}`, which this problem needs"),
            Shortfall::Unread(problem) => {
                write!(f, "`{}` could not be read ({}): {}", problem.file, problem.kind.name(), problem.message)
            }
        }
    }
}

/// A known problem as mild as this does not stop a case.
const STOPS_FROM: Severity = Severity::Medium;

/// Returns what is missing.
pub(super) fn shortfalls<'d>(
    diagnosis: &'d Diagnosis,
    vendor: &'d Vendor,
    product: &'d VendorProduct,
    subject: Subject<'d>,
    paths: &[String],
    intake: &'d Intake,
) -> Vec<Shortfall<'d>> {
    let mut missing: Vec<Shortfall<'d>> = solvable(diagnosis, subject, intake)
        .filter(|it| it.signature.severity >= STOPS_FROM)
        .map(Shortfall::KnownFix)
        .collect();
    if let Some(rule) = vendor.rule(RuleKind::Contract).filter(|_| intake.contract.is_none()) {
        missing.push(Shortfall::Contract { rule: &rule.text.value });
    }
    if let Some(rule) = vendor.rule(RuleKind::CustomerNotOnCase) {
        let options = told_of_customer(intake);
        missing.extend(options.into_iter().map(|option| Shortfall::Customer { rule: &rule.text.value, option }));
    }
    let own = match subject {
        Subject::Known(known) => known.signature.advice.escalate.as_ref(),
        Subject::Unresolved(_) => None,
    };
    let facts = product.facts.iter().chain(own.into_iter().flat_map(|it| &it.needs_facts));
    for name in facts {
        let is_stated = diagnosis.facts.iter().any(|it| *it.name == **name)
            || intake.facts.iter().any(|(stated, _)| stated == name);
        let is_told = missing.iter().any(|it| matches!(it, Shortfall::Fact { name: own } if own == name));
        if !is_stated && !is_told {
            missing.push(Shortfall::Fact { name });
        }
    }
    for logs in &product.logs {
        let globs = Globs::new(&logs.files);
        let unread = diagnosis.problems.iter().filter(|it| is_unread(it.kind) && globs.fit(&it.file));
        missing.extend(unread.map(Shortfall::Unread));
    }
    missing.extend(missing_logs(product, paths).map(Shortfall::Logs));
    for glob in own.into_iter().flat_map(|it| &it.needs_files) {
        let globs = Globs::new(std::slice::from_ref(glob));
        if !paths.iter().any(|path| globs.fit(path)) {
            missing.push(Shortfall::Files { glob });
        }
    }
    missing
}

/// The logs that a vendor must have and of which none is among the paths.
pub fn missing_logs<'v>(product: &'v VendorProduct, paths: &[String]) -> impl Iterator<Item = &'v RequiredLogs> {
    let is_missing = |logs: &&RequiredLogs| {
        let globs = Globs::new(&logs.files);
        !logs.is_optional && !paths.iter().any(|path| globs.fit(path))
    };
    product.logs.iter().filter(is_missing)
}

/// The options whose texts, which go to the vendor, name the customer or have a mail address.
fn told_of_customer(intake: &Intake) -> Vec<&'static str> {
    let customer = intake.customer.as_deref().map(str::trim).filter(|it| !it.is_empty());
    let has_mail = |text: &str| {
        let is_address = |word: &str| {
            let sides = word.split_once('@');
            sides.is_some_and(|(user, domain)| !user.is_empty() && domain.trim_end_matches('.').contains('.'))
        };
        text.split_whitespace().any(is_address)
    };
    let tells = |text: &String| has_mail(text) || customer.is_some_and(|name| has_name(text, name));
    let texts: [(&'static str, Vec<&String>); 4] = [
        ("--tried", intake.tried.iter().collect()),
        ("--fact", intake.facts.iter().map(|(_, value)| value).collect()),
        ("--contract", intake.contract.iter().collect()),
        ("--override-gate", intake.override_gate.iter().collect()),
    ];
    texts.into_iter().filter(|(_, texts)| texts.iter().any(|it| tells(it))).map(|(option, _)| option).collect()
}

/// Whether a name stands in a text as words of its own, in any case.
pub(crate) fn has_name(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_apart = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
    text.match_indices(&name).any(|(at, found)| {
        let behind = &text[at + found.len()..];
        is_apart(text[..at].chars().next_back()) && is_apart(behind.chars().next())
    })
}

/// Returns the steps of level 1 that nobody says were tried.
pub(super) fn untried<'d>(diagnosis: &'d Diagnosis, subject: Subject<'d>, intake: &Intake) -> Vec<Step<'d>> {
    let own = match subject {
        Subject::Known(known) if !intake.tried.iter().any(|it| **it == *known.signature.id) => Some(known),
        _ => None,
    };
    let steps = own.into_iter().chain(solvable(diagnosis, subject, intake)).flat_map(steps);
    steps.filter(|step| !step.is_tried(&intake.tried)).collect()
}

/// Known problems of the same logs that somebody here can solve, and of which nobody says that it was tried.
fn solvable<'d>(diagnosis: &'d Diagnosis, subject: Subject<'d>, intake: &Intake) -> impl Iterator<Item = &'d Known> {
    let is_subject =
        move |known: &Known| matches!(subject, Subject::Known(own) if own.signature.id == known.signature.id);
    let is_open = move |known: &&Known| {
        known.state == State::Match
            && known.signature.level != SupportLevel::L3
            && !known.signature.advice.fixes.is_empty()
    };
    let tried: Vec<String> = intake.tried.clone();
    diagnosis
        .known
        .iter()
        .filter(is_open)
        .filter(move |known| !is_subject(known))
        .filter(move |known| !tried.iter().any(|it| **it == *known.signature.id))
}

/// Whether such a problem means that content is missing.
fn is_unread(kind: ProblemKind) -> bool {
    use ProblemKind::{Changed, Corrupt, Encrypted, Limit, Panic, Unreadable, Unsupported};
    matches!(kind, Encrypted | Corrupt | Limit | Unsupported | Unreadable | Changed | Panic)
}
