//! A vendor's answer as the draft of a signature.

use super::{StoreArgs, has_owner, logs, now, user, words};
use crate::cli::catalogues::Catalogues;
use crate::cli::exit::Usage;
use crate::cli::redact::{Customer, remember};
use crate::cli::signatures::Place;
use crate::cli::{Exit, output, say};
use clap::ValueEnum;
use std::path::PathBuf;
use tierline::casework::{ResolveError, Secrecy, resolve};
use tierline::redact::{Names, Options, Redactor};
use tierline::redaction::learn;
use tierline::signature::{Reference, SupportLevel};
use tierline::store::{Case, CaseFinding, Finding, Happened, Says};
use tierline::workshop::Answer;

const EXAMPLES: &str = "\
Examples:
  tierline case resolve 7 --signature ours/acme/app/sealed.yaml --reference https://example.com/kb1 --step 'Install 12.3.2.'
  tierline case resolve 7 --signature ours/acme/app/ledger-sealed.yaml --reference https://example.com/kb1234
  tierline signatures check ours

Exit codes: 0 done, 1 failed, 2 wrong usage, 6 refused: no answer of the vendor is noted, nobody
has said whose case it is, or the draft would tell of the customer.";

/// Makes the draft of a signature from an unexplained error of a case and the vendor's confirmed answer.
///
/// The example is the first record of the error, redacted with the customer's key. What is not said here stays `to be written`, and
/// the head of the file names it; `signatures check` reads the draft and does the same. The answer has to be noted in the case
/// (`case note ID --vendor`), and a public page has to state it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct ResolveArgs {
    /// The number of the case.
    #[arg(value_name = "ID")]
    id: i64,
    /// The file to make, <vendor>/<product>/<problem>.yaml below a catalogue's folder; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    signature: PathBuf,
    /// The public page that states the problem.
    #[arg(long, value_name = "URL")]
    reference: String,
    /// The vendor's number of that page.
    #[arg(long, value_name = "ID")]
    reference_id: Option<String>,
    /// What the page is.
    #[arg(long, value_name = "KIND", default_value = "kb", value_parser = KINDS)]
    reference_kind: String,
    /// Which unexplained error of the case it is about, by its id [default: the likeliest one].
    #[arg(long, value_name = "ID")]
    finding: Option<String>,
    /// Why it happens.
    #[arg(long, value_name = "TEXT")]
    cause: Option<String>,
    /// What it means for the customer.
    #[arg(long, value_name = "TEXT")]
    impact: Option<String>,
    /// A step that solves it; may be repeated, in order.
    #[arg(long, value_name = "TEXT")]
    step: Vec<String>,
    /// How to see that it worked.
    #[arg(long, value_name = "TEXT")]
    verify: Option<String>,
    /// Which support level can solve it.
    #[arg(long, value_name = "LEVEL", value_enum, ignore_case = true)]
    level: Option<Level>,
    #[command(flatten)]
    catalogues: Catalogues,
    #[command(flatten)]
    store: StoreArgs,
}

/// What a page may be.
const KINDS: [&str; 8] = ["kb", "docs", "issue", "forum", "standard", "blog", "source", "rfc"];

/// A support level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Settings.
    L1,
    /// With the logs.
    L2,
    /// A defect of the product.
    L3,
}

