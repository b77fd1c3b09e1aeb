//! Questions to a bundle, each a signature of its own, all answered in one pass.

use crate::diagnosis::Known;
use crate::signature::{Condition, Scope, Signature, SignatureSet, Status};
use std::collections::BTreeMap;

/// A question, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Probe(usize);

/// The questions about one signature.
pub(super) struct Probes<'s> {
    signature: &'s Signature,
    asked: Vec<Signature>,
}

/// What a bundle answers.
pub(super) struct Answers(BTreeMap<Probe, Known>);

impl<'s> Probes<'s> {
    /// More questions are not asked: a pass looks for each of them.
    const MOST: usize = 400;

    pub(super) fn new(signature: &'s Signature) -> Probes<'s> {
        Probes { signature, asked: Vec::new() }
    }

    /// Asks for what the signature would be with a change; `None` if there are too many questions.
    pub(super) fn ask(&mut self, change: impl FnOnce(&mut Signature)) -> Option<Probe> {
        let number = self.asked.len();
        if number >= Probes::MOST {
            return None;
        }
        let mut probe = Signature {
            status: Status::Stable,
            general: false,
            suppresses: Vec::new(),
            caused_by: Vec::new(),
            formerly: Vec::new(),
            variants: None,
            ..self.signature.clone()
        };
        change(&mut probe);
        // In the order in which they were asked.
        probe.id = format!("probe/{number:05}").into();
        self.asked.push(probe);
        Some(Probe(number))
    }

    /// Asks for the records of a condition in the files of a scope.
    pub(super) fn records(&mut self, condition: &Condition, scope: &Scope) -> Option<Probe> {
        self.ask(|probe| {
            probe.condition = condition.clone();
            probe.correlation = None;
            probe.scope = files_only(scope);
        })
    }

    /// Gets the answers. `run` examines a bundle with a set and hides nothing.
    pub(super) fn answers(self, run: &dyn Fn(&SignatureSet) -> Vec<Known>) -> Answers {
        let set = SignatureSet::new(self.asked).hiding_nothing();
        let number = |known: &Known| known.signature.id.rsplit('/').next()?.parse().ok().map(Probe);
        Answers(run(&set).into_iter().filter_map(|known| Some((number(&known)?, known))).collect())
    }
}

/// The same scope as far as it is about files: what else it says is about the whole signature.
pub(super) fn files_only(scope: &Scope) -> Scope {
    let mut files = Scope::default();
    files.files.clone_from(&scope.files);
    files.not_files.clone_from(&scope.not_files);
    files
}

impl Answers {
    pub(super) fn get(&self, probe: Option<Probe>) -> Option<&Known> {
        self.0.get(&probe?)
    }

    /// How many records or matches there are.
    pub(super) fn count(&self, probe: Option<Probe>) -> u64 {
        self.get(probe).map_or(0, |known| known.group.count)
    }
}
