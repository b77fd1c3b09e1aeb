//! What facts decide of a signature: its versions and systems.

use super::Expectation;
use super::examples::{Claim, claimed_by};
use super::flaw::{Sheet, Step};
use crate::diagnosis::State;
use crate::scan::Scanner;
use crate::signature::{Example, FactKind, Scope, Signature, SignatureSet};
use Step::Field;

/// Why an example did not behave, if it is the version or the system that decides.
pub(super) fn why(
    signature: &Signature,
    expectation: Expectation,
    claim: Option<&Claim>,
    path: &str,
    example: &Example,
) -> Option<String> {
    let scope = &signature.scope;
    let reason = |claim: &Claim| claim.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    match (expectation, claim) {
        (Expectation::Match | Expectation::NoMatch | Expectation::Inconclusive, Some(claim))
            if claim.state == State::Old =>
        {
            Some(format!("it is old{}", reason(claim)))
        }
        (Expectation::Old, Some(claim)) if claim.state == State::Match => {
            Some(format!("it is a match{}", reason(claim)))
        }
        (Expectation::Match | Expectation::Old, None) if scope.may_withdraw() => {
            let files = Scope { files: scope.files.clone(), not_files: scope.not_files.clone(), ..Scope::default() };
            let set = SignatureSet::new(vec![Signature { scope: files, ..signature.clone() }]);
            claimed_by(&Scanner::new(&set), &set, path, example).remove(&0)?;
            Some("the condition holds, but by what the example states it is another version or system".to_owned())
        }
        _ => None,
    }
}

/// What is wrong with what a signature asks of facts.
pub(super) fn lint(set: &SignatureSet, sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    let scope = &signature.scope;
    if !scope.asks_version() {
        return;
    }
    let field = if scope.versions.is_some() { "versions" } else { "fixed_in" };
    match (&scope.version_fact, set.version_fact(signature)) {
        (None, None) => {
            let hint = "add a fact of kind `version` to `_product.yaml`, or name one with `version_fact:`";
            let message = "no fact states the version of this product, so that it would always be unknown";
            sheet.error_unless_draft(&[Field("scope"), Field(field)], message, hint);
        }
        (Some(name), None) if SignatureSet::builtin_fact(name) => {}
        (Some(name), None) => {
            let folder = |name: &str| name.rsplit_once('.').map(|(folder, _)| folder.to_owned());
            let facts = || set.facts().iter().filter(|it| matches!(it.kind, FactKind::Version | FactKind::Build));
            let alike = facts().find(|it| folder(&it.name) == folder(name)).or_else(|| facts().next());
            let alike = alike.map(|it| &*it.name);
            let hint = match alike {
                Some(alike) => format!("write the `name` of a fact of a `_product.yaml`, such as `{alike}`"),
                None => "write the `name` of a fact of a `_product.yaml`".to_owned(),
            };
            let message = format!("`version_fact` names `{name}`, which no product states");
            sheet.error(&[Field("scope"), Field("version_fact")], message, hint);
        }
        (_, Some(_)) => {}
    }
    if signature.examples.old.is_empty() && !scope.fixed_in.is_empty() {
        let hint = "add one below `old:` of `examples:`, in which the log states a version that has the fix";
        sheet.warning(&[Field("scope"), Field("fixed_in")], "no example is on a version that has the fix", hint);
    }
    if scope.versions.is_some() && scope.fixed_in.is_empty() && !shows_another_version(set, signature) {
        let hint = "add one below `no_match:` that is the positive one but for a version outside of the range";
        sheet.warning(&[Field("scope"), Field("versions")], "no example is on a version out of this range", hint);
    }
}

/// Whether a negative example would match if there were no `versions`.
fn shows_another_version(set: &SignatureSet, signature: &Signature) -> bool {
    let scope = Scope { versions: None, ..signature.scope.clone() };
    let probe = SignatureSet::new(vec![Signature { scope, ..signature.clone() }]);
    let scanner = Scanner::new(&probe);
    let path = super::examples::sample_path(set, signature);
    let mut negative = signature.examples.not_matching.iter().chain(&signature.examples.old);
    negative.any(|example| claimed_by(&scanner, &probe, &path, example).contains_key(&0))
}