pub(super) fn run(args: &ResolveArgs) -> anyhow::Result<Exit> {
    let answer = answer(args)?;
    let place = Place::of(&args.signature)?;
    if !["https://", "http://"].iter().any(|it| args.reference.starts_with(it)) {
        return Err(Usage(format!("--reference `{}`: the address of a page", args.reference)).into());
    }
    let store = args.store.open()?;
    let case = store.case(args.id)?;
    if !has_owner(&case) {
        return Ok(Exit::Refused);
    }
    if !case.events.iter().any(|it| it.what == Happened::Vendor) {
        say(&format!("refused: no answer of the vendor is noted; `tierline case note {} TEXT --vendor` does", case.id));
        return Ok(Exit::Refused);
    }
    let findings = store.findings(case.id, now())?;
    let finding = chosen(&case, &findings, args.finding.as_deref())?;
    let customer = Customer::new(&case.customer, None)?;
    let known = customer.map()?;
    let (mut names, has_logs) = learnt(&case, &findings)?;
    remember(&mut names, &known);
    let redactor = Redactor::new(customer.key(None)?, &Options::default(), &names);
    let secrecy = Secrecy { customer: &case.customer, redactor: &redactor, known, has_logs };
    let set = place.catalogue_with(args.catalogues.read()?.catalogues);
    let draft = match resolve(&place.id, finding, &answer, secrecy, &set) {
        Ok(draft) => draft,
        Err(error @ (ResolveError::Customer(_) | ResolveError::Leak { .. })) => {
            say(&format!("refused: {error}; nothing was written"));
            return Ok(Exit::Refused);
        }
        Err(error) => return Err(error.into()),
    };
    place.create(&draft.yaml)?;
    customer.save(&redactor.map())?;
    if case.closed.is_none() {
        let text = format!("the vendor's answer is the draft of a signature: {}", draft.id);
        store.note(case.id, Says::We, &text, false, &user(), now())?;
    }
    let mut text = format!("{}: the draft of {}; its head says what is missing\n", args.signature.display(), draft.id);
    for id in draft.claimed_by.iter().take(5) {
        text.push_str(&format!("note: `{id}` claims this record already\n"));
    }
    text.push_str(&format!("next: tierline signatures check {}\n", place.catalogue.display()));
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

/// The names that the logs of the case show, and what it keeps of them; whether all logs could be read.
fn learnt(case: &Case, findings: &[CaseFinding]) -> anyhow::Result<(Names, bool)> {
    let mut names = Names::default();
    for CaseFinding { finding, .. } in findings {
        names.learn(finding.message.as_bytes());
        names.learn_path(&finding.place);
    }
    let mut has_logs = true;
    for it in &case.bundles {
        match logs::open(it)? {
            Ok(bundle) => {
                let learnt = learn(&bundle);
                has_logs &= learnt.visited.problems.is_empty();
                names.merge(learnt.names);
            }
            Err(_) => has_logs = false,
        }
    }
    Ok((names, has_logs))
}

fn answer(args: &ResolveArgs) -> anyhow::Result<Answer> {
    let text = |text: &Option<String>, what| text.as_deref().map(|it| words(it, what)).transpose();
    let level = args.level.map(|it| match it {
        Level::L1 => SupportLevel::L1,
        Level::L2 => SupportLevel::L2,
        Level::L3 => SupportLevel::L3,
    });
    let id = text(&args.reference_id, "--reference-id")?;
    let page = Reference { kind: args.reference_kind.clone(), id, url: args.reference.clone() };
    Ok(Answer {
        level,
        cause: text(&args.cause, "--cause")?,
        impact: text(&args.impact, "--impact")?,
        steps: args.step.iter().map(|it| words(it, "--step")).collect::<Result<_, _>>()?,
        verify: text(&args.verify, "--verify")?,
        references: vec![page],
        remarks: Vec::new(),
    })
}

/// The unexplained error of this id, or the likeliest one.
fn chosen<'f>(case: &Case, findings: &'f [CaseFinding], id: Option<&str>) -> Result<&'f Finding, Usage> {
    let mut unexplained = findings.iter().map(|it| &it.finding).filter(|it| !it.is_known);
    let found = match id {
        Some(id) => unexplained.find(|it| it.problem == id),
        None => unexplained.next(),
    };
    let what = id.map_or_else(String::new, |id| format!(" with the id `{id}`"));
    found.ok_or_else(|| {
        let id = case.id;
        Usage(format!("case {id} has no unexplained error{what}; `tierline case show {id}` lists what was found"))
    })
}
