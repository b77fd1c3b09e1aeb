//! What can be said about one signature by reading it.

use super::flaw::{Sheet, Step};
use super::variants::{path_of, rows};
use crate::scan::required_literals;
use crate::signature::{
    Bond, Condition, Correlation, Fix, Order, Scope, Severity, Signature, Status, SupportLevel, similar,
};
use Step::{Field, Item};
use std::collections::BTreeSet;

/// Words so frequent in healthy logs that a signature with nothing else looks at every other record.
const FREQUENT: &[&str] = &[
    "access denied",
    "cannot",
    "connection",
    "critical",
    "debug",
    "denied",
    "error",
    "error:",
    "errors",
    "exception",
    "fail",
    "failed",
    "failed to",
    "failure",
    "fatal",
    "http",
    "https",
    "info",
    "invalid",
    "not found",
    "refused",
    "server",
    "status",
    "timed out",
    "timeout",
    "unable to",
    "unknown",
    "warn",
    "warning",
];

/// First words of an id that say what to do in place of what is wrong.
const FIX_VERBS: &[&str] = &[
    "configure",
    "disable",
    "enable",
    "fix",
    "how",
    "increase",
    "reboot",
    "reinstall",
    "repair",
    "resolve",
    "restart",
];

/// Names that other programs give the fields of Windows events, and what they are called here.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("Channel", "channel"),
    ("Computer", "computer"),
    ("Event ID", "event_id"),
    ("EventID", "event_id"),
    ("EventId", "event_id"),
    ("Log Name", "channel"),
    ("LogName", "channel"),
    ("MachineName", "computer"),
    ("ProviderName", "provider"),
    ("SourceName", "provider"),
    ("winlog.event_id", "event_id"),
    ("winlog.provider_name", "provider"),
];

/// What a draft says where only a person knows what to say; as a whole text, it is a gap.
pub(super) const TO_BE_WRITTEN: &str = "to be written";

/// Applies all rules that need nothing but the signature itself.
pub(super) fn lint(sheet: &mut Sheet<'_, '_>) {
    id(sheet);
    literals(sheet);
    field_names(&sheet.signature.condition, sheet);
    examples(sheet);
    fixes(sheet, sheet.signature, &[]);
    rows(sheet);
    placeholders(sheet);
    unwritten(sheet);
    causes(sheet);
    if sheet.signature.advice.references.is_empty() {
        sheet.warning(
            &[],
            "there is no reference",
            "name a public page that states the problem, e.g. `- { kind: kb, url: 'https://...' }` below `references:`",
        );
    }
    if sheet.signature.severity == Severity::Critical && sheet.signature.advice.impact.is_none() {
        sheet.warning(
            &[Field("severity")],
            "a critical problem without `impact`",
            "say what it means for the customer",
        );
    }
}

fn id(sheet: &mut Sheet<'_, '_>) {
    let id = &sheet.signature.id;
    if id.split('/').count() != 3 {
        let hint = "move it to <vendor>/<product>/<problem>.yaml below the catalogue's folder";
        sheet.error(&[], format!("`{id}` has not the form of an id"), hint);
    }
    let problem = id.rsplit('/').next().unwrap_or_default();
    if let Some(verb) = FIX_VERBS.iter().find(|verb| problem.split('-').next() == Some(**verb)) {
        let message = format!("the name begins with `{verb}`, as if it were a fix");
        sheet.warning(&[], message, "name the file after the problem, e.g. `vss-writer-timeout`");
    }
}

/// What is hidden behind a signature is never shown as its cause.
fn causes(sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    for (index, id) in signature.caused_by.iter().enumerate().filter(|(_, id)| signature.suppresses.contains(id)) {
        let message = format!("`{id}` is hidden by this signature and cannot be its cause");
        let hint = "remove it from `caused_by` or from `suppresses`";
        sheet.error(&[Field("caused_by"), Item(index)], message, hint);
    }
}

/// Every record that a signature claims must contain a text by which it can be found quickly.
pub(super) fn literals(sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    let mut path = vec![Field("match")];
    let mut weak = Vec::new();
    match &signature.correlation {
        None => weak_parts(&signature.condition, &mut path, &mut weak),
        Some(correlation) => {
            for (place, wanted) in places(correlation).into_iter().zip(correlation.wanted()) {
                path.extend(place);
                weak_parts(&wanted.condition, &mut path, &mut weak);
                path.truncate(1);
            }
        }
    }
    for (path, literals) in weak {
        let message = match literals {
            None => "no text is sure to stand in the record, so there is nothing to search for".to_owned(),
            Some(short) => {
                format!("too short to search for: `{short}` is the longest text that is sure to stand in the record")
            }
        };
        let hint = match path.last() {
            Some(Field("field")) => {
                "add a field whose value is sure to have three letters or digits in a row, e.g. `provider`"
            }
            _ => "add three or more fixed characters to the pattern, or put it into an `all:` with a `text:`",
        };
        sheet.error_unless_draft(&path, message, hint);
    }
    let literals = required_literals(&signature.condition).unwrap_or_default();
    for word in literals.iter().filter(|literal| is_frequent(literal)) {
        let message = format!("`{}` stands in very many records", String::from_utf8_lossy(word).trim());
        sheet.warning(&[Field("match")], message, "use a longer text from the message");
    }
}

