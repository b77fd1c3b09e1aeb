//! Facts of products: do their patterns hold a text that can be searched for, and does every example behave?

use super::examples::path_for;
use super::{ExampleRun, Expectation, Flaw};
use crate::record::{Chunk, Reading};
use crate::scan::{LineCache, Scanner, required_sets};
use crate::signature::yaml::{self, Node, Place};
use crate::signature::{Condition, Fact, FactKind, Product, SignatureSet, source_text};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Shorter texts stand everywhere.
const SHORTEST: usize = 3;

/// Runs the examples of all facts, in the order of the products' folders.
pub(super) fn run_examples(set: &SignatureSet) -> Vec<ExampleRun> {
    let scanner = Scanner::new(set);
    let mut runs = Vec::new();
    for_each(set, &mut |product, root, item, fact| {
        let number = set.facts().iter().position(|group| group.name == fact.name);
        let mut run = |expectation, list, at: usize, failure| {
            let place = place(root, item, &["examples", list], Some(at));
            runs.push(ExampleRun {
                id: Arc::from(format!("{}/_product", product.folder)),
                file: product.source.clone(),
                line: place.line,
                column: place.column,
                expectation,
                row: None,
                number: at + 1,
                failure,
            });
        };
        let states = |text: &str| number.and_then(|number| stated(&scanner, fact, text).remove(&number));
        for (at, (value, text)) in fact.examples.matching.iter().enumerate() {
            let failure = match states(text) {
                Some(found) if found == *value => None,
                Some(found) => Some(format!("`{}` is stated to be `{found}`, not `{value}`", fact.name)),
                None => Some(format!("nothing in it states `{}`", fact.name)),
            };
            run(Expectation::Match, "match", at, failure);
        }
        for (at, text) in fact.examples.not_matching.iter().enumerate() {
            let failure = states(text).map(|found| format!("it states that `{}` is `{found}`", fact.name));
            run(Expectation::NoMatch, "no_match", at, failure);
        }
    });
    runs
}

/// What is wrong with facts apart from their examples.
pub(super) fn lint(set: &SignatureSet) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for_each(set, &mut |product, root, item, fact| {
        let mut flaw = |place: Place, is_error, message: String, hint: &str| {
            flaws.push(Flaw {
                file: product.source.clone(),
                line: place.line,
                column: place.column,
                is_error,
                message,
                hint: Some(hint.to_owned()),
            });
        };
        if fact.examples.matching.is_empty() {
            // Facts in their own form have examples, or were refused.
            let place = root.and_then(|root| root.get("version")).map_or(Place::default(), |node| node.place);
            let hint = "write it as an item of `facts:` with `name`, `kind`, `patterns` and `examples`";
            flaw(place, false, "a version without examples".to_owned(), hint);
        }
        let Condition::Any(patterns) = &fact.patterns else { return };
        for (at, pattern) in patterns.iter().enumerate() {
            let sets = required_sets(pattern);
            let can_be_searched =
                sets.iter().any(|set| !set.is_empty() && set.iter().all(|literal| literal.len() >= SHORTEST));
            if !can_be_searched {
                let message = format!("no text of {SHORTEST} bytes is sure to stand where this pattern holds");
                let hint = "add words that stand beside the value: a fact may cost nothing where it is not stated";
                flaw(place(root, item, &["patterns"], Some(at)), true, message, hint);
            }
        }
    });
    flaws
}

/// The facts that a log or path states, by number, each with the last value.
fn stated(scanner: &Scanner, fact: &Fact, text: &str) -> BTreeMap<usize, String> {
    let mut stated: BTreeMap<usize, String> = scanner.facts_of_path(text).into_iter().collect();
    let path = fact.scope.files.first().map_or_else(|| "example.log".to_owned(), |glob| path_for(glob));
    let bytes = text.as_bytes();
    let head = bytes.get(..Reading::HEAD).unwrap_or(bytes);
    let Some(reading) = Reading::guess(head, None) else { return stated };
    let chunk = Chunk::of(bytes, 0..bytes.len());
    scanner.scan(&chunk, &reading.format, &scanner.in_file(&path), &mut LineCache::default(), &mut |hit| {
        for it in hit.facts {
            stated.insert(it.fact, String::from_utf8_lossy(&it.value).trim().to_owned());
        }
    });
    stated
}

/// What is done for a fact: with its product, the tree of the product's file and the fact's item in it.
type Each<'e> = dyn FnMut(&Product, Option<&Node<'_>>, Option<usize>, &Fact) + 'e;

/// Calls `each` for every fact of every product.
fn for_each(set: &SignatureSet, each: &mut Each<'_>) {
    for product in set.products() {
        let text = source_text(&product.source).unwrap_or_default();
        let root = yaml::parse(&text).ok();
        let names = root
            .as_ref()
            .and_then(|root| root.get("facts"))
            .map(|facts| facts.items().iter().map(|item| item.get("name").and_then(Node::text)).collect::<Vec<_>>());
        let mut from = 0;
        for fact in &product.facts {
            // One name may have several items, which come in the same order.
            let rest = names.as_deref().and_then(|names| names.get(from..)).unwrap_or_default();
            let is_own = fact.kind != FactKind::Version || !fact.examples.matching.is_empty();
            let at = rest.iter().position(|name| *name == Some(&*fact.name)).filter(|_| is_own).map(|at| from + at);
            from = at.map_or(from, |at| at + 1);
            each(product, root.as_ref(), at, fact);
        }
    }
}

/// Where a part of a fact begins, or the innermost part around it that is there.
fn place(root: Option<&Node<'_>>, item: Option<usize>, fields: &[&str], at: Option<usize>) -> Place {
    let Some(mut node) = root.and_then(|root| root.get("facts")?.items().get(item?)) else { return Place::default() };
    for field in fields {
        match node.get(field) {
            Some(inner) => node = inner,
            None => return node.place,
        }
    }
    at.and_then(|at| node.items().get(at)).map_or(node.place, |node| node.place)
}
