//! Why a match of several records holds for an example, or why it does not, in words.

use super::condition::shown;
use super::examples::{Claim, claimed_by};
use crate::diagnosis::State;
use crate::scan::Scanner;
use crate::signature::{Condition, Correlation, Example, Order, Scope, Signature, SignatureSet, Where};

/// Says why an example does not match as it should.
pub(super) fn why_not(signature: &Signature, correlation: &Correlation, path: &str, example: &Example) -> String {
    if let Some(reason) = claim(signature, correlation, path, example).and_then(|it| it.reason) {
        return format!("it is inconclusive: {reason}");
    }
    let mut missing = Vec::new();
    for (number, part) in correlation.parts.iter().enumerate() {
        let of_part = |scope: Scope| Signature { scope, ..alone(signature, &part.wanted.condition) };
        let files = if part.wanted.files.is_empty() { &signature.scope.files } else { &part.wanted.files };
        let own = Scope { files: files.clone(), ..signature.scope.clone() };
        let name = match correlation.order {
            Order::One => String::new(),
            Order::Sequence | Order::Any => format!("part {}, ", number + 1),
        };
        let shown = shown(&part.wanted.condition);
        let (found, anywhere) = (count(&of_part(own), path, example), count(&of_part(Scope::default()), path, example));
        let needed = u64::from(part.count);
        if anywhere == 0 {
            missing.push(format!("{name}{shown}, stands in no record"));
        } else if found == 0 {
            missing.push(format!("{name}{shown}, stands only in files that its scope does not let in"));
        } else if found < needed {
            missing.push(format!("{name}{shown}, stands in {found} of {needed} records"));
        }
    }
    if !missing.is_empty() {
        return missing.join("; ");
    }
    let changed = |change: &dyn Fn(&mut Correlation)| {
        let mut correlation = correlation.clone();
        change(&mut correlation);
        claim(signature, &correlation, path, example).is_some()
    };
    let mut reasons = Vec::new();
    let mut tell = |says: &str, change: &dyn Fn(&mut Correlation)| {
        if changed(change) {
            reasons.push(says.to_owned());
        }
    };
    tell("a record of `unless` rules it out", &|it| it.unless.clear());
    tell("a record of `absent` is there", &|it| it.absent.clear());
    if let Some(within) = correlation.within {
        tell(&format!("the records are further apart than `within: {within}`"), &|it| it.within = None);
    }
    tell("the values of `same` differ", &|it| it.same.clear());
    tell("the records stand in different places, see `in`", &|it| it.place = Where::Bundle);
    if correlation.order == Order::Sequence {
        tell("the parts stand in another order", &|it| it.order = Order::Any);
    }
    match reasons.is_empty() {
        true => {
            "all parts are there, but more than one of order, time, place, `same`, `unless` and `absent` is against it"
                .to_owned()
        }
        false => reasons.join("; "),
    }
}

/// Says where an example matches that should not.
pub(super) fn why(claim: &Claim) -> String {
    let lines: Vec<String> = claim.lines.iter().map(u64::to_string).collect();
    let state = match (&claim.state, &claim.reason) {
        (State::Inconclusive, Some(reason)) => format!("inconclusive, since {reason}: "),
        _ => String::new(),
    };
    format!("{state}its parts stand in the records of lines {}", lines.join(", "))
}

/// What the signature with this correlation makes of the example.
fn claim(signature: &Signature, correlation: &Correlation, path: &str, example: &Example) -> Option<Claim> {
    let probe =
        Signature { condition: correlation.of_any_part(), correlation: Some(correlation.clone()), ..signature.clone() };
    let set = SignatureSet::new(vec![probe]);
    claimed_by(&Scanner::new(&set), &set, path, example).remove(&0)
}

/// How many records of the example the signature claims.
fn count(signature: &Signature, path: &str, example: &Example) -> u64 {
    let set = SignatureSet::new(vec![signature.clone()]);
    claimed_by(&Scanner::new(&set), &set, path, example).get(&0).map_or(0, |claim| claim.count)
}

fn alone(signature: &Signature, condition: &Condition) -> Signature {
    Signature { condition: condition.clone(), correlation: None, ..signature.clone() }
}