/// Where the records of a correlation stand below `match`, in their order.
fn places(correlation: &Correlation) -> Vec<Vec<Step>> {
    let list = |name, count: usize| (0..count).map(move |index| vec![Field(name), Item(index)]);
    let parts = match correlation.order {
        Order::One => vec![Vec::new()],
        Order::Sequence => list("sequence", correlation.parts.len()).collect(),
        Order::Any => list("all", correlation.parts.len()).collect(),
    };
    let others = list("unless", correlation.unless.len()).chain(list("absent", correlation.absent.len()));
    parts.into_iter().chain(others).collect()
}

/// A field of a Windows event has one name here, whatever its log calls it.
fn field_names(condition: &Condition, sheet: &mut Sheet<'_, '_>) {
    match condition {
        Condition::Any(parts) | Condition::All(parts) | Condition::None(parts) => {
            parts.iter().for_each(|part| field_names(part, sheet));
        }
        Condition::Fields(tests) => {
            for test in tests {
                let Some((_, name)) = OTHER_NAMES.iter().find(|(other, _)| *other == test.name) else { continue };
                let message = format!("`{}` is not the name by which all forms of Windows events are found", test.name);
                sheet.warning(&[Field("match")], message, format!("write `{name}:`"));
            }
        }
        Condition::Text { .. } | Condition::Regex(_) => {}
    }
}

/// Whether a literal is one of the [`FREQUENT`] words.
pub(super) fn is_frequent(literal: &[u8]) -> bool {
    FREQUENT.iter().any(|word| word.as_bytes() == literal.trim_ascii())
}

/// Collects the parts whose lack of a required literal leaves the whole condition without one: in `any` each weak
/// branch, in `all` the whole, if all of its parts are weak.
fn weak_parts(condition: &Condition, path: &mut Vec<Step>, weak: &mut Vec<(Vec<Step>, Option<String>)>) {
    let literals = required_literals(condition);
    let shortest = literals.as_ref().and_then(|set| set.iter().min_by_key(|literal| literal.len()));
    if shortest.is_some_and(|literal| literal.len() >= 3) {
        return;
    }
    if let Condition::Any(branches) = condition {
        for (index, branch) in branches.iter().enumerate() {
            path.extend([Field("any"), Item(index)]);
            weak_parts(branch, path, weak);
            path.truncate(path.len() - 2);
        }
    } else {
        let mut path = path.clone();
        path.push(Field(match condition {
            Condition::Regex(_) => "regex",
            Condition::Text { .. } => "text",
            Condition::Fields(_) => "field",
            Condition::All(_) => "all",
            Condition::Any(_) | Condition::None(_) => "none",
        }));
        weak.push((path, shortest.map(|literal| String::from_utf8_lossy(literal).into_owned())));
    }
}

fn examples(sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    if signature.positive_examples().next().is_none() {
        let hint = "add a log line that must match, as the log shows it, below `match:` of `examples:`";
        sheet.error(&[Field("examples")], "there is no positive example", hint);
    }
    if signature.examples.not_matching.is_empty() {
        let hint = "add a similar log line that must not match below `no_match:` of `examples:`";
        sheet.error_unless_draft(&[Field("examples")], "there is no negative example", hint);
    }
    let Scope { files, not_files, .. } = &signature.scope;
    for (index, glob) in files.iter().enumerate() {
        if not_files.contains(glob) {
            let hint = "remove it from one of them";
            sheet.error(
                &[Field("scope"), Field("files"), Item(index)],
                "`not_files` takes out what `files` lets in",
                hint,
            );
        }
    }
}

/// Looks at what a signature, or a row of it, says to do; `at` is where that stands.
pub(super) fn fixes(sheet: &mut Sheet<'_, '_>, signature: &Signature, at: &[Step]) {
    if signature.advice.fixes.is_empty() {
        let hint = "add `fixes:` with at least one item of `level:`, `audience:`, `steps:` and `verify:`";
        sheet.error_unless_draft(at, "the signature has no fix", hint);
        return;
    }
    for (index, fix) in signature.advice.fixes.iter().enumerate() {
        if fix.level == SupportLevel::L1 && fix.verify.is_none() {
            let hint = "say in `verify:` how the engineer sees that it worked";
            let at = [at, &[Field("fixes"), Item(index)]].concat();
            sheet.error_unless_draft(&at, "an L1 fix without `verify`", hint);
        }
    }
    if signature.level != SupportLevel::L3 && signature.advice.fixes.iter().all(|fix| fix.level > signature.level) {
        let hint = "add a fix for this level or raise the signature's `level`";
        let message = format!("no fix is for {}", signature.level.name());
        sheet.warning(&[at, &[Field("level")]].concat(), message, hint);
    }
    if signature.level == SupportLevel::L3 && signature.advice.escalate.is_none() && signature.status == Status::Stable
    {
        let hint = "say in `escalate:` what the vendor will ask for";
        sheet.warning(&[at, &[Field("level")]].concat(), "an L3 problem without `escalate`", hint);
    }
}

/// Gaps that `signatures new` has left.
fn unwritten(sheet: &mut Sheet<'_, '_>) {
    let gaps: Vec<Vec<Step>> =
        texts(sheet.signature).into_iter().filter(|(_, text)| *text == TO_BE_WRITTEN).map(|(path, _)| path).collect();
    for path in gaps {
        let what = path.iter().rev().find_map(|step| match step {
            Field(name) => Some(*name),
            Item(_) | Step::Entry(_) => None,
        });
        let message = format!("`{}` is still to be written", what.unwrap_or("text"));
        sheet.error_unless_draft(&path, message, "write what the engineer needs to know, or remove the field");
    }
}

/// Texts may contain `{name}`, which the report replaces by the capture of that name.
fn placeholders(sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    let captures = signature.condition.captures();
    let mut used = BTreeSet::new();
    for (path, text) in texts(signature) {
        for name in placeholders_in(text) {
            if !captures.contains(name) {
                let message = format!("`{{{name}}}` stands for a capture that no pattern has");
                let names: Vec<&str> = captures.iter().map(String::as_str).collect();
                let hint = match similar(name, &names) {
                    Some(other) => format!("did you mean `{{{other}}}`?"),
                    None => format!("name a group `(?<{name}>...)` in a `regex`, or reword the text"),
                };
                sheet.error(&path, message, hint);
            }
            used.insert(name);
        }
    }
    let bonds = signature.correlation.iter().flat_map(|it| &it.same);
    used.extend(bonds.map(Bond::name));
    for name in captures.iter().filter(|name| !used.contains(name.as_str())) {
        let hint = format!("write `{{{name}}}` where it helps the reader, or make the group anonymous: `(?:...)`");
        let place = sheet.place_of(&[Field("match")], &[&format!("(?<{name}>"), &format!("(?P<{name}>")]);
        sheet.warning_at(place, format!("the capture `{name}` is not used in a text"), hint);
    }
}

/// Returns the texts of a signature that a report shows with captures filled in, and where they stand.
fn texts(signature: &Signature) -> Vec<(Vec<Step>, &str)> {
    let mut texts: Vec<(Vec<Step>, &str)> =
        vec![(vec![Field("title")], &signature.title), (vec![Field("cause")], &signature.advice.cause)];
    texts.extend(signature.advice.impact.as_deref().map(|text| (vec![Field("impact")], text)));
    let when = signature.advice.escalate.as_ref().and_then(|it| it.when.as_deref());
    texts.extend(when.map(|text| (vec![Field("escalate"), Field("when")], text)));
    texts.extend(texts_of_fixes(&signature.advice.fixes, &[]));
    for (number, row) in (0..).zip(signature.variants.iter().flat_map(|variants| &variants.rows)) {
        let at = path_of(number);
        let own = [("title", &row.title), ("cause", &row.advice.cause), ("impact", &row.advice.impact)];
        let own = own.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)));
        texts.extend(own.map(|(name, text)| ([&at[..], &[Field(name)]].concat(), text)));
        texts.extend(texts_of_fixes(row.advice.fixes.as_deref().unwrap_or_default(), &at));
    }
    texts
}

fn texts_of_fixes<'s>(fixes: &'s [Fix], at: &[Step]) -> Vec<(Vec<Step>, &'s str)> {
    let mut texts = Vec::new();
    for (index, fix) in fixes.iter().enumerate() {
        let at = [at, &[Field("fixes"), Item(index)]].concat();
        let steps = fix.steps.iter().enumerate();
        texts.extend(steps.map(|(step, text)| ([&at[..], &[Field("steps"), Item(step)]].concat(), text.as_str())));
        texts.extend(fix.risk.as_deref().map(|text| ([&at[..], &[Field("risk")]].concat(), text)));
        texts.extend(fix.verify.as_deref().map(|text| ([&at[..], &[Field("verify")]].concat(), text)));
    }
    texts
}

/// Returns the names of the captures that the texts of a signature show.
pub(super) fn placeholders_of(signature: &Signature) -> BTreeSet<&str> {
    texts(signature).into_iter().flat_map(|(_, text)| placeholders_in(text)).collect()
}

/// Finds `{name}`; not `${name}` or `{{name}}`, which belong to commands.
fn placeholders_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').filter_map(|(at, _)| {
        let name = text.get(at + 1..)?.split('}').next()?;
        let closed = text.get(at + 1 + name.len()..)?.starts_with('}');
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        let before = text.get(..at)?;
        (closed && is_name && !before.ends_with(['$', '{'])).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(placeholders_in(text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn placeholders_are_names_in_braces() {
        check("Port {port} of {host_name2} is closed.", &["port", "host_name2"]);
        check("{", &[]);
        check("{a", &[]);
        check("{} {0} {a b} {a.b}", &[]);
        check("ä{b}ö", &["b"]);
    }

    #[test]
    fn braces_of_commands_are_no_placeholders() {
        check("echo ${HOME}; docker inspect -f '{{id}}'", &[]);
    }
}
